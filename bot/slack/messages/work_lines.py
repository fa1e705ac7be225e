"""Lines of the work list, as every list shows them, with their next step."""

from collections.abc import Iterator, Mapping, Sequence

from bot.incidents.deadlines import Deadline
from bot.incidents.work_list import Group, Line
from bot.slack import actions, buttons
from bot.slack.blocks import (
    Block,
    Element,
    context,
    mention,
    section,
)
from bot.slack.blocks import actions as row
from bot.slack.marks import LATE
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    NO_LINKS,
    Voice,
    by_its_clock,
    ended,
    linked_name,
    owed_as,
    title_of,
)

MOST_LINES = 12


def rows(
    lines: Sequence[Line],
    voice: Voice,
    permalinks: Mapping[int, str] = NO_LINKS,
    *,
    rest: str = "",
    listed: str | None = None,
) -> Iterator[Block]:
    """Yield a paragraph a line with the button of its next step.

    In a channel only what nobody owns has a button. `rest` says where the lines are
    that have no room, `listed` which page of a list they are.
    """
    for line in lines[:MOST_LINES]:
        said = words(line, voice, permalinks)
        yield section(f"{said} {_title(line)}")
        # Not beside it: text with a button beside it cannot show all that people type.
        if (step := _next_step(line, voice, listed)) is not None:
            yield row([step])
    if len(lines) > MOST_LINES:
        yield context(f"and {len(lines) - MOST_LINES} more{rest}")


def words(line: Line, voice: Voice, permalinks: Mapping[int, str] = NO_LINKS) -> str:
    """Return what is owed and whose turn it is, without what a reader knows."""
    facts = [_owed(line, voice)]
    if line.is_unowned:
        facts.append("nobody owns it")
    elif not voice.is_to(line.incident.owner):
        facts.append(f"{mention(str(line.incident.owner))}'s")
    if line.is_pressing and line.incident.waiting_since is not None:
        facts.append("waiting on the customer")
    if line.held_since is not None:
        facts.append(voice.at(line.held_since, "held since"))
    name = linked_name(line.incident, voice.policy, permalinks)
    return f"{name}: {', '.join(facts)}."


def _next_step(line: Line, voice: Voice, listed: str | None) -> Element | None:
    """Return the button of the likely next step, if there is one for this reader."""
    incident = line.incident
    if line.is_unowned or (voice.reader and not voice.is_to(incident.owner)):
        return buttons.take(incident, actions.TAKE_IN_LIST, listed)
    if voice.reader is None:
        return None
    if line.group is Group.WAITING:
        return buttons.resume(incident, listed)
    is_late_to_resolve = line.is_late and line.owed and line.owed.is_resolution
    if line.group is Group.QUIET or is_late_to_resolve:
        return buttons.about(incident, "Resolve", actions.RESOLVE)
    return buttons.answer(incident)


def _owed(line: Line, voice: Voice) -> str:
    owed = line.owed
    if line.late_by is not None and owed is not None:
        late = f"{LATE} {voice.at(line.since, 'late since')}"
        late = f"*{late}*" if voice.is_token else late
        how = by_its_clock(line.late_by, owed)
        return f"{owed_as(owed)} {late} ({how}){_aim(owed)}"
    if line.group is Group.WAITING:
        return voice.at(line.since, "waiting on the customer since")
    if owed is None:
        return voice.at(line.since, "nothing is owed, quiet since")
    if owed.paused_at is not None:
        return "waiting on the customer"
    due = f"{voice.at(owed.due_at, 'due')}{voice.far(owed.due_at)}"
    return f"{owed_as(owed)} {due}{_aim(owed)}"


def _aim(owed: Deadline) -> str:
    return ", by our own aim" * owed.is_aim


def _title(line: Line) -> str:
    return ended(title_of(line.incident, LONGEST_TITLE_IN_A_LIST))
