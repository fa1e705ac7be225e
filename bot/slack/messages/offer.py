"""A hand-off: the request to the person who is asked, and the answer to the giver."""

from collections.abc import Iterator
from typing import assert_never

from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.slack import actions, buttons
from bot.slack.blocks import Message, mention, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages import yours
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Voice,
    ended,
    gone,
    heading,
    keeps_it,
    last_heard,
    name_of,
    title_of,
    unanswered,
)


def message(  # noqa: PLR0913  # All that the person who is asked wants to know.
    incident: Incident,
    by: str,
    voice: Voice,
    *,
    owed: Deadline | None,
    last_word: str = "",
    url: str | None = None,
) -> Message:
    """Return the request of `by` that the reader take an incident over.

    Once it is accepted it shows the next step. Declined or over, it is a sentence
    without buttons.
    """
    plain, token = voice.both()
    if incident.is_open and voice.is_to(incident.owner):
        yours_now = f"{name_of(incident, voice.policy)} is yours."
        text = f"{yours_now} {yours.owes(incident, owed, plain)}"
        blocks = yours.blocks(incident, "It is yours.", owed, token, url)
        return say(text, blocks)
    if not incident.is_open or not voice.is_to(incident.offered_to):
        return notice(_over(incident, voice))
    title = title_of(incident, LONGEST_TITLE_IN_A_LIST)
    asks = ended(
        f"{mention(by)} asks you to take {name_of(incident, voice.policy)}: {title}"
    )
    others, marked_others = (
        " ".join(_facts(incident, owed, voice, last_word)) for voice in (plain, token)
    )
    accept = buttons.about(incident, "Accept", actions.ACCEPT)
    decline = buttons.about(incident, "Decline", actions.DECLINE)
    is_late = owed is not None and owed.is_overdue(voice.now)
    return say(
        f"{asks} {others}",
        (
            heading(incident, voice.policy, is_late=is_late),
            section(
                f"{yours.described(incident, url)}\n"
                f"*{mention(by)} asks you to take it.* {marked_others}"
            ),
            row([buttons.likely(accept), decline]),
        ),
    )


def _facts(
    incident: Incident, owed: Deadline | None, voice: Voice, last_word: str
) -> Iterator[str]:
    yield yours.owes(incident, owed, voice)
    yield last_heard(incident, voice, last_word)
    stands = "."
    if incident.offered_until is not None:
        stands = f"; {voice.clock(incident.offered_until, 'the offer stands until')}."
    yield f"{keeps_it(incident)} until you accept{stands}"


def answered(  # noqa: PLR0913  # What its giver, or its owner now, wants to know.
    incident: Incident,
    event: Event,
    voice: Voice,
    *,
    owed: Deadline | None,
    url: str | None = None,
    is_asked: bool = False,
) -> Message:
    """Tell the giver how an offer ended: accepted, declined, or taken by another.

    If somebody is gone, that may also tell the person who was asked. To its owner it
    shows what is owed, and the next step.
    """
    how = _how_it_ended(incident, event, voice)
    if not incident.is_open or not voice.is_to(incident.owner):
        return notice(how)
    plain, token = voice.both()
    again = yours.again(event, voice)
    text = f"{name_of(incident, voice.policy)}: {again}" if again else how
    how = again or how
    blocks = yours.blocks(incident, how, owed, token, url, is_asked=is_asked)
    return say(f"{text} {yours.owes(incident, owed, plain)}", blocks)


def _how_it_ended(incident: Incident, event: Event, voice: Voice) -> str:
    by, name = mention(event.by), name_of(incident, voice.policy)
    match event.kind:
        case EventKind.HAND_OFF_ACCEPTED:
            return f"{by} accepted {name}. It is {by}'s now."
        case EventKind.HAND_OFF_DECLINED:
            return f"{by} declined {name}. {_whose(incident, voice)}"
        case EventKind.HAND_OFF_EXPIRED:
            is_over = f"{unanswered(event)}; the offer of {name} is over."
            return f"{is_over} {_whose(incident, voice)}"
        case EventKind.TAKEN:
            return f"{by} took {name}; your offer of it is over."
        case EventKind.RELEASED:
            whose = "the" if voice.is_to(event.details["to"]) else "your"
            is_over = f"{gone(event)}; {whose} offer of {name} is over."
            return f"{is_over} {_whose(incident, voice)}"
        case (
            EventKind.OPENED
            | EventKind.CHECKED_IN
            | EventKind.UPDATED
            | EventKind.UPDATE_TAKEN_BACK
            | EventKind.RESUMED
            | EventKind.CHANGED
            | EventKind.CUSTOMER_SET
            | EventKind.REPORTED_AGAIN
            | EventKind.HAND_OFF_OFFERED
            | EventKind.SHIFT_CHANGED
            | EventKind.KEPT
            | EventKind.SNOOZED
            | EventKind.RESOLVED
            | EventKind.REOPENED
            | EventKind.VOIDED
            | EventKind.ERASED
        ):
            raise ValueError(f"{event.kind} answers no offer")
        case _:
            assert_never(event.kind)


def _over(incident: Incident, voice: Voice) -> str:
    name = name_of(incident, voice.policy)
    if not incident.is_open:
        return f"{name}: the offer is over, the incident is closed."
    return f"{name}: the offer is over. {_whose(incident, voice)}"


def _whose(incident: Incident, voice: Voice) -> str:
    if incident.owner is None:
        return "Nobody owns it."
    if voice.is_to(incident.owner):
        return "It stays yours."
    return f"It is {mention(incident.owner)}'s."
