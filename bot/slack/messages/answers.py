"""Private answers: what whoever typed a command or pressed a button is told, alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.incidents import Event, Incident, Status, void_reason
from bot.incidents.nudges import Recipient
from bot.policy import targets
from bot.policy.policies import Policy, Severity
from bot.slack import actions, typed
from bot.slack.blocks import (
    LONGEST_SECTION,
    LONGEST_TEXT,
    Block,
    Message,
    button,
    context,
    mention,
    place,
    section,
    sections,
    shown,
    shown_lines,
)
from bot.slack.blocks import actions as row
from bot.slack.command_text import CustomerFrom, Reading
from bot.slack.cutting import cut, cut_marked
from bot.slack.messages.cards import card_blocks
from bot.slack.messages.history import sentence as event_sentence
from bot.slack.phrases import (
    Times,
    both,
    customer_of,
    due_phrase,
    ended,
    follow_up_words,
    headline,
    joined,
    opened_up,
    owed_as,
    plan_name,
)
from bot.slack.readers import Person

ONLY_YOU = "Only you see this"

_MOST_GIVEN_BACK = 12_000
_PART = 2500
_LONGEST_SENTENCE = 1000
_MOST_EVENTS = 15


class Recorded(Protocol):
    """An incident as an act left it, who is told at once, and who is next and when."""

    @property
    def incident(self) -> Incident: ...
    @property
    def deadlines(self) -> tuple[Deadline, ...]: ...
    @property
    def told(self) -> tuple[Recipient, ...]: ...
    @property
    def following(self) -> tuple[Recipient, datetime] | None: ...


def sentence(text: str) -> Message:
    """Return a sentence; what people typed in it is escaped already."""
    return Message(cut_marked(text, LONGEST_TEXT))


def opened(
    recorded: Recorded,
    policy: Policy,
    reader: Person,
    now: datetime,
    reading: Reading = Reading(),  # noqa: B008  # A frozen value.
) -> Message:
    """Return what was read and recorded, and what follows from it."""
    incident = recorded.incident
    plain, token = both(reader.zone, now)
    first, *others = _opened(recorded, policy, reader, token, reading)
    blocks = [section("\n".join([f"*{first}*", " ".join(others)]))]
    if reading.suggestions:
        blocks.extend(_customer_rows(incident, reading.suggestions))
    text = " ".join(_opened(recorded, policy, reader, plain, reading))
    return Message(cut_marked(text, LONGEST_TEXT), tuple(blocks))


def same_again(incident: Incident, command: str, text: str) -> Message:
    """Return the question whether the same text was meant to open a second one."""
    said = (
        f"{ONLY_YOU}: {incident.name} was opened from the same text just now. Nothing "
        "new was opened."
    )
    blocks = [section(f"{said} {headline(incident)}")]
    value = actions.retry_value(command, text)
    if value is not None:
        blocks.append(row([button("Open another", actions.OPEN_ANOTHER, value)]))
    return Message(said, tuple(blocks))


def user_error(sentence: str, text: str) -> Message:
    """Return what is wrong with a text, and give the text back.

    `sentence` is marked up, `text` as it was typed.
    """
    said = f"{ONLY_YOU}: {sentence} Nothing was recorded."
    blocks = [section(cut_marked(said, _LONGEST_SENTENCE))]
    blocks.extend(_given_back(text))
    return Message(cut_marked(said, LONGEST_TEXT), tuple(blocks))


def not_recorded(reason: str, command: str, text: str) -> Message:
    """Return that nothing was stored, why, and the text to try again."""
    said = f"NOT recorded ({shown(reason, 300)})."
    return _try_again(said, "Try again.", text, actions.retry_value(command, text))


def in_doubt(reason: str, command: str, text: str, trigger: str) -> Message:
    """Return that nobody knows whether it was stored, why, and the text to try again.

    The trigger lets what was stored after all be found instead of stored twice.
    """
    said = f"{not_known(shown(reason, 300))}."
    value = actions.retry_value(command, text, trigger)
    turn = "Try again: it is recorded only once."
    if value is None:
        turn = "If no card of it appears, type it again."
    return _try_again(said, turn, text, value)


def not_known(reason: str) -> str:
    """Return that nobody knows whether something was stored; a sentence's beginning."""
    return f"It is NOT KNOWN whether this was recorded ({reason})"


def _try_again(said: str, turn: str, text: str, value: str | None) -> Message:
    gist = shown(typed.readable(text), 300)
    blocks = [section(f"*{said}* {turn}"), *_given_back(text)]
    if value is not None:
        blocks.append(row([button("Try again", actions.TRY_AGAIN, value)]))
    return Message(f"{said} Your text: “{gist}”. {turn}", tuple(blocks))


