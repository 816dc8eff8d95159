/* SPDX-License-Identifier: BSD-2-Clause */
/* What receivers' descriptions may say, and what their answers mean. */
#include "conf_scratch.h"

#include "core/fault.h"
#include "core/gateway_name.h"
#include "helper/description.h"
#include "helper/http.h"
#include "helper/jsonpath.h"
#include "helper/judge.h"
#include "helper/values.h"
#include "wire/wire.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CODE "491827"
#define TEXT "Code " CODE ", for web1"

/* --- what a description may say ------------------------------------------- */

#define URL "url = \"https://numbers.example/\";"
#define OK "accepted = { status = [ 200 ]; where = ( { at = \"ok\"; equals = \"yes\"; } ); };"
#define RENT "send = { " URL " }; answer = { kind = \"json\"; " OK " number = { at = \"n\"; }; };"
#define RECEIVE "send = { " URL " }; answer = { kind = \"json\"; " OK " texts = { list = \"t\"; " \
	"body = { at = \"b\"; }; }; };"
#define RELEASE "send = { " URL " method = \"DELETE\"; }; answer = { kind = \"json\"; " OK " };"
#define ANSWER(words) "send = { " URL " }; answer = { " words " };"
#define PLAIN "kind = \"text\"; accepted = { status = [ 200 ]; where = ( { matches = \".\"; } ); };"

