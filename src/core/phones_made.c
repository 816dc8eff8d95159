/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_made.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "core/phones_each.h"
#include "core/phones_line.h"
#include "core/phones_reader.h"
#include "core/replace.h"

#define MARK "# Made by smsotpctl pull from "
#define HEAD_END ": what is changed here is lost at the next pull.\n"
#define HEAD_SIZE (sizeof MARK + PHONES_LINE_SIZE / 2 + sizeof HEAD_END)

_Static_assert(PHONES_LINE_NAME_MAX + PHONES_MAX * (E164_SIZE + 2) < PHONES_LINE_SIZE,
	"a user with all his numbers fits a line");

/* A file that is there, compared with what is to be in it. */
struct comparison {
	struct phones_made *made;
	struct progress {
		bool seen, has;		/* a line of his; a number in it */
		size_t same;		/* how many numbers, from the first, are those of now */
		bool differs;
	} *of;				/* for each user */
	struct phones_made_user *now;	/* whose line is being visited; NULL: nobody's of now */
	unsigned int line;
	bool differs, failed;
};

static void
compose_head(const struct phones_made *made, char ret_head[static HEAD_SIZE])
{
	/* A path that would not fit is cut: the line is for people. */
	snprintf(ret_head, HEAD_SIZE, MARK "%.*s" HEAD_END, PHONES_LINE_SIZE / 2, made->origin);
	/* Nor may it become a second one. */
	for (char *at = ret_head; at[0] != '\0' && at[1] != '\0'; at++) {
		if ((unsigned char)*at < ' ')
			*at = '?';
	}
}

