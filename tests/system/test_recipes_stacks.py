# SPDX-License-Identifier: BSD-2-Clause
"""What docs/RECIPES.md says besides: files, commands, settings, and the stacks that are not to be
used."""
import glob
import os
import re
import subprocess

import pytest

import hosts
import recipe_machine
import recipe_text
import recipe_ways
from recipe_ways import SECTIONS

PLACE_FOR_WRONG = "/etc/pam.d/sshd"


def examples():
    return {block.example: block for section in SECTIONS.values() for block in section.blocks
            if block.example}


def test_installed_examples_are_the_documents():
    found = examples()
    there = glob.glob(recipe_text.ROOT + "/conf/pam.d/*") + \
        glob.glob(recipe_text.ROOT + "/conf/sshd_config.d/*")
    assert sorted(os.path.relpath(path, recipe_text.ROOT + "/conf") for path in there) == \
        sorted(found)
    for path in there:
        with open(path, encoding="utf-8") as file:
            assert file.read() == found[os.path.relpath(path, recipe_text.ROOT + "/conf")].text, \
                f"{path} is not what docs/RECIPES.md says"


def test_controls_of_the_module():
    """Nothing weaker than the document allows, in any stack but those not to be used."""
    for block in examples().values():
        for line in block.text.splitlines():
            if "pam_smsotp.so" in line:
                assert re.fullmatch(r"auth +required +pam_smsotp\.so", line), line


def test_readme_agrees():
    """Its five minutes end where "Password and code" does."""
    with open(recipe_text.ROOT + "/README.md", encoding="utf-8") as file:
        readme = file.read()
    for line in examples()["sshd_config.d/password-and-code.conf"].text.splitlines():
        assert line.startswith("#") or f"\n       {line}\n" in readme, line
    assert "docs/RECIPES.md" in readme


def files():
    """What the recipes change of /etc: {path: (mode, content)}."""
    found = {}
    for top in ("/etc/pam.d", "/etc/ssh/sshd_config.d", "/etc/sudoers.d"):
        for folder, _, names in os.walk(top):
            for path in (f"{folder}/{name}" for name in names):
                with open(path, "rb") as file:
                    found[path] = (os.stat(path).st_mode, file.read())
    return found


@pytest.mark.parametrize("name", [name for name in SECTIONS if name not in recipe_ways.OTHERS])
def test_way_back(machine, name):
    """The files are as they were, whatever a recipe did to them."""
    machine.add_account("deploy")
    if name == "Fedora and RHEL":
        machine.become_fedora(SECTIONS["Where the module may stand"])
    keep, *back, show = SECTIONS["Before you begin"].commands("#")
    before = files()
    machine.run(keep)
    assert "+auth       required     pam_smsotp.so" in \
        machine.run(show.replace("diff", "diff -u")).splitlines()
    machine.follow(SECTIONS[name])
    assert files() != before
    for command in back:
        machine.run(command)
    assert files() == before
    machine.world.expected_texts = 0


def settings(machine, connection=""):
    """What sshd makes of its files."""
    lines = machine.run("sshd -T" + (f" -C {connection}" if connection else "")).splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


@pytest.mark.parametrize("name", ["password-and-code", "key-and-code", "fido2"])
def test_sshd_takes_the_settings(machine, name):
    """Also where another file there, or sshd_config itself, says something else."""
    block = examples()[f"sshd_config.d/{name}.conf"]
    machine.write(block)
    machine.give("/etc/ssh/sshd_config.d/50-other.conf", "PasswordAuthentication yes\n"
                 "KbdInteractiveAuthentication no\nUsePAM no\nLoginGraceTime 20\n")
    found = settings(machine)
    for line in block.text.split("\n\n")[0].splitlines():
        if not line.startswith("#"):
            key, value = line.split(" ", 1)
            assert found[key.lower()] == value
    with open(recipe_text.ROOT + "/conf/smsotp.conf", encoding="utf-8") as file:
        shipped = file.read()
    longest = int(re.search(r"lifetime = (\d+);", shipped).group(1)) + \
        int(re.search(r"^#send_timeout = (\d+);", shipped, re.M).group(1))
    assert int(found["logingracetime"]) > longest
    assert int(found["maxstartups"].split(":", maxsplit=1)[0]) == 200
    machine.world.expected_texts = 0


