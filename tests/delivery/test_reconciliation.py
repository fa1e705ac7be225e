"""Leases and lookups that fail, and how often a message is retried."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.pacing import Pace
from bot.errors import Fate, SlackError
from bot.incidents.deadlines import Kind
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.store.tables import leases, outbox_messages, unconfirmed
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import (
    MessageKind,
    OutboxMessage,
    Posted,
    Priority,
    State,
)
from tests.posting import NOT_DONE, UNKNOWN, Post, limited, refused


def test_a_sender_that_comes_back_after_its_lease_leaves_one_message(
    post: Post,
) -> None:
    def sleep() -> None:
        post.slack.meanwhile = lambda: None
        post.wait(seconds=16)

    post.slack.meanwhile = sleep
    post.queue("INC-1/card", MessageKind.CARD, incident=1, priority=Priority.PAGE)

    post.outbox.drain()
    doubled = list(post.slack.posted)
    post.wait(minutes=5)

    assert doubled == ["INC-1/card", "INC-1/card"]
    assert post.slack.posted == ["INC-1/card", "deleted"]
    assert post.state("INC-1/card") is State.SENT


def test_a_change_before_a_late_sender_returns_is_edited_in(post: Post) -> None:
    def change() -> None:
        post.slack.meanwhile = lambda: None
        post.slack.failures["look"] = [UNKNOWN]
        post.wait(seconds=61)
        post.says = "taken"
        with post.database.transaction() as tx:
            outbox_messages.refresh(tx, [1], now=post.now, system_now=post.now)

    post.slack.meanwhile = change
    post.queue("INC-1/card", MessageKind.CARD, incident=1)

    post.wait(minutes=5)

    assert post.slack.posted == ["INC-1/card"]
    assert post.slack.edits == ["taken"]


@pytest.mark.parametrize("failure", [None, refused("message_not_found")])
def test_an_edit_of_a_removed_duplicate_goes_to_the_kept_card(
    post: Post, failure: SlackError | None
) -> None:
    doubled(post, "INC-1/card")
    post.pass_by(seconds=119)

    def look() -> None:
        post.slack.while_editing = lambda: None
        post.pass_by(seconds=1)
        post.replica().drain()

    post.slack.while_editing = look
    post.slack.failures["update"] = [failure]
    post.says = "taken"
    post.refresh("INC-1/card")
    post.outbox.drain()
    post.wait(minutes=5)

    assert post.slack.posted == ["deleted", "INC-1/card"]
    assert post.slack.edits[-1:] == ["taken"]
    assert post.slack.edited[-1:] == ["2.0"]


def test_a_lookup_that_lost_its_lease_removes_nothing(post: Post) -> None:
    doubled(post, "INC-1/card", is_answered=False)
    post.pass_by(minutes=2)
    other = post.replica()

    def sleep() -> None:
        post.slack.while_looking = lambda: None
        post.slack.answered = {"2.0"}
        post.pass_by(seconds=61)
        other.drain()

    post.slack.while_looking = sleep
    post.outbox.drain()
    post.wait(minutes=20)

    assert post.slack.posted == ["deleted", "INC-1/card"]


@pytest.mark.parametrize("failure", [UNKNOWN, NOT_DONE, limited(20)])
def test_a_page_overtakes_anything_lesser_of_its_incident(
    post: Post, failure: SlackError
) -> None:
    post.slack.failures["post"] = [failure]
    post.slack.failures["look"] = [UNKNOWN] * 1000
    post.queue("nudge", incident=1, priority=Priority.NUDGE)
    post.queue("behind it", incident=1, priority=Priority.NUDGE)
    post.outbox.drain()

    post.queue("page", incident=1, priority=Priority.PAGE)
    post.wait(seconds=1 if failure.retry_after is None else 20)

    assert post.slack.posted[:1] == ["page"]


def test_one_reading_settles_all_that_is_due_in_a_conversation(post: Post) -> None:
    notes = [f"note/{number}" for number in range(60)]
    post.slack.failures["post"] = [UNKNOWN] * 60
    for note in notes:
        post.queue(note)
    post.outbox.drain()
    for note in notes[:30]:
        post.slack.stand(note)

    post.wait(seconds=30)

    assert post.slack.looks == 1
    assert sorted(post.slack.posted) == sorted(notes)


def test_a_reading_that_fails_is_repeated_once_for_all(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN] * 3
    post.slack.failures["look"] = [UNKNOWN]
    for note in ("a", "b", "c"):
        post.queue(note)
    post.outbox.drain()

    post.wait(seconds=30)
    early = list(post.slack.posted)
    post.wait(seconds=30)

    assert early == []
    assert post.slack.looks == 2
    assert post.slack.posted == ["a", "b", "c"]


def test_the_unsent_is_looked_up_before_the_sent(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("page", priority=Priority.PAGE, conversation="D0ANA")
    post.outbox.drain()
    post.slack.stand("page")
    post.wait(seconds=5)
    post.pass_by(seconds=90)
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("digest", priority=Priority.DIGEST)
    post.outbox.drain()
    before = len(post.slack.calls)

    post.wait(seconds=30)

    assert post.slack.calls[before:] == [
        "look in C0INCIDENTS",
        "post digest",
        "look in D0ANA",
    ]


def test_two_hundred_lookups_of_the_sent_delay_nothing_unsent(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN] * 200
    for number in range(200):
        place = f"D{number}"
        post.queue(f"page/{number}", priority=Priority.PAGE, conversation=place)
    post.outbox.drain()
    for number in range(200):
        post.slack.stand(f"page/{number}")
    post.wait(seconds=5)
    post.pass_by(minutes=2)
    post.pace = Pace()
    post.outbox = post.replica()
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("digest", priority=Priority.DIGEST)
    post.outbox.drain()

    post.wait(seconds=30)

    assert post.slack.posted[200:] == ["digest"]
    assert post.slack.looks < 250


def test_a_lookup_waits_for_what_is_unsent_and_as_urgent(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("unconfirmed", priority=Priority.NUDGE)
    post.outbox.drain()
    post.pass_by(seconds=30)
    post.queue("card", priority=Priority.CARD)
    post.queue("nudge", priority=Priority.NUDGE)
    post.queue("page", priority=Priority.PAGE)

    post.outbox.drain()

    assert post.slack.calls[1:] == [
        "post page",
        "post nudge",
        "look in C0INCIDENTS",
        "post unconfirmed",
        "post card",
    ]


def test_a_superseded_message_gets_one_lookup_after_fifteen_minutes(
    post: Post,
) -> None:
    superseded(post, "reminder")
    before = post.slack.looks

    for _ in range(14):
        post.wait(minutes=1)
    early = post.slack.looks
    for _ in range(20):
        post.wait(minutes=1)

    assert early == before
    assert post.slack.looks == before + 1


def test_a_superseded_message_is_settled_when_its_conversation_is_read(
    post: Post,
) -> None:
    superseded(post, "reminder/card")
    post.slack.stand("reminder/card")
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("note")
    post.outbox.drain()

    post.wait(seconds=30)

    assert post.state("reminder/card") is State.SENT
    assert post.slack.edits == ["hello"]


def test_a_superseded_message_waits_while_anything_is_unsent(post: Post) -> None:
    superseded(post, "reminder")
    before = post.slack.looks
    post.slack.failures["post"] = [limited(1800)]
    post.queue("note", conversation="D0ANA")
    post.outbox.drain()

    post.wait(minutes=20)
    early = post.slack.looks
    post.wait(minutes=10)

    assert early == before
    assert post.slack.looks == before + 1


@pytest.mark.parametrize("failure", [None, UNKNOWN, NOT_DONE, limited(20)])
def test_a_clock_that_is_set_back_delays_nothing(
    posting: Callable[[Pace], Post], failure: SlackError | None
) -> None:
    post = posting(Pace())
    post.slack.failures["post"] = [failure]
    post.queue("early", priority=Priority.PAGE)
    post.outbox.drain()

    post.now -= timedelta(hours=1)
    post.queue("late", priority=Priority.PAGE)
    for _ in range(60):
        post.wait(seconds=1)

    assert sorted(post.slack.posted) == ["early", "late"]


@pytest.mark.parametrize("failure", [UNKNOWN, NOT_DONE, limited(20)])
def test_after_a_clock_that_is_set_back_the_looker_finds_what_waits(
    posting: Callable[[Pace], Post], failure: SlackError
) -> None:
    post = posting(Pace())
    post.slack.failures["post"] = [failure]
    post.queue("page", priority=Priority.PAGE)
    post.outbox.drain()

    post.now -= timedelta(hours=1)
    for _ in range(60):
        post.pass_by(seconds=1)
        if post.outbox.has_work():
            post.outbox.drain()

    assert post.slack.posted == ["page"]
    assert not post.outbox.has_work()


def test_an_unconfirmed_page_is_retried_with_backoff(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN] * 1000
    post.queue("page", priority=Priority.PAGE)

    for _ in range(600):
        post.wait(seconds=1)

    assert post.slack.tries == 9


def test_each_unconfirmed_attempt_is_looked_up_before_the_next(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN] * 3
    post.queue("note")

    for _ in range(300):
        post.wait(seconds=1)

    assert post.slack.posted == ["note"]
    assert (post.slack.tries, post.slack.looks) == (4, 3)


def test_a_message_that_stays_unconfirmed_for_an_hour_is_reported_dead(
    post: Post,
) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.slack.failures["look"] = [SlackError("fatal_error", Fate.UNKNOWN)] * 1000
    post.queue("note")

    for _ in range(59):
        post.wait(minutes=1)
    early = list(post.slack.posted)
    for _ in range(3):
        post.wait(minutes=1)

    assert early == []
    assert post.slack.posted == ["trouble/note/1"]
    assert post.state("note") is State.DEAD


def test_a_message_that_was_held_is_no_work_any_more(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.slack.failures["look"] = [refused("missing_scope", "conversations.history")]
    post.queue("note")
    post.outbox.drain()
    post.wait(seconds=30)

    post.wait(hours=1)

    assert post.state("note") is State.DEAD
    assert not post.outbox.has_work()


def test_while_slack_is_away_unconfirmed_messages_stay_unconfirmed(post: Post) -> None:
    away = SlackError("ConnectionRefusedError", Fate.NOT_DONE, is_away=True)
    post.slack.failures["post"] = [UNKNOWN]
    post.slack.failures["look"] = [away] * 150
    post.queue("page", priority=Priority.PAGE)
    post.outbox.drain()
    post.slack.stand("page")

    for _ in range(200):
        post.wait(minutes=1)

    assert post.slack.posted == ["page"]
    assert post.state("page") is State.SENT


def test_a_confirmed_message_is_never_looked_up(post: Post) -> None:
    post.queue("note")

    for _ in range(20):
        post.wait(minutes=1)

    assert post.slack.looks == 0


def test_a_lookup_whose_sender_dies_is_repeated(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("note")
    post.outbox.drain()
    post.now += timedelta(seconds=30)
    take_look(post)

    post.wait(seconds=59)
    early = list(post.slack.posted)
    post.wait(seconds=1)

    assert early == []
    assert post.slack.posted == ["note"]


def test_a_lookup_that_returns_too_late_changes_nothing(post: Post) -> None:
    post.slack.failures["post"] = [UNKNOWN]
    post.queue("note")
    post.outbox.drain()
    post.now += timedelta(seconds=30)
    late = take_look(post)
    post.wait(seconds=60)

    with post.database.transaction() as tx:
        leases.retry(tx, late, not_before=post.now, error="late")
        is_found = unconfirmed.reconcile_found(tx, late, Posted(post.now, "9.0"), None)
    post.outbox.drain()

    assert not is_found
    assert post.slack.posted == ["note"]


def doubled(post: Post, key: str, *, is_answered: bool = True) -> None:
    """Show a card twice in Slack: as recorded, and as a late duplicate."""
    post.slack.failures["post"] = [UNKNOWN]
    post.queue(key, MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.wait(seconds=30)
    late = post.slack.stand(key)
    if is_answered:
        post.slack.answered.add(late)


def superseded(post: Post, key: str) -> None:
    """Leave a message unconfirmed until it has nothing to say any more."""
    post.slack.failures["post"] = [UNKNOWN]
    post.queue(key, MessageKind.CARD)
    post.outbox.drain()
    post.says = ""
    post.wait(seconds=30)
    post.says = "hello"
    assert post.state(key) is State.SUPERSEDED


def take_look(post: Post) -> OutboxMessage:
    """Claim the next lookup, and never finish it."""
    with post.database.transaction() as tx:
        first = unconfirmed.next_look(tx, system_now=post.now, burst_until=post.now)
        assert first is not None, "a message is to be looked up"
        (message,) = unconfirmed.claim_looks(
            tx,
            first,
            system_now=post.now,
            again_at=post.now + timedelta(seconds=60),
            page_again_at=post.now + timedelta(seconds=15),
            token="look",
        )
    return message


def test_what_a_newer_message_tells_of_is_not_sent_besides(post: Post) -> None:
    items = [
        Item(number, Kind.ESCALATION, 1, 1, StepKind.PAGE, Because.BACKUP)
        for number in (1, 2, 3)
    ]
    urgent = {"priority": Priority.PAGE, "conversation": None, "person": "U0BEN"}
    key, newer_key = "INC-1/check_in/1/1/U0BEN", "INC-2/check_in/1/2/U0BEN"
    newer = [replace(items[1], fired=2)]
    post.queue(key, MessageKind.REMINDER, items=items, **urgent)
    post.slack.failures["post"] = [UNKNOWN]

    post.outbox.drain()
    post.slack.stand(key)
    post.queue(newer_key, MessageKind.REMINDER, items=newer, **urgent)
    post.wait(minutes=5)

    # Of INC-3 nothing else tells.
    assert post.slack.posted == [key, newer_key, "INC-3/check_in/1/1/U0BEN"]
