/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM application as a plain root daemon is one: no terminal, no setuid, whatever environment it
 * was started with.
 *
 *     daemon_host SERVICE USER CLIENT FD [closed | unwatched | again | counted]
 *
 * The conversation goes over the socket FD (peer.h); the last two lines are "result NUMBER" and
 * what the module changed in its host (unchanged.h). With "closed" file descriptors 0, 1 and 2 are
 * closed, as some daemons have them. With "unwatched" the last line is missing, nobody waits after
 * a failure, and the host makes hardly a system call of its own: for those who count them. "again"
 * is as that, but it lives on: each line that follows a result is the name of the next user, and
 * what was read stays nowhere in its memory but where the module got it. "counted" is as "again",
 * and behind each result comes "heap BYTES", what of the heap is in use.
 */
#include "peer.h"
#include "unchanged.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define USER_SIZE 256

static void
no_delay(int status, unsigned int us, void *data)
{
	(void)status;
	(void)us;
	(void)data;
}

static int
log_in(FILE *peer, const char *service, const char *user, const char *client, bool delayed)
{
	const union {
		void (*function)(int, unsigned int, void *);
		const void *item;
	} delay = { no_delay };
	struct pam_conv conversation = { .conv = peer_converse, .appdata_ptr = peer };
	pam_handle_t *pamh = NULL;
	int result = pam_start(service, user, &conversation, &pamh);

	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_RHOST, client);
	if (result == PAM_SUCCESS && !delayed)
		result = pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	pam_end(pamh, result);
	fprintf(peer, "result %d\n", result);
	return result;
}

static bool
is_next(FILE *peer, char user[static USER_SIZE])
{
	fflush(peer);
	if (fgets(user, USER_SIZE, peer) == NULL)
		return false;
	user[strcspn(user, "\n")] = '\0';
	return true;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 5 ? argv[5] : "";
	bool counted = strcmp(how, "counted") == 0, again = counted || strcmp(how, "again") == 0;
	bool watched = !again && strcmp(how, "unwatched") != 0;
	char user[USER_SIZE];
	FILE *peer;
	int result;

	if (argc < 5)
		return 64;
	peer = fdopen(atoi(argv[4]), "r+");
	if (peer == NULL || (again && setvbuf(peer, NULL, _IONBF, 0) != 0))
		return 71;
	/* The log's descriptor must not be the first to take the place of a closed one. */
	openlog(NULL, LOG_NDELAY, LOG_DAEMON);
	if (strcmp(how, "closed") == 0)
		for (int fd = 0; fd < 3; fd++)
			close(fd);
	if (watched && unchanged_begin() != 0)
		return 71;
	snprintf(user, sizeof user, "%s", argv[2]);
	do {
		result = log_in(peer, argv[1], user, argv[3], watched);
		if (counted)
			fprintf(peer, "heap %zu\n", mallinfo2().uordblks);
	} while (again && is_next(peer, user));
	if (watched)
		unchanged_report(peer);
	return result == PAM_SUCCESS ? 0 : 1;
}
