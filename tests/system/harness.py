# SPDX-License-Identifier: BSD-2-Clause
"""A world: one installed module with its configuration, state, outbox and log, fresh for each test.

Made for the inside of namespace.enter(): it writes /etc/pam.d and listens on /dev/log.
"""
import contextlib
import fcntl
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import invariants
import namespace

PASSWORD = namespace.PASSWORD
# Ofcom keeps 07700 900000 to 900999 free for drama. Each user has the number of its place in this
# list.
NAMED = ["alice", "bob", "carol"]
CROWD = [f"user{number:02}" for number in range(24)]
USERS = NAMED + CROWD

HELPERS = "smsotp-(send|lookup)"
PROMPT = r"Code (\w\w) sent to (\+44 \*+ \d{4}) \(r: resend, Enter: help\): "
LOG_KEYS = ["event", "reason", "user", "uid", "service", "client", "tty", "phone", "source",
            "gateway", "msgid", "ms", "try", "fails", "rule", "ref"]


def phone(user):
    return f"+447700900{USERS.index(user) + 100:03}"


def uid(user):
    return namespace.FIRST_UID + USERS.index(user)


def until(true, seconds, what):
    """Waits for true() to be so; AssertionError naming `what` after that many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def people(**numbers):
    """`phones` of smsotp.conf: a list of these users."""
    return '( { source = "list"; users = ( %s ); } )' % ", ".join(
        f'{{ name = "{name}"; phone = "{number}"; }}' for name, number in numbers.items())


def rule(name="robots", **keys):
    """One rule of `exempt`; the values are libconfig's text."""
    words = {"name": f'"{name}"', "reason": '"CHG-1182"', **keys}
    return "{ " + " ".join(f"{key} = {value};" for key, value in words.items()) + " }"


def exempt(*arguments, **keys):
    """`exempt` with that rule alone."""
    return f"( {rule(*arguments, **keys)} )"


@contextlib.contextmanager
def changed(path, more):
    """A file of /etc with more text behind its own, for a while."""
    with open(path, encoding="utf-8") as file:
        text = file.read()

    def write(content):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    write(text + more)
    try:
        yield
    finally:
        write(text)


def compiled(name, *parts):
    """A program of NAME.c and what else it needs: other C files, libraries, options."""
    here = os.path.dirname(os.path.abspath(__file__))
    program = "/run/" + os.path.basename(name)
    sources = [f"{here}/{part}" for part in (name + ".c", *parts) if part.endswith(".c")]
    subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1",
                    "-pthread", "-o", program, *sources,
                    *[part for part in parts if part.startswith("-")]], check=True)
    return program


class Stage:
    """The installed tree under test."""

    def __init__(self, root):
        self.root = root
        modules = glob.glob(root + "/usr/lib*/security/pam_smsotp.so") + \
            glob.glob(root + "/usr/lib*/*/security/pam_smsotp.so")
        assert len(modules) == 1, f"one module expected below {root}/usr/lib*, found {modules}"
        self.module = modules[0]
        self.helper = root + "/usr/libexec/smsotp/smsotp-send"
        self.ctl = root + "/usr/sbin/smsotpctl"
        for program in (self.helper, self.ctl):
            assert os.access(program, os.X_OK), f"{program} is not there"


class SystemLog:
    """Listens where syslog(3) sends, on /dev/log."""

    def __init__(self):
        self.lines = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            self.lines.append(self._socket.recv(65536).decode("utf-8", "replace").rstrip("\n"))

    def flushed(self):
        """All lines sent before this call. Datagrams keep their order: a marker of ours comes
        last."""
        marker = f"marker {time.monotonic_ns()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect("/dev/log")
            sender.send(marker.encode())
        until(lambda: marker in self.lines, 5, "our own line in the log")
        return list(self.lines)


