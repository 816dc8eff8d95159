/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM application as a plain root daemon is one: no terminal, no setuid, whatever environment it
 * was started with.
 *
 *     daemon_host SERVICE USER CLIENT FD [closed]
 *
 * The conversation goes over the socket FD: a line "prompt TEXT" is answered with a line, "error
 * TEXT" and "info TEXT" are not; the last two lines are "result NUMBER" and "host[ WORDS]", the
 * words being what the module changed in its host. With "closed" file descriptors 0, 1 and 2 are
 * closed, as some daemons have them.
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define ANSWER_SIZE 256
#define HOST_UMASK 027

static volatile sig_atomic_t children_seen;

static void
count_child(int number)
{
	(void)number;
	children_seen++;
}

static char *
answer_from(FILE *peer)
{
	char *answer = calloc(1, ANSWER_SIZE);

	if (answer == NULL || fgets(answer, ANSWER_SIZE, peer) == NULL) {
		free(answer);
		return NULL;
	}
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

static const char *
style_name(int style)
{
	switch (style) {
	case PAM_ERROR_MSG:
		return "error";
	case PAM_TEXT_INFO:
		return "info";
	default:
		return "prompt";
	}
}

static int
converse(int count, const struct pam_message **messages, struct pam_response **ret_responses,
	void *data)
{
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	FILE *peer = data;

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;

		fprintf(peer, "%s %s\n", style_name(style), messages[i]->msg);
		fflush(peer);
		if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO)
			continue;
		responses[i].resp = answer_from(peer);
		if (responses[i].resp == NULL) {
			while (i-- > 0)
				free(responses[i].resp);
			free(responses);
			return PAM_CONV_ERR;
		}
	}
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static int
open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 3; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

/* What a module may not touch. Called with no child of the host's own. */
static void
report_changes(FILE *peer, int fds_before, const sigset_t *mask_before)
{
	sigset_t mask;
	bool child = waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;

	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	const struct {
		const char *name;
		bool changed;
	} parts[] = {
		{ "signal-mask", memcmp(&mask, mask_before, sizeof mask) != 0 },
		{ "umask", umask(0) != HOST_UMASK },
		{ "standard-fds", open_fds() != fds_before },
		{ "sigchld", children_seen != 0 },
		{ "child", child },
		{ "uid", getuid() != 0 || geteuid() != 0 },
	};

	fputs("host", peer);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i].changed)
			fprintf(peer, " %s", parts[i].name);
	fputs("\n", peer);
	fflush(peer);
}

int
main(int argc, char **argv)
{
	struct sigaction on_child = { .sa_handler = count_child, .sa_flags = SA_RESTART };
	struct pam_conv conversation = { .conv = converse };
	pam_handle_t *pamh = NULL;
	sigset_t mask;
	FILE *peer;
	int fds, result;

	if (argc < 5)
		return 64;
	/* The log's descriptor must not be the first to take the place of a closed one. */
	openlog("daemon_host", LOG_NDELAY, LOG_DAEMON);
	peer = fdopen(atoi(argv[4]), "r+");
	if (peer == NULL || sigaction(SIGCHLD, &on_child, NULL) != 0)
		return 71;
	if (argc > 5 && strcmp(argv[5], "closed") == 0)
		for (int fd = 0; fd < 3; fd++)
			close(fd);
	umask(HOST_UMASK);
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	fds = open_fds();
	conversation.appdata_ptr = peer;
	result = pam_start(argv[1], argv[2], &conversation, &pamh);
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_RHOST, argv[3]);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	pam_end(pamh, result);
	fprintf(peer, "result %d\n", result);
	report_changes(peer, fds, &mask);
	return result == PAM_SUCCESS ? 0 : 1;
}
