"""Checks for the exercises of lecture 12: phases of the Ising model from spin images."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache, partial

import numpy as np

from utils.checks import close, run_check
from utils.data.ising import CRITICAL_TEMPERATURE, energy_per_spin, sample_spins, staggered

SMALL = 4  # sites along a side of the lattice whose states can all be counted
_close = partial(close, rtol=1e-5, atol=1e-6)


def _random_spins(*shape: int, seed: int = 1) -> np.ndarray:
    """Return spins +1 or -1 by chance, int8."""
    return np.where(np.random.default_rng([121, seed]).random(shape) < 0.5, 1, -1).astype(np.int8)


def _are_spins(spins: object, shape: tuple[int, ...]) -> bool:
    """Tell whether an array has this shape and nothing but +1 and -1."""
    return np.shape(spins) == shape and bool(np.all(np.abs(np.asarray(spins, dtype=float)) == 1))


def _magnetisation(spins: object) -> np.ndarray:
    """Return the absolute mean of the spins of each image."""
    return np.abs(np.asarray(spins, dtype=float).mean(axis=(1, 2)))


def check_neighbours(neighbour_sum: Callable) -> None:
    """Check exercise 1, `neighbour_sum(spins)`, the sum of the four nearest spins at each site.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    spins = _random_spins(3, 4, 6)

    def one_up(row: int, column: int) -> set[tuple[int, int]]:
        """Return the sites, four rows and six columns, that notice a single spin of a lattice that is else zero."""
        field = np.zeros((1, 4, 6), dtype=np.int8)
        field[0, row, column] = 1
        return {(int(i), int(j)) for i, j in np.argwhere(np.asarray(neighbour_sum(field))[0] == 1)}

    def energy(images: np.ndarray) -> np.ndarray:
        return -0.5 * (images * np.asarray(neighbour_sum(images), dtype=float)).mean(axis=(1, 2))

    properties = [
        ("it has the shape of the images", lambda: np.shape(neighbour_sum(spins)) == spins.shape),
        (
            "all spins up: 4 everywhere, also at the edges",
            lambda: _close(neighbour_sum(np.ones((2, 4, 6))), np.full((2, 4, 6), 4)),
        ),
        (
            "a spin in the middle is seen by the four sites next to it",
            lambda: one_up(1, 2) == {(0, 2), (2, 2), (1, 1), (1, 3)},
        ),
        ("a spin in a corner is seen across both seams", lambda: one_up(0, 0) == {(3, 0), (1, 0), (0, 5), (0, 1)}),
        ("a spin at the other corner as well", lambda: one_up(3, 5) == {(2, 5), (0, 5), (3, 4), (3, 0)}),
        (
            "the images of a batch do not see each other",
            lambda: _close(neighbour_sum(spins)[1:2], neighbour_sum(spins[1:2])),
        ),
        ("the energy of the chessboard is +2 a spin", lambda: _close(energy(staggered(6)[None]), [2])),
        ("one spin turned among 36 that are up costs 8", lambda: _close(36 * energy(_one_down(6)), [-2 * 36 + 8])),
        ("the energy of random spins is right", lambda: _close(energy(spins), energy_per_spin(spins))),
    ]
    hints = [
        'np.pad(spins, ((0, 0), (1, 1), (1, 1)), mode="wrap") puts the opposite edges around each image.',
        "Slices of the padded array, each as large as the images, are the neighbours to one side. Add four of them.",
        "The first axis counts images: nothing is padded or shifted along it.",
    ]
    run_check("Exercise 1", properties, "equation (2) of exercise 1", hints)


def _one_down(size: int) -> np.ndarray:
    """Return one image with all spins up but the one in the corner."""
    spins = np.ones((1, size, size), dtype=np.int8)
    spins[0, 0, 0] = -1
    return spins


@cache
def _counted(temperature: float) -> tuple[float, float]:
    """Return energy per spin and mean squared magnetisation of the small lattice, from all its states."""
    states = np.array(list(itertools.product([-1, 1], repeat=SMALL**2)), dtype=np.int8).reshape(-1, SMALL, SMALL)
    energy = energy_per_spin(states).astype(float)
    weight = np.exp(-(energy - energy.min()) * SMALL**2 / temperature)
    return float(weight @ energy / weight.sum()), float(weight @ _magnetisation(states) ** 2 / weight.sum())


