/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl try: the module in a PAM service for some minutes, and for good if another login has
 * proved that it works.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fault.h"
#include "core/words.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/finding.h"
#include "ctl/service_file.h"
#include "ctl/signals.h"
#include "ctl/trial.h"
#include "ctl/try_place.h"
#include "wire/clock.h"

#define MINUTES 10
#define MINUTES_MAX 120
#define LOOK_MS 500	/* how soon it is noticed that another process has ended it */

enum ending { CONFIRMED, LATE, STOPPED, LEFT };

static const char *const ending_names[] = { "confirmed", "late", "stopped", "left" };

static void
note(const char *service, const char *what)
{
	char detail[128];

	snprintf(detail, sizeof detail, "%s: %s", service, what);
	audit_change("try", NULL, detail);
}

/* --- the lines ------------------------------------------------------------ */

/* Takes one of the two lines out, or both. *ret_done is false if there are none. */
static int
take_out(const char *service, bool both, bool *ret_done, struct fault *fault)
{
	struct service_file file = SERVICE_FILE_NONE;
	struct directory place = DIRECTORY_NONE;
	struct service_file_lines lines;
	int lock = -1, result = trial_place(&place, &lock, fault);

	if (result != 0)
		return result;
	*ret_done = false;
	result = service_file_open(service, &file, fault);
	if (result == 0 && service_file_find(&file, &lines)) {
		result = service_file_change(&file, lines.from, both ? lines.to : lines.module, "",
			fault);
		if (result == 0)
			result = service_file_put(&file, fault);
		*ret_done = result == 0;
	}
	service_file_close(&file);
	directory_unlock(lock);
	directory_close(&place);
	return result;
}

/* In place of what a trial has left that was killed. */
static int
put_in(const struct ctl *ctl, const char *service, json_t **ret_found, struct fault *fault)
{
	struct service_file file = SERVICE_FILE_NONE;
	struct directory place = DIRECTORY_NONE;
	struct service_file_lines left;
	int lock = -1, result = trial_place(&place, &lock, fault);

	if (result != 0)
		return result;
	result = service_file_open(service, &file, fault);
	if (result == 0 && service_file_find(&file, &left))
		result = service_file_change(&file, left.from, left.to, "", fault);
	if (result == 0)
		result = try_place(ctl, service, &file, ret_found, fault);
	if (result == 0 && ctl_number(*ret_found, "errors") == 0)
		result = service_file_put(&file, fault);
	service_file_close(&file);
	directory_unlock(lock);
	directory_close(&place);
	return result;
}

/* Whether another process has ended it, which shows in the file alone. */
static bool
is_over(const char *service, enum ending *ret_ending)
{
	struct service_file file = SERVICE_FILE_NONE;
	struct service_file_lines lines;
	struct fault fault;
	bool over = false;

	if (service_file_open(service, &file, &fault) == 0 && !service_file_find(&file, &lines)) {
		over = true;
		*ret_ending = service_file_asks(&file) ? CONFIRMED : STOPPED;
	}
	service_file_close(&file);
	return over;
}

/* --- a trial -------------------------------------------------------------- */

/* In the time of the boot: a machine that sleeps does not prolong it. */
static enum ending
wait_for_end(const char *service, const struct signals *signals, int minutes)
{
	const int64_t end_ms = clock_boot_ms() + (int64_t)minutes * 60 * 1000;
	enum ending ending = LATE;

	while (clock_boot_ms() < end_ms) {
		const int number = signals_wait(signals, -1, LOOK_MS);

		if (is_over(service, &ending))
			return ending;
		if (number != SIGNALS_LATE && number != SIGCHLD)
			return LEFT;
	}
	return LATE;
}

static void
show_begun(const char *service, time_t until, int minutes)
{
	char clock[16] = "";
	struct tm local;

	if (localtime_r(&until, &local) != NULL)
		(void)strftime(clock, sizeof clock, "%H:%M", &local);
	fprintf(stderr, "%s asks for codes until %s, for %d minute%s.\n"
		"Now log in at another terminal, and run there:\n"
		"    smsotpctl try %s --confirm\n"
		"Without that, or with ^C here, %s is as it was.\n", service, clock, minutes,
		minutes == 1 ? "" : "s", service, service);
}

static void
show(const json_t *document)
{
	const char *service = ctl_string(document, "service");
	const char *result = ctl_string(document, "result");

	if (strcmp(result, ending_names[CONFIRMED]) == 0)
		printf("Confirmed: %s asks for codes from now on.\n", service);
	else if (strcmp(result, "none") == 0)
		printf("%s has no lines of a trial.\n", service);
	else
		printf("%s: %s is as it was.\n", strcmp(result, ending_names[LATE]) == 0
			? "Not confirmed in time" : "The trial is over", service);
}

static int
report(const struct ctl *ctl, const char *service, const char *result, int status)
{
	return ctl_print(ctl, json_pack("{s:s, s:s}", "service", service, "result", result), show,
		status);
}

static int
refuse(const struct ctl *ctl, json_t *found)
{
	if (ctl->json)
		return ctl_print(ctl, json_incref(found), show, CTL_FAILED);
	finding_show(stderr, found);
	fputs("Nothing was changed. Mend the errors, and try again.\n", stderr);
	return CTL_FAILED;
}

