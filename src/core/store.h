/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All state of the module: what dies with a reboot in the run directory (key, codes/UID, budgets),
 * what must outlive it in the state directory (users/UID, phones/NAME, names.key). Formats:
 * docs/FORMATS.md.
 *
 * Backup codes, which outlive it as well (backup/UID), are store_backup.h's.
 *
 * Every function here runs its locked part in a shelter (core/shelter.h), waits at most 2 s for a
 * lock, reads the clock inside the lock, and holds no lock when it returns. Any fault means: deny,
 * send nothing. Locks are taken in the order user, phone; codes/UID and backup/UID are guarded by
 * the lock on users/UID.
 */
#ifndef SMSOTP_CORE_STORE_H
#define SMSOTP_CORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/code.h"
#include "core/limit.h"

struct fault;
struct health;
struct store;

#define STORE_CODES_MAX 8	/* live codes per user; a ninth replaces the oldest */

struct store_settings {
	const char *state_dir;
	const char *run_dir;
	struct limit_guesses guesses;
	struct limit_budget budget;
	/* Reads the time; called inside locks. Returns 0 or a negative fault kind. */
	int (*read_clock)(struct now *ret_now, struct fault *fault);
	/* Whether a process lives; called inside locks, for logins that remember. */
	bool (*lives)(const struct code_process *process);
	/*
	 * Everything goes as it would, and what it makes or changes stays in this process: not even
	 * a directory is made. A record begins anew with each call, a table lasts as long as the
	 * store.
	 */
	bool rehearse;
};

/*
 * Opens (and makes, 0700, with their keys) both directories. A directory that is a symlink, not
 * owned by us or open to others is a FAULT_STATE. settings and the strings in it must outlive the
 * store.
 */
