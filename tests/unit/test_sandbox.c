/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a sandboxed helper can no longer do, tried one by one in a child that has dropped its
 * privileges and entered the sandbox as smsotp-send does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/privilege.h"
#include "helper/sandbox.h"

#include "sandbox_tries.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct attempt never[] = {
	{ "open to write", open_to_write, ENOSYS, 0 },
	{ "open to read and write", open_to_read_and_write, ENOSYS, 0 },
	{ "open to append", open_to_append, ENOSYS, 0 },
	{ "open and truncate", open_and_truncate, ENOSYS, 0 },
	{ "create", create, ENOSYS, 0 },
	{ "create a file without a name", create_unnamed, ENOSYS, 0 },
	{ "run a program", run_program, ENOSYS, 0 },
	{ "run a program by execveat", run_program_by_fd, ENOSYS, 0 },
	{ "make a process", make_process, ENOSYS, 0 },
	{ "make a process by clone3", make_process_anew, ENOSYS, 0 },
	{ "be traced", trace, ENOSYS, 0 },
	{ "signal the parent", signal_parent, ENOSYS, 0 },
	{ "signal the parent's thread", signal_parent_thread, ENOSYS, 0 },
	{ "signal a thread", signal_thread, ENOSYS, 0 },
	{ "get hold of a process", open_process, ENOSYS, 0 },
	{ "read a process", read_process, ENOSYS, 0 },
	{ "become root", become_root, ENOSYS, 0 },
	{ "set groups", set_groups, ENOSYS, 0 },
	{ "become dumpable", become_dumpable, ENOSYS, 0 },
	{ "make a namespace", make_namespace, ENOSYS, 0 },
	{ "mount", mount_something, ENOSYS, 0 },
	{ "chroot", change_root, ENOSYS, 0 },
	{ "bpf", load_bpf, ENOSYS, 0 },
	{ "io_uring", use_ring, ENOSYS, 0 },
	{ "make a file in memory", make_memory_file, ENOSYS, 0 },
	{ "use keys", use_keys, ENOSYS, 0 },
	{ "openat2", open_another_way, ENOSYS, 0 },
	{ "setrlimit", set_limit, ENOSYS, 0 },
	{ "set a limit by prlimit", set_own_limit, ENOSYS, 0 },
	{ "remove", remove_file, ENOSYS, 0 },
	{ "rename", rename_file, ENOSYS, 0 },
	{ "make a directory", make_directory, ENOSYS, 0 },
	{ "change a mode", change_mode, ENOSYS, 0 },
	{ "make a packet socket", make_packet_socket, ENOSYS, 0 },
	{ "make an audit socket", make_audit_socket, ENOSYS, 0 },
	{ "make a kernel crypto socket", make_kernel_crypto_socket, ENOSYS, 0 },
};

static const struct attempt never_net[] = {
	{ "read what others may read", read_elsewhere, EACCES, 1 },
	{ "read /etc/shadow", read_shadow, EACCES, 0 },
	{ "read /proc", read_proc, EACCES, 1 },
	{ "connect to another port", connect_elsewhere, EACCES, 4 },
	{ "listen", listen_on_network, ENOSYS, 0 },
	{ "truncate an open file", truncate_open_file, ENOSYS, 0 },
};

static const struct attempt always_net[] = {
	{ "read /etc/passwd", read_passwd, 0, 0 },
	{ "start a thread", start_thread, 0, 0 },
	{ "resolve a name", resolve, 0, 0 },
	{ "use memory", use_memory, 0, 0 },
	{ "make a pair", make_pair, 0, 0 },
	{ "make a route socket", make_route_socket, 0, 0 },
	{ "find an interface", find_interface, 0, 0 },
	{ "connect to the gateway", connect_to_gateway, 0, 0 },
};

static const struct attempt never_outbox[] = {
	{ "read what others may read", read_elsewhere, ENOSYS, 0 },
	{ "read /etc/shadow", read_shadow, ENOSYS, 0 },
	{ "read /etc/passwd", read_passwd, ENOSYS, 0 },
	{ "make a socket", make_socket, ENOSYS, 0 },
	{ "make a pair", make_pair, ENOSYS, 0 },
	{ "make a route socket", make_route_socket, ENOSYS, 0 },
};

