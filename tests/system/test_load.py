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
    for ssh, user in zip(logins, users):
        ssh.prompt()
        texts = [text for text in world.texts() if text.to == harness.phone(user)]
        ssh.type([text.code for text in texts if text.ref == ssh.ref][-1])
    for ssh, user in zip(logins, users):
        ssh.expect(f"\n{user}\r\n")
        assert ssh.ended() == 0
    names = [event.name() for event in world.forget_log()]
    assert sorted(names) == ["accepted code"] * LOGINS + ["text accepted"] * LOGINS
    world.expected_texts = LOGINS
