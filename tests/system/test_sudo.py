# SPDX-License-Identifier: BSD-2-Clause
"""sudo's ways to ask: not at all, from a pipe, through a program, with prompts of its own."""
import contextlib
import os
import subprocess

import pytest

import callers
import harness
import hosts
from harness import PASSWORD


def defaults(settings):
    return harness.changed("/etc/sudoers", f"Defaults {settings}\n")


@pytest.mark.parametrize("tries", [1, 5])
def test_tries(world, tries):
    """However often sudo asks: once the guesses are used up it asks in vain, and nothing is
    sent."""
    with defaults(f"passwd_tries={tries}"):
        sudo = callers.Sudo(world, None)
        terminal = sudo.ask()
        terminal.prompt()
        text = world.text()
        for step in (1, 2, 3):
            terminal.type(text.wrong(step))
            terminal.expect("Wrong code|Too many wrong codes")
        sudo.is_out(terminal, tries - 1)
    world.typed += [text.wrong(step) for step in (1, 2, 3)]
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


def test_sudo_that_remembers(world):
    """Its second time on the same terminal it asks nothing and sends nothing, until it is told to
    forget."""
    world.pam("sudo")
    shell = hosts.shell(world, "alice")
    for command, count in (("sudo id -un", 1), ("sudo id -un", 1), ("sudo -k id -un", 2)):
        asked = len(world.texts()) < count
        shell.type(command)
        if asked:
            shell.password()
            shell.prompt()
            shell.code(count)
        shell.expect("root\r\n.*ready> ")
        assert len(world.texts()) == count
    shell.type("exit")
    shell.ended()
    world.expect_log(*["text accepted", "accepted code"] * 2)
    world.expected_texts = 2


def test_sudo_that_may_not_ask(world):
    """sudo -n never asks, so it must not text either."""
    world.pam("sudo")
    sudo = hosts.Terminal(world, ["/usr/bin/sudo", "-n", "id", "-un"], user="alice")
    sudo.expect("password is required")
    assert sudo.ended() == 1
    world.expect_log()
    world.expected_texts = 0


