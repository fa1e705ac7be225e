"""Starting with a missing or wrong setting: one clear sentence, or a retry."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from pydantic import SecretStr

from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from bot.errors import BotError
from bot.inbound.socket_mode import SocketMode
from bot.running import workspaces
from bot.settings import Settings
from tests.processes import until
from tests.story import Story


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as slack:
        yield slack


def settings(slack: LocalSlack, folder: Path, **changes: object) -> Settings:
    """Return valid settings with some of them changed."""
    given: dict[str, object] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.api_url,
        "database_url": f"sqlite:///{folder / 'sevbot.db'}",
    }
    return Settings.model_validate(given | changes)


def test_a_wrong_bot_token_ends_the_start_with_a_sentence(
    slack: LocalSlack, tmp_path: Path
) -> None:
    given = settings(slack, tmp_path, slack_bot_token=SecretStr("xoxb-wrong"))

    with pytest.raises(BotError) as error:
        workspaces.identify(given, Event())

    assert str(error.value).startswith(
        "Slack does not accept SLACK_BOT_TOKEN (invalid_auth). Copy the Bot User OAuth "
    )


def test_a_wrong_app_token_is_known_as_the_failure(tuesday: Story) -> None:
    socket = SocketMode(
        tuesday.bot.app, "xapp-wrong", tuesday.slack.api_url, lambda: None
    )

    socket.start()
    until(lambda: socket.failure is not None)
    socket.stop()

    assert socket.failure == "invalid_auth"
    assert not socket.is_connected()


class Late(logging.Filter):
    """Delays a socket's first read while its connection lasts."""

    def __init__(self, socket: SocketMode) -> None:
        super().__init__()
        self.has_begun = Event()
        self._client = socket._handler.client

    def filter(self, record: logging.LogRecord) -> bool:
        session, said = self._client.current_session, record.getMessage()
        if session and "Starting to receive" in said and session.session_id in said:
            self.has_begun.set()
            until(lambda: session.sock is None, within=2)
        return True


def test_a_socket_that_begins_to_read_as_it_is_stopped_ends(tuesday: Story) -> None:
    slack, bolt = tuesday.slack, tuesday.bot.app
    socket = SocketMode(bolt, slack.app_token, slack.api_url, lambda: None)
    late = Late(socket)
    bolt.logger.addFilter(late)
    bolt.logger.setLevel(logging.INFO)
    try:
        socket.start()
        assert late.has_begun.wait(10)
        stopping = Thread(target=socket.stop, daemon=True)
        stopping.start()
        stopping.join(10)
    finally:
        bolt.logger.removeFilter(late)
        bolt.logger.setLevel(logging.NOTSET)

    assert not stopping.is_alive()
    assert not socket.is_connected()


def test_a_bot_that_knows_its_workspace_starts_while_slack_is_away(
    tuesday: Story,
) -> None:
    given = settings(tuesday.slack, tuesday.folder, database_url=tuesday.database_url)
    tuesday.slack.offline = True

    identity = workspaces.identify(given, Event())

    assert identity
    assert identity.team == tuesday.slack.team_id


def test_a_bot_without_a_database_waits_for_slack_until_it_is_stopped(
    slack: LocalSlack, tmp_path: Path
) -> None:
    given = settings(slack, tmp_path)
    stopping = Event()
    stopping.set()

    assert workspaces.identify(given, stopping) is None


def test_events_in_hand_are_acknowledged_before_the_bot_disconnects(
    tuesday: Story,
) -> None:
    tuesday.slack.add_person("nia")
    slow = timedelta(seconds=0.2)
    tuesday.slack.faults.add("users.info", Fault.SLOW_AFTER, wait_for=slow)
    actor = tuesday.slack.as_("nia")

    with ThreadPoolExecutor(1) as other:
        typed = other.submit(actor.command, "/sev2", "acme: push fails")
        tuesday.slack.wait_until(
            lambda: tuesday.slack.calls("users.info")[-1].arguments["user"] == "U0NIA"
        )
        tuesday.bot.transport.stop()

    assert "INC-1 · 🔶 Sev2" in tuesday.read(typed.result().private)


def test_after_a_restart_a_command_delivered_again_is_the_same_incident(
    tuesday: Story,
) -> None:
    first = tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.restart()

    again = tuesday.slack.redeliver(first)

    assert tuesday.read(again.private) == tuesday.read(first.private)
    assert len(tuesday.slack.channel("incidents")) == 1


def test_stopping_twice_is_stopping_once(tuesday: Story) -> None:
    tuesday.bot.transport.stop()

    tuesday.bot.transport.stop()

    assert not tuesday.bot.transport.is_connected()
