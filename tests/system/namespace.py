# SPDX-License-Identifier: BSD-2-Clause
"""A private machine for one run: mounts, processes, network and host name of our own.

Real sshd, sudo, su and login read /etc/pam.d, /etc/shadow and /dev/log, and nothing but a private
mount namespace lets a test change those without changing the machine. The kernel undoes a namespace
when its last process is gone, so not even SIGKILL leaves anything behind: the first process of the
private PID namespace dies with the process that made it, and every other process with that first
one. All files lie on a tmpfs that no other process can see.
"""
import contextlib
import ctypes
import fcntl
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import traceback

HOST = "web1"
PASSWORD = "correct horse"
# openssl passwd -6 -salt smsotp 'correct horse'
PASSWORD_HASH = ("$6$smsotp$x0A5qMeGPrqu5fHBupX5Xakhittsf69rL2ZiIIrovY/Z7l3XPH"
                 "LLG4keFLUq4ISHFtF/OsNpUNMQ/ZKzVYKns.")
FIRST_UID = 61001

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
_CLONE_NEWPID, _CLONE_NEWNET, _CLONE_NEWTIME = 0x20000000, 0x40000000, 0x80
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_MS_RDONLY, _MS_REMOUNT = 1, 32
_MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1
_SIOCSIFADDR, _SIOCSIFNETMASK = 0x8916, 0x891c
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class Unavailable(Exception):
    """This process may not make namespaces; the text says why."""


def enter(users):
    """Returns in a process inside the private machine, on which `users` can log in with PASSWORD.

    The calling process stays behind, waits for the inner one and ends as it ends. Raises
    Unavailable with nothing changed if namespaces cannot be had.
    """
    if os.geteuid() != 0:
        raise Unavailable("needs root, for a private mount namespace")
    if not _root_is_mounted():
        raise Unavailable("/ is no mount point here: a chroot cannot have mounts of its own")
    sys.stdout.flush()
    sys.stderr.flush()
    flags = _CLONE_NEWNS | _CLONE_NEWUTS | _CLONE_NEWIPC | _CLONE_NEWPID | _CLONE_NEWNET
    if _libc.unshare(flags) != 0:
        raise Unavailable("unshare(2): " + os.strerror(ctypes.get_errno()))
    parent_alive, parent_end = os.pipe()
    init = os.fork()
    if init != 0:
        os.close(parent_alive)
        _wait_and_end_alike(init)
    os.close(parent_end)
    _init(parent_alive, users)


def _root_is_mounted():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return any(line.split()[4] == "/" for line in file)


def _wait_and_end_alike(init):
    terminal = termios.tcgetattr(0) if os.isatty(0) else None
    # ^C is for the inner process, which is in the same process group; the others end us and so it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    _, status = os.waitpid(init, 0)
    if terminal is not None:
        # Whoever was killed in there could not put it back.
        termios.tcsetattr(0, termios.TCSADRAIN, terminal)
    os._exit(os.waitstatus_to_exitcode(status) & 0xff)


def _init(parent_alive, users):
    """The first process of the PID namespace: it dies with its parent, and reaps what is left to
    it."""
    # For an init the kernel drops what it has no handler for.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        os._exit(70)
    # The parent may have died before prctl; then nothing will tell, except its end of this pipe.
    if select.select([parent_alive], [], [], 0)[0]:
        os._exit(70)
    try:
        _furnish(users)
    except BaseException:
        traceback.print_exc()
        os._exit(70)
    inner = os.fork()
    if inner == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(parent_alive)
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == inner:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _mount(source, target, kind, flags, data=""):
    if _libc.mount(os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags),
                   data.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def bind(source, target):
    """For what is inside already, too: nobody outside sees it."""
    _mount(source, target, "", _MS_BIND | _MS_REC)


def mount_tmpfs(target, settings):
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, settings)


def remount_read_only(target):
    _mount("none", target, "", _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)


