"""Hubble's galaxies of 1929."""

from __future__ import annotations

import numpy as np

from utils.data import load_table


def load_galaxies() -> np.ndarray:
    """Return the 24 galaxies: `name`, `distance_mpc`, `velocity_km_s`, `ra_deg` and `dec_deg`, shape (24,).

    Raises:
        DataError: the file is missing or altered.
    """
    return load_table("hubble_1929/galaxies.csv")


def unit_vectors(galaxies: np.ndarray) -> np.ndarray:
    """Return the direction of each galaxy: (cos α cos δ, sin α cos δ, sin δ), equatorial coordinates, shape (n, 3)."""
    alpha, delta = np.radians(galaxies["ra_deg"]), np.radians(galaxies["dec_deg"])
    return np.stack([np.cos(alpha) * np.cos(delta), np.sin(alpha) * np.cos(delta), np.sin(delta)], axis=1)
