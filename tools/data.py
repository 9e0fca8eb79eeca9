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

ROOT = Path(__file__).resolve().parents[1]


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


def differing(folder: Path) -> list[str]:
    """Make one data set in a copy of its folder, and return the names of files that differ from the shipped ones."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        copy.mkdir()
        shutil.copy(folder / "make.py", copy)
        subprocess.run([sys.executable, "make.py"], cwd=copy, check=True)
        made = {path.name: path.read_bytes() for path in copy.iterdir() if path.name != "make.py"}
    return [name for name, content in made.items() if not same(folder / name, content)]


def same(path: Path, content: bytes) -> bool:
    """Tell whether a shipped file has this content."""
    return path.is_file() and path.read_bytes() == content


def main() -> None:
    """Check all data sets; nothing is overwritten."""
    problems = []
    for script in sorted((ROOT / "data").glob("*/make.py")):
        if missing := lacking(script.parent):
            print(f"{script.parent.name}: not made again, it needs `pip install {' '.join(missing)}`")
            continue
        wrong = differing(script.parent)
        print(f"{script.parent.name}: {'as shipped' if not wrong else 'differs'}")
        problems += [
            f"data/{script.parent.name}/{name} is not what make.py makes: run it, or change the card" for name in wrong
        ]
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
