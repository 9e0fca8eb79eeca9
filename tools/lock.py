"""Pin requirements.in, with all that it brings, into requirements.txt (CPU builds) and requirements-gpu.txt.

Run with `make lock`. One list serves Linux, macOS and Windows and Python 3.11 to 3.13: uv marks where they differ.
"""

import subprocess
import sys

from notebooks import ROOT

GPU_BUILDS = {
    "tensorflow-cpu": "tensorflow[and-cuda]",
    "xgboost-cpu": "xgboost",
}
CUDA_PACKAGES = ("cuda-", "nvidia-", "triton")


def gpu_requirements(text: str) -> str:
    """Return requirements.in with the CPU builds replaced by those for NVIDIA GPUs on Linux (x86-64)."""
    lines = []
    for line in text.splitlines():
        name = line.split(" ")[0]
        if name in ("tensorflow", "xgboost"):
            continue
        lines.append(GPU_BUILDS.get(name, line))
    return "\n".join(lines) + "\n"


def compile_list(source: str, options: list[str]) -> str:
    """Return the pinned list for the requirements in `source`, written by uv."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", "--no-header", "--quiet", "--python-version", "3.11"]
    done = subprocess.run(command + options, input=source, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"The list could not be pinned:\n{done.stderr.strip()}\nIs uv there? `pip install uv` brings it.")
    return done.stdout.replace("# via -r -", "# via requirements.in")


def without_cuda(pinned: str) -> str:
    """Drop the CUDA packages, which only the GPU build of PyTorch needs, from a pinned list."""
    kept, dropping = [], False
    for line in pinned.splitlines():
        if not line.startswith(" "):
            dropping = line.startswith(CUDA_PACKAGES)
        if not dropping:
            kept.append(line)
    return "\n".join(kept) + "\n"


def main() -> None:
    """Write both lists."""
    source = (ROOT / "requirements.in").read_text()
    options = ["--universal", "--fork-strategy", "fewest"]
    cpu = compile_list(source, options)
    gpu = compile_list(gpu_requirements(source), options)
    head = "# Made from requirements.in by `make lock`; do not edit.\n"
    (ROOT / "requirements.txt").write_text(head + without_cuda(cpu))
    (ROOT / "requirements-gpu.txt").write_text(head + "# Linux (x86-64) with an NVIDIA GPU.\n" + gpu)


if __name__ == "__main__":
    main()
