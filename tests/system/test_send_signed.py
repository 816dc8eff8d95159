# SPDX-License-Identifier: BSD-2-Clause
"""Requests that are signed, and where the keys of a machine's role come from."""
# pylint: disable=redefined-outer-name,unused-import
import email.utils
import re
import time

import pytest

import gateway_signatures
from gateway_double import Double, Request
from gateway_metadata import ID, KEY, ROLE, ROLES, SECURITY_TOKEN, TOKEN, Metadata, keys
from send_harness import OPERATOR, SLACK, UNREACHABLE, accepted, request
from send_harness import authority, behaving, conf, twilio, vonage  # noqa: F401

API = """
description = "Test";
settings = ( { name = "id"; }, { name = "key"; secret = true; }, { name = "more"; secret = true; },
             { name = "role"; }, { name = "region"; default = "eu-west-1"; }, { name = "service_url"; }, { name = "told"; } );
send = { url = "https://gateway.invalid%(path)s"; auth = { %(auth)s };
         headers = ( { name = "X-Amz-Target"; value = "Service.Operation"; },
                     { name = "X-Text"; value = "{text}"; when = "told"; },
                     { name = "Accept"; value = "a,   b;  c"; } );
         body = { kind = "json"; fields = ( { name = "to"; value = "{to}"; }, { name = "text"; value = "{text}"; } ); };
};
answer = { kind = "json"; accepted = { status = [ 200 ]; where = ( { at = "id"; exists = true; } ); };
           id = { at = "id"; }; };
"""
SIGV4 = ('kind = "sigv4"; service = "sms-voice"; region = "{region}"; access_key = "{id}"; secret_key = "{key}"; '
         'metadata = "{service_url}"; role = "{role}";')
AZURE = 'kind = "azure"; key = "{key}";'
OVH = 'kind = "ovh"; application_key = "{id}"; application_secret = "{key}"; consumer_key = "{more}";'
STATIC_ID, STATIC_KEY = "AKIDOFTHEACCOUNT", "Key/Of+The=Account"
AZURE_KEY = "c2VjcmV0K2tleS9vZit0aGUrcmVzb3VyY2UAAQID/w=="
OVH_KEYS = ("ApplicationKey16", "ApplicationSecretOf32Characters", "ConsumerKeyOf32Characters")
TEXTS = ["491827 is your code", "a\"b\\c&d=e%41+1<2>#?;{to}'", "ünïcödé ß £ € \U0001f511", "x" * 1500, "1\r\n2\n: 3"]


@pytest.fixture(scope="module")
def gateway(authority):
    with Double("twilio", authority.context("right")) as double:
        yield double


@pytest.fixture
def signed(conf, authority, gateway):
    """signed(auth, path, **settings) → settings of a gateway file."""
    gateway.reset()
    gateway.behave("say", body='{"id": "x1"}')

    def settings(auth, path="/", **more):
        file = conf.path / "api.conf"
        file.write_text(API % {"auth": auth, "path": path})
        file.chmod(0o644)
        return {"api": str(file), "base_url": gateway.url, "ca_file": authority.ca_file, **more}
    return settings


@pytest.fixture(scope="module")
def running_metadata():
    with Metadata() as double:
        yield double


@pytest.fixture
def metadata(running_metadata):
    running_metadata.reset()
    return running_metadata


def got(gateway):
    assert (gateway.count(), gateway.connections, gateway.broken) == (1, 1, 0)
    assert gateway.requests[0].header("Expect") is None
    return gateway.requests[0]


def test_the_judge_of_sigv4_knows_the_documented_example():
    """IAM user guide, "Examples of the complete Signature Version 4 signing process"."""
    scope = "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request"
    signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    example = Request("GET", "/?Action=ListUsers&Version=2010-05-08", [
        ("Host", "iam.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=content-type;host;x-amz-date, "
                          f"Signature={signature}")], b"")
    arguments = {"secret_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "region": "us-east-1", "service": "iam",
                 "now": 1440938160}
    assert gateway_signatures.sigv4(example, "AKIDEXAMPLE", **arguments) is None
    example.body = b"x"
    assert gateway_signatures.sigv4(example, "AKIDEXAMPLE", **arguments) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("text", TEXTS)
