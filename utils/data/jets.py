"""Top and QCD jets: the shipped ones by Pythia and FastJet, and those of the public benchmark for top taggers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from utils.data import DataError, checked_path

if TYPE_CHECKING:
    from tqdm import tqdm

RADIUS = 0.8  # of the anti-kT jets
CONSTITUENTS = 40  # the hardest ones are kept
SPLITS = ("train", "test")
FIELDS = [
    ("top", "?"),
    ("pt", "f4"),
    ("eta", "f4"),
    ("mass", "f4"),
    ("tau1", "f4"),
    ("tau2", "f4"),
    ("tau3", "f4"),
    ("n", "i2"),
    ("constituents", "f2", (CONSTITUENTS, 3)),
]
LABELS = {
    "top": "the jet is a top quark's",
    "pt": "transverse momentum of the jet (GeV)",
    "eta": "pseudorapidity of the jet",
    "mass": "mass of the jet (GeV)",
    "tau1": r"1-subjettiness $\tau_1$",
    "tau2": r"2-subjettiness $\tau_2$",
    "tau3": r"3-subjettiness $\tau_3$",
    "n": "number of constituents",
    "constituents": r"$p_T$ (GeV), $\Delta\eta$ and $\Delta\phi$ to the axis of the jet",
}
BENCHMARK = "https://zenodo.org/records/2603256/files/"
CHECKSUMS = {  # of the record https://doi.org/10.5281/zenodo.2603256
    "train": "md5:45663819f47c13724f67eb0fd80bfa5c",  # 1 038 496 555 bytes, 1 211 000 jets
    "val": "md5:dca4b7248027618f041f9baa86d360fc",  # 347 378 076 bytes, 403 000 jets
    "test": "md5:13163479dee30a5fe546e4536cc3d04d",  # 347 849 376 bytes, 404 000 jets
}
CHUNK = 4000  # jets that are converted at a time


def load_jets(split: str) -> np.ndarray:
    """Return the shipped jets, 20 000 of top quarks and 20 000 of QCD in a fixed mixed order.

    Args:
        split: "train" or "test"; they were generated apart.

    Returns:
        Structured array of shape (40000,) with the fields of `LABELS`. `constituents` has the shape (40000, 40, 3),
        sorted by falling transverse momentum and filled up with zeros. The n-subjettinesses are those of the kept
        constituents, with beta = 1 and axes from exclusive kT jets (arXiv:1011.2268, equation 2.1).

    Raises:
        ValueError: there is no such split.
        DataError: a file is missing or altered.
    """
    if split not in SPLITS:
        raise ValueError(f'split = {split!r} is unknown; there are "train" and "test".')
    both = [np.load(checked_path(f"top_jets/{process}_{split}.npy")) for process in ("qcd", "top")]
    jets = np.empty(sum(map(len, both)), dtype=FIELDS)
    jets["top"] = np.repeat([False, True], [len(some) for some in both])
    for name in both[0].dtype.names:
        jets[name] = np.concatenate([some[name] for some in both])
    return jets[np.random.default_rng(0).permutation(len(jets))]


def load_benchmark(split: str, jets: int | None = None, folder: Path | None = None) -> np.ndarray:
    """Return jets of the public benchmark in the form of `load_jets`; the file is downloaded once, up to 1 GB.

    The benchmark (Kasieczka, Plehn, Thompson and Russell, https://doi.org/10.5281/zenodo.2603256, described in
    arXiv:1902.09914) was made as the shipped jets were, with Pythia at 14 TeV and the same selection, and has
    gone through a fast simulation of the ATLAS detector besides.

    Args:
        split: "train", "val" or "test".
        jets: how many, from the start of the file (which is mixed); None for all.
        folder: where the file lies or shall lie; None for the user's cache.

    Raises:
        ValueError: there is no such split, or fewer than one jet is asked for.
        DataError: there is no network, or what came is not the file of the record.
    """
    import pooch  # these two serve the benchmark alone
    import tables

    if split not in CHECKSUMS:
        raise ValueError(f'split = {split!r} is unknown; the benchmark has "train", "val" and "test".')
    if jets is not None and jets < 1:
        raise ValueError(f"jets = {jets}: at least one is needed; None stands for all.")
    pooch.get_logger().setLevel("WARNING")
    folder = Path(pooch.os_cache("deep-learning-meets-physics")) if folder is None else folder
    try:
        path = pooch.retrieve(
            BENCHMARK + f"{split}.h5",
            known_hash=CHECKSUMS[split],
            fname=f"{split}.h5",
            path=folder,
            downloader=pooch.HTTPDownloader(progressbar=_bar(f"{split}.h5")),
        )
    except (OSError, ValueError) as error:
        raise DataError(
            f"The benchmark's {split}.h5 could not be had from {BENCHMARK} ({type(error).__name__}). "
            f"Look at the network, or put the file into {folder} by hand; load_jets needs neither."
        ) from error
    with tables.open_file(path) as file:
        table = file.root.table.table
        stop = table.nrows if jets is None else min(jets, table.nrows)
        return np.concatenate([_convert(table.read(i, min(i + CHUNK, stop))) for i in range(0, stop, CHUNK)])


def four_momenta(jets: np.ndarray) -> np.ndarray:
    """Return energy and momentum of the constituents in GeV, shape (n, 40, 4): E, px, py, pz as in the benchmark.

    Constituents count as massless, and the jet lies at the azimuth 0, which is not stored.
    """
    pt, eta, phi = np.moveaxis(jets["constituents"].astype(np.float32), -1, 0)
    eta = np.where(pt > 0, eta + jets["eta"][:, None], 0)
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1)


def n_subjettiness(momenta: np.ndarray, numbers: tuple[int, ...] = (1, 2, 3)) -> np.ndarray:
    """Return tau_N of each jet, shape (n, len(numbers)).

    tau_N is the sum over the constituents of p_T times the distance to the nearest of N axes, divided by the sum of
    p_T times the jet's radius (Thaler and Van Tilburg, arXiv:1011.2268, equation 2.1). The axes are the N jets that
    are left when the kT algorithm has joined the others, as in FastJet's `exclusive_jets`. Jets with N constituents or
    fewer have 0.

    Args:
        momenta: E, px, py, pz of the constituents, shape (n, c, 4), zeros where there is none.
        numbers: the N that are asked for.
    """
    protojets = momenta.astype(float)
    there = protojets[..., 0] > 0
    size = there.sum(axis=1)
    pt, eta, phi = _directions(protojets, pseudo=True)
    weight = pt / (pt.sum(axis=1, keepdims=True) * RADIUS)
    apart = _kt_distances(protojets, there, np.arange(there.shape[1])[None].repeat(len(there), axis=0))
    tau = np.zeros((len(protojets), len(numbers)))
    for count in range(there.shape[1], 0, -1):
        if count in numbers:
            _, axis_eta, axis_phi = _directions(protojets, pseudo=True)
            to_axes = _distance(eta[:, :, None], phi[:, :, None], axis_eta[:, None], axis_phi[:, None])
            nearest = np.where(there[:, None], to_axes, np.inf).min(axis=2)
            found = (weight * np.where(weight > 0, nearest, 0)).sum(axis=1)
            tau[:, numbers.index(count)] = np.where(size > count, found, 0)
        _join_nearest(protojets, there, apart, np.flatnonzero(there.sum(axis=1) == count))
    return tau


def _join_nearest(protojets: np.ndarray, there: np.ndarray, apart: np.ndarray, rows: np.ndarray) -> None:
    """Replace, in these jets, the two that are nearest in kT by their sum; if the beam is nearer to one, drop it."""
    first, second = np.divmod(apart[rows].reshape(len(rows), -1).argmin(axis=1), there.shape[1])
    joined = first != second
    protojets[rows[joined], first[joined]] += protojets[rows[joined], second[joined]]
    protojets[rows, second] = 0
    there[rows, second] = False
    for changed in (first, second):
        new = _kt_distances(protojets[rows], there[rows], changed[:, None])[:, 0]
        apart[rows, changed] = new
        apart[rows, :, changed] = new


def _kt_distances(protojets: np.ndarray, there: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return d_ij = min(p_Ti, p_Tj)² (ΔR_ij / R)² of the chosen ones to all, and the distance p_T² to the beam as d_ii.

    Shapes: protojets (n, c, 4), there (n, c), chosen (n, k); the result (n, k, c) is infinite where one is missing.
    """
    pt, rapidity, phi = _directions(protojets)
    own = np.take_along_axis(np.stack([pt, rapidity, phi, there]), chosen[None], axis=2)[..., None]
    squared = np.minimum(own[0], pt[:, None]) ** 2
    ratio = _distance(own[1], own[2], rapidity[:, None], phi[:, None]) / RADIUS
    is_same = chosen[:, :, None] == np.arange(there.shape[1])
    return np.where((own[3] > 0) & there[:, None], squared * np.where(is_same, 1, ratio**2), np.inf)


