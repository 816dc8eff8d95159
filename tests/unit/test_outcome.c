/* SPDX-License-Identifier: BSD-2-Clause */
/* What each ending is to PAM, written down a second time, and what faults come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include "module/outcome.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* As pam_smsotp(8) lists them. The reason is what administrators look for in the log. */
static const struct {
	enum outcome outcome;
	int pam_result;
	const char *reason;
} endings[] = {
	{ OUTCOME_ACCEPTED, PAM_SUCCESS, "code" },
	{ OUTCOME_EXEMPT, PAM_IGNORE, "rule" },
	{ OUTCOME_REMEMBERED, PAM_SUCCESS, "remembered" },
	{ OUTCOME_BACKUP, PAM_SUCCESS, "backup_code" },
	{ OUTCOME_WRONG_CODE, PAM_AUTH_ERR, "wrong_code" },
	{ OUTCOME_WAITING, PAM_AUTH_ERR, "waiting" },
	{ OUTCOME_EXPIRED_CODE, PAM_AUTH_ERR, "expired_code" },
	{ OUTCOME_USED_CODE, PAM_AUTH_ERR, "used_code" },
	{ OUTCOME_GAVE_UP, PAM_AUTH_ERR, "gave_up" },
	{ OUTCOME_UNKNOWN_ACCOUNT, PAM_AUTH_ERR, "unknown_account" },
	{ OUTCOME_GUESSES_USED, PAM_MAXTRIES, "guesses_used" },
	{ OUTCOME_LOCKED, PAM_MAXTRIES, "locked" },
	{ OUTCOME_DISABLED, PAM_MAXTRIES, "disabled" },
	{ OUTCOME_BUDGET_USER, PAM_MAXTRIES, "budget_user" },
	{ OUTCOME_BUDGET_PHONE, PAM_MAXTRIES, "budget_phone" },
	{ OUTCOME_BUDGET_CLIENT, PAM_MAXTRIES, "budget_client" },
	{ OUTCOME_BUDGET_HOST, PAM_MAXTRIES, "budget_host" },
	{ OUTCOME_BUDGET_VOICE, PAM_MAXTRIES, "budget_voice" },
	{ OUTCOME_NO_PHONE, PAM_MAXTRIES, "no_phone" },
	{ OUTCOME_BAD_NUMBER, PAM_MAXTRIES, "bad_number" },
	{ OUTCOME_PREFIX_NOT_ALLOWED, PAM_MAXTRIES, "prefix_not_allowed" },
	{ OUTCOME_NUMBER_REFUSED, PAM_MAXTRIES, "number_refused" },
	{ OUTCOME_CALLER_UNKNOWN, PAM_MAXTRIES, "caller_unknown" },
	{ OUTCOME_PHONE_SOURCE, PAM_AUTHINFO_UNAVAIL, "phone_source" },
	{ OUTCOME_GATEWAYS, PAM_AUTHINFO_UNAVAIL, "gateways" },
	{ OUTCOME_STATE, PAM_AUTHINFO_UNAVAIL, "state" },
	{ OUTCOME_SYSTEM, PAM_AUTHINFO_UNAVAIL, "system" },
	{ OUTCOME_CONFIG, PAM_AUTHINFO_UNAVAIL, "config" },
	{ OUTCOME_CONVERSATION, PAM_CONV_ERR, "conversation" },
	{ OUTCOME_NO_ANSWER, PAM_CONV_ERR, "no_answer" },
	{ OUTCOME_NOT_A_CODE, PAM_CONV_ERR, "not_a_code" },
	{ OUTCOME_MEMORY, PAM_BUF_ERR, "memory" },
};

static void
each_ending_has_its_row(void **state)
{
	unsigned int seen[OUTCOME_COUNT] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(endings); i++) {
		const struct outcome_row *row = outcome_row(endings[i].outcome);

		seen[endings[i].outcome]++;
		assert_int_equal(row->pam_result, endings[i].pam_result);
		assert_string_equal(ending_reason(endings[i].outcome), endings[i].reason);
		assert_true(row->priority >= LOG_ERR && row->priority <= LOG_INFO);
	}
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(seen[i], 1);
}

/* A right code, one that was right before, a backup code: nothing else, whatever the table says. */
static void
three_endings_let_in(void **state)
{
	(void)state;
	for (int i = -1; i <= OUTCOME_COUNT; i++) {
		const bool in = i == OUTCOME_ACCEPTED || i == OUTCOME_REMEMBERED ||
			i == OUTCOME_BACKUP;

		assert_int_equal(outcome_success((enum outcome)i), in);
		assert_int_equal(outcome_row((enum outcome)i)->pam_result == PAM_SUCCESS, in);
	}
}

