/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl try: where in a service's file the module may stand. */
#include "ctl/try_place.h"

#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "ctl/check.h"
#include "ctl/check_pam.h"
#include "ctl/ctl.h"
#include "ctl/service_file.h"

#define PLACES_MAX 64

struct search {
	const struct ctl *ctl;
	const char *service, *lines;
	struct check_pam_stack *before, *after;
	size_t places[PLACES_MAX], count;	/* where they could go, the best first */
};

/* Ends of the lines for auth, from the last one on that checks a password. */
static void
find_places(struct search *search, const struct service_file *file)
{
	struct pam_reader reader = { .text = file->text, .size = file->size };
	const struct check_pam_stack *before = search->before;
	struct pam_entry entry;
	unsigned int last = 0;

	for (size_t i = 0; i < before->count; i++) {
		if (before->roles[i] == CHECK_PAM_FACTOR && before->own_lines[i] > last)
			last = before->own_lines[i];
	}
	while (last > 0 && search->count < PLACES_MAX && pam_stack_next(&reader, &entry)) {
		if (entry.line >= last &&
		    (entry.type == PAM_TYPE_AUTH || entry.kind == PAM_ENTRY_INCLUDE_ALL))
			search->places[search->count++] =
				reader.at < reader.size ? reader.at : reader.size;
	}
}

static bool
is_found(const struct findings *findings, enum finding_id id)
{
	const json_t *finding;
	size_t index;

	json_array_foreach(findings->list, index, finding) {
		if (strcmp(ctl_string(finding, "id"), finding_kinds[id].id) == 0)
			return true;
	}
	return false;
}

/* Whether the lines may stand there. Of where they may not, what check says. */
static bool
suits(struct search *search, const struct check_draft *draft)
{
	struct findings findings = { .list = json_array() };
	struct check check = {
		.path = search->ctl->conf_path, .installed = search->ctl->conf_path,
		.offline = true, .service = search->service, .draft = draft,
		.findings = &findings,
	};
	bool right;

	check_pam(&check);
	right = !findings.failed && findings.errors == 0 && !is_found(&findings, FINDING_PAM_FIRST);
	json_decref(findings.list);
	if (right)
		check_pam_gather(&check, search->after, search->service);
	return right && search->after->whole && check_pam_same(search->before, search->after);
}

/* All that logins of the service need, with the lines in it. NULL: out of memory. */
static json_t *
look(const struct search *search, const struct check_draft *draft)
{
	struct findings findings = { .list = json_array() };
	struct check check = {
		.path = search->ctl->conf_path, .installed = search->ctl->conf_path,
		.service = search->service, .draft = draft, .findings = &findings,
	};

	check_look(&check);
	if (findings.list == NULL || findings.failed) {
		json_decref(findings.list);
		return NULL;
	}
	return json_pack("{s:i, s:i, s:o}", "errors", (int)findings.errors, "warnings",
		(int)findings.warnings, "findings", findings.list);
}

static int
choose(struct search *search, struct service_file *file, json_t **ret_found, struct fault *fault)
{
	struct service_file draft = { .original = REPLACE_NONE };
	size_t chosen = search->places[0];
	bool right = false;
	int result = 0;

	/* Where none suits, what is wrong with the first is said. */
	for (size_t i = 0; result == 0 && !right && i <= search->count; i++) {
		const size_t place = search->places[i < search->count ? i : 0];
		struct check_draft as = { .service = search->service };

		free(draft.text);
		draft.text = malloc(file->size + 1);
		if (draft.text == NULL)
			return fault_set(fault, FAULT_MEMORY, "out of memory");
		memcpy(draft.text, file->text, file->size);
		draft.size = file->size;
		result = service_file_change(&draft, place, place, search->lines, fault);
		as.text = draft.text;
		as.size = draft.size;
		right = result == 0 && i < search->count && suits(search, &as);
		chosen = place;
	}
	if (result == 0) {
		const struct check_draft as = { search->service, draft.text, draft.size };

		*ret_found = look(search, &as);
		if (*ret_found == NULL)
			result = fault_set(fault, FAULT_MEMORY, "out of memory");
		else if (!right && ctl_number(*ret_found, "errors") == 0)
			result = fault_set(fault, FAULT_SYSTEM, "%s: behind no line of it a trial "
				"leaves other logins as they are", file->path);
		else if (ctl_number(*ret_found, "errors") == 0)
			result = service_file_change(file, chosen, chosen, search->lines, fault);
	}
	free(draft.text);
	return result;
}

int
try_place(const struct ctl *ctl, const char *service, struct service_file *file,
	json_t **ret_found, struct fault *fault)
{
	char lines[SERVICE_FILE_LINES_SIZE];
	struct findings unheard = { .list = json_array() };
	const struct check_draft as_it_is = { service, file->text, file->size };
	const struct check check = {
		.path = ctl->conf_path, .installed = ctl->conf_path, .offline = true,
		.draft = &as_it_is, .findings = &unheard,
	};
	struct search search = { .ctl = ctl, .service = service, .lines = lines,
		.before = check_pam_new(), .after = check_pam_new() };
	int result = 0;

	service_file_compose(ctl, service, lines);
	if (search.before == NULL || search.after == NULL || unheard.list == NULL) {
		result = fault_set(fault, FAULT_MEMORY, "out of memory");
		goto out;
	}
	check_pam_gather(&check, search.before, service);
	find_places(&search, file);
	if (search.before->ours)
		result = fault_set(fault, FAULT_SYSTEM, "%s: asks for codes already", file->path);
	else if (search.count == 0)
		result = fault_set(fault, FAULT_SYSTEM, "%s: no line of it checks a password",
			file->path);
	else
		result = choose(&search, file, ret_found, fault);
out:
	check_pam_free(&search.before);
	check_pam_free(&search.after);
	json_decref(unheard.list);
	return result;
}
