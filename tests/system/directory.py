# SPDX-License-Identifier: BSD-2-Clause
"""OpenLDAP's slapd on loopback, with a directory of its own below the folder that it is given."""
import base64
import os
import shutil
import signal
import socket
import subprocess
import urllib.parse

from harness import until

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/bin:/usr/lib/openldap")
SLAPADD = shutil.which("slapadd", path="/usr/sbin:/usr/bin")
SCHEMAS = next((path for path in ("/etc/ldap/schema", "/etc/openldap/schema") if os.path.isdir(path)), None)
MODULES = next((path for path in ("/usr/lib/ldap", "/usr/lib/openldap", "/usr/lib64/openldap")
                if os.path.exists(path + "/back_mdb.so")), None)

BASE = "dc=example,dc=com"
PEOPLE = "ou=people," + BASE
READER, PASSWORD = "cn=smsotp," + BASE, "reader's secret"

CONFIGURATION = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/nis.schema
include {schemas}/inetorgperson.schema
{modules}
loglevel 0
pidfile {base}/pid
argsfile {base}/args
{tls}
authz-regexp "^gidNumber=[0-9]+[+]uidNumber={uid},cn=peercred,cn=external,cn=auth$" "{reader}"
authz-regexp "^cn=smsotp-lookup$" "{reader}"
{more}
database mdb
suffix "{suffix}"
directory {base}/data
maxsize 16777216
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to attrs=mobile,telephoneNumber,homePhone by dn.exact="{reader}" read {others} by * none
access to * by * read
"""

TREE = f"""\
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: smsotp
userPassword: {PASSWORD}
"""


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def ldif(name, values):
    """Lines of one attribute; whatever LDIF would not take as it is goes in base64 (RFC 2849)."""
    lines = ""
    for value in [values] if isinstance(values, (str, bytes)) else values:
        data = value.encode() if isinstance(value, str) else value
        lines += f"{name}:: {base64.b64encode(data).decode()}\n"
    return lines


def person(user, cn=None, **attributes):
    """An account's entry."""
    text = ldif("dn", f"cn={cn or base64.b16encode(user.encode()).decode()},{PEOPLE}")
    for name, values in {"objectClass": ["inetOrgPerson", "posixAccount"], "uid": user, "sn": "Person",
                         "uidNumber": "61001", "gidNumber": "61001", "homeDirectory": "/", **attributes}.items():
        text += ldif(name, values)
    return "\n" + text


class Slapd:
    """entries: LDIF of what is in the directory besides its tree."""

    def __init__(self, base, entries="", pem=None, ca_file=None, uid=0, anonymous=False, more="", ports=None):
        self.base = base
        os.makedirs(base + "/data", mode=0o700)
        tls = ""
        if pem:
            tls = (f"TLSCACertificateFile {ca_file}\nTLSCertificateFile {pem}\n"
                   f"TLSCertificateKeyFile {pem}\nTLSVerifyClient allow\n")
        self.port, self.tls_port = ports or (free_port(), free_port())
        self.socket = base + "/ldapi"
        with open(base + "/slapd.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(
                base=base, tls=tls, schemas=SCHEMAS, uid=uid, reader=READER, suffix=BASE, more=more,
                others="by anonymous read" if anonymous else "",
                modules=f"modulepath {MODULES}\nmoduleload back_mdb" if MODULES else ""))
        subprocess.run([SLAPADD, "-q", "-f", base + "/slapd.conf"], input=(TREE + entries).encode(), check=True,
                       capture_output=True)
        self.process = None
        self.start(tls=bool(pem))

    @property
    def ldap(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def ldaps(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def ldapi(self):
        return "ldapi://" + urllib.parse.quote(self.socket, safe="")

    def start(self, tls):
        urls = f"{self.ldap} {self.ldapi}" + (f" {self.ldaps}" if tls else "")
        self.process = subprocess.Popen(
            [SLAPD, "-h", urls, "-f", self.base + "/slapd.conf", "-d", "0"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for port in [self.port] + ([self.tls_port] if tls else []):
            until(lambda number=port: self._listens(number), 20, "slapd listens")
        os.chmod(self.socket, 0o777)

    def _listens(self, port):
        assert self.process.poll() is None, "slapd has ended"
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def pause(self):
        """It listens on, and does not answer."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
