# SPDX-License-Identifier: BSD-2-Clause
"""sudo, su and login, each on a terminal of its own."""
import os
import signal
import subprocess
import time

import pytest

import harness
import hosts
from harness import PASSWORD, until

PROGRAMS = ["sudo", "su", "login"]
# Whom the code is for: sudo asks its caller, su and login whom it makes of one.
ASKED = {"sudo": "alice", "su": "bob", "login": "alice"}
BECOMES = {"sudo": "root", "su": "bob", "login": "alice"}


def start(world, program):
    """The program on its terminal, the first factor given."""
    world.pam(program)
    if program == "sudo":
        terminal = hosts.Terminal(world, ["/usr/bin/sudo", "id", "-un"], user="alice")
    elif program == "su":
        terminal = hosts.Terminal(world, ["/bin/su", "bob", "-c", "id -un"], user="alice")
    else:
        terminal = hosts.Terminal(world, ["/bin/login", "alice"])
    terminal.password()
    return terminal


def is_in(terminal, program):
    """The right code was typed: the program did what it is there for, and ends."""
    if program == "login":
        terminal.expect(r"\$ ")
        terminal.type("id -un; exit")
    terminal.expect(f"\n{BECOMES[program]}\r\n")
    assert terminal.ended() == 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_right_code(world, program):
    terminal = start(world, program)
    terminal.prompt()
    assert terminal.code().to == harness.phone(ASKED[program])
    is_in(terminal, program)
    for event in world.expect_log("text accepted", "accepted code"):
        assert (event["user"], event["service"], event["client"]) == (ASKED[program], program, "-")
        assert event["tty"].startswith("/dev/pts/") or event["tty"].startswith("pts/")
    world.expected_texts = 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_wrong_codes_cost_one_text(world, program):
    """sudo calls the module three times for one command: the ending stands, and nothing is sent
    again."""
    terminal = start(world, program)
    terminal.prompt()
    text = world.text()
    for _ in range(2):
        terminal.type(text.wrong())
        terminal.prompt(r"Wrong code, \d tr(?:y|ies) left \(r: resend\): ")
    terminal.type(text.wrong())
    terminal.expect(r"Too many wrong codes\. Log in again for a new one\. \[\w\w\]")
    asked_again = 0
    while program == "sudo" and terminal.expect(["assword[^:]*: ", hosts.EOF]) == 0:
        asked_again += 1
        terminal.type(PASSWORD)
    # login tells its parent nothing by its status; but it must not have started a shell.
    assert terminal.ended() != 0 or program == "login" and "$ " not in terminal.before
    assert asked_again == (2 if program == "sudo" else 0)
    world.typed.append(text.wrong())
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_interrupt_at_the_prompt(world, program):
    terminal = start(world, program)
    terminal.prompt()
    world.text()
    terminal.key("c")
    assert terminal.ended() != 0
    world.expect_log("text accepted", "denied conversation?")
    world.expected_texts = 1


@pytest.mark.parametrize("program", ["sudo", "su"])
def test_stop_and_go_on(world, program):
    """^Z at the prompt, during the send: the keeper is in a session of its own and works on, and
    after fg the code is as good as before."""
    world.configure(prompt_within="0")
    world.pam(program)
    shell = hosts.shell(world, "alice")
    shell.type("sudo id -un" if program == "sudo" else "su bob -c 'id -un'")
    shell.password()
    shell.prompt()
    shell.key("z")
    text = world.text()
    if program == "su":
        # libpam's misc_conv holds SIGTSTP back until it has its answer: su stops with the code in
        # hand.
        shell.type(text.code)
    shell.expect("Stopped.*ready> ")
    shell.type("fg")
    if program == "sudo":
        shell.prompt()
        shell.type(text.code)
    shell.expect(f"{BECOMES[program]}\r\n.*ready> ")
    shell.type("exit")
    shell.ended()
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_stop_at_login(world):
    """login is the leader of its session: nothing can stop it there."""
    terminal = start(world, "login")
    terminal.prompt()
    terminal.key("z")
    terminal.code()
    is_in(terminal, "login")
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


