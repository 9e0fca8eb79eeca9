"""Pulses of neutrons and of gamma rays in an organic liquid scintillator, sampled 64 times.

Decay times: data sheet of EJ-301 (Eljen Technology), 3.16, 32.3 and 270 ns. That neutrons, which scatter on protons,
have a larger slow part: G. F. Knoll, Radiation Detection and Measurement, 4th edition (2010), chapter 8.
"""

from __future__ import annotations

import numpy as np

SAMPLES = 64
SAMPLE_NS = 4.0
DECAY_NS = np.array([3.16, 32.3, 270.0])
SHARES = {"gamma": np.array([0.80, 0.12, 0.08]), "neutron": np.array([0.66, 0.19, 0.15])}  # of the light; toy values
FIRST_SAMPLE = 6  # the pulse begins in this sample
ELECTRONS_PER_KEV = 1.0
NOISE_ELECTRONS = 0.7  # electronics, in each sample


def measure_pulses(
    rng: np.random.Generator, events: int, energies: tuple[float, float] = (50.0, 500.0)
) -> tuple[np.ndarray, np.ndarray]:
    """Return sampled pulses of neutrons and gamma rays, half of each on average, each scaled to a largest sample of 1.

    What is toy: three decay times with fixed shares, one photoelectron a keV of electron-equivalent energy, uniform
    energies, a photomultiplier that answers at once, and no second pulse in the window.

    Args:
        rng: the random generator.
        events: how many.
        energies: lowest and highest electron-equivalent energy in keV; the energies are uniform between them.

    Returns:
        pulses, shape (events, 64), float32, in units of the largest sample, one sample in 4 ns; and 1 for a neutron or
        0 for a gamma ray, shape (events,), float32.

    Raises:
        ValueError: there are no events to make, or the energies are not 0 < lowest <= highest.
    """
    if events < 1:
        raise ValueError(f"events = {events} must be at least 1.")
    lowest, highest = energies
    if not 0 < lowest <= highest:
        raise ValueError(f"energies = {energies} must be (lowest, highest) with 0 < lowest <= highest, in keV.")
    is_neutron = rng.random(events) < 0.5
    shares = np.where(is_neutron[:, None], SHARES["neutron"], SHARES["gamma"])
    start = (FIRST_SAMPLE + rng.random(events)) * SAMPLE_NS
    since = np.maximum(np.arange(SAMPLES + 1) * SAMPLE_NS - start[:, None], 0)
    arrived = np.einsum("nc,nec->ne", shares, 1 - np.exp(-since[:, :, None] / DECAY_NS))
    electrons = ELECTRONS_PER_KEV * rng.uniform(lowest, highest, events)
    pulses = rng.poisson(electrons[:, None] * np.diff(arrived, axis=1)) + rng.normal(
        0, NOISE_ELECTRONS, (events, SAMPLES)
    )
    return (pulses / pulses.max(axis=1, keepdims=True)).astype(np.float32), is_neutron.astype(np.float32)


def tail_fraction(pulses: np.ndarray, samples_after_peak: int = 5) -> np.ndarray:
    """Return the part of the light that comes late: the classic measure of the pulse shape, shape (n,).

    Args:
        pulses: shape (n, 64).
        samples_after_peak: the tail begins so many samples after the largest one.
    """
    later = np.arange(pulses.shape[1]) - pulses.argmax(axis=1)[:, None]
    return np.sum(np.where(later >= samples_after_peak, pulses, 0), axis=1) / pulses.sum(axis=1)
