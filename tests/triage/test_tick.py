"""The tick: what is due becomes messages in the outbox, however much it is."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store.engines.sqlite import SqliteDatabase
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests.factories import pacific, shipped_policy


class Desk:
    """A record of a workspace, with people who open incidents and a bot that ticks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = pacific(24, "10:00")
        self.database = SqliteDatabase(path, "T1")
        self.triage = Triage(self.context(self.database))
        self.reminders = self.another_bot(self.database)
        self.reminders.tick()

    def clock(self) -> datetime:
        return self.now

    def another_bot(self, database: SqliteDatabase) -> Reminders:
        return Reminders(self.context(database))

    def context(self, database: SqliteDatabase) -> Context:
        return Context(database, shipped_policy, self.clock, self.clock, "T1")

    def open(self, count: int, owner: str = "U0CEM") -> None:
        """Open so many Sev2 incidents, all owned by one person."""
        for number in range(count):
            report = Report(Severity.SEV2, f"a{number}", "C1", "Acme", owner=owner)
            self.triage.open(Act(owner, f"key/{owner}/{number}"), report)

    def messages(self, kind: str, person: str = "U0CEM") -> list[list[int]]:
        """Return the incidents within each message of a kind to somebody."""
        rows = self.database._connection.execute(
            "SELECT key FROM outbox WHERE kind = ? AND person = ? ORDER BY id",
            (kind, person),
        )
        return [self._incidents(key) for (key,) in rows.fetchall()]

    def count(self, kind: str) -> int:
        """Return how many messages of a kind there are."""
        rows = self.database._connection.execute(
            "SELECT COUNT(*) FROM outbox WHERE kind = ?", (kind,)
        )
        return int(rows.fetchone()[0])

    def _incidents(self, key: str) -> list[int]:
        rows = self.database._connection.execute(
            "SELECT incident FROM outbox_items WHERE key = ? ORDER BY position", (key,)
        )
        return [number for (number,) in rows.fetchall()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "sevbot.db")
    yield desk
    desk.database.close()


def test_after_an_outage_many_reminders_are_one_message(
    desk: Desk,
) -> None:
    desk.open(130)
    desk.now += timedelta(hours=5)

    desk.reminders.tick()

    (message,) = desk.messages("reminder")
    assert message == list(range(1, 131))


def test_many_reminders_due_together_are_one_message(
    desk: Desk,
) -> None:
    desk.open(130)
    for _ in range(3):
        desk.now += timedelta(hours=1)
        desk.reminders.tick()

    assert [len(message) for message in desk.messages("reminder")] == [130]


def test_many_reminders_due_while_the_bot_runs_are_one_message(
    desk: Desk,
) -> None:
    desk.open(130)
    began = desk.now
    awake = Reminders(replace(desk.context(desk.database), system_clock=lambda: began))
    awake.tick()
    desk.now += timedelta(hours=3)

    awake.tick()

    assert [len(message) for message in desk.messages("reminder")] == [130]


def test_two_bots_on_one_record_queue_everything_once(desk: Desk) -> None:
    desk.open(3)
    desk.now = pacific(24, "16:00")
    desk.open(1, owner="U0DEE")
    desk.now = pacific(25, "09:15")
    with closing(SqliteDatabase(desk.path, "T1")) as database:
        other = desk.another_bot(database)

        for bot in (desk.reminders, other, desk.reminders, other):
            bot.tick()

    assert desk.messages("reminder") == [[1, 2, 3]]
    assert len(desk.messages("morning", "U0DEE")) == 1
    assert desk.count("digest") == 2  # The first is that of the first day.


def test_the_next_due_instant_is_known(desk: Desk) -> None:
    desk.open(1)

    due = []
    for _ in range(4):
        desk.now = desk.reminders.next_at()
        due.append(desk.now)
        desk.reminders.tick()

    assert due == [
        pacific(24, "13:00"),
        pacific(24, "14:00"),
        pacific(24, "14:00") + timedelta(milliseconds=1),  # Late from here on.
        pacific(24, "15:00"),
    ]


def test_an_instant_noted_by_a_newer_version_stops_no_reminder(desk: Desk) -> None:
    desk.open(1)
    with desk.database.transaction() as tx:
        tx.write("set_mark", name="unheard_of", at=desk.now)
    desk.now += timedelta(hours=5)

    desk.reminders.tick()

    assert desk.count("reminder") > 0
