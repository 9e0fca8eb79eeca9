"""Look at every slide of a deck in a browser, as a member of the audience would: `python tools/slides.py --check`.

Found are slides that run off the screen, anything that asks for the network, errors of scripts, pictures without
alternative text, and maths that is wrong or was not typeset.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route

from browser import BrowserMissing, launched

WIDTH, HEIGHT = 1280, 720
LEAST_FIGURE = 300  # px of height, for what is written in it to be read from the last row
LOCAL = ("file:", "data:", "blob:", "about:")
NO_ALT = "No description has been provided for this image"  # what nbconvert writes where there is none

READY = r"""async () => {
    await MathJax.startup.promise;
    await document.fonts.ready;
    await Promise.allSettled([...document.images].map(image => image.decode()));
    if (!Reveal.isReady()) await new Promise(done => Reveal.on("ready", done));
    return Reveal.getSlides().map(slide => {
        const heading = slide.querySelector("h1, h2, h3, h4, h5, h6") || slide.querySelector(".page");
        return {...Reveal.getIndices(slide), heading: heading.textContent.trim().split("\n")[0].slice(0, 60)};
    });
}"""

SHOW = r"""([h, v]) => {
    Reveal.slide(h, v);
    while (Reveal.nextFragment()) {}
}"""

# What is drawn on the slide shown, in the slide's own pixels: every element and every piece of text, cut off or not.
LOOK = r"""() => {
    const slide = Reveal.getCurrentSlide(), scale = Reveal.getScale();
    const origin = document.querySelector(".reveal .slides").getBoundingClientRect();
    const found = {boxes: [], cut: [], pictures: [], formulas: [], untypeset: []};
    const words = node => (node.alt || node.textContent || "").trim().replace(/\s+/g, " ").slice(0, 50);
    const measure = (range, node) => {
        const box = range.getBoundingClientRect();
        if (box.width && box.height) found.boxes.push({
            left: (box.left - origin.left) / scale, right: (box.right - origin.left) / scale,
            top: (box.top - origin.top) / scale, bottom: (box.bottom - origin.top) / scale, words: words(node),
        });
    };
    const visit = node => {
        if (node.nodeType === Node.TEXT_NODE) {
            const range = document.createRange();
            range.selectNodeContents(node);
            measure(range, node);
            const escaped = node.textContent === "$";
            const plain = !node.parentElement.closest("pre, code, mjx-container, svg");
            if (plain && !escaped && /\$|\\[a-zA-Z]{2,}|\\[()\[\]]/.test(node.textContent))
                found.untypeset.push(words(node));
        }
        if (node.nodeType !== Node.ELEMENT_NODE) return;
        if (node.matches("aside.notes, script, style, mjx-assistive-mml")) return;
        if (node !== slide) measure(node, node);
        const style = getComputedStyle(node), room = 2;
        if (style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + room && node.clientWidth ||
            style.overflowY !== "visible" && node.scrollHeight > node.clientHeight + room && node.clientHeight)
            found.cut.push(words(node));
        if (node.matches("img")) found.pictures.push({
            alt: node.alt, source: node.src, own: [node.naturalWidth, node.naturalHeight],
            drawn: node.getBoundingClientRect().height / scale, room: node.parentElement.clientWidth,
        });
        if (node.matches("[data-mjx-error]")) found.formulas.push(node.getAttribute("data-mjx-error"));
        node.childNodes.forEach(visit);
    };
    visit(slide);
    return found;
}"""


def check_deck(browser: Browser, deck: Path) -> list[str]:
    """Open a deck, page through all its slides with all fragments shown, and return the problems found, one a line.

    Each names the deck and, where it belongs to one, the slide by its number (as the deck shows it) and its heading.

    Args:
        browser: a browser from `browser.launched()`.
        deck: a page written by slides.py.
    """
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    try:
        return DeckVisit(context.new_page(), deck).problems()
    finally:
        context.close()


class DeckVisit:
    """One walk through a deck: the browser's complaints are kept with the slide that was shown."""

    def __init__(self, page: Page, deck: Path) -> None:
        """Open the deck in `page`, with the network cut off."""
        self.page, self.deck, self.where, self.found = page, deck, "while loading", []
        page.route(lambda url: not url.startswith(LOCAL), self.refuse)
        page.on("pageerror", lambda error: self.add(f"a script fails: {error.message}"))
        page.on("console", self.listen)
        page.goto(deck.resolve().as_uri())

    def add(self, problem: str) -> None:
        """Keep a problem with the slide shown."""
        self.found.append(f"{self.deck.name}, {self.where}: {problem}")

    def refuse(self, route: Route) -> None:
        """Refuse a request that would leave this machine."""
        self.add(f"asks for the network: {route.request.url}")
        route.abort()

    def listen(self, message: ConsoleMessage) -> None:
        """Keep an error in the browser's console, but for those that follow from a refused request."""
        refused = "Failed to load" in message.text and not message.location["url"].startswith(LOCAL)
        if message.type == "error" and not refused:
            self.add(f"the browser reports an error: {message.text}")

    def problems(self) -> list[str]:
        """Return what is wrong with the deck."""
        try:
            slides = self.page.evaluate(READY)
        except Error as error:  # whatever keeps reveal.js or MathJax from starting
            self.add(f"the deck does not start: {str(error).splitlines()[0]}")
            return self.found
        for number, slide in enumerate(slides, 1):
            self.where = f"slide {number} ({slide['heading']})"
            self.page.evaluate(SHOW, [slide["h"], slide["v"]])
            for problem in faults(self.page.evaluate(LOOK)):
                self.add(problem)
        return self.found


