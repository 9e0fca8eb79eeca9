"""A toy telescope for the Cherenkov light of air showers: images of gamma rays and protons, and Hillas parameters.

The shower is a straight line from the direction of its source to the impact point, seen from a telescope at the origin
that looks to the zenith. A point of it at the height h appears in the camera at

    angle = direction + impact / h                                        (small angles, in radians)

so all images of one direction lie on rays from that direction, the farther out the larger the impact distance b is.

    depth of the maximum    X_max = X0 ln(E / E_c) + (depth of the first interaction - its mean)      Heitler
    its height              h = H ln(X_telescope / X_max)                                  isothermal atmosphere
    spread of the profile   sigma_X = X0 sqrt(1.5 X_max / X0)         Gaussian about the maximum of Greisen's profile
    length of the image     sigma_long = (b / h) (H / h) (sigma_X / X_max), in quadrature with the width
    width of the image      (radius of the shower's core) / h, in quadrature with the mirror's spot
    photo-electrons         LIGHT · E · 1 inside the light pool of 120 m, · (120 m / b)² beyond

Sources: W. Heitler, The Quantum Theory of Radiation (1954), section 38; K. Greisen, Prog. Cosmic Ray Phys. 3 (1956) 1;
the light pool: J. R. Patterson and A. M. Hillas, J. Phys. G 9 (1983) 1433; the parameters: A. M. Hillas, Proc. 19th
ICRC 3 (1985) 445. The telescope is as small as those of TAIGA (34 mirrors of 60 cm, 675 m above the sea, 576 hexagonal
pixels in a field of 9.6°: A. Borodin et al., PoS(ICRC2021)742), its camera finer: 24 × 24 square pixels of 0.2°.

What is toy: images are symmetric Gaussians (real ones have a tail away from the source), the light does not depend on
the depth of the shower, no zenith angle, no time, no broken pixels, single photo-electrons are counted without error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

PIXELS = 24  # along each side of the camera
PIXEL = 0.2  # degrees, side of a pixel
LOWEST, HIGHEST, INDEX = 1.0, 30.0, 2.0  # TeV, and the index of the power law dN/dE ∝ E**-INDEX
LARGEST_IMPACT = 200.0  # m
LARGEST_OFFSET = {"gamma": 0.5, "hadron": 1.5}  # degrees, of the direction from the middle of the camera
LIGHT = 100.0  # photo-electrons for 1 TeV inside the light pool: about 70 photons/m² · 9.6 m² · 0.15
LIGHT_POOL = 120.0  # m
SPREAD = 0.1  # relative fluctuation of light, length and width from shower to shower
RADIATION_LENGTH, CRITICAL_ENERGY = 37.0, 85e-6  # g/cm² and TeV, of air
TELESCOPE_DEPTH, SCALE_HEIGHT = 950.0, 8000.0  # g/cm² of air above the telescope, and m
CORE_RADIUS, MIRROR_SPOT = 15.0, 0.07  # m, and degrees
NIGHT_SKY = 1.0  # photo-electrons in each pixel, mean; it is subtracted
CORE_CUT, BOUNDARY_CUT = 8.0, 4.0  # photo-electrons, of the cleaning
SMALLEST_SIZE, FEWEST_PIXELS = 60.0, 5  # photo-electrons and pixels that are left after cleaning: the trigger
_PARTS = 4  # sub-showers of a hadron
_CHUNK = 2000


class Images(NamedTuple):
    """Images and the showers that made them.

    Attributes:
        pixels: photo-electrons (after cleaning, if not asked otherwise), shape (n, 24, 24), float32; pixels[i, row,
            column] is at y (row), x (column) of `pixel_centres`.
        energy: TeV, shape (n,), as all that follow.
        impact_x: where the shower's axis hits the ground, m from the telescope.
        impact_y: the same along y.
        direction_x: where the shower comes from, degrees from the middle of the camera.
        direction_y: the same along y.
        x_max: depth of the shower's maximum, g/cm².
    """

    pixels: np.ndarray
    energy: np.ndarray
    impact_x: np.ndarray
    impact_y: np.ndarray
    direction_x: np.ndarray
    direction_y: np.ndarray
    x_max: np.ndarray


def make_images(
    rng: np.random.Generator,
    n: int,
    kind: str = "gamma",
    energies: tuple[float, float] = (LOWEST, HIGHEST),
    cleaned: bool = True,
    index: float = INDEX,
) -> Images:
    """Return images of showers that pass the trigger.

    Energies follow dN/dE ∝ E**-index, impact points are uniform on a disc of 200 m, directions on a disc of 0.5°
    (gamma) or 1.5° (hadron). Showers whose cleaned image has fewer than 60 photo-electrons or 5 pixels are drawn again,
    so the energies and impact points that are returned are those of *triggered* showers.

    A hadron is a toy of its own: half the light of a gamma ray, the maximum at the depth of a gamma ray with a quarter
    of the energy, a first interaction after 85 g/cm² on average, and its light in four uneven sub-showers about 60 m
    around its axis.

    Args:
        rng: the random generator.
        n: images.
        kind: "gamma" or "hadron".
        energies: lowest and highest energy in TeV.
        cleaned: False for the images before cleaning, with the night sky in every pixel (its mean is subtracted, so the
            smallest value is -1). The trigger looks at the cleaned image in both cases.
        index: of the power law of the energies; 1 is uniform in ln E.

    Raises:
        ValueError: no image, an unknown kind, or energies that are not 0.5 <= lowest <= highest <= 1000.
    """
    if n < 1:
        raise ValueError(f"n = {n} images: at least one is needed.")
    if kind not in LARGEST_OFFSET:
        raise ValueError(f"kind = {kind!r} is not known: take 'gamma' or 'hadron'.")
    if not 0.5 <= energies[0] <= energies[1] <= 1000:
        raise ValueError(f"energies = {energies} must be (lowest, highest) with 0.5 <= lowest <= highest <= 1000 TeV.")
    found, missing = [], n
    while missing > 0:
        images = _draw(rng, min(_CHUNK, 2 * missing + 20), kind, energies, cleaned, index)
        found.append(Images(*(values[:missing] for values in images)))
        missing -= len(found[-1].energy)
    return Images(*(np.concatenate(values) for values in zip(*found, strict=True)))


def _draw(
    rng: np.random.Generator, n: int, kind: str, energies: tuple[float, float], cleaned: bool, index: float
) -> Images:
    """Return those of n showers that pass the trigger."""
    energy = _power_law(rng.random(n), *energies, index)
    impact = LARGEST_IMPACT * _disc(rng, n)
    direction = LARGEST_OFFSET[kind] * _disc(rng, n)
    mean = (9 / 7 * RADIATION_LENGTH) if kind == "gamma" else 85.0
    x_max = depth_of_maximum(energy if kind == "gamma" else energy / 4) + rng.exponential(mean, n) - mean
    x_max = np.clip(x_max, 100.0, 800.0)
    expected = np.zeros((n, PIXELS, PIXELS))
    for share, shift in _parts(rng, n, kind):
        light, length, width = rng.lognormal(0, SPREAD, (3, n))
        expected += expected_image(energy * share * light, *(impact + shift), *direction, x_max, length, width)
    pixels = (rng.poisson(expected + NIGHT_SKY) - NIGHT_SKY).astype(np.float32)
    clear = clean(pixels)
    seen = triggered(clear)
    return Images(*(values[seen] for values in (clear if cleaned else pixels, energy, *impact, *direction, x_max)))


def triggered(pixels: np.ndarray) -> np.ndarray:
    """Return which cleaned images have at least 60 photo-electrons in at least 5 pixels, shape (n,)."""
    pixels = _checked(pixels)
    return (pixels.sum(axis=(1, 2)) >= SMALLEST_SIZE) & ((pixels > 0).sum(axis=(1, 2)) >= FEWEST_PIXELS)


def fold(images: Images) -> Images:
    """Return the images reflected so that the centre of their light lies at 0 <= y <= x, one eighth of the camera.

    Reflections at x = 0, y = 0 and x = y change nothing for a square camera that looks at sources around its middle.
    Impact points and directions are reflected with their images; the centre is that of the cleaned image.
    """
    centre = hillas(clean(images.pixels))
    left, below = centre["x"] < 0, centre["y"] < 0
    steep = np.abs(centre["y"]) > np.abs(centre["x"])
    pixels = np.where(left[:, None, None], images.pixels[:, :, ::-1], images.pixels)
    pixels = np.where(below[:, None, None], pixels[:, ::-1], pixels)
    pixels = np.where(steep[:, None, None], pixels.transpose(0, 2, 1), pixels)
    vectors = []
    for x, y in ((images.impact_x, images.impact_y), (images.direction_x, images.direction_y)):
        x, y = np.where(left, -x, x), np.where(below, -y, y)
        vectors += [np.where(steep, y, x), np.where(steep, x, y)]
    return Images(pixels, images.energy, *vectors, images.x_max)


def _power_law(quantile: np.ndarray, lowest: float, highest: float, index: float) -> np.ndarray:
    """Return the energies below which these parts of a power law lie."""
    if index == 1:
        return lowest * (highest / lowest) ** quantile
    below, above = lowest ** (1 - index), highest ** (1 - index)
    return (below + (above - below) * quantile) ** (1 / (1 - index))


def _disc(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return points that are uniform on the unit disc, shape (2, n)."""
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.sqrt(rng.random(n)) * np.stack([np.cos(angle), np.sin(angle)])


