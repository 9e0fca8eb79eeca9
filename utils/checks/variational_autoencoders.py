"""Checks for the exercises of lecture 22: a variational autoencoder of electron showers in a calorimeter."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from utils.checks import as_array, run_check
from utils.data.calorimeter import SHAPE, load_showers

GRAIN, THRESHOLD = 10.0, 2.0  # MeV
TWICE = 2.0  # how much farther than good showers the spoilt ones must be


def _slope(function: Callable, values: np.ndarray) -> np.ndarray:
    """Return the gradient of the sum of what a function returns, as Keras's back end finds it."""
    import keras

    if keras.backend.backend() == "torch":
        point = keras.ops.convert_to_tensor(values.astype(np.float32)).detach().clone().requires_grad_()
        function(point).sum().backward()
        return as_array(point.grad)
    import tensorflow as tf

    point = tf.Variable(values, dtype="float32")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(function(point))
    return as_array(tape.gradient(total, point))


def check_divergence(kl_to_prior: Callable) -> None:
    """Check exercise 1, `kl_to_prior(mean, log_variance)`, for each element.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(11)
    mean, log_variance = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    z = np.linspace(-30, 30, 60_001)

    def integral(m: float, v: float) -> float:
        log_q = -0.5 * ((z - m) ** 2 / np.exp(v) + v)
        return float(np.sum(np.exp(log_q) * (log_q + 0.5 * z**2)) * (z[1] - z[0]) / math.sqrt(2 * math.pi))

    def found(m: object, v: object) -> np.ndarray:
        return np.asarray(kl_to_prior(np.array(m, dtype=float), np.array(v, dtype=float)), dtype=float)

    expected = np.array(
        [[integral(m, v) for m, v in zip(*row, strict=True)] for row in zip(mean, log_variance, strict=True)]
    )
    properties = [
        ("one number for each element, in the shape of the inputs", lambda: found(mean, log_variance).shape == (5, 3)),
        ("the prior itself costs nothing", lambda: np.allclose(found([0.0], [0.0]), 0)),
        ("a mean of -1.5 costs as much as one of 1.5", lambda: np.allclose(found([1.5], [0.3]), found([-1.5], [0.3]))),
        ("it is never negative", lambda: np.all(found(mean, log_variance) >= -1e-12)),
        (
            "for σ = 1 it is what you find on paper: four times as much for twice the mean",
            lambda: (
                np.allclose(found([2.0], [0.0]) - 4 * found([1.0], [0.0]), 0)
                and np.allclose(2 * found([1.0], [0.0]), 1)
            ),
        ),
        (
            "the narrower the Gaussian, the more it costs: by the logarithm",
            lambda: np.isclose(*(found([0.0, 0.0], [-40.0, -42.0]) @ [-1, 1], 1.0)),
        ),
        ("it is the integral of q ln(q / p)", lambda: np.allclose(found(mean, log_variance), expected, atol=1e-5)),
    ]
    hints = [
        "The second argument is ln σ², not σ and not σ².",
        "Put μ = 0 and ln σ² = 0 into equation (1), term by term.",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def _toy_deposits() -> tuple[np.ndarray, np.ndarray]:
    """Return deposits (MeV) over many powers of ten, two thirds of them zero, and energies (GeV)."""
    rng = np.random.default_rng(21)
    deposits = np.exp(rng.uniform(np.log(2), np.log(3000), (6, *SHAPE))) * (rng.random((6, *SHAPE)) < 1 / 3)
    energy = np.array([20.0, 35, 50, 65, 80, 100])
    deposits[:, 2, 6, 7] = 200 * energy  # the hottest cell
    return deposits.astype(np.float32), energy.astype(np.float32)


def check_transform(compress: Callable, expand: Callable) -> None:
    """Check exercise 2 a, `compress(deposits, energy)` and `expand(y, energy)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    deposits, energy = _toy_deposits()
    original = deposits.copy()

    def y(x: np.ndarray = deposits, e: np.ndarray = energy) -> np.ndarray:
        return np.asarray(compress(x.astype(np.float32), e), dtype=float)

    def back(x: np.ndarray = deposits, e: np.ndarray = energy) -> np.ndarray:
        return np.asarray(expand(np.asarray(compress(x.astype(np.float32), e)), e), dtype=float)

    def rises() -> bool:
        steps = np.zeros((50, *SHAPE), dtype=np.float32)
        steps[:, 3, 4, 5] = np.geomspace(2, 20_000, 50)
        return bool(np.all(np.diff(y(steps, np.full(50, 60, dtype=np.float32))[:, 3, 4, 5]) > 0))

    def shows() -> bool:
        hottest = np.s_[:, 2, 6, 7]
        return bool(np.all(y(deposits / 100)[hottest] >= 0.05 * y()[hottest]))

    def mixed() -> bool:
        order = np.array([3, 0, 5, 1])
        return np.allclose(y(deposits[order], energy[order]), y()[order], rtol=1e-4)

    properties = [
        ("the shape stays, and all is finite", lambda: y().shape == deposits.shape and np.isfinite(y()).all()),
        (
            "zero stays zero, on both ways",
            lambda: np.all(y()[deposits == 0] == 0) and np.all(back()[deposits == 0] == 0),
        ),
        ("expanding brings back the deposits", lambda: np.allclose(back(), deposits, rtol=1e-3)),
        (
            "expanding with twice the energy gives twice the deposits",
            lambda: _doubles(compress, expand, deposits, energy),
        ),
        ("y depends on the share of the energy only", lambda: np.allclose(y(2 * deposits, 2 * energy), y(), rtol=1e-3)),
        ("each shower is seen with its own energy, whichever others are there", mixed),
        ("a larger deposit has a larger y", rises),
        ("a cell with a hundredth of the hottest cell's energy has at least 5 % of its y", shows),
        (
            "the largest y of a shower is between 0.3 and 30",
            lambda: y().max(axis=(1, 2, 3)).min() >= 0.3 and y().max() <= 30,
        ),
        ("the arrays that it was given are as they were", lambda: np.array_equal(deposits, original)),
    ]
    hints = [
        "Divide by the energy first; then flatten, with a power below 1 or a logarithm of 1 + …",
        "Write the inverse step by step in the opposite order.",
        "Units: deposits are in MeV, the energy in GeV.",
    ]
    run_check("Exercise 2 a", properties, "the list in exercise 2 a", hints)


def _doubles(compress: Callable, expand: Callable, deposits: np.ndarray, energy: np.ndarray) -> bool:
    """Tell whether the same compressed showers at twice the energy are twice as large."""
    y = np.asarray(compress(deposits, energy))
    return np.allclose(np.asarray(expand(y, 2 * energy)), 2 * deposits, rtol=1e-3)


def check_measurement(measure_deposits: Callable) -> None:
    """Check exercise 2 b, `measure_deposits(rng, expected, grain, threshold)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def drawn(expected: float, number: int = 60_000, **options: float) -> np.ndarray:
        return np.asarray(
            measure_deposits(np.random.default_rng(22), np.full(number, expected), **options), dtype=float
        )

    def scatter(expected: float, grain: float) -> bool:
        found = drawn(expected, grain=grain, threshold=0.0)
        return abs(found.var() / (grain * expected) - 1) < 0.06

    def mean(expected: float) -> bool:
        return abs(drawn(expected, threshold=0.0).mean() / expected - 1) < 0.03

    def skewness() -> bool:
        found = drawn(40.0, threshold=0.0)
        return abs(np.mean((found - found.mean()) ** 3) / found.std() ** 3 - 1.0) < 0.2

    def independent() -> bool:
        found = np.asarray(measure_deposits(np.random.default_rng(23), np.full((4000, 3), 300.0)), dtype=float)
        return found.shape == (4000, 3) and float(np.abs(np.corrcoef(found.T) - np.eye(3)).max()) < 0.1

    def each() -> bool:
        expected = np.geomspace(200, 20_000, 2000).reshape(40, 50)
        found = np.asarray(measure_deposits(np.random.default_rng(24), expected), dtype=float)
        pulls = (found - expected) / np.sqrt(GRAIN * expected)
        return abs(pulls.mean()) < 0.1 and abs(pulls.std() - 1) < 0.1

    def kept() -> bool:
        expected = np.array([0.0, 5.0, 500.0])
        measure_deposits(np.random.default_rng(25), expected)
        return np.array_equal(expected, [0.0, 5.0, 500.0])

    properties = [
        ("it scatters: two cells with one expected deposit differ", lambda: len(np.unique(drawn(500.0, 100))) == 100),
        ("no deposit is negative", lambda: drawn(3.0).min() >= 0),
        ("where nothing is expected nothing is measured", lambda: np.all(drawn(0.0, 100) == 0)),
        ("its mean is the expected deposit", lambda: mean(25.0) and mean(1000.0)),
        ("its variance is g times the expected deposit", lambda: scatter(25.0, 10.0) and scatter(1000.0, 10.0)),
        ("also for another g", lambda: scatter(100.0, 40.0)),
        ("its distribution is skew as a gamma distribution is", skewness),
        ("what is below the threshold counts as zero", lambda: np.all((drawn(8.0) == 0) | (drawn(8.0) >= THRESHOLD))),
        ("and what is above stays as it is", lambda: _above(drawn(8.0, threshold=6.0), drawn(8.0, threshold=0.0), 6.0)),
        ("cells scatter independently", independent),
        ("each cell scatters around its own expected deposit", each),
        (
            "the same generator gives the same deposits, and two draws from one differ",
            lambda: np.array_equal(drawn(50.0, 50), drawn(50.0, 50)) and _two_differ(measure_deposits),
        ),
        ("the array that it was given is as it was", kept),
    ]
    hints = [
        "Shape k and scale s: k s = λ and k s² = g λ are two equations for two unknowns.",
        "np.where puts zeros where the measured deposit is below the threshold.",
    ]
    run_check("Exercise 2 b", properties, "part b of exercise 2", hints)


