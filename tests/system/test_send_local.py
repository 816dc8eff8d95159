# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-send by way of this machine: spools and programs, right and wrong."""
# pylint: disable=redefined-outer-name,unused-import
import errno
import itertools
import json
import os
import resource
import shutil
import stat
import time

import pytest

from send_harness import (ACCEPTED, AMBIGUOUS, CODE, LANDLOCK, OPERATOR, PASSING, RECIPIENT, SKIPPED, TASK_STATUS,
                          TASK_VOICE, TEXT, TO, TWILIO, UNRECOGNISED, UNROUTABLE, Helper, forbid, landlock_version,
                          needs_root, request)
from send_harness import authority, behaving, conf, twilio, vonage  # noqa: F401

pytestmark = needs_root
GROUP = 61500
_numbers = itertools.count(1)


@pytest.fixture
def folder(stage):  # pylint: disable=unused-argument
    """A directory that everybody can reach; pytest's own are root's alone."""
    path = f"/run/local-{next(_numbers)}"
    os.mkdir(path, 0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def spool(folder):
    path = folder + "/spool"
    os.mkdir(path)
    os.chown(path, 61501, GROUP)
    os.chmod(path, 0o3775)
    return path


def api(conf, send):
    path = conf.path / "api.conf"
    path.write_text('description = "Test"; settings = ( { name = "extra"; } ); send = { %s };' % send)
    path.chmod(0o644)
    return str(path)


def refused(reply, words):
    assert (reply.outcome, reply.posted) == (OPERATOR, 0) and words in reply.detail, reply
    return True


# --- spools -----------------------------------------------------------------

def test_smstools_file(conf, spool):
    reply = conf.send({"api": "smstools", "spool": spool})
    assert (reply.outcome, reply.posted, reply.status) == (ACCEPTED, 1, 0), reply
    assert os.listdir(spool) == [reply.message_id]
    path = f"{spool}/{reply.message_id}"
    status = os.lstat(path)
    assert stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o640
    assert status.st_gid == GROUP and status.st_uid != 0 and status.st_nlink == 1
    with open(path, "rb") as file:
        assert file.read() == b"To: 447700900123\nAlphabet: UTF-8\n\n" + TEXT.encode()


def test_smstools_unicode(conf, spool):
    words = f"{CODE}: ваш код 🔑\n@example.com #{CODE}"
    reply = conf.send({"api": "smstools", "spool": spool}, message=request(text=words))
    with open(f"{spool}/{reply.message_id}", "rb") as file:
        assert file.read() == b"To: 447700900123\nAlphabet: UCS2\n\n" + words.encode("utf-16-be")


def test_gammu_file(conf, spool):
    os.chmod(spool, 0o770)
    reply = conf.send({"api": "gammu", "spool": spool})
    assert (reply.outcome, reply.posted, reply.message_id) == (ACCEPTED, 1, ""), reply
    name, = os.listdir(spool)
    # gammu-smsd copies names into 100 bytes.
    assert name.startswith(f"OUTA_{TO}_") and name.endswith(".txt") and len(name) < 100
    with open(f"{spool}/{name}", "rb") as file:
        assert file.read() == b"\xfe\xff" + TEXT.encode("utf-16-be")


def test_names_with_numbers_are_not_for_all(conf, spool):
    assert refused(conf.send({"api": "gammu", "spool": spool}), "must not be readable by others")
    assert os.listdir(spool) == []


@pytest.mark.parametrize("mode, group, words", [
    (0o3777, GROUP, "must not be writable by everybody"), (0o1777, GROUP, "must not be writable by everybody"),
    (0o755, GROUP, "must be writable by its group"), (0o770, 0, "root's group")])
def test_directories_that_are_no_spools(conf, spool, mode, group, words):
    os.chown(spool, 61501, group)
    os.chmod(spool, mode)
    assert refused(conf.send({"api": "smstools", "spool": spool}), words)
    assert os.listdir(spool) == []


def test_paths_that_are_no_spools(conf, folder, spool):
    os.symlink(spool, folder + "/link")
    os.symlink(folder, folder + "/up")
    with open(folder + "/file", "w", encoding="ascii"):
        pass
    for path, words in ((folder + "/link", "symbolic link"), (folder + "/up/spool", "symbolic link"),
                        (folder + "/file", "not a directory"), (folder + "/none", "No such file"),
                        ("spool", "must begin with /")):
        assert refused(conf.send({"api": "smstools", "spool": path}), words)
    assert os.listdir(spool) == []


@pytest.mark.parametrize("prepare", [forbid("openat", error=errno.EOPNOTSUPP), forbid("openat", error=errno.EISDIR),
                                     forbid(*LANDLOCK)], ids=["overlayfs", "old kernel", "no Landlock"])
def test_smstools_file_where_less_is_to_be_had(conf, spool, prepare):
    """The same file, and no other beside it, also where it cannot be had."""
    settings = {"api": api(conf, 'transport = "spool"; name = "{ref}"; text = "{text}";'), "spool": spool}
    assert conf.send(settings, prepare=prepare).outcome == ACCEPTED
    status = os.lstat(spool + "/K7")
    assert (stat.S_IMODE(status.st_mode), status.st_gid, status.st_nlink) == (0o640, GROUP, 1)
    with open(spool + "/K7", encoding="ascii") as file:
        assert file.read() == TEXT
    reply = conf.send(settings, message=request(text="another"), prepare=prepare)
    assert reply.outcome == OPERATOR and "File exists" in reply.detail, reply
    assert os.listdir(spool) == ["K7"] and os.stat(spool + "/K7").st_size == len(TEXT)


@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_nothing_is_replaced(conf, folder, spool, kind):
    """A member of the spool's group knows the name in advance."""
    name, victim = spool + "/fixed", folder + "/victim"
    for path in (victim, name)[:2 if kind == "file" else 1]:
        with open(path, "w", encoding="ascii") as file:
            file.write("mine")
        os.chmod(path, 0o666)
    if kind == "link":
        os.symlink(victim, name)
    elif kind == "directory":
        os.mkdir(name, 0o777)
    reply = conf.send({"api": api(conf, 'transport = "spool"; name = "fixed"; text = "{text}";'), "spool": spool})
    assert reply.outcome == OPERATOR and "File exists" in reply.detail, reply
    assert os.listdir(spool) == ["fixed"]
    for path in (victim, name)[:2 if kind == "file" else 1]:
        with open(path, encoding="ascii") as file:
            assert file.read() == "mine"


@pytest.mark.parametrize("ref", ["../x", "a/b", ".hidden", "a%b", "~"])
def test_names_stay_names(conf, folder, spool, ref):
    settings = {"api": api(conf, 'transport = "spool"; name = "{ref}"; text = "{text}";'), "spool": spool}
    assert refused(conf.send(settings, message=request(ref=ref)), '"name"')
    assert os.listdir(spool) == [] and sorted(os.listdir(folder)) == ["spool"]


def test_headers_stay_headers(conf, spool):
    settings = {"api": api(conf, 'transport = "spool"; name = "{uuid}"; text = "x"; '
                                 'headers = ( { name = "To"; value = "{text}"; } );'), "spool": spool}
    assert refused(conf.send(settings, message=request(text="1\nTo: 2")), "control character")
    assert os.listdir(spool) == []
    assert conf.send(settings, message=request(text="plain")).outcome == ACCEPTED


def test_headers_as_type_bounds_and_escape_say(conf, spool):
    settings = {"api": api(conf, 'transport = "spool"; name = "{uuid}"; text = "x"; headers = ('
                                 '{ name = "Validity"; value = "{validity_s}"; min = 600; max = 3600; }, '
                                 '{ name = "Markup"; value = "<a>{ref}</a>"; escape = "xml"; }, '
                                 '{ name = "Number"; value = "{extra}"; type = "integer"; when = "extra"; } );'),
                "spool": spool}
    reply = conf.send(settings, message=request(ref="<&"))
    assert reply.outcome == ACCEPTED, reply
    with open(f"{spool}/{reply.message_id}", "rb") as file:
        assert file.read() == b"Validity: 600\nMarkup: <a>&lt;&amp;</a>\n\nx"
    assert refused(conf.send({**settings, "extra": "many"}), "must be a number")
    assert len(os.listdir(spool)) == 1


def test_full_spool(conf, spool):
    """Nothing half written is left, under whatever name."""
    reply = conf.send({"api": "smstools", "spool": spool},
                      prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8)))
    assert reply.outcome == OPERATOR and "cannot be written" in reply.detail and reply.posted == 0, reply
    assert os.listdir(spool) == []


