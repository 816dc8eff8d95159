#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""`make bench`: what a login costs, side by side with what people use instead, in one run.

Everything is measured by tests/bench/host.c; this arranges the configurations, runs it and prints a table: medians, and
their ratio to a peer or to the bound that the project sets itself. It judges nothing: a bound that is missed is printed as missed.

Environment: SMSOTP_STAGE, the installed tree to measure; BENCH_HOST, the compiled host; BENCH_RUNS.
"""
import base64
import glob
import hashlib
import hmac
import os
import pwd
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
import gateway_apis  # noqa: E402
import gateway_authority  # noqa: E402
import gateway_double  # noqa: E402
import namespace  # noqa: E402

from table import Bound, Table  # noqa: E402

STAGE = os.environ["SMSOTP_STAGE"]
HOST = os.environ["BENCH_HOST"]
RUNS = int(os.environ.get("BENCH_RUNS", "40"))
CROWD = 64
USERS = [f"bench{number}" for number in range(CROWD)]
SECRET = bytes(range(1, 21))
NUMBER = "+447700900123"


def find(pattern):
    found = glob.glob(pattern)
    return found[0] if found else None


MODULE = find(STAGE + "/usr/lib*/**/security/pam_smsotp.so") or find(STAGE + "/usr/lib/security/pam_smsotp.so")
SEND = STAGE + "/usr/libexec/smsotp/smsotp-send"


def measure(*arguments, raw=False):
    """Runs the host; returns its lines as lists of words."""
    result = subprocess.run([HOST, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"bench: {' '.join(map(str, arguments[:6]))}: {result.stderr.strip()}")
    lines = [line.split() for line in result.stdout.splitlines()]
    return lines if raw else statistics.median(float(line[0]) for line in lines)


def write(path, text, mode=0o600):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)


class Site:
    """One configuration directory with its PAM service directory. State can be shared between sites."""

    def __init__(self, root, name, gateways, settings="", state=None, phones=None):
        self.directory = os.path.join(root, name)
        self.confdir = self.directory + "/pam.d"
        self.outbox = self.directory + "/outbox"
        self.state = state or self.directory
        for path in (self.directory, self.confdir, self.directory + "/gateways"):
            os.mkdir(path, 0o700)
        for gateway, text in gateways.items():
            write(f"{self.directory}/gateways/{gateway}.conf", text.replace("@OUTBOX@", self.outbox))
        if phones is None:
            phones = "".join(f"{user}  {NUMBER[:-2]}{number:02d}\n" for number, user in enumerate(USERS))
            write(self.directory + "/phones", phones)
            phones = "phones"
        names = ", ".join(f'"{name}"' for name in gateways)
        write(self.directory + "/smsotp.conf", f"""
