"""Progress bars for cells that take more than a few seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tqdm.std import tqdm


def progress(steps: Iterable | None = None, text: str = "", total: int | None = None) -> tqdm:
    """Return a bar that moves while a loop runs over `steps`, and that disappears at the end.

    It writes to standard output, as a warning would not, and shows what is left in seconds.

    Args:
        steps: what to loop over; None for a bar that is moved by its `update` method, in a `with` block.
        text: what the steps are, in a word or two.
        total: the number of steps, where `steps` has no length.

    Raises:
        ValueError: there are neither steps nor a total.
    """
    if steps is None and total is None:
        raise ValueError("Give a bar the steps to loop over, or how many there are: progress(range(100)).")
    layout = "{desc}: {percentage:3.0f} % |{bar:30}| {n_fmt} of {total_fmt}, {remaining} left"
    return tqdm(
        steps, text or "steps", total, leave=False, file=sys.stdout, bar_format=layout, mininterval=0.2, ascii=" #"
    )
