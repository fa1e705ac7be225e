"""Business time beside its peers: one run, the same questions, the same answers.

    uv run --group bench python -m tests.benchmarks.business_time

The hours are Monday to Friday 09:00-17:00 in California, less public holidays. Each
contender gets the questions in the types that suit it best, made before the clock
starts, and is asked as its documentation says. Where we say a closing a peer may say
the opening after it: no open time lies between. Any other difference ends the run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from timeit import Timer
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas
import pytz  # type: ignore[import-untyped]
from exchange_calendars import ExchangeCalendar
from rich.console import Console
from rich.table import Table

from bot.business_time.hours import BusinessHours
from bot.business_time.ledger import ledger
from bot.business_time.schedules import Schedule, Span, always
from bot.policy.parsing.public_holidays import public_holidays

OPENS, CLOSES = time(9), time(17)
WEEK_MASK = (1, 1, 1, 1, 1, 0, 0)
ZONE = ZoneInfo("America/Los_Angeles")
HOLIDAYS = dict(public_holidays("US", None, range(2024, 2031)))
TARGETS = (1, 4, 8, 20, 40)  # Business hours.
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Contender:
    """Somebody who answers all the questions at once, asked the way `code` shows."""

    name: str
    code: str
    answers: Callable[[], Sequence[Any]]


@dataclass(frozen=True)
class Questions:
    """Starts with business hours to add, and starts with an end; whole minutes."""

    amounts: Sequence[tuple[datetime, int]]
    ranges: Sequence[tuple[datetime, datetime]]


def questions(count: int) -> Questions:
    """Return the same questions in each run: at any hour, ends up to 30 days later."""
    random = Random(2026)
    first, minutes = datetime(2025, 1, 1, tzinfo=UTC), 3 * 365 * 24 * 60
    starts = [first + random.randrange(minutes) * MINUTE for _ in range(count)]
    lengths = [random.randrange(1, 30 * 24 * 60) * MINUTE for _ in starts]
    return Questions(
        amounts=[(start, random.choice(TARGETS)) for start in starts],
        ranges=[(a, a + length) for a, length in zip(starts, lengths, strict=True)],
    )


def office(zone: str = ZONE.key) -> Schedule:
    """Return the hours that everybody is asked about."""
    span = Span(timedelta(hours=OPENS.hour), timedelta(hours=CLOSES.hour))
    weekly = tuple((span,) * is_open for is_open in WEEK_MASK)
    return Schedule(ZoneInfo(zone), weekly, HOLIDAYS)


def our_add(hours: BusinessHours, asked: Questions) -> Contender:
    pairs = [(start, timedelta(hours=n)) for start, n in asked.amounts]
    return Contender(
        "sevbot",
        "hours.add(start, amount)",
        lambda: [hours.add(start, amount) for start, amount in pairs],
    )


def pandas_add(asked: Questions) -> Contender:
    offset = partial(
        pandas.offsets.CustomBusinessHour,
        start=OPENS,
        end=CLOSES,
        holidays=list(HOLIDAYS),
    )
    offsets = {n: offset(n) for n in TARGETS}
    pairs = [
        (pandas.Timestamp(start).tz_convert(ZONE), offsets[n])
        for start, n in asked.amounts
    ]
    return Contender(
        "pandas",
        "start + CustomBusinessHour(n)",
        lambda: [start + offset for start, offset in pairs],
    )


def business_time_delta_add(asked: Questions) -> Contender:
    rules = _rules()
    deltas = {n: businesstimedelta.BusinessTimeDelta(rules, hours=n) for n in TARGETS}
    pairs = [(start, deltas[n]) for start, n in asked.amounts]
    return Contender(
        "businesstimedelta",
        "start + BusinessTimeDelta(rules, n)",
        lambda: [start + delta for start, delta in pairs],
    )


def our_elapsed(hours: BusinessHours, asked: Questions) -> Contender:
    return Contender(
        "sevbot",
        "hours.elapsed(a, b)",
        lambda: [hours.elapsed(a, b) for a, b in asked.ranges],
    )


def exchange_calendars_elapsed(asked: Questions, *, checked: bool) -> Contender:
    """Count the minutes of a calendar of its own; the last one counts, too.

    It is twice as quick past the checks of its arguments, by an undocumented switch.
    """
    calendar = _Office(start="2024-01-02", end="2029-12-31", side="left")
    stamps = [
        (pandas.Timestamp(a), pandas.Timestamp(b - MINUTE)) for a, b in asked.ranges
    ]
    count = calendar.minutes_distance
    return Contender(
        "exchange_calendars",
        "minutes_distance(a, b)" if checked else "... with _parse=False",
        lambda: [count(a, b, _parse=checked) * MINUTE for a, b in stamps],
    )


def business_time_delta_elapsed(asked: Questions) -> Contender:
    rules = _rules()
    return Contender(
        "businesstimedelta",
        "rules.difference(a, b)",
        lambda: [rules.difference(a, b).timedelta for a, b in asked.ranges],
    )


def _rules() -> businesstimedelta.Rules:
    zone = pytz.timezone(ZONE.key)
    weekdays = [weekday for weekday, is_open in enumerate(WEEK_MASK) if is_open]
    workdays = businesstimedelta.WorkDayRule(OPENS, CLOSES, weekdays, tz=zone)
    closed = businesstimedelta.HolidayRule(HOLIDAYS, tz=zone)
    return businesstimedelta.Rules([workdays, closed])


class _Office(ExchangeCalendar):  # type: ignore[misc]
    name = "office"
    tz = ZONE
    open_times = ((None, OPENS),)
    close_times = ((None, CLOSES),)
    adhoc_holidays = tuple(pandas.Timestamp(day) for day in HOLIDAYS)


def check(hours: BusinessHours, contenders: Sequence[Contender]) -> None:
    """End the run unless all give the same answers as the first."""
    ours, *others = ([_plain(x) for x in c.answers()] for c in contenders)
    for contender, theirs in zip(contenders[1:], others, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            if not _is_same(hours, a, b):
                raise SystemExit(f"{contender.name} says {b} where we say {a}")


def _plain(answer: Any) -> Any:
    return answer.to_pydatetime() if isinstance(answer, pandas.Timestamp) else answer


def _is_same(hours: BusinessHours, ours: Any, theirs: Any) -> bool:
    if isinstance(ours, timedelta):
        return bool(ours == theirs)
    return hours.roll_forward(ours) == hours.roll_forward(theirs)


def seconds(run: Callable[[], object]) -> float:
    """Return how long one run takes, over as many as fill a fifth of a second."""
    runs, took = Timer(run).autorange()
    return took / runs


def compared(title: str, contenders: Sequence[Contender]) -> Table:
    """Return what a question costs each, and how many of ours that is."""
    count = len(contenders[0].answers())
    costs = [seconds(contender.answers) for contender in contenders]
    table = _table(f"{title} ({count} questions)", "who", "asked", "µs", "ratio")
    for contender, cost in zip(contenders, costs, strict=True):
        each, ratio = cost / count * 1e6, cost / costs[0]
        table.add_row(contender.name, contender.code, f"{each:,.1f}", f"{ratio:,.1f}")
    return table


def years() -> Table:
    """Return what the first question about a year costs, which lays it out."""
    sun = "Asia/Singapore", "Europe/London", "America/Los_Angeles"
    schedules = {
        "Monday to Friday": (office(),),
        "around the clock": (always(ZONE),),
        "union of three": tuple(office(zone) for zone in sun),
    }
    table = _table("A year laid out", "hours", "ms")
    for name, parts in schedules.items():
        table.add_row(name, f"{seconds(partial(_first_question, *parts)) * 1e3:.1f}")
    return table


def _first_question(*parts: Schedule) -> bool:
    return BusinessHours(*parts).is_open(datetime(2026, 6, 1, tzinfo=UTC))


def ledgers(hours: BusinessHours, asked: Questions) -> Table:
    """Return what the ledger of a due instant costs beside the instant itself."""
    add = our_add(hours, asked)
    starts = [start for start, _ in asked.amounts]
    dues = list(zip(starts, add.answers(), strict=True))
    ledgers = Contender(
        "sevbot",
        "ledger(hours, start, due)",
        lambda: [ledger(hours, start, due) for start, due in dues],
    )
    return compared("The ledger of a due instant", [add, ledgers])


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        is_number = column in {"µs", "ms", "ratio"}
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    return table


def main() -> None:
    hours, asked, console = BusinessHours(office()), questions(500), Console()
    adders = [
        our_add(hours, asked),
        pandas_add(asked),
        business_time_delta_add(asked),
    ]
    meters = [
        our_elapsed(hours, asked),
        exchange_calendars_elapsed(asked, checked=True),
        exchange_calendars_elapsed(asked, checked=False),
        business_time_delta_elapsed(asked),
    ]
    check(hours, adders)
    check(hours, meters)
    console.print(compared("Business hours after an instant", adders))
    console.print(compared("Open time between two instants", meters))
    console.print(years())
    console.print(ledgers(hours, asked))


if __name__ == "__main__":
    main()