def check_sweep(metropolis_sweep: Callable) -> None:
    """Check exercise 2, `metropolis_sweep(spins, temperature, rng)`, one sweep over the sites of many lattices.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    lattices = 500
    temperatures = (1.8, 2.6, 4.0)

    def sweep(spins: np.ndarray, temperature: object, seed: int = 1) -> np.ndarray:
        temperature = np.broadcast_to(np.asarray(temperature, dtype=float), len(spins)).copy()
        return np.asarray(metropolis_sweep(spins.copy(), temperature, np.random.default_rng([122, seed])))

    found: list[np.ndarray] = []

    def means() -> np.ndarray:
        """Return energy and squared magnetisation of small lattices after enough sweeps, shape (temperatures, 2)."""
        if not found:
            temperature, rng = np.repeat(temperatures, lattices), np.random.default_rng([122, 9])
            spins, sums = np.ones((len(temperature), SMALL, SMALL), dtype=np.int8), 0.0
            for number in range(90):
                spins = np.asarray(metropolis_sweep(spins, temperature, rng)).astype(np.int8)
                if number >= 30:
                    sums = sums + np.stack([energy_per_spin(spins), _magnetisation(spins) ** 2], axis=1) / 60
            found.append(sums.reshape(len(temperatures), lattices, 2).mean(axis=1))
        return found[0]

    def agrees(number: int, what: int) -> bool:
        return abs(means()[number, what] - _counted(temperatures[number])[what]) < 0.03

    hot_and_cold = np.array([0.1, 1e9, 0.1, 1e9])
    half = 8 / np.log(2)  # a spin against four others turns with probability one half
    properties = [
        (
            "it returns spins +1 and -1 in the shape of the lattices",
            lambda: _are_spins(sweep(_random_spins(5, 4, 6), 2.0), (5, 4, 6)),
        ),
        ("at nearly zero temperature all spins stay up", lambda: np.all(sweep(np.ones((3, 6, 6), np.int8), 0.1) == 1)),
        ("there, a single spin that is down turns up", lambda: np.all(sweep(_one_down(6), 0.1) == 1)),
        (
            "at nearly infinite temperature every spin is turned once",
            lambda: np.all(sweep(np.ones((3, 6, 6), np.int8), 1e9) == -1),
        ),
        (
            "each lattice has its own temperature",
            lambda: _close(sweep(np.ones((4, 6, 6), np.int8), hot_and_cold).mean(axis=(1, 2)), [1, -1, 1, -1]),
        ),
        (
            "each site draws a random number of its own, in each lattice",
            lambda: (
                len(np.unique(sweep(np.ones((9, 6, 6), np.int8), half), axis=0)) == 9
                and 0.05 < np.std(sweep(np.ones((99, 6, 6), np.int8), half).mean(axis=(1, 2))) < 0.4
            ),
        ),
        (
            "two sweeps with other random numbers differ",
            lambda: not np.array_equal(sweep(_random_spins(9, 6, 6), 3.0), sweep(_random_spins(9, 6, 6), 3.0, seed=2)),
        ),
    ]
    for number, temperature in enumerate(temperatures):
        for what, name in enumerate(("energy", "squared magnetisation")):
            properties.append(
                (
                    f"T = {temperature}, {SMALL} × {SMALL} sites: the mean {name} is that of all {2**SMALL**2} states",
                    lambda number=number, what=what: agrees(number, what),
                )
            )
    hints = [
        "Turning spin s in the field h of its neighbours changes the energy from -s h to +s h.",
        "np.add.outer(np.arange(rows), np.arange(columns)) % 2 is the colour of each site.",
        "After the first colour the sum over the neighbours has changed: compute it again for the second.",
        "temperature[:, None, None] stands beside an array of shape (n, rows, columns).",
    ]
    run_check("Exercise 2", properties, "equation (3) of exercise 2", hints)


def _outputs(model: object, spins: np.ndarray) -> np.ndarray:
    """Return the outputs of a Keras model for spin images, as an array."""
    import keras

    return np.asarray(keras.ops.convert_to_numpy(model(spins[..., None].astype(np.float32), training=False)))


def _start(model: object) -> None:
    """Give a Keras model a random start that is always the same, and leave the generator of Keras alone."""
    rng = np.random.default_rng([123, 2])
    for variable in model.trainable_weights:
        if len(variable.shape) > 1:
            fan_in = int(np.prod(variable.shape[:-1]))
            variable.assign(rng.normal(0, np.sqrt(1.5 / fan_in), variable.shape).astype(np.float32))


def check_network(build_phase_network: Callable) -> None:
    """Check exercise 3 a, `build_phase_network()`, a convolutional network for images of any size.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    spins = _random_spins(40, 8, 8, seed=3).astype(np.float32)
    made: list = []

    def network() -> object:
        if not made:
            made.append(build_phase_network())
            _start(made[0])
        return made[0]

    def unchanged(other: np.ndarray) -> bool:
        before, after = _outputs(network(), spins), _outputs(network(), other)
        return bool(np.abs(after - before).max() < 1e-3 * before.std() + 1e-6)

    def probability(images: np.ndarray) -> bool:
        found = _outputs(network(), images)
        return bool(np.all((found >= 0) & (found <= 1)))

    def notices_arrangement() -> bool:
        """Compare a stripe with the same spins at random sites."""
        stripe = np.ones((1, 8, 8), dtype=np.int8)
        stripe[:, :, 4:] = -1
        mixed = np.random.default_rng(4).permutation(stripe.ravel()).reshape(stripe.shape)
        return abs(_outputs(network(), stripe) - _outputs(network(), mixed)).max() > 1e-4

    properties = [
        ("one output for each image, shape (n, 1)", lambda: _outputs(network(), spins).shape == (40, 1)),
        ("different images get different outputs", lambda: _outputs(network(), spins).std() > 0),
        ("they lie between 0 and 1, also for spins of ±1000", lambda: probability(spins) and probability(1000 * spins)),
        (
            "the same network takes images of 8 × 8 and of 12 × 12 sites",
            lambda: _outputs(network(), _random_spins(5, 12, 12)).shape == (5, 1),
        ),
        ("at most 5000 weights", lambda: 0 < network().count_params() <= 5000),
        (
            "an image shifted across the seam gives the same output",
            lambda: unchanged(np.roll(spins, (3, 5), axis=(1, 2))),
        ),
        ("so does the image repeated twice in both directions", lambda: unchanged(np.tile(spins, (1, 2, 2)))),
        ("how the spins are arranged matters, not only how many are up", notices_arrangement),
        ("trained on 400 images for some seconds, it tells T = 1.5 from T = 3.5", lambda: _learns(network())),
    ]
    hints = [
        "keras.Input((None, None, 1)) leaves the size open; then no layer may depend on it (Flatten does).",
        "Tensors can be sliced, and keras.ops.concatenate joins along an axis: the last row, all rows, the first row.",
        "Pad both axes before each convolution of width 3, and let Conv2D itself pad nothing.",
        "GlobalAveragePooling2D, a Dense layer with an activation, and one Dense output with a sigmoid.",
    ]
    run_check("Exercise 3 a", properties, "the list in exercise 3 a", hints)


