/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks on paper against the real ones: every stack that is made of some pieces is also given to
 * libpam, with modules that return what they are told to.
 */
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/pam_run.h"
#include "ctl/pam_stack.h"

#define STEPS_MAX 64

static char folder[] = "/tmp/test_pam_run.XXXXXX";
static struct pam_entry entries[STEPS_MAX];
static struct pam_step steps[STEPS_MAX];
static int results[STEPS_MAX];
static size_t count;

static void
write_file(const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* pam_debug.so returns what its argument "auth=" says. */
static int
told(const struct pam_entry *of)
{
	static const struct { const char *name; int code; } names[] = {
		{ "auth=success", PAM_SUCCESS }, { "auth=auth_err", PAM_AUTH_ERR },
		{ "auth=ignore", PAM_IGNORE }, { "auth=maxtries", PAM_MAXTRIES },
		{ "auth=authinfo_unavail", PAM_AUTHINFO_UNAVAIL }
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(of->arguments, names[i].name) == 0)
			return names[i].code;
	}
	fail_msg("unknown argument %s", of->arguments);
	return -1;
}

static void
gather(const char *text, const char *included, unsigned int level)
{
	struct pam_reader reader = { .text = text, .size = strlen(text) };

	while (pam_stack_next(&reader, &entries[count])) {
		const enum pam_entry_kind kind = entries[count].kind;

		if (kind == PAM_ENTRY_MODULE)
			results[count] = told(&entries[count]);
		steps[count] = (struct pam_step){ .level = level, .actions = entries[count].actions,
			.substack = kind == PAM_ENTRY_SUBSTACK };
		if (kind == PAM_ENTRY_MODULE || kind == PAM_ENTRY_SUBSTACK)
			count++;
		if (kind != PAM_ENTRY_MODULE)
			gather(included, NULL, level + (kind == PAM_ENTRY_SUBSTACK));
		assert_true(count < STEPS_MAX);
	}
}

static int
nobody_answers(int n, const struct pam_message **messages, struct pam_response **replies,
	void *data)
{
	(void)n, (void)messages, (void)replies, (void)data;
	return PAM_CONV_ERR;
}

/* What libpam makes of it. */
static int
real(const char *text, const char *included)
{
	const struct pam_conv conversation = { nobody_answers, NULL };
	pam_handle_t *pamh = NULL;
	int result;

	write_file("service", text);
	write_file("included", included);
	assert_int_equal(pam_start_confdir("service", "root", &conversation, folder, &pamh),
		PAM_SUCCESS);
	result = pam_authenticate(pamh, PAM_SILENT);
	pam_end(pamh, result);
	return result;
}

static int
on_paper(const char *text, const char *included, bool *ret_called)
{
	count = 0;
	gather(text, included, 0);
	return pam_run(steps, count, results, ret_called);
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_int_equal(PAM_RETURN_SUCCESS, PAM_SUCCESS);
	assert_int_equal(PAM_RETURN_BUF_ERR, PAM_BUF_ERR);
	assert_int_equal(PAM_RETURN_AUTH_ERR, PAM_AUTH_ERR);
	assert_int_equal(PAM_RETURN_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(PAM_RETURN_MAXTRIES, PAM_MAXTRIES);
	assert_int_equal(PAM_RETURN_CONV_ERR, PAM_CONV_ERR);
	assert_int_equal(PAM_RETURN_IGNORE, PAM_IGNORE);
	assert_int_equal(PAM_RETURN_MUST_FAIL, PAM_PERM_DENIED);
}

/* Stacks of four lines, one of which may include two others, drawn by a fixed generator. */
static void
test_as_libpam(void **state)
{
	static const char *const controls[] = { "required", "requisite", "sufficient", "optional",
		"[success=1 default=ignore]", "[success=2 default=bad]",
		"[success=ok ignore=ignore default=die]", "[default=1 success=done]",
		"[auth_err=reset default=ok]", "[success=9 default=ignore]",
		"[maxtries=done default=ok success=reset]" };
	static const char *const returns[] = { "success", "success", "auth_err", "ignore",
		"maxtries", "authinfo_unavail" };
	enum { CONTROLS = sizeof controls / sizeof controls[0],
		RETURNS = sizeof returns / sizeof returns[0] };
	uint64_t random = 88172645463325252u;
	unsigned int succeeded = 0, failed = 0;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		char text[1024] = "", included[512] = "";
		bool called[STEPS_MAX];
		int result, is;

		for (int line = 0; line < 6; line++) {
			char *to = line < 4 ? text : included;
			const size_t size = line < 4 ? sizeof text : sizeof included;
			const size_t used = strlen(to);

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			if (line < 4 && random % 7 == 0)
				snprintf(to + used, size - used, "auth %s %s/included\n",
					(random >> 8) % 2 == 0 ? "substack" : "include", folder);
			else
				snprintf(to + used, size - used, "auth %s pam_debug.so auth=%s\n",
					controls[(random >> 8) % CONTROLS],
					returns[(random >> 32) % RETURNS]);
		}
		result = on_paper(text, included, called);
		is = real(text, included);
		if (result != is)
			fail_msg("%d, and libpam says %d:\n%s--\n%s", result, is, text, included);
		succeeded += result == PAM_SUCCESS;
		failed += result != PAM_SUCCESS;
	}
	assert_true(succeeded > 200);
	assert_true(failed > 200);
}

/* What is called: what libpam would not say. */
static void
test_called(void **state)
{
	bool called[STEPS_MAX];

	(void)state;
	assert_int_equal(on_paper("auth [success=1 default=ignore] pam_debug.so auth=success\n"
		"auth requisite pam_debug.so auth=auth_err\n"
		"auth required pam_debug.so auth=success\n", "", called), PAM_SUCCESS);
	assert_true(called[0] && !called[1] && called[2]);
	assert_int_equal(on_paper("auth requisite pam_debug.so auth=auth_err\n"
		"auth required pam_debug.so auth=success\n", "", called), PAM_AUTH_ERR);
	assert_true(called[0] && !called[1]);
	/* A substack ends by itself alone; what is included ends all. */
	assert_int_equal(on_paper("auth substack included\n"
		"auth required pam_debug.so auth=success\n",
		"auth sufficient pam_debug.so auth=success\n"
		"auth required pam_debug.so auth=auth_err\n", called), PAM_SUCCESS);
	assert_true(called[1] && !called[2] && called[3]);
	assert_int_equal(on_paper("auth include included\n"
		"auth required pam_debug.so auth=success\n",
		"auth sufficient pam_debug.so auth=success\n"
		"auth required pam_debug.so auth=auth_err\n", called), PAM_SUCCESS);
	assert_true(called[0] && !called[1] && !called[2]);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/service", folder);
	(void)unlink(path);
	snprintf(path, sizeof path, "%s/included", folder);
	(void)unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_as_libpam),
		cmocka_unit_test(test_called),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
