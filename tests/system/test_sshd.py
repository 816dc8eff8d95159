# SPDX-License-Identifier: BSD-2-Clause
"""sshd and ssh, with password and code as keyboard-interactive asks for them."""
import glob
import re
import signal
import subprocess
import time

import pytest

import harness
import hosts
from harness import PASSWORD, until

GUESSES_USED = r"Too many wrong codes\. Log in again for a new one\. \[(\w\w)\]"


def test_right_code(world, sshd):
    server = sshd()
    ssh = server.login("alice", "id -un")
    ssh.password()
    assert ssh.prompt().group(2) == "+44 ****** 0100"
    assert ssh.code().to == harness.phone("alice")
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    text, login = world.expect_log("text accepted", "accepted code")
    for event in (text, login):
        assert [key for key in event.keys if key != "detail"] == harness.LOG_KEYS
        assert (event["user"], event["service"]) == ("alice", server.SERVICE)
        assert (event["client"], event["tty"], event["phone"]) == ("127.0.0.1", "ssh", "+44*0100")
        assert (event["source"], event["gateway"], event["ref"]) == ("list", "phone", ssh.ref)
    assert (login["uid"], login["try"], login["rule"]) == (str(harness.uid("alice")), "1/3", "-")
    assert re.fullmatch(r"\d+", text["ms"]) and text["msgid"] != "-"
    world.expected_texts = 1


def test_code_with_blanks_and_dashes(world, sshd):
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    code = world.text().code
    ssh.type(f" {code[:3]}-{code[3:]} ")
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_wrong_codes(world, sshd):
    """Three wrong codes end the connection: sshd must not begin again and text anew."""
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    text = world.text()
    for left in ("2 tries", "1 try"):
        ssh.type(text.wrong())
        ssh.prompt(rf"Wrong code, {left} left \(r: resend\): ")
    ssh.type(text.wrong(2))
    ssh.expect(GUESSES_USED)
    assert ssh.match.group(1) == ssh.ref
    assert ssh.ended() == 255
    world.typed += [text.wrong(), text.wrong(2)]
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


def test_wrong_then_right(world, sshd):
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.type(world.text().wrong())
    ssh.prompt(r"Wrong code, 2 tries left \(r: resend\): ")
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    events = world.expect_log("text accepted", "denied wrong_code", "accepted code")
    assert [event["try"] for event in events[1:]] == ["1/3", "2/3"]
    world.expected_texts = 1


def test_wrong_password_costs_no_text(world, sshd):
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=2)
    for _ in range(2):
        ssh.password("not the password")
    assert ssh.ended() == 255
    world.expect_log()
    world.expected_texts = 0


def test_resend(world, sshd):
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    first = world.text()
    ssh.type("r")
    ssh.prompt(r"Code (\w\w) sent again to \+44 \*+ 0100 \(r: resend, Enter: help\): ")
    assert ssh.match.group(1) == ssh.ref
    second = ssh.code(count=2)
    assert (second.code, second.ref) == (first.code, first.ref)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "text accepted", "accepted code")
    world.expected_texts = 2


def test_help_and_what_is_no_code(world, sshd):
    """Enter says what became of the text; a password typed there is neither compared nor
    counted."""
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.type("")
    ssh.prompt(r"The text went out to \+44 \*+ 0100 \d+ seconds? ago .* Code \w\w: ")
    ssh.type(PASSWORD)
    ssh.prompt(r"That is not a code: a code has 6 digits\. Code \w\w \(r: resend, Enter: help\): ")
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    events = world.expect_log("text accepted", "accepted code")
    assert events[1]["try"] == "1/3"
    world.expected_texts = 1


def test_unknown_account(world, sshd):
    """The same prompt, no text, no file, and never in: not even with a code that is another's."""
    numbers = set()
    server = sshd()
    for _ in range(2):
        ssh = server.login("nobody-here", "id -un", NumberOfPasswordPrompts=1)
        ssh.password()
        # The first factor has failed: the stack ends there, as for a wrong password of a real
        # account.
        assert ssh.ended() == 255
    world.pam(server.SERVICE, "none")
    for _ in range(2):
        ssh = server.login("nobody-here", "id -un", NumberOfPasswordPrompts=1)
        numbers.add(ssh.prompt().group(2))
        for _ in range(3):
            ssh.type("123456")
            ssh.expect(r"Wrong code|Too many wrong codes")
        assert ssh.ended() == 255
    assert len(numbers) == 1
    assert not glob.glob(world.base + "/state/*/*")
    world.expect_log(*["denied wrong_code", "denied wrong_code", "denied unknown_account"] * 2)
    world.expected_texts = 0


def test_interrupt_at_the_prompt(world, sshd):
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    world.text()
    ssh.key("c")
    ssh.ended()
    world.expect_log("text accepted", "denied conversation?")
    world.expected_texts = 1


def kill(server, ssh, victim):
    if victim == "client":
        ssh.kill(signal.SIGKILL)
    else:
        server.kill_session(victim)


