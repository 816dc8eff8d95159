# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl explain: foretells what a login then does, and leaves everything as it was."""
import os
import re

import pytest

import foretold
import hosts
import recipe_text
from harness import exempt, people, phone

CLIENT = "192.0.2.7"
PROMPT = r"prompt Code (\w\w) sent to .*"
# PAM_IGNORE alone in its stack is nobody's yes: libpam makes PAM_PERM_DENIED of it.
RESULTS = {"PAM_SUCCESS": 0, "PAM_MAXTRIES": 11, "PAM_AUTHINFO_UNAVAIL": 9, "PAM_IGNORE": 6}


def explain(world, ctl, user="alice"):
    return foretold.explain(world, ctl, user, "daemon", CLIENT)


def agrees(world, daemon_host, ctl, user="alice"):
    """What was foretold is what then happens; returns what was foretold."""
    found = explain(world, ctl, user)
    ending = found["ending"]
    daemon = hosts.Daemon(world, daemon_host, user, client=CLIENT)
    if ending["asks"]:
        ref = daemon.says(PROMPT).group(1)
        daemon.type(world.text_of(ref).code)
        assert daemon.ended() == 0
        world.expect_log(*foretold.log_names(ending))
        return found
    if ending["says"] is not None:
        daemon.says(r"(error|info) " + foretold.sentence(ending))
    assert daemon.ended() == RESULTS[ending["pam"]]
    event, = world.expect_log(*foretold.log_names(ending))
    assert event["rule"] == (ending["rule"] or "-")
    return found


def lose(world, daemon_host, user="alice"):
    """A login whose code is not entered: one wrong one ends it."""
    daemon = hosts.Daemon(world, daemon_host, user, client=CLIENT)
    ref = daemon.says(PROMPT).group(1)
    daemon.type(world.text_of(ref).wrong())
    daemon.says("error .*")
    assert daemon.ended() != 0
    world.forget_log()


def budget(**keys):
    return "{ cooldown = 0; " + " ".join(f"{key} = {{ {value} }};"
                                         for key, value in keys.items()) + " }"


ONE = "unredeemed = 1;"
MANY = "unredeemed = 20;"
GUESS = "{ per_conversation = 1; }"
NOWHERE = '( { source = "file"; path = "/run/there-is-no-such-file"; } )'

