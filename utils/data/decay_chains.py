"""Chains of particle decays: as formulas, and told in words by somebody who likes variety.

The decays are those of the Review of Particle Physics (S. Navas et al., Phys. Rev. D 110, 030001 (2024)). What is toy:
few decays of each particle, all equally frequent; no charges, no antiparticles, one kind of neutrino; a small language.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np

# heavy particles first: in a formula daughters stand in this order
NAMES = {
    "t": ("top quark", "top"),
    "H": ("Higgs boson", "Higgs"),
    "Z": ("Z boson", "Z"),
    "W": ("W boson", "W"),
    "B": ("B meson", "beauty meson"),
    "b": ("bottom quark", "beauty quark"),
    "J/ψ": ("J/psi meson", "J/psi"),
    "D": ("D meson", "charmed meson"),
    "τ": ("tau lepton", "tau"),
    "c": ("charm quark", "charmed quark"),
    "ρ": ("rho meson", "rho"),
    "K": ("K meson", "kaon"),
    "π": ("pi meson", "pion"),
    "μ": ("muon",),
    "s": ("strange quark",),
    "e": ("electron",),
    "ν": ("neutrino",),
    "γ": ("photon", "gamma ray"),
}
DECAYS = {
    "t": ("W b",),
    "H": ("Z Z", "W W", "b b", "τ τ", "c c", "μ μ", "γ γ"),
    "Z": ("b b", "τ τ", "c c", "μ μ", "e e", "ν ν"),
    "W": ("τ ν", "c s", "μ ν", "e ν"),
    "B": ("J/ψ K", "D τ ν", "D ρ", "D π", "D μ ν", "D e ν", "ρ μ ν", "ρ e ν", "π μ ν", "ρ γ"),
    "J/ψ": ("ρ π", "μ μ", "e e"),
    "D": ("ρ K", "K π", "K μ ν", "K e ν"),
    "τ": ("ρ ν", "K ν", "π ν", "μ ν ν", "e ν ν"),
    "ρ": ("π π",),
    "K": ("π π", "π μ ν", "π e ν", "μ ν"),
    "π": ("μ ν",),
    "μ": ("e ν ν",),
}
BEGINNERS = ("t", "H", "Z", "W", "B", "D", "τ")
PAD, START, END = 0, 1, 2  # numbers that stand for no word: filling up, and the ends of a formula
ILLEGIBLE = "?"
ACTIVE = ("decays into", "decays to", "turns into", "gives", "yields")
PASSIVE = ("come from", "stem from", "are made by")

Chain = tuple[str, tuple]  # mother, daughters; a daughter is a symbol, or a chain if it decays


def all_chains(most: int = 3) -> list[Chain]:
    """Return every chain with one to `most` decays, no two with the same formula: tuples (mother, daughters).

    A daughter is a symbol such as "μ", or again a chain if it decays.

    Raises:
        ValueError: `most` is not at least 1.
    """
    if most < 1:
        raise ValueError(f"most = {most} must be at least 1: a chain has a decay.")
    grown = [chain for mother in BEGINNERS for chain in _grow(mother, most) if isinstance(chain, tuple)]
    return list({tuple(formula(chain)): chain for chain in grown}.values())


def formula(chain: Chain) -> list[str]:
    """Return a chain as symbols, each decay followed by those of its daughters: `t → W b ; W → μ ν`."""
    mother, daughters = chain
    symbols = [mother, "→", *(_symbol(daughter) for daughter in daughters)]
    for daughter in daughters:
        symbols += [";", *formula(daughter)] if isinstance(daughter, tuple) else []
    return symbols


def describe(rng: np.random.Generator, chain: Chain, illegible: int = 0) -> list[str]:
    """Return one of many ways to tell a chain, as a list of words and commas.

    Names, verbs, the order of daughters and that of whole decays are drawn by chance.

    Args:
        rng: the random generator.
        chain: one of `all_chains`.
        illegible: how many names of particles are replaced by "?", chosen by chance.
    """
    clauses = _clauses(rng, chain)
    items: list[str] = []
    for number, clause in enumerate(clauses):
        if number:
            items += [str(rng.choice([",", "and", "then"]))] if clause[0] != "which" else []
        items += clause
    named = [place for place, item in enumerate(items) if item in NAMES]
    blurred = set(rng.permutation(named)[:illegible].tolist())
    words: list[str] = []
    for place, item in enumerate(items):
        if place in blurred:
            item = ILLEGIBLE
        elif item in NAMES:
            item = str(rng.choice(NAMES[item]))
        words += item.split()
    return words


def make_pairs(
    rng: np.random.Generator, chains: list[Chain], sentences: int, illegible: tuple[int, ...] = (0,)
) -> tuple[list[list[str]], list[list[str]]]:
    """Return sentences and their formulas, each a list of lists of words.

    Args:
        rng: the random generator.
        chains: what to tell; a chain is drawn for each sentence, each as likely as any other.
        sentences: how many.
        illegible: how many names are illegible; drawn from these numbers for each sentence.

    Raises:
        ValueError: there are no chains, or no sentences are wanted.
    """
    if not chains or sentences < 1:
        raise ValueError(f"Give at least one chain and one sentence, not {len(chains)} and {sentences}.")
    told = [chains[index] for index in rng.integers(len(chains), size=sentences)]
    return [describe(rng, chain, int(rng.choice(illegible))) for chain in told], [formula(chain) for chain in told]


def number_words(sentences: list[list[str]]) -> dict[str, int]:
    """Return a number for each word that occurs, from 3 on: 0 to 2 are PAD, START and END."""
    return {word: number for number, word in enumerate(sorted({word for s in sentences for word in s}), start=END + 1)}


def encode(sentences: list[list[str]], numbers: dict[str, int], ends: bool = False) -> np.ndarray:
    """Return sentences as rows of numbers, filled up with PAD to the length of the longest, shape (n, longest), int64.

    Args:
        sentences: lists of words.
        numbers: the number of each word, from `number_words`.
        ends: put START before and END after each sentence.

    Raises:
        ValueError: a word has no number, or there is no sentence.
    """
    unknown = {word for sentence in sentences for word in sentence} - set(numbers)
    if unknown or not sentences:
        raise ValueError(f"There is no number for {sorted(unknown)}." if unknown else "There is no sentence to encode.")
    rows = [[numbers[word] for word in sentence] for sentence in sentences]
    rows = [[START, *row, END] if ends else row for row in rows]
    longest = max(map(len, rows))
    return np.array([row + [PAD] * (longest - len(row)) for row in rows], dtype=np.int64)


def is_allowed(symbols: list[str]) -> bool:
    """Tell whether symbols are a formula whose decays all exist and whose mothers were all made before."""
    waiting: list[str] = []
    for number, decay in enumerate(" ".join(symbols).split(" ; ")):
        mother, arrow, daughters = decay.partition(" → ")
        if not arrow or daughters not in DECAYS.get(mother, ()):
            return False
        if number and mother not in waiting:
            return False
        if number:
            waiting.remove(mother)
        waiting += daughters.split()
    return True


def _symbol(daughter: str | Chain) -> str:
    """Return the symbol of a daughter, whether it decays or not."""
    return daughter[0] if isinstance(daughter, tuple) else daughter


def _count(daughter: str | Chain) -> int:
    """Return the number of decays in a daughter."""
    return 1 + sum(_count(inner) for inner in daughter[1]) if isinstance(daughter, tuple) else 0


def _grow(mother: str, most: int) -> list[str | Chain]:
    """Return a particle as it may end, with at most this many decays: itself, and all its chains."""
    grown: list[str | Chain] = [mother]
    for mode in DECAYS.get(mother, ()) if most else ():
        kinds = mode.split()
        choices = []
        for kind in dict.fromkeys(kinds):
            ways = sorted(_grow(kind, most - 1), key=lambda way: (-_count(way), str(way)))
            choices.append(combinations_with_replacement(ways, kinds.count(kind)))
        for parts in product(*choices):
            daughters = tuple(daughter for part in parts for daughter in part)
            if sum(map(_count, daughters)) < most:
                grown.append((mother, daughters))
    return grown


def _clauses(rng: np.random.Generator, chain: Chain) -> list[list[str]]:
    """Return a clause for each decay: words, and symbols where a name belongs."""
    decays: list[tuple[str, list[str], int]] = []  # mother, daughters as told, which of several equal mothers

    def visit(decay: Chain, twin: int) -> None:
        mother, daughters = decay
        decays.append((mother, [str(_symbol(daughters[i])) for i in rng.permutation(len(daughters))], twin))
        seen: dict[str, int] = {}
        double = {_symbol(d) for d in daughters if sum(_symbol(other) == _symbol(d) for other in daughters) > 1}
        for daughter in daughters:
            if isinstance(daughter, tuple):
                kind = daughter[0]
                seen[kind] = seen.get(kind, 0) + 1
                visit(daughter, seen[kind] if kind in double else 0)

    visit(chain, 0)
    clauses, tied, active_before, before = [], False, False, []
    for number, (mother, daughters, twin) in enumerate(decays):
        told = _tell_daughters(rng, daughters)
        active = bool(rng.random() < 0.7)
        verb = str(rng.choice(ACTIVE if active else PASSIVE)).split()
        subject = [mother]
        if twin:
            subject, tied = ["one", mother] if twin == 1 else ["the", "other"], True
        elif number and rng.random() < 0.5:
            if active and active_before and before[-1] == mother:
                subject, tied = ["which"], True
            elif len(before) == 2 and mother in before:
                subject, tied = ["the", "former" if before[0] == mother else "latter"], True
        if active and active_before and subject != ["which"] and rng.random() < 0.3:
            verb, tied = ["into"], True
        clauses.append([*subject, *verb, *told] if active else [*told, *verb, *subject])
        active_before, before = active, daughters
    if not tied and rng.random() < 0.5:
        clauses = [clauses[i] for i in rng.permutation(len(clauses))]
    return clauses


def _tell_daughters(rng: np.random.Generator, daughters: list[str]) -> list[str]:
    """Return "muon and neutrino", or "muon pair" for equal ones, as words and symbols."""
    phrases: list[list[str]] = []
    as_pair = rng.random() < 0.6
    for kind in dict.fromkeys(daughters):
        if daughters.count(kind) == 2:
            phrases += [[kind, "pair"]] if as_pair else [[kind], ["another", kind]]
        else:
            phrases.append([kind])
    *first, last = phrases
    words: list[str] = []
    for number, phrase in enumerate(first):
        words += ([","] if number else []) + phrase
    return [*words, "and", *last] if first else last
