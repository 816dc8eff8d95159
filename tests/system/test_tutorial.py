# SPDX-License-Identifier: BSD-2-Clause
"""docs/TUTORIAL.md, typed as it stands into two terminals of a private machine; and what every command says on a
machine where something is missing."""
import itertools
import json
import os
import re
import subprocess
import types

import pytest

import harness
import hosts
import recipe_machine
import recipe_text
from harness import PASSWORD

DOCUMENT = recipe_text.ROOT + "/docs/TUTORIAL.md"
OUTBOX = "/run/smsotp-outbox"
COMMAND = re.compile(r"(# |\$ |\w+@\w+\$ )(.*)")
# What asks, and the end of a command: root's shell or the person's, on this machine or behind ssh.
ASKS = [r"[Pp]assword[^:\n]*: $", r"Code \w\w sent to [^\n]*: $", r"ready> $", r"\w+@\w+:\S*\$ $",
        r"sshd is as it was\.\r\n"]
_numbers = itertools.count(1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def consoles():
    return re.findall(r"^```console\n(.*?)^```$", read(DOCUMENT), re.M | re.S)


def pattern(expected):
    """A line that is "…" alone stands for any lines."""
    parts = ["(?:.*\n)*" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + "\n"
             for line in expected]
    return "".join(parts)


@pytest.fixture
def place(stage, module_installed):  # pylint: disable=unused-argument
    """What recipe_machine.Machine needs of a world, for one that has no configuration."""
    base = f"/run/tutorial-{next(_numbers)}"
    os.makedirs(base, 0o700)
    made = types.SimpleNamespace(base=base, stage=stage, before=set(), helpers=lambda: {
        pid: name for pid, name in harness.World.processes().items() if name.startswith("smsotp-")})
    machine = recipe_machine.Machine(made)
    yield machine
    machine.remove()


class Terminals:
    def __init__(self, machine, fresh):
        self.machine, self.root = machine, fresh.stage.root
        self.shells = {"#": hosts.shell(None, None), "$": hosts.shell(None, "carol")}
        for shell in self.shells.values():
            shell.setwinsize(24, 400)   # no line is cut

    def typed(self, command):
        for path in ("/usr/share/smsotp", "/etc/smsotp"):
            command = command.replace(path, self.root + path)
        return re.sub(r"\bsmsotpctl\b", self.root + "/usr/sbin/smsotpctl", command)

    def run(self, mark, command):
        """What it has said until a prompt comes; what it asks is answered."""
        if command == "systemctl reload ssh":
            self.machine.start_sshd()
            return ""
        shell = self.shells["#" if mark == "# " else "$"]
        shell.type(self.typed(command))
        return self.answer(shell)

    def answer(self, shell):
        said = ""
        while True:
            which = shell.expect(ASKS, timeout=30)
            said += shell.before + (shell.after if which in (0, 1, 4) else "")
            if which == 0:
                shell.type(PASSWORD)
            elif which == 1:
                code = re.match(r"\d{6,}", json.loads(read(OUTBOX).splitlines()[-1])["text"]).group()
                shell.type(code)
                # hosts.shell has the terminal show nothing of what is typed.
                said += code + "\n"
            else:
                return self.clean(said)

    def clean(self, said):
        said = re.sub(r"[^\n]*\r\x1b\[K", "", said)     # what a terminal wipes
        said = said.replace("\r", "").replace(self.root, "")
        return re.sub(r"\x1b\[\?2004[hl]|\x1b\][^\a]*\a", "", said)


def test_it_goes_as_it_is_written(place, fresh):
    if os.path.exists(OUTBOX):
        os.unlink(OUTBOX)
    terminals = Terminals(place, fresh)
    count = 0
    for block in consoles():
        lines = block.splitlines()
        if not COMMAND.fullmatch(lines[0]):
            said = terminals.answer(terminals.shells["#"])
            assert re.fullmatch(pattern(lines), said), f"{said}\nand not\n{block}"
            continue
        while lines:
            match = COMMAND.fullmatch(lines.pop(0))
            expected = list(itertools.takewhile(lambda line: not COMMAND.fullmatch(line), lines))
            lines = lines[len(expected):]
            said = terminals.run(*match.groups())
            said += "" if said.endswith("\n") or not said else "\n"
            assert re.fullmatch(pattern(expected), said), f"{match.group()}\n{said}\nand not\n" + "\n".join(expected)
            count += 1
    assert count >= 11
    assert re.search(r"^auth +required +\S*pam_smsotp\.so$", read("/etc/pam.d/sshd"), re.M)
    for shell in terminals.shells.values():
        shell.close(force=True)


def test_readme_says_the_same():
    """It leads here, and its commands are those."""
    readme, here = read(recipe_text.ROOT + "/README.md"), read(DOCUMENT)
    assert "docs/TUTORIAL.md" in readme
    steps = re.findall(r"`sudo (smsotpctl (?:init|check|send|enroll|try)[^`]*)`", readme.split("## Deploy it")[1])
    assert len(steps) >= 3
    for step in steps:
        assert f"# {step}\n" in here or f"$ sudo {step}\n" in here, step


INIT = "smsotpctl init"
NUMBER = "07700 900123"
# Each command where nothing is configured at all: its exit status, and the command that it names.
UNCONFIGURED = [
    (("edit",), 2, INIT), (("status",), 2, INIT), (("status", "alice"), 2, INIT), (("unlock", "alice"), 2, INIT),
    (("forget", "alice"), 2, INIT), (("prune",), 2, INIT), (("check",), 2, INIT), (("send", "alice"), 2, INIT),
    (("roundtrip", "--receiver", "any"), 2, INIT), (("enroll", "alice", NUMBER, "--no-check"), 2, INIT),
    (("unenroll", "alice"), 2, INIT), (("pull",), 2, INIT), (("explain", "alice"), 0, INIT), (("audit",), 2, INIT),
    (("report",), 2, INIT), (("metrics",), 2, INIT), (("try", "sshd"), 2, INIT),
]


@pytest.mark.parametrize("words, status, mends", UNCONFIGURED, ids=["-".join(row[0][:2]) for row in UNCONFIGURED])
def test_nothing_is_configured(fresh, words, status, mends):
    done = fresh.ctl(*words, status=status)
    assert mends in done.stdout + done.stderr
    assert fresh.files() == {}


# What is missing, the command, its exit status, and the command that it names.
MISSING = [
    ("phones", ("check", "--offline"), 2, "file_missing"), ("phones", ("edit", "phones"), 2, "install -m 600"),
    ("phones", ("enroll", "alice", NUMBER, "--no-check"), 2, "install -m 600"),
    ("phones", ("explain", "alice"), 0, "smsotpctl check"),
    ("user", ("explain", "alice"), 0, "smsotpctl enroll"),
    ("gateway", ("check", "--offline"), 2, INIT), ("gateway", ("edit", "outbox"), 2, INIT),
]


@pytest.mark.parametrize("missing, words, status, mends", MISSING, ids=[f"{row[0]}-{row[1][0]}" for row in MISSING])
def test_something_is_missing(fresh, missing, words, status, mends):
    fresh.ctl("init", "--gateway=outbox", "--country-code=44")
    path = {"phones": fresh.etc + "/phones", "gateway": fresh.etc + "/gateways/outbox.conf"}.get(missing)
    if path:
        os.unlink(path)
    done = fresh.ctl(*words, status=status)
    assert mends in done.stdout + done.stderr
