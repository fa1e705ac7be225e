"""WebSocket frames become messages, however they are cut."""

import pytest

from bot.inbound.frames import LARGEST, FrameError, Frames, Kind, Received

HELLO = Received(Kind.TEXT, b"hello")


def frame(first: int, content: bytes) -> bytes:
    if len(content) < 126:
        return bytes([first, len(content)]) + content
    if len(content) < 1 << 16:
        return bytes([first, 126]) + len(content).to_bytes(2) + content
    return bytes([first, 127]) + len(content).to_bytes(8) + content


def test_a_message_in_fragments_is_whole_at_the_last_one() -> None:
    frames = Frames()

    first = frames.take(frame(0x01, b"hel"))
    between = frames.take(frame(0x89, b"ping"))
    last = frames.take(frame(0x80, b"lo"))

    assert (first, between, last) == ([], [Received(Kind.PING, b"ping")], [HELLO])
    assert not frames.is_waiting


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, LARGEST])
def test_a_frame_of_any_length_is_read_in_any_pieces(size: int) -> None:
    content = b"x" * size
    frames, sent = Frames(), frame(0x81, content) + frame(0x81, b"hello")
    step = max(1, len(sent) // 7)

    read = [
        message
        for at in range(0, len(sent), step)
        for message in frames.take(sent[at : at + step])
    ]

    assert read == [Received(Kind.TEXT, content), HELLO]


def test_many_small_frames_need_no_recursion() -> None:
    assert len(Frames().take(frame(0x81, b"hello") * 10_000)) == 10_000


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (frame(0x81, b"x" * LARGEST)[:2] + (LARGEST + 1).to_bytes(8), "too large"),
        (frame(0x01, b"x" * LARGEST) + frame(0x80, b"x"), "too large"),
        (frame(0x80, b"lo"), "out of order"),
        (frame(0x01, b"hel") + frame(0x81, b"lo"), "out of order"),
        (frame(0x83, b"?"), "unknown kind"),
        (bytes([0x81, 0x85]), "does not mask"),
    ],
    ids=["large", "large in parts", "no first", "two firsts", "kind", "masked"],
)
def test_what_breaks_the_protocol_is_refused(sent: bytes, why: str) -> None:
    with pytest.raises(FrameError, match=why):
        Frames().take(sent)
