"""Whether a message may ring for a person at an instant."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.schedules import Schedule, Span
from bot.incidents.reach import Account, Reach, Why, reach
from bot.policy import quiet_hours
from bot.policy.covers import Cover
from bot.policy.on_call import Role
from bot.policy.parsing import policy_file
from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.policy.rotations import Rotation, Unit
from tests.factories import on_call, shipped_policy
from tests.story import TODAY

PACIFIC, BERLIN = ZoneInfo("America/Los_Angeles"), ZoneInfo("Europe/Berlin")
TOKYO = ZoneInfo("Asia/Tokyo")


def at(local: str, zone: ZoneInfo = PACIFIC) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone)


def found(
    local: str,
    zone: ZoneInfo,
    *,
    policy: Policy | None = None,
    has_left: bool = False,
    wakes: bool = False,
    due_at: datetime | None = None,
) -> Reach:
    account = Account(zone, has_left)
    return reach(
        policy or shipped_policy(), account, at(local, zone), wakes=wakes, due_at=due_at
    )


@pytest.mark.parametrize("zone", [PACIFIC, BERLIN, TOKYO], ids=str)
@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-11-24 09:00", None),
        ("2026-11-24 12:30", None),
        ("2026-11-24 16:59:59", None),
        ("2026-11-24 17:00", "2026-11-25 09:00"),
        ("2026-11-24 08:59:59", "2026-11-24 09:00"),
        ("2026-11-25 17:00", "2026-11-27 09:00"),
        ("2026-11-26 12:00", "2026-11-27 09:00"),
        ("2026-11-27 20:30", "2026-11-30 09:00"),
    ],
    ids=[
        "as the day begins",
        "by day",
        "just before its end",
        "at its end",
        "just before it begins",
        "the evening before a holiday of the team",
        "on a holiday of the team",
        "before a weekend",
    ],
)
def test_a_persons_day_is_the_teams_hours_in_their_own_zone(
    zone: ZoneInfo, local: str, until: str | None
) -> None:
    expected = Reach(Why.DAY)
    if until is not None:
        expected = Reach(Why.OUTSIDE, at(until, zone))

    assert found(local, zone) == expected


@pytest.mark.parametrize(
    ("due", "why"),
    [
        ("2026-11-24 23:00", Why.MISSED),
        ("2026-11-25 08:59", Why.MISSED),
        ("2026-11-25 09:00", Why.OUTSIDE),
        ("2026-11-24 20:00", Why.MISSED),
        ("2026-11-24 19:59", Why.OUTSIDE),
    ],
    ids=["tonight", "before they come", "as they come", "now", "already late"],
)
def test_what_would_be_missed_before_the_next_day_rings(due: str, why: Why) -> None:
    assert found("2026-11-24 20:00", BERLIN, due_at=at(due, BERLIN)).why is why


def test_what_wakes_people_rings_at_any_hour() -> None:
    assert found("2026-11-24 03:00", BERLIN, wakes=True) == Reach(Why.WAKES)


def test_nothing_reaches_somebody_who_left() -> None:
    gone = found("2026-11-24 12:00", BERLIN, has_left=True, wakes=True)

    assert gone == Reach(Why.LEFT)
    assert not gone.is_now


@pytest.mark.parametrize(
    ("had", "why"), [(10, Why.DAY), (11, Why.BUDGET), (12, Why.BUDGET)]
)
def test_the_last_message_of_a_day_is_a_list(had: int, why: Why) -> None:
    account = Account(BERLIN, had=had)
    noon = at("2026-11-24 12:00", BERLIN)

    found = reach(shipped_policy(), account, noon, wakes=False, due_at=None)

    assert found == Reach(why)


@pytest.mark.parametrize(
    ("hours", "local", "is_now"),
    [
        ("mon-sun: 00:00-24:00", "2026-11-28 03:00", False),
        ("mon-sun: 00:00-24:00", "2026-11-28 09:15", True),
        ("mon-sun: 00:00-24:00", "2026-11-28 18:15", False),
        ("mon-fri: [09:00-12:00, 13:00-18:00]", "2026-11-24 12:30", True),
        ("mon-fri: 22:00-06:00", "2026-11-25 03:00", True),
        ("mon-fri: 22:00-06:00", "2026-11-25 12:00", False),
    ],
    ids=[
        "a team that never closes, at night",
        "from the digest on",
        "for nine hours",
        "over lunch",
        "a team that works at night",
        "which sleeps by day",
    ],
)
def test_a_day_is_what_one_person_works(hours: str, local: str, is_now: bool) -> None:
    text = default_text().replace("mon-fri: 09:00-17:00", hours)
    policy = policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=TODAY
    )

    assert found(local, BERLIN, policy=policy).is_now is is_now


@pytest.mark.parametrize(
    ("local", "due", "expected"),
    [
        ("2026-11-24 22:00", "2026-11-24 23:00", (Why.QUIET, "2026-11-25 09:00")),
        ("2026-11-25 06:59", "2026-11-25 08:00", (Why.QUIET, "2026-11-25 09:00")),
        ("2026-11-25 07:00", "2026-11-25 08:00", (Why.MISSED, None)),
        ("2026-11-24 12:30", "2026-11-24 12:45", (Why.DAY, None)),
    ],
    ids=["as they begin", "just before they end", "as they end", "by day"],
)
def test_in_quiet_hours_even_what_would_be_missed_is_held(
    local: str, due: str, expected: tuple[Why, str | None]
) -> None:
    account = Account(BERLIN, quiet=quiet_hours.read("22:00-07:00"))
    instants = {"at": at(local, BERLIN), "due_at": at(due, BERLIN)}

    found = reach(shipped_policy(), account, wakes=False, **instants)

    why, until = expected
    assert found == Reach(why, at(until, BERLIN) if until else None)


@pytest.mark.parametrize(
    ("local", "why"),
    [
        ("2026-11-23 22:30", Why.DAY),
        ("2026-11-23 23:30", Why.QUIET),
        ("2026-11-24 00:59", Why.QUIET),
        ("2026-11-24 01:00", Why.DAY),
        ("2026-11-28 01:00", Why.DAY),
        ("2026-11-29 01:00", Why.OUTSIDE),
    ],
)
def test_quiet_hours_do_not_part_a_night_shift(local: str, why: Why) -> None:
    text = default_text().replace("mon-fri: 09:00-17:00", "mon-fri: 20:00-04:00")
    policy = policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=TODAY
    )
    account = Account(PACIFIC, quiet=quiet_hours.read("23:00-01:00"))

    found = reach(policy, account, at(local), wakes=False, due_at=None)

    assert found.why is why


NIGHTS = Rotation(
    name="nights",
    zone=BERLIN,
    members=("U0DEE",),
    every=1,
    unit=Unit.DAY,
    starts=date(2026, 11, 2),
    hand_over=time(12),
    weekday=None,
    days=shipped_policy().team_hours.home,
    hours=Schedule(BERLIN, ((Span(timedelta(hours=22), timedelta(hours=30)),),) * 7),
)


@pytest.mark.parametrize(
    ("local", "changes", "quiet", "expected"),
    [
        ("2026-11-24 19:00", {}, "", (Why.OUTSIDE, "2026-11-24 22:00")),
        ("2026-11-24 21:59", {}, "", (Why.OUTSIDE, "2026-11-24 22:00")),
        ("2026-11-24 22:00", {}, "", (Why.SHIFT, None)),
        ("2026-11-25 05:59", {}, "", (Why.SHIFT, None)),
        ("2026-11-25 06:00", {}, "", (Why.OUTSIDE, "2026-11-25 09:00")),
        ("2026-11-24 10:00", {}, "", (Why.DAY, None)),
        ("2026-11-28 12:00", {}, "", (Why.OUTSIDE, "2026-11-28 22:00")),
        (
            "2026-11-24 19:00",
            {"members": ("U0ANA",)},
            "",
            (Why.OUTSIDE, "2026-11-25 09:00"),
        ),
        ("2026-11-24 23:00", {"hours": None}, "", (Why.OUTSIDE, "2026-11-25 09:00")),
        ("2026-11-24 23:00", {}, "22:30-07:00", (Why.QUIET, "2026-11-25 09:00")),
        ("2026-11-24 19:00", {}, "18:00-20:00", (Why.QUIET, "2026-11-24 22:00")),
        ("2026-11-24 21:00", {}, "21:30-07:00", (Why.OUTSIDE, "2026-11-25 09:00")),
    ],
    ids=[
        "in the evening",
        "just before the shift",
        "as it begins",
        "just before its end",
        "at its end",
        "by day",
        "at a weekend",
        "the shift of somebody else",
        "a turn that is longer than people work",
        "quiet hours within the shift",
        "quiet hours before the shift",
        "a shift that begins in quiet hours",
    ],
)
def test_what_is_held_comes_with_a_shift_if_that_is_first(
    local: str,
    changes: dict[str, Any],
    quiet: str,
    expected: tuple[Why, str | None],
) -> None:
    policy = on_call(Role.BACKUP, replace(NIGHTS, **changes))
    account = Account(BERLIN, quiet=quiet_hours.read(quiet), id="U0DEE")

    found = reach(policy, account, at(local, BERLIN), wakes=False, due_at=None)

    why, until = expected
    assert found == Reach(why, at(until, BERLIN) if until else None)


def test_a_cover_of_a_part_of_a_long_turn_is_no_work() -> None:
    policy = on_call(Role.BACKUP, replace(NIGHTS, hours=None, members=("U0ANA",)))
    night = at("2026-11-24 23:00", BERLIN)
    cover = Cover("nights", "U0ANA", "U0DEE", night, night + timedelta(hours=2))
    policy = replace(policy, on_call=replace(policy.on_call, covers=(cover,)))

    found = reach(policy, Account(BERLIN, id="U0DEE"), night, wakes=False, due_at=None)

    assert found.why is Why.OUTSIDE


def test_in_quiet_hours_what_wakes_people_rings() -> None:
    account = Account(BERLIN, quiet=quiet_hours.read("22:00-07:00"))
    night = at("2026-11-24 23:00", BERLIN)

    found = reach(shipped_policy(), account, night, wakes=True, due_at=None)

    assert found == Reach(Why.WAKES)
