# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl roundtrip: a text through real helpers to a number of a service that receives texts, a double over TLS;
what it says of it, what it gives back, and what it tells nobody."""
import contextlib
import json
import os
import re
import signal
import stat
import subprocess

import pytest

import gateway_double
import hosts
import namespace
import receiver_apis
from harness import until

MASKED = r"\+\d+ \*+ \d{4}"
ARRIVED = rf"tests: accepted after \d+ ms(, id \S+)?\nThe text to {MASKED} arrived after \d+\.\d s"


class Place:
    """A world with a gateway of its own, and doubles of services that receive what it sends."""

    def __init__(self, world, ctl, stage):
        self.world, self._ctl, self.stage = world, ctl, stage
        self.path = world.base + "/tests"
        self.authority = gateway_double.Authority(world.base)
        self.doubles = []
        world.gateway("tests", f'api = "outbox"; path = "{self.path}";')
        world.configure(gateways='[ "tests" ]', allowed_prefixes='[ "+44", "+1" ]')
        world.expected_texts = 0
        os.mkdir(world.base + "/receivers", 0o700)

    def receiver(self, api, **changed):
        """A double that shows at once what was sent; (its service, the double)."""
        service = receiver_apis.SERVICES[api]()
        double = gateway_double.Double("twilio", self.authority.context("right"))
        double.speak = service.speak
        self.doubles.append(double)
        service.came = self.sent
        self.world.typed += [service.KEY, service.NUMBER, service.NUMBER[2:]]
        self.file("there", hosts.gateway_file(api, **{
            **service.SETTINGS, "base_url": double.url, "ca_file": self.authority.ca_file, **changed}))
        return service, double

    def file(self, name, text, mode=0o600):
        path = f"{self.world.base}/receivers/{name}.conf"
        with open(path, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text + "\n")

    def lines(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def sent(self):
        texts = [line["text"] for line in self.lines()]
        self.world.typed += [text[:6] for text in texts]
        return texts

    def run(self, *arguments, status=0):
        """What no run may say, whatever becomes of it: the key, the code, and the number whole."""
        done = self._ctl("roundtrip", "--receiver=there", *arguments, status=status)
        self.silent(done.output + done.errors, *arguments)
        return done

    def silent(self, said, *arguments):
        self.sent()
        for secret in set(self.world.typed) - {namespace.PASSWORD}:
            assert secret not in said or ("--show" in arguments and len(secret) > 8 and secret in
                                          "".join(line["to"] for line in self.lines())), said

    def log(self):
        return [re.search(r"event=(\w+) reason=(\w+)", line).groups()
                for line in self.world.log_lines() if "smsotpctl" in line]


@pytest.fixture
def place(world, ctl, stage):
    made = Place(world, ctl, stage)
    yield made
    for double in made.doubles:
        double.stop()


SENT = [("admin", "roundtrip"), ("text", "accepted")]


@pytest.mark.parametrize("api, released", [
    ("smspinverify", None), ("twilio-inbound", None), ("generic-receiver", True)])
def test_arrives(place, api, released):
    service, double = place.receiver(api)
    shown = place.run().output
    assert re.fullmatch(ARRIVED + r"( \(HTTP 200\))?\.\n", shown), shown
    line, = place.lines()
    assert line["to"] == service.NUMBER
    assert re.fullmatch(rf"\d{{6}} is your {namespace.HOST} code \(\w\w\)\. Not you\? Change your password\.",
                        line["text"])
    end = [("release", "accepted")] if released else []
    assert place.log() == [("admin", "rent"), ("rent", "accepted"), *SENT, ("arrival", "arrived"), *end]
    assert not getattr(service, "open", [])
    found = place.run("--json", "--show").json()
    assert (found["receiver"], found["number"]) == ("there", service.NUMBER)
    assert found["accepted"] and found["arrived"] and found["ms"] >= 0 and found["why"] is None
    assert found["attempts"][0]["gateway"] == "tests" and found["released"] is released
    assert re.fullmatch(MASKED, place.run("--json").json()["number"])
    # Neither code nor text is told: the service shall show what it has got.
    assert not any(text[:6] in request.target + request.body.decode() for text in place.sent()
                   for request in double.requests)


def test_late_behind_others(place):
    """First nothing, then another's text, then one with another code; then ours, between others."""
    service, double = place.receiver("generic-receiver")
    parcel = "Parcel at the door"
    steps = [lambda: [], lambda: [parcel],
             # In a longer number it is another's.
             lambda: [parcel, "123456 is your code", "1" + place.sent()[0]],
             lambda: [parcel, *place.sent(), "Bye"]]
    service.came = lambda: (steps.pop(0) if len(steps) > 1 else steps[0])()
    found = place.run("--json", "--wait=30").json()
    assert found["arrived"] and found["ms"] >= 6000
    assert [request.method for request in double.requests] == ["POST", "GET", "GET", "GET", "GET", "DELETE"]
    assert found["says"] == "HTTP 200"
    assert len(place.lines()) == 1


