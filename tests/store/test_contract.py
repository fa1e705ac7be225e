"""The contract of both engines: the same answers to every statement."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.incidents.acts import Report, Update
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database, Row
from bot.store.queries import queries
from bot.store.tables import (
    leases,
    outbox_messages,
    rate_limits,
    unaddressed,
    unconfirmed,
)
from bot.store.tables.outbox_messages import (
    MessageKind,
    NewMessage,
    Posted,
    Priority,
    State,
    Unconfirmed,
    Verify,
)
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests import postgres
from tests.factories import pacific, shipped_policy
from tests.store.conftest import Open

NOON = pacific(24, "12:00")
HOUR = timedelta(hours=1)

# The value of each parameter, by name; the others are noon.
SAMPLES: Mapping[str, object] = {
    "after": NOON - timedelta(days=9),
    "again_at": NOON,
    "answer": "{}",
    "attempts": 1,
    "because": "owner",
    "backup": "U0BEN",
    "before": NOON + timedelta(days=9),
    "burst_until": NOON + HOUR,
    "about": "https://acme.slack.com/archives/C0SUPPORT/p1",
    "asked_by": "U0ANA",
    "asked_of": "U0BEN U0CEM",
    "by": NOON + timedelta(days=2),
    "by_person": "U0ANA",
    "calendar": "team",
    "changed": 0,
    "candidates": "[]",
    "channel": "C0SUPPORT",
    "closed_at": None,
    "closed_by": None,
    "count": 1,
    "customer": "Acme",
    "deadline_count": 1,
    "deadline_kind": "first_response",
    "decision": "sev1",
    "details": "{}",
    "dm": "D0ANA",
    "down_to": 3,
    "first": 1,
    "last": 2,
    "unconfirmed_at": NOON,
    "doubted_until": NOON,
    "ends_at": NOON + timedelta(days=9),
    "fired": 1,
    "holidays": "{}",
    "id": 1,
    "source": "a hash",
    "stretches": "[]",
    "told": "[]",
    "deleted": 0,
    "incident": 1,
    "instead_of": "U0ANA",
    "is_active": 1,
    "is_aim": 0,
    "is_live": 1,
    "is_member": 1,
    "key": "INC-1/card",
    "kind": "first_response",
    "conversation": "C0INCIDENTS",
    "last_error": "why",
    "lead": "U0LEE",
    "lease_until": NOON + HOUR,
    "link": None,
    "system_now": NOON + timedelta(days=2),
    "message": "%p1%",
    "missed_at": None,
    "most": 7,
    "name": "tick",
    "next_page": "abc",
    "next_person": "U0BEN",
    "now": NOON + timedelta(days=2),
    "number": 1,
    "of_what": "support",
    "offered_to": None,
    "page": "",
    "opened_by": "U0ANA",
    "outcome": None,
    "owner": "U0ANA",
    "parent": "%p2%",
    "pattern": "tick%",
    "pauses": "[]",
    "paused_at": None,
    "person": "U0CEM",
    "reason": "answered",
    "place": "U0CEM",
    "plan": "premium",
    "policy": "1",
    "position": 0,
    "primary": "U0ANA",
    "priority": 1,
    "target": "4h",
    "refs": "{}",
    "rendered": "abc",
    "reopened_at": None,
    "request": "view:1",
    "severity": "sev2",
    "since": NOON - timedelta(days=2),
    "snoozed_until": None,
    "state": "sent",
    "status": "open",
    "step": 1,
    "text": "{}",
    "thread": "2.0",
    "thread_of": None,
    "title": "push fails",
    "token": "first",
    "ts": "1.0",
    "until": NOON + HOUR,
    "updated": 1,
    "is_old": 1,
    "unowned": 1,
    "value": 50,
    "version": "1",
    "waiting_since": None,
    "zone": "Asia/Kolkata",
}
# No two answers are the same of the one that reads a clock.
COMPARED = [query for query in queries() if query != "server_time"]
# These use the same name for something else.
OTHERWISE: Mapping[str, Mapping[str, object]] = {
    "accept_cover": {"by": "U0BEN"},
    "ask_for_cover": dict.fromkeys(
        ("accepted_by", "accepted_at", "withdrawn_by", "withdrawn_at")
    ),
    "claim_looks": {"thread_of": ""},
    "inbox_answer": {"key": "command/0"},
    "forget_leaver": {"id": "U0GONE"},
    "incidents_opened": {"last": 0},
    "insert_incident": {"number": 9},
    "lock_late_incidents": {"now": NOON + timedelta(days=30)},
    "mark_leaver": {"id": "U0LEFT"},
    "mark_missed": {"now": NOON + timedelta(days=30), "incident": 2},
    "queue_item": {"position": 9, "step": "due"},
    "note_left": {"id": "U0ANA"},
    "person": {"id": "U0ANA"},
    "queue_message": {"key": "fresh"},
    "save_dm": {"id": "U0ANA"},
    "save_person": {"id": "U0ANA"},
    "save_quiet": {"id": "U0ANA"},
    "save_quiet_hours": {"id": "U0ANA"},
    "suspect_message": {"id": 1},
    "reconcile_found": {"id": 1},
    "look_later": {"id": 1},
    "mark_unconfirmed": {"id": 1},
    "withdraw_cover": {"by": "U0ANA"},
}


def names(query: str) -> set[str]:
    """Return the parameters of a statement."""
    text = re.sub(r"--.*", "", queries()[query])
    return set(re.findall(r"(?<![\w:']):(\w+)", text)) - {"workspace"}


def samples(query: str) -> dict[str, object]:
    """Return the parameters of a statement, with values."""
    known = {**SAMPLES, **OTHERWISE.get(query, {})}
    return {name: known.get(name, NOON) for name in names(query)}


def live(database: Database) -> None:
    """Open three incidents, let a day pass, and send some messages."""
    now = NOON

    def clock() -> datetime:
        return now

    context = Context(database, shipped_policy, clock, clock, "T1")
    triage, reminders = Triage(context), Reminders(context)
    reminders.tick()
    for number, severity in enumerate((Severity.SEV1, Severity.SEV2, Severity.SEV3)):
        report = Report(severity, f"fault {number}", "C0SUPPORT", "Acme", "premium")
        report = replace(report, link=f"archives/C0SUPPORT/p{number}")
        triage.open(Act("U0ANA", f"command/{number}"), report)
    triage.take(Act("U0CEM", "press/1"), 2, from_owner=None)
    triage.update(Act("U0CEM", "form/1"), 2, Update("we are on it"))
    triage.resolve(Act("U0CEM", "form/2"), 3, "done")
    for hours in (1, 4, 24):
        now = NOON + hours * HOUR
        reminders.tick()
    triage.offer(Act("U0CEM", "form/3"), 2, "U0ANA")
    with database.transaction() as tx:
        tx.one("save_policy", version="1", text="{}", holidays="{}", accepted_at=NOON)
        for person in ("U0ANA", "U0CEM"):
            given = {**samples("save_person"), "id": person, "name": person}
            tx.one("save_person", **given)
        for person in ("U0GONE", "U0LEFT"):
            given = {**samples("save_person"), "id": person, "name": person}
            given["is_active"] = 0
            tx.one("save_person", **given)
        tx.one("mark_leaver", id="U0GONE", now=NOON)
        tx.one("begin_listing")
        for query in (
            "ask_for_cover",
            "decide_suggestion",
            "hold_suggestion",
            "claim_feed",
            "save_feed",
            "save_next_shift",
        ):
            tx.one(query, **samples(query))
        unaddressed.address(tx, "U0CEM", "D0CEM")
        edit = NewMessage(
            "INC-9/note", MessageKind.NOTE, Priority.CARD, conversation="C0LEADS"
        )
        outbox_messages.queue(tx, edit, now=NOON, system_now=NOON)
        rate_limits.limit(tx, "tick", NOON)
        for number, state in enumerate((State.SENT, State.DEAD, State.SENT)):
            message = claimed(database, tx, now, f"token/{number}")
            posted = Posted(now, f"{number}.0", "abc", is_live=True)
            leases.finish(tx, message, state, posted=posted)
        message = claimed(database, tx, now, "lost")
        because = Unconfirmed.NO_ANSWER
        verify = Verify(NOON, NOON)
        unconfirmed.mark(tx, message, verify, because=because, error="timeout")
        claimed(database, tx, now, "first")


def claimed(
    database: Database, tx: object, now: datetime, token: str
) -> outbox_messages.OutboxMessage:
    """Claim the next message."""
    message = leases.claim(
        tx,  # type: ignore[arg-type]
        system_now=now,
        lease_until=now + HOUR,
        page_lease_until=now + HOUR,
        burst_until=now + HOUR,
        token=token,
    )
    assert message is not None, "something waits"
    return message


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, ...]]:
    """A record on each engine, after the same life."""
    folder = tmp_path_factory.mktemp("lived")
    urls = (f"sqlite:///{folder / 'record.db'}", postgres.record_of(folder))
    with ExitStack() as stack:
        both = tuple(opening.opened(url, "T1") for url in urls)
        for database in both:
            stack.enter_context(closing(database))
            live(database)
        yield both


def answers(database: Database, query: str) -> list[Row]:
    """Return a statement's rows, and roll it back."""
    found: list[Row] = []
    with suppress(InterruptedError), database.transaction() as tx:
        found = tx.all(query, **samples(query))
        raise InterruptedError
    return found


