"""Checks for the exercises of lecture 05: the rescue of a training."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from utils.checks import as_array, run_check
from utils.data.strips import STRIPS, measure_strips

REQUIRED_REJECTION = 3.5
REQUIRED_EFFICIENCY = 0.9
LEARNED = 0.05  # a batch with a smaller loss is known by heart
TRAINING_EVENTS, TEST_EVENTS = 12_000, 20_000


def _logits_like(shape: tuple, values: object) -> object:
    """Return values as a float tensor, as a column if a network with outputs of this shape would give one."""
    import torch

    logits = torch.as_tensor(np.array(values, dtype=np.float32))
    return logits[:, None] if len(shape) == 2 else logits


def check_constant(constant_loss: Callable) -> None:
    """Check exercise 1, `constant_loss(y, p)`, the cross-entropy if every event gets the probability p.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    balanced = np.array([1.0, 0.0, 0.0, 1.0])
    rare = np.array([1.0] + 9 * [0.0])
    trials = np.linspace(0.02, 0.98, 49)

    def lowest() -> bool:
        return np.isclose(trials[np.argmin([constant_loss(rare, p) for p in trials])], 0.1)

    properties = [
        ("it returns one number", lambda: np.shape(constant_loss(balanced, 0.5)) == ()),
        (
            "for events that are all photons it is -ln p",
            lambda: np.isclose(constant_loss(np.ones(3), 0.2), math.log(5)),
        ),
        (
            "for events that are all pions it is -ln(1 - p)",
            lambda: np.isclose(constant_loss(np.zeros(3), 0.2), -math.log(0.8)),
        ),
        (
            "with p = 1/2 it does not matter how many of the events are photons",
            lambda: np.isclose(constant_loss(balanced, 0.5), constant_loss(rare, 0.5)),
        ),
        (
            "with p = 1/2 it is the number that you find on paper",
            lambda: np.isclose(2, np.exp(constant_loss(rare, 0.5))),
        ),
        (
            "ten times as many of the same events have the same loss",
            lambda: np.isclose(*_repeated(constant_loss, rare)),
        ),
        ("of all p it is smallest for the fraction of photons", lowest),
    ]
    hints = [
        "A photon contributes -ln p, a pion -ln(1 - p).",
        "y is 1 for a photon and 0 for a pion: y and 1 - y switch the two terms on and off. Take the mean.",
    ]
    run_check("Exercise 1", properties, "equation (1) of exercise 1", hints)


def _repeated(constant_loss: Callable, y: np.ndarray) -> tuple[float, float]:
    """Return the loss of some events and that of the same events ten times."""
    return constant_loss(y, 0.3), constant_loss(np.tile(y, 10), 0.3)


