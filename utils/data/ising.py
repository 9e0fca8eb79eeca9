"""The Ising model on a square lattice with periodic boundaries: spin images, and what is known exactly.

Energy E = -J sum over neighbours of s_i s_j with s = +1 or -1, J = +1 for the ferromagnet, -1 for the antiferromagnet.
Energies are in units of |J|, temperatures in units of |J| / k_B.

Sources: cluster algorithm, R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58 (1987) 86; energy and transition of the
infinite lattice, L. Onsager, Phys. Rev. 65 (1944) 117; magnetisation, C. N. Yang, Phys. Rev. 85 (1952) 808.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ellipk

CRITICAL_TEMPERATURE = 2 / np.log(1 + np.sqrt(2))


def sample_spins(
    rng: np.random.Generator,
    temperatures: np.ndarray,
    size: int,
    coupling: int = 1,
    field_cooled: bool = False,
    sweeps: int = 20,
) -> np.ndarray:
    """Return one spin image for each temperature, each from a lattice of its own.

    Every lattice starts from all spins up below the critical temperature and from random spins above, and is then
    updated by Swendsen and Wang's clusters, which forget their past in a few sweeps even at the critical temperature.

    Args:
        rng: the random generator.
        temperatures: one for each image, shape (n,), in units of |J| / k_B.
        size: number of sites along each side.
        coupling: +1 for the ferromagnet, -1 for the antiferromagnet; the latter needs an even size.
        field_cooled: as if cooled in a weak field: below the critical temperature all images point up.
        sweeps: how many times the clusters of each lattice are found and turned.

    Returns:
        spins +1 or -1, shape (n, size, size), int8.

    Raises:
        ValueError: a temperature is not positive, or size, coupling or sweeps cannot be.
    """
    temperatures = np.asarray(temperatures, dtype=float)
    if temperatures.ndim != 1 or len(temperatures) == 0 or not np.all(temperatures > 0):
        raise ValueError("temperatures must be an array of shape (n,) with at least one, all greater than zero.")
    if coupling not in (1, -1):
        raise ValueError(f"coupling = {coupling} must be 1 (ferromagnet) or -1 (antiferromagnet).")
    if size < 3 or (coupling == -1 and size % 2):
        raise ValueError(f"size = {size} must be at least 3, and even for the antiferromagnet.")
    if sweeps < 1:
        raise ValueError(f"sweeps = {sweeps} must be at least 1.")
    spins = np.where(rng.random((len(temperatures), size, size)) < 0.5, 1, -1).astype(np.int8)
    ordered = temperatures < CRITICAL_TEMPERATURE
    spins[ordered] = 1
    site = np.arange(spins.size, dtype=np.int32).reshape(spins.shape)
    neighbours = np.stack([np.roll(site, -1, axis=1), np.roll(site, -1, axis=2)], axis=-1)
    bonded = (1 - np.exp(-2 / temperatures)).astype(np.float32)[:, None, None]
    for _ in range(sweeps):
        spins = _turn_clusters(rng, spins, neighbours, bonded)
    if field_cooled:
        down = ordered & (spins.sum(axis=(1, 2)) < 0)
        spins[down] *= -1
    return spins if coupling == 1 else spins * staggered(size)


def _turn_clusters(
    rng: np.random.Generator, spins: np.ndarray, neighbours: np.ndarray, bonded: np.ndarray
) -> np.ndarray:
    """Bond equal neighbours with the given probability, and turn each cluster of bonded spins, or not, by chance."""
    bonds = [
        (spins == np.roll(spins, -1, axis)) & (rng.random(spins.shape, dtype=np.float32) < bonded) for axis in (1, 2)
    ]
    bonds = np.stack(bonds, axis=-1).reshape(-1, 2)
    start = np.concatenate([[0], np.cumsum(bonds.sum(axis=1))]).astype(np.int32)
    end = neighbours.reshape(-1, 2)[bonds]
    graph = csr_array((np.ones(len(end), np.int8), end, start), shape=(spins.size, spins.size))
    clusters, label = connected_components(graph, directed=False)
    turn = np.where(rng.random(clusters) < 0.5, 1, -1).astype(np.int8)
    return spins * turn[label].reshape(spins.shape)


def staggered(size: int) -> np.ndarray:
    """Return a chessboard of +1 and -1, shape (size, size), int8: the ground state of the antiferromagnet."""
    return (1 - 2 * (np.add.outer(np.arange(size), np.arange(size)) % 2)).astype(np.int8)


def energy_per_spin(spins: np.ndarray) -> np.ndarray:
    """Return the energy per spin of the ferromagnet, in units of J, shape (n,), of spins (n, rows, columns)."""
    spins = np.asarray(spins, dtype=np.float32)
    return -(spins * (np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2))).mean(axis=(1, 2))


def exact_energy(temperature: np.ndarray) -> np.ndarray:
    """Return Onsager's energy per spin of the infinite lattice, in units of J; -sqrt(2) at the critical temperature."""
    twice = 2 / np.asarray(temperature, dtype=float)
    squared = np.minimum((2 * np.tanh(twice) / np.cosh(twice)) ** 2, 1 - 1e-15)  # at the transition 0 times infinity
    return -(1 + 2 / np.pi * (2 * np.tanh(twice) ** 2 - 1) * ellipk(squared)) / np.tanh(twice)


def exact_magnetisation(temperature: np.ndarray) -> np.ndarray:
    """Return Yang's spontaneous magnetisation per spin of the infinite lattice; 0 above the critical temperature."""
    temperature = np.asarray(temperature, dtype=float)
    return np.maximum(1 - np.sinh(2 / np.minimum(temperature, CRITICAL_TEMPERATURE)) ** -4.0, 0) ** 0.125
