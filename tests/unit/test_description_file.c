/* SPDX-License-Identifier: BSD-2-Clause */
/* What a description is refused for when it is read, and where the error is said to be. */
#include "conf_scratch.h"

#include "core/fault.h"
#include "helper/description.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A description of five lines: one part of each case takes the place of one of these. */
struct parts {
	const char *settings, *send, *answer, *voice, *status;
};

#define SEND "url = \"https://sms.example/\";"
#define ACCEPTED "accepted = { status = [ 200 ]; where = ( { at = \"ok\"; equals = \"yes\"; } ); };"
#define ANSWER "kind = \"json\"; " ACCEPTED
#define STATES "kind = \"json\"; states = ( { state = \"delivered\"; where = ( { at = \"s\"; " \
	"equals = \"d\"; } ); } );"
#define REFUSED(rules) { .answer = ANSWER " refused = ( " rules " );" }
#define TESTS(tests) REFUSED("{ class = \"passing\"; where = ( " tests " ); }")
#define FIELD(field) \
	{ .send = SEND " body = { kind = \"form\"; fields = ( { name = \"f\"; " field " } ); };" }
#define JSON(first, second) { .send = SEND " body = { kind = \"json\"; fields = ( { name = " first \
	"; }, { name = " second "; } ); };" }
#define VOICE(send, answer) { .voice = "send = { " send " }; answer = { " answer " };" }
#define STATUS(send, answer) { .status = "send = { " send " }; answer = { " answer " };" }
#define XML(tests) { .answer = "kind = \"xml\"; accepted = { status = [ 200 ]; where = ( " tests \
	" ); };" }
#define TEXT(tests) { .answer = "kind = \"text\"; accepted = { status = [ 200 ]; where = ( " tests \
	" ); };" }

