"""The answer to the person who opened an incident: what is recorded, what follows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, Kind, owed_now
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack import actions, buttons, whose
from bot.slack.blocks import (
    Block,
    Message,
    button,
    mention,
    place,
    say,
    section,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.command_text import CustomerFrom, Reading
from bot.slack.cutting import cut
from bot.slack.messages.answers import Recorded
from bot.slack.phrases import (
    Times,
    both,
    customer_of,
    due_phrase,
    ended,
    follow_up_words,
    joined,
    linked_name,
    owed_as,
    plan_name,
    title_of,
)
from bot.slack.readers import Person


def message(  # noqa: PLR0913  # All that is news to who opened it.
    recorded: Recorded,
    policy: Policy,
    reader: Person,
    now: datetime,
    reading: Reading = Reading(),  # noqa: B008  # A frozen value.
    *,
    like: Incident | None = None,
) -> Message:
    """Return what was read and recorded, and what follows from it.

    `like` is an open incident that reads like this one.
    """
    incident = recorded.incident
    plain, token = both(reader.zone, now)
    first, *others = _sentences(recorded, policy, reader, token, reading)
    blocks = [section("\n".join([f"*{first}*", " ".join(others)]))]
    if reading.suggestions:
        blocks.extend(_customer_rows(incident, reading.suggestions))
    if incident.customer is None and incident.is_open:
        blocks.append(whose.menu(incident))
    text = " ".join(_sentences(recorded, policy, reader, plain, reading))
    if like is not None:
        same = ended(f"{linked_name(like)} is open and reads alike: {title_of(like)}")
        text = f"{text} {same}"
        blocks.append(section(f"{same} If it is the same, void this one."))
        blocks.append(row([buttons.about(incident, "Mistake or drill", actions.VOID)]))
    return say(text, blocks)


def _sentences(
    recorded: Recorded, policy: Policy, reader: Person, times: Times, reading: Reading
) -> Iterator[str]:
    incident = recorded.incident
    name = f"{incident.name} opened as {incident.severity.label}"
    plan = plan_name(policy, incident.plan)
    if incident.customer is None:
        yield f"{name}, customer unknown."
        yield f"It counts as {plan} until somebody says whose it is."
    else:
        is_channels = reading.customer_from is CustomerFrom.CHANNEL
        of = ", whose channel this is" if is_channels else ""
        yield f"{name} for {customer_of(incident)} ({plan}){of}."
    if reading.suggestions:
        names = " or ".join(shown(one, 80) for one in reading.suggestions)
        yield f"Did you mean {names}?"
    if incident.reported_at != incident.opened_at:
        reported = times.at(incident.reported_at)
        yield f"Reported {reported}; the clock runs from then."
    yield from _targets(incident, recorded.deadlines, policy, times)
    yield _who_is_told(recorded, policy, reader, times)
    if incident.offered_to is not None:
        yield f"{mention(incident.offered_to)} is asked to take it."
    yield "Nothing was posted here."


def _targets(
    incident: Incident, deadlines: Sequence[Deadline], policy: Policy, times: Times
) -> Iterator[str]:
    owed = owed_now(deadlines)
    if owed is None or owed.kind is Kind.UPDATE:
        yield "No first response is promised."
    if owed is not None:
        yield _heard_first(incident, owed, policy, times)
    yield ended(f"Then {follow_up_words(policy, incident)}")


def _heard_first(
    incident: Incident, owed: Deadline, policy: Policy, times: Times
) -> str:
    """Return by when the customer hears for the first time."""
    if owed.due_at <= times.now:
        first = "first " * (owed.kind is Kind.UPDATE)
        due = due_phrase(policy, incident, owed, times)
        return ended(f"Their {first}{owed_as(owed)} is {due}")
    late = ""
    if owed.late_at > owed.due_at:
        late = f" (late only from {times.at(owed.late_at)})"
    return f"They hear first by {times.at(owed.due_at)}{late}."


def _who_is_told(
    recorded: Recorded, policy: Policy, reader: Person, times: Times
) -> str:
    incident = recorded.incident
    then = ""
    if recorded.following is not None:
        who, at = recorded.following
        then = f"{place(who.id)} at {times.at(at)}"
    if incident.owner == reader.id:
        no_sign = f" {then} if you show no sign of life by then." if then else ""
        return f"It is yours.{no_sign}"
    if recorded.told:
        names = joined([place(one.id) for one in recorded.told])
        verb = "is" if len(recorded.told) == 1 else "are"
        next_one = f"; {then} if nobody takes it" if then else ""
        return f"{names} {verb} told now{next_one}."
    if recorded.following is not None:
        who, at = recorded.following
        return f"{place(who.id)} is told at {times.at(at)}, nobody before."
    primary = recipients.on_call(policy, times.now, incident).primary
    whose = "the person who is on call then"
    # By the time the list comes, somebody else may be on.
    if primary.person is not None and primary.until is None:
        whose = mention(primary.person)
    return f"Nobody is told now; it comes into the morning list of {whose}."


def _customer_rows(incident: Incident, names: Sequence[str]) -> Iterator[Block]:
    """Yield a row a customer, since an action id stands once in a row."""
    for name in names:
        value = actions.customer_value(incident.number, name)
        yield row([button(f"Yes, it is {cut(name, 60)}", actions.IS_CUSTOMER, value)])
