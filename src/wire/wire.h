/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between module, keeper and helper: one datagram each over SOCK_SEQPACKET socketpairs.
 * Layout in docs/FORMATS.md: a header (magic, version, kind, length), then fields in fixed order;
 * big-endian; strings are length-prefixed, without NUL, and hold no NUL inside. Encoding and
 * decoding touch no memory but their arguments' and call nothing that is not async-signal-safe:
 * the keeper runs them in a clone of a threaded host. A message that is longer or shorter than
 * its fields say is refused.
 */
#ifndef SMSOTP_WIRE_WIRE_H
#define SMSOTP_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_SIZE_MAX 4096	/* bytes, header included */

#define WIRE_TO_SIZE 17
#define WIRE_TEXT_SIZE 1601	/* bytes with NUL; the longest message the APIs take */
#define WIRE_CODE_SIZE 11
#define WIRE_REF_SIZE 9
#define WIRE_MESSAGE_ID_SIZE 129
#define WIRE_DETAIL_SIZE 257
#define WIRE_VALUE_SIZE 129	/* of what a message may name: as much as a template takes */
#define WIRE_ORIGIN_SIZE 254	/* a domain name, RFC 1035, section 2.3.4 */
#define WIRE_NAME_SIZE 257	/* of a user */
#define WIRE_NUMBERS_SIZE 1024	/* as much as a line of a phone file */

/* What is asked of a gateway, or of a source of phone numbers. */
enum wire_task {
	WIRE_TASK_TEXT = 1,	/* text the code */
	WIRE_TASK_VOICE = 2,	/* call, and read it out */
	WIRE_TASK_STATUS = 3,	/* what became of the text that the gateway named message_id */
	WIRE_TASK_LOOKUP = 4,	/* the phone numbers of a user */
	/* Of an administrator. Nobody is texted or called, and the gateway is told nothing. */
	WIRE_TASK_CHECK = 5,	/* whether all files that it needs are right */
	WIRE_TASK_CONNECT = 6,	/* the same, and whether it can be connected to */
	/* Of an administrator, to a receiver: a service that takes texts to numbers of its own. */
	WIRE_TASK_RENT = 7,	/* a number to text to */
	WIRE_TASK_RECEIVE = 8,	/* whether the text with this code has come to that number */
	WIRE_TASK_RELEASE = 9	/* the number is not needed any more */
};
#define WIRE_TASK_LAST WIRE_TASK_RELEASE

/*
 * One text, call or query through one gateway, or one look-up: module → keeper → helper. Of a
 * look-up, timeout_ms and name; of CHECK, CONNECT and RENT, timeout_ms; of RECEIVE, also to, text,
 * code, message_id and validity_s; of RELEASE, also to and message_id; the rest of it is zero.
 */
struct wire_request {
	enum wire_task task;
	uint32_t timeout_ms;	/* for this attempt; the helper's own may end it sooner */
	uint32_t validity_s;	/* how long the code will live; RECEIVE: how long ago the number
				   was had, so that older texts to it need not be looked at */
	char to[WIRE_TO_SIZE];	/* E.164 with "+" */
	char text[WIRE_TEXT_SIZE];	/* UTF-8; the message of smsotp.conf, "" for STATUS */
	char code[WIRE_CODE_SIZE];	/* a word, see below; "" for STATUS */
	char ref[WIRE_REF_SIZE];	/* a word */
	/* For a gateway with a message of its own; UTF-8, as a message takes them. */
	char user[WIRE_VALUE_SIZE], host[WIRE_VALUE_SIZE];
	char service[WIRE_VALUE_SIZE], client[WIRE_VALUE_SIZE];
	char origin[WIRE_ORIGIN_SIZE];	/* a word; "" without an origin line */
	/* STATUS: a word; RECEIVE, RELEASE: what RENT's reply had, maybe ""; else "" */
	char message_id[WIRE_MESSAGE_ID_SIZE];
	char name[WIRE_NAME_SIZE];	/* LOOKUP: whose numbers, byte for byte; else "" */
};

/*
 * What became of it. Success is WIRE_ACCEPTED and nothing else; of a look-up: the source was asked.
 */
enum wire_outcome {
	WIRE_ACCEPTED = 1,	/* positively recognised acceptance; CHECK, CONNECT: all is well */
	WIRE_RECIPIENT = 2,	/* refused: this number (invalid, landline, opted out…) */
	WIRE_OPERATOR = 3,	/* refused until the administrator acts: credentials, balance,
				   sender, country; or a broken gateway configuration */
	WIRE_PASSING = 4,	/* refused for now: 429, 5xx, busy */
	WIRE_UNREACHABLE = 5,	/* no connection, no name, TLS refused: certainly not sent */
	WIRE_AMBIGUOUS = 6,	/* the request went out, no answer that can be understood came
				   back in time: it may have been sent */
	WIRE_UNRECOGNISED = 7,	/* an answer that is no known acceptance and no known refusal */
	WIRE_UNROUTABLE = 8,	/* refused: this gateway cannot reach this number, another may */
	WIRE_SKIPPED = 9	/* nothing was asked of the gateway: the number is not among its
				   prefixes, or it cannot do this task */
};

