/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=keeper_start,--wrap=keeper_poll,--wrap=keeper_stop,--wrap=keeper_run */
/* ldflags: -Wl,--wrap=fsync,--wrap=fdatasync,--wrap=malloc,--wrap=account_find */
/* ldflags: -Wl,--wrap=store_open,--wrap=store_health,--wrap=store_look,--wrap=store_issue */
/* ldflags: -Wl,--wrap=store_again,--wrap=store_verify,--wrap=store_revoke */
/* ldflags: -Wl,--wrap=store_stop_waiting,--wrap=random_bytes,--wrap=random_below */
/* ldflags: -Wl,--wrap=code_draw,--wrap=clock_read,--wrap=shelter_enter,--wrap=shelter_leave */
/* ldflags: -Wl,--wrap=session_process,--wrap=request_compose,--wrap=phones_find */
/* ldflags: -Wl,--wrap=store_backup_find,--wrap=clock_sleep */
/*
 * What a login does when one of the calls that it makes fails, each in turn: it denies, and the
 * log says why; but for those few that are no reason to deny.
 */
#include "login_bench.h"

#include "core/account.h"
#include "core/phones.h"
#include "core/shelter.h"
#include "core/store_backup.h"
#include "wire/clock.h"
#include "wire/request.h"
#include "wire/session.h"

FAILING(void *, malloc, (size_t size), (size), NULL)
FAILING(int, random_bytes, (void *buffer, size_t size), (buffer, size), FAULT_SYSTEM)
FAILING(int, random_below, (unsigned int bound, unsigned int *ret_number), (bound, ret_number),
	FAULT_SYSTEM)
FAILING(int, code_draw, (const struct code_form *form, struct code *ret_code), (form, ret_code),
	FAULT_SYSTEM)
FAILING(bool, session_process, (struct code_process *ret_process), (ret_process), false)
FAILING(int, request_compose, (const struct request_plan *plan, struct wire_request *ret_request),
	(plan, ret_request), -1)
FAULTY(account_find, FAULT_SYSTEM, (const char *name, struct account *ret_account,
	struct fault *fault), (name, ret_account, fault))
FAULTY(clock_read, FAULT_SYSTEM, (struct now *ret_now, struct fault *fault), (ret_now, fault))
FAULTY(shelter_enter, FAULT_SYSTEM, (struct shelter *ret_shelter, struct fault *fault),
	(ret_shelter, fault))
FAULTY(store_open, FAULT_STATE, (const struct store_settings *settings, struct store **ret_store,
	struct fault *fault), (settings, ret_store, fault))
FAULTY(store_health, FAULT_SYSTEM, (struct store *store, struct health **ret_health,
	struct fault *trouble, struct fault *fault), (store, ret_health, trouble, fault))
FAULTY(store_look, FAULT_STATE, (struct store *store, uid_t uid, struct store_status *ret_status,
	struct fault *fault), (store, uid, ret_status, fault))
FAULTY(store_issue, FAULT_STATE, (struct store *store, const struct store_login *login,
	const struct e164 *phone, const struct code *code, int64_t lifetime_ms,
	struct store_ticket *ret_ticket, struct store_verdict *ret_verdict, struct fault *fault),
	(store, login, phone, code, lifetime_ms, ret_ticket, ret_verdict, fault))
FAULTY(store_again, FAULT_STATE, (struct store *store, const struct store_login *login,
	const struct store_more *more, struct store_ticket *ticket, bool *ret_live,
	struct store_verdict *ret_verdict, struct fault *fault),
	(store, login, more, ticket, ret_live, ret_verdict, fault))
FAULTY(store_verify, FAULT_STATE, (struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, const struct code *guess, enum store_result *ret_result,
	struct store_status *ret_status, struct fault *fault),
	(store, login, ticket, guess, ret_result, ret_status, fault))
