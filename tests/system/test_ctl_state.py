# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl status, unlock, forget, prune: on the state of real logins."""
import glob
import os
import re
import tempfile

import hosts
from harness import phone, table_of, uid

MANUAL = os.path.join(os.path.dirname(__file__), "../../docs/smsotpctl.8")
PROMPT = r"Code (\w\w) sent to .*"
MASKED = r"\+44 \*+ \d{4}"


def fail(world, daemon_host, user, times=1):
    """Wrong codes of one login."""
    daemon = hosts.Daemon(world, daemon_host, user)
    ref = daemon.says("prompt " + PROMPT).group(1)
    for step in range(times):
        daemon.type(world.text_of(ref).wrong(step + 1))
        if step + 1 < times:
            daemon.says("prompt Wrong code.*")
    daemon.says("error .*")
    assert daemon.ended() != 0
    world.forget_log()


def people(number, user="alice"):
    return f'( {{ source = "list"; users = ( {{ name = "{user}"; phone = "{number}"; }} ); }} )'


def program(folder, text):
    """The phones of a program."""
    path = os.path.join(folder, "phone-of")
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n" + text)
    os.chmod(folder, 0o755)
    os.chmod(path, 0o755)
    return f'( {{ source = "command"; path = "{path}"; }} )'


def test_changes_are_events(world, daemon_host, ctl):
    world.configure(guesses="{ per_conversation = 2; lock_after = 2; }")
    fail(world, daemon_host, "alice", 2)
    ctl("unlock", "alice")
    ctl("forget", "alice")
    world.records_removed()
    logged = [line.split(": ", 1)[1] for line in world.log_lines() if "event=" in line]
    events = world.event_lines()
    assert [re.search(r"event=\S+ reason=\S+", line).group() for line in events] == \
        [re.search(r"event=\S+ reason=\S+", line).group() for line in logged]
    assert events[0].startswith("event=text reason=accepted user=alice ") and len(events) == 5
    assert events[2].endswith(" lockout=1")
    by = logged[3][logged[3].index(" by="):]
    assert events[3] == f"event=admin reason=unlock user=alice uid={uid('alice')}{by}"
    world.expected_texts = 1


def test_status_and_unlock(world, daemon_host, ctl):
    world.configure(guesses="{ per_conversation = 2; lock_after = 2; }")
    assert ctl("status").output == "0 users have records; 0 of them have entered wrong codes " \
        "lately.\n"
    fail(world, daemon_host, "alice", 2)
    shown = ctl("status", "alice").output
    assert shown.startswith(f"alice (uid {uid('alice')}): locked for 30 minutes, 2 wrong codes in "
                            "a row\n"), shown
    assert re.search(MASKED + r" \(from list\)", shown), shown
    assert phone("alice") not in shown
    assert phone("alice") in ctl("status", "alice", "--show").output
    found = ctl("status", "alice", "--json").json()
    assert found["state"]["standing"] == "locked"
    assert 1700 < found["state"]["locked_for_s"] <= 1800
    assert found["state"]["texts"] == {"today": 1, "not_entered": 1, "next_in_s": 0}
    assert found["phones"][0]["texts"]["today"] == 1
    assert ctl("status").output.startswith(f"alice (uid {uid('alice')}): locked for 30 minutes")

    assert ctl("unlock", "alice").output == \
        "alice was locked out after 2 wrong codes, and no longer is.\n"
    line = [line for line in world.log_lines() if "smsotpctl" in line][-1]
    assert re.search(rf"event=admin reason=unlock user=alice uid={uid('alice')} .* "
                     r'by=root\(0\) detail="2 wrong codes, was locked out"$', line), line
    daemon = hosts.Daemon(world, daemon_host, "alice")
    daemon.says("prompt " + PROMPT)
    daemon.type(world.text(2).code)
    assert daemon.ended() == 0
    world.expect_log("text accepted", "accepted code")
    assert ctl("unlock", "alice").output == "alice was not locked out; 0 wrong codes are " \
        "forgotten.\n"
    world.expected_texts = 2


def test_phones_that_a_program_knows(world, ctl):
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        world.configure(phones=program(folder, f'[ "$1" = alice ] && echo {phone("alice")}\nexit 0\n'))
        shown = ctl("status", "alice").output
        assert re.search(MASKED + r" \(from command\)", shown), shown
    world.expected_texts = 0


