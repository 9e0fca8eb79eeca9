"""Checks for the exercises of lecture 01: calibration of a detector channel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from utils.checks import close, run_check
from utils.data.spectrum import measure_peaks

CHANNELS_CHECKED = 40
REQUIRED_KEV = 2.0
REQUIRED_FRACTION = 0.9


def _noisy_line(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, y and unequal uncertainties of eleven points near a line."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 4, 11)
    sigma = rng.uniform(0.2, 2, 11)
    y = 3 - 2 * x + sigma * rng.normal(size=11)
    for array in (x, y, sigma):
        array.setflags(write=False)  # an answer that alters its arguments is told so
    return x, y, sigma


def check_line(fit_line: Callable) -> None:
    """Check exercise 1, `fit_line(x, y)`, which returns constant and slope of the least-squares line.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x, y, _ = _noisy_line(1)

    def residuals() -> np.ndarray:
        constant, slope = fit_line(x, y)
        return y - constant - slope * x

    properties = [
        ("it returns two numbers", lambda: np.shape(fit_line(x, y)) == (2,)),
        ("points on the line y = 7 - 2 x give the constant 7 first", lambda: np.isclose(fit_line(x, 7 - 2 * x)[0], 7)),
        ("and the slope -2 second", lambda: np.isclose(fit_line(x, 7 - 2 * x)[1], -2)),
        ("the residuals of noisy points add up to zero", lambda: abs(residuals().sum()) < 1e-8),
        ("the residuals are orthogonal to x", lambda: abs(residuals() @ x) < 1e-8),
        ("no other line has a smaller sum of squares", lambda: close(fit_line(x, y), np.polyfit(x, y, 1)[::-1])),
    ]
    hints = [
        "The design matrix has one row a point and one column a parameter: a column of ones and a column of x.",
        "np.stack([...], axis=1) puts two arrays of length n side by side, shape (n, 2).",
        "np.linalg.solve(A, b) solves A θ = b; the normal equations say what A and b are.",
    ]
    run_check("Exercise 1", properties, "the normal equations of lecture 01", hints)


def check_weighted(fit_weighted: Callable) -> None:
    """Check exercise 2, `fit_weighted(x, y, sigma)`, which returns parameters and their covariance matrix.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x, y, sigma = _noisy_line(2)
    two = np.array([0.0, 1.0]), np.array([3.0, 5.0]), np.array([1.0, 2.0])
    far_y, far_sigma = y.copy(), sigma.copy()
    far_y[4], far_sigma[4] = 1e3, 1e9
    rest = np.arange(len(x)) != 4

    properties = [
        (
            "it returns two parameters and a matrix of two rows and columns",
            lambda: [np.shape(part) for part in fit_weighted(x, y, sigma)] == [(2,), (2, 2)],
        ),
        (
            "with equal uncertainties it is the ordinary least-squares line",
            lambda: close(fit_weighted(x, y, np.full_like(x, 0.7))[0], np.polyfit(x, y, 1)[::-1]),
        ),
        ("two points: the line goes through both", lambda: close(fit_weighted(*two)[0], [3, 2])),
        (
            "a point with a huge uncertainty has no say",
            lambda: np.allclose(
                fit_weighted(x, far_y, far_sigma)[0], fit_weighted(x[rest], y[rest], sigma[rest])[0], rtol=1e-4
            ),
        ),
        (
            "the sum of (residual / uncertainty)² is as small as it can be",
            lambda: close(fit_weighted(x, y, sigma)[0], np.polyfit(x, y, 1, w=1 / sigma)[::-1]),
        ),
        (
            "two points at x = 0 (± 1) and x = 1 (± 2): the variances are those that you find on paper",
            lambda: close(np.diag(fit_weighted(*two)[1]), [1, 5]),
        ),
        (
            "so is the covariance of constant and slope",
            lambda: close(np.asarray(fit_weighted(*two)[1])[[0, 1], [1, 0]], [-1, -1]),
        ),
        (
            "three times larger uncertainties make the covariance nine times larger",
            lambda: close(fit_weighted(x, y, 3 * sigma)[1], 9 * np.asarray(fit_weighted(x, y, sigma)[1])),
        ),
        (
            "measuring every point twice halves the covariance",
            lambda: close(
                fit_weighted(*(np.tile(part, 2) for part in (x, y, sigma)))[1],
                np.asarray(fit_weighted(x, y, sigma)[1]) / 2,
            ),
        ),
        (
            "the covariance does not depend on where the points happened to lie",
            lambda: close(fit_weighted(x, 2 * y, sigma)[1], fit_weighted(x, y, sigma)[1]),
        ),
    ]
    hints = [
        "Divide every row of X and every y by its uncertainty: then all points have uncertainty 1.",
        "In the normal equations this puts a weight w = 1 / sigma² into each sum: Xᵀ W X and Xᵀ W y.",
        "The covariance is the inverse of one of these two; X.T * w multiplies each column of X.T by its weight.",
    ]
    run_check("Exercise 2", properties, "equation (1) of exercise 2", hints)


def check_huber(huber_gradient: Callable) -> None:
    """Check exercise 3, `huber_gradient(theta, X, y, sigma, k)`, the gradient of the mean Huber loss.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x, y, sigma = _noisy_line(3)
    X = np.vander(x, 3, increasing=True)
    theta = np.array([1.0, 0.5, -0.2])
    X.setflags(write=False)
    theta.setflags(write=False)
    y = y.copy()
    y[[2, 8]] += [40, -60]

    def loss(at: np.ndarray, k: float) -> float:
        u = np.abs(y - X @ at) / sigma
        return float(np.mean(np.where(u <= k, 0.5 * u**2, k * u - 0.5 * k**2)))

    def slope(k: float) -> np.ndarray:
        steps = 1e-6 * np.eye(3)
        return np.array([(loss(theta + step, k) - loss(theta - step, k)) / 2e-6 for step in steps])

    def downhill() -> bool:
        step = 1e-3 * np.asarray(huber_gradient(theta, X, y, sigma, 1.3))
        return loss(theta - step, 1.3) < loss(theta, 1.3)

    def unaffected() -> bool:
        moved = y.copy()
        moved[2] += 1e6
        return close(huber_gradient(theta, X, moved, sigma, 1.3), huber_gradient(theta, X, y, sigma, 1.3))

    properties = [
        ("it has one component a parameter", lambda: np.shape(huber_gradient(theta, X, y, sigma, 1.3)) == (3,)),
        ("a small step against it makes the loss smaller", downhill),
        ("it does not grow when an outlier moves even farther away", unaffected),
        (
            "it vanishes where all residuals do",
            lambda: close(huber_gradient(theta, X, X @ theta, sigma, 1.3), [0, 0, 0]),
        ),
        (
            "for a large k it is the gradient of half the mean of (residual / uncertainty)²",
            lambda: np.allclose(huber_gradient(theta, X, y, sigma, 1e6), slope(1e6), rtol=1e-4),
        ),
        (
            "it agrees with finite differences of the loss",
            lambda: np.allclose(huber_gradient(theta, X, y, sigma, 1.3), slope(1.3), rtol=1e-4, atol=1e-6),
        ),
    ]
    hints = [
        "Write the derivative of ρ(u) first: it is u in the middle, +k on the right and -k on the left.",
        "One function of NumPy limits u to a range.",
        "Chain rule: u depends on θ through -X θ / sigma: each row of X enters with -1 / sigma. Take the mean.",
    ]
    run_check("Exercise 3", properties, "equation (2) of exercise 3", hints)


