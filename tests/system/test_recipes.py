# SPDX-License-Identifier: BSD-2-Clause
"""Every recipe of docs/RECIPES.md lets in whom it should, denies in the six ways that matter, and
does what smsotpctl explain foretells."""
import pytest

import foretold
import hosts
import recipe_logins
from recipe_logins import LOGINS
from recipe_ways import OTHERS, SECTIONS, WAYS

LIFETIME = 300


def test_no_recipe_is_left_out():
    described = {section for section, _ in WAYS.values()}
    assert set(SECTIONS) == described | set(OTHERS)


@pytest.mark.parametrize("name", LOGINS)
def test_ends_as_foretold(world, machine, ctl, clock, name):
    """As the table has it, as smsotpctl explain says, and then in the login."""
    login = LOGINS[name]
    way = recipe_logins.follow(machine, clock, login)
    client = login.source or way.CLIENT
    ending = foretold.explain(world, ctl, login.user, way.SERVICE, client)["ending"]
    assert login.ends == ("code" if ending["asks"] else
                          f"rule {ending['rule']}" if ending["rule"] else ending["reason"])
    assert login.says in (None, ending["says"])
    terminal = way.start(login.user, login.source)
    if ending["asks"]:
        terminal.prompt()
        terminal.code()
    elif ending["says"] is not None:
        terminal.expect(foretold.sentence(ending))
    if ending["pam"] in (None, "PAM_IGNORE"):
        way.is_in(terminal, login.user)
    else:
        way.is_refused(terminal)
    event = world.expect_log(*foretold.log_names(ending))[-1]
    assert (event["user"], event["service"], event["client"], event["rule"]) == \
        (login.user, way.SERVICE, client or "-", ending.get("rule") or "-")
    world.expected_texts = 1 if ending["asks"] else 0


@pytest.mark.parametrize("name", WAYS)
def test_denies(world, recipe, machine, ctl, clock, name):
    """A wrong code, none, one that has expired, an account that does not exist, a gateway that is
    down, a configuration that is broken. They run side by side."""
    machine.preload_clock(clock)
    way = recipe(name, "user00", "user01", "user02", "user03")
    wrong, none, expired = way.start("alice"), way.start("user00"), way.start("user01")
    for terminal in (wrong, none, expired):
        terminal.prompt()
    for left in ("2 tries", "1 try", None):
        wrong.type(world.text_of(wrong.ref).wrong())
        wrong.expect(f"Wrong code, {left} left" if left else "Too many wrong codes")
    for _ in range(4):
        none.type("")
        none.prompt("The text went out to .*: ")
    none.type("")
    machine.set_ahead("boot", LIFETIME + 1)
    expired.type(world.text_of(expired.ref).code)
    way.knows_nobody()
    for terminal in (wrong, none, expired):
        way.is_refused(terminal)
    names = sorted(event.name() for event in world.forget_log())
    assert names == sorted(["text accepted"] * 3 + ["denied wrong_code"] * 2 + [
        "denied guesses_used", "denied not_a_code", "denied expired_code"])
    world.typed += [text.wrong() for text in world.texts()]
    with hosts.refusing_port() as port:
        world.gateway("gone", hosts.twilio(f"http://127.0.0.1:{port}"))
        world.configure(gateways='[ "gone" ]')
        down = way.start("user02")
        down.expect("No code could be sent; no gateway answered")
    world.configure(no_such_key="1")
    ending = foretold.explain(world, ctl, "user03", way.SERVICE, way.CLIENT)["ending"]
    assert foretold.log_names(ending) == ["denied config"]
    broken = way.start("user03")
    broken.expect(foretold.sentence(ending))
    for terminal in (down, broken):
        way.is_refused(terminal)
    world.expect_log("text unreachable", "denied gateways", "denied config")
    world.expected_texts = 3
