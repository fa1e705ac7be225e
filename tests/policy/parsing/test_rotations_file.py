"""What is read, and refused, in the sections `rotations` and `on_call`."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.policy.on_call import Role
from bot.policy.parsing.source import read_stored
from bot.policy.rotations import Rotation, Unit
from tests.policy_texts import SMALL, TODAY, changed, holidays, policy_of, problems_of

ON_CALL = "on_call: {primary: U0ANA, backup: U0BEN, lead: U0LEA}"
ROTATION = """\
rotations:
  support:
    zone: America/New_York
    hand_over: mon 09:00
    every: 1 week
    starts: 2026-11-02
    members: [U0ANA, U0BEN, none, U0LEA]
    hours: {mon-fri: 09:00-17:00}
on_call: {primary: [support, U0CEM], backup: U0BEN, lead: U0LEA}"""
TEXT = changed((ON_CALL, ROTATION))


def rotation(old: str, new: str) -> Rotation:
    return policy_of(_changed(old, new)).on_call.rotations[0]


def _changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} stands there {TEXT.count(old)} times"
    return TEXT.replace(old, new)


def test_a_rotation_is_read_as_it_stands() -> None:
    policy = policy_of(TEXT)
    (read,) = policy.on_call.rotations

    assert (read.name, read.zone) == ("support", ZoneInfo("America/New_York"))
    assert (read.every, read.unit) == (1, Unit.WEEK)
    assert (read.weekday, read.hand_over) == (0, time(9))
    assert (read.starts, read.members) == (
        date(2026, 11, 2),
        ("U0ANA", "U0BEN", None, "U0LEA"),
    )
    assert read.hours is not None
    assert [len(spans) for spans in read.hours.weekly] == [1, 1, 1, 1, 1, 0, 0]
    assert read.hours.holidays == {}


def test_without_hours_a_turn_is_not_cut() -> None:
    hours = "    hours: {mon-fri: 09:00-17:00}\non_call"

    assert rotation(hours, "on_call").hours is None


@pytest.mark.parametrize(
    ("written", "every", "unit"),
    [
        ("5 hours", 5, Unit.HOUR),
        ("1 hour", 1, Unit.HOUR),
        ("1 day", 1, Unit.DAY),
        ("2 weeks", 2, Unit.WEEK),
        ("1 business day", 1, Unit.BUSINESS_DAY),
        ("10 business days", 10, Unit.BUSINESS_DAY),
    ],
)
def test_turns_are_of_hours_days_weeks_or_business_days(
    written: str, every: int, unit: Unit
) -> None:
    text = _changed("every: 1 week", f"every: {written}")

    (read,) = policy_of(text.replace("mon 09:00", "09:00")).on_call.rotations

    assert (read.every, read.unit) == (every, unit)


@pytest.mark.parametrize("written", ["17:00", '"17:00"', "'17:00'"])
def test_a_time_without_quotes_is_the_time_that_it_is(written: str) -> None:
    """YAML 1.1 reads 17:00 as the number 1020: https://yaml.org/type/int.html"""
    read = rotation("hand_over: mon 09:00", f"hand_over: {written}")

    assert (read.weekday, read.hand_over) == (None, time(17))


def test_a_rotation_of_one_and_a_person_twice_are_allowed() -> None:
    members = "[U0ANA, U0BEN, none, U0LEA]"

    assert rotation(members, "[U0ANA]").members == ("U0ANA",)
    assert rotation(members, "[U0ANA, U0ANA]").members == ("U0ANA", "U0ANA")


def test_a_stored_policy_with_a_rotation_is_read_again() -> None:
    texts = policy_of(TEXT).texts

    read = read_stored(texts, holidays, TODAY)

    assert read.on_call == policy_of(TEXT).on_call


