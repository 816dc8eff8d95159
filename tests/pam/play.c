/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stand_in.h"
#include "world.h"

/* Logins before growth is measured: what is allocated once is allocated by then. */
#define WARM_UP 20

void
play_note(const struct play *play, const char *format, ...)
{
	va_list args;

	if (!play->loud)
		return;
	va_start(args, format);
	fputs("    ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

bool
play_failed(const struct play *play)
{
	return play->failure[0] != '\0';
}

void
play_fail(struct play *play, const char *format, ...)
{
	size_t last = play->next > 0 ? play->next - 1 : 0;
	char text[PLAY_FAILURE_SIZE - 64];
	va_list args;

	if (play_failed(play))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	snprintf(play->failure, sizeof play->failure, "line %d: %s",
		last < play->script->count ? play->script->lines[last].number : 0, text);
}

void
play_check_silence(struct play *play)
{
	if (play->logged < stand_in_count())
		play_fail(play, "a log line that the script does not expect: %s",
			stand_in_line(play->logged)->text);
}

/* --- commands that prepare --- */

static enum play_step
command_title(struct play *play, char *rest)
{
	(void)play;
	(void)rest;
	return PLAY_DONE;
}

static enum play_step
command_conf(struct play *play, char *rest)
{
	world_conf(play->world, play_expand(play, rest, false));
	return PLAY_DONE;
}

static enum play_step
command_conf_drop(struct play *play, char *rest)
{
	world_conf_drop(play->world, rest);
	return PLAY_DONE;
}

static enum play_step
command_conf_file(struct play *play, char *rest)
{
	char *line = script_copy(play_expand(play, rest, false));
	size_t length = script_unescape(line);

	world_conf_raw(play->world, line, length);
	free(line);
	return PLAY_DONE;
}

static enum play_step
command_phone(struct play *play, char *rest)
{
	if (strcmp(rest, "none") == 0)
		world_phones_clear(play->world);
	else
		world_phone(play->world, play_expand(play, rest, false));
	return PLAY_DONE;
}

static enum play_step
command_gateway(struct play *play, char *rest)
{
	const char *name = script_word(&rest), *kind = script_word(&rest), *wrong;
	char *text = script_copy(play_expand(play, rest, false));

	script_unescape(text);
	wrong = name == NULL || kind == NULL ? "NAME KIND"
		: world_gateway(play->world, name, kind, text);
	if (wrong != NULL)
		play_fail(play, "gateway: %s", wrong);
	free(text);
	return PLAY_DONE;
}

static enum play_step
command_program(struct play *play, char *rest)
{
	const char *name = script_word(&rest);
	char *text = script_copy(play_expand(play, rest, false));

	script_unescape(text);
	if (name == NULL)
		play_fail(play, "program: NAME TEXT");
	else
		world_program(play->world, name, text);
	free(text);
	return PLAY_DONE;
}

static enum play_step
command_argument(struct play *play, char *rest)
{
	world_arguments(play->world, play_expand(play, rest, false));
	return PLAY_DONE;
}

static enum play_step
command_behind(struct play *play, char *rest)
{
	world_behind(play->world, rest);
	return PLAY_DONE;
}

static enum play_step
command_needs(struct play *play, char *rest)
{
	if (strcmp(rest, "root") == 0 && geteuid() != 0)
		play->skipped = script_copy("needs root");
	else if (strcmp(rest, "user") == 0 && geteuid() == 0)
		play->skipped = script_copy("needs an ordinary user: nothing is closed to root");
	return play->skipped != NULL ? PLAY_STOP : PLAY_DONE;
}

/* --- loops --- */

static enum play_step
command_repeat(struct play *play, char *rest)
{
	unsigned long times = strtoul(rest, NULL, 10);

	/* Each login takes valgrind a good part of a second; what it looks for shows in fewer. */
	if (usage_is_instrumented() && times > 2 * WARM_UP)
		times = 2 * WARM_UP;
	play->loop.start = play->next;
	play->loop.left = times;
	play->loop.done = 0;
	return PLAY_DONE;
}

static enum play_step
command_done(struct play *play, char *rest)
{
	struct usage now = usage_now();
	const char *growth;

	(void)rest;
	play->loop.done++;
	if (play->loop.done == WARM_UP)
		play->loop.before = now;
	if (--play->loop.left > 0) {
		play->next = play->loop.start;
		return PLAY_DONE;
	}
	growth = play->loop.done > WARM_UP ? usage_growth(&play->loop.before, &now) : NULL;
	if (growth != NULL)
		play_fail(play, "after %lu logins: %s", play->loop.done, growth);
	play_note(play, "%lu logins: heap %zu, before %zu bytes; resident %zu, before %zu KiB",
		play->loop.done, now.heap_bytes, play->loop.before.heap_bytes, now.resident_kib,
		play->loop.before.resident_kib);
	return PLAY_DONE;
}

/* --- playing --- */

static const struct play_entry commands[] = {
	{ "title:", command_title },
	{ "conf:", command_conf },
	{ "conf-drop:", command_conf_drop },
	{ "conf-file:", command_conf_file },
	{ "phone:", command_phone },
	{ "gateway:", command_gateway },
	{ "program:", command_program },
	{ "argument:", command_argument },
	{ "behind:", command_behind },
	{ "needs:", command_needs },
	{ "repeat", command_repeat },
	{ "done", command_done },
	{ "login", login_begin },
	{ "again", login_again },
	{ "setcred", login_setcred },
	{ "item", login_item },
	{ "end", login_end },
	{ "expect", login_expect },
	{ "answer", login_answer },
	{ NULL, NULL },
};

static play_command *
find(const struct play_entry *table, const char *name)
{
	while (table->name != NULL && strcmp(table->name, name) != 0)
		table++;
	return table->function;
}

const char *
play_current(const struct play *play)
{
	return play->next < play->script->count ? play->script->lines[play->next].text : NULL;
}

enum play_step
play_step(struct play *play)
{
	const char *line = play_current(play);
	char *copy, *rest, *name;
	play_command *function;
	enum play_step step;

	if (line == NULL || play_failed(play) || play->skipped != NULL)
		return PLAY_STOP;
	play->next++;
	copy = rest = script_copy(line);
	name = script_word(&rest);
	function = find(commands, name);
	if (function == NULL)
		function = find(observe_table, name);
	if (function == NULL)
		function = find(actions_table, name);
	if (function == NULL)
		function = find(surroundings_table, name);
	if (function == NULL)
		function = find(backup_table, name);
	if (function == NULL) {
		play_fail(play, "no such command: %s", name);
		step = PLAY_STOP;
	} else {
		step = function(play, rest);
	}
	free(copy);
	return play_failed(play) ? PLAY_STOP : step;
}

void
play_run(struct play *play)
{
	if (play->script->count == 0 || strncmp(play->script->lines[0].text, "title:", 6) != 0)
		play_fail(play, "a script begins with its title:");
	while (play_step(play) != PLAY_STOP)
		;
	if (!play_failed(play) && play->skipped == NULL && play->login != NULL)
		play_fail(play, "the login has no end");
	if (play->skipped == NULL && world_texts(play->world) != play->texts)
		play_fail(play, "%zu texts, and the script speaks of %zu", world_texts(play->world),
			play->texts);
}
