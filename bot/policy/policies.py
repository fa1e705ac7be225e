"""The policy as values: targets for each customer, calendars, and who is notified.

`policy.parsing` reads them from policies.yaml; nothing here knows about files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule, Span
from bot.policy import quiet_hours, targets
from bot.policy.covers import Cover
from bot.policy.digests import DailyDigest
from bot.policy.escalation import Escalation
from bot.policy.names import folded
from bot.policy.on_call import OnCall, OnCallChoice
from bot.policy.rotations import Stretch
from bot.policy.severities import Severity, SeverityText, named_severity
from bot.policy.targets import Interpretations, Shape, Target

# Nobody works longer, and who works longer than that is several people.
_PERSONS_DAY, _LONGEST_DAY = timedelta(hours=9), timedelta(hours=16)
# Between the name of a calendar and a zone; a name has no spaces.
_IN = " in "


class Reopening(StrEnum):
    """What a reopened incident owes its customer first."""

    UPDATE = "an update"
    FIRST_RESPONSE = "a first response"


class UpdateClock(StrEnum):
    """From when the next update counts."""

    LAST_UPDATE = "from the last update"
    LAST_DUE = "from the last due"


@dataclass(frozen=True, slots=True)
class Plan:
    """A support plan. Plans are kept best first."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer in the policy; all but its name may be empty or `None`.

    Without a plan the customer is treated like one whose plan is unknown. With a zone
    the calendar that applies keeps its hours, on the clock of that zone.
    """

    name: str
    aliases: tuple[str, ...] = ()
    plan: str | None = None
    calendar: str | None = None
    channel: str | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """Slack's ids of the channels that the bot writes to.

    `digest` gets digests that name no channel. `leads` gets notices: of a changed
    policy, people who left, a channel that takes nothing, incidents that a restored
    database lacks.
    """

    incidents: str
    digest: str
    leads: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Reminders:
    """When reminders of a deadline are sent, as shares of its length."""

    ahead: float = 0.25
    at_least: timedelta = timedelta(minutes=15)
    before_closing: timedelta = timedelta(minutes=15)
    together: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Conduct:
    """Interpretations that change what happens to a deadline, not when it is due."""

    continuous_news_as: Severity | None = Severity.SEV2
    waiting_pauses: frozenset[Severity] = frozenset(
        {Severity.SEV2, Severity.SEV3, Severity.SEV4}
    )
    unknown_customer_plan: str = ""
    reopened_owes: Reopening = Reopening.UPDATE
    update_clock: UpdateClock = UpdateClock.LAST_UPDATE


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """Which calendar applies; the most specific one wins.

    The order is: the customer's own, then the severity's, the plan's, the team's.
    """

    team: str
    plans: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[Severity, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything in policies.yaml. `version` is a name, not a number.

    `texts` are the files that it was read from, by name. What people typed about an
    incident is erased `erase_texts_after` it was closed; `None` keeps it.
    It counts from `effective_from` on; `None` is at once. `not_an_incident` are
    examples of messages. `aims` and `resolutions` may lack cells. Somebody who puts
    `update_emoji` on a message logs it as the customer's update; `None` switches that
    off. `intake` are the channels in which each new message is looked at. `budget` is
    how many messages a person gets in a day, pages apart; the last one is a list of all
    that comes after.
    """

    version: str
    texts: Mapping[str, str]
    plans: tuple[Plan, ...]
    severities: Mapping[Severity, SeverityText]
    first_responses: Mapping[tuple[Severity, str], Target]
    follow_ups: Mapping[tuple[Severity, str], Target]
    interpretations: Interpretations
    conduct: Conduct
    calendars: Mapping[str, BusinessHours]
    calendar_choice: CalendarChoice
    customers: tuple[Customer, ...]
    channels: Channels
    on_call: OnCallChoice
    escalation: Escalation
    reminders: Reminders
    digests: tuple[DailyDigest, ...]
    erase_texts_after: timedelta | None = None
    effective_from: datetime | None = None
    not_an_incident: tuple[str, ...] = ()
    aims: Mapping[tuple[Severity, str], Target] = field(default_factory=dict)
    resolutions: Mapping[tuple[Severity, str], Target] = field(default_factory=dict)
    update_emoji: str | None = None
    intake: tuple[str, ...] = ()
    budget: int = 12
    _named: Mapping[str, Customer] = field(init=False, repr=False, compare=False)
    _days: dict[tuple[ZoneInfo, Span | None], BusinessHours] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _rezoned: dict[str, BusinessHours] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        named: dict[str, Customer] = {}
        for customer in self.customers:
            for name in (customer.name, *customer.aliases):
                named.setdefault(folded(name), customer)
        object.__setattr__(self, "_named", named)

    @property
    def examples(self) -> Mapping[Severity | None, tuple[str, ...]]:
        """The team's example messages, by severity; `None` is not an incident."""
        found: dict[Severity | None, tuple[str, ...]] = {None: self.not_an_incident}
        found.update((one, text.examples) for one, text in self.severities.items())
        return found

    @property
    def team_hours(self) -> BusinessHours:
        """The team's own calendar, used for morning lists, the digest and the zone."""
        return self.calendars[self.calendar_choice.team]

    @property
    def leads_digest(self) -> DailyDigest:
        """The first digest, with which comes what else the leads are to know."""
        return self.digests[0]

    def digest(self, name: str) -> DailyDigest | None:
        """Return the digest of a name; `None` if the policy no longer has it.

        In older records the leads' has no name.
        """
        if not name:
            return self.leads_digest
        return next((one for one in self.digests if one.name == name), None)

    def one_name(self, customer: str) -> str:
        """Return what all names of a customer are compared by."""
        known = self.find_customer(customer)
        return folded(known.name if known else customer)

    def digest_on(self, day: date, digest: DailyDigest) -> datetime:
        """Return a digest's time on a local date of the team."""
        return self.team_hours.home.instant(day, _wall(digest.at))

    def day_in(self, zone: ZoneInfo, quiet: Span | None = None) -> BusinessHours:
        """Return the working days of a person who lives in a zone.

        They are the team's, from its first opening to its last closing, on the clock of
        the zone. Where the team is open for longer than one person works, a day begins
        with the leads' digest. `quiet` are hours of their own that are left out.
        """
        if (zone, quiet) not in self._days:
            home, weekly = self.team_hours.home, self.persons_week
            if quiet is not None:
                weekly = quiet_hours.without(weekly, quiet)
            own = Schedule(zone, weekly, home.holidays, home.short_days)
            self._days[zone, quiet] = BusinessHours(own)
        return self._days[zone, quiet]

    @property
    def persons_week(self) -> tuple[tuple[Span, ...], ...]:
        """The working day of one person on each weekday, Monday first."""
        return tuple(
            tuple(self._days_span(spans)) for spans in self.team_hours.home.weekly
        )

    def _days_span(self, spans: Sequence[Span]) -> Iterator[Span]:
        if not spans:
            return
        opens = min(span.opens for span in spans)
        closes = max(span.closes for span in spans)
        if closes - opens > _LONGEST_DAY:
            opens = _wall(self.leads_digest.at)
            closes = opens + _PERSONS_DAY
        yield Span(opens, closes)

    def held_in_a_persons_day(self, at: datetime) -> datetime:
        """Return `at`, or the nearer end of a person's working day on its date.

        Such a day begins with the leads' digest. Where a calendar is open by day and
        night, it is the only thing that says when people are awake.
        """
        day = at.astimezone(self.team_hours.zone).date()
        begins = self.digest_on(day, self.leads_digest)
        return min(max(at, begins), begins + _PERSONS_DAY)

    def plan(self, plan_id: str) -> Plan:
        """Return a plan by its id. Raises KeyError if the policy has no such plan."""
        for plan in self.plans:
            if plan.id == plan_id:
                return plan
        raise KeyError(plan_id)

    def on_call_at(
        self,
        instant: datetime,
        severity: Severity | None = None,
        plan: str | None = None,
    ) -> OnCall:
        """Return who is on call at an instant; for a case if it is given."""
        return self.on_call.at(instant, severity, plan)

    def with_covers(self, covers: Sequence[Cover]) -> "Policy":
        """Return the policy with these covers of shifts, the oldest first."""
        if not covers and not self.on_call.covers:
            return self
        return replace(self, on_call=replace(self.on_call, covers=tuple(covers)))

    def with_feeds(self, read: Mapping[str, tuple[Stretch, ...]]) -> "Policy":
        """Return the policy with what was read of its feeds, each by its name."""
        if not self.on_call.feeds:
            return self
        return replace(self, on_call=self.on_call.with_feeds(read))

    def find_customer(self, name: str) -> Customer | None:
        """Return the customer whose name or alias looks like this one to readers."""
        return self._named.get(folded(name))

    def find_plan(self, name: str) -> Plan | None:
        """Return the plan whose id or name looks like this one to readers."""
        wanted = folded(name)
        for plan in self.plans:
            if wanted in (plan.id, folded(plan.name)):
                return plan
        return None

    def find_severity(self, name: str) -> Severity | None:
        """Return the severity whose name looks like this one: sev1, Severity 1."""
        for severity, text in self.severities.items():
            if text.name and folded(text.name) == folded(name):
                return severity
        return named_severity(name)

    def severity_name(self, severity: Severity) -> str:
        """Return what the published page calls a severity."""
        text = self.severities.get(severity)
        return (text and text.name) or severity.label

    def customer_of_channel(self, channel: str) -> Customer | None:
        """Return the customer whose channel this is."""
        for customer in self.customers:
            if customer.channel == channel:
                return customer
        return None

    def calendar_name(
        self, severity: Severity, plan_id: str, customer: str | None
    ) -> str:
        """Return the name of the calendar that applies, such as office.

        Moved to the zone of its customer it is called office in Europe/Berlin. A union
        stays as it is, because each of its teams works on a clock of its own.
        """
        choice, known = self.calendar_choice, customer and self.find_customer(customer)
        name = choice.severities.get(severity) or choice.plans.get(plan_id, choice.team)
        if not known:
            return name
        name = known.calendar or name
        if known.zone is None:
            return name
        hours = self.calendars[name]
        if known.zone == hours.zone or len(hours.parts) > 1:
            return name
        return f"{name}{_IN}{known.zone}"

    def hours(self, calendar: str) -> BusinessHours:
        """Return the hours of a calendar by its name, as `calendar_name` gives it.

        They are the team's if the policy has no such calendar any more.
        """
        name, _, zone = calendar.partition(_IN)
        known = self.calendars.get(name, self.team_hours)
        if not zone or name not in self.calendars:
            return known
        if calendar not in self._rezoned:
            moved = replace(known.home, zone=ZoneInfo(zone))
            self._rezoned[calendar] = BusinessHours(moved)
        return self._rezoned[calendar]

    def first_response(self, severity: Severity, plan_id: str) -> Target:
        """Return the target for the first response."""
        return self.first_responses[severity, plan_id]

    def follow_up(self, severity: Severity, plan_id: str) -> Target:
        """Return how often the contract asks for an update."""
        return self.follow_ups[severity, plan_id]

    def resolution(self, severity: Severity, plan_id: str) -> Target:
        """Return the target until an incident is resolved; none where no cell is."""
        return self.resolutions.get((severity, plan_id), targets.NOTHING)

    def news(self, severity: Severity, plan_id: str) -> Target:
        """Return the cadence that we remind of: the contract's, or our own aim.

        Where the contract names no time it is our aim in the table `aims`; for
        continuous work without one, the cadence of the severity `continuous_news_as`.
        A target without a due instant gets no reminders.
        """
        target = self.follow_up(severity, plan_id)
        aim = self.aims.get((severity, plan_id), targets.NOTHING)
        if aim.has_due and not target.has_due:
            return aim
        model = self.conduct.continuous_news_as
        if target.shape is Shape.CONTINUOUS and model is not None:
            return self.follow_up(model, plan_id)
        return target

    def due_at(self, target: Target, hours: BusinessHours, start: datetime) -> datetime:
        """Return when a target that runs from `start` is due, by this policy."""
        return targets.due_at(
            target, targets.clock(target, hours), start, self.interpretations
        )


def _wall(at: time) -> timedelta:
    """Return a time of the day as what the wall clock shows since midnight."""
    return timedelta(hours=at.hour, minutes=at.minute)