def _above(cut: np.ndarray, uncut: np.ndarray, threshold: float) -> bool:
    """Tell whether what lies above a threshold has the distribution of what was measured without one."""
    kept, wanted = cut[cut > 0], uncut[uncut >= threshold]
    return abs(len(kept) / len(wanted) - 1) < 0.03 and abs(kept.mean() / wanted.mean() - 1) < 0.02


def _two_differ(measure_deposits: Callable) -> bool:
    """Tell whether two draws from one generator differ."""
    rng = np.random.default_rng(26)
    return not np.array_equal(*(np.asarray(measure_deposits(rng, np.full(20, 500.0))) for _ in range(2)))


def check_sampling(sample_latent: Callable) -> None:
    """Check exercise 3, `sample_latent(mean, log_variance, noise)`, on the back end that is in use.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    from keras import ops

    rng = np.random.default_rng(31)
    mean, log_variance, noise = (rng.normal(size=(7, 4)).astype(np.float32) for _ in range(3))
    zero = np.zeros_like(mean)

    def z(*values: np.ndarray) -> np.ndarray:
        return as_array(sample_latent(*(ops.convert_to_tensor(v) for v in values)))

    def spread() -> bool:
        many = rng.normal(size=(40_000, 2)).astype(np.float32)
        found = z(np.full_like(many, 3), np.full_like(many, math.log(0.25)), many)
        return np.allclose(found.mean(axis=0), 3, atol=0.02) and np.allclose(found.std(axis=0), 0.5, atol=0.02)

    def slope(position: int) -> np.ndarray:
        values = [ops.convert_to_tensor(v) for v in (mean, log_variance, noise)]

        def moved(point: object) -> object:
            return sample_latent(*values[:position], point, *values[position + 1 :])

        return _slope(moved, (mean, log_variance, noise)[position])

    def by_width() -> bool:
        step = 1e-3
        finite = (z(mean, log_variance + step, noise) - z(mean, log_variance - step, noise)) / (2 * step)
        return np.allclose(slope(1), finite, atol=5e-3) and float(np.abs(finite).max()) > 0.1

    properties = [
        ("sampling: the shape of the mean", lambda: z(mean, log_variance, noise).shape == (7, 4)),
        ("sampling: without noise, the mean", lambda: np.allclose(z(mean, log_variance, zero), mean, atol=1e-5)),
        ("sampling: from the prior, the noise itself", lambda: np.allclose(z(zero, zero, noise), noise, atol=1e-5)),
        (
            "sampling: twice the noise is twice as far from the mean",
            lambda: np.allclose(
                z(mean, log_variance, 2 * noise) - mean, 2 * (z(mean, log_variance, noise) - mean), atol=1e-4
            ),
        ),
        ("sampling: for σ² = 1/4 the samples have the standard deviation 1/2", spread),
        (
            "sampling: z moves with the mean, one to one, and the gradient knows it",
            lambda: np.allclose(slope(0), 1, atol=1e-4),
        ),
        ("sampling: the gradient with respect to log_variance is what differences give", by_width),
    ]
    hints = [
        "σ is the square root of exp(log_variance), which is exp of one half of it.",
        "Use ops.exp, not np.exp: an array that NumPy returns has forgotten where it came from.",
    ]
    run_check("Exercise 3, sampling", properties, "the list in exercise 3", hints)


def check_rate(latent_rate: Callable) -> None:
    """Check exercise 3, `latent_rate(mean, log_variance)`, on the back end that is in use.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    from keras import ops

    rng = np.random.default_rng(32)
    mean, log_variance = (rng.normal(size=(8, 5)).astype(np.float32) for _ in range(2))
    zero = np.zeros_like(mean)
    width = ops.convert_to_tensor(log_variance)

    def rate(m: np.ndarray, v: np.ndarray) -> np.ndarray:
        return as_array(latent_rate(ops.convert_to_tensor(m), ops.convert_to_tensor(v)))

    def sampled() -> bool:
        z = mean + np.exp(0.5 * log_variance) * rng.normal(size=(20_000, 8, 5))
        log_q = -0.5 * ((z - mean) ** 2 / np.exp(log_variance) + log_variance)
        return np.allclose(
            rate(mean, log_variance), np.sum(log_q + 0.5 * z**2, axis=2).mean(axis=0), rtol=0.03, atol=0.05
        )

    def split() -> np.ndarray:
        return rate(mean[:, :2], log_variance[:, :2]) + rate(mean[:, 2:], log_variance[:, 2:])

    properties = [
        ("rate: one number for each shower", lambda: rate(mean, log_variance).shape == (8,)),
        ("rate: zero where the encoder answers with the prior", lambda: np.allclose(rate(zero, zero), 0, atol=1e-5)),
        ("rate: latent variables add up", lambda: np.allclose(rate(mean, log_variance), split(), rtol=1e-3)),
        ("rate: the mean of ln(q / p) over samples from the encoder", sampled),
        (
            "rate: its gradient with respect to the mean is the mean",
            lambda: np.allclose(_slope(lambda point: latent_rate(point, width), mean), mean, atol=1e-4),
        ),
    ]
    hints = ["Equation (1) with ops.exp.", "Sum over the last axis only: showers stay apart."]
    run_check("Exercise 3, rate", properties, "equation (1) of exercise 1", hints)


