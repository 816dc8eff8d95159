# SPDX-License-Identifier: BSD-2-Clause
"""What smsotp-send sends, and what it makes of right answers and plain refusals."""
# pylint: disable=redefined-outer-name,unused-import
import json
import re
from pathlib import Path

import pytest

from gateway_harness import Listener
from send_harness import (
    ACCEPTED, RECIPIENT, OPERATOR, PASSING, UNRECOGNISED, UNROUTABLE, TO, CODE, TEXT, TWILIO, VONAGE, accepted,
    own_api, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401

SID = "0123456789abcdef" * 2


def test_twilio(conf, twilio, to_twilio):
    reply = conf.send(to_twilio)
    assert accepted(reply) and reply.http_status == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", reply.message_id)
    assert twilio.count() == 1 and twilio.connections == 1 and twilio.broken == 0
    got = twilio.requests[0]
    assert (got.method, got.target) == ("POST", f"/2010-04-01/Accounts/{TWILIO['account_sid']}/Messages.json")
    assert got.form() == {"To": TO, "From": "+15005550006", "Body": TEXT, "ValidityPeriod": "300"}
    assert got.basic() == (TWILIO["account_sid"], TWILIO["auth_token"])
    names = sorted(name.lower() for name, _ in got.headers)
    assert names == ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]
    assert got.header("User-Agent") == "pam_smsotp"


def test_twilio_messaging_service(conf, twilio, to_twilio):
    del to_twilio["from"]
    to_twilio["messaging_service_sid"] = "MG" + "0" * 32
    assert accepted(conf.send(to_twilio, request(validity_s=0)))
    assert twilio.requests[0].form() == {"To": TO, "MessagingServiceSid": "MG" + "0" * 32, "Body": TEXT}


@pytest.mark.parametrize("setting, value, parameter", [
    ("content_retention", "discard", "ContentRetention"),
    ("address_retention", "obfuscate", "AddressRetention"),
    ("address_retention", "retain", "AddressRetention")])
def test_twilio_keeps_less(conf, twilio, to_twilio, setting, value, parameter):
    """Only where it is told to: test_twilio has all that is sent without."""
    to_twilio[setting] = value
    assert accepted(conf.send(to_twilio))
    form = twilio.requests[0].form()
    assert form.pop(parameter) == value
    assert not [name for name in form if name.endswith("Retention")]


@pytest.mark.parametrize("error_code, is_one", [("null", True), ("30007", False), ('"30007"', False), ("0", False)])
def test_twilio_accepts_without_an_error(conf, twilio, to_twilio, error_code, is_one):
    """A text can be made and have failed at once."""
    body = f'{{"sid": "SM{SID}", "status": "queued", "error_code": {error_code}}}'
    twilio.behave("say", status=201, body=body)
    reply = conf.send(to_twilio)
    assert (reply.outcome == ACCEPTED) == is_one and reply.message_id == ("SM" + SID if is_one else ""), reply


@pytest.mark.parametrize("sid, status, is_one", [
    *[("SM" + SID, status, True) for status in ("accepted", "queued", "sending", "sent", "delivered")],
    ("MM" + SID, "queued", True), ("CA" + SID, "queued", False), ("SM" + SID + "0", "queued", False),
    *[("SM" + SID, status, False) for status in ("failed", "undelivered", "canceled", "")]])
def test_twilio_accepts_what_goes_on_its_way(conf, twilio, to_twilio, sid, status, is_one):
    twilio.behave("say", status=201, body=json.dumps({"sid": sid, "status": status, "error_code": None}))
    reply = conf.send(to_twilio)
    assert (reply.outcome == ACCEPTED) == is_one and reply.message_id == (sid if is_one else ""), reply


def test_vonage(conf, vonage, to_vonage):
    reply = conf.send(to_vonage)
    assert accepted(reply) and re.fullmatch(r"[0-9A-F]{16}", reply.message_id)
    assert vonage.count() == 1
    got = vonage.requests[0]
    assert (got.method, got.target) == ("POST", "/sms/json")
    assert got.form() == {"from": "Example", "to": TO[1:], "text": TEXT, "ttl": "300000", "client-ref": "K7"}
    assert got.basic() == (VONAGE["api_key"], VONAGE["api_secret"])
    names = sorted(name.lower() for name, _ in got.headers)
    assert names == ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]


