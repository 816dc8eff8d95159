# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl edit: an editor at a copy, which takes the file's place only without errors."""
import json
import os
import signal
import subprocess

import pytest

import hosts
from harness import until

OUTBOX = ("init", "--gateway=outbox", "--country-code=44")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Editing:
    """A configured host, and an editor that does what a test says."""

    def __init__(self, fresh):
        self.fresh = fresh
        fresh.ctl(*OUTBOX)
        self.script = fresh.base + "/editor"
        self.environment = {"EDITOR": self.script, "HOME": "/root"}
        self.before = fresh.files()

    def editor(self, *lines):
        """A shell's lines; the copy's path is $1. It notes what it was given."""
        with open(self.script, "w", encoding="utf-8") as file:
            file.write("\n".join(["#!/bin/sh", f'echo "$1" >> {self.fresh.base}/opened',
                                  f'stat -c "%a %u %n" "$1" "$(dirname "$1")" >> {self.fresh.base}/seen', *lines, ""]))
        os.chmod(self.script, 0o700)

    def run(self, *arguments, status=0):
        return self.fresh.ctl("edit", *arguments, status=status, environment=self.environment)

    def terminal(self, *arguments):
        return self.fresh.terminal("edit", *arguments, environment=self.environment)

    def opened(self):
        return read(self.fresh.base + "/opened").splitlines()

    def unchanged(self):
        """Nothing is another file than before, and nothing is left."""
        assert self.fresh.files() == self.before
        assert not [name for _, folders, _ in os.walk(self.fresh.etc) for name in folders if name.endswith(".edit")]


@pytest.fixture
def editing(fresh):
    return Editing(fresh)


def append(text):
    return f"echo '{text}' >> \"$1\""


def test_right_is_installed(editing):
    fresh = editing.fresh
    editing.editor(append('contact = "IT desk";'), 'echo backup > "$1~"')
    os.chmod(fresh.conf, 0o640)
    os.chown(fresh.conf, 0, 4)
    shown = editing.run().stdout
    assert shown == f"{fresh.conf} is changed, and in force from the next login on.\n"
    assert read(fresh.conf) == editing.before[fresh.conf][2].decode() + 'contact = "IT desk";\n'
    status = os.stat(fresh.conf)
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o640, 0, 4)
    assert set(fresh.files()) == set(editing.before)
    assert os.listdir(fresh.etc + "/gateways") == ["outbox.conf"]
    assert [line for line in fresh.logged() if "reason=edit" in line and f"changed {fresh.conf}" in line]
    # Root alone could see it, the folder it lay in too.
    seen = read(fresh.base + "/seen").splitlines()
    assert [line.split()[:2] for line in seen] == [["600", "0"], ["700", "0"]]
    assert seen[0].split()[2] != fresh.conf


def test_warnings_are_shown_and_do_not_keep(editing):
    fresh = editing.fresh
    editing.editor("sed -i 's/^#allowed_prefixes.*//' \"$1\"", append('allowed_prefixes = [ "+" ];'))
    shown = editing.run(status=1).stdout
    assert f"warning: {fresh.conf}:" in shown and "[prefix_all]" in shown and "1 warning" in shown
    assert "is changed" in shown and 'allowed_prefixes = [ "+" ];' in read(fresh.conf)


def test_unchanged(editing):
    editing.editor('touch "$1"')
    shown = editing.run()
    assert shown.stdout == f"{editing.fresh.conf} is unchanged.\n"
    editing.unchanged()
    assert json.loads(editing.run("--json").stdout) == {"file": editing.fresh.conf, "result": "unchanged"}
    assert not [line for line in editing.fresh.logged() if "reason=edit" in line]


def test_errors_are_asked_about(editing):
    """Edited again with what was written, and discarded or installed as it then is."""
    fresh = editing.fresh
    editing.editor(append("guesse = 1;"))
    terminal = editing.terminal()
    terminal.expect(r"error: (\S+): .*guesse")
    assert terminal.match.group(1).startswith(fresh.conf + ":")
    terminal.expect(r"1 error, 0 warnings\.")
    terminal.expect(r"e\)dit again or d\)iscard: ")
    terminal.type("install it")
    terminal.expect(r"e\)dit again or d\)iscard: ")
    assert read(fresh.conf).encode() == editing.before[fresh.conf][2]
    editing.editor("grep -q guesse \"$1\" && sed -i 's/^guesse = 1;/contact = \"desk\";/' \"$1\"")
    terminal.type("e")
    terminal.expect("is changed, and in force")
    assert terminal.ended() == 0
    assert read(fresh.conf) == editing.before[fresh.conf][2].decode() + 'contact = "desk";\n'
    opened = editing.opened()
    assert len(opened) == 2 and opened[0] == opened[1]