static const struct {
	struct parts parts;
	const char *wrong;	/* NULL: nothing; else what is said, from the line on */
} cases[] = {
	{ { .send = NULL }, NULL },
	/* Settings. */
	{ { .settings = "{ name = \"key\"; required_for = \"voice\"; }",
		  .voice = "send = { " SEND " }; answer = { " ANSWER " };" }, NULL },
	{ { .settings = "{ name = \"key\"; required_for = \"voice\"; }" },
		"2: settings: \"key\" is required for voice, and there is no \"voice\"" },
	{ { .settings = "{ name = \"key\"; required_for = \"status\"; }" }, "2: settings" },
	{ { .settings = "{ name = \"key\"; required_for = \"voice\"; default = \"x\"; }" },
		"2: settings: required, required_for, one_of and default exclude each other" },
	{ { .settings = "{ name = \"a\"; sender = true; }, { name = \"b\"; sender = true; }" },
		"2: settings: there is a \"sender\" already" },
	{ { .settings = "{ name = \"voice\"; }" }, "2: settings: a setting cannot be named" },
	{ { .settings = "{ name = \"prefixes\"; }" }, "2: settings: a setting cannot be named" },
	{ { .settings = "{ name = \"price\"; }" }, "2: settings: a setting cannot be named" },
	{ { .settings = "{ name = \"uuid\"; }" }, "2: settings: a setting cannot be named" },
	{ { .settings = "{ name = \"message_id\"; }" }, "2: settings: a setting cannot be named" },
	/* Variables: each call has its own. */
	{ FIELD("value = \"{uuid} {date} {expire_at} {text_hex}\";"), NULL },
	{ FIELD("value = \"{spoken}\";"), "3: fields.value: unknown variable {spoken}" },
	{ FIELD("value = \"x{message_id}\";"), "3: fields.value: unknown variable {message_id}" },
	{ FIELD("value = \"{language}\";"), "3: fields.value: unknown variable {language}" },
	{ VOICE("url = "
		"\"https://x.example/{spoken}{digits}{language_lower}{code}{text}\";", ANSWER),
		NULL },
	{ VOICE("url = \"https://x.example/{message_id}\";", ANSWER), "5: voice.send.url: " },
	{ STATUS("url = \"https://x.example/{message_id}{to}{ref}{uuid}\";", STATES), NULL },
	{ STATUS("url = \"https://x.example/{text}\";", STATES), "6: status.send.url: " },
	{ STATUS("url = \"https://x.example/{code}\";", STATES), "6: status.send.url: " },
	{ STATUS("url = \"https://x.example/{validity_s}\";", STATES), "6: status.send.url: " },
	{ STATUS("url = \"https://x.example/{language}\";", STATES), "6: status.send.url: " },
	/* Fields. */
	{ FIELD("value = \"\"; when = \"to\"; unless = \"unicode\"; escape = \"xml\";"), NULL },
	{ FIELD("value = \"\"; unless = \"nothing\";"), "3: fields.unless: no variable" },
	{ FIELD("value = \"\"; unless = \"spoken\";"), "3: fields.unless: no variable" },
	{ FIELD("value = \"\"; when = \"to\"; unless = \"to\";"),
		"3: fields: is never sent" },
	{ FIELD("value = \"\"; escape = \"html\";"), "3: fields.escape: " },
	{ { .send = SEND " body = { kind = \"text\"; text = \"x\"; escape = \"xml\"; };" }, NULL },
	{ { .send = SEND " body = { kind = \"form\"; escape = \"xml\"; };" },
		"3: send.body.escape: unknown key" },
	{ JSON("\"a\"; value = \"1\"; when = \"unicode\"", "\"a\"; value = \"2\"; unless = "
		"\"unicode\""), NULL },
	{ JSON("\"a\"; value = \"1\"; unless = \"unicode\"", "\"a\"; value = \"2\"; when = "
		"\"unicode\""), NULL },
	{ JSON("\"a\"; value = \"1\"", "\"a\"; value = \"2\"; unless = \"unicode\""),
		"3: send.body.fields: \"a\" cannot stand beside" },
	{ JSON("\"a\"; value = \"1\"; when = \"ref\"", "\"a\"; value = \"2\"; unless = "
		"\"unicode\""), "3: send.body.fields: \"a\" cannot stand beside" },
	{ JSON("\"a\"; value = \"1\"; when = \"ref\"", "\"a.b\"; value = \"2\"; unless = "
		"\"ref\""), "3: send.body.fields: \"a.b\" cannot stand beside" },
	/* Calls and queries are read as texts are. */
	{ { .voice = "answer = { " ANSWER " };" }, "5: voice: \"send\" is missing" },
	{ { .voice = "send = { " SEND " };" }, "5: voice: \"answer\" is missing" },
	{ { .voice = "send = { " SEND " }; answer = { " ANSWER " }; when = 1;" },
		"5: voice.when: unknown key" },
	{ VOICE(SEND " auth = { kind = \"bearer\"; };", ANSWER), "5: voice.send.auth" },
	{ VOICE(SEND, "kind = \"json\"; accepted = { status = [ 200 ]; };"),
		"5: voice.answer.accepted: an acceptance needs" },
	{ VOICE(SEND, ANSWER " states = ( );"), "5: voice.answer.states: unknown key" },
	{ STATUS(SEND, STATES " code = { at = \"c\"; }; detail = { at = \"d\"; };"), NULL },
	{ STATUS(SEND, "kind = \"json\";"), "6: status.answer: \"states\" is missing" },
	{ STATUS(SEND, "kind = \"json\"; states = ( );"), "6: status.answer.states" },
	{ STATUS(SEND, STATES " " ACCEPTED), "6: status.answer.accepted: unknown key" },
	{ STATUS(SEND, STATES " id = { at = \"c\"; };"), "6: status.answer.id: unknown key" },
	{ STATUS(SEND, "kind = \"json\"; states = ( { state = \"lost\"; status = [ 200 ]; } );"),
		"6: status.answer.states.state: " },
	{ STATUS(SEND, "kind = \"json\"; states = ( { state = \"failed\"; } );"),
		"6: status.answer.states: a state needs \"status\", \"where\" or both" },
	{ STATUS(SEND, "kind = \"json\"; states = ( { class = \"passing\"; status = [ 200 ]; } );"),
		"6: status.answer.states.class: unknown key" },
	{ STATUS(SEND, "kind = \"json\"; states = ( { state = \"failed\"; status = [ 404 ]; }, "
		       "{ state = \"failed\"; status = [ 410 ]; } );"), NULL },
	{ STATUS(SEND, STATES " code = ( { at = \"c\"; }, { at = \"d\"; }, { at = \"e\"; }, "
			     "{ at = \"f\"; } );"), NULL },
	{ STATUS(SEND, STATES " code = ( { at = \"c\"; }, { at = \"d\"; }, { at = \"e\"; }, "
			     "{ at = \"f\"; }, { at = \"g\"; } );"), "6: status.answer.code: " },
	{ STATUS(SEND, STATES " detail = ( );"), "6: status.answer.detail: " },
	{ STATUS(SEND, STATES " detail = ( \"c\" );"), "6: " },
	{ STATUS(SEND, STATES " detail = ( { at = \"c\"; equals = 1; } );"),
		"6: detail.equals: unknown key" },
	{ VOICE(SEND, ANSWER " id = ( { at = \"c\"; } );"), "5: voice.answer.id: " },
	/* Refusals. */
	{ REFUSED("{ class = \"unroutable\"; status = [ 404 ]; }"), NULL },
	{ REFUSED("{ class = \"skipped\"; status = [ 404 ]; }"), "4: answer.refused.class: " },
	{ REFUSED("{ class = \"passing\"; }"), "4: answer.refused: a refusal needs" },
	/* Tests. */
	{ TESTS("{ at = \"e\"; absent = true; }"), NULL },
	{ TESTS("{ at = \"e\"; absent = false; }"), "4: where: a test needs one of" },
	{ TESTS("{ at = \"e\"; absent = true; exists = true; }"), "4: where: a test needs one of" },
	{ TESTS("{ at = \"e\"; absent = true; equals = 1; }"), "4: where: a test needs one of" },
	{ XML("{ at = \"r.s\"; equals = \"0\"; }, { at = \"r.e\"; absent = true; }"), NULL },
	{ XML("{ at = \"r.s\"; equals = 0; }"), "4: where: XML has no numbers" },
	{ XML("{ at = \"r.s\"; in = [ 0, 1 ]; }"), "4: where: XML has no numbers" },
	{ XML("{ equals = \"0\"; }"), "4: where: \"at\" is missing" },
	{ TEXT("{ matches = \"^OK\"; }"), NULL },
	{ TEXT("{ absent = true; }"), "4: where: a text is never absent" },
	{ TEXT("{ at = \"x\"; exists = true; }"), "4: where.at: a text has no" },
	/* What can never hold. */
	{ TESTS("{ at = \"e\"; equals = 1; }, { at = \"f\"; equals = 2; }"), NULL },
	{ TESTS("{ at = \"e\"; equals = 1; }, { at = \"e\"; equals = 2; }"), "4: "
		"answer.refused: can"
		" never hold" },
	{ TESTS("{ at = \"e\"; equals = 1; }, { at = \"e\"; equals = \"1\"; }"),
		"4: answer.refused: can never hold" },
	{ TESTS("{ at = \"e\"; in = [ 1, 2 ]; }, { at = \"e\"; in = [ 2, 3 ]; }"), NULL },
	{ TESTS("{ at = \"e\"; matches = \"^x\"; }, { at = \"e\"; in = [ \"y\", \"z\" ]; }"),
		"4: answer.refused: can never hold" },
	{ TESTS("{ at = \"e\"; matches = \"^x\"; }, { at = \"e\"; in = [ \"y\", \"xz\" ]; "
		"}"), NULL },
	{ TESTS("{ at = \"e\"; matches = \"^2\"; }, { at = \"e\"; equals = 21; }"), NULL },
	{ TESTS("{ at = \"e\"; equals = \"\"; }, { at = \"e\"; exists = true; }"),
		"4: answer.refused: can never hold" },
	{ TESTS("{ at = \"e\"; absent = true; }, { at = \"e\"; exists = true; }"),
		"4: answer.refused: can never hold" },
	{ TESTS("{ at = \"e\"; absent = true; }, { at = \"e.f\"; absent = true; }"), NULL },
	/* Any of them may be another one for each. */
	{ TESTS("{ at = \"e[?]\"; equals = 1; }, { at = \"e[?]\"; equals = 2; }"), NULL },
	{ TESTS("{ at = \"e[]\"; equals = 1; }, { at = \"e[]\"; equals = 2; }"),
		"4: answer.refused: can never hold" },
	{ TEXT("{ matches = \"^OK\"; }, { equals = \"no\"; }"),
		"4: answer.accepted: can never hold" },
	/* What never decides. */
	{ REFUSED("{ class = \"passing\"; where = ( { at = \"ok\"; equals = \"no\"; } ); "
		"}"), NULL },
	{ REFUSED("{ class = \"passing\"; status = [ 200 ]; where = ( { at = \"ok\"; equals = "
		  "\"yes\"; } ); }"), "4: answer.refused: can never decide" },
	{ REFUSED("{ class = \"passing\"; where = ( { at = \"ok\"; equals = \"yes\"; } ); "
		"}"), NULL },
	{ REFUSED("{ class = \"passing\"; status = [ 429, 503 ]; }, { class = \"operator\"; "
		"status = "
		  "[ 503 ]; where = ( { at = \"e\"; exists = true; } ); }"),
		"4: answer.refused: can never decide" },
	{ REFUSED("{ class = \"passing\"; status = [ 429, 503 ]; }, { class = \"operator\"; "
		"status = "
		  "[ 503, 500 ]; }"), NULL },
	{ REFUSED("{ class = \"passing\"; status = [ 503 ]; }, { class = \"operator\"; where = "
		"( { at "
		  "= \"e\"; exists = true; } ); }"), NULL },
	{ REFUSED("{ class = \"passing\"; where = ( { at = \"e\"; matches = \"^1\"; } ); }, { "
		"class = "
		  "\"operator\"; where = ( { at = \"e\"; in = [ \"12\", \"13\" ]; } ); }"),
		"4: answer.refused: can never decide" },
	{ REFUSED("{ class = \"passing\"; where = ( { at = \"e\"; matches = \"^1\"; } ); }, { "
		"class = "
		  "\"operator\"; where = ( { at = \"e\"; in = [ \"12\", \"23\" ]; } ); }"), NULL },
	{ STATUS(SEND, STATES), NULL },
	{ STATUS(SEND, "kind = \"json\"; states = ( { state = \"failed\"; status = [ 200 ]; }, "
		       "{ state = \"pending\"; status = [ 200 ]; } );"),
		"6: status.answer.states: can never decide" },
};