FAULTY(store_revoke, FAULT_STATE, (struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault), (store, login, ticket, fault))
FAULTY(store_stop_waiting, FAULT_STATE, (struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault), (store, login, ticket, fault))
FAULTY(store_backup_find, FAULT_STATE, (struct store *store, uid_t uid,
	struct store_backup *ret_backup, struct fault *fault), (store, uid, ret_backup, fault))

int __real_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);
int __wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);

int
__wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault)
{
	int left = __real_shelter_leave(shelter, result, fault);

	return fails("shelter_leave") && result == 0
		? fault_set(fault, FAULT_SYSTEM, "shelter_leave fails") : left;
}

void __real_phones_find(const struct config *config, const struct phones_asker *asker,
	const char *user, struct phones *ret_phones, struct fault *fault);
void __wrap_phones_find(const struct config *config, const struct phones_asker *asker,
	const char *user, struct phones *ret_phones, struct fault *fault);

void
__wrap_phones_find(const struct config *config, const struct phones_asker *asker,
	const char *user, struct phones *ret_phones, struct fault *fault)
{
	__real_phones_find(config, asker, user, ret_phones, fault);
	if (!fails("phones_find"))
		return;
	*ret_phones = (struct phones){ .outcome = PHONES_UNAVAILABLE };
	(void)fault_set(fault, FAULT_MEMORY, "phones_find fails");
}

/* How logins go when nothing fails. */
static const struct scenario {
	const char *name, *user;	/* NULL: whoever runs the test */
	const char *settings;
	enum wire_outcome outcome;
	const char *answers[8];
	int result;
} scenarios[] = {
	{ "right", NULL, "bind = \"client\"; remember = 600; budget = { cooldown = 0; };\n",
		WIRE_ACCEPTED, { "", "r", "v", "WRONG", "CODE" }, PAM_SUCCESS },
	{ "session", NULL, "", WIRE_ACCEPTED, { "CODE" }, PAM_SUCCESS },
	{ "leaves", NULL, "bind = \"client\"; remember = 600;\n", WIRE_ACCEPTED, { NULL },
		PAM_CONV_ERR },
	{ "gives up", NULL, "", WIRE_ACCEPTED, { "WRONG" }, PAM_CONV_ERR },
	{ "outage", NULL, "", WIRE_UNREACHABLE, { NULL }, PAM_AUTHINFO_UNAVAIL },
	{ "nobody", "no-such-user", "", WIRE_ACCEPTED, { "", "r", "000000" }, PAM_CONV_ERR },
	{ "caller", NULL, "services = ( { names = [ \"sshd\" ]; identity = \"caller\"; } );\n",
		WIRE_ACCEPTED, { "CODE" }, PAM_SUCCESS },
	{ "passed over", NULL, "budget = { cooldown = 0; };\n", WIRE_SKIPPED, { "v", "r" },
		PAM_CONV_ERR },
	{ "exempt", NULL, "exempt = ( { name = \"new\"; no_phone = true; reason = \"so\"; } );\n",
		WIRE_ACCEPTED, { "CODE" }, PAM_SUCCESS },
};

enum effect {
	DENIES,		/* and the log says that it failed */
	DENIES_MUTELY,	/* and the log says something */
	CHANGES_NOTHING,
	MAY_DENY
};

