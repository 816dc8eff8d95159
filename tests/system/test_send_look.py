# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-send looks at a gateway: its files, and the way to it. Not a byte of a request goes out."""
# pylint: disable=redefined-outer-name,unused-import
import pytest

import daemons
from far import Far
from gateway_double import Double
from send_harness import (
    ACCEPTED, OPERATOR, TASK_CHECK, TASK_CONNECT, TASK_STATUS, TASK_VOICE, TWILIO, UNREACHABLE, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401

BOTH = pytest.mark.parametrize("task", [TASK_CHECK, TASK_CONNECT])


def look(task, timeout_ms=4000):
    return request(text="", to="", code="", ref="", user="", host="", service="", client="", validity_s=0,
                   task=task, timeout_ms=timeout_ms)


class Counter(Far):
    """Accepts connections, says nothing, and keeps what it hears."""

    def __init__(self):
        self.heard = b""
        super().__init__(self._hear)

    def _hear(self, connection):
        while data := connection.recv(4096):
            self.heard += data


@pytest.fixture
def counter():
    made = Counter()
    yield made
    made.stop()


@BOTH
def test_a_gateway_that_is_well(conf, twilio, to_twilio, task):
    reply = conf.send(to_twilio, look(task))
    assert (reply.outcome, reply.posted, reply.detail, twilio.count()) == (ACCEPTED, 0, "", 0), reply


def test_connects_and_says_nothing(conf, counter):
    settings = {**TWILIO, "base_url": f"http://127.0.0.1:{counter.port}"}
    reply = conf.send(settings, look(TASK_CHECK))
    assert (reply.outcome, counter.connections) == (ACCEPTED, 0), reply
    reply = conf.send(settings, look(TASK_CONNECT))
    # Texts, calls and queries go to one place, which is tried once.
    assert (reply.outcome, counter.connections, counter.heard) == (ACCEPTED, 1, b""), reply


@BOTH
def test_files_that_are_wrong(conf, task):
    reply = conf.send({**TWILIO, "no_such_key": "x"}, look(task))
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and "no_such_key" in reply.detail, reply
    assert reply.detail.startswith("/"), reply


@pytest.mark.parametrize("kind", ["wrong_host", "expired", "self_signed", "other_authority"])
def test_wrong_certificate(conf, authority, kind):
    with Double("twilio", authority.context(kind)) as double:
        reply = conf.send({**TWILIO, "base_url": double.url, "ca_file": authority.ca_file}, look(TASK_CONNECT))
        assert (reply.outcome, reply.posted, double.count()) == (UNREACHABLE, 0, 0), reply
        assert reply.detail.startswith("certificate verification failed: ")


def test_no_connection(conf):
    counter = Counter()
    counter.stop()
    settings = {**TWILIO, "base_url": f"https://127.0.0.1:{counter.port}"}
    reply = conf.send(settings, look(TASK_CONNECT))
    assert reply.outcome == UNREACHABLE and reply.detail.startswith("no connection"), reply
    assert conf.send(settings, look(TASK_CHECK)).outcome == ACCEPTED


def test_no_handshake_in_time(conf, counter):
    reply = conf.send({**TWILIO, "base_url": f"https://127.0.0.1:{counter.port}", "connect_timeout": 1.0,
                       "timeout": 3.0}, look(TASK_CONNECT))
    assert (reply.outcome, reply.detail) == (UNREACHABLE, "no connection in time"), reply
    assert 0.9 < reply.seconds < 2.5, reply


@pytest.mark.parametrize("kind, outcome", [("right", ACCEPTED), ("self_signed", UNREACHABLE)])
@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_mail_servers(conf, authority, kind, outcome, way):
    server = daemons.MailServer(context=authority.context(kind), implicit=way == "implicit")
    try:
        reply = conf.send({"api": "smtp", "host": "127.0.0.1", "port": str(server.port), "tls": way,
                           "ca_file": authority.ca_file, "domain": "sms.example", "from": "otp@web1.example"},
                          look(TASK_CONNECT))
        assert (reply.outcome, reply.posted, server.mails) == (outcome, 0, []), reply
    finally:
        server.stop()


@BOTH
def test_an_outbox(conf, tmp_path, task):
    reply = conf.send({"api": "outbox", "path": str(tmp_path / "outbox")}, look(task))
    assert reply.outcome == ACCEPTED, reply
    assert not (tmp_path / "outbox").exists() or (tmp_path / "outbox").read_bytes() == b""


@pytest.mark.parametrize("task", [TASK_VOICE, TASK_STATUS])
def test_a_look_is_not_a_text(conf, to_twilio, task):
    """Without a number only a look is understood."""
    reply = conf.send(to_twilio, look(task))
    assert reply.outcome == OPERATOR and "does not understand" in reply.detail, reply
