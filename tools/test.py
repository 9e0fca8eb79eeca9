"""Everything that proves that the course works: style, tests, every notebook. `make test` runs it in .venv.

With `--profile full`, the step with new seeds runs lectures and solutions in the full profile instead of the quick one.
What is found lands in build/.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
TWO_AT_ONCE = ["-n", "2" if (os.cpu_count() or 1) > 1 else "0"]  # never more: a notebook may take 1.5 GB of memory
TUTORIALS = "tests/test_notebooks.py::test_only_unsolved_exercises_fail_in_a_tutorial"


def nbval_offline() -> list[str]:
    """Return the command that runs every notebook as committed, tutorials too, with the network cut off."""
    sys.path.insert(0, str(ROOT / "tools"))
    command = [*PYTEST, *TWO_AT_ONCE, "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    command += ["lectures", "solutions", TUTORIALS]
    if sys.platform.startswith("linux"):
        from offline import can_cut

        if can_cut():
            return [sys.executable, "tools/offline.py", *command]
        if os.environ.get("CI"):
            return [sys.executable, "tools/offline.py"]  # says why it cannot, and fails
    print("The network cannot be cut off on this machine: the notebooks run with it (CI on Linux cuts it).")
    return command


def steps() -> list[tuple[str, list[str]]]:
    """Return name and command of each step, in order.

    Notebooks whose time is measured run one after the other; all else runs two at once.
    """
    ruff = [sys.executable, "-m", "ruff"]
    return [
        ("code style", [*ruff, "check", "--no-cache", "."]),
        ("formatting", [*ruff, "format", "--no-cache", "--check", "."]),
        ("browser for the slides", [sys.executable, "tools/browser.py"]),
        ("tests", [*PYTEST, *TWO_AT_ONCE, "tests", "--ignore=tests/test_notebooks.py", "--durations=5"]),
        ("notebooks with new seeds", [*PYTEST, "tests/test_notebooks.py", "--deselect", TUTORIALS, "--durations=5"]),
        ("notebooks as committed, without network", nbval_offline()),
    ]


def main() -> None:
    """Run all steps, even after one has failed, and say how each ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=("quick", "full"), default="quick")
    os.environ["COURSE_PROFILE"] = parser.parse_args().profile
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    lines = []
    for number, (name, command) in enumerate(steps(), start=1):
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT).returncode
        lines.append(
            (code, f"  {number}. {name}: {'passed' if code == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)")
        )
    print("\n=== summary\n" + "\n".join(text for _, text in lines), flush=True)
    sys.exit(any(code for code, _ in lines))


if __name__ == "__main__":
    main()
