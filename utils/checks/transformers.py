"""Checks for the exercises of lecture 16: masks, BLEU, greedy and beam search of a translator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np

from utils.checks import run_check
from utils.data.decay_chains import END, PAD, START

CAT = ["the", "cat", "is", "on", "the", "mat"]  # the example of Papineni et al. (2002), section 2.1


def check_masks(may_look: Callable) -> None:
    """Check exercise 1, `may_look(tokens, causal)`, who may look at whom.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    tokens = torch.tensor([[5, 3, 4, 2], [7, 2, PAD, PAD]])
    alone = torch.tensor([[9]])
    torch_rng = torch.Generator().manual_seed(1)
    query, key, value = torch.randn(3, 2, 4, 6, generator=torch_rng)

    def attend(causal: bool, row: int, length: int) -> object:
        """Return what the real positions of a sentence get, with the answer as mask."""
        return scaled_dot_product_attention(query, key, value, attn_mask=may_look(tokens, causal))[row, :length]

    def cut(causal: bool, row: int, length: int) -> object:
        """Return the same for the sentence alone, without its padding."""
        parts = [tensor[row : row + 1, :length] for tensor in (query, key, value)]
        return scaled_dot_product_attention(*parts, is_causal=causal)[0]

    properties = [
        ("it has the shape (n, L, L)", lambda: tuple(may_look(tokens, False).shape) == (2, 4, 4)),
        ("it holds True and False", lambda: may_look(tokens, True).dtype == torch.bool),
        ("without padding, not causal: everybody looks at everybody", lambda: bool(may_look(tokens, False)[0].all())),
        ("nobody looks at padding", lambda: not bool(may_look(tokens, False)[1, :, 2:].any())),
        ("everybody looks at the words that are there", lambda: bool(may_look(tokens, False)[1, :, :2].all())),
        ("causal: nobody looks ahead", lambda: not bool(may_look(tokens, True).triu(1).any())),
        ("causal: a query may look at itself", lambda: bool(may_look(tokens, True)[0].diagonal().all())),
        ("causal: four words, ten allowed pairs", lambda: int(may_look(tokens, True)[0].sum()) == 10),
        ("causal: also then nobody looks at padding", lambda: not bool(may_look(tokens, True)[1, :, 2:].any())),
        ("no query is left with nothing to look at", lambda: bool(may_look(tokens, True).any(dim=2).all())),
        ("a single word looks at itself", lambda: may_look(alone, True).tolist() == [[[True]]]),
        (
            "with it, attention gives each sentence what it would get alone",
            lambda: all(
                torch.allclose(attend(causal, row, length), cut(causal, row, length), atol=1e-5)
                for causal in (False, True)
                for row, length in ((0, 4), (1, 2))
            ),
        ),
    ]
    hints = [
        "Draw the table for the four words 5 3 4 2: rows are queries, columns are keys.",
        "Padding is forbidden as a key, not as a query: what its own row gets is never used.",
        "tokens != PAD has the shape (n, L); [:, None, :] makes a row of keys for all queries out of it.",
    ]
    run_check("Exercise 1", properties, "the definition in exercise 1", hints)


