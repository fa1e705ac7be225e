"""`sevbot demo`: the local Slack in a browser, with the real bot in it.

Nothing leaves this machine, and everything is deleted at the end.
"""

import errno
import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.live import Live
from bot.demo.stage import Stage
from bot.demo.stories import TWO_DAYS, Story
from bot.demo.telling import BEAT_S
from bot.demo.tried_policy import Policies
from bot.emulator.page.server import Page, open_page
from bot.errors import BotError

PORT = 8765
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A running demo. `taken` is the port that was asked for but in use, or None."""

    page: Page
    live: Live
    stage: Stage
    taken: int | None


def show(url: str) -> bool:
    """Open an address in this machine's browser; `False` if it has none to show.

    Without a screen there may still be a browser for terminals, which would take ours.
    """
    has_screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return has_screen and webbrowser.open(url)


@contextmanager
def opened(
    tried: Policies,
    *,
    port: int = PORT,
    story: Story | None = TWO_DAYS,
    beat: float = BEAT_S,
) -> Iterator[Opened]:
    """Run the demo, perhaps with a story. Port 0 takes a free one.

    `beat` is the pace of a story's steps, in seconds.

    Raises BotError if the port and the next ones are all in use.
    """
    with TemporaryDirectory() as folder:
        begins_at = (story or TWO_DAYS).begins_at(tried().team_hours.zone)
        live = Live(Path(folder), tried, begins_at)
        stage = Stage(live, tried, beat)
        live.start()
        try:
            page = _page(live, stage, port)
            stage.stir = page.stir
            stage.start()
            if story is not None:
                stage.do("story", {"story": story.id})
            taken = port if port and not page.url.endswith(f":{port}/") else None
            try:
                yield Opened(page, live, stage, taken)
            finally:
                stage.stop()
        finally:
            live.stop()


def _page(live: Live, stage: Stage, port: int) -> Page:
    """Open the page on the port, or on the next one that is free."""
    ports = range(port, port + _TRIES) if port else range(1)
    for each in ports:
        try:
            return open_page(live.slack, each, stage)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
        except OverflowError:
            break
    raise BotError(f"The ports from {port} on are all in use; name another: --port.")
