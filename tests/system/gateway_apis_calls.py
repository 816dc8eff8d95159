# SPDX-License-Identifier: BSD-2-Clause
"""What the APIs answer to calls, and to who asks what became of a text: (status, document), or None where a request is
for something else. Every speaker checks method, path, credentials, content type and each field."""
import re
import secrets
import uuid

from gateway_apis_more import INVALID, SETTINGS, document_of, is_digits, is_e164, wrong_field

TWILIO = {"account_sid": "AC" + "0123456789abcdef" * 2, "auth_token": "token-of-the-account"}
# What calls need besides; the same values as in gateway_calls.
APPLICATION = ("669E367E-6BBA-48AB-AF15-266871C28135", "SecretOfTheApplication==")
LANGUAGE = r"[a-z]{2}-[A-Z]{2}"


def _gets(request, path):
    """The id in a GET of path, which has a group for it; None if it is none."""
    found = re.fullmatch(path, request.target)
    return found[1] if found and request.method == "GET" and not request.body else None


def twilio(request):
    def error(status, code, message):
        return status, {"code": code, "message": message, "status": status,
                        "more_info": f"https://www.twilio.com/docs/errors/{code}"}

    base = f"/2010-04-01/Accounts/{TWILIO['account_sid']}"
    message = _gets(request, re.escape(base) + r"/Messages/([^/]+)\.json")
    if (request.method, request.target) != ("POST", base + "/Calls.json") and not message:
        return None
    if request.basic() != (TWILIO["account_sid"], TWILIO["auth_token"]):
        return error(401, 20003, "Authenticate")
    if message:
        return 200, {"sid": message, "status": "delivered", "error_code": None, "error_message": None}
    fields = request.form()
    if not fields or set(fields) != {"To", "From", "Twiml"}:
        return error(400, 21600, "Not a form that is known here")
    if not re.fullmatch(rf'<Response><Say language="{LANGUAGE}">[^<>]+</Say></Response>', fields["Twiml"]):
        return error(400, 12100, "Document parse failure")
    if not is_e164(fields["From"]):
        return error(400, 21212, "The phone number provided as From is not valid")
    if not is_e164(fields["To"]):
        return error(400, 21217, f"Phone number {fields['To']} does not appear to be valid")
    return 201, {"sid": "CA" + secrets.token_hex(16), "status": "queued", "to": fields["To"], "from": fields["From"]}


def messagebird(request):
    def error(status, code, description, parameter):
        return status, {"errors": [{"code": code, "description": description, "parameter": parameter}]}

    message = _gets(request, "/messages/([^/]+)")
    if (request.method, request.target) != ("POST", "/voicemessages") and not message:
        return None
    if request.header("Authorization") != "AccessKey " + SETTINGS["messagebird"]["access_key"]:
        return error(401, 2, "Request not allowed (incorrect access_key)", "access_key")
    if message:
        return 200, {"id": message, "recipients": {"totalCount": 1, "items": [
            {"recipient": 447700900123, "status": "delivered", "statusReason": "successfully delivered"}]}}
    document = document_of(request)
    wrong = wrong_field(document, {"recipients": list, "body": str},
                        {"originator": str, "language": str, "ifMachine": str, "reference": str})
    if wrong or not re.fullmatch("[a-z]{2}-[a-z]{2}", document.get("language", "en-gb")) or \
            document.get("ifMachine", "hangup") not in ("continue", "delay", "hangup") or \
            not is_digits(document.get("originator", "31612345678")):
        return error(422, 9 if wrong and wrong not in document else 10, f"{wrong} is required or invalid", wrong)
    if len(document["recipients"]) != 1 or not is_digits(document["recipients"][0]):
        return error(422, 10, "no (correct) recipients found", "recipients")
    return 201, {"id": secrets.token_hex(16), "body": document["body"], "recipients": {
        "totalCount": 1, "items": [{"recipient": int(document["recipients"][0]), "status": "calling"}]}}


