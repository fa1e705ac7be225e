"""Phrases that messages and forms share. They escape what people typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.incidents.deadlines import Deadline, Kind, lateness
from bot.incidents.incidents import Event, Incident
from bot.policy import targets, wording
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy
from bot.slack.blocks import Style, hours, link, local, mention, shown, span, when
from bot.slack.marks import marked

NOBODY_KNOWN = "customer unknown"
NOTHING_SENT = "Nothing is sent to the customer by this form."

LONGEST_TITLE = 250
LONGEST_TITLE_IN_A_LIST = 120
LONGEST_NAME = 120
LONGEST_NAME_IN_A_LIST = 60
MOST_LINES_IN_A_LIST = 12
MOST_NAMES_IN_A_LIST = 10
NO_LINKS: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Times:
    """How instants are written in one text.

    As plain text they are in `zone` and may say how far they are from `now`. Date
    tokens never do: a reader sees them in their own zone, perhaps much later.
    `is_named` adds the zone to plain text.
    """

    zone: ZoneInfo
    now: datetime
    is_token: bool = False
    is_named: bool = False

    def at(self, instant: datetime) -> str:
        """Return an instant in words or as a token."""
        if self.is_token:
            return when(instant, self.zone)
        return local(instant, self.zone, self.now, named=self.is_named)

    def clock(self, instant: datetime) -> str:
        """Return an instant close to now; a token shows no day."""
        if self.is_token:
            return when(instant, self.zone, style=Style.TIME)
        return local(instant, self.zone, self.now, named=self.is_named)


def both(zone: ZoneInfo, now: datetime, *, named: bool = False) -> tuple[Times, Times]:
    """Return how instants are written in a message's text and in its blocks."""
    return Times(zone, now, is_named=named), Times(zone, now, is_token=True)


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """Return the day of a daily list: Wed 25 Nov."""
    local_at = at.astimezone(zone)
    return f"{local_at:%a} {local_at.day} {local_at:%b}"


def customer_of(incident: Incident, longest: int = LONGEST_NAME) -> str:
    """Return the customer's name, or that it is unknown."""
    if incident.customer is None:
        return NOBODY_KNOWN
    return shown(incident.customer, longest)


def the_customer(incident: Incident) -> str:
    """Return the customer's name or, if it is unknown, "the customer"."""
    return "the customer" if incident.customer is None else customer_of(incident)


def last_heard(incident: Incident, times: Times) -> str:
    """Return when the customer last heard or, before that, when they reported it."""
    customer = "The customer" if incident.customer is None else customer_of(incident)
    if incident.updated_at is None:
        reported = times.at(incident.reported_at)
        return f"{customer} reported it {reported} and has not heard yet."
    return f"{customer} last heard {times.at(incident.updated_at)}."


def keeps_it(incident: Incident) -> str:
    """Return who keeps an incident while somebody else is asked to take it."""
    if incident.owner is None:
        return "Nobody owns it"
    return f"{mention(incident.owner)} keeps it"


def customer_with_plan(incident: Incident, policy: Policy) -> str:
    """Return the customer and the plan the incident counts under."""
    plan = plan_name(policy, incident.plan)
    if incident.customer is None:
        return f"{NOBODY_KNOWN} (counts as {plan})"
    return f"{customer_of(incident)} ({plan})"


def plan_name(policy: Policy, plan_id: str) -> str:
    """Return a plan's name, or its id if the policy no longer has it."""
    try:
        return shown(policy.plan(plan_id).name, LONGEST_NAME)
    except KeyError:
        return shown(plan_id, LONGEST_NAME)


def title_of(incident: Incident, longest: int = LONGEST_TITLE) -> str:
    """Return the title as it was typed."""
    return shown(incident.title, longest)


def name_of(incident: Incident) -> str:
    """Return an incident as a reminder names it: INC-31 Acme (Sev2)."""
    severity = incident.severity.label
    return f"{incident.name} {customer_of(incident)} ({severity})"


def headline(incident: Incident) -> str:
    """Return an incident as an alarm names it: Sev1 INC-42 Acme: checkout is down."""
    named = f"{incident.severity.label} {incident.name} {customer_of(incident)}"
    return ended(f"{named}: {title_of(incident, LONGEST_TITLE_IN_A_LIST)}")


