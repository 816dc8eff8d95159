# SPDX-License-Identifier: BSD-2-Clause
"""A texted code at a real ssh login, to be seen and tried.

At a terminal the person types; without one the demo does. sshd, accounts, network and the text's
way live in a private machine (namespace.py) that is gone with this process, however it ends.
"""
import os
import select
import signal
import sys
import termios
import textwrap
import time

sys.dont_write_bytecode = True

import harness  # noqa: E402
import hosts  # noqa: E402
import namespace  # noqa: E402

USER = "alice"
COMMAND = "echo You are in: $(id -un) on $(uname -n)."
WIDTH = 38


def phone(text):
    """A message as a phone shows it, in plain ASCII."""
    def row(left, right=""):
        return f"  | {left}{right.rjust(WIDTH - len(left))} |"
    number = text.to[:3] + " " + text.to[3:7] + " " + text.to[7:]
    lines = ["  ." + "-" * (WIDTH + 2) + ".", row(number, time.strftime("%H:%M")),
             "  |" + "-" * (WIDTH + 2) + "|"]
    lines += [row(line) for line in textwrap.wrap(text.text, WIDTH)]
    return lines + ["  '" + "-" * (WIDTH + 2) + "'"]


class Screen:
    """What the login shows, and above it, as it arrives, what the phone shows."""

    def __init__(self, world):
        self._world = world
        self._texts = 0
        self._line = ""

    def write(self, text):
        """Output of ssh. A text that came before it is shown before it."""
        self.show_texts()
        sys.stdout.write(text)
        sys.stdout.flush()
        self._line = self.line_after(text)

    def line_after(self, text):
        """What will stand on the line that waits for an answer, once text is written."""
        return (self._line + text).rsplit("\n", 1)[-1]

    def typed(self):
        """The person's line ended; the terminal is at the beginning of the next."""
        self._line = ""

    def flush(self):
        sys.stdout.flush()

    def show_texts(self):
        texts = self._world.texts()
        for text in texts[self._texts:]:
            lines = "\n".join(phone(text))
            if sys.stdout.isatty() and self._line:
                # Over the line that waits for an answer, which then stands below again.
                lines = "\r\x1b[K" + lines
            elif self._line:
                lines = "\n" + lines
            sys.stdout.write(lines + "\n" + self._line)
        self._texts = len(texts)
        sys.stdout.flush()


def say(text):
    print(text, flush=True)


def play(ssh, world, screen):
    """Without a terminal: a wrong code first, which is refused, then the right one."""
    ssh.logfile_read = screen
    ssh.expect("assword: ")
    screen.write("(typed, and not to be seen)")
    ssh.type(namespace.PASSWORD)
    ssh.prompt()
    text = world.text()
    ssh.type(text.wrong())
    ssh.expect(r"Wrong code, \d tries left \(r: resend\): ")
    ssh.type(text.code)
    ssh.expect(hosts.EOF)


def echo(on):
    settings = termios.tcgetattr(0)
    flags = settings[3] | termios.ECHO if on else settings[3] & ~termios.ECHO
    if flags != settings[3]:
        settings[3] = flags
        termios.tcsetattr(0, termios.TCSADRAIN, settings)


def pump(ssh, screen):
    """At a terminal, which keeps its own line editing and echo; only the password is not to be
    seen."""
    ssh.setecho(False)
    # ^C is the person's answer to ssh.
    signal.signal(signal.SIGINT, lambda *_: ssh.sendintr())
    sources = [0, ssh.child_fd]
    ended_line = False
    while True:
        ready = select.select(sources, [], [], 0.05)[0]
        if ssh.child_fd in ready:
            try:
                text = ssh.read_nonblocking(4096, 0)
            except hosts.EOF:
                return
            if ended_line and text.startswith("\r\n"):
                # ssh ends the lines that its terminal does not show; ours has ended this one.
                text = text[2:]
            ended_line = False
            # Before it is shown: whoever sees the prompt may type.
            echo(not screen.line_after(text).endswith("assword: "))
            screen.write(text)
        if 0 in ready:
            line = os.read(0, 4096)
            if line:
                ssh.send(line.decode("utf-8", "replace"))
                screen.typed()
                ended_line = bool(termios.tcgetattr(0)[3] & termios.ECHO)
            else:
                ssh.sendeof()
                sources.remove(0)
        screen.show_texts()


def main():
    stage = os.environ.get("SMSOTP_STAGE")
    if not stage:
        return "demo: SMSOTP_STAGE does not name an installed tree; run \"make demo\""
    try:
        namespace.enter(harness.USERS)
    except namespace.Unavailable as reason:
        return f"demo: {reason}; run \"sudo make demo\""
    at_terminal = os.isatty(0) and os.isatty(1)
    world = harness.World("/run/demo", harness.Stage(stage), harness.SystemLog())
    server = hosts.Sshd(world, port=22)
    say("A real ssh login to a private sshd on this machine, a texted code behind the password.\n"
        "The text is drawn here as a phone would show it. Nothing on the machine changes.")
    say(f"The password is: {namespace.PASSWORD}" if at_terminal else
        "There is no terminal, so the demo types: the password, a wrong code and the right one.")
    say(f"\n$ ssh {USER}@{namespace.HOST}")
    screen = Screen(world)
    ssh = hosts.Terminal(world, server.command(USER, COMMAND, host=namespace.HOST))
    if at_terminal:
        try:
            pump(ssh, screen)
        finally:
            echo(True)
    else:
        play(ssh, world, screen)
    status = ssh.ended()
    server.stop()
    say("\nThe log says:")
    for event in world.events():
        say("  " + event.line.split(": ", 1)[1])
    accepted = [event for event in world.events() if event.name() == "accepted code"]
    if status != 0 or len(accepted) != 1:
        return "demo: the login did not succeed"
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
