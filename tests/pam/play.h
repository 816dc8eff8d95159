/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Playing a script. One place in it is current; pam_authenticate(3) and the conversation it calls
 * back take their commands from there in turn, so a script reads in the order in which things
 * happen. A login may begin inside another's conversation.
 */
#ifndef SMSOTP_TESTS_PLAY_H
#define SMSOTP_TESTS_PLAY_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script.h"
#include "usage.h"

#define PLAY_KEPT_MAX 16
#define PLAY_FAILURE_SIZE 4096

struct login;
struct secrets;
struct world;

struct play {
	const struct script *script;
	size_t next; /* the line to be played next */
	struct world *world;
	struct secrets *secrets;
	struct login *login; /* the innermost one, or NULL */
	char failure[PLAY_FAILURE_SIZE]; /* "" while all is well; the first one stays */
	char *skipped; /* why, or NULL */
	bool loud;
	size_t texts; /* that the script has accounted for */
	size_t logged; /* log lines that it has */
	struct {
		char *name, *value;
	} kept[PLAY_KEPT_MAX];
	char *snapshot;
	int held; /* a file that the script keeps locked, or -1 */
	struct {
		size_t start; /* the line after "repeat" */
		unsigned long left, done, warm;
		struct usage before;
	} loop;
};

enum play_step {
	PLAY_DONE, /* the command is played; on to the next */
	PLAY_ANSWER, /* an answer was given: the conversation returns */
	PLAY_STOP /* failed, skipped, or the script is at its end */
};

/* The first failure is kept, with the number of the line being played. */
void play_fail(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool play_failed(const struct play *play);

/* Shown when the script fails, or always with -v. */
void
play_note(const struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The whole script. */
void play_run(struct play *play);

/* The command now current, or NULL at the end; play_step plays it. */
const char *play_current(const struct play *play);
enum play_step play_step(struct play *play);

/*
 * $NAME in text replaced (words.c). In a pattern, what replaces it is escaped. Lives until the next
 * call but three; held in shared memory, not searched for secrets.
 */
const char *play_expand(struct play *play, const char *text, bool pattern);
void play_keep(struct play *play, const char *name, const char *value);
void play_forget(struct play *play);

/* A command's function takes what stands behind its name, not yet expanded. */
typedef enum play_step play_command(struct play *play, char *rest);

struct play_entry {
	const char *name;
	play_command *function;
};

/* login.c, expect.c, converse.c: what concerns a login. */
play_command login_begin, login_again, login_setcred, login_item, login_end, login_expect,
	login_answer;
enum play_step login_expect_message(struct play *play, const char *kind, char *rest);
/*
 * observe.c: time and texts; actions.c: files; surroundings.c: locks, file systems, limits;
 * backup.c: backup codes.
 * Each ends with a NULL name.
 */
extern const struct play_entry observe_table[], actions_table[], surroundings_table[],
	backup_table[];

/*
 * A name in the script's private folder as a path, malloc'ed. What has changed is written before:
 * what a script does to a file is done to the file of the coming login.
 */
char *play_path(struct play *play, const char *name);
/* Fails, with errno's words, unless fine; frees path. */
enum play_step play_finish(struct play *play, bool fine, char *path);

/* Whether log lines are left that no "expect log" has taken; fails the script then. */
void play_check_silence(struct play *play);

#endif
