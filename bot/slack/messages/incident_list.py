"""The list of incidents that `/incident` shows, only to the person who asks."""

from collections.abc import Sequence
from datetime import datetime

from bot.incidents.digest import Case
from bot.slack.blocks import Message, context, say, sections
from bot.slack.messages.answers import sentence
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    MOST_LINES_IN_A_LIST,
    Times,
    and_more,
    both,
    linked_name,
    listed_due,
    owed_as,
    owner_in_a_list,
    title_of,
)
from bot.slack.readers import Person


def message(
    mine: Sequence[Case], next_due: Sequence[Case], reader: Person, now: datetime
) -> Message:
    """Return the reader's own incidents, and those that are due next."""
    plain, token = both(reader.zone, now)
    if not mine and not next_due:
        return sentence("No incident is open.")
    heads = [
        f"{len(mine)} {'is' if len(mine) == 1 else 'are'} yours" if mine else "",
        f"{len(next_due)} due next" if next_due else "",
    ]
    text = f"{', '.join(filter(None, heads))}."
    first = [_case_line(case, plain) for case in (*mine, *next_due)[:1]]
    blocks = [context("`/incident 42` shows one.")]
    for name, cases in (("Yours", mine), ("Due next", next_due)):
        lines = [
            f"• {_case_line(case, token)}" for case in cases[:MOST_LINES_IN_A_LIST]
        ]
        if not lines:
            continue
        blocks.extend(
            sections([f"*{name}*", *lines, *and_more(cases, MOST_LINES_IN_A_LIST)])
        )
    return say(" ".join([text, *first]), blocks)


def _case_line(case: Case, times: Times) -> str:
    incident, owed = case.incident, case.owed
    facts = ["nothing is owed"]
    if owed is not None:
        facts = [f"{owed_as(owed)} {listed_due(owed, times)}"]
    facts.append(owner_in_a_list(incident))
    name = linked_name(incident)
    title = title_of(incident, LONGEST_TITLE_IN_A_LIST)
    return f"{name}: {', '.join(facts)}. {title}"
