"""Why an act is refused, as values. The edge words them.

Their `repr` leaves out what people typed and customers' names, so it may be logged.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from bot.errors import BotError
from bot.incidents.incidents import Status
from bot.policy.severities import Severity


class Since(Enum):
    """From when on the customer can have been told."""

    REPORT = auto()
    LAST_UPDATE = auto()  # Or the reopening after it.


@dataclass(frozen=True, slots=True)
class AlreadyClosed:
    """The incident is closed."""

    name: str
    status: Status
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The incident is open, so it cannot be reopened."""

    name: str


@dataclass(frozen=True, slots=True)
class YoursAlready:
    """The actor owns the incident already."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnedMeanwhile:
    """Somebody else owns the incident, which the button did not show."""

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
    """The incident was offered to its owner."""

    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class OfferedToSelf:
    """The actor offered the incident to themselves; they can take it instead."""

    name: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The incident is not, or no longer, offered to the actor."""

    name: str


@dataclass(frozen=True, slots=True)
class NoSuchIncident:
    """The workspace has no incident of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class NoSuchPlan:
    """The policy no longer has this plan, so nothing says what is owed."""

    name: str
    plan: str


@dataclass(frozen=True, slots=True)
class NoSuchSeverity:
    """The policy no longer has this severity, so nothing says what is owed."""

    name: str
    severity: Severity


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
    """The customer cannot have been told yet: the instant is in the future."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """The customer cannot have been told before `at`."""

    since: Since
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedAlready:
    """Somebody has already logged this message as the update."""

    name: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UpdateStays:
    """An update can be taken back for a minute, while nothing else has happened."""

    name: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class PastDue:
    """The reminder would come after its deadline is due."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class NothingToSnooze:
    """The deadline was answered, so it has no reminder to snooze."""


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """Only full members of the workspace may do anything."""


@dataclass(frozen=True, slots=True)
class NoSuchPerson:
    """Slack does not know the person who should take the incident."""


@dataclass(frozen=True, slots=True)
class SeveralPeople:
    """Several people have the name of the one who should take the incident."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The person who should take the incident has left the workspace."""


@dataclass(frozen=True, slots=True)
class NoFullMember:
    """The person who should take the incident is a guest or an outsider."""


@dataclass(frozen=True, slots=True)
class SentAgain:
    """Somebody has already queued the dead message again."""


@dataclass(frozen=True, slots=True)
class NotOnCall:
    """The person is not on call in the time that was to be covered."""


@dataclass(frozen=True, slots=True)
class OnlyLeads:
    """Only a lead may ask for a cover for somebody else."""


@dataclass(frozen=True, slots=True)
class CoverTaken:
    """Somebody else accepted the cover first."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CoverWithdrawn:
    """The request for a cover, or the cover, was withdrawn."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CoverOver:
    """The time that was to be covered is over."""

    until: datetime


@dataclass(frozen=True, slots=True)
class CoverOwn:
    """The person who accepts is the one who is to be covered."""


@dataclass(frozen=True, slots=True)
class NotTheirCover:
    """Only those whom a cover concerns may withdraw it."""


CoverReason: TypeAlias = (
    NotOnCall
    | OnlyLeads
    | CoverTaken
    | CoverWithdrawn
    | CoverOver
    | CoverOwn
    | NotTheirCover
)

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
    | NoSuchSeverity
    | UnknownCustomer
    | CustomersAlready
    | NotYet
    | TooEarly
    | LoggedAlready
    | UpdateStays
    | PastDue
    | NothingToSnooze
    | NotAdmitted
    | NoSuchPerson
    | SeveralPeople
    | PersonLeft
    | NoFullMember
    | SentAgain
    | CoverReason
)


class Refusal(BotError):  # noqa: N818  # An answer to a person, not a failure.
    """An act that is refused. Its `str()` is only the kind of the reason.

    The reason is a value beside the exception, not the exception itself: `contextlib`
    assigns an exception's traceback, which a frozen dataclass does not allow, and mypy
    can check that every reason is worded only over a closed union.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(type(reason).__name__)
        self.reason = reason
