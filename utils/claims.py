"""Claims: sentences of physics that a notebook has just measured, with the condition that makes them true."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from utils.errors import CourseError

CLAIMS_MIME = "application/vnd.dlmp.claims+json"


class ClaimFailed(CourseError):
    """A claim of the lecture that its own measurement does not support."""


@dataclass(frozen=True)
class Claim:
    """One sentence with the number that was measured for it.

    Args:
        text: the sentence, without the measured number, so that it reads the same for every seed.
        value: what was measured.
        uncertainty: its standard uncertainty, or None for a number that has none (an exact comparison).
        above: the claim holds only if value > above.
        below: the claim holds only if value < below.
        unit: the unit of value, uncertainty and limits.
        slides: the number that the slides or the literature give, with its source.
    """

    text: str
    value: float
    uncertainty: float | None = None
    above: float | None = None
    below: float | None = None
    unit: str = ""
    slides: str = ""

    def __post_init__(self) -> None:
        """Store plain floats, and refuse a claim that cannot fail."""
        if self.above is None and self.below is None:
            raise ValueError(f"The claim {self.text!r} has no condition: give `above`, `below` or both.")
        for name in ("value", "uncertainty", "above", "below"):
            number = getattr(self, name)
            object.__setattr__(self, name, None if number is None else float(number))

    @property
    def holds(self) -> bool:
        """Tell whether the measured value fulfils the condition; a value that is no number does not."""
        return self.missing_by == 0

    @property
    def missing_by(self) -> float:
        """Return how far the value is from fulfilling the condition (0 if it does, infinite if it is no number)."""
        if not math.isfinite(self.value):
            return math.inf
        low = -math.inf if self.above is None else self.above
        high = math.inf if self.below is None else self.below
        if low < self.value < high:
            return 0.0
        return max(low - self.value, self.value - high, 5e-324)

    @property
    def condition(self) -> str:
        """Return the condition in words."""
        words = [] if self.above is None else [f"above {self.above:.4g}"]
        words += [] if self.below is None else [f"below {self.below:.4g}"]
        return " and ".join(words) + (f" {self.unit}" if self.unit else "")

    @property
    def measured(self) -> str:
        """Return value, uncertainty and unit as text."""
        return with_uncertainty(self.value, self.uncertainty) + (f" {self.unit}" if self.unit else "")

    def as_record(self) -> dict[str, object]:
        """Return the claim as plain data for the report."""
        record = asdict(self) | {"condition": self.condition, "measured": self.measured, "holds": self.holds}
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in record.items()}


def with_uncertainty(value: float, uncertainty: float | None) -> str:
    """Return "value ± uncertainty" with as many digits as two digits of the uncertainty allow."""
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0 or not math.isfinite(value):
        return f"{value:.3g}"
    if max(abs(value), uncertainty) < 1e-3:
        power = math.floor(math.log10(max(abs(value), uncertainty)))
        return f"({with_uncertainty(value / 10.0**power, uncertainty / 10.0**power)})e{power:+03d}"
    digits = 1 - math.floor(math.log10(uncertainty))
    return f"{round(value, digits) + 0.0:.{max(digits, 0)}f} ± {round(uncertainty, digits):.{max(digits, 0)}f}"


def show_claims(claims: Sequence[Claim]) -> None:
    """Show the claims as a table, store them machine-readable in the output, and stop if one does not hold.

    Raises:
        ClaimFailed: says which claims fail and by how much.
    """
    from IPython.display import display

    rows = "".join(
        f"<tr><td style='text-align:left'>{html.escape(claim.text)}</td><td>{html.escape(claim.measured)}</td>"
        f"<td>{html.escape(claim.condition)}</td><td>{'yes' if claim.holds else '<b>no</b>'}</td>"
        f"<td style='text-align:left'>{html.escape(claim.slides or '–')}</td></tr>"
        for claim in claims
    )
    head = "<tr><th>claim</th><th>measured</th><th>holds if</th><th>holds</th><th>slides or literature</th></tr>"
    plain = "\n".join(f"[{'x' if c.holds else ' '}] {c.text}: {c.measured} ({c.condition})" for c in claims)
    bundle = {
        CLAIMS_MIME: [claim.as_record() for claim in claims],
        "text/html": f"<table class='claims'><thead>{head}</thead><tbody>{rows}</tbody></table>",
        "text/plain": plain,
    }
    display(bundle, raw=True)
    failed = [_failure(claim) for claim in claims if not claim.holds]
    if failed:
        raise ClaimFailed(" ".join(failed))


def _failure(claim: Claim) -> str:
    """Return the sentence that says by how much a claim fails."""
    text = f"“{claim.text}” does not hold: measured {claim.measured}, must be {claim.condition}"
    if not math.isfinite(claim.missing_by):
        return text + "."
    if claim.value in (claim.above, claim.below):
        return text + "; it lies exactly on the limit."
    text += f"; it is off by {claim.missing_by:.2g}"
    if claim.uncertainty is not None and 0 < claim.uncertainty < math.inf:
        text += f", {claim.missing_by / claim.uncertainty:.1f} standard deviations"
    return text + "."
