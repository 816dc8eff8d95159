# SPDX-License-Identifier: BSD-2-Clause
"""The shipped descriptions whose requests are signed: the exact request, and what becomes of each answer.

Requests and answers are written by hand from the documentation that the descriptions name.
"""
# pylint: disable=redefined-outer-name,unused-import
import fcntl
import json
import re
import socket
import struct

import pytest

import gateway_signatures
from gateway_apis_more import INVALID
from gateway_apis_signed import SETTINGS, aws_refused, azure_item, sns_accepted, sns_refused
from gateway_double import Double
from gateway_metadata import ID, KEY, SECURITY_TOKEN, Metadata
from send_harness import (ACCEPTED, OFFERS_VOICE, OPERATOR, PASSING, RECIPIENT, TASK_STATUS, TASK_TEXT, TASK_VOICE, TEXT,
                          SKIPPED, UNRECOGNISED, UNROUTABLE, accepted, request)
from send_harness import authority, behaving, conf, twilio, vonage  # noqa: F401
from test_gateway_descriptions import Listener

FORM, JSON, AWS_JSON = "application/x-www-form-urlencoded", "application/json", "application/x-amz-json-1.0"
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
UUID_FORM = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DATE_FORM = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_SIOCSIFADDR = 0x8916
APIS = sorted(SETTINGS)
every_api = pytest.mark.parametrize("api", APIS)
VOICE = {"voice": True, "voice_from": "+15005550006"}
HOSTS = {"sns": "sns.eu-west-1.amazonaws.com:443", "aws-sms-voice": "sms-voice.eu-west-1.amazonaws.com:443",
         "azure": "contoso.communication.azure.com:443", "ovh": "eu.api.ovh.com:443"}
# Headers but for those of any HTTP client and of the signature.
HEADERS = {"sns": {"Content-Type": FORM},
           "aws-sms-voice": {"Content-Type": AWS_JSON, "X-Amz-Target": "PinpointSMSVoiceV2.SendTextMessage"},
           "azure": {"Content-Type": JSON}, "ovh": {"Content-Type": JSON}}
SIGNATURE = {"sns": {"authorization", "x-amz-date"}, "aws-sms-voice": {"authorization", "x-amz-date"},
             "azure": {"authorization", "x-ms-date", "x-ms-content-sha256"},
             "ovh": {"x-ovh-application", "x-ovh-consumer", "x-ovh-timestamp", "x-ovh-signature"}}
TARGET = {"sns": "/", "aws-sms-voice": "/", "azure": "/sms?api-version=2021-03-07",
          "ovh": "/1.0/sms/sms-ab12345-1/jobs"}
CREDENTIAL = {"sns": "secret_access_key", "aws-sms-voice": "access_key_id", "azure": "access_key",
              "ovh": "application_secret"}


def attributes(**named):
    """SNS's message attributes, as its Query API numbers them."""
    fields = {}
    for number, (name, value) in enumerate(named.items(), 1):
        entry = f"MessageAttributes.entry.{number}."
        name = {"type": "AWS.SNS.SMS.SMSType", "sender": "AWS.SNS.SMS.SenderID", "entity": "AWS.MM.SMS.EntityId",
                "number": "AWS.MM.SMS.OriginationNumber", "template": "AWS.MM.SMS.TemplateId"}[name]
        fields.update({entry + "Name": name, entry + "Value.DataType": "String",
                       entry + "Value.StringValue": value})
    return fields


def body(api, text=TEXT):
    return {
        "sns": {"Action": "Publish", "Version": "2010-03-31", "PhoneNumber": "+447700900123", "Message": text,
                **attributes(type="Transactional")},
        "aws-sms-voice": {"DestinationPhoneNumber": "+447700900123", "MessageBody": text,
                          "MessageType": "TRANSACTIONAL", "TimeToLive": 300},
        # Azure's id and date differ from request to request.
        "azure": {"from": "+15005550006", "message": text, "smsRecipients": [
            {"to": "+447700900123", "repeatabilityRequestId": UUID_FORM, "repeatabilityFirstSent": DATE_FORM}]},
        "ovh": {"receivers": ["+447700900123"], "message": text, "senderForResponse": True, "noStopClause": True,
                "priority": "high", "class": "phoneDisplay", "charset": "UTF-8", "coding": "7bit",
                "validityPeriod": 5},
    }[api]


