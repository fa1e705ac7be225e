"""A calendar from elsewhere says who is on call, and what is wrong with it is told."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store.tables import feeds
from tests import icals
from tests.changing import Changing
from tests.icals import calendar, event
from tests.replicas import Pair
from tests.stories.conftest import Tell
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
ANA = event("Ana", "20261123T090000", "20261125T090000")
BEN = event("On call: Ben", "20261125T090000", "20261130T090000")
TURNS = ("every: 1 week", "hand_over: mon 09:00", "starts: 2026-11-02")

Plan = Callable[..., Story]


@pytest.fixture
def plan(tell: Tell, tmp_path: Path) -> Plan:
    """Begin a story on a Tuesday at ten, with a calendar beside the policy's file."""

    def plan(*events: str, **more: Any) -> Story:
        write(tmp_path, *events)
        told = tell("2026-11-24 10:00", policy=icals.policy(), **more)
        told.settings = {"policies": tmp_path / "policies.yaml"}
        told.restart()
        look(told)
        return told

    return plan


def write(folder: Path, *events: str) -> None:
    (folder / "support.ics").write_text(calendar(*events), encoding="utf-8")


def look(told: Story) -> None:
    """Let the bot read its calendars, as it does every few minutes."""
    told.machine.advance(seconds=feeds.READ_EVERY.total_seconds())
    for bot in told.bot.both if isinstance(told.bot, Pair) else (told.bot,):
        bot.feeds.look()
    told.settle()


def told_of_calendars(told: Story) -> list[str]:
    """Return what the leads read of calendars."""
    said = [told.read(one) for one in told.slack.channel("leads")]
    return [one for one in said if "calendar" in one]


def on_call(told: Story) -> str:
    """Return who is primary, by the answer to `/oncall`."""
    return told.read(told.command("dee", "/oncall").private, "dee").splitlines()[0]


def test_a_page_goes_to_whom_the_calendar_names(plan: Plan) -> None:
    told = plan(
        event("Ana", "20261123T090000", "20261124T110000"),
        event("On call: Ben", "20261124T110000", "20261130T090000"),
    )

    told.command("dee", SEV1)
    paged = told.phone("ana")
    told.take("ana")
    told.travel(pacific("2026-11-24 11:30"))
    told.command("dee", "/sev1 globex: checkout is down")

    assert len(paged) == 1
    assert any("INC-2" in one for one in told.phone("ben"))
    assert on_call(told).startswith("Primary: @ben until Mon")


def test_both_bots_of_a_record_go_by_one_reading(plan: Plan) -> None:
    told = plan(ANA, BEN, replicas=2)
    assert isinstance(told.bot, Pair)

    found = [bot.context.policy().on_call.feeds[0] for bot in told.bot.both]

    assert found[0].stretches == found[1].stretches != None  # noqa: E711


def test_a_swap_counts_from_when_it_is_read_and_the_past_stays(
    plan: Plan, tmp_path: Path
) -> None:
    told = plan(ANA, BEN)
    before, at = on_call(told), told.now

    write(tmp_path, event("Ben", "20261123T090000", "20261130T090000"))
    look(told)

    choice = told.bot.context.policy().on_call
    then, now = (choice.turn("support", one) for one in (at - timedelta(hours=1), at))
    assert before.startswith("Primary: @ana")
    assert on_call(told).startswith("Primary: @ben")
    assert then is not None
    assert now is not None
    assert (then.person, then.until) == ("U0ANA", at)
    assert (now.person, now.since) == ("U0BEN", at)


def test_a_broken_calendar_leaves_the_last_copy_and_is_told_once_after_a_day(
    plan: Plan, tmp_path: Path
) -> None:
    told = plan(ANA, BEN)
    (tmp_path / "support.ics").write_text("<html>Sign in</html>", encoding="utf-8")

    look(told)
    early = told.heard_in("leads")
    told.advance(hours=24)
    look(told)
    look(told)

    said = [one for one in told.heard_in("leads") if "calendar" in one]
    assert not [one for one in early if "calendar" in one]
    assert said == [
        "Wed 10:00 The calendar of support cannot be read: support.ics is a web page, "
        "perhaps one to log in, and no calendar."
    ]
    assert told_of_calendars(told)[-1].endswith(
        "The copy of yesterday 10:00 counts. `sevbot check` says when it is mended."
    )
    assert on_call(told).startswith("Primary: @ben")
    assert told.bot.health().notes == (
        "the calendar of support cannot be read: the last copy of it counts",
    )