# What is configured, who has lost a login before, and what explain must say: reason, or None
# where a code is asked for.
SITUATIONS = {
    "plain": ({}, None, None),
    "lock_after": ({"guesses": "{ per_conversation = 1; lock_after = 1; }"}, "alice", "locked"),
    "disable_after": ({"guesses": "{ per_conversation = 1; lock_after = 1; disable_after = 1; }"},
                      "alice", "disabled"),
    "budget.user": ({"budget": budget(user=ONE), "guesses": GUESS}, "alice", "budget_user"),
    "budget.user, daily": ({"budget": budget(user=MANY + "daily = 1;", phone=MANY),
                            "guesses": GUESS}, "alice", "budget_user"),
    "budget.phone": ({"budget": budget(phone=ONE), "guesses": GUESS,
                      "phones": people(alice=phone("alice"), bob=phone("alice"))},
                     "bob", "budget_phone"),
    "budget.client": ({"budget": budget(client=ONE), "guesses": GUESS}, "bob", "budget_client"),
    "budget.host": ({"budget": budget(client=MANY, host=ONE), "guesses": GUESS}, "bob",
                    "budget_host"),
    "budget.host, daily": ({"budget": budget(host=MANY + "daily = 1;"), "guesses": GUESS}, "bob",
                           "budget_host"),
    "budget.reserve_groups": ({"budget": "{ cooldown = 0; client = { unredeemed = 1; }; "
                               'reserve_groups = [ "alice" ]; }', "guesses": GUESS},
                              "bob", None),
    "no phone": ({"phones": people(bob=phone("bob"))}, None, "no_phone"),
    "bad number": ({"phones": people(alice="077")}, None, "bad_number"),
    "allowed_prefixes": ({"allowed_prefixes": '[ "+49" ]'}, None, "prefix_not_allowed"),
    "country_code": ({"phones": people(alice="07700 900100"), "country_code": '"44"'}, None, None),
    "source cannot be asked": ({"phones": NOWHERE}, None, "phone_source"),
    "a later source knows": ({"phones": NOWHERE[:-2] + ", " +
                              people(alice=phone("alice"))[2:]}, None, "warned"),
    "users": ({"exempt": exempt(users='[ "alice" ]')}, None, "rule"),
    "other users": ({"exempt": exempt(users='[ "bob" ]')}, None, None),
    "services": ({"exempt": exempt(services='[ "daemon" ]')}, None, "rule"),
    "other services": ({"exempt": exempt(services='[ "sshd" ]')}, None, None),
    "networks": ({"exempt": exempt(networks='[ "192.0.2.0/24" ]')}, None, "rule"),
    "other networks": ({"exempt": exempt(networks='[ "10.0.0.0/8" ]')}, None, None),
    "groups": ({"exempt": exempt(groups='[ "alice" ]')}, None, "rule"),
    "other groups": ({"exempt": exempt(groups='[ "bob" ]')}, None, None),
    "not_groups": ({"exempt": exempt(groups='[ "alice" ]', not_groups='[ "bob" ]')}, None, "rule"),
    "in not_groups": ({"exempt": exempt(users='[ "alice" ]', not_groups='[ "alice" ]')},
                      None, None),
    "until": ({"exempt": exempt(users='[ "alice" ]', until='"9999-12-31"')}, None, "rule"),
    "ended": ({"exempt": exempt(users='[ "alice" ]', until='"2020-02-29"')}, None, None),
    "notice": ({"exempt": exempt(users='[ "alice" ]', notice='"Rule for {user}: {contact}."')},
               None, "rule"),
    "no_phone": ({"exempt": exempt(no_phone="true"), "phones": people(bob=phone("bob"))}, None,
                 "rule"),
    "no_phone, and has one": ({"exempt": exempt(no_phone="true")}, None, None),
    "no_phone, source down": ({"exempt": exempt(no_phone="true"), "phones": NOWHERE}, None,
                              "phone_source"),
    "group that is not there": ({"exempt": exempt(groups='[ "no-such-group" ]')}, None, "config"),
    "locked, and exempt": ({"guesses": "{ per_conversation = 1; lock_after = 1; }",
                            "exempt": exempt(users='[ "alice" ]', networks='[ "192.0.2.7" ]')},
                           "alice", "rule"),
    "services: identity": ({"services": '( { names = [ "daemon" ]; identity = "caller"; } )'},
                           None, "caller_unknown"),
    "services: these": ({"services":
                         '( { names = [ "daemon" ]; allowed_prefixes = [ "+49" ]; } )'},
                        None, "prefix_not_allowed"),
    "services: others": ({"services":
                          '( { names = [ "sshd" ]; allowed_prefixes = [ "+49" ]; } )'},
                         None, None),
    "bind": ({"bind": '"client"'}, None, None),
    "contact": ({"contact": '"the night desk"', "phones": people(bob=phone("bob"))}, None,
                "no_phone"),
    "texts": ({"texts": f'"{recipe_text.ROOT}/conf/texts.de.conf"',
               "phones": people(bob=phone("bob"))}, None, "no_phone"),
    "lock_for": ({"guesses": "{ per_conversation = 1; lock_after = 1; lock_for = 7200; }"},
                 "alice", "locked"),
    "broken": ({"country_code": '"x"'}, None, "config"),
}

# Settings that have no part in how a login ends, as far as that can be foretold: which gateways are
# tried and for how long, what a text or prompt says, a code's form, what is asked for at the prompt.
NO_POLICY = {"gateways", "send_timeout", "prompt_within", "send_after", "message", "origin",
             "prompt", "code.length", "code.alphabet", "code.lifetime", "budget.cooldown",
             "budget.voice", "state_dir", "run_dir", "events"}
# Those that have a test of their own below.
BELOW = {"remember"}


def sets(situation, key):
    """A key of the file, one of a group ("budget.user"), or one of a rule or of a service."""
    group, _, inner = key.rpartition(".")
    places = [group] if group else ["exempt", "services"]
    return key in situation or any(re.search(rf"\b{inner} = ", situation.get(place, ""))
                                   for place in places)


def test_every_key_of_policy_has_a_situation():
    with open(recipe_text.ROOT + "/docs/smsotp.conf.5", encoding="utf-8") as file:
        settings = file.read().split("\n.Sh SETTINGS\n")[1].split("\n.Sh ")[0]
    keys = {key for line in re.findall(r"^\.It Cm (.*)", settings, re.M)
            for key in line.split(" , ")}
    assert NO_POLICY | BELOW < keys
    unused = {key for key in keys if not any(sets(situation, key)
                                             for situation, _, _ in SITUATIONS.values())}
    assert unused - NO_POLICY == BELOW


@pytest.mark.parametrize("name", SITUATIONS)
def test_agrees_with_the_login(name, world, daemon_host, ctl):
    settings, loser, reason = SITUATIONS[name]
    if loser:
        # Who is exempt has nothing to lose: not before that.
        world.configure(**{key: value for key, value in settings.items() if key != "exempt"})
        lose(world, daemon_host, loser)
    world.configure(**settings)
    if reason == "warned":
        found = explain(world, ctl)
        assert [source["said"] for source in found["sources"]] == \
            ["could not be asked", "knows the user"]
        daemon = hosts.Daemon(world, daemon_host, "alice", client=CLIENT)
        daemon.says(PROMPT)
        daemon.type(world.text().code)
        assert daemon.ended() == 0
        world.expect_log("warning phone_source", "text accepted", "accepted code")
        world.expected_texts = 1
        return
    found = agrees(world, daemon_host, ctl)
    assert found["ending"]["reason"] == reason
    world.expected_texts = (loser is not None) + (reason is None)


