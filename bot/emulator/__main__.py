"""`python -m bot.emulator`: the local Slack as a process of its own.

It prints one line of JSON, `api_url`, `bot_token`, `app_token`, `signing_secret`,
`page` and `control`, and serves on 127.0.0.1 until SIGINT or SIGTERM. At first it has
only the bot; add people and channels through `control`.
"""

import json
import logging
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from bot.emulator.clocks import FileClock
from bot.emulator.control import Control
from bot.emulator.driver import LocalSlack
from bot.emulator.page.server import open_page
from bot.emulator.workspace import system_clock


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    given = _given(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    if given.until_eof:
        Thread(target=_await_eof, args=(stopping,), daemon=True).start()
    clock = FileClock(given.clock) if given.clock else system_clock
    with LocalSlack(clock, port=given.port, ack_within=given.ack_within) as slack:
        control = Control(slack, given.control_port)
        control.start()
        try:
            print(json.dumps(_told(slack, control, given)), flush=True)  # noqa: T201
            stopping.wait()
        finally:
            control.stop()


def _given(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="python -m bot.emulator", description=__doc__)
    for port in ("--port", "--page-port", "--control-port"):
        parser.add_argument(port, type=int, default=0, help="default: any that is free")
    parser.add_argument(
        "--clock", type=Path, metavar="FILE", help="share a time that travels"
    )
    parser.add_argument(
        "--ack-within",
        type=float,
        default=3.0,
        metavar="SECONDS",
        help="how long people wait for the app (default: 3, as in Slack)",
    )
    parser.add_argument(
        "--until-eof", action="store_true", help="stop where the input ends, too"
    )
    return parser.parse_args(arguments)


def _told(slack: LocalSlack, control: Control, given: Namespace) -> dict[str, str]:
    return {
        "api_url": slack.api_url,
        "bot_token": slack.bot_token,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "page": open_page(slack, given.page_port).url,
        "control": control.url,
    }


def _await_eof(stopping: Event) -> None:
    sys.stdin.read()
    stopping.set()


if __name__ == "__main__":
    main()
