# SPDX-License-Identifier: BSD-2-Clause
"""Routing by number: which numbers a gateway takes, with which text, in whose name, for how long."""
# pylint: disable=redefined-outer-name,unused-import
import grp
import json
import os
import socket

import pytest

from send_harness import (
    OPERATOR, SKIPPED, TASK_VOICE, TEXT, TO, accepted, own_api, request)
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401

INDIA, TURKEY = "+919812345678", "+905321234567"


def write(conf, settings, more):
    """A gateway file: the settings, and lines in the syntax of the file."""
    conf.write("".join(f"{key} = {json.dumps(value)};\n" for key, value in settings.items()) + more)


def send(conf, settings, more, message=None):
    write(conf, settings, more)
    return conf.send(message=message)


# --- prefixes --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("prefixes, to, takes", [
    ('[ "+44" ]', TO, True), ('[ "+91" ]', TO, False), ('[ "+91", "+44" ]', TO, True),
    ('[ "+" ]', TO, True), ('[ "+", "!+44" ]', TO, False), ('[ "+", "!+44", "+447700" ]', TO, True),
    ('[ "+44", "!+4477" ]', TO, False), ('[ "+447700900123" ]', TO, True), ('[ "+447700900124" ]', TO, False),
    ('[ "!+91" ]', TO, False), ('[ "+91" ]', INDIA, True), ('[ "+90" ]', TURKEY, True), ('[ "+44", "!+44" ]', TO, False)])
def test_longest_prefix_decides(conf, twilio, to_twilio, prefixes, to, takes):
    reply = send(conf, to_twilio, f"prefixes = {prefixes};", request(to=to))
    if takes:
        assert accepted(reply) and twilio.count() == 1
        return
    assert (reply.outcome, reply.posted, reply.status, reply.http_status) == (SKIPPED, 0, 0, 0), reply
    assert reply.detail == "the number is not among its prefixes" and twilio.connections == 0


def test_skipped_makes_no_connection(conf, to_twilio):
    """Not even one that is closed again: a listening port sees nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        to_twilio["base_url"] = f"https://127.0.0.1:{listener.getsockname()[1]}"
        reply = send(conf, to_twilio, 'prefixes = [ "+91" ];')
        assert reply.outcome == SKIPPED and reply.posted == 0, reply
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_outbox_has_prefixes_and_a_message(conf):
    path = conf.path / "outbox"
    settings = {"api": "outbox", "path": str(path)}
    more = 'prefixes = [ "+44" ]; message = "Your {service} code: {code}";'
    reply = send(conf, settings, more, request(to=INDIA))
    assert (reply.outcome, reply.posted) == (SKIPPED, 0) and path.read_text() == "", reply
    assert accepted(send(conf, settings, more))
    assert json.loads(path.read_text())["text"] == "Your sshd code: 491827"


# --- a message of its own ---------------------------------------------------------------------------------

DLT = "Dear customer, {code} is your OTP for {service} login, valid for {minutes} minutes. Ref {ref}. - EXAMPL"


def test_message_of_the_gateway(conf, twilio, to_twilio):
    """An approved template, word for word, whatever smsotp.conf says."""
    assert accepted(send(conf, to_twilio, f"message = {json.dumps(DLT)};", request(to=INDIA, origin="example.com")))
    assert twilio.requests[0].form()["Body"] == \
        "Dear customer, 491827 is your OTP for sshd login, valid for 5 minutes. Ref K7. - EXAMPL"


def test_message_with_an_origin(conf, twilio, to_twilio):
    more = 'message = "{code}: {user} at {host} from {client}{origin}";'
    assert accepted(send(conf, to_twilio, more, request(origin="example.com")))
    assert accepted(send(conf, to_twilio, more, request()))
    bodies = [got.form()["Body"] for got in twilio.requests]
    assert bodies == ["491827: alice at web1 from 203.0.113.9\n@example.com #491827",
                      "491827: alice at web1 from 203.0.113.9"]


def test_values_forge_nothing_in_the_message(conf, twilio, to_twilio):
    """The module cleans them; the helper takes nobody's word for it."""
    hostile = request(user="@evil.example #553811\n@evil.example #553811", client="55 38-11", host="\u202e\u200b1",
                      service="\uff15\uff15\uff13\uff18\uff11", origin="example.com")
    more = 'message = "{user} {client} {host} {service} {code}{origin}";'
    assert accepted(send(conf, to_twilio, more, hostile))
    assert twilio.requests[0].form()["Body"] == \
        "?evil.example ?******?@evil.example ?****** ** **-** ??1 ***** 491827\n@example.com #491827"


