"""Answers to the exercises of lecture 22: wrong ones that somebody will write, and right ones other than ours."""


def _kl(formula: str) -> str:
    return f"""
            def kl_to_prior(mean, log_variance):
                return {formula}
    """


def _transform(forward: str, backward: str) -> str:
    return f"""
            def compress(deposits, energy):
                e = energy[:, None, None, None]
                return {forward}

            def expand(y, energy):
                e = energy[:, None, None, None]
                return {backward}
    """


def _measure(*lines: str) -> str:
    body = "\n                ".join(lines)
    return f"""
            def measure_deposits(rng, expected, grain=10.0, threshold=2.0):
                {body}
    """


def _sample(formula: str) -> str:
    return f"""
            def sample_latent(mean, log_variance, noise):
                return {formula}
    """


def _rate(formula: str) -> str:
    return f"""
            def latent_rate(mean, log_variance):
                return {formula}
    """


def _loss(*lines: str) -> str:
    body = "\n                ".join(lines)
    return f"""
            def deposit_loss(deposits, log_expected, grain=10.0):
                {body}
    """


def _distance(*lines: str) -> str:
    body = "\n                ".join(lines)
    return f"""
            def shower_distance(energy_a, showers_a, energy_b, showers_b):
                {body}
    """


KEEP_ABOVE = "return np.where(measured < threshold, 0, measured)"
SAFE_LOG = "logs = ops.log(ops.maximum(deposits, 1e-6))"
VIEWS = (
    "a = calorimeter.shower_observables(energy_a, showers_a)",
    "b = calorimeter.shower_observables(energy_b, showers_b)",
)

