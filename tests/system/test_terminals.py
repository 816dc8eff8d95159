# SPDX-License-Identifier: BSD-2-Clause
"""What callers on terminals do beyond what test_callers.py asks of all: stopped and signalled,
login's tries and its alarm, doas's settings."""
import signal

import pytest

import callers
import harness
import hosts

needs_doas = pytest.mark.skipif(callers.DOAS is None, reason="doas is not installed")


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
    shell.expect(r"(?:root|bob)\r\n.*ready> ")
    shell.type("exit")
    shell.ended()
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_stop_at_login(world):
    """login is the leader of its session: nothing can stop it there."""
    login = callers.Login(world, None)
    terminal = login.ask()
    terminal.prompt()
    terminal.key("z")
    terminal.code()
    login.is_in(terminal)
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
@pytest.mark.parametrize("program", [callers.Sudo, callers.Su,
                                     pytest.param(callers.Doas, marks=needs_doas)])
def test_signalled_at_the_prompt(world, program, number):
    """By whoever started it, in the midst of a send."""
    with hosts.Silence(world, prompt_within="0", send_timeout="2") as gateway:
        terminal = program(world, None).ask()
        terminal.prompt()
        gateway.wait()
        assert hosts.signal_as("alice", terminal.pid, number) == 0
        # Some end at once, some after the line is typed.
        if terminal.expect([hosts.EOF, hosts.TIMEOUT], timeout=0.5) == 1:
            terminal.key("c")
        assert terminal.ended() != 0
        world.check_gone(1)
    world.expect_log("text ambiguous?", "denied conversation?", "denied no_answer?")
    world.expected_texts = 0


def test_su_to_an_account_without_a_phone(world):
    world.configure(phones=harness.people(carol=harness.phone("carol")))
    terminal = callers.Su(world, None).ask()
    terminal.expect(r"No phone is registered for bob\. IT desk, ext\. 4444 \[\w\w\]")
    assert terminal.ended() != 0
    world.expect_log("denied no_phone")
    world.expected_texts = 0


# --- login ------------------------------------------------------------------------------------


def test_login_gives_up_at_the_prompt(world):
    """Its alarm ends it in the midst of the conversation, here after 2 s instead of 60."""
    with harness.changed("/etc/login.defs", "\nLOGIN_TIMEOUT 2\n"):
        terminal = callers.Login(world, None).ask()
        terminal.prompt()
        world.text()
        terminal.expect("Login timed out after 2 seconds")
        terminal.ended()
        world.check_gone(1)
    world.expect_log("text accepted")
    world.expected_texts = 1


def test_login_asks_for_another_name(world):
    """On the same PAM handle: what one user's try has left on it stays his. He is denied at once,
    without a text, and the other one is asked for his own code."""
    login = callers.Login(world, None)
    terminal = login.ask()
    terminal.prompt()
    alices = world.text()
    terminal.key("d")
    terminal.expect(r"No code was entered\.")
    terminal.expect("login: ")
    terminal.type("alice")
    terminal.password()
    terminal.expect("Login incorrect")
    assert "Code" not in terminal.before
    terminal.expect("login: ")
    terminal.type("bob")
    terminal.password()
    assert terminal.prompt().group(2) == "+44 ****** " + harness.phone("bob")[-4:]
    terminal.type(alices.code)
    terminal.prompt("Wrong code, 2 tries left")
    assert terminal.code(count=2).to == harness.phone("bob")
    login.becomes = "bob"
    login.is_in(terminal)
    events = world.expect_log("text accepted", "denied no_answer", "text accepted",
                              "denied wrong_code", "accepted code")
    assert [event["user"] for event in events] == ["alice"] * 2 + ["bob"] * 3
    world.expected_texts = 2


# --- doas -------------------------------------------------------------------------------------


@needs_doas
def test_doas_that_may_not_ask(world):
    """doas -n never asks, so it must not text either; nor where no password is wanted."""
    world.pam("doas")
    for rule, status in (("permit alice", 1), ("permit nopass alice", 0)):
        callers.configure_doas(rule)
        doas = hosts.Terminal(world, [callers.DOAS, "-n", "true"], user="alice")
        assert doas.ended() == status
    world.expect_log()
    world.expected_texts = 0


@needs_doas
def test_doas_that_remembers(world):
    """With persist the second one asks nothing and sends nothing."""
    world.pam("doas")
    callers.configure_doas("permit persist alice")
    shell = hosts.shell(world, "alice")
    shell.type("doas id -un")
    shell.password()
    shell.prompt()
    shell.code()
    shell.expect("root\r\n.*ready> ")
    shell.type("doas id -un")
    shell.expect("root\r\n.*ready> ")
    shell.type("exit")
    shell.ended()
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1
