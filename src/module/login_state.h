/* SPDX-License-Identifier: BSD-2-Clause */
/* One login: what its steps share. */
#ifndef SMSOTP_MODULE_LOGIN_STATE_H
#define SMSOTP_MODULE_LOGIN_STATE_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/account.h"
#include "core/code.h"
#include "core/config.h"
#include "core/e164.h"
#include "core/fault.h"
#include "core/limit.h"
#include "core/phones.h"
#include "core/store.h"
#include "module/gateways.h"
#include "module/outcome.h"
#include "wire/keeper.h"
#include "wire/request.h"

/* The last text or call that a gateway took: for the log, and to ask what became of it. */
struct login_taken {
	bool any;
	size_t gateway;
	uint32_t elapsed_ms;
	char message_id[WIRE_MESSAGE_ID_SIZE];
};

/* What a gateway can do besides texting. */
struct login_offers {
	bool known;
	uint32_t bits;			/* WIRE_OFFERS_… */
};

struct health;

struct login {
	pam_handle_t *pamh;
	const char *conf_path;
	bool debug;
	bool silent;			/* PAM_SILENT */
	char ref[CODE_REF_SIZE];	/* ties prompt, text and log together */
	char host[REQUEST_HOST_SIZE];	/* this host's name up to the first dot */
	const char *service, *client, *tty;	/* PAM's strings; NULL if not given */

	struct config *config;
	struct store_settings store_settings;
	struct store *store;
	struct account account;		/* whose phone and whose record */
	const char *target;		/* what account is for, if it is the caller's; else NULL */
	const struct exempt_rule *rule;	/* that exempts; NULL: none */
	struct phones phones;		/* one, invented, if the account does not exist */
	bool phones_asked;		/* the sources, for this account */
	struct fault phones_fault;	/* why one could not be asked; "" if all could */
	size_t phone;			/* which of them is texted */

	struct store_login who;
	struct code code;
	struct store_ticket ticket;	/* serial 0: none, or pretended */
	struct store_status status;
	int64_t wait_ms;		/* what the ending's sentence promises */
	unsigned int wrong;		/* guesses of this conversation */
	unsigned int not_codes;		/* answers without the form of a code */
	bool locked_out;		/* by a guess of this conversation */
	bool backup_entered;		/* a backup code, right or wrong */
	unsigned int backup_left;	/* how many were left after it */

	/* The last text or call: */
	struct keeper *keeper;		/* NULL if it has nothing more to say */
	enum wire_task task;
	unsigned int segments;		/* of a text; a gateway may have a message of its own */
	struct gateways gateways;	/* through which, in order */
	struct keeper_status sent;
	size_t logged;			/* attempts in sent that are in the log */
	int64_t texted_boot_ms;		/* when it was reserved */
	enum wire_delivery delivery;	/* what the gateway said became of it */

	/* All of them; pretended, if the account does not exist: */
	unsigned int texts, calls;	/* reserved */
	struct limit_record pretended;	/* those of an account that does not exist */
	struct login_taken taken;
	struct login_offers offers[CONFIG_GATEWAYS_MAX];	/* of each gateway */
	struct health *health;		/* how gateways did lately; NULL: not known */
	uint32_t texted_through;	/* gateways_used() of the last text */

	struct fault fault;		/* "" if none; goes to the log with the ending */
};

/* One of PAM's strings; NULL if not given or empty. */
static inline const char *
login_item(const struct login *login, int type)
{
	const void *value = NULL;

	if (pam_get_item(login->pamh, type, &value) != PAM_SUCCESS || value == NULL)
		return NULL;
	return ((const char *)value)[0] == '\0' ? NULL : value;
}

/* The number being texted. */
static inline const struct e164 *
login_phone(const struct login *login)
{
	return &login->phones.number[login->phone];
}

/* Which phone n texts; the same if there is no other. */
static inline size_t
login_next_phone(const struct login *login)
{
	return login->phones.count == 0 ? 0 : (login->phone + 1) % login->phones.count;
}

/* Whether its codes are good for every login of this user, service and client. */
static inline bool
login_shares_codes(const struct login *login)
{
	return login->config->bind == CONFIG_BIND_CLIENT && login->client != NULL;
}

#endif
