# SPDX-License-Identifier: BSD-2-Clause
"""What further APIs answer to a request, right or wrong, as their documentation has it: (status, document).

A text document (bytes) is what APIs without JSON say. The number of INVALID is refused as the API refuses one that
does not exist, where it is known how. Every speaker checks method, path, credentials, and that each field is known,
there and of the right type.
"""
import json
import re
import secrets
import urllib.parse
import uuid

INVALID = "+447700900999"

SETTINGS = {
    "messagebird": {"access_key": "live_KeyOfTheAccount", "from": "Example"},
    "vonage-messages": {"api_key": "abcd1234", "api_secret": "SecretOfTheAccount", "from": "Example"},
    "bird": {"api_key": "bk_eu1_KeyOfTheAccount", "region": "eu1", "from": "+15005550006"},
    "plivo": {"auth_id": "MAXXXXXXXXXXXXXXXXXX", "auth_token": "TokenOfTheAccount", "from": "15005550006"},
    "sinch": {"service_plan_id": "plan0123456789abcdef", "api_token": "TokenOfThePlan", "from": "447700900000"},
    "infobip": {"host": "abc12", "api_key": "KeyOfTheAccount", "from": "Example"},
    "telnyx": {"api_key": "KEYoftheaccount", "from": "+15005550006"},
    "clicksend": {"username": "user@example.com", "api_key": "KeyOfTheAccount"},
    "clickatell": {"api_key": "KeyOfTheIntegration=="},
    "textmagic": {"username": "example", "api_key": "KeyOfTheAccount"},
    "gatewayapi": {"token": "TokenOfTheAccount", "from": "Example"},
    "46elks": {"api_username": "u0123456789abcdef", "api_password": "PasswordOfTheAccount", "from": "Example"},
    "telesign": {"customer_id": "0A1B2C3D-0000-1111-2222-333344445555", "api_key": "KeyOfTheAccount=="},
    "msg91": {"authkey": "KeyOfTheAccount", "template_id": "65a0template"},
    "2factor": {"api_key": "0a1b2c3d-key-of-the-account", "template": "LOGIN CODE"},
    "bulksmsindia": {"apikey": "KeyOfTheAccount", "senderid": "EXAMPL"},
    "osdigital": {"apikey": "Key/Of+The&Account", "senderid": "EXAMPL"},
    "kannel": {"username": "otp", "password": "PasswordOfTheUser"},
    "jasmin": {"username": "otp", "password": "PasswordOfUser"},
}


UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def document_of(request):
    """The JSON object of a request's body; {} if it is none, or has a key twice."""
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)
    try:
        document = json.loads(request.body, object_pairs_hook=once)
    except ValueError:
        return {}
    return document if isinstance(document, dict) and request.header("Content-Type") == "application/json" else {}


def wrong_field(document, required, optional=()):
    """The first field that is missing, unknown or of another type; None if all is right."""
    types = {**dict(required), **dict(optional)}
    for name in dict(required):
        if name not in document:
            return name
    for name, value in document.items():
        if name not in types or type(value) is not types[name] or value == "":  # a bool is no int here
            return name
    return None


def is_digits(number):
    return re.fullmatch(r"[1-9]\d{6,14}", number) and number != INVALID[1:]


def is_e164(number):
    return number[:1] == "+" and is_digits(number[1:])


def messagebird(request):
    def error(status, code, description, parameter):
        return status, {"errors": [{"code": code, "description": description, "parameter": parameter}]}

    if (request.method, request.target) != ("POST", "/messages"):
        return error(404, 20, "message not found", None)
    if request.header("Authorization") != "AccessKey " + SETTINGS["messagebird"]["access_key"]:
        return error(401, 2, "Request not allowed (incorrect access_key)", "access_key")
    document = document_of(request)
    wrong = wrong_field(document, {"originator": str, "recipients": list, "body": str},
                   {"datacoding": str, "validity": int, "reference": str})
    if wrong:
        return error(422, 9 if wrong not in document else 10, f"{wrong} is required or invalid", wrong)
    if len(document["recipients"]) != 1 or not is_digits(document["recipients"][0]):
        return error(422, 10, "no (correct) recipients found", "recipients")
    return 201, {"id": secrets.token_hex(16), "originator": document["originator"], "body": document["body"],
                 "recipients": {"totalCount": 1, "totalSentCount": 1, "items": [
                     {"recipient": int(document["recipients"][0]), "status": "sent"}]}}


