"""Answers to the exercises of lecture 05: wrong ones that somebody will write, and right ones other than ours."""

LAYERS = (
    "nn.Linear(inputs, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 1)"
)

WRONG = {
    "ex1": {
        "sign": """
            def constant_loss(y, p):
                return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        """,
        "photons only": """
            def constant_loss(y, p):
                return -np.mean(y * np.log(p))
        """,
        "classes swapped": """
            def constant_loss(y, p):
                return -np.mean((1 - y) * np.log(p) + y * np.log(1 - p))
        """,
        "sum, not mean": """
            def constant_loss(y, p):
                return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
        """,
        "in bits": """
            def constant_loss(y, p):
                return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))
        """,
        "one loss for each event": """
            def constant_loss(y, p):
                return -(y * np.log(p) + (1 - y) * np.log(1 - p))
        """,
        "squares": """
            def constant_loss(y, p):
                return np.mean((y - p) ** 2)
        """,
        "always ln 2": """
            def constant_loss(y, p):
                return np.log(2)
        """,
        "entropy of p": """
            def constant_loss(y, p):
                return -(p * np.log(p) + (1 - p) * np.log(1 - p))
        """,
        "entropy of the labels": """
            def constant_loss(y, p):
                f = np.clip(np.mean(y), 1e-9, 1 - 1e-9)
                return -(f * np.log(f) + (1 - f) * np.log(1 - f))
        """,
        "nothing returned": """
            def constant_loss(y, p):
                print(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
        """,
    },
    "ex2": {
        "loss before the updates": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                model.eval()
                loss = loss_of(model(x), y).item()
                model.train()
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss
        """,
        "dropout left on": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model(x), y).item()
        """,
        "what the last update returned": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    loss = update(model, optimizer, loss_of, x, y)
                return loss
        """,
        "a new network for each update": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                for _ in range(steps):
                    model = build(x.shape[1])
                    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item()
        """,
        "a new optimizer for each update": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                for _ in range(steps):
                    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item()
        """,
        "a part of the batch each time": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    part = torch.randint(0, len(x), (16,))
                    update(model, optimizer, loss_of, x[part], y[part])
                return loss_of(model.eval()(x), y).item()
        """,
        "labels shuffled each time": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y[torch.randperm(len(y))])
                return loss_of(model.eval()(x), y).item()
        """,
        "one update": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item()
        """,
        "gradient descent instead of Adam": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item()
        """,
        "another rate": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters())
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item()
        """,
        "evaluation mode throughout": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1]).eval()
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model(x), y).item()
        """,
        "its own loss": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                own = lambda z, t: nn.functional.binary_cross_entropy_with_logits(z[:, 0], t)
                for _ in range(steps):
                    update(model, optimizer, own, x, y)
                return own(model.eval()(x), y).item()
        """,
        "passed or not": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.eval()(x), y).item() < 0.05
        """,
    },
}

SPLITS = {
    "as found": """
        def split_events(rng, events, held_out):
            return rng.permutation(events)[held_out:], rng.permutation(events)[:held_out]
    """,
    "drawn with replacement": """
        def split_events(rng, events, held_out):
            return rng.integers(0, events, events - held_out), rng.integers(0, events, held_out)
    """,
    "not shuffled": """
        def split_events(rng, events, held_out):
            return np.arange(events - held_out), np.arange(events - held_out, events)
    """,
    "parts swapped": """
        def split_events(rng, events, held_out):
            order = rng.permutation(events)
            return order[:held_out], order[held_out:]
    """,
    "off by one": """
        def split_events(rng, events, held_out):
            order = rng.permutation(events)
            return order[held_out + 1 :], order[:held_out]
    """,
    "one event in both": """
        def split_events(rng, events, held_out):
            order = rng.permutation(events)
            return order[held_out:], np.append(order[1:held_out], order[-1])
    """,
    "trained on everything": """
        def split_events(rng, events, held_out):
            order = rng.permutation(events)
            return order, order[:held_out]
    """,
    "the same split in every run": """
        def split_events(rng, events, held_out):
            order = np.random.default_rng(0).permutation(events)
            return order[held_out:], order[:held_out]
    """,
    "another generator": """
        def split_events(rng, events, held_out):
            order = np.random.permutation(events)
            return order[held_out:], order[:held_out]
    """,
}
INPUTS = {
    "as found": """
        def normalise_strips(x_train, x):
            return torch.as_tensor(x - x_train.mean(axis=0) / x_train.std(axis=0))
    """,
    "in GeV": """
        def normalise_strips(x_train, x):
            return torch.as_tensor(x / 1000)
    """,
    "with its own statistics": """
        def normalise_strips(x_train, x):
            return torch.as_tensor((x - x.mean(axis=0)) / x.std(axis=0))
    """,
    "with the statistics of all": """
        def normalise_strips(x_train, x):
            both = np.concatenate([x_train, x])
            return torch.as_tensor((x - both.mean(axis=0)) / both.std(axis=0))
    """,
    "mean over the strips of an event": """
        def normalise_strips(x_train, x):
            return torch.as_tensor((x - x.mean(axis=1, keepdims=True)) / x_train.std(axis=0))
    """,
    "divided by the variance": """
        def normalise_strips(x_train, x):
            return torch.as_tensor((x - x_train.mean(axis=0)) / x_train.var(axis=0))
    """,
    "one mean and one spread for all strips": """
        def normalise_strips(x_train, x):
            return torch.as_tensor((x - x_train.mean()) / x_train.std())
    """,
    "not centred": """
        def normalise_strips(x_train, x):
            return torch.as_tensor(x / x_train.std(axis=0))
    """,
    "not scaled": """
        def normalise_strips(x_train, x):
            return torch.as_tensor(x - x_train.mean(axis=0))
    """,
    "only the sign": """
        def normalise_strips(x_train, x):
            return torch.as_tensor(np.sign(x - x_train.mean(axis=0)))
    """,
    "the training events returned": """
        def normalise_strips(x_train, x):
            return torch.as_tensor((x_train - x_train.mean(axis=0)) / x_train.std(axis=0))
    """,
    "arguments altered": """
        def normalise_strips(x_train, x):
            mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
            x -= mean
            x /= spread
            return torch.as_tensor(x)
    """,
}
MODELS = {
    "as found": f"""
        def build_separator(inputs):
            model = nn.Sequential({LAYERS})
            for weights in model.parameters():
                nn.init.normal_(weights)
            return model
    """,
    "all zero": f"""
        def build_separator(inputs):
            model = nn.Sequential({LAYERS})
            for weights in model.parameters():
                nn.init.zeros_(weights)
            return model
    """,
    "all weights of a layer alike": f"""
        def build_separator(inputs):
            model = nn.Sequential({LAYERS})
            for weights in model.parameters():
                nn.init.constant_(weights, 0.01)
            return model
    """,
    "dead from the start": f"""
        def build_separator(inputs):
            model = nn.Sequential({LAYERS})
            nn.init.constant_(model[3].bias, -100)
            return model
    """,
    "probabilities instead of logits": f"""
        def build_separator(inputs):
            return nn.Sequential({LAYERS}, nn.Sigmoid())
    """,
    "a ReLU at the end": f"""
        def build_separator(inputs):
            return nn.Sequential({LAYERS}, nn.ReLU())
    """,
    "no activation": """
        def build_separator(inputs):
            return nn.Sequential(nn.Linear(inputs, 64), nn.Linear(64, 64), nn.Linear(64, 1))
    """,
    "one logit for each class": """
        def build_separator(inputs):
            return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 2))
    """,
    "the same weights each time": f"""
        def build_separator(inputs):
            torch.manual_seed(0)
            return nn.Sequential({LAYERS})
    """,
    "a hundred times too large": f"""
        def build_separator(inputs):
            model = nn.Sequential({LAYERS})
            nn.init.normal_(model[-1].weight, std=10.0)
            return model
    """,
}
LOSSES = {
    "as found": """
        def separator_loss(logits, y):
            return torch.mean(nn.functional.softplus(logits) - y * logits)
    """,
    "sigmoid twice": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy_with_logits(torch.sigmoid(logits[:, 0]), y)
    """,
    "logits taken for probabilities": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy(torch.clamp(logits[:, 0], 0, 1), y)
    """,
    "squares of logits": """
        def separator_loss(logits, y):
            return nn.functional.mse_loss(logits[:, 0], y)
    """,
    "squares of probabilities": """
        def separator_loss(logits, y):
            return nn.functional.mse_loss(torch.sigmoid(logits[:, 0]), y)
    """,
    "softmax over one class": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy(torch.softmax(logits, dim=1)[:, 0], y)
    """,
    "softmax over the events": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy(torch.softmax(logits, dim=0)[:, 0], y)
    """,
    "sum, not mean": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y, reduction="sum")
    """,
    "labels swapped": """
        def separator_loss(logits, y):
            return nn.functional.binary_cross_entropy_with_logits(logits[:, 0], 1 - y)
    """,
    "not a number for sure events": """
        def separator_loss(logits, y):
            p = torch.sigmoid(logits[:, 0])
            return -torch.mean(y * torch.log(p) + (1 - y) * torch.log(1 - p))
    """,
    "labels reshaped into a row": """
        def separator_loss(logits, y):
            return torch.mean(nn.functional.softplus(logits) - y.reshape(1, -1) * logits)
    """,
    "no gradient": """
        def separator_loss(logits, y):
            return torch.tensor(nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y).item())
    """,
}
UPDATES = {
    "as found": """
        def update_separator(model, optimizer, loss_of, x, y):
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.item()
    """,
    "gradient thrown away": """
        def update_separator(model, optimizer, loss_of, x, y):
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            return loss.item()
    """,
    "step before the gradient": """
        def update_separator(model, optimizer, loss_of, x, y):
            loss = loss_of(model(x), y)
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
            return loss.item()
    """,
    "two steps": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.step()
            return loss.item()
    """,
    "no step": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            return loss.item()
    """,
    "the loss with its graph": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            return loss
    """,
    "the loss after the step": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()
            return loss_of(model(x), y).item()
    """,
    "uphill": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            (-loss).backward()
            optimizer.step()
            return loss.item()
    """,
    "gradient clipped hard": """
        def update_separator(model, optimizer, loss_of, x, y):
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)
            optimizer.step()
            return loss.item()
    """,
}
QUESTIONS = {
    "as found": """
        def photon_probability(model, x):
            with torch.no_grad():
                return torch.sigmoid(model(x)).flatten().numpy()
    """,
    "in training mode": """
        def photon_probability(model, x):
            model.train()
            with torch.no_grad():
                return torch.sigmoid(model(x)).flatten().numpy()
    """,
    "only no_grad, averaged over three questions": """
        def photon_probability(model, x):
            with torch.no_grad():
                return torch.stack([torch.sigmoid(model(x)) for _ in range(3)]).mean(dim=0).flatten().numpy()
    """,
    "logits": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return model(x).flatten().numpy()
    """,
    "yes or no": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return (model(x).flatten() > 0).float().numpy()
    """,
    "sigmoid twice": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return torch.sigmoid(torch.sigmoid(model(x))).flatten().numpy()
    """,
    "probability of a pion": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return torch.sigmoid(-model(x)).flatten().numpy()
    """,
    "softmax over the events": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return torch.softmax(model(x), dim=0).flatten().numpy()
    """,
    "softmax over one class": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return torch.softmax(model(x), dim=1).flatten().numpy()
    """,
    "a column": """
        def photon_probability(model, x):
            model.eval()
            with torch.no_grad():
                return torch.sigmoid(model(x)).numpy()
    """,
}
OWN_LOOP = """
        def train_separator(x, y, rng):
            order = rng.permutation(len(x))
            train, held_out = order[2000:], order[:2000]
            mean, spread = x[train].mean(axis=0), x[train].std(axis=0)
            scaled = lambda new: torch.as_tensor((new - mean) / spread)
            X, Y = scaled(x), torch.as_tensor(y)
            hidden = [nn.Linear(24, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2)]
            model = nn.Sequential(*hidden, nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
            for _ in range(EPOCHS):
                model.train()
                for part in np.array_split(rng.permutation(train), len(train) // 128):
                    optimizer.zero_grad()
                    loss = nn.functional.binary_cross_entropy_with_logits(model(X[part])[:, 0], Y[part])
                    loss.backward()
                    optimizer.step()
            def classify(new):
                model.eval()
                with torch.no_grad():
                    return torch.sigmoid(model(scaled(new)))[:, 0].numpy()
            return classify
"""


def _with(*pairs: tuple[str, str]) -> str:
    """Return our own loop with parts of it replaced."""
    source = OWN_LOOP
    for old, new in (*pairs, ("RATE", "0.005"), ("EPOCHS", "10")):
        if old not in source and (old, new) in pairs:
            raise ValueError(f"{old!r} is not in the loop.")
        source = source.replace(old, new)
    return source


WRONG["ex3"] = {f"split {name}": source for name, source in SPLITS.items()}
WRONG["ex3"] |= {f"inputs {name}": source for name, source in INPUTS.items()}
WRONG["ex3b"] = {f"network {name}": source for name, source in MODELS.items()}
WRONG["ex3b"] |= {f"loss {name}": source for name, source in LOSSES.items()}
WRONG["ex3c"] = {f"update {name}": source for name, source in UPDATES.items()}
WRONG["ex3c"] |= {f"probability {name}": source for name, source in QUESTIONS.items()}
WRONG["ex4"] = {
    "the model itself is trained": """
        def range_test(model, loss_of, batches, rates):
            optimizer, losses = torch.optim.Adam(model.parameters()), []
            for (x, y), rate in zip(batches, rates):
                optimizer.param_groups[0]["lr"] = rate
                loss = loss_of(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "only a reference is copied": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.copy(model), []
            optimizer = torch.optim.Adam(trial.parameters())
            for (x, y), rate in zip(batches, rates):
                optimizer.param_groups[0]["lr"] = rate
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "loss after the step": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.Adam(trial.parameters())
            for (x, y), rate in zip(batches, rates):
                optimizer.param_groups[0]["lr"] = rate
                optimizer.zero_grad()
                loss_of(trial(x), y).backward()
                optimizer.step()
                losses.append(loss_of(trial(x), y).item())
            return np.array(losses)
    """,
    "rate set after the step": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.Adam(trial.parameters(), lr=0.0)
            for (x, y), rate in zip(batches, rates):
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                optimizer.param_groups[0]["lr"] = rate
                losses.append(loss.item())
            return np.array(losses)
    """,
    "the rate never changes": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.Adam(trial.parameters(), lr=float(rates[0]))
            for (x, y), rate in zip(batches, rates):
                optimizer.lr = rate
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "a fresh copy for each rate": """
        def range_test(model, loss_of, batches, rates):
            losses = []
            for (x, y), rate in zip(batches, rates):
                trial = copy.deepcopy(model)
                optimizer = torch.optim.Adam(trial.parameters(), lr=rate)
                loss = loss_of(trial(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "gradient descent": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.SGD(trial.parameters(), lr=0.1)
            for (x, y), rate in zip(batches, rates):
                optimizer.param_groups[0]["lr"] = rate
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "gradients accumulate": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.Adam(trial.parameters())
            for (x, y), rate in zip(batches, rates):
                optimizer.param_groups[0]["lr"] = rate
                loss = loss_of(trial(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "a new optimizer for each step": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            for (x, y), rate in zip(batches, rates):
                optimizer = torch.optim.Adam(trial.parameters(), lr=rate)
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "the first batch only": """
        def range_test(model, loss_of, batches, rates):
            trial, losses = copy.deepcopy(model), []
            optimizer = torch.optim.Adam(trial.parameters())
            x, y = batches[0]
            for rate in rates:
                optimizer.param_groups[0]["lr"] = rate
                loss = loss_of(trial(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return np.array(losses)
    """,
    "the best rate only": """
        def range_test(model, loss_of, batches, rates):
            return rates[len(rates) // 2]
    """,
}
WRONG["ex4b"] = {
    "untrained": _with(("EPOCHS", "0")),
    "the rate explodes": _with(("RATE", "0.3")),
    "the rate is tiny": _with(("RATE", "0.00001")),
    "trees on the width alone": """
        def train_separator(x, y, rng):
            width = lambda s: strips.shower_shapes(s)[:, 2:3]
            trees = HistGradientBoostingClassifier(max_iter=100).fit(width(x), y)
            return lambda new: trees.predict_proba(width(new))[:, 1]
    """,
    "one number for all": """
        def train_separator(x, y, rng):
            return lambda new: np.full(len(new), y.mean())
    """,
    "random numbers": """
        def train_separator(x, y, rng):
            return lambda new: rng.uniform(0, 1, len(new))
    """,
    "new events normalised with their own statistics": _with(
        ("model(scaled(new))", "model(torch.as_tensor((new - new.mean(axis=0)) / new.std(axis=0)))")
    ),
    "new events in MeV": _with(("model(scaled(new))", "model(torch.as_tensor(new))")),
    "dropout left on": _with(("model.eval()", "model.train()")),
    "labels shuffled otherwise": _with(("Y[part]", "Y[rng.permutation(part)]")),
    "gradients accumulate": _with(("optimizer.zero_grad()", "pass")),
    "a column compared with a row": _with(
        (
            "nn.functional.binary_cross_entropy_with_logits(model(X[part])[:, 0], Y[part])",
            "torch.mean(nn.functional.softplus(model(X[part])) - Y[part] * model(X[part]))",
        )
    ),
    "sigmoid twice": _with(
        ("logits(model(X[part])[:, 0]", "logits(torch.sigmoid(model(X[part])[:, 0])"),
    ),
    "logits instead of probabilities": _with(("torch.sigmoid(model(scaled(new)))", "model(scaled(new))")),
    "probabilities of a pion": _with(("torch.sigmoid(model(scaled(new)))", "torch.sigmoid(-model(scaled(new)))")),
    "much too sure": _with(("torch.sigmoid(model(scaled(new)))", "torch.sigmoid(10 * model(scaled(new)))")),
    "a linear model": _with(("nn.ReLU()", "nn.Identity()")),
    "the model instead of a function": _with(("return classify", "return model")),
    "nothing returned": _with(("return classify", "pass")),
}

ALTERNATIVES = {
    "ex1": {
        "two means": """
            def constant_loss(y, p):
                f = np.mean(y)
                return float(-f * np.log(p) - (1 - f) * np.log(1 - p))
        """,
        "logarithm of the probability of what happened": """
            def constant_loss(y, p):
                return np.mean(-np.log(np.where(y == 1, p, 1 - p)))
        """,
        "a loop": """
            def constant_loss(y, p):
                return sum(-np.log(p) if value == 1 else -np.log(1 - p) for value in y) / len(y)
        """,
    },
    "ex2": {
        "a while loop, modes named": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(params=model.parameters(), lr=1e-2)
                model.train()
                while steps > 0:
                    update(model, optimizer, loss_of, x, y)
                    steps -= 1
                return float(loss_of(model.eval()(x), y))
        """,
        "a tensor": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(steps):
                    update(model, optimizer, loss_of, x, y)
                return loss_of(model.train(False)(x), y).detach()
        """,
        "dropout off by hand": """
            def batch_test(build, loss_of, update, x, y, steps=200):
                model = build(x.shape[1])
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                [update(model, optimizer, loss_of, x, y) for _ in range(steps)]
                for layer in model:
                    layer.training = False
                return loss_of(model(x), y).item()
        """,
    },
    "ex3": {
        "choice without replacement": """
            def split_events(rng, events, held_out):
                second = rng.choice(events, held_out, replace=False)
                return np.setdiff1d(np.arange(events), second), second
        """,
        "a mask": """
            def split_events(rng, events, held_out):
                mask = np.zeros(events, dtype=bool)
                mask[rng.permutation(events)[:held_out]] = True
                return np.flatnonzero(~mask), np.flatnonzero(mask)
        """,
        "np.split": """
            def split_events(rng, events, held_out):
                order = np.arange(events)
                rng.shuffle(order)
                return tuple(np.split(order, [events - held_out]))
        """,
        "sorted by random numbers": """
            def split_events(rng, events, held_out):
                order = rng.random(events).argsort()
                return order[:-held_out], order[-held_out:]
        """,
        "to the interval from -1 to 1": """
            def normalise_strips(x_train, x):
                low, high = np.quantile(x_train, 0.02, axis=0), np.quantile(x_train, 0.98, axis=0)
                return torch.as_tensor(2 * (x - low) / (high - low) - 1, dtype=torch.float32)
        """,
        "median and quartiles": """
            def normalise_strips(x_train, x):
                low, middle, high = np.quantile(x_train, [0.25, 0.5, 0.75], axis=0)
                return torch.tensor((x - middle) / (high - low)).float()
        """,
        "inverse hyperbolic sine first": """
            def normalise_strips(x_train, x):
                a, b = np.arcsinh(x_train / 30), np.arcsinh(x / 30)
                return torch.as_tensor((b - a.mean(axis=0)) / a.std(axis=0))
        """,
        "in torch": """
            def normalise_strips(x_train, x):
                train, new = torch.tensor(x_train), torch.tensor(x)
                return (new - train.mean(dim=0)) / (train.std(dim=0) + 1e-6)
        """,
        "scikit-learn": """
            from sklearn.preprocessing import StandardScaler

            def normalise_strips(x_train, x):
                return torch.as_tensor(StandardScaler().fit(x_train).transform(x))
        """,
    },
    "ex3b": {
        "He's start": f"""
            def build_separator(inputs):
                model = nn.Sequential({LAYERS})
                for layer in model:
                    if isinstance(layer, nn.Linear):
                        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                        nn.init.zeros_(layer.bias)
                return model
        """,
        "normal, divided by the root of the inputs": f"""
            def build_separator(inputs):
                model = nn.Sequential({LAYERS})
                for layer in model[::3]:
                    nn.init.normal_(layer.weight, std=1 / layer.in_features**0.5)
                return model
        """,
        "Glorot's start and tanh": """
            def build_separator(inputs):
                model = nn.Sequential(nn.Linear(inputs, 80), nn.Tanh(), nn.Linear(80, 80), nn.Tanh(), nn.Linear(80, 1))
                for layer in model[::2]:
                    nn.init.xavier_uniform_(layer.weight)
                return model
        """,
        "batch normalisation": """
            def build_separator(inputs):
                hidden = [nn.Linear(inputs, 96), nn.BatchNorm1d(96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU()]
                return nn.Sequential(*hidden, nn.Linear(64, 1))
        """,
        "outputs without a second axis, and a loss that fits": f"""
            def build_separator(inputs):
                return nn.Sequential({LAYERS}, nn.Flatten(0))

            def separator_loss(logits, y):
                return torch.mean(nn.functional.softplus(logits) - y * logits)
        """,
        "reshaped labels": """
            def separator_loss(logits, y):
                return torch.mean(nn.functional.softplus(logits) - y.reshape(logits.shape) * logits)
        """,
        "a new axis": """
            def separator_loss(logits, y):
                return nn.BCEWithLogitsLoss()(logits, y[:, None])
        """,
        "log sigmoid": """
            def separator_loss(logits, y):
                z = logits.squeeze(1)
                return -(y * nn.functional.logsigmoid(z) + (1 - y) * nn.functional.logsigmoid(-z)).mean()
        """,
        "two classes": """
            def separator_loss(logits, y):
                return nn.functional.cross_entropy(torch.cat([0 * logits, logits], dim=1), y.long())
        """,
    },
    "ex3c": {
        "zeroed after the step": """
            def update_separator(model, optimizer, loss_of, x, y):
                loss = loss_of(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                return float(loss)
        """,
        "the model's own zero_grad": """
            def update_separator(model, optimizer, loss_of, x, y):
                model.train()
                model.zero_grad()
                loss = loss_of(model(x), y)
                loss.backward()
                optimizer.step()
                return loss.detach().item()
        """,
        "zeroed between": """
            def update_separator(model, optimizer, loss_of, x, y):
                loss = loss_of(model(x), y)
                optimizer.zero_grad(set_to_none=False)
                loss.backward()
                optimizer.step()
                return loss.item()
        """,
        "the mode is restored": """
            def photon_probability(model, x):
                was = model.training
                model.eval()
                with torch.inference_mode():
                    p = torch.sigmoid(model(x))[:, 0].numpy().copy()
                model.train(was)
                return p
        """,
        "a copy is asked": """
            def photon_probability(model, x):
                return torch.sigmoid(copy.deepcopy(model).eval()(x)).detach().squeeze(1)
        """,
        "exponential": """
            def photon_probability(model, x):
                z = model.train(False)(x).detach().numpy().ravel()
                return 1 / (1 + np.exp(-z))
        """,
    },
    "ex4": {
        "all groups, enumerated": """
            def range_test(model, loss_of, batches, rates):
                trial = copy.deepcopy(model)
                optimizer, losses = torch.optim.Adam(trial.parameters()), np.zeros(len(rates))
                for i, rate in enumerate(rates):
                    for group in optimizer.param_groups:
                        group["lr"] = float(rate)
                    optimizer.zero_grad()
                    loss = loss_of(trial(batches[i][0]), batches[i][1])
                    loss.backward()
                    optimizer.step()
                    losses[i] = loss.item()
                return losses
        """,
        "the weights are brought back": """
            def range_test(model, loss_of, batches, rates):
                before = copy.deepcopy(model.state_dict())
                optimizer, losses = torch.optim.Adam(model.parameters(), lr=1.0), []
                for (x, y), rate in zip(batches, rates):
                    optimizer.param_groups[0]["lr"] = rate
                    losses.append(update_separator(model, optimizer, loss_of, x, y))
                model.load_state_dict(before)
                return losses
        """,
        "a schedule": """
            def range_test(model, loss_of, batches, rates):
                trial, losses = copy.deepcopy(model), []
                optimizer = torch.optim.Adam(trial.parameters(), lr=1.0)
                schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: rates[min(i, len(rates) - 1)])
                for x, y in batches:
                    optimizer.zero_grad()
                    loss = loss_of(trial(x), y)
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    losses.append(loss.detach())
                return torch.stack(losses)
        """,
    },
    "ex4b": {
        "a loop of its own": _with(),
        "AdamW with another size and rate": _with(
            ("64", "96"), ("Adam(", "AdamW("), ("RATE", "0.002"), ("EPOCHS", "14")
        ),
        "gradient descent with momentum": _with(
            ("Adam(model.parameters()", "SGD(model.parameters(), momentum=0.9"), ("RATE", "0.05"), ("EPOCHS", "15")
        ),
        "another activation": _with(("nn.ReLU()", "nn.SiLU()"), ("EPOCHS", "9")),
        "trees on strips and shapes": """
            def train_separator(x, y, rng):
                both = lambda s: np.hstack([s, strips.shower_shapes(s)])
                trees = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=300, max_leaf_nodes=12)
                trees.fit(both(x), y)
                return lambda new: trees.predict_proba(both(new))[:, 1]
        """,
    },
}
