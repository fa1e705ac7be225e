"""Sending from the outbox: order, pace, and what Slack accepts or refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.delivery.pacing import Pace
from bot.errors import Fate, SlackError
from bot.running.senders import Senders
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority, State
from tests.posting import NOT_DONE, UNKNOWN, Post, limited, refused
from tests.processes import until


def test_a_change_during_sending_is_edited_in(post: Post) -> None:
    def change() -> None:
        post.says = "taken"
        with post.database.transaction() as tx:
            outbox_messages.refresh(tx, [1], now=post.now, system_now=post.now)

    post.slack.meanwhile = change
    post.queue("INC-1/card", MessageKind.CARD, incident=1)

    post.outbox.drain()

    assert post.slack.posted == ["INC-1/card"]
    assert post.slack.edits == ["taken"]


def test_an_edit_that_changes_nothing_is_not_made(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()

    post.refresh("INC-1/card")
    post.outbox.drain()

    assert post.slack.edits == []


def test_a_card_that_can_no_longer_be_edited_is_reposted(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [refused("edit_window_closed")]
    post.says = "taken"

    post.refresh("INC-1/card")
    post.outbox.drain()

    assert post.slack.posted == ["INC-1/card"] * 2
    assert post.slack.edits == []


def test_no_edit_is_made_of_a_card_that_is_being_reposted(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.says = "taken"
    post.refresh("INC-1/card")
    post.slack.failures["post"] = [refused("thread_not_found"), limited(60)]
    page = {"priority": Priority.PAGE, "incident": 1, "thread_of": "INC-1/card"}

    post.queue("INC-1/page", MessageKind.REMINDER, **page)
    post.outbox.drain()
    post.wait(minutes=2)

    assert post.slack.posted == ["INC-1/card", "INC-1/card", "INC-1/page"]
    assert post.slack.edits == []


def test_a_reply_waits_when_its_thread_is_missing_again(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    nowhere = refused("thread_not_found")
    post.slack.failures["post"] = [nowhere, None, nowhere]

    post.queue("INC-1/note", MessageKind.NOTE, incident=1, thread_of="INC-1/card")
    post.outbox.drain()

    assert post.slack.posted[:2] == ["INC-1/card"] * 2
    assert post.slack.posted[2:] == ["trouble/INC-1/card/2"]
    assert (post.state("INC-1/card"), post.state("INC-1/note")) == ("dead", "queued")

    assert post.outbox.send_again("INC-1/card")
    post.outbox.drain()

    assert post.slack.posted[3:] == ["INC-1/card", "INC-1/note"]


def test_two_replicas_notice_one_deletion_of_a_card_once(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.says = "taken"
    post.refresh("INC-1/card")
    other = post.replica()
    nowhere = refused("thread_not_found")
    post.slack.failures = {"post": [nowhere], "update": [refused("message_not_found")]}
    post.slack.while_editing = lambda: post.slack.failures["post"] and other.send_one()

    post.queue("INC-1/note", MessageKind.NOTE, incident=1, thread_of="INC-1/card")
    post.outbox.drain()

    assert post.slack.posted == ["INC-1/card", "INC-1/card", "INC-1/note"]
    assert post.slack.threads["3.0"] == "2.0"


def test_a_card_past_its_edit_window_was_not_deleted(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    closed, gone = refused("edit_window_closed"), refused("message_not_found")
    post.slack.failures["update"] = [closed, gone, closed]

    for said in ("taken", "answered", "resolved"):
        post.says = said
        post.refresh("INC-1/card")
        post.outbox.drain()

    assert post.slack.posted == ["INC-1/card"] * 4


def test_a_change_does_not_cancel_the_edit_that_undoes_a_late_one(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [UNKNOWN]
    post.says = "taken"
    post.refresh("INC-1/card")
    post.outbox.drain()
    post.wait(seconds=31)

    post.says = "answered"
    post.refresh("INC-1/card")
    post.wait(seconds=1)
    post.wait(minutes=2)
    post.wait(hours=1)

    assert post.slack.edits == ["taken", "answered", "answered"]


def test_a_refused_edit_sends_no_notice(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [refused("is_archived")]
    post.says = "taken"

    post.refresh("INC-1/card")
    post.wait(days=1)

    assert post.slack.posted == ["INC-1/card"]


def test_retries_back_off_to_at_most_a_minute(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE] * 1000
    post.queue("note")

    tries = []
    for _ in range(20):
        before = post.slack.tries
        post.wait(minutes=1)
        tries.append(post.slack.tries - before)

    assert post.state("note") is State.QUEUED
    assert tries == [1] * 20


def test_a_page_is_retried_at_least_every_15_seconds(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE] * 1000
    post.queue("page", priority=Priority.PAGE)
    for _ in range(300):
        post.wait(seconds=1)
    before = post.slack.tries

    for _ in range(15):
        post.wait(seconds=1)

    assert post.slack.tries > before


def test_a_long_outage_loses_nothing(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE] * 300
    post.queue("note")

    for _ in range(310):
        post.wait(minutes=1)

    assert post.slack.posted == ["note"]


def test_posts_keep_to_the_workspaces_budget(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    for number in range(100):
        post.queue(f"note/{number}", conversation=f"C{number}")

    post.outbox.drain()
    burst = len(post.slack.posted)
    post.wait(seconds=1)

    assert burst == 61
    assert len(post.slack.posted) == burst + 5


def test_a_late_sender_still_keeps_a_conversations_pace(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    for number in range(9):
        post.queue(f"note/{number}", conversation="D1")

    counts = []
    for late in (0, 1.4, 0.6, 2.6, 0.4, 0.6):
        post.wait(seconds=late)
        counts.append(len(post.slack.posted))

    assert counts == [1, 2, 3, 4, 4, 5]


def test_replicas_share_the_budget_and_the_pace_of_a_conversation(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    for number in range(100):
        post.queue(f"note/{number}", conversation=f"C{number}")
    for number in range(3):
        post.queue(f"page/{number}", conversation="D1", priority=Priority.PAGE)

    for outbox in (post.outbox, post.replica(), post.replica()):
        outbox.drain()
    burst = list(post.slack.posted)
    post.wait(seconds=1)

    assert len(burst) == 61
    assert [key for key in burst if key.startswith("page")] == ["page/0"]
    assert len(post.slack.posted) == 61 + 5
    assert post.slack.posted[61] == "page/1"


def test_in_a_conversation_pages_precede_nudges_then_cards_then_digests(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    post.queue("first")
    post.outbox.drain()
    for priority in reversed(Priority):
        post.queue(priority.name, priority=priority)

    for _ in Priority:
        post.wait(seconds=1)

    assert post.slack.posted == ["first", "PAGE", "NUDGE", "CARD", "DIGEST"]


def test_a_message_whose_claim_is_too_old_is_claimed_again(post: Post) -> None:
    post.queue("page", priority=Priority.PAGE)
    post.while_rendering = lambda: post.pass_by(seconds=60)

    post.outbox.send_one()
    early = list(post.slack.posted)
    post.while_rendering = lambda: None
    post.outbox.drain()

    assert early == []
    assert post.slack.posted == ["page"]


def test_urgent_messages_go_first_when_the_budget_is_spent(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    for number in range(100):
        post.queue(f"note/{number}", conversation=f"C{number}")
    post.outbox.drain()

    post.queue("page", conversation="D1", priority=Priority.PAGE)
    post.wait(milliseconds=200)

    assert post.slack.posted[-1] == "page"


def test_opening_a_conversation_is_retried_after_a_failure(
    post: Post,
) -> None:
    post.slack.failures["open"] = [NOT_DONE, UNKNOWN]
    post.queue("reminder", conversation=None, person="U0CEM")

    for _ in range(3):
        post.wait(seconds=15)

    assert post.slack.posted == ["reminder"]


def test_a_rate_limit_on_opening_delays_no_open_conversation(post: Post) -> None:
    post.slack.failures["open"] = [limited(30)]
    post.queue("ana/1", conversation=None, person="U0ANA")
    post.queue("ben/1", conversation=None, person="U0BEN")
    post.queue("card")

    post.wait(seconds=1)
    early = list(post.slack.posted)
    post.wait(seconds=30)

    assert early == ["card"]
    assert sorted(post.slack.posted) == ["ana/1", "ben/1", "card"]


def test_a_revoked_token_stops_every_call_for_a_while(post: Post) -> None:
    post.slack.failures["post"] = [SlackError("token_revoked", Fate.INSTALLATION)]
    for number in range(10):
        post.queue(f"note/{number}", conversation=f"C{number}")

    post.outbox.drain()
    tries, trouble = post.slack.tries, post.outbox.failed_calls.trouble
    post.wait(seconds=30)

    assert (tries, trouble) == (1, "token_revoked")
    assert post.outbox.failed_calls.trouble is None
    assert len(post.slack.posted) == 10


def test_senders_at_work_at_the_same_time_send_each_message_once(post: Post) -> None:
    for number in range(60):
        post.queue(f"note/{number}", conversation=f"C{number % 7}", incident=number % 3)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: post.outbox.drain(), range(4)))
    post.outbox.drain()

    assert sorted(post.slack.posted) == sorted(f"note/{n}" for n in range(60))


def test_stopping_senders_finish_messages_in_flight_and_claim_no_more(
    post: Post,
) -> None:
    senders = Senders(post.outbox)
    post.slack.meanwhile = senders.hold
    for number in range(9):
        post.queue(f"note/{number}", incident=1)

    senders.start()
    until(lambda: bool(post.slack.posted))
    senders.stop()

    a_sender_each = 4
    assert len(post.slack.posted) <= a_sender_each
    assert {post.state(key) for key in post.slack.posted} == {State.SENT}
    assert post.state("note/8") is State.QUEUED


def test_an_incidents_messages_keep_their_order_in_a_conversation(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE]
    post.queue("1/first", incident=1)
    post.queue("1/second", incident=1)
    post.queue("2/first", incident=2)

    post.outbox.drain()
    early = list(post.slack.posted)
    post.wait(minutes=1)

    assert early == ["2/first"]
    assert post.slack.posted == ["2/first", "1/first", "1/second"]


def test_a_key_is_never_sent_twice(post: Post) -> None:
    post.queue("note")
    post.outbox.drain()

    with post.database.transaction() as tx:
        new = NewMessage(
            "note", MessageKind.NOTE, Priority.CARD, conversation="C0INCIDENTS"
        )
        outbox_messages.queue(tx, new, now=post.now, system_now=post.now)
    post.outbox.drain()

    assert post.slack.posted == ["note"]


def test_only_dead_messages_can_be_sent_again(post: Post) -> None:
    post.queue("note")
    post.outbox.drain()

    assert not post.outbox.send_again("note")
    assert not post.outbox.send_again("nothing of this name")


def test_an_unconfirmed_notice_of_a_dead_message_is_sent_again(
    post: Post,
) -> None:
    post.slack.failures["post"] = [refused("msg_too_long"), UNKNOWN, UNKNOWN]
    post.queue("note")

    for _ in range(6):
        post.wait(minutes=1)

    assert post.slack.posted == ["trouble/note/1"]


def test_a_message_with_nothing_left_to_say_costs_no_pace(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    post.says = ""
    for key in ("one", "two", "three"):
        post.queue(key)

    post.outbox.drain()

    states = [post.state(key) for key in ("one", "two", "three")]
    assert states == [State.SUPERSEDED] * 3
