"""Answers to the exercises of lecture 02: wrong ones that somebody will write, and right ones other than ours."""

WINDOW = """
            def best_window(x, weight, signal, edges, merit, least=20):
                best, window = -np.inf, None
                for i, low in enumerate(edges):
                    for high in edges[i + 1 :]:
                        inside = (x >= low) & (x < high)
                        if np.sum(inside & ~signal) < least:
                            continue
                        found = merit(weight[inside & signal].sum(), weight[inside & ~signal].sum())
                        if found > best:
                            best, window = found, (low, high)
                return window
"""

TREES = """
            def train_trees(X, y, weight, X_valid, y_valid, weight_valid):
                def balanced(y, weight):
                    scaled = np.where(y, weight / weight[y].sum(), weight / weight[~y].sum())
                    return scaled / scaled.mean()

                trees = XGBClassifier(
                    n_estimators=600, learning_rate=0.1, max_depth=4, subsample=0.7, min_child_weight=5,
                    early_stopping_rounds=20, random_state=1, n_jobs=1,
                )
                return trees.fit(
                    X, y, sample_weight=balanced(y, weight), eval_set=[(X_valid, y_valid)],
                    sample_weight_eval_set=[balanced(y_valid, weight_valid)], verbose=False,
                )
"""


def changed(source: str, old: str, new: str) -> str:
    """Return an answer with one piece of it replaced, which must be there."""
    if old not in source:
        raise ValueError(f"{old} is not in the answer")
    return source.replace(old, new)