@contextlib.contextmanager
def on_pipes(*options):
    """sudo without a terminal; what it asks for is read from its standard input."""
    with subprocess.Popen(["/usr/bin/sudo", "-S", *options, "id", "-un"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=hosts.ENVIRONMENT,
                          preexec_fn=hosts.become("alice"), start_new_session=True) as sudo:
        def answer(text):
            sudo.stdin.write(text.encode() + b"\n")
            sudo.stdin.flush()
        sudo.answer = answer
        yield sudo


def test_sudo_from_standard_input(world):
    """sudo -S reads password and code from a pipe."""
    world.pam("sudo")
    with on_pipes() as sudo:
        sudo.answer(PASSWORD)
        sudo.answer(world.text().code)
        out, complaint = sudo.communicate(timeout=10)
    assert (sudo.returncode, out) == (0, b"root\n"), complaint
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_wrong_codes_from_standard_input(world):
    world.pam("sudo")
    with on_pipes() as sudo:
        sudo.answer(PASSWORD)
        text = world.text()
        world.typed += [text.wrong(step) for step in (1, 2, 3)]
        for step in (1, 2, 3):
            sudo.answer(text.wrong(step))
        # sudo asks twice more; it gets no other answer than before.
        sudo.answer(PASSWORD)
        out, complaint = sudo.communicate(PASSWORD.encode() + b"\n", timeout=10)
    assert (sudo.returncode, out) == (1, b"")
    assert complaint.count(b"Too many wrong codes. Log in again for a new one.") == 1, complaint
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


def test_sudo_from_an_empty_standard_input(world):
    """The password and then the end of the input: that ends, with one text."""
    world.pam("sudo")
    with on_pipes() as sudo:
        out, complaint = sudo.communicate(PASSWORD.encode() + b"\n", timeout=20)
    assert (sudo.returncode, out) == (1, b""), complaint
    assert world.expect_log("text accepted", "denied conversation?", "denied no_answer?",
                            "denied not_a_code?")[1:]
    world.expected_texts = 1


def test_sudo_with_another_prompt(world):
    """sudo -p and passprompt_override put their prompt in place of ours, and the program behind it
    answers with the password: neither compared nor counted."""
    world.pam("sudo")
    with defaults("passprompt_override"):
        sudo = hosts.Terminal(world, ["/usr/bin/sudo", "-p", "ask> ", "id", "-un"], user="alice")
        sudo.expect("ask> ")
        sudo.type(PASSWORD)
        sudo.expect("ask> ")
        sudo.type(PASSWORD)
        sudo.expect("ask> ")
        sudo.type(world.text().code)
        sudo.expect("\nroot\r\n")
        assert sudo.ended() == 0
    assert world.expect_log("text accepted", "accepted code")[1]["try"] == "1/3"
    world.expected_texts = 1


def test_program_that_answers_with_the_password(world):
    """Behind a prompt that says nothing of a code, it does so each time: that ends, with one text
    and no guess."""
    world.pam("sudo")
    with defaults("passprompt_override"), on_pipes("-p", "ask> ") as sudo:
        asked = 0
        shown = b""
        while more := os.read(sudo.stderr.fileno(), 4096):
            shown += more
            while shown.count(b"ask> ") > asked:
                asked += 1
                sudo.answer(PASSWORD)
        assert sudo.wait(10) == 1 and sudo.stdout.read() == b""
    # The password's prompt, and five of the module's.
    assert asked == 6, shown
    event = world.expect_log("text accepted", "denied not_a_code")[1]
    assert (event["try"], event["fails"]) == ("0/3", "0/10")
    world.expected_texts = 1


# --- sudo -A ----------------------------------------------------------------------------------


class AskPass:
    """The program that SUDO_ASKPASS names: it answers the prompt for the password itself, and any
    other one with what the test says, one line for each."""

    PROGRAM = """\
#!/bin/sh
cd "${{0%/*}}" || exit
case $1 in *assword*) echo "{password}"; exit ;; esac
echo "$1" >>asked
while answer=$(sed -n "$(wc -l <asked)p" answers) && [ -z "$answer" ]; do sleep 0.05; done
echo "$answer"
"""

    def __init__(self, world):
        self.folder = world.base + "/askpass"
        os.chmod(world.base, 0o711)
        os.mkdir(self.folder, 0o755)
        for name in ("asked", "answers", "program"):
            with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o755)
                os.fchown(file.fileno(), harness.uid("alice"), harness.uid("alice"))
                if name == "program":
                    file.write(self.PROGRAM.format(password=PASSWORD))
        world.pam("sudo")
        environment = {"SUDO_ASKPASS": self.folder + "/program"}
        self.sudo = hosts.Terminal(world, ["/usr/bin/sudo", "-A", "id", "-un"], user="alice",
                                   environment=environment)

    def answer(self, *texts):
        with open(self.folder + "/answers", "a", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in texts)

    def asked(self):
        with open(self.folder + "/asked", encoding="utf-8") as file:
            return file.read().splitlines()


def test_right_code_from_a_program(world):
    program = AskPass(world)
    program.answer(world.text().wrong(), world.text().code)
    program.sudo.expect("root\r\n")
    assert program.sudo.ended() == 0
    world.expect_log("text accepted", "denied wrong_code", "accepted code")
    world.expected_texts = 1


def test_wrong_codes_from_a_program(world):
    program = AskPass(world)
    text = world.text()
    program.answer(*[text.wrong(step) for step in (1, 2, 3)])
    program.sudo.expect("Too many wrong codes")
    assert program.sudo.ended() == 1
    world.typed += [text.wrong(step) for step in (1, 2, 3)]
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


def test_program_that_knows_no_code(world):
    """It is asked five times, and then no more."""
    program = AskPass(world)
    program.answer(*[PASSWORD] * 9)
    program.sudo.expect("No code was entered")
    assert program.sudo.ended() == 1
    assert len(program.asked()) == 5
    world.expect_log("text accepted", "denied not_a_code")
    world.expected_texts = 1
