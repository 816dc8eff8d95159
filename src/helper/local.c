/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/local.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/utf8.h"
#include "helper/buffer.h"
#include "helper/compose.h"
#include "helper/exec.h"
#include "helper/expand.h"
#include "helper/gateway.h"
#include "helper/http.h"
#include "helper/place.h"
#include "helper/redact.h"
#include "helper/values.h"
#include "wire/wire.h"

static int
open_writable(const struct gateway *gateway, struct local *local, struct fault *fault)
{
	for (size_t i = 0; i < gateway->writable_count; i++) {
		int fd = -1, rc = place_open(gateway->writable[i], PLACE_ANYBODY, &fd, fault);

		if (rc != 0)
			return rc;
		local->writable.fd[local->writable.count++] = fd;
	}
	return 0;
}

int
local_open(const struct gateway *gateway, struct local *local, struct fault *fault)
{
	int rc = 0;

	if (gateway->spool != NULL)
		rc = spool_open(gateway->spool, &local->spool, fault);
	if (rc == 0 && gateway->program != NULL)
		rc = program_check(gateway->program, fault);
	return rc != 0 ? rc : open_writable(gateway, local, fault);
}

/* A key that has no effect would be taken for one that has. */
int
local_check(
	const struct gateway *gateway, enum description_transport transport, struct fault *fault)
{
#define FOR(transport) (1u << (transport))
#define FOR_HTTP FOR(DESCRIPTION_HTTP)
#define FOR_NET (FOR_HTTP | FOR(DESCRIPTION_SMTP))
	static const struct {
		const char *key;
		unsigned int transports;
		bool required;
	} rules[] = {
		{ "spool", FOR(DESCRIPTION_SPOOL), true },
		{ "program", FOR(DESCRIPTION_EXEC), true },
		{ "writable", FOR(DESCRIPTION_EXEC), false },
		{ "base_url", FOR_HTTP, false },
		{ "proxy", FOR_HTTP, false },
		{ "ca_file", FOR_NET, false },
		{ "connect_timeout", FOR_NET, false }
	};
	const struct conf_at at = {
		.file = gateway->file,
		.group = conf_file_root(gateway->file),
		.name = "",
		.fault = fault,
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const config_setting_t *setting =
			conf_setting(&at, rules[i].key);
		const bool takes = (rules[i].transports & FOR(transport)) != 0;

		if (setting != NULL && !takes)
			return conf_refuse(&at, setting, "this API has no use for it");
		if (setting == NULL && takes && rules[i].required)
			return conf_refuse(&at, NULL, "\"%s\" is missing", rules[i].key);
	}
	return 0;
}

int
local_prepare(const struct gateway *gateway, enum description_transport transport,
	struct local *local, struct fault *fault)
{
	int rc = local_check(gateway, transport, fault);

	if (rc == 0 && transport == DESCRIPTION_EXEC)
		rc = program_start(gateway->program, &local->writable, &local->program, fault);
	for (size_t i = 0; i < local->writable.count; i++)
		close(local->writable.fd[i]);
	local->writable.count = 0;
	return rc;
}

static int
refuse(struct fault *fault, const char *what, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "the description's %s %s", what, why);
}

static void
add_unit(struct buffer *buffer, uint16_t unit)
{
	const char bytes[] = { (char)(unit >> 8), (char)unit };

	buffer_add(buffer, bytes, sizeof bytes);
}

/* Big-endian, and the mark that says so: Unicode, sections 3.10 and 23.8. -1: it is not UTF-8. */
static int
add_utf16(struct buffer *buffer, const char *text, bool marked)
{
	uint32_t point = 0;
	uint16_t units[2];
	size_t length;

	if (marked)
		add_unit(buffer, 0xfeff);
	for (; *text != '\0'; text += length) {
		length = utf8_decode(text, &point);
		if (length == 0)
			return -1;
		for (unsigned int i = 0, count = utf8_utf16(point, units); i < count; i++)
			add_unit(buffer, units[i]);
	}
	return 0;
}

