# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-send calls and asks for the delivery status, by a description of the test's own."""
# pylint: disable=redefined-outer-name,unused-import
import datetime
import email.utils
import json
import re
import uuid
import xml.etree.ElementTree

import pytest

from send_harness import (
    ACCEPTED, AMBIGUOUS, CODE, DELIVERED, FAILED, OFFERS_STATUS, OFFERS_VOICE, OPERATOR, PASSING, PENDING,
    PHONE_UNREACHABLE, RECIPIENT, REFUSED, SKIPPED, TASK_RECEIVE, TASK_RELEASE, TASK_RENT, TASK_STATUS, TASK_VOICE,
    TEXT, TO, UNKNOWN, UNREACHABLE,
    UNRECOGNISED, UNROUTABLE, accepted, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401

TWICE = "4, 9, 1, 8, 2, 7"
API = """
description = "Test";
settings = ( { name = "key"; required = true; secret = true; },
             { name = "voice_key"; secret = true; %(voice_key)s } );
send = { url = "https://text.invalid/text";
         body = { kind = "form"; fields = ( { name = "t"; value = "{text}"; } ); }; };
answer = { kind = "json"; accepted = { status = [ 200 ]; where = ( { at = "ok"; equals = "true"; },
                                                                   { at = "error"; absent = true; } ); };
           code = { at = "code"; };
           refused = ( { class = "unroutable"; where = ( { at = "code"; equals = "no_route"; } ); } ); };
%(rest)s
"""
VOICE = """
voice = {
  send = { url = "https://voice.invalid/call"; number = "digits"; %(send)s };
  answer = { kind = "json"; accepted = { status = [ 201 ]; where = ( { at = "call"; exists = true; } ); };
             id = { at = "call"; }; detail = { at = "why"; };
             refused = ( { class = "recipient"; status = [ 404 ]; } ); };
};
"""
VOICE_BODY = """body = { kind = "form"; fields = (
    { name = "to"; value = "{to}"; },
    { name = "twiml"; value = "<Say language='{language}'>{spoken}</Say>"; escape = "xml"; },
    { name = "languages"; value = "{language} {language_lower} {language_short}"; },
    { name = "code"; value = "{code}"; } ); };"""
STATUS = """
status = {
  send = { method = "GET"; url = "https://text.invalid/text/{message_id}";
           auth = { kind = "bearer"; token = "{key}"; };
           parameters = ( { name = "to"; value = "{to}"; } ); };
  answer = { kind = "json"; code = { at = "code"; }; detail = { at = "why"; };
             states = ( { state = "delivered"; status = [ 200 ]; where = ( { at = "s"; equals = "delivered"; } ); },
                        { state = "pending"; where = ( { at = "s"; in = [ "queued", "sent" ]; } ); },
                        { state = "unreachable"; where = ( { at = "code"; equals = 30003; } ); },
                        { state = "refused"; where = ( { at = "s"; equals = "rejected"; } ); },
                        { state = "failed"; where = ( { at = "s"; matches = "^fail"; } ); },
                        { state = "failed"; status = [ 410 ]; } ); };
};
"""


@pytest.fixture
def to_own(conf, authority, twilio):
    """Settings of a gateway with a description that has rest besides texting."""
    def write(rest=VOICE % {"send": VOICE_BODY} + STATUS, voice_key="", **settings):
        path = conf.path / "api.conf"
        path.write_text(API % {"rest": rest, "voice_key": voice_key}, encoding="utf-8")
        path.chmod(0o644)
        return {"api": str(path), "key": "key-of-the-test", "base_url": twilio.url, "ca_file": authority.ca_file,
                **settings}
    return write


# What requests to receivers have not.
NOTHING = {"ref": "", "user": "", "host": "", "service": "", "client": ""}


def call(**options):
    return request(task=TASK_VOICE, **options)


def query(message_id="SM123", **options):
    return request(task=TASK_STATUS, text="", code="", message_id=message_id, **options)


# --- texts ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("body, outcome, detail", [
    ({"ok": True}, ACCEPTED, ""), ({"ok": True, "error": None}, ACCEPTED, ""),
    ({"ok": True, "error": {"code": 1}}, UNRECOGNISED, "an answer without an explanation"),
    ({"ok": True, "error": 0}, UNRECOGNISED, "an answer without an explanation"),
    ({"ok": True, "error": 0.5}, UNRECOGNISED, "an answer without an explanation"),
    ({"ok": True, "error": "x" * 5000}, UNRECOGNISED, "an answer without an explanation"),
    ({"code": "no_route"}, UNROUTABLE, "no_route"),
    ({"code": "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION_OF_ACCOUNT_"}, UNRECOGNISED,
     "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION_OF_ACCOUNT_"),
    ({"code": "x" * 65}, UNRECOGNISED, "an answer without an explanation"),
])
def test_what_is_absent_and_what_has_no_route(conf, twilio, to_own, body, outcome, detail):
    twilio.behave("say", body=json.dumps(body))
    reply = conf.send(to_own())
    assert (reply.outcome, reply.detail, reply.delivery) == (outcome, detail, UNKNOWN), reply


