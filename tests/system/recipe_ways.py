# SPDX-License-Identifier: BSD-2-Clause
"""The ways in that the recipes describe, each from the first factor to the shell."""
import shlex

import hosts
import recipe_machine
import recipe_text
from harness import PASSWORD

ONE_TRY = ("-o", "NumberOfPasswordPrompts=1")


class Way:
    """By a command of the document, with another user in alice's place where a test says so."""

    TOOL = ""
    SERVICE = None          # PAM's
    CLIENT = None           # what that says where the login comes from
    PASSWORD = PASSWORD

    def __init__(self, machine, section):
        self.machine, self.world, self.section = machine, machine.world, section

    def command(self, tool=None):
        tool = tool or self.TOOL
        found = [line for line in self.section.commands("$") if line.split()[0] == tool]
        assert found, f"{self.section.name} does not say how to try {tool}"
        return found[0]

    def prepare(self, *users):
        """What is there before the recipe, and its last step."""

    def start(self, user="alice", source=None):
        """The first factor is given; `source` is the address it comes from, where that can be
        chosen."""
        raise NotImplementedError

    def is_in(self, terminal, user="alice"):
        raise NotImplementedError

    def is_refused(self, terminal):
        """Whatever it still asks for, it ends, and nobody is in."""
        raise NotImplementedError

    def knows_nobody(self):
        """An account that does not exist gets nowhere, and nothing is sent."""
        raise NotImplementedError


class SshPassword(Way):
    TOOL, SERVICE, CLIENT = "ssh", "sshd", "127.0.0.1"
    SOURCE = None

    def prepare(self, *users):
        self.machine.start_sshd()

    def words(self, user, *options, tool=None):
        words = shlex.split(self.command(tool))
        place = [number for number, word in enumerate(words) if word.endswith("@web1")]
        assert len(place) == 1, words
        words[place[0]] = f"{user}@web1"
        return [words[0], *options, *words[1:]]

    def connect(self, user, *options, source=None):
        return self.machine.person(self.words(user, *ONE_TRY, *options),
                                   source=source or self.SOURCE)

    def first_factor(self, terminal):
        terminal.password(self.PASSWORD)

    def start(self, user="alice", source=None):
        terminal = self.connect(user, source=source)
        self.first_factor(terminal)
        return terminal

    def is_in(self, terminal, user="alice"):
        terminal.expect(r"\$ ")
        terminal.type("id -un; exit")
        terminal.expect(f"\n{user}\r\n")
        assert terminal.ended() == 0

    def is_refused(self, terminal):
        assert terminal.ended() == 255

    def knows_nobody(self):
        terminal = self.connect("nobody-here")
        self.first_factor(terminal)
        self.is_refused(terminal)


class SshFromOutside(SshPassword):
    SOURCE = CLIENT = recipe_machine.OUTSIDE


class SshKey(SshPassword):
    def prepare(self, *users):
        self.machine.authorize(*users)
        self.machine.start_sshd()

    def first_factor(self, terminal):
        pass

    def is_refused(self, terminal):
        # Once sshd has no method left, ssh asks for a password that nobody takes: the text says so.
        while terminal.expect([r"\w+@web1's password: ", hosts.EOF]) == 0:
            terminal.type(self.PASSWORD)
        super().is_refused(terminal)


class SshPersonWithKey(SshKey):
    """Where the text's command is a robot's."""

    def command(self, tool=None):
        return "ssh alice@web1"


class SshRobot(SshKey):
    """The text's own command, of an account that has no phone."""

    def start(self, user="deploy", source=None, options=()):
        self.machine.authorize(user)
        words = shlex.split(self.command())
        return self.machine.person([words[0], *options, *words[1:]], source=source)

    def is_in(self, terminal, user="deploy"):
        terminal.expect(f"{user}\r\n")
        assert terminal.ended() == 0


