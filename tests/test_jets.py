"""Jets: the shipped files against physics that they must obey, and the benchmark's loader on a file of its form."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tables
from sklearn.metrics import roc_auc_score

from utils.data import DataError, jets
from utils.data.jets import CONSTITUENTS, LABELS, four_momenta, load_benchmark, load_jets, n_subjettiness

TAUS = ("tau1", "tau2", "tau3")


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    return load_jets("train")


def test_fields(sample: np.ndarray) -> None:
    assert sample.dtype.names == tuple(LABELS)
    assert sample["constituents"].shape == (40_000, CONSTITUENTS, 3)
    assert sample["top"].sum() == 20_000
    assert all(np.isfinite(sample[name]).all() for name in LABELS)


def test_classes_are_mixed_and_the_order_is_fixed(sample: np.ndarray) -> None:
    assert 400 < sample["top"][:1000].sum() < 600
    assert (load_jets("train") == sample).all()


def test_training_and_test_jets_differ(sample: np.ndarray) -> None:
    assert len(np.intersect1d(sample["mass"], load_jets("test")["mass"])) < 200


def test_selection(sample: np.ndarray) -> None:
    assert sample["pt"].min() >= 550
    assert sample["pt"].max() <= 650
    assert np.abs(sample["eta"]).max() <= 2
    assert sample["n"].min() >= 1


def test_constituents_are_sorted_and_filled_up(sample: np.ndarray) -> None:
    pt = sample["constituents"][..., 0].astype(float)
    assert (np.diff(pt, axis=1) <= 0).all()
    lost = np.minimum(sample["n"], CONSTITUENTS) - (pt > 0).sum(axis=1)
    assert lost.min() == 0
    assert (lost > 0).sum() < 10  # a p_T below 6e-8 GeV is 0 in float16
    assert sample["constituents"][pt == 0].any(axis=1).sum() < 10
    hard = sample["constituents"][pt > 5].astype(float)
    assert np.hypot(hard[:, 1], hard[:, 2]).max() < 1.2  # soft hadrons lie further out in eta than in rapidity


def test_constituents_make_the_jet(sample: np.ndarray) -> None:
    """Where all are kept, momentum and mass come back, but for the rounding and the hadrons' masses."""
    whole = sample[sample["n"] <= CONSTITUENTS]
    total = four_momenta(whole).sum(axis=1)
    assert len(whole) > 5000
    assert np.allclose(np.hypot(total[:, 1], total[:, 2]), whole["pt"], rtol=0.01)
    mass = np.sqrt(np.maximum(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(axis=1), 0))
    added = whole["mass"] - mass
    assert added.min() > 0
    assert np.median(added) < 5
    assert np.corrcoef(mass, whole["mass"])[0, 1] > 0.98
    assert np.abs(np.arctan2(total[:, 2], total[:, 1])).max() < 0.01


def test_four_momenta_are_massless(sample: np.ndarray) -> None:
    momenta = four_momenta(sample[:500]).astype(float)
    assert np.allclose(momenta[..., 0], np.linalg.norm(momenta[..., 1:], axis=-1), rtol=1e-5)


def test_masses(sample: np.ndarray) -> None:
    """Top jets peak at the top's mass; QCD jets are mostly light."""
    top, qcd = sample["mass"][sample["top"]], sample["mass"][~sample["top"]]
    counts, edges = np.histogram(top, np.arange(0, 301, 5.0))
    assert 160 < edges[counts.argmax()] < 180
    assert np.median(qcd) < 90


def test_three_prongs(sample: np.ndarray) -> None:
    """tau_3 / tau_2 is lower for tops, and n-subjettiness falls with N."""
    assert (sample["tau1"] >= sample["tau2"] - 0.02).mean() > 0.99
    ratio = sample["tau3"] / np.maximum(sample["tau2"], 1e-6)
    assert roc_auc_score(sample["top"], -ratio) > 0.75


def test_subjettiness_agrees_with_fastjet(sample: np.ndarray) -> None:
    """The stored values are FastJet's; rounding of the constituents moves an axis now and then."""
    some = sample[:400]
    found = n_subjettiness(four_momenta(some))
    for column, name in enumerate(TAUS):
        off = np.abs(found[:, column] - some[name])
        assert np.median(off / np.maximum(some[name], 1e-9)) < 1e-3
        assert (off < 0.02 * some[name] + 1e-6).mean() > 0.85


