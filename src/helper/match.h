/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One test on the body of an answer, as API descriptions write it: { at = "sid"; matches =
 * "^SM"; }.
 */
#ifndef SMSOTP_HELPER_MATCH_H
#define SMSOTP_HELPER_MATCH_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/conf_file.h"

enum match_body { MATCH_JSON, MATCH_XML, MATCH_TEXT };

/* Strings belong to the description's file. Zeroed = holds nowhere. */
struct match {
	const char *at;		/* a jsonpath; NULL: the body as text */
	const char **words;	/* equals, in: one of these strings */
	size_t word_count;
	int *numbers;		/* … or one of these JSON integers: 0 is not "0" */
	size_t number_count;
	bool exists;
	bool absent;		/* missing or null */
	bool has_regex;
	regex_t regex;
};

/* The body of an answer; json (of XML: its tree) is NULL where it is not well-formed. */
struct match_subject {
	const json_t *json;
	const char *text;
};

/*
 * A test: with exactly one of equals, in, matches, exists, absent. Returns 0 or FAULT_CONFIG,
 * FAULT_MEMORY.
 */
int match_read_test(const struct conf_at *at, enum match_body body, struct match *ret_match)
	__attribute__((warn_unused_result));

/*
 * A place to take text from: at, which a text has not, and matches if wanted, of which the first
 * group counts, or all that it matched.
 */
int match_read_place(const struct conf_at *at, enum match_body body, struct match *ret_match)
	__attribute__((warn_unused_result));

bool match_holds(const struct match *match, const struct match_subject *subject)
	__attribute__((warn_unused_result));

/*
 * What can be known of two tests without an answer: that they never hold together, and that one
 * holds wherever other does. False where it cannot be known.
 */
bool match_contradicts(const struct match *one, const struct match *other)
	__attribute__((warn_unused_result));
bool match_follows(const struct match *one, const struct match *other)
	__attribute__((warn_unused_result));

/* False, and ret_text untouched, where there is none or it does not fit. */
bool match_take(const struct match *match, const struct match_subject *subject, char *ret_text,
	size_t size) __attribute__((warn_unused_result));

void match_free(struct match *match);

#endif
