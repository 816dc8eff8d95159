# SPDX-License-Identifier: BSD-2-Clause
"""What must hold whatever a test did: looked at from outside, in records, log, texts and /proc."""
import collections
import hashlib
import os
import re
import struct
import threading
import time

HELPER_ENVIRONMENT = {"PATH=/usr/bin:/bin", "LC_ALL=C", "LDAPNOINIT=1"}


class Record:
    """The valid slot of users/UID or phones/NAME that counts, as docs/FORMATS.md has it."""

    _SLOT, _STAMPS, _STAMP = 4096, 56 + 56, 24

    def __init__(self, path):
        slot = self.newest(path)
        self.failures, = struct.unpack_from(">I", slot, 56 + 32)
        count, = struct.unpack_from(">I", slot, 56 + 44)
        flags = [struct.unpack_from(">I", slot, self._STAMPS + self._STAMP * number + 16)[0]
                 for number in range(count)]
        self.texts = len([flag for flag in flags if not flag & 2])
        self.unredeemed = len([flag for flag in flags if flag & 3 == 1])

    @classmethod
    def newest(cls, path):
        """The slot that counts, whatever kind of record it is."""
        with open(path, "rb") as file:
            content = file.read()
        slots = [content[start:start + cls._SLOT] for start in (0, cls._SLOT)]
        return max(filter(cls._valid, slots), key=lambda slot: struct.unpack_from(">Q", slot, 16))

    @classmethod
    def _valid(cls, slot):
        assert len(slot) == cls._SLOT and slot[:8] == b"SMSOTPRC"
        summed = hashlib.blake2b(slot[:13] + b"\0" + slot[14:4080], digest_size=16).digest()
        return summed == slot[4080:]


def records(world, folder):
    """{name: record} of state/FOLDER."""
    path = f"{world.base}/state/{folder}"
    names = os.listdir(path) if os.path.isdir(path) else []
    return {name: Record(f"{path}/{name}") for name in names}


def limit(world, whose, name, default):
    """A budget of smsotp.conf."""
    group = re.search(rf"\b{whose} = {{([^}}]*)}}", world.settings["budget"])
    found = re.search(rf"\b{name} = (\d+)", group.group(1)) if group else None
    return int(found.group(1)) if found else default


def check_successes(world):
    """I1, I2: as many successes with a code as there were codes, texted to that phone for that
    login. Of texts that went to another gateway than the outbox the world knows nothing."""
    # Where other logins may use a login's code, the name that was asked for can be another.
    any_login = world.settings.get("bind") == '"client"'
    successes = collections.Counter(
        ("" if any_login else event["ref"], event["phone"][-4:]) for event in world.events()
        if event.name() == "accepted code" and event["gateway"] == "phone")
    codes = collections.Counter(
        ("" if any_login else ref, to) for ref, to, _ in
        {(text.ref, text.to[-4:], text.code) for text in world.texts()})
    for key, count in successes.items():
        assert count <= codes[key], f"{count} successes with {codes[key]} codes: {key}"


def check_failures(world):
    """I3: what the log says of wrong codes since the last right one stands in the record."""
    observed = collections.Counter()
    for event in world.events()[world.events_before:]:
        if event.name() in ("denied wrong_code", "denied guesses_used"):
            observed[event["uid"]] += 1
        elif event.name() == "accepted code":
            observed[event["uid"]] = 0
    recorded = records(world, "users")
    for uid, count in observed.items():
        # Nothing is recorded of an account that does not exist.
        if uid != "-" and count > 0:
            assert uid in recorded, f"{count} wrong codes of {uid} and no record"
            assert recorded[uid].failures >= count, f"{recorded[uid].failures} of {count}: {uid}"


def check_texts(world):
    """I4: each text was reserved before it was sent, and no more than may be wait for their
    code."""
    sent = world.texts()[world.texts_before:]
    for whose, folder in (("user", "users"), ("phone", "phones")):
        found = records(world, folder).values()
        reserved = sum(record.texts for record in found)
        assert reserved >= len(sent), f"{len(sent)} texts, {reserved} reserved in {folder}"
        most = limit(world, whose, "unredeemed", 3)
        assert all(record.unredeemed <= most for record in found), folder
    entered = {event["ref"] for event in world.events() if event.name() == "accepted code"}
    waiting = collections.Counter(text.to for text in sent if text.ref not in entered)
    assert all(count <= limit(world, "phone", "unredeemed", 3) for count in waiting.values()), \
        waiting


class Watch:
    """Looks at helpers for as long as a world lasts: their arguments and environment (I5), and how
    long each has been there (I6)."""

    def __init__(self, world):
        self._world, self._end = world, threading.Event()
        self._seen = {}         # (process, what it was started with): first and last time
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self):
        while not self._end.wait(0.05):
            now = time.monotonic()
            for pid, name in self._world.helpers().items():
                if name.startswith("smsotp-keeper") or name.endswith(" Z"):
                    continue
                started = tuple(self._read(pid, what) for what in ("cmdline", "environ"))
                # Nothing: it has ended meanwhile.
                if all(started):
                    first, _ = self._seen.get((pid, started), (now, now))
                    self._seen[pid, started] = first, now

    @staticmethod
    def _read(pid, what):
        try:
            with open(f"/proc/{pid}/{what}", encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def stop(self):
        self._end.set()
        self._thread.join()

    def check(self):
        self.stop()
        longest = float(self._world.settings.get("send_timeout", "20")) + 1
        for (pid, (arguments, environment)), (first, last) in self._seen.items():
            assert last - first <= longest, f"{pid}: {last - first:.1f} s, {longest} allowed"
            assert set(environment.rstrip("\0").split("\0")) == HELPER_ENVIRONMENT, environment
            for secret in self._world.secrets():
                assert secret not in arguments, arguments
