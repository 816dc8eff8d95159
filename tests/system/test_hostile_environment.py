# SPDX-License-Identifier: BSD-2-Clause
"""Environments that lead libraries astray: proxies, key logs, configuration files that load code.

su and sudo run with their caller's, a root daemon with whatever it was started with. The gateway is
a real one over TLS, so that everything a library could be talked into has its chance. A first test
shows that the trap works: curl and openssl, run with the same environment, walk into it.
"""
import os
import subprocess

import pytest

import harness
import hosts
from far import Far

HERE = os.path.dirname(os.path.abspath(__file__))


class Trap(Far):
    """A folder whose files and a port whose connections nobody may touch."""

    def __init__(self, world):
        self.folder = world.base + "/trap"
        os.chmod(world.base, 0o711)
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        super().__init__(lambda connection: None)
        self._compile()
        self._write("openssl.cnf", "openssl_conf = start\n[start]\nproviders = list\n[list]\n"
                    f"trap = trap\n[trap]\nmodule = {self.folder}/trap.so\nactivate = 1\n")
        self._write("aliases", "localhost example.invalid\n")
        self._write(".netrc", "default login trap password trap\n")
        self._write(".curlrc", f'output = "{self.folder}/curlrc-was-read"\n')
        for name in ("ldaprc", ".ldaprc"):
            self._write(name, "URI ldap://127.0.0.1:1\n")
        os.mkdir(self.folder + "/tmp")
        os.chmod(self.folder + "/tmp", 0o777)
        self.environment = self._environment()
        self.before = self.contents()

    def _write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def _compile(self):
        """A shared object that says that it was loaded, whoever loads it."""
        source = ('#include <fcntl.h>\n__attribute__((constructor)) static void loaded(void)\n'
                  f'{{ open("{self.folder}/loaded", O_CREAT | O_WRONLY, 0666); }}\n')
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-o", self.folder + "/trap.so", "-"],
                       input=source.encode(), check=True)

    def _environment(self):
        proxy = f"127.0.0.1:{self.port}"
        here = self.folder
        return dict(
            hosts.ENVIRONMENT,
            HOME=here, CURL_HOME=here, XDG_CONFIG_HOME=here, TMPDIR=here + "/tmp",
            http_proxy="http://" + proxy, HTTP_PROXY="http://" + proxy,
            https_proxy="http://" + proxy, HTTPS_PROXY="http://" + proxy,
            all_proxy="socks5h://" + proxy, ALL_PROXY="socks5h://" + proxy,
            NO_PROXY="", no_proxy="",
            SSLKEYLOGFILE=here + "/keys", SSL_CERT_FILE=here + "/aliases", SSL_CERT_DIR=here,
            CURL_CA_BUNDLE=here + "/aliases", CURL_SSL_BACKEND="none",
            OPENSSL_CONF=here + "/openssl.cnf", OPENSSL_MODULES=here, OPENSSL_ENGINES=here,
            LDAPRC="ldaprc", LDAPCONF=here + "/ldaprc", LDAPTLS_CACERT=here + "/aliases",
            HOSTALIASES=here + "/aliases", LOCALDOMAIN="example.invalid",
            RES_OPTIONS="timeout:30 attempts:5", RESOLV_HOST_CONF=here + "/aliases",
            MALLOC_TRACE=here + "/malloc", LOCPATH=here, NLSPATH=here + "/%N", GCONV_PATH=here,
            TZ="Pacific/Kiritimati",
            LC_ALL="tr_TR.UTF-8", LC_NUMERIC="de_DE.UTF-8", LANG="ar_EG.UTF-8")

    def contents(self):
        found = {}
        for directory, folders, files in os.walk(self.folder):
            for name in folders + files:
                path = f"{directory}/{name}"
                found[path] = os.stat(path).st_mtime_ns
        return found

    def assert_untouched(self):
        assert self.contents() == self.before
        assert self.connections == 0


@pytest.fixture
def trap(world):
    made = Trap(world)
    yield made
    made.stop()


def test_the_trap_works(world, trap):
    """What walks into it where nothing is done against it: curl's proxies, OpenSSL's modules."""
    environment = dict(trap.environment, CURL_SSL_BACKEND="")
    subprocess.run(["curl", "-q", "-s", "-m", "5", "https://127.0.0.1:9/"], env=environment,
                   stdout=subprocess.DEVNULL, check=False)
    assert trap.connections > 0
    subprocess.run(["openssl", "list", "-providers"], env=environment, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    assert os.path.exists(trap.folder + "/loaded")
    world.expected_texts = 0


def enter(world, program, gateway, daemon_program, environment):
    """One login through `program` with that environment."""
    def code():
        return gateway.requests[-1].form()["Body"].split()[0]

    if program == "daemon":
        daemon = hosts.Daemon(world, daemon_program, "alice", environment=environment)
        daemon.says("prompt " + harness.PROMPT)
        daemon.type(code())
        assert daemon.ended() == 0
        return
    world.pam(program)
    argv = {"sudo": ["/usr/bin/sudo", "id", "-un"],
            "su": ["/bin/su", "bob", "-c", "id -un"]}[program]
    terminal = hosts.Terminal(world, argv, user="alice", environment=environment)
    terminal.password()
    terminal.prompt()
    terminal.type(code())
    terminal.expect({"sudo": "\nroot\r\n", "su": "\nbob\r\n"}[program])
    assert terminal.ended() == 0


@pytest.mark.parametrize("program", ["sudo", "su", "daemon"])
def test_nothing_reaches_the_gateway_side(world, trap, double, daemon_host, program):
    gateway = double("twilio")
    world.configure(gateways='[ "twilio" ]')
    enter(world, program, gateway, daemon_host, trap.environment)
    trap.assert_untouched()
    assert (gateway.count(), gateway.connections) == (1, 1)
    text, login = world.expect_log("text accepted", "accepted code")
    assert (text["gateway"], login["gateway"]) == ("twilio", "twilio")
    world.expected_texts = 0
