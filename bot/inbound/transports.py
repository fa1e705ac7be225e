"""What both ways to hear from Slack have in common."""

from typing import Protocol


class Transport(Protocol):
    """How Slack reaches us. `failure` is why it does not, if that is known."""

    failure: str | None

    def start(self) -> None:
        """Start to listen."""

    def is_connected(self) -> bool:
        """Return whether commands can arrive."""

    def note(self) -> str | None:
        """Return why commands may not arrive although it is connected."""

    def stop(self) -> None:
        """Accept nothing new, and answer what is under way."""
