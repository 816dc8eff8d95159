# SPDX-License-Identifier: BSD-2-Clause
"""What the APIs with signed requests answer to a request, right or wrong: (status, document), as in gateway_apis_more.

Written from botocore's models of AWS's APIs, Azure's specification and recordings of its SDKs' tests, and generated
clients of OVHcloud's API; the signatures are computed again.
"""
import html
import json
import re
import secrets
import uuid

import gateway_signatures
from gateway_apis_more import INVALID

SETTINGS = {
    "sns": {"region": "eu-west-1", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
            "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
    "aws-sms-voice": {"region": "eu-west-1", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                      "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
    "azure": {"resource": "contoso", "access_key": "S2V5K09mL1RoZStSZXNvdXJjZT0A/w==", "from": "+15005550006"},
    "ovh": {"service_name": "sms-ab12345-1", "application_key": "7kbG7Bk7S9Nt7ZSV",
            "application_secret": "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF", "consumer_key": "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"},
}


def _e164(number):
    return re.fullmatch(r"\+[1-9]\d{6,14}", number or "") and number != INVALID


def sns_accepted(message_id):
    return (f'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">\n  <PublishResult>\n'
            f"    <MessageId>{message_id}</MessageId>\n  </PublishResult>\n  <ResponseMetadata>\n"
            f"    <RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId>\n  </ResponseMetadata>\n"
            f"</PublishResponse>").encode()


def sns_refused(code, message, kind="Sender"):
    return (f'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">\n  <Error>\n    <Type>{kind}</Type>\n'
            f"    <Code>{code}</Code>\n    <Message>{html.escape(message)}</Message>\n  </Error>\n"
            f"  <RequestId>bd89c4f0-3f7f-11df-8963-01868b7c937a</RequestId>\n</ErrorResponse>").encode()


def _aws(api, request):
    """What is wrong with the signature of a request to one of AWS's services."""
    mine = SETTINGS[api]
    service = {"sns": "sns", "aws-sms-voice": "sms-voice"}[api]
    return gateway_signatures.sigv4(request, mine["access_key_id"], mine["secret_access_key"], mine["region"], service)


def sns(request):
    wrong = _aws("sns", request)
    if wrong:
        return 403, sns_refused(wrong.split()[0], "The request signature we calculated does not match")
    fields = request.form() or {}
    if (request.method, request.target) != ("POST", "/"):
        return 404, b""
    if (fields.pop("Action", ""), fields.pop("Version", "")) != ("Publish", "2010-03-31"):
        return 400, sns_refused("InvalidAction", "Could not find operation")
    attributes = {}
    for number in range(1, 5):
        entry = f"MessageAttributes.entry.{number}."
        name = fields.pop(entry + "Name", None)
        if name is None:
            break
        if fields.pop(entry + "Value.DataType", "") != "String":
            return 400, sns_refused("ParameterValueInvalid", f"The message attribute '{name}' has an invalid type")
        attributes[name] = fields.pop(entry + "Value.StringValue", "")
    if set(fields) != {"PhoneNumber", "Message"} or not fields["Message"] or "" in attributes.values() or \
            attributes.get("AWS.SNS.SMS.SMSType") != "Transactional" or set(attributes) - {
                "AWS.SNS.SMS.SMSType", "AWS.SNS.SMS.SenderID", "AWS.MM.SMS.OriginationNumber", "AWS.MM.SMS.EntityId",
                "AWS.MM.SMS.TemplateId"}:
        return 400, sns_refused("ValidationException", "1 validation error detected")
    if not _e164(fields["PhoneNumber"]):
        return 400, sns_refused("InvalidParameter", "Invalid parameter: PhoneNumber Reason: "
                                f"{fields['PhoneNumber']} is not valid to publish to")
    return 200, sns_accepted(uuid.uuid4())


def _json(request, content_type):
    """The object of a JSON body; None if it is none, has a key twice or another content type."""
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)
    try:
        document = json.loads(request.body, object_pairs_hook=once)
    except ValueError:
        return None
    return document if isinstance(document, dict) and request.header("Content-Type") == content_type else None


def aws_refused(kind, reason=None, message="In words", **more):
    document = {"__type": f"com.amazonaws.pinpointsmsvoicev2#{kind}", "Message": message, **more}
    return {**document, "Reason": reason} if reason else document


def aws_sms_voice(request):
    wrong = _aws("aws-sms-voice", request)
    if wrong:
        kind = "UnrecognizedClientException" if wrong == "InvalidClientTokenId" else "InvalidSignatureException"
        return 400, {"__type": kind, "message": "The security token included in the request is invalid."}
    types = {
        "PinpointSMSVoiceV2.SendTextMessage": ({"DestinationPhoneNumber": str}, {
            "OriginationIdentity": str, "MessageBody": str, "MessageType": str, "TimeToLive": int,
            "ConfigurationSetName": str, "MaxPrice": str, "DestinationCountryParameters": dict}),
        "PinpointSMSVoiceV2.SendVoiceMessage": ({"DestinationPhoneNumber": str, "OriginationIdentity": str}, {
            "MessageBody": str, "MessageBodyTextType": str, "VoiceId": str, "TimeToLive": int,
            "ConfigurationSetName": str})}.get(request.header("X-Amz-Target"))
    document = _json(request, "application/x-amz-json-1.0")
    if (request.method, request.target) != ("POST", "/") or types is None or document is None:
        return 400, {"__type": "UnknownOperationException"}
    required, optional = types
    for name in {**required, **document}:
        value = document.get(name)
        if type(value) is not {**required, **optional}.get(name) or value == "":
            return 400, aws_refused("ValidationException", "FIELD_VALIDATION_FAILED",
                                    Fields=[{"Name": name, "Message": "is not valid"}])
    if not 5 <= document.get("TimeToLive", 5) <= 259200 or document.get("MessageType") not in (None, "TRANSACTIONAL") \
            or document.get("MessageBodyTextType") not in (None, "TEXT") or \
            set(document.get("DestinationCountryParameters", {})) - {"IN_TEMPLATE_ID", "IN_ENTITY_ID"}:
        return 400, aws_refused("ValidationException", "INVALID_PARAMETER")
    if not _e164(document["DestinationPhoneNumber"]):
        return 400, aws_refused("ValidationException", "FIELD_VALIDATION_FAILED",
                                f"{document['DestinationPhoneNumber']} is invalid",
                                Fields=[{"Name": "DestinationPhoneNumber", "Message": "is invalid"}])
    return 200, {"MessageId": str(uuid.uuid4())}


def azure_item(to=INVALID, **changes):
    return {"value": [{"to": to, "messageId": None, "httpStatusCode": 400, "errorMessage": "In words",
                       "repeatabilityResult": None, "successful": False, **changes}]}


def azure(request):
    mine = SETTINGS["azure"]
    if gateway_signatures.azure(request, mine["access_key"]):
        return 401, {"error": {"code": "Denied", "message": "Denied by the resource provider."}}
    if (request.method, request.target) != ("POST", "/sms?api-version=2021-03-07"):
        return 404, {"error": {"code": "NotFound", "message": "Not found"}}
    document = _json(request, "application/json") or {}
    recipients = document.get("smsRecipients")
    if set(document) != {"from", "message", "smsRecipients"} or document["from"] != mine["from"] or \
            not document["message"] or not isinstance(recipients, list) or len(recipients) != 1 or \
            set(recipients[0]) != {"to", "repeatabilityRequestId", "repeatabilityFirstSent"}:
        return 400, {"error": {"code": "BadRequest", "message": "The request is not valid"}}
    one = recipients[0]
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                        one["repeatabilityRequestId"]) or \
            one["repeatabilityFirstSent"] != request.header("x-ms-date"):
        return 202, azure_item(one["to"], errorMessage="Repeatability is wrong", repeatabilityResult="rejected")
    if not _e164(one["to"]):
        return 202, azure_item(one["to"], errorMessage="Invalid To phone number format.")
    return 202, azure_item(one["to"], messageId="Outgoing_" + secrets.token_hex(16) + "_noam", httpStatusCode=202,
                           errorMessage=None, repeatabilityResult="accepted", successful=True)


