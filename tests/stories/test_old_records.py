"""A restored backup or a copied file: no message is repeated."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.emulator.faults import Fault
from bot.store.engines.sqlite import to_text
from tests.story import IS_POSTGRES, REPLICAS, Story, pacific, shipped_policy

pytestmark = pytest.mark.skipif(
    IS_POSTGRES or REPLICAS > 1, reason="copies the file of one SQLite record"
)

SEV2 = "/sev2 acme: push of apps fails"
HISTORY = "conversations.history"


def copied(told: Story) -> Path:
    """Copy the record as it is, as a backup does."""
    copy = told.folder / "copy.db"
    with (
        closing(sqlite3.connect(told.folder / "sevbot.db")) as record,
        closing(sqlite3.connect(copy)) as to,
    ):
        record.backup(to)
    return copy


def reminded(told: Story, *, times: int) -> Path:
    """Return a copy made before most reminders of two incidents were sent."""
    told.command("ana", f"{SEV2} owner=@ana")
    passes(told, minutes=45)
    told.command("ana", "/sev2 acme: sign-up fails owner=@ana")
    copy = copied(told)
    for _ in range(times):
        passes(told, minutes=30)
    return copy


def put_back(told: Story, copy: Path) -> None:
    """Stop the bot, and start one on a copy of its record."""
    told.bot.close()
    for name in ("sevbot.db-wal", "sevbot.db-shm"):
        (told.folder / name).unlink(missing_ok=True)
    shutil.copy(copy, told.folder / "sevbot.db")
    told.start_bot()


def mark_restored(told: Story, copy: Path) -> None:
    """Note in a copy that it is a backup which is being restored."""
    with closing(sqlite3.connect(copy)) as connection:
        values = to_text(told.system_clock()), to_text(told.system_clock())
        connection.execute(
            "INSERT INTO marks (workspace, name, at) "
            "SELECT workspace, 'restored', ? FROM marks WHERE name = 'tick' "
            "ON CONFLICT (workspace, name) DO UPDATE SET at = ?",
            values,
        )
        connection.commit()


def passes(told: Story, **span: float) -> None:
    """Let time pass without an outage."""
    told.system_clock.advance(seconds=30)
    told.advance(**span)


def shown(told: Story) -> dict[str, list[str]]:
    """Return what everybody reads everywhere, without what the cards say of now."""
    people = ("ana", "ben", "lea")
    return {
        **{who: [told.read(one, who) for one in told.slack.dm(who)] for who in people},
        "cards": [one.ts for one in told.slack.channel("incidents")],
        "thread": told.thread(),
        "leads": [told.read(one) for one in told.slack.channel("leads")],
        "support": [told.read(one) for one in told.slack.channel("support")],
    }


def test_an_old_backup_repeats_nothing_that_slack_shows(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    copy = copied(tuesday)
    for _ in range(9):
        passes(tuesday, minutes=30)
    before = shown(tuesday)

    put_back(tuesday, copy)
    passes(tuesday, minutes=1)

    assert [len(said) for said in shown(tuesday).values()] == [
        len(said) for said in before.values()
    ]
    assert len(before["ana"]) == 1
    assert not any("I was down" in text for text in tuesday.phone("ana"))


def test_deadlines_that_fell_due_after_the_stop_are_still_reminded(
    tuesday: Story,
) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    copy = copied(tuesday)
    passes(tuesday, hours=3)
    tuesday.bot.close()
    tuesday.system_clock.advance(hours=2)
    tuesday.clock.travel(pacific("2026-11-24 15:00"))

    put_back(tuesday, copy)

    early, late = tuesday.phone("ana")
    assert "first response due 14:00, in 1 h" in early
    assert late.startswith("I was down from")
    assert "(1 h of business time)" in late


def test_messages_that_were_waiting_in_the_copy_are_not_sent_twice(
    tuesday: Story,
) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    copy = copied(tuesday)
    tuesday.settle()
    before = shown(tuesday)
    passes(tuesday, minutes=3)

    put_back(tuesday, copy)
    tuesday.take("ben")

    assert [len(shown(tuesday)[place]) for place in ("ana", "cards")] == [1, 1]
    assert shown(tuesday)["cards"] == before["cards"]
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_a_restored_record_of_a_moment_ago_is_not_trusted_either(
    tuesday: Story,
) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    copy = copied(tuesday)
    tuesday.settle()
    tuesday.system_clock.advance(seconds=10)
    mark_restored(tuesday, copy)

    put_back(tuesday, copy)

    assert len(tuesday.slack.channel("incidents")) == 1
    assert len(tuesday.slack.dm("ana")) == 1


def test_reminders_that_were_sent_apart_are_not_repeated_as_one(
    tuesday: Story,
) -> None:
    copy = reminded(tuesday, times=9)
    before = shown(tuesday)

    put_back(tuesday, copy)
    passes(tuesday, minutes=1)

    assert len(shown(tuesday)["ana"]) == len(before["ana"])


def test_numbers_missing_from_the_backup_are_not_reused(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV2)
    copy = copied(tuesday)
    passes(tuesday, minutes=10)
    tuesday.command("dee", "/sev3 acme: sign-up is odd")
    tuesday.command("dee", "/sev3 acme: export is odd")
    passes(tuesday, minutes=10)

    put_back(tuesday, copy)
    tuesday.command("dee", "/sev3 acme: import is odd")

    assert "import is odd" in tuesday.card(4).text
    assert "sign-up is odd" in tuesday.card(2).text
    (told,) = [text for text in shown(tuesday)["leads"] if "The record ends" in text]
    assert "INC-2 and INC-3 came later" in told


def test_the_leads_are_informed_once_of_incidents_the_record_lacks(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV2)
    copy = copied(tuesday)
    passes(tuesday, minutes=10)
    tuesday.command("dee", "/sev3 acme: sign-up is odd")
    passes(tuesday, minutes=10)
    put_back(tuesday, copy)
    copy = copied(tuesday)
    passes(tuesday, minutes=10)

    put_back(tuesday, copy)
    passes(tuesday, minutes=2)

    told = [text for text in shown(tuesday)["leads"] if "The record ends" in text]
    assert len(told) == 1


def test_a_notice_of_lost_incidents_goes_to_the_leads_channel(
    tuesday: Story,
) -> None:
    channels = replace(shipped_policy().channels, leads="C0SUPPORT")
    tuesday.use_policy(channels=channels)
    copy = copied(tuesday)
    passes(tuesday, minutes=10)
    tuesday.command("dee", SEV2)

    put_back(tuesday, copy)

    said = shown(tuesday)
    assert any("INC-1 came later" in text for text in said["support"])
    assert not any("INC-1 came later" in text for text in said["leads"])


def test_numbers_are_read_as_soon_as_slack_answers(tuesday: Story) -> None:
    tuesday.command("dee", SEV2)
    copy = copied(tuesday)
    passes(tuesday, minutes=10)
    tuesday.command("dee", "/sev3 acme: sign-up is odd")
    passes(tuesday, minutes=10)
    tuesday.slack.faults.add(HISTORY, Fault.FAIL_BEFORE, times=None)
    put_back(tuesday, copy)

    tuesday.slack.faults.clear()
    for _ in range(3):
        passes(tuesday, minutes=1)

    assert any("INC-2 came later" in text for text in shown(tuesday)["leads"])


def test_messages_that_could_not_be_looked_up_are_not_repeated(
    tuesday: Story,
) -> None:
    copy = reminded(tuesday, times=7)
    before = len(tuesday.phone("ana"))
    tuesday.slack.faults.add(HISTORY, Fault.FAIL_BEFORE, times=None)
    put_back(tuesday, copy)
    for _ in range(8):
        passes(tuesday, minutes=1)

    tuesday.slack.faults.clear()
    for _ in range(8):
        passes(tuesday, minutes=1)

    assert len(tuesday.phone("ana")) == before


def test_a_second_stop_does_not_make_an_old_backup_look_new(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    copy = copied(tuesday)
    for _ in range(9):
        passes(tuesday, minutes=30)
    tuesday.command("dee", "/sev3 acme: sign-up is odd")
    before = len(tuesday.phone("ana"))
    tuesday.slack.faults.add(HISTORY, Fault.FAIL_BEFORE, times=None)
    put_back(tuesday, copy)
    passes(tuesday, minutes=1)

    tuesday.bot.close()
    tuesday.clock.advance(timedelta(minutes=5))
    tuesday.start_bot()
    tuesday.slack.faults.clear()
    for _ in range(8):
        passes(tuesday, minutes=1)

    assert len(tuesday.phone("ana")) == before
    assert any("INC-2 came later" in text for text in shown(tuesday)["leads"])


def test_hundreds_of_reminders_sent_together_are_not_repeated(
    tuesday: Story,
) -> None:
    for number in range(150):
        tuesday.command("ana", f"/sev3 acme: screen {number} is slow owner=@ana")
        passes(tuesday, seconds=2)
    copy = copied(tuesday)
    tuesday.bot.close()
    tuesday.clock.advance(timedelta(days=3))
    tuesday.start_bot()
    while tuesday.waiting():
        passes(tuesday, minutes=1)
    before = len(tuesday.phone("ana"))

    put_back(tuesday, copy)
    for _ in range(5):
        passes(tuesday, minutes=1)

    posted = [one for one in tuesday.slack.dm("ana") if one.metadata]
    assert len(tuesday.phone("ana")) == before
    assert max(len(json.dumps(one.metadata)) for one in posted) < 3000
