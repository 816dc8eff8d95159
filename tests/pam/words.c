/* SPDX-License-Identifier: BSD-2-Clause */
/* $NAME in a script's lines. */
#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "play.h"
#include "world.h"

#define AREA_SIZE 8192
#define AREAS 4

/*
 * Codes are written here and nowhere else: shared memory, which a search of the private one passes
 * over.
 */
static char *
next_area(void)
{
	static char *areas;
	static unsigned int turn;

	if (areas == NULL) {
		areas = mmap(NULL, (size_t)AREA_SIZE * AREAS, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (areas == MAP_FAILED)
			abort();
	}
	return areas + (size_t)AREA_SIZE * (turn++ % AREAS);
}

static void
put(char *area, size_t *used, char c, bool pattern)
{
	if (*used + 2 >= AREA_SIZE)
		abort();
	if (pattern && strchr("\\^$.[]|()*+?{}", c) != NULL)
		area[(*used)++] = '\\';
	area[(*used)++] = c;
}

static void
put_text(char *area, size_t *used, const char *text, bool pattern)
{
	while (*text != '\0')
		put(area, used, *text++, pattern);
}

/*
 * How a code is written: as it is, with a blank or a dash in the middle, in small letters, as a
 * call reads it out, or made wrong.
 */
enum form { AS_IS, SPACED, DASHED, SMALL, SPOKEN, WRONG };

static char
another(char c)
{
	if (isdigit((unsigned char)c))
		return c == '9' ? '2' : (char)(c + 1);
	return c == 'Z' ? 'A' : c == 'H' || c == 'N' ? (char)(c + 2) : (char)(c + 1);
}

static bool
put_code(struct play *play, char *area, size_t *used, size_t number, enum form form, bool pattern)
{
	const char *code = NULL;
	size_t length = world_code(play->world, number, &code);

	if (length == 0) {
		/* No text: any answer of the right form is wrong then. */
		if (form == WRONG)
			put_text(area, used, "135790", pattern);
		return form == WRONG;
	}
	for (size_t i = 0; i < length; i++) {
		char c = code[i];

		if (i == length / 2 && (form == SPACED || form == DASHED))
			put(area, used, form == SPACED ? ' ' : '-', pattern);
		if (i > 0 && form == SPOKEN)
			put_text(area, used, ", ", pattern);
		if (form == SMALL)
			c = (char)tolower((unsigned char)c);
		put(area, used, form == WRONG && i + 1 == length ? another(c) : c, pattern);
	}
	return true;
}

static bool
put_variable(struct play *play, const char *name, char *area, size_t *used, bool pattern)
{
	static const struct {
		const char *name;
		enum form form;
	} forms[] = {
		{ "CODE", AS_IS },
		{ "SPACED", SPACED },
		{ "DASHED", DASHED },
		{ "SMALL", SMALL },
		{ "SPOKEN", SPOKEN },
		{ "WRONG", WRONG },
	};
	size_t count = world_texts(play->world);
	char text[256];

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t length = strlen(forms[i].name);

		/* $CODE is the newest one, $CODE1 the first. */
		if (strncmp(name, forms[i].name, length) == 0 &&
			strspn(name + length, "0123456789") == strlen(name + length))
			return put_code(play, area, used,
				name[length] != '\0' ? strtoul(name + length, NULL, 10) : count,
				forms[i].form, pattern);
	}
	for (size_t i = 0; i < PLAY_KEPT_MAX && play->kept[i].name != NULL; i++) {
		if (strcmp(play->kept[i].name, name) == 0) {
			put_text(area, used, play->kept[i].value, pattern);
			return true;
		}
	}
	if (strcmp(name, "USER") == 0) {
		const struct passwd *account = getpwuid(geteuid());

		snprintf(text, sizeof text, "%s", account != NULL ? account->pw_name : "");
	} else if (strcmp(name, "UID") == 0) {
		snprintf(text, sizeof text, "%u", geteuid());
	} else if (strcmp(name, "HOST") == 0) {
		if (gethostname(text, sizeof text) != 0)
			abort();
		text[strcspn(text, ".")] = '\0';
	} else if (strcmp(name, "DIR") == 0) {
		snprintf(text, sizeof text, "%s", world_directory(play->world));
	} else if (strcmp(name, "STAGE") == 0 && getenv("SMSOTP_STAGE") != NULL) {
		snprintf(text, sizeof text, "%s", getenv("SMSOTP_STAGE"));
	} else {
		return false;
	}
	put_text(area, used, text, pattern);
	return text[0] != '\0';
}

const char *
play_expand(struct play *play, const char *text, bool pattern)
{
	char *area = next_area(), name[32];
	size_t used = 0;

	while (*text != '\0') {
		size_t length =
			*text == '$' ? strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;

		if (length == 0 || length >= sizeof name) {
			put(area, &used, *text++, false);
			continue;
		}
		memcpy(name, text + 1, length);
		name[length] = '\0';
		if (!put_variable(play, name, area, &used, pattern))
			play_fail(play, "$%s has no value here", name);
		text += 1 + length;
	}
	area[used] = '\0';
	return area;
}

void
play_keep(struct play *play, const char *name, const char *value)
{
	size_t place = 0;

	while (place < PLAY_KEPT_MAX && play->kept[place].name != NULL &&
		strcmp(play->kept[place].name, name) != 0)
		place++;
	if (place == PLAY_KEPT_MAX)
		abort();
	free(play->kept[place].name);
	free(play->kept[place].value);
	play->kept[place].name = script_copy(name);
	play->kept[place].value = script_copy(value);
}

void
play_forget(struct play *play)
{
	for (size_t i = 0; i < PLAY_KEPT_MAX; i++) {
		free(play->kept[i].name);
		free(play->kept[i].value);
		play->kept[i].name = play->kept[i].value = NULL;
	}
}
