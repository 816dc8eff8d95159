/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/ask.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;

bool
ask_possible(void)
{
	return isatty(STDIN_FILENO);
}

bool
ask_line(char *ret_line, size_t size)
{
	size_t length = 0;

	for (;;) {
		char c;
		ssize_t count = read(STDIN_FILENO, &c, 1);

		if (count < 0 && errno == EINTR)
			continue;
		if (count != 1)
			return false;
		if (c == '\n')
			break;
		if (length < size)
			ret_line[length] = c;
		if (length < size)
			length++;
	}
	ret_line[length < size ? length : 0] = '\0';
	return true;
}

void
ask_put(const char *question)
{
	fprintf(stderr, "%s: ", question);
	(void)fflush(stderr);
}

bool
ask_openly(const char *question, char *ret_line, size_t size)
{
	ask_put(question);
	if (ask_line(ret_line, size))
		return true;
	fputc('\n', stderr);
	return false;
}

/* The terminal as it was, then the end that the signal means. */
static void
give_back(int number)
{
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

bool
ask_secretly(const char *question, char *ret_line, size_t size)
{
	static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = { .sa_handler = give_back };
	struct sigaction old[sizeof endings / sizeof endings[0]];
	struct termios silent;
	bool answered;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		(void)sigaction(endings[i], &action, &old[i]);
	answered = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 &&
		ask_openly(question, ret_line, size);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		(void)sigaction(endings[i], &old[i], NULL);
	if (answered)
		fputc('\n', stderr);
	return answered;
}
