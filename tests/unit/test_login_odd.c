/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=keeper_start,--wrap=keeper_poll,--wrap=keeper_stop,--wrap=keeper_run */
/* ldflags: -Wl,--wrap=fsync,--wrap=fdatasync,--wrap=clock_sleep,--wrap=account_find */
/* ldflags: -Wl,--wrap=store_verify,--wrap=store_backup_verify */
/* Logins as no program that is known makes them, and answers of the store that come too late. */
#include "login_bench.h"

#include "core/account.h"
#include "core/backup.h"
#include "core/store_backup.h"
#include "wire/clock.h"

static bool alias, refused, expired;

int __real_account_find(const char *name, struct account *ret_account, struct fault *fault);
int __wrap_account_find(const char *name, struct account *ret_account, struct fault *fault);

int
__wrap_account_find(const char *name, struct account *ret_account, struct fault *fault)
{
	int result = __real_account_find(name, ret_account, fault);

	ret_account->alias = ret_account->alias || alias;
	return result;
}

int __real_store_verify(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, const struct code *guess, enum store_result *ret_result,
	struct store_status *ret_status, struct fault *fault);
int __wrap_store_verify(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, const struct code *guess, enum store_result *ret_result,
	struct store_status *ret_status, struct fault *fault);

int
__wrap_store_verify(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, const struct code *guess, enum store_result *ret_result,
	struct store_status *ret_status, struct fault *fault)
{
	int result = fails("store_verify") ? fault_set(fault, FAULT_STATE, "store_verify fails")
		: __real_store_verify(
		store, login, ticket, guess, ret_result, ret_status, fault);

	if (refused)
		*ret_result = STORE_REFUSED;
	return result;
}

int __real_store_backup_verify(struct store *store, const struct store_login *login,
	const struct store_backup_guess *guess, enum store_result *ret_result,
	struct store_status *ret_status, unsigned int *ret_left, struct fault *fault);
int __wrap_store_backup_verify(struct store *store, const struct store_login *login,
	const struct store_backup_guess *guess, enum store_result *ret_result,
	struct store_status *ret_status, unsigned int *ret_left, struct fault *fault);

int
__wrap_store_backup_verify(struct store *store, const struct store_login *login,
	const struct store_backup_guess *guess, enum store_result *ret_result,
	struct store_status *ret_status, unsigned int *ret_left, struct fault *fault)
{
	if (!expired)
		return __real_store_backup_verify(store, login, guess, ret_result, ret_status,
			ret_left, fault);
	*ret_result = STORE_EXPIRED;
	*ret_status = (struct store_status){ .standing = STORE_FREE };
	*ret_left = 0;
	return 0;
}

static int
log_in(const struct scratch *scratch, const char *const *answers, pam_handle_t *ret_pamh)
{
	*ret_pamh = (pam_handle_t){
		.user = login_user(), .service = "sshd", .client = "192.0.2.7", .answers = answers,
	};
	return login_run(scratch, ret_pamh);
}

static pam_handle_t pamh;

static void
nobody_is_named(void **state)
{
	login_configure(*state, "");
	pamh = (pam_handle_t){ .service = "sshd", .answers = (const char *[]){ NULL } };
	assert_int_equal(login_run(*state, &pamh), PAM_CONV_ERR);
	assert_non_null(strstr(pamh.log, "reason=conversation"));
	bad.name = "pam_get_user";
	bad.nth = 1;
	bad.calls = 0;
	assert_int_equal(login_run(*state, &pamh), PAM_CONV_ERR);
	bad.name = NULL;
}

static void
a_service_without_a_name(void **state)
{
	login_configure(*state, "remember = 600;\n");
	pamh = (pam_handle_t){ .user = login_user(), .answers = (const char *[]){ "CODE", NULL } };
	attempt_outcome = WIRE_ACCEPTED;
	assert_int_equal(login_run(*state, &pamh), PAM_SUCCESS);
	assert_non_null(strstr(pamh.log, "service=- "));
}

static void
the_keeper_alone_has_the_text(void **state)
{
	login_configure(*state, "");
	attempt_outcome = WIRE_ACCEPTED;
	request_looked_for = request_left = false;
	assert_int_equal(log_in(*state, (const char *[]){ "CODE", NULL }, &pamh), PAM_SUCCESS);
	assert_true(request_looked_for);
	assert_false(request_left);
}

/* By another spelling of his name he would be in none of not_groups. */
static void
by_an_alias_no_rule_exempts(void **state)
{
	char settings[256];

	snprintf(settings, sizeof settings, "exempt = ( { name = \"robots\"; users = [ \"%s\" ]; "
		"reason = \"so\"; } );\n", login_user());
	login_configure(*state, settings);
	attempt_outcome = WIRE_ACCEPTED;
	assert_int_equal(log_in(*state, (const char *[]){ NULL }, &pamh), PAM_IGNORE);
	alias = true;
	assert_int_equal(log_in(*state, (const char *[]){ "CODE", NULL }, &pamh), PAM_SUCCESS);
	alias = false;
	assert_non_null(strstr(pamh.log, "no rule exempts"));
	assert_non_null(strstr(pamh.log, "rule=- "));
}

/* The store refuses, and says that the user is free: whatever that is, it is not a match. */
static void
a_refusal_without_a_lock_out_denies(void **state)
{
	login_configure(*state, "");
	attempt_outcome = WIRE_ACCEPTED;
	refused = true;
	assert_int_equal(log_in(*state, (const char *[]){ "CODE", NULL }, &pamh),
		PAM_AUTHINFO_UNAVAIL);
	refused = false;
	assert_non_null(strstr(pamh.log, "event=denied reason=system"));
}

