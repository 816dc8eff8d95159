/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mail.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/fault.h"
#include "helper/description.h"
#include "helper/expand.h"
#include "helper/http.h"
#include "helper/loopback.h"
#include "helper/redact.h"
#include "helper/transfer.h"
#include "wire/wire.h"

#define SAID_SIZE 256
#define SAID_MAX 65536	/* bytes of all answers together */

/* What the client said last, which the server's answer is about. */
enum phase { GREETING, HELLO, TLS, LOGIN, SENDER, RECIPIENT, DATA, CONTENT };

static const char *const phase_names[] = { "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT",
	"DATA", "the mail" };

struct delivery {
	struct transfer transfer;
	struct mail *mail;
	size_t given;		/* of the content */
	bool began;		/* the content: from here it may arrive */
	bool over;		/* QUIT was said: what became of it is known */
	curl_socket_t socket;
	enum phase phase;
	char said[SAID_SIZE];	/* the server's last line */
	size_t said_size;
};

/* --- where ---------------------------------------------------------------- */

static int
refuse(struct fault *fault, const char *what, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "the mail server's \"%s\" %s", what, why);
}

static int
fill(const char *key, const char *text, const struct values *settings, char *ret_text,
	size_t size, struct fault *fault)
{
	struct buffer value = { 0 };
	int rc = 0;

	if (expand_add(&value, text, settings, EXPAND_HOST) != 0)
		rc = refuse(fault, key, "may hold letters, digits, \".\" and \"-\" only");
	else if (buffer_text(&value) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else if (value.size == 0 || value.size >= size)
		rc = refuse(fault, key, "is empty or too long");
	else
		memcpy(ret_text, buffer_text(&value), value.size + 1);
	buffer_free(&value);
	return rc;
}

int
mail_find(const struct description_local *local, const struct values *settings,
	struct mail_server *ret_server, struct fault *fault)
{
	static const char *const ways[] = { [MAIL_STARTTLS] = "starttls",
		[MAIL_IMPLICIT] = "implicit", [MAIL_NONE] = "none" };
	struct mail_server server = { .port = 0 };
	char port[8], tls[16];
	size_t way = 0;
	long number;
	int rc;

	rc = fill("host", local->host, settings, server.host, sizeof server.host, fault);
	if (rc == 0)
		rc = fill("port", local->port, settings, port, sizeof port, fault);
	if (rc == 0)
		rc = fill("tls", local->tls, settings, tls, sizeof tls, fault);
	if (rc != 0)
		return rc;
	number = port[strspn(port, "0123456789")] == '\0' ? strtol(port, NULL, 10) : 0;
	if (number < 1 || number > 65535)
		return refuse(fault, "port", "must be 1 to 65535");
	while (way <= MAIL_NONE && strcmp(tls, ways[way]) != 0)
		way++;
	if (way > MAIL_NONE)
		return refuse(fault, "tls", "must be \"starttls\", \"implicit\" or \"none\"");
	if (way == MAIL_NONE && !loopback_is(server.host))
		return refuse(fault, "tls", "can be \"none\" for loopback only");
	server.port = (uint16_t)number;
	server.tls = (enum mail_tls)way;
	*ret_server = server;
	return 0;
}

void
mail_url(const struct mail_server *server, char ret_url[static MAIL_URL_SIZE])
{
	snprintf(ret_url, MAIL_URL_SIZE, "%s://%s:%u",
		server->tls == MAIL_IMPLICIT ? "smtps" : "smtp", server->host,
		(unsigned int)server->port);
}

/* --- sending -------------------------------------------------------------- */

/* What libcurl says and hears, and what it would print. Only the verbs are of interest. */
static int
on_trace(CURL *easy, curl_infotype type, char *bytes, size_t size, void *data)
{
	static const struct { const char *verb; enum phase phase; } verbs[] = {
		{ "EHLO", HELLO }, { "HELO", HELLO }, { "STARTTLS", TLS }, { "AUTH", LOGIN },
		{ "MAIL", SENDER }, { "RCPT", RECIPIENT }, { "DATA", DATA }
	};
	struct delivery *delivery = data;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	/*
	 * Said when all is over. libcurl would wait for the answer: there is none any more. The
	 * whole line, since a password in base64 may begin so.
	 */
	if (size == strlen("QUIT\r\n") && memcmp(bytes, "QUIT\r\n", size) == 0) {
		delivery->over = true;
		(void)shutdown(delivery->socket, SHUT_RD);
	}
	if (delivery->began)
		return 0;
	/* Lines of a login that goes on begin with none of these. */
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		size_t length = strlen(verbs[i].verb);

		if (size >= length && memcmp(bytes, verbs[i].verb, length) == 0) {
			delivery->phase = verbs[i].phase;
			/* What was said before is no answer to this. */
			delivery->said[0] = '\0';
		}
	}
	return 0;
}

