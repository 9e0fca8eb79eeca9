"""Make every data set again with its script and compare it with the shipped files: `make data`.

A data set from an event generator names it on its card ("**Needs:** `package==version`"); where that is not installed,
the data set is passed over and the line that installs it is shown.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from notebooks import ROOT


def lacking(folder: Path) -> list[str]:
    """Return the packages that the card of a data set names as needed to make it, and that are not installed."""
    line = re.search(r"^- \*\*Needs:\*\*(.*)$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    pins = re.findall(r"`([\w.-]+)==([\w.]+)`", line[1]) if line else []
    return [f"{name}=={version}" for name, version in pins if not is_installed(name, version)]


def is_installed(name: str, version: str) -> bool:
    """Tell whether a package is there in this version."""
    try:
        return importlib.metadata.version(name) == version
    except importlib.metadata.PackageNotFoundError:
        return False


def problems(folder: Path) -> list[str]:
    """Make one data set in a copy of its folder; return a sentence for each file that differs from the shipped one."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        copy.mkdir()
        shutil.copy(folder / "make.py", copy)
        code = subprocess.run([sys.executable, "make.py"], cwd=copy).returncode
        if code:
            return [f"data/{folder.name}/make.py fails with exit code {code}; what it said stands above"]
        made, shipped = contents(copy), contents(folder)
    gone = [
        f"data/{folder.name}/{name} is not made by make.py: remove it, or make it there"
        for name in shipped.keys() - made
    ]
    return sorted(gone) + [
        f"data/{folder.name}/{name} is not what make.py makes: run it, or change the card"
        for name, content in sorted(made.items())
        if shipped.get(name) != content
    ]


def contents(folder: Path) -> dict[str, bytes]:
    """Return the data files of a folder: all but script and card."""
    files = (path for path in folder.iterdir() if path.is_file() and path.name not in ("make.py", "README.md"))
    return {path.name: path.read_bytes() for path in files}


def main() -> None:
    """Check all data sets; nothing is overwritten."""
    found = []
    for script in sorted((ROOT / "data").glob("*/make.py")):
        if missing := lacking(script.parent):
            print(f"{script.parent.name}: not made again, it needs `pip install {' '.join(missing)}`")
            continue
        wrong = problems(script.parent)
        print(f"{script.parent.name}: {'differs' if wrong else 'as shipped'}")
        found += wrong
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