def _directions(momenta: np.ndarray, pseudo: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return transverse momentum, rapidity (or pseudorapidity) and azimuth; zeros where there is nothing."""
    energy, px, py, pz = np.moveaxis(momenta, -1, 0)
    pt = np.hypot(px, py)
    along = np.hypot(pt, pz) if pseudo else np.maximum(energy, np.hypot(pt, pz))
    with np.errstate(divide="ignore", invalid="ignore"):
        rapidity = np.where(pt > 0, np.arctanh(pz / along), 0)
    return pt, rapidity, np.arctan2(py, px)


def _distance(eta1: np.ndarray, phi1: np.ndarray, eta2: np.ndarray, phi2: np.ndarray) -> np.ndarray:
    """Return the distance in (pseudo)rapidity and azimuth."""
    return np.hypot(eta1 - eta2, (phi1 - phi2 + np.pi) % (2 * np.pi) - np.pi)


def _bar(name: str) -> tqdm:
    """Return a progress bar for a download, on standard output."""
    from tqdm import tqdm

    return tqdm(total=0, desc=name, unit="B", unit_scale=True, file=sys.stdout, leave=False)


def _convert(rows: np.ndarray) -> np.ndarray:
    """Return rows of the benchmark's table as jets: block 0 has 200 times E, px, py, pz; block 1 the truth."""
    momenta = rows["values_block_0"][:, :800].reshape(-1, 200, 4).astype(float)
    total = momenta.sum(axis=1)
    pt, eta, phi = (part[:, 0] for part in _directions(total[:, None], pseudo=True))
    jets = np.zeros(len(rows), dtype=FIELDS)
    jets["top"] = rows["values_block_1"][:, 1] == 1
    jets["pt"], jets["eta"] = pt, eta
    jets["mass"] = np.sqrt(np.maximum(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(axis=1), 0))
    jets["n"] = (momenta[..., 0] > 0).sum(axis=1)
    kept = momenta[:, :CONSTITUENTS]
    part_pt, part_eta, part_phi = _directions(kept, pseudo=True)
    there = part_pt > 0
    turned = (part_phi - phi[:, None] + np.pi) % (2 * np.pi) - np.pi
    table = np.stack([part_pt, part_eta - eta[:, None], turned], axis=-1) * there[..., None]
    jets["constituents"] = table
    taus = n_subjettiness(kept)
    for i, name in enumerate(("tau1", "tau2", "tau3")):
        jets[name] = taus[:, i]
    return jets
