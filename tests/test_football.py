"""The flight of a football obeys mechanics."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data import football

KICK = np.array([25.0, 30.0, 0.0, 0.0, 0.0, 0.0])


def changed(**values: float) -> np.ndarray:
    """Return the kick above with some inputs changed, shape (1, 6)."""
    names = ("speed", "elevation", "backspin", "sidespin", "tail", "cross")
    kick = KICK.copy()
    for name, value in values.items():
        kick[names.index(name)] = value
    return kick[None]


def kicks(number: int = 100) -> np.ndarray:
    return football.draw_kicks(np.random.default_rng(1), number)


def test_without_air_the_ball_flies_a_parabola():
    drawn = kicks()
    speed, angle = drawn[:, 0], np.radians(drawn[:, 1])
    landed = football.fly(drawn, density=0.0)
    np.testing.assert_allclose(landed[:, 0], speed**2 * np.sin(2 * angle) / 9.81, rtol=2e-4)
    np.testing.assert_allclose(landed[:, 1], 0, atol=1e-9)
    np.testing.assert_allclose(landed[:, 2], 2 * speed * np.sin(angle) / 9.81, rtol=2e-4)


def test_drag_shortens_and_backspin_lengthens_the_flight():
    vacuum, plain = football.fly(changed(), density=0.0)[0], football.fly(changed())[0]
    back, top = football.fly(changed(backspin=5))[0], football.fly(changed(backspin=-5))[0]
    assert vacuum[0] > plain[0] and vacuum[2] > plain[2]
    assert back[2] > plain[2] > top[2]
    assert back[0] > top[0]


def test_wind_carries_the_ball():
    assert football.fly(changed(tail=5))[0, 0] > football.fly(changed())[0, 0] > football.fly(changed(tail=-5))[0, 0]
    assert football.fly(changed(cross=5))[0, 1] > 1


def test_sidespin_bends_the_flight_to_its_side():
    assert football.fly(changed(sidespin=5))[0, 1] > 1


def test_the_mirror_image_of_a_kick_lands_at_the_mirror_image():
    drawn = kicks()
    mirrored = drawn * [1, 1, 1, -1, 1, -1]
    np.testing.assert_allclose(football.fly(mirrored), football.fly(drawn) * [1, -1, 1], rtol=1e-9, atol=1e-9)


def test_a_smaller_step_moves_the_landing_point_by_millimetres():
    drawn = kicks()
    assert np.abs(football.fly(drawn) - football.fly(drawn, step=0.0025)).max() < 0.003


def test_kicks_do_not_know_of_each_other():
    drawn = kicks(20)
    np.testing.assert_allclose(football.fly(drawn)[[7]], football.fly(drawn[[7]]), rtol=1e-12)


def test_the_path_ends_where_the_ball_lands():
    path, landed = football.trace(KICK), football.fly(KICK[None])[0]
    assert path[0].tolist() == [0, 0, 0] and path[-1, 2] < 0 < path[1:-1, 2].min()
    assert path[-2, 0] <= landed[0] <= path[-1, 0]
    assert 0.01 * (len(path) - 2) <= landed[2] <= 0.01 * (len(path) - 1)


def test_drag_falls_in_the_crisis_and_lift_levels_off():
    assert football.drag_coefficient(5.0) > 0.45 and football.drag_coefficient(25.0) < 0.16
    assert football.lift_coefficient(0.0) == 0
    assert np.all(np.diff(football.lift_coefficient(np.linspace(0, 3, 30))) > 0)
    assert football.lift_coefficient(1e6) == pytest.approx(0.5, rel=1e-3)


def test_kicks_lie_between_their_limits():
    drawn = kicks(1000)
    assert drawn.shape == (1000, 6)
    assert np.all(drawn >= football.LOWEST) and np.all(drawn <= football.HIGHEST)
    assert np.all(np.ptp(drawn, axis=0) > 0.95 * (football.HIGHEST - football.LOWEST))


def test_usual_kicks_leave_an_empty_corner():
    usual = football.draw_usual_kicks(np.random.default_rng(1), 2000)
    spin = np.hypot(usual[:, 2], usual[:, 3])
    assert usual.shape == (2000, 6) and football.is_usual(usual).all()
    assert usual[:, 0].max() > 30 and spin.max() > 8
    assert not np.any((usual[:, 0] > 25) & (spin > 6))
    assert 0.3 < football.is_usual(kicks(2000)).mean() < 0.6


@pytest.mark.parametrize(
    ("kick", "step", "text"),
    [
        (KICK, 0.01, "one row a kick"),
        (KICK[None, :5], 0.01, "one row a kick"),
        (changed(speed=0), 0.01, "speed above 0"),
        (changed(elevation=90), 0.01, "elevation"),
        (changed(elevation=-5), 0.01, "elevation"),
        (changed(tail=np.nan), 0.01, "no finite number"),
        (changed(backspin=np.inf), 0.01, "no finite number"),
        (changed(), 0.0, "positive"),
        (changed(), np.nan, "positive"),
    ],
)
def test_impossible_kicks_are_refused(kick: np.ndarray, step: float, text: str):
    with pytest.raises(ValueError, match=text):
        football.fly(kick, step)


def test_no_kicks_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        football.draw_kicks(np.random.default_rng(1), 0)
