/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KERNEL_SIGSET_SIZE (_NSIG / 8)
#define FDS_MAX (1u << 20)
#define WAIT_PIDFD ((idtype_t)3)	/* P_PIDFD, which glibc names since 2.36 */

/* 32-bit machines keep calls with 16-bit ids under the old names. */
#ifdef SYS_setresuid32
#define RAW_SETRESUID SYS_setresuid32
#define RAW_SETRESGID SYS_setresgid32
#else
#define RAW_SETRESUID SYS_setresuid
#define RAW_SETRESGID SYS_setresgid
#endif

pid_t
spawn_clone(int *ret_pidfd)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
	};
	long pid = syscall(SYS_clone3, &args, sizeof args);

	/*
	 * No clone3 (valgrind, kernels before 5.3), not this flag (before 5.5), or a container's
	 * filter that says EPERM where it means ENOSYS. The old call puts the pidfd where a
	 * parent's tid would go.
	 */
	if (pid < 0 && (errno == ENOSYS || errno == EINVAL || errno == EPERM)) {
#ifdef __s390__
		pid = syscall(SYS_clone, NULL, CLONE_PIDFD, &pidfd, NULL, NULL);
#else
		pid = syscall(SYS_clone, CLONE_PIDFD, NULL, &pidfd, NULL, NULL);
#endif
	}
	if (pid > 0)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}

void
spawn_block_signals(bool blocked)
{
	/* Raw: the C library's call leaves its own two real-time signals out. */
	uint8_t mask[KERNEL_SIGSET_SIZE];

	memset(mask, blocked ? 0xff : 0, sizeof mask);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, NULL, sizeof mask);
}

void
spawn_default_signals(void)
{
	/*
	 * Larger than any kernel's struct sigaction; SIG_DFL, no flags and an empty mask are all
	 * zero.
	 */
	const uint64_t action[16] = { 0 };

	for (int number = 1; number < _NSIG; number++) {
		if (number != SIGKILL && number != SIGSTOP)
			(void)syscall(SYS_rt_sigaction, number, action, NULL, KERNEL_SIGSET_SIZE);
	}
}

int
spawn_become_root(void)
{
	if (geteuid() != 0)
		return 0;
	/*
	 * Raw: glibc's would signal the threads of a host that has them, and wait for them here
	 * for ever.
	 */
	if (syscall(RAW_SETRESGID, 0, 0, 0) != 0 || syscall(RAW_SETRESUID, 0, 0, 0) != 0)
		return errno;
	return 0;
}

int
spawn_die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return errno;
	/* It may have died before the line above. */
	return getppid() == parent ? 0 : ESRCH;
}

void
spawn_reset_limits(void)
{
	/*
	 * su passes its caller's limits on: RLIMIT_FSIZE=0 or a second of CPU time would stop
	 * every text.
	 */
	static const struct {
		int resource;
		struct rlimit limit;
	} wanted[] = {
		{ RLIMIT_CPU, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_FSIZE, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_DATA, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_STACK, { 8u << 20, RLIM_INFINITY } },
		{ RLIMIT_CORE, { 0, 0 } },
		{ RLIMIT_NPROC, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_NOFILE, { 1024, 4096 } },
		{ RLIMIT_MEMLOCK, { 8u << 20, 8u << 20 } },
		{ RLIMIT_AS, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_LOCKS, { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_RTTIME, { RLIM_INFINITY, RLIM_INFINITY } },
	};

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		struct rlimit limit;

		if (prlimit(0, wanted[i].resource, &wanted[i].limit, NULL) == 0)
			continue;
		/* Without the privilege to raise a hard limit: up to it. */
		if (prlimit(0, wanted[i].resource, NULL, &limit) != 0)
			continue;
		limit.rlim_cur = wanted[i].limit.rlim_cur < limit.rlim_max ?
			wanted[i].limit.rlim_cur : limit.rlim_max;
		(void)prlimit(0, wanted[i].resource, &limit, NULL);
	}
}

/* Linux's struct linux_dirent64, which no header gives to programs; the name follows. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Closes what one read of /proc/self/fd lists; true if that was anything. */
static bool
close_listed(int directory, unsigned int first)
{
	_Alignas(struct entry) char buffer[2048];
	bool any = false;
	long size;

	while ((size = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
		const struct entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			unsigned int fd = 0;

			entry = (const void *)(buffer + at);
			for (const char *p = entry->name; *p >= '0' && *p <= '9'; p++)
				fd = fd * 10 + (unsigned int)(*p - '0');
			if (entry->name[0] != '.' && fd >= first && fd != (unsigned int)directory)
				any = close((int)fd) == 0 || any;
		}
	}
	return any;
}

void
spawn_close_from(unsigned int first)
{
	struct rlimit limit = { 0, 0 };
	unsigned int end = FDS_MAX;
	int directory;

	if (syscall(SYS_close_range, first, ~0u, 0) == 0)
		return;
	/*
	 * Kernels before 5.9. The list, not the limit: it may have been lowered after an fd was
	 * opened.
	 */
	directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory >= 0) {
		/* Closing while reading may skip an entry, so again until nothing is left. */
		while (close_listed(directory, first))
			(void)lseek(directory, 0, SEEK_SET);
		(void)close(directory);
		return;
	}
	if (prlimit(0, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.rlim_max < end)
		end = (unsigned int)limit.rlim_max;
	for (unsigned int fd = first; fd < end; fd++)
		(void)close((int)fd);
}

bool
spawn_ended(int pidfd, struct deadline deadline)
{
	struct pollfd poller = { .fd = pidfd, .events = POLLIN };

	for (;;) {
		int ready = poll(&poller, 1, deadline_poll_ms(deadline));

		if (ready > 0)
			return true;
		if (ready == 0 ? deadline_left_ms(deadline) == 0 : errno != EINTR)
			return false;
	}
}

void
spawn_kill(pid_t pid, int pidfd)
{
	/* valgrind again. While a child is not reaped, its number is nobody else's. */
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) != 0 && errno == ENOSYS)
		(void)kill(pid, SIGKILL);
}

bool
spawn_reap(int pidfd, bool wait, siginfo_t *ret_info)
{
	siginfo_t info = { 0 };
	int options = WEXITED | __WALL | (wait ? 0 : WNOHANG);

	while (waitid(WAIT_PIDFD, (id_t)pidfd, &info, options) != 0) {
		if (errno != EINTR)
			return false;
	}
	if (info.si_pid == 0)
		return false;
	if (ret_info != NULL)
		*ret_info = info;
	return true;
}

void
spawn_reap_group(pid_t group, struct deadline deadline)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PGID, (id_t)group, &info, WEXITED | WNOHANG | __WALL) != 0) {
			if (errno != EINTR)
				return;
		} else if (info.si_pid == 0) {
			if (deadline_left_ms(deadline) == 0)
				return;
			(void)poll(NULL, 0, 1);
		}
	}
}