def test_nothing_is_made(world, ctl):
    """Not even what a first login makes."""
    os.rmdir(world.base + "/state")
    found = explain(world, ctl)
    assert found["ending"]["asks"] and found["budgets"]["user"]["left"] == 3
    assert not os.path.exists(world.base + "/state")
    assert os.listdir(world.base + "/run") == []
    world.expected_texts = 0


def test_state_that_cannot_be_used(world, daemon_host, ctl):
    os.chmod(world.base + "/state", 0o755)
    agrees(world, daemon_host, ctl)
    os.chmod(world.base + "/state", 0o700)
    world.expected_texts = 0


def test_no_such_account(world, daemon_host, ctl):
    found = explain(world, ctl, "nobody-knows-him")
    assert found["ending"] == {"asks": True, "pam": None, "reason": "unknown_account"}
    assert {source["said"] for source in found["sources"]} == {"not asked"}
    daemon = hosts.Daemon(world, daemon_host, "nobody-knows-him", client=CLIENT)
    daemon.says(PROMPT)
    daemon.type("00000000")
    daemon.says("prompt .*")
    daemon.leave()
    assert daemon.ended() != 0
    world.forget_log()
    world.expected_texts = 0


def test_remembered(world, daemon_host, ctl):
    world.configure(remember="600")
    assert agrees(world, daemon_host, ctl)["remembers"]
    assert agrees(world, daemon_host, ctl)["ending"]["reason"] == "remembered"
    world.expected_texts = 1


def test_waits_for_another(world, daemon_host, ctl):
    world.configure(remember="600")
    first = hosts.Daemon(world, daemon_host, "alice", client=CLIENT)
    first.says(PROMPT)
    text = world.text()
    ending = explain(world, ctl)["ending"]
    assert (ending["pam"], ending["asks"], ending["reason"]) == (None, False, "waiting")
    second = hosts.Daemon(world, daemon_host, "alice", client=CLIENT)
    second.says("prompt A login from here is already waiting.*")
    first.type(text.code)
    assert first.ended() == 0
    second.type("")
    assert second.ended() == 0
    world.expect_log("text accepted", "waiting waiting", "accepted code", "accepted remembered")
    world.expected_texts = 1


def test_whose_phone(world, ctl):
    world.configure(services='( { names = [ "su" ]; identity = "caller"; } )')
    found = foretold.explain(world, ctl, "bob", "su", CLIENT, "--caller", "alice")
    assert found["account"]["name"] == "alice"
    assert found["phones"] == ["+44 ****** 0100"]
    assert found["configuration"]["service_settings"] == "services[0]"
    found = foretold.explain(world, ctl, "bob", "su", CLIENT, "--caller", "nobody-knows-him")
    assert found["ending"]["reason"] == "caller_unknown"
    world.expected_texts = 0


def test_for_people(world, daemon_host, ctl):
    world.configure(guesses="{ per_conversation = 1; lock_after = 1; }",
                    gateways='[ "phone" ]', budget=budget(user=ONE),
                    exempt=exempt(users='[ "alice" ]', until='"2020-02-29"'))
    lose(world, daemon_host)
    shown = ctl("explain", "alice", "--service", "daemon", "--client", CLIENT).output
    for line in (r"configuration: .*/smsotp\.conf", r"account: alice, uid \d+",
                 r"rule robots: has ended with 2020-02-29", r"source list: knows the user",
                 r"phone: \+44 \*+ 0100", r"lock-out: locked, 1 wrong codes in a row, for 30 minutes",
                 r"budget of user: 0 of 1 left; the next one in \d+ minutes",
                 r"budget of client: \d+ of \d+ left", r"gateway 1: phone",
                 r"result: PAM_MAXTRIES \(locked\)", r"the person reads: Too many wrong codes: .*"):
        assert re.search(f"^{line}$", shown, re.M), (line, shown)
    assert phone("alice") in ctl("explain", "alice", "--show").output
    world.expected_texts = 1


def test_order_of_gateways(world, daemon_host, ctl):
    """One that failed comes last, and that is said."""
    with hosts.refusing_port() as port:
        world.configure(gateways='[ "down", "phone" ]')
        world.gateway("down", hosts.twilio(f"https://127.0.0.1:{port}"))
        assert [one["gateway"] for one in explain(world, ctl)["gateways"]] == ["down", "phone"]
        daemon = hosts.Daemon(world, daemon_host, "alice", client=CLIENT)
        daemon.says(PROMPT)
        daemon.type(world.text().code)
        assert daemon.ended() == 0
        world.forget_log()
        found = explain(world, ctl)["gateways"]
    assert [one["gateway"] for one in found] == ["phone", "down"]
    assert found[0]["rests_for_s"] == 0 and 0 < found[1]["rests_for_s"] <= 60
    world.expected_texts = 1