static const struct attempt always_outbox[] = {
	{ "use memory", use_memory, 0, 0 },
	{ "look at the open file", look_at_open_file, 0, 0 },
	{ "write to the open file", write_to_open_file, 0, 0 },
	{ "lock and truncate the open file", lock_and_truncate_open_file, 0, 0 },
};

static const struct attempt never_by_landlock[] = {
	{ "open to write", open_to_write, EACCES, 1 },
	{ "open to append", open_to_append, EACCES, 1 },
	{ "create", create, EACCES, 1 },
	{ "create a file without a name", create_unnamed, EACCES, 1 },
	{ "run a program", run_program, EACCES, 1 },
	{ "remove", remove_file, EACCES, 1 },
	{ "make a directory", make_directory, EACCES, 1 },
	{ "read what others may read", read_elsewhere, EACCES, 1 },
	{ "connect to another port", connect_elsewhere, EACCES, 4 },
};

/* Says on fd what went other than wanted; returns how often. */
static unsigned int
try_all(const struct attempt *attempts, size_t count, const struct scene *scene, int fd)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		int error;

		if (attempts[i].abi > scene->abi)
			continue;
		error = attempts[i].try(scene);
		if (error == attempts[i].error)
			continue;
		dprintf(fd, "%s: errno %d instead of %d\n", attempts[i].name, error,
			attempts[i].error);
		wrong++;
	}
	return wrong;
}

enum depth { BOTH, LANDLOCK_ALONE };

/* In the child; ends it. */
static void
live_in_sandbox(enum sandbox_kind kind, enum depth depth, struct scene *scene, int fd)
{
	const bool net = kind == SANDBOX_NET;
	const struct sandbox sandbox = { .kind = kind, .ports = { { 0, scene->port } } };
	struct fault fault = { 0 };
	unsigned int wrong = 0;
	bool landlock = false;

	if (privilege_drop(NULL, &fault) != 0 ||
		sandbox_enter(&sandbox, &landlock, &fault) != 0 ||
		(depth == BOTH && sandbox_filter(kind, &fault) != 0)) {
		dprintf(fd, "%s\n", fault.text);
		_exit(1);
	}
	if (landlock != (scene->abi > 0)) {
		dprintf(fd, "Landlock was %s\n", landlock ? "made up" : "left out");
		_exit(1);
	}
	if (scene->abi < 4)
		dprintf(fd, "(Landlock ABI %ld: what only a newer one forbids is not tried)\n",
			scene->abi);
	if (depth == LANDLOCK_ALONE) {
		wrong = try_all(never_by_landlock, COUNT(never_by_landlock), scene, fd);
		_exit(wrong == 0 ? 0 : 1);
	}
	wrong += try_all(never, COUNT(never), scene, fd);
	if (net) {
		wrong += try_all(never_net, COUNT(never_net), scene, fd);
		wrong += try_all(always_net, COUNT(always_net), scene, fd);
	} else {
		wrong += try_all(never_outbox, COUNT(never_outbox), scene, fd);
		wrong += try_all(always_outbox, COUNT(always_outbox), scene, fd);
	}
	_exit(wrong == 0 ? 0 : 1);
}

static int
listener(uint16_t *ret_port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "text\n", 5), 5);
	/* Whoever the child becomes, file permissions must not be what stops it. */
	assert_int_equal(fchmod(fd, 0666), 0);
	close(fd);
}

/* In another process: the resolver's modules must be loaded for the first time in the sandbox. */
static int
ask_resolver_elsewhere(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask_resolver() & 0xff);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (int8_t)WEXITSTATUS(status);
}

static void
set_scene(struct scene *scene)
{
	*scene = (struct scene){ .directory = "/tmp/test_sandbox.XXXXXX" };
	/* LANDLOCK_CREATE_RULESET_VERSION */
	scene->abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	scene->resolver = ask_resolver_elsewhere();
	assert_non_null(mkdtemp(scene->directory));
	assert_int_equal(chmod(scene->directory, 0777), 0);
	snprintf(scene->file, sizeof scene->file, "%s/file", scene->directory);
	snprintf(scene->readable, sizeof scene->readable, "%s/readable", scene->directory);
	make_file(scene->file);
	make_file(scene->readable);
	scene->open_file = open(scene->file, O_RDWR | O_CLOEXEC);
	assert_true(scene->open_file >= 0);
	scene->listener = listener(&scene->port);
	scene->other_listener = listener(&scene->other_port);
}