WRONG = {
    "ex1": {
        "factor one half forgotten": _kl("mean**2 + np.exp(log_variance) - 1 - log_variance"),
        "sign": _kl("-0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)"),
        "sign of the logarithm": _kl("0.5 * (mean**2 + np.exp(log_variance) - 1 + log_variance)"),
        "without the 1": _kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance)"),
        "mean not squared": _kl("0.5 * (mean + np.exp(log_variance) - 1 - log_variance)"),
        "log-variance taken for the variance": _kl(
            "0.5 * (mean**2 + log_variance - 1 - np.log(np.abs(log_variance) + 1e-9))"
        ),
        "log-variance taken for ln σ": _kl("0.5 * (mean**2 + np.exp(2 * log_variance) - 1 - 2 * log_variance)"),
        "standard deviation for the variance": _kl("0.5 * (mean**2 + np.exp(0.5 * log_variance) - 1 - log_variance)"),
        "the other way round": _kl("0.5 * ((1 + mean**2) * np.exp(-log_variance) - 1 + log_variance)"),
        "summed over everything": _kl("0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance)"),
        "in bits": _kl("0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance) / np.log(2)"),
    },
    "ex2": {
        "nothing done": _transform("deposits", "y"),
        "share without a curve": _transform("deposits / (10 * e)", "10 * e * y"),
        "root without the energy": _transform("np.sqrt(deposits) / 30", "(30 * y) ** 2"),
        "energy outside the root": _transform("np.sqrt(deposits) / e", "(y * e) ** 2"),
        "inverse without the energy": _transform("np.sqrt(deposits / (10 * e))", "y**2"),
        "inverse without the scale": _transform("np.sqrt(deposits / (10 * e))", "e * y**2"),
        "logarithm that needs a floor": _transform("np.log(deposits / e + 1e-3)", "(np.exp(y) - 1e-3) * e"),
        "GeV taken for MeV": _transform("np.sqrt(deposits / (0.001 * e))", "0.001 * e * y**2"),
        "normalised by the measured sum": _transform(
            "np.sqrt(100 * deposits / deposits.sum(axis=(1, 2, 3), keepdims=True))", "10 * e * y**2"
        ),
        "normalised by the largest cell": _transform(
            "np.sqrt(deposits / deposits.max(axis=(1, 2, 3), keepdims=True))", "200 * e * y**2"
        ),
        "normalised by the mean energy": _transform(
            "np.sqrt(deposits / (10 * energy.mean()))", "10 * energy.mean() * y**2"
        ),
        "log1p of a tiny share, which is straight": _transform(
            "np.log1p(deposits / (1e3 * e))", "1e3 * e * np.expm1(y)"
        ),
        "clipped": _transform("np.minimum(np.sqrt(deposits / (10 * e)), 1.0)", "10 * e * y**2"),
        "squared instead of rooted": _transform("(deposits / (100 * e)) ** 2", "100 * e * np.sqrt(y)"),
        "small deposits dropped": _transform(
            "np.where(deposits < 5, 0, np.sqrt(deposits / (10 * e)))", "10 * e * y**2"
        ),
        "hottest cell wrapped into the array that was given": """
            def compress(deposits, energy):
                deposits /= 10 * energy[:, None, None, None]
                return np.sqrt(deposits)

            def expand(y, energy):
                return 10 * energy[:, None, None, None] * y**2
        """,
    },
    "ex2b": {
        "the expected deposits themselves": _measure("measured = expected", KEEP_ABOVE),
        "Gaussian": _measure(
            "measured = rng.normal(expected, np.sqrt(grain * expected))",
            "return np.where(measured < threshold, 0, measured)",
        ),
        "Gaussian, cut at zero": _measure(
            "measured = np.maximum(rng.normal(expected, np.sqrt(grain * expected)), 0)", KEEP_ABOVE
        ),
        "variance and standard deviation confused": _measure(
            "measured = rng.gamma(expected**2 / grain**2 + 1e-12, grain**2 / np.maximum(expected, 1e-9))", KEEP_ABOVE
        ),
        "shape without the grain": _measure("measured = rng.gamma(expected, grain)", KEEP_ABOVE),
        "scale without the grain": _measure("measured = rng.gamma(expected / grain, 1.0)", KEEP_ABOVE),
        "Poisson without the grain": _measure("measured = 1.0 * rng.poisson(expected)", KEEP_ABOVE),
        "Poisson counts": _measure("measured = grain * rng.poisson(expected / grain)", KEEP_ABOVE),
        "exponential": _measure("measured = rng.exponential(expected)", KEEP_ABOVE),
        "no threshold": _measure("return rng.gamma(expected / grain, grain)"),
        "threshold subtracted": _measure(
            "measured = rng.gamma(expected / grain, grain)", "return np.maximum(measured - threshold, 0)"
        ),
        "threshold put in its place": _measure(
            "measured = rng.gamma(expected / grain, grain)",
            "return np.where(measured < threshold, threshold, measured)",
        ),
        "threshold on the expected deposits": _measure(
            "measured = rng.gamma(expected / grain, grain)", "return np.where(expected < threshold, 0, measured)"
        ),
        "one factor for all cells": _measure(
            "mean = np.mean(expected)",
            "measured = expected * rng.gamma(mean / grain, grain) / max(mean, 1e-9)",
            KEEP_ABOVE,
        ),
        "a seed of its own": _measure("measured = np.random.default_rng(1).gamma(expected / grain, grain)", KEEP_ABOVE),
        "g fixed at 10": _measure("measured = rng.gamma(expected / 10.0, 10.0)", KEEP_ABOVE),
        "resolution of the sum in each cell": _measure(
            "measured = expected * (1 + 0.1 * rng.normal(size=np.shape(expected)))", KEEP_ABOVE
        ),
    },
    "ex3": {
        "standard deviation without the half": _sample("mean + ops.exp(log_variance) * noise"),
        "log-variance taken for the standard deviation": _sample("mean + log_variance * noise"),
        "log-variance taken for the variance": _sample("mean + ops.sqrt(ops.abs(log_variance)) * noise"),
        "sign of the exponent": _sample("mean + ops.exp(-0.5 * log_variance) * noise"),
        "no noise": _sample("mean"),
        "only noise": _sample("noise"),
        "mean scaled too": _sample("(mean + noise) * ops.exp(0.5 * log_variance)"),
        "noise subtracted": _sample("mean - ops.exp(0.5 * log_variance) * noise"),
        "noise of its own": _sample("mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean))"),
        "NumPy, through which no gradient flows": _sample(
            "ops.convert_to_tensor(ops.convert_to_numpy(mean)"
            " + np.exp(0.5 * ops.convert_to_numpy(log_variance)) * ops.convert_to_numpy(noise))"
        ),
        "gradient stopped": _sample("mean + ops.stop_gradient(ops.exp(0.5 * log_variance)) * noise"),
        "rate: factor one half forgotten": _rate(
            "ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=-1)"
        ),
        "rate: sign": _rate("0.5 * ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=-1)"),
        "rate: mean over the latent variables": _rate(
            "0.5 * ops.mean(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=-1)"
        ),
        "rate: mean over the showers": _rate(
            "0.5 * ops.mean(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=0)"
        ),
        "rate: one number for all showers": _rate("0.5 * ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance)"),
        "rate: not summed": _rate("0.5 * (mean**2 + ops.exp(log_variance) - 1 - log_variance)"),
        "rate: log-variance taken for ln σ": _rate(
            "0.5 * ops.sum(mean**2 + ops.exp(2 * log_variance) - 1 - 2 * log_variance, axis=-1)"
        ),
        "rate: without the mean": _rate("0.5 * ops.sum(ops.exp(log_variance) - 1 - log_variance, axis=-1)"),
    },
    "ex3b": {
        "mean over the cells": _loss(
            SAFE_LOG,
            "terms = ops.exp(log_expected) - deposits + deposits * (logs - log_expected)",
            "return ops.mean(terms, axis=-1) / grain",
        ),
        "sum over everything": _loss(
            SAFE_LOG,
            "return ops.sum(ops.exp(log_expected) - deposits + deposits * (logs - log_expected)) / grain",
        ),
        "sum over the showers": _loss(
            SAFE_LOG,
            "return ops.sum(ops.exp(log_expected) - deposits + deposits * (logs - log_expected), axis=0) / grain",
        ),
        "no grain": _loss(
            SAFE_LOG, "return ops.sum(ops.exp(log_expected) - deposits + deposits * (logs - log_expected), axis=-1)"
        ),
        "grain of 10 whatever is asked": _loss(
            SAFE_LOG,
            "return ops.sum(ops.exp(log_expected) - deposits + deposits * (logs - log_expected), axis=-1) / 10",
        ),
        "logarithm of zero": _loss(
            "terms = ops.exp(log_expected) - deposits + deposits * (ops.log(deposits) - log_expected)",
            "return ops.sum(terms, axis=-1) / grain",
        ),
        "empty cells left out": _loss(
            SAFE_LOG,
            "terms = ops.exp(log_expected) - deposits + deposits * (logs - log_expected)",
            "return ops.sum(ops.where(deposits > 0, terms, 0.0), axis=-1) / grain",
        ),
        "logarithm taken for the expected deposit": _loss(
            SAFE_LOG,
            "terms = log_expected - deposits + deposits * (logs - ops.log(log_expected))",
            "return ops.sum(terms, axis=-1) / grain",
        ),
        "constant left out": _loss("return ops.sum(ops.exp(log_expected) - deposits * log_expected, axis=-1) / grain"),
        "sign": _loss(
            SAFE_LOG,
            "return -ops.sum(ops.exp(log_expected) - deposits + deposits * (logs - log_expected), axis=-1) / grain",
        ),
        "ratio upside down": _loss(
            SAFE_LOG,
            "return ops.sum(ops.exp(log_expected) - deposits + deposits * (log_expected - logs), axis=-1) / grain",
        ),
        "squared errors": _loss("return 0.5 * ops.sum((deposits - ops.exp(log_expected)) ** 2, axis=-1) / grain"),
        "squared errors of roots": _loss(
            "return 2 * ops.sum((ops.sqrt(deposits) - ops.exp(0.5 * log_expected)) ** 2, axis=-1) / grain"
        ),
        "divergence the other way round": _loss(
            "expected, logs = ops.exp(log_expected), ops.log(ops.maximum(deposits, 1e-6))",
            "return ops.sum(deposits - expected + expected * (log_expected - logs), axis=-1) / grain",
        ),
        "1 MeV added to all deposits": _loss(
            "more = deposits + 1",
            "terms = ops.exp(log_expected) - more + more * (ops.log(more) - log_expected)",
            "return ops.sum(terms, axis=-1) / grain",
        ),
    },
    "ex4": {
        "squared errors cell by cell": _distance(
            "n = min(len(showers_a), len(showers_b))", "return np.mean((showers_a[:n] - showers_b[:n]) ** 2)"
        ),
        "mean images": _distance("return np.mean((showers_a.mean(axis=0) - showers_b.mean(axis=0)) ** 2)"),
        "energy sums only": _distance(*VIEWS, "return stats.wasserstein_distance(a['energy sum'], b['energy sum'])"),
        "means of the observables only": _distance(
            *VIEWS, "return sum(abs(a[name].mean() - b[name].mean()) / a[name].std() for name in a)"
        ),
        "profile only": _distance(
            "a, b = (x.sum(axis=(2, 3)).mean(axis=0) for x in (showers_a, showers_b))",
            "return np.sum((a / a.sum() - b / b.sum()) ** 2)",
        ),
        "profile and mean energy": _distance(
            "a = (showers_a.sum(axis=(2, 3)) / energy_a[:, None]).mean(axis=0)",
            "b = (showers_b.sum(axis=(2, 3)) / energy_b[:, None]).mean(axis=0)",
            "return np.abs(a - b).sum()",
        ),
        "each in its own unit": _distance(
            *VIEWS, "return sum(stats.wasserstein_distance(a[name], b[name]) for name in a)"
        ),
        "a p-value": _distance(*VIEWS, "return min(stats.ks_2samp(a[name], b[name]).pvalue for name in a)"),
        "cell spectrum only": _distance(
            "return stats.wasserstein_distance(showers_a.ravel()[::50], showers_b.ravel()[::50])"
        ),
        "the two observables that everybody draws": _distance(
            *VIEWS, "return sum(stats.ks_2samp(a[name], b[name]).statistic for name in ('energy sum', 'depth'))"
        ),
        "similarity instead of distance": _distance(
            *VIEWS, "return 1 - np.mean([stats.ks_2samp(a[name], b[name]).statistic for name in a])"
        ),
        "one number for each observable": _distance(
            *VIEWS, "return np.array([stats.ks_2samp(a[name], b[name]).statistic for name in a])"
        ),
        "nothing returned": _distance(*VIEWS, "print(a, b)"),
    },
}

