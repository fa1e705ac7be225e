"""The message that was the customer's update is logged from that message."""

import pytest

from bot.emulator.people.exchanges import Sent
from bot.emulator.records import Message
from tests.story import Story

WAS_UPDATE = "was_update"
EMOJI = "telephone_receiver"
FIRST = "*First response:*"
NEXT = "*Next update:*"
WORDS = "We found the cause; a fix is in test."
TAKE_BACK = "Take the emoji off within a minute to take it back."


@pytest.fixture
def shared(tuesday: Story) -> Story:
    """Acme's channel, shared with them and with the bot in it, and a Sev2 of theirs."""
    tuesday.use_policy(update_emoji=EMOJI)
    tuesday.slack.add_person("eve", is_stranger=True)
    tuesday.slack.change_channel("acme", is_ext_shared=True)
    for who in ("sevbot", "ben", "eve"):
        tuesday.slack.invite("acme", who)
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.take("ana")
    tuesday.advance(minutes=30)
    return tuesday


def say(
    story: Story,
    text: str = WORDS,
    *,
    who: str = "dee",
    channel: str = "acme",
    under: Message | None = None,
) -> Message:
    """Write a message ten minutes before now."""
    said = story.slack.as_(who).say(text, channel, thread=under.ts if under else None)
    story.advance(minutes=10)
    return said


def tap(story: Story, who: str, message: Message) -> Sent | None:
    """Put the emoji on a message, or take it off, and let it take effect."""
    sent = story.slack.as_(who).react(EMOJI, message)
    story.take_in()
    story.settle()
    return sent


def whispered(story: Story, who: str, channel: str = "acme") -> list[str]:
    """Return what the bot showed to one person alone in a channel."""
    there = story.slack.workspace.find_channel(channel).id
    private = [one for one in story.slack.private(who) if one.channel == there]
    return [story.read(one, who) for one in private]


def owed(story: Story, number: int = 1) -> str:
    """Return the line of the card that says what is owed."""
    card = story.read(story.card(number))
    return next(line for line in card.splitlines() if " due " in line)


def test_an_emoji_on_the_message_moves_the_clock(shared: Story) -> None:
    before, said = owed(shared), say(shared)

    tap(shared, "ana", said)

    assert before.startswith("*First response:* due today 14:00")
    assert owed(shared).startswith("*Next update:* due today 14:30")
    assert whispered(shared, "ana") == [
        "Logged for INC-1 Acme (🔶 Sev2): what @dee wrote today 10:30. Next update "
        f"due today 14:30, in 3 h 50. {TAKE_BACK}"
    ]
    assert shared.thread()[-1] == (
        "First response logged by @ana for today 10:30: a message of @dee. Nothing "
        "was sent to Acme by the bot."
    )


def test_a_shortcut_logs_a_reply_where_the_bot_is_not(shared: Story) -> None:
    shared.slack.remove("acme", "sevbot")
    said = say(shared, under=say(shared, "Push fails", who="eve"))

    answer = shared.shortcut("ana", said, WAS_UPDATE)

    assert answer.startswith("Logged for INC-1 Acme (🔶 Sev2): what @dee wrote today")
    assert owed(shared).startswith(NEXT)


def test_ten_emoji_on_a_message_count_once(shared: Story) -> None:
    said = say(shared)

    for who in ("ana", "ben", "dee"):
        tap(shared, who, said)

    logged = [one for one in shared.thread() if "logged by" in one]
    assert len(logged) == 1
    assert whispered(shared, "ben") == [
        "INC-1: the update was already logged for this message today 13:40 by @ana."
    ]


def test_an_emoji_that_is_delivered_again_is_silent(shared: Story) -> None:
    said = say(shared)
    sent = tap(shared, "ana", said)
    assert sent is not None
    before = whispered(shared, "ana"), shared.thread()

    shared.slack._exchanges.deliver(sent, retry=1)
    shared.take_in()
    shared.settle()

    assert (whispered(shared, "ana"), shared.thread()) == before