def faults(look: dict[str, Any]) -> list[str]:
    """Say what is wrong with one slide, given what the browser measured on it."""
    found = []
    sides = (
        ("bottom", "high", HEIGHT, 1),
        ("right", "wide", WIDTH, 1),
        ("top", "above its upper edge", 0, -1),
        ("left", "left of its edge", 0, -1),
    )
    for side, word, limit, sign in sides:
        worst = max(look["boxes"], key=lambda box: (sign * box[side], -len(box["words"])), default=None)
        if worst and sign * (worst[side] - limit) > 1:
            size = f"{worst[side]:.0f} px {word}, {limit} fit" if limit else f"{-worst[side]:.0f} px {word}"
            found.append(f'runs off the screen ({size}) at "{worst["words"]}"')
    found += [f'a part is cut off, or only seen by scrolling: "{words}"' for words in look["cut"]]
    found += [fault for picture in look["pictures"] for fault in picture_faults(picture)]
    found += [f"a formula is wrong: {message}" for message in look["formulas"]]
    found += [f'maths was left as text (money is written 5 USD, without a $): "{words}"' for words in look["untypeset"]]
    return found


def picture_faults(picture: dict[str, Any]) -> list[str]:
    """Say what is wrong with one picture on a slide."""
    found = []
    if picture["alt"].strip() in ("", NO_ALT):
        found.append("a picture has no alternative text")
    if not picture["source"].startswith(LOCAL):
        return [*found, f"a picture is not in the notebook but at {picture['source'][:80]}"]
    width, height = picture["own"]
    if not width:
        return [*found, f"a picture cannot be shown: {picture['source'][:80]}"]
    least = min(height, LEAST_FIGURE, height * picture["room"] / width)
    if picture["drawn"] < least - 1:
        found.append(f"a figure is only {picture['drawn']:.0f} px high ({LEAST_FIGURE} can be read): shorten the rest")
    return found


def report(decks: list[Path]) -> int:
    """Check `decks`, print what is wrong with them, and return the exit status: 0 if nothing is."""
    try:
        with launched() as browser:
            found = [problem for deck in decks for problem in check_deck(browser, deck)]
    except BrowserMissing as error:
        print(error, file=sys.stderr)
        return 1
    for problem in found:
        print(problem)
    print(f"{len(decks)} deck{'s' * (len(decks) > 1)} checked: {len(found) or 'no'} problem{'s' * (len(found) != 1)}.")
    return bool(found)