ALTERNATIVES = {
    "ex1": {
        "terms in another order": _kl("-(1 + log_variance - mean**2 - np.exp(log_variance)) / 2"),
        "by σ": _kl("(mean**2 + np.exp(log_variance / 2) ** 2 - 1) / 2 - np.log(np.exp(log_variance / 2))"),
        "with expm1": _kl("0.5 * (np.square(mean) + np.expm1(log_variance) - log_variance)"),
        "element by element": """
            import math

            @np.vectorize
            def kl_to_prior(m, v):
                return 0.5 * (m * m + math.exp(v) - 1.0 - v)
        """,
    },
    "ex2": {
        "cube root": _transform("np.cbrt(deposits / e)", "e * y**3"),
        "logarithm": _transform("np.log1p(deposits / e)", "e * np.expm1(y)"),
        "logarithm with another scale": _transform("np.log1p(10 * deposits / e) / 3", "e * np.expm1(3 * y) / 10"),
        "root of the share": _transform("5 * np.sqrt(deposits / (1000 * e))", "1000 * e * (y / 5) ** 2"),
        "arcsinh": _transform("np.arcsinh(deposits / e)", "e * np.sinh(y)"),
        "a loop over showers": """
            def compress(deposits, energy):
                return np.array([(x / (10 * e)) ** 0.4 for x, e in zip(deposits, energy)])

            def expand(y, energy):
                return np.array([10 * e * v**2.5 for v, e in zip(y, energy)])
        """,
    },
    "ex2b": {
        "standard gamma": _measure(
            "measured = grain * rng.standard_gamma(np.asarray(expected) / grain)",
            "measured[measured < threshold] = 0",
            "return measured",
        ),
        "threshold as a factor": _measure(
            "measured = rng.gamma(shape=expected / grain, scale=grain)", "return measured * (measured >= threshold)"
        ),
        "chi-square, which is a gamma distribution": _measure(
            "measured = grain / 2 * rng.chisquare(2 * np.maximum(expected, 1e-12) / grain)", KEEP_ABOVE
        ),
        "float32": _measure(
            "measured = rng.gamma(np.asarray(expected, dtype='float32') / grain, grain).astype('float32')", KEEP_ABOVE
        ),
    },
    "ex3": {
        "root of the variance": _sample("mean + ops.sqrt(ops.exp(log_variance)) * noise"),
        "multiplied and added": _sample("ops.add(ops.multiply(noise, ops.exp(log_variance / 2)), mean)"),
        "rate: terms in another order": _rate(
            "-0.5 * ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=1)"
        ),
        "rate: sums of sums": _rate(
            "0.5 * (ops.sum(ops.square(mean), axis=1) + ops.sum(ops.expm1(log_variance) - log_variance, axis=1))"
        ),
    },
    "ex3b": {
        "logarithm of the ratio": _loss(
            "expected = ops.exp(log_expected)",
            "ratio = ops.maximum(deposits, 1e-9) / expected",
            "return ops.sum(expected - deposits + deposits * ops.log(ratio), axis=1) / grain",
        ),
        "zeros replaced by ones inside the logarithm": _loss(
            "logs = ops.log(ops.where(deposits > 0, deposits, 1.0))",
            "return ops.sum((ops.exp(log_expected) + deposits * (logs - log_expected - 1)) / grain, axis=-1)",
        ),
        "the constant by itself": _loss(
            "constant = ops.sum(deposits * ops.log(ops.maximum(deposits, 1e-6)) - deposits, axis=-1)",
            "return (ops.sum(ops.exp(log_expected) - deposits * log_expected, axis=-1) + constant) / grain",
        ),
    },
    "ex4": {
        "sum of Kolmogorov–Smirnov distances": _distance(
            *VIEWS, "return sum(stats.ks_2samp(a[name], b[name]).statistic for name in a)"
        ),
        "largest Kolmogorov–Smirnov distance": _distance(
            *VIEWS, "return max(stats.ks_2samp(a[name], b[name]).statistic for name in a)"
        ),
        "largest normalised earth mover's distance": _distance(
            *VIEWS, "return max(stats.wasserstein_distance(a[k] / a[k].std(), b[k] / a[k].std()) for k in a)"
        ),
        "quantiles, by hand": _distance(
            "def look(energy, x):",
            "    total = x.sum(axis=(1, 2, 3))",
            "    layers = x.sum(axis=(2, 3)) / total[:, None]",
            "    centre = x[:, :, 5:8, 6:9].sum(axis=(1, 2, 3)) / total",
            "    hit = (x > 0).sum(axis=(1, 2, 3)) / np.sqrt(energy)",
            "    return np.column_stack([total / energy, layers @ np.arange(7), layers, centre, hit])",
            "a, b = look(energy_a, showers_a), look(energy_b, showers_b)",
            "q = np.linspace(0.02, 0.98, 49)",
            "gap = np.abs(np.quantile(a, q, axis=0) - np.quantile(b, q, axis=0)).mean(axis=0)",
            "return float(np.mean(gap / a.std(axis=0)))",
        ),
        "classifier": _distance(
            "def look(energy, x):",
            "    seen = calorimeter.shower_observables(energy, x)",
            "    return np.column_stack([x.sum(axis=(2, 3)) / energy[:, None], *seen.values()])",
            "a, b = look(energy_a, showers_a), look(energy_b, showers_b)",
            "x, y = np.concatenate([a, b]), np.repeat([0, 1], [len(a), len(b)])",
            "half = np.random.default_rng(0).random(len(x)) < 0.5",
            "trees = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(x[half], y[half])",
            "return max(roc_auc_score(y[~half], trees.predict_proba(x[~half])[:, 1]) - 0.5, 0.02)",
        ),
    },
}
