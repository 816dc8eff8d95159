/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that let time pass, and that look at what the login has done so far. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "below.h"
#include "play.h"
#include "secrets.h"
#include "stand_in.h"
#include "world.h"

/* What is sent while a login goes on may take a moment to arrive. */
#define PATIENCE_MS 10000

/* --- time --- */

static enum play_step
command_clock(struct play *play, char *rest, void (*move)(int64_t ms))
{
	long long ms;

	if (!script_duration(rest, &ms))
		play_fail(play, "no duration: %s", rest);
	else
		move(ms);
	return PLAY_DONE;
}

static enum play_step
command_pass(struct play *play, char *rest)
{
	return command_clock(play, rest, stand_in_pass);
}

static enum play_step
command_wall_clock(struct play *play, char *rest)
{
	return command_clock(play, rest, stand_in_step_real);
}

static enum play_step
command_reboot(struct play *play, char *rest)
{
	return command_clock(play, rest, stand_in_reboot);
}

static enum play_step
command_wait(struct play *play, char *rest)
{
	long long ms;

	if (!script_duration(rest, &ms) || ms < 0)
		play_fail(play, "no duration: %s", rest);
	else
		usleep((useconds_t)ms * 1000);
	return PLAY_DONE;
}

static enum play_step
command_random(struct play *play, char *rest)
{
	stand_in_random_fails(strcmp(rest, "fails") == 0);
	return strcmp(rest, "fails") == 0 || strcmp(rest, "works") == 0
		? PLAY_DONE
		: (play_fail(play, "random fails|works"), PLAY_DONE);
}

/* "stopwatch" starts it; "stopwatch DURATION": no longer than that has passed since. */
static enum play_step
command_stopwatch(struct play *play, char *rest)
{
	static int64_t start;
	long long ms;

	if (*rest == '\0') {
		start = stand_in_real_ms();
		return PLAY_DONE;
	}
	if (!script_duration(rest, &ms))
		play_fail(play, "no duration: %s", rest);
	else if (stand_in_real_ms() - start > (usage_is_instrumented() ? ms * 8 : ms))
		play_fail(play, "it took %lld ms", (long long)(stand_in_real_ms() - start));
	return PLAY_DONE;
}

/* With none wanted no keeper either: by its end it has told the module all there is. */
static bool
runs(unsigned long wanted)
{
	return below_named("smsotp-send") == wanted &&
		(wanted > 0 || below_named("smsotp-keeper") == 0);
}

/* "helpers N DURATION": within that time exactly N helpers are running. */
static enum play_step
command_helpers(struct play *play, char *rest)
{
	const char *number = script_word(&rest);
	unsigned long wanted = number != NULL ? strtoul(number, NULL, 10) : 0;
	int64_t start = stand_in_real_ms();
	long long ms;

	if (number == NULL || !script_duration(rest, &ms)) {
		play_fail(play, "helpers: NUMBER DURATION");
		return PLAY_DONE;
	}
	if (usage_is_instrumented())
		ms *= 4;
	while (!runs(wanted)) {
		if (stand_in_real_ms() - start > ms) {
			play_fail(play, "%u helpers after %s, not %lu", below_named("smsotp-send"),
				rest, wanted);
			return PLAY_DONE;
		}
		usleep(10000);
	}
	return PLAY_DONE;
}

/* --- texts --- */

/* "texts NUMBER": so many were sent, soon; "texts all": however many, after a loop. */
static enum play_step
command_texts(struct play *play, char *rest)
{
	unsigned long wanted = strtoul(rest, NULL, 10);
	int64_t start = stand_in_real_ms();

	if (strcmp(rest, "all") == 0) {
		play->texts = world_texts(play->world);
		return PLAY_DONE;
	}
	while (world_texts(play->world) < wanted && stand_in_real_ms() - start < PATIENCE_MS)
		usleep(5000);
	play->texts = world_texts(play->world);
	if (play->texts != wanted)
		play_fail(play, "%zu texts, not %lu", play->texts, wanted);
	return PLAY_DONE;
}

