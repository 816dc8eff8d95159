# SPDX-License-Identifier: BSD-2-Clause
"""Settings of some services alone, and whose phone: with the programs that set PAM_RUSER and the
real uid, and those that do not."""
import pytest

import harness
import hosts

CALLER = '( { names = [ "su", "su-l" ]; identity = "caller"; } )'


def su(world, *words, user="alice"):
    return hosts.Terminal(world, ["/bin/su", *words, "-c", "id -un"], user=user)


def is_asked(event, user, target):
    number = "0" if user == "root" else str(harness.uid(user))
    assert (event["user"], event["uid"], event["target"]) == (user, number, target), event.line
    assert event.keys[2:5] == ["user", "uid", "target"]


@pytest.mark.parametrize("service, words", [("su", ["bob"]), ("su-l", ["-", "bob"]),
                                            ("su", ["root"])])
def test_su_texts_its_caller(world, service, words):
    """As smsotp.conf is shipped: su by alice asks for alice's phone, whoever she becomes."""
    target = words[-1]
    world.configure(services=CALLER)
    world.pam(service, "none")
    terminal = su(world, *words)
    assert terminal.prompt().group(2) == "+44 ****** 0100"
    assert terminal.code().to == harness.phone("alice")
    terminal.expect(f"\n{target}\r\n")
    assert terminal.ended() == 0
    for event in world.expect_log("text accepted", "accepted code"):
        is_asked(event, "alice", target)
        assert (event["service"], event["phone"]) == (service, "+44*0100")
    world.expected_texts = 1


def test_su_behind_a_password(world):
    """The password is the other account's, the code the caller's."""
    world.configure(services=CALLER)
    world.pam("su")
    terminal = su(world, "bob")
    terminal.password()
    terminal.prompt()
    assert terminal.code().to == harness.phone("alice")
    terminal.expect("\nbob\r\n")
    assert terminal.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_wrong_codes_lock_the_caller(world):
    """Who knows bob's password cannot lock bob out by su."""
    world.configure(services=CALLER, guesses="{ lock_after = 2; }")
    world.pam("su", "none")
    terminal = su(world, "bob")
    terminal.prompt()
    text = world.text()
    terminal.type(text.wrong())
    terminal.prompt(r"Wrong code, 1 try left \(r: resend\): ")
    terminal.type(text.wrong(2))
    terminal.expect("Too many wrong codes: locked for 30 minutes")
    assert terminal.ended() == 1
    world.typed += [text.wrong(), text.wrong(2)]
    for event in world.expect_log("text accepted", "denied wrong_code", "denied locked"):
        is_asked(event, "alice", "bob")

    terminal = su(world, "carol")
    terminal.expect("Too many wrong codes: locked for 30 minutes")
    assert terminal.ended() == 1
    is_asked(world.expect_log("denied locked")[0], "alice", "carol")

    terminal = su(world, "carol", user="bob")
    terminal.prompt()
    assert terminal.code(2).to == harness.phone("bob")
    terminal.expect("\ncarol\r\n")
    assert terminal.ended() == 0
    for event in world.expect_log("text accepted", "accepted code"):
        is_asked(event, "bob", "carol")
    world.expected_texts = 2


def test_su_by_root(world):
    """Where no pam_rootok stands before the module, root is asked like any caller."""
    world.configure(services=CALLER)
    world.pam("su", "none")
    terminal = su(world, "bob", user=None)
    terminal.expect(r"No phone is registered for root\. IT desk, ext\. 4444 ")
    assert terminal.ended() == 1
    is_asked(world.expect_log("denied no_phone")[0], "root", "bob")
    world.expected_texts = 0


def test_sudo_with_its_caller(world):
    """sudo asks its caller anyway: an ending that stands is returned at once, as ever."""
    world.configure(services='( { names = [ "sudo" ]; identity = "caller"; } )',
                    guesses="{ per_conversation = 1; }")
    world.pam("sudo", "none")
    terminal = hosts.Terminal(world, ["/usr/bin/sudo", "id", "-un"], user="alice")
    terminal.prompt()
    text = world.text()
    assert text.to == harness.phone("alice")
    terminal.type(text.wrong())
    terminal.expect("Too many wrong codes")
    assert terminal.ended() == 1
    world.typed.append(text.wrong())
    for event in world.expect_log("text accepted", "denied guesses_used"):
        is_asked(event, "alice", "alice")
    world.expected_texts = 1


@pytest.mark.parametrize("program", ["sshd", "login"])
def test_no_caller(world, sshd, program):
    """From elsewhere there is no caller: denied, and nothing is sent."""
    server = sshd() if program == "sshd" else None
    service = server.SERVICE if server else program
    world.configure(services=f'( {{ names = [ "{service}" ]; identity = "caller"; }} )')
    if server:
        terminal = server.login("alice", "id -un")
    else:
        world.pam("login")
        terminal = hosts.Terminal(world, ["/bin/login", "alice"])
    terminal.password()
    terminal.expect(r"This service cannot tell who is asking, and whose phone to text\. IT desk")
    assert terminal.ended(30) != 0 or program == "login"
    event = world.expect_log("denied caller_unknown")[0]
    assert (event["user"], event["uid"], event["target"]) == ("-", "-", "alice")
    world.expected_texts = 0


def test_longer_codes_for_sudo(world):
    """sudo's entry lies over the rest, and su's code stays as it is."""
    world.configure(services='( { names = [ "sudo", "sudo-i" ]; code = { length = 8; }; } )',
                    code="{ lifetime = 60; }")
    world.pam("sudo", "none")
    world.pam("su", "none")
    terminal = hosts.Terminal(world, ["/usr/bin/sudo", "id", "-un"], user="alice")
    terminal.prompt()
    assert len(terminal.code().code) == 8
    terminal.expect("\nroot\r\n")
    assert terminal.ended() == 0
    terminal = su(world, "bob")
    terminal.prompt()
    assert len(terminal.code(2).code) == 6
    terminal.expect("\nbob\r\n")
    assert terminal.ended() == 0
    for event in world.expect_log("text accepted", "accepted code") + \
            world.expect_log("text accepted", "accepted code"):
        assert "target" not in event.keys
    world.expected_texts = 2
