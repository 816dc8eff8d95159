# SPDX-License-Identifier: BSD-2-Clause
"""What shells offer at TAB: all that smsotpctl has in its table, and the names that there are."""
import os
import re
import shutil
import subprocess
import time

import pytest

import hosts
from harness import table_of

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
# What a terminal shows besides text.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\a]*\a|[\x00\a]")
QUIET = """bind 'set enable-bracketed-paste off' 'set show-all-if-ambiguous on' \
'set completion-query-items 0' 'set page-completions off'"""


def environment(world):
    share = world.stage.root + "/usr/share"
    return {"PATH": f"{world.stage.root}/usr/sbin:{hosts.ENVIRONMENT['PATH']}", "TERM": "xterm",
            "HOME": world.base, "XDG_DATA_DIRS": f"{share}:/usr/share", "LC_ALL": "C.UTF-8"}


class Shell(hosts.Terminal):
    """An interactive shell of root's, that finds the stage's files as it would find the
    system's."""

    ARGUMENTS, SETUP = [], ""

    def __init__(self, world):
        share = world.stage.root + "/usr/share"
        super().__init__(world, self.ARGUMENTS, environment=environment(world))
        self.setwinsize(400, 200)
        self.type(self.SETUP.format(share=share) + "; PS1='rea''dy> '")
        self.expect("ready> ")

    def offers(self, typed, wanted):
        """TAB behind that lists all of these; their order and the rest is the shell's."""
        self.send(typed + "\t")
        shown, deadline = "", time.monotonic() + 10
        missing = set(wanted)
        while missing:
            assert time.monotonic() < deadline, f"{typed}: {missing} missing in {shown}"
            if self.expect([r"[\r\n ]", hosts.TIMEOUT], timeout=1) == 0:
                shown += CONTROL.sub("", self.before + self.after)
            # The last word is whole once something stands behind it.
            missing -= set(re.split(r"[\r\n ]+", shown)[:-1])
        # What follows the list is the line once more.
        self.send("\x15echo o''ver\r")
        self.expect("over\r\n.*ready> ")

    def completes(self, typed, line):
        """TAB behind that makes it that line."""
        self.send(typed + "\t\x01echo \r")
        self.expect(rf"\n{re.escape(line)} ?\r\n")
        self.expect("ready> ")


class Bash(Shell):
    ARGUMENTS = ["/bin/bash", "--norc", "--noprofile", "-i"]
    SETUP = f". {BASH_COMPLETION}; {QUIET}"


class Zsh(Shell):
    ARGUMENTS = ["/bin/zsh", "-f", "-i"]
    SETUP = "unset zle_bracketed_paste; unsetopt prompt_sp; LISTMAX=0; " \
        "fpath=({share}/zsh/*(N) $fpath); autoload -U compinit; compinit -D -u"


SHELLS = {"bash": Bash, "zsh": Zsh}


@pytest.fixture(params=SHELLS)
def shell(request, world):
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    started = SHELLS[request.param](world)
    yield started
    started.type("exit")
    started.ended()


class Fish:
    """It says without a terminal what it offers."""

    ARGUMENTS = ["/usr/bin/fish"]

    def __init__(self, world):
        self.world = world

    def _offered(self, typed):
        done = subprocess.run([*self.ARGUMENTS, "-c", "complete -C $argv[1]", typed], check=True,
                              env=environment(self.world), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, timeout=30)
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    def offers(self, typed, wanted):
        assert set(wanted) <= set(self._offered(typed)), typed

    def completes(self, typed, line):
        before = typed[:-len(typed.split(" ")[-1])]
        assert [before + value for value in self._offered(typed)] == [line]


SHELLS = {"bash": Bash, "zsh": Zsh, "fish": Fish}


@pytest.fixture(params=SHELLS)
def shell(request, world):
    kind = SHELLS[request.param]
    if not os.path.exists(kind.ARGUMENTS[0]) or \
            (kind is Bash and not os.path.exists(BASH_COMPLETION)):
        pytest.skip(f"{request.param} (or bash-completion) is not installed")
    started = kind(world)
    yield started
    if kind is not Fish:
        started.type("exit")
        started.ended()
    world.expected_texts = 0


def test_offers_the_table(shell, ctl):
    table = table_of(ctl)
    shell.offers("smsotpctl ", table)
    for command, options in table.items():
        shell.offers(f"smsotpctl {command} --", {f"--{option}" for option in options})


def test_completes_what_there_is(shell, world):
    """Names of each kind, as words of their own and behind "="."""
    world.pam("smsotp-example", "none")
    conf = f"--conf={world.base}/smsotp.conf"
    for typed, line in (
            ("unl", "unlock"),
            ("help unen", "help unenroll"),
            ("unlock ali", "unlock alice"),
            ("enroll --add ali", "enroll --add alice"),
            ("explain alice --service smsotp-ex", "explain alice --service smsotp-example"),
            ("explain --service=smsotp-ex", "explain --service=smsotp-example"),
            ("explain --caller=ali", "explain --caller=alice"),
            ("audit --group ali", "audit --group alice"),
            ("init --gateway twi", "init --gateway twilio"),
            (f"send {conf} --gateway ph", f"send {conf} --gateway phone"),
            (f"{conf} send --gateway=ph", f"{conf} send --gateway=phone"),
            (f"check {world.base}/smso", f"check {world.base}/smsotp.conf"),
            (f"unenroll --file={world.base}/smso", f"unenroll --file={world.base}/smsotp.conf")):
        shell.completes("smsotpctl " + typed, "smsotpctl " + line)


def offered(ctl, *words):
    found = ctl("complete", "--json", "--", *words).json()
    return ":files" if found["files"] else {one["value"] for one in found["values"]}


def test_words(world, ctl):
    """What the shells ask: the last word is what is typed so far."""
    table = table_of(ctl)
    common = {"--conf", "--json", "--show", "--help"}
    assert offered(ctl) == offered(ctl, "") == set(table)
    assert offered(ctl, "un") == {"unlock", "unenroll"}
    assert offered(ctl, "--") == common
    assert offered(ctl, "prune", "") == offered(ctl, "prune", "-") == common
    assert offered(ctl, "send", "--g") == {"--gateway"}
    assert offered(ctl, "enroll", "alice", "+44") == set()
    assert offered(ctl, "unlock", "alice", "") == common
    assert offered(ctl, "unlock", "--", "--") == set()
    assert offered(ctl, "check", "x") == offered(ctl, "--conf", "") == ":files"
    assert offered(ctl, "--conf", "init", "unl") == {"unlock"}
    assert offered(ctl, "no-such-command", "") == offered(ctl, "send", "--no-such", "") == set()
    assert offered(ctl, "send", "--voice=") == set()
    # Whose account no person logs in to is not offered.
    assert "alice" in offered(ctl, "status", "") and "daemon" not in offered(ctl, "status", "")
    text = ctl("complete", "--", "unl").output
    assert re.fullmatch(r"unlock\t\S.*\n", text), text
    assert ctl("complete", "--", "check", "").output == ":files\n"
    world.expected_texts = 0