def _parts(rng: np.random.Generator, n: int, kind: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the share of the light and the displacement in m, shapes (n,) and (2, n), of each sub-shower."""
    if kind == "gamma":
        yield np.ones(n), np.zeros((2, n))
        return
    for share in rng.dirichlet(np.ones(_PARTS), n).T:
        yield 0.5 * share, rng.normal(0, 60.0 / np.sqrt(2), (2, n))


def pixel_centres() -> np.ndarray:
    """Return the positions of rows or columns in the camera in degrees, shape (24,)."""
    return PIXEL * (np.arange(PIXELS) - (PIXELS - 1) / 2)


def depth_of_maximum(energy: np.ndarray | float) -> np.ndarray:
    """Return the mean depth X0 ln(E / E_c) in g/cm² of the maximum of a gamma ray's shower of `energy` in TeV."""
    return RADIATION_LENGTH * np.log(np.asarray(energy, float) / CRITICAL_ENERGY)


def height(depth: np.ndarray | float) -> np.ndarray:
    """Return the height above the telescope in m at which the depth of the atmosphere is `depth` in g/cm²."""
    return SCALE_HEIGHT * np.log(TELESCOPE_DEPTH / np.asarray(depth, float))


def light_density(distance: np.ndarray | float) -> np.ndarray:
    """Return the light at a distance in m from the impact point, relative to that inside the light pool."""
    return np.minimum(1.0, (LIGHT_POOL / np.maximum(distance, 1.0)) ** 2)


def expected_image(
    energy: np.ndarray,
    impact_x: np.ndarray,
    impact_y: np.ndarray,
    direction_x: np.ndarray,
    direction_y: np.ndarray,
    x_max: np.ndarray,
    longer: np.ndarray | float = 1.0,
    wider: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Return the expected photo-electrons of gamma rays without night sky, shape (n, 24, 24).

    Args:
        energy: TeV, shape (n,), as all that follow.
        impact_x, impact_y: m.
        direction_x, direction_y: degrees.
        x_max: depth of the maximum, g/cm².
        longer, wider: factors on length and width.
    """
    energy, impact_x, impact_y = np.atleast_1d(energy), np.atleast_1d(impact_x), np.atleast_1d(impact_y)
    h, b = height(x_max), np.hypot(impact_x, impact_y)
    width = np.hypot(np.degrees(CORE_RADIUS / h), MIRROR_SPOT) * wider
    spread = RADIATION_LENGTH * np.sqrt(1.5 * x_max / RADIATION_LENGTH)
    length = np.hypot(np.degrees(b / h) * (SCALE_HEIGHT / h) * (spread / x_max) * longer, width)
    cos, sin = np.cos(np.arctan2(impact_y, impact_x)), np.sin(np.arctan2(impact_y, impact_x))
    grid = pixel_centres()
    x = grid - np.reshape(direction_x + np.degrees(impact_x / h), (-1, 1))  # (n, columns)
    y = grid - np.reshape(direction_y + np.degrees(impact_y / h), (-1, 1))  # (n, rows)

    def scaled(along_x: np.ndarray, along_y: np.ndarray, sigma: np.ndarray) -> np.ndarray:
        a, b = (along_x / sigma)[:, None], (along_y / sigma)[:, None]
        return (a * x)[:, None, :] + (b * y)[:, :, None]

    density = np.exp(-0.5 * (scaled(cos, sin, length) ** 2 + scaled(-sin, cos, width) ** 2))
    total = LIGHT * energy * light_density(b) * PIXEL**2 / (2 * np.pi * length * width)
    return density * total[:, None, None]


def _with_neighbours(mask: np.ndarray) -> np.ndarray:
    """Return which pixels touch a pixel of `mask` with a side or a corner, shape (n, 24, 24)."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return rows[:, :, :-2] | rows[:, :, 1:-1] | rows[:, :, 2:]


def _touches_another(mask: np.ndarray) -> np.ndarray:
    """Return which pixels have at least one of their up to eight neighbours in `mask`, shape (n, 24, 24)."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    sides = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return sides[:, :, :-2] | sides[:, :, 2:] | padded[:, :-2, 1:-1] | padded[:, 2:, 1:-1]


def clean(pixels: np.ndarray, core: float = CORE_CUT, boundary: float = BOUNDARY_CUT) -> np.ndarray:
    """Return images in which only bright pixels that touch one another are left; the others are 0.

    A core pixel has at least `core` photo-electrons and a neighbour (of eight) with at least `boundary`; a boundary
    pixel has at least `boundary` and a core pixel as a neighbour. This two-level tail cut is the field's standard.

    Args:
        pixels: photo-electrons, shape (n, 24, 24).
        core, boundary: the two levels in photo-electrons.

    Raises:
        ValueError: pixels of another shape, or levels that are not 0 < boundary <= core.
    """
    pixels = _checked(pixels)
    if not 0 < boundary <= core:
        raise ValueError(f"core = {core}, boundary = {boundary}: must be 0 < boundary <= core photo-electrons.")
    bright = pixels >= boundary
    is_core = (pixels >= core) & _touches_another(bright)
    return np.where(bright & _with_neighbours(is_core), pixels, 0)


def hillas(pixels: np.ndarray, source: tuple[np.ndarray | float, np.ndarray | float] = (0.0, 0.0)) -> dict:
    """Return the Hillas parameters: the image as an ellipse, and how it lies to the source.

    With the pixels' photo-electrons as weights: `size` is their sum; `x`, `y` the mean position; `length` and `width`
    the roots of the larger and the smaller eigenvalue of the covariance matrix of the positions; `psi` the direction of
    the long axis, -90° to 90° from the x axis; `distance` that of the mean position from the source; `alpha`, 0 to 90°,
    the angle between the long axis and the line to the source. A shower that comes from the source has alpha = 0 but
    for fluctuations. `pixels` counts those above zero.

    Args:
        pixels: photo-electrons, cleaned, shape (n, 24, 24), none below zero.
        source: its position in the camera in degrees, numbers or arrays of shape (n,).

    Returns:
        arrays of shape (n,): size in photo-electrons, pixels, the others in degrees. Of an empty image size and pixels
        are 0, the others are not a number.

    Raises:
        ValueError: pixels of another shape, or below zero.
    """
    pixels = _checked(pixels).astype(float)
    if pixels.min(initial=0.0) < 0:
        raise ValueError("Some pixels are below zero, which is no weight: clean the images, or clip them at zero.")
    grid = pixel_centres()
    size = pixels.sum(axis=(1, 2))
    total = np.where(size > 0, size, np.nan)
    columns, rows = pixels.sum(axis=1), pixels.sum(axis=2)
    x, y = columns @ grid / total, rows @ grid / total
    xx, yy = columns @ grid**2 / total - x**2, rows @ grid**2 / total - y**2
    xy = np.einsum("nij,i,j->n", pixels, grid, grid) / total - x * y
    root = np.hypot(xx - yy, 2 * xy)
    psi = 0.5 * np.arctan2(2 * xy, xx - yy)
    to_x, to_y = x - source[0], y - source[1]
    across = np.abs(to_x * np.sin(psi) - to_y * np.cos(psi))
    along = np.abs(to_x * np.cos(psi) + to_y * np.sin(psi))
    return {
        "size": size,
        "length": np.sqrt(np.maximum(xx + yy + root, 0) / 2),
        "width": np.sqrt(np.maximum(xx + yy - root, 0) / 2),
        "x": x,
        "y": y,
        "psi": np.degrees(psi),
        "distance": np.hypot(to_x, to_y),
        "alpha": np.degrees(np.arctan2(across, along)),
        "pixels": (pixels > 0).sum(axis=(1, 2)),
    }


def _checked(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as an array, after a look at their shape."""
    pixels = np.asarray(pixels)
    if pixels.ndim != 3 or pixels.shape[1:] != (PIXELS, PIXELS):
        raise ValueError(
            f"pixels have the shape {pixels.shape}, not (n, {PIXELS}, {PIXELS}): one image is pixels[None]."
        )
    return pixels
