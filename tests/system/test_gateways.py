# SPDX-License-Identifier: BSD-2-Clause
"""Logins through gateways over TLS: from sshd to the request that the gateway gets."""
import json

import gateway_authority
import gateway_metadata
import gateway_signatures
import harness
import hosts
from gateway_double import Double


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


def test_login_by_aws_with_the_keys_of_the_machine(world, sshd):
    """The metadata service is asked from within the sandbox, and what it says appears nowhere."""
    authority = gateway_authority.Authority(world.base)
    with Double("aws-sms-voice", authority.context("right")) as gateway, gateway_metadata.Metadata() as metadata:
        gateway.behave("say", body='{"MessageId": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}')
        world.gateway("aws-sms-voice", hosts.gateway_file(
            "aws-sms-voice", base_url=gateway.url, ca_file=authority.ca_file, region="eu-west-1",
            metadata_url=metadata.url))
        world.configure(gateways='[ "aws-sms-voice" ]')
        ssh = sshd().login("alice", "id -un")
        ssh.password()
        ssh.prompt()
        assert gateway_signatures.sigv4(gateway.requests[0], gateway_metadata.ID, gateway_metadata.KEY, "eu-west-1",
                                        "sms-voice", token=gateway_metadata.SECURITY_TOKEN) is None
        code = json.loads(gateway.requests[0].body)["MessageBody"].split()[0]
        ssh.type(code)
        ssh.expect("\nalice\r\n")
        assert ssh.ended() == 0
        assert (gateway.count(), len(metadata.questions)) == (1, 3)
    world.typed += [code, harness.phone("alice"), gateway_metadata.KEY, gateway_metadata.SECURITY_TOKEN]
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 0
