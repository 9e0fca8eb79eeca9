"""Write events.npy: H → ττ, Z → ττ and W + jets in proton collisions at 8 TeV, as the card says.

    pip install numpy pythia8mc==8.317.2
    python make.py

takes about twenty minutes on one core; `python make.py 0.1` makes a tenth of the events.
"""

import os
import sys
from pathlib import Path

import numpy as np

try:
    import pythia8mc
except ImportError:
    sys.exit("The event generator is missing: `pip install numpy pythia8mc==8.317.2`, then run this again.")

COMMON = ["Beams:eCM = 8000.", "PartonLevel:MPI = off", "25:m0 = 125.", "Print:quiet = on", "Random:setSeed = on"]
HADRONIC = "15:onNegIfAny = 111 211 221 223 311 321"  # τ⁺ into hadrons, τ⁻ into e or μ
TAUS = ["15:onMode = off", "15:onPosIfAny = 11 13", HADRONIC, "23:onMode = off", "23:onIfAny = 15", "23:mMin = 60."]
HIGGS = ["25:onMode = off", "25:onIfAny = 15", *TAUS]
LEPTONIC = ["24:onMode = off", "24:onIfAny = 11 13 15"]
FUSION = [f"HiggsSM:{name}(l:t) = on" for name in ("gg2Hg", "qg2Hq", "qqbar2Hg")]
W_JETS = ["WeakBosonAndParton:qqbar2Wg = on", "WeakBosonAndParton:qg2Wq = on"]
Z_JETS = ["WeakBosonAndParton:qqbar2gmZg = on", "WeakBosonAndParton:qg2gmZq = on"]
VBF = ["HiggsSM:ff2Hff(t:ZZ) = on", "HiggsSM:ff2Hff(t:WW) = on", *HIGGS]
HARD = "PhaseSpace:pTHatMin = 70."
MIXED = 2 * 0.3521 * 0.6479  # one τ decays into e or μ, the other into hadrons
SAMPLES = [  # process, settings, settings whose cross-section is known, that cross-section (pb), wanted
    (0, [*FUSION, HARD, *HIGGS], ["HiggsSM:gg2H = on", *HIGGS], 21.42 * 0.0627, 4500),
    (0, VBF, VBF, 1.601 * 0.0627, 3500),
    (1, [*Z_JETS, HARD, *TAUS], ["WeakSingleBoson:ffbar2gmZ = on", *TAUS, "23:mMax = 120."], 1150, 14_000),
    (2, [*W_JETS, HARD, *LEPTONIC], ["WeakSingleBoson:ffbar2W = on", *LEPTONIC], 36_630, 7_000),
]
TAU_RATE, FAKE_RATE = 0.6, 0.005  # a τ is identified; a jet is taken for a τ of the charge opposite to the lepton's
SOFT = 12.0  # GeV: what pile-up and soft particles add to each component of the missing momentum
JETS, BATCH = 6, 500
NEUTRINOS, LEPTONS = (12, 14, 16), (11, 13)


class Filter(pythia8mc.UserHooks):
    """Stop hard processes before the shower if a τ is too soft or too far forward to be selected."""

    def canVetoProcessLevel(self) -> bool:
        """Tell Pythia that hard processes may be stopped."""
        return True

    def doVetoProcessLevel(self, process) -> bool:
        """Tell Pythia whether to stop this one."""
        taus = [p for p in process if p.idAbs() == 15]
        least = {15: 28, -15: 25}  # GeV; the lepton takes a third of the τ⁻ on average, the hadrons more
        return len(taus) == 2 and any(p.pT() < least[p.id()] or abs(p.eta()) > 2.7 for p in taus)


def four(p) -> list[float]:
    """Return energy and momentum of a Pythia particle."""
    return [p.e(), p.px(), p.py(), p.pz()]


def pt(p: np.ndarray) -> np.ndarray:
    """Return the transverse momenta of four-momenta (..., 4)."""
    return np.hypot(p[..., 1], p[..., 2])


def eta(p: np.ndarray) -> np.ndarray:
    """Return the pseudorapidities of four-momenta (..., 4)."""
    return np.arcsinh(p[..., 3] / np.maximum(pt(p), 1e-9))


def mass(p: np.ndarray) -> np.ndarray:
    """Return the masses of four-momenta (..., 4)."""
    return np.sqrt(np.maximum(p[..., 0] ** 2 - (p[..., 1:] ** 2).sum(-1), 0))


