/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM application as a plain root daemon is one: no terminal, no setuid, whatever environment it
 * was started with.
 *
 *     daemon_host SERVICE USER CLIENT FD [closed]
 *
 * The conversation goes over the socket FD (peer.h); the last two lines are "result NUMBER" and
 * what the module changed in its host (unchanged.h). With "closed" file descriptors 0, 1 and 2 are
 * closed, as some daemons have them.
 */
#include "peer.h"
#include "unchanged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct pam_conv conversation = { .conv = peer_converse };
	pam_handle_t *pamh = NULL;
	FILE *peer;
	int result;

	if (argc < 5)
		return 64;
	peer = fdopen(atoi(argv[4]), "r+");
	if (peer == NULL)
		return 71;
	/* The log's descriptor must not be the first to take the place of a closed one. */
	openlog(NULL, LOG_NDELAY, LOG_DAEMON);
	if (argc > 5 && strcmp(argv[5], "closed") == 0)
		for (int fd = 0; fd < 3; fd++)
			close(fd);
	if (unchanged_begin() != 0)
		return 71;
	conversation.appdata_ptr = peer;
	result = pam_start(argv[1], argv[2], &conversation, &pamh);
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_RHOST, argv[3]);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	pam_end(pamh, result);
	fprintf(peer, "result %d\n", result);
	unchanged_report(peer);
	return result == PAM_SUCCESS ? 0 : 1;
}
