"""The flight of a football: gravity, drag with its crisis, lift of a spinning ball, and wind."""

from __future__ import annotations

import numpy as np

INPUTS = (
    "speed (m/s)",
    "elevation (degrees)",
    "backspin (turns/s)",
    "sidespin (turns/s)",
    "tail wind (m/s)",
    "cross wind (m/s)",
)
OUTPUTS = ("distance (m)", "deviation to the left (m)", "flight time (s)")
LOWEST = np.array([10.0, 10.0, -8.0, -8.0, -8.0, -8.0])
HIGHEST = np.array([34.0, 60.0, 8.0, 8.0, 8.0, 8.0])

GRAVITY = 9.81  # m/s²
MASS, RADIUS = 0.43, 0.11  # kg and m, within the Laws of the Game (law 2)
AIR_DENSITY = 1.2  # kg/m³


def draw_kicks(rng: np.random.Generator, number: int) -> np.ndarray:
    """Return kicks drawn uniformly between `LOWEST` and `HIGHEST`, in the units of `INPUTS`, shape (number, 6).

    Raises:
        ValueError: fewer than one kick.
    """
    if number < 1:
        raise ValueError(f"number = {number} kicks: at least one is needed.")
    return rng.uniform(LOWEST, HIGHEST, (number, len(INPUTS)))


def is_usual(kicks: np.ndarray) -> np.ndarray:
    """Tell which kicks players usually try: hard ones with little spin, or soft ones with much, shape (n,)."""
    return kicks[:, 0] / 34 + np.hypot(kicks[:, 2], kicks[:, 3]) / 11.3 < 1.15


def draw_usual_kicks(rng: np.random.Generator, number: int) -> np.ndarray:
    """Return kicks as `draw_kicks` does, but only usual ones: no hard kick has much spin, shape (number, 6).

    Raises:
        ValueError: fewer than one kick.
    """
    kicks = draw_kicks(rng, number)
    while not (usual := is_usual(kicks)).all():
        kicks[~usual] = draw_kicks(rng, int(np.sum(~usual)))
    return kicks


def drag_coefficient(speed: np.ndarray | float) -> np.ndarray | float:
    """Return the drag coefficient of a football without spin; it falls near 12 m/s, where the flow becomes turbulent.

    Fit to wind-tunnel data by Goff and Carré, Eur. J. Phys. 31 (2010) 775, equation (3).

    Args:
        speed: of the ball relative to the air in m/s, any shape.
    """
    return 0.155 + 0.346 / (1 + np.exp((np.asarray(speed) - 12.19) / 1.309))


def lift_coefficient(spin_parameter: np.ndarray | float) -> np.ndarray | float:
    """Return the lift coefficient for spin parameter (surface speed by spin) / (speed in air), any shape.

    A toy, of the size that Asai et al., Sports Eng. 10 (2007) 101, and Goff and Carré (2010) measure: it rises from
    zero and levels off.
    """
    return 0.5 * np.asarray(spin_parameter) / (0.25 + np.asarray(spin_parameter))


def fly(kicks: np.ndarray, step: float = 0.01, density: float = AIR_DENSITY) -> np.ndarray:
    """Return where and when kicked balls come back to the ground, in the units of `OUTPUTS`, shape (n, 3).

    Equations of motion of a point in three dimensions, solved with Runge-Kutta steps of fourth order. A toy: drag does
    not depend on the spin, the spin and the wind do not change, and the ball starts at the height where it lands.

    Args:
        kicks: columns in the order and units of `INPUTS`, shape (n, 6).
        step: time step in seconds; at 0.01 the landing point is right to about a millimetre.
        density: of the air in kg/m³.

    Raises:
        ValueError: the shape, a speed or an elevation is impossible, an input is not finite, or the step is not
            positive.
    """
    position, velocity, wind, spin = _start(kicks, step)
    landed = np.full((position.shape[1], 3), np.nan)
    flying, time = np.arange(position.shape[1]), 0.0
    while flying.size:
        before = position
        position, velocity = _advance(position, velocity, wind, spin, step, density)
        down = position[2] < 0
        if down.any():
            part = before[2, down] / (before[2, down] - position[2, down])
            where = before[:2, down] + part * (position - before)[:2, down]
            landed[flying[down]] = np.column_stack([*where, time + part * step])
            position, velocity, wind, spin = (array[:, ~down] for array in (position, velocity, wind, spin))
            flying = flying[~down]
        time += step
    return landed


