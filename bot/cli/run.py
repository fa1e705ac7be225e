"""`sevbot run` and `sevbot demo`: the commands that start a bot."""

import gc
import logging
import signal
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from bot import app, logs
from bot.errors import BotError, PolicyError, UserError
from bot.inbound.socket_mode import REFUSALS
from bot.settings import is_env_file_open, read_settings
from bot.store import opening
from bot.store.maintenance import backups
from bot.store.maintenance.disks import must_be_ours

_LOOK_EVERY_S = 0.5

_OPEN_TO_ALL = "Other users of this machine can read the tokens: chmod 600 .env"
_OUT_OF_REACH = (
    "PORT is set, so this host wants to reach sevbot there, but sevbot listens on "
    "127.0.0.1 only. Set SEVBOT_HOST=0.0.0.0 if the host's router comes from outside."
)


def run(
    *,
    http: Annotated[
        bool,
        typer.Option(
            "--http",
            help="Let Slack send signed requests to SEVBOT_HOST and SEVBOT_PORT, "
            "path /slack/events, instead of Socket Mode.",
        ),
    ] = False,
) -> None:
    """Run the bot until it is stopped: over Socket Mode, or over signed HTTP.

    It starts also while Slack cannot be reached, and connects as soon as it can.
    `GET /healthz` tells how it is: over HTTP always, else where a port is set.
    """
    settings = read_settings()
    app.tokens(settings, is_http=http)
    if is_env_file_open():
        typer.echo(_OPEN_TO_ALL, err=True)
    if not opening.is_postgres(settings.database_url):
        record = opening.sqlite_path(settings.database_url)
        must_be_ours(record)
        backups.must_look_sound(record, settings.backups)
    logs.to_stderr()
    stopping = _until_told()
    prepared = app.prepared(settings, stopping, is_http=http)
    if prepared is None:
        return
    if (http or settings.is_port_set) and settings.is_out_of_reach:
        typer.echo(_OUT_OF_REACH, err=True)
    bot = prepared.bot
    with app.running(prepared), app.telling_health(settings, bot):
        # What is made by now stays: the collector need not look through it for ever.
        gc.freeze()
        typer.echo(f"sevbot starts in workspace {prepared.team}. Ctrl-C stops it.")
        _watch(bot.transport, stopping)
    typer.echo("sevbot stopped.")


def _watch(transport: app.Transport, stopping: Event) -> None:
    """Wait until the bot is to stop, and say when commands can arrive at last."""
    is_told = False
    while not stopping.wait(_LOOK_EVERY_S):
        if transport.failure in REFUSALS:
            raise BotError(
                f"Slack does not accept SLACK_APP_TOKEN ({transport.failure})."
            )
        if not is_told and transport.is_connected():
            typer.echo("sevbot is ready: commands can arrive.")
            is_told = True


def demo(  # noqa: PLR0913  # Each is an option of the command.
    *,
    policies: Annotated[
        Path | None, typer.Option(help="Try this policies file.", metavar="FILE")
    ] = None,
    port: Annotated[
        int, typer.Option(help="Where the page is; 0 takes any.", min=0, max=65535)
    ] = 8765,
    empty: Annotated[
        bool, typer.Option("--empty", help="Begin with nothing, not with a story.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Tell a story on the terminal instead.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Like --once, without the pauses.")
    ] = False,
    story: Annotated[
        str, typer.Option(help="With --once: which story.", metavar="NAME")
    ] = "two-days",
) -> None:
    """Show the bot in a local Slack, in your browser, with a clock that can travel.

    Nothing leaves this machine and nothing is kept.
    """
    # `run` has no use for a web server.
    from bot.demo import in_browser, stories, terminal, tried_policy  # noqa: PLC0415

    tried = tried_policy.tried(policies)
    if once or fast:
        if tried.problems:
            raise PolicyError(tuple(one["said"] for one in tried.problems))
        try:
            told = stories.find(story)
        except LookupError as error:
            raise UserError(f"{error}.") from None
        terminal.run(tried(), told, is_paced=not fast)
        return
    logs.to_stderr(logging.ERROR)
    stopping = _until_told()
    with in_browser.opened(tried, port=port, is_empty=empty) as opened:
        if opened.taken is not None:
            typer.echo(f"Port {opened.taken} is in use, so the next free one is taken.")
        for problem in tried.problems:
            typer.echo(problem["said"], err=True)
        typer.echo(f"Open {opened.page.url} in a browser. Ctrl-C stops it.")
        stopping.wait()
    typer.echo("sevbot demo stopped.")


def _until_told() -> Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
