"""The messages that say only what stands in their own refs."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.incidents import recipients
from bot.slack.blocks import Message
from bot.slack.messages import (
    command_help,
    failures,
    feed,
    lost_incidents,
    lost_message,
    on_call,
    policy_notice,
    user_group,
)
from bot.slack.messages.notice import notice
from bot.slack.phrases import Voice
from bot.store.tables.outbox_messages import MessageKind

_Worded = Callable[[Mapping[str, str], Voice], Message]


def _told(words: Callable[[Mapping[str, str], Voice], str]) -> _Worded:
    return lambda refs, voice: notice(*(words(refs, one) for one in voice.both()))


def _channel_lost(refs: Mapping[str, str], voice: Voice) -> Message:
    channel, channels = refs["channel"], voice.policy.channels
    fallback, leads = channels.fallback, channels.leads
    reports_to = leads if channel == fallback else fallback
    if channel in (fallback, leads):
        reports_to = recipients.lead(voice.policy, voice.now) or reports_to
    return lost_message.channel(channel, refs["error"], reports_to)


WORDED: Final[Mapping[MessageKind, _Worded]] = {
    MessageKind.ON_CALL_AHEAD: _told(on_call.ahead),
    MessageKind.FEED: _told(feed.trouble),
    MessageKind.USER_GROUP: lambda refs, *_: user_group.message(refs),
    MessageKind.POLICY_ACCEPTED: policy_notice.accepted,
    MessageKind.POLICY_REFUSED: _told(policy_notice.refused),
    MessageKind.POLICY_DIFFERS: _told(policy_notice.differs),
    MessageKind.BACKUP: lambda refs, *_: failures.backup(refs["reason"]),
    MessageKind.LOST_INCIDENTS: _told(lost_incidents.message),
    MessageKind.NEW_RECORD: lambda refs, voice: lost_incidents.unread(
        refs["error"], voice.policy
    ),
    MessageKind.CHANNEL_LOST: _channel_lost,
    MessageKind.NO_OUTCOME: lambda refs, *_: failures.without_outcome(
        refs["incidents"].split()
    ),
    MessageKind.COMMANDS: lambda *_: command_help.no_command(),
}
