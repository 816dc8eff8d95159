/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading smsotp.conf from a text. */
#ifndef SMSOTP_TESTS_CONFIG_TEXTS_H
#define SMSOTP_TESTS_CONFIG_TEXTS_H

#include "conf_scratch.h"

#include "core/config.h"
#include "core/fault.h"

static const struct config_defaults defaults
	__attribute__((unused)) = { .state_dir = "/var/lib/standard", .run_dir = "/run/standard" };

/* Line 1 to 3 of most texts: what is required and no more. */
#define GATEWAYS "gateways = [ \"outbox\" ];\n"
#define PHONES "phones = ( { source = \"file\"; path = \"/etc/phones\"; } );\n"
#define COUNTRY "country_code = \"44\";\n"
#define REQUIRED GATEWAYS PHONES COUNTRY

/* What is in force for service, or why the text is refused. */
static inline struct config *
config_try_for(const struct scratch *scratch, const char *service, const char *text,
	char ret_why[static FAULT_TEXT_SIZE])
{
	const char *path = scratch_write(scratch, "smsotp.conf", 0600, text);
	struct config *config = NULL;
	struct fault fault = { .text = "" };
	int status = config_load(path, &defaults, service, &config, &fault);

	ret_why[0] = '\0';
	if (status == 0) {
		assert_non_null(config);
		return config;
	}
	assert_null(config);
	assert_int_equal(status, FAULT_CONFIG);
	assert_int_equal(strncmp(fault.text, path, strlen(path)), 0);
	snprintf(ret_why, FAULT_TEXT_SIZE, "%s", fault.text + strlen(path));
	return NULL;
}

static inline struct config *
config_try(const struct scratch *scratch, const char *text, char ret_why[static FAULT_TEXT_SIZE])
{
	return config_try_for(scratch, NULL, text, ret_why);
}

static inline struct config *
assert_loads_for(const struct scratch *scratch, const char *service, const char *text)
{
	char why[FAULT_TEXT_SIZE];
	struct config *config = config_try_for(scratch, service, text, why);

	if (config == NULL)
		fail_msg("refused%s:\n%s", why, text);
	return config;
}

static inline struct config *
assert_loads(const struct scratch *scratch, const char *text)
{
	return assert_loads_for(scratch, NULL, text);
}

static inline void
assert_refused(const struct scratch *scratch, const char *text, const char *why)
{
	char got[FAULT_TEXT_SIZE];
	struct config *config = config_try(scratch, text, got);

	if (config != NULL) {
		config_free(&config);
		fail_msg("accepted:\n%s", text);
	}
	assert_string_equal(got, why);
}

struct refusal {
	const char *text, *why;
};

static inline void
assert_refusals(const struct scratch *scratch, const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(scratch, rows[i].text, rows[i].why);
}

#define REFUSALS(state, rows) assert_refusals(state, rows, sizeof rows / sizeof *rows)

#endif
