"""`sevbot manifest` and `sevbot doctor`: connecting a real Slack."""

import json
from typing import Annotated

import typer

from bot.clock import system_clock
from bot.doctor.examination import examine
from bot.doctor.findings import Level
from bot.doctor.manifest import explained
from bot.doctor.manifest import manifest as made
from bot.settings import read_settings


def manifest(
    *,
    http: Annotated[
        str | None,
        typer.Option(
            help="The https address at which Slack reaches `sevbot run --http`. "
            "Without it the app uses Socket Mode.",
            metavar="URL",
        ),
    ] = None,
    prefix: Annotated[
        str,
        typer.Option(
            help="Stands before each command, as in acme- for /acme-sev1. Of two apps "
            "with the same command the one that was installed last gets it.",
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="What the app is called.")] = "sevbot",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say instead what each scope is for.")
    ] = False,
) -> None:
    """Print the manifest to paste at "Create an app", "From a manifest", in Slack."""
    printed = made(http=http, prefix=prefix, name=name)
    if explain:
        typer.echo(explained())
    else:
        typer.echo(json.dumps(printed, indent=2, ensure_ascii=False))


def doctor(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Look as for `sevbot run --http`.")
    ] = False,
) -> None:
    """Look at tokens, scopes, channels, people, the clock, the record and the policy.

    It says what is wrong and how to mend it, and changes nothing. The exit status is 1
    if something must be mended.
    """
    found = []
    for finding in examine(read_settings(), system_clock, is_http=http):
        found.append(finding)
        typer.echo(f"{finding.level:<6} {finding.what}")
        if finding.mend:
            typer.echo(f"       {finding.mend}")
    count = sum(one.level is Level.WRONG for one in found)
    things = "1 thing is" if count == 1 else f"{count} things are"
    typer.echo("Nothing is wrong." if not count else f"{things} wrong.")
    if count:
        raise typer.Exit(1)