static void
write_description(const struct parts *parts, char *ret_text, size_t size)
{
	static const struct parts usual = { "{ name = \"from\"; }", SEND, ANSWER, NULL, NULL };
	int length;

#define PART(name) (parts->name != NULL ? parts->name : usual.name)
	length = snprintf(ret_text, size,
		"description = \"Test\";\nsettings = ( %s );\nsend = { %s };\nanswer = { %s };\n"
		"%s%s%s\n%s%s%s\n",
		PART(settings), PART(send), PART(answer), parts->voice != NULL ? "voice = { " : "",
		parts->voice != NULL ? parts->voice : "", parts->voice != NULL ? " };" : "",
		parts->status != NULL ? "status = { " : "",
		parts->status != NULL ? parts->status : "", parts->status != NULL ? " };" : "");
	assert_in_range(length, 1, size - 1);
}

static void
test_refusals(void **state)
{
	const struct scratch *scratch = *state;
	char text[2048], wanted[256];
	size_t wrong = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct description *description = NULL;
		struct fault fault = { 0 };
		const char *path;
		int fd, rc;

		write_description(&cases[i].parts, text, sizeof text);
		path = scratch_write(scratch, "api.conf", 0644, text);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		rc = description_read(fd, path, &description, &fault);
		close(fd);
		snprintf(wanted, sizeof wanted, "%s:%s", path,
			cases[i].wrong != NULL ? cases[i].wrong : "");
		if ((rc == 0) != (cases[i].wrong == NULL) || (description != NULL) != (rc == 0) ||
				(rc != 0 && strncmp(fault.text, wanted, strlen(wanted)) != 0)) {
			print_error("%s\nis %s\nnot %s\n", text, rc != 0 ? fault.text : "taken",
				cases[i].wrong != NULL ? wanted : "taken");
			wrong++;
		}
		description_free(&description);
	}
	assert_int_equal(wrong, 0);
}

