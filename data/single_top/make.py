"""Write events.npy: single top (t-channel), top pairs and W + jets in proton collisions at 7 TeV, as the card says.

    pip install numpy pythia8mc==8.317.2
    python make.py

takes about half an hour on one core; `python make.py 0.1` makes a tenth of the events.
"""

import os
import sys
from pathlib import Path

import numpy as np

try:
    import pythia8mc
except ImportError:
    sys.exit("The event generator is missing: `pip install numpy pythia8mc==8.317.2`, then run this again.")

COMMON = ["Beams:eCM = 7000.", "PartonLevel:MPI = off", "6:m0 = 172.5", "Print:quiet = on", "Random:setSeed = on"]
LEPTONIC = ["24:onMode = off", "24:onIfAny = 11 13 15"]
SINGLE_TOP = ["Top:qq2tq(t:W) = on", *LEPTONIC]
TOP_PAIRS = ["Top:gg2ttbar = on", "Top:qqbar2ttbar = on"]
W_JETS = ["WeakBosonAndParton:qqbar2Wg = on", "WeakBosonAndParton:qg2Wq = on", "PhaseSpace:pTHatMin = 20.", *LEPTONIC]
W_ALL = ["WeakSingleBoson:ffbar2W = on", *LEPTONIC]
W_BRANCHING, TOP_SIGMA, PAIR_SIGMA, W_SIGMA = 0.3258, 64.6, 177.3, 31_300.0  # cross-sections in pb
WANTED = 25_500  # selected events of each process
EFFICIENCY = {5: 0.55, 4: 0.12, 0: 0.01}  # b tag of b, c and other jets with |η| < 2.4
MISTAKEN = 0.04  # largest probability of one tag in an event without b and c jets: above 3 x 0.01
W_MASS, JETS, BATCH = 80.4, 6, 1000
KIND = {11: "lepton", 13: "lepton", 12: "neutrino", 14: "neutrino", 16: "neutrino"}  # by |PDG code|; hadrons by flavour
KIND |= {code: 5 for code in range(500, 6000) if 5 in (code // 100 % 10, code // 1000)}
KIND |= {code: 4 for code in range(400, 5000) if code not in KIND and 4 in (code // 100 % 10, code // 1000)}


class Filter(pythia8mc.UserHooks):
    """Stop hard processes without a lepton before the shower; give single tops the polarisation of the tree level."""

    def __init__(self, polarised: bool, seed: int) -> None:
        """Start with no event tried."""
        super().__init__()
        self.polarised, self.rng, self.tried = polarised, np.random.default_rng(seed), 0

    def canVetoProcessLevel(self) -> bool:
        """Tell Pythia that hard processes may be stopped."""
        return True

    def doVetoProcessLevel(self, process) -> bool:
        """Tell Pythia whether to stop this one."""
        particles = [process[i] for i in range(3, process.size())]
        lepton = next((p for p in particles if p.idAbs() in (11, 13, 15)), None)
        if self.polarised:  # the spin points along the d-type quark of the light line: accept with (1 + cos θ) / 2
            top = next(p for p in particles if p.idAbs() == 6)
            down = min((p for p in particles[:4] if p.idAbs() in (1, 3, 5)), key=lambda p: p.idAbs())
            one, other = boost(np.array([four(lepton), four(down)]), np.array([four(top)]))
            if self.rng.uniform() > (1 + cosine(one, other)) / 2:
                return True
        self.tried += 1
        return lepton is None


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


def boost(p: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Return four-momenta p (..., 4) as seen in the rest frame of the four-momentum frame (..., 4)."""
    m = mass(frame)
    along = (p[..., 1:] * frame[..., 1:]).sum(-1)
    energy = (p[..., 0] * frame[..., 0] - along) / m
    factor = (along / (frame[..., 0] + m) - p[..., 0]) / m
    return np.concatenate([energy[..., None], p[..., 1:] + factor[..., None] * frame[..., 1:]], axis=-1)


def cosine(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the cosines of the angles between momenta."""
    return (p[..., 1:] * q[..., 1:]).sum(-1) / np.linalg.norm(p[..., 1:], axis=-1) / np.linalg.norm(q[..., 1:], axis=-1)


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


def record(event, finder) -> tuple | None:
    """Return one event's leptons, neutrinos, jets and jet flavours before the detector, or None without 1 + 2."""
    finder.analyze(event)
    if finder.sizeJet() < 3:  # the lepton is in a jet, too
        return None
    leptons, charges, missing, hadrons = [], [], np.zeros(4), []
    for p in event:
        kind = KIND.get(p.idAbs())
        if kind is None:
            continue
        if kind == "neutrino" and p.isFinal():
            missing += four(p)
        elif kind == "lepton" and p.isFinal() and event[event[p.iTopCopyId()].mother1()].idAbs() in (15, 24):
            leptons.append(four(p))
            charges.append(p.charge())
        elif kind in (4, 5) and p.pT() > 5:
            hadrons.append((kind, four(p)))
    if not leptons:
        return None
    order = np.argsort([-(p[1] ** 2) - p[2] ** 2 for p in leptons])
    lepton = np.zeros((2, 4))
    lepton[: len(order)] = np.array(leptons)[order][:2]
    jets, flavours = np.zeros((JETS, 4)), np.zeros(JETS)
    for i in range(min(JETS, finder.sizeJet())):
        jets[i] = four(finder.p(i))
        near = [kind for kind, p in hadrons if delta_r(np.array(p), jets[i]) < 0.4]
        flavours[i] = max(near, default=0)
    return lepton, charges[order[0]], missing, jets, flavours


def measure(rng: np.random.Generator, lepton, charge, missing, jets, flavours) -> dict[str, np.ndarray]:
    """Return what the detector measures in the events that are selected; the weight is the probability of one tag."""
    near = (delta_r(lepton[:, :1], jets) < 0.3) & (jets[..., 0] > 0)
    isolated = (~near | (pt(lepton)[:, :1] > 0.8 * pt(jets))).all(1)
    jets = np.where(near[..., None], 0, jets)
    resolution = np.sqrt(0.64 / np.maximum(pt(jets), 1) + 0.0025)
    smeared = jets * np.maximum(1 + resolution * rng.normal(size=resolution.shape), 0.1)[..., None]
    met_xy = missing[:, 1:3] - (smeared - jets).sum(1)[:, 1:3] + rng.normal(0, 8, (len(jets), 2))
    lepton = lepton * (1 + 0.02 * rng.normal(size=(len(lepton), 2, 1)))
    one, second = lepton[:, 0], lepton[:, 1]
    good = (pt(smeared) > 30) & (np.abs(eta(smeared)) < 4.5)
    n_jets = good.sum(1)
    rate = np.where(good & (np.abs(eta(smeared)) < 2.4), np.vectorize(EFFICIENCY.get)(flavours), 0)
    alone = rate * np.prod(np.where(good, 1 - rate, 1), axis=1, keepdims=True) / (1 - rate)  # jet i tagged, no other
    weight = alone.sum(1)
    keep = isolated & (pt(one) > 25) & (np.abs(eta(one)) < 2.4) & ~((pt(second) > 10) & (np.abs(eta(second)) < 2.5))
    keep &= (n_jets >= 2) & (n_jets <= 3) & (weight > 0)
    one, smeared, good, met_xy, alone, weight = (a[keep] for a in (one, smeared, good, met_xy, alone, weight))
    row = np.arange(len(one))
    tagged = (rng.uniform(size=(len(one), 1)) * weight[:, None] > np.cumsum(alone, 1)).sum(1).clip(max=JETS - 1)
    b = smeared[row, tagged]
    forward = np.where(good, np.abs(eta(smeared)), -1)
    forward[row, tagged] = -1
    light = smeared[row, forward.argmax(1)]
    nu = neutrino(one, met_xy)
    top = one + nu + b
    everything = np.concatenate([np.stack([one, nu], 1), np.where(good[..., None], smeared, 0)], 1)
    met = np.hypot(*met_xy.T)
    return {
        "weight_pb": weight,
        "lepton_pt": pt(one),
        "lepton_eta": eta(one),
        "lepton_charge": charge[keep],
        "met": met,
        "mtw": np.sqrt(np.maximum(2 * (pt(one) * met - (one[:, 1:3] * met_xy).sum(1)), 0)),
        "b_pt": pt(b),
        "b_eta": eta(b),
        "light_pt": pt(light),
        "light_abs_eta": np.abs(eta(light)),
        "m_lnub": mass(top),
        "cos_theta_star": cosine(boost(one, top), boost(light, top)),
        "ht": pt(one) + met + pt(everything[:, 2:]).sum(1),
        "m_lb": mass(one + b),
        "m_jj": mass(b + light),
        "delta_eta_lj": np.abs(eta(one) - eta(light)),
        "delta_r_lb": delta_r(one, b),
        "n_jets": n_jets[keep],
        "sphericity": sphericity(boost(everything, everything.sum(1, keepdims=True))),
    }


def neutrino(lepton: np.ndarray, met_xy: np.ndarray) -> np.ndarray:
    """Return the neutrino from (lepton + neutrino)² = m_W²: the smaller |p_z|, and the real part if complex."""
    half = W_MASS**2 / 2 + (lepton[:, 1:3] * met_xy).sum(1)
    across = pt(lepton) ** 2
    middle = half * lepton[:, 3] / across
    root = np.sqrt(np.maximum(middle**2 - (lepton[:, 0] ** 2 * (met_xy**2).sum(1) - half**2) / across, 0))
    pz = np.where(middle > 0, middle - root, middle + root)
    return np.column_stack([np.sqrt((met_xy**2).sum(1) + pz**2), met_xy, pz])


def sphericity(p: np.ndarray) -> np.ndarray:
    """Return 3/2 of the two smaller eigenvalues of the normalised momentum tensor; p has shape (n, particles, 4)."""
    tensor = np.einsum("nki,nkj->nij", p[..., 1:], p[..., 1:])
    return 1.5 * (1 - np.linalg.eigvalsh(tensor)[:, -1] / np.trace(tensor, axis1=1, axis2=2))


def generate(settings: list[str], seed: int, wanted: int) -> tuple[dict[str, np.ndarray], float, float]:
    """Return the columns of at least `wanted` selected events, how many were tried for them, and Pythia's σ in pb."""
    rng = np.random.default_rng(seed)
    hook = Filter("qq2tq" in settings[0], seed + 1000)
    pythia = start([*settings, "HadronLevel:all = off"], seed, hook)
    finder = pythia8mc.SlowJet(-1, 0.5, 15.0, 5.0, 2, 1)  # anti-kt, R, lowest pT, largest |η|, no neutrinos
    parts, done = [], 0
    while done < wanted:
        kept = []
        while len(kept) < BATCH:
            if not pythia.next() or not (finder.analyze(pythia.event) and finder.sizeJet() > 2):
                continue  # hadrons are only made where there are jets of partons, and the lepton
            if pythia.forceHadronLevel() and (found := record(pythia.event, finder)):
                kept.append(found)
        part = thinned(rng, measure(rng, *(np.array(column) for column in zip(*kept, strict=True))))
        parts.append(part)
        done += len(part["weight_pb"])
        print(f"{settings[0]} {done} of {wanted}", flush=True)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, hook.tried, sigma(pythia)


def thinned(rng: np.random.Generator, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Keep a third of the events whose tag must be a mistake, with three times the weight."""
    mistaken = columns["weight_pb"] < MISTAKEN
    keep = ~mistaken | (rng.uniform(size=len(mistaken)) < 1 / 3)
    columns["weight_pb"] = np.where(mistaken, 3, 1) * columns["weight_pb"]
    return {name: column[keep] for name, column in columns.items()}


def sigma(pythia) -> float:
    """Return the cross-section in pb of the events that Pythia made."""
    return pythia.infoPython().sigmaGen() * 1e9  # mb to pb


def main() -> None:
    """Generate the three processes one after the other and write the file."""
    wanted = int(WANTED * float(sys.argv[1] if len(sys.argv) > 1 else 1))
    inclusive = start([*W_ALL, "PartonLevel:all = off"], 104)
    for _ in range(20_000):
        inclusive.next()
    k_factor = W_SIGMA / sigma(inclusive)
    columns = []
    totals = (TOP_SIGMA * W_BRANCHING, PAIR_SIGMA, None)
    for process, (settings, total) in enumerate(zip((SINGLE_TOP, TOP_PAIRS, W_JETS), totals, strict=True)):
        found, tried, generated = generate(settings, 101 + process, wanted)
        total = total or k_factor * generated
        found["weight_pb"] *= total / tried
        found["process"] = np.full(len(found["weight_pb"]), process)
        print(f"  {total:.5g} pb, of which {found['weight_pb'].sum():.4g} pb are selected")
        columns.append(found)
    print(f"K factor of W + jets {k_factor:.3f}")
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