def test_discarded(editing):
    fresh = editing.fresh
    editing.editor(append("guesse = 1;"))
    terminal = editing.terminal()
    terminal.expect(r"d\)iscard: ")
    terminal.type("d")
    terminal.expect("Discarded: .* is as it was")
    assert terminal.ended() == 2
    editing.unchanged()
    # Nobody can be asked: it is never installed.
    shown = editing.run("--json", status=2)
    document = json.loads(shown.stdout)
    assert (document["result"], document["errors"]) == ("discarded", 1)
    assert document["findings"][0]["file"] == fresh.conf and "/.smsotp.conf.edit" not in shown.stdout + shown.stderr
    editing.unchanged()


@pytest.mark.parametrize("how", ["c at the editor", "c at the question", "hang up", "kill", "status", "terminate"])
def test_interrupted(editing, how):
    """Whatever ends the editor, the terminal or the command: the file is as it was and nothing else is there."""
    waits = [f"echo waiting; exec cat > {editing.fresh.base}/typed"]
    editing.editor(append('contact = "x";'), *{
        "c at the question": [append("guesse = 1;")], "kill": ["kill -KILL $$"], "status": ["exit 3"]}.get(how, waits))
    terminal = editing.terminal()
    if how in ("kill", "status"):
        terminal.expect("Nothing was changed")
        assert terminal.ended() == 2
    elif how == "c at the question":
        terminal.expect(r"d\)iscard: ")
        terminal.key("c")
        assert terminal.ended() == 2
    else:
        terminal.expect("waiting")
        if how == "c at the editor":
            terminal.key("c")
            terminal.expect("Interrupt")
            assert terminal.ended() == 2
        elif how == "terminate":
            terminal.kill(signal.SIGTERM)
            assert terminal.ended() == 2
        else:
            terminal.hang_up()
    until(lambda: not [name for name in os.listdir(editing.fresh.etc) if name.endswith(".edit")], 10, "its end")
    editing.unchanged()


def test_killed_itself(editing):
    """What it leaves is root's alone, and goes with the next."""
    editing.editor(append('contact = "x";'), "echo waiting; read line")
    terminal = editing.terminal()
    terminal.expect("waiting")
    terminal.kill(signal.SIGKILL)
    terminal.ended()
    left = editing.fresh.etc + "/.smsotp.conf.edit"
    assert os.stat(left).st_mode & 0o7777 == 0o700
    assert editing.fresh.files()[editing.fresh.conf] == editing.before[editing.fresh.conf]
    editing.editor("grep -q contact..=..x \"$1\" && exit 9; true")
    assert "is unchanged" in editing.run().stdout
    editing.unchanged()


def test_two_at_once(editing):
    editing.editor("echo waiting; read line", append('contact = "first";'))
    first = editing.terminal()
    first.expect("waiting")
    refused = editing.run(status=2).stderr
    assert f"{editing.fresh.conf}: is being edited by root(0), process {first.pid}\n" in refused
    assert "Try again when that is done. Nothing was changed.\n" in refused
    first.type("")
    first.expect("is changed")
    assert first.ended() == 0
    assert len(editing.opened()) == 1


def test_changed_by_another_meanwhile(editing):
    """His work is kept, and the editor's is not lost without a word."""
    conf = editing.fresh.conf
    editing.editor(append('contact = "ours";'), f"echo '# his' >> {conf}")
    terminal = editing.terminal()
    terminal.expect("was changed meanwhile")
    terminal.expect(r"d\)iscard: ")
    terminal.type("d")
    assert terminal.ended() == 2
    assert read(conf).endswith("# his\n") and 'contact = "ours"' not in read(conf)


# --- other files ------------------------------------------------------------------------------

