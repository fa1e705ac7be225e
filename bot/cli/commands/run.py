"""`sevbot run`: the bot itself."""

import gc
from contextlib import nullcontext
from threading import Event
from typing import Annotated

import typer

from bot import app, logs
from bot.cli.printing import say
from bot.cli.signals import until_told
from bot.errors import BotError
from bot.inbound.socket_mode import is_hopeless
from bot.inbound.starting import telling_health
from bot.inbound.transports import Transport
from bot.settings import (
    OUT_OF_REACH,
    SIGNED_HTTP,
    SOCKET_MODE,
    is_env_file_open,
    read_settings,
    refused,
)
from bot.store import opening
from bot.store.maintenance import backups
from bot.store.maintenance.disks import must_be_ours

_LOOK_EVERY_S = 0.5
_DEAF_AFTER_LOOKS = 20

_READY = "sevbot is ready: commands can arrive."
_UNPROVEN = " The first one shows whether SLACK_SIGNING_SECRET is the right one."
_DEAF = (
    "sevbot hears no command yet ({}). It goes on; the log says why, and sevbot doctor "
    "what to do."
)

_OPEN_TO_ALL = "Other users of this machine can read the tokens: chmod 600 .env"


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

    It also starts while Slack cannot be reached, and connects as soon as it can.
    `GET /healthz` reports its health: always over HTTP, otherwise if a port is set.
    """
    settings = read_settings(*(SIGNED_HTTP if http else SOCKET_MODE))
    if is_env_file_open():
        say(_OPEN_TO_ALL, err=True)
    if not opening.is_postgres(settings.database_url):
        record = opening.sqlite_path(settings.database_url)
        must_be_ours(record)
        backups.must_look_sound(record, settings.backups)
    logs.to_stderr()
    stopping = until_told()
    prepared = app.prepared(settings, stopping, is_http=http)
    if prepared is None:
        return
    if (http or settings.is_port_set) and settings.is_out_of_reach:
        say(" ".join(OUT_OF_REACH), err=True)
    bot = prepared.bot
    told = nullcontext() if http else telling_health(settings, bot.health)
    with app.running(prepared), told:
        # What exists by now lives as long as the bot: the collector can skip it.
        gc.freeze()
        say(f"sevbot starts in workspace {bot.context.workspace}. Ctrl-C stops it.")
        _watch(bot.transport, stopping, is_http=http)
    say("sevbot stopped.")


def _watch(transport: Transport, stopping: Event, *, is_http: bool) -> None:
    """Wait until the bot should stop, and say whether it hears commands."""
    is_told, looks = False, 0
    while not stopping.wait(_LOOK_EVERY_S):
        # Later it goes on without: pages are still sent, and the health says why.
        failure = transport.failure
        if not is_told and failure is not None and is_hopeless(failure):
            raise BotError(refused("SLACK_APP_TOKEN", failure))
        if not is_told and transport.is_connected():
            say(_READY + _UNPROVEN * is_http)
            is_told = True
        looks += 1
        if not is_told and looks == _DEAF_AFTER_LOOKS:
            say(_DEAF.format(failure or "no connection to Slack"), err=True)
