/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/startup.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/exchange.h"
#include "helper/privilege.h"
#include "helper/sandbox.h"
#include "wire/spawn.h"
#include "wire/wire.h"

/*
 * Whether this was started as the keeper starts a helper: two arguments, a socket on fd 3, and
 * something on 0, 1 and 2.
 */
static bool
called_rightly(const struct startup_steps *steps, int argc, char *argv[])
{
	struct stat st;
	int type = 0;
	socklen_t size = sizeof type;

	if (argc != 3 || !steps->called_rightly(argv + 1))
		return false;
	/* A file opened as fd 0, 1 or 2 would be written to by whoever prints. */
	for (int fd = 0; fd < STARTUP_SOCKET; fd++) {
		if (fstat(fd, &st) != 0)
			return false;
	}
	return getsockopt(STARTUP_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		type == SOCK_SEQPACKET;
}

/*
 * What the keeper has set already, once more, since nothing may depend on who called: fds,
 * environment, umask, working directory, no core dumps.
 */
static void
clean(void)
{
	const struct rlimit none = { 0, 0 };

	spawn_close_from(STARTUP_SOCKET + 1);
	umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/*
	 * A server that hangs up, or a limit on file sizes, must end in a reply and not in death.
	 */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	/*
	 * curl, OpenSSL, libldap and the resolver do as the environment says: proxies, key logs,
	 * code to load, ~/.ldaprc.
	 */
	clearenv();
	if (chdir("/") != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0 ||
		setenv("LC_ALL", "C", 1) != 0 || setenv("LDAPNOINIT", "1", 1) != 0)
		_exit(STARTUP_EXIT_USAGE);
}

static int
confine(const struct startup_steps *steps, const char *target, bool ready, struct fault *fault)
{
	const struct sandbox sandbox = steps->sandbox(steps->data, ready);
	bool landlock = false;
	int rc = sandbox_enter(&sandbox, &landlock, fault);

	if (rc != 0)
		return rc;
	if (!landlock) {
		openlog(steps->name, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
		syslog(LOG_WARNING,
			"event=sandbox landlock=none %s=%s: this kernel has no Landlock; "
			"file permissions and seccomp must do",
			steps->target, target);
		closelog();
	}
	return sandbox_filter(sandbox.kind, fault);
}

/* From root to nobody in a sandbox. Whatever went wrong, it is confined, or may do nothing more. */
static int
descend(const struct startup_steps *steps, char *arguments[], pid_t parent, struct fault *fault)
{
	struct fault confine_fault;
	const gid_t *group;
	int rc = steps->open(steps->data, arguments, fault), drop;

	group = steps->group != NULL ? steps->group(steps->data) : NULL;
	/* The first thing that is wrong is the one to report; what cannot go on is worse. */
	drop = privilege_drop(group, &confine_fault);
	if (drop == 0) {
		/* A change of uid clears it. */
		if (spawn_die_with(parent) != 0)
			_exit(0);
		if (rc == 0)
			rc = steps->prepare(steps->data, fault);
		drop = confine(steps, arguments[1], rc == 0, &confine_fault);
	}
	if (drop != 0)
		*fault = confine_fault;
	return drop != 0 ? drop : rc;
}

void
startup_run(const struct startup_steps *steps, int argc, char *argv[])
{
	const pid_t parent = getppid();
	struct wire_request request = { 0 };
	struct fault fault, request_fault;
	int rc;

	if (!called_rightly(steps, argc, argv))
		_exit(STARTUP_EXIT_USAGE);
	clean();
	if (spawn_die_with(parent) != 0)
		_exit(0);
	rc = descend(steps, argv + 1, parent, &fault);
	/* Also where it cannot be served. */
	if (exchange_read(steps->name, &request, &request_fault) != 0 && rc == 0) {
		fault = request_fault;
		rc = fault.kind;
	}
	if (rc != 0)
		steps->refuse(steps->data, &fault);
	else
		steps->serve(steps->data, &request);
	sodium_memzero(&request, sizeof request);
}
