# SPDX-License-Identifier: BSD-2-Clause
"""Gateways with shipped descriptions, each before a double of its API. Fixtures and looks that their tests share."""
import json
import socket
import threading

import pytest

from gateway_apis import SETTINGS
from gateway_double import Double
from gateway_requests import ANY, APIS, FORM, JSON
from send_harness import request

# Spoken over plain HTTP: they stand on this machine.
LOCAL = ("kannel", "jasmin")
# Who sends, where gateway_apis leaves it open.
SENDER = {"twilio": {"from": "+15005550006"}, "vonage": {"from": "Example"}}


class Gateway:
    """One API's double, and a gateway file for it."""

    def __init__(self, name, double, authority):
        self.name, self.api, self.double = name, APIS.get(name), double
        self.settings = {"api": name, **SETTINGS[name], **SENDER.get(name, {}), "base_url": double.url}
        if name not in LOCAL:
            self.settings["ca_file"] = authority.ca_file

    def send(self, conf, settings=None, **options):
        if self.api:
            options.setdefault("to", self.api.to)
        reply = conf.send({**self.settings, **(settings or {})}, request(**options))
        assert reply.posted == 1 and reply.status == 0, reply
        assert (self.double.count(), self.double.connections, self.double.broken) == (1, 1, 0), reply
        return reply

    def say(self, status, document):
        body = document if isinstance(document, bytes) else json.dumps(document)
        self.double.behave("say", status=status, body=body)


@pytest.fixture(scope="module")
def doubles(authority):
    """The doubles by API, each started when it is asked for."""
    started = {}

    def of(name):
        if name not in started:
            started[name] = Double(name, None if name in LOCAL else authority.context("right"))
        started[name].reset()
        return Gateway(name, started[name], authority)
    yield of
    for double in started.values():
        double.stop()


def body_of(got):
    """What the body stands for, by its Content-Type."""
    if got.header("Content-Type") == JSON:
        return json.loads(got.body)
    return got.form() if got.header("Content-Type") == FORM else got.body


def same(one, other):
    """As JSON has it: 1, "1", 1.0 and true differ."""
    if isinstance(one, bytes) or isinstance(other, bytes):
        return one == other
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def masked(sent, wanted):
    """What is new in each request becomes ANY."""
    if not isinstance(sent, dict) or not isinstance(wanted, dict):
        return sent
    return {name: ANY if wanted.get(name) == ANY else value for name, value in sent.items()}


def expect_request(gateway, target, headers, body, method=None):
    got = gateway.double.requests[0]
    assert (got.method, got.target) == (method or gateway.api.method, target)
    assert same(masked(body_of(got), body), body), got.body
    plain = {"host", "user-agent", "accept", "content-length"}
    sent = {name: value for name, value in got.headers if name.lower() not in plain or name in headers}
    assert masked(sent, headers) == headers
    assert len({name.lower() for name, _ in got.headers}) == len(got.headers)


class Listener:
    """Takes one connection, keeps its first line and hangs up. port 0 is any."""

    def __init__(self, port=0, host="127.0.0.1"):
        self.line = b""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self._socket.listen(4)
        self._socket.settimeout(10)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            connection = self._socket.accept()[0]
        except OSError:
            return
        with connection:
            connection.settimeout(10)
            self.line = connection.makefile("rb").readline()

    def end(self):
        self._thread.join()
        self._socket.close()
        return self.line.decode()
