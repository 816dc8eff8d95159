/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/person.h"

#include <sodium.h>

#include "ctl/ctl.h"
#include "paths.h"
#include "wire/lookup.h"

int
person_find(const struct site *site, const char *name, struct person *ret_person,
	struct fault *fault)
{
	static const struct phones_asker asker = {
		.ask = lookup_ask, .helper = SMSOTP_LOOKUP,
	};
	struct person person = { .trouble = { .text = "" } };
	int result = site_find_account(name, &person.account, fault);

	if (result != 0)
		return result;
	phones_find(site->config, &asker, name, &person.phones, &person.trouble);
	*ret_person = person;
	person_wipe(&person);
	return 0;
}

void
person_wipe(struct person *person)
{
	phones_wipe(&person->phones);
}

json_t *
person_number(const struct ctl *ctl, const struct e164 *number)
{
	struct e164_masked masked;

	if (ctl->show)
		return json_string(number->text);
	e164_mask(number, &masked);
	return json_string(masked.text);
}
