/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading settings out of a parsed file: the conf_* functions of conf_file.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"

#define CONF_NAME_SIZE 256
#define CONF_MS_SIZE 32
#define CONF_MS_HUGE 1e12	/* beyond any range, and exact in a double */

/*
 * "budget.user.seconds", "phones[1].users[0].name": at->name, and the way to setting. What lies
 * over the group has its way from the root.
 */
static void
conf_name(const struct conf_at *at, const config_setting_t *setting,
	char ret_name[static CONF_NAME_SIZE])
{
	size_t used;
	bool known = setting == at->group && at->group != at->over;

	if (known || config_setting_parent(setting) == NULL) {
		snprintf(ret_name, CONF_NAME_SIZE, "%s", known ? at->name : "");
		return;
	}
	conf_name(at, config_setting_parent(setting), ret_name);
	used = strlen(ret_name);
	if (config_setting_name(setting) != NULL) {
		snprintf(ret_name + used, CONF_NAME_SIZE - used, "%s%s", used > 0 ? "." : "",
			config_setting_name(setting));
	} else {
		snprintf(ret_name + used, CONF_NAME_SIZE - used, "[%d]",
			config_setting_index(setting));
	}
}

/* Whether setting is group, or lies in it. */
static bool
conf_lies_in(const config_setting_t *setting, const config_setting_t *group)
{
	while (setting != NULL && setting != group)
		setting = config_setting_parent(setting);
	return setting != NULL;
}

int
conf_refuse(const struct conf_at *at, const config_setting_t *setting, const char *format, ...)
{
	const config_setting_t *place = setting != NULL ? setting : at->group;
	unsigned int line = config_setting_source_line(place);
	char text[FAULT_TEXT_SIZE], name[CONF_NAME_SIZE], where[16] = "";
	char over[CONF_NAME_SIZE] = "", over_where[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	conf_name(at, place, name);
	if (line > 0)	/* the root has none */
		snprintf(where, sizeof where, ":%u", line);
	/* Alone the setting may be right. */
	if (at->over != NULL && !conf_lies_in(place, at->over)) {
		conf_name(at, at->over, over);
		snprintf(over_where, sizeof over_where, " in line %u over it",
			(unsigned int)config_setting_source_line(at->over));
	}
	return fault_set(at->fault, FAULT_CONFIG, "%s%s: %s%s%s%s%s%s", conf_file_path(at->file),
		where, name, name[0] != '\0' ? ": " : "", text, over[0] != '\0' ? ", with " : "",
		over, over_where);
}

static int
conf_known_in(const struct conf_at *at, const config_setting_t *group, const char *const known[])
{
	int count = config_setting_length(group);

	for (int i = 0; i < count; i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		size_t k = 0;

		while (known[k] != NULL && strcmp(known[k], config_setting_name(setting)) != 0)
			k++;
		if (known[k] == NULL)
			return conf_refuse(at, setting, "unknown key");
	}
	return 0;
}

int
conf_known(const struct conf_at *at, const char *const known[])
{
	int status = conf_known_in(at, at->group, known);

	return status == 0 && at->over != NULL ? conf_known_in(at, at->over, known) : status;
}

const config_setting_t *
conf_setting(const struct conf_at *at, const char *key)
{
	const config_setting_t *setting =
		at->over != NULL ? config_setting_get_member(at->over, key) : NULL;

	return setting != NULL ? setting : config_setting_get_member(at->group, key);
}

/* Absent: *ret_setting is NULL, and that is an error where the key is required. */
static int
conf_find(const struct conf_at *at, const char *key, bool required,
	const config_setting_t **ret_setting)
{
	*ret_setting = conf_setting(at, key);
	if (*ret_setting == NULL && required)
		return conf_refuse(at, NULL, "\"%s\" is missing", key);
	return 0;
}

static const char *
conf_type_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP: return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: return "an integer";
	case CONFIG_TYPE_FLOAT: return "a number with a fraction";
	case CONFIG_TYPE_STRING: return "a string";
	case CONFIG_TYPE_BOOL: return "a boolean";
	case CONFIG_TYPE_ARRAY: return "an array";
	case CONFIG_TYPE_LIST: return "a list";
	}
	return "nothing";
}