ACCEPTANCES = {
    "sns": (200, sns_accepted("567910cd-659e-55d4-8ccb-5aaf14679dc0"), "567910cd-659e-55d4-8ccb-5aaf14679dc0"),
    "aws-sms-voice": (200, {"MessageId": UUID}, UUID),
    "azure": (202, azure_item("+447700900123", messageId="Outgoing_2021_noam", httpStatusCode=202, errorMessage=None,
                              repeatabilityResult="accepted", successful=True), "Outgoing_2021_noam"),
    "ovh": (200, {"ids": [9007199254740993], "invalidReceivers": [], "validReceivers": ["+447700900123"],
                  "totalCreditsRemoved": 1}, "9007199254740993"),
}

# (api, settings, options of the request, fields put in or, with None, left out).
VARIANTS = [
    ("sns", {"from": "EXAMPLE"}, {"validity_s": 0}, attributes(type="Transactional", sender="EXAMPLE")),
    ("sns", {"origination_number": "+15005550006"}, {}, attributes(type="Transactional", number="+15005550006")),
    ("sns", {"from": "EXAMPLE", "origination_number": "+15005550006"}, {},
     attributes(type="Transactional", sender="EXAMPLE")),
    ("sns", {"from": "EXAMPL", "dlt_entity_id": "11", "dlt_template_id": "12"}, {},
     attributes(type="Transactional", sender="EXAMPL", entity="11", template="12")),
    ("aws-sms-voice", {"from": "pool-1", "configuration_set": "set", "max_price": "0.10", "dlt_entity_id": "11",
                       "dlt_template_id": "12"}, {"validity_s": 0},
     {"OriginationIdentity": "pool-1", "ConfigurationSetName": "set", "MaxPrice": "0.10", "TimeToLive": None,
      "DestinationCountryParameters": {"IN_ENTITY_ID": "11", "IN_TEMPLATE_ID": "12"}}),
    ("aws-sms-voice", {}, {"validity_s": 3}, {"TimeToLive": 5}),
    ("aws-sms-voice", {}, {"validity_s": 999999}, {"TimeToLive": 259200}),
    ("ovh", {}, {"validity_s": 30}, {"validityPeriod": 1}),
    ("ovh", {"from": "EXAMPLE"}, {"validity_s": 0},
     {"sender": "EXAMPLE", "senderForResponse": None, "validityPeriod": None}),
    ("ovh", {}, {"text": "код 491827", "validity_s": 999999},
     {"message": "код 491827", "coding": "8bit", "validityPeriod": 2880}),
]

