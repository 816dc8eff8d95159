/* SPDX-License-Identifier: BSD-2-Clause */
#include "answers_plan.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "script.h"

static const char *const kinds[PLAN_KINDS] = { "text", "call", "status" };

enum plan_kind
plan_kind(const char *name)
{
	enum plan_kind kind = PLAN_TEXT;

	while (kind < PLAN_KINDS && strcmp(kinds[kind], name) != 0)
		kind++;
	return kind;
}

/* --- reading it --- */

static bool
known(enum plan_kind kind, const char *word)
{
	static const char *const of_all[] = { "hangs", "closes", "garbage", NULL };
	static const char *const of_sending[] = { "accepted", "recipient", "unroutable",
		"operator", "lost", NULL };
	static const char *const of_status[] = { "delivered", "pending", "unreachable", "refused",
		"failed", NULL };
	const char *const *const lists[] = { of_all,
		kind == PLAN_STATUS ? of_status : of_sending };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; lists[i][j] != NULL; j++) {
			if (strcmp(lists[i][j], word) == 0)
				return true;
		}
	}
	return strlen(word) == 3 && strspn(word, "0123456789") == 3;
}

static bool
read_answer(struct plan *plan, enum plan_kind kind, char *text)
{
	struct plan_answer answer = { .word = NULL };
	char *word = script_word(&text);

	if (word == NULL || !known(kind, word))
		return false;
	answer.word = script_copy(word);
	while ((word = script_word(&text)) != NULL) {
		if (strncmp(word, "retry-after=", 12) == 0)
			answer.retry_after = (unsigned int)strtoul(word + 12, NULL, 10);
		else if (strncmp(word, "after=", 6) != 0 ||
			!script_duration(word + 6, &answer.after_ms)) {
			free(answer.word);
			return false;
		}
	}
	plan->of[kind].answers = reallocarray(plan->of[kind].answers, plan->of[kind].count + 1,
		sizeof answer);
	if (plan->of[kind].answers == NULL)
		abort();
	plan->of[kind].answers[plan->of[kind].count++] = answer;
	return true;
}

/* Where the next "text:", "call:" or "status:" begins, or the end. */
static char *
next_kind(char *text)
{
	char *first = text + strlen(text);

	for (size_t i = 0; i < PLAN_KINDS; i++) {
		char label[16], *at;

		snprintf(label, sizeof label, "%s:", kinds[i]);
		at = strstr(text, label);
		if (at != NULL && at < first)
			first = at;
	}
	return first;
}

struct plan *
plan_read(const char *name, const char *answers, const char *outbox, char *ret_why, size_t size)
{
	struct plan *plan = script_alloc(sizeof *plan);
	char *text = script_copy(answers), *at = next_kind(text);
	bool fine = strspn(text, " ") == (size_t)(at - text) && *at != '\0';

	plan->name = script_copy(name);
	plan->outbox = script_copy(outbox);
	while (fine && *at != '\0') {
		char *colon = strchr(at, ':'), *end, *rest = NULL, *one;
		enum plan_kind kind;

		*colon = '\0';
		kind = plan_kind(at);
		at = colon + 1;
		end = next_kind(at);
		one = strndup(at, (size_t)(end - at));
		if (one == NULL)
			abort();
		for (char *part = strtok_r(one, ",", &rest); part != NULL && fine;
			part = strtok_r(NULL, ",", &rest))
			fine = read_answer(plan, kind, part);
		free(one);
		at = end;
	}
	free(text);
	if (!fine) {
		snprintf(ret_why, size, "answers text: ANSWER, ... [call: ...] [status: ...]");
		plan_free(&plan);
	}
	return plan;
}

void
plan_free(struct plan **plan)
{
	for (size_t kind = 0; *plan != NULL && kind < PLAN_KINDS; kind++) {
		for (size_t i = 0; i < (*plan)->of[kind].count; i++)
			free((*plan)->of[kind].answers[i].word);
		for (size_t i = 0; i < (*plan)->of[kind].asked_count; i++)
			free((*plan)->of[kind].asked[i]);
		free((*plan)->of[kind].answers);
		free((*plan)->of[kind].asked);
	}
	if (*plan != NULL) {
		free((*plan)->name);
		free((*plan)->outbox);
	}
	free(*plan);
	*plan = NULL;
}

/* --- answering --- */

