# SPDX-License-Identifier: BSD-2-Clause
"""A PAM host with threads: several logins at once in one process, while other threads hold libc's
locks. A keeper that took one of those after its clone would wait for ever."""
import contextlib
import subprocess

import pytest

import harness
import hosts
from harness import PROMPT

ROUNDS = 4
USERS = harness.CROWD[:8]
PAM_MAXTRIES, PAM_CONV_ERR = 11, 19


def text_of(world, user, ref):
    return harness.until(lambda: [text for text in world.texts()
                                  if (text.to, text.ref) == (harness.phone(user), ref)], 20,
                         f"the text {ref} to {user}")[-1]


def one_round(world, peers, number):
    """All are asked at once, each for a code of its own. A quarter types it, a quarter first the
    one of somebody else, a quarter only wrong ones, a quarter has it sent again. Returns the events
    that must come of it."""
    texts = {}
    for user, peer in peers.items():
        texts[user] = text_of(world, user, peer.says("prompt " + PROMPT).group(1))
    others = dict(zip(USERS, USERS[1:] + USERS[:1]))
    does = {user: (place + number) % 4 for place, user in enumerate(USERS)}
    events = []
    for user, peer in peers.items():
        peer.type([texts[user].code, texts[others[user]].code, texts[user].wrong(), "r"]
                  [does[user]])
    for user, peer in peers.items():
        result, seen = 0, ["text accepted"]
        if does[user] == 1:
            peer.says(r"prompt Wrong code, 2 tries left .*")
            peer.type(texts[user].code)
            seen += ["denied wrong_code"]
        elif does[user] == 2:
            for left in ("2 tries", "1 try"):
                peer.says(rf"prompt Wrong code, {left} left .*")
                peer.type(texts[user].wrong())
            peer.says(r"error Too many wrong codes\. .*")
            result = PAM_MAXTRIES
            seen += ["denied wrong_code"] * 2
            world.typed.append(texts[user].wrong())
        elif does[user] == 3:
            peer.says(r"prompt Code \w\w sent again to .*")
            peer.type(texts[user].code)
            seen += ["text accepted"]
        assert peer.result() == result, f"{user}, round {number}"
        seen += ["denied guesses_used" if result else "accepted code"]
        events += [(event, user) for event in seen]
    return events


@contextlib.contextmanager
def running(world, program, rounds):
    """The program, with a Peer for each user."""
    world.pam("threads", "none")
    peers = {user: hosts.Peer(20) for user in USERS}
    argv = [program, "threads", "192.0.2.7", str(rounds),
            *[f"{user}={peer.fd}" for user, peer in peers.items()]]
    with subprocess.Popen(argv, env=hosts.ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, start_new_session=True,
                          pass_fds=[peer.fd for peer in peers.values()]) as process:
        try:
            for peer in peers.values():
                peer.started()
            yield process, peers
        finally:
            process.kill()
            for peer in peers.values():
                peer.close()


def test_logins_at_once_in_one_process(world, threads_host):
    expected = []
    with running(world, threads_host, ROUNDS) as (process, peers):
        for number in range(ROUNDS):
            expected += one_round(world, peers, number)
        assert process.communicate(timeout=20)[0] == b"host\n"
        assert process.returncode == 0
    events = [(event.name(), event["user"]) for event in world.forget_log()]
    assert sorted(events) == sorted(expected)
    world.expected_texts = len([event for event, _ in expected if event == "text accepted"])


def test_one_conversation_fails(world, threads_host):
    """One user leaves; the others are asked on, and get in."""
    with running(world, threads_host, 1) as (process, peers):
        texts = {user: text_of(world, user, peer.says("prompt " + PROMPT).group(1))
                 for user, peer in peers.items()}
        peers[USERS[0]].leave()
        assert peers[USERS[0]].result() == PAM_CONV_ERR
        for user in USERS[1:]:
            peers[user].type(texts[user].code)
            assert peers[user].result() == 0
        assert process.communicate(timeout=20)[0] == b"host\n"
    events = sorted((event.name(), event["user"]) for event in world.forget_log())
    assert events == sorted([("text accepted", user) for user in USERS] +
                            [("accepted code", user) for user in USERS[1:]] +
                            [("denied conversation", USERS[0])])
    world.expected_texts = len(USERS)


@pytest.mark.parametrize("prompt_within", ["0", "10"])
def test_killed_during_sends(world, threads_host, prompt_within):
    """No keeper outlives the process it is of, whichever thread has started it."""
    with hosts.Silence(world, prompt_within=prompt_within, send_timeout="5") as gateway, \
            running(world, threads_host, 1) as (process, peers):
        gateway.wait(len(USERS))
        if prompt_within == "0":
            for peer in peers.values():
                peer.says("prompt " + PROMPT)
        process.kill()
        process.wait()
        world.check_gone(2)
    world.expect_log()
    world.expected_texts = 0
