/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The measuring half of the bench: a PAM host that times authentications, and (programs.c) a
 * parent that times programs.
 *
 *   host auth RUNS CONFDIR SERVICE USER (outbox PATH | codes PATH)
 *       pam_start to pam_end, the conversation's own time taken out. The answer is the code of the
 *       newest line of the outbox, or the next line of a file of codes. Prints "US SYNCS" for each.
 *   host prompt RUNS CONFDIR SERVICE USER
 *       From the call of pam_authenticate to the prompt, which is then answered by a failing
 *       conversation. Prints "US SYNCS" for each.
 *   host load MODULE...
 *       In a process of its own for each: shared objects and resident KiB gained by dlopen. Prints
 *       "OBJECTS KIB US".
 *   host sync RUNS PATH
 *       pwrite of 4096 bytes over existing ones and fdatasync. Prints "US 1" for each.
 *   host send RUNS PROGRAM DIRECTORY GATEWAY TO TEXT
 *       Starts smsotp-send with its socket, as the keeper does, until it has replied and ended.
 *       Prints "US OUTCOME" for each.
 *   host lookup RUNS PROGRAM KIND PATH USER
 *       The same for smsotp-lookup. Prints "US OUTCOME NUMBERS" for each.
 *   host events COUNT USERS PATH
 *       Writes an event file of so many lines about so many users.
 *   host run RUNS PROGRAM ARGUMENT...
 *       Starts a program and waits for its end, output thrown away. Prints "US STATUS KIB"
 *       for each, the last being the most memory that was resident.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CODE_WAIT_MS 10000

static unsigned int syncs;

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

double
host_now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

void
host_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* --- conversations ---------------------------------------- */

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
		host_fail("the outbox holds a line without a code");
	snprintf(ret_code, 16, "%.*s", (int)strspn(text, "0123456789"), text);
	talker->seen = status.st_size;
	return 0;
}

static void
answer(struct talker *talker, char ret_code[static 16])
{
	double limit = host_now_us() + CODE_WAIT_MS * 1e3;

	if (talker->codes != NULL) {
		if (fgets(ret_code, 16, talker->codes) == NULL)
			host_fail("no codes left");
		ret_code[strcspn(ret_code, "\n")] = '\0';
		usleep(HOST_PAUSE_US);
		return;
	}
	while (read_outbox(talker, ret_code) != 0) {
		if (host_now_us() > limit)
			host_fail("no text in the outbox");
		usleep(500);
	}
	usleep(HOST_PAUSE_US);
}

static int
converse(int count, const struct pam_message **messages, struct pam_response **ret_responses,
	void *data)
{
	struct talker *talker = data;
	double begin = host_now_us();
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
	talker->spent_us += host_now_us() - begin;
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
	union {
		void (*function)(int, unsigned int, void *);
		const void *item;
	} delay = { no_delay };
	pam_handle_t *pamh = NULL;
	unsigned int before = syncs;
	double begin = host_now_us(), called;
	int result;

	talker->spent_us = 0;
	if (pam_start_confdir(service, user, &conv, confdir, &pamh) != PAM_SUCCESS)
		host_fail("pam_start failed");
	(void)pam_set_item(pamh, PAM_FAIL_DELAY, delay.item);
	called = host_now_us();
	result = pam_authenticate(pamh, 0);
	if (!talker->only_prompt && result != PAM_SUCCESS)
		host_fail("%s: %s", service, pam_strerror(pamh, result));
	if (talker->only_prompt && talker->prompted_us < called)
		host_fail("%s: no prompt: %s", service, pam_strerror(pamh, result));
	pam_end(pamh, result);
	printf("%.1f %u\n", talker->only_prompt ? talker->prompted_us - called
		: host_now_us() - begin - talker->spent_us, syncs - before);
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
		host_fail("%s: %s", argv[6], strerror(errno));
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

int
main(int argc, char **argv)
{
	static const struct { const char *name; int (*run)(int, char **); } commands[] = {
		{ "auth", command_auth }, { "prompt", command_prompt }, { "load", programs_load },
		{ "sync", programs_sync }, { "run", programs_run }, { "send", programs_send },
		{ "lookup", programs_lookup }, { "events", events_write },
	};

	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fputs("host: see the head of its source\n", stderr);
	return 2;
}