static int
conf_refuse_type(const struct conf_at *at, const config_setting_t *setting, const char *wanted)
{
	return conf_refuse(at, setting, "must be %s, is %s", wanted, conf_type_name(setting));
}

/* libconfig may keep an empty string as NULL. */
static const char *
conf_text(const config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);

	return text != NULL ? text : "";
}

/* The value itself is never quoted: it may be a password. */
int
conf_string(const struct conf_at *at, const char *key, bool required, struct conf_length length,
	const char **ret_value)
{
	const config_setting_t *setting;
	const char *value;
	size_t size;
	int status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_refuse_type(at, setting, "a string");
	value = conf_text(setting);
	size = strlen(value);
	if (size < length.min || size > length.max) {
		return conf_refuse(at, setting, "%zu bytes long, must be %zu..%zu", size,
			length.min, length.max);
	}
	*ret_value = value;
	return 0;
}

int
conf_choice(const struct conf_at *at, const char *key, bool required, const char *const words[],
	unsigned int *ret_index)
{
	struct conf_length length = { .min = 0, .max = SIZE_MAX };
	const char *value = NULL;
	char allowed[128] = "";
	int status = conf_string(at, key, required, length, &value);

	if (status != 0 || value == NULL)
		return status;
	for (unsigned int i = 0; words[i] != NULL; i++) {
		size_t used = strlen(allowed);

		if (strcmp(value, words[i]) == 0) {
			*ret_index = i;
			return 0;
		}
		snprintf(allowed + used, sizeof allowed - used, "%s\"%s\"", i > 0 ? " or " : "",
			words[i]);
	}
	return conf_refuse(at, conf_setting(at, key), "must be %s", allowed);
}

int
conf_integer(const struct conf_at *at, const char *key, bool required, struct conf_range range,
	long long *ret_value)
{
	const config_setting_t *setting;
	long long value;
	int status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) != CONFIG_TYPE_INT &&
		config_setting_type(setting) != CONFIG_TYPE_INT64)
		return conf_refuse_type(at, setting, "an integer");
	value = config_setting_get_int64(setting);
	if (value < range.min || value > range.max) {
		return conf_refuse(at, setting, "%lld is out of range (%lld..%lld)", value,
			range.min, range.max);
	}
	*ret_value = value;
	return 0;
}

int
conf_boolean(const struct conf_at *at, const char *key, bool required, bool *ret_value)
{
	const config_setting_t *setting;
	int status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_refuse_type(at, setting, "true or false");
	*ret_value = config_setting_get_bool(setting) != CONFIG_FALSE;
	return 0;
}

/* Milliseconds as seconds; not by %g, which writes the host's decimal comma. */
static void
conf_print_ms(long long ms, char ret_text[static CONF_MS_SIZE])
{
	unsigned long long size = ms < 0 ? -(unsigned long long)ms : (unsigned long long)ms;
	int used = snprintf(ret_text, CONF_MS_SIZE, "%s%llu.%03llu", ms < 0 ? "-" : "", size / 1000,
		size % 1000);

	while (ret_text[used - 1] == '0')
		ret_text[--used] = '\0';
	if (ret_text[used - 1] == '.')
		ret_text[used - 1] = '\0';
}