def infobip(request):
    message = _gets(request, r"/sms/3/logs\?messageId=([^&]+)")
    if (request.method, request.target) != ("POST", "/tts/3/single") and not message:
        return None
    if request.header("Authorization") != "App " + SETTINGS["infobip"]["api_key"]:
        return 401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED",
                                                           "text": "Invalid login details"}}}
    if message:
        return 200, {"results": [{"messageId": message, "status": {
            "groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}, "error": {
                "groupId": 0, "groupName": "OK", "id": 0, "name": "NO_ERROR", "permanent": False}}]}
    document = document_of(request)
    if wrong_field(document, {"text": str, "language": str, "from": str, "to": str}) or \
            not re.fullmatch("[a-z]{2}", document["language"]) or not is_digits(document["from"]):
        return 400, {"requestError": {"serviceException": {"messageId": "BAD_REQUEST", "text": "Bad Request"}}}
    group, number, name = ("PENDING", 26, "PENDING_ACCEPTED") if is_digits(document["to"]) else \
        ("REJECTED", 14, "REJECTED_DESTINATION")
    return 200, {"bulkId": str(uuid.uuid4()), "messages": [{"to": document["to"], "messageId": str(uuid.uuid4()),
                                                            "status": {"groupName": group, "id": number,
                                                                       "name": name}}]}


def sinch(request):
    def error(status, code, message):
        return status, {"errorCode": code, "message": message, "reference": str(uuid.uuid4())}

    mine = SETTINGS["sinch"]
    batch = _gets(request, rf"/xms/v1/{mine['service_plan_id']}/batches/([^/]+)/delivery_report/\d+")
    if batch and request.header("Authorization") == "Bearer " + mine["api_token"]:
        return 200, {"type": "recipient_delivery_report_sms", "batch_id": batch, "code": 0, "status": "Delivered"}
    if batch:
        return 401, b""
    if (request.method, request.target) != ("POST", "/calling/v1/callouts"):
        return None
    if request.basic() != APPLICATION:
        return error(401, 40100, "Unauthorized")
    document = document_of(request)
    callout = document.get("ttsCallout", {})
    if wrong_field(document, {"method": str, "ttsCallout": dict}) or document["method"] != "ttsCallout" or \
            wrong_field(callout, {"cli": str, "destination": dict, "locale": str, "text": str}) or \
            wrong_field(callout["destination"], {"type": str, "endpoint": str}) or \
            callout["destination"]["type"] != "number" or not re.fullmatch(LANGUAGE, callout["locale"]) or \
            not is_e164(callout["cli"]) or not is_e164(callout["destination"]["endpoint"]):
        return error(400, 40001, "Parameter validation error")
    return 200, {"callId": str(uuid.uuid4())}


def telesign(request):
    def answer(status, code, description):
        return status, {"reference_id": secrets.token_hex(16).upper(),
                        "status": {"code": code, "description": description}}

    mine = SETTINGS["telesign"]
    message = _gets(request, "/v1/messaging/([^/]+)")
    if (request.method, request.target) != ("POST", "/v1/voice") and not message:
        return None
    if request.basic() != (mine["customer_id"], mine["api_key"]):
        return answer(401, 30006, "Invalid Signature.")
    if message:
        return answer(200, 200, "Delivered to handset")
    fields = request.form()
    if not fields or set(fields) - {"phone_number", "message", "message_type", "voice"} or \
            fields.get("message_type") not in ("OTP", "ARN", "MKT") or not fields.get("message") or \
            not re.fullmatch("[fm]-[A-Z]{2}-[a-z]{2}", fields.get("voice", "f-EN-us")):
        return answer(400, 11000, "Invalid value for parameter message_type.")
    if not is_digits(fields.get("phone_number", "")):
        return answer(400, 11000, "Invalid value for parameter phone_number.")
    return answer(200, 103, "Call in progress")


