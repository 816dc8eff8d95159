# SPDX-License-Identifier: BSD-2-Clause
"""Every allocation of the host process fails in turn: libpam's, the module's, its libraries'."""
import itertools
import re

import pytest

import hosts

# libconfig aborts, or goes on with what it did not get, and the name service of glibc does not look
# either: so it is in any program that uses them. Nobody gets in by it, and a host that has no
# memory for a configuration of some kilobytes has none for a login.


def of_others(callers):
    """Whether libconfig or the name service asked for the memory that was not to be had."""
    lines = [line.rsplit(" ", 1) for line in callers.splitlines()]
    libc = list(itertools.takewhile(lambda line: "/libc.so" in line[0], lines))
    beyond = lines[len(libc)][0] if len(lines) > len(libc) else ""
    return "/libconfig.so" in beyond or any(re.search("nss|getpw|getgr", name) for _, name in libc)


@pytest.mark.parametrize("kind", ["first", "again", "wrong"])
def test_each_allocation_fails(faulty, scarce, tmp_path, figures, kind):
    mark = tmp_path / "mark"
    crashes = 0

    def explained(login):
        nonlocal crashes
        crashes += 1
        assert of_others(mark.read_text("utf-8")), mark.read_text("utf-8")
        return not login.success

    for number in itertools.count(1):
        mark.unlink(missing_ok=True)
        login = faulty.try_one(kind, explained, environment={
            **hosts.ENVIRONMENT, "LD_PRELOAD": scarce, "SCARCE_AT": str(number),
            "SCARCE_MARK": str(mark)})
        if not mark.exists():
            assert login.success or kind == "wrong"
            break
        figures[f"failed allocations, {kind}"] += 1
    figures[f"of these ended the process in libconfig or libc, {kind}"] += crashes
    assert number > 100
    faulty.finish()
