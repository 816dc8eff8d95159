/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: which PAM services name the module, and how their files hang together. */
#include "ctl/check_pam.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/check.h"
#include "ctl/trial.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define DEPTH_MAX 16

/* Files that every service includes: whoever puts the module there puts it everywhere. */
static const char *const common_files[] = { "common-auth", "system-auth", "password-auth",
	"system-login", "system-local-login", "system-remote-login", "base-auth", "postlogin", NULL
};

static bool
one_of(const char *name, size_t length, const char *const names[])
{
	for (; *names != NULL; names++) {
		if (strlen(*names) == length && memcmp(*names, name, length) == 0)
			return true;
	}
	return false;
}

bool
check_pam_is_ours(const char *target)
{
	static const char *const ours[] = { "pam_smsotp", NULL };
	size_t length;
	const char *name = pam_stack_module_name(target, &length);

	return one_of(name, length, ours);
}

bool
check_pam_is_trial(const struct pam_entry *entry, const char **ret_service)
{
	static const char *const exec[] = { "pam_exec", NULL };
	size_t length;
	const char *name = pam_stack_module_name(entry->target, &length);
	const char *argument = entry->arguments;

	if (entry->kind != PAM_ENTRY_MODULE || !one_of(name, length, exec) ||
	    !pam_stack_has(entry, "try") || !pam_stack_has(entry, "--alive"))
		return false;
	for (size_t i = 1; i < entry->argument_count; i++)
		argument = pam_stack_argument(argument);
	*ret_service = argument;
	return true;
}

static enum check_pam_role
role_of(const struct pam_entry *entry)
{
	static const char *const factors[] = { "pam_unix", "pam_unix2", "pam_sss", "pam_ldap",
		"pam_ldapd", "pam_krb5", "pam_winbind", "pam_systemd_home", "pam_userdb",
		"pam_pwdfile", "pam_tcb", "pam_radius_auth", "pam_tacplus", "pam_himmelblau",
		"pam_aad", "pam_centrifydc", "pam_lsass", "pam_vas3", "pam_sss_gss", "pam_oath",
		"pam_google_authenticator", "pam_u2f", "pam_yubico", "pam_fprintd", NULL };
	static const char *const succeed[] = { "pam_permit", "pam_shells", "pam_securetty",
		"pam_tally2", NULL };
	static const char *const depend[] = { "pam_succeed_if", "pam_localuser", "pam_usertype",
		"pam_listfile", "pam_access", "pam_time", "pam_exec", "pam_rootok", "pam_wheel",
		"pam_group", "pam_rhosts", "pam_script", "pam_timestamp", "pam_ssh_agent_auth",
		NULL };
	static const char *const deny[] = { "pam_deny", NULL };
	static const char *const faillock[] = { "pam_faillock", NULL };
	size_t length;
	const char *name = pam_stack_module_name(entry->target, &length);
	const char *service;

	if (check_pam_is_ours(entry->target))
		return CHECK_PAM_OURS;
	if (check_pam_is_trial(entry, &service))
		return CHECK_PAM_TRIAL;
	if (one_of(name, length, factors))
		return CHECK_PAM_FACTOR;
	if (one_of(name, length, succeed))
		return CHECK_PAM_SUCCEEDS;
	if (one_of(name, length, deny))
		return CHECK_PAM_FAILS;
	if (one_of(name, length, depend))
		return CHECK_PAM_DEPENDS;
	if (!one_of(name, length, faillock))
		return CHECK_PAM_IGNORES;
	return pam_stack_has(entry, "authfail") ? CHECK_PAM_FAILS : CHECK_PAM_SUCCEEDS;
}

/* To be freed; NULL if it cannot be read. */
static char *
read_file(const char *path, size_t *ret_size)
{
	ssize_t size = -1;
	char *text;
	int fd = -1;

	if (check_open(path, &fd, NULL) != 0)
		return NULL;
	text = malloc(FILE_MAX);
	if (text != NULL)
		size = read(fd, text, FILE_MAX);
	close(fd);
	if (size < 0) {
		free(text);
		return NULL;
	}
	*ret_size = (size_t)size;
	return text;
}

