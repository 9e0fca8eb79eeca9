"""The observables that the exercises of lecture 22 compare showers by."""

import numpy as np
import pytest

from utils.checks.variational_autoencoders import shower_observables
from utils.data.calorimeter import CELL_MM, SHAPE, load_showers


def test_one_cell() -> None:
    deposits = np.zeros((1, *SHAPE))
    deposits[0, 4, 6 + 3, 7 - 4] = 25_000
    found = {name: values.item() for name, values in shower_observables(np.array([50.0]), deposits).items()}
    assert found["energy sum"] == pytest.approx(0.5)
    assert found["depth"] == pytest.approx(4)
    assert found["radius"] == pytest.approx(5 * CELL_MM)
    assert found["cells hit"] == pytest.approx(1 / np.prod(SHAPE))


def test_an_empty_shower_gives_numbers() -> None:
    for values in shower_observables(np.array([50.0]), np.zeros((1, *SHAPE))).values():
        assert np.isfinite(values).all()


def test_simulated_showers() -> None:
    energy, deposits = (part[:500] for part in load_showers("test"))
    found = shower_observables(energy, deposits)
    assert found["energy sum"].mean() == pytest.approx(0.97, abs=0.03)
    assert np.corrcoef(np.log(energy), found["depth"])[0, 1] > 0.2  # the shower maximum moves with ln E
    twice = shower_observables(2 * energy, 2 * deposits)
    for name, values in found.items():
        assert np.allclose(twice[name], values, rtol=1e-4)
