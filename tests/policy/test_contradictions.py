"""Warnings about policies in which a graver case is due later than a milder one."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from bot.errors import PolicyError
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
                    "{mon-thu: 09:00-17:00, fri: 09:00-13:00}\n    "
                    "holidays: {country: XY}\n"
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
                    "{mon-fri: 09:00-17:00}\n    holidays: {country: XY}\n"
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

    wanted = (
        "first_response: for Gold, Sev2 can be due later than Sev3: from Thu 31 Dec "
        '2026 20:00 "1 business hour" end on Sat 02 Jan 2027 09:00'
    )
    assert any(one.startswith(wanted) for one in told(policy))


@pytest.mark.parametrize(
    ("changes", "where", "remedy"),
    [
        (
            [("basic: 8 business hours}", "basic: 2 hours}")],
            'first_response.sev2.basic: "2 hours"',
            "add basic to escalation.wakes for sev2",
        ),
        (
            [("sev3: {gold: 1 business day, ", "sev3: {gold: 30 hours, ")],
            'first_response.sev3.gold: "30 hours"',
            "Sev3 never escalates, so write business time",
        ),
        (
            [
                ("gold: 4 business hours, basic: 8", "gold: none, basic: 8"),
                ("sev3: {gold: 1 business day, ", "sev3: {gold: none, "),
                ("sev4: {gold: 2 business days, ", "sev4: {gold: none, "),
            ],
            'follow_up.sev2.gold: "every 4 hours"',
            "add gold to escalation.wakes for sev2",
        ),
    ],
    ids=["a Sev2", "a Sev3", "updates without a first response"],
)
def test_a_target_that_runs_at_night_and_wakes_nobody_is_named(
    changes: list[tuple[str, str]], where: str, remedy: str
) -> None:
    named = f"{where} counts day and night, but nobody is woken for it; {remedy}"

    assert named in told(policy_of(changed(*changes)))


@pytest.mark.parametrize(
    "change",
    [
        ("wakes: [gold]", "wakes: {sev1: [gold], sev2: [basic]}"),
        ("hours: {mon-fri: 09:00-17:00}", "hours: {mon-sun: 00:00-24:00}"),
    ],
    ids=["somebody is woken", "the team never closes"],
)
def test_a_target_that_runs_at_night_needs_no_warning_if_people_hear(
    change: tuple[str, str],
) -> None:
    hours = ("basic: 8 business hours}", "basic: 2 hours}")
    never_closed = ("    holidays: {country: XY}\n", "    holidays: none\n")

    warned = told(policy_of(changed(hours, change, never_closed)))

    assert not any("nobody is woken" in one for one in warned)


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


def test_a_cell_that_is_never_due_is_compared_across_calendars() -> None:
    policy = policy_of(
        changed(
            (
                "calendars:\n",
                (
                    "calendars:\n  tokyo:\n    zone: Asia/Tokyo\n    hours: "
                    "{mon-fri: 09:00-17:00}\n    holidays: {country: XY}\n"
                ),
            ),
            ("  team: office", "  team: office\n  severities: {sev4: tokyo}"),
        )
    )

    assert told(policy) == ()


def _one_of(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


def _row(cells: Iterable[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(*[_one_of(*cells)] * 2)
    return pair.map(lambda two: f"{{gold: {two[0]}, basic: {two[1]}}}")


FIRST_RESPONSES = (
    "none", "1 minute", "15 minutes", "30 hours", "1 business hour",
    "8 business hours", "1 business day", "40 business days", "9000 hours",
)  # fmt: skip
FOLLOW_UPS = (
    "none", "continuous", "every minute", "every 30 hours", "twice per business day",
    "999 times per week", "every day", "every two business days", "weekly",
    "every 100 weeks", "monthly", "every 999 months",
)  # fmt: skip
HOURS = (
    "{mon-fri: 09:00-17:00}", "{mon-sun: 00:00-24:00}", "{sun: 18:00-24:00}",
    "{mon-thu: [09:00-12:00, 13:00-18:00], fri: 22:00-06:00}", "{wed: 02:15-02:45}",
    "{sun-thu: 17:00-09:00, sat: closed}",
)  # fmt: skip
ZONES = (
    "Europe/Berlin", "America/St_Johns", "Asia/Tokyo", "Pacific/Apia", "Etc/GMT+8",
)  # fmt: skip
HOLIDAYS = (
    "none", "{country: XY}", "{country: XY, subdivision: N}",
    "{dates: {2026-12-24: Eve, 2027-01-04: Rest}}", "{dates: {2062-12-24: Eve}}",
)  # fmt: skip
CALENDARS = ("north", "south", "both")
LENGTHS = ("0m", "1s", "2m", "15m", "90m", "5h", "3d", "40d")


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Draw a policies file in which any setting may have any value."""

    def pick(*words: str) -> str:
        return draw(_one_of(*words))

    lines = [SMALL[: SMALL.index("first_response:")]]
    for table, cells in ("first_response", FIRST_RESPONSES), ("follow_up", FOLLOW_UPS):
        rows = (f"  sev{number}: {draw(_row(cells))}" for number in range(1, 5))
        lines += [f"{table}:", *rows]
    lines += [
        "interpretations:",
        f"  every_day: {pick('business days', 'calendar days')}",
        f"  per_business_day: {pick('the actual length', 'the nominal length')}",
        f"  per_week: {pick('the actual length', 'the nominal length')}",
        f"  week_ends_closed: {pick('the closing before', 'the opening after')}",
        f"  continuous_news_as: {pick('none', 'sev1', 'sev2', 'sev4')}",
        f"  waiting_pauses: {pick('[]', '[sev1]', '[sev2, sev3, sev4]')}",
        f"  reopened_owes: {pick('an update', 'a first response')}",
        f"  unknown_customer: {pick('the best plan', 'gold', 'basic')}",
        "calendars:",
    ]
    for name in "north", "south":
        lines.append(f"  {name}: {{zone: {pick(*ZONES)}, hours: {pick(*HOURS)},")
        lines.append(f"    holidays: {pick(*HOLIDAYS)}}}")
    home, team, milder, own = pick("north", "south"), *(pick(*CALENDARS) for _ in "123")
    lines += [
        f"  both: {{union: [north, south], home: {home}}}",
        f"calendar: {{team: {team}, plans: {{basic: {milder}}}, severities: "
        f"{{{pick('sev1', 'sev4')}: {pick(*CALENDARS)}}}}}",
        f"customers: {{Acme: {{plan: gold, calendar: {own}}}, Globex: }}",
        "channels: {incidents: C0ONE, digest: C0ONE, fallback: C0TWO}",
        "on_call: {primary: U0ANA, backup: U0ANA}",
        f"escalation: {{wakes: {pick('[]', '[gold]')}, steps: [{{after: "
        f"{pick(*LENGTHS)}, tell: [{pick('primary', 'backup', 'fallback')}]}}],",
    ]
    every = ", ".join(
        f"{key}: {pick(*LENGTHS[1:])}"
        for key in ("repeat", "check_in_every", "check_in_repeat")
    )
    lines += [
        f"  {every}}}",
        f"reminders: {{ahead: {pick('1%', '25%', '99%')}, at_least: "
        f"{pick(*LENGTHS[1:])}, before_closing: {pick(*LENGTHS[1:])}, "
        f"together: {pick(*LENGTHS)}}}",
        f'digest: {{at: "{pick("00:00", "09:15", "23:59")}"}}',
        f"retention: {{erase_texts_after: {pick('off', '1 day', '2 years')}}}",
    ]
    return "\n".join(lines)


# An example searches a year for contradictions, which takes a second or two.
@pytest.mark.timeout(300)
@settings(max_examples=1 + settings().max_examples // 3)
@given(policies())
def test_any_policy_that_is_accepted_can_be_checked(text: str) -> None:
    try:
        policy = policy_of(text)
    except PolicyError as error:
        # Some targets never come in some calendars; all else is accepted.
        refused = [one for one in error.problems if "never comes" not in one]
        if not refused:
            reject()
        raise

    assert all(one.count("\n") == 0 for one in told(policy))