def check_distortion(deposit_loss: Callable) -> None:
    """Check exercise 3, `deposit_loss(deposits, log_expected, grain)`, on the back end that is in use.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    from keras import ops

    rng = np.random.default_rng(33)
    deposits = (rng.gamma(0.3, 200, size=(6, 40)) * (rng.random((6, 40)) < 0.5)).astype(np.float32)
    expected = rng.gamma(2.0, 40.0, size=(6, 40)).astype(np.float32) + 1
    original = deposits.copy()

    def loss(x: np.ndarray, values: np.ndarray, **options: float) -> np.ndarray:
        logs = ops.convert_to_tensor(np.log(np.asarray(values, dtype=np.float32)))
        return as_array(deposit_loss(ops.convert_to_tensor(np.asarray(x, dtype=np.float32)), logs, **options))

    def formula(grain: float) -> np.ndarray:
        x, m = deposits.astype(float), expected.astype(float)
        return np.sum(m - x + x * np.log(np.where(x > 0, x, 1) / m), axis=1) / grain

    def agrees(grain: float) -> bool:
        return np.allclose(loss(deposits, expected, grain=grain), formula(grain), rtol=2e-3)

    def best() -> bool:
        trials = np.linspace(20, 120, 101)
        x = np.array([[0.0], [30.0], [180.0]])
        return abs(trials[np.argmin([loss(x, np.full((3, 1), t)).sum() for t in trials])] - 70) < 1.5

    def slope() -> bool:
        x = ops.convert_to_tensor(deposits)
        found = _slope(lambda point: deposit_loss(x, point), np.log(expected))
        return np.allclose(found, (expected - deposits) / GRAIN, rtol=1e-3, atol=1e-3)

    properties = [
        ("distortion: one number for each shower", lambda: loss(deposits, expected).shape == (6,)),
        ("distortion: finite, also for empty cells", lambda: np.isfinite(loss(deposits, expected)).all()),
        (
            "distortion: zero if each cell has what was expected",
            lambda: np.allclose(loss(expected, expected), 0, atol=0.02),
        ),
        (
            "distortion: an empty cell in which 30 MeV are expected",
            lambda: np.allclose(loss([[0.0]], [[30.0]]), 3, atol=1e-3),
        ),
        ("distortion: never negative", lambda: loss(deposits, expected).min() >= -1e-3),
        ("distortion: cells add up", lambda: _adds(loss, deposits, expected)),
        ("distortion: of all λ for 0, 30 and 180 MeV the best is their mean", best),
        ("distortion: equation (2)", lambda: agrees(GRAIN)),
        ("distortion: also for another g", lambda: agrees(25.0)),
        ("distortion: its derivative is finite and right in each cell", slope),
        ("distortion: the deposits are as they were", lambda: np.array_equal(deposits, original)),
    ]
    hints = [
        "The decoder gives the logarithm of λ: λ itself is its exponential.",
        "Sum over the cells, not over the showers, and do not take the mean.",
        "Where x is 0, keep the argument of the logarithm above some tiny number; the factor x makes the term 0.",
    ]
    run_check("Exercise 3, distortion", properties, "equation (2) of exercise 3", hints)


def _adds(loss: Callable, deposits: np.ndarray, expected: np.ndarray) -> bool:
    """Tell whether the distortion of a shower is that of its first cells plus that of the others."""
    parts = loss(deposits[:, :13], expected[:, :13]) + loss(deposits[:, 13:], expected[:, 13:])
    return np.allclose(loss(deposits, expected), parts, rtol=1e-3)


@cache
def _sets() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return two sets of simulated showers, (energies, deposits) each, sorted by energy."""
    energy, deposits = load_showers("test")
    order = np.argsort(energy[:2000])
    return tuple((energy[order[start::2]], deposits[order[start::2]]) for start in (0, 1))


