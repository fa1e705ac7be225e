"""A message that was the update: what is logged of it, and how it is taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.incidents import logged_messages
from bot.incidents.acts import Update
from bot.incidents.events import Event, EventKind, updates
from bot.incidents.refusals import (
    LoggedAlready,
    NothingChanged,
    Reason,
    Refusal,
    Since,
    TooEarly,
    UpdateStays,
)
from bot.policy import targets
from bot.policy.severities import Severity
from tests.factories import pacific
from tests.record import Record, opened, with_targets

LINK = "https://acme.slack.com/archives/C0ACME/p1764000000000100"
WROTE = pacific(24, "11:00")
NOW = pacific(24, "11:05")
SECOND = timedelta(seconds=1)


def logged(record: Record, *earlier: Event, at: datetime = WROTE) -> Event:
    """Let Ana log Dee's message, as the event after some earlier ones."""
    update = Update(link=f"{LINK}?thread_ts=1764.1", at=at, author="U0DEE")
    event = logged_messages.message_logged(
        record.incident, "U0ANA", NOW, update, earlier
    )
    record.apply(event)
    return replace(event, id=len(earlier) + 1)


def taken_back(
    record: Record, *history: Event, by: str = "U0ANA", at: datetime = NOW
) -> Event:
    event = logged_messages.update_taken_back(record.incident, by, at, LINK, history)
    record.apply(event)
    return replace(event, id=len(history) + 1)


def fresh() -> Record:
    return opened()


def answered() -> Record:
    record = opened()
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), told="x", first="yes")
    return record


def waiting() -> Record:
    record = opened()
    record.happens(
        EventKind.UPDATED, pacific(24, "10:00"), told="x", first="yes", waiting="yes"
    )
    return record


def unowed() -> Record:
    nothing = targets.NOTHING
    return opened(policy=with_targets(Severity.SEV2, first=nothing, follow_up=nothing))


def owed(record: Record) -> list[tuple[object, ...]]:
    """Return what of each open deadline of the contract people go by."""
    return [
        (one.id, one.due_at, one.late_at, one.paused_at, one.step, one.next_nudge_at)
        for one in record.deadlines
        if one.is_open and not one.kind.is_internal
    ]


def test_a_message_is_logged_with_its_author_time_and_link() -> None:
    event = logged(opened())

    assert (event.kind, event.at, event.by) == (EventKind.UPDATED, WROTE, "U0ANA")
    assert event.details == {
        "link": f"{LINK}?thread_ts=1764.1",
        "author": "U0DEE",
        "first": "yes",
    }


@pytest.mark.parametrize("begun", [fresh, answered, waiting, unowed])
def test_taking_an_update_back_leaves_all_as_it_was(
    begun: Callable[[], Record],
) -> None:
    record = begun()
    before, owed_before = record.incident, owed(record)

    event = logged(record)
    moved = owed(record)
    taken_back(record, event)

    assert moved != owed_before or begun is unowed
    assert replace(record.incident, last_sign_at=None) == replace(
        before, last_sign_at=None
    )
    assert owed(record) == owed_before


def test_an_update_taken_back_does_not_stand() -> None:
    record = opened()
    first = logged(record)
    over = taken_back(record, first)
    second = logged(record, first, over)

    assert updates([first, over]) == []
    assert updates([first, over, second]) == [second]


def refused(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.reason


def test_a_message_counts_once() -> None:
    record = opened()
    first = logged(record)

    reason = refused(lambda: logged(record, first))

    assert reason == LoggedAlready("INC-42", "U0ANA", NOW)


@pytest.mark.parametrize(
    ("begun", "at", "since"),
    [
        (fresh, pacific(24, "09:00") - SECOND, Since.REPORT),
        (answered, pacific(24, "10:00") - SECOND, Since.LAST_UPDATE),
    ],
    ids=["incident", "last update"],
)
def test_an_older_message_is_no_update(
    begun: Callable[[], Record], at: datetime, since: Since
) -> None:
    reason = refused(lambda: logged(begun(), at=at))

    assert reason == TooEarly(since, at + SECOND)
    assert logged(begun(), at=at + SECOND).at == at + SECOND


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (timedelta(seconds=60), None),
        (timedelta(seconds=61), UpdateStays("INC-42", is_late=True)),
    ],
    ids=["in time", "late"],
)
def test_an_update_is_taken_back_within_a_minute(
    after: timedelta, reason: Reason | None
) -> None:
    record = opened()
    event = logged(record)

    if reason is None:
        taken_back(record, event, at=NOW + after)
    else:
        assert refused(lambda: taken_back(record, event, at=NOW + after)) == reason


def test_only_the_one_who_logged_it_takes_it_back() -> None:
    record = opened()
    event = logged(record)

    reason = refused(lambda: taken_back(record, event, by="U0BEN"))

    assert reason == NothingChanged("INC-42")


@pytest.mark.parametrize(
    "kind", [EventKind.UPDATED, EventKind.RESUMED, EventKind.REPORTED_AGAIN]
)
def test_an_update_on_which_another_event_builds_stays(kind: EventKind) -> None:
    record = opened()
    event = logged(record)
    newer = Event(kind, NOW, NOW, "U0BEN", id=2)

    reason = refused(lambda: taken_back(record, event, newer))

    assert reason == UpdateStays("INC-42", is_late=False)
