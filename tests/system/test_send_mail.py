# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-send and a mail server: what it writes, and what it makes of each answer."""
# pylint: disable=redefined-outer-name,unused-import
import base64
import contextlib
import re
import socket
import threading
import time

import pytest

import daemons
from send_harness import (ACCEPTED, AMBIGUOUS, CODE, OPERATOR, PASSING, RECIPIENT, TEXT, TO, UNREACHABLE, request)
from send_harness import authority, behaving, conf, twilio, vonage  # noqa: F401

pytestmark = pytest.mark.skipif(bool(daemons.missing()), reason="not installed: " + ", ".join(daemons.missing()))
ADDRESS = TO[1:] + "@sms.example"


@pytest.fixture
def server():
    """Without TLS, on loopback, where that is allowed."""
    made = daemons.MailServer()
    yield made
    made.stop()


def settings(port, **more):
    return {"api": "smtp", "host": "127.0.0.1", "port": str(port), "tls": "none", "domain": "sms.example",
            "from": "otp@web1.example", **more}


def head(mail):
    return mail.raw.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def test_mail(conf, server):
    reply = conf.send(settings(server.port))
    assert (reply.outcome, reply.posted, reply.status) == (ACCEPTED, 1, 0), reply
    mail, = server.mails
    assert (mail.sender, mail.recipients) == ("otp@web1.example", [ADDRESS])
    lines = head(mail)
    assert re.fullmatch(r"Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                        r"\d{4} \d\d:\d\d:\d\d \+0000", lines[0])
    assert lines[1:] == ["From: otp@web1.example", "To: " + ADDRESS, f"Message-ID: <{reply.message_id}@web1.example>",
                         "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                         "Content-Type: text/plain; charset=US-ASCII", "Content-Transfer-Encoding: 7bit"]
    assert mail.raw.partition(b"\r\n\r\n")[2] == TEXT.encode() + b"\r\n"


@pytest.mark.parametrize("text", ["ваш код 🔑", f"{CODE}\n.\n..two\n@example.com #{CODE}", "x" * 1500, "a\rb", "\n\nx",
                                  "tab\t"])
def test_every_text_arrives(conf, server, text):
    assert conf.send(settings(server.port), message=request(text=text)).outcome == ACCEPTED
    mail, = server.mails
    assert mail.text.replace("\r\n", "\n").rstrip("\n") == text
    assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n"))


@pytest.mark.parametrize("subject, written", [
    ("login", "login"), ("=?UTF-8?Q?x?=", None), ("Код для входа на сервер, который вы просили", None),
    ("🔑" * 30, None), ("x" * 300, None)])
def test_subjects(conf, server, subject, written):
    assert conf.send(settings(server.port, subject=subject)).outcome == ACCEPTED
    mail, = server.mails
    assert mail.message["Subject"] == subject
    lines = [line for line in head(mail) if line.startswith(("Subject:", " "))]
    if written is not None:
        assert lines == ["Subject: " + written]
    else:
        for line in lines:
            word = re.fullmatch(r"(Subject:)? =\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=", line)
            assert word and len(line.partition(" ")[2]) <= 75
            # Whole characters in every word.
            base64.b64decode(word[2]).decode()


@pytest.mark.parametrize("key, value", [
    ("from", "otp"), ("from", "otp@"), ("from", "a b@example.com"), ("from", "<a@example.com>"), ("from", "a@b@c"),
    ("from", "a,b@example.com"), ("from", "ä@example.com"), ("from", "a@-x"), ("domain", "sms.example> SIZE=1"),
    ("domain", "x,y"), ("domain", "x y"), ("host", "mail example"), ("host", "a/b"), ("host", "u@h"), ("port", "0"),
    ("port", "65536"), ("port", "25x"), ("tls", "maybe"), ("base_url", "https://example.com"), ("proxy", "http://a:1")])
def test_values_that_may_not_stand_there(conf, server, key, value):
    reply = conf.send({**settings(server.port), key: value})
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and server.mails == [], reply


def test_line_breaks_in_a_subject(conf, server):
    """Of a description's own making: no header is begun."""
    with open(conf.path.parent / "api.conf", "w", encoding="ascii") as file:
        file.write('description = "Test"; send = { transport = "smtp"; host = "127.0.0.1"; tls = "none"; user = ""; '
                   f'port = "{server.port}"; password = ""; from = "a@b.example"; to = "{{to}}@sms.example"; '
                   'subject = "{text}"; text = "x"; };')
    api = str(conf.path.parent / "api.conf")
    reply = conf.send({"api": api}, message=request(text="x\r\nBcc: eve@example.com"))
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and server.mails == [], reply
    assert conf.send({"api": api}, message=request(text="x")).outcome == ACCEPTED


@pytest.mark.parametrize("verb, answer, outcome, posted", [
    ("RCPT", "550 5.1.1 no such user", RECIPIENT, 0), ("RCPT", "553 not allowed", RECIPIENT, 0),
    ("RCPT", "550 5.7.1 denied", OPERATOR, 0), ("RCPT", "554 5.7.1 denied", OPERATOR, 0),
    ("RCPT", "550 5.1.1 unknown at relay.example", RECIPIENT, 0),
    ("RCPT", "550 relay not permitted", OPERATOR, 0), ("RCPT", "550 Relaying denied", OPERATOR, 0),
    ("RCPT", "554 no", OPERATOR, 0), ("RCPT", "503 bad sequence", OPERATOR, 0), ("RCPT", "450 4.2.1 busy", PASSING, 0),
    ("RCPT", "452 too many", PASSING, 0), ("MAIL", "550 no such sender", OPERATOR, 0),
    ("MAIL", "451 later", PASSING, 0),
    ("DATA", "554 5.7.1 spam", OPERATOR, 1), ("DATA", "550 no", OPERATOR, 1), ("DATA", "452 full", PASSING, 1),
    ("DATA", "421 closing", PASSING, 1)])
def test_answers(conf, server, verb, answer, outcome, posted):
    server.says[verb] = answer
    reply = conf.send(settings(server.port))
    assert (reply.outcome, reply.posted) == (outcome, posted), reply
    place = "the mail" if verb == "DATA" else verb
    assert reply.detail == f"{place}: {answer[:3]}: {answer[4:]}"


def test_an_answer_that_repeats_the_number(conf, server):
    server.says["RCPT"] = f"550 <{ADDRESS}>: no such user, said with {TEXT}"
    reply = conf.send(settings(server.port))
    assert reply.detail == "RCPT: 550: <***@sms.example>: no such user, said with ***", reply


@pytest.mark.parametrize("verb, outcome, posted", [("MAIL", UNREACHABLE, 0), ("RCPT", UNREACHABLE, 0),
                                                   ("DATA", AMBIGUOUS, 1)])
def test_no_answer_in_time(conf, server, verb, outcome, posted):
    server.hang = verb
    began = time.monotonic()
    reply = conf.send(settings(server.port, timeout=1.5))
    assert (reply.outcome, reply.posted) == (outcome, posted) and "in time" in reply.detail, reply
    assert time.monotonic() - began < 2.7


# --- TLS and log-ins --------------------------------------------------------

@pytest.mark.parametrize("kind", ["self_signed", "other_authority", "wrong_host", "expired"])
@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_wrong_certificates(conf, authority, kind, way):
    server = daemons.MailServer(context=authority.context(kind), implicit=way == "implicit")
    try:
        reply = conf.send(settings(server.port, tls=way, ca_file=authority.ca_file, user="otp",
                                   password="mail's secret"))
        assert (reply.outcome, reply.posted) == (UNREACHABLE, 0) and server.mails == [], reply
    finally:
        server.stop()


def test_no_starttls_no_mail(conf, server):
    """As behind who strips the offer: neither password nor code goes out in the clear."""
    reply = conf.send(settings(server.port, tls="starttls", user="otp", password="mail's secret"))
    assert (reply.outcome, reply.posted) == (UNREACHABLE, 0) and server.mails == [], reply
    assert "secret" not in reply.detail


def test_in_the_clear_to_loopback_alone(conf, server):
    for host in ("mail.example.com", "192.0.2.1", "127.0.0.1.example.com"):
        reply = conf.send(settings(server.port, host=host))
        assert (reply.outcome, reply.posted) == (OPERATOR, 0) and "loopback" in reply.detail, reply


@pytest.mark.parametrize("password, outcome", [("mail's secret", ACCEPTED), ("wrong", OPERATOR)])
def test_log_in(conf, authority, password, outcome):
    server = daemons.MailServer(context=authority.context("right"), login=True)
    try:
        reply = conf.send(settings(server.port, tls="starttls", ca_file=authority.ca_file, user="otp",
                                   password=password))
        assert reply.outcome == outcome and len(server.mails) == (outcome == ACCEPTED), reply
        if outcome == ACCEPTED:
            assert (server.mails[0].tls, server.mails[0].user) == (True, "otp")
        else:
            assert reply.detail.startswith("AUTH: 535"), reply
    finally:
        server.stop()


@pytest.mark.parametrize("half", [{"user": "otp"}, {"password": "mail's secret"}])
def test_half_a_log_in(conf, server, half):
    reply = conf.send({**settings(server.port), **half})
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and "neither" in reply.detail and server.mails == [], reply


# --- servers that misbehave -------------------------------------------------

class Script:
    """Says each line when it has heard one since the last, and then nothing more; hears everything."""

    def __init__(self, *lines):
        self._heard = b""
        self._lines = lines
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _listen(self, connection):
        """False: there is nobody any more."""
        more = connection.recv(65536)
        self._heard += more
        while more and not more.endswith(b"\n"):
            more = connection.recv(65536)
            self._heard += more
        return bool(more)

    def _talk(self):
        connection, _ = self._socket.accept()
        with connection, contextlib.suppress(OSError):
            for line in self._lines:
                connection.sendall(line)
                if not self._listen(connection):
                    return
            while self._listen(connection):
                pass

    def heard(self):
        """All, when the helper has ended."""
        self._thread.join(10)
        return self._heard


GREETING, EHLO = b"220 x\r\n", b"250-x\r\n250 8BITMIME\r\n"


def test_who_does_not_say_goodbye(conf):
    """The answer is known; what becomes of QUIT is of no interest."""
    script = Script(GREETING, EHLO, b"250 ok\r\n", b"550 5.1.1 no\r\n")
    began = time.monotonic()
    reply = conf.send(settings(script.port, timeout=10))
    assert reply.outcome == RECIPIENT and b"QUIT" in script.heard(), (reply, script.heard())
    assert time.monotonic() - began < 3


def test_an_answer_to_what_was_said_before(conf):
    """EHLO is not known to it, which is no refusal of HELO."""
    reply = conf.send(settings(Script(GREETING, b"502 what?\r\n", b"").port, timeout=1))
    assert (reply.outcome, reply.posted, reply.detail) == (UNREACHABLE, 0, "EHLO: no answer in time"), reply


@pytest.mark.parametrize("ways, way", [(b"GSSAPI NTLM EXTERNAL CRAM-MD5 XOAUTH2 PLAIN LOGIN", b"PLAIN"),
                                       (b"GSSAPI NTLM EXTERNAL LOGIN", b"LOGIN"), (b"GSSAPI NTLM", None)])
def test_ways_to_log_in(conf, ways, way):
    """None that needs more than the two settings, as Kerberos does, which libcurl prefers for names with a domain."""
    script = Script(GREETING, b"250-x\r\n250 AUTH " + ways + b"\r\n", b"535 5.7.8 no\r\n")
    reply = conf.send(settings(script.port, user="otp@example.com", password="mail's secret"))
    assert (reply.outcome, reply.posted) == (OPERATOR, 0), reply
    assert re.findall(rb"AUTH (\S+)", script.heard()) == ([way] if way else []), script.heard()


@pytest.mark.parametrize("line, outcome", [
    (b"554 go away\r\n", OPERATOR), (b"421 busy\r\n", PASSING), (b"HTTP/1.1 200 OK\r\n\r\n", UNREACHABLE),
    (b"x" * 100000 + b"\r\n", UNREACHABLE), (b"220-" + b"x" * 60 + b"\r\n" + b"220-x\r\n" * 20000, UNREACHABLE),
    (b"", UNREACHABLE), (b"5\r\n", UNREACHABLE)])
def test_greetings(conf, line, outcome):
    reply = conf.send(settings(Script(line).port, timeout=1, connect_timeout=1))
    assert (reply.outcome, reply.posted) == (outcome, 0), reply
    assert reply.seconds < 2.5
