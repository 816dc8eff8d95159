/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole logins: pam_sm_authenticate with a conversation, a keeper, a clock and failing calls of
 * libc drawn from the input, on real files below SMSOTP_FUZZ_DIR. A model of what may come out is
 * held against it: nobody gets in but with a code that was texted for that login, live and not yet
 * used; what was called wrong is counted on the disk; nobody is texted beyond his budget; host and
 * log are left as they have to be.
 */
/* ldflags: -Wl,--wrap=keeper_start,--wrap=keeper_poll,--wrap=keeper_stop,--wrap=keeper_run */
/* ldflags: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=getrandom */
/* ldflags: -Wl,--wrap=openat,--wrap=read,--wrap=pread,--wrap=write,--wrap=pwrite,--wrap=mmap */
/* ldflags: -Wl,--wrap=fsync,--wrap=fdatasync,--wrap=flock,--wrap=fchmod,--wrap=mkdirat */
/* ldflags: -Wl,--wrap=linkat,--wrap=renameat,--wrap=unlinkat,--wrap=clock_gettime */
/* ldflags: -Wl,--wrap=clock_nanosleep,--wrap=nanosleep */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "core/fault.h"
#include "core/store.h"
#include "wire/clock.h"
#include "wire/keeper.h"

#include "fuzz.h"
#include "fuzz_login_libc.h"
#include "fuzz_login_keeper.h"

#define LOGINS_MAX 6
#define CODES_MAX 64
#define PROMPTS_MAX 24
#define PHONE "+447700900123"
#define UNREDEEMED_MAX 3
#define WINDOW_MS 600000
/* Real time passes, too: the model's clock does not have it. */
#define MARGIN_MS 20000

/* --- the model ------------------------------------------------------------------------------ */

struct texted {
	char code[WIRE_CODE_SIZE];
	unsigned int login;		/* the one that asked for it */
	bool used;
};

static struct texted texted[CODES_MAX];
static unsigned int texted_count, login_number, prompts;
static int64_t unredeemed[CODES_MAX];	/* when the texts since the last success were sent */
static unsigned int unredeemed_count;
static unsigned int wrong;		/* codes called wrong since the last success */
static char typed[64];			/* the last answer */
static bool shares_codes, remembers, succeeded;

static void
no_secret_in(const char *text)
{
	FUZZ_HOLDS(strstr(text, &PHONE[1]) == NULL);
	for (unsigned int i = 0; i < texted_count; i++)
		FUZZ_HOLDS(strstr(text, texted[i].code) == NULL);
}

/* No more than that in any window of the budget, which the configuration leaves as it is. */
static void
note_unredeemed(void)
{
	unsigned int count = 1;

	for (unsigned int i = 0; i < unredeemed_count; i++)
		count += libc_ahead_ms - unredeemed[i] < WINDOW_MS - MARGIN_MS;
	FUZZ_HOLDS(count <= UNREDEEMED_MAX);
	FUZZ_HOLDS(unredeemed_count < CODES_MAX);
	unredeemed[unredeemed_count++] = libc_ahead_ms;
}

static void
note_text(const struct wire_request *request)
{
	FUZZ_HOLDS(strcmp(request->to, PHONE) == 0 && request->code[0] != '\0');
	if (request->task == WIRE_TASK_TEXT)
		note_unredeemed();
	if (texted_count > 0 && strcmp(texted[texted_count - 1].code, request->code) == 0 &&
	    texted[texted_count - 1].login == login_number)
		return;
	FUZZ_HOLDS(texted_count < CODES_MAX);
	texted[texted_count] = (struct texted){ .login = login_number };
	memcpy(texted[texted_count++].code, request->code, sizeof request->code);
}

/* The code that lets somebody in is one that was texted for him, and goes. */
static void
use_code(void)
{
	for (unsigned int i = 0; i < texted_count; i++) {
		struct texted *one = &texted[i];

		if (one->used || strcmp(one->code, typed) != 0 ||
		    (one->login != login_number && !shares_codes))
			continue;
		one->used = true;
		return;
	}
	FUZZ_HOLDS(remembers && succeeded);
}

/* --- PAM ------------------------------------------------------------------------------------- */

struct pam_handle {
	const char *user;
	void *data;
	void (*cleanup)(pam_handle_t *pamh, void *data, int status);
};

int
pam_get_item(const pam_handle_t *pamh, int type, const void **ret_item)
{
	static const struct { int type; const char *value; } items[] = {
		{ PAM_SERVICE, "sshd" }, { PAM_RHOST, "192.0.2.7" }, { PAM_TTY, "ssh" },
	};

	*ret_item = type == PAM_USER ? pamh->user : NULL;
	for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
		*ret_item = items[i].type == type ? items[i].value : *ret_item;
	return PAM_SUCCESS;
}

int
pam_get_user(pam_handle_t *pamh, const char **ret_user, const char *prompt)
{
	(void)prompt;
	*ret_user = pamh->user;
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret_data)
{
	(void)name;
	*ret_data = pamh->data;
	return pamh->data != NULL ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	(void)name;
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
	char text[8192];
	va_list arguments;

	(void)pamh;
	(void)priority;
	va_start(arguments, format);
	FUZZ_HOLDS(vsnprintf(text, sizeof text, format, arguments) < (int)sizeof text);
	va_end(arguments);
	FUZZ_HOLDS(strchr(text, '\n') == NULL);
	no_secret_in(text);
}

