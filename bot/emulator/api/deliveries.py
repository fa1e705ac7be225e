"""How payloads reach the app: by its sockets, or as signed requests to its address."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bot.emulator.api.refusals import Json
from bot.emulator.api.sockets import Ack, Outcome, Sockets

LONGEST_ANSWER = 1_000_000
_HALVES = re.compile("[\ud800-\udfff]")


class Deliveries:
    """Sends envelopes where the app listens; while `is_gone`, Slack sends nothing.

    With a `request_url` they go there, signed with `signing_secret`. A socket that
    is open is not used then.
    """

    def __init__(
        self,
        sockets: Sockets,
        changed: threading.Condition,
        *,
        is_gone: Callable[[], bool],
    ) -> None:
        self.request_url: str | None = None
        self.signing_secret = "0123456789abcdef" * 2
        self._sockets = sockets
        self._changed = changed
        self._is_gone = is_gone
        self._acks: dict[str, Ack] = {}
        self._awaited: set[str] = set()
        sockets.answered = self._answered

    def send(self, envelope: Json) -> bool:
        """Give an envelope to the app; False if nothing can take it."""
        with self._changed:
            self._awaited.add(envelope["envelope_id"])
        if self.request_url is None:
            return self._sockets.send(envelope)
        if self._is_gone():
            return False
        thread = threading.Thread(
            target=self._request, args=(self.request_url, envelope), daemon=True
        )
        thread.start()
        return True

    def wait(self, envelope_id: str, within: float) -> Ack:
        """Wait for the app's answer, `within` real seconds."""
        with self._changed:
            self._changed.wait_for(lambda: envelope_id in self._acks, within)
            self._awaited.discard(envelope_id)
            return self._acks.pop(envelope_id, Ack(Outcome.NO_ACK))

    def _request(self, url: str, envelope: Json) -> None:
        body, kind = _body(envelope)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self.signing_secret, timestamp, body),
            **_retry(envelope),
        }
        ack = _answer(Request(url, body, headers))  # noqa: S310 - the test's own app.
        self._answered(envelope["envelope_id"], ack)

    def _answered(self, envelope_id: str, ack: Ack) -> None:
        """Keep an ack, unless nobody waits for it any more."""
        with self._changed:
            if envelope_id in self._awaited:
                self._acks[envelope_id] = ack
                self._changed.notify_all()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what Slack puts into `X-Slack-Signature`."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _body(envelope: Json) -> tuple[bytes, str]:
    """Return a payload as it is sent over HTTP, and its content type."""
    payload, form = envelope["payload"], "application/x-www-form-urlencoded"
    match envelope["type"]:
        case "slash_commands":
            # Half a character has no bytes; a browser would have replaced it.
            told = {
                k: _HALVES.sub("\N{REPLACEMENT CHARACTER}", v)
                for k, v in payload.items()
            }
            return urlencode(told).encode(), form
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}).encode(), form
        case _:  # An event, of whatever kind.
            return json.dumps(payload).encode(), "application/json"


def _retry(envelope: Json) -> Mapping[str, str]:
    if not envelope.get("retry_attempt"):
        return {}
    return {
        "X-Slack-Retry-Num": str(envelope["retry_attempt"]),
        "X-Slack-Retry-Reason": str(envelope["retry_reason"]),
    }


def _answer(request: Request) -> Ack:
    """Return the app's answer; anything but a 200 in time counts as none."""
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            body = answer.read(LONGEST_ANSWER).decode()
            kind = answer.headers.get("Content-Type", "")
    except (HTTPError, URLError, OSError):
        return Ack(Outcome.NO_SOCKET)
    if not body:
        return Ack(Outcome.ACKED)
    payload = json.loads(body) if "json" in kind else {"text": body}
    return Ack(Outcome.ACKED, payload)
