# SPDX-License-Identifier: BSD-2-Clause
"""Directories that are down, hang, say nonsense or point elsewhere: what it costs, and who is asked next."""
# pylint: disable=redefined-outer-name
import os
import shutil
import socket
import ssl
import struct
import subprocess
import time

import pytest

import directory
from directory import person
from far import Far
from lookup_harness import ALICE, LOOKUP, authority, conf, fails, folder, knows, needs_slapd  # noqa: F401
from send_harness import OPERATOR, PASSING, UNREACHABLE
from name_server import name_server  # noqa: F401

pytestmark = needs_slapd

# How late a busy machine may be, in seconds.
SLACK = 1.5


@pytest.fixture(scope="module")
def slapd(folder, authority):
    server = directory.Slapd(folder + "/tree", person("alice", mobile=ALICE), pem=authority.pem("right"),
                             ca_file=authority.ca_file, anonymous=True)
    yield server
    server.stop()


@pytest.fixture
def stopped(folder, authority):
    server = directory.Slapd(folder + "/stopped", person("alice", mobile="+44 7700 900199"),
                             pem=authority.pem("right"), ca_file=authority.ca_file, anonymous=True)
    server.pause()
    yield server
    server.stop()
    shutil.rmtree(folder + "/stopped")


@pytest.fixture
def settings(authority):
    return {"base": directory.BASE, "ca_file": authority.ca_file}


def silent(client):
    while client.recv(4096):
        pass


def trickle(client):
    """A TLS record that never ends: a byte at a time, each in time."""
    client.recv(4096)
    client.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        client.sendall(b"\x02")
        time.sleep(0.05)


def search_result(code, identity=1, diagnostic=b"", referral=None):
    """A SearchResultDone: RFC 4511, section 4.5.2; all lengths short."""
    body = bytes((10, 1, code, 4, 0, 4, len(diagnostic))) + diagnostic
    if referral is not None:
        body += bytes((0xa3, len(referral) + 2, 4, len(referral))) + referral
    message = bytes((2, 1, identity, 0x65, len(body))) + body
    return bytes((0x30, len(message))) + message


def test_down(conf, settings):
    settings.update(uri=f"ldaps://127.0.0.1:{directory.free_port()}")
    reply = conf.ask("alice", settings)
    assert fails(reply, UNREACHABLE, "127.0.0.1: connection refused")


def test_no_socket(conf, folder):
    reply = conf.ask("alice", {"base": directory.BASE, "uri": f"ldapi://{folder.replace('/', '%2F')}%2Fabsent"})
    assert fails(reply, UNREACHABLE, "ldapi: there is no such socket")


def test_down_and_next_knows(conf, settings, slapd):
    settings["uri"] = [f"ldaps://127.0.0.1:{directory.free_port()}", slapd.ldaps]
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and reply.detail == "127.0.0.1: connection refused"


@pytest.mark.parametrize("way", ["ldaps", "ldap", "starttls", "ldapi"])
def test_stopped_and_next_knows(conf, settings, slapd, stopped, way):
    """The kernel takes connections for a process that does not run."""
    settings["uri"] = [getattr(stopped, "ldap" if way == "starttls" else way), slapd.ldaps]
    if way == "starttls":
        settings["starttls"] = True
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and "no answer in time" in reply.detail and 2.4 < reply.seconds < 2.5 + SLACK, reply


@pytest.mark.parametrize("timeout", [0.5, 2])
def test_stopped_alone(conf, settings, stopped, timeout):
    settings.update(uri=stopped.ldaps, timeout=timeout)
    reply = conf.ask("alice", settings)
    assert fails(reply, UNREACHABLE, "no answer in time") and timeout - 0.1 < reply.seconds < timeout + SLACK, reply


def test_four_hang(conf, settings, stopped):
    settings.update(uri=[stopped.ldaps, stopped.ldap, stopped.ldapi, stopped.ldaps], timeout=2)
    reply = conf.ask("alice", settings)
    assert fails(reply, UNREACHABLE, "; ldapi: no answer in time; ") and 1.9 < reply.seconds < 2 + SLACK, reply


def test_time_of_the_request(conf, settings, stopped):
    """What is asked for is the end of it, where the file allows more."""
    settings["uri"] = stopped.ldaps
    reply = conf.ask("alice", settings, timeout_ms=1250)
    assert fails(reply, UNREACHABLE, "no answer in time") and reply.seconds < 1 + SLACK, reply


