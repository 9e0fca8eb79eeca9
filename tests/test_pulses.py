"""Pulses of the scintillator obey its decay times and the statistics of its light."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data.pulses import DECAY_NS, FIRST_SAMPLE, SAMPLE_NS, SAMPLES, SHARES, measure_pulses, tail_fraction


def test_shapes_types_and_scale():
    pulses, is_neutron = measure_pulses(np.random.default_rng(1), 2000)
    assert pulses.shape == (2000, SAMPLES) and is_neutron.shape == (2000,)
    assert pulses.dtype == is_neutron.dtype == np.float32
    assert np.all(pulses.max(axis=1) == 1)
    assert abs(is_neutron.mean() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_the_same_generator_gives_the_same_pulses():
    first, second = (measure_pulses(np.random.default_rng(3), 50)[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_the_light_of_a_pulse_is_shared_out_completely():
    assert [share.sum() for share in SHARES.values()] == pytest.approx([1, 1])


def test_nothing_before_the_pulse():
    pulses, _ = measure_pulses(np.random.default_rng(2), 4000, energies=(400.0, 400.0))
    assert np.abs(pulses[:, :FIRST_SAMPLE].mean(axis=0)).max() < 2e-3


def test_the_tail_falls_ever_slower_but_never_slower_than_the_longest_decay():
    pulses, is_neutron = measure_pulses(np.random.default_rng(4), 400, energies=(1e6, 1e6))
    for kind in (0, 1):
        mean = pulses[is_neutron == kind].mean(axis=0)
        times = []
        for begin in (9, 18, 30, 45):
            slope = np.polyfit(np.arange(15) * SAMPLE_NS, np.log(mean[begin : begin + 15]), 1)[0]
            times.append(-1 / slope)
        assert DECAY_NS[1] / 2 < times[0] < times[1] < times[2] < times[3] < DECAY_NS[2]


def test_neutrons_have_the_larger_tail():
    pulses, is_neutron = measure_pulses(np.random.default_rng(5), 4000)
    tail = tail_fraction(pulses)
    assert tail[is_neutron == 1].mean() > tail[is_neutron == 0].mean() + 0.05


def test_more_light_separates_better():
    quality = []
    for energy in (30.0, 300.0, 3000.0):
        pulses, is_neutron = measure_pulses(np.random.default_rng(6), 4000, energies=(energy, energy))
        neutron, gamma = (tail_fraction(pulses)[is_neutron == kind] for kind in (1, 0))
        quality.append((neutron.mean() - gamma.mean()) / np.hypot(neutron.std(), gamma.std()))
    assert quality[0] < quality[1] < quality[2]


def test_the_tail_of_a_pulse_known_by_hand():
    pulse = np.zeros((1, SAMPLES))
    pulse[0, [10, 14, 15, 40]] = [1, 0.5, 0.3, 0.2]
    assert tail_fraction(pulse) == pytest.approx([0.25])


@pytest.mark.parametrize("arguments", [(0,), (5, (0.0, 3.0)), (5, (30.0, 20.0))])
def test_bad_input_is_named(arguments: tuple):
    with pytest.raises(ValueError, match="must be"):
        measure_pulses(np.random.default_rng(1), *arguments)