def vonage_messages(request):
    def problem(status, number, title, detail):
        return status, {"type": f"https://developer.vonage.com/api-errors/messages#{number}", "title": title,
                        "detail": detail, "instance": str(uuid.uuid4())}

    mine = SETTINGS["vonage-messages"]
    if (request.method, request.target) != ("POST", "/v1/messages"):
        return problem(404, 1000, "Not found", "No such resource")
    if request.basic() != (mine["api_key"], mine["api_secret"]):
        return problem(401, 1200, "Unauthorized", "You did not provide correct credentials.")
    document = document_of(request)
    wrong = wrong_field(document, {"channel": str, "message_type": str, "to": str, "from": str, "text": str},
                   {"ttl": int, "client_ref": str, "sms": dict}) or \
        wrong_field(document.get("sms", {}), {}, {"encoding_type": str, "entity_id": str, "content_id": str})
    if wrong or (document["channel"], document["message_type"]) != ("sms", "text"):
        return problem(422, 1150, "Invalid params", f"The value of {wrong} is invalid")
    if not is_digits(document["to"]):
        return problem(422, 1110, "Invalid recipient", f"Invalid recipient {document['to']}")
    return 202, {"message_uuid": str(uuid.uuid4())}


def bird(request):
    def error(status, kind, code, message, param=None):
        return status, {"error": {"type": kind, "code": code, "name": kind, "message": message, "param": param,
                                  "doc_url": "https://bird.com/docs", "request_id": "req_1"}}

    if (request.method, request.target) != ("POST", "/v1/sms/messages"):
        return error(404, "not_found_error", "E10404", "No such resource")
    if request.header("Authorization") != "Bearer " + SETTINGS["bird"]["api_key"]:
        return error(401, "auth_error", "E10401", "The API key is not valid")
    if not re.fullmatch(UUID4, request.header("Idempotency-Key") or ""):
        return error(400, "bad_request_error", "E10400", "Idempotency-Key is not a UUID")
    document = document_of(request)
    wrong = wrong_field(document, {"to": str, "from": str, "text": str, "category": str})
    if wrong:
        return error(422, "validation_error", "E10422", f"{wrong} is invalid", wrong)
    if not is_e164(document["to"]):
        return error(422, "validation_error", "E10422", "to is not a valid number", "to")
    return 202, {"id": "sms_" + secrets.token_hex(12), "status": "accepted", "text": "**REDACTED**"}


def plivo(request):
    def error(status, text):
        return status, {"error": text, "api_id": str(uuid.uuid4())}

    mine = SETTINGS["plivo"]
    if (request.method, request.target) != ("POST", f"/v1/Account/{mine['auth_id']}/Message/"):
        return error(404, "not found")
    if request.basic() != (mine["auth_id"], mine["auth_token"]):
        return error(401, "Could not verify your access level for that URL.")
    document = document_of(request)
    wrong = wrong_field(document, {"dst": str, "text": str},
                   {"src": str, "powerpack_uuid": str, "type": str, "log": str, "message_expiry": int,
                    "dlt_entity_id": str, "dlt_template_id": str, "dlt_template_category": str})
    if wrong or ("src" in document) == ("powerpack_uuid" in document):
        return error(400, f"{wrong or 'src'} parameter is not valid")
    if not is_digits(document["dst"]):
        return error(400, "dst parameter is not valid")
    return 202, {"message": "message(s) queued", "message_uuid": [str(uuid.uuid4())], "api_id": str(uuid.uuid4())}


def sinch(request):
    mine = SETTINGS["sinch"]
    if (request.method, request.target) != ("POST", f"/xms/v1/{mine['service_plan_id']}/batches"):
        return 404, b""
    if request.header("Authorization") != "Bearer " + mine["api_token"]:
        return 401, b""
    document = document_of(request)
    wrong = wrong_field(document, {"from": str, "to": list, "body": str},
                        {"delivery_report": str, "client_reference": str, "expire_at": str})
    if wrong or not re.fullmatch(RFC3339, document.get("expire_at", "2026-11-20T10:00:00Z")):
        return 400, {"code": "syntax_constraint_violation", "text": f"The value of {wrong} is not valid"}
    if len(document["to"]) != 1 or not is_digits(document["to"][0]):
        return 400, {"code": "syntax_invalid_parameter_format", "text": f"Invalid number {document['to'][0]}"}
    return 201, {"id": secrets.token_hex(13).upper(), "to": document["to"], "from": document["from"],
                 "canceled": False, "body": document["body"], "type": "mt_text"}


def _infobip_message(group, number, name):
    return {"messageId": str(uuid.uuid4()), "destination": INVALID[1:],
            "status": {"groupId": 1, "groupName": group, "id": number, "name": name, "description": "In words"}}


