"""Tests of bot.slack.messages.morning_list."""

from bot.incidents import digest as digests
from bot.incidents.digest import Case, Morning, Owed
from bot.policy.policies import Severity
from bot.slack.messages import morning_list
from bot.slack.messages.notice import notice
from tests.factories import (
    ANA,
    BEN,
    LEA,
    incident,
    pacific,
    shipped_policy,
)
from tests.slack.cases import answered, case
from tests.slack.reading import paragraphs

POLICY = shipped_policy()
MORNING_AT = pacific(25, "09:00")


def morning_of(*cases: Case) -> Morning:
    until = pacific(27, "09:00")
    found = digests.morning(
        cases, "U0ANA", now=MORNING_AT, until=until, day=POLICY.team_hours
    )
    assert found is not None
    return found


def test_a_morning_list_counts_deadlines_and_names_first_and_last() -> None:
    morning = morning_of(
        answered(31, "Acme", "14:20"),
        answered(44, "Globex", "16:40"),
        case(Severity.SEV4, 50, "Initech", "U0ANA"),
    )

    message = morning_list.message(morning, ANA, POLICY)

    assert message.text == (
        "Today: 2 updates and 1 first response owed, first 10:20 (INC-31 Acme, Sev2), "
        "last 17:00. Nothing overdue."
    )
    assert paragraphs(message)[1].splitlines() == [
        (
            "• INC-31 Acme (Sev2): update due Wed 25 Nov 2026 10:20 PST. "
            "push of apps fails"
        ),
        (
            "• INC-44 Globex (Sev2): update due Wed 25 Nov 2026 12:40 PST. "
            "push of apps fails"
        ),
        (
            "• INC-50 Initech (Sev4): first response due Wed 25 Nov 2026 17:00 PST. "
            "push of apps fails"
        ),
    ]


def test_a_morning_list_says_what_is_overdue() -> None:
    morning = morning_of(case(Severity.SEV2, 31, "Acme", "U0ANA"))

    assert morning_list.message(morning, ANA, POLICY).text == (
        "Today: 1 first response owed, Tue 13:00 (INC-31 Acme, Sev2). 1 overdue."
    )


def test_the_primarys_morning_list_names_unowned_incidents() -> None:
    morning = Morning("U0ANA", MORNING_AT, (), 0, (incident(Severity.SEV4, number=7),))

    assert morning_list.message(morning, ANA, POLICY).text == (
        "Today: nothing is due from you. Nobody owns INC-7 Acme (Sev4); "
        "you are on call."
    )


def test_a_morning_list_is_in_the_readers_own_time() -> None:
    morning = morning_of(answered(31, "Acme", "14:20"))

    assert (
        "19:20 (INC-31 Acme, Sev2)" in morning_list.message(morning, BEN, POLICY).text
    )


def test_a_long_morning_list_is_cut_and_counted() -> None:
    update = answered(31, "Acme", "14:20")
    owed = Owed(update.incident, update.deadlines[-1])
    morning = Morning("U0ANA", MORNING_AT, (owed,) * 26, 0, ())

    message = morning_list.message(morning, ANA, POLICY)

    assert message.text.startswith("Today: 26 updates owed, first ")
    assert paragraphs(message)[-1].endswith("\nand 14 more")


def test_a_substitute_reads_why_they_got_a_message() -> None:
    message = morning_list.in_place_of(notice("Today: 1 update."), "U0BEN", LEA)

    assert message.text == (
        "<@U0BEN> cannot be reached; you are told instead. Today: 1 update."
    )
    assert len(message.blocks) == 2
