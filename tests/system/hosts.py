# SPDX-License-Identifier: BSD-2-Clause
"""The programs that load the module, driven as a person drives them: on terminals."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import time

import pexpect

import harness
import namespace
from harness import PASSWORD, PROMPT, until

EOF, TIMEOUT = pexpect.EOF, pexpect.TIMEOUT

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb", "LC_ALL": "C", "PS1": "$ "}


def become(user):
    """For between fork and exec: the process is this user's from here on."""
    if user is None:
        return None
    number = harness.uid(user)

    def change():
        os.setgroups([])
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)
        os.chdir("/")
    return change


def as_user(user, work):
    """Runs work() in a process of that user; returns what it returns, a small number."""
    pid = os.fork()
    if pid == 0:
        try:
            become(user)()
            os._exit(work())
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def signal_as(user, pid, number):
    """kill(2) by that user: 0 or an errno."""
    def attempt():
        try:
            os.kill(pid, number)
        except OSError as error:
            return error.errno
        return 0
    return as_user(user, attempt)


class Terminal(pexpect.spawn):
    """A program on a terminal of its own, run by `user` (None: root)."""

    def __init__(self, world, argv, user=None, environment=None, before_exec=None):
        def prepare():
            # Python ignores these, and what it starts would inherit that.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            change = become(user)
            if change is not None:
                change()
            # As the user: whoever becomes one with more processes than RLIMIT_NPROC starts nothing.
            if before_exec is not None:
                before_exec()
        self.world = world
        super().__init__(argv[0], argv[1:], env=dict(ENVIRONMENT, **(environment or {})),
                         timeout=10, encoding="utf-8", codec_errors="replace", preexec_fn=prepare)
        self.delaybeforesend = None
        self.ref = None

    def type(self, text):
        self.sendline(text)

    def password(self, text=PASSWORD):
        self.expect("[Pp]assword[^:]*: ")
        self.type(text)

    def prompt(self, pattern=PROMPT):
        """Waits for the prompt; returns its match."""
        self.expect(pattern)
        if pattern is PROMPT:
            self.ref = self.match.group(1)
        return self.match

    def code(self, count=1):
        """Types the code of the newest text, once there are `count`; it must carry the prompt's
        name."""
        text = self.world.text(count)
        if self.ref is not None:
            assert text.ref == self.ref, f"the prompt names {self.ref}, the text {text.ref}"
        self.type(text.code)
        return text

    def ended(self, seconds=10):
        """Waits for the end; returns the exit status, or minus the signal."""
        self.expect(pexpect.EOF, timeout=seconds)
        until(lambda: not self.isalive(), seconds, "the end of the program")
        return -self.signalstatus if self.signalstatus is not None else self.exitstatus

    def key(self, letter):
        """Ctrl and that letter. Programs that catch its signal lose it between writing their prompt
        and reading; a person is slower than that."""
        time.sleep(0.2)
        self.sendcontrol(letter)

    def hang_up(self):
        """What a lost line does: the other end of the terminal is closed."""
        self.close(force=True)


