"""Events with single top quarks: the shipped file against its card and against physics that it must obey."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from utils.data import DATA, DataError, checked_path
from utils.data.single_top import LABELS, LUMINOSITY, PROCESSES, load_events

FILE = "single_top/events.npy"
CARD = (DATA / "single_top/README.md").read_text(encoding="utf-8")
SELECTED = re.findall(r"([\d.]+) pb of", CARD)
POSITIVE = [
    "weight_pb", "lepton_pt", "met", "b_pt", "light_pt", "m_lnub", "ht", "m_lb", "m_jj", "delta_r_lb", "sphericity",
]  # fmt: skip


@pytest.fixture(scope="module")
def events() -> np.ndarray:
    return load_events()


def mean(some: np.ndarray, name: str) -> float:
    return float(np.average(some[name], weights=some["weight_pb"]))


def error(some: np.ndarray, name: str) -> float:
    """Return the statistical uncertainty of the weighted mean."""
    weight = some["weight_pb"] / some["weight_pb"].sum(dtype=float)
    return float(np.sqrt(np.sum((weight * (some[name] - mean(some, name))) ** 2)))


def test_fields(events: np.ndarray) -> None:
    assert events.dtype.names == tuple(LABELS)
    assert events.dtype["process"] == np.int8
    assert all(events.dtype[name] == np.float32 for name in LABELS if name != "process")
    assert set(events["process"]) == set(range(len(PROCESSES)))
    assert np.bincount(events["process"]).min() >= 20_000
    assert all(np.isfinite(events[name]).all() for name in LABELS)
    assert all(f"`{name}`" in CARD for name in LABELS)


def test_selection(events: np.ndarray) -> None:
    assert all((events[name] > 0).all() for name in POSITIVE)
    assert events["lepton_pt"].min() >= 25
    assert np.abs(events["lepton_eta"]).max() <= 2.4
    assert set(events["lepton_charge"]) == {-1, 1}
    assert events["b_pt"].min() >= 30
    assert np.abs(events["b_eta"]).max() <= 2.4
    assert events["light_pt"].min() >= 30
    assert events["light_abs_eta"].min() >= 0
    assert events["light_abs_eta"].max() <= 4.5
    assert set(events["n_jets"]) == {2, 3}
    assert np.abs(events["cos_theta_star"]).max() <= 1
    assert events["sphericity"].max() <= 1


def test_quantities_belong_together(events: np.ndarray) -> None:
    two = events[events["n_jets"] == 2]
    sums = sum(two[name].astype(float) for name in ("lepton_pt", "met", "b_pt", "light_pt"))
    assert np.allclose(two["ht"], sums, rtol=1e-5)
    three = events[events["n_jets"] == 3]
    assert (three["ht"] > sum(three[name] for name in ("lepton_pt", "met", "b_pt", "light_pt"))).all()
    assert (events["mtw"] <= 2 * np.sqrt(events["lepton_pt"] * events["met"]) * (1 + 1e-5)).all()
    assert (events["delta_r_lb"] >= np.abs(events["lepton_eta"] - events["b_eta"]) * (1 - 1e-4)).all()
    assert (events["m_lnub"] > events["m_lb"]).all()


@pytest.mark.parametrize(("process", "selected"), list(enumerate(SELECTED)))
def test_cross_sections_of_the_card(events: np.ndarray, process: int, selected: str) -> None:
    found = events["weight_pb"][events["process"] == process].sum(dtype=float)
    assert np.isclose(found, float(selected), rtol=0.01)


def test_the_card_names_three_cross_sections(events: np.ndarray) -> None:
    assert len(SELECTED) == 3
    assert 200 < LUMINOSITY * events["weight_pb"].sum(dtype=float) < 2000


def test_more_tops_than_antitops(events: np.ndarray) -> None:
    """A proton has more u than d quarks: σ(t) / σ(t̄) is about 1.9 and W⁺ + jets exceed W⁻, but pairs are symmetric."""
    signal, pairs, jets = (events[events["process"] == process] for process in range(3))
    charge = mean(signal, "lepton_charge")
    assert 1.6 < (1 + charge) / (1 - charge) < 2.4
    assert abs(mean(pairs, "lepton_charge")) < 4 * error(pairs, "lepton_charge")
    assert mean(jets, "lepton_charge") > 4 * error(jets, "lepton_charge")


def test_top_mass(events: np.ndarray) -> None:
    """The mass peaks within 15 GeV of 172.5 GeV, highest for single tops, where the b jet is never the wrong one."""
    edges = np.arange(100, 400, 10)
    inside = []
    for process in range(3):
        some = events[events["process"] == process]
        heights = np.histogram(some["m_lnub"], edges, weights=some["weight_pb"])[0]
        if process == 0:
            assert abs(edges[heights.argmax()] + 5 - 172.5) <= 15
        inside.append(heights[(edges[:-1] >= 140) & (edges[:-1] < 200)].sum() / some["weight_pb"].sum())
    assert inside[0] > 1.2 * max(inside[1:])


def test_light_jet_goes_forward(events: np.ndarray) -> None:
    signal, pairs, jets = (events[events["process"] == process] for process in range(3))
    assert mean(signal, "light_abs_eta") > 1.9
    assert mean(signal, "light_abs_eta") > 1.3 * max(mean(pairs, "light_abs_eta"), mean(jets, "light_abs_eta"))


def test_polarisation(events: np.ndarray) -> None:
    """(1 + P cos θ*) / 2 has the mean P / 3: P is near 1 before the selection and still large after it."""
    signal, pairs, _ = (events[events["process"] == process] for process in range(3))
    two = signal[signal["n_jets"] == 2]
    assert 3 * mean(two, "cos_theta_star") > 0.4
    assert abs(3 * mean(pairs, "cos_theta_star")) < 0.25
    heights = np.histogram(two["cos_theta_star"], [-1, -0.6, -0.2, 0.2, 0.6], weights=two["weight_pb"])[0]
    assert (np.diff(heights) > 0).all()


def test_jacobian_peak(events: np.ndarray) -> None:
    """The transverse mass of leptonic W bosons falls off steeply above m_W."""
    signal = events[events["process"] == 0]
    heights = np.histogram(signal["mtw"], [0, 20, 60, 85, 105, 125], weights=signal["weight_pb"])[0]
    rates = heights / [20, 40, 25, 20, 20]
    assert rates.argmax() == 2
    assert rates[2] > 2 * rates[3] > 4 * rates[4]


def test_altered_file(tmp_path: Path) -> None:
    shutil.copytree(DATA / "single_top", tmp_path / "single_top")
    content = bytearray((tmp_path / FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DataError, match="was altered"):
        checked_path(FILE, tmp_path)
