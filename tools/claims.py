"""Run the lectures with several seeds and write the table of their claims to CLAIMS.md.

`make claims` takes seeds 1 to 5; `python tools/claims.py --seeds 11 12 13 14 15` others.
If lectures are named, the rows of the others stay.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from pathlib import Path

from notebooks import ROOT, NotebookError, claims, find, run, select, table_row

HEAD = """# Claims over several seeds

Made by `make claims`: each lecture is run with each seed, and a claim must hold for all of them. Claims about real data
are the same for every seed. "Closest" is the value that came nearest to the limit of its condition.

Seeds: {seeds}.

| lecture | claim | mean | spread | closest | holds if | held |
| --- | --- | --: | --: | --: | --- | --- |
"""
TABLE = ROOT / "CLAIMS.md"


def margin(claim: dict) -> float:
    """Return how far the value of a claim is inside its condition (negative: outside)."""
    if claim["value"] is None:
        return float("-inf")
    below = [] if claim["below"] is None else [claim["below"] - claim["value"]]
    above = [] if claim["above"] is None else [claim["value"] - claim["above"]]
    return min(below + above)


def row(lecture: str, claim: list[dict], seeds: int) -> str:
    """Return one line of the table: a claim over all seeds, "–" for what is no number."""
    values = [one["value"] for one in claim if one["value"] is not None]
    mean = f"{statistics.fmean(values):.4g}" if values else "–"
    spread = f"{statistics.stdev(values) if len(values) > 1 else 0:.2g}" if values else "–"
    closest = min(claim, key=margin)["value"]
    closest = "–" if closest is None else f"{closest:.4g}"
    held = f"{sum(one['holds'] for one in claim)} of {seeds}"
    return table_row([lecture, claim[0]["text"], mean, spread, closest, claim[0]["condition"], held])


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
    return [row(path.stem[:2], claim, len(seeds)) for claim in found.values()], problems


def kept_rows(seeds: str, made_anew: set[str]) -> list[str]:
    """Return the rows of the table that belong to other lectures than those that are made anew.

    Raises:
        NotebookError: they were measured with other seeds.
    """
    old = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    others = {path.stem[:2] for path in find("lectures")} - made_anew
    rows = [line for line in old.splitlines() if re.match(r"\| \d\d \|", line) and line[2:4] in others]
    if rows and f"\nSeeds: {seeds}.\n" not in old:
        raise NotebookError(f"{TABLE.name} was made with other seeds than {seeds}: take those, or run all lectures.")
    return rows


def main() -> None:
    """Run what the command line names and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lectures", nargs="*", help="default: all lectures")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    arguments = parser.parse_args()
    seeds = ", ".join(map(str, arguments.seeds))
    try:
        paths = select(arguments.lectures, "lectures")
        rows = kept_rows(seeds, {path.stem[:2] for path in paths})
    except NotebookError as error:
        sys.exit(str(error))
    problems = []
    for path in paths:
        new, wrong = claims_over_seeds(path, arguments.seeds)
        rows += new
        problems += wrong
    rows.sort(key=lambda line: line[:4])  # by lecture; the order within a lecture stays
    text = HEAD.format(seeds=seeds) + "".join(f"{line}\n" for line in rows)
    TABLE.write_text(text, encoding="utf-8", newline="\n")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