static const struct {
	/* NULL: as above; "": without. more stands behind them. */
	const char *settings, *rent, *receive, *release, *more;
	const char *wrong;	/* NULL: nothing; else what is said, from the line on */
} cases[] = {
	{ .wrong = NULL },
	{ .rent = "", .release = "", .wrong = NULL },
	{ .release = "", .wrong = NULL },
	{ .rent = "", .wrong = "5: release: what is not rented cannot be released" },
	{ .more = "send = { " URL " };", .wrong = "6: send: unknown key" },
	{ .more = "voice = { };", .wrong = "6: voice: unknown key" },
	{ .receive = "", .wrong = "3: rent: unknown key" },
	/* What each answer has. */
	{ .rent = ANSWER("kind = \"json\"; " OK),
		.wrong = "3: rent.answer: \"number\" is missing" },
	{ .rent = ANSWER("kind = \"json\"; " OK " number = { at = \"n\"; }; id = { at = \"i\"; };"),
		.wrong = NULL },
	{ .rent = ANSWER("kind = \"json\"; " OK " texts = { };"),
		.wrong = "3: rent.answer.texts: unknown key" },
	{ .receive = ANSWER("kind = \"json\"; " OK),
		.wrong = "4: receive.answer: \"texts\" is missing" },
	{ .receive = ANSWER("kind = \"json\"; " OK " texts = { list = \"t\"; };"),
		.wrong = "4: texts: \"body\" is missing" },
	{ .receive = ANSWER("kind = \"json\"; " OK " texts = { list = \"t[]\"; body = { at = "
			    "\"b\"; }; };"), .wrong = "4: texts.list: \"t[]\" names no" },
	{ .receive = ANSWER("kind = \"json\"; " OK " texts = { where = ( { at = \"d\"; } ); body = "
			    "{ at = \"b\"; }; };"), .wrong = "4: where: a test needs one of" },
	{ .receive = ANSWER("kind = \"json\"; " OK " id = { at = \"i\"; };"),
		.wrong = "4: receive.answer.id: unknown key" },
	{ .receive = ANSWER(PLAIN " texts = { body = { matches = \".*\"; }; };"), .wrong = NULL },
	{ .receive = ANSWER(PLAIN " texts = { list = \"t\"; body = { matches = \".*\"; }; };"),
		.wrong = "4: texts.list: unknown key" },
	{ .receive = ANSWER(PLAIN " texts = { body = { }; };"),
		.wrong = "4: body: \"matches\" is missing" },
	{ .release = ANSWER("kind = \"json\"; " OK " number = { at = \"n\"; };"),
		.wrong = "5: release.answer.number: unknown key" },
	/* Waiting is a receiver's alone, and looked at before the acceptance. */
	{ .receive = ANSWER(PLAIN " texts = { body = { matches = \".*\"; }; }; refused = ( { class "
			    "= \"waiting\"; where = ( { matches = \"^No\"; } ); } );"),
		.wrong = NULL },
	{ .receive = ANSWER(PLAIN " texts = { body = { matches = \".*\"; }; }; refused = ( { class "
			    "= \"waiting\"; status = [ 200 ]; } );"),
		.wrong = "4: receive.answer.accepted: can never decide" },
	{ .rent = ANSWER("kind = \"json\"; " OK " number = { at = \"n\"; }; refused = ( { class = "
			 "\"waiting\"; status = [ 404 ]; } );"),
		.wrong = "3: rent.answer.refused.class: " },
	/* Numbers without calling code. */
	{ .rent = "send = { " URL " number = \"national\"; }; answer = { kind = \"json\"; " OK
		  " number = { at = \"n\"; }; };",
		.wrong = "3: rent: a national number needs a setting" },
	{ .settings = "{ name = \"country_code\"; }",
		.rent = "send = { " URL " number = \"national\"; }; answer = { kind = \"json\"; " OK
			" number = { at = \"n\"; }; };",
		.wrong = "3: rent: a national number needs a setting" },
	{ .settings = "{ name = \"country_code\"; required = true; }",
		.rent = "send = { " URL " number = \"national\"; }; answer = { kind = \"json\"; " OK
			" number = { at = \"n\"; }; };", .wrong = NULL },
	{ .settings = "{ name = \"number\"; }", .wrong = "2: settings: a setting cannot be" },
	{ .settings = "{ name = \"rental\"; }", .wrong = "2: settings: a setting cannot be" },
	/* Variables: a receiver is not told what it shall show. */
	{ .receive = "send = { url = \"https://x.example/{to}{rental}{since}{uuid}{date}\"; }; "
		     "answer = { " PLAIN " texts = { body = { matches = \".*\"; }; }; };",
		.wrong = NULL },
	{ .receive = "send = { url = \"https://x.example/{code}\"; }; answer = { };",
		.wrong = "4: receive.send.url: unknown variable {code}" },
	{ .receive = "send = { url = \"https://x.example/{text}\"; }; answer = { };",
		.wrong = "4: receive.send.url: unknown variable {text}" },
	{ .rent = "send = { url = \"https://x.example/{to}\"; }; answer = { };",
		.wrong = "3: rent.send.url: unknown variable {to}" },
	{ .release = "send = { url = \"https://x.example/{since}\"; }; answer = { };",
		.wrong = "5: release.send.url: unknown variable {since}" },
	/* By way of this machine nothing is received. */
	{ .receive = "send = { transport = \"exec\"; text = \"x\"; };",
		.wrong = "4: receive.send.transport: only texts have another" },
};

static size_t
put_part(char *text, size_t size, const char *name, const char *part)
{
	int length = part[0] == '\0' ? snprintf(text, size, "\n")
		: snprintf(text, size, "%s = { %s };\n", name, part);

	assert_in_range(length, 1, size - 1);
	return (size_t)length;
}

static void
test_descriptions(void **state)
{
	char text[2048], wanted[256];
	size_t wrong = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
#define PART(name, usual) (cases[i].name != NULL ? cases[i].name : (usual))
		struct description *description = NULL;
		struct fault fault = { 0 };
		const char *path;
		size_t used;
		int fd, rc;

		used = (size_t)snprintf(text, sizeof text,
			"description = \"Test\";\nsettings = ( %s );\n",
			PART(settings, "{ name = \"key\"; }"));
		used += put_part(text + used, sizeof text - used, "rent", PART(rent, RENT));
		used += put_part(
			text + used, sizeof text - used, "receive", PART(receive, RECEIVE));
		used += put_part(
			text + used, sizeof text - used, "release", PART(release, RELEASE));
		snprintf(text + used, sizeof text - used, "%s\n", PART(more, ""));
		path = scratch_write(*state, "api.conf", 0644, text);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		rc = description_read(fd, path, &description, &fault);
		close(fd);
		snprintf(wanted, sizeof wanted, "%s:%s", path, PART(wrong, ""));
		if ((rc == 0) != (cases[i].wrong == NULL) ||
				(rc != 0 && strncmp(fault.text, wanted, strlen(wanted)) != 0)) {
			print_error("%s\nis %s\nnot %s\n", text, rc != 0 ? fault.text : "taken",
				cases[i].wrong != NULL ? wanted : "taken");
			wrong++;
		}
		if (rc == 0) {
			assert_null(description_for(description, WIRE_TASK_TEXT));
			assert_non_null(description_for(description, WIRE_TASK_RECEIVE));
		}
		description_free(&description);
	}
	assert_int_equal(wrong, 0);
}

