# SPDX-License-Identifier: BSD-2-Clause
"""What became of a text, API by API: the query that the documentation asks for, and its answers. Written by hand."""
from gateway_calls import ACCOUNT, MESSAGE_ID, REFERENCE
from gateway_requests import BRITISH, INDIAN, JSON, UUID, basic
from send_harness import (
    DELIVERED, FAILED, OPERATOR, PASSING, PENDING, PHONE_UNREACHABLE, REFUSED, UNRECOGNISED)

SID = "SM" + "0123456789abcdef" * 2
BIRD, SINCH = "efa6405d518d4c0c88cce11f7db775fb", "01FC66621XXXXX119Z8PMV1QPQ"
ELKS = "s70df59406a1b4643b96f3f91e0bfb7b0"


class Query:
    """host: where the description asks. target: for message_id. headers: all but those that any HTTP client sends.
    other(id): the target for another message_id, as it stands in it."""

    def __init__(self, host, message_id, target, headers, to=BRITISH):
        self.host, self.message_id, self.headers, self.to = host, message_id, headers, to
        self.other = target.replace("{to}", to[1:]).format
        self.target = self.other(id=message_id)


QUERIES = {
    "twilio": Query("api.twilio.com:443", SID, f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{{id}}.json",
                    {"Authorization": basic(ACCOUNT, "token-of-the-account")}),
    "messagebird": Query("rest.messagebird.com:443", BIRD, "/messages/{id}",
                         {"Authorization": "AccessKey live_KeyOfTheAccount"}),
    "bird": Query("eu1.platform.bird.com:443", "sms_01j9abcdef", "/v1/sms/messages/{id}",
                  {"Authorization": "Bearer bk_eu1_KeyOfTheAccount"}),
    "plivo": Query("api.plivo.com:443", UUID, "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Message/{id}/",
                   {"Authorization": basic("MAXXXXXXXXXXXXXXXXXX", "TokenOfTheAccount")}),
    "sinch": Query("us.sms.api.sinch.com:443", SINCH,
                   "/xms/v1/plan0123456789abcdef/batches/{id}/delivery_report/{to}",
                   {"Authorization": "Bearer TokenOfThePlan"}),
    "infobip": Query("abc12.api.infobip.com:443", MESSAGE_ID, "/sms/3/logs?messageId={id}",
                     {"Authorization": "App KeyOfTheAccount", "Accept": JSON}),
    "telnyx": Query("api.telnyx.com:443", UUID, "/v2/messages/{id}", {"Authorization": "Bearer KEYoftheaccount"}),
    "clicksend": Query("rest.clicksend.com:443", UUID.upper(), "/v3/sms/receipts/{id}",
                       {"Authorization": basic("user@example.com", "KeyOfTheAccount")}),
    "textmagic": Query("rest.textmagic.com:443", "77", "/api/v2/messages/{id}",
                       {"Authorization": basic("example", "KeyOfTheAccount")}),
    "gatewayapi": Query("gatewayapi.com:443", "9007199254740993", "/rest/mtsms/{id}",
                        {"Authorization": basic("TokenOfTheAccount", "")}),
    "46elks": Query("api.46elks.com:443", ELKS, "/a1/sms/{id}",
                    {"Authorization": basic("u0123456789abcdef", "PasswordOfTheAccount")}),
    "telesign": Query("rest-api.telesign.com:443", REFERENCE, "/v1/messaging/{id}",
                      {"Authorization": basic("0A1B2C3D-0000-1111-2222-333344445555", "KeyOfTheAccount==")}),
    "2factor": Query("2factor.in:443", UUID,
                     "/API/V1/0a1b2c3d-key-of-the-account/ADDON_SERVICES/RPT/TSMS/{id}", {}, to=INDIAN),
}


def twilio(status, code=None):
    return {"sid": SID, "status": status, "error_code": code, "error_message": None, "to": "+447700900123"}


def messagebird(status, reason=None, code=None):
    return {"id": BIRD, "recipients": {"totalCount": 1, "items": [
        {"recipient": 447700900123, "status": status, "statusReason": reason, "statusErrorCode": code}]}}