def test_sshd_takes_the_exceptions(machine):
    """Match blocks count over what comes before them, for whom they name."""
    everybody = f"user=alice,host=client,addr={recipe_machine.INSIDE}"
    machine.follow(SECTIONS["FIDO2 keys first"])
    found = settings(machine, everybody.replace("alice", "bob"))
    assert found["authenticationmethods"] == "publickey"
    assert found["pubkeyacceptedalgorithms"] == \
        "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com"
    assert found["pubkeyauthoptions"] == "verify-required"
    assert settings(machine, everybody)["authenticationmethods"] == \
        "publickey,keyboard-interactive"
    machine.add_account("deploy")
    machine.follow(SECTIONS["SFTP, Ansible and ControlMaster"])
    robot = everybody.replace("alice", "deploy")
    assert settings(machine, robot)["authenticationmethods"] == "publickey"
    for other in (everybody, robot.replace(recipe_machine.INSIDE, recipe_machine.OUTSIDE)):
        assert settings(machine, other)["authenticationmethods"] == "publickey,keyboard-interactive"
    machine.world.expected_texts = 0


# --- the stacks that are not to be used ---------------------------------------------------------


@pytest.fixture
def wrong_stack(machine):
    """A login through one of them, by its place in the document."""
    def made(number):
        section = SECTIONS["Where the module may stand"]
        machine.follow(SECTIONS["Password and code"])
        machine.write(section.block("/etc/pam.d/password-auth"))
        machine.write(section.block(PLACE_FOR_WRONG, number))
        way = recipe_ways.SshPassword(machine, SECTIONS["Password and code"])
        way.prepare()
        return way
    return made


@pytest.mark.parametrize("number", [0, 1], ids=["required", "substack"])
def test_texts_after_a_wrong_password(world, wrong_stack, number):
    """And though the code is right, nobody is in."""
    way = wrong_stack(number)
    ssh = way.connect("alice")
    ssh.password("not the password")
    ssh.prompt()
    ssh.code()
    way.is_refused(ssh)
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_sufficient_ignores_a_wrong_code(world, recipe, machine):
    way = recipe("Password and code")
    block = SECTIONS["Password and code"].block("/etc/pam.d/sshd")
    machine.write(block, block.text.replace("required     pam_smsotp.so",
                                            "sufficient   pam_smsotp.so"))
    ssh = way.start()
    ssh.prompt()
    wrong = world.text().wrong()
    for _ in range(3):
        ssh.type(wrong)
        ssh.expect("Wrong code|Too many wrong codes")
    way.is_in(ssh)
    world.typed.append(wrong)
    world.expect_log("text accepted", "denied wrong_code", "denied wrong_code",
                     "denied guesses_used")
    world.expected_texts = 1


def test_include_skips_the_module(world, wrong_stack):
    way = wrong_stack(2)
    ssh = way.connect("alice")
    ssh.password()
    way.is_in(ssh)
    world.expect_log()
    world.expected_texts = 0


def test_debian_stops_where_it_should(machine):
    """What the document says of common-auth is what this machine's says."""
    with open("/etc/pam.d/common-auth", encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    assert ["auth", "requisite", "pam_deny.so"] in lines
    assert not [line for line in lines if line[1] == "sufficient"]
    machine.world.expected_texts = 0


def test_sudoers(machine):
    """The lines for sudo stand in their place with the mode that sudo wants."""
    machine.follow(SECTIONS["sudo only"])
    for path in glob.glob("/etc/sudoers.d/*"):
        subprocess.run(["visudo", "-c", "-f", path], check=True, stdout=subprocess.DEVNULL,
                       env=hosts.ENVIRONMENT)
        assert os.stat(path).st_mode & 0o777 == 0o440
    machine.world.expected_texts = 0
