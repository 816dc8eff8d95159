/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone file, and the numbers in it as people write them. */
#include "core/e164.h"
#include "core/fault.h"
#include "core/phones.h"

#include <ctype.h>
#include "fuzz.h"

/* How many digits at the end of the masked form stand there as they are. */
static size_t
shown(const char *masked)
{
	const char *end = strrchr(masked, '*');

	FUZZ_HOLDS(end != NULL);
	end++;
	return strlen(*end == ' ' ? end + 1 : end);
}

static void
check_number(const struct e164 *number)
{
	static const char *const world[] = { "+" };
	static const char *const nowhere[] = {
		"+", "!+1", "!+2", "!+3", "!+4", "!+5", "!+6", "!+7", "!+8", "!+9"
	};
	struct e164_masked masked, logged;
	struct e164 again = { "" };
	size_t length = strlen(number->text), i;

	FUZZ_HOLDS(number->text[0] == '+' && length >= 5 && length <= 16);
	for (i = 1; i < length; i++)
		FUZZ_HOLDS(isdigit((unsigned char)number->text[i]));
	FUZZ_HOLDS(e164_calling_code_length(number->text + 1) > 0);
	FUZZ_HOLDS(e164_allowed(number, world, 1));
	FUZZ_HOLDS(!e164_allowed(number, nowhere, sizeof(nowhere) / sizeof(nowhere[0])));
	e164_mask(number, &masked);
	e164_mask_log(number, &logged);
	FUZZ_HOLDS(shown(masked.text) <= 4 && shown(logged.text) <= 4);
	FUZZ_HOLDS(strstr(masked.text, number->text) == NULL);
	FUZZ_HOLDS(strstr(logged.text, number->text) == NULL);
	/* What is understood once is understood as itself. */
	FUZZ_HOLDS(e164_parse(number->text, NULL, &again) == 0);
	FUZZ_HOLDS(strcmp(again.text, number->text) == 0);
}

static void
read_numbers(char *line)
{
	static const char *const countries[] = { NULL, "44", "1", "39", "7", "36", "65" };
	struct e164 number = { "" };
	char *rest = line, *item;
	size_t i;

	while ((item = strsep(&rest, ",")) != NULL)
		for (i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
			int result = e164_parse(item, countries[i], &number);

			if (result == 0)
				check_number(&number);
			else
				FUZZ_HOLDS(e164_strerror(result) != NULL);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[PHONES_LINE_SIZE] = "";
	struct fault fault = { 0 };
	char *text = fuzz_string(data, size);
	bool found = false;

	read_numbers(text);
	free(text);
	if (phones_file_find(fuzz_path(data, size), "alice", &found, line, &fault) != 0)
		FUZZ_HOLDS(fault.text[0] != '\0');
	else if (found)
		FUZZ_HOLDS(memchr(line, '\0', sizeof(line)) != NULL && strchr(line, '\n') == NULL);
	return 0;
}
