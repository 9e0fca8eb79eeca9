"""Run lectures and solutions in place, within their budgets, and renew the tables of README.md and start.md.

`make execute` runs all of them; `python tools/execute.py lectures/01_linear_regression.ipynb` runs one. A notebook that
fails or exceeds its budget keeps its old content.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import nbformat

from notebooks import BUDGETS, WIDGET_MIME, NotebookError, Result, claims, run, select
from report import write_tables


def clean(result: Result) -> nbformat.NotebookNode:
    """Return the executed notebook without what differs from run to run, but for its measured time and memory."""
    notebook = result.notebook
    for cell in notebook.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.metadata.get("tags") == []:
            del cell.metadata["tags"]
        if "outputs" in cell:
            cell.outputs = without_progress(merge_streams(cell.outputs))
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_MIME, None)  # a stored slider is dead; its text says what to do
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["course"] = {"seconds": round(result.seconds, 1), "peak_mb": round(result.peak_mb)}
    return notebook


def merge_streams(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Join neighbouring pieces of the same stream, which arrive cut at random places."""
    merged: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" and last.get("output_type") == "stream" and last["name"] == output.name:
            last["text"] += output.text
        else:
            merged.append(output)
    return merged


def without_progress(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Drop what a progress bar wrote and wiped out again."""
    for output in outputs:
        if output.output_type == "stream" and "\r" in output.text:
            lines = [line.rsplit("\r", 1)[-1] for line in output.text.split("\n")]
            output["text"] = "\n".join(lines)
    return [output for output in outputs if output.output_type != "stream" or output.text.strip()]


def save(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook in one step, so that an interruption leaves the old one."""
    draft = path.with_suffix(".draft")
    draft.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    os.replace(draft, path)


def execute(path: Path) -> list[str]:
    """Run one notebook, store its outputs, and return what is wrong with it."""
    print(f"{path.parent.name}/{path.name} ...", end="", flush=True)
    result = run(path)
    problems = [f"{path.name}: {result.error}"] if result.error else result.over_budget(BUDGETS["quick"])
    if not problems:
        save(clean(result), path)
    held = sum(claim["holds"] for claim in claims(result.notebook))
    state = "failed" if problems else "done"
    print(f" {state}: {result.seconds:.0f} s, {result.peak_mb:.0f} MB, {held} claims hold", flush=True)
    return problems


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="default: all lectures and solutions")
    try:
        paths = select(parser.parse_args().notebooks, "lectures", "solutions")
    except NotebookError as error:
        sys.exit(str(error))
    problems = [problem for path in paths for problem in execute(path)]
    write_tables()
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
