# SPDX-License-Identifier: BSD-2-Clause
"""Whom smsotp-lookup believes, and how it proves who it is itself."""
# pylint: disable=redefined-outer-name
import os
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

import directory
from directory import person
from lookup_harness import ALICE, authority, conf, confined_uid, fails, folder, knows, needs_slapd  # noqa: F401
from send_harness import OPERATOR, UNREACHABLE

pytestmark = needs_slapd

ENTRIES = person("alice", mobile=ALICE)


@pytest.fixture(scope="module")
def started(folder, authority):
    """Starts a slapd with a certificate of one kind; each once."""
    servers = {}

    def start(kind):
        if kind not in servers:
            servers[kind] = directory.Slapd(f"{folder}/{kind}", ENTRIES, pem=authority.pem(kind),
                                            ca_file=authority.ca_file, uid=confined_uid(), anonymous=True)
        return servers[kind]
    yield start
    for server in servers.values():
        server.stop()


@pytest.fixture
def settings(started, authority):
    return {"uri": started("right").ldaps, "base": directory.BASE, "ca_file": authority.ca_file}


def test_ldaps(conf, settings):
    assert knows(conf.ask("alice", settings), ALICE)


def test_starttls(conf, settings, started):
    assert knows(conf.ask("alice", {**settings, "uri": started("right").ldap, "starttls": True}), ALICE)


WRONG = {"wrong_host": "is it the certificate of another host?", "expired": "certificate", "self_signed": "certificate",
         "other_authority": "certificate"}


@pytest.mark.parametrize("starttls", [False, True])
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_certificates(conf, settings, started, kind, starttls):
    server = started(kind)
    settings["uri"] = server.ldap if starttls else server.ldaps
    if starttls:
        settings["starttls"] = True
    assert fails(conf.ask("alice", settings), UNREACHABLE, "127.0.0.1: " + ("StartTLS" if starttls else "TLS"),
                 WRONG[kind])


def test_next_server_has_the_right_one(conf, settings, started):
    settings["uri"] = [started("wrong_host").ldaps, started("right").ldaps]
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and "127.0.0.1: TLS" in reply.detail


def test_name_in_the_certificate(conf, settings, started, stage):  # pylint: disable=unused-argument
    """gateway.example is this machine here, and a name of the certificate; web1 is no name of it."""
    uri = f"ldaps://gateway.example:{started('right').tls_port}"
    with open("/etc/hosts", encoding="ascii") as file:
        before = file.read()
    try:
        with open("/etc/hosts", "a", encoding="ascii") as file:
            file.write("127.0.0.1 gateway.example other.example\n")
        assert knows(conf.ask("alice", {**settings, "uri": uri}), ALICE)
        assert fails(conf.ask("alice", {**settings, "uri": uri.replace("gateway.", "other.")}), UNREACHABLE, "TLS")
    finally:
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write(before)


def test_systems_certificates(conf, settings, authority):
    """Without ca_file those of the system, which do not know ours until they are told."""
    del settings["ca_file"]
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    if not os.path.exists(bundle):
        pytest.skip("this system has its certificates at another place")
    assert fails(conf.ask("alice", settings), UNREACHABLE, "TLS")
    shutil.copy(bundle, bundle + ".before")
    try:
        with open(authority.ca_file, "rb") as more, open(bundle, "ab") as file:
            file.write(b"\n" + more.read())
        assert knows(conf.ask("alice", settings), ALICE)
    finally:
        os.replace(bundle + ".before", bundle)


def test_plain_is_for_loopback_alone(conf, settings):
    del settings["ca_file"]
    settings["uri"] = "ldap://ldap.example.com"
    assert fails(conf.ask("alice", settings), OPERATOR, "ldap.conf:1: ", "needs TLS")


def test_starttls_refused(conf, settings, folder):
    """A server without TLS; and nothing is said to it before."""
    server = directory.Slapd(folder + "/plain", ENTRIES, anonymous=True)
    try:
        settings.update(uri=server.ldap, starttls=True)
        assert fails(conf.ask("alice", settings), UNREACHABLE, "StartTLS")
    finally:
        server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version, taken", [("TLSv1", False), ("TLSv1_1", False), ("TLSv1_2", True)])
def test_least_version(conf, settings, authority, version, taken):
    """The far side speaks one version alone: what comes after a handshake shows that there was one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
    context.load_cert_chain(authority.pem("right"))
    spoken = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve():
            client, _ = server.accept()
            try:
                with context.wrap_socket(client, server_side=True) as connection:
                    spoken.append(connection.version())
                    connection.recv(1)
            except OSError:
                pass
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        settings["uri"] = f"ldaps://127.0.0.1:{server.getsockname()[1]}"
        assert fails(conf.ask("alice", settings), UNREACHABLE)
        thread.join(10)
    assert spoken == ([version.replace("_", ".")] if taken else [])


@pytest.fixture
def private(folder, authority):
    """A directory that shows numbers to who has proved to be smsotp-lookup alone."""
    server = directory.Slapd(folder + "/private", ENTRIES, pem=authority.pem("right"), ca_file=authority.ca_file)
    yield server
    server.stop()
    shutil.rmtree(folder + "/private")


def test_client_certificate(conf, settings, authority, private):
    pem = authority.pem("right", name="smsotp-lookup")
    settings["uri"] = private.ldaps
    assert knows(conf.ask("alice", settings)), "anonymous must not see it"
    settings.update(tls_cert=pem, tls_key=pem)
    assert knows(conf.ask("alice", settings)), "a certificate alone is no login"
    settings["sasl"] = "EXTERNAL"
    assert knows(conf.ask("alice", settings), ALICE)
    settings.update(uri=private.ldap, starttls=True)
    assert knows(conf.ask("alice", settings), ALICE)


def test_client_certificate_that_is_not_believed(conf, settings, authority, private):
    pem = authority.pem("other_authority", name="smsotp-lookup")
    reply = conf.ask("alice", {**settings, "uri": private.ldaps, "tls_cert": pem, "tls_key": pem, "sasl": "EXTERNAL"})
    assert reply.numbers == b"" and reply.outcome in (OPERATOR, UNREACHABLE), reply


def test_key_of_another_certificate(conf, settings, authority):
    settings.update(tls_cert=authority.pem("right"), tls_key=authority.pem("right"))
    assert fails(conf.ask("alice", settings), OPERATOR, "ldap.conf:5: ", "TLS cannot be set up")


def test_key_with_a_passphrase(conf, settings, authority):
    pem = authority.pem("right")
    locked = pem + ".locked"
    subprocess.run(["openssl", "pkey", "-in", pem, "-aes256", "-passout", "pass:secret", "-out", locked], check=True)
    os.chmod(locked, 0o600)
    settings.update(tls_cert=pem, tls_key=locked)
    assert fails(conf.ask("alice", settings), OPERATOR, "ldap.conf:5: ", "TLS cannot be set up")


def test_key_that_others_may_read(conf, settings, authority):
    pem = authority.pem("right")
    os.chmod(pem, 0o640)
    settings.update(tls_cert=pem, tls_key=pem)
    assert fails(conf.ask("alice", settings), OPERATOR, "mode 0640")