@pytest.mark.parametrize("shows, says", [
    (lambda texts: [text[:6] for text in texts], "HTTP 200: the receiver shows the code alone"),
    (lambda texts: ["FREE MSG: " + text for text in texts],
     "HTTP 200: other words around the code than smsotp.conf has")])
def test_changed_on_the_way(place, shows, says):
    service, _ = place.receiver("smspinverify")
    service.came = lambda: shows(place.sent())
    shown = place.run().output
    assert re.fullmatch(ARRIVED + re.escape(f" ({says}).\n"), shown), shown


@pytest.mark.parametrize("came, says", [
    ([], "HTTP 200: no text came"), (["Parcel"], "HTTP 200: 1 other text came"),
    (["1", "2"], "HTTP 200: 2 other texts came")])
def test_never_arrives(place, came, says):
    service, double = place.receiver("generic-receiver")
    service.came = lambda: came
    shown = place.run("--wait=3", status=1).output
    assert re.search(rf"\nThe text to {MASKED} has not arrived in time \({says}\)\.\n$", shown), shown
    assert not service.open and double.requests[-1].method == "DELETE"
    found = place.run("--wait=0", "--json", status=1).json()
    assert (found["arrived"], found["ms"], found["why"], found["accepted"]) == (False, None, "late", True)
    assert ("arrival", "not_arrived") in place.log()


def test_own_texts_of_the_account_are_no_arrival(place):
    """Twilio lists what it was given to send at once."""
    service, _ = place.receiver("twilio-inbound")
    service.came, service.sent = lambda: [], place.sent
    assert place.run("--wait=3", status=1).output.endswith(" has not arrived in time (HTTP 200: no text came).\n")


@pytest.mark.parametrize("refusal, outcome, advice", [
    ("Not Enough balance", "operator", "Look at the receiver's file"),
    ("Your balance is expired.", "operator", "Look at the receiver's file"),
    ("New Numbers registration in progress...", "passing", "Try again later."),
    ("Error 102, check back later.", "passing", "Try again later."),
    ("Something new", "unrecognised", "It may have been rented")])
def test_no_number(place, refusal, outcome, advice):
    service, double = place.receiver("smspinverify")
    service.refusal = refusal
    errors = place.run(status=2).errors
    assert errors.startswith(f"smsotpctl: receivers/there gave no number ({outcome}): HTTP 200: {refusal}\n"), errors
    assert advice in errors
    assert place.log() == [("admin", "rent"), ("rent", outcome)]
    assert double.count() == 1 and not place.lines()


@pytest.mark.parametrize("behaviour, options, outcome", [
    ("say", {"status": 500, "body": "<html>"}, "passing"),
    ("say", {"status": 201, "body": '{"rental": {'}, "unrecognised"),
    ("say", {"status": 201, "body": '{"rental": {"state": "open", "number": "12"}}'}, "unrecognised"),
    ("say", {"status": 401, "body": "{}"}, "operator"),
    ("nothing", {}, "ambiguous"), ("hang_request", {}, "ambiguous"), ("hang_tls", {}, "unreachable")])
def test_no_answer_that_helps(place, behaviour, options, outcome):
    _, double = place.receiver("generic-receiver")
    place.file("there", hosts.gateway_file("generic-receiver", token="TokenOfTheAccount", base_url=double.url,
                                           ca_file=place.authority.ca_file) + "\ntimeout = 2;\nconnect_timeout = 1;")
    double.behave(behaviour, **options)
    error = json.loads(place.run("--json", status=2).output)
    assert error["error"].startswith(f"receivers/there gave no number ({outcome}): "), error
    assert error["advice"] and not place.lines()


@pytest.mark.parametrize("api, wrong", [
    ("smspinverify", {"customer": "AnotherKey"}), ("generic-receiver", {"token": "AnotherKey"})])
def test_bad_key(place, api, wrong):
    place.receiver(api, **wrong)
    place.world.typed.append("AnotherKey")
    assert "gave no number (operator): HTTP " in place.run(status=2).errors
    assert not place.lines()


def test_bad_key_of_an_own_number(place):
    """Nothing is rented there, so it shows when the text is looked for: not at the end of the time."""
    _, double = place.receiver("twilio-inbound", auth_token="AnotherToken")
    place.world.typed.append("AnotherToken")
    shown = place.run("--wait=600", status=2).output
    assert re.search(rf"\nWhether the text to {MASKED} has arrived cannot be known "
                     r"\(HTTP 401: 20003: Authenticate\)\.\n$", shown), shown
    assert double.count() == 1 and place.log()[-1] == ("arrival", "unknown")


