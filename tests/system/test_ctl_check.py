# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl check: each mistake is planted alone into a host where nothing is wrong, and found alone."""
import datetime
import glob
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import gateway_double
import harness
import namespace

MANUAL = os.path.join(os.path.dirname(__file__), "../../docs/smsotpctl.8")
CONF = os.path.join(os.path.dirname(__file__), "../../conf")
FIRST = """auth [success=1 default=ignore] pam_unix.so nodelay
auth requisite pam_deny.so
auth required pam_permit.so
"""
SSHD = {"UsePAM": "yes", "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no",
        "LoginGraceTime": "330", "MaxStartups": "200:30:500", "UseDNS": "no",
        "AuthenticationMethods": "publickey,keyboard-interactive keyboard-interactive"}


class Host:
    """Everything that check looks at, as it should be; a plant changes one thing."""

    def __init__(self, world, ctl):
        self.world, self.ctl, self.base = world, ctl, world.base + "/host"
        self.pam_dir = self.base + "/pam.d"
        for name in ("", "/pam.d", "/elsewhere"):
            os.mkdir(self.base + name, 0o755)
        self.line = f"auth required {world.stage.module} conf={world.base}/smsotp.conf\n"
        self.pam("common-auth", FIRST)
        self.pam("sudo", "@include common-auth\n" + self.line)
        self.pam("sshd", "@include common-auth\n" + self.line)
        self.pam("cron", "@include common-auth\n")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.base + "/key"],
                       check=True)
        self.sshd()
        self.sudoers("Defaults lecture=never\n")
        self.options = []

    def write(self, name, text, mode=0o600):
        path = name if name.startswith("/") else f"{self.base}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
        return path

    def pam(self, service, text):
        self.write(f"pam.d/{service}", text, 0o644)

    def sshd(self, **options):
        lines = {**SSHD, "HostKey": self.base + "/key", **options}
        self.write("sshd_config", "".join(f"{key} {value}\n" for key, value in lines.items() if value))

    def sudoers(self, text):
        self.write("sudoers", text, 0o440)

    def configure(self, **settings):
        self.world.configure(**settings)

    def run(self, *arguments, status):
        return self.ctl("check", "--pam-dir", self.pam_dir, "--sshd-config", self.base + "/sshd_config",
                        "--sudoers", self.base + "/sudoers", *self.options, *arguments, status=status)


@pytest.fixture
def host(world, ctl):
    world.expected_texts = 0
    return Host(world, ctl)


def root(host, name="state"):
    return f"{host.world.base}/{name}"


def phones(host, text, mode=0o600):
    path = host.write(f"{host.world.base}/phones", text, mode)
    host.configure(phones=f'( {{ source = "file"; path = "{path}"; }} )')
    return path


def ldap(host, text, mode=0o600):
    host.write(f"{host.world.base}/ldap.conf", text, mode)
    host.configure(phones='( { source = "ldap"; config = "ldap.conf"; } )')


def link(host):
    path = phones(host, "alice +447700900123\n")
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


def relink(host, name):
    path = root(host, name)
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


def on_disk(host):
    kind = subprocess.run(["stat", "-f", "-c", "%T", "/var/tmp"], capture_output=True, text=True, check=True)
    if kind.stdout.strip() in ("tmpfs", "ramfs"):
        pytest.skip("/var/tmp is in memory")
    host.clean = tempfile.mkdtemp(prefix="smsotp-", dir="/var/tmp")
    host.configure(run_dir=f'"{host.clean}"')


def module_copy(host, mode):
    path = host.base + "/elsewhere/pam_smsotp.so"
    shutil.copy(host.world.stage.module, path)
    os.chmod(path, mode)
    host.pam("sudo", f"@include common-auth\nauth required {path}\n")


def own_helpers(host):
    """A copy of the helpers, in place of the stage's for this private machine alone until the end."""
    folder = os.path.dirname(host.world.stage.helper)
    shutil.copytree(folder, host.base + "/helpers")
    namespace.bind(host.base + "/helpers", folder)
    host.bound = folder
    return host.world.stage.helper