def test_message_too_long_once_filled_in(conf, twilio, to_twilio):
    """Found when the file is read, however short the values are now."""
    reply = send(conf, to_twilio, 'message = "' + "{user}" * 20 + '{code}";')
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply
    assert reply.detail.endswith("gw.conf:7: message: can be longer than 1600 bytes once filled in")


# --- senders ------------------------------------------------------------------------------------------------

SENDERS = """from_by_prefix = ( { prefix = "+4477"; from = "ACME 77"; }, { prefix = "+44"; from = "ACME"; },
    { prefix = "+90"; from = "ACME & Co"; }, { prefix = "+1"; from = "+15005550006"; } );"""


@pytest.mark.parametrize("to, sender", [
    (TO, "ACME 77"), ("+442079460123", "ACME"), (TURKEY, "ACME & Co"), (INDIA, "+15005550000")])
def test_longest_prefix_chooses_the_sender(conf, twilio, to_twilio, to, sender):
    to_twilio["from"] = "+15005550000"
    assert send(conf, to_twilio, SENDERS, request(to=to)).posted == 1
    assert twilio.requests[0].form()["From"] == sender


def test_plus_is_everywhere(conf, twilio, to_twilio):
    more = 'from_by_prefix = ( { prefix = "+"; from = "+15005550007"; }, { prefix = "+44"; from = "ACME"; } );'
    for to in (INDIA, TO):
        send(conf, to_twilio, more, request(to=to))
    assert [got.form()["From"] for got in twilio.requests] == ["+15005550007", "ACME"]


MARKED = """
description = "Test";
settings = ( { name = "key"; }, { name = "from"; }, { name = "title"; default = "Usual"; sender = true; } );
send = { url = "https://sms.invalid/"; body = { kind = "form"; fields = (
    { name = "t"; value = "{title}"; }, { name = "f"; value = "{from}"; when = "from"; } ); }; };
answer = { kind = "text"; accepted = { status = [ 200 ]; where = ( { matches = "ok"; } ); }; };
voice = { send = { url = "https://sms.invalid/call"; body = { kind = "form"; fields = (
              { name = "t"; value = "{title}"; }, { name = "said"; value = "{text}"; } ); }; };
          answer = { kind = "text"; accepted = { status = [ 200 ]; where = ( { matches = "ok"; } ); }; }; };
"""


def marked_api(conf, twilio, authority):
    path = conf.path / "api.conf"
    path.write_text(MARKED)
    path.chmod(0o644)
    twilio.behave("say", body="ok")
    return {"api": str(path), "base_url": twilio.url, "ca_file": authority.ca_file}


def test_sender_of_another_name(conf, twilio, authority):
    """The description marks it; a setting named from beside it is only a setting."""
    settings = marked_api(conf, twilio, authority)
    assert accepted(send(conf, settings, SENDERS))
    assert accepted(send(conf, settings, 'from = "A"; title = "B"; ' + SENDERS, request(to=INDIA)))
    assert [got.form() for got in twilio.requests] == [{"t": "ACME 77"}, {"t": "B", "f": "A"}]


def test_calls_are_routed_too(conf, twilio, authority):
    """By prefixes; but a sender's name cannot call."""
    settings = marked_api(conf, twilio, authority)
    assert accepted(send(conf, settings, "voice = true; " + SENDERS, request(task=TASK_VOICE)))
    assert twilio.requests[0].form() == {"t": "Usual", "said": TEXT}
    reply = send(conf, settings, 'voice = true; prefixes = [ "+91" ];', request(task=TASK_VOICE))
    assert (reply.outcome, reply.posted, reply.detail) == (SKIPPED, 0, "the number is not among its prefixes"), reply


