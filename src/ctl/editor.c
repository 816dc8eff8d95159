/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/editor.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "ctl/signals.h"

#define COMMAND_SIZE 1024

/* The value of a variable; NULL: it is not set, or says nothing. */
static const char *
value_of(char *const environment[], const char *name)
{
	const size_t length = strlen(name);

	for (; *environment != NULL; environment++) {
		if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
			return (*environment)[length + 1] != '\0' ? *environment + length + 1
				: NULL;
	}
	return NULL;
}

/*
 * Who runs this is root already and could as well run the editor by itself; through sudo, sudo
 * decides which variables come here.
 */
static const char *
choose(char *const environment[])
{
	static const char *const own[] = { "/usr/bin/editor", "/usr/bin/sensible-editor",
		"/usr/bin/vi", "/bin/vi", "/usr/bin/vim", "/usr/bin/nano", "/bin/nano",
		"/usr/bin/ed", "/bin/ed" };
	const char *name = value_of(environment, "VISUAL");

	if (name == NULL)
		name = value_of(environment, "EDITOR");
	for (size_t i = 0; name == NULL && i < sizeof own / sizeof *own; i++) {
		if (access(own[i], X_OK) == 0)
			name = own[i];
	}
	return name;
}

static int
start(char *const environment[], const char *editor, const char *path,
	const struct signals *signals, pid_t *ret_pid)
{
	char command[COMMAND_SIZE];
	const char *const argv[] = { "/bin/sh", "-c", command, editor, path, NULL };
	posix_spawnattr_t attributes;
	int error;

	if (snprintf(command, sizeof command, "exec %s \"$1\"", editor) >= (int)sizeof command)
		return ENAMETOOLONG;
	error = posix_spawnattr_init(&attributes);
	if (error != 0)
		return error;
	error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (error == 0)
		error = posix_spawnattr_setsigmask(&attributes, &signals->before);
	if (error == 0)
		error = posix_spawn(ret_pid, argv[0], NULL, &attributes,
			(char *const *)(uintptr_t)argv, environment);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Until it has ended. True if this process was told to end meanwhile, and told the editor. */
static bool
await(pid_t pid, const struct signals *signals, int *ret_status)
{
	bool ends = false;

	while (waitpid(pid, ret_status, WNOHANG) == 0) {
		const int number = signals_wait(signals, -1, -1);

		if (signals_end(number)) {
			ends = true;
			(void)kill(pid, number);
		}
	}
	return ends;
}

int
editor_run(char *const environment[], const char *path, const struct signals *signals,
	struct fault *fault)
{
	const char *editor = choose(environment);
	int status = -1, error;
	pid_t pid;

	if (editor == NULL)
		return fault_set(fault, FAULT_SYSTEM, "no editor is installed; EDITOR names one");
	(void)fflush(NULL);
	error = start(environment, editor, path, signals, &pid);
	if (error != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, error, "%s", editor);
	if (await(pid, signals, &status))
		return fault_set(fault, FAULT_BUSY, "ended while the editor ran");
	if (WIFSIGNALED(status))
		return fault_set(fault, FAULT_SYSTEM, "%s: %s", editor,
			sigdescr_np(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return fault_set(fault, FAULT_SYSTEM, "%s: ended with status %d", editor,
			WEXITSTATUS(status));
	return 0;
}
