"""Make the jets with Pythia 8 and FastJet: `python make.py` writes the files of this folder in about 13 CPU minutes.

It needs `pip install pythia8mc==8.317.2 fastjet==3.5.2.0 numpy`; the course itself needs neither.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

try:
    import fastjet
    import pythia8mc
except ImportError as error:
    sys.exit(f"{error}: the generators are missing, `pip install pythia8mc==8.317.2 fastjet==3.5.2.0`.")

RADIUS, PT_RANGE, ETA_MAX = 0.8, (550.0, 650.0), 2.0
CONSTITUENTS, JETS = 40, 20_000
NEUTRINOS, QUARKS = {12, 14, 16}, range(1, 6)
COMMON = [
    "Beams:eCM = 14000.",
    "PhaseSpace:pTHatMin = 500.",
    "PhaseSpace:pTHatMax = 800.",
    "PartonLevel:MPI = off",
    "Random:setSeed = on",
    "Print:quiet = on",
    "Check:event = off",
]
PROCESSES = {
    "qcd": ["HardQCD:all = on"],
    "top": ["Top:gg2ttbar = on", "Top:qqbar2ttbar = on", "24:onMode = off", "24:onIfAny = 1 2 3 4 5"],
}
SAMPLES = {("qcd", "train"): 11, ("top", "train"): 12, ("qcd", "test"): 21, ("top", "test"): 22}
FIELDS = [
    ("pt", "f4"),
    ("eta", "f4"),
    ("mass", "f4"),
    ("tau1", "f4"),
    ("tau2", "f4"),
    ("tau3", "f4"),
    ("n", "i2"),
    ("constituents", "f2", (CONSTITUENTS, 3)),
]


def turn(phi: np.ndarray) -> np.ndarray:
    """Return angles in the range -pi to pi."""
    return (phi + np.pi) % (2 * np.pi) - np.pi


def distance(eta1: np.ndarray, phi1: np.ndarray, eta2: np.ndarray, phi2: np.ndarray) -> np.ndarray:
    """Return the distance in pseudorapidity and azimuth."""
    return np.hypot(eta1 - eta2, turn(phi1 - phi2))


def merged_tops(event) -> list[tuple[float, float]]:
    """Return direction (eta, phi) of the quarks of each top that decays to three quarks, shape (3, 2) each."""
    tops = []
    for i in range(event.size()):
        if event[i].idAbs() != 6 or event[event[i].daughter1()].idAbs() == 6:
            continue
        quarks = []
        for d in event[i].daughterList():
            if event[d].idAbs() == 24:
                while event[event[d].daughter1()].idAbs() == 24:
                    d = event[d].daughter1()
                quarks += [event[q] for q in event[d].daughterList()]
            else:
                quarks.append(event[d])
        if len(quarks) == 3 and all(q.idAbs() in QUARKS for q in quarks):
            tops.append(np.array([[q.eta(), q.phi()] for q in quarks]))
    return tops


def n_subjettiness(particles: list, pt: np.ndarray, eta: np.ndarray, phi: np.ndarray, number: int) -> float:
    """Return tau_N with axes from exclusive k_T jets (Thaler and Van Tilburg, arXiv:1011.2268, equation 2.1)."""
    if len(particles) <= number:
        return 0.0
    sequence = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.kt_algorithm, RADIUS))
    axes = sequence.exclusive_jets(number)
    apart = np.stack([distance(eta, phi, axis.eta(), axis.phi()) for axis in axes])
    return float((pt * apart.min(axis=0)).sum() / (pt.sum() * RADIUS))


def describe(jet) -> tuple:
    """Return one row of the table: what FIELDS names, the n-subjettiness from the constituents that are kept."""
    kept = sorted(jet.constituents(), key=lambda p: -p.pt())
    number, kept = len(kept), kept[:CONSTITUENTS]
    pt, eta, phi = (np.array([getattr(p, name)() for p in kept]) for name in ("pt", "eta", "phi"))
    taus = [n_subjettiness(kept, pt, eta, phi, count) for count in (1, 2, 3)]
    table = np.zeros((CONSTITUENTS, 3))
    table[: len(kept)] = np.stack([pt, eta - jet.eta(), turn(phi - jet.phi())], axis=1)
    return (jet.pt(), jet.eta(), jet.m(), *taus, min(number, 32767), table)


def jets_of(event, process: str) -> list[tuple]:
    """Return the rows of an event's jets that pass the selection."""
    particles = []
    for i in range(event.size()):
        p = event[i]
        if p.isFinal() and p.idAbs() not in NEUTRINOS:
            particles.append(fastjet.PseudoJet(p.px(), p.py(), p.pz(), p.e()))
    sequence = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS))
    jets = [j for j in sequence.inclusive_jets(PT_RANGE[0]) if j.pt() < PT_RANGE[1] and abs(j.eta()) < ETA_MAX]
    if process == "top" and jets:
        tops = merged_tops(event)
        inside = [any((distance(top[:, 0], top[:, 1], j.eta(), j.phi()) < RADIUS).all() for top in tops) for j in jets]
        jets = [j for j, good in zip(jets, inside, strict=True) if good]
    return [describe(j) for j in jets]


def make(sample: tuple[str, str], jets: int = JETS) -> None:
    """Write the file of one sample."""
    process, purpose = sample
    pythia = pythia8mc.Pythia("", False)
    for line in [*COMMON, *PROCESSES[process], f"Random:seed = {SAMPLES[sample]}"]:
        pythia.readString(line)
    pythia.init()
    rows: list[tuple] = []
    while len(rows) < jets:
        if pythia.next():
            rows += jets_of(pythia.event, process)
    np.save(Path(__file__).parent / f"{process}_{purpose}.npy", np.array(rows[:jets], dtype=FIELDS))


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(make, SAMPLES))