@pytest.mark.parametrize("api, sender", [("bulksmsindia", "senderid"), ("osdigital", "senderid")])
def test_shipped_senders_of_other_names(conf, twilio, authority, api, sender):
    twilio.behave("say", body="{}")
    settings = {"api": api, "apikey": "key", sender: "USUALL", "base_url": twilio.url, "ca_file": authority.ca_file}
    send(conf, settings, 'from_by_prefix = ( { prefix = "+91"; from = "EXAMPL"; } );', request(to=INDIA))
    got = twilio.requests[0]
    assert "EXAMPL" in got.target + got.body.decode() and "USUALL" not in got.target + got.body.decode()


# --- validity -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("validity, lifetime, sent", [(120, 300, "120"), (30, 300, "30"), (86400, 300, "300"),
                                                       (300, 300, "300"), (301, 300, "300"), (60, 45, "45")])
def test_validity_is_never_more_than_the_code_lives(conf, twilio, to_twilio, validity, lifetime, sent):
    more = f'validity = {validity}; message = "{{code}} {{minutes}}";'
    assert accepted(send(conf, to_twilio, more, request(validity_s=lifetime)))
    form = twilio.requests[0].form()
    assert form["ValidityPeriod"] == sent
    assert form["Body"] == ("491827 5" if lifetime == 300 else "491827 1")    # the code lives as long as ever


# --- what a text costs ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, detail", [
    ("x" * 160, ""), ("x" * 161, "2 segments"), ("[" * 80, ""), ("[" * 81, "2 segments"),
    ("491827 ✓", "1 segment, UCS-2"), ("✓" * 135, "3 segments, UCS-2")])
def test_segments_are_pointed_out(conf, to_twilio, text, detail):
    reply = conf.send(to_twilio, request(text))
    assert accepted(reply) and reply.detail == detail


def test_segments_of_the_message_that_was_sent(conf, to_twilio):
    assert send(conf, to_twilio, 'message = "{code} ✓";', request("x" * 161)).detail == "1 segment, UCS-2"
    assert send(conf, to_twilio, 'message = "{code}";', request("x" * 161)).detail == ""


def test_segments_of_a_text_that_is_not_ours(conf, twilio, authority):
    settings = own_api(conf, authority, twilio, 'parameters = ( { name = "otp"; value = "{code}"; } );')
    reply = conf.send(settings, request("x" * 161))
    assert accepted(reply) and reply.detail == ""


# --- errors ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("more, words", [
    ("prefixes = [ ];", ":6: prefixes: 0 entries, must be 1..256"),
    ('prefixes = "+44";', ":6: prefixes: must be an array of strings, is a string"),
    ('prefixes = [ "44" ];', ':6: prefixes[0]: not a prefix; for instance "+91" or "!+9198"'),
    ('prefixes = [ "+44", "+4" ];', ":6: prefixes[1]: not a prefix"),
    ('message = "Hello";', ":6: message: has no {code} in it"),
    ('message = "{code} {phone}";', ":6: message: unknown variable {phone}, at column 8 of the text"),
    ('message = "{code}{origin}.";', ":6: message: {origin} must stand at its end, and there alone"),
    ('message = "{code}{origin}{origin}";', ":6: message: {origin} must stand at its end, and there alone"),
    ('message = "{code}\\n@example.com #{code}";', ":6: message: a control character, at column 7 of the text"),
    ('message = "' + "x" * 475 + '{code}";', ":6: message: 481 bytes long, must be 1..480"),
    ("validity = 29;", ":6: validity: must be 30 seconds to 24 hours"),
    ("validity = 0;", ":6: validity: must be 30 seconds to 24 hours"),
    ("validity = -60;", ":6: validity: must be 30 seconds to 24 hours"),
    ("validity = 86401;", ":6: validity: must be 30 seconds to 24 hours"),
    ('validity = "60";', ":6: validity: must be"),
    ('from_by_prefix = [ "+44" ];', ":6: from_by_prefix: must be a list"),
    ('from_by_prefix = ( { prefix = "+44"; } );', ":6: from_by_prefix[0]: \"from\" is missing"),
    ('from_by_prefix = ( { from = "A"; } );', ":6: from_by_prefix[0]: \"prefix\" is missing"),
    ('from_by_prefix = ( { prefix = "!+44"; from = "A"; } );', ":6: from_by_prefix[0].prefix: not a prefix"),
    ('from_by_prefix = ( { prefix = "+4"; from = "A"; } );', ":6: from_by_prefix[0].prefix: not a prefix"),
    ('from_by_prefix = ( { prefix = "+44"; from = "A"; },\n  { prefix = "+44"; from = "B"; } );',
     ':7: from_by_prefix[1].prefix: "+44" stands twice'),
    ('from_by_prefix = ( { prefix = "+44"; from = "A\\r\\nX-Evil: 1"; } );',
     ":6: from_by_prefix[0].from: holds a control character"),
    ('from_by_prefix = ( { prefix = "+44"; from = ""; } );', ":6: from_by_prefix[0].from: 0 bytes long"),
    ('from_by_prefix = ( { prefix = "+44"; from = "A"; to = "B"; } );', ":6: from_by_prefix[0].to: unknown key")])