def test_an_emoji_taken_off_within_a_minute_takes_the_update_back(
    shared: Story,
) -> None:
    before, said = owed(shared), say(shared)
    tap(shared, "ana", said)
    shared.advance(seconds=50)

    tap(shared, "ana", said)

    assert owed(shared) == before
    assert whispered(shared, "ana")[-1] == (
        "Taken back: INC-1 Acme (🔶 Sev2) has no update by this message. Next first "
        "response due today 14:00, in 3 h 19."
    )
    assert shared.thread()[-1].startswith("@ana took the update back")
    shared.advance(hours=3)
    assert any("first response due" in one for one in shared.heard("ana"))


def test_an_update_by_the_shortcut_is_taken_back_by_its_confirmation(
    shared: Story,
) -> None:
    before, said = owed(shared), say(shared)
    logged = shared.shortcut("ana", said, WAS_UPDATE)
    confirmation = shared.slack.private("ana")[-1]
    shared.advance(seconds=50)

    undone = shared.asked("ana", "Take it back", confirmation)

    assert logged.endswith("You can take it back within a minute.\n[Take it back]")
    assert undone.startswith("Taken back: INC-1 Acme (🔶 Sev2) has no update by this")
    assert owed(shared) == before
    assert len(shared.slack.private("ana")) == 1


def test_after_a_minute_the_shortcuts_update_stays(shared: Story) -> None:
    shared.shortcut("ana", say(shared), WAS_UPDATE)
    confirmation = shared.slack.private("ana")[-1]
    shared.advance(seconds=61)

    said = shared.asked("ana", "Take it back", confirmation)

    assert said == "INC-1 keeps the update: it was logged more than a minute ago."
    assert owed(shared).startswith(NEXT)


def test_an_update_taken_back_can_be_logged_again(shared: Story) -> None:
    said = say(shared)

    for _ in range(3):
        tap(shared, "ana", said)

    assert owed(shared).startswith(NEXT)


def test_after_a_minute_the_update_stays(shared: Story) -> None:
    said = say(shared)
    tap(shared, "ana", said)
    shared.advance(seconds=61)

    tap(shared, "ana", said)

    assert owed(shared).startswith(NEXT)
    assert whispered(shared, "ana")[-1] == (
        "INC-1 keeps the update: it was logged more than a minute ago."
    )


def test_an_update_that_something_was_built_on_stays(shared: Story) -> None:
    said = say(shared)
    tap(shared, "ana", said)
    shared.fill_in("ben", "Log update", told="A fix is on its way.")

    tap(shared, "ana", said)

    assert whispered(shared, "ana")[-1] == (
        "INC-1 keeps the update: more has happened since it was logged."
    )


def test_only_who_logged_it_takes_it_back(shared: Story) -> None:
    said = say(shared)
    tap(shared, "ana", said)
    tap(shared, "ben", said)

    tap(shared, "ben", said)

    assert owed(shared).startswith(NEXT)


def test_an_update_that_others_marked_too_stays(shared: Story) -> None:
    said = say(shared)
    tap(shared, "ana", said)
    tap(shared, "ben", said)

    tap(shared, "ana", said)

    assert owed(shared).startswith(NEXT)
    assert whispered(shared, "ana")[-1] == (
        "INC-1 keeps the update: somebody else's emoji is still on the message."
    )


def test_an_emoji_that_is_gone_again_logs_nothing(shared: Story) -> None:
    said = say(shared)
    shared.slack.workspace.react(said, EMOJI, shared.slack.as_("ana").id)

    tap(shared, "ana", said)
    event = {
        "type": "reaction_added",
        "user": shared.slack.as_("ana").id,
        "reaction": EMOJI,
        "item": {"type": "message", "channel": said.channel, "ts": said.ts},
    }
    shared.slack.send_event(event)
    shared.take_in()

    assert whispered(shared, "ana") == []


