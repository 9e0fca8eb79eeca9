"""Photons and neutral pions in a finely segmented layer of a calorimeter: energy against strip.

A neutral pion decays into two photons whose showers nearly overlap. Lateral profile of a shower: G. Grindhammer and
S. Peters, arXiv:hep-ex/0001020, equation 3, f(r) = 2 r R² / (r² + R²)² for its core and for its tail. Size and distance
of the strips are those of the first layer of the ATLAS barrel, JINST 3 (2008) S08003, section 5.2.
"""

from __future__ import annotations

import numpy as np

STRIPS = 24
PITCH_MM = 4.7  # width of a strip
DISTANCE_MM = 1500.0  # from the decay to the layer
PION_MASS_GEV = 0.135
CORE_MM, TAIL_MM, CORE_FRACTION = 3.0, 18.0, 0.8
NOISE_MEV = 15.0  # electronics, in each strip
SAMPLING = 0.1  # relative fluctuation of a strip with 1 GeV; it falls as 1 / sqrt(energy)


def measure_strips(
    rng: np.random.Generator, events: int, energies: tuple[float, float] = (20.0, 60.0)
) -> tuple[np.ndarray, np.ndarray]:
    """Return the energy that each strip measures for single photons and for neutral pions, half of each on average.

    The total energy is uniform, the particle hits strip 12 (of 0 to 23) anywhere, the pion decays isotropically in its
    rest frame. Each photon leaves 12 to 28 % of its energy in this layer. What is toy: no conversions, no material, no
    pile-up, perpendicular incidence, and no crosstalk between the strips.

    Args:
        rng: the random generator.
        events: how many.
        energies: the lowest and the highest total energy in GeV.

    Returns:
        energy of each strip in MeV, shape (events, 24), and 1 for a photon or 0 for a pion, shape (events,); float32.

    Raises:
        ValueError: there are no events to make, or the energies are not 0 < lowest <= highest.
    """
    if events < 1:
        raise ValueError(f"events = {events} must be at least 1.")
    lowest, highest = energies
    if not 0 < lowest <= highest:
        raise ValueError(f"energies = {energies} must be (lowest, highest) with 0 < lowest <= highest, in GeV.")
    is_photon = rng.random(events) < 0.5
    energy = rng.uniform(lowest, highest, events)
    impact = rng.uniform(-PITCH_MM / 2, PITCH_MM / 2, events)
    share = rng.uniform(0, 1, events)
    gap = separation(energy, share) * np.cos(rng.uniform(0, np.pi, events))
    photons = (
        (np.where(is_photon, 1.0, share) * energy, impact + np.where(is_photon, 0.0, (1 - share) * gap)),
        (np.where(is_photon, 0.0, 1 - share) * energy, impact - share * gap),
    )
    expected = sum(_shower(rng, part, place) for part, place in photons)  # GeV
    sampled = expected + SAMPLING * np.sqrt(expected) * rng.normal(size=expected.shape)
    strips = 1000 * sampled + rng.normal(0, NOISE_MEV, expected.shape)
    return strips.astype(np.float32), is_photon.astype(np.float32)


def separation(energy: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the distance in mm at which the two photons of a pion arrive.

    From the invariant mass, m² = 2 E₁ E₂ (1 - cos θ) with E₁ = z E and E₂ = (1 - z) E.

    Args:
        energy: energy of the pion in GeV.
        share: z, the share of one of the photons.
    """
    cosine = 1 - PION_MASS_GEV**2 / (2 * np.maximum(share * (1 - share), 1e-6) * np.square(energy))
    return DISTANCE_MM * np.tan(np.minimum(np.arccos(np.maximum(cosine, -1.0)), 0.5))


def shower_shapes(strips: np.ndarray) -> np.ndarray:
    """Return what physicists measure on such showers, shape (n, 7).

    The columns: total energy (MeV); width of the whole profile and of the seven strips around the largest (strips);
    the shares of the largest, the second and the third strip; the share of the three strips around the largest.

    Args:
        strips: energy of each strip in MeV, shape (n, 24).
    """
    number = np.arange(strips.shape[1])
    positive = np.maximum(strips, 1e-3)
    share = positive / positive.sum(axis=1, keepdims=True)
    distance = np.abs(number - strips.argmax(axis=1)[:, None])
    ordered = np.sort(share, axis=1)[:, ::-1]
    columns = [strips.sum(axis=1), _width(share), _width(np.where(distance <= 3, share, 0))]
    columns += [*ordered[:, :3].T, np.where(distance <= 1, share, 0).sum(axis=1)]
    return np.stack(columns, axis=1)


def _width(weight: np.ndarray) -> np.ndarray:
    """Return the standard deviation, in strips, of profiles with these weights, shape (n, strips)."""
    number = np.arange(weight.shape[1])
    weight = weight / weight.sum(axis=1, keepdims=True)
    mean = (weight * number).sum(axis=1, keepdims=True)
    return np.sqrt((weight * (number - mean) ** 2).sum(axis=1))


def _shower(rng: np.random.Generator, energy: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the expected energy in each strip in GeV, shape (n, 24), of showers of `energy` (GeV) at `place` (mm)."""
    deposited = energy * rng.uniform(0.12, 0.28, len(energy))
    width = np.exp(rng.normal(0, 0.2, len(energy)))[:, None]  # showers start earlier or later
    edges = PITCH_MM * (np.arange(STRIPS + 1) - STRIPS / 2 - 0.5) - place[:, None]

    def below(radius: float) -> np.ndarray:
        """Return which part of a shower lies below each edge: the radial profile, projected on one axis."""
        return 0.5 * (1 + edges / np.sqrt(edges**2 + (radius * width) ** 2))

    profile = CORE_FRACTION * below(CORE_MM) + (1 - CORE_FRACTION) * below(TAIL_MM)
    return deposited[:, None] * np.diff(profile, axis=1)
