"""Exercise checks pass on right answers and fail on stubs and wrong answers, and never print the answer.

The answers lie in `wrong_answers/`, one module for each solution notebook: WRONG and ALTERNATIVES hold, for each
exercise, source code by a name that says what is wrong or different.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import IPython.display
import nbformat
import pytest
from matplotlib import pyplot as plt
from nbformat import NotebookNode

from tutorials import make_tutorial
from utils.checks import CheckFailed, NotSolved

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
CHECK = "-check"


@cache
def notebook(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def graded(cells: NotebookNode) -> dict[str, str]:
    """Return the source of each nbgrader cell by its name."""
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cells.cells if "nbgrader" in cell.metadata}


def exercises(path: Path) -> list[str]:
    """Return the names of the exercises that have a check."""
    return [name.removesuffix(CHECK) for name in graded(notebook(path)) if name.endswith(CHECK)]


@cache
def kept(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Return WRONG and ALTERNATIVES of the module that belongs to a solution; empty if there is none."""
    module = ROOT / "tests/wrong_answers" / f"{path.stem}.py"
    return runpy.run_path(str(module)) if module.is_file() else {}


def cases(kind: str) -> list:
    """Return notebook, exercise and source of each kept answer, for pytest to run one by one."""
    return [
        pytest.param(path, name, dedent(source), id=f"{path.stem} {name}: {what}")
        for path in SOLUTIONS
        for name, answers in kept(path).get(kind, {}).items()
        for what, source in answers.items()
    ]


EXERCISES = [pytest.param(path, name, id=f"{path.stem} {name}") for path in SOLUTIONS for name in exercises(path)]


@cache
def solved(path: Path) -> dict[str, object]:
    """Return the names of a notebook after its parameters, its imports and all answers that have a check."""
    names: dict[str, object] = {"__name__": "__main__"}
    plt.switch_backend("agg")
    for cell in notebook(path).cells:
        if {"parameters", "imports"} & set(cell.metadata.get("tags", [])):
            exec(cell.source, names)
    for name in exercises(path):
        exec(graded(notebook(path))[name], names)
    return names


def run_check(path: Path, name: str, answer: str = "") -> None:
    """Run the check of an exercise on the solution's own answer, or on another one in its place."""
    names = solved(path).copy()
    exec(answer, names)
    exec(graded(notebook(path))[name + CHECK], names)


def answer_lines(path: Path, name: str) -> list[str]:
    """Return the lines that stand between the markers of a solution."""
    inside = graded(notebook(path))[name].split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    return [line.strip() for line in inside.splitlines() if line.strip()]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return what the check has displayed."""
    bundles: list[str] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, **_: bundles.extend(bundle.values()))
    with plt.rc_context():
        yield bundles


def test_there_are_exercises() -> None:
    assert EXERCISES


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_enough_wrong_answers_are_kept(path: Path) -> None:
    counted = {name: len(answers) for name, answers in kept(path).get("WRONG", {}).items()}
    assert set(counted) == set(exercises(path)), "tests/wrong_answers needs each exercise that has a check"
    assert min(counted.values()) >= 5
    assert set(kept(path)["ALTERNATIVES"]) <= set(exercises(path))


@pytest.mark.parametrize(("path", "name"), EXERCISES)
def test_own_answer_passes(path: Path, name: str, shown: list[str]) -> None:
    run_check(path, name)
    assert "solved" in shown[0]


@pytest.mark.parametrize(("path", "name", "source"), cases("ALTERNATIVES"))
def test_other_right_answers_pass(path: Path, name: str, source: str, shown: list[str]) -> None:
    run_check(path, name, source)


@pytest.mark.parametrize(("path", "name"), EXERCISES)
def test_stub_is_not_solved(path: Path, name: str, shown: list[str]) -> None:
    with pytest.raises(NotSolved) as told:
        run_check(path, name, graded(make_tutorial(notebook(path)))[name])
    assert not [line for line in answer_lines(path, name) if line in f"{shown} {told.value}"]


@pytest.mark.parametrize(("path", "name", "source"), cases("WRONG"))
@pytest.mark.filterwarnings("ignore")
def test_wrong_answer_fails(path: Path, name: str, source: str, shown: list[str]) -> None:
    with pytest.raises(CheckFailed) as told:
        run_check(path, name, source)
    assert not [line for line in answer_lines(path, name) if line in f"{shown} {told.value}"]


def test_a_check_that_accepts_a_wrong_answer_is_caught(monkeypatch: pytest.MonkeyPatch, shown: list[str]) -> None:
    path, name, source = cases("WRONG")[0].values
    check = graded(notebook(path))[name + CHECK].split("(")[0]
    monkeypatch.setitem(solved(path), check, lambda answer: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_wrong_answer_fails(path, name, source, shown)
