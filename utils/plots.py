"""The course's plot style, and the figures that a lecture draws but does not teach."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from PIL import Image

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
    "figure.figsize": (10, 4.3),
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


def png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG file, with 256 colours, which keeps notebooks small."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Show a figure with its alternative text, which says in words what is to be seen, and close it.

    Raises:
        ValueError: the alternative text is empty.
    """
    from IPython.display import display

    if not alt.strip():
        raise ValueError("Give the figure an alternative text: what does somebody learn who cannot see it?")
    picture = png(figure)
    plt.close(figure)
    display(
        {"image/png": picture, "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )


def draw_meridian(latitudes: np.ndarray, places: list[str], flattening: float = 0.25) -> Figure:
    """Draw a meridian of a much too flat Earth, with the vertical at each place.

    Args:
        latitudes: angles of the verticals with the equator in degrees, shape (n,); the southern ones count as northern.
        places: their names.
        flattening: 1 - polar / equatorial radius of the drawing.
    """
    polar, latitudes = 1 - flattening, np.abs(latitudes)
    figure, axes = plt.subplots(figsize=(9, 4.4))
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
    for begin in (0, 75):
        arc = np.radians(np.linspace(begin, begin + 15, 50))
        radius = np.hypot(np.cos(arc), polar * np.sin(arc))
        axes.plot(np.cos(arc) / radius, polar**2 * np.sin(arc) / radius, color=ORANGE, linewidth=7, alpha=0.7)
    axes.axhline(0, xmax=0.62, color=BLACK, linewidth=0.8, linestyle="--")
    axes.plot([0, 0], [-polar, polar], color=BLACK, linewidth=0.8, linestyle="--")
    axes.text(-0.95, 0.03, "equator")
    axes.text(0.03, -0.6, "axis")
    axes.set(xlim=(-1.1, 2.4), ylim=(-0.82, 1.05), aspect="equal")
    axes.axis("off")
    return figure


def draw_descent(
    paths: dict[str, np.ndarray], hessian: np.ndarray, minimum: np.ndarray, labels: tuple[str, str]
) -> Figure:
    """Draw paths of gradient descent over the contours of a quadratic loss, and their losses against the step.

    Args:
        paths: one to three; for each name the parameters after each step, shape (steps + 1, 2), from one start.
        hessian: second derivatives of the loss, shape (2, 2).
        minimum: where the loss is smallest, shape (2,).
        labels: names of the two parameters, with units.

    Raises:
        ValueError: no path, or more than three.
    """
    if not 1 <= len(paths) <= 3:
        raise ValueError(f"draw_descent draws one to three paths, not {len(paths)}.")
    figure, panels = plt.subplots(1, len(paths) + 1, figsize=(min(5.5 * (len(paths) + 1), 14), 4.2))
    start = next(iter(paths.values()))[0]
    grid = 1.3 * np.abs(start - minimum).max() * np.linspace(-1, 1, 121)
    offsets = np.stack(np.meshgrid(grid, grid), axis=-1)
    levels = _excess(start - minimum, hessian) * np.array([0.02, 0.1, 0.3, 0.6, 1.0, 1.6])
    for axes, color, (name, path) in zip(panels, (BLUE, ORANGE, RED), paths.items(), strict=False):
        axes.contour(minimum[0] + grid, minimum[1] + grid, _excess(offsets, hessian), levels=levels, colors="grey")
        axes.plot(path[:, 0], path[:, 1], "o-", color=color, markersize=4, linewidth=1.5)
        axes.plot(*minimum, "*", color=BLACK, markersize=14)
        axes.set(xlabel=labels[0], title=name, xlim=minimum[0] + grid[[0, -1]], ylim=minimum[1] + grid[[0, -1]])
        panels[-1].semilogy(np.maximum(_excess(path - minimum, hessian), 1e-9), "o-", color=color, markersize=4)
    panels[0].set_ylabel(labels[1])
    panels[-1].set(xlabel="step", title="loss above its minimum")
    return figure


def _excess(offset: np.ndarray, hessian: np.ndarray) -> np.ndarray:
    """Return the quadratic loss above its minimum at offsets from it, shape (..., 2)."""
    return 0.5 * np.einsum("...i,ij,...j->...", offset, hessian, offset)
