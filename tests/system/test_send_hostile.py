# SPDX-License-Identifier: BSD-2-Clause
"""Whatever a text holds, it arrives as one value where the description put it, or nothing is sent."""
# pylint: disable=redefined-outer-name,unused-import
import json
import random
import unicodedata
import urllib.parse
import xml.etree.ElementTree

import pytest

from send_harness import ACCEPTED, OPERATOR, TASK_STATUS, TASK_VOICE, TO, request
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401

# A text in every place that a description has: each reader below is another program than the writer.
API = """
description = "Test";
settings = ( { name = "where"; default = "url"; } );
send = { url = "https://x.invalid/%(url)s"; %(send)s };
answer = { kind = "json"; accepted = { status = [ 200 ]; where = ( { at = "ok"; equals = "true"; } ); }; };
"""
FORM = 'body = { kind = "form"; fields = ( { name = "a"; value = "1"; }, ' \
    '{ name = "t"; value = "<{text}>"; %s }, { name = "z"; value = "2"; } ); };'
XML = '<r a=\\"{text}\\"><t>{text}</t><z/></r>'

XML_FIELD = f'fields = ( {{ name = "t"; value = "{XML}"; escape = "xml"; }} );'


def from_path(got):
    path, query = got.target.split("?")
    assert query == "z=2" and path.count("/") == 2
    return urllib.parse.unquote(path.removeprefix("/a/"), errors="strict")


def from_query(got):
    query = urllib.parse.parse_qsl(got.target.split("?")[1], keep_blank_values=True, strict_parsing=True,
                                   errors="strict")
    assert [name for name, _ in query] == ["a", "t", "z"]
    return query[1][1]


def from_form(got):
    form = got.form()
    assert list(form) == ["a", "t", "z"] and (form["a"], form["z"]) == ("1", "2")
    assert form["t"][0] == "<" and form["t"][-1] == ">"
    return form["t"][1:-1]


def from_json(got):
    body = json.loads(got.body)
    assert list(body) == ["a", "m", "z"] and list(body["m"][0]) == ["t"] and len(body["m"]) == 1
    return body["m"][0]["t"]


def from_xml(text):
    root = xml.etree.ElementTree.fromstring(text)
    assert [child.tag for child in root] == ["t", "z"] and list(root.attrib) == ["a"]
    assert (root.get("a"), root[1].text, root[0].tail) == (root[0].text or "", None, None)
    return root[0].text or ""


def from_header(got):
    # curl leaves a header out that has no value.
    return (got.header("X-Text") or "").encode("latin-1").decode()


PLACES = {
    "path": ("a/{text}?z=2", "", from_path),
    "query": ("", 'parameters = ( { name = "a"; value = "1"; }, { name = "t"; value = "{text}"; }, '
              '{ name = "z"; value = "2"; } );', from_query),
    "form": ("", FORM % "", from_form),
    "json": ("", 'body = { kind = "json"; fields = ( { name = "a"; value = "1"; }, { name = "m[0].t"; '
             'value = "{text}"; }, { name = "z"; value = "2"; } ); };', from_json),
    "xml": ("", f'body = {{ kind = "text"; text = "{XML}"; escape = "xml"; }};', lambda got: from_xml(got.body)),
    "xml_in_form": ("", f'body = {{ kind = "form"; {XML_FIELD} }};', lambda got: from_xml(got.form()["t"])),
    "xml_in_json": ("", f'body = {{ kind = "json"; {XML_FIELD} }};', lambda got: from_xml(json.loads(got.body)["t"])),
    "header": ("", 'headers = ( { name = "X-Text"; value = "{text}"; } );', from_header),
}
PIECES = ["&", "=", "+", "%", "%00", "%0d%0a", "?", "#", "/", "../", ";", ",", " ", "  ", "\t", "\n", "\r", "\r\n",
          "\r\n\r\n", "\"", "'", "\\", "\\u0000", "\\\"", "{", "}", "{{", "{text}", "{to}", "{key}", "<", ">", "<!--",
          "-->", "]]>", "<![CDATA[", "&amp;", "&#0;", "&lt;", "</t>", "<t a=\"", "X-Evil: 1", "&to=%2B1",
          "\",\"to\":\"", "é", "€", "😀", "\u0085", "\u2028", "\u202e", "\ufeff", "\x7f", "\x1b", "\x01", "a"]


def hostile_texts(count):
    """The same in every run."""
    chance = random.Random("a text of the test's own")
    yield from PIECES
    for _ in range(count):
        yield "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 40)))


def holds_control(text):
    return any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text)


def xml_cannot(text):
    return any(ord(c) < 0x20 and c not in "\t\r\n" for c in text)


@pytest.mark.parametrize("place", PLACES)
def test_texts_stay_in_their_place(conf, twilio, authority, place):
    url, send, read = PLACES[place]
    path = conf.path / "api.conf"
    path.write_text(API % {"url": url, "send": send}, encoding="utf-8")
    path.chmod(0o644)
    twilio.behave("say", body='{"ok": true}')
    conf.write({"api": str(path), "base_url": twilio.url, "ca_file": authority.ca_file})
    sent = 0
    for text in hostile_texts(40):
        reply = conf.send(message=request(text))
        cannot = holds_control(text) if place == "header" else xml_cannot(text) if "xml" in place else False
        assert reply.outcome == (OPERATOR if cannot else ACCEPTED), (text, reply)
        assert reply.posted == (0 if cannot else 1) and twilio.broken == 0
        sent += not cannot
        assert twilio.count() == sent == twilio.connections, text
        if not cannot:
            got = twilio.requests[-1]
            # Blanks around the value of a header do not count: RFC 9110, section 5.5.
            assert read(got) == (text.strip(" \t") if place == "header" else text), (text, got.target, got.body)
            assert got.header("X-Evil") is None


@pytest.mark.parametrize("to", [
    TO + "<" + TO[1:], TO + "," + TO[1:], TO + "&to=1", TO + "\r\nX: 1", TO + " ", "+44;", "+", "", "447700900123",
    "+44\"", "+4\u0664", "+44%2c1"])
@pytest.mark.parametrize("task", [None, TASK_VOICE, TASK_STATUS])
def test_a_number_is_a_number(conf, twilio, to_twilio, to, task):
    options = {"task": task} if task else {}
    reply = conf.send(to_twilio, request(to=to, **options))
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply
