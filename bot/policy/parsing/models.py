"""The structure of policies.yaml, which also gives the JSON Schema for editors.

A description is worded to follow "write": it completes the sentence about a missing or
invalid setting. Editors show it, too.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict

from bot.policy.digests import WhenNothing
from bot.policy.names import folded
from bot.policy.on_call import Role
from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import (
    BEST_PLAN,
    IN_A_LIST,
    WIDENING,
    AnySeverity,
    Budget,
    CalendarRef,
    ChannelId,
    ContinuousNews,
    Duration,
    Emoji,
    FirstDay,
    FirstResponse,
    FollowUp,
    Interval,
    MayBeEmpty,
    Name,
    NotEmpty,
    PartRef,
    PlanOrBest,
    PlanRef,
    ProblemsBelow,
    Retention,
    RoleRef,
    Section,
    SeverityRef,
    Share,
    Text,
    TimeOfDay,
    Waking,
    WeeklyHours,
    Zone,
    context,
)
from bot.policy.parsing.holiday_entries import Holidays
from bot.policy.parsing.on_call_entries import (
    AnyRotation,
    OnCallEntry,
    RotationName,
)
from bot.policy.parsing.yaml_lines import Path
from bot.policy.policies import Customer, Reopening, UpdateClock
from bot.policy.severities import Severity, named_severity
from bot.policy.targets import BareHours, EveryDay, ShareOf, WhenClosed


class SeverityEntry(Section):
    name: Text = Field("", description="what the published page calls it")
    means: Text = Field(description="a text that says what this severity means")
    examples: tuple[Text, ...] = Field((), description="a list of examples")


class InterpretationsEntry(Section):
    hours: BareHours = Field(
        BareHours.DAY_AND_NIGHT,
        description='"by day and night" or "business hours", for hours that do not say',
    )
    every_day: EveryDay = Field(description='"business days" or "calendar days"')
    per_business_day: ShareOf = Field(
        description='"the actual length" or "the nominal length"'
    )
    per_week: ShareOf = Field(description='"the nominal length" or "the actual length"')
    week_ends_closed: WhenClosed = Field(
        description='"the closing before" or "the opening after"'
    )
    continuous_news_as: ContinuousNews = Field(
        description='a severity whose cadence is our aim, or "none"'
    )
    waiting_pauses: frozenset[AnySeverity] = Field(
        description="a list of severities such as [sev2, sev3, sev4], or [] for none"
    )
    reopened_owes: Reopening = Field(description='"an update" or "a first response"')
    update_clock: UpdateClock = Field(
        UpdateClock.LAST_UPDATE,
        description='"from the last update" or "from the last due"',
    )
    unknown_customer: PlanOrBest = Field(
        description=f'"{BEST_PLAN}" or the name of a plan'
    )


class CalendarEntry(Section):
    zone: Zone = Field(description="an IANA time zone such as America/Los_Angeles")
    hours: WeeklyHours = Field(
        description="days with their hours, such as mon-fri: 09:00-17:00"
    )
    holidays: Holidays = Field(
        description='a country such as {country: US}, dates, or "none"'
    )


class UnionEntry(Section):
    union: Annotated[tuple[PartRef, ...], NotEmpty] = Field(
        description="a list of calendars, such as [asia, europe]"
    )
    home: PartRef = Field(description="the calendar of the union whose days count")

    @field_validator("home")
    @classmethod
    def _is_part(cls, home: str, info: ValidationInfo) -> str:
        parts = info.data.get("union", (home,))
        if home not in parts:
            raise ValueError(
                f"{words.quoted(home)} is not part of the union; "
                f"write {words.one_of(parts)}"
            )
        return home


def _kind_of_calendar(value: Any) -> str:
    is_union = isinstance(value, dict) and ("union" in value or "home" in value)
    return "UnionEntry" if is_union else "CalendarEntry"


AnyCalendar = Annotated[
    Annotated[CalendarEntry, Tag("CalendarEntry")]
    | Annotated[UnionEntry, Tag("UnionEntry")],
    Discriminator(_kind_of_calendar),
]


class ChoiceEntry(Section):
    team: CalendarRef = Field(description="the name of the team's calendar")
    plans: Annotated[dict[PlanRef, CalendarRef], MayBeEmpty] = Field(
        {}, description="plans with calendars of their own"
    )
    severities: Annotated[dict[SeverityRef, CalendarRef], MayBeEmpty] = Field(
        {}, description="severities with calendars of their own"
    )


class CustomerEntry(Section):
    aliases: tuple[Text, ...] = Field((), description="a list of other names")
    plan: PlanRef | None = Field(None, description="the name of a plan")
    calendar: CalendarRef | None = Field(None, description="the name of a calendar")
    channel: ChannelId | None = Field(
        None, description="the id of the channel that is this customer's"
    )
    zone: Zone | None = Field(
        None, description="an IANA time zone such as Europe/Berlin"
    )

    def customer(self, name: str) -> Customer:
        """Return the customer of this name."""
        return Customer(name, **dict(self))


class ChannelsEntry(Section):
    incidents: ChannelId = Field(description="a channel's id such as C0INCIDENTS")
    digest: ChannelId = Field(description="a channel's id such as C0LEADS")
    fallback: ChannelId = Field(description="a channel's id such as C0SUPPORT")


class StepEntry(Section):
    after: Duration = Field(description="a length of time such as 10m; 0m is at once")
    tell: Annotated[tuple[RoleRef, ...], NotEmpty] = Field(
        description=f"a list of {words.one_of(Role)}"
    )
    ring: Name | None = Field(
        None, description="the name of what rings besides, such as night"
    )


class EscalationEntry(Section):
    wakes: Waking = Field(
        description="a list of plans whose Sev1 wakes people, such as [premium], or "
        "plans by severity, such as {sev1: [premium], sev2: [premium]}"
    )
    steps: Annotated[tuple[StepEntry, ...], NotEmpty] = Field(
        description="a list of steps such as {after: 10m, tell: [backup]}"
    )
    repeat: Interval = Field(description="a length of time such as 15m")
    repeat_sev2: Annotated[tuple[Interval, ...], NotEmpty] = Field(
        WIDENING, description="a list of lengths of time such as [15m, 30m, 60m]"
    )
    check_in_every: Interval = Field(description="a length of time such as 60m")
    check_in_repeat: Interval = Field(description="a length of time such as 15m")

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: tuple[StepEntry, ...]) -> tuple[StepEntry, ...]:
        found = [
            ((number, "after"), "this step must come later than the one above it")
            for number, (above, step) in enumerate(pairwise(steps), start=1)
            if step.after <= above.after
        ]
        if found:
            raise ProblemsBelow(*found)
        return steps


class RemindersEntry(Section):
    ahead: Share = Field(description="a share such as 25%")
    at_least: Interval = Field(description="a length of time such as 15m")
    before_closing: Interval = Field(description="a length of time such as 15m")
    together: Duration = Field(description="a length of time such as 2m")


class DigestEntry(Section):
    at: TimeOfDay = Field(description='a time of the day such as "09:15"')
    channel: ChannelId | None = Field(
        None, description="a channel's id such as C0LEADS"
    )
    plans: tuple[PlanRef, ...] = Field((), description="a list of plans")
    customers: tuple[Text, ...] = Field((), description="a list of customers")
    when_nothing: WhenNothing = Field(
        WhenNothing.SAY_SO, description='"say so" or "leave out"'
    )


def _one_or_more(value: Any) -> str:
    return IN_A_LIST if isinstance(value, list) else "DigestEntry"


Digests = Annotated[
    Annotated[DigestEntry, Tag("DigestEntry")]
    | Annotated[tuple[DigestEntry, ...], NotEmpty, Tag(IN_A_LIST)],
    Discriminator(_one_or_more),
]


class AttentionEntry(Section):
    budget: Budget = Field(12, description="a number of messages such as 12")


class RetentionEntry(Section):
    erase_texts_after: Retention = Field(
        None, description="a length of time such as 2 years, or off"
    )


def severities_to(listed: Iterable[object]) -> list[Severity]:
    """Return the severities from Sev1 to the mildest listed; all if none is."""
    named = [one for one in Severity if one in listed]
    return [one for one in Severity if not named or one <= named[-1]]


def _no_gap(value: object) -> object:
    """Add severities that are left out above another, reported as missing."""
    if not isinstance(value, dict):
        return value
    return {**dict.fromkeys(severities_to(value)), **value}


def _every_severity(value: object, info: ValidationInfo) -> object:
    """Add the severities that are left out, so that each is reported as missing."""
    if not isinstance(value, dict):
        return value
    return {**dict.fromkeys(context(info).severities), **value}


def _every_plan(value: object, info: ValidationInfo) -> object:
    """Add the plans that are left out, so that each is reported as missing."""
    if not isinstance(value, dict):
        return value
    return {**dict.fromkeys(context(info).plans), **value}


def _names_apart(
    severities: dict[Severity, SeverityEntry],
) -> dict[Severity, SeverityEntry]:
    """Refuse a name that is another severity's as well."""
    seen = dict[str, Severity]()
    found = list[tuple[Path, str]]()
    for severity, entry in severities.items():
        other = seen.setdefault(folded(entry.name) or severity, severity)
        if entry.name and (other is severity):
            other = named_severity(entry.name) or severity
        if entry.name and (other is not severity):
            sentence = f"{words.quoted(entry.name)} is {other}, too; write another name"
            found.append(((severity, "name"), sentence))
    if found:
        raise ProblemsBelow(*found)
    return severities


