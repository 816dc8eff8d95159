# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl backup-codes: made, entered through real logins, counted, taken away."""
import os
import re
import stat

import pytest

import foretold
import hosts
from harness import people, phone, uid

CODE = r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}"
PROMPT = r"prompt Code (\w\w) sent to .*"
INSTEAD = r"prompt No phone is registered for alice\. Backup code \(Enter: none\): "
NO_PHONE = {"phones": people(bob=phone("bob"))}


def make(ctl, *options):
    found = ctl("backup-codes", "alice", *options, "--json").json()
    assert all(re.fullmatch(CODE, code) for code in found["codes"])
    assert len(set(found["codes"])) == len(found["codes"])
    return found


def test_codes_are_shown_once_and_kept_as_hashes(world, ctl):
    shown = ctl("backup-codes", "alice").output
    codes = [line.strip() for line in shown.split("\n\n")[1].splitlines()]
    assert all(re.fullmatch(CODE, code) for code in codes)
    assert len(codes) == 10
    assert shown.startswith("Backup codes of alice, each good once:\n\n  ")
    assert shown.endswith("\n\nThey are not shown again.\n")
    path = f"{world.base}/state/backup/{uid('alice')}"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    for root, _, files in os.walk(f"{world.base}/state"):
        for name in files:
            with open(os.path.join(root, name), "rb") as file:
                content = file.read()
            assert not any(code.encode() in content or
                           code.replace("-", "").encode() in content for code in codes)
    logged = "\n".join(world.log_lines())
    assert re.search(rf"event=admin reason=backup_codes user=alice uid={uid('alice')} .* "
                     r'by=\S+ detail="10 made, 0 replaced"', logged)
    assert not re.search(CODE, logged)

    shown = ctl("backup-codes", "alice", "--count", "1", "--expires", "8h").output
    assert shown.startswith("Backup codes of alice, each good once, for 8 hours:\n")
    assert shown.endswith(" 10 older ones are no longer good.\n")
    assert make(ctl)["replaced"] == 1
    world.expected_texts = 0


def test_through_ssh(world, sshd, ctl):
    codes = make(ctl)["codes"]
    server = sshd()
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.type(codes[0].lower())
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    assert world.expect_log("text accepted", "accepted backup_code")[1]["left"] == "9"
    world.expected_texts = 1
    assert ctl("status", "alice", "--json").json()["state"]["backup_codes"] == 9

    # With no phone he is asked for one, and a used one is no use.
    world.configure(**NO_PHONE)
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.expect(r"No phone is registered for alice\. Backup code \(Enter: none\): ")
    ssh.type(codes[0])
    ssh.expect(r"This backup code was used before, 2 tries left\. Another code: ")
    ssh.type(codes[1])
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("backup no_phone", "denied used_code", "accepted backup_code")


def test_for_a_night(world, daemon_host, ctl):
    world.configure(**NO_PHONE)
    found = make(ctl, "--count", "1", "--expires", "8h")
    assert found["expires_in_s"] == 28800 and len(found["codes"]) == 1
    assert re.search(r"^  backup codes: 1 left, for 8 hours$", ctl("status", "alice").output,
                     re.M)
    daemon = hosts.Daemon(world, daemon_host, "alice")
    daemon.says(INSTEAD)
    daemon.type(found["codes"][0])
    daemon.says(r"info That was your last backup code\. .*")
    assert daemon.ended() == 0
    world.expect_log("backup no_phone", "accepted backup_code")
    assert "backup codes" not in ctl("status", "alice").output
    world.expected_texts = 0


def test_explain_foretells_it(world, daemon_host, ctl):
    world.configure(**NO_PHONE)
    code = make(ctl, "--count", "2")["codes"][0]
    found = foretold.explain(world, ctl, "alice", "daemon")
    ending = found["ending"]
    assert (ending["asks"], ending["asks_backup"], ending["pam"], ending["reason"]) == \
        (False, True, None, "no_phone")
    daemon = hosts.Daemon(world, daemon_host, "alice")
    daemon.says("prompt " + foretold.sentence(ending))
    daemon.type(code)
    daemon.says("info .*")
    assert daemon.ended() == 0
    world.expect_log("backup no_phone", "accepted backup_code")
    os.unlink(f"{world.base}/state/backup/{uid('alice')}")
    ending = foretold.explain(world, ctl, "alice", "daemon")["ending"]
    assert (ending["asks_backup"], ending["reason"]) == (False, "state")
    assert "is missing" in ending["why"]
    world.expected_texts = 0


def test_taken_away(world, daemon_host, ctl):
    codes = make(ctl, "--count", "3")["codes"]
    assert ctl("backup-codes", "alice", "--revoke").output == \
        "3 backup codes are no longer good for alice.\n"
    assert not os.listdir(f"{world.base}/state/backup")
    assert ctl("backup-codes", "alice", "--revoke").output == "alice had no backup codes.\n"
    daemon = hosts.Daemon(world, daemon_host, "alice")
    ref = daemon.says(PROMPT).group(1)
    daemon.type(codes[0])
    daemon.says("prompt That is not a code: .*")
    daemon.type(world.text_of(ref).code)
    assert daemon.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1

    # Unlocking takes nothing away, forgetting all.
    make(ctl)
    ctl("unlock", "alice")
    assert ctl("status", "alice", "--json").json()["state"]["backup_codes"] == 10
    ctl("forget", "alice")
    assert ctl("status", "alice", "--json").json()["state"]["backup_codes"] == 0
    assert not os.listdir(f"{world.base}/state/backup")
    world.records_removed()


@pytest.mark.parametrize("options, says", [
    (["--count", "0"], "--count takes 1 to 20"),
    (["--count", "21"], "--count takes 1 to 20"),
    (["--count", "3x"], "--count takes 1 to 20"),
    (["--expires", "8"], "--expires takes minutes, hours, days or weeks"),
    (["--expires", "-8h"], "--expires takes minutes, hours, days or weeks"),
    (["--expires", "366d"], "--expires takes minutes, hours, days or weeks"),
    (["--expires", "8hours"], "--expires takes minutes, hours, days or weeks"),
    (["--revoke", "--count", "1"], "--revoke makes no codes"),
])
def test_what_is_refused(world, ctl, options, says):
    result = ctl("backup-codes", "alice", *options, status=2)
    assert says in result.errors
    assert not os.path.exists(f"{world.base}/state/backup")
    world.expected_texts = 0
