"""Checks for the exercises of lecture 03: a network that emulates the flight of a football."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from utils.checks import close, run_check
from utils.data import football

REQUIRED_M = 1.5
REQUIRED_S = 0.1
TRUSTED_M = 1.5
TRUSTED_USUAL = 0.8


def _fixed(array: np.ndarray) -> np.ndarray:
    """Return the array locked, so that an answer that alters its arguments is told so."""
    array.setflags(write=False)
    return array


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def make_committee(
    rng: np.random.Generator, x: np.ndarray, y: np.ndarray, members: int = 5, width: int = 500
) -> list[Callable]:
    """Return networks with one hidden layer of tanh, each fitted to its own random half of the data.

    Their hidden weights stay as they are drawn; only the output layer is fitted, by linear least squares. That takes a
    fraction of a second.

    Args:
        rng: the random generator.
        x: inputs, shape (n, inputs).
        y: outputs, shape (n, outputs).
        members: how many networks.
        width: their hidden nodes.

    Returns:
        functions that take inputs of shape (m, inputs) and return outputs of shape (m, outputs).
    """
    mean, std = x.mean(axis=0), x.std(axis=0)

    def member() -> Callable:
        W, b = 0.3 * rng.normal(size=(x.shape[1], width)), rng.normal(size=width)

        def hidden(kicks: np.ndarray) -> np.ndarray:
            return np.column_stack([np.tanh((kicks - mean) / std @ W + b), np.ones(len(kicks))])

        half = rng.choice(len(x), len(x) // 2, replace=False)
        H = hidden(x[half])
        V = np.linalg.solve(H.T @ H + 1e-3 * np.eye(width + 1), H.T @ y[half])
        return lambda kicks: hidden(np.asarray(kicks)) @ V

    return [member() for _ in range(members)]


def check_layer(layer: Callable, count_parameters: Callable) -> None:
    """Check exercise 1: `layer(x, W, b, activation)` and `count_parameters(sizes)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(1)
    x, W, b = (_fixed(rng.normal(size=shape)) for shape in [(5, 4), (4, 3), (3,)])
    paper = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.0]])

    def affine() -> bool:
        other = x[::-1]
        parts = [layer(part, W, b, lambda z: z) for part in (x + other, 0 * x, x, other)]
        return close(np.add(parts[0], parts[1]), np.add(parts[2], parts[3]))

    properties = [
        ("5 rows through a layer with 3 nodes have shape (5, 3)", lambda: np.shape(layer(x, W, b, _relu)) == (5, 3)),
        (
            "x = (1, 2), W = ((1, -1), (0.5, 0)), b = (0, -1), ReLU: it is what you find on paper",
            lambda: close(layer(*paper, np.array([0.0, -1.0]), _relu), [[2, 0]]),
        ),
        (
            "with b = (0, 1.5) instead, too",
            lambda: close(layer(*paper, np.array([0.0, 1.5]), _relu), [[2, 0.5]]),
        ),
        ("it uses the activation that it is given", lambda: np.all(np.asarray(layer(x, W, b, np.exp)) > 0)),
        ("without an activation it is a linear map and a shift", affine),
        (
            "each row is treated alone",
            lambda: close(layer(x[[2]], W, b, np.tanh), np.asarray(layer(x, W, b, np.tanh))[[2]]),
        ),
        (
            "one layer from 2 inputs to 3 nodes has as many parameters as on paper",
            lambda: count_parameters([2, 3]) == 9,
        ),
        (
            "a second layer adds its own: sizes 2, 3, 1",
            lambda: count_parameters([2, 3, 1]) == 13,
        ),
        (
            "so does each further one",
            lambda: (
                count_parameters([6, 64, 64, 64, 3])
                == sum(a * b + b for a, b in [(6, 64), (64, 64), (64, 64), (64, 3)])
            ),
        ),
    ]
    hints = [
        "x has one row a kick. x @ W has one column a node.",
        "b is added to every row; the activation acts on the sum, last.",
        "Each node has one weight for each of its inputs, and one bias.",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def check_network(scale: Callable, unscale: Callable, build_network: Callable) -> None:
    """Check exercise 2: `scale(x, like)`, `unscale(z, like)` and `build_network(inputs, outputs, width, depth)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(2)
    train = _fixed(rng.normal([20, -3, 0.01], [5, 100, 0.002], (400, 3)))
    test = _fixed(rng.normal([30, 40, 0.02], [1, 10, 0.001], (7, 3)))

    @cache
    def network(inputs: int, outputs: int, width: int, depth: int) -> object:
        return build_network(inputs, outputs, width=width, depth=depth)

    def answer(model: object, z: np.ndarray) -> np.ndarray:
        return np.asarray(model.predict(z.astype("float32"), verbose=0))

    z = rng.normal(size=(6, 4))

    def bends() -> bool:
        model, line = network(4, 2, 5, 2), np.linspace(-4, 4, 7)[:, None] * np.ones(4)
        return np.abs(np.diff(answer(model, line), 2, axis=0)).max() > 1e-4

    def ends_linearly() -> bool:
        model = network(4, 2, 5, 2)
        weights = model.get_weights()
        before = answer(model, z)
        model.set_weights([*weights[:-2], 2 * weights[-2], 2 * weights[-1] + 6])
        after = answer(model, z)
        model.set_weights(weights)
        return np.allclose(after, 2 * before + 6, rtol=1e-3, atol=1e-4)

    properties = [
        (
            "scaled training data have mean 0 and standard deviation 1 in each column",
            lambda: (
                np.allclose(np.mean(scale(train, train), axis=0), 0, atol=1e-9)
                and np.allclose(np.std(scale(train, train), axis=0), 1, atol=0.01)
            ),
        ),
        (
            "test data are scaled with the numbers of the training data, not with their own",
            lambda: np.allclose(
                scale(test, train), (test - train.mean(axis=0)) / train.std(axis=0), rtol=0.01, atol=0.01
            ),
        ),
        ("one kick alone can be scaled", lambda: close(scale(test[[3]], train), np.asarray(scale(test, train))[[3]])),
        ("unscale takes back what scale did", lambda: close(unscale(scale(test, train), train), test)),
        (
            "6 rows of 4 inputs give 6 rows of 2 outputs",
            lambda: answer(network(4, 2, 5, 2), z).shape == (6, 2),
        ),
        (
            "with 4 inputs, 2 outputs, width 5 and depth 2 it has as many parameters as on paper",
            lambda: network(4, 2, 5, 2).count_params() == 4 * 5 + 5 + 5 * 5 + 5 + 5 * 2 + 2,
        ),
        (
            "width and depth can be chosen",
            lambda: network(6, 3, 8, 4).count_params() == 6 * 8 + 8 + 3 * (8 * 8 + 8) + 8 * 3 + 3,
        ),
        ("the hidden layers bend: its answer along a line is no straight line", bends),
        ("the last layer has no activation: twice its weights give twice the output", ends_linearly),
        (
            "a network built again starts from other weights",
            lambda: (
                not np.allclose(build_network(4, 2, 5, 1).get_weights()[0], build_network(4, 2, 5, 1).get_weights()[0])
            ),
        ),
    ]
    hints = [
        "Mean and standard deviation run over the rows (axis 0), one number a column, always those of `like`.",
        "Depth counts the hidden layers. Make a new Dense layer for each: one layer used twice shares its weights.",
        "The outputs are scaled too: they lie around zero and have no bound.",
    ]
    run_check("Exercise 2", properties, "equation (2) of exercise 2", hints)


