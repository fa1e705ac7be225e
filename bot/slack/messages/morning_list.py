"""The morning list: what a person owes today."""

from collections.abc import Sequence

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.digest import Held, Morning, Owed
from bot.policy.policies import Policy
from bot.slack.blocks import LONGEST_TEXT, Message, mention, say, section, sections
from bot.slack.cutting import cut_marked
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    MOST_LINES_IN_A_LIST,
    Times,
    and_more,
    both,
    counted,
    customer_of,
    joined,
    linked_name,
    linked_names,
    listed_due,
    owed_as,
    title_of,
)
from bot.slack.readers import Person


def message(morning: Morning, reader: Person, policy: Policy) -> Message:
    """Return what a person owes today, first due first."""
    plain, token = both(reader.zone, morning.at)
    head, unowned = _today(morning, plain), _unowned(morning, reader, policy)
    kept = [_held_line(one, plain) for one in morning.held]
    lines = [_owed_line(owed, token) for owed in morning.owed[:MOST_LINES_IN_A_LIST]]
    blocks = [section(f"*{_today(morning, token)}*")]
    blocks.extend(sections([*lines, *and_more(morning.owed, MOST_LINES_IN_A_LIST)]))
    shown = [_held_line(one, token) for one in morning.held[:MOST_LINES_IN_A_LIST]]
    blocks.extend(sections([*shown, *and_more(morning.held, MOST_LINES_IN_A_LIST)]))
    others = [said for said in (unowned, _quiet(morning)) if said]
    blocks.extend(section(said) for said in others)
    return say(" ".join([head, *kept, *others]), blocks)


def in_place_of(message: Message, whose: str, reader: Person) -> Message:
    """Say whose list it is, where the reader gets it instead of somebody else."""
    if whose == reader.id:
        return message
    head = f"{mention(whose)} cannot be reached; you are told instead."
    text = cut_marked(f"{head} {message.text}", LONGEST_TEXT)
    return Message(text, (section(head), *message.blocks))


def _today(morning: Morning, times: Times) -> str:
    """Return a morning in a sentence or two."""
    if not morning.owed:
        return "Today: nothing is due from you."
    first, last = morning.owed[0], morning.owed[-1]
    owed = _how_many([one.deadline for one in morning.owed])
    head = f"Today: {owed} owed"
    if len(morning.owed) == 1:
        head += f", {_due_and_whose(first, times)}"
    else:
        head += f", first {_due_and_whose(first, times)}"
        head += f", last {times.at(last.deadline.due_at)}"
    if not morning.overdue:
        return f"{head}. Nothing overdue."
    return f"{head}. {morning.overdue} overdue."


def _due_and_whose(owed: Owed, times: Times) -> str:
    incident = owed.incident
    whose = f"{incident.name} {customer_of(incident)}, {incident.severity.label}"
    return f"{times.at(owed.deadline.due_at)} ({whose})"


def _how_many(deadlines: Sequence[Deadline]) -> str:
    """Return how much is owed: 7 updates and 2 first responses."""
    firsts = sum(1 for one in deadlines if one.kind is Kind.FIRST_RESPONSE)
    updates = len(deadlines) - firsts
    words = [counted(updates, "update")] if updates else []
    words += [counted(firsts, "first response")] if firsts else []
    return joined(words)


def _owed_line(owed: Owed, times: Times) -> str:
    incident, deadline = owed.incident, owed.deadline
    due = listed_due(deadline, times)
    what = f"{linked_name(incident)}: {owed_as(deadline)} {due}"
    if owed.held_since is not None:
        what += f" (held since {times.at(owed.held_since)})"
    return f"• {what}. {title_of(incident, LONGEST_TITLE_IN_A_LIST)}"


def _held_line(held: Held, times: Times) -> str:
    """Return what could not be said before, and what is owed on it now."""
    incident = held.incident
    nobody = ", nobody owns it" if incident.owner is None else ""
    since = f"held since {times.at(held.since)}{nobody}"
    what = f"{linked_name(incident)}: {since}"
    if held.owed is not None:
        what += f"; {owed_as(held.owed)} {listed_due(held.owed, times)}"
    return f"• {what}. {title_of(incident, LONGEST_TITLE_IN_A_LIST)}"


def _quiet(morning: Morning) -> str:
    if not morning.quiet:
        return ""
    return f"Yours, open, and nothing is owed: {linked_names(morning.quiet)}."


def _unowned(morning: Morning, reader: Person, policy: Policy) -> str:
    if not morning.unowned:
        return ""
    names = linked_names(morning.unowned)
    is_on_call = reader.id in recipients.all_of_unowned(policy, morning.at)
    return f"Nobody owns {names}{'; you are on call' * is_on_call}."