def configured(editing):
    """A host that has every kind of file."""
    fresh = editing.fresh
    text = read(fresh.conf)
    text = text.replace("services = (", 'services = ( { names = [ "login" ]; texts = "su.conf"; },')
    assert "su.conf" in text
    text = text.replace('path = "phones"; }', 'path = "phones"; }, { source = "ldap"; config = "directory.conf"; }')
    assert "directory.conf" in text
    for name, content in (("smsotp.conf", text), ("su.conf", "# nothing else\n"),
                          ("directory.conf", 'uri = [ "ldap://127.0.0.1:1" ];\nbase = "dc=example";\n')):
        with open(f"{fresh.etc}/{name}", "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(f"{fresh.etc}/{name}", 0o600)
    editing.before = fresh.files()


WRONG = [
    # What is named, which file that is, a line that is wrong in it, what is found.
    ("outbox", "gateways/outbox.conf", "nowhere = 1;", "gateway"),
    ("outbox.conf", "gateways/outbox.conf", "prefixes = 7;", "gateway"),
    ("{etc}/gateways/outbox.conf", "gateways/outbox.conf", "syntax", "gateway"),
    ("phones", "phones", f"alice {'1' * 5000}", "phone_source"),
    ("directory.conf", "directory.conf", 'password = "x";', "phone_source"),
    ("su.conf", "su.conf", "whatever = 1;", "conf"),
    ("{etc}/../smsotp/su.conf", "su.conf", 'prompt = "{nobody}";', "conf"),
    ("smsotp.conf", "smsotp.conf", "gateway = 1;", "conf"),
]


@pytest.mark.parametrize("name, file, line, found", WRONG, ids=[f"{row[0]}-{row[3]}" for row in WRONG])
def test_every_kind_is_checked(editing, name, file, line, found):
    configured(editing)
    path = f"{editing.fresh.etc}/{file}"
    editing.editor(append(line))
    document = json.loads(editing.run("--json", name.format(etc=editing.fresh.etc), status=2).stdout)
    assert (document["file"], document["result"]) == (path, "discarded")
    assert [(finding["id"], finding["file"]) for finding in document["findings"]] == [(found, path)], document
    assert ".edit" not in json.dumps(document)
    editing.unchanged()
    editing.editor(append("# as well"))
    assert "is changed" in editing.run(name.format(etc=editing.fresh.etc)).stdout
    assert read(path).endswith("# as well\n")


def test_numbers_that_are_none_warn(editing):
    configured(editing)
    editing.editor(append("alice 12"))
    shown = editing.run("phones", status=1).stdout
    assert "a number of alice" in shown and "is changed" in shown


def test_a_broken_configuration_can_be_mended(editing):
    fresh = editing.fresh
    with open(fresh.conf, "a", encoding="utf-8") as file:
        file.write("broken\n")
    editing.editor(append("# x"))
    refused = editing.run("phones", status=2).stderr
    assert "smsotpctl edit without a name opens smsotp.conf itself" in refused
    assert "is changed" in editing.run("outbox").stdout
    editing.editor("sed -i /^broken/d \"$1\"")
    assert "is changed" in editing.run().stdout
    assert fresh.errors() == set()


def test_broken_sentences_can_be_mended(editing):
    """They keep smsotp.conf from being read, which names them."""
    configured(editing)
    with open(editing.fresh.etc + "/su.conf", "a", encoding="utf-8") as file:
        file.write("broken\n")
    editing.editor("sed -i /^broken/d \"$1\"")
    assert "is changed" in editing.run("su.conf").stdout
    assert read(editing.fresh.etc + "/su.conf") == "# nothing else\n"


def test_what_cannot_be_edited(editing):
    editing.editor("true")
    refused = editing.run("/etc/passwd", status=2).stderr
    assert "/etc/passwd: is neither smsotp.conf, nor a gateway's file, nor one that smsotp.conf names" in refused
    assert "smsotpctl init --gateway NAME" in editing.run("twilio", status=2).stderr
    real = editing.fresh.conf + ".real"
    os.rename(editing.fresh.conf, real)
    assert "smsotpctl init makes smsotp.conf" in editing.run(status=2).stderr
    os.symlink(real, editing.fresh.conf)
    assert "is a symbolic link" in editing.run(status=2).stderr
    assert not os.path.exists(editing.fresh.base + "/opened")


def test_which_editor(editing):
    """VISUAL before EDITOR, with arguments; and one that is not there changes nothing."""
    fresh = editing.fresh
    editing.editor('echo "$2" >> ' + fresh.base + "/second")
    editing.environment = {"VISUAL": f"env - {editing.script}", "EDITOR": "/nowhere"}
    assert "is unchanged" in editing.run().stdout
    editing.environment = {"VISUAL": "", "EDITOR": "/nowhere/at-all"}
    assert "/nowhere/at-all: ended with status 127" in editing.run(status=2).stderr
    editing.unchanged()


def test_the_machine_editor_is_enough(editing):
    """Without a word of the caller's, on a machine that has one."""
    if subprocess.run(["sh", "-c", "command -v editor vi nano"], env=hosts.ENVIRONMENT, stdout=subprocess.DEVNULL,
                      check=False).returncode != 0:
        editing.environment = {}
        assert "no editor is installed; EDITOR names one" in editing.run(status=2).stderr
        editing.unchanged()
