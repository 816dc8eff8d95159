/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

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
	document = json_pack("{s:o, s:s?}", "error", ctl_text(fault->text), "advice", advice);
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
		return "Until that is mended every login through the module is denied: "
			"smsotpctl init makes what is missing, smsotpctl edit opens what is wrong.";
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

json_t *
ctl_text(const char *text)
{
	json_t *string;
	char *clean;
	size_t step;
	uint32_t point;

	if (text == NULL)
		return json_null();
	string = json_string(text);
	if (string != NULL)
		return string;
	clean = strdup(text);
	if (clean == NULL)
		return NULL;
	for (char *p = clean; *p != '\0'; p += step) {
		step = utf8_decode(p, &point);
		if (step == 0) {
			*p = '?';
			step = 1;
		}
	}
	string = json_string(clean);
	free(clean);
	return string;
}

void
ctl_append(json_t **list, json_t *item)
{
	if (json_array_append_new(*list, item) != 0) {
		json_decref(*list);
		*list = NULL;
	}
}

json_int_t
ctl_seconds(int64_t ms)
{
	return (ms + 999) / 1000;
}

const char *
ctl_standing_name(enum store_standing standing)
{
	switch (standing) {
	case STORE_FREE: return "free";
	case STORE_LOCKED: return "locked";
	case STORE_DISABLED: return "disabled";
	}
	return "unknown";
}

const char *
ctl_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

long long
ctl_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
