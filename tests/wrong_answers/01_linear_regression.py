"""Answers to the exercises of lecture 01: wrong ones that somebody will write, and right ones other than ours."""

WRONG = {
    "ex1": {
        "slope first": """
            def fit_line(x, y):
                return np.polyfit(x, y, 1)
        """,
        "sign of the constant": """
            def fit_line(x, y):
                slope, constant = np.polyfit(x, y, 1)
                return np.array([-constant, slope])
        """,
        "no column of ones": """
            def fit_line(x, y):
                return np.array([0.0, x @ y / (x @ x)])
        """,
        "one point forgotten": """
            def fit_line(x, y):
                return np.polyfit(x[:-1], y[:-1], 1)[::-1]
        """,
        "through the first and the last point": """
            def fit_line(x, y):
                slope = (y[-1] - y[0]) / (x[-1] - x[0])
                return np.array([y[0] - slope * x[0], slope])
        """,
        "covariance over n - 1, variance over n": """
            def fit_line(x, y):
                slope = np.cov(x, y)[0, 1] / np.var(x)
                return np.array([y.mean() - slope * x.mean(), slope])
        """,
        "x as a function of y": """
            def fit_line(x, y):
                slope, constant = np.polyfit(y, x, 1)
                return np.array([-constant / slope, 1 / slope])
        """,
        "constant is the mean of y": """
            def fit_line(x, y):
                return np.array([y.mean(), np.polyfit(x, y, 1)[0]])
        """,
        "least absolute residuals": """
            def fit_line(x, y):
                pairs = [(i, j) for i in range(len(x)) for j in range(i)]
                slopes = [(y[i] - y[j]) / (x[i] - x[j]) for i, j in pairs]
                lines = [(y[i] - slope * x[i], slope) for slope, (i, _) in zip(slopes, pairs)]
                return np.array(min(lines, key=lambda line: np.abs(y - line[0] - line[1] * x).sum()))
        """,
        "a small ridge": """
            def fit_line(x, y):
                X = np.stack([np.ones_like(x), x], axis=1)
                return np.linalg.solve(X.T @ X + 1e-3 * np.eye(2), X.T @ y)
        """,
        "rows and columns of the design matrix swapped": """
            def fit_line(x, y):
                X = np.stack([np.ones_like(x), x], axis=0)
                return np.linalg.solve(X.T @ X, X.T @ y)
        """,
        "a column instead of two numbers": """
            def fit_line(x, y):
                return np.polyfit(x, y[:, None], 1)[::-1]
        """,
        "arguments altered": """
            def fit_line(x, y):
                x_mean, y_mean = x.mean(), y.mean()
                x -= x_mean
                y -= y_mean
                slope = x @ y / (x @ x)
                return np.array([y_mean - slope * x_mean, slope])
        """,
        "zeros": """
            def fit_line(x, y):
                return np.zeros(2)
        """,
        "nothing returned": """
            def fit_line(x, y):
                theta = np.polyfit(x, y, 1)[::-1]
        """,
        "printed instead of returned": """
            def fit_line(x, y):
                print(np.polyfit(x, y, 1)[::-1])
        """,
    },
    "ex2": {
        "weights 1 / sigma": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma) @ X)
                return V @ (X.T / sigma) @ y, V
        """,
        "weights sigma²": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T * sigma**2) @ X)
                return V @ (X.T * sigma**2) @ y, V
        """,
        "weights in the matrix only": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ X.T @ y, V
        """,
        "weights in the parameters only": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                return np.polyfit(x, y, 1, w=1 / sigma)[::-1], np.linalg.inv(X.T @ X)
        """,
        "no weights": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv(X.T @ X)
                return V @ X.T @ y, V
        """,
        "no weights, mean variance": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv(X.T @ X)
                return V @ X.T @ y, V * np.mean(sigma**2)
        """,
        "the error of unweighted parameters": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                G = np.linalg.inv(X.T @ X) @ X.T
                return G @ y, (G * sigma**2) @ G.T
        """,
        "standard errors": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, np.sqrt(np.diag(V))
        """,
        "standard errors on the diagonal": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, np.diag(np.sqrt(np.diag(V)))
        """,
        "no covariance": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, np.diag(np.diag(V))
        """,
        "correlations": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                error = np.sqrt(np.diag(V))
                return V @ (X.T / sigma**2) @ y, V / np.outer(error, error)
        """,
        "inverse of the covariance": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                H = (X.T / sigma**2) @ X
                return np.linalg.solve(H, (X.T / sigma**2) @ y), H
        """,
        "sign of the covariance": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, V * np.array([[1, -1], [-1, 1]])
        """,
        "covariance of the slope first": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, V[::-1, ::-1]
        """,
        "slope first": """
            def fit_weighted(x, y, sigma):
                X = np.stack([x, np.ones_like(x)], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, V
        """,
        "covariance rescaled by the residuals": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                theta = V @ (X.T / sigma**2) @ y
                return theta, V * np.sum(((y - X @ theta) / sigma) ** 2) / max(len(y) - 2, 1)
        """,
        "covariance rescaled by NumPy": """
            def fit_weighted(x, y, sigma):
                theta, V = np.polyfit(x, y, 1, w=1 / sigma, cov=True)
                return theta[::-1], V[::-1, ::-1]
        """,
        "mean instead of sum": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X / len(x))
                return V @ (X.T / sigma**2) @ y / len(x), V
        """,
        "weights normalised": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                weight = sigma**-2 / np.sum(sigma**-2)
                V = np.linalg.inv((X.T * weight) @ X)
                return V @ (X.T * weight) @ y, V
        """,
        "factor two of the second derivative": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                H = 2 * (X.T / sigma**2) @ X
                return np.linalg.solve(H, 2 * (X.T / sigma**2) @ y), np.linalg.inv(H)
        """,
        "covariance divided by n - 1": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, V / (len(x) - 1)
        """,
        "covariance times n / 2": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
                return V @ (X.T / sigma**2) @ y, V * len(x) / 2
        """,
        "parameters only": """
            def fit_weighted(x, y, sigma):
                return np.polyfit(x, y, 1, w=1 / sigma)[::-1]
        """,
        "nothing returned": """
            def fit_weighted(x, y, sigma):
                X = np.stack([np.ones_like(x), x], axis=1)
                V = np.linalg.inv((X.T / sigma**2) @ X)
        """,
        "printed instead of returned": """
            def fit_weighted(x, y, sigma):
                print(np.polyfit(x, y, 1, w=1 / sigma)[::-1])
        """,
    },
    "ex3": {
        "sign": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return X.T @ (np.clip(u, -k, k) / sigma) / len(y)
        """,
        "sum instead of mean": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.clip(u, -k, k) / sigma)
        """,
        "mean over the parameters": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.clip(u, -k, k) / sigma) / len(theta)
        """,
        "one point too few in the mean": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.clip(u, -k, k) / sigma) / (len(y) - 1)
        """,
        "no 1 / sigma from the chain rule": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ np.clip(u, -k, k) / len(y)
        """,
        "1 / sigma² from the chain rule": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.clip(u, -k, k) / sigma**2) / len(y)
        """,
        "residual clipped instead of the pull": """
            def huber_gradient(theta, X, y, sigma, k):
                r = y - X @ theta
                return -X.T @ (np.clip(r, -k, k) / sigma**2) / len(y)
        """,
        "no sigma": """
            def huber_gradient(theta, X, y, sigma, k):
                return -X.T @ np.clip(y - X @ theta, -k, k) / len(y)
        """,
        "gradient of the squares": """
            def huber_gradient(theta, X, y, sigma, k):
                return -X.T @ ((y - X @ theta) / sigma**2) / len(y)
        """,
        "gradient of the absolute values": """
            def huber_gradient(theta, X, y, sigma, k):
                return -X.T @ (np.sign(y - X @ theta) / sigma) / len(y)
        """,
        "no k in the tails": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.where(np.abs(u) <= k, u, np.sign(u)) / sigma) / len(y)
        """,
        "no sign in the tails": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.where(np.abs(u) <= k, u, k) / sigma) / len(y)
        """,
        "outliers thrown out": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.where(np.abs(u) <= k, u, 0) / sigma) / len(y)
        """,
        "clipped on one side": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.minimum(u, k) / sigma) / len(y)
        """,
        "factor two": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -2 * X.T @ (np.clip(u, -k, k) / sigma) / len(y)
        """,
        "k = 1.3 whatever is asked": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X.T @ (np.clip(u, -1.3, 1.3) / sigma) / len(y)
        """,
        "gradient of each point": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -X * (np.clip(u, -k, k) / sigma)[:, None] / len(y)
        """,
        "axis of the mean": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return -np.mean(X * (np.clip(u, -k, k) / sigma)[:, None], axis=1)
        """,
        "loss instead of its gradient": """
            def huber_gradient(theta, X, y, sigma, k):
                u = np.abs(y - X @ theta) / sigma
                return np.mean(np.where(u <= k, u**2 / 2, k * u - k**2 / 2))
        """,
        "slope first": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                return (-X.T @ (np.clip(u, -k, k) / sigma) / len(y))[::-1]
        """,
        "a line only": """
            def huber_gradient(theta, X, y, sigma, k):
                pull = np.clip((y - theta[0] - theta[1] * X[:, 1]) / sigma, -k, k) / sigma
                return -np.array([np.mean(pull), np.mean(pull * X[:, 1])])
        """,
        "zeros": """
            def huber_gradient(theta, X, y, sigma, k):
                return np.zeros(2)
        """,
        "nothing returned": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                gradient = -X.T @ (np.clip(u, -k, k) / sigma) / len(y)
        """,
        "printed instead of returned": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                print(-X.T @ (np.clip(u, -k, k) / sigma) / len(y))
        """,
    },
    "ex4": {
        "least squares without robustness": """
            def calibrate(channel, sigma, energy):
                slope, constant = np.polyfit(energy, channel, 1, w=1 / sigma)
                return -constant / slope, 1 / slope
        """,
        "energies fitted without weights": """
            def calibrate(channel, sigma, energy):
                gain, offset = np.polyfit(channel, energy, 1)
                return offset, gain
        """,
        "only the first two peaks": """
            def calibrate(channel, sigma, energy):
                gain = (energy[1] - energy[0]) / (channel[1] - channel[0])
                return energy[0] - gain * channel[0], gain
        """,
        "only the first and the last peak": """
            def calibrate(channel, sigma, energy):
                gain = (energy[-1] - energy[0]) / (channel[-1] - channel[0])
                return energy[0] - gain * channel[0], gain
        """,
        "only the worst peak thrown out": """
            def calibrate(channel, sigma, energy):
                slope, constant = np.polyfit(energy, channel, 1, w=1 / sigma)
                keep = np.arange(12) != np.argmax(np.abs(channel - constant - slope * energy) / sigma)
                slope, constant = np.polyfit(energy[keep], channel[keep], 1, w=1 / sigma[keep])
                return -constant / slope, 1 / slope
        """,
        "ten steps of descent": """
            def calibrate(channel, sigma, energy):
                z = (energy - energy.mean()) / energy.std()
                X = np.stack([np.ones_like(z), z], axis=1)
                eta = len(z) / np.linalg.eigvalsh((X.T / sigma**2) @ X)[-1]
                theta = fit_weighted(z, channel, sigma)[0]
                for _ in range(10):
                    theta = theta - eta * huber_gradient(theta, X, channel, sigma, k=1.3)
                slope = theta[1] / energy.std()
                return energy.mean() - theta[0] / slope, 1 / slope
        """,
        "energies normalised and never turned back": """
            def calibrate(channel, sigma, energy):
                z = (energy - energy.mean()) / energy.std()
                theta = fit_weighted(z, channel, sigma)[0]
                return -theta[0] / theta[1], 1 / theta[1]
        """,
        "the same for every detector channel": """
            def calibrate(channel, sigma, energy):
                return -12.0, 0.85
        """,
        "nothing fitted": """
            def calibrate(channel, sigma, energy):
                return 0.0, 1.0
        """,
        "nothing returned": """
            def calibrate(channel, sigma, energy):
                slope, constant = np.polyfit(energy, channel, 1, w=1 / sigma)
        """,
        "printed instead of returned": """
            def calibrate(channel, sigma, energy):
                print(np.polyfit(channel, energy, 1))
        """,
    },
}

# the line through two peaks for which the pulls of all are smallest in absolute value
ALL_PAIRS = """
            def all_pairs(channel, sigma, energy):
                i, j = np.triu_indices(len(energy), 1)
                slope = (channel[j] - channel[i]) / (energy[j] - energy[i])
                constant = channel[i] - slope * energy[i]
                pull = np.abs(channel - constant[:, None] - slope[:, None] * energy) / sigma
                best = np.argmin(pull.sum(axis=1))
                return constant[best], slope[best]
