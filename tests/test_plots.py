"""Plots: style, alternative text, colours for all eyes, and the figures that a lecture draws but does not teach."""

import io
from collections.abc import Iterator
from itertools import combinations

import IPython.display
import numpy as np
import pytest
from matplotlib import color_sequences
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from PIL import Image

from utils import plots

# linear RGB seen with the three kinds of colour blindness: Machado, Oliveira and Fernandes, IEEE Trans. Vis. Comput.
# Graph. 15 (2009) 1291, table 1, severity 1.0
EYES = {
    "all cones": np.eye(3),
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array([[0.412456, 0.357576, 0.180438], [0.212673, 0.715152, 0.072175], [0.019334, 0.119192, 0.950304]])
CLEARLY_DIFFERENT = 15  # in CIE Lab, where 2 is just noticeable


@pytest.fixture(autouse=True)
def own_style() -> Iterator[None]:
    plt.switch_backend("agg")
    with plt.rc_context():
        plots.set_style()
        yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict, dict]]:
    """Return data and metadata of what is displayed."""
    displayed: list[tuple[dict, dict]] = []

    def display(data: dict, metadata: dict, raw: bool) -> None:
        assert raw
        displayed.append((data, metadata))

    monkeypatch.setattr(IPython.display, "display", display)
    return displayed


def words(figure: Figure) -> set[str]:
    """Return all that is written in a figure, after drawing it."""
    figure.canvas.draw()
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    labels = [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel(), axes.get_title())]
    return {*texts, *labels}


def lab(colours: list, eye: np.ndarray) -> np.ndarray:
    """Return colours as CIE Lab, as seen by an eye, shape (n, 3)."""
    rgb = to_rgba_array(colours)[:, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ eye.T, 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def closest(colours: list, eye: np.ndarray) -> float:
    """Return the smallest difference between two of the colours."""
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(lab(colours, eye), 2))


@pytest.mark.parametrize("eye", EYES.values(), ids=EYES)
def test_colours_are_distinct_for_all_eyes(eye: np.ndarray) -> None:
    assert closest(plt.rcParams["axes.prop_cycle"].by_key()["color"], eye) > CLEARLY_DIFFERENT


@pytest.mark.parametrize("eye", ["no red cones", "no green cones"])
def test_confusing_colours_are_found(eye: str) -> None:
    assert closest(color_sequences["tab10"][:4], EYES["all cones"]) > CLEARLY_DIFFERENT
    assert closest(color_sequences["tab10"][:4], EYES[eye]) < CLEARLY_DIFFERENT


def test_background_is_opaque(shown: list) -> None:
    figure, _ = plots.new_axes("x", "y")
    assert figure.get_facecolor() == (1, 1, 1, 1)
    plots.show(figure, "Empty axes.")
    picture = np.asarray(Image.open(io.BytesIO(shown[0][0]["image/png"])).convert("RGBA"))
    assert (picture[..., 3] == 255).all()
    assert (picture[0, 0] == 255).all()


def test_new_axes() -> None:
    figure, axes = plots.new_axes("energy (keV)", "channel", "Peaks", figsize=(4, 3))
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("energy (keV)", "channel", "Peaks")
    assert tuple(figure.get_size_inches()) == (4, 3)


def test_show(shown: list) -> None:
    figure, _ = plots.new_axes("x", "y")
    plots.show(figure, "Empty axes.")
    ((data, metadata),) = shown
    assert set(data) == {"image/png", "text/plain"}
    assert data["image/png"].startswith(b"\x89PNG\r\n")
    assert data["text/plain"] == "Empty axes."
    assert metadata == {"image/png": {"alt": "Empty axes."}}
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", " \n"])
def test_show_wants_alternative_text(alt: str, shown: list) -> None:
    with pytest.raises(ValueError, match="Give the figure an alternative text"):
        plots.show(plots.new_axes("x", "y")[0], alt)
    assert shown == []


@pytest.mark.parametrize("flattening", [0, 0.25, 0.5])
def test_draw_meridian(flattening: float) -> None:
    figure = plots.draw_meridian(np.array([49.4, 0.0, 66.3]), ["Paris", "Quito", "Lapland"], flattening)
    assert {"Paris 49°", "Quito 0°", "Lapland 66°", "equator", "axis"} <= words(figure)


def test_verticals_start_on_the_meridian() -> None:
    """Each line is perpendicular to the ellipse x² + y²/b² = 1: it runs along the gradient (x, y/b²) at its point."""
    latitudes = np.array([10.0, 45, 80])
    figure = plots.draw_meridian(latitudes, ["a", "b", "c"], flattening=0.25)
    for latitude, line in zip(latitudes, figure.axes[0].lines[::2], strict=False):
        (foot_x, end_x), (foot_y, end_y) = line.get_data()
        assert np.isclose(np.degrees(np.arctan2(end_y - foot_y, end_x - foot_x)), latitude)
        point = np.array([end_x, end_y]) - 0.12 * np.array([np.cos(np.radians(latitude)), np.sin(np.radians(latitude))])
        assert np.isclose(point[0] ** 2 + point[1] ** 2 / 0.75**2, 1)
        assert np.isclose(np.degrees(np.arctan2(point[1] / 0.75**2, point[0])), latitude)


def test_draw_descent() -> None:
    hessian, minimum = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([3.0, -1.0])
    paths = {
        f"eta = {1 - factor}": minimum + np.outer(factor ** np.arange(8), [2.0, 1.0]) for factor in (0.5, 0.25, -0.5)
    }
    figure = plots.draw_descent(paths, hessian, minimum, ("constant (m)", "slope (m/s)"))
    assert {"constant (m)", "slope (m/s)", "step", "loss above its minimum", *paths} <= words(figure)
    start = 0.5 * (2 * 4 + 2 * 0.5 * 2 + 1)
    for line, factor in zip(figure.axes[-1].lines, (0.5, 0.25, -0.5), strict=True):
        assert np.allclose(line.get_ydata(), start * factor ** (2 * np.arange(8)))