OPTED_OUT, CONFLICT = "DESTINATION_PHONE_NUMBER_OPTED_OUT", "ConflictException"
# (api, HTTP status, document, outcome, how the detail begins).
REFUSALS = [
    *[("sns", 400, sns_refused(code, "In words"), OPERATOR, code + ": In words") for code in (
        "InvalidParameter", "ParameterValueInvalid", "ValidationException", "IncompleteSignature", "InvalidAction")],
    ("sns", 403, sns_refused("SignatureDoesNotMatch", "In words"), OPERATOR, "SignatureDoesNotMatch"),
    # By their code, whatever the status is.
    *[("sns", 400, sns_refused(code, "In words"), OPERATOR, code) for code in (
        "AuthorizationError", "InvalidSecurity", "SignatureDoesNotMatch", "InvalidClientTokenId", "ExpiredToken",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired", "AccessDenied",
        "AccessDeniedException", "KMSDisabled", "KMSInvalidState", "KMSNotFound", "KMSOptInRequired", "KMSAccessDenied", "RequestExpired")],
    *[("sns", 400, sns_refused(code, "Invalid parameter: PhoneNumber Reason: +447700900123 is not valid to publish to"),
       UNROUTABLE, code + ": Invalid parameter: PhoneNumber Reason: ***") for code in (
           "InvalidParameter", "ParameterValueInvalid", "ValidationException")],
    ("sns", 400, sns_refused("OptedOut", "This phone number is opted out"), RECIPIENT, "OptedOut"),
    *[("sns", status, sns_refused(code, "In words", "Receiver"), PASSING, code) for status, code in [
        (400, "Throttled"), (400, "ThrottlingException"), (400, "Throttling"), (429, "Throttled"),
        (500, "InternalError"), (503, "ServiceUnavailable"), (400, "InternalError"), (400, "InternalFailure"),
        (400, "ServiceUnavailable"), (400, "KMSThrottling")]],
    ("sns", 400, sns_refused("NotFound", "PhoneNumber"), UNRECOGNISED, "NotFound"),
    ("sns", 400, sns_refused("Another", "In words"), UNRECOGNISED, "Another"),
    ("aws-sms-voice", 400, aws_refused(CONFLICT, OPTED_OUT), RECIPIENT, OPTED_OUT + ": In words"),
    ("aws-sms-voice", 400, aws_refused("ValidationException", "FIELD_VALIDATION_FAILED", Fields=[
        {"Name": "MessageBody", "Message": "x"}, {"Name": "DestinationPhoneNumber", "Message": "x"}]), RECIPIENT,
     "FIELD_VALIDATION_FAILED"),
    ("aws-sms-voice", 400, aws_refused("ValidationException", "FIELD_VALIDATION_FAILED", Fields=[
        {"Name": "OriginationIdentity", "Message": "x"}]), OPERATOR, "FIELD_VALIDATION_FAILED"),
    *[("aws-sms-voice", 400, aws_refused(kind, reason), UNROUTABLE, reason) for kind, reason in [
        ("ValidationException", "DESTINATION_COUNTRY_BLOCKED"), ("ValidationException", "COUNTRY_NOT_ENABLED"),
        ("ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"),
        ("ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED"),
        ("ValidationException", "SENDER_ID_NOT_SUPPORTED"), ("ValidationException", "PRICE_OVER_THRESHOLD"),
        (CONFLICT, "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"),
        (CONFLICT, "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"),
        (CONFLICT, "NO_ORIGINATION_IDENTITIES_FOUND")]],
    *[("aws-sms-voice", 400, aws_refused(kind, reason), OPERATOR, reason) for kind, reason in [
        ("AccessDeniedException", "INSUFFICIENT_ACCOUNT_REPUTATION"), ("AccessDeniedException", "ACCOUNT_DISABLED"),
        ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
        (CONFLICT, "DESTINATION_PHONE_NUMBER_NOT_VERIFIED"), (CONFLICT, "MESSAGE_TYPE_MISMATCH"),
        ("ValidationException", "SENDER_ID_NOT_REGISTERED"), ("ValidationException", "MAXIMUM_SIZE_EXCEEDED")]],
    ("aws-sms-voice", 400, {"__type": "UnrecognizedClientException", "message": "In words"}, OPERATOR,
     "UnrecognizedClientException: In words"),
    *[("aws-sms-voice", 400, {"__type": kind, "Message": "In words"}, OPERATOR, f"{kind}: In words") for kind in (
        "ResourceNotFoundException", "AccessDeniedException", "UnrecognizedClientException",
        "InvalidSignatureException", "ExpiredTokenException", "MissingAuthenticationTokenException",
        "IncompleteSignatureException", "SerializationException")],
    ("aws-sms-voice", 400, {"__type": "ThrottlingException", "Message": "In words"}, PASSING,
     "ThrottlingException: In words"),
    ("aws-sms-voice", 400, aws_refused("ThrottlingException"), PASSING, "ThrottlingException: In words"),
    ("aws-sms-voice", 500, aws_refused("InternalServerException"), PASSING, "InternalServerException: In words"),
    ("aws-sms-voice", 400, aws_refused("AnotherException"), UNRECOGNISED, "AnotherException: In words"),
    ("azure", 202, azure_item(errorMessage="Invalid To phone number format."), RECIPIENT, "Invalid To phone"),
    *[("azure", 202, azure_item(httpStatusCode=status), outcome, "In words") for status, outcome in [
        (400, UNROUTABLE), (404, UNROUTABLE), (401, OPERATOR), (403, OPERATOR), (429, PASSING), (500, PASSING),
        (503, PASSING)]],
    # Without "successful" being false nothing is refused.
    *[("azure", 202, azure_item(successful=None, **what), UNRECOGNISED, "") for what in (
        {"errorMessage": "Invalid To phone number format."}, {"httpStatusCode": 401}, {"httpStatusCode": 429})],
    ("azure", 401, {"error": {"code": "Denied", "message": "Denied by the resource provider."}}, OPERATOR,
     "Denied: Denied by the resource provider."),
    *[("azure", status, {"error": {"code": "BadRequest", "message": "x"}}, OPERATOR, "BadRequest")
      for status in (400, 403, 404, 409, 422)],
    ("azure", 429, {"error": {"code": "TooManyRequests"}}, PASSING, "TooManyRequests"),
    ("ovh", 200, {"ids": [], "invalidReceivers": ["+447700900123"], "validReceivers": []}, RECIPIENT, "an answer"),
    *[("ovh", status, {"errorCode": code, "httpCode": "x", "message": "In words"}, OPERATOR, code + ": In words")
      for status, code in [(403, "NOT_GRANTED_CALL"), (403, "NOT_CREDENTIAL"), (403, "INVALID_KEY"),
                           (403, "INVALID_CREDENTIAL"), (403, "FORBIDDEN"), (400, "INVALID_SIGNATURE"),
                           (400, "QUERY_TIME_OUT"), (400, "INVALID_CREDENTIAL")]],
    # By its code, whatever the status is.
    *[("ovh", 412, {"errorCode": code, "message": "In words"}, OPERATOR, code + ": In words") for code in (
        "NOT_GRANTED_CALL", "NOT_CREDENTIAL", "INVALID_KEY", "INVALID_CREDENTIAL", "INVALID_SIGNATURE",
        "QUERY_TIME_OUT", "FORBIDDEN")],
    ("ovh", 412, {"errorCode": "ANOTHER", "message": "In words"}, UNRECOGNISED, "ANOTHER: In words"),
    ("ovh", 403, {"invalidReceivers": ["+447700900123"], "message": "In words"}, OPERATOR, "In words"),
    *[("ovh", status, {"message": "In words"}, OPERATOR, "In words") for status in (400, 401, 403, 404, 409, 460)],
    *[("ovh", status, {"message": "In words"}, PASSING, "In words") for status in (429, 500, 503)],
]

# Under the status of an acceptance, and none.
NO_ACCEPTANCES = [
    *[("sns", document) for document in [
        b"", b"<PublishResponse/>", b"<PublishResponse><PublishResult/></PublishResponse>", sns_accepted(""),
        sns_accepted(" "), sns_refused("InvalidParameter", "x"), b"<PublishResponse><PublishResult><MessageId>x",
        b"<!DOCTYPE x>" + sns_accepted("x"), b'{"PublishResponse": {"PublishResult": {"MessageId": "x"}}}',
        b"<PublishResult><MessageId>x</MessageId></PublishResult>"]],
    *[("aws-sms-voice", document) for document in [
        {}, {"MessageId": ""}, {"MessageId": None}, {"messageId": "x"}, {"MessageId": {}}, [{"MessageId": "x"}],
        aws_refused(CONFLICT, OPTED_OUT)]],
    *[("azure", document) for document in [
        {}, {"value": []}, azure_item(), azure_item(successful=True), azure_item(messageId="x"),
        azure_item(successful=1, messageId="x"), azure_item(messageId="x", httpStatusCode=202),
        {"value": azure_item(successful=True, messageId="x")["value"] + azure_item()["value"]}]],
    *[("ovh", document) for document in [
        {}, {"ids": []}, {"ids": [0]}, {"ids": [None]}, {"ids": [""]}, {"ids": 5}, {"validReceivers": ["+447700900123"]},
        {"ids": [1], "invalidReceivers": ["+447700900123"]}]],
]


class Gateway:
    """One API's double, and a gateway file for it."""

    def __init__(self, name, double, authority):
        self.name, self.double = name, double
        self.settings = {"api": name, **SETTINGS[name], "base_url": double.url, "ca_file": authority.ca_file}

    def send(self, conf, settings=None, **options):
        settings = {**self.settings, **(settings or {})}
        reply = conf.send({name: value for name, value in settings.items() if value is not None}, request(**options))
        assert reply.posted == 1 and reply.status == 0, reply
        assert (self.double.count(), self.double.connections, self.double.broken) == (1, 1, 0), reply
        return reply

    def say(self, status, document):
        text = document if isinstance(document, bytes) else json.dumps(document)
        self.double.behave("say", status=status, body=text)


@pytest.fixture(scope="module")
def doubles(authority):
    started = {}

    def of(name):
        if name not in started:
            started[name] = Double(name, authority.context("right"))
        started[name].reset()
        return Gateway(name, started[name], authority)
    yield of
    for double in started.values():
        double.stop()