static void
strike_scene(const struct scene *scene)
{
	close(scene->open_file);
	close(scene->listener);
	close(scene->other_listener);
	unlink(scene->file);
	unlink(scene->readable);
	assert_int_equal(rmdir(scene->directory), 0);
}

static void
check(enum sandbox_kind kind, enum depth depth)
{
	struct scene scene;
	char said[4096] = "";
	size_t used = 0;
	int fds[2], status = -1;
	ssize_t size;
	pid_t child;

	set_scene(&scene);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		live_in_sandbox(kind, depth, &scene, fds[1]);
	close(fds[1]);
	while (used < sizeof said - 1 &&
		(size = read(fds[0], said + used, sizeof said - 1 - used)) > 0)
		used += (size_t)size;
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (used > 0)
		print_message("# %s", said);
	strike_scene(&scene);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_net(void **state)
{
	(void)state;
	check(SANDBOX_NET, BOTH);
}

static void
test_outbox(void **state)
{
	(void)state;
	check(SANDBOX_OUTBOX, BOTH);
}

static void
test_landlock_alone(void **state)
{
	(void)state;
	check(SANDBOX_NET, LANDLOCK_ALONE);
	check(SANDBOX_OUTBOX, LANDLOCK_ALONE);
}

/*
 * Outside the sandbox the tries that are forbidden inside succeed: else they would prove
 * nothing.
 */
static void
test_tries_succeed_outside(void **state)
{
	static const struct attempt possible[] = {
		{ "read what others may read", read_elsewhere, 0, 0 },
		{ "read /proc", read_proc, 0, 0 },
		{ "make a process", make_process, 0, 0 },
		{ "signal the parent", signal_parent, 0, 0 },
		{ "become dumpable", become_dumpable, 0, 0 },
		{ "make a namespace", make_namespace, 0, 0 },
		{ "make a file in memory", make_memory_file, 0, 0 },
		{ "open to write", open_to_write, 0, 0 },
		{ "open to append", open_to_append, 0, 0 },
		{ "open and truncate", open_and_truncate, 0, 0 },
		{ "connect to another port", connect_elsewhere, 0, 0 },
		{ "listen", listen_on_network, 0, 0 },
		{ "change a mode", change_mode, 0, 0 },
		{ "make a directory", make_directory, 0, 0 },
		{ "create", create, 0, 0 },
		{ "truncate an open file", truncate_open_file, 0, 0 },
		{ "rename", rename_file, 0, 0 },
	};
	struct scene scene;
	char path[112];
	int status = -1;
	pid_t child;

	(void)state;
	set_scene(&scene);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(try_all(possible, COUNT(possible), &scene, STDERR_FILENO) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	snprintf(path, sizeof path, "%s/new", scene.directory);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/directory", scene.directory);
	assert_int_equal(rmdir(path), 0);
	strike_scene(&scene);
	assert_int_equal(status, 0);
}

static void
test_drop_as_root(void **state)
{
	int status = -1;
	pid_t child;

	(void)state;
	if (geteuid() != 0) {
		print_message("# skipped: only root can drop privileges\n");
		skip();
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct fault fault;
		uid_t real, effective, saved;

		if (privilege_drop(NULL, &fault) != 0 || getresuid(&real, &effective, &saved) != 0)
			_exit(1);
		if (real == 0 || effective != real || saved != real || getgid() == 0 ||
			getegid() == 0)
			_exit(2);
		if (getgroups(0, NULL) != 0 || prctl(PR_GET_DUMPABLE) != 0)
			_exit(3);
		if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0 || seteuid(0) == 0)
			_exit(4);
		if (prctl(PR_CAPBSET_READ, 0) != 0 || prctl(PR_CAPBSET_READ, 21) != 0)
			_exit(5);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_outbox),
		cmocka_unit_test(test_landlock_alone),
		cmocka_unit_test(test_tries_succeed_outside),
		cmocka_unit_test(test_drop_as_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