static void
test_calls(void **state)
{
	static const struct parts both = {
		.voice = "send = { url = \"https://voice.example/\"; }; answer = { " ANSWER " };",
		.status = "send = { url = \"https://status.example/\"; method = \"GET\"; }; "
			  "answer = { " STATES " };"
	};
	struct description *description = NULL;
	struct fault fault = { 0 };
	char text[2048];
	int fd;

	write_description(&both, text, sizeof text);
	fd = open(scratch_write(*state, "api.conf", 0644, text), O_RDONLY | O_CLOEXEC);
	assert_int_equal(description_read(fd, "api.conf", &description, &fault), 0);
	close(fd);
	assert_string_equal(
		description_for(description, WIRE_TASK_TEXT)->send.url, "https://sms.example/");
	assert_string_equal(
		description_for(description, WIRE_TASK_VOICE)->send.url, "https://voice.example/");
	assert_string_equal(description_for(description, WIRE_TASK_STATUS)->send.method, "GET");
	assert_int_equal(description->status->answer.rules[0].outcome, WIRE_ACCEPTED);
	assert_int_equal(
		description->status->answer.rules[0].delivery, WIRE_DELIVERY_DELIVERED);
	assert_int_equal(description->text.answer.rules[0].delivery, WIRE_DELIVERY_UNKNOWN);
	description_free(&description);
	assert_null(description);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refusals, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_calls, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
