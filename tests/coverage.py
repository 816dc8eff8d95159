#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sums up what gcov counted: percent of lines and branches, by file, by directory, in all."""
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path


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


def main():
    lines, branches = counted(Path(sys.argv[1]))
    if not any(lines.values()):
        sys.exit("coverage: nothing was counted")
    table(lines, branches, lambda name: name)
    print()
    table(lines, branches, lambda name: os.path.dirname(name) or ".")
    table(lines, branches, lambda name: "in all")


if __name__ == "__main__":
    main()
