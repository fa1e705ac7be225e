"""How good the suggestions are on messages that the weights have not seen.

    uv run --group dev --group training python -m tests.training.figures

Each author's messages are judged by weights that were fitted to the other authors', and
so by a pipeline of scikit-learn's own; the 45 shown by weights that have not seen them.
Beside them stands the plain keyword rule.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from time import process_time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bot.classification.features import features
from bot.classification.figures import Figures, Judged, figures
from bot.classification.suggestions import chosen, may_hide_sev1, suggest
from bot.classification.tokens import tokens
from bot.classification.weights import LABELS, Label, Weights, shipped
from bot.cli.printing import say
from tests.training import keyword_rule
from tests.training.fitting import fitted
from tests.training.labelled import SHOWN, Labelled, messages, read

Judge = Callable[[str], Sequence[Label]]


def by_weights(weights: Weights) -> Judge:
    """Return what names the labels by these weights alone."""
    return lambda text: [
        one.severity for one in suggest(text, weights=weights).candidates
    ]


def by_pipeline(pipeline: Pipeline) -> Judge:
    """Return what names the labels by a pipeline, as sure as the weights must be."""

    def judge(text: str) -> Sequence[Label]:
        read = list(tokens(text))
        found = list(features(read))
        in_doubt = may_hide_sev1(text, read, found, shipped().features)
        return chosen(pipeline.predict_proba([text])[0], in_doubt=in_doubt)

    return judge


def peer(seen: Sequence[Labelled]) -> Pipeline:
    """Return scikit-learn's usual way: words and pairs of them, logistic regression."""
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=30, class_weight="balanced", max_iter=1000),
    )
    labels = [LABELS.index(one.right[0]) for one in seen]
    return pipeline.fit([one.text for one in seen], np.array(labels))


def judged(seen: Iterable[Labelled], judge: Judge) -> list[Judged]:
    """Judge messages whose labels are known."""
    return [Judged(judge(one.text), one.right) for one in seen]


def unseen(author: str) -> tuple[list[Judged], list[Judged]]:
    """Judge an author's messages by what was fitted to all the others': ours, peer."""
    own = [one for one in messages() if one.author == author]
    others = [one for one in messages() if one.author != author]
    return (
        judged(own, by_weights(fitted(others, tolerance=1e-4))),
        judged(own, by_pipeline(peer(others))),
    )


def row(name: str, found: Figures) -> str:
    """Return a row of the manual's table."""
    cells = (
        (found.right, found.messages),
        (found.sure, found.messages),
        (found.sure_and_right, found.sure),
        (found.missed, found.sev1),
        (found.surely_lower, found.sev1),
        (found.surely_incident, found.chatter),
    )
    shares = (f"{part / whole:.0%}" if whole else "-" for part, whole in cells)
    return f"| {name} | {found.messages} | {' | '.join(shares)} |"


def speed(judge: Judge, texts: Sequence[str]) -> str:
    """Return the CPU time of a text in milliseconds, in the fastest of 20 rounds."""
    rounds = []
    for _ in range(20):
        start = process_time()
        for text in texts:
            judge(text)
        rounds.append((process_time() - start) / len(texts))
    return f"{min(rounds) * 1000:.2f}"


def main() -> None:
    """Print the tables of the manual."""
    seen, shown = messages(), read(SHOWN)
    authors = sorted({one.author for one in seen})
    with ProcessPoolExecutor(2) as pool:
        of_each = dict(zip(authors, pool.map(unseen, authors), strict=True))
    ours, peers = by_weights(shipped()), by_pipeline(peer(seen))
    for name, found in (
        ("**sevbot**, by author", [one for own, _ in of_each.values() for one in own]),
        ("scikit-learn, by author", [one for _, by in of_each.values() for one in by]),
        ("keyword rule", judged(seen, keyword_rule.named)),
        ("**sevbot**, the 45", judged(shown, ours)),
        ("scikit-learn, the 45", judged(shown, peers)),
        ("keyword rule, the 45", judged(shown, keyword_rule.named)),
        *((author, own) for author, (own, _) in of_each.items()),
    ):
        say(row(name, figures(found)))
    long = " ".join(one.text for one in shown)[:4_000]
    for name, judge in ("sevbot", ours), ("scikit-learn", peers):
        texts = [one.text for one in shown]
        say(f"| {name} | {speed(judge, texts)} | {speed(judge, [long])} |")


if __name__ == "__main__":
    main()
