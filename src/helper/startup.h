/* SPDX-License-Identifier: BSD-2-Clause */
/* What a helper begins with, before it opens anything: see spawn.h for its other end. */
#ifndef SMSOTP_HELPER_STARTUP_H
#define SMSOTP_HELPER_STARTUP_H

#include <stdbool.h>

#define STARTUP_SOCKET 3	/* on which the request comes and the reply goes */
#define STARTUP_EXIT_USAGE 64

/*
 * Whether this was started as the keeper starts a helper: DIRECTORY and GATEWAY, a socket on fd
 * 3, and something on 0, 1 and 2.
 */
bool startup_called_rightly(int argc, char *argv[]) __attribute__((warn_unused_result));

/*
 * What the keeper has set already, once more, since nothing may depend on who called: fds,
 * environment, umask, working directory, no core dumps. SIGPIPE and SIGXFSZ are ignored: what
 * they tell must end in a reply and not in death. Ends the process where that cannot be.
 */
void startup_clean(void);

#endif
