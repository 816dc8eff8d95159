# SPDX-License-Identifier: BSD-2-Clause
"""A PAM host with threads: several logins at once in one process, while other threads hold libc's
locks. A keeper that took one of those after its clone would wait for ever."""
import subprocess

import harness
import hosts
from harness import PROMPT

ROUNDS = 3
USERS = harness.CROWD[:8]
PAM_MAXTRIES = 11


def text_of(world, user, ref):
    return harness.until(lambda: [text for text in world.texts()
                                  if (text.to, text.ref) == (harness.phone(user), ref)], 20,
                         f"the text {ref} to {user}")[-1]


def one_round(world, peers, number):
    """All are asked at once, each for a code of its own. A third types it, a third first the one
    of somebody else, a third only wrong ones. Returns the events that must come of it."""
    texts = {}
    for user, peer in peers.items():
        texts[user] = text_of(world, user, peer.says("prompt " + PROMPT).group(1))
    kinds = {user: (place + number) % 3 for place, user in enumerate(USERS)}
    others = dict(zip(USERS, USERS[1:] + USERS[:1]))
    events = []
    for user, peer in peers.items():
        peer.type([texts[user].code, texts[others[user]].code, texts[user].wrong()][kinds[user]])
    for user, peer in peers.items():
        expected = 0
        if kinds[user] == 1:
            peer.says(r"prompt Wrong code, 2 tries left .*")
            peer.type(texts[user].code)
        elif kinds[user] == 2:
            for left in ("2 tries", "1 try"):
                peer.says(rf"prompt Wrong code, {left} left .*")
                peer.type(texts[user].wrong())
            peer.says(r"error Too many wrong codes\. .*")
            expected = PAM_MAXTRIES
            world.typed.append(texts[user].wrong())
        assert peer.result() == expected, f"{user}, round {number}"
        events += [("text accepted", user)] + [("denied wrong_code", user)] * kinds[user]
        events += [("denied guesses_used" if expected else "accepted code", user)]
    return events


def test_logins_at_once_in_one_process(world, threads_host):
    world.pam("threads", "none")
    peers = {user: hosts.Peer(20) for user in USERS}
    argv = [threads_host, "threads", "192.0.2.7", str(ROUNDS),
            *[f"{user}={peer.fd}" for user, peer in peers.items()]]
    expected = []
    with subprocess.Popen(argv, env=hosts.ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, start_new_session=True,
                          pass_fds=[peer.fd for peer in peers.values()]) as process:
        try:
            for peer in peers.values():
                peer.started()
            for number in range(ROUNDS):
                expected += one_round(world, peers, number)
            assert process.communicate(timeout=20)[0] == b"host\n"
        finally:
            process.kill()
        assert process.returncode == 0
    for peer in peers.values():
        peer.close()
    events = [(event.name(), event["user"]) for event in world.forget_log()]
    assert sorted(events) == sorted(expected)
    world.expected_texts = ROUNDS * len(USERS)
