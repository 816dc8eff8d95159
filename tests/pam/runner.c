/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner [-v] [-w SCRIPT] SCRIPT…: plays scripted conversations with the module through the real
 * libpam. README.md explains the language. Each script is played in a process of its own, so that
 * one that crashes or hangs fails alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answers.h"
#include "host.h"
#include "play.h"
#include "secrets.h"
#include "stand_in.h"
#include "tree.h"
#include "usage.h"
#include "world.h"

#define TIME_LIMIT_MS 300000
/* Valgrind and sanitizers are that much slower. */
#define SLOWNESS 10

/* What a script's process says of itself: one byte, then the reason. */
enum verdict { PASSED = 'p', FAILED = 'f', SKIPPED = 's' };

static volatile sig_atomic_t interrupted;

static void
interrupt(int number)
{
	interrupted = number;
}

/*
 * The module below $SMSOTP_STAGE/usr: lib/security, lib64/security or lib/TRIPLET/security.
 * malloc'ed.
 */
static char *
find_module(void)
{
	const char *stage = getenv("SMSOTP_STAGE"), *module = getenv("SMSOTP_MODULE");
	char *found = NULL;

	if (module != NULL)
		return realpath(module, NULL);
	for (size_t i = 0; stage != NULL && found == NULL && i < 2; i++) {
		char pattern[PATH_MAX];
		glob_t matches;

		snprintf(pattern, sizeof pattern,
			i == 0 ? "%s/usr/lib*/security/pam_smsotp.so"
			       : "%s/usr/lib*/*/security/pam_smsotp.so",
			stage);
		if (glob(pattern, 0, NULL, &matches) == 0) {
			found = realpath(matches.gl_pathv[0], NULL);
			globfree(&matches);
		}
	}
	return found;
}

static enum verdict
play_one(const struct script *script, const char *directory, const char *module, bool loud,
	char reason[static PLAY_FAILURE_SIZE])
{
	struct play play = { .script = script, .loud = loud, .held = -1 };
	enum verdict verdict;
	char *boot_id = NULL;

	if (asprintf(&boot_id, "%s/boot_id", directory) < 0)
		abort();
	stand_in_boot_id_path(boot_id);
	/* Once set it stays: what is large is kept off the heap and what was freed there. */
	if (mallopt(M_MMAP_THRESHOLD, 64 * 1024) != 1 && !usage_is_instrumented())
		abort();
	play.world = world_new(directory, module);
	play.secrets = secrets_new(play.world);
	world_phone(play.world, play_expand(&play, "$USER +44 7700 900123", false));
	play_run(&play);
	verdict = play_failed(&play) ? FAILED : play.skipped != NULL ? SKIPPED : PASSED;
	snprintf(reason, PLAY_FAILURE_SIZE, "%s",
		verdict == FAILED            ? play.failure
			: verdict == SKIPPED ? play.skipped
					     : "");
	play_forget(&play);
	if (play.held >= 0)
		close(play.held);
	free(play.snapshot);
	free(play.skipped);
	secrets_free(&play.secrets);
	world_free(&play.world);
	stand_in_forget();
	free(boot_id);
	return verdict;
}

/* Plays a script in this process, from which those of the others are forked. */
static enum verdict
warm_up(const char *path, const char *module, bool loud, char reason[static PLAY_FAILURE_SIZE])
{
	char directory[] = "/tmp/smsotp-pam-XXXXXX";
	struct script *script = script_read(path);
	enum verdict verdict = FAILED;

	if (script == NULL || mkdtemp(directory) == NULL) {
		snprintf(reason, PLAY_FAILURE_SIZE, "%s", strerror(errno));
	} else {
		verdict = play_one(script, directory, module, loud, reason);
		tree_remove(directory);
	}
	script_free(&script);
	return verdict;
}

/* Reads what the process reports until it ends or its time is over. */
static size_t
collect(int report, pid_t pid, char *text, size_t size)
{
	int64_t end = stand_in_real_ms() + TIME_LIMIT_MS * (usage_is_instrumented() ? SLOWNESS : 1);
	size_t length = 0;

	for (;;) {
		struct pollfd wait = { .fd = report, .events = POLLIN };
		int64_t left = end - stand_in_real_ms();
		ssize_t got;

		if (left <= 0 || interrupted) {
			kill(pid, SIGKILL);
			return (size_t)snprintf(text, size, "f%s",
				interrupted ? "interrupted" : "it took too long");
		}
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		got = read(report, text + length, size - 1 - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || length + (size_t)got >= size - 1)
			return length + (got > 0 ? (size_t)got : 0);
		length += (size_t)got;
	}
}

