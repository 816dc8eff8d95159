# SPDX-License-Identifier: BSD-2-Clause
"""The request that each API's documentation asks for, and the answer it promises: written by hand, API by API.

Texts are for the number, text, code, reference and validity that send_harness.request() has; the settings are those
of gateway_apis_more. Every header is here but those that any HTTP client sends.
"""
import base64
import urllib.parse

from gateway_apis_more import SETTINGS
from send_harness import CODE, TEXT

BRITISH, INDIAN = "+447700900123", "+919876543210"
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
# Of a value that is new each time; the double checks its form.
ANY = "…"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Api:
    """host: where the description sends to. request(text): (target, headers, body); body is the object that a JSON
    body stands for, the fields of a form, or bytes. accepted: (status, document, message id)."""

    def __init__(self, host, request, accepted, method="POST", to=BRITISH, fixed_text=False):
        self.host, self.request, self.accepted, self.method = host, request, accepted, method
        self.to, self.fixed_text = to, fixed_text


APIS = {
    "messagebird": Api(
        "rest.messagebird.com:443",
        lambda text: ("/messages", {"Authorization": "AccessKey live_KeyOfTheAccount", "Content-Type": JSON},
                      {"originator": "Example", "recipients": ["447700900123"], "body": text, "datacoding": "auto",
                       "validity": 300, "reference": "K7"}),
        (201, {"id": "efa6405d518d4c0c88cce11f7db775fb", "originator": "Example", "recipients": {
            "totalCount": 1, "items": [{"recipient": 447700900123, "status": "sent"}]}},
         "efa6405d518d4c0c88cce11f7db775fb")),
    "vonage-messages": Api(
        "api.nexmo.com:443",
        lambda text: ("/v1/messages", {"Authorization": basic("abcd1234", "SecretOfTheAccount"),
                                       "Content-Type": JSON},
                      {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "Example",
                       "text": text, "ttl": 300, "client_ref": "K7"}),
        (202, {"message_uuid": UUID}, UUID)),
    "bird": Api(
        "eu1.platform.bird.com:443",
        lambda text: ("/v1/sms/messages", {"Authorization": "Bearer bk_eu1_KeyOfTheAccount", "Content-Type": JSON,
                                           "Idempotency-Key": ANY},
                      {"to": "+447700900123", "from": "+15005550006", "text": text, "category": "authentication"}),
        (202, {"id": "sms_01j9abcdef", "status": "accepted", "text": "**REDACTED**"}, "sms_01j9abcdef")),
    "plivo": Api(
        "api.plivo.com:443",
        lambda text: ("/v1/Account/MAXXXXXXXXXXXXXXXXXX/Message/",
                      {"Authorization": basic("MAXXXXXXXXXXXXXXXXXX", "TokenOfTheAccount"), "Content-Type": JSON},
                      {"src": "15005550006", "dst": "447700900123", "text": text, "type": "sms", "log": "false",
                       "message_expiry": 300}),
        (202, {"message": "message(s) queued", "message_uuid": [UUID], "api_id": "x"}, UUID)),
    "sinch": Api(
        "us.sms.api.sinch.com:443",
        lambda text: ("/xms/v1/plan0123456789abcdef/batches",
                      {"Authorization": "Bearer TokenOfThePlan", "Content-Type": JSON},
                      {"from": "447700900000", "to": ["447700900123"], "body": text, "delivery_report": "none",
                       "expire_at": ANY, "client_reference": "K7"}),
        (201, {"id": "01FC66621XXXXX119Z8PMV1QPQ", "to": ["447700900123"], "canceled": False, "type": "mt_text"},
         "01FC66621XXXXX119Z8PMV1QPQ")),
    "infobip": Api(
        "abc12.api.infobip.com:443",
        lambda text: ("/sms/3/messages", {"Authorization": "App KeyOfTheAccount", "Content-Type": JSON,
                                          "Accept": JSON},
                      {"messages": [{"sender": "Example", "destinations": [{"to": "447700900123"}],
                                     "content": {"text": text},
                                     "options": {"validityPeriod": {"amount": 5, "timeUnit": "MINUTES"}}}]}),
        (200, {"bulkId": "2034072219640523073", "messages": [
            {"messageId": "2250be2d4219-3af1-78856-aabe-1362af1edfd2", "destination": "447700900123",
             "status": {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}}]},
         "2250be2d4219-3af1-78856-aabe-1362af1edfd2")),
    "telnyx": Api(
        "api.telnyx.com:443",
        lambda text: ("/v2/messages", {"Authorization": "Bearer KEYoftheaccount", "Content-Type": JSON},
                      {"from": "+15005550006", "to": "+447700900123", "text": text}),
        (200, {"data": {"id": UUID, "record_type": "message",
                        "to": [{"phone_number": "+447700900123", "status": "queued"}]}}, UUID)),
    "clicksend": Api(
        "rest.clicksend.com:443",
        lambda text: ("/v3/sms/send", {"Authorization": basic("user@example.com", "KeyOfTheAccount"),
                                       "Content-Type": JSON},
                      {"messages": [{"source": "pam_smsotp", "to": "+447700900123", "body": text,
                                     "custom_string": "K7"}]}),
        (200, {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued for delivery.",
               "data": {"total_count": 1, "messages": [{"message_id": "BF7AD270-0DE2-418B-B606-71D527D9C1AE",
                                                        "status": "SUCCESS"}]}},
         "BF7AD270-0DE2-418B-B606-71D527D9C1AE")),
    "clickatell": Api(
        "platform.clickatell.com:443",
        lambda text: ("/messages", {"Authorization": "KeyOfTheIntegration==", "Content-Type": JSON, "Accept": JSON},
                      {"content": text, "to": ["447700900123"]}),
        (202, {"messages": [{"apiMessageId": "a5c80c2cb1dd4b8b9e4ef1b0b0d9f7bb", "accepted": True,
                             "to": "447700900123"}]}, "a5c80c2cb1dd4b8b9e4ef1b0b0d9f7bb")),
    "textmagic": Api(
        "rest.textmagic.com:443",
        lambda text: ("/api/v2/messages", {"Authorization": basic("example", "KeyOfTheAccount"),
                                           "Content-Type": JSON},
                      {"text": text, "phones": "447700900123"}),
        (201, {"id": 49575710, "href": "/api/v2/sessions/49575710", "type": "session", "sessionId": 49575710,
               "bulkId": None, "messageId": 77, "scheduleId": None, "chatId": None}, "77")),
    "gatewayapi": Api(
        "gatewayapi.com:443",
        lambda text: ("/rest/mtsms", {"Authorization": basic("TokenOfTheAccount", ""), "Content-Type": JSON},
                      {"sender": "Example", "message": text, "recipients": [{"msisdn": 447700900123}],
                       "validity_period": 300, "userref": "K7"}),
        (200, {"ids": [9007199254740993], "usage": {"countries": {"GB": 1}, "currency": "EUR", "total_cost": 0.12}},
         "9007199254740993")),
    "46elks": Api(
        "api.46elks.com:443",
        lambda text: ("/a1/sms", {"Authorization": basic("u0123456789abcdef", "PasswordOfTheAccount"),
                                  "Content-Type": FORM},
                      {"from": "Example", "to": "+447700900123", "message": text, "dontlog": "message"}),
        (200, {"status": "created", "id": "s70df59406a1b4643b96f3f91e0bfb7b0", "parts": 1, "cost": 3500},
         "s70df59406a1b4643b96f3f91e0bfb7b0")),
    "telesign": Api(
        "rest-api.telesign.com:443",
        lambda text: ("/v1/messaging", {"Authorization": basic("0A1B2C3D-0000-1111-2222-333344445555",
                                                               "KeyOfTheAccount=="), "Content-Type": FORM},
                      {"phone_number": "447700900123", "message": text, "message_type": "OTP"}),
        (200, {"reference_id": "B56A497C9A74016489525132F8840634", "external_id": None,
               "status": {"code": 290, "description": "Message in progress"}}, "B56A497C9A74016489525132F8840634")),
    "msg91": Api(
        "control.msg91.com:443",
        lambda _: ("/api/v5/flow", {"authkey": "KeyOfTheAccount", "Content-Type": JSON},
                   {"template_id": "65a0template", "short_url": "0",
                    "recipients": [{"mobiles": "919876543210", "otp": CODE}]}),
        (200, {"type": "success", "message": "3763646c3058373530393938"}, "3763646c3058373530393938"),
        to=INDIAN, fixed_text=True),
    "2factor": Api(
        "2factor.in:443",
        lambda _: (f"/API/V1/0a1b2c3d-key-of-the-account/SMS/919876543210/{CODE}/LOGIN%20CODE", {}, b""),
        (200, {"Status": "Success", "Details": UUID}, UUID), method="GET", to=INDIAN, fixed_text=True),
    "bulksmsindia": Api(
        "bulksmsindia.app:443",
        lambda text: ("/V2/http-api-post.php", {"Content-Type": JSON},
                      {"apikey": "KeyOfTheAccount", "senderid": "EXAMPL", "number": "919876543210",
                       "message": text, "format": "json"}),
        (200, {"status": "OK", "msgid": "abc-1", "data": [{"mobile": "919876543210", "status": "SUBMITTED"}]},
         "abc-1"), to=INDIAN),
    "osdigital": Api(
        "sms.osdigital.in:443",
        lambda text: ("/V2/http-api.php?apikey=Key%2FOf%2BThe%26Account&senderid=EXAMPL&number=919876543210&message="
                      + urllib.parse.quote(text, safe="") + "&format=json", {}, b""),
        (200, {"status": "OK", "msgid": "abc-1", "data": [{"mobile": "919876543210", "status": "SUBMITTED"}]},
         "abc-1"), method="GET", to=INDIAN),
    "kannel": Api(
        "127.0.0.1:13013",
        lambda text: ("/cgi-bin/sendsms",
                      {"X-Kannel-Username": "otp", "X-Kannel-Password": "PasswordOfTheUser",
                       "X-Kannel-To": "+447700900123", "X-Kannel-Validity": "5",
                       "Content-Type": "text/plain; charset=UTF-8"}, text.encode()),
        (202, b"0: Accepted for delivery", "")),
    "jasmin": Api(
        "127.0.0.1:1401",
        lambda text: ("/send", {"Content-Type": FORM},
                      {"username": "otp", "password": "PasswordOfUser", "to": "447700900123", "content": text,
                       "coding": "0", "validity-period": "5", "dlr": "no"}),
        (200, f'Success "{UUID}"'.encode(), UUID)),
}

