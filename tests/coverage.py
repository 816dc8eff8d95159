#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the tests reach: percent of lines and branches, by file, by directory, in all.

    coverage.py BUILD --begin    makes the file into which the processes of this build count
    coverage.py BUILD            sums it up; exit status 1 while it is less than TARGETS
    coverage.py BUILD FILE...    shows what is not reached of these files, line by line

Every line and every branch counts that gcov finds in pam_smsotp.c and src/, those of headers too;
nothing is marked to be left out. A branch is one way out of one condition, so "a && b" has four.
"""
import argparse
import json
import os
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

TARGETS = (("lines", 92), ("branches", 85))

# As in coverage.c.
SLOTS, SLOT, WORDS = 1024, 32768, 512
HEAD = struct.Struct("=III")
SLOT_HEAD = struct.Struct("=QII488s")


def begin(counts):
    """A new file each time: a process of an earlier run would go on counting in the old one."""
    counts.unlink(missing_ok=True)
    with open(counts, "wb") as file:
        file.truncate(SLOT + SLOTS * SLOT)
    # The users of the tests run smsotpctl, too.
    counts.chmod(0o666)


def write_gcda(build, counts):
    """Of what the processes counted, the files that gcov reads."""
    for old in build.glob("obj/**/*.gcda"):
        old.unlink()
    data = counts.read_bytes()
    begun, ended, too_few = HEAD.unpack_from(data)
    if too_few:
        sys.exit("coverage: a process has more to add than coverage.c has room for")
    if begun != ended:
        print(f"coverage: {begun - ended} of {begun} processes were killed, or are, while they "
              "added what they counted: it may be off by as much")
    for at in range(SLOT, len(data), SLOT):
        used, length, too_small, name = SLOT_HEAD.unpack_from(data, at)
        if not used or not length:
            continue
        path = Path(os.fsdecode(name.rstrip(b"\0")))
        if too_small:
            sys.exit(f"coverage: {path} has more to count than a slot of coverage.c holds")
        path.write_bytes(data[at + WORDS:at + WORDS + 4 * length])


def counted(build):
    """(file, line) → was it run; (file, line, branch) → was it taken; of the product's objects."""
    lines, branches = {}, {}
    for notes in sorted(list(build.glob("obj/src/**/*.gcno")) + list(build.glob("obj/*.gcno"))):
        command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(notes)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL).stdout
        for text in output.decode().splitlines():
            for file in json.loads(text)["files"]:
                take(file, lines, branches)
    return lines, branches


def take(file, lines, branches):
    name = os.path.relpath(file["file"])
    if name.startswith(("..", "tests/")):
        return
    for line in file["lines"]:
        place = (name, line["line_number"])
        lines[place] = lines.get(place, False) or line["count"] > 0
        for number, branch in enumerate(line["branches"]):
            place = (name, line["line_number"], number)
            branches[place] = branches.get(place, False) or branch["count"] > 0


def group(results, key):
    sums = defaultdict(lambda: [0, 0])
    for place, reached in results.items():
        sums[key(place[0])][0] += reached
        sums[key(place[0])][1] += 1
    return sums


def percent(pair):
    return f"{100 * pair[0] / pair[1]:6.1f} %" if pair[1] else "      - "


def table(lines, branches, key):
    by_line, by_branch = group(lines, key), group(branches, key)
    for name in sorted(by_line):
        print(f"{name:36}{percent(by_line[name])} of {by_line[name][1]:5} lines"
              f"{percent(by_branch[name])} of {by_branch[name][1]:5} branches")


def verdict(lines, branches):
    """Prints the targets; were they reached?"""
    good = True
    for (what, target), results in zip(TARGETS, (lines, branches)):
        reached = 100 * sum(results.values()) / len(results)
        good = good and reached >= target
        print(f"target: {target} % of {what}: "
              f"{'reached' if reached >= target else 'MISSED'} ({reached:.1f} %)")
    return good


def show_missing(lines, branches, names):
    """Of each line that was not run, and of each with a branch not taken: which, and its text."""
    missing = defaultdict(list)
    for place, taken in branches.items():
        if not taken and place[0] in names:
            missing[place[:2]].append(str(place[2]))
    for place, run in lines.items():
        if not run and place[0] in names:
            missing[place] = ["not run"]
    for (name, line), what in sorted(missing.items()):
        text = Path(name).read_text(encoding="utf-8").splitlines()[line - 1].strip()
        what = what[0] if what == ["not run"] else "branch " + ",".join(what)
        print(f"{name}:{line}: {what}: {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="folder of the build, in which all is counted")
    parser.add_argument("--begin", action="store_true", help="nothing is counted yet")
    parser.add_argument("file", nargs="*", help="show what is not reached of these")
    options = parser.parse_args()
    counts = options.build / "counts"
    if options.begin:
        begin(counts)
        return
    write_gcda(options.build, counts)
    lines, branches = counted(options.build)
    if not any(lines.values()):
        sys.exit("coverage: nothing was counted")
    if options.file:
        show_missing(lines, branches, {os.path.relpath(name) for name in options.file})
        return
    table(lines, branches, lambda name: name)
    print()
    table(lines, branches, lambda name: os.path.dirname(name) or ".")
    table(lines, branches, lambda name: "in all")
    print()
    if not verdict(lines, branches):
        sys.exit(1)


if __name__ == "__main__":
    main()
