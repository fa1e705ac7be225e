"""Messages arrive once, in order and no faster than Slack allows."""

from datetime import timedelta

import pytest

from bot.delivery.pacing import Pace
from bot.emulator.faults import Fault
from bot.emulator.records import Message
from bot.store.tables import leases
from tests.stories.conftest import Tell
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
FIRST = "INC-1 Acme (🔶 Sev2): first response"
POST, EDIT = "chat.postMessage", "chat.update"


def wait(told: Story, **span: float) -> None:
    """Advance the system clock, by which messages are retried."""
    told.system_clock.advance(**span)
    told.settle()


def owned(told: Story, owner: str = "ana", command: str = SEV2) -> None:
    """Open an incident that somebody owns from the start."""
    told.command(owner, f"{command} owner=@{owner}")


def cards(told: Story) -> list[Message]:
    return told.slack.channel("incidents")


def notices(told: Story) -> list[str]:
    """Return what the fallback channel reads."""
    return [told.read(one) for one in told.slack.channel("support")]


def sender_dies(told: Story) -> None:
    """Let a sender claim the next message, and never come back."""
    now = told.system_clock()
    with told.bot.database.transaction() as tx:
        message = leases.claim(
            tx,
            system_now=now,
            lease_until=now + timedelta(seconds=60),
            page_lease_until=now + timedelta(seconds=15),
            burst_until=now,
            token="dead",
        )
    assert message is not None


def test_a_thread_keeps_its_order_after_an_outage_of_slack(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.RATE_LIMITED, times=None)
    tuesday.take("ben")
    tuesday.fill_in("ben", "First response sent", told="we are on it")
    tuesday.fill_in("ben", "Resolve", note="rolled back", confirmed=["yes"])
    assert tuesday.thread() == []

    tuesday.slack.faults.clear()
    wait(tuesday, minutes=2)

    assert [line.split("“")[0] for line in tuesday.thread()] == [
        "@ben took it from @ana.",
        "First response logged by @ben: ",
        "Resolved by @ben: ",
    ]


