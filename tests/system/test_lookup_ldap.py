# SPDX-License-Identifier: BSD-2-Clause
"""What smsotp-lookup finds in a real directory: which entry, which values, for which names."""
# pylint: disable=redefined-outer-name
import re
from pathlib import Path

import pytest

import directory
from directory import person
from lookup_harness import ALICE, conf, confined_uid, fails, folder, knows, needs_slapd  # noqa: F401
from send_harness import ACCEPTED, OPERATOR, UNREACHABLE, UNRECOGNISED

pytestmark = needs_slapd

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/smsotp-ldap.conf.5").read_text(encoding="utf-8")
HOSTILE = ["*)(uid=*", "*", "a\\2a", "alice)", "(alice", "a*", "al\\69ce", "\\", "alice)(|(uid=*", "|(uid=bob)"]

ENTRIES = (
    person("alice", mobile=ALICE) +
    person("bob", mobile=["+44 7700 900102", "+44 7700 900103"], homePhone="+44 7700 900104",
           telephoneNumber="+44 7700 900105") +
    person("carol") +
    person("dave", mobile="0", homePhone="+44 7700 900106") +
    person("twin", cn="twin1", mobile="+44 7700 900107") + person("twin", cn="twin2", mobile="+44 7700 900108") +
    person("many", cn="many1") + person("many", cn="many2") + person("many", cn="many3") +
    person("jürgen", mobile="+49 1517 2345678") + person("O'Brien, Jr.", mobile="+44 7700 900109") +
    person("star*name", mobile="+44 7700 900110") + person("back\\slash", mobile="+44 7700 900111") +
    person("crowd", mobile=[f"+44 7700 9002{number:02}" for number in range(12)]) +
    person("hostile", mobile=["+44 7700 900112, +44 7700 900113", "x" * 65, "x" * 64], homePhone="+44 7700 900114") +
    person("odd", description=["+44 7700 900115\n+44 7700 900116", "+44 7700 900117\t", "+44 7700 900118\x7f",
                               "\u0085+44 7700 900119", "  +44 7700 900120 ", "+44\u00a07700\u00a0900121"]) +
    person("octets", jpegPhoto=[b"+44 7700 900122\0", b"\xff\xfe+44", b"+44 7700 900123"]) +
    person("huge", description="+" + "4" * 100000))


@pytest.fixture(scope="module")
def slapd(folder):
    server = directory.Slapd(folder + "/tree", ENTRIES, uid=confined_uid(), anonymous=True)
    yield server
    server.stop()


@pytest.fixture
def settings(slapd):
    return {"uri": slapd.ldap, "base": directory.BASE}


def test_finds_the_number(conf, settings):
    reply = conf.ask("alice", settings)
    assert knows(reply, ALICE) and reply.detail == ""


@pytest.mark.parametrize("user", ["nobody-there", "carol", "", "al"])
def test_knows_no_number(conf, settings, user):
    if user:
        assert knows(conf.ask(user, settings))


def test_whole_name(conf, settings):
    """Not the beginning of one, and not what the server would make of it."""
    assert knows(conf.ask("alic", settings)) and knows(conf.ask("alice2", settings))


@pytest.mark.parametrize("user", HOSTILE)
def test_names_are_no_filters(conf, settings, user):
    assert knows(conf.ask(user, settings))


@pytest.mark.parametrize("user, number", [("jürgen", "+49 1517 2345678"), ("O'Brien, Jr.", "+44 7700 900109"),
                                          ("star*name", "+44 7700 900110"), ("back\\slash", "+44 7700 900111")])
def test_unusual_names(conf, settings, user, number):
    assert knows(conf.ask(user, settings), number)


def test_bytes_that_are_no_text(conf, settings):
    """A name is what the host says it is. The server may say that it is no text, or that nobody has it."""
    reply = conf.ask(b"\xff\xfe\x01", settings)
    assert reply.numbers == b"" and reply.outcome in (ACCEPTED, OPERATOR), reply


def test_names_are_the_directorys(conf, settings):
    """uid is compared without regard to case there: as the manual says."""
    assert knows(conf.ask("ALICE", settings), ALICE)


def test_case_can_be_asked_for(conf, settings):
    settings["filter"] = "(uid:caseExactMatch:={user})"
    assert knows(conf.ask("ALICE", settings)) and knows(conf.ask("alice", settings), ALICE)


@pytest.mark.parametrize("user", ["twin", "many"])
def test_more_than_one_entry(conf, settings, user):
    assert fails(conf.ask(user, settings), OPERATOR, "more than one entry")


