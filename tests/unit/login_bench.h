/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole logins of the module with a PAM and a keeper that are a table's, and one call that fails:
 * the Nth of that name. Who includes this names the calls to the linker, as --wrap.
 */
#ifndef SMSOTP_TESTS_LOGIN_BENCH_H
#define SMSOTP_TESTS_LOGIN_BENCH_H

#include "state_crowd.h"

#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>

#include "core/fault.h"
#include "module/login.h"
#include "wire/keeper.h"

#include "../wrap.h"

/* The call that fails, and how many of its name were made. */
static struct { const char *name; int nth, calls; } bad;

static bool
fails(const char *name)
{
	return bad.name != NULL && strcmp(bad.name, name) == 0 && ++bad.calls == bad.nth;
}

#define FAILING(type, name, parameters, arguments, failure) \
	WRAP(type, name, parameters, arguments, fails(#name), failure)

/* For those that say why; the log must, too. */
#define FAULTY(name, kind, parameters, arguments) \
	FAILING(int, name, parameters, arguments, fault_set(fault, kind, #name " fails"))

/* --- PAM ------------------------------------------------------------------------------------- */

struct pam_handle {
	const char *user, *service, *client, *ruser;
	const char *const *answers;	/* "CODE" and "WRONG" are such; none is left: CONV_ERR */
	void (*meanwhile)(void);	/* happens at each prompt; may be NULL */
	void *data;
	void (*cleanup)(pam_handle_t *pamh, void *data, int status);
	char log[16384];
	char said[4096];	/* the last prompt */
};

static char texted[WIRE_CODE_SIZE];

int
pam_get_item(const pam_handle_t *pamh, int type, const void **ret_item)
{
	*ret_item = type == PAM_USER ? pamh->user : type == PAM_SERVICE ? pamh->service :
		type == PAM_RHOST ? pamh->client : type == PAM_RUSER ? pamh->ruser : NULL;
	return PAM_SUCCESS;
}

int
pam_get_user(pam_handle_t *pamh, const char **ret_user, const char *prompt)
{
	(void)prompt;
	*ret_user = pamh->user;
	/* A conversation that fails, or a libpam that knows nobody and no fault. */
	if (pamh->user == NULL)
		return fails("pam_get_user") ? PAM_SUCCESS : PAM_CONV_ERR;
	return fails("pam_get_user") ? PAM_BUF_ERR : PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret_data)
{
	(void)name;
	*ret_data = pamh->data;
	return pamh->data != NULL || fails("pam_get_data") ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	(void)name;
	if (fails("pam_set_data"))
		return PAM_BUF_ERR;
	if (pamh->data != NULL)
		pamh->cleanup(pamh, pamh->data, 0);
	pamh->data = data;
	pamh->cleanup = cleanup;
	return PAM_SUCCESS;
}

int
pam_fail_delay(pam_handle_t *pamh, unsigned int us)
{
	(void)pamh;
	(void)us;
	return PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	char *log = ((pam_handle_t *)(uintptr_t)pamh)->log;
	size_t length = strlen(log);
	va_list arguments;

	(void)priority;
	va_start(arguments, format);
	vsnprintf(log + length, sizeof pamh->log - length, format, arguments);
	va_end(arguments);
	length = strlen(log);
	snprintf(log + length, sizeof pamh->log - length, "\n");
}

int
pam_prompt(pam_handle_t *pamh, int style, char **ret_answer, const char *format, ...)
{
	const char *answer;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(pamh->said, sizeof pamh->said, format, arguments);
	va_end(arguments);
	if (style != PAM_PROMPT_ECHO_ON)
		return PAM_SUCCESS;
	if (fails("pam_prompt"))
		return PAM_BUF_ERR;
	if (pamh->meanwhile != NULL)
		pamh->meanwhile();
	answer = *pamh->answers;
	if (answer == NULL)
		return PAM_CONV_ERR;
	pamh->answers++;
	if (strcmp(answer, "CODE") == 0) {
		answer = texted;
	} else if (strcmp(answer, "WRONG") == 0) {
		*ret_answer = strdup(texted);
		assert_non_null(*ret_answer);
		(*ret_answer)[0] = texted[0] == '1' ? '2' : '1';
		return PAM_SUCCESS;
	}
	*ret_answer = strdup(answer);
	return PAM_SUCCESS;
}

/* --- the keeper: one attempt, which the first gateway takes or all refuse --------------------- */

struct keeper { struct keeper_status status; };

static enum wire_outcome attempt_outcome;
static enum wire_delivery attempt_delivery;
static uint32_t attempt_offers;

/*
 * Where the request was that the keeper was given last: on the stack, below whoever asks about it.
 * Whether its code was still there when its keeper was asked for the first time.
 */
static const char *request_at;
static bool request_looked_for, request_left;

int __wrap_keeper_start(const struct keeper_job *job, struct keeper **ret_keeper,
	struct fault *fault);
void __wrap_keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status);
void __wrap_keeper_stop(struct keeper **keeper, struct keeper_status *ret_status);
int __wrap_keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt,
	struct fault *fault);

static inline struct keeper_attempt
attempt_of(size_t target)
{
	return (struct keeper_attempt){
		.target = target, .ended = true,
		.reply = { .outcome = attempt_outcome, .http_status = 200,
			.offers = attempt_offers, .message_id = "id-1",
			.delivery = attempt_delivery },
	};
}

int
__wrap_keeper_start(const struct keeper_job *job, struct keeper **ret_keeper, struct fault *fault)
{
	struct keeper *keeper;

	if (fails("keeper_start"))
		return fault_set(fault, FAULT_SYSTEM, "keeper_start fails");
	memcpy(texted, job->request->code, sizeof texted);
	request_at = (const char *)job->request;
	keeper = calloc(1, sizeof *keeper);
	assert_non_null(keeper);
	keeper->status.began = true;
	keeper->status.state = attempt_outcome == WIRE_ACCEPTED ? KEEPER_ACCEPTED : KEEPER_FAILED;
	keeper->status.attempt_count = attempt_outcome == WIRE_ACCEPTED ? 1 : job->target_count;
	for (size_t i = 0; i < keeper->status.attempt_count; i++)
		keeper->status.attempts[i] = attempt_of(i);
	*ret_keeper = keeper;
	return 0;
}

/* What a function that has returned has left behind: the sanitizers would not let us look. */
__attribute__((noinline, no_sanitize("address", "undefined"))) static bool
is_left(const char *text)
{
	const volatile char *bytes = request_at;
	const size_t length = strlen(text);

	for (size_t at = 0; at + length <= sizeof(struct wire_request); at++) {
		size_t same = 0;

		while (same < length && bytes[at + same] == text[same])
			same++;
		if (same == length)
			return true;
	}
	return false;
}

void
__wrap_keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status)
{
	(void)wait_ms;
	if (request_at != NULL) {
		request_looked_for = true;
		request_left = request_left || is_left(texted);
		request_at = NULL;
	}
	*ret_status = keeper->status;
}

void
__wrap_keeper_stop(struct keeper **keeper, struct keeper_status *ret_status)
{
	if (*keeper != NULL && ret_status != NULL)
		*ret_status = (*keeper)->status;
	free(*keeper);
	*keeper = NULL;
}

int
__wrap_keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt,
	struct fault *fault)
{
	assert_int_equal(job->target_count, 1);
	if (fails("keeper_run"))
		return fault_set(fault, FAULT_SYSTEM, "keeper_run fails");
	*ret_attempt = attempt_of(0);
	return 0;
}

