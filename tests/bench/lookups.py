#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rows of `make bench`: what a phone number from a directory costs, against ldapsearch for the same query on the same
slapd, and when the first of two servers hangs.

Environment: as for bench.py.
"""
import os
import statistics
import tempfile

import bench
import directory
import gateway_authority
import namespace
from table import Bound, Table

LOOKUP = bench.STAGE + "/usr/libexec/smsotp/smsotp-lookup"
LDAPSEARCH = "/usr/bin/ldapsearch"
USER = bench.USERS[0]
PEOPLE = 1000
HANG_RUNS = 5


def configuration(path, ca_file, *servers):
    uris = ", ".join(f'"{server.ldaps}"' for server in servers)
    bench.write(path, f'uri = [ {uris} ];\nca_file = "{ca_file}";\nbase = "{directory.BASE}";\n'
                f'bind_dn = "{directory.READER}";\nbind_password = "{directory.PASSWORD}";\n')


def one_lookup(table, root, server, ca_file):
    path = root + "/one.conf"
    configuration(path, ca_file, server)
    search = [LDAPSEARCH, "-x", "-LLL", "-H", server.ldaps, "-D", directory.READER, "-w", directory.PASSWORD,
              "-b", directory.BASE, "-z", "2", f"(&(objectClass=posixAccount)(uid={USER}))", "mobile"]
    # ldapsearch trusts what we do; the helper does not read its environment.
    os.environ["LDAPTLS_CACERT"] = ca_file
    ours, theirs, ratios = [], [], []
    # In turn, so that a drift of the machine's speed meets both alike.
    for _ in range(bench.RUNS):
        line = bench.measure("lookup", 1, LOOKUP, "ldap", path, USER, raw=True)[0]
        if line[1:] != ["accepted", bench.NUMBER]:
            raise SystemExit(f"bench: smsotp-lookup: {line[1:]}")
        ours.append(float(line[0]))
        line = bench.measure("run", 1, *search, raw=True)[0]
        if line[1] != "0":
            raise SystemExit(f"bench: ldapsearch ended with {line[1]}")
        theirs.append(float(line[0]))
        ratios.append(ours[-1] / theirs[-1])
    ratio = statistics.median(ratios)
    for name, figures in (("smsotp-lookup", ours), ("ldapsearch", theirs)):
        table.bar("One LDAP look-up over TLS, ms", name, statistics.median(figures) / 1000)
    table.row("one LDAP look-up over TLS, smsotp-lookup, ldapsearch", f"{statistics.median(ours) / 1000:.2f} ms",
              f"{statistics.median(theirs) / 1000:.2f} ms", f"{ratio:.2f}", Bound(ratio, 1.3, "<= 1.3"))


def first_hangs(table, root, servers, ca_file):
    path = root + "/two.conf"
    configuration(path, ca_file, *servers)
    site = bench.Site(root, "two", bench.OUTBOX, bench.APART)
    with open(site.directory + "/smsotp.conf", encoding="utf-8") as file:
        text = file.read()
    source = '{ source = "file"; path = "phones"; }'
    assert source in text
    bench.write(site.directory + "/smsotp.conf",
                text.replace(source, f'{{ source = "ldap"; config = "{path}"; }}'))
    # The number can come from nowhere else.
    os.unlink(site.directory + "/phones")
    lines = bench.measure("prompt", HANG_RUNS, site.confdir, "smsotp", USER, raw=True)
    longest = max(float(line[0]) for line in lines)
    table.row(f"to the prompt, first of two servers hangs, longest of {HANG_RUNS}", f"{longest / 1e6:.2f} s", "", "",
              Bound(longest, 5e6, "<= 5 s"))


def main():
    if directory.SLAPD is None or not os.access(LDAPSEARCH, os.X_OK):
        print("slapd or ldapsearch is not installed: no look-ups measured")
        return
    try:
        namespace.enter(bench.USERS)
    except namespace.Unavailable as error:
        raise SystemExit(f"make bench: {error}")
    entries = directory.person(USER, mobile=bench.NUMBER) + \
        "".join(directory.person(f"other{number}", mobile=f"+4477009{number:05d}") for number in range(PEOPLE))
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/run") as root:
        authority = gateway_authority.Authority(root)
        pem = authority.pem("right")
        servers = []
        try:
            for name in ("first", "second"):
                servers.append(directory.Slapd(f"{root}/{name}", entries, pem=pem, ca_file=authority.ca_file))
            table = Table()
            one_lookup(table, root, servers[1], authority.ca_file)
            servers[0].pause()
            first_hangs(table, root, servers, authority.ca_file)
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