def test_attributes_in_their_order(conf, settings):
    """Values have none in LDAP; slapd keeps the one they were written in."""
    settings["attribute"] = ["telephoneNumber", "mobile"]
    assert knows(conf.ask("bob", settings), "+44 7700 900105", "+44 7700 900102", "+44 7700 900103")
    settings["attribute"] = ["homePhone", "pager", "telephoneNumber"]
    assert knows(conf.ask("bob", settings), "+44 7700 900104", "+44 7700 900105")
    settings["attribute"] = "homePhone"
    assert knows(conf.ask("dave", settings), "+44 7700 900106")


def test_at_most_eight(conf, settings):
    assert knows(conf.ask("crowd", settings), *(f"+44 7700 9002{number:02}" for number in range(8)))


def test_values_that_are_no_numbers(conf, settings):
    """A comma would make two of one; what is longer than a number can be is none."""
    settings["attribute"] = ["mobile", "homePhone"]
    assert knows(conf.ask("hostile", settings), "x" * 64, "+44 7700 900114")
    settings["attribute"] = "description"
    assert knows(conf.ask("odd", settings), "+44 7700 900120", "+44\u00a07700\u00a0900121")
    assert fails(conf.ask("huge", settings), UNRECOGNISED, "no value of the entry can be a number")
    settings["attribute"] = "jpegPhoto"
    assert knows(conf.ask("octets", settings), "+44 7700 900123")


def test_attributes_are_not_subtypes(conf, settings):
    """name is what cn and sn are made of: asked for, slapd sends those, and they are not what was asked for."""
    settings["attribute"] = "name"
    assert knows(conf.ask("alice", settings))


@pytest.mark.parametrize("scope, base, found", [
    ("sub", directory.BASE, True), ("one", directory.BASE, False), ("one", directory.PEOPLE, True),
    ("base", directory.PEOPLE, False), ("base", "cn=616C696365," + directory.PEOPLE, True)])
def test_scope(conf, settings, scope, base, found):
    reply = conf.ask("alice", {**settings, "scope": scope, "base": base})
    assert knows(reply, *([ALICE] if found else []))


def test_base_that_is_not_there(conf, settings):
    settings["base"] = "ou=elsewhere," + directory.BASE
    assert fails(conf.ask("alice", settings), OPERATOR, "127.0.0.1: search: No such object")


def test_simple_bind(conf, settings):
    reply = conf.ask("alice", {**settings, "bind_dn": directory.READER, "bind_password": directory.PASSWORD})
    assert knows(reply, ALICE)


@pytest.mark.parametrize("user, password", [(directory.READER, "wrong password"),
                                            ("cn=absent," + directory.BASE, directory.PASSWORD)])
def test_bind_refused(conf, settings, user, password):
    reply = conf.ask("alice", {**settings, "bind_dn": user, "bind_password": password})
    assert fails(reply, OPERATOR, "127.0.0.1: bind: Invalid credentials") and password not in reply.detail


def test_external_by_ldapi(conf, slapd, folder):
    """The server knows by the socket that it is user smsotp: who may read is a matter of its own rules."""
    own = directory.Slapd(folder + "/private", person("alice", mobile=ALICE), uid=confined_uid())
    try:
        settings = {"uri": own.ldapi, "base": directory.BASE}
        assert knows(conf.ask("alice", settings)), "anonymous must not see it"
        assert knows(conf.ask("alice", {**settings, "sasl": "EXTERNAL"}), ALICE)
    finally:
        own.stop()


def test_anonymous_refused(conf, folder):
    own = directory.Slapd(folder + "/closed", person("alice", mobile=ALICE), more="require authc")
    try:
        assert fails(conf.ask("alice", {"uri": own.ldap, "base": directory.BASE}), OPERATOR, "authentication required")
    finally:
        own.stop()


def test_manual_explains_every_key():
    source = (ROOT / "src/helper/ldap_settings.c").read_text(encoding="utf-8")
    known = re.search(r"known\[\] = \{(.*?)NULL \}", source, re.DOTALL)[1]
    explained = " ".join(re.findall(r"^\.It Cm (.*)$", MANUAL, re.MULTILINE))
    assert sorted(re.findall(r"\w+", explained)) == sorted(re.findall(r'"(\w+)"', known))


EXAMPLES = {text.split('"')[1]: text for text in re.findall(r"^\.Bd [^\n]*\n(uri.*?)^\.Ed", MANUAL,
                                                             re.MULTILINE | re.DOTALL)}
EXAMPLES["shipped"] = (ROOT / "conf/ldap.conf").read_text(encoding="utf-8")


def test_manual_has_examples():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_taken(conf, stage, name):  # pylint: disable=unused-argument
    """Their servers are nowhere here, and so are their certificates."""
    text = re.sub(r'^ca_file .*\n', "", EXAMPLES[name], flags=re.MULTILINE)
    assert fails(conf.ask("alice", text), UNREACHABLE)
