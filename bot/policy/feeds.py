"""What the events of another calendar say of who is on call, and when."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from bot.policy.names import folded
from bot.policy.rotations import Stretch

# Between names. A hyphen is none: it is in names, and between a name and other words.
_APART = re.compile(r"[,;/&+|\n]| and ", re.IGNORECASE)
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in `[since, until)`. Its `texts` may name people, the title first."""

    since: datetime
    until: datetime
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a calendar says.

    `unknown` are names that match nobody, in events that are not over.
    `several` is how many events name several people.
    """

    stretches: tuple[Stretch, ...]
    unknown: tuple[str, ...] = ()
    several: int = 0


def understood(
    entries: Iterable[Entry], people: Mapping[str, str], now: datetime
) -> Understood:
    """Return what events say, by the folded names of `people`.

    Of several people in one event the first counts. An event that names nobody is a
    stretch of nobody.
    """
    names = sorted(filter(None, people), key=len, reverse=True)
    name = re.compile(rf"(?<!\w)(?<!\w-)({'|'.join(map(re.escape, names))})(?!-?\w)")
    found, unknown, several = list[Stretch](), dict[str, None](), 0
    for entry in entries:
        who, strangers = _named(entry.texts, name)
        if entry.until > now:
            unknown |= dict.fromkeys(strangers)
        ids = dict.fromkeys(people[one] for one in who)
        several += len(ids) > 1
        found.append((entry.since, entry.until, next(iter(ids), None)))
    return Understood(tuple(_apart(found)), tuple(unknown), several)


def joined(
    before: Sequence[Stretch] | None, after: Sequence[Stretch], now: datetime
) -> tuple[Stretch, ...]:
    """Return what was read before up to now, and what is read now from then on.

    The past stays as people lived it, whatever a calendar says of it later.
    """
    if before is None:
        return tuple(after)
    past = [(since, min(to, now), who) for since, to, who in before if since < now]
    coming = [(max(since, now), to, who) for since, to, who in after if to > now]
    goes_on = any(since < now < to for since, to, _ in after)
    if goes_on and past and past[-1][1:] == (now, coming[0][2]):
        since, *_ = past.pop()
        coming[0] = (since, *coming[0][1:])
    return (*past, *coming)


def _named(
    texts: Sequence[str], name: re.Pattern[str]
) -> tuple[list[str], Iterator[str]]:
    """Return the names in the first text that has one, and what else is named there."""
    for text in texts:
        if found := name.findall(folded(text)):
            parts = (one.strip() for one in _APART.split(text))
            return found, (
                one[:_LONGEST] for one in parts if one and not name.search(folded(one))
            )
    said = " ".join(texts[0].split()) if texts else ""
    return [], iter((said[:_LONGEST] or "an event without a title",))


def _apart(found: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield stretches in order and without overlaps: the one that began last counts.

    Of those that began together it is the one that ends first.
    """
    ordered = sorted(found, key=lambda one: (one[0], one[1], one[2] or ""))
    edges = sorted({edge for since, until, _ in ordered for edge in (since, until)})
    current = list[tuple[float, datetime, int]]()
    coming, last = 0, None
    begun: datetime | None = None
    for at in edges:
        while coming < len(ordered) and ordered[coming][0] <= at:
            since, until, _ = ordered[coming]
            heappush(current, (-since.timestamp(), until, coming))
            coming += 1
        while current and current[0][1] <= at:
            heappop(current)
        here = current[0][2] if current else None
        if here == last:
            continue
        if last is not None and begun is not None:
            yield begun, at, ordered[last][2]
        last, begun = here, at
