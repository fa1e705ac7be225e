"""Calls to Slack with a deadline for the whole call, and a limit for its answer.

The timeout of the library is the socket's, which applies to each operation
(https://docs.python.org/3/library/socket.html#socket-timeouts). An answer that drips in
a byte a second would hold a sender for hours. Here each operation gets what is left.
"""

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPMessage,
    HTTPResponse,
    HTTPSConnection,
)
from io import BufferedReader, RawIOBase
from ssl import SSLContext, create_default_context
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
    proxy_bypass,
)

from slack_sdk import WebClient

TOO_MANY_REQUESTS = 429
# A page of a thousand people has about 3 MB.
_LARGEST_ANSWER = 8_000_000

# May a connection go to this address, an IP in words?
MayReach = Callable[[str], bool]


class NeverReachedError(OSError):
    """No byte of the request was sent, so Slack cannot have carried it out."""


class ForbiddenAddressError(OSError):
    """A host has an address that may not be reached."""


class PromptClient(WebClient):
    """Slack's client, with `timeout` seconds for a call from start to end.

    Resolving the host name cannot be interrupted: getaddrinfo has no timeout. If it
    takes too long, the request is not sent any more.
    """

    @cached_property
    def _opener(self) -> OpenerDirector:
        """Return the opener, which reads the certificates only once.

        It follows no redirect: that would give the token to another host.
        """
        return _opener(self.proxy, _Http(), _Https(self.ssl))

    def post(self, url: str, body: object) -> int:
        """Post JSON to a URL, without the token, and return the status."""
        request = Request(  # noqa: S310  # The opener knows nothing but http and https.
            url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json;charset=utf-8"},
        )
        status: int = self._perform_urllib_http_request_internal(url, request)["status"]
        return status

    def _perform_urllib_http_request_internal(
        self,
        url: str,  # noqa: ARG002  # The request has it, too.
        req: Request,
    ) -> dict[str, Any]:
        with self._opener.open(req, timeout=self.timeout) as answer:
            # A rate limit is one, whatever its body is.
            is_limited = answer.status == TOO_MANY_REQUESTS
            body = b"" if is_limited else answer.read(_LARGEST_ANSWER + 1)
            found = _from_slack(body)
            return {
                "status": answer.status,
                "headers": answer.headers,
                # An older library reads the text, a newer one what was read from it.
                "body": json.dumps(found),
                "parsed_body": found,
            }


def _from_slack(body: bytes) -> dict[str, Any]:
    """Return the JSON object that Slack answers; an empty one for anything else.

    Proxies answer anything, in any charset. The library fails at a list, and logs what
    it cannot read.
    """
    try:
        found = json.loads(body) if len(body) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def anywhere(_: str) -> bool:
    """Allow every address."""
    return True


def answer_of(
    request: Request, within_s: float, may_reach: MayReach, most: int
) -> tuple[int, bytes]:
    """Make a request that is not Slack's; return the status and at most so many bytes.

    It takes the same proxy as the calls to Slack. No redirect is followed. `may_reach`
    is asked of each address of the host, and the connection goes to just that one.
    Raises OSError or HTTPException.
    """
    named = getproxies()
    proxy = named.get("https") or named.get("http")
    if proxy and not proxy_bypass(request.host):
        _must_be_allowed(urlsplit(request.full_url).hostname or "", may_reach)
        may_reach = anywhere  # The connection goes to the proxy.
    opener = _opener(proxy, _Http(may_reach), _Https(None, may_reach))
    with opener.open(request, timeout=within_s) as answer:
        return answer.status, answer.read(most) if most else b""


def _must_be_allowed(host: str, may_reach: MayReach) -> None:
    """Raise ForbiddenAddressError if a host has an address that may not be reached.

    A proxy looks the host up by itself, and may know one that is unknown here.
    """
    with suppress(socket.gaierror):
        for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
            if not may_reach(address := str(found[-1][0])):
                raise ForbiddenAddressError(address)


