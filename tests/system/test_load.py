# SPDX-License-Identifier: BSD-2-Clause
"""Many logins at once."""
import harness

LOGINS = 20


def test_twenty_at_once(world, sshd):
    """Ten users twice each: each gets in with the code of his own login, and every text is for
    one."""
    server = sshd()
    users = harness.CROWD[:LOGINS // 2] * 2
    logins = [server.login(user, "id -un") for user in users]
    for ssh in logins:
        ssh.timeout = 30
        ssh.password()
    codes = {}
    for ssh, user in zip(logins, users):
        ssh.prompt()
        codes[ssh] = [text.code for text in world.texts()
                      if (text.to, text.ref) == (harness.phone(user), ssh.ref)]
        ssh.type(codes[ssh].pop())
    wrong = 0
    for ssh, user in zip(logins, users):
        # Now and then both logins of a user have the same two characters.
        while ssh.expect([f"\n{user}\r\n", "Wrong code"]) == 1:
            wrong += 1
            ssh.type(codes[ssh].pop())
        assert ssh.ended() == 0
    names = [event.name() for event in world.forget_log()]
    assert sorted(names) == ["accepted code"] * LOGINS + ["denied wrong_code"] * wrong + \
        ["text accepted"] * LOGINS
    world.expected_texts = LOGINS
