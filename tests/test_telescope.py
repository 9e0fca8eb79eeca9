"""The toy Cherenkov telescope: what its images and Hillas parameters must obey, and errors against bad input."""

from __future__ import annotations

import numpy as np
import pytest

from utils.data import telescope


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def one(energy: float = 5.0, impact: tuple = (60.0, 80.0), direction: tuple = (0.0, 0.0), x_max: float = 400.0):
    """Return the expected image of one gamma ray."""
    return telescope.expected_image(*(np.array([value]) for value in (energy, *impact, *direction, x_max)))


def ellipse(x: float, y: float, length: float, width: float, psi: float) -> np.ndarray:
    """Return a Gaussian of these Hillas parameters (degrees), shape (1, 24, 24)."""
    columns, rows = np.meshgrid(telescope.pixel_centres() - x, telescope.pixel_centres() - y)
    along = columns * np.cos(np.radians(psi)) + rows * np.sin(np.radians(psi))
    across = rows * np.cos(np.radians(psi)) - columns * np.sin(np.radians(psi))
    return np.exp(-0.5 * ((along / length) ** 2 + (across / width) ** 2))[None]


def test_shapes_ranges_and_reproducibility() -> None:
    images = telescope.make_images(rng(), 3000)
    assert images.pixels.shape == (3000, 24, 24)
    assert images.pixels.dtype == np.float32
    assert all(values.shape == (3000,) for values in images[1:])
    assert np.all((images.energy >= 1) & (images.energy <= 30))
    assert np.all(np.hypot(images.impact_x, images.impact_y) <= 200)
    assert np.all(np.hypot(images.direction_x, images.direction_y) <= 0.5)
    again = telescope.make_images(rng(), 3000)
    assert all(np.array_equal(a, b) for a, b in zip(images, again, strict=True))
    assert not np.array_equal(images.energy, telescope.make_images(rng(2), 3000).energy)


def test_every_image_passes_cleaning_and_trigger() -> None:
    pixels = telescope.make_images(rng(), 2000).pixels
    np.testing.assert_array_equal(telescope.clean(pixels), pixels)
    assert pixels[pixels > 0].min() >= telescope.BOUNDARY_CUT
    assert pixels.sum(axis=(1, 2)).min() >= telescope.SMALLEST_SIZE
    assert (pixels > 0).sum(axis=(1, 2)).min() >= telescope.FEWEST_PIXELS
    assert telescope.triggered(pixels).all()
    assert not telescope.triggered(np.zeros((1, 24, 24)))[0]


def test_uncleaned_images_have_the_night_sky_in_every_pixel() -> None:
    raw = telescope.make_images(rng(), 500, cleaned=False)
    clean = telescope.make_images(rng(), 500)
    np.testing.assert_array_equal(telescope.clean(raw.pixels), clean.pixels)
    corner = raw.pixels[np.hypot(raw.impact_x, raw.impact_y) < 60][:, :3, :3] + telescope.NIGHT_SKY
    assert abs(corner.mean() - telescope.NIGHT_SKY) < 5 / np.sqrt(corner.size)
    assert abs(corner.var() - telescope.NIGHT_SKY) < 10 / np.sqrt(corner.size)


def test_size_is_proportional_to_energy_and_falls_outside_the_light_pool() -> None:
    size = one().sum()
    assert size == pytest.approx(5 * telescope.LIGHT, rel=0.01)
    assert one(energy=10.0).sum() == pytest.approx(2 * size)
    assert one(impact=(0.0, 110.0)).sum() == pytest.approx(size, rel=0.01)
    assert one(impact=(0.0, -180.0), direction=(0.0, 1.5)).sum() == pytest.approx(size / 2.25, rel=0.01)


def test_triggered_sizes_follow_the_energy() -> None:
    images = telescope.make_images(rng(), 4000)
    inside = np.hypot(images.impact_x, images.impact_y) < 100
    size = images.pixels.sum(axis=(1, 2))
    bright = inside & (images.energy > 5)
    assert np.median(size[bright] / images.energy[bright]) == pytest.approx(telescope.LIGHT, rel=0.1)
    slope = np.polyfit(np.log(images.energy[bright]), np.log(size[bright]), 1)[0]
    assert abs(slope - 1) < 0.05