def ovh(request):
    mine = SETTINGS["ovh"]
    wrong = gateway_signatures.ovh(request, (mine["application_key"], mine["application_secret"],
                                             mine["consumer_key"]))
    if wrong:
        return 400 if wrong == "INVALID_SIGNATURE" else 403, {
            "errorCode": wrong, "httpCode": "403 Forbidden", "message": "This credential is not valid"}
    if (request.method, request.target) != ("POST", f"/1.0/sms/{mine['service_name']}/jobs"):
        return 404, {"message": "This service does not exist"}
    document = _json(request, "application/json") or {}
    types = {"receivers": list, "message": str, "sender": str, "senderForResponse": bool, "noStopClause": bool,
             "priority": str, "class": str, "charset": str, "coding": str, "validityPeriod": int}
    if {"receivers", "message"} - set(document) or \
            any(type(value) is not types.get(name) or value == "" for name, value in document.items()) or \
            ("sender" in document) == document.get("senderForResponse", False) or len(document["receivers"]) != 1 or \
            document.get("coding") not in ("7bit", "8bit") or not 1 <= document.get("validityPeriod", 1) <= 2880:
        return 400, {"message": "[message] is not valid"}
    if not _e164(document["receivers"][0]):
        return 200, {"ids": [], "invalidReceivers": document["receivers"], "validReceivers": [],
                     "totalCreditsRemoved": 0}
    return 200, {"ids": [10 ** 8 + secrets.randbelow(10 ** 8)], "invalidReceivers": [],
                 "validReceivers": document["receivers"], "totalCreditsRemoved": 1}


SPEAKERS = {"sns": sns, "aws-sms-voice": aws_sms_voice, "azure": azure, "ovh": ovh}
