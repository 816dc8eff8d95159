# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl try: a service asks for codes until that is confirmed from another login, or as before once that is over,
whatever ended it."""
import json
import os
import re
import shutil
import signal
import subprocess

import pytest

import hosts
import recipe_ways
from harness import until

SERVICE = "/etc/pam.d/sshd"
BEGUN = "Now log in at another terminal"


def read(path=SERVICE):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Trial:
    """The private machine with sshd as docs/RECIPES.md has it, but its PAM service as Debian brings it."""

    def __init__(self, machine):
        self.machine, self.world = machine, machine.world
        self.program = self.world.stage.ctl
        self.running = self.world.stage.root + "/run/smsotp/trial"
        section = recipe_ways.SECTIONS["Password and code"]
        machine.write(section.block("/etc/ssh/sshd_config.d/00-smsotp.conf"))
        self.ways = recipe_ways.SshPassword(machine, section)
        self.ways.prepare("alice")
        self.before = read()

    def ctl(self, *arguments, status=0):
        done = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=hosts.ENVIRONMENT, timeout=60, check=False)
        assert status is None or done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
        return done

    def begin(self, *arguments, service="sshd"):
        terminal = hosts.Terminal(self.world, [self.program, "try", service, *arguments])
        terminal.expect(BEGUN, timeout=30)
        return terminal

    def asks(self):
        """A login with the password is asked for a code, and gets in with it."""
        count = len(self.world.texts()) + 1
        terminal = self.ways.start()
        terminal.prompt()
        terminal.code(count)
        self.ways.is_in(terminal)
        self.world.expect_log("text accepted", "accepted code")

    def asks_not(self):
        """It gets in at once, and nobody is texted."""
        self.ways.is_in(self.ways.start())
        self.world.expect_log()

    def wrong_password(self):
        terminal = self.ways.connect("alice")
        terminal.password("not it")
        self.ways.is_refused(terminal)
        self.world.typed.append("not it")
        self.world.expect_log()

    def found(self):
        document = json.loads(self.ctl("check", "--offline", "--json", status=None).stdout)
        return [(finding["id"], finding["file"]) for finding in document["findings"] if finding["id"].startswith("pam_")]

    def is_as_before(self):
        assert read() == self.before
        assert self.found() == []


@pytest.fixture
def trial(machine):
    made = Trial(machine)
    machine.world.expected_texts = 0
    yield made
    shutil.rmtree(made.running, ignore_errors=True)


def added(before, after):
    """The lines that are in after and not in before, which else is the same."""
    before, after = before.splitlines(True), after.splitlines(True)
    start = next(number for number, pair in enumerate(zip(before, after)) if pair[0] != pair[1])
    count = len(after) - len(before)
    assert before[:start] + before[start:] == after[:start] + after[start + count:]
    return before[start - 1], after[start:start + count]


def test_confirmed_from_the_login_it_asked(trial):
    """All of it: who logs in is asked, confirms with that session, and the module stays."""
    os.chmod(SERVICE, 0o640)
    os.chown(SERVICE, 0, 4)
    trial.asks_not()
    terminal = trial.begin("--minutes=5")
    above, lines = added(trial.before, read())
    assert above == "@include common-auth\n" and len(lines) == 2
    status = os.stat(SERVICE)
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o640, 0, 4)
    trial.wrong_password()
    # Not from where it was begun, whoever asks there.
    login = trial.ways.start()
    login.prompt()
    login.code()
    login.expect(r"\$ ")
    trial.world.expect_log("text accepted", "accepted code")
    login.type(f"sudo {trial.program} try sshd --confirm")
    login.password()
    login.expect("Confirmed: sshd asks for codes from now on.")
    terminal.expect("Confirmed: sshd asks for codes from now on.")
    assert terminal.ended() == 0
    login.type("exit")
    assert login.ended() == 0
    assert added(trial.before, read()) == (above, lines[1:])
    assert re.fullmatch(r"auth +required +\S*pam_smsotp\.so\n", lines[1])
    assert trial.found() == []
    trial.asks()
    trial.world.expected_texts = 2


def test_the_same_terminal_cannot_confirm(trial):
    shell = hosts.Terminal(trial.world, ["/bin/bash", "--norc", "--noprofile", "-i"])
    shell.expect(r"[$#] ")
    shell.type(f"{trial.program} try sshd &")
    shell.expect(r"\^C here")
    shell.type(f"{trial.program} try sshd --confirm; echo status $?")
    shell.expect("the trial of sshd was begun from this same login")
    shell.expect("status 2")
    assert len(added(trial.before, read())[1]) == 2
    shell.type(f"{trial.program} try sshd --stop")
    shell.expect("The trial is over: sshd is as it was")
    shell.expect("The trial is over: sshd is as it was")
    shell.type("exit")
    shell.ended()
    trial.is_as_before()


def test_not_confirmed_in_time(trial, clock):
    trial.machine.preload_clock(clock)
    terminal = trial.begin("--minutes=1")
    trial.asks()
    trial.machine.set_ahead("boot", 61)
    terminal.expect("Not confirmed in time: sshd is as it was.")
    assert terminal.ended() == 1
    trial.is_as_before()
    trial.asks_not()
    assert "no trial of sshd runs" in trial.ctl("try", "sshd", "--confirm", status=2).stderr
    trial.world.expected_texts = 1


@pytest.mark.parametrize("how", ["interrupt", "hang up", "terminate"])
def test_ended_where_it_was_begun(trial, how):
    terminal = trial.begin()
    if how == "interrupt":
        terminal.key("c")
    elif how == "terminate":
        terminal.kill(signal.SIGTERM)
    else:
        terminal.hang_up()
    if how != "hang up":
        terminal.expect("The trial is over: sshd is as it was.")
        assert terminal.ended() == 1
    until(lambda: read() == trial.before, 10, "the end of the trial")
    trial.is_as_before()


@pytest.mark.parametrize("how", ["killed", "reboot"])
def test_whatever_ends_it(trial, how):
    """No process is left to take the lines out: they ask for nothing, check says so, and they go."""
    terminal = trial.begin()
    trial.asks()
    terminal.kill(signal.SIGKILL)
    terminal.ended()
    if how == "reboot":
        shutil.rmtree(trial.world.stage.root + "/run/smsotp")
    assert len(added(trial.before, read())[1]) == 2
    trial.asks_not()
    trial.wrong_password()
    assert trial.found() == [("pam_trial", SERVICE)]
    refused = trial.ctl("try", "sshd", "--confirm", status=2).stderr
    assert "no trial of sshd runs" in refused
    if how == "killed":
        assert trial.ctl("try", "sshd", "--stop").stdout == "The trial is over: sshd is as it was.\n"
    else:
        # Another takes what is left along.
        again = trial.begin()
        assert len(added(trial.before, read())[1]) == 2
        again.key("c")
        again.expect("is as it was")
        again.ended()
    trial.is_as_before()
    trial.world.expected_texts = 1


def test_a_second_one_is_refused(trial):
    first = trial.begin()
    text = read()
    refused = trial.ctl("try", "sshd", status=2).stderr
    assert f"a trial of sshd runs already, begun by root(0), process {first.pid}" in refused
    assert read() == text
    trial.ctl("try", "--alive", "sshd", status=0)
    trial.ctl("try", "--alive", "su", status=1)
    assert trial.ctl("try", "sshd", "--stop", "--json").stdout.split() == \
        '{ "service": "sshd", "result": "stopped" }'.split()
    first.expect("The trial is over")
    assert first.ended() == 1
    trial.ctl("try", "--alive", "sshd", status=1)
    trial.is_as_before()
    assert "has no lines of a trial" in trial.ctl("try", "sshd", "--stop").stdout


def test_by_sudo_and_by_su(trial):
    """Their real user is the caller, who may not see that a trial runs; and each service has its own."""
    for service, words in (("sudo", ["/usr/bin/sudo", "id", "-un"]), ("su", ["/bin/su", "-c", "id -un", "bob"])):
        user = "alice"
        before = read(f"/etc/pam.d/{service}")
        trial.world.configure(services='( { names = [ "su" ]; identity = "caller"; } )')
        terminal = trial.begin(service=service)
        person = hosts.Terminal(trial.world, words, user=user)
        person.password()
        person.prompt()
        person.code(len(trial.world.texts()) or 1)
        person.expect("\n(root|bob)\r\n")
        assert person.ended() == 0
        trial.world.expect_log("text accepted", "accepted code")
        terminal.kill(signal.SIGKILL)
        terminal.ended()
        # "as before": without a code.
        subprocess.run(["sudo", "-u", user, "sudo", "-K"], check=False)
        person = hosts.Terminal(trial.world, words, user=user)
        person.password()
        person.expect("\n(root|bob)\r\n")
        assert person.ended() == 0
        trial.ctl("try", service, "--stop")
        assert read(f"/etc/pam.d/{service}") == before
    trial.world.expected_texts = 2


def refusal(trial, service="sshd"):
    return trial.ctl("try", service, status=2).stderr


def test_what_check_calls_wrong_is_refused(trial):
    """With what is to be mended, and nothing is changed."""
    os.unlink("/etc/ssh/sshd_config.d/00-smsotp.conf")
    trial.machine.give("/etc/ssh/sshd_config.d/00-own.conf", "KbdInteractiveAuthentication no\n")
    said = refusal(trial)
    assert "[sshd_keyboard]" in said and 'Set "KbdInteractiveAuthentication yes"' in said
    assert said.endswith("Nothing was changed. Mend the errors, and try again.\n")
    document = json.loads(trial.ctl("try", "sshd", "--json", status=2).stdout)
    assert document["errors"] == 1
    trial.is_as_before()
    os.unlink("/etc/ssh/sshd_config.d/00-own.conf")
    trial.world.configure(country_code='"x"')
    assert "[conf]" in refusal(trial)
    trial.world.configure(country_code='"44"')
    trial.is_as_before()
    trial.ctl("try", "--alive", "sshd", status=1)


STACKS = [
    # The service's lines for auth; behind which of them a trial puts its own, or why it does not.
    ("auth [success=1 default=ignore] pam_unix.so|auth requisite pam_deny.so|auth required pam_permit.so", 1),
    ("auth requisite pam_unix.so", 0),
    ("auth required pam_env.so|auth requisite pam_unix.so|auth optional pam_group.so", 1),
    ("auth [success=ok \\|  default=die] pam_unix.so # the password", 1),
    ("auth requisite pam_unix.so|# the end, of which\\|auth requisite pam_oath.so", 2),
    ("auth required pam_unix.so", "pam_wrong_password"),
    ("auth sufficient pam_unix.so|auth required pam_deny.so", "pam_skipped"),
    ("auth required pam_permit.so", "no line of it checks a password"),
    ("auth requisite pam_unix.so|auth required pam_smsotp.so", "asks for codes already"),
    ("auth requisit pam_unix.so", "no line of it checks a password"),
]


@pytest.mark.parametrize("lines, behind", STACKS, ids=[str(row[1]) + "-" + str(number) for number, row in enumerate(STACKS)])
def test_where_the_lines_go(trial, lines, behind):
    rest = "account required pam_permit.so\nsession required pam_permit.so\n"
    text = lines.replace("|", "\n") + "\n" + rest
    trial.machine.give("/etc/pam.d/ours", text)
    if isinstance(behind, str):
        assert behind in refusal(trial, "ours")
        assert read("/etc/pam.d/ours") == text
        return
    terminal = trial.begin(service="ours")
    above, two = added(text, read("/etc/pam.d/ours"))
    assert above == text.splitlines(True)[behind] and len(two) == 2
    terminal.key("c")
    terminal.expect("is as it was")
    terminal.ended()
    assert read("/etc/pam.d/ours") == text


def test_files_that_are_not_changed(trial):
    """Links, others' files, none; and a file without an end to its last line."""
    assert "cannot be opened" in refusal(trial, "no-such")
    trial.machine.give("/etc/pam.d/real", "auth requisite pam_unix.so")
    os.symlink("real", "/etc/pam.d/linked")
    assert "is a symbolic link" in refusal(trial, "linked")
    assert 'cannot be a service' in refusal(trial, "../pam.d/sshd")
    os.chmod("/etc/pam.d/real", 0o664)
    assert "must not be writable" in refusal(trial, "real")
    os.chmod("/etc/pam.d/real", 0o644)
    terminal = trial.begin(service="real")
    assert read("/etc/pam.d/real").startswith("auth requisite pam_unix.so\nauth ")
    terminal.key("c")
    terminal.expect("is as it was")
    terminal.ended()
    assert read("/etc/pam.d/real") == "auth requisite pam_unix.so\n"
