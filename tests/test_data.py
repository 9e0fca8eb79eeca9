"""Data: generators and tables against physics that they must obey; shipped files against their cards."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from data import lacking
from utils.data import DATA, DataError, checked_path
from utils.data.earth import METRES_PER_TOISE, arc_on_ellipsoid, load_arcs
from utils.data.galaxies import load_galaxies, unit_vectors
from utils.data.particles import PION_MASS, PROTON_MASS, make_tracks, measure_speeds
from utils.data.pendulum import measure_periods, period_ratio
from utils.data.spectrum import GAIN, LINE_ENERGIES, OFFSET, measure_peaks

FOLDERS = sorted(path.parent for path in DATA.glob("*/README.md"))
ARCS = "boscovich_1757/arcs.csv"
law = settings(derandomize=True, deadline=None, max_examples=100)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


# the Earth


@given(latitude=st.floats(-90, 90), radius=st.floats(1e3, 1e9))
@law
def test_arc_of_a_sphere_is_the_same_everywhere(latitude: float, radius: float) -> None:
    assert np.isclose(arc_on_ellipsoid(latitude, 0, radius), 2 * np.pi * radius / 360 / METRES_PER_TOISE, rtol=1e-12)


@given(flattening=st.floats(-0.5, 0.5))
@law
def test_arc_at_the_pole_against_the_equator(flattening: float) -> None:
    equator, pole = arc_on_ellipsoid(np.array([0, 90]), flattening)
    assert np.isclose(pole / equator, (1 - flattening) ** -3, rtol=1e-9)


@given(low=st.floats(0, 89), step=st.floats(0.1, 90), flattening=st.floats(1e-3, 0.5))
@law
def test_arc_of_a_flat_earth_grows_towards_both_poles(low: float, step: float, flattening: float) -> None:
    high = min(low + step, 90)
    arc = arc_on_ellipsoid(np.array([-high, -low, low, high]), flattening)
    assert arc[3] > arc[2]
    assert np.allclose(arc, arc[::-1], rtol=1e-12)


def test_arcs_sum_to_the_quarter_meridian() -> None:
    assert np.isclose(quad(arc_on_ellipsoid, 0, 90)[0] * METRES_PER_TOISE, 10_001_965.729, rtol=0, atol=1e-3)


def test_toise() -> None:
    """The law of 1799 made the metre 443.296 lines of the toise of Peru, which has 864."""
    assert np.isclose(METRES_PER_TOISE, 864 / 443.296, rtol=1e-6)


@pytest.mark.parametrize(("flattening", "radius"), [(1, 1), (1.5, 1), (0, 0), (0, -1)])
def test_no_such_ellipsoid(flattening: float, radius: float) -> None:
    with pytest.raises(ValueError, match=f"flattening = {flattening} must be below 1 and radius = {radius} above 0"):
        arc_on_ellipsoid(45, flattening, radius)


def test_boscovich_finds_his_line() -> None:
    """Of all lines through the mean point he took the one with the least absolute residuals: 692 toise, f = 1/248."""
    arcs = load_arcs()
    assert arcs.shape == (5,)
    x = np.sin(np.radians(arcs["latitude_deg"])) ** 2
    dx, dy = x - x.mean(), arcs["arc_toise"] - arcs["arc_toise"].mean()
    slope = min(dy / dx, key=lambda slope: np.abs(dy - slope * dx).sum())
    equator = arcs["arc_toise"].mean() - slope * x.mean()
    assert np.isclose(slope, 692, rtol=1e-3)
    assert np.isclose(((equator + slope) / equator) ** (1 / 3) - 1, 1 / 248, rtol=0.01)


# galaxies


def test_hubble_finds_his_constant() -> None:
    """Velocity = K distance + the Sun's motion gives Hubble's numbers of 1929 for the 24 objects."""
    galaxies = load_galaxies()
    assert galaxies.shape == (24,)
    assert len(set(galaxies["name"])) == 24
    directions = unit_vectors(galaxies)
    assert np.allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-12)
    X = np.column_stack([galaxies["distance_mpc"], directions])
    found = np.linalg.lstsq(X, galaxies["velocity_km_s"])[0]
    assert abs(found[0] - 465) < 1
    assert np.abs(found[1:] - [-65, 226, -195]).max() < 10


def test_directions_of_the_axes() -> None:
    sky = np.array([(0, 0), (90, 0), (0, 90), (123, -90)], dtype=[("ra_deg", float), ("dec_deg", float)])
    assert np.allclose(unit_vectors(sky), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1]])


# the pendulum


def test_period_at_known_amplitudes() -> None:
    assert period_ratio(0) == 1
    assert np.isclose(period_ratio(np.pi / 2), 1.180340599, rtol=0, atol=5e-10)


@given(amplitude=st.floats(0, 0.5))
@law
def test_period_of_small_swings(amplitude: float) -> None:
    """T / T0 = 1 + a²/16 + 11 a⁴/3072 + …"""
    rest = period_ratio(amplitude) - 1 - amplitude**2 / 16
    assert rest >= -1e-15
    assert rest <= 1.1 * 11 / 3072 * amplitude**4 + 1e-15


@given(gap=st.floats(1e-9, 1e-2))
@law
def test_period_diverges_upside_down(gap: float) -> None:
    """T / T0 → (2 / π) ln(8 / gap), since K → ln(4 / cos(θ/2))."""
    assert np.isclose(period_ratio(np.pi - gap), 2 / np.pi * np.log(8 / gap), rtol=1e-4)


@given(low=st.floats(0, 3.1), step=st.floats(1e-3, 3))
@law
def test_larger_swings_take_longer(low: float, step: float) -> None:
    assert period_ratio(min(low + step, 3.14)) > period_ratio(low)


@pytest.mark.parametrize("amplitude", [-0.1, np.pi, 4, [0.1, 4]])
def test_amplitude_out_of_range(amplitude: float) -> None:
    with pytest.raises(ValueError, match="from 0 to below π"):
        period_ratio(amplitude)


def test_measured_periods() -> None:
    amplitude, ratio = measure_periods(rng(), 10_000, noise=0.05, largest=2)
    residual = ratio - period_ratio(amplitude)
    assert abs(residual.mean()) < 4 * 0.05 / 100
    assert np.isclose(residual.std(), 0.05, rtol=0.03)
    assert (np.diff(amplitude) >= 0).all()
    assert amplitude[0] >= 0
    assert 1.99 < amplitude[-1] < 2
    assert np.isclose(amplitude.mean(), 1, atol=0.03)


def test_noise_can_be_switched_off() -> None:
    amplitude, ratio = measure_periods(rng(), 50, noise=0)
    assert (ratio == period_ratio(amplitude)).all()


# particles


def test_speeds_give_back_the_masses() -> None:
    """m = p sqrt(1/β² - 1), half pions and half protons, none faster than light."""
    momentum, inverse_speed, proton = measure_speeds(rng(), 500, resolution=0)
    assert momentum.shape == inverse_speed.shape == proton.shape == (1000,)
    assert proton.sum() == 500
    assert (inverse_speed >= 1).all()
    assert 0.6 <= momentum.min() < 0.65
    assert 2.95 < momentum.max() <= 3
    mass = momentum * np.sqrt(inverse_speed**2 - 1)
    assert np.allclose(mass[proton], PROTON_MASS, rtol=1e-9)
    assert np.allclose(mass[~proton], PION_MASS, rtol=1e-9)


def test_resolution_of_speeds() -> None:
    momentum, inverse_speed, proton = measure_speeds(rng(), 5000, resolution=0.1)
    residual = inverse_speed - np.hypot(1, np.where(proton, PROTON_MASS, PION_MASS) / momentum)
    assert np.isclose(residual.std(), 0.1, rtol=0.03)
    assert abs(residual.mean()) < 4 * 0.1 / 100


@given(seed=st.integers(0, 2**32 - 1), vertices=st.integers(1, 9), tracks=st.integers(1, 5))
@law
def test_vertices_keep_their_distance(seed: int, vertices: int, tracks: int) -> None:
    z, true = make_tracks(rng(seed), vertices, tracks, resolution=0)
    assert true.shape == (vertices,)
    assert (np.diff(true) >= 12 - 1e-9).all()
    assert np.abs(true).max() <= 60 + 1e-9
    assert (z.reshape(vertices, tracks) == true[:, None]).all()


def test_resolution_of_tracks() -> None:
    z, true = make_tracks(rng(), 3, 4000, resolution=2.0)
    residual = z.reshape(3, 4000) - true[:, None]
    assert np.allclose(residual.std(axis=1), 2, rtol=0.05)
    assert np.abs(residual.mean(axis=1)).max() < 4 * 2 / np.sqrt(4000)


@pytest.mark.parametrize("vertices", [0, -1, 10])
def test_vertices_do_not_fit(vertices: int) -> None:
    with pytest.raises(ValueError, match=f"vertices = {vertices} must be from 1 to 9"):
        make_tracks(rng(), vertices)


@pytest.mark.parametrize("number", [0, -1])
def test_no_particles_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"number = {number} particles of each species: at least one"):
        measure_speeds(rng(), number)


# the gamma-ray detector


def straight(energy: np.ndarray) -> np.ndarray:
    """Return the channel of an energy in a linear detector."""
    return (energy - OFFSET) / GAIN


def test_pulls_of_peaks() -> None:
    pulls = []
    for seed in range(1000):
        channel, uncertainty, energy = measure_peaks(rng(seed))
        pulls.append((channel - straight(energy)) / uncertainty)
    assert (energy == np.sort(LINE_ENERGIES)).all()
    assert np.allclose(uncertainty, 0.3 + 0.001 * straight(energy))
    assert np.abs(np.mean(pulls, axis=0)).max() < 4 / np.sqrt(1000)
    assert np.allclose(np.std(pulls, axis=0), 1, atol=4 / np.sqrt(2000))


@given(seed=st.integers(0, 2**32 - 1), confused=st.integers(0, 6))
@law
def test_confused_peaks_are_far_off(seed: int, confused: int) -> None:
    channel, uncertainty, energy = measure_peaks(rng(seed), confused)
    assert channel.shape == uncertainty.shape == energy.shape == (12,)
    assert (np.diff(energy) > 0).all()
    off = np.abs(channel - straight(energy))
    noise = 6 * uncertainty
    assert ((off > 60 - noise) & (off < 200 + noise)).sum() == confused
    assert (off < noise).sum() == 12 - confused


@given(seed=st.integers(0, 2**32 - 1), offset=st.floats(-50, 50), gain=st.floats(0.1, 10))
@law
def test_offset_and_gain(seed: int, offset: float, gain: float) -> None:
    channel, uncertainty, energy = measure_peaks(rng(seed), offset=offset, gain=gain)
    assert (np.abs(channel - (energy - offset) / gain) < 6 * uncertainty).all()


@given(seed=st.integers(0, 2**32 - 1), curvature=st.floats(-10, 10))
@law
def test_curvature_in_keV_at_1000_channels(seed: int, curvature: float) -> None:
    channel, uncertainty, energy = measure_peaks(rng(seed))
    bent, bent_uncertainty, _ = measure_peaks(rng(seed), curvature=curvature)
    pull = (channel - straight(energy)) / uncertainty
    missing = GAIN * (straight(energy) - (bent - pull * bent_uncertainty))
    assert np.allclose(missing, curvature * (straight(energy) / 1000) ** 2, atol=1e-6)


@pytest.mark.parametrize("confused", [-1, 7])
def test_too_many_confused_peaks(confused: int) -> None:
    with pytest.raises(ValueError, match=f"confused = {confused} must be from 0 to 6"):
        measure_peaks(rng(), confused)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: measure_periods(rng, 20),
        lambda rng: measure_speeds(rng, 20),
        lambda rng: make_tracks(rng),
        lambda rng: measure_peaks(rng, 2),
    ],
)
def test_the_seed_decides(make) -> None:
    first, again, other = make(rng(3)), make(rng(3)), make(rng(4))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


# files and their cards


def files(folder: Path) -> list[Path]:
    """Return the data files of a data set."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name not in ("README.md", "make.py"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of one data set, in a folder of its own."""
    shutil.copytree(DATA / "boscovich_1757", tmp_path / "boscovich_1757")
    return tmp_path


