# SPDX-License-Identifier: BSD-2-Clause
"""Logins whose texts go by way of this machine: real daemons, and the code read from what they got."""
import os

import pytest

import daemons
import gateway_authority
import harness
import hosts
from harness import until

pytestmark = pytest.mark.skipif(bool(daemons.missing()), reason="not installed: " + ", ".join(daemons.missing()))


@pytest.fixture
def started(world):
    """Starts daemons that end with the test. What they write their users must reach."""
    running = []

    def start(kind, *arguments, **options):
        os.chmod(world.base, 0o711)
        running.append(kind(*arguments, **options))
        return running[-1]
    world.expected_texts = 0
    yield start
    for daemon in running:
        daemon.stop()


def use(world, api, **settings):
    world.gateway(api, hosts.gateway_file(api, **settings))
    world.configure(gateways=f'[ "{api}" ]')


def arrived(daemon, count=1):
    until(lambda: len(daemon.texts()) >= count, 15, f"text number {count}")
    assert len(daemon.texts()) == count
    return daemon.texts()[-1]


def by_ssh(world, server, read):
    """A login with the code that read() finds; read gets the name that the prompt tells."""
    ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()
    code = read(ssh.ref)
    world.typed.append(code)
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    return world.expect_log("text accepted", "accepted code")[0]


@pytest.mark.parametrize("alphabet, words", [
    # Characters of one and of two septets, and some that ASCII has not.
    ("gsm7", "is your code, £ @ € [x] ñ Ø Δ"),
    ("ucs2", "ваш код, 验证码 🔑"),
])
def test_login_by_smstools(world, sshd, started, alphabet, words):
    smsd = started(daemons.Smsd, world.base)
    use(world, "smstools", spool=smsd.spool)
    world.configure(message=f'"{{code}} {words} ({{ref}})"')

    def read(ref):
        text = arrived(smsd)
        assert (text.to, text.alphabet) == (harness.phone("alice"), alphabet)
        code = text.text.split()[0]
        assert text.text == f"{code} {words} ({ref})"
        return code
    event = by_ssh(world, sshd(), read)
    # smsd's own log and folders name the file as ours does.
    until(lambda: os.listdir(smsd.base + "/sent"), 10, "smsd keeps what it has sent")
    assert os.listdir(smsd.base + "/sent") == [event["msgid"]] and os.listdir(smsd.spool) == []
    assert event["gateway"] == "smstools"


def test_group_that_smsd_is_not_in(world, sshd, started):
    """Debian's own default: what the description's head says would happen, does."""
    smsd = started(daemons.Smsd, world.base, group="dialout")
    use(world, "smstools", spool=smsd.spool)
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()

    def refused():
        with open(smsd.base + "/run/log", encoding="utf-8") as file:
            return "Access denied" in file.read()
    until(refused, 15, "smsd complains in its log")
    assert not smsd.texts() and len(os.listdir(smsd.spool)) == 1
    ssh.close(force=True)
    world.forget_log()


@pytest.mark.parametrize("words", ["is your code, £ @ €", "ваш код, 验证码 🔑"])
def test_login_by_gammu(world, sshd, started, words):
    gammu = started(daemons.Gammu, world.base)
    use(world, "gammu", spool=gammu.spool)
    world.configure(message=f'"{{code}} {words} ({{ref}})"')

    def read(ref):
        number, text = arrived(gammu)
        assert number == harness.phone("alice")
        code = text.split()[0]
        assert text == f"{code} {words} ({ref})"
        return code
    event = by_ssh(world, sshd(), read)
    # The file's name holds the number: it is not logged.
    assert (event["gateway"], event["msgid"]) == ("gammu", "-")
    assert os.listdir(gammu.spool) == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("way", ["starttls", "implicit", "none"])
def test_login_by_mail(world, sshd, started, way):
    authority = gateway_authority.Authority(world.base)
    server = started(daemons.MailServer, context=authority.context("right") if way != "none" else None,
                     implicit=way == "implicit", login=way != "none")
    settings = {"user": "otp", "password": server.PASSWORD} if way != "none" else {}
    use(world, "smtp", host="localhost", port=str(server.port), tls=way, domain="sms.example", subject="web1",
        ca_file=authority.ca_file, **{"from": "otp@web1.example"}, **settings)
    world.typed.append(server.PASSWORD)

    def read(ref):
        until(lambda: server.mails, 10, "a mail")
        mail = server.mails[-1]
        assert (mail.sender, mail.recipients) == ("otp@web1.example", [harness.phone("alice")[1:] + "@sms.example"])
        assert mail.tls == (way != "none") and mail.message["Subject"] == "web1"
        code = mail.text.split()[0]
        assert mail.text.strip() == f"{code} is your web1 code ({ref}). Not you? Change your password."
        return code
    event = by_ssh(world, sshd(), read)
    assert server.mails[0].message["Message-ID"] == f"<{event['msgid']}@web1.example>"
    assert len(server.mails) == 1


PROGRAM = """#!/usr/bin/python3
import os, sys, time
message = sys.stdin.read()
with open("{base}/program/got", "w") as file:
    file.write(message)
time.sleep({seconds})
print("number-1")
"""


def program(world, seconds=0):
    folder = world.base + "/program"
    os.chmod(world.base, 0o711)
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    path = world.base + "/send-text"
    with open(path, "w", encoding="ascii") as file:
        file.write(PROGRAM.format(base=world.base, seconds=seconds))
    os.chmod(path, 0o755)
    world.gateway("exec", f'api = "exec"; program = "{path}"; writable = [ "{folder}" ];')
    world.configure(gateways='[ "exec" ]')
    world.expected_texts = 0

    def got():
        try:
            with open(folder + "/got", encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""
    return got


def test_login_by_program(world, sshd):
    got = program(world)

    def read(ref):
        head, _, text = until(got, 10, "the program's message").partition("\n\n")
        code = text.split()[0]
        assert head == "To: " + harness.phone("alice")
        assert text == f"{code} is your web1 code ({ref}). Not you? Change your password."
        return code
    event = by_ssh(world, sshd(), read)
    assert (event["gateway"], event["msgid"]) == ("exec", "number-1")


def running(world):
    return [name for name in world.processes().values() if name.startswith("send-text")]


def everything_readable(name):
    """/proc/*/NAME of every process there is."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/{name}", "rb") as file:
                found[entry] = file.read()
        except OSError:
            pass
    return found


def test_program_shows_nothing_to_other_users(world, sshd):
    got = program(world, seconds=2)
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()
    message = until(got, 10, "the program's message")
    code, number = message.split("\n\n")[1].split()[0], harness.phone("alice")
    lines = everything_readable("cmdline")
    assert any(b"/send-text" in line for line in lines.values()), "the program has ended already"
    for name, contents in (("cmdline", lines), ("environ", everything_readable("environ")),
                           ("comm", everything_readable("comm"))):
        for pid, content in contents.items():
            assert code.encode() not in content and number[1:].encode() not in content, (name, pid)
    until(lambda: not running(world), 10, "the program's end")
    world.typed.append(code)
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "accepted code")


def test_program_ends_with_the_login(world, sshd):
    """Who hangs up ends keeper, helper and program: world.finish() finds none of them."""
    got = program(world, seconds=60)
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()
    until(got, 10, "the program's message")
    ssh.hang_up()
    until(lambda: not running(world), 10, "the program's end")
    world.forget_log()