/* A line of the server. */
static size_t
on_answer(char *bytes, size_t size, size_t count, void *data)
{
	struct delivery *delivery = data;
	size_t length = size * count;

	delivery->transfer.connected = true;
	delivery->said_size += length;
	if (delivery->over)
		return length;
	if (delivery->said_size > SAID_MAX)
		return 0;
	if (length >= sizeof delivery->said)
		length = sizeof delivery->said - 1;
	memcpy(delivery->said, bytes, length);
	delivery->said[length] = '\0';
	delivery->said[strcspn(delivery->said, "\r\n")] = '\0';
	return size * count;
}

static int
on_socket(void *data, curl_socket_t fd, curlsocktype purpose)
{
	struct delivery *delivery = data;

	(void)purpose;
	delivery->socket = fd;
	return CURL_SOCKOPT_OK;
}

static size_t
on_content(char *bytes, size_t size, size_t count, void *data)
{
	struct delivery *delivery = data;
	const struct http_way *way = delivery->transfer.way;
	const struct buffer *content = &delivery->mail->content;
	size_t length = content->size - delivery->given;

	if (!delivery->began) {
		if (!way->posting(way->data))
			return CURL_READFUNC_ABORT;
		delivery->began = true;
		delivery->phase = CONTENT;
	}
	if (length > size * count)
		length = size * count;
	memcpy(bytes, content->data + delivery->given, length);
	delivery->given += length;
	return length;
}

#define SET TRANSFER_SET

static CURLcode
set_delivery(CURL *easy, struct delivery *delivery, const struct mail_server *server,
	struct curl_slist **recipients)
{
	struct mail *mail = delivery->mail;
	char url[MAIL_URL_SIZE];
	struct curl_slist *to = curl_slist_append(NULL, buffer_text(&mail->to));
	CURLcode code = to != NULL ? CURLE_OK : CURLE_OUT_OF_MEMORY;

	*recipients = to;
	mail_url(server, url);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_USE_SSL,
		(long)(server->tls == MAIL_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (mail->user.size > 0) {
		/*
		 * TLS keeps the password. Left to choose, libcurl tries Kerberos or NTLM first
		 * where a server offers them, and nothing else when that fails.
		 */
		SET(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
		SET(CURLOPT_USERNAME, buffer_text(&mail->user));
		SET(CURLOPT_PASSWORD, buffer_text(&mail->password));
	}
	SET(CURLOPT_MAIL_FROM, buffer_text(&mail->from));
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_content);
	SET(CURLOPT_READDATA, delivery);
	SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
	SET(CURLOPT_SOCKOPTDATA, delivery);
	SET(CURLOPT_HEADERFUNCTION, on_answer);
	SET(CURLOPT_HEADERDATA, delivery);
	SET(CURLOPT_WRITEFUNCTION, on_answer);
	SET(CURLOPT_WRITEDATA, delivery);
	/* Nothing is printed: the function is called in place of that. */
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, on_trace);
	SET(CURLOPT_DEBUGDATA, delivery);
	return code;
}

/* --- what it means -------------------------------------------------------- */

