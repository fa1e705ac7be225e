"""A month of 200 incidents on the local Slack: `python -m tests.benchmarks.month`.

The whole bot over Socket Mode, a page that watches, and a clock that stops at each
instant at which something is due. It prints how long that took.
"""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.store import records
from tests.story import Story, story

INCIDENTS = 200
DAYS = 30
CUSTOMERS = ("acme", "globex", "initech", "umbrella")
HOURS = (0.5, 1, 2, 4)
PEOPLE = ("ana", "ben", "lea", "cem", "dee")


def live_through(told: Story, random: Random) -> None:
    """Open incidents at random instants, take each, resolve it some hours later."""
    begin = told.now
    instants = sorted(random.random() * DAYS for _ in range(INCIDENTS))
    for number, days in enumerate(instants, start=1):
        told.travel(begin + timedelta(days=days))
        severity, customer = random.choice("1223344"), random.choice(CUSTOMERS)
        told.command(
            random.choice(PEOPLE), f"/sev{severity} {customer}: fault {number}"
        )
        owner = random.choice(PEOPLE)
        told.press(owner, "Take it", told.card(number))
        told.advance(hours=random.choice(HOURS))
        resolve(told, owner, number)
    told.travel(begin + timedelta(days=DAYS))


def resolve(told: Story, who: str, number: int) -> None:
    """Resolve an incident by its form."""
    told.press(who, "Resolve", told.card(number))
    note, confirmed = "mended", ["The customer was told that it is resolved"]
    told.submit(who, note=note, confirmed=confirmed)
    told.slack.as_(who).close()


def main() -> None:
    """Play it and print what it took."""
    began = perf_counter()
    with (
        TemporaryDirectory() as folder,
        story(Path(folder), "2026-11-02 08:00") as told,
    ):
        told.slack.open_page()
        live_through(told, Random(7))  # The same month each time.
        with told.bot.database.transaction() as tx:
            found = records.incidents_since(tx, told.now - timedelta(days=60))
        sent = told.slack.calls("chat.postMessage")
        statuses = Counter(one.status.value for one in found)
    print(f"{DAYS} days, {len(found)} incidents ({dict(statuses)}),")  # noqa: T201
    print(f"{len(sent)} messages in {perf_counter() - began:.1f} s")  # noqa: T201


if __name__ == "__main__":
    main()
