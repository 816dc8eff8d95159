/* SPDX-License-Identifier: BSD-2-Clause */
/* Phone files that are changed in a folder of the test's. */
#ifndef SMSOTP_TESTS_PHONES_EDIT_BENCH_H
#define SMSOTP_TESTS_PHONES_EDIT_BENCH_H

#include "conf_scratch.h"

#include "core/e164.h"
#include "core/fault.h"
#include "core/phones.h"
#include "core/phones_edit.h"

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

#define ALICE "+447700900123"
#define OTHER "+447700900124"

static inline int
edit(const char *path, const char *user, enum phones_change change, const char *number,
	enum phones_edited *ret_edited, struct fault *fault)
{
	struct e164 it = { .text = "" };
	const struct phones_edit edit = {
		.path = path, .user = user, .change = change, .country_code = "44",
		.number = number != NULL ? &it : NULL,
	};

	if (number != NULL)
		snprintf(it.text, sizeof it.text, "%s", number);
	return phones_edit(&edit, ret_edited, fault);
}

static inline size_t
content(const char *path, char *ret_text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, ret_text, size - 1);

	assert_true(fd >= 0 && length >= 0);
	close(fd);
	ret_text[length] = '\0';
	return (size_t)length;
}

static inline void
assert_content(const char *path, const char *expected)
{
	char text[8192];

	assert_int_equal(content(path, text, sizeof text), strlen(expected));
	assert_string_equal(text, expected);
}

#endif
