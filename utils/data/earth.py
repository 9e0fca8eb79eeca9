"""The shape of the Earth: meridian arcs, measured and on an ellipsoid.

Geometry: W. Torge and J. Müller, Geodesy, 4th edition (de Gruyter, 2012), section 4.1.
"""

from __future__ import annotations

import numpy as np

from utils.data import load_table

METRES_PER_TOISE = 1.949036
EQUATORIAL_RADIUS = 6378137.0  # m, World Geodetic System 1984
FLATTENING = 1 / 298.257223563  # World Geodetic System 1984


def load_arcs() -> np.ndarray:
    """Return Boscovich's five arcs: fields `place`, `latitude_deg` (degree) and `arc_toise` (toise), shape (5,).

    Raises:
        DataError: the file is missing or altered.
    """
    return load_table("boscovich_1757/arcs.csv")


def arc_on_ellipsoid(
    latitude: np.ndarray | float, flattening: float = FLATTENING, radius: float = EQUATORIAL_RADIUS
) -> np.ndarray | float:
    """Return the length in toise of one degree of a meridian, from its radius of curvature.

    Args:
        latitude: geographic latitude of the middle of the arc in degrees, any shape.
        flattening: 1 - polar / equatorial radius, below 1.
        radius: equatorial radius in metres.

    Raises:
        ValueError: the flattening is not below 1, or the radius is not positive.
    """
    if flattening >= 1 or radius <= 0:
        raise ValueError(f"flattening = {flattening} must be below 1 and radius = {radius} above 0.")
    eccentricity2 = flattening * (2 - flattening)
    sine2 = np.sin(np.radians(latitude)) ** 2
    curvature_radius = radius * (1 - eccentricity2) / (1 - eccentricity2 * sine2) ** 1.5
    return np.radians(1) * curvature_radius / METRES_PER_TOISE
