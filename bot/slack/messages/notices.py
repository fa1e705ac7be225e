"""Notes in a card's thread, hand-off requests, and what went wrong with a message."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy.policies import Policy
from bot.slack import actions, buttons
from bot.slack.blocks import (
    LONGEST_SECTION,
    LONGEST_TEXT,
    Message,
    button,
    channel_link,
    mention,
    place,
    section,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut_marked
from bot.slack.messages.history import sentence
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Times,
    both,
    ended,
    headline,
    joined,
    keeps_it,
    name_of,
    opened_up,
    owed_as,
    title_of,
)
from bot.slack.readers import Person

_REASONS = {
    "channel_not_found": "the channel does not exist, or the bot cannot see it",
    "not_in_channel": "the bot is not in the channel; invite it there",
    "is_archived": "the channel is archived",
    "user_not_found": "Slack knows no such person",
    "user_disabled": "this person has left the workspace",
    "account_inactive": "this person has left the workspace",
    "cannot_dm_bot": "a bot cannot be written to",
    "restricted_action": "a rule of the workspace forbids it",
    "restricted_action_read_only_channel": "the channel is read-only",
    "msg_too_long": "the message is too long for Slack",
    "invalid_blocks": "Slack does not take this message; it is a fault of the bot",
    "not_rendered": "it could not be written; it is a fault of the bot, see its log",
}


def notice(text: str) -> Message:
    """Return a sentence as a message; what people typed in it is escaped already."""
    return Message(
        cut_marked(text, LONGEST_TEXT), (section(cut_marked(text, LONGEST_SECTION)),)
    )


def note(
    incident: Incident,
    event: Event,
    policy: Policy,
    now: datetime,
    *,
    moved: Sequence[Deadline] = (),
) -> Message:
    """Return the line in the card's thread about an event.

    `moved` are the open promises that a change of severity, plan or customer moved.
    """
    plain, token = both(policy.team_hours.zone, now, named=True)
    line = sentence(incident, event, policy, plain)
    text = " ".join([f"{name_of(incident)}: {line}", *_moves(moved, plain)])
    block = " ".join([sentence(incident, event, policy, token), *_moves(moved, token)])
    return Message(
        cut_marked(text, LONGEST_TEXT), (section(cut_marked(block, LONGEST_SECTION)),)
    )


def offer(incident: Incident, by: str, reader: Person) -> Message:
    """Return the request to take an incident over, which `by` asks of the reader.

    Once it is over it is a sentence without buttons.
    """
    if not incident.is_open or incident.offered_to != reader.id:
        return notice(_offer_over(incident, reader))
    asks = f"{mention(by)} asks you to take {name_of(incident)}."
    title = ended(opened_up(title_of(incident, LONGEST_TITLE_IN_A_LIST)))
    text = f"{asks} {title} {keeps_it(incident)} until you accept."
    accept = buttons.about(incident, "Accept", actions.ACCEPT, style="primary")
    decline = buttons.about(incident, "Decline", actions.DECLINE)
    return Message(text, (section(text), row([accept, decline])))


def offer_answered(incident: Incident, event: Event, reader: Person) -> Message:
    """Return what the giver hears of a hand-off: accepted, declined, or overtaken."""
    by, name = mention(event.by), name_of(incident)
    match event.kind:
        case EventKind.HAND_OFF_ACCEPTED:
            return notice(f"{by} accepted {name}. It is {by}'s now.")
        case EventKind.HAND_OFF_DECLINED:
            return notice(f"{by} declined {name}. {_whose(incident, reader)}")
        case EventKind.TAKEN:
            return notice(f"{by} took {name}; your offer of it is over.")
        case (
            EventKind.OPENED
            | EventKind.CHECKED_IN
            | EventKind.UPDATED
            | EventKind.RESUMED
            | EventKind.CHANGED
            | EventKind.CUSTOMER_SET
            | EventKind.HAND_OFF_OFFERED
            | EventKind.SNOOZED
            | EventKind.RESOLVED
            | EventKind.REOPENED
            | EventKind.VOIDED
            | EventKind.ERASED
        ):
            raise ValueError(f"{event.kind} answers no offer")
        case _:
            assert_never(event.kind)


def reason(code: str) -> str:
    """Return in plain words why Slack refused, by Slack's own word for it."""
    return _REASONS.get(code, f"Slack says “{shown(code, 80)}”")


