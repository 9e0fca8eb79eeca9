"""Neutrino events in a two-view calorimeter of plastic cells, a toy in the style of the NOvA experiment.

The detector is a block of scintillator with the radiation length, Molière radius and cell size of NOvA (A. Aurisano et
al., "A convolutional neural network neutrino event classifier", JINST 11 (2016) P09001, arXiv:1604.01444). Planes of
cells follow each other along the beam, z. Even planes have vertical cells and measure x, odd ones horizontal cells and
measure y, so that an event is seen in two pictures, x against z and y against z, which share the depth.

What the particles do follows the Review of Particle Physics (PDG, "Passage of particles through matter") and
- G. Grindhammer and S. Peters, arXiv:hep-ex/0001020: showers made of spots, gamma distribution in depth, f(r) in width;
- T. Bortfeld, Med. Phys. 24 (1997) 2024: range of protons, R = 0.0022 cm (T / MeV)^1.77.

A toy: one homogeneous material, constant energy loss of muons and pions, a hadronic system of a nucleon and some pions
instead of a nucleus, hadrons that interact once, no Michel electrons, no second event in the window.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

CLASSES = ("νe CC", "νμ CC", "NC", "cosmic µ")
PLANES, CELLS = 32, 24  # of each view
PLANE, CELL = 6.6, 3.9  # cm: pitch of all planes (a view owns every second one) and of cells
DEPTH, WIDTH = 2 * PLANES * PLANE, CELLS * CELL  # cm
X0, MOLIERE = 38.0, 11.0  # cm
CRITICAL = 75.0  # MeV: 21.2 MeV X0 / MOLIERE, rounded (PDG)
LOSS = 2.0  # MeV/cm: 2 MeV/(g/cm²) at 1 g/cm³
INTERACTION = 80.0  # cm
LIGHT, ATTENUATION = 20.0, 10.0  # photo-electrons per MeV at the near end, attenuation length of the fibre in m
THRESHOLD, NOISE = 10.0, 2.0  # photo-electrons
WINDOW = (750.0, 1750.0)  # MeV: visible energies that are kept, equally often for each class
_BINS, _CHUNK = 6, 2000
_MASS = {"muon": 105.7, "pion": 139.6, "proton": 938.3, "pi0": 135.0}


class Events(NamedTuple):
    """Events of all classes, mixed.

    Attributes:
        images: energy of each cell in MeV, shape (n, 2, 32, 24): view (x, y), plane along the beam, cell.
        label: index into `CLASSES`, shape (n,).
        truth: structured array, shape (n,), energies in MeV: `energy` of the neutrino or cosmic muon, `lepton` (the
            electron, muon or outgoing neutrino), `pi0` (sum over neutral pions), `deposited` (everywhere), `contained`
            (in the window); `y`, the share of the energy that goes to hadrons (0 for cosmic muons); `vertex`, where the
            neutrino interacts or the muon comes from, in cm, shape (3,).
    """

    images: np.ndarray
    label: np.ndarray
    truth: np.ndarray


_NUMBERS = ("energy", "lepton", "pi0", "deposited", "contained", "y")
_TRUTH = [*((name, "f8") for name in _NUMBERS), ("vertex", "f8", (3,))]


def shower_maximum(energy: np.ndarray, photon: bool | np.ndarray = False) -> np.ndarray:
    """Return the depth of the maximum of an electromagnetic shower in radiation lengths.

    It is ln(E / E_c) - 0.5 for electrons and + 0.5 for photons (PDG), here at least 0.2.

    Args:
        energy: MeV, above 0.
        photon: whether a photon starts the shower.

    Raises:
        ValueError: an energy is not above 0.
    """
    energy = np.asarray(energy, dtype=float)
    if np.any(energy <= 0):
        raise ValueError("The energy of a shower must be above 0 MeV.")
    return np.maximum(np.log(energy / CRITICAL) + np.where(photon, 0.5, -0.5), 0.2)


def muon_range(kinetic: np.ndarray) -> np.ndarray:
    """Return how far a muon or pion of this kinetic energy (MeV) gets, in cm, at 2 MeV/cm."""
    return np.asarray(kinetic, dtype=float) / LOSS


def proton_range(kinetic: np.ndarray) -> np.ndarray:
    """Return how far a proton of this kinetic energy (MeV) gets, in cm; never further than at 2 MeV/cm."""
    kinetic = np.asarray(kinetic, dtype=float)
    return np.minimum(0.0022 * kinetic**1.77, kinetic / LOSS)


def make_events(rng: np.random.Generator, per_class: int, visible: tuple[float, float] = WINDOW) -> Events:
    """Return events whose visible energy is spread evenly over a window, in the same way for each class.

    νe CC, νμ CC: a neutrino of 0.9 to 2.6 or 8 GeV gives the energy share 1 - y to its lepton, the rest to hadrons. NC:
    only the hadrons are seen; their neutrinos had more energy, as in the experiment, where neutral-current events come
    down from the high-energy tail of the beam. Cosmic muons cross the window at zenith angles of 30 to 85 degrees and
    radiate a hard photon. Events are made until every sixth of the window of visible energies (what the read-out
    gives, summed over all cells) holds the same number from each class.

    Args:
        rng: the random generator.
        per_class: events of each class, a multiple of 6.
        visible: limits of the visible energy in MeV, between 500 and 3000.

    Raises:
        ValueError: the number or the window cannot be made.
    """
    low, high = visible
    if per_class < _BINS or per_class % _BINS:
        raise ValueError(f"per_class = {per_class} must be a multiple of {_BINS}, the number of energy bins.")
    if not 500 <= low < high <= 3000:
        raise ValueError(f"visible = {visible}: the limits must obey 500 <= low < high <= 3000 MeV.")
    kept = [_make_class(rng, kind, per_class // _BINS, low, high) for kind in range(len(CLASSES))]
    order = rng.permutation(len(CLASSES) * per_class)
    label = np.repeat(np.arange(len(CLASSES)), per_class)[order]
    truth = np.concatenate([part[1] for part in kept])[order]
    return Events(np.concatenate([part.pop(0) for part in kept])[order], label, truth)


def _make_class(rng: np.random.Generator, kind: int, quota: int, low: float, high: float) -> list[np.ndarray]:
    """Return images and truth of one class, `quota` of them in each bin of visible energy."""
    missing, images, truths = np.full(_BINS, quota), [], []
    while missing.any():
        pictures, truth = simulate(rng, kind, int(min(_CHUNK, 100 + 3 * missing.sum())))
        place = np.floor((pictures.sum(axis=(1, 2, 3)) - low) / (high - low) * _BINS).astype(int)
        for bin_ in range(_BINS):
            chosen = np.flatnonzero(place == bin_)[: missing[bin_]]
            missing[bin_] -= len(chosen)
            images.append(pictures[chosen])
            truths.append(truth[chosen])
    return [np.concatenate(images), np.concatenate(truths)]


def simulate(rng: np.random.Generator, kind: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, 2, 32, 24) in MeV and truth of n events of one class, without a choice of visible energies.

    Raises:
        ValueError: there is no such class.
    """
    if kind not in range(len(CLASSES)):
        raise ValueError(f"kind = {kind} is none of 0 to {len(CLASSES) - 1}: {', '.join(CLASSES)}.")
    truth = np.zeros(n, _TRUTH)
    points = _cosmic(rng, truth) if kind == 3 else _neutrino(rng, truth, kind)
    event, position, energy = (np.concatenate(parts) for parts in zip(*points, strict=True))
    view, plane, cell, inside = locate(position)
    truth["deposited"] = np.bincount(event, energy, n)
    truth["contained"] = np.bincount(event[inside], energy[inside], n)
    flat = ((event * 2 + view) * PLANES + plane) * CELLS + cell
    size = n * 2 * PLANES * CELLS
    deposits = np.bincount(flat[inside], energy[inside], size).reshape(n, 2, PLANES, CELLS)
    return read_out(rng, deposits), truth


