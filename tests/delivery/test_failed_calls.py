"""What Slack refuses is held, tried again or given up, and never in silence."""

import logging

import pytest

from bot.errors import Fate
from bot.slack.error_codes import CODES, fate_of
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage, Priority, State
from tests.posting import NOT_DONE, Post, refused

STRANGE = refused("moon_in_the_wrong_phase")
CALLS = {"chat.postMessage": "post", "conversations.open": "open"}


def reports(post: Post) -> list[OutboxMessage]:
    """Return the reports on lost messages."""
    with post.database.transaction() as tx:
        keys = [row["key"] for row in tx.all("newest_messages", most=100)]
        found = [outbox_messages.find(tx, key) for key in keys]
    return [one for one in found if one and one.kind is MessageKind.NOT_DELIVERED]


def test_a_page_is_given_up_after_a_minute_of_an_unknown_code(post: Post) -> None:
    post.slack.failures["post"] = [STRANGE] * 10
    post.queue("page", priority=Priority.PAGE)
    post.outbox.drain()
    for _ in range(59):
        post.wait(seconds=1)
    before = post.state("page")

    post.slack.failures["post"] = [STRANGE]
    post.wait(seconds=1)

    assert (before, post.state("page")) == (State.QUEUED, State.DEAD)
    assert [one.refs["error"] for one in reports(post)] == [STRANGE.code]


def test_anything_else_is_given_up_after_a_quarter_of_an_hour(post: Post) -> None:
    post.slack.failures["post"] = [STRANGE] * 100
    post.queue("note")
    post.outbox.drain()
    for _ in range(14):
        post.wait(minutes=1)
    before = post.state("note")

    post.slack.failures["post"] = [STRANGE]
    post.wait(minutes=1)

    assert (before, post.state("note")) == (State.QUEUED, State.DEAD)
    assert len(reports(post)) == 1


def test_a_restart_does_not_begin_the_minute_again(post: Post) -> None:
    post.slack.failures["post"] = [STRANGE, None]
    post.queue("page", priority=Priority.PAGE)
    post.outbox.drain()
    post.pass_by(minutes=1)

    post.outbox = post.replica()
    post.slack.failures["post"] = [STRANGE]
    post.outbox.drain()

    assert post.state("page") is State.DEAD


def test_any_other_failure_begins_the_minute_again(post: Post) -> None:
    post.slack.failures["post"] = [STRANGE, NOT_DONE, STRANGE]
    post.queue("page", priority=Priority.PAGE)
    post.outbox.drain()

    post.wait(seconds=50)
    post.wait(seconds=50)
    post.wait(seconds=50)

    assert post.slack.posted == ["page"]


def test_a_page_whose_dm_does_not_open_is_given_up_after_a_minute(post: Post) -> None:
    post.slack.failures["open"] = [STRANGE] * 100
    post.queue("page", conversation=None, person="U0CEM", priority=Priority.PAGE)
    post.queue("note", conversation=None, person="U0CEM")
    post.outbox.drain()

    for _ in range(60):
        post.wait(seconds=1)

    assert post.state("page") is State.DEAD
    assert post.state("note") is State.QUEUED
    assert [one.refs["about"] for one in reports(post)] == ["page"]
    for _ in range(14):
        post.wait(minutes=1)
    assert post.state("note") is State.DEAD


