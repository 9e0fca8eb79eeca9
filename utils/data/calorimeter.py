"""Electron showers in a calorimeter: a small Monte Carlo of the cascade, and shipped showers that were made with it."""

from __future__ import annotations

import numpy as np

from utils.data import checked_path

SHAPE = (7, 12, 15)  # layers, rows (y), columns (x)
CRITICAL_ENERGY = 8.0  # MeV: here ionisation and bremsstrahlung take equally much from an electron
MOLIERE_X0 = 21.2 / CRITICAL_ENERGY  # Molière's radius in radiation lengths
X0_MM = 8.0  # mm, one radiation length of the stack of absorbers, sensors and gaps
CELL_MM = 10.0  # mm, side of a square cell
LAYER_X0 = 3.5  # radiation lengths in a layer
BEAM_MM = 3.0  # mm, width of the beam spot (standard deviation in x and in y)
SAMPLING = 0.1  # √GeV: an energy E is measured with a standard deviation of SAMPLING √E
THRESHOLD = 2.0  # MeV: less in a cell is not read out
ENERGY_RANGE = (20.0, 100.0)  # GeV, of the shipped showers
CUT = 4.0  # MeV: electrons stop here; photons below are not followed one by one
STEP = 0.4  # radiation lengths, the longest step of an electron
PHOTON_MEV = np.array([0.2, 0.5, 1, 2, 3, 5, 8, 10, 15, 20, 50, 100, 1000, 10_000.0])
PHOTON_RATE = np.array(
    [6.4, 1.03, 0.45, 0.29, 0.27, 0.27, 0.30, 0.32, 0.36, 0.40, 0.51, 0.59, 0.73, 7 / 9]
)  # per radiation length
BATCH, BLOCK = 128, 30_000  # showers simulated together, electrons moved at a time
ENERGY, POSITION, DIRECTION, SHOWER = 0, slice(1, 4), slice(4, 7), 7  # rows of a table of particles, shape (8, n)


