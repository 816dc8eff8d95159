/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/foresight.h"

#include <sodium.h>
#include <string.h>

#include "core/code.h"
#include "core/e164.h"
#include "core/health.h"
#include "core/random.h"
#include "core/store_backup.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/lookup.h"
#include "wire/session.h"

static enum outcome
identify(const struct ctl *ctl, struct foresight *it)
{
	const struct foresight_login *login = &it->login;
	int result = account_find(login->user, &it->target, &it->fault);

	if (result == 0)
		result = site_load(ctl, login->service, &it->site, &it->fault);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	it->account = it->target;
	if (it->site.config->identity == CONFIG_IDENTITY_CALLER) {
		struct account caller = { .known = false };

		if (login->caller != NULL)
			result = account_find(login->caller, &caller, &it->fault);
		if (result != 0)
			return ending_of_fault((enum fault_kind)result);
		if (!caller.known) {
			(void)fault_set(&it->fault, FAULT_CONFIG, "identity is \"caller\", and %s",
				login->caller == NULL ? "no --caller is given" :
				"the caller has no account");
			return OUTCOME_CALLER_UNKNOWN;
		}
		if (it->target.known)
			it->account = caller;
	}
	it->identified = true;
	return OUTCOME_ACCEPTED;
}

static void
hear(void *context, const struct config_source *source, bool found, const struct fault *fault)
{
	struct foresight *it = context;
	struct foresight_source *said = &it->sources[source - it->site.config->sources];

	said->asked = true;
	said->found = found;
	if (fault != NULL)
		said->fault = *fault;
}

/* What was typed at a name's prompt may be a password: nobody is asked about it. */
static void
ask_phones(struct foresight *it)
{
	const struct phones_asker asker = {
		.ask = lookup_ask, .helper = SMSOTP_LOOKUP, .heard = hear, .context = it,
	};

	if (!it->phones_asked && it->account.known)
		phones_find(it->site.config, &asker, it->account.name, &it->phones,
			&it->phones_fault);
	it->phones_asked = it->account.known;
}

static int
in_groups(void *context, const char *const groups[], size_t count, bool *ret_member,
	struct fault *fault)
{
	const struct foresight *it = context;

	return account_in_groups(&it->account, groups, count, ret_member, fault);
}

static int
has_no_phone(void *context, bool *ret_none, struct fault *fault)
{
	struct foresight *it = context;

	ask_phones(it);
	if (it->phones.outcome == PHONES_UNAVAILABLE && it->phones_fault.kind == FAULT_MEMORY)
		return fault_set(fault, FAULT_MEMORY, "%s", it->phones_fault.text);
	*ret_none = it->phones.outcome == PHONES_NONE;
	return 0;
}

/* The rules up to the first that holds. */
static enum outcome
find_rule(struct foresight *it)
{
	const struct config *config = it->site.config;
	struct exempt_facts facts = {
		.user = it->account.name, .service = it->login.service, .client = it->login.client,
		.context = it, .in_groups = in_groups, .has_no_phone = has_no_phone,
	};
	struct now now;
	int result;

	if (config->exempt_count == 0 || !it->account.known || it->account.alias)
		return OUTCOME_ACCEPTED;
	it->ruled = true;
	result = clock_read(&now, &it->fault);
	if (result == 0)
		facts.real_ms = now.real_ms;
	for (size_t i = 0; result == 0 && i < config->exempt_count; i++) {
		enum exempt_condition missing = EXEMPT_UNTIL;

		result = exempt_check(&config->exempt[i], &facts, &missing, &it->fault);
		if (result != 0)
			break;
		it->missing[it->rules_seen++] = missing;
		if (missing == EXEMPT_HOLDS) {
			it->rule = &config->exempt[i];
			return OUTCOME_EXEMPT;
		}
	}
	return result == 0 ? OUTCOME_ACCEPTED : ending_of_fault((enum fault_kind)result);
}

/* A group that does not resolve gives nobody its privilege. */
static bool
in_reserve(const struct foresight *it)
{
	const struct config *config = it->site.config;
	bool member = false;

	for (size_t i = 0; i < config->reserve_group_count && !member; i++)
		member = account_in_groups(&it->account, &config->reserve_groups[i], 1, &member,
			NULL) == 0 && member;
	return member;
}

static enum outcome
find_phone(struct foresight *it)
{
	enum outcome outcome;

	ask_phones(it);
	outcome = ending_of_phones(it->phones.outcome, &it->phones_fault);
	if (outcome == OUTCOME_BAD_NUMBER)
		(void)fault_set(&it->fault, FAULT_CONFIG, "%s", e164_strerror(it->phones.bad));
	else if (outcome != OUTCOME_ACCEPTED)
		it->fault = it->phones_fault;
	return outcome;
}