/* A note makes the next call on a handle end alike: an ending that may turn out better has none. */
static void
only_final_endings_are_noted(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		const struct outcome_row *row = outcome_row((enum outcome)i);

		if (row->pam_result == PAM_SUCCESS || row->pam_result == PAM_AUTH_ERR ||
			row->pam_result == PAM_IGNORE)
			assert_false(row->noted);
		/* A refused call leaves the text. */
		else
			assert_int_equal(row->noted, i != OUTCOME_BUDGET_VOICE);
	}
}

/* What PAM takes for anything but a denial: CVE-2025-23013 was a PAM_IGNORE out of an error. */
static void
all_but_four_endings_deny(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		const int result = outcome_row((enum outcome)i)->pam_result;

		assert_int_equal(result == PAM_SUCCESS,
			i == OUTCOME_ACCEPTED || i == OUTCOME_REMEMBERED || i == OUTCOME_BACKUP);
		assert_int_equal(result == PAM_IGNORE, i == OUTCOME_EXEMPT);
	}
	for (int kind = -300; kind <= 300; kind++) {
		const enum outcome outcome = ending_of_fault((enum fault_kind)kind);

		assert_int_not_equal(outcome, OUTCOME_ACCEPTED);
		assert_int_not_equal(outcome, OUTCOME_REMEMBERED);
		assert_int_not_equal(outcome, OUTCOME_BACKUP);
		assert_int_not_equal(outcome, OUTCOME_EXEMPT);
		assert_int_equal(ending_backup_word(outcome), WORD_NONE);
	}
}

/* For want of a text, and for nothing else: who is locked out is not asked for anything. */
static void
only_want_of_a_text_asks_for_a_backup_code(void **state)
{
	static const enum outcome wants[] = {
		OUTCOME_BUDGET_USER, OUTCOME_BUDGET_PHONE, OUTCOME_BUDGET_CLIENT,
		OUTCOME_BUDGET_HOST, OUTCOME_NO_PHONE, OUTCOME_BAD_NUMBER,
		OUTCOME_PREFIX_NOT_ALLOWED, OUTCOME_NUMBER_REFUSED, OUTCOME_PHONE_SOURCE,
		OUTCOME_GATEWAYS,
	};
	unsigned int asking = 0;

	(void)state;
	for (int i = 0; i < OUTCOME_COUNT; i++)
		asking += ending_backup_word((enum outcome)i) != WORD_NONE;
	assert_int_equal(asking, COUNT(wants));
	for (size_t i = 0; i < COUNT(wants); i++)
		assert_int_not_equal(ending_backup_word(wants[i]), WORD_NONE);
}

static void
what_is_no_ending_denies(void **state)
{
	static const int others[] = { -1, OUTCOME_COUNT, OUTCOME_COUNT + 1, 1000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		const enum outcome other = (enum outcome)others[i];

		assert_ptr_equal(outcome_row(other), outcome_row(OUTCOME_SYSTEM));
		assert_string_equal(ending_reason(other), "system");
		assert_int_equal(ending_word(other), WORD_END_STATE);
	}
}

static void
every_fault_denies(void **state)
{
	static const struct { enum fault_kind kind; enum outcome outcome; } faults[] = {
		{ FAULT_CONFIG, OUTCOME_CONFIG }, { FAULT_STATE, OUTCOME_STATE },
		{ FAULT_DAMAGED, OUTCOME_STATE }, { FAULT_BUSY, OUTCOME_STATE },
		{ FAULT_MEMORY, OUTCOME_MEMORY }, { FAULT_SYSTEM, OUTCOME_SYSTEM },
		{ FAULT_PROTOCOL, OUTCOME_SYSTEM },
		/* No kind at all; 0 is where a fault was not filled in. */
		{ 0, OUTCOME_SYSTEM }, { (enum fault_kind)1, OUTCOME_SYSTEM },
		{ (enum fault_kind)-100, OUTCOME_SYSTEM },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++)
		assert_int_equal(ending_of_fault(faults[i].kind), faults[i].outcome);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_ending_has_its_row),
		cmocka_unit_test(three_endings_let_in),
		cmocka_unit_test(only_final_endings_are_noted),
		cmocka_unit_test(all_but_four_endings_deny),
		cmocka_unit_test(only_want_of_a_text_asks_for_a_backup_code),
		cmocka_unit_test(what_is_no_ending_denies),
		cmocka_unit_test(every_fault_denies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