def linked_name(incident: Incident, permalinks: Mapping[int, str] = NO_LINKS) -> str:
    """Return an incident as a list names it, its number linked to the card."""
    name = incident.name
    if incident.number in permalinks:
        name = link(permalinks[incident.number], name)
    customer = customer_of(incident, LONGEST_NAME_IN_A_LIST)
    return f"{name} {customer} ({marked(incident.severity)})"


def linked_names(
    incidents: Sequence[Incident], permalinks: Mapping[int, str] = NO_LINKS
) -> str:
    """Return incidents in a sentence: INC-31 Acme (Sev2), ... and 4 more."""
    first = incidents[:MOST_NAMES_IN_A_LIST]
    names = [linked_name(one, permalinks) for one in first]
    if len(incidents) > len(first):
        names.append(f"{len(incidents) - len(first)} more")
    return joined(names)


def and_more(things: Sequence[object], listed: int) -> list[str]:
    """Return the line after the first `listed` of a list, if more are left."""
    left = len(things) - listed
    return [f"and {left} more"] if left > 0 else []


def gone(release: Event) -> str:
    """Return who is gone, and how: @ben left."""
    return f"{mention(release.details['who'])} {release.details['why']}"


def unowned(release: Event | None) -> str:
    """Say that nobody owns an incident and, after a release, who is gone."""
    return f"{gone(release)}; nobody owns it" if release else "nobody owns it"


def quoted(typed: str, longest: int) -> str:
    """Return typed text in quotes, on one line."""
    return f"“{shown(typed, longest)}”"


def joined(words: Sequence[str], last_with: str = "and") -> str:
    """Return words as a list in a sentence: a, b and c."""
    *others, last = words
    return f"{', '.join(others)} {last_with} {last}" if others else last


def counted(number: int, thing: str) -> str:
    """Return a number of things: 1 update, 2 updates."""
    return f"{number} {thing}{'s' * (number != 1)}"


def ended(sentence: str) -> str:
    """Return a sentence with a full stop, unless it ends with another mark."""
    has_end = sentence.removesuffix("”").endswith((".", "?", "!", "…"))
    return sentence if has_end else f"{sentence}."


def opened_up(sentence: str) -> str:
    """Return a sentence with its first letter in upper case."""
    return sentence[:1].upper() + sentence[1:]


def owed_as(deadline: Deadline) -> str:
    """Return what is owed: first response, or update."""
    return deadline.kind.words


def due_phrase(
    policy: Policy, incident: Incident, deadline: Deadline, times: Times
) -> str:
    """Return when a deadline is due, and whether it is late.

    `late_at` is said too where it differs.
    """
    due, late = times.at(deadline.due_at), times.at(deadline.late_at)
    has_grace = deadline.late_at > deadline.due_at
    if deadline.is_overdue(times.now):
        by = hours(lateness(policy, deadline, incident, times.now))
        how_late = f"late since {late}" if times.is_token else f"{by} late"
        is_said = times.is_token and not has_grace
        return how_late if is_said else f"{how_late}, was due {due}"
    grace = f" (late only from {late})" if has_grace else ""
    if times.is_token:
        return f"due {due}{grace}"
    ahead = deadline.due_at - times.now
    if ahead > timedelta(0):
        return f"due {due}, in {span(ahead)}{grace}"
    return f"due now, {due}{grace}"


def follow_up_words(policy: Policy, incident: Incident) -> str:
    """Return which updates follow the first response, in the policy's words."""
    if all(plan.id != incident.plan for plan in policy.plans):
        return f"the policy has no plan {quoted(incident.plan, LONGEST_NAME)} any more"
    contract = policy.follow_up(incident.severity, incident.plan)
    if contract == targets.NOTHING and not contract.written:
        return "no updates are promised"
    words = shown(wording.within_a_sentence(contract), LONGEST_NAME)
    news = policy.news(incident.severity, incident.plan)
    if news == contract:
        return words
    return f"{words}; our own aim, outside the contract: news {wording.words(news)}"


def on_call_phrase(on_call: OnCall) -> str:
    """Return who is on call, as a sentence."""
    people = {role: mention(who) for role, who in on_call.named()}
    primary = people.pop(Role.PRIMARY, "nobody as the primary" if people else "nobody")
    return f"On call: {', '.join([primary, *map(' '.join, people.items())])}."


def newest(deadlines: Sequence[Deadline], kind: Kind) -> Deadline | None:
    """Return the latest deadline of a kind, open or not."""
    found = [one for one in deadlines if one.kind is kind]
    return max(found, key=lambda one: one.count, default=None)
