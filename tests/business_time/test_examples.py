"""The worked examples of business time, each by its id."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import WEEKDAYS, Schedule
from bot.incidents.deadlines import after_pause
from bot.policy import targets, wording
from tests.calendars import span

Case = Mapping[str, Any]

EXAMPLES: Case = json.loads(
    (Path(__file__).parents[1] / "data" / "business_time_examples.json").read_text(
        "utf-8"
    )
)
OFFICE_HOURS = {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]}
FOLLOW_THE_SUN = {
    "fts_apac": "Asia/Singapore",
    "fts_emea": "Europe/London",
    "fts_amer": "America/Los_Angeles",
}
CADENCES = {
    "cadence_twice_per_business_day": "twice per business day",
    "cadence_every_business_day": "every day",
    "cadence_every_two_business_days": "every two business days",
    "cadence_twice_per_week": "twice per week",
    "cadence_weekly": "weekly",
    "cadence_every_two_weeks": "every two weeks",
}


def _schedule(entry: Case) -> Schedule:
    weekly = (entry["weekly"].get(weekday, []) for weekday in WEEKDAYS)
    return Schedule(
        ZoneInfo(entry["tz"]),
        tuple(tuple(span("-".join(edges)) for edges in spans) for spans in weekly),
        {date.fromisoformat(day): "a holiday" for day in entry["holidays"]},
    )


def _hours(name: str) -> BusinessHours:
    if name in FOLLOW_THE_SUN:
        zone = FOLLOW_THE_SUN[name]
        entry = {"tz": zone, "weekly": OFFICE_HOURS, "holidays": []}
        return BusinessHours(_schedule(entry))
    entry = EXAMPLES["schedules"][name]
    if "union" in entry:
        return BusinessHours(*(_hours(part).home for part in entry["union"]))
    return BusinessHours(_schedule(entry))


HOURS = {name: _hours(name) for name in EXAMPLES["schedules"]}


def _target(hours: BusinessHours, start: datetime, target: Case) -> datetime:
    if "days" in target:
        return hours.add_days(start, target["days"])
    return hours.add(start, timedelta(hours=target["hours"]))


def _answer(case: Case) -> datetime | timedelta:
    hours, start = HOURS[case["schedule"]], datetime.fromisoformat(case["start"])
    match case["op"]:
        case "add_business_hours" | "add_business_days":
            due = _target(hours, start, case)
            for paused, resumed in case.get("pauses", ()):
                pause = datetime.fromisoformat(paused), datetime.fromisoformat(resumed)
                due = after_pause(hours, due, pause)
            return due
        case "business_seconds_between":
            return hours.elapsed(start, datetime.fromisoformat(case["end"]))
        case "next_open":
            return hours.roll_forward(start)
        case "retarget":
            return _target(hours, start, case["new"])
        case cadence:
            target = wording.follow_up(CADENCES[cadence])
            return targets.due_at(target, hours, start, targets.Interpretations())


def _expected(case: Case) -> datetime | timedelta:
    for key in ("expected", "expected_seconds", "recommended"):
        if isinstance(value := case.get(key), str):
            return datetime.fromisoformat(value)
        if isinstance(value, int):
            return timedelta(seconds=value)
    raise AssertionError(f"{case['id']} expects nothing")


@pytest.mark.parametrize(
    "case", [*EXAMPLES["cases"], *EXAMPLES["judgement"]], ids=lambda case: case["id"]
)
def test_a_worked_example_has_its_answer(case: Case) -> None:
    answer = _answer(case)

    assert answer == _expected(case)


@pytest.mark.parametrize("case", EXAMPLES["cases"], ids=lambda case: case["id"])
def test_a_start_in_any_zone_has_the_same_answer_in_utc(case: Case) -> None:
    elsewhere = datetime.fromisoformat(case["start"]).astimezone(ZoneInfo("Asia/Tokyo"))

    answer = _answer({**case, "start": elsewhere.isoformat()})

    assert answer == _expected(case)
    assert isinstance(answer, timedelta) or answer.tzinfo is UTC


def test_an_example_of_every_cadence_is_among_them() -> None:
    operations = {case["op"] for case in (*EXAMPLES["cases"], *EXAMPLES["judgement"])}

    assert operations >= CADENCES.keys()
