"""Answers to the exercises of lecture 16: wrong ones that somebody will write, and right ones other than ours."""

LOOK = """
            def may_look(tokens, causal):
                mask = (tokens != PAD)[:, None, :].repeat(1, tokens.shape[1], 1)
                return torch.tril(mask) if causal else mask
"""
COUNT = """
            def count_matches(references, candidates, n):
                matches = total = 0
                for reference, candidate in zip(references, candidates):
                    r = Counter(zip(*[reference[i:] for i in range(n)]))
                    c = Counter(zip(*[candidate[i:] for i in range(n)]))
                    matches += sum(min(number, r[gram]) for gram, number in c.items())
                    total += sum(c.values())
                return matches, total
"""
BLEU = """
            def bleu(references, candidates):
                product = 1.0
                for n in (1, 2, 3, 4):
                    m, t = count_matches(references, candidates, n)
                    product *= m / t if t else 0.0
                r = sum(len(row) for row in references)
                c = sum(len(row) for row in candidates)
                B = 1.0 if c >= r else np.exp(1 - r / c)
                return B * product ** 0.25
"""
GREEDY = """
            def greedy(model, source, longest=24):
                target = torch.full((len(source), 1), START)
                with torch.no_grad():
                    for _ in range(longest):
                        new = model(source, target)[:, -1].argmax(-1)
                        target = torch.cat([target, new[:, None]], 1)
                rows = []
                for row in target[:, 1:].tolist():
                    rows.append(row[: row.index(END)] if END in row else row)
                return rows
"""
BEAM = """
            def beam_search(model, source, width, alpha=0.0, longest=24):
                score = lambda h: h[0] / max(len(h[1]) - 1, 1) ** alpha
                beam = [(0.0, [START])]
                for _ in range(longest):
                    running = [h for h in beam if h[1][-1] != END]
                    if not running:
                        break
                    beam = [h for h in beam if h[1][-1] == END]
                    for total, row in running:
                        with torch.no_grad():
                            logs = model(source, torch.tensor([row]))[0, -1].log_softmax(-1)
                        for symbol, log in enumerate(logs.tolist()):
                            beam.append((total + log, row + [symbol]))
                    beam = sorted(beam, key=score, reverse=True)[:width]
                return [(score(h), [s for s in h[1][1:] if s != END]) for h in beam]
"""
GAIN = """
            def paired_gain(before, after):
                d = after.astype(float) - before
                return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
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
        "True where looking is forbidden": _with(
            LOOK, ("return torch.tril(mask) if causal else mask", "return ~(torch.tril(mask) if causal else mask)")
        ),
        "only the padding inverted": _with(LOOK, ("!= PAD", "== PAD")),
        "looks ahead instead of back": _with(LOOK, ("torch.tril(mask)", "torch.triu(mask)")),
        "off by one: not at itself": _with(LOOK, ("torch.tril(mask)", "torch.tril(mask, -1)")),
        "off by one: one word ahead": _with(LOOK, ("torch.tril(mask)", "torch.tril(mask, 1)")),
        "padding as query": _with(
            LOOK, ("[:, None, :].repeat(1, tokens.shape[1], 1)", "[:, :, None].repeat(1, 1, tokens.shape[1])")
        ),
        "padding as key and as query": _with(
            LOOK, ("return torch", "mask = mask & mask.transpose(1, 2)\n                return torch")
        ),
        "causal forgets the padding": _with(LOOK, ("torch.tril(mask)", "torch.tril(torch.ones_like(mask))")),
        "always causal": _with(LOOK, ("torch.tril(mask) if causal else mask", "torch.tril(mask)")),
        "never causal": _with(LOOK, ("torch.tril(mask) if causal else mask", "mask")),
        "numbers to add to the scores": _with(
            LOOK,
            (
                "torch.tril(mask) if causal else mask",
                "torch.where(torch.tril(mask) if causal else mask, 0.0, -torch.inf)",
            ),
        ),
        "one mask for all sentences": _with(
            LOOK, ("repeat(1, tokens.shape[1], 1)", "repeat(1, tokens.shape[1], 1)[0]")
        ),
    },
    "ex2": {
        "no clipping": _with(COUNT, ("min(number, r[gram])", "number * (gram in r)")),
        "each kind counts once": _with(COUNT, ("min(number, r[gram])", "min(1, r[gram])")),
        "sets": _with(COUNT, ("Counter(", "Counter(set("), ("range(n)]))", "range(n)])))")),
        "recall: the n-grams of the reference": _with(COUNT, ("sum(c.values())", "sum(r.values())")),
        "length instead of the number of n-grams": _with(COUNT, ("sum(c.values())", "len(candidate)")),
        "number of n-grams negative for short candidates": _with(COUNT, ("sum(c.values())", "len(candidate) - n + 1")),
        "off by one: the last n-gram is lost": _with(COUNT, ("candidate[i:]", "candidate[i:-1]")),
        "n + 1": _with(COUNT, ("range(n)", "range(n + 1)")),
        "always pairs": _with(COUNT, ("range(n)", "range(2)")),
        "clipped by the reference's total": _with(
            COUNT, ("min(number, r[gram])", "min(number, len(reference)) * (gram in r)")
        ),
        "last sentence only": _with(COUNT, ("matches += sum", "matches = sum"), ("total += ", "total = ")),
        "order ignored": _with(
            COUNT,
            (
                "Counter(zip(*[reference[i:] for i in range(n)]))",
                "Counter(tuple(sorted(g)) for g in zip(*[reference[i:] for i in range(n)]))",
            ),
            (
                "Counter(zip(*[candidate[i:] for i in range(n)]))",
                "Counter(tuple(sorted(g)) for g in zip(*[candidate[i:] for i in range(n)]))",
            ),
        ),
        "all sentences in one row": """
            def count_matches(references, candidates, n):
                r, c = sum(references, []), sum(candidates, [])
                r = Counter(tuple(r[i : i + n]) for i in range(len(r) - n + 1))
                c = Counter(tuple(c[i : i + n]) for i in range(len(c) - n + 1))
                return (r & c).total(), c.total()
        """,
        "references and candidates swapped": _with(COUNT, ("references, candidates, n", "candidates, references, n")),
        "a precision": _with(COUNT, ("return matches, total", "return matches / max(total, 1), total")),
    },
    "ex2b": {
        "no brevity penalty": _with(BLEU, ("B = 1.0 if c >= r else np.exp(1 - r / c)", "B = 1.0")),
        "penalty inverted": _with(BLEU, ("c >= r else np.exp(1 - r / c)", "c <= r else np.exp(1 - c / r)")),
        "penalty for long ones too": _with(
            BLEU, ("B = 1.0 if c >= r else np.exp(1 - r / c)", "B = np.exp(-abs(1 - r / c))")
        ),
        "a reward for long ones": _with(BLEU, ("B = 1.0 if c >= r else np.exp(1 - r / c)", "B = np.exp(1 - r / c)")),
        "c / r in the exponent": _with(BLEU, ("np.exp(1 - r / c)", "np.exp(1 - c / r)")),
        "ratio instead of the exponential": _with(BLEU, ("np.exp(1 - r / c)", "c / r")),
        "arithmetic mean": """
            def bleu(references, candidates):
                p = [np.divide(*count_matches(references, candidates, n)) for n in (1, 2, 3, 4)]
                r, c = sum(map(len, references)), sum(map(len, candidates))
                return min(1, np.exp(1 - r / c)) * np.mean(p)
        """,
        "no root": _with(BLEU, ("product ** 0.25", "product")),
        "up to triples": _with(BLEU, ("(1, 2, 3, 4)", "(1, 2, 3)"), ("0.25", "(1 / 3)")),
        "single symbols only": _with(BLEU, ("(1, 2, 3, 4)", "(1,)"), ("0.25", "1")),
        "without single symbols": _with(BLEU, ("(1, 2, 3, 4)", "(2, 3, 4)"), ("0.25", "(1 / 3)")),
        "percent": _with(BLEU, ("return B", "return 100 * B")),
        "no match raises": """
            import math

            def bleu(references, candidates):
                logs = 0
                for n in (1, 2, 3, 4):
                    m, t = count_matches(references, candidates, n)
                    logs += math.log(m / t) / 4
                r, c = sum(map(len, references)), sum(map(len, candidates))
                return min(1, math.exp(1 - r / c)) * math.exp(logs)
        """,
        "a mean over sentences": _with(BLEU, ("def bleu(", "def one("))
        + """
            def bleu(references, candidates):
                return np.mean([one([r], [c]) for r, c in zip(references, candidates)])
        """,
        "penalty sentence by sentence": _with(
            BLEU,
            (
                "B = 1.0 if c >= r else np.exp(1 - r / c)",
                "B = np.mean([min(1, np.exp(1 - len(a) / len(b))) for a, b in zip(references, candidates)])",
            ),
        ),
        "number of sentences for their length": _with(BLEU, ("sum(len(row) for row in references)", "len(references)")),
    },
    "ex3": {
        "first position instead of the last": _with(GREEDY, ("[:, -1]", "[:, 0]")),
        "least probable": _with(GREEDY, ("argmax", "argmin")),
        "argmax over the positions": _with(GREEDY, ("[:, -1].argmax(-1)", ".argmax(1)[:, 3]")),
        "the best of the whole batch": _with(GREEDY, ("argmax(-1)", "sum(0).argmax().expand(len(source))")),
        "END stays": _with(GREEDY, ("row[: row.index(END)]", "row[: row.index(END) + 1]")),
        "START stays": _with(GREEDY, ("target[:, 1:]", "target")),
        "the last symbol is lost": _with(GREEDY, ("row[: row.index(END)]", "row[: row.index(END) - 1]")),
        "no end": _with(GREEDY, ("row[: row.index(END)] if END in row else row", "row")),
        "END left out, what follows kept": _with(
            GREEDY, ("row[: row.index(END)] if END in row else row", "[s for s in row if s != END]")
        ),
        "all stop when the first does": _with(
            GREEDY,
            (
                "target = torch.cat([target, new[:, None]], 1)",
                "target = torch.cat([target, new[:, None]], 1)\n" + 24 * " " + "if (new == END).any(): break",
            ),
        ),
        "begins with PAD": _with(GREEDY, ("1), START)", "1), PAD)")),
        "only the last symbol is shown to the model": _with(
            GREEDY, ("model(source, target)", "model(source, target[:, -1:])")
        ),
        "one symbol too few": _with(GREEDY, ("range(longest)", "range(longest - 1)")),
        "one symbol too many": _with(GREEDY, ("range(longest)", "range(longest + 1)")),
        "drawn by chance": _with(GREEDY, (".argmax(-1)", ".softmax(-1).multinomial(1)[:, 0]")),
        "first sentence for all": _with(
            GREEDY, ("model(source, target)", "model(source[:1].expand_as(source), target)")
        ),
        "source for target": _with(GREEDY, ("model(source, target)", "model(target, source)")),
        "new symbols in front": _with(GREEDY, ("[target, new[:, None]]", "[new[:, None], target]")),
    },
    "ex4": {
        "probabilities added": _with(BEAM, ("log_softmax", "softmax")),
        "probabilities multiplied": _with(
            BEAM, ("log_softmax", "softmax"), ("[(0.0, [START])]", "[(1.0, [START])]"), ("total + log", "total * log")
        ),
        "logits added": _with(BEAM, (".log_softmax(-1)", "")),
        "smallest kept": _with(BEAM, ("reverse=True", "reverse=False")),
        "no normalisation": _with(BEAM, ("** alpha", "** 0")),
        "always normalised": _with(BEAM, ("** alpha", "** 1")),
        "multiplied by the length": _with(BEAM, ("h[0] / max", "h[0] * max")),
        "START counted": _with(BEAM, ("max(len(h[1]) - 1, 1)", "len(h[1])")),
        "END not counted": _with(BEAM, ("max(len(h[1]) - 1, 1)", "max(len(h[1]) - 1 - (h[1][-1] == END), 1)")),
        "the log of END left out": _with(BEAM, ("total + log", "total + (log if symbol != END else 0)")),
        "greedy": _with(BEAM, ("[:width]", "[:1]")),
        "each hypothesis goes on only with its best": _with(
            BEAM, ("in enumerate(logs.tolist())", "in [(int(logs.argmax()), float(logs.max()))]")
        ),
        "stops at the first END": _with(BEAM, ("if not running:", "if len(running) < len(beam):")),
        "finished ones are forgotten": _with(BEAM, ("if h[1][-1] == END]", "if False]")),
        "finished ones go on": _with(BEAM, ("if h[1][-1] != END]", "]"), ("if h[1][-1] == END]", "if False]")),
        "first position instead of the last": _with(BEAM, ("[0, -1]", "[0, 0]")),
        "only the last log counts": _with(BEAM, ("total + log", "log")),
        "one symbol too few": _with(BEAM, ("range(longest)", "range(longest - 1)")),
        "END stays": _with(BEAM, ("if s != END]", "]")),
        "symbols first, score second": _with(
            BEAM,
            (
                "(score(h), [s for s in h[1][1:] if s != END])",
                "([s for s in h[1][1:] if s != END], score(h))",
            ),
        ),
        "finished ones do not count against the width": _with(
            BEAM,
            (
                "beam = sorted(beam, key=score, reverse=True)[:width]",
                "beam.sort(key=score, reverse=True); going = [h for h in beam if h[1][-1] != END][:width]\n"
                + 20 * " "
                + "beam = [h for h in beam if h in going or h[1][-1] == END]",
            ),
        ),
        "only the best, no list": _with(BEAM, ("for h in beam]", "for h in beam][0]")),
        "worst first": _with(BEAM, ("for h in beam]", "for h in beam[::-1]]")),
        "half the sum kept": _with(BEAM, ("total + log", "0.5 * (total + log)")),
        "the base is 10": _with(BEAM, ("total + log", "total + log / np.log(10)")),
    },
    "ex4b": {
        "sign": _with(GAIN, ("after.astype(float) - before", "before.astype(float) - after")),
        "spread of single sentences": _with(GAIN, (" / np.sqrt(len(d))", "")),
        "divided by n": _with(GAIN, ("np.sqrt(len(d))", "len(d)")),
        "variance": _with(GAIN, ("d.std(ddof=1)", "d.var(ddof=1)")),
        "as if independent": """
            def paired_gain(before, after):
                error = np.sqrt((before.var() + after.var()) / len(before))
                return after.mean() - before.mean(), error
        """,
        "uncertainty of the share after": _with(GAIN, ("d.std(ddof=1)", "after.std()")),
        "only the sentences that differ": _with(
            GAIN, ("- before", "- before\n                d = d[d != 0] if np.any(d) else d")
        ),
        "losses do not count": _with(GAIN, ("- before", "- before\n                d = np.maximum(d, 0)")),
        "absolute": _with(GAIN, ("- before", "- before\n                d = np.abs(d)")),
        "number instead of share": _with(GAIN, ("d.mean()", "d.sum()")),
        "ratio": _with(GAIN, ("d.mean()", "after.mean() / before.mean() - 1")),
        "percent": _with(GAIN, ("d.mean()", "100 * d.mean()")),
    },
}

ALTERNATIVES = {
    "ex1": {
        "repeat and tril": LOOK,
        "positions compared": """
            def may_look(tokens, causal):
                place = torch.arange(tokens.shape[1])
                seen = place[None, :] - place[:, None] <= (0 if causal else tokens.shape[1])
                return seen[None] & (tokens != PAD)[:, None, :]
        """,
        "loops": """
            def may_look(tokens, causal):
                n, L = tokens.shape
                mask = torch.zeros(n, L, L, dtype=torch.bool)
                for b in range(n):
                    for i in range(L):
                        for j in range(i + 1 if causal else L):
                            mask[b, i, j] = bool(tokens[b, j] != PAD)
                return mask
        """,
        "what is forbidden, inverted": """
            def may_look(tokens, causal):
                n, L = tokens.shape
                forbidden = (tokens == PAD)[:, None, :].expand(n, L, L)
                if causal:
                    forbidden = forbidden | torch.ones(L, L, dtype=torch.bool).triu(1)
                return ~forbidden
        """,
        "padded queries look at themselves": """
            def may_look(tokens, causal):
                real = tokens != PAD
                mask = real[:, None, :] & torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool)
                return mask.tril() if causal else mask
        """,
    },
    "ex2": {
        "zip and min": COUNT,
        "strings": """
            def count_matches(references, candidates, n):
                grams = lambda row: [" ".join(row[i : i + n]) for i in range(len(row) - n + 1)]
                matches = total = 0
                for reference, candidate in zip(references, candidates):
                    left = grams(reference)
                    for gram in grams(candidate):
                        total += 1
                        if gram in left:
                            left.remove(gram)
                            matches += 1
                return [matches, total]
        """,
        "NLTK": """
            from nltk.translate.bleu_score import modified_precision

            def count_matches(references, candidates, n):
                pairs = list(zip(references, candidates))
                matches = sum(modified_precision([r], c, n).numerator for r, c in pairs)
                return np.array([matches, sum(max(len(c) - n + 1, 0) for c in candidates)])
        """,
    },
    "ex2b": {
        "product and root": BLEU,
        "logarithms of zero": """
            def bleu(references, candidates):
                m, t = np.array([count_matches(references, candidates, n) for n in range(1, 5)]).T
                r, c = sum(map(len, references)), sum(map(len, candidates))
                with np.errstate(divide="ignore"):
                    return np.exp(min(0, 1 - r / c) + np.log(m / t).mean())
        """,
        "NLTK": """
            import warnings

            def bleu(references, candidates):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return corpus_bleu([[row] for row in references], candidates)
        """,
    },
    "ex3": {
        "all steps": GREEDY,
        "one sentence after the other": """
            def greedy(model, source, longest=24):
                rows = []
                for sentence in source:
                    row = [START]
                    while len(row) <= longest:
                        best = int(model(sentence[None], torch.tensor([row]))[0, -1].argmax())
                        if best == END:
                            break
                        row.append(best)
                    rows.append(row[1:])
                return rows
        """,
        "a growing list for each": """
            @torch.no_grad()
            def greedy(model, source, longest=24):
                target = torch.tensor([[START]] * source.shape[0])
                done = torch.zeros(len(source), dtype=torch.bool)
                rows = [[] for _ in source]
                while not done.all() and target.shape[1] - 1 < longest:
                    new = model(source, target).softmax(-1)[:, -1, :].max(dim=-1).indices
                    done = done | (new == END)
                    for row, symbol, stop in zip(rows, new, done):
                        if not stop:
                            row.append(symbol.item())
                    target = torch.hstack([target, new.reshape(-1, 1)])
                return rows
        """,
        "PAD after the end, tensors": """
            def greedy(model, source, longest=24):
                target = torch.full((len(source), 1), START)
                done = torch.zeros(len(source), dtype=torch.bool)
                for _ in range(longest):
                    new = model(source, target)[:, -1].detach().argmax(-1)
                    done |= new == END
                    target = torch.cat([target, torch.where(done, PAD, new)[:, None]], 1)
                return [row[(row != PAD) & (row != START)] for row in target]
        """,
    },
    "ex4": {
        "one call for each hypothesis": BEAM,
        "finished ones put aside": """
            def beam_search(model, source, width, alpha=0.0, longest=24):
                running, finished = [([START], 0.0)], []
                for step in range(1, longest + 1):
                    new = []
                    for row, total in running:
                        logs = torch.log_softmax(model(source, torch.tensor([row]))[0, -1].detach(), 0)
                        new += [(row + [s], total + float(logs[s])) for s in range(len(logs))]
                    new.sort(key=lambda h: -h[1])
                    finished += [h for h in new[:width] if h[0][-1] == END]
                    running = [h for h in new[:width] if h[0][-1] != END]
                found = finished + running
                result = [(t / (len(r) - 1) ** alpha, [s for s in r[1:] if s != END]) for r, t in found]
                return sorted(result, key=lambda h: -h[0])[:width]
        """,
        "tensors and topk": """
            def beam_search(model, source, width, alpha=0.0, longest=24):
                rows, totals = torch.tensor([[START]]), torch.zeros(1)
                for step in range(longest):
                    done = (rows == END).any(1)
                    if done.all():
                        break
                    with torch.no_grad():
                        logs = model(source.expand(len(rows), -1), rows)[:, -1].log_softmax(-1)
                    logs[done] = -torch.inf
                    logs[done, PAD] = 0.0
                    sums = totals[:, None] + logs
                    length = torch.where(done, (rows[:, 1:] != PAD).sum(1), rows.shape[1])
                    ranks = (sums / length[:, None] ** alpha).flatten()
                    best = ranks.topk(min(width, len(ranks))).indices
                    best = best[ranks[best] > -torch.inf]
                    kept = best // logs.shape[1]
                    totals = sums.flatten()[best]
                    rows = torch.cat([rows[kept], (best % logs.shape[1])[:, None]], 1)
                result = []
                for row, total in zip(rows.tolist(), totals.tolist()):
                    row = row[1 : row.index(END) + 1] if END in row else row[1:]
                    result.append((total / len(row) ** alpha, [s for s in row if s != END]))
                return result
        """,
        "each hypothesis goes on with its best `width` symbols": _with(
            BEAM,
            ("in enumerate(logs.tolist())", "in zip(*[t.tolist() for t in logs.topk(min(width, len(logs)))[::-1]])"),
        ),
    },
    "ex4b": {
        "divided by n - 1": GAIN,
        "counted": """
            def paired_gain(before, after):
                n = len(before)
                won, lost = int((after & ~before).sum()), int((before & ~after).sum())
                gain = (won - lost) / n
                return gain, ((won + lost) / n - gain**2) ** 0.5 / n**0.5
        """,
        "with the covariance": """
            def paired_gain(before, after):
                V = np.cov(before.astype(float), after.astype(float))
                error = np.sqrt(max(V[0, 0] + V[1, 1] - 2 * V[0, 1], 0) / len(before))
                return [after.mean() - before.mean(), error]
        """,
    },
}
