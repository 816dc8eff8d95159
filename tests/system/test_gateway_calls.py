# SPDX-License-Identifier: BSD-2-Clause
"""Calls through every shipped description that can call: the exact request, and what becomes of each answer."""
# pylint: disable=redefined-outer-name,unused-import
import json
import os
import re
import xml.etree.ElementTree

import pytest

import gateway_apis_more
from gateway_apis import SETTINGS
from gateway_calls import (
    CALL_ALSO_ACCEPTED, CALL_CREDENTIAL, CALL_INVALID_NUMBER, CALL_NEEDS, CALL_NO_ACCEPTANCES, CALL_REFUSALS,
    CALL_VARIANTS, CALLS, SPOKEN, VOICE_MESSAGE)
from gateway_harness import SENDER, Listener, expect_request
from gateway_harness import doubles  # noqa: F401
from gateway_states import QUERIES
from send_harness import (
    ACCEPTED, CODE, OFFERS_STATUS, OFFERS_VOICE, OPERATOR, PASSING, SKIPPED, TASK_TEXT, TASK_VOICE, UNRECOGNISED,
    accepted, request)
from send_harness import authority, conf  # noqa: F401

every_call = pytest.mark.parametrize("api", sorted(CALLS))
every_api = pytest.mark.parametrize("api", sorted(SETTINGS))


@pytest.fixture
def calling(conf, doubles):
    """Makes a call through an API's double; None as a setting takes it away."""
    def of(api, settings=None, **options):
        gateway = doubles(api) if isinstance(api, str) else api
        call = CALLS[gateway.name]
        settings = {"voice": True, "voice_message": VOICE_MESSAGE, **call.settings, **(settings or {})}
        for name in [name for name, value in settings.items() if value is None]:
            del settings[name]
        options.setdefault("to", call.to)
        return gateway, gateway.send(conf, settings, task=TASK_VOICE, **options)
    return of


def expect_call(gateway, spoken=SPOKEN, language="en-GB", **changes):
    call = CALLS[gateway.name]
    target, headers, body = call.request(spoken, language)
    if changes:
        body = {name: value for name, value in {**body, **changes}.items() if value is not None}
    expect_request(gateway, target, headers, body, call.method)


@every_call
def test_request(calling, api):
    gateway, reply = calling(api)
    assert accepted(reply) and reply.http_status == CALLS[api].accepted[0] and reply.message_id, reply
    assert not reply.detail and not reply.delivery, reply
    expect_call(gateway)


@every_call
def test_id(calling, doubles, api):
    """From the answer that the documentation shows."""
    gateway = doubles(api)
    status, document, call_id = CALLS[api].accepted
    gateway.say(status, document)
    _, reply = calling(gateway)
    assert accepted(reply) and (reply.http_status, reply.message_id) == (status, call_id), reply


@pytest.mark.parametrize("api, status, changes", CALL_ALSO_ACCEPTED)
def test_other_acceptances(calling, doubles, api, status, changes):
    gateway = doubles(api)
    _, document, call_id = CALLS[api].accepted
    gateway.say(status, {**document, **changes})
    _, reply = calling(gateway)
    assert accepted(reply) and (reply.http_status, reply.message_id) == (status, call_id), reply


@pytest.mark.parametrize("api, settings, without, changes", CALL_VARIANTS)
def test_optional_settings(calling, api, settings, without, changes):
    gateway, reply = calling(api, {**settings, **{name: None for name in without}})
    assert accepted(reply)
    expect_call(gateway, **changes)


@pytest.mark.parametrize("api, changes", [("messagebird", {"reference": None}), ("clicksend", {"messages": [
    {"source": "pam_smsotp", "to": "+447700900123", "body": SPOKEN, "lang": "en-gb", "voice": "female",
     "machine_detection": 0}]})])
def test_no_reference(calling, api, changes):
    gateway, reply = calling(api, ref="")
    assert accepted(reply)
    expect_call(gateway, **changes)


@every_call
@pytest.mark.parametrize("language", ["fr-FR", "de-AT"])
def test_language(calling, api, language):
    gateway, reply = calling(api, {"language": language, "voice_message": "« {digits} »"})
    assert accepted(reply)
    expect_call(gateway, "« 4, 9, 1, 8, 2, 7 »", language)


