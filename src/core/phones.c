/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/fault.h"

_Static_assert(CONFIG_PHONE_MAX < PHONES_LINE_SIZE, "what a list may hold fits a line");

static bool
phones_holds(const struct phones *phones, const struct e164 *number)
{
	for (size_t i = 0; i < phones->count; i++) {
		if (strcmp(phones->number[i].text, number->text) == 0)
			return true;
	}
	return false;
}

/* What reading a user's numbers one after another has shown so far. */
struct phones_tally {
	int first_bad;
	struct e164 first_refused;
};

static void
phones_read_one(const struct config *config, const char *text, struct phones *phones,
	struct phones_tally *tally)
{
	const char *const *prefixes = (const char *const *)config->allowed_prefixes;
	struct e164 number = { 0 };
	int error = e164_parse(text, config->country_code, &number);

	if (error != 0) {
		if (tally->first_bad == 0)
			tally->first_bad = error;
	} else if (!e164_allowed(&number, prefixes, config->allowed_prefix_count)) {
		if (tally->first_refused.text[0] == '\0')
			tally->first_refused = number;
	} else if (phones->count < PHONES_MAX && !phones_holds(phones, &number)) {
		phones->number[phones->count++] = number;
	}
	e164_wipe(&number);
}

/* Numbers separated by commas. The text is cut up on the way. */
static void
phones_read_line(const struct config *config, char *line, struct phones *phones)
{
	struct phones_tally tally = { 0 };
	char *next = line;

	while (next != NULL) {
		char *piece = next, *comma = strchr(piece, ',');

		next = comma != NULL ? comma + 1 : NULL;
		if (comma != NULL)
			*comma = '\0';
		phones_read_one(config, piece, phones, &tally);
	}
	if (phones->count > 0) {
		phones->outcome = PHONES_FOUND;
	} else if (tally.first_refused.text[0] != '\0') {
		phones->outcome = PHONES_NOT_ALLOWED;
		phones->number[0] = tally.first_refused;
	} else {
		phones->outcome = PHONES_BAD;
		phones->bad = tally.first_bad;
	}
	e164_wipe(&tally.first_refused);
}

static int
phones_list_find(const struct config_source *source, const char *user, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE])
{
	for (size_t i = 0; i < source->user_count; i++) {
		if (strcmp(source->users[i].name, user) != 0)
			continue;
		snprintf(ret_line, PHONES_LINE_SIZE, "%s", source->users[i].phone);
		*ret_found = true;
		return 0;
	}
	*ret_found = false;
	return 0;
}

/* 0 with *ret_found telling whether the source knows the user; a fault if it cannot be asked. */
static int
phones_ask_one(const struct config_source *source, const struct phones_asker *asker,
	const char *user, bool *ret_found, char ret_line[static PHONES_LINE_SIZE],
	struct fault *fault)
{
	switch (source->kind) {
	case CONFIG_SOURCE_LIST:
		return phones_list_find(source, user, ret_found, ret_line);
	case CONFIG_SOURCE_FILE:
		return phones_file_find(source->path, user, ret_found, ret_line, fault);
	case CONFIG_SOURCE_LDAP:
	case CONFIG_SOURCE_COMMAND:
		break;
	}
	if (asker == NULL)
		return fault_set(fault, FAULT_SYSTEM, "%s %s: is not asked here",
			config_source_name(source->kind), source->path);
	return asker->ask(asker->helper, source, user, ret_found, ret_line, fault);
}

void
phones_find(const struct config *config, const struct phones_asker *asker, const char *user,
	struct phones *ret_phones, struct fault *fault)
{
	struct phones phones = { .outcome = PHONES_NONE };
	char line[PHONES_LINE_SIZE] = "";
	bool found = false, failed = false;

	if (fault != NULL)
		fault->text[0] = '\0';
	for (size_t i = 0; !found && i < config->source_count; i++) {
		const struct config_source *source = &config->sources[i];
		struct fault why = { .text = "" };
		int result = phones_ask_one(source, asker, user, &found, line, &why);

		if (asker != NULL && asker->heard != NULL)
			asker->heard(asker->context, source, found, result != 0 ? &why : NULL);
		if (result != 0) {
			/* The first failure is the one to report. */
			if (!failed && fault != NULL)
				*fault = why;
			failed = true;
			continue;
		}
		if (found)
			phones.source = config_source_name(source->kind);
	}
	if (found)
		phones_read_line(config, line, &phones);
	else if (failed)
		phones.outcome = PHONES_UNAVAILABLE;
	*ret_phones = phones;
	sodium_memzero(line, sizeof line);
	phones_wipe(&phones);
}

void
phones_wipe(struct phones *phones)
{
	if (phones != NULL)
		sodium_memzero(phones, sizeof *phones);
}
