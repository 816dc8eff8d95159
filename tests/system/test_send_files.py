# SPDX-License-Identifier: BSD-2-Clause
"""Broken configurations and requests, and the outbox."""
# pylint: disable=redefined-outer-name,unused-import
import calendar
import fcntl
import json
import os
import re
import resource
import socket
import time

import pytest

from send_harness import OPERATOR, PASSING, USAGE, TO, TEXT, SLACK, Helper, accepted, own_api, request
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401


# --- broken configurations -------------------------------------------------------------------------------

@pytest.mark.parametrize("text, words", [
    ('api = "twilio', ":1: "), ("api = ;", ":1: "), ("", "api"),
    ('api = "nowhere";', "/nowhere.conf"), ("api = 5;", ":1: "),
    ('api = "../twilio";', ":1: "), ('api = "a/b";', ":1: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\n', "from, messaging_service_sid"),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nmessaging_service_sid = "b";',
     "from, messaging_service_sid"),
    ('api = "twilio";\naccount_sid = "AC1";\nfrom = "a";', "auth_token"),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nfrm = "b";', ":5: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x\\r\\nX-Evil: 1";\nfrom = "a";', ":3: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "";\nfrom = "a";', ":3: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\ntimeout = 61;', ":5: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\ntimeout = 0.5;', ":5: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nconnect_timeout = 31;', ":5: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nca_file = "/nowhere";', "/nowhere"),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nca_file = "rel";', ":5: "),
    ('api = "twilio";\naccount_sid = "AC1";\nauth_token = "x";\nfrom = "a";\nca_file = "/etc/passwd";', "PEM"),
    ('@include "/etc/passwd"', ":1: "), ('api = "outbox";', "path"), ('api = "outbox"; path = "here";', ":1: "),
    ('api = "outbox"; path = "/tmp/x"; base_url = "https://x";', "base_url")])
def test_broken_gateway_file(conf, text, words):
    """Said with file and line, and nothing sent."""
    reply = conf.send(text)
    assert (reply.outcome, reply.posted, reply.status) == (OPERATOR, 0, 0), reply
    assert words in reply.detail and "X-Evil" not in reply.detail, reply


def test_loose_linked_and_missing_gateway_files(conf, to_twilio, twilio):
    conf.write(to_twilio)
    conf.file.chmod(0o640)
    loose = Helper(conf.path).reply()
    conf.file.chmod(0o600)
    os.rename(conf.file, conf.path / "elsewhere.conf")
    missing = Helper(conf.path).reply()
    os.symlink(conf.path / "elsewhere.conf", conf.file)
    linked = Helper(conf.path).reply()
    for reply, words in ((loose, "mode"), (missing, "cannot be opened"), (linked, "symbolic link")):
        assert reply.outcome == OPERATOR and reply.posted == 0 and words in reply.detail, reply
    assert twilio.connections == 0


@pytest.mark.parametrize("change, line", [
    (('kind = "json"', 'kind = "yaml"'), 5), (("status = [ 200 ]", "status = [ 302 ]"), 5),
    (("status = [ 200 ];", ""), 5), (('where = ( { at = "ok"; equals = "true"; } );', ""), 5),
    (('equals = "true"', 'equals = "true"; exists = true'), 5), (('at = "ok"', 'at = "ok[99]"'), 5),
    (('equals = "true"', 'matches = "("'), 5), (("{ref}", "{nothing}"), 4), (("{ref}", "{ref"), 4),
    (('name = "key"', 'name = "to"'), 3), (('name = "key"', 'name = "timeout"'), 3),
    (('name = "key"', 'name = "region"'), 3), (('number = "e164"', 'number = "roman"'), 4),
    (('number = "e164"', 'method = "PATCH"'), 4),
    (('number = "e164"', 'headers = ( { name = "Host"; value = "x"; } )'), 4),
    (('number = "e164"', 'headers = ( { name = "A:b"; value = "x"; } )'), 4),
    (('number = "e164"', 'auth = { kind = "basic"; user = "x"; }'), 4),
    (('number = "e164"', 'auth = { kind = "digest"; }'), 4),
    (('number = "e164"', 'method = "GET"; body = { kind = "form"; }'), 4),
    (('number = "e164"',
      'body = { kind = "json"; fields = ( { name = "a"; value = ""; }, { name = "a.b"; value = ""; } ); }'), 4),
    (('number = "e164"', 'body = { kind = "json"; fields = ( { name = "a[1]"; value = ""; } ); }'), 4),
    (('number = "e164"', 'body = { kind = "form"; fields = ( { name = "a"; value = "1"; min = 5; max = 4; } ); }'), 4),
    (('number = "e164"', 'body = { kind = "form"; fields = ( { name = "a"; value = "1"; when = "x"; } ); }'), 4),
    (('number = "e164"', 'body = { kind = "text"; text = "x"; content_type = "text/{"; }'), 4),
    (('number = "e164"', 'body = { kind = "text"; text = "x"; content_type = "a\\r\\nX-Evil: 1"; }'), 4),
    (('"region"; default = "eu"; } );\nsend = { url = "https://{region}',
      '"re/gion"; default = "eu"; } );\nsend = { url = "https://{re/gion}'), 3),
    (('name = "key"', 'name = "k}y"'), 3), (('name = "key"', 'name = "1key"'), 3),
    (("/v1/{ref}", "/v 1/{ref}"), 4), (("/v1/{ref}", "/v1/#{ref}"), 4),
    (('number = "e164"', 'body = { fields = ( { name = "a"; value = "1"; } ); }'), 4),
    (('number = "e164"', 'extra = 1'), 4)])