def expect_request(gateway, headers, wanted):
    got = gateway.double.requests[0]
    assert (got.method, got.target) == ("POST", TARGET[gateway.name])
    plain = {"host", "user-agent", "accept", "content-length"} | SIGNATURE[gateway.name]
    assert {name: value for name, value in got.headers if name.lower() not in plain} == headers
    assert SIGNATURE[gateway.name] <= {name.lower() for name, _ in got.headers}
    assert len({name.lower() for name, _ in got.headers}) == len(got.headers)
    if got.header("Content-Type") == FORM:
        assert got.form() == wanted
        return
    sent = json.loads(got.body)
    if gateway.name == "azure":
        for name in ("repeatabilityRequestId", "repeatabilityFirstSent"):
            assert re.fullmatch(wanted["smsRecipients"][0][name], sent["smsRecipients"][0].pop(name))
            del wanted["smsRecipients"][0][name]
    assert json.dumps(sent, sort_keys=True) == json.dumps(wanted, sort_keys=True)


@every_api
def test_request(conf, doubles, api):
    gateway = doubles(api)
    reply = gateway.send(conf)
    assert accepted(reply) and reply.message_id and not reply.detail, reply
    expect_request(gateway, HEADERS[api], body(api))


@every_api
def test_message_id(conf, doubles, api):
    gateway = doubles(api)
    status, document, message_id = ACCEPTANCES[api]
    gateway.say(status, document)
    reply = gateway.send(conf)
    assert accepted(reply) and (reply.http_status, reply.message_id) == (status, message_id), reply


@pytest.mark.parametrize("text", ["a\"b\\c&d=e%41+1<2>#?;{to}{text}'", "1\r\n2\n\r\n3: 4", "ünïcödé ß £ € {[~]}",
                                  "x" * 1500])
@every_api
def test_text_arrives_as_it_is(conf, doubles, api, text):
    """And is signed as it is."""
    gateway = doubles(api)
    assert accepted(gateway.send(conf, text=text))
    wanted = body(api, text)
    if api == "ovh" and "ï" in text:    # not in the GSM alphabet
        wanted["coding"] = "8bit"
    expect_request(gateway, HEADERS[api], wanted)


@pytest.mark.parametrize("api, settings, options, changes", VARIANTS)
def test_optional_settings(conf, doubles, api, settings, options, changes):
    gateway = doubles(api)
    assert accepted(gateway.send(conf, settings, **options))
    wanted = {**body(api), **changes}
    expect_request(gateway, HEADERS[api], {name: value for name, value in wanted.items() if value is not None})


@pytest.mark.parametrize("api, place", [
    ("sns", ("MessageAttributes.entry.2.Value.StringValue",)), ("aws-sms-voice", ("OriginationIdentity",)),
    ("azure", ("from",)), ("ovh", ("sender",))])
def test_sender_by_prefix(conf, doubles, api, place):
    gateway = doubles(api)
    gateway.say(*ACCEPTANCES[api][:2])
    conf.write("".join(f"{name} = {json.dumps(value)};\n" for name, value in gateway.settings.items()) +
               'from_by_prefix = ( { prefix = "+44"; from = "ACME"; } );\n')
    assert accepted(conf.send(message=request()))
    got = gateway.double.requests[0]
    sender = got.form() or json.loads(got.body)
    for key in place:
        sender = sender[key]
    assert sender == "ACME"


@every_api
def test_two_requests_are_two(conf, doubles, api):
    """Azure would take two texts of one id for one."""
    gateway = doubles(api)
    ids = set()
    for _ in range(2):
        gateway.double.reset()
        assert accepted(gateway.send(conf))
        recipient = json.loads(gateway.double.requests[0].body)["smsRecipients"][0] if api == "azure" else {}
        ids.add(recipient.get("repeatabilityRequestId", len(ids)))
    assert len(ids) == 2


@pytest.mark.parametrize("api", ["sns", "aws-sms-voice"])
def test_role(conf, doubles, api):
    gateway = doubles(api)
    gateway.say(*ACCEPTANCES[api][:2])
    with Metadata() as metadata:
        settings = {"access_key_id": None, "secret_access_key": None, "metadata_url": metadata.url}
        assert accepted(gateway.send(conf, settings))
        assert len(metadata.questions) == 3
    service = {"sns": "sns", "aws-sms-voice": "sms-voice"}[api]
    assert gateway_signatures.sigv4(gateway.double.requests[0], ID, KEY, "eu-west-1", service,
                                    token=SECURITY_TOKEN) is None


