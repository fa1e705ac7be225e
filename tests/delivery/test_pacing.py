"""Deadlines of one send: call, then reconciliation, then lease."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.pacing import OTHER, PAGE, Times, settling
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage, Priority, State


@pytest.mark.parametrize("times", [PAGE, OTHER], ids=["page", "other"])
def test_a_calls_deadline_precedes_reconciliation_and_reconciliation_its_lease(
    times: Times,
) -> None:
    assert times.deadline < times.settle < times.lease


@pytest.mark.parametrize("seconds", [(5, 5, 15), (3, 15, 15), (10, 6, 15)])
def test_times_in_another_order_are_refused(seconds: tuple[int, int, int]) -> None:
    spans = [timedelta(seconds=one) for one in (*seconds, 15, 60)]

    with pytest.raises(AssertionError):
        Times(*spans)


def edit(attempts: int) -> OutboxMessage:
    return OutboxMessage(
        id=1,
        key="card/1/edit",
        kind=MessageKind.EDIT,
        priority=Priority.CARD,
        conversation="C0INCIDENTS",
        person=None,
        incident=1,
        thread_of=None,
        edit_of="card/1",
        refs={},
        state=State.SENDING,
        attempts=attempts,
        lease_token="a token",
        is_live=True,
        ts=None,
        rendered=None,
        queued_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
        sent_at=None,
        unconfirmed_at=None,
        unconfirmed_because=None,
        last_error=None,
        refused_since=None,
        deleted_at=None,
        folded_into=None,
    )


@pytest.mark.parametrize("attempts", [0, 1])
def test_an_edit_retried_in_flight_waits_as_long_as_its_first_attempt(
    attempts: int,
) -> None:
    assert settling(edit(attempts)) == OTHER.settle
