"""Two small pictures of particle physics: species told apart by their speed, and vertices along a beam."""

from __future__ import annotations

import numpy as np

PION_MASS = 0.13957  # GeV (Particle Data Group)
PROTON_MASS = 0.93827  # GeV (Particle Data Group)


def measure_speeds(
    rng: np.random.Generator, number: int, resolution: float = 0.015
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return particles of a time-of-flight detector, half pions and half protons.

    1/β = sqrt(1 + m²/p²) is what the flight time measures.

    Args:
        rng: the random generator.
        number: particles of each species.
        resolution: standard deviation of a measured 1/β.

    Returns:
        momentum in GeV (uniform from 0.6 to 3.0), measured 1/β, and whether it is a proton, each of shape (2 number,).

    Raises:
        ValueError: fewer than one particle of each species.
    """
    if number < 1:
        raise ValueError(f"number = {number} particles of each species: at least one is needed.")
    momentum = rng.uniform(0.6, 3.0, 2 * number)
    proton = np.repeat([False, True], number)
    mass = np.where(proton, PROTON_MASS, PION_MASS)
    inverse_speed = np.sqrt(1 + (mass / momentum) ** 2) + rng.normal(0, resolution, 2 * number)
    return momentum, inverse_speed, proton


def make_tracks(
    rng: np.random.Generator, vertices: int = 4, tracks: int = 25, resolution: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return where tracks of several collisions in one bunch crossing meet the beam line.

    Args:
        rng: the random generator.
        vertices: number of collisions, at least 12 mm from each other along the beam.
        tracks: tracks of each collision.
        resolution: standard deviation of a track's measured position in mm.

    Returns:
        position along the beam in mm, shape (vertices tracks,), and the true vertices in mm, shape (vertices,).

    Raises:
        ValueError: fewer than one vertex, or more than the nine that find room in the 120 mm of the beam spot.
    """
    if not 1 <= vertices <= 9:
        raise ValueError(f"vertices = {vertices} must be from 1 to 9.")
    gaps = rng.dirichlet(np.ones(vertices + 1)) * (120 - 12 * (vertices - 1))
    position = -60 + np.cumsum(gaps[:-1]) + 12 * np.arange(vertices)
    return np.repeat(position, tracks) + rng.normal(0, resolution, vertices * tracks), position
