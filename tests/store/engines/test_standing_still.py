"""A server that stands still holds nobody up for longer than was said."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.store import opening
from bot.store.database import Database
from bot.store.engines.connections import TimedConnection
from bot.store.maintenance import checking, copying
from tests.commands import Run
from tests.forwarder import Break, Forwarder
from tests.postgres import empty, shared, through
from tests.store.conftest import Open
from tests.store.maintenance.test_copying import content, live

WITHIN_S = 10

Call = Callable[[str], object]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may take minutes gets a second."""
    monkeypatch.setattr(TimedConnection, "long_within_s", 1.0)


@contextmanager
def behind(
    url: str, speaks: int | None = None, *, drips: bool = False
) -> Iterator[tuple[str, Forwarder]]:
    """Yield the URL of a database behind a forwarder."""
    with tempfile.TemporaryDirectory(prefix="sevbot-way-") as name:
        folder, server = Path(name), shared().folder
        with closing(Forwarder(folder, server, speaks=speaks, drips=drips)) as way:
            yield through(url, folder), way


def opens(url: str) -> None:
    opening.opened(url, "T1").close()


def checks(url: str) -> None:
    with opening.postgres().reading(url) as record:
        checking.faults(record.each, None)


def locks(url: str) -> None:
    with closing(opening.opened(url, "T1")) as database, database.whole() as whole:
        list(whole.each("SELECT * FROM incidents"))


def seconds(call: Call, url: str, speaks: int, *, drips: bool) -> float | None:
    """Freeze the server once it was spoken to so often, or let it drip.

    Return how long the call took to be refused; `None` if it was over by then.
    """
    with behind(url, speaks, drips=drips) as (way, _):
        began = time.monotonic()
        try:
            call(way)
        except StorageError:
            return time.monotonic() - began
    return None


def refused_after(
    call: Call, url: Callable[[], str], points: Sequence[int], *, drips: bool = False
) -> list[float]:
    """Return how long a call took, with the server frozen at each of some points."""
    with ThreadPoolExecutor(8) as threads:
        took = threads.map(
            lambda point: seconds(call, url(), point, drips=drips), points
        )
        return [one for one in took if one is not None]


DRIPS = pytest.mark.parametrize("drips", [False, True], ids=["frozen", "drips"])


@DRIPS
@pytest.mark.parametrize(
    "call",
    [opening.last_policy, opening.known_workspace, opening.postgres().tried, opens],
    ids=["policy", "workspace", "doctor", "open"],
)
def test_a_server_that_stops_answering_at_any_statement_is_given_up(
    call: Call, postgres_url: str, *, drips: bool
) -> None:
    took = refused_after(call, lambda: postgres_url, range(5), drips=drips)

    assert len(took) >= 2
    assert max(took) < WITHIN_S


@DRIPS
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("call", [checks, locks], ids=["check", "whole"])
def test_a_server_that_stops_answering_in_a_long_transaction_is_given_up(
    call: Call, postgres_url: str, *, drips: bool
) -> None:
    took = refused_after(call, lambda: postgres_url, range(2, 8), drips=drips)

    assert len(took) >= 3
    assert max(took) < WITHIN_S


@pytest.mark.usefixtures("hasty")
def test_a_server_frozen_in_a_migration_is_given_up_and_nothing_is_half_done() -> None:
    urls: list[str] = []

    def fresh() -> str:
        urls.append(empty())
        return urls[-1]

    took = refused_after(opens, fresh, [*range(2, 8), 20, 40])

    assert len(took) >= 7
    assert max(took) < WITHIN_S
    for url in urls:
        opens(url)


@pytest.fixture
def full(tmp_path: Path, open_record: Open) -> Database:
    """A record in a file."""
    database = open_record(f"sqlite:///{tmp_path / 'full.db'}")
    live(database, "T1")
    return database


@pytest.mark.parametrize("broken", [Break.UNANSWERED, Break.SILENT])
@pytest.mark.usefixtures("hasty")
def test_a_copy_whose_commit_is_unanswered_is_found(
    broken: Break, full: Database, postgres_url: str
) -> None:
    with (
        behind(postgres_url) as (url, way),
        closing(opening.opened(url, "")) as server,
    ):
        way.at_commit = broken

        copied = copying.copy(full, server)

        assert way.broke == [broken]
        assert content(server) == content(full)
    assert copied["incidents"] == 3


@pytest.mark.usefixtures("hasty")
def test_a_copy_whose_commit_never_arrived_is_certainly_not_there(
    full: Database, postgres_url: str
) -> None:
    with (
        behind(postgres_url) as (url, way),
        closing(opening.opened(url, "")) as server,
    ):
        way.at_commit = Break.UNSENT

        with pytest.raises(StorageError) as refused:
            copying.copy(full, server)

        assert not refused.value.in_doubt
        assert not any(content(server).values())


@pytest.mark.usefixtures("hasty", "full")
@pytest.mark.parametrize("broken", [Break.UNANSWERED, Break.UNSENT])
def test_a_copy_that_cannot_be_looked_up_ends_with_a_status_of_its_own(
    broken: Break, tmp_path: Path, postgres_url: str, run: Run
) -> None:
    source = f"sqlite:///{tmp_path / 'full.db'}"
    with behind(postgres_url) as (url, way):
        way.at_commit, way.leaves = broken, True

        ran = run("db", "copy", source, url)

    again = run("db", "copy", source, postgres_url)
    assert ran.status == 3
    assert "sevbot: It is not known whether the copy is there" in ran.err
    is_there = "There are incidents already" in again.err
    assert is_there == (broken is Break.UNANSWERED)
    assert again.status == is_there
