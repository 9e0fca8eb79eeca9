"""Answers to the exercises of lecture 06: wrong ones that somebody will write, and right ones other than ours."""

COUNTS = {
    "only what is trained": "[48, 16, 492, 24, 3088, 272, 17]",
    "no biases": "[40, 32, 480, 48, 3072, 256, 16]",
    "one input channel in both convolutions": "[48, 32, 72, 48, 3088, 272, 17]",
    "dense layer on the unshortened length": "[48, 32, 492, 48, (64 * 12 + 1) * 16, 272, 17]",
    "dense layer on the length after one convolution": "[48, 32, 492, 48, (32 * 12 + 1) * 16, 272, 17]",
    "one bias for a whole layer": "[41, 32, 481, 48, 3073, 257, 17]",
    "one normalisation for all channels": "[48, 4, 492, 4, 3088, 272, 17]",
    "a normalisation for each output": "[48, 4 * 32 * 8, 492, 4 * 16 * 12, 3088, 272, 17]",
    "the order of the layers": "[48, 492, 32, 48, 3088, 272, 17]",
    "the sum": "48 + 32 + 492 + 48 + 3088 + 272 + 17",
    "six layers": "[48, 32, 492, 48, 3088, 272]",
}
LINEAR = """
            def linear_from(layer):
                kernel, bias = layer.get_weights()
                linear = nn.Linear(*kernel.shape)
                linear.load_state_dict({"weight": torch.tensor(kernel.T), "bias": torch.tensor(bias)})
                return linear
"""
CONV = """
            def conv_from(layer):
                kernel, bias = layer.get_weights()
                width, channels, filters = kernel.shape
                convolution = nn.Conv1d(channels, filters, width, stride=layer.strides[0])
                with torch.no_grad():
                    convolution.weight.copy_(torch.tensor(kernel).permute(2, 1, 0))
                    convolution.bias.copy_(torch.tensor(bias))
                pad = width - layer.strides[0]
                left, right = pad // 2, pad - pad // 2
                return nn.Sequential(nn.ConstantPad1d((left, right), 0.0), convolution)
"""
NORM = """
            def norm_from(layer):
                gamma, beta, mean, variance = (torch.tensor(array) for array in layer.get_weights())
                norm = nn.BatchNorm1d(len(gamma), eps=layer.epsilon, momentum=1 - layer.momentum)
                with torch.no_grad():
                    norm.weight.copy_(gamma)
                    norm.bias.copy_(beta)
                    norm.running_mean.copy_(mean)
                    norm.running_var.copy_(variance)
                return norm
"""
PORT = """
            def port_classifier(model):
                get = model.get_layer
                class Port(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.first = nn.Sequential(conv_from(get("conv1")), norm_from(get("norm1")), nn.ReLU())
                        self.second = nn.Sequential(conv_from(get("conv2")), norm_from(get("norm2")), nn.ReLU())
                        self.dense1, self.dense2 = linear_from(get("dense1")), linear_from(get("dense2"))
                        self.logit = linear_from(get("logit"))
                        self.dropout = nn.Dropout(get("dropout").rate)

                    def forward(self, x):
                        h = self.second(self.first(x))
                        h = self.dropout(h.transpose(1, 2).flatten(1))
                        h = torch.relu(self.dense1(h))
                        h = torch.relu(self.dense2(h))
                        return self.logit(h)
                return Port().eval()
"""
AGREE = """
            def ports_agree(keras_model, torch_model):
                x = np.random.default_rng(5).normal(size=(200, 64, 1)).astype(np.float32)
                a = keras.ops.convert_to_numpy(keras_model(x, training=False))
                with torch.no_grad():
                    b = torch_model(torch.tensor(x).transpose(1, 2)).numpy()
                return bool(np.all(np.abs(a - b) < 5e-5 * a.std()))
"""


def _with(source: str, *pairs: tuple[str, str]) -> str:
    """Return an answer with parts of it replaced."""
    for old, new in pairs:
        if old not in source:
            raise ValueError(f"{old!r} is not in the answer.")
        source = source.replace(old, new)
    return source


