/* SPDX-License-Identifier: BSD-2-Clause */
/* A script's logins: calls into PAM, what they must return, and what holds after each. */
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "host.h"
#include "play.h"
#include "secrets.h"
#include "stand_in.h"
#include "tree.h"
#include "world.h"

static const struct {
	const char *name;
	int value;
} results[] = {
	{ "PAM_SUCCESS", PAM_SUCCESS },
	{ "PAM_AUTH_ERR", PAM_AUTH_ERR },
	{ "PAM_MAXTRIES", PAM_MAXTRIES },
	{ "PAM_AUTHINFO_UNAVAIL", PAM_AUTHINFO_UNAVAIL },
	{ "PAM_CONV_ERR", PAM_CONV_ERR },
	{ "PAM_IGNORE", PAM_IGNORE },
	{ "PAM_BUF_ERR", PAM_BUF_ERR },
	{ "PAM_USER_UNKNOWN", PAM_USER_UNKNOWN },
	{ "PAM_PERM_DENIED", PAM_PERM_DENIED },
	{ "PAM_SYSTEM_ERR", PAM_SYSTEM_ERR },
	{ "PAM_SERVICE_ERR", PAM_SERVICE_ERR },
	{ "PAM_MODULE_UNKNOWN", PAM_MODULE_UNKNOWN },
	{ "PAM_OPEN_ERR", PAM_OPEN_ERR },
	{ "PAM_ABORT", PAM_ABORT },
	{ "PAM_INCOMPLETE", PAM_INCOMPLETE },
};

const char *
login_result_name(int value)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		if (results[i].value == value)
			return results[i].name;
	}
	return "another result";
}

/* --- what holds at every prompt and after every login --- */

static void
each_state_directory(struct play *play, char *(*look)(const char *directory))
{
	static const char *const names[] = { "state", "run" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = NULL, *wrong;

		if (asprintf(&path, "%s/%s", world_directory(play->world), names[i]) < 0)
			abort();
		wrong = look != NULL ? look(path) : tree_secret(path, play->secrets);
		if (wrong != NULL)
			play_fail(play, "%s", wrong);
		free(wrong);
		free(path);
	}
}

static void
check_log(struct play *play)
{
	for (size_t i = 0; i < stand_in_count(); i++) {
		const struct stand_in_line *line = stand_in_line(i);
		const char *what = secrets_in_words(play->secrets, line->text, true);

		if (what != NULL)
			play_fail(play, "the log holds %s: %s", what, line->text);
		if (line->facility != LOG_AUTHPRIV)
			play_fail(play, "not logged to authpriv: %s", line->text);
		for (const char *c = line->text; *c != '\0'; c++) {
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				play_fail(play, "a control character in the log");
		}
	}
}

void
login_check_locks(struct play *play)
{
	/* A lock that the script holds itself would be found. */
	if (play->held < 0)
		each_state_directory(play, tree_locked);
}

/* --- calls into PAM --- */

static void
call(struct play *play, int (*function)(pam_handle_t *, int), int flags)
{
	struct login *login = play->login;
	/* Within another login's conversation that one's keeper is at work, rightly. */
	bool whole = login->outer == NULL;
	char *before = whole ? host_describe() : NULL, *after, *difference;
	const char *wrong;

	if (whole)
		host_child_start();
	stand_in_take_delay();
	login->result = function(login->pamh, flags);
	login->returned = true;
	login->delayed = stand_in_take_delay();
	play_note(play, "result: %s", login_result_name(login->result));
	for (size_t i = play->logged; play->loud && i < stand_in_count(); i++)
		play_note(play, "log: %s", stand_in_line(i)->text);
	if (!whole)
		return;
	after = host_describe();
	difference = host_difference(before, after);
	if (difference != NULL)
		play_fail(play, "the host has changed: %s", difference);
	wrong = host_child_end();
	if (wrong != NULL)
		play_fail(play, "%s", wrong);
	free(difference);
	free(after);
	free(before);
}

struct request {
	char *user, *service, *rhost, *tty, *ruser, *flags;
};

static void
request_free(struct request *request)
{
	char **const values[] = { &request->user, &request->service, &request->rhost, &request->tty,
		&request->ruser, &request->flags };

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		free(*values[i]);
}