def help(policy: Policy, severity: Severity | None) -> Message:  # noqa: A001
    """Return how a command is typed, what the severities mean, and the targets.

    With `severity` its own targets come first.
    """
    command = f"/{(severity or Severity.SEV2).value}"
    usage = f"Type `{command} customer: what is wrong`"
    blocks = [section("\n".join(_usage(usage, command)))]
    for one in _severity_first(policy, severity):
        blocks.extend(sections(_severity_lines(one, policy)))
    text = f"{ONLY_YOU}: {usage}; `{command}` alone opens a form."
    return Message(text, tuple(blocks))


def one_incident(
    recorded: Recorded,
    history: Sequence[Event],
    policy: Policy,
    reader: Person,
    now: datetime,
) -> Message:
    """Return an incident as its card shows it, and what happened to it."""
    incident, deadlines = recorded.incident, recorded.deadlines
    plain, token = both(reader.zone, now)
    earlier = len(history) - _MOST_EVENTS
    lines = [f"{earlier} earlier events"] if earlier > 0 else []
    for event in history[-_MOST_EVENTS:]:
        said = event_sentence(incident, event, policy, token)
        lines.append(f"{token.at(event.recorded_at)}: {cut_marked(said, 400)}")
    blocks = [context(f"{ONLY_YOU}.")]
    void = void_reason(history) if incident.status is Status.VOID else None
    blocks.extend(card_blocks(incident, deadlines, policy, token, void=void))
    blocks.extend(sections(["*What happened*", *lines]))
    text = [f"{ONLY_YOU}: {headline(incident)}"]
    if (owed := owed_now(deadlines)) is not None and owed.paused_at is None:
        due = due_phrase(policy, incident, owed, plain)
        text.append(ended(f"{opened_up(owed_as(owed))} {due}"))
    return Message(cut_marked(" ".join(text), LONGEST_TEXT), tuple(blocks))


def _opened(
    recorded: Recorded, policy: Policy, reader: Person, times: Times, reading: Reading
) -> Iterator[str]:
    incident = recorded.incident
    name = f"{ONLY_YOU}: {incident.name} opened as {incident.severity.label}"
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
    yield from _promises(incident, recorded.deadlines, policy, times)
    yield _who_is_told(recorded, policy, reader, times)
    if incident.offered_to is not None:
        yield f"{mention(incident.offered_to)} is asked to take it."
    yield "Nothing was posted here."


def _promises(
    incident: Incident, deadlines: Sequence[Deadline], policy: Policy, times: Times
) -> Iterator[str]:
    owed = owed_now(deadlines)
    if owed is None:
        yield "No first response is promised."
    elif owed.due_at > times.now:
        late = ""
        if owed.late_at > owed.due_at:
            late = f" (late only from {times.at(owed.late_at)})"
        yield f"They hear first by {times.at(owed.due_at)}{late}."
    else:
        due = due_phrase(policy, incident, owed, times)
        yield ended(f"Their first response is {due}")
    yield ended(f"Then {follow_up_words(policy, incident)}")


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
    on_call = mention(policy.on_call.primary)
    return f"Nobody is told now; it comes into the morning list of {on_call}."


def _customer_rows(incident: Incident, names: Sequence[str]) -> Iterator[Block]:
    """Yield a row a customer, since an action id stands once in a row."""
    for name in names:
        value = actions.customer_value(incident.number, name)
        yield row([button(f"Yes, it is {cut(name, 60)}", actions.IS_CUSTOMER, value)])


def _given_back(text: str) -> Iterator[Block]:
    """Yield what was typed, all of it where Slack has room."""
    written = typed.readable(text).strip()
    room = _MOST_GIVEN_BACK
    label = "Your text: "
    while written and room > 0:
        part = shown_lines(label + written[:_PART], min(room, LONGEST_SECTION))
        yield section(part)
        room -= len(part)
        label, written = "", written[_PART:].strip()


def _usage(usage: str, command: str) -> Iterator[str]:
    yield f"*{usage}*"
    yield "The customer is a name or an alias, or the one whose channel it is."
    yield (
        "Options, anywhere in the text: `plan=standard`, `owner=@name`, `at=09:40` "
        "(reported earlier), `link=https://...`"
    )
    yield f"`{command}` alone opens a form. `/incident` lists what is yours and due."


def _severity_first(policy: Policy, severity: Severity | None) -> list[Severity]:
    return sorted(policy.severities, key=lambda one: (one is not severity, one))


def _severity_lines(severity: Severity, policy: Policy) -> Iterator[str]:
    """Yield what a severity means and, plan by plan, what is promised."""
    text = policy.severities[severity]
    yield f"*{severity.label}:* {shown(text.means, 600)}"
    for plan in policy.plans:
        target = policy.first_response(severity, plan.id)
        first = "no first-response target"
        if target.has_due:
            first = f"first response within {targets.words(target)}"
        then = targets.published(policy.follow_up(severity, plan.id))
        name = plan_name(policy, plan.id)
        yield f"• {name}: {first}, then {then[:1].lower()}{then[1:]}"
