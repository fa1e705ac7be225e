"""Calls to addresses that the environment names: a heartbeat, or a ring."""

from collections.abc import Mapping, Sequence
from http.client import HTTPException
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.request import Request

from bot.errors import BotError
from bot.slack.call_deadlines import ForbiddenAddressError, status_of

WITHIN_S = 10

Networks = Sequence[IPv4Network | IPv6Network]


class WebCallError(BotError):
    """An address did not do what it was asked to; the reason names no secret."""


def call(
    url: str,
    private: Networks,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    within_s: float = WITHIN_S,
) -> None:
    """Call an address; with a body it is a POST.

    It must answer 2xx, and it may be private only within the networks that are listed.
    Raises WebCallError.
    """

    def may_reach(host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        return address.is_global or any(address in one for one in private)

    request = Request(url, data=body, headers=dict(headers or {}))  # noqa: S310  # The opener knows nothing but http and https.
    try:
        status = status_of(request, within_s, may_reach)
    except (OSError, HTTPException, ValueError) as error:
        raise WebCallError(_said(error)) from error
    if not 200 <= status < 300:
        raise WebCallError(f"http_{status}")


def _said(error: Exception) -> str:
    """Return why no answer came: in a word, since texts of errors quote addresses."""
    why = getattr(error, "reason", error)
    causes = why, getattr(why, "__cause__", None)
    if any(isinstance(one, ForbiddenAddressError) for one in causes):
        return "private_address"
    if any(isinstance(one, TimeoutError) for one in causes):
        return "no_answer"
    return "not_reached"