@pytest.mark.parametrize("victim", ["client", "[priv]", "[pam]"])
def test_killed_at_the_prompt(world, sshd, victim):
    """Whoever dies at the prompt: nothing of the login stays, and the code dies with it."""
    server = sshd()
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    text = world.text()
    kill(server, ssh, victim)
    until(lambda: not world.helpers(), 2, "the keeper's end")
    # Where only the part of sshd that runs PAM is gone, the client still stands at its prompt.
    ssh.kill(signal.SIGKILL)
    ssh.ended()
    world.check_gone()
    world.expect_log("text accepted", "denied conversation?")
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.type(text.code)
    ssh.prompt(r"Wrong code, 2 tries left")
    ssh.code(count=2)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "denied wrong_code", "accepted code")
    world.expected_texts = 2


@pytest.mark.parametrize("victim", ["client", "[priv]", "[pam]"])
@pytest.mark.parametrize("prompt_within", ["0", "10"])
def test_killed_during_a_send(world, sshd, victim, prompt_within):
    """With the prompt already open (0) and while the module waits for the gateway (10)."""
    with hosts.Silence(world, prompt_within=prompt_within, send_timeout="2") as gateway:
        server = sshd()
        ssh = server.login("alice", "id -un")
        ssh.password()
        if prompt_within == "0":
            ssh.prompt()
        gateway.wait()
        kill(server, ssh, victim)
        # As long as the module has asked nothing, sshd waits for it and sees nobody leave: then it
        # is the deadline that ends the send.
        unseen = prompt_within == "10" and victim != "[pam]"
        until(lambda: not world.helpers(), 3 if unseen else 1, "the end of keeper and helper")
        ssh.kill(signal.SIGKILL)
        ssh.ended()
        world.check_gone()
    world.expect_log("text ambiguous?", "denied gateways?", "denied conversation?")
    world.expected_texts = 0


def test_hung_gateway_dies_on_time_while_the_prompt_is_open(world, sshd):
    with hosts.Silence(world, prompt_within="0", send_timeout="2") as gateway:
        ssh = sshd().login("alice", "id -un")
        ssh.password()
        ssh.prompt()
        start = time.monotonic()
        gateway.wait()
        until(lambda: not any("smsotp-send" in name for name in world.helpers().values()), 3,
              "the helper's end within send_timeout + 1 s")
        assert 1.5 < time.monotonic() - start < 3.0
        assert ssh.isalive()
        ssh.type("")
        ssh.prompt(r"A gateway did not say whether it sent the text to \+44 \*+ 0100\. .*: ")
        ssh.key("c")
        ssh.ended()
    world.expect_log("text ambiguous", "denied conversation?")
    world.expected_texts = 0


def test_all_gateways_fail_before_the_prompt(world, sshd):
    with hosts.refusing_port() as port:
        world.gateway("gone", hosts.twilio(f"http://127.0.0.1:{port}"))
        world.configure(gateways='[ "gone" ]')
        ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
        ssh.password()
        ssh.expect(r"No code could be sent; no gateway answered\. Try again later\. \[\w\w\]")
        assert ssh.ended() == 255
    world.expect_log("text unreachable", "denied gateways")
    world.expected_texts = 0


def test_client_without_a_terminal(world, sshd):
    """It answers every prompt with an empty line at once: that ends, and costs few texts."""
    key_server = sshd(first="none", AuthenticationMethods="publickey,keyboard-interactive")
    key = key_server.make_key()
    start = time.monotonic()
    command = key_server.command("alice", "id -un", IdentityFile=key,
                                 PreferredAuthentications="publickey,keyboard-interactive",
                                 NumberOfPasswordPrompts=1)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=hosts.ENVIRONMENT, start_new_session=True,
                          timeout=30, check=False)
    assert done.returncode == 255 and b"alice\n" not in done.stdout
    assert time.monotonic() - start < 15
    world.expect_log("text accepted", "denied not_a_code")
    world.expected_texts = 1


def test_publickey_and_code(world, sshd):
    server = sshd(first="none", AuthenticationMethods="publickey,keyboard-interactive")
    key = server.make_key()
    ssh = server.login("alice", "id -un", IdentityFile=key,
                       PreferredAuthentications="publickey,keyboard-interactive")
    ssh.prompt()
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_password_method_costs_no_text(world, sshd):
    """sshd's password method can show no prompt. With send_after it fails before anything is
    spent."""
    world.configure(send_after="0.5", budget="{ cooldown = 0; user = { unredeemed = 1; }; }")
    server = sshd(PasswordAuthentication="yes")
    ssh = server.login("alice", "id -un", PreferredAuthentications="password",
                       NumberOfPasswordPrompts=1)
    ssh.password()
    assert ssh.ended() == 255
    time.sleep(0.7)
    assert not world.texts()
    world.expect_log("denied conversation")
    # The budget of one is whole: this login gets its text, after the prompt.
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_budget_spent(world, sshd):
    world.configure(budget="{ cooldown = 0; user = { unredeemed = 1; }; }")
    server = sshd()
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.key("c")
    ssh.ended()
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.expect(r"Too many codes sent; the next one in \d+ minutes\. \[\w\w\]")
    assert ssh.ended() == 255
    world.expect_log("text accepted", "denied conversation?", "denied budget_user")
    world.expected_texts = 1
