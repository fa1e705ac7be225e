"""Calls to addresses that the environment names: a heartbeat, a ring, a calendar."""

from collections.abc import Mapping, Sequence
from http.client import HTTPException
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.request import Request

from bot.errors import BotError
from bot.slack.call_deadlines import ForbiddenAddressError, answer_of

WITHIN_S = 10

Networks = Sequence[IPv4Network | IPv6Network]


class WebCallError(BotError):
    """An address did not do what it was asked to; the reason names no secret."""


def call(  # noqa: PLR0913  # What is sent, and what is taken.
    url: str,
    private: Networks,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    within_s: float = WITHIN_S,
    most: int = 0,
) -> bytes:
    """Call an address; with a body it is a POST. Return the answer, if any is wanted.

    It must be 2xx, and of at most so many bytes. The address may be private only within
    the networks that are listed. Raises WebCallError.
    """

    def may_reach(host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        return address.is_global or any(address in one for one in private)

    request = Request(url, data=body, headers=dict(headers or {}))  # noqa: S310  # The opener knows nothing but http and https.
    try:
        limit = most + 1 if most else 0
        status, answer = answer_of(request, within_s, may_reach, limit)
    except (OSError, HTTPException, ValueError) as error:
        raise WebCallError(_said(error)) from error
    if not 200 <= status < 300:
        raise WebCallError(f"http_{status}")
    if len(answer) > most:
        raise WebCallError("too_long")
    return answer


def _said(error: Exception) -> str:
    """Return why no answer came: in a word, since texts of errors quote addresses."""
    why = getattr(error, "reason", error)
    causes = why, getattr(why, "__cause__", None)
    if any(isinstance(one, ForbiddenAddressError) for one in causes):
        return "private_address"
    if any(isinstance(one, TimeoutError) for one in causes):
        return "no_answer"
    return "not_reached"
