/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_SIZE 1024		/* more than the fields up to the last that is read here */
#define FIELD_STATE 3		/* proc_pid_stat(5) counts from 1 */
#define FIELD_SESSION 6
#define FIELD_TERMINAL 7
#define FIELD_STARTED 22

struct process {
	char state;
	uint64_t pid, session, terminal, started;
};

static bool
read_file(const char *path, char ret_text[static STAT_SIZE])
{
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1)
		return false;
	do
		got = read(fd, ret_text, STAT_SIZE - 1);
	while (got == -1 && errno == EINTR);
	close(fd);
	if (got <= 0)
		return false;
	ret_text[got] = '\0';
	return true;
}

/* A field of those behind the name; 0 if it is no number, which no field read here can be. */
static uint64_t
number(const char *fields, int field)
{
	for (int at = FIELD_STATE; at < field && fields != NULL; at++) {
		fields = strchr(fields, ' ');
		if (fields != NULL)
			fields++;
	}
	return fields != NULL ? strtoull(fields, NULL, 10) : 0;
}

/*
 * who is a number or "self". The name, in parentheses, is the process's own choice: it may hold
 * blanks and parentheses, and the numbers begin behind the last one.
 */
static bool
read_process(const char *who, struct process *ret_process)
{
	char path[32], text[STAT_SIZE];
	const char *end;

	snprintf(path, sizeof path, "/proc/%s/stat", who);
	if (!read_file(path, text))
		return false;
	end = strrchr(text, ')');
	if (end == NULL || end[1] != ' ')
		return false;
	end += 2;
	*ret_process = (struct process){
		.state = *end,
		.pid = strtoull(text, NULL, 10),
		.session = number(end, FIELD_SESSION),
		.terminal = number(end, FIELD_TERMINAL),
		.started = number(end, FIELD_STARTED),
	};
	return ret_process->started != 0;
}

/* /proc may be that of another pid namespace, whose numbers are not ours. */
static bool
read_self(struct process *ret_process)
{
	return read_process("self", ret_process) && ret_process->pid == (uint64_t)getpid();
}

static bool
read_numbered(uint64_t pid, struct process *ret_process)
{
	char who[16];

	snprintf(who, sizeof who, "%" PRIu32, (uint32_t)pid);
	return read_process(who, ret_process) && ret_process->pid == pid;
}

bool
session_terminal(struct store_terminal *ret_terminal)
{
	struct process self, leader;

	if (!read_self(&self) || self.session == 0 || self.terminal == 0 ||
	    !read_numbered(self.session, &leader) || leader.session != self.session)
		return false;
	*ret_terminal = (struct store_terminal){
		.session = (uint32_t)self.session, .started = leader.started,
		.device = self.terminal, .caller = getuid(),
	};
	return true;
}

bool
session_process(struct code_process *ret_process)
{
	struct process self;

	if (!read_self(&self))
		return false;
	*ret_process = (struct code_process){
		.pid = (uint32_t)self.pid, .started = self.started,
	};
	return true;
}

bool
session_lives(const struct code_process *process)
{
	struct process found;

	return process->pid != 0 && read_numbered(process->pid, &found) &&
		found.started == process->started && strchr("ZXx", found.state) == NULL;
}
