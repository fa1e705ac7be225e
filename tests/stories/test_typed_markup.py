"""What people typed is shown as they typed it, in every place, and formats nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.emulator.people.reading import Span
from bot.emulator.records import Message
from bot.store.tables.outbox_messages import MessageKind
from tests.formatting import spans
from tests.stories.conftest import Tell
from tests.story import Story, pacific, shipped_policy

TYPED = [
    "```rm -rf /```",
    "``` and no more",
    "*down* _since_ ~nine~ `now`",
    "> not a quote",
    "http://acme.example is slow",
    "a & b < c > d",
    "<!channel> <@U0ANA> <b|c> &amp; &#42;",
    ":fire: **all** __of__ it",
    "\u0645\u0631\u062d\u0628\u0627 *\u0628\u0643* (abc)",
    "\u05d0\u05d1_abc*2*3",
]
KINDS = {
    MessageKind.CARD,
    MessageKind.REMINDER,
    MessageKind.NOTE,
    MessageKind.MORNING,
    MessageKind.DIGEST,
    MessageKind.OFFER,
    MessageKind.OFFER_ANSWERED,
}


def everything(told: Story) -> Iterator[Message]:
    """Yield all that the bot ever showed, as it stands now."""
    workspace = told.slack.workspace
    yield from workspace.messages.values()
    yield from workspace.privates.values()


def form(told: Story, who: str) -> Message:
    """Return the form on somebody's screen, to be read like a message."""
    view = told.slack.as_(who).wait_for_view()
    return Message("", "", "", view.title, tuple(view.blocks))


def check(told: Story, message: Message, typed: str) -> bool:
    """Check how a message shows a typed text; return whether it does."""
    ours = (*spans(told.slack, message, "ana"),)
    phone = (*spans(told.slack, replace(message, blocks=()), "ana"),)
    for span in (*ours, *phone):
        assert span.styles <= {"bold", "code"}, (span, message)
        assert "code" not in span.styles or is_command(span), f"{span} is code"
    words = " ".join(typed.split())
    seen = "".join(span.text for span in ours)
    assert seen.count("kernel") == seen.count(f"{words} kernel"), seen
    return "kernel" in seen


def is_command(span: Span) -> bool:
    """Return whether a piece in the type of code is a command of ours."""
    return span.text.startswith(("/", "plan=", "owner=", "at=", "link="))


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_text_is_shown_as_typed_in_every_place(tell: Tell, typed: str) -> None:
    told = tell("2026-11-24 08:00")
    text = f"{typed} kernel"
    policy = shipped_policy()
    acme = policy.find_customer("acme")
    assert acme is not None
    told.use_policy(customers=(replace(acme, name=text, aliases=("acme",)),))
    seen = []

    for number, command in enumerate(("/sev1", "/sev2", "/sev2"), start=1):
        told.command("dee", f"{command} acme: {text} {number}")
        told.command("dee", f"{command} acme: {text} {number}")
        seen.append(check(told, told.card(number), typed))
    told.command("dee", f"/sev2 acme: {text} plan={typed.replace(' ', '')}-end")
    told.command("dee", f"/sev2 {text}: x owner=nobody")
    told.command("dee", "/incident")
    told.command("dee", "/incident 1")
    told.take("ana", 1)
    told.take("ana", 2)
    for who, button in (("ana", "First response sent"), ("ana", "Resolve")):
        told.open_form(who, button, told.card(2))
        seen.append(check(told, form(told, who), typed))
    for button in ("Change", "Correct the customer", "Hand off", "Mistake or drill"):
        told.more("ana", button, 2)
        seen.append(check(told, form(told, "ana"), typed))
    while told.slack.as_("ana").view() is not None:
        told.slack.as_("ana").close()
    told.fill_in("ana", "First response sent", told.card(2), told=text, next=text)
    told.advance(hours=1, minutes=30)  # So that ana's silence about INC-1 is told.
    told.more("ana", "Hand off", 2)
    told.submit("ana", to="ben")
    offer = told.slack.dm("ben")[-1]
    seen += [check(told, message, typed) for message in everything(told)]
    told.press("ben", "Decline", offer)
    told.fill_in("ana", "Resolve", told.card(1), note=text, confirmed=["yes"])
    told.advance(hours=4)
    told.travel(pacific("2026-11-25 09:30"))

    seen += [check(told, message, typed) for message in everything(told)]
    assert sum(seen) > 25
    with told.bot.database.transaction() as tx:
        sent = {MessageKind(row["kind"]) for row in tx.all("newest_messages", most=999)}
    assert sent >= KINDS
