"""A bot whose clock was ahead, and a bot with the right clock after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SteadyClock, system_clock
from bot.emulator.faults import Fault
from bot.running.clock_checks import ClockCheck
from bot.slack.client import Slack
from bot.store.tables import records
from tests.story import Story, pacific, story

SEV1 = "/sev1 acme: checkout is down"


@contextmanager
def ahead(told: Story, by: timedelta) -> Iterator[None]:
    """Let a bot run while both its clocks are ahead, then one with right clocks."""
    now, system_now = told.clock(), told.system_clock.now
    told.bot.close()
    told.clock.travel(now + by)
    told.system_clock.now += by
    told.start_bot()
    yield
    told.bot.close()
    told.clock.travel(now)
    told.system_clock.now = system_now
    told.start_bot()


def test_an_incident_declared_after_a_wrong_clock_is_announced(tuesday: Story) -> None:
    with ahead(tuesday, timedelta(hours=2)):
        pass

    tuesday.command("dee", SEV1)

    assert tuesday.card()
    assert len(tuesday.phone("ana")) == 1


def test_messages_queued_during_a_wrong_clock_are_sent_once(tuesday: Story) -> None:
    tuesday.slack.faults.add("chat.postMessage", Fault.FAIL_BEFORE, times=None)
    tuesday.command("dee", SEV1)

    with ahead(tuesday, timedelta(minutes=10)):
        pass
    tuesday.slack.faults.clear()
    for _ in range(4):
        tuesday.system_clock.advance(minutes=1)
        tuesday.settle()

    assert len(tuesday.slack.channel("incidents")) == 1
    assert len(tuesday.phone("ana")) == 1


def test_a_message_queued_on_a_wrong_clock_is_found_in_slack(tuesday: Story) -> None:
    now = tuesday.now
    tuesday.clock.travel(now + timedelta(hours=2))
    tuesday.slack.as_("dee").command("/sev2", "acme: push of apps fails")
    tuesday.clock.travel(now)
    tuesday.slack.faults.add("chat.postMessage", Fault.FAIL_AFTER, times=1)

    for _ in range(4):
        tuesday.system_clock.advance(minutes=1)
        tuesday.settle()

    assert len(tuesday.slack.channel("incidents")) == 1


def test_incident_numbers_are_read_again_after_a_wrong_clock(tuesday: Story) -> None:
    tuesday.slack.faults.add("conversations.history", Fault.FAIL_BEFORE, times=None)
    with ahead(tuesday, timedelta(hours=2)):
        pass
    tuesday.slack.faults.clear()

    tuesday.system_clock.advance(minutes=2)
    tuesday.settle()

    with tuesday.bot.database.reading() as tx:
        marks = {row["name"]: row["at"] for row in tx.all("marks")}
    assert marks["begun"] <= marks["numbers_read"] <= tuesday.system_clock.now


def test_the_days_lists_come_again_after_a_wrong_clock(tuesday: Story) -> None:
    with ahead(tuesday, timedelta(days=14)):
        pass

    tuesday.travel(pacific("2026-11-25 12:00"))

    assert tuesday.heard_in("leads")[-1].startswith("Wed 09:15 Wed 25 Nov: ")


def test_a_text_typed_on_a_wrong_clock_is_no_slip_later(tuesday: Story) -> None:
    with ahead(tuesday, timedelta(hours=2)):
        tuesday.command("dee", SEV1)

    tuesday.command("dee", SEV1)

    assert len(tuesday.slack.channel("incidents")) == 2


def set_back(told: Story, by: timedelta) -> None:
    """Set both clocks back while the bot runs, and let it tick."""
    told.clock.travel(told.clock() - by)
    told.system_clock.now -= by
    told.settle()


def test_a_sev1_is_escalated_as_ever_after_a_wrong_clock(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    with ahead(tuesday, timedelta(days=2)):
        tuesday.settle()
    before = len(tuesday.heard("ana"))

    tuesday.advance(hours=1)

    instants = [said[:9] for said in tuesday.heard("ana")[before:]]
    assert instants == ["Tue 10:05", "Tue 10:35", "Tue 10:50"]


def test_a_sev2_is_reminded_of_as_ever_after_a_wrong_clock(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("ana")
    with ahead(tuesday, timedelta(days=2)):
        tuesday.settle()
    before = len(tuesday.heard("ana"))

    tuesday.advance(hours=7)

    instants = [said[:9] for said in tuesday.heard("ana")[before:]]
    assert instants == ["Tue 13:00", "Tue 14:00", "Tue 15:00", "Tue 16:00"]


def test_what_a_clock_ahead_called_missed_is_not(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    with ahead(tuesday, timedelta(days=2)):
        tuesday.settle()

    with tuesday.bot.database.reading() as tx:
        missed = [one.missed_at for one in records.deadlines(tx, 1) if one.missed_at]
    assert all(at <= tuesday.now for at in missed)
    assert "late" not in tuesday.read(tuesday.card())


def test_a_reminder_sent_in_time_is_not_repeated(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=50)
    before = tuesday.heard("ana")

    set_back(tuesday, timedelta(minutes=49))
    tuesday.advance(minutes=48)

    assert tuesday.heard("ana") == before


def test_clocks_that_differ_by_seconds_change_nothing(
    tuesday: Story, caplog: pytest.LogCaptureFixture
) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=5)
    before = tuesday.heard("ana")

    set_back(tuesday, timedelta(seconds=50))
    tuesday.advance(seconds=50)

    assert tuesday.heard("ana") == before
    assert "the clock was set back" not in caplog.messages


def test_the_days_lists_come_on_the_day_that_a_clock_ahead_showed(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("ana")
    with ahead(tuesday, timedelta(days=1)):
        tuesday.settle()

    tuesday.travel(pacific("2026-11-25 12:00"))

    assert tuesday.heard("ana")[-1].startswith("Wed 09:00 Wed 25 Nov: ")
    assert tuesday.heard_in("leads")[-1].startswith("Wed 09:15 Wed 25 Nov: ")


def test_lists_sent_in_time_are_not_repeated(tuesday: Story) -> None:
    tuesday.travel(pacific("2026-11-25 09:30"))
    before = tuesday.heard_in("leads")

    set_back(tuesday, timedelta(minutes=45))
    tuesday.advance(hours=1)

    assert tuesday.heard_in("leads") == before


def restart_beside(told: Story, **span: float) -> None:
    """Start a bot whose system clock alone is beside that of the one before."""
    told.bot.close()
    told.system_clock.advance(**span)
    told.start_bot()
    told.settle()


def test_a_message_in_doubt_is_not_given_up_by_a_clock_ahead(tuesday: Story) -> None:
    tuesday.slack.faults.add("chat.postMessage", Fault.FAIL_BEFORE, times=1)
    tuesday.slack.faults.add("conversations.history", Fault.FAIL_BEFORE, times=None)
    tuesday.command("dee", "/sev3 acme: push of apps fails")

    restart_beside(tuesday, hours=2)
    tuesday.slack.faults.clear()
    restart_beside(tuesday, hours=-2)
    for _ in range(4):
        tuesday.system_clock.advance(minutes=1)
        tuesday.settle()

    assert len(tuesday.slack.channel("incidents")) == 1
    assert tuesday.slack.channel("support") == []


def test_reminders_wait_while_the_clock_is_in_doubt(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 10:00", replicas=1) as told:
        told.system_clock.now = system_clock()
        steady = SteadyClock(told.system_clock, lambda: 1.0)
        check = ClockCheck(
            steady, Slack(told.slack.bot_token, told.slack.api_url), None
        )
        told.bot = replace(told.bot, clock_check=check)
        told.command("dee", SEV1)

        told.system_clock.advance(hours=1)
        told.clock.travel(told.now + timedelta(minutes=5))
        told.settle()
        check.look()
        told.settle()
        in_doubt, said = told.heard("ana"), told.bot.health().notes
        told.system_clock.now = system_clock()
        check.look()
        told.settle()

        assert len(in_doubt) == 1
        assert "s ahead of the right time: reminders wait" in said[0]
        assert len(told.heard("ana")) == 2
