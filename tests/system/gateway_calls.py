# SPDX-License-Identifier: BSD-2-Clause
"""Calls, API by API: the request that the documentation asks for, and what it answers. Written by hand."""
from gateway_requests import BRITISH, FORM, INDIAN, JSON, UUID, basic
from send_harness import OPERATOR, PASSING, RECIPIENT, UNRECOGNISED, UNROUTABLE

# What the gateway file says, and what is to be heard for the code 491827.
VOICE_MESSAGE = "Your code is {digits}. Again: {digits}."
SPOKEN = "Your code is 4, 9, 1, 8, 2, 7. Again: 4, 9, 1, 8, 2, 7."

ACCOUNT = "AC" + "0123456789abcdef" * 2
MESSAGE_ID = "2250be2d4219-3af1-78856-aabe-1362af1edfd2"
REFERENCE = "B56A497C9A74016489525132F8840634"
CALL_ID = "331156de-7236-4016-bf48-d40f40a3ff9e"


class Call:
    """host: where the description sends to. settings: what calls need besides the settings of texts.
    request(spoken, language): (target, headers, body), as gateway_requests has them; language is that of the gateway
    file. accepted: (status, document, id of the call). spoken: whether the words are ours."""

    def __init__(self, host, settings, request, accepted, method="POST", to=BRITISH, spoken=True):
        self.host, self.settings, self.request, self.accepted = host, settings, request, accepted
        self.method, self.to, self.spoken = method, to, spoken


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


