/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The measuring half of the bench: a PAM host that times authentications, and a parent that times programs.
 *
 *   host auth RUNS CONFDIR SERVICE USER (outbox PATH | codes PATH)
 *       RUNS times: pam_start … pam_end, the conversation's own time taken out. The answer is the code of the newest line of the
 *       outbox, or the next line of a file of codes. Prints "US SYNCS" for each.
 *   host prompt RUNS CONFDIR SERVICE USER
 *       From the call of pam_authenticate to the prompt, which is then answered by a failing conversation. Prints "US SYNCS".
 *   host load MODULE…
 *       In a process of its own for each: shared objects and resident KiB gained by dlopen. Prints "OBJECTS KIB US".
 *   host sync RUNS PATH
 *       pwrite of 4096 bytes over existing ones and fdatasync. Prints "US 1".
 *   host send RUNS PROGRAM DIRECTORY GATEWAY TO TEXT
 *       Starts smsotp-send with its socket, as the keeper does, until its reply is there. Prints "US OUTCOME".
 *   host run RUNS PROGRAM ARGUMENT…
 *       Starts a program and waits for its end, output thrown away. Prints "US STATUS".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <security/pam_appl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire/wire.h"

#define CODE_WAIT_MS 10000
#define SETTLE_US 30000		/* for the helper to end after its text is in the outbox: not the login's time */

static unsigned int syncs;
extern char **environ;

/* The module's calls bind to these: the program is linked with -rdynamic. */
int
fdatasync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fsync, fd);
}

static double
now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* --- conversations ------------------------------------------------------------------------------------ */

struct talker {
	const char *outbox;
	off_t seen;		/* size of the outbox that was read */
	FILE *codes;
	bool only_prompt;
	double prompted_us;	/* when the prompt came */
	double spent_us;	/* in here */
};

static int
read_outbox(struct talker *talker, char ret_code[static 16])
{
	char line[4096], *text;
	int fd = open(talker->outbox, O_RDONLY | O_CLOEXEC);
	ssize_t size;
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) != 0 || status.st_size <= talker->seen) {
		close(fd);
		return -1;
	}
	size = pread(fd, line, sizeof line - 1, talker->seen);
	close(fd);
	if (size <= 0 || line[size - 1] != '\n')
		return -1;
	line[size] = '\0';
	text = strstr(line, "\"text\"");
	if (text == NULL || (text = strpbrk(text + 6, "0123456789")) == NULL)
		fail("the outbox holds a line without a code");
	snprintf(ret_code, 16, "%.*s", (int)strspn(text, "0123456789"), text);
	talker->seen = status.st_size;
	return 0;
}

static void
answer(struct talker *talker, char ret_code[static 16])
{
	double limit = now_us() + CODE_WAIT_MS * 1e3;

	if (talker->codes != NULL) {
		if (fgets(ret_code, 16, talker->codes) == NULL)
			fail("no codes left");
		ret_code[strcspn(ret_code, "\n")] = '\0';
		return;
	}
	while (read_outbox(talker, ret_code) != 0) {
		if (now_us() > limit)
			fail("no text in the outbox");
		usleep(500);
	}
	usleep(SETTLE_US);
}

static int
converse(int count, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
	struct talker *talker = data;
	double begin = now_us();
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;
		char code[16];

		if (style != PAM_PROMPT_ECHO_ON && style != PAM_PROMPT_ECHO_OFF)
			continue;
		talker->prompted_us = begin;
		if (talker->only_prompt) {
			free(responses);
			return PAM_CONV_ERR;
		}
		answer(talker, code);
		responses[i].resp = strdup(code);
	}
	*ret_responses = responses;
	talker->spent_us += now_us() - begin;
	return PAM_SUCCESS;
}

/* The sleep after a failure is no work of the module's. */
static void
no_delay(int status, unsigned int us, void *data)
{
	(void)status;
	(void)us;
	(void)data;
}

static void
authenticate(const char *confdir, const char *service, const char *user, struct talker *talker)
{
	const struct pam_conv conv = { converse, talker };
	union { void (*function)(int, unsigned int, void *); const void *item; } delay = { no_delay };
	pam_handle_t *pamh = NULL;
	unsigned int before = syncs;
	double begin = now_us(), called;
	int result;

	talker->spent_us = 0;
	if (pam_start_confdir(service, user, &conv, confdir, &pamh) != PAM_SUCCESS)
		fail("pam_start failed");
	(void)pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
	called = now_us();
	result = pam_authenticate(pamh, 0);
	if (!talker->only_prompt && result != PAM_SUCCESS)
		fail("%s: %s", service, pam_strerror(pamh, result));
	if (talker->only_prompt && talker->prompted_us < called)
		fail("%s: no prompt: %s", service, pam_strerror(pamh, result));
	pam_end(pamh, result);
	printf("%.1f %u\n", talker->only_prompt ? talker->prompted_us - called
		: now_us() - begin - talker->spent_us, syncs - before);
}

