# SPDX-License-Identifier: BSD-2-Clause
"""Logins through Kannel itself: the code is read from what its message centre got."""
import pytest

import harness
import hosts
import kannel

MISSING = [name for name, path in kannel.programs().items() if path is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} "
                                                      "(packages kannel, kannel-extras)")


@pytest.fixture
def gateway(world):
    """A Kannel, and the gateway "kannel" for it, the only one in use."""
    started = kannel.Kannel(world)
    configure(world, started)
    world.configure(gateways='[ "kannel" ]')
    yield started
    started.stop()


def configure(world, started, password=kannel.PASSWORD, **settings):
    world.gateway("kannel", hosts.gateway_file("kannel", username=kannel.USER, password=password,
                                               base_url=started.url, **settings))
    world.typed += [kannel.PASSWORD, password]
    world.expected_texts = 0


def asked(server, user="alice"):
    """A login that has got as far as its code."""
    ssh = server.login(user, "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    return ssh


def let_in(world, ssh, code, user="alice"):
    world.typed.append(code)
    ssh.type(code)
    ssh.expect(f"\n{user}\r\n")
    assert ssh.ended() == 0


def test_login_by_kannel(world, sshd, gateway):
    gateway.connect()
    configure(world, gateway, **{"from": "Example"})
    ssh = asked(sshd())
    ssh.prompt()
    sender, number, coding, text = gateway.text()
    assert (sender, number, coding) == ("Example", harness.phone("alice"), "text")
    code = text.split()[0]
    assert text == f"{code} is your web1 code ({ssh.ref}). Not you? Change your password."
    let_in(world, ssh, code)
    accepted, _ = world.expect_log("text accepted", "accepted code")
    # Kannel gives its texts no names.
    assert (accepted["gateway"], accepted["msgid"]) == ("kannel", "-")
    assert len(gateway.texts()) == 1


@pytest.mark.parametrize("coding, words", [
    # Of the GSM alphabet, with one character of each kind it has in two octets or beside ASCII.
    ("text", "€ @ £ à Ä ñ Ø _ ^ ~ [ ]"),
    ("ucs-2", "– ваш код, 验证码, ا"),
    # Beyond the first plane: a pair of UTF-16 units.
    ("ucs-2", "🔑"),
])
def test_every_character_arrives(world, sshd, gateway, coding, words):
    gateway.connect()
    world.configure(message=f'"{{code}} {words} ({{ref}})"')
    ssh = asked(sshd())
    ssh.prompt()
    sender, _, arrived_as, text = gateway.text()
    code = text.split()[0]
    assert (sender, arrived_as) == ("default", coding)
    assert text == f"{code} {words} ({ssh.ref})"
    let_in(world, ssh, code)
    world.expect_log("text accepted", "accepted code")


def test_wrong_password_of_the_account(world, sshd, gateway):
    gateway.connect()
    configure(world, gateway, password="not the secret")
    ssh = asked(sshd())
    ssh.expect(r"No code could be sent; no gateway answered\. Try again later\. \[\w\w\]")
    assert ssh.ended() == 255
    world.expect_log("text operator", "denied gateways")
    assert not gateway.texts()


def test_no_message_centre(world, sshd, gateway):
    """"3: Queued for later delivery": the next gateway is asked. What was queued comes with the
    same code when there is a message centre again."""
    world.configure(gateways='[ "kannel", "phone" ]')
    ssh = asked(sshd())
    ssh.prompt()
    code = ssh.code().code
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    texts = world.expect_log("text passing", "text accepted", "accepted code")
    assert [event["gateway"] for event in texts] == ["kannel", "phone", "phone"]
    gateway.connect()
    assert gateway.text()[3].split()[0] == code
    world.expected_texts = 1


def test_smsbox_gone(world, sshd, gateway):
    gateway.connect()
    gateway.kill("smsbox")
    world.configure(gateways='[ "kannel", "phone" ]')
    ssh = asked(sshd())
    ssh.prompt()
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    texts = world.expect_log("text unreachable", "text accepted", "accepted code")
    assert [event["gateway"] for event in texts] == ["kannel", "phone", "phone"]
    assert not gateway.texts()
    world.expected_texts = 1


def test_number_that_smsbox_denies(world, sshd, gateway):
    """smsbox's lists of numbers are its own: the next gateway may text this one."""
    gateway.connect()
    world.configure(gateways='[ "kannel", "phone" ]')
    assert harness.phone("bob") == "+" + kannel.DENIED
    ssh = asked(sshd(), "bob")
    ssh.prompt()
    ssh.code()
    ssh.expect("\nbob\r\n")
    assert ssh.ended() == 0
    texts = world.expect_log("text unroutable", "text accepted", "accepted code")
    assert [event["gateway"] for event in texts] == ["kannel", "phone", "phone"]
    assert not gateway.texts()
    world.expected_texts = 1
