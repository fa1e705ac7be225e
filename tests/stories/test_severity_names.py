"""A policy that names its severities as its page does: so does the bot."""

from dataclasses import replace

import pytest

from bot.policy.severities import Severity
from tests.stories.conftest import Tell
from tests.story import Story, pacific, shipped_policy

_TEXTS = shipped_policy().severities
NAMED = replace(
    shipped_policy(),
    severities={
        **_TEXTS,
        Severity.SEV2: replace(_TEXTS[Severity.SEV2], name="P2 <High> & *hot*"),
    },
)
SHOWN = "🔶 P2 <High> & *hot*"


@pytest.fixture
def told(tell: Tell) -> Story:
    """A story in which ana opened an incident of the severity that has a name."""
    story = tell("2026-11-24 10:00", policy=NAMED)
    story.command("ana", "/sev2 acme: pushes fail")
    return story


def test_the_card_the_answer_and_the_list_have_the_name(told: Story) -> None:
    opened, *_ = told.slack.private("ana")
    listed = told.read(told.command("ana", "/incident").private)
    one = told.read(told.command("ana", "/incident 1").private)

    assert told.read(told.card()).startswith(f"{SHOWN} · INC-1 · Acme")
    phone = told.slack.notice(told.card(), "ana")
    assert phone.startswith("🔶 P2 <High> & hot INC-1 Acme")
    assert f"INC-1 · {SHOWN} · Acme" in told.read(opened)
    assert f"INC-1 Acme ({SHOWN})" in listed
    assert one.startswith(f"{SHOWN} · INC-1")


def test_forms_offer_the_name_and_the_thread_says_it(told: Story) -> None:
    view = told.more("ana", "Change")
    form = told.form("ana")
    told.submit("ana", severity="sev3", reason="One tablet.")

    assert f"{SHOWN} INC-1 Acme" in form
    assert f"*{SHOWN}:* Major functionality" in form
    assert f"'text': '{SHOWN}'" in str(view.blocks)
    assert f"the severity from {SHOWN} to 🔵 Sev3" in told.thread()[-1]


def test_the_digest_the_morning_list_and_the_review_have_the_name(
    told: Story,
) -> None:
    told.take("ana")
    told.travel(pacific("2026-11-25 09:20"))
    digests = [told.read(one) for one in told.slack.channel("leads")]
    told.travel(pacific("2026-11-30 09:20"))
    review = [told.read(one) for one in told.slack.channel("leads")]

    assert f"INC-1 Acme ({SHOWN})" in digests[-1]
    assert any(
        f"INC-1 Acme ({SHOWN})" in told.read(one) for one in told.slack.dm("ana")
    )
    assert any(f"Opened: 1 (1 {SHOWN[2:]})" in one for one in review)
    assert "Sev2" not in " ".join([*digests, *review])


def said(told: Story) -> str:
    """Return all that anybody was ever told, its newest wording."""
    people = ("ana", "ben", "cem", "dee", "lea")
    private = [one for who in people for one in told.slack.private(who)]
    return " ".join(
        f"{one.text} {one.blocks}" for one in [*told.slack.all_messages(), *private]
    )


def test_everything_about_work_that_changes_hands_has_the_name(told: Story) -> None:
    told.take("ana")
    told.more("ana", "Hand off")
    told.submit("ana", to="ben")
    told.press("ben", "Decline", told.slack.dm("ben")[-1])
    declined = said(told)
    told.more("ana", "Hand off")
    told.submit("ana", to="ben")
    told.press("ben", "Accept", told.slack.dm("ben")[-1])
    told.take("cem")
    told.take("ben")
    told.travel(pacific("2026-11-24 13:30"))
    reminder = told.slack.dm("ben")[-1]
    why = told.shortcut("ben", reminder, "why_told")
    told.slack.as_("ben").choose("15 minutes", reminder, wait_private=True)
    update = told.slack.as_("ben").say("We found it", "support")
    told.shortcut("ben", update, "was_update")
    which = told.slack.private("ben")[-1]
    told.slack.as_("ben").choose("INC-1 Acme: pushes fail", which, wait_private=True)
    told.leave("ben")
    told.system_clock.advance(minutes=2)
    told.advance(minutes=2)

    seen = f"{declined} {why} {said(told)}"
    for words in ("declined", "Logged for", "nobody owns"):
        assert f"{words} INC-1 Acme (🔶 P2 " in seen
    assert "next reminder" in seen
    assert "Sev2" not in seen


def test_what_is_suggested_and_opened_twice_has_the_name(told: Story) -> None:
    slow = "the console is so slow at acme that hardly anybody can work"
    suggested = told.command("dee", f"/triage {slow}").private
    again = told.command("ana", "/sev2 acme: pushes fail").private
    alike = told.command("dee", "/sev1 acme: pushes fail again").private

    assert suggested is not None
    assert f"Open as {SHOWN[2:]}" in told.buttons(suggested)
    assert SHOWN in told.read(again)
    assert "Same thing" in told.read(alike)
    assert "Sev2" not in said(told)