def check_matches(count_matches: Callable) -> None:
    """Check exercise 2 a, `count_matches(references, candidates, n)`, the clipped matches of n-grams.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    references, candidates = _corpus(5)

    def same(n: int) -> bool:
        return _pair(count_matches(references, candidates, n)) == _count(references, candidates, n)

    def kept() -> bool:
        mine, theirs = [list(row) for row in references], [list(row) for row in candidates]
        count_matches(mine, theirs, 2)
        return mine == references and theirs == candidates

    properties = [
        (
            "a perfect translation of six words: 5 of 5 pairs",
            lambda: _pair(count_matches([CAT], [CAT], 2)) == (5, 5),
        ),
        (
            "seven times `the` for `the cat is on the mat`: 2 of 7",
            lambda: _pair(count_matches([CAT], [["the"] * 7], 1)) == (2, 7),
        ),
        (
            "the n-grams of the candidate are counted, not those of the reference",
            lambda: _pair(count_matches([CAT], [["the", "cat"]], 1)) == (2, 2),
        ),
        (
            "the order counts: no pair of `mat the` matches",
            lambda: _pair(count_matches([CAT], [CAT[::-1]], 2)) == (0, 5),
        ),
        (
            "a candidate shorter than n has no n-grams",
            lambda: _pair(count_matches([CAT], [["the", "cat"]], 4)) == (0, 0),
        ),
        (
            "no n-gram reaches from one sentence into the next",
            lambda: _pair(count_matches([["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d"]], 2)) == (2, 2),
        ),
        (
            "each sentence is compared with its own reference",
            lambda: _pair(count_matches([["a"], ["b"]], [["b"], ["a"]], 1)) == (0, 2),
        ),
        ("forty random sentences, single symbols", lambda: same(1)),
        ("forty random sentences, n = 2", lambda: same(2)),
        ("forty random sentences, n = 4", lambda: same(4)),
        ("it leaves the sentences as they were", kept),
    ]
    hints = [
        "collections.Counter counts anything that can be a key of a dictionary: make the n-grams tuples.",
        "A sentence of length L has L - n + 1 n-grams, if that is not negative.",
        "Clip each kind of n-gram by its number in the reference of the same sentence, then add up.",
    ]
    run_check("Exercise 2 a", properties, "equation (1) of exercise 2", hints)


def check_bleu(bleu: Callable) -> None:
    """Check exercise 2 b, `bleu(references, candidates)`, against the library NLTK.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def same(references: list, candidates: list) -> bool:
        from nltk.translate.bleu_score import corpus_bleu

        return abs(float(bleu(references, candidates)) - corpus_bleu([[row] for row in references], candidates)) < 1e-9

    references, candidates = _corpus(6)
    cut = [row[:-2] for row in references]
    long = [[*row, "x"] for row in references]
    uneven = [row[:-3] if number % 2 else [*row, "x", "y"] for number, row in enumerate(references)]

    properties = [
        ("a perfect translation has 1", lambda: abs(float(bleu(references, references)) - 1) < 1e-12),
        ("no matching word: 0", lambda: abs(float(bleu([CAT], [["dog"] * 6]))) < 1e-9),
        ("no matching 4-gram: 0, without an error", lambda: abs(float(bleu([CAT], [CAT[::-1]]))) < 1e-9),
        (
            "five of ten words, all right: only the brevity, exp(-1), is left",
            lambda: abs(float(bleu([list("abcdefghij")], [list("abcde")])) - np.exp(-1)) < 1e-9,
        ),
        ("too short everywhere: as NLTK", lambda: same(references, cut)),
        ("too long everywhere: as NLTK", lambda: same(references, long)),
        ("some too short, some too long: as NLTK", lambda: same(references, uneven)),
        ("forty random sentences: as NLTK", lambda: same(references, candidates)),
        ("forty others: as NLTK", lambda: same(*_corpus(7))),
        ("candidates and references swapped: as NLTK", lambda: same(candidates, references)),
    ]
    hints = [
        "Add up matches, n-grams and lengths over all sentences first; BLEU is not a mean over sentences.",
        "The geometric mean of four precisions is the fourth root of their product.",
        "The brevity penalty is 1 if all candidates together are at least as long as the references, else below 1.",
    ]
    run_check("Exercise 2 b", properties, "equation (2) of exercise 2", hints)


