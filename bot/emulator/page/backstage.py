"""What a demonstration adds to the page: its clock, what comes next, its stories.

The local Slack knows nothing about the app that it serves. The code that starts both
gives an object to the page, which shows that object's state.
"""

from typing import Protocol

from bot.emulator.api.refusals import Json


class Impossible(Exception):  # noqa: N818 - a sentence for the person who asked.
    """The act is not possible now; the message says why."""


class Backstage(Protocol):
    """The other side of the page's panel.

    `state` has each part of the panel under a key of its own; a key that is missing
    hides its part. Instants are ISO 8601, `to` is ids of people and channels. It is
    called from one thread at a time and may read a database.
    """

    def state(self) -> Json:
        """Return what the panel shows now."""

    def do(self, act: str, arguments: Json) -> None:
        """Do what a button of the panel asks for; raises Impossible with a reason."""