static int
add_text(const struct description_local *local, const struct values *values, struct buffer *buffer,
	struct fault *fault)
{
	const bool unicode = *values_get(values, "unicode", strlen("unicode")) != '\0';
	const enum description_charset charset = unicode ? local->unicode_charset : local->charset;
	struct buffer text = { 0 };
	int rc = 0;

	if (expand_add(&text, local->text, values, EXPAND_PLAIN) != 0 ||
			buffer_text(&text) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else if (charset == DESCRIPTION_UTF8)
		buffer_add(buffer, buffer_text(&text), text.size);
	else if (add_utf16(buffer, buffer_text(&text), charset == DESCRIPTION_UTF16) != 0)
		rc = refuse(fault, "\"text\"", "is not UTF-8");
	buffer_free(&text);
	return rc;
}

/* "Name: value" lines and an empty one, where there are headers; then the text. */
static int
write_text(const struct description_send *send, const struct values *values,
	struct buffer *ret_text, struct fault *fault)
{
	const struct description_fields *headers = &send->headers;
	struct buffer text = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < headers->count; i++) {
		if (!compose_wanted(&headers->item[i], values))
			continue;
		buffer_add_text(&text, headers->item[i].name);
		buffer_add_text(&text, ": ");
		rc = compose_header(&headers->item[i], values, &text, fault);
		buffer_add_text(&text, "\n");
	}
	if (headers->count > 0)
		buffer_add_text(&text, "\n");
	if (rc == 0)
		rc = add_text(&send->local, values, &text, fault);
	if (rc == 0 && buffer_text(&text) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	if (rc == 0)
		*ret_text = text;
	else
		buffer_free(&text);
	return rc;
}

/* gammu-smsd wants the number in the file's name: then only the daemon may list them. */
static int
write_name(const struct description_local *local, const struct spool *spool,
	const struct values *values, struct buffer *ret_name, struct fault *fault)
{
	struct buffer name = { 0 };
	int rc = 0;

	if (expand_add(&name, local->name, values, EXPAND_PLAIN) != 0 ||
			buffer_text(&name) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else if (!spool_name_valid(buffer_text(&name)))
		rc = refuse(fault, "\"name\"", "would be no name of letters, digits and \"._+-\"");
	else if (spool->listed && redact_holds_secret(buffer_text(&name), values))
		rc = fault_set(fault, FAULT_CONFIG, "the names in the spool tell phone numbers: "
			"the directory must not be readable by others (mode 0770 or 2770)");
	if (rc == 0)
		*ret_name = name;
	else
		buffer_free(&name);
	return rc;
}

static int
send_spool(const struct description_local *local, const struct spool *spool, struct buffer *text,
	const struct values *values, const struct http_way *way, struct wire_reply *ret_reply,
	struct fault *fault)
{
	struct buffer name = { 0 };
	struct spool_file file;
	int rc = write_name(local, spool, values, &name, fault);

	if (rc == 0) {
		file = (struct spool_file){ buffer_text(&name), buffer_text(text), text->size };
		if (file.name == NULL || file.bytes == NULL)
			rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	}
	if (rc == 0)
		spool_put(spool, &file, way->posting, way->data, ret_reply);
	/* The daemon's log names the file by it. */
	if (rc == 0 && ret_reply->outcome == WIRE_ACCEPTED &&
			redact_passes_id(file.name, values))
		memcpy(ret_reply->message_id, file.name, strlen(file.name) + 1);
	buffer_free(&name);
	return rc;
}

int
local_send(const struct description_send *send, struct local *local, const struct values *values,
	const struct http_way *way, struct wire_reply *ret_reply, struct fault *fault)
{
	struct buffer text = { 0 };
	int rc = write_text(send, values, &text, fault);

	if (rc == 0 && send->transport == DESCRIPTION_SPOOL) {
		rc = send_spool(
			&send->local, &local->spool, &text, values, way, ret_reply, fault);
	} else if (rc == 0) {
		const struct program_order order = { .input = buffer_text(&text),
			.input_size = text.size, .deadline = way->total };

		exec_send(&local->program, &order, values, way->posting, way->data, ret_reply);
	}
	buffer_free(&text);
	return rc;
}
