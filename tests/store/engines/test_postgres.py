"""The record in PostgreSQL: its errors, and how it recovers."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from traceback import format_exception

import psycopg
import pytest

from bot.errors import BotError, StorageError
from bot.store import opening
from bot.store.database import Database
from bot.store.engines.postgres import PostgresDatabase
from bot.store.engines.statements import PostgresTransaction
from tests.factories import pacific
from tests.forwarder import Break, Forwarder
from tests.postgres import Postgres, by_hand, server, shared, through
from tests.store.conftest import Open, forgetful

NOON = pacific(24, "12:00")
BACK_WITHIN_S = 5

Behind = tuple[Database, Forwarder]


@pytest.fixture
def database(postgres_url: str, open_record: Open) -> Database:
    return open_record(postgres_url)


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A server that may be stopped."""
    with server() as started:
        yield started


@pytest.fixture
def behind(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, open_record: Open
) -> Iterator[Behind]:
    """A record, and the forwarder before it."""
    folder = tmp_path_factory.mktemp("way")
    with closing(Forwarder(folder, shared().folder)) as way:
        database = opening.opened(through(postgres_url, folder), "T1")
        yield database, way
        way.thaw()
        database.close()


# A table that is gone, and one error of each class that PostgreSQL documents.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
CLASSES = (
    "02 03 08 09 0A 0B 0F 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D "
    "3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX"
)
AWRY = ["* FROM nowhere", *(f"awry('{one}001')" for one in CLASSES.split())]

Write = Callable[[Database], object]
MANY = 8  # As many as there may be connections.


def note(database: Database, at: datetime = NOON) -> None:
    with database.transaction() as tx:
        tx.one("set_mark", name="tick", at=at)


def noted(database: Database) -> object:
    with database.transaction() as tx:
        row = tx.one("mark", name="tick")
    return row["at"] if row else None


def jot(database: Database) -> None:
    """Write a row that is sent only with the commit."""
    with database.transaction() as tx:
        tx.write("set_mark", name="tick", at=NOON)


def connect(database: Database, many: int) -> None:
    """Make a record keep this many connections."""
    with ExitStack() as all_at_once:
        for _ in range(many):
            all_at_once.enter_context(database.transaction()).one("mark", name="tick")


def refusal(database: Database, write: Write = note) -> str:
    """Return why a write was refused."""
    with pytest.raises(StorageError) as refused:
        write(database)
    return refused.value.reason


