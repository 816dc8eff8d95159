# SPDX-License-Identifier: BSD-2-Clause
"""Who is exempt, through sshd and sudo, in the stacks that pam_smsotp(8) recommends."""
import datetime

import harness

PERMIT = "auth required pam_permit.so"


def test_exempt_behind_password(world, sshd):
    """The password is asked for as before; only the code is not."""
    server = sshd()
    world.configure(exempt=harness.exempt(
        "inner", users='[ "alice" ]', networks='[ "127.0.0.0/8" ]',
        services=f'[ "{server.SERVICE}" ]'))
    world.pam(server.SERVICE, behind=[PERMIT])
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    event, = world.expect_log("exempt rule")
    assert [key for key in event.keys if key != "detail"] == harness.LOG_KEYS
    assert (event["user"], event["rule"], event["client"]) == ("alice", "inner", "127.0.0.1")
    assert event["uid"] == str(harness.uid("alice"))
    assert event["detail"].strip('"') == "CHG-1182"
    world.expected_texts = 0


def test_wrong_password_of_the_exempt(world, sshd):
    world.configure(exempt=harness.exempt("inner", users='[ "alice" ]'))
    server = sshd()
    world.pam(server.SERVICE, behind=[PERMIT])
    ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password("not the password")
    assert ssh.ended() == 255
    world.expect_log()
    world.expected_texts = 0


def test_others_are_asked(world, sshd):
    world.configure(exempt="( %s, %s )" % (
        harness.rule("inner", users='[ "alice" ]', networks='[ "10.0.0.0/8" ]'),
        harness.rule("past", users='[ "alice" ]', until='"2020-02-29"')))
    server = sshd()
    world.pam(server.SERVICE, behind=[PERMIT])
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.prompt()
    ssh.code()
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    for event in world.expect_log("text accepted", "accepted code"):
        assert event["rule"] == "-"
    world.expected_texts = 1


def test_alone_in_its_stack(world, sshd):
    """Nothing else says yes there, so nobody gets in by a rule; a pam_permit behind it does."""
    world.configure(exempt=harness.exempt("robots", users='[ "alice" ]'))
    server = sshd()
    world.pam(server.SERVICE, first="none")
    ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
    assert ssh.ended() == 255
    assert "alice\r\n" not in ssh.before
    world.expect_log("exempt rule")
    world.pam(server.SERVICE, first="none", behind=[PERMIT])
    ssh = server.login("alice", "id -un")
    ssh.expect("alice\r\n")
    assert ssh.ended() == 0
    world.expect_log("exempt rule")
    # And behind it nobody gets in whom a fault has met.
    world.configure(exempt=harness.exempt("robots", groups='[ "no-such-group" ]'))
    ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
    assert ssh.ended() == 255
    world.expect_log("denied config")
    world.expected_texts = 0


def test_notice(world, sshd):
    day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).date()
    world.configure(exempt=harness.exempt(
        "wave-2", users='[ "alice" ]', until=f'"{day}"',
        notice='"Register a phone before {until}. {contact}"'))
    server = sshd()
    world.pam(server.SERVICE, behind=[PERMIT])
    ssh = server.login("alice", "id -un")
    ssh.password()
    ssh.expect(rf"Register a phone before {day}\. IT desk, ext\. 4444\s")
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("exempt rule")
    world.expected_texts = 0