/* RFC 5321, section 4.2: the first digit says how, the phase at what. 0: it says nothing. */
static enum wire_outcome
by_answer(const struct delivery *delivery)
{
	const char *said = delivery->said;
	const size_t digits = strspn(said, "0123456789");
	/*
	 * RFC 3463, section 3.8: a policy, of which relaying is one. It is not about the number.
	 * Exim says "550 relay not permitted" without such a code; where there is one it decides,
	 * since a host may be named so.
	 */
	const bool policy = strncmp(said + digits, " 5.", 3) == 0
		? strncmp(said + digits, " 5.7.", 5) == 0 : strcasestr(said, "relay") != NULL;

	if (digits != 3)
		return 0;
	if (said[0] == '4')
		return WIRE_PASSING;
	if (said[0] != '5')
		return 0;
	if (delivery->phase == RECIPIENT && !policy && said[1] == '5' && said[2] != '4')
		return WIRE_RECIPIENT;
	return WIRE_OPERATOR;
}

static enum wire_outcome
judge(const struct delivery *delivery, CURLcode code, bool in_time)
{
	enum wire_outcome said = by_answer(delivery);

	if (in_time && code == CURLE_OK)
		return WIRE_ACCEPTED;
	if (said != 0)
		return said;
	if (delivery->began)
		return WIRE_AMBIGUOUS;
	/* Also where the server offers no way to log in that libcurl knows. */
	return in_time && code == CURLE_LOGIN_DENIED ? WIRE_OPERATOR : WIRE_UNREACHABLE;
}

static void
describe(const struct delivery *delivery, CURLcode code, bool in_time, const struct values *values,
	struct wire_reply *reply)
{
	char words[HTTP_ERROR_SIZE + SAID_SIZE] = "";

	if (reply->outcome == WIRE_ACCEPTED) {
		const char *id = values_get(values, "uuid", strlen("uuid"));

		if (strlen(id) < sizeof reply->message_id)
			memcpy(reply->message_id, id, strlen(id) + 1);
		return;
	}
	if (by_answer(delivery) != 0)
		/* The code by itself: with what follows it would pass for a telephone number. */
		snprintf(words, sizeof words, "%s: %.3s: %s", phase_names[delivery->phase],
			delivery->said, delivery->said + (delivery->said[3] != '\0' ? 4 : 3));
	else if (!in_time)
		snprintf(words, sizeof words, "%s: no answer in time",
			phase_names[delivery->phase]);
	else
		transfer_explain(&delivery->transfer, code, words, sizeof words);
	redact_text(words, values, reply->detail, sizeof reply->detail);
}

void
mail_send(struct mail *mail, const struct mail_server *server, const struct http_way *way,
	const struct values *values, struct wire_reply *ret_reply)
{
	struct delivery delivery = { .transfer = { .way = way, .blocking = true }, .mail = mail,
		.socket = CURL_SOCKET_BAD };
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	struct curl_slist *recipients = NULL;
	CURL *easy = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool in_time = true;

	if (easy != NULL)
		code = transfer_set(easy, &delivery.transfer,
			server->tls == MAIL_IMPLICIT ? "smtps" : "smtp");
	if (code == CURLE_OK)
		code = set_delivery(easy, &delivery, server, &recipients);
	if (code == CURLE_OK)
		in_time = transfer_run(easy, &delivery.transfer, &code) &&
			code != CURLE_OPERATION_TIMEDOUT;
	reply.outcome = judge(&delivery, code, in_time);
	describe(&delivery, code, in_time, values, &reply);
	for (struct curl_slist *to = recipients; to != NULL; to = to->next)
		sodium_memzero(to->data, strlen(to->data));
	*ret_reply = reply;
}

void
mail_free(struct mail *mail)
{
	buffer_free(&mail->from);
	buffer_free(&mail->to);
	buffer_free(&mail->user);
	buffer_free(&mail->password);
	buffer_free(&mail->content);
	*mail = (struct mail){ 0 };
}
