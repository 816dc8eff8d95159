/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM application that uses threads: each logs one user in again and again, with a handle of its
 * own, while others hold the locks of libc as much as they can.
 *
 *     threads_host SERVICE CLIENT ROUNDS USER=FD...
 *
 * The conversations go over the sockets FD (peer.h), and each login's last line there is "result
 * NUMBER". On standard output follows what the module changed in its host (unchanged.h).
 */
#include "peer.h"
#include "unchanged.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS_MAX 32

static atomic_bool over;

/* --- who holds locks ---------------------------------------- */

/* Of one arena, which mallopt makes the only one: the lock that a login's thread needs as well. */
static void *
allocate(void *data)
{
	void *blocks[64] = { NULL };
	unsigned int seed = (unsigned int)(uintptr_t)data;

	while (!over) {
		unsigned int place = (unsigned int)rand_r(&seed) % 64;

		free(blocks[place]);
		blocks[place] = malloc(16 + (unsigned int)rand_r(&seed) % 60000);
	}
	for (size_t i = 0; i < 64; i++)
		free(blocks[i]);
	return NULL;
}

/* Of streams, of the time zone, of the account databases. */
static void *
look_up(void *data)
{
	FILE *nowhere = fopen("/dev/null", "we");

	while (nowhere != NULL && !over) {
		char buffer[4096];
		struct passwd entry, *found;
		time_t now = time(NULL);

		(void)getpwnam_r("root", &entry, buffer, sizeof buffer, &found);
		fprintf(nowhere, "%s", ctime_r(&now, buffer));
		fflush(nowhere);
	}
	if (nowhere != NULL)
		fclose(nowhere);
	return data;
}

/* Of the dynamic linker. */
static void *
load(void *data)
{
	while (!over) {
		void *library = dlopen("libresolv.so.2", RTLD_NOW);

		if (library != NULL)
			dlclose(library);
	}
	return data;
}

/* --- logins ---------------------------------------- */

struct login {
	const char *service, *client, *user;
	int rounds;
	FILE *peer;
	pthread_t thread;
};

static void
no_delay(int status, unsigned int us, void *data)
{
	(void)status;
	(void)us;
	(void)data;
}

static void *
log_in(void *data)
{
	const struct login *login = data;
	const struct pam_conv conversation = { peer_converse, login->peer };
	union {
		void (*function)(int, unsigned int, void *);
		const void *item;
	} delay = { no_delay };

	for (int i = 0; i < login->rounds; i++) {
		pam_handle_t *pamh = NULL;
		int result = pam_start(login->service, login->user, &conversation, &pamh);

		if (result == PAM_SUCCESS)
			result = pam_set_item(pamh, PAM_RHOST, login->client);
		if (result == PAM_SUCCESS)
			result = pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
		if (result == PAM_SUCCESS)
			result = pam_authenticate(pamh, 0);
		pam_end(pamh, result);
		fprintf(login->peer, "result %d\n", result);
		fflush(login->peer);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	void *(*const disturb[])(void *) = { allocate, allocate, look_up, load };
	pthread_t disturbers[sizeof disturb / sizeof disturb[0]];
	static struct login logins[THREADS_MAX];
	int count = argc - 4;

	if (count < 1 || count > THREADS_MAX)
		return 64;
	for (int i = 0; i < count; i++) {
		char *user = argv[4 + i], *fd = strchr(user, '=');

		if (fd == NULL)
			return 64;
		*fd++ = '\0';
		logins[i] = (struct login){ argv[1], argv[2], user, atoi(argv[3]),
			fdopen(atoi(fd), "r+"), 0 };
		if (logins[i].peer == NULL)
			return 71;
	}
	if (mallopt(M_ARENA_MAX, 1) != 1 || unchanged_begin() != 0)
		return 71;
	for (size_t i = 0; i < sizeof disturb / sizeof disturb[0]; i++)
		if (pthread_create(&disturbers[i], NULL, disturb[i], (void *)(i + 1)) != 0)
			return 71;
	for (int i = 0; i < count; i++)
		if (pthread_create(&logins[i].thread, NULL, log_in, &logins[i]) != 0)
			return 71;
	for (int i = 0; i < count; i++)
		pthread_join(logins[i].thread, NULL);
	over = true;
	for (size_t i = 0; i < sizeof disturb / sizeof disturb[0]; i++)
		pthread_join(disturbers[i], NULL);
	unchanged_report(stdout);
	return 0;
}
