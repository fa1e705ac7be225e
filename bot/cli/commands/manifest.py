"""`sevbot manifest`: the manifest from which Slack creates the app."""

import json
from typing import Annotated

import typer

from bot.doctor.manifest import explained
from bot.doctor.manifest import manifest as made


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
