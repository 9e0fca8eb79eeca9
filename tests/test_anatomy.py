"""Anatomy: every notebook has what authoring asks for, and a notebook that lacks it is caught."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from anatomy import helpers_that_differ, problems
from notebooks import CLAIMS_MIME, ROOT, claims, find, table_row
from report import TABLES, parts, updated
from tutorials import tutorial_text

LECTURE = ROOT / "lectures/01_linear_regression.ipynb"
SOLUTION = ROOT / "solutions/01_linear_regression.ipynb"


@pytest.mark.parametrize("path", find("lectures", "solutions"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_notebook_has_the_anatomy(path: Path):
    assert problems(path) == []


def test_every_lecture_has_its_three_notebooks_and_its_place_on_the_map():
    planned = {stem for part in parts() for stem in part["lectures"]}
    lectures = {path.stem for path in find("lectures")}
    assert lectures and lectures <= planned
    assert lectures == {path.stem for path in find("solutions")} == {path.stem for path in find("tutorials")}


@pytest.mark.parametrize("path", find("solutions"), ids=lambda path: path.stem)
def test_tutorial_is_what_the_command_makes(path: Path):
    tutorial = ROOT / "tutorials" / path.name
    assert tutorial.read_text(encoding="utf-8") == tutorial_text(path), "run `make tutorials`"


def test_helpers_are_alike_in_all_notebooks():
    assert helpers_that_differ(find("lectures", "solutions")) == []


@pytest.mark.parametrize("page", TABLES)
def test_pages_carry_what_the_notebooks_measured(page: str):
    assert (ROOT / page).read_text(encoding="utf-8") == updated(page), "run `make execute`"


def test_the_table_over_seeds_has_every_claim_and_no_other():
    rows = [line for line in (ROOT / "CLAIMS.md").read_text(encoding="utf-8").splitlines() if line[2:4].isdigit()]
    found = [[cells[0], cells[1], cells[5]] for cells in (line.strip("| ").split(" | ") for line in rows)]
    stored = [
        [path.stem[:2], *(table_row([claim[key]]).strip("| ") for key in ("text", "condition"))]
        for path in find("lectures")
        for claim in claims(nbformat.read(path, as_version=4))
    ]
    assert found == stored, "run `make claims`"


def spoiled(tmp_path: Path, source: Path, spoil: Callable[[NotebookNode], None]) -> str:
    """Return what is found in a copy of a notebook after it was spoiled."""
    notebook = nbformat.read(source, as_version=4)
    spoil(notebook)
    copy = tmp_path / source.parent.name / source.name
    copy.parent.mkdir()
    copy.write_text(nbformat.writes(notebook), encoding="utf-8")
    return "\n".join(problems(copy))


def cell_with(notebook: NotebookNode, text: str) -> NotebookNode:
    """Return the first cell whose source contains a text."""
    return next(cell for cell in notebook.cells if text in cell.source)


def figure_cell(notebook: NotebookNode) -> NotebookNode:
    """Return the first cell with a picture."""
    return next(c for c in notebook.cells if any("image/png" in o.get("data", {}) for o in c.get("outputs", [])))


def replace(text: str, new: str) -> Callable[[NotebookNode], None]:
    """Return a function that replaces a text in the first cell that has it."""

    def spoil(notebook: NotebookNode) -> None:
        cell = cell_with(notebook, text)
        cell.source = cell.source.replace(text, new)

    return spoil


def drop(text: str) -> Callable[[NotebookNode], None]:
    """Return a function that drops the first cell that has a text."""
    return lambda notebook: notebook.cells.remove(cell_with(notebook, text))


def fail_claim(notebook: NotebookNode) -> None:
    outputs = (o for c in notebook.cells for o in c.get("outputs", []))
    next(o for o in outputs if CLAIMS_MIME in o.get("data", {})).data[CLAIMS_MIME][0]["holds"] = False


BAD_LECTURES = {
    "not executed": (lambda nb: cell_with(nb, "def descend").update(execution_count=None), "not executed"),
    "executed out of order": (lambda nb: cell_with(nb, "def descend").update(execution_count=99), "not executed"),
    "never measured": (lambda nb: nb.metadata.pop("course"), "were not measured"),
    "stored warning": (
        lambda nb: cell_with(nb, "def descend").outputs.append(new_output("stream", name="stderr", text="Warning")),
        "stores a warning",
    ),
    "stored error": (
        lambda nb: cell_with(nb, "def descend").outputs.append(new_output("error", ename="E", evalue="", traceback=[])),
        "stores an error",
    ),
    "no parameters": (lambda nb: nb.cells[2].metadata.pop("tags"), "tagged `parameters`"),
    "another seed": (replace("seed = 1", "seed = 7"), "not profile quick, seed 1"),
    "late import": (replace("def descend", "import math\n\n\ndef descend"), "imports outside"),
    "endless cell": (replace("def descend", "a = 1\n" * 30 + "def descend"), "a code cell has"),
    "no text": (
        lambda nb: [c.update(source="x") for c in nb.cells[3:] if c.cell_type == "markdown"],
        "words, not",
    ),
    "no question on the title": (replace("?**", ".**"), "lacks the question"),
    "no minutes": (replace("100 minutes", "some time"), "lacks minutes"),
    "longer than it says": (replace("100 minutes", "60 minutes"), "its title slide says 60"),
    "no abilities": (replace("- *", "- "), "does not name three to five abilities"),
    "no notes": (drop("Everything in this course is a fit"), "has no speaker notes"),
    "no questions": (replace("## Question", "## Thought"), "fewer than two questions"),
    "no answer": (drop("An end of the lever"), "no answer on the next fragment"),
    "no live cell": (lambda nb: cell_with(nb, "live(draw").metadata.pop("tags"), "no live cell"),
    "no alternative text": (
        lambda nb: figure_cell(nb).outputs[0].metadata.clear(),
        "no alternative text",
    ),
    "figure without words": (drop("Drawn 75 times"), "not followed by what to see"),
    "no summary": (replace("## Summary", "## End"), "does not end with"),
    "failing claim": (fail_claim, "does not hold"),
    "machine path": (replace("## Summary", "## Summary\n/home/me/course"), "path of somebody's machine"),
}


@pytest.mark.parametrize("name", BAD_LECTURES)
def test_bad_lecture_is_caught(name: str, tmp_path: Path):
    spoil, message = BAD_LECTURES[name]
    found = spoiled(tmp_path, LECTURE, spoil)
    assert message in found


BAD_SOLUTIONS = {
    "no answer": (replace("### BEGIN SOLUTION", "# mine"), "has no answer cell"),
    "no check": (drop("check_line(fit_line)"), "has no check cell"),
    "no hint": (replace("<summary>Hint</summary>", "<summary>Idea</summary>"), "no folded hint"),
    "no time": (replace("(30 minutes)", ""), "exercises"),
}


@pytest.mark.parametrize("name", BAD_SOLUTIONS)
def test_bad_solution_is_caught(name: str, tmp_path: Path):
    spoil, message = BAD_SOLUTIONS[name]
    assert message in spoiled(tmp_path, SOLUTION, spoil)


def test_huge_notebook_is_caught(tmp_path: Path):
    assert "more than 1.5 MB" in spoiled(tmp_path, LECTURE, replace("## Summary", "## Summary\n" + "x" * 1_500_000))


def test_drifted_tutorial_is_caught(tmp_path: Path):
    folder = tmp_path / "solutions"
    folder.mkdir()
    copy = folder / SOLUTION.name
    notebook = nbformat.read(SOLUTION, as_version=4)
    replace("Two wrong points", "Three wrong points")(notebook)
    copy.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert tutorial_text(copy) != (ROOT / "tutorials" / SOLUTION.name).read_text(encoding="utf-8")


def test_helper_that_differs_is_caught(tmp_path: Path):
    notebook = nbformat.read(LECTURE, as_version=4)
    replace("path = [theta]", "path = [theta, theta]")(notebook)
    copy = tmp_path / "02_copy.ipynb"
    copy.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert helpers_that_differ([LECTURE, copy]) == [
        "descend is written differently in 01_linear_regression.ipynb and 02_copy.ipynb"
    ]


def test_tutorials_have_no_outputs_and_no_metadata_of_runs():
    for path in find("tutorials"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert set(notebook["metadata"]) <= {"kernelspec", "language_info"}
        assert all(not c["outputs"] and c["execution_count"] is None for c in notebook["cells"] if "outputs" in c)
