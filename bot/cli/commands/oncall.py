"""`sevbot oncall`: who is on call at an instant."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from bot.cli import due_times
from bot.cli.policies import now, read
from bot.cli.printing import say
from bot.incidents import recipients
from bot.policy.on_call import OnCall
from bot.policy.policies import Policy
from bot.policy.rotations import Shift


def oncall(
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
) -> None:
    """Say who is on call, since when and until when, by the policy alone."""
    asked = [due_times.instant(one) for one in at or ()] or [now()]
    policy = read(None, max(one.date() for one in asked))
    instants = [due_times.in_zone(one, policy.team_hours) for one in asked]
    found = [recipients.on_call(policy, one) for one in instants]
    if as_json:
        answers = [_fields(one) for one in found]
        say(json.dumps(answers if len(answers) > 1 else answers[0], indent=2))
        return
    pairs = zip(instants, found, strict=True)
    say("\n\n".join("\n".join(_lines(policy, *pair)) for pair in pairs))


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
    if shift.rotation is not None:
        yield f"({shift.rotation})"
    if shift.since is not None:
        yield f"since {due_times.local(shift.since, zone)}"
    if shift.until is not None:
        yield f"until {due_times.local(shift.until, zone)}"
