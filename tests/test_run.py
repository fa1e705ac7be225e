"""`sevbot run` as a process of its own, against the local Slack."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.emulator.api.refusals import Refused
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from bot.emulator.records import Message
from tests.processes import sevbot, team_slack, until

STOPS_WITHIN_S = 15


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with team_slack() as slack:
        yield slack


def test_a_running_bot_pages_the_primary_and_stops_on_sigterm(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with sevbot(slack, tmp_path, "run") as process:
        slack.wait_for_socket(timeout=20)

        answer = slack.as_("dee").command("/sev1", "acme: down", channel="support")
        slack.wait_until(lambda: slack.dm("ana"), timeout=10)
        (card,) = slack.wait_for_messages("incidents")
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert answer.ok
    assert "🔺 Sev1 INC-1 Acme: down." in slack.notice(slack.dm("ana")[0], "ana")
    assert "INC-1" in card.text
    assert process.returncode == 0
    assert output.splitlines()[-1] == "sevbot stopped."
    assert slack.bot_token not in log
    assert "down" not in log


def test_messages_in_flight_at_a_stop_arrive_once_and_confirmed(
    slack: LocalSlack, tmp_path: Path
) -> None:
    slow = timedelta(seconds=1)
    with sevbot(slack, tmp_path, "run") as process:
        slack.wait_for_socket(timeout=20)
        slack.faults.add(
            "chat.postMessage", Fault.SLOW_BEFORE, times=None, wait_for=slow
        )
        slack.as_("dee").command("/sev1", "acme: down", channel="support")
        record = tmp_path / "sevbot.db"
        was_sending = until(lambda: _states(record)["sending"] > 0)

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOPS_WITHIN_S)
    left = _states(record)
    slack.faults.clear()
    with sevbot(slack, tmp_path, "run"):
        is_over = until(lambda: _states(record).keys() <= {"sent", "superseded"})

    assert was_sending
    assert is_over
    assert process.returncode == 0
    assert left["sent"] > 0
    assert left["sending"] == 0
    assert _unconfirmed(record) == 0
    assert len(slack.channel("incidents")) == 1
    pages = [key for key in _keys(slack.dm("ana")) if not key.startswith("morning/")]
    assert len(pages) == 1


def _keys(messages: list[Message]) -> list[str]:
    """Return the messages' keys; in the morning they include a list."""
    return [(one.metadata or {})["event_payload"]["key"] for one in messages]


def _states(record: Path) -> Counter[str]:
    """Return how many messages there are in each state."""
    with closing(sqlite3.connect(record)) as file:
        rows = file.execute("SELECT state, COUNT(*) FROM outbox GROUP BY state")
        return Counter(dict(rows.fetchall()))


def _unconfirmed(record: Path) -> int:
    """Return how many messages were ever unconfirmed."""
    with closing(sqlite3.connect(record)) as file:
        (count,) = file.execute(
            "SELECT COUNT(*) FROM outbox WHERE unconfirmed_at IS NOT NULL"
        ).fetchone()
        return int(count)


def test_a_bot_started_without_slack_connects_when_slack_returns(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with sevbot(slack, tmp_path, "run") as first:
        slack.wait_for_socket(timeout=20)
        first.send_signal(signal.SIGTERM)
        first.wait(STOPS_WITHIN_S)
    slack.offline = True

    with sevbot(slack, tmp_path, "run") as second:
        assert second.stdout is not None
        started = second.stdout.readline()
        slack.offline = False
        slack.wait_for_socket(timeout=20)

        ready = second.stdout.readline()

    assert started == "sevbot starts in workspace T0ACME. Ctrl-C stops it.\n"
    assert ready == "sevbot is ready: commands can arrive.\n"


def test_tokens_that_other_users_can_read_are_warned_of(
    slack: LocalSlack, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("SEVBOT_HOST=127.0.0.1\n")
    (tmp_path / ".env").chmod(0o644)

    with sevbot(slack, tmp_path, "run", SLACK_BOT_TOKEN="xoxb-wrong") as process:
        _, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert "Other users of this machine can read the tokens: chmod 600 .env\n" in log


def test_a_token_without_its_scope_ends_the_bot_with_what_to_do(
    slack: LocalSlack, tmp_path: Path
) -> None:
    def refuse() -> str:
        raise Refused("missing_scope")

    slack._endpoints._web_api.open_socket = refuse

    with sevbot(slack, tmp_path, "run") as process:
        _, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert process.returncode == 1
    assert log.splitlines()[-1] == (
        "sevbot: Slack does not accept SLACK_APP_TOKEN (missing_scope). On the app's "
        "page, Basic Information, App-Level Tokens, make one with the scope "
        "connections:write and copy it (xapp-…)."
    )


def test_a_bot_that_cannot_connect_says_that_it_hears_nothing(
    slack: LocalSlack, tmp_path: Path
) -> None:
    slack._endpoints._web_api.open_socket = lambda: "ws://127.0.0.1:9/link"

    with sevbot(slack, tmp_path, "run") as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("sevbot hears"))

    assert said.startswith("sevbot hears no command yet (ConnectionRefusedError). It ")


def test_a_start_with_another_apps_socket_says_so(
    slack: LocalSlack, tmp_path: Path
) -> None:
    slack.workspace.app_id = "A0OTHER"

    with sevbot(slack, tmp_path, "run") as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("sevbot hears"))

    assert said.startswith(
        "sevbot hears no command yet (SLACK_APP_TOKEN is of the app A0SEVBOT, "
        "SLACK_BOT_TOKEN of A0OTHER: no command typed to the bot arrives). "
    )


@pytest.mark.parametrize(
    ("variable", "token", "sentence"),
    [
        (
            "SLACK_BOT_TOKEN",
            "xoxb-wrong",
            "sevbot: Slack does not accept SLACK_BOT_TOKEN (invalid_auth). Copy the",
        ),
        (
            "SLACK_APP_TOKEN",
            "xapp-wrong",
            "sevbot: Slack does not accept SLACK_APP_TOKEN (invalid_auth). On the",
        ),
        (
            "SLACK_APP_TOKEN",
            "",
            "sevbot: Set SLACK_APP_TOKEN (xapp-…) in the environment or in .env.",
        ),
    ],
    ids=["wrong bot token", "wrong app token", "no app token"],
)
def test_a_token_that_slack_refuses_ends_the_bot_with_one_sentence(
    slack: LocalSlack, tmp_path: Path, variable: str, token: str, sentence: str
) -> None:
    with sevbot(slack, tmp_path, "run", **{variable: token}) as process:
        _, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert process.returncode == 1
    assert log.splitlines()[-1].startswith(sentence)
    assert "Traceback" not in log