@pytest.mark.parametrize("settings, words", [
    ({"api": "smstools"}, '"spool" is missing'),
    ({"api": "exec"}, '"program" is missing'),
    ({"api": "smstools", "spool": "SPOOL", "base_url": "https://example.com"}, "no use"),
    ({"api": "smstools", "spool": "SPOOL", "proxy": "http://example.com:1"}, "no use"),
    ({"api": "smstools", "spool": "SPOOL", "connect_timeout": 2}, "no use"),
    ({"api": "smstools", "spool": "SPOOL", "writable": ["/run"]}, "no use"),
    ({**TWILIO, "spool": "SPOOL"}, "no use"), ({**TWILIO, "program": "/usr/bin/true"}, "no use")])
def test_keys_that_do_not_belong(conf, spool, settings, words):
    settings = {key: spool if value == "SPOOL" else value for key, value in settings.items()}
    assert refused(conf.send(settings), words)


@pytest.mark.parametrize("paths, words", [
    (["/run", "var"], "gw.conf:3: writable: must hold paths"), (["/run\n"], "gw.conf:3: writable: must hold paths"),
    (["/run"] * 9, "gw.conf:3"), ("/run", "gw.conf:3"), (["/nowhere/at/all"], "/nowhere: No such file")])
def test_places_to_write_to(conf, paths, words):
    assert refused(conf.send({"api": "exec", "program": "/usr/bin/true", "writable": paths}), words)


