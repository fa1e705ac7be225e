"""WebSocket frames, of which a message may have several.

Source: https://www.rfc-editor.org/rfc/rfc6455#section-5
"""

from dataclasses import dataclass
from enum import IntEnum

from bot.errors import BotError

LARGEST = 1_000_000
_LAST = 0x80
_OPCODE = 0x0F
_MASKED = 0x80
_LENGTH = 0x7F


class Kind(IntEnum):
    """What a frame is; Slack sends texts, pings, pongs and a close."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class FrameError(BotError):
    """The other side does not keep to the protocol, so the connection is of no use."""


@dataclass(frozen=True, slots=True)
class Received:
    """A whole message."""

    kind: Kind
    content: bytes


class Frames:
    """Joins bytes to messages, however they were split."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._kind: Kind | None = None
        self._content = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Return whether a message has begun and not ended."""
        return bool(self._bytes) or self._kind is not None

    def take(self, some: bytes) -> list[Received]:
        """Return the messages that end in these bytes. Raises FrameError."""
        self._bytes += some
        whole = []
        while (frame := self._frame()) is not None:
            if (message := self._joined(*frame)) is not None:
                whole.append(message)
        return whole

    def _frame(self) -> tuple[Kind, bool, bytes] | None:
        """Cut off the first frame: its kind, whether it is the last, its content."""
        if len(self._bytes) < 2:
            return None
        first, second = self._bytes[:2]
        length, start = second & _LENGTH, 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(self._bytes[2:start])
        if len(self._bytes) < start:
            return None
        if second & _MASKED:
            raise FrameError("a server does not mask")
        if length + len(self._content) > LARGEST:
            raise FrameError("too large")
        end = start + length
        if len(self._bytes) < end:
            return None
        content = bytes(self._bytes[start:end])
        del self._bytes[:end]
        try:
            kind = Kind(first & _OPCODE)
        except ValueError as error:
            raise FrameError("unknown kind") from error
        return kind, bool(first & _LAST), content

    def _joined(self, kind: Kind, is_last: bool, content: bytes) -> Received | None:  # noqa: FBT001
        """Add a frame to its message; return the message if it is whole."""
        if kind >= Kind.CLOSE:  # May come between the frames of another message.
            return Received(kind, content)
        if (kind is Kind.CONTINUATION) is (self._kind is None):
            raise FrameError("out of order")
        self._kind = self._kind or kind
        self._content += content
        if not is_last:
            return None
        message = Received(self._kind, bytes(self._content))
        self._kind, self._content = None, bytearray()
        return message
