"""How a message is rendered by its kind, and described where it is not delivered."""

import ast
import inspect

import pytest

from bot.delivery import notices
from bot.delivery.descriptions import described
from bot.delivery.rendering import Renderer
from bot.store.tables.outbox_messages import MessageKind


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        (MessageKind.CARD, 42, "the card of INC-42"),
        (MessageKind.NOTE, 42, "a note about INC-42"),
        (MessageKind.OFFER, 42, "the hand-off request for INC-42"),
        (MessageKind.REMINDER, 42, "a reminder about INC-42"),
        (MessageKind.REMINDER, None, "a message with several reminders"),
        (MessageKind.REMINDER_FAILS, 42, "a notice about INC-42"),
        (MessageKind.BACKUP, None, "a notice"),
        (MessageKind.MORNING, None, "the morning list"),
        (MessageKind.DIGEST, None, "the daily digest"),
        (MessageKind.EDIT, 42, "a change of INC-42"),
        (MessageKind.EDIT, None, "a message"),
    ],
)
def test_every_message_has_words(
    kind: MessageKind, number: int | None, words: str
) -> None:
    assert described(kind, number) == words


def test_every_notice_has_its_words() -> None:
    tree = ast.parse(inspect.getsource(inspect.getmodule(Renderer)))  # type: ignore[arg-type]
    cases = [one for one in ast.walk(tree) if isinstance(one, ast.match_case)]
    told = [one for one in cases if "self._notice" in ast.unparse(one.body[0])]
    kinds = {name for one in told for name in ast.unparse(one.pattern).split(" | ")}

    assert kinds == {f"MessageKind.{one.name}" for one in notices.WORDED}
