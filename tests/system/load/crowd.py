# SPDX-License-Identifier: BSD-2-Clause
"""Many people who log in over ssh at once, each on a terminal of his own."""
import math
import os
import re
import selectors
import time

import harness
import hosts
from harness import PROMPT

REFUSED = r"Too many codes sent"


# It begins when somebody opens that pipe for writing.
HELD = ["/bin/sh", "-c", 'read go < "$0"; exec "$@"']


class Person:
    """One login that waits at a pipe. Instants are those of the monotonic clock; None: not yet."""

    def __init__(self, server, user, pipe):
        self.user, self.shown, self.ref, self.status = user, "", None, None
        self.prompted = self.typed = self.inside = None
        self.refused = self.over = False
        self._authenticated = False
        self.terminal = hosts.Terminal(server.world, [
            *HELD, pipe, *server.command(user, "id -un", NumberOfPasswordPrompts=1)])

    @property
    def settled(self):
        """He has what the login begins with: a prompt, or no."""
        return self.prompted is not None or self.over

    @property
    def tries(self):
        """How many of his codes were wrong."""
        return self.shown.count("Wrong code")

    def type(self, code):
        if self.typed is None:
            self.typed = time.monotonic()
        self.terminal.type(code)

    def take(self):
        """Reads what there is. False at the end."""
        try:
            data = os.read(self.terminal.child_fd, 65536)
        except OSError:     # Of a terminal whose other end is closed.
            data = b""
        now = time.monotonic()
        if not data:
            self.over = True
            return False
        self.shown += data.decode("utf-8", "replace")
        if not self._authenticated and re.search("[Pp]assword[^:]*: ", self.shown):
            self._authenticated = True
            self.terminal.type(harness.PASSWORD)
        prompt = re.search(PROMPT, self.shown)
        if self.prompted is None and prompt:
            self.prompted, self.ref = now, prompt.group(1)
        if self.inside is None and f"\n{self.user}\r\n" in self.shown:
            self.inside = now
        self.refused = self.refused or re.search(REFUSED, self.shown) is not None
        return True


class Crowd:
    """Starts a login for each of these users, all in the same instant, and then listens to all of
    them."""

    def __init__(self, server, users):
        pipe = server.directory + "/start"
        os.mkfifo(pipe)
        self._selector = selectors.DefaultSelector()
        self.people = [Person(server, user, pipe) for user in users]
        for person in self.people:
            self._selector.register(person.terminal.child_fd, selectors.EVENT_READ, person)
        self.started = time.monotonic()
        os.close(os.open(pipe, os.O_WRONLY))

    def _listen(self, seconds):
        heard = []
        for key, _ in self._selector.select(seconds):
            if not key.data.take():
                self._selector.unregister(key.fd)
            heard.append(key.data)
        return heard

    def until(self, true, seconds, what, heard=lambda person: None):
        """Until true(person) for all; heard(person) is called for whoever has said something."""
        deadline = time.monotonic() + seconds
        while not all(map(true, self.people)):
            missing = [person for person in self.people if not true(person)]
            assert time.monotonic() < deadline, \
                f"{len(missing)} not within {seconds} s: {what}\n{missing[0].shown}"
            for person in self._listen(1):
                heard(person)

    def end(self):
        """Once all are over, and not meanwhile: to close a terminal takes pexpect a tenth of a second, in which it
        would not be seen what the others are told."""
        for person in self.people:
            person.status = person.terminal.ended()
            person.terminal.close()


def percentiles(figures, durations, what):
    """p50, p90, p99 and the longest of these seconds."""
    ordered = sorted(durations)
    for share in (50, 90, 99, 100):
        value = ordered[math.ceil(len(ordered) * share / 100) - 1]
        figures[f"s {what}, " + (f"p{share}" if share < 100 else "max")] = f"{value:.2f}"
