"""Build the course's own environment in .venv, or bring it up to date; a second call takes a moment.

Needs nothing but Python 3.11, 3.12 or 3.13:  python tools/environment.py
Inside an environment that exists already (conda, Binder) it only adds the course:  python tools/environment.py --here
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BUILDING = VENV / "course-building"  # holds the number of the process that installs; found without it: interrupted
COMPLETE = VENV / "course-complete"  # holds the fingerprint of what was installed
LOG = VENV / "course-install.log"
LISTS = {"cpu": "requirements.txt", "gpu": "requirements-gpu.txt"}
PYTORCH_CPU = "https://download.pytorch.org/whl/cpu"
PYTHONS = ("3.11", "3.12", "3.13")
NAME_A_PYTHON = "py -3.12 tools/environment.py" if os.name == "nt" else "make lab PYTHON=python3.12"
GIGABYTES = {"cpu": 6, "gpu": 20}  # free disk for the packages, what pip keeps of them, and its unpacking
GIGABYTES_CUDA = 14  # if PyTorch's default build has to be taken


class InstallError(Exception):
    """An installation that cannot go on; its text tells the student what to do."""


def check_python() -> None:
    """Stop unless this Python is one that the course supports."""
    found = "{}.{}".format(*sys.version_info[:2])
    if found not in PYTHONS:
        raise InstallError(
            f"The course needs Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}; this is Python {found}.\n"
            f"Install one of them and name it, for instance: {NAME_A_PYTHON}"
        )


def check_disk(needed: float) -> None:
    """Stop unless the disk has room for the packages, in GB."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed:
        raise InstallError(
            f"The disk has {free:.1f} GB free; the packages need {needed} GB while they are installed.\n"
            "Make room and start the same command again."
        )


def venv_python() -> Path:
    """Return the path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def same_python() -> bool:
    """Tell whether the environment in .venv works here and has the Python that runs this."""
    command = [str(venv_python()), "-c", "import sys; print(sys.version)"]
    try:
        found = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return False
    return found.returncode == 0 and found.stdout.strip() == sys.version.strip()


def settings() -> list[Path]:
    """Return the files of settings that are copied into the environment."""
    return sorted(path for path in (ROOT / "tools/jupyter").rglob("*") if path.is_file())


def fingerprint(build: str) -> str:
    """Return the name of the build and a hash of all that decides what is in the environment."""
    parts = [sys.version, str(ROOT), build]
    parts += [(ROOT / name).read_text() for name in (LISTS[build], "pyproject.toml", "tools/environment.py")]
    parts += [path.read_text() for path in settings()]
    return f"{build} {hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}"


def run_step(text: str, command: list[str], may_fail: bool = False) -> bool:
    """Run a command with one line of progress, its output in the log, and return whether it succeeded."""
    started = time.monotonic()
    live = sys.stdout.isatty()
    print(f"  {text} ...", end="", flush=True)
    with LOG.open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            while process.poll() is None:
                time.sleep(0.2)
                if live:
                    print(f"\r  {text} ... {time.monotonic() - started:.0f} s ", end="", flush=True)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    good = process.returncode == 0
    word = "done" if good else "not possible" if may_fail else "failed"
    print(f"{chr(13) + '  ' + text + ' ...' if live else ''} {word} in {time.monotonic() - started:.0f} s", flush=True)
    if not good and not may_fail:
        raise InstallError(failure_text())
    return good


def failure_text() -> str:
    """Say why the last step failed, as far as the log tells."""
    lines = LOG.read_text(errors="replace").strip().splitlines()
    log = "\n".join(lines[-15:])
    if "No space left on device" in "\n".join(lines[-200:]):
        return "The disk is full. Make room and start the same command again: it begins anew by itself."
    if any(word in log for word in ("Failed to establish a new connection", "Temporary failure", "No matching dist")):
        advice = "Is this machine online? Start the same command again: it begins anew by itself."
    else:
        advice = "Start the same command again: it begins anew by itself."
    return (
        f"The installation stopped. Its last lines were:\n\n{log}\n\n{advice}\nThe whole log: {LOG.relative_to(ROOT)}"
    )


def install_torch(pip: list[str]) -> None:
    """Install PyTorch's CPU build on Linux, where the default brings gigabytes of CUDA; fall back with a message."""
    if not sys.platform.startswith("linux"):
        return
    torch = next(line for line in (ROOT / LISTS["cpu"]).read_text().splitlines() if line.startswith("torch=="))
    command = [*pip, "install", "--no-deps", "--retries", "1", "--timeout", "15", "--index-url", PYTORCH_CPU, torch]
    if not run_step("PyTorch, the build for CPUs", command, may_fail=True):
        print("  PyTorch's own index did not answer: taking the default build, which brings 3 GB for GPUs along.")
        check_disk(GIGABYTES_CUDA)


