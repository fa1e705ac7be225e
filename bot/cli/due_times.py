"""`sevbot due`: the due times of a case, with the ledger behind them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.business_time.hours import BusinessHours
from bot.business_time.ledger import Line, counted, ledger
from bot.cli.printing import aligned
from bot.errors import BotError, UserError
from bot.policy import targets, wording
from bot.policy.names import folded
from bot.policy.parsing.notation import YEARS, quoted
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Target

_SENT_WHEN_DUE = "first response sent when due"
_SENT_AT_ONCE = "first response sent when reported"


@dataclass(frozen=True, slots=True)
class Due:
    """A target that runs from `start`; instants are `None` if it has no due time."""

    target: Target
    start: datetime
    due_at: datetime | None = None
    late_at: datetime | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Both targets of a case, with our own aim if the contract names no time.

    `resolution` is `None` where none is promised.
    """

    severity: Severity
    plan: str
    calendar: str
    reported_at: datetime
    zone: ZoneInfo
    first_response: Due
    follow_up: Due
    assumes: str
    aim: Due | None
    resolution: Due | None


def instant(written: str) -> datetime:
    """Read an ISO 8601 date and time, naive without an offset. Raises UserError."""
    try:
        at = datetime.fromisoformat(folded(written).upper())
    except ValueError:
        at = None
    # Python reads a date alone as its midnight, which nobody means.
    if at is None or ":" not in written:
        raise UserError(
            f"{quoted(written)} is no instant. Write 2026-11-20T16:50-08:00, or "
            "2026-11-20T16:50 for the calendar's own zone."
        )
    _must_be_near(at, written)
    return at


def day(written: str) -> date:
    """Read a date, as 2026-11-20. Raises UserError for anything else."""
    try:
        found = date.fromisoformat(folded(written))
    except ValueError:
        raise UserError(f"{quoted(written)} is no day. Write 2026-11-20.") from None
    _must_be_near(found, written)
    return found


def _must_be_near(found: date, written: str) -> None:
    if found.year not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        raise UserError(f"{quoted(written)} is too far. Write {first} to {last}.")


def answer(
    policy: Policy, severity: Severity, plan: str, calendar: str, at: datetime
) -> Answer:
    """Return both due times of a case; a naive `at` is local to the calendar."""
    hours = policy.hours(calendar)
    start = in_zone(at, hours)
    first = _due(policy, policy.first_response(severity, plan), hours, start)
    answered = first.due_at or start
    follow_up = _due(policy, policy.follow_up(severity, plan), hours, answered)
    news, resolution = policy.news(severity, plan), policy.resolution(severity, plan)
    return Answer(
        severity=severity,
        plan=plan,
        calendar=calendar,
        reported_at=start,
        zone=hours.zone,
        first_response=first,
        follow_up=follow_up,
        assumes=_SENT_WHEN_DUE if first.due_at else _SENT_AT_ONCE,
        aim=None if news == follow_up.target else _due(policy, news, hours, answered),
        resolution=_due(policy, resolution, hours, start)
        if resolution.has_due
        else None,
    )


def as_json(answer: Answer) -> str:
    follow_up = {**_fields(answer.follow_up), "assumes": answer.assumes}
    if answer.aim is not None:
        follow_up["aim"] = _fields(answer.aim)
    found = {"first_response": _fields(answer.first_response), "follow_up": follow_up}
    if answer.resolution is not None:
        found["resolution"] = _fields(answer.resolution)
    return json.dumps(found, indent=2)


def as_text(answer: Answer, policy: Policy) -> str:
    zone = answer.zone
    lines = [
        f"{policy.severity_name(answer.severity)}, {policy.plan(answer.plan).name}, "
        f"reported {local(answer.reported_at, zone)}",
        f"Calendar {answer.calendar}, {zone.key}",
        "\nFirst response",
        *_lines(answer.first_response, zone),
        f"\nFollow-up (assumes: {answer.assumes})",
        *_lines(answer.follow_up, zone),
    ]
    if answer.aim is not None:
        lines.append("\nNews meanwhile: our own aim, not the contract's")
        lines += _lines(answer.aim, zone)
    if answer.resolution is not None:
        lines += ["\nResolution", *_lines(answer.resolution, zone)]
    return "\n".join(lines)


def day_range(
    first: str | None, last: str | None, policy: Policy, at: datetime
) -> tuple[date, date]:
    """Return the first and the last day that are meant; by default the last week's."""
    today = at.astimezone(policy.team_hours.zone).date()
    monday = today - timedelta(days=today.weekday() + 7)
    begin = day(first) if first else monday
    end = day(last) if last else begin + timedelta(days=6)
    if end < begin:
        raise BotError(f"{end} is before {begin}.")
    return begin, end


def begin_of(policy: Policy, day: date) -> datetime:
    """Return the first instant of a day in the team's zone."""
    return policy.team_hours.home.instant(day, timedelta(0))


def in_zone(at: datetime, hours: BusinessHours) -> datetime:
    """Return an instant in UTC; a naive one is local time in the calendar's zone.

    Source: RFC 5545 section 3.3.5 for a local time that a DST change skips or repeats.
    """
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    midnight = datetime.combine(at.date(), datetime.min.time())
    return hours.home.instant(at.date(), at - midnight)


def _due(policy: Policy, target: Target, hours: BusinessHours, start: datetime) -> Due:
    if not target.has_due:
        return Due(target, start)
    counting = targets.clock(target, hours)
    due_at = policy.due_at(target, hours, start)
    return Due(
        target=target,
        start=start,
        due_at=due_at,
        late_at=counting.roll_forward(due_at),
        lines=ledger(counting, start, due_at),
    )


def _fields(due: Due) -> dict[str, object]:
    return {
        "due_at": utc(due.due_at),
        "late_at": utc(due.late_at),
        "ledger": [_line(line) for line in due.lines],
    }


def _line(line: Line) -> dict[str, object]:
    seconds = line.counted.total_seconds()
    return {
        "from": utc(line.start),
        "to": utc(line.end),
        "open": line.is_open,
        "counted_s": int(seconds) if seconds.is_integer() else seconds,
        "why": line.why,
    }


def utc(at: datetime | None) -> str | None:
    """Return an instant as other programs expect it."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _lines(due: Due, zone: ZoneInfo) -> Iterator[str]:
    yield f"  {wording.published(due.target)}"
    if due.due_at is None:
        yield "  names no due time"
        return
    late = due.late_at if due.late_at != due.due_at else None
    late_text = f", late from {local(late, zone)} on" if late else ""
    yield f"  due {local(due.due_at, zone)}{late_text}"
    table = [
        ("From", "To", "Counted", "Why"),
        *(_row(line, zone) for line in due.lines),
        ("", "", _hours(counted(due.lines)), "in all"),
    ]
    for row in aligned(table, right=[2]):
        yield f"  {row}"


def _row(line: Line, zone: ZoneInfo) -> tuple[str, str, str, str]:
    length = _hours(line.counted) if line.counted else "-"
    return local(line.start, zone, ""), local(line.end, zone, ""), length, line.why


def local(at: datetime, zone: ZoneInfo, year: str = " %Y") -> str:
    """Return an instant on the wall clock of a zone."""
    wall = at.astimezone(zone)
    seconds = ":%S" if wall.second else ""
    return wall.strftime(f"%a %d %b{year} %H:%M{seconds}")


def _hours(length: timedelta) -> str:
    """Return a length in hours, never in days: a business day has no 24 hours."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 h"
