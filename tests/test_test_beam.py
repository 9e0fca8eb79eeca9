"""The toy test beam: energies, profiles and detector effects that it must obey, and errors against bad input."""

import numpy as np
import pytest

from utils.data import test_beam


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def in_gev(inputs: np.ndarray) -> np.ndarray:
    """Signals in GeV, corrected for temperature and voltage."""
    signals = inputs[:, :7] / test_beam.UNITS_PER_GEV
    light = 1 + test_beam.LIGHT_PER_KELVIN * (inputs[:, 8] - test_beam.TEMPERATURE)
    signals[:, 1:4] /= light[:, None]
    signals[:, 4:] /= ((inputs[:, 9] / test_beam.VOLTAGE) ** test_beam.GAIN_POWER)[:, None]
    return signals


def test_shapes_ranges_and_reproducibility() -> None:
    inputs, energy, electron = test_beam.measure_showers(rng(), 2000)
    assert inputs.shape == (2000, len(test_beam.INPUTS)) == (2000, 10)
    assert energy.shape == electron.shape == (2000,)
    assert np.all((energy >= 5) & (energy <= 150))
    assert np.all(inputs >= 0)
    assert abs(electron.mean() - 0.5) < 5 * 0.5 / np.sqrt(2000)
    assert np.array_equal(inputs, test_beam.measure_showers(rng(), 2000)[0])
    assert not np.array_equal(inputs, test_beam.measure_showers(rng(2), 2000)[0])


def test_energies_are_uniform_in_the_logarithm() -> None:
    _, energy, _ = test_beam.measure_showers(rng(), 20_000)
    place = np.log(energy / 5) / np.log(30)
    assert abs(place.mean() - 0.5) < 5 / np.sqrt(12 * 20_000)
    assert abs(place.var() - 1 / 12) < 0.003


@pytest.mark.parametrize("energy", [10.0, 50.0, 150.0])
def test_electrons_are_seen_in_full_and_pions_only_in_part(energy: float) -> None:
    inputs, _, electron = test_beam.measure_showers(rng(), 4000, energy=energy)
    share = in_gev(inputs).sum(axis=1) / energy
    assert 0.95 < share[electron].mean() < 1.05
    assert share[~electron].mean() < 0.9
    assert share[~electron].std() > 3 * share[electron].std()


def test_no_energy_is_created() -> None:
    generator = rng()
    energy = generator.uniform(5, 150, 3000)
    electron = generator.random(3000) < 0.5
    em, hadronic = test_beam._deposits(generator, energy, electron, np.ones((3000, 1)))
    assert np.all(em >= 0)
    assert np.all(hadronic >= 0)
    assert np.all(em[electron].sum(axis=1) <= energy[electron] * (1 + 1e-9))
    total = (em + hadronic)[~electron].sum(axis=1) / energy[~electron]
    assert np.median(total) < 1.1  # binding energy is drawn with mean zero, so single showers may exceed 1


def test_showers_of_higher_energy_are_deeper() -> None:
    def mean_depth(energy: float, electrons: bool) -> float:
        inputs, _, electron = test_beam.measure_showers(rng(), 6000, energy=energy)
        signals = in_gev(inputs)[electron == electrons]
        return float(np.mean(signals @ np.arange(7) / signals.sum(axis=1)))

    for electrons in (True, False):
        assert mean_depth(10, electrons) < mean_depth(50, electrons) < mean_depth(150, electrons)


def test_profile_of_electrons_peaks_where_the_formula_says() -> None:
    depth = np.linspace(0, 30, 601)
    E = 50.0
    shape = 1 + 0.5 * (np.log(E / test_beam.CRITICAL_ENERGY) - 0.5)
    share = test_beam._share(depth[None, :], np.array([shape]), np.array([0.5]))[0]
    assert abs(depth[share.argmax()] - (np.log(E / test_beam.CRITICAL_ENERGY) - 0.5)) < 0.1
    assert 0.97 < share.sum() <= 1


def test_relative_resolution_of_electrons_falls_with_energy() -> None:
    def resolution(energy: float) -> float:
        inputs, _, electron = test_beam.measure_showers(rng(), 4000, energy=energy)
        seen = in_gev(inputs)[electron].sum(axis=1)
        return float(seen.std() / seen.mean())

    assert resolution(100) < 0.6 * resolution(10)


def test_temperature_and_voltage_change_their_own_layers() -> None:
    inputs, _, electron = test_beam.measure_showers(rng(), 40_000, energy=50)
    crystals = inputs[electron, 1:4].sum(axis=1)
    slope = np.polyfit(inputs[electron, 8] - test_beam.TEMPERATURE, crystals / crystals.mean(), 1)[0]
    assert abs(slope - test_beam.LIGHT_PER_KELVIN) < 0.002
    hcal = inputs[~electron, 4:7].sum(axis=1)
    slope = np.polyfit(np.log(inputs[~electron, 9] / test_beam.VOLTAGE), hcal / hcal.mean(), 1)[0]
    assert abs(slope - test_beam.GAIN_POWER) < 3


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="number = 0"):
        test_beam.measure_showers(rng(), 0)
    with pytest.raises(ValueError, match="energy = 2000"):
        test_beam.measure_showers(rng(), 10, energy=2000)
