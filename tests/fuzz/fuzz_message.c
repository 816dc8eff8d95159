/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that is sent: input is TEMPLATE, NUL, what people outside choose. What they choose can
 * forge no line of it, no website's mark and no code, and the origin's line is the last one.
 */
#include "core/message.h"
#include "core/template.h"

#include "fuzz.h"

#define CODE "491827"
#define ORIGIN "login.example.com"
#define LAST "\n@" ORIGIN " #" CODE

/* No value may forge a line, a website's mark or a code of the text. */
static void
clean(const char *value)
{
	char once[MESSAGE_VALUE_SIZE], twice[MESSAGE_VALUE_SIZE];
	size_t i, digits = 0;

	message_clean(value, once);
	message_clean(once, twice);
	FUZZ_HOLDS(strcmp(once, twice) == 0);
	FUZZ_HOLDS(once[strspn(once, " ")] != '@');
	for (i = 0; once[i] != '\0'; i++) {
		FUZZ_HOLDS((unsigned char)once[i] >= ' ' && once[i] != 0x7f && once[i] != '#');
		if (once[i] >= '0' && once[i] <= '9')
			digits++;
		else if (once[i] > ' ' && once[i] != '-')
			digits = 0;
		/* Four numbers with dashes may be an address. */
		FUZZ_HOLDS(digits < 5 || (digits <= 12 && strchr(once, '-') != NULL));
	}
}

static void
measure(const char *text)
{
	struct message_size size;

	message_measure(text, &size);
	FUZZ_HOLDS(size.segments >= 1 && size.units <= 2 * strlen(text));
	FUZZ_HOLDS(size.units <= size.segments * (size.ucs2 ? 70u : 160u));
}

/* However short the room: whole, or not there; and nothing behind it is touched. */
static void
compose_into(const char *template, const char *value, const char *origin, size_t size)
{
	const struct message_values values = { .code = CODE, .ref = "K7", .host = value,
		.user = value, .service = value, .client = value, .origin = origin,
		.lifetime_s = 300 };
	char *text = malloc(size), *line;

	FUZZ_HOLDS(text != NULL);
	memset(text, 'x', size);
	if (message_compose(template, &values, text, size) != 0) {
		for (size_t i = 0; i < size; i++)
			FUZZ_HOLDS(text[i] == '\0');
		free(text);
		return;
	}
	FUZZ_HOLDS(memchr(text, '\0', size) != NULL);
	measure(text);
	line = strchr(text, '\n');
	FUZZ_HOLDS((line != NULL) == (origin != NULL));
	FUZZ_HOLDS(line == NULL || strcmp(line, LAST) == 0);
	if (line != NULL)
		*line = '\0';
	for (size_t i = 0; text[i] != '\0'; i++)
		FUZZ_HOLDS((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
	/* The template may have marks of its own; of the values none is left. */
	if (strchr(template, '#') == NULL)
		FUZZ_HOLDS(strchr(text, '#') == NULL);
	free(text);
}

/* Browsers read it: one domain, and nothing that could end it. */
static void
check_origin(const char *name)
{
	if (!message_origin_valid(name))
		return;
	FUZZ_HOLDS(*name != '\0' && strlen(name) <= MESSAGE_ORIGIN_MAX);
	for (; *name != '\0'; name++)
		FUZZ_HOLDS(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789-.", *name) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 8, 40, 161, 4096 };
	char *text = fuzz_string(data, size);
	const char *value = strlen(text) < size ? text + strlen(text) + 1 : "";

	clean(value);
	measure(text);
	check_origin(value);
	if (strlen(text) <= MESSAGE_TEMPLATE_MAX &&
			template_check(text, message_names, NULL) == NULL)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			compose_into(text, value, NULL, sizes[i]);
			compose_into(text, value, ORIGIN, sizes[i]);
		}
	free(text);
	return 0;
}