static const char *
advice(const struct fault *fault)
{
	switch (fault->kind) {
	case FAULT_BUSY:
		return "smsotpctl try SERVICE --stop ends it. Nothing was changed.";
	case FAULT_CONFIG:
		return "A service has its file in " CHECK_PAM_DIR "; one that the system brings "
			"elsewhere is to be copied there first. Nothing was changed.";
	case FAULT_SYSTEM:
		return "Where the module may stand, and whole files, are in docs/RECIPES.md and "
			"pam_smsotp(8). Nothing was changed.";
	default:
		return NULL;
	}
}

static int
run(const struct ctl *ctl, const char *service, int minutes)
{
	const time_t until = time(NULL) + (time_t)minutes * 60;
	struct trial_hold hold = TRIAL_HOLD_NONE;
	struct signals signals = SIGNALS_NONE;
	enum ending ending = LATE;
	json_t *found = NULL;
	struct fault fault;
	bool done;
	int status, result = trial_begin(service, until, &hold, &fault);

	if (result == 0)
		result = signals_hold(&signals, &fault);
	if (result == 0)
		result = put_in(ctl, service, &found, &fault);
	if (result != 0) {
		status = ctl_fail(ctl, &fault, advice(&fault));
		goto out;
	}
	if (ctl_number(found, "errors") > 0) {
		status = refuse(ctl, found);
		goto out;
	}
	finding_show(stderr, found);
	note(service, "a trial has begun");
	show_begun(service, until, minutes);
	ending = wait_for_end(service, &signals, minutes);
	if (ending == LATE || ending == LEFT)
		result = take_out(service, true, &done, &fault);
	if (result == 0 && ending != CONFIRMED)
		note(service, ending == LATE ? "a trial was not confirmed in time"
			: "a trial was ended");
	status = result != 0 ? ctl_fail(ctl, &fault, "No login asks for a code any more; smsotpctl "
		"try SERVICE --stop takes the lines out.")
		: report(ctl, service, ending_names[ending], ending == CONFIRMED ? CTL_DONE
		: CTL_FOUND);
out:
	json_decref(found);
	signals_release(&signals);
	trial_end(&hold);
	return status;
}

/* --- from elsewhere ------------------------------------------------------- */

static int
confirm(const struct ctl *ctl, const char *service)
{
	struct trial_notes notes;
	struct trial_login login;
	struct fault fault;
	bool done = false;
	int result = 0;

	trial_login_read(&login);
	if (!trial_look(service, &notes))
		result = fault_set(&fault, FAULT_STATE, "no trial of %s runs", service);
	else if (trial_login_same(&login, &notes.login))
		result = fault_set(&fault, FAULT_STATE,
			"the trial of %s was begun from this same login", service);
	if (result != 0)
		return ctl_fail(ctl, &fault, "Begin one with smsotpctl try SERVICE, log in "
			"at another terminal, and confirm there: that proves that one can.");
	result = take_out(service, false, &done, &fault);
	if (result == 0 && !done)
		result = fault_set(&fault, FAULT_STATE, "no trial of %s runs", service);
	if (result != 0)
		return ctl_fail(ctl, &fault, advice(&fault));
	note(service, "a trial was confirmed");
	return report(ctl, service, ending_names[CONFIRMED], CTL_DONE);
}

static int
stop(const struct ctl *ctl, const char *service)
{
	struct fault fault;
	bool done = false;

	if (take_out(service, true, &done, &fault) != 0)
		return ctl_fail(ctl, &fault, advice(&fault));
	if (done)
		note(service, "the lines of a trial were taken out");
	return report(ctl, service, done ? ending_names[STOPPED] : "none", CTL_DONE);
}

int
try_run(struct ctl *ctl)
{
	static const struct command_number minutes = { "minutes", NULL, MINUTES, 1, MINUTES_MAX };
	const char *service = ctl->operands[0];
	const bool confirms = command_option(ctl, "confirm") != NULL;
	const bool stops = command_option(ctl, "stop") != NULL;
	long count;
	struct fault fault;

	/* Asked by every login of the service: nothing else is done, and nothing is said. */
	if (command_option(ctl, "alive") != NULL)
		return trial_runs(service) ? CTL_DONE : CTL_FOUND;
	if (!trial_name_valid(service)) {
		(void)fault_set(&fault, FAULT_SYSTEM, "\"%s\" cannot be a service", service);
		return ctl_fail(ctl, &fault, "It is called as its file in " CHECK_PAM_DIR " is.");
	}
	if (command_number(ctl, &minutes, &count, &fault) != 0)
		return ctl_fail(ctl, &fault, "Nothing was changed.");
	if (confirms && stops) {
		(void)fault_set(&fault, FAULT_SYSTEM, "--confirm and --stop are opposites");
		return ctl_fail(ctl, &fault, "Nothing was changed.");
	}
	if (confirms)
		return confirm(ctl, service);
	return stops ? stop(ctl, service) : run(ctl, service, (int)count);
}
