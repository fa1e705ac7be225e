"""How the tables of a published page differ from those of the policy."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache

from bot.policy import pages, tables, wording
from bot.policy.names import folded
from bot.policy.pages import Cell, Table
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Target

# Which table a heading speaks of: the word that comes first.
_KINDS = re.compile(
    r"(?P<first_response>(?:first|initial)[ -](?:response|reply)(?: times?| targets?)?"
    r"|response (?:times?|targets?))|(?P<follow_up>follow[ -]?ups?"
    r"|(?:status )?updates?(?: frequency| cadence)?|cadence"
    r"|communication(?: frequency)?)|(?P<resolution>resolution(?: times?| targets?)?)"
)
# Behind a heading; ¶ and # are links to it.
_FOOTNOTE = re.compile(r"\S ?(?:[*†‡§⁰¹²³⁴-⁹]|\[\w{1,2}\])")


class Verdict(StrEnum):
    """What a cell of the page is beside that of the policy."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_UNDERSTOOD = "not understood"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands; a page may have a severity or plan that nobody knows."""

    table: str = ""
    severity: str = ""
    plan: str = ""

    def with_more(self, other: "Place") -> "Place":
        """Return it with what it lacks and another has."""
        return Place(
            self.table or other.table,
            self.severity or other.severity,
            self.plan or other.plan,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of the page, of the policy or of both, and whether they say the same."""

    place: Place
    page: str | None
    policy: str | None
    verdict: Verdict


def found(policy: Policy, page: str) -> list[Difference]:
    """Return every cell of the page and of the policy, those of the policy first."""
    on_page: dict[Place, list[Cell]] = {}
    for table in pages.tables(page):
        for place, cell in _Reader(policy, table).cells():
            on_page.setdefault(place, []).append(cell)
    # A resolution is compared where the policy promises one.
    ours = {
        Place(key, severity, plan): target
        for key in tables.PUBLISHED
        for (severity, plan), target in tables.cells(policy, key).items()
    }
    return [
        _compared(policy, place, on_page.get(place, []), ours.get(place))
        for place in dict.fromkeys((*ours, *on_page))
        if place.table != tables.RESOLUTION or policy.resolutions
    ]


def as_json(found: Sequence[Difference]) -> str:
    """Return differences for other programs, a row for each cell."""
    rows = [
        {**asdict(one.place), "page": one.page, "policy": one.policy,
         "verdict": one.verdict}
        for one in found
    ]  # fmt: skip
    return json.dumps(rows, indent=2, ensure_ascii=False)


def as_text(found: Sequence[Difference], policy: Policy, page: str) -> Iterator[str]:
    """Yield a line for each cell that is not the same, then how many there are."""
    for one in found:
        if one.verdict is not Verdict.SAME:
            yield f"{_where(one.place, policy)}: {_said(one)}"
    if all(one.page is None for one in found):
        yield (
            f"{page} has no table that is understood. A heading above it says first "
            "response or follow-up; its own name severities and plans of the policy."
        )
    counts = Counter(one.verdict.value for one in found)
    yield f"{page}: " + ", ".join(
        f"{counts[one]} {one}" for one in Verdict if counts[one]
    )


def _where(place: Place, policy: Policy) -> str:
    title = tables.title(place.table).partition(":")[0]
    plans = {plan.id: plan.name for plan in policy.plans}
    labels = {one.value: policy.severity_name(one) for one in Severity}
    severity = labels.get(place.severity, place.severity)
    return f"{title}, {severity}, {plans.get(place.plan, place.plan)}"


def _said(one: Difference) -> str:
    page = "nothing" if one.page is None else f'"{one.page}"'
    ours = "nothing" if one.policy is None else f'"{one.policy}"'
    unread = ", which is not understood" * (one.verdict is Verdict.NOT_UNDERSTOOD)
    return f"the page says {page}{unread}; the policy says {ours}"


def _compared(
    policy: Policy, place: Place, cells: list[Cell], target: Target | None
) -> Difference:
    texts = list(dict.fromkeys(cell.text for cell in cells))
    ours = None if target is None else wording.published(target)
    # Two that contradict each other are not understood, whichever of them is right.
    if len(texts) > 1 or any(not cell.is_clear for cell in cells):
        return Difference(place, " / ".join(texts), ours, Verdict.NOT_UNDERSTOOD)
    page = texts[0] if texts else None
    if target is None and not _is_known(policy, place):
        return Difference(place, page, ours, Verdict.NOT_UNDERSTOOD)
    if target is None or page is None:
        return Difference(place, page, ours, Verdict.MISSING)
    try:
        theirs = wording.READ[place.table](page, policy.interpretations)
    except ValueError:
        return Difference(place, page, ours, Verdict.NOT_UNDERSTOOD)
    is_same = wording.says_the_same(theirs, target)
    return Difference(place, page, ours, Verdict.SAME if is_same else Verdict.DIFFERS)


def _is_known(policy: Policy, place: Place) -> bool:
    plans = [plan.id for plan in policy.plans]
    return place.plan in plans and place.severity in list(Severity)


class _Reader:
    """Finds the place of each cell of a table by the headings around it."""

    def __init__(self, policy: Policy, table: Table) -> None:
        self._policy = policy
        self._rows = table.rows
        self._outer = [*table.lines[-1:], *table.headings[-1:], "no heading"][0]
        self._label = cache(self._named_by)
        # It is asked for each cell of a line.
        self._unknown = cache(self._any_unknown)
        self._is_noted = False
        self._title = self._above(table)

    def cells(self) -> Iterator[tuple[Place, Cell]]:
        """Yield the cells that are targets, or stand where one should be.

        A footnote's mark on a heading counts for all of its cells.
        """
        columns: dict[int, Place] = {}
        noted: set[int] = set()
        for number, row in enumerate(self._rows):
            beside, is_noted = Place(), self._is_noted
            for column, cell in enumerate(row):
                above = columns.get(column, Place())
                is_head = number == 0 or column == 0
                if label := self._label(cell.text, is_head=is_head):
                    columns[column] = label.with_more(above)
                    beside = beside.with_more(label)
                    if _has_note(cell.text):
                        noted.add(column)
                        is_noted = True
                    continue
                place = above.with_more(beside).with_more(self._title)
                if place.table not in tables.PUBLISHED or not cell.text or is_head:
                    continue
                has_note = is_noted or column in noted
                found = replace(cell, is_clear=cell.is_clear and not has_note)
                if place.severity and place.plan:
                    yield place, found
                elif place.severity or place.plan:
                    is_beside = bool(beside.severity or beside.plan)
                    name = self._unknown(None if is_beside else number, column)
                    if name:
                        yield place.with_more(Place("", name, name)), found

    def _any_unknown(self, row: int | None, column: int) -> str:
        """Return the heading that names what nobody knows; empty if it is none.

        Something is wrong with the name only where targets stand: examples have a
        heading as well.
        """
        if row is None:
            line = [one[column] for one in self._rows if column < len(one)]
        else:
            line = list(self._rows[row])
        if not any(_reads(cell.text) for cell in line):
            return ""
        head = line[0].text
        return self._outer if not head or self._label(head, is_head=True) else head

    def _above(self, table: Table) -> Place:
        """Return what the headings, the lines above and the corner say of all cells."""
        corner = table.rows[0][:1]
        said = [cell.text for cell in corner]
        said += [*reversed(table.headings), *reversed(table.lines)]
        title = Place()
        for text in said:
            label = self._label(text, is_head=True) or Place()
            if label.table and not title.table:
                self._is_noted = _has_note(text)
            title = title.with_more(label)
        return title

    def _named_by(self, text: str, *, is_head: bool) -> Place | None:
        """Return what a heading names; `None` if it is none, or names nothing known.

        At the head of a table one word is enough to say which of the tables it is.
        """
        said = folded(text)
        if name := self._named(said):
            return name
        kind = _KINDS.search(said)
        if kind is None:
            return None
        table = Place(kind.lastgroup or "")
        rest = (said[: kind.start()] + said[kind.end() :]).strip(" -:,()")
        if not rest:
            return table
        if name := self._named(rest):
            return table.with_more(name)
        return table if is_head and not _reads(text) else None

    def _named(self, name: str) -> Place | None:
        if severity := self._policy.find_severity(name):
            return Place(severity=severity)
        plan = self._policy.find_plan(name)
        return Place(plan=plan.id) if plan else None


def _has_note(heading: str) -> bool:
    return _FOOTNOTE.search(heading) is not None


def _reads(text: str) -> bool:
    for read in wording.READ.values():
        with suppress(ValueError):
            return bool(read(text, wording.PLAIN))
    return False
