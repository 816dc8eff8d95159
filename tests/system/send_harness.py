# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-send as the keeper starts it: one request in, one reply out. And the fixtures that its tests share."""
import ctypes
import ctypes.util
import errno
import json
import os
import re
import signal
import socket
import struct
import time

import pytest

import gateway_double
from gateway_double import Double

STAGE = os.environ.get("SMSOTP_STAGE", "")
SEND = os.environ.get("SMSOTP_SEND", STAGE + "/usr/libexec/smsotp/smsotp-send")
(ACCEPTED, RECIPIENT, OPERATOR, PASSING, UNREACHABLE, AMBIGUOUS, UNRECOGNISED, UNROUTABLE, SKIPPED) = range(1, 10)
(TASK_TEXT, TASK_VOICE, TASK_STATUS, TASK_LOOKUP, TASK_CHECK, TASK_CONNECT, TASK_RENT, TASK_RECEIVE,
 TASK_RELEASE) = range(1, 10)
UNKNOWN, PENDING, DELIVERED, PHONE_UNREACHABLE, REFUSED, FAILED = range(6)
OFFERS_VOICE, OFFERS_STATUS = 1, 2
USAGE = 64
TO, CODE = "+447700900123", "491827"
TEXT = f"{CODE} is your web1 code (K7). Not you? Change your password."
MEMORY_KIB = 64 * 1024
# How late a busy machine may be, in seconds.
SLACK = 1.0
TWILIO = {"api": "twilio", **gateway_double.TWILIO, "from": "+15005550006"}
VONAGE = {"api": "vonage", **gateway_double.VONAGE, "from": "Example"}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root can drop privileges")


def request(text=TEXT, to=TO, code=CODE, ref="K7", timeout_ms=4000, validity_s=300, task=TASK_TEXT, user="alice",
            host="web1", service="sshd", client="203.0.113.9", origin="", message_id="", name=""):
    fields = struct.pack(">BII", task, timeout_ms, validity_s)
    for field in (to, text, code, ref, user, host, service, client, origin, message_id, name):
        data = field.encode() if isinstance(field, str) else field
        fields += struct.pack(">H", len(data)) + data
    return b"SMSW" + struct.pack(">BBH", 1, 1, 8 + len(fields)) + fields


def peak_kib():
    """The most memory this process ever had."""
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(r"^VmHWM:\s*(\d+) kB$", file.read(), re.MULTILINE)[1])


class Reply:
    """What the helper said, and what it cost."""

    def __init__(self, messages, status, memory_kib, seconds):
        self.status, self.seconds, self.memory_kib = status, seconds, memory_kib
        self.posted = messages.count(b"SMSW\x01\x02\x00\x08")
        replies = [message for message in messages if message[5:6] == b"\x03"]
        assert len(replies) + self.posted == len(messages), messages
        assert len(replies) == 1 and messages[-1] is replies[0], messages
        data = replies[0]
        assert data[:5] == b"SMSW\x01" and struct.unpack(">H", data[6:8])[0] == len(data)
        self.outcome, self.delivery, self.offers, self.http_status, self.retry_after_s = \
            struct.unpack(">BBIII", data[8:22])
        texts, at = [], 22
        while at < len(data):
            size = struct.unpack(">H", data[at:at + 2])[0]
            texts.append(data[at + 2:at + 2 + size])
            at += 2 + size
        self.message_id, self.detail = (text.decode("ascii") for text in texts[:2])
        self.numbers, = texts[2:]
        assert re.fullmatch(r"[ -~]*", self.detail) and len(self.detail) <= 256
        assert re.fullmatch(r"[!#-&(-<>-~]*", self.message_id) and len(self.message_id) <= 128

    def __repr__(self):
        return (f"outcome={self.outcome} http={self.http_status} posted={self.posted} id={self.message_id!r} "
                f"detail={self.detail!r} seconds={self.seconds:.2f} KiB={self.memory_kib}")


