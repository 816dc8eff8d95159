# SPDX-License-Identifier: BSD-2-Clause
"""A state directory with a million records of users: what a login and smsotpctl take, and what they take where it is
empty."""
# pylint: disable=redefined-outer-name
import contextlib
import os
import re
import statistics
import subprocess
import time

import pytest

import harness
import hosts

RECORDS = 1000000
FIRST = 1000000     # of their user ids: no account has one
# What they need on a tmpfs, with inodes and names, and what is to be left.
NEEDED_KIB = 14 << 20
LOGINS, RUNS = 30, 5
# A machine that others use, too; and far from what a search among a million would take.
MOST = 3
# It asks the machine about each of the accounts, and removes it.
PRUNE_SECONDS = 900


def available_kib():
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(re.search(r"^MemAvailable:\s*(\d+) kB$", file.read(), re.MULTILINE)[1])


@contextlib.contextmanager
def roomy(world):
    """State on a file system of its own, which goes whole."""
    path = world.base + "/state"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,size=12G,nr_inodes=1200000", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


@pytest.fixture(scope="session")
def records(stage):  # pylint: disable=unused-argument
    """The program made of records.c."""
    return harness.compiled("load/records", "-O2", "-lsodium")


class Timed:
    """How long things take in this world."""

    def __init__(self, world, daemon_host, ctl):
        self._world, self._ctl = world, ctl
        self._daemon = hosts.Daemon(world, daemon_host, "alice", how="again")
        self._texts = 0
        self._finish("alice")

    def _finish(self, user):
        self._daemon.says("prompt .*")
        self._texts += 1
        # The newest.
        self._daemon.type(self._world.text(self._texts).code)
        assert self._daemon.result() == 0, user

    def login(self):
        """Median seconds from the name to the result."""
        def one(user):
            start = time.monotonic()
            self._daemon.type(user)
            self._finish(user)
            return time.monotonic() - start
        return statistics.median(one(user) for user in harness.CROWD[:LOGINS])

    def command(self, *arguments):
        """Median seconds."""
        # It finds accounts without a phone: those of the machine.
        status = 1 if arguments == ("audit",) else 0

        def one():
            start = time.monotonic()
            self._ctl(*arguments, status=status)
            return time.monotonic() - start
        return statistics.median(one() for _ in range(RUNS))

    def all(self):
        return {"a login": self.login(), "smsotpctl status alice": self.command("status", "alice"),
                "smsotpctl report": self.command("report"), "smsotpctl audit": self.command("audit")}

    def end(self):
        self._daemon.leave()
        self._daemon.process.wait(10)
        self._daemon.close()


def test_a_million_records(world, daemon_host, ctl, records, figures):
    if available_kib() < NEEDED_KIB:
        pytest.skip(f"needs {NEEDED_KIB >> 20} GiB of memory")
    with roomy(world) as state:
        timed = Timed(world, daemon_host, ctl)
        empty = timed.all()
        empty["smsotpctl prune"] = timed.command("prune")
        subprocess.run([records, f"{state}/users/{harness.uid('alice')}", f"{state}/users", str(FIRST), str(RECORDS)],
                       check=True)
        full = timed.all()
        for name in ("a login", "smsotpctl status alice", "smsotpctl report"):
            assert full[name] < MOST * empty[name], (name, full, empty)
        # They are records: no damage is told, and none of them is left.
        start = time.monotonic()
        assert ctl("prune", "--json", seconds=PRUNE_SECONDS).json()["users"] == RECORDS
        full["smsotpctl prune, which removes them"] = time.monotonic() - start
        assert os.path.exists(f"{state}/users/{harness.uid('alice')}")
        timed.end()
    for name, seconds in empty.items():
        figures[f"ms {name}, where there are no other records"] = f"{1000 * seconds:.1f}"
    for name, seconds in full.items():
        figures[f"ms {name}, among {RECORDS} records"] = f"{1000 * seconds:.1f}"
    world.records_removed()
    world.forget_log()
    world.expected_texts = len(world.texts())
