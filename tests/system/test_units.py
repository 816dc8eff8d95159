# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-prune.service and its timer: what systemd says of them, and that smsotpctl prune can do its
work with the rights that are left to it."""
import glob
import os
import re
import shutil
import subprocess

import pytest

import hosts

ANALYZE = "/usr/bin/systemd-analyze"

pytestmark = pytest.mark.skipif(not os.path.exists(ANALYZE), reason="systemd is not installed")


def analyze(*arguments):
    done = subprocess.run([ANALYZE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def units(world):
    world.expected_texts = 0
    found = sorted(glob.glob(world.stage.root + "/usr/lib/systemd/system/smsotp-*"))
    assert [os.path.basename(path) for path in found] == \
        ["smsotp-prune.service", "smsotp-prune.timer"]
    return found


def setting(path, key):
    with open(path, encoding="utf-8") as file:
        return re.findall(rf"^{key}=(.*)$", file.read(), re.M)


def test_clean(units):
    assert analyze("verify", "--man=no", *units) == ""


def test_paths_are_those_of_the_build(world, units):
    service, timer = units
    root = world.stage.root
    assert setting(service, "ExecStart") == [f"{world.stage.ctl} prune"]
    assert setting(service, "ReadWritePaths") == [f"-{root}/var/lib/smsotp -{root}/run/smsotp"]
    assert setting(service, "ConditionPathExists") == [f"{root}/etc/smsotp/smsotp.conf"]
    assert setting(timer, "OnCalendar") == ["daily"] and setting(timer, "RandomizedDelaySec")


def test_exposure(units):
    """systemd's own scale: below 2 is as good as it gets for what runs as root with a network."""
    said = analyze("security", "--offline=true", "--threshold=20", units[0])
    print(re.search("Overall exposure level.*", said).group(0))


def allowed(name):
    """The system calls of a group, as systemd has them."""
    lines = [line.split("#")[0].strip() for line in analyze("syscall-filter", name).splitlines()[1:]]
    return {call for line in lines if line for call in
            (allowed(line) if line.startswith("@") else {line})}


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_prunes_with_what_is_left(world, daemon_host, machine, units):
    """Without capabilities, and without a system call that the filter forbids."""
    kept, taken = setting(units[0], "SystemCallFilter")
    assert taken.startswith("~") and setting(units[0], "CapabilityBoundingSet") == [""]
    daemon = hosts.Daemon(world, daemon_host, "alice")
    daemon.says("prompt .*")
    daemon.type(world.text().code)
    assert daemon.ended() == 0
    # It goes with the machine's /etc.
    world.services.clear()
    world.expect_log("text accepted", "accepted code")
    world.records_removed()
    machine.run("userdel alice")
    done = subprocess.run(
        ["setpriv", "--bounding-set=-all", "--no-new-privs", "strace", "-f", "-qq", "-o",
         world.base + "/calls", world.stage.ctl, f"--conf={world.base}/smsotp.conf", "prune"],
        env=hosts.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        timeout=60, check=True)
    assert done.stdout == "Removed: 1 users, 0 phones.\n"
    with open(world.base + "/calls", encoding="utf-8") as file:
        calls = set(re.findall(r"^\d+ +(\w+)\(", file.read(), re.M))
    assert "unlinkat" in calls
    assert calls <= allowed(kept) - set().union(*map(allowed, taken[1:].split()))
    world.expected_texts = 1
