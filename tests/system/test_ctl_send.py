# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl send: a test text through real helpers, and what it may not cost those who log in."""
import json
import os
import re
import subprocess

import pytest

import hosts
import namespace
from harness import phone, uid, until

TEXT = (f"Test of {namespace.HOST} by its administrator. There is no code in this text, and "
        "nothing to do.")
MASKED = r"\+44 \*+ \d{4}"


@pytest.fixture
def outbox(world):
    """A gateway of its own, whose texts are no codes; returns what reads them."""
    path = world.base + "/tests"
    world.gateway("tests", f'api = "outbox"; path = "{path}";')
    world.configure(gateways='[ "tests" ]')
    world.expected_texts = 0

    def read():
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    return read


def lines(world):
    return [line for line in world.log_lines() if "smsotpctl" in line]


def records(world):
    return [name for _, _, names in os.walk(world.base + "/state") for name in names
            if name not in ("names.key", "events")]


def test_to_a_user(world, ctl, outbox):
    shown = ctl("send", "alice").output
    assert re.fullmatch(r"tests: accepted after \d+ ms(, id \S+)?\n"
                        rf"The text to {MASKED} is accepted\.\n"
                        r"This gateway was not asked what became of it\.\n", shown), shown
    text, = outbox()
    assert (text["to"], text["text"]) == (phone("alice"), TEXT)
    # Who gets it must not take any part of it for a code.
    assert not re.search(r"\d{4}", text["text"].replace(namespace.HOST, ""))
    begun, sent = lines(world)
    who = rf"user=alice uid={uid('alice')} .* phone=\+44\*\d{{4}} source=- gateway=tests "
    assert re.search(rf"event=admin reason=send {who}.* by=root\(0\)$", begun), begun
    assert re.search(rf"event=text reason=accepted {who}.* ms=\d+ .* by=root\(0\)", sent), sent
    # Nothing is counted with user and phone.
    assert not records(world)


def test_to_a_number(world, ctl, outbox):
    found = ctl("send", "--to=07700 900999", "--json").json()
    assert found["user"] is None and found["accepted"] and not found["may_have_been_sent"]
    assert re.fullmatch(MASKED, found["number"])
    assert found["attempts"][0]["gateway"] == "tests"
    assert found["attempts"][0]["outcome"] == "accepted"
    assert found["delivery"] is None
    assert outbox()[0]["to"] == "+447700900999"
    assert ctl("send", "--to", "+447700900999", "--json", "--show").json()["number"] == \
        "+447700900999"
    assert all("user=- uid=-" in line for line in lines(world))
    assert not any("900999" in line for line in lines(world))


@pytest.mark.parametrize("arguments, words", [
    (["--to=+3312"], "that is no telephone number: "),
    (["--to=+12025550143"], "allowed_prefixes leaves this number out"),
    (["alice", "--to=+447700900999"], "to whom?"),
    ([], "to whom?"),
    (["nobody-knows-him"], 'there is no account "nobody-knows-him"'),
    (["root"], "no source has a phone for root"),
    (["alice", "--gateway=../smsotp"], "cannot be a gateway's name"),
    (["alice", "--wait=ten"], "--wait takes 0 to 3600 seconds"),
    (["alice", "--wait=3601"], "--wait takes 0 to 3600 seconds"),
    (["alice", "--voice", "--wait=5"], "--wait is for texts")])
def test_refused_before_anything_is_sent(world, ctl, outbox, arguments, words):
    assert words in ctl("send", *arguments, status=2).errors
    assert not outbox() and not lines(world)


def test_next_gateway_where_one_fails(world, ctl, outbox, double):
    twilio = double("twilio")
    world.typed.append("token-of-the-account")
    twilio.behave("say", status=503, body="busy")
    world.configure(gateways='[ "twilio", "tests" ]')
    found = ctl("send", "alice", "--json").json()
    assert [(one["gateway"], one["outcome"]) for one in found["attempts"]] == \
        [("twilio", "passing"), ("tests", "accepted")]
    assert found["attempts"][0]["says"].startswith("HTTP 503")
    assert len(outbox()) == twilio.count() == 1
    # One alone, which the configuration need not name: it is tried before it is put to use.
    world.configure(gateways='[ "twilio" ]')
    assert ctl("send", "alice", "--gateway", "tests").output.startswith("tests: accepted after ")
    assert twilio.count() == 1
    shown = ctl("send", "alice", status=1).output
    assert re.search(rf"^twilio: passing after \d+ ms: HTTP 503.*\nNo gateway took the text to "
                     rf"{MASKED}\.\n$", shown), shown
    # Taken in, and not answered.
    twilio.behave("nothing")
    assert ctl("send", "alice", status=1).output.endswith(", but it may have been sent.\n")


