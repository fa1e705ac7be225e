"""The answer to the person who opened an incident: what is recorded, what follows."""

from collections.abc import Iterator, Sequence

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, Kind, owed_now, owed_to_customer
from bot.incidents.incidents import Incident
from bot.slack import actions, buttons, whose
from bot.slack.blocks import (
    Block,
    Message,
    button,
    channel_link,
    mention,
    place,
    say,
    section,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.command_text import CustomerFrom, Reading
from bot.slack.cutting import cut
from bot.slack.messages import yours
from bot.slack.messages.answers import Recorded
from bot.slack.phrases import (
    Voice,
    customer_of,
    ended,
    follow_up_words,
    is_asked,
    joined,
    linked_name,
    plan_name,
    severity_of,
    title_of,
)


def message(
    recorded: Recorded,
    voice: Voice,
    reading: Reading = Reading(),  # noqa: B008  # A frozen value.
    *,
    like: Incident | None = None,
) -> Message:
    """Return what was read and recorded, and what follows from it.

    `like` is an open incident that reads like this one.
    """
    incident = recorded.incident
    plain, token = voice.both()
    first, *others = _sentences(recorded, token, reading)
    blocks = [section("\n".join([f"*{first}*", " ".join(others)]))]
    if reading.suggestions:
        blocks.extend(_customer_rows(incident, reading.suggestions))
    if incident.customer is None and incident.is_open:
        blocks.append(whose.menu(incident))
    owed = owed_now(recorded.deadlines)
    if voice.is_to(incident.owner):
        blocks.append(row(buttons.steps(incident, owed)))
    elif incident.owner is None:
        blocks.append(row([buttons.likely(buttons.take(incident))]))
    text = " ".join(_sentences(recorded, plain, reading))
    if like is not None:
        named = linked_name(like, voice.policy)
        same = ended(f"{named} is open and reads alike: {title_of(like)}")
        text = f"{text} {same}"
        goes_on = f"*Same thing* closes {incident.name}; {like.name} goes on."
        blocks.append(section(f"{same} {goes_on}"))
        blocks.append(row([buttons.same_thing(incident, like, voice.policy)]))
    return say(text, blocks)


def foreseen(recorded: Recorded, voice: Voice) -> str:
    """Return what opening an incident will lead to, for its form."""
    incident, deadlines = recorded.incident, recorded.deadlines
    said = _targets(incident, deadlines, voice)
    return " ".join([*said, _who_is_told(recorded, voice)])


def _sentences(recorded: Recorded, voice: Voice, reading: Reading) -> Iterator[str]:
    incident = recorded.incident
    severity = severity_of(incident, voice.policy)
    name = f"{incident.name} · {severity} · {customer_of(incident)}"
    plan = plan_name(voice.policy, incident.plan)
    if incident.customer is None:
        yield f"{name}."
        yield f"It counts as {plan} until somebody says whose it is."
    else:
        is_channels = reading.customer_from is CustomerFrom.CHANNEL
        of = ", whose channel this is" if is_channels else ""
        yield f"{name} ({plan}){of}."
    if reading.suggestions:
        names = " or ".join(shown(one, 80) for one in reading.suggestions)
        yield f"Did you mean {names}?"
    if incident.reported_at != incident.opened_at:
        reported = voice.at(incident.reported_at, "Reported")
        yield f"{reported}; the clock runs from then."
    yield from _targets(incident, recorded.deadlines, voice)
    yield _who_is_told(recorded, voice)
    if incident.offered_to is not None:
        yield is_asked(incident, incident.offered_to, voice)
    yield f"The card is in {channel_link(voice.policy.channels.incidents)}."


def _targets(
    incident: Incident, deadlines: Sequence[Deadline], voice: Voice
) -> Iterator[str]:
    owed = list(owed_to_customer(deadlines))
    if all(one.kind is not Kind.FIRST_RESPONSE for one in owed):
        yield "No first response is promised."
    for one in owed:
        yield yours.owes(incident, one, voice)
    yield ended(f"Then {follow_up_words(voice.policy, incident)}")


def _who_is_told(recorded: Recorded, voice: Voice) -> str:
    incident, then = recorded.incident, ""
    escalates = any(one.kind.is_internal for one in recorded.deadlines)
    what = "paged" if escalates else "reminded"
    if recorded.following is not None:
        who, at = recorded.following
        then = f"{place(who.id)} {voice.at(at, f'is {what} at')}"
    if voice.is_to(incident.owner):
        no_sign = f" {then} if you show no sign of life by then." if then else ""
        return f"It is yours.{no_sign}"
    if recorded.told:
        names = joined([place(one.id) for one in recorded.told])
        verb = "is" if len(recorded.told) == 1 else "are"
        next_one = f"; {then} if nobody takes it" if then else ""
        return f"{names} {verb} {what} now{next_one}."
    if then:
        return f"{then}, nobody before."
    primary = recipients.on_call(voice.policy, voice.now, incident).primary
    its_list = "the morning list of the person who is on call then"
    # By the time the list comes, somebody else may be on.
    if primary.person is not None and primary.until is None:
        its_list = f"{mention(primary.person)}'s morning list"
    return f"Nobody is paged. It will be on {its_list}."


def _customer_rows(incident: Incident, names: Sequence[str]) -> Iterator[Block]:
    """Yield a row a customer, since an action id stands once in a row."""
    for name in names:
        value = actions.value(incident.number, name)
        yield row([button(f"Yes, it is {cut(name, 60)}", actions.IS_CUSTOMER, value)])