gateways = [ {names} ];
phones = ( {{ source = "file"; path = "{phones}"; }} );
country_code = "44";
state_dir = "{self.state}/state";
run_dir = "/run/{os.path.basename(self.state)}";
{settings}
""")
        write(self.confdir + "/smsotp", f"auth required {MODULE} conf={self.directory}/smsotp.conf\n", 0o644)


OUTBOX = {"outbox": 'api = "outbox"; path = "@OUTBOX@";\n'}
# The login apart from the gateway: the prompt does not wait for the gateway's word, and the conversation's time is not counted.
APART = """prompt_within = 0;
budget = { user = { unredeemed = 32; seconds = 60; daily = 64; }; phone = { unredeemed = 32; seconds = 60; daily = 64; }; };
"""


def hotp(counter):
    """RFC 4226, for the peers."""
    digest = hmac.new(SECRET, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[19] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1000000:06d}"


def peer_oath(root):
    if find("/lib/*/security/pam_oath.so") is None:
        return None
    directory = root + "/oath"
    os.mkdir(directory, 0o700)
    write(directory + "/users.oath", f"HOTP bench0 - {SECRET.hex()}\n")
    write(directory + "/codes", "".join(hotp(n) + "\n" for n in range(RUNS + 1)))
    write(directory + "/oath", f"auth required pam_oath.so usersfile={directory}/users.oath window=5 digits=6\n", 0o644)
    return directory, "oath"


def peer_google(root):
    if find("/lib/*/security/pam_google_authenticator.so") is None:
        return None
    directory = root + "/google"
    os.mkdir(directory, 0o700)
    secret = base64.b32encode(SECRET).decode()
    write(directory + "/secret", f'{secret}\n" HOTP_COUNTER 1\n" WINDOW_SIZE 5\n', 0o400)
    write(directory + "/codes", "".join(hotp(n) + "\n" for n in range(1, RUNS + 2)))
    write(directory + "/google", "auth required pam_google_authenticator.so "
          f"secret={directory}/secret user=root no_strict_owner\n", 0o644)
    return directory, "google"


AUTHENTICATION = "One authentication, ms"


def one_authentication(table, root):
    site = Site(root, "auth", OUTBOX, APART)
    sync = measure("sync", RUNS, root + "/sync")
    table.row("one fdatasync of 4 KiB on this disk", f"{sync / 1000:.2f} ms")
    # The first login makes the records; its cost is shown apart.
    first = measure("auth", 1, site.confdir, "smsotp", "bench0", "outbox", site.outbox, raw=True)[0]
    lines = measure("auth", RUNS - 1, site.confdir, "smsotp", "bench0", "outbox", site.outbox, raw=True)
    ours = statistics.median(float(line[0]) for line in lines)
    syncs = max(int(line[1]) for line in lines)
    table.row("pam_smsotp, first login of a user (makes records)", f"{float(first[0]) / 1000:.2f} ms",
              f"{first[1]} syncs")
    table.bar(AUTHENTICATION, "pam_smsotp", ours / 1000)
    for name, peer in (("pam_oath", peer_oath(root)), ("pam_google_authenticator", peer_google(root))):
        if peer is None:
            table.row(f"{name}", "not installed")
            continue
        directory, service = peer
        theirs = measure("auth", RUNS - 1, directory, service, "bench0", "codes", directory + "/codes", raw=True)
        median = statistics.median(float(line[0]) for line in theirs)
        their_syncs = max(int(line[1]) for line in theirs)
        table.row(f"{name}, one authentication", f"{median / 1000:.2f} ms", f"{their_syncs} syncs")
        bounds = []
        if name == "pam_oath":
            limit = median + 2 * sync
            bounds = [Bound(ours, limit, f"<= {limit / 1000:.2f} ms")]
        table.row(f"pam_smsotp against {name}", f"{ours / 1000:.2f} ms", f"{median / 1000:.2f} ms",
                  f"{ours / median:.2f}", *bounds)
        table.bar(AUTHENTICATION, name, median / 1000)
    table.bar(AUTHENTICATION, "one fdatasync of this disk", sync / 1000)
    table.row("pam_smsotp, syncs of one login", f"{syncs}", "", "", Bound(syncs, 3, "<= 3"))
    return sync


def twilio_gateway(url, more=""):
    settings = "".join(f'{name} = "{value}"; ' for name, value in gateway_apis.TWILIO.items())
    return f'api = "twilio"; base_url = "{url}"; from = "+15005550006"; {settings}{more}\n'


def time_to_prompt(table, root, sync):
    double = gateway_double.Double("twilio")
    double.behave("slow", seconds=3)
    site = Site(root, "prompt", {"slow": twilio_gateway(double.url)}, """
