/* SPDX-License-Identifier: BSD-2-Clause */
/* From description, settings and text to the mail: RFC 5322, with MIME as RFC 2045 and 2047. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fault.h"
#include "core/utf8.h"
#include "helper/description.h"
#include "helper/expand.h"
#include "helper/mail.h"
#include "helper/values.h"

#define ADDRESS_MAX 254		/* RFC 5321, section 4.5.3.1.3, without "<>" */
#define PLAIN_LINE_MAX 200	/* longer ones are encoded, well before the 998 of RFC 5322 */
#define ENCODED_BYTES 45	/* in base64 60 characters, within the 75 of an encoded word */

static int
refuse(struct fault *fault, const char *what, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "the mail's \"%s\" %s", what, why);
}

/*
 * A mailbox without quotes, comments or routes: nothing in it ends the command or the header that
 * it stands in, and nothing makes two recipients of one.
 */
static bool
is_address(const char *text)
{
	static const char host[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-";
	static const char local[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		".!#$%&'*+-/=?^_`{|}~";
	const size_t length = strspn(text, local);
	const char *domain = text + length + 1;

	return length > 0 && text[length] == '@' && strchr(".-", *domain) == NULL &&
		domain[strspn(domain, host)] == '\0' && strlen(text) <= ADDRESS_MAX;
}

static int
write_address(const char *key, const char *text, const struct values *values,
	struct buffer *ret_address, struct fault *fault)
{
	if (expand_add(ret_address, text, values, EXPAND_HEADER) != 0)
		return refuse(fault, key, "would hold a control character");
	if (buffer_text(ret_address) == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	if (!is_address(buffer_text(ret_address)))
		return refuse(fault, key, "would be no address like name@example.com");
	return 0;
}

static bool
is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return false;
	}
	return strlen(text) <= PLAIN_LINE_MAX;
}

static void
add_base64(struct buffer *buffer, const char *bytes, size_t size)
{
	char encoded[sodium_base64_ENCODED_LEN(ENCODED_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)bytes, size,
		sodium_base64_VARIANT_ORIGINAL);
	buffer_add_text(buffer, encoded);
	sodium_memzero(encoded, sizeof encoded);
}

/* As encoded words of whole characters (RFC 2047, section 5), each on a line of its own. */
static int
add_words(struct buffer *buffer, const char *text)
{
	const char *joint = "";

	while (*text != '\0') {
		size_t size = 0, length = 0;
		uint32_t point;

		for (; text[size] != '\0'; size += length) {
			length = utf8_decode(text + size, &point);
			if (length == 0)
				return -1;
			if (size + length > ENCODED_BYTES)
				break;
		}
		buffer_add_text(buffer, joint);
		buffer_add_text(buffer, "=?UTF-8?B?");
		add_base64(buffer, text, size);
		buffer_add_text(buffer, "?=");
		text += size;
		joint = "\r\n ";
	}
	return 0;
}

static int
add_subject(struct buffer *content, const char *subject, const struct values *values,
	struct fault *fault)
{
	struct buffer text = { 0 };
	int rc = 0;

	if (expand_add(&text, subject, values, EXPAND_HEADER) != 0)
		rc = refuse(fault, "subject", "would hold a control character");
	else if (buffer_text(&text) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	if (rc == 0 && text.size > 0) {
		buffer_add_text(content, "Subject: ");
		/* What looks like an encoded word would be read as one. */
		if (is_plain(buffer_text(&text)) && strstr(buffer_text(&text), "=?") == NULL)
			buffer_add_text(content, buffer_text(&text));
		else if (add_words(content, buffer_text(&text)) != 0)
			rc = refuse(fault, "subject", "is not UTF-8");
		buffer_add_text(content, "\r\n");
	}
	buffer_free(&text);
	return rc;
}

/* Plain where every line is, so that the simplest gateway can read it; else base64. */
static void
add_body(struct buffer *content, const char *text, size_t size)
{
	bool plain = true;
	size_t line;

	for (const char *p = text; plain && *p != '\0'; p += line + (p[line] == '\n')) {
		line = strcspn(p, "\n");
		plain = line <= PLAIN_LINE_MAX;
		for (size_t i = 0; plain && i < line; i++)
			plain = p[i] >= 0x20 && p[i] <= 0x7e;
	}
	buffer_add_text(content, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=");
	buffer_add_text(content, plain ? "US-ASCII\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
		: "UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	while (size > 0) {
		line = plain ? strcspn(text, "\n") : size;
		if (!plain && line > ENCODED_BYTES)
			line = ENCODED_BYTES;
		if (plain)
			buffer_add(content, text, line);
		else
			add_base64(content, text, line);
		buffer_add_text(content, "\r\n");
		if (plain && text[line] == '\n')
			line++;
		text += line;
		size -= line;
	}
}

static int
write_content(const struct description_local *local, const struct values *values,
	struct mail *mail, struct fault *fault)
{
	struct buffer *content = &mail->content, text = { 0 };
	const char *from = buffer_text(&mail->from), *domain = strrchr(from, '@');
	const time_t now = time(NULL);
	struct tm utc;
	char date[64];
	int rc;

	/* Nobody sets a locale here: the names of days and months are English. */
	if (gmtime_r(&now, &utc) == NULL ||
		strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &utc) == 0)
		return fault_set(fault, FAULT_SYSTEM, "no date");
	const char *const lines[] = { "Date: ", date, "\r\nFrom: ", from, "\r\nTo: ",
		buffer_text(&mail->to), "\r\nMessage-ID: <",
		values_get(values, "uuid", strlen("uuid")), domain,
		/* RFC 3834: nobody's absence is of interest here. */
		">\r\nAuto-Submitted: auto-generated\r\n" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		buffer_add_text(content, lines[i]);
	rc = add_subject(content, local->subject, values, fault);
	if (rc == 0 && (expand_add(&text, local->text, values, EXPAND_PLAIN) != 0 ||
			buffer_text(&text) == NULL))
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	if (rc == 0)
		add_body(content, buffer_text(&text), text.size);
	buffer_free(&text);
	if (rc == 0 && buffer_text(content) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	return rc;
}

int
mail_compose(const struct description_local *local, const struct values *values,
	struct mail *ret_mail, struct fault *fault)
{
	struct mail mail = { 0 };
	int rc;

	rc = write_address("from", local->from, values, &mail.from, fault);
	if (rc == 0)
		rc = write_address("to", local->to, values, &mail.to, fault);
	if (rc == 0 && (expand_add(&mail.user, local->user, values, EXPAND_PLAIN) != 0 ||
			expand_add(&mail.password, local->password, values, EXPAND_PLAIN) != 0 ||
			buffer_text(&mail.user) == NULL || buffer_text(&mail.password) == NULL))
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	/* The one would be without effect, the other a login that cannot succeed. */
	if (rc == 0 && (mail.user.size == 0) != (mail.password.size == 0))
		rc = refuse(fault, "user", "and \"password\" must both be set, or neither");
	if (rc == 0)
		rc = write_content(local, values, &mail, fault);
	if (rc == 0)
		*ret_mail = mail;
	else
		mail_free(&mail);
	return rc;
}
