"""Claims: they hold on the right side of their limits only, and say what was measured and by how much they fail."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from utils.claims import CLAIMS_MIME, Claim, ClaimFailed, show_claims, with_uncertainty

ROOT = Path(__file__).resolve().parents[1]
law = settings(derandomize=True, deadline=None, max_examples=300)


def failure(claim: Claim) -> str:
    """Return what a failing claim says."""
    with pytest.raises(ClaimFailed) as told:
        show_claims([claim])
    return str(told.value)


@pytest.mark.parametrize(
    ("value", "above", "below", "holds"),
    [
        (1.1, 1, None, True),
        (1.0, 1, None, False),
        (0.9, 1, None, False),
        (0.9, None, 1, True),
        (1.0, None, 1, False),
        (1.1, None, 1, False),
        (1.5, 1, 2, True),
        (1.0, 1, 2, False),
        (2.0, 1, 2, False),
        (0.5, 1, 2, False),
        (2.5, 1, 2, False),
        (0.0, 0, None, False),
        (5e-324, 0, None, True),
        (math.nan, 1, None, False),
        (math.nan, None, 1, False),
        (math.inf, 1, None, False),
        (-math.inf, None, 1, False),
        (1.0, math.nan, None, False),
        (1.0, None, math.nan, False),
        (1.0, math.nan, 2, False),
    ],
)
def test_holds(value: float, above: float | None, below: float | None, holds: bool) -> None:
    assert Claim("so", value, above=above, below=below).holds is holds


@given(value=st.floats(), above=st.none() | st.floats(), below=st.none() | st.floats())
@law
def test_holds_exactly_between_its_limits(value: float, above: float | None, below: float | None) -> None:
    assume(above is not None or below is not None)
    claim = Claim("so", value, above=above, below=below)
    inside = (above is None or value > above) and (below is None or value < below)
    assert claim.holds == (math.isfinite(value) and inside)
    assert json.loads(json.dumps(claim.as_record(), allow_nan=False))["holds"] == claim.holds


def test_claim_that_cannot_fail() -> None:
    with pytest.raises(ValueError, match=r"The claim 'so' has no condition: give `above`, `below` or both\."):
        Claim("so", 1.0)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            Claim("So", 1.2, 0.1, below=1, unit="m"),
            "“So” does not hold: measured 1.20 ± 0.10 m, must be below 1 m; it is off by 0.2, 2.0 standard deviations.",
        ),
        (
            Claim("So", -4, 0.5, above=-1, below=1),
            "“So” does not hold: measured -4.00 ± 0.50, must be above -1 and below 1; "
            "it is off by 3, 6.0 standard deviations.",
        ),
        (Claim("So", 1.25, below=1), "“So” does not hold: measured 1.25, must be below 1; it is off by 0.25."),
        (
            Claim("So", 1, 0.1, below=1),
            "“So” does not hold: measured 1.00 ± 0.10, must be below 1; it lies exactly on the limit.",
        ),
        (Claim("So", 2, math.nan, below=1), "“So” does not hold: measured 2, must be below 1; it is off by 1."),
        (Claim("So", math.nan, 0.1, below=1), "“So” does not hold: measured nan, must be below 1."),
        (Claim("So", math.inf, 0.1, above=1), "“So” does not hold: measured inf, must be above 1."),
    ],
)
def test_failure_says_by_how_much(claim: Claim, sentence: str, shown: list[dict]) -> None:
    assert failure(claim) == sentence


def test_all_failures_are_told(shown: list[dict]) -> None:
    with pytest.raises(ClaimFailed) as told:
        show_claims([Claim("First", 2, below=1), Claim("Second", 0, below=1), Claim("Third", 3, below=1)])
    assert re.findall("“(.*?)”", str(told.value)) == ["First", "Third"]


def test_table(shown: list[dict]) -> None:
    show_claims(
        [
            Claim("The line is straight", 1.234, 0.056, above=0, below=2, unit="keV", slides="slide 7: 1.2"),
            Claim("The sky is dark", 0.5, below=1),
        ]
    )
    (bundle,) = shown
    assert set(bundle) == {CLAIMS_MIME, "text/html", "text/plain"}
    assert bundle["text/plain"].splitlines() == [
        "[x] The line is straight: 1.234 ± 0.056 keV (above 0 and below 2 keV)",
        "[x] The sky is dark: 0.5 (below 1)",
    ]
    rows = [re.findall("<td.*?>(.*?)</td>", row) for row in bundle["text/html"].split("<tr>")[2:]]
    assert rows == [
        ["The line is straight", "1.234 ± 0.056 keV", "above 0 and below 2 keV", "yes", "slide 7: 1.2"],
        ["The sky is dark", "0.5", "below 1", "yes", "–"],
    ]
    assert bundle[CLAIMS_MIME][0] == {
        "text": "The line is straight",
        "value": 1.234,
        "uncertainty": 0.056,
        "above": 0.0,
        "below": 2.0,
        "unit": "keV",
        "slides": "slide 7: 1.2",
        "condition": "above 0 and below 2 keV",
        "measured": "1.234 ± 0.056 keV",
        "holds": True,
    }


def test_table_is_shown_before_a_claim_fails(shown: list[dict]) -> None:
    failure(Claim("So", 2, below=1))
    (bundle,) = shown
    assert bundle["text/plain"] == "[ ] So: 2 (below 1)"
    assert "<b>no</b>" in bundle["text/html"]
    assert bundle[CLAIMS_MIME][0]["holds"] is False


def test_html_is_escaped(shown: list[dict]) -> None:
    show_claims([Claim("<i>a</i> & b", 1, below=2, unit="<u>", slides="<s>")])
    assert not re.search("<[ius]>", shown[0]["text/html"])
    assert "&lt;i&gt;a&lt;/i&gt; &amp; b" in shown[0]["text/html"]
    assert "&lt;s&gt;" in shown[0]["text/html"]
    assert shown[0]["text/html"].count("&lt;u&gt;") == 2


def test_record_without_numbers_is_json(shown: list[dict]) -> None:
    failure(Claim("So", math.nan, math.inf, above=-math.inf))
    (record,) = json.loads(json.dumps(shown[0][CLAIMS_MIME], allow_nan=False))
    assert [record[name] for name in ("value", "uncertainty", "above", "below")] == [None] * 4
    assert record["holds"] is False


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (1.2346, 0.067, "1.235 ± 0.067"),
        (1.2345, 0.67, "1.23 ± 0.67"),
        (1234.6, 67, "1235 ± 67"),
        (123456, 7890, "123500 ± 7900"),
        (-0.5, 0.0123, "-0.500 ± 0.012"),
        (1, 0.0996, "1.000 ± 0.100"),
        (1.234e-5, 6.7e-7, "(1.234 ± 0.067)e-05"),
        (0, 2.5e-5, "(0.0 ± 2.5)e-05"),
        (1e-4, 2, "0.0 ± 2.0"),
        (-1e-4, 2, "0.0 ± 2.0"),
        (1.2345, None, "1.23"),
        (1.2345, 0, "1.23"),
        (1.2345, math.nan, "1.23"),
        (1.2345, math.inf, "1.23"),
        (1.2345e-7, None, "1.23e-07"),
        (math.nan, 0.1, "nan"),
        (-math.inf, 0.1, "-inf"),
    ],
)
def test_value_with_uncertainty(value: float, uncertainty: float | None, text: str) -> None:
    assert with_uncertainty(value, uncertainty) == text


@given(
    size=st.floats(1, 10),
    sign=st.sampled_from([-1, 1]),
    power=st.integers(-30, 30),
    error=st.floats(1, 10),
    digits=st.integers(-3, 8),
)
@law
def test_text_gives_value_and_uncertainty_back(size: float, sign: int, power: int, error: float, digits: int) -> None:
    """Both are right within half of the last digit, the second one that the uncertainty has."""
    value, uncertainty = sign * size * 10.0**power, error * 10.0 ** (power - digits)
    found = re.fullmatch(r"\(?(-?[\d.]+) ± ([\d.]+?)\)?(e[+-]\d+)?", with_uncertainty(value, uncertainty))
    assert found
    last = 10.0 ** (math.floor(math.log10(uncertainty)) - 1)
    room = 0.51 * last + 1e-9 * max(abs(value), uncertainty)
    scale = float("1" + (found[3] or ""))
    assert abs(float(found[1]) * scale - value) <= room
    assert abs(float(found[2]) * scale - uncertainty) <= room


def test_course_error_is_one_line_in_ipython(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    code = "from utils.errors import CourseError\nraise CourseError('Take another seed.')"
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout + done.stderr).strip() == "CourseError: Take another seed."
