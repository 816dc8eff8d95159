# SPDX-License-Identifier: BSD-2-Clause
"""docs/PRIVACY.md: no file is left out, what it says is removed is, and status shows what it says."""
import glob
import hashlib
import hmac
import os
import re

import pytest

import hosts
from harness import phone, uid
from recipe_text import ROOT

PROMPT = r"prompt Code (\w\w) sent to .*"


def rows(document, heading):
    """The cells of the first table behind that heading, without its head."""
    with open(f"{ROOT}/docs/{document}", encoding="utf-8") as file:
        text = file.read().split(f"\n{heading}\n", 1)[1]
    table = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.M).group(1)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def kept():
    """{file: [cells behind it]} of PRIVACY.md."""
    return {name: cells for first, *cells in rows("PRIVACY.md", "## On this machine")
            for name in names(first)}


def test_no_file_is_left_out():
    formats = {name: cells[0] for first, *cells in rows("FORMATS.md", "## Files")
               for name in names(first)}
    assert {name: cells[0] for name, cells in kept().items()} == formats
    assert {cells[-1] for cells in kept().values()} == {"removed", "stays"}


def files(world):
    """{place: bytes} of state and run."""
    found = {}
    for root in ("state", "run"):
        for path in glob.glob(f"{world.base}/{root}/**", recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, world.base).split("/", 1)[1]] = file.read()
    return found


def name_of(world, number):
    """NAME of a phone, as docs/FORMATS.md has it."""
    with open(world.base + "/state/names.key", "rb") as file:
        key = file.read()[16:48]
    part = number.encode()
    return hmac.new(key, b"smsotp phone\0" + len(part).to_bytes(8, "big") + part,
                    hashlib.sha256).digest()[:16]


@pytest.fixture
def known(world, daemon_host):
    """Alice has entered a wrong code and a right one, which is remembered, and waits for another;
    bob has been there, too."""
    world.configure(remember="600")
    for user, client in (("alice", "192.0.2.7"), ("alice", "192.0.2.8"), ("bob", "192.0.2.9")):
        daemon = hosts.Daemon(world, daemon_host, user, client=client)
        ref = daemon.says(PROMPT).group(1)
        if client == "192.0.2.8":
            daemon.leave()
            assert daemon.ended() != 0
            continue
        world.typed.append(world.text_of(ref).wrong())
        daemon.type(world.typed[-1])
        daemon.says("prompt Wrong code.*")
        daemon.type(world.text_of(ref).code)
        assert daemon.ended() == 0
    world.forget_log()
    world.expected_texts = 3
    return name_of(world, phone("alice"))


def test_forget(world, ctl, known):
    """Nothing by his uid or number is left, and what others have is as it was."""
    def place(name, user):
        return name.replace("UID", str(uid(user))).replace("NAME", name_of(world, phone(user)).hex())

    removed = [name for name, cells in kept().items() if cells[-1] == "removed"]
    before = files(world)
    for name in set(removed) - {"backup/UID"}:
        assert place(name, "alice") in before and place(name, "bob") in before
    assert known in before[f"codes/{uid('alice')}"]
    ctl("forget", "alice")
    after = files(world)
    for name in removed:
        assert place(name, "alice") not in after
        assert after.get(place(name, "bob")) == before.get(place(name, "bob"))
    for name, content in after.items():
        for secret in (known, known.hex().encode(), phone("alice").encode(),
                       phone("alice")[1:].encode()):
            assert secret not in content, name
        if b"alice" in content:
            # By name he is in what the text says has names, and there with a masked number.
            assert name in kept() and "user" in kept()[name][1] and kept()[name][-1] == "stays"
            assert b"phone=+44*0100" in content
    for name in {"names.key", "key", "budgets"} & set(before):
        assert after[name] == before[name]
    world.records_removed()


def keys(found):
    for key, value in found.items():
        if key == "state":
            yield from (f"state.{inner}" for inner in value)
        elif key == "phones":
            yield from (f"phones.{inner}" for one in value for inner in one)
        else:
            yield key


def test_what_is_shown(world, ctl, known):  # pylint: disable=unused-argument
    said = {name for first, *_ in rows("PRIVACY.md", "## When somebody asks what is kept of him")
            for name in names(first)}
    found = ctl("status", "alice", "--show", "--json").json()
    assert set(keys(found)) == said
    assert [one["number"] for one in found["phones"]] == [phone("alice")]
    assert found["state"]["texts"]["today"] == 2
    shown = ctl("status", "alice", "--show").output
    assert phone("alice") in shown and str(uid("alice")) in shown


def test_settings_exist():
    """Those that make gateways keep less are settings of their descriptions."""
    for gateway, setting, _ in rows("PRIVACY.md", "## At the gateway"):
        with open(f"{ROOT}/conf/api/{names(gateway)[0]}.conf", encoding="utf-8") as file:
            assert f'name = "{names(setting)[0].split(" = ")[0]}";' in file.read()