@pytest.mark.parametrize("validity_s, told", [(0, None), (1, "1"), (999999, "36000")])
def test_twilio_lifetime_stays_in_bounds(conf, twilio, to_twilio, validity_s, told):
    assert accepted(conf.send(to_twilio, request(validity_s=validity_s)))
    assert twilio.requests[0].form().get("ValidityPeriod") == told


@pytest.mark.parametrize("validity_s, told", [(0, None), (3, "20000"), (999999, "604800000")])
def test_vonage_lifetime_stays_in_bounds(conf, vonage, to_vonage, validity_s, told):
    assert accepted(conf.send(to_vonage, request(validity_s=validity_s, ref="")))
    form = vonage.requests[0].form()
    assert form.get("ttl") == told and "client-ref" not in form


def test_vonage_registration(conf, vonage, to_vonage):
    assert accepted(conf.send({**to_vonage, "entity_id": "11", "content_id": "12"}))
    assert vonage.requests[0].form() == {"from": "Example", "to": TO[1:], "text": TEXT, "ttl": "300000",
                                         "client-ref": "K7", "entity-id": "11", "content-id": "12"}


@pytest.mark.parametrize("settings, host", [(TWILIO, "api.twilio.com:443"), (VONAGE, "rest.nexmo.com:443")])
def test_host(conf, settings, host):
    """Where the description sends to, as a proxy is told. The proxy's refusal keeps it on this machine."""
    proxy = Listener()
    reply = conf.send({**settings, "proxy": f"http://127.0.0.1:{proxy.port}"})
    assert proxy.end() == f"CONNECT {host} HTTP/1.1\r\n"
    assert reply.outcome != ACCEPTED and reply.posted == 0, reply


@pytest.mark.parametrize("text, unicode", [
    ("£ € Ω {[~^]} \\ |", False), ("`", True), ("код", True), ("491827 ✓", True), ("🔑", True)])
def test_vonage_alphabet(conf, vonage, to_vonage, text, unicode):
    assert accepted(conf.send(to_vonage, request(text)))
    form = vonage.requests[0].form()
    assert form["text"] == text
    assert form.get("type") == ("unicode" if unicode else None)


@pytest.mark.parametrize("text", [
    "a&Body=b&To=%2B1", "1 + 1 = 2 %41 %", "line\nline\r\n\r\nGET / HTTP/1.1", "\"'<>#?;\\{}{to}{auth_token}",
    "ünïcödé ✓ 🔑", "x" * 1600])
def test_text_arrives_as_it_is(conf, twilio, to_twilio, text):
    reply = conf.send(to_twilio, request(text))
    form = twilio.requests[0].form()
    assert accepted(reply) and form["Body"] == text and form["To"] == TO and len(form) == 4


def test_settings_are_escaped(conf, twilio, to_twilio):
    """A setting in the URL's path cannot leave its place, nor can one in a field."""
    to_twilio.update({"account_sid": "../../x?y=z#/%2e", "from": "A&To=+1"})
    reply = conf.send(to_twilio)
    assert reply.outcome == OPERATOR and twilio.count() == 1, reply
    assert twilio.requests[0].target == "/2010-04-01/Accounts/..%2F..%2Fx%3Fy%3Dz%23%2F%252e/Messages.json" or \
        reply.http_status == 401
    assert twilio.requests[0].form()["From"] == "A&To=+1"


def example(first):
    """Of smsotp-gateway(5), from this line on."""
    page = (Path(__file__).parents[2] / "docs/smsotp-gateway.5").read_text(encoding="utf-8")
    text = first + page.partition("\n" + first)[2].partition("\n.Ed")[0] + "\n"
    # Written without escapes of mdoc's.
    assert "\\" not in text and text.count("\n") > 1, text
    return text


