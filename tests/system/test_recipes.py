# SPDX-License-Identifier: BSD-2-Clause
"""Every recipe of docs/RECIPES.md lets in whom it should, and denies in the six ways that
matter."""
import pytest

import hosts
from recipe_ways import OTHERS, SECTIONS, WAYS

LIFETIME = 300


def test_no_recipe_is_left_out():
    described = {section for section, _ in WAYS.values()}
    assert set(SECTIONS) == described | set(OTHERS)


@pytest.mark.parametrize("name", WAYS)
def test_way_in(world, recipe, name):
    way = recipe(name)
    terminal = way.start()
    terminal.prompt()
    terminal.code()
    way.is_in(terminal)
    assert world.expect_log("text accepted", "accepted code")[1]["rule"] == "-"
    world.expected_texts = 1


@pytest.mark.parametrize("name", WAYS)
def test_denies(world, recipe, machine, clock, name):
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
    broken = way.start("user03")
    broken.expect("This host's login is misconfigured")
    for terminal in (down, broken):
        way.is_refused(terminal)
    world.expect_log("text unreachable", "denied gateways", "denied config")
    world.expected_texts = 3
