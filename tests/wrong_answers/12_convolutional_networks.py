"""Answers to the exercises of lecture 12: wrong ones that somebody will write, and right ones other than ours."""

NEIGHBOURS = """
            def neighbour_sum(spins):
                up, down = np.roll(spins, 1, axis=1), np.roll(spins, -1, axis=1)
                left, right = np.roll(spins, 1, axis=2), np.roll(spins, -1, axis=2)
                return up + down + left + right
"""
SWEEP = """
            def metropolis_sweep(spins, temperature, rng):
                def field(s):
                    return np.roll(s, 1, 1) + np.roll(s, -1, 1) + np.roll(s, 1, 2) + np.roll(s, -1, 2)
                spins = spins.astype(float)
                rows, columns = np.indices(spins.shape[1:])
                for black in (True, False):
                    here = ((rows + columns) % 2 == 1) == black
                    cost = 2 * spins * field(spins)
                    chance = np.minimum(1, np.exp(-cost / temperature[:, None, None]))
                    turn = (rng.random(spins.shape) < chance) & here
                    spins = spins * (1 - 2 * turn)
                return spins
"""
NETWORK = """
            def build_phase_network():
                def wrap(x):
                    x = keras.ops.concatenate([x[:, -1:], x, x[:, :1]], axis=1)
                    return keras.ops.concatenate([x[:, :, -1:], x, x[:, :, :1]], axis=2)
                start = keras.Input((None, None, 1))
                x = keras.layers.Conv2D(12, 3, padding="valid", activation="relu")(wrap(start))
                x = keras.layers.Conv2D(12, 3, padding="valid", activation="relu")(wrap(x))
                x = keras.layers.GlobalAveragePooling2D()(x)
                x = keras.layers.Dense(12, activation="relu")(x)
                x = keras.layers.Dense(1, activation="sigmoid")(x)
                return keras.Model(start, x)
"""
SYMMETRISE = """
            def symmetrise(spins, rng):
                turned = spins.copy()
                chosen = rng.random(len(spins)) < 0.5
                turned[chosen] *= -1
                return turned
"""
CRITICAL = """
            def critical_temperature(temperature, outputs):
                def cross(p):
                    k = np.nonzero((p[:-1] >= 0.5) & (p[1:] < 0.5))[0][0]
                    step = temperature[k + 1] - temperature[k]
                    return temperature[k] + step * (p[k] - 0.5) / (p[k] - p[k + 1])
                rng = np.random.default_rng(5)
                (a, first), (b, second) = sorted(outputs.items())
                def estimate(x, y):
                    return (b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)
                def redraw(x):
                    return np.take_along_axis(x, rng.integers(x.shape[1], size=x.shape), axis=1)
                many = [estimate(redraw(first), redraw(second)) for _ in range(60)]
                return estimate(first, second), np.std(many, ddof=1)
"""
DECISIVE = """
            def decisive_images(rng, n, size):
                first = np.ones((n, size, size))
                first[:, size // 2:] = -1
                second = []
                for _ in range(n):
                    image = np.ones(size * size)
                    image[rng.permutation(size * size)[: round(0.18 * size * size)]] = -1
                    second.append(image.reshape(size, size))
                return first, np.array(second)
"""


def _with(source: str, *pairs: tuple[str, str]) -> str:
    """Return an answer with parts of it replaced."""
    for old, new in pairs:
        if old not in source:
            raise ValueError(f"{old!r} is not in the answer.")
        source = source.replace(old, new)
    return source


