"""Warnings about policies in which a graver case is due later than a milder one."""

from datetime import UTC, datetime

import pytest

from bot.policy.contradictions import warnings
from bot.policy.policies import Policy
from tests.factories import shipped_policy
from tests.policy_texts import SMALL, changed, policy_of

# Sunday; the small policy's office is in Berlin.
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

SHORT_FRIDAYS = (
    "hours: {mon-fri: 09:00-17:00}",
    "hours: {mon-thu: 09:00-17:00, fri: 09:00-13:00}",
)
SEV2_8_HOURS = (
    "sev2: {gold: 4 business hours, basic: 8 business hours}",
    "sev2: {gold: 8 business hours, basic: 8 business hours}",
)


def told(policy: Policy) -> tuple[str, ...]:
    return warnings(policy, NOW)


def test_the_shipped_policy_needs_no_warning() -> None:
    assert told(shipped_policy()) == ()


def test_the_small_policy_needs_no_warning() -> None:
    assert told(policy_of(SMALL)) == ()


def test_short_fridays_can_make_a_sev2_due_after_a_sev3() -> None:
    policy = policy_of(changed(SHORT_FRIDAYS, SEV2_8_HOURS))

    assert told(policy) == (
        (
            "first_response: for Gold, Sev2 can be due later than Sev3: "
            'from Thu 26 Nov 2026 14:00 "8 business hours" end on Mon 30 Nov 2026 '
            '10:00, but "1 business day" on Fri 27 Nov 2026 13:00 '
            "(calendar office, Europe/Berlin)"
        ),
    )


def test_a_better_plan_can_be_due_later_too() -> None:
    policy = policy_of(
        changed(
            SHORT_FRIDAYS,
            (
                "sev3: {gold: 1 business day, basic: 2 business days}",
                "sev3: {gold: 8 business hours, basic: 1 business day}",
            ),
        )
    )

    assert "first_response: for Sev3, Gold can be due later than Basic" in [
        one.partition(": from")[0] for one in told(policy)
    ]


def test_follow_ups_are_compared_too() -> None:
    policy = policy_of(
        changed(
            (
                "sev4: {gold: weekly, basic: none}",
                "sev4: {gold: every two business days, basic: none}",
            ),
            (
                "sev3: {gold: every day, basic: twice per week}",
                "sev3: {gold: twice per week, basic: weekly}",
            ),
        )
    )

    assert told(policy) == (
        (
            "follow_up: for Gold, Sev3 can be due later than Sev4: "
            'from Mon 23 Nov 2026 09:00 "twice per week" end on Wed 25 Nov 2026 13:00, '
            'but "every two business days" on Tue 24 Nov 2026 17:00 '
            "(calendar office, Europe/Berlin)"
        ),
    )


def test_a_customers_calendar_is_checked_for_the_whole_table() -> None:
    policy = policy_of(
        changed(
            SEV2_8_HOURS,
            (
                "calendars:\n",
                (
                    "calendars:\n  short:\n    zone: Asia/Tokyo\n    hours: "
                    "{mon-thu: 09:00-17:00, fri: 09:00-13:00}\n    holidays: none\n"
                ),
            ),
            ("Globex: {plan: basic}", "Globex: {plan: basic, calendar: short}"),
        )
    )

    assert [one.rpartition(" (")[2] for one in told(policy)] == [
        "calendar short, Asia/Tokyo)"
    ]


def test_a_contradiction_between_two_calendars_names_both() -> None:
    policy = policy_of(
        changed(
            (
                "calendars:\n",
                (
                    "calendars:\n  tokyo:\n    zone: Asia/Tokyo\n    hours: "
                    "{mon-fri: 09:00-17:00}\n    holidays: none\n"
                ),
            ),
            ("  team: office", "  team: office\n  severities: {sev2: tokyo}"),
        )
    )

    assert any("(calendar tokyo and office, Asia/Tokyo)" in one for one in told(policy))


def test_a_whole_year_of_holidays_is_searched_for_contradictions() -> None:
    policy = policy_of(
        changed(
            (
                "sev3: {gold: 1 business day, basic: 2 business days}",
                "sev3: {gold: 28 hours, basic: 2 business days}",
            ),
            (
                "sev2: {gold: 4 business hours, basic: 8 business hours}",
                "sev2: {gold: 1 business hour, basic: 8 business hours}",
            ),
            ("mon-fri: 09:00-17:00", "mon-sun: 08:00-20:00"),
        )
    )

    assert told(policy)[0].startswith(
        "first_response: for Gold, Sev2 can be due later than Sev3: from Thu 31 Dec "
        '2026 20:00 "1 business hour" end on Sat 02 Jan 2027 09:00'
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "sev2: {gold: 4 business hours, basic: 8 business hours}",
            "sev2: {gold: none, basic: none}",
            'for Gold, Sev2 is promised less than Sev3: "none" beside "1 business day"',
        ),
        (
            "sev1: {gold: continuous, basic: continuous}",
            "sev1: {gold: every 30 minutes, basic: continuous}",
            (
                "for Sev1, Gold is promised less than Basic: "
                '"every 30 minutes" beside "continuous"'
            ),
        ),
    ],
)
def test_a_weaker_target_for_a_better_case_is_warned_of(
    old: str, new: str, sentence: str
) -> None:
    found = told(policy_of(changed((old, new))))

    assert sentence in "\n".join(found)


def test_continuous_work_without_updates_is_warned_of() -> None:
    policy = policy_of(
        changed(("continuous_news_as: sev2", "continuous_news_as: sev1"))
    )

    assert told(policy) == tuple(
        f"follow_up.sev1.{plan}: news is to come as for Sev1, which has no time of "
        "its own either; nobody is reminded of it"
        for plan in ("gold", "basic")
    )


def test_continuous_news_as_none_is_not_warned_of() -> None:
    policy = policy_of(
        changed(("continuous_news_as: sev2", "continuous_news_as: none"))
    )

    assert told(policy) == ()


def test_a_backup_who_is_also_primary_is_warned_of() -> None:
    policy = policy_of(changed(("backup: U0BEN", "backup: U0ANA")))

    assert told(policy) == (
        "on_call.backup: is the primary, too; nobody stands behind them",
    )