def infobip(request):
    def error(status, code, description):
        return status, {"errorCode": code, "description": description, "action": "", "violations": [], "resources": []}

    if (request.method, request.target) != ("POST", "/sms/3/messages"):
        return error(404, "E404", "Not found")
    if request.header("Authorization") != "App " + SETTINGS["infobip"]["api_key"]:
        return 401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED",
                                                           "text": "Invalid login details"}}}
    document = document_of(request)
    if wrong_field(document, {"messages": list}) or len(document["messages"]) != 1:
        return error(400, "E400", "Bad request")
    message = document["messages"][0]
    if wrong_field(message, {"sender": str, "destinations": list, "content": dict}, {"options": dict}) or \
            wrong_field(message["content"], {"text": str}) or \
            wrong_field(message.get("options", {}), {}, {"validityPeriod": dict, "regional": dict}) or \
            len(message["destinations"]) != 1 or wrong_field(message["destinations"][0], {"to": str}):
        return error(400, "E400", "Bad request")
    if not is_digits(message["destinations"][0]["to"]):
        return 200, {"bulkId": "1", "messages": [_infobip_message("REJECTED", 14, "REJECTED_DESTINATION")]}
    return 200, {"bulkId": "1", "messages": [_infobip_message("PENDING", 26, "PENDING_ACCEPTED")]}


def telnyx(request):
    def error(status, code, title, pointer):
        return status, {"errors": [{"code": code, "title": title, "detail": title + ".",
                                    "source": {"pointer": pointer}}]}

    if (request.method, request.target) != ("POST", "/v2/messages"):
        return error(404, "10005", "Resource not found", "")
    if request.header("Authorization") != "Bearer " + SETTINGS["telnyx"]["api_key"]:
        return error(401, "10009", "Authentication failed", "")
    document = document_of(request)
    wrong = wrong_field(document, {"from": str, "to": str, "text": str}, {"messaging_profile_id": str})
    if wrong:
        return error(422, "10004", "Missing required parameter", "/" + wrong)
    if not is_e164(document["to"]):
        return error(400, "40310", "Invalid 'to' address", "/to")
    return 200, {"data": {"record_type": "message", "id": str(uuid.uuid4()), "errors": [], "text": document["text"],
                          "to": [{"phone_number": document["to"], "status": "queued"}]}}


def clicksend(request):
    def answer(status, code, text, messages=None):
        data = None if messages is None else {"total_count": len(messages), "messages": messages}
        return status, {"http_code": status, "response_code": code, "response_msg": text, "data": data}

    mine = SETTINGS["clicksend"]
    if (request.method, request.target) != ("POST", "/v3/sms/send"):
        return answer(404, "NOT_FOUND", "Not found")
    if request.basic() != (mine["username"], mine["api_key"]):
        return answer(401, "UNAUTHORIZED", "Authorization failed.")
    document = document_of(request)
    if wrong_field(document, {"messages": list}) or len(document["messages"]) != 1 or \
            wrong_field(document["messages"][0], {"to": str, "body": str},
                   {"source": str, "from": str, "custom_string": str}):
        return answer(400, "BAD_REQUEST", "Bad request")
    to = document["messages"][0]["to"]
    message = {"to": to, "body": document["messages"][0]["body"], "message_id": str(uuid.uuid4()).upper(),
               "status": "SUCCESS" if is_e164(to) else "INVALID_RECIPIENT"}
    return answer(200, "SUCCESS", "Messages queued for delivery.", [message])


def clickatell(request):
    def error(status, code, description):
        return status, {"error": {"code": code, "description": description, "documentation": "https://docs"}}

    if (request.method, request.target) != ("POST", "/messages"):
        return error(404, "100", "Not found")
    if request.header("Authorization") != SETTINGS["clickatell"]["api_key"]:
        return error(401, "001", "Authentication failed")
    document = document_of(request)
    if wrong_field(document, {"content": str, "to": list}, {"from": str}) or len(document["to"]) != 1:
        return error(400, "101", "Malformed request")
    if not is_digits(document["to"][0]):
        return error(400, "105", "Invalid destination address")
    return 202, {"messages": [{"apiMessageId": secrets.token_hex(16), "accepted": True, "to": document["to"][0]}]}


def textmagic(request):
    def error(status, message):
        return status, {"code": status, "message": message, "errors": {}}

    mine = SETTINGS["textmagic"]
    if (request.method, request.target) != ("POST", "/api/v2/messages"):
        return error(404, "Not found")
    if request.basic() != (mine["username"], mine["api_key"]):
        return error(401, "Invalid credentials")
    document = document_of(request)
    if wrong_field(document, {"text": str, "phones": str}, {"from": str}) or not is_digits(document["phones"]):
        return error(400, "Validation Failed")
    number = 10 ** 9 + secrets.randbelow(10 ** 9)
    return 201, {"id": number, "href": f"/api/v2/messages/{number}", "type": "message", "sessionId": number + 1,
                 "bulkId": None, "messageId": number, "scheduleId": None, "chatId": None}


