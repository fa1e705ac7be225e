"""The record behind a pooler in transaction mode: nothing relies on a session."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database
from bot.store.engines.connections import connected, keep_plans
from bot.store.maintenance import copying
from bot.store.queries import named
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.use_cases import Triage
from tests import pooler, postgres
from tests.factories import pacific, shipped_policy
from tests.store.test_contract import COMPARED, answers, live, without_id

NOON = pacific(24, "12:00")
CLIENTS = 6


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The folder of a pooler's socket."""
    with pooler.pooler(postgres.shared().folder) as folder:
        yield folder


@pytest.fixture
def pooled_url(folder: Path) -> str:
    """The URL of a database without any table, behind the pooler."""
    return postgres.through(postgres.empty(), folder)


@pytest.fixture(scope="module")
def lived(folder: Path) -> Iterator[tuple[Database, Database]]:
    """A record behind the pooler and one without it, after the same life."""
    urls = postgres.through(postgres.empty(), folder), postgres.empty()
    with ExitStack() as stack:
        pooled, direct = (opening.opened(url, "T1") for url in urls)
        for database in (pooled, direct):
            stack.enter_context(closing(database))
            live(database)
        yield pooled, direct


@pytest.mark.parametrize("query", COMPARED)
def test_every_statement_answers_as_without_a_pooler(
    lived: tuple[Database, Database], query: str
) -> None:
    pooled, direct = (
        sorted((without_id(row) for row in answers(database, query)), key=str)
        for database in lived
    )

    assert pooled == direct


def test_bots_that_start_at_once_migrate_a_record_once(pooled_url: str) -> None:
    starting = Barrier(4)

    def start(_: int) -> None:
        starting.wait(10)
        opening.opened(pooled_url, "T1").close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(4)))

    noted = postgres.by_hand(pooled_url, "SELECT name FROM sevbot_migrations")
    assert [name for (name,) in noted] == list(named("schema.sql"))


def test_replicas_that_share_few_connections_take_each_number_once(
    pooled_url: str,
) -> None:
    with ExitStack() as stack:
        both = [
            stack.enter_context(closing(opening.opened(pooled_url, "T1")))
            for _ in range(2)
        ]

        def open_one(number: int) -> int:
            context = Context(
                both[number % 2], shipped_policy, lambda: NOON, lambda: NOON, "T1"
            )
            triage = Triage(context)
            report = Report(Severity.SEV2, f"fault {number}", "C1", "Acme", "premium")
            return triage.open(Act("U0ANA", f"key/{number}"), report).incident.number

        with ThreadPoolExecutor(CLIENTS) as threads:
            numbers = list(threads.map(open_one, range(30)))

    assert sorted(numbers) == list(range(1, 31))


def test_a_record_is_copied_through_a_pooler(
    lived: tuple[Database, Database], pooled_url: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with (
        closing(opening.opened(url, "T1")) as file,
        closing(opening.opened(pooled_url, "T1")) as other,
    ):
        there = copying.copy(lived[0], file)
        back = copying.copy(file, other)

    assert there == back
    assert there["incidents"] == 3


@pytest.mark.parametrize("is_pooled", [False, True], ids=["direct", "pooled"])
def test_the_server_keeps_plans_only_where_no_pooler_is(
    folder: Path, *, is_pooled: bool
) -> None:
    direct = postgres.empty()
    url = postgres.through(direct, folder) if is_pooled else direct
    kept = "SELECT COUNT(*) AS kept FROM pg_prepared_statements WHERE name <> $1"

    with closing(connected(url)) as connection:
        keep_plans(connection)
        found = [connection.execute(kept, ["none"]).fetchone() for _ in range(4)]

    assert [row["kept"] > 0 for row in found if row] == (
        [False] * 4 if is_pooled else [False, False, True, True]
    )


def test_the_pooler_gives_many_clients_the_same_few_connections(
    folder: Path,
) -> None:
    url = postgres.through(postgres.empty(), folder)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(psycopg.connect(url, autocommit=True))
            for _ in range(CLIENTS)
        ]
        asked = [client.execute("SELECT pg_backend_pid()") for client in clients]
        served = {answer.fetchone() for answer in asked}

    assert len(served) < CLIENTS