def test_what_was_asked_is_answered_after_the_commit(
    url: str, open_record: Open
) -> None:
    with open_record(url).transaction() as tx:
        before = tx.ask("mark", name="tick")
        tx.write("set_mark", name="tick", at=NOON)
        after = tx.ask("mark", name="tick")

    assert (before(), after()) == ([], [{"at": NOON}])


@pytest.mark.parametrize("query", COMPARED)
def test_every_statement_answers_the_same_on_both_engines(
    lived: tuple[Database, Database], query: str
) -> None:
    sqlite, server = (answers(database, query) for database in lived)

    if "RETURNING" in queries()[query]:
        # In no order; and where a message was there already PostgreSQL skips an id.
        sqlite, server = (
            sorted(map(without_id, of), key=str) for of in (sqlite, server)
        )
    assert sqlite == server
    assert [list(row) for row in sqlite] == [list(row) for row in server]


def without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def test_most_statements_return_rows_in_the_contract_test(
    lived: tuple[Database, Database],
) -> None:
    silent = [query for query in queries() if not answers(lived[1], query)]

    assert len(silent) < len(queries()) / 3, silent


def test_a_written_row_is_visible_to_the_next_statement(
    url: str, open_record: Open
) -> None:
    with open_record(url).transaction() as tx:
        for number in range(150):
            tx.write("set_mark", name=f"mark {number}", at=NOON)
        rows = [{"name": f"mark {number}", "at": NOON} for number in range(150, 350)]
        tx.write_many("set_mark", rows)
        found = [bool(tx.all("mark", name=f"mark {one}")) for one in (0, 349, 350)]

    assert found == [True, True, False]


