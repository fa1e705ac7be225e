"""Tests of bot.slack.messages.digest."""

from dataclasses import replace
from datetime import timedelta

from bot.incidents.digest import Digest, Fallen, Gap
from bot.incidents.incidents import Status
from bot.incidents.work_list import Group, Line
from bot.policy.on_call import Role
from bot.policy.severities import Severity
from bot.slack.blocks import Message
from bot.slack.messages import digest
from tests.factories import (
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import buttons, paragraphs

POLICY = shipped_policy()
HOUR = timedelta(hours=1)


def digest_of(*lines: Line, **changes: object) -> Digest:
    told = Digest(
        of=POLICY.leads_digest,
        at=pacific(24, "09:15"),
        since=pacific(23, "09:15"),
        until=pacific(25, "09:15"),
        lines=lines,
        opened=(),
        resolved=(),
        came_and_went=(),
        fallen=(),
        on_call=POLICY.on_call_at(pacific(24, "09:15")),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def shown(told: Digest) -> Message:
    return digest.message(told, POLICY)


def first_response(
    severity: Severity, number: int, customer: str, owner: str | None, group: Group
) -> Line:
    """Return an incident of Monday 16:00 and the first response owed on it."""
    of = incident(severity, number=number, customer=customer, owner=owner)
    (owed, *_) = owed_at_opening(of)
    line = Line(of, group, pacific(23, "16:05"), owed)
    if group is Group.LATE:
        return replace(line, late_by=timedelta(hours=1, minutes=10))
    return replace(line, owed=replace(owed, due_at=pacific(24, "13:30")), is_due=True)


def fallen(number: int, late_by: timedelta | None = None) -> Fallen:
    of = incident(number=number, customer="Globex")
    return Fallen(of, owed_at_opening(of)[0], late_by)


LATE = first_response(Severity.SEV2, 42, "Acme", None, Group.LATE)
DUE = first_response(Severity.SEV3, 39, "Globex", "U0ANA", Group.DUE)
WAITING = Line(
    incident(Severity.SEV3, number=38, owner="U0BEN"),
    Group.WAITING,
    pacific(18, "09:00"),
)


def test_a_digest_begins_with_what_needs_a_person() -> None:
    message = shown(digest_of(LATE, DUE, WAITING))

    assert message.text == (
        "Tue 24 Nov: 1 late, 1 unowned, 1 due before tomorrow 09:15. "
        "INC-42 Acme (🔶 Sev2): first response ⏰ late since yesterday 16:05 (1 h 10 "
        "of business time), nobody owns it. "
        "INC-39 Globex (🔵 Sev3): first response due 13:30, in 4 h 15, <@U0ANA>'s."
    )
    assert paragraphs(message)[:4] == [
        "*Tue 24 Nov: 1 late, 1 unowned, 1 due before Wed 25 Nov 2026 09:15 PST.*",
        (
            "INC-42 Acme (🔶 Sev2): first "
            "response *⏰ late since Mon 23 Nov 2026 16:05 PST* (1 h 10 of business "
            "time), nobody owns it. push of apps fails."
        ),
        (
            "INC-39 Globex (🔵 Sev3): first response due Tue 24 Nov 2026 13:30 PST, "
            "in 4 h 15, <@U0ANA>'s. push of apps fails."
        ),
        (
            "*Waiting on their customers*\n"
            "INC-38 Acme (🔵 Sev3): waiting on the customer since "
            "Wed 18 Nov 2026 09:00 PST, <@U0BEN>'s."
        ),
    ]
    assert buttons(message) == ["Take it"]


def test_a_good_day_says_that_nothing_is_late_or_unowned() -> None:
    assert shown(digest_of(DUE)).text.startswith(
        "Tue 24 Nov: 1 due before tomorrow 09:15; nothing late or unowned. INC-39 "
    )
    assert shown(digest_of(WAITING)).text == (
        "Tue 24 Nov: nothing late, unowned or due before tomorrow 09:15."
    )


def test_a_lateness_in_clock_time_just_says_it() -> None:
    sev1 = first_response(Severity.SEV1, 42, "Acme", "U0ANA", Group.LATE)
    by_the_clock = replace(sev1.owed, target="2 hours")  # type: ignore[type-var]

    message = shown(digest_of(replace(sev1, owed=by_the_clock)))

    assert "late since yesterday 16:05 (1 h 10), <@U0ANA>'s." in message.text


def test_few_deadlines_that_fell_due_are_named() -> None:
    told = digest_of(fallen=(fallen(2, timedelta(hours=2, minutes=18)), fallen(3)))

    assert paragraphs(shown(told))[1] == (
        "Since Mon 23 Nov 2026 09:15 PST, 1 of 2 deadlines kept. "
        "Late: INC-2 Globex (🔶 Sev2) first response by 2 h 18 of business time. "
        "Kept: INC-3 Globex (🔶 Sev2) first response."
    )


def test_many_deadlines_that_fell_due_are_counted_and_the_late_ones_named() -> None:
    kept = tuple(fallen(number) for number in range(10, 39))

    one = shown(digest_of(fallen=(fallen(2, HOUR), *kept))).text
    none = shown(digest_of(fallen=kept)).text

    assert one.endswith(
        "Since yesterday 09:15, 29 of 30 deadlines kept. "
        "Late: INC-2 Globex (🔶 Sev2) first response by 1 h of business time."
    )
    assert none.endswith("Since yesterday 09:15, 29 of 29 deadlines kept.")


def test_many_late_deadlines_are_shown_as_a_range() -> None:
    late = tuple(fallen(hours, hours * HOUR) for hours in range(1, 8))

    assert shown(digest_of(fallen=late)).text.endswith(
        "0 of 7 deadlines kept. Late by 1 h to 7 h of their time."
    )


def test_an_empty_day_says_so_and_nothing_else() -> None:
    message = shown(digest_of())

    assert message.text == "Tue 24 Nov: nothing is open."
    assert paragraphs(message) == [
        "*Tue 24 Nov: nothing is open.*",
        "On call: <@U0ANA>, backup <@U0BEN>, lead <@U0LEA>. "
        "The cards are in <#C0INCIDENTS>.",
    ]


def test_a_digest_names_what_was_opened_and_resolved() -> None:
    told = digest_of(
        opened=(incident(), incident(number=43, customer=None)),
        resolved=(incident(number=40),),
    )

    assert paragraphs(shown(told))[1:3] == [
        "*Opened:* INC-42 Acme (🔶 Sev2) and INC-43 customer unknown (🔶 Sev2).",
        "*Resolved:* INC-40 Acme (🔶 Sev2).",
    ]


def test_a_digest_tells_of_an_incident_that_came_and_went() -> None:
    brief = incident(number=40)
    closed_at = brief.reported_at + timedelta(minutes=40)
    brief = replace(
        brief, status=Status.RESOLVED, closed_at=closed_at, closed_by="U0DEE"
    )

    assert shown(digest_of(came_and_went=(brief,))).text == (
        "Tue 24 Nov: nothing is open. "
        "Came and went: INC-40 Acme (🔶 Sev2), resolved by <@U0DEE> in 40 min."
    )


def test_the_longest_digest_is_one_message_for_slack() -> None:
    worst = incident(title="&" * 250, customer="<" * 300)
    late = replace(LATE, incident=worst)
    waits = replace(WAITING, incident=replace(worst, owner="U0ANAANAANA"))
    quiet = replace(waits, group=Group.QUIET)
    told = digest_of(
        *(late,) * 40,
        *(waits,) * 40,
        *(quiet,) * 40,
        opened=(worst,) * 40,
        resolved=(worst,) * 40,
        came_and_went=(worst,) * 40,
        fallen=(Fallen(worst, late.owed, HOUR),) * 5,  # type: ignore[arg-type]
    )

    message = shown(told)

    assert paragraphs(message)[0].startswith("*Tue 24 Nov: 40 late, 40 unowned;")


def test_a_digest_says_who_on_call_hears_nothing() -> None:
    told = digest_of(
        gaps=(
            Gap("U0BEN", (Role.BACKUP,)),
            Gap("U0LEA", (Role.PRIMARY, Role.LEAD), "messages_tab_disabled"),
        )
    )

    message = shown(told)

    assert message.text.startswith(
        "Tue 24 Nov: 2 on call hear nothing; nothing late, unowned or due before "
        "tomorrow 09:15. <@U0BEN> is backup on call but has left; name somebody else. "
        "<@U0LEA> is primary and lead on call but cannot be reached: "
    )
    assert paragraphs(message)[1].startswith(
        "• <@U0BEN> is backup on call but has left; name somebody else.\n• <@U0LEA> is"
    )