WRONG = {
    "ex1": {
        "the site itself as well": _with(NEIGHBOURS, ("up + down", "spins + up + down")),
        "only two neighbours": _with(NEIGHBOURS, ("up + down + left + right", "down + right")),
        "the mean": _with(NEIGHBOURS, ("up + down + left + right", "(up + down + left + right) / 4")),
        "axes of the batch and of the rows": _with(NEIGHBOURS, ("axis=2", "axis=0")),
        "one neighbour twice": _with(NEIGHBOURS, ("np.roll(spins, -1, axis=1)", "np.roll(spins, 1, axis=1)")),
        "no axis": _with(NEIGHBOURS, (", axis=1", ""), (", axis=2", "")),
        "all eight neighbours": """
            def neighbour_sum(spins):
                rows, columns = spins.shape[1:]
                p = np.pad(spins, ((0, 0), (1, 1), (1, 1)), mode="wrap")
                return sum(p[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3)) - spins
        """,
        "zeros at the edges": """
            def neighbour_sum(spins):
                p = np.pad(spins, ((0, 0), (1, 1), (1, 1)))
                return p[:, 2:, 1:-1] + p[:, :-2, 1:-1] + p[:, 1:-1, 2:] + p[:, 1:-1, :-2]
        """,
        "edges repeated": """
            def neighbour_sum(spins):
                p = np.pad(spins, ((0, 0), (1, 1), (1, 1)), mode="edge")
                return p[:, 2:, 1:-1] + p[:, :-2, 1:-1] + p[:, 1:-1, 2:] + p[:, 1:-1, :-2]
        """,
        "only the inner sites": """
            def neighbour_sum(spins):
                return spins[:, 2:, 1:-1] + spins[:, :-2, 1:-1] + spins[:, 1:-1, 2:] + spins[:, 1:-1, :-2]
        """,
        "times the spin": _with(
            NEIGHBOURS, ("return up + down + left + right", "return spins * (up + down + left + right)")
        ),
    },
    "ex2": {
        "half the cost": _with(SWEEP, ("cost = 2 * spins", "cost = spins")),
        "twice the cost": _with(SWEEP, ("cost = 2 * spins", "cost = 4 * spins")),
        "wrong sign": _with(SWEEP, ("np.exp(-cost", "np.exp(cost")),
        "no temperature": _with(SWEEP, ("-cost / temperature[:, None, None]", "-cost")),
        "times the temperature": _with(SWEEP, ("-cost / temperature", "-cost * temperature")),
        "one temperature for all": _with(SWEEP, ("temperature[:, None, None]", "temperature[0]")),
        "only one colour": _with(SWEEP, ("for black in (True, False)", "for black in (True,)")),
        "all sites at once": _with(
            SWEEP, ("for black in (True, False)", "for black in (True,)"), ("== black", "| True")
        ),
        "all sites at once, twice": _with(SWEEP, ("== black", "| True")),
        "the first field for both colours": _with(
            SWEEP,
            ("rows, columns =", "old = field(spins)\n                rows, columns ="),
            ("* field(spins)", "* old"),
        ),
        "rows in turn instead of a chessboard": _with(SWEEP, ("(rows + columns) % 2", "rows % 2")),
        "one random number for each lattice": _with(
            SWEEP, ("rng.random(spins.shape)", "rng.random((len(spins), 1, 1))")
        ),
        "one random number for each site, the same in all lattices": _with(
            SWEEP, ("rng.random(spins.shape)", "rng.random(spins.shape[1:])")
        ),
        "the same random numbers at each call": _with(
            SWEEP, ("rng.random(spins.shape)", "np.random.default_rng(1).random(spins.shape)")
        ),
        "only downhill": _with(SWEEP, ("rng.random(spins.shape) < chance", "cost <= 0")),
        "accepted against the odds": _with(
            SWEEP, ("rng.random(spins.shape) < chance", "rng.random(spins.shape) > chance")
        ),
        "two neighbours only": _with(SWEEP, ("+ np.roll(s, 1, 2) + np.roll(s, -1, 2)", "")),
        "returns what was turned": _with(SWEEP, ("return spins\n", "return turn\n")),
        "returns nothing": _with(SWEEP, ("                return spins\n", "")),
    },
    "ex3": {
        "zeros at the edges": _with(NETWORK, ("(wrap(start))", "(start)"), ("(wrap(x))", "(x)"), ('"valid"', '"same"')),
        "no padding": _with(NETWORK, ("(wrap(start))", "(start)"), ("(wrap(x))", "(x)")),
        "periodic in one direction": _with(
            NETWORK, ("keras.ops.concatenate([x[:, :, -1:], x, x[:, :, :1]], axis=2)", "x"), ('"valid"', '"same"')
        ),
        "the near edge instead of the opposite one": _with(
            NETWORK,
            ("[x[:, -1:], x, x[:, :1]]", "[x[:, :1], x, x[:, -1:]]"),
            ("[x[:, :, -1:], x, x[:, :, :1]]", "[x[:, :, :1], x, x[:, :, -1:]]"),
        ),
        "padded once for both, zeros for the second": _with(
            NETWORK, ('"valid", activation="relu")(wrap(x))', '"same")(x)')
        ),
        "wrapped and padded with zeros": _with(NETWORK, ('"valid"', '"same"')),
        "flattened, one size only": _with(
            NETWORK, ("(None, None, 1)", "(8, 8, 1)"), ("GlobalAveragePooling2D", "Flatten"), ("Conv2D(12", "Conv2D(4")
        ),
        "sum instead of mean": _with(
            NETWORK, ("keras.layers.GlobalAveragePooling2D()(x)", "keras.ops.sum(x, axis=(1, 2)) / 64")
        ),
        "logits": _with(NETWORK, ('1, activation="sigmoid"', "1")),
        "softmax over one": _with(NETWORK, ('1, activation="sigmoid"', '1, activation="softmax"')),
        "two outputs": _with(NETWORK, ('1, activation="sigmoid"', '2, activation="softmax"')),
        "linear throughout": _with(NETWORK, (', activation="relu"', "")),
        "only sees single spins": _with(NETWORK, ("12, 3", "12, 1")),
        "too large": _with(NETWORK, ("Conv2D(12", "Conv2D(64")),
        "pooled by two, so that shifts matter": _with(
            NETWORK,
            (
                'x = keras.layers.Conv2D(12, 3, padding="valid", activation="relu")(wrap(x))',
                'x = keras.layers.Conv2D(12, 3, activation="relu")(wrap(keras.layers.MaxPooling2D()(x)))',
            ),
        ),
    },
    "ex3b": {
        "unchanged": "def symmetrise(spins, rng): return spins.copy()",
        "all turned": "def symmetrise(spins, rng): return -spins",
        "one sign for all": "def symmetrise(spins, rng): return spins * rng.choice([-1, 1])",
        "a sign for each site": "def symmetrise(spins, rng): return spins * rng.choice([-1, 1], size=spins.shape)",
        "a sign for each row": "def symmetrise(s, rng): return s * rng.choice([-1, 1], size=(*s.shape[:2], 1))",
        "mirrored instead of turned": "def symmetrise(spins, rng): return np.flip(spins, axis=2)",
        "only shifted": "def symmetrise(spins, rng): return np.roll(spins, rng.integers(1, 6), axis=1)",
        "twice as many": "def symmetrise(spins, rng): return np.concatenate([spins, -spins])",
        "labels lost": """
            def symmetrise(spins, rng):
                signs = rng.choice([-1, 1], size=(len(spins), 1, 1))
                return rng.permutation(spins) * signs
        """,
        "sites shuffled": """
            def symmetrise(spins, rng):
                signs = rng.choice([-1, 1], size=(len(spins), 1, 1))
                return rng.permutation(spins, axis=1) * signs
        """,
        "zero is a sign as well": "def symmetrise(s, rng): return s * rng.integers(-1, 2, size=(len(s), 1, 1))",
        "none or one": "def symmetrise(spins, rng): return spins * rng.integers(0, 2, size=(len(spins), 1, 1))",
        "in place": """
            def symmetrise(spins, rng):
                spins[rng.random(len(spins)) < 0.5] *= -1
                return spins
        """,
        "always the same half": """
            def symmetrise(spins, rng):
                turned = spins.copy()
                turned[::2] *= -1
                return turned
        """,
        "few": _with(SYMMETRISE, ("< 0.5", "< 0.1")),
    },
    "ex3c": {
        "the larger size as it is": _with(
            CRITICAL, ("(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)", "cross(y.mean(axis=1))")
        ),
        "the mean of both": _with(
            CRITICAL,
            (
                "(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)",
                "(cross(y.mean(axis=1)) + cross(x.mean(axis=1))) / 2",
            ),
        ),
        "extrapolated the other way": _with(
            CRITICAL,
            (
                "(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1)))",
                "(b * cross(x.mean(axis=1)) - a * cross(y.mean(axis=1)))",
            ),
        ),
        "as 1 / L²": _with(
            CRITICAL,
            (
                "(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)",
                "(b**2 * cross(y.mean(axis=1)) - a**2 * cross(x.mean(axis=1))) / (b**2 - a**2)",
            ),
        ),
        "as if one size were twice the other": _with(
            CRITICAL,
            (
                "(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)",
                "2 * cross(y.mean(axis=1)) - cross(x.mean(axis=1))",
            ),
        ),
        "the first size taken for the smaller": _with(
            CRITICAL,
            ("sorted(outputs.items())", "outputs.items()"),
            (
                "(b * cross(y.mean(axis=1)) - a * cross(x.mean(axis=1))) / (b - a)",
                "cross(y.mean(axis=1)) + min(a, b) * (cross(y.mean(axis=1)) - cross(x.mean(axis=1))) / abs(b - a)",
            ),
        ),
        "at the last temperature above one half": _with(CRITICAL, (" + step * (p[k] - 0.5) / (p[k] - p[k + 1])", "")),
        "at the nearest temperature": _with(
            CRITICAL,
            (
                "return temperature[k] + step * (p[k] - 0.5) / (p[k] - p[k + 1])",
                "return temperature[np.argmin(np.abs(p - 0.5))]",
            ),
        ),
        "np.interp with falling values": _with(
            CRITICAL, ("return temperature[k] +", "return np.interp(0.5, p, temperature) + 0 *")
        ),
        "divided by the root of the number of repetitions": _with(
            CRITICAL, ("np.std(many, ddof=1)", "np.std(many) / np.sqrt(60)")
        ),
        "the variance": _with(CRITICAL, ("np.std(many, ddof=1)", "np.var(many)")),
        "only the larger size drawn again, not extrapolated": _with(
            CRITICAL, ("estimate(redraw(first), redraw(second))", "cross(redraw(second).mean(axis=1)) / 2")
        ),
        "all images the same in each repetition": _with(
            CRITICAL, ("estimate(redraw(first), redraw(second))", "estimate(first, second)")
        ),
        "the spacing of the temperatures": _with(CRITICAL, ("np.std(many, ddof=1)", "temperature[1] - temperature[0]")),
        "no uncertainty": _with(CRITICAL, (", np.std(many, ddof=1)", "")),
        "the spread of the outputs": _with(CRITICAL, ("np.std(many, ddof=1)", "first.std()")),
    },
    "ex4": {
        "no 3": "def binder_cumulant(m): return 1 - np.mean(m**4, -1) / np.mean(m**2, -1) ** 2",
        "without the 1": "def binder_cumulant(m): return np.mean(m**4, -1) / (3 * np.mean(m**2, -1) ** 2)",
        "3 above": "def binder_cumulant(m): return 1 - 3 * np.mean(m**4, -1) / np.mean(m**2, -1) ** 2",
        "not squared": "def binder_cumulant(m): return 1 - np.mean(m**4, -1) / (3 * np.mean(m**2, -1))",
        "fourth power of the mean": "def binder_cumulant(m): return 1 - np.mean(m**4, -1) / (3 * np.mean(m, -1) ** 4)",
        "mean of the ratio": "def binder_cumulant(m): return np.mean(1 - m**4 / (3 * (m**2 + 1e-12) ** 2), axis=-1)",
        "3 squared": "def binder_cumulant(m): return 1 - np.mean(m**4, -1) / (3 * np.mean(m**2, -1)) ** 2",
        "upside down": "def binder_cumulant(m): return 1 - np.mean(m**2, -1) ** 2 / (3 * np.mean(m**4, -1))",
        "over all rows": "def binder_cumulant(m): return 1 - np.mean(m**4) / (3 * np.mean(m**2) ** 2)",
        "over the first axis": "def binder_cumulant(m): return 1 - np.mean(m**4, 0) / (3 * np.mean(m**2, 0) ** 2)",
        "around the mean": """
            def binder_cumulant(m):
                m = m - m.mean(axis=-1, keepdims=True)
                return 1 - np.mean(m**4, -1) / (3 * np.mean(m**2, -1) ** 2)
        """,
        "excess kurtosis": "def binder_cumulant(m): return np.mean(m**4, -1) / np.mean(m**2, -1) ** 2 - 3",
    },
    "ex4b": {
        "the sets swapped": _with(DECISIVE, ("return first, np.array(second)", "return np.array(second), first")),
        "random spins": _with(
            DECISIVE, ("first = np.ones((n, size, size))", "first = rng.choice([-1, 1], size=(n, size, size))")
        ),
        "chessboard": _with(
            DECISIVE,
            (
                "first = np.ones((n, size, size))",
                "first = np.where(np.indices((n, size, size))[1:].sum(axis=0) % 2, 1, -1)",
            ),
            ("first[:, size // 2:] = -1", "pass"),
        ),
        "stripes too narrow": _with(
            DECISIVE, ("first[:, size // 2:] = -1", "first[:, (np.arange(size) // 4) % 2 == 1] = -1")
        ),
        "stripe of a quarter": _with(DECISIVE, ("size // 2:", "size // 4 * 3:")),
        "all up": _with(DECISIVE, ("first[:, size // 2:] = -1", "pass")),
        "four squares": _with(
            DECISIVE, ("first[:, size // 2:] = -1", "first[:, size // 2:] *= -1; first[:, :, size // 2:] *= -1")
        ),
        "too few turned": _with(DECISIVE, ("0.18", "0.05")),
        "too many turned": _with(DECISIVE, ("0.18", "0.3")),
        "turned in one block": _with(
            DECISIVE,
            ("image[rng.permutation(size * size)[: round(0.18 * size * size)]]", "image[: round(0.18 * size * size)]"),
        ),
        "0 and 1": _with(
            DECISIVE, ("return first, np.array(second)", "return (first + 1) / 2, (np.array(second) + 1) / 2")
        ),
        "one image each": _with(DECISIVE, ("return first, np.array(second)", "return first[0], second[0]")),
        "one size": _with(DECISIVE, ("first = np", "size = 16\n                first = np")),
        "real images near the transition": """
            def decisive_images(rng, n, size):
                images = ising.sample_spins(rng, np.full(n, 2.269), size)
                return images, images
        """,
    },
}