def test_a_dm_that_cannot_be_opened_is_logged(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.slack.failures["open"] = [refused("invalid_user_combination")]
    post.queue("page", conversation=None, person="U0CEM", priority=Priority.PAGE)

    post.outbox.drain()

    assert post.state("page") is State.DEAD
    assert [one.getMessage() for one in caplog.records] == [
        "slack opens no conversation",
        "a message is given up",
    ]


def test_an_edit_is_given_up_until_the_next_change(post: Post) -> None:
    post.queue("INC-1/card", MessageKind.CARD, incident=1)
    post.outbox.drain()
    post.slack.failures["update"] = [STRANGE] * 1000
    post.says = "taken"
    post.refresh("INC-1/card")
    for _ in range(16):
        post.wait(minutes=1)
    tries = 1000 - len(post.slack.failures["update"])

    post.wait(hours=1)
    given_up = 1000 - len(post.slack.failures["update"]) == tries
    post.slack.failures["update"] = []
    post.refresh("INC-1/card")
    post.outbox.drain()

    assert given_up
    assert post.slack.edits == ["taken"]
    assert reports(post) == []


@pytest.mark.parametrize(
    ("code", "method"),
    [
        (code, method)
        for code in CODES[Fate.INSTALLATION].split()
        for method in CALLS
        if fate_of(method, code) is Fate.INSTALLATION
    ],
)
def test_a_refused_installation_holds_everything_and_kills_nothing(
    post: Post, method: str, code: str
) -> None:
    post.slack.failures[CALLS[method]] = [refused(code, method)] * 1000
    post.queue("page", conversation=None, person="U0CEM", priority=Priority.PAGE)
    post.queue("note")

    for _ in range(60):
        post.wait(minutes=1)
    trouble = post.outbox.failed_calls.trouble
    post.slack.failures.clear()
    post.wait(minutes=1)

    assert trouble == code
    assert sorted(post.slack.posted) == ["note", "page"]
    assert reports(post) == []


def test_a_failure_is_logged_once_a_minute_with_its_code(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.slack.failures["post"] = [NOT_DONE] * 1000
    for number in range(30):
        post.queue(f"note/{number}")

    for _ in range(180):
        post.wait(seconds=1)

    warned = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert {one.__dict__["error"] for one in warned} == {NOT_DONE.code}
    assert len(warned) in range(3, 5)


def test_a_lost_report_goes_to_each_person_on_call_and_no_further(post: Post) -> None:
    post.slack.failures["post"] = [refused("access_denied")] * 1000
    post.queue("page", priority=Priority.PAGE)

    for _ in range(120):
        post.wait(minutes=1)

    told = sorted(reports(post), key=lambda one: one.id)
    assert [one.person for one in told] == [None, "U0LEA", "U0ANA", "U0BEN"]
    assert {one.state for one in told} == {State.DEAD}


def test_a_page_that_nobody_could_be_told_of_is_known_until_one_is_sent(
    post: Post,
) -> None:
    post.slack.failures["post"] = [refused("access_denied")] * 5
    post.queue("page", priority=Priority.PAGE)
    for _ in range(5):
        post.wait(minutes=1)
    unreported = post.outbox.failed_calls.dead_letters.unreported

    post.queue("note")
    post.wait(minutes=1)
    after_a_note = post.outbox.failed_calls.dead_letters.unreported
    post.queue("another page", priority=Priority.PAGE)
    post.wait(minutes=1)

    assert (unreported, after_a_note) == ("access_denied", "access_denied")
    assert post.outbox.failed_calls.dead_letters.unreported is None


def test_a_copy_that_slack_strangely_keeps_is_left_in_the_end(post: Post) -> None:
    post.slack.stand("note")
    post.slack.stand("note")
    post.slack.failures["post"] = [refused("fatal_error")]
    post.slack.failures["delete"] = [STRANGE] * 1000
    post.queue("note")
    post.outbox.drain()
    for _ in range(30):
        post.wait(minutes=1)
    looks = post.slack.looks

    post.wait(hours=1)
    post.wait(hours=1)

    assert post.state("note") is State.SENT
    assert post.slack.looks == looks


def test_a_look_up_that_is_strangely_refused_ends_too(post: Post) -> None:
    post.slack.failures["post"] = [refused("fatal_error")]
    post.slack.failures["look"] = [STRANGE] * 1000
    post.queue("note")
    post.outbox.drain()

    for _ in range(18):
        post.wait(minutes=1)

    assert post.state("note") is State.DEAD
