"""What a message must know of its reader."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Person:
    """A person: Slack's id, the name shown, and the time zone they live in."""

    id: str
    name: str
    zone: ZoneInfo
