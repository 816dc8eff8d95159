/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a mail server says, line by line; a line that begins with '>' is the client's next turn,
 * and one with '!' is how libcurl ends. libcurl itself is played here: nothing is sent. Whatever
 * the server says, only libcurl's success is an acceptance, a refusal is the answer's to what was
 * said last, and the reply can be sent and holds no secret.
 */
/* ldflags: -Wl,--wrap=curl_easy_init,--wrap=curl_easy_setopt */
/* ldflags: -Wl,--wrap=transfer_set,--wrap=transfer_run */
#include "helper/http.h"
#include "helper/mail.h"
#include "helper/transfer.h"
#include "helper/values.h"
#include "wire/wire.h"

#include <ctype.h>
#include <stdarg.h>
#include "fuzz.h"

#define PASSWORD "hunter2hunter2"
#define NUMBER "447700900123"

CURL *__wrap_curl_easy_init(void);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_transfer_set(CURL *easy, struct transfer *transfer, const char *protocol);
bool __wrap_transfer_run(CURL *easy, const struct transfer *transfer, CURLcode *ret_code);

static struct played {
	curl_write_callback on_answer;
	curl_read_callback on_content;
	curl_debug_callback on_trace;
	void *data;
	const struct http_way *way;
	struct curl_slist *recipients;
	const uint8_t *lines;
	size_t left, turn;
	CURLcode code;
	bool late, content, posted;
	char last[4];		/* the code of the server's last line */
} played;

CURL *
__wrap_curl_easy_init(void)
{
	return &played;
}

CURLcode
__wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	va_list arguments;

	(void)easy;
	va_start(arguments, option);
	switch ((int)option) {
	case CURLOPT_HEADERFUNCTION:
		played.on_answer = va_arg(arguments, curl_write_callback);
		break;
	case CURLOPT_READFUNCTION:
		played.on_content = va_arg(arguments, curl_read_callback);
		break;
	case CURLOPT_DEBUGFUNCTION:
		played.on_trace = va_arg(arguments, curl_debug_callback);
		break;
	case CURLOPT_DEBUGDATA:
		played.data = va_arg(arguments, void *);
		break;
	case CURLOPT_MAIL_RCPT:
		played.recipients = va_arg(arguments, struct curl_slist *);
		break;
	}
	va_end(arguments);
	return CURLE_OK;
}

CURLcode
__wrap_transfer_set(CURL *easy, struct transfer *transfer, const char *protocol)
{
	(void)easy;
	FUZZ_HOLDS(strcmp(protocol, "smtp") == 0);
	played.way = transfer->way;
	return CURLE_OK;
}

/* The client's turns, in libcurl's order. False: it can say no more. */
static bool
speak(void)
{
	static const char *const turns[] = { "EHLO x\r\n", "STARTTLS\r\n", "EHLO x\r\n",
		"AUTH LOGIN\r\n", "UVVJVA==\r\n", "MAIL FROM:<a@x.example>\r\n",
		"RCPT TO:<b@x.example>\r\n", "DATA\r\n", NULL, "QUIT\r\n" };
	char said[32], content[64];
	size_t size = 0, count;

	if (played.turn == sizeof turns / sizeof turns[0])
		return false;
	if (turns[played.turn] != NULL) {
		strcpy(said, turns[played.turn++]);
		(void)played.on_trace(&played, CURLINFO_HEADER_OUT, said, strlen(said),
			played.data);
		return true;
	}
	while ((count = played.on_content(content, 1, sizeof content, played.data)) != 0) {
		if (count == CURL_READFUNC_ABORT) {
			played.code = CURLE_ABORTED_BY_CALLBACK;
			return false;
		}
		FUZZ_HOLDS(count <= sizeof content);
		size += count;
	}
	FUZZ_HOLDS(size == 200 && played.posted);
	played.content = true;
	played.turn++;
	return true;
}

/* False: libcurl would go no further. */
static bool
hear(const uint8_t *line, size_t size)
{
	char *bytes = fuzz_string(line, size);
	bool heard = played.on_answer(bytes, 1, size, played.data) == size;

	if (played.turn < 10) {
		memset(played.last, 0, sizeof played.last);
		memcpy(played.last, bytes, size < 3 ? size : 3);
		/* Three digits, and no fourth. */
		if (size > 3 && isdigit((unsigned char)bytes[3]))
			played.last[0] = '\0';
	}
	free(bytes);
	if (!heard)
		played.code = CURLE_WRITE_ERROR;
	return heard;
}

