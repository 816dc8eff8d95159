/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/receive.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/e164.h"
#include "helper/description.h"
#include "helper/jsonpath.h"
#include "helper/values.h"
#include "wire/wire.h"

#define NUMBER_SIZE 64	/* as people write it */

_Static_assert(E164_SIZE <= WIRE_NUMBERS_SIZE, "a number fits into a reply");

struct search {
	const struct description_texts *texts;
	const char *code, *text;	/* as sent */
	size_t others;			/* texts without the code */
	bool found, exact, bare;	/* word for word; or nothing but the code */
};

static const char *
value(const struct values *values, const char *name)
{
	return values_get(values, name, strlen(name));
}

static int
read_number(enum description_number form, const char *text, const char *country_code,
	struct e164 *ret_number)
{
	char whole[NUMBER_SIZE + 1];

	if (form == DESCRIPTION_DIGITS && text[0] != '+') {
		snprintf(whole, sizeof whole, "+%s", text);
		text = whole;
	}
	return e164_parse(text, form == DESCRIPTION_NATIONAL ? country_code : NULL, ret_number);
}

void
receive_take_number(const struct description_answer *description,
	const struct match_subject *subject, const struct values *values, struct wire_reply *reply)
{
	char text[NUMBER_SIZE] = "";
	struct e164 number = { "" };
	int error = E164_EMPTY;

	if (match_take(&description->number, subject, text, sizeof text))
		error = read_number(
			description->form, text, value(values, "country_code"), &number);
	if (error == 0) {
		memcpy(reply->numbers, number.text, sizeof number.text);
	} else {
		reply->outcome = WIRE_UNRECOGNISED;
		snprintf(reply->detail, sizeof reply->detail,
			"the answer holds no telephone number: %s", e164_strerror(error));
	}
	e164_wipe(&number);
	sodium_memzero(text, sizeof text);
}

/* By number, not isalnum: no locale. */
static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether it stands in the text by itself: in a longer number it is another's. */
static bool
holds_code(const char *text, const char *code)
{
	const size_t length = strlen(code);

	for (const char *at = text; length > 0 && (at = strstr(at, code)) != NULL; at++) {
		if ((at == text || !is_word(at[-1])) && !is_word(at[length]))
			return true;
	}
	return false;
}

static void
look_at(struct search *search, const struct match_subject *one)
{
	char text[JSONPATH_TEXT_SIZE] = "";

	for (size_t i = 0; i < search->texts->test_count; i++) {
		if (!match_holds(&search->texts->tests[i], one))
			return;
	}
	if (!match_take(&search->texts->body, one, text, sizeof text))
		return;
	if (holds_code(text, search->code)) {
		search->found = true;
		search->exact = search->exact || strcmp(text, search->text) == 0;
		search->bare = search->bare || strcmp(text, search->code) == 0;
	} else {
		search->others++;
	}
	sodium_memzero(text, sizeof text);
}

static void
look(struct search *search, const struct match_subject *subject)
{
	const json_t *list = subject->json;

	if (search->texts->list == NULL) {
		look_at(search, subject);
		return;
	}
	list = jsonpath_find(list, search->texts->list);
	/* XML does not tell one element from an array of one. */
	if (list != NULL && !json_is_array(list)) {
		const struct match_subject only = { .json = list, .text = "" };

		look_at(search, &only);
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct match_subject one = { .json = json_array_get(list, i), .text = "" };

		look_at(search, &one);
	}
}

void
receive_take_text(const struct description_answer *description,
	const struct match_subject *subject, const struct values *values, struct wire_reply *reply)
{
	struct search search = {
		.texts = &description->texts, .code = value(values, "code.sent"),
		.text = value(values, "text.sent"),
	};

	look(&search, subject);
	reply->delivery = search.found ? WIRE_DELIVERY_DELIVERED : WIRE_DELIVERY_PENDING;
	if (search.found && !search.exact)
		snprintf(reply->detail, sizeof reply->detail, "%s", search.bare
			? "the receiver shows the code alone"
			: "other words around the code than smsotp.conf has");
	else if (!search.found && search.others > 0)
		snprintf(reply->detail, sizeof reply->detail, "%zu other text%s came",
			search.others, search.others == 1 ? "" : "s");
	else if (!search.found)
		snprintf(reply->detail, sizeof reply->detail, "no text came");
}
