# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl enroll and unenroll: a number goes into the phone file once its code has come back, and what is
written there lets people in."""
import fcntl
import os
import re
import subprocess
import time

import pytest

import hosts
from harness import people, phone, uid, until

HEAD = "# who has which phone\n\nbob  07700 900101   # desk\n"
MASKED = r"\+44 \*+ \d{4}"
ASKED = rf"Code (\w\w) sent to {MASKED}: "


@pytest.fixture
def phones(world):
    """The path of a phone file, the world's only source."""
    path = world.base + "/phones"
    write(path, HEAD)
    world.configure(phones=f'( {{ source = "file"; path = "{path}"; }} )')
    world.expected_texts = 0
    return path


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def logged(world):
    return [line.split("]: ", 1)[1] for line in world.log_lines() if "smsotpctl" in line]


class Enrolling(hosts.Terminal):
    """An administrator at a terminal."""

    def __init__(self, world, stage, *arguments):
        super().__init__(world, [stage.ctl, f"--conf={world.base}/smsotp.conf", "enroll", *arguments])

    def asked(self, count=1):
        """Waits for the question; returns the text that it is about."""
        self.expect(ASKED)
        text = self.world.text(count)
        assert text.ref == self.match.group(1)
        self.world.typed.append(text.code)
        # It belongs to no login: no record has it.
        self.world.records_removed()
        self.world.expected_texts = count
        return text


def test_at_a_terminal_and_then_a_login(world, stage, phones, sshd):
    terminal = Enrolling(world, stage, "alice", "07700 900100")
    text = terminal.asked()
    assert text.to == phone("alice")
    terminal.type(text.wrong())
    terminal.expect("That is not it. " + ASKED)
    terminal.type(f" {text.code[:3]}-{text.code[3:]}")
    terminal.expect(rf"alice has {MASKED} in {phones}\.\r\n")
    assert terminal.ended() == 0
    assert read(phones) == HEAD + "alice  +447700900100\n"
    assert not os.path.exists(f"{world.base}/state/users/{uid('alice')}")
    begun, sent, done = logged(world)
    who = f"user=alice uid={uid('alice')} "
    assert begun.startswith("event=admin reason=enroll_text " + who)
    assert sent.startswith("event=text reason=accepted " + who)
    assert re.fullmatch(rf"event=admin reason=enroll {who}.* phone=\+44\*0100 source={phones} .* "
                        r'by=root\(0\) detail="new, a code came back"', done), done

    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()
    ssh.code(2)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 2


def test_three_wrong_answers(world, stage, phones):
    terminal = Enrolling(world, stage, "alice", "07700 900100")
    text = terminal.asked()
    for step in range(3):
        terminal.type(text.wrong(step + 1))
    terminal.expect(r"alice is not enrolled: three answers were not the code\. Nothing was changed\.")
    assert terminal.ended() == 1
    assert read(phones) == HEAD
    assert 'reason=enroll_failed user=alice' in logged(world)[-1]
    assert 'detail="wrong_code"' in logged(world)[-1]
    # None of it is a wrong code of hers.
    assert not os.path.exists(f"{world.base}/state/users/{uid('alice')}")


def test_interrupted_and_without_an_answer(world, stage, phones):
    terminal = Enrolling(world, stage, "alice", "07700 900100")
    terminal.asked()
    terminal.key("c")
    assert terminal.ended() == -2
    terminal = Enrolling(world, stage, "alice", "07700 900100")
    terminal.asked(2)
    terminal.key("d")
    terminal.expect("not enrolled: no answer came")
    assert terminal.ended() == 1
    assert read(phones) == HEAD


def program(world, stage, *arguments):
    return subprocess.Popen([stage.ctl, f"--conf={world.base}/smsotp.conf", "enroll", *arguments],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True)


