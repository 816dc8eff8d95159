# SPDX-License-Identifier: BSD-2-Clause
"""The programs that people log in with, one class each, so that a case is written once for all.

A caller is started on a terminal of its own and left where the module asks; in the end there is a
shell, or there is none.
"""
import contextlib
import os
import shutil
import subprocess
import tempfile

import harness
import hosts

DOAS, CRON = (shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("doas", "cron"))
SHELL = "[$#] "


class Caller:
    """What the cases have to know of a program; `server` is conftest's, for those that need one."""

    service = None
    asked = "alice"         # whose phone
    target = None           # whose account, where the log tells it from that
    becomes = "root"        # who one is then
    client = "-"            # where one comes from, as PAM is told
    first = "password"      # what stands before the code
    user = "alice"          # who starts it; None: root
    asks_again = 0          # how often it asks for the first factor after guesses are used up
    most_calls = 1          # how often the module is called for one login, each with a text, after
                            # endings that are noted on the handle, but are no PAM_MAXTRIES

    def __init__(self, world, server):
        self.world, self.server = world, server

    def argv(self):
        raise NotImplementedError

    def start(self):
        """It runs, and nothing is typed yet."""
        return hosts.Terminal(self.world, self.argv(), user=self.user)

    def ask(self, ours=True):
        """It runs, and the first factor is given: the module, if it is there, is asked."""
        self.world.pam(self.service, self.first, ours)
        terminal = self.start()
        if self.first == "password":
            terminal.password()
        return terminal

    def fail_first(self):
        """It runs, and the first factor is a wrong one."""
        self.world.pam(self.service, self.first)
        terminal = self.start()
        terminal.password("not the password")
        terminal.expect(["assword[^:]*: ", "login: ", hosts.EOF])
        return terminal

    def host(self, terminal):
        """The process that is the first of the program's, and asked for the code or has started who
        did."""
        return terminal.pid

    def is_in(self, terminal):
        """The right code was typed: there is a shell, of the right user, and it ends."""
        terminal.expect(SHELL)
        terminal.type("id -un; exit")
        terminal.expect(f"\n{self.becomes}\r\n")
        assert terminal.ended() == 0

    def is_out(self, terminal, asks_again=0):
        """There is no shell. Asked for the first factor again, one gives it as often as it is asked
        for."""
        asked = 0
        while terminal.expect(["assword[^:]*: ", hosts.EOF, r"\$ |# "]) == 0:
            asked += 1
            terminal.type(harness.PASSWORD)
        assert terminal.after is hosts.EOF, "there is a shell"
        assert asked == asks_again
        # login tells whoever started it nothing by its status.
        assert terminal.ended() != 0 or self.service == "login"


class Sudo(Caller):
    service, asks_again = "sudo", 2

    def argv(self):
        return ["/usr/bin/sudo", "/bin/sh"]


class Doas(Caller):
    service = "doas"

    def argv(self):
        configure_doas("permit alice")
        return [DOAS, "/bin/sh"]


class Su(Caller):
    service, asked, becomes = "su", "bob", "bob"

    def argv(self):
        return ["/bin/su", "bob"]


class SuAsItsCaller(Su):
    """As smsotp.conf is shipped: su asks for the phone of who calls it."""

    asked, target = "alice", "bob"

    def __init__(self, world, server):
        super().__init__(world, server)
        world.configure(services='( { names = [ "su" ]; identity = "caller"; } )')


class Login(Caller):
    """On a console: agetty asks for the name, and becomes login."""

    service, becomes, user = "login", "alice", None

    def argv(self):
        return ["/sbin/agetty", "--noclear", "--noissue", "-", "dumb"]

    def start(self):
        terminal = super().start()
        terminal.expect("login: ")
        terminal.type(self.asked)
        return terminal


class Ssh(Caller):
    """Keyboard-interactive: password and code."""

    service, becomes, client, user = hosts.Sshd.SERVICE, "alice", "127.0.0.1", None
    most_calls = 3
    methods = "keyboard-interactive"

    def __init__(self, world, server):
        super().__init__(world, server)
        self.sshd = server(first=self.first, AuthenticationMethods=self.methods)
        self.options = {"PreferredAuthentications": self.methods}

    def start(self):
        return self.sshd.login(self.asked, **self.options)

    def host(self, terminal):
        """The listening sshd has no other session."""
        return self.sshd.process.pid


class SshKey(Ssh):
    """A key, and then the code alone."""

    first, methods, most_calls = "none", "publickey,keyboard-interactive", 1

    def __init__(self, world, server):
        super().__init__(world, server)
        self.options.update(IdentityFile=self.sshd.make_key(), NumberOfPasswordPrompts="1")

    def fail_first(self):
        os.truncate(self.sshd.directory + "/authorized", 0)
        terminal = self.start()
        terminal.expect("Permission denied")
        return terminal


CALLERS = {"sudo": Sudo, "doas": Doas, "su": Su, "su-caller": SuAsItsCaller, "login": Login,
           "ssh": Ssh, "ssh-key": SshKey}
LOCAL = [name for name, caller in CALLERS.items() if caller.client == "-"]
NOT_HERE = [name for name, program in (("doas", DOAS),) if program is None]


def configure_doas(*lines):
    with open("/etc/doas.conf", "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.writelines(line + "\n" for line in lines)


class Job:
    """What cron runs as soon as it starts: a command of a user's, its output in a file."""

    def __init__(self, folder, user, command):
        self._status, self._output = folder + "/status", folder + "/output"
        os.chown(folder, harness.uid(user), harness.uid(user))
        # cron makes of a % the end of the command.
        assert "%" not in command
        with open("/etc/cron.d/test", "w", encoding="utf-8") as file:
            file.write(f"@reboot {user} {command} >{self._output} 2>&1; echo $? >{self._status}\n")

    def ended(self, seconds):
        """The exit status, and what it has written."""
        harness.until(lambda: os.path.exists(self._status) and os.path.getsize(self._status),
                      seconds, "the end of cron's job")
        with open(self._status, encoding="utf-8") as status, \
                open(self._output, encoding="utf-8") as output:
            return int(status.read()), output.read()


@contextlib.contextmanager
def cron_at_start(user, command):
    """A real cron that has nothing to do but this."""
    # It marks there that the machine has been started, and does not do it again.
    with contextlib.suppress(FileNotFoundError):
        os.unlink("/run/crond.reboot")
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        job = Job(folder, user, command)
        try:
            with subprocess.Popen([CRON, "-f"], stdin=subprocess.DEVNULL, env=hosts.ENVIRONMENT,
                                  start_new_session=True) as cron:
                try:
                    yield job
                finally:
                    cron.terminate()
        finally:
            os.unlink("/etc/cron.d/test")
