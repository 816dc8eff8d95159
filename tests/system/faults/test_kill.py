# SPDX-License-Identifier: BSD-2-Clause
"""SIGKILL at random instants of a login, to the host, to its keeper, to its helper."""
import os
import random
import signal
import threading
import time

import pytest

import invariants
import logins
from harness import until

# Of each part; they are ten.
INSTANTS = 1000
# A login to which nothing happens follows on as many.
THEN_CLEAN = 10


def kill_later(world, whose, delay, pid):
    """Sends it after `delay` seconds; a process that has gone by then was lucky."""
    time.sleep(delay)
    victims = [pid] if whose == "host" else [
        found for found, name in world.helpers().items()
        if name.startswith("smsotp-keeper") == (whose == "keeper")]
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass


def time_of_a_login(faulty):
    start = time.monotonic()
    faulty.clean()
    return time.monotonic() - start


def readable(world):
    """Every record has a slot that counts."""
    for folder in ("state/users", "state/phones", "run/codes"):
        path = f"{world.base}/{folder}"
        for name in os.listdir(path) if os.path.isdir(path) else []:
            assert invariants.Record.newest(f"{path}/{name}")


@pytest.mark.parametrize("whose, part", [*(("host", part) for part in range(8)),
                                         ("keeper", 8), ("helper", 9)])
def test_killed(faulty, world, figures, whose, part):
    generator = random.Random(part)
    span = max(time_of_a_login(faulty) for _ in range(5))
    killed = 0
    for number in range(INSTANTS):
        kind = generator.choice(["first", "again", "wrong"]) if number % THEN_CLEAN == 0 else "again"
        if number % THEN_CLEAN == 0:
            faulty.prepare("first")
            if kind != "first":
                faulty.clean()
        killers = []

        def start(pid):
            killers.append(threading.Thread(target=kill_later, args=(
                world, whose, generator.uniform(0, span), pid)))
            killers[0].start()
        login = faulty.login("wrong" if kind == "wrong" else "right", started=start)
        killers[0].join()
        killed += login.status == -signal.SIGKILL
        faulty.check(login, lambda login: login.status == -signal.SIGKILL)
        readable(world)
        if number % THEN_CLEAN == THEN_CLEAN - 1:
            until(lambda: not world.helpers(), logins.SEND_TIMEOUT + 3, "the end of the helpers")
            faulty.clean()
    figures[f"instants at which {whose} was killed"] += INSTANTS
    figures["of these ended the host in the midst of a login"] += killed
    if whose == "host":
        assert killed > INSTANTS / 2
    until(lambda: not world.helpers(), logins.SEND_TIMEOUT + 3, "the end of the helpers")
    faulty.finish()