def test_a_calendar_that_another_bot_read_since_is_well(
    plan: Plan, tmp_path: Path
) -> None:
    told = plan(ANA, BEN, replicas=2)
    assert isinstance(told.bot, Pair)
    one, other = told.bot.both

    write(tmp_path)
    told.machine.advance(seconds=feeds.READ_EVERY.total_seconds())
    one.feeds.look()
    failing = one.feeds.note()
    write(tmp_path, ANA, BEN)
    told.advance(minutes=6)
    told.machine.advance(seconds=feeds.READ_EVERY.total_seconds())
    other.feeds.look()
    one.feeds.look()

    assert failing is not None
    assert one.feeds.note() is None


def test_a_calendar_that_was_never_read_is_told_at_once(plan: Plan) -> None:
    told = plan()

    assert told_of_calendars(told) == [
        "The calendar of support cannot be read: support.ics holds no events around "
        "now. It never was, so nobody is on call by it. `sevbot check` says when it is "
        "mended."
    ]
    assert told.bot.health().notes == (
        "the calendar of support cannot be read: nobody is on call by it",
    )


def test_a_calendar_that_was_never_read_is_tried_again_at_once(
    plan: Plan, tmp_path: Path
) -> None:
    told = plan()
    write(tmp_path, ANA, BEN)

    told.restart()
    told.bot.feeds.look()
    told.settle()

    assert on_call(told).startswith("Primary: @ana")


def test_a_reading_that_another_source_overtook_changes_nothing(plan: Plan) -> None:
    told = plan(ANA, BEN)
    later = told.machine.now + timedelta(seconds=1)

    with told.bot.database.transaction() as tx:
        before = feeds.stretches(tx)
        for source in ("older", "newer"):
            assert feeds.claim(tx, "support", source, later)
        is_saved = feeds.save(tx, "support", "older", (), told.now)
        after = feeds.stretches(tx)

    assert not is_saved
    assert after == before


def test_names_that_nobody_has_are_told_once_and_leave_nobody_on(plan: Plan) -> None:
    told = plan(
        event("Zoe <3", "20261123T090000", "20261125T090000"),
        event("Ben & Max", "20261125T090000", "20261130T090000"),
    )
    look(told)

    assert told_of_calendars(told) == [
        "The calendar of support names people whom `policies.yaml` does not know: "
        "Zoe <3 and Max. Add them to `rotations.support.names`; until then nobody is "
        "on call by it where it names only them."
    ]
    assert on_call(told).startswith("Primary: nobody until tomorrow 09:00")


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Changing]:
    """A story in which Ana holds INC-1 for a rotation that is written in the file."""
    told = Changing(tmp_path)
    told.settings = {"policies": told.file}
    told.file.write_text(icals.primary(*TURNS, "members: [U0ANA]"), encoding="utf-8")
    with told:
        told.command("dee", "/sev2 acme: push fails")
        told.take("ana")
        told.advance(minutes=5)
        yield told


def test_a_calendar_in_a_changed_file_counts_with_it(
    changing: Changing, tmp_path: Path
) -> None:
    write(tmp_path, ANA, BEN)

    changing.file.write_text(icals.planned("ical: support.ics"), encoding="utf-8")
    changing.look()
    changing.command("dee", "/sev1 globex: checkout is down")

    assert any("INC-2" in one for one in changing.phone("ana"))
    assert not [one for one in changing.heard_in("leads") if "Nobody is" in one]
    assert "*Owner:* @ana" in changing.read(changing.card())


def test_a_calendar_that_was_never_read_is_not_nobody_to_who_holds_work(
    changing: Changing, tmp_path: Path
) -> None:
    file = icals.planned("ical: support.ics").replace(
        "y: support", "y: [support, U0BEN]"
    )
    changing.file.write_text(file, encoding="utf-8")

    changing.look()
    changing.command("dee", "/sev1 globex: checkout is down")

    assert any("INC-2" in one for one in changing.phone("ben"))
    assert not [one for one in changing.heard_in("leads") if "Nobody is" in one]
    assert [one for one in told_of_calendars(changing) if "cannot be read" in one]


def test_names_that_the_leads_know_of_are_not_told_again(
    plan: Plan, tmp_path: Path
) -> None:
    late = event("Offsite", "20261126T090000", "20261127T090000")
    told = plan(event("Retro", "20261124T090000", "20261124T110000"), late, BEN)

    told.advance(hours=2)
    look(told)
    write(tmp_path, late, event("Zoe", "20261127T090000", "20261128T090000"), BEN)
    look(told)

    said = [re.findall(r"not know: (.+?)\.", one) for one in told_of_calendars(told)]
    assert said == [["Retro and Offsite"], ["Zoe"]]


def test_what_was_taken_passes_on_where_the_calendar_changes_hands(plan: Plan) -> None:
    told = plan(ANA, BEN)
    told.command("dee", "/sev2 acme: push fails")
    told.take("ana")

    told.travel(pacific("2026-11-25 09:00"))

    assert "*Owner:* @ben since today 09:00" in told.read(told.card())
