# SPDX-License-Identifier: BSD-2-Clause
"""Every caller in every case: what a person may do at the prompt, and what may happen to him there.

What has to hold after each of them is in World.finish.
"""
import os
import signal

import pytest

import callers
import harness
import hosts
import observed

GUESSES_USED = r"Too many wrong codes\. Log in again for a new one\. \[(\w\w)\]"
WRONG = r"Wrong code, (2 tries|1 try) left \(r: resend\): "
UNSURE = r"A gateway did not say whether it sent the text to \+44 \*+ \d{4}\. .*: "


# To sshd a client that is killed and one whose terminal is gone are the same.
ENDS = [(name, "killed") for name in callers.CALLERS] + \
    [(name, "hung up") for name in callers.LOCAL]


def end(terminal, how):
    """killed: the program, or ssh; hung up: the line is cut."""
    if how == "killed":
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL
    else:
        terminal.hang_up()


def test_right_code(world, caller):
    terminal = caller.ask()
    assert terminal.prompt().group(2) == "+44 ****** " + harness.phone(caller.asked)[-4:]
    assert terminal.code().to == harness.phone(caller.asked)
    caller.is_in(terminal)
    text, login = world.expect_log("text accepted", "accepted code")
    for event in (text, login):
        assert [key for key in event.keys if key not in ("detail", "target")] == harness.LOG_KEYS
        assert event.values.get("target") == caller.target
        assert (event["user"], event["service"]) == (caller.asked, caller.service)
        assert (event["source"], event["gateway"], event["ref"]) == ("list", "phone", terminal.ref)
        assert (event["client"], event["phone"]) == (
            caller.client, "+44*" + harness.phone(caller.asked)[-4:])
        assert event["tty"] == "ssh" if caller.client != "-" else "pts/" in event["tty"]
    assert (login["uid"], login["try"], login["rule"]) == (
        str(harness.uid(caller.asked)), "1/3", "-")
    assert text["ms"].isdigit() and text["msgid"] != "-"
    world.expected_texts = 1


def test_wrong_codes(world, caller):
    """They cost one text: a program that calls the module again for the same login gets the same
    ending, and nothing is sent again."""
    terminal = caller.ask()
    terminal.prompt()
    text = world.text()
    for step in (1, 2):
        terminal.type(text.wrong(step))
        terminal.prompt(WRONG)
    terminal.type(text.wrong(3))
    terminal.expect(GUESSES_USED)
    assert terminal.match.group(1) == terminal.ref
    caller.is_out(terminal, caller.asks_again)
    world.typed += [text.wrong(step) for step in (1, 2, 3)]
    events = world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                              "denied guesses_used")
    assert [event["fails"] for event in events[1:]] == ["1/10", "2/10", "3/10"]
    world.expected_texts = 1


def test_wrong_then_right_code(world, caller):
    terminal = caller.ask()
    terminal.prompt()
    terminal.type(world.text().wrong())
    terminal.prompt(WRONG)
    terminal.code()
    caller.is_in(terminal)
    events = world.expect_log("text accepted", "denied wrong_code", "accepted code")
    assert [event["try"] for event in events[1:]] == ["1/3", "2/3"]
    world.expected_texts = 1


def test_resend(world, caller):
    """The same code again."""
    terminal = caller.ask()
    terminal.prompt()
    first = world.text()
    terminal.type("r")
    terminal.prompt(r"Code (\w\w) sent again to \+44 \*+ \d{4} \(r: resend, Enter: help\): ")
    assert terminal.match.group(1) == terminal.ref
    second = terminal.code(count=2)
    assert (second.code, second.ref) == (first.code, first.ref)
    caller.is_in(terminal)
    world.expect_log("text accepted", "text accepted", "accepted code")
    world.expected_texts = 2


def test_no_code(world, caller):
    """Help, and then things that are no code: neither compared nor counted, and it ends."""
    terminal = caller.ask()
    for call in range(caller.most_calls):
        if call > 0 and caller.first == "password":
            terminal.password()
        terminal.prompt()
        world.text(call + 1)
        terminal.type("")
        terminal.prompt(r"The text went out to \+44 \*+ \d{4} \d+ seconds? ago .* Code \w\w: ")
        for _ in range(3):
            terminal.type(harness.PASSWORD)
            terminal.prompt(r"That is not a code: a code has 6 digits\. .*: ")
        terminal.type(harness.PASSWORD)
        terminal.expect(r"No code was entered\. Log in again for a new one\. \[(\w\w)\]")
        assert terminal.match.group(1) == terminal.ref
    # login would ask for another name.
    terminal.hang_up() if caller.service == "login" else caller.is_out(terminal)
    world.expect_log(*["text accepted", "denied not_a_code"] * caller.most_calls)
    world.expected_texts = caller.most_calls


def test_wrong_first_factor(world, caller):
    """Costs no text."""
    caller.fail_first().hang_up()
    world.expect_log()
    world.expected_texts = 0


def test_interrupt_at_the_prompt(world, caller):
    terminal = caller.ask()
    terminal.prompt()
    world.text()
    terminal.key("c")
    assert terminal.ended() != 0
    world.expect_log("text accepted", "denied conversation?")
    world.expected_texts = 1


@pytest.mark.parametrize("caller, how", ENDS, indirect=["caller"])
def test_ended_at_the_prompt(world, caller, how):
    terminal = caller.ask()
    terminal.prompt()
    world.text()
    end(terminal, how)
    world.check_gone()
    world.expect_log("text accepted", "denied conversation?", "denied no_answer?")
    world.expected_texts = 1


@pytest.mark.parametrize("prompt", ["open", "to come"])
@pytest.mark.parametrize("caller, how", ENDS, indirect=["caller"])
def test_ended_during_a_send(world, caller, prompt, how):
    """With the prompt already open, and while the module waits for the gateway."""
    within = "0" if prompt == "open" else "10"
    with hosts.Silence(world, prompt_within=within, send_timeout="1") as gateway:
        terminal = caller.ask()
        if prompt == "open":
            terminal.prompt()
        gateway.wait()
        end(terminal, how)
        # Who takes no notice of the lost line goes on until the deadline of the send.
        world.check_gone(2 if caller.client != "-" or how == "hung up" else 1)
    world.expect_log("text ambiguous?", "denied gateways?", "denied conversation?",
                     "denied no_answer?")
    world.expected_texts = 0


def test_hung_gateway(world, caller):
    """It is given up on time while the prompt is open."""
    with hosts.Silence(world, prompt_within="0", send_timeout="1") as gateway:
        terminal = caller.ask()
        terminal.prompt()
        gateway.wait()
        # No lock is held across a send or a prompt: all of them are to be had now.
        world.check_state()
        # send_timeout and a second.
        world.until_sent(2)
        assert terminal.isalive()
        terminal.type("")
        terminal.prompt(UNSURE)
        end(terminal, "killed")
    world.expect_log("text ambiguous", "denied conversation?")
    world.expected_texts = 0


def test_the_host_is_as_without_the_module(world, caller):
    """The processes of the program and of the shell behind it, with the module and with one in its
    place that does nothing. (Of sshd those that are left; the one that asked ends with that.)"""
    seen = []
    for ours in (False, True):
        terminal = caller.ask(ours)
        if ours:
            terminal.prompt()
            terminal.code()
        terminal.expect(callers.SHELL)
        seen.append(observed.processes(caller.host(terminal)))
        terminal.type("exit")
        assert terminal.ended() == 0
        world.check_gone()
    without, with_it = ({f"{what} {how}" for what, how in processes.items()} for processes in seen)
    assert with_it == without
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1
