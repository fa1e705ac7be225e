"""A cover: the request to those who are asked, and how it ended."""

from collections.abc import Sequence

from bot.policy.covers import CoverRequest
from bot.slack import actions, buttons
from bot.slack.blocks import Message, button, mention, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages.notice import notice
from bot.slack.messages.on_call import cover_of
from bot.slack.phrases import Voice


def message(requests: Sequence[CoverRequest], voice: Voice) -> Message:
    """Return the request; once it is answered or over, a sentence without buttons."""
    one = _telling(requests)
    if one.is_open(voice.now):
        asks, whose = f"{mention(one.asked_by)} asks you to cover", ""
        if one.asked_by == one.instead_of:
            whose = "their shift"
        plain, token = (cover_of(requests, one, whose) for one in voice.both())
        left = f"It stays {mention(one.instead_of)}'s until somebody accepts."
        accept = button("I cover it", actions.ACCEPT_COVER, one.request)
        return say(
            f"{asks} {plain} {left}",
            (section(f"*{asks}* {token}\n{left}"), row([buttons.likely(accept)])),
        )
    if one.withdrawn_by is not None:
        start = f"{mention(one.withdrawn_by)} withdrew it, nothing is asked of you:"
    elif voice.is_to(one.accepted_by):
        start = "You cover"
    elif one.accepted_by is not None:
        start = f"{mention(one.accepted_by)} covers it, nothing is asked of you:"
    else:
        start = "That time is over, and nobody accepted:"
    plain, token = (cover_of(requests, one) for one in voice.both())
    return notice(f"{start} {plain}", f"{start} {token}")


def answered(requests: Sequence[CoverRequest], voice: Voice) -> Message:
    """Tell somebody whom a cover concerns how it ended."""
    one = _telling(requests)
    start = f"{mention(one.accepted_by or one.asked_by)} covers"
    if one.withdrawn_by is not None:
        start = f"{mention(one.withdrawn_by)} withdrew the cover of"
    whose = "you" if voice.is_to(one.instead_of) else ""
    plain, token = (cover_of(requests, one, whose) for one in voice.both())
    return notice(f"{start} {plain}", f"{start} {token}")


def _telling(requests: Sequence[CoverRequest]) -> CoverRequest:
    """Return the request that says how it ended: what has passed is not withdrawn."""
    return next((one for one in requests if one.withdrawn_by), requests[0])