def delta_r(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the distances sqrt(Δη² + Δφ²)."""
    turn = np.arctan2(p[..., 2], p[..., 1]) - np.arctan2(q[..., 2], q[..., 1])
    return np.hypot(eta(p) - eta(q), (turn + np.pi) % (2 * np.pi) - np.pi)


def start(settings: list[str], seed: int, hook: Filter | None = None) -> pythia8mc.Pythia:
    """Return Pythia, ready to make events."""
    pythia = pythia8mc.Pythia("", False)
    for line in [*COMMON, *settings, f"Random:seed = {seed}"]:
        if not pythia.readString(line):
            sys.exit(f"Pythia does not know the setting {line}")
    if hook:
        pythia.setUserHooksPtr(hook)
    if not pythia.init():
        sys.exit("Pythia did not start.")
    return pythia


def record(event, finder, rng: np.random.Generator) -> tuple | None:
    """Return lepton, τ or the jet taken for it, neutrinos and jets before the detector, and a factor to the weight."""
    lepton, tau, missing = None, None, np.zeros(4)
    for p in event:
        if p.isFinal() and p.idAbs() in NEUTRINOS:
            missing += four(p)
        elif p.isFinal() and p.idAbs() in LEPTONS and event[event[p.iTopCopyId()].mother1()].idAbs() in (15, 24):
            lepton = four(p)
        elif p.id() == -15 and not p.isFinal() and event[p.daughter1()].id() != -15:
            daughters = [event[i] for i in range(p.daughter1(), p.daughter2() + 1)]
            tau = np.sum([four(q) for q in daughters if q.idAbs() not in NEUTRINOS], axis=0)
    if lepton is None:
        return None
    finder.analyze(event)
    found = np.array([four(finder.p(i)) for i in range(finder.sizeJet())]).reshape(-1, 4)
    found = found[delta_r(found, np.array(lepton)) > 0.4]
    factor = TAU_RATE
    if tau is None:
        able = np.flatnonzero((pt(found) > 20) & (np.abs(eta(found)) < 2.4))
        if not len(able):
            return None
        tau, factor = found[rng.choice(able)], FAKE_RATE * len(able)
    found = found[delta_r(found, tau) > 0.4][:JETS]
    jets = np.zeros((JETS, 4))
    jets[: len(found)] = found
    return lepton, tau, missing, jets, factor


def measure(rng: np.random.Generator, lepton, tau, missing, jets, factor) -> dict[str, np.ndarray]:
    """Return what the detector measures in the events that are selected."""
    resolution = np.sqrt(0.64 / np.maximum(pt(jets), 1) + 0.0025)
    smeared = jets * np.maximum(1 + resolution * rng.normal(size=resolution.shape), 0.1)[..., None]
    met = missing[:, 1:3] - (smeared - jets).sum(1)[:, 1:3] + rng.normal(0, SOFT, (len(jets), 2))
    sigma = np.sqrt(SOFT**2 + 0.5 * ((resolution * pt(jets)) ** 2).sum(1))
    lepton = lepton * (1 + 0.02 * rng.normal(size=(len(lepton), 1)))
    scale = 1 + 0.08 * rng.normal(size=(len(lepton), 1))
    met, tau = met - (scale - 1) * tau[:, 1:3], tau * scale
    smeared[(pt(smeared) < 30) | (np.abs(eta(smeared)) > 4.5)] = 0
    smeared = np.take_along_axis(smeared, np.argsort(-pt(smeared), axis=1)[..., None], axis=1)
    boson = (lepton + tau)[:, 1:3] + met
    keep = (pt(lepton) > 22) & (np.abs(eta(lepton)) < 2.4) & (pt(tau) > 25) & (np.abs(eta(tau)) < 2.3)
    keep &= (delta_r(lepton, tau) > 0.5) & (np.hypot(*boson.T) > 100)
    lepton, tau, met, sigma, boson, smeared = (a[keep] for a in (lepton, tau, met, sigma, boson, smeared))
    first, second = smeared[:, 0], smeared[:, 1]
    two = pt(second) > 0
    gap = np.where(two, eta(first) - eta(second), 1)
    middle = (eta(first) + eta(second)) / 2
    visible, missed = mass(lepton + tau), np.hypot(*met.T)
    return {
        "weight_fb": factor[keep],
        "lepton_pt": pt(lepton),
        "tau_pt": pt(tau),
        "met": missed,
        "m_vis": visible,
        "m_coll": visible / np.sqrt(np.prod(np.clip(collinear(lepton, tau, met), 0.1, 1), axis=0)),
        "m_tautau": likely_mass(lepton, tau, met, sigma),
        "mt": np.sqrt(np.maximum(2 * (pt(lepton) * missed - (lepton[:, 1:3] * met).sum(1)), 0)),
        "pt_h": np.hypot(*boson.T),
        "delta_r_lt": delta_r(lepton, tau),
        "delta_eta_lt": np.abs(eta(lepton) - eta(tau)),
        "met_centrality": centrality(lepton, tau, met),
        "pt_ratio": pt(lepton) / pt(tau),
        "sum_pt": pt(lepton) + pt(tau) + pt(smeared).sum(1),
        "pt_total": np.hypot(*(boson + smeared.sum(1)[:, 1:3]).T),
        "n_jets": (pt(smeared) > 0).sum(1),
        "jet1_pt": pt(first),
        "jet2_pt": pt(second),
        "m_jj": np.where(two, mass(first + second), 0),
        "delta_eta_jj": np.where(two, np.abs(gap), 0),
        "lepton_centrality": np.where(two, np.exp(-4 * ((eta(lepton) - middle) / gap) ** 2), 0),
    }


def collinear(lepton: np.ndarray, tau: np.ndarray, met: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the visible fractions of both τ if all neutrinos fly along them."""
    cross = lepton[:, 1] * tau[:, 2] - lepton[:, 2] * tau[:, 1]
    cross = np.where(np.abs(cross) < 1e-6, 1e-6, cross)
    with_lepton = (met[:, 0] * tau[:, 2] - met[:, 1] * tau[:, 1]) / cross  # of the lepton's momentum
    with_tau = (lepton[:, 1] * met[:, 1] - lepton[:, 2] * met[:, 0]) / cross
    return tuple(1 / np.maximum(1 + part, 1e-3) for part in (with_lepton, with_tau))


def likely_mass(lepton: np.ndarray, tau: np.ndarray, met: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Return the mean mass over all visible fractions, weighted by decay and missing momentum, as SVfit does."""
    x = np.linspace(0.02, 0.98, 33)
    one, two = np.meshgrid(x, x, indexing="ij")
    decay = 5 / 3 - 3 * one**2 + 4 / 3 * one**3  # τ → ℓνν without polarisation; flat for hadrons
    momenta = (p[:, 1:3, None, None] for p in (lepton, tau))
    off = sum(p * (1 / part - 1) for p, part in zip(momenta, (one, two), strict=True)) - met[:, :, None, None]
    log = np.log(decay) - 0.5 * (off**2).sum(1) / sigma[:, None, None] ** 2
    weight = np.exp(log - log.max((1, 2), keepdims=True))
    return mass(lepton + tau) * (weight / np.sqrt(one * two)).sum((1, 2)) / weight.sum((1, 2))


def centrality(lepton: np.ndarray, tau: np.ndarray, met: np.ndarray) -> np.ndarray:
    """Return how central the missing momentum is between lepton (±1 on it) and τ: √2 half-way, -√2 opposite."""
    phi = [np.arctan2(p[:, 1], p[:, 0]) for p in (lepton[:, 1:3], tau[:, 1:3], met)]
    sign = np.sign(np.sin(phi[1] - phi[0]))
    a, b = np.sin(phi[2] - phi[0]) * sign, np.sin(phi[1] - phi[2]) * sign
    return (a + b) / np.hypot(a, b)


def generate(settings: list[str], seed: int, wanted: int) -> dict[str, np.ndarray]:
    """Return what is measured in at least `wanted` selected events, with weights in pb by Pythia."""
    rng = np.random.default_rng(seed)
    pythia = start([*settings, "HadronLevel:all = off"], seed, Filter())
    finder = pythia8mc.SlowJet(-1, 0.4, 15.0, 5.0, 2, 1)  # anti-kt, R, lowest pT, largest |η|, no neutrinos
    parts, done, few = [], 0, 2 if settings[0] in W_JETS else 0
    while done < wanted:
        kept = []
        while len(kept) < BATCH:
            if not pythia.next() or not (finder.analyze(pythia.event) and finder.sizeJet() > few):
                continue  # hadrons are only made where there are jets of partons
            if pythia.forceHadronLevel() and (found := record(pythia.event, finder, rng)):
                kept.append(found)
        parts.append(measure(rng, *(np.array(column) for column in zip(*kept, strict=True))))
        done += len(parts[-1]["weight_fb"])
        print(f"{settings[0]} {done} of {wanted}", flush=True)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["weight_fb"] *= (MIXED if HADRONIC in settings else 1) * sigma(pythia) / pythia.infoPython().nAccepted()
    return columns


def sigma(pythia) -> float:
    """Return the cross-section in pb of the events that Pythia made."""
    return pythia.infoPython().sigmaGen() * 1e9  # mb to pb


def main() -> None:
    """Generate the samples one after the other and write the file."""
    columns = []
    for number, (process, settings, known, cross_section, wanted) in enumerate(SAMPLES):
        inclusive = start([*known, "PartonLevel:all = off"], 300 + number)
        for _ in range(20_000):
            inclusive.next()
        found = generate(settings, 201 + number, int(wanted * float(sys.argv[1] if len(sys.argv) > 1 else 1)))
        found["weight_fb"] *= 1000 * cross_section / sigma(inclusive)
        found["process"] = np.full(len(found["met"]), process)
        print(f"  K = {cross_section / sigma(inclusive):.3f}, {found['weight_fb'].sum():.4g} fb are selected")
        columns.append(found)
    names = ["process", *(name for name in columns[0] if name != "process")]
    rows = sum(len(found["process"]) for found in columns)
    events = np.zeros(rows, [(name, "i1" if name == "process" else "f4") for name in names])
    for name in names:
        events[name] = np.concatenate([found[name] for found in columns])
    path = Path(__file__).parent / "events.npy"
    np.save(path.with_suffix(".part.npy"), events)
    os.replace(path.with_suffix(".part.npy"), path)


if __name__ == "__main__":
    main()
