"""The linear model: its weights as they come with the package, and what they say."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.classification.features import Feature
from bot.policy.severities import Severity

# What a message may be; `None` is not an incident. The columns of the weights.
Label = Severity | None
LABELS: tuple[Label, ...] = (*Severity, None)


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over the features of a message, scaled to a length of 1.

    A feature holds how rare it is, then what it weighs for each of LABELS, in whole
    steps; what speaks for one label speaks as much against the others. `biases` come on
    top.
    """

    step: float
    rarity_step: float
    biases: Sequence[float]
    features: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model says of a message: a share for each of LABELS.

    `factors` are what the weights of a feature are multiplied by each time it occurs.
    """

    shares: tuple[float, ...]
    factors: Mapping[str, float]


@cache
def shipped() -> Weights:
    """Return the weights that come with the bot; they are read when first needed."""
    text = files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    return Weights(**json.loads(text))


def scored(weights: Weights, found: Sequence[Feature]) -> Scored:
    """Weigh the features of a message."""
    known = weights.features
    counts = Counter([name for name, _, _ in found])
    values = {
        name: known[name][0] * (1.0 if count == 1 else dampened(count))
        for name, count in counts.items()
        if name in known
    }
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    one, two, three, four, none = weights.biases
    factors: dict[str, float] = {}
    for name, value in values.items():
        factor = value / length
        _, to_one, to_two, to_three, to_four, to_none = known[name]
        one += factor * to_one
        two += factor * to_two
        three += factor * to_three
        four += factor * to_four
        none += factor * to_none
        factors[name] = factor / counts[name]
    totals = [weights.step * total for total in (one, two, three, four, none)]
    return Scored(_shares(totals), factors)


def dampened(count: int) -> float:
    """Return what a feature counts that occurs so often."""
    return 1 + math.log(count)


def _shares(totals: Sequence[float]) -> tuple[float, ...]:
    most = max(totals)
    raised = [math.exp(total - most) for total in totals]
    return tuple(one / sum(raised) for one in raised)
