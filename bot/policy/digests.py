"""When and where a daily digest comes, and of whose incidents it tells."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class WhenNothing(StrEnum):
    """What becomes of a digest that has nothing to tell."""

    SAY_SO = "say so"
    LEAVE_OUT = "leave out"


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """When and where a digest comes, and of whose incidents it tells.

    Without plans and customers it is for all. `name` tells it apart in the record.
    """

    at: time
    channel: str
    name: str
    plans: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    when_nothing: WhenNothing = WhenNothing.SAY_SO

    @property
    def is_for_all(self) -> bool:
        """Return whether it tells of every incident."""
        return not self.plans and not self.customers