def test_any_number_of_rows_is_returned(url: str, open_record: Open) -> None:
    same = samples("queue_message")
    rows = [{"key": f"note/{n}", "position": n} for n in range(2_345)]
    same = {name: one for name, one in same.items() if name not in rows[0]}

    with open_record(url).transaction() as tx:
        found = tx.ask_many("queue_message", [*rows, rows[0]], **same)()
        assert tx.ask_many("queue_message", [], **same)() == []

    assert sorted(row["key"] for row in found) == sorted(
        str(row["key"]) for row in rows
    )


def test_messages_are_numbered_by_their_positions(url: str, open_record: Open) -> None:
    sample = samples("queue_message")
    places = [
        {"conversation": "C0LEADS", "person": None},
        {"conversation": None, "person": "U0ANA"},
    ]
    places += [
        {"conversation": None, "person": "U0NEW"},
        {"conversation": "D0BEN", "person": "U0BEN"},
    ]
    rows = [
        {**sample, "key": f"note/{position}", "position": position, **places[n % 4]}
        for n, position in enumerate(reversed(range(60)))
    ]
    same = {name: sample[name] for name in ("not_before", "queued_at")}

    with open_record(url).transaction() as tx:
        tx.write("save_person", **{**samples("save_person"), "id": "U0ANA"})
        tx.write("save_dm", id="U0ANA", dm="D0ANA")
        tx.ask_many("queue_message", rows, **same)()
        newest = tx.all("newest_messages", most=60)

    assert [row["key"] for row in newest] == [row["key"] for row in rows]
    assert {row["person"]: row["conversation"] for row in newest} == {
        None: "C0LEADS", "U0ANA": "D0ANA", "U0NEW": None, "U0BEN": "D0BEN"
    }  # fmt: skip


@pytest.mark.parametrize(
    "next_nudge_at", [None, NOON], ids=["the last", "more to come"]
)
def test_firing_a_reminder_changes_only_the_next_step(
    url: str, open_record: Open, next_nudge_at: datetime | None
) -> None:
    kept = {**samples("save_deadline"), "snoozed_until": NOON}
    fired = {"step": 3, "fired": 7, "next_nudge_at": next_nudge_at}

    with open_record(url).transaction() as tx:
        tx.write("insert_incident", **{**samples("insert_incident"), "number": 1})
        tx.write_many("save_deadline", [{**kept, "count": n} for n in range(250)])
        before = tx.all("deadlines", incident=1)
        rows = [{**samples("save_fired"), "count": n, **fired} for n in range(249)]
        tx.write_many("save_fired", rows)
        after = tx.all("deadlines", incident=1)

    *changed, other = before
    expected = [{**one, **fired, "snoozed_until": None} for one in changed]
    assert after == [*expected, other]


@pytest.mark.parametrize("last", [None, "after"], ids=["at the end", "midway"])
def test_a_write_that_is_refused_leaves_nothing_of_its_transaction(
    url: str, open_record: Open, last: str | None
) -> None:
    database = open_record(url)

    def write() -> None:
        with database.transaction() as tx:
            tx.write("set_mark", name="before", at=NOON)
            tx.write("insert_event", **{**samples("insert_event"), "incident": 99})
            if last is not None:
                tx.one("set_mark", name=last, at=NOON)

    with pytest.raises(Exception, match=r"(?i)foreign ?key"):
        write()

    with database.transaction() as tx:
        found = [tx.all("mark", name=name) for name in ("before", "after")]
    assert found == [[], []]