def test_energies_follow_the_power_law_where_all_are_seen() -> None:
    energy = telescope.make_images(rng(), 20_000, energies=(8.0, 30.0)).energy
    above = np.mean(energy > 15)
    expected = (1 / 15 - 1 / 30) / (1 / 8 - 1 / 30)
    assert abs(above - expected) < 0.02
    energy = telescope.make_images(rng(), 20_000, energies=(8.0, 30.0), index=1).energy
    assert abs(np.mean(energy > np.sqrt(8 * 30)) - 0.5) < 0.02  # uniform in ln E


def test_the_centre_is_displaced_as_the_geometry_says() -> None:
    h = telescope.height(400.0)
    for impact, direction in (((60.0, 80.0), (0.3, -0.2)), ((-90.0, 20.0), (0.0, 0.4))):
        found = telescope.hillas(one(impact=impact, direction=direction), source=direction)
        assert found["distance"][0] == pytest.approx(np.degrees(np.hypot(*impact) / h), rel=0.02)
        assert found["x"][0] == pytest.approx(direction[0] + np.degrees(impact[0] / h), abs=0.02)
        assert found["y"][0] == pytest.approx(direction[1] + np.degrees(impact[1] / h), abs=0.02)
        assert found["alpha"][0] < 0.5


def test_distance_and_length_grow_with_impact_and_with_depth() -> None:
    near, far = (telescope.hillas(one(impact=(b, 0.0))) for b in (40.0, 120.0))
    assert far["distance"][0] == pytest.approx(3 * near["distance"][0], rel=0.02)
    assert far["length"][0] > 1.5 * near["length"][0]
    deep = telescope.hillas(one(impact=(40.0, 0.0), x_max=550.0))
    assert deep["distance"][0] > near["distance"][0]
    assert deep["width"][0] > near["width"][0]


def test_a_shower_onto_the_telescope_is_round() -> None:
    found = telescope.hillas(one(impact=(0.0, 0.0)))
    assert found["length"][0] == pytest.approx(found["width"][0], rel=1e-6)
    assert found["distance"][0] < 1e-9


def test_images_of_gamma_rays_point_to_their_source() -> None:
    images = telescope.make_images(rng(), 4000)
    alpha = telescope.hillas(images.pixels, (images.direction_x, images.direction_y))["alpha"]
    assert np.median(alpha) < 4
    assert np.median(telescope.hillas(images.pixels)["alpha"]) > 2 * np.median(alpha)


@pytest.mark.parametrize("cleaned", [True, False])
def test_folded_images_do_not_remember_their_reflection(cleaned: bool) -> None:
    images = telescope.make_images(rng(), 200, cleaned=cleaned)
    pixels, energy, x, y, to_x, to_y, x_max = images
    mirrored = telescope.Images(pixels[:, :, ::-1], energy, -x, y, -to_x, to_y, x_max)
    swapped = telescope.Images(pixels.transpose(0, 2, 1), energy, y, x, to_y, to_x, x_max)
    folded = telescope.fold(images)
    for other in (mirrored, swapped, folded):
        assert all(np.array_equal(a, b) for a, b in zip(telescope.fold(other), folded, strict=True))


def test_folded_images_lie_in_one_eighth_and_still_point_to_their_source() -> None:
    images = telescope.make_images(rng(), 2000, energies=(10, 30))
    folded = telescope.fold(images)
    centre = telescope.hillas(folded.pixels)
    assert np.all((centre["y"] >= 0) & (centre["y"] <= centre["x"]))
    for key in ("size", "length", "width"):
        assert np.allclose(centre[key], telescope.hillas(images.pixels)[key], rtol=1e-4)
    before = telescope.hillas(images.pixels, (images.direction_x, images.direction_y))
    after = telescope.hillas(folded.pixels, (folded.direction_x, folded.direction_y))
    assert np.allclose(np.abs(after["alpha"]), np.abs(before["alpha"]), atol=0.01)
    assert np.allclose(after["distance"], before["distance"], atol=1e-4)


def test_hadrons_are_wider_and_point_nowhere() -> None:
    gamma, hadron = (telescope.hillas(telescope.make_images(rng(), 3000, kind).pixels) for kind in ("gamma", "hadron"))
    assert np.median(hadron["width"]) > 1.1 * np.median(gamma["width"])
    assert 35 < np.median(hadron["alpha"]) < 55
    assert np.median(gamma["alpha"]) < 20


