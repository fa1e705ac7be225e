"""The sections `rotations` and `on_call` of policies.yaml."""

import re
from datetime import time
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from bot.policy.on_call import Role
from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import (
    CalendarRef,
    FirstDay,
    HandOver,
    MayBeEmpty,
    NotEmpty,
    PersonId,
    PlanRef,
    ProblemsBelow,
    Section,
    SeverityRef,
    Text,
    TimeOfDay,
    Turns,
    UserGroupId,
    WeeklyHours,
    Zone,
    context,
)
from bot.policy.parsing.yaml_lines import Path
from bot.policy.rotations import Unit

# In place of a file's name.
ADDRESS = "address"


def _rotation_name(value: object) -> str:
    if value == "none":
        raise ValueError("none is an empty slot; write another name")
    return words.name(value)


def _holder(value: object, info: ValidationInfo) -> str:
    """Read a person's id or the name of a rotation; no name can be both."""
    known = context(info).rotations
    is_name = isinstance(value, str) and re.fullmatch(words.NAME_PATTERN, value)
    if isinstance(value, str) and is_name:
        if value in known:
            return value
        near = words.did_you_mean(value, known)
        allowed = words.one_of([*known, "a member's id such as U0ANA"])
        raise ValueError(f"{words.quoted(value)} is no rotation; write {allowed}{near}")
    return words.person(value)


def _holders(value: object, info: ValidationInfo) -> tuple[str, ...]:
    if not isinstance(value, list):
        return (_holder(value, info),)
    if not value:
        raise ValueError("is empty; write one at least")
    holders, found = list[str](), list[tuple[Path, str]]()
    for number, one in enumerate(value):
        try:
            holders.append(_holder(one, info))
        except ValueError as error:
            found.append(((number,), str(error)))
    if found:
        raise ProblemsBelow(*found)
    return tuple(holders)


_HOLDER = {"type": "string", "pattern": f"{words.PERSON_PATTERN}|{words.NAME_PATTERN}"}
Holders = Annotated[
    tuple[str, ...],
    BeforeValidator(_holders),
    WithJsonSchema(
        {"anyOf": [_HOLDER, {"type": "array", "items": _HOLDER, "minItems": 1}]}
    ),
]
RotationName = Annotated[
    str,
    BeforeValidator(_rotation_name),
    WithJsonSchema({"type": "string", "pattern": words.NAME_PATTERN}),
]
Member = Annotated[
    str | None,
    BeforeValidator(words.member),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "none"},
                {"type": "string", "pattern": words.PERSON_PATTERN},
            ]
        }
    ),
]


def _calendar_of(value: object) -> str:
    """Read where a calendar is. An address may be a secret, so it stands elsewhere."""
    allowed = f"the name of a file beside this one, such as support.ics, or {ADDRESS}"
    written = words.text(value, allowed)
    if "://" in written:
        raise ValueError(
            f"write {ADDRESS} here, and set the address itself in the environment: "
            "SEVBOT_ICAL_<NAME>_URL; it may be a secret"
        )
    if written != ADDRESS and not written.endswith(".ics"):
        raise words.refused(value, allowed)
    return written


class FeedEntry(Section):
    ical: Annotated[str, BeforeValidator(_calendar_of)] = Field(
        description=f"the name of a file such as support.ics, or {ADDRESS}"
    )
    zone: Zone = Field(description="an IANA time zone such as America/Los_Angeles")
    names: Annotated[dict[Text, PersonId], NotEmpty] = Field(
        description="names or addresses in the calendar, such as {Ana Silva: U0ANA}"
    )
    hand_over: TimeOfDay = Field(
        time(), description="when the calendar's days begin for us, such as 09:00"
    )


class RotationEntry(Section):
    zone: Zone = Field(description="an IANA time zone such as America/Los_Angeles")
    every: Turns = Field(
        description="how long a turn is: a number of hours, days, weeks or business "
        "days, such as 1 week"
    )
    hand_over: HandOver = Field(
        description="when turns begin: a time of the day, on a weekday for turns of "
        "weeks, as in mon 09:00"
    )
    starts: FirstDay = Field(description="a date such as 2026-12-24")
    members: Annotated[tuple[Member, ...], NotEmpty] = Field(
        description="a list of members' ids, such as [U0ANA, U0BEN]; none is an empty "
        "slot"
    )
    hours: WeeklyHours = Field(
        {}, description="days with their hours, such as mon-fri: 09:00-17:00"
    )
    calendar: CalendarRef | None = Field(None, description="the name of a calendar")

    @field_validator("hand_over")
    @classmethod
    def _weekday_of_weeks(cls, at: HandOver, info: ValidationInfo) -> HandOver:
        weekday, clock = at
        number, unit = info.data.get("every", (1, Unit.WEEK))
        if weekday is not None and unit is not Unit.WEEK:
            length = f"{number} {unit}{'s' * (number > 1)}"
            raise ValueError(
                f"a weekday is for turns of weeks, and these are of {length}; write "
                f"{clock:%H:%M}"
            )
        return at

    @field_validator("members")
    @classmethod
    def _somebody(cls, members: tuple[str | None, ...]) -> tuple[str | None, ...]:
        if not any(members):
            raise ValueError("names nobody; write a member's id such as U0ANA")
        return members


_WHO = "a member's id such as U0ANA, a rotation, or a list of them"


def _kind_of_rotation(value: object) -> str:
    is_feed = isinstance(value, dict) and "ical" in value
    return "FeedEntry" if is_feed else "RotationEntry"


AnyRotation = Annotated[
    Annotated[RotationEntry, Tag("RotationEntry")]
    | Annotated[FeedEntry, Tag("FeedEntry")],
    Discriminator(_kind_of_rotation),
]


class RolesEntry(Section):
    """Roles for a plan or a severity; those left out are as for everything else."""

    primary: Holders | None = Field(None, description=_WHO)
    backup: Holders | None = Field(None, description=_WHO)
    lead: Holders | None = Field(None, description=_WHO)

    def roles(self) -> dict[Role, tuple[str, ...]]:
        """Return who is named for each role; a role without anybody is left out."""
        named = dict(self)
        return {role: named[role] for role in Role if named.get(role) is not None}


class OnCallEntry(RolesEntry):
    primary: Holders = Field(description=_WHO)
    plans: Annotated[dict[PlanRef, RolesEntry], MayBeEmpty] = Field(
        {}, description="plans with people of their own"
    )
    severities: Annotated[dict[SeverityRef, RolesEntry], MayBeEmpty] = Field(
        {}, description="severities with people of their own"
    )
    user_group: UserGroupId | None = Field(
        None, description="the id of the user group that the primary is in"
    )
