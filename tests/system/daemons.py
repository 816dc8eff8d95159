# SPDX-License-Identifier: BSD-2-Clause
"""What texts go to on this machine: smsd of SMS Server Tools, gammu-smsd, a mail server. All are the distribution's,
run by their own users in private directories and on free ports of the loopback interface.
"""
import asyncio
import email
import email.policy
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword
except ImportError:
    Controller = None

import modem
from harness import until

SMSD, GAMMU = (shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("smsd", "gammu-smsd"))


def missing():
    """The names of what is not installed."""
    return [name for name, there in (("smsd (smstools)", SMSD), ("gammu-smsd", GAMMU),
                                     ("aiosmtpd (python3-aiosmtpd)", Controller)) if not there]


class Daemon:
    """In a directory of its own below base: folders that belong to its user, with the distribution's modes."""

    def __init__(self, base, user, folders, mode):
        entry = pwd.getpwnam(user)
        self.base = f"{base}/{user}"
        os.mkdir(self.base, 0o755)
        for folder in folders:
            path = f"{self.base}/{folder}"
            os.mkdir(path)
            os.chown(path, entry.pw_uid, entry.pw_gid)
            os.chmod(path, mode)
        self.process = None

    def _start(self, *argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True,
                                        # What gammu-smsd writes into its log is to be read again.
                                        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})

    def _group(self):
        return self.process.pid

    def stop(self):
        """With all that it has forked."""
        try:
            os.killpg(self._group(), signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Smsd(Daemon):
    """With a modem on a socket. As Debian runs it, but for its group: see conf/api/smstools.conf."""

    CONFIGURATION = """\
devices = GSM1
outgoing = {base}/outgoing
checked = {base}/checked
failed = {base}/failed
sent = {base}/sent
incoming = {base}/incoming
logfile = {base}/run/log
delaytime = 1
receive_before_send = no
autosplit = 3

[GSM1]
device = @127.0.0.1:{port}
incoming = no
"""

    def __init__(self, base, group="smsd"):
        super().__init__(base, "smsd", ("outgoing", "checked", "failed", "sent", "incoming", "run"), 0o3775)
        self.modem = modem.Modem()
        self.spool = self.base + "/outgoing"
        with open(self.base + "/smsd.conf", "w", encoding="ascii") as file:
            file.write(self.CONFIGURATION.format(base=self.base, port=self.modem.port))
        # It makes /tmp/mm_smsd_PID.sem, leaves it there, and in a pid namespace of our own its PID is not only ours.
        self._start("/usr/bin/unshare", "--mount", "/bin/sh", "-c", 'mount -t tmpfs tmpfs /tmp && exec "$@"', "sh",
                    SMSD, f"-c{self.base}/smsd.conf", f"-p{self.base}/run/pid", f"-i{self.base}/run/info", "-usmsd",
                    "-g" + group)

    def _group(self):
        """It goes into the background, and leads a group there."""
        path = self.base + "/run/pid"
        until(lambda: os.path.exists(path) and os.path.getsize(path), 10, "smsd is in the background")
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def texts(self):
        return self.modem.submitted

    def stop(self):
        super().stop()
        self.modem.stop()


class Gammu(Daemon):
    """With Gammu's dummy phone."""

    CONFIGURATION = """\
[gammu]
model = dummy
connection = none
port = {base}/phone
gammuloc = /dev/null

[smsd]
service = files
logfile = {base}/phone/log
debuglevel = 255
commtimeout = 1
sendtimeout = 5
inboxpath = {base}/inbox/
outboxpath = {base}/outbox/
sentsmspath = {base}/sent/
errorsmspath = {base}/error/
"""

    def __init__(self, base):
        super().__init__(base, "gammu", ("inbox", "outbox", "sent", "error", "phone"), 0o770)
        self.spool = self.base + "/outbox"
        with open(self.base + "/rc", "w", encoding="ascii") as file:
            file.write(self.CONFIGURATION.format(base=self.base))
        self._start(GAMMU, "-c", self.base + "/rc", "--user=gammu", "--group=gammu")

    def texts(self):
        """Pairs of number and text, as the daemon read them, of what the phone has taken."""
        try:
            with open(self.base + "/phone/log", encoding="utf-8") as file:
                log = file.read()
        except FileNotFoundError:
            return []
        return [(number, text) for number, text in
                re.findall(r'Found 1 sms to "([^"]*)" with text "(.*?)" cod \d', log, re.DOTALL)
                if re.search(rf"Transmitted \S+ .* to {re.escape(number)},", log)]


class Mail:
    """One mail as the server took it."""

    def __init__(self, session, envelope, implicit):
        self.tls, self.user = implicit or session.ssl is not None, session.auth_data
        self.sender, self.recipients, self.raw = envelope.mail_from, envelope.rcpt_tos, envelope.content
        self.message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.text = self.message.get_content()


class MailServer:
    """says: {"MAIL" | "RCPT" | "DATA" | "AUTH": an answer other than yes}. hang: what is not answered in time."""

    PASSWORD = "mail's secret"

    def __init__(self, context=None, implicit=False, login=False):
        self.mails, self.says, self.hang, self._implicit = [], {}, None, implicit
        options = {}
        if context is not None and not implicit:
            options = {"tls_context": context, "require_starttls": True}
        if login:
            options.update(authenticator=self._login, auth_required=True,
                           auth_require_tls=context is not None and not implicit)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options,
                                      ssl_context=context if implicit else None)
        self._controller.start()

    def _login(self, server, session, envelope, mechanism, data):    # pylint: disable=too-many-arguments
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"otp", self.PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data="otp")

    async def _answer(self, verb, yes):
        if self.hang == verb:
            await asyncio.sleep(30)
        return self.says.get(verb, yes)

    async def handle_MAIL(self, server, session, envelope, address, options):   # pylint: disable=invalid-name
        envelope.mail_from = address
        return await self._answer("MAIL", "250 2.1.0 Ok")

    async def handle_RCPT(self, server, session, envelope, address, options):   # pylint: disable=invalid-name
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", "250 2.1.5 Ok")

    async def handle_DATA(self, server, session, envelope):     # pylint: disable=invalid-name
        self.mails.append(Mail(session, envelope, self._implicit))
        return await self._answer("DATA", "250 2.0.0 Ok: queued as 4C1A")

    def stop(self):
        self._controller.stop()
