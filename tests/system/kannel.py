# SPDX-License-Identifier: BSD-2-Clause
"""Kannel itself on loopback: bearerbox, smsbox, and its fake message centre for the network."""
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse

import hosts
from harness import until

PATH = "/usr/sbin:/usr/bin"
USER, PASSWORD = "otp", "kannel's secret"
DENIED = "447700900101"

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {user}
password = {password}
default-sender = default
black-list-regex = ^\\+{denied}$
"""


def programs():
    """{name: path}; of a program that is not installed the path is None."""
    # Debian has the fake message centre among the tests of kannel-extras.
    fake = glob.glob("/usr/lib/kannel/test/fakesmsc") + glob.glob("/usr/lib/*/kannel/test/fakesmsc")
    return {"bearerbox": shutil.which("bearerbox", path=PATH),
            "smsbox": shutil.which("smsbox", path=PATH), "fakesmsc": (fake or [None])[0]}


def free_ports(names):
    """A port of the loopback interface for each name; all different."""
    sockets = {name: socket.socket() for name in names}
    for sock in sockets.values():
        sock.bind(("127.0.0.1", 0))
    ports = {name: sock.getsockname()[1] for name, sock in sockets.items()}
    for sock in sockets.values():
        sock.close()
    return ports


class Kannel:
    """bearerbox and smsbox; no message centre is connected until connect() is called."""

    def __init__(self, world):
        self._directory = world.base + "/kannel"
        os.mkdir(self._directory, 0o700)
        self._ports = free_ports(("admin", "boxes", "centre", "http"))
        with open(self._directory + "/kannel.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(user=USER, password=PASSWORD, denied=DENIED,
                                            **self._ports))
        self._running = {}
        self.url = f"http://127.0.0.1:{self._ports['http']}"
        try:
            self._start("bearerbox", "-v", "1", "kannel.conf")
            self._until_said("bearerbox", "MAIN: Start-up done")
            self._start("smsbox", "-v", "1", "kannel.conf")
            self._until_said("bearerbox", "Client connected from <127.0.0.1>")
            until(self._listens, 10, "smsbox listens")
        except BaseException:
            self.stop()
            raise

    def _start(self, name, *arguments):
        with open(f"{self._directory}/{name}.out", "wb") as output:
            self._running[name] = subprocess.Popen(
                [programs()[name], *arguments], cwd=self._directory, env=hosts.ENVIRONMENT,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True)

    def _said(self, name):
        with open(f"{self._directory}/{name}.out", encoding="utf-8", errors="replace") as file:
            return file.read()

    def _until_said(self, name, words):
        def said():
            assert self._running[name].poll() is None, f"{name} ended:\n{self._said(name)}"
            return words in self._said(name)
        until(said, 10, f"{name}: {words}")

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._ports["http"])) == 0

    def connect(self):
        """Connects the fake message centre; it sends no messages of its own."""
        self._start("fakesmsc", "-H", "127.0.0.1", "-r", str(self._ports["centre"]), "-m", "0",
                    "123 456 text nop")
        self._until_said("bearerbox", "Fakesmsc client connected")

    def kill(self, name):
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for name in list(self._running):
            self.kill(name)

    def texts(self):
        """What the message centre got, in its order: (sender, number, coding, text)."""
        found = []
        for line in re.findall(r"Got message \d+: <(.*)>$", self._said("fakesmsc"), re.M):
            sender, number, coding, text = line.split(" ", 3)
            if coding == "ucs-2":
                text = urllib.parse.unquote_to_bytes(text.replace("+", " ")).decode("utf-16-be")
            found.append((sender, number, coding, text))
        return found

    def text(self):
        """The one text that it got."""
        until(self.texts, 10, "a text at the message centre")
        assert len(self.texts()) == 1, self.texts()
        return self.texts()[0]