@pytest.mark.parametrize(
    ("moves", "why"),
    [
        (-60, "That is before the customer reported it, today 10:00."),
        (20, "That is before the last update, or the reopening, today 11:00."),
    ],
    ids=["incident", "last update"],
)
def test_a_message_from_before_is_refused(shared: Story, moves: int, why: str) -> None:
    if moves > 0:
        said = say(shared)
        shared.advance(minutes=moves)
        shared.fill_in("ana", "First response sent", told="A fix is on its way.")
    else:
        at = f"{shared.ago(minutes=-moves).timestamp():.6f}"
        said = Message("C0ACME", at, shared.slack.as_("dee").id, WORDS)
        shared.slack.workspace.messages[said.channel, at] = said
    before = owed(shared)

    tap(shared, "ana", said)

    assert whispered(shared, "ana") == [why]
    assert owed(shared) == before


def test_what_an_app_wrote_is_no_update(shared: Story) -> None:
    own = shared.card()

    shared.slack.workspace.edit(own)
    tap(shared, "ana", own)

    assert whispered(shared, "ana", "incidents") == [
        "I wrote that myself. An update is what a person told the customer."
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"bot_id": "B0ALERTS"}, "An app wrote that."),
        ({"subtype": "bot_message", "user": None}, "An app wrote that."),
        ({"subtype": "channel_join"}, "Nobody wrote that"),
        ({"subtype": "tombstone"}, "That message was deleted"),
        ({"user_team": "T0OTHER"}, "Somebody of another company wrote that"),
    ],
    ids=lambda given: "-".join(given) if isinstance(given, dict) else "",
)
def test_only_what_one_of_us_wrote_is_an_update(
    shared: Story, fields: dict[str, str | None], why: str
) -> None:
    said = say(shared)
    actor = shared.slack.as_("ana")
    payload, _ = shared.slack._interactions.shortcut(actor.person, said, WAS_UPDATE)
    payload["message"] |= fields

    shared.slack._exchanges.deliver(Sent("interactive", payload))
    answer = shared.slack.wait_until(lambda: whispered(shared, "ana"))

    assert answer[0].startswith(why)
    assert owed(shared).startswith(FIRST)


def test_what_the_customer_wrote_is_no_update(shared: Story) -> None:
    said = say(shared, "It works again, thank you", who="eve")

    tap(shared, "ana", said)

    assert whispered(shared, "ana") == [
        "Somebody of another company wrote that, so it is no update of ours."
    ]


@pytest.mark.parametrize("who", ["eve", "gus"])
def test_an_outsiders_emoji_means_nothing(shared: Story, who: str) -> None:
    shared.slack.add_person("gus", is_restricted=True)
    shared.slack.invite("acme", "gus")

    tap(shared, who, say(shared))

    assert owed(shared).startswith(FIRST)
    assert whispered(shared, who) == []


def test_without_the_policys_emoji_nothing_is_logged(shared: Story) -> None:
    said = say(shared)
    shared.slack.as_("ana").react("eyes", said)
    shared.use_policy(update_emoji=None)

    tap(shared, "ana", said)

    assert owed(shared).startswith(FIRST)
    assert shared.slack.calls("reactions.get") == []


def test_a_message_that_is_gone_is_refused(shared: Story) -> None:
    said = say(shared)
    shared.slack.faults.refuse("reactions.get", "message_not_found", times=2)

    tap(shared, "ana", said)
    answer = shared.shortcut("ana", said, WAS_UPDATE, stale=True)

    gone = "That message was deleted, so nothing was logged."
    assert (whispered(shared, "ana")[0], answer) == (gone, gone)


