"""Open JupyterLab on the start page, or one lecture as live slides (`--present 12`)."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from jupyter_client import BlockingKernelClient, find_connection_file

from notebooks import LONGEST_CELL_S, ROOT, NotebookError, find_lecture

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # asks no proxy for what runs on this machine


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


def say(address: str, port: int, browser: bool) -> None:
    """Say what address to open."""
    if browser:
        print(f"JupyterLab opens in your browser. If it does not, open\n\n  {address}\n\nStop it with Ctrl-C.")
    else:
        print(
            f"There is no display here. Open this address in a browser:\n\n  {address}\n\n"
            "If JupyterLab runs on another machine than your browser, first connect its port from yours:\n\n"
            f"  ssh -L {port}:127.0.0.1:{port} YOUR_NAME@THIS_MACHINE\n\nStop it with Ctrl-C."
        )
    sys.stdout.flush()


def open_lab(page: str, browser: bool, lecture: Path | None = None) -> int:
    """Start JupyterLab on a page, say what address to open, and return its exit code when it ends.

    Args:
        page: the path of the page.
        browser: whether to open a browser.
        lecture: a notebook whose cells are run in its kernel, so that each slide can be changed live.
    """
    port, token = free_port(), secrets.token_hex(16)
    server = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--LabApp.default_url={page}"]
    command += [
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={ROOT}",
        "--log-level=ERROR",
        "--LabApp.log_level=ERROR",
    ]
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # stops JupyterLab, too
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(server, process)
        say(f"{server}{page}?token={token}", port, browser)
        if lecture is not None:
            run_cells(server, token, lecture)
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        process.wait()


def run_cells(server: str, token: str, lecture: Path) -> None:
    """Run all cells of a lecture in the kernel that its slides will use; the notebook itself is not changed."""
    print("Running the lecture's cells, so that each slide can be changed live ...", end="", flush=True)
    started = time.monotonic()
    kernel = start_kernel(server, token, lecture)
    client = BlockingKernelClient(connection_file=find_connection_file(kernel))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        failure = run_in(client, nbformat.read(lecture, as_version=4))
    finally:
        client.stop_channels()
    print(failure or f" done in {time.monotonic() - started:.0f} s. Ctrl + Enter runs a cell again.", flush=True)


def run_in(client: BlockingKernelClient, notebook: nbformat.NotebookNode) -> str:
    """Run the code cells one by one, up to the first that fails; return the sentence that names it, or nothing."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    options = {"output_hook": lambda message: None, "allow_stdin": False, "timeout": LONGEST_CELL_S}
    for number, cell in enumerate(cells, start=1):
        try:
            reply = client.execute_interactive(cell.source, **options)["content"]
        except TimeoutError:
            reply = {"status": "error", "ename": "TimeoutError", "evalue": f"no end after {LONGEST_CELL_S} s"}
        if reply["status"] != "ok":
            problem = f"{reply.get('ename', 'aborted')}: {reply.get('evalue', '')}"
            return f"\nCell {number} failed ({problem}); run it again in its slide."
    return ""


def wait_for(server: str, process: subprocess.Popen) -> None:
    """Wait until the server answers.

    Raises:
        NotebookError: it ended, or did not answer within a minute.
    """
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            DIRECT.open(f"{server}/api", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
    raise NotebookError("JupyterLab did not start; what it said stands above. Close older ones and try again.")


def start_kernel(server: str, token: str, lecture: Path) -> str:
    """Open a session for a notebook, and return the name of its kernel."""
    path = lecture.relative_to(ROOT).as_posix()
    session = {"path": path, "name": lecture.name, "type": "notebook", "kernel": {"name": "python3"}}
    request = urllib.request.Request(f"{server}/api/sessions", json.dumps(session).encode(), method="POST")
    request.add_header("Authorization", f"token {token}")
    with DIRECT.open(request) as answer:
        return json.load(answer)["kernel"]["id"]


def main() -> None:
    """Open what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--present", metavar="LECTURE", help="number of a lecture to show as slides")
    parser.add_argument("--no-browser", action="store_true", help="only say what address to open")
    arguments = parser.parse_args()
    page, lecture = "/lab/tree/start.md", None
    try:
        if arguments.present is not None:
            lecture = find_lecture(arguments.present)
            page = f"/rise/lectures/{lecture.name}"
        sys.exit(open_lab(page, has_display() and not arguments.no_browser, lecture))
    except NotebookError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
