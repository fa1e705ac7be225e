"""`/incident` lists what is mine, then what is due next; `/incident 42` shows one."""

import pytest

from tests.story import Story


def asked(story: Story, who: str, text: str) -> str:
    """Return what `/incident` answers."""
    return story.read(story.command(who, f"/incident {text}").private, who)


def test_while_nothing_is_open_it_says_so(tuesday: Story) -> None:
    assert asked(tuesday, "dee", "") == "No incident is open."


def test_own_incidents_come_first_then_those_due_next(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: slow owner=@dee")
    tuesday.command("dee", "/sev4 globex: where is the manual")
    tuesday.command("dee", "/sev2 globex: push fails owner=@dee")
    tuesday.command("ana", "/sev2 acme: push fails owner=@ana")

    assert asked(tuesday, "dee", "") == (
        "`/incident 42` shows one.\n"
        "*Yours*\n"
        "• INC-1 Acme (Sev3): first response due Tomorrow 10:00, @dee's. slow\n"
        "• INC-3 Globex (Sev2): first response due Tomorrow 10:00, @dee's. push fails\n"
        "*Due next*\n"
        "• INC-4 Acme (Sev2): first response due Today 14:00, @ana's. push fails\n"
        "• INC-2 Globex (Sev4): first response due Nov 27 10:00, nobody owns it. "
        "where is the manual"
    )


def test_a_phone_shows_the_count_and_the_first_incident(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")

    answer = tuesday.command("dee", "/incident")

    assert answer.private
    assert tuesday.slack.notice(answer.private, "dee") == (
        "1 is yours. INC-1 Acme (Sev2): first response due 14:00, @dee's. push fails"
    )


def test_closed_incidents_are_not_listed(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")
    tuesday.fill_in("dee", "Resolve", note="fixed", confirmed=["yes"])

    assert asked(tuesday, "dee", "") == "No incident is open."


@pytest.mark.parametrize(
    "written", ["1", "INC-1", "inc-1", " 1 ", "INC\N{EN DASH}1\u200b"]
)
def test_one_incident_is_shown_with_what_happened(tuesday: Story, written: str) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.take("ana")

    shown = asked(tuesday, "ben", written)

    assert shown == (
        "*Sev2 · INC-1 · Acme (Premium Support)*\n"
        "push fails\n"
        "*Owner:* @ana since Today 13:00\n"
        "*First response:* due Today 17:00\n"
        "*Then:* status updates twice per business day\n"
        "Opened by @dee Today 13:00.\n"
        "[Take over] [First response sent] [Resolve] [More]\n"
        "*What happened*\n"
        "Today 13:00: Opened by @dee.\n"
        "Today 13:00: @ana took it. The first response is still owed."
    )


def test_a_press_in_the_private_answer_works_and_refreshes_it(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    shown = tuesday.command("ben", "/incident 1").private
    assert shown

    refreshed = tuesday.asked("ben", "Take it", shown)
    tuesday.settle()

    assert "*Owner:* @ben since Today 13:00" in refreshed
    assert len(tuesday.slack.private("ben")) == 1
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_a_late_press_in_the_private_answer_says_why(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    shown = tuesday.command("ben", "/incident 1").private
    assert shown
    tuesday.take("ana")

    said = tuesday.asked("ben", "Take it", shown)

    assert said == "INC-1 was taken by @ana, Today 13:00."
    assert len(tuesday.slack.private("ben")) == 2


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("77", "There is no INC-77."),
        ("acme", "Type `/incident`, `/incident 42` or `/incident help`."),
        ("9" * 30, "Type `/incident`, `/incident 42` or `/incident help`."),
        ("-1", "Type `/incident`, `/incident 42` or `/incident help`."),
    ],
)
def test_the_incident_command_says_what_it_cannot_show(
    tuesday: Story, written: str, sentence: str
) -> None:
    assert asked(tuesday, "dee", written) == f"{sentence}"


def test_the_incident_command_shows_the_help_of_the_commands(tuesday: Story) -> None:
    assert asked(tuesday, "dee", "help").startswith("*Type `/sev2 customer: what is")
