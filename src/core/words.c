/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "core/conf_file.h"
#include "core/e164.h"
#include "core/fault.h"
#include "core/message.h"
#include "core/template.h"
#include "core/words_list.h"

#define TEMPLATE_MAX 480	/* bytes */

struct words {
	struct conf_file *file;
	const char *text[WORD_COUNT];
};

const char *
words_template(const struct words *words, enum word word)
{
	return words != NULL ? words->text[word] : words_list[word].english;
}

static size_t
room_of(enum words_kind kind)
{
	return kind == WORDS_PART ? WORDS_PART_SIZE : WORDS_SIZE;
}

/* Whether nothing of it is cut whatever the values are. */
static bool
fits(const struct words_entry *entry, const char *template)
{
	static const struct { const char *name; size_t length; } shorter[] = {
		{ "ref", 8 }, { "count", 20 },
		{ "phone", E164_MASKED_SIZE - 1 }, { "next", E164_MASKED_SIZE - 1 },
	};
	struct template_value values[WORDS_NAMES_MAX];
	char longest[WORDS_PART_SIZE], text[WORDS_SIZE];
	size_t count = 0;

	memset(longest, 'm', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	for (; entry->names[count] != NULL; count++) {
		size_t length = sizeof longest - 1;

		for (size_t i = 0; i < sizeof shorter / sizeof shorter[0]; i++) {
			if (strcmp(shorter[i].name, entry->names[count]) == 0)
				length = shorter[i].length;
		}
		values[count] = (struct template_value){
			.name = entry->names[count], .value = longest + sizeof longest - 1 - length,
		};
	}
	return template_expand(template, values, count, text, room_of(entry->kind)) == 0;
}

int
words_read(const struct conf_at *at, enum word word, const char **ret_template)
{
	const struct words_entry *entry = &words_list[word];
	const struct conf_length length = { 1, TEMPLATE_MAX };
	const char *template = NULL;
	int status;

	if (entry->kind == WORDS_TEXT)
		return message_read(at, entry->key, MESSAGE_COMMON, ret_template);
	status = conf_string(at, entry->key, false, length, &template);
	if (status != 0 || template == NULL)
		return status;
	status = conf_template(at, entry->key, template, entry->names);
	if (status == 0 && !fits(entry, template)) {
		status = conf_refuse(at, conf_setting(at, entry->key),
			"can be longer than %zu bytes once filled in", room_of(entry->kind) - 1);
	}
	if (status == 0)
		*ret_template = template;
	return status;
}

static int
read_all(struct words *words, struct fault *fault)
{
	const char *known[WORD_COUNT] = { NULL };
	const struct conf_at root = {
		.file = words->file, .group = conf_file_root(words->file), .name = "",
		.fault = fault,
	};
	int status;

	for (size_t i = WORD_NONE + 1; i < WORD_COUNT; i++)
		known[i - 1] = words_list[i].key;
	status = conf_known(&root, known);
	for (size_t i = WORD_NONE + 1; status == 0 && i < WORD_COUNT; i++)
		status = words_read(&root, (enum word)i, &words->text[i]);
	return status;
}

int
words_load(const char *path, struct words **ret_words, struct fault *fault)
{
	struct words *words = calloc(1, sizeof *words);
	int status;

	if (words == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	for (size_t i = 0; i < WORD_COUNT; i++)
		words->text[i] = words_list[i].english;
	status = conf_file_load(path, CONF_PUBLIC, &words->file, fault);
	if (status == 0)
		status = read_all(words, fault);
	if (status == 0) {
		*ret_words = words;
		words = NULL;
	}
	words_free(&words);
	return status;
}

void
words_free(struct words **words)
{
	if (words == NULL || *words == NULL)
		return;
	conf_file_free(&(*words)->file);
	free(*words);
	*words = NULL;
}

static void
count_out(const struct words *words, enum word unit, long long count,
	char ret_text[static WORDS_PART_SIZE])
{
	char number[24];
	const struct template_value known = { "count", number };

	snprintf(number, sizeof number, "%lld", count);
	(void)template_expand(words_template(words, unit), &known, 1, ret_text, WORDS_PART_SIZE);
}

void
words_duration(const struct words *words, int64_t ms, char ret_text[static WORDS_PART_SIZE])
{
	static const struct { int64_t ms; enum word one, several; } units[] = {
		{ 3600000, WORD_UNIT_HOUR, WORD_UNIT_HOURS },
		{ 60000, WORD_UNIT_MINUTE, WORD_UNIT_MINUTES },
		{ 1000, WORD_UNIT_SECOND, WORD_UNIT_SECONDS },
	};
	size_t unit = 0;
	int64_t count;

	/*
	 * Two hours or more in hours, two minutes or more in minutes: "locked for 30 minutes",
	 * not "1 hour".
	 */
	while (unit < 2 && ms < 2 * units[unit].ms)
		unit++;
	count = ms <= 0 ? 1 : (ms + units[unit].ms - 1) / units[unit].ms;
	count_out(words, count == 1 ? units[unit].one : units[unit].several, count, ret_text);
}

void
words_expand(const struct words *words, const char *template,
	const struct words_values *values, char ret_text[static WORDS_SIZE])
{
	char contact[WORDS_PART_SIZE], wait[WORDS_PART_SIZE], tries[WORDS_PART_SIZE];
	char form[WORDS_PART_SIZE] = "", voice[WORDS_PART_SIZE] = "", call[WORDS_PART_SIZE] = "";
	char other[WORDS_PART_SIZE] = "", fate[WORDS_PART_SIZE], left[WORDS_PART_SIZE];
	const bool asked = values->contact != NULL && values->contact[0] != '\0';
	const struct template_value known[] = {
		{ "ref", values->ref }, { "user", values->user }, { "phone", values->phone },
		{ "contact", asked ? values->contact : contact },
		{ "host", values->host }, { "service", values->service },
		{ "next", values->next_phone }, { "wait", wait }, { "tries", tries },
		{ "form", form }, { "voice", voice }, { "call", call }, { "other", other },
		{ "fate", fate }, { "until", values->until }, { "left", left },
	};
	const size_t count = sizeof known / sizeof known[0];
	/* Parts first: they hold no parts themselves. */
	const struct { enum word word; bool applies; char *text; } parts[] = {
		{ WORD_CONTACT, true, contact }, { values->fate, true, fate },
		{ WORD_PART_VOICE, values->voice, voice }, { WORD_PART_CALL, values->voice, call },
		{ WORD_PART_OTHER_PHONE, values->next_phone != NULL, other },
	};

	words_duration(words, values->wait_ms, wait);
	count_out(words, values->tries == 1 ? WORD_UNIT_TRY : WORD_UNIT_TRIES, values->tries,
		tries);
	count_out(words, values->backup_codes == 1 ? WORD_UNIT_BACKUP_CODE : WORD_UNIT_BACKUP_CODES,
		values->backup_codes, left);
	if (values->form != NULL) {
		count_out(words, values->form->alphabet == CODE_DIGITS ? WORD_UNIT_DIGITS
			: WORD_UNIT_ALNUM, values->form->length, form);
	}
	/* Nothing is cut: words_read has looked at what the longest values make of each. */
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].applies)
			(void)template_expand(words_template(words, parts[i].word), known, count,
				parts[i].text, WORDS_PART_SIZE);
	}
	(void)template_expand(template, known, count, ret_text, WORDS_SIZE);
}

void
words_say(const struct words *words, enum word word, const struct words_values *values,
	char ret_text[static WORDS_SIZE])
{
	words_expand(words, words_template(words, word), values, ret_text);
}
