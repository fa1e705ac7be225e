"""Build the values that the rest of the bot uses from the entries of the file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule
from bot.policy import tables, wording
from bot.policy.digests import DailyDigest
from bot.policy.escalation import Escalation, EscalationStep
from bot.policy.names import folded
from bot.policy.on_call import OnCallChoice, Role
from bot.policy.parsing.fields import Context, weekly
from bot.policy.parsing.models import (
    CalendarEntry,
    EscalationEntry,
    InterpretationsEntry,
    PolicyFile,
    UnionEntry,
)
from bot.policy.parsing.on_call_entries import (
    ADDRESS,
    FeedEntry,
    RolesEntry,
    RotationEntry,
)
from bot.policy.parsing.yaml_lines import Path
from bot.policy.policies import (
    CalendarChoice,
    Channels,
    Conduct,
    Customer,
    Plan,
    Policy,
    Reminders,
)
from bot.policy.rotations import Feed, Holders, Rotation
from bot.policy.severities import Severity, SeverityText
from bot.policy.targets import Interpretations, Target

_MIDNIGHT = timedelta(0)


def policy(
    file: PolicyFile,
    *,
    version: str,
    calendars: Mapping[str, BusinessHours],
    customers: Iterable[Customer],
    texts: Mapping[str, str],
) -> Policy:
    """Return the policy in a checked file.

    `customers` are those of the customers' file; they come after the file's own.
    """
    own = (entry.customer(name) for name, entry in file.customers.items())
    return Policy(
        version=version,
        texts=texts,
        plans=tuple(Plan(name, label) for name, label in file.plans.items()),
        severities={
            severity: SeverityText(entry.means, entry.examples, entry.name)
            for severity, entry in sorted(file.severities.items())
        },
        not_an_incident=file.not_an_incident,
        first_responses=_cells(file.first_response),
        follow_ups=_cells(file.follow_up),
        aims=_cells(file.aims),
        resolutions=_cells(file.resolution),
        interpretations=_interpretations(file.interpretations),
        conduct=_conduct(file.interpretations),
        calendars=calendars,
        calendar_choice=CalendarChoice(**dict(file.calendar)),
        customers=(*own, *customers),
        channels=Channels(**dict(file.channels), leads=file.channels.digest),
        on_call=_on_call(file, calendars),
        escalation=_escalation(file.escalation),
        reminders=Reminders(**dict(file.reminders)),
        digests=tuple(_digests(file)),
        erase_texts_after=file.retention.erase_texts_after,
        effective_from=_effective_from(file, calendars),
        update_emoji=file.update_emoji,
        intake=file.intake,
        budget=file.attention.budget,
    )


def _digests(file: PolicyFile) -> Iterator[DailyDigest]:
    """Yield the digests, each named by its channel."""
    entries = file.digest if isinstance(file.digest, tuple) else (file.digest,)
    named = Counter[str]()
    for entry in entries:
        channel = entry.channel or file.channels.digest
        named[channel] += 1
        again = f"/{named[channel]}" if named[channel] > 1 else ""
        yield DailyDigest(
            **{**dict(entry), "channel": channel}, name=f"{channel}{again}"
        )


def _effective_from(
    file: PolicyFile, calendars: Mapping[str, BusinessHours]
) -> datetime | None:
    """Return when the file's day begins where the team is."""
    if file.effective_from is None:
        return None
    return calendars[file.calendar.team].home.instant(file.effective_from, _MIDNIGHT)


def calendars(file: PolicyFile, context: Context) -> dict[str, BusinessHours]:
    """Return the calendars of a file by name, their days off as dates."""
    schedules = {
        name: Schedule(
            entry.zone, weekly(entry.hours), *entry.holidays.expanded(context)
        )
        for name, entry in file.calendars.items()
        if isinstance(entry, CalendarEntry)
    }
    return {
        name: BusinessHours(*(schedules[part] for part in _parts(name, entry)))
        for name, entry in file.calendars.items()
    }


