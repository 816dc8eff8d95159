/* SPDX-License-Identifier: BSD-2-Clause */
/* XML as a tree of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "helper/xml.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void
check(const char *xml, const char *json)
{
	json_t *root = xml_read(xml, strlen(xml));
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	if ((text == NULL) != (json == NULL) || (text != NULL && strcmp(text, json) != 0))
		fail_msg("%s\nis   %s\nnot  %s", xml, text != NULL ? text : "refused",
			json != NULL ? json : "refused");
	free(text);
	json_decref(root);
}

/* The answers of Amazon SNS, as its API reference prints them. */
static void
test_answers_of_sns(void **state)
{
	(void)state;
	check("<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n"
	      "    <PublishResult>\n"
	      "        <MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId>\n"
	      "    </PublishResult>\n"
	      "    <ResponseMetadata>\n"
	      "        <RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId>\n"
	      "    </ResponseMetadata>\n"
	      "</PublishResponse>",
		"{\"PublishResponse\":{\"PublishResult\":{\"MessageId\":"
		"\"567910cd-659e-55d4-8ccb-5aaf14679dc0\"},\"ResponseMetadata\":{\"RequestId\":"
		"\"d74b8436-ae13-5ab4-a9ff-ce54dfea72a0\"}}}");
	check("<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>Sender</Type>"
	      "<Code>InvalidParameter</Code><Message>Invalid parameter: PhoneNumber</Message>"
	      "</Error><RequestId>x</RequestId></ErrorResponse>\n",
		"{\"ErrorResponse\":{\"Error\":{\"Code\":\"InvalidParameter\",\"Message\":\"Invalid"
		" parameter: PhoneNumber\",\"Type\":\"Sender\"},\"RequestId\":\"x\"}}");
}

static void
test_shape(void **state)
{
	static const struct {
		const char *xml, *json;
	} cases[] = {
		{ "<a/>", "{\"a\":\"\"}" },
		{ "<a></a>", "{\"a\":\"\"}" },
		{ "<a> \n\t</a>", "{\"a\":\"\"}" },
		{ "<a>\n  x y\r\n</a>", "{\"a\":\"x y\"}" },
		{ "<a>0</a>", "{\"a\":\"0\"}" },
		{ "<a>null</a>", "{\"a\":\"null\"}" },
		{ "<a b='c'/>", "{\"a\":\"\"}" },
		{ "<a>x<b/>y</a>", "{\"a\":{\"b\":\"\"}}" },
		{ "<a><b>1</b><c>2</c><b>3</b></a>", "{\"a\":{\"b\":[\"1\",\"3\"],\"c\":\"2\"}}" },
		{ "<a><b>1</b><b/><b>3</b></a>", "{\"a\":{\"b\":[\"1\",\"\",\"3\"]}}" },
		{ "<a><b><c>1</c></b><b><c>2</c></b></a>",
			"{\"a\":{\"b\":[{\"c\":\"1\"},{\"c\":\"2\"}]}}" },
		{ "<s:a xmlns:s='urn:x'><s:b>1</s:b></s:a>", "{\"s:a\":{\"s:b\":\"1\"}}" },
		{ "<a>1<!-- 2 -->3<?php 4 ?>5</a>", "{\"a\":\"135\"}" },
		{ "<a><![CDATA[<b>&amp;]]></a>", "{\"a\":\"<b>&amp;\"}" },
		{ "<a>&lt;&amp;&#x41;&#66;</a>", "{\"a\":\"<&AB\"}" },
		{ "\xef\xbb\xbf<a>\xc3\xa9</a>", "{\"a\":\"\xc3\xa9\"}" },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
			"{\"a\":\"\xc3\xa9\"}" },
		/* Not well-formed, or more than is wanted. */
		{ "", NULL },
		{ " ", NULL },
		{ "OK", NULL },
		{ "{\"a\":1}", NULL },
		{ "<a>", NULL },
		{ "<a></b>", NULL },
		{ "<a/><b/>", NULL },
		{ "<a/>x", NULL },
		{ "<a b/>", NULL },
		{ "<a>&b;</a>", NULL },
		{ "<a>&#0;</a>", NULL },
		{ "<a>\x01</a>", NULL },
		{ "<a>\xff</a>", NULL },
		{ "<?xml version='1.0' encoding='x-none'?><a/>", NULL },
		{ "<!DOCTYPE a><a/>", NULL },
		{ "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", NULL },
		{ "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", NULL },
		{ "<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;&b;'>]><a>&c;&c;</a>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].xml, cases[i].json);
}

static json_t *
nested(size_t depth, const char *inmost)
{
	char xml[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < depth; i++) {
		memcpy(xml + used, "<a>", 3);
		used += 3;
	}
	memcpy(xml + used, inmost, strlen(inmost));
	used += strlen(inmost);
	for (size_t i = 0; i < depth; i++) {
		memcpy(xml + used, "</a>", 4);
		used += 4;
	}
	return xml_read(xml, used);
}

static void
test_depth(void **state)
{
	json_t *root = nested(XML_DEPTH_MAX, "x"), *node = root;

	(void)state;
	for (size_t i = 0; i < XML_DEPTH_MAX; i++)
		node = json_object_get(node, "a");
	assert_string_equal(json_string_value(node), "x");
	json_decref(root);
	assert_null(nested(XML_DEPTH_MAX + 1, "x"));
	assert_null(nested(XML_DEPTH_MAX, "<b/>"));
	assert_null(nested(128, ""));
}

/* Of 64 KiB, the most an answer has: as many siblings as fit, and one long text. */
static void
test_large(void **state)
{
	static char xml[65536];
	const size_t count = (sizeof xml - 8) / 4;
	json_t *root, *list;

	(void)state;
	memcpy(xml, "<a>", 3);
	for (size_t i = 0; i < count; i++)
		memcpy(xml + 3 + 4 * i, "<b/>", 4);
	memcpy(xml + 3 + 4 * count, "</a>", 4);
	root = xml_read(xml, 7 + 4 * count);
	list = json_object_get(json_object_get(root, "a"), "b");
	assert_int_equal(json_array_size(list), count);
	json_decref(root);

	memset(xml + 3, 'x', sizeof xml - 7);
	memcpy(xml + sizeof xml - 4, "</a>", 4);
	root = xml_read(xml, sizeof xml);
	assert_int_equal(json_string_length(json_object_get(root, "a")), sizeof xml - 7);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_of_sns),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
