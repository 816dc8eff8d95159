#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The last rows of `make bench`: how many logins get their code when every gateway loses requests.

A thousand logins, each of a user of its own, through the real module, keeper and smsotp-send to
doubles on loopback. Each double loses 100 of the thousand users' requests, half of them by saying
nothing until the helper gives up, half by a 503; which ones is drawn for each gateway by itself
from a fixed seed, so that every run of the bench has the same losses, whatever the order in which
logins and gateways meet. A login is counted when its user has typed the code that a gateway took
and was let in.

Environment: as for bench.py, besides BENCH_LOGINS, BENCH_LOSSES (of these), BENCH_AT_ONCE.
"""
import json
import os
import random
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import bench
import gateway_double
import namespace
from table import Bound, Table

LOGINS = int(os.environ.get("BENCH_LOGINS", "1000"))
LOSSES = int(os.environ.get("BENCH_LOSSES", "100"))
AT_ONCE = int(os.environ.get("BENCH_AT_ONCE", "8"))
USERS = [f"loser{number:04d}" for number in range(LOGINS)]
SEED = 1
# How many logins must get their code, of a hundred, by the number of gateways.
BOUNDS = {2: 98.0, 3: 99.7}
POSTS = 1.25
# The helper gives up on a gateway that says nothing after this long.
TIMEOUT_S = 2


def phone(number):
    # Ofcom keeps 07700 900000 to 900999 free for drama.
    return f"+44770090{number:04d}"


class Losing(gateway_double.Double):
    """A double of Twilio that loses the requests for some numbers: {number: "hang" or "503"}."""

    def __init__(self, lost, outboxes):
        self.lost, self.outboxes, self.asked = lost, outboxes, {}
        super().__init__("twilio")

    def _do_ok(self, connection, request):
        fields = request.form()
        to = fields["To"]
        self.asked[to] = self.asked.get(to, 0) + 1
        fault = self.lost.get(to)
        if fault == "503":
            self._do_server_error(connection, request)
        elif fault == "hang":
            self._do_hang_request(connection, request)
        else:
            super()._do_ok(connection, request)
            # As the phone would show it: the line is there as a whole or not at all.
            with open(f"{self.outboxes}/{to}", "a", encoding="utf-8") as file:
                file.write(json.dumps({"text": fields["Body"]}) + "\n")


def losses(gateway):
    """What one gateway loses: {number: how}."""
    draw = random.Random(f"{SEED}/{gateway}")
    lost = draw.sample(range(LOGINS), LOSSES)
    return {phone(number): "hang" if place < LOSSES // 2 else "503"
            for place, number in enumerate(lost)}


class Logins:
    """A thousand of them, a few at once."""

    def __init__(self, site, outboxes):
        self.site, self.outboxes = site, outboxes
        self.in_, self.seconds, self.failed = 0, [], []
        self._lock = threading.Lock()

    def one(self, number):
        begin = time.monotonic()
        host = subprocess.run(
            [bench.HOST, "auth", "1", self.site.confdir, "smsotp", USERS[number], "outbox",
             f"{self.outboxes}/{phone(number)}"], capture_output=True, text=True, check=False)
        with self._lock:
            if host.returncode == 0:
                self.in_ += 1
                self.seconds.append(time.monotonic() - begin)
            else:
                self.failed.append((number, host.stderr.strip()))

    def run(self):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.one, range(LOGINS)))


def measure(table, root, count):
    outboxes = f"{root}/outboxes{count}"
    os.mkdir(outboxes, 0o700)
    doubles = [Losing(losses(gateway), outboxes) for gateway in range(count)]
    try:
        site = bench.Site(
            root, f"losses{count}",
            {f"gateway{number}": bench.twilio_gateway(double.url, f"timeout = {TIMEOUT_S};")
             for number, double in enumerate(doubles)},
            # Nobody waits here for a budget to be free again.
            "budget = { host = { unredeemed = 100000; daily = 100000; }; };\n",
            phones="phones")
        bench.write(site.directory + "/phones",
                    "".join(f"{user}  {phone(number)}\n" for number, user in enumerate(USERS)))
        logins = Logins(site, outboxes)
        logins.run()
    finally:
        for double in doubles:
            double.stop()

    name = {2: "two", 3: "three"}[count]
    share, posts = 100 * logins.in_ / LOGINS, sum(double.count() for double in doubles) / LOGINS
    # No gateway could have given these theirs.
    hopeless = set.intersection(*(set(double.lost) for double in doubles))
    table.row(f"{name} gateways, each loses {LOSSES} of {LOGINS}: logins with code",
              f"{share:.1f} %", f"{len(hopeless)} hopeless", "",
              Bound(100 - share, 100 - BOUNDS[count], f">= {BOUNDS[count]} %"))
    table.row("    POSTs for each login", f"{posts:.3f}",
              " ".join(str(double.count()) for double in doubles), "",
              Bound(posts, POSTS, f"<= {POSTS}"))
    repeated = max(max(double.asked.values(), default=0) for double in doubles)
    table.row("    most POSTs of one text to one gateway", f"{repeated}", "", "",
              Bound(repeated, 1, "<= 1"))
    seconds = sorted(logins.seconds)
    table.row("    login's time, median; slowest", f"{seconds[len(seconds) // 2]:.2f} s",
              f"{seconds[-1]:.2f} s")
    unlucky = [(number, why) for number, why in logins.failed if phone(number) not in hopeless]
    for number, why in unlucky[:10]:
        print(f"    {USERS[number]} got none, though a gateway would have given it one: {why}")


def main():
    try:
        namespace.enter(USERS)
    except namespace.Unavailable as error:
        raise SystemExit(f"make bench: {error}") from error
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/run") as root:
        os.chmod(root, 0o700)
        table = Table()
        for count in BOUNDS:
            measure(table, root, count)


if __name__ == "__main__":
    main()