def check_greedy(greedy: Callable) -> None:
    """Check exercise 3, `greedy(model, source, longest)`, on models whose probabilities are a table.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    source = torch.tensor([[3, 4, 5], [6, 3, PAD], [5, PAD, PAD], [4, 4, PAD], [7, 3, 3], [8, 9, PAD]])
    straight = _model("straight")

    def same(seed: int) -> bool:
        model = _model(seed)
        return _lists(greedy(model, source, 12)) == [_greedy(model, row, 12) for row in source.split(1)]

    def together() -> bool:
        model = _model(2)
        alone = [_lists(greedy(model, row, 12))[0] for row in source.split(1)]
        return _lists(greedy(model, source, 12)) == alone

    properties = [
        (
            "it returns a list for each sentence",
            lambda: len(greedy(_model(1), source, 12)) == len(source),
        ),
        (
            "a model that always says 3, 4, 5, END: [3, 4, 5]",
            lambda: _lists(greedy(straight, source[:1], 12)) == [[3, 4, 5]],
        ),
        (
            "START and END are not in the result",
            lambda: not {START, END} & {symbol for row in _lists(greedy(_model(1), source, 12)) for symbol in row},
        ),
        (
            "it stops after `longest` symbols, if no END comes",
            lambda: [len(row) for row in _lists(greedy(_model("endless"), source, 7))] == [7] * len(source),
        ),
        ("a formula may be empty", lambda: _lists(greedy(_model("silent"), source[:2], 12)) == [[], []]),
        ("each sentence ends at its own END", lambda: same(1)),
        ("a sentence gets the same, alone or in a batch", together),
        (
            "each symbol is the most probable one after all those before",
            lambda: all(same(seed) for seed in range(2, 9)),
        ),
    ]
    hints = [
        "target starts as a column of START, shape (n, 1), and grows by one column in each step.",
        "The logits at the last position belong to the next symbol: model(source, target)[:, -1].",
        "Some sentences end before others: go on until each has its END, and cut each at its first one afterwards.",
    ]
    run_check("Exercise 3", properties, "the recipe in exercise 3", hints)


def check_beam(beam_search: Callable) -> None:
    """Check exercise 4 a, `beam_search(model, source, width, alpha, longest)`, against all sequences of small models.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    source = torch.tensor([[4, 5, 6]])
    wide = 200

    def found(seed: object, width: int, alpha: float = 0.0, longest: int = 4) -> list[tuple[float, list[int]]]:
        return [
            (float(score), _lists([row])[0]) for score, row in beam_search(_model(seed), source, width, alpha, longest)
        ]

    def as_greedy(seed: int) -> bool:
        return found(seed, 1, 0.0, 12)[0][1] == _greedy(_model(seed), source, 12)

    def exhaustive(seed: int, alpha: float) -> bool:
        return found(seed, wide, alpha)[0][1] == _all_sequences(seed, 4, alpha)[0][1]

    def scores(seed: int, alpha: float) -> bool:
        known = {tuple(row): score for score, row in _all_sequences(seed, 4, alpha)}
        return all(abs(known[tuple(row)] - score) < 1e-4 for score, row in found(seed, 3, alpha)[:1])

    def ordered(seed: int) -> bool:
        result = found(seed, 4)
        rows = [tuple(row) for _, row in result]
        return len(result) > 1 and len(set(rows)) == len(rows) and sorted(result, key=lambda r: -r[0]) == result

    def best(seed: object, width: int, alpha: float, expected: list[int]) -> bool:
        return found(seed, width, alpha)[0][1] == expected

    properties = [
        ("it returns pairs (score, symbols)", lambda: len(found("straight", 2)[0]) == 2),
        ("a sure model: [3, 4, 5]", lambda: best("straight", 2, 0.0, [3, 4, 5])),
        ("START and END are not in the symbols", lambda: not {START, END} & {s for _, r in found(1, 3) for s in r}),
        ("width 1 is greedy search", lambda: all(as_greedy(seed) for seed in range(1, 13))),
        (
            "where the best first step leads astray, width 2 finds the better formula",
            lambda: best("astray", 2, 0.0, [4]),
        ),
        ("a formula that ends early does not stop the search", lambda: best("patient", 2, 0.0, [3])),
        ("a formula that has ended is kept while others go on", lambda: best("kept", 2, 0.0, [4])),
        (
            "a score is the sum of the logarithms, that of END included",
            lambda: all(scores(seed, 0.0) for seed in range(1, 9)),
        ),
        (
            "with alpha = 1 it is divided by the number of symbols, END counted",
            lambda: all(scores(seed, 1.0) for seed in range(1, 9)),
        ),
        (
            "a wide beam finds the best of all formulas, as if all were tried",
            lambda: all(exhaustive(seed, 0.0) for seed in range(1, 13)),
        ),
        ("also with alpha = 1", lambda: all(exhaustive(seed, 1.0) for seed in range(1, 13))),
        ("also with alpha = 0.5", lambda: all(exhaustive(seed, 0.5) for seed in range(1, 13))),
        ("the best comes first, and none twice", lambda: all(ordered(seed) for seed in range(1, 7))),
        ("it stops after `longest` symbols", lambda: len(found("endless", 2, 0.0, 5)[0][1]) == 5),
        (
            "at most `width` formulas, finished and open ones together",
            lambda: all(len(found(seed, width)) <= width for seed in range(1, 7) for width in (1, 2, 3)),
        ),
    ]
    hints = [
        "A hypothesis is a pair: the sum of its logarithms, and its list of symbols from START on.",
        "In each step: all that have ended, and each open one with every symbol added; sort; keep `width`.",
        "source.expand(number, -1) repeats the sentence for each open hypothesis; log_softmax gives logarithms.",
    ]
    run_check("Exercise 4 a", properties, "the recipe and equation (3) of exercise 4", hints)