def _learns(model: object) -> bool:
    """Train a network for a moment on images far from the transition, and tell whether it separates others."""
    import keras

    rng = np.random.default_rng([123, 1])
    temperature = np.tile([1.5, 3.5], 300)
    spins, label = sample_spins(rng, temperature, 8, sweeps=8), (temperature < 2).astype(np.float32)
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
    model.fit(spins[:400, ..., None].astype(np.float32), label[:400], batch_size=20, epochs=8, shuffle=False, verbose=0)
    return bool(np.mean((_outputs(model, spins[400:])[:, 0] > 0.5) == label[400:]) > 0.9)


def check_symmetry(symmetrise: Callable) -> None:
    """Check exercise 3 b, `symmetrise(spins, rng)`, which replaces each image by one that is as likely.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    spins = sample_spins(np.random.default_rng([124, 1]), np.linspace(1.5, 4, 60), 8, field_cooled=True)
    up = np.ones((400, 6, 6), dtype=np.int8)

    def made(images: np.ndarray, seed: int = 1) -> np.ndarray:
        return np.asarray(symmetrise(images.copy(), np.random.default_rng([124, 2, seed])), dtype=float)

    def left_alone() -> bool:
        given = spins.copy()
        symmetrise(given, np.random.default_rng(1))
        return np.array_equal(given, spins)

    def fraction_down() -> float:
        return float(np.mean(made(up).mean(axis=(1, 2)) == -1))

    properties = [
        ("as many images, of the same shape, of spins +1 and -1", lambda: _are_spins(made(spins), spins.shape)),
        ("each image keeps its energy", lambda: _close(energy_per_spin(made(spins)), energy_per_spin(spins))),
        (
            "each image keeps its absolute magnetisation",
            lambda: _close(_magnetisation(made(spins)), _magnetisation(spins)),
        ),
        ("an image with all spins up stays so or gets all spins down", lambda: np.all(_magnetisation(made(up)) == 1)),
        ("of 400 images with all spins up some end with all down, some do not", lambda: 0 < fraction_down() < 1),
        ("about one half of them end with all down", lambda: abs(fraction_down() - 0.5) < 0.1),
        ("at another call other images are turned", lambda: not np.array_equal(made(up), made(up, seed=2))),
        ("the images that it was given are left as they were", left_alone),
    ]
    hints = [
        "Which operation on all spins of an image leaves every product s_i s_j as it is, but not the magnetisation?",
        "Draw one sign for each image: rng.choice([-1, 1], size=…).",
        "An array of shape (n, 1, 1) multiplies each image by its own number.",
    ]
    run_check("Exercise 3 b", properties, "equation (1)", hints)


def _toy_outputs(
    rng: np.random.Generator | None, sizes: tuple[int, int], images: tuple[int, int] = (300, 150), shift: float = 0.8
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Return temperatures and outputs by size that cross one half at T_c + shift / L; rng None: without noise."""
    temperature = np.linspace(2.0, 2.6, 13)
    outputs = {}
    for size, number in zip(sizes, images, strict=True):
        centre = CRITICAL_TEMPERATURE + shift / size
        p = np.repeat(1 / (1 + np.exp((temperature - centre) * size / 1.5))[:, None], number, axis=1)
        outputs[size] = p if rng is None else 0.01 + 0.98 * (rng.random(p.shape) < p)
    return temperature, outputs


