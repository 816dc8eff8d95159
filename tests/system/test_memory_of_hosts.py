# SPDX-License-Identifier: BSD-2-Clause
"""What the memory of sshd and of a daemon holds while a text is sent and afterwards: read as root can read it, every
page that can be read."""
import os
import re

import pytest

import gateway_double
import harness
import hosts
from harness import until

SECRET = gateway_double.TWILIO["auth_token"]
LOGINS = 3


def holds(pid, secret):
    """Where a process has these bytes: names of mappings."""
    found, secret = [], secret.encode()
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end, rights, name = re.fullmatch(r"(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)\n", line).groups()
            # The kernel's own pages of counters cannot be read like that.
            if "r" not in rights or name.startswith("[vv"):
                continue
            start, end = int(start, 16), int(end, 16)
            memory.seek(start)
            content = b""
            while len(content) < end - start:
                content += memory.read(end - start - len(content))
            if secret in content:
                found.append(name or hex(start))
    return found


class Gateway:
    """One that never answers, so that there is time to look."""

    def __init__(self, world, double):
        self.world = world
        world.configure(gateways='[ "twilio" ]', prompt_within="0", send_timeout="30")
        self.double = double("twilio")
        self.double.behave("hang_request")

    def text(self):
        form = self.double.requests[-1].form()
        return harness.Text('{"time": "", "to": "%s", "text": "%s"}' % (form["To"], form["Body"]))

    def during(self, login):
        """The helper has the key, whoever else is there does not: neither its keeper nor its host."""
        until(lambda: self.double.count() == 1, 10, "the request")
        below = self.world.helpers()
        helpers = [pid for pid, name in below.items() if name.startswith("smsotp-send")]
        assert len(helpers) == 1 and holds(helpers[0], SECRET)
        others = [*login(), *(pid for pid in below if pid not in helpers)]
        assert len(others) > 1
        for pid in others:
            assert not holds(pid, SECRET), pid
            # It is its memory that was looked at.
            assert holds(pid, "libc.so")

    def afterwards(self, pids):
        until(lambda: not self.world.helpers(), 5, "the end of keeper and helper")
        for pid in pids:
            assert not holds(pid, SECRET), pid


@pytest.mark.parametrize("whose", ["sshd", "daemon"])
def test_key_of_the_gateway(world, sshd, daemon_host, double, whose):
    """The key is in the memory of smsotp-send alone."""
    gateway = Gateway(world, double)
    if whose == "sshd":
        server = sshd(first="none")
        login = server.login("alice", "cat")
        login.prompt()

        def pids():
            return [server.process.pid, *server.sessions()]
    else:
        login = hosts.Daemon(world, daemon_host, "alice", how="again")
        login.says("prompt .*")

        def pids():
            return [login.process.pid]
    gateway.during(pids)
    login.type(gateway.text().code)
    if whose == "sshd":
        login.type("in")
        login.expect("\nin\r\nin\r\n")
    else:
        assert login.result() == 0
    gateway.afterwards(pids())
    if whose == "sshd":
        login.sendeof()
        assert login.ended() == 0
    else:
        login.leave()
        login.process.wait(10)
        login.close()
    assert [event.name() for event in world.forget_log()][-1] == "accepted code"
    world.expected_texts = 0


@pytest.mark.parametrize("right", [True, False])
def test_code_is_gone(world, daemon_host, right):
    """A daemon that lives on has neither the code nor what was typed: a host that reads without a buffer keeps nothing
    itself."""
    world.configure(guesses="{ per_conversation = 1; }")
    login = hosts.Daemon(world, daemon_host, "alice", how="again")
    for number in range(1, LOGINS + 1):
        login.says("prompt " + harness.PROMPT)
        text = world.text(number)
        typed = text.code if right else text.wrong()
        login.type(typed)
        if not right:
            login.says("error .*")
        assert (login.result() == 0) == right
        for secret in {text.code, typed, text.to}:
            assert not holds(login.process.pid, secret)
        assert holds(login.process.pid, "pam_smsotp")
        if number < LOGINS:
            login.type("alice")
    login.leave()
    login.process.wait(10)
    login.close()
    world.forget_log()
    world.expected_texts = LOGINS
