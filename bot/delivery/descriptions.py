"""What each message of the outbox is, in words."""

from bot.store.tables.outbox_messages import MessageKind

_DESCRIBED = {
    MessageKind.CARD: "the card of {}",
    MessageKind.REMINDER: "a reminder about {}",
    MessageKind.NOTE: "a note about {}",
    MessageKind.MORNING: "the morning list",
    MessageKind.DAYS_REST: "the list of what came after the messages of the day",
    MessageKind.DIGEST: "the daily digest",
    MessageKind.REVIEW: "the weekly review",
    MessageKind.COMMANDS: "an answer to what somebody wrote to the bot",
    MessageKind.OFFER: "the hand-off request for {}",
    MessageKind.COVER: "the request for a cover",
    MessageKind.SHIFT: "what came with a shift",
    MessageKind.RING: "the alarm about {}, or its end",
    MessageKind.RING_OVER: "the alarm about {}, or its end",
    MessageKind.EDIT: "a change of {}",
}

_ABOUT_NONE = {
    MessageKind.REMINDER: "a message with several reminders",
    MessageKind.EDIT: "a message",
}


def described(kind: MessageKind, incident: int | None) -> str:
    """Return what a message is: a reminder about INC-42."""
    if incident is None:
        return _ABOUT_NONE.get(kind) or _DESCRIBED.get(kind, "a notice")
    return _DESCRIBED.get(kind, "a notice about {}").format(f"INC-{incident}")
