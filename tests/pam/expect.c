/* SPDX-License-Identifier: BSD-2-Clause */
/* "expect": what a call returns, what is logged; messages are converse.c's. */
#include <string.h>
#include <stdlib.h>

#include "login.h"
#include "play.h"
#include "stand_in.h"

/* "result NAME [delay=yes|no]" */
static enum play_step
expect_result(struct play *play, char *rest)
{
	const char *name = script_word(&rest);
	struct login *login = play->login;

	if (login == NULL || !login->returned) {
		play_fail(play, "there is no result yet");
		return PLAY_STOP;
	}
	login->returned = false;
	if (name == NULL || strcmp(name, login_result_name(login->result)) != 0)
		play_fail(play, "the result is %s", login_result_name(login->result));
	if (strncmp(rest, "delay=", 6) == 0 && login->delayed != (strcmp(rest + 6, "yes") == 0))
		play_fail(
			play, login->delayed ? "a delay was asked for" : "no delay was asked for");
	return PLAY_DONE;
}

/* "log LEVEL /PATTERN/": the next line of the log. */
static enum play_step
expect_log(struct play *play, char *rest)
{
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "warning", "notice",
		"info", "debug" };
	const char *level = script_word(&rest), *pattern = script_pattern(&rest);
	const struct stand_in_line *line;
	char *group = NULL;

	if (play->logged >= stand_in_count()) {
		play_fail(play, "nothing was logged");
		return PLAY_STOP;
	}
	line = stand_in_line(play->logged++);
	if (level == NULL || pattern == NULL || strcmp(level, levels[line->level]) != 0 ||
		script_match(play_expand(play, pattern, true), line->text, &group) != 1)
		play_fail(play, "logged was, as %s: %s", levels[line->level], line->text);
	free(group);
	return PLAY_DONE;
}

enum play_step
login_expect(struct play *play, char *rest)
{
	const char *kind = script_word(&rest);

	if (kind != NULL && strcmp(kind, "result") == 0)
		return expect_result(play, rest);
	if (kind != NULL && strcmp(kind, "log") == 0)
		return expect_log(play, rest);
	if (kind != NULL &&
		(strcmp(kind, "prompt") == 0 || strcmp(kind, "error") == 0 ||
			strcmp(kind, "info") == 0))
		return login_expect_message(play, kind, rest);
	play_fail(play, "expect prompt|error|info|result|log");
	return PLAY_STOP;
}
