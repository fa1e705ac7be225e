"""The policy with its covers, while several threads ask for it."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

from bot.policy.covers import Cover, CoverRequest
from bot.policy.on_call import OnCallChoice
from bot.policy.policies import Policy
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.tables import covers
from bot.triage.covers import CoveredPolicy
from tests.factories import pacific

NOW = pacific(24, "10:00")


class Slow:
    """A policy; before it has its first covers another thread reads newer ones."""

    on_call = OnCallChoice(team={})

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.known: CoveredPolicy | None = None

    def with_feeds(self, read: object) -> "Slow":
        return self

    def with_covers(self, found: tuple[Cover, ...]) -> tuple[Cover, ...]:
        if self.known is not None:
            known, self.known = self.known, None
            with self.database.reading() as tx:
                known.read(tx)
        return found


def test_covers_read_while_another_thread_applies_older_ones_stay(
    tmp_path: Path,
) -> None:
    with closing(SqliteDatabase(tmp_path / "sevbot.db", "T1")) as database:
        names = "support", "U0ANA", NOW, NOW + timedelta(hours=8), "U0ANA", "U0BEN"
        with database.transaction() as tx:
            covers.ask(tx, [CoverRequest("key", *names, NOW)])
            covers.accept(tx, "key", "U0BEN", NOW)
        slow = Slow(database)
        covered = CoveredPolicy(lambda: cast("Policy", slow), lambda: NOW)
        slow.known = covered
        covered()

        (cover,) = cast("tuple[Cover, ...]", covered())

    assert cover.person == "U0BEN"
