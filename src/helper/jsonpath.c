/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/jsonpath.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum step_kind { STEP_END, STEP_KEY, STEP_INDEX, STEP_EVERY, STEP_ANY, STEP_WRONG };

struct step {
	enum step_kind kind;
	size_t index;
	char key[JSONPATH_KEY_SIZE];
};

/* What stands between "[" and "]". */
static enum step_kind
read_bracket(const char *text, size_t length, size_t *ret_index)
{
	size_t index = 0;

	if (length == 0)
		return STEP_EVERY;
	if (length == 1 && text[0] == '?')
		return STEP_ANY;
	if (length > 2)
		return STEP_WRONG;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return STEP_WRONG;
		index = index * 10 + (size_t)(text[i] - '0');
	}
	if (index > JSONPATH_INDEX_MAX)
		return STEP_WRONG;
	*ret_index = index;
	return STEP_INDEX;
}

/* Reads the step at path, returns the rest. */
static const char *
next_step(const char *path, struct step *ret_step)
{
	size_t length;

	*ret_step = (struct step){ .kind = STEP_WRONG };
	if (*path == '\0') {
		ret_step->kind = STEP_END;
		return path;
	}
	if (*path == '[') {
		path++;
		length = strcspn(path, "]");
		if (path[length] != ']')
			return path;
		ret_step->kind = read_bracket(path, length, &ret_step->index);
		path += length + 1;
	} else {
		length = strcspn(path, ".[]");
		if (length == 0 || length >= sizeof ret_step->key || path[length] == ']')
			return path;
		memcpy(ret_step->key, path, length);
		ret_step->kind = STEP_KEY;
		path += length;
	}
	if (*path == '.' && path[1] != '\0' && path[1] != '[')
		return path + 1;
	if (*path != '\0' && *path != '[')
		ret_step->kind = STEP_WRONG;
	return path;
}

const char *
jsonpath_check(const char *path, enum jsonpath_use use)
{
	struct step step;

	if (*path == '\0')
		return "is empty";
	if (use == JSONPATH_WRITE && *path == '[')
		return "must begin with a key";
	do {
		path = next_step(path, &step);
		if (step.kind == STEP_WRONG)
			return "is not a place: keys joined by dots, and [0] to [15], [] or [?]";
		if (use == JSONPATH_WRITE && (step.kind == STEP_EVERY || step.kind == STEP_ANY))
			return "names no single place";
	} while (step.kind != STEP_END);
	return NULL;
}

static bool
test_value(const json_t *value, jsonpath_test *test, void *data)
{
	char number[24];

	if (value == NULL)
		return test(NULL, false, data);
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) < JSONPATH_TEXT_SIZE &&
			test(json_string_value(value), false, data);
	case JSON_INTEGER:
		snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return test(number, true, data);
	case JSON_TRUE:
		return test("true", false, data);
	case JSON_FALSE:
		return test("false", false, data);
	case JSON_NULL:
		return test(NULL, false, data);
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_REAL:
		break;
	}
	return false;
}

/* Recurses once per "[]" and "[?]" of a path that was checked when the description was read. */
bool
jsonpath_holds(const json_t *root, const char *path, jsonpath_test *test, void *data)
{
	const json_t *node = root;
	struct step step;

	for (;;) {
		path = next_step(path, &step);
		if (step.kind == STEP_WRONG)
			return false;
		if (step.kind == STEP_END)
			return test_value(node, test, data);
		if (step.kind == STEP_KEY)
			node = json_object_get(node, step.key);
		else if (step.kind == STEP_INDEX)
			node = json_array_get(node, step.index);
		else
			break;
	}
	for (size_t i = 0; i < json_array_size(node); i++) {
		bool holds = jsonpath_holds(json_array_get(node, i), path, test, data);

		if (holds != (step.kind == STEP_EVERY))
			return holds;
	}
	return step.kind == STEP_EVERY && json_array_size(node) > 0;
}

struct first {
	bool found;
	char text[JSONPATH_TEXT_SIZE];
};

static bool
take_first(const char *text, bool is_integer, void *data)
{
	struct first *first = data;

	(void)is_integer;
	if (text == NULL)
		return false;
	if (!first->found)
		snprintf(first->text, sizeof first->text, "%s", text);
	first->found = true;
	return true;
}

bool
jsonpath_first(const json_t *root, const char *path, char *ret_text, size_t size)
{
	struct first first = { 0 };
	bool fits;

	jsonpath_holds(root, path, take_first, &first);
	fits = first.found && strlen(first.text) < size;
	if (fits)
		memcpy(ret_text, first.text, strlen(first.text) + 1);
	sodium_memzero(&first, sizeof first);
	return fits;
}

const json_t *
jsonpath_find(const json_t *root, const char *path)
{
	struct step step;

	for (path = next_step(path, &step); step.kind != STEP_END && root != NULL;
		path = next_step(path, &step)) {
		if (step.kind == STEP_KEY)
			root = json_object_get(root, step.key);
		else
			root = step.kind == STEP_INDEX ? json_array_get(root, step.index) : NULL;
	}
	return root;
}

/* The container at a step of node, made if it is absent; borrowed. */
static json_t *
enter(json_t *node, const struct step *step, const char *rest)
{
	json_t *child = step->kind == STEP_KEY ? json_object_get(node, step->key)
		: json_array_get(node, step->index);

	if (child != NULL)
		return child;
	child = *rest == '[' ? json_array() : json_object();
	if (step->kind == STEP_KEY)
		return json_object_set_new(node, step->key, child) == 0 ? child : NULL;
	if (step->index != json_array_size(node)) {
		json_decref(child);
		return NULL;
	}
	return json_array_append_new(node, child) == 0 ? child : NULL;
}

int
jsonpath_put(json_t *root, const char *path, json_t *value)
{
	json_t *node = root;
	struct step step;

	path = next_step(path, &step);
	while (*path != '\0' && node != NULL) {
		node = enter(node, &step, path);
		path = next_step(path, &step);
	}
	if (node != NULL && step.kind == STEP_KEY && json_object_get(node, step.key) == NULL)
		return json_object_set_new(node, step.key, value);
	if (node != NULL && step.kind == STEP_INDEX && json_array_size(node) == step.index)
		return json_array_append_new(node, value);
	json_decref(value);
	return -1;
}
