#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tests of one build, shows what they say, and sums them up: "N passed, N failed".

Every program runs in a process group of its own and within a bounded time; what is left of the
group when it ends, or when its time is over, is killed. A program that ends without saying how
many of its tests passed has failed, whatever its exit status.
"""
import argparse
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from pathlib import Path

UNIT_SECONDS = 300
SCRIPTS_SECONDS = 900
VALGRIND_SECONDS = 1500
SYSTEM_SECONDS = 2400
LINT_SECONDS = 1200
SANITIZERS = {"LSAN_OPTIONS": "suppressions=tests/lsan.supp:print_suppressions=0",
              "UBSAN_OPTIONS": "print_stacktrace=1"}


class Sum:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def say(text):
    print(text, flush=True)


def title(text):
    say(f"\n== {text}")


def run(command, log, seconds, live, env=None):
    """Runs command, its output in log (and on ours if live); returns exit status and output."""
    output = bytearray()
    if not shutil.which(command[0]):
        return 127, f"{command[0]}: there is no such program\n"
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True,
                               env={**os.environ, **SANITIZERS, **(env or {})})
    os.set_blocking(process.stdout.fileno(), False)
    deadline = time.monotonic() + seconds
    late = False
    with open(log, "wb") as copy, selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)

        def take():
            data = process.stdout.read()
            if data:
                output.extend(data)
                copy.write(data)
                copy.flush()
                if live:
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
            return data

        try:
            # Not until the end of the pipe: a process that was left behind would hold it open.
            while process.poll() is None and not late:
                if selector.select(0.2) and take() == b"":
                    process.wait(max(0.1, deadline - time.monotonic()))
                late = time.monotonic() > deadline
            take()
        except subprocess.TimeoutExpired:
            late = True
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    text = output.decode(errors="replace")
    if late:
        return None, text + f"\nnot finished after {seconds} s\n"
    return process.returncode, text


def ending(status):
    if status is None:
        return "not finished in time"
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


class Tests:
    def __init__(self, build, seconds):
        self.build, self.seconds = build, seconds
        self.logs = build / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.sum = Sum()

    def say_not_run(self, what, why):
        say(f"skipped {what}: {why}")
        self.sum.add(0, 0, 1)

    def unit(self):
        title("unit tests")
        sources = sorted(Path("tests/unit").glob("test_*.c"))
        programs = [self.build / "unit" / source.stem for source in sources]
        for program in programs:
            status, text = run([str(program.resolve())], self.logs / f"{program.name}.log",
                               UNIT_SECONDS, live=False, env={"CMOCKA_MESSAGE_OUTPUT": "TAP"})
            self.unit_result(program.name, status, text)
        if not programs:
            say("FAILED: there are none")
            self.sum.add(0, 1)

    def unit_result(self, name, status, text):
        # cmocka writes a skipped test as "not ok 5 # SKIP name".
        skipped = len(re.findall(r"^(?:not )?ok \d+ # SKIP\b", text, re.M))
        passed = len(re.findall(r"^ok \d+(?! # SKIP\b)", text, re.M))
        failed = len(re.findall(r"^not ok(?! \d+ # SKIP\b)", text, re.M))
        planned = sum(int(n) for n in re.findall(r"^1\.\.(\d+)$", text, re.M))
        why = ""
        if planned == 0 or passed + failed + skipped < planned:
            failed += max(1, planned - passed - failed - skipped)
            why = ", not all of its tests ended"
        elif status != 0 and failed == 0:
            failed += 1
        self.sum.add(passed, failed, skipped)
        if failed:
            say(f"FAILED {name}: {failed} of {max(planned, failed)} tests, {ending(status)}{why}:")
            say("".join(f"    {line}\n" for line in text.splitlines()).rstrip())
        else:
            say(f"ok {name}: {passed} tests" + (f", {skipped} skipped:" if skipped else ""))
        if skipped and not failed:
            for line in re.findall(r"^.*\bskip.*$", text, re.M | re.I):
                say(f"    {line}")

    def scripts(self, prefix, log, seconds):
        scripts = sorted(Path("tests/pam/scripts").glob("*.script"))
        runner = str((self.build / "pam" / "runner").resolve())
        command = prefix + [runner] + [str(path) for path in scripts]
        status, text = run(command, self.logs / log, seconds, live=True)
        last = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.M)
        if not scripts or not last:
            say(f"FAILED: {ending(status)} without a summary; the output is in {self.logs / log}")
            self.sum.add(0, 1)
            return
        passed, failed, skipped = (int(number or 0) for number in last[-1])
        if status != 0 and failed == 0:
            say(f"FAILED: {ending(status)}; the output is in {self.logs / log}")
            failed = 1
        self.sum.add(passed, failed, skipped)

    def conversations(self):
        title("conversations through libpam")
        self.scripts([], "conversations.log", SCRIPTS_SECONDS)

    def valgrind(self):
        title("conversations under valgrind")
        if not shutil.which("valgrind"):
            self.say_not_run("valgrind", "it is not installed (make deps)")
            return
        self.scripts(["valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
                      "--errors-for-leak-kinds=definite,indirect", "--child-silent-after-fork=yes",
                      "--suppressions=tests/valgrind.supp"],
                     "valgrind.log", VALGRIND_SECONDS)

    def shell(self, scripts):
        for script in scripts:
            status, text = run([script], self.logs / f"{Path(script).stem}.log", LINT_SECONDS,
                               live=True, env={"O": str(self.build)})
            passed = len(re.findall(r"^ok ", text, re.M))
            failed = len(re.findall(r"^FAILED ", text, re.M))
            skipped = len(re.findall(r"^skipped ", text, re.M))
            if (status == 0) != (failed == 0) or passed + failed + skipped == 0:
                say(f"FAILED {script}: {ending(status)}")
                failed += 1
            self.sum.add(passed, failed, skipped)

    def lint(self):
        title("mechanical checks")
        self.shell(["tests/lint/includes.sh", "tests/lint/symbols.sh", "tests/lint/text.sh"])

    def install(self):
        title("make install and uninstall")
        self.shell(["tests/install.sh"])

    def lint_tools(self):
        title("analysers")
        self.shell(["tests/lint/tools.sh"])

    def system(self):
        title("systems: real programs on ptys")
        report = self.logs / "system.xml"
        report.unlink(missing_ok=True)
        # pytest would keep the folders of its last runs.
        with tempfile.TemporaryDirectory(prefix="smsotp-system-") as scratch:
            command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no",
                       "-v", "-rs", f"--basetemp={scratch}/pytest", f"--junitxml={report}",
                       "tests/system"]
            status, _ = run(command, self.logs / "system.log", SYSTEM_SECONDS, live=True,
                            env={"PYTHONDONTWRITEBYTECODE": "1"})
        try:
            suites = list(xml.etree.ElementTree.parse(report).iter("testsuite"))
        except (OSError, xml.etree.ElementTree.ParseError):
            suites = []
        count = {key: sum(int(suite.get(key, 0)) for suite in suites)
                 for key in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        if count["tests"] == 0 or (status != 0 and failed == 0):
            say(f"FAILED: pytest, {ending(status)}; the output is in {self.logs / 'system.log'}")
            failed += 1
        passed = max(0, count["tests"] - count["failures"] - count["errors"] - count["skipped"])
        self.sum.add(passed, failed, count["skipped"])

    def fuzz(self):
        title(f"fuzzers, {self.seconds} s each")
        for source in sorted(Path("tests/fuzz").glob("fuzz_*.c")):
            self.fuzz_one(source.stem)

    def fuzz_one(self, name):
        corpus = [f"tests/fuzz/corpus/{name.removeprefix('fuzz_')}"]
        if name == "fuzz_description":
            corpus.append("conf/api")
        # What is found in passing goes into a folder of its own: the seeds stay as they were
        # written.
        with tempfile.TemporaryDirectory(prefix="smsotp-fuzz-") as folder:
            found = Path(folder) / "found"
            found.mkdir()
            command = [str((self.build / "fuzz" / name).resolve()), "-timeout=10",
                       f"-max_total_time={self.seconds}", "-rss_limit_mb=2048",
                       "-print_final_stats=1", f"-artifact_prefix={self.logs.resolve()}/{name}-",
                       str(found), *corpus]
            status, text = run(command, self.logs / f"{name}.log", self.seconds + 120, live=False,
                               env={"SMSOTP_FUZZ_DIR": folder})
        runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
        coverage = re.findall(r"cov: (\d+)", text)
        if status == 0 and runs:
            say(f"ok {name}: {runs.group(1)} runs, {coverage[-1] if coverage else '?'} edges")
            self.sum.add(1, 0)
            return
        say(f"FAILED {name}: {ending(status)}; the end of its output:")
        say("\n".join(f"    {line}" for line in text.splitlines()[-60:]))
        self.sum.add(0, 1)


PARTS = {"lint": Tests.lint, "install": Tests.install, "unit": Tests.unit,
         "conversations": Tests.conversations, "valgrind": Tests.valgrind, "system": Tests.system,
         "lint-tools": Tests.lint_tools, "fuzz": Tests.fuzz}
CHECK = ["lint", "install", "unit", "conversations", "valgrind", "system"]
SANITIZED = ["unit", "conversations"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=Path, help="folder of the build under test")
    parser.add_argument("--sanitized", action="store_true", help="it was built with sanitizers")
    parser.add_argument("--seconds", type=int, default=20, help="how long each fuzzer runs")
    parser.add_argument("part", nargs="*",
                        help=f"of {', '.join(PARTS)}; default: {', '.join(CHECK)}")
    options = parser.parse_args()
    parts = options.part or (SANITIZED if options.sanitized else CHECK)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]}")

    # As ^C does: whatever ends this, the program that is running does not outlive it.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    tests = Tests(options.build, options.seconds)
    if os.geteuid() != 0:
        say("Not root: tests that need root are skipped; each says so.")
    if options.sanitized:
        say("With sanitizers only unit and conversation tests run: sshd, sudo, su and login cannot")
        say("load a sanitized module, and valgrind would look for the same.")
    for part in parts:
        began = time.monotonic()
        PARTS[part](tests)
        say(f"-- {time.monotonic() - began:.0f} s")
    say(f"\n{tests.sum.line()}")
    return 1 if tests.sum.failed else 0


if __name__ == "__main__":
    sys.exit(main())