@cache
def _kicks() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return kicks to train with and kicks to test with that no notebook has, and where they land."""
    rng = np.random.default_rng([3, 1])
    train, test = football.draw_kicks(rng, 3000), football.draw_kicks(rng, 2000)
    return tuple(_fixed(array) for array in (train, football.fly(train), test, football.fly(test)))


def check_emulator(train_emulator: Callable) -> None:
    """Check exercise 3, `train_emulator(x, y)`, which returns a function from kicks to landing points and times.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x_train, y_train, x_test, y_test = _kicks()

    @cache
    def emulate() -> Callable:
        return train_emulator(x_train, y_train)

    @cache
    def miss() -> np.ndarray:
        """Return the distance of emulated and simulated landing points in m."""
        return np.hypot(*(np.asarray(emulate()(x_test)) - y_test)[:, :2].T)

    properties = [
        ("it returns a function", lambda: callable(emulate())),
        (
            "which gives 3 numbers for each kick",
            lambda: np.shape(emulate()(x_test)) == y_test.shape,
        ),
        (
            "one kick alone lands where it lands among others",
            lambda: np.allclose(emulate()(x_test[[5]]), np.asarray(emulate()(x_test))[[5]], atol=0.01),
        ),
        (
            "its numbers are metres: half of the kicks land within 10 m of the simulation",
            lambda: np.median(miss()) < 10,
        ),
        (
            f"95 % of the kicks land within {REQUIRED_M:g} m of the simulation",
            lambda: np.percentile(miss(), 95) < REQUIRED_M,
        ),
        (
            f"and 95 % of the flight times are right within {REQUIRED_S:g} s",
            lambda: np.percentile(np.abs(np.asarray(emulate()(x_test)) - y_test)[:, 2], 95) < REQUIRED_S,
        ),
    ]
    hints = [
        "Scale inputs and outputs with the training data, and turn the network's answer back into metres and seconds.",
        "A smooth activation (gelu, silu, tanh) and three hidden layers of 64 nodes are enough.",
        "Adam with a rate of 0.01 that falls to zero (keras.optimizers.schedules.CosineDecay) needs about 1000 steps.",
    ]
    run_check("Exercise 3", properties, "the requirement in exercise 3", hints)


