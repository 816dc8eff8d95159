/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/login.h"

#include <sodium.h>
#include <string.h>

#include "core/config.h"
#include "core/random.h"
#include "module/backup.h"
#include "module/dialogue.h"
#include "module/gateways.h"
#include "module/identity.h"
#include "module/login_state.h"
#include "module/note.h"
#include "module/phone.h"
#include "module/policy.h"
#include "module/remember.h"
#include "module/report.h"
#include "module/text.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"
#include "wire/session.h"

/* ±50 % by libpam, and no rate limit: it only spares the log of a client that loops. */
#define FAIL_DELAY_US 2000000

static void
look_around(struct login *login)
{
	login->service = login_item(login, PAM_SERVICE);
	login->client = login_item(login, PAM_RHOST);
	login->tty = login_item(login, PAM_TTY);
	code_draw_ref(login->ref);
	request_host(login->host);
}

static enum outcome
read_arguments(struct login *login, int argc, const char **argv)
{
	login->conf_path = SMSOTP_CONF;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=/", 6) == 0) {
			login->conf_path = argv[i] + 5;
		} else if (strcmp(argv[i], "debug") == 0) {
			login->debug = true;
		} else {
			(void)fault_set(&login->fault, FAULT_CONFIG,
				"unknown module argument \"%s\" (known: conf=/PATH, debug)",
				argv[i]);
			return OUTCOME_CONFIG;
		}
	}
	return OUTCOME_ACCEPTED;
}

static enum outcome
read_configuration(struct login *login)
{
	static const struct config_defaults defaults = {
		.state_dir = SMSOTP_STATEDIR, .run_dir = SMSOTP_RUNDIR,
	};
	int result = config_load(login->conf_path, &defaults, login->service, &login->config,
		&login->fault);

	return result == 0 ? OUTCOME_ACCEPTED : ending_of_fault((enum fault_kind)result);
}

/* What must be known before a noted ending can be found: whose it is. */
static enum outcome
identify(struct login *login, int argc, const char **argv)
{
	enum outcome outcome;

	if ((outcome = identity_target(login)) != OUTCOME_ACCEPTED ||
	    (outcome = read_arguments(login, argc, argv)) != OUTCOME_ACCEPTED ||
	    (outcome = read_configuration(login)) != OUTCOME_ACCEPTED)
		return outcome;
	return identity_choose(login);
}

/*
 * A group that does not resolve gives nobody its privilege; one that the administrator named is
 * reported.
 */
static bool
in_reserve(struct login *login)
{
	bool member = false;

	for (size_t i = 0; i < login->config->reserve_group_count && !member; i++) {
		if (account_in_groups(&login->account, &login->config->reserve_groups[i], 1,
		    &member, &login->fault) == 0)
			continue;
		if (login->config->reserve_groups_given)
			report_outcome(login, "warning", OUTCOME_CONFIG);
		login->fault.text[0] = '\0';
	}
	return member;
}

static enum outcome
open_store(struct login *login)
{
	const struct config *config = login->config;
	int result;

	login->store_settings = (struct store_settings){
		.state_dir = config->state_dir, .run_dir = config->run_dir,
		.guesses = config->guesses, .budget = config->budget,
		.read_clock = clock_read, .lives = session_lives,
	};
	result = store_open(&login->store_settings, &login->store, &login->fault);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	login->who = (struct store_login){
		.uid = login->account.uid,
		.service = login->service != NULL ? login->service : "",
		.client = login->client,
	};
	if (!login->account.known)
		return OUTCOME_ACCEPTED;
	login->who.reserve = in_reserve(login);
	if (login_shares_codes(login))
		store_client_binding(login->store, login->who.uid, login->who.service,
			login->client, login->who.binding);
	else if (random_bytes(login->who.binding, sizeof login->who.binding) != 0)
		return ending_of_fault((enum fault_kind)fault_set(&login->fault, FAULT_SYSTEM,
			"the random generator failed"));
	return OUTCOME_ACCEPTED;
}

static enum outcome
check_lockout(struct login *login)
{
	int result;

	if (!login->account.known)
		return OUTCOME_ACCEPTED;
	result = store_look(login->store, login->who.uid, &login->status, &login->fault);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	login->wait_ms = login->status.locked_for_ms;
	return ending_of_standing(login->status.standing);
}

