"""The run profile: what it refuses, that it makes a run reproducible, and that importing `utils` costs nothing."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from utils.run import Run, RunError, _set_tensorflow_device, start_run

ROOT = Path(__file__).resolve().parents[1]
LIGHT = ["utils", "utils.run", "utils.errors", "utils.claims", "utils.checks", "utils.data"]
LIGHT += [f"utils.data.{path.stem}" for path in (ROOT / "utils/data").glob("[a-z]*.py")]
HEAVY = {"torch", "tensorflow", "keras", "sklearn", "matplotlib"}


def fake_torch(cuda: bool = False, mps: bool = False) -> SimpleNamespace:
    """Return what `start_run` needs of PyTorch; it remembers its seed and its number of threads."""
    torch = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: cuda),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
        seeds=[],
        threads=[],
    )
    torch.manual_seed = torch.seeds.append
    torch.set_num_threads = torch.threads.append
    return torch


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests have imported: here PyTorch is there only if a test puts it there."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"profile": "fast"}, 'profile = \'fast\' is unknown; the course knows "quick", "full".'),
        ({"profile": None}, 'profile = None is unknown; the course knows "quick", "full".'),
        ({"device": "gpu"}, 'device = \'gpu\' is unknown; the course knows "auto", "cpu", "cuda", "mps".'),
        ({"backend": "jax"}, 'backend = \'jax\' is unknown; the course knows "tensorflow", "torch".'),
        ({"backend": ""}, 'backend = \'\' is unknown; the course knows "tensorflow", "torch".'),
    ],
)
def test_unknown_parameter(parameters: dict, sentence: str) -> None:
    with pytest.raises(RunError) as told:
        start_run(**parameters)
    assert str(told.value) == sentence


@pytest.mark.parametrize("seed", [1.0, 0.5, True, False, -1, 2**32, "1", None])
def test_bad_seed(seed: object) -> None:
    with pytest.raises(RunError) as told:
        start_run(seed=seed)
    sentence = f"seed = {seed!r} is not a whole number from 0 to 4294967295; seed = 1 is the committed one."
    assert str(told.value) == sentence


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_good_seed(seed: int) -> None:
    assert start_run("full", seed, "cpu") == Run("full", seed, "cpu", None)


def test_pick() -> None:
    assert start_run("quick").pick(quick=1, full=2) == 1
    assert start_run("full").pick(quick=1, full=2) == 2


def draw() -> tuple[float, float]:
    return random.random(), np.random.random()


def test_same_seed_gives_the_same_numbers() -> None:
    state = random.getstate(), np.random.get_state()
    try:
        start_run(seed=5)
        first, later = draw(), draw()
        start_run(seed=5)
        assert draw() == first
        assert draw() == later
        start_run(seed=6)
        assert not set(draw()) & set(first)
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])


def test_streams_are_reproducible_and_distinct() -> None:
    drawn = {
        (seed, stream): start_run(seed=seed).generator(stream).random(3).tobytes()
        for seed in (1, 2, 3)
        for stream in (0, 1, 2)
    }
    assert len(set(drawn.values())) == 9
    run = start_run(seed=2)
    run.generator(1).random(1000)
    draw()
    assert run.generator(1).random(3).tobytes() == drawn[2, 1]
    assert run.generator().random(3).tobytes() == drawn[2, 0]


@pytest.mark.parametrize(
    ("cuda", "mps", "found"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_best_device(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, found: str) -> None:
    torch = fake_torch(cuda, mps)
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert start_run(seed=7).device == found
    assert torch.seeds == [7]
    assert torch.threads == [1]
    assert start_run(device="cpu").device == "cpu"


def test_auto_without_torch_is_the_cpu() -> None:
    assert start_run().device == "cpu"


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_absent_device(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setitem(sys.modules, "torch", fake_torch(cuda=device != "cuda", mps=device != "mps"))
    with pytest.raises(RunError) as told:
        start_run(device=device)
    assert str(told.value) == f'device = "{device}" is not on this machine; device = "auto" takes the best there is.'


ABSENT = "cuda" if sys.platform == "darwin" else "mps"  # no machine has both


@pytest.mark.parametrize("backend", [None, "torch"])
def test_absent_device_of_this_machine(backend: str | None) -> None:
    """Nothing is imported before, as in a notebook that uses no learning library."""
    assert (
        started(ABSENT, backend)
        == f'device = "{ABSENT}" is not on this machine; device = "auto" takes the best there is.'
    )


def started(device: str, backend: str | None, then: str = "pass") -> str:
    """Return what a fresh Python says of a run on a device, and of a line after it."""
    code = f"""
