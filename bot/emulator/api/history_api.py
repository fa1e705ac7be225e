"""Reading back: conversations.history and conversations.replies, a page at a time."""

from collections.abc import Iterable

from bot.emulator.api import chat_api
from bot.emulator.api.arguments import flag, page, required
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.records import Channel, Message
from bot.emulator.workspace import Workspace

LONGEST_PAGE = 999
PAGE = 100


def history(workspace: Workspace, arguments: Json) -> Json:
    """Return the top level of a conversation, newest first."""
    channel = _readable(workspace, arguments)
    top = [m for m in _standing(workspace, channel) if m.is_top_level]
    found = sorted(_within(top, arguments), key=_stamp, reverse=True)
    return {**_page(workspace, found, arguments), "pin_count": 0}


def replies(workspace: Workspace, arguments: Json) -> Json:
    """Return a thread, the parent first and then oldest first."""
    channel = _readable(workspace, arguments)
    (ts,) = required(arguments, "ts")
    asked = workspace.messages.get((channel.id, ts))
    parent = workspace.messages.get(
        (channel.id, (asked.thread_ts if asked else None) or ts)
    )
    if parent is None:
        raise Refused("thread_not_found")
    thread = sorted(workspace.replies(parent), key=_stamp)
    return _page(workspace, [parent, *_within(thread, arguments)], arguments)


def reactions(workspace: Workspace, arguments: Json) -> Json:
    """Return one message, in a thread or not, with the emoji on it.

    Source: https://docs.slack.dev/reference/methods/reactions.get
    """
    channel_id, ts = required(arguments, "channel", "timestamp")
    channel = chat_api.visible_channel(workspace, channel_id)
    message = workspace.messages.get((channel.id, ts))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    link = f"archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    told = chat_api.message_json(workspace, message)
    site = f"https://{workspace.domain}.slack.com/"
    return {
        "type": "message",
        "channel": channel.id,
        "message": {**told, "permalink": site + link},
    }


def _readable(workspace: Workspace, arguments: Json) -> Channel:
    (channel_id,) = required(arguments, "channel")
    channel = chat_api.visible_channel(workspace, channel_id)
    if workspace.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _standing(workspace: Workspace, channel: Channel) -> list[Message]:
    return [m for m in workspace.messages.values() if m.channel == channel.id]


def _within(messages: Iterable[Message], arguments: Json) -> list[Message]:
    """Return the messages between `oldest` and `latest`, those two if `inclusive`."""
    oldest = float(arguments.get("oldest") or 0)
    latest = float(arguments.get("latest") or "inf")
    if flag(arguments, "inclusive"):
        return [m for m in messages if oldest <= _stamp(m) <= latest]
    return [m for m in messages if oldest < _stamp(m) < latest]


def _page(workspace: Workspace, found: list[Message], arguments: Json) -> Json:
    shown, cursor = page(found, arguments, "next", usual=PAGE, most=LONGEST_PAGE)
    with_payload = flag(arguments, "include_all_metadata")
    body: Json = {
        "messages": [_told(workspace, m, with_payload=with_payload) for m in shown],
        "has_more": bool(cursor),
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body


def _told(workspace: Workspace, message: Message, *, with_payload: bool) -> Json:
    body = chat_api.message_json(workspace, message)
    thread = workspace.replies(message)
    if thread:
        body |= {
            "thread_ts": message.ts,
            "reply_count": len(thread),
            "latest_reply": thread[-1].ts,
        }
    if message.metadata and not with_payload:
        body["metadata"] = {"event_type": message.metadata["event_type"]}
    return body


def _stamp(message: Message) -> float:
    return float(message.ts)
