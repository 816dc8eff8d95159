# SPDX-License-Identifier: BSD-2-Clause
"""The private machine as a document finds it: Debian's own files in /etc, the module where libpam
looks for it, sshd on its own port, and a person with a shell.

What a document says is run as it is written. Only /usr/share/smsotp, where nothing may be put,
stands for the stage's; and what no test can run (systemctl, journalctl) is done by starting sshd
anew and by looking at the log.
"""
import contextlib
import glob
import os
import shutil
import subprocess

import harness
import hosts
import namespace
import recipe_text

# Whose terminal it is: somebody on another machine, with files of his own.
PERSON = "carol"
# Addresses of the private machine besides 127.0.0.1: of the documents' inner network, and of none.
INSIDE, OUTSIDE = "10.20.30.40", "192.0.2.40"
NOT_RUN = ("systemctl", "journalctl")
AHEAD = "/run/ahead"
DAY = 86400


def install_module(stage):
    """Where libpam looks for it, with all of the machine's own."""
    own = os.path.dirname((glob.glob("/usr/lib*/*/security/pam_unix.so") +
                           glob.glob("/usr/lib*/security/pam_unix.so"))[0])
    new = "/run/security"
    shutil.copytree(own, new, symlinks=True)
    if os.path.lexists(new + "/pam_smsotp.so"):
        os.unlink(new + "/pam_smsotp.so")
    os.symlink(stage.module, new + "/pam_smsotp.so")
    namespace.bind(new, own)
    for number, address in enumerate((INSIDE, OUTSIDE)):
        namespace.add_address(f"lo:{number}", address)


@contextlib.contextmanager
def module_missing():
    """As if somebody had deleted it."""
    os.rename("/run/security/pam_smsotp.so", "/run/security/away")
    try:
        yield
    finally:
        os.rename("/run/security/away", "/run/security/pam_smsotp.so")


