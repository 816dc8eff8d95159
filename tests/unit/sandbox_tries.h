/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_sandbox.c tries: each function does one thing that a sandbox may forbid. */
#ifndef SMSOTP_TESTS_UNIT_SANDBOX_TRIES_H
#define SMSOTP_TESTS_UNIT_SANDBOX_TRIES_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the child has at hand. */
struct scene {
	char directory[64], file[96], readable[96];
	int listener, other_listener;	/* TCP on loopback */
	uint16_t port, other_port;
	int open_file;			/* for reading and writing */
	long abi;			/* of Landlock; below 1: the kernel has none */
	int resolver;			/* what getaddrinfo says outside the sandbox */
};

/*
 * A try returns 0 if it succeeded, else the errno; error is the one wanted. It tells who
 * refused: the list of system calls (ENOSYS), Landlock or the file's permissions (EACCES).
 */
struct attempt {
	const char *name;
	int (*try)(const struct scene *scene);
	int error;
	long abi;	/* of Landlock, without which nothing refuses; 0: not needed */
};

static int
outcome(long result)
{
	return result >= 0 ? 0 : errno;
}

static int
try_open(const char *path, int flags)
{
	return outcome(open(path, flags | O_CLOEXEC, 0600));
}

static int
open_to_write(const struct scene *scene)
{
	return try_open(scene->file, O_WRONLY);
}

static int
open_to_read_and_write(const struct scene *scene)
{
	return try_open(scene->file, O_RDWR);
}

static int
open_to_append(const struct scene *scene)
{
	return try_open(scene->file, O_WRONLY | O_APPEND);
}

static int
open_and_truncate(const struct scene *scene)
{
	return try_open(scene->file, O_RDONLY | O_TRUNC);
}

static int
create(const struct scene *scene)
{
	char path[112];

	snprintf(path, sizeof path, "%s/new", scene->directory);
	return try_open(path, O_RDONLY | O_CREAT);
}

static int
create_unnamed(const struct scene *scene)
{
	return try_open(scene->directory, O_RDWR | O_TMPFILE);
}

static int
read_elsewhere(const struct scene *scene)
{
	return try_open(scene->readable, O_RDONLY);
}

static int
read_shadow(const struct scene *scene)
{
	(void)scene;
	return try_open("/etc/shadow", O_RDONLY);
}

static int
read_proc(const struct scene *scene)
{
	(void)scene;
	return try_open("/proc/self/status", O_RDONLY);
}

static int
read_passwd(const struct scene *scene)
{
	(void)scene;
	return try_open("/etc/passwd", O_RDONLY);
}

static int
run_program(const struct scene *scene)
{
	char name[] = "true", *argv[] = { name, NULL };

	(void)scene;
	execve("/bin/true", argv, NULL);
	return errno;
}

static int
run_program_by_fd(const struct scene *scene)
{
	char name[] = "true", *argv[] = { name, NULL };

	(void)scene;
	syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, NULL, 0);
	return errno;
}

static int
make_process(const struct scene *scene)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	(void)scene;
	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

#define BY_NUMBER(name, ...) \
	static int \
	name(const struct scene *scene) \
	{ \
		(void)scene; \
		return outcome(syscall(__VA_ARGS__)); \
	}

BY_NUMBER(make_process_anew, SYS_clone3, NULL, 0)
BY_NUMBER(trace, SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)
BY_NUMBER(signal_parent, SYS_kill, getppid(), 0)
BY_NUMBER(signal_parent_thread, SYS_tgkill, getppid(), getppid(), 0)
BY_NUMBER(signal_thread, SYS_tkill, getppid(), 0)
BY_NUMBER(open_process, SYS_pidfd_open, getppid(), 0)
BY_NUMBER(read_process, SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0)
BY_NUMBER(become_root, SYS_setuid, 0)
BY_NUMBER(set_groups, SYS_setgroups, 0, NULL)
BY_NUMBER(become_dumpable, SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)
BY_NUMBER(make_namespace, SYS_unshare, 0)
BY_NUMBER(mount_something, SYS_mount, NULL, "/", NULL, 0, NULL)
BY_NUMBER(change_root, SYS_chroot, "/")
BY_NUMBER(load_bpf, SYS_bpf, 0, NULL, 0)
BY_NUMBER(use_ring, SYS_io_uring_setup, 1, NULL)
BY_NUMBER(make_memory_file, SYS_memfd_create, "x", 0)
BY_NUMBER(use_keys, SYS_keyctl, 0, 0, 0, 0, 0)
BY_NUMBER(open_another_way, SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0)
BY_NUMBER(set_limit, SYS_setrlimit, 0, NULL)

