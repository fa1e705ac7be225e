"""The types of values in policies.yaml, each with its reader and JSON Schema."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    WithJsonSchema,
)

from bot.business_time.schedules import WEEKDAYS, Span
from bot.policy import wording
from bot.policy.on_call import Role
from bot.policy.parsing import notation as words
from bot.policy.parsing.yaml_lines import Path
from bot.policy.rotations import Unit
from bot.policy.severities import Severity
from bot.policy.targets import Interpretations, Target

HolidaySource = Callable[[str, str | None, range], Mapping[date, str]]
BEST_PLAN = "the best plan"
# The alternative of a setting that is a list of what may also stand alone.
IN_A_LIST = "[list]"
Weekly = dict[tuple[int, ...], tuple[Span, ...]]


class Section(BaseModel):
    """A part of the file that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemsBelow(ValueError):  # noqa: N818
    """Several problems in one value, each with its path below it."""

    def __init__(self, *found: tuple[Path, str]) -> None:
        super().__init__(*(sentence for _, sentence in found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Context:
    """What a value is checked against: the names in the file, and public holidays."""

    plans: Sequence[str]
    severities: Sequence[Severity]
    calendars: Sequence[str]
    unions: Sequence[str]
    rotations: Sequence[str]
    roles: Sequence[str]
    holidays: HolidaySource
    years: range
    interpretations: Interpretations


def context(info: ValidationInfo) -> Context:
    """Return what `model_validate` was given to check against."""
    return cast("Context", info.context)


def _word(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _known(value: object, names: Sequence[str], kind: str) -> str:
    """Return a name that the file defines.

    If the file defines none at all that is a problem of its own, reported elsewhere.
    """
    written = words.text(value, f"a {kind}")
    if names and written not in names:
        near = words.did_you_mean(written, names)
        raise ValueError(
            f"{words.quoted(value)} is no {kind}; write {words.one_of(names)}{near}"
        )
    return written


def _plan(value: object, info: ValidationInfo) -> str:
    return _known(value, context(info).plans, "plan")


def _calendar(value: object, info: ValidationInfo) -> str:
    return _known(value, context(info).calendars, "calendar")


def _part(value: object, info: ValidationInfo) -> str:
    name = _known(value, context(info).calendars, "calendar")
    if name in context(info).unions:
        raise ValueError(f"{words.quoted(name)} is a union; write calendars with hours")
    return name


def _any_severity(value: object) -> Severity:
    return Severity(_known(value, list(Severity), "severity"))


def _severity(value: object, info: ValidationInfo) -> Severity:
    return Severity(_known(value, context(info).severities, "severity"))


def _severity_or_none(value: object, info: ValidationInfo) -> Severity | None:
    names = [*context(info).severities, "none"]
    name = _known(value, names, "severity")
    return None if name == "none" else Severity(name)


def _escalating(value: object) -> Severity:
    severity = _any_severity(value)
    if severity not in (Severity.SEV1, Severity.SEV2):
        raise ValueError(f"{severity.label} never escalates; write sev1 or sev2")
    return severity


def _sev1_of(value: object, info: ValidationInfo) -> object:
    """Read a list of plans as those whose Sev1 wakes people."""
    if not isinstance(value, list):
        return value
    found = list[tuple[Path, str]]()
    for number, name in enumerate(value):
        try:
            _plan(name, info)
        except ValueError as error:
            found.append(((number,), str(error)))
    if found:
        raise ProblemsBelow(*found)
    return {Severity.SEV1: value}


def _plan_or_best(value: object, info: ValidationInfo) -> str:
    plans = context(info).plans
    if value == BEST_PLAN:
        return plans[0] if plans else ""
    return _known(value, [BEST_PLAN, *plans], "plan")


def _role(value: object, info: ValidationInfo) -> Role:
    role = Role(_known(value, list(Role), "role"))
    if role not in context(info).roles:
        raise ValueError(
            f"{words.quoted(role)} is told here, but on_call names nobody for it; "
            f"write {words.one_of(context(info).roles)}, or add {role} to on_call"
        )
    return role


def _some_open_time(hours: Weekly) -> Weekly:
    if not any(hours.values()):
        raise ValueError("no day is open; write hours for one at least")
    seen = [day for days in hours for day in days]
    if twice := {WEEKDAYS[day] for day in seen if seen.count(day) > 1}:
        days = words.all_of(day for day in WEEKDAYS if day in twice)
        raise ValueError(f"{days} stands here twice; write each day's hours once")
    return hours


def weekly(hours: Weekly) -> tuple[tuple[Span, ...], ...]:
    """Return the spans of the seven weekdays, Monday first."""
    by_day = {day: spans for days, spans in hours.items() for day in days}
    return tuple(by_day.get(day, ()) for day in range(7))


def _target(
    read: Callable[[str, Interpretations], Target], allowed: str
) -> Callable[[object, ValidationInfo], Target]:
    def target(value: object, info: ValidationInfo) -> Target:
        if not isinstance(value, str):
            raise words.refused(value, allowed)
        try:
            return read(value, context(info).interpretations)
        except ValueError as error:
            raise ValueError(f"{words.quoted(value)} {error}") from None

    return target


def _not_empty(value: object) -> object:
    if value in ([], {}):
        raise ValueError("is empty; write one at least")
    return value


def _nothing_is_empty(value: object) -> object:
    """Read a key without a value as empty: everything below may be commented out."""
    return {} if value is None else value


NotEmpty = BeforeValidator(_not_empty)
MayBeEmpty = BeforeValidator(_nothing_is_empty)
Text = Annotated[str, BeforeValidator(words.text)]
Name = Annotated[str, BeforeValidator(words.name), _word(words.NAME_PATTERN)]
ChannelId = Annotated[str, BeforeValidator(words.channel), _word(words.CHANNEL_PATTERN)]
PersonId = Annotated[str, BeforeValidator(words.person), _word(words.PERSON_PATTERN)]
UserGroupId = Annotated[
    str, BeforeValidator(words.user_group), _word(words.USER_GROUP_PATTERN)
]
Zone = Annotated[
    ZoneInfo, BeforeValidator(words.zone), WithJsonSchema({"type": "string"})
]
Duration = Annotated[
    timedelta, BeforeValidator(words.duration), _word(words.DURATION_PATTERN)
]
Interval = Annotated[
    timedelta, BeforeValidator(words.interval), _word(words.DURATION_PATTERN)
]
# How a Sev2 repeats in a file that does not say it.
WIDENING = tuple(timedelta(minutes=wait) for wait in (15, 30, 60))
Retention = Annotated[
    timedelta | None,
    BeforeValidator(words.retention),
    _word(words.RETENTION_PATTERN),
]
Emoji = Annotated[str | None, BeforeValidator(words.emoji), _word(words.EMOJI_PATTERN)]
Budget = Annotated[
    int,
    BeforeValidator(words.budget),
    WithJsonSchema({"type": "integer", "minimum": 2, "maximum": 999}),
]
Share = Annotated[float, BeforeValidator(words.share), _word(words.SHARE_PATTERN)]
TimeOfDay = Annotated[
    time, BeforeValidator(words.time_of_day), _word(words.TIME_PATTERN)
]
FirstDay = Annotated[date, BeforeValidator(words.first_day), _word(words.DATE_PATTERN)]
Dates = Annotated[words.Dates, BeforeValidator(words.dates), _word(words.DATES_PATTERN)]
Days = Annotated[
    tuple[int, ...], BeforeValidator(words.days), _word(words.DAYS_PATTERN)
]
Spans = Annotated[
    tuple[Span, ...],
    BeforeValidator(words.spans),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "closed"},
                {"type": "string", "pattern": words.SPAN_PATTERN},
                {
                    "type": "array",
                    "items": {"type": "string", "pattern": words.SPAN_PATTERN},
                },
            ]
        }
    ),
]
WeeklyHours = Annotated[dict[Days, Spans], AfterValidator(_some_open_time)]
HandOver = Annotated[
    tuple[int | None, time],
    BeforeValidator(words.hand_over),
    _word(words.HAND_OVER_PATTERN),
]
Turns = Annotated[
    tuple[int, Unit], BeforeValidator(words.turns), _word(words.TURNS_PATTERN)
]
PlanRef = Annotated[str, BeforeValidator(_plan)]
CalendarRef = Annotated[str, BeforeValidator(_calendar)]
PartRef = Annotated[str, BeforeValidator(_part)]
AnySeverity = Annotated[Severity, BeforeValidator(_any_severity)]
SeverityRef = Annotated[Severity, BeforeValidator(_severity)]
_EscalatingRef = Annotated[Severity, BeforeValidator(_escalating)]
_PLANS = {
    "type": "array",
    "items": {"type": "string"},
    "description": "a list of plans such as [premium], or [] for none",
}
Waking = Annotated[
    dict[_EscalatingRef, frozenset[PlanRef]],
    BeforeValidator(_sev1_of),
    WithJsonSchema(
        {
            "anyOf": [
                _PLANS,
                {
                    "type": "object",
                    "properties": dict.fromkeys(("sev1", "sev2"), _PLANS),
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
RoleRef = Annotated[Role, BeforeValidator(_role)]
FirstResponse = Annotated[
    Target,
    BeforeValidator(_target(wording.first_response, wording.FIRST_RESPONSE_WORDS)),
    _word(wording.FIRST_RESPONSE_PATTERN),
]
FollowUp = Annotated[
    Target,
    BeforeValidator(_target(wording.follow_up, wording.FOLLOW_UP_WORDS)),
    _word(wording.FOLLOW_UP_PATTERN),
]
ContinuousNews = Annotated[
    Severity | None,
    BeforeValidator(_severity_or_none),
    WithJsonSchema({"enum": [*Severity, "none"]}),
]
PlanOrBest = Annotated[
    str, BeforeValidator(_plan_or_best), WithJsonSchema({"type": "string"})
]
