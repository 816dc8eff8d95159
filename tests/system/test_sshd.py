# SPDX-License-Identifier: BSD-2-Clause
"""sshd and ssh, with password and code as keyboard-interactive asks for them."""
import glob
import os
import shlex
import signal
import subprocess
import time

import pytest

import callers
import harness
import hosts
import namespace
from harness import PASSWORD, until


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


def kill(server, ssh, victim):
    if victim == "client":
        ssh.kill(signal.SIGKILL)
    else:
        server.kill_session(victim)


def code_is_dead(world, server, text):
    """The code of a login that has ended is a wrong one for the next, whose own is right."""
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
    code_is_dead(world, server, text)


@pytest.mark.parametrize("victim", ["[priv]", "[pam]"])
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


def test_no_second_call(world, sshd):
    """With MaxAuthTries=1 sshd does not call again after an ending that another call could
    better: one text."""
    ssh = sshd(MaxAuthTries="1").login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    world.text()
    for _ in range(5):
        ssh.type("what code?")
        ssh.expect("That is not a code|No code was entered")
    ssh.expect("Too many authentication failures")
    assert ssh.ended() == 255
    world.expect_log("text accepted", "denied not_a_code")
    world.expected_texts = 1


def test_quiet_client(world, sshd):
    """ssh -q hides what is only said, and shows what is asked."""
    server = sshd()
    ssh = server.login("alice", "id -un", LogLevel="QUIET")
    ssh.password()
    ssh.prompt()
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.configure(phones=harness.people(carol=harness.phone("carol")))
    ssh = server.login("alice", "id -un", LogLevel="QUIET")
    ssh.password()
    assert ssh.ended() == 255
    assert "phone" not in ssh.before
    world.expect_log("text accepted", "accepted code", "denied no_phone")
    world.expected_texts = 1


def test_second_session_of_a_connection(world, sshd, tmp_path):
    """Through ControlMaster it asks nothing and sends nothing."""
    server = sshd()
    control = {"ControlPath": str(tmp_path / "control")}
    master = server.login("alice", ControlMaster="yes", **control)
    master.password()
    master.prompt()
    master.code()
    master.expect(r"\$ ")
    done = subprocess.run(server.command("alice", "id -un", ControlMaster="no", **control),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=hosts.ENVIRONMENT,
                          timeout=10, check=True)
    assert done.stdout == b"alice\n"
    master.type("exit")
    assert master.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_network_cut_at_the_prompt(world, sshd):
    """Nobody tells sshd: it is LoginGraceTime that ends the login, and the code dies with it."""
    server = sshd(LoginGraceTime="2")
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    text = world.text()
    with namespace.network_down():
        until(lambda: not server.sessions(), 4, "the end of the session")
        until(lambda: not world.helpers(), 1, "the end of the keeper")
    ssh.kill(signal.SIGKILL)
    ssh.ended()
    world.expect_log("text accepted", "denied conversation?")
    code_is_dead(world, server, text)


@pytest.mark.skipif(callers.CRON is None, reason="cron is not installed")
@pytest.mark.parametrize("send_after, tries, texts", [("0", 1, 1), ("0.5", 3, 0)])
def test_job_of_cron(world, sshd, send_after, tries, texts):
    """ssh without a terminal answers each prompt with nothing, at once. That ends, and where the
    prompt comes before the text it costs none, as often as ssh tries by default."""
    world.configure(send_after=send_after)
    server = sshd(first="none", AuthenticationMethods="publickey,keyboard-interactive")
    key = server.make_key()
    os.chown(key, harness.uid("alice"), harness.uid("alice"))
    command = server.command("alice", "id -un", IdentityFile=key, NumberOfPasswordPrompts=tries,
                             PreferredAuthentications="publickey,keyboard-interactive")
    world.pam("cron", "none", ours=False)
    with callers.cron_at_start("alice", shlex.join(command)) as job:
        status, shown = job.ended(20)
    assert (status, "alice\n" in shown) == (255, False)
    assert "Permission denied" in shown
    world.expect_log(*["text accepted"] * texts, *["denied not_a_code"] * tries)
    world.expected_texts = texts