def unbind(target):
    """At once gone from the tree; for whoever still has something of it open, when it is closed."""
    if _libc.umount2(os.fsencode(target), _MNT_DETACH) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def _furnish(users):
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    _mount("tmpfs", "/run", "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755")
    for directory in ("etc", "log", "dev", "sudo", "sshd", "home"):
        os.mkdir("/run/" + directory)
    _furnish_dev("/run/dev")
    subprocess.run(["cp", "-a", "/etc/.", "/run/etc"], check=True)
    _furnish_etc("/run/etc", users)
    for name in ("log/wtmp", "log/btmp", "log/lastlog", "utmp"):
        with open("/run/" + name, "w") as file:
            os.fchmod(file.fileno(), 0o600 if name == "log/btmp" else 0o644)
    bind("/run/dev", "/dev")
    bind("/run/etc", "/etc")
    bind("/run/log", "/var/log")
    # What sudo remembers, and the users' own jobs.
    for directory in ("/var/lib/sudo", "/var/spool/cron/crontabs"):
        if os.path.isdir(directory):
            _mount("tmpfs", directory, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=700")
    socket.sethostname(HOST)
    _set_loopback(True)


def _furnish_dev(new):
    _mount("tmpfs", new, "tmpfs", _MS_NOSUID, "mode=755")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        path = f"{new}/{name}"
        with open(path, "w"):
            pass
        bind("/dev/" + name, path)
    for name in ("pts", "shm"):
        os.mkdir(f"{new}/{name}")
    _mount("devpts", new + "/pts", "devpts", _MS_NOSUID | _MS_NOEXEC,
           "newinstance,ptmxmode=0666,mode=620,gid=5")
    _mount("tmpfs", new + "/shm", "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=1777")
    os.symlink("pts/ptmx", new + "/ptmx")
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink("/proc/self/fd" + target, f"{new}/{name}")


def _furnish_etc(etc, users):
    # Accounts come from these files alone, whatever directory service the machine asks otherwise.
    _write(etc + "/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
    _write(etc + "/hosts", f"127.0.0.1 localhost {HOST}\n::1 localhost\n")
    # As on Debian there is no group "wheel", which reserve_groups names by default: nobody may
    # mind.
    for name in ("passwd", "shadow", "group"):
        _drop_entries(f"{etc}/{name}", [*users, "wheel"])
    for number, user in enumerate(users):
        uid = FIRST_UID + number
        home = f"/run/home/{user}"
        _append(etc + "/passwd", f"{user}:x:{uid}:{uid}::{home}:/bin/bash\n")
        _append(etc + "/group", f"{user}:x:{uid}:\n")
        _append(etc + "/shadow", f"{user}:{PASSWORD_HASH}:20000:0:99999:7:::\n")
        os.mkdir(home, 0o700)
        os.chown(home, uid, uid)
        # login(1) says less with it: no mail, no message of the day.
        _write(home + "/.hushlogin", "")
    # cron runs what a test wants to be run, and none of the machine's own jobs.
    shutil.rmtree(etc + "/cron.d", ignore_errors=True)
    os.mkdir(etc + "/cron.d")
    _write(etc + "/crontab", "")
    for name in ("nologin", "securetty", "motd"):
        if os.path.lexists(f"{etc}/{name}"):
            os.unlink(f"{etc}/{name}")
    shutil.rmtree(etc + "/sudoers.d", ignore_errors=True)
    _write(etc + "/sudoers", "Defaults lecture=never, !mail_no_user, !mail_badpass\n"
           "root ALL=(ALL:ALL) ALL\n" + "".join(f"{user} ALL=(ALL:ALL) ALL\n" for user in users))
    os.chmod(etc + "/sudoers", 0o440)


def _write(path, text):
    if os.path.islink(path):
        os.unlink(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _drop_entries(path, names):
    """The machine may have an alice of its own."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = [line for line in file if line.split(":")[0] not in names]
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(lines)


def _append(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def boot_time(seconds):
    """For between fork and exec: this process and its children find that the machine was started so many seconds ago."""
    seconds -= int(time.clock_gettime(time.CLOCK_BOOTTIME))
    if _libc.unshare(_CLONE_NEWTIME) != 0:
        raise Unavailable("unshare(2): " + os.strerror(ctypes.get_errno()))
    _write("/proc/self/timens_offsets", f"boottime {seconds} 0\n")
    # What was made is for children alone; a process with one thread can follow them.
    fd = os.open("/proc/self/ns/time_for_children", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(fd, _CLONE_NEWTIME) != 0:
            raise Unavailable("setns(2): " + os.strerror(ctypes.get_errno()))
    finally:
        os.close(fd)


def has_boot_times():
    """Whether this kernel can do that. In a process of its own: nobody comes back."""
    pid = os.fork()
    if pid == 0:
        try:
            boot_time(1)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def add_address(label, address):
    """One more address of the loopback interface, such as "lo:0"."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.255")):
            fcntl.ioctl(sock, request, struct.pack("16sH2x4s8x", label.encode(), socket.AF_INET,
                                                   socket.inet_aton(value)))


def _set_loopback(up):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))[1]
        flags = flags | _IFF_UP if up else flags & ~_IFF_UP
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags))


@contextlib.contextmanager
def network_down():
    """Nothing arrives any more, and nobody is told."""
    _set_loopback(False)
    try:
        yield
    finally:
        _set_loopback(True)
