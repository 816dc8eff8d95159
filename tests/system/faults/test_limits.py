# SPDX-License-Identifier: BSD-2-Clause
"""A host that may use little: of descriptors, memory, file size, time; and a disk that is full or
may not be written to."""
import contextlib
import os
import resource
import signal
import subprocess

import pytest

import harness

PAGE = 4096
# What the module needs to log a user in that it knows, and then some: the last of each list is
# enough for any login.
SWEEPS = {
    "RLIMIT_NOFILE": (list(range(3, 33)) + [64], []),
    "RLIMIT_FSIZE": ([0, 1, 511, 512, 4095, 4096, 4097, 8191, 8192, 65536, 1 << 20], []),
    "RLIMIT_AS": ([megabytes << 20 for megabytes in range(2, 49)] + [1 << 30], [signal.SIGSEGV,
                                                                                signal.SIGABRT]),
    "RLIMIT_DATA": ([kilobytes << 10 for kilobytes in range(64, 4097, 128)] + [1 << 30],
                    [signal.SIGSEGV, signal.SIGABRT]),
    "RLIMIT_STACK": ([kilobytes << 10 for kilobytes in (64, 96, 128, 192, 256, 512, 8192)],
                     [signal.SIGSEGV, signal.SIGKILL]),
    "RLIMIT_CPU": ([0, 1, 60], [signal.SIGXCPU, signal.SIGKILL]),
    "RLIMIT_NPROC": ([0, 1, 1000], []),
    "RLIMIT_MEMLOCK": ([0, PAGE, 1 << 20], []),
    "RLIMIT_CORE": ([0, 1 << 20], []),
}


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("kind", ["first", "again", "wrong"])
def test_limit(faulty, figures, kind, name):
    """As far as the limit lets it, and never further than a login may go. Where the kernel or a
    library ends a process that has no memory or no time left, it has not got in."""
    values, deadly = SWEEPS[name]
    number = getattr(resource, name)

    def explained(login):
        return -login.status in deadly and not login.success

    for value in values:
        def prepare(value=value):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(number, (value, value))
        login = faulty.try_one(kind, explained, before_exec=prepare)
        figures["limits"] += 1
    assert login.success or kind == "wrong", f"not even with {values[-1]}: {login.said}"
    faulty.finish()


@contextlib.contextmanager
def mounted(world, folder, *options):
    """A file system of its own for state or run, which some test fills or closes."""
    path = f"{world.base}/{folder}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(["mode=700", *options]), "tmpfs", path],
                   check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)
        world.forget_state()


def fill(path, left):
    """Leaves that many blocks of the file system."""
    free = os.statvfs(path).f_bavail
    with open(path + "/filler", "wb") as file:
        file.write(bytes(PAGE * max(0, free - left)))


@pytest.mark.parametrize("folder", ["state", "run"])
@pytest.mark.parametrize("kind", ["again", "wrong"])
def test_full(faulty, world, figures, kind, folder):
    """With room for 0, 1, 2… blocks more. Whom it knows is let in, or denied with nothing sent."""
    for left in range(0, 12):
        faulty.prepare("first")
        with mounted(world, folder, "size=2M") as path:
            faulty.clean()
            fill(path, left)
            login = faulty.login("wrong" if kind == "wrong" else "right")
            faulty.check(login)
            figures["full disks"] += 1
            os.unlink(path + "/filler")
            faulty.clean()
            faulty.check_records()
    faulty.finish()


@pytest.mark.parametrize("kind", ["first", "again"])
def test_read_only(faulty, world, kind):
    """A disk that the kernel has made read-only: nothing is sent, and nobody gets in. When it can
    be written to again, they do."""
    with mounted(world, "state") as path:
        if kind == "again":
            faulty.clean()
        texts = len(world.texts())
        subprocess.run(["mount", "-o", "remount,ro", path], check=True)
        login = faulty.login()
        faulty.check(login)
        assert not login.success and login.typed is None
        assert len(world.texts()) == texts
        subprocess.run(["mount", "-o", "remount,rw", path], check=True)
        faulty.clean()
        faulty.check_records()
    faulty.finish()


def test_read_only_at_the_prompt(faulty, world):
    """What happens between text and answer: a guess that cannot be counted is not compared."""
    def remount(how):
        subprocess.run(["mount", "-o", f"remount,{how}", path], check=True)

    with mounted(world, "state") as path:
        faulty.clean()
        login = faulty.login(before_answer=lambda: remount("ro"))
        assert login.typed == "right" and not login.success
        remount("rw")
        faulty.clean()
        faulty.check_records()
    faulty.finish()


def test_full_names_what_to_do(faulty, world):
    """The log names the file and the cause."""
    with mounted(world, "state", "size=2M") as path:
        faulty.clean()
        world.forget_log()
        os.unlink(f"{path}/users/{harness.uid('alice')}")
        fill(path, 0)
        login = faulty.login()
        assert not login.success
        assert any("reason=state" in line and "users" in line for line in world.log_lines())
    faulty.finish()
