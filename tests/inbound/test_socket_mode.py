"""The socket's connection: how often Slack is asked for one, and what is said of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from bot.inbound.socket_mode import SocketMode, is_hopeless, wait_after
from bot.slack.client import Slack
from tests.processes import until

OPEN = "apps.connections.open"
STEP_S = 1


class Waits:
    """Notes the waits that are longer than a look, and lets them pass at once."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._over = Event()

    def __call__(self, seconds: float) -> bool:
        if seconds >= STEP_S:
            self.seconds.append(seconds)
            seconds = 0
        return self._over.wait(seconds)


def has_asked(slack: LocalSlack, times: int) -> bool:
    return len(slack.calls(OPEN)) == times


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as slack:
        yield slack


@contextmanager
def connecting(slack: LocalSlack, waits: Waits | None = None) -> Iterator[SocketMode]:
    app = App(authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1"))
    socket = SocketMode(
        app,
        slack.app_token,
        slack.api_url,
        Slack(slack.bot_token, slack.api_url).app,
        pause=waits,
        share=lambda: 0,
    )
    socket.start()
    try:
        yield socket
    finally:
        socket.stop()


def test_a_refused_socket_is_asked_for_less_and_less_often(slack: LocalSlack) -> None:
    waits = Waits()
    slack.faults.refuse(OPEN, "internal_error", times=7)

    with connecting(slack, waits) as socket:
        until(socket.is_connected)
        is_forgotten = until(lambda: socket.failure is None)

    assert waits.seconds == [5, 10, 20, 40, 60, 60, 60]
    assert is_forgotten


def test_the_failure_is_known_while_slack_refuses(slack: LocalSlack) -> None:
    waits = Waits()
    slack.faults.refuse(OPEN, "forbidden_team", times=None)

    with connecting(slack, waits) as socket:
        until(lambda: socket.failure is not None)

        assert socket.failure == "forbidden_team"
        assert not socket.is_connected()


def test_a_rate_limited_socket_waits_as_long_as_slack_says(slack: LocalSlack) -> None:
    waits = Waits()
    late = timedelta(seconds=90)
    slack.faults.add(OPEN, Fault.RATE_LIMITED, times=2, wait_for=late)

    with connecting(slack, waits) as socket:
        until(socket.is_connected)

    assert waits.seconds == [90, 90]


def test_a_refusal_after_a_connection_broke_is_waited_out_too(
    slack: LocalSlack,
) -> None:
    waits = Waits()

    with connecting(slack, waits) as socket:
        until(socket.is_connected)
        slack.faults.refuse(OPEN, "invalid_auth", times=3)
        slack.cut_sockets()
        until(lambda: len(waits.seconds) == 3)
        until(socket.is_connected)
        asked = len(slack.calls(OPEN))

    assert waits.seconds == [10, 20, 40]
    assert asked == 5


def test_a_ping_of_the_library_asks_for_no_connection(slack: LocalSlack) -> None:
    with connecting(slack) as socket:
        until(socket.is_connected)
        slack.faults.refuse(OPEN, "internal_error", times=None)
        slack.cut_sockets()
        until(partial(has_asked, slack, 2))

        socket._handler.client._monitor_current_session()  # type: ignore[no-untyped-call]

        assert has_asked(slack, 2)


def test_a_connection_that_keeps_breaking_is_not_replaced_at_once_each_time(
    slack: LocalSlack,
) -> None:
    waits = Waits()

    with connecting(slack, waits) as socket:
        for asked in range(1, 5):
            until(partial(has_asked, slack, asked))
            until(socket.is_connected)
            slack.cut_sockets()
        until(partial(has_asked, slack, 5))

    assert waits.seconds == [5, 10, 20]


def test_a_storm_of_disconnects_is_one(slack: LocalSlack) -> None:
    waits = Waits()

    with connecting(slack, waits) as socket:
        until(socket.is_connected)
        for _ in range(50):
            socket._handler.client.enqueue_message('{"type": "disconnect"}')
        socket._handler.client.enqueue_message('{"type": "hello"}')
        is_replaced = until(lambda: len(slack.calls(OPEN)) > 1)
        until(socket._handler.client.message_queue.empty)
        until(lambda: not socket._handler.client.must_leave.is_set())
        is_calm = not until(lambda: len(slack.calls(OPEN)) > 3, within=1)

    assert is_replaced
    assert is_calm


def test_an_unreachable_slack_is_tried_every_five_seconds(slack: LocalSlack) -> None:
    waits = Waits()
    slack.offline = True

    with connecting(slack, waits) as socket:
        until(lambda: len(waits.seconds) > 5)
        failure = socket.failure

    assert set(waits.seconds) == {5}
    assert failure == "URLError"


def test_a_socket_of_another_app_brings_nothing_and_says_so(slack: LocalSlack) -> None:
    slack.workspace.app_id = "A0OTHER"

    with connecting(slack) as socket:
        assert until(lambda: socket.failure is not None)

        assert not slack._sockets, "it would take the other app's commands"
        assert not socket.is_connected()
        assert socket.failure == (
            "SLACK_APP_TOKEN is of the app A0SEVBOT, SLACK_BOT_TOKEN of A0OTHER: no "
            "command typed to the bot arrives"
        )


def test_a_socket_counts_as_ours_while_slack_does_not_name_the_app(
    slack: LocalSlack,
) -> None:
    slack.workspace.app_id = "A0OTHER"
    slack.faults.refuse("bots.info", "internal_error", times=1)

    with connecting(slack) as socket:
        assert until(socket.is_connected)
        assert socket.failure is None
        slack.cut_sockets()
        assert until(lambda: socket.failure is not None)


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 60), (0.5, 45), (1, 30)], ids=["none", "half", "all"]
)
def test_a_wait_is_spread_over_its_second_half(share: float, expected: float) -> None:
    assert wait_after(100, share) == expected


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (None, False),
        ("invalid_auth", True),
        ("forbidden_team", True),
        ("internal_error", False),
        ("ratelimited", False),
        ("URLError", False),
    ],
)
def test_only_a_refused_token_is_hopeless(
    failure: str | None, *, expected: bool
) -> None:
    assert is_hopeless(failure) is expected
