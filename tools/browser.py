"""Find a browser of the Chromium family for Playwright, or bring one: `python tools/browser.py`.

The slides, the site and the live notebooks are checked in it. Set COURSE_BROWSER to name one yourself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
MAC_APPS = ("Chromium", "Google Chrome", "Microsoft Edge")
WINDOWS_PROGRAMS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
OWN_NAMES = re.compile(r"(headless_shell|chrome-headless-shell|chrome|Chromium|Google Chrome for Testing)(\.exe)?")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
ADVICE = "install Chromium or Google Chrome, or set COURSE_BROWSER to the path of a Chromium-family browser."


class BrowserMissing(RuntimeError):
    """No browser was found; the text tells the student what to do."""


def find_browser() -> str:
    """Return the path of a browser of the Chromium family.

    Looked for, in this order: the environment variable COURSE_BROWSER, Playwright's own Chromium, a browser on the
    PATH, the places where macOS and Windows keep theirs.

    Raises:
        BrowserMissing: there is none, or COURSE_BROWSER names none.
    """
    chosen = os.environ.get("COURSE_BROWSER")
    if chosen:
        found = shutil.which(chosen)
        if not found:
            raise BrowserMissing(f"COURSE_BROWSER is {chosen!r}, which is no program: correct it, or unset it.")
        return found
    for program in (*playwrights_own(), *map(shutil.which, COMMANDS), *installed_apps()):
        if program and starts(program):
            return program
    raise BrowserMissing(f"There is no browser for the slides: run `python tools/browser.py`, or {ADVICE}")


def playwrights_own() -> list[str]:
    """Return the paths of the Chromiums that this Playwright has downloaded, the small headless one first."""
    plan = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--dry-run", "chromium"], capture_output=True, text=True
    )
    folders = [Path(line.strip()) for line in re.findall(r"Install location:(.*)", plan.stdout) if "chromium" in line]
    folders.sort(key=lambda folder: "headless" not in folder.name)
    programs = [program for folder in folders for program in folder.rglob("*") if OWN_NAMES.fullmatch(program.name)]
    return [str(program) for program in programs if program.is_file() and os.access(program, os.X_OK)]


def installed_apps() -> list[str]:
    """Return the paths of the browsers in the usual places of macOS and Windows."""
    places = [Path("/Applications", f"{app}.app", "Contents", "MacOS", app) for app in MAC_APPS]
    for variable in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
        if os.environ.get(variable):
            places += [Path(os.environ[variable], program) for program in WINDOWS_PROGRAMS]
    return [str(place) for place in places if place.is_file()]


def starts(program: str) -> bool:
    """Tell whether a browser starts: on Linux, libraries may be missing, or it may be a stub that asks for a snap."""
    return sys.platform != "linux" or succeeds(program, "--version")


@contextmanager
def launched() -> Iterator[Browser]:
    """Open a headless browser for Playwright's sync interface, and close it at the end.

    The browser is sandboxed where the system allows it: not for root, nor where user namespaces are forbidden.

    Raises:
        BrowserMissing: there is no browser, or it does not start.
    """
    from playwright.sync_api import Error, sync_playwright

    program = find_browser()
    with sync_playwright() as playwright:
        for sandbox in [False] if is_root() else [True, False]:
            try:
                browser = playwright.chromium.launch(executable_path=program, args=QUIET, chromium_sandbox=sandbox)
                break
            except Error as error:
                reason = str(error).splitlines()[0]
        else:
            raise BrowserMissing(f"The browser {program} does not start ({reason}): {ADVICE}")
        try:
            yield browser
        finally:
            browser.close()


def is_root() -> bool:
    """Tell whether this process is the system's administrator, whom Chromium gives no sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def ensure_browser() -> str:
    """Return the path of a browser; bring one first where there is none.

    Raises:
        BrowserMissing: there is none and none could be brought, or COURSE_BROWSER names none.
    """
    try:
        return find_browser()
    except BrowserMissing:
        if os.environ.get("COURSE_BROWSER"):
            raise
    for bring in (download, install_package):
        if bring():
            with suppress(BrowserMissing):
                return find_browser()
    raise BrowserMissing(f"No browser could be brought: {ADVICE}")


def download() -> bool:
    """Download Playwright's small headless Chromium; tell whether that succeeded."""
    print("No browser yet: downloading a headless Chromium (about 120 MB) ...", flush=True)
    return succeeds(sys.executable, "-m", "playwright", "install", "chromium", "--only-shell")


def install_package() -> bool:
    """Install Debian's package of Chromium, if this is root on such a system; tell whether that succeeded."""
    if not is_root() or not shutil.which("apt-get"):
        return False
    print("That did not work: installing the system's package chromium ...", flush=True)
    install = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    return succeeds("apt-get", "update") and succeeds(*install)


def succeeds(*command: str) -> bool:
    """Run a command without its output; tell whether it succeeded."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def main() -> None:
    """Ensure that there is a browser, and say which."""
    try:
        print(f"Browser: {ensure_browser()}")
    except BrowserMissing as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
