"""Checks for the exercises of lecture 02: a search for the Higgs boson."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np

from utils.checks import close, run_check
from utils.data import higgs

REQUIRED_SIGNIFICANCE = 6.2  # tuned cuts reach 5.6 on the same events
LEAST_GENERATED = 50


def _asimov(S: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the significance of Cowan et al., Eur. Phys. J. C 71 (2011) 1554, equation (97)."""
    with np.errstate(divide="ignore", invalid="ignore"):  # answers may ask for windows without background
        return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))


_close = partial(close, atol=1e-9)


def check_asimov(asimov: Callable) -> None:
    """Check exercise 1, `asimov(S, B)`, the expected significance of S events over a known background B.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    S, B = np.array([3.0, 20.0, 150.0]), np.array([0.5, 100.0, 3000.0])
    properties = [
        ("no signal, no significance", lambda: _close(asimov(0.0, 7.0), 0.0)),
        ("S = B = 1 gives what you find on paper", lambda: _close(asimov(1.0, 1.0), np.sqrt(4 * np.log(2) - 2))),
        ("for S far below B it is S / sqrt(B)", lambda: _close(asimov(10.0, 1e6), 0.01, 1e-3)),
        ("it is always below S / sqrt(B)", lambda: bool(np.all(asimov(S, B) < S / np.sqrt(B)))),
        ("four times the data double it", lambda: _close(asimov(4 * S, 4 * B), 2 * np.asarray(asimov(S, B)))),
        ("an array gives one number for each S and B", lambda: _close(asimov(S, B), _asimov(S, B))),
    ]
    hints = [
        "Only S and B enter, and one logarithm of 1 + S / B.",
        "The square root is over everything, the factor 2 included.",
        "(S + B) multiplies the logarithm alone; S is subtracted afterwards.",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def _window_events() -> tuple[np.ndarray, ...]:
    """Return values, weights, signal flags and edges: a signal at 5 with weights, on a flat background."""
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.normal(5, 0.7, 80), rng.uniform(0, 10, 240)])
    signal = np.arange(320) < 80
    weight = rng.uniform(0.2, 3, 320)
    edges = np.linspace(0, 10, 17)
    for array in (x, signal, weight, edges):
        array.setflags(write=False)  # an answer that alters its arguments is told so
    return x, weight, signal, edges


def check_window(best_window: Callable) -> None:
    """Check exercise 2, `best_window(x, weight, signal, edges, merit, least)`, which returns (low, high).

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x, weight, signal, edges = _window_events()

    def merits(least: int, merit: Callable, weights: np.ndarray) -> dict[tuple[float, float], float]:
        found = {}
        for i, low in enumerate(edges):
            for high in edges[i + 1 :]:
                inside = (x >= low) & (x < high)
                if np.sum(inside & ~signal) >= least:
                    sums = weights[inside & signal].sum(), weights[inside & ~signal].sum()
                    found[low, high] = merit(*sums)
        return found

    def is_best(merit: Callable, least: int, weights: np.ndarray) -> bool:
        expected = merits(least, merit, weights)
        low, high = best_window(x, weights, signal, edges, merit, least)
        pair = min(expected, key=lambda window: abs(window[0] - low) + abs(window[1] - high))
        close = np.allclose(pair, (low, high))
        return bool(close and expected[pair] >= max(expected.values()) * (1 - 1e-9))

    def excess(S: float, B: float) -> float:
        return S - 0.4 * B + 300

    def purity(S: float, B: float) -> float:
        return S / (S + B)

    def on_edges() -> tuple[float, float]:
        """Four events of each kind exactly at 1, 2, 3, 4; all of the signal that counts sits at 2."""
        at = np.repeat([1.0, 2.0, 3.0, 4.0], 2)
        flags = np.tile([True, False], 4)
        weights = np.where(flags & (at == 2), 50.0, 1.0)
        return best_window(at, weights, flags, np.array([1.0, 2.0, 3.0, 4.0]), _asimov, 1)

    ones = np.ones_like(weight)
    properties = [
        ("it returns two numbers", lambda: np.shape(best_window(x, weight, signal, edges, _asimov, 5)) == (2,)),
        (
            "both are edges, the lower one first",
            lambda: (
                np.isin(best_window(x, weight, signal, edges, _asimov, 5), edges).all()
                and np.diff(best_window(x, weight, signal, edges, _asimov, 5))[0] > 0
            ),
        ),
        ("with equal weights it finds the best window", lambda: is_best(_asimov, 5, ones)),
        ("with weights it finds the best window", lambda: is_best(_asimov, 5, weight)),
        ("an event on the lower edge is inside, one on the upper edge is not", lambda: _close(on_edges(), [2, 3])),
        ("it maximises the merit that it is given: S - 0.4 B", lambda: is_best(excess, 5, weight)),
        ("and the purity S / (S + B) with at least 30 background events", lambda: is_best(purity, 30, weight)),
        (
            "`least` counts background events, not weights or signal",
            lambda: is_best(purity, 12, 10 * weight) and is_best(_asimov, 40, 0.1 * weight),
        ),
    ]
    hints = [
        "A window is a pair of edges, not only neighbours: for each lower edge try all upper ones.",
        "inside = (x >= low) & (x < high) chooses events; inside & signal and inside & ~signal split them.",
        "S and B are sums of `weight`, but `least` is compared with a number of events, np.sum(inside & ~signal).",
    ]
    run_check("Exercise 2", properties, "the text of exercise 2", hints)


