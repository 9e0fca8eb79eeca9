"""Checks for the exercises of lecture 06: a model and its weights carried from Keras to PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from utils.checks import as_array, run_check

LENGTH = 64
CLOSE = 1e-5  # outputs in float32 that differ by more than this part of their spread are not the same


def _near(found: object, expected: object, tolerance: float = CLOSE) -> bool:
    """Tell whether two arrays have the same shape, and differ by little against the spread of the second."""
    found, expected = as_array(found), as_array(expected)
    return found.shape == expected.shape and bool(np.abs(found - expected).max() < tolerance * expected.std())


def _random_weights(layer: object, rng: np.random.Generator) -> None:
    """Give a layer or model of Keras random weights, none of them zero or one, variances positive."""
    weights = []
    for variable in layer.weights:
        if len(variable.shape) > 1:
            values = rng.normal(0, 1.4 / np.sqrt(np.prod(variable.shape[:-1])), variable.shape)
        elif "variance" in variable.path:
            values = rng.uniform(0.005, 0.05, variable.shape)
        elif "gamma" in variable.path:
            values = rng.uniform(0.3, 0.6, variable.shape)
        else:
            values = rng.normal(0, 0.2, variable.shape)
        weights.append(values.astype(np.float32))
    layer.set_weights(weights)


def _built(layer: object, *shape: int, seed: int = 1) -> tuple[object, np.ndarray, np.ndarray]:
    """Return a layer of Keras with random weights, inputs of this shape, and what the layer makes of them."""
    rng = np.random.default_rng([61, seed])
    x = rng.normal(size=shape).astype(np.float32)
    layer.build((None, *shape[1:]))
    _random_weights(layer, rng)
    return layer, x, as_array(layer(x))


@cache
def _classifier(filters: tuple[int, int] = (8, 12), hidden: int = 16, kernel: int = 5, seed: int = 1) -> object:
    """Return a Keras model with the layers of the exercise and random weights."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((LENGTH, 1))])
    for number in (1, 2):
        model.add(layers.Conv1D(filters[number - 1], kernel, strides=2, padding="same", name=f"conv{number}"))
        model.add(layers.BatchNormalization(name=f"norm{number}"))
        model.add(layers.ReLU(name=f"relu{number}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dropout(0.1, name="dropout"))
    model.add(layers.Dense(hidden, activation="relu", name="dense1"))
    model.add(layers.Dense(hidden, activation="relu", name="dense2"))
    model.add(layers.Dense(1, name="logit"))
    _random_weights(model, np.random.default_rng([62, seed]))
    return model


def _inputs(events: int = 200) -> np.ndarray:
    """Return traces of noise, shape (events, 64, 1)."""
    return np.random.default_rng(63).normal(size=(events, LENGTH, 1)).astype(np.float32)


def check_count(count_weights: Callable) -> None:
    """Check exercise 1, `count_weights()`, the numbers that each layer of the classifier stores.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    names = ["conv1", "norm1", "conv2", "norm2", "dense1", "dense2", "logit"]

    def counted(name: str) -> bool:
        expected = sum(int(np.prod(variable.shape)) for variable in _classifier().get_layer(name).weights)
        return float(count_weights()[names.index(name)]) == expected

    properties = [("it gives seven numbers", lambda: np.shape(count_weights()) == (7,))]
    properties += [(f"the number of {name}", lambda name=name: counted(name)) for name in names]
    hints = [
        "A filter looks at 5 samples in every channel that comes in, and has one bias.",
        "A batch normalisation keeps four numbers a channel: two that are trained, and two that are measured.",
        "Each convolution halves the length. What is flattened has (length) × (channels) numbers.",
    ]
    run_check("Exercise 1", properties, "the table of the layers", hints)


def check_dense(linear_from: Callable) -> None:
    """Check exercise 2, `linear_from(layer)`, a dense layer of Keras as one of PyTorch.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from keras import layers

    wide, square = _built(layers.Dense(7), 30, 3), _built(layers.Dense(6), 30, 6, seed=2)

    def same(case: tuple) -> bool:
        layer, x, expected = case
        with torch.no_grad():
            return _near(linear_from(layer)(torch.tensor(x)), expected)

    def independent() -> bool:
        before = [weights.copy() for weights in square[0].get_weights()]
        with torch.no_grad():
            for values in linear_from(square[0]).parameters():
                values.add_(1.0)
        return all(np.array_equal(a, b) for a, b in zip(before, square[0].get_weights(), strict=True))

    properties = [
        ("it returns a module of PyTorch", lambda: isinstance(linear_from(wide[0]), torch.nn.Module)),
        (
            "it takes 3 numbers and gives 7, if the layer of Keras does",
            lambda: linear_from(wide[0])(torch.zeros(2, 3)).shape == (2, 7),
        ),
        (
            "for inputs of zero it gives the bias",
            lambda: _near(linear_from(wide[0])(torch.zeros(1, 3))[0], wide[0].get_weights()[1]),
        ),
        ("3 inputs, 7 outputs: the same outputs as Keras", lambda: same(wide)),
        ("6 inputs, 6 outputs: the same outputs as Keras", lambda: same(square)),
        (
            "all its numbers can be trained on",
            lambda: sum(p.numel() for p in linear_from(wide[0]).parameters() if p.requires_grad) == 28,
        ),
        ("training the port leaves the layer of Keras as it was", independent),
    ]
    hints = [
        "Print the shapes: layer.get_weights() of Keras, and those of nn.Linear(3, 7).",
        "Keras computes x W + b, PyTorch x Wᵀ + b.",
        "Within torch.no_grad(), parameter.copy_(tensor) sets the values; torch.tensor(array) copies an array.",
    ]
    run_check("Exercise 2", properties, "equation (1) of exercise 2", hints)


def check_convolution(conv_from: Callable) -> None:
    """Check exercise 3 a, `conv_from(layer)`, a convolution with padding "same".

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from keras import layers

    def conv(kernel: int, stride: int) -> bool:
        layer, x, expected = _built(layers.Conv1D(4, kernel, strides=stride, padding="same"), 8, 24, 3, seed=kernel)
        with torch.no_grad():
            found = conv_from(layer)(torch.tensor(x).transpose(1, 2))
        return _near(as_array(found).transpose(0, 2, 1), expected)

    def size() -> bool:
        layer, x, _ = _built(layers.Conv1D(4, 5, strides=2, padding="same"), 8, 24, 3)
        return conv_from(layer)(torch.tensor(x).transpose(1, 2)).shape == (8, 4, 12)

    def trained() -> bool:
        port = conv_from(_built(layers.Conv1D(4, 5, strides=2, padding="same"), 8, 24, 3)[0])
        return sum(p.numel() for p in port.parameters() if p.requires_grad) == 5 * 3 * 4 + 4

    properties = [
        ("24 samples with stride 2 become 12, channels come first", size),
        ("1 sample wide, as Keras", lambda: conv(1, 1)),
        ("5 samples wide, stride 1, as Keras", lambda: conv(5, 1)),
        ("5 samples wide, stride 2, as Keras", lambda: conv(5, 2)),
        ("4 samples wide, stride 1, as Keras", lambda: conv(4, 1)),
        ("4 samples wide, stride 2, as Keras", lambda: conv(4, 2)),
        ("3 samples wide, stride 2, as Keras", lambda: conv(3, 2)),
        ("its weights can be trained", trained),
    ]
    hints = [
        "Print the shapes of layer.get_weights(). In which order does the kernel of an nn.Conv1d have its axes?",
        "nn.ConstantPad1d((left, right), 0.0) before an nn.Conv1d without padding makes any padding.",
        "5 samples wide with stride 2: how many zeros does equation (2) ask for, and on which side is the odd one?",
    ]
    run_check("Exercise 3 a", properties, "equation (2) of exercise 3", hints)


def check_norm(norm_from: Callable) -> None:
    """Check exercise 3 b, `norm_from(layer)`, a batch normalisation.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch
    from keras import layers

    def norm(**options: float) -> tuple:
        return _built(layers.BatchNormalization(**options), 40, 10, 5, seed=9)

    def same_norm(**options: float) -> bool:
        layer, x, expected = norm(**options)
        with torch.no_grad():
            found = norm_from(layer).eval()(torch.tensor(x).transpose(1, 2))
        return _near(as_array(found).transpose(0, 2, 1), expected)

    def moved(momentum: float) -> bool:
        """Compare the moving means after one batch in training mode."""
        layer, x, _ = norm(momentum=momentum)
        port = norm_from(layer).train()
        layer(x, training=True)
        port(torch.tensor(x).transpose(1, 2))
        return np.allclose(as_array(port.running_mean), layer.get_weights()[2], atol=1e-4)

    def trained() -> bool:
        port = norm_from(norm()[0])
        return sum(p.numel() for p in port.parameters() if p.requires_grad) == 10

    properties = [
        ("in evaluation mode, as Keras", lambda: same_norm(epsilon=1e-9)),
        ("also where epsilon matters", same_norm),
        ("also with an epsilon of 0.1", lambda: same_norm(epsilon=0.1)),
        ("the scale and the shift of each channel can be trained", trained),
        ("a batch in training moves the mean as in Keras", lambda: moved(0.99)),
        ("also with a momentum of 0.7", lambda: moved(0.7)),
    ]
    hints = [
        "Which of the four arrays of layer.get_weights() is trained, which is measured? state_dict() names PyTorch's.",
        "The layer of Keras knows its layer.epsilon and layer.momentum.",
        "What one library keeps of the old mean, the other takes of the new one.",
    ]
    run_check("Exercise 3 b", properties, "equation (3) of exercise 3", hints)


def check_port(port_classifier: Callable) -> None:
    """Check exercise 4 a, `port_classifier(model)`, the whole model.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    import torch

    x = _inputs()

    def outputs(port: object, events: np.ndarray = x) -> object:
        with torch.no_grad():
            return port(torch.tensor(events).transpose(1, 2))

    def same(**sizes: object) -> bool:
        model = _classifier(**sizes)
        return _near(outputs(port_classifier(model)), model(x, training=False))

    def numbers() -> bool:
        port = port_classifier(_classifier())
        return sum(v.numel() for v in port.parameters() if v.requires_grad) == _classifier().count_params() - 40

    def after_training() -> bool:
        model, port = _classifier(), port_classifier(_classifier())
        port.train()
        outputs(port, 3 * x + 1)
        return not _near(outputs(port.eval()), model(x, training=False))

    properties = [
        ("it returns a module of PyTorch", lambda: isinstance(port_classifier(_classifier()), torch.nn.Module)),
        ("one logit for each trace", lambda: outputs(port_classifier(_classifier())).shape == (200, 1)),
        ("the same answer each time that it is asked", lambda: _repeats(port_classifier(_classifier()), outputs)),
        (
            "the same answer, whichever other traces are in the batch",
            lambda: _near(outputs(port_classifier(_classifier()), x[:9]), _classifier()(x[:9], training=False)),
        ),
        ("the same outputs as Keras, to a hundred-thousandth of their spread", same),
        ("also for another model of the same kind, with other widths", lambda: same(filters=(6, 10), hidden=9, seed=2)),
        ("also with as many channels as samples", lambda: same(filters=(4, 16), hidden=20, kernel=4, seed=3)),
        ("it has as many trainable numbers as the model of Keras", numbers),
        ("its normalisations still learn in training mode", after_training),
    ]
    hints = [
        "Compare the outputs of both models layer by layer, from the front: where do they part?",
        "What does Keras flatten first, samples or channels? What does PyTorch?",
        "A module is made in training mode: dropout on, normalisation by the batch.",
        "There are activations inside the dense layers of Keras: layer.activation.",
    ]
    run_check("Exercise 4 a", properties, "the table of the layers", hints)


def _repeats(port: object, outputs: Callable) -> bool:
    """Tell whether a port gives the same outputs twice."""
    return _near(outputs(port), outputs(port))


def check_agreement(ports_agree: Callable) -> None:
    """Check exercise 4 b, `ports_agree(keras_model, torch_model)`: right ports pass, wrong ones do not.

    Raises:
        NotSolved: there is no answer yet.
        CheckFailed: a property does not hold.
    """
    cases = {
        "transposes a square kernel of a dense layer": {"turn": True},
        "flattens in the wrong order": {"order": True},
        "keeps the epsilon of PyTorch": {"epsilon": 1e-5},
        "pads one sample too many on the left, one too few on the right": {"shift": True},
        "was left in training mode": {"train": True},
        "takes the variances for standard deviations": {"squared": True},
        "has scale and shift of a normalisation swapped": {"swap": True},
        "has lost the bias of a dense layer": {"bias": True},
        "forgets one activation": {"linear": True},
        "gives probabilities instead of logits": {"sigmoid": True},
        "has the sign of its logits turned": {"sign": True},
        "has the weights of its last layer wrong by a thousandth": {"spoil": True},
    }

    def agrees(seed: int = 1, **mistakes: object) -> bool:
        model = _classifier(seed=seed)
        found = ports_agree(model, _reference(model, **mistakes))
        if found is not None and np.shape(as_array(found)) == () and float(as_array(found)) in (0.0, 1.0):
            return bool(found)
        raise TypeError("it must return True or False")

    properties = [
        ("a right port passes", agrees),
        ("so does the right port of another model", lambda: agrees(2)),
        ("it is no matter of luck: a right port passes 20 times", lambda: all(agrees(3) for _ in range(20))),
    ]
    for what, mistakes in cases.items():
        properties.append((f"a port that {what} does not", lambda mistakes=mistakes: not agrees(**mistakes)))
    hints = [
        "Which inputs would show that mistake? Zeros, constants and a single trace hide several.",
        "How large is the difference of a right port in float32, in units of the spread of the outputs?",
        "Do not touch the mode of the port: one that is left in training mode is not right.",
    ]
    run_check("Exercise 4 b", properties, "the list of mistakes in exercise 4", hints)


def _reference(model: object, **mistakes: object) -> object:
    """Return the classifier in PyTorch, with the mistakes that are named."""
    import torch
    from torch import nn

    def tensors(name: str) -> list[torch.Tensor]:
        return [torch.tensor(weights) for weights in model.get_layer(name).get_weights()]

    parts: list[nn.Module] = []
    for number in (1, 2):
        kernel, bias = tensors(f"conv{number}")
        width, channels, filters = kernel.shape
        extra = width - 2
        left = extra // 2 + (1 if mistakes.get("shift") and number == 1 else 0)
        conv = nn.Conv1d(channels, filters, width, stride=2)
        gamma, beta, mean, variance = tensors(f"norm{number}")
        if mistakes.get("swap") and number == 2:
            gamma, beta = beta, gamma
        if mistakes.get("squared") and number == 1:
            variance = variance**2
        norm = nn.BatchNorm1d(filters, eps=mistakes.get("epsilon", model.get_layer(f"norm{number}").epsilon))
        with torch.no_grad():
            conv.weight.copy_(kernel.permute(2, 1, 0))
            conv.bias.copy_(bias)
            for old, new in zip(
                (norm.weight, norm.bias, norm.running_mean, norm.running_var),
                (gamma, beta, mean, variance),
                strict=True,
            ):
                old.copy_(new)
        parts += [nn.ConstantPad1d((left, extra - left), 0.0), conv, norm]
        parts += [] if mistakes.get("linear") and number == 2 else [nn.ReLU()]
    first = tensors("dense1")[0]
    if not mistakes.get("order"):
        first = first.reshape(-1, filters, first.shape[1]).transpose(0, 1).reshape(first.shape)
    parts.append(nn.Flatten())
    for name in ("dense1", "dense2", "logit"):
        kernel, bias = tensors(name)
        kernel = first if name == "dense1" else kernel
        linear = nn.Linear(*kernel.shape)
        with torch.no_grad():
            linear.weight.copy_(kernel if mistakes.get("turn") and name == "dense2" else kernel.T)
            linear.bias.copy_(bias)
            if mistakes.get("bias") and name == "dense2":
                linear.bias.zero_()
            if mistakes.get("spoil") and name == "logit":
                linear.weight *= 1.001
            if mistakes.get("sign") and name == "logit":
                linear.weight.neg_()
                linear.bias.neg_()
        parts += [linear, nn.ReLU()]
    parts[-1] = nn.Sigmoid() if mistakes.get("sigmoid") else nn.Identity()
    return nn.Sequential(*parts).train(bool(mistakes.get("train")))