def test_example_of_an_api(conf, twilio, authority):
    """As it stands in the manual page, but for where it goes to."""
    api = conf.path / "relay-api.conf"
    api.write_text(example('description = "SMS relay";'))
    api.chmod(0o644)
    text = example('api = "/etc/smsotp/relay-api.conf";').replace("/etc/smsotp/relay-api.conf", str(api))
    text = text.replace("/etc/smsotp/relay-ca.pem", authority.ca_file)
    conf.write(text + f'base_url = "{twilio.url}";\n')
    twilio.behave("say", body="OK 4711")
    reply = conf.send()
    assert accepted(reply) and reply.message_id == "4711"
    got, = twilio.requests
    assert (got.method, got.target, got.header("X-Key")) == ("POST", "/send", "...")
    assert got.form() == {"to": TO, "text": TEXT}
    twilio.behave("say", body="ERROR bad number")
    reply = conf.send()
    assert (reply.outcome, reply.detail) == (RECIPIENT, "bad number"), reply


def test_base_url_keeps_its_path(conf, twilio, to_twilio):
    to_twilio["base_url"] = twilio.url + "/prefix/"
    assert conf.send(to_twilio).outcome == UNRECOGNISED
    assert twilio.requests[0].target.startswith("/prefix/2010-04-01/Accounts/AC")


def test_json_body_and_bearer(conf, twilio, authority):
    settings = own_api(conf, authority, twilio, """
        auth = { kind = "bearer"; token = "{key}"; };
        headers = ( { name = "X-Ref"; value = "<{ref}>"; }, { name = "X-Not"; value = "1"; when = "unicode"; } );
        parameters = ( { name = "a b"; value = "{region}&"; } );
        body = { kind = "json"; fields = (
            { name = "messages[0].to"; value = "{to}"; type = "integer"; },
            { name = "messages[0].text"; value = "{text}"; },
            { name = "messages[1]"; value = "{code}"; },
            { name = "ttl"; value = "{validity_min}"; type = "integer"; },
            { name = "flash"; value = "false"; type = "boolean"; } ); };""", number="digits")
    text = 'quote " back \\ } {key} \n €'
    reply = conf.send(settings, request(text, validity_s=61))
    got = twilio.requests[0]
    assert accepted(reply) and reply.message_id == "9007199254740993"
    assert json.loads(got.body) == {"messages": [{"to": 447700900123, "text": text}, CODE], "ttl": 2, "flash": False}
    assert got.target == "/v1/K7?a%20b=eu%26"
    assert got.header("Authorization") == "Bearer key-of-the-test" and got.header("X-Ref") == "<K7>"
    assert got.header("X-Not") is None and got.header("Content-Type") == "application/json"


def test_text_body_header_auth_and_national_number(conf, twilio, authority):
    settings = own_api(conf, authority, twilio, """method = "PUT";
        auth = { kind = "header"; name = "X-Key"; value = "App {key}"; };
        body = { kind = "text"; content_type = "text/x-sms"; text = "{to} {text}"; };""", number="national")
    assert accepted(conf.send(settings))
    got = twilio.requests[0]
    assert (got.method, got.body.decode()) == ("PUT", f"7700900123 {TEXT}")
    assert got.header("X-Key") == "App key-of-the-test" and got.header("Content-Type") == "text/x-sms"


def test_get_has_its_values_in_the_url(conf, twilio, authority):
    settings = own_api(conf, authority, twilio,
                       'method = "GET"; parameters = ( { name = "t"; value = "{text}"; } );')
    assert accepted(conf.send(settings, request("a b&c")))
    got = twilio.requests[0]
    assert (got.method, got.target, got.body) == ("GET", "/v1/K7?t=a%20b%26c", b"")


def test_no_header_from_the_text(conf, twilio, authority):
    settings = own_api(conf, authority, twilio, 'headers = ( { name = "X-Text"; value = "{text}"; } );')
    reply = conf.send(settings, request("a\r\nX-Evil: 1"))
    assert reply.outcome == OPERATOR and reply.posted == 0 and twilio.connections == 0, reply
    assert "control character" in reply.detail


@pytest.mark.parametrize("to, outcome, code", [
    ("+15005550001", RECIPIENT, 21211), ("+15005550002", UNROUTABLE, 21612), ("+15005550004", RECIPIENT, 21610),
    ("+15005550009", RECIPIENT, 21614), ("+15005550003", UNROUTABLE, 21408)])
