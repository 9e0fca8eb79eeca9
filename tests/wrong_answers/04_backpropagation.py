"""Answers to solutions/04_backpropagation.ipynb: wrong ones, which the checks must catch, and other right ones."""

WRONG = {
    "ex1": {
        "inner derivative forgotten": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 4 * (2 * s - 1)
        """,
        "one of the two contributions": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 4 * 2 * s * -6 * r**-7
        """,
        "force instead of derivative": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 24 * (2 * s - 1) * r**-7
        """,
        "power not lowered": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 4 * (2 * s - 1) * -6 * r**-6
        """,
        "power lowered the wrong way": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 4 * (2 * s - 1) * -6 * r**-5
        """,
        "factor 4 forgotten": """
            def lennard_jones(r):
                s = r**-6
                return s**2 - s, (2 * s - 1) * -6 * r**-7
        """,
        "square not differentiated": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (s**2 - s), 4 * (s - 1) * -6 * r**-7
        """,
        "potential only": """
            def lennard_jones(r):
                return 4 * (r**-12 - r**-6)
        """,
        "the other way round": """
            def lennard_jones(r):
                s = r**-6
                return 4 * (2 * s - 1) * -6 * r**-7, 4 * (s**2 - s)
        """,
    },
    "ex2": {
        "overflow in the value": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                c = np.log(np.exp(a.value) + np.exp(b.value))
                pullbacks = (lambda g: g * np.exp(a.value - c), lambda g: g * np.exp(b.value - c))
                return Node(c, "logaddexp", (a, b), pullbacks)
        """,
        "overflow in the derivatives": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                both = np.exp(a.value) + np.exp(b.value)
                pullbacks = (lambda g: g * np.exp(a.value) / both, lambda g: g * np.exp(b.value) / both)
                return Node(np.logaddexp(a.value, b.value), "logaddexp", (a, b), pullbacks)
        """,
        "gradient that comes back is ignored": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                c = np.logaddexp(a.value, b.value)
                pullbacks = (lambda g: np.exp(a.value - c), lambda g: np.exp(b.value - c))
                return Node(c, "logaddexp", (a, b), pullbacks)
        """,
        "pullbacks swapped": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                c = np.logaddexp(a.value, b.value)
                pullbacks = (lambda g: g * np.exp(b.value - c), lambda g: g * np.exp(a.value - c))
                return Node(c, "logaddexp", (a, b), pullbacks)
        """,
        "half to each": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                return Node(np.logaddexp(a.value, b.value), "logaddexp", (a, b), (lambda g: g / 2, lambda g: g / 2))
        """,
        "all to the larger one": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                pullbacks = (lambda g: g * (a.value >= b.value), lambda g: g * (a.value < b.value))
                return Node(np.logaddexp(a.value, b.value), "logaddexp", (a, b), pullbacks)
        """,
        "only one parent": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                c = np.logaddexp(a.value, b.value)
                return Node(c, "logaddexp", (a,), (lambda g: g * np.exp(a.value - c),))
        """,
        "no parents": """
            def logaddexp(a, b):
                return Node(np.logaddexp(as_node(a).value, as_node(b).value))
        """,
        "an array instead of a node": """
            def logaddexp(a, b):
                return np.logaddexp(a.value, b.value)
        """,
        "numbers not made nodes": """
            def logaddexp(a, b):
                c = np.logaddexp(a.value, b.value)
                pullbacks = (lambda g: g * np.exp(a.value - c), lambda g: g * np.exp(b.value - c))
                return Node(c, "logaddexp", (a, b), pullbacks)
        """,
        "cumulative the same way back": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (np.cumsum,))
        """,
        "cumulative from the end, not turned back": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (lambda g: np.cumsum(g[::-1]),))
        """,
        "cumulative without itself": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (lambda g: np.cumsum(g[::-1])[::-1] - g,))
        """,
        "gradient of each sum to its last element": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (lambda g: g,))
        """,
        "number of sums instead of their gradients": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (lambda g: np.arange(len(g), 0, -1.0),))
        """,
        "total sum": """
            def cumulative(a):
                return Node(np.cumsum(a.value), "cumulative", (a,), (lambda g: g.sum() * np.ones_like(g),))
        """,
    },
    "ex3": {
        "half forgotten": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total(((y - A * exp(-rate * t) * cos(omega * t + phase)) / sigma) ** 2)
        """,
        "uncertainties forgotten": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total((y - A * exp(-rate * t) * cos(omega * t + phase)) ** 2) / 2
        """,
        "uncertainty not squared": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total((y - A * exp(-rate * t) * cos(omega * t + phase)) ** 2 / sigma) / 2
        """,
        "sine instead of cosine": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total(((y - A * exp(-rate * t) * sin(omega * t + phase)) / sigma) ** 2) / 2
        """,
        "growing oscillation": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total(((y - A * exp(rate * t) * cos(omega * t + phase)) / sigma) ** 2) / 2
        """,
        "phase subtracted": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total(((y - A * exp(-rate * t) * cos(omega * t - phase)) / sigma) ** 2) / 2
        """,
        "mean instead of sum": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return total(((y - A * exp(-rate * t) * cos(omega * t + phase)) / sigma) ** 2) / 2 / len(t)
        """,
        "values taken out of their nodes": """
            def misfit(parameters, t, y, sigma):
                model = muons.asymmetry([float(node.value) for node in parameters], t)
                return Node(np.sum(((y - model) / sigma) ** 2) / 2)
        """,
        "not summed": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                return ((y - A * exp(-rate * t) * cos(omega * t + phase)) / sigma) ** 2 / 2
        """,
        "nothing done": """
            def fit_asymmetry(t, y, sigma, start):
                return start
        """,
        "uphill": """
            def fit_asymmetry(t, y, sigma, start):
                values = np.array(start)
                for _ in range(200):
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    values = values + 1e-6 * np.array([node.grad for node in nodes])
                return values
        """,
        "one small rate for all": """
            def fit_asymmetry(t, y, sigma, start):
                values = np.array(start)
                for _ in range(300):
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    values = values - 1e-7 * np.array([node.grad for node in nodes])
                return values
        """,
        "one large rate for all": """
            def fit_asymmetry(t, y, sigma, start):
                values = np.array(start)
                for _ in range(300):
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    values = values - 1e-3 * np.array([node.grad for node in nodes])
                return values
        """,
        "ten steps": """
            right = fit_asymmetry

            def fit_asymmetry(t, y, sigma, start):
                scale = np.array([2e-3, 1e-2, 1e-2, 1e-2]) ** 2
                values = np.array(start)
                for _ in range(10):
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    values = values - 0.1 * scale * np.array([node.grad for node in nodes])
                return values
        """,
        "weights of the bins forgotten": """
            def fit_asymmetry(t, y, sigma, start):
                return curve_fit(lambda t, *p: muons.asymmetry(p, t), t, y, start)[0]
        """,
        "order of the parameters": """
            right = fit_asymmetry

            def fit_asymmetry(t, y, sigma, start):
                return right(t, y, sigma, start)[[0, 2, 1, 3]]
        """,
        "nodes instead of numbers": """
            def fit_asymmetry(t, y, sigma, start):
                return [Node(value) for value in start]
        """,
        "frequency kept": """
            right = fit_asymmetry

            def fit_asymmetry(t, y, sigma, start):
                found = right(t, y, sigma, start)
                found[2] = start[2]
                return found
        """,
    },
    "ex4": {
        "angle first": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    angle = angle + momentum
                    momentum = momentum - K * sin(angle)
                return angle, momentum
        """,
        "old momentum": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    angle, momentum = angle + momentum, momentum - K * sin(angle)
                return angle, momentum
        """,
        "sign of the kick": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = momentum + K * sin(angle)
                    angle = angle + momentum
                return angle, momentum
        """,
        "small angles": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = momentum - K * angle
                    angle = angle + momentum
                return angle, momentum
        """,
        "cosine": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = momentum - K * cos(angle)
                    angle = angle + momentum
                return angle, momentum
        """,
        "one kick too many": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks + 1):
                    momentum = momentum - K * sin(angle)
                    angle = angle + momentum
                return angle, momentum
        """,
        "momentum first": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = momentum - K * sin(angle)
                    angle = angle + momentum
                return momentum, angle
        """,
        "cut off from its beginning": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = Node((momentum - K * sin(angle)).value)
                    angle = angle + momentum
                return angle, momentum
        """,
        "NumPy's sine of the value": """
            def rotor(angle, momentum, kicks, K):
                for _ in range(kicks):
                    momentum = momentum - K * np.sin(angle.value)
                    angle = angle + momentum
                return angle, momentum
        """,
        "derivative by the angle": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                for kicks in range(1, limit):
                    node = Node(angle)
                    backpropagate(rotor(node, Node(momentum), kicks, K)[0])
                    if abs(node.grad) * uncertainty >= 1:
                        return kicks
                return limit
        """,
        "derivative of the momentum": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                for kicks in range(1, limit):
                    node = Node(momentum)
                    backpropagate(rotor(Node(angle), node, kicks, K)[1])
                    if abs(node.grad) * uncertainty >= 1:
                        return kicks
                return limit
        """,
        "counted from zero": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                for kicks in range(limit):
                    node = Node(momentum)
                    backpropagate(rotor(Node(angle), node, kicks + 1, K)[0])
                    if abs(node.grad) * uncertainty >= 1:
                        return kicks
                return limit
        """,
        "uncertainty forgotten": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                for kicks in range(1, limit):
                    node = Node(momentum)
                    backpropagate(rotor(Node(angle), node, kicks, K)[0])
                    if abs(node.grad) >= 1:
                        return kicks
                return limit
        """,
        "linear growth": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                return int(np.ceil(1 / uncertainty))
        """,
        "always the limit": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                return limit
        """,
    },
}

