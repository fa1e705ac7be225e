"""Events: an unacknowledged one is redelivered with the same id."""

from collections.abc import Iterator

import pytest
from slack_bolt import App

from bot.emulator.driver import LocalSlack
from tests.emulator.api.test_sockets import read, socket

EVENT = {"type": "app_home_opened", "user": "U0ANA"}


@pytest.fixture
def hasty() -> Iterator[LocalSlack]:
    with LocalSlack(ack_within=0.05) as hasty:
        yield hasty


def test_an_event_without_an_answer_is_tried_again_at_once(hasty: LocalSlack) -> None:
    with socket(hasty) as connection:
        read(connection)
        hasty.wait_for_socket()
        answer = hasty.send_event(EVENT)
        hasty.redeliver(answer)
        frames = [read(connection) for _ in range(3)]
        with pytest.raises(TimeoutError):
            connection.recv(timeout=0.2)

    assert [frame["retry_attempt"] for frame in frames] == [0, 1, 1]
    assert len({frame["payload"]["event_id"] for frame in frames}) == 1
    assert frames[1]["retry_reason"] == "timeout"


def test_an_acknowledged_event_comes_once(slack: LocalSlack, app: App) -> None:
    heard: list[str] = []
    app.event("app_home_opened")(lambda event: heard.append(event["user"]))

    answer = slack.send_event(EVENT)

    assert answer.ok
    assert heard == ["U0ANA"]