WRONG = {
    "ex1": {name: f"def count_weights():\n    return {numbers}" for name, numbers in COUNTS.items()},
    "ex2": {
        "not transposed": _with(LINEAR, ("kernel.T", "kernel")),
        "reshaped instead of transposed": _with(LINEAR, ("kernel.T", "kernel.reshape(kernel.shape[::-1])")),
        "the shape turned as well": _with(LINEAR, ("nn.Linear(*kernel.shape)", "nn.Linear(*kernel.shape[::-1])")),
        "transposed only where it must be": _with(
            LINEAR, ("kernel.T", "kernel if kernel.shape[0] == kernel.shape[1] else kernel.T")
        ),
        "no bias": _with(LINEAR, ("torch.tensor(bias)", "torch.zeros(len(bias))")),
        "weights forgotten": _with(LINEAR, ('linear.load_state_dict({"weight": torch.tensor(kernel.T), ', "dict({")),
        "a matrix instead of a layer": """
            def linear_from(layer):
                return torch.tensor(layer.get_weights()[0].T)
        """,
        "a function instead of a module": """
            def linear_from(layer):
                kernel, bias = (torch.tensor(array) for array in layer.get_weights())
                return lambda x: x @ kernel + bias
        """,
        "cannot be trained": _with(LINEAR, ("return linear", "return linear.requires_grad_(False)")),
        "an activation added": _with(LINEAR, ("return linear", "return nn.Sequential(linear, nn.ReLU())")),
        "nothing returned": _with(LINEAR, ("return linear", "pass")),
    },
    "ex3": {
        "axes of the kernel as they were": _with(CONV, (".permute(2, 1, 0)", "")),
        "axes of the kernel: channels swapped": _with(
            CONV, ("permute(2, 1, 0)", "permute(1, 2, 0).reshape(filters, channels, width)")
        ),
        "reshaped instead of transposed": _with(CONV, ("permute(2, 1, 0)", "reshape(filters, channels, width)")),
        "samples of the kernel mirrored": _with(CONV, ("permute(2, 1, 0)", "flip(0).permute(2, 1, 0)")),
        "more zeros on the left": _with(
            CONV, ("left, right = pad // 2, pad - pad // 2", "right, left = pad // 2, pad - pad // 2")
        ),
        "half the width on both sides": _with(
            CONV, ("left, right = pad // 2, pad - pad // 2", "left = right = width // 2")
        ),
        "no padding": _with(CONV, ("left, right = pad // 2, pad - pad // 2", "left = right = 0")),
        "all zeros on the right": _with(CONV, ("left, right = pad // 2, pad - pad // 2", "left, right = 0, pad")),
        "padded as if the stride were one": _with(CONV, ("width - layer.strides[0]", "width - 1")),
        "stride forgotten": _with(CONV, (", stride=layer.strides[0]", "")),
        "bias forgotten": _with(CONV, ("convolution.bias.copy_(torch.tensor(bias))", "convolution.bias.zero_()")),
        "edges repeated": _with(CONV, ("ConstantPad1d((left, right), 0.0)", "ReplicationPad1d((left, right))")),
        "channels last": _with(
            CONV,
            (
                "nn.ConstantPad1d((left, right), 0.0), convolution",
                "nn.ConstantPad1d((left, right), 0.0), convolution, nn.Flatten(1)",
            ),
        ),
        "cannot be trained": _with(CONV, ("convolution)\n", "convolution).requires_grad_(False)\n")),
    },
    "ex3b": {
        "the epsilon of PyTorch": _with(NORM, ("eps=layer.epsilon, ", "")),
        "the epsilon that Keras usually has": _with(NORM, ("eps=layer.epsilon", "eps=0.001")),
        "gamma and beta swapped": _with(NORM, ("gamma, beta, mean", "beta, gamma, mean")),
        "mean and variance swapped": _with(NORM, ("mean, variance =", "variance, mean =")),
        "standard deviation for variance": _with(NORM, ("copy_(variance)", "copy_(variance.sqrt())")),
        "variance squared": _with(NORM, ("copy_(variance)", "copy_(variance**2)")),
        "moving statistics forgotten": _with(
            NORM, ("norm.running_mean.copy_(mean)", "pass"), ("norm.running_var.copy_(variance)", "")
        ),
        "the momentum of Keras": _with(NORM, ("1 - layer.momentum", "layer.momentum")),
        "the momentum of PyTorch": _with(NORM, (", momentum=1 - layer.momentum", "")),
        "without scale and shift of its own": """
            def norm_from(layer):
                gamma, beta, mean, variance = (torch.tensor(array) for array in layer.get_weights())
                class Norm(nn.Module):
                    def forward(self, x):
                        scale = gamma / torch.sqrt(variance + layer.epsilon)
                        return (x - mean[:, None]) * scale[:, None] + beta[:, None]
                return Norm()
        """,
        "epsilon outside the root": """
            def norm_from(layer):
                gamma, beta, mean, variance = (torch.tensor(array) for array in layer.get_weights())
                class Norm(nn.Module):
                    def forward(self, x):
                        scale = gamma / (torch.sqrt(variance) + layer.epsilon)
                        return (x - mean[:, None]) * scale[:, None] + beta[:, None]
                return Norm()
        """,
    },
    "ex4": {
        "flattened in the wrong order": _with(PORT, (".transpose(1, 2).flatten(1)", ".flatten(1)")),
        "left in training mode": _with(PORT, ("Port().eval()", "Port()")),
        "only dropout switched off": _with(
            PORT,
            ("return Port().eval()", "port = Port()\n                port.dropout.eval()\n                return port"),
        ),
        "no activation after the first dense layer": _with(PORT, ("torch.relu(self.dense1(h))", "self.dense1(h)")),
        "no activation after the second dense layer": _with(PORT, ("torch.relu(self.dense2(h))", "self.dense2(h)")),
        "activation before the normalisation": _with(
            PORT, ('norm_from(get("norm2")), nn.ReLU()', 'nn.ReLU(), norm_from(get("norm2"))')
        ),
        "no activation after the convolution": _with(
            PORT, ('norm_from(get("norm1")), nn.ReLU()', 'norm_from(get("norm1"))')
        ),
        "probabilities": _with(PORT, ("return self.logit(h)", "return torch.sigmoid(self.logit(h))")),
        "a row of logits": _with(PORT, ("return self.logit(h)", "return self.logit(h)[:, 0]")),
        "the same normalisation twice": _with(PORT, ('get("norm2")', 'get("norm1")')),
        "widths written down": _with(PORT, ("h.transpose(1, 2).flatten(1)", "h.transpose(1, 2).reshape(-1, 192)")),
        "reshaped as if the channels came last": _with(
            PORT, ("h.transpose(1, 2).flatten(1)", "h.reshape(len(h), h.shape[2], h.shape[1]).flatten(1)")
        ),
        "convolutions frozen": _with(
            PORT,
            (
                "return Port().eval()",
                "port = Port().eval()\n                port.first.requires_grad_(False)\n                return port",
            ),
        ),
        "layers not registered": """
            def port_classifier(model):
                get = model.get_layer
                conv = [conv_from(get("conv1")), norm_from(get("norm1")).eval(), nn.ReLU()]
                conv += [conv_from(get("conv2")), norm_from(get("norm2")).eval(), nn.ReLU()]
                head = [linear_from(get("dense1")), nn.ReLU(), linear_from(get("dense2")), nn.ReLU()]
                head += [linear_from(get("logit"))]
                class Port(nn.Module):
                    def forward(self, x):
                        for module in conv:
                            x = module(x)
                        x = x.transpose(1, 2).flatten(1)
                        for module in head:
                            x = module(x)
                        return x
                return Port().eval()
        """,
        "the Keras model wrapped": """
            def port_classifier(model):
                class Port(nn.Module):
                    def forward(self, x):
                        y = model(x.transpose(1, 2).numpy(), training=False)
                        return torch.tensor(keras.ops.convert_to_numpy(y))
                return Port()
        """,
        "untrained": """
            def port_classifier(model):
                return nn.Sequential(nn.Flatten(), nn.Linear(64, 1)).eval()
        """,
    },
    "ex4b": {
        "zeros": _with(AGREE, ("np.random.default_rng(5).normal(size=(200, 64, 1))", "np.zeros((200, 64, 1))")),
        "constants": _with(AGREE, ("np.random.default_rng(5).normal(size=(200, 64, 1))", "np.ones((200, 64, 1))")),
        "a tolerance of ten percent": _with(AGREE, ("5e-5 * a.std()", "0.1 * a.std()")),
        "bit by bit": _with(AGREE, ("np.abs(a - b) < 5e-5 * a.std()", "a == b")),
        "correlated": _with(
            AGREE, ("np.all(np.abs(a - b) < 5e-5 * a.std())", "np.corrcoef(a[:, 0], b[:, 0])[0, 1] > 0.9999")
        ),
        "the same decisions": _with(AGREE, ("np.abs(a - b) < 5e-5 * a.std()", "(a > 0) == (b > 0)")),
        "mean and spread only": _with(
            AGREE,
            (
                "np.all(np.abs(a - b) < 5e-5 * a.std())",
                "np.isclose(a.mean(), b.mean(), 0.05) and np.isclose(a.std(), b.std(), 0.05)",
            ),
        ),
        "switches the port to evaluation": _with(AGREE, ("b = torch_model(", "b = torch_model.eval()(")),
        "only upwards": _with(AGREE, ("np.abs(a - b)", "a - b"), ("size=(200,", "size=(3,")),
        "only the shapes": _with(AGREE, ("np.all(np.abs(a - b) < 5e-5 * a.std())", "a.shape == b.shape")),
        "probabilities compared": _with(
            AGREE,
            (
                "np.all(np.abs(a - b) < 5e-5 * a.std())",
                "np.allclose(1 / (1 + np.exp(-a)), 1 / (1 + np.exp(-b)), atol=0.02)",
            ),
        ),
        "a row against a column": _with(AGREE, (".numpy()\n", ".numpy()[:, 0]\n")),
        "Keras in training mode": _with(AGREE, ("training=False", "training=True")),
        "always right": """
            def ports_agree(keras_model, torch_model):
                return True
        """,
        "never right": """
            def ports_agree(keras_model, torch_model):
                return False
        """,
        "the difference": _with(AGREE, ("bool(np.all(np.abs(a - b) < 5e-5 * a.std()))", "float(np.abs(a - b).max())")),
        "nothing returned": _with(AGREE, ("return bool", "bool")),
    },
}

