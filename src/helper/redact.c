/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/redact.h"

#include <arpa/inet.h>
#include <string.h>

#include "wire/wire.h"

/*
 * A setting of one or two characters would blank out half of every sentence, and is no secret.
 */
#define SECRET_MIN 3
#define DIGITS_SHOWN_MAX 4
#define BETWEEN_GROUPS_MAX 2

/* The longest secret that text begins with; 0 if none. */
static size_t
secret_at(const char *text, const struct values *values)
{
	size_t longest = 0;

	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->item[i];
		size_t length = value->secret && value->text != NULL ? strlen(value->text) : 0;

		if (length >= SECRET_MIN && length > longest &&
			strncmp(text, value->text, length) == 0)
			longest = length;
	}
	return longest;
}

bool
redact_holds_secret(const char *text, const struct values *values)
{
	for (; *text != '\0'; text++) {
		if (secret_at(text, values) > 0)
			return true;
	}
	return false;
}

bool
redact_passes_id(const char *text, const struct values *values)
{
	size_t length = 0;

	for (; text[length] != '\0'; length++) {
		if (text[length] <= 0x20 || text[length] > 0x7e ||
				strchr("=\"'", text[length]) != NULL)
			return false;
	}
	return length < WIRE_MESSAGE_ID_SIZE && !redact_holds_secret(text, values);
}

/* "https://…" up to what cannot be part of it. */
static size_t
url_at(const char *text)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+.-");

	if (scheme == 0 || strncmp(text + scheme, "://", 3) != 0)
		return 0;
	return scheme + strcspn(text + scheme, " \t\r\n\"'<>");
}

/*
 * A number of more digits than may be shown, also where it is written in groups: "+44 7700
 * 900-123". An address is shown.
 */
static size_t
number_at(const char *text)
{
	size_t length = 0, digits = 0;

	for (size_t at = 0; text[at] != '\0' && at - length <= BETWEEN_GROUPS_MAX; at++) {
		if (text[at] >= '0' && text[at] <= '9') {
			digits++;
			length = at + 1;
		} else if (length == 0 || strchr(" -./()", text[at]) == NULL) {
			break;
		}
	}
	return digits > DIGITS_SHOWN_MAX ? length : 0;
}

/* An IPv4 address: curl's words tell where there was no connection. */
static size_t
address_at(const char *text)
{
	char address[INET_ADDRSTRLEN] = "";
	struct in_addr parsed;
	size_t length = strspn(text, "0123456789.");

	if (length >= sizeof address)
		return 0;
	memcpy(address, text, length);
	return inet_pton(AF_INET, address, &parsed) == 1 ? length : 0;
}

void
redact_text(const char *text, const struct values *values, char *ret_text, size_t size)
{
	size_t used = 0;

	while (*text != '\0') {
		const char *put = text, *instead = NULL;
		size_t length = 1;

		if ((length = secret_at(text, values)) > 0)
			instead = "***";
		else if ((length = url_at(text)) > 0)
			instead = "<url>";
		else if ((length = address_at(text)) > 0)
			;
		else if ((length = number_at(text)) > 0)
			instead = "*****";
		else
			length = 1;
		if (instead == NULL && (*text < 0x20 || *text > 0x7e))
			instead = "?";
		if (instead != NULL)
			put = instead;
		text += length;
		length = instead != NULL ? strlen(instead) : length;
		if (length >= size - used)
			break;
		memcpy(ret_text + used, put, length);
		used += length;
	}
	ret_text[used] = '\0';
}