def locate(position: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return view (0: x, 1: y), plane, cell, and whether it is in the window, of points (n, 3) in cm.

    The window is 0 to 422.4 cm in z and -46.8 to 46.8 cm in x or y. A cell is much longer, and sees its whole length.
    """
    layer = np.floor(position[:, 2] / PLANE).astype(int)
    view = layer % 2
    across = np.where(view == 0, position[:, 0], position[:, 1])
    cell = np.floor(across / CELL + CELLS / 2).astype(int)
    return view, layer // 2, cell, (layer >= 0) & (layer < 2 * PLANES) & (cell >= 0) & (cell < CELLS)


def read_out(rng: np.random.Generator, deposits: np.ndarray) -> np.ndarray:
    """Return what the electronics make of deposits in MeV, shape (n, 2, 32, 24), calibrated to MeV, float32.

    Light is attenuated along a fibre whose length to the event is drawn from 0.5 to 15 m for each view; photo-electrons
    are Poisson, the amplifier adds Gaussian noise of 2 of them, and cells below 10 read 0. One or two cells an event
    fire by noise alone.
    """
    n = len(deposits)
    yield_ = LIGHT * np.exp(-rng.uniform(0.5, 15, (n, 2)) / ATTENUATION)
    image = np.zeros(deposits.shape, np.float32)
    hit = np.flatnonzero(deposits)
    gain = yield_.ravel()[hit // (PLANES * CELLS)]
    signal = rng.poisson(deposits.ravel()[hit] * gain) + NOISE * rng.normal(size=len(hit))
    image.ravel()[hit] = np.where(signal > THRESHOLD, signal, 0) / gain
    event = np.repeat(np.arange(n), rng.poisson(1.5, n))
    view, plane, cell = (rng.integers(0, top, len(event)) for top in (2, PLANES, CELLS))
    noise = (THRESHOLD + NOISE * rng.exponential(size=len(event))) / yield_[event, view]
    image[event, view, plane, cell] = np.maximum(image[event, view, plane, cell], noise)
    return image


QUANTITIES = {
    "energy": "visible energy (MeV)",
    "cells": "cells above threshold",
    "length": "planes between 2 % and 98 % of the energy",
    "width": "spread across the axis, mean of the views (cm)",
    "wider": "spread across the axis in the wider view (cm)",
    "elongation": "spread across / along the axis, larger of the views",
    "angle": "angle of the axis to the beam, larger of the views (rad)",
    "core": "share of the energy within 6 cm of the axis",
    "core_worse": "the same in the worse view",
    "halo": "share of the energy further than 14 cm from the axis",
    "first": "energy in planes 2 to 5 counted from the first one (MeV / plane)",
    "second": "energy in planes 6 to 11 counted from the first one (MeV / plane)",
    "vertex": "share of the energy in the first 4 planes",
    "top": "planes from the first one to the largest energy in 5 planes",
    "peak": "share of the energy in the 9 planes around this maximum",
    "gap": "longest row of empty planes in front of the maximum",
    "holes": "share of empty planes between first and last",
    "single": "longest row of planes with one or two cells",
    "track": "share of the planes with a hit that have only one or two cells",
    "mean_cell": "mean energy of a cell above threshold (MeV)",
    "hot": "largest energy of a cell (MeV)",
    "tail": "share of the energy in the last third of the planes",
    "edge": "share of the energy in the two outer cells of each side",
    "upper": "share of the energy of the y view in its upper third",
    "balance": "energy of the y view / both",
}


def reconstruct(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a physicist would compute from events, one array (n,) for each name in `QUANTITIES`.

    The axis in each view is the energy-weighted principal axis of its cells. "Planes" are all 64, of both views in
    turn; the first one is where 1 % of the energy has been seen.

    Args:
        images: energy of each cell in MeV, shape (n, 2, 32, 24).

    Raises:
        ValueError: the shape is another one, there is no event, or an event is empty.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[1:] != (2, PLANES, CELLS):
        raise ValueError(f"images have the shape {images.shape}, not (n, 2, {PLANES}, {CELLS}).")
    if not len(images):
        raise ValueError("images holds no event: at least one is needed.")
    parts = [_reconstruct(np.asarray(part, np.float64)) for part in np.array_split(images, len(images) // _CHUNK + 1)]
    return {name: np.concatenate([part[name] for part in parts]) for name in QUANTITIES}


def _reconstruct(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the quantities of some events."""
    n = len(images)
    energy = images.sum(axis=(1, 2, 3))
    if np.any(energy <= 0):
        raise ValueError("An event without a single cell above threshold has no axis.")
    hits = images > 0
    found = {"energy": energy, "cells": hits.sum(axis=(1, 2, 3))}
    found["mean_cell"], found["hot"] = energy / found["cells"], images.max(axis=(1, 2, 3))
    layers = images.sum(axis=3).transpose(0, 2, 1).reshape(n, -1)  # energy of the planes of both views in turn
    number = hits.sum(axis=3).transpose(0, 2, 1).reshape(n, -1)
    found |= _along(layers, number, energy) | _across(images, energy)
    found["edge"] = images[..., [0, 1, -2, -1]].sum(axis=(1, 2, 3)) / energy
    found["balance"] = images[:, 1].sum(axis=(1, 2)) / energy
    found["upper"] = images[:, 1, :, -CELLS // 3 :].sum(axis=(1, 2)) / np.maximum(images[:, 1].sum(axis=(1, 2)), 1)
    return found


def _along(layers: np.ndarray, number: np.ndarray, energy: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the energies (n, 64) and numbers of cells (n, 64) of the planes tell about the depth."""
    plane = np.arange(layers.shape[1])
    share = np.cumsum(layers, axis=1) / energy[:, None]
    first, low, high = (np.argmax(share >= level, axis=1) for level in (0.01, 0.02, 0.98))
    after = plane - first[:, None]
    five = np.cumsum(np.pad(layers, ((0, 0), (3, 2))), axis=1)
    top = np.argmax(five[:, 5:] - five[:, :-5], axis=1)
    between = (after >= 0) & (plane <= high[:, None])
    empty = number == 0

    def part(chosen: np.ndarray) -> np.ndarray:
        return np.where(chosen, layers, 0).sum(axis=1)

    few = (number == 1) | (number == 2)
    return {
        "length": high - low,
        "first": part((after >= 1) & (after <= 4)) / 4,
        "second": part((after >= 5) & (after <= 10)) / 6,
        "vertex": part((after >= 0) & (after <= 3)) / energy,
        "top": top - first,
        "peak": part(np.abs(plane - top[:, None]) <= 4) / energy,
        "gap": _longest(empty & between & (plane < top[:, None])),
        "holes": (empty & between).sum(axis=1) / between.sum(axis=1),
        "single": _longest(few & between),
        "track": (few & between).sum(axis=1) / np.maximum((~empty & between).sum(axis=1), 1),
        "tail": part(plane >= (first + 2 * (high - first) / 3)[:, None]) / energy,
    }


def _across(images: np.ndarray, energy: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the principal axes of the two views (n, 2, 32, 24) tell about the shape."""
    z = (2 * np.arange(PLANES)[:, None] + np.array([0.5, 1.5])) * PLANE  # (32, 2): the views lie one behind the other
    z = z.T[:, :, None] - DEPTH / 2
    u = (np.arange(CELLS) + 0.5) * CELL - WIDTH / 2
    total = np.maximum(images.sum(axis=(2, 3)), 1e-9)
    profile_z, profile_u = images.sum(axis=3), images.sum(axis=2)
    mean_z = (profile_z * z[:, :, 0]).sum(axis=2) / total
    mean_u = (profile_u * u).sum(axis=2) / total
    zz = (profile_z * z[:, :, 0] ** 2).sum(axis=2) / total - mean_z**2
    uu = (profile_u * u**2).sum(axis=2) / total - mean_u**2
    zu = np.einsum("nvpc,vp,c->nv", images, z[:, :, 0], u) / total - mean_z * mean_u
    angle = 0.5 * np.arctan2(2 * zu, zz - uu)
    root = np.sqrt(np.maximum((zz - uu) ** 2 + 4 * zu**2, 0))
    large, small = (zz + uu + root) / 2, np.maximum((zz + uu - root) / 2, 0)
    distance = np.abs(
        np.sin(angle)[..., None, None] * (z - mean_z[..., None, None])
        - np.cos(angle)[..., None, None] * (u - mean_u[..., None, None])
    )
    core = np.where(distance < 6, images, 0).sum(axis=(2, 3)) / total
    halo = np.where(distance > 14, images, 0).sum(axis=(1, 2, 3)) / energy
    width = np.sqrt(small)
    return {
        "width": width.mean(axis=1),
        "wider": width.max(axis=1),
        "elongation": np.sqrt(small / np.maximum(large, 1e-9)).max(axis=1),
        "angle": np.abs(angle).max(axis=1),
        "core": core.mean(axis=1),
        "core_worse": core.min(axis=1),
        "halo": halo,
    }


def _longest(flags: np.ndarray) -> np.ndarray:
    """Return the length of the longest row of True in each row of flags (n, planes)."""
    counter = np.zeros(len(flags), int)
    longest = counter.copy()
    for column in flags.T:
        counter = (counter + 1) * column
        longest = np.maximum(longest, counter)
    return longest


# ---- what happens in an event: each function returns points (event, position in cm, energy in MeV)


def _neutrino(rng: np.random.Generator, truth: np.ndarray, kind: int) -> list[tuple]:
    """Fill the truth of neutrino events and return their deposits."""
    n = len(truth)
    quasi = rng.random(n) < (0.3 if kind < 2 else 0.0)
    q2 = rng.gamma(1.5, 0.23e6, n)  # MeV²: quasi-elastic scattering off a proton
    energy = np.cbrt(rng.uniform(900**3, (2600, 8000, 3500)[kind] ** 3, n))
    y = np.where(quasi, np.minimum(q2 / (2 * _MASS["proton"] * energy), 0.8), rng.beta(1.2, 1.8, n))
    if kind == 2:  # what was drawn is the energy of the hadrons
        y = np.maximum(y, 0.15)
        energy /= y
    x = np.where(quasi, 1.0, rng.beta(1.5, 3, n))
    half = np.arcsin(np.sqrt(np.minimum(_MASS["proton"] * x * y / (2 * energy * (1 - y)), 0.9)))
    azimuth = rng.uniform(0, 2 * np.pi, n)
    sine = np.sin(2 * half)
    lepton = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), np.cos(2 * half)], axis=1)
    hadron = np.array([0, 0, 1.0]) - (1 - y)[:, None] * lepton
    hadron /= np.linalg.norm(hadron, axis=1, keepdims=True)
    truth["y"], truth["energy"] = y, energy
    truth["vertex"] = np.column_stack([rng.uniform(-15, 15, (n, 2)), rng.uniform(20, 90, n)])
    truth["lepton"] = (1 - y) * energy
    event, vertex = np.arange(n), truth["vertex"]
    points = _hadrons(rng, truth, y * energy, hadron, quasi)
    if kind == 0:
        points += _shower(rng, event, vertex, lepton, truth["lepton"], np.zeros(n, bool))
    if kind == 1:
        kinetic = np.maximum(truth["lepton"] - _MASS["muon"], 1.0)
        points += [_track(rng, event, vertex, lepton, kinetic, "muon", muon_range(kinetic))]
    return points


