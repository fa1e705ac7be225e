"""A message of the bot's own as it stands in Slack, with the key that it carries."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import Message
from bot.slack.calls import Answer

METADATA_TYPE = "sevbot_message"
_ALSO = "with"
# Slack limits the size of metadata (`metadata_too_large`) but does not say to what.
# https://docs.slack.dev/messaging/message-metadata
_MOST_MARKS = 300
_TS = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """A message of an app as Slack shows it, with the key that it carries.

    `also` are marks of the reminders in it, and `replies` counts its replies.
    """

    key: str
    ts: str
    replies: int
    also: tuple[str, ...] = ()

    def says(self, key: str) -> bool:
        """Return whether it has this key, or contains the reminder with this key."""
        return key == self.key or mark_of(key) in self.also


def mark_of(key: str) -> str:
    """Return six characters that stand for a reminder's key, to save metadata."""
    digest = hashlib.sha256(key.encode()).digest()
    return base64.urlsafe_b64encode(digest)[:6].decode()


def ts_of(message: Answer) -> str:
    """Return a message's stamp. Raises ValueError for what is none."""
    ts: str = message["ts"]
    if not _TS.fullmatch(ts):
        raise ValueError("not a ts")
    return ts


def placed(message: Answer) -> tuple[bool, Standing | None]:
    """Read a message of a history, and whether it is a reply below another."""
    # conversations.replies returns the parent as well, conversations.history the
    # replies that were broadcast. A parent is in a thread of its own.
    above = message.get("thread_ts", message["ts"])
    return above != message["ts"], _standing(message)


def _standing(message: Answer) -> Standing | None:
    """Read a message of an app; `None` for one from a person or without a key.

    The block_id is the fallback if Slack returns a message without its metadata.
    """
    blocks = message.get("blocks") or [{}]
    metadata = message.get("metadata") or {}
    payload: Mapping[str, Any] = {}
    if metadata.get("event_type") == METADATA_TYPE:
        payload = metadata.get("event_payload") or {}
    key = payload.get("key") or blocks[0].get("block_id")
    if not key or "bot_id" not in message:
        return None
    return Standing(
        key=str(key),
        ts=ts_of(message),
        replies=int(message.get("reply_count", 0)),
        also=tuple(str(payload.get(_ALSO, "")).split()),
    )


def metadata_of(key: str, also: Sequence[str]) -> dict[str, Any]:
    """Return the metadata with a message\'s key and the marks of what is in it."""
    marks = " ".join(mark_of(other) for other in also[:_MOST_MARKS])
    payload = {"key": key, _ALSO: marks}
    return {"event_type": METADATA_TYPE, "event_payload": payload}


def keyed(message: Message, key: str) -> list[dict[str, Any]]:
    """Return a message\'s blocks, the first of which carries its key."""
    blocks = [dict(block) for block in message.blocks]
    if blocks:
        # 255 characters is Slack's limit.
        # https://docs.slack.dev/reference/block-kit/blocks
        blocks[0]["block_id"] = key[:255]
    return blocks
