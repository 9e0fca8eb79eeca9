"""Build slides from executed lectures: `python tools/slides.py [--check] [notebook ...]`.

One reveal.js deck per notebook (all of lectures/ if none is named), a list of them, and what they need to work without
a network: open build/slides/index.html. In a deck, `s` opens the speaker's view and `?` lists the keys; `?print-pdf` in
its address, before any `#`, lays it out for printing. With --check, every slide is then looked at in a browser.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from notebooks import ROOT, WIDGET_MIME, find, heading, slide_type

TEMPLATE = ROOT / "tools" / "slides_template"
BUILD = ROOT / "build" / "slides"
NOT_ON_SLIDES = {"live", "remove_slides"}
REVEAL_FILES = {
    "LICENSE": "LICENSE",
    "dist/reset.css": "reset.css",
    "dist/reveal.css": "reveal.css",
    "dist/reveal.js": "reveal.js",
    "dist/theme/white.css": "theme/white.css",
    "dist/theme/fonts/source-sans-pro": "theme/fonts/source-sans-pro",
    "plugin/notes/notes.js": "notes.js",
}
LIST = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Slides</title>
<link rel="stylesheet" href="assets/reveal/theme/fonts/source-sans-pro/source-sans-pro.css">
<style>body {{ max-width: 40em; margin: 3em auto; padding: 0 1em; font: 20px "Source Sans Pro"; }}</style>
</head>
<body>
<h1>Slides</h1>
<ul>
{items}
</ul>
</body>
</html>
"""


class SlidesError(Exception):
    """Slides that cannot be built; the text tells the student what to do."""


@dataclass
class Step:
    """Cells that appear together."""

    cells: list[NotebookNode] = field(default_factory=list)
    fragment: bool = False


@dataclass
class Page:
    """What one screen shows, step by step, and the speaker's notes on it."""

    steps: list[Step] = field(default_factory=lambda: [Step()])
    notes: list[NotebookNode] = field(default_factory=list)


def read_lecture(path: Path) -> NotebookNode:
    """Return the notebook at `path`.

    Raises:
        SlidesError: it does not exist, is no notebook, has no slides, or was not executed.
    """
    if not path.is_file():
        raise SlidesError(f"{path} does not exist: name a notebook such as lectures/01_topic.ipynb.")
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise SlidesError(f"{path} is not a Jupyter notebook.") from error
    if "slide" not in map(slide_type, notebook.cells):
        raise SlidesError(f"{path} has no slides: give its cells slide types in JupyterLab's property inspector.")
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise SlidesError(
                f"{path} was not executed (cell {number} was not): run it from top to bottom and save it."
            )
    return notebook


def columns(cells: list[NotebookNode]) -> list[list[Page]]:
    """Group cells into slides, each a list of pages: the slide itself and the sub-slides under it.

    Left out are cells of type "skip" and those tagged `live` or `remove_slides`; one of these still starts its slide.
    """
    slides = [[Page()]]
    for cell in cells:
        kind = slide_type(cell)
        if kind == "slide":
            slides.append([Page()])
        elif kind == "subslide":
            slides[-1].append(Page())
        page = slides[-1][-1]
        if kind == "skip" or NOT_ON_SLIDES & set(cell.metadata.get("tags", [])):
            continue
        if kind == "notes":
            page.notes.append(cell)
            continue
        if kind == "fragment":
            page.steps.append(Step(fragment=True))
        page.steps[-1].cells.append(tidied(cell))
    filled = [[page for page in slide if any(step.cells for step in page.steps)] for slide in slides]
    return [slide for slide in filled if slide]


def tidied(cell: NotebookNode) -> NotebookNode:
    """Return a cell without what a still slide cannot show (widgets) or should not (collapsed code, error streams)."""
    if cell.cell_type != "code":
        return cell
    cell = NotebookNode(cell)
    stills = [output for output in cell.outputs if WIDGET_MIME not in output.get("data", {})]
    cell.outputs = [output for output in stills if output.get("name") != "stderr"]
    if cell.metadata.get("jupyter", {}).get("source_hidden", False):
        cell.metadata = NotebookNode({**cell.metadata, "transient": {"remove_source": True}})
    return cell


def write_deck(path: Path, folder: Path) -> Path:
    """Write the deck of the lecture at `path` into `folder`; return the deck's path.

    Raises:
        SlidesError: see read_lecture.
    """
    notebook = read_lecture(path)
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        embed_images=True,
        exclude_anchor_links=True,
    )
    resources = {
        "columns": columns(notebook.cells),
        "title": heading(notebook, path.stem),
        "metadata": {"name": path.stem, "path": str(path.resolve().parent)},
    }
    page, _ = exporter.from_notebook_node(notebook, resources)
    deck = folder / f"{path.stem}.html"
    deck.write_text(page, encoding="utf-8")
    return deck


def package_folder(name: str) -> Path:
    """Return the folder of an installed package without importing it.

    Raises:
        SlidesError: it is not installed.
    """
    found = importlib.util.find_spec(name)
    if not found or not found.origin:
        raise SlidesError(f"The package {name} is missing: install the course's environment as README.md says.")
    return Path(found.origin).parent


def copy_assets(folder: Path) -> None:
    """Copy what all decks share into `folder`: reveal.js with its theme, MathJax, and the course's style sheet.

    Raises:
        SlidesError: a package that brings them is missing.
    """
    reveal = package_folder("sphinx_revealjs") / "_static" / "revealjs"
    mathjax = package_folder("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg-full.js"
    files = {reveal / source: folder / "reveal" / target for source, target in REVEAL_FILES.items()}
    files[mathjax] = folder / "mathjax" / mathjax.name
    for source, target in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    style = (TEMPLATE / "deck.css").read_text(encoding="utf-8")
    (folder / "deck.css").write_text(f"{colours}\n{style}", encoding="utf-8")


def write_list(folder: Path) -> None:
    """Write index.html, which lists the decks in `folder`."""
    items = []
    for deck in sorted(folder.glob("*.html")):
        title = re.search("<title>(.*?)</title>", deck.read_text(encoding="utf-8"), re.DOTALL)
        if deck.name != "index.html" and title:
            items.append(f'<li><a href="{html.escape(deck.name)}">{title[1]}</a></li>')
    (folder / "index.html").write_text(LIST.format(items="\n".join(items)), encoding="utf-8")


def build(lectures: list[Path], folder: Path) -> list[Path]:
    """Build the decks of `lectures` and all that they need in `folder`; return the decks' paths.

    Raises:
        SlidesError: a lecture cannot be made into slides, or a package is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder / "assets")
    decks = [write_deck(lecture, folder) for lecture in lectures]
    write_list(folder)
    return decks


def main() -> None:
    """Build the decks that the command line names, and check them if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="executed lectures (default: all of lectures/)")
    parser.add_argument("--out", type=Path, default=BUILD, help="folder for the decks")
    parser.add_argument("--check", action="store_true", help="then look at every slide in a browser")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a heading's θ must not stop a Windows console
    try:
        lectures = options.notebooks or find("lectures")
        if not lectures:
            raise SlidesError("lectures/ holds no notebook yet: name one, for instance lectures/01_topic.ipynb.")
        if not options.notebooks and options.out == BUILD:
            shutil.rmtree(BUILD, ignore_errors=True)  # decks of lectures that are there no longer
        decks = build(lectures, options.out)
    except SlidesError as error:
        sys.exit(str(error))
    print(f"{len(decks)} deck{'s' * (len(decks) > 1)}: open {options.out / 'index.html'}")
    if options.check:
        from slide_check import report

        sys.exit(report(decks))


if __name__ == "__main__":
    main()
