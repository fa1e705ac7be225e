"""Two people, or one person twice, at the same time: one wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bot.emulator.people.exchanges import Answer
from tests.story import Story

AT_ONCE = 5
A_HUNDRED = 100


def at_once(*acts: Callable[[], Answer]) -> list[Answer]:
    """Let several people act at once, each in their own thread."""
    barrier = Barrier(len(acts))

    def act(one: Callable[[], Answer]) -> Answer:
        barrier.wait(AT_ONCE)
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def pressing(story: Story, who: str, button: str) -> Callable[[], Answer]:
    """Return the press of a button on the card as it stands now."""
    seen = story.card()
    return lambda: story.slack.as_(who).press(button, seen, stale=True)


def heard(answer: Answer) -> str:
    """Return the private words that answered a command."""
    assert answer.private is not None
    return answer.private.text


@pytest.fixture
def opened(tuesday: Story) -> Story:
    """A Sev2 that nobody owns."""
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    return tuesday


def losers(story: Story) -> list[str]:
    """Return the answers to those who came second."""
    people = ("ana", "ben", "cem")
    return [story.read(one) for who in people for one in story.slack.private(who)]


def test_of_two_simultaneous_takers_one_wins_and_the_other_is_informed(
    opened: Story,
) -> None:
    at_once(pressing(opened, "ana", "Take it"), pressing(opened, "ben", "Take it"))
    opened.slack.wait_until(lambda: losers(opened))
    opened.settle()

    owner = opened.read(opened.card()).splitlines()[2].split()[1]
    assert owner in ("@ana", "@ben")
    assert losers(opened) == [f"INC-1 was taken today 10:00 by {owner}."]
    assert opened.thread() == [f"{owner} took it. The first response is still owed."]


def test_take_over_applies_only_to_the_owner_shown(opened: Story) -> None:
    opened.take("dee")

    at_once(pressing(opened, "ana", "Take over"), pressing(opened, "ben", "Take over"))
    opened.slack.wait_until(lambda: losers(opened))
    opened.settle()

    owner = opened.read(opened.card()).splitlines()[2].split()[1]
    assert losers(opened) == [f"INC-1 was taken today 10:00 by {owner}."]
    assert opened.thread()[1:] == [
        f"{owner} took it from @dee. The first response is still owed."
    ]


def test_a_late_take_it_does_not_take_over(opened: Story) -> None:
    seen = opened.card()
    opened.take("ana")
    opened.advance(minutes=1)

    said = opened.asked("ben", "Take it", seen, stale=True)

    assert said == "INC-1 was taken today 13:00 by @ana."


def test_taking_it_twice_is_taking_it_once(opened: Story) -> None:
    seen = opened.card()
    opened.take("ana")

    said = opened.asked("ana", "Take it", seen, stale=True)

    assert said == "INC-1 is yours already."
    assert len(opened.thread()) == 1


def test_of_two_simultaneous_resolvers_the_loser_keeps_their_text(
    opened: Story,
) -> None:
    def resolving(who: str) -> Callable[[], Answer]:
        opened.open_form(who, "Resolve", opened.card())
        entries = {"note": f"fixed by {who}", "confirmed": ["yes"]}
        return lambda: opened.slack.as_(who).submit(entries)

    at_once(resolving("ana"), resolving("ben"))
    opened.settle()

    loser, winner = sorted(
        ("ana", "ben"), key=lambda who: not opened.slack.as_(who).view()
    )
    assert "INC-1 is resolved." in opened.receipt(winner)
    assert "INC-1 was already resolved today" in opened.form(loser)
    assert f"Your text: fixed by {loser}" in opened.form(loser)
    assert len(opened.thread()) == 1


def test_two_updates_at_once_are_both_kept(opened: Story) -> None:
    def logging(who: str) -> Callable[[], Answer]:
        opened.open_form(who, "First response sent", opened.card())
        return lambda: opened.slack.as_(who).submit({"told": f"told by {who}"})

    at_once(logging("ana"), logging("ben"))
    opened.settle()

    first, second = opened.thread()
    assert first.startswith("First response logged by @")
    assert second.startswith("Update logged by @")
    assert "*Next update:*" in opened.read(opened.card())


def test_many_commands_at_once_are_numbered_without_gaps(tuesday: Story) -> None:
    def typing(who: str) -> Callable[[], Answer]:
        actor = tuesday.slack.as_(who)
        return lambda: actor.command("/sev4", f"acme: by {who}", channel="support")

    answers = at_once(*map(typing, ("ana", "ben", "cem", "dee", "lea")))
    tuesday.settle()

    assert all(answer.ok for answer in answers)
    assert sorted(
        one.text.split()[2] for one in tuesday.slack.channel("incidents")
    ) == [f"INC-{number}" for number in range(1, 6)]


def test_a_command_that_arrives_a_hundred_times_at_once_opens_one_incident(
    tuesday: Story,
) -> None:
    answer = tuesday.slack.as_("dee").command(
        "/sev2", "acme: push of apps fails", channel="support", times=A_HUNDRED
    )
    tuesday.settle()

    answers = [answer, *answer.repeats]
    assert len(answers) == A_HUNDRED
    assert all(one.ok for one in answers)
    assert {one.private.text for one in answers if one.private} == {heard(answer)}
    assert [one.text.split()[2] for one in tuesday.slack.channel("incidents")] == [
        "INC-1",
    ]


def test_a_press_that_arrives_a_hundred_times_at_once_counts_once(
    opened: Story,
) -> None:
    press = pressing(opened, "ana", "Take it")()

    at_once(*[lambda: opened.slack.redeliver(press)] * A_HUNDRED)
    opened.settle()

    assert opened.thread() == ["@ana took it. The first response is still owed."]
    assert losers(opened) == []


def test_a_form_that_arrives_a_hundred_times_at_once_counts_once(
    opened: Story,
) -> None:
    opened.open_form("ana", "First response sent", opened.card())
    form = opened.slack.as_("ana").submit({"told": "we are on it"})

    again = at_once(*[lambda: opened.slack.redeliver(form)] * A_HUNDRED)
    opened.settle()

    assert all(one.ok for one in again)
    assert len(opened.thread()) == 1


def test_an_event_that_arrives_a_hundred_times_at_once_counts_once(
    opened: Story,
) -> None:
    opened.become("cem", is_restricted=True)
    cem = opened.slack.workspace.find_person("cem").as_json(opened.now)
    before = opened.slack.all_messages()
    event = opened.slack.send_event({"type": "user_change", "user": cem})

    again = at_once(*[lambda: opened.slack.redeliver(event)] * A_HUNDRED)
    opened.tell_of("user_change", "cem")
    opened.take("cem")
    opened.slack.wait_until(lambda: losers(opened))

    assert all(one.ok for one in again)
    assert opened.slack.all_messages() == before
    assert losers(opened) == ["Only full members of this workspace can use sevbot."]


def test_of_two_who_open_a_message_at_once_the_second_hears_of_it(
    tuesday: Story,
) -> None:
    said = tuesday.slack.as_("dee").say("nobody at Globex can log in", "support")
    people = ("ana", "ben")

    def opening(who: str) -> Callable[[], Answer]:
        tuesday.shortcut(who, said, "triage_message")
        (seen,) = tuesday.slack.private(who)
        return lambda: tuesday.slack.as_(who).press(
            "Open as Sev1", seen, wait_private=True
        )

    answers = at_once(*map(opening, people))
    tuesday.settle()

    told = [heard(answer) for answer in answers]
    assert len(tuesday.slack.channel("incidents")) == 1
    assert sum("made this INC-1" in one for one in told) == 1
    assert sum(one.startswith("INC-1 · 🔺 Sev1 · Globex") for one in told) == 1