@cache
def _usual_committee() -> tuple[Sequence[Callable], np.ndarray, np.ndarray]:
    """Return a committee that has seen usual kicks only, kicks of all kinds, and where they land."""
    rng = np.random.default_rng([3, 2])
    known, kicks = football.draw_usual_kicks(rng, 6000), football.draw_kicks(rng, 2000)
    return make_committee(rng, known, football.fly(known)), _fixed(kicks), _fixed(football.fly(kicks))


def check_trust(spread: Callable, trusted: Callable) -> None:
    """Check exercise 4: `spread(members, kicks)` in metres and `trusted(members, kicks)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    members, kicks, landed = _usual_committee()
    usual = football.is_usual(kicks)

    def always(x: float, y: float, time: float = 1.0) -> Callable:
        return lambda some: np.tile([x, y, time], (len(some), 1))

    @cache
    def believed() -> np.ndarray:
        return np.asarray(trusted(members, kicks), dtype=bool)

    def precise() -> float:
        mean = np.mean([member(kicks) for member in members], axis=0)
        return float(np.mean(np.hypot(*(mean - landed)[:, :2].T)[believed()] < TRUSTED_M))

    ten = kicks[:10]
    properties = [
        ("the spread has one number a kick", lambda: np.shape(spread(members, kicks)) == (len(kicks),)),
        ("members that agree have no spread", lambda: close(spread([always(30, 2)] * 4, ten), np.zeros(10))),
        (
            "two members 6 m apart along x and 8 m along y are both 5 m from their mean",
            lambda: close(spread([always(20, -4), always(26, 4)], ten), np.full(10, 5)),
        ),
        (
            "three members at y = 0, 0 and 3 m: it is the root of the mean of the squares",
            lambda: close(spread([always(20, 0), always(20, 0), always(20, 3)], ten), np.full(10, np.sqrt(2))),
        ),
        (
            "flight times are seconds and do not belong into it",
            lambda: close(spread([always(20, 0, 1), always(20, 0, 9)], ten), np.zeros(10)),
        ),
        (
            "trusted tells yes or no for each kick",
            lambda: (
                np.asarray(trusted(members, kicks)).dtype == bool and np.shape(trusted(members, kicks)) == (len(kicks),)
            ),
        ),
        (
            "whether it trusts a kick does not depend on the other kicks that are asked for",
            lambda: np.array_equal(trusted(members, kicks[usual][:200]), believed()[usual][:200]),
        ),
        (
            f"it trusts at least {TRUSTED_USUAL:.0%} of the usual kicks",
            lambda: believed()[usual].mean() >= TRUSTED_USUAL,
        ),
        (f"95 % of all kicks that it trusts land within {TRUSTED_M:g} m of the simulation", lambda: precise() >= 0.95),
    ]
    hints = [
        "np.array([member(kicks) for member in members]) has shape (members, kicks, 3).",
        "Take x and y, subtract their mean over the members (axis 0), add up the squares of both, and then the mean.",
        "For the limit look at the figure: which spread do most usual kicks stay below?",
    ]
    run_check("Exercise 4", properties, "equation (3) of exercise 4", hints)
