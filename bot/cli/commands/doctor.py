"""`sevbot doctor`: what is wrong with an installation."""

from typing import Annotated

import typer

from bot.cli.printing import say
from bot.clock import system_clock
from bot.doctor.examination import examine
from bot.doctor.findings import Level
from bot.settings import read_settings


def doctor(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Look as for `sevbot run --http`.")
    ] = False,
) -> None:
    """Look at tokens, scopes, channels, people, the clock, the record and the policy.

    It says what is wrong and how to fix it, and changes nothing. The exit status is 1
    if something is wrong.
    """
    found = []
    for finding in examine(read_settings(), system_clock, is_http=http):
        found.append(finding)
        say(f"{finding.level:<6} {finding.what}")
        if finding.mend:
            say(f"       {finding.mend}")
    count = sum(one.level is Level.WRONG for one in found)
    things = "1 thing is" if count == 1 else f"{count} things are"
    say("Nothing is wrong." if not count else f"{things} wrong.")
    if count:
        raise typer.Exit(1)