def test_a_message_that_cannot_be_read_says_so(shared: Story) -> None:
    said = say(shared)
    shared.slack.faults.refuse("reactions.get", "access_denied", times=1)

    tap(shared, "ana", said)

    assert whispered(shared, "ana") == [
        "NOT recorded (Slack denies the bot access to it). Take the emoji off and put "
        "it on again."
    ]


def test_without_an_open_incident_there_is_nothing_to_log(shared: Story) -> None:
    shared.fill_in("ana", "Resolve", note="Fixed", confirmed=["yes"])

    tap(shared, "ana", say(shared, channel="support"))

    assert whispered(shared, "ana", "support")[-1] == (
        "No incident is open, so there is none to log an update for."
    )


def test_a_message_is_logged_for_the_incident_of_its_thread(shared: Story) -> None:
    parent = say(shared, "Sync fails", who="eve")
    link = f"https://acme.slack.com/archives/C0ACME/p{parent.ts.replace('.', '')}"
    shared.command("dee", f"/sev2 acme: sync fails link={link}")

    tap(shared, "ana", say(shared, under=parent))
    tap(
        shared,
        "ana",
        say(shared, "Push works again", channel="incidents", under=shared.card(1)),
    )

    assert owed(shared, 2).startswith(NEXT)
    assert owed(shared, 1).startswith(NEXT)
    (there,) = [one for one in shared.slack.private("ana") if "INC-2" in one.text]
    assert there.thread_ts == parent.ts


def test_the_thread_of_the_same_thing_is_of_what_goes_on(shared: Story) -> None:
    parent = say(shared, "push of apps fails", who="eve")
    link = f"https://acme.slack.com/archives/C0ACME/p{parent.ts.replace('.', '')}"
    answer = shared.command("dee", f"/sev2 acme: push fails link={link}").private
    assert answer is not None
    shared.press("dee", "Same thing", answer)

    tap(shared, "ana", say(shared, under=parent))

    assert owed(shared, 1).startswith(NEXT)
    assert shared.read(shared.slack.private("ana")[-1]).startswith("Logged for INC-1")


def test_a_thread_of_a_closed_incident_is_not_another_incidents(shared: Story) -> None:
    card = shared.card()
    shared.command("dee", "/sev2 acme: sync fails")
    shared.fill_in("ana", "Resolve", card, note="Fixed", confirmed=["yes"])

    tap(shared, "ana", say(shared, channel="incidents", under=card))

    assert whispered(shared, "ana", "incidents")[-1].startswith("INC-1 was already")
    assert owed(shared, 2).startswith(FIRST)


def test_the_customer_may_be_named_in_the_text(shared: Story) -> None:
    shared.command("dee", "/sev2 globex: sync fails")

    tap(shared, "ana", say(shared, "Told Globex: a fix is in test", channel="support"))

    assert owed(shared, 2).startswith(NEXT)
    assert owed(shared, 1).startswith(FIRST)


def test_where_it_is_not_sure_one_is_asked_which(shared: Story) -> None:
    shared.command("dee", "/sev2 acme: sync fails")
    said = say(shared)
    tap(shared, "ana", said)
    (asked,) = [one for one in shared.slack.private("ana") if one.channel == "C0ACME"]
    before = owed(shared, 1), owed(shared, 2)

    shared.slack.as_("ana").choose("INC-2 Acme: sync fails", asked, wait_private=True)
    shared.settle()

    assert shared.read(asked).splitlines()[0] == (
        "Which incident was this message the update of? Nothing is logged yet."
    )
    assert all(one.startswith(FIRST) for one in before)
    assert owed(shared, 2).startswith(NEXT)
    assert whispered(shared, "ana")[0].startswith("Logged for INC-2 Acme")


def test_one_open_incident_is_not_any_messages(shared: Story) -> None:
    tap(shared, "ana", say(shared, "Lunch is at noon", channel="support"))

    assert owed(shared).startswith(FIRST)
    assert whispered(shared, "ana", "support")[-1].startswith("Which incident was")
