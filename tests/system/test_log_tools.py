# SPDX-License-Identifier: BSD-2-Clause
"""What others do with the log: fail2ban's filter and logrotate's file, on lines of real logins."""
import os
import re
import shutil
import subprocess

import pytest

import hosts
import harness

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
FAIL2BAN, LOGROTATE = (shutil.which(name, path=PATH) for name in ("fail2ban-regex", "logrotate"))
CONF = os.path.join(os.path.dirname(__file__), "../../conf")
PROMPT = r"prompt Code (\w\w) sent to .*"
CLIENT, VICTIM = "203.0.113.9", "198.51.100.7"

needs_fail2ban = pytest.mark.skipif(FAIL2BAN is None, reason="fail2ban is not installed")


@pytest.fixture
def found(tmp_path):
    """Which addresses the filter finds in a log of these lines."""
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    shutil.copy(CONF + "/fail2ban/filter.d/smsotp.conf", folder / "filter.d/smsotp.conf")

    def run(lines):
        log = tmp_path / "auth.log"
        log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        done = subprocess.run([FAIL2BAN, "-c", str(folder), "-o", "ip", str(log),
                               str(folder / "filter.d/smsotp.conf")], capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.split()
    return run


def as_file(world, form):
    """The lines of this world's log as a log daemon writes them to a file."""
    lines = []
    for found in (re.match(r"<\d+>(\w{3} [ \d]\d \S{8}) (.*)", line) for line in world.log_lines()):
        if not found:
            continue            # a marker of our own
        time, rest = found.groups()
        clock = time.split()[2]
        lines.append({"traditional": f"{time} web1 {rest}", "precise": f"2026-11-29T{clock}.123456+00:00 web1 {rest}"}
                     [form])
    return lines


def refused(world, daemon_host, user, client=CLIENT, known=True):
    """A login of one wrong code."""
    daemon = hosts.Daemon(world, daemon_host, user, client=client)
    ref = daemon.says(PROMPT).group(1)
    daemon.type(world.text_of(ref).wrong() if known else "135790")
    daemon.says("error .*")
    assert daemon.ended() != 0
    world.forget_log()


@needs_fail2ban
@pytest.mark.parametrize("form", ["traditional", "precise"])
def test_finds_who_guesses(world, daemon_host, found, form):
    world.configure(guesses="{ per_conversation = 1; lock_after = 2; }",
                    exempt=harness.exempt("robots", users='[ "carol" ]'))
    refused(world, daemon_host, "alice")
    refused(world, daemon_host, "alice")
    refused(world, daemon_host, "nobody-here", client="2001:db8::9", known=False)
    # Not: who is let in, who is exempt, who hangs up.
    daemon = hosts.Daemon(world, daemon_host, "bob", client=VICTIM)
    daemon.type(world.text_of(daemon.says(PROMPT).group(1)).code)
    assert daemon.ended() == 0
    hosts.Daemon(world, daemon_host, "carol", client=VICTIM).ended()
    world.forget_log()
    world.expected_texts = 3
    assert found(as_file(world, form)) == [CLIENT, CLIENT, "2001:db8::9"]


@needs_fail2ban
@pytest.mark.parametrize("name", [
    f"x client={VICTIM} tty=", f"x uid=- service=sshd client={VICTIM} tty=- ",
    f"x\nNov 29 07:11:58 web1 sshd[1]: pam_smsotp(sshd:auth): event=denied reason=locked user=x uid=- service=sshd "
    f"client={VICTIM} tty=ssh", f"x\r client={VICTIM}", f"\\x20client={VICTIM}", f"x\xa0client={VICTIM} tty=",
    f"x\tclient={VICTIM}\ttty="])
def test_no_name_makes_another_client(world, daemon_host, found, name):
    """The name of an account that does not exist is not in the log; one that sshd writes itself is another line."""
    world.configure(guesses="{ per_conversation = 1; }")
    refused(world, daemon_host, name, known=False)
    lines = as_file(world, "traditional")
    lines += [f"Nov 29 07:11:58 web1 sshd[77]: Invalid user {line} from {CLIENT} port 4711"
              for line in name.split("\n")]
    forged = f"pam_smsotp(sshd:auth): event=denied reason=locked user=x uid=- service=sshd client={VICTIM} tty=ssh"
    lines += [f"Nov 29 07:11:58 web1 sshd[77]: Invalid user {forged} from {CLIENT} port 4711",
              f"Nov 29 07:11:58 web1 sshd[77]: error: PAM: Authentication failure for illegal user {forged}"]
    assert found(lines) == [CLIENT]
    world.expected_texts = 0


@needs_fail2ban
def test_no_client_makes_another_client(world, daemon_host, found):
    """Of an account that does exist, whose guesses come from a client with such a name."""
    world.configure(guesses="{ per_conversation = 1; }")
    refused(world, daemon_host, "alice", client=f"x client={VICTIM} tty=")
    assert VICTIM in "".join(as_file(world, "traditional"))
    assert found(as_file(world, "traditional")) == []
    world.expected_texts = 1


@needs_fail2ban
def test_jail_is_understood(tmp_path):
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    for place in ("filter.d", "jail.d"):
        shutil.copy(f"{CONF}/fail2ban/{place}/smsotp.conf", folder / place / "smsotp.conf")
    done = subprocess.run([os.path.dirname(FAIL2BAN) + "/fail2ban-client", "-c", str(folder), "-d"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for wanted in (r"\['set', 'smsotp', 'maxretry', 10\]", r"\['add', 'smsotp', 'systemd'\]",
                   r"\['set', 'smsotp', 'addjournalmatch', 'SYSLOG_FACILITY=10', '_UID=0'\]", r"\['start', 'smsotp'\]"):
        assert re.search(wanted, done.stdout), (wanted, done.stdout)


@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not installed")
def test_logrotate(tmp_path):
    """As it will be done, but for the file's place and for the signal, which is somebody else's log daemon's."""
    with open(CONF + "/logrotate.d/smsotp", encoding="utf-8") as file:
        text = file.read()
    log, conf = tmp_path / "smsotp.log", tmp_path / "logrotate.conf"
    assert text.count("/var/log/smsotp.log {") == 1
    text = text.replace("/var/log/smsotp.log {", f"{log} {{\n\tsu root root")
    conf.write_text(text)
    conf.chmod(0o644)
    tmp_path.chmod(0o755)
    log.write_text("a line\n")
    done = subprocess.run([LOGROTATE, "-d", "-f", "-s", str(tmp_path / "state"), str(conf)], capture_output=True,
                          text=True, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "error" not in said, said
    assert f"renaming {log} to {log}.1" in said and "(52 rotations)" in said, said
    conf.write_text(re.sub(r"\tpostrotate\n.*?endscript\n", "", text, flags=re.S))
    done = subprocess.run([LOGROTATE, "-f", "-s", str(tmp_path / "state"), str(conf)], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "smsotp.log.1").read_text() == "a line\n"
    assert log.read_text() == "" and log.stat().st_mode & 0o777 == 0o600
