# SPDX-License-Identifier: BSD-2-Clause
"""What the output of a program that tests says, whichever kind it is of."""
import dataclasses
import re
import signal
import xml.etree.ElementTree


@dataclasses.dataclass
class Result:
    """What became of one program's tests, and what there is to say of them."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    text: str = ""
    figures: dict = dataclasses.field(default_factory=dict)     # by what they say; as printed

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        # Of several programs that count the same, all together.
        for name, figure in other.figures.items():
            self.figures[name] = \
                str(int(self.figures[name]) + int(figure)) if name in self.figures else figure

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def indented(text):
    return "\n".join(f"    {line}" for line in text.splitlines())


def ending(status):
    if status is None:
        return "not finished in time"
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def of_unit(name, status, text):
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
    result = Result(passed, failed, skipped)
    if failed:
        result.text = f"FAILED {name}: {failed} of {max(planned, failed)} tests, " \
            f"{ending(status)}{why}:\n{indented(text)}"
    else:
        result.text = "\n".join(
            [f"ok {name}: {passed} tests" + (f", {skipped} skipped:" if skipped else "")] +
            [f"    {line}" for line in re.findall(r"^.*\bskip.*$", text, re.M | re.I)
             if skipped])
    return result


def of_scripts(name, status, text):
    last = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.M)
    if not last:
        return Result(failed=1, text=f"{text}FAILED {name}: {ending(status)} without a summary")
    result = Result(*(int(number or 0) for number in last[-1]), text=f"{text.rstrip()} ({name})")
    if status != 0 and result.failed == 0:
        result.failed = 1
        result.text += f"\nFAILED {name}: {ending(status)}"
    return result


def of_shell(name, status, text):
    result = Result(*(len(re.findall(rf"^{word} ", text, re.M))
                      for word in ("ok", "FAILED", "skipped")), text=text.rstrip())
    if (status == 0) != (result.failed == 0) or \
            result.passed + result.failed + result.skipped == 0:
        result.failed += 1
        result.text += f"\nFAILED {name}: {ending(status)}"
    return result


def of_system(name, report, status, text):
    try:
        suites = list(xml.etree.ElementTree.parse(report).iter("testsuite"))
    except (OSError, xml.etree.ElementTree.ParseError):
        suites = []
    count = {key: sum(int(suite.get(key, 0)) for suite in suites)
             for key in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    if count["tests"] == 0 or (status != 0 and failed == 0):
        failed += 1
    passed = max(0, count["tests"] - count["failures"] - count["errors"] - count["skipped"])
    result = Result(passed, failed, count["skipped"],
                    figures={what: figure for figure, what in re.findall(
                        r"^figure: (\S+) (.*)$", text, re.M)})
    if failed:
        result.text = f"FAILED {name}: {failed} tests, {ending(status)}:\n{indented(text)}"
    else:
        skips = re.findall(r"^SKIPPED .*$", text, re.M)
        result.text = "\n".join([f"ok {name}: {passed} tests" +
                                 (f", {result.skipped} skipped:" if skips else "")] +
                                [f"    {line}" for line in skips])
    return result


def of_fuzz(name, status, text):
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    edges = re.findall(r"cov: (\d+)", text)
    if status == 0 and runs:
        return Result(passed=1, text=f"ok {name}: {runs.group(1)} runs, "
                                     f"{edges[-1] if edges else '?'} edges")
    return Result(failed=1, text=f"FAILED {name}: {ending(status)}; the end of its output:\n" +
                  indented("\n".join(text.splitlines()[-60:])))
