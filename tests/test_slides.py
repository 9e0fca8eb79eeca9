"""Slides: every lecture's deck fits the screen and needs no network; the check finds each fault that it promises to."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import browser  # noqa: E402
import slide_check  # noqa: E402
import slides  # noqa: E402

pytestmark = pytest.mark.browser

WIDE_TABLE = "|" + " a long column |" * 20 + "\n|" + "--|" * 20 + "\n|" + " 1 |" * 20
CUT = '<div style="height: 60px; overflow: hidden">' + "<p>line</p>" * 9 + "</div>"


@pytest.fixture(scope="module")
def chromium():
    with browser.launched() as opened:
        yield opened


def png(width: int = 800, height: int = 600) -> str:
    """Return a grey picture as base64."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "grey").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def text(source: str, kind: str = "-") -> NotebookNode:
    return new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def code(source: str, *outputs: NotebookNode, kind: str = "-", tags: tuple[str, ...] = ()) -> NotebookNode:
    metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return new_code_cell(source, execution_count=1, outputs=list(outputs), metadata=metadata)


def folded(cell: NotebookNode) -> NotebookNode:
    """Return a cell with its code folded away, as JupyterLab stores it."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def figure(alt: str | None = "A grey square", **size: int) -> NotebookNode:
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return new_output("display_data", data={"image/png": png(**size), "text/plain": "<Figure>"}, metadata=metadata)


def page(markup: str) -> NotebookNode:
    data = {"text/html": markup, "text/plain": "<HTML>"}
    return new_output("execute_result", data=data, execution_count=1)


def good_cells() -> list[NotebookNode]:
    """Return a lecture with one of everything that a lecture may hold."""
    slider = new_output("display_data", data={slides.WIDGET_MIME: {"model_id": "1"}, "text/plain": "IntSlider()"})
    log = new_output("stream", name="stderr", text="a log line")
    return [
        text("# A *good* lecture\n\nWhat is $E = mc^2$?", "slide"),
        text("Point at the $E$.", "notes"),
        code("secret = 1", kind="skip"),
        text("## Code and figure", "slide"),
        code("x = 1\n" * 8, figure('Two "words" & more', width=900, height=900), log),
        text("Seen last.", "fragment"),
        text("Say so.", "notes"),
        text("## Below", "subslide"),
        folded(code("hidden()", new_output("stream", name="stdout", text="3680 parameters\n"))),
        code("table()", page('<table class="dataframe"><tr><td>shown</td></tr></table>')),
        text("\\begin{align}\na &= b \\\\\nc &= \\mathcal{L}_\\theta\n\\end{align}", "fragment"),
        text("## Play", "slide"),
        code("play()", tags=("live",)),
        code("still()", slider, figure()),
        code("teachers_only()", kind="slide", tags=("remove_slides",)),
        text("| a | b |\n|--|--|\n| 1 | 2 |"),
    ]


def write(folder: Path, cells: list[NotebookNode], name: str = "sample") -> Path:
    notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def found_in(chromium, folder: Path, cells: list[NotebookNode]) -> list[str]:
    [deck] = slides.build([write(folder, cells)], folder / "slides")
    return slide_check.check_deck(chromium, deck)


@pytest.mark.parametrize("lecture", slides.find("lectures"), ids=lambda path: path.stem)
def test_lecture_fits_the_screen(chromium, tmp_path, lecture):
    [deck] = slides.build([lecture], tmp_path)
    found = slide_check.check_deck(chromium, deck)
    assert not found, "\n".join(found)


def test_good_deck_passes(chromium, tmp_path):
    assert found_in(chromium, tmp_path, good_cells()) == []


def test_deck_shows_what_it_should(chromium, tmp_path):
    [deck] = slides.build([write(tmp_path, good_cells())], tmp_path / "slides")
    tab = chromium.new_page(viewport={"width": 1280, "height": 720})
    tab.goto(deck.as_uri())
    places = tab.evaluate(slide_check.READY)
    assert [(place["h"], place["v"]) for place in places] == [(0, 0), (1, 0), (1, 1), (2, 0), (3, 0)]
    assert tab.title() == "A good lecture"
    shown = tab.locator(".slides").inner_html()
    for hidden in ("secret", "hidden()", "play()", "IntSlider", "teachers_only", "a log line"):
        assert hidden not in shown
    for visible in ("3680 parameters", "shown", "still", "mjx-container"):
        assert visible in shown
    assert tab.locator("img").first.get_attribute("alt") == 'Two "words" & more'
    assert tab.locator("aside.notes").all_text_contents() == ["Point at the $E$.\n", "Say so.\n"]
    assert tab.locator(".fragment aside").count() == 0
    assert tab.locator(".fragment").count() == 2
    assert tab.evaluate("Reveal.getConfig().transition") == "none"
    tab.close()


def test_figure_takes_the_height_left(chromium, tmp_path):
    [deck] = slides.build([write(tmp_path, good_cells())], tmp_path / "slides")
    tab = chromium.new_page(viewport={"width": 1280, "height": 720})
    tab.goto(deck.as_uri())
    tab.evaluate(slide_check.READY)
    tab.evaluate(slide_check.SHOW, [1, 0])
    box = tab.locator("img").first.bounding_box()
    tab.close()
    assert 300 <= box["height"] < 480
    assert box["width"] == pytest.approx(box["height"], abs=1)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([code("x = 1\n" * 40)], "px high, 720 fit"),
        ([text("word\n\n" * 30)], "px high, 720 fit"),
        ([text("Look:"), text("word\n\n" * 30, "fragment")], "px high, 720 fit"),
        ([text("- word\n" * 12), code("plot()", figure())], "a figure is only"),
        ([code("x = " + "1 + " * 60 + "1")], "px wide, 1280 fit"),
        ([code("print()", new_output("stream", name="stdout", text="word " * 60))], "px wide, 1280 fit"),
        ([text(WIDE_TABLE)], "px wide, 1280 fit"),
        ([text("$$" + "x + " * 80 + "x$$")], "px wide, 1280 fit"),
        ([code("show()", page('<p style="margin-left: -200px">word</p>'))], "left of its edge"),
        ([code("show()", page(CUT))], "a part is cut off"),
        ([code("show()", page('<pre style="overflow: auto">' + "word " * 60))], "px wide, 1280 fit"),
        ([code("plot()", figure(alt=None))], "no alternative text"),
        ([text("![](data:image/png;base64," + png(20, 20) + ")")], "no alternative text"),
        ([text("![A](nowhere.png)")], "a picture cannot be shown"),
        ([text("![A](https://example.org/a.png)")], "not in the notebook but at https://example.org/a.png"),
        ([text("So $\\frac{1}$ is.")], "a formula is wrong"),
        ([text("So $\\frac{1}{2$ is.")], "maths was left as text"),
        ([text("So $\\nosuchcommand$ is.")], "Undefined control sequence \\nosuchcommand"),
        ([text("It costs $5.")], "maths was left as text"),
        ([text("So \\alpha is.")], "maths was left as text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fault_is_found_on_its_slide(chromium, tmp_path, cells, message):
    found = found_in(chromium, tmp_path, [text("# Title", "slide"), text("## Faulty", "subslide"), *cells])
    assert any(line.startswith("sample.html, slide 2 (Faulty): ") and message in line for line in found), found
    assert not any("slide 1" in line for line in found)


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ('<script>throw new Error("oh no")</script>', "a script fails: oh no"),
        ('<script>console.error("oh dear")</script>', "the browser reports an error: oh dear"),
        ('<script src="https://example.org/a.js"></script>', "asks for the network: https://example.org/a.js"),
        ('<link rel="stylesheet" href="nowhere.css">', "the browser reports an error"),
    ],
)
def test_fault_of_the_page_is_found(chromium, tmp_path, markup, message):
    found = found_in(chromium, tmp_path, [text("# Title", "slide"), code("show()", page(markup))])
    assert len(found) == 1
    assert found[0].startswith("sample.html, while loading: ") and message in found[0]


def test_fault_on_paging_is_found(chromium, tmp_path):
    markup = (
        '<script>addEventListener("load", () => Reveal.on("slidechanged", () => { throw new Error("late") }))</script>'
    )
    found = found_in(chromium, tmp_path, [text("# A", "slide"), code("show()", page(markup)), text("# B", "slide")])
    assert found == ["sample.html, slide 2 (B): a script fails: late"]


def run_tool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "slides.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_command_builds_checks_and_lists(tmp_path):
    good = write(tmp_path, good_cells(), "01_good")
    long = write(tmp_path, [text("# Long & bad", "slide"), code("x = 1\n" * 40)], "02_long")
    done = run_tool("--out", tmp_path / "slides", "--check", good)
    assert done.returncode == 0, done.stderr
    assert "1 deck checked: no problems." in done.stdout
    done = run_tool("--out", tmp_path / "slides", "--check", long)
    assert done.returncode == 1
    assert "02_long.html, slide 1 (Long & bad): runs off the screen" in done.stdout
    listed = (tmp_path / "slides" / "index.html").read_text(encoding="utf-8")
    assert '<a href="01_good.html">A good lecture</a>' in listed
    assert '<a href="02_long.html">Long &amp; bad</a>' in listed


def test_command_explains_what_is_wrong(tmp_path):
    plain = write(tmp_path, [text("# No slides")], "plain")
    new = write(tmp_path, [text("# Title", "slide"), new_code_cell("x = 1")], "new")
    other = tmp_path / "other.ipynb"
    other.write_text("no notebook")
    empty = tmp_path / "empty.ipynb"
    empty.write_text("{}")
    for path, words in [
        (tmp_path / "nowhere.ipynb", "does not exist"),
        (plain, "has no slides"),
        (new, "was not executed (cell 2"),
        (other, "is not a Jupyter notebook"),
        (empty, "is not a Jupyter notebook"),
    ]:
        done = run_tool("--out", tmp_path / "slides", path)
        assert done.returncode == 1
        assert words in done.stderr and len(done.stderr.splitlines()) == 1


def test_browser_that_is_named_is_taken(monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER", sys.executable)
    assert browser.find_browser() == sys.executable
    monkeypatch.setenv("COURSE_BROWSER", "no-such-browser")
    with pytest.raises(browser.BrowserMissing, match="no-such-browser"):
        browser.ensure_browser()


def test_missing_browser_is_explained(monkeypatch):
    monkeypatch.delenv("COURSE_BROWSER", raising=False)
    for name in ("playwrights_own", "installed_apps"):
        monkeypatch.setattr(browser, name, list)
    monkeypatch.setattr(browser.shutil, "which", lambda command: None)
    monkeypatch.setattr(browser, "succeeds", lambda *command: False)
    with pytest.raises(browser.BrowserMissing, match="install Chromium or Google Chrome"):
        browser.ensure_browser()
