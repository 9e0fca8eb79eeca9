"""The installer: a second call does nothing, what is broken is begun anew, and errors say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import environment
from notebooks import ROOT


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the installer work on a folder of its own, and never really install."""
    folder = tmp_path / ".venv"
    for name, path in {
        "ROOT": ROOT,
        "VENV": folder,
        "BUILDING": folder / "course-building",
        "COMPLETE": folder / "course-complete",
        "LOG": folder / "course-install.log",
    }.items():
        monkeypatch.setattr(environment, name, path)
    monkeypatch.setattr(environment, "run_step", lambda text, command, may_fail=False: True)
    monkeypatch.setattr(environment, "same_python", lambda: True)
    return folder


def test_second_call_does_nothing(venv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    environment.build("cpu")
    assert (venv / "course-complete").exists() and not (venv / "course-building").exists()
    assert "Ready" in capsys.readouterr().out
    monkeypatch.setattr(environment, "install_packages", lambda build: pytest.fail("it installs again"))
    environment.build("cpu")
    assert capsys.readouterr().out == ""


def test_a_changed_list_is_installed(venv: Path, monkeypatch: pytest.MonkeyPatch):
    environment.build("cpu")
    (venv / "course-complete").write_text("of another list")
    installed: list[str] = []
    monkeypatch.setattr(environment, "install_packages", installed.append)
    environment.build("cpu")
    assert installed == ["cpu"]


def test_interrupted_installation_begins_anew(venv: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(build: str) -> None:
        (venv / "half.py").write_text("half a package")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(environment, "install_packages", interrupt)
        environment.build("cpu")
    environment.build("cpu")
    assert (venv / "course-complete").exists() and not (venv / "half.py").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked")
def test_a_second_call_leaves_the_first_alone(venv: Path):
    venv.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as first:
        (venv / "course-building").write_text(str(first.pid))
        with pytest.raises(environment.InstallError, match="Another call is installing at this moment"):
            environment.build("cpu")
        assert (venv / "course-building").read_text() == str(first.pid)
    environment.build("cpu")
    assert (venv / "course-complete").exists()


def test_gpu_builds_begin_anew_and_stay(venv: Path, capsys: pytest.CaptureFixture[str]):
    environment.build("cpu")
    (venv / "torch").write_text("for CPUs")
    environment.build("gpu")
    assert not (venv / "torch").exists()
    assert "The environment has the CPU builds: beginning anew with those for GPU." in capsys.readouterr().out
    (venv / "torch").write_text("for GPUs")
    environment.build("cpu")
    assert (venv / "torch").exists()
    assert (venv / "course-complete").read_text().startswith("gpu ")


def test_an_environment_of_unknown_build_is_brought_up_to_date(venv: Path):
    environment.build("cpu")
    (venv / "torch").write_text("")
    (venv / "course-complete").write_text("0123abc")
    environment.build("gpu")
    assert (venv / "torch").exists()


def test_another_python_begins_anew(venv: Path, monkeypatch: pytest.MonkeyPatch):
    environment.build("cpu")
    (venv / "old.py").write_text("")
    monkeypatch.setattr(environment, "same_python", lambda: False)
    environment.build("cpu")
    assert not (venv / "old.py").exists()


def test_somebody_elses_environment_is_left_alone(venv: Path):
    venv.mkdir()
    (venv / "mine.txt").write_text("mine")
    with pytest.raises(environment.InstallError, match="not made by the course"):
        environment.build("cpu")
    assert (venv / "mine.txt").read_text() == "mine"


def test_full_disk_is_one_clear_sentence(venv: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(environment.GIGABYTES, "cpu", 10**9)
    with pytest.raises(environment.InstallError, match=r"GB free; the packages need 1000000000 GB"):
        environment.build("cpu")
    assert not venv.exists()


def test_old_python_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(environment.InstallError, match=r"needs Python 3.11, 3.12 or 3.13; this is Python 3.10"):
        environment.check_python()


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        ("OSError: [Errno 28] No space left on device\n" + "more\n" * 30, "The disk is full"),
        ("Temporary failure in name resolution", "Is this machine online"),
        ("something else", "Start the same command again"),
    ],
)
def test_failures_are_explained(venv: Path, log: str, advice: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "ROOT", venv.parent)
    venv.mkdir()
    (venv / "course-install.log").write_text(log)
    assert advice in environment.failure_text()


def test_a_failing_step_says_so_and_keeps_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "LOG", tmp_path / "log")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    failing = [sys.executable, "-c", "raise SystemExit('broken wheel')"]
    assert not environment.run_step("a try", failing, may_fail=True)
    with pytest.raises(environment.InstallError, match="broken wheel"):
        environment.run_step("a step", failing)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no make")
def test_make_explains_itself_and_names_a_missing_python():
    explained = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True)
    commands = ("lab", "test", "present", "execute", "claims", "tutorials", "slides", "data", "clean")
    assert explained.returncode == 0 and all(f"make {word} " in explained.stdout for word in commands)
    missing = subprocess.run(["make", "env", "PYTHON="], cwd=ROOT, capture_output=True, text=True)
    assert missing.returncode != 0 and "No Python 3.11, 3.12 or 3.13 was found" in missing.stdout