def check_critical(critical_temperature: Callable) -> None:
    """Check exercise 3 c, `critical_temperature(temperature, outputs)`, which returns T_c and its uncertainty.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def exact(*sizes: int) -> bool:
        for shift in (0.8, 0.2):
            found = critical_temperature(*_toy_outputs(None, sizes, shift=shift))[0]
            if abs(float(found) - CRITICAL_TEMPERATURE) > 0.006:
                return False
        return True

    kept: dict[tuple[int, int], np.ndarray] = {}

    def experiments(images: tuple[int, int] = (300, 150), number: int = 30) -> np.ndarray:
        """Return T_c and uncertainty of repeated experiments, shape (number, 2)."""
        if images not in kept:
            toys = [_toy_outputs(np.random.default_rng([125, i, *images]), (16, 32), images) for i in range(number)]
            kept[images] = np.array([critical_temperature(*toy) for toy in toys], dtype=float)
        return kept[images]

    def typical(images: tuple[int, int] = (300, 150), number: int = 30) -> float:
        return float(np.sqrt(np.mean(experiments(images, number)[:, 1] ** 2)))

    properties = [
        (
            "it returns two numbers",
            lambda: np.shape(critical_temperature(*_toy_outputs(np.random.default_rng(1), (16, 32)))) == (2,),
        ),
        ("without noise, sizes 16 and 32: T_c is right within 0.006", lambda: exact(16, 32)),
        ("so it is for sizes 12 and 36", lambda: exact(12, 36)),
        ("the larger size may come first", lambda: exact(32, 16)),
        ("the uncertainty is greater than zero", lambda: np.all(experiments()[:, 1] > 0)),
        (
            "30 repeated experiments: T_c is right on average",
            lambda: abs(experiments()[:, 0].mean() - CRITICAL_TEMPERATURE) < 0.8 * experiments()[:, 0].std(),
        ),
        ("the uncertainty is not smaller than T_c scatters", lambda: typical() > 0.65 * experiments()[:, 0].std()),
        ("nor much larger", lambda: typical() < 1.8 * experiments()[:, 0].std()),
        (
            "with four times as many images it is about half as large",
            lambda: 0.35 < typical((1200, 600), 4) / typical() < 0.7,
        ),
    ]
    hints = [
        "First a function for one size: the temperature at which the mean output falls through one half.",
        "np.interp(0.5, p, T) wants p to rise; turn both arrays round, or take the two points around one half.",
        "Two equations T*(L) = T_c + a / L, two unknowns: eliminate a.",
        "Bootstrap: draw as many images as there are, with replacement, at each temperature; repeat; take the standard "
        "deviation of T_c, and divide it by nothing.",
    ]
    run_check("Exercise 3 c", properties, "equation (4) of exercise 3", hints)


def check_binder(binder_cumulant: Callable) -> None:
    """Check exercise 4 a, `binder_cumulant(magnetisation)`, over the last axis.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(126)
    table = rng.normal(0.3, 0.4, size=(3, 50))
    properties = [
        ("one number for a row of magnetisations", lambda: np.shape(binder_cumulant(table[0])) == ()),
        ("three for three rows", lambda: np.shape(binder_cumulant(table)) == (3,)),
        ("each row on its own", lambda: _close(binder_cumulant(table)[1], binder_cumulant(table[1]))),
        (
            "perfect order, m = 1 or -1: two thirds",
            lambda: _close(binder_cumulant(np.array([1.0, -1, -1, 1, 1])), 2 / 3),
        ),
        ("so for m = 0.2 or -0.2", lambda: _close(binder_cumulant(np.array([0.2, -0.2, -0.2])), 2 / 3)),
        (
            "m = 0 and m = 1, equally often: the value that you find on paper",
            lambda: _close(binder_cumulant(np.array([0.0, 1.0])), 1 / 3),
        ),
        ("a Gaussian around zero: nearly 0", lambda: abs(binder_cumulant(rng.normal(0, 0.1, 40_000))) < 0.05),
        (
            "turning all spins of some images changes nothing",
            lambda: _close(binder_cumulant(table), binder_cumulant(np.abs(table))),
        ),
    ]
    hints = [
        "Average over the images first, then divide: a ratio of means is not the mean of ratios.",
        "Means along the last axis: axis=-1.",
        "The mean of the squares is squared in the denominator, and the 3 stands there as well.",
    ]
    run_check("Exercise 4 a", properties, "equation (5) of exercise 4", hints)


