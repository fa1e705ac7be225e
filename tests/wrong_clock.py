"""A bot as `sevbot run` starts it, with the system clock ahead.

`python -m tests.wrong_clock SECONDS` runs until it is stopped.
"""

import sys
from datetime import datetime, timedelta
from threading import Event

from bot import app
from bot.clock import system_clock
from bot.settings import read_settings


def main(ahead: timedelta) -> None:
    def clock() -> datetime:
        return system_clock() + ahead

    stopping = Event()
    prepared = app.prepared(read_settings(), stopping, system_clock=clock)
    assert prepared is not None, "nobody tells it to stop"
    with app.running(prepared):
        stopping.wait()


if __name__ == "__main__":
    main(timedelta(seconds=float(sys.argv[1])))