def test_the_depth_of_the_maximum_is_heitlers() -> None:
    assert telescope.depth_of_maximum(telescope.CRITICAL_ENERGY) == pytest.approx(0)
    step = telescope.depth_of_maximum(20.0) - telescope.depth_of_maximum(2.0)
    assert step == pytest.approx(37 * np.log(10))
    assert telescope.height(telescope.TELESCOPE_DEPTH) == pytest.approx(0)
    assert telescope.height(telescope.TELESCOPE_DEPTH / np.e) == pytest.approx(telescope.SCALE_HEIGHT)
    images = telescope.make_images(rng(), 8000, energies=(20.0, 20.0))
    assert abs(images.x_max.mean() - telescope.depth_of_maximum(20.0)) < 5 * 48 / np.sqrt(8000) + 2
    assert abs(images.x_max.std() - 9 / 7 * 37) < 4


@pytest.mark.parametrize("psi", [-60.0, 0.0, 35.0, 80.0])
def test_hillas_parameters_of_a_known_ellipse(psi: float) -> None:
    found = telescope.hillas(ellipse(0.3, -0.2, 0.4, 0.2, psi))
    for name, true in {"x": 0.3, "y": -0.2, "length": 0.4, "width": 0.2, "psi": psi}.items():
        assert found[name][0] == pytest.approx(true, abs=0.01 if name != "psi" else 0.2)
    assert found["distance"][0] == pytest.approx(np.hypot(0.3, 0.2), abs=0.01)
    to_source = np.degrees(np.arctan2(-0.2, 0.3))
    turned = abs(psi - to_source) % 180
    assert found["alpha"][0] == pytest.approx(min(turned, 180 - turned), abs=0.3)


def test_hillas_parameters_do_not_depend_on_the_brightness() -> None:
    image = ellipse(0.5, 0.1, 0.3, 0.15, 20.0)
    once, twice = telescope.hillas(image), telescope.hillas(2 * image)
    assert twice["size"][0] == pytest.approx(2 * once["size"][0])
    for name in ("length", "width", "x", "y", "psi", "distance", "alpha"):
        assert twice[name][0] == pytest.approx(once[name][0])


def test_an_empty_image_has_size_zero_and_no_shape() -> None:
    found = telescope.hillas(np.zeros((2, 24, 24)))
    assert np.all(found["size"] == 0)
    assert np.isnan(found["length"]).all()
    assert np.isnan(found["alpha"]).all()


def test_cleaning_keeps_islands_and_drops_what_stands_alone() -> None:
    image = np.zeros((1, 24, 24))
    image[0, 5, 5], image[0, 5, 6], image[0, 6, 7] = 20, 5, 5  # core, its neighbour, the neighbour's neighbour
    image[0, 15, 15] = 30  # bright, alone
    image[0, 20, 20], image[0, 20, 21] = 5, 5  # two boundary pixels without a core
    image[0, 0, 0], image[0, 1, 1] = 9, 4  # in the corner, touching by a corner
    cleaned = telescope.clean(image)[0]
    assert sorted(zip(*(axis.tolist() for axis in np.nonzero(cleaned)), strict=True)) == [
        (0, 0),
        (1, 1),
        (5, 5),
        (5, 6),
    ]
    assert cleaned[5, 5] == 20
    assert telescope.clean(rng().poisson(1.0, (500, 24, 24)) - 1.0).any(axis=(1, 2)).mean() < 0.01


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="n = 0"):
        telescope.make_images(rng(), 0)
    with pytest.raises(ValueError, match="'muon'"):
        telescope.make_images(rng(), 10, kind="muon")
    with pytest.raises(ValueError, match="lowest <= highest"):
        telescope.make_images(rng(), 10, energies=(5.0, 2.0))
    with pytest.raises(ValueError, match=r"pixels\[None\]"):
        telescope.hillas(np.zeros((24, 24)))
    with pytest.raises(ValueError, match="below zero"):
        telescope.hillas(-np.ones((1, 24, 24)))
    with pytest.raises(ValueError, match="boundary <= core"):
        telescope.clean(np.zeros((1, 24, 24)), core=3, boundary=5)