def check_decisive(decisive_images: Callable) -> None:
    """Check exercise 4 b, `decisive_images(rng, n, size)`, on which energy and magnetisation disagree.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """

    def images(kind: int, size: int = 16, n: int = 40) -> np.ndarray:
        return np.asarray(decisive_images(np.random.default_rng([127, size]), n, size)[kind])

    def all_sizes(test: Callable[[int], bool]) -> bool:
        return test(16) and test(32)

    properties = [
        ("it returns two sets of images", lambda: len(decisive_images(np.random.default_rng(1), 5, 16)) == 2),
        (
            "n images of size × size sites, spins +1 and -1",
            lambda: _are_spins(images(0), (40, 16, 16)) and _are_spins(images(1, 32, 7), (7, 32, 32)),
        ),
        (
            "the first: absolute magnetisation at most 0.05",
            lambda: all_sizes(lambda size: _magnetisation(images(0, size)).max() <= 0.05),
        ),
        (
            "the first: energy per spin at most -1.7, also across the seams",
            lambda: all_sizes(lambda size: energy_per_spin(images(0, size)).max() <= -1.7),
        ),
        (
            "the second: absolute magnetisation at least 0.6",
            lambda: all_sizes(lambda size: _magnetisation(images(1, size)).min() >= 0.6),
        ),
        (
            "the second: energy per spin at least -1.1",
            lambda: all_sizes(lambda size: energy_per_spin(images(1, size)).min() >= -1.1),
        ),
    ]
    hints = [
        "Energy sits where neighbours differ. Which line divides the lattice into two equal parts, and is short?",
        "On a periodic lattice one needs two such lines. Half up, half down: no magnetisation.",
        "Independent spins that are up with probability q have on average m = 2q - 1 and energy -2 m².",
        "To fix m exactly, fix the number of spins that are down and mix their places.",
    ]
    run_check("Exercise 4 b", properties, "the table of exercise 4 b", hints)
