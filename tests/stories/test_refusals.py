"""Slack refuses with a code that people seldom meet, and everybody still hears."""

from datetime import timedelta
from time import monotonic

import pytest

from bot.emulator.faults import Fault
from tests.story import Story

SEV1 = "/sev1 acme: checkout is down"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
STRANGE = "moon_in_the_wrong_phase"


def refuse(told: Story, method: str, code: str, times: int | None = None) -> None:
    """Let Slack refuse a method from now on, or a number of times."""
    told.slack.faults.refuse(method, code, times=times)


def let_pass(told: Story, **span: float) -> None:
    """Let time pass by both clocks."""
    told.system_clock.advance(**span)
    told.advance(**span)


def fallback(told: Story) -> list[str]:
    """Return the messages in the fallback channel."""
    return [told.read(one) for one in told.slack.channel("support")]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            "invalid_user_combination",
            "this person is of another company, and shares no channel with the bot",
        ),
        ("access_denied", "Slack denies the bot access to it"),
        ("not_enough_users", "Slack says “not_enough_users”"),
    ],
)
def test_a_page_to_a_person_whom_slack_refuses_goes_to_a_stand_in(
    tuesday: Story, code: str, why: str
) -> None:
    refuse(tuesday, "conversations.open", code, times=1)

    tuesday.command("dee", SEV1)

    assert tuesday.heard("ana") == []
    assert tuesday.heard("ben") == [f"Tue 13:00 {CHECKOUT}"]
    assert fallback(tuesday) == [
        f"Not delivered: a reminder about INC-1, to @ana. Why: {why}. "
        "@ben was told instead."
    ]


def test_without_the_right_to_write_to_people_the_channels_still_hear(
    tuesday: Story,
) -> None:
    refuse(tuesday, "conversations.open", "missing_scope")

    tuesday.command("dee", SEV1)

    why = "Why: the app has no scope for it; `sevbot doctor` says which it lacks."
    assert tuesday.card()
    assert f"Tue 10:00 {CHECKOUT}" in tuesday.heard_in("support")
    assert fallback(tuesday)[0].startswith(
        f"Not delivered: a reminder about INC-1, to @ana. {why}"
    )


def test_a_channel_without_permission_stops_no_page(tuesday: Story) -> None:
    refuse(tuesday, "chat.postMessage", "no_permission", times=1)

    tuesday.command("dee", SEV1)

    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]


def test_a_card_that_is_denied_access_is_reported_at_once(tuesday: Story) -> None:
    refuse(tuesday, "chat.postMessage", "access_denied", times=1)

    tuesday.command("dee", "/sev4 acme: a wish")

    assert fallback(tuesday) == [
        "Not delivered: the card of INC-1, to #incidents. Why: Slack denies the bot "
        "access to it. Nobody was told instead.\n[Send again]"
    ]


def test_a_page_refused_with_an_unknown_code_for_a_minute_goes_to_a_stand_in(
    tuesday: Story,
) -> None:
    refuse(tuesday, "conversations.open", STRANGE)
    tuesday.command("dee", SEV1)
    for _ in range(58):
        let_pass(tuesday, seconds=1)
    early = fallback(tuesday)
    let_pass(tuesday, seconds=2)

    tuesday.slack.faults.clear()
    let_pass(tuesday, seconds=15)

    assert early == []
    assert tuesday.heard("ana") == []
    assert tuesday.heard("ben") == [f"Tue 13:01 {CHECKOUT}"]
    assert fallback(tuesday) == [
        "Not delivered: a reminder about INC-1, to @ana. "
        f"Why: Slack says “{STRANGE}”. @ben was told instead."
    ]


@pytest.mark.parametrize("code", ["is_inactive", "access_denied", "block_mismatch"])
def test_an_edit_that_slack_refuses_is_not_repeated(tuesday: Story, code: str) -> None:
    tuesday.command("dee", SEV1)
    refuse(tuesday, "chat.update", code)
    tuesday.take("ana")
    tried = len(tuesday.slack.calls("chat.update"))

    for _ in range(30):
        let_pass(tuesday, minutes=1)

    assert tried > 0
    assert len(tuesday.slack.calls("chat.update")) == tried
    assert len(tuesday.slack.channel("incidents")) == 1