WRONG = {
    "ex1": {
        "S over the root of B": """
            def asimov(S, B):
                return S / np.sqrt(B)
        """,
        "S over the root of S + B": """
            def asimov(S, B):
                return S / np.sqrt(S + B)
        """,
        "without the 2": """
            def asimov(S, B):
                return np.sqrt((S + B) * np.log1p(S / B) - S)
        """,
        "without the root": """
            def asimov(S, B):
                return 2 * ((S + B) * np.log1p(S / B) - S)
        """,
        "2 on the logarithm alone": """
            def asimov(S, B):
                return np.sqrt(np.abs(2 * (S + B) * np.log1p(S / B) - S))
        """,
        "plus S": """
            def asimov(S, B):
                return np.sqrt(2 * ((S + B) * np.log1p(S / B) + S))
        """,
        "ratio upside down": """
            def asimov(S, B):
                return np.sqrt(np.abs(2 * ((S + B) * np.log1p(B / S) - S))) if np.all(S > 0) else 0.0
        """,
        "logarithm to the base 10": """
            def asimov(S, B):
                return np.sqrt(np.abs(2 * ((S + B) * np.log10(1 + S / B) - S)))
        """,
        "B in front of the logarithm": """
            def asimov(S, B):
                return np.sqrt(np.abs(2 * (B * np.log1p(S / B) - S)))
        """,
        "the sum over all bins": """
            def asimov(S, B):
                return np.sqrt(2 * np.sum((S + B) * np.log1p(S / B) - S))
        """,
    },
    "ex2": {
        "only neighbouring edges": changed(WINDOW, "edges[i + 1 :]", "edges[i + 1 : i + 2]"),
        "only windows to the end": changed(WINDOW, "edges[i + 1 :]", "edges[-1:]"),
        "both edges inside": changed(WINDOW, "x < high", "x <= high"),
        "no edge inside": changed(WINDOW, "x >= low", "x > low"),
        "lower edge outside, upper inside": changed(changed(WINDOW, "x < high", "x <= high"), "x >= low", "x > low"),
        "weights forgotten": changed(
            WINDOW,
            "weight[inside & signal].sum(), weight[inside & ~signal].sum()",
            "np.sum(inside & signal), np.sum(inside & ~signal)",
        ),
        "signal and background swapped": changed(
            WINDOW,
            "weight[inside & signal].sum(), weight[inside & ~signal].sum()",
            "weight[inside & ~signal].sum(), weight[inside & signal].sum()",
        ),
        "all events as background": changed(
            WINDOW, "weight[inside & ~signal].sum())", "max(weight[inside].sum(), 1e-9))"
        ),
        "least compared with the weights": changed(
            WINDOW, "np.sum(inside & ~signal) < least", "weight[inside & ~signal].sum() < least"
        ),
        "least compared with all events": changed(WINDOW, "np.sum(inside & ~signal) < least", "np.sum(inside) < least"),
        "least forgotten": changed(WINDOW, "np.sum(inside & ~signal) < least", "np.sum(inside & ~signal) < 1"),
        "own merit": changed(WINDOW, "found = merit(", "found = (lambda S, B: S / np.sqrt(B))("),
        "the worst window": changed(changed(WINDOW, "found > best", "found < best"), "-np.inf", "np.inf"),
        "indices instead of edges": changed(WINDOW, "(low, high)", "(i, i + 1)"),
        "upper edge first": changed(WINDOW, "= found, (low, high)", "= found, (high, low)"),
        "the merit, too": changed(WINDOW, "= found, (low, high)", "= found, (low, high, found)"),
    },
    "ex3": {
        "no stopping": """
            def train_trees(X, y, weight, X_valid, y_valid, weight_valid):
                scaled = np.where(y, weight / weight[y].sum(), weight / weight[~y].sum())
                trees = XGBClassifier(n_estimators=300, max_depth=6, random_state=1, n_jobs=1)
                return trees.fit(X, y, sample_weight=scaled / scaled.mean())
        """,
        "stopping on the training events": changed(
            changed(TREES, "[(X_valid, y_valid)]", "[(X, y)]"),
            "[balanced(y_valid, weight_valid)]",
            "[balanced(y, weight)]",
        ),
        "no weights": changed(
            changed(TREES, "sample_weight=balanced(y, weight), ", ""),
            "sample_weight_eval_set=[balanced(y_valid, weight_valid)], ",
            "",
        ),
        "no weights in training": changed(TREES, "sample_weight=balanced(y, weight), ", ""),
        "no weights in validation": changed(TREES, "sample_weight_eval_set=[balanced(y_valid, weight_valid)], ", ""),
        "weights as they are": changed(TREES, "scaled / scaled.mean()", "weight"),
        "sums of one": changed(TREES, "scaled / scaled.mean()", "scaled"),
        "mean of one, classes as they are": changed(TREES, "scaled / scaled.mean()", "weight / weight.mean()"),
        "classes upside down": changed(TREES, "X, y, sample_weight", "X, ~y, sample_weight"),
        "weights squared": changed(
            TREES, "scaled = np.where", "weight = weight**2\n                    scaled = np.where"
        ),
        "one tree of depth one": changed(
            changed(TREES, "n_estimators=600", "n_estimators=1"), "max_depth=4", "max_depth=1"
        ),
        "untrained": """
            def train_trees(X, y, weight, X_valid, y_valid, weight_valid):
                return XGBClassifier()
        """,
        "half of the features": """
            def train_trees(X, y, weight, X_valid, y_valid, weight_valid):
                class Half(XGBClassifier):
                    def predict_proba(self, X):
                        return super().predict_proba(X[:, :3])

                scaled = np.where(y, weight / weight[y].sum(), weight / weight[~y].sum())
                trees = Half(n_estimators=60, max_depth=3, n_jobs=1)
                return trees.fit(X[:, :3], y, sample_weight=scaled / scaled.mean())
        """,
    },
    "ex4": {
        "f forgotten": """
            def uncertain(S, B, f):
                return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
        """,
        "for small signals only": """
            def uncertain(S, B, f):
                return S / np.sqrt(B + f**2 * B**2)
        """,
        "f as an absolute uncertainty": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                v = f**2
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                return np.sqrt(2 * (first - B**2 / v * np.log1p(v * S / (B * (B + v)))))
        """,
        "sigma not squared": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                v = f * B
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                return np.sqrt(2 * (first - B**2 / v * np.log1p(v * S / (B * (B + v)))))
        """,
        "plus between the terms": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                v = (f * B) ** 2
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                return np.sqrt(2 * (first + B**2 / v * np.log1p(v * S / (B * (B + v)))))
        """,
        "without the 2": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                v = (f * B) ** 2
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                return np.sqrt(first - B**2 / v * np.log1p(v * S / (B * (B + v))))
        """,
        "no case of its own for f = 0": """
            def uncertain(S, B, f):
                with np.errstate(all="ignore"):
                    v = np.float64(f * B) ** 2 if np.isscalar(B) else (f * B) ** 2
                    first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                    return np.sqrt(2 * (first - B**2 / v * np.log1p(v * S / (B * (B + v)))))
        """,
        "smaller signal instead": """
            def uncertain(S, B, f):
                return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S)) / (1 + f)
        """,
        "background at its upper end": """
            def uncertain(S, B, f):
                B = B * (1 + f)
                return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
        """,
        "denominator without the signal": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                v = (f * B) ** 2
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + B * v))
                return np.sqrt(2 * (first - B**2 / v * np.log1p(v * S / (B * (B + v)))))
        """,
    },
}

ALTERNATIVES = {
    "ex1": {
        "with the logarithm of a quotient": """
            def asimov(S, B):
                n = S + B
                return np.sqrt(2 * (n * np.log(n / B) - n + B))
        """,
        "with the mean deviance": """
            def asimov(S, B):
                deviance = 2 * ((S + B) * (np.log(S + B) - np.log(B)) - S)
                return np.maximum(deviance, 0) ** 0.5
        """,
        "one number after the other": """
            def asimov(S, B):
                from math import log1p, sqrt

                one = lambda s, b: sqrt(2 * ((s + b) * log1p(s / b) - s))
                if np.ndim(S) == 0:
                    return one(float(S), float(B))
                return np.array([one(s, b) for s, b in zip(S, B)])
        """,
    },
    "ex2": {
        "with histograms and running sums": """
            def best_window(x, weight, signal, edges, merit, least=20):
                bins = np.append(edges, np.inf)
                sums = []
                for chosen, w in ((signal, weight), (~signal, weight), (~signal, np.ones(len(x)))):
                    heights = np.histogram(x[chosen], bins, weights=w[chosen])[0][:-1]
                    sums.append(np.concatenate([[0], np.cumsum(heights)]))
                windows = [
                    (merit(sums[0][j] - sums[0][i], sums[1][j] - sums[1][i]), edges[i], edges[j])
                    for i in range(len(edges))
                    for j in range(i + 1, len(edges))
                    if sums[2][j] - sums[2][i] > least - 0.5
                ]
                return max(windows)[1:]
        """,
        "all pairs with itertools": """
            def best_window(x, weight, signal, edges, merit, least=20):
                from itertools import combinations

                def value(window):
                    inside = (window[0] <= x) & (x < window[1])
                    if np.count_nonzero(inside[~signal]) < least:
                        return -1e300
                    return merit(np.sum(weight * (inside & signal)), np.sum(weight * (inside & ~signal)))

                return np.array(max(combinations(edges, 2), key=value))
        """,
        "with digitize": """
            def best_window(x, weight, signal, edges, merit, least=20):
                bins = np.digitize(x, edges) - 1
                best = None
                for i in range(len(edges) - 1):
                    for j in range(i, len(edges) - 1):
                        inside = (bins >= i) & (bins <= j)
                        background = inside & ~signal
                        if background.sum() >= least:
                            Z = merit(weight[inside & signal].sum(), weight[background].sum())
                            if best is None or Z > best[0]:
                                best = (Z, edges[i], edges[j + 1])
                return best[1], best[2]
        """,
    },
    "ex3": {
        "shallow and slow": changed(
            changed(changed(TREES, "max_depth=4", "max_depth=3"), "learning_rate=0.1", "learning_rate=0.06"),
            "early_stopping_rounds=20",
            "early_stopping_rounds=30",
        ),
        "deeper, with fewer features a tree": changed(
            changed(TREES, "max_depth=4", "max_depth=6"), "subsample=0.7", "colsample_bytree=0.5"
        ),
        "scale_pos_weight": """
            def train_trees(X, y, weight, X_valid, y_valid, weight_valid):
                X, y, X_valid, y_valid = (np.asarray(a) for a in (X, y, X_valid, y_valid))
                w = [v / v[~f].sum() * len(v) / 2 for v, f in ((weight, y), (weight_valid, y_valid))]
                w = [np.where(f, v * v[~f].sum() / v[f].sum(), v) for v, f in zip(w, (y, y_valid))]
                trees = XGBClassifier(
                    n_estimators=500, eta=0.08, max_depth=4, reg_lambda=2, eval_metric="logloss",
                    early_stopping_rounds=25, random_state=7, n_jobs=1,
                )
                trees.fit(X, y.astype(int), sample_weight=w[0], eval_set=[(X_valid, y_valid.astype(int))],
                          sample_weight_eval_set=[w[1]], verbose=False)
                return trees
        """,
        "more patient": changed(TREES, "early_stopping_rounds=20", 'eval_metric="logloss", early_stopping_rounds=40'),
    },
    "ex4": {
        "as printed": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log(1 + S / B) - S))
                v = (f * B) ** 2
                first = (S + B) * np.log((S + B) * (B + v) / (B**2 + (S + B) * v))
                return np.sqrt(2 * (first - B**2 / v * np.log(1 + v * S / (B * (B + v)))))
        """,
        "profile of the likelihood": """
            def uncertain(S, B, f):
                if f == 0:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                tau = 1 / (f**2 * B)  # an auxiliary count of tau * B events measures the background
                n, m = S + B, tau * B
                b = (n + m) / (1 + tau)
                return np.sqrt(2 * (n * np.log(n / b) + m * np.log(m / (tau * b))))
        """,
        "a tiny f for none": """
            def uncertain(S, B, f):
                if f < 1e-9:
                    return np.sqrt(2 * ((S + B) * np.log1p(S / B) - S))
                spread = f * f * B
                ratio = (S + B) * (1 + spread) / (B + (S + B) * spread)
                return (2 * ((S + B) * np.log(ratio) - np.log1p(f * f * S / (1 + spread)) / (f * f))) ** 0.5
        """,
    },
}
