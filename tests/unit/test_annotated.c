/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings changed in a text with comments: nothing else of it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "ctl/annotated.h"

static const char example[] =
	"# about key = \"no\"; and others\n"
	"key = \"a;b\\\"c;\";   # first; of all\n"
	"keys = [ \"x\" ];\n"
	"#other = 5;\n"
	"# other = 6;\n"
	"#other = 7;\n"
	"group = {\n  inner = \"one\";\n};";

static struct annotated
text_of(const char *text)
{
	struct annotated it = { .text = strdup(text), .size = strlen(text) };

	assert_non_null(it.text);
	return it;
}

/* The example after one change is expected; then the text is freed. */
static void
becomes(struct annotated *it, const char *from, const char *to)
{
	char wanted[1024] = "";
	const char *at = strstr(example, from);

	assert_non_null(at);
	strncat(wanted, example, (size_t)(at - example));
	strcat(wanted, to);
	strcat(wanted, at + strlen(from));
	assert_int_equal(it->size, strlen(wanted));
	assert_memory_equal(it->text, wanted, it->size);
	annotated_free(it);
}

static void
a_line_in_force_gets_the_value(void **state)
{
	struct annotated it = text_of(example);

	(void)state;
	assert_int_equal(annotated_find(&it, "key"), ANNOTATED_ACTIVE);
	assert_int_equal(annotated_set(&it, "key", "12", NULL), 0);
	becomes(&it, "\"a;b\\\"c;\";", "12;");
	it = text_of(example);
	assert_int_equal(annotated_set_string(&it, "keys", "\"\\", NULL), 0);
	becomes(&it, "[ \"x\" ]", "\"\\\"\\\\\"");
}

static void
the_first_line_that_is_not_in_force_is_put_in_force(void **state)
{
	struct annotated it = text_of(example);

	(void)state;
	assert_int_equal(annotated_find(&it, "other"), ANNOTATED_SILENT);
	assert_int_equal(annotated_set(&it, "other", "8", NULL), 0);
	becomes(&it, "#other = 5;", "other = 8;");
}

static void
a_line_is_added_where_there_is_none(void **state)
{
	struct annotated it = text_of("key = 1;\n");
	static const char wanted[] = "key = 1;\nnew = \"v\";\n";

	(void)state;
	assert_int_equal(annotated_find(&it, "new"), ANNOTATED_ABSENT);
	/* Neither a part of a key nor one in a group counts. */
	assert_int_equal(annotated_find(&it, "ke"), ANNOTATED_ABSENT);
	assert_int_equal(annotated_set_string(&it, "new", "v", NULL), 0);
	assert_int_equal(it.size, strlen(wanted));
	assert_memory_equal(it.text, wanted, it.size);
	annotated_free(&it);
	it = text_of(example);
	assert_int_equal(annotated_find(&it, "inner"), ANNOTATED_ABSENT);
	annotated_free(&it);
}

static void
a_line_is_silenced_and_a_part_replaced(void **state)
{
	struct annotated it = text_of(example);
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(annotated_silence(&it, "keys", NULL), 0);
	assert_int_equal(annotated_silence(&it, "keys", NULL), 0);
	becomes(&it, "keys", "#keys");
	it = text_of(example);
	assert_int_equal(annotated_replace(&it, "\"one\"", "\"two\"", NULL), 0);
	becomes(&it, "\"one\"", "\"two\"");
	it = text_of(example);
	assert_int_equal(annotated_replace(&it, "nothing", "x", &fault), FAULT_CONFIG);
	assert_int_equal(annotated_replace(&it, "other", "x", &fault), FAULT_CONFIG);
	becomes(&it, "#", "#");
}

static void
what_is_quoted_is_read_as_it_was(void **state)
{
	static const char value[] = "a\"b\\c;#\xc3\xa9 } ; x = 1; //";
	struct annotated it = text_of(example);
	struct conf_file *file = NULL;
	struct fault fault = { 0 };
	const char *read = NULL;
	char *quoted;

	(void)state;
	assert_int_equal(annotated_set_string(&it, "key", value, &fault), 0);
	assert_int_equal(annotated_parse(&it, "text", &file, &fault), 0);
	assert_int_equal(config_setting_lookup_string(conf_file_root(file), "key", &read),
		CONFIG_TRUE);
	assert_string_equal(read, value);
	conf_file_free(&file);
	quoted = annotated_quote("a\nb", &fault);
	assert_null(quoted);
	assert_int_equal(fault.kind, FAULT_CONFIG);
	assert_int_equal(annotated_set_string(&it, "key", "\x7f", &fault), FAULT_CONFIG);
	assert_memory_equal(fault.text, "key: ", 5);
	annotated_free(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_in_force_gets_the_value),
		cmocka_unit_test(the_first_line_that_is_not_in_force_is_put_in_force),
		cmocka_unit_test(a_line_is_added_where_there_is_none),
		cmocka_unit_test(a_line_is_silenced_and_a_part_replaced),
		cmocka_unit_test(what_is_quoted_is_read_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
