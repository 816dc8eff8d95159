/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/lock.h"
#include "core/store.h"
#include "paths.h"
#include "wire/session.h"

#define PLACE "trial"
#define NAME_LENGTH_MAX 64
#define TEXT_SIZE (AUDIT_WHO_SIZE + 128)
#define AUDIT_SESSION "/proc/self/sessionid"

bool
trial_name_valid(const char *service)
{
	const size_t length = strlen(service);

	/* It stands in a line of the service's file: what could be more than one word is none. */
	return length > 0 && length <= NAME_LENGTH_MAX && service[0] != '.' &&
		strspn(service, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-") == length;
}

/* Nothing is made for a look: after a reboot there is no directory, and so no trial. */
static int
open_running(const char *service)
{
	char path[sizeof SMSOTP_RUNDIR + sizeof PLACE + NAME_LENGTH_MAX + 2];
	int fd;

	if (!trial_name_valid(service))
		return -1;
	snprintf(path, sizeof path, SMSOTP_RUNDIR "/" PLACE "/%s", service);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* Shared: those who look at the same time are not in each other's way. */
	if (fd >= 0 && (flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)) {
		close(fd);
		return -1;
	}
	return fd;
}

bool
trial_runs(const char *service)
{
	const int fd = open_running(service);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What write_notes has written. */
static bool
read_notes(int fd, struct trial_notes *ret_notes)
{
	char text[TEXT_SIZE] = "", *at = text;
	long long numbers[5];
	size_t length;

	if (pread(fd, text, sizeof text - 1, 0) <= 0)
		return false;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char *end;

		errno = 0;
		numbers[i] = strtoll(at, &end, 10);
		if (end == at || *end != ' ' || errno != 0)
			return false;
		at = end + 1;
	}
	length = strcspn(at, "\n");
	if (length == 0 || length >= sizeof ret_notes->by)
		return false;
	*ret_notes = (struct trial_notes){
		.pid = (long)numbers[0],
		.login = { .session = (long)numbers[1], .terminal = (unsigned long)numbers[2],
			.audit = (unsigned long)numbers[3] },
		.until = (time_t)numbers[4],
	};
	memcpy(ret_notes->by, at, length);
	return true;
}

static int
write_notes(int fd, const struct trial_notes *notes, const char *service, struct fault *fault)
{
	char text[TEXT_SIZE];
	const int length = snprintf(text, sizeof text, "%ld %ld %lu %lu %lld %s\n", notes->pid,
		notes->login.session, notes->login.terminal, notes->login.audit,
		(long long)notes->until, notes->by);

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length)
		return fault_set_errno(fault, FAULT_STATE, errno,
			SMSOTP_RUNDIR "/" PLACE "/%s", service);
	return 0;
}

bool
trial_look(const char *service, struct trial_notes *ret_notes)
{
	const int fd = open_running(service);
	const bool known = fd >= 0 && read_notes(fd, ret_notes);

	if (fd >= 0)
		close(fd);
	return known;
}

static int
open_place(struct directory *ret_place, struct fault *fault)
{
	struct directory run = DIRECTORY_NONE;
	int result = directory_open(SMSOTP_RUNDIR, DIRECTORY_VOLATILE, &run, fault);

	if (result == 0)
		result = directory_open_under(&run, PLACE, ret_place, fault);
	directory_close(&run);
	return result;
}

/* The file stays when the lock goes: of two that took turns, one would hold what has no name. */
int
trial_begin(const char *service, time_t until, struct trial_hold *ret_hold, struct fault *fault)
{
	struct trial_hold hold = TRIAL_HOLD_NONE;
	struct trial_notes notes;
	int result = open_place(&hold.place, fault), error = 0;

	if (result != 0)
		return result;
	hold.fd = directory_raise_fd(openat(hold.place.fd, service,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
	if (hold.fd < 0 || (error = lock_take(hold.fd, lock_deadline())) != 0)
		result = fault_set_errno(fault, FAULT_STATE, error != 0 ? error : errno,
			SMSOTP_RUNDIR "/" PLACE "/%s", service);
	if (error == EAGAIN && read_notes(hold.fd, &notes))
		result = fault_set(fault, FAULT_BUSY, "a trial of %s runs already, begun by %s, "
			"process %ld", service, notes.by, notes.pid);
	else if (error == EAGAIN)
		result = fault_set(fault, FAULT_BUSY, "a trial of %s runs already", service);
	if (result == 0) {
		notes = (struct trial_notes){ .pid = (long)getpid(), .until = until };
		trial_login_read(&notes.login);
		audit_who(notes.by);
		result = write_notes(hold.fd, &notes, service, fault);
	}
	if (result != 0)
		trial_end(&hold);
	else
		*ret_hold = hold;
	return result;
}

void
trial_end(struct trial_hold *hold)
{
	if (hold->fd >= 0)
		close(hold->fd);
	directory_close(&hold->place);
	*hold = (struct trial_hold)TRIAL_HOLD_NONE;
}

int
trial_place(struct directory *ret_place, int *ret_lock, struct fault *fault)
{
	struct directory place = DIRECTORY_NONE;
	int result = open_place(&place, fault);

	if (result == 0)
		result = directory_lock(&place, ret_lock, fault);
	if (result != 0)
		directory_close(&place);
	else
		*ret_place = place;
	return result;
}

void
trial_login_read(struct trial_login *ret_login)
{
	struct store_terminal terminal;
	struct trial_login login = { .session = (long)getsid(0), .audit = TRIAL_UNKEPT };
	char text[16] = "";
	int fd = open(AUDIT_SESSION, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (session_terminal(&terminal))
		login.terminal = (unsigned long)terminal.device;
	if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
		login.audit = strtoul(text, NULL, 10);
	if (fd >= 0)
		close(fd);
	*ret_login = login;
}

bool
trial_login_same(const struct trial_login *one, const struct trial_login *other)
{
	return one->session == other->session ||
		(one->terminal != 0 && one->terminal == other->terminal) ||
		(one->audit != TRIAL_UNKEPT && one->audit == other->audit);
}
