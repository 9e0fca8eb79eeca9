"""Make tutorials from solutions: the answers become stubs, outputs go, the text stays.

`make tutorials` writes a tutorial only if git sees it as unchanged, so that no edited copy is ever overwritten.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from nbgrader.preprocessors import ClearSolutions, LockCells
from traitlets.config import Config

from notebooks import NotebookError, select

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
CONFIG = Config(
    {
        "ClearSolutions": {"enforce_metadata": False, "code_stub": {"python": STUB}},
        "TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": {"solution"}},
    }
)
BEGIN, END = (re.compile(rf"{word}\s+solution", re.IGNORECASE) for word in ("begin", "end"))


def make_tutorial(solution: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the tutorial that belongs to a solution notebook.

    Raises:
        NotebookError: a marker of a solution is misspelt or lacks its partner, or a stub is no Python.
    """
    notebook = nbformat.from_dict(solution)
    for number, cell in enumerate(notebook.cells):
        if len(BEGIN.findall(cell.source)) != len(END.findall(cell.source)):
            raise NotebookError(f"Cell {number} has a marker of a solution without its partner.")
    for step in (TagRemovePreprocessor, ClearSolutions, ClearOutputPreprocessor, LockCells):
        try:
            notebook, _ = step(config=CONFIG).preprocess(notebook, {})
        except RuntimeError as error:
            raise NotebookError(f"The markers of a solution do not match: {error}") from error
    for name in ("widgets", "course"):
        notebook.metadata.pop(name, None)
    for number, cell in enumerate(notebook.cells):
        check_cell(number, cell)
    return notebook


def check_cell(number: int, cell: nbformat.NotebookNode) -> None:
    """Raise if a cell of a tutorial still shows a marker of its solution, or is not Python."""
    if BEGIN.search(cell.source) or END.search(cell.source):
        raise NotebookError(f"Cell {number} still has a marker of a solution: write ### BEGIN SOLUTION exactly so.")
    if cell.cell_type == "code":
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            raise NotebookError(f"Cell {number} is no longer Python without its solution: {error}") from error


def tutorial_text(solution: Path) -> str:
    """Return the text of the tutorial file that belongs to a solution file."""
    return nbformat.writes(make_tutorial(nbformat.read(solution, as_version=4))) + "\n"


def is_edited(path: Path) -> bool:
    """Tell whether git sees a file as changed or does not know it."""
    command = ["git", "status", "--porcelain", "--ignored", "--", path.name]
    state = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    return state.returncode != 0 or bool(state.stdout.strip())


def write(solution: Path, ask: bool) -> bool:
    """Write the tutorial of one solution unless that would overwrite an edited one; return whether it is current."""
    path = solution.parents[1] / "tutorials" / solution.name
    text = tutorial_text(solution)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        print(f"{path.name}: unchanged")
        return True
    if path.exists() and is_edited(path):
        question = f"tutorials/{path.name} was edited. Overwrite it? [y/N] "
        if not ask or input(question).strip().lower() != "y":
            print(f"tutorials/{path.name} was edited: left as it is. Commit it or move it away to renew it.")
            return False
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.name}: written")
    return True


def main() -> None:
    """Make the tutorials that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("solutions", nargs="*", help="default: all of solutions/")
    try:
        done = [write(path, sys.stdin.isatty()) for path in select(parser.parse_args().solutions, "solutions")]
    except NotebookError as error:
        sys.exit(str(error))
    sys.exit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
