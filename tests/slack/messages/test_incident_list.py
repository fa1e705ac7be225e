"""Tests of bot.slack.messages.incident_list."""

from dataclasses import replace

from bot.incidents.work_list import Case, Line, work_list
from bot.policy.severities import Severity
from bot.slack.messages import incident_list
from bot.slack.phrases import Voice
from tests.factories import ANA, pacific, shipped_policy
from tests.slack.cases import answered, case
from tests.slack.reading import buttons, elements, paragraphs

POLICY = shipped_policy()
NOW, UNTIL = pacific(25, "09:00"), pacific(27, "09:00")


def lines_of(*cases: Case) -> list[Line]:
    return work_list(shipped_policy(), cases, now=NOW, until=UNTIL)


def test_the_list_of_incidents_begins_with_the_readers_own() -> None:
    other = case(Severity.SEV4, 50, "Initech", None)

    message = incident_list.message(
        lines_of(other, answered(31, "Acme", "14:20")), Voice(POLICY, NOW, ANA)
    )

    assert message.text == (
        "2 are open, 1 of them yours. INC-31 Acme (🔶 Sev2): update due 10:20, in "
        "1 h 20."
    )
    assert paragraphs(message) == [
        "*2 are open, 1 of them yours.*",
        (
            "INC-31 Acme (🔶 Sev2): update due Wed 25 Nov 2026 10:20 PST, in 1 h 20. "
            "push of apps fails."
        ),
        (
            "INC-50 Initech (⬜ Sev4): first response due Wed 25 Nov 2026 17:00 PST, "
            "in 8 h, nobody owns it. push of apps fails."
        ),
    ]
    assert buttons(message) == ["Log update", "Take it"]


def test_a_list_says_since_when_something_is_late() -> None:
    late = lines_of(case(Severity.SEV2, 31, "Acme", "U0ANA"))

    message = incident_list.message(late, Voice(POLICY, NOW, ANA), what="late")

    assert message.text == (
        "1 is late. INC-31 Acme (🔶 Sev2): first response ⏰ late since "
        "yesterday 13:00 (4 h of business time)."
    )


def test_a_list_without_incidents_says_so() -> None:
    assert incident_list.message([], Voice(POLICY, NOW, ANA), what="late").text == (
        "No incident is late."
    )


def test_a_long_list_is_shown_page_by_page() -> None:
    lines = lines_of(*(case(Severity.SEV4, n, "Acme", "U0BEN") for n in range(1, 20)))

    pages = [
        incident_list.message(lines, Voice(POLICY, NOW, ANA), wanted="acme", page=page)
        for page in range(3)
    ]

    assert [paragraphs(page)[-1] for page in pages] == [
        "Page 1 of 3.",
        "Page 2 of 3.",
        "Page 3 of 3.",
    ]
    steps = [
        {one["text"]["text"]: one["value"] for one in elements(page)} for page in pages
    ]
    del steps[0]["Take over"], steps[1]["Take over"], steps[2]["Take over"]
    assert steps == [
        {"Next": "1|acme"},
        {"Previous": "0|acme", "Next": "2|acme"},
        {"Previous": "1|acme"},
    ]
    shown = [
        len(buttons(page)) - len(step) for page, step in zip(pages, steps, strict=True)
    ]
    assert shown == [8, 8, 3]


def test_a_page_beyond_the_last_is_the_last() -> None:
    lines = lines_of(case(Severity.SEV4, 1, "Acme", "U0BEN"))

    assert incident_list.message(
        lines, Voice(POLICY, NOW, ANA), page=7
    ).text.startswith("1 is open.")


def test_a_page_has_room_for_its_lines_however_long() -> None:
    (line,) = lines_of(case(Severity.SEV2, 31, "<" * 300, None))
    worst = replace(line, incident=replace(line.incident, title="&" * 250))

    message = incident_list.message([worst] * 20, Voice(POLICY, NOW, ANA))

    assert paragraphs(message)[-1] == "Page 1 of 3."
    assert buttons(message) == ["Take it"] * 8 + ["Next"]
