"""A reminder as it is rendered, for the tests of reminders and pages."""

from datetime import datetime

from bot.incidents.deadlines import Deadline, Kind
from bot.slack.blocks import Message
from bot.slack.messages import reminder
from bot.slack.messages.reminder_item import Item
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from tests.factories import shipped_policy


def running(owed: tuple[Deadline, ...], kind: Kind) -> Deadline:
    """Return the open deadline of a kind."""
    return next(one for one in owed if one.is_open and one.kind is kind)


def told(
    item: Item,
    reader: Person | None,
    at: datetime,
    down: tuple[datetime, datetime] | None = None,
) -> Message:
    """Return the message of one reminder."""
    message = reminder.message([item], Voice(shipped_policy(), at, reader), down=down)
    assert message is not None
    return message
