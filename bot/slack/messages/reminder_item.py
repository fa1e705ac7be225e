"""One of the reminders and pages that a message holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.slack.readers import Person

WOULD_BE_MISSED = "You hear of it now, since it is due before your next working day."


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder or page within a message.

    `deadline` is as it stands now; for a page it is the check-in. `owed` is what the
    customer is owed now. `told_at` is when it was sent, `None` if it is being sent now.
    `next` is who is paged next (the id of a person or channel) and when. `release` is
    the event by which the incident lost its owner. `would_be_missed`: it came outside
    of the reader's day, since it is due before the next one. `url` is the card's,
    `last_word` what the customer was told last.
    """

    incident: Incident
    deadline: Deadline
    kind: StepKind
    because: Because
    owed: Deadline | None = None
    next: tuple[str, datetime] | None = None
    told_at: datetime | None = None
    release: Event | None = None
    would_be_missed: bool = False
    url: str | None = None
    last_word: str = ""

    @property
    def is_page(self) -> bool:
        """Return whether it is a message of the escalation or a check-in."""
        return self.deadline.kind.is_internal

    @property
    def is_live(self) -> bool:
        """Return whether it still asks somebody for something."""
        return self.deadline.is_open and self.deadline.paused_at is None

    def is_live_for(self, reader: Person | None) -> bool:
        """Return whether it still asks this reader for something.

        A reminder to the owner ends when somebody else takes the incident.
        """
        return self.is_live and not self.is_taken_from(reader)

    def is_useful_for(self, reader: Person | None) -> bool:
        """Return whether it is answered, and its reader goes on with the incident."""
        return not self.is_live and self.incident.is_open and self.is_owned_by(reader)

    def is_taken_from(self, reader: Person | None) -> bool:
        """Return whether somebody else took it since this reader was told."""
        if reader is None or self.is_page:
            return False
        if self.because in (Because.LEAD, Because.STAND_IN):
            return False
        return self.incident.owner not in (None, reader.id)

    def is_owned_by(self, reader: Person | None) -> bool:
        """Return whether the incident is this reader's."""
        return reader is not None and self.incident.owner == reader.id


def role(because: Because) -> str:
    """Return what a person is reminded as."""
    match because:
        case Because.PRIMARY | Because.BACKUP:
            return f"{because} on call"
        case Because.OWNER | Because.LEAD | Because.FALLBACK:
            return str(because)
        case Because.STAND_IN:
            return "stand-in for somebody who cannot be reached"
        case _:
            assert_never(because)