@pytest.mark.parametrize("api, task", [("sns", TASK_TEXT), ("aws-sms-voice", TASK_TEXT), ("aws-sms-voice", TASK_VOICE)])
def test_role_without_an_address(conf, stage, api, task):  # pylint: disable=unused-argument
    """Needs the private machine: the metadata service's address is the one that Amazon EC2 has."""
    with socket.socket() as sock:
        fcntl.ioctl(sock, _SIOCSIFADDR, struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0,
                                                    socket.inet_aton("169.254.169.254")))
    service = Listener(80, "169.254.169.254")
    voice = VOICE if api == "aws-sms-voice" else {}
    reply = conf.send({"api": api, "region": "eu-west-1", **voice}, request(task=task))
    assert service.end() == "PUT /latest/api/token HTTP/1.1\r\n"
    assert reply.outcome != ACCEPTED and reply.posted == 0, reply


def test_keys_of_the_role_are_not_logged(conf, doubles):
    """Where the gateway repeats them."""
    gateway = doubles("aws-sms-voice")
    gateway.say(400, aws_refused("ValidationException", "INVALID_PARAMETER", f"{ID} {KEY} {SECURITY_TOKEN}"))
    with Metadata() as metadata:
        settings = {"access_key_id": None, "secret_access_key": None, "metadata_url": metadata.url}
        reply = gateway.send(conf, settings)
    assert reply.outcome == OPERATOR and reply.detail == "INVALID_PARAMETER: *** *** ***", reply


def test_call(conf, doubles):
    gateway = doubles("aws-sms-voice")
    settings = {**VOICE, "voice_message": "Code {digits}.", "configuration_set": "set"}
    reply = gateway.send(conf, settings, task=TASK_VOICE)
    assert accepted(reply) and reply.message_id and reply.offers == OFFERS_VOICE, reply
    expect_request(gateway, {"Content-Type": AWS_JSON, "X-Amz-Target": "PinpointSMSVoiceV2.SendVoiceMessage"},
                   {"DestinationPhoneNumber": "+447700900123", "OriginationIdentity": "+15005550006",
                    "MessageBody": "Code 4, 9, 1, 8, 2, 7.", "MessageBodyTextType": "TEXT", "VoiceId": "AMY",
                    "TimeToLive": 300, "ConfigurationSetName": "set"})


def test_call_with_another_voice(conf, doubles):
    gateway = doubles("aws-sms-voice")
    assert accepted(gateway.send(conf, {**VOICE, "language": "de-DE", "voice_id": "VICKI"}, task=TASK_VOICE))
    assert json.loads(gateway.double.requests[0].body)["VoiceId"] == "VICKI"


@pytest.mark.parametrize("validity_s, told", [(0, None), (3, 5), (999999, 259200)])
def test_call_ends_with_the_code(conf, doubles, validity_s, told):
    gateway = doubles("aws-sms-voice")
    assert accepted(gateway.send(conf, VOICE, task=TASK_VOICE, validity_s=validity_s))
    assert json.loads(gateway.double.requests[0].body).get("TimeToLive") == told


def test_call_needs_a_number(conf, doubles):
    gateway = doubles("aws-sms-voice")
    reply = conf.send({**gateway.settings, "voice": True}, request(task=TASK_VOICE))
    assert (reply.outcome, reply.posted, gateway.double.connections) == (OPERATOR, 0, 0), reply
    assert "voice_from" in reply.detail, reply


@pytest.mark.parametrize("status, document, outcome, detail", [case[1:] for case in REFUSALS
                                                                if case[0] == "aws-sms-voice"])
def test_call_refused(conf, doubles, status, document, outcome, detail):
    gateway = doubles("aws-sms-voice")
    gateway.say(status, document)
    reply = gateway.send(conf, VOICE, task=TASK_VOICE)
    assert (reply.outcome, reply.http_status, reply.message_id) == (outcome, status, ""), reply
    assert reply.detail.startswith(detail), reply


@pytest.mark.parametrize("api, task", [*[(api, TASK_STATUS) for api in APIS], ("sns", TASK_VOICE),
                                       ("azure", TASK_VOICE), ("ovh", TASK_VOICE)])
def test_what_they_cannot_do(conf, doubles, api, task):
    gateway = doubles(api)
    options = {"text": "", "code": "", "message_id": "x1"} if task == TASK_STATUS else {}
    reply = conf.send(gateway.settings, request(task=task, **options))
    assert (reply.outcome, reply.posted, gateway.double.connections) == (SKIPPED, 0, 0), reply


