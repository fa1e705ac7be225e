"""How a long-running command learns that it should stop."""

import signal
from threading import Event


def until_told() -> Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
