/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /etc/pam.d. */
#include "ctl/pam_run.h"
#include "ctl/pam_stack.h"

#include "fuzz.h"

#define STEPS_MAX 64

static struct pam_entry entries[STEPS_MAX];

static void
look(const struct pam_entry *entry, size_t lines)
{
	const char *end = entry->text + sizeof entry->text, *argument = entry->arguments;
	size_t length;

	FUZZ_HOLDS(entry->line >= 1 && entry->line <= lines);
	FUZZ_HOLDS((entry->kind == PAM_ENTRY_BROKEN) == (entry->wrong != NULL));
	FUZZ_HOLDS(entry->kind == PAM_ENTRY_BROKEN || entry->target[0] != '\0' ||
		entry->target > entry->text);
	for (size_t i = 0; i < entry->argument_count; i++) {
		FUZZ_HOLDS(argument >= entry->text && argument < end);
		FUZZ_HOLDS(memchr(argument, '\0', (size_t)(end - argument)) != NULL);
		argument = pam_stack_argument(argument);
	}
	FUZZ_HOLDS(pam_stack_module_name(entry->target, &length) != NULL);
	FUZZ_HOLDS(length <= strlen(entry->target));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct pam_reader reader = { .text = text, .size = size };
	struct pam_step steps[STEPS_MAX];
	int results[STEPS_MAX];
	bool called[STEPS_MAX];
	size_t count = 0, lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	while (count < STEPS_MAX && pam_stack_next(&reader, &entries[count])) {
		look(&entries[count], lines);
		if (entries[count].kind != PAM_ENTRY_MODULE &&
			entries[count].kind != PAM_ENTRY_SUBSTACK)
			continue;
		results[count] = (int)(strlen(entries[count].target) % PAM_RETURN_COUNT);
		steps[count] = (struct pam_step){
			.level = (unsigned int)(strlen(entries[count].control) % 4),
			.substack = entries[count].kind == PAM_ENTRY_SUBSTACK,
			.actions = entries[count].actions
		};
		count++;
	}
	(void)pam_run(steps, count, results, called);
	free(text);
	return 0;
}
