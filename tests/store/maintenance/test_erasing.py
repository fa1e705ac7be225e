"""Texts are erased from the record and its file; the numbers stay."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.incidents import digest
from bot.incidents.events import (
    DETAILS,
    ERASED_CUSTOMER,
    ERASED_TEXT,
    Erased,
    Event,
    EventKind,
    erased_event,
)
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.store.database import Database
from bot.store.maintenance import erasing
from bot.store.migrations import migrations
from bot.store.tables import records
from bot.triage import daily_lists
from bot.triage.retention import Retention
from tests.commands import Run
from tests.factories import shipped_policy
from tests.lives import Life, life
from tests.store.conftest import Open

TEXTS = ("sekret title", "sekret answer", "sekret note", "acme.example", "a fix by")


@pytest.fixture
def it(url: str, open_record: Open) -> Life:
    """The life of a record on each engine."""
    return Life(open_record(url))


def closed(it: Life, customer: str = "Acme") -> int:
    """Open an incident, tell the customer something, and close it."""
    number = it.open("sekret title", customer)
    it.pass_by(hours=1)
    it.update(number, "sekret answer")
    it.pass_by(hours=1)
    it.close(number, "sekret note")
    return number


def untitled(incident: Incident) -> Incident:
    return replace(incident, title="", link=None, customer=None)


def erase(it: Life, *numbers: int) -> list[int]:
    with it.database.transaction() as tx:
        return erasing.erase(tx, numbers, it.now)


def erase_customer(it: Life, customer: str) -> list[int]:
    with it.database.transaction() as tx:
        return erasing.erase_all(tx, erasing.of_customer(tx, [customer]), it.now)


def keeping(span: timedelta | None) -> Policy:
    return replace(shipped_policy(), erase_texts_after=span)


def retain(it: Life, span: timedelta | None) -> int:
    return Retention(replace(it.context, policy=lambda: keeping(span))).run()


def dump(database: Database) -> str:
    """Return all that the record holds of incidents and their history."""
    with database.transaction() as tx:
        found = [tx.one("incident", number=1), *tx.all("events", incident=1)]
    return repr(found)


def test_erasing_removes_what_people_typed_about_a_closed_incident(it: Life) -> None:
    number = closed(it)

    erase(it, number)

    incident = it.triage.look(number).incident
    assert (incident.title, incident.link) == (ERASED_TEXT, None)
    assert incident.customer == ERASED_CUSTOMER
    assert [text for text in TEXTS if text in dump(it.database)] == []
    assert "Acme" not in dump(it.database)


def test_erasing_keeps_instants_people_severities_and_deadlines(it: Life) -> None:
    number = closed(it)
    before = it.triage.look(number)
    history = it.triage.history(number)

    erase(it, number)

    after = it.triage.look(number)
    assert untitled(after.incident) == untitled(before.incident)
    assert after.deadlines == before.deadlines
    told = it.triage.history(number)
    assert [(one.kind, one.at, one.by) for one in told[:-1]] == [
        (one.kind, one.at, one.by) for one in history
    ]


def test_the_digest_counts_as_before(it: Life) -> None:
    number = closed(it)
    since = it.now - timedelta(days=1)
    it.pass_by(hours=3)

    def counted() -> digest.Digest:
        with it.database.transaction() as tx:
            cases = daily_lists.load_cases(tx, since)
            ended = records.fallen(tx, since, it.now)
        named = [replace(one, incident=untitled(one.incident)) for one in cases]
        fallen = [(untitled(of), one) for of, one in ended]
        return digest.digest(
            shipped_policy(), shipped_policy().leads_digest, named, fallen,
            since=since, at=it.now, now=it.now, until=it.now + timedelta(days=1),
        )  # fmt: skip

    before = counted()
    erase(it, number)

    assert counted() == before


def test_the_history_says_when_the_texts_were_erased(it: Life) -> None:
    number = closed(it)
    it.pass_by(days=3)

    erase(it, number)

    last = it.triage.history(number)[-1]
    assert (last.kind, last.at, last.by) == (EventKind.ERASED, it.now, "")


def test_an_open_incident_keeps_its_texts(it: Life) -> None:
    number = it.open("sekret title")

    assert erase(it, number) == []
    assert it.triage.look(number).incident.title == "sekret title"


def test_texts_are_kept_as_long_as_the_policy_says(it: Life) -> None:
    number = closed(it)
    it.pass_by(days=89)
    early = retain(it, timedelta(days=90))
    it.pass_by(days=2)

    assert (early, retain(it, timedelta(days=90))) == (0, 1)
    assert it.triage.look(number).incident.title == ERASED_TEXT


def test_without_a_period_nothing_is_erased(it: Life) -> None:
    closed(it)
    it.pass_by(days=4000)

    assert retain(it, None) == 0


def test_an_erased_incident_is_not_erased_again(it: Life) -> None:
    number = closed(it)
    it.pass_by(days=10)

    assert [retain(it, timedelta(days=1)) for _ in range(3)] == [1, 0, 0]
    kinds = [one.kind for one in it.triage.history(number)]
    assert kinds.count(EventKind.ERASED) == 1


def test_texts_added_after_a_reopening_are_erased_later(it: Life) -> None:
    number = closed(it)
    it.pass_by(days=10)
    retain(it, timedelta(days=1))
    it.triage.reopen(it.act(), number)
    it.update(number, "sekret answer")
    it.close(number)
    it.pass_by(days=10)

    assert retain(it, timedelta(days=1)) == 1
    assert "sekret" not in dump(it.database)


def test_more_than_a_batch_is_erased_at_once(it: Life) -> None:
    for _ in range(130):
        it.close(it.open("sekret title"))
    it.pass_by(days=2)

    assert retain(it, timedelta(days=1)) == 130


def test_an_erased_customer_goes_from_other_customers_incidents_too(it: Life) -> None:
    theirs = closed(it)
    moved = it.open("push fails", "Acme")
    it.triage.set_customer(it.act(), moved, "Globex")

    erased = erase_customer(it, "Acme")

    assert erased == [theirs]
    (was,) = [
        one.details["old_customer"]
        for one in it.triage.history(moved)
        if one.kind is EventKind.CUSTOMER_SET
    ]
    assert was == ERASED_CUSTOMER
    assert it.triage.look(moved).incident.customer == "Globex"


def test_old_policy_versions_go_with_an_erased_customer(it: Life) -> None:
    for number, text in enumerate(("Acme", "Acme and Globex", "Globex")):
        at = it.now + timedelta(hours=number)
        with it.database.transaction() as tx:
            given = {"version": f"{number}", "holidays": "{}", "accepted_at": at}
            tx.one("save_policy", text=text, **given)

    erase_customer(it, "Acme")

    with it.database.transaction() as tx:
        kept = [tx.one("policy_since", version=f"{number}") for number in range(3)]
        last = tx.one("last_policy")
    assert kept[:2] == [None, None]
    assert last is not None
    assert last["text"] == "Globex"


def test_customers_are_known_until_they_are_erased(it: Life) -> None:
    closed(it, "Acme")
    closed(it, "Globex")
    it.open("push fails", "Globex")

    with it.database.transaction() as tx:
        before = erasing.customers(tx)
    erase_customer(it, "Acme")

    with it.database.transaction() as tx:
        assert (before, erasing.customers(tx)) == (["Acme", "Globex"], ["Globex"])


def test_the_command_erases_on_both_engines(
    run: Run, it: Life, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = closed(it)
    monkeypatch.setenv("DATABASE_URL", url)

    ran = run("db", "erase", "--customer", "acme", "--yes")

    assert ran.status == 0
    assert "Erased the texts of 1 incident.\n" in ran.out
    assert it.triage.look(number).incident.title == ERASED_TEXT


def test_erased_texts_leave_no_byte_in_the_file_or_log(tmp_path: Path) -> None:
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        for number in range(60):
            it.update(it.open(f"sekret title {number}"), "sekret answer " * number)
            it.close(number + 1, "sekret note")
        there = held(path, *TEXTS)

        it.pass_by(days=3)
        retain(it, timedelta(days=1))
        left = held(path, *TEXTS)

    assert (there, left) == (set(TEXTS), set())


def held(path: Path, *texts: str) -> set[str]:
    """Return which texts are in the bytes of a record and its sibling files."""
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return {text for text in texts if text.encode() in content}


def text_columns() -> dict[str, set[str]]:
    """Return the columns of text of each table, as SQLite has them; no instants."""
    words = {"STRICT": "", "IDENTITY": "INTEGER PRIMARY KEY"}
    with closing(sqlite3.connect(":memory:")) as record:
        for statements in migrations(words).values():
            for statement in statements:
                record.execute(statement)
        found = record.execute(
            "SELECT tables.name, columns.name FROM sqlite_master AS tables, "
            "pragma_table_info(tables.name) AS columns "
            "WHERE tables.type = 'table' AND columns.type = 'TEXT'"
        ).fetchall()
    return {table: {name for of, name in found if of == table} for table, _ in found}


def test_each_column_of_text_is_declared_typed_or_not() -> None:
    said = {
        table: {*erasing.TYPED.get(table, ()), *untyped}
        for table, untyped in erasing.UNTYPED.items()
    }

    assert text_columns() == said


def test_each_column_of_an_incident_that_people_typed_is_erased(it: Life) -> None:
    number = closed(it)

    def row() -> dict[str, object]:
        with it.database.transaction() as tx:
            return dict(tx.one("incident", number=number) or {})

    before = row()
    erase(it, number)
    after = row()

    changed = {name for name in before if before[name] != after[name]}
    assert changed == {*erasing.TYPED["incidents"]}


@pytest.mark.parametrize("kind", EventKind)
def test_each_detail_that_people_typed_is_erased(kind: EventKind, it: Life) -> None:
    of = it.open()
    given = {name: f"sekret {name}" for name in DETAILS[kind]}
    with it.database.transaction() as tx:
        records.add_event(tx, of, Event(kind, it.now, it.now, "U0ANA", given))
    it.close(of)

    erase(it, of)

    with it.database.transaction() as tx:
        left = records.events(tx, of)[1].details
    stay = {name for name, what in DETAILS[kind].items() if what is Erased.STAYS}
    assert {name for name in left if "sekret" in left[name]} == stay


def test_a_detail_that_is_not_declared_is_not_stored(it: Life) -> None:
    of = it.open()
    odd = Event(EventKind.TAKEN, it.now, it.now, "U0ANA", {"remark": "sekret"})

    with pytest.raises(AssertionError, match="remark"), it.database.transaction() as tx:
        records.add_event(tx, of, odd)

    assert erased_event(odd).details == {}


def test_only_one_kind_of_event_names_customers() -> None:
    named = {kind for kind, of in DETAILS.items() if Erased.CUSTOMER in of.values()}

    assert named == {EventKind.CUSTOMER_SET}  # As the query `customer_events` has it.