def _cosmic(rng: np.random.Generator, truth: np.ndarray) -> list[tuple]:
    """Fill the truth of cosmic muons and return their deposits."""
    n = len(truth)
    low, high = np.cos(np.radians((85, 30)))
    cosine = np.cbrt(rng.uniform(low**3, high**3, n))  # cos² of the zenith angle
    sine, azimuth = np.sqrt(1 - cosine**2), rng.uniform(0, 2 * np.pi, n)
    direction = np.stack([sine * np.cos(azimuth), -cosine, sine * np.sin(azimuth)], axis=1)
    middle = rng.uniform([-30, -30, 60], [30, 30, DEPTH - 120], (n, 3))
    faces = np.array([[-WIDTH / 2, -WIDTH / 2, 0], [WIDTH / 2, WIDTH / 2, DEPTH]])[:, None]
    distance = (faces - middle) / direction
    entry = np.minimum(distance[0], distance[1]).max(axis=1)
    leave = np.maximum(distance[0], distance[1]).min(axis=1)
    start = middle + (entry - 150)[:, None] * direction  # cells see it before and after the window
    radiated = np.exp(rng.uniform(np.log(1000), np.log(8000), n))  # dN/dE = 1/E, as for bremsstrahlung
    where = rng.uniform(entry - X0, 0.5 * (entry + leave))
    crossing = leave - entry + 300
    truth["energy"] = truth["lepton"] = radiated + LOSS * crossing + rng.exponential(4000, n)
    truth["vertex"] = start
    event = np.arange(n)
    point = middle + where[:, None] * direction
    kinetic = truth["energy"] - radiated - _MASS["muon"]
    kinetic = np.maximum(kinetic, LOSS * crossing)
    track = _track(rng, event, start, direction, kinetic, "muon", muon_range(kinetic), crossing)
    return [track, *_shower(rng, event, point, direction, radiated, np.ones(n, bool))]