"""
WRONG["ex4"] |= {
    name: f"""{ALL_PAIRS}
            def calibrate(channel, sigma, energy):
                constant, slope = all_pairs(channel, sigma, energy)
                return {returned}
    """
    for name, returned in {
        "gain inverted": "-constant / slope, slope",
        "offset and gain swapped": "1 / slope, -constant / slope",
        "offset in channels": "constant, 1 / slope",
        "sign of the offset": "constant / slope, 1 / slope",
        "channel of an energy": "constant, slope",
        "a column of each": "np.array([[-constant / slope], [1 / slope]])",
    }.items()
}

ALTERNATIVES = {
    "ex1": {
        "np.polyfit": """
            def fit_line(x, y):
                return np.polyfit(x, y, 1)[::-1]
        """,
        "np.linalg.lstsq": """
            def fit_line(x, y):
                return np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y)[0]
        """,
        "closed form, as a tuple": """
            def fit_line(x, y):
                slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
                return y.mean() - slope * x.mean(), slope
        """,
        "sums in a loop, as a list": """
            def fit_line(x, y):
                n, sx, sy = len(x), sum(x), sum(y)
                sxx, sxy = sum(a * a for a in x), sum(a * b for a, b in zip(x, y))
                slope = (n * sxy - sx * sy) / (n * sxx - sx**2)
                return [float((sy - slope * sx) / n), float(slope)]
        """,
        "Cholesky": """
            def fit_line(x, y):
                X = np.vander(x, 2, increasing=True)
                L = np.linalg.cholesky(X.T @ X)
                return np.linalg.solve(L.T, np.linalg.solve(L, X.T @ y))
        """,
        "inverse": """
            def fit_line(x, y):
                X = np.vander(x, 2, increasing=True)
                return np.linalg.inv(X.T @ X) @ X.T @ y
        """,
        "gradient descent": """
            def fit_line(x, y):
                X = np.vander(x, 2, increasing=True)
                theta, eta = np.zeros(2), 1 / np.linalg.eigvalsh(X.T @ X)[-1]
                for _ in range(500):
                    theta -= eta * X.T @ (X @ theta - y)
                return theta
        """,
    },
    "ex2": {
        "scaled rows": """
            def fit_weighted(x, y, sigma):
                A = np.column_stack([1 / sigma, x / sigma])
                return np.linalg.lstsq(A, y / sigma)[0], np.linalg.inv(A.T @ A)
        """,
        "np.polyfit": """
            def fit_weighted(x, y, sigma):
                X = np.vander(x, 2, increasing=True)
                theta = np.polyfit(x, y, 1, w=1 / sigma)[::-1]
                return theta, np.linalg.inv(X.T @ np.diag(sigma**-2) @ X)
        """,
        "closed form, as lists": """
            def fit_weighted(x, y, sigma):
                w = 1 / sigma**2
                s, sx, sy, sxx, sxy = w.sum(), w @ x, w @ y, w @ x**2, w @ (x * y)
                d = s * sxx - sx**2
                return [(sxx * sy - sx * sxy) / d, (s * sxy - sx * sy) / d], [[sxx / d, -sx / d], [-sx / d, s / d]]
        """,
        "Cholesky": """
            def fit_weighted(x, y, sigma):
                A = np.column_stack([1 / sigma, x / sigma])
                inverse = np.linalg.inv(np.linalg.cholesky(A.T @ A))
                V = inverse.T @ inverse
                return V @ A.T @ (y / sigma), V
        """,
        "error propagation": """
            def fit_weighted(x, y, sigma):
                G = np.linalg.pinv(np.column_stack([1 / sigma, x / sigma])) / sigma
                return G @ y, G @ np.diag(sigma**2) @ G.T
        """,
        "QR": """
            def fit_weighted(x, y, sigma):
                Q, R = np.linalg.qr(np.column_stack([1 / sigma, x / sigma]))
                return np.linalg.solve(R, Q.T @ (y / sigma)), np.linalg.inv(R) @ np.linalg.inv(R).T
        """,
        "scipy.optimize.curve_fit": """
            from scipy.optimize import curve_fit

            def fit_weighted(x, y, sigma):
                return curve_fit(lambda x, a, b: a + b * x, x, y, sigma=sigma, absolute_sigma=True)
        """,
    },
    "ex3": {
        "three cases": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (y - X @ theta) / sigma
                slope = np.where(u > k, k, np.where(u < -k, -k, u))
                return np.mean(-slope[:, None] * X / sigma[:, None], axis=0)
        """,
        "prediction minus measurement": """
            def huber_gradient(theta, X, y, sigma, k):
                u = (X @ theta - y) / sigma
                return X.T @ (np.sign(u) * np.minimum(np.abs(u), k) / sigma) / len(u)
        """,
        "residuals clipped at k sigma": """
            def huber_gradient(theta, X, y, sigma, k):
                return -X.T @ (np.clip(y - X @ theta, -k * sigma, k * sigma) / sigma**2) / len(y)
        """,
        "reweighted squares": """
            def huber_gradient(theta, X, y, sigma, k):
                r = y - X @ theta
                weight = np.minimum(1, k * sigma / np.maximum(np.abs(r), 1e-300)) / sigma**2
                return -(X.T * weight) @ r / len(y)
        """,
        "a loop over the points, as a list": """
            def huber_gradient(theta, X, y, sigma, k):
                total = [0.0] * len(theta)
                for row, value, error in zip(X, y, sigma):
                    u = (value - row @ theta) / error
                    for p in range(len(theta)):
                        total[p] -= max(-k, min(k, u)) * row[p] / error / len(y)
                return total
        """,
    },
    "ex4": {
        "least absolute pulls over all pairs": f"""{ALL_PAIRS}
            def calibrate(channel, sigma, energy):
                constant, slope = all_pairs(channel, sigma, energy)
                return -constant / slope, 1 / slope
        """,
        "all pairs, then weighted without outliers, as an array": f"""{ALL_PAIRS}
            def calibrate(channel, sigma, energy):
                constant, slope = all_pairs(channel, sigma, energy)
                keep = np.abs(channel - constant - slope * energy) < 5 * sigma
                slope, constant = np.polyfit(energy[keep], channel[keep], 1, w=1 / sigma[keep])
                return np.array([-constant / slope, 1 / slope])
        """,
        "worst peaks thrown out one by one": """
            def calibrate(channel, sigma, energy):
                keep = np.arange(len(energy))
                while True:
                    slope, constant = np.polyfit(energy[keep], channel[keep], 1, w=1 / sigma[keep])
                    pull = np.abs(channel - constant - slope * energy)[keep] / sigma[keep]
                    if pull.max() < 4 or len(keep) < 6:
                        return [-constant / slope, 1 / slope]
                    keep = np.delete(keep, np.argmax(pull))
        """,
        "Huber by reweighting": """
            def calibrate(channel, sigma, energy):
                weight = 1 / sigma
                for _ in range(60):
                    slope, constant = np.polyfit(energy, channel, 1, w=weight)
                    pull = np.abs(channel - constant - slope * energy) / sigma
                    weight = np.sqrt(np.minimum(1, 1.3 / pull)) / sigma
                return -constant / slope, 1 / slope
        """,
        "scipy.optimize.least_squares": """
            from scipy.optimize import least_squares

            def calibrate(channel, sigma, energy):
                start = np.polyfit(energy, channel, 1)
                found = least_squares(lambda t: (channel - t[0] * energy - t[1]) / sigma, start, loss="huber")
                return -found.x[1] / found.x[0], 1 / found.x[0]
        """,
    },
}
