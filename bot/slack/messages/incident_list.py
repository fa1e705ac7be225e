"""The lists of `/incident`, page by page, only for the person who asks."""

from collections.abc import Sequence

from bot.incidents.work_list import Line
from bot.slack import actions
from bot.slack.blocks import Message, button, context, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages import work_lines
from bot.slack.phrases import Voice

_A_PAGE = 8


def message(  # noqa: PLR0913  # Which list, and which page of it.
    lines: Sequence[Line],
    voice: Voice,
    *,
    what: str = "open",
    wanted: str = "",
    page: int = 0,
    taken: int | None = None,
) -> Message:
    """Return one page of incidents, the reader's own first but for the one just taken.

    `what` says in words which they are, and `wanted` as it is typed after `/incident`.
    """
    if not lines:
        return say(said := f"No incident is {what}.", [section(said)])
    plain, token = voice.both()
    last = (len(lines) - 1) // _A_PAGE
    page = min(page, last)
    ordered = _ordered(lines, voice, page, taken)
    shown = ordered[page * _A_PAGE : (page + 1) * _A_PAGE]
    head = _head(lines, voice, what)
    blocks = [section(f"*{head}*")]
    listed = actions.value(page, wanted)
    blocks.extend(work_lines.rows(shown, token, listed=listed))
    if last:
        blocks.append(context(f"Page {page + 1} of {last + 1}."))
        steps = [
            (page - 1, "Previous", actions.PREVIOUS),
            (page + 1, "Next", actions.NEXT),
        ]
        blocks.append(
            row(
                [
                    button(label, action, actions.value(to, wanted))
                    for to, label, action in steps
                    if 0 <= to <= last
                ]
            )
        )
    first = work_lines.words(shown[0], plain)
    return say(f"{head} {first}", blocks)


def _ordered(
    lines: Sequence[Line], voice: Voice, page: int, taken: int | None
) -> list[Line]:
    """Return the reader's own first; what they just took heads the page they see."""
    first = page * _A_PAGE
    moved = [one for one in lines if one.incident.number == taken]
    others = [one for one in lines if one.incident.number != taken]
    others.sort(key=lambda one: not voice.is_to(one.incident.owner))
    return [*others[:first], *moved, *others[first:]]


def _head(lines: Sequence[Line], voice: Voice, what: str) -> str:
    count = len(lines)
    head = f"{count} {'is' if count == 1 else 'are'} {what}"
    mine = sum(voice.is_to(line.incident.owner) for line in lines)
    return f"{head}, {mine} of them yours." if 0 < mine < count else f"{head}."