/* As libpam finds a file by name: the system's, else the vendor's. NULL: there is none. */
static char *
find_file(const struct check *check, const char *name, char ret_path[static CHECK_PAM_PATH_SIZE],
	size_t *ret_size)
{
	const char *const directories[] = {
		check->pam_dir != NULL ? check->pam_dir : CHECK_PAM_DIR,
		check->pam_dir != NULL ? NULL : CHECK_PAM_VENDOR_DIR
	};
	char *text = NULL;

	if (check->draft != NULL && strcmp(check->draft->service, name) == 0) {
		snprintf(ret_path, CHECK_PAM_PATH_SIZE, "%s/%s", directories[0], name);
		text = malloc(check->draft->size + 1);
		if (text != NULL)
			memcpy(text, check->draft->text, check->draft->size);
		*ret_size = check->draft->size;
		return text;
	}
	if (name[0] == '/') {
		snprintf(ret_path, CHECK_PAM_PATH_SIZE, "%s", name);
		return read_file(ret_path, ret_size);
	}
	for (size_t i = 0; text == NULL && i < 2 && directories[i] != NULL; i++) {
		snprintf(ret_path, CHECK_PAM_PATH_SIZE, "%s/%s", directories[i], name);
		text = read_file(ret_path, ret_size);
	}
	return text;
}

static bool gather(const struct check *check, struct check_pam_stack *stack, const char *name,
	unsigned int level, unsigned int depth);

static void
include(const struct check *check, struct check_pam_stack *stack, const char *file,
	const struct pam_entry *entry, unsigned int level, unsigned int depth)
{
	const struct finding_place place = { file, entry->line };

	if (!gather(check, stack, entry->target, level, depth + 1)) {
		finding_add(check->findings, FINDING_PAM_INCLUDE, &place,
			"includes %s, which cannot be read", entry->target);
		stack->whole = false;
	}
}

/* Takes the entry, which is the last in stack, into it, or what it includes. */
static void
take(const struct check *check, struct check_pam_stack *stack, const char *file,
	unsigned int level, unsigned int depth)
{
	struct pam_entry *entry = &stack->entries[stack->count];
	const struct finding_place place = { file, entry->line };
	struct pam_step *step = &stack->steps[stack->count];
	struct pam_entry included;

	if (depth == 0)
		stack->own_line = entry->line;
	if (entry->kind == PAM_ENTRY_BROKEN) {
		finding_add(check->findings, FINDING_PAM_SYNTAX, &place, "%s", entry->wrong);
		stack->whole = false;
		return;
	}
	if (entry->kind == PAM_ENTRY_MODULE && check_pam_is_ours(entry->target)) {
		check_pam_line(check, file, entry);
		stack->ours = stack->ours || entry->type == PAM_TYPE_AUTH;
	}
	if (entry->type != PAM_TYPE_AUTH && entry->kind != PAM_ENTRY_INCLUDE_ALL)
		return;
	if (entry->kind == PAM_ENTRY_MODULE || entry->kind == PAM_ENTRY_SUBSTACK) {
		*step = (struct pam_step){ .level = level,
			.substack = entry->kind == PAM_ENTRY_SUBSTACK, .actions = entry->actions };
		stack->files[stack->count] = file;
		stack->own_lines[stack->count] = stack->own_line;
		stack->roles[stack->count] = role_of(entry);
		stack->count++;
	}
	if (entry->kind == PAM_ENTRY_MODULE)
		return;
	/* The place that it was read into is the next line's. */
	memcpy(included.text, entry->text, sizeof included.text);
	included.target = included.text + (entry->target - entry->text);
	included.line = entry->line;
	include(check, stack, file, &included, level + (entry->kind == PAM_ENTRY_SUBSTACK), depth);
}

/* Appends the lines of a file. False if there is none. */
static bool
gather(const struct check *check, struct check_pam_stack *stack, const char *name,
	unsigned int level, unsigned int depth)
{
	struct pam_reader reader = { .line = 0 };
	char *path, *text;

	if (depth >= DEPTH_MAX || stack->path_count == CHECK_PAM_FILES_MAX)
		return false;
	path = stack->paths[stack->path_count++];
	text = find_file(check, name, path, &reader.size);
	if (text == NULL)
		return false;
	reader.text = text;
	while (stack->count < CHECK_PAM_STEPS_MAX &&
		pam_stack_next(&reader, &stack->entries[stack->count]))
		take(check, stack, path, level, depth);
	if (stack->count == CHECK_PAM_STEPS_MAX)
		stack->whole = false;
	free(text);
	return true;
}