class Sudo(Way):
    TOOL = SERVICE = "sudo"

    def start(self, user="alice", source=None):
        terminal = self.machine.person(shlex.split(self.command()), user=user)
        terminal.password(self.PASSWORD)
        return terminal

    def is_in(self, terminal, user="alice"):
        terminal.expect("\nroot\r\n")
        assert terminal.ended() == 0

    def is_refused(self, terminal):
        # It begins again, up to twice.
        if terminal.expect(["assword[^:]*: ", hosts.EOF]) == 0:
            terminal.key("c")
        assert terminal.ended() != 0

    def knows_nobody(self):
        """Its caller always exists: but whom to become may not."""
        words = shlex.split(self.command())
        terminal = self.machine.person([words[0], "-u", "nobody-here", *words[1:]], user="alice")
        terminal.expect("unknown user")
        assert terminal.ended() == 1


class Login(Way):
    SERVICE = "login"

    def start(self, user="alice", source=None):
        terminal = hosts.Terminal(self.world, ["/bin/login", user])
        terminal.password(self.PASSWORD)
        return terminal

    def is_in(self, terminal, user="alice"):
        terminal.expect("# " if user == "root" else r"\$ ")
        terminal.type("id -un; exit")
        terminal.expect(f"\n{user}\r\n")
        assert terminal.ended() == 0

    def is_refused(self, terminal):
        """It says so, and begins again or ends."""
        terminal.expect(["Login incorrect", "Maximum number of tries exceeded"], timeout=15)
        terminal.hang_up()

    def knows_nobody(self):
        self.is_refused(self.start("nobody-here"))


class Sftp(SshKey):
    """Through a connection that stays open."""
    TOOL = "sftp"

    def is_in(self, terminal, user="alice"):
        terminal.expect("sftp> ")
        terminal.type("bye")
        assert terminal.ended() == 0
        self.close_connection()

    def close_connection(self):
        command = [line for line in self.section.commands("$") if "-O exit" in line]
        terminal = self.machine.person(shlex.split(command[0]))
        assert terminal.ended() == 0


class SshTotp(SshPassword):
    """The app is not at hand."""

    def start(self, user="alice", source=None):
        terminal = super().start(user, source)
        if user == "alice" and self.PASSWORD == PASSWORD:
            terminal.expect("Verification code: ")
            terminal.type("")
        return terminal


SECTIONS = recipe_text.read()
# The section, and how to get in.
WAYS = {name: (name, way) for name, way in {
    "Password and code": SshPassword,
    "Key and code": SshKey,
    "sudo only": Sudo,
    "Bastion with a trusted inner network": SshFromOutside,
    "Staged roll-out": SshPassword,
    "Break-glass root on the console": Login,
    "Robots": SshPersonWithKey,
    "SFTP, Ansible and ControlMaster": Sftp,
    "TOTP first": SshTotp,
    "FIDO2 keys first": SshKey,
    "With pam_faillock": SshPassword,
    "Fedora and RHEL": SshPassword,
}.items()}
WAYS["Staged roll-out, by group"] = ("Staged roll-out", SshPassword)
WAYS["FIDO2 keys first, sudo"] = ("FIDO2 keys first", Sudo)
# What describes no way in.
OTHERS = ["Before you begin", "Where the module may stand"]


def follow(machine, name, *users):
    """Sets a recipe up: the way in, as its text says, for alice and these users."""
    section, way = WAYS[name]
    machine.add_account("deploy")
    if name == "Fedora and RHEL":
        machine.become_fedora(SECTIONS["Where the module may stand"])
    machine.follow(SECTIONS[section])
    if name == "Staged roll-out, by group":
        machine.write(SECTIONS[section].block(recipe_text.CONFIGURATION, 1))
        for user in users:
            machine.run(f"usermod -a -G smsotp {user}")
    made = way(machine, SECTIONS[section])
    made.prepare("alice", *users)
    return made