static int
set_own_limit(const struct scene *scene)
{
	const uint64_t limit[2] = { 1, 1 };

	(void)scene;
	return outcome(syscall(SYS_prlimit64, 0, 0, limit, NULL));
}

static int
remove_file(const struct scene *scene)
{
	return outcome(unlink(scene->file));
}

static int
rename_file(const struct scene *scene)
{
	return outcome(rename(scene->file, scene->readable));
}

static int
make_directory(const struct scene *scene)
{
	char path[112];

	snprintf(path, sizeof path, "%s/directory", scene->directory);
	return outcome(mkdir(path, 0700));
}

static int
change_mode(const struct scene *scene)
{
	return outcome(chmod(scene->file, 0666));
}

static int
make_packet_socket(const struct scene *scene)
{
	(void)scene;
	return outcome(socket(AF_PACKET, SOCK_DGRAM, 0));
}

static int
make_audit_socket(const struct scene *scene)
{
	(void)scene;
	return outcome(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
}

static int
make_kernel_crypto_socket(const struct scene *scene)
{
	(void)scene;
	return outcome(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int
make_socket(const struct scene *scene)
{
	(void)scene;
	return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

static int
make_pair(const struct scene *scene)
{
	int fds[2];

	(void)scene;
	return outcome(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static int
make_route_socket(const struct scene *scene)
{
	(void)scene;
	return outcome(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static struct sockaddr_in
loopback(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int
connect_to(uint16_t port)
{
	const struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return outcome(connect(fd, (const struct sockaddr *)&address, sizeof address));
}

static int
connect_to_gateway(const struct scene *scene)
{
	return connect_to(scene->port);
}

static int
connect_elsewhere(const struct scene *scene)
{
	return connect_to(scene->other_port);
}

static int
listen_on_network(const struct scene *scene)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)scene;
	return outcome(listen(fd, 1));
}

/* As the resolver does for "nameserver fe80::1%lo". */
static int
find_interface(const struct scene *scene)
{
	(void)scene;
	return if_nametoindex("lo") != 0 ? 0 : errno;
}

static void *
add_one(void *number)
{
	++*(int *)number;
	return NULL;
}

static int
start_thread(const struct scene *scene)
{
	pthread_t thread;
	int number = 0, error;

	(void)scene;
	error = pthread_create(&thread, NULL, add_one, &number);
	if (error == 0)
		error = pthread_join(thread, NULL);
	return error != 0 ? error : number == 1 ? 0 : EINVAL;
}

static int
ask_resolver(void)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found = NULL;
	int error = getaddrinfo("localhost", "443", &hints, &found);

	if (error == 0)
		freeaddrinfo(found);
	return error;
}

/* As outside the sandbox: a bare chroot has no /etc/hosts, and nobody who knows the name. */
static int
resolve(const struct scene *scene)
{
	return ask_resolver() == scene->resolver ? 0 : EHOSTUNREACH;
}

static int
use_memory(const struct scene *scene)
{
	const size_t size = 4 << 20;
	char *block = malloc(size);

	(void)scene;
	if (block == NULL)
		return ENOMEM;
	memset(block, 1, size);
	free(block);
	return 0;
}

static int
write_to_open_file(const struct scene *scene)
{
	return write(scene->open_file, "x", 1) == 1 ? 0 : errno;
}

static int
lock_and_truncate_open_file(const struct scene *scene)
{
	if (flock(scene->open_file, LOCK_EX | LOCK_NB) != 0)
		return errno;
	return outcome(ftruncate(scene->open_file, 0));
}

static int
truncate_open_file(const struct scene *scene)
{
	return outcome(ftruncate(scene->open_file, 0));
}

static int
look_at_open_file(const struct scene *scene)
{
	struct stat st;

	return outcome(fstat(scene->open_file, &st));
}

#endif