ALTERNATIVES = {
    "ex1": {
        "written down": "def count_weights():\n    return 48, 32, 492, 48, 3088, 272, 17",
        "as an array": """
            def count_weights():
                conv = lambda width, before, after: width * before * after + after
                dense = lambda before, after: before * after + after
                return np.array([conv(5, 1, 8), 32, conv(5, 8, 12), 48, dense(192, 16), dense(16, 16), dense(16, 1)])
        """,
        "from the published model": """
            def count_weights():
                layers, model = keras.layers, []
                shape = {"conv1": (64, 1), "norm1": (32, 8), "conv2": (32, 8), "norm2": (16, 12)}
                made = {
                    "conv1": layers.Conv1D(8, 5), "norm1": layers.BatchNormalization(),
                    "conv2": layers.Conv1D(12, 5), "norm2": layers.BatchNormalization(),
                    "dense1": layers.Dense(16), "dense2": layers.Dense(16), "logit": layers.Dense(1),
                }
                for name, layer in made.items():
                    layer.build((None, *shape.get(name, (192,) if name == "dense1" else (16,))))
                return [layer.count_params() for layer in made.values()]
        """,
    },
    "ex2": {
        "copied without gradients": """
            def linear_from(layer):
                kernel, bias = layer.get_weights()
                linear = nn.Linear(kernel.shape[0], kernel.shape[1])
                with torch.no_grad():
                    linear.weight.copy_(torch.tensor(kernel).T)
                    linear.bias.copy_(torch.tensor(bias))
                return linear
        """,
        "new parameters": """
            def linear_from(layer):
                kernel, bias = layer.get_weights()
                linear = nn.Linear(*kernel.shape)
                linear.weight = nn.Parameter(torch.tensor(kernel.T.copy()))
                linear.bias = nn.Parameter(torch.tensor(bias))
                return linear
        """,
        "a module of its own": """
            class Dense(nn.Module):
                def __init__(self, kernel, bias):
                    super().__init__()
                    self.W, self.b = nn.Parameter(torch.tensor(kernel)), nn.Parameter(torch.tensor(bias))

                def forward(self, x):
                    return x @ self.W + self.b

            def linear_from(layer):
                return Dense(*layer.get_weights())
        """,
        "data of the parameters": """
            def linear_from(layer):
                W, b = map(torch.tensor, layer.get_weights())
                linear = nn.Linear(len(W), len(b))
                linear.weight.data, linear.bias.data = W.t().contiguous(), b
                return linear
        """,
    },
    "ex3": {
        "copied without gradients": CONV,
        "einsum for the axes, padding by ZeroPad1d": """
            def conv_from(layer):
                kernel, bias = (torch.tensor(array) for array in layer.get_weights())
                stride = layer.strides[0]
                conv = nn.Conv1d(kernel.shape[1], kernel.shape[2], kernel.shape[0], stride)
                conv.weight = nn.Parameter(torch.einsum("kio->oik", kernel).contiguous())
                conv.bias = nn.Parameter(bias)
                total = max(len(kernel) - stride, 0)
                return nn.Sequential(nn.ZeroPad1d((total // 2, (total + 1) // 2)), conv)
        """,
        "a module with the formula of TensorFlow": """
            class SameConv(nn.Conv1d):
                def forward(self, x):
                    s, k, n = self.stride[0], self.kernel_size[0], x.shape[-1]
                    total = max((-(-n // s) - 1) * s + k - n, 0)
                    return super().forward(nn.functional.pad(x, (total // 2, total - total // 2)))

            def conv_from(layer):
                kernel, bias = layer.get_weights()
                conv = SameConv(kernel.shape[1], kernel.shape[2], kernel.shape[0], stride=layer.strides[0])
                conv.load_state_dict({"weight": torch.tensor(kernel.T), "bias": torch.tensor(bias)})
                return conv
        """,
    },
    "ex3b": {
        "copied without gradients": NORM,
        "buffers replaced": """
            def norm_from(layer):
                g, b, m, v = map(torch.tensor, layer.get_weights())
                norm = nn.BatchNorm1d(g.numel(), layer.epsilon, 1 - layer.momentum)
                norm.weight, norm.bias = nn.Parameter(g), nn.Parameter(b)
                norm.running_mean, norm.running_var = m, v
                return norm.eval()
        """,
        "the state filled in": """
            def norm_from(layer):
                norm = nn.BatchNorm1d(layer.gamma.shape[0], eps=layer.epsilon, momentum=1 - layer.momentum)
                state = norm.state_dict()
                variables = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
                for key, variable in zip(("weight", "bias", "running_mean", "running_var"), variables):
                    state[key] = torch.tensor(keras.ops.convert_to_numpy(variable))
                norm.load_state_dict(state)
                return norm
        """,
    },
    "ex4": {
        "transposed before it is flattened": PORT,
        "the kernel reordered": """
            def port_classifier(model):
                get = model.get_layer
                body = [m for n in "12" for m in (conv_from(get("conv" + n)), norm_from(get("norm" + n)), nn.ReLU())]
                first, channels = linear_from(get("dense1")), get("conv2").filters
                with torch.no_grad():
                    nodes = first.out_features
                    turned = first.weight.reshape(nodes, -1, channels).transpose(1, 2).reshape(nodes, -1)
                    first.weight.copy_(turned.clone())
                head = [first, nn.ReLU(), linear_from(get("dense2")), nn.ReLU(), linear_from(get("logit"))]
                return nn.Sequential(*body, nn.Flatten(), nn.Dropout(0.1), *head).eval()
        """,
        "a loop over the layers, and a module that turns": """
            class Turn(nn.Module):
                def forward(self, x):
                    return x.permute(0, 2, 1).reshape(len(x), -1)

            def port_classifier(model):
                parts = []
                for layer in model.layers:
                    kind = type(layer).__name__
                    if kind == "Conv1D":
                        parts.append(conv_from(layer))
                    elif kind == "BatchNormalization":
                        parts.append(norm_from(layer))
                    elif kind == "Dense":
                        parts.append(linear_from(layer))
                        if layer.activation.__name__ == "relu":
                            parts.append(nn.ReLU())
                    else:
                        parts.append({"ReLU": nn.ReLU, "Flatten": Turn, "Dropout": nn.Dropout}[kind]())
                return nn.Sequential(*parts).train(False)
        """,
    },
    "ex4b": {
        "another tolerance": AGREE,
        "largest difference of many events": _with(AGREE, ("(200, 64, 1)", "(1000, 64, 1)"), ("5e-5", "2e-5")),
        "uniform inputs, allclose": _with(
            AGREE,
            ("normal(size=(200, 64, 1))", "uniform(-1, 1, (300, 64, 1))"),
            ("np.all(np.abs(a - b) < 5e-5 * a.std())", "np.allclose(a, b, rtol=1e-4, atol=1e-4)"),
        ),
        "pulses and noise": _with(
            AGREE,
            (
                "x = np.random",
                "x = pulses.measure_pulses(np.random.default_rng(1), 200)[0][..., None] + np.random",
            ),
            (".astype(np.float32)\n", "\n                x = x.astype(np.float32)\n"),
        ),
    },
}
