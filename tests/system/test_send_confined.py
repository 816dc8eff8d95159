# SPDX-License-Identifier: BSD-2-Clause
"""What smsotp-send gives up before it reads its request."""
# pylint: disable=redefined-outer-name,unused-import
import ctypes
import errno
import os
import re
import signal
import time

import pytest

from send_harness import (CODE, LANDLOCK, OPERATOR, TEXT, TO, TWILIO, Helper, accepted, forbid, landlock_version,
                          needs_root, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401


@pytest.fixture
def hanging(conf, twilio, to_twilio):
    """A helper that waits for a gateway."""
    twilio.behave("hang_request")
    conf.write({**to_twilio, "timeout": 30})
    helper = Helper(conf.path, message=request(timeout_ms=30000))
    deadline = time.monotonic() + 10
    while twilio.count() == 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    try:
        yield helper
    finally:
        helper.killed()


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":", 1) for line in file)


def test_locked_in(hanging):
    status = {key: value.strip() for key, value in status_of(hanging.pid).items()}
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[capabilities], 16) == 0
    fds = sorted(int(fd) for fd in os.listdir(f"/proc/{hanging.pid}/fd")) if os.geteuid() == 0 else []
    links = [os.readlink(f"/proc/{hanging.pid}/fd/{fd}") for fd in fds]
    assert links[:3] == ["/dev/null"] * len(links[:3])
    assert all(re.match(r"socket:|anon_inode:", link) for link in links[3:]), links


@needs_root
def test_nobody(hanging):
    status = status_of(hanging.pid)
    ids = {int(number) for number in (status["Uid"] + status["Gid"]).split()}
    assert 0 not in ids and len(set(status["Uid"].split())) == 1 and len(set(status["Gid"].split())) == 1
    assert status["Groups"].split() == [] and int(status["CapBnd"], 16) == 0


@needs_root
def test_no_secret_in_proc(hanging):
    for name in ("cmdline", "environ", "comm"):
        with open(f"/proc/{hanging.pid}/{name}", "rb") as file:
            data = file.read()
        for secret in (TWILIO["auth_token"], CODE, TO[1:], TEXT):
            assert secret.encode() not in data
    with open(f"/proc/{hanging.pid}/cmdline", "rb") as file:
        assert len(file.read().split(b"\0")) == 4
    # Not dumpable: /proc belongs to root, and nobody of the same uid may trace it.
    assert os.stat(f"/proc/{hanging.pid}/mem").st_uid == 0


@needs_root
def test_nobody_of_its_user_looks_into_it(hanging):
    """A program that another gateway runs is of the same user, and here not even confined."""
    uid, gid = (int(status_of(hanging.pid)[name].split()[0]) for name in ("Uid", "Gid"))
    libc = ctypes.CDLL(None, use_errno=True)
    ptrace_seize, pidfd_getfd = 0x4206, 438
    child = os.fork()
    if child == 0:
        done = 0
        try:
            os.setgroups([])
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
            for name in ("mem", "maps", "environ", "auxv", "fd/3"):
                try:
                    os.close(os.open(f"/proc/{hanging.pid}/{name}", os.O_RDONLY))
                    done += 1
                except PermissionError:
                    pass
            done += libc.ptrace(ptrace_seize, hanging.pid, None, None) == 0
            done += libc.syscall(pidfd_getfd, os.pidfd_open(hanging.pid), 3, 0) >= 0
        except BaseException:    # pylint: disable=broad-except
            done = 99
        finally:
            os._exit(done)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_dies_with_its_parent(conf, twilio, to_twilio):
    twilio.behave("hang_request")
    conf.write({**to_twilio, "timeout": 30})
    reading, writing = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        try:
            helper = Helper(conf.path, message=request(timeout_ms=30000))
            os.write(writing, b"%d" % helper.pid)
            time.sleep(60)
        finally:
            os._exit(1)
    pid = int(os.read(reading, 16))
    deadline = time.monotonic() + 10
    while twilio.count() == 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not gone(pid)
    os.kill(keeper, signal.SIGKILL)
    os.waitpid(keeper, 0)
    while gone(pid) is False:
        assert time.monotonic() < deadline, "the helper outlived its parent"
        time.sleep(0.01)
    os.close(reading)
    os.close(writing)


def gone(pid):
    """A zombie whose new parent has not reaped it yet is gone too."""
    try:
        return status_of(pid)["State"].split()[0] in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return True


@needs_root
@pytest.mark.parametrize("call", ["setgroups", "setresgid", "setresuid", "capset"])
def test_never_goes_on_as_root(conf, twilio, to_twilio, call):
    reply = conf.send(to_twilio, prepare=forbid(call, error=errno.EPERM))
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply


@pytest.mark.parametrize("calls", [("seccomp", "prctl"), ("landlock_restrict_self",)])
def test_never_goes_on_without_its_sandbox(conf, twilio, to_twilio, calls):
    if landlock_version() < 1 and "landlock_restrict_self" in calls:
        pytest.skip("this kernel has no Landlock")
    reply = conf.send(to_twilio, prepare=forbid(*calls, error=errno.EPERM))
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply


@needs_root
def test_goes_on_without_landlock_and_says_so(conf, twilio, to_twilio, system_log):
    before = len(system_log.flushed())
    reply = conf.send(to_twilio, prepare=forbid(*LANDLOCK))
    assert accepted(reply)
    lines = [line for line in system_log.flushed()[before:] if "smsotp-send" in line]
    assert len(lines) == 1 and "landlock=none gateway=gw" in lines[0], lines
    assert lines[0].startswith("<84>")     # authpriv, warning


@needs_root
def test_says_nothing_with_landlock(conf, to_twilio, system_log):
    before = len(system_log.flushed())
    assert accepted(conf.send(to_twilio))
    assert [line for line in system_log.flushed()[before:] if "smsotp-send" in line] == []