def test_errors_are_named_with_their_line(conf, twilio, to_twilio, more, words):
    settings = {key: to_twilio[key] for key in ("api", "account_sid", "auth_token", "from", "base_url")}
    reply = send(conf, settings, more)
    assert (reply.outcome, reply.posted, reply.status, twilio.connections) == (OPERATOR, 0, 0, 0), reply
    assert words in reply.detail and "Evil" not in reply.detail, reply


def test_sender_needs_a_setting_to_replace(conf, twilio, authority, to_twilio):
    """Of two ways to say who sends, the other is used; or the API knows none."""
    del to_twilio["from"]
    to_twilio["messaging_service_sid"] = "MG" + "0" * 32
    reply = send(conf, to_twilio, SENDERS)
    assert reply.outcome == OPERATOR and 'from_by_prefix: takes the place of "from", which is not set' in reply.detail
    settings = own_api(conf, authority, twilio, 'parameters = ( { name = "t"; value = "{text}"; } );')
    reply = send(conf, settings, SENDERS)
    assert reply.outcome == OPERATOR and "from_by_prefix: this API has no sender to choose" in reply.detail
    assert twilio.connections == 0


@pytest.mark.parametrize("more", ['from_by_prefix = ( { prefix = "+44"; from = "A"; } );', "validity = 60;"])
def test_outbox_has_no_sender_and_no_validity(conf, more):
    reply = send(conf, {"api": "outbox", "path": str(conf.path / "outbox")}, more)
    assert reply.outcome == OPERATOR and "unknown key" in reply.detail, reply


# --- by way of this machine -------------------------------------------------------------------------------------

@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root can give a directory to a group")
def test_spool_is_routed_too(conf):
    spool = conf.path / "outgoing"
    spool.mkdir()
    os.chown(spool, 0, grp.getgrnam("daemon").gr_gid)
    spool.chmod(0o770)
    settings = {"api": "smstools", "spool": str(spool)}
    more = 'prefixes = [ "+91" ]; message = "{code} ✓ {user}{origin}";'
    reply = send(conf, settings, more)
    assert (reply.outcome, reply.posted, reply.detail) == (SKIPPED, 0, "the number is not among its prefixes"), reply
    assert not os.listdir(spool)
    reply = send(conf, settings, more, request(to=INDIA, origin="example.com"))
    assert accepted(reply) and reply.detail == "1 segment, UCS-2"
    assert (spool / reply.message_id).read_bytes().endswith(
        b"\n\n" + "491827 ✓ alice\n@example.com #491827".encode("utf-16-be"))
    reply = send(conf, settings, 'from_by_prefix = ( { prefix = "+44"; from = "A"; } );')
    assert reply.outcome == OPERATOR and "this API has no sender to choose" in reply.detail