def check_batch(batch_test: Callable) -> None:
    """Check exercise 2, `batch_test(build, loss_of, update, x, y, steps)`: the loss of one batch learned by heart.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    rng = np.random.default_rng(5)
    x = torch.as_tensor(rng.normal(size=(48, STRIPS)), dtype=torch.float32)
    y = torch.as_tensor(rng.integers(0, 2, 48), dtype=torch.float32)
    built, calls = [], []

    def build(inputs: int) -> nn.Module:
        torch.manual_seed(3)
        built.append(
            nn.Sequential(
                nn.Linear(inputs, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)
            )
        )
        return built[-1]

    def zeros(inputs: int) -> nn.Module:
        model = build(inputs)
        for values in model.parameters():
            nn.init.zeros_(values)
        return model

    def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(logits[:, 0], target)

    def crossed(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return (functional.softplus(logits) - target * logits).mean()

    def update(model: nn.Module, optimizer: torch.optim.Optimizer, loss_of: Callable, x: object, y: object) -> float:
        rates = [group["lr"] for group in optimizer.param_groups]
        calls.append((model, optimizer, x, y, rates, model.training))
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    def follow(steps: int = 4) -> float:
        built.clear()
        calls.clear()
        return float(batch_test(build, loss_of, update, x, y, steps))

    def expected() -> float:
        with torch.no_grad():
            return float(loss_of(built[-1].eval()(x), y))

    def trained_on() -> bool:
        follow()
        same = [torch.equal(call[2], x) and torch.equal(call[3], y) for call in calls]
        return bool(same) and all(same)

    properties = [
        ("it returns one number", lambda: np.shape(as_array(batch_test(build, loss_of, update, x, y, 2))) == ()),
        ("it makes as many updates as `steps` says", lambda: follow(7) > 0 and len(calls) == 7),
        ("each update uses the whole batch, and nothing else", trained_on),
        (
            "one network is updated throughout, by one optimizer",
            lambda: follow() > 0 and len({(id(call[0]), id(call[1])) for call in calls}) == 1,
        ),
        (
            "the optimizer is Adam with a learning rate of 0.01",
            lambda: follow() > 0 and {(type(call[1]).__name__, *call[4]) for call in calls} == {("Adam", 0.01)},
        ),
        ("the network is in training mode while it learns", lambda: follow() > 0 and all(call[5] for call in calls)),
        (
            "what it returns is the loss after the last update, without dropout",
            lambda: np.isclose(follow(9), expected(), rtol=1e-4),
        ),
        (
            f"a correct script comes below {LEARNED}",
            lambda: float(batch_test(build, loss_of, update, x, y, 200)) < LEARNED,
        ),
        (
            "a network whose weights are all zero does not",
            lambda: float(batch_test(zeros, loss_of, update, x, y, 200)) > 0.3,
        ),
        (
            "a loss that compares each event with all labels does not",
            lambda: float(batch_test(build, crossed, update, x, y, 200)) > 0.3,
        ),
    ]
    hints = [
        "Build the network and its optimizer once, before the loop; x.shape[1] is the number of inputs.",
        "Call `update` in a loop, always with the same x and y.",
        "In evaluation mode dropout is off. Within torch.no_grad() use loss_of once more.",
    ]
    run_check("Exercise 2", properties, "the recipe in exercise 2", hints)


def check_data(split_events: Callable, normalise_strips: Callable) -> None:
    """Check exercise 3 a, `split_events(rng, events, held_out)` and `normalise_strips(x_train, x)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    x, _ = measure_strips(np.random.default_rng(31), 4000)
    original = x.copy()
    train, new = x[:3000], x[3000:]

    def split(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
        first, second = split_events(np.random.default_rng(seed), 1000, 300)
        return np.asarray(first), np.asarray(second)

    def normalised(events: np.ndarray) -> np.ndarray:
        return as_array(normalise_strips(train, events))

    def steps() -> np.ndarray:
        """Return how each normalised input changes when one strip of one event gets 100 MeV more."""
        more = new[:STRIPS] + 100 * np.eye(STRIPS, dtype=np.float32)
        return np.diag(normalised(more) - normalised(new[:STRIPS]))

    properties = [
        ("split: two sets of the promised sizes", lambda: [len(part) for part in split()] == [700, 300]),
        (
            "split: every index is one of an event",
            lambda: all(np.all((part >= 0) & (part < 1000)) for part in split()),
        ),
        ("split: nothing learned is validated on", lambda: not np.intersect1d(*split()).size),
        ("split: each event is used, and used once", lambda: len(np.unique(np.concatenate(split()))) == 1000),
        (
            "split: random, so that events in the order of their class do not separate",
            lambda: 350 < split()[1].mean() < 650 and not np.array_equal(split(1)[1], split(2)[1]),
        ),
        ("split: the same generator gives the same split", lambda: np.array_equal(split(4)[1], split(4)[1])),
        (
            "inputs: as many as there were, all finite",
            lambda: normalised(new).shape == new.shape and _finite(normalised(new)),
        ),
        ("inputs: around zero, in every strip", lambda: np.all(np.abs(normalised(train).mean(axis=0)) < 1)),
        (
            "inputs: of order one, in every strip",
            lambda: np.all((normalised(train).std(axis=0) > 0.2) & (normalised(train).std(axis=0) < 5)),
        ),
        (
            "inputs: an event looks the same, whichever events are normalised with it",
            lambda: np.allclose(normalised(new)[:7], normalised(new[:7]), rtol=1e-3, atol=1e-4),
        ),
        (
            "inputs: an event of the training set looks the same in any other set",
            lambda: np.allclose(normalised(train)[40:60], normalised(x[30:80])[10:30], rtol=1e-3, atol=1e-4),
        ),
        ("inputs: more energy in a strip is still seen", lambda: np.all(np.abs(steps()) > 1e-3)),
        ("inputs: the arrays that it was given are as they were", lambda: np.array_equal(x, original)),
    ]
    hints = [
        "Ask each function for what it promises: np.intersect1d of the two parts, mean and spread of each input.",
        "A generator gives something else each time that it is asked.",
        "Test with numbers: what is 10 - 4 / 2?",
    ]
    run_check("Exercise 3 a", properties, "the table of exercise 3", hints)


def _finite(values: np.ndarray) -> bool:
    """Tell whether all values are numbers."""
    return bool(np.isfinite(values).all())


def check_model(build_separator: Callable, separator_loss: Callable) -> None:
    """Check exercise 3 b, `build_separator(inputs)` and `separator_loss(logits, y)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from torch.nn import functional

    rng = np.random.default_rng(32)
    inputs = torch.as_tensor(rng.normal(size=(512, STRIPS)), dtype=torch.float32)
    labels = torch.as_tensor(rng.integers(0, 2, 512), dtype=torch.float32)

    def build() -> torch.nn.Module:
        torch.manual_seed(7)
        return build_separator(STRIPS).eval()

    @cache
    def shape() -> tuple:
        with torch.no_grad():
            return tuple(build()(inputs[:5]).shape)

    def entropy(logits: torch.Tensor, y: torch.Tensor) -> float:
        return functional.binary_cross_entropy_with_logits(logits.reshape(-1), y).item()

    def loss(values: object, y: object) -> float:
        return float(separator_loss(_logits_like(shape(), values), torch.as_tensor(np.array(y, dtype=np.float32))))

    def outputs(scale: float = 1.0) -> np.ndarray:
        with torch.no_grad():
            return as_array(build()(scale * inputs)).reshape(-1)

    @cache
    def learned() -> float:
        model = build()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        x, y = inputs[:120], labels[:120]
        for _ in range(300):
            optimizer.zero_grad()
            functional.binary_cross_entropy_with_logits(model(x).reshape(-1), y).backward()
            optimizer.step()
        return entropy(model(x), y)

    def gradient() -> torch.Tensor:
        logits = _logits_like(shape(), rng.normal(size=6)).requires_grad_()
        separator_loss(logits, labels[:6]).backward()
        return logits.grad.reshape(-1) * 6 - (torch.sigmoid(logits.detach().reshape(-1)) - labels[:6])

    several = rng.normal(size=9), rng.integers(0, 2, 9)
    exact = entropy(torch.as_tensor(several[0]), torch.as_tensor(several[1], dtype=torch.float64))
    properties = [
        ("network: one output for each event", lambda: shape() in {(5, 1), (5,)}),
        (
            "network: its outputs are logits, which can have both signs",
            lambda: outputs(100).min() < 0 < outputs(100).max(),
        ),
        (
            "network: before training, outputs of order one and a loss near that of exercise 1",
            lambda: entropy(torch.as_tensor(outputs(), dtype=torch.float32), labels) < 1.2,
        ),
        ("network: it can learn 120 random labels by heart", lambda: learned() < 0.2),
        ("network: two networks begin with different weights", lambda: _differ(build_separator)),
        ("loss: one number", lambda: np.shape(loss(*several)) == ()),
        ("loss: ln 2 for logits of zero", lambda: np.isclose(loss([0, 0, 0], [0, 1, 1]), math.log(2), atol=1e-5)),
        ("loss: zero for events that are right and sure", lambda: abs(loss([20, -20, 20], [1, 0, 1])) < 1e-4),
        (
            "loss: for two events that are wrong and sure, what the logits say",
            lambda: np.isclose(loss([-20, 20], [1, 0]), 20),
        ),
        ("loss: the mean cross-entropy of the events", lambda: np.isclose(loss(*several), exact, rtol=1e-4)),
        ("loss: a number even for logits of ±200", lambda: np.isclose(loss([200, -200, 200, 200], [1, 0, 1, 0]), 50)),
        ("loss: its derivative is that of the mean cross-entropy", lambda: float(gradient().abs().max()) < 1e-4),
    ]
    hints = [
        "Print the spread of the outputs after each layer of the untrained network. How should it change with depth?",
        "Print the shapes of logits, labels, and their product. What is the product of a column and a row?",
        "Work the loss out by hand for two events, one right and sure, one wrong and sure.",
    ]
    run_check("Exercise 3 b", properties, "the table of exercise 3", hints)