def bird(status, code=None):
    return {"id": "sms_01j9abcdef", "status": status, "last_error": code and {"code": code, "message": "x"}}


def plivo(state, code="000"):
    return {"api_id": UUID, "message_uuid": UUID, "message_state": state, "error_code": code,
            "to_number": "447700900123"}


def sinch(status, code=0):
    return {"type": "recipient_delivery_report_sms", "batch_id": SINCH, "recipient": "447700900123", "code": code,
            "status": status, "at": "2026-11-20T10:00:00.000Z"}


def infobip(group, name, error=None, permanent=False):
    return {"results": [{"messageId": MESSAGE_ID, "to": "447700900123", "status": {
        "groupName": group, "id": 1, "name": name}, "error": {
            "groupId": 1, "groupName": error or "OK", "name": "EC_X" if error else "NO_ERROR",
            "permanent": permanent}}]}


def telnyx(status, code=None):
    return {"data": {"id": UUID, "record_type": "message", "to": [
        {"phone_number": "+447700900123", "status": status}],
                     "errors": [{"code": code, "title": "x", "detail": "x"}] if code else []}}


def clicksend(status, error=None, text="In words"):
    return {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Here is your data.", "data": {
        "message_id": UUID.upper(), "status_code": status, "status_text": text, "error_code": error,
        "error_text": None}}


def textmagic(status):
    return {"id": 77, "status": status, "receiver": "447700900123", "text": "x"}


def gatewayapi(status, error=None):
    return {"id": 9007199254740993, "recipients": [
        {"msisdn": 447700900123, "dsnstatus": status, "dsnerror": error}], "message": "x"}


def elks(status):
    return {"id": ELKS, "direction": "outgoing", "status": status, "to": "+447700900123"}


def telesign(code):
    return {"reference_id": REFERENCE, "status": {"code": code, "description": "In words"}}


def two_factor(word):
    return (f"<?xml version=\"1.0\"?><smsLog><logStatus>valid</logStatus><sms><smsStatus><statusId>1</statusId>"
            f"<statusDesc>{word}</statusDesc></smsStatus></sms></smsLog>").encode()