/* Texts the code and waits until the prompt may come: for a gateway's word, but not for long. */
static enum outcome
send_text(struct login *login)
{
	enum outcome outcome;
	int result = gateways_recall(login);

	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	remember_prepare(login);
	outcome = text_first(login);
	if (outcome == OUTCOME_WAITING)
		outcome = remember_wait(login);
	if (outcome != OUTCOME_ACCEPTED || login->config->send_after_ms > 0)
		return outcome;
	text_follow(login, login->config->prompt_within_ms);
	/* Where there is another way to the person the prompt comes and tells of it. */
	if (gateways_refused_number(login))
		return login->phones.count > 1 || text_can_call(login) ? OUTCOME_ACCEPTED
			: OUTCOME_NUMBER_REFUSED;
	return login->sent.state == KEEPER_FAILED ? OUTCOME_GATEWAYS : OUTCOME_ACCEPTED;
}

/*
 * The login, step by step. Every step returns OUTCOME_ACCEPTED to go on; only the last one's
 * means that the code was right. Any other value ends it there: OUTCOME_EXEMPT;
 * OUTCOME_REMEMBERED, which comes of sending alone: where a success counts, nothing is sent; and
 * OUTCOME_BACKUP. Where a step ends it because no text can be sent, a backup code may help.
 */
static enum outcome
take_steps(struct login *login)
{
	enum outcome outcome;

	/* Who is exempt needs no store: a full disk does not lock robots out. */
	if ((outcome = policy_exempt(login)) != OUTCOME_ACCEPTED ||
	    (outcome = open_store(login)) != OUTCOME_ACCEPTED ||
	    (outcome = check_lockout(login)) != OUTCOME_ACCEPTED)
		return outcome;
	if ((outcome = phone_find(login)) != OUTCOME_ACCEPTED ||
	    (outcome = send_text(login)) != OUTCOME_ACCEPTED)
		return backup_instead(login, outcome);
	report_debug(login, "source=%s texts=%u prompting", login->phones.source != NULL
		? login->phones.source : "-", login->texts);
	return dialogue_run(login);
}

/*
 * What this conversation asked for must not outlive it, unless it was entered, or another from the
 * same client may still use it.
 */
static void
withdraw_code(struct login *login, enum outcome outcome)
{
	if (outcome == OUTCOME_ACCEPTED || login->ticket.serial == 0)
		return;
	if (login_shares_codes(login) && outcome != OUTCOME_GUESSES_USED) {
		remember_leave(login);
		return;
	}
	if (store_revoke(login->store, &login->who, &login->ticket,
	    login->fault.text[0] == '\0' ? &login->fault : NULL) != 0)
		report_debug(login, "the code could not be withdrawn");
}

static const char *
event_of(enum outcome outcome)
{
	if (outcome_success(outcome))
		return "accepted";
	return outcome == OUTCOME_EXEMPT ? "exempt" : "denied";
}

static void
wipe(struct login *login)
{
	store_close(&login->store);
	config_free(&login->config);
	sodium_memzero(login, sizeof *login);
}

int
login_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	/*
	 * PAM_SILENT keeps back nothing that must be read: that stands in the prompt, and in one
	 * line at the end.
	 */
	struct login login = { .pamh = pamh, .silent = (flags & PAM_SILENT) != 0 };
	enum outcome outcome;
	bool whoever;
	int result;

	if (note_get(pamh, NULL, &outcome))
		return outcome_row(outcome)->pam_result;
	look_around(&login);
	outcome = identify(&login, argc, argv);
	/* Up to here it is whoever asks; what follows can be one user's alone. */
	whoever = outcome == OUTCOME_CONFIG || outcome == OUTCOME_CALLER_UNKNOWN;
	if (outcome == OUTCOME_ACCEPTED && note_get(pamh, &login.account, &outcome)) {
		result = outcome_row(outcome)->pam_result;
		wipe(&login);
		return result;
	}
	if (outcome == OUTCOME_ACCEPTED)
		outcome = take_steps(&login);

	text_end(&login);
	withdraw_code(&login, outcome);
	report_outcome(&login, event_of(outcome), outcome);
	if (outcome == OUTCOME_EXEMPT) {
		policy_notice(&login);
	} else if (outcome == OUTCOME_BACKUP) {
		backup_notice(&login);
	} else if (!outcome_success(outcome)) {
		dialogue_end(&login, outcome);
		note_set(pamh, whoever ? NULL : &login.account, outcome);
		(void)pam_fail_delay(pamh, FAIL_DELAY_US);
	}
	result = outcome_row(outcome)->pam_result;
	wipe(&login);
	return result;
}
