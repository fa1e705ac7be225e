"""Inconsistencies in a record are found, on both engines."""

from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.store import opening
from bot.store.database import Database
from bot.store.maintenance import checking
from tests import postgres
from tests.commands import Run
from tests.factories import shipped_policy
from tests.lives import Life, by_hand, life
from tests.store.conftest import Open

# Each breaks the record's consistency in one place.
BROKEN = {
    "a number is missing": (
        "DELETE FROM counters",
        "INSERT INTO counters VALUES ('T1', 'incidents', 6)",
    ),
    "a number is taken": ("UPDATE counters SET value = 2 WHERE name = 'incidents'",),
    "nothing is owed": (
        "UPDATE deadlines SET closed_at = started_at, outcome = 'kept' "
        "WHERE incident = 1",
    ),
    "a closed one is owed": (
        "UPDATE deadlines SET closed_at = NULL, outcome = NULL, next_nudge_at = due_at "
        "WHERE incident = 2",
    ),
    "nobody is reminded": (
        "UPDATE deadlines SET next_nudge_at = NULL, step = 0 "
        "WHERE incident = 3 AND kind = 'update'",
    ),
    "a clock was ahead": (
        "UPDATE marks SET at = (SELECT MIN(opened_at) FROM incidents) "
        "WHERE name = 'tick'",
    ),
    "a receipt is gone": ("DELETE FROM receipts WHERE incident = 1 AND fired = 1",),
    "no message has it": (
        "DELETE FROM outbox_items WHERE incident = 3 AND deadline_kind = 'escalation'",
    ),
    "nothing is held": (
        "UPDATE receipts SET outcome = 'held' "
        "WHERE incident = 1 AND deadline_kind = 'first_response'",
    ),
    "it was never fired": (
        "UPDATE deadlines SET next_nudge_at = started_at "
        "WHERE incident = 3 AND kind = 'update'",
    ),
    "nobody sends": ("UPDATE outbox SET state = 'sending' WHERE key = 'INC-1/card'",),
}
SAID = {
    "a number is missing": ["Numbers are missing: INC-4, INC-5, INC-6."],
    "a number is taken": ["The next number would be INC-3, which is taken."],
    "nothing is owed": ["Open, and no deadline says what is owed: INC-1."],
    "a closed one is owed": [
        "INC-2 is closed, but still owes escalation 1.",
        "INC-2 is closed, but still owes first response 1.",
    ],
    "nobody is reminded": ["Nobody will be reminded: INC-3 owes update 1."],
    "a clock was ahead": [
        "Nobody will be reminded: INC-1 owes escalation 1.",
        "Nobody will be reminded: INC-1 owes first response 1.",
        "Nobody will be reminded: INC-3 owes escalation 1.",
        "Nobody will be reminded: INC-3 owes update 1.",
    ],
    "a receipt is gone": [
        "A reminder was due and has no outcome: INC-1 owes escalation 1.",
        "A reminder was due and has no outcome: INC-1 owes first response 1.",
    ],
    "no message has it": [
        "A reminder was due and has no outcome: INC-3 owes escalation 1."
    ],
    "nothing is held": [
        "A reminder was due and has no outcome: INC-1 owes first response 1."
    ],
    "it was never fired": [
        "A reminder was due and has no outcome: INC-3 owes update 1."
    ],
    "nobody sends": ["Messages that nobody will ever send: INC-1/card."],
}


@pytest.fixture
def lived(url: str, open_record: Open) -> Database:
    """A record with an incident that is open, one that is closed, one in between."""
    database = open_record(url)
    it = Life(database)
    first, second, third = (it.open(f"fault {n}") for n in range(3))
    assert first == 1
    it.close(second)
    it.update(third)
    it.pass_by(hours=30)
    return database


def faults(url: str) -> list[str] | None:
    if opening.is_postgres(url):
        with opening.postgres().reading(url) as record:
            return checking.faults(record.each, shipped_policy())
    return checking.faults_of(opening.sqlite_path(url), shipped_policy())


def break_it(url: str, *statements: str) -> None:
    for statement in statements:
        if opening.is_postgres(url):
            postgres.by_hand(url, statement)
        else:
            by_hand(opening.sqlite_path(url), statement)


def test_a_sound_record_has_no_faults(url: str, lived: Database) -> None:
    assert faults(url) == []


@pytest.mark.parametrize("what", BROKEN)
def test_each_inconsistency_is_reported(url: str, lived: Database, what: str) -> None:
    break_it(url, *BROKEN[what])

    assert sorted(faults(url) or []) == SAID[what]


def test_numbers_already_reported_to_the_leads_are_not_missing(
    url: str, lived: Database
) -> None:
    notice = (
        "INSERT INTO outbox (workspace, key, kind, priority, conversation, refs, "
        "state, attempts, not_before, is_stale, is_live, queued_at) "
        "SELECT workspace, 'lost/x', 'lost_incidents', 1, 'C0LEADS', "
        """'{"numbers": "4 5 6"}', 'sent', 1, not_before, 0, 0, queued_at """
        "FROM outbox WHERE key = 'INC-1/card'"
    )

    break_it(url, *BROKEN["a number is missing"], notice)

    assert faults(url) == []


def test_reminders_that_were_armed_again_are_no_fault(
    url: str, open_record: Open
) -> None:
    it = Life(open_record(url))
    it.open()
    it.pass_by(hours=30)

    it.pass_by(hours=-30)

    assert faults(url) == []


def test_a_gap_in_the_middle_is_found(url: str, lived: Database) -> None:
    break_it(
        url,
        "DELETE FROM deadlines WHERE incident = 2",
        "DELETE FROM events WHERE incident = 2",
        "DELETE FROM incidents WHERE number = 2",
    )

    assert faults(url) == ["Numbers are missing: INC-2."]


def test_a_dangling_reference_makes_a_record_incomplete(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.open()
    by_hand(path, "DELETE FROM incidents")

    with pytest.raises(StorageError) as refused:
        checking.must_be_whole(path)

    assert refused.value.reason.endswith("names one that is not there")


def test_a_file_of_an_older_version_is_not_checked_further(tmp_path: Path) -> None:
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.open()
    by_hand(path, "DELETE FROM _sqlite_migrations WHERE name = 'settlement'")

    assert checking.must_be_whole(path) == 1
    assert checking.faults_of(path, None) is None


def test_checking_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.open()
    before = path.read_bytes()

    checking.must_be_whole(path)
    checking.faults_of(path, shipped_policy())

    assert path.read_bytes() == before


def test_db_check_examines_a_server_too(
    run: Run, postgres_url: str, open_record: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    Life(open_record(postgres_url)).open()
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    good = run("db", "check")
    break_it(postgres_url, *BROKEN["nobody sends"])

    bad = run("db", "check")

    assert (good.status, good.out) == (
        0, "Numbers, promises, reminders and messages hold together.\n",
    )  # fmt: skip
    assert (bad.status, bad.err) == (
        1, "Messages that nobody will ever send: INC-1/card.\n",
    )  # fmt: skip