def test_nothing_is_absent_from_what_is_no_json(conf, twilio, to_own):
    twilio.behave("say", body='{"ok": "true"')
    assert conf.send(to_own(rest="")).outcome == UNRECOGNISED


# --- calls ---------------------------------------------------------------------------------------------------

def test_a_call(conf, twilio, to_own):
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    reply = conf.send(to_own(voice=True), call())
    assert accepted(reply) and (reply.message_id, reply.delivery) == ("CA1", UNKNOWN)
    assert reply.offers == OFFERS_VOICE | OFFERS_STATUS
    got = twilio.requests[0]
    assert (got.method, got.target) == ("POST", "/call")
    form = got.form()
    assert form == {"to": TO[1:], "code": CODE, "languages": "en-GB en-gb en",
                    "twiml": f"<Say language='en-GB'>Your code is {TWICE}. Again: {TWICE}.</Say>"}


def test_a_refused_call(conf, twilio, to_own):
    twilio.behave("say", status=404, body=json.dumps({"why": f"no {TO}: {TWICE}, {CODE}"}))
    reply = conf.send(to_own(voice=True), call())
    assert (reply.outcome, reply.http_status, reply.message_id) == (RECIPIENT, 404, "")
    assert CODE not in reply.detail and TWICE not in reply.detail and TO not in reply.detail


@pytest.mark.parametrize("settings, rest, voice", [
    ({}, VOICE % {"send": ""}, 0), ({"voice": False}, VOICE % {"send": ""}, 0), ({}, "", 0)])
def test_a_call_that_is_not_offered(conf, twilio, to_own, settings, rest, voice):
    reply = conf.send(to_own(rest=rest, **settings), call())
    assert (reply.outcome, reply.posted, reply.offers) == (SKIPPED, 0, voice)
    assert reply.detail == "this gateway cannot call" and twilio.connections == 0


def test_offers_are_told_with_every_text(conf, twilio, to_own):
    twilio.behave("say", body='{"ok": true}')
    assert conf.send(to_own(voice=True)).offers == OFFERS_VOICE | OFFERS_STATUS
    assert conf.send(to_own()).offers == OFFERS_STATUS
    assert conf.send(to_own(rest=STATUS)).offers == OFFERS_STATUS
    assert conf.send(to_own(rest="")).offers == 0
    # Also where nothing can be sent.
    assert conf.send(to_own(voice=True, unknown=1)).offers == OFFERS_VOICE | OFFERS_STATUS


@pytest.mark.parametrize("message", [
    request(task=TASK_RENT, validity_s=0, to="", **NOTHING, text="", code=""),
    request(task=TASK_RECEIVE, **NOTHING), request(task=TASK_RELEASE, validity_s=0, **NOTHING, text="", code="")])
def test_a_gateway_receives_nothing(conf, twilio, to_own, tmp_path, message):
    """Nobody is asked: that is for files of receivers."""
    for settings in to_own(voice=True), {"api": "outbox", "path": str(tmp_path / "outbox")}:
        reply = conf.send(settings, message)
        assert (reply.outcome, reply.posted, reply.detail) == (SKIPPED, 0, "a gateway receives nothing"), reply
    assert twilio.count() == 0


