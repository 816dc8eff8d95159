# SPDX-License-Identifier: BSD-2-Clause
"""What somebody could do whose code runs in a helper: calls are made in the name of smsotp-send and
smsotp-lookup while each waits for an answer."""
# pylint: disable=redefined-outer-name
import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import tempfile

import pytest

import lookup_harness
import send_harness
from far import Far
from harness import until
from injected import HERE, Injected, address
from send_harness import Configuration, Helper, accepted, landlock_version, request, write_settings
from send_harness import authority, behaving, to_twilio, twilio, vonage  # noqa: F401, pylint: disable=unused-import

pytestmark = [send_harness.needs_root,
              pytest.mark.skipif(not HERE, reason="calls are made in the way of x86-64")]

HERE_FD = -100      # AT_FDCWD
TIMEOUT_MS = 30000
HANGS = "#!/bin/sh\nsleep 60; exit\n"
ALLOWED = "allowed"


class Place:
    """A folder that everybody may write to, with a file that everybody may change; beside it a program that hangs, and
    a configuration with another gateway's file."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="confined-", dir="/run")
        os.chmod(self.folder, 0o755)
        self.open = self.folder + "/open"
        os.mkdir(self.open)
        os.chmod(self.open, 0o777)
        self.loose, self.program = self.open + "/loose", self.folder + "/program"
        for path, text, mode in ((self.loose, "loose", 0o666), (self.program, HANGS, 0o755)):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(path, mode)
        os.mkdir(self.folder + "/conf", 0o700)
        self.gateways = Configuration(pathlib.Path(self.folder + "/conf"))
        self.other = self.folder + "/conf/gateways/other.conf"
        write_settings(pathlib.Path(self.other), send_harness.VONAGE)
        self.before = self.seen()

    def seen(self):
        """What the attempts might have changed."""
        with open(self.loose, "rb") as file:
            return os.listdir(self.open), file.read(), os.stat(self.loose).st_mode


@pytest.fixture
def place(stage):  # pylint: disable=unused-argument
    made = Place()
    yield made
    shutil.rmtree(made.folder)


def in_a_group(program=None, **options):
    """A helper as the keeper starts it: its programs are killed with it."""
    return Helper(prepare=lambda: os.setpgid(0, 0), program=program, **options)


@contextlib.contextmanager
def ended(helper):
    try:
        yield helper
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(helper.pid, signal.SIGKILL)
        helper.killed()


def started_by(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


@contextlib.contextmanager
def sends_by_http(place, twilio, to_twilio):
    twilio.behave("hang_request")
    place.gateways.write({**to_twilio, "timeout": 30})
    with ended(in_a_group(directory=place.gateways.path, message=request(timeout_ms=TIMEOUT_MS))) as helper:
        until(lambda: twilio.count() == 1, 10, "the request")
        yield helper, twilio.port


@contextlib.contextmanager
def sends_to_the_outbox(place, *_):
    path = str(place.gateways.path / "outbox")
    place.gateways.write({"api": "outbox", "path": path})
    with open(path, "w", encoding="ascii") as file:
        os.chmod(path, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        with ended(in_a_group(directory=place.gateways.path, message=request(timeout_ms=TIMEOUT_MS))) as helper:
            # Confined, and not before.
            until(lambda: "Seccomp:\t2" in status_of(helper.pid), 10, "the sandbox")
            yield helper, 9


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return file.read()


@contextlib.contextmanager
def waits_for_a_program(place, helper):
    with ended(helper):
        until(lambda: started_by(helper.pid) and "Seccomp:\t2" in status_of(helper.pid), 10, "program and sandbox")
        yield helper, 9


def sends_by_program(place, *_):
    place.gateways.write({"api": "exec", "program": place.program})
    return waits_for_a_program(place, in_a_group(directory=place.gateways.path,
                                                 message=request(timeout_ms=TIMEOUT_MS)))


def looks_up_by_program(place, *_):
    return waits_for_a_program(place, in_a_group(
        directory=None, message=lookup_harness.order("alice", TIMEOUT_MS), program=lookup_harness.LOOKUP,
        argv=["smsotp-lookup", "command", place.program]))


def silent(client):
    while client.recv(4096):
        pass


@contextlib.contextmanager
def looks_up_in_a_directory(place, *_):
    source = lookup_harness.Source(pathlib.Path(place.folder + "/conf"))
    with Far(silent) as far:
        source.write({"base": "dc=example,dc=com", "uri": f"ldaps://127.0.0.1:{far.port}", "timeout": 10,
                      "ca_file": "/etc/ssl/certs/ca-certificates.crt"})
        with ended(source.start(timeout_ms=TIMEOUT_MS)) as helper:
            until(lambda: far.connections == 1, 10, "the connection")
            yield helper, far.port


KINDS = {"net": [sends_by_http, looks_up_in_a_directory], "outbox": [sends_to_the_outbox],
         "waiter": [sends_by_program, looks_up_by_program]}


def attempts(place, pid):
    """Lines of what is tried: name, call, arguments, and what is said of it in the sandbox of the network where that is
    not ENOSYS, the answer of the list of calls. In the others nothing can even be opened."""
    caller, loose, new = os.getpid(), place.loose, place.open + "/new"
    no_landlock = landlock_version() < 1
    looser = ALLOWED if no_landlock else "EACCES"
    for flags in ("O_WRONLY", "O_RDWR", "O_TRUNC", "O_APPEND"):
        yield f"open a file with {flags}", "openat", (HERE_FD, loose, getattr(os, flags)), None
    yield "make a file", "openat", (HERE_FD, new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), None
    yield "make a file, as one did", "creat", (new, 0o600), None
    yield "make a file without a name", "openat", (HERE_FD, place.open, os.O_TMPFILE | os.O_RDWR, 0o600), None
    yield "make a file in memory", "memfd_create", ("x", 0), None
    yield "openat2", "openat2", (HERE_FD, loose, bytes(24), 24), None
    yield "truncate", "truncate", (loose, 0), None
    yield "rename", "rename", (loose, new), None
    yield "link", "link", (loose, new), None
    yield "make a link", "symlink", (loose, new), None
    yield "remove", "unlink", (loose,), None
    yield "remove by unlinkat", "unlinkat", (HERE_FD, loose, 0), None
    yield "make a directory", "mkdir", (new, 0o700), None
    yield "make a device", "mknod", (new, 0o100600, 0), None
    yield "change a mode", "chmod", (loose, 0o4777), None
    yield "set an attribute", "setxattr", (loose, "user.x", "x", 1, 0), None

    yield "exec", "execve", ("/bin/true", 0, 0), None
    yield "exec by a descriptor", "execveat", (HERE_FD, "/bin/true", 0, 0, 0), None
    for name in ("fork", "vfork"):
        yield name, name, (), None
    yield "make a process", "clone", (signal.SIGCHLD, 0, 0, 0, 0), None
    yield "make a process by clone3", "clone3", (bytes([0] * 32 + [signal.SIGCHLD] + [0] * 31), 64), None

    # World-readable, where nothing but Landlock stands before it.
    yield "read what everybody may", "openat", (HERE_FD, loose, os.O_RDONLY), looser
    yield "read /etc/shadow", "openat", (HERE_FD, "/etc/shadow", os.O_RDONLY), "EACCES"
    yield "read another gateway's file", "openat", (HERE_FD, place.other, os.O_RDONLY), "EACCES"
    yield "read what there is", "openat", (HERE_FD, "/run", os.O_RDONLY | os.O_DIRECTORY), looser
    for name in ("mem", "maps", "environ", "cmdline", "status", "fd/0", "root", "task"):
        yield f"look into the caller: {name}", "openat", (HERE_FD, f"/proc/{caller}/{name}", os.O_RDONLY), \
            "EACCES" if name in ("mem", "maps", "environ", "fd/0", "root") else looser
    yield "look into itself", "openat", (HERE_FD, f"/proc/{pid}/mem", os.O_RDONLY), "EACCES"

    yield "trace the caller", "ptrace", (16, caller, 0, 0), None
    yield "be traced", "ptrace", (0, 0, 0, 0), None
    yield "read the caller's memory", "process_vm_readv", (caller, 0, 0, 0, 0, 0), None
    yield "write the caller's memory", "process_vm_writev", (caller, 0, 0, 0, 0, 0), None
    yield "signal the caller", "kill", (caller, 0), None
    yield "signal everybody", "kill", (-1, 0), None
    yield "signal its own group", "kill", (0, 0), None
    yield "signal the caller's thread", "tgkill", (caller, caller, 0), None
    yield "signal the caller's thread, as one did", "tkill", (caller, 0), None
    yield "get hold of the caller", "pidfd_open", (caller, 0), None
    yield "get what the caller has open", "pidfd_getfd", (3, 0, 0), None
    yield "compare with the caller", "kcmp", (caller, pid, 0, 0, 0), None
    yield "advise the caller", "process_madvise", (3, 0, 0, 0, 0), None
    yield "limit the caller", "prlimit64", (caller, 0, bytes(16), 0), None
    yield "limit itself", "prlimit64", (0, 0, bytes(16), 0), None

    yield "become root", "setuid", (0,), None
    yield "become root in each way", "setresuid", (0, 0, 0), None
    yield "set groups", "setgroups", (0, 0), None
    yield "gain capabilities", "capset", (0, 0), None
    yield "become dumpable", "prctl", (4, 1, 0, 0, 0), None
    yield "make a namespace", "unshare", (0x10000000,), None
    yield "enter a namespace", "setns", (3, 0), None
    yield "mount", "mount", ("none", "/", "tmpfs", 0, 0), None
    yield "chroot", "chroot", ("/",), None
    for name in ("bpf", "io_uring_setup", "userfaultfd", "perf_event_open", "keyctl", "open_by_handle_at",
                 "name_to_handle_at"):
        yield name, name, (0, 0, 0, 0, 0), None

    yield "make a packet socket", "socket", (socket.AF_PACKET, socket.SOCK_DGRAM, 0), None
    yield "make an audit socket", "socket", (socket.AF_NETLINK, socket.SOCK_RAW, 9), None
    yield "listen", "listen", (3, 1), None
    yield "type for the caller", "ioctl", (0, 0x5412, "x"), None


def connect(inside, port):
    """To a port of this machine, and away again."""
    made = inside.call("socket", socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 0)
    if not isinstance(made, int):
        return made
    result = inside.call("connect", made, address(port), 16)
    assert inside.call("close", made) == 0
    return ALLOWED if result == 0 else result


def try_all(inside, kind, place, port, other_port):
    """What went otherwise than it shall."""
    wrong = []
    for name, call, arguments, in_net in attempts(place, inside.pid):
        result = inside.call(call, *arguments)
        expected = in_net if kind == "net" and in_net else "ENOSYS"
        if isinstance(result, int):
            if call == "openat":
                inside.call("close", result)
            result = ALLOWED
        if result != expected:
            wrong.append(f"{name}: {result}, not {expected}")
    elsewhere = connect(inside, other_port)
    expected = "ENOSYS" if kind != "net" else "EACCES" if landlock_version() >= 4 else ALLOWED
    if elsewhere != expected:
        wrong.append(f"connect elsewhere: {elsewhere}, not {expected}")
    # Not all is refused, and what is done is done in its name.
    assert inside.call("getpid") == inside.pid
    if kind == "net":
        opened = inside.call("openat", HERE_FD, "/etc/passwd", os.O_RDONLY)
        assert isinstance(opened, int) and inside.call("close", opened) == 0
        assert connect(inside, port) == ALLOWED
    return wrong


@pytest.mark.parametrize("kind, scene", [pytest.param(kind, scene, id=scene.__name__)
                                         for kind, scenes in KINDS.items() for scene in scenes])
def test_nothing_but_its_own(place, twilio, to_twilio, kind, scene):
    """It writes, runs, traces, reads and reaches nothing, and its caller least of all."""
    with scene(place, twilio, to_twilio) as (helper, port), socket.create_server(("127.0.0.1", 0)) as other:
        with Injected(helper.pid) as inside:
            assert try_all(inside, kind, place, port, other.getsockname()[1]) == []
        assert place.seen() == place.before


def test_goes_on_as_if_nothing_had_been(place, twilio, to_twilio):
    """What was tried was tried in a helper at work: it sends its text."""
    twilio.behave("slow", seconds=2)
    place.gateways.write({**to_twilio, "timeout": 30})
    helper = Helper(place.gateways.path, message=request(timeout_ms=TIMEOUT_MS))
    until(lambda: twilio.count() == 1, 10, "the request")
    with Injected(helper.pid) as inside:
        assert inside.call("openat", HERE_FD, place.loose, os.O_WRONLY) == "ENOSYS"
    assert accepted(helper.reply())


def test_unconfined_it_would_be_otherwise(place):
    """The attempts can succeed: in a process of nobody's special, most of them do."""
    pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    try:
        until(lambda: os.readlink(f"/proc/{pid}/exe") != os.readlink("/proc/self/exe"), 10, "the exec")
        with Injected(pid) as inside:
            for name, *arguments in (("openat", HERE_FD, place.loose, os.O_WRONLY), ("pidfd_open", os.getpid(), 0),
                                     ("memfd_create", "x", 0), ("kill", os.getpid(), 0), ("setuid", 0),
                                     ("openat", HERE_FD, "/etc/shadow", os.O_RDONLY)):
                assert isinstance(inside.call(name, *arguments), int), name
            with socket.create_server(("127.0.0.1", 0)) as other:
                assert connect(inside, other.getsockname()[1]) == ALLOWED
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