def gatewayapi(request):
    def error(status, code, message):
        return status, {"code": code, "incident_uuid": str(uuid.uuid4()), "message": message, "variables": []}

    if (request.method, request.target) != ("POST", "/rest/mtsms"):
        return error(404, "0x0100", "Not found")
    if request.basic() != (SETTINGS["gatewayapi"]["token"], ""):
        return error(401, "0x0213", "Unauthorized")
    document = document_of(request)
    if wrong_field(document, {"sender": str, "message": str, "recipients": list},
              {"encoding": str, "validity_period": int, "userref": str}) or \
            len(document["recipients"]) != 1 or wrong_field(document["recipients"][0], {"msisdn": int}) or \
            not is_digits(str(document["recipients"][0]["msisdn"])):
        return error(422, "0x0308", "Invalid value")
    return 200, {"ids": [400000000 + secrets.randbelow(10 ** 8)],
                 "usage": {"countries": {"GB": 1}, "currency": "EUR", "total_cost": 0.05}}


def elks(request):
    mine, fields = SETTINGS["46elks"], request.form()
    if (request.method, request.target) != ("POST", "/a1/sms"):
        return 404, b"Not found"
    if request.basic() != (mine["api_username"], mine["api_password"]):
        return 401, b"API access requires Basic HTTP authentication using a valid username and password"
    for name in ("from", "to", "message"):
        if not fields or not fields.get(name):
            return 403, b"Missing key " + name.encode()
    if set(fields) != {"from", "to", "message", "dontlog"} or not is_e164(fields["to"]):
        return 403, b"Invalid to number"
    return 200, {"status": "created", "id": "s" + secrets.token_hex(16), "direction": "outgoing", "parts": 1,
                 "cost": 5000, "from": fields["from"], "to": fields["to"]}


def telesign(request):
    def error(status, code, description):
        return status, {"reference_id": secrets.token_hex(16).upper(), "status": {
            "code": code, "description": description, "updated_on": "2026-11-20T10:00:00.000000Z"}}

    mine, fields = SETTINGS["telesign"], request.form()
    if (request.method, request.target) != ("POST", "/v1/messaging"):
        return error(404, 11001, "Not found")
    if request.basic() != (mine["customer_id"], mine["api_key"]):
        return error(401, 30006, "Invalid Signature.")
    if not fields or set(fields) - {"phone_number", "message", "message_type", "sender_id"} or \
            fields.get("message_type") not in ("OTP", "ARN", "MKT") or not fields.get("message"):
        return error(400, 11000, "Invalid value for parameter message_type.")
    if not is_digits(fields.get("phone_number", "")):
        return error(400, 11000, "Invalid value for parameter phone_number.")
    return 200, {"reference_id": secrets.token_hex(16).upper(), "external_id": None,
                 "status": {"code": 290, "description": "Message in progress"}}


def msg91(request):
    mine, document = SETTINGS["msg91"], document_of(request)
    if (request.method, request.target) != ("POST", "/api/v5/flow"):
        return 404, {"type": "error", "message": "Not found"}
    if request.header("authkey") != mine["authkey"]:
        return 200, {"type": "error", "message": "Invalid authkey"}
    if wrong_field(document, {"template_id": str, "recipients": list}, {"short_url": str}) or \
            document["template_id"] != mine["template_id"] or len(document["recipients"]) != 1 or \
            wrong_field(document["recipients"][0], {"mobiles": str, "otp": str}) or \
            not is_digits(document["recipients"][0]["mobiles"]):
        return 200, {"type": "error", "message": "Something is not valid"}
    return 200, {"type": "success", "message": secrets.token_hex(12)}


def two_factor(request):
    mine = SETTINGS["2factor"]
    path = re.fullmatch(r"/API/V1/([^/?]+)/SMS/([^/?]+)/([^/?]+)/([^/?]+)", request.target)
    if request.method != "GET" or not path or request.body:
        return 404, {"Status": "Error", "Details": "No such method"}
    key, phone, code, template = (urllib.parse.unquote(part) for part in path.groups())
    if key != mine["api_key"]:
        return 400, {"Status": "Error", "Details": "Invalid API / SessionId Combination - No Entry Exists"}
    if not re.fullmatch(r"91[1-9]\d{9}", phone):
        return 400, {"Status": "Error", "Details": "Invalid Phone Number - Length Mismatch(Expected >= 10)"}
    if not re.fullmatch(r"\d{4,10}", code) or template != mine["template"]:
        return 400, {"Status": "Error", "Details": "No such template"}
    return 200, {"Status": "Success", "Details": str(uuid.uuid4())}