def step_electrons(
    rng: np.random.Generator, before: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Move electrons by one step: ionisation, multiple scattering, bremsstrahlung.

    A step ends where a photon above `CUT` is radiated, or after `STEP`. In one radiation length an electron of energy E
    loses `CRITICAL_ENERGY` by ionisation (approximation B of B. Rossi, High-Energy Particles, 1952), is deflected by
    13.6 MeV / E in each plane, and radiates photons of energy u E with the spectrum dN/du = (4/3 - 4/3 u + u²) / u
    (Particle Data Group, Passage of particles through matter, "Multiple scattering" and "Photon and electron
    interactions in matter").

    Args:
        rng: the random generator.
        before: electrons, shape (8, n), rows: energy (MeV), x, y, z (radiation lengths), direction (3), shower.

    Returns:
        The electrons after the step, shape (8, n), energy 0 if they have stopped; the photons above `CUT`, shape
        (8, m); the photons below `CUT`, those of one step together, shape (8, n); the energy that stays (MeV), (n,).
    """
    energy = before[ENERGY]
    rate = 4 / 3 * np.log(energy / CUT) + 1e-9
    length = rng.exponential(size=energy.size) / rate
    radiates = length < STEP
    length = np.minimum(length, STEP)
    after = before.copy()
    after[POSITION] += length * before[DIRECTION]
    kick = 13.6 / energy * np.sqrt(length) * rng.standard_normal((3, energy.size))
    after[DIRECTION] += kick
    after[DIRECTION] /= np.sqrt((after[DIRECTION] ** 2).sum(0))
    soft = after.copy()
    soft[ENERGY] = 4 / 3 * CUT * length  # the integral of k dN/dk up to CUT
    left = energy - soft[ENERGY] - CRITICAL_ENERGY * length
    u = np.exp(-3 / 4 * rate * rng.random(energy.size))  # tried from 1/u, kept with the probability that makes dN/du
    radiates &= (rng.random(energy.size) < 1 - u + 3 / 4 * u**2) & (u * left > CUT)
    hard = after[:, radiates]
    hard[ENERGY] = (u * left)[radiates]
    left[radiates] -= hard[ENERGY]
    stays = CRITICAL_ENERGY * length
    stays += np.where(left > CUT, 0, left)
    after[ENERGY] = np.where(left > CUT, left, 0)
    return after, hard, soft, stays


def fly_photons(rng: np.random.Generator, photons: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """Move photons of some energies (MeV) to where they interact, shape (8, n).

    The mean free path is that of lead: 9/7 radiation lengths at the highest energies, three times as long at 3 MeV,
    where Compton scattering takes over, and short below 1 MeV (NIST XCOM, https://doi.org/10.18434/T48G6X; rounded).

    Args:
        rng: the random generator.
        photons: shape (8, n), rows as in `step_electrons`.
        energy: decides how far they fly (MeV), shape (n,).
    """
    rate = np.interp(np.log(energy), np.log(PHOTON_MEV), PHOTON_RATE)
    moved = photons.copy()
    moved[POSITION] += rng.exponential(size=rate.size) / rate * photons[DIRECTION]
    return moved


def make_pairs(rng: np.random.Generator, photons: np.ndarray) -> np.ndarray:
    """Turn n photons into electrons and positrons, shape (8, 2 n).

    One takes the share v of the energy, dN/dv ∝ 1 - 4/3 v (1 - v) (Particle Data Group, as above): in six of seven
    cases v is uniform, in one it follows (v - 1/2)².

    Args:
        rng: the random generator.
        photons: shape (8, n), rows as in `step_electrons`.
    """
    v = rng.random(photons.shape[1])
    edge = rng.random(v.size) < 1 / 7
    v[edge] = 0.5 + 0.5 * np.cbrt(2 * v[edge] - 1)
    first, second = photons.copy(), photons.copy()
    first[ENERGY] *= v
    second[ENERGY] *= 1 - v
    return np.hstack([first, second])


def simulate(
    rng: np.random.Generator,
    energies: np.ndarray,
    edges: np.ndarray | None = None,
    shape: tuple[int, int] = SHAPE[1:],
    cell: float = CELL_MM / X0_MM,
    beam: float = BEAM_MM / X0_MM,
    sampling: float = SAMPLING,
    threshold: float = THRESHOLD,
) -> np.ndarray:
    """Return the energy in each cell for electrons that enter along z in the middle of the calorimeter.

    A toy: one mixed material with the critical energy 8 MeV and the photon cross-sections of lead, no magnetic field,
    positrons as electrons, Compton electrons stay where they are made. The physics stands in `step_electrons`,
    `fly_photons` and `make_pairs`. What leaves the cells on any side is lost.

    Args:
        energies: of the electrons (GeV), shape (n,).
        edges: boundaries of the layers (radiation lengths, rising); seven layers of `LAYER_X0` if None.
        shape: rows (y) and columns (x) of cells; the beam hits the middle of cell (rows // 2, columns // 2).
        cell: side of a cell (radiation lengths).
        beam: standard deviation of the point of entry in x and in y (radiation lengths).
        sampling: s in √GeV: an energy E is measured with a standard deviation s √E; 0 gives the deposited energy.
        threshold: measured energies below (MeV) count as 0.

    Returns:
        MeV, float32, shape (n, layers, rows, columns).

    Raises:
        ValueError: an energy is not a finite number above 0.1 GeV, or the geometry or resolution makes no sense.
    """
    energies = np.asarray(energies, dtype=float)
    edges = LAYER_X0 * np.arange(SHAPE[0] + 1) if edges is None else np.asarray(edges, dtype=float)
    _check(energies, edges, shape, cell, beam, sampling, threshold)
    deposits = np.empty((energies.size, edges.size - 1, *shape), dtype=np.float32)
    for begin in range(0, energies.size, BATCH):
        batch = slice(begin, begin + BATCH)
        deposits[batch] = _cascade(rng, 1e3 * energies[batch], edges, shape, cell, beam)
    if sampling > 0:
        grain = 1e3 * sampling**2  # MeV: a gamma distribution of mean d and variance grain * d
        deposits = (grain * rng.standard_gamma(deposits / grain)).astype(np.float32)
    deposits[deposits < threshold] = 0
    return deposits


def _check(
    energies: np.ndarray,
    edges: np.ndarray,
    shape: tuple[int, int],
    cell: float,
    beam: float,
    sampling: float,
    threshold: float,
) -> None:
    """Raise ValueError for what `simulate` cannot simulate."""
    if energies.ndim != 1 or not np.isfinite(energies).all() or (energies < 0.1).any():
        raise ValueError(
            "energies must be a row of finite numbers of at least 0.1 GeV, such as np.array([20.0, 50.0])."
        )
    if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0).all() or not np.isfinite(edges).all():
        raise ValueError("edges must be two or more rising depths in radiation lengths.")
    if len(shape) != 2 or min(shape) < 1 or cell <= 0:
        raise ValueError(f"shape = {shape} and cell = {cell} do not make a plane of rows and columns of cells.")
    if beam < 0 or sampling < 0 or threshold < 0:
        raise ValueError(f"beam = {beam}, sampling = {sampling} and threshold = {threshold} must not be negative.")


def _cascade(
    rng: np.random.Generator, energies: np.ndarray, edges: np.ndarray, shape: tuple[int, int], cell: float, beam: float
) -> np.ndarray:
    """Return the energies (MeV) that the cascades of some electrons (MeV) leave in each cell.

    Electrons wait in blocks, the youngest block is moved first: so few are in memory at a time.
    """
    sizes = np.array([energies.size, edges.size - 1, *shape])
    total = np.zeros(sizes.prod())
    primaries = np.zeros((8, energies.size))
    primaries[ENERGY], primaries[6], primaries[SHOWER] = energies, 1, np.arange(energies.size)
    primaries[1:3] = beam * rng.standard_normal((2, energies.size))
    waiting = [primaries]

    def cells(particles: np.ndarray) -> np.ndarray:
        """Return the number of the cell that each particle is in, -1 if it is outside."""
        x, y, z = particles[POSITION]
        column = np.floor(x / cell + 0.5) + shape[1] // 2
        row = np.floor(y / cell + 0.5) + shape[0] // 2
        layer = np.searchsorted(edges, z, side="right") - 1.0
        inside = (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
        inside &= (layer >= 0) & (layer < sizes[1])
        number = ((particles[SHOWER] * sizes[1] + layer) * shape[0] + row) * shape[1] + column
        return np.where(inside, number, -1).astype(int)

    def deposit(energy: np.ndarray, cell_number: np.ndarray) -> None:
        """Add energies to their cells; what is outside is lost."""
        inside = cell_number >= 0
        total[:] += np.bincount(cell_number[inside], energy[inside], total.size)

    while waiting:
        block = waiting.pop()
        while waiting and block.shape[1] < BLOCK:
            block = np.hstack([block, waiting.pop()])
        if block.shape[1] > BLOCK:
            waiting.append(block[:, :-BLOCK])
            block = block[:, -BLOCK:]
        after, hard, soft, stays = step_electrons(rng, block)
        where = cells(after)
        deposit(stays, where)
        soft = fly_photons(rng, soft, CUT * rng.random(soft.shape[1]))  # the spectrum k dN/dk is flat
        deposit(soft[ENERGY], cells(soft))
        pairs = make_pairs(rng, fly_photons(rng, hard, hard[ENERGY]))
        outside = cells(pairs) < 0
        stopped = pairs[ENERGY] <= CUT
        deposit(pairs[ENERGY, stopped], cells(pairs[:, stopped]))
        alive = [after[:, (after[ENERGY] > 0) & (where >= 0)], pairs[:, ~stopped & ~outside]]
        waiting.append(np.hstack(alive))
        if not waiting[-1].size:
            waiting.pop()
    return total.reshape(sizes)


def shower_observables(energy: np.ndarray, deposits: np.ndarray) -> dict[str, np.ndarray]:
    """Return four observables of each shower.

    Args:
        energy: of the electrons (GeV), shape (n,).
        deposits: MeV, shape (n, 7, 12, 15).

    Returns:
        For each name an array of shape (n,): "energy sum" relative to the energy of the electron, "depth" (mean layer,
        counted from 0, weighted by energy), "radius" (mean distance from the beam axis in mm, weighted by energy), and
        "cells hit" (share of the cells that are not empty).
    """
    rows, columns = np.indices(SHAPE[1:])
    distance = CELL_MM * np.hypot(rows - SHAPE[1] // 2, columns - SHAPE[2] // 2)
    total = np.maximum(deposits.sum(axis=(1, 2, 3)), 1e-9)
    return {
        "energy sum": total / (1000 * energy),
        "depth": deposits.sum(axis=(2, 3)) @ np.arange(SHAPE[0]) / total,
        "radius": (deposits.sum(axis=1) * distance).sum(axis=(1, 2)) / total,
        "cells hit": (deposits > 0).mean(axis=(1, 2, 3)),
    }


def load_showers(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return showers of electrons, energies uniform in `ENERGY_RANGE`, made once with `simulate`.

    Args:
        part: "train" (6000 showers) or "test" (3000).

    Returns:
        The energies of the electrons (GeV), float32, shape (n,), and the measured energies (MeV), float32, shape (n, 7,
        12, 15): layers along the beam, rows (y), columns (x).

    Raises:
        ValueError: there is no such part.
        DataError: the file is missing or altered.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part = {part!r} is unknown; there are "train" and "test".')
    with open(checked_path(f"calorimeter_showers/{part}.npy"), "rb") as file:
        energies, packed, measured = (np.load(file) for _ in range(3))
    hit = np.unpackbits(packed, count=energies.size * int(np.prod(SHAPE))).astype(bool)
    deposits = np.zeros(hit.size, dtype=np.float32)
    deposits[hit] = measured
    return energies, deposits.reshape(-1, *SHAPE)
