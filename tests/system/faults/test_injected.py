# SPDX-License-Identifier: BSD-2-Clause
"""Each system call of a login fails once, in its first, second, third… call, with every error that
it can plausibly have, until a login goes by without one that fails (strace's injection). In the
host, with the module in it; and in keeper and helper too, which are its children."""
import itertools
import re

import pytest


# What fails, and how. What the manual pages name, and what a full, worn-out or small machine gives.
# "=": the call is not made and returns that number, as a short read does, or a write of nothing.
ERRORS = {
    "openat": ["EMFILE", "ENOENT", "EACCES", "EIO"],
    "read": ["EIO", "=0"], "pread64": ["EIO", "=0", "=7"],
    "write": ["EPIPE", "ENOSPC"], "pwrite64": ["ENOSPC", "EIO", "=0"],
    "fsync": ["EIO", "ENOSPC"], "fdatasync": ["EIO", "EDQUOT"],
    "flock": ["ENOLCK", "EINTR"], "fcntl": ["EMFILE", "ENOLCK"],
    "newfstatat": ["EACCES", "ENOMEM"], "fstatfs": ["EIO"], "statfs": ["EIO", "ENOSYS"],
    "faccessat2": ["ENOSYS", "EACCES"], "access": ["EACCES"], "readlink": ["EACCES"],
    "linkat": ["ENOSPC", "EPERM", "EXDEV"], "unlinkat": ["EROFS"], "renameat": ["ENOSPC"],
    "mkdirat": ["ENOSPC", "EDQUOT"], "fchmod": ["EPERM"], "lseek": ["ESPIPE"],
    "ftruncate": ["ENOSPC"], "fallocate": ["ENOSPC"],
    "close": ["EIO", "EINTR"], "close_range": ["ENOSYS"], "dup2": ["EBUSY"], "dup3": ["EBUSY"],
    "pipe2": ["EMFILE"], "chdir": ["EACCES"], "umask": ["ENOSYS"], "ioctl": ["ENOTTY"],
    "mmap": ["ENOMEM"], "mprotect": ["ENOMEM"], "munmap": ["ENOMEM"], "brk": ["ENOMEM"],
    "mlock": ["ENOMEM"], "madvise": ["EINVAL"],
    "getrandom": ["ENOSYS", "EAGAIN"],
    "socketpair": ["EMFILE", "ENOMEM"], "socket": ["EMFILE", "ENOBUFS"],
    "connect": ["ECONNREFUSED", "EAGAIN"], "bind": ["EADDRINUSE"], "shutdown": ["ENOTCONN"],
    "getsockname": ["ENOBUFS"], "getsockopt": ["ENOBUFS"], "setsockopt": ["ENOBUFS"],
    "sendto": ["ENOBUFS", "EPIPE"], "sendmsg": ["ENOBUFS", "EPIPE"],
    "recvfrom": ["ECONNRESET"], "recvmsg": ["ENOMEM", "ECONNRESET"],
    "poll": ["ENOMEM", "EINTR"], "ppoll": ["ENOMEM"],
    "clone3": ["EAGAIN", "ENOMEM", "ENOSYS"], "execve": ["ENOMEM", "ETXTBSY"],
    "waitid": ["ECHILD", "EINTR"], "wait4": ["ECHILD"], "kill": ["ESRCH"],
    "pidfd_open": ["EMFILE"], "pidfd_send_signal": ["ESRCH"],
    "prctl": ["EPERM"], "seccomp": ["EINVAL"], "setpgid": ["EPERM"], "setsid": ["EPERM"],
    "setgroups": ["EPERM"], "setresuid": ["EAGAIN"], "setresgid": ["EPERM"],
    "getgroups": ["EINVAL"], "getresuid": ["EFAULT"], "getresgid": ["EFAULT"],
    "capset": ["EPERM"], "capget": ["EINVAL"],
    "landlock_create_ruleset": ["ENOSYS"], "landlock_add_rule": ["EINVAL"],
    "landlock_restrict_self": ["E2BIG"],
    "prlimit64": ["EPERM"], "rt_sigaction": ["EINVAL"], "rt_sigprocmask": ["EINVAL"],
    "rt_sigpending": ["EFAULT"], "getppid": ["ENOSYS"],
}
# Cannot fail, or are the C library's way into and out of a process.
NEVER_FAIL = {"arch_prctl", "exit_group", "exit", "geteuid", "getuid", "getegid", "getgid",
              "getpid", "gettid", "set_tid_address", "set_robust_list", "rseq", "restart_syscall",
              "rt_sigreturn", "sched_yield", "futex", "clock_nanosleep", "tgkill", "uname"}
# What the host begins with (its log). Whatever fails before fails in the loader, which does not
# look at all it gets and ends the process.
BEGINNING = "socket"
# Of a run that goes on and on although nothing is injected any more.
MOST_CALLS = 1200


def traced(path, *options):
    return ["strace", "-qq", "-o", str(path), *options]


@pytest.mark.parametrize("whose", ["host", "all"])
@pytest.mark.parametrize("kind", ["first", "again", "wrong"])
def test_list_is_complete(faulty, tmp_path, kind, whose):
    """Every system call that a login makes stands above."""
    trace = tmp_path / "trace"
    login = faulty.try_one(kind, below=traced(trace, *["-f"] * (whose == "all")), trace=trace)
    made = set(re.findall(r"^(?:\d+ +)?(\w+)\(", login.trace, re.M))
    assert len(made) > 30
    assert not made - set(ERRORS) - NEVER_FAIL
    faulty.finish()


def cases():
    for call, errors in ERRORS.items():
        for error in errors:
            yield pytest.param(call, error, id=f"{call}-{error}")


def fail(faulty, tmp_path, kind, call, error, options):
    """How many logins met the fault until one did not."""
    how = f"retval={error[1:]}" if error.startswith("=") else f"error={error}"
    trace = tmp_path / "trace"
    for number in itertools.count(1):
        assert number < MOST_CALLS, f"still {call} number {number}"
        below = traced(trace, *options, "-e", f"trace={call},{BEGINNING}",
                       "-e", f"inject={call}:{how}:when={number}")
        login = faulty.try_one(kind, lambda login: f"{BEGINNING}(" not in login.trace,
                               below=below, trace=trace)
        if "(INJECTED)" not in login.trace:
            assert login.success or kind == "wrong", f"without a fault: {login.said}"
            return number - 1
        hit = [line for line in login.trace.splitlines() if "(INJECTED)" in line]
        # What did not reach the disk was not counted or consumed: it must not let anybody in.
        assert not login.success or call != "fdatasync", hit


@pytest.mark.parametrize("kind", ["first", "again", "wrong"])
@pytest.mark.parametrize("call, error", cases())
def test_in_the_host(faulty, tmp_path, figures, kind, call, error):
    figures["faults in the host"] += fail(faulty, tmp_path, kind, call, error, [])
    faulty.finish()


@pytest.mark.parametrize("call, error", cases())
def test_in_all_processes(faulty, tmp_path, figures, call, error):
    """The call of that number in each of the processes: what the host does not make as often fails
    in its children alone."""
    figures["faults in host, keeper and helper"] += fail(faulty, tmp_path, "again", call, error,
                                                         ["-f"])
    faulty.finish()
