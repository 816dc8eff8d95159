/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/match.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/jsonpath.h"

#define WANTED_MAX 64

static const struct conf_length short_text = { 1, 256 };

static int
read_at(const struct conf_at *at, enum match_body body, struct match *match)
{
	const config_setting_t *setting = conf_setting(at, "at");
	const char *wrong;
	int rc;

	rc = conf_string(at, "at", body != MATCH_TEXT, short_text, &match->at);
	if (rc != 0 || match->at == NULL)
		return rc;
	if (body == MATCH_TEXT)
		return conf_refuse(at, setting, "a text has no places");
	wrong = jsonpath_check(match->at, JSONPATH_READ);
	return wrong == NULL ? 0 : conf_refuse(at, setting, "\"%s\" %s", match->at, wrong);
}

static int
read_regex(const struct conf_at *at, struct match *match)
{
	const char *pattern = NULL;
	char why[128];
	int rc, code;

	rc = conf_string(at, "matches", false, (struct conf_length){ 1, 512 }, &pattern);
	if (rc != 0 || pattern == NULL)
		return rc;
	code = regcomp(&match->regex, pattern, REG_EXTENDED);
	if (code == REG_ESPACE)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	if (code != 0) {
		regerror(code, NULL, why, sizeof why);
		return conf_refuse(at, conf_setting(at, "matches"),
			"not an extended regular expression: %s", why);
	}
	match->has_regex = true;
	return 0;
}

