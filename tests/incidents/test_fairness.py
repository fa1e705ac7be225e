"""How on-call time and pages fall on people, against a walk minute by minute."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.incidents import fairness
from bot.incidents.fairness import When
from tests.factories import pacific, shipped_policy

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = shipped_policy().day_in(PACIFIC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (pacific(24, "09:00"), When.WORKING),
        (pacific(24, "16:59"), When.WORKING),
        (pacific(24, "17:00"), When.EVENING),
        (pacific(24, "21:59"), When.EVENING),
        (pacific(24, "22:00"), When.NIGHT),
        (pacific(25, "05:59"), When.NIGHT),
        (pacific(25, "06:00"), When.EVENING),
        (pacific(26, "12:00"), When.HOLIDAY),
        (pacific(26, "23:00"), When.HOLIDAY),
        (pacific(28, "00:00"), When.WEEKEND),
        (pacific(29, "23:59"), When.WEEKEND),
    ],
)
def test_each_instant_is_of_one_kind(at: datetime, kind: When) -> None:
    assert fairness.when(DAY, at) is kind


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "since",
    [datetime(2026, 10, 30, 3, 7, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)],
    ids=["over a change of the clock", "over a holiday"],
)
def test_a_stretch_is_split_as_a_walk_by_minutes_does(
    zone: str, since: datetime
) -> None:
    day, until = shipped_policy().day_in(ZoneInfo(zone)), since + timedelta(days=6)

    found: Counter[When] = Counter()
    for kind, length in fairness.split(day, since, until):
        found[kind] += int(length / timedelta(minutes=1))

    minutes = int((until - since) / timedelta(minutes=1))
    walked = Counter(
        fairness.when(day, since + timedelta(minutes=one)) for one in range(minutes)
    )
    assert found == walked


def test_who_is_on_call_twice_at_once_is_on_call_once() -> None:
    begin, end = pacific(24, "09:00"), pacific(24, "12:00")

    found = fairness.loads(
        {"U0ANA": DAY},
        [("U0ANA", begin, end), ("U0ANA", begin + HOUR, end + HOUR)],
        [("U0ANA", pacific(24, "23:00"))],
    )

    assert found["U0ANA"].hours == {When.WORKING: 4 * HOUR}
    assert found["U0ANA"].pages == {When.NIGHT: 1}
