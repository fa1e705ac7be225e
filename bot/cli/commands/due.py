"""`sevbot due`: both due times of a case."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli import due_times
from bot.cli.policies import now, read, say_if_later
from bot.cli.printing import say
from bot.errors import UserError
from bot.policy.names import folded
from bot.policy.parsing.notation import nearest, quoted
from bot.policy.policies import Policy
from bot.policy.severities import Severity


def _say_ahead(days: int | None) -> None:
    if days is None:
        return
    from bot.cli import coming_days  # noqa: PLC0415  # A case needs no record.

    say(coming_days.text(days))
    raise typer.Exit


def due(  # noqa: PLR0913  # Each is an option of the command.
    severity: Annotated[
        str, typer.Argument(metavar="SEVERITY", help="sev1, sev2, sev3 or sev4.")
    ],
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A plan's name in policies.yaml.")
    ],
    *,
    at: Annotated[
        str | None,
        typer.Option(
            help="When the customer reported, as 2026-11-20T16:50-08:00; without an "
            "offset in the calendar's zone. Default: now."
        ),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(help="Count in this calendar of the policy.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Count in this customer's calendar.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for other programs.")
    ] = False,
    ahead: Annotated[  # noqa: ARG001  # It is answered before the case is asked for.
        int | None,
        typer.Option(
            metavar="DAYS",
            min=1,
            max=60,
            is_eager=True,
            callback=_say_ahead,
            help="Say instead what falls due today and on so many business days after "
            "it, of what is open.",
        ),
    ] = None,
) -> None:
    """Say when the first response and the next update are due, and why.

    Example: sevbot due sev2 standard --at 2026-11-25T15:00
    """
    reported = due_times.instant(at) if at else now()
    policy = read(None, reported.date())
    case = _severity(policy, severity), _plan(policy, plan)
    name = _calendar(policy, *case, calendar, customer)
    if reported.tzinfo is None:
        zone = policy.hours(name).zone.key
        said = f"{at} is read in {zone}, the zone of the calendar {name}."
        say(said, err=as_json)
    say_if_later(policy, due_times.in_zone(reported, policy.team_hours))
    answer = due_times.answer(policy, *case, name, reported)
    text = due_times.as_json(answer) if as_json else due_times.as_text(answer, policy)
    say(text)


def _severity(policy: Policy, written: str) -> Severity:
    for severity in policy.severities:
        if folded(written) in (severity, str(severity.number)):
            return severity
    raise _unknown("severity", written, list(policy.severities))


def _plan(policy: Policy, written: str) -> str:
    if (plan := policy.find_plan(written)) is not None:
        return plan.id
    raise _unknown("plan", written, [plan.id for plan in policy.plans])


def _calendar(
    policy: Policy,
    severity: Severity,
    plan: str,
    calendar: str | None,
    customer: str | None,
) -> str:
    if calendar and customer:
        raise UserError("Write --calendar or --customer, not both.")
    if customer and policy.find_customer(customer) is None:
        raise _unknown("customer", customer, [one.name for one in policy.customers])
    if calendar is None:
        return policy.calendar_name(severity, plan, customer)
    for name in policy.calendars:
        if folded(name) == folded(calendar):
            return name
    raise _unknown("calendar", calendar, list(policy.calendars))


def _unknown(kind: str, written: str, names: Sequence[str]) -> UserError:
    said = f"{quoted(written)} is no {kind}."
    if near := nearest(written, names):
        return UserError(f"{said} Did you mean {near}?")
    if not names:
        return UserError(f"{said} The policy has none.")
    return UserError(f"{said} Try one of: {', '.join(names[:10])}.")
