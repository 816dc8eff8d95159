# SPDX-License-Identifier: BSD-2-Clause
"""System calls made by a process that runs, as if code of somebody else's ran in it.

It is stopped, its registers become those of a call, and an instruction that the kernel itself has
mapped into it makes that: what confines the process answers, and nothing of ours is in its memory
but the arguments. For x86-64 alone.
"""
import ctypes
import errno
import os
import platform
import re
import signal
import struct

HERE = platform.machine() == "x86_64"
# From arch/x86/entry/syscalls/syscall_64.tbl of the kernel.
NUMBERS = {
    "read": 0, "write": 1, "open": 2, "close": 3, "mmap": 9, "mprotect": 10, "getpid": 39, "ioctl": 16,
    "socket": 41, "connect": 42, "bind": 49, "listen": 50, "clone": 56, "fork": 57, "vfork": 58, "execve": 59,
    "kill": 62, "truncate": 76, "rename": 82, "mkdir": 83, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "chmod": 90, "ptrace": 101, "setuid": 105, "setgroups": 116, "setresuid": 117, "capset": 126, "mknod": 133,
    "prctl": 157, "chroot": 161, "mount": 165, "setxattr": 188, "tkill": 200, "tgkill": 234, "keyctl": 250,
    "openat": 257, "unlinkat": 263, "unshare": 272, "perf_event_open": 298, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "prlimit64": 302, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "kcmp": 312, "memfd_create": 319, "bpf": 321, "execveat": 322, "userfaultfd": 323, "pidfd_send_signal": 424,
    "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438,
    "process_madvise": 440,
}
_GETREGS, _SETREGS, _SINGLESTEP, _DETACH, _SEIZE, _INTERRUPT = 12, 13, 9, 17, 0x4206, 0x4207
_EXITKILL = 0x100000
_ALL_THREADS = 0x40000000   # __WALL

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class Registers(ctypes.Structure):
    """struct user_regs_struct of <sys/user.h>."""
    _fields_ = [(name, ctypes.c_uint64) for name in (
        "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
        "ds es fs gs").split()]


def _ptrace(request, pid, data=None):
    if _libc.ptrace(request, pid, None, data) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Injected:
    """A process in whose name calls are made. As a context manager: at the end it goes on as if nothing had been."""

    _SYSCALL = b"\x0f\x05"

    def __init__(self, pid):
        self.pid, self._memory = pid, None
        _ptrace(_SEIZE, pid, _EXITKILL)
        try:
            _ptrace(_INTERRUPT, pid)
            self._stopped()
            self._before = self._registers()
            self._memory = os.open(f"/proc/{pid}/mem", os.O_RDWR | os.O_CLOEXEC)
            self._instruction = self._find()
            # Far below what the stack is used for, and below its red zone.
            self._scratch = (self._before.rsp - 16384) & ~0xf
        except BaseException:
            self.leave()
            raise

    def _stopped(self):
        _, status = os.waitpid(self.pid, _ALL_THREADS)
        assert os.WIFSTOPPED(status), f"the process has ended: {status}"
        assert os.WSTOPSIG(status) == signal.SIGTRAP, f"it got signal {os.WSTOPSIG(status)}"

    def _find(self):
        """Where that instruction is: the vDSO falls back on calls."""
        with open(f"/proc/{self.pid}/maps", encoding="ascii") as file:
            first, end = next(re.match(r"(\w+)-(\w+)", line).groups() for line in file if "[vdso]" in line)
        start = int(first, 16)
        return start + os.pread(self._memory, int(end, 16) - start, start).index(self._SYSCALL)

    def _registers(self):
        registers = Registers()
        _ptrace(_GETREGS, self.pid, ctypes.byref(registers))
        return registers

    def call(self, name, *arguments):
        """What the kernel says: a number, or the name of an error. A str or bytes among the arguments is put into the
        memory of the process, and a pointer to it is given."""
        registers = Registers.from_buffer_copy(self._before)
        values, place = [], self._scratch
        for argument in arguments:
            if isinstance(argument, str):
                argument = argument.encode() + b"\0"
            if isinstance(argument, bytes):
                os.pwrite(self._memory, argument, place)
                argument, place = place, place + (len(argument) + 15 & ~0xf)
            values.append(argument & (1 << 64) - 1)
        for register, value in zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), values + [0] * 6):
            setattr(registers, register, value)
        registers.rax = NUMBERS[name]
        registers.rip = self._instruction
        # Else the kernel would have the call that was interrupted begin again here.
        registers.orig_rax = (1 << 64) - 1
        _ptrace(_SETREGS, self.pid, ctypes.byref(registers))
        _ptrace(_SINGLESTEP, self.pid)
        self._stopped()
        result = ctypes.c_int64(self._registers().rax).value
        return result if result >= 0 else errno.errorcode[-result]

    def pointer(self, data):
        """Puts data where no argument of a later call goes; for structures that point to others."""
        place = self._scratch - 4096
        os.pwrite(self._memory, data, place)
        return place

    def leave(self):
        if self._memory is not None:
            os.close(self._memory)
            _ptrace(_SETREGS, self.pid, ctypes.byref(self._before))
        _ptrace(_DETACH, self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()


def address(port):
    """struct sockaddr_in of the loopback interface."""
    return struct.pack("=H", 2) + struct.pack(">H", port) + bytes([127, 0, 0, 1]) + bytes(8)
