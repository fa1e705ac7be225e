"""Why an act is refused, as values. The edge words them.

Nothing that customers or people typed is in their `repr`, so they may be logged.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from bot.errors import BotError
from bot.incidents.incidents import Status


class Since(Enum):
    """Where the time begins in which the customer can have been told."""

    REPORT = auto()
    LAST_UPDATE = auto()  # Or a reopening since.


@dataclass(frozen=True, slots=True)
class AlreadyClosed:
    """The incident is closed."""

    name: str
    status: Status
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The incident is open, so nothing can reopen it."""

    name: str


@dataclass(frozen=True, slots=True)
class YoursAlready:
    """The actor owns the incident already."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnedMeanwhile:
    """Somebody else owns the incident, and the button did not show it."""

    name: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class NobodyOwns:
    """Only the owner may do this, and nobody owns the incident."""

    name: str


@dataclass(frozen=True, slots=True)
class NotWaiting:
    """The incident does not wait for the customer."""

    name: str


@dataclass(frozen=True, slots=True)
class NothingChanged:
    """The incident has that severity and plan already."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnsAlready:
    """The incident would be offered to its owner."""

    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class OfferedToSelf:
    """The actor would offer the incident to themselves instead of taking it."""

    name: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The incident is not offered to the actor, or no longer."""

    name: str


@dataclass(frozen=True, slots=True)
class NoSuchIncident:
    """The workspace has no incident of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class NoSuchPlan:
    """The policy has no such plan any more, so nothing says what is owed."""

    name: str
    plan: str


@dataclass(frozen=True, slots=True)
class UnknownCustomer:
    """The policy has no customer of this name."""

    written: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CustomersAlready:
    """The incident belongs to this customer already."""

    name: str
    customer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotYet:
    """The customer cannot have been told yet: the instant lies in the future."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """The customer cannot have been told then: the time begins with `at`."""

    since: Since
    at: datetime


@dataclass(frozen=True, slots=True)
class PastDue:
    """The reminder would come after its deadline is due."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class NothingToSnooze:
    """The deadline was answered, so no reminder of it is to come."""


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """Only full members of the workspace may do anything."""


@dataclass(frozen=True, slots=True)
class NoSuchPerson:
    """Slack does not know the person who should take the incident."""


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The person who should take the incident has left the workspace."""


@dataclass(frozen=True, slots=True)
class NoFullMember:
    """The person who should take the incident is a guest or an outsider."""


@dataclass(frozen=True, slots=True)
class SentAgain:
    """The dead message is queued again already."""


Reason: TypeAlias = (
    AlreadyClosed
    | StillOpen
    | YoursAlready
    | OwnedMeanwhile
    | NobodyOwns
    | NotWaiting
    | NothingChanged
    | OwnsAlready
    | OfferedToSelf
    | NotOffered
    | NoSuchIncident
    | NoSuchPlan
    | UnknownCustomer
    | CustomersAlready
    | NotYet
    | TooEarly
    | PastDue
    | NothingToSnooze
    | NotAdmitted
    | NoSuchPerson
    | PersonLeft
    | NoFullMember
    | SentAgain
)


class Refusal(BotError):  # noqa: N818  # An answer to a person, not a failure.
    """An act that is refused. Its `str()` is no more than the kind of the reason.

    The reason is a value beside the exception for two reasons: `contextlib` sets the
    traceback of an exception, which a frozen one would refuse; and mypy can check that
    every reason is worded only over a closed union.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(type(reason).__name__)
        self.reason = reason
