/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/wire.h"

extern char **environ;

/* --- what a module brings into its host ---------------------------------------- */

static int
count_object(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)info;
	(void)size;
	++*(int *)data;
	return 0;
}

static long
resident_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/smaps_rollup", "re");

	if (file == NULL)
		host_fail("/proc/self/smaps_rollup: %s", strerror(errno));
	while (fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "Rss: %ld", &kib) == 1)
			break;
	}
	fclose(file);
	return kib;
}

int
programs_load(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int before = 0, after = 0, status;
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid < 0)
			host_fail("fork: %s", strerror(errno));
		if (pid == 0) {
			long kib;
			double begin, spent;

			/*
			 * A PAM host has loaded modules before: what loading costs in libc and
			 * ld.so themselves is there already. One of glibc's empty libraries
			 * stands for them.
			 */
			(void)dlopen("libutil.so.1", RTLD_NOW);
			(void)resident_kib();
			dl_iterate_phdr(count_object, &before);
			kib = resident_kib();
			begin = host_now_us();
			if (dlopen(argv[i], RTLD_NOW) == NULL)
				host_fail("%s", dlerror());
			spent = host_now_us() - begin;
			dl_iterate_phdr(count_object, &after);
			printf("%d %ld %.1f\n", after - before, resident_kib() - kib, spent);
			fflush(stdout);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status != 0)
			return 1;
	}
	return 0;
}

/* --- the disk, and programs ---------------------------------------- */

int
programs_sync(int argc, char **argv)
{
	static char block[4096];
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || pwrite(fd, block, sizeof block, 0) != sizeof block || fsync(fd) != 0)
		host_fail("%s: %s", argv[2], strerror(errno));
	for (int i = atoi(argv[1]); i > 0; i--) {
		double begin;

		usleep(HOST_PAUSE_US);
		begin = host_now_us();
		memset(block, i, sizeof block);
		if (pwrite(fd, block, sizeof block, 0) != sizeof block || fdatasync(fd) != 0)
			host_fail("%s: %s", argv[2], strerror(errno));
		printf("%.1f 1\n", host_now_us() - begin);
	}
	close(fd);
	return 0;
}

static pid_t
start(char **argv, int socket)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (socket >= 0)
		posix_spawn_file_actions_adddup2(&actions, socket, 3);
	error = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		host_fail("%s: %s", argv[0], strerror(error));
	return pid;
}

int
programs_run(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int i = atoi(argv[1]); i > 0; i--) {
		double begin = host_now_us();
		pid_t pid = start(argv + 2, -1);
		struct rusage usage;
		int status;

		if (wait4(pid, &status, 0, &usage) != pid)
			host_fail("wait4: %s", strerror(errno));
		printf("%.1f %d %ld\n", host_now_us() - begin, status, usage.ru_maxrss);
	}
	return 0;
}

/*
 * Runs a helper as the keeper does, until its end, as with the other program that it is compared
 * to; what it said and how long it took go to the output.
 */
static void
ask(char **helper, const struct wire_request *request)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	const size_t size = wire_put_request(request, bytes);
	struct wire_reply reply = { 0 };
	double begin = host_now_us(), spent;
	int sockets[2];
	ssize_t got;
	pid_t pid;

	if (size == 0)
		host_fail("the request cannot be encoded");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		host_fail("socketpair: %s", strerror(errno));
	pid = start(helper, sockets[1]);
	close(sockets[1]);
	if (send(sockets[0], bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		host_fail("send: %s", strerror(errno));
	do
		got = recv(sockets[0], bytes, sizeof bytes, 0);
	while (got > 0 && wire_get_reply(bytes, (size_t)got, request->task, &reply) != 0);
	if (waitpid(pid, NULL, 0) != pid)
		host_fail("waitpid: %s", strerror(errno));
	spent = host_now_us() - begin;
	close(sockets[0]);
	if (got <= 0)
		host_fail("%s gave no reply", helper[0]);
	printf("%.1f %s %s\n", spent, wire_outcome_name(reply.outcome), reply.numbers);
}

int
programs_send(int argc, char **argv)
{
	struct wire_request request = { .task = WIRE_TASK_TEXT, .timeout_ms = 5000,
		.validity_s = 300, .code = "123456", .ref = "K7" };

	if (argc != 7)
		return 2;
	snprintf(request.to, sizeof request.to, "%s", argv[5]);
	snprintf(request.text, sizeof request.text, "%s", argv[6]);
	for (int i = atoi(argv[1]); i > 0; i--)
		ask((char *[]){ argv[2], argv[3], argv[4], NULL }, &request);
	return 0;
}

int
programs_lookup(int argc, char **argv)
{
	struct wire_request request = { .task = WIRE_TASK_LOOKUP, .timeout_ms = 10000 };

	if (argc != 6)
		return 2;
	snprintf(request.name, sizeof request.name, "%s", argv[5]);
	for (int i = atoi(argv[1]); i > 0; i--)
		ask((char *[]){ argv[2], argv[3], argv[4], NULL }, &request);
	return 0;
}
