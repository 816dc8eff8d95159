/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/ctl.h"

#include <stdio.h>

int
ctl_print(const struct ctl *ctl, json_t *document, void (*show)(const json_t *document),
	int status)
{
	static const struct fault memory = { .kind = FAULT_MEMORY, .text = "out of memory" };
	int result = status;

	if (document == NULL)
		return ctl_fail(ctl, &memory, NULL);
	if (!ctl->json)
		show(document);
	else if (json_dumpf(document, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) != 0 ||
	    putchar('\n') == EOF)
		result = CTL_FAILED;
	/* A full disk behind "> file" shows only here. */
	if (fflush(stdout) != 0)
		result = CTL_FAILED;
	if (result != status)
		perror("smsotpctl: standard output");
	json_decref(document);
	return result;
}

int
ctl_fail(const struct ctl *ctl, const struct fault *fault, const char *advice)
{
	json_t *document;

	if (advice == NULL)
		advice = ctl_advice(fault->kind);
	if (!ctl->json) {
		fprintf(stderr, "smsotpctl: %s\n", fault->text);
		if (advice != NULL)
			fprintf(stderr, "%s\n", advice);
		return CTL_FAILED;
	}
	document = json_pack("{s:s, s:s?}", "error", fault->text, "advice", advice);
	if (document == NULL || json_dumpf(document, stdout, JSON_INDENT(2)) != 0)
		fprintf(stderr, "smsotpctl: %s\n", fault->text);
	else
		putchar('\n');
	json_decref(document);
	return CTL_FAILED;
}

const char *
ctl_advice(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_CONFIG:
		return "Until that is mended every login through the module is denied.";
	case FAULT_STATE:
		return "The state belongs to root: run this as root, and see FILES in "
			"pam_smsotp(8).";
	case FAULT_DAMAGED:
		return "Removing that file puts it right, at the price of what it counted.";
	case FAULT_BUSY:
		return "Another process holds it; try again.";
	case FAULT_MEMORY:
	case FAULT_SYSTEM:
	case FAULT_PROTOCOL:
		break;
	}
	return NULL;
}
