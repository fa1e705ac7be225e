"""The messages that say only what stands in their own refs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.incidents import recipients
from bot.policy.policies import Policy
from bot.slack.blocks import Message
from bot.slack.messages import (
    command_help,
    failures,
    feed,
    lost_incidents,
    lost_message,
    on_call,
    policy_notice,
)
from bot.store.tables.outbox_messages import MessageKind

_Worded = Callable[[Mapping[str, str], Policy, datetime], Message]


def _channel_lost(refs: Mapping[str, str], policy: Policy, now: datetime) -> Message:
    channel, fallback = refs["channel"], policy.channels.fallback
    leads = policy.channels.leads
    reports_to = leads if channel == fallback else fallback
    if channel in (fallback, leads):
        reports_to = recipients.lead(policy, now) or reports_to
    return lost_message.channel(channel, refs["error"], reports_to)


WORDED: Final[Mapping[MessageKind, _Worded]] = {
    MessageKind.ON_CALL_AHEAD: on_call.ahead,
    MessageKind.FEED: feed.trouble,
    MessageKind.POLICY_ACCEPTED: policy_notice.accepted,
    MessageKind.POLICY_REFUSED: policy_notice.refused,
    MessageKind.POLICY_DIFFERS: policy_notice.differs,
    MessageKind.BACKUP: lambda refs, *_: failures.backup(refs["reason"]),
    MessageKind.LOST_INCIDENTS: lost_incidents.message,
    MessageKind.NEW_RECORD: lambda refs, policy, _: lost_incidents.unread(
        refs["error"], policy
    ),
    MessageKind.CHANNEL_LOST: _channel_lost,
    MessageKind.NO_OUTCOME: lambda refs, *_: failures.without_outcome(
        refs["incidents"].split()
    ),
    MessageKind.COMMANDS: lambda *_: command_help.no_command(),
}
