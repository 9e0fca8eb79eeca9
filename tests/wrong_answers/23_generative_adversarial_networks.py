"""Answers to the exercises of lecture 23: wrong ones that somebody will write, and right ones other than ours."""

BEST = """
    def best_discriminator(p, q):
        return p / (p + q)
"""
VALUE = """
    def game_value(D, p, q, dx):
        return np.sum(p * np.log(D) + q * np.log(1 - D)) * dx
"""
PENALTY = """
    def gradient_penalty(critic, real, fake, condition):
        epsilon = torch.rand(len(real), 1)
        point = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(point, condition).sum(), point, create_graph=True)
        return ((slope.norm(dim=1) - 1) ** 2).mean()
"""
CRITIC = """
    def critic_step(critic, generator, optimizer, images, condition, penalty, weight=10.0):
        fakes = generator(torch.randn(len(images), generator.noise), condition).detach()
        distance = critic(images, condition).mean() - critic(fakes, condition).mean()
        optimizer.zero_grad()
        (weight * penalty(critic, images, fakes, condition) - distance).backward()
        optimizer.step()
        return distance.item()
"""
GENERATOR = """
    def generator_step(critic, generator, optimizer, condition):
        score = critic(generator(torch.randn(len(condition), generator.noise), condition), condition)
        optimizer.zero_grad()
        (-score.mean()).backward()
        optimizer.step()
"""
COVERAGE = """
    def coverage(simulated, generated, k=5):
        sigma = simulated.std(axis=0)
        a, b = simulated / sigma, generated / sigma
        radius = np.sort(np.linalg.norm(a[:, None] - a[None], axis=-1), axis=1)[:, k]
        return np.mean(np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1) <= radius)
"""
JUDGE = """
    def judge_images(simulated, generated):
        a, b = simulated.mean(axis=1), generated.mean(axis=1)
        condition = np.abs(a - b)[:, 0].max() < 0.1
        shape = np.abs(b / a - 1)[:, 1:].max() < 0.1
        near = np.mean([coverage(s, g) for s, g in zip(simulated, generated)])
        spread = generated.std(axis=1).mean(axis=0) / simulated.std(axis=1).mean(axis=0)
        return condition, shape, near > 0.6 and spread.min() > 0.7
"""