def answer_queries(twilio, *states):
    """What queries are answered, one after another; the last one from then on."""
    texts, left = twilio.speak, list(states)

    def speak(request):
        if request.method != "GET":
            return texts(request)
        status, code = left.pop(0) if len(left) > 1 else left[0]
        return 200, {"sid": "SM" + "0" * 32, "status": status, "error_code": code}
    twilio.speak = speak


@pytest.mark.parametrize("last, state", [
    (("delivered", None), "delivered"), (("failed", 30006), "refused")])
def test_delivery_is_followed(world, ctl, double, last, state):
    twilio = double("twilio")
    answer_queries(twilio, ("queued", None), last)
    world.configure(gateways='[ "twilio" ]')
    world.expected_texts = 0
    found = ctl("send", "alice", "--json").json()
    assert found["accepted"] and found["delivery"]["final"], found
    assert found["delivery"]["state"] == state
    queries = [request for request in twilio.requests if request.method == "GET"]
    assert len(queries) == twilio.count() - 1 == 2
    assert all(found["attempts"][0]["id"] in request.target for request in queries)
    assert f"event=status reason={state} user=alice" in lines(world)[-1]


def test_delivery_until_the_time_is_over(world, ctl, double):
    twilio = double("twilio")
    answer_queries(twilio, ("queued", None))
    world.configure(gateways='[ "twilio" ]')
    world.expected_texts = 0
    assert ctl("send", "alice", "--json", "--wait=0").json()["delivery"] is None
    assert twilio.count() == 1
    shown = ctl("send", "alice", "--wait=5").output
    assert shown.endswith("Delivery: pending until now (HTTP 200: queued)\n"), shown
    assert twilio.count() == 4


def test_gateways_that_had_to_be_forgotten_are_told(world, ctl, outbox):
    """Once, as the module would: no login after it says so."""
    ctl("send", "alice")
    with open(world.base + "/run/gateways", "r+b") as file:
        file.write(b"\0" * 16)
    ctl("send", "alice")
    ctl("send", "alice")
    warnings = [line for line in lines(world) if "event=warning" in line]
    assert len(warnings) == 1 and len(outbox()) == 3
    assert re.search(r'reason=gateway_health user=- .* by=root\(0\) '
                     r'detail=".*/run/gateways: not a table of gateways"$', warnings[0]), warnings


def test_bill_is_bounded_and_nobody_is_kept_out(world, ctl, outbox, daemon_host):
    """Far more tests than a user's budget has texts: he still gets his. The host's is a bound."""
    world.configure(budget="{ cooldown = 60; host = { unredeemed = 6; seconds = 3600; }; }")
    for _ in range(5):
        ctl("send", "alice")
    assert len(outbox()) == 5
    world.configure(gateways='[ "phone" ]')
    daemon = hosts.Daemon(world, daemon_host, "alice")
    daemon.says(r"prompt Code (\w\w) sent to .*")
    daemon.type(world.text().code)
    assert daemon.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1
    world.configure(gateways='[ "tests" ]')
    # The login's place is free again, since its code was entered.
    ctl("send", "alice")
    refused = ctl("send", "alice", status=2).errors
    assert re.match("smsotpctl: this host's budget of texts is spent; the next one in ", refused)
    assert len(outbox()) == 6


def calls(world):
    """The double as a gateway that may call."""
    path = f"{world.base}/gateways/twilio.conf"
    with open(path, encoding="utf-8") as file:
        world.gateway("twilio", file.read() + '\nvoice = true;\nvoice_from = "+15005550007";')


