"""The answer to Same thing: which incident goes on, and how to undo it."""

from bot.incidents.deadlines import owed_now
from bot.incidents.incidents import Incident
from bot.slack import actions, buttons
from bot.slack.blocks import Message, mention, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages import yours
from bot.slack.messages.answers import Recorded
from bot.slack.phrases import Voice, ended, linked_name, title_of


def message(newer: Incident, older: Recorded, voice: Voice) -> Message:
    """Return that the newer one is closed, and what is owed on the older one."""
    one, owed = older.incident, owed_now(older.deadlines)
    plain, token = voice.both()
    closed = f"{newer.name} is closed: it is the same thing as {one.name}."
    goes_on = ended(f"{linked_name(one, voice.policy)} goes on: {title_of(one)}")
    whose = "Nobody owns it."
    if one.owner is not None:
        whose = f"It is {mention(one.owner)}'s."
    if voice.is_to(one.owner):
        whose = "It is yours."
    text, marked = (
        f"{goes_on} {whose} {yours.owes(one, owed, voice)}" for voice in (plain, token)
    )
    steps = [buttons.likely(buttons.take(one))]
    if one.owner is not None:
        steps = buttons.steps(one, owed) if voice.is_to(one.owner) else []
    undo = buttons.about(newer, "Undo", actions.REOPEN)
    return say(
        f"{closed} {text}", [section(f"*{closed}*\n{marked}"), row([*steps, undo])]
    )
