/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of sentences: what is accepted is never cut, whatever the values are. */
#include "core/code.h"
#include "core/fault.h"
#include "core/words.h"

#include "fuzz.h"

#define VALUE_MAX 128	/* bytes: what a template takes of a value */

static void
say_all(const struct words *words)
{
	static const struct code_form form = { .length = 10, .alphabet = CODE_ALNUM };
	char value[VALUE_MAX + 1], phone[] = "+mmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", said[WORDS_SIZE];
	struct words_values values = {
		.ref = "K7", .user = value, .contact = value, .host = value, .service = value,
		.phone = phone, .next_phone = phone, .voice = true, .tries = 4000000000U,
		.wait_ms = INT64_MAX / 2, .form = &form,
	};
	int word, fate;

	memset(value, 'm', VALUE_MAX);
	value[VALUE_MAX] = '\0';
	for (word = WORD_NONE + 1; word < WORD_COUNT; word++) {
		const char *template = words_template(words, (enum word)word);
		char last = template[strlen(template) - 1];

		FUZZ_HOLDS(template[0] != '\0');
		if (word == WORD_MESSAGE)
			continue;
		for (fate = WORD_FATE_DELIVERED; fate <= WORD_FATE_FAILED; fate++) {
			values.fate = (enum word)fate;
			words_say(words, (enum word)word, &values, said);
			FUZZ_HOLDS(memchr(said, '\0', sizeof(said)) != NULL);
			FUZZ_HOLDS(last == '}' ||
				(said[0] != '\0' && said[strlen(said) - 1] == last));
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words *words = NULL;
	struct fault fault = { 0 };

	if (words_load(fuzz_path(data, size), &words, &fault) == 0)
		say_all(words);
	else
		FUZZ_HOLDS(words == NULL && fault.text[0] != '\0');
	words_free(&words);
	FUZZ_HOLDS(words == NULL);
	return 0;
}
