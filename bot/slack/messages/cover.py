"""A cover: the request to those who are asked, and how it ended."""

from collections.abc import Sequence
from datetime import datetime

from bot.policy.covers import CoverRequest
from bot.policy.policies import Policy
from bot.slack import actions, buttons
from bot.slack.blocks import Message, button, mention, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages.notice import notice
from bot.slack.messages.on_call import cover_of
from bot.slack.phrases import both
from bot.slack.readers import Person


def message(
    requests: Sequence[CoverRequest], policy: Policy, reader: Person, now: datetime
) -> Message:
    """Return the request; once it is answered or over, a sentence without buttons."""
    one = _telling(requests)
    if one.is_open(now):
        asks, whose = f"{mention(one.asked_by)} asks you to cover", ""
        if one.asked_by == one.instead_of:
            whose = "their shift"
        plain, token = _both(requests, policy, reader, now, whose)
        left = f"It stays {mention(one.instead_of)}'s until somebody accepts."
        accept = button("I cover it", actions.ACCEPT_COVER, one.request)
        return say(
            f"{asks} {plain} {left}",
            (section(f"*{asks}* {token}\n{left}"), row([buttons.likely(accept)])),
        )
    if one.withdrawn_by is not None:
        start = f"{mention(one.withdrawn_by)} withdrew it, nothing is asked of you:"
    elif one.accepted_by == reader.id:
        start = "You cover"
    elif one.accepted_by is not None:
        start = f"{mention(one.accepted_by)} covers it, nothing is asked of you:"
    else:
        start = "That time is over, and nobody accepted:"
    plain, token = _both(requests, policy, reader, now)
    return notice(f"{start} {plain}", f"{start} {token}")


def answered(
    requests: Sequence[CoverRequest], policy: Policy, reader: Person, now: datetime
) -> Message:
    """Tell somebody whom a cover concerns how it ended."""
    one = _telling(requests)
    start = f"{mention(one.accepted_by or one.asked_by)} covers"
    if one.withdrawn_by is not None:
        start = f"{mention(one.withdrawn_by)} withdrew the cover of"
    whose = "you" if one.instead_of == reader.id else ""
    plain, token = _both(requests, policy, reader, now, whose)
    return notice(f"{start} {plain}", f"{start} {token}")


def _telling(requests: Sequence[CoverRequest]) -> CoverRequest:
    """Return the request that says how it ended: what has passed is not withdrawn."""
    return next((one for one in requests if one.withdrawn_by), requests[0])


def _both(
    requests: Sequence[CoverRequest],
    policy: Policy,
    reader: Person,
    now: datetime,
    whose: str = "",
) -> tuple[str, str]:
    """Return what is covered in a message's text and in its blocks."""
    plain, token = both(policy, now, reader)
    return (
        cover_of(requests, plain, whose),
        cover_of(requests, token, whose),
    )
