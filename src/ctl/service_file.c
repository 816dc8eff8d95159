/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/service_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fault.h"
#include "ctl/check_pam.h"
#include "ctl/ctl.h"
#include "paths.h"

#define FILE_MAX ((size_t)1024 * 1024)

int
service_file_open(const char *service, struct service_file *it, struct fault *fault)
{
	/* Everybody may read these files, and so lock them: trial_place has the lock. */
	const struct replace_terms terms = { .secrecy = CONF_PUBLIC, .unlocked = true };
	ssize_t size;
	int result;

	snprintf(it->path, sizeof it->path, CHECK_PAM_DIR "/%s", service);
	result = replace_open(it->path, terms, &it->original, fault);
	if (result != 0)
		return result;
	it->text = malloc(FILE_MAX);
	if (it->text == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", it->path);
	size = pread(it->original.fd, it->text, FILE_MAX, 0);
	if (size < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", it->path);
	if ((size_t)size == FILE_MAX)
		return fault_set(fault, FAULT_CONFIG, "%s: is too large", it->path);
	it->size = (size_t)size;
	return 0;
}

static size_t
end_of(const struct pam_reader *reader)
{
	return reader->at < reader->size ? reader->at : reader->size;
}

bool
service_file_find(const struct service_file *it, struct service_file_lines *ret_lines)
{
	struct pam_reader reader = { .text = it->text, .size = it->size };
	struct service_file_lines lines;
	struct pam_entry entry;
	const char *service;

	while (pam_stack_next(&reader, &entry)) {
		if (!check_pam_is_trial(&entry, &service))
			continue;
		lines.from = entry.from;
		lines.module = lines.to = end_of(&reader);
		if (pam_stack_next(&reader, &entry) && entry.kind == PAM_ENTRY_MODULE &&
		    check_pam_is_ours(entry.target)) {
			lines.module = entry.from;
			lines.to = end_of(&reader);
		}
		*ret_lines = lines;
		return true;
	}
	return false;
}

bool
service_file_asks(const struct service_file *it)
{
	struct pam_reader reader = { .text = it->text, .size = it->size };
	struct pam_entry entry;

	while (pam_stack_next(&reader, &entry)) {
		if (entry.kind == PAM_ENTRY_MODULE && check_pam_is_ours(entry.target))
			return true;
	}
	return false;
}

/* Without a path where libpam's own modules are: it looks there by itself. */
static const char *
module_name(void)
{
	char beside[PATH_MAX];
	const char *name = strrchr(SMSOTP_MODULE, '/') + 1;

	snprintf(beside, sizeof beside, "%.*spam_unix.so", (int)(name - SMSOTP_MODULE),
		SMSOTP_MODULE);
	return access(beside, F_OK) == 0 ? name : SMSOTP_MODULE;
}

/* seteuid: in su the real user is the caller, who may not look into RUNDIR. */
void
service_file_compose(const struct ctl *ctl, const char *service,
	char ret_lines[static SERVICE_FILE_LINES_SIZE])
{
	const bool other = strcmp(ctl->conf_path, SMSOTP_CONF) != 0;

	snprintf(ret_lines, SERVICE_FILE_LINES_SIZE,
		"auth    [success=ignore default=1]    pam_exec.so quiet seteuid " SMSOTP_CTL
		" try --alive %s    # until the trial is confirmed: smsotpctl(8)\n"
		"auth    required    %s%s%s\n", service, module_name(), other ? " conf=" : "",
		other ? ctl->conf_path : "");
}

int
service_file_change(struct service_file *it, size_t from, size_t to, const char *lines,
	struct fault *fault)
{
	/* The last line need not have an end. */
	const char *begin = lines[0] != '\0' && from > 0 && it->text[from - 1] != '\n' ? "\n" : "";
	const size_t length = strlen(begin) + strlen(lines), tail = it->size - to;
	char *text = malloc(from + length + tail + 1);

	if (text == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", it->path);
	memcpy(text, it->text, from);
	snprintf(text + from, length + 1, "%s%s", begin, lines);
	memcpy(text + from + length, it->text + to, tail);
	free(it->text);
	it->text = text;
	it->size = from + length + tail;
	return 0;
}

int
service_file_put(struct service_file *it, struct fault *fault)
{
	int result = replace_begin(&it->original, fault);

	if (result == 0)
		result = replace_put(&it->original, it->text, it->size, fault);
	if (result == 0)
		result = replace_finish(&it->original, fault);
	return result;
}

void
service_file_close(struct service_file *it)
{
	free(it->text);
	it->text = NULL;
	replace_close(&it->original);
}
