# SPDX-License-Identifier: BSD-2-Clause
"""smsotpctl init: all that is needed to begin with, whole or not at all, and nothing in place of what is there."""
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import hosts
import namespace
import recipe_text

SECRET = "s3cret-of-ours"
OUTBOX = ("init", "--gateway=outbox", "--country-code=44")


def shipped(name):
    with open(f"{recipe_text.ROOT}/conf/{name}", encoding="utf-8") as file:
        return file.read()


def changed(before, after):
    """The lines that differ, as pairs; both have as many."""
    before, after = before.splitlines(), after.splitlines()
    assert len(before) == len(after)
    return [pair for pair in zip(before, after) if pair[0] != pair[1]]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def items(output):
    return re.findall(r"^(made|kept) (\S+)$", output, re.M)


def mode(path):
    status = os.lstat(path)
    assert status.st_uid == 0
    return status.st_mode & 0o7777


def test_by_options_and_then_again(fresh):
    shown = fresh.ctl(*OUTBOX, "--contact=IT \"desk\", \\ ext. 4444").stdout
    gateway, phones = fresh.etc + "/gateways/outbox.conf", fresh.etc + "/phones"
    made = [gateway, phones, fresh.conf, fresh.run, fresh.state + "/users/0"]
    assert items(shown) == [("made", gateway), ("made", phones), ("made", fresh.conf), ("kept", fresh.state),
                            ("made", fresh.run), ("made", fresh.state + "/users/0")]
    assert [mode(path) for path in made] == [0o600, 0o600, 0o600, 0o700, 0o600]
    assert read(gateway) == shipped("gateways/outbox.conf")
    # The annotated text is the shipped one, but for what was told.
    assert changed(shipped("smsotp.conf"), read(fresh.conf)) == [
        ('gateways = [ "twilio" ];', 'gateways = [ "outbox" ];'),
        ('#contact = "IT desk, ext. 4444";', 'contact = "IT \\"desk\\", \\\\ ext. 4444";')]
    assert fresh.errors() == set()
    assert [line for line in fresh.logged() if "reason=init" in line and f'made {fresh.conf}' in line]
    before, logged = fresh.files(), len(fresh.logged())
    again = fresh.ctl(*OUTBOX).stdout
    assert "Nothing was missing, and nothing was changed.\n" in again
    assert {what for what, _ in items(again)} == {"kept"}
    assert fresh.files() == before and len(fresh.logged()) == logged
    # Nothing has to be said either.
    assert "nothing was changed" in fresh.ctl("init").stdout
    assert "settings are a gateway's" in fresh.ctl("init", "path=/run/other", status=2).stderr


def test_at_a_terminal(fresh):
    terminal = fresh.terminal("init")
    terminal.expect("Gateway .*: ")
    terminal.type("twilio")
    terminal.expect("Calling code .*: ")
    terminal.type("")
    terminal.expect("Calling code .*: ")
    terminal.type("49")
    terminal.expect("Whom users turn to.*: ")
    terminal.type("")
    terminal.expect("twilio: account_sid: ")
    terminal.type("AC" + "1" * 32)
    terminal.expect(r"twilio: auth_token \(is not shown\): ")
    terminal.waitnoecho(5)
    terminal.type(SECRET)
    terminal.expect("twilio: from: ")
    shown = terminal.before
    assert terminal.getecho()
    terminal.type("+15005550009")
    terminal.expect("Next: ")
    shown += terminal.before
    assert terminal.ended() == 0
    assert SECRET not in shown and not [line for line in fresh.logged() if SECRET in line]
    assert changed(shipped("gateways/twilio.conf"), read(fresh.etc + "/gateways/twilio.conf")) == [
        ('account_sid = "AC00000000000000000000000000000000";', f'account_sid = "AC{"1" * 32}";'),
        ('auth_token  = "change-me";', f'auth_token  = "{SECRET}";'),
        ('from = "+15005550006";', 'from = "+15005550009";')]
    assert ('country_code = "44";', 'country_code = "49";') in changed(shipped("smsotp.conf"), read(fresh.conf))
    assert fresh.errors() == set()


def test_interrupted_while_nothing_is_shown(fresh):
    """The terminal shows again what is typed, and nothing was made."""
    terminal = fresh.terminal("init", "--gateway=vonage", "--country-code=44", "--contact=", "api_key=1", "from=x")
    terminal.expect("api_secret.*: ")
    terminal.waitnoecho(5)
    terminal.key("c")
    assert terminal.ended() == -signal.SIGINT
    assert terminal.getecho()
    assert fresh.files() == {}


