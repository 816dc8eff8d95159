# SPDX-License-Identifier: BSD-2-Clause
"""An outage costs the first login a wait, and not every login: real sshd, real smsotp-send."""
import contextlib
import socket
import time

import harness
import hosts


@contextlib.contextmanager
def hanging(world, name="hung", **settings):
    """A gateway that takes connections and never says a word; yields its listening socket."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(64)
        extra = "".join(f"\n{key} = {value};" for key, value in settings.items())
        world.gateway(name, hosts.twilio(f"http://127.0.0.1:{sock.getsockname()[1]}") + extra)
        yield sock


def connections(sock):
    """How many have come that nobody took; takes them."""
    count = 0
    sock.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.accept()[0].close()
            count += 1
    return count


def login(world, server, gateway):
    """One whole login. Returns the seconds from the password until the code was with the gateway
    that works, and until the prompt was there."""
    before = gateway.count()
    ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.expect("[Pp]assword[^:]*: ")
    start = time.monotonic()
    ssh.type(harness.PASSWORD)
    ssh.prompt()
    prompted = time.monotonic() - start
    harness.until(lambda: gateway.count() > before, 20, "the request")
    arrived = time.monotonic() - start
    # Whoever is quicker than the gateway's answer logs in without it, and then no line tells of it.
    world.until_sent(10)
    text = gateway.requests[-1].form()["text"]
    code = text.split()[0]
    assert text == f"{code} is your web1 code ({ssh.ref}). Not you? Change your password."
    world.typed += [code, harness.phone("alice")[1:]]
    ssh.type(code)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    return arrived, prompted


def test_one_hangs_one_refuses_one_works(world, sshd, double):
    refusing, working = double("twilio"), double("vonage")
    refusing.behave("server_error", status=503)
    world.configure(gateways='[ "hung", "twilio", "vonage" ]')
    world.typed += ["token-of-the-account", "SecretOfTheAccount"]
    world.expected_texts = 0
    server = sshd()
    with hanging(world) as hung:
        arrived, prompted = login(world, server, working)
        assert arrived < 12, f"the first code took {arrived:.1f} s"
        assert prompted < 4, f"the prompt waited {prompted:.1f} s"
        first = world.expect_log("text ambiguous", "text passing", "text accepted",
                                 "accepted code")
        assert [event["gateway"] for event in first] == ["hung", "twilio", "vonage", "vonage"]
        assert 4500 < int(first[0]["ms"]) < 6000, first[0].line
        assert "HTTP 503" in first[1]["detail"], first[1].line
        assert (connections(hung), refusing.count(), working.count()) == (1, 1, 1)

        arrived, _ = login(world, server, working)
        assert arrived < 2, f"the next code took {arrived:.1f} s"
        second = world.expect_log("text accepted", "accepted code")
        assert [event["gateway"] for event in second] == ["vonage", "vonage"]
        assert (connections(hung), refusing.count(), working.count()) == (0, 1, 2)


def test_all_that_fail_are_told_one_by_one(world, sshd, double):
    """No gateway works: the login says so, and so does each attempt's line; the next login still
    tries them all."""
    refusing, broken = double("twilio"), double("vonage")
    refusing.behave("too_many", retry_after="30")
    broken.behave("garbage")
    world.configure(gateways='[ "hung", "twilio", "vonage" ]', prompt_within="8.0")
    world.typed += ["token-of-the-account", "SecretOfTheAccount"]
    world.expected_texts = 0
    server = sshd()
    with hanging(world, timeout=1) as hung:
        for turn in (1, 2):
            ssh = server.login("alice", "id -un", NumberOfPasswordPrompts=1)
            ssh.password()
            ssh.expect(r"No code could be sent; no gateway answered\. Try again later\.")
            assert ssh.ended() != 0
            events = world.forget_log()
            attempts = [event for event in events if event["event"] == "text"]
            assert sorted(event["gateway"] for event in attempts) == ["hung", "twilio", "vonage"]
            assert [event.name() for event in events if event["event"] != "text"] == \
                ["denied gateways"]
            assert (connections(hung), refusing.count(), broken.count()) == (1, turn, turn)


def test_logins_at_once_share_what_one_has_learnt(world, sshd, double):
    """While a gateway rests, none of many logins asks it."""
    refusing, working = double("twilio"), double("vonage")
    refusing.behave("server_error", status=503)
    world.configure(gateways='[ "twilio", "vonage" ]')
    world.typed += ["token-of-the-account", "SecretOfTheAccount"]
    world.expected_texts = 0
    server = sshd(MaxStartups="40")
    login(world, server, working)
    clients = {user: server.login(user, "id -un", NumberOfPasswordPrompts=1)
               for user in harness.CROWD[:8]}
    for ssh in clients.values():
        ssh.password()
    for user, ssh in clients.items():
        ssh.prompt()

        # By the number: of nine logins two may have the same two characters.
        def texts(to=harness.phone(user)[1:]):
            return [request.form()["text"] for request in working.requests
                    if request.form()["to"] == to]
        harness.until(texts, 10, "the request")
        code = texts()[0].split()[0]
        world.typed.append(code)
        ssh.type(code)
        ssh.expect("\nuser")
        assert ssh.ended() == 0
    assert (refusing.count(), working.count()) == (1, 9)
    world.forget_log()
