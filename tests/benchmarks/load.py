"""Types signed commands at an even pace, as a process of its own; prints JSON.

    python -m tests.benchmarks.load URL COUNT A_SECOND TAG < signing-secret

Open loop: a command is sent at its planned time, whether or not the one before it
was answered, and its latency counts from that time, not from when it was sent. Each
comes over a connection of its own.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlencode, urlsplit

GIVES_UP_AFTER_S = 10


@dataclass(frozen=True, slots=True)
class Typed:
    """One command: its latency from its planned time, and whether it was kept."""

    seconds: float
    is_recorded: bool


async def load(
    url: str, secret: str, *, count: int, a_second: float, tag: str
) -> list[Typed]:
    """Type `count` commands, `a_second` of them each second."""
    begin = time.perf_counter() + 0.1
    locks = []
    for number in range(count):
        turn = begin + number / a_second
        await asyncio.sleep(max(0, turn - time.perf_counter()))
        locks.append(asyncio.create_task(_typed(url, secret, f"{tag}.{number}", turn)))
    return await asyncio.gather(*locks)


async def _typed(url: str, secret: str, key: str, turn: float) -> Typed:
    try:
        async with asyncio.timeout(GIVES_UP_AFTER_S):
            answer = await _answer(url, _command(key), secret)
    except (OSError, TimeoutError):
        answer = b""
    is_recorded = answer.startswith(b"HTTP/1.1 200") and b"INC-" in answer
    return Typed(time.perf_counter() - turn, is_recorded)


async def _answer(url: str, body: bytes, secret: str) -> bytes:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(_request(parts.path, parts.netloc, body, secret))
        return await reader.read()
    finally:
        writer.close()


def _command(key: str) -> bytes:
    fields = {
        "command": "/sev2",
        "text": f"acme: push of apps fails since the release {key}",
        "user_id": "U0DEE",
        "team_id": "T0ACME",
        "channel_id": "C0SUPPORT",
        "trigger_id": key,
        "response_url": "http://127.0.0.1:9/none",
    }
    return urlencode(fields).encode()


def _request(path: str, host: str, body: bytes, secret: str) -> bytes:
    stamp = str(int(time.time()))
    base = b"v0:%s:%s" % (stamp.encode(), body)
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: v0={signature}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def main() -> None:
    url, count, a_second, tag = sys.argv[1:]
    secret = sys.stdin.read().strip()
    typed = asyncio.run(
        load(url, secret, count=int(count), a_second=float(a_second), tag=tag)
    )
    print(json.dumps([asdict(one) for one in typed]))  # noqa: T201


if __name__ == "__main__":
    main()
