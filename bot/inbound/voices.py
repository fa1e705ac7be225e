"""The voice in which a person is answered."""

from bot.slack.phrases import Voice
from bot.triage.context import Context
from bot.triage.people import People


def voice_to(context: Context, people: People, person: str) -> Voice:
    """Return how somebody is spoken to now, by the policy in force."""
    return Voice(context.policy(), context.clock(), people.person(person))
