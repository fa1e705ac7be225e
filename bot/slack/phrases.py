"""Phrases that messages and forms share. They escape what people typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self, assert_never
from zoneinfo import ZoneInfo

from bot.incidents.deadlines import Deadline, Kind, lateness, target_of
from bot.incidents.events import Event
from bot.incidents.incidents import OFFER_STANDS, Incident, Status
from bot.policy import targets, wording
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy
from bot.slack.blocks import (
    Block,
    Style,
    header,
    hours,
    link,
    local,
    mention,
    shown,
    span,
    when,
)
from bot.slack.cutting import cut
from bot.slack.marks import LATE, RESOLVED, marked
from bot.slack.readers import Person

NOBODY_KNOWN = "customer unknown"
NOTHING_SENT = "Nothing is sent to the customer by this form."

LONGEST_TITLE = 250
LONGEST_TITLE_IN_A_LIST = 120
LONGEST_NAME = 120
LONGEST_NAME_IN_A_LIST = 60
MOST_LINES_IN_A_LIST = 12
MOST_NAMES_IN_A_LIST = 10
_LONGEST_LINK_LABEL = 60
_MESSAGE = re.compile(r"slack\.com/archives/[A-Z0-9]+/p[0-9]+")
NO_LINKS: Mapping[int, str] = {}
# A time of day this near can mean one day only.
_CLOSE = timedelta(hours=12)
_NOW_FOR = timedelta(minutes=15)
# A text is worded after the act that it tells of, maybe by another bot's clock.
_CLOSE_TO_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Voice:
    """How one text speaks: by which policy, as of when, to whom if to one person.

    As plain text, instants are in the reader's zone, or in the team's with its name. As
    date tokens they are in the zone of whoever looks. `says_far` adds how far what is
    due is from `now`, where the text is about that moment; on a card, which stands for
    days, it is wrong soon.
    """

    policy: Policy
    now: datetime
    reader: Person | None = None
    is_token: bool = False
    says_far: bool = True
    names_zone: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its plain text."""
        return self.reader.zone if self.reader else self.policy.team_hours.zone

    def both(self) -> tuple[Self, Self]:
        """Return the voice of a message's text, and that of its blocks."""
        return self, replace(self, is_token=True)

    def is_to(self, person: str | None) -> bool:
        """Return whether it speaks to that person alone."""
        return self.reader is not None and self.reader.id == person

    def at(self, instant: datetime, before: str = "") -> str:
        """Return an instant in words or as a token, after the word `before` it.

        A last "at" is left out before a day.
        """
        if self.is_token:
            return when(instant, _without_at(before), self.zone)
        return self._local(instant, before)

    def clock(self, instant: datetime, before: str = "") -> str:
        """Return an instant; where it is close to now a token shows no day."""
        if self.is_token and abs(instant - self.now) >= _CLOSE:
            return self.at(instant, before)
        if self.is_token:
            return when(instant, before, self.zone, style=Style.TIME)
        return self._local(instant, before)

    def far(self, instant: datetime) -> str:
        """Return how far ahead it is, to follow it: ", in 4 h"."""
        if not self.says_far:
            return ""
        ahead = instant - self.now
        return f", in {span(ahead)}" if ahead > timedelta(0) else ""

    def _local(self, instant: datetime, before: str) -> str:
        is_named = self.names_zone and self.reader is None
        text = local(instant, self.zone, self.now, named=is_named)
        word = before if text[:1].isdigit() else _without_at(before)
        return f"{word} {text}" if word else text


def _without_at(before: str) -> str:
    return "" if before == "at" else before.removesuffix(" at")


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


def last_heard(incident: Incident, voice: Voice, told: str = "") -> str:
    """Return when the customer last heard and what they were told, if anything.

    Before that, return when they reported it.
    """
    customer = "The customer" if incident.customer is None else customer_of(incident)
    if incident.updated_at is None:
        reported = voice.at(incident.reported_at, "reported it")
        return f"{customer} {reported} and has not heard yet."
    heard = voice.at(incident.updated_at, "last heard")
    word = f": {quoted(told, LONGEST_TITLE_IN_A_LIST)}" if told else ""
    return ended(f"{customer} {heard}{word}")


def is_asked(incident: Incident, to: str, voice: Voice) -> str:
    """Return that somebody is asked to take an incident, or when they will be."""
    at = incident.offered_from
    if at is None or at <= voice.now + _CLOSE_TO_NOW:
        return f"{mention(to)} is asked to take it."
    later = voice.clock(at, "will be asked to take it at")
    return f"{mention(to)} {later}, when their quiet hours end."


def keeps_it(incident: Incident) -> str:
    """Return who keeps an incident while somebody else is asked to take it."""
    if incident.owner is None:
        return "Nobody owns it"
    return f"{mention(incident.owner)} keeps it"


def plan_name(policy: Policy, plan_id: str) -> str:
    """Return a plan's name, or its id if the policy no longer has it."""
    try:
        return shown(policy.plan(plan_id).name, LONGEST_NAME)
    except KeyError:
        return shown(plan_id, LONGEST_NAME)


def title_of(incident: Incident, longest: int = LONGEST_TITLE) -> str:
    """Return the title as it was typed; a blank one would be an empty block."""
    return shown(incident.title, longest) or "(no title)"