def test_secrets_from_a_file_and_from_a_program(fresh):
    refused = fresh.ctl("init", "--gateway=vonage", "--country-code=44", "api_key=12345678", f"api_secret={SECRET}",
                        "from=ACME", status=2).stderr
    assert "api_secret is secret, and every user can read a command line" in refused and SECRET not in refused
    assert "--settings FILE" in refused and fresh.files() == {}
    fresh.ctl("init", "--gateway=vonage", "--country-code=44", "--settings=-", "api_key=12345678", "from=ACME",
              text=f"# of ours\n\n api_secret = {SECRET} \n")
    assert f'api_secret = "{SECRET}";' in read(fresh.etc + "/gateways/vonage.conf")
    path = fresh.base + "/settings"
    with open(path, "w", encoding="ascii") as file:
        file.write(f"account_sid=AC{'2' * 32}\nauth_token={SECRET}\nmessaging_service_sid=MG{'3' * 32}")
    shown = fresh.ctl("init", "--gateway=twilio", f"--settings={path}").stdout
    assert 'No login uses gateway "twilio" yet: smsotpctl edit' in shown
    text = read(fresh.etc + "/gateways/twilio.conf")
    assert '\n#from = "+15005550006";\n' in text and f'\nmessaging_service_sid = "MG{"3" * 32}";\n' in text


def test_what_is_missing_is_named(fresh):
    def refused(*arguments):
        errors = fresh.ctl("init", *arguments, status=2).stderr
        assert fresh.files() == {} and "smsotpctl init --help" in errors
        return errors
    assert "--gateway is needed" in refused()
    assert "--country-code is needed" in refused("--gateway=outbox")
    assert 'gateway "twilio" needs: account_sid, auth_token (secret), from' in \
        refused("--gateway=twilio", "--country-code=44")
    assert 'no gateway "nobody" is described; ' in refused("--gateway=nobody", "--country-code=44")
    assert 'no gateway "../twilio" is described; ' in refused("--gateway=../twilio", "--country-code=44")
    assert 'gateway "outbox" has no setting "colour"' in refused(*OUTBOX[1:], "colour=red")
    assert "path is given twice" in refused(*OUTBOX[1:], "path=/run/a", "path=/run/b")
    assert 'KEY=VALUE, and not "path"' in refused(*OUTBOX[1:], "path")
    for wrong in ("0", "44a", "12345"):
        errors = fresh.ctl("init", "--gateway=outbox", "--country-code=" + wrong, status=2).stderr
        assert "country_code" in errors and fresh.files() == {}
    errors = fresh.ctl(*OUTBOX, "--contact=a\nb", status=2).stderr
    assert "contact: a value has a control character" in errors and fresh.files() == {}


@pytest.mark.parametrize("name", sorted(os.listdir(recipe_text.ROOT + "/conf/gateways")))
def test_every_gateway(fresh, name):
    """Whatever its example looks like: what has to be set is asked for, and the result is what check takes."""
    name = name.removesuffix(".conf")
    needed = re.search(r"needs: (.*)\n", fresh.ctl("init", "--gateway=" + name, "--country-code=44",
                                                   status=None).stderr)
    settings = {}
    for key in needed[1].split(", ") if needed else []:
        settings[key.removesuffix(" (secret)")] = "example"
    if name == "smtp":
        settings["from"] = "a@example.com"
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    if not needed:
        return
    assert fresh.files() == {}
    fresh.ctl("init", "--gateway=" + name, "--country-code=44", "--settings=-", text=text)
    made = read(f"{fresh.etc}/gateways/{name}.conf")
    for key, value in settings.items():
        assert re.search(rf'^{key} *= "{value}";', made, re.M), made
    assert not re.search(r'^[^#]*"change-me"', made, re.M), made
    wrong = {pair for pair in fresh.errors() if pair[0] != "gateway"}
    assert wrong == set()
    shown = fresh.ctl("check", "--offline", status=None).stdout
    assert "syntax error" not in shown and "unknown" not in shown, shown


def test_what_is_there_stays(fresh):
    """Files, links and other people's: named, kept, and what is wrong with them said."""
    with open(fresh.conf, "w", encoding="ascii") as file:
        file.write('gateways = [ "mine" ];\nphones = ( { source = "file"; path = "phones"; } );\n'
                   'country_code = "33";\n')
    before = fresh.files()
    shown = fresh.ctl(*OUTBOX).stdout
    assert ("kept", fresh.conf) in items(shown) and 'No login uses gateway "outbox"' in shown
    assert {path: value for path, value in fresh.files().items() if path in before} == before
    # A broken one is not replaced either.
    with open(fresh.conf, "a", encoding="ascii") as file:
        file.write("xx")
    errors = fresh.ctl("init", status=2).stderr
    assert f"{fresh.conf}:5: syntax error" in errors and "smsotpctl edit" in errors
    assert read(fresh.conf).endswith("xx")


def test_links_are_not_followed(fresh):
    target = fresh.base + "/target"
    os.symlink(target, fresh.conf)
    os.symlink(target, fresh.etc + "/phones")
    os.symlink(target, fresh.etc + "/gateways/outbox.conf")
    assert f"{fresh.conf}: is a symbolic link" in fresh.ctl(*OUTBOX, status=2).stderr
    assert not os.path.lexists(target) and os.path.islink(fresh.conf)
    os.unlink(fresh.conf)
    fresh.ctl(*OUTBOX)
    assert os.path.islink(fresh.etc + "/phones") and not os.path.lexists(target)
    assert ("file_rights", fresh.etc + "/phones") in fresh.errors()
    shutil.rmtree(fresh.state)
    os.mkdir(fresh.base + "/elsewhere", 0o700)
    os.symlink(fresh.base + "/elsewhere", fresh.state)
    assert f"{fresh.state}: is a symbolic link" in fresh.ctl("init", status=2).stderr
    assert os.listdir(fresh.base + "/elsewhere") == []


