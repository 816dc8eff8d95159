/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/message.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/gsm7.h"
#include "core/template.h"
#include "core/utf8.h"

#define GSM7_ALONE 160
#define GSM7_PART 153	/* 140 bytes less a 6-byte header: 134 bytes, 153 whole septets */
#define UCS2_ALONE 70
#define UCS2_PART 67
#define LABEL_MAX 63
#define MINUTES_SIZE 12

#define COMMON_NAMES "code", "ref", "host", "user", "service", "client", "minutes"

const char *const message_names[] = { COMMON_NAMES, NULL };

static const char *const names_of_gateway[] = { COMMON_NAMES, "origin", NULL };
static const char origin_variable[] = "{origin}";

/* Phones read the last line only: what stands behind it would undo it. */
static int
check_origin(const struct conf_at *at, const char *key, const char *template)
{
	char before[MESSAGE_TEMPLATE_MAX + 1];
	size_t length = strlen(template), last = strlen(origin_variable);

	if (!template_uses(template, "origin"))
		return 0;
	if (length >= last && strcmp(template + length - last, origin_variable) == 0) {
		memcpy(before, template, length - last);
		before[length - last] = '\0';
		if (!template_uses(before, "origin"))
			return 0;
	}
	return conf_refuse(at, conf_setting(at, key),
		"{origin} must stand at its end, and there alone");
}

/* Whether it stays a text whatever the values are; code and ref are never longer than this. */
static bool
fits(const char *template)
{
	char value[MESSAGE_VALUE_SIZE], origin[MESSAGE_ORIGIN_MAX + 1], text[MESSAGE_TEXT_SIZE];
	const struct message_values values = {
		.code = "0123456789", .ref = "01234567", .host = value, .user = value,
		.service = value, .client = value, .origin = origin, .lifetime_s = 86400,
	};

	memset(value, 'm', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	memset(origin, 'm', sizeof origin - 1);
	origin[sizeof origin - 1] = '\0';
	return message_compose(template, &values, text, sizeof text) == 0;
}

int
message_read(const struct conf_at *at, const char *key, enum message_kind kind,
	const char **ret_template)
{
	const struct conf_length length = { 1, MESSAGE_TEMPLATE_MAX };
	const char *template = NULL;
	int rc;

	rc = conf_string(at, key, false, length, &template);
	if (rc != 0 || template == NULL)
		return rc;
	rc = conf_template(at, key, template,
		kind == MESSAGE_OF_GATEWAY ? names_of_gateway : message_names);
	if (rc == 0 && !template_uses(template, "code"))
		rc = conf_refuse(at, conf_setting(at, key),
			"has no {code} in it");
	if (rc == 0)
		rc = check_origin(at, key, template);
	if (rc == 0 && !fits(template))
		rc = conf_refuse(at, conf_setting(at, key),
			"can be longer than %d bytes once filled in", MESSAGE_TEXT_SIZE - 1);
	if (rc == 0)
		*ret_template = template;
	return rc;
}

int
message_compose(const char *template, const struct message_values *values, char *ret_text,
	size_t size)
{
	const char *const given[] = { values->host, values->user, values->service, values->client };
	char clean[sizeof given / sizeof given[0]][MESSAGE_VALUE_SIZE], minutes[MINUTES_SIZE];
	const char *code = values->code != NULL ? values->code : "";
	int rc;

	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
		message_clean(given[i], clean[i]);
	snprintf(minutes, sizeof minutes, "%u",
		(unsigned int)(values->lifetime_s < 60 ? 1 : values->lifetime_s / 60));

	const struct template_value known[] = {
		{ "code", code }, { "ref", values->ref }, { "host", clean[0] },
		{ "user", clean[1] }, { "service", clean[2] }, { "client", clean[3] },
		{ "minutes", minutes },
	};

	rc = template_expand(template, known, sizeof known / sizeof known[0], ret_text, size);
	if (rc == 0 && values->origin != NULL && values->origin[0] != '\0') {
		size_t used = strlen(ret_text);

		/* Exactly so, with one space: WICG, Origin-bound one-time codes. */
		if ((size_t)snprintf(ret_text + used, size - used, "\n@%s #%s", values->origin,
				code) >= size - used)
			rc = -1;
	}
	if (rc == 0)
		return 0;
	sodium_memzero(ret_text, size);
	return FAULT_CONFIG;
}

bool
message_origin_valid(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	bool number = false;

	if (strlen(name) > MESSAGE_ORIGIN_MAX)
		return false;
	for (;; name++) {
		size_t length = strspn(name, letters);

		if (length == 0 || length > LABEL_MAX || name[0] == '-' || name[length - 1] == '-')
			return false;
		number = strspn(name, "0123456789") == length;
		name += length;
		if (*name != '.')
			break;
	}
	/* A last label of digits is an IPv4 address to browsers: WHATWG URL, section 3.5. */
	return *name == '\0' && !number;
}

/* UTF-16 units of the character that text begins with; *ret_length is its bytes. */
static unsigned int
utf16_units(const char *text, size_t *ret_length)
{
	uint32_t point = 0;
	uint16_t units[2];
	size_t length = utf8_decode(text, &point);

	*ret_length = length != 0 ? length : 1;
	return utf8_utf16(point, units);
}

void
message_measure(const char *text, struct message_size *ret_size)
{
	struct message_size size = { .ucs2 = !gsm7_has(text), .segments = 1 };
	const unsigned int alone = size.ucs2 ? UCS2_ALONE : GSM7_ALONE;
	const unsigned int part = size.ucs2 ? UCS2_PART : GSM7_PART;
	unsigned int filled = 0;

	for (size_t length = 1; *text != '\0'; text += length) {
		unsigned int units = size.ucs2 ? utf16_units(text, &length)
			: gsm7_septets(text, &length);

		size.units += units;
		filled += units;
		if (filled > part) {
			filled = units;
			size.segments++;
		}
	}
	if (size.units <= alone)
		size.segments = 1;
	*ret_size = size;
}

void
message_size_words(const struct message_size *size, char ret_words[static MESSAGE_SIZE_WORDS])
{
	if (size->segments == 1 && !size->ucs2)
		ret_words[0] = '\0';
	else
		snprintf(ret_words, MESSAGE_SIZE_WORDS, "%u segment%s%s", size->segments,
			size->segments == 1 ? "" : "s", size->ucs2 ? ", UCS-2" : "");
}
