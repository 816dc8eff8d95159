/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/pull_gather.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/phones_line.h"
#include "ctl/ctl.h"
#include "ctl/texting.h"
#include "paths.h"
#include "wire/deadline.h"
#include "wire/lookup.h"

/* One pull on its way. */
struct pulling {
	const struct ctl *ctl;
	const struct config *config;
	const struct config_source *source;
	struct pull_gathered *to;
	struct fault *fault;
};

/* What cannot be read as a number cannot be masked as one: only who asks for it sees it. */
static int
refuse(const struct pulling *it, const char *user, const char *number, const char *why)
{
	ctl_append(&it->to->unusable, json_pack("{s:o, s:o, s:s}", "user", ctl_text(user),
		"number", ctl_text(it->ctl->show ? number : NULL), "why", why));
	return it->to->unusable != NULL ? 0 : fault_set(it->fault, FAULT_MEMORY, "out of memory");
}

static bool
has(const struct phones_made_user *user, const struct e164 *number)
{
	for (size_t i = 0; i < user->count; i++) {
		if (strcmp(user->number[i].text, number->text) == 0)
			return true;
	}
	return false;
}

/* Numbers separated by commas. The text is cut up on the way. */
static int
read_numbers(const struct pulling *it, struct phones_made_user *user, char *line)
{
	char *next = line, *piece;
	int result = 0;

	while (result == 0 && (piece = strsep(&next, ",")) != NULL) {
		struct e164 number = { .text = "" };
		int error = e164_parse(piece, it->config->country_code, &number);

		if (error != 0)
			result = refuse(it, user->name, piece, e164_strerror(error));
		else if (!has(user, &number) && user->count == PHONES_MAX)
			result = refuse(it, user->name, number.text,
				"one more than a user can have");
		else if (!has(user, &number))
			user->number[user->count++] = number;
		e164_wipe(&number);
	}
	return result;
}

static int
ask(const struct pulling *it, const char *name)
{
	const struct phones_name line_name = { name, strlen(name) };
	struct phones_made_user *user = &it->to->users[it->to->count];
	char line[PHONES_LINE_SIZE] = "";
	struct account account;
	bool found = false;
	int result = account_find(name, &account, it->fault);

	/* A member of a group need not have an account any more. */
	if (result != 0 || !account.known)
		return result;
	it->to->asked++;
	if (!phones_line_writable(&line_name))
		return refuse(it, name, NULL, "no line of a phone file can have this name");
	result = lookup_ask(SMSOTP_LOOKUP, it->source, name, &found, line, it->fault);
	if (result == 0 && found) {
		*user = (struct phones_made_user){ .name = name };
		it->to->count++;
		result = read_numbers(it, user, line);
	} else if (result == 0) {
		it->to->without++;
	}
	sodium_memzero(line, sizeof line);
	return result;
}

static int
ask_all(const struct pulling *it)
{
	const struct crowd *crowd = &it->to->crowd;
	const int64_t began_ms = deadline_clock_ms();
	int result = 0;

	for (size_t i = 0; result == 0 && i < crowd->count; i++) {
		char progress[64];

		snprintf(progress, sizeof progress, "%zu of %zu accounts", i, crowd->count);
		texting_progress(progress, deadline_clock_ms() - began_ms);
		result = ask(it, crowd->names[i]);
	}
	texting_progress(NULL, 0);
	return result;
}

int
pull_gather(const struct ctl *ctl, const struct config *config,
	const struct config_source *source, const char *group,
	struct pull_gathered *ret_gathered, struct fault *fault)
{
	const struct pulling it = { ctl, config, source, ret_gathered, fault };
	int result = crowd_gather(group, &ret_gathered->crowd, fault);

	if (result != 0)
		return result;
	ret_gathered->users = calloc(ret_gathered->crowd.count + 1, sizeof *ret_gathered->users);
	ret_gathered->unusable = json_array();
	if (ret_gathered->users == NULL || ret_gathered->unusable == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	return ask_all(&it);
}

void
pull_gather_free(struct pull_gathered *gathered)
{
	if (gathered->users != NULL)
		sodium_memzero(gathered->users, gathered->count * sizeof *gathered->users);
	free(gathered->users);
	json_decref(gathered->unusable);
	crowd_free(&gathered->crowd);
	*gathered = (struct pull_gathered){ .count = 0 };
}
