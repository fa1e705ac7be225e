"""Who is on call at an instant, as policies.yaml says it."""

from datetime import UTC, date, datetime

import pytest

from bot.policy.on_call import Role
from bot.policy.rotations import Shift
from bot.policy.severities import Severity
from tests.factories import shipped_policy
from tests.policy_texts import changed, policy_of

PEOPLE = "on_call: {primary: U0ANA, backup: U0BEN, lead: U0LEA}"
SUPPORT = """\
rotations:
  support:
    zone: America/New_York
    hand_over: mon 09:00
    every: 1 week
    starts: 2026-11-02
    members: [U0ANA, U0BEN, none, U0LEA]
    hours: {mon-fri: 09:00-17:00}
"""
NOW = datetime(2026, 11, 18, 17, tzinfo=UTC)  # Noon in New York, in nobody's turn.
SEV1, SEV2, *_ = Severity


def people(policy_text: str, *case: str, at: datetime = NOW) -> dict[Role, str]:
    severity = Severity(case[0]) if case else None
    found = policy_of(policy_text).on_call_at(at, severity, *case[1:])
    return dict(found.named())


def test_people_named_alone_are_on_call_without_ends() -> None:
    found = shipped_policy().on_call_at(NOW)

    assert dict(found.shifts()) == {
        Role.PRIMARY: Shift("U0ANA"),
        Role.BACKUP: Shift("U0BEN"),
        Role.LEAD: Shift("U0LEA"),
    }


def test_the_first_of_a_list_that_has_somebody_on_counts() -> None:
    listed = "on_call: {primary: [support, U0CEM], backup: support, lead: U0LEA}"
    policy = policy_of(changed((PEOPLE, SUPPORT + listed)))
    monday = datetime(2026, 11, 23, 14, tzinfo=UTC)

    found, later = policy.on_call_at(NOW), policy.on_call_at(monday)

    assert found.primary == Shift(
        "U0CEM", None, datetime(2026, 11, 13, 22, tzinfo=UTC), monday
    )
    assert found.backup.person is None
    assert later.primary == later.backup
    assert later.primary == Shift(
        "U0LEA", "support", monday, datetime(2026, 11, 23, 22, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("case", "primary", "backup"),
    [
        ((), "U0ANA", "U0BEN"),
        (("sev2", "basic"), "U0ANA", "U0BEN"),
        (("sev2", "gold"), "U0GIL", "U0GUS"),
        (("sev1", "basic"), "U0SUE", "U0BEN"),
        (("sev1", "gold"), "U0SUE", "U0GUS"),
        (("sev1", "a plan that is gone"), "U0SUE", "U0BEN"),
    ],
)
def test_a_severity_wins_over_a_plan_role_by_role(
    case: tuple[str, ...], primary: str, backup: str
) -> None:
    own = (
        "on_call:\n  primary: U0ANA\n  backup: U0BEN\n  lead: U0LEA\n"
        "  severities: {sev1: {primary: U0SUE}}\n"
        "  plans: {gold: {primary: U0GIL, backup: U0GUS}}"
    )

    found = people(changed((PEOPLE, own)), *case)

    assert found == {
        Role.PRIMARY: primary,
        Role.BACKUP: backup,
        Role.LEAD: "U0LEA",
    }


def test_everybody_who_can_be_on_call_is_known_with_their_key() -> None:
    own = (
        "on_call: {primary: [support, U0CEM], backup: U0BEN, lead: U0LEA,"
        " severities: {sev1: {primary: U0SUE}}}"
    )

    found = policy_of(changed((PEOPLE, SUPPORT + own))).on_call.everybody()

    assert found == {
        "U0ANA": "rotations.support.members.1",
        "U0BEN": "rotations.support.members.2",
        "U0LEA": "rotations.support.members.4",
        "U0CEM": "on_call.primary",
        "U0SUE": "on_call.severities.sev1.primary",
    }


def by_business_days(starts: str, calendar: str = "") -> str:
    rotation = (
        "rotations:\n  days: {zone: Europe/Berlin, hand_over: '09:00', every: 1 "
        f"business day, starts: {starts}, members: [U0ANA, U0BEN, U0CEM]{calendar}}}\n"
    )
    return changed((PEOPLE, rotation + PEOPLE.replace("U0ANA", "days")))


def test_business_days_are_those_of_the_teams_calendar_or_a_named_one() -> None:
    # Friday 1 January 2027 is a holiday of the office, and not of the shop.
    shop = (
        "calendars:\n  shop:\n    zone: Europe/Berlin\n    hours: {mon-sat: 09:00-"
        "17:00}\n    holidays: none\n"
    )
    monday = datetime(2027, 1, 4, 12, tzinfo=UTC)
    ours = by_business_days("2026-12-31")
    named = by_business_days("2026-12-31", ", calendar: shop")

    assert people(ours, at=monday)[Role.PRIMARY] == "U0BEN"
    assert (
        people(named.replace("calendars:\n", shop), at=monday)[Role.PRIMARY] == "U0ANA"
    )


def test_holidays_count_from_the_day_on_which_turns_begin() -> None:
    """Nobody's turn may move because a year has passed."""
    text = by_business_days("2010-01-01")
    found = set()
    for year in (2015, 2026, 2036):
        policy = policy_of(text, today=date(year, 12, 31))
        found.add(policy.on_call_at(datetime(2016, 6, 1, tzinfo=UTC)).primary)

    assert len(found) == 1
