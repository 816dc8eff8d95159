# SPDX-License-Identifier: BSD-2-Clause
"""Logins to which something happens, and what may become of them.

The model: whoever gets in has typed the code that his phone got, and it is used up in the record
by then. Whoever was told that a code is wrong has it counted in the record. Whatever else happens,
the next login, to which nothing happens, gets in: nothing is half-written and no lock is held.
"""
import dataclasses
import re
import signal
import struct

import harness
import hosts
import invariants
from harness import PROMPT, until

USER = "alice"
# As many logins as a record counts texts of, with room for what is done between them.
LOGINS_OF_A_RECORD = 8
SEND_TIMEOUT = 6


class Codes(invariants.Record):
    """codes/UID, as docs/FORMATS.md has it: the states of its codes, oldest first."""

    def __init__(self, path):  # pylint: disable=super-init-not-called
        slot = self.newest(path)
        count, = struct.unpack_from(">I", slot, 56 + 16)
        self.states = [struct.unpack_from(">I", slot, 56 + 24 + 248 * number + 16)[0]
                       for number in range(count)]


USED = 2


@dataclasses.dataclass
class Login:
    """What became of one login."""
    status: int             # exit status of its process, or minus the signal
    result: int | None      # what pam_authenticate returned; None: the process did not get there
    said: list              # every line of the conversation
    typed: str | None       # "right", "wrong", or None: there was no prompt with a code to type
    trace: str = ""

    @property
    def success(self):
        return self.result == 0 or self.status == 0

    @property
    def crashed(self):
        return self.status < 0


class Logins:
    """Starts logins of one user, and holds them to the model. `kind`: "first" is that of a user of
    whom nothing is known, "again" that of one who has logged in before, "wrong" one with a wrong
    code after which nobody answers."""

    def __init__(self, world, program):
        self.world, self.program = world, program
        self.done = self.successes = self.wrong = 0
        limits = "{ unredeemed = 32; daily = 64; }"
        world.configure(
            budget=f"{{ cooldown = 0; user = {limits}; phone = {limits}; "
                   "client = { unredeemed = 1000; }; host = { unredeemed = 30000; }; }",
            send_timeout=str(SEND_TIMEOUT))

    # --- one login -------------------------------------------------------------------------------

    def login(self, answer="right", trace=None, before_answer=None, started=None,
              **options):
        """One login with what `options` say of hosts.Daemon; the conversation is held as a person
        with that phone would hold it, who calls before_answer() before he types the code.
        started(pid) is called at once."""
        texts = len(self.world.texts())
        daemon = hosts.Daemon(self.world, self.program, USER, how="unwatched", **options)
        if started is not None:
            started(daemon.process.pid)
        said, typed, result = [], None, None
        for line in daemon.lines():
            said.append(line)
            match = re.fullmatch("prompt " + PROMPT, line)
            if line.startswith("result "):
                result = int(line.split()[1])
            elif line.startswith("prompt ") and (typed is not None or match is None):
                daemon.leave()
            elif match:
                text = self._text(match.group(1), texts)
                if before_answer is not None:
                    before_answer()
                if text is not None and daemon.try_to_type(
                        text.code if answer == "right" else text.wrong()):
                    typed = answer
                else:
                    daemon.leave()
        daemon.close()
        status = daemon.process.wait(SEND_TIMEOUT + 10)
        content = ""
        if trace is not None:
            with open(trace, encoding="utf-8", errors="replace") as file:
                content = file.read()
        return Login(status, result, said, typed, content)

    def _text(self, ref, after):
        try:
            return self.world.text_of(ref, SEND_TIMEOUT, after)
        except AssertionError:
            return None         # What it takes to send it has failed.

    def clean(self):
        """A login to which nothing happens: it gets in."""
        login = self.login()
        assert login.success, f"a login to which nothing happened: {login.said}"
        self.successes += 1
        assert self._is_used(), "got in, and the code is not used up"

    # --- one after another -----------------------------------------------------------------------

    def prepare(self, kind):
        """What is known of the user before the next login of that kind."""
        if kind == "first" or self.done % LOGINS_OF_A_RECORD == 0:
            self.world.forget_state()
            self.wrong = 0
            if kind != "first":
                self.clean()
        self.done += 1

    def try_one(self, kind, may_crash=None, **options):
        """One login of that kind with something happening to it, the model, and a login to which
        nothing happens. Crashes fail, but for those that may_crash(login) explains."""
        self.prepare(kind)
        login = self.login("wrong" if kind == "wrong" else "right", **options)
        self.check(login, may_crash)
        until(lambda: not self.world.helpers(), SEND_TIMEOUT + 3, "the end of keeper and helper")
        self.clean()
        self.wrong = 0
        return login

    def check(self, login, may_crash=None):
        """What the model says of a login."""
        shown = "\n".join([*login.said, login.trace[-2000:]])
        assert not login.crashed or may_crash is not None and may_crash(login), \
            f"killed by {signal.Signals(-login.status).name}:\n{shown}"
        assert not (login.success and login.typed != "right"), f"got in without a code:\n{shown}"
        if login.success:
            self.successes += 1
            assert self._is_used(), f"got in, and the code is not used up:\n{shown}"
        # A right code forgets the wrong ones, also of a login that ended before it could say so.
        if login.success or (login.typed == "right" and login.result is None and self._is_used()):
            self.wrong = 0
        self.wrong += sum("Wrong code" in line for line in login.said)
        if self.wrong:
            recorded = invariants.records(self.world, "users")[str(harness.uid(USER))].failures
            assert recorded >= self.wrong, f"{self.wrong} wrong codes, {recorded} recorded:\n{shown}"

    def _is_used(self):
        """Whether the code that was sent last is used up."""
        states = Codes(f"{self.world.base}/run/codes/{harness.uid(USER)}").states
        return bool(states) and states[-1] == USED

    def check_records(self):
        """What the records must say of what was logged and texted since they were made."""
        invariants.check_failures(self.world)
        invariants.check_texts(self.world)

    def finish(self):
        """For the checks at the end of every test; what was logged cannot be foretold."""
        assert self.successes <= len(self.world.texts())
        self.world.helpers_may_log = True
        self.world.forget_log()
        self.world.expected_texts = len(self.world.texts())
