#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the tests notice what mutations.py breaks? Prints a line for each, and the survivors.

Each mutation is made in a copy of the sources, and built; then the unit tests of that file run,
then the scripted conversations, then all other unit tests, until one fails. A mutation that does
not compile or does not find its text once is an error of mutations.py. With --check only that each
finds its text is looked at.
"""
import argparse
import concurrent.futures
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from mutations import MUTATIONS  # noqa: E402

SOURCES = ["Makefile", "pam_smsotp.c", "src", "conf", "docs", "tests"]
UNIT_SECONDS, SCRIPTS_SECONDS, BUILD_SECONDS = 120, 400, 900
NEVER_ENDED = "(never ended)"
# Few at a time: a failing group ends the search.
SCRIPTS_AT_ONCE = 24
# They look for what grows from login to login, which no mutation here is about, and take long.
LEAKS = re.compile(r"-(hundred|thousand|sixty)-times$|-(hundred|thousand)-")


def misplaced():
    """What is wrong with the list itself."""
    for mutation in MUTATIONS:
        count = Path(mutation.file).read_text("utf-8").count(mutation.old)
        if count != 1:
            yield f"{mutation.file}: {count} times: {mutation.old!r}"


class Copy:
    """One copy of the sources, in which one mutation is made at a time."""

    def __init__(self, root):
        self.root = Path(root)
        self.root.mkdir()
        for name in SOURCES:
            if os.path.isdir(name):
                shutil.copytree(name, self.root / name, symlinks=True)
            else:
                shutil.copy2(name, self.root / name)
        self.make("stage", "test-programs")

    def _run(self, command, seconds, **environment):
        """Whether it succeeds in time, and its output; a test that does not end has noticed."""
        # timeout(1) ends what the command has started, too.
        done = subprocess.run(["timeout", "-k", "5", str(seconds), *command], cwd=self.root,
                              check=False, env={**os.environ, **environment},
                              start_new_session=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = done.stdout.decode("utf-8", "replace")
        return done.returncode == 0, output + NEVER_ENDED * (done.returncode in (124, 137))

    def make(self, *goals):
        stage = self.root / "stage"
        good, output = self._run(
            ["make", "-s", "--no-print-directory", "-j2", f"PREFIX={stage}/usr",
             f"SYSCONFDIR={stage}/etc", f"STATEDIR={stage}/var/lib/smsotp",
             f"RUNDIR={stage}/run/smsotp", "DESTDIR=", "SANITIZE=", *goals], BUILD_SECONDS)
        if not good:
            raise SystemExit(f"mutate: it does not build:\n{output}")

    def units(self, stem, own):
        """The unit tests of that source file, or all the others."""
        parts = stem.split("_")
        names = {"test_" + "_".join(parts[:length + 1]) for length in range(len(parts))}
        for source in sorted((self.root / "tests/unit").glob("test_*.c")):
            if any(source.stem == name or source.stem.startswith(name + "_")
                   for name in names) == own:
                yield source.stem

    def first_to_notice(self, stem):
        for own in True, False:
            for unit in self.units(stem, own):
                self.make(f"build/unit/{unit}")
                good, output = self._run([f"build/unit/{unit}"], UNIT_SECONDS)
                if not good:
                    return f"{unit} {NEVER_ENDED}" if output.endswith(NEVER_ENDED) else unit
            if own:
                self.make("stage")
                failed = self._scripts(stem)
                if failed:
                    return failed
        return None

    def _scripts(self, stem):
        paths = sorted(str(path.relative_to(self.root))
                       for path in (self.root / "tests/pam/scripts").glob("*.script")
                       if not LEAKS.search(path.stem))
        for first in range(0, len(paths), SCRIPTS_AT_ONCE):
            good, output = self._run(["build/pam/runner", *paths[first:first + SCRIPTS_AT_ONCE]],
                                     SCRIPTS_SECONDS, SMSOTP_STAGE=str(self.root / "stage"))
            if not good:
                failed = re.search(r"^FAILED (?:tests/pam/scripts/)?(\S+?)(?:\.script)?:?( |$)",
                                   output, re.M)
                return failed.group(1) if failed else f"a script after {stem}"
        return None

    def try_one(self, mutation):
        """Which test notices it, or None."""
        path = self.root / mutation.file
        text = path.read_text("utf-8")
        path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        try:
            return self.first_to_notice(path.stem)
        finally:
            path.write_text(text, "utf-8")


def run(copies, mutation):
    copy = copies.get()
    began = time.monotonic()
    try:
        return copy.try_one(mutation), time.monotonic() - began
    finally:
        copies.put(copy)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only looks whether each can be made")
    parser.add_argument("--jobs", type=int, default=min(4, len(os.sched_getaffinity(0))))
    parser.add_argument("pattern", nargs="?", default="", help="of the file or what is wrong")
    options = parser.parse_args()
    wrong = list(misplaced())
    if wrong:
        print("\n".join(wrong))
        return 2
    if options.check:
        return 0
    chosen = [mutation for mutation in MUTATIONS
              if re.search(options.pattern, f"{mutation.file} {mutation.wrong}")]
    survivors = []
    with tempfile.TemporaryDirectory(prefix="smsotp-mutation-") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        copies = queue.Queue()
        for number in range(options.jobs):
            copies.put(Copy(f"{folder}/{number}"))
        futures = {pool.submit(run, copies, mutation): mutation for mutation in chosen}
        for future in concurrent.futures.as_completed(futures):
            mutation, (noticed, seconds) = futures[future], future.result()
            if not noticed:
                survivors.append(mutation)
            print(f"{noticed or 'SURVIVED':40} {seconds:4.0f} s  {mutation.file}: {mutation.wrong}",
                  flush=True)
    explained = [mutation for mutation in survivors if mutation.survives]
    print(f"\n{len(chosen)} mutations, {len(chosen) - len(survivors)} noticed, "
          f"{len(survivors)} survived, {len(explained)} of these explained")
    for mutation in survivors:
        print(f"  {mutation.file}: {mutation.wrong}: {mutation.survives or 'NOT EXPLAINED'}")
    return 1 if len(explained) < len(survivors) else 0


if __name__ == "__main__":
    sys.exit(main())
