"""Tests of bot.slack.messages.lists."""

from dataclasses import replace
from datetime import timedelta

from bot.incidents import digest as digests
from bot.incidents.digest import Case, Digest, Morning, Need, Owed
from bot.incidents.incidents import EventKind
from bot.policy.policies import Severity
from bot.slack.blocks import Message
from bot.slack.messages import lists
from tests.factories import (
    ANA,
    BEN,
    PACIFIC,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import paragraphs

POLICY = shipped_policy()
MORNING_AT = pacific(25, "09:00")


def case(severity: Severity, number: int, customer: str, owner: str | None) -> Case:
    opened = incident(severity, number=number, customer=customer, owner=owner)
    return Case(opened, owed_at_opening(opened))


def answered(number: int, customer: str, at: str) -> Case:
    """Return a Sev2 of Ana's that was answered on Tuesday."""
    opened = case(Severity.SEV2, number, customer, "U0ANA")
    return Case(
        *happen(
            opened.incident,
            opened.deadlines,
            EventKind.UPDATED,
            pacific(24, at),
            told="x",
        )
    )


def morning_of(*cases: Case) -> Morning:
    until = pacific(27, "09:00")
    (found,) = digests.mornings(POLICY, cases, now=MORNING_AT, until=until)
    return found


def digest_of(*needs: Need, **changes: object) -> Digest:
    told = Digest(
        at=pacific(24, "09:15"),
        since=pacific(23, "09:15"),
        needs=needs,
        opened=(),
        resolved=(),
        fell_due=0,
        kept=0,
        late=(),
        open_count=len(needs),
        on_call=POLICY.on_call,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def shown(told: Digest, **links: str) -> Message:
    permalinks = {int(name.removeprefix("inc")): url for name, url in links.items()}
    return lists.digest(told, POLICY, PACIFIC, permalinks)


def test_a_morning_counts_what_is_owed_and_names_the_first_and_the_last() -> None:
    morning = morning_of(
        answered(31, "Acme", "14:20"),
        answered(44, "Globex", "16:40"),
        case(Severity.SEV4, 50, "Initech", "U0ANA"),
    )

    message = lists.morning(morning, ANA, POLICY)

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


def test_a_morning_says_what_is_overdue() -> None:
    morning = morning_of(case(Severity.SEV2, 31, "Acme", "U0ANA"))

    assert lists.morning(morning, ANA, POLICY).text == (
        "Today: 1 first response owed, Tue 13:00 (INC-31 Acme, Sev2). 1 overdue."
    )


def test_a_morning_of_whoever_is_on_call_names_what_nobody_owns() -> None:
    morning = Morning("U0ANA", MORNING_AT, (), 0, (incident(Severity.SEV4, number=7),))

    assert lists.morning(morning, ANA, POLICY).text == (
        "Today: nothing is due from you. Nobody owns INC-7 Acme (Sev4); "
        "you are on call."
    )


def test_a_morning_is_in_the_readers_own_time() -> None:
    morning = morning_of(answered(31, "Acme", "14:20"))

    assert "19:20 (INC-31 Acme, Sev2)" in lists.morning(morning, BEN, POLICY).text


def test_a_long_morning_is_cut_and_counted() -> None:
    update = answered(31, "Acme", "14:20")
    owed = Owed(update.incident, update.deadlines[-1])
    morning = Morning("U0ANA", MORNING_AT, (owed,) * 26, 0, ())

    message = lists.morning(morning, ANA, POLICY)

    assert message.text.startswith("Today: 26 updates owed, first ")
    assert paragraphs(message)[-1].endswith("\nand 14 more")


def test_a_digest_begins_with_what_needs_a_person() -> None:
    told = digest_of(
        Need(
            incident(Severity.SEV1),
            late_by=timedelta(hours=1, minutes=10),
            is_unowned=True,
        ),
        Need(
            incident(Severity.SEV2, number=39, customer="Globex", owner="U0ANA"),
            due_at=pacific(24, "13:30"),
        ),
        Need(
            incident(Severity.SEV3, number=38, owner="U0BEN"),
            waiting_for=timedelta(days=6, hours=4),
        ),
    )

    message = shown(told, inc42="https://x.slack.com/archives/C1/p1")

    assert message.text == (
        "Tue 24 Nov: 2 need you. INC-42 Acme (Sev1): 1 h 10 late, nobody owns it. "
        "INC-39 Globex (Sev2): due 13:30, <@U0ANA>'s. "
        "Since Mon 09:15, no deadline fell due. Open: 3."
    )
    assert paragraphs(message)[:3] == [
        "*Tue 24 Nov: 2 need you.*",
        (
            "• <https://x.slack.com/archives/C1/p1|INC-42> Acme (Sev1): 1 h 10 late, "
            "nobody owns it. push of apps fails\n"
            "• INC-39 Globex (Sev2): due Tue 24 Nov 2026 13:30 PST, <@U0ANA>'s. "
            "push of apps fails"
        ),
        (
            "*Waiting on their customers*\n"
            "INC-38 Acme (Sev3): <@U0BEN>'s, waiting 6 days"
        ),
    ]


def test_a_digest_counts_the_promises_that_fell_due() -> None:
    late = (timedelta(hours=3), timedelta(minutes=40))

    message = shown(digest_of(fell_due=31, kept=29, late=late, open_count=14))

    assert message.text == (
        "Tue 24 Nov: nothing needs you. Since Mon 09:15, 31 deadlines fell due: "
        "29 kept, 2 late by 40 min and 3 h. Open: 14."
    )


def test_many_late_ones_are_told_as_a_range() -> None:
    late = tuple(timedelta(hours=hours) for hours in range(1, 8))

    message = shown(digest_of(fell_due=7, kept=0, late=late, open_count=1))

    assert "7 deadlines fell due: 0 kept, 7 late by 1 h to 7 h." in message.text


def test_kept_promises_are_told_without_a_count_of_none() -> None:
    assert (
        "31 deadlines fell due: all kept."
        in shown(digest_of(fell_due=31, kept=31, open_count=1)).text
    )


def test_an_empty_day_says_so() -> None:
    message = shown(digest_of())

    assert message.text.startswith("Tue 24 Nov: nothing open, nothing needs you.")
    assert paragraphs(message)[-1] == (
        "On call: <@U0ANA>, backup <@U0BEN>, lead <@U0LEA>. "
        "The cards are in <#C0INCIDENTS>."
    )


def test_a_digest_names_what_was_opened_and_resolved() -> None:
    told = digest_of(
        opened=(incident(), incident(number=43, customer=None)),
        resolved=(incident(number=40),),
        open_count=2,
    )

    assert paragraphs(shown(told))[2:4] == [
        "*Opened:* INC-42 Acme (Sev2) and INC-43 customer unknown (Sev2)",
        "*Resolved:* INC-40 Acme (Sev2)",
    ]


def test_the_longest_digest_is_one_message_for_slack() -> None:
    worst = incident(title="&" * 250, customer="<" * 300)
    needs = [Need(worst, late_by=timedelta(hours=9))] * 40
    needs += [Need(replace(worst, owner="U0ANAANAANA"), waiting_for=timedelta(9))] * 40
    told = digest_of(*needs, opened=(worst,) * 40, resolved=(worst,) * 40)
    url = "https://workspace.slack.com/archives/C0123456789/p1790000000000000"

    message = shown(told, inc42=url)

    assert paragraphs(message)[0] == "*Tue 24 Nov: 40 need you.*"


def test_the_list_of_incidents_begins_with_the_readers_own() -> None:
    mine = answered(31, "Acme", "14:20")
    other = case(Severity.SEV4, 50, "Initech", None)

    message = lists.incident_list([mine], [other], ANA, MORNING_AT)

    assert message.text == (
        "Only you see this: 1 is yours, 1 due next. "
        "INC-31 Acme (Sev2): update due 10:20, <@U0ANA>'s. push of apps fails"
    )
    assert paragraphs(message)[1:] == [
        (
            "*Yours*\n• INC-31 Acme (Sev2): update due Wed 25 Nov 2026 10:20 PST, "
            "<@U0ANA>'s. push of apps fails"
        ),
        (
            "*Due next*\n• INC-50 Initech (Sev4): first response due "
            "Wed 25 Nov 2026 17:00 PST, nobody owns it. push of apps fails"
        ),
    ]


def test_a_list_says_since_when_something_is_late() -> None:
    late = case(Severity.SEV2, 31, "Acme", "U0ANA")

    message = lists.incident_list([late], [], ANA, MORNING_AT)

    assert "first response late since Tue 13:00" in message.text


def test_a_list_without_incidents_says_so() -> None:
    message = lists.incident_list([], [], ANA, MORNING_AT)

    assert message.text == "Only you see this: no incident is open."
