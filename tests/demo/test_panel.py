"""The panel says of each message what became of it, and the true reason."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.demo import panel
from bot.emulator.faults import Condition
from tests.story import Story, story

Tell = Callable[[str], Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    with ExitStack() as stack:
        yield lambda at: stack.enter_context(story(tmp_path, at))


def mend(told: Story) -> None:
    """Let Slack work again, and the bot send what waits."""
    told.slack.condition = Condition.WELL
    for _ in range(4):
        told.system_clock.advance(minutes=20)
        told.settle()


def became(told: Story, what: str) -> list[tuple[str, str]]:
    """Return the state of the messages that are called so, and why."""
    with told.bot.database.transaction() as tx:
        found = panel.sent(tx, told.policy(), told.now)
    return [(one["state"], one["why"]) for one in found if one["what"] == what]


def test_what_waits_for_somebodys_day_is_held_until_then(tell: Tell) -> None:
    told = tell("2026-11-24 16:30")
    told.command("dee", "/sev2 acme: push fails")
    told.advance(hours=2)

    states = became(told, "Page, INC-1")

    assert states
    assert all(state == "held" for state, _ in states)
    assert (
        "Held until tomorrow 06:00 PST: it is outside their working day. It comes in "
        "their morning list."
    ) in [why for _, why in states]


def test_what_a_newer_message_replaced_is_deleted(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("dee", "/sev2 acme: push fails owner=@dee")
    told.advance(hours=5)

    newest, *others = became(told, "Reminder, INC-1")

    assert newest[0] == "sent"
    deleted = "Deleted since: a newer message stands in its place."
    assert ("deleted", deleted) in others


def test_what_was_answered_or_told_anew_before_it_went_out_says_which(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("dee", "/sev2 acme: push fails owner=@dee")
    told.slack.condition = Condition.FAILING
    told.advance(hours=5)
    mend(told)

    assert ("superseded", "Not sent: a newer message tells of it.") in became(
        told, "Reminder, INC-1"
    )


def test_an_offer_that_was_over_in_time_says_so(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("dee", "/sev2 acme: push fails owner=@dee")
    told.more("dee", "Hand off")
    told.slack.condition = Condition.FAILING
    told.submit("dee", to="ben")
    told.advance(minutes=16)
    mend(told)

    assert became(told, "Offer to hand over, INC-1") == [
        ("superseded", "Not sent: the offer was over before it went out.")
    ]
