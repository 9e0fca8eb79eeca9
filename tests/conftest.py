"""What all tests share: the maintainers' tools can be imported, and what a notebook would display can be read."""

import sys
from pathlib import Path

import IPython.display
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Return the bundles that are displayed."""
    bundles: list[dict] = []

    def display(bundle: dict, raw: bool) -> None:
        assert raw
        bundles.append(bundle)

    monkeypatch.setattr(IPython.display, "display", display)
    return bundles