def without_helper(host):
    os.unlink(own_helpers(host))


def loose_helper(host):
    os.chmod(own_helpers(host), 0o777)


def stack(*lines, service="sudo"):
    """A service's lines; OURS is the module's with its arguments."""
    def plant(host):
        module = f"{host.world.stage.module} conf={host.world.base}/smsotp.conf"
        host.pam(service, "\n".join(lines).replace("OURS", module) + "\n")
    return plant


def conf(**settings):
    return lambda host: host.configure(**settings)


def sshd(**options):
    return lambda host: host.sshd(**options)


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def rule(days):
    return harness.exempt(users='[ "bob" ]', until=f'"{day(days)}"')


def receiver(host, text, mode=0o600):
    """One beside files that cannot be one's."""
    folder = host.world.base + "/receivers"
    os.mkdir(folder, 0o700)
    for name in ("there.conf", ".there.conf.swp", "there.conf~", "a b.conf", ".conf"):
        host.write(f"{folder}/{name}", text + "\n", mode)


LONG = '"{code} is your {host} code ({ref}). ' + "Not you? Change your password. " * 5 + '"'
PLANTS = [
    # What is planted, what is found, how bad it is, and a word of what is said.
    ("conf", "error", "codes", conf(codes="{ }")),
    ("conf", "error", "country", conf(services='( { names = [ "su" ]; country_code = "x"; } )')),
    ("conf", "error", "texts.conf", lambda host: (
        host.write(f"{host.world.base}/texts.conf", 'prompt = "no code";\nwhatever = 1;\n'),
        host.configure(texts='"texts.conf"'))),
    ("conf", "error", "gateways", lambda host: (host.write("other.conf", 'contact = "x";\n'), host.pam(
        "sudo", f"@include common-auth\nauth required {host.world.stage.module} debug conf={host.base}/other.conf\n"))),
    ("conf_comma", None, "libconfig", conf(allowed_prefixes='[ "+44", ]')),
    ("conf_readable", "warning", "telephone", lambda host: os.chmod(host.world.base + "/smsotp.conf", 0o644)),
    ("file_missing", "error", "phones", conf(phones='( { source = "file"; path = "phones"; } )')),
    ("file_missing", "error", "nowhere", conf(gateways='[ "phone", "nowhere" ]')),
    ("file_rights", "error", "0660", lambda host: os.chmod(host.world.base + "/smsotp.conf", 0o660)),
    ("file_rights", "error", "0644", lambda host: os.chmod(host.world.base + "/gateways/phone.conf", 0o644)),
    ("file_rights", "error", "0604", lambda host: phones(host, "alice +447700900123\n", 0o604)),
    ("file_rights", "error", "symbolic link", link),
    ("file_rights", "error", "0777", lambda host: os.chmod(host.world.base + "/gateways", 0o777)),
    ("phone_source", "error", "127.0.0.1", lambda host: ldap(
        host, 'uri = [ "ldap://127.0.0.1:1" ];\nbase = "dc=example";\n')),
    ("phone_source", "error", "password: unknown key", lambda host: ldap(
        host, 'uri = [ "ldap://127.0.0.1:1" ];\nbase = "dc=example";\npassword = "x";\n')),
    ("file_rights", "error", "0644", lambda host: ldap(host, "", 0o644)),
    ("phone_source", "error", "command", lambda host: host.configure(
        phones='( { source = "command"; path = "/bin/false"; } )')),
    ("phone_source", "error", "line too long", lambda host: phones(
        host, "alice +447700900123\nbob +447700900124 #" + 2000 * "b" + "\n")),
    ("phone_source", "error", "a NUL byte", lambda host: phones(host, "alice +447700900123\0\n")),
    ("phone_number", "warning", "bob", lambda host: phones(host, "alice +447700900123\nbob 12\n")),
    ("prefix_all", "warning", "every country", conf(allowed_prefixes='[ "+" ]')),
    ("prefix_all", "warning", "every country", conf(
        services='( { names = [ "su" ]; allowed_prefixes = [ "+44", "+" ]; } )')),
    ("prefix_unused", "warning", '"+49"', conf(allowed_prefixes='[ "+44", "+49", "!+1" ]')),
    ("message_segments", "warning", "2 segments", conf(message=LONG)),
    ("message_ucs2", "warning", "UCS-2", conf(message='"{code} ✓"')),
    ("exempt_ended", "warning", '"robots"', conf(exempt=rule(-1))),
    ("exempt_ends", "warning", '"robots"', conf(exempt=rule(10))),
    ("exempt_ends", "warning", day(29), conf(services='( { names = [ "su" ]; exempt = %s; } )' % rule(29))),
    ("pam_exempt", "error", "exempt", lambda host: (
        host.configure(exempt=rule(60)), host.pam("sudo", FIRST.replace(FIRST.splitlines()[2] + "\n", host.line)))),
    ("gateway", "error", "neither a name", lambda host: host.world.gateway("phone", 'api = "no such";')),
    ("gateway", "error", "path", lambda host: host.world.gateway("phone", 'api = "outbox";')),
    ("gateway", "error", "price: must be what one text costs", lambda host: host.world.gateway(
        "phone", f'api = "outbox"; path = "{host.world.outbox}"; price = "0,045";')),
    ("gateway_unreachable", "warning", "no connection", lambda host: host.world.gateway(
        "phone", "\n".join(f'{key} = "{value}";' for key, value in {
            **gateway_double.TWILIO, "api": "twilio", "from": "+15005550006",
            "base_url": "https://127.0.0.1:1"}.items()))),
    ("receiver", "warning", '"token" is missing', lambda host: receiver(host, 'api = "generic-receiver";')),
    ("receiver", "warning", "this API receives no texts", lambda host: receiver(
        host, 'api = "twilio"; account_sid = "AC1"; auth_token = "x"; from = "x";')),
    ("file_rights", "error", "0640", lambda host: receiver(host, 'api = "generic-receiver"; token = "x";', 0o640)),
    ("receiver_unreachable", "warning", "no connection", lambda host: receiver(
        host, 'api = "generic-receiver"; token = "x"; base_url = "https://127.0.0.1:1";')),
    ("helper_missing", "error", "smsotp-send", without_helper),
    ("helper_rights", "error", "others", loose_helper),
    ("state_parent", "error", "no directory", conf(state_dir='"/nowhere/at/all"')),
    ("state_rights", "error", "0755", lambda host: os.chmod(root(host), 0o755)),
    ("state_rights", "error", "uid", lambda host: os.chown(root(host, "run"), 61001, 61001)),
    ("state_rights", "error", "symbolic link", lambda host: relink(host, "run")),
    ("run_dir_disk", "warning", "run_dir", on_disk),
    ("pam_syntax", "error", "control", stack("@include common-auth", "auth requird OURS",
                                             "auth required OURS")),
    ("pam_syntax", "error", "value", stack("@include common-auth", "auth [sucess=ok default=bad] OURS",
                                           "auth required OURS")),
    ("pam_include", "error", "no-such", stack("@include no-such", "@include common-auth",
                                              "auth required OURS")),
    ("pam_type", "error", "nothing to do", stack("@include common-auth", "auth required OURS",
                                                 "session required OURS")),
    ("pam_common", "error", "every service", lambda host: (
        host.pam("common-auth", FIRST + host.line), host.pam("sudo", "@include common-auth\n"),
        host.pam("sshd", "@include common-auth\n"))),
    ("pam_sufficient", "error", "sufficient", stack("@include common-auth", "auth sufficient OURS")),
    ("pam_sufficient", "error", "optional", stack("@include common-auth", "auth optional OURS")),
    ("pam_failure_passes", "error", "has failed", stack(
        "@include common-auth", "auth [success=ok default=ignore] OURS")),
    ("pam_failure_passes", "error", "has failed", stack(
        "@include common-auth", "auth [success=1 \\", "  default=bad maxtries=1] OURS # a code",
        "auth requisite pam_deny.so", "auth required pam_permit.so")),
    ("pam_fail_open", "warning", "no text", stack(
        "@include common-auth", "auth [success=ok authinfo_unavail=ignore default=bad] OURS")),
    ("pam_wrong_password", "error", "texts", stack("auth required pam_unix.so", "auth required OURS")),
    ("pam_wrong_password", "error", "texts", lambda host: (
        host.pam("first", "auth sufficient pam_unix.so\nauth required pam_deny.so\n"),
        stack("auth substack first", "auth required OURS")(host))),
    ("pam_skipped", "error", "right password", stack(
        "auth sufficient pam_unix.so", "auth requisite pam_deny.so", "auth required OURS")),
    ("pam_skipped", "error", "right password", lambda host: (
        host.pam("first", "-auth sufficient pam_sss.so\nauth requisite pam_deny.so\n"),
        stack("auth include first", "auth required OURS")(host))),
    ("pam_first", "warning", "before", stack("auth requisite OURS", "@include common-auth")),
    ("pam_trial", "warning", "has ended", lambda host: stack(
        "@include common-auth", "auth [success=ignore default=1] pam_exec.so quiet seteuid "
        f"{host.world.stage.ctl} try --alive sudo", "auth required OURS")(host)),
    ("pam_module_missing", "error", "/lib/none", stack(
        "@include common-auth", "auth required /lib/none/pam_smsotp.so")),
    ("pam_module_other", "warning", "another file", lambda host: module_copy(host, 0o644)),
    ("pam_module_rights", "error", "others", lambda host: module_copy(host, 0o666)),
    ("pam_argument", "error", "use_first_pass", stack("@include common-auth", "auth required OURS use_first_pass")),
    ("pam_argument", "error", "conf=relative", lambda host: host.pam(
        "sudo", f"@include common-auth\nauth required {host.world.stage.module} conf=relative\n")),
    ("pam_conf_missing", "error", "/nowhere", lambda host: host.pam(
        "sudo", f"@include common-auth\nauth required {host.world.stage.module} [conf=/nowhere]\n")),
    ("sshd_config", "error", "sshd", sshd(Port="none")),
    ("sshd_use_pam", "error", "UsePAM", sshd(UsePAM="no")),
    ("sshd_keyboard", "error", "Kbd", sshd(KbdInteractiveAuthentication="no", AuthenticationMethods="any",
                                           PubkeyAuthentication="no")),
    ("sshd_password", "warning", "ssh", sshd(PasswordAuthentication="yes", AuthenticationMethods="any",
                                             PubkeyAuthentication="no")),
    ("sshd_grace", "warning", "320", sshd(LoginGraceTime="120")),
    ("sshd_startups", "warning", "10:30:100", sshd(MaxStartups="10:30:100")),
    ("sshd_dns", "warning", "UseDNS", sshd(UseDNS="yes")),
    ("sshd_unasked", "warning", "publickey", sshd(AuthenticationMethods="publickey keyboard-interactive")),
    ("sshd_unasked", "warning", "publickey", sshd(AuthenticationMethods=None)),
    ("sudo_passprompt", "warning", "passprompt_override", lambda host: host.sudoers(
        "Defaults:alice lecture=never, \\\n  passprompt_override\n")),
    ("file_missing", "error", "No such file", lambda host: os.unlink(host.base + "/sudoers")),
    ("file_missing", "error", "not a regular file", lambda host: (
        os.unlink(host.base + "/sudoers"), os.mkfifo(host.base + "/sudoers"))),
]


