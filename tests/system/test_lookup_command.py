# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-lookup and a program that knows phone numbers."""
# pylint: disable=redefined-outer-name
import errno
import itertools
import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from harness import until
from lookup_harness import LOOKUP, order
from send_harness import (ACCEPTED, LANDLOCK, OPERATOR, PASSING, TASK_STATUS, TASK_TEXT, UNREACHABLE, UNRECOGNISED,
                          USAGE, Helper, forbid, landlock_version, needs_root, request)
from send_harness import authority, behaving, conf, twilio, vonage  # noqa: F401, pylint: disable=unused-import

pytestmark = needs_root
_numbers = itertools.count(1)


class Program:
    """A program that everybody can reach; pytest's own folders are root's alone."""

    def __init__(self):
        self.folder = f"/run/command-{next(_numbers)}"
        self.path = self.folder + "/phone-of"
        os.mkdir(self.folder, 0o755)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path, 0o755)

    def start(self, text=None, name="alice", message=None, timeout_ms=5250, prepare=None):
        if text is not None:
            self.write(text)

        def alone():
            os.setpgid(0, 0)
            if prepare:
                prepare()
        return Helper(None, message=order(name, timeout_ms) if message is None else message, prepare=alone,
                      program=LOOKUP, argv=["smsotp-lookup", "command", self.path])

    def ask(self, *arguments, **options):
        helper = self.start(*arguments, **options)
        try:
            reply = helper.reply()
        finally:
            # As the keeper does.
            try:
                os.killpg(helper.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        assert reply.posted == 0 and reply.message_id == "" and reply.status == 0, reply
        assert reply.outcome == ACCEPTED or reply.numbers == b"", reply
        return reply


@pytest.fixture
def program(stage):  # pylint: disable=unused-argument
    made = Program()
    yield made
    shutil.rmtree(made.folder)


def refused(reply, words):
    assert reply.outcome == OPERATOR and words in reply.detail, reply
    return True


# What it finds, as one line of hexadecimal digits: it may write nowhere else.
TELL = """#!/usr/bin/python3
import json, os, sys
print(json.dumps(%s).encode().hex())
"""


def told(reply):
    assert reply.outcome == ACCEPTED, reply
    return json.loads(bytes.fromhex(reply.numbers.decode()))


def test_what_a_program_gets(program):
    got = told(program.ask(TELL % """{
"a": sys.argv, "i": sys.stdin.read(), "e": dict(os.environ), "d": os.getcwd(), "u": os.getresuid(), "g": os.getresgid(),
"f": sorted(os.listdir("/proc/self/fd"))[:-1], "G": os.getgroups(), "m": os.umask(0),
"s": [line.split()[1] for line in open("/proc/self/status") if line.startswith(("NoNewPrivs", "CapBnd", "CapEff"))]}"""))
    assert got["a"] == [program.path, "alice"] and got["i"] == "" and got["d"] == "/"
    # Python itself adds LC_CTYPE where it finds the locale C.
    assert {key: value for key, value in got["e"].items() if key != "LC_CTYPE"} == \
        {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    assert len(set(got["u"])) == 1 and len(set(got["g"])) == 1 and 0 not in got["u"] + got["g"] and got["G"] == []
    assert got["f"] == ["0", "1", "2"] and got["m"] == 0o077
    assert [value.strip("0") for value in got["s"]] == ["", "", "1"]


@pytest.mark.parametrize("name", [
    b"a", b"alice", b"x" * 256, b"CORP\\alice", b"alice@example.org", b"al ice", b"$(id)", b"`id`;reboot", b"a'b\"c",
    b"*)(uid=*", b"../../etc/passwd", b"%s%n", b"\xc3\xa9", b"\xff\xfe", b"a=b", b"a-b"])
def test_names_arrive_as_they_are(program, name):
    reply = program.ask("#!/usr/bin/python3\nimport os, sys\nprint(os.fsencode(sys.argv[1]).hex())\n", name=name)
    assert bytes.fromhex(reply.numbers.decode()) == name


@pytest.mark.parametrize("name, words", [
    (b"-x", "begins with"), (b"--help", "begins with"), (b"-", "begins with"), (b"a\nb", "control"),
    (b"\x01", "control"), (b"a\x7f", "control"), (b"a\x1b[2J", "control")])
def test_names_that_are_none(program, name, words):
    assert refused(program.ask("#!/bin/sh\necho +447700900124\n", name=name), words)


@pytest.mark.parametrize("printed, numbers", [
    ("", b""), ("\\n\\n", b""), (" \\t\\r\\n", b""), ("+447700900124", b"+447700900124"),
    ("+44 7700 900124\\n", b"+44 7700 900124"), ("\\n\\t 1 \\n\\n 2\\r\\n3", b"1,2,3"),
    ("\\303\\251\\n", b"\xc3\xa9"), ("\\377", b"\xff"), ("none", b"none")])
def test_what_a_program_prints(program, printed, numbers):
    reply = program.ask(f"#!/bin/sh\nprintf '{printed}'\n")
    assert (reply.outcome, reply.numbers, reply.detail) == (ACCEPTED, numbers, ""), reply


def test_what_it_says_aside_is_no_answer(program):
    reply = program.ask("#!/bin/sh\necho +447700900124 >&2\n")
    assert (reply.outcome, reply.numbers, reply.detail) == (ACCEPTED, b"", "")


@pytest.mark.parametrize("text, outcome, detail", [
    ("echo +447700900124; exit 1", PASSING, "exit 1"), ("exit 127", PASSING, "exit 127"),
    ("echo 'no +44 7700 900124' >&2; echo more >&2; exit 2", PASSING, "exit 2: no +*****"),
    ("echo +447700900124; kill -9 $$", PASSING, "signal 9"),
    ("echo 1; printf '\\033'", UNRECOGNISED, "the program printed a control character"),
    ("echo 1; printf '2\\0003'", UNRECOGNISED, "the program printed a control character"),
    ("echo 1,2", UNRECOGNISED, "the program printed a comma: one number per line"),
    ("seq 9", UNRECOGNISED, "the program printed too many numbers"),
    ("echo 1; seq 9999 | tr '\\n' ' '", UNRECOGNISED, "the program printed too much")])
def test_what_is_no_answer(program, text, outcome, detail):
    reply = program.ask(f"#!/bin/sh\n{text}\n")
    assert (reply.outcome, reply.detail) == (outcome, detail), reply


@pytest.mark.parametrize("text", [
    "sleep 60", "yes", "yes >&2", "exec 0<&- 1>&- 2>&-; sleep 60", "kill -STOP $$", "trap '' TERM HUP INT; sleep 60"])
def test_program_without_end(program, text):
    began = time.monotonic()
    reply = program.ask(f"#!/bin/sh\n{text}\n", timeout_ms=1250)
    assert (reply.outcome, reply.detail) == (UNREACHABLE, "the program did not end in time"), reply
    # Before the keeper would: there is time left to say so.
    assert 0.95 < time.monotonic() - began < 2.5
    assert processes_of(program.path) == []


def processes_of(path):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                # The helper's own line has the path, too: it is gone by then, or not meant.
                if path.encode() in file.read() and os.readlink(f"/proc/{pid}/exe") != os.path.realpath(LOOKUP):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def test_a_killed_helper_takes_its_program_along(program):
    helper = program.start("#!/bin/sh\nsleep 60; exit\n", timeout_ms=60000)
    until(lambda: processes_of(program.path), 10, "the program runs")
    helper.killed()
    until(lambda: not processes_of(program.path), 10, "the program ends")
    try:
        os.killpg(helper.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def test_helper_is_locked_in_while_it_waits(program):
    helper = program.start("#!/bin/sh\nsleep 60; exit\n", timeout_ms=60000)
    try:
        until(lambda: processes_of(program.path), 10, "the program runs")
        with open(f"/proc/{helper.pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":", 1) for line in file)
        assert status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2"
        assert "0" not in (status["Uid"] + status["Gid"]).split() and status["Groups"].split() == []
        assert int(status["CapEff"], 16) == 0 and int(status["CapBnd"], 16) == 0
        links = [os.readlink(f"/proc/{helper.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{helper.pid}/fd")]
        assert all(re.match(r"/dev/null|socket:|anon_inode:|pipe:", link) for link in links), links
    finally:
        helper.killed()
        try:
            os.killpg(helper.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def test_where_a_program_writes(program):
    if landlock_version() < 1:
        pytest.skip("this kernel has no Landlock")
    os.mkdir(program.folder + "/loose")
    os.chmod(program.folder + "/loose", 0o777)
    reply = program.ask(f"""#!/bin/sh
echo x >/dev/null || exit 10
(echo x >{program.folder}/loose/file) 2>/dev/null && exit 11
(echo x >/tmp/smsotp-test) 2>/dev/null && exit 12
cat /etc/passwd >/dev/null || exit 13
echo 1
""")
    assert (reply.outcome, reply.numbers) == (ACCEPTED, b"1"), reply
    assert os.listdir(program.folder + "/loose") == []


def test_program_is_not_run_for_nothing(program):
    """It waits before the request is there, and ends with it where there is nothing to look up."""
    helper = program.start("#!/bin/sh\nsleep 0.3; echo 1\n", message=b"")
    time.sleep(0.3)
    assert processes_of(program.path) == []
    helper.socket.send(order("alice"))
    until(lambda: processes_of(program.path), 10, "the program runs")
    assert helper.reply().numbers == b"1"
    # A text or a query is for smsotp-send; and what is malformed is for nobody.
    for message in (request(), request(task=TASK_STATUS, text="", code="", message_id="x"), b"garbage",
                    order(""), order("alice")[:-1], order("alice") + b"\0", order("alice", to="+447700900123"),
                    order("alice", validity_s=1), request(task=TASK_TEXT, name="alice")):
        reply = program.ask(message=message)
        assert reply.outcome == OPERATOR and reply.numbers == b"", reply
    assert refused(program.ask(message=request()), "asked for nothing else")


def test_gateways_are_asked_for_no_numbers(conf, twilio):
    reply = conf.send({"api": "outbox", "path": str(conf.path / "texts")}, message=order("alice"))
    assert refused(reply, "asked for no phone numbers") and reply.posted == 0 and twilio.connections == 0


# --- SSSD's InfoPipe, as the manual page shows it ----------------------------

def manual_script():
    page = (Path(__file__).parents[2] / "docs/smsotp.conf.5").read_text(encoding="utf-8")
    text = "#!/bin/sh\n# Prints" + page.partition("#!/bin/sh\n# Prints")[2].partition("\n.Ed")[0] + "\n"
    for escape, letter in (("\\e", "\\"), ("\\(aq", "'")):
        text = text.replace(escape, letter)
    assert text.count("busctl") == 1 and "\\(" not in text
    return text


@pytest.fixture
def infopipe(program):
    """In place of D-Bus: answers as busctl does, and only to that question."""
    def ask(answer, name="alice"):
        path = program.folder + "/busctl"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""#!/usr/bin/python3
import sys
interface = "org.freedesktop.sssd.infopipe"
if sys.argv[1:] != ["call", interface, "/org/freedesktop/sssd/infopipe", interface, "GetUserAttr", "sas", {name!r},
                    "1", "telephoneNumber"]:
    sys.exit("another question")
{answer}
""")
        os.chmod(path, 0o755)
        return program.ask(manual_script().replace("busctl", path), name=name)
    return ask


@pytest.mark.parametrize("answer, numbers", [
    ('a{sv} 1 "telephoneNumber" as 1 "+44 7700 900123"', b"+44 7700 900123"),
    ('a{sv} 1 "telephoneNumber" as 2 "+44 7700 900123" "(0 77 00) 90 01 24"', b"+44 7700 900123,(0 77 00) 90 01 24"),
    ("a{sv} 0", b""), ('a{sv} 1 "telephoneNumber" as 0', b"")])
def test_infopipe(infopipe, answer, numbers):
    reply = infopipe(f"print({answer!r})")
    assert (reply.outcome, reply.numbers, reply.detail) == (ACCEPTED, numbers, ""), reply


def test_infopipe_and_names(infopipe):
    name = "al ice$(id)*"
    assert infopipe("""print('a{sv} 1 "telephoneNumber" as 1 "1"')""", name).numbers == b"1"


def test_infopipe_that_fails(infopipe):
    reply = infopipe('sys.exit("Call failed: No such user")')
    assert (reply.outcome, reply.detail) == (PASSING, "exit 1: Call failed: No such user"), reply
    reply = infopipe("pass", name="-alice")
    assert reply.outcome == OPERATOR, reply


@pytest.mark.parametrize("argv", [
    [], ["command"], ["command", "phone-of"], ["list", "/p"], ["file", "/p"], ["", "/p"], ["ldap", "ldap.conf"],
    ["commands", "/p"], ["command", "/p", "/q"]])
def test_usage(conf, argv):  # pylint: disable=unused-argument
    helper = Helper(None, message=order("alice"), program=LOOKUP, argv=["smsotp-lookup", *argv])
    messages, status, _, _ = helper.end()
    assert (messages, status) == ([], USAGE)


@pytest.mark.parametrize("call", ["setgroups", "setresgid", "setresuid", "capset"])
def test_never_goes_on_as_root(program, call):
    reply = program.ask("#!/bin/sh\necho 1\n", prepare=forbid(call, error=errno.EPERM))
    assert reply.outcome == OPERATOR, reply


@pytest.mark.parametrize("calls", [("seccomp", "prctl"), ("landlock_restrict_self",)])
def test_never_goes_on_without_its_sandbox(program, calls):
    if landlock_version() < 1 and "landlock_restrict_self" in calls:
        pytest.skip("this kernel has no Landlock")
    reply = program.ask("#!/bin/sh\necho 1\n", prepare=forbid(*calls, error=errno.EPERM))
    assert reply.outcome == OPERATOR, reply


def test_goes_on_without_landlock_and_says_so(program, system_log):
    before = len(system_log.flushed())
    assert program.ask("#!/bin/sh\necho 1\n", prepare=forbid(*LANDLOCK)).numbers == b"1"
    lines = [line for line in system_log.flushed()[before:] if "smsotp-lookup" in line]
    assert len(lines) == 1 and f"landlock=none source={program.path}" in lines[0], lines
    assert lines[0].startswith("<84>")     # authpriv, warning
