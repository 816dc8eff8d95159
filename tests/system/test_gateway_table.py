# SPDX-License-Identifier: BSD-2-Clause
"""The README's table of gateways says what the shipped descriptions can do, and so do the examples."""
import os
import re

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COLUMNS = ["name", "what", "text", "voice", "status", "country, sender", "written from", "not confirmed"]


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def names(folder):
    """All but the starting point, whose API does not exist, and the file for trials."""
    found = {name[:-len(".conf")] for name in os.listdir(os.path.join(ROOT, "conf", folder))}
    return sorted(found - {"generic", "outbox"})


def table():
    """The rows by name, each a dict by column."""
    lines = read("README.md").partition("\n## Gateways\n")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0] == COLUMNS and set("".join(rows[1])) == {"-"}
    assert all(len(row) == len(COLUMNS) for row in rows), [row for row in rows if len(row) != len(COLUMNS)]
    found = {row[0].strip("`"): dict(zip(COLUMNS, row)) for row in rows[2:]}
    assert len(found) == len(rows) - 2
    return found


def has(description, group):
    return re.search(rf"^{group}\s*=\s*\{{", description, re.MULTILINE) is not None


def test_every_description_has_its_row():
    assert sorted(table()) == names("api")


def test_the_rows_say_what_the_descriptions_have():
    for name, row in table().items():
        description = read("conf", "api", name + ".conf")
        assert has(description, "send") and has(description, "answer") != ("transport =" in description), name
        for group in ("voice", "status"):
            assert row[group] == ("yes" if has(description, group) else "-"), (name, group)
        assert row["text"] == ("yes" if "{text}" in description else "template"), name


def test_the_rows_say_what_is_not_confirmed():
    """Where its head says that something is not confirmed, the row says what."""
    for name, row in table().items():
        assert row["what"] and row["country, sender"] and (row["written from"] or name == "exec"), name
        if "Not confirmed" in " ".join(read("conf", "api", name + ".conf").replace("\n#", " ").split()):
            assert row["not confirmed"], name


def settings(name):
    """The names in a description's list of settings."""
    found = re.search(r"^settings = \($(.*?)^\);$", read("conf", "api", name + ".conf"), re.MULTILINE | re.DOTALL)
    return re.findall(r'\{ name = "([^"]+)"', found[1]) if found else []


def test_every_setting_is_explained():
    """In the head of the description, and where the manual page speaks of it; both of Amazon's have the same keys."""
    manual = read("docs", "smsotp-gateway.5")
    for name in names("api"):
        head = re.match(r"(?:#.*\n)+", read("conf", "api", name + ".conf"))[0]
        said = ""
        for page in (name, "aws-sms-voice") if name == "sns" else (name,):
            found = re.search(rf"^\.(?:It Cm|Ss) {page}\b.*?(?=^\.It Cm \S+ :|^\.Ss )", manual,
                              re.MULTILINE | re.DOTALL)
            assert found, page
            said += found[0]
        for setting in settings(name):
            assert re.search(rf"\b{setting}\b", head), (name, setting)
            assert re.search(rf"\b{setting}\b", said), (name, setting)


def test_the_count():
    count = re.search(r"^These (\d+) are described", read("README.md"), re.MULTILINE)
    assert int(count[1]) == len(names("api"))


def test_examples():
    """One for each description. Calls are mentioned where there are any, and India has its numbers alone."""
    assert names("gateways") == names("api")
    for name in names("api"):
        example = read("conf", "gateways", name + ".conf")
        assert f'api = "{name}";' in example
        assert ('\nprefixes = [ "+91" ];' in example) == table()[name]["country, sender"].startswith("India"), name
        assert ("voice = true;" in example) == has(read("conf", "api", name + ".conf"), "voice"), name
