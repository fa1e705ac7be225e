"""Do Not Disturb makes nobody unreachable: a Sev1 rings, or brings the next step."""

from datetime import timedelta

import pytest

from bot.emulator.faults import Fault
from tests.stories.conftest import Tell
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
NIGHT = "2026-11-24 23:00"


@pytest.fixture
def night(tell: Tell) -> Story:
    return tell(NIGHT)


def silence(told: Story, *people: str) -> None:
    """Let people switch Do Not Disturb on until the morning."""
    for who in people:
        told.slack.silence(who, told.ago(hours=1), told.now + timedelta(hours=8))
    told.bot.quiet_times.read()


def heard(told: Story) -> dict[str, list[str]]:
    """Return when whose phone got something, by the team's time."""
    calls = [one for one in told.slack.calls("chat.postMessage") if one.ok]
    found: dict[str, list[str]] = {"ana": [], "ben": [], "lea": []}
    for call in calls:
        for who, came in found.items():
            if call.arguments["channel"] == f"D0{who.upper()}":
                came.append(f"{call.at.astimezone(pacific(NIGHT).tzinfo):%M}")
    return found


def test_the_next_step_comes_with_a_first_page_that_makes_no_sound(
    night: Story,
) -> None:
    silence(night, "ana")

    answer = night.command("dee", SEV1)

    assert heard(night) == {"ana": ["00"], "ben": ["00"], "lea": []}
    assert "@ana and @ben are paged now" in night.read(answer.private, "dee")


def test_it_brings_one_step_and_never_another(night: Story) -> None:
    silence(night, "ana", "ben", "lea")

    night.command("dee", SEV1)
    at_once = heard(night)
    night.advance(minutes=19)

    assert at_once == {"ana": ["00"], "ben": ["00"], "lea": []}
    assert heard(night) == at_once


def test_whose_phone_makes_a_sound_is_alone_at_first(night: Story) -> None:
    silence(night, "ben", "lea")

    night.command("dee", SEV1)

    assert heard(night) == {"ana": ["00"], "ben": [], "lea": []}


def test_a_quiet_time_that_is_over_does_not_count(night: Story) -> None:
    silence(night, "ana")
    night.travel(pacific("2026-11-25 07:30"))

    night.command("dee", SEV1)

    assert heard(night) == {"ana": ["30"], "ben": [], "lea": []}


def test_without_the_scope_pages_go_as_before(night: Story) -> None:
    night.slack.faults.refuse("dnd.info", "missing_scope", times=None)

    silence(night, "ana")
    night.command("dee", SEV1)

    assert heard(night) == {"ana": ["00"], "ben": [], "lea": []}


def test_while_slack_does_not_answer_what_was_noted_stays(night: Story) -> None:
    silence(night, "ana")
    night.slack.faults.add("dnd.info", Fault.FAIL_BEFORE, times=None)
    night.bot.quiet_times.read()

    night.command("dee", SEV1)

    assert heard(night)["ben"] == ["00"]