@every_call
def test_words_of_its_own(calling, api):
    """Without voice_message: the code digit by digit, twice, and nothing of the text."""
    gateway, reply = calling(api, {"voice_message": None})
    assert accepted(reply)
    if CALLS[api].spoken:
        body = gateway.double.requests[0].form() or json.loads(gateway.double.requests[0].body)
        said = json.dumps(body)
        assert said.count("4, 9, 1, 8, 2, 7") == 2 and CODE not in said and "web1" not in said, said


@pytest.mark.parametrize("words", [
    "</Say><Hangup/>&amp;\"'{{}}{digits}", "a & b < c > d \\\\ {digits}", "{digits} é ✓ 🔑"])
@pytest.mark.parametrize("api", sorted(name for name, call in CALLS.items() if call.spoken))
def test_words_arrive_as_they_are(calling, doubles, api, words):
    gateway = doubles(api)
    gateway.say(CALLS[api].accepted[0], CALLS[api].accepted[1])
    spoken = words.replace("{{", "{").replace("}}", "}").replace("{digits}", "4, 9, 1, 8, 2, 7")
    gateway, reply = calling(gateway, {"voice_message": words})
    assert accepted(reply)
    if api != "twilio":
        expect_call(gateway, spoken)
        return
    twiml = xml.etree.ElementTree.fromstring(gateway.double.requests[0].form()["Twiml"])
    assert (twiml.tag, len(twiml), twiml[0].tag, len(twiml[0])) == ("Response", 1, "Say", 0)
    assert (twiml[0].attrib, twiml[0].text) == ({"language": "en-GB"}, spoken)


def nothing_asked(gateway, reply, outcome):
    assert (reply.outcome, reply.posted, gateway.double.connections) == (outcome, 0, 0), reply


@every_api
def test_no_call_unless_it_is_wanted(conf, doubles, api):
    """Without voice = true, and through an API that cannot: passed over."""
    gateway = doubles(api)
    reply = conf.send(gateway.settings, request(task=TASK_VOICE))
    nothing_asked(gateway, reply, SKIPPED)


@pytest.mark.parametrize("api", sorted(set(SETTINGS) - set(CALLS)))
def test_voice_that_an_api_has_not(conf, doubles, api):
    gateway = doubles(api)
    reply = conf.send({**gateway.settings, "voice": True}, request(task=TASK_TEXT))
    nothing_asked(gateway, reply, OPERATOR)
    assert "gw.conf" in reply.detail, reply


@every_api
@pytest.mark.parametrize("voice", [False, True])
def test_offers(conf, doubles, api, voice):
    gateway = doubles(api)
    if voice and api not in CALLS:
        return
    settings = {**gateway.settings, **(CALLS[api].settings if voice else {}), "voice": voice}
    to = gateway.api.to if gateway.api else "+447700900123"
    reply = conf.send(settings, request(to=to))
    assert accepted(reply), reply
    assert reply.offers == (OFFERS_VOICE if voice else 0) | (OFFERS_STATUS if api in QUERIES else 0), reply.offers


@pytest.mark.parametrize("api, setting", CALL_NEEDS)
def test_what_calls_need(conf, doubles, api, setting):
    gateway = doubles(api)
    settings = {**gateway.settings, **CALLS[api].settings}
    del settings[setting]
    reply = conf.send({**settings, "voice": True}, request(task=TASK_VOICE))
    nothing_asked(gateway, reply, OPERATOR)
    assert setting in reply.detail, reply
    assert accepted(conf.send({**settings, "voice": False}, request()))


@every_call
def test_example(conf, doubles, api):
    """The lines about calls in the shipped example work once their # is gone. Its credentials are nobody's."""
    gateway = doubles(api)
    path = os.path.join(os.path.dirname(__file__), "..", "..", "conf", "gateways", api + ".conf")
    with open(path, encoding="utf-8") as file:
        example = file.read()
    about = "voice|voice_from|language|speaker|application_key|application_secret"
    example, count = re.subn(rf"^#(?=(?:{about})\s*=)", "", example, flags=re.MULTILINE)
    extra = f'base_url = "{gateway.double.url}";\nca_file = "{gateway.settings["ca_file"]}";\n'
    reply = conf.send(example + extra, request(to=CALLS[api].to, task=TASK_VOICE))
    assert count >= 1 and reply.posted == 1 and reply.offers & OFFERS_VOICE and reply.http_status, reply


