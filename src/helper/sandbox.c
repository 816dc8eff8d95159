/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fault.h"

/*
 * Landlock's interface as of ABI 6, from the kernel's Documentation/userspace-api/landlock.rst:
 * the headers of distributions are older than the kernels they run on.
 */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2
#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_DIR (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR (UINT64_C(1) << 7)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_MAKE_SOCK (UINT64_C(1) << 9)
#define FS_MAKE_FIFO (UINT64_C(1) << 10)
#define FS_MAKE_SYM (UINT64_C(1) << 12)
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
/* What can be allowed for something that is no directory. */
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)
#define DNS_PORT 53

struct ruleset { uint64_t fs, net, scoped; };
struct path_beneath { uint64_t allowed; int32_t parent; } __attribute__((packed));
struct net_port { uint64_t allowed, port; };

/* How many rights on files each ABI knows, and how much of struct ruleset its kernels take. */
static struct ruleset
handled_by(long abi, size_t *ret_size)
{
	static const unsigned int fs_rights[] = { 0, 13, 14, 15, 15, 16 };
	const unsigned int rights = fs_rights[abi < 5 ? abi : 5];
	struct ruleset handled = { .fs = (UINT64_C(1) << rights) - 1 };

	*ret_size = offsetof(struct ruleset, net);
	if (abi >= 4) {
		handled.net = NET_BIND_TCP | NET_CONNECT_TCP;
		*ret_size = offsetof(struct ruleset, scoped);
	}
	if (abi >= 6) {
		handled.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
		*ret_size = sizeof handled;
	}
	return handled;
}

/* A place that does not exist needs no rule. */
static int
allow_reading(int ruleset, const char *path)
{
	struct path_beneath rule = { .allowed = FS_READ_FILE | FS_READ_DIR };
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return 0;
	rule.parent = fd;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed = FS_READ_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) != 0)
		rc = -1;
	close(fd);
	return rc;
}

static int
allow_port(int ruleset, uint16_t port)
{
	const struct net_port rule = { .allowed = NET_CONNECT_TCP, .port = port };

	return (int)syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0);
}

/* What the resolver (its modules are loaded at the first look-up) and TLS read. */
static int
allow_net(int ruleset, bool knows_ports, const struct sandbox_ports *ports)
{
	static const char *const paths[] = { "/etc", "/lib", "/lib32", "/lib64", "/usr/lib",
		"/usr/lib32", "/usr/lib64", "/usr/libx32",
		/* Where the links in /etc/ssl/certs and /etc/pki lead. */
		"/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/share/pki",
		"/var/lib/ca-certificates",
		/* Where Fedora's /etc/crypto-policies leads: the least that its TLS may do. */
		"/usr/share/crypto-policies",
		/*
		 * The file itself, wherever links lead (/run/netconfig, /run/resolvconf…), and
		 * folders where it is made anew at any time.
		 */
		"/etc/resolv.conf", "/run/systemd/resolve", "/run/NetworkManager", "/run/nscd",
		"/dev/null", "/dev/urandom" };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (allow_reading(ruleset, paths[i]) != 0)
			return -1;
	}
	if (!knows_ports)
		return 0;
	for (size_t i = 0; i < SANDBOX_PORTS_MAX; i++) {
		if (ports->port[i] != 0 && allow_port(ruleset, ports->port[i]) != 0)
			return -1;
	}
	/* Long answers of a name server come over TCP. */
	return allow_port(ruleset, DNS_PORT);
}

/* What fd leads to, and all below it; rights that this kernel does not know are left out. */
static int
allow_below(int ruleset, int fd, uint64_t rights, const struct ruleset *handled)
{
	struct path_beneath rule = { .allowed = rights & handled->fs, .parent = fd };
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= FS_OF_FILES;
	return (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

static int
allow_path(int ruleset, const char *path, uint64_t rights, const struct ruleset *handled)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	int rc = fd < 0 ? -1 : allow_below(ruleset, fd, rights, handled);

	if (fd >= 0)
		close(fd);
	return rc;
}

/* To make a file without a name, or with one, and to give it another. */
static int
allow_spool(int ruleset, int directory, const struct ruleset *handled)
{
	return allow_below(
		ruleset, directory, FS_MAKE_REG | FS_WRITE_FILE | FS_REMOVE_FILE, handled);
}

static int
allow_program(int ruleset, const struct sandbox_writable *writable, const struct ruleset *handled)
{
	const uint64_t change = FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |
		FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE |
		FS_IOCTL_DEV;
	int rc = allow_path(ruleset, "/", FS_EXECUTE | FS_READ_FILE | FS_READ_DIR, handled);

	if (rc == 0)
		rc = allow_path(ruleset, "/dev/null", FS_WRITE_FILE | FS_TRUNCATE, handled);
	for (size_t i = 0; rc == 0 && i < writable->count; i++)
		rc = allow_below(ruleset, writable->fd[i], change, handled);
	return rc;
}

static int
enter_landlock(const struct sandbox *sandbox, bool *ret_landlock, struct fault *fault)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset handled;
	size_t size;
	int ruleset, rc = 0;

	if (abi < 1) {
		/*
		 * ENOSYS: not built in; EOPNOTSUPP: switched off; EPERM: a container's filter
		 * that says so.
		 */
		*ret_landlock = false;
		return 0;
	}
	handled = handled_by(abi, &size);
	/* A program of the site's may talk to whom it likes. */
	if (sandbox->kind == SANDBOX_PROGRAM) {
		handled.net = 0;
		handled.scoped &= SCOPE_SIGNAL;
	}
	/* The program is in a domain of its own: it could not be killed, nor die with us. */
	if (sandbox->kind == SANDBOX_WAITER)
		handled.scoped &= SCOPE_ABSTRACT_UNIX_SOCKET;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
	if (ruleset < 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: Landlock's rules");
	if (sandbox->kind == SANDBOX_NET)
		rc = allow_net(ruleset, handled.net != 0, &sandbox->ports);
	else if (sandbox->kind == SANDBOX_SPOOL)
		rc = allow_spool(ruleset, sandbox->directory, &handled);
	else if (sandbox->kind == SANDBOX_PROGRAM)
		rc = allow_program(ruleset, &sandbox->writable, &handled);
	if (rc != 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		rc = fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: Landlock");
	close(ruleset);
	if (rc == 0)
		*ret_landlock = true;
	return rc;
}

int
sandbox_enter(const struct sandbox *sandbox, bool *ret_landlock, struct fault *fault)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: no_new_privs");
	return enter_landlock(sandbox, ret_landlock, fault);
}