/* --- what an answer means ------------------------------------------------- */

enum api { PIN_VERIFY, TWILIO, GENERIC, API_COUNT };

static const char *const paths[API_COUNT] = { "conf/api/smspinverify.conf",
	"conf/api/twilio-inbound.conf", "conf/api/generic-receiver.conf" };

#define RENTED(number) .outcome = WIRE_ACCEPTED, .numbers = number
#define SHOWS(state, words) .outcome = WIRE_ACCEPTED, .delivery = WIRE_DELIVERY_##state, \
	.detail = words
#define REFUSED(class, words) .outcome = WIRE_##class, .detail = words
#define LIST(texts) "{\"first_page_uri\": \"/x\", \"messages\": [" texts "]}"
#define IN(text) "{\"direction\": \"inbound\", \"body\": \"" text "\"}"
#define OUT(text) "{\"direction\": \"outbound-api\", \"body\": \"" text "\"}"
#define COUNTED(texts) "{\"count\": 1, \"texts\": [" texts "]}"

static const struct {
	enum api api;
	enum wire_task task;
	unsigned int status;
	const char *body;
	enum wire_outcome outcome;
	enum wire_delivery delivery;
	const char *numbers, *detail, *id;	/* NULL: "" */
} answers[] = {
	/* A number, as the API writes it, completed with "1". */
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "2025550143", RENTED("+12025550143") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "12025550143\n", RENTED("+12025550143") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "20255501",
		REFUSED(UNRECOGNISED, "the answer holds no telephone number: ") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "Customer Not Found.",
		REFUSED(OPERATOR, "Customer Not Found.") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "App Not Found.", REFUSED(OPERATOR, "App Not Found.") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "Not Enough balance",
		REFUSED(OPERATOR, "Not Enough balance") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "Your balance is expired.",
		REFUSED(OPERATOR, "Your balance is expired.") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "New Numbers registration in progress...",
		REFUSED(PASSING, "New Numbers registration in progress...") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "Error 102, check back later.",
		REFUSED(PASSING, "Error 102, check back later.") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 500, "2025550143", REFUSED(PASSING, "*****") },
	{ PIN_VERIFY, WIRE_TASK_RENT, 200, "", REFUSED(UNRECOGNISED, "an answer without") },
	/* Texts of a service that shows one, or its code alone. */
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "You have not received any code yet.",
		SHOWS(PENDING, "You have not received any code yet.") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, TEXT, SHOWS(DELIVERED, "") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, TEXT "\r\n", SHOWS(DELIVERED, "") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, CODE,
		SHOWS(DELIVERED, "the receiver shows the code alone") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "ACME: " CODE ".",
		SHOWS(DELIVERED, "other words around the code than smsotp.conf has") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "Code 491828, for web1",
		SHOWS(PENDING, "1 other text came") },
	/* In a longer number it is another's. */
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "Code 1" CODE, SHOWS(PENDING, "1 other text came") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "Code " CODE "a " CODE,
		SHOWS(DELIVERED, "other words around") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "Number Not Found.",
		REFUSED(RECIPIENT, "Number Not Found.") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "Customer Not Found.",
		REFUSED(OPERATOR, "Customer Not Found.") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 200, "<html>" CODE "</html>",
		REFUSED(UNRECOGNISED, "<html>***</html>") },
	{ PIN_VERIFY, WIRE_TASK_RECEIVE, 503, CODE, REFUSED(PASSING, "***") },
	/* A list, in which only what came in counts. */
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST(""), SHOWS(PENDING, "no text came") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST(OUT(TEXT)), SHOWS(PENDING, "no text came") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST(IN("hello") ", " IN("1") ", " OUT(TEXT)),
		SHOWS(PENDING, "2 other texts came") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST(IN("hello") ", " IN(TEXT) ", " IN("1")),
		SHOWS(DELIVERED, "") },
	/* Older words around the same code change nothing. */
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST(IN(TEXT) ", " IN("x " CODE)),
		SHOWS(DELIVERED, "") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST("{\"direction\": \"inbound\", \"body\": 491827}"),
		SHOWS(DELIVERED, "the receiver shows the code alone") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, LIST("7, \"x\", null, []"),
		SHOWS(PENDING, "no text came") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, "{\"messages\": [" IN(TEXT) "]}",
		REFUSED(UNRECOGNISED, "") },
	{ TWILIO, WIRE_TASK_RECEIVE, 401, "{\"code\": 20003, \"message\": \"Authenticate\"}",
		REFUSED(OPERATOR, "20003: Authenticate") },
	{ TWILIO, WIRE_TASK_RECEIVE, 429, "{\"code\": 20429, \"message\": \"Too Many\"}",
		REFUSED(PASSING, "20429: Too Many") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200, "{\"first_page_uri\": \"/x\", \"messages\": [",
		REFUSED(UNRECOGNISED, "the answer is not JSON") },
	{ TWILIO, WIRE_TASK_RECEIVE, 200,
		"{\"first_page_uri\": \"/x\", \"messages\": " IN(TEXT) "}", SHOWS(DELIVERED, "") },
	/* Renting with an id, and releasing. */
	{ GENERIC, WIRE_TASK_RENT, 201, "{\"rental\": {\"state\": \"open\", \"id\": 8601, "
		"\"number\": \"447700900123\"}}", RENTED("+447700900123"), .id = "8601" },
	{ GENERIC, WIRE_TASK_RENT, 201, "{\"rental\": {\"state\": \"open\", \"id\": 8601, "
		"\"number\": \"+44 7700 900123\"}}", RENTED("+447700900123"), .id = "8601" },
	{ GENERIC, WIRE_TASK_RENT, 201, "{\"rental\": {\"state\": \"open\", \"id\": 8601}}",
		REFUSED(UNRECOGNISED, "the answer holds no telephone number: "), .id = "8601" },
	{ GENERIC, WIRE_TASK_RENT, 200, "{\"rental\": {\"state\": \"open\", \"id\": 8601, "
		"\"number\": \"447700900123\"}}", REFUSED(UNRECOGNISED, "") },
	{ GENERIC, WIRE_TASK_RENT, 400, "{\"error\": {\"code\": \"no_numbers\", \"message\": "
		"\"Try later\"}}", REFUSED(PASSING, "no_numbers: Try later") },
	{ GENERIC, WIRE_TASK_RECEIVE, 204, "", SHOWS(PENDING, "") },
	{ GENERIC, WIRE_TASK_RECEIVE, 200, COUNTED("{\"direction\": \"in\", \"text\": \"" TEXT
		"\"}"), SHOWS(DELIVERED, "") },
	{ GENERIC, WIRE_TASK_RELEASE, 200, "{\"rental\": {\"state\": \"closed\"}}",
		.outcome = WIRE_ACCEPTED },
	{ GENERIC, WIRE_TASK_RELEASE, 200, "{\"rental\": {\"state\": \"open\"}}",
		REFUSED(UNRECOGNISED, "") },
};

