# SPDX-License-Identifier: BSD-2-Clause
"""Callers own the real uid of their su and sudo: they may stop and kill them and set their
limits."""
import errno
import os
import random
import resource
import signal
import subprocess
import time

import pytest

import harness
import hosts
from harness import PROMPT, until

ARGV = {"su": ["/bin/su", "bob"], "sudo": ["/usr/bin/sudo", "id"]}


def attack(stopper, program, when):
    """stopper.c as alice, against her own program. Returns the program's process id and what the
    first attempt to stop it met."""
    def prepare():
        # A lock is held for a fraction of a millisecond: who waits for it must not wait for a
        # processor. The program itself is started without this.
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        except OSError:
            pass
        hosts.become("alice")()
    done = subprocess.run([stopper, str(when), *ARGV[program]], preexec_fn=prepare,
                          env=hosts.ENVIRONMENT, start_new_session=True, stdout=subprocess.PIPE,
                          timeout=10, check=True)
    return map(int, done.stdout.split())


def log_in(world, program, user):
    """A login through daemon_host; returns the longest time that it let its user wait."""
    start = time.monotonic()
    daemon = hosts.Daemon(world, program, user)
    ref = daemon.says("prompt " + PROMPT).group(1)
    first = time.monotonic() - start
    code = world.text_of(ref).code
    start = time.monotonic()
    daemon.type(code)
    assert daemon.ended() == 0
    return max(first, time.monotonic() - start)


def state_of(pid):
    """The letter of /proc/PID/stat, or "" for no such process."""
    return harness.World.processes().get(pid, "")[-1:]


def many_texts(world):
    limits = "{ unredeemed = 32; daily = 64; }"
    world.configure(budget=f"{{ cooldown = 0; user = {limits}; phone = {limits};"
                    " client = { unredeemed = 1000; }; }")


