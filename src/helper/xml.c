/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "core/random.h"
#include "helper/buffer.h"

struct element {
	json_t *children;	/* NULL: none so far */
	struct buffer text;
};

struct reader {
	XML_Parser parser;
	struct element open[XML_DEPTH_MAX + 1];	/* [0] holds the root element */
	size_t depth;
	bool failed;
};

static void
fail(struct reader *reader)
{
	reader->failed = true;
	(void)XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL
on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = data;

	(void)name;
	(void)attributes;
	if (reader->depth == XML_DEPTH_MAX)
		fail(reader);
	else
		reader->depth++;
}

/* The element's value, taken from it. */
static json_t *
take_value(struct element *element)
{
	static const char blanks[] = " \t\r\n";
	json_t *value = element->children;
	const char *text;
	size_t length;

	if (value == NULL && (text = buffer_text(&element->text)) != NULL) {
		text += strspn(text, blanks);
		length = strlen(text);
		while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
			length--;
		value = json_stringn(text, length);
	}
	buffer_free(&element->text);
	*element = (struct element){ 0 };
	return value;
}

/* Takes value over. Only siblings are ever an array. */
static int
add_child(struct element *parent, const char *name, json_t *value)
{
	json_t *before, *siblings;

	if (parent->children == NULL)
		parent->children = json_object();
	before = json_object_get(parent->children, name);
	if (before == NULL)
		return json_object_set_new(parent->children, name, value);
	if (json_is_array(before))
		return json_array_append_new(before, value);
	siblings = json_array();
	if (json_array_append(siblings, before) != 0) {
		json_decref(siblings);
		json_decref(value);
		return -1;
	}
	if (json_array_append_new(siblings, value) != 0) {
		json_decref(siblings);
		return -1;
	}
	return json_object_set_new(parent->children, name, siblings);
}

static void XMLCALL
on_end(void *data, const XML_Char *name)
{
	struct reader *reader = data;
	json_t *value;

	/* expat may still tell of what it has begun. */
	if (reader->failed)
		return;
	value = take_value(&reader->open[reader->depth]);
	reader->depth--;
	if (add_child(&reader->open[reader->depth], name, value) != 0)
		fail(reader);
}

static void XMLCALL
on_text(void *data, const XML_Char *text, int size)
{
	struct reader *reader = data;

	buffer_add(&reader->open[reader->depth].text, text, (size_t)size);
}

/* Entities can grow without bound and read files; an answer needs none. */
static void XMLCALL
on_doctype(void *data, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
	int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	fail(data);
}

json_t *
xml_read(const char *text, size_t size)
{
	struct reader reader = { .parser = XML_ParserCreate(NULL) };
	unsigned long salt = 0;
	json_t *root = NULL;

	/* Else expat looks for random numbers by itself, in a sandbox that may have none. */
	if (reader.parser == NULL || size > INT_MAX || random_bytes(&salt, sizeof salt) != 0)
		goto out;
	(void)XML_SetHashSalt(reader.parser, salt | 1);
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	if (XML_Parse(reader.parser, text, (int)size, XML_TRUE) == XML_STATUS_OK && !reader.failed)
		root = json_incref(reader.open[0].children);
out:
	for (size_t i = 0; i <= XML_DEPTH_MAX; i++) {
		json_decref(reader.open[i].children);
		buffer_free(&reader.open[i].text);
	}
	if (reader.parser != NULL)
		XML_ParserFree(reader.parser);
	return root;
}