ALTERNATIVES = {
    "ex1": {
        "np.roll": NEIGHBOURS,
        "scipy.ndimage": """
            def neighbour_sum(spins):
                from scipy.ndimage import convolve
                return convolve(spins, np.array([[[0, 1, 0], [1, 0, 1], [0, 1, 0]]]), mode="wrap")
        """,
        "slices": """
            def neighbour_sum(spins):
                p = np.pad(spins, ((0, 0), (1, 1), (1, 1)), mode="wrap")
                return p[:, 2:, 1:-1] + p[:, :-2, 1:-1] + p[:, 1:-1, 2:] + p[:, 1:-1, :-2]
        """,
        "Fourier": """
            def neighbour_sum(spins):
                kernel = np.zeros(spins.shape[1:])
                kernel[[0, 0, 1, -1], [1, -1, 0, 0]] = 1
                return np.fft.ifft2(np.fft.fft2(spins) * np.fft.fft2(kernel)).real.round()
        """,
        "indices": """
            def neighbour_sum(spins):
                rows, columns = spins.shape[1:]
                i, j = np.arange(rows), np.arange(columns)
                total = spins[:, (i + 1) % rows] + spins[:, (i - 1) % rows]
                return total + spins[:, :, (j + 1) % columns] + spins[:, :, (j - 1) % columns]
        """,
    },
    "ex2": {
        "black first, floats": SWEEP,
        "in place, by masks": """
            def metropolis_sweep(spins, temperature, rng):
                rows, columns = spins.shape[1:]
                for start in (0, 1):
                    h = sum(np.roll(spins, step, axis) for axis in (1, 2) for step in (1, -1))
                    chance = np.exp(-2.0 * spins * h / temperature.reshape(-1, 1, 1))
                    turn = rng.random((len(spins), rows, columns)) < chance
                    turn[:, np.add.outer(np.arange(rows), np.arange(columns)) % 2 == start] = False
                    spins[turn] *= -1
                return spins
        """,
        "by slices of a chessboard": """
            def metropolis_sweep(spins, temperature, rng):
                s = spins.copy()
                for first, second in (((0, 0), (1, 1)), ((0, 1), (1, 0))):
                    h = np.roll(s, 1, 1) + np.roll(s, -1, 1) + np.roll(s, 1, 2) + np.roll(s, -1, 2)
                    for i, j in (first, second):
                        part, field = s[:, i::2, j::2], h[:, i::2, j::2]
                        cost = 2 * part * field
                        turn = (cost <= 0) | (rng.random(part.shape) < np.exp(-cost / temperature[:, None, None]))
                        s[:, i::2, j::2] = np.where(turn, -part, part)
                return s
        """,
        "logarithms": _with(
            SWEEP,
            (
                "chance = np.minimum(1, np.exp(-cost / temperature[:, None, None]))",
                "limit = -cost / temperature[:, None, None]",
            ),
            ("rng.random(spins.shape) < chance", "np.log(1 - rng.random(spins.shape)) < limit"),
        ),
    },
    "ex3": {
        "functions": NETWORK,
        "a layer of one's own": """
            class Wrap(keras.layers.Layer):
                def call(self, x):
                    x = keras.ops.concatenate([x[:, -1:], x, x[:, :1]], axis=1)
                    return keras.ops.concatenate([x[:, :, -1:], x, x[:, :, :1]], axis=2)

            def build_phase_network():
                layers = keras.layers
                parts = [keras.Input((None, None, 1)), Wrap(), layers.Conv2D(16, 3, activation="tanh")]
                parts += [Wrap(), layers.Conv2D(16, 3, activation="relu"), layers.GlobalAveragePooling2D()]
                parts += [layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")]
                return keras.Sequential(parts)
        """,
        "turned spins by the architecture": """
            def build_phase_network():
                def wrap(x):
                    x = keras.ops.concatenate([x[:, -1:], x, x[:, :1]], axis=1)
                    return keras.ops.concatenate([x[:, :, -1:], x, x[:, :, :1]], axis=2)
                start = keras.Input((None, None, 1))
                first = keras.layers.Conv2D(8, 3, activation="relu")
                second = keras.layers.Conv2D(8, 3, activation="relu")
                mean, dense = keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(8, activation="relu")
                both = [dense(mean(second(wrap(first(wrap(sign * start)))))) for sign in (1, -1)]
                return keras.Model(start, keras.layers.Dense(1, activation="sigmoid")(both[0] + both[1]))
        """,
        "padded by two at once": """
            def build_phase_network():
                start = keras.Input((None, None, 1))
                x = keras.ops.concatenate([start[:, -2:], start, start[:, :2]], axis=1)
                x = keras.ops.concatenate([x[:, :, -2:], x, x[:, :, :2]], axis=2)
                for _ in range(2):
                    x = keras.layers.Conv2D(10, 3, activation="relu")(x)
                x = keras.layers.Dense(10, activation="relu")(keras.ops.mean(x, axis=(1, 2)))
                return keras.Model(start, keras.layers.Dense(1, activation="sigmoid")(x))
        """,
    },
    "ex3b": {
        "a copy": SYMMETRISE,
        "floats": "def symmetrise(spins, rng): return spins * (1.0 - 2 * rng.integers(2, size=(len(spins), 1, 1)))",
        "exactly one half": """
            def symmetrise(spins, rng):
                signs = rng.permutation(np.where(np.arange(len(spins)) % 2, 1, -1))
                return spins * signs[:, None, None]
        """,
        "turned, mirrored and shifted": """
            def symmetrise(spins, rng):
                spins = np.roll(spins, rng.integers(spins.shape[1], size=2), axis=(1, 2))
                spins = np.flip(spins, axis=rng.integers(1, 3))
                return np.where(rng.random((len(spins), 1, 1)) < 0.5, spins, -spins)
        """,
    },
    "ex3c": {
        "each image by itself": CRITICAL,
        "errors propagated": """
            def critical_temperature(temperature, outputs):
                found = {}
                for size, p in outputs.items():
                    mean, error = p.mean(axis=1), p.std(axis=1) / np.sqrt(p.shape[1]) + 1e-9
                    k = np.nonzero(mean > 0.5)[0][-1]
                    slope = (mean[k] - mean[k + 1]) / (temperature[k + 1] - temperature[k])
                    share = (mean[k] - 0.5) / (mean[k] - mean[k + 1])
                    value = temperature[k] + (mean[k] - 0.5) / slope
                    found[size] = value, np.hypot((1 - share) * error[k], share * error[k + 1]) / slope
                (a, (x, dx)), (b, (y, dy)) = found.items()
                return (a * x - b * y) / (a - b), np.hypot(a * dx, b * dy) / abs(a - b)
        """,
        "a logistic curve fitted": """
            def critical_temperature(temperature, outputs):
                from scipy.optimize import curve_fit
                rng, sizes, found = np.random.default_rng(1), np.array(list(outputs)), []
                for again in range(41):
                    crossings = []
                    for p in outputs.values():
                        q = p if again == 0 else p[:, rng.integers(p.shape[1], size=p.shape[1])]
                        fit = curve_fit(lambda t, c, w: 1 / (1 + np.exp(np.clip((t - c) / w, -50, 50))), temperature,
                                        q.mean(axis=1), p0=(2.3, 0.05))
                        crossings.append(fit[0][0])
                    slope, constant = np.polyfit(1 / sizes, crossings, 1)
                    found.append(constant)
                return found[0], np.std(found[1:])
        """,
    },
    "ex4": {
        "steps": """
            def binder_cumulant(m):
                squares = np.square(m)
                return 1 - (squares**2).mean(axis=-1) / 3 / squares.mean(axis=-1) ** 2
        """,
        "einsum": """
            def binder_cumulant(m):
                n = np.shape(m)[-1]
                second = np.einsum("...i,...i->...", m, m) / n
                return 1 - np.einsum("...i,...i->...", m**2, m**2) / n / (3 * second**2)
        """,
        "kurtosis": """
            def binder_cumulant(m):
                both = np.concatenate([m, -m], axis=-1)
                return -(np.mean(both**4, -1) / np.var(both, axis=-1) ** 2 - 3) / 3
        """,
    },
    "ex4b": {
        "halves of rows": DECISIVE,
        "spins by chance, until they fit": """
            def decisive_images(rng, n, size):
                first = np.where(np.arange(size) < size // 2, 1, -1) * np.ones((n, size, 1))
                first = np.stack([np.roll(image, rng.integers(size), axis=1) for image in first])
                second = []
                while len(second) < n:
                    image = np.where(rng.random((1, size, size)) < 0.83, 1, -1)
                    if abs(image.mean()) >= 0.6 and ising.energy_per_spin(image)[0] >= -1.1:
                        second.append(image[0])
                return first, np.array(second)
        """,
        "ranks of random numbers": """
            def decisive_images(rng, n, size):
                first = np.sign(np.arange(size) - size / 2 + 0.5)[:, None] * np.ones((n, size, size))
                rank = rng.random((n, size * size)).argsort(axis=1)
                return first, np.where(rank < 0.17 * size**2, -1, 1).reshape(n, size, size)
        """,
    },
}