def test_broken_description(conf, authority, twilio, change, line):
    settings = own_api(conf, authority, twilio, "")
    path = conf.path / "api.conf"
    before = path.read_text()
    assert change[0] in before
    path.write_text(before.replace(*change))
    reply = conf.send(settings)
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply
    assert re.search(rf"api\.conf:{line}: ", reply.detail), reply


@pytest.mark.parametrize("message", [
    b"x", b"SMSW", request()[:-1], request() + b"\0", request().replace(b"SMSW\x01", b"SMSW\x07"),
    request(to="447700900123"), b"SMSW\x01\x02\x00\x08", b"A" * 5000])
def test_malformed_request(conf, twilio, to_twilio, message):
    reply = conf.send(to_twilio, message)
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply


def test_text_that_is_not_utf8(conf, authority, twilio):
    settings = own_api(conf, authority, twilio,
                       'body = { kind = "json"; fields = ( { name = "t"; value = "{text}"; } ); };')
    reply = conf.send(settings, request(text=b"491827 \xff\xfe"))
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply


@pytest.mark.parametrize("argv", [
    ["smsotp-send"], ["smsotp-send", "DIR"], ["smsotp-send", "DIR", "gw", "x"], ["smsotp-send", "rel", "gw"],
    ["smsotp-send", "DIR", "../gw"], ["smsotp-send", "DIR", ".gw"], ["smsotp-send", "DIR", ""],
    ["smsotp-send", "DIR", "a" * 65], ["smsotp-send", "DIR", "gw\n"]])
def test_usage(conf, to_twilio, argv):
    conf.write(to_twilio)
    argv = [str(conf.path) if word == "DIR" else word for word in argv]
    messages, status, _, _ = Helper(conf.path, argv=argv).end()
    assert (messages, status) == ([], USAGE)


@pytest.mark.parametrize("prepare", [
    lambda: os.close(3), lambda: os.close(1), lambda: os.dup2(0, 3),
    lambda: os.dup2(socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)[0].detach(), 3)],
    ids=["no-socket", "no-stdout", "null", "stream"])
def test_wrong_descriptors(conf, to_twilio, prepare):
    conf.write(to_twilio)
    messages, status, _, _ = Helper(conf.path, prepare=prepare).end()
    assert (messages, status) == ([], USAGE)


# --- the outbox ------------------------------------------------------------------------------------------

def outbox(conf):
    path = conf.path / "outbox"
    conf.write({"api": "outbox", "path": str(path)})
    return path


def test_outbox(conf):
    path = outbox(conf)
    text = "Grüße \"{code}\" \\ \n 🔑"
    before = int(time.time())
    replies = [conf.send(message=request(message)) for message in (TEXT, text)]
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [accepted(reply) for reply in replies] and len({reply.message_id for reply in replies}) == 2
    assert all(re.fullmatch(r"outbox-[0-9a-f]{16}", reply.message_id) for reply in replies)
    assert [(line["to"], line["text"]) for line in lines] == [(TO, TEXT), (TO, text)]
    for line in lines:
        assert list(line) == ["time", "to", "text"]
        stamp = time.strptime(line["time"], "%Y-%m-%dT%H:%M:%SZ")
        assert before <= calendar.timegm(stamp) <= time.time()
    assert path.stat().st_mode & 0o7777 == 0o600 and path.stat().st_uid == os.geteuid()


def test_outbox_many_at_once(conf):
    path = outbox(conf)
    helpers = [Helper(conf.path, message=request(f"{number} " + "x" * 1500)) for number in range(16)]
    assert all(accepted(helper.reply()) for helper in helpers)
    numbers = [int(json.loads(line)["text"].split()[0]) for line in path.read_text().splitlines()]
    assert sorted(numbers) == list(range(16))


@pytest.mark.parametrize("make", [
    lambda path: os.symlink(path.parent / "other", path),
    lambda path: path.mkdir(), lambda path: os.mkfifo(path, 0o600),
    lambda path: (path.touch(0o600), path.chmod(0o640)),
    lambda path: (path.touch(0o600), os.link(path, path.parent / "second"))],
    ids=["symlink", "directory", "fifo", "readable", "linked"])
def test_outbox_that_is_not_ours_alone(conf, make):
    path = outbox(conf)
    make(path)
    reply = conf.send()
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and "outbox" in reply.detail, reply
    assert not (path.parent / "other").exists()


def test_outbox_that_is_full(conf):
    """Half a line is taken back."""
    path = outbox(conf)
    assert accepted(conf.send())
    before = path.read_bytes()
    limit = len(before) + 20
    reply = conf.send(prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert reply.outcome == OPERATOR and reply.posted == 1 and path.read_bytes() == before, reply
    reply = conf.send(prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    assert reply.outcome == OPERATOR and path.read_bytes() == before, reply
    assert accepted(conf.send())


def test_outbox_that_is_locked(conf):
    path = outbox(conf)
    assert accepted(conf.send())
    before = path.read_bytes()
    with open(path, "rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        reply = conf.send(message=request(timeout_ms=500))
    assert reply.outcome == PASSING and reply.posted == 0 and path.read_bytes() == before, reply
    assert reply.seconds < 0.5 + SLACK


def test_outbox_text_that_is_not_utf8(conf):
    path = outbox(conf)
    reply = conf.send(message=request(text=b"\xff"))
    assert reply.outcome == OPERATOR and path.read_bytes() == b"", reply
