"""Measure a recording in a process whose first socket would be refused by the kernel; prints the tables it made.

A seccomp filter (Linux, x86-64 and arm64) answers socket(2) with EPERM and notes nothing else; exit code 77 says that
the filter could not be set here.
"""

import ctypes
import platform
import socket
import struct
import sys
from pathlib import Path

from yesif.media.features.measure import measure_track

_NUMBERS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_KILL, _ALLOW, _EPERM = 0x80000000, 0x7FFF0000, 0x00050001


def forbid_sockets() -> bool:
    """Set the filter; False where the kernel or the machine does not know it."""
    if platform.machine() not in _NUMBERS:
        return False
    architecture, number = _NUMBERS[platform.machine()]
    program = b"".join(
        struct.pack("<HBBI", *step)
        for step in (
            (0x20, 0, 0, 4),  # load the architecture
            (0x15, 1, 0, architecture),
            (0x06, 0, 0, _KILL),
            (0x20, 0, 0, 0),  # load the call's number
            (0x15, 0, 1, number),
            (0x06, 0, 0, _EPERM),
            (0x06, 0, 0, _ALLOW),
        )
    )
    steps = ctypes.create_string_buffer(program)
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.create_string_buffer(header), 0, 0) == 0


def main() -> int:
    """The command: RECORDING OUT MODELS."""
    recording, out, models = (Path(argument) for argument in sys.argv[1:])
    if not forbid_sockets():
        sys.stdout.write("this kernel has no seccomp filter\n")
        return 77
    try:
        socket.socket()
    except PermissionError:
        sys.stdout.write("a socket is refused\n")
    measured = measure_track({"voice": recording, "camera": recording}, out, models_dir=models)
    sys.stdout.write(" ".join(one.stage for one in measured.tables if one.path is not None) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
