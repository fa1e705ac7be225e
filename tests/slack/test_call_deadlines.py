"""A call to Slack ends by its deadline, whatever the server does."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic

import pytest

from bot.errors import Fate, SlackError
from bot.slack.client import Slack

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
    slack.web.timeout = SHORT_S  # type: ignore[assignment]
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