def severity_of(incident: Incident, policy: Policy) -> str:
    """Return an incident's severity within a text, by its name on the policy's page."""
    return shown(marked(incident.severity, policy), LONGEST_NAME_IN_A_LIST)


def name_of(incident: Incident, policy: Policy) -> str:
    """Return an incident within a sentence: INC-31 Acme (🔶 Sev2)."""
    severity = severity_of(incident, policy)
    return f"{incident.name} {customer_of(incident)} ({severity})"


def headline(incident: Incident, policy: Policy) -> str:
    """Return an incident as an alarm names it: 🔺 Sev1 INC-42 Acme: it is down."""
    severity = severity_of(incident, policy)
    named = f"{severity} {incident.name} {customer_of(incident)}"
    return ended(f"{named}: {title_of(incident, LONGEST_TITLE_IN_A_LIST)}")


def heading(incident: Incident, policy: Policy, *, is_late: bool = False) -> Block:
    """Return what an incident is, to be seen at once: 🔺 Sev1 · INC-42 · Acme."""
    severity = cut(marked(incident.severity, policy), LONGEST_NAME_IN_A_LIST)
    words = [severity, incident.name]
    match incident.status:
        case Status.RESOLVED:
            words.insert(0, f"{RESOLVED} Resolved")
        case Status.VOID:
            words.insert(0, "Void")
        case Status.OPEN if is_late:
            words.insert(0, f"{LATE} Late")
        case Status.OPEN:
            pass
        case _:
            assert_never(incident.status)
    customer = " ".join((incident.customer or NOBODY_KNOWN).split())
    return header(" · ".join([*words, cut(customer, LONGEST_NAME_IN_A_LIST)]))


def linked_name(
    incident: Incident,
    policy: Policy,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> str:
    """Return an incident as a list names it, its number linked to the card."""
    name = incident.name
    if incident.number in permalinks:
        name = link(permalinks[incident.number], name)
    customer = customer_of(incident, LONGEST_NAME_IN_A_LIST)
    return f"{name} {customer} ({severity_of(incident, policy)})"


def linked(url: str) -> str:
    """Return a link that somebody gave, or that to a message which was triaged."""
    if _MESSAGE.search(url):
        return link(url, "the message in Slack")
    return link(url, cut(url.partition("://")[2], _LONGEST_LINK_LABEL))


def linked_names(
    incidents: Sequence[Incident],
    policy: Policy,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> str:
    """Return incidents in a sentence: INC-31 Acme (Sev2), ... and 4 more."""
    first = incidents[:MOST_NAMES_IN_A_LIST]
    names = [linked_name(one, policy, permalinks) for one in first]
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


def void_reason(void: Event) -> str:
    """Return why an incident is void, in words: drill, the same thing as INC-7."""
    if "same_as" in void.details:
        return f"the same thing as INC-{void.details['same_as']}"
    return shown(void.details.get("reason", "void"), LONGEST_TITLE)


def unanswered(expiry: Event) -> str:
    """Return who did not answer an offer, and for how long it stood."""
    return f"{mention(expiry.details['to'])} did not answer in {span(OFFER_STANDS)}"


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
    """Return a sentence with its first letter in upper case, in a date token too."""
    if not sentence.startswith("<!date^"):
        return sentence[:1].upper() + sentence[1:]
    head, seconds, words = sentence.split("^", 2)
    words, _, fallback = words.partition("|")
    return f"{head}^{seconds}^{opened_up(words)}|{opened_up(fallback)}"


def owed_as(deadline: Deadline) -> str:
    """Return what is owed: first response, or update."""
    return deadline.kind.words


def due_phrase(incident: Incident, deadline: Deadline, voice: Voice) -> str:
    """Return when a deadline is due, or since when it is late.

    `late_at` is said too where it differs.
    """
    due_at, late_at = deadline.due_at, deadline.late_at
    if deadline.is_overdue(voice.now):
        by = late_by(voice.policy, incident, deadline, voice.now)
        how_late = f" ({by})" if voice.says_far else ""
        due = f", {voice.at(due_at, 'was due')}" if late_at > due_at else ""
        return f"{LATE} {voice.at(late_at, 'late since')}{how_late}{due}"
    grace = f" ({voice.at(late_at, 'late only from')})" if late_at > due_at else ""
    ago = voice.now - due_at
    if voice.says_far and ago >= timedelta(0):
        return f"{voice.at(due_at, 'due now,' if ago < _NOW_FOR else 'was due')}{grace}"
    return f"{voice.at(due_at, 'due')}{voice.far(due_at)}{grace}"


def late_by(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime
) -> str:
    """Return how late its answer is, or was, and by which clock."""
    return by_its_clock(lateness(policy, deadline, incident, now), deadline)


def by_its_clock(length: timedelta, deadline: Deadline) -> str:
    """Return how late something is, and that only business time counts if so."""
    if target_of(deadline).is_clock_time:
        return span(length)
    return f"{hours(length)} of business time"


def follow_up_words(policy: Policy, incident: Incident) -> str:
    """Return which updates follow the first response, in the policy's words."""
    if all(plan.id != incident.plan for plan in policy.plans):
        return f"the policy has no plan {quoted(incident.plan, LONGEST_NAME)} any more"
    if incident.severity not in policy.severities:
        return f"the policy has no {incident.severity.label} any more"
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
