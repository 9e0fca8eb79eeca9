"""Muon spin rotation: muons that stop in a sample and precess in its magnetic field until they decay."""

from __future__ import annotations

import numpy as np

LIFETIME = 2.1969811  # µs (Particle Data Group)
MHZ_PER_MILLITESLA = 0.135538817  # precession frequency of the muon in a field of 1 mT (CODATA)
PARAMETERS = ("asymmetry", "relaxation rate (1/µs)", "angular frequency (rad/µs)", "phase (rad)")


def asymmetry(parameters: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return A exp(-λ t) cos(ω t + φ), the asymmetry of positrons before and behind the sample.

    Args:
        parameters: A, λ, ω and φ in the units of `PARAMETERS`, shape (4,).
        t: time since the muon stopped in µs, any shape.
    """
    A, rate, omega, phase = parameters
    return A * np.exp(-rate * np.asarray(t)) * np.cos(omega * np.asarray(t) + phase)


def measure_asymmetry(
    rng: np.random.Generator, muons: float = 2e6, parameters: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the asymmetry in bins of 50 ns, up to 6 µs.

    Muons decay, so late bins hold few positrons: the uncertainty of a bin with N of them is sqrt((1 - a²) / N), as for
    any asymmetry of counts. A toy: Gaussian errors, no background, two ideal detectors.

    Args:
        rng: the random generator.
        muons: how many decays are seen.
        parameters: A, λ, ω and φ; without them, A and λ near 0.22 and 0.35 per µs, a field between 8 and 12 mT, and a
            phase between -0.4 and 0.4 rad are drawn.

    Returns:
        time in µs, asymmetry and its uncertainty, each of shape (120,), and the true parameters, shape (4,).

    Raises:
        ValueError: there are too few muons for the last bins, or the asymmetry is above 1.
    """
    if muons < 1e5:
        raise ValueError(
            f"muons = {muons:g}: below 100 000 the last bins are almost empty, and their errors not Gaussian."
        )
    if parameters is None:
        omega = 2 * np.pi * MHZ_PER_MILLITESLA * rng.uniform(8, 12)
        parameters = np.array([rng.normal(0.22, 0.01), rng.normal(0.35, 0.05), omega, rng.uniform(-0.4, 0.4)])
    parameters = np.asarray(parameters, dtype=float)
    if abs(parameters[0]) > 1:
        raise ValueError(f"The asymmetry A = {parameters[0]:g} cannot be above 1.")
    t = np.arange(0.025, 6, 0.05)
    positrons = muons * 0.05 / LIFETIME * np.exp(-t / LIFETIME)
    true = asymmetry(parameters, t)
    sigma = np.sqrt((1 - true**2) / positrons)
    return t, true + sigma * rng.normal(size=t.size), sigma, parameters


def first_guess(true: np.ndarray) -> np.ndarray:
    """Return parameters that somebody could read off a plot, to start a fit: 0.15, 0.6 per µs, ω 2 % too large, 0."""
    return np.array([0.15, 0.6, 1.02 * true[2], 0.0])