static int
read_words(const struct conf_at *at, const char *key, bool array, struct match *match)
{
	if (array)
		return conf_strings(at, key, true, (struct conf_range){ 1, WANTED_MAX },
			&match->words, &match->word_count);
	match->words = calloc(1, sizeof *match->words);
	if (match->words == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	match->word_count = 1;
	return conf_string(at, key, true, (struct conf_length){ 0, 256 }, &match->words[0]);
}

static int
read_numbers(
	const struct conf_at *at, const config_setting_t *setting, bool array, struct match *match)
{
	size_t count = array ? (size_t)config_setting_length(setting) : 1;

	match->numbers = calloc(count, sizeof *match->numbers);
	if (match->numbers == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (; match->number_count < count; match->number_count++) {
		const config_setting_t *one = array
			? config_setting_get_elem(setting, (unsigned int)match->number_count)
			: setting;

		match->numbers[match->number_count] = config_setting_get_int(one);
	}
	return 0;
}

/*
 * equals = "0", equals = 0, in = [ "1", "5" ], in = [ 1, 5 ]; libconfig's arrays hold one type.
 */
static int
read_wanted(const struct conf_at *at, const char *key, bool array, struct match *match)
{
	const config_setting_t *setting = conf_setting(at, key);
	const config_setting_t *first = setting;

	if (setting == NULL)
		return 0;
	if (match->words != NULL || match->numbers != NULL)
		return conf_refuse(at, setting, "equals and in exclude each other");
	if (array) {
		if (!config_setting_is_array(setting) || config_setting_length(setting) < 1 ||
				config_setting_length(setting) > WANTED_MAX)
			return conf_refuse(
				at, setting, "must be an array of 1 to %d values", WANTED_MAX);
		first = config_setting_get_elem(setting, 0);
	}
	return config_setting_type(first) == CONFIG_TYPE_INT
		? read_numbers(at, setting, array, match)
		: read_words(at, key, array, match);
}

int
match_read_test(const struct conf_at *at, enum match_body body, struct match *ret_match)
{
	static const char *const known[] = { "at", "equals", "in", "matches", "exists", "absent",
		NULL };
	struct match match = { 0 };
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = read_at(at, body, &match);
	if (rc == 0)
		rc = read_wanted(at, "equals", false, &match);
	if (rc == 0)
		rc = read_wanted(at, "in", true, &match);
	if (rc == 0)
		rc = conf_boolean(at, "exists", false, &match.exists);
	if (rc == 0)
		rc = conf_boolean(at, "absent", false, &match.absent);
	if (rc == 0)
		rc = read_regex(at, &match);
	if (rc == 0 && (match.word_count + match.number_count > 0) + match.exists + match.absent +
			match.has_regex != 1)
		rc = conf_refuse(at, NULL,
			"a test needs one of equals, in, matches, exists = true, absent = true");
	if (rc == 0 && match.number_count > 0 && body == MATCH_XML)
		rc = conf_refuse(at, NULL, "XML has no numbers: \"0\" in quotes is what can match");
	if (rc == 0 && match.absent && match.at == NULL)
		rc = conf_refuse(at, NULL, "a text is never absent");
	if (rc != 0)
		match_free(&match);
	else
		*ret_match = match;
	return rc;
}

int
match_read_place(const struct conf_at *at, enum match_body body, struct match *ret_match)
{
	static const char *const known[] = { "at", "matches", NULL };
	struct match match = { 0 };
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = read_at(at, body, &match);
	if (rc == 0)
		rc = read_regex(at, &match);
	if (rc == 0 && match.at == NULL && !match.has_regex)
		rc = conf_refuse(at, NULL, "\"matches\" is missing");
	if (rc != 0)
		match_free(&match);
	else
		*ret_match = match;
	return rc;
}

static bool
judge(const char *text, bool is_integer, void *data)
{
	const struct match *match = data;

	if (text == NULL)
		return match->absent;
	if (match->exists)
		return *text != '\0';
	for (size_t i = 0; is_integer && i < match->number_count; i++) {
		if (strtoll(text, NULL, 10) == match->numbers[i])
			return true;
	}
	for (size_t i = 0; !is_integer && i < match->word_count; i++) {
		if (strcmp(text, match->words[i]) == 0)
			return true;
	}
	return match->has_regex && regexec(&match->regex, text, 0, NULL, 0) == 0;
}

bool
match_holds(const struct match *match, const struct match_subject *subject)
{
	/* Callbacks take no const pointer; judge changes nothing. */
	struct match copy = *match;

	if (match->at != NULL)
		return subject->json != NULL &&
			jsonpath_holds(subject->json, match->at, judge, &copy);
	/*
	 * The time of a regular expression grows with the text: what is longer than any known
	 * answer never matches.
	 */
	return strlen(subject->text) < JSONPATH_TEXT_SIZE && judge(subject->text, false, &copy);
}

static bool
is_same_place(const struct match *one, const struct match *other)
{
	if (one->at == NULL || other->at == NULL)
		return one->at == other->at;
	return strcmp(one->at, other->at) == 0;
}

static size_t
count_wanted(const struct match *match)
{
	return match->word_count + match->number_count;
}

/* How many of the values that one wants pass other. */
static size_t
count_passing(const struct match *one, const struct match *other)
{
	struct match copy = *other;
	char number[16];
	size_t passing = 0;

	for (size_t i = 0; i < one->word_count; i++)
		passing += judge(one->words[i], false, &copy);
	for (size_t i = 0; i < one->number_count; i++) {
		snprintf(number, sizeof number, "%d", one->numbers[i]);
		passing += judge(number, true, &copy);
	}
	return passing;
}

bool
match_contradicts(const struct match *one, const struct match *other)
{
	/* "[?]" may mean another element for each. */
	if (!is_same_place(one, other) || (one->at != NULL && strstr(one->at, "[?]") != NULL))
		return false;
	if (one->absent || other->absent)
		return one->absent != other->absent;
	if (count_wanted(one) == 0)
		return count_wanted(other) > 0 && count_passing(other, one) == 0;
	return count_passing(one, other) == 0;
}

bool
match_follows(const struct match *one, const struct match *other)
{
	if (!is_same_place(one, other))
		return false;
	if (one->absent || other->absent)
		return one->absent && other->absent;
	return count_wanted(other) > 0 && count_passing(other, one) == count_wanted(other);
}

/* Narrows text to the regex's first group. */
static bool
narrow(const regex_t *regex, char *text)
{
	regmatch_t found[2];
	const regmatch_t *group;
	size_t length;

	if (regexec(regex, text, 2, found, 0) != 0)
		return false;
	group = found[1].rm_so >= 0 ? &found[1] : &found[0];
	length = (size_t)(group->rm_eo - group->rm_so);
	memmove(text, text + group->rm_so, length);
	text[length] = '\0';
	return true;
}

bool
match_take(
	const struct match *match, const struct match_subject *subject, char *ret_text, size_t size)
{
	char text[JSONPATH_TEXT_SIZE] = "";
	bool taken = false;

	if (match->at != NULL) {
		taken = subject->json != NULL &&
			jsonpath_first(subject->json, match->at, text, sizeof text);
	} else if (match->has_regex && strlen(subject->text) < sizeof text) {
		memcpy(text, subject->text, strlen(subject->text) + 1);
		taken = true;
	}
	if (taken && match->has_regex)
		taken = narrow(&match->regex, text);
	if (taken && strlen(text) < size)
		memcpy(ret_text, text, strlen(text) + 1);
	else
		taken = false;
	sodium_memzero(text, sizeof text);
	return taken;
}

void
match_free(struct match *match)
{
	free(match->words);
	free(match->numbers);
	if (match->has_regex)
		regfree(&match->regex);
	*match = (struct match){ 0 };
}