@pytest.mark.parametrize("section", ["", "rotations:\n", "rotations: {}\n"])
def test_a_file_without_rotations_names_people(section: str) -> None:
    policy = policy_of(section + SMALL)

    assert policy.on_call.rotations == ()
    assert [*policy.on_call.everybody()] == ["U0ANA", "U0BEN", "U0LEA"]


def test_a_role_that_only_a_plan_fills_may_be_told() -> None:
    own = "on_call: {primary: U0ANA, lead: U0LEA, plans: {gold: {backup: U0BEN}}}"

    assert policy_of(changed((ON_CALL, own))).on_call.plans.keys() == {"gold"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            "[U0ANA, U0BEN, none, U0LEA]",
            "[]",
            "line 45, rotations.support.members: is empty; write one at least",
            id="no members",
        ),
        pytest.param(
            "[U0ANA, U0BEN, none, U0LEA]",
            "[none, none]",
            "line 45, rotations.support.members: names nobody; write a member's id "
            "such as U0ANA",
            id="nothing but empty slots",
        ),
        pytest.param(
            "    members: [U0ANA, U0BEN, none, U0LEA]\n",
            "",
            "line 40, rotations.support.members: is missing; write a list of members' "
            "ids, such as [U0ANA, U0BEN]; none is an empty slot",
            id="members are missing",
        ),
        pytest.param(
            "[U0ANA, U0BEN, none, U0LEA]",
            "[U0ANA, ben]",
            'line 45, rotations.support.members.2: "ben" is not allowed; write a '
            "member's id such as U0ANA, which Slack shows in a profile under \"Copy "
            'member ID"',
            id="a name instead of an id",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}\non_call",
            "{}\non_call",
            "line 46, rotations.support.hours: no day is open; write hours for one at "
            "least",
            id="hours without a day",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}\non_call",
            "{mon-fri: closed}\non_call",
            "line 46, rotations.support.hours: no day is open; write hours for one at "
            "least",
            id="hours with no time in them",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}\non_call",
            "\non_call",
            "line 46, rotations.support.hours: nothing is written here; write days "
            "with their hours, such as mon-fri: 09:00-17:00",
            id="hours without anything",
        ),
        pytest.param(
            "every: 1 week",
            "every: 1 day",
            "line 42, rotations.support.hand_over: a weekday is for turns of weeks, "
            "and these are of 1 day; write 09:00",
            id="a weekday where turns are days",
        ),
        pytest.param(
            "every: 1 week",
            "every: 3 business days",
            "line 42, rotations.support.hand_over: a weekday is for turns of weeks, "
            "and these are of 3 business days; write 09:00",
            id="a weekday where turns are business days",
        ),
        pytest.param(
            "every: 1 week",
            "every: 0 weeks",
            'line 43, rotations.support.every: "0 weeks" is not allowed; write a '
            "number of hours, days, weeks or business days, such as 1 week",
            id="turns of no length",
        ),
        pytest.param(
            "mon 09:00",
            "noon",
            'line 42, rotations.support.hand_over: "noon" is not allowed; write a '
            "time of the day, on a weekday for turns of weeks, as in mon 09:00",
            id="no time of the day",
        ),
        pytest.param(
            "America/New_York",
            "America/NewYork",
            'line 41, rotations.support.zone: "America/NewYork" is no time zone; '
            "write an IANA time zone such as America/Los_Angeles; did you mean "
            "America/New_York?",
            id="unknown zone",
        ),
        pytest.param(
            "starts: 2026-11-02",
            "starts: 0026-11-02",
            'line 44, rotations.support.starts: "0026-11-02" is too far; write 1970 to '
            "2199",
            id="a start in another age",
        ),
        pytest.param(
            "    starts: 2026-11-02\n",
            "",
            "line 40, rotations.support.starts: is missing; write a date such as "
            "2026-12-24",
            id="no start",
        ),
        pytest.param(
            "    hours: {mon-fri: 09:00-17:00}\non_call",
            "    calendar: offce\non_call",
            'line 46, rotations.support.calendar: "offce" is no calendar; write '
            "office; did you mean office?",
            id="unknown calendar",
        ),
        pytest.param(
            "primary: [support, U0CEM]",
            "primary: [suport, U0CEM]",
            'line 47, on_call.primary.1: "suport" is no rotation; write support or a '
            "member's id such as U0ANA; did you mean support?",
            id="unknown rotation in a list",
        ),
        pytest.param(
            "primary: [support, U0CEM]",
            "primary: nights",
            'line 47, on_call.primary: "nights" is no rotation; write support or a '
            "member's id such as U0ANA",
            id="unknown rotation alone",
        ),
        pytest.param(
            "primary: [support, U0CEM]",
            "primary: []",
            "line 47, on_call.primary: is empty; write one at least",
            id="an empty list",
        ),
        pytest.param(
            "primary: [support, U0CEM]",
            "primary: support, severities: {sev1: {primary: nights}}",
            'line 47, on_call.severities.sev1.primary: "nights" is no rotation; write '
            "support or a member's id such as U0ANA",
            id="unknown rotation of a severity",
        ),
        pytest.param(
            "  support:\n    zone",
            "  U0SUP:\n    zone",
            'line 40, rotations.U0SUP: "U0SUP" is not allowed; write small letters, '
            "digits and _, as in my_name",
            id="a name that is a member's id as well",
        ),
        pytest.param(
            "  support:\n    zone",
            "  none:\n    zone",
            "line 40, rotations.none: none is an empty slot; write another name",
            id="a name that is an empty slot as well",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    assert f"policies.yaml {problem}" in problems_of(_changed(old, new))


FEED = """\
rotations:
  support:
    ical: support.ics
    zone: America/New_York
    names: {Ana Silva: U0ANA, BEN@acme.com: U0BEN}
    hand_over: 09:00
on_call: {primary: [support, U0CEM], backup: U0BEN, lead: U0LEA}"""


def test_a_calendar_from_elsewhere_is_a_rotation() -> None:
    policy = policy_of(changed((ON_CALL, FEED)))
    (feed,) = policy.on_call.feeds

    assert policy.on_call.team[Role.PRIMARY] == (feed, "U0CEM")
    assert (feed.name, feed.file, feed.hand_over) == ("support", "support.ics", time(9))
    assert feed.people["ana silva"] == feed.people["u0ana"] == "U0ANA"
    assert feed.people["ben@acme.com"] == "U0BEN"
    assert policy.on_call.everybody()["U0ANA"] == "rotations.support.names"


def test_a_calendar_at_an_address_has_no_file_and_days_from_midnight() -> None:
    text = FEED.replace("support.ics", "address").replace("    hand_over: 09:00\n", "")
    (feed,) = policy_of(changed((ON_CALL, text))).on_call.feeds

    assert (feed.file, feed.hand_over) == (None, time())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "support.ics",
            "https://cal.example/secret",
            "line 41, rotations.support.ical: write address here, and set the address "
            "itself in the environment: SEVBOT_ICAL_<NAME>_URL; it may be a secret",
        ),
        (
            "support.ics",
            "support.csv",
            'line 41, rotations.support.ical: "support.csv" is not allowed; write the '
            "name of a file beside this one, such as support.ics, or address",
        ),
        (
            "{Ana Silva: U0ANA, BEN@acme.com: U0BEN}",
            "{}",
            "line 43, rotations.support.names: is empty; write one at least",
        ),
        (
            "    hand_over: 09:00\n",
            "    every: 1 week\n",
            "line 44, rotations.support.every: is not a setting here; write ical, "
            "zone, names or hand_over",
        ),
    ],
    ids=["an address", "another file", "no names", "a key of turns"],
)
def test_what_is_wrong_with_a_calendar_is_said(old: str, new: str, said: str) -> None:
    (found,) = problems_of(changed((ON_CALL, FEED.replace(old, new))))

    assert found == f"policies.yaml {said}"
