"""The demo's bot is a process of its own: killing it loses nothing."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from bot.demo import in_browser, tried_policy
from bot.demo.in_browser import Opened
from bot.demo.live import State
from bot.emulator.faults import Condition, Fault
from bot.emulator.records import Message
from tests.paths import ROOT
from tests.processes import PROC, is_gone, offspring, until


@pytest.fixture
def opened() -> Iterator[Opened]:
    tried = tried_policy.Policies(None)
    with in_browser.opened(tried, port=0, story=None, beat=0) as opened:
        yield opened


def fates(opened: Opened) -> set[str]:
    """Return the states of the messages, without edits."""
    return {one["state"] for one in opened.stage.state()["sent"]}


def keys(messages: list[Message]) -> Counter[str]:
    """Return how often each message is in Slack, by its key."""
    found = [one.metadata for one in messages if one.metadata]
    return Counter(str(one["event_payload"]) for one in found)


@pytest.mark.skipif(not PROC.exists(), reason="there is no /proc to look into")
def test_killing_the_bot_ends_its_process(opened: Opened) -> None:
    first = opened.live.pid
    was = opened.live.state.value

    opened.stage.do("kill", {})
    dead = opened.stage.state()["app"]
    ended = until(lambda: is_gone(first))
    opened.stage.do("start", {})

    assert was == "running"
    assert first != os.getpid()
    assert ended
    assert dead == {"state": "dead"}
    assert opened.stage.state()["app"] == {"state": "running"}
    assert opened.live.pid != first


def test_a_bot_that_dies_by_itself_is_shown_as_dead(opened: Opened) -> None:
    assert opened.live.pid is not None

    os.kill(opened.live.pid, signal.SIGKILL)

    assert until(lambda: opened.stage.state()["app"] == {"state": "dead"})
    opened.stage.do("start", {})
    slack = opened.live.slack
    assert slack.as_("cem").command("/sev2", "acme: x", channel="support").ok


def test_the_panel_shows_deadlines_and_outbox_while_the_bot_is_dead(
    opened: Opened,
) -> None:
    slack = opened.live.slack
    slack.as_("cem").command("/incident", "", channel="support")  # So cem is known.
    slack.condition = Condition.FAILING
    slack.as_("cem").command("/sev2", "acme: down", channel="support")

    opened.stage.do("kill", {})
    state = opened.stage.state()

    assert state["waiting"] > 0
    assert {one["state"] for one in state["sent"]} <= {
        "queued",
        "sending",
        "unconfirmed",
    }
    assert any(one["about"].startswith("INC-1 Acme") for one in state["ahead"])


@pytest.mark.timeout(150)  # Messages in flight are reconciled after their lease.
def test_a_bot_killed_while_time_moves_loses_and_repeats_nothing(
    opened: Opened,
) -> None:
    slack = opened.live.slack
    for number in range(6):
        said = f"acme: fault {number}"
        slack.as_("cem").command("/sev1", said, channel="support")
    opened.live.settle()
    slack.faults.add("chat.postMessage", Fault.SLOW_AFTER, times=None)

    opened.stage.do("forward", {"minutes": 30})
    slack.wait_until(lambda: slack.dm("ben"), timeout=20)
    opened.stage.do("kill", {})
    opened.stage.course.arrive()
    silent = opened.live.waiting()
    slack.faults.clear()
    opened.stage.do("start", {})

    assert silent > 0
    over = {"sent", "merged", "superseded", "deleted"}
    assert until(lambda: fates(opened) <= over, within=120)
    found = keys(slack.all_messages())
    assert found
    assert set(found.values()) == {1}
    cards = [one for one in slack.channel("incidents") if "INC-" in one.text]
    assert len(cards) == 6
    told = " ".join(slack.text(one, "ben") for one in slack.dm("ben"))
    assert all(f"INC-{number}" in told for number in range(1, 7))


def test_a_bot_can_be_killed_while_it_starts(opened: Opened) -> None:
    opened.stage.do("kill", {})
    starting = Thread(target=opened.stage.do, args=("start", {}))

    starting.start()
    seen = until(lambda: opened.live.state is State.STARTING)
    opened.stage.do("kill", {})
    starting.join(30)

    assert seen
    assert not starting.is_alive()
    assert opened.stage.state()["app"] == {"state": "dead"}
    opened.stage.do("start", {})
    assert opened.stage.state()["app"] == {"state": "running"}


@pytest.mark.skipif(not PROC.exists(), reason="there is no /proc to look into")
@pytest.mark.parametrize(
    ("kill", "how", "status"),
    [(os.kill, signal.SIGKILL, -signal.SIGKILL), (os.killpg, signal.SIGINT, 0)],
    ids=["kill -9 of the demo", "Ctrl-C, which reaches all of a terminal"],
)
def test_no_process_outlives_a_demo(
    kill: Callable[[int, int], None], how: int, status: int, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0", "--empty"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        opened = demo.stdout.readline()
        started = offspring(demo.pid)

        kill(demo.pid, how)
        _, log = demo.communicate(timeout=30)

    assert opened.startswith("Open http://127.0.0.1:")
    assert len(started) >= 2
    assert until(lambda: all(is_gone(one) for one in started))
    assert "Traceback" not in log
    assert demo.returncode == status