class Shown:
    """For logfile_read: all that a terminal has shown."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def shell(world, user):
    """An interactive shell, for job control."""
    terminal = Terminal(world, ["/bin/bash", "--norc", "--noprofile", "-i"], user=user)
    terminal.expect(r"\$ ")
    terminal.sendline("bind 'set enable-bracketed-paste off'; stty -echo; PS1='ready> '")
    terminal.expect("\nready> ")
    return terminal


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)


class Sshd:
    """sshd on a free port of the loopback interface, its PAM service ours alone."""

    SERVICE = "sshd-smsotp"

    def __init__(self, world, port=None, **options):
        self.world = world
        self.directory = world.base + "/sshd"
        os.mkdir(self.directory, 0o755)
        os.chmod(world.base, 0o711)
        program = f"{self.directory}/{self.SERVICE}"
        os.symlink("/usr/sbin/sshd", program)
        make_key(self.directory + "/host")
        world.pam(self.SERVICE, options.pop("first", "password"))
        settings = {
            "HostKey": self.directory + "/host", "PidFile": "none", "UsePAM": "yes",
            "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no",
            "PrintMotd": "no", "PrintLastLog": "no", "UseDNS": "no", "MaxStartups": "100",
            "AuthorizedKeysFile": self.directory + "/authorized", "StrictModes": "no",
        }
        settings.update(options)
        for _ in range(5):
            self.port = port or self._free_port()
            settings["ListenAddress"] = f"127.0.0.1:{self.port}"
            with open(self.directory + "/config", "w", encoding="utf-8") as file:
                file.writelines(f"{key} {value}\n" for key, value in settings.items())
            self.process = subprocess.Popen([program, "-D", "-f", self.directory + "/config"],
                                            stdin=subprocess.DEVNULL, env=ENVIRONMENT)
            if self._listens():
                break
        else:
            raise AssertionError("sshd does not start")
        world.before.add(self.process.pid)
        self._know_host()

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def _know_host(self):
        with open(self.directory + "/host.pub", encoding="utf-8") as file:
            key = file.read()
        names = ["127.0.0.1", namespace.HOST]
        if self.port != 22:
            names = [f"[{name}]:{self.port}" for name in names]
        with open(self.directory + "/known", "w", encoding="utf-8") as file:
            file.write(f"{','.join(names)} {key}")

    def _listens(self):
        def answers():
            if self.process.poll() is not None:
                return True
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        until(answers, 10, "sshd listens")
        if self.process.poll() is not None:
            return False
        # The probe was a connection too: its session must not be taken for one of the test's.
        until(lambda: not self.sessions(), 10, "the end of the probe's session")
        return True

    def stop(self):
        self.process.kill()
        self.process.wait()

    def command(self, user, *words, host="127.0.0.1", **options):
        settings = {"UserKnownHostsFile": self.directory + "/known", "StrictHostKeyChecking": "yes",
                    "PreferredAuthentications": "keyboard-interactive",
                    "IdentityAgent": "none", "IdentitiesOnly": "yes", "IdentityFile": "none"}
        settings.update(options)
        argv = ["/usr/bin/ssh", "-F", "/dev/null", "-p", str(self.port)]
        for key, value in settings.items():
            argv += ["-o", f"{key}={value}"]
        return argv + [f"{user}@{host}", *words]

    def login(self, user, *words, **options):
        return Terminal(self.world, self.command(user, *words, **options))

    def make_key(self):
        key = self.directory + "/key"
        make_key(key)
        os.replace(key + ".pub", self.directory + "/authorized")
        os.chmod(self.directory + "/authorized", 0o644)
        return key

    def sessions(self):
        """sshd's processes below the listening one: {pid: title}. A keeper is not one of them,
        though as a clone of sshd it has its title."""
        found = {}
        parents = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(entry)] = int(re.search(r"\) \S+ (\d+)", file.read()).group(1))
                with open(f"/proc/{entry}/cmdline", encoding="utf-8", errors="replace") as file:
                    found[int(entry)] = file.read().replace("\0", " ")
            except OSError:
                parents.pop(int(entry), None)

        def ours(pid):
            while pid in parents:
                pid = parents[pid]
                if pid == self.process.pid:
                    return True
            return False
        keepers = self.world.helpers()
        return {pid: line for pid, line in found.items() if ours(pid) and pid not in keepers}

    def kill_session(self, mark):
        """SIGKILL for the session process whose title has `mark`: "[priv]", or "[pam]", which runs
        PAM."""
        victims = [pid for pid, line in self.sessions().items() if mark in line]
        assert len(victims) == 1, f"one {mark} expected in {self.sessions()}"
        os.kill(victims[0], signal.SIGKILL)


def gateway_file(api, **settings):
    return "\n".join(f'{key} = "{value}";' for key, value in dict(api=api, **settings).items())


def twilio(base_url):
    """A gateway file for what need not speak as Twilio does."""
    return gateway_file("twilio", account_sid="AC" + "0" * 32, auth_token="f" * 32,
                        base_url=base_url, **{"from": "+15005550006"})


class Silence:
    """The gateway of a world's configuration that takes requests and never says a word."""

    def __init__(self, world, **settings):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self._taken = []
        self._world = world
        world.gateway("hung", twilio(f"http://127.0.0.1:{self._socket.getsockname()[1]}"))
        world.configure(gateways='[ "hung" ]', **settings)

    def wait(self, logins=1):
        """Until the requests have arrived: keepers and helpers are in the midst of a send."""
        for _ in range(logins):
            self._take()
        names = sorted(name.split()[0] for name in self._world.helpers().values())
        assert names == ["smsotp-keeper"] * logins + ["smsotp-send"] * logins, names

    def _take(self):
        self._socket.settimeout(5)
        connection, _ = self._socket.accept()
        self._taken.append(connection)
        connection.settimeout(5)
        request = b""
        while b"Body=" not in request:
            more = connection.recv(65536)
            assert more, f"no request, but {request!r}"
            request += more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self._taken + [self._socket]:
            connection.close()


