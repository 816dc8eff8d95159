# SPDX-License-Identifier: BSD-2-Clause
"""Every shipped description but Twilio's and Vonage's: the exact request, and what becomes of each answer."""
# pylint: disable=redefined-outer-name,unused-import
import datetime
import json
import time
import urllib.parse

import pytest

import gateway_apis_more
from gateway_harness import LOCAL, Listener, body_of, expect_request, masked, same
from gateway_harness import doubles  # noqa: F401
from gateway_refusals import INVALID_NUMBER, NO_ACCEPTANCES, REFUSALS
from gateway_requests import ALSO_ACCEPTED, APIS, CREDENTIAL, SENDERS, VARIANTS
from send_harness import ACCEPTED, OPERATOR, PASSING, TEXT, UNRECOGNISED, accepted, request
from send_harness import authority, conf  # noqa: F401

every_api = pytest.mark.parametrize("api", sorted(APIS))


@every_api
def test_request(conf, doubles, api):
    gateway = doubles(api)
    reply = gateway.send(conf)
    assert accepted(reply) and reply.http_status == gateway.api.accepted[0] and not reply.detail, reply
    assert bool(reply.message_id) == (api != "kannel"), reply
    expect_request(gateway, *gateway.api.request(TEXT))


@every_api
def test_message_id(conf, doubles, api):
    """From the answer that the documentation shows."""
    gateway = doubles(api)
    status, document, message_id = gateway.api.accepted
    gateway.say(status, document)
    reply = gateway.send(conf)
    assert accepted(reply) and (reply.http_status, reply.message_id) == (status, message_id), reply


@pytest.mark.parametrize("api, status, changes", ALSO_ACCEPTED)
def test_other_acceptances(conf, doubles, api, status, changes):
    gateway = doubles(api)
    _, document, message_id = gateway.api.accepted
    gateway.say(status, {**document, **changes})
    reply = gateway.send(conf)
    assert accepted(reply) and (reply.http_status, reply.message_id) == (status, message_id), reply


@pytest.mark.parametrize("text", ["a\"b\\c&d=e%41+1<2>#?;{to}{text}'", "1\r\n2\n\r\n3: 4", "ünïcödé ß £ € {[~]}"])
@pytest.mark.parametrize("api", sorted(name for name, api in APIS.items() if not api.fixed_text))
def test_text_arrives_as_it_is(conf, doubles, api, text):
    gateway = doubles(api)
    assert accepted(gateway.send(conf, text=text))
    got, (target, _, body) = gateway.double.requests[0], gateway.api.request(text)
    sent = masked(body_of(got), body)
    if isinstance(sent, dict):
        if "hex-content" in sent:
            sent["content"] = bytes.fromhex(sent.pop("hex-content")).decode("utf-16-be")
        for name in ("datacoding", "encoding", "coding"):
            sent.pop(name, None)
            body.pop(name, None)
        if api == "vonage-messages":
            sent.pop("sms", None)
    assert got.target == target and same(sent, body), got.body


@pytest.mark.parametrize("api, settings, without, options, changes", VARIANTS)
def test_optional_settings(conf, doubles, api, settings, without, options, changes):
    gateway = doubles(api)
    for name in without:
        del gateway.settings[name]
    assert accepted(gateway.send(conf, settings, **options))
    target, headers, body = gateway.api.request(options.get("text", TEXT))
    body.update(changes)
    expect_request(gateway, target, headers, {name: value for name, value in body.items() if value is not None})


@pytest.mark.parametrize("api", sorted(SENDERS))
def test_sender_by_prefix(conf, doubles, api):
    gateway = doubles(api)
    gateway.say(gateway.api.accepted[0], gateway.api.accepted[1])
    conf.write("".join(f"{name} = {json.dumps(value)};\n" for name, value in gateway.settings.items()) +
               'from_by_prefix = ( { prefix = "+"; from = "ACME"; } );\n')
    reply = conf.send(message=request(to=gateway.api.to))
    if not SENDERS[api]:
        assert (reply.outcome, reply.posted, gateway.double.connections) == (OPERATOR, 0, 0), reply
        return
    assert accepted(reply), reply
    sender = body_of(gateway.double.requests[0])
    for key in SENDERS[api]:
        sender = sender[key]
    assert sender == "ACME"


