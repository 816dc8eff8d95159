# SPDX-License-Identifier: BSD-2-Clause
"""Recipes of docs/RECIPES.md that let somebody in without a code: what such a login needs all the
same, and what must not be left out of the stack. Who is let in, and until when: recipe_logins.py."""
import recipe_text
from harness import people, phone
from recipe_logins import INSIDE, LOGINS, follow, set_day
from recipe_ways import SECTIONS


def only_event(world, rule):
    """The line of a login that was let in by this rule."""
    assert world.expect_log("exempt rule")[0]["rule"] == rule
    world.expected_texts = len(world.texts())


def test_inner_network_needs_the_password(world, recipe):
    way = recipe("Bastion with a trusted inner network")
    way.PASSWORD = "not the password"
    way.is_refused(way.start("alice", INSIDE))
    world.typed.append(way.PASSWORD)
    world.expect_log()
    world.expected_texts = 0


def test_robots_need_the_key(world, machine, clock):
    """And cannot come with BatchMode."""
    way = follow(machine, clock, LOGINS["a robot inside, on the last day"])
    for option, methods in (("BatchMode=yes", "keyboard-interactive"),
                            ("PubkeyAuthentication=no", "publickey")):
        ssh = way.start("deploy", INSIDE, ("-o", option))
        ssh.expect(rf"Permission denied \({methods}\)")
        assert ssh.ended() == 255
    world.expect_log()
    world.expected_texts = 0


def test_robots_need_a_module_that_decides(world, machine, clock):
    """Why pam_permit.so stands behind a module that may have no opinion."""
    way = follow(machine, clock, LOGINS["a robot inside, on the last day"])
    block = way.section.block("/etc/pam.d/sshd")
    machine.write(block, block.text.replace("auth       required     pam_permit.so\n", ""))
    way.is_refused(way.start("deploy", INSIDE))
    only_event(world, "robots")


def test_app_is_no_factor_where_no_phone_is_needed(world, recipe, machine, clock):
    """The password alone, past the app: what the text warns of."""
    set_day(machine, clock, "Staged roll-out", -1)
    way = recipe("TOTP first")
    world.configure(phones=people(bob=phone("bob")))
    machine.write(SECTIONS["Staged roll-out"].block(recipe_text.CONFIGURATION))
    way.is_in(way.start())
    only_event(world, "roll-out")
