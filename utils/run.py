"""The run profile of a notebook: how large, with which seed, on which device and back end."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from utils.checks import is_stub
from utils.errors import CourseError

T = TypeVar("T")

PROFILES = ("quick", "full")
DEVICES = ("auto", "cpu", "cuda", "mps")
BACKENDS = ("tensorflow", "torch")


class RunError(CourseError):
    """A parameter of the notebook that the course does not know."""


@dataclass(frozen=True)
class Run:
    """What a notebook was started with; made by `start_run`."""

    profile: str
    seed: int
    device: str
    backend: str | None

    def pick(self, quick: T, full: T) -> T:
        """Return the value that belongs to this run's profile."""
        return quick if self.profile == "quick" else full

    def generator(self, stream: int = 0) -> np.random.Generator:
        """Return a random generator of its own for each `stream`, fixed by the seed."""
        return np.random.default_rng([self.seed, stream])


def start_run(profile: str = "quick", seed: int = 1, device: str = "auto", backend: str | None = None) -> Run:
    """Check the notebook's parameters, seed Python, NumPy and the framework in use, and share out the threads.

    Call it after `import torch` and before `import keras`.

    Args:
        profile: "quick" (two cores, a minute; libraries compute on one thread) or "full" (a GPU, or a night).
        seed: any whole number from 0 to 2**32 - 1.
        device: "auto", "cpu", "cuda" or "mps"; "auto" takes CUDA, then Apple's MPS, then the CPU.
        backend: "tensorflow" or "torch" in a Keras notebook, else None.

    Raises:
        RunError: a parameter is not one of these, or the device is not there.
    """
    _check_choice("profile", profile, PROFILES)
    _check_choice("device", device, DEVICES)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise RunError(f"seed = {seed!r} is not a whole number from 0 to 4294967295; seed = 1 is the committed one.")
    if profile == "quick":
        _use_one_thread()
    if backend is not None:
        _check_choice("backend", backend, BACKENDS)
        _start_keras(backend, seed, device)
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    _quiet_unsolved()
    return Run(profile, seed, _find_device(device), backend)


def _check_choice(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise unless `value` is one of the known choices."""
    if value not in known:
        raise RunError(f"{name} = {value!r} is unknown; the course knows " + ", ".join(f'"{k}"' for k in known) + ".")


def _use_one_thread() -> None:
    """Let NumPy, scikit-learn, XGBoost and PyTorch compute on one thread each, imported already or later.

    Models as small as those of `quick` gain next to nothing from a second one, and wait long for it when something else
    computes. TensorFlow's own threads wait patiently and are left alone.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    threadpool_limits(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _start_keras(backend: str, seed: int, device: str) -> None:
    """Import Keras on the given back end, on the device if one is named, silence TensorFlow's logs and seed both."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = backend
    if backend != "tensorflow":  # Keras imports TensorFlow later, for its data sets only; it would announce its kernels
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    if backend == "torch" and device != "auto":
        os.environ["KERAS_TORCH_DEVICE"] = _find_device(device)
    with _without_logs():
        import keras

    if keras.backend.backend() != backend:
        raise RunError(
            f'Keras runs on "{keras.backend.backend()}" already; restart the kernel to change it to "{backend}".'
        )
    if backend == "tensorflow" and device != "auto":
        with _without_logs():
            _set_tensorflow_device(device)
    keras.utils.set_random_seed(seed)


def _set_tensorflow_device(device: str) -> None:
    """Hide all GPUs from TensorFlow for "cpu"; for another device, make sure that it is there."""
    import tensorflow as tf

    if device == "mps":
        raise RunError('TensorFlow cannot compute on device = "mps"; backend = "torch" can.')
    if device == "cuda" and not tf.config.list_physical_devices("GPU"):
        raise RunError(_absent(device))
    if device == "cpu":
        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError:
            raise RunError('TensorFlow uses a GPU already; restart the kernel to change to "cpu".') from None


@contextmanager
def _without_logs() -> Iterator[None]:
    """Throw away what libraries in C++ write to standard error; exceptions pass as always."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _find_device(device: str) -> str:
    """Return the device to compute on; PyTorch looks for one asked for by name, unless TensorFlow did."""
    if device in ("cuda", "mps") and "tensorflow" not in sys.modules:
        import torch
    torch = sys.modules.get("torch")
    found = {
        "cuda": torch is not None and torch.cuda.is_available(),
        "mps": torch is not None and torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        return next(name for name, there in found.items() if there)
    if torch is not None and not found[device]:
        raise RunError(_absent(device))
    return device


def _absent(device: str) -> str:
    """Return what is said of a device that is not there."""
    return f'device = "{device}" is not on this machine; device = "auto" takes the best there is.'


def _quiet_unsolved() -> None:
    """Show an exercise that is not yet solved as one line instead of a traceback."""
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return

    def show(shell, kind, error, traceback, tb_offset=None) -> list[str]:
        if not is_stub(error):
            shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
            return [f"{kind.__name__}: {error}"]
        lines = ["Not solved yet: this cell needs the answer of an exercise above."]
        shell._showtraceback(kind, error, lines)
        return lines

    shell.set_custom_exc((NotImplementedError,), show)
