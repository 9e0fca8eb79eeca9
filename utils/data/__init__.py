"""Data of the course: tables that ship in data/, and generators of events."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np

from utils.errors import CourseError

DATA = Path(__file__).parents[2] / "data"


class DataError(CourseError):
    """A file in data/ is missing or is not the one that its card describes."""


def checked_path(name: str, folder: Path = DATA) -> Path:
    """Return the path of a shipped file after comparing its SHA-256 with the one on its card.

    Args:
        name: folder and file, for instance "hubble_1929/galaxies.csv".
        folder: where the data sets lie.

    Raises:
        DataError: the file is missing, or its content differs from the card's.
    """
    path = folder / name
    remedy = f"`git checkout -- data/{name}` brings back the original."
    if not path.is_file():
        raise DataError(f"The file data/{name} is missing; {remedy}")
    card = path.with_name("README.md")
    if not card.is_file():
        raise DataError(f"The card of data/{name} is missing; `git checkout -- data/` brings it back.")
    match = re.search(rf"`{re.escape(path.name)}`[^\n]*?`([0-9a-f]{{64}})`", card.read_text(encoding="utf-8"))
    if match is None:
        raise DataError(f"The card of data/{name} gives no SHA-256 for it; {remedy}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != match.group(1):
        raise DataError(f"The file data/{name} was altered: its SHA-256 is not the one on its card; {remedy}")
    return path


def load_table(name: str) -> np.ndarray:
    """Return a shipped CSV table as a structured array, one field a column, shape (rows,).

    Raises:
        DataError: as `checked_path`.
    """
    return np.genfromtxt(checked_path(name), delimiter=",", names=True, dtype=None, encoding="utf-8")
