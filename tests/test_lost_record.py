"""A record that was lost is not taken for a new one; through real processes."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.emulator.driver import LocalSlack
from tests import postgres
from tests.processes import sevbot, team_slack, until

ENDS_WITHIN_S = 20
NO_HISTORY = {"channels:history", "groups:history"}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with team_slack() as slack:
        yield slack


def lives(slack: LocalSlack, folder: Path, number: int = 1, /, **more: str) -> None:
    """Run a bot until it has posted the card of an incident."""
    cards = len(slack.channel("incidents"))
    with sevbot(slack, folder, "run", **more) as process:
        slack.wait_for_socket(timeout=ENDS_WITHIN_S)
        typed = f"acme: fault {number}"
        answer = slack.as_("dee").command("/sev2", typed, channel="support")
        assert answer.private is not None
        assert f"INC-{number}" in slack.notice(answer.private, "dee")
        slack.wait_until(lambda: len(slack.channel("incidents")) > cards, timeout=10)
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN_S)


def said(
    slack: LocalSlack, folder: Path, *arguments: str, **more: str
) -> tuple[int, str]:
    """Run a command to its end; return its status, and all that it printed."""
    with sevbot(slack, folder, *arguments, **more) as process:
        out, err = process.communicate(timeout=ENDS_WITHIN_S)
    return process.returncode, out + err


def gone(record: Path) -> None:
    for file in record.parent.glob("sevbot.db*"):
        file.unlink()


def emptied(record: Path) -> None:
    gone(record)
    record.touch()


def log_alone(record: Path) -> None:
    """Leave an empty file beside a full log, as a copy that went wrong does."""
    log = record.with_name("sevbot.db-wal")
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE counters SET value = value + 1")
        kept = log.read_bytes()
    gone(record)
    record.touch()
    log.write_bytes(kept)


@pytest.mark.parametrize("lose", [gone, emptied])
@pytest.mark.parametrize("kept", ["backup", "cards"])
def test_a_lost_record_is_not_taken_for_a_new_one(
    slack: LocalSlack, tmp_path: Path, lose: Callable[[Path], None], kept: str
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    more = {"SEVBOT_BACKUPS": str(folder)} if kept == "backup" else {}
    lives(slack, tmp_path, 1, **more)
    if kept == "backup":
        said(slack, tmp_path, "db", "backup", str(folder))
    lose(tmp_path / "sevbot.db")

    status, words = said(slack, tmp_path, "run", **more)

    assert status == 1
    assert "sevbot db new" in words
    assert "sevbot db restore" in words
    assert ("INC-1" in words) == (kept == "cards")


def test_a_log_without_its_file_is_left_as_it_is(
    slack: LocalSlack, tmp_path: Path
) -> None:
    lives(slack, tmp_path)
    log_alone(tmp_path / "sevbot.db")
    log = tmp_path / "sevbot.db-wal"
    before = log.read_bytes()

    status, words = said(slack, tmp_path, "run")

    assert status == 1
    assert "sevbot.db-wal holds what was written last" in words
    assert log.read_bytes() == before


@pytest.mark.parametrize("lose", [gone, emptied, log_alone])
def test_a_new_record_is_begun_on_purpose_with_numbers_after_the_cards(
    slack: LocalSlack, tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    more = {"SEVBOT_BACKUPS": str(folder)}
    lives(slack, tmp_path, 1, **more)
    lives(slack, tmp_path, 2, **more)
    said(slack, tmp_path, "db", "backup", str(folder))
    lose(tmp_path / "sevbot.db")

    status, words = said(slack, tmp_path, "db", "new", "--yes", **more)

    assert status == 0, words
    assert "will be INC-3" in words
    lives(slack, tmp_path, 3, **more)


def test_a_record_with_incidents_is_not_begun_anew(
    slack: LocalSlack, tmp_path: Path
) -> None:
    lives(slack, tmp_path)

    status, words = said(slack, tmp_path, "db", "new", "--yes")

    assert status == 1
    assert "has incidents in it" in words


def test_where_slack_cannot_be_read_a_number_is_asked_for(
    slack: LocalSlack, tmp_path: Path
) -> None:
    slack.workspace.scopes -= NO_HISTORY

    unread = said(slack, tmp_path, "db", "new", "--yes")
    given = said(slack, tmp_path, "db", "new", "--yes", "--after", "41")

    assert unread[0] == 1
    assert "--after N" in unread[1]
    assert given[0] == 0, given[1]
    lives(slack, tmp_path, 42)


def test_a_first_start_that_cannot_read_slack_goes_on_and_tells_the_leads_once(
    slack: LocalSlack, tmp_path: Path
) -> None:
    slack.workspace.scopes -= NO_HISTORY
    lives(slack, tmp_path)
    slack.workspace.scopes |= NO_HISTORY
    lives(slack, tmp_path, 2)

    told = [slack.notice(one, "lea") for one in slack.channel("leads")]
    assert len([one for one in told if "began a new record" in one]) == 1


def test_a_first_start_with_an_older_teams_backup_elsewhere_just_begins(
    slack: LocalSlack, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    more = {"SEVBOT_BACKUPS": str(tmp_path / "backups")}
    with sevbot(slack, tmp_path, "run", **more) as process:
        made = until(lambda: any((tmp_path / "backups").glob("sevbot-*.db")), 20)
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN_S)

    assert made
    lives(slack, tmp_path, 1, **more)


def test_an_emptied_server_is_not_taken_for_a_new_one(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with postgres.server() as server:
        server.say("CREATE DATABASE one")
        server.say("CREATE DATABASE two")
        lives(slack, tmp_path, DATABASE_URL=server.url("one"))

        refused = said(slack, tmp_path, "run", DATABASE_URL=server.url("two"))
        begun = said(
            slack, tmp_path, "db", "new", "--yes", DATABASE_URL=server.url("two")
        )
        lives(slack, tmp_path, 2, DATABASE_URL=server.url("two"))

    assert refused[0] == 1
    assert "shows the card of INC-1" in refused[1]
    assert begun[0] == 0, begun[1]


def test_a_record_that_is_cut_short_under_the_bot_is_noticed(
    slack: LocalSlack, tmp_path: Path
) -> None:
    lives(slack, tmp_path)
    record = tmp_path / "sevbot.db"
    with sevbot(slack, tmp_path, "run"):
        slack.wait_for_socket(timeout=ENDS_WITHIN_S)
        slack.as_("dee").command("/sev2", "acme: again", channel="support")
        with record.open("rb+") as file:
            file.truncate(0)
        answer = slack.as_("dee").command("/sev2", "acme: slow", channel="support")

    assert answer.private is not None
    refused = slack.notice(answer.private, "dee")
    assert "NOT recorded (the database file was cut short" in refused
    assert "acme: slow" in refused