class Text:
    """A message as the phone got it."""

    def __init__(self, line):
        fields = json.loads(line)
        assert set(fields) == {"time", "to", "text"}, fields
        self.to, self.text = fields["to"], fields["text"]
        match = re.fullmatch(rf"(\d{{6,10}}) is your {namespace.HOST} code \((\w\w)\)\. "
                             r"Not you\? Change your password\.", self.text)
        assert match, self.text
        self.code, self.ref = match.groups()

    def wrong(self, step=1):
        """A code of the right form that is not this one."""
        length = len(self.code)
        return f"{(int(self.code) + step) % 10 ** length:0{length}}"


class Event:
    """One log line of the module."""

    def __init__(self, line):
        self.line = line
        number = re.search(r"\[(\d+)\]: pam_smsotp\(", line)
        self.process = int(number.group(1)) if number else None     # as far as its program says
        body = re.search(r"pam_smsotp\([^)]*\): (.*)", line).group(1)
        pairs = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)', body)
        self.keys = [key for key, _ in pairs]
        self.values = dict(pairs)

    def __getitem__(self, key):
        return self.values[key]

    def name(self):
        return f"{self.values.get('event')} {self.values.get('reason')}"


class Ctl:
    """One run of smsotpctl, ended."""

    def __init__(self, world, program, arguments, status, text="", seconds=60):
        done = subprocess.run([program, f"--conf={world.base}/smsotp.conf", *arguments], input=text,
                              capture_output=True, text=True, timeout=seconds, check=False)
        self.output, self.errors, self.status = done.stdout, done.stderr, done.returncode
        assert status is None or self.status == status, f"exit {self.status}: {self.output}{self.errors}"

    def json(self):
        return json.loads(self.output)


def table_of(ctl):
    """The commands as smsotpctl's own help has them, each with its options' names."""
    return {name: set(re.findall(r"^  --([\w-]+)", ctl("help", name).output, re.M))
            for name in re.findall(r"^  (\w[\w-]*) +\S", ctl("--help").output, re.M)}


