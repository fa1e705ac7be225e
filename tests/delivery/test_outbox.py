"""The way out of the outbox: order, pace, and what Slack takes and refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.delivery.pacing import Pace
from bot.errors import Fate, SlackError
from bot.running.senders import Senders
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority, State
from tests.posting import NOT_DONE, UNKNOWN, Post, limited, refused
from tests.processes import until


def test_what_changed_while_a_message_was_on_its_way_is_edited_in(post: Post) -> None:
    def change() -> None:
        post.says = "taken"
        with post.database.transaction() as tx:
            outbox_messages.refresh(tx, 1, now=post.now, system_now=post.now)

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


def test_a_card_that_can_be_edited_no_more_is_posted_anew(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [refused("edit_window_closed")]
    post.says = "taken"

    post.refresh("INC-1/card")
    post.outbox.drain()

    assert post.slack.posted == ["INC-1/card"] * 2
    assert post.slack.edits == []


def test_an_edit_of_a_card_that_is_to_be_posted_anew_is_not_posted(post: Post) -> None:
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


def test_a_reply_that_finds_no_thread_again_is_given_up(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    nowhere = refused("thread_not_found")
    post.slack.failures["post"] = [nowhere, None, nowhere]

    post.queue("INC-1/note", MessageKind.NOTE, incident=1, thread_of="INC-1/card")
    post.outbox.drain()

    assert post.slack.posted[:2] == ["INC-1/card"] * 2
    assert post.slack.tries == 5
    assert post.state("INC-1/note") == "dead"


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


def test_an_edit_that_slack_refuses_bothers_nobody(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [refused("is_archived")]
    post.says = "taken"

    post.refresh("INC-1/card")
    post.wait(days=1)

    assert post.slack.posted == ["INC-1/card"]


def test_tries_become_rarer_but_never_rarer_than_once_a_minute(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE] * 1000
    post.queue("note")

    tries = []
    for _ in range(20):
        before = post.slack.tries
        post.wait(minutes=1)
        tries.append(post.slack.tries - before)

    assert post.state("note") is State.QUEUED
    assert tries == [1] * 20


def test_a_page_is_tried_at_least_every_quarter_of_a_minute(post: Post) -> None:
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


def test_posts_of_the_whole_workspace_keep_to_a_budget(
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


def test_whoever_looks_a_moment_late_still_keeps_the_pace_of_a_conversation(
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


def test_in_a_conversation_pages_overtake_nudges_and_those_cards_and_those_digests(
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


def test_a_message_that_was_claimed_too_long_ago_is_claimed_anew(post: Post) -> None:
    post.queue("page", priority=Priority.PAGE)
    post.while_rendering = lambda: post.pass_by(seconds=60)

    post.outbox.send_one()
    early = list(post.slack.posted)
    post.while_rendering = lambda: None
    post.outbox.drain()

    assert early == []
    assert post.slack.posted == ["page"]


def test_what_is_urgent_goes_first_when_the_budget_is_spent(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    for number in range(100):
        post.queue(f"note/{number}", conversation=f"C{number}")
    post.outbox.drain()

    post.queue("page", conversation="D1", priority=Priority.PAGE)
    post.wait(milliseconds=200)

    assert post.slack.posted[-1] == "page"


def test_a_conversation_that_cannot_be_opened_just_now_is_opened_later(
    post: Post,
) -> None:
    post.slack.failures["open"] = [NOT_DONE, UNKNOWN]
    post.queue("reminder", conversation=None, person="U0CEM")

    for _ in range(3):
        post.wait(seconds=15)

    assert post.slack.posted == ["reminder"]


def test_a_rate_limit_of_opening_holds_back_nobody_who_is_known(post: Post) -> None:
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
    tries, trouble = post.slack.tries, post.outbox.trouble
    post.wait(seconds=30)

    assert (tries, trouble) == (1, "token_revoked")
    assert post.outbox.trouble is None
    assert len(post.slack.posted) == 10


def test_senders_at_work_at_the_same_time_send_each_message_once(post: Post) -> None:
    for number in range(60):
        post.queue(f"note/{number}", conversation=f"C{number % 7}", incident=number % 3)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: post.outbox.drain(), range(4)))
    post.outbox.drain()

    assert sorted(post.slack.posted) == sorted(f"note/{n}" for n in range(60))


def test_senders_that_are_to_stop_finish_what_is_in_flight_and_claim_no_more(
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


def test_in_one_conversation_an_incident_keeps_its_order(post: Post) -> None:
    post.slack.failures["post"] = [NOT_DONE]
    post.queue("1/first", incident=1)
    post.queue("1/second", incident=1)
    post.queue("2/first", incident=2)

    post.outbox.drain()
    early = list(post.slack.posted)
    post.wait(minutes=1)

    assert early == ["2/first"]
    assert post.slack.posted == ["2/first", "1/first", "1/second"]


def test_a_key_is_sent_once_for_ever(post: Post) -> None:
    post.queue("note")
    post.outbox.drain()

    with post.database.transaction() as tx:
        new = NewMessage(
            "note", MessageKind.NOTE, Priority.CARD, conversation="C0INCIDENTS"
        )
        outbox_messages.queue(tx, new, now=post.now, system_now=post.now)
    post.outbox.drain()

    assert post.slack.posted == ["note"]


def test_only_what_was_given_up_can_be_sent_again(post: Post) -> None:
    post.queue("note")
    post.outbox.drain()

    assert not post.outbox.send_again("note")
    assert not post.outbox.send_again("nothing of this name")


def test_a_report_of_unknown_fate_is_repeated_for_somebody_must_know(
    post: Post,
) -> None:
    post.slack.failures["post"] = [refused("not_in_channel"), UNKNOWN, UNKNOWN]
    post.queue("note")

    for _ in range(6):
        post.wait(minutes=1)

    assert post.slack.posted == ["trouble/note/1"]


def test_what_has_nothing_to_say_any_more_costs_no_pace(
    posting: Callable[[Pace], Post],
) -> None:
    post = posting(Pace())
    post.says = ""
    for key in ("one", "two", "three"):
        post.queue(key)

    post.outbox.drain()

    states = [post.state(key) for key in ("one", "two", "three")]
    assert states == [State.SUPERSEDED] * 3