@pytest.mark.parametrize("speak", [silent, trickle])
@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_accepts_and_hangs(conf, settings, slapd, speak, scheme):
    with Far(speak) as far:
        settings.update(uri=[f"{scheme}://127.0.0.1:{far.port}", slapd.ldaps], timeout=3)
        reply = conf.ask("alice", settings)
        assert far.connections == 1
    assert knows(reply, ALICE) and reply.seconds < 1.5 + SLACK, reply


def test_hangs_in_the_middle_of_an_answer(conf, settings, authority, slapd):
    """After the handshake: half a record of TLS, half a message of LDAP."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.pem("right"))

    def speak(client):
        with context.wrap_socket(client, server_side=True) as connection:
            connection.recv(4096)
            connection.sendall(search_result(0)[:5])
            os.write(connection.fileno(), b"\x17\x03\x03\x01\x00half")
            time.sleep(20)
    with Far(speak) as far:
        settings.update(uri=[f"ldaps://127.0.0.1:{far.port}", slapd.ldaps], timeout=2)
        reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and 0.9 < reply.seconds < 1 + SLACK, reply


def test_name_server_that_does_not_answer(conf, settings, slapd, name_server):
    """The resolver's own patience is longer than a look-up's."""
    settings.update(uri=["ldaps://black_hole.example", slapd.ldaps], timeout=2)
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and name_server.asked, reply
    assert "black_hole.example: its name was not resolved in time" in reply.detail, reply
    assert 0.9 < reply.seconds < 1 + SLACK, reply


def test_names_by_dns(conf, settings, slapd, name_server):
    settings["uri"] = [f"ldaps://nowhere.example:{slapd.tls_port}", f"ldaps://gateway.example:{slapd.tls_port}"]
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and reply.detail == "nowhere.example: its name cannot be resolved", reply
    assert len(name_server.asked) >= 2


def test_own_name_is_not_asked_for(conf, settings, slapd, name_server):
    """libldap does so at its start, and would wait for a name server that does not answer."""
    before = socket.gethostname()
    socket.sethostname("black_hole.example")
    try:
        settings["uri"] = slapd.ldaps
        reply = conf.ask("alice", settings)
        after = socket.gethostname()
    finally:
        socket.sethostname(before)
    assert knows(reply, ALICE) and not name_server.asked
    assert after == "black_hole.example"


@pytest.mark.parametrize("nonsense", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00",
                                      b"\0" * 4096, b"\x30\x05\x02\x01\x01\x78\x00", os.urandom(65536)])
def test_nonsense(conf, settings, slapd, nonsense):
    def speak(client):
        client.recv(4096)
        client.sendall(nonsense)
        client.shutdown(socket.SHUT_WR)
        silent(client)
    with Far(speak) as far:
        settings.update(uri=[f"ldap://127.0.0.1:{far.port}", slapd.ldaps])
        reply = conf.ask("alice", settings)
        assert far.connections == 1
    assert knows(reply, ALICE) and reply.seconds < 2.5 + SLACK, reply


@pytest.mark.parametrize("code", [51, 52, 80])
def test_busy_and_next_knows(conf, settings, slapd, code):
    def speak(client):
        client.recv(4096)
        client.sendall(search_result(code))
        silent(client)
    with Far(speak) as far:
        settings["uri"] = f"ldap://127.0.0.1:{far.port}"
        del settings["ca_file"]
        assert fails(conf.ask("alice", settings), PASSING)
        settings["uri"] = [settings["uri"], slapd.ldap]
        assert knows(conf.ask("alice", settings), ALICE)


def test_server_that_repeats_secrets(conf, settings):
    """What it says goes to the log; what it was told does not."""
    def speak(client):
        client.recv(4096)
        answer = search_result(49, diagnostic=b"no: reader's secret, +447700900123\r\nok")
        client.sendall(answer.replace(b"\x65", b"\x61", 1))
        silent(client)
    with Far(speak) as far:
        del settings["ca_file"]
        settings.update(uri=f"ldap://127.0.0.1:{far.port}", bind_dn="cn=smsotp", bind_password="reader's secret")
        reply = conf.ask("alice", settings)
    assert fails(reply, OPERATOR, "Invalid credentials: no: ***, +*****??ok"), reply


def test_referral_is_not_followed(conf, settings, slapd):
    """Neither of a search nor of a base that is elsewhere; the trap would see the connection."""
    with Far(silent) as trap:
        url = f"ldap://127.0.0.1:{trap.port}/dc=example,dc=com??sub".encode()

        def speak(client):
            client.recv(4096)
            client.sendall(search_result(10, referral=url))
            silent(client)
        with Far(speak) as far:
            settings["uri"] = [f"ldap://127.0.0.1:{far.port}", slapd.ldaps]
            assert fails(conf.ask("alice", settings), OPERATOR, "127.0.0.1: search: referral, not followed")
        assert trap.connections == 0


def test_slapds_referral(conf, folder):
    with Far(silent) as trap:
        url = f"ldap://127.0.0.1:{trap.port}/"
        entries = person("alice", mobile=ALICE) + (
            f"\ndn: ou=away,{directory.BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: away\n"
            f"ref: {url}ou=away,{directory.BASE}\n")
        server = directory.Slapd(folder + "/referring", entries, anonymous=True, more=f"referral {url}")
        try:
            settings = {"uri": server.ldap, "base": directory.BASE}
            assert knows(conf.ask("alice", settings), ALICE), "a reference among the entries is passed over"
            for base in ("ou=away," + directory.BASE, "dc=elsewhere,dc=org"):
                assert fails(conf.ask("alice", {**settings, "base": base}), OPERATOR, "referral, not followed")
        finally:
            server.stop()
        assert trap.connections == 0


def test_floods(conf, settings, slapd):
    """A server that never ends its answer costs its time, and no memory."""
    reference = bytes((2, 1, 1, 0x73, 0x10, 4, 14)) + b"ldap://invalid"
    reference = bytes((0x30, len(reference))) + reference

    def speak(client):
        client.recv(4096)
        while True:
            client.sendall(reference * 1000)
    with Far(speak) as far:
        settings.update(uri=[f"ldap://127.0.0.1:{far.port}", slapd.ldaps], timeout=2)
        helper = conf.start("alice", settings)
        messages, status, memory_kib, seconds = helper.end()
    assert status == 0 and ALICE.encode() in messages[0] and seconds < 1 + SLACK
    assert memory_kib < 64 * 1024


def test_message_that_would_fill_the_memory(conf, settings, slapd):
    def speak(client):
        client.recv(4096)
        client.sendall(b"\x30\x84" + struct.pack(">I", 1 << 30) + b"\x02\x01\x01\x64")
        while True:
            client.sendall(b"\0" * 65536)
    with Far(speak) as far:
        settings["uri"] = [f"ldap://127.0.0.1:{far.port}", slapd.ldaps]
        helper = conf.start("alice", settings)
        messages, status, memory_kib, _ = helper.end()
    assert status == 0 and ALICE.encode() in messages[0] and memory_kib < 64 * 1024


def test_reads_no_file_of_libldaps(conf, settings, slapd, tmp_path):
    """Nor what the environment names: it is not the helper's."""
    trace = tmp_path / "trace"
    rc = tmp_path / "ldaprc"
    rc.write_text("TLS_REQCERT never\nBASE dc=wrong\n")
    conf.write({**settings, "uri": slapd.ldaps})
    strace = ["strace", "-f", "-o", str(trace), "-e", "trace=execve,open,openat,stat,newfstatat,access,readlink,connect"]

    def traced():
        pid = os.getpid()
        tracer = subprocess.Popen([*strace, "-p", str(pid)], stderr=subprocess.PIPE)
        tracer.stderr.readline()
    environment = {"PATH": "/usr/bin:/bin", "LDAPRC": str(rc), "LDAPCONF": str(rc), "LDAPTLS_REQCERT": "never",
                   "LDAPTLS_CACERT": "/absent", "HOME": str(tmp_path)}
    reply = conf.ask("alice", prepare=traced, environment=environment)
    assert knows(reply, ALICE)
    text = trace.read_text()
    assert LOOKUP in text and "/proc/self/fd/" in text
    for name in ("ldap/ldap.conf", "openldap/ldap.conf", "ldaprc", "/etc/hosts", "/sasl2/"):
        assert name not in text, name
