# SPDX-License-Identifier: BSD-2-Clause
"""Who does what by which recipe of docs/RECIPES.md, and how that ends: what smsotpctl explain must
foretell, and what the login must then do."""
import dataclasses
import datetime
import re
import time
import typing

import recipe_machine
import recipe_text
import recipe_ways
from harness import people, phone
from recipe_ways import SECTIONS, WAYS

INSIDE, OUTSIDE = recipe_machine.INSIDE, recipe_machine.OUTSIDE


@dataclasses.dataclass
class Login:
    recipe: str
    ends: str                       # "code", "rule NAME", or the reason it is denied for
    user: str = "alice"
    source: str = None              # an address of its own
    days: float = None              # after the last day of the recipe's rule has begun (UTC)
    phones: str = None              # others than the world has
    says: str = None                # what the person reads
    way: typing.Any = None          # another than the recipe's own
    then: str = None                # what root does when the recipe is followed


def last_day(name):
    """Of the recipe's rule."""
    text = SECTIONS[WAYS[name][0]].block(recipe_text.CONFIGURATION).text
    return re.search(r'until = "([^"]+)"', text).group(1)


NOTICE = f"Register a phone before {last_day('Staged roll-out')}. IT desk, ext. 4444"
LOGINS = {name: Login(name, "code") for name in WAYS}
LOGINS |= {
    "from inside the bastion's network": Login(
        "Bastion with a trusted inner network", "rule inner", source=INSIDE),
    "inside, by group, and the group is not there": Login(
        "Robots", "config", source=INSIDE, then="groupdel robots"),
}
for label, day in {"a month before": -30, "on the last day": 0.9}.items():
    LOGINS |= {
        f"no phone yet, {label}": Login("Staged roll-out", "rule roll-out", "bob", days=day,
                                        phones=people(alice=phone("alice")), says=NOTICE),
        f"a phone, {label}": Login("Staged roll-out", "code", days=day),
        f"not in the group, {label}": Login("Staged roll-out, by group", "rule wave-1", "bob",
                                            days=day),
        f"a robot inside, {label}": Login("Robots", "rule robots", "deploy", INSIDE, days=day,
                                          way=recipe_ways.SshRobot),
        f"a robot outside, {label}": Login("Robots", "no_phone", "deploy", OUTSIDE, days=day,
                                           way=recipe_ways.SshRobot),
    }
LOGINS |= {
    "no phone yet, a day after": Login("Staged roll-out", "no_phone", "bob", days=1.1,
                                       phones=people(alice=phone("alice"))),
    "not in the group, a day after": Login("Staged roll-out, by group", "code", "bob", days=1.1),
    "a robot inside, a day after": Login("Robots", "no_phone", "deploy", INSIDE, days=1.1,
                                         way=recipe_ways.SshRobot),
}


def set_day(machine, clock, name, days):
    """The clocks of what is started are that many days after the last day of the recipe's rule
    begins (UTC)."""
    day = datetime.datetime.fromisoformat(last_day(name))
    start = day.replace(tzinfo=datetime.timezone.utc).timestamp()
    machine.preload_clock(clock)
    machine.set_ahead("day", start + days * recipe_machine.DAY - time.time())


def follow(machine, clock, login):
    """Sets the recipe up for that login; returns the way."""
    if login.days is not None:
        set_day(machine, clock, login.recipe, login.days)
    if login.phones:
        machine.world.configure(phones=login.phones)
    way = recipe_ways.follow(machine, login.recipe)
    if login.way:
        way = login.way(machine, way.section)
    if login.then:
        machine.run(login.then)
    return way
