# SPDX-License-Identifier: BSD-2-Clause
"""What became of a text, asked through every shipped description that can: the exact request, and each answer."""
# pylint: disable=redefined-outer-name,unused-import
import urllib.parse

import pytest

from gateway_apis import SETTINGS
from gateway_harness import SENDER, Listener, expect_request
from gateway_harness import doubles  # noqa: F401
from gateway_requests import CREDENTIAL
from gateway_states import NO_STATES, QUERIES, STATES
from send_harness import (
    ACCEPTED, DELIVERED, OPERATOR, SKIPPED, TASK_STATUS, UNKNOWN, UNRECOGNISED, request)
from send_harness import authority, conf  # noqa: F401

every_query = pytest.mark.parametrize("api", sorted(QUERIES))


@pytest.fixture
def asking(conf, doubles):
    """Asks an API's double what became of a text."""
    def of(api, settings=None, **options):
        gateway = doubles(api) if isinstance(api, str) else api
        query = QUERIES[gateway.name]
        options = {"to": query.to, "message_id": query.message_id, "text": "", "code": "", **options}
        return gateway, gateway.send(conf, settings, task=TASK_STATUS, **options)
    return of


@every_query
def test_request(asking, api):
    gateway, reply = asking(api)
    assert (reply.outcome, reply.http_status, reply.delivery) == (ACCEPTED, 200, DELIVERED), reply
    expect_request(gateway, QUERIES[api].target, QUERIES[api].headers, b"", "GET")


@every_query
@pytest.mark.parametrize("message_id", ["../x", "a/b?c#d", "a%2Fb&c;d", "..", "x" * 128])
def test_an_id_stays_in_its_place(asking, api, message_id):
    """It came from the gateway: whatever it holds, it is one part of a path, or one value."""
    gateway, reply = asking(api, message_id=message_id)
    assert len(gateway.double.requests) == 1 and reply.posted == 1
    assert gateway.double.requests[0].target == QUERIES[api].other(id=urllib.parse.quote(message_id, safe=""))


@pytest.mark.parametrize("api, status, document, delivery, detail", STATES)
def test_state(asking, doubles, api, status, document, delivery, detail):
    gateway = doubles(api)
    gateway.say(status, document)
    _, reply = asking(gateway)
    assert (reply.outcome, reply.http_status, reply.delivery) == (ACCEPTED, status, delivery), reply
    assert reply.detail == detail if detail else True, reply


@pytest.mark.parametrize("api, document", [row[:1] + row[2:3] for row in STATES if row[1] == 200])
def test_state_under_another_status(asking, doubles, api, document):
    """What is said with an error is no state."""
    gateway = doubles(api)
    gateway.say(404, document)
    _, reply = asking(gateway)
    assert (reply.outcome, reply.http_status, reply.delivery) == (UNRECOGNISED, 404, UNKNOWN), reply


@pytest.mark.parametrize("api, status, document, outcome", NO_STATES)
def test_no_state(asking, doubles, api, status, document, outcome):
    gateway = doubles(api)
    gateway.say(status, document)
    _, reply = asking(gateway)
    assert (reply.outcome, reply.http_status, reply.delivery) == (outcome, status, UNKNOWN), reply


@every_query
@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '"delivered"', "DELIVERED", "<html>OK</html>",
                                  '{"status": "delivered"'])
def test_nothing_is_known_that_is_not_said(asking, doubles, api, body):
    gateway = doubles(api)
    gateway.say(200, body.encode())
    _, reply = asking(gateway)
    assert (reply.outcome, reply.delivery) == (UNRECOGNISED, UNKNOWN), reply


@every_query
def test_wrong_credential(asking, api):
    _, reply = asking(api, {CREDENTIAL.get(api, "auth_token"): "WrongButSecret"})
    assert (reply.outcome, reply.delivery) == (OPERATOR, UNKNOWN) and "WrongButSecret" not in reply.detail, reply


@pytest.mark.parametrize("api", sorted(set(SETTINGS) - set(QUERIES)))
def test_apis_without(conf, doubles, api):
    gateway = doubles(api)
    reply = conf.send(gateway.settings, request(task=TASK_STATUS, message_id="x", text="", code=""))
    assert (reply.outcome, reply.posted, gateway.double.connections) == (SKIPPED, 0, 0), reply


@every_query
def test_host(conf, api):
    """Where the description asks, as a proxy is told. The proxy's refusal keeps it on this machine."""
    proxy, query = Listener(), QUERIES[api]
    settings = {"api": api, **SETTINGS[api], **SENDER.get(api, {}), "proxy": f"http://127.0.0.1:{proxy.port}"}
    reply = conf.send(settings, request(to=query.to, task=TASK_STATUS, message_id=query.message_id, text="", code=""))
    assert proxy.end() == f"CONNECT {query.host} HTTP/1.1\r\n"
    assert (reply.delivery, reply.posted) == (UNKNOWN, 0) and reply.outcome != ACCEPTED, reply
