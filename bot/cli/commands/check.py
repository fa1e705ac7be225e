"""`sevbot check`: what is wrong with a policies file."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import calendars
from bot.cli.policies import now, read
from bot.cli.printing import say
from bot.incidents.reach import Why
from bot.policy import contradictions
from bot.policy.parsing import policy_file
from bot.policy.policies import Policy
from bot.policy.rotations import Stretch
from bot.policy.severities import Severity
from bot.settings import read_settings


def check(
    file: Annotated[
        Path | None, typer.Argument(help="Default: as SEVBOT_POLICIES says.")
    ] = None,
) -> None:
    """Say everything that is wrong with a policies file.

    Calendars that plan rotations are read, too, and it says what was understood.
    Warnings are not errors: they name settings that can hardly be meant, and say where
    a calendar makes a stricter target due later than a milder one, and when.
    """
    at = now()
    policy = read(file, at.date())
    what = next(iter(policy.texts))
    if policy_file.is_default_used(file or read_settings().policies):
        what = "The one that comes with sevbot"
    say(f"{what} is good: {_counted(policy)}.")
    if policy.effective_from is not None and policy.effective_from > at:
        begin = policy.effective_from.astimezone(policy.team_hours.zone)
        say(f"It counts from {begin:%a %d %b %Y} on.")
    say(_rings(policy))
    warnings, stretches = list[str](), dict[str, tuple[Stretch, ...]]()
    for feed, found in calendars.read(policy, at, file):
        if isinstance(found, str):
            warnings.append(f"rotations.{feed.name}: {found}")
        else:
            understood, *more = calendars.said(feed, found, policy)
            say(f"{understood}.")
            warnings += more
            stretches[feed.name] = found.stretches
    policy = policy.with_feeds(stretches)
    for warning in (*warnings, *contradictions.warnings(policy, at)):
        say(f"warning: {warning}")


def _rings(policy: Policy) -> str:
    """Say what rings for a person outside of their day, and why the rest does not."""
    wakes = [
        f"{severity.label} of {', '.join(plans)}"
        for severity in policy.severities
        if (plans := _woken(policy, severity))
    ]
    rings = f"only {'; '.join(wakes)} rings: {Why.WAKES}" if wakes else "nothing rings"
    return (
        "Outside of a person's working day and shifts, and in their quiet hours, "
        f"{rings}. The rest waits; outside of quiet hours not if {Why.MISSED}. "
        f"Besides pages a person gets at most {policy.budget} messages a day."
    )


def _woken(policy: Policy, severity: Severity) -> list[str]:
    wakes = policy.escalation.wakes
    return [one.id for one in policy.plans if (severity, one.id) in wakes]


def _counted(policy: Policy) -> str:
    counts = {
        "plan": len(policy.plans),
        "calendar": len(policy.calendars),
        "customer": len(policy.customers),
    }
    return ", ".join(
        f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items()
    )