static const struct call {
	const char *name;
	enum effect effect;
	int result;		/* DENIES: what PAM is told */
} calls[] = {
	{ "account_find", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "clock_read", MAY_DENY, 0 },
	{ "shelter_enter", MAY_DENY, 0 },
	{ "shelter_leave", MAY_DENY, 0 },
	{ "store_open", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "store_look", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "store_health", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "store_issue", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "store_again", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "store_verify", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "keeper_start", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "phones_find", DENIES, PAM_BUF_ERR },
	{ "store_backup_find", DENIES, PAM_AUTHINFO_UNAVAIL },
	{ "code_draw", DENIES_MUTELY, PAM_AUTHINFO_UNAVAIL },
	{ "request_compose", MAY_DENY, 0 },
	{ "random_bytes", MAY_DENY, 0 },
	{ "random_below", MAY_DENY, 0 },
	{ "malloc", MAY_DENY, 0 },
	{ "pam_get_user", DENIES_MUTELY, PAM_BUF_ERR },
	{ "pam_prompt", DENIES_MUTELY, PAM_BUF_ERR },
	{ "pam_get_data", CHANGES_NOTHING, 0 },
	{ "pam_set_data", CHANGES_NOTHING, 0 },
	{ "session_process", CHANGES_NOTHING, 0 },
	{ "store_revoke", CHANGES_NOTHING, 0 },
	{ "store_stop_waiting", CHANGES_NOTHING, 0 },
	{ "keeper_run", CHANGES_NOTHING, 0 },
};

/* result and log are those of a login in which that call failed. */
static void
check(const struct scenario *scenario, const struct call *call, int result, const char *log)
{
	char says[64];

	snprintf(says, sizeof says, "%s fails", call->name);
	/* A login goes wrong, never right. */
	if (result == PAM_SUCCESS && scenario->result != PAM_SUCCESS)
		fail_msg("%s, %s: let in", scenario->name, says);
	if (call->effect == CHANGES_NOTHING && result != scenario->result)
		fail_msg("%s, %s: %d\n%s", scenario->name, says, result, log);
	if ((call->effect == DENIES || call->effect == DENIES_MUTELY) && result != call->result)
		fail_msg("%s, %s: %d\n%s", scenario->name, says, result, log);
	if (call->effect == DENIES && strstr(log, says) == NULL)
		fail_msg("%s, %s: not in the log:\n%s", scenario->name, says, log);
	if (strstr(log, "event=") == NULL)
		fail_msg("%s, %s: nothing was logged", scenario->name, says);
}

static int
play(const struct scratch *scratch, const struct scenario *scenario, pam_handle_t *ret_pamh)
{
	*ret_pamh = (pam_handle_t){
		.user = scenario->user != NULL ? scenario->user : login_user(),
		.service = "sshd", .client = "192.0.2.7", .ruser = login_user(),
		.answers = scenario->answers,
	};
	attempt_outcome = scenario->outcome;
	attempt_offers = WIRE_OFFERS_VOICE | WIRE_OFFERS_STATUS;
	return login_run(scratch, ret_pamh);
}

static void
forget(const struct scratch *scratch)
{
	bad.name = NULL;
	scratch_empty(scratch_path(scratch, "state"));
	scratch_empty(scratch_path(scratch, "run"));
}

/* Each call of that name; returns how many there are. */
static int
fail_each(const struct scratch *scratch, const struct scenario *scenario, const struct call *call)
{
	static pam_handle_t pamh;
	int result;

	for (int nth = 1;; nth++) {
		bool made;

		/* What a first login makes is there. */
		login_configure(scratch, "");
		if (play(scratch, &scenarios[1], &pamh) != PAM_SUCCESS)
			fail_msg("%s", pamh.log);
		login_configure(scratch, scenario->settings);
		bad.name = call->name;
		bad.nth = nth;
		bad.calls = 0;
		result = play(scratch, scenario, &pamh);
		made = bad.calls >= nth;
		bad.name = NULL;
		if (made)
			check(scenario, call, result, pamh.log);
		else if (result != scenario->result)
			fail_msg("%s: %d\n%s", scenario->name, result, pamh.log);
		forget(scratch);
		if (!made)
			return nth - 1;
	}
}

static void
each_call_may_fail(void **state)
{
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		int made = 0;

		for (size_t k = 0; k < sizeof scenarios / sizeof scenarios[0]; k++)
			made += fail_each(*state, &scenarios[k], &calls[i]);
		if (made == 0)
			fail_msg("%s is never called", calls[i].name);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
