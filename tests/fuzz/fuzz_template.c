/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates, and answers at the prompt: input is TEMPLATE, NUL, a value that people outside
 * choose.
 */
#include "core/code.h"
#include "core/template.h"

#include "fuzz.h"

static const char *const names[] = { "code", "ref", "host", "user", NULL };

/* However short the room: terminated, and nothing behind it is touched. */
static void
expand(const char *text, const char *value)
{
	const struct template_value values[] = {
		{ "code", "491827" }, { "ref", "K7" }, { "host", value }, { "user", NULL },
	};
	static const size_t sizes[] = { 1, 2, 7, 64, 4096 };
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *result = malloc(sizes[i]);

		FUZZ_HOLDS(result != NULL);
		(void)!template_expand(text, values, sizeof(values) / sizeof(values[0]), result,
			sizes[i]);
		FUZZ_HOLDS(memchr(result, '\0', sizes[i]) != NULL);
		/* No value may forge a line of the message. */
		for (j = 0; result[j] != '\0'; j++)
			FUZZ_HOLDS((unsigned char)result[j] >= ' ' && result[j] != 0x7f);
		free(result);
	}
}

static void
answer(const char *text)
{
	const struct code_form forms[] = { { 6, CODE_DIGITS }, { 10, CODE_ALNUM } };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct code code = { "" };

		if (code_read(text, &forms[i], &code))
			FUZZ_HOLDS(strlen(code.text) == forms[i].length);
		else
			FUZZ_HOLDS(code.text[0] == '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	const char *value = strlen(text) < size ? text + strlen(text) + 1 : "";
	size_t column = 0, i;

	answer(text);
	if (template_check(text, names, &column) == NULL)
		expand(text, value);
	else
		FUZZ_HOLDS(column >= 1 && column <= strlen(text) + 1);
	for (i = 0; names[i] != NULL; i++)
		(void)template_uses(text, names[i]);
	free(text);
	return 0;
}
