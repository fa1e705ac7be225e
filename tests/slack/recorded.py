"""The result of an act, for the tests of private answers."""

from dataclasses import dataclass
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Recipient
from bot.policy.policies import Policy
from tests.factories import owed_at_opening


@dataclass(frozen=True)
class Recorded:
    """The result of an act, as the answers need it."""

    incident: Incident
    deadlines: tuple[Deadline, ...]
    told: tuple[Recipient, ...] = ()
    following: tuple[Recipient, datetime] | None = None


def recorded(
    of: Incident,
    *,
    told: tuple[Recipient, ...] = (),
    following: tuple[Recipient, datetime] | None = None,
    policy: Policy | None = None,
) -> Recorded:
    return Recorded(of, owed_at_opening(of, policy), told, following)