@pytest.mark.parametrize("found, severity, word, plant", PLANTS, ids=[
    f"{number}-{plant[0]}" for number, plant in enumerate(PLANTS)])
def test_plant(host, found, severity, word, plant):
    """It is found, and nothing else; for people and for programs."""
    assert host.run("--json", status=0).json() == {"errors": 0, "warnings": 0, "findings": []}
    host.clean = host.bound = None
    try:
        plant(host)
        status = {"error": 2, "warning": 1, None: None}[severity]
        result = host.run("--json", status=status).json()
        text = host.run(status=status).output
    finally:
        if host.bound:
            namespace.unbind(host.bound)
        if host.clean:
            shutil.rmtree(host.clean)
        tidy(host.world)
    assert [finding["id"] for finding in result["findings"]] == [found], result
    finding = result["findings"][0]
    assert severity in (None, finding["severity"])
    assert word in finding["what"] + finding["file"], finding
    # curl's messages say how long it took.
    without_times = [re.sub(r"after \d+ ms", "after _ ms", part) for part in (finding["what"], text)]
    assert finding["advice"] and f"[{found}]" in text and without_times[0] in without_times[1], text
    place = finding["file"] + (f":{finding['line']}" if finding["line"] else "")
    assert f"{finding['severity']}: {place}: {without_times[0]} [{found}]\n" in without_times[1], text


