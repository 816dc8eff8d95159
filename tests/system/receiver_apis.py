# SPDX-License-Identifier: BSD-2-Clause
"""What services answer that receive texts, right or wrong: (status, document). What has come, the test says."""
import json
import re
import urllib.parse

from gateway_apis_calls import TWILIO


class PinVerify:
    """GET /user/get_number.php and get_sms.php: plain text, always with 200. It takes no number back."""
    API, KEY, NUMBER = "smspinverify", "KeyOfTheCustomer", "+12025550143"
    SETTINGS = {"customer": KEY, "app": "Google Voice 6", "country": "USA", "country_code": "1"}

    def __init__(self):
        self.came = lambda: []      # the texts to the number, oldest first
        self.refusal = None         # what is said in place of a number
        self.rented = 0

    def speak(self, request):
        path, _, query = request.target.partition("?")
        fields = dict(urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True))
        wanted = {"/user/get_number.php": {"customer", "app", "country"},
                  "/user/get_sms.php": {"customer", "app", "country", "number"}}.get(path)
        if request.method != "GET" or wanted is None:
            return 404, b"<html>Not Found</html>"
        if set(fields) != wanted or fields["customer"] != self.KEY:
            return 200, b"Customer Not Found."
        if fields["app"] != self.SETTINGS["app"]:
            return 200, b"App Not Found."
        if fields["country"] != self.SETTINGS["country"]:
            return 200, b"Country Not Found."
        if "number" not in wanted:
            self.rented += self.refusal is None
            return 200, (self.refusal or self.NUMBER[2:]).encode()
        if not self.rented or fields["number"] != self.NUMBER[2:]:
            return 200, b"Number Not Found."
        came = self.came()
        return 200, came[-1].encode() if came else b"You have not received any code yet."


class TwilioInbound:
    """GET …/Messages.json?To=…: a page of the account's messages to a number, its own among them."""
    API, KEY, NUMBER = "twilio-inbound", TWILIO["auth_token"], "+15005550010"
    SETTINGS = {**TWILIO, "number": "+1 500 555 0010"}

    def __init__(self):
        self.came = lambda: []

    def speak(self, request):
        path, _, query = request.target.partition("?")
        fields = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
        base = f"/2010-04-01/Accounts/{TWILIO['account_sid']}/Messages.json"
        if request.method != "GET" or path != base:
            return 404, {"code": 20404, "message": "Not found", "status": 404}
        if request.basic() != (TWILIO["account_sid"], TWILIO["auth_token"]):
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if set(fields) != {"To", "DateSent>", "PageSize"} or fields["To"] != self.NUMBER or \
                not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["DateSent>"]):
            return 400, {"code": 20001, "message": "Bad request", "status": 400}
        came = self.came()
        # What the account sent stands there at once, whether or not it comes back.
        return 200, {"page": 0, "page_size": 50, "first_page_uri": base + "?Page=0", "messages": [
            *({"direction": "outbound-api", "to": self.NUMBER, "body": text} for text in self.sent()),
            *({"direction": "inbound", "to": self.NUMBER, "body": text} for text in reversed(came))]}

    @staticmethod
    def sent():
        return []


class Generic:
    """conf/api/generic-receiver.conf: JSON, rentals with ids, which can be given back."""
    API, KEY, NUMBER = "generic-receiver", "TokenOfTheAccount", "+447700900077"
    SETTINGS = {"token": KEY}
    ID = "86012"

    def __init__(self):
        self.came = lambda: []
        self.refusal = None         # (status, code) in place of a number
        self.keeps = False          # numbers that shall be given back
        self.open = []              # ids of rentals

    def speak(self, request):
        def error(status, code):
            return status, {"error": {"code": code, "message": "That is so."}}

        path, _, query = request.target.partition("?")
        if request.header("Authorization") != "Bearer " + self.KEY:
            return error(401, "unauthorized")
        if (request.method, path) == ("POST", "/v1/rentals"):
            if json.loads(request.body) != {"country": "gb"}:
                return error(400, "no_such_country")
            if self.refusal:
                return error(*self.refusal)
            self.open.append(self.ID)
            return 201, {"rental": {"id": int(self.ID), "state": "open", "number": self.NUMBER[1:]}}
        if path.split("/")[:4] != ["", "v1", "rentals", self.ID] or self.ID not in self.open:
            return error(404, "rental_over")
        if (request.method, path) == ("DELETE", "/v1/rentals/" + self.ID):
            if self.keeps:
                return error(409, "busy")
            self.open.remove(self.ID)
            return 200, {"rental": {"id": int(self.ID), "state": "closed"}}
        if request.method == "GET" and path.endswith("/texts") and re.fullmatch(
                r"since=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ", query):
            texts = [{"direction": "in", "text": text} for text in self.came()]
            return 200, {"count": len(texts), "texts": texts}
        return error(404, "not_found")


SERVICES = {service.API: service for service in (PinVerify, TwilioInbound, Generic)}
