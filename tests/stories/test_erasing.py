"""Texts of a closed incident are erased: its messages in Slack still work."""

from datetime import timedelta

import pytest

from bot.store.maintenance import erasing
from tests.story import Story

SEV2 = "/sev2 acme: the sekret console is down link=https://acme.example/7"


@pytest.fixture
def closed(tuesday: Story) -> Story:
    """A story in which an incident was answered and resolved."""
    tuesday.command("ana", f"{SEV2} owner=@ana")
    tuesday.advance(minutes=30)
    tuesday.fill_in("ana", "First response sent", told="sekret: we look into it")
    tuesday.advance(minutes=30)
    tuesday.fill_in("ana", "Resolve", note="sekret cause found", confirmed=["yes"])
    return tuesday


def erase(told: Story) -> None:
    with told.bot.database.transaction() as tx:
        erasing.erase(tx, [1], told.now)
    told.settle()


def shown(told: Story, who: str = "ana") -> str:
    """Return what `/incident` shows of the incident."""
    return told.read(told.command(who, "/incident 1").private, who)


def test_erasing_leaves_the_card_alone_until_its_next_edit(closed: Story) -> None:
    before = closed.read(closed.card())

    erase(closed)

    assert closed.read(closed.card()) == before


def test_the_next_edit_of_the_card_says_that_texts_were_erased(
    closed: Story,
) -> None:
    erase(closed)

    closed.press("ana", "Reopen", closed.card())

    lines = closed.read(closed.card()).splitlines()
    assert lines[0] == "🔶 Sev2 · INC-1 · (customer erased)"
    assert lines[1] == "(text erased)"
    assert "sekret" not in "\n".join(lines)
    assert "acme.example" not in "\n".join(lines)
    assert "*Owner:* @ana" in "\n".join(lines)


def test_the_incident_command_says_when_the_texts_were_erased(closed: Story) -> None:
    closed.advance(days=3)
    erase(closed)
    closed.advance(days=10)

    said = shown(closed)

    assert "sekret" not in said
    assert "INC-1 · (customer erased)" in said
    assert "November 27th" in said.splitlines()[-1]
    assert said.splitlines()[-1].endswith(
        "The texts up to here were erased from the record. What stands in Slack stays."
    )
    assert "Update logged by" in said or "First response logged by" in said


def test_housekeeping_erases_texts_past_the_policys_period(closed: Story) -> None:
    closed.use_policy(erase_texts_after=timedelta(days=90))
    closed.advance(days=80)
    closed.bot.housekeeping()
    early = shown(closed)
    closed.advance(days=11)

    closed.bot.housekeeping()

    assert "sekret" in early
    assert "sekret" not in shown(closed)


def test_the_digest_of_the_day_reads_the_same_but_for_the_name(closed: Story) -> None:
    erase(closed)

    closed.advance(days=1)

    digest = closed.read(closed.slack.channel("leads")[-1])
    assert "2 of 2 deadlines kept." in digest
    assert "Came and went: INC-1 (customer erased) (🔶 Sev2), resolved" in digest
