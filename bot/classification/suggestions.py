"""Which severity a message speaks of, and by which of its words."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.classification.features import Feature, features
from bot.classification.likeness import likeness, profile
from bot.classification.tokens import LONGEST, Token, tokens
from bot.classification.weights import LABELS, Label, Weights, scored, shipped
from bot.policy.severities import Severity

Examples = Mapping[Label, Sequence[str]]

# One label is sure from the first share on, if Sev1 has no more than the second. Chosen
# over authors that the weights had not seen: `python -m tests.training.figures`.
_SURE: Mapping[Label, tuple[float, float]] = {
    Severity.SEV1: (0.72, 1.0),
    Severity.SEV2: (0.6, 0.06),
    Severity.SEV3: (0.8, 0.04),
    Severity.SEV4: (0.7, 0.07),
    None: (0.8, 0.04),
}
# Words that name a loss, or a fault of everything. A message can be short and its other
# words rare: then the shares say little. "Dark" is also how a page looks.
_LOSS, _FAULT = {"@down", "sev1", "@none @can"}, {"@broken", "@stuck"}
# What is not read, or is in a language that the model does not know, may be an alert.
_UNREAD = {"code", "quote", "link", "word"}
# A Sev1 that nobody sees costs more than a second look.
_RAISED: Mapping[Label, float] = {Severity.SEV1: 1.6, Severity.SEV2: 1.2}
# An example counts from this likeness on. Numbers and a "not" weigh little in it, so
# that only the very words of an example make sure.
_NEAR = 0.6
_REASONS, _LONGEST_REASON = 3, 60
_SILENT = {"stop", "code", "quote", "entity", "link", "mention"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A severity that a message may have; `None` is not an incident.

    `words` of the message speak for it; `like` says which example does, if one does.
    """

    severity: Label
    words: tuple[str, ...]
    like: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """All that speaks for it, the example first."""
        return (self.like, *self.words) if self.like else self.words


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that somebody opened with this severity, which proved right."""

    name: str
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a message may be, best first: one candidate where that is sure, or two."""

    candidates: tuple[Candidate, ...]

    @property
    def is_sure(self) -> bool:
        """Whether there is one candidate alone."""
        return len(self.candidates) == 1


def suggest(
    text: str,
    examples: Examples | None = None,
    weights: Weights | None = None,
    *,
    opened: Sequence[Opened] = (),
) -> Suggestion:
    """Return the severities that a message may have, with the words that say so.

    `examples` are the team's own, and `opened` what it opened; a message that is like
    one may be what it is.
    """
    weights = weights or shipped()
    read = list(tokens(text))
    # Half of all features weigh nothing.
    found = [one for one in features(read) if one[0] in weights.features]
    said = scored(weights, found)
    named = chosen(
        said.shares, in_doubt=may_hide_sev1(text, read, found, weights.features)
    )
    near = _nearest(text, examples or {}, opened)
    if near is not None:
        label, _, share = near
        others = tuple(one for one in named if one != label)
        named = (label,) if share == 1 or not others else (label, others[0])
    factors, rows = said.factors, weights.features
    speaking = [(factors[name], rows[name], first, last) for name, first, last in found]
    candidates = []
    for label in named:
        column = 1 + LABELS.index(label)
        speaks = [0.0] * len(read)
        for factor, row, first, last in speaking:
            added = factor * row[column]
            speaks[first] += added
            speaks[last] += added
        spans = sorted(_spans(read, speaks), reverse=True)[:_REASONS]
        words = tuple(" ".join(text[start:end].split()) for _, start, end in spans)
        like = near[1] if near is not None and label == near[0] else ""
        candidates.append(Candidate(label, words, like))
    return Suggestion(tuple(candidates))


def may_hide_sev1(
    text: str, read: Sequence[Token], found: Sequence[Feature], known: Container[str]
) -> bool:
    """Return whether words name a loss, or something was not read or not understood.

    `known` are the words that the model knows.
    """
    names = {name for name, _, _ in found}
    losses = {first for name, first, _ in found if name in _LOSS}
    looks = {first for name, first, _ in found if name == "@look"}
    if losses - looks or ("@all" in names and names & _FAULT):
        return True
    words = [token.text in known for token in read if token.kind == "word"]
    if words and 3 * sum(words) > len(words):  # Else most of it is not understood.
        return len(text) > LONGEST
    return any(token.kind in _UNREAD for token in read)


def chosen(shares: Sequence[float], *, in_doubt: bool = False) -> tuple[Label, ...]:
    """Return the candidates by the model's shares: one that is sure, or two.

    `in_doubt` none but Sev1 is sure; it stands beside what else would have been.
    """
    by_label = dict(zip(LABELS, shares, strict=True))
    best = max(LABELS, key=by_label.__getitem__)
    least, most_sev1 = _SURE[best]
    if by_label[best] >= least and by_label[Severity.SEV1] <= most_sev1:
        return (best, Severity.SEV1) if in_doubt and best != Severity.SEV1 else (best,)
    second = max(
        (label for label in LABELS if label != best),
        key=lambda label: by_label[label] * _RAISED.get(label, 1.0),
    )
    return best, second


def _nearest(
    text: str, examples: Examples, opened: Sequence[Opened]
) -> tuple[Label, str, float] | None:
    known: list[tuple[Label, str, str]] = [
        (label, f'like your example: "{example}"', example)
        for label, texts in examples.items()
        for example in texts
    ]
    known += [
        (one.severity, f'like {one.name}: "{one.title}"', one.title) for one in opened
    ]
    if not known:
        return None
    own = profile(text)
    near = (
        (label, said, likeness(own, _profile_of_example(like)))
        for label, said, like in known
    )
    best = max(near, key=lambda one: one[2])
    return best if best[2] >= _NEAR else None


@lru_cache(maxsize=1024)
def _profile_of_example(example: str) -> frozenset[str]:
    return profile(example)


def _spans(
    read: Sequence[Token], speaks: Sequence[float]
) -> Iterator[tuple[float, int, int]]:
    """Yield runs of tokens that speak for a label: how much, and where they stand."""
    weight, start, end = 0.0, 0, 0
    for token, adds in zip(read, speaks, strict=True):
        speaks_for_it = adds > 0 and token.kind not in _SILENT
        if weight and not (speaks_for_it and token.end - start <= _LONGEST_REASON):
            yield weight, start, end
            weight = 0.0
        if speaks_for_it:
            start = start if weight else token.start
            weight, end = weight + adds, token.end
    if weight:
        yield weight, start, end
