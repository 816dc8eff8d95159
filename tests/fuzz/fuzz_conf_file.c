/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration text: parsed or refused, and read through every kind of get function. */
#include "core/conf_file.h"
#include "core/fault.h"

#include "fuzz.h"

static void
read_setting(const struct conf_at *at, const char *key)
{
	struct conf_at inner = { .file = at->file, .name = "inner", .fault = at->fault };
	const config_setting_t *found = NULL;
	const char **strings = NULL;
	const char *string = NULL;
	long long integer = 0;
	int64_t seconds = 0;
	bool boolean = false;
	size_t count = 0;

	if (conf_string(at, key, true, (struct conf_length){ 1, 64 }, &string) == 0)
		FUZZ_HOLDS(strlen(string) >= 1 && strlen(string) <= 64);
	if (conf_integer(at, key, true, (struct conf_range){ -5, 999 }, &integer) == 0)
		FUZZ_HOLDS(integer >= -5 && integer <= 999);
	if (conf_seconds(at, key, true, (struct conf_range){ 100, 60000 }, &seconds) == 0)
		FUZZ_HOLDS(seconds >= 100 && seconds <= 60000);
	if (conf_strings(at, key, true, (struct conf_range){ 1, 4 }, &strings, &count) == 0)
		FUZZ_HOLDS(count >= 1 && count <= 4 && strings != NULL);
	free(strings);
	(void)!conf_boolean(at, key, false, &boolean);
	if (conf_group(at, key, true, &inner) == 0)
		FUZZ_HOLDS(config_setting_is_group(inner.group));
	(void)!conf_list(at, key, false, (struct conf_range){ 0, 4 }, &found);
}

static void
read_group(const struct conf_file *file, const config_setting_t *group,
	const config_setting_t *over, int depth)
{
	static const char *const known[] = { "alpha", "beta", NULL };
	struct fault fault = { 0 };
	const struct conf_at at = {
		.file = file, .group = group, .name = "", .fault = &fault, .over = over
	};
	int i;

	(void)!conf_known(&at, known);
	for (i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		const char *name = config_setting_name(setting);

		if (name != NULL)
			read_setting(&at, name);
		/* Alone, and with the group that it is in over it. */
		if (config_setting_is_group(setting) && over == NULL && depth < 8) {
			read_group(file, setting, NULL, depth + 1);
			read_group(file, setting, group, depth + 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_file *file = NULL;
	struct fault fault = { 0 };
	int fd = fuzz_file(data, size), result;

	result = conf_file_parse(fd, "/fuzz.conf", &file, &fault);
	if (result == 0) {
		read_group(file, conf_file_root(file), NULL, 0);
	} else {
		FUZZ_HOLDS(file == NULL);
		FUZZ_HOLDS(fault.kind == result);
		FUZZ_HOLDS(result != FAULT_CONFIG || strncmp(fault.text, "/fuzz.conf:", 11) == 0);
	}
	conf_file_free(&file);
	close(fd);
	return 0;
}
