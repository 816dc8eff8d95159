/* SPDX-License-Identifier: BSD-2-Clause */
/* A script as lines, and the small pieces of its language: words, options, patterns. */
#ifndef SMSOTP_TESTS_SCRIPT_H
#define SMSOTP_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct script_line {
	int number;
	char *text; /* trimmed; neither blank nor a comment */
};

struct script {
	char *name; /* the file's name without folder and ".script" */
	char *path;
	struct script_line *lines;
	size_t count;
};

/* Returns NULL if the file cannot be read (errno says why). */
struct script *script_read(const char *path);
void script_free(struct script **script);

/* Splits the first word off *rest, in place; NULL if there is none. */
char *script_word(char **rest);

/*
 * "/pattern/ key=value…": cuts *rest into the pattern and what follows its last slash. NULL if
 * there is no pattern.
 */
char *script_pattern(char **rest);

/* "10s", "3m", "2h", "1d", "250ms", each with an optional minus. False if it is none of these. */
bool script_duration(const char *word, long long *ret_ms);

/* Undoes \n, \t, \\ and \xHH in place; returns the length, which may now hold NULs. */
size_t script_unescape(char *text);

/*
 * Searches text for an extended regular expression. 1: found, 0: not found, -1: the expression is
 * wrong. The first group goes into ret_group (malloc'ed, "" if there is none) when found.
 */
int script_match(const char *pattern, const char *text, char **ret_group);

/* strdup and malloc that end the process when memory is out: a test has no better answer. */
char *script_copy(const char *text);
void *script_alloc(size_t size);

#endif