int store_open(const struct store_settings *settings, struct store **ret_store, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * How the gateways have done lately; the store's, or NULL if that cannot be used. That is reason
 * for a warning and nothing else: trouble->text, else as it was, says what is wrong, and to one of
 * all that ask that a damaged table was made anew. Returns 0, or a fault of clock or shelter, which
 * denies as it does elsewhere.
 */
int store_health(struct store *store, struct health **ret_health, struct fault *trouble,
	struct fault *fault) __attribute__((warn_unused_result));

/* Closes all fds, wipes the keys. Safe on NULL. */
void store_close(struct store **store);

/* One conversation's identity, fixed when it starts. */
struct store_login {
	uid_t uid;
	const char *service;
	const char *client;		/* PAM_RHOST, or NULL: then no client budget applies */
	bool reserve;		/* of reserve_groups: client and host count, but do not stop it */
	/* Random for bind = "session", store_client_binding for "client". */
	uint8_t binding[CODE_BINDING_SIZE];
	/*
	 * How long a success from its place counts again. 0: not at all, and no login of this kind
	 * waits for another one; then place and process mean nothing.
	 */
	int64_t remember_ms;
	struct code_tag place;			/* store_place_tag */
	struct code_process process;		/* which waits for the answer; 0: not known */
	bool alone;				/* asks for a code even while another waits */
};

/*
 * binding for bind = "client": a keyed hash of uid, service and client; the same for every such
 * login.
 */
void store_client_binding(const struct store *store, uid_t uid, const char *service,
	const char *client, uint8_t ret_binding[static CODE_BINDING_SIZE]);

/* A terminal's session and who acts in it, as the kernel has them, and the terminal's name. */
struct store_terminal {
	uint32_t session;		/* process id of its leader */
	uint64_t started;		/* when that did, which tells it from a later one */
	uint64_t device;
	uint32_t caller;		/* real uid */
	const char *name;		/* PAM_TTY */
};

/* Where a login comes from, to what, and to whom its codes go. */
struct store_whence {
	uid_t uid;			/* whose code it is */
	const char *user;		/* PAM_USER */
	const char *service;
	const struct e164 *phones;	/* all of the user's, in any order */
	size_t phone_count;
	const char *client;		/* PAM_RHOST as given; NULL: terminal says where */
	struct store_terminal terminal;
};

/* The same for every such login of this boot. */
void store_place_tag(const struct store *store, const struct store_whence *place,
	struct code_tag *ret_tag);

/* 16 stable bytes for the decoy number of an account that does not exist. Leaves no file. */
void store_decoy_entropy(const struct store *store, const char *user,
	uint8_t ret_entropy[static 16]);

/*
 * How things stand for this user now. A user without a record has never failed; no record is made.
 */
enum store_standing { STORE_FREE, STORE_LOCKED, STORE_DISABLED };
struct store_status {
	enum store_standing standing;
	int64_t locked_for_ms;		/* STORE_LOCKED: until it ends; 0 < it <= lock_for */
	unsigned int failures;		/* consecutive, since the last success */
	unsigned int round_failures;	/* of those, since the last lock-out: of lock_after */
};
int store_look(struct store *store, uid_t uid, struct store_status *ret_status, struct fault *fault)
	__attribute__((warn_unused_result));

/* Whose budget refused a text or a call. */
enum store_budget {
	STORE_BUDGET_NONE,
	STORE_BUDGET_USER,
	STORE_BUDGET_PHONE,
	STORE_BUDGET_CLIENT,
	STORE_BUDGET_HOST,
	STORE_BUDGET_VOICE	/* a call's: of the user or the phone */
};

/*
 * A live code's handle, opaque to the login. Filled by store_issue; store_again changes it.
 */
struct store_ticket {
	uint64_t serial;		/* names the code in records; 0 = none */
	int64_t expires_boot_ms;
	struct e164 phone;		/* the number the code is bound to now */
};

/* What a login that remembers meets, before a text is reserved for it. */
enum store_met {
	STORE_MET_NOTHING,
	STORE_MET_SUCCESS,	/* a success from its place that still counts: it may go in */
	STORE_MET_WAITING	/* another login from its place waits for its code */
};

struct store_verdict {
	enum store_met met;		/* not NOTHING: no text is reserved, none is needed */
	enum store_standing standing;	/* not STORE_FREE: refused for that reason */
	int64_t locked_for_ms;
	enum store_budget spent;	/* not NONE: refused, and frees in wait_ms */
	int64_t wait_ms;		/* 0 < wait_ms <= the budget's own window (or a day) */
};

/*
 * Reserves one text in all four budgets and stores the code's keyed hash, live for lifetime_ms,
 * bound to login and phone; all or nothing. On a refusal (see ret_verdict) nothing is stored or
 * counted; after a fault no code lives, but a disk that refused a write may keep a place counted.
 * Returns 0 when ret_verdict is filled, whether it grants or refuses.
 *
 * A login that remembers first looks for a success and, unless alone, for another login of its
 * place, in the same locked step: of many that start at once one texts.
 */
int store_issue(struct store *store, const struct store_login *login, const struct e164 *phone,
	const struct code *code, int64_t lifetime_ms, struct store_ticket *ret_ticket,
	struct store_verdict *ret_verdict, struct fault *fault) __attribute__((warn_unused_result));

/* The same live code once more: what is to be reserved. */
struct store_more {
	enum limit_kind kind;		/* LIMIT_CALL: by budget.voice in place of user and phone */
	const struct e164 *phone;
	const struct code *code;
};

/*
 * Reserves another text, or a call, of the same live code, to the same phone or (`n`) another one,
 * to which the code is then bound; its expiry stays. ticket is changed only if granted. A code that
 * has expired, was consumed or replaced meanwhile is refused with *ret_live false.
 */
int store_again(struct store *store, const struct store_login *login,
	const struct store_more *more, struct store_ticket *ticket, bool *ret_live,
	struct store_verdict *ret_verdict, struct fault *fault) __attribute__((warn_unused_result));

/* Takes back a reservation whose text was provably never begun (send_after), and its code. */
int store_cancel(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Compares a guess with every live code of this login's uid, binding, service and phone. First
 * refuses if locked or if no such code lives (nothing is counted then); else counts the attempt
 * durably, in the same write locking or disabling the user if it is one too many (what is
 * remembered has been forgotten by then); only then compares. On a match the code is marked
 * consumed, in the same write remembering the success if the login does; the failure count is
 * cleared, and the places of all its texts are given back, before this returns STORE_MATCH. A
 * fault after the durable count denies; the count stays. Only giving back may fail without a
 * denial: then this returns 0 and STORE_MATCH, and fault->text, else "", says what failed.
 */
enum store_result {
	STORE_MATCH,
	STORE_WRONG,		/* counted; see ret_status for failures and whether it locked */
	STORE_REFUSED,		/* locked or disabled before; not compared, not counted */
	STORE_EXPIRED,		/* no live code any more: its time is over */
	STORE_CONSUMED		/* used by another conversation, or replaced by a newer code */
};
int store_verify(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket,
	const struct code *guess, enum store_result *ret_result, struct store_status *ret_status,
	struct fault *fault) __attribute__((warn_unused_result));

/* The login no longer waits for its code, which lives on (bind = "client"). */
int store_stop_waiting(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault) __attribute__((warn_unused_result));

/* Kills the ticket's code (guesses used up, conversation over). The budgets keep their counts. */
int store_revoke(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault) __attribute__((warn_unused_result));

#endif
