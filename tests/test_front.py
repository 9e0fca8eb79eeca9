"""The pages that a visitor sees first: citation, changelog, and links that lead somewhere."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-TEXT.md", "start.md")]
PAGES += [ROOT / name for name in ("CLAIMS.md", "data/README.md")]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
LINK = re.compile(r"""\]\(<?([^)>\s]+)|^\[[^\]]+\]:\s*(\S+)|(?:src|href)=["']([^"']+)""", re.MULTILINE)


def broken_links(page: Path) -> list[str]:
    """Return the relative links of a page in Markdown that lead to no file."""
    links = ["".join(groups) for groups in LINK.findall(page.read_text(encoding="utf-8"))]
    relative = [link for link in links if not re.match(r"[a-z][a-z0-9+.-]*:|#", link, re.IGNORECASE)]
    return [link for link in relative if not (page.parent / unquote(re.split("[?#]", link)[0])).exists()]


def citation_problems(text: str) -> str:
    """Return what check-jsonschema says of a CITATION.cff, by the schema that it ships."""
    options = ["--builtin-schema", "vendor.citation-file-format", "--default-filetype", "yaml", "-"]
    done = CliRunner().invoke(check_jsonschema.main, options, input=text)
    return "" if done.exit_code == 0 else done.output


def test_citation() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    citation = yaml.safe_load(text)
    assert citation_problems(text) == ""
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["title"] == "Deep Learning meets Physics"
    assert citation["version"] == VERSION


def test_bad_citation_is_seen() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert "'title' is a required property" in citation_problems(text.replace("title:", "titel:"))


def test_changelog_has_this_version() -> None:
    assert f"\n## [{VERSION}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    assert broken_links(page) == []


def test_broken_links_are_seen(tmp_path: Path) -> None:
    (tmp_path / "there is.md").touch()
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there%20is.md#part) [b](#here) [c](https://example.org/x.md) [d](gone.md) ![e](pictures/e.png)\n"
        '<img src="f.svg">\n[g]: g.md\n'
    )
    assert broken_links(page) == ["gone.md", "pictures/e.png", "f.svg", "g.md"]