def test_a_workspace_that_is_being_migrated_costs_no_page(tuesday: Story) -> None:
    for method in ("conversations.open", "chat.postMessage"):
        refuse(tuesday, method, "team_added_to_org")
    tuesday.command("dee", SEV1)
    for _ in range(20):
        let_pass(tuesday, minutes=1)

    tuesday.slack.faults.clear()
    let_pass(tuesday, minutes=1)

    assert tuesday.heard("ana")[0].endswith(CHECKOUT)
    assert fallback(tuesday)[1:] == []


def test_when_slack_refuses_every_post_the_reports_end(tuesday: Story) -> None:
    refuse(tuesday, "chat.postMessage", STRANGE)
    tuesday.command("dee", SEV1)
    for _ in range(30):
        let_pass(tuesday, minutes=1)
    red = tuesday.bot.health()
    tried = len(tuesday.slack.calls("chat.postMessage"))

    tuesday.slack.faults.clear()
    let_pass(tuesday, hours=1)

    assert f"a page was lost, and nobody could be told: {STRANGE}" in red.reasons
    assert tried < 1000
    assert tuesday.heard("ana")
    assert tuesday.bot.health().is_well


def test_a_card_of_which_nobody_could_be_told_shows_in_the_health(
    tuesday: Story,
) -> None:
    refuse(tuesday, "chat.postMessage", "restricted_action")
    tuesday.command("dee", "/sev4 acme: a wish")
    lost = tuesday.bot.health()

    tuesday.slack.faults.clear()
    tuesday.command("dee", "/sev4 acme: another wish")

    assert lost.is_well
    assert lost.notes == (
        "a message was lost, and nobody could be told: restricted_action",
    )
    assert tuesday.bot.health().notes == ()


def test_a_reply_that_waits_for_its_lost_card_is_no_unsent_page(
    tuesday: Story,
) -> None:
    tuesday.slack.change_channel("incidents", archived=True)
    tuesday.command("dee", SEV1)
    tuesday.press("ana", "Take it", tuesday.slack.dm("ana")[0])

    tuesday.advance(minutes=10)

    assert tuesday.bot.health().is_well


def test_an_answer_that_slack_does_not_take_is_logged(
    tuesday: Story, caplog: pytest.LogCaptureFixture
) -> None:
    tuesday.command("dee", SEV1)
    refuse(tuesday, "chat.update", "is_inactive")  # So that the button stays.
    tuesday.take("ana")
    tuesday.slack.faults.add("response_url", Fault.FAIL_BEFORE)

    tuesday.press("ana", "Take it", tuesday.card())
    tuesday.slack.wait_until(lambda: tuesday.slack.calls("response_url"))
    tuesday.restart()

    assert "an answer was not delivered" in caplog.text


def test_answers_that_take_their_time_keep_no_form_waiting(
    tuesday: Story, caplog: pytest.LogCaptureFixture
) -> None:
    tuesday.command("dee", SEV1)
    refuse(tuesday, "chat.update", "is_inactive")  # So that the button stays.
    tuesday.take("ana")
    late = timedelta(seconds=30)
    tuesday.slack.faults.add(
        "response_url", Fault.SLOW_BEFORE, times=None, wait_for=late
    )
    card = tuesday.card()
    for _ in range(25):
        tuesday.slack.as_("ana").press("Take it", card)

    began = monotonic()
    tuesday.slack.as_("dee").command("/sev1", "", channel="support")
    tuesday.slack.as_("dee").wait_for_view()

    # Answers are given up after 2 s; the form does not wait for that.
    assert monotonic() - began < 1.5
    assert "too many at once" in {getattr(one, "error", "") for one in caplog.records}
