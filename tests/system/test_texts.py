# SPDX-License-Identifier: BSD-2-Clause
"""A login in another language, through programs that could make something else of its letters."""
import shutil

import pytest

import callers
import hosts
import recipe_text

GERMAN = r"Code (\w\w) an (\+44 \*+ \d{4}) geschickt \(r: erneut senden, Enter: Hilfe\): "


@pytest.fixture
def german(world):
    """The shipped file, named as an administrator does; the text stays the one that the tests
    read."""
    shutil.copy(recipe_text.ROOT + "/conf/texts.de.conf", world.base + "/texts.de.conf")
    world.configure(
        texts='"texts.de.conf"', budget="{ cooldown = 300; }",
        message='"{code} is your {host} code ({ref}). Not you? Change your password."')
    return world


def too_early(terminal, a="ä", o="ö"):
    """At the prompt: an answer that is told off with letters that are not ASCII."""
    terminal.prompt(GERMAN)
    terminal.type("r")
    terminal.expect(rf"Die n{a}chste SMS ist in 5 Minuten m{o}glich\. Code \w\w \(r: ")
    terminal.code()


@pytest.mark.parametrize("locale, a, o", [("C.UTF-8", "ä", "ö"),
                                          ("C", r"\\303\\244", r"\\303\\266")])
def test_ssh(german, sshd, locale, a, o):
    """sshd passes UTF-8 on; ssh shows it if the locale of whoever runs it can, else as escapes."""
    server = sshd()
    ssh = hosts.Terminal(german, server.command("alice", "id -un"),
                         environment={"LC_ALL": locale})
    ssh.password()
    too_early(ssh, a, o)
    ssh.expect("\nalice\r\n")
    assert ssh.ended() == 0
    german.expect_log("text accepted", "accepted code")
    german.expected_texts = 1


@pytest.mark.parametrize("caller", callers.LOCAL, indirect=True)
def test_terminals(german, caller):
    """Programs on a terminal pass it on in every locale."""
    terminal = caller.ask()
    too_early(terminal)
    caller.is_in(terminal)
    german.expect_log("text accepted", "accepted code")
    german.expected_texts = 1
