"""Run the lectures with several seeds and write the table of their claims to CLAIMS.md.

`make claims` takes seeds 1 to 5; `python tools/claims.py --seeds 11 12 13 14 15` others.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

from notebooks import ROOT, NotebookError, claims, run, select

HEAD = """# Claims over several seeds

Made by `make claims`: each lecture is run with each seed, and a claim must hold for all of them. Claims about real data
are the same for every seed. "Closest" is the value that came nearest to the limit of its condition.

"""


def margin(claim: dict) -> float:
    """Return how far the value of a claim is inside its condition (negative: outside)."""
    if claim["value"] is None:
        return float("-inf")
    below = [] if claim["below"] is None else [claim["below"] - claim["value"]]
    above = [] if claim["above"] is None else [claim["value"] - claim["above"]]
    return min(below + above)


def row(lecture: str, claim: list[dict]) -> str:
    """Return one line of the table: a claim over all seeds."""
    values = [one["value"] for one in claim if one["value"] is not None]
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    closest = min(claim, key=margin)["value"]
    held = f"{sum(one['holds'] for one in claim)} of {len(claim)}"
    cells = [
        lecture,
        claim[0]["text"],
        f"{statistics.fmean(values):.4g}",
        f"{spread:.2g}",
        str(closest and f"{closest:.4g}"),
    ]
    return "| " + " | ".join([*cells, claim[0]["condition"], held]) + " |"


def claims_over_seeds(path: Path, seeds: list[int]) -> tuple[list[str], list[str]]:
    """Run one lecture with each seed; return the lines of the table and what went wrong."""
    found: dict[str, list[dict]] = {}
    problems = []
    for seed in seeds:
        result = run(path, {"seed": seed})
        print(f"{path.name}, seed {seed}: {result.seconds:.0f} s {result.error}", flush=True)
        if result.error:
            problems.append(f"{path.name}, seed {seed}: {result.error}")
        for claim in claims(result.notebook):
            found.setdefault(claim["text"], []).append(claim)
    return [row(path.stem[:2], claim) for claim in found.values()], problems


def main() -> None:
    """Run what the command line names and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lectures", nargs="*", help="default: all lectures")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    arguments = parser.parse_args()
    try:
        paths = select(arguments.lectures, "lectures")
    except NotebookError as error:
        sys.exit(str(error))
    lines = [
        f"Seeds: {', '.join(map(str, arguments.seeds))}.",
        "",
        "| lecture | claim | mean | spread | closest | holds if | held |",
        "| --- | --- | --: | --: | --: | --- | --- |",
    ]
    problems = []
    for path in paths:
        rows, wrong = claims_over_seeds(path, arguments.seeds)
        lines += rows
        problems += wrong
    (ROOT / "CLAIMS.md").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
