"""The record that a command works with."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from bot.errors import BotError
from bot.settings import read_settings
from bot.store import opening
from bot.store.database import Database, Transaction


class NoRecordError(BotError):
    """No bot has begun a record yet."""


@contextmanager
def opened(url: str | None = None) -> Iterator[Database]:
    """Open a record, by default that of the settings. Raises NoRecordError."""
    url = url or read_settings().database_url
    workspace = opening.known_workspace(url)
    if workspace is None:
        raise NoRecordError("There is no record yet.")
    with closing(opening.opened(url, workspace)) as database:
        yield database


@contextmanager
def reading(url: str | None = None) -> Iterator[Transaction]:
    """Read a record, by default that of the settings. Raises NoRecordError."""
    with opened(url) as database, database.reading() as tx:
        yield tx


def names(tx: Transaction) -> Callable[[str], str]:
    """Return what gives a person's name by their Slack id, or else the id."""
    known = {row["id"]: row["name"] for row in tx.all("people")}
    return lambda person: known.get(person) or person