int
conf_seconds(const struct conf_at *at, const char *key, bool required, struct conf_range range_ms,
	int64_t *ret_ms)
{
	const config_setting_t *setting;
	int64_t rounded;
	double ms;
	int status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) == CONFIG_TYPE_FLOAT)
		ms = config_setting_get_float(setting) * 1000.0;
	else if (config_setting_type(setting) == CONFIG_TYPE_INT ||
		config_setting_type(setting) == CONFIG_TYPE_INT64)
		ms = (double)config_setting_get_int64(setting) * 1000.0;
	else
		return conf_refuse_type(at, setting, "a number of seconds");

	/* Written so that infinity and what is not a number do not get as far as the cast. */
	rounded = INT64_MAX;
	if (ms > -CONF_MS_HUGE && ms < CONF_MS_HUGE)
		rounded = (int64_t)(ms + (ms < 0 ? -0.5 : 0.5));
	if (rounded < range_ms.min || rounded > range_ms.max) {
		char min[CONF_MS_SIZE], max[CONF_MS_SIZE], value[CONF_MS_SIZE] = "the value";

		if (rounded != INT64_MAX)
			conf_print_ms(rounded, value);
		conf_print_ms(range_ms.min, min);
		conf_print_ms(range_ms.max, max);
		return conf_refuse(at, setting, "%s is out of range (%s..%s seconds)", value, min,
			max);
	}
	*ret_ms = rounded;
	return 0;
}

int
conf_strings(const struct conf_at *at, const char *key, bool required, struct conf_range count,
	const char ***ret_values, size_t *ret_count)
{
	const config_setting_t *setting;
	const char **values;
	int n, status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) != CONFIG_TYPE_ARRAY &&
		config_setting_type(setting) != CONFIG_TYPE_LIST)
		return conf_refuse_type(at, setting, "an array of strings");
	n = config_setting_length(setting);
	if (n < count.min || n > count.max) {
		return conf_refuse(at, setting, "%d entries, must be %lld..%lld", n, count.min,
			count.max);
	}
	values = calloc(n > 0 ? (size_t)n : 1, sizeof *values);
	if (values == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "%s: out of memory",
			conf_file_path(at->file));
	for (int i = 0; i < n; i++) {
		const config_setting_t *entry = config_setting_get_elem(setting, (unsigned int)i);

		if (config_setting_type(entry) != CONFIG_TYPE_STRING) {
			free(values);
			return conf_refuse_type(at, entry, "a string");
		}
		values[i] = conf_text(entry);
	}
	*ret_values = values;
	*ret_count = (size_t)n;
	return 0;
}

int
conf_group(const struct conf_at *at, const char *key, bool required, struct conf_at *ret_inner)
{
	const config_setting_t *found, *under, *over = NULL;
	int status = conf_find(at, key, required, &found);

	if (status != 0)
		return status;
	under = config_setting_get_member(at->group, key);
	if (at->over != NULL)
		over = config_setting_get_member(at->over, key);
	/* Both halves, or they could not be merged. */
	if (over != NULL && config_setting_type(over) != CONFIG_TYPE_GROUP)
		return conf_refuse_type(at, over, "a group \"{ … }\"");
	if (under != NULL && config_setting_type(under) != CONFIG_TYPE_GROUP)
		return conf_refuse_type(at, under, "a group \"{ … }\"");
	/* Where only over has the group it is both halves, and is named as what it is. */
	ret_inner->group = under != NULL ? under : over;
	ret_inner->over = over;
	return 0;
}

int
conf_list(const struct conf_at *at, const char *key, bool required, struct conf_range count,
	const config_setting_t **ret_list)
{
	const config_setting_t *setting;
	int n, status = conf_find(at, key, required, &setting);

	if (status != 0 || setting == NULL)
		return status;
	if (config_setting_type(setting) != CONFIG_TYPE_LIST)
		return conf_refuse_type(at, setting, "a list \"( … )\"");
	n = config_setting_length(setting);
	if (n < count.min || n > count.max) {
		return conf_refuse(at, setting, "%d entries, must be %lld..%lld", n, count.min,
			count.max);
	}
	for (int i = 0; i < n; i++) {
		const config_setting_t *entry = config_setting_get_elem(setting, (unsigned int)i);

		if (config_setting_type(entry) != CONFIG_TYPE_GROUP)
			return conf_refuse_type(at, entry, "a group \"{ … }\"");
	}
	*ret_list = setting;
	return 0;
}