def _opener(proxy: str | None, *handlers: HTTPHandler | HTTPSHandler) -> OpenerDirector:
    """Return an opener that takes a proxy but to the hosts that NO_PROXY names."""
    opener = OpenerDirector()
    proxies = {"http": proxy, "https": proxy} if proxy else None
    for handler in ProxyHandler(proxies), *handlers:
        opener.add_handler(handler)
    return opener


class _Connection(HTTPConnection):
    """A connection whose timeout covers everything that happens on it."""

    def __init__(self, *args: Any, may_reach: MayReach = anywhere, **more: Any) -> None:
        super().__init__(*args, **more)
        self._may_reach = may_reach
        # http.client calls this to connect, before TLS begins on the socket.
        self._create_connection = self._connected
        self._until = 0.0

    def connect(self) -> None:
        assert self.timeout is not None, "a call has a deadline"
        self._until = monotonic() + self.timeout
        self.response_class = partial(  # type: ignore[assignment]
            _Response, until=self._until
        )
        try:
            super().connect()
            # The request is sent next. If the deadline has passed, nobody waits for its
            # result any more, and it must not be carried out.
            _left(self._until)
        except OSError as error:
            raise NeverReachedError(type(error).__name__) from error

    def _connected(self, address: tuple[str, int], *_: object) -> socket.socket:
        """Try the addresses of a host in turn, within one deadline.

        `socket.create_connection` would give each address the full timeout.
        """
        failure: OSError = OSError("the host has no address")
        for found in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            host, port = str(found[-1][0]), int(found[-1][1])
            if not self._may_reach(host):
                failure = ForbiddenAddressError(host)
                continue
            try:
                return socket.create_connection((host, port), _left(self._until))
            except OSError as error:
                failure = error
        raise failure


class _TlsConnection(_Connection, HTTPSConnection):
    """The same with TLS."""


def tunnel(
    proxy: str,
    address: tuple[str, int],
    within_s: float,
    *,
    headers: Mapping[str, str] | None = None,
    context: SSLContext | None = None,
) -> socket.socket:
    """Return a TLS connection to an address through a proxy.

    The deadline covers all of it, however slowly the proxy answers. Raises OSError.
    """
    way = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    sent = dict(headers or {})
    if way.username is not None and way.password is not None:
        given = f"{unquote(way.username)}:{unquote(way.password)}".encode()
        sent["Proxy-Authorization"] = f"Basic {b64encode(given).decode()}"
    opening = _TlsConnection(
        way.hostname or "", way.port or 80, timeout=within_s, context=context
    )
    opening.set_tunnel(*address, sent)
    try:
        opening.connect()
    except BaseException:
        opening.close()
        raise
    assert isinstance(opening.sock, socket.socket), "it has connected"
    return opening.sock


class _Response(HTTPResponse):
    """An answer that is read only until an instant of the monotonic clock."""

    def __init__(
        self, sock: socket.socket, *args: Any, until: float, **more: Any
    ) -> None:
        super().__init__(sock, *args, **more)
        self.fp = BufferedReader(_Bytes(sock, self.fp.detach(), until))

    def begin(self) -> None:
        """Read the head. That it is a rate limit stands in its first line."""
        try:
            super().begin()
        except (OSError, HTTPException):
            if self.status != TOO_MANY_REQUESTS:
                raise
            self.headers = self.msg = HTTPMessage()
            self.will_close = True


class _Bytes(RawIOBase):
    """The bytes of a socket, each read with the time that is left."""

    def __init__(self, sock: socket.socket, raw: RawIOBase, until: float) -> None:
        self._sock = sock
        self._raw = raw
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Http(HTTPHandler):
    def __init__(self, may_reach: MayReach = anywhere) -> None:
        super().__init__()
        self._may_reach = may_reach

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req, may_reach=self._may_reach)


class _Https(HTTPSHandler):
    def __init__(
        self, context: SSLContext | None, may_reach: MayReach = anywhere
    ) -> None:
        super().__init__()
        self._given = context
        self._may_reach = may_reach

    @cached_property
    def _trusted(self) -> SSLContext:
        return self._given or create_default_context()

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(
            _TlsConnection, req, context=self._trusted, may_reach=self._may_reach
        )


def _left(until: float) -> float:
    """Return the seconds that are left. Raises TimeoutError when none are."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    return left
