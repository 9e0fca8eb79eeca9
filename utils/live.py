"""Live cells: a figure that is drawn anew when a slider moves."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
from ipywidgets import Image, ValueWidget, VBox
from matplotlib.figure import Figure

from utils.plots import png


class LiveFigure(VBox):
    """Sliders above a figure; made by `live`."""

    def __repr__(self) -> str:
        """Return what is shown where the sliders are not, in a notebook that was opened but not yet run."""
        return "Run this cell (Ctrl + Enter): a slider appears here."


def live(draw: Callable[..., Figure], **controls: ValueWidget) -> LiveFigure:
    """Return sliders with a figure below them, drawn anew at each change.

    An image takes the place of `interact`'s output area: it does not flicker, and it cannot stall a notebook that runs
    without a browser.

    Args:
        draw: takes the values of the controls by name and returns a figure.
        controls: a slider, or another widget with a value, for each argument of `draw`.

    Raises:
        TypeError: a control has no value, or `draw` does not return a figure.
    """
    for name, control in controls.items():
        if not isinstance(control, ValueWidget):
            raise TypeError(f"{name} = {control!r} is no widget with a value; a FloatSlider is one.")
    image = Image(format="png")

    def redraw(_: object = None) -> None:
        figure = draw(**{name: control.value for name, control in controls.items()})
        if not isinstance(figure, Figure):
            raise TypeError(f"{draw.__name__} must return the figure that it draws, not {figure!r}.")
        image.value = png(figure)
        plt.close(figure)

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    return LiveFigure([*controls.values(), image])