class Machine:
    """/etc is a copy of its own for each test, with this world's configuration in it."""

    def __init__(self, world):
        self.world = world
        self.stage = world.stage
        self._server = None
        self._etc = world.base + "-etc"
        subprocess.run(["cp", "-a", "/etc", self._etc], check=True)
        namespace.bind(self._etc, "/etc")
        os.makedirs("/etc/smsotp", exist_ok=True)
        os.makedirs("/etc/ssh/sshd_config.d", exist_ok=True)
        os.makedirs("/etc/sudoers.d", exist_ok=True)
        with open("/etc/sudoers", "a", encoding="utf-8") as file:
            file.write("@includedir /etc/sudoers.d\n")
        self._bound = ["/etc/smsotp", self.stage.root + "/etc/smsotp"]
        for place in self._bound:
            namespace.bind(world.base, place)
        shutil.rmtree("/run/faillock", ignore_errors=True)

    def remove(self):
        self.stop_sshd()
        for place in [*reversed(self._bound), "/etc"]:
            namespace.unbind(place)
        shutil.rmtree(self._etc)
        shutil.rmtree(AHEAD, ignore_errors=True)
        for user in ("deploy", "root"):
            shutil.rmtree(f"/run/home/{user}", ignore_errors=True)
        for user in harness.USERS:
            for path in glob.glob(f"/run/home/{user}/.[a-z]*"):
                if not path.endswith("/.hushlogin"):
                    shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    # --- what the document says ---------------------------------------------------------------

    def write(self, block, text=None):
        """The file, or for the configuration: the lines, in place of what the world has of the
        same keys."""
        text = block.text if text is None else text
        if block.place == recipe_text.CONFIGURATION:
            self.world.add(text)
            return
        path = block.place.replace("~", f"/run/home/{PERSON}", 1)
        self.give(path, text, PERSON if block.place.startswith("~") else None)

    @staticmethod
    def give(path, text, user=None):
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
            if user:
                shutil.chown(folder, user, user)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600 if user else 0o644)
        if user:
            shutil.chown(path, user, user)

    def run(self, command):
        """A command of root's. Returns what it says."""
        if command.split()[0] in NOT_RUN:
            return ""
        command = command.replace(recipe_text.INSTALLED, self.stage.root + recipe_text.INSTALLED)
        done = subprocess.run(["/bin/sh", "-c", command], env=hosts.ENVIRONMENT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", timeout=30, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout

    def follow(self, section):
        """All that the recipe says: the files that are written by hand, then root's commands, which
        put the others into place. Then every file is there, byte by byte."""
        for block in section.first_blocks():
            if block.borrowed or not block.example:
                self.write(block)
        for command in section.commands("#"):
            self.run(command)
        for block in section.first_blocks():
            if block.place != recipe_text.CONFIGURATION:
                assert self._same(block), f"{block.place} is not what {section.name} says"

    @staticmethod
    def _same(block):
        path = block.place.replace("~", f"/run/home/{PERSON}", 1)
        with open(path, encoding="utf-8") as file:
            return file.read() == block.text

    # --- what the recipes find ----------------------------------------------------------------

    @staticmethod
    def add_account(user):
        """One of a program's, without a phone."""
        home = f"/run/home/{user}"
        subprocess.run(["useradd", "-M", "-d", home, "-s", "/bin/bash", user], check=True)
        os.makedirs(home, 0o700, exist_ok=True)
        shutil.chown(home, user, user)

    def become_fedora(self, section):
        """As far as its stacks go: the part of password-auth that the document shows, with the
        other kinds of lines that it has there."""
        block = section.block("/etc/pam.d/password-auth")
        self.write(block, block.text + "".join(
            f"{kind} required pam_permit.so\n" for kind in ("account", "password", "session")))
        self.give("/etc/pam.d/postlogin", "session optional pam_lastlog.so silent\n")

    # --- sshd ---------------------------------------------------------------------------------

    def start_sshd(self):
        """As the machine's own service would, or as a reload makes it."""
        self.stop_sshd()
        self._server = SystemSshd(self.world)
        return self._server

    def stop_sshd(self):
        if self._server:
            self._server.stop()
            self.world.before.discard(self._server.process.pid)
            self._server = None

    def authorize(self, *users):
        """PERSON's key, which is made if need be, lets him log in as these."""
        key = f"/run/home/{PERSON}/.ssh/id_ed25519"
        if not os.path.exists(key):
            self.give(os.path.dirname(key) + "/known_hosts", "", PERSON)
            hosts.make_key(key)
            for name in (key, key + ".pub"):
                shutil.chown(name, PERSON, PERSON)
        with open(key + ".pub", encoding="utf-8") as file:
            public = file.read()
        for user in users:
            self.give(f"/run/home/{user}/.ssh/authorized_keys", public, user)

    # --- people -------------------------------------------------------------------------------

    def person(self, words, user=PERSON, source=None):
        """Somebody's command on a terminal, his home directory his own."""
        if source:
            words = [words[0], "-o", f"BindAddress={source}", *words[1:]]
        return hosts.Terminal(self.world, words, user=user,
                              environment={"HOME": f"/run/home/{user}", "USER": user,
                                           "LOGNAME": user, "LC_ALL": "C.UTF-8"})

    # --- time ---------------------------------------------------------------------------------

    @staticmethod
    def preload_clock(library):
        """From here on, what is started has the clock that set_ahead() sets."""
        os.makedirs(AHEAD, exist_ok=True)
        with open("/etc/ld.so.preload", "w", encoding="ascii") as file:
            file.write(library + "\n")

    @staticmethod
    def set_ahead(clock, seconds):
        with open(f"{AHEAD}/{clock}.new", "w", encoding="ascii") as file:
            file.write(str(int(seconds)))
        os.replace(f"{AHEAD}/{clock}.new", f"{AHEAD}/{clock}")


class SystemSshd(hosts.Sshd):
    """The machine's sshd with its own files: /etc/ssh/sshd_config, port 22, service sshd."""

    SERVICE = "sshd"

    def __init__(self, world):  # pylint: disable=super-init-not-called
        self.world, self.port = world, 22
        subprocess.run(["ssh-keygen", "-A"], check=True, stdout=subprocess.DEVNULL)
        names = ",".join(["127.0.0.1", "localhost", namespace.HOST, INSIDE, OUTSIDE])
        with open("/etc/ssh/ssh_known_hosts", "w", encoding="utf-8") as known:
            for path in glob.glob("/etc/ssh/ssh_host_*_key.pub"):
                with open(path, encoding="utf-8") as file:
                    known.write(f"{names} {file.read()}")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D"], stdin=subprocess.DEVNULL,
                                        env=hosts.ENVIRONMENT)
        assert self._listens(), "sshd does not start"
        world.before.add(self.process.pid)
