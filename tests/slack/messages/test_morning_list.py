"""Tests of bot.slack.messages.morning_list."""

from bot.incidents.work_list import Case, Line, of_morning, work_list
from bot.policy.severities import Severity
from bot.slack.blocks import Message
from bot.slack.messages import morning_list
from bot.slack.messages.notice import notice
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from tests.factories import ANA, BEN, LEA, incident, pacific, shipped_policy
from tests.slack.cases import answered, case
from tests.slack.reading import buttons, paragraphs

POLICY = shipped_policy()
NOW, HELD_AT = pacific(25, "09:00"), pacific(24, "20:30")


def lines_of(*cases: Case, held: int = 0) -> list[Line]:
    until = pacific(27, "09:00")
    lines = work_list(POLICY, cases, now=NOW, until=until, held={held: HELD_AT})
    return of_morning(lines, POLICY.team_hours, NOW)


def shown(lines: list[Line], reader: Person = ANA) -> Message:
    return morning_list.message(lines, Voice(POLICY, NOW, reader), NOW)


def test_a_morning_list_says_its_day_what_is_owed_and_what_comes_first() -> None:
    message = shown(
        lines_of(
            answered(31, "Acme", "14:20"),
            answered(44, "Globex", "16:40"),
            case(Severity.SEV4, 50, "Initech", None),
        )
    )

    assert message.text == (
        "Wed 25 Nov: 3 owed, 1 unowned; you are on call. First: "
        "INC-50 Initech (⬜ Sev4): first response due 17:00, in 8 h, nobody owns it."
    )
    assert paragraphs(message) == [
        "*Wed 25 Nov: 3 owed, 1 unowned; you are on call.*",
        (
            "INC-50 Initech (⬜ Sev4): first response due Wed 25 Nov 2026 17:00 PST, "
            "in 8 h, nobody owns it. push of apps fails."
        ),
        (
            "INC-31 Acme (🔶 Sev2): update due Wed 25 Nov 2026 10:20 PST, in 1 h 20. "
            "push of apps fails."
        ),
        (
            "INC-44 Globex (🔶 Sev2): update due Wed 25 Nov 2026 12:40 PST, in 3 h 40. "
            "push of apps fails."
        ),
    ]


def test_each_line_has_the_button_of_its_next_step() -> None:
    message = shown(
        lines_of(
            case(Severity.SEV2, 31, "Acme", "U0ANA"),
            answered(44, "Globex", "14:40"),
            case(Severity.SEV4, 50, "Initech", None),
        )
    )

    assert buttons(message) == ["First response sent", "Take it", "Log update"]


def test_a_morning_list_begins_with_what_is_late() -> None:
    lines = lines_of(case(Severity.SEV2, 31, "Acme", "U0ANA"))

    assert shown(lines).text == (
        "Wed 25 Nov: 1 owed, 1 late. INC-31 Acme (🔶 Sev2): first response ⏰ late "
        "since yesterday 13:00 (4 h of business time)."
    )


def test_a_line_says_since_when_it_was_held() -> None:
    lines = lines_of(case(Severity.SEV4, 50, "Initech", "U0BEN"), held=50)

    assert shown(lines).text.endswith(
        "first response due 17:00, in 8 h, <@U0BEN>'s, held since yesterday 20:30."
    )


def test_a_morning_list_is_in_the_readers_own_time() -> None:
    lines = lines_of(answered(31, "Acme", "14:20"))

    assert "update due 19:20, in 1 h 20" in shown(lines, BEN).text


def test_a_long_morning_list_is_cut_and_counted() -> None:
    lines = lines_of(answered(31, "Acme", "14:20")) * 26

    message = shown(lines)

    assert message.text.startswith("Wed 25 Nov: 26 owed. First: INC-31")
    assert paragraphs(message)[-1] == (
        "and 14 more: `/incident mine` and `/incident unowned` show them"
    )


def test_the_longest_lines_leave_room_for_the_others() -> None:
    worst = incident(title="&" * 250, customer="<" * 300, owner=None)
    (line,) = lines_of(Case(worst, case(Severity.SEV2, 42, "", None).deadlines))

    message = shown([line] * 200)

    assert paragraphs(message)[-1].startswith("and 188 more")


def test_a_substitute_reads_why_they_got_a_message() -> None:
    message = morning_list.in_place_of(notice("Wed 25 Nov: 1 owed."), "U0BEN", LEA)

    assert message.text == (
        "<@U0BEN> cannot be reached; you are told instead. Wed 25 Nov: 1 owed."
    )
    assert len(message.blocks) == 2