def install_packages(build: str) -> None:
    """Install the pinned list and the course's `utils` into .venv."""
    pip = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if build == "cpu":
        install_torch(pip)
    run_step("the other packages (some minutes)", [*pip, "install", "-r", str(ROOT / LISTS[build])])
    run_step("the course itself", [str(venv_python()), str(Path(__file__)), "--here"])


def add_course() -> None:
    """Add `utils` and the course's JupyterLab settings to the environment that runs this."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
    prefix = Path(sys.prefix)
    for source in settings():
        target = prefix / source.relative_to(ROOT / "tools/jupyter")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    kernel = prefix / "share/jupyter/kernels/python3/kernel.json"
    spec = json.loads(kernel.read_text())
    spec["env"] = {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_WAIT_POLICY": "passive"}  # no logs of TensorFlow; share the cores
    kernel.write_text(json.dumps(spec, indent=1) + "\n")


def installing_elsewhere() -> bool:
    """Tell whether the process that began the installation still runs (never on Windows, which cannot be asked)."""
    process = BUILDING.read_text()
    if os.name == "nt" or not process.isdigit() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)  # asks only: no signal is sent
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, for another user
        return True
    return True


def other_build(kind: str) -> str:
    """Return the name of the build that the environment has, "" if it is the wanted one or unknown."""
    words = COMPLETE.read_text().split() if COMPLETE.exists() else []
    return words[0] if words and words[0] in LISTS and words[0] != kind else ""


def clear_broken(kind: str) -> None:
    """Remove an environment whose installation was interrupted or that has another build than `kind`.

    Raises:
        InstallError: somebody else made it, or it is being made at this moment.
    """
    if BUILDING.exists():
        if installing_elsewhere():
            raise InstallError(
                "Another call is installing at this moment. Wait for it, then start again.\n"
                "If there is none, remove the folder .venv and start again."
            )
        print("An earlier installation was interrupted: beginning anew.")
        shutil.rmtree(VENV)
    elif VENV.exists() and not COMPLETE.exists():
        raise InstallError("The folder .venv was not made by the course. Move it away and start again.")
    elif COMPLETE.exists() and not same_python():
        print("The environment was made for another Python: beginning anew.")
        shutil.rmtree(VENV)
    elif there := other_build(kind):  # pip would keep its PyTorch, which has the same version
        print(f"The environment has the {there.upper()} builds: beginning anew with those for {kind.upper()}.")
        shutil.rmtree(VENV)


def build(kind: str) -> None:
    """Make .venv complete for the build `kind` ("cpu" or "gpu"), doing only what is missing.

    An environment with the GPU builds keeps them, also when asked for "cpu", the default.
    """
    check_python()
    if other_build(kind) == "gpu":
        kind = "gpu"
    clear_broken(kind)
    if COMPLETE.exists() and COMPLETE.read_text() == fingerprint(kind):
        return
    if not COMPLETE.exists():
        check_disk(GIGABYTES[kind])
    started = time.monotonic()
    print(f"Building the course's environment in .venv (Python {sys.version.split()[0]}, {kind.upper()} builds):")
    VENV.mkdir(exist_ok=True)
    BUILDING.write_text(str(os.getpid()))
    if not COMPLETE.exists():
        run_step("an empty environment", [sys.executable, "-m", "venv", str(VENV)])
    install_packages(kind)
    COMPLETE.write_text(fingerprint(kind))
    BUILDING.unlink()
    print(f"Ready after {time.monotonic() - started:.0f} s.")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpu", action="store_true", help="take the GPU builds (Linux with an NVIDIA GPU)")
    parser.add_argument("--here", action="store_true", help="add the course to the environment that runs this")
    arguments = parser.parse_args()
    try:
        if arguments.here:
            add_course()
        else:
            build("gpu" if arguments.gpu else "cpu")
    except InstallError as error:
        sys.exit(f"\n{error}")
    except OSError as error:
        if error.errno != 28:
            raise
        sys.exit("\nThe disk is full. Make room and start the same command again.")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Start the same command again: it begins anew by itself.")


if __name__ == "__main__":
    main()
