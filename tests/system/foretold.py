# SPDX-License-Identifier: BSD-2-Clause
"""What smsotpctl explain foretells, in the form in which a login can be held against it."""
import os
import re

_EVENTS = {"PAM_SUCCESS": "accepted", "PAM_IGNORE": "exempt"}


def snapshot(world):
    """Every file of the state, and when each file and directory was last changed."""
    found = {}
    for root in ("state", "run"):
        for directory, _, files in os.walk(f"{world.base}/{root}"):
            found[directory] = os.stat(directory).st_mtime_ns
            for name in files:
                path = f"{directory}/{name}"
                with open(path, "rb") as file:
                    found[path] = (file.read(), os.stat(path).st_mtime_ns)
    return found


def explain(world, ctl, user, service, client=None, *more):
    """The document; nothing is sent or changed for it, and people are shown the same."""
    before, texts = snapshot(world), len(world.texts())
    arguments = ["explain", user, "--service", service, *more]
    if client is not None:
        arguments += ["--client", client]
    found = ctl(*arguments, "--json").json()
    shown = ctl(*arguments).output
    assert snapshot(world) == before
    assert len(world.texts()) == texts
    assert f"result: {found['ending']['pam'] or 'texts'} " in shown, shown
    assert ("asks for a backup code" in shown) == found["ending"].get("asks_backup", False)
    assert not re.search(r"\+44\d{9}", shown), shown
    return found


def log_names(ending):
    """The log lines of a login that ends so, in the form of World.expect_log; the code that is
    asked for is typed."""
    if ending["asks"]:
        return ["text accepted", "accepted code"]
    return [f"{_EVENTS.get(ending['pam'], 'denied')} {ending['reason']}"]


def sentence(ending):
    """A pattern of what the person reads; "??" stands for the name that each login draws."""
    return re.escape(ending["says"]).replace(r"\?\?", r"\w\w")