def test_a_page_overtakes_queued_messages_in_its_conversation(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", pace=Pace())
    for title in "abc":
        owned(told, command=f"/sev2 acme: {title}")
        wait(told, seconds=2)
        told.advance(minutes=3)

    told.travel(pacific("2026-11-24 13:07"))
    told.command("dee", SEV1)
    for _ in range(3):
        wait(told, seconds=1)

    assert told.heard("ana") == [
        "Tue 13:00 INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h.",
        "Tue 13:07 🔺 Sev1 INC-4 Acme: checkout is down.",
        "Tue 13:07 INC-2 Acme (🔶 Sev2): first response due 14:03, in 56 min.",
        "Tue 13:07 INC-3 Acme (🔶 Sev2): first response due 14:06, in 59 min.",
    ]


def test_a_conversation_gets_one_message_a_second(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", pace=Pace())
    for who in ("ana", "ben", "cem"):
        owned(told, who)

    counts = [len(cards(told))]
    for _ in range(3):
        wait(told, seconds=1)
        counts.append(len(cards(told)))

    assert counts == [1, 2, 3, 3]


def test_a_rate_limit_holds_posts_back_for_as_long_as_slack_asks(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add(POST, Fault.RATE_LIMITED, wait_for=timedelta(seconds=30))
    before = len(tuesday.slack.calls(POST))
    tuesday.command("dee", SEV2)

    wait(tuesday, seconds=29)
    asked = len(tuesday.slack.calls(POST)) - before
    wait(tuesday, seconds=1)

    assert asked == 1
    assert len(cards(tuesday)) == 1
    assert tuesday.heard("ana") == ["Tue 10:00 🔶 Sev2 INC-1 Acme: push of apps fails."]


def test_a_rate_limit_of_posts_leaves_edits_alone(tuesday: Story) -> None:
    tuesday.command("dee", SEV2)
    tuesday.slack.faults.add(POST, Fault.RATE_LIMITED, wait_for=timedelta(seconds=30))

    tuesday.take("ana")

    assert "*Owner:* @ana" in tuesday.read(tuesday.card())
    assert tuesday.thread() == []


def test_edits_that_could_not_be_made_become_one(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(EDIT, Fault.RATE_LIMITED, times=None)
    tuesday.take("ben")
    tuesday.fill_in("ben", "First response sent", told="we are on it")
    tuesday.fill_in("ben", "Resolve", note="rolled back", confirmed=["yes"])
    tuesday.slack.faults.clear()
    before = len(tuesday.slack.calls(EDIT))

    wait(tuesday, minutes=2)

    # The card, and the note to who owned it before.
    edited = [one.arguments["channel"] for one in tuesday.slack.calls(EDIT)[before:]]
    assert sorted(edited) == ["C0INCIDENTS", "D0ANA"]
    assert "Resolved today 10:00 by @ben" in tuesday.read(tuesday.card())


def test_a_message_that_no_longer_applies_is_not_sent(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.RATE_LIMITED, times=None)
    tuesday.advance(hours=4)
    tuesday.fill_in("ana", "First response sent", told="we are on it")

    tuesday.slack.faults.clear()
    wait(tuesday, minutes=2)

    assert tuesday.heard("ana") == []
    assert tuesday.thread() == [
        "First response logged by @ana: “we are on it”. "
        "Nothing was sent to Acme by the bot."
    ]


def test_an_unconfirmed_edit_is_repeated_until_confirmed(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(EDIT, Fault.DROP_AFTER)
    tuesday.take("ben")
    before = len(tuesday.slack.calls(EDIT))

    wait(tuesday, seconds=30)
    once_more = len(tuesday.slack.calls(EDIT))
    wait(tuesday, minutes=2)
    wait(tuesday, hours=1)

    assert (once_more, len(tuesday.slack.calls(EDIT))) == (before + 1, before + 2)
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_a_deleted_card_is_posted_again_with_the_next_event(
    tuesday: Story,
) -> None:
    owned(tuesday)
    (card,) = cards(tuesday)
    tuesday.slack.workspace.delete(card)

    tuesday.advance(hours=4, minutes=1)

    (again,) = cards(tuesday)
    assert again.ts != card.ts
    assert "late since" in tuesday.read(again)


def test_a_reply_to_a_deleted_card_posts_the_card_again_first(
    tuesday: Story,
) -> None:
    owned(tuesday)
    (card,) = cards(tuesday)
    tuesday.slack.workspace.delete(card)

    tuesday.slack.faults.add(EDIT, Fault.FAIL_BEFORE)  # So that the reply comes first.
    tuesday.advance(hours=4, minutes=1)

    (again,) = cards(tuesday)
    assert again.ts != card.ts
    assert len(tuesday.thread()) == 1
    assert notices(tuesday) == []


def test_a_revoked_token_costs_no_message(tuesday: Story) -> None:
    workspace = tuesday.slack.workspace
    token, workspace.bot_token = workspace.bot_token, "xoxb-rotated"
    tuesday.command("dee", SEV1)
    for _ in range(3):
        wait(tuesday, minutes=1)
    trouble = tuesday.bot.outbox.failed_calls.trouble

    workspace.bot_token = token
    wait(tuesday, minutes=1)

    assert trouble == "invalid_auth"
    assert tuesday.bot.outbox.failed_calls.trouble is None
    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]
    assert len(cards(tuesday)) == 1
    assert notices(tuesday) == []


def test_slack_limits_how_often_it_is_called_in_a_story(tuesday: Story) -> None:
    # users.list is of the second tier, 20 calls a minute, and was called at the start.
    waits = [tuesday.bot.people.read_page() for _ in range(20)]

    tuesday.advance(minutes=1)

    assert set(waits[:19]) == {timedelta(hours=12)}
    assert waits[19] <= timedelta(minutes=1)
    assert tuesday.bot.people.read_page() == timedelta(hours=12)


@pytest.mark.parametrize("is_done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("<html>Blocked by your company</html>", 403, "text/html"),
        ("<html>Sign in</html>", 200, "text/html"),
        ("Bad gateway", 502, "text/plain"),
        ("", 200, "text/plain"),
        ("{", 200, "application/json"),
        ('["ok"]', 200, "application/json"),
        ("null", 200, "application/json"),
        ('{"ok": true}', 200, "application/json"),
        ('{"ok": true, "ts": null}', 200, "application/json"),
        ("[" * 5000, 200, "application/json"),
        ("", 302, "text/plain"),
    ],
)
def test_an_answer_that_is_not_slacks_is_looked_up(
    tuesday: Story, body: str, status: int, kind: str, *, is_done: bool
) -> None:
    faults = tuesday.slack.faults
    faults.reply(POST, body, status, content_type=kind, is_done=is_done)

    tuesday.command("dee", SEV2)
    wait(tuesday, minutes=1)
    wait(tuesday, minutes=20)

    assert len(cards(tuesday)) == 1
    assert tuesday.waiting() == 0
