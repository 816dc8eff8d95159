/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/startup.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/gateway_name.h"
#include "wire/spawn.h"

bool
startup_called_rightly(int argc, char *argv[])
{
	struct stat st;
	int type = 0;
	socklen_t size = sizeof type;

	if (argc != 3 || argv[1][0] != '/' || !gateway_name_valid(argv[2]))
		return false;
	/* A file opened as fd 0, 1 or 2 would be written to by whoever prints. */
	for (int fd = 0; fd < STARTUP_SOCKET; fd++) {
		if (fstat(fd, &st) != 0)
			return false;
	}
	return getsockopt(STARTUP_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		type == SOCK_SEQPACKET;
}

void
startup_clean(void)
{
	const struct rlimit none = { 0, 0 };

	spawn_close_from(STARTUP_SOCKET + 1);
	umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/*
	 * A gateway that hangs up, or a limit on file sizes, must end in a reply and not in
	 * death.
	 */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	/*
	 * curl, OpenSSL and the resolver do as the environment says: proxies, key logs, code to
	 * load.
	 */
	clearenv();
	if (chdir("/") != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0 ||
		setenv("LC_ALL", "C", 1) != 0)
		_exit(STARTUP_EXIT_USAGE);
}