# What optional settings add: (api, settings, without these settings, options of the request, fields put in or, with
# None, left out). A dict in a dict is gone into.
VARIANTS = [
    ("messagebird", {}, (), {"validity_s": 0, "ref": ""}, {"validity": None, "reference": None}),
    ("vonage-messages", {"entity_id": "11", "content_id": "12"}, (), {"validity_s": 3, "ref": ""},
     {"ttl": 20, "client_ref": None, "sms": {"entity_id": "11", "content_id": "12"}}),
    ("vonage-messages", {}, (), {"validity_s": 0}, {"ttl": None}),
    ("vonage-messages", {}, (), {"validity_s": 999999}, {"ttl": 604800}),
    ("vonage-messages", {}, (), {"text": "код 491827"}, {"text": "код 491827", "sms": {"encoding_type": "unicode"}}),
    ("plivo", {"powerpack_uuid": UUID}, ("from",), {"validity_s": 99999},
     {"src": None, "powerpack_uuid": UUID, "message_expiry": 14400}),
    ("plivo", {"dlt_entity_id": "11", "dlt_template_id": "12", "dlt_template_category": "service_implicit"}, (),
     {"validity_s": 0}, {"dlt_entity_id": "11", "dlt_template_id": "12", "dlt_template_category": "service_implicit",
                         "message_expiry": None}),
    ("plivo", {}, (), {"validity_s": 3}, {"message_expiry": 5}),
    ("plivo", {"log": "true"}, (), {}, {"log": "true"}),
    ("sinch", {}, (), {"ref": "", "validity_s": 0}, {"client_reference": None, "expire_at": None}),
    ("infobip", {"dlt_template_id": "12", "dlt_entity_id": "11"}, (), {"validity_s": 61}, {"messages": [
        {"sender": "Example", "destinations": [{"to": "447700900123"}], "content": {"text": TEXT}, "options": {
            "validityPeriod": {"amount": 2, "timeUnit": "MINUTES"},
            "regional": {"indiaDlt": {"contentTemplateId": "12", "principalEntityId": "11"}}}}]}),
    ("infobip", {}, (), {"validity_s": 30}, {"messages": [
        {"sender": "Example", "destinations": [{"to": "447700900123"}], "content": {"text": TEXT},
         "options": {"validityPeriod": {"amount": 1, "timeUnit": "MINUTES"}}}]}),
    ("infobip", {}, (), {"validity_s": 999999}, {"messages": [
        {"sender": "Example", "destinations": [{"to": "447700900123"}], "content": {"text": TEXT},
         "options": {"validityPeriod": {"amount": 2880, "timeUnit": "MINUTES"}}}]}),
    ("infobip", {}, (), {"validity_s": 0}, {"messages": [
        {"sender": "Example", "destinations": [{"to": "447700900123"}], "content": {"text": TEXT}}]}),
    ("telnyx", {"messaging_profile_id": UUID}, (), {}, {"messaging_profile_id": UUID}),
    ("clicksend", {"from": "+61411111111"}, (), {"ref": ""}, {"messages": [
        {"source": "pam_smsotp", "from": "+61411111111", "to": "+447700900123", "body": TEXT}]}),
    ("clickatell", {"from": "15005550006"}, (), {}, {"from": "15005550006"}),
    ("textmagic", {"from": "Example"}, (), {}, {"from": "Example"}),
    ("gatewayapi", {}, (), {"text": "код 491827", "validity_s": 3, "ref": ""},
     {"message": "код 491827", "encoding": "UCS2", "validity_period": 60, "userref": None}),
    ("gatewayapi", {}, (), {"validity_s": 0}, {"validity_period": None}),
    ("gatewayapi", {}, (), {"validity_s": 999999}, {"validity_period": 432000}),
    ("telesign", {"sender_id": "Example"}, (), {}, {"sender_id": "Example"}),
    ("bulksmsindia", {"peid": "11", "templateid": "12"}, (), {}, {"peid": "11", "templateid": "12"}),
    ("jasmin", {"from": "Example"}, (), {"validity_s": 0}, {"from": "Example", "validity-period": None}),
    ("jasmin", {}, (), {"text": "код €🔑"}, {"content": None, "coding": "8",
                                            "hex-content": "043A043E0434002020ACD83DDD11"}),
]

