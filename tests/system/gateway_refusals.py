# SPDX-License-Identifier: BSD-2-Clause
"""What each API's documentation says that it answers to a request it refuses, and which class that is."""
from send_harness import OPERATOR, PASSING, RECIPIENT, UNRECOGNISED, UNROUTABLE

UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def _messagebird(code, parameter):
    return {"errors": [{"code": code, "description": "In words", "parameter": parameter}]}


def _problem(title, number=1110):
    return {"type": f"https://developer.vonage.com/api-errors/messages#{number}", "title": title,
            "detail": "In words", "instance": UUID}


def _bird(kind, param=None):
    return {"error": {"type": kind, "code": "E10001", "name": "x", "message": "In words", "param": param}}


def _plivo(text):
    return {"api_id": UUID, "error": text}


def _infobip(group, name, number):
    return {"messages": [{"messageId": UUID, "status": {"groupName": group, "id": number, "name": name}}]}


def _telnyx(code, pointer="/to"):
    return {"errors": [{"code": code, "title": "x", "detail": "In words", "source": {"pointer": pointer}}]}


def _clicksend(status):
    return {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued for delivery.",
            "data": {"messages": [{"message_id": UUID, "status": status}]}}


def _clickatell(code):
    return {"error": {"code": code, "description": "In words", "documentation": "https://x"}}


def _code(code, message="In words"):
    return {"code": code, "message": message}


def _telesign(code, description="In words"):
    return {"reference_id": "B56A497C9A74016489525132F8840634", "status": {"code": code, "description": description}}


