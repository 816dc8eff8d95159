# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl metrics: read by Prometheus' own parser, after real logins, across event files that are put aside."""
import os
import re

import pytest

import hosts
import harness

parser = pytest.importorskip("prometheus_client.parser")


def read(ctl):
    """{(name, labels): value}, as Prometheus reads it; nothing but counters, each explained."""
    text = ctl("metrics").output
    found = {}
    for family in parser.text_string_to_metric_families(text):
        assert family.type == "counter" and family.documentation, family
        for sample in family.samples:
            assert sample.name.startswith("smsotp_") and sample.name.endswith("_total"), sample
            assert set(sample.labels) <= {"service", "gateway", "result", "reason", "action"}, sample
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    assert text.count("# TYPE ") == text.count("# HELP ") == len(re.findall(r"^# TYPE \S+ counter$", text, re.M))
    return found


def value(found, name, **labels):
    return found.get((f"smsotp_{name}_total", tuple(sorted(labels.items()))), 0)


def test_counters(world, daemon_host, ctl):
    world.configure(guesses="{ per_conversation = 1; lock_after = 1; }",
                    exempt=harness.exempt("robots", users='[ "carol" ]'))
    hosts.Daemon(world, daemon_host, "alice").guess()
    hosts.Daemon(world, daemon_host, "bob").guess(right=False)
    hosts.Daemon(world, daemon_host, "carol").ended()
    world.forget_log()
    ctl("unlock", "bob")
    found = read(ctl)
    for result in ("accepted", "denied", "exempt"):
        assert value(found, "logins", service="daemon", result=result) == 1, result
    assert value(found, "refusals", service="daemon", reason="locked") == 1
    assert value(found, "lockouts", service="daemon") == 1
    assert value(found, "texts", gateway="phone", result="accepted") == 2
    assert value(found, "text_segments", gateway="phone") == 2
    assert value(found, "changes", action="unlock") == 1
    assert value(found, "event_lines", result="counted") == 6
    shown = ctl("metrics").output
    for secret in ("alice", "bob", "carol", "447700", "192.0.2"):
        assert secret not in shown
    # Nothing was counted twice, nor for programs.
    assert read(ctl) == found
    families = {family["name"]: family for family in ctl("metrics", "--json").json()["families"]}
    assert families["smsotp_lockouts_total"]["samples"] == [{"labels": {"service": "daemon"}, "value": 1}]
    world.expected_texts = 2


def test_counters_go_on(world, daemon_host, ctl):
    """Whatever becomes of the event files, no counter goes back, and what is lost is told."""
    events, former = world.base + "/state/events", world.base + "/state/events.1"
    assert read(ctl) == {}
    hosts.Daemon(world, daemon_host, "alice").guess()
    assert value(read(ctl), "logins", service="daemon", result="accepted") == 1
    # Put aside, with a line that came after it was counted.
    hosts.Daemon(world, daemon_host, "alice").guess()
    os.rename(events, former)
    hosts.Daemon(world, daemon_host, "alice").guess()
    found = read(ctl)
    assert value(found, "logins", service="daemon", result="accepted") == 3
    assert value(found, "event_gaps") == 0
    # Twice, while nobody counted: of the one in between nothing is known.
    os.rename(events, former)
    hosts.Daemon(world, daemon_host, "alice").guess()
    os.rename(events, former)
    hosts.Daemon(world, daemon_host, "alice").guess()
    found = read(ctl)
    assert value(found, "logins", service="daemon", result="accepted") == 5
    assert value(found, "event_gaps") == 1
    os.unlink(events)
    os.unlink(former)
    found = read(ctl)
    assert value(found, "logins", service="daemon", result="accepted") == 5
    assert value(found, "event_gaps") == 2
    hosts.Daemon(world, daemon_host, "alice").guess()
    found = read(ctl)
    assert value(found, "logins", service="daemon", result="accepted") == 6
    assert value(found, "event_gaps") == 2
    world.expected_texts = 6


def test_foreign_lines_make_no_series(world, daemon_host, ctl):
    hosts.Daemon(world, daemon_host, "alice").guess()
    with open(world.base + "/state/events", "a", encoding="ascii") as file:
        file.write('v=1 time=2026-11-29T06:40:08Z event=denied reason=x"}\\ service=a\\"b\nnone of ours\n')
    found = read(ctl)
    assert value(found, "refusals", service="a??b", reason="x?}?") == 1
    assert value(found, "event_lines", result="damaged") == 1
    world.expected_texts = 1


@pytest.mark.parametrize("text", ["", "smsotp-totals 1\n", "smsotp-totals 2\nend\n", "smsotp-totals 1\nx\nend\n",
                                  "smsotp-totals 1\nlogins_total -1\nend\n", "smsotp-totals 1\nend\nmore\n",
                                  "smsotp-totals 1\nlogins_total 4294967296\nend\n",
                                  "smsotp-totals 1\nfile 2 00 1\nend\n", "smsotp-totals 1\nend"])
def test_damaged_totals(world, ctl, text):
    path = world.base + "/state/events.totals"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    said = ctl("metrics", status=2).errors
    assert "events.totals: is not as it was written\n" in said and "Removing that file" in said
    with open(path, encoding="ascii") as file:
        assert file.read() == text
    os.unlink(path)
    world.expected_texts = 0


def test_nothing_yet(world, ctl):
    assert read(ctl) == {}
    os.unlink(world.base + "/state/events.totals")
    os.rmdir(world.base + "/state")
    assert "there is no such directory yet" in ctl("metrics", status=2).errors
    os.mkdir(world.base + "/state", 0o700)
    world.expected_texts = 0
