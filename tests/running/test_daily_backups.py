"""Daily backups, and a notice when none can be made."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.running.daily_backups import DailyBackups
from bot.store.maintenance import backups
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import OutboxMessage
from tests.lives import Life, life

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class House:
    """A record, a folder for its backups, and a system clock that a test moves."""

    def __init__(self, folder: Path, it: Life) -> None:
        self.record = folder / "sevbot.db"
        self.folder = folder / "backups"
        self.folder.mkdir()
        self.it = it
        self.now = NOON
        self.begin()

    def begin(self) -> None:
        """Start again on the record, as after a restart."""
        context = replace(self.it.context, system_clock=lambda: self.now)
        self.backups = DailyBackups(context, self.record, self.folder)

    def look(self, **later: float) -> None:
        self.now += timedelta(**later)
        self.backups.look()

    def made(self) -> list[datetime]:
        return [at for at, _ in reversed(backups.listed(self.folder))]

    def told(self) -> list[str]:
        """Return the reasons in the notices that wait for the fallback channel."""
        with self.it.database.transaction() as tx:
            rows = tx.all("newest_messages", most=50)
            messages = [outbox_messages.find(tx, row["key"]) for row in reversed(rows)]
        return [one.refs["reason"] for one in messages if one and is_ours(one)]


def is_ours(message: OutboxMessage) -> bool:
    return message.key.startswith("backup/") and message.conversation == "C0SUPPORT"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with life(tmp_path / "sevbot.db") as it:
        it.open()
        yield House(tmp_path, it)


def test_the_first_run_makes_a_backup(house: House) -> None:
    house.look()

    assert house.made() == [NOON]
    assert house.told() == []


def test_one_backup_is_made_a_day(house: House) -> None:
    for _ in range(6 * 24 * 3):
        house.look(minutes=10)

    assert len(house.made()) == 3


def test_a_restart_makes_no_second_backup_that_day(house: House) -> None:
    house.look()
    house.begin()
    house.look(hours=3)

    assert house.made() == [NOON]


def test_days_without_the_bot_are_followed_by_one_backup(house: House) -> None:
    house.look()
    house.begin()
    house.look(days=5)
    house.look(minutes=10)

    assert house.made() == [NOON, NOON + timedelta(days=5)]


def test_a_clock_that_was_set_back_stops_no_backups(house: House) -> None:
    house.look()

    house.look(days=-30)

    assert len(house.made()) == 2


def test_old_backups_are_deleted_as_new_ones_are_made(house: House) -> None:
    for _ in range(40):
        house.look(days=1)

    ages = [(house.now - at).days for at in reversed(house.made())]
    assert ages == [0, 1, 2, 3, 4, 5, 6, 7, 14, 21]


def test_a_failing_backup_is_reported_once(house: House) -> None:
    house.folder.rmdir()

    for _ in range(30):
        house.look(minutes=10)

    reason = f"There is no folder {house.folder}."
    assert house.told() == [reason]
    assert house.backups.failure == reason


def test_a_restart_does_not_report_the_failure_again(house: House) -> None:
    house.folder.rmdir()
    house.look()
    house.begin()
    house.look(minutes=1)

    assert len(house.told()) == 1
    assert house.backups.failure is not None


def test_a_failed_backup_is_retried_hourly_and_recovery_is_reported(
    house: House,
) -> None:
    house.folder.rmdir()
    house.look()
    house.folder.mkdir()
    house.look(minutes=50)
    early = house.made()

    house.look(minutes=10)

    assert (early, len(house.made())) == ([], 1)
    assert house.told() == [f"There is no folder {house.folder}.", ""]
    assert house.backups.failure is None


def test_a_second_failure_is_reported_again(house: House) -> None:
    house.folder.rmdir()
    house.look()
    house.folder.mkdir()
    house.look(hours=1)
    for file in house.folder.iterdir():
        file.unlink()
    house.folder.rmdir()

    house.look(days=1)

    assert len(house.told()) == 3