def _hadrons(
    rng: np.random.Generator, truth: np.ndarray, energy: np.ndarray, direction: np.ndarray, quasi: np.ndarray
) -> list[tuple]:
    """Return the deposits of a nucleon and some pions that share this energy; of the nucleon alone where `quasi`."""
    n = len(energy)
    pions = np.where(quasi, 0, 1 + rng.poisson(0.5 + 0.8 * np.maximum(np.log(np.maximum(energy, 1) / 500), 0)))
    event = np.repeat(np.arange(n), pions + 1)
    nucleon = np.diff(event, prepend=-1) > 0
    share = rng.gamma(np.where(nucleon, 0.5, 1.0))
    share *= 0.95 / np.bincount(event, share)[event]  # 5 % to break up the nucleus
    share[quasi[event]] = 1.0
    E = share * energy[event]
    neutral = rng.random(len(event)) < np.where(nucleon, 0.5, 1 / 3)
    neutral &= ~quasi[event]
    mass = np.where(nucleon, 0, np.where(neutral, _MASS["pi0"], _MASS["pion"]))
    kinetic = E - mass
    rest = np.where(nucleon, _MASS["proton"], mass)
    momentum = np.sqrt(np.maximum(kinetic, 1e-3) * (np.maximum(kinetic, 1e-3) + 2 * rest))
    sideways = np.where(quasi[event], 0, 1)[:, None] * rng.normal(0, 250, (len(event), 2))  # MeV, transverse momentum
    along = direction[event]
    heading = momentum[:, None] * along + np.einsum("nk,nkj->nj", sideways, _frame(along))
    heading /= np.linalg.norm(heading, axis=1, keepdims=True)
    start = truth["vertex"][event]
    points = []
    for name, chosen in {"pion": ~nucleon & ~neutral, "proton": nucleon & ~neutral}.items():
        i = np.flatnonzero(chosen & (kinetic > 5))
        reach = muon_range(kinetic[i]) if name == "pion" else proton_range(kinetic[i])
        length = rng.exponential(INTERACTION, len(i))
        points.append(_track(rng, event[i], start[i], heading[i], kinetic[i], name, reach, length))
        power = _power(name)
        left = kinetic[i] * np.maximum(1 - length / reach, 0) ** (1 / power)
        end = start[i] + np.minimum(length, reach)[:, None] * heading[i]
        points.append(_splash(rng, event[i], end, heading[i], left * rng.uniform(0.2, 0.8, len(i))))
    i = np.flatnonzero(~nucleon & neutral & (kinetic > 0))
    truth["pi0"] = np.bincount(event[i], E[i], n)
    return points + _neutral_pions(rng, event[i], start[i], heading[i], E[i])


