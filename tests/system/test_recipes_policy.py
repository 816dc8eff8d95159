# SPDX-License-Identifier: BSD-2-Clause
"""Recipes of docs/RECIPES.md that let somebody in without a code: each such login is logged with
its rule, needs the first factor all the same, and ends on the date that the text names."""
import datetime
import re
import shlex
import time

import pytest

import recipe_machine
import recipe_text
from harness import people, phone
from recipe_ways import SECTIONS

INSIDE, OUTSIDE = recipe_machine.INSIDE, recipe_machine.OUTSIDE
ROLL_OUTS = ["Staged roll-out", "Staged roll-out, by group"]


def only_event(world, rule):
    """The line of a login that was let in by this rule."""
    assert world.expect_log("exempt rule")[0]["rule"] == rule
    world.expected_texts = len(world.texts())


def last_day(name):
    text = SECTIONS[name].block(recipe_text.CONFIGURATION).text
    return re.search(r'until = "([^"]+)"', text).group(1)


def set_day(machine, clock, name, days):
    """The clocks of what is started are that many days after the last day of the recipe's rule
    begins (UTC)."""
    day = datetime.datetime.fromisoformat(last_day(name))
    start = day.replace(tzinfo=datetime.timezone.utc).timestamp()
    machine.preload_clock(clock)
    machine.set_ahead("day", start + days * recipe_machine.DAY - time.time())


def lets_in(way, terminal, user):
    """After a code."""
    terminal.prompt()
    terminal.code()
    way.is_in(terminal, user)
    assert way.world.expect_log("text accepted", "accepted code")[1]["rule"] == "-"
    way.world.expected_texts = 1


def refuses(way, terminal, user):
    terminal.expect(f"No phone is registered for {user}")
    way.is_refused(terminal)
    way.world.expect_log("denied no_phone")
    way.world.expected_texts = 0


def test_inner_network_needs_the_password(world, recipe):
    way = recipe("Bastion with a trusted inner network")
    ssh = way.connect("alice", source=INSIDE)
    ssh.password()
    way.is_in(ssh)
    only_event(world, "inner")
    ssh = way.connect("alice", source=INSIDE)
    ssh.password("not the password")
    way.is_refused(ssh)
    world.expect_log()
    world.expected_texts = 0


@pytest.mark.parametrize("days", [-30, 0.9])
@pytest.mark.parametrize("name", ROLL_OUTS)
def test_not_asked_yet(world, recipe, machine, clock, name, days):
    """Bob has no phone, or is not in the group; alice is asked."""
    set_day(machine, clock, "Staged roll-out", days)
    if name == ROLL_OUTS[0]:
        world.configure(phones=people(alice=phone("alice")))
    way = recipe(name)
    ssh = way.connect("bob")
    ssh.password()
    if name == ROLL_OUTS[0]:
        ssh.expect(rf"Register a phone before {last_day(name)}\. IT desk, ext\. 4444")
    way.is_in(ssh, "bob")
    only_event(world, "roll-out" if name == ROLL_OUTS[0] else "wave-1")
    lets_in(way, way.start(), "alice")


@pytest.mark.parametrize("name", ROLL_OUTS)
def test_asked_from_the_next_day_on(world, recipe, machine, clock, name):
    set_day(machine, clock, "Staged roll-out", 1.1)
    if name == ROLL_OUTS[0]:
        world.configure(phones=people(alice=phone("alice")))
    way = recipe(name)
    ssh = way.connect("bob")
    ssh.password()
    if name == ROLL_OUTS[0]:
        refuses(way, ssh, "bob")
    else:
        lets_in(way, ssh, "bob")


def robot(way, source, *options):
    way.machine.authorize("deploy")
    command = way.section.commands("$")[0]
    assert command.startswith("ssh ")
    words = shlex.split(command)
    return way.machine.person([words[0], *options, *words[1:]], source=source)


def test_robots(world, recipe, machine, clock):
    """By key alone, from their network, until their date, and not with BatchMode."""
    set_day(machine, clock, "Robots", 0.9)
    way = recipe("Robots")
    ssh = robot(way, INSIDE)
    ssh.expect("deploy\r\n")
    assert ssh.ended() == 0
    only_event(world, "robots")
    ssh = robot(way, INSIDE, "-o", "BatchMode=yes")
    ssh.expect(r"Permission denied \(keyboard-interactive\)")
    assert ssh.ended() == 255
    ssh = robot(way, INSIDE, "-o", "PubkeyAuthentication=no")
    ssh.expect(r"Permission denied \(publickey\)")
    assert ssh.ended() == 255
    world.expect_log()
    refuses(way, robot(way, OUTSIDE), "deploy")


def test_robots_past_their_date(recipe, machine, clock):
    set_day(machine, clock, "Robots", 1.1)
    way = recipe("Robots")
    refuses(way, robot(way, INSIDE), "deploy")


def test_robots_need_a_module_that_decides(world, recipe, machine, clock):
    """Why pam_permit.so stands behind a module that may have no opinion."""
    set_day(machine, clock, "Robots", -1)
    way = recipe("Robots")
    block = way.section.block("/etc/pam.d/sshd")
    machine.write(block, block.text.replace("auth       required     pam_permit.so\n", ""))
    ssh = robot(way, INSIDE)
    way.is_refused(ssh)
    only_event(world, "robots")


def test_app_is_no_factor_where_no_phone_is_needed(world, recipe, machine, clock):
    """The password alone, past the app: what the text warns of."""
    set_day(machine, clock, "Staged roll-out", -1)
    way = recipe("TOTP first")
    world.configure(phones=people(bob=phone("bob")))
    machine.write(SECTIONS["Staged roll-out"].block(recipe_text.CONFIGURATION))
    way.is_in(way.start())
    only_event(world, "roll-out")


def test_group_that_does_not_exist_denies(world, recipe, machine):
    """Who is a member of what is not known: nobody is let in by guessing."""
    way = recipe("Robots")
    machine.run("groupdel robots")
    ssh = way.connect("alice", source=INSIDE)
    ssh.expect("misconfigured")
    way.is_refused(ssh)
    world.expect_log("denied config")
    world.expected_texts = 0