static int
find_gateways(struct foresight *it, struct fault *fault)
{
	const struct config *config = it->site.config;
	const unsigned int count = (unsigned int)config->gateway_count;
	struct health_row *rows[CONFIG_GATEWAYS_MAX];
	unsigned int numbers[CONFIG_GATEWAYS_MAX];
	struct fault trouble = { .text = "" };
	struct health *health = NULL;
	const int64_t now_ms = clock_boot_ms();
	int result = store_health(it->site.store, &health, &trouble, fault);

	for (unsigned int i = 0; result == 0 && i < count; i++)
		rows[i] = health_find(health, config->directory, config->gateways[i]);
	if (result == 0)
		health_turns(rows, count, 0, now_ms, numbers);
	for (unsigned int i = 0; result == 0 && i < count; i++)
		it->gateways[i] = (struct foresight_gateway){
			.number = numbers[i], .rest_ms = health_rest_ms(rows[numbers[i]], now_ms),
		};
	return result;
}

/* Before anything is rehearsed, which would count in the tables that this sees. */
static int
view(struct foresight *it, struct fault *fault)
{
	struct store *store = it->site.store;
	int result = store_view_table(store, it->login.client, &it->shares, fault);

	if (result == 0 && it->account.known)
		result = store_view_user(store, it->account.uid, &it->user, fault);
	if (result == 0 && it->phones.count > 0)
		result = store_view_phone(store, &it->phones.number[0], &it->phone, fault);
	if (result == 0)
		result = find_gateways(it, fault);
	it->stored = result == 0;
	return result;
}

/* A text of a code that nobody gets: as far as the verdict on it. */
static enum outcome
rehearse(struct foresight *it)
{
	const struct config *config = it->site.config;
	const struct store_whence place = {
		.uid = it->account.uid, .user = it->target.name,
		.service = it->login.service != NULL ? it->login.service : "",
		.phones = it->phones.number, .phone_count = it->phones.count,
		.client = it->login.client,
	};
	struct store_login who = {
		.uid = it->account.uid, .service = place.service, .client = place.client,
		.reserve = it->reserve,
	};
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct store_ticket ticket = { .serial = 0 };
	CODE_AUTO struct code code = { "" };
	int result;

	if (config->remember_ms > 0 && place.client != NULL) {
		it->remembers = true;
		store_place_tag(it->site.store, &place, &who.place);
		who.remember_ms = config->remember_ms;
	}
	if (random_bytes(who.binding, sizeof who.binding) != 0 ||
	    code_draw(&config->code, &code) != 0) {
		(void)fault_set(&it->fault, FAULT_SYSTEM, "the random generator failed");
		return OUTCOME_SYSTEM;
	}
	result = store_issue(it->site.store, &who, &it->phones.number[0], &code,
		config->code_lifetime_ms, &ticket, &verdict, &it->fault);
	e164_wipe(&ticket.phone);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	it->wait_ms = verdict.standing == STORE_LOCKED ? verdict.locked_for_ms : verdict.wait_ms;
	return ending_of_verdict(&verdict);
}

static enum outcome
take_steps(struct foresight *it)
{
	struct store_status status = { .standing = STORE_FREE };
	struct fault unseen = { .text = "" };
	enum outcome outcome = find_rule(it);
	int result;

	if (outcome != OUTCOME_ACCEPTED)
		return outcome;
	it->site.settings.rehearse = true;
	it->site.settings.lives = session_lives;
	result = site_open_store(&it->site, &it->fault);
	if (result == 0 && it->account.known)
		result = store_look(it->site.store, it->account.uid, &status, &it->fault);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	/* A locked user has a phone as well, and the administrator wants to see it. */
	outcome = it->account.known ? find_phone(it) : OUTCOME_ACCEPTED;
	it->reserve = it->account.known && in_reserve(it);
	result = view(it, &unseen);
	if (it->account.known && status.standing != STORE_FREE) {
		it->fault.text[0] = '\0';
		it->wait_ms = status.locked_for_ms;
		return ending_of_standing(status.standing);
	}
	if (outcome != OUTCOME_ACCEPTED)
		return outcome;
	if (result != 0) {
		it->fault = unseen;
		return ending_of_fault((enum fault_kind)result);
	}
	return it->account.known ? rehearse(it) : OUTCOME_ACCEPTED;
}

/* Where no text can be sent. */
static enum outcome
ask_instead(struct foresight *it, enum outcome outcome)
{
	struct store_backup backup = { .left = 0 };
	struct fault fault;
	int result;

	if (ending_backup_word(outcome) == WORD_NONE || !it->account.known)
		return outcome;
	result = store_backup_find(it->site.store, it->account.uid, &backup, &fault);
	if (result != 0) {
		it->fault = fault;
		return ending_of_fault((enum fault_kind)result);
	}
	it->asks_backup = backup.left > 0;
	return outcome;
}

void
foresight_look(const struct ctl *ctl, const struct foresight_login *login,
	struct foresight *ret_foresight)
{
	struct foresight *it = ret_foresight;

	memset(it, 0, sizeof *it);
	it->login = *login;
	it->outcome = identify(ctl, it);
	if (it->outcome == OUTCOME_ACCEPTED)
		it->outcome = ask_instead(it, take_steps(it));
}

void
foresight_close(struct foresight *foresight)
{
	site_close(&foresight->site);
	sodium_memzero(foresight, sizeof *foresight);
}