def _neutral_pions(
    rng: np.random.Generator, event: np.ndarray, start: np.ndarray, heading: np.ndarray, energy: np.ndarray
) -> list[tuple]:
    """Let neutral pions decay into two photons, at random angles in the frame of the pion, and return the showers."""
    momentum = np.sqrt(energy**2 - _MASS["pi0"] ** 2)
    cosine, azimuth = rng.uniform(-1, 1, len(event)), rng.uniform(0, 2 * np.pi, len(event))
    first, second = _frame(heading).transpose(1, 0, 2)
    across = np.cos(azimuth)[:, None] * first + np.sin(azimuth)[:, None] * second
    across *= _MASS["pi0"] / 2 * np.sqrt(1 - cosine**2)[:, None]
    photons = [((momentum + sign * cosine * energy) / 2)[:, None] * heading + sign * across for sign in (1, -1)]
    photons = np.concatenate(photons)
    total = np.linalg.norm(photons, axis=1)
    twice = np.concatenate([event, event])
    seen = total > 5
    start = np.concatenate([start, start])[seen]
    return _shower(rng, twice[seen], start, photons[seen] / total[seen, None], total[seen], np.ones(seen.sum(), bool))


def _shower(
    rng: np.random.Generator,
    event: np.ndarray,
    start: np.ndarray,
    direction: np.ndarray,
    energy: np.ndarray,
    photon: np.ndarray,
) -> list[tuple]:
    """Return the deposits of electromagnetic showers: a track (electron) or two (photon) at first, and spots of 10 MeV.

    A photon converts after an exponential distance of 9/7 X0. In depth, spots follow a gamma distribution with its
    maximum at `shower_maximum` and b = 0.5 per X0; sideways f(r) = 2 r R² / (r² + R²)², of which 90 % lie within 3 R; R
    grows with depth and is MOLIERE / 3 near the maximum.
    """
    gap = np.where(photon, rng.exponential(9 / 7, len(event)), 0.0)
    start = start + (gap * X0)[:, None] * direction
    top = shower_maximum(energy, photon) - np.where(photon, 9 / 7, 0.0)
    logarithm = np.log(np.maximum(energy / CRITICAL, 2.0))
    top = np.maximum(top * (1 + rng.normal(size=len(event)) / (1 + 2.0 * logarithm)), 0.2)
    length = np.minimum(rng.exponential(0.7, len(event)), 2.0) * X0
    tracks = np.where(photon, 2.0, 1.0)
    length = np.minimum(length, 0.5 * energy / (tracks * LOSS))
    early = tracks * LOSS * length
    line = _track(rng, event, start, direction, early, "electron", length)
    spots = np.ceil((energy - early) / 10).astype(int)
    owner = np.repeat(np.arange(len(event)), spots)
    depth = rng.gamma(1 + 0.5 * top[owner]) / 0.5
    u = rng.random(len(owner))
    core = MOLIERE / 3 * (0.3 + 0.6 * np.minimum(depth / top[owner], 2.5))
    radius = np.minimum(core * np.sqrt(u / (1 - u)), 10 * MOLIERE)
    azimuth = rng.uniform(0, 2 * np.pi, len(owner))
    across = np.stack([np.cos(azimuth), np.sin(azimuth)], axis=1) * radius[:, None]
    position = start[owner] + (depth * X0)[:, None] * direction[owner]
    position += np.einsum("nk,nkj->nj", across, _frame(direction)[owner])
    return [line, (event[owner], position, ((energy - early) / spots)[owner])]


