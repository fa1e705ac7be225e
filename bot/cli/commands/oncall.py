"""`sevbot oncall`: who is on call at an instant."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from bot.cli import calendars, due_times, fairness_table, record
from bot.cli.policies import now, read
from bot.cli.printing import say
from bot.cli.record import NoRecordError
from bot.clock import system_clock
from bot.errors import BotError, UserError
from bot.incidents import recipients
from bot.policy.on_call import OnCall
from bot.policy.policies import Policy
from bot.policy.rotations import Shift, Stretch
from bot.store.tables import marks
from bot.store.tables.marks import Mark
from bot.triage import reviews


def oncall(  # noqa: PLR0913  # Each is an option of the command.
    *,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="INSTANT",
            help="When, as 2026-11-26T17:00:00Z; without an offset in the zone of the "
            "team's calendar. Repeat it for several. Default: now.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for other programs.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Hours on call and pages by person.")
    ] = False,
    first: Annotated[
        str | None,
        typer.Option("--from", help="The report's first day. Default: last Monday."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Its last day. Default: a week.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the report as CSV.")
    ] = False,
    take_over_group: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Let this user group follow the shift, whoever is in it now.",
        ),
    ] = None,
) -> None:
    """Say who is on call, since when and until when.

    That is by the policy, with the covers of the record if there is one; of the past,
    by the policy that the record has of that time.

    The report says how on-call time and pages fell on people: in working time, by
    evening, by night, at weekends and on holidays, where each of them lives. It counts
    hours by the policy as it is now, and needs the record for the pages.
    """
    if take_over_group is not None:
        _take_over(take_over_group, read(None, now().date()))
        return
    if report:
        policy = read(None, now().date())
        days = due_times.day_range(first, last, policy, now())
        say(fairness_table.text(policy, days, as_csv=as_csv))
        return
    if first or last or as_csv:
        raise UserError("--from, --to and --csv are for --report.")
    asked = [due_times.instant(one) for one in at or ()] or [now()]
    policy = read(None, max(one.date() for one in asked))
    instants = [due_times.in_zone(one, policy.team_hours) for one in asked]
    policies = _policies(policy, instants)
    filled = _with_calendars(policies, instants[0])
    found = [
        recipients.on_call(of, one) for of, one in zip(filled, instants, strict=True)
    ]
    if as_json:
        answers = [_fields(one) for one in found]
        say(json.dumps(answers if len(answers) > 1 else answers[0], indent=2))
        return
    pairs = zip(instants, found, strict=True)
    say("\n\n".join("\n".join(_lines(policy, *pair)) for pair in pairs))


def _take_over(group: str, policy: Policy) -> None:
    """Note that a group is the bot's, which then looks at it at once."""
    named = policy.on_call.user_group
    if group != named:
        has = f"it names {named}" if named else "it names none"
        raise UserError(
            f"{group} is not the user group that policies.yaml names: {has}. Write it "
            "as on_call.user_group."
        )
    with record.opened() as database, database.transaction() as tx:
        marks.take_over(tx, group, system_clock())
        marks.drop(tx, Mark.USER_GROUP_FAILS)
        marks.drop(tx, Mark.USER_GROUP)
    say(f"{group} follows the shift from now on: whoever is primary is alone in it.")


def _policies(policy: Policy, instants: list[datetime]) -> list[Policy]:
    """Return the policy of each instant as the record knows it, if it can be read."""
    try:
        with record.reading() as tx:
            return [reviews.policy_at(tx, policy, one, now()) for one in instants]
    except NoRecordError:
        return [policy] * len(instants)
    except BotError as error:
        say(f"Without the record, so without covers: {error}", err=True)
        return [policy] * len(instants)


def _with_calendars(policies: list[Policy], at: datetime) -> list[Policy]:
    """Return the policies with those calendars read that the record does not know."""
    read: dict[str, tuple[Stretch, ...]] = {}
    for policy in policies:
        for feed, found in calendars.read(policy.with_feeds(read), at):
            if isinstance(found, str):
                read[feed.name] = ()
                say(f"rotations.{feed.name}: {found}", err=True)
            else:
                read[feed.name] = found.stretches
                said = "as its calendar is now, which the record does not know"
                say(f"rotations.{feed.name}: {said}.", err=True)
    return [
        one.with_feeds(
            {
                feed.name: read[feed.name]
                for feed in one.on_call.feeds
                if feed.stretches is None
            }
        )
        for one in policies
    ]


def _fields(on_call: OnCall) -> dict[str, object]:
    return {
        role.value: {
            "id": shift.person,
            "rotation": shift.rotation,
            "since": due_times.utc(shift.since),
            "until": due_times.utc(shift.until),
        }
        if shift.person is not None
        else None
        for role, shift in on_call.shifts()
    }


def _lines(policy: Policy, at: datetime, on_call: OnCall) -> Iterator[str]:
    zone = policy.team_hours.zone
    yield f"{due_times.local(at, zone)} ({zone.key})"
    for role, shift in on_call.shifts():
        yield f"  {role:<7}  {' '.join(_words(policy, shift))}"


def _words(policy: Policy, shift: Shift) -> Iterator[str]:
    zone = policy.team_hours.zone
    yield shift.person or "nobody"
    if shift.instead_of is not None:
        yield f"for {shift.instead_of}"
    if shift.rotation is not None:
        yield f"({shift.rotation})"
    if shift.since is not None:
        yield f"since {due_times.local(shift.since, zone)}"
    if shift.until is not None:
        yield f"until {due_times.local(shift.until, zone)}"
