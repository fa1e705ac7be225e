"""`sevbot doctor`: what is wrong with an installation."""

from collections.abc import Iterator
from itertools import chain, groupby
from operator import attrgetter
from typing import Annotated

import typer

from bot.cli import calendars
from bot.cli.printing import say
from bot.clock import system_clock
from bot.doctor import host
from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level, note, ok, wrong
from bot.settings import Settings, read_settings
from bot.slack.reasons import reason


def doctor(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Look as for `sevbot run --http`.")
    ] = False,
) -> None:
    """Look at tokens, scopes, channels, people, the clock, the record and the policy.

    It says what is wrong and how to fix it, and changes nothing. What rings outside of
    Slack gets a test, which wakes nobody. The exit status is 1 if something is wrong.
    """
    count, said, settings = 0, {""}, read_settings()
    findings = chain(
        examine(settings, system_clock, is_http=http),
        _rings(settings),
        _calendars(settings),
    )
    for mend, alike in groupby(findings, key=attrgetter("mend")):
        for finding in alike:
            say(f"{finding.level:<6} {finding.what}")
            count += finding.level is Level.WRONG
        if mend not in said:
            say(f"       {mend}")
            said.add(mend)
    things = "1 thing is" if count == 1 else f"{count} things are"
    say("Nothing is wrong." if not count else f"{things} wrong.")
    if count:
        raise typer.Exit(1)


def _rings(settings: Settings) -> Iterator[Finding]:
    """Send each target that rings a test, which wakes nobody."""
    # Imported here, since without a target nothing of it is needed.
    from bot.delivery import ring_calls  # noqa: PLC0415
    from bot.delivery.web_calls import WebCallError  # noqa: PLC0415

    for name, ring in settings.rings.items():
        try:
            ring_calls.send(
                ring, ring_calls.TEST, system_clock(), settings.private_addresses
            )
        except WebCallError as error:
            key = f"SEVBOT_RING_{name.upper()}_KEY"
            yield wrong(
                f"What rings as {name} does not take a test: "
                f"{reason(f'ring_{error}')}.",
                f"Look at {key} and its URL, and whether this host may call it.",
            )
        else:
            yield ok(f"What rings as {name} took a test.")


def _calendars(settings: Settings) -> Iterator[Finding]:
    """Read the calendars that plan rotations; nobody is on call by one that fails."""
    now = system_clock()
    policy, _ = host.of_policy(settings, now.date())
    if policy is None:
        return
    for feed, found in calendars.read(policy, now):
        if isinstance(found, str):
            yield wrong(
                f"rotations.{feed.name}: {found}", "`sevbot check` says it, too."
            )
            continue
        understood, *more = calendars.said(feed, found, policy)
        yield ok(f"{understood}.")
        for one in more:
            yield note(f"{one}.", "See `sevbot manual policy`, Who is on call.")
