"""What is known of people when it is asked whether a message may ring for them."""

from dataclasses import replace
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Span
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.reach import Account, Reach, Ring, quiet_ends, reach, ring_of
from bot.policy import quiet_hours
from bot.policy.policies import Policy
from bot.store.database import Answer, Row, Transaction
from bot.store.tables import records

# So many people on call go into one question.
_THREE = ("primary", "backup", "lead")


class Rings:
    """Says for each incident whether a message may ring for a person.

    With the number of an incident or its owner it asks at once, together, for all whom
    that may concern, and knows nobody else.
    """

    def __init__(
        self,
        tx: Transaction,
        policy: Policy,
        *,
        incident: int | None = None,
        owner: str | None = None,
    ) -> None:
        self._tx = tx
        self.policy = policy
        self._asked: list[Answer] = []
        if incident is not None or owner is not None:
            on_call = iter([*policy.on_call.everybody(), None, None])
            for three in zip(on_call, on_call, on_call, strict=False):
                names = dict(zip(_THREE, three, strict=True))
                asked = tx.ask("concerned", incident=incident, owner=owner, **names)
                self._asked.append(asked)
        self._accounts: dict[str, Account] = {}

    def of(self, incident: Incident, owed: tuple[Deadline, ...] | None = None) -> Ring:
        """Return whether a message about an incident may ring for a person.

        `owed` are its deadlines, if the caller has read them.
        """

        def all_owed() -> tuple[Deadline, ...]:
            if owed is None:
                return records.deadlines(self._tx, incident.number)
            return owed

        return ring_of(self.policy, incident, self._account, all_owed)

    def by_day(self, id: str, at: datetime) -> Reach:
        """Return whether what can wait may be said to a person now."""
        return reach(self.policy, self._account(id), at, wakes=False, due_at=None)

    def at_any_hour(self, id: str, at: datetime) -> Reach:
        """Return whether a person may be told now what was made for this hour."""
        return reach(self.policy, self._account(id), at, wakes=True, due_at=None)

    def quiet_ends(self, id: str, at: datetime) -> datetime:
        """Return when a person's quiet hours end, in which an instant lies."""
        return quiet_ends(self._account(id), at)

    def note_had(self, id: str, had: int) -> None:
        """Note how many messages a person had on this day."""
        self._accounts[id] = replace(self._account(id), had=had)

    def day_of(self, id: str) -> BusinessHours:
        """Return a person's working days, without their quiet hours."""
        account = self._account(id)
        return self.policy.day_in(account.zone, account.quiet)

    def zone_of(self, id: str) -> ZoneInfo:
        """Return a person's zone; the team's if theirs is unknown."""
        return self._account(id).zone

    def _account(self, id: str) -> Account:
        if id not in self._accounts:
            self._accounts[id] = Account(self.policy.team_hours.zone, id=id)
            asked = self._asked or [self._tx.ask("person", id=id)]
            for row in chain.from_iterable(answer() for answer in asked):
                self._accounts[row["id"]] = Account(
                    zone_of(row, self.policy),
                    has_left=not row["is_active"],
                    quiet_until=row["quiet_until"],
                    quiet=quiet_of(row),
                    id=row["id"],
                )
        return self._accounts[id]


def quiet_of(row: Row) -> Span | None:
    """Return the quiet hours in a person's row, if they have any."""
    return quiet_hours.read(row["quiet_hours"] or "")


def zone_of(row: Row, policy: Policy) -> ZoneInfo:
    """Return the zone in a person's row; the team's if theirs is unknown."""
    try:
        return ZoneInfo(row["zone"]) if row["zone"] else policy.team_hours.zone
    except (ZoneInfoNotFoundError, ValueError):
        return policy.team_hours.zone