/* What a gateway says became of a text. */
enum wire_delivery {
	WIRE_DELIVERY_UNKNOWN = 0,
	WIRE_DELIVERY_PENDING = 1,	/* on its way */
	WIRE_DELIVERY_DELIVERED = 2,	/* the phone has it */
	WIRE_DELIVERY_UNREACHABLE = 3,	/* the network cannot reach the phone: off, no coverage */
	WIRE_DELIVERY_REFUSED = 4,	/* the number, or a filter on the way, does not take it */
	WIRE_DELIVERY_FAILED = 5	/* a fault of the gateway or a network */
};

/* What a gateway can do besides texting: bits of wire_reply.offers. */
#define WIRE_OFFERS_VOICE 1u
#define WIRE_OFFERS_STATUS 2u
#define WIRE_OFFERS_ALL (WIRE_OFFERS_VOICE | WIRE_OFFERS_STATUS)

/* A word is printable ASCII without spaces, "=" or quotes: it stands as key=value in a log line. */
struct wire_reply {
	/* STATUS, RECEIVE: WIRE_ACCEPTED if delivery is the answer. */
	enum wire_outcome outcome;
	/* STATUS; RECEIVE: DELIVERED, the text is there, or PENDING, it is not; else UNKNOWN. */
	enum wire_delivery delivery;
	uint32_t offers;	/* as far as the helper knows; 0 if it could not find out */
	uint32_t http_status;	/* 0 if none; at most 999 */
	uint32_t retry_after_s;	/* 0 if none */
	char message_id[WIRE_MESSAGE_ID_SIZE];	/* a word; "" if none; RENT: of the renting */
	char detail[WIRE_DETAIL_SIZE];	/* for the log: what the gateway said; printable ASCII;
					   never a secret, code, URL or whole number */
	/*
	 * LOOKUP, ACCEPTED: what the source has for the user, separated by commas, as it stands
	 * there, without control characters; "" if it does not know the user or has no number
	 * for him. RENT, ACCEPTED: the number, E.164 with "+". Else "".
	 */
	char numbers[WIRE_NUMBERS_SIZE];
};

enum wire_kind {
	WIRE_KIND_REQUEST = 1,	/* struct wire_request */
	WIRE_KIND_POSTING = 2,	/* empty: the helper is about to hand the request to the network;
				   from here on silence is ambiguous */
	WIRE_KIND_REPLY = 3,	/* struct wire_reply */
	WIRE_KIND_EVENT = 4	/* struct wire_event, keeper → module */
};

/* Keeper → module. */
enum wire_event_kind {
	WIRE_EVENT_STARTED = 1,	/* a helper for target `index` is being started */
	WIRE_EVENT_ENDED = 2,	/* … has ended; reply says how (made up by the keeper if the
				   helper died or was killed) */
	WIRE_EVENT_DONE = 3	/* no more attempts will be made */
};

struct wire_event {
	enum wire_event_kind kind;
	uint32_t index;		/* of the target */
	uint32_t elapsed_ms;	/* of this attempt (ENDED), of all (DONE) */
	struct wire_reply reply;	/* ENDED only; else zero */
};

/*
 * Each returns the length written, or 0 with nothing written if a field is not terminated or holds
 * what the get function would refuse.
 */
size_t wire_put_request(const struct wire_request *request,
	uint8_t ret_bytes[static WIRE_SIZE_MAX]);
size_t wire_put_posting(uint8_t ret_bytes[static WIRE_SIZE_MAX]);
size_t wire_put_reply(const struct wire_reply *reply, uint8_t ret_bytes[static WIRE_SIZE_MAX]);
size_t wire_put_event(const struct wire_event *event, uint8_t ret_bytes[static WIRE_SIZE_MAX]);

/* The kind of a message whose header is right (magic, a version we accept, length), or 0. */
enum wire_kind wire_kind(const uint8_t *bytes, size_t size);

/*
 * Each returns 0, or FAULT_PROTOCOL with *ret untouched: another kind, a bad header, an unknown
 * enum value, a field too long or with bytes it may not hold (NUL; in message_id and detail
 * anything but what their comments allow), trailing bytes. task is what was asked: what a reply to
 * that may not hold is refused, so that no numbers come where none were asked for.
 */
int wire_get_request(const uint8_t *bytes, size_t size, struct wire_request *ret_request)
	__attribute__((warn_unused_result));
int wire_get_reply(const uint8_t *bytes, size_t size, enum wire_task task,
	struct wire_reply *ret_reply) __attribute__((warn_unused_result));
int wire_get_event(const uint8_t *bytes, size_t size, enum wire_task task,
	struct wire_event *ret_event) __attribute__((warn_unused_result));

/*
 * Whether reply->offers is the helper's word. Where a helper failed, or the keeper made the reply
 * up, it may be 0 for want of any.
 */
bool wire_offers_known(const struct wire_reply *reply);

/* "accepted", "recipient", … and "delivered", "pending", … for the log. Never NULL. */
const char *wire_outcome_name(enum wire_outcome outcome);
const char *wire_delivery_name(enum wire_delivery delivery);

/* Nothing else will become of the text. */
bool wire_delivery_final(enum wire_delivery delivery);

/* What a reply says, with its HTTP status in front, for the log. */
#define WIRE_WORDS_SIZE (WIRE_DETAIL_SIZE + 32)
void wire_reply_words(const struct wire_reply *reply, char ret_words[static WIRE_WORDS_SIZE]);

#endif
