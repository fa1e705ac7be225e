"""What falls due on the days ahead."""

from dataclasses import replace
from datetime import date, datetime

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule, ShortDay
from bot.incidents.days_ahead import Day, days_ahead
from bot.incidents.events import EventKind
from bot.incidents.work_list import Case
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from tests.factories import pacific, shipped_policy
from tests.policy_texts import changed, policy_of
from tests.record import Record, opened

SEV1, SEV2, SEV3, SEV4 = Severity
TUESDAY = pacific(24, "09:15")


def ahead(
    *found: Record,
    policy: Policy | None = None,
    now: datetime = TUESDAY,
    days: int = 5,
) -> list[Day]:
    """Return the days from Tuesday on, before Thanksgiving."""
    cases = [Case(one.incident, one.deadlines) for one in found]
    return days_ahead(policy or shipped_policy(), cases, now, days)


def owed(days: list[Day]) -> dict[str, tuple[list[int], list[int]]]:
    """Return the numbers of what is due as a promise and as our aim, by day."""
    found = {}
    for day in days:
        targets, aims = (
            [one.number for one, _ in owed] for owed in (day.targets, day.aims)
        )
        found[f"{day.date:%a %d}"] = targets, aims
    return found


def test_it_is_today_and_five_business_days_after_it() -> None:
    days = ahead()

    assert [f"{day.date:%a %d}" for day in days if day.is_business_day] == [
        "Tue 24", "Wed 25", "Fri 27", "Mon 30", "Tue 01", "Wed 02",
    ]  # fmt: skip


def test_what_is_owed_falls_on_its_day_soonest_first() -> None:
    later = opened(SEV4, pacific(23, "16:00"), number=1)
    sooner = opened(SEV4, pacific(23, "10:00"), number=2)
    today = opened(SEV2, pacific(24, "09:00"), number=3)

    days = owed(ahead(later, sooner, today))

    assert days["Tue 24"] == ([3], [])
    assert days["Wed 25"] == ([2, 1], [])


def test_our_own_aims_stand_apart() -> None:
    sev1 = opened(SEV1, pacific(24, "09:00"), number=1)
    sev1.happens(EventKind.UPDATED, pacific(24, "09:10"))

    (day, *_) = ahead(sev1)

    assert [deadline.is_aim for _, deadline in day.aims] == [True]
    assert day.targets == ()


def test_what_is_late_or_closed_falls_on_no_day() -> None:
    late = opened(SEV2, pacific(23, "09:00"), number=1)
    closed = opened(SEV3, pacific(24, "09:00"), number=2)
    closed.happens(EventKind.RESOLVED, pacific(24, "09:10"))

    assert not any(day.targets for day in ahead(late, closed))


def test_due_at_a_closing_it_is_owed_until_the_next_opening() -> None:
    at_closing = opened(SEV2, pacific(23, "13:00"), number=1)

    days = ahead(at_closing, now=pacific(24, "08:45"))

    assert owed(days)["Tue 24"] == ([1], [])


def test_a_closed_day_is_left_out_unless_a_calendar_has_a_holiday() -> None:
    days = ahead()

    assert [day.off for day in days if not day.is_business_day] == [
        (("Thanksgiving Day", ()),)
    ]


def test_the_holidays_of_every_calendar_are_marked() -> None:
    policy = shipped_policy()
    home = policy.team_hours.home
    other = Schedule(
        home.zone,
        home.weekly,
        {date(2026, 11, 25): "Founders' Day", date(2026, 11, 26): "Thanksgiving Day"},
        {date(2026, 11, 27): ShortDay("Bridge")},
    )
    calendars = {**policy.calendars, "other": BusinessHours(other)}

    days = ahead(policy=replace(policy, calendars=calendars))

    assert {f"{day.date:%a}": day.off for day in days[:4]} == {
        "Tue": (),
        "Wed": (("Founders' Day", ("other",)),),
        "Thu": (("Thanksgiving Day", ()),),
        "Fri": (("Bridge, a short day", ("other",)),),
    }


def test_who_is_on_call_one_after_the_other_within_the_teams_hours() -> None:
    policy = policy_of(
        changed(
            ("on_call: {primary: U0ANA", "on_call: {primary: support"),
            (
                "escalation:\n",
                "rotations: {support: {zone: Europe/Berlin, every: 1 day, hand_over: "
                '"12:00", starts: 2026-11-02, members: [U0ANA, U0BEN, none]}}\n'
                "escalation:\n",
            ),
        )
    )

    days = ahead(policy=policy, days=2)

    assert [day.on_call for day in days] == [
        ("U0ANA", "U0BEN"),
        ("U0BEN", None),
        (None, "U0ANA"),
    ]