/* Begins with it; "" is everything's beginning but for an acceptance, which then says nothing. */
static bool
begins(const char *text, const char *with, bool accepted)
{
	if (with == NULL || (with[0] == '\0' && accepted))
		return text[0] == '\0';
	return strncmp(text, with, strlen(with)) == 0;
}

static void
test_answers(void **state)
{
	struct description *descriptions[API_COUNT] = { NULL };
	struct fault fault = { 0 };
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < API_COUNT; i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		assert_true(fd >= 0);
		if (description_read(fd, paths[i], &descriptions[i], &fault) != 0)
			fail_msg("%s", fault.text);
		close(fd);
	}
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct description_call *call =
			description_for(descriptions[answers[i].api], answers[i].task);
		const char *wanted = answers[i].numbers != NULL ? answers[i].numbers : "";
		const char *id = answers[i].id != NULL ? answers[i].id : "";
		struct http_answer answer = { .end = HTTP_WHOLE, .status = answers[i].status };
		struct values values = { 0 };
		struct wire_reply reply, again;
		uint8_t bytes[WIRE_SIZE_MAX];

		assert_non_null(call);
		assert_true(values_add(&values, (struct value){ "country_code", "1", false }));
		assert_true(values_add(&values, (struct value){ "code.sent", CODE, true }));
		assert_true(values_add(&values, (struct value){ "text.sent", TEXT, true }));
		buffer_add(&answer.body, answers[i].body, strlen(answers[i].body));
		judge_answer(&call->answer, &answer, &values, &reply);
		http_answer_free(&answer);
		if (reply.outcome != answers[i].outcome || reply.delivery != answers[i].delivery ||
				strcmp(reply.numbers, wanted) != 0 ||
				strcmp(reply.message_id, id) != 0 ||
				!begins(reply.detail, answers[i].detail,
					reply.outcome == WIRE_ACCEPTED)) {
			print_error("%zu: %u %s\n%s, %s, \"%s\", \"%s\", \"%s\"\n", i,
				answers[i].status, answers[i].body,
				wire_outcome_name(reply.outcome),
				wire_delivery_name(reply.delivery), reply.numbers,
				reply.message_id, reply.detail);
			wrong++;
		}
		/* Whatever it is, it can be told, and answers what was asked. */
		assert_int_equal(wire_get_reply(bytes, wire_put_reply(&reply, bytes),
			answers[i].task, &again), 0);
		assert_null(strstr(reply.detail, CODE));
	}
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < API_COUNT; i++)
		description_free(&descriptions[i]);
}

