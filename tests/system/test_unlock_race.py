# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl unlock while 32 logins guess: none of their comparisons is lost, nothing is damaged."""
import re
import threading

import hosts

LOGINS = 32
PROMPT = r"prompt Code (\w\w) sent to .*"
# One record, one place: any login's code is compared with any login's guess.
SETTINGS = {
    "bind": '"client"',
    "guesses": "{ per_conversation = 3; lock_after = 10; disable_after = 100; }",
    "budget": "{ cooldown = 0; " + " ".join(
        f"{whose} = {{ unredeemed = {LOGINS}; }};" for whose in ("user", "phone", "client")) + " }",
}


def guess(daemon, wrong, results):
    """Wrong codes until the conversation ends."""
    daemon.type(wrong)
    while daemon.says(r"prompt Wrong code, .*|error .*").group(0).startswith("prompt"):
        daemon.type(wrong)
    results.append(daemon.ended())


def unlock(ctl, going, unlocked):
    while True:
        last = not going.is_set()
        unlocked.append(ctl("unlock", "alice", "--json").json()["failures"])
        if last:
            return


def race(ctl, daemons, wrong):
    """Returns the PAM results, and how many wrong codes each unlocking has found."""
    results, unlocked, going = [], [], threading.Event()
    going.set()
    unlockers = [threading.Thread(target=unlock, args=(ctl, going, unlocked)) for _ in range(2)]
    logins = [threading.Thread(target=guess, args=(daemon, wrong, results)) for daemon in daemons]
    for thread in unlockers + logins:
        thread.start()
    for thread in logins:
        thread.join()
    going.clear()
    for thread in unlockers:
        thread.join()
    return results, unlocked


def test_no_comparison_is_lost(world, daemon_host, ctl):
    world.configure(**SETTINGS)
    daemons = [hosts.Daemon(world, daemon_host, "alice") for _ in range(LOGINS - 1)]
    for daemon in daemons:
        daemon.says(PROMPT)
    # A record keeps the codes sent last, so the one that shall let in is sent after all others.
    last = hosts.Daemon(world, daemon_host, "alice")
    last.says(PROMPT)
    codes = {text.code for text in world.texts()}
    wrong = next(code for code in (f"{number:06}" for number in range(LOGINS + 1))
                 if code not in codes)
    world.typed.append(wrong)

    results, unlocked = race(ctl, daemons, wrong)
    # Who wrote the record last has left it whole, and what it says is what was not unlocked.
    left = ctl("status", "alice", "--json").json()["state"]["failures"]
    assert ctl("unlock", "alice").output.endswith(f"{left} wrong codes are forgotten.\n")

    assert len(results) == len(daemons) and 0 not in results
    events = world.forget_log()
    # The last line of a conversation says how many of its guesses were compared.
    ends = [event for event in events if event.name() in ("denied guesses_used", "denied locked")]
    assert len(ends) == len(results)
    compared = sum(int(event["try"].split("/")[0]) for event in ends)
    assert {event.name() for event in events} <= \
        {"text accepted", "denied wrong_code", "denied guesses_used", "denied locked"}
    logged = [int(count) for count in re.findall(r'reason=unlock .* detail="(\d+) wrong codes',
                                                 "\n".join(world.log_lines()))]
    assert sorted(logged) == sorted(unlocked + [left])
    assert sum(logged) == compared
    # It was a race: what was unlocked was locked again, or not even locked yet.
    assert len([count for count in unlocked if count > 0]) > 1 and compared > 10, unlocked
    assert not any(count > 10 for count in unlocked), unlocked

    # The record still knows all texts, and takes a right code.
    state = ctl("status", "alice", "--json").json()["state"]
    assert (state["standing"], state["failures"]) == ("free", 0)
    assert state["texts"]["not_entered"] == LOGINS
    last.type(world.texts()[-1].code)
    assert last.ended() == 0
    world.expect_log("accepted code")
    world.expected_texts = LOGINS
