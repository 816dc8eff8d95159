# SPDX-License-Identifier: BSD-2-Clause
"""What /proc tells of a program's processes, in a form that is the same for every run of it."""
import os
import re

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


def processes(top):
    """{what: how it is} of the process `top` and all below it, in the order of their start."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        parent = int(re.search(r"\) \S (\d+)", _read(entry, "stat")).group(1))
        children.setdefault(parent, []).append(int(entry))

    found, log = {}, _datagram_sockets()

    def describe(pid, place):
        found.update({f"{place}: {what}": how for what, how in _process(pid, log).items()})
        for number, child in enumerate(sorted(children.get(pid, [])), 1):
            describe(child, f"{place}.{number}")
    describe(top, "process")
    return found
