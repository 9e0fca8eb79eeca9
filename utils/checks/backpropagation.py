"""Checks for the exercises of lecture 04: derivatives of physics formulas by reverse-mode differentiation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from scipy.optimize import curve_fit

from utils.checks import close, run_check
from utils.data import muons


def _slopes(function: Callable, arrays: Sequence[np.ndarray], step: float = 1e-5) -> list[np.ndarray]:
    """Return the gradient of a function of arrays that returns a number, by central differences."""
    gradients = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept, values = array[index], []
            for moved in (kept + step, kept - step):
                array[index] = moved
                values.append(function(*arrays))
            array[index] = kept
            gradient[index] = (values[0] - values[1]) / (2 * step)
        gradients.append(gradient)
    return gradients


def check_chain(lennard_jones: Callable) -> None:
    """Check exercise 1, `lennard_jones(r)`, which returns the potential and its derivative.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    minimum = 2 ** (1 / 6)

    def slope(r: float) -> float:
        return (lennard_jones(r + 1e-6)[0] - lennard_jones(r - 1e-6)[0]) / 2e-6

    properties = [
        ("it returns two numbers", lambda: np.shape(lennard_jones(1.3)) == (2,)),
        ("the potential vanishes at r = 1", lambda: abs(lennard_jones(1.0)[0]) < 1e-12),
        ("its minimum is -1, at r = 2^(1/6)", lambda: np.isclose(lennard_jones(minimum)[0], -1)),
        ("there the derivative vanishes", lambda: abs(lennard_jones(minimum)[1]) < 1e-9),
        ("at r = 1 the derivative is what you find on paper", lambda: np.isclose(lennard_jones(1.0)[1], -24)),
        (
            "it agrees with finite differences of the potential",
            lambda: all(np.isclose(lennard_jones(r)[1], slope(r), rtol=1e-5) for r in (0.9, 1.05, 1.5, 2.5)),
        ),
    ]
    hints = [
        "V = 4 (s² - s) contains s twice: dV/ds has two terms.",
        "s = r^-6. Its derivative is a power of r, too.",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def check_operations(logaddexp: Callable, cumulative: Callable, Node: type, backpropagate: Callable) -> None:
    """Check exercise 2: the operations `logaddexp(a, b)` and `cumulative(a)` for nodes.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(4)
    a, b, row, weight = (rng.normal(size=shape) for shape in [(4, 3), (4, 3), (3,), (4, 3)])
    series, load = rng.normal(size=6), rng.normal(size=6)

    def gradients(operation: Callable, arrays: Sequence[np.ndarray], weights: np.ndarray) -> list[np.ndarray]:
        """Return the gradients of sum(weights * operation(...)²), so that no gradient that comes back is 1."""
        nodes = [Node(array) for array in arrays]
        result = operation(*nodes)
        root = result * result * weights
        collect = Node(root.value.sum(), "sum", (root,), (lambda g: g * np.ones_like(root.value),))
        backpropagate(collect)
        return [node.grad for node in nodes]

    def agrees(operation: Callable, reference: Callable, arrays: Sequence[np.ndarray], weights: np.ndarray) -> bool:
        expected = _slopes(lambda *values: np.sum(weights * reference(*values) ** 2), arrays)
        return all(
            close(one, other, rtol=1e-4)
            for one, other in zip(gradients(operation, arrays, weights), expected, strict=True)
        )

    def torch_agrees() -> bool:
        import torch

        leaves = [torch.tensor(array, requires_grad=True) for array in (a, b)]
        (torch.logaddexp(*leaves) ** 2 * torch.tensor(weight)).sum().backward()
        found = gradients(logaddexp, [a, b], weight)
        return all(close(one, leaf.grad.numpy()) for one, leaf in zip(found, leaves, strict=True))

    far = np.array([1000.0, -1000.0, 800.0, 0.0]), np.array([0.0, -1001.0, 800.0, -2000.0])

    def far_gradients() -> list[np.ndarray]:
        nodes = [Node(array) for array in far]
        backpropagate(logaddexp(*nodes))
        return [node.grad for node in nodes]

    def twice() -> np.ndarray:
        node = Node(series)
        backpropagate(cumulative(node) + node * load)
        return node.grad

    properties = [
        ("logaddexp returns ln(exp a + exp b)", lambda: close(logaddexp(Node(a), Node(b)).value, np.logaddexp(a, b))),
        (
            "a = b = 0: its value is ln 2, and both derivatives are what you find on paper",
            lambda: (
                close(logaddexp(Node(0.0), Node(0.0)).value, np.log(2))
                and close(gradients(logaddexp, [np.zeros(1), np.zeros(1)], np.ones(1)), [[np.log(2)], [np.log(2)]])
            ),
        ),
        (
            "logaddexp(±1000, ...) is finite and right",
            lambda: close(logaddexp(Node(far[0]), Node(far[1])).value, np.logaddexp(*far)),
        ),
        (
            "so are its derivatives there; the two add up to 1",
            lambda: (
                np.isfinite(far_gradients()).all()
                and close(np.sum(far_gradients(), axis=0), np.ones(4))
                and close(far_gradients()[0], [1, 1 / (1 + np.exp(-1)), 0.5, 1])
            ),
        ),
        (
            "the derivatives of logaddexp agree with finite differences",
            lambda: agrees(logaddexp, np.logaddexp, [a, b], weight),
        ),
        ("and with PyTorch", torch_agrees),
        (
            "logaddexp works for arrays of different shapes",
            lambda: (
                agrees(logaddexp, np.logaddexp, [a, row], weight) and agrees(logaddexp, np.logaddexp, [row, a], weight)
            ),
        ),
        (
            "one of its arguments may be a plain number",
            lambda: close(logaddexp(Node(series), 0.0).value, np.logaddexp(series, 0)),
        ),
        (
            "cumulative returns the sums up to each element",
            lambda: close(cumulative(Node(series)).value, np.cumsum(series)),
        ),
        (
            "(1, 1, 1): the derivatives of the sum of all three are what you find on paper",
            lambda: close(_sum_gradient(cumulative, Node, backpropagate), [3, 2, 1]),
        ),
        (
            "the derivatives of cumulative agree with finite differences",
            lambda: agrees(cumulative, np.cumsum, [series], load),
        ),
        (
            "contributions add up when the argument is used elsewhere too",
            lambda: close(twice(), np.arange(6, 0, -1) + load),
        ),
    ]
    hints = [
        "Write the value with NumPy, then one pullback for each parent, as `multiply` does.",
        "∂/∂a ln(exp a + exp b) is a fraction between 0 and 1. Which form of it has no large exponentials?",
        "Element i of a is part of all sums from i on: their gradients add up. Cumulate from the end.",
        "Undoing the stretching of shapes is the business of backpropagate: pullbacks need not do it.",
    ]
    run_check("Exercise 2", properties, "equations (2) and (3) of exercise 2", hints)


def _sum_gradient(cumulative: Callable, Node: type, backpropagate: Callable) -> np.ndarray:
    """Return the gradient of the sum of cumulative(1, 1, 1)."""
    node = Node(np.ones(3))
    backpropagate(cumulative(node))
    return node.grad


@cache
def _measurements() -> list[tuple[np.ndarray, ...]]:
    """Return three measurements: t, y, sigma, start, best parameters and their uncertainties."""
    found = []
    for number in range(3):
        t, y, sigma, true = muons.measure_asymmetry(np.random.default_rng([4, number]))

        def model(t: np.ndarray, *parameters: float) -> np.ndarray:
            return muons.asymmetry(parameters, t)

        best, covariance = curve_fit(model, t, y, true, sigma, absolute_sigma=True)
        found.append((t, y, sigma, muons.first_guess(true), best, np.sqrt(np.diag(covariance))))
        for array in found[-1]:
            array.setflags(write=False)
    return found


def check_fit(misfit: Callable, fit_asymmetry: Callable, Node: type, backpropagate: Callable) -> None:
    """Check exercise 3: `misfit(parameters, t, y, sigma)` and `fit_asymmetry(t, y, sigma, start)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    t, y, sigma, start, _, _ = _measurements()[0]

    def half_chi_square(values: np.ndarray) -> float:
        return float(np.sum(((y - muons.asymmetry(values, t)) / sigma) ** 2) / 2)

    def gradient() -> np.ndarray:
        nodes = [Node(value) for value in start]
        backpropagate(misfit(nodes, t, y, sigma))
        return np.array([float(np.asarray(node.grad)) for node in nodes])

    @cache
    def fitted(number: int) -> np.ndarray:
        times, values, errors, guess, _, _ = _measurements()[number]
        return np.asarray(fit_asymmetry(times, values, errors, guess.copy()), dtype=float)

    def off(number: int) -> np.ndarray:
        """Return the distance from the best parameters in units of their uncertainties."""
        return np.abs(fitted(number) - _measurements()[number][4]) / _measurements()[number][5]

    def lower() -> bool:
        return half_chi_square(fitted(0)) < half_chi_square(start) / 10

    properties = [
        (
            "the misfit is a node that holds one number",
            lambda: np.shape(misfit([*map(Node, start)], t, y, sigma).value) == (),
        ),
        (
            "its value is half of chi²",
            lambda: np.isclose(float(misfit([*map(Node, start)], t, y, sigma).value), half_chi_square(start)),
        ),
        (
            "its derivatives by the four parameters agree with finite differences",
            lambda: np.allclose(gradient(), _slopes(half_chi_square, [start.copy()], 1e-6)[0], rtol=1e-4),
        ),
        ("the fit returns four numbers", lambda: fitted(0).shape == (4,)),
        ("it goes downhill: the misfit is much smaller than at the start", lambda: lower()),
        (
            "it gets to the minimum: all parameters agree with curve_fit within a tenth of their uncertainty",
            lambda: np.all(off(0) < 0.1),
        ),
        ("also for two other measurements, in other fields", lambda: np.all(off(1) < 0.1) and np.all(off(2) < 0.1)),
    ]
    hints = [
        "Build the model from the nodes, step by step: -rate * t, exp, omega * t + phase, cos, and products.",
        "total(...) adds up over all bins. The squared residuals are divided by the squared uncertainties.",
        "The four parameters have very different curvatures: one learning rate for all is too large or too small.",
        "Divide each component of the gradient by the sum over the bins of (∂model/∂parameter / sigma)².",
    ]
    run_check("Exercise 3", properties, "equations (4) and (5) of exercise 3", hints)


def check_rotor(rotor: Callable, horizon: Callable, Node: type, backpropagate: Callable) -> None:
    """Check exercise 4: `rotor(angle, momentum, kicks, K)` and `horizon(angle, momentum, K, uncertainty)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def run(angle: float, momentum: float, kicks: int, K: float) -> tuple[float, float]:
        for _ in range(kicks):
            momentum = momentum - K * np.sin(angle)
            angle = angle + momentum
        return angle, momentum

    def values(*state: float) -> list[float]:
        return [float(part.value) for part in rotor(Node(state[0]), Node(state[1]), *state[2:])]

    def jacobian(*state: float) -> np.ndarray:
        rows = []
        for part in (0, 1):
            nodes = Node(state[0]), Node(state[1])
            backpropagate(rotor(*nodes, *state[2:])[part])
            rows.append([float(np.asarray(node.grad)) for node in nodes])
        return np.array(rows)

    def differences(angle: float, momentum: float, kicks: int, K: float) -> np.ndarray:
        sides = [
            np.subtract(run(angle + d, momentum + e, kicks, K), run(angle - d, momentum - e, kicks, K))
            for d, e in [(1e-6, 0), (0, 1e-6)]
        ]
        return np.transpose(sides) / 2e-6

    state = 0.7, 0.4, 12, 0.5
    properties = [
        (
            "without kicks from the field (K = 0) the angle grows by the momentum",
            lambda: close(values(1, 0.25, 4, 0.0), [2, 0.25]),
        ),
        ("at angle 0 and momentum 0 the rotor stays", lambda: close(values(0, 0, 5, 0.8), [0, 0])),
        (
            "one kick at 90°, at rest, K = 0.5: angle and momentum are what you find on paper",
            lambda: close(values(np.pi / 2, 0, 1, 0.5), [np.pi / 2 - 0.5, -0.5]),
        ),
        ("twelve kicks: it agrees with equation (6)", lambda: close(values(*state), run(*state))),
        (
            "its derivatives agree with finite differences",
            lambda: np.allclose(jacobian(*state), differences(*state), rtol=1e-4),
        ),
        (
            "area in the plane of angle and momentum is conserved: the Jacobian has determinant 1",
            lambda: np.isclose(np.linalg.det(jacobian(*state)), 1),
        ),
        ("K = 0: an uncertainty of 0.1 grows to 1 in 10 kicks", lambda: horizon(0.3, 0.2, 0.0, 0.1001) == 10),
        (
            "the horizon of chaotic motion grows with the logarithm of the precision",
            lambda: 8 <= horizon(0.5, 0.3, 9.0, 1e-8) <= 16,
        ),
        (
            "a million times more precision buys chaotic motion about ln(10⁶) / ln(K/2) kicks",
            lambda: 5 <= horizon(0.5, 0.3, 9.0, 1e-12) - horizon(0.5, 0.3, 9.0, 1e-6) <= 14,
        ),
    ]
    hints = [
        "The kick comes first, with the old angle; the free turn uses the new momentum.",
        "horizon: try 1, 2, 3, … kicks until |∂ final angle / ∂ momentum| times the uncertainty is at least 1 rad.",
    ]
    run_check("Exercise 4", properties, "equations (6) and (7) of exercise 4", hints)