def trace(kick: np.ndarray, step: float = 0.01) -> np.ndarray:
    """Return the path of one kick: distance, deviation and height in m at each time step, shape (steps, 3).

    Args:
        kick: the six `INPUTS`, shape (6,).
        step: time step in seconds.

    Raises:
        ValueError: the shape, the speed or the elevation is impossible, an input is not finite, or the step is not
            positive.
    """
    position, velocity, wind, spin = _start(np.asarray(kick)[None], step)
    path = [position[:, 0]]
    while path[-1][2] >= 0:
        position, velocity = _advance(position, velocity, wind, spin, step, AIR_DENSITY)
        path.append(position[:, 0])
    return np.array(path)


def _start(kicks: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return position, velocity, wind and spin (radians/s) at the start, each of shape (3, n)."""
    kicks = np.asarray(kicks, dtype=float)
    if kicks.ndim != 2 or kicks.shape[1] != len(INPUTS):
        raise ValueError(f"Kicks of shape {kicks.shape} are not (number, {len(INPUTS)}): one row a kick.")
    speed, elevation, backspin, sidespin, tail, cross = kicks.T
    if not (np.all(speed > 0) and np.all(elevation > 0) and np.all(elevation < 90)):
        raise ValueError("A kick needs a speed above 0 and an elevation between 0 and 90 degrees.")
    if not np.isfinite(kicks).all():
        raise ValueError("A kick has an input that is no finite number: speed, spin and wind must be.")
    if not step > 0:
        raise ValueError(f"step = {step} s must be positive.")
    angle, zero = np.radians(elevation), np.zeros(len(kicks))
    velocity = np.stack([speed * np.cos(angle), zero, speed * np.sin(angle)])
    spin = 2 * np.pi * np.stack([zero, -backspin, sidespin])
    return np.zeros((3, len(kicks))), velocity, np.stack([tail, cross, zero]), spin


def _advance(
    position: np.ndarray, velocity: np.ndarray, wind: np.ndarray, spin: np.ndarray, step: float, density: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return position and velocity one Runge-Kutta step later, each of shape (3, n)."""
    rate = np.maximum(np.sqrt(np.sum(spin**2, axis=0)), 1e-12)
    axis = spin / rate

    def acceleration(v: np.ndarray) -> np.ndarray:
        air = v - wind
        speed = np.maximum(np.sqrt(np.sum(air**2, axis=0)), 1e-12)
        across = np.stack(
            [
                axis[1] * air[2] - axis[2] * air[1],
                axis[2] * air[0] - axis[0] * air[2],
                axis[0] * air[1] - axis[1] * air[0],
            ]
        )
        force = lift_coefficient(RADIUS * rate / speed) * across - drag_coefficient(speed) * air
        result = density * np.pi * RADIUS**2 / (2 * MASS) * speed * force
        result[2] -= GRAVITY
        return result

    a1 = acceleration(velocity)
    v2 = velocity + step / 2 * a1
    a2 = acceleration(v2)
    v3 = velocity + step / 2 * a2
    a3 = acceleration(v3)
    v4 = velocity + step * a3
    moved = position + step / 6 * (velocity + 2 * v2 + 2 * v3 + v4)
    return moved, velocity + step / 6 * (a1 + 2 * a2 + 2 * a3 + acceleration(v4))