def test_sender_by_prefix_elsewhere(conf, doubles):
    """OS Digital has it in the URL, Kannel in a header."""
    for api in ("osdigital", "kannel"):
        gateway = doubles(api)
        gateway.say(gateway.api.accepted[0], gateway.api.accepted[1])
        conf.write("".join(f"{name} = {json.dumps(value)};\n" for name, value in gateway.settings.items()) +
                   'from_by_prefix = ( { prefix = "+"; from = "ACME"; } );\n')
        assert accepted(conf.send(message=request(to=gateway.api.to)))
        got = gateway.double.requests[0]
        assert "&senderid=ACME&" in got.target or got.header("X-Kannel-From") == "ACME"


def test_new_in_each_request(conf, doubles):
    """Bird's key is another in every attempt; Sinch is told when the code expires."""
    keys = set()
    for _ in range(2):
        gateway = doubles("bird")
        assert accepted(gateway.send(conf))
        keys.add(gateway.double.requests[0].header("Idempotency-Key"))
    assert len(keys) == 2
    gateway = doubles("sinch")
    assert accepted(gateway.send(conf, validity_s=90))
    end = datetime.datetime.fromisoformat(body_of(gateway.double.requests[0])["expire_at"].replace("Z", "+00:00"))
    assert 80 <= end.timestamp() - time.time() <= 90


def test_kannel_sender_and_alphabet(conf, doubles):
    gateway = doubles("kannel")
    assert accepted(gateway.send(conf, {"from": "Example"}, text="код 491827", validity_s=0))
    target, headers, body = gateway.api.request("код 491827")
    del headers["X-Kannel-Validity"]
    headers.update({"X-Kannel-From": "Example", "X-Kannel-Coding": "2"})
    expect_request(gateway, target, headers, body)


@pytest.mark.parametrize("api, settings", [("plivo", {"powerpack_uuid": "x"}), *[
    (api, {CREDENTIAL[api]: None}) for api in sorted(APIS)]])
def test_settings_are_checked(conf, doubles, api, settings):
    """Two senders where one is wanted, and no credential: nothing is asked."""
    gateway = doubles(api)
    settings = {name: value for name, value in {**gateway.settings, **settings}.items() if value is not None}
    reply = conf.send(settings, request(to=gateway.api.to))
    assert (reply.outcome, reply.posted, gateway.double.connections) == (OPERATOR, 0, 0), reply


@every_api
def test_wrong_credential(conf, doubles, api):
    gateway = doubles(api)
    reply = gateway.send(conf, {CREDENTIAL[api]: "WrongButSecret"})
    assert reply.outcome == OPERATOR and "WrongButSecret" not in reply.detail, reply


@every_api
def test_invalid_number(conf, doubles, api):
    gateway = doubles(api)
    reply = gateway.send(conf, to=gateway_apis_more.INVALID)
    assert reply.outcome == INVALID_NUMBER[api] and gateway_apis_more.INVALID[1:] not in reply.detail, reply


@pytest.mark.parametrize("api, status, document, outcome, detail", REFUSALS)
def test_refusal(conf, doubles, api, status, document, outcome, detail):
    gateway = doubles(api)
    gateway.say(status, document)
    reply = gateway.send(conf)
    assert (reply.outcome, reply.http_status, reply.message_id) == (outcome, status, ""), reply
    assert reply.detail.startswith(detail), reply


@pytest.mark.parametrize("api, document", NO_ACCEPTANCES)
def test_no_acceptance(conf, doubles, api, document):
    gateway = doubles(api)
    gateway.say(gateway.api.accepted[0], document)
    reply = gateway.send(conf)
    assert reply.outcome != ACCEPTED and not reply.message_id, reply


@every_api
@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '"Success"', "OK", "<html>OK</html>", '{"status": "OK"'])
def test_nothing_is_accepted_that_says_nothing(conf, doubles, api, body):
    gateway = doubles(api)
    gateway.say(gateway.api.accepted[0], body.encode())
    assert gateway.send(conf).outcome == UNRECOGNISED


@every_api
@pytest.mark.parametrize("status, outcome", [
    (204, None), (302, UNRECOGNISED), (401, OPERATOR), (403, OPERATOR), (429, PASSING), (500, PASSING),
    (503, PASSING)])
