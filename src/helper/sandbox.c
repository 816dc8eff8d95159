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
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
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

static int
enter_landlock(
	enum sandbox_kind kind, const struct sandbox_ports *ports, bool *ret_landlock,
	struct fault *fault)
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
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
	if (ruleset < 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: Landlock's rules");
	if ((kind == SANDBOX_NET && allow_net(ruleset, handled.net != 0, ports) != 0) ||
			syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		rc = fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: Landlock");
	close(ruleset);
	if (rc == 0)
		*ret_landlock = true;
	return rc;
}

int
sandbox_enter(
	enum sandbox_kind kind, const struct sandbox_ports *ports, bool *ret_landlock,
	struct fault *fault)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "sandbox: no_new_privs");
	return enter_landlock(kind, ports, ret_landlock, fault);
}