def test_other_owners(fresh):
    os.chown(fresh.etc, 61001, 61001)
    assert "others than root can write in it" in fresh.ctl(*OUTBOX, status=2).stderr
    assert fresh.files() == {}
    os.chown(fresh.etc, 0, 0)
    os.chmod(fresh.etc + "/gateways", 0o777)
    assert "others than root can write in it" in fresh.ctl(*OUTBOX, status=2).stderr
    assert fresh.files() == {}
    os.chmod(fresh.etc + "/gateways", 0o700)
    os.chown(fresh.state, 61001, 61001)
    assert "owned by uid 61001" in fresh.ctl(*OUTBOX, status=2).stderr
    os.chown(fresh.state, 0, 0)
    os.makedirs(fresh.run, 0o755)
    assert "mode 0755 gives rights to others" in fresh.ctl(*OUTBOX, status=2).stderr
    os.chmod(fresh.run, 0o700)
    fresh.ctl("init")
    assert fresh.errors() == set()


def test_not_root(fresh):
    done = subprocess.run([fresh.stage.ctl, *OUTBOX], preexec_fn=hosts.become("alice"), capture_output=True,
                          text=True, check=False)
    assert done.returncode == 2 and "Run this as root" in done.stderr
    assert fresh.files() == {}


def test_phones_elsewhere(fresh):
    path = fresh.base + "/people"
    fresh.ctl(*OUTBOX, "--phones=" + path)
    assert mode(path) == 0o600 and f'path = "{path}"' in read(fresh.conf)
    assert not os.path.exists(fresh.etc + "/phones")
    assert fresh.errors() == set()
    fresh.ctl("enroll", "--no-check", "alice", "07700 900100")
    assert "alice  +447700900100\n" in read(path)


def test_root_is_not_locked_out_by_a_full_disk(fresh):
    """init has made the record that the first login would need room for."""
    namespace.mount_tmpfs(fresh.state, "mode=700,size=128k")
    try:
        fresh.ctl(*OUTBOX)
        fill(fresh.state)
        record = fresh.state + "/users/0"
        assert os.stat(record).st_size == 8192
        # Every block is there: a write finds its place.
        assert os.stat(record).st_blocks * 512 >= 8192
    finally:
        namespace.unbind(fresh.state)


def fill(directory):
    try:
        with open(directory + "/filler", "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass


def test_full_and_read_only_disks(fresh):
    namespace.mount_tmpfs(fresh.etc, "mode=700,size=64k")
    try:
        os.mkdir(fresh.etc + "/gateways", 0o700)
        fill(fresh.etc)
        errors = fresh.ctl(*OUTBOX, status=2).stderr
        assert "No space left on device" in errors and "the same command makes the rest" in errors
        assert set(fresh.files()) == {fresh.etc + "/filler"}
        os.unlink(fresh.etc + "/filler")
        namespace.remount_read_only(fresh.etc)
        assert "Read-only file system" in fresh.ctl(*OUTBOX, status=2).stderr
        assert fresh.files() == {}
    finally:
        namespace.unbind(fresh.etc)
    fresh.ctl(*OUTBOX)
    assert fresh.errors() == set()


def test_killed_while_it_makes(fresh):
    """At many instants: each file is whole or not there, and the same command makes the rest."""
    began = time.monotonic()
    fresh.ctl(*OUTBOX)
    whole = time.monotonic() - began
    wanted = {path: value for path, value in fresh.files().items() if path.startswith(fresh.etc)}
    counts = set()
    for step in range(60):
        clear(fresh)
        process = subprocess.Popen([fresh.stage.ctl, *OUTBOX], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=step * whole / 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        found = fresh.files()
        for path, value in found.items():
            if path.startswith(fresh.etc):
                assert value == wanted[path], path
        counts.add(len(found))
        if step % 10 == 0:
            fresh.ctl(*OUTBOX)
            assert fresh.errors() == set()
            assert {path for path in fresh.files() if path.startswith(fresh.etc)} == set(wanted)
    assert len(counts) > 2, "no run was killed in its midst"


def clear(fresh):
    for path in fresh.files():
        os.unlink(path)


def test_two_at_once(fresh):
    """One makes a file, the others keep it."""
    several = [subprocess.Popen([fresh.stage.ctl, *OUTBOX], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                text=True) for _ in range(8)]
    shown = [process.communicate(timeout=60)[0] for process in several]
    assert [process.returncode for process in several] == [0] * 8
    assert sum(("made", fresh.conf) in items(text) for text in shown) == 1
    assert fresh.errors() == set()
