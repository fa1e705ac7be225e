"""Who is on call: what the policy says of it, and the answer for an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.policy.rotations import Holders, Rotation, Shift, shift_at


class Role(StrEnum):
    """Who may be paged by an escalation. `FALLBACK` is a channel, not a person."""

    PRIMARY = "primary"
    BACKUP = "backup"
    LEAD = "lead"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class OnCall:
    """The shift of each role at an instant. In some there may be nobody."""

    primary: Shift
    backup: Shift
    lead: Shift

    def named(self) -> Iterator[tuple[Role, str]]:
        """Yield each role that somebody has, and who has it."""
        for role, shift in self.shifts():
            if shift.person is not None:
                yield role, shift.person

    def shifts(self) -> Iterator[tuple[Role, Shift]]:
        """Yield each role with its shift."""
        yield Role.PRIMARY, self.primary
        yield Role.BACKUP, self.backup
        yield Role.LEAD, self.lead


@dataclass(frozen=True, slots=True)
class OnCallChoice:
    """Who is on call for what; for each role the most specific one wins.

    The order is: the severity's, then the plan's, then the team's.
    """

    team: Mapping[Role, Holders]
    plans: Mapping[str, Mapping[Role, Holders]] = field(default_factory=dict)
    severities: Mapping[str, Mapping[Role, Holders]] = field(default_factory=dict)
    rotations: tuple[Rotation, ...] = ()

    def holders(
        self, role: Role, severity: str | None = None, plan: str | None = None
    ) -> Holders:
        """Return who has a role for a severity and a plan; empty if nobody does."""
        own = self.severities.get(severity or "", {}), self.plans.get(plan or "", {})
        return next((one[role] for one in (*own, self.team) if role in one), ())

    def at(self, instant: datetime, severity: str | None, plan: str | None) -> OnCall:
        """Return who is on call at an instant for a severity and a plan."""
        return OnCall(
            *(
                shift_at(self.holders(role, severity, plan), instant)
                for role in (Role.PRIMARY, Role.BACKUP, Role.LEAD)
            )
        )

    def everybody(self) -> dict[str, str]:
        """Return all who can ever be on call, each with the key that names them."""
        found: dict[str, str] = {}
        for key, _, holders in self.written():
            for one in holders:
                if isinstance(one, str):
                    found.setdefault(one, key)
                    continue
                for number, person in enumerate(one.members, start=1):
                    if person is not None:
                        key_of_member = f"rotations.{one.name}.members.{number}"
                        found.setdefault(person, key_of_member)
        return found

    def written(self) -> Iterator[tuple[str, Role, Holders]]:
        """Yield all that is written in the file: its key, the role and who has it."""
        keys = {"on_call": self.team}
        keys |= {f"on_call.severities.{one}": of for one, of in self.severities.items()}
        keys |= {f"on_call.plans.{one}": of for one, of in self.plans.items()}
        for key, roles in keys.items():
            for role, holders in roles.items():
                yield f"{key}.{role}", role, holders
