# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's own clock since boot, which time namespaces shift; another boot; and the wall clock in between. Codes,
lock-outs and budgets end when they shall, never early and never never."""
# pylint: disable=redefined-outer-name
import contextlib
import functools
import os
import uuid

import pytest

import harness
import hosts
import namespace

# How long ago the machine was started, before anything is shifted: nothing is ever before that.
NOW = 100000
LIFETIME, LOCK, WINDOW = 300, 1800, 600
# A place in a budget comes back up to a sixteenth of its window later; and tests take some time.
SLACK = 60
BOOT_ID = "/proc/sys/kernel/random/boot_id"
DAY = 86400


@pytest.fixture(scope="module", autouse=True)
def needs_time_namespaces(stage):  # pylint: disable=unused-argument
    if not namespace.has_boot_times():
        pytest.skip("this kernel has no time namespaces")


class Login(hosts.Daemon):
    """One that begins at that time since boot, and on the wall clock so many seconds from now."""

    def __init__(self, machine, at, wall=0):
        with open("/run/ahead/day", "w", encoding="ascii") as file:
            file.write(str(wall))
        super().__init__(machine.world, machine.program, "alice", how="unwatched",
                         environment={**hosts.ENVIRONMENT, "LD_PRELOAD": machine.clock},
                         before_exec=functools.partial(namespace.boot_time, at))


class Machine:
    """A machine whose logins begin when a test says."""

    def __init__(self, world, program, clock, tmp_path):
        self.world, self.program, self.clock, self._path = world, program, clock, tmp_path / "boot_id"
        world.configure(bind='"client"', code=f"{{ lifetime = {LIFETIME}; }}",
                        guesses=f"{{ per_conversation = 1; lock_after = 1; lock_for = {LOCK}; }}",
                        budget="{ cooldown = 0; user = { unredeemed = 8; }; phone = { unredeemed = 8; }; }")
        self._texts = 0

    def prompted(self, at, wall=0):
        """A login at its prompt, and the text that it sent."""
        login = Login(self, at, wall)
        login.says("prompt " + harness.PROMPT)
        self._texts += 1
        return login, self.world.text(self._texts)

    def refused(self, at, pattern, wall=0):
        """A login that gets no prompt."""
        login = Login(self, at, wall)
        login.says("error " + pattern)
        assert login.result() != 0
        self._end(login)

    def answer(self, login, code):
        """Whether that lets in."""
        login.type(code)
        lines = list(login.lines())
        self._end(login)
        return "result 0" in lines

    def abandon(self, login):
        login.leave()
        list(login.lines())
        self._end(login)

    @staticmethod
    def _end(login):
        login.close()
        login.process.wait(10)

    def lock(self, at):
        login, text = self.prompted(at)
        assert not self.answer(login, text.wrong())

    def lets_in(self, at, wall=0):
        login, text = self.prompted(at, wall)
        assert self.answer(login, text.code)

    @contextlib.contextmanager
    def another_boot(self):
        self._path.write_text(f"{uuid.uuid4()}\n")
        namespace.bind(str(self._path), BOOT_ID)
        try:
            yield
        finally:
            namespace.unbind(BOOT_ID)

    def finish(self):
        self.world.forget_log()
        self.world.expected_texts = self._texts


@pytest.fixture
def machine(world, daemon_host, clock, tmp_path):
    os.makedirs("/run/ahead", exist_ok=True)
    made = Machine(world, daemon_host, clock, tmp_path)
    yield made
    made.finish()


WALLS = [0, 3600, -3600, DAY, -DAY, -20000 * DAY, 20000 * DAY]


@pytest.mark.parametrize("wall", WALLS)
def test_code(machine, wall):
    """It is good as long as it lives, for logins that begin later, too, and no longer: whatever the wall clock says."""
    login, text = machine.prompted(NOW)
    machine.abandon(login)
    login, own = machine.prompted(NOW + LIFETIME - SLACK, wall)
    assert text.code != own.code and machine.answer(login, text.code)
    # Used, it is no good any more.
    login, _ = machine.prompted(NOW + LIFETIME - SLACK, wall)
    assert not machine.answer(login, text.code)


@pytest.mark.parametrize("wall", WALLS)
def test_code_that_has_expired(machine, wall):
    login, text = machine.prompted(NOW)
    machine.abandon(login)
    login, own = machine.prompted(NOW + LIFETIME + SLACK, wall)
    assert text.code != own.code and not machine.answer(login, text.code)


@pytest.mark.parametrize("wall", WALLS)
def test_lock(machine, wall):
    machine.lock(NOW)
    machine.refused(NOW + LOCK - SLACK, ".*: locked for .*", wall)
    machine.lets_in(NOW + LOCK + SLACK, wall)


@pytest.mark.parametrize("wall", WALLS)
def test_budget(machine, wall):
    machine.world.configure(budget="{ cooldown = 0; user = { unredeemed = 1; seconds = %d; }; }" % WINDOW)
    login, _ = machine.prompted(NOW)
    machine.abandon(login)
    machine.refused(NOW + WINDOW - SLACK, "Too many codes sent; .*", wall)
    machine.lets_in(NOW + WINDOW + SLACK, wall)


@pytest.mark.parametrize("wall", [0, -DAY, DAY])
def test_boot_clock_that_goes_back(machine, wall):
    """No kernel does that; a record put back from another machine looks like it. What is in the future becomes now:
    nobody is shut out for ever."""
    machine.lock(NOW)
    machine.refused(NOW - 3 * LOCK, ".*locked for 30 minutes.*", wall)
    machine.lets_in(NOW - 2 * LOCK + SLACK, wall)


@pytest.mark.parametrize("passed", [-20000 * DAY, -DAY, 0, LOCK - SLACK])
def test_lock_in_another_boot(machine, passed):
    """A wall clock that stood still or was set back while the machine was off ends no lock-out."""
    machine.lock(NOW)
    with machine.another_boot():
        machine.refused(NOW // 2, ".*: locked for .*", passed)
        machine.lets_in(NOW // 2 + LOCK + SLACK, passed)


def test_lock_that_has_ended_while_it_was_off(machine):
    machine.lock(NOW)
    with machine.another_boot():
        machine.lets_in(NOW // 2, LOCK + SLACK)


@pytest.mark.parametrize("wall", [0, -DAY])
def test_code_in_another_boot(machine, wall):
    """A code dies with its boot, and does not come back with it."""
    login, text = machine.prompted(NOW)
    machine.abandon(login)
    with machine.another_boot():
        login, _ = machine.prompted(NOW, wall)
        assert not machine.answer(login, text.code)


def test_code_across_a_boot(machine):
    """Not even at a prompt that was there before."""
    login, text = machine.prompted(NOW)
    with machine.another_boot():
        assert not machine.answer(login, text.code)
