/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl edit: a file of the configuration in the editor, as a copy, which takes the file's
 * place only without errors. Until then nothing is changed, whatever ends the editor or this.
 */
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "core/replace.h"
#include "ctl/ask.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/edit_check.h"
#include "ctl/edit_copy.h"
#include "ctl/edit_target.h"
#include "ctl/editor.h"
#include "ctl/finding.h"
#include "ctl/signals.h"

struct editing {
	const struct ctl *ctl;
	struct edit_target target;
	struct replace original;
	struct edit_copy copy;
	struct signals signals;
	json_t *found;		/* in the copy as it is; NULL: it was not looked at */
	const char *result;
};

static int
open_original(struct editing *it, struct fault *fault)
{
	const struct replace_terms terms = { .secrecy = edit_target_secrecy(&it->target) };
	const char *path = it->target.path;
	char by[AUDIT_WHO_SIZE + 32];
	int result = replace_open(path, terms, &it->original, fault);

	if (result == FAULT_BUSY && edit_copy_by(&it->target, by, sizeof by))
		return fault_set(fault, FAULT_BUSY, "%s: is being edited by %s", path, by);
	return result;
}

static int
look(struct editing *it, struct fault *fault)
{
	json_decref(it->found);
	it->found = edit_check(it->ctl->conf_path, &it->target, &it->copy);
	return it->found != NULL ? 0 : fault_set(fault, FAULT_MEMORY, "out of memory");
}

/* Whether to edit again. The end of the terminal, or of this process, is no. */
static bool
ask_again(struct editing *it)
{
	char answer[16];

	while (ask_possible()) {
		int number;

		ask_put("e)dit again or d)iscard");
		number = signals_wait(&it->signals, 0, -1);
		if (number != SIGNALS_READABLE || !ask_line(answer, sizeof answer))
			break;
		if (strcmp(answer, "e") == 0)
			return true;
		if (strcmp(answer, "d") == 0)
			return false;
	}
	return false;
}

/* What keeps it from being installed: errors, or a fault. */
static bool
say_and_ask(struct editing *it, const struct fault *fault)
{
	if (ctl_number(it->found, "errors") > 0)
		finding_show(stderr, it->found);
	else
		fprintf(stderr, "smsotpctl: %s\n", fault->text);
	return ask_again(it);
}

static int
edit(struct editing *it, struct fault *fault)
{
	bool again = true, differs = false;

	while (again) {
		int result = editor_run(it->ctl->environment, it->copy.path, &it->signals, fault);

		if (result == 0)
			result = edit_copy_differs(&it->copy, &it->original, &differs, fault);
		if (result != 0)
			return result;
		it->result = "unchanged";
		if (!differs)
			return 0;
		it->result = "discarded";
		result = look(it, fault);
		if (result != 0)
			return result;
		if (ctl_number(it->found, "errors") == 0) {
			result = edit_copy_install(&it->copy, &it->original, fault);
			if (result == 0) {
				it->result = "installed";
				return 0;
			}
		}
		again = say_and_ask(it, fault);
		if (!again && ctl_number(it->found, "errors") == 0)
			return result;
	}
	return 0;
}

static json_t *
describe(const struct editing *it)
{
	json_t *document = json_pack("{s:o, s:s}", "file", ctl_text(it->target.path), "result",
		it->result);

	/* What is in the file as it was is check's to say. */
	if (document != NULL && strcmp(it->result, "unchanged") != 0 &&
	    json_object_update(document, it->found) != 0) {
		json_decref(document);
		return NULL;
	}
	return document;
}

static void
show(const json_t *document)
{
	const char *file = ctl_string(document, "file"), *result = ctl_string(document, "result");

	if (strcmp(result, "unchanged") == 0)
		printf("%s is unchanged.\n", file);
	else if (strcmp(result, "discarded") == 0)
		printf("Discarded: %s is as it was.\n", file);
	else
		finding_show(stdout, document);
	if (strcmp(result, "installed") == 0)
		printf("%s is changed, and in force from the next login on.\n", file);
}

static int
report(const struct editing *it)
{
	int status = CTL_DONE;

	if (strcmp(it->result, "discarded") == 0)
		status = CTL_FAILED;
	else if (strcmp(it->result, "installed") == 0 && ctl_number(it->found, "warnings") > 0)
		status = CTL_FOUND;
	return ctl_print(it->ctl, describe(it), show, status);
}

static const char *
advice(const struct editing *it, const struct fault *fault)
{
	if (it->target.path[0] == '\0')
		return fault->kind == FAULT_CONFIG ? "smsotpctl edit without a name opens "
			"smsotp.conf itself, and smsotpctl check says what is wrong."
			: "smsotpctl init --gateway NAME makes the file of a gateway.";
	if (it->copy.place[0] != '\0')
		return "Nothing was changed.";
	if (fault->kind == FAULT_BUSY)
		return "Try again when that is done. Nothing was changed.";
	if (fault->kind == FAULT_CONFIG)
		return it->target.kind == EDIT_PHONES
			? "\"install -m 600 /dev/null FILE\" makes a phone file."
			: "If it is missing, smsotpctl init makes smsotp.conf, and smsotpctl init "
			"--gateway NAME the file of a gateway.";
	return "Run this as root.";
}

int
edit_run(struct ctl *ctl)
{
	struct editing it = {
		.ctl = ctl, .original = REPLACE_NONE, .signals = SIGNALS_NONE,
	};
	const char *name = ctl->operand_count > 0 ? ctl->operands[0] : NULL;
	struct fault fault;
	int result, status;

	result = edit_target_find(ctl, name, &it.target, &fault);
	if (result == 0)
		result = open_original(&it, &fault);
	if (result == 0)
		result = signals_hold(&it.signals, &fault);
	if (result == 0)
		result = edit_copy_make(&it.target, &it.original, &it.copy, &fault);
	if (result == 0)
		result = edit(&it, &fault);
	status = result != 0 ? ctl_fail(ctl, &fault, advice(&it, &fault)) : report(&it);
	if (result == 0 && strcmp(it.result, "installed") == 0) {
		char detail[PATH_MAX + 16];

		snprintf(detail, sizeof detail, "changed %s", it.target.path);
		audit_change("edit", NULL, detail);
	}
	edit_copy_remove(&it.copy);
	signals_release(&it.signals);
	replace_close(&it.original);
	edit_target_free(&it.target);
	json_decref(it.found);
	return status;
}