static char *
answer(void)
{
	const unsigned int kind = draw() % 16;
	const char *letters[] = { "r", "n", "v", "" };

	libc_ahead_ms += (int64_t)draw() * draw();
	typed[0] = '\0';
	if (kind < 10 && texted_count > 0) {
		/* The newest code, an older one, or one that is nearly it. */
		unsigned int back = kind < 6 ? 0 : draw() % texted_count;

		snprintf(typed, sizeof typed, "%s", texted[texted_count - 1 - back].code);
		if (kind == 5 || kind == 9)
			typed[draw() % strlen(typed)] ^= 1;
	} else if (kind < 14) {
		snprintf(typed, sizeof typed, "%s", letters[kind % 4]);
	} else {
		for (unsigned int i = 0, count = draw() % 32; i < count; i++)
			typed[i] = (char)draw();
		typed[sizeof typed - 1] = '\0';
	}
	return __real_strdup(typed);
}

int
pam_prompt(pam_handle_t *pamh, int style, char **ret_answer, const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	FUZZ_HOLDS(vsnprintf(text, sizeof text, format, arguments) < (int)sizeof text);
	va_end(arguments);
	no_secret_in(text);
	/* An account that does not exist is told so, too. */
	if (strncmp(text, "Wrong code", 10) == 0 && strcmp(pamh->user, "root") == 0)
		wrong++;
	if (style != PAM_PROMPT_ECHO_ON)
		return PAM_SUCCESS;
	FUZZ_HOLDS(prompts++ < PROMPTS_MAX);
	if (draw() % 16 == 15)
		return PAM_CONV_ERR;
	*ret_answer = answer();
	return PAM_SUCCESS;
}

/* --- one login after another ----------------------------------------------------------------- */

static char folder[200], conf[256], state_dir[256], run_dir[256];

static void
configure(uint8_t how)
{
	FILE *file = fopen(conf, "we");

	FUZZ_HOLDS(file != NULL);
	shares_codes = how & 1;
	remembers = how & 2;
	fprintf(file, "gateways = [ \"one\", \"two\" ];\nstate_dir = \"%s\"; run_dir = \"%s\";\n"
		"phones = ( { source = \"list\"; users = ( { name = \"root\"; phone = \"%s\"; } );"
		" } );\ncountry_code = \"44\";\nbudget = { cooldown = %d; };\nbind = \"%s\";\n"
		"remember = %d;\nevents = 0;\nguesses = { lock_after = %d; };\n",
		state_dir, run_dir, PHONE, how & 4 ? 30 : 0, shares_codes ? "client" : "session",
		remembers ? 600 : 0, how & 8 ? 3 : 10);
	FUZZ_HOLDS(fclose(file) == 0 && chmod(conf, 0600) == 0);
}

/* What the record says of wrong codes is never less than what was said at the prompt. */
static void
check_record(void)
{
	const struct store_settings settings = {
		.state_dir = state_dir, .run_dir = run_dir,
		.guesses = { .per_conversation = 3, .lock_after = 10, .disable_after = 100 },
		.read_clock = clock_read,
	};
	struct store_status status = { .failures = 0 };
	struct store *store = NULL;
	struct fault fault;

	if (wrong == 0)
		return;
	FUZZ_HOLDS(store_open(&settings, &store, &fault) == 0);
	FUZZ_HOLDS(store_look(store, 0, &status, &fault) == 0);
	FUZZ_HOLDS(status.failures >= wrong);
	store_close(&store);
}

static void
log_in(pam_handle_t *pamh)
{
	char argument[300];
	const char *arguments[] = { argument };
	sigset_t before = { { 0 } }, after = { { 0 } };
	int result;

	snprintf(argument, sizeof argument, "conf=%s", conf);
	prompts = 0;
	typed[0] = '\0';
	sigprocmask(SIG_SETMASK, NULL, &before);
	libc_fail_at(draw() | draw() << 8, draw());
	result = pam_sm_authenticate(pamh, 0, 1, arguments);
	libc_fail_at(0, 0);
	sigprocmask(SIG_SETMASK, NULL, &after);
	FUZZ_HOLDS(memcmp(&before, &after, sizeof before) == 0);
	FUZZ_HOLDS(result != PAM_IGNORE);
	if (result == PAM_SUCCESS) {
		FUZZ_HOLDS(strcmp(pamh->user, "root") == 0);
		use_code();
		succeeded = true;
		wrong = unredeemed_count = 0;
	}
	check_record();
}

static void
begin(void)
{
	const char *given = getenv("SMSOTP_FUZZ_DIR");

	FUZZ_HOLDS(given != NULL && strlen(given) < sizeof folder);
	snprintf(folder, sizeof folder, "%s", given);
	snprintf(conf, sizeof conf, "%s/smsotp.conf", folder);
	snprintf(state_dir, sizeof state_dir, "%s/state", folder);
	snprintf(run_dir, sizeof run_dir, "%s/run", folder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pam_handle handle = { .user = "root" };
	const int fd = dup(0);

	close(fd);
	begin();
	libc_remove_tree(state_dir);
	libc_remove_tree(run_dir);
	input = data;
	input_end = data + size;
	texted_count = unredeemed_count = wrong = 0;
	succeeded = false;
	libc_ahead_ms = 0;
	configure(draw());
	for (login_number = 0; login_number < LOGINS_MAX && input < input_end; login_number++) {
		uint8_t how = draw();

		handle.user = how % 8 == 7 ? "no-such-user" : "root";
		log_in(&handle);
		/* A new handle, or the same one, as sudo calls it again. */
		if (how & 16 && handle.data != NULL) {
			handle.cleanup(&handle, handle.data, 0);
			handle.data = NULL;
		}
	}
	if (handle.data != NULL)
		handle.cleanup(&handle, handle.data, 0);
	/* No descriptor is left open. */
	FUZZ_HOLDS(dup(0) == fd && close(fd) == 0);
	return 0;
}
