# SPDX-License-Identifier: BSD-2-Clause
"""Gateways that hang, cut, flood and lie: bounded time and memory, and never a success that is none."""
# pylint: disable=redefined-outer-name,unused-import
import json

import pytest

from gateway_double import Double
from send_harness import (
    ACCEPTED, RECIPIENT, OPERATOR, PASSING, UNREACHABLE, AMBIGUOUS, UNRECOGNISED, TO, CODE, TEXT, MEMORY_KIB,
    SLACK, TWILIO, accepted, own_api, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401


# --- gateways that misbehave -----------------------------------------------------------------------------

SID = "SM" + "0" * 32
QUEUED = json.dumps({"sid": SID, "status": "queued"})
BAD = [
    # behaviour, options, outcome, HTTP status
    ("hang_accept", {}, UNREACHABLE, 0),
    ("hang_tls", {}, UNREACHABLE, 0),
    ("hang_request", {}, AMBIGUOUS, 0),
    ("hang_header", {}, AMBIGUOUS, 201),
    ("hang_body", {}, AMBIGUOUS, 201),
    ("slow", {"seconds": 30}, AMBIGUOUS, 0),
    ("drip", {"pause": 0.02}, AMBIGUOUS, 201),
    ("endless", {}, AMBIGUOUS, 201),
    ("endless_header", {}, AMBIGUOUS, 201),
    ("endless_interim", {}, AMBIGUOUS, 103),
    ("cut", {}, AMBIGUOUS, 201),
    ("reset", {}, AMBIGUOUS, 0),
    ("nothing", {}, AMBIGUOUS, 0),
    ("garbage", {}, AMBIGUOUS, 0),
    ("truncated", {}, UNRECOGNISED, 201),
    ("nested", {}, UNRECOGNISED, 201),
    ("nested", {"status": 200, "depth": 2000}, UNRECOGNISED, 200),
    ("too_many", {"retry_after": "7"}, PASSING, 429),
    ("server_error", {"status": 500}, PASSING, 500),
    ("server_error", {"status": 503}, PASSING, 503),
    ("redirect", {"to": "https://127.0.0.1:1/"}, UNRECOGNISED, 302),
    ("redirect", {"to": "http://127.0.0.1:1/", "status": 307}, UNRECOGNISED, 307),
    ("say", {"status": 200, "body": QUEUED}, UNRECOGNISED, 200),
    ("say", {"status": 202, "body": QUEUED}, UNRECOGNISED, 202),
    ("say", {"status": 204, "body": ""}, UNRECOGNISED, 204),
    ("say", {"status": 201, "body": ""}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": "{}"}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": null, "status": "queued"}'}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": "", "status": "queued"}'}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": "SM123", "status": "queued"}'}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": "%s"}' % SID}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": "%s", "status": "failed"}' % SID}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": '{"sid": "%s", "sid": "%s", "status": "queued"}' % (SID, SID)},
     UNRECOGNISED, 201),
    ("say", {"status": 201, "body": QUEUED + "trailing"}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": "[" + QUEUED + "]"}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": QUEUED + "\0"}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": b'{"sid": "SM\xff", "status": "queued"}'}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": "<html>" + SID}, UNRECOGNISED, 201),
    ("say", {"status": 201, "body": QUEUED.ljust(65537)}, AMBIGUOUS, 201),
    ("say", {"status": 400, "body": QUEUED}, UNRECOGNISED, 400),
    ("say", {"status": 403, "body": "forbidden"}, OPERATOR, 403),
    ("say", {"status": 404, "body": "{}"}, UNRECOGNISED, 404),
    ("say", {"status": 503, "body": "x", "length": 100}, PASSING, 503),
    ("say", {"status": 200, "body": '{"code": 21211, "message": "no"}'}, RECIPIENT, 200),
]


@pytest.mark.parametrize("behaviour, options, outcome, status", BAD,
                         ids=[f"{number}-{row[0]}" for number, row in enumerate(BAD)])
def test_misbehaviour(conf, twilio, to_twilio, behaviour, options, outcome, status):
    """Bounded in time and memory, told apart, one request at most, and never taken for a success."""
    twilio.behave(behaviour, **options)
    reply = conf.send(to_twilio, request(timeout_ms=1200))
    assert (reply.outcome, reply.http_status) == (outcome, status), reply
    assert reply.outcome != ACCEPTED and not reply.message_id and reply.detail
    assert reply.seconds < 1.2 + SLACK, reply
    assert reply.memory_kib < MEMORY_KIB, reply
    assert reply.status == 0
    assert reply.posted == (0 if behaviour in ("hang_accept", "hang_tls") else 1)
    assert twilio.count() == reply.posted


