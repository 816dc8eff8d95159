# SPDX-License-Identifier: BSD-2-Clause
"""The README's table of gateways says what the shipped descriptions can do, and so do the examples; the manual pages
explain their settings, and those of receivers."""
import os
import re

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COLUMNS = ["name", "what", "text", "voice", "status", "country, sender", "written from", "not confirmed"]


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def has(description, group):
    return re.search(rf"^{group}\s*=\s*\{{", description, re.MULTILINE) is not None


def files(folder):
    return {name[:-len(".conf")] for name in os.listdir(os.path.join(ROOT, "conf", folder))}


def receivers():
    """The descriptions of services that texts are sent to."""
    return sorted(name for name in files("api") if has(read("conf", "api", name + ".conf"), "receive"))


def names(folder):
    """Of gateways: all but the starting point, whose API does not exist, and the file for trials."""
    return sorted(files(folder) - {"generic", "outbox"} - set(receivers()))


def table():
    """The rows by name, each a dict by column."""
    lines = read("README.md").partition("\n## Gateways\n")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0] == COLUMNS and set("".join(rows[1])) == {"-"}
    assert all(len(row) == len(COLUMNS) for row in rows), [row for row in rows if len(row) != len(COLUMNS)]
    found = {row[0].strip("`"): dict(zip(COLUMNS, row)) for row in rows[2:]}
    assert len(found) == len(rows) - 2
    return found


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
    """A description's list of settings: the rest of each by its name."""
    found = re.search(r"^settings = \($(.*?)^\);$", read("conf", "api", name + ".conf"), re.MULTILINE | re.DOTALL)
    return dict(re.findall(r'\{ name = "([^"]+)";(.*?)\}', found[1])) if found else {}


def keys(section):
    """The keys that the manual page has in a section on gateway files, without those of single providers."""
    found = re.search(rf"^\.Ss {section}$(.*?)^\.Ss ", read("docs", "smsotp-gateway.5"), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^\.It Cm (\w+)$", found[1], re.MULTILINE))


def pages(name):
    """What the manual page says about an API: the names that its entry begins with, and all of it."""
    manual = read("docs", "smsotp-gateway.5")
    own = re.search(rf"^\.Ss {name}\n(.*?)^\.Ss ", manual, re.MULTILINE | re.DOTALL)
    if own:
        return set(re.findall(r"\w+", " ".join(re.findall(r"^\.It Cm (.*)$", own[1], re.MULTILINE)))), own[1]
    entry = re.search(rf"^\.It Cm {name} :([^\n]*)\n(.*?)(?=^\.It Cm |^\.El)", manual, re.MULTILINE | re.DOTALL)
    assert entry, name
    return set(re.findall(r"\w+", entry[1])), entry[1] + "\n" + entry[2]


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


# What a gateway file sets for a transport of this machine.
TRANSPORTS = {"smstools": {"spool"}, "gammu": {"spool"}, "exec": {"program", "writable"}}


def general():
    """What every gateway file may set."""
    found = keys("Keys of every gateway") | keys("Routing by number")
    assert {"api", "timeout", "base_url", "voice", "prefixes", "validity"} <= found
    return found


def test_the_manual_explains_no_setting_that_there_is_not():
    """An entry begins with what is required; those of Twilio, Vonage and the example have each setting by itself."""
    # Values, results and other gateways that entries speak of.
    others = {"starttls", "implicit", "none", "aws", "sms", "voice", "accepted", "recipient", "unroutable", "operator",
              "passing", "unrecognised", "ambiguous"}
    for name in names("api") + ["generic"]:
        known = set(settings(name)) | TRANSPORTS.get(name, set())
        wanted = {key for key, rest in settings(name).items() if "required = true" in rest or "one_of" in rest}
        first, entry = pages(name)
        assert first == (known if name in ("twilio", "vonage", "generic") else wanted or first & known), name
        said = set(re.findall(r"\w+", " ".join(re.findall(r"^\.Cm (.*)$", entry, re.MULTILINE))))
        assert said <= known | general() | others, (name, said)


def test_the_heads_explain_no_setting_that_there_is_not():
    for name in names("api"):
        head = re.search(r"^# (?:Settings|Keys?) of the gateway file\n((?:#.+\n)+?)#\n",
                         read("conf", "api", name + ".conf"), re.MULTILINE)
        listed = re.findall(r"^#   ([a-z_]+(?:, [a-z_]+)*) {2,}", head[1], re.MULTILINE)
        assert sorted(", ".join(listed).split(", ")) == sorted({*settings(name), *TRANSPORTS.get(name, ())}), name


def test_examples_set_what_there_is():
    """What is required is set; what is not may be a comment."""
    for name in names("api") + ["generic"]:
        example = read("conf", "gateways", name + ".conf")
        known = set(settings(name)) | TRANSPORTS.get(name, set()) | general()
        assert set(re.findall(r"^#?([a-z_]+) *= ", example, re.MULTILINE)) <= known, name
        for key, rest in settings(name).items():
            assert "required = true" not in rest or re.search(rf"^{key} *= ", example, re.MULTILINE), (name, key)


def test_secrets_are_marked():
    """A name that says so is a secret, unless it is one in name only: a public half, or a name of an account."""
    public = {("vonage", "api_key"), ("vonage-messages", "api_key"), ("ovh", "application_key"),
              ("sinch", "application_key"), ("aws-sms-voice", "access_key_id"), ("sns", "access_key_id")}
    for name in names("api") + ["generic"]:
        for key, rest in settings(name).items():
            if (name, key) not in public:
                marked = re.search(r"(?:^|_)(?:secret|token|password|access_key|consumer_key)|(?:api|auth)_?key", key)
                assert ("secret = true" in rest) == bool(marked), (name, key)


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


def test_receivers():
    """Each has an example, and its settings are explained in its head, in its entry of the manual page, and nowhere that
    there are none."""
    manual = read("docs", "smsotp-receiver.5")
    every = set(re.findall(r"\w+", " ".join(re.findall(r"^\.It Cm (.*)$", manual.partition("There are no other keys")[0],
                                                      re.MULTILINE))))
    assert {"api", "number", "timeout"} <= every
    assert len(receivers()) >= 3 and receivers() == sorted(files("receivers"))
    for name in receivers():
        description, known = read("conf", "api", name + ".conf"), set(settings(name))
        example = read("conf", "receivers", name + ".conf")
        assert f'api = "{name}";' in example
        assert set(re.findall(r"^#?([a-z_]+) *= ", example, re.MULTILINE)) <= known | every, name
        assert ("\nnumber = " in example) != has(description, "rent"), name
        for key, rest in settings(name).items():
            assert "required = true" not in rest or re.search(rf"^{key} *= ", example, re.MULTILINE), (name, key)
        # The starting point explains its own where they stand.
        if name == "generic-receiver":
            continue
        head = re.match(r"(?:#.*\n)+", description)[0]
        assert all(re.search(rf"\b{key}\b", head) for key in known), name
        entry = re.search(rf"^\.It Cm {name}\n(.*?)(?=^\.It |^\.El)", manual, re.MULTILINE | re.DOTALL)
        assert entry, name
        said = set(re.findall(r"^\.Cm (\w+)", entry[1], re.MULTILINE))
        assert said == known, (name, said, known)
