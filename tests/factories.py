"""Values for tests: the shipped policy, and incidents with what is owed on them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.incidents.consequences import consequences
from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.policy.on_call import Role
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Customer, Policy
from bot.policy.rotations import Rotation
from bot.policy.severities import Severity
from bot.slack.readers import Person
from tests.paths import ROOT

PACIFIC = ZoneInfo("America/Los_Angeles")
BERLIN = ZoneInfo("Europe/Berlin")

ANA = Person("U0ANA", "ana", PACIFIC)
BEN = Person("U0BEN", "ben", BERLIN)
LEA = Person("U0LEA", "lea", PACIFIC)


@cache
def shipped_policy() -> Policy:
    """Return the policy that ships with the bot."""
    return policy_file.load(
        ROOT / "policies.yaml", holidays=public_holidays, today=date(2026, 11, 24)
    )


def with_customers(count: int) -> Policy:
    """Return the shipped policy with so many customers instead of its own."""
    customers = tuple(Customer(f"Customer {number}") for number in range(count))
    return replace(shipped_policy(), customers=customers)


def on_call(role: Role, *holders: str | Rotation, of: Policy | None = None) -> Policy:
    """Return a policy, the shipped one unless given, with these in a role."""
    policy = of or shipped_policy()
    team = {**policy.on_call.team, role: holders}
    return replace(policy, on_call=replace(policy.on_call, team=team))


def pacific(day: int, clock: str, month: int = 11) -> datetime:
    """Return a time of day in 2026 in the team's zone, in UTC. Tuesday is the 24th."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=PACIFIC).astimezone(UTC)


def incident(
    severity: Severity = Severity.SEV2,
    *,
    number: int = 42,
    customer: str | None = "Acme",
    plan: str = "premium",
    title: str = "push of apps fails",
    opened_at: datetime | None = None,
    owner: str | None = None,
) -> Incident:
    """Return an incident as it is opened, Tuesday 24 November 09:00 unless said."""
    at = opened_at or pacific(24, "09:00")
    return Incident(
        workspace="T1",
        number=number,
        severity=severity,
        plan=plan,
        customer=customer,
        title=title,
        link=None,
        channel="C0SUPPORT",
        opened_by="U0LEA",
        opened_at=at,
        reported_at=at,
        owner=owner,
        owned_since=at if owner else None,
        last_sign_at=at if owner else None,
    )


def owed_at_opening(
    opened: Incident, policy: Policy | None = None
) -> tuple[Deadline, ...]:
    """Return what a policy, the shipped one unless given, owes from the opening on."""
    at = opened.opened_at
    event = Event(EventKind.OPENED, at, at, opened.opened_by)
    return consequences(policy or shipped_policy(), opened, event, (), at).deadlines


def happen(
    before: Incident,
    owed: Sequence[Deadline],
    kind: EventKind,
    at: datetime,
    by: str = "U0ANA",
    **details: str,
) -> tuple[Incident, tuple[Deadline, ...]]:
    """Return an incident and all its deadlines after an event."""
    event = Event(kind, at, at, by, details)
    found = consequences(shipped_policy(), before, event, owed, at)
    known = {one.id: one for one in (*owed, *found.deadlines)}
    return found.incident, tuple(known.values())