def _differ(build_separator: Callable) -> bool:
    """Tell whether two networks that are built one after the other begin with different weights."""
    import torch

    first, second = (next(iter(build_separator(STRIPS).parameters())) for _ in range(2))
    return not torch.equal(first, second)


def check_step(update_separator: Callable, photon_probability: Callable) -> None:
    """Check exercise 3 c, `update_separator(model, optimizer, loss_of, x, y)` and `photon_probability(model, x)`.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    rng = np.random.default_rng(33)
    x = torch.as_tensor(rng.normal(size=(40, 3)), dtype=torch.float32)
    y = torch.as_tensor(rng.integers(0, 2, 40), dtype=torch.float32)

    def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(logits[:, 0], target)

    def weights(updates: int, rate: float = 0.5) -> tuple[torch.Tensor, torch.Tensor, list]:
        """Return the weights after some updates, those that gradient descent gives by hand, and what was returned."""
        torch.manual_seed(8)
        model = nn.Linear(3, 1)
        w, returned = torch.cat([model.weight.detach()[0], model.bias.detach()]), []
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        columns = torch.cat([x, torch.ones(len(x), 1)], dim=1)
        for _ in range(updates):
            w = w - rate * columns.T @ (torch.sigmoid(columns @ w) - y) / len(y)
            returned.append(update_separator(model, optimizer, loss_of, x, y))
        return torch.cat([model.weight.detach()[0], model.bias.detach()]), w, returned

    def agrees(updates: int) -> bool:
        found, expected, _ = weights(updates)
        return torch.allclose(found, expected, atol=1e-5)

    def before() -> bool:
        torch.manual_seed(8)
        model = nn.Linear(3, 1)
        return np.isclose(float(weights(1)[2][0]), loss_of(model(x), y).item(), rtol=1e-4)

    torch.manual_seed(9)
    noisy = nn.Sequential(nn.Linear(3, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 1))
    noisy(x * 2 + 1)  # moves the running mean away from its start
    kept = {name: values.clone() for name, values in noisy.state_dict().items()}

    def probability(events: torch.Tensor = x) -> np.ndarray:
        return as_array(photon_probability(noisy.train(), events))

    def reference() -> np.ndarray:
        with torch.no_grad():
            return torch.sigmoid(noisy.eval()(x)).reshape(-1).numpy()

    def untouched() -> bool:
        noisy.load_state_dict(kept)
        probability()
        return all(torch.equal(values, kept[name]) for name, values in noisy.state_dict().items())

    properties = [
        ("update: the first one is a step of gradient descent", lambda: agrees(1)),
        ("update: so is the second", lambda: agrees(2)),
        ("update: so are five in a row", lambda: agrees(5)),
        ("update: it returns the loss of the batch before the step, as a plain number", before),
        (
            "update: nothing that it returns holds on to a graph",
            lambda: not any(hasattr(value, "requires_grad") and value.requires_grad for value in weights(2)[2]),
        ),
        ("probability: one number from 0 to 1 for each event", lambda: _is_probability(probability(), len(x))),
        (
            "probability: the same each time that it is asked",
            lambda: np.allclose(probability(), probability(), atol=1e-6),
        ),
        (
            "probability: of an event, whichever other events are asked about with it",
            lambda: np.allclose(probability()[:5], probability(x[:5]), atol=1e-5),
        ),
        ("probability: the one that belongs to the logit", lambda: np.allclose(probability(), reference(), atol=1e-5)),
        ("probability: asking does not change the network", untouched),
    ]
    hints = [
        "Make one update by hand with a network of one weight, then a second one. Print the gradient each time.",
        "Ask twice for the probability of the same events. Which layers behave differently in training?",
        "What does PyTorch do with the gradients of the step before?",
    ]
    run_check("Exercise 3 c", properties, "the table of exercise 3", hints)


def _is_probability(found: np.ndarray, events: int) -> bool:
    """Tell whether these are probabilities of so many events, not all alike."""
    return found.shape == (events,) and bool(np.all((found >= 0) & (found <= 1))) and float(np.ptp(found)) > 1e-6


def check_range(range_test: Callable) -> None:
    """Check exercise 4 a, `range_test(model, loss_of, batches, rates)`, the loss while the learning rate grows.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    rng = np.random.default_rng(41)
    direction = rng.normal(size=6)
    x = torch.as_tensor(rng.normal(size=(60, 32, 6)), dtype=torch.float32)
    y = torch.as_tensor((as_array(x) @ direction > 0).astype(np.float32))
    batches = list(zip(x, y, strict=True))

    def model() -> nn.Module:
        torch.manual_seed(10)
        return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(logits[:, 0], target)

    def found(rates: object, which: list = batches, loss: Callable = loss_of) -> np.ndarray:
        return as_array(range_test(model(), loss, which[: len(rates)], np.array(rates, dtype=float)))

    def untrained(number: int) -> np.ndarray:
        with torch.no_grad():
            return np.array([loss_of(model()(a), b).item() for a, b in batches[:number]])

    def unchanged() -> bool:
        mine = model()
        before = [values.clone() for values in mine.parameters()]
        range_test(mine, loss_of, batches, np.geomspace(1e-4, 1, 60))
        return all(torch.equal(a, b) for a, b in zip(before, mine.parameters(), strict=True))

    def stays() -> bool:
        losses = found([0.1, 0, 0, 0], [batches[0]] * 4)
        return np.isclose(losses[1], losses[3]) and losses[1] < losses[0] - 0.01

    def expected(rates: np.ndarray) -> np.ndarray:
        mine, losses = model(), []
        optimizer = torch.optim.Adam(mine.parameters())
        for (a, b), rate in zip(batches, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            losses.append(loss_of(mine(a), b))
            losses[-1].backward()
            optimizer.step()
        return np.array([value.item() for value in losses])

    rising = np.geomspace(1e-5, 10, 60)
    properties = [
        ("one loss for each rate", lambda: found(rising).shape == (60,)),
        ("with rates of zero nothing is learned", lambda: np.allclose(found([0, 0, 0, 0]), untrained(4), rtol=1e-4)),
        (
            "each loss is that of its batch before the step: the last rate shows in no loss",
            lambda: np.allclose(found([0, 0, 0, 0.1]), untrained(4), rtol=1e-4),
        ),
        (
            "each rate is used for its own batch: after 0.1, 0, 0 the network has learned once",
            stays,
        ),
        ("the network that was given is as it was", unchanged),
        (
            "the steps are Adam's: a loss in units a thousand times smaller changes nothing",
            lambda: np.allclose(
                found(rising[:40], loss=lambda *pair: 1000 * loss_of(*pair)) / 1000, found(rising[:40]), rtol=1e-2
            ),
        ),
        (
            "the losses are those of 40 updates with Adam, each with its rate",
            lambda: np.allclose(found(rising)[:40], expected(rising)[:40], rtol=1e-3),
        ),
    ]
    hints = [
        "Train a copy: copy.deepcopy(model).",
        "One optimizer for all steps; group['lr'] of each group in optimizer.param_groups is its rate, and can be set.",
        "Remember the loss of a batch before the step that this batch makes.",
    ]
    run_check("Exercise 4 a", properties, "the recipe in exercise 4", hints)


def check_separator(train_separator: Callable) -> None:
    """Check exercise 4 b, `train_separator(x, y, rng)`, which returns a function that gives the photon probability.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    x, y = measure_strips(np.random.default_rng(42), TRAINING_EVENTS)
    x_test, y_test = measure_strips(np.random.default_rng(43), TEST_EVENTS)

    @cache
    def trained() -> Callable:
        torch.manual_seed(11)
        return train_separator(x, y, np.random.default_rng(44))

    @cache
    def probability() -> np.ndarray:
        return as_array(trained()(x_test))

    def honest() -> bool:
        bins = np.minimum((5 * probability()).astype(int), 4)
        sums = [abs(np.sum((probability() - y_test)[bins == b])) for b in range(5)]
        return sum(sums) / len(y_test) < 0.06

    properties = [
        ("it returns a function", lambda: callable(trained())),
        ("that gives one number from 0 to 1 for each event", lambda: _is_probability(probability(), len(x_test))),
        (
            "the same each time that it is asked",
            lambda: np.allclose(as_array(trained()(x_test)), probability(), atol=1e-5),
        ),
        (
            "whichever other events are asked about with it",
            lambda: np.allclose(as_array(trained()(x_test[:50])), probability()[:50], atol=1e-4),
        ),
        (
            "on average more for photons than for pions",
            lambda: probability()[y_test == 1].mean() > probability()[y_test == 0].mean() + 0.1,
        ),
        ("of the events that get 80 %, about 80 % are photons, and so on", honest),
        (
            f"it keeps {REQUIRED_EFFICIENCY:.0%} of the photons and at most one in {REQUIRED_REJECTION} pions",
            lambda: _rejection(probability(), y_test) >= REQUIRED_REJECTION,
        ),
    ]
    hints = [
        "Begin with your functions of exercise 3, in the order of the given script.",
        "Take the rate from the range test: a few times below the rate at which the loss explodes.",
        "Stop when the validation loss rises, or let the rate fall towards the end.",
        "Normalise new events with the statistics of the training events, never with their own.",
    ]
    run_check("Exercise 4 b", properties, "the requirement in exercise 4", hints)


def _rejection(probability: np.ndarray, y: np.ndarray) -> float:
    """Return 1 / (fraction of pions kept) for the cut that keeps the required fraction of the photons."""
    cut = np.quantile(probability[y == 1], 1 - REQUIRED_EFFICIENCY)
    return float(1 / max(np.mean(probability[y == 0] >= cut), 1 / len(y)))