def time_to_the_end(world, program):
    """From the start of the program to the last log line of its login, undisturbed."""
    count = len(world.events())
    start = time.monotonic()
    with subprocess.Popen(ARGV[program], preexec_fn=hosts.become("alice"), env=hosts.ENVIRONMENT,
                          start_new_session=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        until(lambda: len(world.events()) >= count + 2, 10, "the login's log lines")
        return time.monotonic() - start


@pytest.mark.parametrize("program, how, tries", [
    ("su", "at random", 30), ("su", "in the lock", 30), ("sudo", "at random", 15),
    ("sudo", "in the lock", 15)])
def test_stopped(world, daemon_host, stopper, program, how, tries):
    """Somebody stops his own su or sudo again and again. Meanwhile somebody else logs in: with su
    even as the account it was for, whose records su is busy with; and nobody waits."""
    many_texts(world)
    world.pam(program, "none")
    other = "bob" if program == "su" else "carol"
    span = time_to_the_end(world, program)
    stopped = refused = logins = 0
    longest = 0.0
    generator = random.Random(program + how)
    while logins < tries or how == "in the lock" and refused < 3 and logins < 8 * tries:
        if logins % 15 == 0:
            world.forget_state()
        when = "lock" if how == "in the lock" else int(generator.uniform(0, span) * 1000000)
        pid, met = attack(stopper, program, when)
        refused += met == errno.EPERM
        stopped += state_of(pid) == "T"
        longest = max(longest, log_in(world, daemon_host, other))
        logins += 1
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        until(lambda pid=pid: not state_of(pid), 5, "the program's end")
    print(f"{program}, {how}: {logins} tries, {stopped} stopped, {refused} refused, "
          f"the longest wait was {longest * 1000:.0f} ms")
    # The attack came to pass: it stopped programs, and aimed at a lock it met the shelter there.
    assert refused > 0 if how == "in the lock" else stopped >= tries // 3
    names = [event.name() for event in world.forget_log()]
    # Whoever waits for a lock that a stopped process holds is denied after two seconds.
    assert names.count("accepted code") == logins
    world.expected_texts = len(world.texts())
    assert world.expected_texts <= 2 * logins + 1


def start_su(world, before_exec):
    """su by alice to bob, with what before_exec sets up, until it asks for the code or for nothing
    more."""
    terminal = hosts.Terminal(world, ["/bin/su", "bob", "-c", "id -un"], user="alice",
                              before_exec=before_exec)
    terminal.logfile_read = terminal.shown = hosts.Shown()
    # Not until the end of what has failed: libpam lets that wait for some seconds.
    if terminal.expect([PROMPT, r"in the log\.", "su: ", hosts.EOF]) == 0:
        terminal.type(world.text_of(terminal.match.group(1)).code)
    return terminal


def su(world, before_exec):
    """Returns (exit status, what it showed)."""
    terminal = start_su(world, before_exec)
    return terminal.ended(), terminal.shown.text


@pytest.mark.parametrize("action", [signal.SIG_IGN, signal.SIG_DFL])
@pytest.mark.parametrize("records", ["none", "there"])
def test_no_file_may_grow(world, daemon_host, action, records):
    """RLIMIT_FSIZE=0: no attempt could be recorded, so none is granted, nothing is texted, and
    SIGXFSZ does not kill the host."""
    def limit():
        signal.signal(signal.SIGXFSZ, action)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    world.pam("su", "none")
    if records == "there":
        log_in(world, daemon_host, "bob")
        world.expect_log("text accepted", "accepted code")
    before = len(world.texts())
    status, shown = su(world, limit)
    # su itself dies of SIGXFSZ afterwards, when it writes the failure to /var/log/btmp.
    assert status == 1 or action == signal.SIG_DFL and status == -signal.SIGXFSZ
    assert "bob\r\n" not in shown
    assert "This host cannot check codes; an administrator finds" in shown
    assert len(world.texts()) == before
    world.expect_log("denied state")
    log_in(world, daemon_host, "bob")
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = before + 1


def test_few_file_descriptors(world, daemon_host):
    """RLIMIT_NOFILE from 4 to 20: in with the code, or denied; never a crash, never anything
    left."""
    many_texts(world)
    world.pam("su", "none")
    terminals = {}
    for most in range(4, 21):
        def limit(most=most):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        terminals[most] = start_su(world, limit)
    successes = 0
    for most, terminal in terminals.items():
        status = terminal.ended()
        assert status >= 0, f"RLIMIT_NOFILE={most}: signal {-status}"
        if "\nbob\r\n" in terminal.shown.text:
            assert status == 0
            successes += 1
    world.check_gone()
    names = [event.name() for event in world.forget_log()]
    # su may fail for reasons of its own behind a right code, but is never in without one.
    assert 0 < successes <= names.count("accepted code")
    log_in(world, daemon_host, "bob")
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = len(world.texts())


LIMITS = ["RLIMIT_NPROC", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_RTTIME"]


@pytest.mark.parametrize("name", LIMITS)
def test_other_limits(world, name):
    """They change nothing for the module; keeper and helper set their own."""
    def limit():
        resource.setrlimit(getattr(resource, name), (2, 2))
    world.pam("su", "none")
    status, _ = su(world, limit)
    assert status >= 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def odd_umask():
    os.umask(0)


def deaf_to_children():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def all_signals_blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def many_open_files():
    for number in range(3, 200):
        os.dup2(0, number)


@pytest.mark.parametrize("prepare", [
    odd_umask, deaf_to_children, all_signals_blocked, many_open_files])
def test_odd_inheritance(world, prepare):
    world.pam("su", "none")
    status, shown = su(world, prepare)
    assert status == 0 and "\nbob\r\n" in shown
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


@pytest.mark.parametrize("how", [None, "closed"])
def test_daemon(world, daemon_host, how):
    """A root daemon, also one with 0, 1 and 2 closed, which sees nothing of keeper and helper."""
    daemon = hosts.Daemon(world, daemon_host, "alice", how=how)
    daemon.says("prompt " + PROMPT)
    daemon.type(world.text().wrong())
    daemon.says(r"prompt Wrong code, 2 tries left \(r: resend\): ")
    daemon.type(world.text().code)
    assert daemon.ended() == 0
    world.expect_log("text accepted", "denied wrong_code", "accepted code")
    world.expected_texts = 1


def test_own_processes_are_out_of_reach(world):
    """The caller may stop his su, but neither keeper nor helper; stopped with it, they would never
    end."""
    with hosts.Silence(world, prompt_within="0", send_timeout="4") as gateway:
        world.pam("su", "none")
        terminal = hosts.Terminal(world, ["/bin/su", "bob"], user="alice")
        terminal.prompt()
        gateway.wait()
        helpers = world.helpers()
        start = time.monotonic()
        assert hosts.signal_as("alice", terminal.pid, signal.SIGSTOP) == 0
        for pid in helpers:
            for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, signal.SIGCONT):
                assert hosts.signal_as("alice", pid, number) == errno.EPERM
            for name in ("environ", "mem", "fd/0"):
                path = f"/proc/{pid}/{name}"
                assert hosts.as_user("alice", lambda path=path: os.access(path, os.R_OK)) == 0, path
        world.until_sent(5.5)
        assert time.monotonic() - start < 5
        assert state_of(terminal.pid) == "T"
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.ended()
    world.expect_log()
    world.expected_texts = 0
