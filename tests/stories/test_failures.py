"""When something is broken, everybody gets an answer and no text is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from logging import WARNING

import pytest

from bot.emulator.faults import Fault
from bot.slack.actions import SNOOZE
from bot.store import opening
from tests.breaking import full, locked, read_only
from tests.story import Story

Break = Callable[[Story], AbstractContextManager[None]]


@contextmanager
def unspeakable(story: Story) -> Iterator[None]:
    """Give the policy a target that can be computed but not put into words."""
    told = story.policy().follow_ups
    story.use_policy(follow_ups=dict.fromkeys(told))
    try:
        yield
    finally:
        story.use_policy(follow_ups=told)


BROKEN = pytest.mark.parametrize(
    ("broken", "why"),
    [
        (locked, "the database is locked"),
        (read_only, "the database is read-only"),
        (full, "the disk is full"),
    ],
    ids=["locked", "read-only", "full"],
)
LONG = "acme: " + "push of apps fails for everybody " * 7


@BROKEN
def test_a_command_that_cannot_be_stored_offers_a_retry(
    tuesday: Story, broken: Break, why: str
) -> None:
    with broken(tuesday):
        refused = tuesday.slack.as_("dee").command("/sev2", LONG, channel="support")
    assert refused.private
    said = tuesday.read(refused.private, "dee")

    again = tuesday.asked("dee", "Try again", refused.private)
    tuesday.settle()

    assert said == (
        f"*NOT recorded ({why}).* Try again.\nYour text: {LONG.strip()}\n[Try again]"
    )
    assert "INC-1 · 🔶 Sev2 · Acme" in again
    assert len(tuesday.slack.channel("incidents")) == 1
    assert len(tuesday.slack.private("dee")) == 1


def test_a_long_write_by_another_thread_refuses_a_command_in_time(
    tuesday: Story,
) -> None:
    if opening.is_postgres(tuesday.database_url):
        pytest.skip("there every thread has a connection of its own")

    with tuesday.bot.database.transaction(), ThreadPoolExecutor(1) as other:
        actor = tuesday.slack.as_("dee")
        answer = other.submit(actor.command, "/sev2", "acme: push fails").result()

    assert answer.private
    assert answer.private.text.startswith("NOT recorded (the database is locked).")


def test_a_phone_shows_the_text_that_was_not_recorded(tuesday: Story) -> None:
    with read_only(tuesday):
        answer = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")

    assert answer.private
    assert answer.private.text == (
        "NOT recorded (the database is read-only). Your text: “acme: checkout is "
        "down”. Try again."
    )


def test_a_try_that_fails_can_be_tried_once_more(tuesday: Story) -> None:
    with read_only(tuesday):
        refused = tuesday.slack.as_("dee").command("/sev2", "acme: push fails").private
        assert refused
        said = tuesday.asked_now("dee", "Try again", refused)

    again = tuesday.asked("dee", "Try again", refused)

    # Where reading goes on it is the command that is refused, else the press.
    assert said.strip("*").startswith("NOT recorded (the database is read-only).")
    assert "*INC-1 · " in again


def test_a_try_of_somebody_on_call_can_be_tried_once_more(tuesday: Story) -> None:
    with read_only(tuesday):
        refused = tuesday.slack.as_("ana").command("/sev2", "acme: push fails").private
        assert refused
        said = tuesday.asked_now("ana", "Try again", refused)

    again = tuesday.asked("ana", "Try again", refused)

    assert said.startswith("*NOT recorded (the database is read-only).* Try again.")
    assert "*INC-1 · " in again
    assert len(tuesday.slack.private("ana")) == 1


def test_a_press_that_cannot_be_stored_says_so(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")

    with read_only(tuesday):
        said = tuesday.asked_now("ana", "Take it", tuesday.card())

    assert said == "NOT recorded (the database is read-only). Press it again."
    tuesday.take("ana")
    assert "*Owner:* @ana" in tuesday.read(tuesday.card())


def test_a_suggestion_that_cannot_be_stored_can_be_pressed_again(
    tuesday: Story,
) -> None:
    suggested = tuesday.command("dee", "/sev2 globx: agent is slow").private
    assert suggested
    with read_only(tuesday):
        tuesday.asked_now("dee", "Yes, it is Globex", suggested)

    said = tuesday.asked("dee", "Yes, it is Globex", suggested)

    assert "INC-1 · 🔶 Sev2 · Globex" in said


def test_a_form_that_cannot_be_stored_stays_open_with_its_text(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "First response sent", tuesday.card())

    with read_only(tuesday):
        refused = tuesday.slack.as_("ana").submit(told="We are on it")
    tuesday.submit("ana")

    assert refused.errors == {
        "told": "NOT recorded (the database is read-only). Send it again."
    }
    assert tuesday.receipt("ana").startswith("Logged for INC-1.")
    assert "“We are on it”" in tuesday.thread()[-1]


def test_nothing_that_was_refused_takes_a_number(tuesday: Story) -> None:
    with full(tuesday):
        tuesday.slack.as_("dee").command("/sev2", LONG)

    answer = tuesday.command("dee", "/sev2 acme: push fails")

    assert "*INC-1 · " in tuesday.read(answer.private)


def test_a_bug_before_the_commit_records_nothing(tuesday: Story) -> None:
    kept = tuesday.policy().first_responses
    tuesday.use_policy(first_responses={})
    refused = tuesday.slack.as_("dee").command("/sev2", "acme: push fails").private
    assert refused
    tuesday.use_policy(first_responses=kept)

    again = tuesday.asked("dee", "Try again", refused)

    assert refused.text == (
        "NOT recorded (an error of sevbot's own, which is in its log). Your text: "
        "“acme: push fails”. Try again."
    )
    assert "INC-1 · 🔶 Sev2" in again


def test_a_bug_after_the_commit_still_reports_the_record(
    tuesday: Story,
) -> None:
    with unspeakable(tuesday):
        answer = tuesday.slack.as_("dee").command("/sev2", "acme: push fails")

    assert answer.private
    assert answer.private.text == (
        "INC-1 was recorded, but the answer to it failed: an error of sevbot's own, "
        "which is in its log. `/incident 1` shows it."
    )


def test_a_press_whose_answer_hits_a_bug_is_recorded(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    shown = tuesday.command("ana", "/incident 1").private
    assert shown

    with unspeakable(tuesday):
        said = tuesday.asked_now("ana", "Take it", shown)

    assert said.startswith("INC-1 was recorded, but the answer to it failed:")
    tuesday.settle()
    assert "*Owner:* @ana" in tuesday.read(tuesday.card())


def test_a_form_that_hits_a_bug_stays_open_with_its_text(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "First response sent", tuesday.card())
    kept = tuesday.policy().follow_ups
    tuesday.use_policy(follow_ups={})

    refused = tuesday.slack.as_("ana").submit(told="We are on it")

    assert refused.errors == {
        "told": "NOT recorded (an error of sevbot's own, which is in its log). Send it "
        "again."
    }
    tuesday.use_policy(follow_ups=kept)
    tuesday.submit("ana")
    assert tuesday.receipt("ana").startswith("Logged for INC-1.")


def test_a_button_of_an_older_version_does_nothing_and_says_so(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    card = tuesday.card()
    row = {**card.blocks[-1]}
    row["elements"] = [{**row["elements"][0], "value": "gibberish"}]
    old = tuesday.slack.workspace.edit(tuesday.with_blocks(card, row))

    said = tuesday.asked_now("ana", "Take it", old)

    assert said == "NOT recorded (an error of sevbot's own, which is in its log)."


ONCE = [Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.DROP_BEFORE, Fault.DROP_AFTER]


@pytest.mark.parametrize("fault", [*ONCE, Fault.LANDS_LATE])
@pytest.mark.parametrize("act", ["command", "press"])
def test_a_form_that_opened_or_opens_late_is_not_said_to_have_failed(
    tuesday: Story, fault: Fault, act: str
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.slack.faults.add("views.open", fault)

    if act == "command":
        tuesday.slack.as_("ana").command("/sev2")
    else:
        tuesday.slack.as_("ana").press("Resolve", tuesday.card())

    assert "[plain_text_input]" in tuesday.form("ana")
    tuesday.restart()  # So that no answer is under way.
    assert tuesday.slack.private("ana") == []


def test_the_typist_learns_when_nobody_knows_whether_a_form_opened(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add("views.open", Fault.FAIL_BEFORE, times=2)

    answer = tuesday.slack.as_("dee").command("/sev2", wait_private=True)

    assert answer.private
    assert answer.private.text == (
        "Slack did not say whether the form opened. If it did not, type it in one "
        "line: `/sev2 customer: what is wrong`. Nothing was recorded."
    )


def test_a_form_requested_too_late_is_reported(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.slack.workspace.machine = count(step=4).__next__

    said = tuesday.asked("ana", "Resolve", tuesday.card())

    assert said == "The form did not open: it came too late for Slack. Press again."


def test_the_presser_learns_when_nobody_knows_whether_a_form_opened(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.slack.faults.add("views.open", Fault.DROP_BEFORE, times=2)

    said = tuesday.asked("ana", "Resolve", tuesday.card())

    assert said == (
        "Slack did not say whether the form opened. If it did not, press again."
    )


@pytest.mark.parametrize("code", ["not_found", "hash_conflict", "", "some_new_error"])
def test_a_press_in_a_form_that_cannot_be_replaced_opens_another(
    tuesday: Story, code: str
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "More", tuesday.card())
    tuesday.slack.faults.refuse("views.update", code)

    tuesday.open_form("ana", "Why these times?")

    assert "4 business hours" in tuesday.form("ana")


@pytest.mark.parametrize("fault", ONCE)
def test_a_press_in_a_form_is_answered_though_slack_fails_once(
    tuesday: Story, fault: Fault
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "More", tuesday.card())
    tuesday.slack.faults.add("views.update", fault)

    tuesday.open_form("ana", "Why these times?")

    assert "4 business hours" in tuesday.form("ana")


def test_a_form_stays_usable_if_slack_takes_no_other_in_its_place(
    tuesday: Story, caplog: pytest.LogCaptureFixture
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "More", tuesday.card())
    tuesday.slack.faults.refuse("views.update", "not_found")
    tuesday.slack.faults.refuse("views.open", "view_too_large")

    tuesday.press("ana", "Change")
    tuesday.slack.wait_until(lambda: "no form was shown" in caplog.text)
    tuesday.open_form("ana", "Change")

    assert "Support plan" in tuesday.form("ana")


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "shortcut", "callback_id": "x"},
        {"type": "message_action", "callback_id": "x"},
        {"type": "block_suggestion", "action_id": "x", "block_id": "y", "value": "z"},
        {"type": "view_closed", "view": {"callback_id": "x", "id": "V1"}},
        {"type": "something_new"},
    ],
    ids=lambda payload: str(payload["type"]),
)
def test_every_interaction_is_acknowledged_even_unused_ones(
    tuesday: Story, payload: dict[str, object]
) -> None:
    answer = tuesday.deliver("interactive", payload)

    assert (answer.ok, answer.error) == (True, None)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_home_opened", "user": "U0DEE"},
        {"type": "message", "subtype": "channel_join", "channel": "C0SUPPORT"},
        {"type": "member_joined_channel", "user": "U0DEE"},
    ],
    ids=lambda event: str(event["type"]),
)
def test_every_event_is_acknowledged(tuesday: Story, event: dict[str, object]) -> None:
    assert tuesday.slack.send_event(event).ok


def test_an_unused_menu_is_acknowledged(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    card = tuesday.card()
    row = {**card.blocks[-1]}
    row["elements"] = [{**row["elements"][0], "action_id": "gone_since"}]
    old = tuesday.slack.workspace.edit(tuesday.with_blocks(card, row))

    assert tuesday.press("ana", "Take it", old).ok
    assert tuesday.slack.private("ana") == []


@pytest.mark.parametrize("value", ["junk", "1|2", ""])
def test_a_press_that_is_not_ours_is_one_line_in_the_log(
    tuesday: Story, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    card = tuesday.card()
    row = {**card.blocks[-1]}
    row["elements"] = [{**row["elements"][0], "action_id": SNOOZE, "value": value}]
    odd = tuesday.slack.workspace.edit(tuesday.with_blocks(card, row))

    tuesday.press("ana", "Take it", odd)

    (told,) = [one for one in caplog.records if one.levelno >= WARNING]
    assert (told.message, told.exc_info) == ("a payload cannot be read", None)
