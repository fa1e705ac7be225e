"""A record with some history, for tests of its file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from bot.incidents.acts import Report, Update
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.store.database import Database
from bot.store.engines.sqlite import SqliteDatabase
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.results import Result
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests.factories import pacific, shipped_policy

_KEYS = count()


class Life:
    """What a team does to a record, without Slack."""

    def __init__(self, database: Database, policy: Policy | None = None) -> None:
        self.database = database
        self.now = pacific(24, "10:00")
        self._policy = policy or shipped_policy()
        self.context = Context(
            database, lambda: self._policy, self.clock, self.clock, "T1"
        )
        self.triage = Triage(self.context)
        self.reminders = Reminders(self.context)
        self.reminders.tick()

    def clock(self) -> datetime:
        return self.now

    def act(self) -> Act:
        return Act("U0ANA", f"act/{next(_KEYS)}")

    def open(self, title: str = "push fails", customer: str = "Acme") -> int:
        report = Report(
            Severity.SEV2, title, "C0SUPPORT", customer, link="https://acme.example/7"
        )
        return self.triage.open(self.act(), report).incident.number

    def close(self, number: int, note: str = "rolled back") -> Result:
        return self.triage.resolve(self.act(), number, note)

    def update(self, number: int, told: str = "we are on it") -> Result:
        return self.triage.update(self.act(), number, Update(told, "a fix by noon"))

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.reminders.tick()


@contextmanager
def life(path: Path, policy: Policy | None = None) -> Iterator[Life]:
    """Open a record in a file, new or existing, for more history."""
    with closing(SqliteDatabase(path, "T1")) as database:
        yield Life(database, policy)


def by_hand(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on a file behind the bot's back; return its rows."""
    with closing(sqlite3.connect(path)) as file:
        answer = file.execute(statement).fetchall()
        file.commit()
        return answer


def damage(path: Path) -> None:
    """Overwrite the end of a file with garbage."""
    whole = path.read_bytes()
    kept = len(whole) * 3 // 4
    path.write_bytes(whole[:kept] + b"\xff" * (len(whole) - kept))