static void
end(char how)
{
	played.late = how == 't';
	played.code = how == 'd' ? CURLE_LOGIN_DENIED : how == 'o' && played.content ? CURLE_OK
		: how == 'T' ? CURLE_OPERATION_TIMEDOUT : CURLE_SEND_ERROR;
}

bool
__wrap_transfer_run(CURL *easy, const struct transfer *transfer, CURLcode *ret_code)
{
	(void)easy;
	FUZZ_HOLDS(transfer->way == played.way);
	played.code = CURLE_WEIRD_SERVER_REPLY;
	while (played.left > 0) {
		const uint8_t *line = played.lines, *next = memchr(line, '\n', played.left);
		size_t size = next != NULL ? (size_t)(next - line) + 1 : played.left;
		bool on;

		played.lines += size;
		played.left -= size;
		if (*line == '!') {
			end(size > 1 ? (char)line[1] : '\n');
			break;
		}
		on = *line == '>' ? speak() : hear(line, size);
		if (!on)
			break;
	}
	if (played.late)
		return false;
	*ret_code = played.code;
	return true;
}

static bool
on_posting(void *data)
{
	FUZZ_HOLDS(!played.posted);
	played.posted = true;
	return *(const bool *)data;
}

/* RFC 5321, section 4.2.1: what the last line says, by its first digit. */
static void
check_reply(const struct wire_reply *reply)
{
	const bool is_code = isdigit((unsigned char)played.last[0]) &&
		isdigit((unsigned char)played.last[1]) && isdigit((unsigned char)played.last[2]);
	const char digit = is_code ? played.last[0] : '\0';
	const bool in_time = !played.late && played.code != CURLE_OPERATION_TIMEDOUT;

	FUZZ_HOLDS((reply->outcome == WIRE_ACCEPTED) == (in_time && played.code == CURLE_OK));
	if (reply->outcome == WIRE_RECIPIENT)
		FUZZ_HOLDS(digit == '5' && played.last[1] == '5' && played.turn == 7);
	if (reply->outcome == WIRE_PASSING)
		FUZZ_HOLDS(digit == '4');
	if (reply->outcome == WIRE_OPERATOR)
		FUZZ_HOLDS(digit == '5' || played.code == CURLE_LOGIN_DENIED);
	/* A mail that may have arrived is not called unsent without the server's word. */
	if (reply->outcome == WIRE_UNREACHABLE)
		FUZZ_HOLDS(!played.content);
	if (reply->outcome == WIRE_AMBIGUOUS)
		FUZZ_HOLDS(played.content);
}

static void
check_sendable(const struct wire_reply *reply)
{
	struct wire_reply again;
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t length = wire_put_reply(reply, bytes);

	FUZZ_HOLDS(length > 0 && wire_get_reply(bytes, length, WIRE_TASK_TEXT, &again) == 0);
	FUZZ_HOLDS(strstr(reply->detail, PASSWORD) == NULL);
	FUZZ_HOLDS(strstr(reply->detail, NUMBER) == NULL);
	FUZZ_HOLDS((reply->message_id[0] != '\0') == (reply->outcome == WIRE_ACCEPTED));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mail_server server = { "127.0.0.1", 25, MAIL_NONE };
	bool wanted = size > 0 && data[0] != '-';
	struct http_way way = { .connected = deadline_in(1000), .total = deadline_in(1000),
		.posting = on_posting, .data = &wanted };
	struct values values = { .count = 0 };
	struct mail mail = { 0 };
	struct wire_reply reply = { 0 };

	played = (struct played){ .lines = data, .left = size };
	FUZZ_HOLDS(values_add(&values, (struct value){ "password", PASSWORD, true }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "to", "+" NUMBER, true }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "uuid", "an-id", false }));
	buffer_add_text(&mail.from, "a@x.example");
	buffer_add_text(&mail.to, "b@x.example");
	for (int i = 0; i < 20; i++)
		buffer_add_text(&mail.content, "01234567\r\n");
	mail_send(&mail, &server, &way, &values, &reply);
	check_reply(&reply);
	check_sendable(&reply);
	curl_slist_free_all(played.recipients);
	mail_free(&mail);
	return 0;
}
