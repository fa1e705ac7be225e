"""What a record that was lost, or restored from a copy, does not know."""

from collections.abc import Mapping
from datetime import datetime

from bot.policy.policies import Policy
from bot.slack.blocks import Message, channel_link
from bot.slack.messages.notice import notice
from bot.slack.phrases import Voice, joined


def message(refs: Mapping[str, str], voice: Voice) -> str:
    """Name the incidents that have a card in Slack but are not in the record."""
    names = [f"INC-{number}" for number in refs["numbers"].split()]
    ends = voice.at(datetime.fromisoformat(refs["since"]), "The record ends")
    return (
        f"{ends}; it was restored from a copy. {joined(names)} came later: their cards "
        f"stand in {channel_link(voice.policy.channels.incidents)}, but nobody is "
        "reminded of them. Declare anew what is still open; numbers go on after them."
    )


def unread(error: str, policy: Policy) -> Message:
    """Say that a new record begins, and that nobody could see whether one was lost."""
    where = channel_link(policy.channels.incidents)
    return notice(
        f"I began a new record, with numbers from INC-1. I could not read {where} "
        f"({error}) to see whether an older record was lost. If there was one, stop me "
        "and put it back: `sevbot db restore FILE`."
    )
