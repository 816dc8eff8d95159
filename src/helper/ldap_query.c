/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_query.h"

#include <ldap.h>
#include <openldap.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "helper/ldap_numbers.h"
#include "helper/ldap_settings.h"

/* One is right, and the second says that there is more than one. */
#define ENTRIES_MAX 2
/* Of one message: an entry with the few attributes that are asked for is a thousandth of it. */
#define MESSAGE_MAX (1024 * 1024)

struct session {
	LDAP *ldap;
	const struct ldap_query *query;
	struct wire_reply *reply;
	bool unusable;			/* a value that says something is left out */
};

static enum wire_outcome
outcome_of(int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return WIRE_ACCEPTED;
	case LDAP_BUSY:
	case LDAP_UNAVAILABLE:
	case LDAP_TIMELIMIT_EXCEEDED:
	case LDAP_OTHER:
		return WIRE_PASSING;
	case LDAP_SERVER_DOWN:
	case LDAP_CONNECT_ERROR:
	case LDAP_TIMEOUT:
	case LDAP_DECODING_ERROR:
	case LDAP_LOCAL_ERROR:
		return WIRE_UNREACHABLE;
	default:
		return WIRE_OPERATOR;
	}
}

/* Notes a failure with libldap's word for it and the server's own. Returns false. */
static bool
fail(const struct session *session, int code, const char *what)
{
	struct wire_reply *reply = session->reply;
	char *said = NULL;

	(void)ldap_get_option(session->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
	reply->outcome = outcome_of(code);
	if (code == LDAP_REFERRAL)
		snprintf(reply->detail, sizeof reply->detail, "%s: referral, not followed", what);
	else
		snprintf(reply->detail, sizeof reply->detail, "%s: %s%s%s", what,
			ldap_err2string(code), said != NULL && *said != '\0' ? ": " : "",
			said != NULL ? said : "");
	ldap_memfree(said);
	return false;
}

static bool
failed_last(const struct session *session, const char *what)
{
	int code = LDAP_OTHER;

	(void)ldap_get_option(session->ldap, LDAP_OPT_RESULT_CODE, &code);
	/* What came was no answer, or none came. */
	return fail(session, code == LDAP_SUCCESS ? LDAP_DECODING_ERROR : code, what);
}

static bool
set_up(struct session *session, int socket)
{
	const struct ldap_place *place = session->query->place;
	const int version = LDAP_VERSION3;
	ber_len_t most = MESSAGE_MAX;
	Sockbuf *buffer = NULL;
	int rc = ldap_init_fd(socket,
		place->kind == LDAP_PLACE_LOCAL ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, place->uri,
		&session->ldap);

	if (rc != LDAP_SUCCESS) {
		/* Not taken over. */
		session->ldap = NULL;
		close(socket);
		snprintf(session->reply->detail, sizeof session->reply->detail, "libldap: %s",
			ldap_err2string(rc));
		return false;
	}
	rc = ldap_set_option(session->ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(session->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_get_option(session->ldap, LDAP_OPT_SOCKBUF, &buffer);
	if (rc != LDAP_OPT_SUCCESS || buffer == NULL ||
			ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most) < 0)
		return fail(session, LDAP_LOCAL_ERROR, "libldap");
	return true;
}

/* Whatever goes wrong here, nothing was said to a server that is not known to be the right one. */
static bool
start_tls(struct session *session)
{
	const enum ldap_place_kind kind = session->query->place->kind;
	const bool asks = kind == LDAP_PLACE_STARTTLS;
	char *said = NULL;
	int rc = LDAP_SUCCESS;

	if (asks)
		rc = ldap_start_tls_s(session->ldap, NULL, NULL);
	else if (kind == LDAP_PLACE_TLS)
		rc = ldap_install_tls(session->ldap);
	else
		return true;
	if (rc == LDAP_SUCCESS && ldap_tls_inplace(session->ldap) == 1)
		return true;
	if (rc == LDAP_SUCCESS)
		rc = LDAP_CONNECT_ERROR;
	/* GnuTLS knows no word for libldap's own verdict on the host's name. */
	(void)ldap_get_option(session->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
	if (said != NULL && strcmp(said, "(unknown error code)") == 0)
		(void)ldap_set_option(session->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE,
			"is it the certificate of another host?");
	ldap_memfree(said);
	(void)fail(session, rc, asks ? "StartTLS" : "TLS");
	session->reply->outcome = WIRE_UNREACHABLE;
	return false;
}

static bool
log_in(struct session *session)
{
	const struct ldap_settings *settings = session->query->settings;
	struct berval password = { 0, NULL };
	int rc;

	/* RFC 4513, section 4: who has not logged in is anonymous. */
	if (!settings->external && settings->bind_dn == NULL)
		return true;
	if (settings->bind_password != NULL)
		password = (struct berval){ strlen(settings->bind_password),
			(char *)(uintptr_t)settings->bind_password };
	else
		password.bv_val = (char *)(uintptr_t)"";
	rc = ldap_sasl_bind_s(session->ldap, settings->bind_dn,
		settings->external ? "EXTERNAL" : LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL);
	return rc == LDAP_SUCCESS || fail(session, rc, "bind");
}

static void
take_values(struct session *session, LDAPMessage *entry)
{
	const struct ldap_settings *settings = session->query->settings;

	for (size_t i = 0; settings->attribute[i] != NULL; i++) {
		struct berval **values = ldap_get_values_len(
			session->ldap, entry, settings->attribute[i]);

		for (size_t k = 0; values != NULL && values[k] != NULL; k++)
			session->unusable = !ldap_numbers_add(values[k]->bv_val,
				values[k]->bv_len, session->reply->numbers) ||
				session->unusable;
		ldap_value_free_len(values);
	}
}

/*
 * Two numbers in one value are a mistake of the directory, and their owner is not somebody without
 * a phone, whom a rule may exempt.
 */
static bool
judge_values(const struct session *session)
{
	struct wire_reply *reply = session->reply;

	if (reply->numbers[0] != '\0' || !session->unusable)
		return true;
	reply->outcome = WIRE_UNRECOGNISED;
	snprintf(reply->detail, sizeof reply->detail, "no value of the entry can be a number");
	return false;
}

/* The last message: what the server thinks of the search. Frees it. */
static bool
end_search(struct session *session, LDAPMessage *message)
{
	char *said = NULL;
	int code = LDAP_OTHER;
	int rc = ldap_parse_result(session->ldap, message, &code, NULL, &said, NULL, NULL, 1);

	(void)ldap_set_option(session->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, said);
	ldap_memfree(said);
	if (rc != LDAP_SUCCESS)
		return fail(session, rc, "search");
	return code == LDAP_SUCCESS ? judge_values(session) : fail(session, code, "search");
}

/*
 * One message after the other, so that a server cannot fill the memory; references to other
 * servers are passed over.
 */
static bool
read_answer(struct session *session, int id)
{
	size_t entries = 0;

	for (;;) {
		LDAPMessage *message = NULL;
		const int type = ldap_result(session->ldap, id, LDAP_MSG_ONE, NULL, &message);

		if (type <= 0) {
			ldap_msgfree(message);
			return failed_last(session, "search");
		}
		if (type == LDAP_RES_SEARCH_RESULT)
			return end_search(session, message);
		if (type == LDAP_RES_SEARCH_ENTRY && ++entries == 1)
			take_values(session, message);
		ldap_msgfree(message);
		if (entries > 1)
			return fail(session, LDAP_SIZELIMIT_EXCEEDED, "more than one entry");
	}
}

static bool
search(struct session *session)
{
	const struct ldap_settings *settings = session->query->settings;
	const int64_t left_ms = deadline_left_ms(session->query->deadline);
	struct timeval limit = { .tv_sec = left_ms / 1000 + 1 };
	/* libldap's interface is older than const. */
	char **attributes = (char **)(uintptr_t)settings->attribute;
	int id = 0;
	int rc = ldap_search_ext(session->ldap, settings->base, settings->scope,
		session->query->filter, attributes, 0, NULL, NULL, &limit, ENTRIES_MAX, &id);

	return rc == LDAP_SUCCESS ? read_answer(session, id) : fail(session, rc, "search");
}

void
ldap_query_run(const struct ldap_query *query, int socket, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_UNREACHABLE };
	struct session session = { .query = query, .reply = &reply };

	if (set_up(&session, socket) && start_tls(&session) && log_in(&session) &&
			search(&session))
		reply.outcome = WIRE_ACCEPTED;
	else
		sodium_memzero(reply.numbers, sizeof reply.numbers);
	if (session.ldap != NULL)
		(void)ldap_unbind_ext(session.ldap, NULL, NULL);
	*ret_reply = reply;
	sodium_memzero(&reply, sizeof reply);
}