def unreachable(policy: Policy, start: datetime) -> Iterator[tuple[Path, str]]:
    """Yield the cells whose business time takes more than twelve years."""
    own = [one.calendar for one in policy.customers if one.calendar is not None]
    for table in tables.EVERY:
        for (severity, plan), target in tables.cells(policy, table).items():
            for name in (policy.calendar_name(severity, plan, None), *own):
                if not _comes(policy, target, name, start):
                    sentence = f"never comes in the calendar {name}; write less"
                    words = f'"{wording.words(target)}" {sentence}'
                    yield (table, severity, plan), words
                    break


def _comes(policy: Policy, target: Target, calendar: str, start: datetime) -> bool:
    try:
        if target.has_due:
            policy.due_at(target, policy.calendars[calendar], start)
    except ValueError:
        return False
    return True


def _parts(name: str, entry: CalendarEntry | UnionEntry) -> tuple[str, ...]:
    """Return the calendars that make up a calendar, its home first."""
    if isinstance(entry, CalendarEntry):
        return (name,)
    return tuple(dict.fromkeys((entry.home, *entry.union)))


def _cells(
    table: Mapping[Severity, Mapping[str, Target]],
) -> dict[tuple[Severity, str], Target]:
    return {
        (severity, plan): target
        for severity, row in table.items()
        for plan, target in row.items()
    }


def _interpretations(entry: InterpretationsEntry) -> Interpretations:
    return Interpretations(
        hours=entry.hours,
        every_day=entry.every_day,
        per_business_day=entry.per_business_day,
        per_week=entry.per_week,
        week_ends_closed=entry.week_ends_closed,
    )


def _conduct(entry: InterpretationsEntry) -> Conduct:
    return Conduct(
        continuous_news_as=entry.continuous_news_as,
        waiting_pauses=entry.waiting_pauses,
        unknown_customer_plan=entry.unknown_customer,
        reopened_owes=entry.reopened_owes,
        update_clock=entry.update_clock,
    )


def _on_call(file: PolicyFile, calendars: Mapping[str, BusinessHours]) -> OnCallChoice:
    team = file.calendar.team
    rotations, feeds = dict[str, Rotation](), dict[str, Feed]()
    for name, entry in file.rotations.items():
        if isinstance(entry, FeedEntry):
            feeds[name] = _feed(name, entry)
        else:
            days = calendars[entry.calendar or team].home
            rotations[name] = _rotation(name, entry, days)
    by_name = rotations | feeds

    def holders(entry: RolesEntry) -> dict[Role, Holders]:
        return {
            role: tuple(by_name.get(name, name) for name in names)
            for role, names in entry.roles().items()
        }

    chosen = file.on_call
    return OnCallChoice(
        team=holders(chosen),
        plans={plan: holders(entry) for plan, entry in chosen.plans.items()},
        severities={one: holders(entry) for one, entry in chosen.severities.items()},
        rotations=tuple(rotations.values()),
        feeds=tuple(feeds.values()),
        user_group=chosen.user_group,
    )


def _feed(name: str, entry: FeedEntry) -> Feed:
    ids = {folded(person): person for person in entry.names.values()}
    return Feed(
        name=name,
        zone=entry.zone,
        file=None if entry.ical == ADDRESS else entry.ical,
        hand_over=entry.hand_over,
        people=ids | {folded(one): person for one, person in entry.names.items()},
    )


def _rotation(name: str, entry: RotationEntry, days: Schedule) -> Rotation:
    (every, unit), (weekday, hand_over) = entry.every, entry.hand_over
    return Rotation(
        name=name,
        zone=entry.zone,
        members=entry.members,
        every=every,
        unit=unit,
        starts=entry.starts,
        hand_over=hand_over,
        weekday=weekday,
        days=days,
        hours=Schedule(entry.zone, weekly(entry.hours)) if entry.hours else None,
    )


def _escalation(entry: EscalationEntry) -> Escalation:
    return Escalation(
        steps=tuple(
            EscalationStep(step.after, step.tell, step.ring) for step in entry.steps
        ),
        repeat=entry.repeat,
        repeat_sev2=entry.repeat_sev2,
        check_in_every=entry.check_in_every,
        check_in_repeat=entry.check_in_repeat,
        wakes=frozenset(
            (severity, plan)
            for severity, plans in entry.wakes.items()
            for plan in plans
        ),
    )