def test_each_folder_has_a_card() -> None:
    assert len(FOLDERS) >= 2
    assert set(FOLDERS) == {path for path in DATA.iterdir() if path.is_dir()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_files_match_their_card(folder: Path) -> None:
    shipped = [path.name for path in files(folder)]
    on_card = re.findall(
        r"^\| `([^`]+)` \| .* \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text("utf-8"), re.M
    )
    assert sorted(name for name, _ in on_card) == shipped
    for name, sha in on_card:
        assert checked_path(f"{folder.name}/{name}") == folder / name
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_maker_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    if missing := lacking(folder):
        pytest.skip(f"made by a generator that is not installed: {' '.join(missing)}")
    if "may round differently" in (folder / "README.md").read_text("utf-8"):
        pytest.skip("its last digits depend on the processor: `make data` compares the bytes")
    shutil.copy(folder / "make.py", tmp_path)
    subprocess.run([sys.executable, "make.py"], cwd=tmp_path, check=True)
    assert {path.name: path.read_bytes() for path in files(tmp_path)} == {p.name: p.read_bytes() for p in files(folder)}


def test_data_are_small() -> None:
    sizes = {path: path.stat().st_size for path in DATA.rglob("*") if path.is_file()}
    assert max(sizes.values()) <= 10e6
    assert sum(sizes.values()) <= 60e6


def test_copy_is_as_good(copy: Path) -> None:
    assert checked_path(ARCS, copy) == copy / ARCS


def test_missing_file(copy: Path) -> None:
    (copy / ARCS).unlink()
    with pytest.raises(DataError) as told:
        checked_path(ARCS, copy)
    assert (
        str(told.value) == f"The file data/{ARCS} is missing; `git checkout -- data/{ARCS}` brings back the original."
    )


def test_altered_file(copy: Path) -> None:
    (copy / ARCS).write_bytes((copy / ARCS).read_bytes().replace(b"56751", b"56752"))
    with pytest.raises(DataError) as told:
        checked_path(ARCS, copy)
    assert str(told.value) == (
        f"The file data/{ARCS} was altered: its SHA-256 is not the one on its card; "
        f"`git checkout -- data/{ARCS}` brings back the original."
    )


def test_card_without_checksum(copy: Path) -> None:
    card = copy / "boscovich_1757/README.md"
    card.write_text(re.sub("[0-9a-f]{64}", "", card.read_text("utf-8")), "utf-8")
    with pytest.raises(DataError) as told:
        checked_path(ARCS, copy)
    assert str(told.value) == (
        f"The card of data/{ARCS} gives no SHA-256 for it; `git checkout -- data/{ARCS}` brings back the original."
    )


def test_missing_card(copy: Path) -> None:
    (copy / "boscovich_1757/README.md").unlink()
    with pytest.raises(DataError) as told:
        checked_path(ARCS, copy)
    assert str(told.value) == f"The card of data/{ARCS} is missing; `git checkout -- data/` brings it back."
