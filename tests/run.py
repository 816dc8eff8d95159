#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tests of one build, shows what they say, and sums them up: "N passed, N failed".

Every program runs in a process group of its own and within a bounded time; what is left of the
group when it ends, or when its time is over, is killed. A program that ends without saying how
many of its tests passed has failed, whatever its exit status. One program more runs at once than
there are processors, or as many as --jobs says: most tests wait a good part of their time. What a
program says is shown when it has ended.
"""
import argparse
import concurrent.futures
import dataclasses
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing
from pathlib import Path

sys.dont_write_bytecode = True

import results  # noqa: E402

UNIT_SECONDS = 300
SCRIPTS_SECONDS = 900
VALGRIND_SECONDS = 1500
SYSTEM_SECONDS = 1200
LINT_SECONDS = 1200
FAULTS_SECONDS = 3600
LOAD_SECONDS = 1200
# Into how many programs the scripts are divided: short ones leave no processor idle at the end.
SCRIPT_GROUPS = 6
# Played once by each of them before the others, for valgrind's translations: see the runner.
WARMING_SCRIPT = "tests/pam/scripts/accepted-letters.script"
# Of the system tests, those that take longer than their size says: the last ones to end are short.
LONG = ("test_callers", "test_recipes", "test_gateway_descriptions", "test_gateway_states")
# Files that take longest are divided, by the names of their tests; the last share is the rest.
SHARES = {"test_injected": {
    "-first": "in_the_host and first]", "-again": "in_the_host and again]",
    "-wrong": "in_the_host and wrong]", "-all": "not in_the_host"},
    "test_kill": {**{f"-{part}": f"host-{part}]" for part in range(8)}, "-others": "not host"}}
SANITIZERS = {"LSAN_OPTIONS": "suppressions=tests/lsan.supp:print_suppressions=0",
              "UBSAN_OPTIONS": "print_stacktrace=1"}


@dataclasses.dataclass
class Program:
    """One program that tests; judge makes a Result of its exit status and output."""
    name: str
    command: list
    seconds: int
    judge: typing.Callable
    env: dict = dataclasses.field(default_factory=dict)


def say(text):
    print(text, flush=True)


class Running:
    """The programs that run now: none outlives us, whatever ends us."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes = set()
        self._over = False

    def start(self, command, env):
        with self._lock:
            if self._over:
                return None
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True, env=env)
            self._processes.add(process)
            return process

    def end(self, process):
        with self._lock:
            self._processes.discard(process)
            _kill(process)
        process.wait()

    def end_all(self):
        with self._lock:
            self._over = True
            for process in self._processes:
                _kill(process)


def _kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


RUNNING = Running()


def run(command, log, seconds, env):
    """Runs command, its output in log too; returns exit status and output."""
    output = bytearray()
    if not shutil.which(command[0]):
        return 127, f"{command[0]}: there is no such program\n"
    process = RUNNING.start(command, {**os.environ, **SANITIZERS, **env})
    if process is None:
        return None, "ended before it began\n"
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
            RUNNING.end(process)
    text = output.decode(errors="replace")
    if late:
        return None, text + f"\nnot finished after {seconds} s\n"
    return process.returncode, text


class Tests:
    """The programs of each part, by its name on the command line."""

    def __init__(self, build, seconds, scratch):
        self.build, self.logs = build, build / "logs"
        self.seconds, self.scratch = seconds, Path(scratch)
        self.logs.mkdir(parents=True, exist_ok=True)

    def unit(self):
        for source in sorted(Path("tests/unit").glob("test_*.c")):
            program = self.build / "unit" / source.stem
            yield Program(program.name, [str(program.resolve())], UNIT_SECONDS, results.of_unit,
                          {"CMOCKA_MESSAGE_OUTPUT": "TAP"})

    def scripts(self, name, prefix, seconds, options=()):
        paths = sorted(str(path) for path in Path("tests/pam/scripts").glob("*.script"))
        runner = str((self.build / "pam" / "runner").resolve())
        for group in range(min(SCRIPT_GROUPS, len(paths))):
            yield Program(f"{name}-{group + 1}",
                          [*prefix, runner, *options, *paths[group::SCRIPT_GROUPS]],
                          seconds, results.of_scripts)

    def conversations(self):
        return self.scripts("conversations", [], SCRIPTS_SECONDS)

    def valgrind(self):
        if not shutil.which("valgrind"):
            return [Program("valgrind", ["echo", "skipped valgrind: it is not installed "
                                         "(make deps)"], 10, results.of_shell)]
        return self.scripts("valgrind", [
            "valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect", "--child-silent-after-fork=yes",
            "--suppressions=tests/valgrind.supp"], VALGRIND_SECONDS, ["-w", WARMING_SCRIPT])

    def shell(self, *scripts):
        for script in scripts:
            yield Program(Path(script).stem, [script], LINT_SECONDS, results.of_shell,
                          {"O": str(self.build)})

    def lint(self):
        return self.shell("tests/lint/includes.sh", "tests/lint/symbols.sh", "tests/lint/text.sh")

    def install(self):
        return self.shell("tests/install.sh")

    def lint_tools(self):
        return self.shell("tests/lint/tools.sh")

    def pytest(self, folder, seconds):
        """Each file, or each share of it, in a private machine of its own, the longest first, by
        what is known of them."""
        paths = Path(folder).glob("test_*.py")
        for path in sorted(paths, key=lambda path: (
                path.stem not in LONG, -path.stat().st_size, path)):
            for share, picked in SHARES.get(path.stem, {"": ""}).items():
                name = path.stem + share
                report = self.logs / f"{name}.xml"
                report.unlink(missing_ok=True)
                # pytest would keep the folders of its last runs.
                yield Program(name, [
                    sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-v",
                    "-rs", "--rootdir=tests/system", f"--basetemp={self.scratch}/{name}",
                    f"--junitxml={report}", "-k", picked, str(path)], seconds,
                    lambda name, status, text, report=report: results.of_system(
                        name, report, status, text),
                    {"PYTHONDONTWRITEBYTECODE": "1"})

    def system(self):
        return self.pytest("tests/system", SYSTEM_SECONDS)

    def faults(self):
        return self.pytest("tests/system/faults", FAULTS_SECONDS)

    def load(self):
        return self.pytest("tests/system/load", LOAD_SECONDS)

    def fuzz(self):
        for source in sorted(Path("tests/fuzz").glob("fuzz_*.c")):
            name = source.stem
            corpus = [f"tests/fuzz/corpus/{name.removeprefix('fuzz_')}"]
            if name == "fuzz_description":
                corpus.append("conf/api")
            # What is found in passing goes into a folder of its own: the seeds stay as they were
            # written.
            folder = self.scratch / name
            found = folder / "found"
            found.mkdir(parents=True)
            yield Program(name, [
                str((self.build / "fuzz" / name).resolve()), "-timeout=10",
                f"-max_total_time={self.seconds}", "-rss_limit_mb=2048", "-print_final_stats=1",
                f"-artifact_prefix={self.logs.resolve()}/{name}-", str(found), *corpus],
                self.seconds + 120, results.of_fuzz, {"SMSOTP_FUZZ_DIR": str(folder)})


