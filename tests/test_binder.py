"""What Binder would build from this repository, as repo2docker tells it without Docker and without a network."""

import contextlib
import os
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from repo2docker.app import Repo2Docker
from repo2docker.buildpacks import PythonBuildPack

ROOT = Path(__file__).parents[1]
CPU_INDEX = runpy.run_path(str(ROOT / "tools/environment.py"))["PYTORCH_CPU"]
CUDA_PACKAGES = ("nvidia-", "cuda-", "triton")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Binder builds on Linux")


def binder_problems(repository: Path) -> list[str]:
    """Return what Binder would stumble over, ignore or do otherwise than the course means; builds nothing."""
    with contextlib.chdir(repository):
        try:
            pack, dockerfile = plan_image()
        except (RuntimeError, ValueError) as error:
            return [str(error)]
        problems = []
        if type(pack) is not PythonBuildPack:
            problems.append(f"Binder takes {type(pack).__name__}, not PythonBuildPack")
        if pack.runtime[:2] != ("python", "3.12") or pack.python_version != "3.12":
            problems.append(f"Python is not pinned to 3.12: {pack.runtime}, {pack.python_version}")
        for path in Path("binder").iterdir():
            if path.name != "runtime.txt" and not re.search(rf"binder/{re.escape(path.name)}(?![\w.])", dockerfile):
                problems.append(f"Binder makes no use of {path}")
        steps = [
            " src/ ${REPO_DIR}/",
            'pip install --no-cache-dir -r "binder/requirements.txt"',
            "RUN ./binder/postBuild",
        ]
        places = [dockerfile.find(step) for step in steps]
        if -1 in places or places != sorted(places):
            problems.append("Binder does not copy the repository, install the list and run postBuild, in this order")
        if pack.get_start_script():
            problems.append(f"At each start Binder would run {pack.get_start_script()}")
        return problems + list_problems()


def plan_image() -> tuple[PythonBuildPack, str]:
    """Return the build pack that repo2docker takes for the current directory, and its Dockerfile."""
    app = Repo2Docker()
    packs = [pack_type(base_image=app.base_image) for pack_type in app.buildpacks]
    pack = next(pack for pack in packs if pack.detect())
    pack.platform = "linux/amd64"
    return pack, pack.render()


def list_problems() -> list[str]:
    """Return what is wrong with the packages that Binder would install for the current directory."""
    lines = [line for line in Path("binder/requirements.txt").read_text().splitlines() if not line.startswith("#")]
    names = {line.split("==")[0] for line in Path("requirements.txt").read_text().splitlines() if "==" in line}
    problems = [f"{name} needs CUDA" for name in sorted(names) if name.startswith(CUDA_PACKAGES)]
    problems += [f"{name} is missing" for name in ("torch", "jupyter-resource-usage") if name not in names]
    if lines != [f"--extra-index-url {CPU_INDEX}", "-r ../requirements.txt"]:
        problems.append(f"binder/requirements.txt is more or less than PyTorch's CPU index and the one list: {lines}")
    return problems


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what Binder would clone: tracked files, and new ones that git does not ignore."""
    if not (ROOT / ".git").exists():
        pytest.skip("what Binder would clone is known only in a git repository")
    command = ["git", "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    target = tmp_path_factory.mktemp("clone")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def test_binder_can_build(repository: Path) -> None:
    assert binder_problems(repository) == []


def misspell_post_build(copy: Path) -> None:
    (copy / "binder/postBuild").rename(copy / "binder/postbuild")


def make_second_folder(copy: Path) -> None:
    shutil.copytree(copy / "binder", copy / ".binder")


def name_unsupported_python(copy: Path) -> None:
    (copy / "binder/runtime.txt").write_text("python-3.99\n")


def name_no_python(copy: Path) -> None:
    (copy / "binder/runtime.txt").unlink()


def add_conda_environment(copy: Path) -> None:
    shutil.copy(copy / "environment.yml", copy / "binder/environment.yml")


def add_start_script(copy: Path) -> None:
    (copy / "binder/start").write_text('#!/bin/sh\ncurl -O https://example.org/data.npz\nexec "$@"\n')


def pin_beside_the_list(copy: Path) -> None:
    with (copy / "binder/requirements.txt").open("a") as file:
        file.write("numpy==2.0.0\n")


def forget_the_list(copy: Path) -> None:
    (copy / "binder/requirements.txt").unlink()
    (copy / "binder/requirements.txt").symlink_to("../requirements.txt")


def list_cuda(copy: Path) -> None:
    shutil.copy(copy / "requirements-gpu.txt", copy / "requirements.txt")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (misspell_post_build, "no use of binder/postbuild"),
        (make_second_folder, "both a 'binder' and a '.binder'"),
        (name_unsupported_python, "Python version 3.99 on linux-64 is not supported"),
        (name_no_python, "Python is not pinned to 3.12"),
        (add_conda_environment, "Binder takes CondaBuildPack"),
        (add_start_script, "At each start Binder would run"),
        (pin_beside_the_list, "more or less than PyTorch's CPU index and the one list"),
        (forget_the_list, "more or less than PyTorch's CPU index and the one list"),
        (list_cuda, "triton needs CUDA"),
    ],
)
def test_binder_mistakes_are_seen(repository: Path, tmp_path: Path, harm: Callable[[Path], None], message: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(repository, copy, ignore=shutil.ignore_patterns("data", "*.ipynb"))
    harm(copy)
    assert message in "\n".join(binder_problems(copy))


@pytest.mark.parametrize("status", [0, 3])
def test_post_build_adds_the_course(repository: Path, tmp_path: Path, status: int) -> None:
    python = tmp_path / "python"  # stands for Binder's, which is first in the path there too
    python.write_text(f'#!/bin/sh\necho "$PWD: $*"\nexit {status}\n')
    python.chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["./binder/postBuild"], cwd=repository, env=path, capture_output=True, text=True)
    assert done.stdout == f"{repository.resolve()}: tools/environment.py --here\n"
    assert done.returncode == status
