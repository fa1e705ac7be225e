"""Compare the answers that people got with the record."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.failover.typists import Fate, Typed


@dataclass(slots=True)
class Verdict:
    """Answers that the record contradicts, each in words."""

    lost: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    left_unconfirmed: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(self.words)

    @property
    def words(self) -> Sequence[str]:
        return [*self.lost, *self.denied, *self.doubled, *self.left_unconfirmed]


def verdict(
    recorded: Iterable[tuple[object, ...]],
    typed: Iterable[Typed],
    tried: Iterable[Typed],
) -> Verdict:
    """Compare the recorded titles and numbers with the answers.

    `tried` is what became of unconfirmed commands once they were retried.
    """
    numbers: dict[object, object] = {}
    times = Counter[object]()
    for title, number in recorded:
        numbers[title] = number
        times[title] += 1
    found = Verdict()
    for title in times:
        if times[title] > 1:
            found.doubled.append(f"{title} is recorded {times[title]} times")
    for one in (*typed, *tried):
        if one.fate is Fate.RECORDED and numbers.get(one.title) != one.number:
            found.lost.append(f"{one.title} was INC-{one.number}, and is not recorded")
        if one.fate is Fate.REFUSED and one.title in numbers:
            found.denied.append(f"{one.title} was denied, and is recorded")
    for one in tried:
        if one.fate is not Fate.RECORDED:
            found.left_unconfirmed.append(f"{one.title} stays unconfirmed")
    return found
