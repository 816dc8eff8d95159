# SPDX-License-Identifier: BSD-2-Clause
"""The demo: by itself, at a terminal, and ended at any instant."""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

import harness
import hosts
from harness import PASSWORD, until

HERE = os.path.dirname(os.path.abspath(__file__))
COMMAND = [sys.executable, HERE + "/demo.py"]
PHONE = r"(\d{6}) is your web1 code \((\w\w)\)\."


@pytest.fixture
def demo(stage):
    """What the demo is started with; nothing of it is left when it has ended."""
    before = remains()
    yield {"env": dict(hosts.ENVIRONMENT, SMSOTP_STAGE=stage.root)}
    until(lambda: remains() == before, 5, f"the end of what the demo began: {before} {remains()}")


def remains():
    """Processes, mounts and files that a process outside the demo's private machine sees."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = file.read()
    files = sorted(path for top in ("/run", "/etc", "/var/log", "/dev/shm", "/dev/pts")
                   for path in walk(top))
    return sorted(harness.World.processes()), mounts, files


def walk(top):
    return [os.path.join(directory, name) for directory, folders, files in os.walk(top)
            for name in folders + files]


def test_by_itself(demo):
    done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=30,
                          stderr=subprocess.STDOUT, check=False, encoding="utf-8", **demo)
    assert done.returncode == 0, done.stdout
    code, ref = re.search(PHONE, done.stdout).groups()
    said = [f"Code {ref} sent to +44 ****** 0100", "Wrong code, 2 tries left",
            "left (r: resend): " + code, "You are in: alice on web1.", "event=accepted reason=code"]
    places = [done.stdout.find(text) for text in said]
    assert -1 not in places and places == sorted(places), done.stdout


class Person:
    """The demo at a terminal; what it shows of passwords is what a terminal would."""

    def __init__(self, env):
        self.terminal = hosts.Terminal(None, COMMAND, environment=env)
        self.terminal.logfile_read = self.shown = hosts.Shown()
        self.terminal.expect("The password is: ")
        self.terminal.expect("assword: ")

    def log_in(self):
        self.terminal.type(PASSWORD)
        self.terminal.expect(PHONE)
        code, ref = self.terminal.match.groups()
        self.terminal.expect(rf"Code {ref} sent to .*help\): ")
        return code


def test_at_a_terminal(demo):
    person = Person(demo["env"])
    code = person.log_in()
    person.terminal.type("r")
    # The default cooldown of the demo's configuration is none: the phone gets the same code again.
    person.terminal.expect(PHONE)
    assert person.terminal.match.group(1) == code
    # ssh throws away what is typed before it asks.
    person.terminal.expect(r"help\): ")
    person.terminal.type(code)
    person.terminal.expect(r"You are in: alice on web1\.")
    assert person.terminal.ended() == 0
    assert person.shown.text.count(PASSWORD) == 1, "the password was to be seen when it was typed"
    assert person.shown.text.count(code) == 3


def test_wrong_codes_at_a_terminal(demo):
    """The demo succeeds if and only if the login did."""
    person = Person(demo["env"])
    code = person.log_in()
    for _ in range(3):
        person.terminal.type(f"{(int(code) + 1) % 1000000:06}")
        person.terminal.expect("Wrong code|Too many wrong codes")
    person.terminal.expect("the login did not succeed")
    assert person.terminal.ended() == 1


@pytest.mark.parametrize("where", ["password", "code"])
def test_interrupt_at_a_terminal(demo, where):
    person = Person(demo["env"])
    if where == "code":
        person.log_in()
    person.terminal.key("c")
    assert person.terminal.ended() != 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_ended_at_any_instant(demo, number):
    """From the first to the last moment, to the process that was started, as make and a shell know
    it."""
    generator = random.Random(int(number))
    for step in range(8):
        demo_process = subprocess.Popen(
            COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, **demo)
        time.sleep((step + generator.random()) * 0.12)
        if number == signal.SIGINT:
            # ^C goes to the whole process group.
            os.killpg(demo_process.pid, number)
        else:
            demo_process.send_signal(number)
        demo_process.wait(10)


@pytest.mark.parametrize("member", ["init", "inner"])
def test_kill_inside(demo, member):
    """The two other processes of ours: the private machine's first one, and the demo itself."""
    demo_process = subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, **demo)
    demo_process.stdout.readline()
    init = children(demo_process.pid)[0]
    os.kill(init if member == "init" else min(children(init)), signal.SIGKILL)
    demo_process.stdout.close()
    assert demo_process.wait(10) != 0


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]


def test_without_root(demo):
    """It says what it needs. (The user may not be able to read where this lies: so a copy is
    run.)"""
    folder = "/run/demo-copy"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    try:
        os.chmod(folder, 0o755)
        done = subprocess.run([sys.executable, folder + "/demo.py"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, preexec_fn=hosts.become("alice"),
                              timeout=10, check=False, encoding="utf-8", **demo)
        assert done.returncode == 1
        assert "needs root" in done.stdout and "sudo make demo" in done.stdout
    finally:
        shutil.rmtree(folder)