def test_by_a_program(world, stage, ctl, phones):
    with program(world, stage, "--json", "--show", "--code-from-stdin", "alice", "07700 900100") as process:
        text = world.text()
        world.typed.append(text.code)
        output, _ = process.communicate(text.code + "\n", timeout=20)
    assert process.returncode == 0, output
    assert '"enrolled": true' in output and f'"number": "{phone("alice")}"' in output
    assert '"checked": true' in output
    # Without a terminal and without that option nothing is sent.
    refused = ctl("enroll", "alice", "07700 900100", status=2).errors
    assert "there is no terminal to ask for the code on" in refused
    world.records_removed()
    world.expected_texts = 1


def test_no_gateway(world, ctl, phones):
    world.gateway("nowhere", hosts.twilio("http://127.0.0.1:1"))
    world.configure(gateways='[ "nowhere" ]')
    shown = ctl("enroll", "--code-from-stdin", "alice", "07700 900100", status=1, text="123456\n").output
    assert re.match(r"nowhere: unreachable after \d+ ms.*\nalice is not enrolled: no gateway took the "
                    r"text\. Nothing was changed\.\n$", shown), shown
    assert read(phones) == HEAD


def test_unchecked_added_and_removed(world, ctl, phones):
    os.chmod(phones, 0o400)
    assert ctl("enroll", "--no-check", "alice", "+447700900100").output.endswith(
        f" in {phones} (not checked).\n")
    assert 'detail="new, not checked"' in logged(world)[-1]
    ctl("enroll", "--no-check", "--add", "bob", "+447700900102")
    added = HEAD.replace("900101 ", "900101, +447700900102 ")
    assert read(phones) == added + "alice  +447700900100\n"
    assert ", as before" in ctl("enroll", "--no-check", "--add", "bob", "07700 900102").output
    assert ctl("enroll", "--no-check", "bob", "07700 900103", "--json").json()["change"] == "changed"
    assert read(phones) == HEAD.replace("07700 900101", "+447700900103") + "alice  +447700900100\n"
    assert os.stat(phones).st_mode & 0o7777 == 0o400

    assert re.fullmatch(rf"{phones} does not have bob with {MASKED}\.\n",
                        ctl("unenroll", "bob", "07700 900999", status=1).output)
    count = len(logged(world))
    assert ctl("unenroll", "bob", "07700 900103").output == f"bob is no longer in {phones}.\n"
    assert ctl("unenroll", "alice").output == f"alice is no longer in {phones}.\n"
    assert read(phones) == HEAD[:HEAD.index("bob")]
    assert ctl("unenroll", "alice", status=1).output == f"{phones} does not have alice.\n"
    done = logged(world)[count:]
    assert len(done) == 2
    assert re.match(rf"event=admin reason=unenroll user=bob uid={uid('bob')} .* phone=\+44\*\d+ ", done[0])
    assert re.match(rf"event=admin reason=unenroll user=alice uid={uid('alice')} .* phone=- ", done[1])
    assert os.listdir(world.base).count("phones") == 1
    assert not [name for name in os.listdir(world.base) if name.startswith(".")]


def test_who_is_gone_can_be_removed(world, ctl, phones):
    write(phones, HEAD + "gone-long-ago +12025550100\n")
    ctl("unenroll", "gone-long-ago", "+12025550100")
    assert read(phones) == HEAD
    assert "user=gone-long-ago uid=- " in logged(world)[-1]


def test_other_sources_are_named(world, ctl, phones):
    world.configure(phones=f'( {{ source = "list"; users = ( {{ name = "alice"; phone = "{phone("alice")}"; '
                           f'}} ); }}, {{ source = "file"; path = "{phones}"; }} )')
    assert 'Logins use another number: source "list" knows alice first.' in \
        ctl("enroll", "--no-check", "alice", "07700 900555").output
    assert 'Source "list" has a phone for alice.' in ctl("unenroll", "alice").output
    world.configure(phones=people(bob=phone("bob")))
    assert "no source of " in ctl("enroll", "--no-check", "alice", "07700 900100", status=2).errors
    other = ctl("enroll", "--no-check", f"--file={phones}", "alice", "07700 900100").output
    assert "No source of the configuration has it: logins do not use it." in other