@cache
def _higgs_parts() -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
    """Return features, signal flags and expected events of three parts of the shipped data."""
    events = higgs.load_events()
    names = [name for name in higgs.LABELS if name not in ("process", "weight_fb")]
    X = np.stack([events[name] for name in names], axis=1)
    y = events["process"] == 0
    weight = higgs.LUMINOSITY * events["weight_fb"].astype(float)
    part = np.random.default_rng(2012).integers(0, 3, len(events))
    return tuple((X[part == i], y[part == i], 3 * weight[part == i]) for i in range(3))


def check_trees(train_trees: Callable) -> None:
    """Check exercise 3, `train_trees(X, y, weight, X_valid, y_valid, weight_valid)`, which returns a classifier.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(3)
    noise = [(rng.normal(size=(400, 6)), rng.uniform(size=400) < 0.5, np.ones(400)) for _ in range(2)]

    @cache
    def scores_of_noise(scale: float) -> np.ndarray:
        (X, y, weight), (X_valid, y_valid, weight_valid) = noise
        few = np.where(y, scale, 1) * weight
        few_valid = np.where(y_valid, scale, 1) * weight_valid
        return train_trees(X, y, few, X_valid, y_valid, few_valid).predict_proba(X_valid)

    def loss_of_noise() -> float:
        p, y = scores_of_noise(1.0)[:, 1], noise[1][1]
        return -np.mean(np.log(np.where(y, p, 1 - p)))

    X = np.repeat([[0.0], [1.0]], 400, axis=0)
    y = np.tile(np.arange(400) < 160, 2)
    y[400:] = ~y[400:]
    weight = np.where(y ^ (X[:, 0] == 1), 9.0, 1.0)  # few events with much weight against many with little

    @cache
    def scores_of_steps(scale: float) -> np.ndarray:
        trees = train_trees(X, y, scale * weight, X, y, scale * weight)
        return trees.predict_proba(np.array([[0.0], [1.0]]))[:, 1]

    def significance() -> float:
        train, valid, test = _higgs_parts()
        trees = train_trees(*train, *valid)
        chosen = _best_threshold(trees.predict_proba(valid[0])[:, 1], *valid[1:])
        inside = trees.predict_proba(test[0])[:, 1] >= chosen
        return float(_asimov(test[2][inside & test[1]].sum(), test[2][inside & ~test[1]].sum()))

    properties = [
        (
            "predict_proba gives two probabilities for each event",
            lambda: scores_of_noise(1.0).shape == (400, 2) and np.allclose(scores_of_noise(1.0).sum(axis=1), 1),
        ),
        ("on features without information it stops before it learns noise", lambda: loss_of_noise() < 0.73),
        (
            "there, a signal of one percent of the weight is scored near one half: both classes have equal sums",
            lambda: abs(scores_of_noise(0.01)[:, 1].mean() - 0.5) < 0.1,
        ),
        (
            "where six sevenths of the weight is signal the score is near 6/7, though most events there are background",
            lambda: abs(scores_of_steps(1.0)[0] - 6 / 7) < 0.08 and abs(scores_of_steps(1.0)[1] - 1 / 7) < 0.08,
        ),
        (
            "weights ten thousand times smaller or larger give the same scores",
            lambda: (
                np.abs(scores_of_steps(1e-4) - scores_of_steps(1.0)).max() < 0.01
                and np.abs(scores_of_steps(1e4) - scores_of_steps(1.0)).max() < 0.01
            ),
        ),
        (
            f"on Higgs events it was not trained on it reaches Z = {REQUIRED_SIGNIFICANCE:.1f}",
            lambda: significance() >= REQUIRED_SIGNIFICANCE,
        ),
    ]
    hints = [
        "Stopping needs eval_set with the validation events, their weights, and early_stopping_rounds.",
        "Divide the weights of the signal by their sum, those of the background by theirs, then all by the mean.",
        "Too little significance: try trees of depth 3 to 5, a learning rate of 0.05 to 0.1, and up to 1000 of them.",
    ]
    run_check("Exercise 3", properties, "the three traps in the text of exercise 3", hints)


def _best_threshold(score: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """Return the threshold with the largest significance that keeps enough generated background events."""
    order = np.argsort(-score)
    S, B = np.cumsum((weight * y)[order]), np.cumsum((weight * ~y)[order])
    enough = np.cumsum(~y[order]) >= LEAST_GENERATED
    return float(score[order][enough][np.argmax(_asimov(S[enough], B[enough]))])


def check_uncertain(uncertain: Callable) -> None:
    """Check exercise 4, `uncertain(S, B, f)`, the significance over a background that is known to the fraction f.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    S, B = np.array([3.0, 20.0, 150.0]), np.array([0.5, 100.0, 3000.0])
    on_paper = np.sqrt(4 * np.log(4 / 3) - 2 * np.log(1.5))
    properties = [
        ("f = 0 gives equation (1)", lambda: _close(uncertain(S, B, 0), _asimov(S, B))),
        ("a tiny f gives nearly the same", lambda: _close(uncertain(S, B, 1e-3), _asimov(S, B), 5e-3)),
        ("S = B = f = 1 gives what you find on paper", lambda: _close(uncertain(1.0, 1.0, 1.0), on_paper)),
        (
            "for S far below B it is S / sqrt(B + f² B²)",
            lambda: _close(uncertain(10.0, 1e4, 0.1), 10 / np.sqrt(1e4 + 1e6), 1e-2),
        ),
        (
            "a less known background makes it smaller",
            lambda: all(np.diff([uncertain(20.0, 100.0, f) for f in (0, 0.03, 0.1, 0.3, 1)]) < 0),
        ),
        (
            "with S = B / 2 and f = 20 %, ever more data lead to the limit that you find on paper",
            lambda: _close(uncertain(5e6, 1e7, 0.2), np.sqrt(2 * (0.5 - np.log(1.5))) / 0.2, 1e-3),
        ),
        ("an array gives one number for each S and B", lambda: np.shape(uncertain(S, B, 0.2)) == (3,)),
    ]
    hints = [
        "σ = f B is an absolute uncertainty: σ² = f² B².",
        "B² / σ² = 1 / f², which is infinite for f = 0: return equation (1) there.",
        "Compute numerator and denominator of the first logarithm apart, and test S = B = f = 1 by hand: 4 and 3.",
    ]
    run_check("Exercise 4", properties, "equation (2) of exercise 4", hints)
