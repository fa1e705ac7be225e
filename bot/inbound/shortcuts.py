"""Answer the shortcuts that people choose on a message. Only they see the answer."""

from collections.abc import Callable

from bot.classification.suggestions import suggest
from bot.errors import UserError
from bot.slack import actions, typed
from bot.slack.blocks import Message
from bot.slack.messages import answers
from bot.slack.payloads import Shortcut
from bot.slack.phrases import joined
from bot.triage.context import Context


class Shortcuts:
    """The shortcuts by their callback ids."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._handlers: dict[str, Callable[[Shortcut], Message]] = {
            actions.TRIAGE_MESSAGE: self._triage,
        }

    def answer(self, shortcut: Shortcut) -> Message:
        """Do what a shortcut is for."""
        return self._handlers[shortcut.shortcut](shortcut)

    def _triage(self, shortcut: Shortcut) -> Message:
        text = typed.readable(str(shortcut.message.get("text") or ""))
        if not text.strip():
            raise UserError("There are no words in it to go by.")
        found = suggest(text, self._context.policy().examples)
        names = [
            one.severity.label if one.severity else "not an incident"
            for one in found.candidates
        ]
        return answers.sentence(f"This looks like {joined(names, 'or')}.")
