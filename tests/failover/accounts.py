"""What people were told, beside what is recorded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.failover.typists import Fate, Typed


@dataclass(slots=True)
class Verdict:
    """What people were told that is not so; each in words."""

    lost: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    left_in_doubt: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(self.words)

    @property
    def words(self) -> Sequence[str]:
        return [*self.lost, *self.denied, *self.doubled, *self.left_in_doubt]


def verdict(
    recorded: Iterable[tuple[object, ...]],
    typed: Iterable[Typed],
    tried: Iterable[Typed],
) -> Verdict:
    """Compare the titles and numbers that are recorded with what people were told.

    `tried` is what became of those that were in doubt, once they were tried again.
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
            found.left_in_doubt.append(f"{one.title} is in doubt for ever")
    return found