# (api, HTTP status, document, what became of it, the detail)
STATES = [
    *[("twilio", 200, twilio(*of), delivery, detail) for of, delivery, detail in [
        (("delivered",), DELIVERED, "delivered"), (("read",), DELIVERED, "read"),
        *[((state,), PENDING, state) for state in ("accepted", "scheduled", "queued", "sending", "sent")],
        *[((state, code), delivery, f"{code}: {state}") for state in ("undelivered", "failed") for code, delivery in [
            (30003, PHONE_UNREACHABLE), (30004, REFUSED), (30005, REFUSED), (30006, REFUSED), (30007, REFUSED),
            (21610, REFUSED), (30002, FAILED), (30008, FAILED)]],
        (("sent", 30003), PENDING, "30003: sent"), (("undelivered",), FAILED, "undelivered"),
        (("failed",), FAILED, "failed"), (("canceled",), FAILED, "canceled")]],
    *[("messagebird", 200, messagebird(*of), delivery, detail) for of, delivery, detail in [
        (("delivered", "successfully delivered"), DELIVERED, "successfully delivered"),
        *[((state,), PENDING, "") for state in ("scheduled", "sent", "buffered")],
        (("expired", "expired"), PHONE_UNREACHABLE, "expired"),
        (("delivery_failed", "unavailable subscriber"), PHONE_UNREACHABLE, "unavailable subscriber"),
        *[(("delivery_failed", reason), REFUSED, reason) for reason in (
            "unknown subscriber", "incorrect number", "opted out", "carrier rejected")],
        (("delivery_failed", "received network error"), FAILED, "received network error"),
        (("delivery_failed", "unknown subscriber", 1), REFUSED, "1: unknown subscriber"),
        (("delivery_failed",), FAILED, "")]],
    *[("bird", 200, bird(*of), delivery, detail) for of, delivery, detail in [
        (("delivered",), DELIVERED, "delivered"),
        *[((state,), PENDING, state) for state in ("scheduled", "accepted", "sent")],
        *[((state, code), delivery, f"{code}: {state}") for state in ("undelivered", "failed", "rejected", "expired")
          for code, delivery in [
              ("unreachable", PHONE_UNREACHABLE), ("invalid_destination", REFUSED), ("blocked_by_carrier", REFUSED),
              ("blocked_by_recipient", REFUSED), ("landline_unreachable", REFUSED), ("content_rejected", REFUSED),
              ("recipient_opted_out", REFUSED)]],
        *[((state, code), FAILED, f"{code}: {state}") for state in ("undelivered", "failed", "rejected", "canceled")
          for code in ("sender_unregistered", "insufficient_balance", "provider_unavailable", "unknown")],
        (("expired",), PHONE_UNREACHABLE, "expired"), (("canceled",), FAILED, "canceled")]],
    *[("plivo", 200, plivo(*of), delivery, detail) for of, delivery, detail in [
        (("delivered",), DELIVERED, "000: delivered"), (("queued",), PENDING, "000: queued"),
        (("sent",), PENDING, "000: sent"),
        (("read",), DELIVERED, "000: read"), (("sent", "80"), PENDING, "80: sent"),
        (("undelivered", 80), PHONE_UNREACHABLE, "80: undelivered"),
        *[((state, code), delivery, f"{code}: {state}") for state in ("failed", "undelivered", "rejected")
          for code, delivery in [
              ("80", PHONE_UNREACHABLE), ("30", REFUSED), ("50", REFUSED), ("70", REFUSED), ("100", REFUSED),
              ("200", REFUSED), ("201", REFUSED), ("10", FAILED), ("20", FAILED), ("40", FAILED), ("60", FAILED),
              ("90", FAILED), ("110", FAILED), ("1000", FAILED)]],
        *[((state, None), FAILED, state) for state in ("failed", "undelivered", "rejected")]]],
    *[("sinch", 200, sinch(*of), delivery, detail) for of, delivery, detail in [
        (("Delivered",), DELIVERED, "0: Delivered"), (("Queued", 400), PENDING, "400: Queued"),
        (("Dispatched", 401), PENDING, "401: Dispatched"), (("Expired", 406), PHONE_UNREACHABLE, "406: Expired"),
        (("Rejected", 402), REFUSED, "402: Rejected"), (("Deleted", 408), REFUSED, "408: Deleted"),
        (("Aborted", 403), FAILED, "403: Aborted"), (("Cancelled", 407), FAILED, "407: Cancelled"),
        (("Failed", 404), FAILED, "404: Failed")]],
    *[("infobip", 200, infobip(*of), delivery, detail) for of, delivery, detail in [
        (("DELIVERED", "DELIVERED_TO_HANDSET"), DELIVERED, "NO_ERROR: DELIVERED_TO_HANDSET"),
        (("PENDING", "PENDING_ENROUTE"), PENDING, "NO_ERROR: PENDING_ENROUTE"),
        (("ACCEPTED", "PENDING_ACCEPTED"), PENDING, "NO_ERROR: PENDING_ACCEPTED"),
        (("EXPIRED", "EXPIRED_EXPIRED"), PHONE_UNREACHABLE, "NO_ERROR: EXPIRED_EXPIRED"),
        *[((group, "WHATEVER", error, permanent), delivery, "EC_X: WHATEVER")
          for group in ("UNDELIVERABLE", "REJECTED") for error, permanent, delivery in [
              ("HANDSET_ERRORS", False, PHONE_UNREACHABLE), ("HANDSET_ERRORS", True, REFUSED),
              ("OPERATOR_ERRORS", False, FAILED), ("USER_ERRORS", True, FAILED)]],
        (("PENDING", "PENDING_ENROUTE", "HANDSET_ERRORS", False), PENDING, "EC_X: PENDING_ENROUTE"),
        *[(("REJECTED", name), REFUSED, f"NO_ERROR: {name}") for name in (
            "REJECTED_DESTINATION", "REJECTED_PREFIX_MISSING", "REJECTED_DND")],
        (("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", "USER_ERRORS", True), FAILED,
         "EC_X: REJECTED_NOT_ENOUGH_CREDITS")]],
    *[("telnyx", 200, telnyx(*of), delivery, detail) for of, delivery, detail in [
        (("delivered",), DELIVERED, "delivered"), (("queued",), PENDING, "queued"), (("sending",), PENDING, "sending"),
        (("sent",), PENDING, "sent"), (("expired",), PHONE_UNREACHABLE, "expired"),
        *[((state, code), delivery, f"{code}: {state}") for state in ("delivery_failed", "sending_failed")
          for code, delivery in [
              ("40005", PHONE_UNREACHABLE), ("40001", REFUSED), ("40002", REFUSED), ("40003", REFUSED),
              ("40004", REFUSED), ("40006", FAILED), ("40008", FAILED), ("40009", FAILED), ("40011", FAILED)]],
        (("sent", "40001"), PENDING, "40001: sent"), (("sending_failed",), FAILED, "sending_failed"),
        (("delivery_failed",), FAILED, "delivery_failed")]],
    *[("clicksend", 200, clicksend(*of), delivery, detail) for of, delivery, detail in [
        (("201",), DELIVERED, "In words"), ((201,), DELIVERED, "In words"), (("200",), PENDING, "In words"),
        (("300", "16"), PENDING, "16: In words"), (("301", "12"), PHONE_UNREACHABLE, "12: In words"),
        (("301", 13), PHONE_UNREACHABLE, "13: In words"),
        *[(("301", code), REFUSED, f"{code}: In words") for code in ("8", "9", "10", "11", "15", "19")],
        *[(("301", code), FAILED, f"{code}: In words") for code in ("5", "7", "14", "17", "18", "20")],
        (("301",), FAILED, "In words")]],
    ("clicksend", 404, {"http_code": 404, "response_code": "NOT_FOUND", "response_msg": "Receipt record not found.",
                        "data": None}, PENDING, ""),
    *[("textmagic", 200, textmagic(letter), delivery, letter) for letter, delivery in [
        ("d", DELIVERED), ("q", PENDING), ("s", PENDING), ("r", PENDING), ("a", PENDING), ("b", PENDING),
        ("j", REFUSED), ("f", FAILED), ("e", FAILED)]],
    *[("gatewayapi", 200, gatewayapi(state), delivery, state) for state, delivery in [
        ("DELIVERED", DELIVERED), ("SCHEDULED", PENDING), ("BUFFERED", PENDING), ("ENROUTE", PENDING),
        ("ACCEPTED", PENDING), ("EXPIRED", PHONE_UNREACHABLE), ("UNDELIVERABLE", REFUSED), ("REJECTED", REFUSED),
        ("SKIPPED", REFUSED), ("DELETED", FAILED)]],
    ("gatewayapi", 200, gatewayapi("UNDELIVERABLE", "210"), REFUSED, "210: UNDELIVERABLE"),
    *[("46elks", 200, elks(state), delivery, state) for state, delivery in [
        ("delivered", DELIVERED), ("created", PENDING), ("sent", PENDING), ("failed", FAILED)]],
    *[("telesign", 200, telesign(code), delivery, f"{code}: In words") for code, delivery in [
        (200, DELIVERED), (203, PENDING), (290, PENDING), (291, PENDING), (292, PENDING), (210, PHONE_UNREACHABLE),
        (221, PHONE_UNREACHABLE), (211, REFUSED), (222, REFUSED), (229, REFUSED), (230, REFUSED), (237, REFUSED),
        (238, REFUSED), (207, FAILED), (220, FAILED), (231, FAILED), (514, PHONE_UNREACHABLE), (507, REFUSED),
        (510, REFUSED), (503, FAILED), (504, FAILED), (505, FAILED), (506, FAILED)]],
    *[("2factor", 200, two_factor(word), delivery, word) for word, delivery in [
        ("DELIVERED", DELIVERED), ("PENDING", PENDING), ("QUEUED", PENDING), ("SENT", PENDING), ("SUBMITTED", PENDING),
        ("ACCEPTED", PENDING), ("EXPIRED", PHONE_UNREACHABLE), ("DLT-CNT-REJECT", FAILED), ("FAILED", FAILED),
        ("REJECTED", FAILED), ("UNDELIVERED", FAILED), ("UNDELIVERABLE", FAILED)]],
]

