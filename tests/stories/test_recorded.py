"""What was recorded is never said to be lost, even if the answer to it fails."""

from collections.abc import Callable

import pytest

from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message
from tests.breaking import unreadable_once
from tests.stories.conftest import Tell
from tests.stories.test_covers import SIX, accept, ask, by_turns, on_call_said
from tests.story import Story

FAILED = (
    "was recorded, but the answer to it failed: a newer sevbot changed the database; "
    "update this one."
)
ONE = f"INC-1 {FAILED} `/incident 1` shows it."
SEV2 = "/sev2 acme: push fails"


def incident(story: Story) -> Message:
    """Return the private answer to `/incident 1`."""
    shown = story.command("ana", "/incident 1").private
    assert shown
    return shown


def owned(story: Story) -> None:
    story.command("ana", f"{SEV2} owner=@ana")


@pytest.fixture
def cut(tuesday: Story) -> Story:
    tuesday.command("dee", SEV2)
    return tuesday


def after(story: Story, changed: str, act: Callable[[], Answer]) -> str:
    """Return what the private answer to an act says if nothing can be read after it."""
    with unreadable_once(story, changed):
        private = act().private
    assert private
    return story.read(private)


EVENT = "INSERT ON events"


def test_a_taken_incident_is_not_said_to_be_lost(cut: Story) -> None:
    shown = incident(cut)
    press = cut.slack.as_("ana").press

    said = after(cut, EVENT, lambda: press("Take it", shown, wait_private=True))

    cut.settle()
    assert said == ONE
    assert "*Owner:* @ana" in cut.read(cut.card())


def test_a_snooze_is_not_said_to_be_lost(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)
    choose, menu = tuesday.slack.as_("ana").choose, tuesday.slack.dm("ana")[-1]

    said = after(tuesday, EVENT, lambda: choose("15 minutes", menu, wait_private=True))

    tuesday.advance(minutes=15)
    assert said == ONE
    assert tuesday.heard("ana")[-1].startswith("Tue 13:15")


def test_a_withdrawn_cover_is_not_said_to_be_lost(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns(), is_postgres=False)
    ask(told, until=SIX, of="cem")
    accept(told, "cem", told.slack.dm("cem")[0])
    shown, press = on_call_said(told, "cem"), told.slack.as_("cem").press

    said = after(
        told, "UPDATE ON covers", lambda: press("Withdraw", shown, wait_private=True)
    )

    assert said == f"It {FAILED} `/oncall` shows it."
    assert "Withdraw" not in told.read(on_call_said(told, "cem"))


def test_quiet_hours_are_not_said_to_be_lost(tuesday: Story) -> None:
    command = tuesday.slack.as_("ana").command

    said = after(tuesday, "UPDATE ON people", lambda: command("/oncall", "quiet 22-7"))

    assert said == f"It {FAILED} `/oncall` shows it."
    shown = tuesday.command("ana", "/oncall").private
    assert shown
    assert "22:00" in tuesday.read(shown)


@pytest.mark.parametrize("button", ["First response sent", "Change", "Hand off"])
def test_a_form_that_was_recorded_is_not_kept_open(cut: Story, button: str) -> None:
    entries = {"told": "We are on it"}
    if button == "Change":
        cut.more("ana", button)
        entries = {"severity": "sev3", "reason": "One tablet only"}
    elif button == "Hand off":
        cut.more("ana", button)
        entries = {"to": "U0BEN"}
    else:
        cut.open_form("ana", button, cut.card())

    with unreadable_once(cut, EVENT):
        answer = cut.slack.as_("ana").submit(entries)
        said = cut.slack.wait_until(lambda: cut.slack.private("ana"))

    assert answer.errors == {}
    assert cut.read(said[-1]) == ONE
