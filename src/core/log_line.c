/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/log_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/e164.h"
#include "core/utc.h"

#define VALUE_MAX 128
#define DETAIL_MAX 600
#define EVENT_DETAIL_MAX 80

struct writer {
	char *next;
	size_t left;		/* the NUL included */
};

static void
put(struct writer *writer, const char *bytes, size_t count)
{
	if (count >= writer->left)
		count = writer->left - 1;
	memcpy(writer->next, bytes, count);
	writer->next += count;
	writer->left -= count;
	*writer->next = '\0';
}

/*
 * User names, host names and replies are strangers' bytes: only plain graphic ASCII stays as it
 * is.
 */
static void
put_clean(struct writer *writer, const char *value, size_t most, bool quoted)
{
	for (size_t i = 0; i < most && value[i] != '\0'; i++) {
		char c = value[i];
		bool plain = c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '=';

		if (quoted && c == '"')
			c = '\'';
		if (quoted && (c == ' ' || c == '=' || c == '\''))
			plain = true;
		put(writer, plain ? &c : "?", 1);
	}
}

static void
put_key(struct writer *writer, const char *key, const char *value)
{
	if (writer->next[-1] != ' ')
		put(writer, " ", 1);
	put(writer, key, strlen(key));
	put(writer, "=", 1);
	if (value == NULL || value[0] == '\0')
		put(writer, "-", 1);
	else
		put_clean(writer, value, VALUE_MAX, false);
}

/* In the event file absent is left out. */
static void
put_given(struct writer *writer, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		put_key(writer, key, value);
}

static void
put_detail(struct writer *writer, const char *detail, size_t most)
{
	if (detail == NULL || detail[0] == '\0')
		return;
	put(writer, " detail=\"", 9);
	put_clean(writer, detail, most, true);
	put(writer, "\"", 1);
}

static void
put_fraction(struct writer *writer, const char *key, unsigned int part, unsigned int whole)
{
	char text[32];

	snprintf(text, sizeof text, "%u/%u", part, whole);
	put_key(writer, key, whole == 0 ? NULL : text);
}

void
log_line_compose(const struct log_line *line, char ret_text[static LOG_LINE_SIZE])
{
	char text[LOG_LINE_SIZE + 1] = " ", ms[24];
	struct writer writer = { text + 1, sizeof text - 1 };

	snprintf(ms, sizeof ms, "%ld", line->ms);
	put_key(&writer, "event", line->event);
	put_key(&writer, "reason", line->reason);
	put_key(&writer, "user", line->user);
	put_key(&writer, "uid", line->uid);
	if (line->target != NULL)
		put_key(&writer, "target", line->target);
	put_key(&writer, "service", line->service);
	put_key(&writer, "client", line->client);
	put_key(&writer, "tty", line->tty);
	put_key(&writer, "phone", line->phone == NULL ? NULL : line->phone->text);
	put_key(&writer, "source", line->source);
	put_key(&writer, "gateway", line->gateway);
	put_key(&writer, "msgid", line->message_id);
	put_key(&writer, "ms", line->ms < 0 ? NULL : ms);
	put_fraction(&writer, "try", line->try, line->tries);
	put_fraction(&writer, "fails", line->fails, line->lock_after);
	put_key(&writer, "rule", line->rule);
	put_key(&writer, "ref", line->ref);
	if (line->left != NULL)
		put_key(&writer, "left", line->left);
	if (line->by != NULL)
		put_key(&writer, "by", line->by);
	put_detail(&writer, line->detail, DETAIL_MAX);
	memcpy(ret_text, text + 1, LOG_LINE_SIZE);
}

_Static_assert(LOG_EVENT_SIZE > 12 * (VALUE_MAX + sizeof " segments=") + EVENT_DETAIL_MAX + 96,
	"an event is never cut");

size_t
log_line_event(const struct log_line *line, int64_t real_ms, char ret_text[static LOG_EVENT_SIZE])
{
	char text[LOG_EVENT_SIZE] = "", time[UTC_LENGTH + 1], segments[12] = "";
	struct writer writer = { text, sizeof text };
	size_t length;

	utc_write(real_ms, time);
	if (line->segments > 0)
		snprintf(segments, sizeof segments, "%u", line->segments);
	put(&writer, "v=1 time=", 9);
	put(&writer, time, UTC_LENGTH);
	put_given(&writer, "event", line->event);
	put_given(&writer, "reason", line->reason);
	put_given(&writer, "user", line->user);
	put_given(&writer, "uid", line->uid);
	put_given(&writer, "target", line->target);
	put_given(&writer, "service", line->service);
	put_given(&writer, "client", line->client);
	put_given(&writer, "phone", line->phone == NULL ? NULL : line->phone->text);
	put_given(&writer, "gateway", line->gateway);
	put_given(&writer, "rule", line->rule);
	put_given(&writer, "ref", line->ref);
	put_given(&writer, "by", line->by);
	put_given(&writer, "segments", segments);
	put_given(&writer, "failover", line->failover ? "1" : NULL);
	put_given(&writer, "lockout", line->lockout ? "1" : NULL);
	put_detail(&writer, line->detail, EVENT_DETAIL_MAX);
	put(&writer, "\n", 1);
	length = sizeof text - writer.left;
	memcpy(ret_text, text, length + 1);
	return length;
}