# Answers that say nothing about the text: (api, HTTP status, document, class).
NO_STATES = [
    *[("twilio", 200, document, UNRECOGNISED) for document in [
        twilio("partially_delivered"), {"sid": SID}, twilio(None), {"error_code": 30003}]],
    ("twilio", 404, {"code": 20404, "message": "not found", "status": 404}, UNRECOGNISED),
    ("twilio", 404, twilio("delivered"), UNRECOGNISED),
    *[("messagebird", 200, document, UNRECOGNISED) for document in [
        messagebird("elsewhere"), messagebird("elsewhere", "unavailable subscriber"),
        messagebird("elsewhere", "opted out"), {"id": BIRD, "recipients": {"items": []}}, {"status": "delivered"}]],
    ("messagebird", 404, {"errors": [{"code": 20, "description": "message not found", "parameter": None}]},
     UNRECOGNISED),
    *[("bird", 200, document, UNRECOGNISED) for document in [
        bird("elsewhere"), {"last_error": {"code": "unreachable"}}]],
    ("bird", 404, {"error": {"type": "not_found_error", "code": "E10404", "message": "x"}}, UNRECOGNISED),
    *[("plivo", 200, document, UNRECOGNISED) for document in [plivo("elsewhere", "80"), {"error_code": "50"}]],
    ("plivo", 404, {"error": "not found", "api_id": UUID}, UNRECOGNISED),
    *[("sinch", 200, document, UNRECOGNISED) for document in [sinch("Unknown"), sinch("delivered"), {"code": 0}]],
    ("sinch", 404, b"", UNRECOGNISED),
    *[("infobip", 200, document, UNRECOGNISED) for document in [
        {"results": []}, infobip("ELSEWHERE", "X"), infobip("ELSEWHERE", "X", "HANDSET_ERRORS", False),
        infobip("ELSEWHERE", "X", "HANDSET_ERRORS", True), {"results": [{"error": {"groupName": "HANDSET_ERRORS"}}]}]],
    *[("telnyx", 200, document, UNRECOGNISED) for document in [
        telnyx("delivery_unconfirmed"), telnyx("delivery_unconfirmed", "40001"),
        telnyx("delivery_unconfirmed", "40005"), {"data": {"id": UUID, "to": [], "errors": [{"code": "40001"}]}}]],
    ("telnyx", 404, {"errors": [{"code": "10005", "title": "Resource not found"}]}, UNRECOGNISED),
    *[("clicksend", 200, document, UNRECOGNISED) for document in [
        clicksend("302"), clicksend("302", "12"), clicksend("302", "8"), clicksend(None, "12"), clicksend("2011"),
        {"response_code": "NOT_FOUND"}]],
    ("clicksend", 404, b"<html>Not Found</html>", UNRECOGNISED),
    *[("textmagic", 200, textmagic(letter), UNRECOGNISED) for letter in ("u", "h", "i", "p", "delivered", None)],
    *[("gatewayapi", 200, document, UNRECOGNISED) for document in [
        gatewayapi("UNKNOWN"), {"recipients": []}, {"dsnstatus": "DELIVERED"}]],
    *[("46elks", 200, document, UNRECOGNISED) for document in [elks("elsewhere"), {"id": ELKS}]],
    ("46elks", 404, b"No such sms", UNRECOGNISED),
    *[("telesign", 200, telesign(code), UNRECOGNISED) for code in (250, 251, "200", None)],
    *[("2factor", 200, document, UNRECOGNISED) for document in [
        b"<smsLog><logStatus>invalid</logStatus></smsLog>", b"DELIVERED", two_factor("NOT DELIVERED"),
        two_factor("X</statusDesc><statusDesc>"), two_factor("")]],
    *[(api, status, b"In words", outcome) for api in QUERIES for status, outcome in [
        (401, OPERATOR), (403, OPERATOR), (429, PASSING), (500, PASSING), (503, PASSING), (302, UNRECOGNISED)]],
]
