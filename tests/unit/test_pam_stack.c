/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of /etc/pam.d, as libpam reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/pam_stack.h"

static struct pam_entry entry;

/* The only line of a text. */
static void
only(const char *text)
{
	struct pam_reader reader = { .text = text, .size = strlen(text) };
	static struct pam_entry next;

	assert_true(pam_stack_next(&reader, &entry));
	assert_false(pam_stack_next(&reader, &next));
}

static void
test_lines(void **state)
{
	static const char text[] = "# auth required a.so\n\n  \t\n"
		"auth required b.so # c.so\n"
		"auth \\\n  required\\\n\td.so one \\\ntwo\n"
		"auth required e.so one # two \\\n"
		"session optional f.so\r\n"
		"auth required g.so";
	struct pam_reader reader = { .text = text, .size = strlen(text) };
	static const struct { const char *target; unsigned int line; size_t arguments; } rows[] = {
		{ "b.so", 4, 0 }, { "d.so", 5, 2 }, { "e.so", 9, 1 }, { "f.so", 10, 0 },
		{ "g.so", 11, 0 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(pam_stack_next(&reader, &entry));
		assert_int_equal(entry.kind, PAM_ENTRY_MODULE);
		assert_string_equal(entry.target, rows[i].target);
		assert_int_equal(entry.line, rows[i].line);
		assert_int_equal(entry.argument_count, rows[i].arguments);
	}
	assert_false(pam_stack_next(&reader, &entry));
}

static void
test_types(void **state)
{
	(void)state;
	only("-auth required a.so");
	assert_int_equal(entry.type, PAM_TYPE_AUTH);
	only("ACCOUNT Required a.so");
	assert_int_equal(entry.type, PAM_TYPE_ACCOUNT);
	only("password required a.so");
	assert_int_equal(entry.type, PAM_TYPE_PASSWORD);
	only("session include other");
	assert_int_equal(entry.type, PAM_TYPE_SESSION);
	assert_int_equal(entry.kind, PAM_ENTRY_INCLUDE);
	assert_string_equal(entry.target, "other");
	only("auth substack other");
	assert_int_equal(entry.kind, PAM_ENTRY_SUBSTACK);
	only("@include common-auth");
	assert_int_equal(entry.kind, PAM_ENTRY_INCLUDE_ALL);
	assert_string_equal(entry.target, "common-auth");
}

static void
test_keywords(void **state)
{
	static const struct { const char *line; int success, ignore, failure; } rows[] = {
		{ "auth required a.so", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_BAD },
		{ "auth requisite a.so", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_DIE },
		{ "auth sufficient a.so", PAM_ACTION_DONE, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
		{ "auth optional a.so", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
		{ "auth [success=1 default=ignore] a.so", 1, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
		{ "auth [success=ok ignore=ignore default=bad] a.so", PAM_ACTION_OK,
			PAM_ACTION_IGNORE, PAM_ACTION_BAD },
		{ "auth [default=die success = done] a.so", PAM_ACTION_DONE, PAM_ACTION_DIE,
			PAM_ACTION_DIE },
		/* What is not said is bad. */
		{ "auth [success=ok] a.so", PAM_ACTION_OK, PAM_ACTION_BAD, PAM_ACTION_BAD },
		{ "auth [auth_err=reset ignore=27] a.so", PAM_ACTION_BAD, 27, PAM_ACTION_RESET },
		/* Only what is not said yet. */
		{ "auth [auth_err=die default=ok] a.so", PAM_ACTION_OK, PAM_ACTION_OK,
			PAM_ACTION_DIE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		only(rows[i].line);
		assert_int_equal(entry.kind, PAM_ENTRY_MODULE);
		assert_int_equal(entry.actions[PAM_RETURN_SUCCESS], rows[i].success);
		assert_int_equal(entry.actions[PAM_RETURN_IGNORE], rows[i].ignore);
		assert_int_equal(entry.actions[PAM_RETURN_AUTH_ERR], rows[i].failure);
	}
	only("auth [authinfo_unavail=1 maxtries=2 conv_err=3 buf_err=4 default=bad] a.so");
	assert_int_equal(entry.actions[PAM_RETURN_AUTHINFO_UNAVAIL], 1);
	assert_int_equal(entry.actions[PAM_RETURN_MAXTRIES], 2);
	assert_int_equal(entry.actions[PAM_RETURN_CONV_ERR], 3);
	assert_int_equal(entry.actions[PAM_RETURN_BUF_ERR], 4);
	assert_string_equal(entry.control, "");
}

static void
test_arguments(void **state)
{
	const char *argument;

	(void)state;
	only("auth required /lib/security/pam_x.so conf=/a [two words] [br\\]acket] last\n");
	assert_int_equal(entry.argument_count, 4);
	argument = entry.arguments;
	assert_string_equal(argument, "conf=/a");
	argument = pam_stack_argument(argument);
	assert_string_equal(argument, "two words");
	argument = pam_stack_argument(argument);
	assert_string_equal(argument, "br]acket");
	argument = pam_stack_argument(argument);
	assert_string_equal(argument, "last");
}

static void
test_broken(void **state)
{
	static const char *const lines[] = { "auth", "auth required", "login auth required a.so",
		"auth requird a.so", "auth [success] a.so", "auth [success=maybe] a.so",
		"auth [sucess=ok] a.so", "auth [success=-1] a.so", "auth [success=0] a.so",
		"auth [success=ok", "@include", "auth [=ok] a.so" };
	char text[PAM_STACK_LINE_MAX * 2];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		only(lines[i]);
		assert_int_equal(entry.kind, PAM_ENTRY_BROKEN);
		assert_non_null(entry.wrong);
	}
	memset(text, 'x', sizeof text);
	memcpy(text, "auth required ", 14);
	text[sizeof text - 1] = '\0';
	only(text);
	assert_int_equal(entry.kind, PAM_ENTRY_BROKEN);
}

static void
test_module_name(void **state)
{
	size_t length;

	(void)state;
	assert_memory_equal(pam_stack_module_name("/a/pam_x.so", &length), "pam_x", 5);
	assert_int_equal(length, 5);
	assert_memory_equal(pam_stack_module_name("pam_x", &length), "pam_x", 5);
	assert_int_equal(length, 5);
	(void)pam_stack_module_name("a/", &length);
	assert_int_equal(length, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_types),
		cmocka_unit_test(test_keywords), cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_broken), cmocka_unit_test(test_module_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