# (api, HTTP status, document, class, how the detail begins)
REFUSALS = [
    # A wrong key, a spent balance, a missing and an invalid parameter, whatever the status is.
    ("messagebird", 401, _messagebird(2, "access_key"), OPERATOR, "2: In words"),
    ("messagebird", 422, _messagebird(2, "access_key"), OPERATOR, "2: In words"),
    ("messagebird", 404, _messagebird(20, None), OPERATOR, "20: In words"),
    ("messagebird", 422, _messagebird(25, None), OPERATOR, "25: In words"),
    ("messagebird", 422, _messagebird(9, "body"), OPERATOR, "9: In words"),
    ("messagebird", 422, _messagebird(10, "recipients"), RECIPIENT, "10: In words"),
    ("messagebird", 422, _messagebird(10, "recipient"), RECIPIENT, "10: In words"),
    ("messagebird", 422, _messagebird(10, "originator"), OPERATOR, "10: In words"),
    ("messagebird", 400, _messagebird("10", "recipient"), UNRECOGNISED, "10: In words"),
    ("vonage-messages", 401, _problem("Unauthorized"), OPERATOR, "1110: In words"),
    ("vonage-messages", 402, _problem("Low balance"), OPERATOR, "1110: In words"),
    ("vonage-messages", 422, _problem("Invalid recipient"), RECIPIENT, "1110: In words"),
    ("vonage-messages", 422, _problem("Invalid recipient", 1430), RECIPIENT, "1430: In words"),
    ("vonage-messages", 422, _problem("Invalid sender"), OPERATOR, "1110: In words"),
    ("vonage-messages", 422, _problem("Invalid params", 1150), OPERATOR, "1150: In words"),
    ("vonage-messages", 429, _problem("Rate Limit Hit", 1000), PASSING, "1000: In words"),
    ("vonage-messages", 500, _problem("Internal error", 1900), PASSING, "1900: In words"),
    ("bird", 401, _bird("auth_error"), OPERATOR, "E10001: In words"),
    ("bird", 402, _bird("billing_error"), OPERATOR, "E10001: In words"),
    ("bird", 403, _bird("permission_error"), OPERATOR, "E10001: In words"),
    *[("bird", 422, _bird(kind), OPERATOR, "E10001: In words") for kind in (
        "auth_error", "billing_error", "permission_error", "not_implemented_error")],
    ("bird", 404, _bird("not_found_error"), OPERATOR, "E10001: In words"),
    ("bird", 400, _bird("bad_request_error"), OPERATOR, "E10001: In words"),
    ("bird", 400, _bird("bad_request_error", "to"), OPERATOR, "E10001: In words"),
    ("bird", 412, _bird("precondition_error"), OPERATOR, "E10001: In words"),
    ("bird", 413, _bird("payload_too_large_error"), OPERATOR, "E10001: In words"),
    ("bird", 421, _bird("misdirected_error"), OPERATOR, "E10001: In words"),
    ("bird", 422, _bird("validation_error", "to"), RECIPIENT, "E10001: In words"),
    ("bird", 422, _bird("validation_error", "from"), OPERATOR, "E10001: In words"),
    ("bird", 422, _bird("validation_error"), OPERATOR, "E10001: In words"),
    ("bird", 429, _bird("rate_limit_error"), PASSING, "E10001: In words"),
    ("bird", 500, _bird("internal_error"), PASSING, "E10001: In words"),
    ("bird", 501, _bird("not_implemented_error"), OPERATOR, "E10001: In words"),
    ("bird", 503, _bird("service_unavailable_error"), PASSING, "E10001: In words"),
    ("bird", 409, _bird("conflict_error"), UNRECOGNISED, "E10001: In words"),
    ("plivo", 400, _plivo("src parameter is not valid"), OPERATOR, "src parameter"),
    ("plivo", 401, _plivo("Could not verify"), OPERATOR, "Could not"),
    ("plivo", 403, _plivo("Geo permission"), OPERATOR, "Geo"),
    ("plivo", 404, _plivo("not found"), OPERATOR, "not found"),
    ("plivo", 405, _plivo("method"), OPERATOR, "method"),
    ("plivo", 422, _plivo("unprocessable"), OPERATOR, "unprocessable"),
    ("plivo", 409, _plivo("conflict"), UNRECOGNISED, "conflict"),
    ("plivo", 429, _plivo("too many"), PASSING, "too many"),
    ("plivo", 500, _plivo("fault"), PASSING, "fault"),
    # Of to or of from: it is not said in which.
    ("sinch", 400, {"code": "syntax_invalid_parameter_format", "text": "In words"}, UNROUTABLE,
     "syntax_invalid_parameter_format: In words"),
    ("sinch", 400, {"code": "syntax_invalid_json", "text": "In words"}, OPERATOR, "syntax_invalid_json: In words"),
    ("sinch", 400, {"code": "syntax_constraint_violation", "text": "In words"}, OPERATOR,
     "syntax_constraint_violation: In words"),
    ("sinch", 403, {"code": "unknown_group", "text": "In words"}, OPERATOR, "unknown_group: In words"),
    ("sinch", 400, {"code": "missing_callback_url", "text": "In words"}, OPERATOR, "missing_callback_url: In words"),
    ("sinch", 401, b"", OPERATOR, "the answer is not JSON"),
    ("sinch", 404, b"", OPERATOR, "the answer is not JSON"),
    ("sinch", 415, b"", OPERATOR, "the answer is not JSON"),
    ("sinch", 429, b"", PASSING, ""), ("sinch", 500, b"", PASSING, ""), ("sinch", 503, b"", PASSING, ""),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", 12), OPERATOR,
     "12: REJECTED_NOT_ENOUGH_CREDITS"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_SOURCE", 11), OPERATOR, "11: REJECTED_SOURCE"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_SENDER", 13), OPERATOR, "13: REJECTED_SENDER"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_DESTINATION", 14), RECIPIENT, "14: REJECTED_DESTINATION"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_PREFIX_MISSING", 8), RECIPIENT, "8: REJECTED_PREFIX_MISSING"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_NETWORK", 6), UNROUTABLE, "6: REJECTED_NETWORK"),
    ("infobip", 200, _infobip("REJECTED", "REJECTED_ROUTE_NOT_AVAILABLE", 19), UNROUTABLE, "19: REJECTED_ROUTE"),
    ("infobip", 200, _infobip("REJECTED", "MISSING_TO", 51), OPERATOR, "51: MISSING_TO"),
    ("infobip", 200, _infobip("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED", 9), RECIPIENT, "9: "),
    ("infobip", 200, _infobip("EXPIRED", "EXPIRED_EXPIRED", 15), PASSING, "15: "),
    # What is said of a message beside an error of the request does not count.
    *[("infobip", 500, _infobip(group, name, 9), PASSING, "9: ") for group, name in [
        ("REJECTED", "REJECTED_DESTINATION"), ("REJECTED", "REJECTED_NETWORK"), ("REJECTED", "REJECTED_SOURCE"),
        ("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED")]],
    ("infobip", 400, _infobip("EXPIRED", "EXPIRED_EXPIRED", 15), OPERATOR, "15: "),
    *[("infobip", status, {"errorCode": "E400", "description": "In words"}, OPERATOR, "E400: In words")
      for status in (400, 404, 405, 415)],
    ("infobip", 401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED",
                                                            "text": "Invalid login details"}}}, OPERATOR,
     "UNAUTHORIZED: Invalid login details"),
    ("infobip", 403, {"errorCode": "E403", "description": "In words"}, OPERATOR, "E403: In words"),
    ("infobip", 429, {"errorCode": "E429", "description": "In words"}, PASSING, "E429: In words"),
    ("infobip", 500, {"errorCode": "E500", "description": "In words"}, PASSING, "E500: In words"),
    ("telnyx", 401, _telnyx("10009"), OPERATOR, "10009: In words"),
    ("telnyx", 403, _telnyx("10010"), OPERATOR, "10010: In words"),
    ("telnyx", 400, _telnyx("10009"), OPERATOR, "10009: In words"),
    ("telnyx", 400, _telnyx("10010"), OPERATOR, "10010: In words"),
    ("telnyx", 422, _telnyx("10004"), OPERATOR, "10004: In words"),
    *[("telnyx", 400, _telnyx(code), PASSING, f"{code}: In words") for code in ("10007", "10008", "10011")],
    ("telnyx", 429, _telnyx("10011"), PASSING, "10011: In words"),
    ("telnyx", 500, _telnyx("10007"), PASSING, "10007: In words"),
    ("telnyx", 503, _telnyx("10008"), PASSING, "10008: In words"),
    *[("telnyx", 400, _telnyx(code), outcome, f"{code}: In words") for code, outcome in [
        ("10004", OPERATOR), ("10007", PASSING), ("10008", PASSING), ("10011", PASSING)]],
    ("telnyx", 400, _telnyx("10002"), RECIPIENT, "10002: In words"),
    ("telnyx", 400, _telnyx("10016"), RECIPIENT, "10016: In words"),
    ("telnyx", 400, _telnyx("40310"), RECIPIENT, "40310: In words"),
    *[("telnyx", 400, _telnyx(code, "/from"), OPERATOR, f"{code}: In words") for code in ("10002", "10016", "49999")],
    ("telnyx", 400, _telnyx("40001"), RECIPIENT, "40001: In words"),
    ("telnyx", 400, _telnyx("40006"), PASSING, "40006: In words"),
    ("telnyx", 400, _telnyx("40011"), PASSING, "40011: In words"),
    ("telnyx", 400, _telnyx("49999"), UNRECOGNISED, "49999: In words"),
    *[("clicksend", 200, _clicksend(status), outcome, status) for status, outcome in [
        ("MISSING_CREDENTIALS", OPERATOR), ("ACCOUNT_NOT_ACTIVATED", OPERATOR), ("INVALID_CREDENTIALS", OPERATOR),
        ("INSUFFICIENT_CREDIT", OPERATOR), ("INVALID_SENDER_ID", OPERATOR), ("COUNTRY_NOT_ENABLED", UNROUTABLE),
        ("EMPTY_MESSAGE", OPERATOR), ("INVALID_RECIPIENT", RECIPIENT), ("THROTTLED", PASSING),
        ("INTERNAL_ERROR", PASSING), ("SOMETHING_NEW", UNRECOGNISED)]],
    ("clicksend", 400, {"response_code": "BAD_REQUEST", "data": None}, OPERATOR, ""),
    ("clicksend", 401, {"response_code": "UNAUTHORIZED", "response_msg": "Authorization failed.", "data": None},
     OPERATOR, "Authorization failed."),
    ("clicksend", 403, {"response_code": "FORBIDDEN", "data": None}, OPERATOR, ""),
    ("clicksend", 404, {"response_code": "NOT_FOUND", "data": None}, OPERATOR, ""),
    ("clicksend", 405, {"response_code": "NOT_FOUND", "data": None}, OPERATOR, ""),
    ("clicksend", 429, {"response_code": "TOO_MANY_REQUESTS", "data": None}, PASSING, ""),
    ("clicksend", 500, {"response_code": "INTERNAL_SERVER_ERROR", "data": None}, PASSING, ""),
    *[("clickatell", 400, _clickatell(code), outcome, f"{code}: In words") for code, outcome in [
        ("001", OPERATOR), (1, OPERATOR), ("007", OPERATOR), (7, OPERATOR), ("100", OPERATOR), ("101", OPERATOR),
        ("106", OPERATOR), (108, OPERATOR), ("301", OPERATOR), ("105", RECIPIENT), (105, RECIPIENT),
        ("114", UNROUTABLE), (114, UNROUTABLE),
        ("1050", UNRECOGNISED), ("17", UNRECOGNISED), ("999", UNRECOGNISED)]],
    ("textmagic", 400, _code(400), OPERATOR, "400: In words"),
    ("textmagic", 401, _code(401), OPERATOR, "401: In words"),
    ("textmagic", 429, _code(429), PASSING, "429: In words"),
    ("textmagic", 500, _code(500), PASSING, "500: In words"),
    ("gatewayapi", 400, _code("0x0308"), OPERATOR, "0x0308: In words"),
    ("gatewayapi", 401, _code("0x0213"), OPERATOR, "0x0213: In words"),
    ("gatewayapi", 403, _code("0x0215"), OPERATOR, "0x0215: In words"),
    ("gatewayapi", 422, _code("0x0308"), OPERATOR, "0x0308: In words"),
    ("gatewayapi", 500, _code("0x0500"), PASSING, "0x0500: In words"),
    ("46elks", 401, b"API access requires Basic HTTP authentication", OPERATOR,
     "the answer is not JSON: API access requires Basic"),
    ("46elks", 403, b"Missing key from", OPERATOR, "the answer is not JSON: Missing key from"),
    ("46elks", 400, b"Bad", OPERATOR, "the answer is not JSON: Bad"),
    ("46elks", 404, b"Bad", OPERATOR, "the answer is not JSON: Bad"),
    ("46elks", 200, b"Missing key from", UNRECOGNISED, "the answer is not JSON: Missing key from"),
    ("telesign", 400, _telesign(11000, "Invalid value for parameter phone_number."), RECIPIENT, "11000: Invalid"),
    ("telesign", 400, _telesign(11000, "Invalid value for parameter message_type."), OPERATOR, "11000: Invalid"),
    ("telesign", 400, _telesign(10033, "The phone_number is not for this account."), OPERATOR, "10033: The"),
    ("telesign", 401, _telesign(10033), OPERATOR, "10033: In words"),
    ("telesign", 400, _telesign(30000), OPERATOR, "30000: In words"),
    ("telesign", 400, _telesign(30009), OPERATOR, "30009: In words"),
    ("telesign", 400, _telesign(30015), OPERATOR, "30015: In words"),
    ("telesign", 400, _telesign(30016), UNRECOGNISED, "30016: In words"),
    ("telesign", 429, _telesign(99999), PASSING, "99999: In words"),
    ("msg91", 200, {"type": "error", "message": "Invalid authkey"}, OPERATOR, "Invalid authkey"),
    ("msg91", 200, {"type": "error", "message": "Unauthorized"}, OPERATOR, "Unauthorized"),
    ("msg91", 401, {"type": "error", "message": "x"}, OPERATOR, "x"),
    ("msg91", 200, {"type": "error", "message": "Something else"}, UNRECOGNISED, "Something else"),
    ("msg91", 200, {"type": "other", "message": "Invalid authkey"}, UNRECOGNISED, "Invalid authkey"),
    ("2factor", 400, {"Status": "Error", "Details": "Invalid API / SessionId Combination - No Entry Exists"},
     OPERATOR, "Invalid API"),
    ("2factor", 200, {"Status": "Error", "Details": "Invalid API / SessionId Combination - No Entry Exists"},
     OPERATOR, "Invalid API"),
    ("2factor", 400, {"Status": "Error", "Details": "Invalid Phone Number - Length Mismatch(Expected >= 10)"},
     UNROUTABLE, "Invalid Phone Number"),
    ("2factor", 400, {"Status": "Error", "Details": "Something else"}, UNRECOGNISED, "Something else"),
    *[("2factor", 400, {"Status": "Other", "Details": words}, UNRECOGNISED, words) for words in (
        "Invalid API / SessionId Combination - No Entry Exists", "Invalid Phone Number - Length Mismatch")],
    ("bulksmsindia", 200, {"status": "OSD07", "message": "In words"}, OPERATOR, "OSD07: In words"),
    ("bulksmsindia", 400, {"status": "OSD12", "message": "In words"}, OPERATOR, "OSD12: In words"),
    ("bulksmsindia", 200, {"status": "Fault", "message": "In words"}, UNRECOGNISED, "Fault: In words"),
    ("osdigital", 200, {"status": "OSD07", "message": "In words"}, OPERATOR, "OSD07: In words"),
    ("osdigital", 200, {"status": "Fault", "message": "In words"}, UNRECOGNISED, "Fault: In words"),
    ("kannel", 202, b"3: Queued for later delivery", PASSING, "3: Queued for later delivery"),
    ("kannel", 403, b"Authorization failed for sendsms", OPERATOR, "Authorization failed"),
    ("kannel", 400, b"Missing receiver number, rejected", OPERATOR, "Missing receiver"),
    ("kannel", 400, b"Invalid content-type", OPERATOR, "Invalid content-type"),
    ("kannel", 404, b"Unknown request.", OPERATOR, "Unknown request."),
    ("kannel", 503, b"Number(s) has/have been denied by white- and/or black-lists.", PASSING, "Number(s)"),
    ("kannel", 503, b"3: Queued for later delivery", PASSING, "3: Queued"),
    ("kannel", 400, b"Number(s) has/have been denied by white- and/or black-lists.", UNROUTABLE, "Number(s)"),
    ("kannel", 503, b"Temporal failure, try again later.", PASSING, "Temporal failure"),
    ("jasmin", 400, b'Error "Argument [to] has an invalid value: [x]."', OPERATOR, "Argument [to]"),
    ("jasmin", 403, b'Error "Authentication failure for username:_"', OPERATOR, "Authentication failure"),
    ("jasmin", 403, b'Error "Authorization failed for username [_]"', OPERATOR, "Authorization failed"),
    ("jasmin", 403, b'Error "Cannot charge submit_sm, check RouterPB log file for details"', OPERATOR, "Cannot charge"),
    ("jasmin", 403, b'Error "User throughput exceeded"', PASSING, "User throughput exceeded"),
    ("jasmin", 412, b'Error "No route found"', UNROUTABLE, "No route found"),
    ("jasmin", 500, b'Error "Cannot send submit_sm, check SMPPClientManagerPB log file for details"', PASSING,
     "Cannot send"),
]

