# SPDX-License-Identifier: BSD-2-Clause
"""More than an hour's traffic of a busy host in a few minutes, through daemons that live on and through sshd: nothing
grows. All that is counted is counted when nobody is logging in."""
import itertools
import os
import re
import statistics
import threading
import time

import harness
import hosts
from harness import PROMPT, until

HOSTS, ROUNDS = 3, 18
OF_A_HOST, OF_SSHD = 57, 5      # logins in each round, where the machine is not too slow for that
SECONDS_OF_A_ROUND = 10
USERS_OF_SSHD = 10
# What people do, in turn; and what PAM says to it.
KINDS = ["right"] * 6 + ["wrong, then right", "help, then right", "again, then right", "gives up"]
# Of what is resident of a host: its pages are the kernel's affair. What it has allocated is counted by the byte.
GROWTH = 1.02
# The blocks that glibc keeps for each thread count as in use: with them a heap grows until all sizes were needed once.
WITHOUT_CACHE = {**hosts.ENVIRONMENT, "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


class Outbox:
    """The texts of an outbox; what has been read is not read again."""

    def __init__(self, path):
        self._path, self._at, self._texts, self._lock = path, 0, {}, threading.Lock()

    def _take(self, key):
        if not os.path.exists(self._path):
            return None
        with self._lock, open(self._path, "rb") as file:
            file.seek(self._at)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._at += len(line)
                text = harness.Text(line)
                self._texts[text.to, text.ref] = text
            return self._texts.pop(key, None)

    def text(self, user, ref):
        """Waits for that text, and takes it out: the next login may have a code of that name."""
        return until(lambda: self._take((harness.phone(user), ref)), 30, f"the text {ref}")


class Host:
    """A daemon and the people who log in by it, one after another."""

    def __init__(self, world, program, outbox, users):
        self._outbox, self._users, self.done = outbox, users, 0
        self.descriptors, self.heap, self.failed = set(), set(), None
        self._daemon = hosts.Daemon(world, program, users[0], WITHOUT_CACHE, how="counted", client="192.0.2.9")
        self.pid = self._daemon.process.pid
        self._log_in(users[0], "right", begun=True)

    def log_in(self, count, kinds):
        """So many logins, in a thread of its own; what went wrong is kept."""
        end = time.monotonic() + SECONDS_OF_A_ROUND
        try:
            for _ in range(count):
                if time.monotonic() > end:
                    return
                user = self._users[self.done % len(self._users)]
                # So that each of them does everything.
                kind = kinds[(self.done + self.done // len(self._users)) % len(kinds)]
                self._log_in(user, kind)
        except BaseException as error:  # pylint: disable=broad-except
            self.failed = error

    def _log_in(self, user, kind, begun=False):
        self.done += 1
        if not begun:
            self._daemon.type(user)
        ref = self._daemon.says("prompt " + PROMPT).group(1)
        text = self._outbox.text(user, ref)
        if kind == "wrong, then right":
            self._answer(text.wrong(), r"prompt Wrong code, .*")
        elif kind == "help, then right":
            self._answer("", "prompt .*")
        elif kind == "again, then right":
            # Where the text is still on its way, nothing is sent.
            if "sent again" in self._answer("r", "prompt .*"):
                assert self._outbox.text(user, ref).code == text.code
        elif kind == "gives up":
            for step in (1, 2):
                self._answer(text.wrong(step), r"prompt Wrong code, .*")
            self._daemon.type(text.wrong(3))
            self._daemon.says("error .*")
        if kind != "gives up":
            self._daemon.type(text.code)
        assert (self._daemon.result() == 0) == (kind != "gives up"), kind
        self.heap.add(int(self._daemon.says(r"heap (\d+)").group(1)))
        self.descriptors.add(len(os.listdir(f"/proc/{self.pid}/fd")))

    def _answer(self, answer, pattern):
        self._daemon.type(answer)
        return self._daemon.says(pattern).group(0)

    def resident_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s*(\d+) kB$", file.read(), re.MULTILINE)[1])

    def end(self):
        self._daemon.leave()
        self._daemon.process.wait(10)
        self._daemon.close()


class Soak:
    """What runs, and what was counted of it after each round."""

    def __init__(self, world, server, people, outbox, users):
        self._world, self._server, self._people, self._outbox = world, server, people, outbox
        self._users = itertools.cycle(users)
        self.counts, self.resident, self.of_sshd = [], [], 0

    def run(self, of_a_host, of_sshd, kinds):
        threads = [threading.Thread(target=host.log_in, args=(of_a_host, kinds)) for host in self._people]
        for thread in threads:
            thread.start()
        end = time.monotonic() + SECONDS_OF_A_ROUND
        for _ in range(of_sshd):
            if time.monotonic() < end:
                self._ssh()
        for thread in threads:
            thread.join()
        for host in self._people:
            if host.failed is not None:
                raise host.failed

    def _ssh(self):
        user = next(self._users)
        ssh = self._server.login(user, "id -un")
        ssh.timeout = 60
        ssh.password()
        ssh.prompt()
        ssh.type(self._outbox.text(user, ssh.ref).code)
        ssh.expect(f"\n{user}\r\n")
        assert ssh.ended() == 0
        ssh.close()
        self.of_sshd += 1

    def count(self):
        """Once nobody is logging in any more."""
        until(lambda: not self._world.helpers() and not self._server.sessions(), 20, "the end of the logins")
        state, run = (sum(len(files) for _, _, files in os.walk(f"{self._world.base}/{folder}"))
                      for folder in ("state", "run"))
        self.counts.append({
            "processes": len(self._world.processes()), "files of state": state, "files of run": run,
            "descriptors of sshd": len(os.listdir(f"/proc/{self._server.process.pid}/fd")),
            **{f"descriptors of host {number}": len(os.listdir(f"/proc/{host.pid}/fd"))
               for number, host in enumerate(self._people)}})
        self.resident.append([host.resident_kib() for host in self._people])


def test_nothing_grows(world, sshd, daemon_host, figures):
    limits = "{ unredeemed = 32; daily = 64; }"
    world.configure(
        # Among as many codes of six digits one would stand by chance where none may.
        code="{ length = 10; }", events="32",
        budget=f"{{ cooldown = 0; user = {limits}; phone = {limits}; client = {{ unredeemed = 5000; }}; "
               "host = { unredeemed = 5000; daily = 10000; }; }")
    outbox = Outbox(world.outbox)
    server = sshd(MaxStartups="100")
    users = harness.USERS[USERS_OF_SSHD:]
    people = [Host(world, daemon_host, outbox, users[number::HOSTS]) for number in range(HOSTS)]
    soak = Soak(world, server, people, outbox, harness.USERS[:USERS_OF_SSHD])
    # Everybody once: what is made for a user is there, what libraries keep is loaded, and the first event file is full.
    while min(host.done for host in people) < 2 * len(users) // HOSTS or soak.of_sshd < USERS_OF_SSHD:
        soak.run(OF_A_HOST, USERS_OF_SSHD, KINDS)
    for host in people:
        host.descriptors.clear()
        host.heap.clear()
    for _ in range(ROUNDS):
        soak.run(OF_A_HOST, OF_SSHD, KINDS)
        soak.count()
    seen = {name: {counts[name] for counts in soak.counts} for name in soak.counts[0]}
    assert all(len(numbers) == 1 for numbers in seen.values()), seen
    assert all(len(host.descriptors) == 1 for host in people)
    third = ROUNDS // 3
    for number, host in enumerate(people):
        first, last = (statistics.mean(sample[number] for sample in part)
                       for part in (soak.resident[:third], soak.resident[-third:]))
        figures[f"bytes in use on the heap of host {number} after each login"] = \
            " or ".join(str(size) for size in sorted(host.heap))
        assert len(host.heap) == 1, host.heap
        figures[f"KiB resident in host {number}, first third of the soak"] = f"{first:.0f}"
        figures[f"KiB resident in host {number}, last third of the soak"] = f"{last:.0f}"
        assert last <= first * GROWTH, [sample[number] for sample in soak.resident]
        host.end()
    figures["logins through daemons that live on"] = sum(host.done for host in people)
    figures["logins through sshd meanwhile"] = soak.of_sshd
    for name, number in soak.counts[0].items():
        figures[f"{name}, from the first round to the last"] = number
    world.forget_log()
    world.expected_texts = len(world.texts())