def dead_letter(
    what: str, to: str, code: str, key: str | None = None, *, instead: str = ""
) -> Message:
    """Return the notice of a message that cannot be delivered.

    `what` says what it was, `to` is the person's or the channel's id, `instead`
    the id of whoever was told in place of them. Otherwise it can be sent again by
    its `key`, once the cause is mended; `None` after somebody did.
    """
    text = f"Not delivered: {what}, to {place(to)}. Why: {reason(code)}."
    if instead:
        text += f" {place(instead)} was told instead."
    else:
        text += " Nobody was told instead." if key else " It was sent again."
    return _to_be_sent_again(text, key)


def unknown_outcome(what: str, to: str, key: str | None) -> Message:
    """Return the notice of a message that Slack may or may not have posted.

    `key` is that of the message, for whoever decides to send it again; `None` once
    somebody did.
    """
    text = f"Slack did not say whether it posted {what}, to {place(to)}."
    if key is None:
        return notice(f"{text} It was sent again.")
    text += " It was not sent again. Look there; if it is missing, send it again."
    return _to_be_sent_again(text, key)


def card_not_posted(
    incident: Incident, channel: str, code: str, key: str | None = None
) -> Message:
    """Return the notice that an incident has no card; it is recorded all the same."""
    text = (
        f"{incident.name} is recorded, but its card could not be posted in "
        f"{channel_link(channel)}. Why: {reason(code)}. Reminders go out as usual; "
        f"`/incident {incident.number}` shows it. {headline(incident)}"
    )
    return _to_be_sent_again(text, key)


def reminder_fails(incident: Incident) -> Message:
    """Return the notice that the bot cannot remind anybody of an incident."""
    return notice(
        f"The reminders of {incident.name} fail; it is a fault of the bot, see its "
        f"log. Nobody is reminded of it: keep an eye on it. {headline(incident)}"
    )


def backups(reason: str) -> Message:
    """Return that no backup can be made, and why; without a reason, that one can."""
    if not reason:
        return notice("The daily backup of the record works again.")
    return notice(
        f"The daily backup failed. {shown(reason, 300)} Incidents and reminders go on; "
        "it is tried again every hour, and you hear when it works."
    )


def lost_incidents(refs: Mapping[str, str], policy: Policy, now: datetime) -> Message:
    """Return the notice that an old record lacks incidents whose cards stand here."""
    names = [f"INC-{number}" for number in refs["numbers"].split()]
    plain, token = both(policy.team_hours.zone, now, named=True)
    texts = [
        f"The record ends {times.at(datetime.fromisoformat(refs['since']))}; it was "
        f"restored from a copy. {joined(names)} came later: their cards stand in "
        f"{channel_link(policy.channels.incidents)}, but nobody is reminded of them. "
        "Declare anew what is still open; numbers go on after them."
        for times in (plain, token)
    ]
    return Message(texts[0], (section(texts[1]),))


def in_place_of(message: Message, whose: str, reader: Person) -> Message:
    """Return somebody's message as whoever is told instead of them reads it."""
    if whose == reader.id:
        return message
    head = f"{mention(whose)} cannot be reached; you are told instead."
    text = cut_marked(f"{head} {message.text}", LONGEST_TEXT)
    return Message(text, (section(head), *message.blocks))


def _to_be_sent_again(text: str, key: str | None) -> Message:
    if key is None:
        return notice(text)
    again = button("Send again", actions.SEND_AGAIN, key)
    return Message(text, (section(text), row([again])))


def _moves(moved: Sequence[Deadline], times: Times) -> Iterator[str]:
    owed = owed_now(moved)
    if owed is not None:
        yield f"{opened_up(owed_as(owed))} is now due {times.at(owed.due_at)}."


def _offer_over(incident: Incident, reader: Person) -> str:
    name = name_of(incident)
    if not incident.is_open:
        return f"{name}: the offer is over, the incident is closed."
    if incident.owner == reader.id:
        return f"{name}: you accepted it. It is yours."
    return f"{name}: the offer is over. {_whose(incident, reader)}"


def _whose(incident: Incident, reader: Person) -> str:
    if incident.owner is None:
        return "Nobody owns it."
    if incident.owner == reader.id:
        return "It stays yours."
    return f"It is {mention(incident.owner)}'s."
