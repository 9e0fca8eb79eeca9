"""Open JupyterLab on the start page, or one lecture as live slides (`--present 12`)."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys

from notebooks import ROOT, NotebookError, find_lecture


def has_display() -> bool:
    """Tell whether a browser can be opened on this machine's own screen."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def free_port(first: int = 8888) -> int:
    """Return the first free port from `first` on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise NotebookError(f"No port from {first} to {first + 99} is free: close an older JupyterLab.")


def open_lab(page: str, browser: bool) -> int:
    """Start JupyterLab on a page, say what address to open, and return its exit code when it ends."""
    port, token = free_port(), secrets.token_hex(16)
    address = f"http://127.0.0.1:{port}{page}?token={token}"
    if browser:
        print(f"JupyterLab opens in your browser. If it does not, open\n\n  {address}\n\nStop it with Ctrl-C.")
    else:
        print(
            f"There is no display here. Open this address in a browser:\n\n  {address}\n\n"
            "If JupyterLab runs on another machine than your browser, first connect its port from yours:\n\n"
            f"  ssh -L {port}:127.0.0.1:{port} YOUR_NAME@THIS_MACHINE\n\nStop it with Ctrl-C."
        )
    sys.stdout.flush()
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--LabApp.default_url={page}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={ROOT}", "--log-level=ERROR"]
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 0


def main() -> None:
    """Open what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--present", metavar="LECTURE", help="number of a lecture to show as slides")
    parser.add_argument("--no-browser", action="store_true", help="only say what address to open")
    arguments = parser.parse_args()
    page = "/lab/tree/start.md"
    try:
        if arguments.present is not None:
            page = f"/rise/lectures/{find_lecture(arguments.present).name}"
        sys.exit(open_lab(page, has_display() and not arguments.no_browser))
    except NotebookError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