@every_call
def test_wrong_credential(calling, api):
    _, reply = calling(api, {CALL_CREDENTIAL[api]: "WrongButSecret"})
    assert reply.outcome == OPERATOR and "WrongButSecret" not in reply.detail, reply


@every_call
def test_invalid_number(calling, api):
    _, reply = calling(api, to=gateway_apis_more.INVALID)
    assert reply.outcome == CALL_INVALID_NUMBER[api] and gateway_apis_more.INVALID[1:] not in reply.detail, reply


@pytest.mark.parametrize("api, status, document, outcome, detail", CALL_REFUSALS)
def test_refusal(calling, doubles, api, status, document, outcome, detail):
    gateway = doubles(api)
    gateway.say(status, document)
    _, reply = calling(gateway)
    assert (reply.outcome, reply.http_status, reply.message_id) == (outcome, status, ""), reply
    assert reply.detail.startswith(detail), reply


@pytest.mark.parametrize("api, document", CALL_NO_ACCEPTANCES)
def test_no_acceptance(calling, doubles, api, document):
    gateway = doubles(api)
    gateway.say(CALLS[api].accepted[0], document)
    _, reply = calling(gateway)
    assert reply.outcome != ACCEPTED and not reply.message_id, reply


@every_call
@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '"Success"', "<html>OK</html>", '{"status": "OK"'])
def test_nothing_is_accepted_that_says_nothing(calling, doubles, api, body):
    gateway = doubles(api)
    gateway.say(CALLS[api].accepted[0], body.encode())
    assert calling(gateway)[1].outcome == UNRECOGNISED


@every_call
@pytest.mark.parametrize("status, outcome", [(302, UNRECOGNISED), (401, OPERATOR), (429, PASSING), (503, PASSING)])
def test_status_of_an_acceptance(calling, doubles, api, status, outcome):
    """An acceptance under another status is none."""
    gateway = doubles(api)
    gateway.say(status, CALLS[api].accepted[1])
    assert calling(gateway)[1].outcome == outcome


@every_call
def test_retry_after(calling, doubles, api):
    gateway = doubles(api)
    gateway.double.behave("too_many", retry_after="7")
    _, reply = calling(gateway)
    assert (reply.outcome, reply.http_status, reply.retry_after_s) == (PASSING, 429, 7), reply


@every_call
def test_host(conf, api):
    """Where the description sends calls to, as a proxy is told. The proxy's refusal keeps it on this machine."""
    proxy = Listener()
    settings = {"api": api, **SETTINGS[api], **SENDER.get(api, {}), **CALLS[api].settings, "voice": True,
                "proxy": f"http://127.0.0.1:{proxy.port}"}
    reply = conf.send(settings, request(to=CALLS[api].to, task=TASK_VOICE))
    assert proxy.end() == f"CONNECT {CALLS[api].host} HTTP/1.1\r\n"
    assert reply.outcome != ACCEPTED and reply.posted == 0, reply


@every_call
def test_code_is_not_logged(calling, doubles, api):
    """The gateway repeats what it was to say."""
    gateway = doubles(api)
    target, _, body = CALLS[api].request(SPOKEN, "en-GB")
    words = f"No {target} {json.dumps(body) if isinstance(body, dict) else ''} for {CODE} {SPOKEN} {CALLS[api].to[1:]}"
    gateway.say(400, {"code": 21999, "message": words, "errors": [{"code": 9, "description": words}],
                      "status": {"code": 99, "description": words}, "Status": "Error", "Details": words,
                      "data": {"messages": [{"status": words}]}})
    _, reply = calling(gateway)
    assert CODE not in reply.detail and "4, 9, 1" not in reply.detail and CALLS[api].to[1:] not in reply.detail, reply
    assert SETTINGS[api][CALL_CREDENTIAL[api]] not in reply.detail if api != "sinch" else True