@pytest.mark.parametrize("send, words", [
    ('transport = "spool"; name = "x"; text = "{text}"; }; answer = { kind = "json";', "http"),
    ('transport = "spool"; text = "{text}";', '"name" is missing'),
    ('transport = "spool"; name = "{nobody}"; text = "{text}";', "name"),
    ('transport = "exec"; name = "x"; text = "{text}";', "unknown key"),
    ('transport = "exec"; url = "https://example.com"; text = "x";', "unknown key"),
    ('transport = "smtp"; text = "x";', "is missing"),
    ('transport = "pigeon"; text = "x";', "must be")])
def test_descriptions_that_are_refused(conf, spool, send, words):
    assert refused(conf.send({"api": api(conf, send), "spool": spool}), words)


@pytest.mark.parametrize("task", [TASK_VOICE, TASK_STATUS])
def test_other_tasks_are_skipped(conf, spool, task):
    reply = conf.send({"api": "smstools", "spool": spool},
                      message=request(task=task, **({"text": "", "code": "", "message_id": "x"}
                                                    if task == TASK_STATUS else {})))
    assert (reply.outcome, reply.posted) == (SKIPPED, 0) and os.listdir(spool) == [], reply


# --- programs ---------------------------------------------------------------

@pytest.fixture
def program(conf, folder):
    """Sends through a program with this text; below FOLDER/out it may write."""
    out = folder + "/out"
    os.mkdir(out)
    os.chmod(out, 0o777)

    def send(text, message=None, prepare=None, **settings):
        path = folder + "/program"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("OUT", out))
        os.chmod(path, 0o755)

        def alone():
            os.setpgid(0, 0)
            if prepare:
                prepare()
        conf.write({"api": "exec", "program": path, "writable": [out], **settings})
        helper = Helper(conf.path, message=message, prepare=alone)
        try:
            return helper.reply()
        finally:
            # As the keeper does.
            try:
                os.killpg(helper.pid, 9)
            except ProcessLookupError:
                pass
    send.out = out
    return send


