# SPDX-License-Identifier: BSD-2-Clause
"""What each API answers to a request, right or wrong: (status, document)."""
import re
import secrets

import gateway_apis_calls
import gateway_apis_more
import gateway_apis_signed
from gateway_apis_calls import TWILIO

VONAGE = {"api_key": "abcd1234", "api_secret": "SecretOfTheAccount"}


def twilio(request):
    """POST …/Messages.json as api.twilio.com answers it: (status, document)."""
    def error(status, code, message):
        return status, {"code": code, "message": message, "status": status,
                        "more_info": f"https://www.twilio.com/docs/errors/{code}"}

    path = re.fullmatch(r"/2010-04-01/Accounts/([^/?]+)/Messages\.json", request.target)
    fields = request.form()
    if request.method != "POST" or not path:
        return error(404, 20404, f"The requested resource {request.target} was not found")
    if request.basic() != (TWILIO["account_sid"], TWILIO["auth_token"]) or path[1] != TWILIO["account_sid"]:
        return error(401, 20003, "Authenticate")
    if fields is None or set(fields) - {"To", "From", "MessagingServiceSid", "Body", "ValidityPeriod",
                                        "ContentRetention", "AddressRetention"}:
        return error(400, 21600, "Not a form that is known here")
    to, sender = fields.get("To", ""), fields.get("From", "")
    if not 1 <= len(fields.get("Body", "")) <= 1600:
        return error(400, 21602, "Message body is required.")
    if ("From" in fields) == ("MessagingServiceSid" in fields):
        return error(400, 21603, "A 'From' phone number is required.")
    if not 1 <= int(fields.get("ValidityPeriod", "1")) <= 36000:
        return error(400, 21601, "ValidityPeriod is out of range")
    if fields.get("ContentRetention", "retain") not in ("retain", "discard") or \
            fields.get("AddressRetention", "retain") not in ("retain", "obfuscate"):
        return error(400, 20001, "Not a value of these parameters")
    by_sender = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
    by_number = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408,
                 "+15005550004": 21610, "+15005550009": 21614}
    if sender in by_sender:
        return error(400, by_sender[sender], f"The 'From' number {sender} cannot send")
    if to in by_number:
        return error(400, by_number[to], f"The 'To' number {to} is not a valid phone number.")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        return error(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    return 201, {"sid": "SM" + secrets.token_hex(16), "account_sid": path[1], "status": "queued", "to": to,
                 "from": sender or None, "body": fields["Body"], "error_code": None, "error_message": None}


def vonage(request):
    """POST /sms/json as rest.nexmo.com answers it: 200, whatever it is."""
    def error(status, text):
        return 200, {"message-count": "1", "messages": [{"status": status, "error-text": text}]}

    fields = request.form()
    if request.method != "POST" or request.target != "/sms/json":
        return 404, {"error": "not found"}
    if request.basic() != (VONAGE["api_key"], VONAGE["api_secret"]):
        return error("4", "Bad Credentials")
    if fields is None:
        return error("3", "Not a form that is known here")
    for name in ("from", "to", "text"):
        if not fields.get(name):
            return error("2", f"Missing {name} param")
    if set(fields) - {"from", "to", "text", "type", "ttl", "client-ref", "entity-id", "content-id"}:
        return error("3", "Invalid parameter")
    if not re.fullmatch(r"[1-9]\d{6,14}", fields["to"]):
        return error("3", "Invalid to address")
    if not 20000 <= int(fields.get("ttl", "20000")) <= 604800000 or len(fields.get("client-ref", "")) > 40:
        return error("3", "Invalid value")
    return 200, {"message-count": "1", "messages": [
        {"to": fields["to"], "message-id": secrets.token_hex(8).upper(), "status": "0",
         "remaining-balance": "15.53590000", "message-price": "0.03330000", "network": "23410"}]}


def _speaker(api, texts):
    """Calls and queries have requests of their own; whatever is none of them is a text."""
    calls = gateway_apis_calls.SPEAKERS.get(api, lambda _: None)
    return lambda request: calls(request) or texts(request)


SPEAKERS = {api: _speaker(api, texts) for api, texts in {
    "twilio": twilio, "vonage": vonage, **gateway_apis_more.SPEAKERS, **gateway_apis_signed.SPEAKERS}.items()}
SETTINGS = {"twilio": TWILIO, "vonage": VONAGE, **gateway_apis_more.SETTINGS, **gateway_apis_signed.SETTINGS}
