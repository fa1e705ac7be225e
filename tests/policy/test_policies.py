"""The policy as values: the support plan's figures, and which calendar counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import targets, wording
from bot.policy.on_call import Role
from bot.policy.policies import CalendarChoice, Customer, Policy, Reopening
from bot.policy.severities import Severity
from bot.policy.targets import Interpretations
from tests.factories import pacific, shipped_policy
from tests.oracle import DAY, Oracle, Week, minute
from tests.policy_texts import SMALL, changed, policy_of
from tests.questions import ZONES

SEV1, SEV2, SEV3, SEV4 = Severity
PLANS = ("premium", "standard", "self_service")
OFFICE = policy_of(
    changed(
        ("{country: XY}", "{country: XY, dates: {12-24: {closes: 12:00, name: E}}}")
    )
)


def with_calendars(choice: CalendarChoice, customer: Customer) -> Policy:
    policy = shipped_policy()
    return replace(policy, calendar_choice=choice, customers=(customer,))


@pytest.mark.parametrize(
    ("severity", "published"),
    [
        (SEV1, ("4 Business Hours", "4 Business Hours", "8 Business Hours")),
        (SEV2, ("4 Business Hours", "8 Business Hours", "1 Business Day")),
        (SEV3, ("1 Business Day", "1 Business Day", "2 Business Days")),
        (SEV4, ("2 Business Days", "2 Business Days", "3 Business Days")),
    ],
)
def test_the_shipped_first_responses_are_those_of_the_support_plan(
    severity: Severity, published: tuple[str, ...]
) -> None:
    policy = shipped_policy()

    cells = [policy.first_response(severity, plan) for plan in PLANS]

    assert tuple(map(wording.published, cells)) == published


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        (SEV1, ("continuous", "continuous", "continuous")),
        (SEV2, ("twice per business day", "every day", "every two business days")),
        (SEV3, ("every day", "every day", "twice per week")),
        (SEV4, ("weekly", "weekly", "every two weeks")),
    ],
)
def test_the_shipped_follow_ups_are_those_of_the_support_plan(
    severity: Severity, words: tuple[str, ...]
) -> None:
    policy = shipped_policy()

    cells = [policy.follow_up(severity, plan) for plan in PLANS]

    assert tuple(map(wording.words, cells)) == words


def test_the_shipped_plans_come_best_first_with_their_published_names() -> None:
    assert [(plan.id, plan.name) for plan in shipped_policy().plans] == [
        ("premium", "Premium Support"),
        ("standard", "Standard Support"),
        ("self_service", "Free Trial / Self-Service"),
    ]


def test_every_shipped_severity_says_what_it_means_and_gives_an_example() -> None:
    texts = shipped_policy().severities

    assert list(texts) == [SEV1, SEV2, SEV3, SEV4]
    assert all(text.means.endswith(".") and text.examples for text in texts.values())


def test_the_examples_are_those_of_the_severities_and_of_no_incident() -> None:
    policy = shipped_policy()

    assert list(policy.examples) == [None, SEV1, SEV2, SEV3, SEV4]
    assert policy.examples[SEV1] == policy.severities[SEV1].examples
    assert policy.examples[None] == policy.not_an_incident
    assert all(policy.examples.values())


def test_the_shipped_readings_are_those_of_the_support_plan() -> None:
    policy = shipped_policy()

    assert policy.interpretations == Interpretations()
    assert policy.conduct.continuous_news_as is SEV2
    assert policy.conduct.waiting_pauses == {SEV2, SEV3, SEV4}
    assert policy.conduct.reopened_owes is Reopening.UPDATE
    assert policy.conduct.unknown_customer_plan == "premium"


def test_the_shipped_calendar_is_weekdays_in_los_angeles_without_holidays() -> None:
    hours = shipped_policy().team_hours

    assert hours.zone.key == "America/Los_Angeles"
    assert hours.open_spans(pacific(24, "00:00"), pacific(28, "00:00")) == [
        (pacific(24, "09:00"), pacific(24, "17:00")),
        (pacific(25, "09:00"), pacific(25, "17:00")),
        (pacific(27, "09:00"), pacific(27, "17:00")),
    ]


def test_the_shipped_escalation_is_that_of_the_support_plan() -> None:
    escalation = shipped_policy().escalation

    assert [(step.after, step.tell) for step in escalation.steps] == [
        (timedelta(0), (Role.PRIMARY,)),
        (timedelta(minutes=5), (Role.PRIMARY,)),
        (timedelta(minutes=10), (Role.BACKUP,)),
        (timedelta(minutes=20), (Role.LEAD, Role.FALLBACK)),
    ]
    assert escalation.check_in_every == timedelta(minutes=60)
    assert escalation.check_in_repeat == timedelta(minutes=15)
    assert escalation.wakes == {
        (Severity.SEV1, "premium"),
        (Severity.SEV1, "standard"),
    }


@settings(max_examples=1 + settings().max_examples // 5)
@given(st.sampled_from(ZONES), st.integers(0, 14 * DAY), st.integers(1, 3 * DAY))
def test_a_customers_zone_counts_as_a_walk_on_its_clock_does(
    zone: str, minutes: int, amount: int
) -> None:
    policy = replace(OFFICE, customers=(Customer("Acme", zone=ZoneInfo(zone)),))
    start = datetime(2026, 12, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    week = Week(
        ZoneInfo(zone),
        [[(9 * 60, 17 * 60)]] * 5 + [[], []],
        {date(2027, 1, 1): "New Year"},
        {date(2026, 12, 24): (0, 12 * 60)},
    )
    oracle = Oracle([week], date(2026, 12, 15), date(2027, 1, 31))

    hours = policy.hours(policy.calendar_name(SEV3, "gold", "acme"))

    due = hours.add(start, timedelta(minutes=amount))
    assert minute(due) == oracle.add(minute(start), amount)


@pytest.mark.parametrize(
    ("customer", "name", "zone"),
    [
        ("{plan: gold, zone: Asia/Tokyo}", "office in Asia/Tokyo", "Asia/Tokyo"),
        ("{zone: Europe/Berlin}", "office", "Europe/Berlin"),
        ("{calendar: world, zone: Asia/Tokyo}", "world", "Europe/Berlin"),
    ],
)
def test_a_zone_moves_whichever_calendar_counts_but_a_union(
    customer: str, name: str, zone: str
) -> None:
    world = "  far: {zone: UTC, hours: {mon: 9:00-17:00}, holidays: none}\n"
    world += "  world: {union: [far, office], home: office}\n"
    policy = policy_of(
        changed(
            ("calendars:\n", f"calendars:\n{world}"),
            ("Globex: {plan: basic}", f"Globex: {customer}"),
        )
    )

    assert policy.calendar_name(SEV3, "gold", "globex") == name
    assert policy.hours(name).zone.key == zone


def test_a_calendar_that_is_gone_leaves_the_teams_hours() -> None:
    policy = shipped_policy()

    assert policy.hours("gone in Asia/Tokyo") is policy.team_hours


def test_the_shipped_digest_goes_out_after_the_opening() -> None:
    assert shipped_policy().leads_digest.at == time(9, 15)


def test_news_on_continuous_work_is_our_aim_of_the_plans_sev2() -> None:
    policy = shipped_policy()

    assert wording.words(policy.news(SEV1, "premium")) == "twice per business day"
    assert wording.words(policy.news(SEV1, "self_service")) == "every two business days"


def test_news_on_continuous_work_may_have_no_aim() -> None:
    policy = policy_of(
        changed(("continuous_news_as: sev2", "continuous_news_as: none"))
    )

    assert policy.news(SEV1, "gold") == targets.CONTINUOUS


def test_an_aim_counts_where_the_contract_promises_no_time_and_there_alone() -> None:
    aims = "aims:\n  sev1: {gold: hourly}\n  sev4: {gold: daily, basic: daily}\n"
    policy = policy_of(changed(("interpretations:\n", f"{aims}interpretations:\n")))

    assert wording.words(policy.news(SEV1, "gold")) == "every hour"
    assert wording.words(policy.news(SEV1, "basic")) == "every day"
    assert wording.words(policy.news(SEV4, "gold")) == "weekly"
    assert wording.words(policy.news(SEV4, "basic")) == "every day"
    assert policy.follow_up(SEV4, "basic") == targets.NOTHING


def test_news_elsewhere_is_what_the_contract_says() -> None:
    policy = shipped_policy()

    assert policy.news(SEV4, "standard") == policy.follow_up(SEV4, "standard")


@pytest.mark.parametrize("name", ["Acme", "acme", "ACME CORP", "  acme   corp "])
def test_a_customer_is_found_by_name_or_alias_in_any_case(name: str) -> None:
    found = policy_of(SMALL).find_customer(name)

    assert found is not None
    assert found.name == "Acme"


def test_names_of_customers_and_plans_are_compared_as_readers_see_them() -> None:
    policy = policy_of(
        changed(("Globex:", "O'Reilly:"), ("basic: Basic", "basic: Basic-Support"))
    )

    customer = policy.find_customer("o\N{RIGHT SINGLE QUOTATION MARK}reilly\u200b")
    plan = policy.find_plan("basic\N{EN DASH}support")

    assert customer is not None
    assert customer.name == "O'Reilly"
    assert plan is not None
    assert plan.id == "basic"


@pytest.mark.parametrize("name", ["acm", "", "corp", "acme inc"])
def test_a_part_of_a_name_finds_no_customer(name: str) -> None:
    assert policy_of(SMALL).find_customer(name) is None


def test_a_channel_can_be_a_customers() -> None:
    policy = policy_of(SMALL)

    found = policy.customer_of_channel("C0ACME")

    assert found is not None
    assert found.name == "Acme"
    assert policy.customer_of_channel("C0INCIDENTS") is None


@pytest.mark.parametrize(
    ("severity", "plan", "customer", "calendar"),
    [
        (SEV2, "standard", None, "team"),
        (SEV2, "premium", None, "of premium"),
        (SEV1, "premium", None, "of sev1"),
        (SEV1, "premium", "Acme", "of acme"),
        (SEV1, "premium", "Nobody", "of sev1"),
    ],
)
def test_the_most_particular_calendar_counts(
    severity: Severity, plan: str, customer: str | None, calendar: str
) -> None:
    choice = CalendarChoice("team", {"premium": "of premium"}, {SEV1: "of sev1"})
    policy = with_calendars(choice, Customer("Acme", calendar="of acme"))

    assert policy.calendar_name(severity, plan, customer) == calendar


def test_a_target_in_clock_time_runs_at_night() -> None:
    policy = policy_of(SMALL)
    saturday = pacific(28, "02:00")

    due_at = policy.due_at(
        policy.first_response(SEV1, "gold"), policy.team_hours, saturday
    )

    assert due_at == saturday + timedelta(hours=1)


def test_an_unknown_plan_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped_policy().plan("platinum")


def test_severities_are_written_as_people_write_them() -> None:
    assert [severity.label for severity in Severity] == ["Sev1", "Sev2", "Sev3", "Sev4"]
    assert [severity.number for severity in Severity] == [1, 2, 3, 4]