def tidy(world):
    """Whatever was done to the state directories: that is what the world is asked about at its end."""
    for name in ("state", "run"):
        path = f"{world.base}/{name}"
        if os.path.islink(path):
            os.unlink(path)
            os.rename(path + ".real", path)
        os.chown(path, 0, 0)
        os.chmod(path, 0o700)


def test_a_file_before_it_is_installed(host):
    """Ansible's validate: any name, place and mode. It is judged as it would be where it is to be."""
    world = host.world
    path = host.write("/run/ansible-Zx1.tmp", "", 0o666)
    os.chown(path, 61001, 61001)
    shutil.copyfile(world.base + "/smsotp.conf", path)
    try:
        assert host.run(path, status=0).output == "Nothing is wrong.\n"
        # What lies beside the installed one is meant, and nothing that is about the host is said.
        os.chmod(world.base + "/state", 0o755)
        host.sshd(UsePAM="no")
        assert host.run(path, status=0).output == "Nothing is wrong.\n"
        os.chmod(world.base + "/state", 0o700)
        with open(path, "a", encoding="utf-8") as file:
            file.write('texts = "texts.conf";\n')
        found = host.run("--json", path, status=2).json()["findings"]
        assert [finding["id"] for finding in found] == ["conf"]
        assert found[0]["file"] == path or "texts.conf" in found[0]["what"] + found[0]["file"], found
        host.write(world.base + "/texts.conf", 'language = "en";\n')
        with open(path, "a", encoding="utf-8") as file:
            file.write("country_code = 44;\n")
        found = host.run("--json", path, status=2).json()["findings"]
        assert [(finding["id"], finding["file"]) for finding in found] == [("conf", path)]
    finally:
        os.unlink(path)
    # The one in use is not looked at, nor is it touched.
    world.configure(country_code='"x"')
    assert host.run(world.base + "/smsotp.conf", status=2).output.startswith("error: ")
    assert "cannot be found" in host.run("/nowhere", status=2).errors


