"""How a command that runs on is told to stop."""

import signal
from threading import Event


def until_told() -> Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