@pytest.mark.parametrize("how", ["kill", "hang up"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_ended_at_the_prompt(world, program, how):
    terminal = start(world, program)
    terminal.prompt()
    world.text()
    end(terminal, how)
    world.check_gone()
    world.expect_log("text accepted", "denied conversation?", "denied no_answer?")
    world.expected_texts = 1


def end(terminal, how):
    if how == "kill":
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL
    else:
        terminal.hang_up()


@pytest.mark.parametrize("how", ["kill", "hang up"])
@pytest.mark.parametrize("prompt_within", ["0", "10"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_ended_during_a_send(world, program, prompt_within, how):
    """With the prompt already open (0) and while the module waits for the gateway (10)."""
    with hosts.Silence(world, prompt_within=prompt_within, send_timeout="2") as gateway:
        terminal = start(world, program)
        if prompt_within == "0":
            terminal.prompt()
        gateway.wait()
        end(terminal, how)
        # A program that takes no notice of the lost line goes on until the send is over.
        world.check_gone(1 if how == "kill" else 3)
    world.expect_log("text ambiguous?", "denied gateways?", "denied conversation?",
                     "denied no_answer?")
    world.expected_texts = 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_hung_gateway_dies_on_time_while_the_prompt_is_open(world, program):
    with hosts.Silence(world, prompt_within="0", send_timeout="1") as gateway:
        terminal = start(world, program)
        terminal.prompt()
        start_time = time.monotonic()
        gateway.wait()
        # No lock is held across a send or a prompt: all of them are to be had now.
        world.check_state()
        until(lambda: not any("smsotp-send" in name for name in world.helpers().values()), 2,
              "the helper's end within send_timeout + 1 s")
        assert 0.5 < time.monotonic() - start_time < 2.0
        assert terminal.isalive()
        terminal.type("")
        terminal.prompt(r"A gateway did not say whether it sent the text to \+44 \*+ \d{4}\. .*: ")
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.ended()
    world.expect_log("text ambiguous")
    world.expected_texts = 0


def test_su_to_an_account_without_a_phone(world):
    world.configure(phones="""( { source = "list";
        users = ( { name = "carol"; phone = "+447700900102"; } ); } )""")
    terminal = start(world, "su")
    terminal.expect(r"No phone is registered for bob\. IT desk, ext\. 4444 \[\w\w\]")
    assert terminal.ended() != 0
    world.expect_log("denied no_phone")
    world.expected_texts = 0


# --- sudo's ways to ask -----------------------------------------------------------------------


def test_sudo_that_may_not_ask(world):
    """sudo -n never asks, so it must not text either."""
    world.pam("sudo")
    sudo = hosts.Terminal(world, ["/usr/bin/sudo", "-n", "id", "-un"], user="alice")
    sudo.expect("password is required")
    assert sudo.ended() == 1
    world.expect_log()
    world.expected_texts = 0


def test_sudo_from_standard_input(world):
    """sudo -S reads password and code from a pipe."""
    world.pam("sudo")
    with subprocess.Popen(["/usr/bin/sudo", "-S", "id", "-un"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=hosts.ENVIRONMENT,
                          preexec_fn=hosts.become("alice"), start_new_session=True) as sudo:
        sudo.stdin.write(PASSWORD.encode() + b"\n")
        sudo.stdin.flush()
        sudo.stdin.write(world.text().code.encode() + b"\n")
        sudo.stdin.flush()
        out, complaint = sudo.communicate(timeout=10)
    assert (sudo.returncode, out) == (0, b"root\n"), complaint
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_sudo_from_an_empty_standard_input(world):
    """The password and then the end of the input: that ends, with one text."""
    world.pam("sudo")
    done = subprocess.run(["/usr/bin/sudo", "-S", "id", "-un"], input=PASSWORD.encode() + b"\n",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=hosts.ENVIRONMENT,
                          preexec_fn=hosts.become("alice"), start_new_session=True, timeout=20,
                          check=False)
    assert done.returncode == 1 and b"root\n" not in done.stdout
    assert world.expect_log("text accepted", "denied conversation?", "denied no_answer?",
                            "denied not_a_code?")[1:]
    world.expected_texts = 1


def test_sudo_with_another_prompt(world):
    """sudo -p and passprompt_override put their prompt in place of ours, and the program behind it
    answers with the password: neither compared nor counted."""
    with open("/etc/sudoers", encoding="utf-8") as file:
        sudoers = file.read()
    with open("/etc/sudoers", "a", encoding="utf-8") as file:
        file.write("Defaults passprompt_override\n")
    try:
        world.pam("sudo")
        sudo = hosts.Terminal(world, ["/usr/bin/sudo", "-p", "ask> ", "id", "-un"], user="alice")
        sudo.expect("ask> ")
        sudo.type(PASSWORD)
        sudo.expect("ask> ")
        sudo.type(PASSWORD)
        sudo.expect("ask> ")
        sudo.type(world.text().code)
        sudo.expect("\nroot\r\n")
        assert sudo.ended() == 0
    finally:
        with open("/etc/sudoers", "w", encoding="utf-8") as file:
            file.write(sudoers)
    assert world.expect_log("text accepted", "accepted code")[1]["try"] == "1/3"
    world.expected_texts = 1
