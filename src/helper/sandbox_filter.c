/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls a helper may make. The others fail with ENOSYS, which libraries are prepared
 * for: EPERM, or death, would break glibc's resolver threads, which try clone3 first and take
 * clone where the kernel has none.
 */
#include "helper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault.h"

/* Memory, time, the fds there are, and the end. */
static const int for_all[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	/* glibc's fstat */
	SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(fcntl), SCMP_SYS(fcntl64), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64), SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(recv),
	SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(send), SCMP_SYS(mmap), SCMP_SYS(mmap2),
	SCMP_SYS(mprotect), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(sched_yield), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(exit), SCMP_SYS(exit_group) };

static const int for_outbox[] = {
	SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64)
};

/* For one process, by its pidfd. */
static const int for_waiter[] = { SCMP_SYS(waitid), SCMP_SYS(pidfd_send_signal) };

static const int for_net[] = {
	/* Sockets there are. */
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(recvmmsg_time64), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(select), SCMP_SYS(_newselect),
	SCMP_SYS(pselect6), SCMP_SYS(pselect6_time64),
	/* Reading files: libraries of the resolver, certificates. */
	SCMP_SYS(pread64), SCMP_SYS(stat), SCMP_SYS(stat64), SCMP_SYS(lstat), SCMP_SYS(lstat64),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(fadvise64), SCMP_SYS(getcwd),
	/* Who and where: resolver, threads, OpenSSL. */
	SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(getuid32), SCMP_SYS(geteuid),
	SCMP_SYS(geteuid32), SCMP_SYS(getgid), SCMP_SYS(getgid32), SCMP_SYS(getegid),
	SCMP_SYS(getegid32), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit),
	SCMP_SYS(ugetrlimit), SCMP_SYS(clock_getres), SCMP_SYS(clock_getres_time64),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address), SCMP_SYS(membarrier)
};

static int
allow_all(scmp_filter_ctx filter, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
			return -1;
	}
	return 0;
}

/* Argument number i is value. */
static struct scmp_arg_cmp
equals(unsigned int i, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){ .arg = i, .op = SCMP_CMP_EQ, .datum_a = value };
}

/* Of argument number i, the bits of mask are value. */
static struct scmp_arg_cmp
masked(unsigned int i, scmp_datum_t mask, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){ .arg = i, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask,
		.datum_b = value };
}

static int
allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

static int
allow_if_both(scmp_filter_ctx filter, int call, struct scmp_arg_cmp one, struct scmp_arg_cmp other)
{
	const struct scmp_arg_cmp conditions[] = { one, other };

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 2, conditions);
}

/* For reading only; O_TMPFILE needs write access, which is excluded here. */
static int
allow_opening(scmp_filter_ctx filter)
{
	const scmp_datum_t mask = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	int rc = allow_if(filter, SCMP_SYS(openat), masked(2, mask, O_RDONLY));

	return rc != 0 ? rc : allow_if(filter, SCMP_SYS(open), masked(1, mask, O_RDONLY));
}

/* In the one directory that Landlock leaves: new files, and none in the place of another. */
static int
allow_spooling(scmp_filter_ctx filter)
{
	const scmp_datum_t mask = O_ACCMODE | O_CREAT | O_EXCL | O_NOFOLLOW | O_TRUNC | O_APPEND;
	const scmp_datum_t fresh = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
	int rc = allow_if(filter, SCMP_SYS(openat), masked(2, mask, fresh));

	/* O_TMPFILE holds O_DIRECTORY's bit: a flag of two bits. */
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(openat),
			masked(2, mask | O_TMPFILE, O_WRONLY | O_TMPFILE));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(linkat), equals(4, AT_SYMLINK_FOLLOW));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(renameat2), equals(4, RENAME_NOREPLACE));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(unlinkat), equals(2, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fchmod), 0);
	return rc;
}

/*
 * TCP and UDP; AF_UNIX for nscd and resolved; AF_NETLINK, with which getaddrinfo asks for our
 * addresses.
 */
static int
allow_sockets(scmp_filter_ctx filter)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof families / sizeof families[0]; i++)
		rc = allow_if(filter, SCMP_SYS(socket), equals(0, (scmp_datum_t)families[i]));
	if (rc == 0)
		rc = allow_if_both(
			filter, SCMP_SYS(socket), equals(0, AF_NETLINK), equals(2, NETLINK_ROUTE));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(socketpair), equals(0, AF_UNIX));
	return rc;
}

#ifdef __s390__
#define CLONE_FLAGS_ARGUMENT 1
#else
#define CLONE_FLAGS_ARGUMENT 0
#endif

static int
allow_rest(scmp_filter_ctx filter)
{
	/* Threads, not processes. */
	int rc = allow_if(
		filter, SCMP_SYS(clone), masked(CLONE_FLAGS_ARGUMENT, CLONE_THREAD, CLONE_THREAD));

	/* Reading a limit of our own, not setting one. */
	if (rc == 0)
		rc = allow_if_both(filter, SCMP_SYS(prlimit64), equals(0, 0), equals(2, 0));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(ioctl), equals(1, FIONREAD));
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(ioctl), equals(1, FIONBIO));
	/* A name server's address may have a zone: "nameserver fe80::1%eth0". */
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(ioctl), equals(1, SIOCGIFINDEX));
	return rc;
}

int
sandbox_filter(enum sandbox_kind kind, struct fault *fault)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = filter == NULL ? -ENOMEM : 0;

	if (rc == 0)
		rc = allow_all(filter, for_all, sizeof for_all / sizeof for_all[0]);
	/* abort(3) signals itself; no other process. */
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(tgkill), equals(0, (scmp_datum_t)getpid()));
	if (rc == 0 && kind == SANDBOX_OUTBOX)
		rc = allow_all(filter, for_outbox, sizeof for_outbox / sizeof for_outbox[0]);
	if (rc == 0 && kind == SANDBOX_SPOOL)
		rc = allow_spooling(filter);
	if (rc == 0 && kind == SANDBOX_WAITER)
		rc = allow_all(filter, for_waiter, sizeof for_waiter / sizeof for_waiter[0]);
	if (rc == 0 && kind == SANDBOX_NET) {
		rc = allow_all(filter, for_net, sizeof for_net / sizeof for_net[0]);
		if (rc == 0)
			rc = allow_opening(filter);
		if (rc == 0)
			rc = allow_sockets(filter);
		if (rc == 0)
			rc = allow_rest(filter);
	}
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc == 0)
		return 0;
	return fault_set_errno(fault, FAULT_SYSTEM, -rc, "sandbox: the list of system calls");
}