def test_the_system_as_it_is(world, ctl):
    """Without options: this machine's own PAM, of which no service names the module."""
    world.expected_texts = 0
    assert ctl("check", status=0).output == "Nothing is wrong.\n"


def test_nothing_is_changed(host):
    """State directories that are not there stay so: a look must not make what a login will."""
    os.rmdir(host.world.base + "/state")
    os.rmdir(host.world.base + "/run")
    try:
        assert host.run(status=0).output == "Nothing is wrong.\n"
        assert not os.path.exists(host.world.base + "/state")
        assert not os.path.exists(host.world.base + "/run")
    finally:
        os.mkdir(host.world.base + "/state", 0o700)
        os.mkdir(host.world.base + "/run", 0o700)


def test_nothing_is_swept(host):
    """What a killed process left behind is for the next login to remove."""
    left = [host.world.base + name for name in ("/state/.new", "/run/.new")]
    for path in left:
        host.write(path, "half")
    assert host.run(status=0).output == "Nothing is wrong.\n"
    for path in left:
        assert os.path.exists(path)
        os.unlink(path)


def test_a_name_that_is_no_utf8(host):
    """It costs no finding, nor is it said twice."""
    path = os.fsdecode(os.fsencode(host.base) + b"/B\xfcro-\xc3\xbc")
    host.write(path, "Defaults passprompt_override\n" * 2)
    found = host.ctl("check", "--json", "--pam-dir", host.pam_dir, "--sshd-config", host.base + "/sshd_config",
                     "--sudoers", path, status=1).json()["findings"]
    assert [(finding["id"], finding["file"], finding["line"]) for finding in found] == [
        ("sudo_passprompt", host.base + "/B?ro-\u00fc", line) for line in (1, 2)]
    os.unlink(path)
    found = host.ctl("check", "--json", "--pam-dir", host.pam_dir, "--sshd-config", host.base + "/sshd_config",
                     "--sudoers", path, "--sudoers", path, status=64).errors
    assert "given twice: sudoers\n" in found