def test_twilio_refuses_the_number(conf, twilio, to_twilio, to, outcome, code):
    reply = conf.send(to_twilio, request(to=to))
    assert (reply.outcome, reply.http_status, reply.posted) == (outcome, 400, 1), reply
    assert reply.detail.startswith(f"{code}: ") and to[1:] not in reply.detail and not reply.message_id


@pytest.mark.parametrize("code, outcome", [
    (21211, RECIPIENT), (21610, RECIPIENT), (21614, RECIPIENT), (21635, RECIPIENT), (21612, UNROUTABLE),
    (21408, UNROUTABLE), (20003, OPERATOR), (20005, OPERATOR), (10001, OPERATOR), (21606, OPERATOR), (21212, OPERATOR),
    (21608, OPERATOR), (20429, PASSING), (21611, PASSING), (21999, UNRECOGNISED)])
def test_twilio_refusals(conf, twilio, to_twilio, code, outcome):
    """By its own code, whatever the HTTP status is."""
    twilio.behave("say", status=400, body=json.dumps({"code": code, "message": "In words", "status": 400}))
    reply = conf.send(to_twilio)
    assert (reply.outcome, reply.detail, reply.message_id) == (outcome, f"{code}: In words", ""), reply


@pytest.mark.parametrize("change, outcome, status", [
    ({"auth_token": "wrong-token"}, OPERATOR, 401), ({"from": "+15005550001"}, OPERATOR, 400),
    ({"from": "+15005550008"}, PASSING, 400)])
def test_twilio_refuses_the_account(conf, to_twilio, change, outcome, status):
    reply = conf.send({**to_twilio, **change})
    assert (reply.outcome, reply.http_status) == (outcome, status), reply
    assert "wrong-token" not in reply.detail


@pytest.mark.parametrize("status, outcome", [
    *[(status, PASSING) for status in ("1", "5", "10")], ("6", UNROUTABLE), ("7", RECIPIENT), ("33", RECIPIENT),
    *[(status, OPERATOR) for status in ("2", "3", "4", "8", "9", "11", "12", "14", "15", "22", "23", "29", "32")],
    ("77", UNRECOGNISED)])
def test_vonage_refuses_with_200(conf, vonage, to_vonage, status, outcome):
    vonage.behave("say", body=json.dumps({"messages": [{"status": status, "error-text": "No 447700900123"}]}))
    reply = conf.send(to_vonage)
    assert (reply.outcome, reply.http_status, vonage.count()) == (outcome, 200, 1), reply
    assert reply.detail == f"{status}: No ***"


def test_vonage_wrong_secret(conf, to_vonage):
    reply = conf.send({**to_vonage, "api_secret": "not-the-secret"})
    assert reply.outcome == OPERATOR and reply.detail == "4: Bad Credentials", reply


PART = {"status": "0", "message-id": "A1"}


@pytest.mark.parametrize("document", [
    {"messages": []}, {}, [], {"messages": None}, {"messages": {"status": "0", "message-id": "A"}},
    {"messages": [PART, {**PART, "status": "1"}]}, {"messages": [{"status": "0"}]},
    {"messages": [{**PART, "status": 0}]}, {"messages": [{**PART, "status": "00"}]},
    {"messages": [{**PART, "status": None}]}, {"messages": [{**PART, "status": 0.0}]},
    {"messages": [PART, {}]}, {"messages": [PART, None]}, {"messages": [{**PART, "message-id": ""}]}])
def test_vonage_accepts_only_whole_texts(conf, vonage, to_vonage, document):
    vonage.behave("say", body=json.dumps(document))
    assert conf.send(to_vonage).outcome in (PASSING, UNRECOGNISED)


def test_vonage_refuses_a_part(conf, vonage, to_vonage):
    """The first part's status is no code: the log has none, but the words of the one that was refused."""
    vonage.behave("say", body=json.dumps({"messages": [PART, {"status": "9", "error-text": "Quota"}]}))
    reply = conf.send(to_vonage)
    assert (reply.outcome, reply.detail) == (OPERATOR, "Quota"), reply


def test_vonage_parts(conf, vonage, to_vonage):
    vonage.behave("say", body=json.dumps({"messages": [PART, {**PART, "message-id": "A2"}]}))
    reply = conf.send(to_vonage)
    assert accepted(reply) and reply.message_id == "A1"
