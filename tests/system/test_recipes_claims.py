# SPDX-License-Identifier: BSD-2-Clause
"""What single recipes of docs/RECIPES.md claim beyond letting in and denying."""
import shlex
import shutil
import subprocess

import pytest

import hosts
import namespace
import recipe_machine
import recipe_ways
from harness import PASSWORD, people, phone
from recipe_ways import SECTIONS, WAYS

INSIDE, OUTSIDE = recipe_machine.INSIDE, recipe_machine.OUTSIDE


def goes_in(way, terminal, user="alice"):
    terminal.prompt()
    terminal.code()
    way.is_in(terminal, user)


@pytest.mark.parametrize("name", [name for name, (_, kind) in WAYS.items()
                                  if not issubclass(kind, recipe_ways.SshKey)])
def test_wrong_password_costs_no_text(world, recipe, machine, clock, name):
    machine.preload_clock(clock)
    way = recipe(name)
    way.PASSWORD = "not the password"
    way.is_refused(way.start("user00"))
    world.typed.append(way.PASSWORD)
    world.expect_log()
    world.expected_texts = 0


# --- Key and code -------------------------------------------------------------------------------


def test_key_and_code_wants_both(world, recipe, machine):
    """A key alone, or no key, is refused before anything is sent; and so is a key that nobody
    knows."""
    way = recipe("Key and code")
    ssh = way.connect("alice", "-o", "PreferredAuthentications=publickey")
    assert "Permission denied (keyboard-interactive)" in said(ssh)
    ssh = way.connect("alice", "-o", "PubkeyAuthentication=no")
    assert "Permission denied (publickey)" in said(ssh)
    machine.give("/run/home/alice/.ssh/authorized_keys", "", "alice")
    assert "Permission denied (publickey)" in said(way.connect("alice"))
    world.expect_log()
    world.expected_texts = 0


def said(terminal):
    shown = terminal.logfile_read = hosts.Shown()
    assert terminal.ended() == 255
    return shown.text


def test_code_alone_would_do(world, recipe, machine):
    """Why the two files belong together."""
    way = recipe("Key and code")
    place = "/etc/ssh/sshd_config.d/00-smsotp.conf"
    text = SECTIONS["Key and code"].block(place).text
    machine.give(place, text.replace("AuthenticationMethods publickey,keyboard-interactive\n", ""))
    machine.start_sshd()
    goes_in(way, way.connect("alice", "-o", "PubkeyAuthentication=no"))
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_key_password_and_code(world, recipe, machine):
    way = recipe("Key and code")
    machine.write(SECTIONS["Password and code"].block("/etc/pam.d/sshd"))
    ssh = way.connect("alice")
    ssh.password()
    goes_in(way, ssh)
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


@pytest.mark.parametrize("permitted", ["prohibit-password", "no", "yes"])
def test_root_with_key_and_code(world, recipe, machine, permitted):
    """With prohibit-password, sshd's default, root is texted and refused whatever is typed."""
    world.configure(phones=people(root=phone("bob")))
    way = recipe("Key and code")
    machine.run("sed -i 's,:/root:,:/run/home/root:,' /etc/passwd")
    machine.run("mkdir -p -m 700 /run/home/root")
    machine.authorize("root")
    assert "permitrootlogin without-password\n" in machine.run("sshd -T")
    if permitted != "prohibit-password":
        machine.give("/etc/ssh/sshd_config.d/01-root.conf", f"PermitRootLogin {permitted}\n")
        machine.start_sshd()
    ssh = way.connect("root")
    if permitted == "no":
        assert "Permission denied (publickey)" in said(ssh)
    else:
        ssh.prompt()
        code = ssh.code().code
    if permitted == "prohibit-password":
        for _ in range(4):
            ssh.prompt("That is not a code: .*: ")
            ssh.type(code)
        way.is_refused(ssh)
        world.expect_log("text accepted", "denied not_a_code")
    elif permitted == "yes":
        ssh.expect("# ")
        ssh.type("exit")
        assert ssh.ended() == 0
        world.expect_log("text accepted", "accepted code")
    world.expected_texts = 0 if permitted == "no" else 1


# --- sudo ---------------------------------------------------------------------------------------


def test_sudo_asks_once_for_each_terminal(world, recipe):
    recipe("sudo only")
    shell = hosts.shell(world, "alice")
    shell.type("sudo id -un")
    shell.password()
    shell.prompt()
    shell.code()
    shell.expect("root\r\n.*ready> ")
    shell.type("sudo -i id -un")
    shell.expect("root\r\n.*ready> ")
    shell.type("sudo -k; sudo -n id -un")
    shell.expect("password is required.*ready> ")
    other = hosts.Terminal(world, ["/usr/bin/sudo", "id", "-un"], user="alice")
    other.expect("assword[^:]*: ")
    other.key("c")
    other.ended()
    shell.type("exit")
    shell.ended()
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1


