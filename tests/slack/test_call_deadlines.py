"""A call to Slack ends by its deadline, whatever the server does."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from bot.errors import Fate, SlackError
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.slack.identities import Identity

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
)
SHORT_S = 0.3


@contextmanager
def server(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """Answer one local call with `answer`; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65_536)
                    answer(connection)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/"
    thread.join(5)


def hasty(url: str) -> Slack:
    """Return a client that waits for an answer for a moment only."""
    slack = Slack("xoxb-1", url)
    for client in slack.web, slack._answering:
        client.timeout = SHORT_S  # type: ignore[assignment]
    return slack


def dripping(head: bytes) -> Callable[[socket.socket], None]:
    """Send `head`, then single bytes until the client disconnects."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        pause = Event()
        while not pause.wait(SHORT_S / 10):
            connection.sendall(b"x")

    return answer


@pytest.mark.parametrize(
    "head", [HEAD, b"HTTP/1.1 200 OK\r\nX-Long: ", b"HT"], ids=["body", "head", "line"]
)
def test_a_slowly_dripping_answer_ends_at_the_deadline_unconfirmed(
    head: bytes,
) -> None:
    with server(dripping(head)) as url:
        began = monotonic()

        with pytest.raises(SlackError) as failed:
            hasty(url).delete("C0INCIDENTS", "1.0")

    assert monotonic() - began < SHORT_S * 5
    assert failed.value.fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        HEAD,
        HEAD + b"{" * 99,
        b'HTTP/1.1 200 OK\r\n\r\n["ok"]',
        b"HTTP/1.1 200 OK\r\n\r\nnull",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>",
        b"HTTP/1.1 403 Forbidden\r\n\r\nverweigert f\xfcr Sie",
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html; charset=no\r\n\r\n<p>",
    ],
    ids=[
        "nothing",
        "head only",
        "no json",
        "a list",
        "null",
        "a proxy",
        "latin-1",
        "an unknown charset",
    ],
)
def test_an_unreadable_answer_leaves_the_call_unconfirmed(answer: bytes) -> None:
    with (
        server(lambda connection: connection.sendall(answer)) as url,
        pytest.raises(SlackError) as failed,
    ):
        hasty(url).delete("C0INCIDENTS", "1.0")

    assert failed.value.fate is Fate.UNKNOWN


def test_a_refused_connection_means_nothing_was_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api/"

    with pytest.raises(SlackError) as failed:
        Slack("xoxb-1", url).delete("C0INCIDENTS", "1.0")

    assert failed.value.fate is Fate.NOT_DONE
    assert failed.value.code == "ConnectionRefusedError"


def test_an_unresolvable_host_was_not_reached() -> None:
    with pytest.raises(SlackError) as failed:
        Slack("xoxb-1", "http://slack.invalid/api/").delete("C0INCIDENTS", "1.0")

    assert failed.value.fate is Fate.NOT_DONE


HOME = Identity("T0ACME", "U0BOT", "https://acme.slack.com/")
CALLS: dict[str, Callable[[Slack], object]] = {
    "auth.test": lambda slack: slack.identity(),
    "chat.postMessage": lambda slack: slack.post("C1", Message("hi"), key="k"),
    "a reply": lambda slack: slack.post("C1", Message("hi"), key="k", thread_ts="1.0"),
    "chat.update": lambda slack: slack.update("C1", "1.0", Message("hi"), key="k"),
    "chat.delete": lambda slack: slack.delete("C1", "1.0"),
    "conversations.history": lambda slack: [
        *slack.standing("C1", oldest=datetime(2026, 11, 24, tzinfo=UTC))
    ],
    "conversations.open": lambda slack: slack.open_conversation("U0ANA"),
    "views.open": lambda slack: slack._exchange("1.2", {}),
    "views.update": lambda slack: slack.update_view("V1", {}),
    "users.info": lambda slack: slack.member("U0ANA", HOME),
    "users.list": lambda slack: slack.members(HOME, "", 200),
}


def whole(body: bytes, head: str = "200 OK") -> Callable[[socket.socket], object]:
    """Send an answer at once."""
    return lambda connection: connection.sendall(
        f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )


def endless(connection: socket.socket) -> None:
    """Send a body that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with suppress(OSError):
        while True:
            connection.sendall(b" " * 1_000_000)


