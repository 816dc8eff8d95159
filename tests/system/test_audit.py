# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl audit: who could not get a code, and who need not."""
import os
import tempfile

from harness import exempt, people, phone


def found(ctl, *more, status):
    return ctl("audit", "--json", *more, status=status).json()


def problems(report):
    return {item["user"]: item["problem"] for item in report["findings"] if "user" in item}


def test_phones(world, ctl):
    world.configure(phones=people(alice=phone("alice"), bob="077", carol="+49 30 123456"),
                    allowed_prefixes='[ "+44" ]')
    report = found(ctl, status=1)
    seen = problems(report)
    assert "alice" not in seen
    assert (seen["bob"], seen["carol"], seen["root"]) == \
        ("bad_number", "prefix_not_allowed", "no_phone")
    # Those that nobody logs in to are counted only.
    assert "daemon" not in seen and report["left_out"] > 0
    shown = ctl("audit", status=1).output
    assert "bob: bad_number: " in shown and "root: no_phone\n" in shown
    world.expected_texts = 0


def test_shared_numbers(world, ctl):
    world.configure(phones=people(alice="07700 900100", bob="+447700900100, +447700900101",
                                  carol=phone("carol")))
    shared = [item for item in found(ctl, status=1)["findings"] if "users" in item]
    assert shared == [{"users": ["alice", "bob"], "problem": "shared_number",
                       "number": "+44 ****** 0100"}]
    shown = ctl("audit", status=1).output
    assert "+44 ****** 0100 is the number of alice, bob\n" in shown
    assert phone("alice") not in shown
    assert phone("alice") in ctl("audit", "--show", status=1).output
    world.expected_texts = 0


def test_group_and_nothing_found(world, ctl):
    report = found(ctl, "--group", "alice", status=0)
    assert (report["accounts"], report["findings"], report["exempt"]) == (1, [], [])
    world.configure(phones=people(bob=phone("bob")))
    assert problems(found(ctl, "--group", "alice", status=1)) == {"alice": "no_phone"}
    assert "there is no group" in ctl("audit", "--group", "no-such-group", status=2).errors
    world.expected_texts = 0


def test_exempt(world, ctl):
    """Whom one exempts everywhere needs no phone; one that looks at the login is said to."""
    world.configure(phones=people(bob=phone("bob")), exempt=exempt(users='[ "alice" ]'))
    report = found(ctl, "--group", "alice", status=0)
    assert report["exempt"] == [{"user": "alice", "rule": "robots", "until": None,
                                 "by_service": False, "by_network": False}]
    world.configure(exempt=exempt(groups='[ "alice" ]', networks='[ "10.0.0.0/8" ]',
                                services='[ "sshd" ]'))
    report = found(ctl, "--group", "alice", status=1)
    assert (report["exempt"][0]["by_service"], report["exempt"][0]["by_network"]) == (True, True)
    assert problems(report) == {"alice": "no_phone"}
    assert "alice: exempt by rule robots, in some services and networks\n" in \
        ctl("audit", "--group", "alice", status=1).output
    world.configure(exempt=exempt(users='[ "alice" ]', until='"2020-02-29"'))
    assert found(ctl, "--group", "alice", status=1)["exempt"] == []
    world.configure(exempt=exempt(no_phone="true"))
    assert found(ctl, "--group", "alice", status=0)["exempt"][0]["rule"] == "robots"
    assert found(ctl, "--group", "bob", status=0)["exempt"] == []
    world.expected_texts = 0


def test_files_only(world, ctl):
    """A program that fails is a finding, unless it is not asked; then what it may know is not
    missed."""
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        path = folder + "/phone-of"
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 1\n")
        os.chmod(folder, 0o755)
        os.chmod(path, 0o755)
        world.configure(phones=f'( {{ source = "command"; path = "{path}"; }} )',
                        exempt=exempt(no_phone="true"))
        report = found(ctl, "--group", "alice", "--files-only", status=0)
        assert (report["accounts"], report["exempt"]) == (1, [])
        report = found(ctl, "--group", "alice", status=1)
        assert problems(report) == {"alice": "phone_source"} and report["exempt"] == []
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 0\n")
        assert found(ctl, "--group", "alice", status=0)["exempt"][0]["user"] == "alice"
    world.expected_texts = 0