def test_call(world, ctl, outbox, double):
    """Through the first gateway that can; it reads out zeros and is not asked about afterwards."""
    twilio = double("twilio")
    calls(world)
    world.typed.append("token-of-the-account")
    world.configure(gateways='[ "tests", "twilio" ]')
    shown = ctl("send", "alice", "--voice").output
    assert re.fullmatch(r"tests: skipped after \d+ ms: this gateway cannot call\n"
                        r"twilio: accepted after \d+ ms, id CA[0-9a-f]{32}: HTTP 201\n"
                        rf"The call to {MASKED} is accepted\. What it reads out are zeros\.\n",
                        shown), shown
    request, = twilio.requests
    assert request.method == "POST" and request.target.endswith("/Calls.json")
    form = request.form()
    assert form["To"] == phone("alice") and re.sub(r"\D", "", form["Twiml"]) == 12 * "0"
    assert not outbox() and not records(world)
    begun, skipped, called = lines(world)
    who = rf"user=alice uid={uid('alice')} .* phone=\+44\*\d{{4}} source=- "
    assert re.search(rf"event=admin reason=send_voice {who}gateway=tests,twilio ", begun), begun
    assert re.search(rf"event=call reason=skipped {who}gateway=tests ", skipped), skipped
    assert re.search(rf"event=call reason=accepted {who}gateway=twilio msgid=CA", called), called


def test_call_that_no_gateway_makes(world, ctl, outbox, double):
    shown = ctl("send", "--to=+447700900999", "--voice", status=1).output
    assert shown.endswith("\n") and "skipped" in shown
    assert re.search(rf"^No gateway took the call to {MASKED}\.$", shown, re.M), shown
    twilio = double("twilio")
    calls(world)
    world.typed.append("token-of-the-account")
    world.configure(gateways='[ "twilio" ]')
    twilio.behave("nothing")
    shown = ctl("send", "alice", "--voice", status=1).output
    assert shown.endswith(", but the phone may ring.\n"), shown
    twilio.behave("say", status=400, body=json.dumps({"code": 21217, "message": "no phone"}))
    found = ctl("send", "alice", "--voice", "--json", status=1).json()
    assert (found["kind"], found["accepted"], found["delivery"]) == ("call", False, None)
    assert found["attempts"][0]["outcome"] == "recipient"
    assert not outbox()


def test_calls_count_in_the_bill_alone(world, ctl, outbox, double):
    """With the host's texts, and not with the calls that a user or phone may have."""
    calls_left = "voice = { unredeemed = 1; seconds = 600; daily = 1; }; "
    twilio = double("twilio")
    calls(world)
    world.typed.append("token-of-the-account")
    world.configure(gateways='[ "twilio" ]', budget="{ " + calls_left +
                    "host = { unredeemed = 3; seconds = 3600; }; }")
    for _ in range(2):
        ctl("send", "alice", "--voice")
    ctl("send", "alice", "--wait=0")
    refused = ctl("send", "alice", "--voice", status=2).errors
    assert re.match("smsotpctl: this host's budget of texts is spent; the next one in ", refused)
    assert twilio.count() == 3 and not outbox() and not records(world)


def test_a_terminal_is_shown_what_is_waited_for(world, stage):
    with hosts.Silence(world, send_timeout="3"):
        terminal = hosts.Terminal(world, [stage.ctl, f"--conf={world.base}/smsotp.conf", "send",
                                          "alice"])
        terminal.expect(r"Waiting for hung, 0 s")
        terminal.expect(r"Waiting for hung, 1 s")
        terminal.expect(r"\r\x1b\[Khung: ambiguous after \d+ ms")
        terminal.expect(r"No gateway took the text to .*, but it may have been sent")
        assert terminal.ended() == 1
    world.expected_texts = 0


def test_killed_on_the_way(world, stage):
    """What was begun stands in the log, and no helper stays."""
    with hosts.Silence(world, send_timeout="10") as gateway:
        process = subprocess.Popen([stage.ctl, f"--conf={world.base}/smsotp.conf", "send",
                                    "alice"])
        gateway.wait()
        process.kill()
        process.wait()
        until(lambda: not world.helpers(), 2, "the end of the helper")
    assert "event=admin reason=send user=alice" in lines(world)[0]
    world.expected_texts = 0
