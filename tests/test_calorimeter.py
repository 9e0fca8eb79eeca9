"""The shower simulation against physics that it must obey, and the shipped showers against their card."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data import calorimeter
from utils.data.calorimeter import (
    CELL_MM,
    CRITICAL_ENERGY,
    CUT,
    DIRECTION,
    ENERGY,
    ENERGY_RANGE,
    MOLIERE_X0,
    POSITION,
    SAMPLING,
    SHAPE,
    SHOWER,
    THRESHOLD,
    fly_photons,
    load_showers,
    make_pairs,
    shower_observables,
    simulate,
    step_electrons,
)

WIDE = {"shape": (1, 1), "cell": 1000.0, "sampling": 0.0, "threshold": 0.0}


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def beam(energy: float, n: int) -> np.ndarray:
    """Return n particles of one energy (MeV) along z."""
    particles = np.zeros((8, n))
    particles[ENERGY], particles[6], particles[SHOWER] = energy, 1, np.arange(n)
    return particles


# single steps


@pytest.mark.parametrize("energy", [4.01, 5, 20, 300, 1e5])
def test_a_step_conserves_energy(energy: float) -> None:
    before = beam(energy, 2000)
    after, hard, soft, stays = step_electrons(rng(), before)
    radiated = np.bincount(hard[SHOWER].astype(int), hard[ENERGY], 2000)
    assert np.allclose(after[ENERGY] + radiated + soft[ENERGY] + stays, energy, rtol=1e-12)
    assert (stays > 0).all()
    assert ((after[ENERGY] == 0) | (after[ENERGY] > CUT)).all()
    assert (hard[ENERGY] > CUT).all()
    assert np.allclose((after[DIRECTION] ** 2).sum(0), 1)


def test_bremsstrahlung_takes_the_energy_once_in_a_radiation_length() -> None:
    """dE/dx = -E / X0, and ionisation takes the critical energy."""
    energy = 1e6
    before = beam(energy, 200_000)
    after, hard, soft, _ = step_electrons(rng(), before)
    length = (after[POSITION][2] - before[POSITION][2]).sum()
    radiated = (hard[ENERGY].sum() + soft[ENERGY].sum()) / energy
    assert np.isclose(radiated / length, 1, rtol=0.02)


def test_spectrum_of_bremsstrahlung() -> None:
    """Of the photons above a tenth of the energy, the share above a half follows from the integral of the spectrum."""
    before = beam(1e6, 300_000)
    _, hard, _, _ = step_electrons(rng(), before)
    u = hard[ENERGY] / 1e6

    def integral(low: float) -> float:
        return -4 / 3 * np.log(low) - 4 / 3 * (1 - low) + (1 - low**2) / 2

    assert np.isclose((u > 0.5).sum() / (u > 0.1).sum(), integral(0.5) / integral(0.1), rtol=0.02)


def test_multiple_scattering() -> None:
    before = beam(1000, 100_000)
    after, _, _, _ = step_electrons(rng(), before)
    length = after[3]
    for axis in (4, 5):
        assert np.isclose(np.std(after[axis] / np.sqrt(length)), 0.0136, rtol=0.02)


def test_free_paths_of_photons() -> None:
    fast, slow = beam(1e5, 50_000), beam(3, 50_000)
    assert np.isclose(fly_photons(rng(), fast, fast[ENERGY])[3].mean(), 9 / 7, rtol=0.02)
    assert np.isclose(fly_photons(rng(), slow, slow[ENERGY])[3].mean(), 1 / 0.27, rtol=0.02)


def test_pairs_share_the_energy() -> None:
    photons = beam(1000, 100_000)
    pairs = make_pairs(rng(), photons)
    v = pairs[ENERGY, :100_000] / 1000
    assert np.allclose(pairs[ENERGY].reshape(2, -1).sum(0), 1000)
    assert v.min() >= 0
    assert v.max() <= 1
    assert np.isclose(v.mean(), 0.5, atol=0.005)
    assert np.isclose(v.var(), 6 / 7 / 12 + 1 / 7 * 3 / 20, rtol=0.01)


# whole showers


def test_energy_is_conserved() -> None:
    """In an endless calorimeter, also behind the point of entry, nothing is lost."""
    energies = np.array([0.5, 1, 5, 20])
    deposits = simulate(rng(), energies, edges=np.array([-200, 0, 200]), **WIDE)
    assert np.allclose(deposits.sum((1, 2, 3)), 1000 * energies, rtol=1e-5)
    assert deposits[:, 0].sum() < 0.01 * deposits.sum()


def test_shower_maximum_moves_with_the_logarithm_of_the_energy() -> None:
    """Deeper by ln(E2 / E1), and near ln(E / Ec) - 0.5 (Particle Data Group)."""
    edges = np.arange(0, 40.1, 0.5)
    middle = (edges[1:] + edges[:-1]) / 2
    tops = []
    for energy, n in ((1.0, 600), (10.0, 100)):
        profile = simulate(rng(), np.full(n, energy), edges=edges, **WIDE)[:, :, 0, 0].mean(0)
        mean = (profile * middle).sum() / profile.sum()
        b = mean / ((profile * (middle - mean) ** 2).sum() / profile.sum())
        tops.append(mean - 1 / b)  # of a gamma distribution
        assert abs(tops[-1] - (np.log(1e3 * energy / CRITICAL_ENERGY) - 0.5)) < 1
        assert 0.35 < b < 0.6
    assert np.isclose(tops[1] - tops[0], np.log(10), rtol=0.2)


def test_lateral_containment() -> None:
    """About 90 % within one Molière radius, more than 97 % within 3.5."""
    image = simulate(rng(), np.full(20, 10.0), np.array([0, 40]), (121, 121), 0.2, 0, 0, 0).sum((0, 1))
    y, x = 0.2 * (np.mgrid[:121, :121] - 60)
    radius = np.hypot(x, y) / MOLIERE_X0
    assert 0.83 < image[radius < 1].sum() / image.sum() < 0.93
    assert image[radius < 3.5].sum() / image.sum() > 0.97
    assert np.isclose((image * x).sum() / image.sum(), 0, atol=0.1)
    assert np.isclose((image * y).sum() / image.sum(), 0, atol=0.1)


def test_sampling_and_threshold() -> None:
    energies = np.full(3000, 0.2)
    deposited = simulate(rng(), energies, np.array([-200, 200]), **WIDE).ravel()
    measured = simulate(rng(), energies, np.array([-200, 200]), **(WIDE | {"sampling": 0.1})).ravel()
    assert np.allclose(deposited, 200, rtol=1e-5)
    assert np.isclose(measured.mean(), 200, rtol=0.01)
    assert np.isclose(measured.std(), 1000 * 0.1 * np.sqrt(0.2), rtol=0.05)
    cells = simulate(rng(), np.full(4, 5.0))
    assert cells[cells > 0].min() >= THRESHOLD


def test_shape_and_seed() -> None:
    energies = np.linspace(1, 2, 3)
    first, again, other = (simulate(rng(seed), energies) for seed in (1, 1, 2))
    assert first.shape == (3, *SHAPE)
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_memory_blocks_do_not_lose_particles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calorimeter, "BLOCK", 50)
    monkeypatch.setattr(calorimeter, "BATCH", 2)
    deposits = simulate(rng(), np.array([1.0, 2, 3]), edges=np.array([-200, 200]), **WIDE)
    assert np.allclose(deposits.sum((1, 2, 3)), [1000, 2000, 3000], rtol=1e-5)


@pytest.mark.parametrize("energies", [[0.0], [-5.0], [np.nan], [np.inf], [[50.0]], 50.0])
def test_bad_energies(energies: object) -> None:
    with pytest.raises(ValueError, match="energies must be a row of finite numbers"):
        simulate(rng(), np.array(energies))


@pytest.mark.parametrize("edges", [[0.0], [0, 2, 1], [0, np.inf], [[0, 1]]])
def test_bad_edges(edges: list) -> None:
    with pytest.raises(ValueError, match="edges must be two or more rising depths"):
        simulate(rng(), np.array([1.0]), edges=np.array(edges))


@pytest.mark.parametrize("options", [{"shape": (0, 5)}, {"shape": (3,)}, {"cell": 0}])
def test_bad_cells(options: dict) -> None:
    with pytest.raises(ValueError, match="do not make a plane of rows and columns"):
        simulate(rng(), np.array([1.0]), **options)


@pytest.mark.parametrize("name", ["beam", "sampling", "threshold"])
def test_negative_settings(name: str) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        simulate(rng(), np.array([1.0]), **{name: -1})


# the shipped showers


@pytest.mark.parametrize(("part", "n"), [("train", 6000), ("test", 3000)])
def test_shipped_showers(part: str, n: int) -> None:
    energies, deposits = load_showers(part)
    assert energies.shape == (n,)
    assert deposits.shape == (n, *SHAPE)
    assert energies.dtype == deposits.dtype == np.float32
    assert energies.min() >= ENERGY_RANGE[0]
    assert energies.max() <= ENERGY_RANGE[1]
    assert np.isclose(energies.mean(), sum(ENERGY_RANGE) / 2, atol=1.5)
    measured = deposits[deposits > 0]
    assert measured.min() >= THRESHOLD
    ratio = deposits.sum((1, 2, 3)) / energies / 1000
    assert 0.95 < ratio.mean() < 1
    high = energies > 80
    assert SAMPLING / np.sqrt(90) < ratio[high].std() < 0.02
    row, column = np.unravel_index(deposits.sum((0, 1)).argmax(), SHAPE[1:])
    assert (row, column) == (SHAPE[1] // 2, SHAPE[2] // 2)


def test_parts_are_different() -> None:
    assert np.isin(load_showers("test")[0], load_showers("train")[0]).mean() < 0.01


def test_unknown_part() -> None:
    with pytest.raises(ValueError, match='part = \'validation\' is unknown; there are "train" and "test"'):
        load_showers("validation")


def test_observables_of_one_cell() -> None:
    deposits = np.zeros((1, *SHAPE))
    deposits[0, 4, 6 + 3, 7 - 4] = 25_000
    found = {name: values.item() for name, values in shower_observables(np.array([50.0]), deposits).items()}
    assert found["energy sum"] == pytest.approx(0.5)
    assert found["depth"] == pytest.approx(4)
    assert found["radius"] == pytest.approx(5 * CELL_MM)
    assert found["cells hit"] == pytest.approx(1 / np.prod(SHAPE))


def test_observables_of_an_empty_shower_are_numbers() -> None:
    for values in shower_observables(np.array([50.0]), np.zeros((1, *SHAPE))).values():
        assert np.isfinite(values).all()


def test_observables_of_simulated_showers() -> None:
    energy, deposits = (part[:500] for part in load_showers("test"))
    found = shower_observables(energy, deposits)
    assert found["energy sum"].mean() == pytest.approx(0.97, abs=0.03)
    assert np.corrcoef(np.log(energy), found["depth"])[0, 1] > 0.2  # the shower maximum moves with ln E
    twice = shower_observables(2 * energy, 2 * deposits)
    for name, values in found.items():
        assert np.allclose(twice[name], values, rtol=1e-4)
