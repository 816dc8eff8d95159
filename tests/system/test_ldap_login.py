# SPDX-License-Identifier: BSD-2-Clause
"""Logins whose phone is in a directory: ssh, the module, smsotp-lookup and a real slapd."""
import os

import pytest

import directory
import harness
from directory import person
from gateway_authority import Authority
from lookup_harness import confined_uid, needs_slapd

pytestmark = needs_slapd


@pytest.fixture
def slapd(world):
    """As directory of this world, over TLS and by a password; its uri may be changed."""
    authority = Authority(world.base)
    os.chmod(world.base, 0o711)
    entries = person("alice", mobile=harness.phone("alice")) + person("carol")
    server = directory.Slapd(world.base + "/ldap", entries, pem=authority.pem("right"), ca_file=authority.ca_file,
                             uid=confined_uid())
    server.ca_file = authority.ca_file
    try:
        use(world, server, server.ldaps)
        yield server
    finally:
        server.stop()


def use(world, server, *uris, then=""):
    path = world.base + "/ldap.conf"
    listed = ", ".join(f'"{uri}"' for uri in uris)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f'uri = [ {listed} ];\nca_file = "{server.ca_file}";\nbase = "{directory.BASE}";\n'
                   f'bind_dn = "{directory.READER}";\nbind_password = "{directory.PASSWORD}";\n')
    world.configure(phones=f'( {{ source = "ldap"; config = "{path}"; }}{then} )')


def logged_in(world, ssh):
    ssh.password()
    assert ssh.prompt().group(2) == "+44 ****** 0100"
    assert ssh.code().to == harness.phone("alice")
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expected_texts = 1
    return True


def refused(world, server, user):
    """What is said instead of a prompt."""
    ssh = server.login(user, "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.expect(r"[^\r\n]*\[\w\w\]")
    said = ssh.after
    assert ssh.ended() != 0
    world.expected_texts = 0
    return said


def test_phone_of_the_directory(world, sshd, slapd):  # pylint: disable=unused-argument
    assert logged_in(world, sshd().login("alice", "id -un"))
    text, login = world.expect_log("text accepted", "accepted code")
    assert text["source"] == login["source"] == "ldap"


def test_no_phone_in_the_directory(world, sshd, slapd):  # pylint: disable=unused-argument
    assert "No phone is registered for carol." in refused(world, sshd(), "carol")
    world.expect_log("denied no_phone")


def test_directory_down(world, sshd, slapd):
    """Never "no phone"."""
    slapd.stop()
    shown = refused(world, sshd(), "alice")
    assert "No phone" not in shown
    denied, = world.expect_log("denied phone_source")
    assert "127.0.0.1: connection refused" in denied.line


def test_directory_down_for_who_has_no_phone(world, sshd, slapd):
    slapd.stop()
    assert "No phone" not in refused(world, sshd(), "carol")
    world.expect_log("denied phone_source")


def test_directory_down_and_the_file_knows(world, sshd, slapd):
    slapd.stop()
    with open(os.open(world.base + "/phones", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(f"alice  {harness.phone('alice')}\n")
    use(world, slapd, slapd.ldaps, then=f', {{ source = "file"; path = "{world.base}/phones"; }}')
    assert logged_in(world, sshd().login("alice", "id -un"))
    warning, text, _ = world.expect_log("warning phone_source", "text accepted", "accepted code")
    assert "connection refused" in warning.line and text["source"] == "file"


def test_first_server_hangs(world, sshd, slapd, hanging):
    """The phone is there within five seconds."""
    use(world, slapd, hanging.ldaps, slapd.ldaps)
    assert logged_in(world, sshd().login("alice", "id -un"))
    text, _ = world.expect_log("text accepted", "accepted code")
    assert text["source"] == "ldap"


@pytest.fixture
def hanging(world, slapd):
    """A second server, which is stopped."""
    authority = Authority(world.base)
    server = directory.Slapd(world.base + "/other", person("alice", mobile=harness.phone("bob")),
                             pem=authority.pem("right"), ca_file=slapd.ca_file)
    server.pause()
    yield server
    server.stop()


def test_wrong_certificate(world, sshd, slapd):
    use(world, slapd, f"ldaps://web1:{slapd.tls_port}")
    assert "No phone" not in refused(world, sshd(), "alice")
    denied, = world.expect_log("denied phone_source")
    assert "web1: TLS" in denied.line and directory.PASSWORD not in denied.line
