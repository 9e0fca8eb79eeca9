"""A toy test beam: electrons and charged pions that shower in a calorimeter of seven layers behind one another."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

INPUTS = (
    "preshower (photo-electrons)",
    "ECAL front (counts)",
    "ECAL middle (counts)",
    "ECAL back (counts)",
    "HCAL front (pC)",
    "HCAL middle (pC)",
    "HCAL back (pC)",
    "angle of incidence (rad)",
    "crystal temperature (K)",
    "HCAL voltage (V)",
)
LOWEST, HIGHEST = 5.0, 150.0  # GeV: beam energies
TEMPERATURE, VOLTAGE = 291.0, 1500.0  # K and V: nominal values
LIGHT_PER_KELVIN = -0.021  # relative light yield of lead tungstate at 18 °C (CMS, JINST 3 (2008) S08004, section 4)
GAIN_POWER = 7.0  # gain of a photomultiplier ∝ voltage**7 (Hamamatsu's handbook: 0.7 to 0.8 of its stages)

# thickness of preshower, three ECAL layers, coil (not read out), three HCAL layers
RADIATION_LENGTHS = np.array([2.0, 6.0, 13.0, 6.0, 4.0, 16.0, 33.0, 44.0])
INTERACTION_LENGTHS = np.array([0.07, 0.27, 0.57, 0.26, 0.40, 1.5, 3.0, 4.0])
COIL = 4
READ_OUT = np.array([0, 1, 2, 3, 5, 6, 7])
CRITICAL_ENERGY = 0.010  # GeV, about that of lead and lead tungstate
HADRON_RESPONSE = np.array([0.5, 0.45, 0.45, 0.45, 0.7, 0.7, 0.7])  # h/e of each layer that is read out
STOCHASTIC = np.array([0.15, 0.03, 0.03, 0.03, 0.5, 0.5, 0.5])  # relative noise is this / sqrt(GeV in the layer)
PEDESTAL = np.array([0.02, 0.04, 0.04, 0.04, 0.2, 0.2, 0.2])  # GeV: electronic noise of a layer
UNITS_PER_GEV = np.array([200.0, 100.0, 100.0, 100.0, 0.6, 0.6, 0.6])  # photo-electrons, counts, pC


def measure_showers(
    rng: np.random.Generator, number: int, energy: float | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the calorimeter measures of single electrons and pions, half of each on average.

    Mean profiles are gamma distributions: of electrons with the maximum at ln(E/E_c) - 0.5 radiation lengths (Longo and
    Sestili, Nucl. Instrum. Meth. 128 (1975) 283; Review of Particle Physics), of pions as in Bock, Hansl-Kozanecka and
    Shah, Nucl. Instrum. Meth. 186 (1981) 533, behind a first interaction at a random depth. The electromagnetic part of
    a pion's shower is 1 - (E/0.96 GeV)**(0.82 - 1) on average (Gabriel et al., Nucl. Instrum. Meth. A 338 (1994) 336)
    and fluctuates. A toy: no lateral shape, no magnetic field, layers that fluctuate independently, one particle.

    Args:
        rng: the random generator.
        number: particles.
        energy: the beam energy in GeV; without it, uniform in its logarithm from 5 to 150 GeV.

    Returns:
        the ten `INPUTS` in their units, shape (number, 10); the beam energy in GeV, shape (number,); whether it is an
        electron, shape (number,).

    Raises:
        ValueError: fewer than one particle, or an energy outside 1 to 1000 GeV.
    """
    if number < 1:
        raise ValueError(f"number = {number} particles: at least one is needed.")
    if energy is not None and not 1 <= energy <= 1000:
        raise ValueError(f"energy = {energy} GeV: the profiles are made for 1 to 1000 GeV.")
    E = LOWEST * (HIGHEST / LOWEST) ** rng.random(number) if energy is None else np.full(number, float(energy))
    electron = rng.random(number) < 0.5
    angle, temperature = rng.uniform(0, 0.6, number), rng.normal(TEMPERATURE, 1.5, number)
    voltage = rng.normal(VOLTAGE, 15.0, number)
    slant = 1 / np.cos(angle)[:, None]
    em, hadronic = _deposits(rng, E, electron, slant)
    seen = (em + hadronic * np.insert(HADRON_RESPONSE, COIL, 0.0))[:, READ_OUT]
    seen += rng.normal(size=seen.shape) * np.hypot(STOCHASTIC * np.sqrt(seen), PEDESTAL)
    seen[:, 1:4] *= (1 + LIGHT_PER_KELVIN * (temperature - TEMPERATURE))[:, None]
    seen[:, 4:] *= ((voltage / VOLTAGE) ** GAIN_POWER)[:, None]
    signals = np.maximum(seen, 0) * UNITS_PER_GEV
    return np.column_stack([signals, angle, temperature, voltage]), E, electron


def _deposits(
    rng: np.random.Generator, E: np.ndarray, electron: np.ndarray, slant: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the electromagnetic and the hadronic energy in all eight layers in GeV, each of shape (number, 8)."""
    number = len(E)
    x0 = np.cumsum(np.insert(RADIATION_LENGTHS, 0, 0.0)) * slant
    depth = np.cumsum(np.insert(INTERACTION_LENGTHS, 0, 0.0)) * slant
    start = np.where(electron, 0.0, rng.exponential(size=number))[:, None]  # interaction lengths
    layer = np.clip((depth < start).sum(axis=1) - 1, 0, len(RADIATION_LENGTHS) - 1)[:, None]
    inside = start - np.take_along_axis(depth, layer, 1)
    start_x0 = np.take_along_axis(x0, layer, 1) + inside * (RADIATION_LENGTHS / INTERACTION_LENGTHS)[layer]

    mean_em = 1 - (E / 0.96) ** (0.82 - 1)
    fraction = np.where(electron, 1.0, np.clip(rng.normal(mean_em, 0.13), 0.05, 0.95))
    bock = 0.6165 + 0.3183 * np.log(E)
    shape = np.where(electron, 1 + 0.5 * (np.log(E / CRITICAL_ENERGY) - 0.5), bock) * rng.lognormal(0, 0.1, number)
    rate = np.where(electron, 0.5, 0.2198)
    em = _share(x0 - start_x0, shape, rate) * (fraction * E)[:, None]
    nuclear = rng.normal(1, 0.35 / np.sqrt(np.maximum((1 - fraction) * E, 1.0)))  # binding energy is lost at random
    shape = bock * rng.lognormal(0, 0.1, number)
    hadronic = _share(depth - start, shape, 0.9099 - 0.0237 * np.log(E))
    hadronic *= ((1 - fraction) * E * np.maximum(nuclear, 0.1))[:, None]
    track = np.clip(start - depth[:, :-1], 0, np.diff(depth))  # the pion ionises until it interacts
    return em + np.minimum(0.2 * track, E[:, None] / 8), hadronic


def _share(boundaries: np.ndarray, shape: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return the part of a gamma distribution between neighbouring boundaries, shape (number, boundaries - 1)."""
    return np.diff(gammainc(shape[:, None], rate[:, None] * np.maximum(boundaries, 0)), axis=1)