def test_subjettiness_of_exact_prongs() -> None:
    """N particles are their own N axes; of two, the nearer and harder pair gives p_T2 R12 / (p_T R), by hand."""
    angles = np.array([0.0, 0.2, -0.5])
    pt = np.array([300.0, 200.0, 100.0])
    momenta = np.stack([pt, pt * np.cos(angles), pt * np.sin(angles), 0 * pt], axis=-1)[None]
    one, two, three, four = n_subjettiness(momenta, (1, 2, 3, 4))[0]
    axis = np.arctan2((pt * np.sin(angles))[:2].sum(), (pt * np.cos(angles))[:2].sum())
    by_hand = (300 * axis + 200 * (0.2 - axis)) / (600 * jets.RADIUS)
    assert np.isclose(two, by_hand, rtol=1e-9)
    assert one > two > three == four == 0


def test_subjettiness_does_not_see_rotations_about_the_beam(sample: np.ndarray) -> None:
    momenta = four_momenta(sample[:50]).astype(float)
    cosine, sine = np.cos(2.5), np.sin(2.5)
    turned = momenta.copy()
    turned[..., 1] = cosine * momenta[..., 1] - sine * momenta[..., 2]
    turned[..., 2] = sine * momenta[..., 1] + cosine * momenta[..., 2]
    assert np.allclose(n_subjettiness(momenta), n_subjettiness(turned), atol=1e-9)


@pytest.fixture
def benchmark(tmp_path: Path, sample: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Write shipped jets as the benchmark's table does, compressed by blosc, and return them."""
    some = sample[:60]
    block = np.zeros((len(some), 804), dtype="f4")
    block[:, : 4 * CONSTITUENTS] = four_momenta(some).reshape(len(some), -1)
    rows = np.zeros(
        len(some), dtype=[("index", "i8"), ("values_block_0", "f4", (804,)), ("values_block_1", "i8", (2,))]
    )
    rows["values_block_0"], rows["values_block_1"][:, 1] = block, some["top"]
    with tables.open_file(tmp_path / "val.h5", "w") as file:
        filters = tables.Filters(complevel=5, complib="blosc")
        file.create_table(file.create_group("/", "table"), "table", obj=rows, filters=filters)
    digest = hashlib.md5((tmp_path / "val.h5").read_bytes()).hexdigest()
    monkeypatch.setitem(jets.CHECKSUMS, "val", f"md5:{digest}")
    return some


def test_benchmark_has_the_form_of_the_shipped_jets(benchmark: np.ndarray, tmp_path: Path) -> None:
    read = load_benchmark("val", folder=tmp_path)
    assert read.dtype == benchmark.dtype
    assert (read["top"] == benchmark["top"]).all()
    there = benchmark["constituents"][..., 0] > 0
    assert np.allclose(read["constituents"][..., 0], benchmark["constituents"][..., 0], rtol=2e-3)
    whole = benchmark["n"] <= CONSTITUENTS
    assert whole.any()
    assert np.allclose(read["n"], np.minimum(benchmark["n"], CONSTITUENTS))
    assert np.allclose(read["pt"][whole], benchmark["pt"][whole], rtol=0.01)
    off = (read["constituents"][..., 1:] - benchmark["constituents"][..., 1:])[whole & there.any(axis=1)]
    assert np.abs(off).max() < 0.02
    assert np.median(np.abs(read["tau2"] - benchmark["tau2"])) < 2e-3


def test_part_of_the_benchmark(benchmark: np.ndarray, tmp_path: Path) -> None:
    assert (load_benchmark("val", 7, tmp_path) == load_benchmark("val", folder=tmp_path)[:7]).all()


def test_benchmark_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jets, "BENCHMARK", "http://127.0.0.1:9/")
    with pytest.raises(DataError, match=r"test\.h5 could not be had .* by hand; load_jets needs neither"):
        load_benchmark("test", folder=tmp_path)


@pytest.mark.parametrize("load", [load_jets, load_benchmark])
def test_unknown_split(load) -> None:
    with pytest.raises(ValueError, match="split = 'all' is unknown"):
        load("all")


@pytest.mark.parametrize("number", [0, -1])
def test_no_jets_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"jets = {number}: at least one is needed"):
        load_benchmark("val", number)