@every_api
def test_wrong_credential(conf, doubles, api):
    gateway = doubles(api)
    wrong = "V3JvbmdCdXRTZWNyZXQ="
    reply = gateway.send(conf, {CREDENTIAL[api]: wrong})
    assert reply.outcome == OPERATOR and wrong not in reply.detail, reply


@pytest.mark.parametrize("api, name", [
    *[("azure", name) for name in SETTINGS["azure"]], *[("ovh", name) for name in SETTINGS["ovh"]],
    *[(api, name) for api in ("sns", "aws-sms-voice") for name in SETTINGS[api]]])
def test_settings_are_checked(conf, doubles, api, name):
    gateway = doubles(api)
    settings = {key: value for key, value in gateway.settings.items() if key != name}
    reply = conf.send(settings)
    assert (reply.outcome, reply.posted, gateway.double.connections) == (OPERATOR, 0, 0), reply


@pytest.mark.parametrize("api, outcome", [("sns", UNROUTABLE), ("aws-sms-voice", RECIPIENT), ("azure", RECIPIENT),
                                          ("ovh", RECIPIENT)])
def test_invalid_number(conf, doubles, api, outcome):
    gateway = doubles(api)
    reply = gateway.send(conf, to=INVALID)
    assert reply.outcome == outcome and INVALID[1:] not in reply.detail, reply


@pytest.mark.parametrize("api, status, document, outcome, detail", REFUSALS)
def test_refusal(conf, doubles, api, status, document, outcome, detail):
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    gateway = doubles(api)
    gateway.say(status, document)
    reply = gateway.send(conf)
    assert (reply.outcome, reply.http_status, reply.message_id) == (outcome, status, ""), reply
    assert reply.detail.startswith(detail), reply


@pytest.mark.parametrize("api, document", NO_ACCEPTANCES)
def test_no_acceptance(conf, doubles, api, document):
    gateway = doubles(api)
    gateway.say(ACCEPTANCES[api][0], document)
    reply = gateway.send(conf)
    assert reply.outcome != ACCEPTED and not reply.message_id, reply


@every_api
@pytest.mark.parametrize("status, outcome", [
    (204, None), (302, UNRECOGNISED), (401, OPERATOR), (403, OPERATOR), (429, PASSING), (500, PASSING),
    (503, PASSING)])
def test_status_of_an_acceptance(conf, doubles, api, status, outcome):
    """An acceptance under another status is none."""
    gateway = doubles(api)
    gateway.say(status, b"" if status == 204 else ACCEPTANCES[api][1])
    reply = gateway.send(conf)
    assert reply.outcome == outcome if outcome else reply.outcome != ACCEPTED, reply


@every_api
def test_retry_after(conf, doubles, api):
    gateway = doubles(api)
    gateway.double.behave("too_many", retry_after="7")
    reply = gateway.send(conf)
    assert (reply.outcome, reply.http_status, reply.retry_after_s) == (PASSING, 429, 7), reply


@pytest.mark.parametrize("api, settings, host", [
    *[(api, {}, HOSTS[api]) for api in APIS], ("aws-sms-voice", VOICE, HOSTS["aws-sms-voice"]),
    ("sns", {"region": "us-gov-west-1"}, "sns.us-gov-west-1.amazonaws.com:443"),
    ("azure", {"resource": "contoso.unitedstates"}, "contoso.unitedstates.communication.azure.com:443"),
    ("ovh", {"base_url": "https://ca.api.ovh.com"}, "ca.api.ovh.com:443")])
def test_host(conf, api, settings, host):
    """Where the description sends to, as a proxy is told. The proxy's refusal keeps it on this machine."""
    proxy = Listener()
    task = TASK_VOICE if settings == VOICE else TASK_TEXT
    reply = conf.send({"api": api, **SETTINGS[api], **settings, "proxy": f"http://127.0.0.1:{proxy.port}"},
                      request(task=task))
    assert proxy.end() == f"CONNECT {host} HTTP/1.1\r\n"
    assert reply.outcome != ACCEPTED and reply.posted == 0, reply


@pytest.mark.parametrize("api, settings", [
    ("sns", {"region": "x.example.com/"}), ("aws-sms-voice", {"region": "a:b"}), ("azure", {"resource": "a/b#"})])
def test_no_other_host(conf, api, settings):
    reply = conf.send({"api": api, **SETTINGS[api], **settings})
    assert (reply.outcome, reply.posted) == (OPERATOR, 0), reply
