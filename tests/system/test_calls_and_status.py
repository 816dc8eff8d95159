# SPDX-License-Identifier: BSD-2-Clause
"""A person at a real ssh prompt asks what became of the text, and has the code read out: real sshd, real
smsotp-send, a gateway that speaks as Twilio does."""
import json
import re
import time

import harness

CALL = {"sid": "CA" + "0123456789abcdef" * 2, "status": "queued"}


def use(world, twilio, **settings):
    """The double as the only gateway of this world, and one that makes calls."""
    path = f"{world.base}/gateways/twilio.conf"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    world.gateway("twilio", text + '\nvoice = true;\nvoice_from = "+15005550007";\n')
    world.configure(gateways='[ "twilio" ]', **settings)
    world.typed += ["token-of-the-account", harness.phone("alice")[1:]]
    world.expected_texts = 0
    assert twilio.count() == 0


def code_of(world, request):
    code = request.form()["Body"].split()[0]
    world.typed.append(code)
    return code


def say(twilio, status, body):
    twilio.behave("say", status=status, body=json.dumps(body))


def test_asked_called_and_let_in(world, sshd, double):
    twilio = double("twilio")
    use(world, twilio, budget="{ cooldown = 0; }")
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.expect(r"Code (\w\w) sent to \+44 \*{6} \d{4} \(r: resend, v: call, Enter: help\): ")
    ref = ssh.match.group(1)
    code = code_of(world, twilio.requests[0])
    text, = world.expect_log("text accepted")

    say(twilio, 200, {"sid": text["msgid"], "status": "undelivered", "error_code": 30003})
    ssh.type("")
    ssh.expect(r"The network could not reach \+44 \*{6} \d{4} \(switched off or no signal\)\. "
               rf"r sends it again, v has it read out by a call\. Code {ref}: ")
    query = twilio.requests[1]
    assert query.method == "GET" and query.target.endswith(f"/Messages/{text['msgid']}.json")

    say(twilio, 201, CALL)
    ssh.type("v")
    ssh.expect(rf"Calling \+44 \*{{6}} \d{{4}} with code {ref} ")
    call = twilio.requests[2]
    assert call.method == "POST" and call.target.endswith("/Calls.json")
    form = call.form()
    assert (form["To"], form["From"]) == (harness.phone("alice"), "+15005550007")
    assert re.sub(r"\D", "", form["Twiml"]) == 2 * code
    assert ", ".join(code) in form["Twiml"]
    world.typed.append(", ".join(code))

    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    status, called, accepted = world.expect_log("status unreachable", "call accepted", "accepted code")
    assert status["msgid"] == text["msgid"]
    assert called["msgid"] == accepted["msgid"] == CALL["sid"]
    assert twilio.count() == 3


def test_a_gateway_that_hangs_when_asked(world, sshd, double):
    """The person waits no longer than three seconds and is told what was told before; nothing is left behind."""
    twilio = double("twilio")
    use(world, twilio)
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.expect(r"v: call, Enter: help\): ")
    code = code_of(world, twilio.requests[0])
    twilio.behave("hang_request")
    start = time.monotonic()
    ssh.type("")
    ssh.expect(r"The text went out to .* r sends it again, v has it read out by a call\. Code \w\w: ")
    waited = time.monotonic() - start
    assert 2.9 < waited < 4, f"{waited:.1f} s"
    assert not world.helpers()
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    _, status, _ = world.expect_log("text accepted", "status unknown", "accepted code")
    assert "timed out" in status["detail"], status.line


def test_a_connection_lost_while_asking(world, sshd, double):
    twilio = double("twilio")
    use(world, twilio)
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.expect(r"v: call, Enter: help\): ")
    code_of(world, twilio.requests[0])
    twilio.behave("hang_request")
    ssh.type("")
    harness.until(lambda: twilio.count() == 2, 5, "the query")
    ssh.hang_up()
    world.check_gone(5.0)
    # sshd's child is killed, or comes to the end of its login: both are right.
    world.forget_log()
