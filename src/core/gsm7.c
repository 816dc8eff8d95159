/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/gsm7.h"

#include <string.h>

/* What the alphabet has beyond ASCII, as UTF-8, but for the euro sign. */
static const char *const beyond_ascii[] = {
	"£", "¥", "è", "é", "ù", "ì", "ò", "Ç", "Ø", "ø", "Å", "å", "Δ", "Φ",
	"Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ", "Æ", "æ", "ß", "É", "¤", "¡",
	"Ä", "Ö", "Ñ", "Ü", "§", "¿", "ä", "ö", "ñ", "ü", "à"
};

/* Of ASCII it lacks the accent and the control characters but line feed, form feed and return. */
static unsigned int
ascii_septets(char c)
{
	if (c == '\0' || c == '`' || c == 0x7f || (c < 0x20 && strchr("\n\f\r", c) == NULL))
		return 0;
	return strchr("\f^{}\\[~]|", c) != NULL ? 2 : 1;
}

unsigned int
gsm7_septets(const char *text, size_t *ret_length)
{
	static const char euro[] = "€";

	if ((unsigned char)*text < 0x80) {
		if (ascii_septets(*text) != 0)
			*ret_length = 1;
		return ascii_septets(*text);
	}
	for (size_t i = 0; i < sizeof beyond_ascii / sizeof beyond_ascii[0]; i++) {
		size_t length = strlen(beyond_ascii[i]);

		if (strncmp(text, beyond_ascii[i], length) == 0) {
			*ret_length = length;
			return 1;
		}
	}
	if (strncmp(text, euro, sizeof euro - 1) != 0)
		return 0;
	*ret_length = sizeof euro - 1;
	return 2;
}

bool
gsm7_has(const char *text)
{
	size_t length = 0;

	while (gsm7_septets(text, &length) > 0)
		text += length;
	return *text == '\0';
}
