/* SPDX-License-Identifier: BSD-2-Clause */
/* What who writes into a spool, and who waits for a program, can still do and no longer do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/privilege.h"
#include "helper/sandbox.h"
#include "wire/spawn.h"

struct scene {
	char spool[64], other[64];
	int spool_fd, other_fd;		/* O_PATH */
	long abi;			/* of Landlock; below 1: the kernel has none */
	pid_t child;
	int pidfd;
};

/* Returns 0 or the errno; elsewhere only Landlock refuses, so without it nothing is wanted. */
struct attempt {
	const char *name;
	int (*try)(const struct scene *scene);
	int error;
	bool by_landlock;
};

static int
outcome(long result)
{
	return result >= 0 ? 0 : errno;
}

#define FRESH (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

static int
make(const struct scene *s)
{
	return outcome(openat(s->spool_fd, "new", FRESH, 0600));
}

static int
make_without_name(const struct scene *s)
{
	char path[32];
	int fd = openat(s->spool_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return outcome(linkat(AT_FDCWD, path, s->spool_fd, "linked", AT_SYMLINK_FOLLOW));
}

static int
rename_within(const struct scene *s)
{
	return outcome(syscall(
		SYS_renameat2, s->spool_fd, "new", s->spool_fd, "renamed", RENAME_NOREPLACE));
}

static int
rename_over(const struct scene *s)
{
	return outcome(syscall(SYS_renameat2, s->spool_fd, "renamed", s->spool_fd, "linked", 0));
}

static int
rename_plainly(const struct scene *s)
{
	return outcome(renameat(s->spool_fd, "renamed", s->spool_fd, "linked"));
}

static int
rename_away(const struct scene *s)
{
	return outcome(syscall(
		SYS_renameat2, s->spool_fd, "renamed", s->other_fd, "x", RENAME_NOREPLACE));
}

static int
link_away(const struct scene *s)
{
	char path[96];

	snprintf(path, sizeof path, "%s/renamed", s->spool);
	return outcome(linkat(AT_FDCWD, path, s->other_fd, "x", AT_SYMLINK_FOLLOW));
}

static int
drop(const struct scene *s)
{
	return outcome(unlinkat(s->spool_fd, "renamed", 0));
}

static int
drop_link(const struct scene *s)
{
	return outcome(unlinkat(s->spool_fd, "linked", 0));
}

static int
make_away(const struct scene *s)
{
	return outcome(openat(s->other_fd, "x", FRESH, 0600));
}

static int
drop_away(const struct scene *s)
{
	return outcome(unlinkat(s->other_fd, "file", 0));
}

static int
open_old(const struct scene *s)
{
	return outcome(openat(s->spool_fd, "linked", O_WRONLY | O_CLOEXEC));
}

static int
truncate_old(const struct scene *s)
{
	return outcome(
		openat(s->spool_fd, "linked", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

static int
follow(const struct scene *s)
{
	return outcome(openat(s->spool_fd, "l", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static int
read_something(const struct scene *s)
{
	(void)s;
	return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int
make_socket(const struct scene *s)
{
	(void)s;
	return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

static int
run(const struct scene *s)
{
	static char name[] = "true";
	char *const arguments[] = { name, NULL };

	(void)s;
	return outcome(execv("/bin/true", arguments));
}

static int
make_process(const struct scene *s)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	(void)s;
	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int
make_directory(const struct scene *s)
{
	return outcome(mkdirat(s->spool_fd, "d", 0700));
}

static int
make_link(const struct scene *s)
{
	return outcome(symlinkat("x", s->spool_fd, "s"));
}

static int
signal_child(const struct scene *s)
{
	return outcome(kill(s->child, SIGKILL));
}

static int
end_child(const struct scene *s)
{
	siginfo_t info;

	spawn_kill(s->child, s->pidfd);
	if (!spawn_ended(s->pidfd, deadline_in(5000)) || !spawn_reap(s->pidfd, true, &info))
		return ETIMEDOUT;
	return info.si_code == CLD_KILLED ? 0 : ECHILD;
}

static const struct attempt in_spool[] = {
	{ "make a file", make, 0, false },
	{ "make one without a name", make_without_name, 0, false },
	{ "rename", rename_within, 0, false },
	{ "rename over another", rename_over, ENOSYS, false },
	{ "rename without a choice", rename_plainly, ENOSYS, false },
	{ "rename into another directory", rename_away, EACCES, true },
	{ "link into another directory", link_away, EACCES, true },
	{ "open what is there", open_old, ENOSYS, false },
	{ "truncate what is there", truncate_old, ENOSYS, false },
	{ "open through a link", follow, ENOSYS, false },
	{ "make a file elsewhere", make_away, EACCES, true },
	{ "remove elsewhere", drop_away, EACCES, true },
	{ "make a directory", make_directory, ENOSYS, false },
	{ "make a link", make_link, ENOSYS, false },
	{ "read", read_something, ENOSYS, false },
	{ "make a socket", make_socket, ENOSYS, false },
	{ "run a program", run, ENOSYS, false },
	{ "make a process", make_process, ENOSYS, false },
	{ "remove", drop, 0, false },
	{ "remove the other", drop_link, 0, false },
};

static const struct attempt in_waiter[] = {
	{ "make a file", make, ENOSYS, false },
	{ "read", read_something, ENOSYS, false },
	{ "make a socket", make_socket, ENOSYS, false },
	{ "run a program", run, ENOSYS, false },
	{ "make a process", make_process, ENOSYS, false },
	{ "signal by number", signal_child, ENOSYS, false },
	{ "kill and reap the program", end_child, 0, false },
};

static void
try_all(const struct scene *scene, const struct attempt *attempts, size_t count)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		int error;

		if (attempts[i].by_landlock && scene->abi < 1)
			continue;
		error = attempts[i].try(scene);
		/* Landlock says EXDEV where files would change their place in the tree. */
		if (error == EXDEV && attempts[i].by_landlock)
			error = EACCES;
		if (error == attempts[i].error)
			continue;
		dprintf(STDERR_FILENO, "%s: errno %d\n", attempts[i].name, error);
		wrong++;
	}
	_exit(wrong == 0 ? 0 : 1);
}

static void
start_child(struct scene *scene)
{
	scene->child = spawn_clone(&scene->pidfd);
	if (scene->child == 0) {
		/* Should nobody end it. */
		(void)alarm(10);
		pause();
		_exit(0);
	}
}

static int
make_folder(char path[static 64], const char *name)
{
	char file[96];
	int fd;

	snprintf(path, 64, "/tmp/%s.XXXXXX", name);
	assert_non_null(mkdtemp(path));
	assert_int_equal(chmod(path, 0777), 0);
	snprintf(file, sizeof file, "%s/file", path);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	assert_true(fd >= 0);
	close(fd);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void
remove_folder(const char *path)
{
	char file[96];

	snprintf(file, sizeof file, "%s/file", path);
	unlink(file);
	assert_int_equal(rmdir(path), 0);
}

static void
check(enum sandbox_kind kind, const struct attempt *attempts, size_t count)
{
	struct scene scene = { .abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) };
	int status = -1;
	pid_t pid;

	scene.spool_fd = make_folder(scene.spool, "test_spooled");
	scene.other_fd = make_folder(scene.other, "test_other");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct sandbox sandbox = { .kind = kind, .directory = scene.spool_fd };
		struct fault fault = { 0 };
		bool landlock = false;

		if (privilege_drop(NULL, &fault) != 0)
			_exit(2);
		if (kind == SANDBOX_WAITER)
			start_child(&scene);
		if (sandbox_enter(&sandbox, &landlock, &fault) != 0 ||
			sandbox_filter(kind, &fault) != 0) {
			dprintf(STDERR_FILENO, "%s\n", fault.text);
			_exit(3);
		}
		try_all(&scene, attempts, count);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(scene.spool_fd);
	close(scene.other_fd);
	remove_folder(scene.spool);
	remove_folder(scene.other);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_spool(void **state)
{
	(void)state;
	check(SANDBOX_SPOOL, in_spool, sizeof in_spool / sizeof in_spool[0]);
}

static void
test_waiter(void **state)
{
	(void)state;
	check(SANDBOX_WAITER, in_waiter, sizeof in_waiter / sizeof in_waiter[0]);
}

static void
test_group(void **state)
{
	const gid_t group = 61500;
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("# skipped: only root can take a group\n");
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct fault fault;
		gid_t real, effective, saved;

		if (privilege_drop(&group, &fault) != 0 || getgroups(0, NULL) != 0 ||
			getresgid(&real, &effective, &saved) != 0)
			_exit(1);
		_exit(real == group && effective == group && saved == group && geteuid() != 0 ? 0
			: 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const gid_t root = 0;
		struct fault fault;

		_exit(privilege_drop(&root, &fault) != 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spool),
		cmocka_unit_test(test_waiter),
		cmocka_unit_test(test_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
