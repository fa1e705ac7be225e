"""A bot that backs itself up, and one that starts on a backup."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.maintenance import backups, restoring
from tests.story import IS_POSTGRES, REPLICAS, Story, story

pytestmark = pytest.mark.skipif(
    IS_POSTGRES or REPLICAS > 1, reason="is about the file of one SQLite record"
)

SEV2 = "/sev2 acme: push of apps fails owner=@ana"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the bot puts its backups into."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.fixture
def told(tmp_path: Path, folder: Path) -> Iterator[Story]:
    """A story of a bot that backs itself up."""
    told = Story(tmp_path, "2026-11-24 10:00")
    told.backups = folder
    told.start()
    yield told
    told.stop()


def wait(told: Story, **span: float) -> None:
    """Advance the system clock, and let the bot make a backup that is due."""
    told.system_clock.advance(**span)
    told.bot.back_up()
    told.settle()


def support(told: Story) -> list[str]:
    return [told.read(one) for one in told.slack.channel("support")]


def test_a_running_bot_backs_itself_up_every_day(told: Story, folder: Path) -> None:
    told.command("ana", SEV2)

    for _ in range(3):
        wait(told, days=1)

    newest = backups.newest_good(folder)
    assert len(backups.listed(folder)) == 3
    assert newest is not None
    assert newest[1].incidents == 1
    assert told.bot.health().notes == ()
    assert support(told) == []


def test_the_fallback_channel_gets_one_notice_of_a_failing_backup(
    told: Story, folder: Path
) -> None:
    folder.rmdir()

    for _ in range(3):
        wait(told, hours=2)
    failing, health = support(told), told.bot.health()
    folder.mkdir()
    wait(told, hours=2)

    assert failing == [
        f"The daily backup failed. There is no folder {folder}. Incidents and "
        "reminders go on; it is tried again every hour, and you hear when it works."
    ]
    assert health.notes == (
        "the daily backup failed: the log and the fallback channel say why",
    )
    assert health.is_well
    assert support(told)[1:] == ["The daily backup of the record works again."]


def test_a_bot_on_a_restored_backup_repeats_no_message(
    told: Story, tmp_path: Path
) -> None:
    record, backup = tmp_path / "sevbot.db", tmp_path / "backup.db"
    told.command("ana", SEV2)
    backups.write(record, backup)
    told.system_clock.advance(seconds=30)
    told.advance(hours=4)
    before = [told.read(one) for one in told.slack.dm("ana")]
    heard = told.heard("ana")
    told.bot.close()

    restoring.restore(backup, record, told.system_clock(), replaces=True)
    told.start_bot()
    told.system_clock.advance(minutes=2)
    told.settle()

    assert len(heard) > 1
    assert told.heard("ana") == heard
    assert [told.read(one) for one in told.slack.dm("ana")] == before
    assert len(told.slack.channel("incidents")) == 1


def test_a_trial_ignores_the_folder_for_backups(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVBOT_BACKUPS", str(folder))

    with story(tmp_path, "2026-11-24 10:00") as told:
        wait(told, days=1)

    assert list(folder.iterdir()) == []
