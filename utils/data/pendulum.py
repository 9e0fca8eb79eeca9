"""Periods of a rigid pendulum at large amplitudes.

Exact period: T / T0 = (2 / π) K(sin²(θ/2)), with the complete elliptic integral K of the parameter m
(L. D. Landau and E. M. Lifshitz, Mechanics, § 11, problem 1).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ellipkm1


def period_ratio(amplitude: np.ndarray | float) -> np.ndarray | float:
    """Return the period divided by that of small swings.

    Args:
        amplitude: largest angle from the vertical in radians, from 0 to below π, any shape.

    Raises:
        ValueError: an amplitude is outside this range.
    """
    if np.any(np.asarray(amplitude) < 0) or np.any(np.asarray(amplitude) >= np.pi):
        raise ValueError("An amplitude must be from 0 to below π: at π the pendulum stands on its head and stays.")
    return 2 / np.pi * ellipkm1(np.cos(np.asarray(amplitude) / 2) ** 2)


def measure_periods(
    rng: np.random.Generator, number: int, noise: float = 0.02, largest: float = 2.6
) -> tuple[np.ndarray, np.ndarray]:
    """Return measured amplitudes in radians and period ratios with Gaussian noise, each of shape (number,).

    Args:
        rng: the random generator.
        number: how many swings are timed.
        noise: standard deviation of a measured period ratio.
        largest: amplitudes are uniform between 0 and this angle (radians).
    """
    amplitude = np.sort(rng.uniform(0, largest, number))
    return amplitude, period_ratio(amplitude) + rng.normal(0, noise, number)