/* --- where things are --------------------------------------------------- */

/* A gateway, or a receiver with its folder in front; nothing else leads anywhere. */
static void
test_targets(void **state)
{
	static const struct {
		const char *target;
		bool valid, receives;
	} targets[] = {
		{ "twilio", true, false },
		{ "receivers", true, false },
		{ "receivers/a.b", true, true },
		{ "receivers/", false, true },
		{ "receivers/../gateways/a", false, true },
		{ "receivers/.a", false, true },
		{ "receivers//a", false, true },
		{ "gateways/a", false, false },
		{ "/receivers/a", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		assert_int_equal(gateway_name_target(targets[i].target), targets[i].valid);
		assert_int_equal(gateway_name_receives(targets[i].target), targets[i].receives);
	}
}

static void
test_find(void **state)
{
	static const struct { const char *path; json_int_t found; } places[] = {
		{ "a", -1 }, { "a.b", 7 }, { "a.c[1]", 9 }, { "a.c", -1 }, { "a.c[2]", 0 },
		{ "b", 0 }, { "a.b.c", 0 }, { "a[0]", 0 }, { "a.c[0].d", 0 }, { "a.c[?]", 0 },
	};
	json_t *root = json_loads("{\"a\": {\"b\": 7, \"c\": [8, 9]}}", 0, NULL);

	(void)state;
	/* 0: nothing; -1: no integer. */
	for (size_t i = 0; i < COUNT(places); i++) {
		const json_t *found = jsonpath_find(root, places[i].path);

		assert_int_equal(found != NULL, places[i].found != 0);
		assert_int_equal(json_is_integer(found), places[i].found > 0);
		if (places[i].found > 0)
			assert_int_equal(json_integer_value(found), places[i].found);
	}
	assert_null(jsonpath_find(NULL, "a"));
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_descriptions, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
