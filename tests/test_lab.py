"""What `make lab` and `make present` open: the start page, and slides whose cells run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from browser import launched
from notebooks import ROOT

pytestmark = pytest.mark.browser
MINUTE = 60_000  # in Playwright's milliseconds


@contextmanager
def lab(*options: str) -> Iterator[tuple[str, str]]:
    """Start JupyterLab as the commands do, without a browser of its own; yield what it says and its address."""
    command = [sys.executable, "tools/lab.py", "--no-browser", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    last = "Ctrl + Enter" if options else "Stop it"
    said = ""
    try:
        for line in process.stdout:
            said += line
            if last in line:
                break
        yield said, re.search(r"http://127\S+", said)[0]
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def page() -> Iterator:
    with launched() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 720})


def test_start_page_leads_to_each_notebook(page):
    strangers = []
    page.on("request", lambda request: strangers.append(request.url) if "127.0.0.1" not in request.url else None)
    with lab() as (said, address):
        assert "There is no display here. Open this address" in said and "ssh -L" in said
        page.goto(address, wait_until="commit", timeout=MINUTE)
        links = page.locator(".jp-RenderedMarkdown td a")
        links.first.wait_for(timeout=MINUTE)
        words = links.all_inner_texts()
        assert "Linear regression" in words and "exercises" in words and "answers" in words
        page.get_by_role("link", name="exercises").first.click()
        page.locator("strong", has_text="Calibrate a detector channel").wait_for(timeout=MINUTE)
        assert page.get_by_text("Mem:").count(), "the memory in use is not shown"
        assert page.locator(".jp-Dialog").count() == 0
    assert [url for url in strangers if not url.startswith(("data:", "blob:"))] == []


def test_live_slides_run_their_cells(page):
    with lab("--present", "01") as (_, address):
        page.goto(address, wait_until="commit", timeout=MINUTE)
        page.locator("strong", has_text="How flat is the Earth").wait_for(timeout=MINUTE)
        page.wait_for_timeout(2000)
        for _ in range(80):
            if page.locator("section.present:not(.stack) h3", has_text="Try it").count():
                break
            page.keyboard.press("Space")
            page.wait_for_timeout(200)
        page.locator(".cm-content", has_text="live(draw_steps").last.click(timeout=MINUTE)
        page.keyboard.press("Control+Enter")
        page.locator(".noUi-handle:visible").first.wait_for(timeout=MINUTE)
        assert page.locator("img.widget-image:visible").count() == 1


def test_a_lecture_that_does_not_exist():
    command = [sys.executable, "tools/lab.py", "--present", "99"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("There is no lecture '99'; there are: 01")
    assert done.stderr.count("\n") == 1