def test_a_source_that_cannot_be_asked(world, ctl, phones):
    """Nobody says then which number logins use."""
    world.configure(phones=f'( {{ source = "command"; path = "/bin/false"; }}, '
                           f'{{ source = "file"; path = "{phones}"; }} )')
    cannot = "Whether logins use another number cannot be told: "
    shown = ctl("enroll", "--no-check", "alice", "07700 900100").output
    assert cannot in shown and "No source of" not in shown
    shown = ctl("unenroll", "alice").output
    assert shown.startswith(f"alice is no longer in {phones}.\n" + cannot) and shown.count("\n") == 2
    world.configure(phones='( { source = "command"; path = "/bin/false"; } )')
    found = ctl("enroll", "--no-check", "--json", f"--file={phones}", "alice", "07700 900100").json()
    assert found["other_source"] is None and "/bin/false" in found["trouble"]


def test_a_name_that_is_no_utf8(world, ctl, phones):
    path = os.fsdecode(os.fsencode(world.base) + b"/B\xfcro")
    write(path, HEAD)
    found = ctl("enroll", "--no-check", "--json", f"--file={path}", "alice", "07700 900100").json()
    assert (found["file"], found["change"]) == (world.base + "/B?ro", "new")
    name = os.fsdecode(b"J\xfcrgen")
    write(path, HEAD)
    with open(path, "ab") as file:
        file.write(b"J\xfcrgen  +447700900100\n")
    found = ctl("unenroll", "--json", f"--file={path}", name).json()
    assert (found["user"], found["file"], found["change"]) == ("J?rgen", world.base + "/B?ro", "removed")
    assert read(path) == HEAD and read(phones) == HEAD


def test_refused_before_a_text(world, ctl, phones):
    def refused(*arguments):
        return ctl("enroll", "--code-from-stdin", *arguments, status=2).errors
    assert "allowed_prefixes leaves this number out" in refused("alice", "+12025550143")
    assert "that is no telephone number" in refused("alice", "+44 7700")
    assert 'there is no account "nobody-knows-him"' in refused("nobody-knows-him", "07700 900100")
    assert "must be an absolute path" in refused("--file=phones", "alice", "07700 900100")
    write(phones, HEAD + "alice +1\nalice +2\n")
    assert f"{phones}:5: the user's second line; only one can stay" in refused("alice", "07700 900100")
    write(phones, HEAD)
    os.chmod(phones, 0o644)
    assert "must not be readable or writable" in refused("alice", "07700 900100")
    os.unlink(phones)
    assert "install -m 600 /dev/null" in refused("alice", "07700 900100")
    write(phones, HEAD)
    with open(phones, encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert f"{phones}: another process changes it" in refused("alice", "07700 900100")
        assert "another process changes it" in ctl("unenroll", "bob", status=2).errors
    assert read(phones) == HEAD and not world.texts()


def test_killed_while_it_writes(world, stage, phones):
    """At many instants of its short life: the file is as before, or has the line whole."""
    command = [stage.ctl, f"--conf={world.base}/smsotp.conf", "enroll", "--no-check"]
    began = time.monotonic()
    subprocess.run([*command, "alice", "+447700900499"], check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - began
    write(phones, HEAD)
    seen = set()
    for step in range(60):
        process = subprocess.Popen([*command, "alice", f"+447700900{500 + step}"], stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=step * whole / 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        text = read(phones)
        assert re.fullmatch(re.escape(HEAD) + r"(alice  \+447700900\d{3}\n)?", text), text
        seen.add(text)
    until(lambda: not world.helpers(), 2, "the end of helpers")
    subprocess.run([*command, "alice", "+447700900499"], check=True, stdout=subprocess.DEVNULL)
    assert read(phones) == HEAD + "alice  +447700900499\n"
    assert len(seen) > 2, "no run was left alone for long enough"
    assert not [name for name in os.listdir(world.base) if name.startswith(".")]
