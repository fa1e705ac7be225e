"""The leads get the week's review with the first digest of the next one."""

import re
from datetime import timedelta

from bot.emulator.records import Message
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.policy.wording import follow_up
from tests.stories.conftest import Tell
from tests.story import Story, pacific, shipped_policy


def reviews(told: Story) -> list[Message]:
    return [
        one
        for one in told.slack.channel("leads")
        if told.read(one).lstrip("*").startswith("Week of")
    ]


def live_a_week(told: Story) -> None:
    """Answer one incident in time, and miss the first response of another."""
    told.command("ana", "/sev3 acme: one tablet stays offline")
    told.fill_in("ana", "First response sent", told="Found", next="More at four")
    told.command("dee", "/sev2 globex: pushes fail")
    told.travel(pacific("2026-11-30 09:14"))


def test_the_first_digest_of_a_week_comes_with_the_review_of_the_last(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    live_a_week(told)
    before = reviews(told)

    told.advance(minutes=5)

    (review,) = reviews(told)
    said = told.read(review)
    assert before == []
    assert said.startswith("*Week of Mon 23 Nov: ")
    assert "Missed: INC-2 Globex" in said
    assert "Opened: 2 (1 Sev2, 1 Sev3)." in said
    assert "sevbot report --from 2026-11-23 --to 2026-11-29" in said


def test_it_comes_once_a_week_though_the_bot_starts_again(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    live_a_week(told)
    told.advance(minutes=5)

    told.restart()
    told.advance(hours=20)

    assert len(reviews(told)) == 1


def test_a_bot_that_was_down_on_monday_morning_reviews_the_week_later(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    live_a_week(told)
    told.bot.close()
    told.system_clock.advance(hours=3)
    told.clock.travel(told.now + timedelta(hours=3))

    told.start_bot()
    told.settle()

    assert len(reviews(told)) == 1


def test_a_week_in_which_nothing_happened_is_not_reviewed(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")

    told.travel(pacific("2026-11-30 10:00"))

    assert reviews(told) == []


def test_an_aim_is_reminded_and_counted_as_ours_never_as_missed(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    cell = (Severity.SEV4, "premium")
    told.use_policy(
        follow_ups={**shipped_policy().follow_ups, cell: NOTHING},
        aims={cell: follow_up("every day")},
    )
    told.command("ana", "/sev4 acme: how do I print? owner=@ana")
    told.fill_in("ana", "First response sent", told="A manual", next="Questions")
    card = told.read(told.card())
    told.travel(pacific("2026-11-27 09:30"))
    *_, digest = told.slack.channel("leads")

    assert "10:00 by our own aim (every day)" in card
    assert "update due now, 10:00 by our own aim" in " ".join(told.heard("ana"))
    assert re.search("update .*late since .*by our own aim", told.read(digest))

    told.travel(pacific("2026-11-30 09:16"))
    (review,) = reviews(told)
    said = told.read(review)
    assert "Our own aims, outside the contract: 0 of 1 kept." in said
    assert "Missed" not in said
