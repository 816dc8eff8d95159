/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/spoken.h"

#include <sodium.h>
#include <string.h>

#include "core/template.h"

/* Twice: nobody has a pen ready when a machine begins to speak. */
static const struct {
	const char *language, *message;
} wordings[] = {
	{ "da", "Din kode er {digits}. Jeg gentager: {digits}." },
	{ "de", "Ihr Code lautet {digits}. Noch einmal: {digits}." },
	{ "en", "Your code is {digits}. Again: {digits}." },
	{ "es", "Su código es {digits}. Repito: {digits}." },
	{ "fi", "Koodisi on {digits}. Toistan: {digits}." },
	{ "fr", "Votre code est {digits}. Je répète : {digits}." },
	{ "hi", "आपका कोड है {digits}. एक बार फिर: {digits}." },
	{ "it", "Il suo codice è {digits}. Ripeto: {digits}." },
	{ "nb", "Koden din er {digits}. Jeg gjentar: {digits}." },
	{ "nl", "Uw code is {digits}. Ik herhaal: {digits}." },
	{ "no", "Koden din er {digits}. Jeg gjentar: {digits}." },
	{ "pl", "Twój kod to {digits}. Powtarzam: {digits}." },
	{ "pt", "O seu código é {digits}. Repito: {digits}." },
	{ "sv", "Din kod är {digits}. Jag upprepar: {digits}." }
};

static const char *const names[] = { "digits", NULL };

/* Not isalpha: that asks the locale. */
static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 5646, section 2.1, without extensions: "en", "nan-Hant-TW", "es-419". */
bool
spoken_language_valid(const char *text)
{
	size_t length = 0;

	if (strlen(text) >= SPOKEN_LANGUAGE_SIZE)
		return false;
	while (is_letter(text[length]))
		length++;
	if (length < 2 || length > 3)
		return false;
	for (text += length; *text == '-'; text += length) {
		length = 0;
		text++;
		while (is_letter(text[length]) || is_digit(text[length]))
			length++;
		if (length < 2 || length > 8)
			return false;
	}
	return *text == '\0';
}

void
spoken_lower(const char *language, char ret_text[static SPOKEN_LANGUAGE_SIZE])
{
	size_t i = 0;

	for (; i < SPOKEN_LANGUAGE_SIZE - 1 && language[i] != '\0'; i++) {
		const char c = language[i];

		ret_text[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	ret_text[i] = '\0';
}

void
spoken_short(const char *language, char ret_text[static SPOKEN_LANGUAGE_SIZE])
{
	spoken_lower(language, ret_text);
	ret_text[strcspn(ret_text, "-")] = '\0';
}

/* NULL if there is none. */
static const char *
wording_of(const char *language)
{
	char primary[SPOKEN_LANGUAGE_SIZE];

	spoken_short(language, primary);
	for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++) {
		if (strcmp(wordings[i].language, primary) == 0)
			return wordings[i].message;
	}
	return NULL;
}

bool
spoken_has(const char *language)
{
	return wording_of(language) != NULL;
}

const char *
spoken_check(const char *message, size_t *ret_column)
{
	const char *wrong = template_check(message, names, ret_column);

	if (wrong == NULL && template_uses(message, names[0]) == 0) {
		*ret_column = 1;
		wrong = "{digits} is missing";
	}
	return wrong;
}

void
spoken_digits(const char *code, char ret_digits[static SPOKEN_DIGITS_SIZE])
{
	char *to = ret_digits;

	for (; *code != '\0' && to - ret_digits + 4 <= SPOKEN_DIGITS_SIZE; code++) {
		if (to != ret_digits) {
			*to++ = ',';
			*to++ = ' ';
		}
		*to++ = *code;
	}
	*to = '\0';
}

int
spoken_write(
	const struct spoken *spoken, const char *digits, char ret_text[static SPOKEN_SIZE])
{
	const char *message =
		spoken->message != NULL ? spoken->message : wording_of(spoken->language);
	const struct template_value value = { names[0], digits };
	char text[SPOKEN_SIZE];
	int rc = -1;

	if (message != NULL)
		rc = template_expand(message, &value, 1, text, sizeof text);
	if (rc == 0)
		memcpy(ret_text, text, strlen(text) + 1);
	sodium_memzero(text, sizeof text);
	return rc;
}