class World:
    """One test's configuration directory, state and outbox below `base`, which lies on a tmpfs."""

    def __init__(self, base, stage, log):
        self.base, self.stage, self.log = base, stage, log
        self.services = {}      # PAM's, that this world has written: what was there before
        self.log_start = len(log.flushed())
        self.asserted = 0
        self.expected_texts = None
        self.helpers_may_log = False
        self.typed = [PASSWORD]
        # What sudo remembers of the test before.
        shutil.rmtree("/run/sudo/ts", ignore_errors=True)
        for name in ("", "/gateways", "/state", "/run"):
            os.mkdir(base + name, 0o700)
        self.outbox = base + "/outbox"
        self.added = ""
        self.settings = {
            "gateways": '[ "phone" ]',
            "phones": people(**{user: phone(user) for user in USERS}),
            "country_code": '"44"',
            "contact": '"IT desk, ext. 4444"',
            "budget": "{ cooldown = 0; }",
            "state_dir": f'"{base}/state"',
            "run_dir": f'"{base}/run"',
        }
        self.configure()
        self.gateway("phone", f'api = "outbox"; path = "{self.outbox}";')
        self.before = set(self.processes())
        # How many log lines and texts are older than the records.
        self.events_before = self.texts_before = 0
        self.watch = invariants.Watch(self)

    def configure(self, **settings):
        """Changes keys of smsotp.conf; a value is libconfig's text for it."""
        self.settings.update(settings)
        self._write("smsotp.conf",
                    "".join(f"{key} = {value};\n" for key, value in self.settings.items()) +
                    self.added)

    def add(self, text):
        """Puts a document's lines into smsotp.conf, in place of what there is of the same keys."""
        keys = re.findall(r"^(\w+) *=", text, re.M)
        self.added = text
        self.settings = {key: self.settings[key] for key in self.settings if key not in keys}
        self.configure()

    def gateway(self, name, text):
        self._write(f"gateways/{name}.conf", text + "\n")

    def _write(self, name, text):
        with open(f"{self.base}/{name}", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)

    def pam(self, service, first="password", ours=True, behind=()):
        """The service's stack as Debian's common-auth makes it, our module behind the first
        factor, or in its place one that does nothing, and lines behind that."""
        lines = []
        if first == "password":
            lines = ["auth [success=1 default=ignore] pam_unix.so nodelay",
                     "auth requisite pam_deny.so", "auth required pam_permit.so"]
        else:
            assert first == "none"
        module = f"{self.stage.module} conf={self.base}/smsotp.conf" if ours else "pam_permit.so"
        lines += ["auth required " + module, *behind, "account required pam_permit.so",
                  "password required pam_deny.so", "session required pam_permit.so"]
        path = "/etc/pam.d/" + service
        if path not in self.services:
            self.services[path] = None
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    self.services[path] = file.read()
        # Others may be starting with it: it is never half there.
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.replace(path + ".new", path)

    # --- what came out ----------------------------------------------------------------------

    def texts(self):
        try:
            with open(self.outbox, encoding="utf-8") as file:
                return [Text(line) for line in file.read().splitlines()]
        except FileNotFoundError:
            return []

    def text(self, count=1, seconds=10):
        """The newest text, once there are `count`."""
        until(lambda: len(self.texts()) >= count, seconds, f"text number {count}")
        texts = self.texts()
        assert len(texts) == count, f"{len(texts)} texts, {count} expected"
        return texts[-1]

    def text_of(self, ref, seconds=10, after=0):
        """The newest text with that name, of those after the first `after`; where several logins
        run at once, or so many that names come again."""
        return until(lambda: [text for text in self.texts()[after:] if text.ref == ref], seconds,
                     f"the text {ref}")[-1]

    def log_lines(self):
        return self.log.flushed()[self.log_start:]

    def events(self):
        # libpam logs some failures of a conversation itself, under the module's name: without
        # "event=".
        return [Event(line) for line in self.log_lines()
                if re.search(r"pam_smsotp\(.*: event=", line)]

    def event_lines(self):
        """What is in the event file, without version and time."""
        lines = []
        for name in ("events.1", "events"):
            if os.path.exists(f"{self.base}/state/{name}"):
                with open(f"{self.base}/state/{name}", encoding="ascii") as file:
                    lines += file.read().splitlines()
        return [re.fullmatch(r"v=1 time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (.*)", line).group(1)
                for line in lines]

    def expect_log(self, *names):
        """The module's next log lines are exactly these ("EVENT REASON"; with "?" behind it a line
        that may be missing). A test that ends with lines that were not expected fails: a missing
        name asserts silence."""
        least = len([name for name in names if not name.endswith("?")])
        try:
            until(lambda: len(self.events()) >= self.asserted + least, 5, "the log lines")
        except AssertionError:
            pass
        have = self.events()[self.asserted:]
        shown = "\n".join(event.line for event in have)
        got = []
        for name in names:
            if len(got) < len(have) and have[len(got)].name() == name.rstrip("?"):
                got.append(have[len(got)])
            else:
                assert name.endswith("?"), f"{name} is missing, line {len(got) + 1} of:\n{shown}"
        self.asserted += len(got)
        return got

    def forget_log(self):
        """For tests whose log lines cannot be foretold one by one; returns those that were
        there."""
        events = self.events()[self.asserted:]
        self.asserted += len(events)
        return events

    def forget_state(self):
        """As after an installation: no record, no key."""
        until(lambda: not self.helpers(), 5, f"the end of {self.helpers()}")
        for name in ("state", "run"):
            shutil.rmtree(f"{self.base}/{name}")
            os.mkdir(f"{self.base}/{name}", 0o700)
        self.records_removed()

    def records_removed(self):
        """What is in the log and was texted until now need not be in the records."""
        self.events_before, self.texts_before = len(self.events()), len(self.texts())

    # --- what must not be left --------------------------------------------------------------

    @staticmethod
    def processes():
        """Every process of the private machine: {pid: name}."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    line = file.read()
            except OSError:
                continue
            name = line[line.index("(") + 1:line.rindex(")")]
            found[int(entry)] = f"{name} {line[line.rindex(')') + 2]}"
        return found

    def helpers(self):
        """Our own processes: keepers and helpers, by their names."""
        return {pid: name for pid, name in self.processes().items() if name.startswith("smsotp-")}

    def until_sent(self, seconds):
        """Until no text is on its way: what the last smsotp-send had to say is with its keeper, who
        has waited for it."""
        until(lambda: not any("smsotp-send" in name for name in self.helpers().values()), seconds,
              f"the end of every smsotp-send: {self.helpers()}")

    def check_gone(self, seconds=2.0):
        """Nothing that was started since the world began is still there: no keeper, helper or
        zombie."""
        until(lambda: not self.helpers(), seconds, f"the end of {self.helpers()}")
        # libpam has a host that has failed wait for up to 3 s.
        until(lambda: set(self.processes()) <= self.before, seconds + 4,
              f"the end of {({p: n for p, n in self.processes().items() if p not in self.before})}")

    def check_state(self):
        """Directories 0700, records 0600, nothing stray; and no lock is held on any of them."""
        for root in ("state", "run"):
            for directory, _, files in os.walk(f"{self.base}/{root}"):
                assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700, directory
                for name in files:
                    path = f"{directory}/{name}"
                    status = os.lstat(path)
                    assert stat.S_ISREG(status.st_mode), path
                    assert stat.S_IMODE(status.st_mode) == 0o600, path
                    assert (status.st_uid, status.st_nlink) == (0, 1), path
                    place = os.path.relpath(path, self.base)
                    assert re.fullmatch(r"run/(key|budgets|gateways|codes/\d+)|state/(names\.key|events(\.1|\.totals)?|"
                                        r"(users|backup)/\d+|phones/[0-9a-f]+)", place), f"stray {place}"
                    if os.path.basename(directory) in ("users", "backup", "codes"):
                        # An account that does not exist leaves nothing.
                        pwd.getpwuid(int(name))
                    with open(path, "rb") as file:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def secrets(self):
        """Codes, whole numbers and typed answers."""
        secrets = set(self.typed)
        for text in self.texts():
            secrets |= {text.code, text.to, text.to[1:]}
        return secrets | {phone(user) for user in USERS}

    def check_secrets(self):
        """None of them is in the log or in the state directories."""
        secrets = self.secrets()
        for line in self.log_lines():
            # The host's own lines (sshd names ports and processes) are not ours to judge.
            if re.search(f"pam_smsotp|{HELPERS}|smsotpctl", line):
                # The outbox draws its ids: among thousands is one that has a code's digits.
                body = re.sub("msgid=outbox-[0-9a-f]{16} ", "", line.split(": ", 1)[1])
                for secret in secrets:
                    assert secret not in body, f"{secret!r} in the log: {line}"
        for root in ("state", "run"):
            for path in glob.glob(f"{self.base}/{root}/**", recursive=True):
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        content = file.read()
                    for secret in secrets:
                        assert secret.encode() not in content, f"{secret!r} in {path}"

    def finish(self):
        """The checks after every test. A sandbox without Landlock says so once per text: no other
        line of a helper's is expected."""
        self.check_gone()
        self.check_state()
        self.check_secrets()
        self.watch.check()
        invariants.check_successes(self)
        invariants.check_failures(self)
        invariants.check_texts(self)
        rest = self.events()[self.asserted:]
        assert not rest, "not expected in the log:\n" + "\n".join(event.line for event in rest)
        for line in self.log_lines():
            assert self.helpers_may_log or not re.search(HELPERS, line) or "Landlock" in line, line
        assert self.expected_texts is not None, "the test does not say how many texts it expects"
        assert len(self.texts()) == self.expected_texts

    def remove(self):
        """After a test that failed there may be something left; it must not disturb the next
        one."""
        self.watch.stop()
        for pid in set(self.processes()) - self.before:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for path, before in self.services.items():
            if before is None:
                os.unlink(path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(before)
        shutil.rmtree(self.base)