def test_sigv4(conf, gateway, signed, text):
    reply = conf.send(signed(SIGV4, id=STATIC_ID, key=STATIC_KEY), request(text=text))
    assert accepted(reply) and reply.message_id == "x1", reply
    assert gateway_signatures.sigv4(got(gateway), STATIC_ID, STATIC_KEY, "eu-west-1", "sms-voice") is None
    assert {"content-type", "host", "x-amz-date", "x-amz-target"} <= set(
        got(gateway).header("Authorization").split("SignedHeaders=")[1].split(",")[0].split(";"))


def test_sigv4_parameters(conf, gateway, signed):
    settings = signed(SIGV4, "/a-b/c_d?e=%20f&g=h~i", id=STATIC_ID, key=STATIC_KEY)
    assert accepted(conf.send(settings))
    assert gateway_signatures.sigv4(got(gateway), STATIC_ID, STATIC_KEY, "eu-west-1", "sms-voice") is None


def test_sigv4_path_with_escapes(conf, gateway, signed):
    """AWS escapes them once more, libcurl does not."""
    reply = conf.send(signed(SIGV4, "/{to}", id=STATIC_ID, key=STATIC_KEY))
    assert (reply.outcome, reply.posted, gateway.connections) == (OPERATOR, 0, 0), reply
    assert "percent-encoding" in reply.detail, reply


@pytest.mark.parametrize("auth, settings", [
    (SIGV4, {"id": STATIC_ID}), (SIGV4, {"key": STATIC_KEY}), (SIGV4, {}),
    (SIGV4, {"id": STATIC_ID, "service_url": "http://127.0.0.1:1"}),
    (SIGV4, {"id": STATIC_ID, "key": STATIC_KEY, "region": "eu:x"}),
    (SIGV4, {"id": STATIC_ID, "key": STATIC_KEY, "region": "eu/x"}),
    (AZURE, {}), (AZURE, {"key": "no base64!"}), (AZURE, {"key": "YQ"}), (AZURE, {"key": "A" * 400}),
    (OVH, {"id": "a", "key": "b"}), (OVH, {"id": "a", "more": "b"}), (OVH, {"key": "a", "more": "b"})])
def test_keys_are_checked(conf, gateway, signed, auth, settings):
    reply = conf.send(signed(auth, **settings))
    assert (reply.outcome, reply.posted, gateway.connections) == (OPERATOR, 0, 0), reply
    for value in ("Key/Of", "no base64!", "AAAA"):
        assert value not in reply.detail, reply


@pytest.mark.parametrize("auth, words", [
    ('kind = "sigv4";', "service"), (SIGV4.replace("region", "regions", 1), "regions"),
    (SIGV4 + ' token = "x";', "token"), (SIGV4.replace("{key}", "{nothing}"), "secret_key"),
    ('kind = "azure";', "key"), (AZURE + ' user = "x";', "user"), ('kind = "azure"; key = 7;', "key"),
    ('kind = "ovh"; application_key = "{id}"; application_secret = "{key}";', "consumer_key"),
    (OVH + ' key = "x";', "key"), ('kind = "oauth";', "kind")])
def test_description_is_checked(conf, gateway, signed, auth, words):
    reply = conf.send(signed(auth))
    assert (reply.outcome, reply.posted, gateway.connections) == (OPERATOR, 0, 0), reply
    assert "api.conf:" in reply.detail and words in reply.detail, reply


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("path", ["/sms?api-version=2021-03-07", "/a%20b/c"])
def test_azure(conf, gateway, signed, path, text):
    assert accepted(conf.send(signed(AZURE, path, key=AZURE_KEY), request(text=text)))
    assert got(gateway).target == path
    assert gateway_signatures.azure(got(gateway), AZURE_KEY) is None


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("path", ["/1.0/sms/sms-ab12345-1/jobs", "/a?b=c"])
def test_ovh(conf, gateway, signed, path, text):
    application_key, application_secret, consumer_key = OVH_KEYS
    settings = signed(OVH, path, id=application_key, key=application_secret, more=consumer_key)
    assert accepted(conf.send(settings, request(text=text)))
    assert got(gateway).target == path
    assert gateway_signatures.ovh(got(gateway), OVH_KEYS) is None