def clicksend(request):
    def answer(status, code, text, data=None):
        return status, {"http_code": status, "response_code": code, "response_msg": text, "data": data}

    mine = SETTINGS["clicksend"]
    message = _gets(request, "/v3/sms/receipts/([^/]+)")
    if (request.method, request.target) != ("POST", "/v3/voice/send") and not message:
        return None
    if request.basic() != (mine["username"], mine["api_key"]):
        return answer(401, "UNAUTHORIZED", "Authorization failed.")
    if message:
        return answer(200, "SUCCESS", "Here is your data.", {
            "message_id": message, "status_code": "201", "status_text": "Success: Message received on handset.",
            "error_code": None, "error_text": None})
    document = document_of(request)
    if wrong_field(document, {"messages": list}) or len(document["messages"]) != 1 or \
            wrong_field(document["messages"][0], {"to": str, "body": str, "lang": str, "voice": str},
                        {"source": str, "custom_string": str, "machine_detection": int}) or \
            not re.fullmatch("[a-z]{2}-[a-z]{2}", document["messages"][0]["lang"]) or \
            document["messages"][0]["voice"] not in ("female", "male"):
        return answer(400, "BAD_REQUEST", "Bad request")
    state = "SUCCESS" if is_e164(document["messages"][0]["to"]) else "INVALID_RECIPIENT"
    return answer(200, "SUCCESS", "Messages queued for delivery.", {"total_count": 1, "messages": [
        {"message_id": str(uuid.uuid4()).upper(), "status": state}]})


def two_factor(request):
    mine = SETTINGS["2factor"]
    call = re.fullmatch(r"/API/V1/([^/?]+)/VOICE/([^/?]+)/([^/?]+)", request.target)
    report = re.fullmatch(r"/API/V1/([^/?]+)/ADDON_SERVICES/RPT/TSMS/([^/?]+)", request.target)
    if request.method != "GET" or request.body or not (call or report):
        return None
    if (call or report)[1] != mine["api_key"] and report:
        return 401, b"<error/>"
    if report:
        return 200, b"<smsLog><sms><smsStatus><statusDesc>DELIVERED</statusDesc></smsStatus></sms></smsLog>"
    if call[1] != mine["api_key"]:
        return 400, {"Status": "Error", "Details": "Invalid API / SessionId Combination - No Entry Exists"}
    if not re.fullmatch(r"[6-9]\d{9}", call[2]) or call[2] == INVALID[3:]:
        return 400, {"Status": "Error", "Details": "Invalid Phone Number - Length Mismatch(Expected >= 10)"}
    if not re.fullmatch(r"\d{4,10}", call[3]):
        return 400, {"Status": "Error", "Details": "No such code"}
    return 200, {"Status": "Success", "Details": str(uuid.uuid4())}


def _bearer(path, api, setting, answer):
    """Speaks for an API that only tells what became of a text, and knows its asker by a token."""
    def speak(request):
        message = _gets(request, path)
        if message and request.header("Authorization") != "Bearer " + SETTINGS[api][setting]:
            return 401, {"error": "no"}
        return message and (200, answer(message))
    return speak


def _basic(path, api, user, password, answer):
    """… by a name and a password."""
    def speak(request):
        message = _gets(request, path)
        if message and request.basic() != (SETTINGS[api][user], SETTINGS[api].get(password, "")):
            return 401, {"error": "no"}
        return message and (200, answer(message))
    return speak


SPEAKERS = {
    "twilio": twilio, "messagebird": messagebird, "infobip": infobip, "sinch": sinch, "telesign": telesign,
    "clicksend": clicksend, "2factor": two_factor,
    "bird": _bearer("/v1/sms/messages/([^/]+)", "bird", "api_key",
                    lambda message: {"id": message, "status": "delivered", "last_error": None}),
    "telnyx": _bearer("/v2/messages/([^/]+)", "telnyx", "api_key",
                      lambda message: {"data": {"id": message, "to": [{"status": "delivered"}], "errors": []}}),
    "plivo": _basic(f"/v1/Account/{SETTINGS['plivo']['auth_id']}/Message/([^/]+)/", "plivo", "auth_id", "auth_token",
                    lambda message: {"message_uuid": message, "message_state": "delivered", "error_code": "000"}),
    "textmagic": _basic("/api/v2/messages/([^/]+)", "textmagic", "username", "api_key",
                        lambda message: {"id": message, "status": "d"}),
    "gatewayapi": _basic("/rest/mtsms/([^/]+)", "gatewayapi", "token", "", lambda message: {
        "id": message, "recipients": [{"msisdn": 447700900123, "dsnstatus": "DELIVERED"}]}),
    "46elks": _basic("/a1/sms/([^/]+)", "46elks", "api_username", "api_password",
                     lambda message: {"id": message, "status": "delivered"}),
}
