"""The GitHub workflows are valid, have few rights, and cannot hang or hide a failure."""

import json
import os
import re
import subprocess
from pathlib import Path

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
PINNED = re.compile(r"actions/(checkout|setup-python|upload-artifact)@[0-9a-f]{40} # v\d+\.\d+\.\d+")
READ = {"contents": "read"}
MORE_RIGHTS = {"report": {"issues": "write"}}  # by the name of the job
LONGEST = 480  # minutes


def workflow_problems(text: str) -> list[str]:
    """Return what is wrong with a workflow, one line for each problem."""
    workflow = yaml.safe_load(text)
    jobs = workflow["jobs"]
    shell = workflow.get("defaults", {}).get("run", {}).get("shell", "")
    steps = [step for job in jobs.values() for step in job["steps"]]
    problems = schema_problems(text)
    if workflow.get("permissions") != READ:
        problems.append("permissions are not contents: read")
    for name, job in jobs.items():
        if job.get("permissions", READ) not in (READ, MORE_RIGHTS.get(name)):
            problems.append(f"{name} has more permissions than it needs")
        if not 0 < job.get("timeout-minutes", 0) <= LONGEST:
            problems.append(f"{name} has no timeout")
    for used in re.findall(r"uses:\s*(.+)", text):
        if not PINNED.fullmatch(used.strip()):
            problems.append(f"not pinned: {used}")
    for step in steps:
        if "actions/checkout" in step.get("uses", "") and "persist-credentials: false" not in yaml.dump(step):
            problems.append("the checkout keeps its credentials")
        if "run" in step and "pipefail" not in step.get("shell", shell):
            problems.append(f"no pipefail: {step['run']}")
    return problems


def schema_problems(text: str) -> list[str]:
    """Return what check-jsonschema says, by the schema that it ships; it asks no network for that."""
    schema = ["--builtin-schema", "vendor.github-workflows"]
    options = ["--default-filetype", "yaml", "--output-format", "json", "-"]
    done = CliRunner().invoke(check_jsonschema.main, schema + options, input=text)
    if done.exit_code == 0:
        return []
    report = json.loads(done.stdout)
    return [f"schema: {error['path']}: {error['message']}" for error in report["errors"]] or [f"schema: {report}"]


def test_all_workflows_are_there() -> None:
    assert {"test.yml", "gpu.yml", "nightly.yml"} <= {path.name for path in WORKFLOWS}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow(path: Path) -> None:
    assert workflow_problems(path.read_text(encoding="utf-8")) == []


GOOD = """\
on: push
permissions: {contents: read}
defaults:
  run: {shell: "bash -euo pipefail {0}"}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with: {persist-credentials: false}
      - run: make test | tee log
"""


def test_good_text_has_no_problem() -> None:
    assert workflow_problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("runs-on: ubuntu-latest", "runs_on: ubuntu-latest", "schema: "),
        ("on: push", "on: pushed", "schema: "),
        ("permissions: {contents: read}", "name: test", "permissions are not contents: read"),
        ("{contents: read}", "write-all", "permissions are not contents: read"),
        ("timeout-minutes: 5", "permissions: {issues: write}", "test has more permissions than it needs"),
        ("    timeout-minutes: 5\n", "", "test has no timeout"),
        ("timeout-minutes: 5", "timeout-minutes: 10000", "test has no timeout"),
        ("de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "v6", "not pinned: actions/checkout@v6"),
        ("ce83dd # v6.0.2", "ce83d # v6.0.2", "not pinned: actions/checkout@"),
        (" # v6.0.2", "", "not pinned: actions/checkout@"),
        ("uses: actions/", "uses: somebody/", "not pinned: somebody/checkout@"),
        ("persist-credentials: false", "fetch-depth: 0", "the checkout keeps its credentials"),
        ("bash -euo pipefail {0}", "bash -e {0}", "no pipefail: make test | tee log"),
        ("tee log", "tee log\n        shell: sh", "no pipefail: make test | tee log"),
    ],
)
def test_bad_text_is_seen(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    assert problem in "\n".join(workflow_problems(GOOD.replace(old, new)))


@pytest.mark.skipif(os.name == "nt", reason="the report is written on a Linux runner")
@pytest.mark.parametrize(
    ("seeds", "newest", "open_issue", "expected"),
    [
        ("failure", "success", "", ["issue create --title Nightly run fails: five further seeds"]),
        ("success", "cancelled", "", ["issue create --title Nightly run fails: newest versions of all packages"]),
        ("failure", "failure", "7", ["issue comment 7", "issue comment 7"]),
        ("success", "success", "7", []),
    ],
)
def test_nightly_failures_become_issues(
    tmp_path: Path, seeds: str, newest: str, open_issue: str, expected: list[str]
) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text(encoding="utf-8"))
    script = workflow["jobs"]["report"]["steps"][0]["run"]
    log = tmp_path / "calls"
    log.touch()
    gh = tmp_path / "gh"  # stands for GitHub's client
    gh.write_text(f'#!/bin/sh\nif [ "$2" = list ]; then echo "{open_issue}"; else echo "$@" >> {log}; fi\n')
    gh.chmod(0o755)
    variables = {"SEEDS": seeds, "NEWEST": newest, "RUN": "the-run", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=variables, check=True)
    calls = log.read_text().splitlines()
    assert len(calls) == len(expected)
    assert all(call.startswith(start) and "the-run" in call for call, start in zip(calls, expected, strict=True))


@pytest.mark.skipif(os.name == "nt", reason="the seeds are tried on a Linux runner")
@pytest.mark.parametrize(("bad_call", "code"), [("3", 1), ("none", 0)])
def test_all_nightly_seeds_are_tried_and_bad_ones_named(tmp_path: Path, bad_call: str, code: int) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text(encoding="utf-8"))
    script = workflow["jobs"]["seeds"]["steps"][-2]["run"]
    python = tmp_path / ".venv/bin/python"  # stands for pytest in the course's environment
    python.parent.mkdir(parents=True)
    python.write_text(
        f"#!/bin/sh\necho $COURSE_SEED | tee build/report.md >> calls\n! grep -c . calls | grep -qx {bad_call}\n"
    )
    make = tmp_path / "make"
    make.write_text("#!/bin/sh\n")
    for command in (python, make):
        command.chmod(0o755)
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    run = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(run, cwd=tmp_path, env=variables, capture_output=True, text=True)
    seeds = (tmp_path / "calls").read_text().split()
    assert done.returncode == code
    assert len(seeds) == len(set(seeds)) == 5
    assert {path.name for path in (tmp_path / "build/seeds").iterdir()} == {
        f"{s}.{e}" for s in seeds for e in ("md", "txt")
    }
    assert done.stdout.strip() == ("" if code == 0 else f"Notebooks fail for the seeds {seeds[2]}")
