"""Answer the shortcuts that people choose on a message. Only they see the answer."""

from collections.abc import Callable

from bot.inbound.customer_updates import CustomerUpdates
from bot.inbound.triages import Triages
from bot.slack import actions
from bot.slack.blocks import Message
from bot.slack.payloads import Shortcut


class Shortcuts:
    """The shortcuts by their callback ids."""

    def __init__(self, triages: Triages, updates: CustomerUpdates) -> None:
        self._handlers: dict[str, Callable[[Shortcut], Message]] = {
            actions.TRIAGE_MESSAGE: triages.shortcut,
            actions.WAS_UPDATE: updates.of_shortcut,
        }

    def answer(self, shortcut: Shortcut) -> Message:
        """Do what a shortcut is for."""
        return self._handlers[shortcut.shortcut](shortcut)
