# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl report: on the events of real logins."""
import os
import re

import hosts
import harness

HALF = "v=1 time=2026-11-29T06:40:08Z event=text reaso"


def rows(document, table, key):
    return {row[key]: row for row in document[table]}


def some_logins(world, daemon_host, ctl):
    """Two texts through the second gateway, one of them of who is then locked out; an exemption; an unlocking."""
    world.gateway("phone", f'api = "outbox"; path = "{world.outbox}"; price = "0.045 EUR";')
    world.gateway("down", 'api = "twilio"; account_sid = "AC00000000000000000000000000000000"; '
                          'auth_token = "x"; from = "+15005550006"; base_url = "http://127.0.0.1:1";')
    world.configure(gateways='[ "down", "phone" ]', guesses="{ per_conversation = 1; lock_after = 1; }",
                    exempt=harness.exempt("robots", users='[ "carol" ]', reason='"CHG-1182, nightly"'))
    hosts.Daemon(world, daemon_host, "alice").guess()
    hosts.Daemon(world, daemon_host, "bob").guess(right=False)
    daemon = hosts.Daemon(world, daemon_host, "carol")
    daemon.ended()
    ctl("unlock", "bob")
    world.forget_log()
    world.expected_texts = 2


def test_no_file(world, ctl):
    shown = ctl("report").output
    assert shown == f"There is no event file in {world.base}/state: nobody has logged in since events are kept, or " \
        "none could be written.\n"
    assert ctl("report", "--json").json()["no_file"] == {"directory": world.base + "/state", "switched_off": False}
    world.configure(events="0")
    assert '"events" of smsotp.conf is 0.' in ctl("report").output
    # Nothing is made.
    assert os.listdir(world.base + "/state") == []
    world.expected_texts = 0


def test_document(world, daemon_host, ctl):
    some_logins(world, daemon_host, ctl)
    found = ctl("report", "--json").json()
    assert found["totals"] == {"accepted": 1, "remembered": 0, "denied": 1, "exempt": 1, "texts": 2, "calls": 0,
                               "lockouts": 1}
    assert (found["damaged_lines"], found["newer_lines"], found["user_count"]) == (0, 0, 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["first"])
    users = rows(found, "users", "user")
    assert users["alice"] == {"user": "alice", "texts": 1, "calls": 0, "denied": 0, "accepted": 1, "exempt": 0,
                              "lockouts": 0}
    assert (users["bob"]["denied"], users["bob"]["lockouts"]) == (1, 1)
    assert rows(found, "services", "service")["daemon"]["texts"] == 2
    gateways = rows(found, "gateways", "gateway")
    # What failed is tried last the next time: it failed once, and handed over once.
    assert (gateways["down"]["failed"], gateways["down"]["texts"], gateways["down"]["price"]) == (1, 0, None)
    assert gateways["phone"] == {"gateway": "phone", "texts": 2, "segments": 2, "calls": 0, "failed": 0, "unsure": 0,
                                 "failovers": 1, "price": "0.045", "currency": "EUR", "spent": "0.09"}
    assert rows(found, "refusals", "reason")["locked"]["count"] == 1
    assert found["exemptions"] == [{"rule": "robots", "user": "carol", "reason": "CHG-1182, nightly", "count": 1}]
    change, = found["changes"]
    assert change["action"] == "unlock" and re.fullmatch(r"\w+\(\d+\)", change["by"])

    only = ctl("report", "--json", "--exempt").json()
    assert only["exemptions"] == found["exemptions"] and not {"users", "gateways", "totals"} & set(only)
    assert ctl("report", "--json", "--users=1").json()["user_count"] == 3
    assert len(ctl("report", "--json", "--users=1").json()["users"]) == 1


def test_for_people(world, daemon_host, ctl):
    some_logins(world, daemon_host, ctl)
    shown = ctl("report", "--since", "today", "--users=1").output
    for wanted in (r"\d+ events from \S+ to \S+\.\n1 accepted, of these 0 remembered; 1 denied; 1 exempt; 2 texts, 0 "
                   r"calls; 1 lock-outs\.\n",
                   r"\nphone +2 +2 +0 +0 +0 +1  0\.09 EUR \(0\.045 each\)\n", r"\ndown +0 +0 +0 +1 +0 +0  no price\n",
                   r"\nrobots +carol +1  CHG-1182, nightly\n", r"\nlocked +1\n", r"\nroot\(0\) +unlock +1\n",
                   r"\n2 more users; --users lists them, too\.\n"):
        assert re.search(wanted, shown), (wanted, shown)


def test_times(world, daemon_host, ctl):
    some_logins(world, daemon_host, ctl)
    whole = ctl("report", "--json").json()["events"]
    for since, until, events in (("1h", None, whole), ("0m", None, 0), (None, "1h", 0), ("2026-01-01", None, whole),
                                 ("9999-01-01", None, 0), (None, "9999-12-31T23:59:59Z", whole)):
        words = [f"--since={since}"] if since else []
        words += [f"--until={until}"] if until else []
        assert ctl("report", "--json", *words).json()["events"] == events, words
    assert ctl("report", "--since=9999-01-01").output.startswith("No event in that time.\n")
    for words in (["--since=soon"], ["--since=2026-02-30"], ["--until=1h", "--since=1h"], ["--users=x"],
                  ["--users=12345678"]):
        assert ctl("report", *words, status=2).errors.startswith("smsotpctl: --")


def test_former_file_and_damage(world, daemon_host, ctl):
    some_logins(world, daemon_host, ctl)
    before = ctl("report", "--json").json()
    os.rename(world.base + "/state/events", world.base + "/state/events.1")
    hosts.Daemon(world, daemon_host, "alice").guess()
    world.forget_log()
    world.expected_texts = 3
    with open(world.base + "/state/events.1", "a", encoding="ascii") as file:
        file.write("a line of somebody else's\n" + HALF + "\nv=2 time=what\n" + HALF)
    with open(world.base + "/state/events", "a", encoding="ascii") as file:
        file.write(HALF)
    found = ctl("report", "--json").json()
    assert found["events"] == before["events"] + 2
    assert found["first"] == before["first"] and found["totals"]["accepted"] == 2
    # What is only begun may be written at this moment.
    assert (found["damaged_lines"], found["newer_lines"]) == (2, 1)
    shown = ctl("report").output
    assert "2 damaged lines were passed over.\n1 lines of a newer version were passed over.\n" in shown


def test_file_that_is_not_right(world, daemon_host, ctl):
    some_logins(world, daemon_host, ctl)
    path = world.base + "/state/events"
    os.chmod(path, 0o640)
    assert "mode 0640" in ctl("report", status=2).errors
    assert "mode 0640" in ctl("report", "--json", status=2).json()["error"]
    os.chmod(path, 0o600)
    # A gateway's file that is gone or wrong costs its price, and nothing else.
    world.gateway("phone", 'price = "cheap";')
    gateway = rows(ctl("report", "--json").json(), "gateways", "gateway")["phone"]
    assert gateway["texts"] == 2 and gateway["price"] is None and "price" in gateway["price_error"]