def test_the_shipped_examples(host):
    """smsotp.conf, texts and gateways as they are installed."""
    etc = host.base + "/etc"
    shutil.copytree(CONF, etc, ignore=shutil.ignore_patterns("api"))
    for folder, _, names in os.walk(etc):
        os.chmod(folder, 0o700)
        for name in names:
            os.chmod(f"{folder}/{name}", 0o600)
    host.write(etc + "/phones", "alice  +44 7700 900123, 07700 900124  # on call\n")
    gateways = sorted(name[:-5] for name in os.listdir(etc + "/gateways"))
    assert len(gateways) > 20
    with open(etc + "/smsotp.conf", encoding="utf-8") as file:
        shipped = file.read()
    for texts in ("", 'texts = "texts.de.conf";\n'):
        host.write(etc + "/smsotp.conf", shipped + texts)
        done = subprocess.run([host.world.stage.ctl, "check", "--conf=" + etc + "/smsotp.conf", "--offline",
                               etc + "/../etc/smsotp.conf"], capture_output=True, text=True, check=False)
        assert (done.stdout, done.returncode) == ("Nothing is wrong.\n", 0), done.stdout


@pytest.mark.parametrize("name, found", [
    ("fido2", []), ("key-and-code", []), ("password-and-code", ["sshd_unasked"])])
def test_the_shipped_services(host, name, found):
    """pam.d as it is installed, in Debian's surroundings; and sshd as it is to be set beside it: with
    password-and-code a key alone is enough, as its recipe says."""
    shutil.rmtree(host.pam_dir)
    shutil.copytree(CONF + "/pam.d", host.pam_dir)
    for common in glob.glob("/etc/pam.d/common-*"):
        shutil.copy(common, host.pam_dir)
    os.rename(host.pam_dir + "/sshd-password-and-code", host.pam_dir + "/sshd")
    for part in ("account", "password", "session"):
        host.pam("password-auth", f"{part} required pam_permit.so\n")
    with open(f"{CONF}/sshd_config.d/{name}.conf", encoding="utf-8") as file:
        host.write("sshd_config", f"HostKey {host.base}/key\n" + file.read())
    # Whoever is exempt must get in everywhere.
    host.configure(exempt=rule(60))
    result = host.run("--json", status=1 if found else 0).json()
    assert [finding["id"] for finding in result["findings"]] == found, result


def test_list_and_manual_are_the_table(host):
    """Every finding stands in the manual page with its severity, and nothing else does; and each is planted."""
    with open(MANUAL, encoding="utf-8") as file:
        manual = file.read()
    section = manual.split(".Ss What check finds")[1].split("\n.Sh ")[0]
    listed = re.findall(r"^(error|warning) +(\w+)$", host.run("--list", status=0).output, re.M)
    assert len(listed) == len(set(listed)) >= 25
    documented = re.findall(r"^\.It Sy (\w+) Pq (error|warning)$", section, re.M)
    assert [(severity, name) for name, severity in documented] == listed
    assert {plant[0] for plant in PLANTS} == {name for _, name in listed}
    kinds = host.run("--list", "--json", status=0).json()["kinds"]
    assert [(kind["severity"], kind["id"]) for kind in kinds] == listed
