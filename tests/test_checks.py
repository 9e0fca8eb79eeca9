"""The framework of exercise checks: what it shows for an answer that is missing, wrong, broken or right."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest

from utils.checks import CheckFailed, NotSolved, Property, as_array, close, needs, run_check
from utils.errors import CourseError

HINTS = ["Think of a <b>line</b>.", "Two parameters.", "Use np.polyfit."]
FORMULA = "equation (1) & its proof"
FOLDED = (
    "<details><summary>Hint 1 of 3</summary><p>Think of a &lt;b&gt;line&lt;/b&gt;.</p>"
    "<details><summary>Hint 2 of 3</summary><p>Two parameters.</p>"
    "<details><summary>Hint 3 of 3</summary><p>Use np.polyfit.</p></details></details></details>"
)


def raising(error: Exception) -> Callable[[], bool]:
    """Return a test that raises an error."""

    def test() -> bool:
        raise error

    return test


def run(*properties: Property) -> None:
    run_check("Exercise 7", properties, FORMULA, HINTS)


def test_right_answer(shown: list[dict]) -> None:
    run(("one", lambda: True), ("two", lambda: 1))
    (bundle,) = shown
    assert bundle["text/plain"] == "Exercise 7: solved, all 2 properties hold\n[x] one\n[x] two"
    assert bundle["text/html"].count("✓") == 2
    for text in ("✗", "<details>", "Look at"):
        assert text not in bundle["text/html"]


def test_wrong_answer(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed) as told:
        run(("one", lambda: True), ("two", lambda: False), ("three", lambda: True), ("four", lambda: 0))
    assert str(told.value) == "Exercise 7: two: does not hold. Look at equation (1) & its proof."
    (bundle,) = shown
    assert bundle["text/plain"].splitlines() == [
        "Exercise 7: 2 of 4 properties hold",
        "[x] one",
        "[ ] two: does not hold",
        "[x] three",
        "[ ] four: does not hold",
        "Look at equation (1) & its proof.",
    ]
    assert re.findall("[✓✗] [a-z]+", bundle["text/html"]) == ["✓ one", "✗ two", "✓ three", "✗ four"]
    assert "<p>Look at equation (1) &amp; its proof.</p>" in bundle["text/html"]


def test_hints_open_one_inside_the_other(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed):
        run(("one", lambda: False))
    assert shown[0]["text/html"].endswith(FOLDED)
    assert "Hint" not in shown[0]["text/plain"]
    assert not [hint for hint in HINTS if hint in shown[0]["text/plain"]]


def test_unsolved(shown: list[dict]) -> None:
    with pytest.raises(NotSolved) as told:
        run(("one", raising(NotImplementedError())), ("two", lambda: pytest.fail("it goes on")))
    assert str(told.value).startswith("Exercise 7 is not solved yet")
    assert told.value.__suppress_context__
    (bundle,) = shown
    assert bundle["text/plain"] == "Exercise 7: not solved yet\nLook at equation (1) & its proof."
    assert bundle["text/html"].endswith(FOLDED)


def test_a_missing_operation_is_no_stub(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed, match=r"could not be tested, NotImplementedError: no cumsum on MPS\. Look at"):
        run(("one", raising(NotImplementedError("no cumsum on MPS"))))


def test_a_stub_inside_a_layer_is_not_solved(shown: list[dict]) -> None:
    def told_anew() -> bool:
        """Raise as Keras and TensorFlow do."""
        try:
            raise NotImplementedError()
        except NotImplementedError:
            raise NotImplementedError("Exception encountered when calling Answer.call().") from None

    with pytest.raises(NotSolved):
        run(("one", told_anew))


def test_broken_answer(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed) as told:
        run(("one", raising(TypeError("no <b>len</b>"))), ("two", lambda: False), ("three", lambda: True))
    reason = "one: could not be tested, TypeError: no <b>len</b>"
    assert str(told.value) == f"Exercise 7: {reason}. Look at equation (1) & its proof."
    assert f"[ ] {reason}" in shown[0]["text/plain"]
    assert "[x] three" in shown[0]["text/plain"]
    assert "TypeError: no &lt;b&gt;len&lt;/b&gt;" in shown[0]["text/html"]


def test_error_of_many_lines_is_one_sentence(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed, match=r"one: could not be tested, ValueError: first\. Look at"):
        run(("one", raising(ValueError("first\nsecond"))))
    assert "second" not in f"{shown}"


def test_html_is_escaped(shown: list[dict]) -> None:
    with pytest.raises(CheckFailed):
        run_check("<u>7", [("<u>one", lambda: False)], "<u>(1)", ["<u>hint"])
    assert "<u>" not in shown[0]["text/html"]
    assert shown[0]["text/html"].count("&lt;u&gt;") == 4


def test_answers_stay_hidden(shown: list[dict]) -> None:
    """A test may compare with an answer; whatever it finds, nothing of the answer is shown."""
    secret = 3.14159
    with pytest.raises(CheckFailed) as told:
        run(("it is right", lambda secret=secret: secret == 3), ("it is close", lambda secret=secret: secret < 3))
    assert str(secret) not in f"{told.value} {shown}"
    shown.clear()
    run(("it is right", lambda: secret))
    assert str(secret) not in f"{shown}"


def test_errors_speak_to_a_student() -> None:
    assert issubclass(NotSolved, CourseError)
    assert issubclass(CheckFailed, CourseError)


def test_a_cell_that_needs_an_unsolved_exercise_stops_like_one() -> None:
    with pytest.raises(NotSolved, match=r"^This cell needs fit, rows: solve the exercise above first\.$"):
        needs({"x": 1, "rows": []}, "x", "fit", "rows")
    needs({"x": 0, "rows": [1]}, "x", "rows")


def test_close_arrays_have_the_same_shape_and_nearly_the_same_values() -> None:
    assert close([1.0, 2.0], (1.0, 2.0 + 1e-6)) and close(0.0, 1e-8)
    assert not close([1.0, 2.0], [1.0, 2.00001])
    assert close([1.0, 2.0], [1.0, 2.00001], rtol=1e-5) and close(0.0, 1e-3, atol=1e-3)
    assert not close([1.0], 1.0) and not close(math.nan, math.nan)


def test_tensors_numbers_and_arrays_become_arrays_of_float64() -> None:
    import torch

    for values in (torch.ones(2, 1, requires_grad=True), np.ones((2, 1), np.float32), [[1], [1]]):
        found = as_array(values)
        assert found.dtype == np.float64 and found.tolist() == [[1.0], [1.0]]
    assert as_array(3).shape == ()