CALLS = {
    "twilio": Call(
        "api.twilio.com:443", {"voice_from": "+15005550006"},
        lambda spoken, language: (
            f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
            {"Authorization": basic(ACCOUNT, "token-of-the-account"), "Content-Type": FORM},
            {"To": "+447700900123", "From": "+15005550006",
             "Twiml": f'<Response><Say language="{language}">{_escaped(spoken)}</Say></Response>'}),
        (201, {"sid": "CA" + "0123456789abcdef" * 2, "account_sid": ACCOUNT, "status": "queued", "to": "+447700900123",
               "from": "+15005550006", "price": None}, "CA" + "0123456789abcdef" * 2)),
    "messagebird": Call(
        "rest.messagebird.com:443", {"voice_from": "31612345678"},
        lambda spoken, language: (
            "/voicemessages", {"Authorization": "AccessKey live_KeyOfTheAccount", "Content-Type": JSON},
            {"originator": "31612345678", "recipients": ["447700900123"], "body": spoken,
             "language": language.lower(), "ifMachine": "hangup", "reference": "K7"}),
        (201, {"id": "430c44a0354aab7ac9553f7a49907463", "body": "Hello World", "ifMachine": "hangup",
               "recipients": {"totalCount": 1, "items": [{"recipient": 447700900123, "status": "calling"}]}},
         "430c44a0354aab7ac9553f7a49907463")),
    "infobip": Call(
        "abc12.api.infobip.com:443", {"voice_from": "442032864231"},
        lambda spoken, language: (
            "/tts/3/single", {"Authorization": "App KeyOfTheAccount", "Content-Type": JSON, "Accept": JSON},
            {"text": spoken, "language": language[:2], "from": "442032864231", "to": "447700900123"}),
        (200, {"bulkId": "4fda521a-c680-470d-b134-83d468f7ac80", "messages": [
            {"to": "447700900123", "messageId": MESSAGE_ID, "status": {
                "groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}}]}, MESSAGE_ID)),
    "sinch": Call(
        "calling.api.sinch.com:443", {"application_key": "669E367E-6BBA-48AB-AF15-266871C28135",
                                      "application_secret": "SecretOfTheApplication==",
                                      "voice_from": "+447700900000"},
        lambda spoken, language: (
            "/calling/v1/callouts",
            {"Authorization": basic("669E367E-6BBA-48AB-AF15-266871C28135", "SecretOfTheApplication=="),
             "Content-Type": JSON},
            {"method": "ttsCallout", "ttsCallout": {
                "cli": "+447700900000", "destination": {"type": "number", "endpoint": "+447700900123"},
                "locale": language, "text": spoken}}),
        (200, {"callId": CALL_ID}, CALL_ID)),
    "telesign": Call(
        "rest-api.telesign.com:443", {"speaker": "f-FR-fr"},
        lambda spoken, _: (
            "/v1/voice", {"Authorization": basic("0A1B2C3D-0000-1111-2222-333344445555", "KeyOfTheAccount=="),
                          "Content-Type": FORM},
            {"phone_number": "447700900123", "message": spoken, "message_type": "OTP", "voice": "f-FR-fr"}),
        (200, {"reference_id": REFERENCE, "status": {"code": 103, "description": "Call in progress"}}, REFERENCE)),
    "clicksend": Call(
        "rest.clicksend.com:443", {},
        lambda spoken, language: (
            "/v3/voice/send", {"Authorization": basic("user@example.com", "KeyOfTheAccount"), "Content-Type": JSON},
            {"messages": [{"source": "pam_smsotp", "to": "+447700900123", "body": spoken,
                           "lang": language.lower(), "voice": "female", "machine_detection": 0,
                           "custom_string": "K7"}]}),
        (200, {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued for delivery.",
               "data": {"total_count": 1, "messages": [{"message_id": UUID, "status": "SUCCESS"}]}}, UUID)),
    "2factor": Call(
        "2factor.in:443", {},
        lambda *_: ("/API/V1/0a1b2c3d-key-of-the-account/VOICE/9876543210/491827", {}, b""),
        (200, {"Status": "Success", "Details": UUID}, UUID), method="GET", to=INDIAN, spoken=False),
}

# Without what is optional: (api, settings, without these, fields put in or, with None, left out).
CALL_VARIANTS = [
    ("messagebird", {}, ("voice_from",), {"originator": None}),
    ("telesign", {}, ("speaker",), {"voice": None}),
    ("clicksend", {"speaker": "male"}, (), {"messages": [
        {"source": "pam_smsotp", "to": "+447700900123", "body": SPOKEN, "lang": "en-gb", "voice": "male",
         "machine_detection": 0, "custom_string": "K7"}]}),
]

# What a gateway file must set where it says voice = true.
CALL_NEEDS = [("twilio", "voice_from"), ("infobip", "voice_from"), ("sinch", "application_key"),
              ("sinch", "application_secret"), ("sinch", "voice_from")]

# Other answers that are acceptances too: (api, HTTP status, what differs in the documented one).
CALL_ALSO_ACCEPTED = [
    *[("twilio", 201, {"status": state}) for state in ("ringing", "in-progress", "completed")],
    *[("messagebird", status, {}) for status in (200, 202)],
    *[("messagebird", 201, {"recipients": {"items": [{"status": state}]}}) for state in ("scheduled", "answered")],
    *[("infobip", 200, {"messages": [{"messageId": MESSAGE_ID, "status": {"groupName": group}}]}) for group in (
        "ACCEPTED", "DELIVERED")],
    *[("telesign", 200, {"status": {"code": code}}) for code in (100, 105)],
]

# The setting that authenticates calls, which a test makes wrong.
CALL_CREDENTIAL = {"twilio": "auth_token", "messagebird": "access_key", "infobip": "api_key",
                   "sinch": "application_secret", "telesign": "api_key", "clicksend": "api_key", "2factor": "api_key"}

# The class of what the double answers to a number that does not exist.
CALL_INVALID_NUMBER = {"twilio": RECIPIENT, "messagebird": RECIPIENT, "infobip": RECIPIENT, "sinch": OPERATOR,
                       "telesign": RECIPIENT, "clicksend": RECIPIENT, "2factor": UNROUTABLE}


def _twilio(code, status=400):
    return {"code": code, "message": "In words", "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status}


def _messagebird(code, parameter):
    return {"errors": [{"code": code, "description": "In words", "parameter": parameter}]}


def _infobip(group, name, number):
    return {"messages": [{"messageId": UUID, "status": {"groupName": group, "id": number, "name": name}}]}


def _sinch(code):
    return {"errorCode": code, "message": "In words", "reference": "x"}


def _telesign(code, description="In words"):
    return {"reference_id": REFERENCE, "status": {"code": code, "description": description}}


def _clicksend(status):
    return {"http_code": 200, "response_code": "SUCCESS", "data": {"messages": [
        {"message_id": UUID, "status": status}]}}


# (api, HTTP status, document, class, how the detail begins)
CALL_REFUSALS = [
    *[("twilio", 400, _twilio(code), outcome, f"{code}: In words") for code, outcome in [
        (21211, RECIPIENT), (21217, RECIPIENT), (21214, UNROUTABLE), (21215, UNROUTABLE), (21216, UNROUTABLE),
        (21210, OPERATOR), (21212, OPERATOR), (21219, OPERATOR), (10001, OPERATOR), (20005, OPERATOR),
        (21299, UNRECOGNISED)]],
    ("twilio", 401, _twilio(20003, 401), OPERATOR, "20003: In words"),
    ("twilio", 429, _twilio(20429, 429), PASSING, "20429: In words"),
    ("twilio", 400, _twilio(20429), PASSING, "20429: In words"),
    ("twilio", 500, _twilio(20500, 500), PASSING, "20500: In words"),
    ("messagebird", 401, _messagebird(2, "access_key"), OPERATOR, "2: In words"),
    ("messagebird", 422, _messagebird(2, "access_key"), OPERATOR, "2: In words"),
    ("messagebird", 404, _messagebird(20, None), OPERATOR, "20: In words"),
    ("messagebird", 422, _messagebird(25, None), OPERATOR, "25: In words"),
    ("messagebird", 422, _messagebird(9, "body"), OPERATOR, "9: In words"),
    ("messagebird", 422, _messagebird(9, "recipients"), OPERATOR, "9: In words"),
    ("messagebird", 422, _messagebird(10, "recipients"), RECIPIENT, "10: In words"),
    ("messagebird", 422, _messagebird(10, "language"), OPERATOR, "10: In words"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", 12), OPERATOR, "12: REJECTED_NOT"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_SOURCE", 11), OPERATOR, "11: REJECTED_SOURCE"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_DESTINATION", 14), RECIPIENT, "14: REJECTED_DESTINATION"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_PREFIX_MISSING", 8), RECIPIENT, "8: REJECTED_PREFIX_MISSING"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_NETWORK", 6), UNROUTABLE, "6: REJECTED_NETWORK"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_ROUTE_NOT_AVAILABLE", 19), UNROUTABLE, "19: REJECTED_ROUTE"),
    ("infobip", 200, _infobip("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED", 9), RECIPIENT, "9: "),
    ("infobip", 200, _infobip("EXPIRED", "EXPIRED_EXPIRED", 15), PASSING, "15: "),
    # What is said of a message beside an error of the request does not count.
    *[("infobip", 500, _infobip(group, name, 9), PASSING, "9: ") for group, name in [
        ("REJECTED", "REJECTED_DESTINATION"), ("REJECTED", "REJECTED_NETWORK"), ("REJECTED", "REJECTED_SOURCE"),
        ("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED")]],
    ("infobip", 400, _infobip("EXPIRED", "EXPIRED_EXPIRED", 15), OPERATOR, "15: "),
    *[("infobip", status, {"errorCode": "E4", "description": "In words"}, OPERATOR, "E4: In words")
      for status in (404, 405, 415)],
    ("infobip", 401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED",
                                                            "text": "Invalid login details"}}}, OPERATOR,
     "UNAUTHORIZED: Invalid login details"),
    ("infobip", 400, {"requestError": {"serviceException": {"messageId": "BAD_REQUEST"}}}, OPERATOR, ""),
    ("infobip", 500, {"requestError": {"serviceException": {"messageId": "GENERAL_ERROR"}}}, PASSING, ""),
    *[("sinch", status, _sinch(code), outcome, f"{code}: In words") for status, code, outcome in [
        (400, 40001, OPERATOR), (400, 40002, OPERATOR), (401, 40100, OPERATOR), (402, 40200, OPERATOR),
        (403, 40300, OPERATOR), (404, 40400, OPERATOR), (422, 42200, OPERATOR), (429, 42900, PASSING),
        (500, 50000, PASSING), (503, 50300, PASSING), (409, 40900, UNRECOGNISED)]],
    *[("telesign", 200, _telesign(code), outcome, f"{code}: In words") for code, outcome in [
        (101, PASSING), (106, PASSING), (107, PASSING), (108, PASSING), (104, RECIPIENT), (129, UNROUTABLE),
        (130, UNROUTABLE), (10033, OPERATOR),
        (30000, OPERATOR), (30015, OPERATOR), (30016, UNRECOGNISED)]],
    ("telesign", 400, _telesign(11000, "Invalid value for parameter phone_number."), RECIPIENT, "11000: Invalid"),
    ("telesign", 400, _telesign(11000, "Invalid value for parameter voice."), OPERATOR, "11000: Invalid"),
    ("telesign", 400, _telesign(10033, "The phone_number is not for this account."), OPERATOR, "10033: The"),
    ("telesign", 401, _telesign(30006), OPERATOR, "30006: In words"),
    *[("clicksend", 200, _clicksend(status), outcome, status) for status, outcome in [
        ("INVALID_RECIPIENT", RECIPIENT), ("COUNTRY_NOT_ENABLED", UNROUTABLE), ("MISSING_CREDENTIALS", OPERATOR),
        ("ACCOUNT_NOT_ACTIVATED", OPERATOR), ("INVALID_CREDENTIALS", OPERATOR), ("INSUFFICIENT_CREDIT", OPERATOR),
        ("INVALID_SENDER_ID", OPERATOR), ("EMPTY_MESSAGE", OPERATOR), ("THROTTLED", PASSING),
        ("INTERNAL_ERROR", PASSING), ("SOMETHING_NEW", UNRECOGNISED)]],
    *[("clicksend", status, {"response_code": "X", "data": None}, OPERATOR, "") for status in (404, 405)],
    ("clicksend", 401, {"response_code": "UNAUTHORIZED", "response_msg": "Authorization failed.", "data": None},
     OPERATOR, "Authorization failed."),
    ("clicksend", 400, {"response_code": "BAD_REQUEST", "data": None}, OPERATOR, ""),
    ("2factor", 400, {"Status": "Error", "Details": "Invalid API / SessionId Combination - No Entry Exists"},
     OPERATOR, "Invalid API"),
    ("2factor", 400, {"Status": "Error", "Details": "Invalid Phone Number - Length Mismatch(Expected >= 10)"},
     UNROUTABLE, "Invalid Phone Number"),
    ("2factor", 200, {"Status": "Error", "Details": "Something else"}, UNRECOGNISED, "Something else"),
    *[("2factor", 400, {"Status": "Other", "Details": words}, UNRECOGNISED, words) for words in (
        "Invalid API / SessionId Combination - No Entry Exists", "Invalid Phone Number - Length Mismatch")],
]

# With the status of an acceptance: half of one, one of a text, another type.
CALL_NO_ACCEPTANCES = [
    *[("twilio", document) for document in [
        {"sid": "SM" + "0" * 32, "status": "queued"}, {"sid": "CA" + "0" * 32}, {"status": "queued"},
        {"sid": "CA" + "0" * 32, "status": "failed"}, {"sid": "CA" + "0" * 32, "status": "busy"},
        {"sid": "CA" + "0" * 32, "status": "no-answer"}, {"sid": "CA" + "0" * 32, "status": "canceled"}]],
    *[("messagebird", document) for document in [
        {"id": "430c44a0354aab7ac9553f7a49907463"}, {"id": "x", "recipients": {"items": [{"status": "calling"}]}},
        {"recipients": {"items": [{"status": "calling"}]}},
        {"id": "430c44a0354aab7ac9553f7a49907463", "recipients": {"items": []}},
        {"id": "430c44a0354aab7ac9553f7a49907463", "recipients": {"items": [{"status": "failed"}]}}]],
    *[("infobip", document) for document in [
        {"messages": []}, {"messages": [{"messageId": UUID}]}, {"messages": [{"status": {"groupName": "PENDING"}}]},
        {"messages": [{"messageId": "", "status": {"groupName": "PENDING"}}]},
        _infobip("REJECTED", "REJECTED_NETWORK", 6)]],
    *[("sinch", document) for document in [{"callId": ""}, {"callId": None}, {"callId": [CALL_ID]}, {"id": "x"}]],
    *[("telesign", document) for document in [
        _telesign(290), _telesign("103"), {"status": {"code": 103}}, {**_telesign(103), "reference_id": "x"},
        {**_telesign(103), "reference_id": REFERENCE + "0"}]],
    *[("clicksend", document) for document in [
        {"response_code": "SUCCESS"}, {"response_code": "SUCCESS", "data": {"messages": []}},
        {**_clicksend("SUCCESS"), "response_code": "FORBIDDEN"},
        {"response_code": "SUCCESS", "data": {"messages": [{"status": "SUCCESS", "message_id": ""}]}}]],
    *[("2factor", document) for document in [
        {"Status": "Error", "Details": UUID}, {"Status": "Success"}, {"Status": "Success", "Details": ""}]],
]
