"""What `sevbot run` weighs, and how soon it hears: a real process, the local Slack.

    uv run --exact python -m tests.benchmarks.footprint

`--exact` takes out what other benchmarks need: sqlite-utils imports pandas where it is.

From the start of the process to its open socket, with the caches of bytecode that a
first start leaves; then its resident memory, before and after 1,000 commands.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.emulator.driver import LocalSlack
from tests.benchmarks.figures import WIDTH, conditions, table
from tests.paths import ROOT
from tests.processes import sevbot, team_slack

STARTS = 5
COMMANDS = 1000
CONNECTS_WITHIN_S = 30
CALMS_DOWN_S = 5
MB = 1e6


@contextmanager
def started(slack: LocalSlack, folder: Path) -> Iterator[tuple[int, float]]:
    """Start a bot; yield its id and how many seconds it took until it heard."""
    # sqlite-utils imports pandas where that is installed. Beside a bot it is not, but
    # it is among the peers of the benchmarks.
    without = folder / "without"
    without.mkdir(exist_ok=True)
    (without / "pandas.py").write_text('raise ImportError("not installed")')
    caches = {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "caches"),
        "PYTHONPATH": f"{without}{os.pathsep}{ROOT}",
        "SLACK_APP_TOKEN": slack.app_token,
    }
    began = time.perf_counter()
    with sevbot(slack, folder, "run", **caches) as process:
        slack.wait_for_socket(timeout=CONNECTS_WITHIN_S)
        yield process.pid, time.perf_counter() - began


def resident(process: int) -> float:
    """Return the bytes of a process that are in memory."""
    command = ["ps", "-o", "rss=", "-p", str(process)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(printed.stdout) * 1024


def starts(slack: LocalSlack, folder: Path) -> list[float]:
    """Return how long some starts took, after one that fills the caches."""
    taken = []
    for _ in range(STARTS + 1):
        with started(slack, folder) as (_, seconds):
            taken.append(seconds)
        slack.wait_until(lambda: not len(slack._sockets), timeout=CONNECTS_WITHIN_S)
    return taken[1:]


def weights(slack: LocalSlack, folder: Path) -> list[float]:
    """Return the memory of one bot: at rest, then after the commands."""
    with started(slack, folder) as (process, _):
        time.sleep(CALMS_DOWN_S)
        at_rest = resident(process)
        for number in range(COMMANDS):
            command = f"acme: push of apps fails since {number}"
            answer = slack.as_("dee").command("/sev2", command, channel="support")
            assert answer.ok
        return [at_rest, resident(process)]


def main() -> None:
    with team_slack() as slack, TemporaryDirectory() as folder:
        taken = starts(slack, Path(folder))
        at_rest, after = weights(slack, Path(folder))
    made = table("sevbot run, over Socket Mode", "what", "measured", "least", "most")
    least, most = (f"{one(taken):.2f} s" for one in (min, max))
    made.add_row("from exec to its socket", f"{median(taken):.2f} s", least, most)
    made.add_row("memory after the start", f"{at_rest / MB:.1f} MB")
    made.add_row(f"memory after {COMMANDS:,} commands", f"{after / MB:.1f} MB")
    console = Console(width=WIDTH)
    console.print(made)
    console.print(conditions())


if __name__ == "__main__":
    main()