@pytest.mark.parametrize("status, body", [(500, "<html>"), (200, '{"count": 1, "tex'), (200, "[]")])
def test_trouble_on_the_way_is_passed_over(place, status, body):
    """An answer that is none may be followed by one."""
    service, double = place.receiver("generic-receiver")
    right, looks = double.speak, []

    def speak(request):
        if request.method != "GET":
            return right(request)
        looks.append(request)
        return (status, body.encode()) if len(looks) == 1 else right(request)
    double.speak = speak
    assert place.run("--json").json()["arrived"] and len(looks) == 2
    # If it goes on like that, the last word is told.
    double.speak = lambda request: right(request) if request.method != "GET" else (status, body.encode())
    shown = place.run("--wait=2", status=1).output
    assert re.search(rf" has not arrived in time \(HTTP {status}: .*\)\.\n$", shown), shown
    assert not service.open


def test_refused_by_the_gateways(place):
    """Then nothing can arrive, and nobody is asked for it."""
    service, double = place.receiver("generic-receiver")
    twilio = gateway_double.Double("twilio", place.authority.context("right"))
    place.doubles.append(twilio)
    place.world.gateway("twilio", hosts.gateway_file("twilio", **gateway_double.TWILIO, base_url=twilio.url,
                                                     ca_file=place.authority.ca_file, **{"from": "+15005550006"}))
    place.world.typed.append(gateway_double.TWILIO["auth_token"])
    twilio.behave("say", status=400, body=json.dumps({"code": 21211, "message": "no such number"}))
    shown = place.run("--gateway=twilio", status=1).output
    assert re.search(rf"^twilio: recipient after \d+ ms: .*\nNo gateway took the text to {MASKED}\.\n$", shown), shown
    assert [request.method for request in double.requests] == ["POST", "DELETE"]
    assert not service.open and not place.lines()
    assert place.log() == [("admin", "rent"), ("rent", "accepted"), ("admin", "roundtrip"), ("text", "recipient"),
                           ("release", "accepted")]
    # What may have been sent may arrive.
    twilio.behave("nothing")
    place.run("--gateway=twilio", "--wait=0", status=1)
    assert [request.method for request in double.requests][2:] == ["POST", "GET", "DELETE"]


def test_number_that_no_login_would_text(place):
    service, double = place.receiver("generic-receiver")
    place.world.configure(allowed_prefixes='[ "+1" ]')
    assert "allowed_prefixes leaves this number out" in place.run(status=2).errors
    assert [request.method for request in double.requests] == ["POST", "DELETE"]
    assert not service.open and not place.lines()


def test_bill_is_bounded(place):
    service, double = place.receiver("generic-receiver")
    place.world.configure(budget="{ cooldown = 60; host = { unredeemed = 1; seconds = 3600; }; }")
    place.run()
    assert "this host's budget of texts is spent" in place.run(status=2).errors
    assert not service.open and len(place.lines()) == 1
    assert [request.method for request in double.requests][-2:] == ["POST", "DELETE"]


def test_kept_number_is_told(place):
    service, _ = place.receiver("generic-receiver")
    service.keeps = True
    shown = place.run().output
    assert shown.endswith("The number was not given back: HTTP 409: busy: That is so.\n"), shown
    found = place.run("--json").json()
    assert found["arrived"] and found["released"] is False and "HTTP 409" in found["release_says"]
    place.world.configure(allowed_prefixes='[ "+1" ]')
    assert "The number was not given back: HTTP 409" in place.run(status=2).errors


