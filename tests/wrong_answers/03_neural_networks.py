"""Answers to solutions/03_neural_networks.ipynb: wrong ones, which the checks must catch, and other right ones."""

WRONG = {
    "ex1": {
        "activation before the bias": """
            def layer(x, W, b, activation):
                return activation(x @ W) + b
        """,
        "bias forgotten": """
            def layer(x, W, b, activation):
                return activation(x @ W)
        """,
        "activation forgotten": """
            def layer(x, W, b, activation):
                return x @ W + b
        """,
        "always ReLU": """
            def layer(x, W, b, activation):
                return np.maximum(x @ W + b, 0)
        """,
        "weights transposed": """
            def layer(x, W, b, activation):
                return activation(x @ W.T + b)
        """,
        "nodes in rows": """
            def layer(x, W, b, activation):
                return activation(W.T @ x.T + b[:, None])
        """,
        "bias subtracted": """
            def layer(x, W, b, activation):
                return activation(x @ W - b)
        """,
        "element by element": """
            def layer(x, W, b, activation):
                return activation(x * W + b)
        """,
        "biases not counted": """
            def count_parameters(sizes):
                return sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))
        """,
        "one bias a layer": """
            def count_parameters(sizes):
                return sum(a * b + 1 for a, b in zip(sizes[:-1], sizes[1:]))
        """,
        "inputs have biases": """
            def count_parameters(sizes):
                return sum(a * b for a, b in zip(sizes[:-1], sizes[1:])) + sum(sizes)
        """,
        "first layer only": """
            def count_parameters(sizes):
                return (sizes[0] + 1) * sizes[1]
        """,
        "nodes instead of weights": """
            def count_parameters(sizes):
                return sum(sizes)
        """,
    },
    "ex2": {
        "own mean and standard deviation": """
            def scale(x, like):
                return (x - x.mean(axis=0)) / x.std(axis=0)
        """,
        "mean over all columns": """
            def scale(x, like):
                return (x - like.mean()) / like.std()

            def unscale(z, like):
                return like.mean() + z * like.std()
        """,
        "mean over each row": """
            def scale(x, like):
                return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        """,
        "variance instead of standard deviation": """
            def scale(x, like):
                return (x - like.mean(axis=0)) / like.var(axis=0)

            def unscale(z, like):
                return like.mean(axis=0) + z * like.var(axis=0)
        """,
        "to the range from 0 to 1": """
            def scale(x, like):
                return (x - like.min(axis=0)) / np.ptp(like, axis=0)

            def unscale(z, like):
                return like.min(axis=0) + z * np.ptp(like, axis=0)
        """,
        "mean not removed": """
            def scale(x, like):
                return x / like.std(axis=0)

            def unscale(z, like):
                return z * like.std(axis=0)
        """,
        "unscaled in the wrong order": """
            def unscale(z, like):
                return (z + like.mean(axis=0)) * like.std(axis=0)
        """,
        "mean not added again": """
            def unscale(z, like):
                return z * like.std(axis=0)
        """,
        "no activation": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(width) for _ in range(depth)]
                return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
        """,
        "ReLU at the output": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(width, activation="gelu") for _ in range(depth)]
                last = keras.layers.Dense(outputs, activation="relu")
                return keras.Sequential([keras.Input((inputs,)), *hidden, last])
        """,
        "softmax at the output": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(width, activation="gelu") for _ in range(depth)]
                last = keras.layers.Dense(outputs, activation="softmax")
                return keras.Sequential([keras.Input((inputs,)), *hidden, last])
        """,
        "one layer used again and again": """
            def build_network(inputs, outputs, width=64, depth=3):
                first = keras.layers.Dense(width, activation="gelu")
                again = keras.layers.Dense(width, activation="gelu")
                return keras.Sequential(
                    [keras.Input((inputs,)), first, *[again] * (depth - 1), keras.layers.Dense(outputs)]
                )
        """,
        "output counted as a hidden layer": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(width, activation="gelu") for _ in range(depth - 1)]
                return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
        """,
        "width and depth ignored": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(64, activation="gelu") for _ in range(3)]
                return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
        """,
        "no biases": """
            def build_network(inputs, outputs, width=64, depth=3):
                hidden = [keras.layers.Dense(width, activation="gelu", use_bias=False) for _ in range(depth)]
                return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
        """,
        "always the same weights": """
            def build_network(inputs, outputs, width=64, depth=3):
                keras.utils.set_random_seed(1)
                hidden = [keras.layers.Dense(width, activation="gelu") for _ in range(depth)]
                return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
        """,
    },
    "ex3": {
        "the network instead of a function, trained without scales": """
            def train_emulator(x, y):
                network = keras.Sequential([keras.Input((6,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(3)])
                network.compile("adam", loss="mse")
                network.fit(x, y, epochs=3, verbose=0)
                return lambda kicks: network.predict(kicks, verbose=0)
        """,
        "three epochs only": """
            right = train_emulator

            def train_emulator(x, y):
                return right(x, y, epochs=3)
        """,
        "no activation": """
            def train_emulator(x, y):
                A = np.column_stack([np.ones(len(x)), x])
                W = np.linalg.lstsq(A, y)[0]
                return lambda kicks: np.column_stack([np.ones(len(kicks)), kicks]) @ W
        """,
        "nothing returned": """
            def train_emulator(x, y):
                make_committee(np.random.default_rng(1), x, y, 1, 50)
        """,
        "answers instead of a function": """
            def train_emulator(x, y):
                return make_committee(np.random.default_rng(1), x, y, 1, 50)[0](x)
        """,
        "the parabola in a vacuum": """
            def train_emulator(x, y):
                def emulate(kicks):
                    speed, angle = kicks[:, 0], np.radians(kicks[:, 1])
                    time = 2 * speed * np.sin(angle) / 9.81
                    return np.column_stack([speed * np.cos(angle) * time, 0 * time, time])

                return emulate
        """,
        "the nearest kick": """
            def train_emulator(x, y):
                def emulate(kicks):
                    return np.array([y[np.argmin(np.sum(((x - k) / x.std(axis=0)) ** 2, axis=1))] for k in kicks])

                return emulate
        """,
    },
    "ex4": {
        "everything is trusted": """
            def trusted(members, kicks):
                return np.ones(len(kicks), dtype=bool)
        """,
        "nothing is trusted": """
            def trusted(members, kicks):
                return np.zeros(len(kicks), dtype=bool)
        """,
        "the wrong way round": """
            def trusted(members, kicks):
                return spread(members, kicks) > 0.8
        """,
        "limit too large": """
            def trusted(members, kicks):
                return spread(members, kicks) < 3
        """,
        "limit too small": """
            def trusted(members, kicks):
                return spread(members, kicks) < 0.2
        """,
        "the ranges of the inputs": """
            def trusted(members, kicks):
                return np.all((kicks >= football.LOWEST) & (kicks <= football.HIGHEST), axis=1)
        """,
        "the better half of those asked": """
            def trusted(members, kicks):
                return spread(members, kicks) < np.median(spread(members, kicks))
        """,
        "one answer for all": """
            def trusted(members, kicks):
                return bool(np.mean(spread(members, kicks)) < 1)
        """,
        "numbers instead of yes and no": """
            def trusted(members, kicks):
                return 1 / (1 + spread(members, kicks))
        """,
        "root forgotten": """
            def spread(members, kicks):
                points = np.array([member(kicks)[:, :2] for member in members])
                return np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=2), axis=0)
        """,
        "flight time taken along": """
            def spread(members, kicks):
                points = np.array([member(kicks) for member in members])
                return np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=2), axis=0))
        """,
        "distance only": """
            def spread(members, kicks):
                return np.std([member(kicks)[:, 0] for member in members], axis=0)
        """,
        "standard deviation over everything": """
            def spread(members, kicks):
                return np.std(np.array([member(kicks)[:, :2] for member in members]), axis=(0, 2))
        """,
        "mean of both coordinates": """
            def spread(members, kicks):
                return np.std([member(kicks)[:, :2] for member in members], axis=0).mean(axis=1)
        """,
        "divided by one member less": """
            def spread(members, kicks):
                points = np.array([member(kicks)[:, :2] for member in members])
                return np.sqrt(np.sum((points - points.mean(axis=0)) ** 2, axis=(0, 2)) / (len(members) - 1))
        """,
        "mean distance": """
            def spread(members, kicks):
                points = np.array([member(kicks)[:, :2] for member in members])
                return np.mean(np.sqrt(np.sum((points - points.mean(axis=0)) ** 2, axis=2)), axis=0)
        """,
        "over the kicks": """
            def spread(members, kicks):
                points = np.array([member(kicks)[:, :2] for member in members])
                return np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=2), axis=1))
        """,
    },
}

# precise enough without any training: interpolation between all kicks
GOOD = """
            from scipy.interpolate import RBFInterpolator

            def fit(x, y):
                interpolate = RBFInterpolator(x / [7, 14, 5, 5, 5, 5], y, kernel="cubic")
                return lambda kicks: interpolate(kicks / [7, 14, 5, 5, 5, 5])
