# SPDX-License-Identifier: BSD-2-Clause
"""What /proc tells of a program's processes, in a form that is the same for every run of it."""
import os
import re

import harness

STATUS = ["Name", "Uid", "Gid", "Groups", "Umask", "Threads", "NoNewPrivs", "Seccomp",
          "SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd",
          "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]


def _read(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as file:
        return file.read()


def _plain(text):
    """Without what differs between two runs: numbers of processes, ports, terminals, inodes."""
    return re.sub(r"\d+", "N", text)


def _process(pid, log):
    status = dict(line.split(":\t", 1) for line in _read(pid, "status").splitlines())
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    fds = sorted(_plain(link) for link in links if link not in log)
    return {**{key: status[key] for key in STATUS}, "limits": _read(pid, "limits"),
            "cwd": os.readlink(f"/proc/{pid}/cwd"), "root": os.readlink(f"/proc/{pid}/root"),
            "fds": fds, "environment": sorted(_plain(_read(pid, "environ")).split("\0"))}


def _datagram_sockets():
    """libc's connection to the log, which whoever logs something has from then on; the module's own
    sockets are of another type."""
    with open("/proc/net/unix", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return {f"socket:[{row[6]}]" for row in rows if row[4] == "0002"}


def _below(top):
    """{place: process} of `top` and all below it, in the order of their start; None while one of
    them is at work."""
    children, at_work = {}, set()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            state, parent = re.search(r"\) (\S) (\d+)", _read(entry, "stat")).groups()
        except (FileNotFoundError, ProcessLookupError):     # it has ended meanwhile
            continue
        children.setdefault(int(parent), []).append(int(entry))
        if state != "S":
            at_work.add(int(entry))

    def places(pid, place):
        yield place, pid
        for number, child in enumerate(sorted(children.get(pid, [])), 1):
            yield from places(child, f"{place}.{number}")
    found = dict(places(top, "process"))
    return None if at_work & set(found.values()) else found


def processes(top):
    """{what: how it is} of the process `top` and all below it once they wait for something: what
    they have on the way there, a pipe to a child that starts, say, is seen in some runs only."""
    found = harness.until(lambda: _below(top), 10, "processes at rest")
    log = _datagram_sockets()
    return {f"{place}: {what}": how for place, pid in found.items()
            for what, how in _process(pid, log).items()}