# Where the sender stands in a body, which from_by_prefix chooses; None where the API has none to choose.
SENDERS = {
    "messagebird": ("originator",), "vonage-messages": ("from",), "bird": ("from",), "plivo": ("src",),
    "sinch": ("from",), "infobip": ("messages", 0, "sender"), "telnyx": ("from",), "clicksend": ("messages", 0, "from"),
    "clickatell": ("from",), "textmagic": ("from",), "gatewayapi": ("sender",), "46elks": ("from",),
    "telesign": ("sender_id",), "msg91": None, "2factor": None, "bulksmsindia": ("senderid",), "jasmin": ("from",),
}

# Other answers that are acceptances too: (api, HTTP status, what differs in the documented one).
ALSO_ACCEPTED = [
    *[("messagebird", status, {}) for status in (200, 202)],
    *[("messagebird", 201, {"recipients": {"items": [{"status": state}]}}) for state in (
        "scheduled", "buffered", "delivered")],
    *[("bird", status, {}) for status in (200, 201)],
    *[("bird", 202, {"status": state}) for state in ("scheduled", "sent", "delivered")],
    *[("infobip", 200, {"messages": [{"messageId": "2250be2d4219-3af1-78856-aabe-1362af1edfd2",
                                      "status": {"groupName": group}}]}) for group in ("ACCEPTED", "DELIVERED")],
    *[("telnyx", 200, {"data": {"id": UUID, "to": [{"status": state}]}}) for state in (
        "sending", "sent", "delivered")],
    *[("clickatell", status, {}) for status in (200, 201)],
    *[("46elks", 200, {"status": state}) for state in ("sent", "delivered")],
    *[("telesign", 200, {"status": {"code": code}}) for code in (200, 203, 291, 292)],
]

# The setting that authenticates, which a test makes wrong.
CREDENTIAL = {
    "messagebird": "access_key", "vonage-messages": "api_secret", "bird": "api_key", "plivo": "auth_token",
    "sinch": "api_token", "infobip": "api_key", "telnyx": "api_key", "clicksend": "api_key", "clickatell": "api_key",
    "textmagic": "api_key", "gatewayapi": "token", "46elks": "api_password", "telesign": "api_key",
    "msg91": "authkey", "2factor": "api_key", "bulksmsindia": "apikey", "osdigital": "apikey", "kannel": "password",
    "jasmin": "password",
}

assert set(APIS) == set(SETTINGS) == set(CREDENTIAL)
