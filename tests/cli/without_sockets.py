"""Run Python with words under a filter of Linux that kills whatever opens a socket.

Native code is held to it as much as Python, in every thread and every process that is started.
"""

import ctypes
import os
import platform
import struct
import sys

_SOCKET = {"x86_64": 41, "aarch64": 198}
"""The number of the system call socket(2), by processor."""

_NO_NEW_PRIVILEGES, _SECCOMP, _BY_FILTER = 38, 22, 2  # prctl(2)
_KILL, _ALLOW = 0x80000000, 0x7FFF0000  # seccomp(2)
_LOAD_NUMBER, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF: load a word, compare, return


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def forbid_sockets() -> None:
    """Kill this process by SIGSYS as soon as it opens a socket.

    Raises:
        OSError: where the kernel does not filter system calls.
    """
    socket = _SOCKET[platform.machine()]
    steps = [(_LOAD_NUMBER, 0, 0, 0), (_EQUAL, 0, 1, socket), (_RETURN, 0, 0, _KILL),
             (_RETURN, 0, 0, _ALLOW)]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for words in ((_NO_NEW_PRIVILEGES, 1, 0), (_SECCOMP, _BY_FILTER, ctypes.byref(program))):
        if prctl(*words, 0, 0):
            raise OSError(ctypes.get_errno(), "no filter of system calls")


if __name__ == "__main__":
    forbid_sockets()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