def fate(call: str, answer: Callable[[socket.socket], object]) -> SlackError:
    with server(answer) as url, pytest.raises(SlackError) as failed:
        CALLS[call](Slack("xoxb-1", url))
    return failed.value


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        whole(b"<html>Sign in</html>"),
        whole(gzip.compress(b'{"ok": true}'), "200 OK\r\nContent-Encoding: gzip"),
        whole(b'{"ok": true, "a": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        whole(b'{"ok": "yes", "n": ' + b"9" * 5000 + b"}"),
        whole(b'{"ok": true}', "201 Created"),
        whole(b'{"ok": false}'),
        whole(b'{"ok": false, "error": null}'),
        whole(b'{"ok": false, "error": {"a": 1}}'),
        whole(b'{"ok": false, "error": "channel_not_found"}', "503 Away"),
    ],
    ids=[
        "html",
        "gzip",
        "deep",
        "a long number",
        "another status",
        "no error",
        "null",
        "an object",
        "broken",
    ],
)
def test_an_answer_that_is_odd_leaves_every_call_unconfirmed(
    call: str, answer: Callable[[socket.socket], object]
) -> None:
    assert fate(call, answer).fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("auth.test", {"user_id": "U0BOT", "url": "/", "team_id": None}),
        ("chat.postMessage", {"message": {}}),
        ("chat.postMessage", {"ts": None, "message": {}}),
        ("chat.postMessage", {"ts": 1.5, "message": {}}),
        ("chat.postMessage", {"ts": "now", "message": {}}),
        ("a reply", {"ts": "1.5", "message": None}),
        ("a reply", {"ts": "1.5", "message": "thread_ts"}),
        ("conversations.history", {"messages": None}),
        ("conversations.history", {"messages": [{}]}),
        (
            "conversations.history",
            {"messages": [{"ts": 1, "bot_id": "B1", "blocks": [{"block_id": "k"}]}]},
        ),
        ("conversations.open", {"channel": {}}),
        ("conversations.open", {"channel": {"id": None}}),
        ("users.info", {"user": None}),
        ("users.info", {"user": {"id": None}}),
        ("users.list", {"members": None}),
        ("users.list", {"members": ["ana"]}),
    ],
    ids=str,
)
def test_an_answer_without_what_was_asked_for_leaves_it_unconfirmed(
    call: str, more: dict[str, Any]
) -> None:
    body = json.dumps({"ok": True, **more}).encode()

    assert fate(call, whole(body)).fate is Fate.UNKNOWN


def test_only_so_much_of_an_endless_answer_is_read() -> None:
    began = monotonic()

    error = fate("chat.delete", endless)

    assert (error.code, error.fate) == ("not_from_slack", Fate.UNKNOWN)
    assert monotonic() - began < 5


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "rest",
    [
        b"Retry-After: 7\r\n\r\n<html>",
        b"Content-Length: 9\r\n\r\n",
        b"X: " + b"x" * 70_000,
    ],
    ids=["html", "half", "an endless head"],
)
def test_a_rate_limit_is_never_unconfirmed(call: str, rest: bytes) -> None:
    head = b"HTTP/1.1 429 Too Many Requests\r\n"

    error = fate(call, lambda connection: connection.sendall(head + rest))

    wait = timedelta(seconds=7 if b"Retry" in rest else 30)
    assert (error.fate, error.retry_after) == (Fate.NOT_DONE, wait)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    asked: list[bool] = []

    def elsewhere(connection: socket.socket) -> None:
        asked.append(True)
        whole(b'{"ok": true}')(connection)

    with server(elsewhere) as there:
        error = fate("chat.delete", whole(b"", f"{status} Away\r\nLocation: {there}"))
        # The server waits for a call; this is the first that it gets.
        assert not asked
        Slack("xoxb-1", there).delete("C1", "1.0")

    assert (error.code, error.fate) == (f"http_{status}", Fate.UNKNOWN)


@pytest.mark.parametrize(
    "answer",
    [
        dripping(HEAD),
        dripping(b"HT"),
        whole(b"", "302 Away\r\nLocation: http://127.0.0.1:9/"),
        whole(b"ok", "200"),
        whole(b"no", "404 Not Found"),
        lambda connection: connection.sendall(b"<html>"),
        lambda connection: None,
    ],
    ids=["body", "line", "redirect", "no reason", "refused", "no http", "nothing"],
)
def test_a_response_url_ends_in_time_with_no_other_exception(
    answer: Callable[[socket.socket], object],
) -> None:
    began = monotonic()

    with server(answer) as url, suppress(SlackError):
        hasty(url).answer(url, {"text": "hi"})

    assert monotonic() - began < SHORT_S * 5


def test_a_response_url_that_leads_elsewhere_delivers_nothing() -> None:
    with (
        server(whole(b"", "302 Away\r\nLocation: http://127.0.0.1:9/")) as url,
        pytest.raises(SlackError) as failed,
    ):
        Slack("xoxb-1", url).answer(url, {"text": "hi"})

    assert failed.value.code == "http_302"


def test_slack_is_called_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server(whole(b'{"ok": true}')) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

        Slack("xoxb-1", "http://slack.invalid/api/").delete("C1", "1.0")


def test_slack_is_called_directly_where_it_needs_no_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with server(whole(b'{"ok": true}')) as there:
        Slack("xoxb-1", there).delete("C1", "1.0")