/* "[user=…] [service=…] [rhost=…] [tty=…] [ruser=…] [flags=…]" */
static bool
request_read(struct play *play, char *words, struct request *request)
{
	const struct {
		const char *key;
		char **value;
	} keys[] = {
		{ "user=", &request->user },
		{ "service=", &request->service },
		{ "rhost=", &request->rhost },
		{ "tty=", &request->tty },
		{ "ruser=", &request->ruser },
		{ "flags=", &request->flags },
	};
	char *word;

	while ((word = script_word(&words)) != NULL) {
		size_t i = 0, count = sizeof keys / sizeof *keys;

		while (i < count && strncmp(word, keys[i].key, strlen(keys[i].key)) != 0)
			i++;
		if (i == count) {
			play_fail(play, "login %s: no such option", word);
			return false;
		}
		free(*keys[i].value);
		*keys[i].value = script_copy(play_expand(play, word + strlen(keys[i].key), false));
		script_unescape(*keys[i].value);
	}
	return true;
}

static int
flags_of(struct play *play, const char *names)
{
	if (names == NULL)
		return 0;
	if (strcmp(names, "silent") == 0)
		return PAM_SILENT;
	if (strcmp(names, "nonull") == 0)
		return PAM_DISALLOW_NULL_AUTHTOK;
	if (strcmp(names, "only-setcred") == 0)
		return PAM_ESTABLISH_CRED;
	play_fail(play, "flags=silent, nonull or only-setcred");
	return 0;
}

static void
set_items(struct play *play, const struct request *request)
{
	const struct {
		int item;
		const char *value;
	} items[] = {
		{ PAM_RHOST, request->rhost },
		{ PAM_TTY, request->tty },
		{ PAM_RUSER, request->ruser },
	};

	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		if (items[i].value != NULL &&
			pam_set_item(play->login->pamh, items[i].item, items[i].value) !=
				PAM_SUCCESS)
			play_fail(play, "pam_set_item failed");
	}
}

enum play_step
login_begin(struct play *play, char *rest)
{
	struct request request = { NULL, NULL, NULL, NULL, NULL, NULL };
	struct pam_conv conversation = { .conv = login_converse, .appdata_ptr = play };
	struct login *login;

	if (!request_read(play, rest, &request))
		goto out;
	if (request.user == NULL)
		request.user = script_copy(play_expand(play, "$USER", false));
	if (request.service == NULL)
		request.service = script_copy("sshd");
	world_write(play->world, request.service);
	login = script_alloc(sizeof *login);
	login->outer = play->login;
	login->flags = flags_of(play, request.flags);
	if (pam_start_confdir(request.service,
		    strcmp(request.user, "none") == 0 ? NULL : request.user, &conversation,
		    world_services(play->world), &login->pamh) != PAM_SUCCESS) {
		play_fail(play, "pam_start_confdir failed");
		free(login);
		goto out;
	}
	play->login = login;
	set_items(play, &request);
	if (!play_failed(play))
		call(play, login->flags == PAM_ESTABLISH_CRED ? pam_setcred : pam_authenticate,
			login->flags);
out:
	request_free(&request);
	return PLAY_DONE;
}

/* Whether a login is there whose conversation is over and whose last result was expected. */
static bool
ready(struct play *play)
{
	if (play->login == NULL || play->login->conversing || play->login->returned) {
		play_fail(play,
			play->login == NULL               ? "there is no login"
				: play->login->conversing ? "the conversation goes on"
							  : "the result is not expected");
		return false;
	}
	return true;
}

/* pam_authenticate once more on the same handle. */
enum play_step
login_again(struct play *play, char *rest)
{
	(void)rest;
	if (ready(play))
		call(play, pam_authenticate, play->login->flags);
	return PLAY_DONE;
}

enum play_step
login_setcred(struct play *play, char *rest)
{
	(void)rest;
	if (ready(play))
		call(play, pam_setcred, PAM_ESTABLISH_CRED);
	return PLAY_DONE;
}

/* "item user=NAME": as login(1) does between two tries. */
enum play_step
login_item(struct play *play, char *rest)
{
	if (!ready(play))
		return PLAY_STOP;
	if (strncmp(rest, "user=", 5) != 0 ||
		pam_set_item(play->login->pamh, PAM_USER, play_expand(play, rest + 5, false)) !=
			PAM_SUCCESS)
		play_fail(play, "item user=NAME");
	return PLAY_DONE;
}

enum play_step
login_end(struct play *play, char *rest)
{
	struct login *login = play->login;
	const char *what;

	(void)rest;
	if (!ready(play))
		return PLAY_STOP;
	if (pam_end(login->pamh, login->result) != PAM_SUCCESS)
		play_fail(play, "pam_end failed");
	play->login = login->outer;
	free(login);
	check_log(play);
	play_check_silence(play);
	if (play->login != NULL)
		return PLAY_DONE;
	what = secrets_in_below(play->secrets);
	if (what != NULL)
		play_fail(play, "a helper's arguments or environment hold %s", what);
	each_state_directory(play, tree_stray);
	each_state_directory(play, NULL);
	secrets_forget(play->secrets);
	stand_in_forget();
	play->logged = 0;
	return PLAY_DONE;
}
