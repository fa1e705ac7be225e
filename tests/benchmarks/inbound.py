"""A signed command to its acknowledgement, while Slack's own API takes 10 s to answer.

    uv run --group dev python -m tests.benchmarks.inbound

The real `sevbot run --http` in a process, its record in a SQLite file that is synced
at each commit; a load generator in another, which types on time whatever comes back.
In the end the bot is killed, and what it acknowledged is counted in the file.
"""

import json
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from rich.console import Console

from bot.emulator.driver import LocalSlack
from bot.emulator.faults import EVERY_METHOD, Fault
from tests.benchmarks.figures import SPREAD, WIDTH, conditions, spread, synced, table
from tests.benchmarks.load import Typed
from tests.lives import life
from tests.paths import ROOT
from tests.processes import free_port, sevbot, team_slack

A_SECOND = 50
FOR_S = 30
WARM_UP_S = 2
STARTS_WITHIN_S = 20
SLOW = timedelta(seconds=10)
LOG = "log.txt"


def measure(folder: Path) -> tuple[list[Typed], int]:
    """Return every command, and how many are in the file after the bot was killed."""
    port = free_port()
    with team_slack() as slack:
        settings = {"SEVBOT_PORT": str(port), "SLACK_SIGNING_SECRET": _secret(slack)}
        with sevbot(slack, folder, "run", "--http", **settings) as process:
            Thread(target=keep_log, args=[process, folder / LOG], daemon=True).start()
            wait_until_well(port)
            type_in(slack, port, seconds=WARM_UP_S, tag="warm")
            slack.faults.add(EVERY_METHOD, Fault.SLOW_BEFORE, times=None, wait_for=SLOW)
            typed = type_in(slack, port, seconds=FOR_S, tag="real")
    return typed, stored(folder / "sevbot.db", "real")


def write_alone(folder: Path) -> list[float]:
    """Return how long the same durable write takes by itself, at the same pace."""
    spans = []
    with life(folder / "alone.db") as it:
        for number in range(5 * A_SECOND):
            time.sleep(1 / A_SECOND)
            began = time.perf_counter()
            it.open(f"push {number} fails")
            spans.append(time.perf_counter() - began)
    return spans


def type_in(slack: LocalSlack, port: int, *, seconds: int, tag: str) -> list[Typed]:
    """Let another process type commands for some seconds."""
    url, count = f"http://127.0.0.1:{port}/slack/events", seconds * A_SECOND
    module = "tests.benchmarks.load"
    ran = subprocess.run(
        [sys.executable, "-m", module, url, str(count), str(A_SECOND), tag],
        cwd=ROOT,
        input=_secret(slack),
        capture_output=True,
        text=True,
        check=True,
    )
    return [Typed(**one) for one in json.loads(ran.stdout)]


def keep_log(process: "subprocess.Popen[str]", path: Path) -> None:
    """Read what the bot logs: where nobody reads, it would wait for a reader."""
    assert process.stderr is not None, "the log is piped"
    with path.open("w", encoding="utf-8") as log:
        log.writelines(process.stderr)


def wait_until_well(port: int) -> None:
    """Wait until the bot says that nothing is wrong with it."""
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
        time.sleep(0.1)
    raise SystemExit("the bot did not start")


def stored(path: Path, tag: str) -> int:
    """Count the commands in the file that opened an incident which is there, too."""
    with closing(sqlite3.connect(path)) as file:
        row = file.execute(
            "SELECT COUNT(*) FROM inbox JOIN incidents "
            "ON number = json_extract(answer, '$.incident') WHERE key LIKE ?",
            [f"command:{tag}.%"],
        ).fetchone()
    return int(row[0])


def report(typed: Sequence[Typed], kept: int, folder: Path) -> None:
    """Print what came out."""
    console = Console(width=WIDTH)
    spans = [one.seconds for one in typed]
    acknowledged = sum(one.is_recorded for one in typed)
    title = f"Signed commands, {A_SECOND} a second for {FOR_S} s, Slack takes 10 s"
    made = table(title, "what", *SPREAD, "> 50 ms")
    late = sum(one > 0.05 for one in spans) / len(spans)
    made.add_row("turn to answer", *spread(spans).cells(), f"{late:.2%}")
    made.add_row("the same write alone", *spread(write_alone(folder)).cells(), "")
    disk = synced(folder)
    made.add_row("one page synced, alone", *disk.cells(), "")
    console.print(made)
    console.print(
        f"{len(typed)} typed, {acknowledged} acknowledged, {kept} stored; "
        f"{sum(one > 1 for one in spans)} took more than 1 s."
    )
    console.print(conditions())


def _secret(slack: LocalSlack) -> str:
    return slack.signing_secret


def main() -> None:
    # The local Slack complains of calls that end with the bot.
    logging.disable()
    with TemporaryDirectory() as folder:
        typed, kept = measure(Path(folder))
        report(typed, kept, Path(folder))


if __name__ == "__main__":
    main()
