"""Tests of bot.slack.messages.digest."""

from dataclasses import replace
from datetime import timedelta

from bot.incidents.digest import Digest, Gap, Need
from bot.policy.on_call import Role
from bot.policy.policies import Severity
from bot.slack.blocks import Message
from bot.slack.messages import digest
from tests.factories import (
    PACIFIC,
    incident,
    pacific,
    shipped_policy,
)
from tests.slack.reading import paragraphs

POLICY = shipped_policy()


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
        on_call=POLICY.on_call_at(pacific(24, "09:15")),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def shown(told: Digest, **links: str) -> Message:
    permalinks = {int(name.removeprefix("inc")): url for name, url in links.items()}
    return digest.message(told, POLICY, PACIFIC, permalinks)


def test_a_digest_begins_with_incidents_that_need_a_person() -> None:
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


def test_a_digest_counts_the_deadlines_that_fell_due() -> None:
    late = (timedelta(hours=3), timedelta(minutes=40))

    message = shown(digest_of(fell_due=31, kept=29, late=late, open_count=14))

    assert message.text == (
        "Tue 24 Nov: nothing needs you. Since Mon 09:15, 31 deadlines fell due: "
        "29 kept, 2 late by 40 min and 3 h. Open: 14."
    )


def test_many_late_deadlines_are_shown_as_a_range() -> None:
    late = tuple(timedelta(hours=hours) for hours in range(1, 8))

    message = shown(digest_of(fell_due=7, kept=0, late=late, open_count=1))

    assert "7 deadlines fell due: 0 kept, 7 late by 1 h to 7 h." in message.text


def test_a_digest_with_no_late_deadline_says_all_kept() -> None:
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


def test_a_digest_says_who_on_call_hears_nothing() -> None:
    told = digest_of(
        gaps=(
            Gap("U0BEN", (Role.BACKUP,)),
            Gap("U0LEA", (Role.PRIMARY, Role.LEAD), "messages_tab_disabled"),
        )
    )

    message = shown(told)

    assert message.text.startswith(
        "Tue 24 Nov: 2 need you. <@U0BEN> is backup on call but has left; name "
        "somebody else. <@U0LEA> is primary and lead on call but cannot be reached: "
    )
    assert paragraphs(message)[1].startswith(
        "• <@U0BEN> is backup on call but has left; name somebody else.\n• <@U0LEA> is"
    )