prompt_within = 0;
budget = { user = { unredeemed = 32; seconds = 60; daily = 64; }; phone = { unredeemed = 32; seconds = 60; daily = 64; }; };
""")
    measure("prompt", 1, site.confdir, "smsotp", "bench0")
    lines = measure("prompt", 20, site.confdir, "smsotp", "bench0", raw=True)
    median = statistics.median(float(line[0]) for line in lines)
    syncs = max(int(line[1]) for line in lines)
    double.stop()
    limit = 10000 + syncs * sync
    table.row("to the prompt, gateway takes 3 s, prompt_within = 0", f"{median / 1000:.2f} ms", f"{syncs} syncs", "",
              Bound(median, limit, f"<= {limit / 1000:.2f} ms"))


def account_that_does_not_exist(table, root):
    """Side by side, in turn: whoever measures the prompts learns from the difference who exists."""
    site = Site(root, "unknown", OUTBOX, APART)
    users = (USERS[0], "nobody-here")
    figures = {user: [] for user in users}
    syncs = {}
    for user in users:
        # The first login of an account that exists makes its records.
        measure("prompt", 1, site.confdir, "smsotp", user)
    for _ in range(RUNS // 2):
        for user in users:
            line, = measure("prompt", 1, site.confdir, "smsotp", user, raw=True)
            figures[user].append(float(line[0]))
            syncs[user] = max(int(line[1]), syncs.get(user, 0))
    real, unknown = (statistics.median(figures[user]) for user in users)
    table.row("to the prompt, prompt_within = 0, account that exists", f"{real / 1000:.2f} ms",
              f"{syncs[users[0]]} syncs")
    table.row("the same, account that does not exist", f"{unknown / 1000:.2f} ms", f"{real / 1000:.2f} ms",
              f"{unknown / real:.2f}", f"{syncs[users[1]]} syncs; {(unknown - real) / 1000:+.2f} ms")


def one_text(table, root):
    directory = root + "/send"
    os.mkdir(directory, 0o700)
    os.mkdir(directory + "/gateways", 0o700)
    # Where the helper, which is no longer root, can read it.
    certificates = tempfile.mkdtemp(prefix="bench-", dir="/run")
    os.chmod(certificates, 0o755)
    authority = gateway_authority.Authority(certificates)
    text = "123456 is your web1 code (K7). Not you? Change your password."
    sid, token = gateway_apis.TWILIO["account_sid"], gateway_apis.TWILIO["auth_token"]
    with gateway_double.Double("twilio", authority.context("right")) as double:
        write(directory + "/gateways/twilio.conf",
              twilio_gateway(double.url, f'ca_file = "{authority.ca_file}";'))
        curl = ["/usr/bin/curl", "-sS", "-f", "--cacert", authority.ca_file, "-u", f"{sid}:{token}",
                "--tcp-nodelay", "--data-urlencode", f"To={NUMBER}", "--data-urlencode", "From=+15005550006",
                "--data-urlencode", f"Body={text}", "--data-urlencode", "ValidityPeriod=300",
                f"{double.url}/2010-04-01/Accounts/{sid}/Messages.json"]
        ours, theirs, ratios = [], [], []
        # In turn, so that a drift of the machine's speed meets both alike.
        for _ in range(RUNS):
            line = measure("send", 1, SEND, directory, "twilio", NUMBER, text, raw=True)[0]
            if line[1] != "accepted":
                raise SystemExit(f"bench: smsotp-send: {line[1]}")
            ours.append(float(line[0]))
            line = measure("run", 1, *curl, raw=True)[0]
            if line[1] != "0":
                raise SystemExit(f"bench: curl ended with {line[1]}")
            theirs.append(float(line[0]))
            ratios.append(ours[-1] / theirs[-1])
        posts = double.count()
    ratio = statistics.median(ratios)
    for name, figures in (("smsotp-send", ours), ("curl", theirs)):
        table.bar("One text over TLS, ms", name, statistics.median(figures) / 1000)
    table.row("one text over TLS, smsotp-send against curl", f"{statistics.median(ours) / 1000:.2f} ms",
              f"{statistics.median(theirs) / 1000:.2f} ms", f"{ratio:.2f}", Bound(ratio, 1.15, "<= 1.15"))
    table.row("requests for each text", f"{posts - RUNS} for {RUNS}", "", "",
              Bound(posts, 2 * RUNS, "one each"))


def what_it_brings(table):
    peers = [("pam_smsotp", MODULE), ("pam_oath", find("/lib/*/security/pam_oath.so")),
             ("pam_google_authenticator", find("/lib/*/security/pam_google_authenticator.so")),
             ("libcurl, for comparison", find("/usr/lib/*/libcurl.so.4"))]
    for name, path in peers:
        if path is None:
            continue
        lines = measure("load", *[path] * 9, raw=True)
        objects = int(lines[0][0])
        kib = statistics.median(int(line[1]) for line in lines)
        bounds = []
        if path == MODULE:
            bounds = [Bound(objects, 3, "<= 3 objects"), Bound(kib, 1024, "<= 1024 KiB")]
        table.row(f"loading {name}", f"{objects} objects", f"{kib:.0f} KiB",
                  f"{statistics.median(float(line[2]) for line in lines) / 1000:.1f} ms", *bounds)
        table.bar("Resident memory that loading it adds, KiB", name, kib)


def fill(directory, first, last):
    """Entries as many users would leave them. What is searched is the directory: they share few files, and the disk is spared."""
    shared = None
    for number in range(first, last):
        path = f"{directory}/{number}"
        if (number - first) % 60000 == 0:
            shared = path
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        else:
            os.link(shared, path)
    # What the disk has still to do for them is none of a login's time.
    os.sync()


def growth(table, root):
    base = 2000000000
    site = Site(root, "growth", OUTBOX, APART)
    command = ("auth", RUNS // 2, site.confdir, "smsotp", "bench0", "outbox", site.outbox)
    measure("auth", 1, *command[2:])
    records = site.state + "/state/users"
    fill(records, base, base + 10 ** 3)
    small = measure(*command)
    fill(records, base + 10 ** 3, base + 10 ** 6)
    large = measure(*command)
    table.row("one login, 10^6 against 10^3 entries in users/", f"{large / 1000:.2f} ms", f"{small / 1000:.2f} ms",
              f"{large / small:.2f}", Bound(large / small, 1.5, "< 1.5"))
    shutil.rmtree(records)


def phone_file(table, root):
    path = root + "/phones-large"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        for number in range(10 ** 6 - 1):
            file.write(f"user{number:07d}  +44 7700 9{number % 100000:05d}\n")
        file.write(f"bench0  {NUMBER}\n")
    large = Site(root, "large", OUTBOX, APART, phones=path)
    small = Site(root, "small", OUTBOX, APART)
    figures = []
    for site in (large, small):
        command = ("auth", RUNS // 2, site.confdir, "smsotp", "bench0", "outbox", site.outbox)
        measure("auth", 1, *command[2:])
        figures.append(measure(*command))
    added = figures[0] - figures[1]
    table.row("a phone file of 10^6 lines, user last, adds", f"{added / 1000:.2f} ms", "", "",
              Bound(added, 10000, "< 10 ms"))


def report(table, root):
    """10^6 events through the module's own writer: of the users of a large host, and each of another user."""
    for users, what in ((5000, "5000 users"), (10 ** 6, "as many users")):
        site = Site(root, f"report{users}", OUTBOX)
        os.mkdir(site.state + "/state", 0o700)
        path = site.state + "/state/events"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        measure("events", 10 ** 6, users, path, raw=True)
        command = [STAGE + "/usr/sbin/smsotpctl", "report", f"--conf={site.directory}/smsotp.conf"]
        # Through the host, which is small: a child of ours would begin with the memory that Python has.
        lines = measure("run", 3, *command, raw=True)
        if any(line[1] != "0" for line in lines):
            raise SystemExit(f"bench: report ended with {lines}")
        seconds = statistics.median(float(line[0]) for line in lines) / 1e6
        kib = max(int(line[2]) for line in lines)
        table.row(f"smsotpctl report, 10^6 events of {what}", f"{seconds:.2f} s", f"{kib / 1024:.0f} MiB", "",
                  Bound(seconds, 2, "<= 2 s"), Bound(kib, 65536, "<= 64 MiB"))
        os.unlink(path)


