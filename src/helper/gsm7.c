/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/gsm7.h"

#include <stddef.h>
#include <string.h>

/* What the alphabet has beyond ASCII, as UTF-8; the euro sign is in the extension table. */
static const char *const beyond_ascii[] = {
	"£", "¥", "è", "é", "ù", "ì", "ò", "Ç", "Ø", "ø", "Å", "å", "Δ", "Φ",
	"Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ", "Æ", "æ", "ß", "É", "¤", "¡",
	"Ä", "Ö", "Ñ", "Ü", "§", "¿", "ä", "ö", "ñ", "ü", "à", "€"
};

static size_t
length_of_one(const char *text)
{
	unsigned char c = (unsigned char)*text;

	/*
	 * Of ASCII it lacks the accent and the control characters but line feed, form feed and
	 * return.
	 */
	if (c < 0x80)
		return c != '`' && c != 0x7f && (c >= 0x20 || strchr("\n\f\r", c) != NULL) ? 1 : 0;
	for (size_t i = 0; i < sizeof beyond_ascii / sizeof beyond_ascii[0]; i++) {
		size_t length = strlen(beyond_ascii[i]);

		if (strncmp(text, beyond_ascii[i], length) == 0)
			return length;
	}
	return 0;
}

bool
gsm7_has(const char *text)
{
	while (*text != '\0') {
		size_t length = length_of_one(text);

		if (length == 0)
			return false;
		text += length;
	}
	return true;
}
