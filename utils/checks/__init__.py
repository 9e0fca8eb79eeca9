"""Exercise checks: they say which property of an answer holds and which does not, and never print the answer."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import numpy as np

from utils.errors import CourseError

Property = tuple[str, Callable[[], bool]]


class NotSolved(CourseError):
    """The exercise has no answer yet."""


class CheckFailed(CourseError):
    """The answer lacks a property that a right answer has."""


def run_check(exercise: str, properties: Sequence[Property], formula: str, hints: Sequence[str]) -> None:
    """Test the properties of an answer one by one, show which hold, and stop if one does not.

    Args:
        exercise: the name of the exercise, as in its heading.
        properties: pairs of a sentence ("the line goes through the mean point") and a function that tests it.
        formula: where to look it up, for instance "equation (2) of exercise 1".
        hints: they open one by one, the most general first.

    Raises:
        NotSolved: the answer is still the stub.
        CheckFailed: names the first property that does not hold.
    """
    if not properties:
        raise ValueError(f"{exercise} has no properties to check: such a check cannot fail.")
    results = []
    for text, test in properties:
        try:
            problem = "" if bool(test()) else "does not hold"
        except Exception as error:
            if is_stub(error):
                _display(f"{exercise}: not solved yet", [], formula, hints)
                raise NotSolved(
                    f"{exercise} is not solved yet, or uses an answer that is not: write it and run again."
                ) from None
            problem = f"could not be tested, {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        results.append((text, problem))
    wrong = [f"{text}: {problem}" for text, problem in results if problem]
    if wrong:
        _display(f"{exercise}: {len(results) - len(wrong)} of {len(results)} properties hold", results, formula, hints)
        raise CheckFailed(f"{exercise}: {wrong[0]}. Look at {formula}.")
    _display(f"{exercise}: solved, all {len(results)} properties hold", results, "", [])


def is_stub(error: BaseException | None) -> bool:
    """Tell whether an error is the stub of an exercise: a NotImplementedError without a word.

    Keras and TensorFlow raise another one with many words in its place; it comes from the stub all the same.
    """
    return isinstance(error, NotImplementedError) and (not error.args or is_stub(error.__context__))


def needs(names: dict[str, object], *wanted: str) -> None:
    """Stop a cell, as an unsolved exercise does, if something that it takes from an exercise is not there yet.

    Args:
        names: the notebook's variables, `globals()`.
        wanted: names of variables; an empty list counts as not there.

    Raises:
        NotSolved: names what is missing.
    """
    missing = [name for name in wanted if name not in names or (isinstance(names[name], list) and not names[name])]
    if missing:
        raise NotSolved(f"This cell needs {', '.join(missing)}: solve the exercise above first.")


def close(found: object, expected: object, rtol: float = 1e-6, atol: float = 1e-8) -> bool:
    """Tell whether two arrays have the same shape and nearly the same values."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    return found.shape == expected.shape and np.allclose(found, expected, rtol=rtol, atol=atol)


def as_array(values: object) -> np.ndarray:
    """Return a tensor of PyTorch, TensorFlow or Keras, an array or a number as an array of float64."""
    values = values.detach().cpu() if hasattr(values, "detach") else values
    values = values.numpy() if hasattr(values, "numpy") else values
    return np.asarray(values, dtype=float)


def _display(headline: str, results: list[tuple[str, str]], formula: str, hints: Sequence[str]) -> None:
    """Show the state of a check as text and as HTML with hints that unfold one inside the other."""
    from IPython.display import display

    lines = [f"[{' ' if problem else 'x'}] {text}{': ' + problem if problem else ''}" for text, problem in results]
    items = "".join(
        f"<li>{'✗' if problem else '✓'} {html.escape(text)}<br><i>{html.escape(problem)}</i></li>"
        for text, problem in results
    )
    look = f"<p>Look at {html.escape(formula)}.</p>" if formula else ""
    folded = ""
    for number in range(len(hints), 0, -1):
        text = html.escape(hints[number - 1])
        folded = f"<details><summary>Hint {number} of {len(hints)}</summary><p>{text}</p>{folded}</details>"
    bundle = {
        "text/plain": "\n".join([headline, *lines] + ([f"Look at {formula}."] if formula else [])),
        "text/html": f"<b>{html.escape(headline)}</b><ul style='list-style:none'>{items}</ul>{look}{folded}",
    }
    display(bundle, raw=True)
