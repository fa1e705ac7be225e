"""`sevbot run` as a process of its own, against the local Slack."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.emulator import LocalSlack
from bot.trial import TEAM
from tests.story import ROOT

STOPS_WITHIN_S = 15


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as slack:
        for name, zone in TEAM.items():
            slack.add_person(name, tz=zone)
        for channel in ("incidents", "leads", "support"):
            slack.add_channel(channel, members=TEAM)
        yield slack


@contextmanager
def sevbot_run(
    slack: LocalSlack, folder: Path, **more: str
) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **{
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("SLACK_", "SEVBOT_"))
        },
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder / 'sevbot.db'}",
        "SEVBOT_POLICIES": str(ROOT / "policies.yaml"),
        "PYTHONPATH": str(ROOT),
        **more,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_running_bot_pages_whoever_is_on_call_and_stops_when_told(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with sevbot_run(slack, tmp_path) as process:
        slack.wait_for_socket(timeout=20)

        answer = slack.as_("dee").command("/sev1", "acme: down", channel="support")
        slack.wait_until(lambda: slack.dm("ana"), timeout=10)
        (card,) = slack.wait_for_messages("incidents")
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert answer.ok
    assert "Sev1 INC-1 Acme: down." in slack.notice(slack.dm("ana")[0], "ana")
    assert "INC-1" in card.text
    assert process.returncode == 0
    assert output.splitlines()[-1] == "sevbot stopped."
    assert slack.bot_token not in log
    assert "down" not in log


def test_it_starts_while_slack_is_away_and_connects_when_it_is_back(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with sevbot_run(slack, tmp_path) as first:
        slack.wait_for_socket(timeout=20)
        first.send_signal(signal.SIGTERM)
        first.wait(STOPS_WITHIN_S)
    slack.offline = True

    with sevbot_run(slack, tmp_path) as second:
        assert second.stdout is not None
        started = second.stdout.readline()
        slack.offline = False
        slack.wait_for_socket(timeout=20)

    assert started == "sevbot runs in workspace T0ACME. Ctrl-C stops it.\n"


@pytest.mark.parametrize(
    ("variable", "token", "sentence"),
    [
        (
            "SLACK_BOT_TOKEN",
            "xoxb-wrong",
            "sevbot: Slack does not accept SLACK_BOT_TOKEN (invalid_auth).\n",
        ),
        (
            "SLACK_APP_TOKEN",
            "xapp-wrong",
            "sevbot: Slack does not accept SLACK_APP_TOKEN (invalid_auth).\n",
        ),
        (
            "SLACK_APP_TOKEN",
            "",
            "sevbot: Set SLACK_APP_TOKEN (xapp-…) in the environment or in .env.\n",
        ),
    ],
    ids=["wrong bot token", "wrong app token", "no app token"],
)
def test_a_token_that_slack_refuses_ends_it_with_one_sentence(
    slack: LocalSlack, tmp_path: Path, variable: str, token: str, sentence: str
) -> None:
    with sevbot_run(slack, tmp_path, **{variable: token}) as process:
        _, log = process.communicate(timeout=STOPS_WITHIN_S)

    assert process.returncode == 1
    assert log.splitlines(keepends=True)[-1] == sentence
    assert "Traceback" not in log
