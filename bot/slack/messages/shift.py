"""A change of shift: what came to who is on now, and what went from who was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack import buttons
from bot.slack.blocks import Message, actions, mention, say, section, shown
from bot.slack.messages import yours
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    LONGEST_NAME,
    NO_LINKS,
    Voice,
    and_more,
    counted,
    ended,
    last_heard,
    linked_name,
    linked_names,
    title_of,
)

_MOST = 10


@dataclass(frozen=True, slots=True)
class Handed:
    """An incident that came with a shift, what is owed, and what was said last."""

    incident: Incident
    owed: Deadline | None
    last_word: str
    url: str | None


def came_on(handed: Sequence[Handed], rotation: str, voice: Voice) -> Message:
    """Return all that is the reader's from now on, each with its next steps."""
    plain, token = voice.both()
    many = counted(len(handed), "incident")
    head = f"You came on call ({shown(rotation, LONGEST_NAME)}): {many} "
    head += "is yours now." if len(handed) == 1 else "are yours now."
    first = _told(handed[0], plain)
    blocks = [section(f"*{head}*")]
    for one in handed[:_MOST]:
        blocks.append(section(_told(one, token)))
        steps = buttons.steps(one.incident, one.owed)[:1]
        blocks.append(actions([*steps, buttons.hand_off(one.incident)]))
    blocks += map(section, and_more(handed, _MOST))
    return say(f"{head} {first}", blocks)


def went_off(
    incidents: Sequence[Incident],
    rotation: str,
    policy: Policy,
    links: Mapping[int, str] = NO_LINKS,
) -> Message:
    """Tell somebody whose shift is over who has their work."""
    start = f"Your shift ({shown(rotation, LONGEST_NAME)}) is over."
    said = []
    for urls in (NO_LINKS, links):
        has = [start]
        for owner in dict.fromkeys(one.owner for one in incidents):
            theirs = [one for one in incidents if one.owner == owner]
            who = mention(owner) if owner else "Nobody"
            has.append(f"{who} has {linked_names(theirs, policy, urls)} now.")
        said.append(" ".join(has))
    return notice(*said)


def nobody_on(
    incidents: Sequence[Incident],
    refs: Mapping[str, str],
    policy: Policy,
    now: datetime,
    links: Mapping[int, str] = NO_LINKS,
) -> Message:
    """Tell the leads that nobody takes over what somebody holds for a rotation."""
    said = []
    for voice, urls in zip(Voice(policy, now).both(), (NO_LINKS, links), strict=True):
        until = ""
        if refs["until"]:
            until = f" {voice.at(datetime.fromisoformat(refs['until']), 'until')}"
        said.append(
            f"Nobody is on call in {shown(refs['rotation'], LONGEST_NAME)}{until}. "
            f"{mention(refs['owner'])}, whose shift is over, still has "
            f"{linked_names(incidents, policy, urls)}. Find somebody, or take it over."
        )
    return notice(*said)


def _told(one: Handed, voice: Voice) -> str:
    links = {one.incident.number: one.url} if voice.is_token and one.url else NO_LINKS
    name = linked_name(one.incident, voice.policy, links)
    owes = yours.owes(one.incident, one.owed, voice)
    heard = last_heard(one.incident, voice, one.last_word)
    return f"{name}: {ended(title_of(one.incident))} {owes} {heard}"
