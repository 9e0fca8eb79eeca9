"""Run a command with the network cut off: `python tools/offline.py pytest …`.

On Linux the command runs in a network namespace of its own, in which only the loopback interface exists.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def can_cut() -> bool:
    """Tell whether this machine lets us make a network namespace."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    return subprocess.run(unshare(["true"]), capture_output=True).returncode == 0


def unshare(command: list[str]) -> list[str]:
    """Return the command that runs `command` in a namespace without network."""
    return ["unshare", "--user", "--map-root-user", "--net", *command]


def raise_loopback() -> None:
    """Switch the loopback interface on, over which a notebook speaks with its kernel."""
    import fcntl  # not on Windows

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def main() -> None:
    """Enter the namespace, then replace this process by the command."""
    if sys.argv[1:2] == ["--inside"]:
        raise_loopback()
        os.execvp(sys.argv[2], sys.argv[2:])
    if not can_cut():
        sys.exit("This machine does not let us cut the network off (it needs Linux with user namespaces).")
    command = unshare([sys.executable, __file__, "--inside", *sys.argv[1:]])
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
