"""The pages of people are read one after the other, whatever one read does."""

from datetime import timedelta
from threading import Event, Thread

from bot.errors import Fate, SlackError
from bot.running.reading import Reading

LATER = timedelta(hours=12)


def reading(*waits: timedelta | Exception, last: Event) -> Reading:
    """Return a reading whose calls end like this; after them `last` is set."""
    left = list(waits)

    def read_page() -> timedelta:
        outcome = left.pop(0)
        if not left:
            last.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return Reading("people", read_page)


def test_each_page_is_read_as_soon_as_the_one_before_said() -> None:
    last = Event()
    soon = timedelta(milliseconds=10)
    pages = reading(soon, soon, LATER, last=last)

    pages.start()
    is_read = last.wait(5)
    pages.stop()

    assert is_read


def test_a_page_that_failed_is_read_again_in_a_minute() -> None:
    last = Event()
    pages = reading(SlackError("internal_error", Fate.UNKNOWN), last=last)

    pages.start()
    last.wait(5)
    pages.stop()

    assert pages._wait == timedelta(minutes=1)


def test_a_long_wait_does_not_delay_a_stop() -> None:
    last = Event()
    pages = reading(LATER, last=last)
    pages.start()
    last.wait(5)

    stopping = Thread(target=pages.stop, daemon=True)
    stopping.start()
    stopping.join(5)

    assert not stopping.is_alive()