def check_gain(paired_gain: Callable) -> None:
    """Check exercise 4 b, `paired_gain(before, after)`, a difference on the same sentences and its uncertainty.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(16)
    before = rng.random(1000) < 0.7
    after = np.where(rng.random(1000) < 0.04, ~before, before)
    steps = after.astype(float) - before

    def result(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.array([float(number) for number in paired_gain(first.copy(), second.copy())])

    def spread() -> bool:
        """Compare with the spread over many experiments with the same probabilities."""
        means = [rng.choice(steps, len(steps)).mean() for _ in range(2000)]
        return abs(result(before, after)[1] / np.std(means) - 1) < 0.1

    properties = [
        ("it returns two numbers", lambda: result(before, after).shape == (2,)),
        ("the same twice: no gain, and no uncertainty", lambda: np.allclose(result(before, before), 0, atol=1e-12)),
        (
            "the gain is the share after minus that before",
            lambda: abs(result(before, after)[0] - (after.mean() - before.mean())) < 1e-12,
        ),
        (
            "before and after swapped: the sign turns, the uncertainty stays",
            lambda: np.allclose(result(after, before), result(before, after) * [-1, 1], atol=1e-12),
        ),
        (
            "four times as many sentences: half the uncertainty",
            lambda: abs(result(np.tile(before, 4), np.tile(after, 4))[1] / result(before, after)[1] - 0.5) < 0.002,
        ),
        (
            "sentences that are right both times add nothing to the variance",
            lambda: abs(result(before, after)[1] ** 2 * 1000 - steps.var()) < 0.02 * steps.var(),
        ),
        ("it is the spread of the gain over repeated experiments", spread),
    ]
    hints = [
        "Look at one sentence: its difference is -1, 0 or 1.",
        "Both searches had the same sentences, so the two shares are not independent.",
        "The uncertainty of a mean is the standard deviation of what is averaged, divided by the root of their number.",
    ]
    run_check("Exercise 4 b", properties, "the mean of n measured numbers and its uncertainty", hints)


def _pair(result: tuple) -> tuple[float, float]:
    """Return an answer's two numbers as floats."""
    first, second = result
    return float(first), float(second)


def _lists(rows: object) -> list[list[int]]:
    """Return an answer's sequences, tensors or lists, as lists of whole numbers."""
    return [[int(symbol) for symbol in row] for row in rows]


def _count(references: list, candidates: list, n: int) -> tuple[int, int]:
    """Return clipped matches and number of n-grams of a corpus."""
    matches = total = 0
    for reference, candidate in zip(references, candidates, strict=True):
        grams = [Counter(zip(*(row[i:] for i in range(n)), strict=False)) for row in (reference, candidate)]
        matches += (grams[0] & grams[1]).total()
        total += grams[1].total()
    return matches, total


