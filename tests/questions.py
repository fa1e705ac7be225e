"""Questions for property tests: random calendars, and instants near their edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule, ShortDay, Span
from tests.oracle import DAY, Oracle, Week

# Both hemispheres, half and quarter hours, changes at midnight and of half an hour,
# winter as the exception, the outermost offsets, and zones that never change.
ZONES = (
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Nuuk",
    "Europe/London",
    "Europe/Dublin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
)
FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
ONE_DAY = timedelta(days=1)
NEW_YEARS = st.integers(FIRST.year, LAST.year).map(lambda year: date(year, 1, 1))


@dataclass(frozen=True)
class Question:
    """A calendar, two whole minutes near a day worth a look, and two amounts."""

    weeks: tuple[Week, ...]
    hours: BusinessHours
    around: date
    start: datetime
    end: datetime
    minutes: int
    days: int

    @cached_property
    def oracle(self) -> Oracle:
        first, last = self.around - 12 * ONE_DAY, self.around + 22 * ONE_DAY
        return Oracle(self.weeks, first, last)

    @property
    def amount(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def _schedule(week: Week) -> Schedule:
    spans = (
        tuple(Span(timedelta(minutes=a), timedelta(minutes=b)) for a, b in day)
        for day in week.spans
    )
    short = {
        day: ShortDay("Short", timedelta(minutes=opens), timedelta(minutes=closes))
        for day, (opens, closes) in week.short.items()
    }
    return Schedule(week.zone, tuple(spans), week.holidays, short)


@cache
def _clock_changes(zone: str) -> tuple[date, ...]:
    days = (FIRST + n * ONE_DAY for n in range((LAST - FIRST).days))
    noons = (datetime(d.year, d.month, d.day, 12, tzinfo=ZoneInfo(zone)) for d in days)
    return tuple(b.date() for a, b in pairwise(noons) if a.utcoffset() != b.utcoffset())


def _days_worth_a_look(zone: str) -> st.SearchStrategy[date]:
    changes = _clock_changes(zone)
    special = st.sampled_from(changes) if changes else NEW_YEARS
    return st.one_of(st.dates(FIRST, LAST), NEW_YEARS, special, special)


@st.composite
def _spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Draw one to three spans of a day in order; the last may go past midnight."""
    quarters = draw(st.lists(st.integers(0, 4 * 24 - 1), min_size=2, max_size=6))
    shift = draw(st.sampled_from((0, 0, 7)))
    edges = [15 * quarter + shift for quarter in sorted(quarters)]
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    opens, closes = spans.pop()
    closes = draw(st.sampled_from((closes + 1, DAY, DAY + opens // 2, DAY + opens)))
    return tuple((a, b) for a, b in (*spans, (opens, closes)) if a < b)


@st.composite
def _short(draw: st.DrawFn) -> tuple[int, int]:
    """Draw the opening and the closing of a short day; one may be a midnight."""
    opens, closes = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=2)))
    return draw(
        st.sampled_from(
            ((0, 15 * closes), (15 * opens, 15 * closes), (15 * opens, DAY))
        )
    )


@st.composite
def _weeks(draw: st.DrawFn, around: date, zone: str) -> Week:
    """Draw a week in which a day is closed or of one of two kinds."""
    kinds = (), draw(_spans()), draw(_spans())
    pattern = draw(st.integers(1, 3**7 - 1))
    spans = [kinds[pattern // 3**n % 3] for n in range(7)]
    holidays = draw(st.sets(st.integers(-3, 8), max_size=3))
    names = {around + n * ONE_DAY: "Founders' Day" for n in holidays}
    offsets = draw(st.sets(st.integers(-3, 8), max_size=2)) - holidays
    short = {around + n * ONE_DAY: draw(_short()) for n in sorted(offsets)}
    return Week(ZoneInfo(zone), spans, names, short)


@st.composite
def questions(
    draw: st.DrawFn,
    parts: Sequence[int] = (1, 1, 2, 3),
    days: st.SearchStrategy[date] | None = None,
) -> Question:
    """Draw a question whose instants often lie on an opening or a closing."""
    zones = [draw(st.sampled_from(ZONES)) for _ in range(draw(st.sampled_from(parts)))]
    around = draw(_days_worth_a_look(zones[0]) if days is None else days)
    weeks = tuple(draw(_weeks(around, zone)) for zone in zones)
    noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC)
    minutes = draw(st.one_of(st.integers(0, 240), st.integers(0, 2 * DAY)))
    hours = BusinessHours(*map(_schedule, weeks))
    near = st.integers(-3 * DAY, 3 * DAY).map(lambda m: noon + timedelta(minutes=m))
    spans = hours.open_spans(noon - 3 * ONE_DAY, noon + 3 * ONE_DAY)
    if edges := [edge for span in spans for edge in span]:
        near = st.one_of(near, st.sampled_from(edges))
    start, end, count = draw(near), draw(near), draw(st.integers(1, 6))
    return Question(weeks, hours, around, start, end, minutes, count)


@st.composite
def days_all_alike(draw: st.DrawFn) -> BusinessHours:
    """Draw hours that are the same on each open day and know no change of the clock."""
    zone = ZoneInfo(
        draw(st.sampled_from(("Asia/Kolkata", "Asia/Kathmandu", "Etc/UTC")))
    )
    spans = draw(_spans().filter(lambda spans: spans and spans[-1][1] <= DAY))
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    holidays = draw(st.sets(st.dates(date(2026, 3, 1), date(2026, 3, 31)), max_size=5))
    week = [spans if n in weekdays else () for n in range(7)]
    return BusinessHours(_schedule(Week(zone, week, dict.fromkeys(holidays, "Fair"))))