def started(place, number, disposition=signal.SIG_DFL):
    """A run to which the signal means that, whatever it means here: under nohup it would be ignored."""
    before = signal.signal(number, disposition)
    try:
        return subprocess.Popen([place.stage.ctl, f"--conf={place.world.base}/smsotp.conf", "roundtrip",
                                 "--receiver=there"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("when", ["renting", "sending", "waiting"])
def test_interrupted(place, number, when):
    """What was rented is given back, and it ends by the signal."""
    service, double = place.receiver("generic-receiver")
    service.came = lambda: []
    if when == "renting":
        double.behave("slow", seconds=2.0)
    with contextlib.ExitStack() as stack:
        if when == "sending":
            silence = stack.enter_context(hosts.Silence(place.world, send_timeout="30"))
        process = started(place, number)
        if when == "sending":
            silence.wait()
        else:
            count = {"renting": 1, "waiting": 2}[when]
            until(lambda: double.count() >= count, 10, "the service being asked")
        process.send_signal(number)
        if when == "renting":
            until(lambda: service.open, 10, "the number")
            double.behave()
        output, errors = process.communicate(timeout=20)
    assert process.returncode == -number, errors
    assert errors == "smsotpctl: interrupted\n" and not output
    assert not service.open and double.requests[-1].method == "DELETE"
    assert len(place.lines()) == (1 if when == "waiting" else 0)
    place.silent(output + errors)


def test_what_is_ignored_stays_so(place):
    """nohup's."""
    service, double = place.receiver("generic-receiver")
    service.came = lambda: []
    process = started(place, signal.SIGHUP, signal.SIG_IGN)
    until(lambda: double.count() >= 2, 10, "the service being asked")
    process.send_signal(signal.SIGHUP)
    service.came = place.sent
    assert process.communicate(timeout=20)[0].count(" arrived after ") == 1 and process.returncode == 0


@pytest.mark.parametrize("arguments, words", [
    (["--receiver=../gateways/tests"], "cannot be a receiver's name"),
    ([], "through which receiver?"),
    (["--receiver=there", "--wait=3601"], "--wait takes 0 to 3600 seconds"),
    (["--receiver=there", "--gateway=../x"], "cannot be a gateway's name")])
def test_refused_before_anything_is_paid_for(place, ctl, arguments, words):
    _, double = place.receiver("generic-receiver")
    assert words in ctl("roundtrip", *arguments, status=2).errors
    assert not place.lines() and double.count() == 0 and not place.log()


@pytest.mark.parametrize("text, mode, words", [
    (None, 0o600, "receivers/there.conf: "),
    ('api = "generic-receiver"; token = "x-y-z";', 0o644, "0644"),
    ('api = "twilio"; account_sid = "AC1"; auth_token = "x-y-z"; from = "ACME";', 0o600, "this API receives no texts"),
    ('api = "outbox"; path = "/run/x";', 0o600, "outbox.conf"),
    ('api = "generic-receiver"; token = "x-y-z"; number = "+447700900077";', 0o600, "this API rents its numbers"),
    ('api = "twilio-inbound"; account_sid = "AC1"; auth_token = "x-y-z";', 0o600, '"number" is missing'),
    ('api = "twilio-inbound"; account_sid = "AC1"; auth_token = "x-y-z"; number = "07700 900077";', 0o600,
     "is no telephone number with + and calling code"),
    ('api = "smspinverify"; customer = "x-y-z"; app = "a"; country = "b"; country_code = "999";', 0o600,
     "is not a calling code"),
    ('api = "generic-receiver"; token = "x-y-z"; prefixes = [ "+44" ];', 0o600, "prefixes: unknown key"),
    ('api = "generic-receiver";', 0o600, '"token" is missing')])
def test_wrong_file(place, text, mode, words):
    if text:
        place.file("there", text, mode)
    errors = place.run(status=2).errors
    assert "gave no number (operator): " in errors and words in errors, errors
    assert "x-y-z" not in errors and not place.lines()


def test_receivers_send_nothing(place, ctl):
    """Nor do gateways receive: each has its folder."""
    place.receiver("generic-receiver")
    assert 'cannot be a gateway\'s name' in ctl("send", "alice", "--gateway=receivers/there", status=2).errors
    place.world.gateway("there", 'api = "generic-receiver"; token = "x-y-z";')
    assert "this API receives texts: its file belongs into receivers/" in \
        ctl("send", "alice", "--gateway=there", status=1).output


def test_a_terminal_is_shown_what_is_waited_for(place):
    service, _ = place.receiver("generic-receiver")
    service.came = lambda: []
    terminal = hosts.Terminal(place.world, [
        place.stage.ctl, f"--conf={place.world.base}/smsotp.conf", "roundtrip", "--receiver=there", "--wait=3"])
    terminal.expect(r"Waiting for the text, 1 s")
    terminal.expect(r"\r\x1b\[Ktests: accepted after \d+ ms")
    terminal.expect(r"has not arrived in time")
    assert terminal.ended() == 1


def test_file_is_opened_by_the_helper_alone(place):
    """smsotpctl never opens it: the key does not come into its memory."""
    place.receiver("generic-receiver")
    trace = place.world.base + "/trace"
    subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=openat,open,execve", place.stage.ctl,
                    f"--conf={place.world.base}/smsotp.conf", "roundtrip", "--receiver=there"],
                   check=True, capture_output=True)
    with open(trace, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    os.unlink(trace)
    helpers = {line.split()[0] for line in lines if f'execve("{place.stage.helper}"' in line}
    opened = [line.split()[0] for line in lines if "there.conf" in line and "execve" not in line]
    assert len(helpers) == 4 and len(opened) == 3 and set(opened) <= helpers
    assert stat.S_IMODE(os.stat(place.world.base + "/receivers/there.conf").st_mode) == 0o600