def seconds_until_written(database: Database, write: Write = note) -> float:
    """Try until a write succeeds, and return how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < BACK_WITHIN_S * 2:
        try:
            write(database)
        except StorageError:
            continue
        return time.monotonic() - began
    raise AssertionError("it never came back")


def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    def fail_after_a_write() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        fail_after_a_write()

    assert noted(database) is None


def test_a_failed_transaction_is_not_committed_even_if_the_error_is_caught(
    database: Database,
) -> None:
    def go_on_after_a_failure() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            with pytest.raises(StorageError, match="NotNullViolation"):
                tx.one("set_mark", name=None, at=NOON)

    with pytest.raises(StorageError):
        go_on_after_a_failure()

    assert noted(database) is None


def test_a_transaction_that_failed_at_once_does_not_begin_again(
    database: Database,
) -> None:
    def go_on_after_a_failure() -> None:
        with database.transaction() as tx:
            with pytest.raises(StorageError, match="NotNullViolation"):
                tx.one("set_mark", name=None, at=NOON)
            tx.write("set_mark", name="tick", at=NOON)

    assert refusal(database, lambda _: go_on_after_a_failure()) == (
        "a statement before failed"
    )
    assert noted(database) is None


def test_a_cut_connection_is_replaced_for_all_that_was_asked_first(
    postgres_url: str, database: Database
) -> None:
    note(database)
    cut(postgres_url)

    with database.reading() as tx:
        asked = [tx.ask("mark", name=name) for name in ("tick", "digest")]

    assert [read() for read in asked] == [[{"at": NOON}], []]


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        (NOON, NOON),
        (NOON.replace(microsecond=123999), NOON.replace(microsecond=123000)),
        (datetime(2026, 11, 24, 12, tzinfo=timezone(timedelta(hours=-8))), NOON),
    ],
    ids=["a whole second", "to the millisecond", "of another zone"],
)
def test_instants_come_back_in_utc_and_to_the_millisecond(
    database: Database, at: datetime, kept: datetime
) -> None:
    note(database, at)

    found = noted(database)
    assert found == kept
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


def test_a_character_that_postgresql_does_not_know_is_left_out(
    database: Database,
) -> None:
    with database.transaction() as tx:
        tx.one("save_inbox", key="k", received_at=NOON, answer="push\0 fails")

        row = tx.one("inbox_answer", key="k")

    assert row == {"answer": "push fails", "received_at": NOON}


def test_workspaces_in_one_record_are_isolated(
    postgres_url: str, open_record: Open
) -> None:
    note(open_record(postgres_url, "T1"))

    assert noted(open_record(postgres_url, "T2")) is None


def test_waiting_for_a_lock_fails_before_slack_gives_up(
    postgres_url: str, database: Database
) -> None:
    note(database)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT name FROM marks FOR UPDATE")
        began = time.monotonic()

        assert refusal(database) == "the database is locked"

        assert time.monotonic() - began < 2.5
    note(database)


@pytest.mark.parametrize("write", [note, jot], ids=["at once", "at the commit"])
def test_a_record_that_may_only_be_read_says_so(
    postgres_url: str, database: Database, write: Write
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    read_only = f"ALTER DATABASE {name} SET default_transaction_read_only = "
    by_hand(postgres_url, read_only + "on")
    cut(postgres_url)

    why = refusal(database, write)
    by_hand(postgres_url, read_only + "off")

    assert why == "the database is read-only"
    # The connections to what took no writes any more are given up.
    assert seconds_until_written(database, write) < BACK_WITHIN_S


def test_a_reset_session_is_named_in_plain_words(
    postgres_url: str,
) -> None:
    reasons = set()
    with closing(PostgresDatabase(postgres_url, "T1")) as database:
        for _ in range(12):
            note(database)
        for _ in range(MANY):
            with database._pool.connection() as connection:
                connection.pgconn.exec_(b"DISCARD ALL")

        for _ in range(MANY):
            try:
                note(database)
            except StorageError as error:
                reasons.add(error.reason)

        assert reasons == {"the session was reset"}
        assert noted(database) == NOON


def test_cut_connections_are_replaced_before_use(
    postgres_url: str, database: Database
) -> None:
    connect(database, 2)

    cut(postgres_url)

    note(database)
    assert noted(database) == NOON


def test_a_cut_connection_fails_its_transaction_and_leaves_nothing(
    postgres_url: str, database: Database
) -> None:
    def be_cut_off() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            cut(postgres_url)

    with pytest.raises(StorageError) as refused:
        be_cut_off()

    assert refused.value.reason == "the database cannot be reached"
    assert noted(database) is None


@pytest.mark.parametrize("broken", list(Break))
def test_a_commit_without_an_answer_is_unconfirmed(
    broken: Break, behind: Behind
) -> None:
    database, way = behind
    way.at_commit = broken

    with pytest.raises(StorageError) as refused:
        note(database)

    assert refused.value.in_doubt
    assert noted(database) == (None if broken is Break.UNSENT else NOON)


def test_a_failure_before_the_commit_is_certain(behind: Behind) -> None:
    database, way = behind

    def be_frozen() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            way.freeze()
            tx.one("mark", name="tick")

    began = time.monotonic()
    with pytest.raises(StorageError) as refused:
        be_frozen()

    assert time.monotonic() - began < 2.8
    assert refused.value.reason == "the database does not answer"
    assert not refused.value.in_doubt
    way.thaw()
    assert seconds_until_written(database) < BACK_WITHIN_S


def test_writes_lost_before_the_commit_is_sent_are_certainly_lost(
    behind: Behind,
) -> None:
    database, way = behind

    def write_much() -> None:
        with database.transaction() as tx:
            tx.one("mark", name="tick")
            way.freeze()
            for number in range(60):
                tx.write("set_mark", name=f"mark {number}", at=NOON)

    with pytest.raises(StorageError) as refused:
        write_much()

    assert refused.value.reason == "the database does not answer"
    assert not refused.value.in_doubt


def test_every_connection_to_a_frozen_server_is_given_up_at_once(
    behind: Behind,
) -> None:
    database, way = behind
    connect(database, 3)
    way.freeze()
    why = {refusal(database) for _ in range(2)}
    way.thaw()

    assert why <= {"the database does not answer", "the database cannot be reached"}
    assert seconds_until_written(database) < BACK_WITHIN_S


@pytest.mark.parametrize("act", [note, noted], ids=["writing", "reading"])
def test_a_server_that_answers_byte_by_byte_is_given_up_in_time(
    behind: Behind, act: Callable[[Database], object]
) -> None:
    database, way = behind
    note(database)
    way.drip()

    began = time.monotonic()
    with pytest.raises(StorageError) as refused:
        act(database)

    assert time.monotonic() - began < 3
    assert refused.value.reason == "the database does not answer"
    way.thaw()
    assert seconds_until_written(database) < BACK_WITHIN_S


def test_a_server_that_comes_back_is_found_within_seconds(
    own: Postgres,
) -> None:
    url = own.make("template1")
    with closing(PostgresDatabase(url, "T1")) as database:
        forgetful(database)
        note(database)
        own.stop()
        why = {refusal(database) for _ in range(3)}

        own.start()

        assert why == {"the database cannot be reached"}
        assert noted(database) == NOON or seconds_until_written(database)
        assert seconds_until_written(database) < BACK_WITHIN_S


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("/postgres?", "/nowhere?"), 'database "nowhere" does not exist'),
        (("sevbot@", "nobody@"), 'role "nobody" does not exist'),
        (("host=", "host=/nowhere"), "No such file or directory"),
    ],
    ids=["database", "user", "host"],
)
def test_a_url_to_nowhere_is_refused_in_plain_words(
    own: Postgres, change: tuple[str, str], why: str
) -> None:
    with pytest.raises(StorageError) as refused:
        opening.opened(own.url("postgres").replace(*change), "T1")

    assert refused.value.reason.startswith("the database cannot be reached: ")
    assert why in str(refused.value.__cause__)


@pytest.mark.parametrize("password", ["gE7 heim", "gE7%zzheim", "gE7%"])
def test_a_password_that_no_url_may_hold_is_not_printed(password: str) -> None:
    with pytest.raises(StorageError) as refused:
        opening.opened(f"postgresql://bot:{password}@127.0.0.1/bot", "T1")

    # An older libpq understands a space, and nobody listens there.
    assert refused.value.reason.startswith(
        ("PostgreSQL does not understand DATABASE_", "the database cannot be reached")
    )
    assert "gE7" not in "".join(format_exception(refused.value))


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_JP"])
def test_a_database_in_another_encoding_is_refused(
    own: Postgres, encoding: str
) -> None:
    name = f"in_{encoding.lower()}"
    own.say(
        f"CREATE DATABASE {name} ENCODING '{encoding}' "
        "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    url = own.url(name)

    for opens in (partial(opening.opened, workspace="T1"), opening.postgres().tried):
        with pytest.raises(StorageError, match="the database is not in UTF-8"):
            opens(url)
    assert by_hand(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


def test_the_bot_speaks_utf_8_whatever_its_surroundings_ask(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")

    with closing(opening.opened(postgres_url, "T1")) as database:
        with database.transaction() as tx:
            tx.one("set_mark", name="日本", at=NOON)
        with database.reading() as tx:
            assert tx.one("mark", name="日本") == {"at": NOON}


@pytest.mark.parametrize("asked", AWRY, ids=lambda one: one.rpartition("'")[0][-5:])
def test_every_error_of_the_driver_is_a_refusal(
    postgres_url: str, database: Database, asked: str
) -> None:
    def ask(database: Database) -> object:
        with database.transaction() as tx:
            assert isinstance(tx, PostgresTransaction)
            return list(tx.each(f"SELECT {asked}"))

    raise_it = (
        "CREATE FUNCTION awry(state TEXT) RETURNS INT LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''acme is down'' USING ERRCODE = state; END'"
    )
    by_hand(postgres_url, raise_it)

    why = refusal(database, ask)

    assert "acme" not in why
    note(database)


def test_an_invalid_url_is_refused_in_plain_words() -> None:
    with pytest.raises(
        BotError, match=r"must look like sqlite:///sevbot\.db or postgre"
    ):
        opening.opened("mysql://host/name", "T1")


def test_a_record_remembers_its_workspace_and_its_policy(
    bare_url: str, open_record: Open
) -> None:
    unknown = opening.known_workspace(bare_url), opening.last_policy(bare_url)
    database = open_record(bare_url, "T7")
    note(database)
    with database.transaction() as tx:
        given = {"text": '{"a.yaml": "x"}', "holidays": "{}", "accepted_at": NOON}
        tx.one("save_policy", version="1", **given)

    assert unknown == (None, None)
    assert opening.known_workspace(bare_url) == "T7"
    assert opening.last_policy(bare_url) == {"a.yaml": "x"}


def cut(url: str) -> None:
    """End every connection to a record, as a restart of the server does."""
    by_hand(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