"""
WRONG["ex3"] |= {
    name: f"""{GOOD}
            def train_emulator(x, y):
                {body}
    """
    for name, body in {
        "answers not turned back into metres": "return fit(x, (y - y.mean(axis=0)) / y.std(axis=0))",
        "scaled with the kicks that are asked for": (
            "good = fit(x - x.mean(axis=0), y); return lambda k: good(k - k.mean(axis=0))"
        ),
        "outputs in another order": "good = fit(x, y); return lambda k: good(k)[:, [2, 1, 0]]",
        "no flight times": "good = fit(x, y); return lambda k: good(k)[:, :2]",
        "flight times of the mean kick": (
            "good = fit(x, y); return lambda k: np.column_stack([good(k)[:, :2], np.full(len(k), y[:, 2].mean())])"
        ),
        "outputs in rows": "good = fit(x, y); return lambda k: good(k).T",
        "mirrored": "good = fit(x, y); return lambda k: good(k) * [1, -1, 1]",
        "few nodes": "return make_committee(np.random.default_rng(1), x, y, 1, 100)[0]",
        "the mean of the training data": "return lambda k: np.tile(y.mean(axis=0), (len(k), 1))",
    }.items()
}

ALTERNATIVES = {
    "ex1": {
        "einsum": """
            def layer(x, W, b, activation):
                return activation(np.einsum("ni,ij->nj", x, W) + b)
        """,
        "a column of ones": """
            def layer(x, W, b, activation):
                return activation(np.column_stack([x, np.ones(len(x))]) @ np.vstack([W, b]))
        """,
        "node by node": """
            def layer(x, W, b, activation):
                return np.stack([activation(x @ W[:, j] + b[j]) for j in range(len(b))], axis=1)
        """,
        "counted in a loop": """
            def count_parameters(sizes):
                total = 0
                for i in range(1, len(sizes)):
                    total += sizes[i - 1] * sizes[i]
                    total += sizes[i]
                return total
        """,
    },
    "ex2": {
        "a functional model with ReLU": """
            def build_network(inputs, outputs, width=64, depth=3):
                x = h = keras.Input((inputs,))
                for _ in range(depth):
                    h = keras.layers.Dense(width, activation="relu")(h)
                return keras.Model(x, keras.layers.Dense(outputs)(h))
        """,
        "activations as layers of their own": """
            def build_network(inputs, outputs, width=64, depth=3):
                network = keras.Sequential([keras.Input((inputs,))])
                for _ in range(depth):
                    network.add(keras.layers.Dense(width))
                    network.add(keras.layers.Activation("tanh"))
                network.add(keras.layers.Dense(outputs, activation="linear"))
                return network
        """,
        "standard deviation with n - 1": """
            def scale(x, like):
                return (x - np.mean(like, 0)) / np.std(like, 0, ddof=1)

            def unscale(z, like):
                return z * np.std(like, 0, ddof=1) + np.mean(like, 0)
        """,
    },
    "ex3": {
        "silu, smaller batches": """
            def train_emulator(x, y):
                hidden = [keras.layers.Dense(64, activation="silu") for _ in range(3)]
                network = keras.Sequential([keras.Input((6,)), *hidden, keras.layers.Dense(3)])
                rate = keras.optimizers.schedules.CosineDecay(0.01, 45 * 32)
                network.compile(keras.optimizers.Adam(rate), loss="mse")
                network.fit(scale(x, x), scale(y, y), batch_size=96, epochs=45, verbose=0)
                return lambda kicks: unscale(network.predict(scale(kicks, x), verbose=0, batch_size=2000), y)
        """,
        "four layers of 48": """
            def train_emulator(x, y):
                hidden = [keras.layers.Dense(48, activation="gelu") for _ in range(4)]
                network = keras.Sequential([keras.Input((6,)), *hidden, keras.layers.Dense(3)])
                rate = keras.optimizers.schedules.CosineDecay(0.01, 45 * 24)
                network.compile(keras.optimizers.Adam(rate), loss="mse")
                network.fit(scale(x, x), scale(y, y), batch_size=128, epochs=45, verbose=0)
                return lambda kicks: unscale(network.predict(scale(kicks, x), verbose=0, batch_size=2000), y)
        """,
        "interpolation with radial basis functions": f"""{GOOD}
            def train_emulator(x, y):
                return fit(x, y)
        """,
    },
    "ex4": {
        "two standard deviations": """
            def spread(members, kicks):
                return np.hypot(*np.std([member(kicks)[:, :2] for member in members], axis=0).T)
        """,
        "mean square minus square of the mean": """
            def spread(members, kicks):
                points = np.stack([member(kicks)[:, :2] for member in members])
                mean = points.mean(axis=0)
                return np.sqrt(np.mean([np.sum((point - mean) ** 2, axis=1) for point in points], axis=0))
        """,
        "largest distance from the mean": """
            def trusted(members, kicks):
                points = np.stack([member(kicks)[:, :2] for member in members])
                return np.linalg.norm(points - points.mean(axis=0), axis=2).max(axis=0) < 1.2
        """,
        "another limit": """
            def trusted(members, kicks):
                return spread(members, kicks) <= 0.65
        """,
    },
}
