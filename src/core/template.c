/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/template.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/utf8.h"

#define VALUE_MAX 128

enum piece_kind { PIECE_END, PIECE_TEXT, PIECE_NAME, PIECE_BAD };

/* One character of text, a doubled brace, or a {name}: what both check and expand walk over. */
struct piece {
	enum piece_kind kind;
	const char *bytes;	/* TEXT: the character; NAME: the name */
	size_t length;
	size_t step;		/* to the next piece */
	const char *error;	/* BAD */
};

static struct piece
good(enum piece_kind kind, const char *bytes, size_t length, size_t step)
{
	return (struct piece){ .kind = kind, .bytes = bytes, .length = length, .step = step };
}

static struct piece
bad(const char *error)
{
	return (struct piece){ .kind = PIECE_BAD, .step = 1, .error = error };
}

static struct piece
next_piece(const char *text)
{
	uint32_t point = 0;
	size_t length = utf8_decode(text, &point);

	if (*text == '\0')
		return good(PIECE_END, text, 0, 0);
	if (length == 0)
		return bad("not UTF-8");
	if (utf8_is_control(point))
		return bad("a control character");
	if ((*text == '{' || *text == '}') && text[1] == *text)
		return good(PIECE_TEXT, text, 1, 2);
	if (*text == '{') {
		size_t name = strcspn(text + 1, "{}");

		if (text[1 + name] != '}')
			return bad("{ without }; a brace itself is written {{");
		return good(PIECE_NAME, text + 1, name, name + 2);
	}
	if (*text == '}')
		return bad("} without {; a brace itself is written }}");
	return good(PIECE_TEXT, text, length, length);
}

static bool
is_name(const struct piece *piece, const char *name)
{
	return strlen(name) == piece->length && memcmp(piece->bytes, name, piece->length) == 0;
}

const char *
template_check(const char *text, const char *const names[], size_t *ret_column)
{
	struct piece piece;
	const char *error = NULL, *at;

	for (at = text; error == NULL; at += piece.step) {
		size_t i = 0;

		piece = next_piece(at);
		if (piece.kind == PIECE_END)
			return NULL;
		if (piece.kind == PIECE_BAD)
			error = piece.error;
		if (piece.kind != PIECE_NAME)
			continue;
		while (names[i] != NULL && !is_name(&piece, names[i]))
			i++;
		if (names[i] == NULL)
			error = "an unknown {variable}";
	}
	if (ret_column != NULL)
		*ret_column = (size_t)(at - piece.step - text) + 1;
	return error;
}

const char *
template_name_at(const char *text, size_t column, size_t *ret_length)
{
	const struct piece piece = next_piece(text + column - 1);

	if (piece.kind != PIECE_NAME)
		return NULL;
	*ret_length = piece.length;
	return piece.bytes;
}

int
template_uses(const char *text, const char *name)
{
	struct piece piece;

	for (; (piece = next_piece(text)).kind != PIECE_END; text += piece.step) {
		if (piece.kind == PIECE_NAME && is_name(&piece, name))
			return 1;
	}
	return 0;
}

struct output {
	char *text;
	size_t size, used;	/* used < size */
	bool full;
};

/* A whole character or nothing of it, and after the first that did not fit nothing more. */
static void
put(struct output *output, const char *bytes, size_t length)
{
	if (output->full || length >= output->size - output->used) {
		output->full = true;
		return;
	}
	memcpy(output->text + output->used, bytes, length);
	output->used += length;
}

/*
 * Values come from users, hosts and gateways: none may forge a line, send a terminal an escape
 * sequence or turn the text around it.
 */
static void
put_value(struct output *output, const char *value)
{
	size_t used = 0;

	while (*value != '\0') {
		uint32_t point = 0;
		size_t step = utf8_decode(value, &point);
		bool clean = step != 0 && !utf8_is_control(point) && !utf8_is_reordering(point);
		size_t length = clean ? step : 1;

		if (used + length > VALUE_MAX)
			return;
		put(output, clean ? value : "?", length);
		used += length;
		value += step != 0 ? step : 1;
	}
}

int
template_expand(const char *text, const struct template_value *values, size_t count, char *ret_text,
	size_t size)
{
	struct output output = { .text = ret_text, .size = size };
	struct piece piece;

	if (size == 0)
		return -1;
	for (; (piece = next_piece(text)).kind != PIECE_END; text += piece.step) {
		if (piece.kind == PIECE_BAD)
			put(&output, "?", 1);
		else if (piece.kind == PIECE_TEXT)
			put(&output, piece.bytes, piece.length);
		for (size_t i = 0; piece.kind == PIECE_NAME && i < count; i++) {
			if (is_name(&piece, values[i].name) && values[i].value != NULL)
				put_value(&output, values[i].value);
		}
	}
	ret_text[output.used] = '\0';
	return output.full ? -1 : 0;
}