def crowd(table, root):
    """Everybody at once, on one host: how many a second, and whether a limit leaks."""
    state = root + "/crowd-state"
    os.mkdir(state, 0o700)
    sites = [Site(root, f"crowd{number}", OUTBOX, state=state) for number in range(CROWD)]

    def round_of(command_of):
        begin = time.monotonic()
        running = [subprocess.Popen([HOST, *map(str, command_of(number, site))], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL) for number, site in enumerate(sites)]
        good = sum(process.wait() == 0 for process in running)
        return good, time.monotonic() - begin

    for _ in range(2):
        good, seconds = round_of(lambda number, site: (
            "auth", 1, site.confdir, "smsotp", USERS[number], "outbox", site.outbox))
    table.row(f"{CROWD} logins at once, each of its own user", f"{good / seconds:.1f}/s", f"{good} of {CROWD} in")

    texts_before = sum(count_lines(site.outbox) for site in sites)
    good, seconds = round_of(lambda number, site: ("prompt", 1, site.confdir, "smsotp", USERS[0]))
    time.sleep(1)
    texts = sum(count_lines(site.outbox) for site in sites) - texts_before
    table.row(f"{CROWD} requests at once for one user, budget 3: texts", f"{texts}", f"{good} prompts", "",
              Bound(texts, 3, "<= 3"))


def count_lines(path):
    try:
        with open(path) as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0


def main():
    try:
        namespace.enter(USERS)
    except namespace.Unavailable as error:
        raise SystemExit(f"make bench: {error}")
    for user in USERS:
        pwd.getpwnam(user)
    # On the disk that the build is on: the private /run is memory, and a sync there costs nothing.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=STAGE) as root:
        os.chmod(root, 0o700)
        table = Table()
        sync = one_authentication(table, root)
        time_to_prompt(table, root, sync)
        account_that_does_not_exist(table, root)
        one_text(table, root)
        what_it_brings(table)
        growth(table, root)
        phone_file(table, root)
        report(table, root)
        crowd(table, root)


if __name__ == "__main__":
    main()