def _panel(fields, mine, known):
    """The V2 panel behind BulkSMSIndia and OS Digital."""
    if fields.get("apikey") != mine["apikey"]:
        return 200, {"status": "OSD01", "message": "Invalid API key"}
    if set(fields) - known or fields.get("senderid") != mine["senderid"] or fields.get("format") != "json" or \
            not fields.get("message") or not re.fullmatch(r"91[1-9]\d{9}", fields.get("number", "")):
        return 200, {"status": "OSD02", "message": "Invalid parameter"}
    return 200, {"status": "OK", "msgid": secrets.token_hex(8), "message": "message Submitted successfully",
                 "data": [{"mobile": fields["number"], "status": "SUBMITTED"}]}


def bulksmsindia(request):
    if (request.method, request.target) != ("POST", "/V2/http-api-post.php"):
        return 404, b"<html>Not Found</html>"
    return _panel(document_of(request), SETTINGS["bulksmsindia"],
                  {"apikey", "senderid", "number", "message", "peid", "templateid", "format"})


def osdigital(request):
    path, _, query = request.target.partition("?")
    if (request.method, path, request.body) != ("GET", "/V2/http-api.php", b""):
        return 404, b"<html>Not Found</html>"
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    fields = dict(pairs) if len(dict(pairs)) == len(pairs) else {}
    return _panel(fields, SETTINGS["osdigital"], {"apikey", "senderid", "number", "message", "format"})


def kannel(request):
    """smsbox 1.4.5, as it answered when it was run."""
    mine = SETTINGS["kannel"]
    if (request.method, request.target) != ("POST", "/cgi-bin/sendsms"):
        return 404, b"Unknown request."
    if not (request.header("Content-Type") or "").startswith("text/plain"):
        return 400, b"Invalid content-type"
    if (request.header("X-Kannel-Username"), request.header("X-Kannel-Password")) != \
            (mine["username"], mine["password"]):
        return 403, b"Authorization failed for sendsms"
    to = request.header("X-Kannel-To")
    if not to:
        return 400, b"Missing receiver number, rejected"
    if to == INVALID or not re.fullmatch(r"\+?\d+", to):
        return 400, b"Number(s) has/have been denied by white- and/or black-lists."
    return 202, b"0: Accepted for delivery"


def jasmin(request):
    mine, fields = SETTINGS["jasmin"], request.form() or {}
    if (request.method, request.target) != ("POST", "/send"):
        return 404, b"No Such Resource"
    patterns = {"username": r".{1,16}", "password": r".{1,16}", "to": r"\+?\d+", "from": r".+", "content": r"(?s).*",
                "hex-content": r"([0-9a-fA-F]{2})*", "coding": r"\d+", "validity-period": r"\d+", "dlr": r"yes|no"}
    for name in ("username", "password", "to"):
        if name not in fields:
            return 400, b'Error "Mandatory argument [%s] is not found."' % name.encode()
    if ("content" in fields) == ("hex-content" in fields):
        return 400, b'Error "content and hex-content cannot be used both in same request."'
    for name, value in fields.items():
        if name not in patterns:
            return 400, b'Error "Argument [%s] is unknown."' % name.encode()
        if not re.fullmatch(patterns[name], value):
            return 400, b'Error "Argument [%s] has an invalid value: [%s]."' % (name.encode(), value.encode())
    if (fields["username"], fields["password"]) != (mine["username"], mine["password"]):
        return 403, b'Error "Authentication failure for username:%s"' % fields["username"].encode()
    if fields["to"] == INVALID[1:]:
        return 412, b'Error "No route found"'
    return 200, b'Success "%s"' % str(uuid.uuid4()).encode()


SPEAKERS = {
    "messagebird": messagebird, "vonage-messages": vonage_messages, "bird": bird, "plivo": plivo, "sinch": sinch,
    "infobip": infobip, "telnyx": telnyx, "clicksend": clicksend, "clickatell": clickatell, "textmagic": textmagic,
    "gatewayapi": gatewayapi, "46elks": elks, "telesign": telesign, "msg91": msg91, "2factor": two_factor,
    "bulksmsindia": bulksmsindia, "osdigital": osdigital, "kannel": kannel, "jasmin": jasmin,
}