def test_the_outbox_only_texts(conf, tmp_path):
    for message in call(), query():
        reply = conf.send({"api": "outbox", "path": str(tmp_path / "outbox")}, message)
        assert (reply.outcome, reply.posted, reply.offers) == (SKIPPED, 0, 0), reply


@pytest.mark.parametrize("rest, settings, words", [
    (STATUS, {"voice": True}, r"gw\.conf:\d+: voice: this API cannot call"),
    (VOICE % {"send": ""}, {"voice": True, "language": "hu"}, r"gw\.conf:\d+: language: there are no words"),
    (VOICE % {"send": ""}, {"language": "english"}, r"gw\.conf:\d+: language: must be a language"),
    (VOICE % {"send": ""}, {"language": "en_GB"}, r"gw\.conf:\d+: language: must be a language"),
    (VOICE % {"send": ""}, {"voice_message": "Your code"}, r"gw\.conf:\d+: voice_message: .*\{digits\} is missing"),
    (VOICE % {"send": ""}, {"voice_message": "{digits} {code}"}, r"gw\.conf:\d+: voice_message: character"),
    (VOICE % {"send": ""}, {"voice": "yes"}, r"gw\.conf:\d+: voice: must be "),
])
def test_voice_is_checked_when_it_is_read(conf, twilio, to_own, rest, settings, words):
    reply = conf.send(to_own(rest=rest, **settings))
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0)
    assert re.search(words, reply.detail), reply


def test_settings_that_only_voice_needs(conf, twilio, to_own):
    needed = {"voice_key": 'required_for = "voice";'}
    twilio.behave("say", body='{"ok": true}')
    assert accepted(conf.send(to_own(**needed)))
    reply = conf.send(to_own(voice=True, **needed))
    assert reply.outcome == OPERATOR and "voice_key" in reply.detail and twilio.count() == 1
    assert accepted(conf.send({**to_own(voice=True, **needed), "voice_key": "secret"}))


@pytest.mark.parametrize("language, spoken", [
    ("de", f"Ihr Code lautet {TWICE}. Noch einmal: {TWICE}."),
    ("fr-CA", f"Votre code est {TWICE}. Je répète : {TWICE}."),
    ("PT-br", f"O seu código é {TWICE}. Repito: {TWICE}.")])
def test_languages(conf, twilio, to_own, language, spoken):
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    assert accepted(conf.send(to_own(voice=True, language=language), call()))
    form = twilio.requests[0].form()
    assert xml.etree.ElementTree.fromstring(form["twiml"]).text == spoken
    assert form["languages"] == f"{language} {language.lower()} {language[:2].lower()}"


def test_own_words_and_letters(conf, twilio, to_own):
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    settings = to_own(voice=True, language="hu", voice_message="A <kód> & \"jel\": {digits}!")
    assert accepted(conf.send(settings, call(code="K7QX2M")))
    say = xml.etree.ElementTree.fromstring(twilio.requests[0].form()["twiml"])
    assert say.text == "A <kód> & \"jel\": K, 7, Q, X, 2, M!" and say.attrib == {"language": "hu"}


# --- delivery status -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("status, body, outcome, delivery, detail", [
    (200, {"s": "delivered"}, ACCEPTED, DELIVERED, ""),
    (200, {"s": "queued"}, ACCEPTED, PENDING, ""),
    (200, {"s": "x", "code": 30003, "why": f"{TO} is off"}, ACCEPTED, PHONE_UNREACHABLE, "30003: *** is off"),
    (200, {"s": "rejected"}, ACCEPTED, REFUSED, ""),
    (200, {"s": "failed", "why": "no"}, ACCEPTED, FAILED, "no"),
    (410, {}, ACCEPTED, FAILED, ""),
    # Nothing holds: not delivered for a status that is not listed, either.
    (404, {"s": "delivered"}, UNRECOGNISED, UNKNOWN, "an answer without an explanation"),
    (401, {}, OPERATOR, UNKNOWN, "an answer without an explanation"),
    (429, {}, PASSING, UNKNOWN, "an answer without an explanation"),
    (200, {"s": "new"}, UNRECOGNISED, UNKNOWN, "an answer without an explanation"),
])
def test_delivery(conf, twilio, to_own, status, body, outcome, delivery, detail):
    twilio.behave("say", status=status, body=json.dumps(body))
    reply = conf.send(to_own(), query())
    assert (reply.outcome, reply.delivery, reply.detail, reply.posted) == (outcome, delivery, detail, 1), reply
    assert reply.message_id == "" and reply.offers == OFFERS_STATUS
    got = twilio.requests[0]
    assert (got.method, got.target, got.body) == ("GET", f"/text/SM123?to=%2B{TO[1:]}", b"")
    assert got.header("Authorization") == "Bearer key-of-the-test"


