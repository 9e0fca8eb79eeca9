"""The course's plot style, and the figures that a lecture draws but does not teach."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

# Okabe and Ito's colours, distinct for colour-blind readers too (https://jfly.uni-koeln.de/color/)
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
_STYLE = {
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK]),
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 15,
    "axes.labelsize": 15,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.figsize": (8.5, 4.6),
    "figure.constrained_layout.use": True,
    "font.size": 14,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "legend.fontsize": 13,
    "lines.linewidth": 2.2,
    "lines.markersize": 8,
    "savefig.facecolor": "white",
}


def set_style() -> None:
    """Use the course's style: large type, colours for all eyes, an opaque background that dark mode leaves alone."""
    plt.rcParams.update(_STYLE)


def new_axes(xlabel: str, ylabel: str, title: str = "", **options: object) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes and its labels (with units); options go to `plt.subplots`."""
    figure, axes = plt.subplots(**options)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return figure, axes


def show(figure: Figure, alt: str) -> None:
    """Show a figure with its alternative text, which says in words what is to be seen, and close it.

    Raises:
        ValueError: the alternative text is empty.
    """
    from IPython.display import display

    if not alt.strip():
        raise ValueError("Give the figure an alternative text: what does somebody learn who cannot see it?")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    display(
        {"image/png": buffer.getvalue(), "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )


def draw_meridian(latitudes: np.ndarray, places: list[str], flattening: float = 0.25) -> Figure:
    """Draw a meridian of a much too flat Earth, with the vertical at each place.

    Args:
        latitudes: geographic latitudes in degrees, shape (n,): the angle of the vertical with the equator.
        places: their names.
        flattening: 1 - polar / equatorial radius of the drawing.
    """
    polar = 1 - flattening
    figure, axes = plt.subplots(figsize=(8.5, 4.4))
    axes.add_patch(Ellipse((0, 0), 2, 2 * polar, fill=False, linewidth=2, color=BLACK))
    order = np.argsort(latitudes)
    heights = np.linspace(0, 0.95, len(order))
    for height, index in zip(heights, order, strict=True):
        angle = np.radians(latitudes[index])
        point = np.array([np.cos(angle), polar**2 * np.sin(angle)]) / np.hypot(np.cos(angle), polar * np.sin(angle))
        vertical = np.array([np.cos(angle), np.sin(angle)])
        foot = point - vertical * min(1.0, point[1] / max(vertical[1], 1e-9)) * 1.3
        axes.plot(*np.stack([foot, point + 0.12 * vertical], axis=1), color=BLUE, linewidth=1.5)
        axes.plot([point[0] + 0.12 * vertical[0], 1.3], [point[1] + 0.12 * vertical[1], height], ":", color=BLACK, lw=1)
        axes.text(1.33, height, f"{places[index]} {latitudes[index]:.0f}°", va="center")
    axes.axhline(0, xmax=0.62, color=BLACK, linewidth=0.8, linestyle="--")
    axes.plot([0, 0], [-polar, polar], color=BLACK, linewidth=0.8, linestyle="--")
    axes.text(-0.95, 0.03, "equator")
    axes.text(0.03, -0.6, "axis")
    axes.set(xlim=(-1.1, 2.4), ylim=(-0.82, 1.05), aspect="equal")
    axes.axis("off")
    return figure


def draw_descent(path: np.ndarray, hessian: np.ndarray, minimum: np.ndarray, labels: tuple[str, str]) -> Figure:
    """Draw the path of gradient descent over the contours of a quadratic loss, and the loss against the step.

    Args:
        path: parameters after each step, shape (steps + 1, 2).
        hessian: second derivatives of the loss, shape (2, 2).
        minimum: where the loss is smallest, shape (2,).
        labels: names of the two parameters, with units.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
    excess = 0.5 * np.einsum("si,ij,sj->s", path - minimum, hessian, path - minimum)
    reach = 1.3 * max(float(np.abs(path[:3] - minimum).max()), 1e-9)
    grid = np.linspace(-reach, reach, 121)
    a, b = np.meshgrid(grid, grid)
    offsets = np.stack([a, b], axis=-1)
    loss = 0.5 * np.einsum("...i,ij,...j->...", offsets, hessian, offsets)
    left.contour(minimum[0] + a, minimum[1] + b, loss, levels=np.quantile(loss, [0.01, 0.05, 0.15, 0.3, 0.5, 0.75]))
    left.plot(path[:, 0], path[:, 1], "o-", color=RED, markersize=5, clip_on=True)
    left.plot(*minimum, "*", color=BLACK, markersize=14)
    left.set(xlabel=labels[0], ylabel=labels[1])
    left.set(xlim=minimum[0] + reach * np.array([-1, 1]), ylim=minimum[1] + reach * np.array([-1, 1]))
    right.semilogy(np.maximum(excess, 1e-12 * excess[0]), "o-", color=RED, markersize=5)
    right.set(xlabel="step", ylabel="loss above its minimum")
    return figure
