"""One call to Slack, and what its failure means.

Every answer is one of four: done, not done, refused, or unconfirmed.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from bot.errors import Fate, SlackError
from bot.slack.call_deadlines import TOO_MANY_REQUESTS, NeverReachedError
from bot.slack.error_codes import fate_of

logger = logging.getLogger(__name__)

# What Slack recommends: https://docs.slack.dev/apis/web-api/pagination
_PAGE_SIZE = 200
_SECONDS = re.compile(r"[0-9]{1,3}")
_LONGEST_RETRY_AFTER_S, _USUAL_RETRY_AFTER_S = 300, 30
_CODE = re.compile(r"[\w.:-]{1,100}", re.ASCII)

Answer = Mapping[str, Any]
T = TypeVar("T")


def called(
    method: Callable[..., Any], read: Callable[[Answer], T], **arguments: object
) -> T:
    """Call Slack, and read its answer; raise SlackError saying what a failure means."""
    given = {name: value for name, value in arguments.items() if value is not None}
    with understood():
        try:
            return read(method(**given).data)
        except SlackApiError as error:
            # slack_sdk names its functions after Slack's methods.
            raise refusal(method.__name__.replace("_", "."), error) from error


@contextmanager
def understood() -> Iterator[None]:
    """Raise SlackError for whatever fails at a call."""
    try:
        yield
    except SlackError:
        raise
    except (OSError, HTTPException) as error:
        raise _broken(error) from error
    # A proxy answers anything. What is not clearly done, not done or refused may have
    # been carried out.
    except Exception as error:
        logger.exception("an answer of slack cannot be read")
        raise _broken(error) from error


def pages(
    method: Callable[..., Any],
    items: str,
    read: Callable[[Answer], T],
    **arguments: object,
) -> Iterator[T]:
    """Call a method that answers in pages, and yield the items."""
    cursor = ""
    while True:
        found, cursor = called(
            method, page(items, read), **arguments, limit=_PAGE_SIZE, cursor=cursor
        )
        yield from found
        if not cursor:
            return


def page(
    items: str, read: Callable[[Answer], T]
) -> Callable[[Answer], tuple[list[T], str]]:
    """Return what reads the items of one page, and the cursor of the next.

    The cursor is empty at the end. A short or empty page is not the end.
    """

    def read_page(answer: Answer) -> tuple[list[T], str]:
        metadata = answer.get("response_metadata") or {}
        found = [read(one) for one in answer[items]]
        return found, str(metadata.get("next_cursor") or "")

    return read_page


def refusal(method: str, error: SlackApiError) -> SlackError:
    """Return what it means that Slack refused a call of a method."""
    # Slack refuses with status 200 and `ok: false`. Only rate limits and failures of
    # its own infrastructure show in the status.
    answer = error.response
    status = getattr(answer, "status_code", 200)
    if status == TOO_MANY_REQUESTS:
        return SlackError("ratelimited", Fate.NOT_DONE, retry_after=_retry_after(error))
    data = answer.data if isinstance(answer.data, dict) else {}
    code = str(data.get("error") or "")
    if 300 <= status < 400 or status >= 500:
        return SlackError(f"http_{status}", Fate.UNKNOWN)
    if data.get("ok") is not False or not _CODE.fullmatch(code):
        odd = "not_from_slack" if status == 200 else f"http_{status}"
        return SlackError(odd, Fate.UNKNOWN)
    return SlackError(code, fate_of(method, code))


def _retry_after(error: SlackApiError) -> timedelta:
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    written = str(headers.get("retry-after", ""))
    # Slack sends whole seconds. A proxy may send a date instead, or hours.
    # https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    seconds = int(written) if _SECONDS.fullmatch(written) else 0
    if not 1 <= seconds <= _LONGEST_RETRY_AFTER_S:
        seconds = _USUAL_RETRY_AFTER_S
    return timedelta(seconds=seconds)


def _broken(error: Exception) -> SlackError:
    """Tell a connection that was never made from whatever failed after the request.

    After the second Slack may have carried the request out.
    """
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, NeverReachedError):
        return SlackError(str(reason), Fate.NOT_DONE, is_away=True)
    return SlackError(type(reason).__name__, Fate.UNKNOWN)