def _corpus(seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return forty random references, and candidates that are like them but for a few symbols."""
    rng = np.random.default_rng([161, seed])
    references = [list(rng.choice(list("abcd"), size=rng.integers(8, 15))) for _ in range(40)]
    candidates = []
    for row in references:
        row = [str(rng.choice(list("abcd"))) if rng.random() < 0.15 else symbol for symbol in row]
        candidates.append(row[: len(row) - int(rng.integers(0, 3))] + ["a"] * int(rng.integers(0, 2)))
    return [[str(symbol) for symbol in row] for row in references], candidates


@cache
def _model(kind: object) -> object:
    """Return a model whose next symbol depends on the first word and on the last two symbols, by a table.

    A number gives a random table over the symbols END, 3, 4 and 5; a word gives one of the special cases.
    """
    import torch

    symbols, nothing = 6, -30.0
    generator = torch.Generator().manual_seed(1600 + kind if isinstance(kind, int) else 0)
    table = 1.3 * torch.randn(10, symbols, symbols, symbols, generator=generator)
    table[..., [PAD, START]] = nothing
    chances = {
        "straight": {START: {3: 1}, 3: {4: 1}, 4: {5: 1}, 5: {END: 1}},
        "endless": {START: {3: 0.6, 4: 0.4}, 3: {4: 0.7, 5: 0.3}, 4: {5: 0.9, 3: 0.1}, 5: {3: 0.8, 4: 0.2}},
        "silent": {START: {END: 0.9, 3: 0.1}, 3: {END: 1}, 4: {END: 1}, 5: {END: 1}},
        "astray": {START: {3: 0.55, 4: 0.45}, 3: {5: 0.4, 4: 0.3, END: 0.3}, 4: {END: 1}, 5: {END: 1}},
        "patient": {START: {3: 0.6, END: 0.4}, 3: {END: 1}, 4: {END: 1}, 5: {END: 1}},
        "kept": {START: {4: 0.4, 3: 0.6}, 4: {END: 1}, 3: {5: 0.6, END: 0.4}, 5: {3: 0.5, END: 0.5}},
    }
    for last, following in chances.get(kind, {}).items():
        table[:, :, last, :] = nothing
        for symbol, chance in following.items():
            table[:, :, last, symbol] = float(np.log(chance))

    class Table(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Parameter(table)

        def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            if len(source) != len(target):
                raise ValueError(f"{len(source)} sentences, but {len(target)} beginnings of formulas")
            before = torch.cat([torch.full_like(target[:, :1], PAD), target[:, :-1]], dim=1)
            return self.table[source[:, :1], before, target] * 1.0

    return Table().eval()


def _greedy(model: Callable, source: object, longest: int) -> list[int]:
    """Return the symbols of one sentence, each the most probable one."""
    import torch

    row = [START]
    while len(row) <= longest and row[-1] != END:
        row.append(int(model(source, torch.tensor([row]))[0, -1].argmax()))
    return [symbol for symbol in row if symbol not in (START, END)]


@cache
def _all_sequences(seed: int, longest: int, alpha: float) -> list[tuple[float, list[int]]]:
    """Return all sequences of a random model and their scores, the best first."""
    import torch

    rows = [[START, *row, END] for length in range(longest) for row in product((3, 4, 5), repeat=length)]
    rows += [[START, *row] for row in product((3, 4, 5), repeat=longest)]
    source, results = torch.tensor([[4, 5, 6]]), []
    for row in rows:
        with torch.no_grad():
            logs = _model(seed)(source, torch.tensor([row[:-1]]))[0].log_softmax(-1).double()
        score = float(logs[torch.arange(len(row) - 1), torch.tensor(row[1:])].sum()) / (len(row) - 1) ** alpha
        results.append((score, [symbol for symbol in row if symbol not in (START, END)]))
    return sorted(results, key=lambda result: -result[0])