def _with(source: str, *changes: tuple[str, str]) -> str:
    """Return the source with parts replaced, each of which must be there."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


WRONG = {
    "ex1": {
        "q over the sum": BEST.replace("p / (p", "q / (p") + VALUE,
        "the ratio": BEST.replace("p / (p + q)", "p / q") + VALUE,
        "a decision": BEST.replace("p / (p + q)", "np.where(p > q, 0.9, 0.1)") + VALUE,
        "squares": BEST.replace("p / (p + q)", "p**2 / (p**2 + q**2)") + VALUE,
        "always a half": BEST.replace("p / (p + q)", "0.5 + 0 * p") + VALUE,
        "sign of the value": BEST + VALUE.replace("return np", "return -np"),
        "without dx": BEST + VALUE.replace(") * dx", ")"),
        "mean": BEST + VALUE.replace("np.sum", "np.mean").replace(") * dx", ")"),
        "base 2": BEST + VALUE.replace("np.log(", "np.log2("),
        "D twice": BEST + VALUE.replace("np.log(1 - D)", "np.log(D)"),
        "densities exchanged": BEST + _with(VALUE, ("p * np", "P * np"), ("q * np", "p * np"), ("P * np", "q * np")),
        "the generator's part only": BEST + VALUE.replace("p * np.log(D) + ", ""),
        "without densities": BEST + VALUE.replace("p * np", "np").replace("q * np", "np"),
    },
    "ex2": {
        "one argsort": """
            def class_vectors(energy, classes):
                return torch.eye(classes)[torch.as_tensor(np.argsort(energy) * classes // len(energy))]
        """,
        "labels of sorted events": """
            def class_vectors(energy, classes):
                return torch.eye(classes)[torch.arange(len(energy)) * classes // len(energy)]
        """,
        "highest energy first": """
            def class_vectors(energy, classes):
                rank = np.argsort(np.argsort(-energy))
                return torch.eye(classes)[torch.as_tensor(rank * classes // len(energy))]
        """,
        "equal widths in energy": """
            def class_vectors(energy, classes):
                part = (energy - energy.min()) / (np.ptp(energy) + 1e-9) * classes
                return torch.eye(classes)[torch.as_tensor(part.astype(int))]
        """,
        "equal widths in the logarithm": """
            def class_vectors(energy, classes):
                e = np.log(energy)
                part = (e - e.min()) / (np.ptp(e) + 1e-9) * classes
                return torch.eye(classes)[torch.as_tensor(part.astype(int))]
        """,
        "labels, not vectors": """
            def class_vectors(energy, classes):
                return torch.as_tensor(np.argsort(np.argsort(energy)) * classes // len(energy))
        """,
        "array, not tensor": """
            def class_vectors(energy, classes):
                return np.eye(classes)[np.argsort(np.argsort(energy)) * classes // len(energy)]
        """,
        "double precision": """
            def class_vectors(energy, classes):
                return torch.as_tensor(np.eye(classes)[np.argsort(np.argsort(energy)) * classes // len(energy)])
        """,
        "integers": """
            def class_vectors(energy, classes):
                rank = torch.as_tensor(np.argsort(np.argsort(energy)))
                return nn.functional.one_hot(rank * classes // len(energy), classes)
        """,
        "always ten": """
            def class_vectors(energy, classes):
                return torch.eye(10)[torch.as_tensor(np.argsort(np.argsort(energy)) * 10 // len(energy))]
        """,
        "axes exchanged": """
            def class_vectors(energy, classes):
                return torch.eye(classes)[torch.as_tensor(np.argsort(np.argsort(energy)) * classes // len(energy))].T
        """,
        "all classes below": """
            def class_vectors(energy, classes):
                labels = np.argsort(np.argsort(energy)) * classes // len(energy)
                return torch.as_tensor(labels[:, None] >= np.arange(classes)).float()
        """,
        "energies sorted in place": """
            def class_vectors(energy, classes):
                order = np.argsort(np.argsort(energy))
                energy.sort()
                return torch.eye(classes)[torch.as_tensor(order * classes // len(energy))]
        """,
    },
    "ex2b": {
        "at the images": PENALTY.replace("(epsilon * real + (1 - epsilon) * fake)", "real.clone()"),
        "at the fakes": PENALTY.replace("(epsilon * real + (1 - epsilon) * fake)", "fake.clone()"),
        "half way": PENALTY.replace("torch.rand(len(real), 1)", "0.5"),
        "one epsilon for all": PENALTY.replace("torch.rand(len(real), 1)", "torch.rand(1)"),
        "one epsilon a pixel": PENALTY.replace("torch.rand(len(real), 1)", "torch.rand_like(real)"),
        "normal epsilon": PENALTY.replace("torch.rand(", "torch.randn("),
        "beyond the line": PENALTY.replace("(1 - epsilon) * fake", "fake"),
        "norm over the images": PENALTY.replace("dim=1", "dim=0"),
        "one norm for all": PENALTY.replace("norm(dim=1)", "norm()"),
        "squared norm": PENALTY.replace("slope.norm(dim=1) - 1", "(slope**2).sum(dim=1) - 1"),
        "mean of squares for a norm": PENALTY.replace("slope.norm(dim=1) - 1", "(slope**2).mean(dim=1).sqrt() - 1"),
        "without minus one": PENALTY.replace("slope.norm(dim=1) - 1", "slope.norm(dim=1)"),
        "one-sided": PENALTY.replace("(slope.norm(dim=1) - 1)", "torch.relu(slope.norm(dim=1) - 1)"),
        "absolute value": PENALTY.replace("((slope.norm(dim=1) - 1) ** 2)", "(slope.norm(dim=1) - 1).abs()"),
        "mean before the square": PENALTY.replace(
            "((slope.norm(dim=1) - 1) ** 2).mean()", "(slope.norm(dim=1).mean() - 1) ** 2"
        ),
        "sum, not mean": PENALTY.replace("** 2).mean()", "** 2).sum()"),
        "gradient of the mean score": PENALTY.replace("condition).sum()", "condition).mean()"),
        "no graph": PENALTY.replace(", create_graph=True", ""),
        "no class": PENALTY.replace("critic(point, condition)", "critic(point, 0 * condition)"),
        "classes in another order": PENALTY.replace("critic(point, condition)", "critic(point, condition.flip(0))"),
        "the same epsilon always": PENALTY.replace(
            "torch.rand(len(real), 1)", "torch.linspace(0, 1, len(real))[:, None]"
        ),
    },
    "ex3": {
        "no detach": GENERATOR + CRITIC.replace(".detach()", ""),
        "no zero_grad in the critic's step": GENERATOR + CRITIC.replace("        optimizer.zero_grad()\n", ""),
        "no zero_grad in the generator's step": CRITIC + GENERATOR.replace("        optimizer.zero_grad()\n", ""),
        "sign of the critic": GENERATOR + CRITIC.replace("condition) - distance", "condition) + distance"),
        "sign of the generator": CRITIC + GENERATOR.replace("-score", "score"),
        "no penalty": GENERATOR + CRITIC.replace("weight * penalty(critic, images, fakes, condition) ", ""),
        "penalty without weight": GENERATOR + CRITIC.replace("weight * penalty", "penalty"),
        "penalty subtracted": GENERATOR + CRITIC.replace("(weight * penalty", "(-weight * penalty"),
        "penalty for images only": GENERATOR
        + CRITIC.replace("penalty(critic, images, fakes, condition)", "penalty(critic, images, images, condition)"),
        "images and fakes exchanged": GENERATOR
        + CRITIC.replace("penalty(critic, images, fakes", "penalty(critic, fakes, images"),
        "uniform noise": GENERATOR + CRITIC.replace("torch.randn(", "torch.rand("),
        "uniform noise for the generator": CRITIC + GENERATOR.replace("torch.randn(", "torch.rand("),
        "one noise for all": GENERATOR
        + CRITIC.replace(
            "torch.randn(len(images), generator.noise)", "torch.randn(1, generator.noise).repeat(len(images), 1)"
        ),
        "seeded in each step": CRITIC
        + GENERATOR.replace("        score", "        torch.manual_seed(1)\n        score"),
        "classes at random": GENERATOR
        + CRITIC.replace(
            "generator.noise), condition)", "generator.noise), condition[torch.randperm(len(condition))])"
        ),
        "no optimizer step": GENERATOR + CRITIC.replace("        optimizer.step()\n", ""),
        "the loss returned": GENERATOR + CRITIC.replace("return distance.item()", "return -distance.item()"),
        "a tensor returned": GENERATOR + CRITIC.replace("return distance.item()", "return distance"),
        "after the step": GENERATOR
        + CRITIC.replace(
            "return distance.item()",
            "return (critic(images, condition).mean() - critic(fakes, condition).mean()).item()",
        ),
        "fakes of the generator detached": CRITIC
        + GENERATOR.replace(
            "generator.noise), condition), condition)", "generator.noise), condition).detach(), condition)"
        ),
        "the critic moves too": CRITIC
        + GENERATOR.replace(
            "        optimizer.step()",
            "        optimizer.step()\n        torch.optim.SGD(critic.parameters(), lr=0.1).step()",
        ),
    },
    "ex4": {
        "itself as a neighbour": COVERAGE.replace("[:, k]", "[:, k - 1]"),
        "one too many": COVERAGE.replace("[:, k]", "[:, k + 1]"),
        "spread of the fakes": COVERAGE.replace("simulated.std", "generated.std"),
        "each with its own spread": COVERAGE.replace("generated / sigma", "generated / generated.std(axis=0)"),
        "units": COVERAGE.replace("simulated.std(axis=0)", "1.0"),
        "one spread for all": COVERAGE.replace("std(axis=0)", "std()"),
        "precision": COVERAGE.replace(
            "np.mean(np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1) <= radius)",
            "np.mean((np.linalg.norm(a[:, None] - b[None], axis=-1) <= radius[:, None]).any(axis=0))",
        ),
        "mean distance": COVERAGE.replace(".min(axis=1)", ".mean(axis=1)"),
        "density": COVERAGE.replace(
            "np.mean(np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1) <= radius)",
            "(np.linalg.norm(a[:, None] - b[None], axis=-1) <= radius[:, None]).sum() / (k * len(b))",
        ),
        "a number of images": COVERAGE.replace("np.mean(np.linalg", "np.sum(np.linalg"),
        "one radius for all": COVERAGE.replace("<= radius)", "<= radius.mean())"),
        "k ignored": COVERAGE.replace("[:, k]", "[:, 5]"),
        "uncovered": COVERAGE.replace("<= radius", "> radius"),
    },
    "ex4b": {
        "always yes": """
            def judge_images(simulated, generated):
                return True, True, True
        """,
        "always no": """
            def judge_images(simulated, generated):
                return False, False, False
        """,
        "too strict": JUDGE.replace("max() < 0.1", "max() < 0.001"),
        "too lenient": JUDGE.replace("max() < 0.1", "max() < 0.5"),
        "classes thrown together": JUDGE.replace(
            "mean(axis=1), generated.mean(axis=1)", "mean(axis=(0, 1))[None], generated.mean(axis=(0, 1))[None]"
        ),
        "only rising": JUDGE.replace("np.abs(a - b)[:, 0].max() < 0.1", "np.all(np.diff(b[:, 0]) > -1)"),
        "length only": JUDGE.replace("[:, 1:]", "[:, 1]"),
        "width only": JUDGE.replace("[:, 1:]", "[:, 2]"),
        "signed errors": JUDGE.replace("np.abs(b / a - 1)", "(b / a - 1)"),
        "equal images only": JUDGE.replace(
            "near > 0.6 and spread.min() > 0.7", "all(len(np.unique(g, axis=0)) > 0.5 * len(g) for g in generated)"
        ),
        "spreads only": JUDGE.replace(
            "near > 0.6 and spread.min() > 0.7", "0.97 < spread.min() and spread.max() < 1.03"
        ),
        "coverage only, lenient": JUDGE.replace("near > 0.6 and spread.min() > 0.7", "near > 0.3"),
        "one verdict for all": JUDGE.replace(
            "return condition, shape,", "shape = condition = shape and condition\n        return condition, shape,"
        ),
        "spread over the classes": JUDGE.replace(
            "near > 0.6 and spread.min() > 0.7", "generated.std(axis=(0, 1)).min() > 0"
        ),
    },
}

ALTERNATIVES = {
    "ex1": {
        "one over one plus": BEST.replace("p / (p + q)", "1 / (1 + q / p)")
        + """
    def game_value(D, p, q, dx):
        return dx * (p @ np.log(D) + q @ np.log1p(-D))
        """,
        "trapezoids": BEST
        + VALUE.replace("np.sum(", "np.trapezoid(").replace("np.log(1 - D)) * dx", "np.log(1 - D), dx=dx)"),
        "through a logit": BEST.replace("p / (p + q)", "1 / (1 + np.exp(np.log(q) - np.log(p)))") + VALUE,
    },
    "ex2": {
        "quantiles": """
            def class_vectors(energy, classes):
                edges = np.quantile(energy, np.arange(1, classes) / classes)
                return torch.eye(classes)[torch.as_tensor(np.searchsorted(edges, energy))]
        """,
        "array_split": """
            def class_vectors(energy, classes):
                vectors = torch.zeros(len(energy), classes)
                for k, part in enumerate(np.array_split(np.argsort(energy), classes)):
                    vectors[part, k] = 1
                return vectors
        """,
        "digitize and one_hot": """
            def class_vectors(energy, classes):
                labels = np.digitize(energy, np.quantile(energy, np.linspace(0, 1, classes + 1))[1:-1])
                return nn.functional.one_hot(torch.as_tensor(labels), classes).to(torch.float32)
        """,
        "in torch": """
            def class_vectors(energy, classes):
                rank = torch.argsort(torch.argsort(torch.as_tensor(energy)))
                return nn.functional.one_hot(rank * classes // len(energy), classes).float()
        """,
    },
    "ex2b": {
        "lerp and a root": """
    def gradient_penalty(critic, real, fake, condition):
        x = torch.lerp(fake.detach(), real.detach(), torch.rand(real.shape[0], 1))
        x.requires_grad_(True)
        scores = critic(x, condition)
        g = torch.autograd.grad(scores, x, torch.ones_like(scores), create_graph=True)[0]
        return torch.mean(torch.square(torch.sqrt(torch.sum(g**2, dim=1) + 1e-12) - 1))
        """,
        "epsilon counted from the image": PENALTY.replace(
            "epsilon * real + (1 - epsilon) * fake", "real + epsilon * (fake - real)"
        ),
        "linalg": PENALTY.replace("slope.norm(dim=1)", "torch.linalg.vector_norm(slope, dim=1)"),
    },
    "ex3": {
        "detached": CRITIC + GENERATOR,
        "zeroed after the step": CRITIC.replace("        optimizer.zero_grad()\n", "").replace(
            "        return", "        optimizer.zero_grad()\n        return"
        )
        + """
    def generator_step(critic, generator, optimizer, condition):
        fakes = generator(torch.randn(len(condition), generator.noise), condition)
        loss = -critic(fakes, condition).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        critic.zero_grad()
        return loss.item()
        """,
        "the critic frozen meanwhile": CRITIC
        + """
    def generator_step(critic, generator, optimizer, condition):
        critic.requires_grad_(False)
        optimizer.zero_grad()
        z = torch.randn((condition.shape[0], generator.noise))
        loss = -torch.mean(critic(generator(z, condition), condition))
        loss.backward()
        optimizer.step()
        critic.requires_grad_(True)
        return loss.item()
        """,
        "one batch of both": GENERATOR
        + """
    def critic_step(critic, generator, optimizer, images, condition, penalty, weight=10.0):
        critic.zero_grad()
        with torch.no_grad():
            fakes = generator(torch.normal(0.0, 1.0, (len(images), generator.noise)), condition)
        scores = critic(torch.cat([images, fakes]), torch.cat([condition, condition]))
        real, fake = scores.chunk(2)
        loss = fake.mean() - real.mean() + weight * penalty(critic, images, fakes, condition)
        loss.backward()
        optimizer.step()
        return float((real.mean() - fake.mean()).detach())
        """,
    },
    "ex4": {
        "infinite diagonal": """
            def coverage(simulated, generated, k=5):
                scale = np.std(simulated, axis=0)
                own = np.sqrt((((simulated[:, None] - simulated) / scale) ** 2).sum(-1))
                np.fill_diagonal(own, np.inf)
                cross = np.sqrt((((simulated[:, None] - generated) / scale) ** 2).sum(-1))
                return (cross <= np.partition(own, k - 1, axis=1)[:, k - 1 : k]).any(axis=1).mean()
        """,
        "a loop": """
            def coverage(simulated, generated, k=5):
                sigma, covered = simulated.std(axis=0, ddof=1), 0
                for i, image in enumerate(simulated):
                    others = np.delete(simulated, i, axis=0)
                    radius = np.sort(np.linalg.norm((others - image) / sigma, axis=1))[k - 1]
                    covered += np.linalg.norm((generated - image) / sigma, axis=1).min() < radius
                return covered / len(simulated)
        """,
        "centred": COVERAGE.replace(
            "a, b = simulated / sigma, generated / sigma",
            "a, b = ((s - simulated.mean(axis=0)) / sigma for s in (simulated, generated))",
        ),
    },
    "ex4b": {
        "other limits": JUDGE.replace("max() < 0.1", "max() < 0.15").replace("near > 0.6", "near > 0.5"),
        "in standard errors": """
            def judge_images(simulated, generated):
                error = np.sqrt(simulated.var(axis=1) / simulated.shape[1] + generated.var(axis=1) / generated.shape[1])
                pull = np.abs(simulated.mean(axis=1) - generated.mean(axis=1)) / error
                near = min(coverage(s, g) for s, g in zip(simulated, generated))
                spread = generated.std(axis=1) / simulated.std(axis=1)
                return pull[:, 0].max() < 8, pull[:, 1:].max() < 8, near > 0.6 and spread.mean() > 0.75
        """,
        "medians, and Python's own booleans": """
            def judge_images(simulated, generated):
                a, b = np.median(simulated, axis=1), np.median(generated, axis=1)
                middle = [np.ptp(np.quantile(s, [0.25, 0.75], axis=1), axis=0) for s in (generated, simulated)]
                spread = min(middle[0].mean(axis=0) / middle[1].mean(axis=0))
                distinct = np.mean([coverage(s, g, 3) for s, g in zip(simulated, generated)])
                size, shape = np.abs(a - b)[:, 0].max(), np.abs(np.log(b / a))[:, 1:].mean(axis=0).max()
                return bool(size < 0.15), bool(shape < 0.1), bool(distinct > 0.5 and spread > 0.75)
        """,
    },
}
