"""Tests of bot.slack.messages.leavers."""

from bot.incidents.events import Event, EventKind, Gone
from bot.incidents.incidents import Incident
from bot.slack.messages import leavers
from tests.factories import incident, pacific, shipped_policy
from tests.slack.reading import paragraphs

POLICY = shipped_policy()
NOW = pacific(24, "12:50")


def orphan(number: int, who: str, why: Gone = Gone.LEFT) -> tuple[Incident, Event]:
    details = {"who": who, "why": why.value, "owned": "yes"}
    event = Event(EventKind.RELEASED, NOW, NOW, "", details)
    return incident(number=number), event


def test_one_leaver_is_one_sentence_with_what_follows() -> None:
    message = leavers.message([orphan(1, "U0BEN"), orphan(4, "U0BEN")], "U0ANA", POLICY)

    assert message.text == (
        "<@U0BEN> left; nobody owns INC-1 Acme (🔶 Sev2) and INC-4 Acme (🔶 Sev2) now. "
        "Reminders go to <@U0ANA> until somebody takes them."
    )
    assert paragraphs(message) == [
        "<@U0BEN> left; nobody owns INC-1 Acme (🔶 Sev2) and INC-4 Acme (🔶 Sev2).",
        "Reminders go to <@U0ANA> until somebody takes them.",
    ]


def test_several_are_a_list_with_links_that_says_how_each_is_gone() -> None:
    gone = [orphan(1, "U0BEN"), orphan(2, "U0CEM", Gone.OUTSIDER), orphan(3, "U0BEN")]

    message = leavers.message(gone, "U0ANA", POLICY, {2: "https://x.slack.com/2"})

    head = "<@U0BEN> and <@U0CEM> left, or are no full members now"
    assert message.text.startswith(f"{head}; nobody owns INC-1 Acme (🔶 Sev2), INC-2 ")
    assert paragraphs(message)[0].splitlines() == [
        f"*{head}*",
        "• <@U0BEN> left; nobody owns INC-1 Acme (🔶 Sev2) and INC-3 Acme (🔶 Sev2).",
        (
            "• <@U0CEM> is no full member any more; nobody owns "
            "<https://x.slack.com/2|INC-2> Acme (🔶 Sev2)."
        ),
    ]


def test_a_great_many_are_counted() -> None:
    gone = [orphan(number, f"U{number}") for number in range(1, 31)]

    message = leavers.message(gone, "U0ANA", POLICY)

    assert message.text.startswith("30 people left; nobody owns INC-1 Acme (🔶 Sev2), ")
    assert "INC-10 Acme (🔶 Sev2) and 20 more now." in message.text
    assert paragraphs(message)[0].endswith("and 18 more")
