/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An API description: what a gateway's API looks like, as data. The format is documented in
 * smsotp-gateway(5) and at the head of conf/api/generic.conf. Reading one checks it whole: what
 * passes here can go wrong later only through the values put into it.
 */
#ifndef SMSOTP_HELPER_DESCRIPTION_H
#define SMSOTP_HELPER_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/description_auth.h"
#include "helper/match.h"
#include "wire/wire.h"

#define DESCRIPTION_SETTINGS_MAX 24
#define DESCRIPTION_FIELDS_MAX 32
#define DESCRIPTION_HEADERS_MAX 12
#define DESCRIPTION_RULES_MAX 24	/* refusals, or states; an acceptance comes on top */
#define DESCRIPTION_TESTS_MAX 8
#define DESCRIPTION_STATUS_MAX 16
#define DESCRIPTION_PLACES_MAX 4	/* of an error's code, and of its words */

struct fault;

/* What the gateway file must or may set. */
struct description_setting {
	const char *name;
	bool required;
	bool secret;		/* never shown, also where a gateway repeats it */
	bool for_voice;		/* required where the gateway file has voice = true */
	bool sender;		/* what from_by_prefix replaces */
	const char *one_of;	/* exactly one setting of this name's group must be set */
	const char *fallback;	/* its value where the gateway file has none; NULL: "" */
};

enum description_type { DESCRIPTION_STRING, DESCRIPTION_INTEGER, DESCRIPTION_BOOLEAN };

/* A header, a parameter of the URL, or a field of the body. */
struct description_field {
	const char *name;
	const char *value;		/* with {variables} */
	const char *when;		/* left out where this variable is empty; NULL: never */
	const char *unless;		/* left out where this variable is not; NULL: never */
	bool xml;			/* values are escaped for XML before all else */
	enum description_type type;	/* how JSON writes it */
	bool bounded;			/* an integer, brought between min and max */
	long long min, max;
};

struct description_fields {
	struct description_field *item;
	size_t count;
};

enum description_body {
	DESCRIPTION_BODY_NONE,
	DESCRIPTION_BODY_FORM,
	DESCRIPTION_BODY_JSON,
	DESCRIPTION_BODY_TEXT
};
enum description_number { DESCRIPTION_E164, DESCRIPTION_DIGITS, DESCRIPTION_NATIONAL };

/* By what a text goes: over HTTP, or by way of this machine. */
enum description_transport {
	DESCRIPTION_HTTP,
	DESCRIPTION_SPOOL,	/* a file for a daemon with a modem */
	DESCRIPTION_EXEC,	/* the standard input of a program */
	DESCRIPTION_SMTP	/* a mail */
};

enum description_charset {
	DESCRIPTION_UTF8,
	DESCRIPTION_UTF16,	/* with its mark */
	DESCRIPTION_UTF16BE	/* without */
};

/* Texts with {variables}; NULL where the transport has none. */
struct description_local {
	const char *name;	/* SPOOL: the file's */
	const char *text;	/* the end of the file or the input, the mail's body */
	/* SPOOL: of the text, where it is in the GSM alphabet and where it is not. */
	enum description_charset charset, unicode_charset;
	/* SMTP */
	const char *host, *port, *tls, *user, *password, *from, *to, *subject;
};

struct description_send {
	enum description_transport transport;
	/* For all but HTTP, which has the rest; number for all, headers also for SPOOL and EXEC. */
	struct description_local local;
	const char *method;
	const char *url;
	enum description_number number;
	struct description_auth auth;
	struct description_fields headers, parameters, fields;
	enum description_body body;
	const char *content_type, *text;	/* text bodies */
	bool text_xml;				/* … whose values are escaped for XML */
};

/* Holds if the status is in the list (empty: any) and every test holds. */
struct description_rule {
	enum wire_outcome outcome;
	enum wire_delivery delivery;	/* of a state, whose outcome is WIRE_ACCEPTED */
	int status[DESCRIPTION_STATUS_MAX];
	size_t status_count;
	struct match *tests;
	size_t test_count;
};

/* RECEIVE: where texts are in an answer that holds some. */
struct description_texts {
	const char *list;	/* place of an array of them; NULL: the answer is one text */
	struct match *tests;	/* what holds of an element that is one that came in */
	size_t test_count;
	struct match body;	/* its words, in the element */
};

/*
 * The first rule that holds decides: an acceptance and then refusals, or states; of RECEIVE,
 * refusals and then the acceptance, since of some APIs whatever is no refusal is a text.
 */
struct description_answer {
	enum wire_task task;
	enum match_body kind;
	struct description_rule *rules;
	size_t rule_count;
	struct match id;
	struct match number;	/* RENT: of which the API's own form is that of its "send" */
	enum description_number form;
	struct description_texts texts;
	/* The first that is there counts; unused ones are zero. */
	struct match code[DESCRIPTION_PLACES_MAX], detail[DESCRIPTION_PLACES_MAX];
};

/* One thing that the API does: how it is asked, and what its answers mean. */
struct description_call {
	struct description_send send;
	struct description_answer answer;
};

struct description {
	struct conf_file *file;
	struct description_setting *settings;
	size_t setting_count;
	struct description_call text;	/* none if the API receives */
	struct description_call *voice, *status;	/* NULL: the API has none */
	/* Of a receiver: NULL if it is none, or rents and releases no numbers. */
	struct description_call *rent, *receive, *release;
};

/* Reads an fd from conf_file_open. Returns 0, FAULT_CONFIG or FAULT_MEMORY. */
int description_read(int fd, const char *path, struct description **ret_description,
	struct fault *fault) __attribute__((warn_unused_result));

/* Safe on NULL. */
void description_free(struct description **description);

/* The setting that says whom texts come from: marked so, or named "from". NULL: there is none. */
const struct description_setting *description_sender(const struct description *description);

/* What is done for task; NULL if the API cannot. */
const struct description_call *description_for(const struct description *description,
	enum wire_task task);

#endif
