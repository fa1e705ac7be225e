"""Fit the weights to labelled messages, with scikit-learn."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.classification.features import features
from bot.classification.tokens import tokens
from bot.classification.weights import LABELS, Weights, dampened
from tests.training.labelled import Labelled

# A feature is kept if so many messages have it, and counts so much beside a word.
_KEPT_FROM = {"word": 2, "pair": 3, "part": 4}
_COUNTS = {"word": 1.0, "pair": 0.5, "part": 0.3}
_C = 40.0
_ALSO = 0.35
_STEP, _RARITY_STEP = 0.05, 0.05
_COMPACT = (",", ":")


def fitted(messages: Sequence[Labelled], *, tolerance: float = 1e-9) -> Weights:
    """Return weights that fit these messages.

    At this tolerance they are the same, rounded, for the same messages.
    """
    seen = [_counted(one.text) for one in messages]
    spread = Counter(name for counts in seen for name in counts)
    rare = {
        name: _rarity(name, number, len(messages))
        for name, number in sorted(spread.items())
        if number >= _KEPT_FROM[_kind(name)]
    }
    places = {name: place for place, name in enumerate(rare)}
    rows = [_row(counts, rare, places) for counts in seen]
    drawn = _draws(messages)
    matrix = csr_matrix(
        (
            [value for at, _, _ in drawn for value in rows[at].values()],
            [place for at, _, _ in drawn for place in rows[at]],
            np.cumsum([0, *(len(rows[at]) for at, _, _ in drawn)]),
        ),
        shape=(len(drawn), len(rare)),
    )
    model = LogisticRegression(C=_C, tol=tolerance, max_iter=20_000)
    labels = [label for _, label, _ in drawn]
    weights = [weight for *_, weight in drawn]
    # Several threads add up in an order of their own: a weight may round otherwise.
    with threadpool_limits(1):
        model.fit(matrix, labels, sample_weight=weights)
    steps = np.rint(model.coef_ / _STEP).astype(int).T.tolist()
    features = {name: [rare[name], *row] for name, row in zip(rare, steps, strict=True)}
    biases = np.rint(model.intercept_ / _STEP).astype(int).tolist()
    return Weights(_STEP, _RARITY_STEP, biases, features)


def as_json(weights: Weights) -> str:
    """Return the text of the file, with a line for each feature."""
    values = asdict(weights)
    features = values.pop("features")
    named = (
        (json.dumps(name, ensure_ascii=False), json.dumps(row, separators=_COMPACT))
        for name, row in features.items()
    )
    lines = ",\n".join(f"{name}:{row}" for name, row in named)
    return f'{json.dumps(values)[:-1]}, "features": {{\n{lines}\n}}}}\n'


def _counted(text: str) -> Counter[str]:
    return Counter(name for name, _, _ in features(list(tokens(text))))


def _kind(name: str) -> str:
    if name[0] == "#" and len(name) > 3 and " " not in name:
        return "part"
    return "pair" if " " in name and not name.startswith("@length") else "word"


def _rarity(name: str, number: int, messages: int) -> int:
    rarity = math.log((1 + messages) / (1 + number)) + 1
    return round(rarity * _COUNTS[_kind(name)] / _RARITY_STEP)


def _row(
    counts: Counter[str], rare: dict[str, int], places: dict[str, int]
) -> dict[int, float]:
    values = {
        name: rare[name] * dampened(count)
        for name, count in sorted(counts.items())
        if name in rare
    }
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {places[name]: value / length for name, value in values.items()}


def _draws(messages: Sequence[Labelled]) -> list[tuple[int, int, float]]:
    """Return messages by number with a label and how much it counts.

    A message that has a second label is drawn twice. All labels count alike together.
    """
    drawn = []
    for at, one in enumerate(messages):
        shares = (1.0,) if len(one.right) == 1 else (1 - _ALSO, _ALSO)
        for label, share in zip(one.right, shares, strict=True):
            drawn.append((at, LABELS.index(label), share))
    often = Counter(label for _, label, _ in drawn)
    return [
        (at, label, weight * len(drawn) / len(LABELS) / often[label])
        for at, label, weight in drawn
    ]
