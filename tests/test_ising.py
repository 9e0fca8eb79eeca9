"""Spin images obey the exact results for small and for infinite lattices, and the symmetries of the model."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from utils.data.ising import (
    CRITICAL_TEMPERATURE,
    energy_per_spin,
    exact_energy,
    exact_magnetisation,
    sample_spins,
    staggered,
)


def by_counting(size: int, temperature: float) -> tuple[float, float]:
    """Return energy per spin and mean squared magnetisation of a small lattice, from all its states."""
    states = np.array(list(itertools.product([-1, 1], repeat=size**2)), dtype=np.int8).reshape(-1, size, size)
    energy = energy_per_spin(states).astype(float)
    weight = np.exp(-(energy - energy.min()) * size**2 / temperature)
    squared = states.mean(axis=(1, 2)) ** 2
    return float(weight @ energy / weight.sum()), float(weight @ squared / weight.sum())


def test_shapes_and_values():
    spins = sample_spins(np.random.default_rng(1), np.array([1.0, 2.0, 5.0]), 6)
    assert spins.shape == (3, 6, 6) and spins.dtype == np.int8
    assert set(np.unique(spins)) == {-1, 1}


def test_the_same_generator_gives_the_same_spins():
    first, second = (sample_spins(np.random.default_rng(3), np.full(20, 2.3), 8) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("temperature", [1.5, 2.3, 4.0])
def test_a_small_lattice_agrees_with_counting_all_states(temperature: float):
    spins = sample_spins(np.random.default_rng(4), np.full(8000, temperature), 4)
    energy, squared = energy_per_spin(spins), spins.mean(axis=(1, 2)) ** 2
    for values, expected in zip((energy, squared), by_counting(4, temperature), strict=True):
        assert abs(values.mean() - expected) < 4 * values.std() / np.sqrt(8000)


@pytest.mark.parametrize("temperature", [1.6, 3.2])
def test_far_from_the_transition_energy_and_magnetisation_are_those_of_the_infinite_lattice(temperature: float):
    spins = sample_spins(np.random.default_rng(5), np.full(300, temperature), 32)
    energy = energy_per_spin(spins)
    assert abs(energy.mean() - exact_energy(temperature)) < 4 * energy.std() / np.sqrt(300)
    magnetisation = np.abs(spins.mean(axis=(1, 2))).mean()
    assert magnetisation == pytest.approx(exact_magnetisation(temperature), abs=0.01 if temperature < 2 else 0.1)


def test_at_the_transition_the_start_is_forgotten():
    spins = {}
    for sweeps in (20, 80):
        temperatures = np.full(400, CRITICAL_TEMPERATURE - 1e-9)  # just below: starts with all spins up
        spins[sweeps] = np.abs(
            sample_spins(np.random.default_rng(6), temperatures, 16, sweeps=sweeps).mean(axis=(1, 2))
        )
    error = np.hypot(*(values.std() / np.sqrt(400) for values in spins.values()))
    assert abs(spins[20].mean() - spins[80].mean()) < 4 * error


def test_up_and_down_are_equally_likely_unless_cooled_in_a_field():
    temperatures = np.full(400, 1.8)
    up = sample_spins(np.random.default_rng(7), temperatures, 8).sum(axis=(1, 2)) > 0
    assert abs(up.mean() - 0.5) < 4 * 0.5 / np.sqrt(400)
    cooled = sample_spins(np.random.default_rng(7), temperatures, 8, field_cooled=True)
    assert np.all(cooled.sum(axis=(1, 2)) >= 0)
    hot = sample_spins(np.random.default_rng(7), temperatures + 2, 8, field_cooled=True).sum(axis=(1, 2)) > 0
    assert 0.3 < hot.mean() < 0.7


def test_the_antiferromagnet_is_the_ferromagnet_with_every_second_spin_turned():
    ferro, antiferro = (sample_spins(np.random.default_rng(8), np.full(50, 2.0), 8, coupling=j) for j in (1, -1))
    assert np.array_equal(antiferro * staggered(8), ferro)
    assert np.allclose(energy_per_spin(antiferro), -energy_per_spin(ferro))


def test_ground_states():
    assert energy_per_spin(np.ones((1, 4, 6))) == pytest.approx([-2])
    assert energy_per_spin(staggered(6)[None]) == pytest.approx([2])


def test_exact_results():
    assert pytest.approx(2.269185, abs=1e-6) == CRITICAL_TEMPERATURE
    assert exact_energy(CRITICAL_TEMPERATURE) == pytest.approx(-np.sqrt(2), abs=1e-6)
    assert exact_energy(0.2) == pytest.approx(-2, abs=1e-6)
    assert exact_energy(100.0) == pytest.approx(-2 * np.tanh(1 / 100), rel=1e-3)
    assert exact_magnetisation(np.array([0.5, 2.5])) == pytest.approx([1, 0], abs=1e-3)
    assert exact_magnetisation(2.0) == pytest.approx(0.9113, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"temperatures": np.array([0.0])}, "temperatures"),
        ({"temperatures": np.array([])}, "temperatures"),
        ({"temperatures": np.ones((2, 2))}, "temperatures"),
        ({"size": 2}, "size"),
        ({"size": 5, "coupling": -1}, "size"),
        ({"coupling": 2}, "coupling"),
        ({"sweeps": 0}, "sweeps"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict, word: str):
    with pytest.raises(ValueError, match=word):
        sample_spins(np.random.default_rng(1), **({"temperatures": np.array([2.0]), "size": 4} | arguments))