@contextlib.contextmanager
def refusing_port():
    """A port that is taken and refuses connections: bound, but nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class Peer:
    """Our end of a conversation over a socket (peer.h); `fd` is what the program gets."""

    def __init__(self, seconds=10):
        self._ours, self._its = socket.socketpair()
        self.fd = self._its.fileno()
        self._ours.settimeout(seconds)
        self._stream = self._ours.makefile("r", encoding="utf-8")

    def started(self):
        """The program has its end: ours is to notice when it is gone."""
        self._its.close()

    def says(self, pattern):
        line = self._stream.readline()
        match = re.fullmatch(pattern, line.rstrip("\n"))
        assert match, f"{line!r} is not {pattern!r}"
        return match

    def lines(self):
        """Every line that it still says, without its end, until it leaves or is gone."""
        try:
            for line in self._stream:
                yield line.rstrip("\n")
        except ConnectionError:
            pass

    def type(self, text):
        self._ours.sendall(f"{text}\n".encode())

    def try_to_type(self, text):
        """Whether it was there to take it."""
        try:
            self.type(text)
        except OSError:
            return False
        return True

    def result(self):
        """What pam_authenticate returned."""
        return int(self.says(r"result (\d+)").group(1))

    def leave(self):
        """There will be no more answers."""
        self._ours.shutdown(socket.SHUT_WR)

    def close(self):
        self._stream.close()
        self._ours.close()


class Daemon(Peer):
    """daemon_host.c at work: a root program without a terminal. `how` is its last argument, and
    `below` the command that starts it."""

    def __init__(self, world, program, user, environment=None, how=None, below=(),
                 client="192.0.2.7", before_exec=None):
        super().__init__()
        self.world = world
        world.pam("daemon", "none")
        argv = [*below, program, "daemon", user, client, str(self.fd)] + ([how] if how else [])
        self.process = subprocess.Popen(argv, env=environment or ENVIRONMENT, pass_fds=[self.fd],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL if below
                                        else None, start_new_session=True, preexec_fn=before_exec)
        self.started()

    def ended(self):
        """The PAM result. What the module changed in its host is nothing."""
        result = self.result()
        self.says("host")
        self.close()
        self.process.wait(10)
        return result

    def guess(self, right=True):
        """Types one code, after which the login ends: the right one, or another. For tests that are
        not about what it logs."""
        text = self.world.text_of(self.says(r"prompt Code (\w\w) sent to .*").group(1))
        self.type(text.code if right else text.wrong())
        if not right:
            self.says("error .*")
        assert (self.ended() == 0) == right
        self.world.forget_log()
