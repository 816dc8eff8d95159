/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/phone.h"

#include <string.h>

#include "core/config.h"
#include "core/phones.h"
#include "core/store.h"
#include "module/login_state.h"
#include "module/report.h"
#include "paths.h"
#include "wire/lookup.h"

/*
 * The same prompt as for an account that exists: an invented number, always the same for the same
 * name.
 */
static void
invent_phone(struct login *login)
{
	const char *country = login->config->country_code;
	char first[8] = "";
	uint8_t entropy[16];

	for (size_t i = 0; country == NULL && i < login->config->allowed_prefix_count; i++) {
		const char *prefix = login->config->allowed_prefixes[i];
		size_t length = prefix[0] == '+' ? e164_calling_code_length(prefix + 1) : 0;

		if (length > 0 && length < sizeof first) {
			memcpy(first, prefix + 1, length);
			country = first;
		}
	}
	store_decoy_entropy(login->store, login->account.name, entropy);
	e164_decoy(country != NULL ? country : "1", entropy, &login->phones.number[0]);
	login->phones.count = 1;
}

void
phone_ask(struct login *login)
{
	static const struct phones_asker asker = {
		.ask = lookup_ask, .helper = SMSOTP_LOOKUP,
	};

	if (!login->phones_asked)
		phones_find(login->config, &asker, login->account.name, &login->phones,
			&login->phones_fault);
	login->phones_asked = true;
}

enum outcome
phone_find(struct login *login)
{
	enum outcome outcome;

	/* What was typed at a name's prompt may be a password: no other program gets to see it. */
	if (!login->account.known) {
		invent_phone(login);
		return OUTCOME_ACCEPTED;
	}
	phone_ask(login);
	login->fault = login->phones_fault;
	outcome = ending_of_phones(login->phones.outcome, &login->fault);
	if (outcome == OUTCOME_ACCEPTED && login->fault.text[0] != '\0') {
		report_outcome(login, "warning", OUTCOME_PHONE_SOURCE);
		login->fault.text[0] = '\0';
	} else if (outcome == OUTCOME_BAD_NUMBER) {
		(void)fault_set(&login->fault, FAULT_CONFIG, "%s",
			e164_strerror(login->phones.bad));
	}
	return outcome;
}
