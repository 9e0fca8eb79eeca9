"""What a notebook of the course looks like: `problems(path)` names every departure from it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from notebooks import claims, slide_type

LONGEST_CELL, LONG_CELL, LONG_SHARE = 25, 15, 0.05
WORDS = {"lectures": (1200, 2500), "solutions": (500, 1800)}
LARGEST_BYTES = 1_500_000
EXERCISE_MINUTES = (75, 105)
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home|tmp|Users)/|[A-Z]:\\\\Users")
EXERCISE = re.compile(r"^## Exercise (\d+): .+ \((\d+) minutes(, open, no check|, open)?\)", re.MULTILINE)
NO_NOTES = {"Question", "Claims", "Further reading"}


def problems(path: Path) -> list[str]:
    """Return a sentence for each departure of a lecture or solution from the course's anatomy."""
    notebook = nbformat.read(path, as_version=4)
    kind = path.parent.name
    checks = [parameters, execution, outputs, code, words]
    checks += [title_slide, slides, figures, story] if kind == "lectures" else [exercises, figures]
    found = [text for check in checks for text in check(notebook, kind)]
    if path.stat().st_size > LARGEST_BYTES:
        found.append(f"the file has {path.stat().st_size / 1e6:.1f} MB, more than 1.5 MB")
    if MACHINE_PATH.search(path.read_text(encoding="utf-8")):
        found.append("it names a path of somebody's machine")
    return [f"{kind}/{path.name}: {text}" for text in found]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def is_hidden(cell: NotebookNode) -> bool:
    """Tell whether JupyterLab and slides fold the code of a cell away."""
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def parameters(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check the parameters cell and the import cell after it."""
    cells = code_cells(notebook)
    if [tags(cell)[:1] for cell in cells[:2]] != [["parameters"], ["imports"]]:
        yield "its first code cells are not those tagged `parameters` and `imports`"
        return
    values = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(cells[0].source).body}
    values.pop("backend", None)
    if values != {"profile": "quick", "seed": 1, "device": "auto"}:
        yield f"its parameters are {values}, not profile quick, seed 1, device auto"
    if "start_run(" not in cells[1].source:
        yield "its import cell does not call start_run"
    for cell in cells[2:]:
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source))):
            yield f"it imports outside the import cell: {cell.source.splitlines()[0]!r}"
    if kind == "lectures" and {slide_type(cell) for cell in cells[:2]} != {"skip"}:
        yield "its parameters and imports are not skipped on slides"


def execution(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check that the notebook was run from top to bottom in a fresh kernel."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield "it was not executed from top to bottom in a fresh kernel: run `make execute`"
    if "course" not in notebook.metadata:
        yield "its time and memory were not measured: run `make execute`"


def outputs(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check that no output is an error, a warning or a log."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield f"cell {number} stores an error"
            if output.output_type == "stream" and output.name == "stderr":
                yield f"cell {number} stores a warning or a log: {output.text[:60]!r}"
            if output.output_type == "stream" and "\r" in output.text:
                yield f"cell {number} stores a progress bar: run `make execute`"


def code(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check the lengths of the code cells; of plumbing whose code is folded away, only the largest."""
    lengths = {cell.id: len(cell.source.splitlines()) for cell in code_cells(notebook)}
    for cell in code_cells(notebook):
        if lengths[cell.id] > LONGEST_CELL:
            yield f"a code cell has {lengths[cell.id]} lines, at most {LONGEST_CELL}: {cell.source.splitlines()[0]!r}"
    shown = [lengths[cell.id] for cell in code_cells(notebook) if not is_hidden(cell)]
    long = sum(length > LONG_CELL for length in shown)
    if long > max(2, LONG_SHARE * len(shown)):
        yield f"{long} of {len(shown)} code cells are longer than {LONG_CELL} lines"


def words(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check the amount of text, without speaker notes."""
    text = " ".join(c.source for c in notebook.cells if c.cell_type == "markdown" and slide_type(c) != "notes")
    low, high = WORDS[kind]
    number = len(re.findall(r"[^\W\d_]{2,}", text))
    if not low <= number <= high:
        yield f"it has {number} words, not {low} to {high}"


def title_slide(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check what the first slide says."""
    text = notebook.cells[0].source
    wanted = {
        r"^# \d\d · .+": "a heading `# NN · Title`",
        r"^\*\*.+\?\*\*$": "the question in bold",
        r"^After this lecture you can$": "`After this lecture you can`",
        r"\d+ minutes · before it: ": "minutes and what to know before",
        r"^Follows .+": "the slides that it follows",
    }
    for pattern, name in wanted.items():
        if not re.search(pattern, text, re.MULTILINE):
            yield f"its title slide lacks {name}"
    if not 3 <= len(re.findall(r"^- \*\w+", text, re.MULTILINE)) <= 5:
        yield "its title slide does not name three to five abilities, each with its verb"


def slides(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check notes, questions and the live cell."""
    groups: list[list[NotebookNode]] = []
    for cell in notebook.cells:
        if slide_type(cell) == "slide" or not groups:
            groups.append([])
        groups[-1].append(cell)
    for group in groups:
        heading = group[0].source.splitlines()[0].lstrip("# ")
        types = [slide_type(cell) for cell in group]
        if heading not in NO_NOTES and "notes" not in types:
            yield f"the slide {heading!r} has no speaker notes"
        if heading == "Question" and types[1:2] != ["fragment"]:
            yield "a question has no answer on the next fragment"
        if len(heading) > 60 and not heading.startswith("0"):
            yield f"the heading {heading!r} is too long for a slide"
    if sum(group[0].source.startswith("## Question") for group in groups) < 2:
        yield "it has fewer than two questions to the audience"
    noted = sum(int(n) for c in notebook.cells for n in re.findall(r"^\*Notes · (\d+) minutes", c.source))
    promised = re.search(r"(\d+) minutes · before it", notebook.cells[0].source)
    if promised and abs(noted - int(promised[1])) > 10:
        yield f"its notes add up to {noted} minutes, its title slide says {promised[1]}"
    if not any("live" in tags(cell) for cell in notebook.cells):
        yield "it has no live cell"


def figures(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check that every figure has alternative text and a sentence after it."""
    visible = [cell for cell in notebook.cells if slide_type(cell) != "notes"]
    for cell, following in zip(visible, [*visible[1:], None], strict=True):
        pictures = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        for output in pictures:
            if not output.metadata.get("image/png", {}).get("alt", "").strip():
                yield f"a figure has no alternative text: {cell.source.splitlines()[0]!r}"
        if pictures and (following is None or following.cell_type != "markdown" or following.source.startswith("#")):
            yield f"a figure is not followed by what to see in it: {cell.source.splitlines()[0]!r}"


def story(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check how a lecture ends, and that its claims hold."""
    headings = [line for cell in notebook.cells for line in cell.source.splitlines()[:1] if line.startswith("## ")]
    if headings[-3:] != ["## Claims", "## Summary", "## Further reading"]:
        yield "it does not end with Claims, Summary and Further reading"
    found = claims(notebook)
    if len(found) < 2:
        yield "it measures fewer than two claims"
    for claim in found:
        if not claim["holds"]:
            yield f"the claim {claim['text']!r} does not hold"


def exercises(notebook: NotebookNode, kind: str) -> Iterator[str]:
    """Check headings, times, hints, answers and checks of the exercises."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = EXERCISE.findall(text)
    if not 3 <= len(found) <= 5 or [int(number) for number, _, _ in found] != list(range(1, len(found) + 1)):
        yield "it has not three to five exercises, `## Exercise 1: … (5 minutes)` and so on"
    if not EXERCISE_MINUTES[0] <= sum(int(minutes) for _, minutes, _ in found) <= EXERCISE_MINUTES[1]:
        yield f"its exercises take not {EXERCISE_MINUTES[0]} to {EXERCISE_MINUTES[1]} minutes"
    grades = {c.metadata["nbgrader"]["grade_id"]: c for c in notebook.cells if "nbgrader" in c.metadata}
    for number, _, is_open in found:
        answer, check = grades.get(f"ex{number}"), grades.get(f"ex{number}-check")
        if answer is None or "### BEGIN SOLUTION" not in answer.source or not answer.metadata.nbgrader.solution:
            yield f"exercise {number} has no answer cell ex{number} with its markers"
        if not is_open and (check is None or not check.metadata.nbgrader.grade):
            yield f"exercise {number} has no check cell ex{number}-check"
    if text.count("<summary>Hint</summary>") < sum(not is_open for _, _, is_open in found):
        yield "an exercise with a check has no folded hint"


def helpers_that_differ(paths: list[Path]) -> list[str]:
    """Return the functions that several notebooks define under one name, but not alike."""
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for cell in code_cells(nbformat.read(path, as_version=4)):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    versions[node.name][ast.dump(node)].append(path.name)
    return [
        f"{name} is written differently in {' and '.join(sorted({file[0] for file in alike.values()}))}"
        for name, alike in versions.items()
        if len(alike) > 1
    ]
