/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places in a JSON document, as API descriptions name them: keys joined by dots, "[2]" for an
 * element, "[]" for every element of an array that has at least one, "[?]" for any element:
 * "messages[].status".
 */
#ifndef SMSOTP_HELPER_JSONPATH_H
#define SMSOTP_HELPER_JSONPATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JSONPATH_KEY_SIZE 64
#define JSONPATH_INDEX_MAX 15
#define JSONPATH_TEXT_SIZE 4097

enum jsonpath_use { JSONPATH_READ, JSONPATH_WRITE /* no "[]", no "[?]" */ };

/* NULL if path is well-formed, else what is wrong. */
const char *jsonpath_check(const char *path, enum jsonpath_use use);

/*
 * Judges one value: strings as they are, integers in decimal (is_integer), "true", "false"; NULL
 * where there is nothing, or null.
 */
typedef bool jsonpath_test(const char *text, bool is_integer, void *data);

/*
 * Whether test holds at path. It is not asked, and does not hold, where there is a fraction (its
 * source text is lost), an object, an array, or more than JSONPATH_TEXT_SIZE - 1 bytes; nor
 * behind "[]" and "[?]" where there is no array or an empty one.
 */
bool jsonpath_holds(const json_t *root, const char *path, jsonpath_test *test, void *data);

/*
 * The first value at path. False, and ret_text untouched, if there is none or it does not fit.
 */
bool jsonpath_first(const json_t *root, const char *path, char *ret_text, size_t size);

/* What is at a path that names one place; NULL if there is nothing. Borrowed from root. */
const json_t *jsonpath_find(const json_t *root, const char *path);

/*
 * Puts value at path below root (an object), making objects and arrays on the way; elements of
 * an array in order. Takes value over, also when it fails (-1: no memory, no value, or the place
 * cannot be).
 */
int jsonpath_put(json_t *root, const char *path, json_t *value);

#endif