PARTS = {"lint": Tests.lint, "install": Tests.install, "valgrind": Tests.valgrind,
         "system": Tests.system, "conversations": Tests.conversations, "unit": Tests.unit,
         "lint-tools": Tests.lint_tools, "fuzz": Tests.fuzz, "faults": Tests.faults,
         "load": Tests.load}
CHECK = ["lint", "install", "valgrind", "system", "conversations", "unit"]
SANITIZED = ["conversations", "unit"]
# They build, or look at what is built: nothing else may run meanwhile.
ALONE = ["lint", "install", "lint-tools"]


def waves(parts):
    """The parts in their order; those that may run at the same time are together."""
    together = []
    for part in parts:
        if part in ALONE:
            yield [part]
        else:
            together.append(part)
    if together:
        yield together


def run_wave(tests, parts, jobs, sums):
    """Runs the programs of these parts, those of the first part first."""
    say(f"\n== {', '.join(parts)}")
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {}
        for part in parts:
            programs = list(PARTS[part](tests))
            if not programs:
                sums[part].failed += 1
                say(f"FAILED {part}: there are no tests")
            for program in programs:
                log = tests.logs / f"{program.name}.log"
                futures[pool.submit(run, program.command, log, program.seconds,
                                    program.env)] = part, program
        try:
            for future in concurrent.futures.as_completed(futures):
                part, program = futures[future]
                result = program.judge(program.name, *future.result())
                sums[part].add(result)
                say(result.text)
        except BaseException:
            # Whatever ends this: what runs does not outlive it.
            pool.shutdown(wait=False, cancel_futures=True)
            RUNNING.end_all()
            raise
    say(f"-- {time.monotonic() - began:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=Path, help="folder of the build under test")
    parser.add_argument("--sanitized", action="store_true", help="it was built with sanitizers")
    parser.add_argument("--seconds", type=int, default=20, help="how long each fuzzer runs")
    parser.add_argument("--jobs", type=int, default=1 + min(8, len(os.sched_getaffinity(0))),
                        help="how many programs run at once (default: processors, and one more)")
    parser.add_argument("part", nargs="*",
                        help=f"of {', '.join(PARTS)}; default: {', '.join(CHECK)}")
    options = parser.parse_args()
    parts = options.part or (SANITIZED if options.sanitized else CHECK)
    for part in parts:
        if part not in PARTS:
            parser.error(f"no such part: {part}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    if os.geteuid() != 0:
        say("Not root: tests that need root are skipped; each says so.")
    if options.sanitized:
        say("With sanitizers only unit and conversation tests run: sshd, sudo, su and login cannot")
        say("load a sanitized module, and valgrind would look for the same.")
    sums = {part: results.Result() for part in parts}
    with tempfile.TemporaryDirectory(prefix="smsotp-tests-") as scratch:
        tests = Tests(options.build, options.seconds, scratch)
        for wave in waves(parts):
            run_wave(tests, wave, options.jobs, sums)
    total = results.Result()
    say("")
    for part, result in sums.items():
        total.add(result)
        say(f"{part}: {result.line()}")
    for name, figure in total.figures.items():
        say(f"figure: {figure} {name}")
    say(f"\n{total.line()}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