static char *
decode(const char *form)
{
	char *text = script_alloc(strlen(form) + 1), *to = text;

	for (; *form != '\0'; form++) {
		unsigned int byte;

		if (*form == '%' && isxdigit((unsigned char)form[1]) &&
			isxdigit((unsigned char)form[2]) && sscanf(form + 1, "%2x", &byte) == 1) {
			*to++ = (char)byte;
			form += 2;
		} else {
			*to++ = *form == '+' ? ' ' : *form == '&' ? '\n' : *form;
		}
	}
	return text;
}

/* The value of a field in a decoded form, one to a line; malloc'ed. Values hold no line's end. */
static char *
field(const char *form, const char *name)
{
	size_t length = strlen(name);
	char *value;

	while (form != NULL && (strncmp(form, name, length) != 0 || form[length] != '=')) {
		form = strchr(form, '\n');
		form += form != NULL;
	}
	value = form == NULL ? strdup("") : strndup(form + length + 1,
		strcspn(form + length + 1, "\n"));
	if (value == NULL)
		abort();
	return value;
}

/* One line of the outbox, as the module's own gateway of that name writes it. */
static void
take_text(const struct plan *plan, const char *form)
{
	char *to = field(form, "To"), *text = field(form, "Text");
	int fd = open(plan->outbox, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char *line = NULL;
	int length = asprintf(&line,
		"{\"time\": \"2026-01-01T00:00:00Z\", \"to\": \"%s\", \"text\": \"%s\"}\n",
		to, text);

	if (fd < 0 || length < 0 || write(fd, line, (size_t)length) != length) {
		perror(plan->outbox);
		abort();
	}
	close(fd);
	free(line);
	free(text);
	free(to);
}

static char *
response(int status, const struct plan_answer *answer, const char *body)
{
	char *text = NULL, retry[64] = "";

	if (answer->retry_after > 0)
		snprintf(retry, sizeof retry, "Retry-After: %u\r\n", answer->retry_after);
	if (asprintf(&text,
		    "HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\n%s"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    status, retry, strlen(body), body) < 0)
		abort();
	return text;
}

static char *
response_of(const struct plan *plan, enum plan_kind kind, const struct plan_answer *answer)
{
	char body[128];

	if (strcmp(answer->word, "garbage") == 0)
		return response(200, answer, "<html>It works!</html>");
	if (answer->word[0] >= '0' && answer->word[0] <= '9') {
		snprintf(body, sizeof body, "{\"code\": \"%s\"}", answer->word);
		return response(atoi(answer->word), answer, body);
	}
	if (kind == PLAN_STATUS) {
		snprintf(body, sizeof body, "{\"state\": \"%s\"}", answer->word);
		return response(200, answer, body);
	}
	if (strcmp(answer->word, "accepted") == 0) {
		snprintf(body, sizeof body, "{\"state\": \"taken\", \"id\": \"%s-%s-%zu\"}",
			plan->name, kinds[kind], plan->of[kind].asked_count);
		return response(201, answer, body);
	}
	snprintf(body, sizeof body, "{\"state\": \"refused\", \"code\": \"%s\"}", answer->word);
	return response(400, answer, body);
}

struct plan_turn
plan_ask(struct plan *plan, const char *path, const char *body)
{
	struct plan_turn turn = { .silent = false };
	enum plan_kind kind = strncmp(path, "/text", 5) == 0 ? PLAN_TEXT
		: strncmp(path, "/call", 5) == 0             ? PLAN_CALL
							     : PLAN_STATUS;
	size_t count = plan->of[kind].count, number = plan->of[kind].asked_count++;
	char *form = decode(body);
	const struct plan_answer *answer;

	plan->of[kind].asked = reallocarray(plan->of[kind].asked, number + 1, sizeof(char *));
	if (plan->of[kind].asked == NULL ||
		asprintf(&plan->of[kind].asked[number], "%s\n%s", path, form) < 0)
		abort();
	if (count == 0) {
		/* Not planned for: an answer that no script can take for something else. */
		turn.closes = true;
		goto out;
	}
	answer = &plan->of[kind].answers[number < count ? number : count - 1];
	turn.after_ms = answer->after_ms;
	if (kind == PLAN_TEXT &&
		(strcmp(answer->word, "accepted") == 0 || strcmp(answer->word, "lost") == 0))
		take_text(plan, form);
	if (strcmp(answer->word, "hangs") == 0 || strcmp(answer->word, "lost") == 0)
		turn.silent = true;
	else if (strcmp(answer->word, "closes") == 0)
		turn.closes = true;
	else
		turn.response = response_of(plan, kind, answer);
out:
	free(form);
	return turn;
}