_BySeverity = BeforeValidator(_every_severity)
_ByPlan = BeforeValidator(_every_plan)
# The mildest ones may be left out.
_SEV1_AT_LEAST: JsonDict = {"required": [str(Severity.SEV1)]}
FirstResponses = Annotated[dict[PlanRef, FirstResponse], _ByPlan]
FollowUps = Annotated[dict[PlanRef, FollowUp], _ByPlan]


class PolicyFile(Section):
    """The whole of policies.yaml."""

    plans: Annotated[dict[Name, Text], NotEmpty] = Field(
        description="plans, best first, such as premium: Premium Support"
    )
    severities: Annotated[
        dict[AnySeverity, SeverityEntry],
        BeforeValidator(_no_gap),
        AfterValidator(_names_apart),
    ] = Field(
        description="what each of sev1, sev2, sev3 and sev4 means, or of the first of "
        "them",
        json_schema_extra=_SEV1_AT_LEAST,
    )
    not_an_incident: tuple[Text, ...] = Field((), description="a list of examples")
    first_response: Annotated[dict[SeverityRef, FirstResponses], _BySeverity] = Field(
        description="a first-response target for each severity and plan",
        json_schema_extra=_SEV1_AT_LEAST,
    )
    follow_up: Annotated[dict[SeverityRef, FollowUps], _BySeverity] = Field(
        description="a follow-up cadence for each severity and plan",
        json_schema_extra=_SEV1_AT_LEAST,
    )
    aims: Annotated[
        dict[SeverityRef, Annotated[dict[PlanRef, FollowUp], MayBeEmpty]], MayBeEmpty
    ] = Field(
        {}, description="our own aim for updates where follow_up promises no time"
    )
    resolution: Annotated[
        dict[SeverityRef, Annotated[dict[PlanRef, FirstResponse], MayBeEmpty]],
        MayBeEmpty,
    ] = Field({}, description="the longest until an incident is resolved")
    interpretations: InterpretationsEntry = Field(
        description="how words of the policy are read"
    )
    calendars: Annotated[dict[Name, AnyCalendar], NotEmpty] = Field(
        description="calendars by their names"
    )
    calendar: ChoiceEntry = Field(description="which calendar counts for whom")
    customers: Annotated[
        dict[Text, Annotated[CustomerEntry, MayBeEmpty]], MayBeEmpty
    ] = Field({}, description="customers by their names")
    customers_file: Text | None = Field(
        None, description="the name of a CSV file beside this one"
    )
    channels: ChannelsEntry = Field(description="the channels that the bot writes to")
    rotations: Annotated[dict[RotationName, AnyRotation], MayBeEmpty] = Field(
        {}, description="rotations by their names"
    )
    on_call: OnCallEntry = Field(description="who is on call")
    escalation: EscalationEntry = Field(
        description="who is told next while nobody answers"
    )
    reminders: RemindersEntry = Field(description="when reminders are sent")
    digest: Digests = Field(
        description='a time such as {at: "09:15"}, or a list of digests'
    )
    attention: Annotated[AttentionEntry, MayBeEmpty] = Field(
        default_factory=lambda: AttentionEntry.model_validate({}),
        description="such as {budget: 12}",
    )
    retention: Annotated[RetentionEntry, MayBeEmpty] = Field(
        default_factory=lambda: RetentionEntry.model_validate({}),
        description="such as {erase_texts_after: 2 years}",
    )
    effective_from: FirstDay | None = Field(
        None, description="the day from which this file counts, such as 2026-12-01"
    )
    update_emoji: Emoji = Field(
        None, description='the name of an emoji such as telephone_receiver, or "off"'
    )
    intake: tuple[ChannelId, ...] = Field(
        (), description="a list of channels' ids such as [C0INTAKE]"
    )
