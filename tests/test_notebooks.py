"""Every notebook runs with parameters that are not the committed ones, within its budget; bad notebooks are caught.

The seed is another one at each run, unless COURSE_SEED names it; COURSE_PROFILE is "quick" or "full". The full profile
has a night where there is no GPU.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebooks import BUDGETS, LONGEST_CELL_S, ROOT, Budget, NotebookError, claims, find, find_lecture, run, select

SEED = int(os.environ.get("COURSE_SEED") or secrets.randbelow(10**6))
PROFILE = os.environ.get("COURSE_PROFILE", "quick")
NIGHT_S = 12 * 3600
UNSOLVED = {"NotImplementedError", "NotSolved"}

pytestmark = pytest.mark.notebook


def name(path: Path) -> str:
    """Return folder and name of a notebook."""
    return f"{path.parent.name}/{path.stem}"


def other_parameters(path: Path) -> dict[str, object]:
    """Return parameters that differ from the committed ones: the seed, and the back end of a Keras notebook."""
    source = next(
        c.source for c in nbformat.read(path, as_version=4).cells if "parameters" in c.metadata.get("tags", [])
    )
    backend = {"backend": "torch"} if 'backend = "tensorflow"' in source else {}
    return {"profile": PROFILE, "seed": SEED, **backend}


@cache
def has_gpu() -> bool:
    """Tell whether notebooks find a GPU for which the time limits of the full profile are meant."""
    import torch

    return torch.cuda.is_available()


def limits() -> tuple[Budget, float]:
    """Return what a notebook may take, and after how many seconds one of its cells is stopped."""
    if PROFILE == "full" and not has_gpu():
        return replace(BUDGETS["full"], seconds=NIGHT_S, cell_seconds=NIGHT_S), NIGHT_S
    return BUDGETS[PROFILE], LONGEST_CELL_S


@pytest.fixture(scope="module")
def report():
    """Collect time and memory of all notebooks and write them to build/report.json and build/report.md."""
    rows: list[dict] = []
    yield rows
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    lines = ["| notebook | seed | seconds | slowest cell (s) | peak memory (MB) | claims |", "| --- " * 6 + "|"]
    lines += ["| " + " | ".join(str(row[key]) for key in row) + " |" for row in rows]
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("path", find("lectures", "solutions"), ids=name)
def test_notebook_holds_for_another_seed(path: Path, report: list[dict]):
    parameters = other_parameters(path)
    budget, cell_timeout = limits()
    result = run(path, parameters, cell_timeout)
    found = claims(result.notebook)
    row = {"notebook": name(path), "seed": SEED, "seconds": round(result.seconds, 1)}
    row |= {"slowest cell": round(result.slowest_cell[1], 1), "peak": round(result.peak_mb)}
    row |= {"claims": f"{sum(claim['holds'] for claim in found)} of {len(found)}"}
    report.append(row)
    print(row)
    assert result.error == "", f"with {parameters}"
    assert result.over_budget(budget) == []
    outputs = [output for cell in result.notebook.cells for output in cell.get("outputs", [])]
    assert [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"] == []
    assert all(claim["holds"] for claim in found)
    if path.parent.name == "lectures":
        assert found


@pytest.mark.parametrize("path", find("tutorials"), ids=name)
def test_only_unsolved_exercises_fail_in_a_tutorial(path: Path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": path.parent}})
    client.execute()
    errors = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert {error.ename for error in errors} <= UNSOLVED
    assert {error.ename for error in errors} >= {"NotSolved"}
    assert all(len("\n".join(error.traceback).splitlines()) <= 3 for error in errors), "a traceback fills the screen"


PARAMETERS = 'profile = "quick"\nseed = 1\ndevice = "auto"'
CLAIM = "from utils.claims import Claim, show_claims\nshow_claims([Claim('two is small', 2.0, 0.5, below=1.0)])"


def bad_notebook(folder: Path, *cells: str) -> Path:
    """Write a small notebook with these code cells, in a folder for lectures."""
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    notebook: NotebookNode = new_notebook(
        cells=[new_markdown_cell("# 99 · Bad"), parameters, *map(new_code_cell, cells)]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "99_bad.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def test_failing_claim_stops_the_notebook_and_says_by_how_much(tmp_path: Path):
    result = run(bad_notebook(tmp_path, CLAIM, "print('never reached')"))
    assert "ClaimFailed" in result.error
    assert "off by 1, 2.0 standard deviations" in result.error
    assert not claims(result.notebook)[0]["holds"]
    assert not result.notebook.cells[-1].outputs


def test_notebook_over_budget_is_caught(tmp_path: Path):
    path = bad_notebook(
        tmp_path, "import time\ntime.sleep(1.5)", "block = b'x' * 200_000_000\nimport time\ntime.sleep(0.5)"
    )
    found = "\n".join(run(path).over_budget(Budget(seconds=1, cell_seconds=1, peak_mb=150)))
    assert "it takes" in found and "cell 2 takes" in found and "its memory peaks" in found
    assert run(path).over_budget(Budget(seconds=60, cell_seconds=20, peak_mb=1500)) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [("import os\nos._exit(1)", "DeadKernelError: Kernel died"), ("import time\ntime.sleep(60)", "CellTimeoutError: ")],
)
def test_a_kernel_that_dies_or_hangs_is_an_error_without_claims(tmp_path: Path, code: str, error: str):
    result = run(bad_notebook(tmp_path, CLAIM.replace("below=1.0", "below=3.0"), code), cell_timeout=10)
    assert result.error.startswith(error)
    assert claims(result.notebook) == []
    assert result.slowest_cell == (0, 0.0)


@pytest.mark.parametrize(
    ("profile", "gpu", "seconds", "peak_mb"),
    [("quick", False, 60, 1500), ("full", True, 600, 64_000), ("full", False, NIGHT_S, 64_000)],
)
def test_the_full_profile_has_a_night_without_a_gpu(
    monkeypatch: pytest.MonkeyPatch, profile: str, gpu: bool, seconds: float, peak_mb: float
):
    monkeypatch.setitem(globals(), "PROFILE", profile)
    monkeypatch.setitem(globals(), "has_gpu", lambda: gpu)
    budget, cell_timeout = limits()
    assert (budget.seconds, budget.peak_mb) == (seconds, peak_mb)
    assert budget.cell_seconds <= cell_timeout


def test_execute_keeps_a_notebook_that_fails(tmp_path: Path):
    path = bad_notebook(tmp_path, "1 / 0")
    before = path.read_bytes()
    done = subprocess.run([sys.executable, ROOT / "tools/execute.py", path], capture_output=True, text=True)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stderr
    assert path.read_bytes() == before


def test_unknown_profile_is_one_clear_sentence(tmp_path: Path):
    start = "from utils.run import start_run\nrun = start_run(profile, seed, device)"
    error = run(bad_notebook(tmp_path, start), {"profile": "fast"}).error
    assert error == 'cell 3: RunError: profile = \'fast\' is unknown; the course knows "quick", "full".'


def test_nbval_catches_a_number_that_changed(tmp_path: Path):
    path = bad_notebook(tmp_path, "print(6 * 7)")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].metadata["tags"] = ["nbval-check-output"]
    codes = []
    for stored in ("42\n", "41\n"):
        notebook.cells[-1].execution_count = 1
        notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)]
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
        codes.append(subprocess.run([*command, path], cwd=tmp_path, capture_output=True).returncode)
    assert codes == [0, 1]


def test_missing_notebooks_are_named():
    with pytest.raises(NotebookError, match="no lecture '99'; there are: 01"):
        find_lecture("99")
    with pytest.raises(NotebookError, match=r"no notebook 'nothing.ipynb'"):
        select(["nothing.ipynb"])
    assert find_lecture("1") == find_lecture("01") == find("lectures")[0]
