"""What a person sees of an act that was refused, failed, or is in doubt."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from slack_bolt import BoltResponse

from bot.errors import Fate, SlackError, StorageError, UserError
from bot.incidents.refusals import AlreadyClosed, NoSuchIncident, Refusal
from bot.slack.blocks import Message, View
from bot.slack.forms import refused
from bot.slack.marked import escape
from bot.slack.messages import answers
from bot.slack.payloads import Command, Payload, Submission
from bot.slack.phrases import opened_up
from bot.slack.reasons import reason
from bot.slack.refusals import worded

logger = logging.getLogger(__name__)

OURS = "an error of sevbot's own, which is in its log"
_WHO = "Slack does not say just now who you are"
_FOR_GOOD = (AlreadyClosed, NoSuchIncident)

T = TypeVar("T")


def answered(number: int | None, answer: Callable[[], T]) -> T | Message:
    """Return the answer to an act that was recorded, or say that only that failed.

    The act is on incident `number`, or on what `/oncall` shows.
    """
    try:
        return answer()
    except (StorageError, SlackError) as error:
        logger.warning("an act was recorded, not answered", extra={"error": str(error)})
        why = error.reason if isinstance(error, StorageError) else reason(error.code)
    except (UserError, Refusal) as error:
        why = said_of(error).rstrip(".")
    except Exception:  # Whatever it is, the act must not be said to be lost.
        logger.exception("an act was recorded, not answered")
        why = OURS
    return answers.sentence(recorded_after_all(number, why))


def said_of(error: UserError | Refusal) -> str:
    return worded(error.reason) if isinstance(error, Refusal) else str(error)


def refused_form(form: Submission, error: UserError | Refusal) -> View:
    """Return a form that was refused, with all that was entered in it."""
    is_over = isinstance(error, UserError) or isinstance(error.reason, _FOR_GOOD)
    show = refused.for_good if is_over else refused.again
    return show(form, said_of(error))


def not_recorded(error: StorageError | SlackError) -> tuple[str, bool]:
    """Log why an act was not recorded; return that in words, and if it may have been.

    Who acts is all that Slack is asked before.
    """
    if isinstance(error, StorageError):
        logger.error("not recorded", extra={"reason": error.reason})
        return error.reason, error.in_doubt
    logger.warning("cannot look a person up", extra={"error": error.code})
    return _WHO, False


def in_doubt(command: Command, why: str) -> Message:
    """Return the answer to a command that may have been recorded."""
    return answers.in_doubt(why, command.name, command.text, command.trigger)


def press_in_doubt(why: str) -> str:
    """Return the answer to a press that may have been recorded."""
    return f"{answers.not_known(escape(why))}. Press it again: it counts only once."


def shortcut_failed(why: str, *, in_doubt: bool = False) -> str:
    return _failed(why, "Choose it once more", in_doubt=in_doubt)


def emoji_failed(why: str, *, in_doubt: bool = False) -> str:
    return _failed(why, "Take the emoji off and put it on again", in_doubt=in_doubt)


def _failed(why: str, again: str, *, in_doubt: bool) -> str:
    """Return that what somebody chose did nothing, or perhaps nothing."""
    if in_doubt:
        return f"{answers.not_known(escape(why))}. {again}: it counts only once."
    return f"NOT recorded ({escape(why)}). {again}."


def kept_open(form: Submission, why: str, *, is_known: bool = True) -> dict[str, Any]:
    """Keep a form open with what was typed, so that it can be sent again."""
    # Slack keeps a form open only for an error under one of its inputs.
    field = next(iter(form.values), "")
    said = f"NOT recorded ({why}). Send it again."
    if not is_known:
        said = f"{answers.not_known(why)}. Send it again: it is recorded only once."
    return {"response_action": "errors", "errors": {field: said}}


def not_opened(error: SlackError, otherwise: str) -> str:
    """Return why no form opened, as far as Slack said, and what to do instead."""
    if error.fate is Fate.UNKNOWN:
        unknown = "Slack did not say whether the form opened. If it did not,"
        return f"{unknown} {otherwise}"
    return f"The form did not open: {reason(error.code)}. {opened_up(otherwise)}"


def recorded_after_all(number: int | None, why: str = OURS) -> str:
    """Return that an act was recorded although its answer failed."""
    what = "It" if number is None else f"INC-{number}"
    shows = "/oncall" if number is None else f"/incident {number}"
    failed = f"was recorded, but the answer to it failed: {escape(why)}"
    return f"{what} {failed}. `{shows}` shows it."


def unhandled(body: Payload) -> BoltResponse | None:
    """Acknowledge a payload that no listener has acknowledged.

    People's acts do have listeners. If one was too slow, Slack shows its own error, and
    an acknowledgement would only hide that.
    """
    kind = body.get("type") or ("command" if "command" in body else None)
    logger.warning("nothing was acknowledged in time", extra={"type": kind})
    if kind in ("command", "block_actions", "view_submission", "message_action"):
        return None
    return BoltResponse(status=200, body="")