ALTERNATIVES = {
    "ex1": {
        "the derivative as a formula": """
            def lennard_jones(r):
                return 4 * r**-12 - 4 * r**-6, -48 * r**-13 + 24 * r**-7
        """,
        "as an array": """
            def lennard_jones(r):
                s = 1 / r**6
                return np.array([4 * s * (s - 1), -24 * s * (2 * s - 1) / r])
        """,
        "back, one step at a time": """
            def lennard_jones(r):
                s = r**-6
                g_s = 4 * 2 * s
                g_s += -4
                g_r = g_s * (-6 * s / r)
                return 4 * (s * s - s), g_r
        """,
    },
    "ex2": {
        "largest first, sigmoid by tanh": """
            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                top = np.maximum(a.value, b.value)
                value = top + np.log1p(np.exp(-np.abs(a.value - b.value)))
                share = 0.5 * (1 + np.tanh((a.value - b.value) / 2))
                return Node(value, "lae", (a, b), (lambda g: g * share, lambda g: g * (1 - share)))

            def cumulative(a):
                lower = np.tril(np.ones((a.value.size, a.value.size)))
                return Node(lower @ a.value, "cumulative", (a,), (lambda g: lower.T @ g,))
        """,
        "SciPy's expit": """
            from scipy.special import expit

            def logaddexp(a, b):
                a, b = as_node(a), as_node(b)
                pullbacks = (
                    lambda g: g * expit(a.value - b.value),
                    lambda g: g * expit(b.value - a.value),
                )
                return Node(np.logaddexp(a.value, b.value), "logaddexp", (a, b), pullbacks)
        """,
        "total minus what came before": """
            def cumulative(a):
                def back(g):
                    return g.sum() - np.cumsum(g) + g

                return Node(np.cumsum(a.value), "cumulative", (a,), (back,))
        """,
    },
    "ex3": {
        "weights first": """
            def misfit(parameters, t, y, sigma):
                A, rate, omega, phase = parameters
                residual = A * exp(rate * (-t)) * cos(phase + omega * t) - y
                return 0.5 * total(residual * residual * (1 / sigma**2))
        """,
        "Gauss and Newton": """
            def fit_asymmetry(t, y, sigma, start):
                values = np.array(start)
                for _ in range(60):
                    moved = [muons.asymmetry(values + d, t) for d in 1e-5 * np.eye(4)]
                    J = ((np.array(moved) - muons.asymmetry(values, t)) / 1e-5 / sigma).T
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    gradient = np.array([float(node.grad) for node in nodes])
                    values = values - 0.5 * np.linalg.solve(J.T @ J, gradient)
                return values
        """,
        "Adam": """
            def fit_asymmetry(t, y, sigma, start):
                values, m, v = np.array(start), np.zeros(4), np.zeros(4)
                for step in range(1, 801):
                    nodes = [Node(value) for value in values]
                    backpropagate(misfit(nodes, t, y, sigma))
                    g = np.array([float(node.grad) for node in nodes])
                    m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
                    rate = 0.02 * (1 - step / 801)
                    values = values - rate * m / (1 - 0.9**step) / np.sqrt(v / (1 - 0.99**step))
                return values.tolist()
        """,
        "SciPy with our gradient": """
            from scipy.optimize import minimize

            def fit_asymmetry(t, y, sigma, start):
                def both(values):
                    nodes = [Node(value) for value in values]
                    root = misfit(nodes, t, y, sigma)
                    backpropagate(root)
                    return float(root.value), np.array([float(node.grad) for node in nodes])

                return minimize(both, start, jac=True, method="BFGS").x
        """,
    },
    "ex4": {
        "recursion": """
            def rotor(angle, momentum, kicks, K):
                if kicks == 0:
                    return angle, momentum
                momentum = momentum + sin(angle) * (-K)
                return rotor(momentum + angle, momentum, kicks - 1, K)
        """,
        "as a list": """
            def rotor(angle, momentum, kicks, K):
                state = [angle, momentum]
                for _ in range(kicks):
                    state[1] = state[1] - sin(state[0]) * K
                    state[0] = state[0] + state[1]
                return state
        """,
        "derivatives pushed forward": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                d_angle, d_momentum, kicks = 0.0, 1.0, 0
                while abs(d_angle) * uncertainty < 1 and kicks < limit:
                    d_momentum -= K * np.cos(angle) * d_angle
                    momentum -= K * np.sin(angle)
                    d_angle, angle, kicks = d_angle + d_momentum, angle + momentum, kicks + 1
                return kicks
        """,
        "a while loop": """
            def horizon(angle, momentum, K, uncertainty, limit=200):
                kicks, slope = 0, 0.0
                while slope * uncertainty < 1 and kicks < limit:
                    kicks += 1
                    start = Node(momentum)
                    final, _ = rotor(Node(angle), start, kicks, K)
                    backpropagate(final)
                    slope = abs(float(start.grad))
                return kicks
        """,
    },
}