def test_status_of_an_acceptance(conf, doubles, api, status, outcome):
    """An acceptance under another status is none."""
    gateway = doubles(api)
    gateway.say(status, b"" if status == 204 else gateway.api.accepted[1])
    reply = gateway.send(conf)
    assert reply.outcome == outcome if outcome else reply.outcome != ACCEPTED, reply


@every_api
def test_retry_after(conf, doubles, api):
    gateway = doubles(api)
    gateway.double.behave("too_many", retry_after="7")
    reply = gateway.send(conf)
    assert (reply.outcome, reply.http_status, reply.retry_after_s) == (PASSING, 429, 7), reply


@pytest.mark.parametrize("api, settings, host", [
    *[(api, {}, APIS[api].host) for api in sorted(APIS) if api not in LOCAL],
    ("sinch", {"region": "eu"}, "eu.sms.api.sinch.com:443"), ("bird", {"region": "us1"}, "us1.platform.bird.com:443"),
    ("gatewayapi", {"base_url": "https://gatewayapi.eu"}, "gatewayapi.eu:443"),
    ("telesign", {"base_url": "https://rest-ww.telesign.com"}, "rest-ww.telesign.com:443")])
def test_host(conf, api, settings, host):
    """Where the description sends to, as a proxy is told. The proxy's refusal keeps it on this machine."""
    proxy = Listener()
    settings = {"api": api, **gateway_apis_more.SETTINGS[api], **settings, "proxy": f"http://127.0.0.1:{proxy.port}"}
    reply = conf.send(settings, request(to=APIS[api].to))
    assert proxy.end() == f"CONNECT {host} HTTP/1.1\r\n"
    assert reply.outcome != ACCEPTED and reply.posted == 0, reply


@pytest.mark.parametrize("api", LOCAL)
def test_local_address(conf, stage, api):  # pylint: disable=unused-argument
    """Needs the private machine: the ports are those that Kannel and Jasmin have."""
    listener = Listener(urllib.parse.urlsplit("//" + APIS[api].host).port)
    conf.send({"api": api, **gateway_apis_more.SETTINGS[api]}, request())
    assert listener.end() == f"POST {APIS[api].request('')[0]} HTTP/1.1\r\n"


@pytest.mark.parametrize("api, settings", [
    ("sinch", {"region": "eu.example.com/x#"}), ("bird", {"region": "user@example.com"}),
    ("infobip", {"host": "example.com/"}), ("infobip", {"host": "a:b@c"})])
def test_no_other_host(conf, api, settings):
    reply = conf.send({"api": api, **gateway_apis_more.SETTINGS[api], **settings})
    assert (reply.outcome, reply.posted) == (OPERATOR, 0), reply


@pytest.mark.parametrize("body, detail", [
    (b"Forbidden by proxy.example\r\nX-Evil: 1 reason=accepted", ": Forbidden by proxy.example??X-Evil"),
    (b"No 447700900123 for PasswordOfTheAccount: 491827 is your", ": No ***** for ***: *** is your"),
    (b"A" * 5000, ": " + "A" * 200), (b"<html>Forbidden</html>", ""), (b'{"status": "created"', ""), (b"[", ""),
    (b"", ""), ("Ünbefugt".encode(), ""), (b" Forbidden", "")])
def test_plain_words(conf, doubles, body, detail):
    """What is no JSON is shown where it is words: cut to one line, without secrets."""
    gateway = doubles("46elks")
    gateway.say(403, body)
    reply = gateway.send(conf)
    assert reply.outcome == OPERATOR and len(reply.detail) <= 256, reply
    wanted = "the answer is not JSON" + detail
    assert reply.detail.startswith(wanted) if detail else reply.detail == wanted, reply


@pytest.mark.parametrize("api", ["2factor", "osdigital"])
def test_secrets_of_the_url_are_not_logged(conf, doubles, api):
    """The gateway repeats the request in its refusal."""
    gateway = doubles(api)
    target = gateway.api.request(TEXT)[0]
    key = gateway_apis_more.SETTINGS[api][CREDENTIAL[api]]
    words = f"No {target} at https://gateway.example{target} for {key} 491827 919876543210"
    gateway.say(400, {"Status": "Error", "Details": words, "status": "OSD01", "message": words})
    reply = gateway.send(conf)
    for secret in (key, "491827", "919876543210"):
        assert secret not in reply.detail, reply