def test_a_message_id_keeps_its_place(conf, twilio, to_own):
    twilio.behave("say", body='{"s": "queued"}')
    assert conf.send(to_own(), query("../a?b#c%2e&<>")).delivery == PENDING
    assert twilio.requests[0].target == f"/text/..%2Fa%3Fb%23c%252e%26%3C%3E?to=%2B{TO[1:]}"


def test_no_status_query(conf, twilio, to_own):
    reply = conf.send(to_own(rest=VOICE % {"send": ""}, voice=True), query())
    assert (reply.outcome, reply.posted, reply.offers, reply.delivery) == (SKIPPED, 0, OFFERS_VOICE, UNKNOWN)
    assert reply.detail == "this gateway tells no delivery status" and twilio.connections == 0


def test_a_query_that_ends_badly(conf, twilio, to_own):
    twilio.behave("hang_request")
    reply = conf.send(to_own(), query(timeout_ms=1000))
    assert (reply.outcome, reply.delivery) == (AMBIGUOUS, UNKNOWN)
    reply = conf.send(to_own(base_url="https://127.0.0.1:9"), query())
    assert (reply.outcome, reply.delivery) == (UNREACHABLE, UNKNOWN)


# --- answers in XML ------------------------------------------------------------------------------------------

XML = """
voice = {
  send = { url = "https://voice.invalid/call"; };
  answer = { kind = "xml"; accepted = { status = [ 200 ]; where = ( { at = "r.call.id"; matches = "^C"; },
                                                                    { at = "r.error"; absent = true; } ); };
             id = { at = "r.call.id"; }; code = { at = "r.error.code"; }; detail = { at = "r.error.text"; };
             refused = ( { class = "recipient"; where = ( { at = "r.error.code"; equals = "21"; } ); } ); };
};
status = {
  send = { method = "GET"; url = "https://text.invalid/{message_id}"; };
  answer = { kind = "xml"; states = (
    { state = "delivered"; where = ( { at = "r.part[].state"; equals = "DELIVERED"; } ); },
    { state = "failed"; where = ( { at = "r.part[?].state"; equals = "FAILED"; } ); } ); };
};
"""


@pytest.mark.parametrize("body, outcome, message_id, detail", [
    ("<r><call><id>C1</id></call></r>", ACCEPTED, "C1", ""),
    ("<?xml version='1.0'?>\n<r>\n <call>\n  <id> C1 </id>\n </call>\n</r>\n", ACCEPTED, "C1", ""),
    ("<r><error><code>21</code><text>no +447700900123 &lt;</text></error></r>", RECIPIENT, "", "21: no *** <"),
    ("<r><call><id>C1</id></call><error/></r>", UNRECOGNISED, "", "an answer without an explanation"),
    ("<r><call><id>C1</id></call>", UNRECOGNISED, "", "the answer is not XML"),
    ("<!DOCTYPE r><r><call><id>C1</id></call></r>", UNRECOGNISED, "", "the answer is not XML"),
    ("<a>" * 33 + "</a>" * 33, UNRECOGNISED, "", "the answer is not XML"),
    ('{"r": {"call": {"id": "C1"}}}', UNRECOGNISED, "", "the answer is not XML"),
])
def test_xml(conf, twilio, to_own, body, outcome, message_id, detail):
    twilio.behave("say", body=body)
    reply = conf.send(to_own(rest=XML, voice=True), call())
    assert (reply.outcome, reply.message_id, reply.detail) == (outcome, message_id, detail), reply


