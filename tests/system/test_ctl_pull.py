# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl pull: a phone file of what a real slapd has, which then lets people in without it."""
import os
import re
import socket
import subprocess
import threading
import time

import pytest

import directory
import hosts
from directory import person
from far import Far
from gateway_authority import Authority
from harness import USERS, people, phone, until
from lookup_harness import confined_uid, needs_slapd

pytestmark = needs_slapd

HEAD = r"# Made by smsotpctl pull from {}: what is changed here is lost at the next pull\.\n"
LISTED = USERS[:20]


class Directory:
    """slapd with these people, a world's; its ldap.conf stands beside the world's smsotp.conf."""

    def __init__(self, world):
        self.world, self.server = world, None
        self.authority = Authority(world.base)
        os.chmod(world.base, 0o711)
        self.path, self.phones = world.base + "/ldap.conf", world.base + "/phones"
        world.configure(phones=f'( {{ source = "file"; path = "{self.phones}"; }} )')
        world.expected_texts = 0

    def has(self, **numbers):
        """From now on; a number is an attribute's value or several."""
        self.stop()
        base = f"{self.world.base}/ldap-{time.monotonic_ns()}"
        entries = "".join(person(user, **({"mobile": value} if value else {}))
                          for user, value in numbers.items())
        self.server = directory.Slapd(base, entries, pem=self.authority.pem("right"),
                                      ca_file=self.authority.ca_file, uid=confined_uid())
        self.use(self.server.ldaps)

    def use(self, uri, path=None):
        with open(os.open(path or self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="ascii") as file:
            file.write(f'uri = [ "{uri}" ];\nca_file = "{self.authority.ca_file}";\n'
                       f'base = "{directory.BASE}";\nbind_dn = "{directory.READER}";\n'
                       f'bind_password = "{directory.PASSWORD}";\n')

    def stop(self):
        if self.server is not None:
            self.server.stop()

    def read(self):
        with open(self.phones, encoding="utf-8") as file:
            return file.read()

    def holds(self, **numbers):
        """The phone file has these lines and no other."""
        lines = "".join(f"{user}  {number}\n" for user, number in sorted(numbers.items()))
        assert re.fullmatch(HEAD.format(self.path) + re.escape(lines), self.read()), self.read()
        assert os.stat(self.phones).st_mode & 0o7777 == 0o600
        assert not [name for name in os.listdir(self.world.base) if name.startswith(".")]
        return True


@pytest.fixture
def there(world):
    made = Directory(world)
    yield made
    made.stop()


def logged(world):
    return [line.split("]: ", 1)[1] for line in world.log_lines() if "smsotpctl" in line]


def names(found, change):
    return [one["user"] for one in found[change]]


def everybody(count=len(LISTED)):
    return {user: phone(user) for user in LISTED[:count]}


def test_and_then_a_login_without_the_directory(world, ctl, there, sshd):
    there.has(**everybody())
    shown = ctl("pull").output
    assert "added alice +44 ****** 0100\n" in shown and phone("alice") not in shown
    assert f"{len(LISTED)} added, 0 changed, 0 removed, 0 unchanged.\n{there.phones} is written.\n" in shown
    there.holds(**everybody())
    line, = logged(world)
    assert re.fullmatch(rf"event=admin reason=pull user=- .* source={there.phones} .* by=root\(0\) "
                        rf'detail="{len(LISTED)} added, 0 changed, 0 removed, 0 unchanged, from '
                        rf'{there.path}"', line), line
    there.stop()
    ssh = sshd().login("alice", "id -un", NumberOfPasswordPrompts=1)
    ssh.password()
    ssh.prompt()
    assert ssh.code().to == phone("alice")
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    text, _ = world.expect_log("text accepted", "accepted code")
    assert text["source"] == "file"
    world.expected_texts = 1


def test_changes_are_told_and_logged(world, ctl, there):
    there.has(**everybody())
    ctl("pull")
    before = os.stat(there.phones).st_ino
    found = ctl("pull", "--json").json()
    assert (found["written"], found["unchanged"], found["before"]) == (False, 20, 20)
    assert os.stat(there.phones).st_ino == before and len(logged(world)) == 1
    assert f"{there.phones} is as it was.\n" in ctl("pull").output

    numbers = everybody()
    del numbers["carol"]
    numbers.update(alice="+44 7700 900555", root="07700 900556")
    there.has(**numbers)
    found = ctl("pull", "--json", "--show").json()
    assert found["added"] == [{"user": "root", "numbers": ["+447700900556"]}]
    assert found["changed"] == [{"user": "alice", "numbers": ["+447700900555"]}]
    assert found["removed"] == [{"user": "carol", "numbers": []}]
    assert (found["written"], found["shrinks"], found["unchanged"], found["used"]) == \
        (True, False, 18, True)
    numbers.update(alice="+447700900555", root="+447700900556")
    there.holds(**numbers)
    lines = logged(world)[1:]
    assert len(lines) == 4
    for user, shown, change in ("alice", r"\+44\*0555", "changed"), ("root", r"\+44\*0556", "added"), \
            ("carol", "-", "removed"):
        assert [line for line in lines if re.fullmatch(
            rf"event=admin reason=pull user={user} .* phone={shown} source={there.phones} .* "
            rf'by=root\(0\) detail="{change}"', line)], (user, lines)


def test_numbers_as_people_write_them(world, ctl, there):
    """Every number that is one, in full; what is none is named, and its user has a line."""
    there.has(alice=["07700 900100", "+44 (0)7700 900101"], bob="0770 nonsense", carol=None)
    found = ctl("pull", "--json").json()
    assert names(found, "added") == ["alice"] and found["unusable"][0]["user"] == "bob"
    assert found["unusable"][0]["number"] is None
    assert found["accounts"] == found["without"] + 2
    text = there.read().splitlines()[1:]
    assert sorted(text[0].split("  ")[1].split(", ")) == ["+447700900100", "+447700900101"]
    assert text[1:] == ["bob  # no number that can be used"]
    shown = ctl("pull", "--show").output
    assert "bob: not used: 0770 nonsense: " in shown
    assert "nonsense" not in ctl("pull").output
    # As with the directory: he is not without a phone, and no rule for those who are holds.
    assert ctl("audit", "--group", "bob", "--json", status=1).json()["findings"][0]["problem"] == "bad_number"


def test_shrinking(world, ctl, there):
    there.has(**everybody(20))
    ctl("pull")
    there.has(**everybody(17))
    count = len(logged(world))
    found = ctl("pull", "--json", status=1).json()
    assert (found["written"], found["shrinks"], found["before"]) == (False, True, 20)
    assert names(found, "removed") == sorted(LISTED[17:20])
    shown = ctl("pull", status=1).output
    assert "More than a tenth of 20 users would lose their number" in shown and "--force" in shown
    there.holds(**everybody(20))
    assert len(logged(world)) == count
    there.has(**everybody(18))
    assert ctl("pull", "--json").json()["written"]
    there.has(**everybody(3))
    assert ctl("pull", "--json", "--force").json()["written"]
    there.holds(**everybody(3))


def test_a_group(world, ctl, there):
    there.has(**everybody())
    found = ctl("pull", "--json", "--group", "alice").json()
    assert found["accounts"] == 1 and there.holds(alice=phone("alice"))
    assert "there is no group" in ctl("pull", "--group", "no-such-group", status=2).errors


def test_which_files(world, ctl, there):
    """--source and --file; the configuration's first of each; who keeps a file keeps it."""
    there.has(**everybody())
    elsewhere, by_hand = world.base + "/other.conf", world.base + "/by-hand"
    os.rename(there.path, elsewhere)
    refused = ctl("pull", status=2).errors
    assert f"{there.path}" in refused and "The phone file is as it was." in refused
    ctl("pull", "--source", elsewhere)
    assert there.read().startswith(f"# Made by smsotpctl pull from {elsewhere}: ")
    there.use(there.server.ldaps)
    world.configure(phones=f'( {{ source = "ldap"; config = "{elsewhere}"; }}, '
                           f'{{ source = "file"; path = "{there.phones}"; }} )')
    assert ctl("pull", "--json").json()["source"] == elsewhere

    with open(os.open(by_hand, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write("alice  +447700900999\n")
    world.configure(phones=f'( {{ source = "file"; path = "{by_hand}"; }}, '
                           f'{{ source = "file"; path = "{there.phones}"; }} )')
    for more in [], ["--force"]:
        assert f"{by_hand}: was not made by pull, and is not replaced" in ctl("pull", *more, status=2).errors
    with open(by_hand, encoding="ascii") as file:
        assert file.read() == "alice  +447700900999\n"
    assert "is as it was" in ctl("pull", "--source", elsewhere, "--file", there.phones).output
    world.configure(phones=people(bob=phone("bob")))
    assert "no source of " in ctl("pull", status=2).errors
    assert "No source of the configuration has it" in ctl("pull", "--file", there.phones).output
    assert "must be an absolute path" in ctl("pull", "--file=phones", status=2).errors
    assert "must be an absolute path" in ctl("pull", "--source=ldap.conf", "--file", there.phones,
                                             status=2).errors


def test_enroll_leaves_it_alone(world, ctl, there):
    """What it changed there would be lost."""
    there.has(**everybody())
    ctl("pull")
    refused = ctl("enroll", "--no-check", "alice", "07700 900123", status=2).errors
    assert "is a file that people keep" in refused
    by_hand = world.base + "/by-hand"
    with open(by_hand, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
    world.configure(phones=f'( {{ source = "file"; path = "{there.phones}"; }}, '
                           f'{{ source = "file"; path = "{by_hand}"; }} )')
    assert by_hand in ctl("enroll", "--no-check", "alice", "07700 900123").output
    there.holds(**everybody())


def refused_whole(ctl, there, numbers, *words):
    said = ctl("pull", status=2).errors
    for word in (*words, "The phone file is as it was."):
        assert word in said, said
    if numbers:
        there.holds(**numbers)
    else:
        assert not os.path.exists(there.phones)


def test_directory_that_cannot_be_asked(world, ctl, there):
    there.has(**everybody())
    there.stop()
    refused_whole(ctl, there, None, "ldap ", "connection refused")
    there.has(**everybody())
    ctl("pull")
    there.stop()
    refused_whole(ctl, there, everybody(), "connection refused")
    there.has()
    refused_whole(ctl, there, everybody(), "the directory has a number for none of ")
    assert len(logged(world)) == 1


def test_directory_dies_in_the_middle(world, ctl, there):
    """Some have been asked for; whoever comes after them is not taken for one without a phone."""
    there.has(**everybody())
    ctl("pull")
    numbers = everybody()
    there.has(**dict(numbers, alice="+447700900555"))

    def forward(client):
        if far.connections > 12:
            return
        with socket.create_connection(("127.0.0.1", there.server.tls_port)) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()
    with Far(forward) as far:
        there.use(f"ldaps://127.0.0.1:{far.port}")
        refused_whole(ctl, there, numbers, f"ldap {there.path}: ")
        assert far.connections == 13


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_killed_while_it_works(world, stage, there):
    """At many instants: the file is the old or the new one, and nothing else is left."""
    there.has(**everybody(4))
    command = [stage.ctl, f"--conf={world.base}/smsotp.conf", "pull", "--group", "alice"]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - began
    head = there.read().splitlines(keepends=True)[0]
    both = [head + f"alice  +4477009005{last}\n" for last in ("00", "01")]
    other = world.base + "/other.conf"
    there.has(alice="+447700900500")
    first = there.server
    there.server = None
    there.has(alice="+447700900501")
    seen = set()
    try:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for step in range(60):
            # The same ldap.conf, so that nothing but the number changes.
            there.use((first, there.server)[step % 2].ldaps, other)
            os.rename(other, there.path)
            process = subprocess.Popen(command, **silent)
            try:
                process.wait(timeout=step * whole / 30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            text = there.read()
            assert text in (*both, head + f"alice  {phone('alice')}\n"), text
            seen.add(text)
        until(lambda: not world.helpers(), 2, "the end of helpers")
        assert len(seen) > 2, "no run was left alone for long enough"
        assert not [name for name in os.listdir(world.base) if name.startswith(".")]
    finally:
        first.stop()


def test_progress_at_a_terminal(world, stage, there):
    there.has(**everybody())
    terminal = hosts.Terminal(world, [stage.ctl, f"--conf={world.base}/smsotp.conf", "pull"])
    terminal.expect(r"\d+ of \d+ accounts, \d+ s")
    terminal.expect("20 added")
    assert terminal.ended() == 0