@pytest.mark.parametrize("status, outcome", [
    (0, ACCEPTED), (67, RECIPIENT), (68, UNROUTABLE), (69, PASSING), (75, PASSING), (77, OPERATOR), (78, OPERATOR),
    (1, UNRECOGNISED), (2, UNRECOGNISED), (64, UNRECOGNISED), (127, UNRECOGNISED), (255, UNRECOGNISED)])
def test_exit_statuses(program, status, outcome):
    reply = program(f"#!/bin/sh\nexit {status}\n")
    assert (reply.outcome, reply.posted) == (outcome, 1), reply
    assert reply.detail == ("" if status == 0 else f"exit {status}")


def test_what_a_program_gets(program):
    reply = program("""#!/usr/bin/python3
import json, os, sys
json.dump({"input": sys.stdin.read(), "arguments": sys.argv[1:], "environment": dict(os.environ), "cwd": os.getcwd(),
           "uids": os.getresuid(), "gids": os.getresgid(), "groups": os.getgroups(),
           "fds": sorted(os.listdir("/proc/self/fd"))[:-1],
           "status": [line for line in open("/proc/self/status")
                      if line.startswith(("NoNewPrivs", "CapBnd", "CapEff"))]},
          open("OUT/got", "w"))
""", message=request(text=TEXT + "\n\n@example.com"))
    assert reply.outcome == ACCEPTED, reply
    with open(program.out + "/got", encoding="utf-8") as file:
        got = json.load(file)
    assert got["input"] == f"To: {TO}\n\n{TEXT}\n\n@example.com"
    assert got["arguments"] == [] and got["cwd"] == "/"
    # Python itself adds LC_CTYPE where it finds the locale C.
    assert {key: value for key, value in got["environment"].items() if key != "LC_CTYPE"} == \
        {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    assert len(set(got["uids"])) == 1 and 0 not in got["uids"] + got["gids"] and got["groups"] == []
    assert got["fds"] == ["0", "1", "2"]
    assert [line.split()[1].strip("0") for line in got["status"]] == ["", "", "1"]


def test_program_without_landlock(program):
    assert program("#!/bin/sh\ncat >OUT/got\n", prepare=forbid(*LANDLOCK)).outcome == ACCEPTED
    assert os.listdir(program.out) == ["got"]


def test_where_a_program_writes(program, folder):
    if landlock_version() < 1:
        pytest.skip("this kernel has no Landlock")
    os.mkdir(folder + "/loose")
    os.chmod(folder + "/loose", 0o777)
    reply = program(f"""#!/bin/sh
echo x >/dev/null || exit 10
echo x >OUT/file && mkdir OUT/d && mv OUT/file OUT/d/file && rm -r OUT/d || exit 11
(echo x >{folder}/loose/file) 2>/dev/null && exit 12
mkdir {folder}/loose/d 2>/dev/null && exit 13
(echo x >/tmp/smsotp-test) 2>/dev/null && exit 14
cat /etc/passwd >/dev/null || exit 15
exit 0
""")
    assert reply.outcome == ACCEPTED, reply
    assert os.listdir(folder + "/loose") == [] and os.listdir(program.out) == []


def test_whom_a_program_signals(program):
    if landlock_version() < 6:
        pytest.skip("this kernel's Landlock knows no signals")
    reply = program("#!/bin/sh\nkill -0 $PPID 2>/dev/null && exit 10\nsleep 9 & kill $! || exit 11\n")
    assert reply.outcome == ACCEPTED, reply


def test_a_program_cannot_look_into_who_waits_for_it(program):
    """That process has the gateway's settings and the code."""
    reply = program("""#!/usr/bin/python3
import os
for name in ("mem", "maps", "environ", "fd/3"):
    try:
        os.close(os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY))
        open("OUT/" + name.replace("/", ""), "w")
    except PermissionError:
        pass
""")
    assert reply.outcome == ACCEPTED and os.listdir(program.out) == [], reply


def test_message_ids_and_details(program):
    assert program("#!/bin/sh\necho id-1\necho more\n").message_id == "id-1"
    for line in ("two words", "a=b", 'quo"te', "x" * 129, CODE, f"id-{TO}"):
        reply = program(f"#!/bin/sh\necho '{line}'\n")
        assert (reply.outcome, reply.message_id) == (ACCEPTED, ""), reply
    reply = program("#!/bin/sh\nread -r _ to; read -r _; read -r text\n"
                    "echo \"no way to $to with $text\" >&2; echo second >&2; exit 75\n")
    assert reply.detail == "exit 75: no way to *** with ***"


def test_program_that_dies(program):
    reply = program("#!/bin/sh\necho oh >&2; kill -9 $$\n")
    assert (reply.outcome, reply.detail) == (AMBIGUOUS, "signal 9: oh")


@pytest.mark.parametrize("text", ["sleep 60", "cat >/dev/null; exec sleep 60", "yes", "yes >&2",
                                  "exec 0<&- 1>&- 2>&-; sleep 60", "kill -STOP $$"])
def test_program_without_end(program, text):
    began = time.monotonic()
    reply = program(f"#!/bin/sh\necho $$ >OUT/pid\n{text}\n", timeout=1)
    assert (reply.outcome, reply.posted) == (AMBIGUOUS, 1) and "in time" in reply.detail, reply
    assert time.monotonic() - began < 2.5
    with open(program.out + "/pid", encoding="ascii") as file:
        pid = int(file.read())
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{pid}"):
        assert time.monotonic() < deadline, "the program is still there"
        time.sleep(0.01)


def test_long_text_that_nobody_reads(program):
    assert program("#!/bin/sh\nexit 0\n", message=request(text="x" * 1600)).outcome == ACCEPTED


def test_program_is_not_run_for_nothing(conf, program, folder):
    """Its process waits before the request is there, and ends with it where there is nothing to send."""
    run = "#!/bin/sh\ntouch OUT/ran\n"
    assert program(run).outcome == ACCEPTED
    os.unlink(program.out + "/ran")
    for message in (b"garbage", request(task=TASK_VOICE)):
        helper = Helper(conf.path, message=b"")
        time.sleep(0.3)
        assert os.listdir(program.out) == []
        helper.socket.send(message)
        reply = helper.reply()
        assert reply.outcome in (OPERATOR, SKIPPED) and reply.posted == 0, reply
    time.sleep(0.2)
    assert os.listdir(program.out) == [] and os.path.exists(folder + "/program")


def test_files_that_are_no_programs(conf, program, folder):
    path = folder + "/program"
    reply = program("no program\n")
    assert (reply.outcome, reply.detail) == (OPERATOR, "the program cannot be run: Exec format error")
    for change, words in ((lambda: os.chmod(path, 0o775), "not writable by group"),
                          (lambda: os.chmod(path, 0o644), "not an executable"),
                          (lambda: (os.chmod(path, 0o755), os.chown(path, 61501, 0)), "owned by root"),
                          (lambda: (os.chown(path, 0, 0), os.chmod(folder, 0o775)), "others than root"),
                          (lambda: (os.chmod(folder, 0o755), os.chown(folder, 61501, 0)), "others than root")):
        change()
        assert refused(conf.send(), words)
    os.chown(folder, 0, 0)
    os.symlink(path, folder + "/link")
    for name, words in ((folder + "/link", "symbolic link"), (folder, "not an executable"),
                        ("/nowhere", "No such file"), ("program", "must begin with /")):
        assert refused(conf.send({"api": "exec", "program": name}), words)
    # Its directories may be sticky: there nobody can replace what is root's.
    os.chmod(folder, 0o1777)
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n")
    assert conf.send({"api": "exec", "program": path}).outcome == ACCEPTED