def test_phones_that_cannot_be_known(world, daemon_host, ctl):
    """Whose phones cannot be asked for is not forgotten half, nor said to have none."""
    fail(world, daemon_host, "alice", 3)
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        world.configure(phones=program(folder, "exit 1\n"))
        why = ctl("status", "alice", "--json").json()["why"]
        assert "phone-of" in why
        assert ctl("status", "alice").output.endswith(f"  no phone: {why}\n")
        assert ctl("forget", "alice", status=2).errors == f"smsotpctl: {why}\n"
    assert len(glob.glob(world.base + "/state/*/*[0-9a-f]")) == 2
    assert not [line for line in world.log_lines() if "reason=forget" in line]
    for settings, said in (({"phones": people("077")}, "  no phone: bad_number\n"),
                           ({"phones": people(phone("alice")), "allowed_prefixes": '[ "+49" ]'},
                            "  no phone: prefix_not_allowed\n"),
                           ({"phones": people(phone("bob"), "bob")}, "  no phone\n")):
        world.configure(**settings)
        assert ctl("status", "alice").output.endswith(said)
    world.expected_texts = 1


def test_forget(world, daemon_host, ctl):
    fail(world, daemon_host, "alice", 3)
    world.records_removed()
    assert ctl("forget", "alice").output == "What was kept of alice is removed (2 records).\n"
    assert not glob.glob(world.base + "/state/users/*")
    assert not glob.glob(world.base + "/state/phones/*")
    assert not glob.glob(world.base + "/run/codes/*")
    assert ctl("forget", "alice", "--json").json()["removed"] == 0
    world.expected_texts = 1


def test_prune(world, daemon_host, ctl):
    fail(world, daemon_host, "alice", 3)

    def logged():
        return [line for line in world.log_lines() if "reason=prune" in line]
    assert ctl("prune").output == "Removed: 0 users, 0 phones.\n"
    assert logged()[0].endswith('by=root(0) detail="0 users, 0 phones"')
    os.rename(f"{world.base}/state/users/{uid('alice')}", f"{world.base}/state/users/4000000000")
    # It says whose it is; under another name it is damaged, and is left.
    refused = ctl("prune", status=2)
    assert "4000000000" in refused.errors
    os.unlink(f"{world.base}/state/users/4000000000")
    world.records_removed()
    assert len(logged()) == 1
    assert ctl("prune", "--json").json() == {"users": 0, "phones": 0}
    assert len(logged()) == 2
    world.expected_texts = 1


def test_words_for_what_is_wrong(world, ctl):
    assert ctl("unlock", "nobody-knows-him", status=2).errors == \
        'smsotpctl: there is no account "nobody-knows-him"\n'
    assert ctl("unlock", "--json", "nobody-knows-him", status=2).json() == \
        {"error": 'there is no account "nobody-knows-him"', "advice": None}
    assert "something is missing" in ctl("unlock", status=64).errors
    assert "there is no such option: --sow" in ctl("status", "--sow", status=64).errors
    assert "there is no such command: staus" in ctl("staus", status=64).errors
    assert "given twice: json\n" in ctl("status", "--json", "--json", status=64).errors
    assert "takes no value" in ctl("status", "--json=1", status=64).errors
    world.configure(country_code='"x"')
    wrong = ctl("status", status=2).errors
    assert re.match(rf"smsotpctl: {world.base}/smsotp.conf:\d+: .*\nUntil that is mended every "
                    "login", wrong), wrong
    world.expected_texts = 0


def test_help_and_manual_are_the_table(world, ctl):
    """Every command and option stands in the manual page, and nothing else does."""
    with open(MANUAL, encoding="utf-8") as file:
        manual = file.read()
    table = table_of(ctl)
    for name in table:
        text = ctl("help", name).output
        assert text.startswith(f"usage: smsotpctl {name} "), text
        assert ctl(name, "--help").output == text
    # A counter of metrics stands there, too, and has underscores.
    assert set(re.findall(r"^\.It Cm ([a-z-]+)(?= |$)", manual, re.M)) == set(table)
    assert set(re.findall(r"^\.It Fl -([\w-]+)", manual, re.M)) == set().union(*table.values())
    world.expected_texts = 0