/* Most scripts do without that process. */
static bool
wants_answers(const struct script *script)
{
	for (size_t i = 0; i < script->count; i++) {
		if (strncmp(script->lines[i].text, "gateway:", 8) == 0 &&
			strstr(script->lines[i].text, " answers ") != NULL)
			return true;
	}
	return false;
}

static enum verdict
run(const char *path, const char *module, bool loud, char reason[static PLAY_FAILURE_SIZE])
{
	char directory[] = "/tmp/smsotp-pam-XXXXXX", text[PLAY_FAILURE_SIZE + 64];
	struct script *script = script_read(path);
	int pipes[2], status = 0;
	enum verdict verdict;
	size_t length;
	pid_t pid, runner = getpid(), answers = -1;

	fflush(stdout);
	if (script == NULL || (wants_answers(script) && (answers = answers_start()) < 0) ||
		mkdtemp(directory) == NULL || pipe2(pipes, O_CLOEXEC) != 0) {
		snprintf(reason, PLAY_FAILURE_SIZE, "%s", strerror(errno));
		script_free(&script);
		answers_stop(answers);
		return FAILED;
	}
	pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		/* No script outlives the runner. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != runner)
			_exit(1);
		host_adopt_orphans();
		verdict = play_one(script, directory, module, loud, reason);
		dprintf(pipes[1], "%c%s", verdict, reason);
		close(pipes[1]);
		script_free(&script);
		exit(0);
	}
	close(pipes[1]);
	length = collect(pipes[0], pid, text, sizeof text);
	text[length] = '\0';
	close(pipes[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	answers_stop(answers);
	tree_remove(directory);
	script_free(&script);
	if (WIFSIGNALED(status) && length == 0)
		length = (size_t)snprintf(
			text, sizeof text, "fkilled by signal %d", WTERMSIG(status));
	else if (length == 0 ||
		(text[0] != FAILED && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)))
		length = (size_t)snprintf(
			text, sizeof text, "fits process ended with status %d", status);
	snprintf(reason, PLAY_FAILURE_SIZE, "%.*s", PLAY_FAILURE_SIZE - 1, text + 1);
	return (enum verdict)text[0];
}

/*
 * The allocator's per-thread cache counts what was freed into it as in use, which hides small
 * leaks. It can be switched off only at a program's start.
 */
static void
start_without_cache(char **argv)
{
	if (getenv("GLIBC_TUNABLES") != NULL || usage_is_instrumented() ||
		setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1) != 0)
		return;
	execv("/proc/self/exe", argv);
	perror("/proc/self/exe");
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/*
 * Goes on in a child, which plays the script first: valgrind translates code when it runs for the
 * first time, and a process forked later has what was translated until then. The module itself is
 * loaded and unloaded by every login. A child, since valgrind is to say of this login no more than
 * of the others.
 */
static bool
go_on_warm(int *ret_status)
{
	pid_t pid, runner = getpid();
	int status = 0;

	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != runner)
			_exit(1);
		return true;
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		if (interrupted)
			kill(pid, SIGTERM);
	}
	*ret_status = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return false;
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = interrupt };
	unsigned int passed = 0, failed = 0, skipped = 0;
	const char *first = NULL;
	char *module, reason[PLAY_FAILURE_SIZE];
	bool loud = false, known = true;
	int option, status;

	start_without_cache(argv);
	while ((option = getopt(argc, argv, "vw:")) != -1) {
		if (option == 'v')
			loud = true;
		else if (option == 'w')
			first = optarg;
		else
			known = false;
	}
	module = find_module();
	if (!known || optind == argc || module == NULL) {
		fprintf(stderr,
			"usage: SMSOTP_STAGE=DIRECTORY runner [-v] [-w SCRIPT] SCRIPT...\n"
			"pam_smsotp.so must be below DIRECTORY/usr/lib*\n");
		free(module);
		return 2;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (first != NULL && !go_on_warm(&status)) {
		free(module);
		return status;
	}
	if (first != NULL && warm_up(first, module, loud, reason) != PASSED) {
		failed++;
		printf("FAILED -w %s: %s\n", first, reason);
	}
	for (int i = optind; i < argc && !interrupted; i++) {
		int length = (int)strcspn(name_of(argv[i]), ".");

		switch (run(argv[i], module, loud, reason)) {
		case PASSED:
			passed++;
			printf("ok %.*s\n", length, name_of(argv[i]));
			break;
		case SKIPPED:
			skipped++;
			printf("skipped %.*s: %s\n", length, name_of(argv[i]), reason);
			break;
		case FAILED:
		default:
			failed++;
			printf("FAILED %.*s: %s\n", length, name_of(argv[i]), reason);
		}
		fflush(stdout);
	}
	free(module);
	printf("%u passed, %u failed", passed, failed);
	if (skipped > 0)
		printf(", %u skipped", skipped);
	putchar('\n');
	return failed > 0 || interrupted ? 1 : 0;
}
