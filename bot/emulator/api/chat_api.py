"""The Web API's chat methods, and to whom the bot may write."""

from collections.abc import Iterable
from dataclasses import replace

from bot.emulator.api.arguments import blocks_of, decoded, flag, required, text_of
from bot.emulator.api.blocks_rules import check_message
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.records import Channel, Message, Person
from bot.emulator.workspace import Workspace

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000
LARGEST_METADATA = 16_000
# Slack accepts these. The emulator does not implement them, and refuses rather than
# ignores them.
NOT_HERE = {"attachments", "markdown_text", "username", "icon_url"}


def post_message(workspace: Workspace, arguments: Json) -> Json:
    """Post as the bot; a user id as `channel` opens the direct conversation."""
    _only_what_is_here(arguments)
    (target,) = required(arguments, "channel")
    channel = _writable(workspace, target)
    asked = asked_for(workspace, channel.id, arguments)
    thread_ts = _thread(workspace, channel, arguments.get("thread_ts"))
    message = workspace.post(
        replace(
            asked,
            text=asked.text[:LONGEST_POST],
            thread_ts=thread_ts,
            is_broadcast=thread_ts is not None and flag(arguments, "reply_broadcast"),
            metadata=_metadata(arguments) or None,
        )
    )
    answer = {
        "channel": message.channel,
        "ts": message.ts,
        "message": message_json(workspace, message),
    }
    if len(asked.text) > LONGEST_POST:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


def post_ephemeral(workspace: Workspace, arguments: Json) -> Json:
    """Post what one member of a channel sees, and nobody keeps."""
    _only_what_is_here(arguments)
    target, person = required(arguments, "channel", "user")
    channel = _writable(workspace, target)
    if person not in channel.members:
        raise Refused("user_not_in_channel")
    asked = asked_for(workspace, channel.id, arguments)
    thread_ts = _thread(workspace, channel, arguments.get("thread_ts"))
    message = workspace.post(replace(asked, thread_ts=thread_ts, private_to=person))
    return {"message_ts": message.ts}


def update(workspace: Workspace, arguments: Json) -> Json:
    """Edit a message of the bot's own; absent blocks and metadata stay."""
    _only_what_is_here(arguments)
    channel_id, ts = required(arguments, "channel", "ts")
    message = _own(workspace, channel_id, ts, refusal="cant_update_message")
    text, blocks = text_of(arguments), blocks_of(arguments)
    if len(text) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    kept = message.blocks if blocks is None else tuple(blocks)
    check_message(text, list(kept))
    if _has_rich_text(message.blocks) and not _has_rich_text(kept):
        raise Refused("block_mismatch")
    metadata = _metadata(arguments)
    edited = workspace.edit(
        replace(
            message,
            text=text,
            blocks=kept,
            metadata=message.metadata if metadata is None else metadata or None,
        )
    )
    return {
        "channel": edited.channel,
        "ts": edited.ts,
        "text": edited.text,
        "message": message_json(workspace, edited),
    }


def delete(workspace: Workspace, arguments: Json) -> Json:
    channel_id, ts = required(arguments, "channel", "ts")
    message = _own(workspace, channel_id, ts, refusal="cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def asked_for(workspace: Workspace, channel: str, arguments: Json) -> Message:
    """Return the message of the bot that a call asks for, or refuse its content."""
    text, blocks = text_of(arguments), blocks_of(arguments)
    check_message(text, blocks)
    return Message(channel, "", workspace.bot.id, text, tuple(blocks or ()))


def message_json(workspace: Workspace, message: Message) -> Json:
    """Return Slack's message object; an app's own has the fields of that app."""
    by = workspace.people.get(message.user)
    if by is None or not by.is_bot or message.deleted:
        return message.as_json({"team": by.team_id} if by else None)
    if by.id != workspace.bot.id:
        return message.as_json({"bot_id": f"B{by.id[1:]}"})
    bot = {
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        "team": workspace.team_id,
    }
    return message.as_json(bot)


def visible_channel(workspace: Workspace, channel_id: str) -> Channel:
    """Return a conversation that the bot can see, or refuse."""
    channel = workspace.channels.get(channel_id)
    if channel is None:
        raise Refused("channel_not_found")
    if channel.is_private and workspace.bot.id not in channel.members:
        raise Refused("channel_not_found")
    return channel


def dm_with(workspace: Workspace, person: Person) -> tuple[Channel, bool]:
    """Return the direct conversation, and whether it was open, or refuse."""
    if person.deleted:
        raise Refused("user_disabled")
    if person.is_bot:
        raise Refused("cannot_dm_bot")
    return workspace.open_dm(person)


def _has_rich_text(blocks: Iterable[Json]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


def _only_what_is_here(arguments: Json) -> None:
    if unknown := sorted(NOT_HERE.intersection(arguments)):
        words = f"this local Slack does not know: {', '.join(unknown)}"
        raise Refused("invalid_arguments", (words,))


def _writable(workspace: Workspace, target: str) -> Channel:
    if target in workspace.people:
        return dm_with(workspace, workspace.people[target])[0]
    channel = visible_channel(workspace, target)
    if channel.is_im:
        (other,) = channel.members - {workspace.bot.id}
        return dm_with(workspace, workspace.people[other])[0]
    if channel.archived:
        raise Refused("is_archived")
    if workspace.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _thread(workspace: Workspace, channel: Channel, ts: str | None) -> str | None:
    """Return the parent to reply to; `None` if it was deleted.

    Slack posts such a reply at the top level and says so only in its answer, whose
    message has no `thread_ts`. Source: https://github.com/slack-go/slack/issues/1571
    It accepts a reply to a reply, and nobody ever sees that one. Here it is refused,
    so that the mistake shows.
    """
    if not ts:
        return None
    parent = workspace.messages.get((channel.id, str(ts)))
    if parent is None or parent.deleted:
        return None
    if parent.thread_ts:
        raise Refused("cannot_reply_to_message")
    return parent.ts


def _own(workspace: Workspace, channel_id: str, ts: str, *, refusal: str) -> Message:
    channel = visible_channel(workspace, channel_id)
    message = workspace.messages.get((channel.id, ts))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if message.user != workspace.bot.id:
        raise Refused(refusal)
    if channel.archived:
        raise Refused("is_archived")
    return message


def _metadata(arguments: Json) -> Json | None:
    """Return the metadata; None if the call has none, {} to clear it."""
    if arguments.get("metadata") is None:
        return None
    metadata = decoded(arguments["metadata"], "invalid_metadata_format")
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict) or set(metadata) != {
        "event_type",
        "event_payload",
    }:
        raise Refused("invalid_metadata_format")
    payload = metadata["event_payload"]
    if not isinstance(metadata["event_type"], str) or not isinstance(payload, dict):
        raise Refused("invalid_metadata_format")
    if not all(_is_flat(value) for value in payload.values()):
        raise Refused("invalid_metadata_schema")
    if len(str(payload)) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return metadata


def _is_flat(value: object) -> bool:
    """Return whether a value may stand in `event_payload`."""
    if isinstance(value, str | int | float | bool):
        return True
    if isinstance(value, dict):
        return all(
            isinstance(each, str | int | float | bool) for each in value.values()
        )
    return isinstance(value, list) and all(_is_flat(each) for each in value)
