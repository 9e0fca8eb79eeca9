"""Write train.npy and test.npy: electron showers, as the card says.

    python make.py

takes about a minute on one core; it needs the course's package `utils`, which holds the simulation.
"""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from utils.data.calorimeter import ENERGY_RANGE, simulate

PARTS = {"train": (1, 6000), "test": (2, 3000)}  # seed, showers
PIECE = 500


def make_piece(seed: int, piece: int) -> tuple[np.ndarray, np.ndarray]:
    """Return energies (GeV) and measured deposits (MeV) of some showers."""
    rng = np.random.default_rng([230, seed, piece])
    energies = rng.uniform(*ENERGY_RANGE, PIECE).astype(np.float32)
    return energies, simulate(rng, energies).astype(np.float16)


def main() -> None:
    """Simulate piece by piece, on all cores, and write the files."""
    for name, (seed, showers) in PARTS.items():
        pieces = range(showers // PIECE)
        with ProcessPoolExecutor() as pool:
            made = list(pool.map(make_piece, [seed] * len(pieces), pieces))
        energies, deposits = (np.concatenate(parts) for parts in zip(*made, strict=True))
        with open(Path(__file__).parent / f"{name}.npy", "wb") as file:
            np.save(file, energies)
            np.save(file, np.packbits(deposits > 0))
            np.save(file, deposits[deposits > 0])


if __name__ == "__main__":
    main()