/*
 * The findings of a service that has nothing to do with the module are nobody's business here.
 * Read twice, then: first into a list that is thrown away.
 */
static bool
names_module(const struct check *check, struct check_pam_stack *stack, const char *service)
{
	struct findings unheard = { .list = json_array() };
	struct check deaf = *check;
	struct pam_reader reader = { .line = 0 };
	char path[CHECK_PAM_PATH_SIZE], *text;
	bool named = false;

	deaf.findings = &unheard;
	stack->count = stack->path_count = 0;
	stack->ours = false;
	(void)gather(&deaf, stack, service, 0, 0);
	json_decref(unheard.list);
	if (stack->ours)
		return true;
	/* Not for auth: still a line that names it. */
	text = find_file(check, service, path, &reader.size);
	reader.text = text;
	while (text != NULL && !named && pam_stack_next(&reader, &stack->entries[0]))
		named = check_pam_is_ours(stack->entries[0].target);
	free(text);
	return named;
}

void
check_pam_gather(const struct check *check, struct check_pam_stack *stack, const char *service)
{
	stack->service = service;
	stack->count = stack->path_count = 0;
	stack->ours = false;
	stack->whole = true;
	if (!gather(check, stack, service, 0, 0))
		stack->whole = false;
}

static void
check_service(struct check *check, struct check_pam_stack *stack, const char *service)
{
	const char *of;

	if (!names_module(check, stack, service))
		return;
	check_pam_gather(check, stack, service);
	if (!stack->ours)
		return;
	for (size_t i = 0; i < stack->count; i++) {
		const char *name = strrchr(stack->files[i], '/') + 1;
		const struct finding_place place = { stack->files[i], stack->entries[i].line };

		if (check->draft == NULL && stack->roles[i] == CHECK_PAM_TRIAL &&
			check_pam_is_trial(&stack->entries[i], &of) && !trial_runs(of))
			finding_add(check->findings, FINDING_PAM_TRIAL, &place,
				"%s: a trial of %s has ended, and its lines are still here",
				service, of);
		if (stack->roles[i] == CHECK_PAM_OURS &&
			one_of(name, strlen(name), common_files))
			finding_add(check->findings, FINDING_PAM_COMMON, &place,
				"the module is in a file that every service includes");
	}
	if (stack->whole)
		check_pam_order(check, stack);
	if (strcmp(service, "sshd") == 0)
		check->sshd_asks = true;
	if (strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0)
		check->sudo_asks = true;
}

int
check_pam_is_service(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] != '.' && strchr(name, '~') == NULL && strstr(name, ".dpkg-") == NULL &&
		strstr(name, ".rpm") == NULL && strstr(name, ".pacnew") == NULL;
}

struct check_pam_stack *
check_pam_new(void)
{
	struct check_pam_stack *stack = calloc(1, sizeof *stack);

	if (stack != NULL)
		stack->entries = calloc(CHECK_PAM_STEPS_MAX, sizeof *stack->entries);
	if (stack != NULL && stack->entries == NULL)
		check_pam_free(&stack);
	return stack;
}

void
check_pam_free(struct check_pam_stack **stack)
{
	if (*stack != NULL)
		free((*stack)->entries);
	free(*stack);
	*stack = NULL;
}

void
check_pam(struct check *check)
{
	const char *directory = check->pam_dir != NULL ? check->pam_dir : CHECK_PAM_DIR;
	struct check_pam_stack *stack = check_pam_new();
	struct dirent **services = NULL;
	const struct finding_place place = { .file = directory };
	int count = 0;

	if (stack == NULL)
		check->findings->failed = true;
	else if (check->service != NULL)
		check_service(check, stack, check->service);
	else
		count = scandir(directory, &services, check_pam_is_service, alphasort);
	if (count < 0)
		finding_add(check->findings, FINDING_PAM_INCLUDE, &place, "cannot be read: %s",
			strerror(errno));
	for (int i = 0; i < count; i++) {
		check_service(check, stack, services[i]->d_name);
		free(services[i]);
	}
	free(services);
	check_pam_free(&stack);
}