def test_largest_answer(conf, twilio, to_twilio):
    twilio.behave("say", status=201, body=QUEUED.ljust(65536))
    assert accepted(conf.send(to_twilio))


def test_slow_answer_in_time(conf, twilio, to_twilio):
    twilio.behave("slow", seconds=0.5)
    reply = conf.send(to_twilio)
    assert accepted(reply) and reply.seconds > 0.5


def test_redirect_is_not_followed(conf, twilio, to_twilio, authority):
    with Double("twilio", authority.context("right")) as other:
        twilio.behave("redirect", to=other.url + "/2010-04-01/Accounts/x/Messages.json", status=307)
        assert conf.send(to_twilio).outcome == UNRECOGNISED
        assert other.connections == 0 and twilio.count() == 1


@pytest.mark.parametrize("value, seconds", [
    ("7", 7), ("0", 0), ("999999", 3600), ("99999999999999999999999", 0), ("-5", 0), ("soon", 0),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 0)])
def test_retry_after(conf, twilio, to_twilio, value, seconds):
    twilio.behave("too_many", retry_after=value)
    reply = conf.send(to_twilio)
    assert (reply.outcome, reply.retry_after_s) == (PASSING, seconds), reply


def test_what_the_gateway_says_is_redacted(conf, twilio, to_twilio):
    said = (f"{TWILIO['auth_token']} to {TO} or 447700900123 or 07700900123 or 077 00 90-01-23: {TEXT} / {CODE} "
            f"see https://user:pw@evil.example/?k={CODE} \x1b[2J\u202e\n account {TWILIO['account_sid']} 12345, 1234")
    twilio.behave("say", status=400, body=json.dumps({"code": 21211, "message": said}))
    reply = conf.send(to_twilio)
    assert reply.outcome == RECIPIENT and reply.detail.startswith("21211: ***"), reply
    for secret in (TWILIO["auth_token"], CODE, "7700900123", "900123", "90-01", "https:", "evil", "12345", "is your"):
        assert secret not in reply.detail, (secret, reply)
    assert "1234" in reply.detail


@pytest.mark.parametrize("code", [CODE, "447700900123", "1" * 40, "a b", "\n"])
def test_error_code_is_no_way_out(conf, twilio, to_twilio, code):
    twilio.behave("say", status=400, body=json.dumps({"code": code, "message": "m"}))
    reply = conf.send(to_twilio)
    assert reply.detail == "m", reply


def test_long_words_are_cut_and_not_left_out(conf, twilio, to_twilio):
    """As AWS's about a wrong signature; after what is secret has been taken out."""
    for before in range(225, 256):
        said = "x" * before + TWILIO["auth_token"] + " and so on" * 300
        twilio.behave("say", status=400, body=json.dumps({"code": 21606, "message": said}))
        reply = conf.send(to_twilio)
        assert reply.detail.startswith("21606: xxx"), reply
        assert set(reply.detail[10:]) <= set("x* andso"), reply


@pytest.mark.parametrize("message_id", ["a b", 'a"b', "a=b", "a\nb", "ü", "x" * 129, CODE, "id-447700900123"])
def test_message_id_is_fit_for_the_log(conf, vonage, to_vonage, message_id):
    vonage.behave("say", body=json.dumps({"messages": [{"status": "0", "message-id": message_id}]}))
    reply = conf.send(to_vonage)
    assert accepted(reply) and reply.message_id == ""


@pytest.mark.parametrize("said", [TO, TO[1:], TO[3:]])
@pytest.mark.parametrize("number", ["e164", "digits", "national"])
def test_message_id_holds_no_number(conf, twilio, authority, number, said):
    """In whatever form it was sent, and is repeated."""
    settings = own_api(conf, authority, twilio, "", number=number)
    twilio.behave("say", body=json.dumps({"ok": True, "id": f"{said}-1"}))
    reply = conf.send(settings)
    assert accepted(reply) and reply.message_id == ""


# --- time ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("settings, timeout_ms, seconds", [
    ({}, 700, 0.7), ({"timeout": 1}, 30000, 1), ({"timeout": 2}, 900, 0.9)])
def test_whole_time(conf, twilio, to_twilio, settings, timeout_ms, seconds):
    twilio.behave("hang_request")
    reply = conf.send({**to_twilio, **settings}, request(timeout_ms=timeout_ms))
    assert reply.outcome == AMBIGUOUS and seconds - 0.1 <= reply.seconds < seconds + SLACK, reply


def test_connect_time(conf, twilio, to_twilio):
    twilio.behave("hang_tls")
    reply = conf.send({**to_twilio, "connect_timeout": 1, "timeout": 30}, request(timeout_ms=30000))
    assert reply.outcome == UNREACHABLE and 0.9 <= reply.seconds < 1 + SLACK, reply
