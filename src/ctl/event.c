/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/event.h"

#include <string.h>

#include "core/utc.h"

#define VERSION "v=1 time="
#define VERSION_SIZE (sizeof VERSION - 1)

static const struct {
	const char *name;
	size_t size;
} keys[EVENT_KEYS] = {
#define KEY(word) { word "=", sizeof(word) }
	[EVENT_EVENT] = KEY("event"), [EVENT_REASON] = KEY("reason"), [EVENT_USER] = KEY("user"),
	[EVENT_SERVICE] = KEY("service"), [EVENT_GATEWAY] = KEY("gateway"),
	[EVENT_RULE] = KEY("rule"), [EVENT_BY] = KEY("by"), [EVENT_SEGMENTS] = KEY("segments"),
	[EVENT_FAILOVER] = KEY("failover"), [EVENT_LOCKOUT] = KEY("lockout"),
	[EVENT_DETAIL] = KEY("detail"),
};

/* Others are passed over; of two of one name, which none of ours has, the first counts. */
static void
take_word(struct event *event, const char *word, size_t size)
{
	for (size_t i = 0; i < EVENT_KEYS; i++) {
		if (word[0] != keys[i].name[0] || event->value[i].at != NULL ||
		    size <= keys[i].size ||
		    memcmp(word, keys[i].name, keys[i].size) != 0)
			continue;
		event->value[i] = (struct event_value){ word + keys[i].size, size - keys[i].size };
		return;
	}
}

/* The last word, and the only one with blanks in it. */
static bool
take_detail(struct event *event, const char *word, size_t size)
{
	const size_t before = keys[EVENT_DETAIL].size + 1;

	if (size < before + 1 || word[before - 1] != '"' || word[size - 1] != '"')
		return false;
	event->value[EVENT_DETAIL] = (struct event_value){ word + before, size - before - 1 };
	return memchr(word + before, '"', size - before - 1) == NULL;
}

static bool
printable(const char *line, size_t size)
{
	bool fine = true;

	for (size_t i = 0; i < size; i++)
		fine = fine && line[i] >= 0x20 && line[i] < 0x7f;
	return fine;
}

/* The words behind the time. */
static bool
read_words(const char *line, const char *end, struct event *event)
{
	while (line < end) {
		const char *next;

		if (*line++ != ' ')
			return false;
		if ((size_t)(end - line) >= keys[EVENT_DETAIL].size &&
		    memcmp(line, keys[EVENT_DETAIL].name, keys[EVENT_DETAIL].size) == 0)
			return take_detail(event, line, (size_t)(end - line));
		next = memchr(line, ' ', (size_t)(end - line));
		if (next == NULL)
			next = end;
		if (memchr(line, '=', (size_t)(next - line)) == NULL)
			return false;
		take_word(event, line, (size_t)(next - line));
		line = next;
	}
	return true;
}

/* "v=" and a number that is not ours. */
static bool
is_newer(const char *line, size_t size)
{
	size_t i = 2;

	if (size < 4 || memcmp(line, "v=", 2) != 0 || line[2] == '0')
		return false;
	while (i < size && line[i] >= '0' && line[i] <= '9')
		i++;
	return i > 2 && i < size && line[i] == ' ' && (i > 3 || line[2] != '1');
}

enum event_fit
event_read(const char *line, size_t size, struct event *ret_event)
{
	struct event event = { .real_ms = 0 };

	if (size >= EVENT_LINE_MAX || !printable(line, size))
		return EVENT_DAMAGED;
	if (is_newer(line, size))
		return EVENT_NEWER;
	if (size < VERSION_SIZE + UTC_LENGTH || memcmp(line, VERSION, VERSION_SIZE) != 0 ||
	    !utc_read(line + VERSION_SIZE, &event.real_ms) ||
	    !read_words(line + VERSION_SIZE + UTC_LENGTH, line + size, &event) ||
	    event.value[EVENT_EVENT].at == NULL)
		return EVENT_DAMAGED;
	*ret_event = event;
	return EVENT_GOOD;
}

bool
event_is(const struct event *event, enum event_key key, const char *word)
{
	const struct event_value *value = &event->value[key];

	return value->at != NULL && value->size == strlen(word) &&
		memcmp(value->at, word, value->size) == 0;
}

unsigned int
event_segments(const struct event *event)
{
	const struct event_value *value = &event->value[EVENT_SEGMENTS];
	unsigned int number = 0;

	for (size_t i = 0; value->at != NULL && i < value->size; i++) {
		if (value->at[i] < '0' || value->at[i] > '9' || number > 99)
			return 1;
		number = number * 10 + (unsigned int)(value->at[i] - '0');
	}
	return number == 0 ? 1 : number;
}