def test_sudo_i(world, recipe):
    way = recipe("sudo only")
    command = way.section.commands("$")[1]
    assert command.startswith("sudo -i ")
    terminal = way.machine.person(shlex.split(command), user="alice")
    terminal.password()
    goes_in(way, terminal)
    assert world.expect_log("text accepted", "accepted code")[1]["service"] == "sudo-i"
    world.expected_texts = 1


def test_nopasswd_asks_nothing(world, recipe, machine):
    recipe("sudo only")
    machine.give("/etc/sudoers.d/zz", "alice ALL=(ALL:ALL) NOPASSWD: ALL\n")
    terminal = hosts.Terminal(world, ["/usr/bin/sudo", "id", "-un"], user="alice")
    terminal.expect("^root\r\n")
    assert terminal.ended() == 0
    world.expect_log()
    world.expected_texts = 0


# --- Break-glass root ---------------------------------------------------------------------------


def test_root_gets_in_when_all_is_broken(world, recipe, machine, clock):
    """No network, no configuration, and even without the module's file."""
    machine.preload_clock(clock)
    way = recipe("Break-glass root on the console")
    machine.run(f"usermod -p '{namespace.PASSWORD_HASH}' root")
    with open(world.base + "/smsotp.conf", "a", encoding="utf-8") as file:
        file.write("xx\n")
    with namespace.network_down():
        way.is_in(way.start("root"), "root")
    refused = way.start("alice")
    refused.expect("This host's login is misconfigured")
    way.is_refused(refused)
    with recipe_machine.module_missing():
        way.is_in(way.start("root"), "root")
    world.expect_log("denied config")
    wrong = hosts.Terminal(world, ["/bin/login", "root"])
    wrong.password("not the password")
    way.is_refused(wrong)
    world.expected_texts = 0


# --- SFTP, Ansible and ControlMaster ------------------------------------------------------------


def test_only_the_first_asks(world, recipe):
    """The user's commands of the text, one after another."""
    way = recipe("SFTP, Ansible and ControlMaster")
    sftp, again, ansible, leave, _ = way.section.commands("$")
    first = way.machine.person(shlex.split(sftp))
    first.prompt()
    first.code()
    first.expect("sftp> ")
    first.type("bye")
    assert first.ended() == 0
    second = way.machine.person(shlex.split(again))
    second.expect("alice\r\n")
    assert second.ended() == 0
    if shutil.which("ansible"):
        third = way.machine.person(shlex.split(ansible))
        third.expect("rc=0 >>\r\nalice\r", timeout=60)
        assert third.ended() == 0
    assert way.machine.person(shlex.split(leave)).ended() == 0
    fourth = way.machine.person(shlex.split(again))
    fourth.prompt()
    fourth.key("c")
    fourth.ended()
    world.expect_log("text accepted", "accepted code", "text accepted", "denied conversation?")
    world.expected_texts = 2


@pytest.mark.skipif(not shutil.which("ansible"), reason="ansible is not installed")
def test_ansible_cannot_answer_sudo(world, recipe):
    """-K knows one answer, the password: it gives up when sudo asks for more."""
    way = recipe("SFTP, Ansible and ControlMaster")
    first = way.machine.person(shlex.split(way.command("ssh")))
    first.prompt()
    first.code()
    first.expect("alice\r\n")
    assert first.ended() == 0
    words = ["ansible", "all", "-i", "web1,", "-u", "alice", "-b", "-K", "-T", "2", "-m", "raw",
             "-a", "id -un"]
    ansible = way.machine.person(words)
    ansible.password()
    shown = ansible.logfile_read = hosts.Shown()
    assert ansible.ended(60) != 0
    assert "Incorrect sudo password" in shown.text
    assert "root\r\n" not in shown.text
    way.close_connection()
    world.expect_log("text accepted", "accepted code", "text accepted", "denied conversation")
    world.expected_texts = 2


def test_password_at_the_prompt_of_the_code(world, recipe):
    """A program that answers everything with the password does no harm."""
    recipe("sudo only")
    done = subprocess.run(["/usr/bin/sudo", "-S", "-p", "ansible", "id", "-un"],
                          input=(PASSWORD + "\n").encode() * 8, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=hosts.ENVIRONMENT,
                          preexec_fn=hosts.become("alice"), start_new_session=True, timeout=20,
                          check=False)
    assert done.returncode == 1 and b"root\n" not in done.stdout
    world.expect_log("text accepted", "denied not_a_code")
    world.expected_texts = 1


