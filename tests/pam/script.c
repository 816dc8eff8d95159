/* SPDX-License-Identifier: BSD-2-Clause */
#include "script.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
script_alloc(size_t size)
{
	void *memory = calloc(1, size > 0 ? size : 1);

	if (memory == NULL) {
		fputs("runner: out of memory\n", stderr);
		abort();
	}
	return memory;
}

char *
script_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(script_alloc(size), text, size);
}

static char *
trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

struct script *
script_read(const char *path)
{
	FILE *file = fopen(path, "re");
	struct script *script;
	const char *base = strrchr(path, '/');
	char *text = NULL, *dot;
	size_t size = 0;
	int number = 0;

	if (file == NULL)
		return NULL;
	script = script_alloc(sizeof *script);
	script->path = script_copy(path);
	script->name = script_copy(base != NULL ? base + 1 : path);
	dot = strrchr(script->name, '.');
	if (dot != NULL && strcmp(dot, ".script") == 0)
		*dot = '\0';
	while (getline(&text, &size, file) > 0) {
		char *content = trim(text);

		number++;
		if (*content == '\0' || *content == '#')
			continue;
		script->lines =
			reallocarray(script->lines, script->count + 1, sizeof *script->lines);
		if (script->lines == NULL)
			abort();
		script->lines[script->count++] =
			(struct script_line){ .number = number, .text = script_copy(content) };
	}
	free(text);
	fclose(file);
	return script;
}

void
script_free(struct script **script)
{
	if (*script == NULL)
		return;
	for (size_t i = 0; i < (*script)->count; i++)
		free((*script)->lines[i].text);
	free((*script)->lines);
	free((*script)->name);
	free((*script)->path);
	free(*script);
	*script = NULL;
}

char *
script_word(char **rest)
{
	char *word = *rest;

	while (isspace((unsigned char)*word))
		word++;
	if (*word == '\0')
		return NULL;
	*rest = word;
	while (**rest != '\0' && !isspace((unsigned char)**rest))
		(*rest)++;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	while (isspace((unsigned char)**rest))
		(*rest)++;
	return word;
}

char *
script_pattern(char **rest)
{
	char *start = *rest, *end;

	if (*start != '/')
		return NULL;
	end = strrchr(start, '/');
	if (end == start)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return start + 1;
}

bool
script_duration(const char *word, long long *ret_ms)
{
	static const struct {
		const char *unit;
		long long ms;
	} units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "h", 3600000 },
		{ "d", 86400000 },
	};
	char *end;
	long long number = strtoll(word, &end, 10);

	if (end == word)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(end, units[i].unit) == 0) {
			*ret_ms = number * units[i].ms;
			return true;
		}
	}
	return false;
}

size_t
script_unescape(char *text)
{
	char *to = text;

	for (char *from = text; *from != '\0'; from++) {
		unsigned int byte;

		if (*from != '\\' || from[1] == '\0') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == 'x' && sscanf(from + 1, "%2x", &byte) == 1) {
			*to++ = (char)byte;
			from += 2;
		} else {
			*to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

int
script_match(const char *pattern, const char *text, char **ret_group)
{
	regex_t regex;
	regmatch_t groups[2];
	int found;

	if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
		return -1;
	found = regexec(&regex, text, 2, groups, 0) == 0;
	if (found) {
		size_t length =
			groups[1].rm_so < 0 ? 0 : (size_t)(groups[1].rm_eo - groups[1].rm_so);
		char *group = script_alloc(length + 1);

		if (length > 0)
			memcpy(group, text + groups[1].rm_so, length);
		*ret_group = group;
	}
	regfree(&regex);
	return found;
}
