"""The private answer to somebody who triages a text."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Protocol

from bot.classification.suggestions import Candidate, Suggestion
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack import actions, buttons
from bot.slack.actions import Triaged
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Block,
    Element,
    Message,
    button,
    channel_link,
    link,
    mention,
    say,
    section,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut
from bot.slack.marks import marked
from bot.slack.messages import opened
from bot.slack.messages.answers import Recorded
from bot.slack.phrases import (
    LONGEST_NAME_IN_A_LIST,
    LONGEST_TITLE_IN_A_LIST,
    Voice,
    customer_of,
    ended,
    joined,
    linked_name,
    plan_name,
    quoted,
    title_of,
)
from bot.slack.triage_text import TriageText

_JUST_NOW = timedelta(minutes=1)
_LONGEST_LIKE, _LONGEST_WORDS, _LONGEST_MEANING = 200, 80, 300


class Foreseen(Protocol):
    """What a text may be, and what opening it leads to; `None` for no incident."""

    @property
    def candidate(self) -> Candidate: ...
    @property
    def result(self) -> Recorded | None: ...


def message(
    found: Sequence[Foreseen],
    triaged: Triaged,
    voice: Voice,
    *,
    declined_by: str | None = None,
) -> Message:
    """Return what a text may be, best first, with what would follow from each.

    `declined_by` is who said before that it is no incident.
    """
    plain, token = voice.both()
    each = ("\n".join(_lines(one, token)) for one in found)
    said = f" {mention(declined_by)} said it is no incident." if declined_by else ""
    blocks = [
        section(f"*{_first(found, voice.policy)}*{_reported(found, token)}{said}"),
        *map(section, each),
        row(list(_buttons(found, triaged, voice.policy))),
    ]
    text = [f"{_first(found, voice.policy)}{_reported(found, plain)}{said}"]
    for one in found:
        if one.result is not None:
            foreseen = opened.foreseen(one.result, plain)
            text.append(
                f"As {_named(one.candidate.severity, voice.policy)}: {foreseen}"
            )
    return say(" ".join(text), blocks)


def heard(
    suggested: Message, author: str | None, channel: str, text: TriageText
) -> Message:
    """Return a suggestion with where it was heard, for somebody who did not ask."""
    who = mention(author) if author else "An app"
    where, words = channel_link(channel), quoted(text.title, LONGEST_TITLE_IN_A_LIST)
    wrote = f"wrote {link(text.link, 'a message')}" if text.link else "wrote"
    return say(
        f"{who} wrote in {where}: {words}. {suggested.text}",
        [section(f"{who} {wrote} in {where}: {words}"), *suggested.blocks],
    )


def in_form(suggestion: Suggestion, policy: Policy) -> str:
    """Return in a line what the title in a form reads like."""
    verb = "reads like" if suggestion.is_sure else "may be"
    names = joined(
        [_named(one.severity, policy) for one in suggestion.candidates], "or"
    )
    return f"What is wrong {verb} {names}."


def standing(recorded: Recorded, voice: Voice) -> Message:
    """Say which incident was opened from a text already, with its next step."""
    incident = recorded.incident
    state = "Nobody owns it."
    if not incident.is_open:
        state = f"It is {incident.status}."
    elif incident.owner is not None:
        state = f"{mention(incident.owner)} owns it."
    by, name = mention(incident.opened_by), linked_name(incident, voice.policy)
    said = (
        f"{by} made this {name}, {voice.at(incident.opened_at, 'opened')}: "
        f"{ended(title_of(incident))} {state}"
        for voice in voice.both()
    )
    plain, token = said
    blocks: list[Block] = [section(token)]
    if incident.is_open and incident.owner is None:
        blocks.append(row([buttons.likely(buttons.take(incident))]))
    return say(plain, blocks)


def _first(found: Sequence[Foreseen], policy: Policy) -> str:
    names = joined([_named(one.candidate.severity, policy) for one in found], "or")
    incident = next((one.result.incident for one in found if one.result), None)
    if incident is None:
        return "This does not read like an incident."
    whose = customer_of(incident)
    if incident.customer is not None:
        whose = f"{whose} ({plan_name(policy, incident.plan)})"
    verb = "reads like" if len(found) == 1 else "may be"
    return f"This {verb} {names} · {whose}."


def _reported(found: Sequence[Foreseen], voice: Voice) -> str:
    """Return since when the clock would run, if the text is not from just now."""
    incident = next((one.result.incident for one in found if one.result), None)
    if incident is None or incident.opened_at - incident.reported_at < _JUST_NOW:
        return ""
    reported = voice.at(incident.reported_at, "Reported")
    return f" {reported}; the clock runs from then."


def _named(severity: Severity | None, policy: Policy) -> str:
    if severity is None:
        return "no incident"
    return shown(marked(severity, policy), LONGEST_NAME_IN_A_LIST)


def _lines(one: Foreseen, voice: Voice) -> Iterator[str]:
    like, words = one.candidate.like, one.candidate.words
    reasons = [shown(like, _LONGEST_LIKE)] if like else []
    reasons += [quoted(each, _LONGEST_WORDS) for each in words]
    because = f": {', '.join(reasons)}" if reasons else ""
    name = _named(one.candidate.severity, voice.policy)
    yield ended(f"*{name[:1].upper()}{name[1:]}*{because}")
    severity, foreseen = one.candidate.severity, one.result
    if severity is None or foreseen is None:
        return
    means = voice.policy.severities[severity].means
    yield ended(f"Your policy: {shown(means, _LONGEST_MEANING)}")
    yield f"If you open it: {opened.foreseen(foreseen, voice)}"


def _buttons(
    found: Sequence[Foreseen], triaged: Triaged, policy: Policy
) -> Iterator[Element]:
    """Yield what may be decided, the likely first; a form is there for all else."""
    value = actions.triaged_value(triaged)
    offered = [one.candidate.severity for one in found]
    if None not in offered:
        offered.append(None)
    decisions = [_decision(severity, value, policy) for severity in offered]
    yield buttons.likely(decisions[0])
    yield from decisions[1:]
    yield button("Open in a form", actions.OPEN_IN_FORM, value)


def _decision(severity: Severity | None, value: str, policy: Policy) -> Element:
    if severity is None:
        return button("Not an incident", actions.NOT_AN_INCIDENT, value)
    text = cut(f"Open as {policy.severity_name(severity)}", LONGEST_BUTTON)
    return button(text, actions.OPEN_AS[severity], value)