# The class of what the double answers to a number that does not exist.
INVALID_NUMBER = {
    "messagebird": RECIPIENT, "vonage-messages": RECIPIENT, "bird": RECIPIENT, "plivo": OPERATOR, "sinch": UNROUTABLE,
    "infobip": RECIPIENT, "telnyx": RECIPIENT, "clicksend": RECIPIENT, "clickatell": RECIPIENT,
    "textmagic": OPERATOR, "gatewayapi": OPERATOR, "46elks": OPERATOR, "telesign": RECIPIENT, "msg91": UNRECOGNISED,
    "2factor": UNROUTABLE, "bulksmsindia": OPERATOR, "osdigital": OPERATOR, "kannel": UNROUTABLE,
    "jasmin": UNROUTABLE,
}

# With the status of an acceptance: half of one, one among refusals, another type.
NO_ACCEPTANCES = [
    *[("messagebird", document) for document in [
        {"id": "efa6405d518d4c0c88cce11f7db775fb"}, {"id": "x", "recipients": {"items": [{"status": "sent"}]}},
        {"id": "efa6405d518d4c0c88cce11f7db775fb", "recipients": {"items": []}},
        {"id": "efa6405d518d4c0c88cce11f7db775fb", "recipients": {"items": [{"status": "delivery_failed"}]}},
        {"id": "efa6405d518d4c0c88cce11f7db775fb", "recipients": {"items": [{"status": "sent"}, {"status": "x"}]}}]],
    *[("vonage-messages", document) for document in [
        {"message_uuid": ""}, {"message_uuid": None}, {"message_uuid": [UUID]}, {"title": "Invalid recipient"}]],
    *[("bird", document) for document in [
        {"id": "sms_1", "status": "rejected"}, {"id": "sms_1"}, {"id": "msg_1", "status": "accepted"},
        {"status": "accepted"}, {"id": "sms_1", "status": "failed"}]],
    *[("plivo", document) for document in [
        {"message_uuid": []}, {"message_uuid": UUID}, {"message_uuid": [""]}, {"message": "message(s) queued"}]],
    *[("sinch", document) for document in [{"id": ""}, {"id": None}, {"code": "x", "text": "y"}]],
    *[("infobip", document) for document in [
        _infobip("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", 12), {"messages": []},
        {"messages": [{"status": {"groupName": "PENDING"}}]}, {"messages": [{"messageId": UUID}]},
        {"messages": _infobip("PENDING", "PENDING_ACCEPTED", 26)["messages"] +
            _infobip("REJECTED", "REJECTED_DESTINATION", 14)["messages"]}]],
    *[("telnyx", document) for document in [
        {"data": {"id": UUID}}, {"data": {"id": UUID, "to": []}}, {"data": {"id": "", "to": [{"status": "queued"}]}},
        {"data": {"to": [{"status": "queued"}]}},
        {"data": {"id": UUID, "to": [{"status": "sending_failed"}]}},
        {"data": {"id": UUID, "to": [{"status": "queued"}, {"status": "delivery_failed"}]}}]],
    *[("clicksend", document) for document in [
        _clicksend("INSUFFICIENT_CREDIT"), {"response_code": "SUCCESS"},
        {"response_code": "SUCCESS", "data": {"messages": []}},
        {**_clicksend("SUCCESS"), "response_code": "FORBIDDEN"},
        {"response_code": "SUCCESS", "data": {"messages": [{"status": "SUCCESS"}]}},
        {"response_code": "SUCCESS", "data": {"messages": [{"status": "SUCCESS", "message_id": ""}]}}]],
    *[("clickatell", document) for document in [
        {"messages": [{"apiMessageId": None, "accepted": False}]}, {"messages": []},
        {"messages": [{"apiMessageId": "a", "accepted": False}]}, {"messages": [{"accepted": True}]},
        {"messages": [{"apiMessageId": "a", "accepted": 1}]}, {"messages": [{"apiMessageId": "", "accepted": True}]},
        {"messages": [{"apiMessageId": "a", "accepted": True}, {"apiMessageId": "b", "accepted": False}]}]],
    *[("textmagic", document) for document in [
        {"id": 0, "messageId": 0}, {"id": 5}, {"messageId": 5}, {"id": 5, "messageId": None},
        {"id": "x", "messageId": 5}, {"id": 5, "messageId": "x"}]],
    *[("gatewayapi", document) for document in [
        {"ids": []}, {"ids": [0]}, {"ids": None}, {"ids": [1, None]}, _code("0x0213")]],
    *[("46elks", document) for document in [
        {"status": "failed", "id": "s1"}, {"status": "created"}, {"id": "s1"}, {"status": "created", "id": "c1"}]],
    *[("telesign", document) for document in [
        _telesign(207), _telesign(11000), _telesign("290"), {"status": {"code": 290}},
        {**_telesign(290), "reference_id": None}, {**_telesign(290), "reference_id": "x"}]],
    *[("msg91", document) for document in [
        {"type": "error", "message": "x"}, {"type": "success"}, {"type": "success", "message": ""},
        {"type": "Success", "message": "x"}]],
    *[("2factor", document) for document in [
        {"Status": "Error", "Details": UUID}, {"Status": "Success"}, {"Status": "Success", "Details": ""},
        {"status": "Success", "Details": UUID}]],
    *[(api, document) for api in ("bulksmsindia", "osdigital") for document in [
        {"status": "OSD01", "msgid": "x"}, {"status": "OK"}, {"status": "OK", "msgid": ""},
        {"status": "Success", "msgid": "x"}]],
    *[("kannel", document) for document in [
        b"3: Queued for later delivery", b"Sent.", b"10: x", b" 0: Accepted for delivery", b"0", b"error 0: x"]],
    *[("jasmin", document) for document in [
        b'Error "x"', b"Success", b'Success ""', b'x Success "a"', b'Success "a" Error "b"', b'Error "Success "a""']],
]
