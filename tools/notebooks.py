"""Find notebooks, run them while measuring time and memory, and read what they say."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from utils.claims import CLAIMS_MIME

ROOT = Path(__file__).resolve().parents[1]
LONGEST_CELL_S = 900  # a cell that takes longer hangs
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


class NotebookError(Exception):
    """A notebook that does not exist, or does not run; its text says which and why."""


@dataclass(frozen=True)
class Budget:
    """What a notebook may take: seconds in all and for one cell, and MB of memory at its peak."""

    seconds: float
    cell_seconds: float
    peak_mb: float


BUDGETS = {"quick": Budget(60, 20, 1500), "full": Budget(600, 600, 64_000)}


@dataclass
class Result:
    """A notebook that was run to its end or to its first error."""

    path: Path
    notebook: nbformat.NotebookNode
    seconds: float
    peak_mb: float
    error: str

    @property
    def slowest_cell(self) -> tuple[int, float]:
        """Return number and seconds of the slowest code cell."""
        times = [
            (cell.metadata.papermill.get("duration") or 0.0, number)
            for number, cell in enumerate(self.notebook.cells)
            if "papermill" in cell.metadata
        ]
        seconds, number = max(times, default=(0.0, 0))
        return number, seconds

    def over_budget(self, budget: Budget) -> list[str]:
        """Return a sentence for each limit that the notebook exceeds."""
        number, cell_seconds = self.slowest_cell
        found = [
            (self.seconds, budget.seconds, "it takes {:.0f} s, the budget is {:.0f} s"),
            (cell_seconds, budget.cell_seconds, f"cell {number} takes {{:.0f}} s, the budget of a cell is {{:.0f}} s"),
            (self.peak_mb, budget.peak_mb, "its memory peaks at {:.0f} MB, the budget is {:.0f} MB"),
        ]
        return [f"{self.path.name}: " + text.format(value, limit) for value, limit, text in found if value > limit]


def find(*folders: str) -> list[Path]:
    """Return the notebooks of the given folders ("lectures", "solutions", "tutorials"), in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).glob("[0-9][0-9]_*.ipynb"))


def find_lecture(number: str) -> Path:
    """Return the lecture with this number, given as "1", "01" or its full name.

    Raises:
        NotebookError: there is none; the text names those there are.
    """
    lectures = find("lectures")
    wanted = Path(number).stem
    for path in lectures:
        if path.stem == wanted or (wanted.isdigit() and int(path.name[:2]) == int(wanted)):
            return path
    there = ", ".join(path.name[:2] for path in lectures)
    raise NotebookError(f"There is no lecture {number!r}; there are: {there}.")


def select(names: list[str], *folders: str) -> list[Path]:
    """Return the named notebooks, or all of the given folders if none is named.

    Raises:
        NotebookError: one of them does not exist.
    """
    paths = [Path(name).resolve() for name in names]
    for path in paths:
        if not path.is_file() or path.suffix != ".ipynb":
            raise NotebookError(f"There is no notebook {path.name!r} at that place.")
    return paths or find(*folders)


def run(path: Path, parameters: dict[str, object] | None = None, cell_timeout: float = LONGEST_CELL_S) -> Result:
    """Run a notebook from top to bottom in a fresh kernel, and measure it.

    Args:
        path: the notebook, which is not changed.
        parameters: replace those of its cell tagged `parameters`.
        cell_timeout: seconds after which a cell is stopped.

    Returns:
        The notebook as far as it ran: without any cell if its kernel died or had to be stopped.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill's own, about its dependencies
        import papermill
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, _PeakMemory() as peak:
        output = Path(folder) / path.name
        started = time.monotonic()
        error = ""
        try:
            papermill.execute_notebook(
                path,
                output,
                parameters,
                cwd=path.parent,
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=cell_timeout,
            )
        except papermill.PapermillExecutionError as failure:
            error = f"cell {failure.cell_index}: {failure.ename}: {failure.evalue}"
        except (CellTimeoutError, DeadKernelError) as failure:
            error = f"{type(failure).__name__}: {str(failure).partition(chr(10))[0]}"
        seconds = time.monotonic() - started
        # papermill writes nothing when a kernel dies; the claims that `path` stores were not measured in this run
        notebook = nbformat.read(output, as_version=4) if output.exists() else nbformat.v4.new_notebook()
    return Result(path, notebook, seconds, peak.megabytes, error)


class _PeakMemory:
    """Watch the memory of all processes that this one starts."""

    def __enter__(self) -> _PeakMemory:
        """Start watching."""
        self.megabytes = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        """Remember the largest sum of resident memory, looking ten times a second."""
        this = psutil.Process(os.getpid())
        while not self._stop.wait(0.1):
            total = 0
            for child in this.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.megabytes = max(self.megabytes, total / 1e6)


def claims(notebook: nbformat.NotebookNode) -> list[dict]:
    """Return the claims that an executed notebook carries in its outputs."""
    return [
        claim
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for claim in output.get("data", {}).get(CLAIMS_MIME, [])
    ]


def heading(notebook: nbformat.NotebookNode, default: str = "") -> str:
    """Return the text of a notebook's first heading, or `default` where it has none."""
    for cell in notebook.cells:
        found = re.search(r"^#+\s+(.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return re.sub(r"[*`]|\s*#+$", "", found[1]).strip()
    return default


def title(notebook: nbformat.NotebookNode) -> str:
    """Return the first heading of a notebook without its number."""
    return heading(notebook).split(" · ", 1)[-1]


def slide_type(cell: nbformat.NotebookNode) -> str:
    """Return a cell's slide type, "-" where it has none."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def table_row(cells: Iterable[str]) -> str:
    """Return one row of a table in Markdown; a pipe or a line break inside a cell does not end it."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