def _spoil(name: str, energy: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return showers, sorted by energy, spoilt in the way that the name says; with their energies."""
    rng = np.random.default_rng(41)
    layers = x.sum(axis=(2, 3))
    total = layers.sum(axis=1)
    rows, columns = np.indices(SHAPE[1:])

    def with_layers(new: np.ndarray) -> np.ndarray:
        new = new * (total / new.sum(axis=1))[:, None]
        return x * (new / np.maximum(layers, 1e-9))[:, :, None, None]

    if name == "energy":
        spoilt = 0.95 * x
    elif name == "spread of the energy":
        spoilt = x * (1 + 0.05 * rng.standard_normal(len(x)))[:, None, None, None]
    elif name == "profile":
        spoilt = with_layers(layers * (1 + 0.12 * (3 - np.arange(SHAPE[0]))))
    elif name == "fluctuations":
        neighbours = np.arange(len(x)) // 25  # showers of nearly the same energy, 25 at a time
        sums = np.stack([np.bincount(neighbours, share) for share in (layers / total[:, None]).T], axis=1)
        spoilt = with_layers((sums / np.bincount(neighbours)[:, None])[neighbours])
    elif name == "width":
        spoilt = x * np.exp(-0.3 * np.hypot(rows - SHAPE[1] // 2, columns - SHAPE[2] // 2))
        spoilt *= (layers / np.maximum(spoilt.sum(axis=(2, 3)), 1e-9))[:, :, None, None]
    elif name == "empty cells":
        spoilt = np.where(x > 0, x, 3.0)
        spoilt *= (total / spoilt.sum(axis=(1, 2, 3)))[:, None, None, None]
    else:  # correlation
        spoilt = x.copy()
        for layer in range(SHAPE[0]):
            order = np.argsort(np.arange(len(x)) // 25 + rng.random(len(x)) * 0.99)
            spoilt[:, layer] = x[order, layer]
    return energy, spoilt.astype(np.float32)


SPOILT = ("energy", "spread of the energy", "profile", "fluctuations", "width", "empty cells", "correlation")


def check_distance(shower_distance: Callable) -> None:
    """Check exercise 4, `shower_distance(energy_a, showers_a, energy_b, showers_b)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    first, second = _sets()

    def set_of(name: str) -> tuple[np.ndarray, np.ndarray]:
        simple = {"good": second, "same": first, "fewer": (second[0][::3], second[1][::3])}
        return simple[name] if name in simple else _spoil(name, *second)

    @cache
    def distance(name: str) -> float:
        return float(shower_distance(*(part.copy() for part in (*first, *set_of(name)))))

    def seen(name: str) -> bool:
        return distance(name) > TWICE * distance("good") and distance(name) > distance("same") + 1e-6

    def shape() -> bool:
        return np.shape(shower_distance(*first, *second)) == ()

    def shuffled() -> bool:
        order = np.random.default_rng(42).permutation(len(second[0]))
        again = float(shower_distance(*first, *(part[order] for part in second)))
        return np.isclose(again, distance("good"), rtol=0.3, atol=0.2 * distance("energy"))

    properties = [
        ("one finite number, 0 or more", lambda: shape() and 0 <= distance("good") < math.inf),
        ("close to zero for the same showers", lambda: distance("same") <= 0.5 * distance("energy")),
        ("the order of the showers does not matter", shuffled),
        ("it also works for sets of different sizes", lambda: math.isfinite(distance("fewer"))),
        *((f"spoilt, {name}: at least twice as far as good showers", lambda name=name: seen(name)) for name in SPOILT),
    ]
    hints = [
        "Draw the histograms of one observable for the good set and a spoilt one. Which observable shows it?",
        "Means alone do not see a wrong spread: compare whole distributions.",
        "Observables have different units and spreads: divide each by its own spread before you add.",
        "calorimeter.shower_observables returns four observables; exercise 3 shows them.",
    ]
    run_check("Exercise 4", properties, "the table in exercise 4", hints)
