"""The bot as a process of its own, beside a local Slack with the team in it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from bot.demo.trial import TEAM
from bot.emulator.driver import LocalSlack
from tests.paths import ROOT

PROC = Path("/proc")
_ENDS_WITHIN_S = 20
# Another one each day, so that the harnesses' tests see more than one course of things.
_SEED = os.environ.get("SEVBOT_TEST_SEED", f"{datetime.now().toordinal()}")  # noqa: DTZ005
_OURS = ("SLACK_", "SEVBOT_", "PORT", "DATABASE_URL")


@contextmanager
def team_slack(
    run: Callable[[], AbstractContextManager[LocalSlack]] = LocalSlack,
) -> Iterator[LocalSlack]:
    """Run a local Slack, here or as `run` says, with the team and its channels."""
    with run() as slack:
        for name, zone in TEAM.items():
            slack.add_person(name, tz=zone)
        for channel in ("incidents", "leads", "support"):
            slack.add_channel(channel, members=TEAM)
        yield slack


@contextmanager
def sevbot(
    slack: LocalSlack, folder: Path, *arguments: str, **more: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a command in `folder`, and keep its output."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(slack, folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def environment(slack: LocalSlack, folder: Path, **more: str) -> dict[str, str]:
    """Return a bot's environment: only the local Slack's settings."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(_OURS)},
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder / 'sevbot.db'}",
        "SEVBOT_POLICIES": str(ROOT / "policies.yaml"),
        "PYTHONPATH": str(ROOT),
        **more,
    }


def harness(module: str, *options: str) -> tuple[int, str]:
    """Run a harness; return its exit status and output."""
    command = [sys.executable, "-m", module, "--seed", _SEED, *options]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def counted(said: str, words: str) -> int:
    """Return the number that a harness printed after some words."""
    found = re.search(rf"^ *{words} +(\d+)", said, re.MULTILINE)
    assert found is not None, said
    return int(found[1])


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def is_gone(pid: int | None) -> bool:
    """Return whether a process has ended; an unreaped one has."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def offspring(pid: int) -> list[int]:
    """Return the processes that one has started, and those that these have."""
    parents = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has ended meanwhile.
        parents[int(stat.parent.name)] = int(fields[1])
    found = [child for child, parent in parents.items() if parent == pid]
    return [*found, *(one for child in found for one in offspring(child))]


def until(condition: Callable[[], bool], within: float = _ENDS_WITHIN_S) -> bool:
    """Wait until something outside of the local Slack is so."""
    end = time.monotonic() + within
    while not (is_so := condition()) and time.monotonic() < end:
        time.sleep(0.02)  # There is no signal for the end of another process.
    return is_so
