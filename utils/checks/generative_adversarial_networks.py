"""Checks for the exercises of lecture 23: a conditional GAN for telescope images of gamma-ray showers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from utils.checks import as_array, run_check
from utils.data import telescope

CLASSES = 10
SAMPLE = 250  # images of each class that a judge sees in the check


def _is_number(value: object) -> bool:
    """Tell whether a value is one finite number."""
    return np.shape(as_array(value)) == () and bool(np.isfinite(as_array(value)))


def check_game(best_discriminator: Callable, game_value: Callable) -> None:
    """Check exercise 1, `best_discriminator(p, q)` and `game_value(D, p, q, dx)` on a grid.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x = np.linspace(-7, 8, 1501)
    dx = x[1] - x[0]

    def gaussian(mean: float, sigma: float, at: np.ndarray = x) -> np.ndarray:
        return np.exp(-0.5 * ((at - mean) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))

    p, q = gaussian(0, 1), gaussian(1.5, 1.3)
    kept = p.copy(), q.copy()

    def best(a: np.ndarray = p, b: np.ndarray = q) -> np.ndarray:
        return as_array(best_discriminator(a, b))

    def value(D: np.ndarray, a: np.ndarray = p, b: np.ndarray = q, step: float = dx) -> float:
        return float(game_value(D, a, b, step))

    def reference(D: np.ndarray) -> float:
        return float(np.trapezoid(p * np.log(D) + q * np.log1p(-D), x))

    some = 1 / (1 + np.exp(0.8 * x - 0.3))
    half = np.full_like(x, 0.5)

    def not_beaten() -> bool:
        ripples = [0.02 * np.sin(k * x) * best() * (1 - best()) for k in (1, 2, 3)]
        return all(value(best()) > value(best() + sign * ripple) for ripple in ripples for sign in (-1, 1))

    def finer() -> bool:
        fine = np.linspace(-7, 8, 6001)
        a, b = gaussian(0, 1, fine), gaussian(1.5, 1.3, fine)
        return np.isclose(value(best(a, b), a, b, fine[1] - fine[0]), value(best()), atol=1e-3)

    properties = [
        ("D: one number for each point of the grid", lambda: best().shape == x.shape),
        ("D: 1/2 where both densities are equal", lambda: np.allclose(best(p, p), 0.5)),
        ("D: 3/4 where images are three times as likely as fakes", lambda: np.allclose(best(3 * q, q), 0.75)),
        ("D: if images and fakes change roles, D becomes 1 - D", lambda: np.allclose(best(q, p), 1 - best())),
        ("V: one number", lambda: _is_number(game_value(some, p, q, dx))),
        (
            "V: -log 4 for D = 1/2, whatever the densities",
            lambda: np.isclose(value(half), -math.log(4), atol=1e-3),
        ),
        ("V: for some D, the integral of equation (1)", lambda: np.isclose(value(some), reference(some), atol=1e-3)),
        ("V: the same on a grid four times as fine", finer),
        ("no other D has a larger value than yours", not_beaten),
        (
            "the best D against perfect fakes: -log 4",
            lambda: np.isclose(value(best(p, p), p, p), -math.log(4), atol=1e-3),
        ),
        ("the arrays given are as they were", lambda: np.array_equal(p, kept[0]) and np.array_equal(q, kept[1])),
    ]
    hints = [
        "At each point x by itself: for which D is p log D + q log(1 - D) largest? Set the derivative to zero.",
        "The integral is a sum over the points of the grid times dx. p is multiplied by log D, q by log(1 - D).",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def check_classes(class_vectors: Callable) -> None:
    """Check exercise 2 a, `class_vectors(energy, classes)`, equal parts in energy as one-hot vectors.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    rng = np.random.default_rng(231)
    energy = 1 / rng.uniform(0.03, 1, 1000)
    kept = energy.copy()

    def found(values: np.ndarray = energy, classes: int = 10) -> np.ndarray:
        return as_array(class_vectors(values, classes))

    def ordered(values: np.ndarray = energy, classes: int = 10) -> bool:
        labels = found(values, classes).argmax(axis=1)
        return bool(np.all(np.diff(labels[np.argsort(values)]) >= 0)) and labels.max() == classes - 1

    def equal(values: np.ndarray, classes: int) -> bool:
        return bool(np.ptp(found(values, classes).sum(axis=0)) <= 1)

    def alone() -> bool:
        order = rng.permutation(len(energy))
        return np.array_equal(found(energy[order]), found()[order])

    properties = [
        (
            "a tensor of float32",
            lambda: (
                isinstance(class_vectors(energy, 10), torch.Tensor) and class_vectors(energy, 10).dtype == torch.float32
            ),
        ),
        ("a row for each image, a column for each class", lambda: found().shape == (1000, 10)),
        (
            "one 1 in each row, else zeros",
            lambda: np.isin(found(), (0, 1)).all() and np.all(found().sum(axis=1) == 1),
        ),
        ("ten classes of 100 images each, for 1000 images", lambda: np.all(found().sum(axis=0) == 100)),
        ("the more energy, the higher the class", ordered),
        ("row i belongs to image i, in whatever order the images come", alone),
        ("1003 images in 4 classes: no class has two more than another", lambda: equal(np.append(energy, kept[:3]), 4)),
        ("they are in order as well", lambda: ordered(energy[:900], 4)),
        ("the array of energies is as it was", lambda: np.array_equal(energy, kept)),
    ]
    hints = [
        "The rank of an image is the number of images with less energy: what does argsort of an argsort give?",
        "From the rank 0 … n - 1 to the class 0 … classes - 1 by a division of integers.",
        "np.eye(classes)[labels] has a one-hot row for each label.",
    ]
    run_check("Exercise 2 a", properties, "the task of exercise 2 a", hints)


def check_penalty(gradient_penalty: Callable) -> None:
    """Check exercise 2 b, `gradient_penalty(critic, real, fake, condition)`, with critics whose slope is known.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    rng = np.random.default_rng(232)
    n, pixels = 200, 12

    def tensor(values: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(values, dtype=torch.float32)

    real, fake = tensor(rng.normal(2, 1, (n, pixels))), tensor(rng.normal(-1, 2, (n, pixels)))
    condition = tensor(np.eye(4)[rng.integers(0, 4, n)])
    direction = tensor(rng.normal(size=pixels))
    direction = direction / direction.norm()

    def linear(slope: float) -> Callable:
        return lambda x, c: slope * (x @ direction)[:, None] + (c @ torch.arange(4.0))[:, None]

    def penalty(critic: Callable, a: torch.Tensor = real, b: torch.Tensor = fake) -> float:
        return float(as_array(gradient_penalty(critic, a, b, condition)))

    def bowl(x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        return 0.5 * (x**2).sum(dim=1, keepdim=True)

    def in_a_bowl() -> bool:
        """Images and fakes at one point: there the slope of the bowl is the length of the vector."""
        return np.isclose(penalty(bowl, real, real), float(((real.norm(dim=1) - 1) ** 2).mean()), rtol=1e-3)

    def each_class() -> bool:
        """Each class has a bowl of its own depth."""
        depth = condition @ tensor([1.0, 2.0, 3.0, 5.0])
        found = penalty(lambda x, c: bowl(x, c) * (c @ tensor([1.0, 2.0, 3.0, 5.0]))[:, None], real, real)
        return np.isclose(found, float(((depth * real.norm(dim=1) - 1) ** 2).mean()), rtol=1e-3)

    def mixtures() -> np.ndarray:
        """Return epsilon of each image (rows) in each pixel, from the points at which the critic was asked."""
        asked = []

        def recorder(x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
            asked.append(x.detach().clone())
            return linear(1.0)(x, c)

        gradient_penalty(recorder, real, fake + 20, condition)
        return as_array((asked[-1] - fake - 20) / (real - fake - 20))

    def one_for_each() -> bool:
        mixed = mixtures()
        return mixed.shape == (n, pixels) and bool(np.ptp(mixed, axis=1).max() < 1e-3) and np.ptp(mixed[:, 0]) > 0.1

    def uniform() -> bool:
        mixed = np.sort(mixtures()[:, 0])
        return bool(np.abs(mixed - (np.arange(n) + 0.5) / n).max() < 0.2)

    def trainable() -> bool:
        slope = torch.tensor(3.0, requires_grad=True)
        found = gradient_penalty(lambda x, c: slope * (x @ direction)[:, None], real, fake, condition)
        found.backward()
        return np.isclose(slope.grad.item(), 4.0, rtol=1e-3)

    properties = [
        ("one number", lambda: _is_number(gradient_penalty(linear(1.0), real, fake, condition))),
        ("zero for a critic with slope 1", lambda: abs(penalty(linear(1.0))) < 1e-5),
        ("4 for a critic with slope 3", lambda: np.isclose(penalty(linear(3.0)), 4, rtol=1e-3)),
        ("1/4 for a critic with slope 1/2", lambda: np.isclose(penalty(linear(0.5)), 0.25, rtol=1e-3)),
        ("the norm is taken image by image, then the mean", in_a_bowl),
        ("each image is asked about with its own class", each_class),
        ("each point is on the line from a fake to its image, one epsilon for each image", one_for_each),
        ("epsilon is uniform between 0 and 1", uniform),
        ("epsilon is new in each call", lambda: not np.allclose(mixtures(), mixtures(), atol=1e-2)),
        ("the critic can be trained on it", trainable),
    ]
    hints = [
        "For a critic w · x the gradient is w, wherever it is taken. What must the penalty be?",
        "torch.rand(n, 1) times (n, pixels): one epsilon for each image. The point needs requires_grad_().",
        "torch.autograd.grad(scores.sum(), point, create_graph=True)[0] has the shape of point; its norm along dim=1.",
    ]
    run_check("Exercise 2 b", properties, "equation (3) of exercise 2", hints)


def _players() -> tuple:
    """Return the classes of a critic and a generator that are small enough to train on paper."""
    import torch
    from torch import nn

    class Critic(nn.Module):
        """score = x w + c v, with w of three pixels and v of two classes."""

        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.tensor([[0.5], [-1.0], [2.0]]))
            self.v = nn.Parameter(torch.tensor([[0.3], [0.7]]))

        def forward(self, x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
            return x @ self.w + c @ self.v

    class Generator(nn.Module):
        """fake = c B: it ignores the noise, but remembers what it was asked for."""

        noise = 5

        def __init__(self) -> None:
            super().__init__()
            self.B = nn.Parameter(torch.tensor([[1.0, 0.0, -1.0], [2.0, 1.0, 0.5]]))
            self.asked: list = []

        def forward(self, z: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
            self.asked.append((z.detach().clone(), c.detach().clone()))
            return c @ self.B + 0.0 * z.sum()

    return Critic, Generator


def check_steps(critic_step: Callable, generator_step: Callable) -> None:
    """Check exercise 3, `critic_step(…)` and `generator_step(…)`, with a critic and a generator that are linear.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    Critic, Generator = _players()
    rng = np.random.default_rng(233)
    n, rate = 60, 0.1
    images = torch.as_tensor(rng.normal(size=(n, 3)), dtype=torch.float32)
    condition = torch.eye(2)[torch.as_tensor((rng.random(n) < 0.3).astype(int))]

    class Table:
        """A critic, a generator, their optimizers, and what the penalty was asked for."""

        def __init__(self) -> None:
            self.critic, self.generator = Critic(), Generator()
            self.of_critic = torch.optim.SGD(self.critic.parameters(), lr=rate)
            self.of_generator = torch.optim.SGD(self.generator.parameters(), lr=rate)
            self.penalised: list = []

        def penalty(self, critic: object, real: object, fake: object, classes: object) -> object:
            self.penalised.append((critic, real, fake, classes))
            return 0.5 * (critic.w**2).sum()

        def play(self, turns: str, weight: float = 0.0) -> list:
            """Play the turns, "c" for the critic's and "g" for the generator's; return what the steps return."""
            returned = []
            for turn in turns:
                if turn == "c":
                    args = self.critic, self.generator, self.of_critic, images, condition, self.penalty, weight
                    returned.append(critic_step(*args))
                else:
                    returned.append(generator_step(self.critic, self.generator, self.of_generator, condition))
            return returned

    def on_paper(turns: str, weight: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Return w and B after these turns."""
        w, B = as_array(Critic().w), as_array(Generator().B)
        x, c = as_array(images), as_array(condition)
        for turn in turns:
            if turn == "c":
                w = w - rate * ((c @ B).mean(axis=0) - x.mean(axis=0))[:, None] - rate * weight * w
            else:
                B = B + rate * c.mean(axis=0)[:, None] * w.T
        return w, B

    def agrees(turns: str, weight: float = 0.0) -> bool:
        table = Table()
        table.play(turns, weight)
        w, B = on_paper(turns, weight)
        return np.allclose(as_array(table.critic.w), w, atol=1e-4) and np.allclose(
            as_array(table.generator.B), B, atol=1e-4
        )

    def gap() -> bool:
        table = Table()
        fakes = condition @ table.generator.B
        expected = float((table.critic(images, condition).mean() - table.critic(fakes, condition).mean()).detach())
        return np.isclose(as_array(table.play("c", 2.0)[0]), expected, rtol=1e-3)

    def plain() -> bool:
        return not any(getattr(value, "requires_grad", False) for value in Table().play("cc", 1.0))

    def no_gradient() -> bool:
        table = Table()
        table.play("c", 1.0)
        return table.generator.B.grad is None or not table.generator.B.grad.any()

    def penalised() -> bool:
        table = Table()
        table.play("c", 1.0)
        critic, real, fake, classes = table.penalised[-1]
        right = torch.equal(real, images) and torch.equal(classes, condition)
        return critic is table.critic and right and torch.allclose(fake, condition @ Generator().B)

    def asked(turns: str) -> list:
        table = Table()
        table.play(turns, 1.0)
        return table.generator.asked

    def normal(turn: str) -> bool:
        z = torch.cat([z for z, _ in asked(turn * 20)])
        spread = abs(float(z.std()) - 1) < 0.06 and abs(float(z.mean())) < 0.06
        return z.shape[1] == Generator.noise and spread and float((z.abs() > 2).float().mean()) > 0.02

    def fresh(turn: str) -> bool:
        first, second = asked(turn * 2)[0][0], asked(turn * 2)[-1][0]
        return not torch.allclose(first, second) and bool((first.std(dim=0) > 0.3).all())

    def same_classes(turn: str) -> bool:
        return all(torch.equal(classes, condition) for _, classes in asked(turn))

    properties = [
        ("critic: the fakes are of the classes of the images", lambda: same_classes("c")),
        ("critic: noise from a normal distribution, `generator.noise` numbers an image", lambda: normal("c")),
        ("critic: other noise for each image and in each step", lambda: fresh("c")),
        ("critic: without penalty, one step as on paper; the generator's weights rest", lambda: agrees("c")),
        ("critic: the penalty sees the critic, images, fakes and classes, in this order", penalised),
        ("critic: with penalty, one step as on paper", lambda: agrees("c", 2.0)),
        ("critic: five steps as on paper", lambda: agrees("ccccc", 0.5)),
        ("critic: its step leaves no gradient in the generator", no_gradient),
        ("critic: it returns the mean score of the images minus that of the fakes, before the step", gap),
        ("critic: what it returns holds on to no graph", plain),
        ("generator: the fakes are of the classes asked for", lambda: same_classes("g")),
        ("generator: noise from a normal distribution", lambda: normal("g")),
        ("generator: other noise for each image and in each step", lambda: fresh("g")),
        ("generator: one step as on paper; the critic's weights rest", lambda: agrees("g")),
        ("generator: five steps as on paper", lambda: agrees("ggggg")),
        ("both in turn, as on paper", lambda: agrees("ccgccgc", 0.5)),
    ]
    hints = [
        "Begin each step with the zero_grad of the optimizer that will make it.",
        "In the critic's step the fakes are given: make them within torch.no_grad(), or detach() them.",
        "In the generator's step they are not: the gradient goes through the critic into the generator.",
    ]
    run_check("Exercise 3", properties, "the two recipes of exercise 3", hints)


def check_coverage(coverage: Callable) -> None:
    """Check exercise 4 a, `coverage(simulated, generated, k)`, the fraction of simulated images with a fake near by.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(234)
    steps = np.arange(10.0)[:, None]
    cloud, other = rng.normal(size=(2, 400, 3)) * [1.0, 0.1, 0.02] + [2.0, 0.3, 0.1]
    kept = cloud.copy(), other.copy()

    def found(simulated: np.ndarray, generated: np.ndarray, k: int = 5) -> float:
        return float(coverage(simulated, generated, k))

    def scaled() -> bool:
        units = np.array([1.0, 60.0, 0.01])
        return np.isclose(found(cloud * units, other[:60] * units, 2), found(cloud, other[:60], 2))

    def outlier() -> bool:
        more = np.vstack([other, [[500.0, 0.3, 0.1]]])
        return np.isclose(found(cloud, more, 1), found(cloud, other, 1), atol=0.01)

    def lower_half() -> float:
        wide = rng.uniform(0, 1, (300, 1))
        return found(wide, rng.uniform(0, 0.5, (900, 1)))

    properties = [
        ("one number", lambda: _is_number(coverage(cloud, other, 5))),
        ("1, if the fakes are the simulated images themselves", lambda: np.isclose(found(cloud, cloud, 1), 1)),
        ("0, if the fakes are far away", lambda: found(cloud, other + 100) == 0),
        (
            "images at 0, 1, … 9 and one fake at 1.4, k = 1: it covers two of ten",
            lambda: np.isclose(found(steps, np.array([[1.4]]), 1), 0.2),
        ),
        ("the same with k = 2: it covers three of ten", lambda: np.isclose(found(steps, np.array([[1.4]]), 2), 0.3)),
        (
            "two samples of the same kind, k = 1: about a half",
            lambda: abs(found(cloud, other, 1) - 0.5) < 0.1,
        ),
        ("k = 5: nearly all", lambda: 0.93 < found(cloud, other) < 1),
        ("many fakes in half of the range cover half of the images", lambda: 0.4 < lower_half() < 0.6),
        ("the units of the parameters do not matter", scaled),
        ("one fake far away does not matter", outlier),
        (
            "the arrays given are as they were",
            lambda: np.array_equal(cloud, kept[0]) and np.array_equal(other, kept[1]),
        ),
    ]
    hints = [
        "Divide both samples by the standard deviations of the simulated one.",
        "a[:, None] - b[None] has all differences, shape (n, m, parameters); np.linalg.norm along the last axis.",
        "Sorted along a row, the first distance of an image is that to itself. The k-th of the *others* comes later.",
    ]
    run_check("Exercise 4 a", properties, "equation (4) of exercise 4", hints)


def _hillas_table(pixels: np.ndarray) -> np.ndarray:
    """Return log10 of the size in photo-electrons, length and width in degrees; shape (..., 3) for (..., 24, 24)."""
    found = telescope.hillas(pixels.reshape(-1, *pixels.shape[-2:]))
    table = np.stack([np.log10(found["size"]), found["length"], found["width"]], axis=-1)
    return table.reshape(*pixels.shape[:-2], 3)


@cache
def _simulated(seed: int) -> np.ndarray:
    """Return the Hillas parameters of simulated images, shape (10, 250, 3), the classes in order of energy."""
    images = telescope.make_images(np.random.default_rng([235, seed]), CLASSES * SAMPLE)
    order = np.argsort(images.energy)
    return _hillas_table(images.pixels[order]).reshape(CLASSES, SAMPLE, 3)


def check_judge(judge_images: Callable) -> None:
    """Check exercise 4 b, `judge_images(simulated, generated)`, three answers: condition, shape, variety.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    rng = np.random.default_rng(236)
    simulated, fresh = _simulated(0), _simulated(1)

    def told(generated: np.ndarray) -> list[bool]:
        return [bool(answer) for answer in judge_images(simulated.copy(), generated.copy())]

    def times(length: float, width: float) -> np.ndarray:
        return fresh * [1, length, width]

    def copies(showers: int, noise: float = 0.0) -> np.ndarray:
        repeated = np.tile(fresh[:, :showers], (1, SAMPLE // showers, 1))
        return repeated + noise * fresh.std(axis=1, keepdims=True) * rng.normal(size=repeated.shape)

    def shuffled() -> np.ndarray:
        return rng.permutation(fresh.reshape(-1, 3)).reshape(fresh.shape)

    swapped = fresh[[0, 1, 2, 3, 4, 5, 6, 7, 9, 8]]
    average = fresh.mean(axis=1, keepdims=True)
    properties = [
        ("it returns three answers", lambda: len(judge_images(simulated, fresh)) == 3),
        ("another simulation passes all three", lambda: told(fresh) == [True] * 3),
        ("and a third one", lambda: told(_simulated(2)) == [True] * 3),
        ("and one with fewer images", lambda: told(_simulated(3)[:, :180]) == [True] * 3),
        ("condition: no, if the class is ignored", lambda: not told(shuffled())[0]),
        ("condition: no, if high classes get low energies", lambda: not told(fresh[::-1])[0]),
        ("condition: no, if the two highest classes are exchanged", lambda: not told(swapped)[0]),
        ("shape: no, if all images are a quarter too long", lambda: not told(times(1.25, 1))[1]),
        ("shape: no, if all images are a quarter too narrow", lambda: not told(times(1, 0.75))[1]),
        ("condition: yes, if only the width is wrong", lambda: told(times(1, 0.75))[0]),
        ("variety: no, for copies of five showers of each class", lambda: not told(copies(5))[2]),
        ("variety: no, for these with a little noise on each", lambda: not told(copies(5, 0.03))[2]),
        ("variety: no, if all are half way to the average", lambda: not told((fresh + average) / 2)[2]),
        ("condition and shape: yes, if they are half way", lambda: told((fresh + average) / 2)[:2] == [True, True]),
    ]
    hints = [
        "Means along axis 1 are those of each class. How much do they differ between two simulations?",
        "A tenth of a decade in size, a tenth of length and width: larger than chance, smaller than the faults.",
        "For variety, compare spreads, and use coverage, class by class. Each catches what the other lets pass.",
    ]
    run_check("Exercise 4 b", properties, "the table of exercise 4", hints)