/* "text NUMBER [to=NUMBER] /PATTERN/" */
static enum play_step
command_text(struct play *play, char *rest)
{
	const char *number = script_word(&rest), *to = NULL, *pattern;
	struct world_text text = { NULL, NULL, 0, 0 };
	char *group = NULL, *copy;

	if (strncmp(rest, "to=", 3) == 0)
		to = script_word(&rest) + 3;
	pattern = script_pattern(&rest);
	if (number == NULL || pattern == NULL ||
		!world_text(play->world, strtoul(number, NULL, 10), &text)) {
		play_fail(play, "there is no such text");
		return PLAY_DONE;
	}
	if (to != NULL &&
		(strlen(to) != text.to_length || memcmp(to, text.to, text.to_length) != 0))
		play_fail(play, "the text went to %.*s", (int)text.to_length, text.to);
	copy = strndup(text.text, text.text_length);
	if (copy == NULL)
		abort();
	if (script_match(play_expand(play, pattern, true), copy, &group) != 1)
		play_fail(play, "the text is \"%s\"", copy);
	free(group);
	free(copy);
	return PLAY_DONE;
}

/* "same-code A B": two texts carry one code; "other-code A B": they do not. */
static enum play_step
compare_codes(struct play *play, char *rest, bool same)
{
	const char *first = script_word(&rest), *one = NULL, *two = NULL;
	char kept[32] = "";
	size_t length = first != NULL ? world_code(play->world, strtoul(first, NULL, 10), &one) : 0;
	bool equal;

	if (length == 0 || length >= sizeof kept) {
		play_fail(play, "there is no such text");
		return PLAY_DONE;
	}
	memcpy(kept, one, length);
	equal = world_code(play->world, strtoul(rest, NULL, 10), &two) == length &&
		memcmp(kept, two, length) == 0;
	explicit_bzero(kept, sizeof kept);
	if (equal != same)
		play_fail(play, "the codes are %s", equal ? "the same" : "not the same");
	return PLAY_DONE;
}

static enum play_step
command_same_code(struct play *play, char *rest)
{
	return compare_codes(play, rest, true);
}

static enum play_step
command_other_code(struct play *play, char *rest)
{
	return compare_codes(play, rest, false);
}

/* --- requests --- */

/* "requests GATEWAY KIND NUMBER": so many texts, calls or status queries it was asked for, soon. */
static enum play_step
command_requests(struct play *play, char *rest)
{
	const char *name = script_word(&rest), *kind = script_word(&rest);
	unsigned long wanted = strtoul(rest, NULL, 10);
	int64_t start = stand_in_real_ms();
	unsigned int count;

	if (name == NULL || kind == NULL || *rest == '\0') {
		play_fail(play, "requests GATEWAY text|call|status NUMBER");
		return PLAY_DONE;
	}
	while ((count = answers_count(name, kind)) < wanted &&
		stand_in_real_ms() - start < PATIENCE_MS)
		usleep(5000);
	if (count != wanted)
		play_fail(play, "%u requests, not %lu", count, wanted);
	return PLAY_DONE;
}

/* "request GATEWAY KIND NUMBER /PATTERN/": path and fields, one to a line, of one of them. */
static enum play_step
command_request(struct play *play, char *rest)
{
	const char *name = script_word(&rest), *kind = script_word(&rest);
	const char *number = script_word(&rest), *pattern = script_pattern(&rest);

	if (pattern == NULL)
		play_fail(play, "request GATEWAY text|call|status NUMBER /PATTERN/");
	else if (!answers_match(name, kind, (unsigned int)strtoul(number, NULL, 10),
			 play_expand(play, pattern, true)))
		play_fail(play, "there is no such request");
	return PLAY_DONE;
}

static enum play_step
command_memory_clean(struct play *play, char *rest)
{
	(void)rest;
	if (usage_is_instrumented())
		play_note(play, "memory is not searched: what was freed is kept aside");
	else if (secrets_in_memory(play->secrets, world_texts(play->world)))
		play_fail(play, "the code is still in memory");
	return PLAY_DONE;
}

const struct play_entry observe_table[] = {
	{ "pass", command_pass },
	{ "wall-clock", command_wall_clock },
	{ "reboot", command_reboot },
	{ "wait", command_wait },
	{ "random", command_random },
	{ "stopwatch", command_stopwatch },
	{ "helpers", command_helpers },
	{ "texts", command_texts },
	{ "text", command_text },
	{ "same-code", command_same_code },
	{ "other-code", command_other_code },
	{ "requests", command_requests },
	{ "request", command_request },
	{ "memory-clean", command_memory_clean },
	{ NULL, NULL },
};
