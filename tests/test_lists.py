"""The one list of packages: all that installs the course reads it, and nothing else names a version."""

import os
import re
import runpy
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENVIRONMENT = runpy.run_path(str(ROOT / "tools/environment.py"))
PYTHONS = set(ENVIRONMENT["PYTHONS"])
CPU_INDEX = f"--extra-index-url {ENVIRONMENT['PYTORCH_CPU']}"
BUILDS = re.compile(r"(tensorflow|tensorflow-cpu|xgboost|xgboost-cpu|triton|nvidia-.*|cuda-.*)")


def parse_list(text: str) -> list[Requirement]:
    """Return the requirements of a list, without its comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line]


def read_list(name: str) -> list[Requirement]:
    """Return the requirements of a list in the root of the repository."""
    return parse_list((ROOT / name).read_text())


def versions(requirements: list[Requirement]) -> set[tuple[str, str]]:
    """Return the name and version of each requirement, whatever its marker."""
    return {(canonicalize_name(entry.name), str(entry.specifier)) for entry in requirements}


def other_than_builds(cpu: list[Requirement], gpu: list[Requirement]) -> set[tuple[str, str]]:
    """Return in what two lists differ beyond the builds for CPU and GPU."""
    return {entry for entry in versions(cpu) ^ versions(gpu) if not BUILDS.fullmatch(entry[0])}


def unpinned(asked: list[Requirement], pinned: list[Requirement]) -> set[str]:
    """Return the names that are asked for, but not pinned to one version with `==`."""
    exact = {name for name, specifier in versions(pinned) if re.fullmatch(r"==[^*,]+", specifier)}
    return {canonicalize_name(entry.name) for entry in asked} - exact


def not_installed(pinned: list[Requirement]) -> dict[str, str]:
    """Return what this environment has of each requirement that it does not meet."""
    found = {}
    for entry in pinned:
        if entry.marker is None or entry.marker.evaluate():
            try:
                installed = version(entry.name)
            except PackageNotFoundError:
                installed = "nothing"
            if installed == "nothing" or not entry.specifier.contains(installed, prereleases=True):
                found[str(entry)] = installed
    return found


def list_of_this_environment() -> str:
    """Return the name of the list that this environment was made from: the GPU list has no xgboost-cpu on Linux."""
    try:
        version("xgboost-cpu")
    except PackageNotFoundError:
        return "requirements-gpu.txt" if sys.platform == "linux" else "requirements.txt"
    return "requirements.txt"


def test_conda_reads_the_list() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["name"] == "dlmp"
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert environment["dependencies"] == ["python=3.12", "pip", {"pip": [CPU_INDEX, "-r requirements.txt"]}]


def test_binder_reads_the_list() -> None:
    lines = (ROOT / "binder/requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [CPU_INDEX, "-r ../requirements.txt"]


def test_nothing_else_pins_packages() -> None:
    names = re.compile(
        r"requirements.*\.txt|constraints.*|environment.*\.ya?ml|setup\.(py|cfg)|Pipfile.*|.*\.lock|pylock.*"
    )
    files = {path.relative_to(ROOT).as_posix() for folder in (ROOT, ROOT / "binder") for path in folder.glob("*")}
    found = {file for file in files if names.fullmatch(Path(file).name)}
    assert found == {"requirements.txt", "requirements-gpu.txt", "environment.yml", "binder/requirements.txt"}
    assert not {"dependencies", "optional-dependencies"} & set(pyproject()["project"])


def test_gpu_list_differs_in_builds_only() -> None:
    assert other_than_builds(read_list("requirements.txt"), read_list("requirements-gpu.txt")) == set()


def test_all_names_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-gpu.txt"):
        assert unpinned(read_list(name), read_list(name)) == set()
    assert unpinned(read_list("requirements.in"), read_list("requirements.txt")) == set()


def test_cpu_list_has_no_cuda() -> None:
    assert [entry.name for entry in read_list("requirements.txt") if re.match("nvidia-|cuda-|triton", entry.name)] == []


@pytest.mark.skipif(os.environ.get("COURSE_VERSIONS") == "newest", reason="the newest versions are wanted here")
def test_environment_has_the_pinned_versions() -> None:
    assert not_installed(read_list(list_of_this_environment())) == {}


def test_differences_are_seen() -> None:
    cpu = parse_list("numpy==2.4.6\ntorch==2.13.0\nxgboost-cpu==3.2.0")
    gpu = parse_list("numpy==2.4.5\ntorch==2.13.0\nxgboost==3.2.0\nnvidia-nvtx==13.0.85\nscipy==1.17.1")
    assert other_than_builds(cpu, gpu) == {("numpy", "==2.4.6"), ("numpy", "==2.4.5"), ("scipy", "==1.17.1")}
    assert unpinned(parse_list("NumPy\nscipy>=1  # why\nkeras"), parse_list("numpy==2.4.6\nscipy>=1")) == {
        "scipy",
        "keras",
    }
    wrong = parse_list("pytest==0.1\nno-such-package-here==1\nno-such-package-here==1 ; python_version < '3'")
    assert not_installed(wrong) == {"pytest==0.1": version("pytest"), "no-such-package-here==1": "nothing"}


def pyproject() -> dict:
    """Return the contents of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def workflow_pythons(name: str) -> set[str]:
    """Return the Python versions that a workflow names."""
    text = (ROOT / ".github/workflows" / name).read_text()
    return set(re.findall(r"""python(?:-version)?:\s*["']?(\d+\.\d+)""", text))


def test_supported_pythons_are_the_same_everywhere() -> None:
    asked = SpecifierSet(pyproject()["project"]["requires-python"])
    assert {f"3.{minor}" for minor in range(30) if f"3.{minor}" in asked} == PYTHONS
    assert workflow_pythons("test.yml") == PYTHONS
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        assert workflow_pythons(path.name), path.name
        assert workflow_pythons(path.name) <= PYTHONS, path.name
    assert (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-") in PYTHONS
