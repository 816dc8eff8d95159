# SPDX-License-Identifier: BSD-2-Clause
"""Logins through gateways over TLS: from sshd to the request that the gateway gets."""
import harness


def test_login_by_twilio(world, sshd, double):
    gateway = double("twilio")
    world.configure(gateways='[ "twilio" ]')
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    assert (gateway.count(), gateway.connections) == (1, 1)
    fields = gateway.requests[0].form()
    assert fields["To"] == harness.phone("alice")
    code = fields["Body"].split()[0]
    assert fields["Body"] == f"{code} is your web1 code ({ssh.ref}). Not you? Change your password."
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.typed += [code, harness.phone("alice"), "token-of-the-account"]
    text, _ = world.expect_log("text accepted", "accepted code")
    assert text["msgid"].startswith("SM")
    assert (gateway.count(), gateway.connections) == (1, 1)
    world.expected_texts = 0


def test_the_next_gateway_takes_over(world, sshd, double):
    """Twilio refuses, Vonage accepts: one request each, with one and the same code."""
    refusing = double("twilio")
    refusing.behave("server_error", status=503)
    accepting = double("vonage")
    world.configure(gateways='[ "twilio", "vonage" ]')
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    assert (refusing.count(), accepting.count()) == (1, 1)
    code = refusing.requests[0].form()["Body"].split()[0]
    fields = accepting.requests[0].form()
    assert fields["to"] == harness.phone("alice")[1:] and fields["text"].split()[0] == code
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.typed += [code, "token-of-the-account", "SecretOfTheAccount"]
    texts = world.expect_log("text passing", "text accepted", "accepted code")
    assert [event["gateway"] for event in texts] == ["twilio", "vonage", "vonage"]
    assert (refusing.connections, accepting.connections) == (1, 1)
    world.expected_texts = 0


def test_resent_through_the_gateway(world, sshd, double):
    """r is the one reason for a second request; its code is the same."""
    gateway = double("vonage")
    world.configure(gateways='[ "vonage" ]')
    ssh = sshd().login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.type("r")
    ssh.prompt(r"Code \w\w sent again to ")
    codes = [request.form()["text"].split()[0] for request in gateway.requests]
    assert len(codes) == 2 and len(set(codes)) == 1
    ssh.type(codes[0])
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "text accepted", "accepted code")
    world.expected_texts = 0