def test_delivery_in_xml(conf, twilio, to_own):
    for states, outcome, delivery in ((["DELIVERED"] * 2, ACCEPTED, DELIVERED),
                                      (["DELIVERED", "FAILED"], ACCEPTED, FAILED),
                                      (["DELIVERED", "SENT"], UNRECOGNISED, UNKNOWN)):
        twilio.behave("say", body="<r>" + "".join(f"<part><state>{s}</state></part>" for s in states) + "</r>")
        reply = conf.send(to_own(rest=XML), query())
        assert (reply.outcome, reply.delivery) == (outcome, delivery), (states, reply)


# --- variables -----------------------------------------------------------------------------------------------

def test_variables_of_a_moment(conf, twilio, to_own):
    rest = VOICE % {"send": """body = { kind = "form"; fields = (
        { name = "uuid"; value = "{uuid}"; }, { name = "again"; value = "{uuid}"; },
        { name = "date"; value = "{date}"; }, { name = "expire_at"; value = "{expire_at}"; when = "expire_at"; },
        { name = "hex"; value = "{text_hex}"; when = "unicode"; },
        { name = "plain"; value = "{text}"; unless = "unicode"; } ); };"""}
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    now = datetime.datetime.now(datetime.timezone.utc)
    assert accepted(conf.send(to_own(rest=rest, voice=True), call(validity_s=300)))
    assert accepted(conf.send(to_own(rest=rest, voice=True), call(text="aß€😀✓", validity_s=0)))
    first, second = (got.form() for got in twilio.requests)
    assert uuid.UUID(first["uuid"]).version == 4 and str(uuid.UUID(first["uuid"])) == first["uuid"] == first["again"]
    assert uuid.UUID(first["uuid"]).variant == uuid.RFC_4122 and first["uuid"] != second["uuid"]
    at = email.utils.parsedate_to_datetime(first["date"])
    assert first["date"] == email.utils.format_datetime(at, usegmt=True) and abs((at - now).total_seconds()) < 5
    until = datetime.datetime.strptime(first["expire_at"], "%Y-%m-%dT%H:%M:%SZ")
    assert abs((until.replace(tzinfo=datetime.timezone.utc) - now).total_seconds() - 300) < 5
    assert first["plain"] == TEXT and "hex" not in first
    assert "expire_at" not in second and "plain" not in second
    assert second["hex"] == "aß€😀✓".encode("utf-16-be").hex().upper()


def test_the_longest_text_in_hexadecimal(conf, twilio, to_own):
    rest = VOICE % {"send": 'body = { kind = "text"; text = "{text_hex}"; };'}
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    for text in "x" * 1600, "€" * 533, "😀" * 400:
        assert accepted(conf.send(to_own(rest=rest, voice=True), call(text=text)))
        assert bytes.fromhex(twilio.requests[-1].body.decode()).decode("utf-16-be") == text


def test_bounds_and_escapes_hold_everywhere(conf, twilio, to_own):
    rest = VOICE % {"send": """
        headers = ( { name = "X-Ttl"; value = "{validity_s}"; min = 400; max = 500; },
                    { name = "X-Say"; value = "<{digits}&{language}>"; escape = "xml"; },
                    { name = "X-Plain"; value = "1"; unless = "language"; } );
        parameters = ( { name = "ttl"; value = "{validity_s}"; min = 20; max = 200; },
                       { name = "say"; value = "<{text}>"; escape = "xml"; } );"""}
    twilio.behave("say", status=201, body='{"call": "CA1"}')
    assert accepted(conf.send(to_own(rest=rest, voice=True), call(text="a<b")))
    got = twilio.requests[0]
    assert got.target == "/call?ttl=200&say=%3Ca%26lt%3Bb%3E"
    assert (got.header("X-Ttl"), got.header("X-Say"), got.header("X-Plain")) == ("400", f"<{TWICE}&en-GB>", None)
