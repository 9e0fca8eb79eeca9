"""Make every data set again with its script and compare it with its card: `make data`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
        wrong = differing(script.parent)
        print(f"{script.parent.name}: {'as shipped' if not wrong else 'differs'}")
        problems += [
            f"data/{script.parent.name}/{name} is not what make.py makes: run it, or change the card" for name in wrong
        ]
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
