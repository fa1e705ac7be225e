"""`/incident` lists what is open by pages, mine first; `/incident 42` shows one."""

import pytest

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.triage.inbox import Act
from tests.story import Story


def asked(story: Story, who: str, text: str) -> str:
    """Return what `/incident` answers."""
    return story.read(story.command(who, f"/incident {text}").private, who)


def test_while_nothing_is_open_it_says_so(tuesday: Story) -> None:
    assert asked(tuesday, "dee", "") == "No incident is open."


def test_own_incidents_come_first_then_those_that_need_somebody(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: slow owner=@dee")
    tuesday.command("dee", "/sev4 globex: where is the manual")
    tuesday.command("dee", "/sev2 globex: push fails owner=@dee")
    tuesday.command("ana", "/sev2 acme: push fails owner=@ana")

    assert asked(tuesday, "dee", "") == (
        "*4 are open, 2 of them yours.*\n"
        "INC-1 Acme (🔵 Sev3): first response due tomorrow 10:00, in 1 day. slow.\n"
        "[First response sent]\n"
        "INC-3 Globex (🔶 Sev2): first response due tomorrow 10:00, in 1 day. "
        "push fails.\n[First response sent]\n"
        "INC-2 Globex (⬜ Sev4): first response due Friday, November 27th 10:00, in 3 "
        "days, nobody owns it. where is the manual.\n[Take it]\n"
        "INC-4 Acme (🔶 Sev2): first response due today 14:00, in 4 h, @ana's. "
        "push fails.\n[Take over]"
    )


def test_a_phone_shows_the_count_and_the_first_incident(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")

    answer = tuesday.command("dee", "/incident")

    assert answer.private
    assert tuesday.slack.notice(answer.private, "dee") == (
        "1 is open. INC-1 Acme (🔶 Sev2): first response due 14:00, in 4 h."
    )


def test_closed_incidents_are_not_listed(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")
    tuesday.fill_in("dee", "Resolve", note="fixed", confirmed=["yes"])

    assert asked(tuesday, "dee", "") == "No incident is open."


@pytest.mark.parametrize(
    "written",
    ["1", "INC-1", "inc-1", " 1 ", "INC\N{EN DASH}1\u200b", "inc 1", "INC-1:", "#1"],
)
def test_one_incident_is_shown_with_what_happened(tuesday: Story, written: str) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.take("ana")

    shown = asked(tuesday, "ben", written)

    assert shown == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push fails\n"
        "*Owner:* @ana since today 13:00\n"
        "*First response:* due today 17:00, in 4 h\n"
        "*Then:* status updates twice per business day\n"
        "Premium Support. Opened today 13:00 by @dee.\n"
        "[First response sent] [Resolve] [Take over] [More]\n"
        "*What happened to INC-1*\n"
        "Today 13:00: Opened by @dee.\n"
        "Today 13:00: @ana took it. The first response is still owed.\n"
        "*Reminders*\n"
        "Today 13:00: page to @ana: sent."
    )


def test_a_press_in_the_private_answer_works_and_refreshes_it(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    shown = tuesday.command("ben", "/incident 1").private
    assert shown

    refreshed = tuesday.asked("ben", "Take it", shown)
    tuesday.settle()

    assert "*Owner:* @ben since today 13:00" in refreshed
    assert len(tuesday.slack.private("ben")) == 1
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_take_it_in_the_list_answers_with_that_page_of_the_list(
    tuesday: Story,
) -> None:
    for number in range(9):
        tuesday.command("dee", f"/sev2 acme: fault {number}")
    tuesday.command("dee", "/sev2 globex: push fails")
    first = tuesday.command("ben", "/incident acme").private
    assert first
    tuesday.asked("ben", "Next", first)
    second = tuesday.slack.private("ben")[-1]

    said = tuesday.asked("ben", "Take it", second)

    assert said == (
        "*9 are open for Acme, 1 of them yours.*\n"
        "INC-9 Acme (🔶 Sev2): first response due today 17:00, in 4 h. fault 8.\n"
        "[First response sent]\n"
        "Page 2 of 2.\n[Previous]"
    )
    assert len(tuesday.slack.private("ben")) == 1


def test_customer_answered_in_the_list_answers_with_the_list(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 globex: crashes owner=@dee")
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")
    tuesday.fill_in(
        "dee", "First response sent", tuesday.card(2), told="Logs?", waits=["yes"]
    )
    shown = tuesday.command("dee", "/incident acme").private
    assert shown
    assert tuesday.buttons(shown) == ["Customer answered"]

    said = tuesday.asked("dee", "Customer answered", shown)

    assert said == (
        "*1 is open for Acme.*\n"
        "INC-2 Acme (🔶 Sev2): update due today 14:00, in 4 h. push fails.\n"
        "[Log update]"
    )


def test_take_over_in_the_list_of_all_answers_with_that_list(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")
    shown = tuesday.command("ben", "/incident").private
    assert shown

    said = tuesday.asked("ben", "Take over", shown)

    assert said.startswith("*1 is open.*\nINC-1 Acme (🔶 Sev2): ")
    assert said.endswith("[First response sent]")


def test_what_was_taken_from_a_list_stays_in_it(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.command("dee", "/sev2 acme: crashes owner=@dee")
    shown = tuesday.command("ana", "/incident unowned").private
    assert shown

    assert tuesday.asked("ana", "Take it", shown) == (
        "*1 is without an owner, or just taken.*\n"
        "INC-1 Acme (🔶 Sev2): first response due today 14:00, in 4 h. push fails.\n"
        "[First response sent]"
    )


@pytest.mark.parametrize("asked", ["/incident", "/incident unowned"])
def test_what_was_taken_stays_on_the_page_of_a_long_list(
    tuesday: Story, asked: str
) -> None:
    for number in range(12):
        tuesday.command("dee", f"/sev3 acme: fault {number}")
    shown = tuesday.command("ben", asked).private
    assert shown

    first = next(one for one in shown.blocks if one["type"] == "actions")
    said = tuesday.asked("ben", f"{first['block_id']}/take_in_list", shown)

    (_, row, button, *_) = said.splitlines()
    assert "INC-1 Acme" in row
    assert button == "[First response sent]"


def test_a_late_press_in_the_private_answer_says_why(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    shown = tuesday.command("ben", "/incident 1").private
    assert shown
    tuesday.take("ana")

    said = tuesday.asked("ben", "Take it", shown)

    assert said == "INC-1 was taken today 13:00 by @ana."
    assert len(tuesday.slack.private("ben")) == 2


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("77", "There is no INC-77."),
        ("acme", "No incident is open for Acme."),
        ("late", "No incident is late."),
        ("9" * 30, f"There is no customer “{'9' * 30}”. Type `/incident help`."),
        ("-1", "There is no customer “-1”. Type `/incident help`."),
        (
            "globx",
            "There is no customer “globx”. Did you mean Globex? Type `/incident help`.",
        ),
        ("Сома & Co", "There is no customer “Сома & Co”. Type `/incident help`."),
    ],
)
def test_the_incident_command_says_what_it_cannot_show(
    tuesday: Story, written: str, sentence: str
) -> None:
    assert asked(tuesday, "dee", written) == f"{sentence}"


@pytest.mark.parametrize("written", ["help", "?", "Help.", "`help`"])
def test_the_incident_command_has_a_help_of_its_own(
    tuesday: Story, written: str
) -> None:
    assert asked(tuesday, "dee", written).startswith(
        "*Type `/incident` for all that is"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mine", "1 is yours."),
        ("late", "1 is late."),
        ("UNOWNED", "1 is without an owner."),
        ("due", "1 is due before your next morning, or late."),
        ("ACME", "2 are open for Acme."),
        ("Mine.", "1 is yours."),
        ("“Due”", "1 is due before your next morning, or late."),
        ("Acme.", "2 are open for Acme."),
    ],
)
def test_a_word_after_the_command_asks_for_a_part(
    tuesday: Story, text: str, shown: str
) -> None:
    tuesday.command("ana", "/sev2 acme: push fails owner=@ana")
    tuesday.advance(hours=4, minutes=30)
    tuesday.command("dee", "/sev3 globex: slow owner=@dee")
    tuesday.command("dee", "/sev4 acme: where is the manual")

    assert asked(tuesday, "dee", text).splitlines()[0] == f"*{shown}*"


def test_a_long_list_turns_its_pages_in_place(tuesday: Story) -> None:
    for number in range(10):
        tuesday.command("dee", f"/sev4 acme: question {number}")
    first = tuesday.command("dee", "/incident acme").private
    assert first
    before = len(tuesday.slack.private("dee"))

    second = tuesday.asked("dee", "Next", first)

    assert second.splitlines()[0] == "*10 are open for Acme.*"
    assert "question 9" in second
    assert second.splitlines()[-1] == "[Previous]"
    assert len(tuesday.slack.private("dee")) == before


@pytest.mark.parametrize("typed", ["sev2", "SEV2", "/sev2", "  sev2 ", "Sev2:"])
def test_a_short_command_works_under_the_long_one(tuesday: Story, typed: str) -> None:
    answer = tuesday.command("dee", f"/incident {typed} acme: push fails owner=@dee")

    assert tuesday.read(answer.private).startswith("*INC-1 · 🔶 Sev2 · Acme")


def test_a_short_command_alone_opens_its_form_under_the_long_one(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/incident sev3")

    view = tuesday.slack.as_("dee").wait_for_view("Open an incident")
    assert view.values["severity"]["severity"]["selected_option"]["value"] == "sev3"


def test_a_mistake_under_the_long_command_gives_the_text_back(tuesday: Story) -> None:
    said = asked(tuesday, "dee", "sev2 acme: push fails plan=gold")

    assert "Nothing was recorded." in said
    assert "Your text: /incident sev2 acme: push fails plan=gold" in said


def test_the_same_text_again_can_be_meant_under_the_long_command(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/incident sev2 acme: push fails")
    again = tuesday.command("dee", "/incident sev2 acme: push fails").private
    assert again

    assert "*INC-2 · 🔶 Sev2 · Acme" in tuesday.asked("dee", "Open another", again)


def test_200_open_incidents_of_one_person_are_pages(tuesday: Story) -> None:
    who = tuesday.slack.as_("ana").id
    for number in range(200):
        report = Report(Severity.SEV4, f"question {number}", "C1", "Acme", owner=who)
        tuesday.bot.triage.open(Act(who, f"key/{number}"), report)

    answer = tuesday.slack.as_("ana").command("/incident", "mine").private
    assert answer is not None
    following = tuesday.asked_now("ana", "Next", answer)

    assert "Page 1 of 25." in tuesday.read(answer)
    assert "Page 2 of 25." in following
