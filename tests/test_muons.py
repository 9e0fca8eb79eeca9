"""Muon spin rotation: the toy measurement has the statistics that it claims."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data import muons

TRUE = np.array([0.22, 0.35, 8.5, 0.2])


def measure(seed: int = 1, **options: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return muons.measure_asymmetry(np.random.default_rng(seed), parameters=TRUE, **options)


def test_the_curve_is_a_damped_oscillation():
    t = np.linspace(0, 6, 50)
    period, half_life = 2 * np.pi / 8.5, np.log(2) / 0.35
    curve = muons.asymmetry(TRUE, t)
    assert muons.asymmetry(TRUE, 0.0) == pytest.approx(0.22 * np.cos(0.2))
    np.testing.assert_allclose(muons.asymmetry(TRUE, t + period), curve * np.exp(-0.35 * period))
    undamped = muons.asymmetry(TRUE * [1, 0, 1, 1], t)
    np.testing.assert_allclose(undamped * 0.5 ** (t / half_life), curve)


def test_a_field_of_ten_millitesla_turns_the_spin_1_36_times_a_microsecond():
    drawn = [muons.measure_asymmetry(np.random.default_rng(seed))[3][2] for seed in range(200)]
    per_millitesla = 2 * np.pi * 0.1355
    assert 8 * per_millitesla * 0.999 < min(drawn) < 8.2 * per_millitesla
    assert 11.8 * per_millitesla < max(drawn) < 12 * per_millitesla * 1.001


def test_pulls_are_standard_normal():
    pulls = np.array([(y - muons.asymmetry(TRUE, t)) / s for t, y, s, _ in map(measure, range(50))])
    assert abs(pulls.mean()) < 0.05
    assert abs(pulls.std() - 1) < 0.04


def test_uncertainties_grow_as_muons_decay():
    t, _, sigma, true = measure()
    np.testing.assert_array_equal(true, TRUE)
    relative = sigma / np.sqrt(1 - muons.asymmetry(TRUE, t) ** 2)
    np.testing.assert_allclose(relative, relative[0] * np.exp((t - t[0]) / (2 * muons.LIFETIME)))
    np.testing.assert_allclose(measure(muons=8e6)[2], sigma / 2)
    assert np.sum(1 / relative**2) < 2e6


def test_the_first_guess_is_near_enough_to_start_from():
    guess = muons.first_guess(TRUE)
    assert abs(guess[2] - TRUE[2]) * 3 < np.pi / 2  # in the three µs that carry most of the information


@pytest.mark.parametrize(("options", "text"), [({"muons": 100}, "100 000"), ({"parameters": [2, 0, 1, 0]}, "above 1")])
def test_impossible_measurements_are_refused(options: dict, text: str):
    with pytest.raises(ValueError, match=text):
        muons.measure_asymmetry(np.random.default_rng(1), **options)