/* Another login from the same place, which waits for the code of the first. */
static const struct scratch *folder;

static void
enter_where_it_waits(void)
{
	static pam_handle_t second;

	bad.name = "store_verify";
	bad.nth = 1;
	bad.calls = 0;
	assert_int_equal(log_in(folder, (const char *[]){ "CODE", NULL }, &second),
		PAM_AUTHINFO_UNAVAIL);
	bad.name = NULL;
	assert_non_null(strstr(second.log, "event=waiting"));
	assert_non_null(strstr(second.log, "store_verify fails"));
}

static void
a_code_that_cannot_be_checked_where_it_is_waited_for(void **state)
{
	folder = *state;
	login_configure(*state, "bind = \"client\"; remember = 600;\n");
	attempt_outcome = WIRE_ACCEPTED;
	pamh = (pam_handle_t){
		.user = login_user(), .service = "sshd", .client = "192.0.2.7",
		.answers = (const char *[]){ "CODE", NULL }, .meanwhile = enter_where_it_waits,
	};
	assert_int_equal(login_run(*state, &pamh), PAM_SUCCESS);
}

/* Of the first country that may be texted. */
static void
an_invented_number_is_of_an_allowed_country(void **state)
{
	static const struct { const char *settings, *shows; } cases[] = {
		{ "allowed_prefixes = [ \"+49\", \"+44\" ];\n", "+49" },
		{ "allowed_prefixes = [ \"+358\" ];\n", "+358" },
		{ "allowed_prefixes = [ \"!+4470\", \"+33\" ];\n", "+33" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		login_configure(*state, cases[i].settings);
		pamh = (pam_handle_t){
			.user = "no-such-user", .service = "sshd", .client = "192.0.2.7",
			.answers = (const char *[]){ NULL },
		};
		(void)login_run(*state, &pamh);
		if (strstr(pamh.said, cases[i].shows) == NULL)
			fail_msg("%s: \"%s\"\n%s", cases[i].settings, pamh.said, pamh.log);
	}
}

/* Two codes, the cheapest to hash; texts holds them as they are typed. */
static void
give_backup_codes(const struct scratch *scratch, char texts[2][BACKUP_TEXT_SIZE])
{
	char state_dir[PATH_MAX], run_dir[PATH_MAX];
	struct store_settings settings = {
		.state_dir = state_dir, .run_dir = run_dir, .read_clock = clock_read,
	};
	struct backup_set set = {
		.recipe = { .serial = 7, .passes = 1, .memory_kib = 8 }, .count = 2,
	};
	struct store *store = NULL;
	unsigned int replaced;
	struct fault fault;

	snprintf(state_dir, sizeof state_dir, "%s/state", scratch->path);
	snprintf(run_dir, sizeof run_dir, "%s/run", scratch->path);
	for (size_t i = 0; i < 2; i++) {
		struct code code;

		assert_int_equal(code_draw(&backup_form, &code), 0);
		assert_int_equal(backup_hash(&set.recipe, &code, &set.hashes[i], &fault), 0);
		backup_write(&code, texts[i]);
	}
	assert_int_equal(store_open(&settings, &store, &fault), 0);
	assert_int_equal(store_backup_make(store, getuid(), &set, 0, &replaced, &fault), 0);
	store_close(&store);
}

static void
backup_codes_in_an_outage(void **state)
{
	char good[2][BACKUP_TEXT_SIZE];
	const char wrong[] = "AAAA-AAAA-AAAA";

	login_configure(*state, "budget = { user = { unredeemed = 30; seconds = 600; }; "
		"phone = { unredeemed = 30; seconds = 600; }; };\n");
	give_backup_codes(*state, good);
	attempt_outcome = WIRE_UNREACHABLE;
	/* Nobody answers, and that was said before; after a wrong one it is another ending. */
	assert_int_equal(log_in(*state, (const char *[]){ NULL }, &pamh), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(log_in(*state, (const char *[]){ wrong, NULL }, &pamh), PAM_CONV_ERR);
	/* No memory for the answer. */
	bad.name = "pam_prompt";
	bad.nth = 1;
	bad.calls = 0;
	assert_int_equal(log_in(*state, (const char *[]){ good[0], NULL }, &pamh), PAM_BUF_ERR);
	bad.name = NULL;
	/* They have gone while it was typed. */
	expired = true;
	assert_int_equal(log_in(*state, (const char *[]){ good[0], NULL }, &pamh),
		PAM_AUTHINFO_UNAVAIL);
	expired = false;
	assert_int_equal(log_in(*state, (const char *[]){ "x", good[0], NULL }, &pamh),
		PAM_SUCCESS);
	assert_int_equal(log_in(*state, (const char *[]){ good[0], good[1], NULL }, &pamh),
		PAM_SUCCESS);
	assert_non_null(strstr(pamh.log, "reason=used_code"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_named),
		TEST(a_service_without_a_name),
		TEST(the_keeper_alone_has_the_text),
		TEST(by_an_alias_no_rule_exempts),
		TEST(a_refusal_without_a_lock_out_denies),
		TEST(a_code_that_cannot_be_checked_where_it_is_waited_for),
		TEST(an_invented_number_is_of_an_allowed_country),
		TEST(backup_codes_in_an_outage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