/* What is synced here is not waited for. */
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

int
__wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

int
__wrap_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

void __wrap_clock_sleep(int64_t ms);

/* Nor is a gateway that is pretended. */
void
__wrap_clock_sleep(int64_t ms)
{
	(void)ms;
}

/* --- logins ---------------------------------------------------------------------------------- */

/* Who runs the test is who logs in. */
static inline const char *
login_user(void)
{
	const struct passwd *entry = getpwuid(getuid());

	assert_non_null(entry);
	return entry->pw_name;
}

/* settings stand behind those of gateways, phones and places; country_code may be left to them. */
static inline void
login_configure(const struct scratch *scratch, const char *settings)
{
	char text[4096];

	snprintf(text, sizeof text, "gateways = [ \"one\", \"two\" ];\n%s"
		"state_dir = \"%s/state\"; run_dir = \"%s/run\";\n"
		"phones = ( { source = \"list\"; users = ( { name = \"%s\"; "
		"phone = \"+447700900123\"; } ); } );\n%s",
		strstr(settings, "allowed_prefixes") == NULL ? "country_code = \"44\";\n" : "",
		scratch->path, scratch->path, login_user(), settings);
	(void)scratch_write(scratch, "smsotp.conf", 0600, text);
}

static inline int
login_run(const struct scratch *scratch, pam_handle_t *pamh)
{
	char argument[PATH_MAX];
	const char *arguments[] = { argument, "debug" };
	int result;

	snprintf(argument, sizeof argument, "conf=%s/smsotp.conf", scratch->path);
	result = login_authenticate(pamh, 0, 2, arguments);
	if (pamh->data != NULL)
		pamh->cleanup(pamh, pamh->data, 0);
	pamh->data = NULL;
	return result;
}

#endif