def _track(
    rng: np.random.Generator,
    event: np.ndarray,
    start: np.ndarray,
    direction: np.ndarray,
    kinetic: np.ndarray,
    name: str,
    reach: np.ndarray,
    length: np.ndarray | float = np.inf,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the deposits along tracks of range `reach`, drawn up to `length` (cm), in steps of 2/3 of a plane.

    At the residual range r a particle has the kinetic energy T (r/R)^(1/p), p = 1.77 for protons and 1 for the others.
    Multiple scattering: 13.6 MeV / (β p) sqrt(step / X0) (PDG). Single deposits fluctuate by 30 %, their sum does not.
    """
    length = np.minimum(np.minimum(length, reach), 1.3 * DEPTH)
    steps = np.maximum(np.ceil(length / (2 * PLANE / 3)).astype(int), 1)
    owner = np.repeat(np.arange(len(event)), steps)
    begin = np.cumsum(steps) - steps
    index = np.arange(len(owner)) - begin[owner]
    step = (length / steps)[owner]
    power = 1 / _power(name)
    before = np.maximum(1 - index * step / reach[owner], 0) ** power
    after = np.maximum(1 - (index + 1) * step / reach[owner], 0) ** power
    deposit = kinetic[owner] * (before - after)
    noisy = deposit * rng.gamma(11, size=len(owner)) / 11
    total = np.bincount(owner, noisy, len(event))
    wanted = np.bincount(owner, deposit, len(event))
    noisy *= (wanted / np.maximum(total, 1e-12))[owner]
    position = start[owner] + ((index + 0.5) * step)[:, None] * direction[owner]
    if name in _MASS:
        T, m = np.maximum(kinetic[owner] * before, 5.0), _MASS[name]
        kick = 13.6 * (T + m) / (T * (T + 2 * m)) * np.sqrt(step / X0)
        angle = np.minimum(kick, 0.3)[:, None] * rng.normal(size=(len(owner), 2))
        shift = _running_sum(_running_sum(angle, begin, owner) * step[:, None], begin, owner)
        position += np.einsum("nk,nkj->nj", shift, _frame(direction)[owner])
    return event[owner], position, noisy


def _splash(
    rng: np.random.Generator, event: np.ndarray, start: np.ndarray, direction: np.ndarray, energy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what a hadron leaves where it interacts: spots of 15 MeV, 15 cm forward and 6 cm sideways."""
    spots = np.ceil(energy / 15).astype(int)
    owner = np.repeat(np.arange(len(event)), spots)
    position = start[owner] + rng.exponential(15, len(owner))[:, None] * direction[owner]
    position += rng.normal(0, 6, (len(owner), 3))
    return event[owner], position, (energy / np.maximum(spots, 1))[owner]


def _power(name: str) -> float:
    """Return p of the relation R ~ T^p between range and kinetic energy."""
    return 1.77 if name == "proton" else 1.0


def _frame(direction: np.ndarray) -> np.ndarray:
    """Return two unit vectors across each direction (n, 3), shape (n, 2, 3)."""
    helper = np.where(np.abs(direction[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(direction, helper)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(direction, first)], axis=1)


def _running_sum(values: np.ndarray, begin: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Return the running sum along each track of values (points, 2)."""
    total = np.concatenate([np.zeros((1, 2)), np.cumsum(values, axis=0)])
    return total[1:] - total[begin[owner]]
