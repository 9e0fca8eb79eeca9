"""Neutrino events: showers, tracks and read-out of the toy obey the physics that it claims."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data import neutrinos
from utils.data.neutrinos import CELL, MOLIERE, PLANE, X0

ALONG = np.array([0.0, 0.0, 1.0])


def showers(energy: float, photon: bool, n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return event, position (cm) and energy (MeV) of the deposits of n showers along z from the origin."""
    arguments = np.arange(n), np.zeros((n, 3)), np.tile(ALONG, (n, 1)), np.full(n, energy), np.full(n, photon)
    parts = neutrinos._shower(np.random.default_rng(1), *arguments)
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def muons(kinetic: float, n: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return event, position (cm) and energy (MeV) of the deposits of n muons along z from the origin."""
    T, reach = np.full(n, kinetic), neutrinos.muon_range(np.full(n, kinetic))
    start = np.zeros((n, 3))
    return neutrinos._track(np.random.default_rng(2), np.arange(n), start, np.tile(ALONG, (n, 1)), T, "muon", reach)


@pytest.fixture(scope="module")
def events() -> neutrinos.Events:
    return neutrinos.make_events(np.random.default_rng(3), 60)


def test_formula_of_the_shower_maximum():
    energy = np.array([500.0, 2000.0])
    expected = np.log(energy / 75)
    np.testing.assert_allclose(neutrinos.shower_maximum(energy), expected - 0.5)
    np.testing.assert_allclose(neutrinos.shower_maximum(energy, photon=True), expected + 0.5)


@pytest.mark.parametrize(("photon", "shift"), [(False, -0.5), (True, 0.5)])
@pytest.mark.parametrize("energy", [1000.0, 3000.0])
def test_showers_are_largest_where_the_formula_says(energy: float, photon: bool, shift: float):
    _, position, deposit = showers(energy, photon, 1500)
    profile, edges = np.histogram(position[:, 2] / X0, np.arange(0, 12, 0.25), weights=deposit)
    smooth = np.convolve(profile, np.ones(5) / 5, "same")
    assert edges[smooth.argmax()] + 0.125 == pytest.approx(np.log(energy / 75) + shift, abs=0.6)


def test_photons_convert_after_nine_sevenths_of_a_radiation_length_and_begin_as_two():
    event, position, deposit = showers(1500, True, 800)
    first = np.full(800, np.inf)
    np.minimum.at(first, event, position[:, 2])
    assert first.mean() / X0 == pytest.approx(9 / 7, abs=0.15)
    start = position[:, 2] - first[event] < 10
    pair = np.bincount(event[start], deposit[start], 800).mean()
    event, position, deposit = showers(1500, False, 800)
    start = position[:, 2] < 10
    single = np.bincount(event[start], deposit[start], 800).mean()
    assert pair > 1.3 * single


def test_nine_tenths_of_a_shower_lie_within_the_moliere_radius():
    _, position, deposit = showers(2000, False)
    inside = np.hypot(position[:, 0], position[:, 1]) < MOLIERE
    assert deposit[inside].sum() / deposit.sum() == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize("energy", [30.0, 300.0, 1000.0])
def test_showers_and_tracks_deposit_their_energy(energy: float):
    for event, _, deposit in (showers(energy, False, 50), showers(energy, True, 50), muons(energy, 50)):
        np.testing.assert_allclose(np.bincount(event, deposit, 50), energy)
        assert np.all(deposit >= 0)


def test_muons_stop_at_their_range_and_scatter_more_when_slow():
    event, position, _ = muons(500)
    assert neutrinos.muon_range(500) == 250
    ends = np.zeros(200)
    np.maximum.at(ends, event, position[:, 2])
    assert ends.min() > 240 and ends.max() <= 250
    assert position[:, 0].mean() == pytest.approx(0, abs=1)
    middle, end = (position[np.abs(position[:, 2] - z) < 3, 0].std() for z in (125, 245))
    assert end > 2.5 * middle > 0


def test_protons_stop_earlier_than_muons():
    assert neutrinos.proton_range(200) == pytest.approx(26, abs=1)  # tabulated: 26 cm in water
    energy = np.array([10.0, 100.0, 1000.0, 5000.0])
    assert np.all(neutrinos.proton_range(energy) <= neutrinos.muon_range(energy))


def test_views_take_planes_in_turn_and_share_the_depth(events: neutrinos.Events):
    seen = [[0.1, 5.0, depth * PLANE] for depth in (0.5, 1.5, 7.5)]
    points = np.array([*seen, [90, 0, 1], [0, 0, -1]])
    view, plane, cell, inside = neutrinos.locate(points)
    np.testing.assert_array_equal(view[:3], [0, 1, 1])
    np.testing.assert_array_equal(plane[:3], [0, 0, 3])
    np.testing.assert_array_equal(cell[:3], [12, 12 + int(5.0 / CELL), 12 + int(5.0 / CELL)])
    np.testing.assert_array_equal(inside, [True, True, True, False, False])
    first = (events.images[events.label < 2].sum(axis=3) > 5).argmax(axis=2)
    assert np.median(np.abs(first[:, 0] - first[:, 1])) <= 1


def test_classes_are_equal_in_number_and_spectrum(events: neutrinos.Events):
    assert events.images.shape == (240, 2, 32, 24) and events.images.dtype == np.float32
    low, high = neutrinos.WINDOW
    visible = events.images.sum(axis=(1, 2, 3))
    for kind in range(4):
        counts, _ = np.histogram(visible[events.label == kind], np.linspace(low, high, 7))
        np.testing.assert_array_equal(counts, 10)
    assert np.any(np.diff(events.label[:20]) != 0)


@pytest.mark.parametrize("kind", range(4))
def test_energy_is_conserved(kind: int):
    _, truth = neutrinos.simulate(np.random.default_rng(4), kind, 300)
    assert np.all(truth["deposited"] <= truth["energy"] + 1e-6)
    assert np.all(truth["contained"] <= truth["deposited"] + 1e-6)
    assert np.all(truth["pi0"] <= truth["energy"])
    if kind < 3:
        np.testing.assert_allclose(truth["lepton"], (1 - truth["y"]) * truth["energy"])
        assert np.all((truth["y"] > 0) & (truth["y"] < 1))


def test_the_electron_and_hadrons_make_up_the_neutrino_energy():
    _, truth = neutrinos.simulate(np.random.default_rng(5), 0, 500)
    assert np.all(truth["deposited"] > truth["lepton"] - 1e-6)  # the shower is never lost, some hadrons are


def test_same_seed_same_events():
    one, two = (neutrinos.make_events(np.random.default_rng(6), 6) for _ in range(2))
    np.testing.assert_array_equal(one.images, two.images)
    np.testing.assert_array_equal(one.truth, two.truth)


def test_read_out_is_calibrated_and_has_a_threshold():
    rng = np.random.default_rng(7)
    image = neutrinos.read_out(rng, np.full((50, 2, 32, 24), 20.0))
    assert image.mean() == pytest.approx(20, rel=0.02)
    farthest = neutrinos.LIGHT * np.exp(-15 / neutrinos.ATTENUATION)
    weak = neutrinos.read_out(rng, np.full((50, 2, 32, 24), 0.2))
    assert weak[weak > 0].min() > neutrinos.THRESHOLD / neutrinos.LIGHT
    assert np.mean(weak > 0) < 0.05
    dark = neutrinos.read_out(rng, np.zeros((2000, 2, 32, 24)))
    assert np.count_nonzero(dark) / 2000 == pytest.approx(1.5, abs=0.1)
    assert dark.max() < 3 * neutrinos.THRESHOLD / farthest


def line_event(slope: int = 0) -> np.ndarray:
    """Return an event of one cell of 13 MeV in each plane of both views."""
    image = np.zeros((1, 2, 32, 24))
    image[0, :, np.arange(32), 4 + slope * np.arange(32) // 2] = 13
    return image


def test_a_straight_track_is_reconstructed_as_one():
    found = {name: value[0] for name, value in neutrinos.reconstruct(line_event()).items()}
    assert set(found) == set(neutrinos.QUANTITIES)
    assert found["energy"] == pytest.approx(64 * 13) and found["cells"] == 64
    assert found["width"] == pytest.approx(0, abs=1e-6) and found["angle"] == pytest.approx(0, abs=1e-6)
    assert found["core"] == pytest.approx(1) and found["track"] == 1 and found["gap"] == 0 and found["holes"] == 0
    assert found["first"] == pytest.approx(13) and found["single"] >= 60 and found["balance"] == pytest.approx(0.5)


def test_the_angle_of_a_track_is_found():
    found = neutrinos.reconstruct(line_event(slope=1))
    assert found["angle"][0] == pytest.approx(np.arctan(0.5 * CELL / (2 * PLANE)), rel=0.05)
    assert found["width"][0] < 2


def test_quantities_are_finite_and_shares_do_not_depend_on_the_scale(events: neutrinos.Events):
    one, double = neutrinos.reconstruct(events.images), neutrinos.reconstruct(2 * events.images)
    mirrored = neutrinos.reconstruct(events.images[..., ::-1])
    for name in neutrinos.QUANTITIES:
        assert one[name].shape == (240,) and np.all(np.isfinite(one[name]))
        scale = 2 if name in ("energy", "first", "second", "mean_cell", "hot") else 1
        np.testing.assert_allclose(double[name], scale * one[name], rtol=1e-6, atol=1e-9)
        if name != "upper":
            np.testing.assert_allclose(mirrored[name], one[name], rtol=1e-6, atol=1e-6)


def test_muons_have_longer_tracks_than_electrons(events: neutrinos.Events):
    single = neutrinos.reconstruct(events.images)["single"]
    assert np.median(single[events.label == 1]) > 1.5 * np.median(single[events.label == 0])


def test_impossible_events_are_refused():
    rng = np.random.default_rng(8)
    with pytest.raises(ValueError, match="multiple of 6"):
        neutrinos.make_events(rng, 10)
    with pytest.raises(ValueError, match="low < high"):
        neutrinos.make_events(rng, 6, visible=(2000, 1000))
    with pytest.raises(ValueError, match="none of 0 to 3"):
        neutrinos.simulate(rng, 4, 10)
    with pytest.raises(ValueError, match="above 0 MeV"):
        neutrinos.shower_maximum(np.array([100.0, 0.0]))
    with pytest.raises(ValueError, match=r"not \(n, 2, 32, 24\)"):
        neutrinos.reconstruct(np.ones((3, 32, 24, 2)))
    with pytest.raises(ValueError, match="holds no event"):
        neutrinos.reconstruct(np.ones((0, 2, 32, 24)))
    with pytest.raises(ValueError, match="single cell"):
        neutrinos.reconstruct(np.zeros((3, 2, 32, 24)))