from utils.run import RunError, start_run
try:
    run = start_run(device={device!r}, backend={backend!r})
    {then}
except RunError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("backend", "seen"),
    [
        ("torch", "import keras, os; print(os.environ['KERAS_TORCH_DEVICE'], keras.ops.ones(1).device)"),
        ("tensorflow", "import tensorflow as tf; print(run.device, len(tf.config.get_visible_devices('GPU')))"),
    ],
)
def test_keras_computes_on_the_device_that_was_named(backend: str, seen: str) -> None:
    assert started("cpu", backend, seen) == ("cpu cpu" if backend == "torch" else "cpu 0")


def test_tensorflow_cannot_use_mps() -> None:
    assert started("mps", "tensorflow") == 'TensorFlow cannot compute on device = "mps"; backend = "torch" can.'


def test_tensorflow_has_no_cuda_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    config = SimpleNamespace(list_physical_devices=lambda kind: asked)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    with pytest.raises(RunError, match='device = "cuda" is not on this machine'):
        _set_tensorflow_device("cuda")
    asked.append("GPU:0")
    _set_tensorflow_device("cuda")


def test_tensorflow_that_uses_a_gpu_already_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(devices: list, kind: str) -> None:
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=SimpleNamespace(set_visible_devices=refuse)))
    with pytest.raises(RunError, match="restart the kernel"):
        _set_tensorflow_device("cpu")


LIBRARIES = "numpy, sklearn.ensemble, torch, xgboost"


@pytest.mark.parametrize("profile", ["quick", "full"])
@pytest.mark.parametrize(("before", "after"), [(LIBRARIES, "sys"), ("sys", LIBRARIES)])
def test_quick_computes_on_one_thread(profile: str, before: str, after: str) -> None:
    """Four are asked for, so that some library has more than one on every machine; `full` leaves it at that."""
    code = f"""
import sys, threadpoolctl
import {before}
from utils.run import start_run
start_run({profile!r})
import {after}
import torch
print(torch.get_num_threads(), *(pool["num_threads"] for pool in threadpoolctl.threadpool_info()))
"""
    asked = os.environ | {"OMP_NUM_THREADS": "4"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=asked)
    threads = [int(number) for number in done.stdout.split()]
    assert len(threads) >= 5
    assert (max(threads) == 1) == (profile == "quick")


def test_importing_utils_is_light() -> None:
    code = f"""
import sys, time
start = time.perf_counter()
import {", ".join(LIGHT)}
print(time.perf_counter() - start, *{HEAVY} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *heavy = done.stdout.split()
    assert heavy == []
    assert float(seconds) < 3, "it takes a fraction of a second; this limit has room for a slow machine"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return what IPython says of a line that runs after `start_run`."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))

    def run_line(line: str) -> str:
        code = f"from utils.run import start_run\nrun = start_run()\n{line}"
        command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip()

    return run_line


@pytest.mark.parametrize("stub", ["NotImplementedError()", "NotImplementedError"])
def test_unsolved_exercise_is_one_line(stub: str, said: Callable[[str], str]) -> None:
    assert said(f"raise {stub}") == "Not solved yet: this cell needs the answer of an exercise above."


def test_a_missing_operation_keeps_its_traceback(said: Callable[[str], str]) -> None:
    lines = said("raise NotImplementedError('no cumsum on MPS')").splitlines()
    assert lines[-1] == "NotImplementedError: no cumsum on MPS"
    assert any("Traceback" in line for line in lines)
    assert not [line for line in lines if "Not solved yet" in line]