def test_as_many_headers_as_a_description_may_have(conf, gateway, signed):
    """And the content type, and four of the signature."""
    headers = "".join(f'{{ name = "X-{i}"; value = "{i}"; }}, ' for i in range(12)).removesuffix(", ")
    settings = signed(OVH, id=OVH_KEYS[0], key=OVH_KEYS[1], more=OVH_KEYS[2])
    file = conf.path / "api.conf"
    text = re.sub(r"headers = \(.*?\);\n", f"headers = ( {headers} );\n", file.read_text(), flags=re.DOTALL)
    file.write_text(text)
    assert accepted(conf.send(settings))
    assert [got(gateway).header(f"X-{i}") for i in range(12)] == [str(i) for i in range(12)]
    assert gateway_signatures.ovh(got(gateway), OVH_KEYS) is None


def test_time_is_that_of_the_request(conf, gateway, signed):
    """Not of the build, the description or the locale."""
    assert accepted(conf.send(signed(AZURE, key=AZURE_KEY)))
    stamp = email.utils.parsedate_to_datetime(got(gateway).header("x-ms-date")).timestamp()
    assert abs(time.time() - stamp) < 5


# --- keys of the machine's role -----------------------------------------------------------------------------

@pytest.mark.parametrize("role, questions", [
    ({}, [("PUT", "/latest/api/token"), ("GET", ROLES), ("GET", ROLES + ROLE.replace("+", "%2B"))]),
    ({"role": ROLE}, [("PUT", "/latest/api/token"), ("GET", ROLES + ROLE.replace("+", "%2B"))])])
def test_role(conf, gateway, signed, metadata, role, questions):
    reply = conf.send(signed(SIGV4, service_url=metadata.url, **role))
    assert accepted(reply), reply
    assert metadata.questions == questions and metadata.connections == len(questions)
    assert gateway_signatures.sigv4(got(gateway), ID, KEY, "eu-west-1", "sms-voice", token=SECURITY_TOKEN) is None
    assert metadata.requests[0].header("X-aws-ec2-metadata-token") is None


def test_role_not_asked_for_keys_that_are_set(conf, gateway, signed, metadata):
    settings = signed(SIGV4, id=STATIC_ID, key=STATIC_KEY, service_url=metadata.url)
    assert accepted(conf.send(settings)) and metadata.connections == 0
    assert gateway_signatures.sigv4(got(gateway), STATIC_ID, STATIC_KEY, "eu-west-1", "sms-voice") is None


def test_role_and_what_cannot_be_sent(conf, gateway, signed, metadata):
    """What is said about it is searched for the keys: they must be there still."""
    reply = conf.send(signed(SIGV4, service_url=metadata.url, told="yes"), request("a\nb"))
    assert (reply.outcome, reply.posted, gateway.connections) == (OPERATOR, 0, 0), reply
    assert '"X-Text" would hold' in reply.detail and len(metadata.questions) == 3


def test_role_and_proxy(conf, gateway, signed, metadata):
    """The metadata service is asked directly; the gateway's request goes to the proxy, which is none here."""
    with Double("twilio") as proxy:
        proxy.behave("say", status=403, body="no")
        reply = conf.send(signed(SIGV4, service_url=metadata.url, proxy=proxy.url))
        assert (reply.outcome, reply.posted, gateway.connections) == (UNREACHABLE, 0, 0), reply
        assert [one.method for one in proxy.requests] == ["CONNECT"] and len(metadata.questions) == 3


GARBAGE = [(200, b""), (200, b"\0"), (200, b"two words"), (200, b"\xc3\xa4"), (200, b"x" * 9000)]


