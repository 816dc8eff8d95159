/* SPDX-License-Identifier: BSD-2-Clause */
#include "secrets.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "below.h"
#include "script.h"
#include "world.h"

#define TYPED_MIN 6
#define TYPED_KEPT 64 /* of a megabyte, so much of its beginning is looked for */
#define CODES_LOOKED_FOR 8 /* the newest */
#define WATCHED_MAX (1 << 20)

struct secrets {
	struct world *world;
	char **typed;
	size_t typed_count;
	char *watched;
	size_t watched_size;
};

struct secrets *
secrets_new(struct world *world)
{
	struct secrets *secrets = script_alloc(sizeof *secrets);

	secrets->world = world;
	return secrets;
}

void
secrets_forget(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->typed_count; i++)
		free(secrets->typed[i]);
	free(secrets->typed);
	free(secrets->watched);
	secrets->typed = NULL;
	secrets->watched = NULL;
	secrets->typed_count = secrets->watched_size = 0;
}

void
secrets_free(struct secrets **secrets)
{
	if (*secrets == NULL)
		return;
	secrets_forget(*secrets);
	free(*secrets);
	*secrets = NULL;
}

void
secrets_typed(struct secrets *secrets, const char *answer)
{
	size_t length = strnlen(answer, TYPED_KEPT);
	char *kept;

	if (length < TYPED_MIN)
		return;
	kept = strndup(answer, length);
	secrets->typed = reallocarray(secrets->typed, secrets->typed_count + 1, sizeof(char *));
	if (kept == NULL || secrets->typed == NULL)
		abort();
	secrets->typed[secrets->typed_count++] = kept;
}

void
secrets_watch_below(struct secrets *secrets)
{
	size_t size;
	char *bytes = below_memory(&size);

	if (secrets->watched_size + size <= WATCHED_MAX && size > 0) {
		secrets->watched = realloc(secrets->watched, secrets->watched_size + size);
		if (secrets->watched == NULL)
			abort();
		memcpy(secrets->watched + secrets->watched_size, bytes, size);
		secrets->watched_size += size;
	}
	free(bytes);
}

/*
 * Searches for needle where it stands alone: a code of six digits may well be part of a longer
 * number or of a message id, which tells nobody anything.
 */
static bool
stands_alone(const char *bytes, size_t size, const char *needle, size_t length)
{
	const char *at = bytes, *end = bytes + size;

	while (length > 0 && (at = memmem(at, (size_t)(end - at), needle, length)) != NULL) {
		bool before = at > bytes && isalnum((unsigned char)at[-1]);
		bool after = at + length < end && isalnum((unsigned char)at[length]);

		if (!before && !after)
			return true;
		at++;
	}
	return false;
}

static bool
holds_code(const struct secrets *secrets, const char *bytes, size_t size, bool alone)
{
	size_t count = world_texts(secrets->world);

	for (size_t i = count > CODES_LOOKED_FOR ? count - CODES_LOOKED_FOR : 0; i < count; i++) {
		const char *code = NULL;
		size_t length = world_code(secrets->world, i + 1, &code);

		if (length > 0 &&
			(alone ? stands_alone(bytes, size, code, length)
			       : memmem(bytes, size, code, length) != NULL))
			return true;
	}
	return false;
}

static bool
holds_typed(const struct secrets *secrets, const char *bytes, size_t size, bool alone)
{
	for (size_t i = 0; i < secrets->typed_count; i++) {
		const char *typed = secrets->typed[i];

		if (alone ? stands_alone(bytes, size, typed, strlen(typed))
			  : memmem(bytes, size, typed, strlen(typed)) != NULL)
			return true;
	}
	return false;
}

static bool
holds_number(const struct secrets *secrets, const char *bytes, size_t size)
{
	const char *const *numbers = NULL;
	size_t count = world_numbers(secrets->world, &numbers);

	for (size_t i = 0; i < count; i++) {
		if (memmem(bytes, size, numbers[i], strlen(numbers[i])) != NULL)
			return true;
	}
	return false;
}

const char *
secrets_in_words(const struct secrets *secrets, const char *text, bool typed_too)
{
	size_t length = strlen(text), count = 0;
	char *digits;
	bool number;

	if (holds_code(secrets, text, length, true))
		return "a code";
	if (typed_too && holds_typed(secrets, text, length, true))
		return "what was typed";
	/* A number is still whole with blanks or dashes in it. */
	digits = script_alloc(length + 1);
	for (size_t i = 0; i < length; i++) {
		if (isdigit((unsigned char)text[i]))
			digits[count++] = text[i];
	}
	number = holds_number(secrets, digits, count);
	free(digits);
	return number ? "a whole number" : NULL;
}

const char *
secrets_in_bytes(const struct secrets *secrets, const char *bytes, size_t size)
{
	if (holds_code(secrets, bytes, size, false))
		return "a code";
	if (holds_typed(secrets, bytes, size, false))
		return "what was typed";
	return holds_number(secrets, bytes, size) ? "a whole number" : NULL;
}

const char *
secrets_in_below(const struct secrets *secrets)
{
	if (secrets->watched == NULL)
		return NULL;
	if (holds_code(secrets, secrets->watched, secrets->watched_size, true))
		return "a code";
	return holds_number(secrets, secrets->watched, secrets->watched_size) ? "a whole number"
									      : NULL;
}

bool
secrets_in_memory(const struct secrets *secrets, size_t text)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	const char *code = NULL;
	size_t length = world_code(secrets->world, text, &code);
	char line[512];
	bool found = false;

	if (maps == NULL || length == 0)
		abort();
	while (!found && fgets(line, sizeof line, maps) != NULL) {
		unsigned long start, end;
		char rights[5];

		/*
		 * Private and writable: the outbox is a shared mapping, and where the test writes
		 * answers down.
		 */
		if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) != 3 ||
			strcmp(rights, "rw-p") != 0 || strstr(line, "[vvar") != NULL)
			continue;
		found = memmem((const void *)start, end - start, code, length) != NULL;
	}
	fclose(maps);
	return found;
}
