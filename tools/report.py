"""Build the tables of README.md and start.md from what the executed notebooks carry."""

from __future__ import annotations

import tomllib

import nbformat

from notebooks import ROOT, claims, find, table_row, title

BEGIN, END = "<!-- made by `make execute`: do not edit -->", "<!-- end -->"


HEAD = ["| | lecture | tutorial | solution |", "| --- | --- | --- | --- |"]
LINKS = (("tutorials", "exercises"), ("solutions", "answers"))


def curriculum() -> dict:
    """Return the map of the course as its file holds it."""
    return tomllib.loads((ROOT / "tools/curriculum.toml").read_text(encoding="utf-8"))


def parts() -> list[dict]:
    """Return the parts of the course with their lectures' names."""
    return curriculum()["part"]


def name_of(stem: str) -> str:
    """Return the name of a lecture that has no notebook yet."""
    return curriculum()["titles"].get(stem, stem[3:].replace("_", " ").capitalize())


def map_table() -> str:
    """Return the map of the course: every lecture, with links to those that exist."""
    lines = []
    for number, part in enumerate(parts()):
        lines += [f"### Part {number} · {part['title']}", "", *HEAD]
        for stem in part["lectures"]:
            path = ROOT / f"lectures/{stem}.ipynb"
            if path.exists():
                links = (f"[{word}]({folder}/{stem}.ipynb)" for folder, word in LINKS)
                cells = [f"[{title(nbformat.read(path, as_version=4))}](lectures/{stem}.ipynb)", *links]
            else:
                cells = [f"{name_of(stem)} (in preparation)", "", ""]
            lines.append(table_row([stem[:2], *cells]))
        lines.append("")
    return "\n".join(lines).strip()


def status_table() -> str:
    """Return time, memory and claims of every notebook that exists."""
    lines = ["| notebook | status | seconds | peak memory | claims that hold |", "| --- | --- | --: | --: | --: |"]
    for path in find("lectures", "solutions"):
        folder = path.parent.name
        notebook = nbformat.read(path, as_version=4)
        measured = notebook.metadata.get("course", {"seconds": float("nan"), "peak_mb": float("nan")})
        status = "runs" if "course" in notebook.metadata else "was not run"
        found = claims(notebook)
        held = f"{sum(claim['holds'] for claim in found)} of {len(found)}" if found else "–"
        lines.append(
            f"| [{folder}/{path.stem}]({folder}/{path.name}) | {status} | {measured['seconds']:.0f} | "
            f"{measured['peak_mb']:.0f} MB | {held} |"
        )
    return "\n".join(lines)


def claims_table() -> str:
    """Return the claims of every lecture with their measured numbers."""
    lines = ["| lecture | claim | measured | holds if | slides or literature |", "| --- | --- | --- | --- | --- |"]
    for path in find("lectures"):
        for claim in claims(nbformat.read(path, as_version=4)):
            cells = [path.stem[:2], claim["text"], claim["measured"], claim["condition"], claim["slides"] or "–"]
            lines.append(table_row(cells))
    return "\n".join(lines)


TABLES = {
    "start.md": {"map": map_table},
    "README.md": {"map": map_table, "status": status_table, "claims": claims_table},
}


def filled(text: str, tables: dict[str, str]) -> str:
    """Return the text with each table between its marks.

    Raises:
        ValueError: the marks of a table are missing.
    """
    for name, table in tables.items():
        begin = f"<!-- {name} -->{BEGIN}"
        if begin not in text or END not in text.split(begin, 1)[1]:
            raise ValueError(f"The marks of the table {name!r} are missing: {begin} … {END}")
        head, rest = text.split(begin, 1)
        text = f"{head}{begin}\n\n{table}\n\n{END}{rest.split(END, 1)[1]}"
    return text


def updated(page: str) -> str:
    """Return what a page should contain."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return filled(text, {name: make() for name, make in TABLES[page].items()})


def write_tables() -> None:
    """Renew the tables of all pages."""
    for page in TABLES:
        (ROOT / page).write_text(updated(page), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_tables()
