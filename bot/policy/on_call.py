"""Who is on call: what the policy says of it, and the answer for an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.policy.covers import Cover, covered
from bot.policy.rotations import Feed, Holders, Rotation, Shift, Stretch, shift_at
from bot.values import value

# Nobody is at work for longer: they sleep while they are on call.
_LONGEST_AT_WORK = timedelta(hours=12)


class Role(StrEnum):
    """Who may be paged by an escalation. `FALLBACK` is a channel, not a person."""

    PRIMARY = "primary"
    BACKUP = "backup"
    LEAD = "lead"
    FALLBACK = "fallback"


@value
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

    The order is: the severity's, then the plan's, then the team's. `rotations` and
    `feeds` are all that are written, also what nobody is named by. `covers` are those
    that somebody accepted, the oldest first. `user_group` is the one in Slack that the
    team's primary is alone in, if there is one.
    """

    team: Mapping[Role, Holders]
    plans: Mapping[str, Mapping[Role, Holders]] = field(default_factory=dict)
    severities: Mapping[str, Mapping[Role, Holders]] = field(default_factory=dict)
    rotations: tuple[Rotation, ...] = ()
    feeds: tuple[Feed, ...] = ()
    covers: tuple[Cover, ...] = ()
    user_group: str | None = None

    def at(self, instant: datetime, severity: str | None, plan: str | None) -> OnCall:
        """Return who is on call at an instant for a severity and a plan."""
        return OnCall(
            *(
                self.shift(*self.level(role, severity, plan), instant)
                for role in (Role.PRIMARY, Role.BACKUP, Role.LEAD)
            )
        )

    def with_feeds(self, read: Mapping[str, tuple[Stretch, ...]]) -> "OnCallChoice":
        """Return this with what was read of the feeds, each by its name."""
        feeds = {
            one.name: replace(one, stretches=read[one.name])
            if one.name in read
            else one
            for one in self.feeds
        }

        def filled(roles: Mapping[Role, Holders]) -> dict[Role, Holders]:
            return {
                role: tuple(
                    feeds[one.name] if isinstance(one, Feed) else one for one in holders
                )
                for role, holders in roles.items()
            }

        return replace(
            self,
            team=filled(self.team),
            plans={plan: filled(roles) for plan, roles in self.plans.items()},
            severities={one: filled(roles) for one, roles in self.severities.items()},
            feeds=tuple(feeds.values()),
        )

    def shift(self, level: str, holders: Holders, instant: datetime) -> Shift:
        """Return the shift at a level, such as `on_call.primary`, at an instant."""
        if not self.covers:
            return shift_at(holders, instant)

        def as_covered(shift: Shift) -> Shift:
            of = shift.rotation or level
            return covered(shift, [one for one in self.covers if one.of == of], instant)

        return shift_at(holders, instant, as_covered)

    def turn(self, rotation: str, instant: datetime) -> Shift | None:
        """Return the shift in a rotation.

        `None` if the policy has no such one, or nothing was read of its calendar yet.
        """
        holders = dict(self.apart()).get(rotation, ())
        if not holders or any(
            isinstance(one, Feed) and one.stretches is None for one in holders
        ):
            return None
        return self.shift(rotation, holders, instant)

    def shifts(
        self, level: str, holders: Holders, since: datetime, until: datetime
    ) -> Iterator[Shift]:
        """Yield the shifts at a level that touch `[since, until)`, in order."""
        at: datetime | None = since
        while at is not None and at < until:
            shift = self.shift(level, holders, at)
            yield shift
            at = shift.until

    def apart(self) -> Iterator[tuple[str, Holders]]:
        """Yield what can be covered: each rotation, and each person named alone.

        A person named alone comes with the key of the level.
        """
        found: dict[str, Holders] = {}
        for level, _, holders in self.written():
            for one in holders:
                of = level if isinstance(one, str) else one.name
                found.setdefault(of, (one,))
        yield from found.items()

    def level(
        self, role: Role, severity: str | None, plan: str | None
    ) -> tuple[str, Holders]:
        """Return the level that counts for a case, and who is there."""
        levels = (
            (f"on_call.severities.{severity}", self.severities.get(severity or "", {})),
            (f"on_call.plans.{plan}", self.plans.get(plan or "", {})),
            ("on_call", self.team),
        )
        found = ((f"{key}.{role}", of[role]) for key, of in levels if role in of)
        return next(found, ("", ()))

    def time_of(
        self, person: str, since: datetime, until: datetime
    ) -> Iterator[tuple[str, datetime, datetime]]:
        """Yield for what a person is on call in a span: of what, and from when to when.

        Of each rotation it is up to the turn of somebody else.
        """
        for of, holders in self.apart():
            begins = ends = None
            for shift in self.shifts(of, holders, since, until):
                if shift.person == person:
                    begins = begins or max(since, shift.since or since)
                    ends = min(until, shift.until or until)
                elif shift.person is not None and begins is not None:
                    break
            if begins is not None and ends is not None:
                yield of, begins, ends

    def at_work(
        self, person: str, since: datetime, until: datetime
    ) -> Iterator[datetime]:
        """Yield the instants from which a person is at work in `[since, until)`.

        They are in a shift of a rotation, unless its turn lasts for longer than people
        work at a stretch. A cover counts as the turn that it is a part of.
        """
        for of, holders in self.apart():
            for shift in self.shifts(of, holders, since, until):
                if shift.person != person or shift.since is None:
                    continue
                begins = max(since, shift.since)
                turn = shift_at(holders, begins)
                ends, began = turn.until, turn.since
                if ends and began and ends - began <= _LONGEST_AT_WORK:
                    yield begins

    def leads(self) -> set[str]:
        """Return all who are ever on call as a lead."""
        return {
            person
            for _, role, holders in self.written()
            if role is Role.LEAD
            for one in holders
            for person in ((one,) if isinstance(one, str) else one.members)
            if person is not None
        }

    def everybody(self) -> dict[str, str]:
        """Return all who can ever be on call, each with the key that names them."""
        found: dict[str, str] = {}
        for key, _, holders in self.written():
            for one in holders:
                if isinstance(one, str):
                    found.setdefault(one, key)
                    continue
                for key_of_member, person in one.named():
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