@pytest.mark.parametrize("step, answer, outcome, words", [
    *[("token", answer, OPERATOR, "metadata service's answer") for answer in GARBAGE],
    *[("role", answer, OPERATOR, "metadata service's answer") for answer in GARBAGE],
    *[("keys", answer, OPERATOR, "metadata service's answer") for answer in [
        *GARBAGE, (200, b"null"), (200, b"[]"), (200, b"{}"), (200, b'{"Code": "Success"'), (200, keys(Code=None)),
        (200, keys(AccessKeyId=None)), (200, keys(SecretAccessKey=None)), (200, keys(Token=None)),
        (200, keys(Expiration=None)), (200, keys(Expiration="soon")), (200, keys(Expiration="2099-01-01")),
        (200, keys(AccessKeyId="")), (200, keys(AccessKeyId=7)), (200, keys(Token="")),
        (200, keys(Token="a\r\nX-Amz-Target: b")), (200, keys(Token="a b")), (200, keys(SecretAccessKey="a\0b")),
        (200, keys(Token="x" * 9000)), (200, b"[" * 60000)]],
    *[(step, (403, b"Forbidden"), OPERATOR, "disabled") for step in ("token", "role", "keys")],
    *[(step, (status, b""), UNREACHABLE, f"HTTP {status}") for step in ("token", "role", "keys")
      for status in (429, 500, 503)],
    *[(step, (302, b""), OPERATOR, "302") for step in ("token", "role", "keys")],
    *[(step, (200, b"x" * 70000), UNREACHABLE, "longer than") for step in ("token", "role", "keys")],
    ("token", (404, b""), OPERATOR, "no session tokens"), ("role", (404, b""), OPERATOR, "no role for this machine"),
    ("keys", (404, b""), OPERATOR, "no role of this name"),
    ("keys", (200, keys(Code="AssumeRoleUnauthorizedAccess", AccessKeyId=None)), OPERATOR,
     "AssumeRoleUnauthorizedAccess"),
    ("keys", (200, keys(Code="two words")), OPERATOR, "without a name"),
    ("keys", (200, keys(Expiration="2026-01-01T00:00:00Z")), UNREACHABLE, "expired")])
def test_metadata_is_wrong(conf, gateway, signed, metadata, step, answer, outcome, words):
    """Nothing is sent, and the reason is said without a secret."""
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    metadata.answers[step] = answer
    reply = conf.send(signed(SIGV4, service_url=metadata.url))
    assert (reply.outcome, reply.posted, gateway.connections) == (outcome, 0, 0), reply
    assert words in reply.detail, reply
    for secret in (KEY, SECURITY_TOKEN, TOKEN, "xxxx"):
        assert secret not in reply.detail, reply
    assert len(metadata.questions) == {"token": 1, "role": 2, "keys": 3}[step]


@pytest.mark.parametrize("step", ["token", "role", "keys"])
def test_metadata_hangs(conf, gateway, signed, metadata, step):
    metadata.hang = step
    reply = conf.send(signed(SIGV4, service_url=metadata.url))
    assert (reply.outcome, reply.posted, gateway.connections) == (UNREACHABLE, 0, 0), reply
    assert 1 <= reply.seconds < 1 + SLACK and "in time" in reply.detail, reply


def test_metadata_never_exceeds_the_attempt(conf, gateway, signed, metadata):
    metadata.hang = "token"
    reply = conf.send(signed(SIGV4, service_url=metadata.url), request(timeout_ms=300))
    assert (reply.outcome, reply.posted, gateway.connections) == (UNREACHABLE, 0, 0), reply
    assert reply.seconds < 0.3 + SLACK / 2, reply


def test_no_metadata_service(conf, gateway, signed):
    reply = conf.send(signed(SIGV4, service_url="http://127.0.0.1:1"))
    assert (reply.outcome, reply.posted, gateway.connections) == (UNREACHABLE, 0, 0), reply
    assert "metadata service" in reply.detail, reply


@pytest.mark.parametrize("url", [
    "https://127.0.0.1", "http://192.0.2.1", "http://example.com", "http://127.0.0.1.example.com", "169.254.169.254",
    "http://169.254.169.253", "http://[fd00:ec2::253]", "http://user@127.0.0.1", "http://127.0.0.1/x",
    "http://127.0.0.1?x", "http://127.0.0.1#x", "ftp://127.0.0.1", "file:///etc/passwd", "http://169.254.169.254@x.org",
    "http://127.0.0.1:99999"])
def test_metadata_elsewhere(conf, gateway, signed, url):
    reply = conf.send(signed(SIGV4, service_url=url))
    assert (reply.outcome, reply.posted, gateway.connections) == (OPERATOR, 0, 0), reply
    assert "metadata service" in reply.detail, reply


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://169.254.169.254/", "http://[fd00:ec2::254]"])
def test_metadata_where_ec2_has_it(conf, stage, gateway, signed, url):  # pylint: disable=unused-argument
    """Needs the private machine, where nothing is there: the address is taken, and nobody answers."""
    reply = conf.send(signed(SIGV4, service_url=url))
    assert (reply.outcome, reply.posted, gateway.connections) == (UNREACHABLE, 0, 0), reply


def test_metadata_on_ipv6_loopback(conf, gateway, signed):
    with Metadata(host="::1") as double:
        assert accepted(conf.send(signed(SIGV4, service_url=double.url + "/")))
        assert len(double.questions) == 3
