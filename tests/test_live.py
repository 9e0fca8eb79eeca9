"""Live cells: the figure follows the sliders."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from ipywidgets import FloatSlider, Label
from matplotlib.figure import Figure

from utils.live import live


def draw(height: float, colour: str = "black") -> Figure:
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([0], [height], color=colour)
    axes.set_ylim(0, 1)
    return figure


def test_the_figure_follows_the_slider():
    slider = FloatSlider(0.2, min=0, max=1)
    box = live(draw, height=slider)
    picture = box.children[-1]
    first = bytes(picture.value)
    assert box.children[0] is slider and first.startswith(b"\x89PNG")
    slider.value = 0.9
    assert bytes(picture.value) != first
    slider.value = 0.2
    assert bytes(picture.value) == first


def test_before_it_runs_it_says_what_to_do():
    box = live(draw, height=FloatSlider(0.2))
    assert box._repr_mimebundle_()["text/plain"].startswith("Run this cell")


def test_no_figure_stays_open():
    plt.close("all")
    live(draw, height=FloatSlider(0.2, min=0, max=1)).children[0].value = 0.5
    assert plt.get_fignums() == []


def test_bad_use_is_explained():
    with pytest.raises(TypeError, match="height = 3 is no widget"):
        live(draw, height=3)
    with pytest.raises(TypeError, match="must return the figure"):
        live(lambda height: None, height=FloatSlider(0.2))


def test_each_control_changes_the_figure():
    black, red, again = (
        live(draw, height=FloatSlider(0.2), colour=Label(colour)).children[-1].value
        for colour in ("black", "red", "red")
    )
    assert bytes(red) != bytes(black)
    assert bytes(red) == bytes(again)
