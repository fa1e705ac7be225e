"""People as messages need them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the workspace: Slack's id, the name shown, the zone of their days."""

    id: str
    name: str
    zone: ZoneInfo