def check_calibration(calibrate: Callable) -> None:
    """Check exercise 4, `calibrate(channel, sigma, energy)`, which returns offset (keV) and gain (keV per channel).

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def detector_channel(number: int, confused: int = 0) -> tuple[float, float, tuple]:
        """Return offset and gain of a channel that no other channel has, and its peaks."""
        rng = np.random.default_rng([11, confused, number])
        offset, gain = rng.uniform(-40, 0), rng.uniform(0.6, 1.1)
        return offset, gain, measure_peaks(rng, confused, offset=offset, gain=gain)

    def precise(confused: int) -> float:
        """Return the fraction of simulated detector channels with 1 MeV reconstructed to the required precision."""
        good = 0
        for number in range(CHANNELS_CHECKED):
            true_offset, true_gain, peaks = detector_channel(number, confused)
            offset, gain = calibrate(*peaks)
            good += abs(offset + gain * (1000 - true_offset) / true_gain - 1000) < REQUIRED_KEV
        return good / CHANNELS_CHECKED

    true_offset, true_gain, example = detector_channel(CHANNELS_CHECKED)
    properties = [
        ("it returns two numbers", lambda: np.shape(calibrate(*example)) == (2,)),
        (
            "the gain is in keV per channel, not channels per keV",
            lambda: np.isclose(calibrate(*example)[1], true_gain, 0.02),
        ),
        ("the offset is the energy at channel 0, in keV", lambda: abs(calibrate(*example)[0] - true_offset) < 3),
        (
            f"without confused peaks 1 MeV is right within {REQUIRED_KEV:g} keV in 90 % of the channels",
            lambda: precise(0) >= REQUIRED_FRACTION,
        ),
        (
            f"with two confused peaks 1 MeV is right within {REQUIRED_KEV:g} keV in 90 % of the channels",
            lambda: precise(2) >= REQUIRED_FRACTION,
        ),
    ]
    hints = [
        "Plot the residuals of a least-squares fit divided by their uncertainty: which points pull the line?",
        "Descend with your gradient of exercise 3 from the weighted line. Normalise the energies first (lecture 01).",
        "The step size must be below 2 / λmax of the Hessian of the quadratic part, Xᵀ W X / N.",
        "The fit gives channel = θ0 + θ1 energy. Turn it around for the energy of a channel.",
    ]
    run_check("Exercise 4", properties, "the requirement in exercise 4", hints)
