"""Events with Higgs bosons: the shipped file against its card and against physics that it must obey."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from utils.data import DATA, DataError, checked_path
from utils.data.higgs import LABELS, LUMINOSITY, PROCESSES, load_events

FILE = "higgs_tautau/events.npy"
CARD = (DATA / "higgs_tautau/README.md").read_text(encoding="utf-8")
SELECTED = re.findall(r"([\d.]+) fb of", CARD)


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    return load_events()


def median(some: np.ndarray, name: str) -> float:
    """Return the weighted median."""
    order = np.argsort(some[name])
    below = np.cumsum(some["weight_fb"][order], dtype=float)
    return float(some[name][order][np.searchsorted(below, below[-1] / 2)])


def fraction(some: np.ndarray, chosen: np.ndarray) -> float:
    return float(some["weight_fb"][chosen].sum(dtype=float) / some["weight_fb"].sum(dtype=float))


def test_fields(events: np.ndarray) -> None:
    assert events.dtype.names == tuple(LABELS)
    assert events.dtype["process"] == np.int8
    assert all(events.dtype[name] == np.float32 for name in LABELS if name != "process")
    assert set(events["process"]) == set(range(len(PROCESSES)))
    assert np.bincount(events["process"]).min() >= 7000
    assert all(np.isfinite(events[name]).all() for name in LABELS)
    assert all(f"`{name}`" in CARD for name in LABELS)


def test_selection(events: np.ndarray) -> None:
    assert events["weight_fb"].min() > 0
    assert events["lepton_pt"].min() >= 22
    assert events["tau_pt"].min() >= 25
    assert events["pt_h"].min() >= 100
    assert events["delta_r_lt"].min() >= 0.5
    assert events["met"].min() > 0
    assert np.abs(events["met_centrality"]).max() <= np.sqrt(2) * (1 + 1e-6)
    assert events["lepton_centrality"].min() >= 0
    assert events["lepton_centrality"].max() <= 1
    assert set(events["n_jets"]) <= set(range(7))


def test_quantities_belong_together(events: np.ndarray) -> None:
    assert np.allclose(events["pt_ratio"], events["lepton_pt"] / events["tau_pt"], rtol=1e-5)
    assert (events["delta_r_lt"] >= events["delta_eta_lt"] * (1 - 1e-5)).all()
    assert (events["mt"] <= 2 * np.sqrt(events["lepton_pt"] * events["met"]) * (1 + 1e-5)).all()
    one, none = events[events["n_jets"] == 1], events[events["n_jets"] == 0]
    sums = events["lepton_pt"] + events["tau_pt"] + events["jet1_pt"] + events["jet2_pt"]
    assert np.allclose(events["sum_pt"][events["n_jets"] <= 2], sums[events["n_jets"] <= 2], rtol=1e-5)
    assert (none["jet1_pt"] == 0).all()
    for name in ("jet2_pt", "m_jj", "delta_eta_jj", "lepton_centrality"):
        assert (one[name] == 0).all()
    two = events[events["n_jets"] >= 2]
    assert (two["jet1_pt"] >= two["jet2_pt"]).all()
    assert two["jet2_pt"].min() >= 30
    assert (two["m_jj"] > 0).all()


def test_masses_are_ordered(events: np.ndarray) -> None:
    """Neutrinos add mass: the visible mass is the lowest, and the estimates peak at the masses of Higgs and Z boson."""
    assert (events["m_coll"] >= events["m_vis"] * (1 - 1e-5)).all()
    assert (events["m_tautau"] >= events["m_vis"] * (1 - 1e-5)).all()
    for process, mass in ((0, 125), (1, 91.2)):
        some = events[events["process"] == process]
        for name in ("m_coll", "m_tautau"):
            assert abs(median(some, name) / mass - 1) < 0.08
        assert 0.5 < median(some, "m_vis") / mass < 0.75


def test_likelihood_mass_is_the_sharpest(events: np.ndarray) -> None:
    signal = events[events["process"] == 0]
    width = {}
    for name in ("m_vis", "m_coll", "m_tautau"):
        low, middle, high = np.quantile(signal[name], [0.16, 0.5, 0.84])
        width[name] = (high - low) / 2 / middle
    assert width["m_tautau"] < width["m_coll"]
    assert width["m_tautau"] < 0.6 * width["m_vis"]


def test_missing_momentum(events: np.ndarray) -> None:
    """Neutrinos of τ pairs lie between lepton and τ, that of a W boson does not care for the jet."""
    between = [
        fraction(events[events["process"] == process], events["met_centrality"][events["process"] == process] > 1)
        for process in range(3)
    ]
    assert min(between[:2]) > 1.3 * between[2]
    transverse = [median(events[events["process"] == process], "mt") for process in range(3)]
    assert transverse[2] > 2 * max(transverse[:2])


def test_vector_boson_fusion(events: np.ndarray) -> None:
    """Some Higgs bosons come with two jets far apart, Z bosons rarely."""
    far = []
    for process in range(2):
        some = events[events["process"] == process]
        far.append(fraction(some, (some["m_jj"] > 500) & (some["delta_eta_jj"] > 3)))
    assert far[0] > 3 * far[1]


@pytest.mark.parametrize(("process", "selected"), list(enumerate(SELECTED)))
def test_cross_sections_of_the_card(events: np.ndarray, process: int, selected: str) -> None:
    found = events["weight_fb"][events["process"] == process].sum(dtype=float)
    assert np.isclose(found, float(selected), rtol=0.01)


def test_the_signal_is_rare(events: np.ndarray) -> None:
    assert len(SELECTED) == 3
    signal, *others = (LUMINOSITY * events["weight_fb"][events["process"] == p].sum(dtype=float) for p in range(3))
    assert 100 < signal < 1000
    assert signal < 0.05 * sum(others)


def test_altered_file(tmp_path: Path) -> None:
    shutil.copytree(DATA / "higgs_tautau", tmp_path / "higgs_tautau")
    content = bytearray((tmp_path / FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DataError, match="was altered"):
        checked_path(FILE, tmp_path)
