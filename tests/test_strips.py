"""Photons and neutral pions in the strips obey the kinematics of the decay and the size of the detector."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data.strips import (
    DISTANCE_MM,
    NOISE_MEV,
    PION_MASS_GEV,
    PITCH_MM,
    STRIPS,
    measure_strips,
    separation,
    shower_shapes,
)


def test_shapes_and_types():
    strips, is_photon = measure_strips(np.random.default_rng(1), 2000)
    assert strips.shape == (2000, STRIPS) and is_photon.shape == (2000,)
    assert strips.dtype == is_photon.dtype == np.float32
    assert set(np.unique(is_photon)) == {0, 1}
    assert abs(is_photon.mean() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_the_same_generator_gives_the_same_events():
    first, second = (measure_strips(np.random.default_rng(3), 50)[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_photons_of_an_equal_split_have_the_smallest_separation():
    energy = np.full(99, 40.0)
    gap = separation(energy, np.linspace(0.01, 0.99, 99))
    assert gap.argmin() == 49
    assert gap[49] == pytest.approx(DISTANCE_MM * 2 * PION_MASS_GEV / 40, rel=1e-3)  # 2 m / E


def test_the_separation_gives_the_mass_back():
    energy, share = np.array([20.0, 35.0, 60.0]), np.array([0.2, 0.5, 0.7])
    angle = np.arctan(separation(energy, share) / DISTANCE_MM)
    mass = energy * np.sqrt(2 * share * (1 - share) * (1 - np.cos(angle)))
    assert mass == pytest.approx(np.full(3, PION_MASS_GEV))


def test_both_deposit_a_fifth_of_their_energy_on_average():
    strips, is_photon = measure_strips(np.random.default_rng(2), 20_000, energies=(40.0, 40.0))
    inside = strips.sum(axis=1) / 40_000
    for kind in (0, 1):
        assert inside[is_photon == kind].mean() == pytest.approx(0.2, rel=0.05)


def test_showers_peak_where_the_particle_hits():
    strips, is_photon = measure_strips(np.random.default_rng(4), 20_000)
    assert strips[is_photon == 1].mean(axis=0).argmax() == STRIPS // 2
    assert strips.mean(axis=0).argmax() == STRIPS // 2


def test_pions_are_wider_and_less_so_at_high_energy():
    widths = []
    for energy in (20.0, 200.0, 2000.0):
        strips, is_photon = measure_strips(np.random.default_rng(5), 20_000, energies=(energy, energy))
        width = shower_shapes(strips)[:, 2]
        widths.append(width[is_photon == 0].mean() - width[is_photon == 1].mean())
    assert widths[0] > widths[1] > widths[2] > -0.02
    assert widths[2] < 0.05


def test_far_strips_hold_little_but_noise():
    strips, _ = measure_strips(np.random.default_rng(6), 20_000, energies=(0.001, 0.001))
    assert strips.std(axis=0) == pytest.approx(np.full(STRIPS, NOISE_MEV), rel=0.05)


def test_shower_shapes_of_profiles_known_by_hand():
    strips = np.zeros((2, STRIPS), dtype=np.float32)
    strips[0, 10] = 500
    strips[1, [9, 11]] = 300
    found = shower_shapes(strips)
    assert found[:, 0] == pytest.approx([500, 600])
    assert found[0, 1:] == pytest.approx([0, 0, 1, 0, 0, 1], abs=0.06)
    assert found[1, 1:] == pytest.approx([1, 1, 0.5, 0.5, 0, 0.5], abs=0.06)


def test_the_pitch_is_the_one_of_the_source():
    assert pytest.approx(1500 * 0.0031, rel=0.02) == PITCH_MM  # 0.025 / 8 in pseudorapidity, at 90 degrees


@pytest.mark.parametrize("arguments", [(0,), (5, (0.0, 3.0)), (5, (30.0, 20.0)), (5, (-1.0, 3.0))])
def test_bad_input_is_named(arguments: tuple):
    with pytest.raises(ValueError, match="must be"):
        measure_strips(np.random.default_rng(1), *arguments)
