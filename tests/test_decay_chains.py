"""Chains of decays obey physics, and are told in words that say all of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.data.decay_chains import (
    DECAYS,
    END,
    ILLEGIBLE,
    NAMES,
    PAD,
    START,
    all_chains,
    describe,
    encode,
    formula,
    is_allowed,
    make_pairs,
    number_words,
)

# GeV, from the Review of Particle Physics (2024); for the W boson's quarks and the like, light ones
MASSES = {
    "t": 172.6, "H": 125.2, "Z": 91.19, "W": 80.37, "B": 5.279, "b": 4.18, "J/ψ": 3.097, "D": 1.867, "τ": 1.777,
    "c": 1.27, "ρ": 0.775, "K": 0.4937, "π": 0.1396, "μ": 0.1057, "s": 0.0935, "e": 0.000511, "ν": 0.0, "γ": 0.0,
}  # fmt: skip
BOTH_VIRTUAL = {"H → Z Z", "H → W W"}  # one boson of the two is off its mass shell
HALF_SPIN = {"t", "b", "τ", "c", "μ", "s", "e", "ν"}
LEPTONS = {"τ", "μ", "e", "ν"}
LONGEST = all_chains(3)


def single_decays() -> list[tuple[str, list[str]]]:
    return [(mother, mode.split()) for mother, modes in DECAYS.items() for mode in modes]


@pytest.mark.parametrize(("mother", "daughters"), single_decays())
def test_daughters_are_lighter_than_their_mother(mother: str, daughters: list[str]) -> None:
    if f"{mother} → {' '.join(daughters)}" not in BOTH_VIRTUAL:
        assert sum(MASSES[daughter] for daughter in daughters) < MASSES[mother]


@pytest.mark.parametrize(("mother", "daughters"), single_decays())
def test_fermions_and_leptons_are_conserved(mother: str, daughters: list[str]) -> None:
    assert sum(daughter in HALF_SPIN for daughter in daughters) % 2 == (mother in HALF_SPIN)
    assert sum(daughter in LEPTONS for daughter in daughters) % 2 == (mother in LEPTONS)


@pytest.mark.parametrize(("mother", "daughters"), single_decays())
def test_daughters_stand_in_the_order_of_the_names(mother: str, daughters: list[str]) -> None:
    assert daughters == sorted(daughters, key=list(NAMES).index)
    assert [MASSES[name] for name in NAMES] == sorted(MASSES.values(), reverse=True)


def test_decays_of_one_mother_differ() -> None:
    assert all(len(set(modes)) == len(modes) for modes in DECAYS.values())


def test_chains_are_allowed_and_no_two_have_the_same_formula() -> None:
    formulas = [formula(chain) for chain in LONGEST]
    assert all(is_allowed(symbols) for symbols in formulas)
    assert len({tuple(symbols) for symbols in formulas}) == len(formulas)
    assert {symbols.count("→") for symbols in formulas} == {1, 2, 3}


def test_chains_with_one_decay_are_the_decays_of_those_that_begin() -> None:
    found = {" ".join(formula(chain)) for chain in all_chains(1)}
    assert found == {f"{m} → {mode}" for m in ("t", "H", "Z", "W", "B", "D", "τ") for mode in DECAYS[m]}


def test_more_decays_only_add_chains() -> None:
    assert {tuple(formula(c)) for c in all_chains(2)} < {tuple(formula(c)) for c in LONGEST}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "t",
        "→",
        "t →",
        "t → b W",
        "t → W b ;",
        "t → W b ; Z → μ μ",
        "W → μ μ",
        "H → Z Z ; Z → e e ; Z → e e ; Z → e e",
    ],
)
def test_what_is_not_a_chain_is_not_allowed(wrong: str) -> None:
    assert not is_allowed(wrong.split())


@given(seed=st.integers(0, 10_000), index=st.integers(0, len(LONGEST) - 1))
def test_a_sentence_names_the_particles_of_its_formula(seed: int, index: int) -> None:
    text = " ".join(describe(np.random.default_rng(seed), LONGEST[index]))
    symbols = formula(LONGEST[index])
    assert ILLEGIBLE not in text
    for symbol in set(symbols) - {"→", ";"}:
        assert any(f" {name} " in f" {text} " for name in NAMES[symbol])


@given(seed=st.integers(0, 10_000), index=st.integers(0, len(LONGEST) - 1), number=st.integers(0, 2))
def test_as_many_names_are_illegible_as_wanted(seed: int, index: int, number: int) -> None:
    assert describe(np.random.default_rng(seed), LONGEST[index], number).count(ILLEGIBLE) == number


def test_the_same_formula_is_told_in_many_ways() -> None:
    rng = np.random.default_rng(1)
    for chain in LONGEST[::40]:
        assert len({tuple(describe(rng, chain)) for _ in range(50)}) > 10


def test_pairs_are_repeatable_and_of_bounded_size() -> None:
    first, second = (make_pairs(np.random.default_rng(5), LONGEST, 2000, (0, 1)) for _ in range(2))
    assert first == second
    sentences, formulas = first
    assert len(sentences) == len(formulas) == 2000
    assert max(map(len, sentences)) <= 40 and max(map(len, formulas)) <= 17
    assert len(number_words(sentences)) <= 60


def test_numbers_lead_back_to_the_words() -> None:
    _, formulas = make_pairs(np.random.default_rng(2), LONGEST, 100)
    numbers = number_words(formulas)
    rows = encode(formulas, numbers, ends=True)
    words = {number: word for word, number in numbers.items()}
    assert rows.shape == (100, max(map(len, formulas)) + 2) and rows.dtype == np.int64
    for row, symbols in zip(rows.tolist(), formulas, strict=True):
        end = row.index(END)
        assert row[0] == START and set(row[end + 1 :]) <= {PAD}
        assert [words[number] for number in row[1:end]] == symbols
    assert np.array_equal(encode(formulas, numbers)[:, 0], rows[:, 1])


def test_bad_input_is_told() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="most = 0"):
        all_chains(0)
    with pytest.raises(ValueError, match="at least one chain"):
        make_pairs(rng, [], 3)
    with pytest.raises(ValueError, match="at least one chain"):
        make_pairs(rng, LONGEST, 0)
    with pytest.raises(ValueError, match="gluon"):
        encode([["gluon"]], {"muon": 3})
    with pytest.raises(ValueError, match="no sentence"):
        encode([], {"muon": 3})


def test_no_spinless_particle_decays_into_another_one_and_a_photon() -> None:
    spinless = {"H", "B", "D", "K", "π"}  # the photon has helicity 1: angular momentum would not be conserved
    for mother, modes in DECAYS.items():
        for daughters in map(str.split, modes):
            if len(daughters) == 2 and daughters.count("γ") == 1 and mother in spinless:
                assert not spinless & set(daughters), (mother, daughters)