class Helper:
    """A started smsotp-send. prepare runs in the child before the exec."""

    def __init__(self, directory, gateway="gw", message=None, environment=None, prepare=None, argv=None,
                 program=None):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if message is None:
            message = request()
        if message:
            self.socket.send(message)
        environment = environment or {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        self.started = time.monotonic()
        self._forked_kib = peak_kib()
        program, argv = program or SEND, argv or ["smsotp-send", str(directory), gateway]
        if prepare:
            self.pid = self._fork(theirs.fileno(), prepare, program, argv, environment)
        else:
            # Without a copy of this process, which has much to copy. Nothing else of it is inherited.
            self.pid = os.posix_spawn(program, argv, environment, file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDWR, 0), (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2), (os.POSIX_SPAWN_DUP2, theirs.fileno(), 3)])
        theirs.close()

    @staticmethod
    def _fork(theirs, prepare, program, argv, environment):
        pid = os.fork()
        if pid == 0:
            try:
                null = os.open("/dev/null", os.O_RDWR)
                for fd in range(3):
                    os.dup2(null, fd)
                os.dup2(theirs, 3)
                os.set_inheritable(3, True)
                os.closerange(4, 1024)
                prepare()
                os.execve(program, argv, environment)
            finally:
                os._exit(127)
        return pid

    def end(self):
        """Takes in everything until the helper is gone."""
        messages = []
        self.socket.settimeout(60)
        while True:
            try:
                message = self.socket.recv(8192)
            except ConnectionResetError:
                continue    # it left the request unread; what it sent before is still to come
            if not message:
                break
            messages.append(message)
        _, status, usage = os.wait4(self.pid, 0)
        self.socket.close()
        # The most it had counts from the fork on, when it was as large as this process or had its memory: a helper
        # that needed less than that ever did cannot be measured, and has cost next to nothing.
        memory_kib = usage.ru_maxrss if usage.ru_maxrss > self._forked_kib + 4096 else 0
        return messages, os.waitstatus_to_exitcode(status), memory_kib, time.monotonic() - self.started

    def reply(self):
        return Reply(*self.end())

    def killed(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        finally:
            os.waitpid(self.pid, 0)
            self.socket.close()


LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")


def landlock_version():
    """Less than 1: this kernel has none."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1)    # landlock_create_ruleset


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


# Of calls that are forbidden for some arguments alone: 4 is SCMP_CMP_EQ, 7 SCMP_CMP_MASKED_EQ.
PR_SET_SECCOMP, O_TMPFILE = 22, os.O_TMPFILE
ONLY = {"prctl": (0, 4, PR_SET_SECCOMP, 0), "openat": (2, 7, O_TMPFILE, O_TMPFILE)}


def forbid(*calls, error=errno.ENOSYS):
    """A prepare that makes system calls fail, as an older kernel or a container would; prctl only for seccomp, openat
    for files without a name."""
    library = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p

    def prepare():
        filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(0x7fff0000)))
        for call in calls:
            number = library.seccomp_syscall_resolve_name(call.encode())
            only = (Comparison * 1)(ONLY.get(call, (0, 0, 0, 0)))
            assert library.seccomp_rule_add_array(filter_, ctypes.c_uint32(0x00050000 | error), number,
                                                  int(call in ONLY), only) == 0
        assert library.seccomp_load(filter_) == 0
    return prepare


def write_settings(file, settings):
    """settings: the file's text, or what stands in it."""
    text = settings
    if isinstance(settings, dict):
        text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)};\n" for key, value in settings.items())
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


class Configuration:
    """A configuration directory with gateways/gw.conf."""

    def __init__(self, path):
        self.path = path
        self.file = path / "gateways" / "gw.conf"
        self.file.parent.mkdir(mode=0o700)

    def write(self, settings):
        write_settings(self.file, settings)

    def send(self, settings=None, message=None, **options):
        if settings is not None:
            self.write(settings)
        return Helper(self.path, message=message, **options).reply()


@pytest.fixture
def conf(tmp_path):
    assert os.access(SEND, os.X_OK), f"SMSOTP_STAGE or SMSOTP_SEND names no program: {SEND}"
    return Configuration(tmp_path)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return gateway_double.Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="module")
def twilio(authority):
    with Double("twilio", authority.context("right")) as double:
        yield double


@pytest.fixture(scope="module")
def vonage(authority):
    with Double("vonage", authority.context("right")) as double:
        yield double


@pytest.fixture(autouse=True)
def behaving(twilio, vonage):
    twilio.reset()
    vonage.reset()


@pytest.fixture
def to_twilio(twilio, authority):
    return {**TWILIO, "base_url": twilio.url, "ca_file": authority.ca_file}


@pytest.fixture
def to_vonage(vonage, authority):
    return {**VONAGE, "base_url": vonage.url, "ca_file": authority.ca_file}


def accepted(reply):
    assert reply.outcome == ACCEPTED and reply.posted == 1 and reply.status == 0, reply
    return True


API = """
description = "Test";
settings = ( { name = "key"; required = true; secret = true; }, { name = "region"; default = "eu"; } );
send = { url = "https://{region}.invalid/v1/{ref}"; number = "%(number)s"; %(send)s };
answer = { kind = "json"; accepted = { status = [ 200 ]; where = ( { at = "ok"; equals = "true"; } ); };
           id = { at = "id"; }; };
"""


def own_api(conf, authority, double, send, number="e164", **settings):
    """Settings for an API of the test's own."""
    path = conf.path / "api.conf"
    path.write_text(API % {"send": send, "number": number})
    path.chmod(0o644)
    double.behave("say", body='{"ok": true, "id": 9007199254740993}')
    return {"api": str(path), "key": "key-of-the-test", "base_url": double.url, "ca_file": authority.ca_file,
            **settings}
