"""Whose turn it is: examples, and random rotations against a walk by minutes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.schedules import Schedule, Span
from bot.policy.rotations import Holders, Rotation, Shift, Unit, shift_at
from tests.slow_rotations import Slow, stretches

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((Span(9 * HOUR, 17 * HOUR),),) * 5 + ((),) * 2
DAYS = Schedule(NEW_YORK, OFFICE, {date(2026, 11, 10): "a Tuesday off"})

WEEKLY = Rotation(
    name="support",
    zone=NEW_YORK,
    members=("A", "B", None, "C"),
    every=1,
    unit=Unit.WEEK,
    starts=date(2026, 11, 1),
    hand_over=time(9),
    weekday=0,
    days=DAYS,
)
DAILY = replace(WEEKLY, members=("A", "B", "C"), unit=Unit.DAY, weekday=None)


def nights(*spans: tuple[int, int], zone: ZoneInfo = NEW_YORK) -> Schedule:
    """Return the same hours on each day, those past midnight beyond 24."""
    day = tuple(Span(opens * HOUR, closes * HOUR) for opens, closes in spans)
    return Schedule(zone, (day,) * 7)


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    """Return a local time of 2026: `Mon 2 Nov 09:00`."""
    local = datetime.strptime(f"2026 {text[4:]}", "%Y %d %b %H:%M")  # noqa: DTZ007
    assert f"{local:%a}" == text[:3]
    return local.replace(tzinfo=zone).astimezone(UTC)


def who(rotation: Rotation, *instants: datetime) -> list[str | None]:
    return [rotation.at(one).person for one in instants]


def test_a_turn_lasts_from_its_hand_over_to_just_before_the_next() -> None:
    begins, ends = at("Mon 2 Nov 09:00"), at("Mon 9 Nov 09:00")

    shifts = {WEEKLY.at(one) for one in (begins, begins + HOUR, ends - SECOND)}

    assert shifts == {Shift("A", "support", begins, ends)}
    assert WEEKLY.at(ends).person == "B"


def test_before_the_first_hand_over_nobody_is_on() -> None:
    first = at("Mon 2 Nov 09:00")

    assert WEEKLY.at(first - SECOND) == Shift(None, until=first)
    assert WEEKLY.at(at("Sun 1 Nov 12:00")) == Shift(None, until=first)
    assert WEEKLY.at(datetime(1970, 1, 1, tzinfo=UTC)) == Shift(None, until=first)


def test_the_first_turn_begins_on_the_start_date_if_it_is_the_weekday() -> None:
    monday = replace(WEEKLY, starts=date(2026, 11, 2))

    assert monday.at(at("Mon 2 Nov 09:00")).person == "A"


def test_weeks_without_a_weekday_are_counted_from_the_start() -> None:
    wednesdays = replace(WEEKLY, weekday=None, starts=date(2026, 11, 4))

    assert wednesdays.at(at("Wed 4 Nov 09:00")) == Shift(
        "A", "support", at("Wed 4 Nov 09:00"), at("Wed 11 Nov 09:00")
    )


def test_an_empty_slot_is_a_turn_of_nobody() -> None:
    begins, ends = at("Mon 16 Nov 09:00"), at("Mon 23 Nov 09:00")

    assert WEEKLY.at(begins) == Shift(None, since=begins, until=ends)
    assert WEEKLY.at(ends).person == "C"


def test_empty_slots_side_by_side_are_one_stretch_of_nobody() -> None:
    rotation = replace(WEEKLY, members=("A", None, None))

    shift = rotation.at(at("Wed 11 Nov 12:00"))

    assert shift == Shift(
        None, since=at("Mon 9 Nov 09:00"), until=at("Mon 23 Nov 09:00")
    )


def test_a_hand_over_ends_the_shift_of_somebody_who_follows_themselves() -> None:
    alone = replace(WEEKLY, members=("A",))

    shift = alone.at(at("Tue 10 Nov 12:00"))

    assert shift == Shift("A", "support", at("Mon 9 Nov 09:00"), at("Mon 16 Nov 09:00"))


def test_a_weekend_or_holiday_uses_up_no_turn_of_business_days() -> None:
    rotation = replace(DAILY, unit=Unit.BUSINESS_DAY, starts=date(2026, 11, 5))

    found = {
        day: rotation.at(at(f"{day} 09:00")).person
        for day in (
            "Thu 5 Nov", "Fri 6 Nov", "Sat 7 Nov", "Sun 8 Nov", "Mon 9 Nov",
            "Tue 10 Nov", "Wed 11 Nov",
        )
    }  # fmt: skip

    assert "".join(map(str, found.values())) == "ABBBCCA"
    assert rotation.at(at("Tue 10 Nov 12:00")) == Shift(
        "C", "support", at("Mon 9 Nov 09:00"), at("Wed 11 Nov 09:00")
    )


def test_turns_of_business_days_begin_on_the_first_one_from_the_start() -> None:
    saturday = replace(DAILY, unit=Unit.BUSINESS_DAY, starts=date(2026, 11, 7))

    assert saturday.at(at("Mon 9 Nov 08:59")).person is None
    assert saturday.at(at("Mon 9 Nov 09:00")).person == "A"


def test_two_business_days_span_a_weekend() -> None:
    rotation = replace(DAILY, unit=Unit.BUSINESS_DAY, every=2, starts=date(2026, 11, 5))

    assert rotation.at(at("Sun 8 Nov 12:00")) == Shift(
        "A", "support", at("Thu 5 Nov 09:00"), at("Mon 9 Nov 09:00")
    )


def test_business_days_are_dates_of_the_rotations_own_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    rotation = replace(DAILY, zone=tokyo, unit=Unit.BUSINESS_DAY)

    # In Tokyo Tuesday the 10th begins while it is Monday in New York.
    assert rotation.at(at("Tue 10 Nov 00:30", tokyo)) == Shift(
        "C", "support", at("Mon 9 Nov 09:00", tokyo), at("Wed 11 Nov 09:00", tokyo)
    )


def test_five_hours_go_on_over_midnight() -> None:
    rotation = replace(DAILY, unit=Unit.HOUR, every=5, starts=date(2026, 11, 3))
    hand_overs = [
        at(one)
        for one in (
            "Tue 3 Nov 09:00", "Tue 3 Nov 14:00", "Tue 3 Nov 19:00", "Wed 4 Nov 00:00",
            "Wed 4 Nov 05:00", "Wed 4 Nov 10:00",
        )
    ]  # fmt: skip

    assert who(rotation, *hand_overs) == ["A", "B", "C", "A", "B", "C"]
    assert [rotation.at(one).since for one in hand_overs] == hand_overs


def test_hours_cut_a_turn_and_hold_on_holidays() -> None:
    rotation = replace(WEEKLY, hours=Schedule(NEW_YORK, OFFICE))

    assert rotation.at(at("Tue 10 Nov 12:00")) == Shift(
        "B", "support", at("Tue 10 Nov 09:00"), at("Tue 10 Nov 17:00")
    )
    assert rotation.at(at("Sat 7 Nov 12:00")) == Shift(
        None, since=at("Fri 6 Nov 17:00"), until=at("Mon 9 Nov 09:00")
    )


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    friday = (((),) * 4) + ((Span(22 * HOUR, 30 * HOUR),),) + ((),) * 2
    rotation = replace(WEEKLY, hours=Schedule(NEW_YORK, friday))

    assert rotation.at(at("Sat 7 Nov 05:59")) == Shift(
        "A", "support", at("Fri 6 Nov 22:00"), at("Sat 7 Nov 06:00")
    )
    assert who(rotation, at("Fri 6 Nov 21:59"), at("Fri 6 Nov 05:00")) == [None, None]


def test_a_hand_over_within_hours_past_midnight_cuts_them() -> None:
    rotation = replace(DAILY, hours=nights((22, 30)), hand_over=time(0))

    assert rotation.at(at("Tue 3 Nov 23:00")).until == at("Wed 4 Nov 00:00")
    assert rotation.at(at("Wed 4 Nov 01:00")).until == at("Wed 4 Nov 06:00")


def test_hours_that_touch_at_midnight_are_one_stretch() -> None:
    rotation = replace(WEEKLY, hours=nights((0, 24)))

    assert rotation.at(at("Tue 3 Nov 12:00")) == WEEKLY.at(at("Tue 3 Nov 12:00"))


def test_a_hand_over_in_the_gap_of_spring_comes_an_hour_later() -> None:
    rotation = replace(DAILY, zone=BERLIN, hand_over=time(2, 30))
    rotation = replace(rotation, starts=date(2026, 3, 28))

    # On Sunday 29 March 02:00 becomes 03:00.
    shift = rotation.at(at("Sun 29 Mar 12:00", BERLIN))

    assert shift.since == at("Sun 29 Mar 03:30", BERLIN)
    assert shift.until == at("Mon 30 Mar 02:30", BERLIN)
    assert rotation.at(at("Sun 29 Mar 03:29", BERLIN)).person == "A"


def test_a_hand_over_in_the_double_hour_comes_the_first_time() -> None:
    rotation = replace(DAILY, zone=BERLIN, hand_over=time(2, 30))
    rotation = replace(rotation, starts=date(2026, 10, 24))

    # On Sunday 25 October 03:00 becomes 02:00: 02:30 is at 00:30 and 01:30 in UTC.
    shift = rotation.at(at("Sun 25 Oct 12:00", BERLIN))

    assert shift.since == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_of_turns_that_begin_at_once_in_a_gap_the_last_one_counts() -> None:
    rotation = replace(DAILY, zone=BERLIN, unit=Unit.HOUR, hand_over=time(0))
    rotation = replace(rotation, starts=date(2026, 3, 29))

    # 02:00 is read as 03:00, so the third turn has no time.
    found = [rotation.at(datetime(2026, 3, 28, 23 + n, 30, tzinfo=UTC)) for n in (0,)]
    found += [rotation.at(datetime(2026, 3, 29, n, 30, tzinfo=UTC)) for n in (0, 1, 2)]

    assert [one.person for one in found] == ["A", "B", "A", "B"]
    assert found[1].until == found[2].since == at("Sun 29 Mar 03:00", BERLIN)


def test_the_turns_of_a_day_that_apia_skipped_have_no_time() -> None:
    apia = ZoneInfo("Pacific/Apia")
    rotation = replace(DAILY, zone=apia, unit=Unit.HOUR, every=7, hand_over=time(0))
    rotation = replace(rotation, starts=date(2011, 12, 29))

    # Thursday 29 December ends with Saturday the 31st, at 10:00 in UTC. Of that day's
    # hand-overs at 01:00, 08:00 and so on those of the skipped one come in between.
    begins = datetime(2011, 12, 30, 10, tzinfo=UTC)
    found = [rotation.at(begins + n * HOUR) for n in range(4)]

    assert [one.since for one in found[1:]] == [begins + HOUR] * 3
    assert found[1].person == "B"


def test_a_shift_that_begins_in_another_year_is_whole() -> None:
    rotation = replace(WEEKLY, members=("A", "B"), every=104)

    assert rotation.at(datetime(2029, 6, 1, tzinfo=UTC)) == Shift(
        "B",
        "support",
        datetime(2028, 10, 30, 13, tzinfo=UTC),
        datetime(2030, 10, 28, 13, tzinfo=UTC),
    )


def test_where_nobody_ever_comes_on_the_stretch_has_no_end() -> None:
    monday = (((Span(9 * HOUR, 17 * HOUR),),)) + ((),) * 6
    members = (None, "A", None, None, None, None, None)
    # Monday's turn is nobody's, each week.
    rotation = replace(DAILY, members=members, starts=date(2026, 11, 2))
    rotation = replace(rotation, hours=Schedule(NEW_YORK, monday))

    assert rotation.at(at("Mon 9 Nov 12:00")) == Shift(None)


def test_a_rotation_wants_an_instant_with_a_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        WEEKLY.at(datetime(2026, 11, 2, 9))  # noqa: DTZ001


def test_who_stands_behind_a_rotation_is_on_while_nobody_is_by_it() -> None:
    behind = (replace(WEEKLY, hours=Schedule(NEW_YORK, OFFICE)), "U0CEM")

    assert shift_at(behind, at("Sat 7 Nov 12:00")) == Shift(
        "U0CEM", None, at("Fri 6 Nov 17:00"), at("Mon 9 Nov 09:00")
    )
    assert shift_at(behind, at("Mon 9 Nov 09:00")).person == "B"


def test_what_stands_before_a_rotation_in_a_list_cuts_its_turn() -> None:
    day = replace(DAILY, name="day", hours=Schedule(NEW_YORK, OFFICE))

    assert shift_at((day, WEEKLY), at("Mon 2 Nov 20:00")) == Shift(
        "A", "support", at("Mon 2 Nov 17:00"), at("Tue 3 Nov 09:00")
    )


def test_a_person_named_alone_is_on_without_ends() -> None:
    assert shift_at(("U0ANA",), at("Mon 2 Nov 09:00")) == Shift("U0ANA")


ZONES = {
    "Australia/Lord_Howe": 2026,  # Half an hour.
    "Pacific/Apia": 2011,  # Skipped 30 December 2011.
    "Asia/Kathmandu": 2026,
    "America/St_Johns": 2010,  # At one minute past midnight.
    "Africa/Cairo": 2025,  # At midnight.
    "Atlantic/Azores": 2026,
    "Antarctica/Troll": 2026,  # Two hours.
    "America/New_York": 2025,
}


def random_rotation(random: Random, zone: ZoneInfo, year: int) -> Slow:
    unit = random.choice(["hour", "day", "week", "business day"])
    people = ["A", "B", "C", "D", None]
    members = [random.choice(people) for _ in range(random.randrange(1, 6))]
    starts = date(year, 1, 1) + timedelta(random.randrange(-60, 90))
    holidays = [starts + timedelta(random.randrange(700)) for _ in range(30)]
    hours = None
    if random.random() < 0.6:
        opens = [random.randrange(0, 24 * 60, 5) for _ in range(7)]
        spans = [(one, one + random.randrange(5, 1440, 5)) for one in opens]
        hours = [[span] if random.random() < 0.7 else [] for span in spans]
        hours[2] = [spans[2]]
    return Slow(
        name=f"{unit} {random.randrange(100)}",
        zone=zone,
        members=[*members, "E"],
        every=random.choice([1, 1, 2, 5, 12]),
        unit=unit,
        starts=starts,
        hand_over=random.choice([0, 1, 30, 120, 150, 540, random.randrange(1440)]),
        weekday=random.randrange(7) if unit == "week" else None,
        open_days=random.choice([range(5), (0, 2, 6), range(7)]),
        holidays=dict.fromkeys(holidays, "off"),
        hours=hours,
    )


def ours(slow: Slow) -> Rotation:
    """Return the same rotation as the bot has it."""
    minute = timedelta(minutes=1)
    days = tuple(OFFICE[0] if day in slow.open_days else () for day in range(7))
    hours = None
    if slow.hours is not None:
        weekly = tuple(
            tuple(Span(opens * minute, closes * minute) for opens, closes in day)
            for day in slow.hours
        )
        hours = Schedule(slow.zone, weekly)
    return Rotation(
        name=slow.name,
        zone=slow.zone,
        members=tuple(slow.members),
        every=slow.every,
        unit=Unit(slow.unit),
        starts=slow.starts,
        hand_over=time(*divmod(slow.hand_over, 60)),
        weekday=slow.weekday,
        days=Schedule(slow.zone, days, slow.holidays),
        hours=hours,
    )


@pytest.mark.parametrize("zone", ZONES)
def test_random_rotations_agree_with_a_walk_by_minutes(zone: str) -> None:
    random = Random(zone)
    year = ZONES[zone]
    first, last = (datetime(one, 1, 1, tzinfo=UTC) for one in (year, year + 2))
    slow = [random_rotation(random, ZoneInfo(zone), year) for _ in range(2)]
    holders: Holders = tuple(ours(one) for one in slow)
    behind: tuple[str, ...] = ("F",) * random.randrange(2)

    found = stretches([*slow, *behind], first, last)

    assert len(found) > 2
    for number, (person, name, since, until) in enumerate(found):
        for instant in (since, since + SECOND, until - SECOND):
            shift = shift_at((*holders, *behind), instant)
            assert (shift.person, shift.rotation) == (person, name), instant
            if 0 < number < len(found) - 1:
                assert (shift.since, shift.until) == (since, until), instant
