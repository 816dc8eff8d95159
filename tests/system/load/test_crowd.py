# SPDX-License-Identifier: BSD-2-Clause
"""Two hundred ssh logins at once, through a gateway that takes a second to answer."""
import collections

import pytest

import harness
import invariants
from crowd import Crowd, percentiles
from harness import until

LOGINS = 200
# As many codes of a user can be live at once: the hardest case that shall work.
OF_A_USER = 8
USERS = harness.USERS[:LOGINS // OF_A_USER]
FEWER = 150
GATEWAY_SECONDS = 1.0
# How long a small machine may take to start as many of sshd, ssh and the helper.
PATIENCE = 240


def budgets(whose=None):
    """Room for all; of `whose` for three quarters."""
    room = {"user": OF_A_USER, "phone": OF_A_USER, "client": LOGINS, "host": LOGINS}
    if whose:
        room[whose] = room[whose] * FEWER // LOGINS
    return "{ cooldown = 0; " + "".join(
        f"{name} = {{ unredeemed = {number}; }}; " for name, number in room.items()) + "}"


class Codes:
    """What the gateway was given, by number and name of the code. Now and then two logins of a user
    have codes of one name: then it is the other one."""

    def __init__(self, gateway):
        self.texts = []
        for request in gateway.requests:
            form = request.form()
            self.texts.append(harness.Text('{"time": "", "to": "%s", "text": "%s"}' %
                                           (form["To"], form["Body"])))
        self._left = collections.defaultdict(list)
        for text in self.texts:
            self._left[text.to, text.ref].append(text.code)

    def type(self, person):
        """The next that can be his."""
        person.type(self._left[harness.phone(person.user), person.ref][person.tries])


@pytest.mark.parametrize("whose", [None, "user", "phone", "client", "host"])
def test_at_once(world, sshd, double, figures, whose):
    """All are at the prompt before the first enters his code: as many texts as the budgets allow,
    each for one login, and whoever has one gets in."""
    # It looks at all processes twenty times a second.
    world.watch.stop()
    # A small machine takes its time for as many TLS handshakes: that is no gateway's failure here.
    world.configure(budget=budgets(whose), gateways='[ "twilio" ]', send_timeout="60")
    gateway = double("twilio", "connect_timeout = 30; timeout = 60;")
    gateway.behave("slow", seconds=GATEWAY_SECONDS)
    server = sshd(MaxStartups="1000", LoginGraceTime="600")
    texts = FEWER if whose else LOGINS
    crowd = Crowd(server, USERS * OF_A_USER)
    crowd.until(lambda person: person.settled, PATIENCE, "prompt or refusal")
    asked = [person for person in crowd.people if person.prompted]
    # The prompt comes before the text, where that takes long; and the text before the gateway's answer, which a login
    # that is over does not wait for.
    until(lambda: len(gateway.requests) >= len(asked) and not any(
        name.startswith("smsotp-send") for name in world.helpers().values()), PATIENCE, "the texts")
    assert len(gateway.requests) == len(asked) == texts
    assert sum(person.refused for person in crowd.people) == LOGINS - texts
    codes = Codes(gateway)
    for person in asked:
        codes.type(person)
    tried = {person: 0 for person in asked}

    def again(person):
        if person in tried and person.tries > tried[person] and person.inside is None:
            tried[person] = person.tries
            codes.type(person)
    crowd.until(lambda person: person.over, PATIENCE, "the end", again)
    crowd.end()
    assert all((person.status, person.inside is not None) == (0, True) for person in asked)
    assert all(person.status == 255 for person in crowd.people if person not in tried)
    check(world, gateway, crowd, whose, texts)
    if whose is None:
        percentiles(figures, [person.prompted - crowd.started for person in asked],
                    f"from the connect to the prompt, {LOGINS} at once")
        percentiles(figures, [person.inside - person.typed for person in asked],
                    f"from the code to the session, {LOGINS} at once")


def check(world, gateway, crowd, whose, texts):
    """What log, gateway and records say of it."""
    wrong = sum(person.tries for person in crowd.people)
    names = collections.Counter(event.name() for event in world.forget_log())
    expected = {"text accepted": texts, "accepted code": texts, "denied wrong_code": wrong,
                f"denied budget_{whose}": LOGINS - texts}
    assert names == collections.Counter({name: count for name, count in expected.items() if count})
    assert len(gateway.requests) == texts
    for folder in ("users", "phones"):
        found = invariants.records(world, folder).values()
        assert sum(record.texts for record in found) == texts
        assert not any(record.unredeemed for record in found)
        if whose in ("user", "phone"):
            assert {record.texts for record in found} == {OF_A_USER * FEWER // LOGINS}
    # All of them went to the gateway.
    world.expected_texts = 0
