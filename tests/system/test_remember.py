# SPDX-License-Identifier: BSD-2-Clause
"""Successes that count again, and logins that wait for another one: ssh by its client, sudo and su
by their terminal's session."""
import os
import signal

import pytest

import hosts
from harness import until

WAITING = (r"A login from here is already waiting for its code\. "
           r"Enter it there, then press Enter here \(r: own code\): ")

# With -k sudo does not remember by itself.
COMMANDS = {"sudo": "sudo -k id -un", "su": "su bob -c 'id -un'"}
BECOMES = {"sudo": "root", "su": "bob"}


def log_in(server, user="alice"):
    """A client that has given its password."""
    ssh = server.login(user, "id -un")
    ssh.password()
    return ssh


def two(world, sshd):
    """Both have given the password, and the second one waits for the first."""
    world.configure(remember="600")
    server = sshd()
    first = log_in(server)
    first.prompt()
    sessions = set(server.sessions())
    second = log_in(server)
    second.prompt(WAITING)
    return first, second, server, sessions


def is_in(ssh, user="alice"):
    ssh.expect(f"\n{user}\r\n")
    assert ssh.ended() == 0


def test_ssh_again(world, sshd):
    world.configure(remember="600")
    server = sshd()
    first = log_in(server)
    first.prompt()
    first.code()
    is_in(first)
    is_in(log_in(server))
    other = log_in(server, "bob")
    other.prompt()
    other.code(count=2)
    is_in(other, "bob")
    events = world.expect_log("text accepted", "accepted code", "accepted remembered",
                              "text accepted", "accepted code")
    assert (events[2]["user"], events[2]["client"]) == ("alice", "127.0.0.1")
    world.expected_texts = 2


def test_two_ssh_at_once(world, sshd):
    """The second waits, and Enter lets it in once the first one's code was entered."""
    first, second, _, _ = two(world, sshd)
    second.type("")
    second.prompt(WAITING)
    first.code()
    is_in(first)
    second.type("")
    is_in(second)
    world.expect_log("text accepted", "waiting waiting", "accepted code", "accepted remembered")
    world.expected_texts = 1


def test_own_code(world, sshd):
    first, second, _, _ = two(world, sshd)
    second.type("r")
    second.prompt()
    second.code(count=2)
    is_in(second)
    first.type(world.texts()[0].code)
    is_in(first)
    world.expect_log("text accepted", "waiting waiting", "text accepted", "accepted code",
                     "accepted code")
    world.expected_texts = 2


@pytest.mark.parametrize("how", ["gives up", "client killed", "session killed"])
def test_first_one_goes(world, sshd, how):
    """Whoever waits for it texts a code of its own with the next Enter, however it went."""
    first, second, server, before = two(world, sshd)
    if how == "session killed":
        for pid in before:
            os.kill(pid, signal.SIGKILL)
    elif how == "client killed":
        os.kill(first.pid, signal.SIGKILL)
    else:
        first.key("c")
    until(lambda: not before & set(server.sessions()), 10, "the end of the first session")
    second.type("")
    second.prompt()
    second.code(count=2)
    is_in(second)
    # Not by the names of their codes, which may be the same two characters.
    asked = world.forget_log()
    session = asked[-1].process
    assert [event.name() for event in asked if event.process == session] == [
        "waiting waiting", "text accepted", "accepted code"]
    world.expected_texts = 2


def test_nothing_five_times(world, sshd):
    """As ssh without a terminal answers, at once: no text is spent on that."""
    first, second, _, _ = two(world, sshd)
    for _ in range(4):
        second.type("")
        second.prompt(WAITING)
    second.type("")
    second.expect(r"No code was entered\. Log in again for a new one\.")
    second.hang_up()
    first.code()
    is_in(first)
    world.expect_log("text accepted", "waiting waiting", "denied not_a_code", "accepted code")
    world.expected_texts = 1


@pytest.mark.parametrize("program", ["sudo", "su"])
def test_terminal_session(world, program):
    """The second time in this terminal's session needs no code; another terminal does."""
    world.configure(remember="600")
    world.pam(program)
    shells = [hosts.shell(world, "alice") for _ in range(2)]
    for count, shell in enumerate(shells, 1):
        shell.type(COMMANDS[program])
        shell.password()
        shell.prompt()
        shell.code(count=count)
        shell.expect(f"{BECOMES[program]}\r\n.*ready> ")
    for shell in shells:
        shell.type(COMMANDS[program])
        shell.password()
        shell.expect(f"{BECOMES[program]}\r\n.*ready> ")
        shell.type("exit")
        shell.ended()
    world.expect_log(*["text accepted", "accepted code"] * 2, *["accepted remembered"] * 2)
    world.expected_texts = 2


@pytest.mark.parametrize("program", ["sudo", "su"])
def test_session_left(world, program):
    """What has left the session, on the same terminal, has to prove itself."""
    world.configure(remember="600")
    world.pam(program)
    shell = hosts.shell(world, "alice")
    shell.type(COMMANDS[program])
    shell.password()
    shell.prompt()
    shell.code()
    shell.expect(f"{BECOMES[program]}\r\n.*ready> ")
    shell.type("setsid -w " + COMMANDS[program].replace("sudo", "sudo -S"))
    shell.password()
    shell.prompt()
    shell.code(count=2)
    shell.expect(f"{BECOMES[program]}\r\n.*ready> ")
    shell.type("exit")
    shell.ended()
    world.expect_log(*["text accepted", "accepted code"] * 2)
    world.expected_texts = 2


def test_two_sudo_on_one_terminal(world):
    """One in the background is stopped while it asks; the other one waits for it."""
    world.configure(remember="600")
    world.pam("sudo")
    shell = hosts.shell(world, "alice")
    shell.type(COMMANDS["sudo"])
    shell.password()
    shell.prompt()
    shell.key("z")
    shell.expect("Stopped.*ready> ")
    shell.type(COMMANDS["sudo"])
    shell.password()
    shell.prompt(WAITING)
    shell.key("c")
    shell.expect("ready> ")
    shell.type("fg")
    shell.prompt()
    shell.type(world.text().code)
    shell.expect("root\r\n.*ready> ")
    shell.type("exit")
    shell.ended()
    events = world.forget_log()
    assert [event.name() for event in events if event["event"] != "denied"] == [
        "text accepted", "waiting waiting", "accepted code"]
    world.expected_texts = 1
