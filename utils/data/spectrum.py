"""Calibration of a gamma-ray detector channel: peaks of known sources, some of them confused.

Line energies: Decay Data Evaluation Project, http://www.lnhb.fr/ddep_wg/
"""

from __future__ import annotations

import numpy as np

# keV: Am-241, Ba-133 (3 lines), annihilation, Cs-137, Mn-54, Co-60 (2 lines), Na-22, K-40, Tl-208
LINE_ENERGIES = np.array(
    [59.54, 81.00, 302.85, 356.01, 511.00, 661.66, 834.84, 1173.23, 1332.49, 1274.54, 1460.82, 2614.51]
)
OFFSET = -12.0  # keV at channel 0
GAIN = 0.85  # keV per channel


def measure_peaks(
    rng: np.random.Generator,
    confused: int = 0,
    curvature: float = 0.0,
    offset: float = OFFSET,
    gain: float = GAIN,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the peaks of a calibration run of one detector channel.

    The fitted position of a peak has an uncertainty of 0.3 channels plus 0.1 % of the position. A confused peak
    belongs to another line than the one it is listed with: it lies 60 to 200 channels away, above or below.

    Args:
        rng: the random generator.
        confused: how many of the peaks are confused.
        curvature: deviation from a straight line, in keV at 1000 channels (quadratic).
        offset: energy at channel 0 in keV.
        gain: keV per channel.

    Returns:
        channel of each peak, its uncertainty in channels, and the energy in keV it is listed with, each of shape (12,),
        ordered by energy.

    Raises:
        ValueError: more confused peaks than half of them.
    """
    if not 0 <= confused <= len(LINE_ENERGIES) // 2:
        raise ValueError(f"confused = {confused} must be from 0 to {len(LINE_ENERGIES) // 2}: else no fit can tell.")
    energy = np.sort(LINE_ENERGIES)
    true = (energy - offset) / gain
    true = true - curvature * (true / 1000) ** 2 / gain
    uncertainty = 0.3 + 0.001 * true
    channel = true + rng.normal(0, uncertainty)
    wrong = rng.choice(len(energy), confused, replace=False)
    step = rng.choice([-1, 1], confused) * rng.uniform(60, 200, confused)
    channel[wrong] += np.where(channel[wrong] + step < 0, -step, step)  # no peak below channel 0
    return channel, uncertainty, energy
