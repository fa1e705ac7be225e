"""The notice of incidents that a restored record does not know."""

from collections.abc import Mapping
from datetime import datetime

from bot.policy.policies import Policy
from bot.slack.blocks import Message, channel_link
from bot.slack.messages.notice import notice
from bot.slack.phrases import both, joined


def message(refs: Mapping[str, str], policy: Policy, now: datetime) -> Message:
    """Name the incidents that have a card in Slack but are not in the record."""
    names = [f"INC-{number}" for number in refs["numbers"].split()]
    plain, token = both(policy.team_hours.zone, now, named=True)
    texts = [
        f"The record ends {times.at(datetime.fromisoformat(refs['since']))}; it was "
        f"restored from a copy. {joined(names)} came later: their cards stand in "
        f"{channel_link(policy.channels.incidents)}, but nobody is reminded of them. "
        "Declare anew what is still open; numbers go on after them."
        for times in (plain, token)
    ]
    return notice(*texts)
