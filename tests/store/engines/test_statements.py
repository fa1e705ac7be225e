"""Statements in PostgreSQL: what they scan, and large batches."""

import pytest

from bot.store.database import Database
from bot.store.engines.statements import PostgresTransaction
from tests.factories import pacific
from tests.postgres import by_hand
from tests.store.conftest import Open
from tests.store.test_contract import samples

NOON = pacific(24, "12:00")
LOOKS = """
SELECT seq_scan AS at_all FROM pg_stat_xact_user_tables WHERE relname = 'deadlines'
"""


@pytest.fixture
def database(postgres_url: str, open_record: Open) -> Database:
    return open_record(postgres_url)


def test_a_reminders_update_scans_no_table(
    database: Database, postgres_url: str
) -> None:
    kept = {**samples("save_deadline"), "incident": 1}
    with database.transaction() as tx:
        tx.write("insert_incident", **{**samples("insert_incident"), "number": 1})
        tx.write_many("save_deadline", ({**kept, "count": n} for n in range(10_000)))
    by_hand(postgres_url, "ANALYZE")

    with database.transaction() as tx:
        fired = samples("save_fired")
        tx.ask_many("save_fired", [{**fired, "count": 70 * n} for n in range(100)])()
        assert isinstance(tx, PostgresTransaction)
        found = list(tx.each(LOOKS))

    assert found == [{"at_all": 0}]


def test_after_very_many_writes_each_is_there(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(2_500):
            tx.write("set_mark", name=f"mark {number}", at=NOON)

    with database.transaction() as tx:
        found = [tx.one("mark", name=f"mark {n}") for n in (0, 999, 1_000, 2_499)]
    assert found == [{"at": NOON}] * 4