static bool
has_mark(const struct phones_reader *reader)
{
	return reader->have >= strlen(MARK) && memcmp(reader->buffer, MARK, strlen(MARK)) == 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct phones_made_user *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Names double as they grow: 1, 2, 4, … */
static bool
note_removed(struct phones_made *made, const char *name)
{
	if ((made->removed_count & (made->removed_count - 1)) == 0) {
		const size_t size = made->removed_count == 0 ? 1 : 2 * made->removed_count;
		char **larger = realloc(made->removed, size * sizeof *larger);

		if (larger == NULL)
			return false;
		made->removed = larger;
	}
	made->removed[made->removed_count] = strdup(name);
	return made->removed[made->removed_count] != NULL && ++made->removed_count > 0;
}

/* The first number of a line, or that it has none. */
static void
begin_line(struct comparison *it, const struct phones_entry *entry)
{
	const struct phones_made_user key = { .name = entry->user };
	struct phones_made *made = it->made;
	struct phones_made_user *users = made->users;

	it->line = entry->line;
	it->now = made->count == 0 ? NULL
		: bsearch(&key, users, made->count, sizeof *users, by_name);
	/* Whose second line it is has it in the first. */
	if (it->now != NULL && it->of[it->now - users].seen) {
		it->differs = true;
		it->now = NULL;
		return;
	}
	if (entry->number[0] != '\0')
		made->before++;
	if (it->now != NULL) {
		it->of[it->now - users].seen = true;
		it->of[it->now - users].has = entry->number[0] != '\0';
	} else if (entry->number[0] != '\0') {
		it->differs = true;
		it->failed = it->failed || !note_removed(made, entry->user);
	} else {
		it->differs = true;
	}
}

static void
visit(void *data, const struct phones_entry *entry)
{
	struct comparison *it = data;
	const char *number = entry->number;
	struct progress *progress;

	if (entry->line != it->line)
		begin_line(it, entry);
	if (it->now == NULL || number[0] == '\0')
		return;
	progress = &it->of[it->now - it->made->users];
	number += strspn(number, " \t");
	if (!progress->differs && progress->same < it->now->count &&
	    strcmp(number, it->now->number[progress->same].text) == 0)
		progress->same++;
	else
		progress->differs = true;
}

static void
conclude(struct comparison *it)
{
	struct phones_made *made = it->made;
	size_t lost = made->removed_count;

	for (size_t i = 0; i < made->count; i++) {
		struct phones_made_user *user = &made->users[i];
		const struct progress *progress = &it->of[i];

		user->change = PHONES_MADE_SAME;
		if (!progress->has && user->count > 0)
			user->change = PHONES_MADE_ADDED;
		else if (progress->has && user->count == 0)
			user->change = PHONES_MADE_REMOVED;
		else if (progress->differs || progress->same < user->count)
			user->change = PHONES_MADE_CHANGED;
		lost += user->change == PHONES_MADE_REMOVED;
		it->differs = it->differs || !progress->seen || user->change != PHONES_MADE_SAME;
	}
	made->shrinks = !made->may_shrink && 10 * lost > made->before;
}

/* Opens and locks it, unless a person keeps it. The reader has nothing if there is none. */
static int
open_file(const char *path, struct replace *it, struct phones_reader *reader,
	struct fault *fault)
{
	const struct replace_terms terms = { .secrecy = CONF_SECRET, .may_lack = true };
	int result = replace_open(path, terms, it, fault);

	if (result == 0 && it->fd >= 0)
		result = phones_reader_share(path, it->fd, reader, fault);
	if (result == 0 && it->fd >= 0)
		result = phones_reader_fill(reader, fault);
	if (result == 0 && reader->have > 0 && !has_mark(reader))
		result = fault_set(fault, FAULT_SYSTEM, "%s: was not made by pull, and is not "
			"replaced", path);
	return result;
}

/* With what is there, if anything is. */
static int
compare(struct phones_made *made, struct phones_reader *reader, const char *head,
	bool *ret_differs, struct fault *fault)
{
	struct comparison it = { .made = made };
	int result = 0;

	made->fresh = reader->have == 0;
	it.differs = made->fresh || reader->have < strlen(head) ||
		memcmp(reader->buffer, head, strlen(head)) != 0;
	it.of = calloc(made->count + 1, sizeof *it.of);
	if (it.of == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	if (!made->fresh)
		result = phones_each_read(reader, visit, &it, fault);
	if (result == 0 && it.failed)
		result = fault_set(fault, FAULT_MEMORY, "out of memory");
	if (result == 0)
		conclude(&it);
	free(it.of);
	*ret_differs = it.differs;
	return result;
}

static int
put_user(struct replace *it, const struct phones_made_user *user, struct fault *fault)
{
	char line[PHONES_LINE_SIZE];
	int length = snprintf(line, sizeof line, "%s%s", user->name,
		user->count == 0 ? "  # no number that can be used" : "");
	int result;

	for (size_t i = 0; i < user->count; i++)
		length += snprintf(line + length, sizeof line - (size_t)length, "%s%s",
			i == 0 ? "  " : ", ", user->number[i].text);
	line[length] = '\n';
	result = replace_put(it, line, (size_t)length + 1, fault);
	sodium_memzero(line, sizeof line);
	return result;
}

static int
put_all(const struct phones_made *made, struct replace *it, const char *head,
	struct fault *fault)
{
	int result = replace_begin(it, fault);

	if (result == 0)
		result = replace_put(it, head, strlen(head), fault);
	for (size_t i = 0; result == 0 && i < made->count; i++)
		result = put_user(it, &made->users[i], fault);
	return result == 0 ? replace_finish(it, fault) : result;
}

int
phones_made_look(const char *path, struct fault *fault)
{
	struct replace it = REPLACE_NONE;
	struct phones_reader reader = PHONES_READER_NONE;
	int result = open_file(path, &it, &reader, fault);

	phones_reader_close(&reader);
	replace_close(&it);
	return result;
}

int
phones_made_write(struct phones_made *made, struct fault *fault)
{
	struct replace it = REPLACE_NONE;
	struct phones_reader reader = PHONES_READER_NONE;
	char head[HEAD_SIZE];
	bool differs = false;
	int result;

	if (made->count > 0)
		qsort(made->users, made->count, sizeof *made->users, by_name);
	compose_head(made, head);
	result = open_file(made->path, &it, &reader, fault);
	if (result == 0)
		result = compare(made, &reader, head, &differs, fault);
	if (result == 0 && differs && !made->shrinks) {
		result = put_all(made, &it, head, fault);
		made->written = result == 0;
	}
	phones_reader_close(&reader);
	replace_close(&it);
	return result;
}

void
phones_made_free(struct phones_made *made)
{
	for (size_t i = 0; i < made->removed_count; i++)
		free(made->removed[i]);
	free(made->removed);
	made->removed = NULL;
	made->removed_count = 0;
}

bool
phones_made_is(const char *path)
{
	struct phones_reader reader = PHONES_READER_NONE;
	bool made = phones_reader_open(path, &reader, NULL) == 0 &&
		phones_reader_fill(&reader, NULL) == 0 && has_mark(&reader);

	phones_reader_close(&reader);
	return made;
}
