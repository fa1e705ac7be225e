"""*Same thing*: the new incident is void, the older one goes on; it can be undone."""

import pytest

from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message
from tests.stories.test_links import links, to_card
from tests.stories.test_races import at_once
from tests.story import Story

AGAIN = "acme: push of apps fails again"


def declared(story: Story, text: str = f"/sev3 {AGAIN}") -> Message:
    """Return the private answer to a command that may be about the same thing."""
    answer = story.command("dee", text).private
    assert answer is not None
    return answer


@pytest.fixture
def opened(tuesday: Story) -> Story:
    """A Sev2 of Acme's since ten o'clock that ana owns; it is eleven now."""
    tuesday.command("ana", "/sev2 acme: push of apps fails owner=@ana")
    tuesday.advance(hours=1)
    return tuesday


def test_the_new_incident_is_void_and_both_name_each_other(opened: Story) -> None:
    answer = declared(opened)
    assert "*Same thing* closes INC-2; INC-1 goes on." in opened.read(answer)

    said = opened.asked("dee", "Same thing", answer)

    assert said == (
        "*INC-2 is closed: it is the same thing as INC-1.*\n"
        "INC-1 Acme (🔶 Sev2) goes on: push of apps fails. It is @ana's. First "
        "response due today 14:00, in 3 h.\n"
        "[Undo]"
    )
    ending = "Closed today 11:00 by @dee: the same thing as INC-1. It counts nowhere."
    assert ending in opened.read(opened.card(2))
    assert links(opened.card(2)) == [to_card(opened, 1)]
    assert opened.thread(1) == [
        "@dee: INC-2 was the same thing; it is closed, this one goes on."
    ]
    (note,) = opened.slack.thread(opened.card(1))
    assert links(note) == [to_card(opened, 2)]
    assert "INC-2 was the same thing" in opened.phone("ana")[-1]


def test_the_earlier_report_is_kept_and_given_back(opened: Story) -> None:
    answer = declared(opened, f"/sev3 {AGAIN} at=09:20")
    opened.asked("dee", "Same thing", answer)

    assert "*First response:* due today 13:20" in opened.read(opened.card(1))
    assert "reported today 09:20" in opened.read(opened.card(1))
    assert opened.thread(1)[-1].endswith(
        "Acme reported it today 09:20. First response is now due today 13:20."
    )

    opened.advance(hours=1)
    opened.press("dee", "Undo", opened.slack.private("dee")[-1])

    assert "reported" not in opened.read(opened.card(1))
    assert "INC-2 is not the same thing after all" in opened.thread(1)[-1]
    assert "*Owner:* nobody yet" in opened.read(opened.card(2))
    assert "*First response:* due today 14:00" in opened.read(opened.card(1))


@pytest.mark.parametrize(
    ("joined", "undone", "left"),
    [
        (("10:20", "09:20"), (2, 3), ["09:20", ""]),
        (("10:20", "09:20"), (3, 2), ["10:20", ""]),
        (("09:20", "10:20"), (2, 3), ["10:20", ""]),
    ],
    ids=["in the order joined", "the other way round", "a later report stays"],
)
def test_of_two_that_are_told_apart_no_report_stays(
    tuesday: Story, joined: tuple[str, str], undone: tuple[int, int], left: list[str]
) -> None:
    tuesday.advance(hours=1)
    tuesday.command("ana", "/sev2 acme: push of apps fails owner=@ana")
    for number, at in enumerate(joined, 2):
        answer = declared(tuesday, f"/sev3 {AGAIN} at={at}")
        tuesday.press("dee", "Same thing", answer)
        assert "the same thing as INC-1" in tuesday.read(tuesday.card(number))

    found = []
    for number in undone:
        tuesday.open_form("dee", "More", tuesday.card(number))
        tuesday.press("dee", "Reopen")
        _, _, at = tuesday.read(tuesday.card(1)).partition("reported today ")
        found.append(at[:5])

    assert found == left


def test_a_report_that_came_later_moves_nothing(opened: Story) -> None:
    opened.press("dee", "Same thing", declared(opened))

    assert "*First response:* due today 14:00" in opened.read(opened.card(1))
    assert "reported" not in opened.read(opened.card(1))


def test_a_customer_who_has_heard_is_owed_nothing_sooner(opened: Story) -> None:
    opened.fill_in("ana", "First response sent", told="We are on it")
    before = opened.read(opened.card(1)).splitlines()[2:4]

    opened.press("dee", "Same thing", declared(opened, f"/sev3 {AGAIN} at=09:20"))

    assert opened.read(opened.card(1)).splitlines()[2:4] == before


def test_after_a_day_it_is_only_opened_again(opened: Story) -> None:
    opened.press("dee", "Same thing", declared(opened, f"/sev3 {AGAIN} at=09:20"))
    opened.advance(hours=25)

    opened.open_form("dee", "More", opened.card(2))
    opened.press("dee", "Reopen")

    assert "reported yesterday 09:20" in opened.read(opened.card(1))
    assert "after all" not in opened.thread(1)[-1]
    assert "*Owner:* nobody yet" in opened.read(opened.card(2))


def test_it_is_refused_where_the_older_one_is_closed_meanwhile(opened: Story) -> None:
    answer = declared(opened)
    opened.fill_in("ana", "Resolve", note="Rolled back", confirmed=["yes"])

    said = opened.asked("dee", "Same thing", answer)

    assert said == "INC-1 was already resolved today 11:00 by @ana."
    assert "*Owner:* nobody yet" in opened.read(opened.card(2))


def test_it_is_undone_although_the_older_one_is_closed_meanwhile(
    opened: Story,
) -> None:
    opened.press("dee", "Same thing", declared(opened))
    opened.fill_in("ana", "Resolve", opened.card(1), note="x", confirmed=["yes"])

    opened.open_form("dee", "More", opened.card(2))
    opened.press("dee", "Reopen")

    assert "*Owner:* nobody yet" in opened.read(opened.card(2))
    assert "Resolved" in opened.read(opened.card(1))


def test_of_two_presses_at_once_one_closes_it(opened: Story) -> None:
    answer = declared(opened)

    def press() -> Answer:
        return opened.slack.as_("dee").press("Same thing", answer, stale=True)

    at_once(press, press)
    opened.settle()
    opened.slack.wait_until(lambda: len(opened.slack.private("dee")) > 1)

    assert len(opened.thread(1)) == 1
    refused = "INC-2 was already closed as void today 11:00 by @dee."
    assert refused in [opened.read(one) for one in opened.slack.private("dee")]


def test_a_sev1_is_not_closed_into_a_sev2_by_a_slip(opened: Story) -> None:
    answer = declared(opened, f"/sev1 {AGAIN}")

    opened.press("dee", "Same thing", answer, confirm=False)
    assert "Closed" not in opened.read(opened.card(2))

    opened.press("dee", "Same thing", answer)
    assert "the same thing as INC-1" in opened.read(opened.card(2))
    paged = len(opened.heard("ben"))
    opened.advance(hours=1)
    assert len(opened.heard("ben")) == paged