static int
command_auth(int argc, char **argv)
{
	struct talker talker = { 0 };

	if (argc != 7)
		return 2;
	if (strcmp(argv[5], "outbox") == 0) {
		struct stat status;

		talker.outbox = argv[6];
		talker.seen = stat(argv[6], &status) == 0 ? status.st_size : 0;
	} else if ((talker.codes = fopen(argv[6], "re")) == NULL) {
		fail("%s: %s", argv[6], strerror(errno));
	}
	for (int i = atoi(argv[1]); i > 0; i--)
		authenticate(argv[2], argv[3], argv[4], &talker);
	if (talker.codes != NULL)
		fclose(talker.codes);
	return 0;
}

static int
command_prompt(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	for (int i = atoi(argv[1]); i > 0; i--) {
		struct talker talker = { .only_prompt = true };

		authenticate(argv[2], argv[3], argv[4], &talker);
	}
	return 0;
}

/* --- what a module brings into its host ----------------------------------------------------------------- */

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
		fail("/proc/self/smaps_rollup: %s", strerror(errno));
	while (fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "Rss: %ld", &kib) == 1)
			break;
	}
	fclose(file);
	return kib;
}

static int
command_load(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int before = 0, after = 0, status;
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid < 0)
			fail("fork: %s", strerror(errno));
		if (pid == 0) {
			long kib = resident_kib();
			double begin = now_us(), spent;

			dl_iterate_phdr(count_object, &before);
			if (dlopen(argv[i], RTLD_NOW) == NULL)
				fail("%s", dlerror());
			spent = now_us() - begin;
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

/* --- the disk, and programs ------------------------------------------------------------------------------ */

static int
command_sync(int argc, char **argv)
{
	static char block[4096];
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || pwrite(fd, block, sizeof block, 0) != sizeof block || fsync(fd) != 0)
		fail("%s: %s", argv[2], strerror(errno));
	for (int i = atoi(argv[1]); i > 0; i--) {
		double begin = now_us();

		memset(block, i, sizeof block);
		if (pwrite(fd, block, sizeof block, 0) != sizeof block || fdatasync(fd) != 0)
			fail("%s: %s", argv[2], strerror(errno));
		printf("%.1f 1\n", now_us() - begin);
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
		fail("%s: %s", argv[0], strerror(error));
	return pid;
}

static int
command_run(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int i = atoi(argv[1]); i > 0; i--) {
		double begin = now_us();
		pid_t pid = start(argv + 2, -1);
		int status;

		if (waitpid(pid, &status, 0) != pid)
			fail("waitpid: %s", strerror(errno));
		printf("%.1f %d\n", now_us() - begin, status);
	}
	return 0;
}

static int
command_send(int argc, char **argv)
{
	struct wire_request request = { .timeout_ms = 5000, .validity_s = 300, .code = "123456", .ref = "K7" };
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size;

	if (argc != 7)
		return 2;
	snprintf(request.to, sizeof request.to, "%s", argv[5]);
	snprintf(request.text, sizeof request.text, "%s", argv[6]);
	size = wire_put_request(&request, bytes);
	if (size == 0)
		fail("the request cannot be encoded");
	for (int i = atoi(argv[1]); i > 0; i--) {
		char *helper[] = { argv[2], argv[3], argv[4], NULL };
		uint8_t answer_bytes[WIRE_SIZE_MAX];
		struct wire_reply reply = { 0 };
		double begin = now_us(), spent;
		int sockets[2];
		ssize_t got;
		pid_t pid;

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
			fail("socketpair: %s", strerror(errno));
		pid = start(helper, sockets[1]);
		close(sockets[1]);
		if (send(sockets[0], bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
			fail("send: %s", strerror(errno));
		do
			got = recv(sockets[0], answer_bytes, sizeof answer_bytes, 0);
		while (got > 0 && wire_get_reply(answer_bytes, (size_t)got, &reply) != 0);
		if (waitpid(pid, NULL, 0) != pid)
			fail("waitpid: %s", strerror(errno));
		/* Until its end, as with the other program it is compared to. */
		spent = now_us() - begin;
		close(sockets[0]);
		if (got <= 0)
			fail("smsotp-send gave no reply");
		printf("%.1f %s\n", spent, wire_outcome_name(reply.outcome));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct { const char *name; int (*run)(int, char **); } commands[] = {
		{ "auth", command_auth }, { "prompt", command_prompt }, { "load", command_load },
		{ "sync", command_sync }, { "run", command_run }, { "send", command_send },
	};

	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fputs("host: see the head of its source\n", stderr);
	return 2;
}