def test_robots_without_the_module(world, recipe, machine):
    """A client with BatchMode, from the inner network alone; and its sudo."""
    way = recipe("SFTP, Ansible and ControlMaster")
    machine.authorize("deploy")
    command = shlex.split(way.section.commands("$")[-1])
    robot = machine.person(command, source=INSIDE)
    robot.expect("root\r\n")
    assert robot.ended() == 0
    # It went through a connection of its own, which the person's files keep open.
    assert machine.person(["ssh", "-O", "exit", "deploy@web1"]).ended() == 0
    robot = machine.person(command, source=OUTSIDE)
    robot.expect(r"Permission denied \(keyboard-interactive\)")
    assert robot.ended() == 255
    world.expect_log()
    world.expected_texts = 0


# --- TOTP first ---------------------------------------------------------------------------------


def totp(user="alice"):
    with open(f"/etc/totp/{user}", encoding="ascii") as file:
        secret = file.readline().strip()
    return subprocess.run(["oathtool", "--totp", "-b", secret], check=True, encoding="ascii",
                          stdout=subprocess.PIPE).stdout.strip()


def test_app_costs_no_text(world, recipe, machine):
    """And the command that makes an app's file says what to type into the app."""
    way = recipe("TOTP first")
    make = [line for line in way.section.commands("#") if line.startswith("google-auth")][0]
    shown = machine.run(make)
    with open("/etc/totp/alice", encoding="ascii") as file:
        assert file.readline().strip() in shown
    ssh = way.connect("alice")
    ssh.password()
    ssh.expect("Verification code: ")
    ssh.type(totp())
    way.is_in(ssh)
    world.expect_log()
    world.expected_texts = 0


@pytest.mark.parametrize("closed", [False, True])
def test_without_a_right_code_of_the_app(world, recipe, machine, closed):
    """As it is, a text will do instead; closed as the document says, it will not, and those who
    have no app are texted."""
    way = recipe("TOTP first")
    block = SECTIONS["TOTP first"].block("/etc/pam.d/sshd")
    if closed:
        machine.write(block, block.text.replace("default=ignore] pam_google",
                                                "ignore=ignore default=die] pam_google"))
    ssh = way.connect("alice")
    ssh.password()
    ssh.expect("Verification code: ")
    ssh.type("000000" if totp() != "000000" else "000001")
    if closed:
        way.is_refused(ssh)
    else:
        goes_in(way, ssh)
        world.expect_log("text accepted", "accepted code")
    ssh = way.connect("bob")
    ssh.password()
    ssh.prompt()
    ssh.type(world.text_of(ssh.ref).code)
    way.is_in(ssh, "bob")
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1 if closed else 2


# --- FIDO2 keys first ---------------------------------------------------------------------------


def test_members_need_hardware(world, recipe, machine):
    """Any other key is refused, and nothing is sent."""
    way = recipe("FIDO2 keys first")
    machine.authorize("bob")
    ssh = way.connect("bob")
    assert "Permission denied (publickey" in said(ssh)
    world.expect_log()
    world.expected_texts = 0


# --- With pam_faillock --------------------------------------------------------------------------


def failures(machine):
    return machine.run("faillock --user alice").count("127.0.0.1")


def wrong_passwords(way, count):
    for _ in range(count):
        ssh = way.connect("alice")
        ssh.password("not the password")
        way.is_refused(ssh)


def test_closed_account_is_not_texted(world, recipe, machine, clock):
    """The right password neither; open again, a whole login sets the count back, and a wrong code
    is not counted."""
    machine.preload_clock(clock)
    way = recipe("With pam_faillock")
    show, reset = way.section.commands("#")[-2:]
    assert show == "faillock --user alice"
    wrong_passwords(way, 3)
    assert failures(machine) == 3
    ssh = way.connect("alice")
    if ssh.expect(["assword: ", hosts.EOF]) == 0:
        ssh.type(PASSWORD)
    way.is_refused(ssh)
    world.expect_log()
    machine.run(reset)
    wrong_passwords(way, 1)
    ssh = way.start()
    ssh.prompt()
    ssh.type(world.text().wrong())
    ssh.prompt("Wrong code, 2 tries left")
    assert failures(machine) == 1
    ssh.code()
    way.is_in(ssh)
    assert failures(machine) == 0
    world.typed.append(world.text().wrong())
    world.expect_log("text accepted", "denied wrong_code", "accepted code")
    world.expected_texts = 1


def test_preauth_must_be_requisite(world, recipe, machine, clock):
    """As "required" it lets the stack go on: a closed account is texted."""
    machine.preload_clock(clock)
    way = recipe("With pam_faillock")
    block = SECTIONS["With pam_faillock"].block("/etc/pam.d/sshd")
    machine.write(block, block.text.replace("requisite    pam_faillock.so preauth",
                                            "required     pam_faillock.so preauth"))
    wrong_passwords(way, 3)
    ssh = way.start()
    ssh.prompt()
    ssh.code()
    way.is_refused(ssh)
    world.expect_log("text accepted", "accepted code")
    world.expected_texts = 1
