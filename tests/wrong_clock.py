"""A bot as `sevbot run` starts it, whose system clock a test moves.

`python -m tests.wrong_clock FILE` runs until it is stopped. The file says by how many
seconds the clock is ahead.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from bot import app
from bot.clock import system_clock
from bot.inbound.starting import telling_health
from bot.settings import read_settings


def main(ahead: Path) -> None:
    def clock() -> datetime:
        seconds = float(ahead.read_text(encoding="utf-8"))
        return system_clock() + timedelta(seconds=seconds)

    settings, stopping = read_settings(), Event()
    prepared = app.prepared(settings, stopping, system_clock=clock)
    assert prepared is not None, "nobody tells it to stop"
    with app.running(prepared), telling_health(settings, prepared.bot.health):
        stopping.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
