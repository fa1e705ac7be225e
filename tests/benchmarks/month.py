"""A month of 200 incidents at the demo: `python -m tests.benchmarks.month`.

The bot runs in a process of its own, a page is open, and time stops at each instant at
which something is due. It prints how long that took.
"""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

from bot.demo import in_browser, tried_policy
from bot.demo.in_browser import Opened
from bot.emulator.records import Message
from bot.store.tables import records

INCIDENTS = 200
DAYS = 30
BEGINS = datetime(2026, 11, 2, 8, tzinfo=ZoneInfo("America/Los_Angeles"))
CUSTOMERS = ("acme", "globex", "initech", "umbrella")
HOURS = (0.5, 1, 2, 4)
PEOPLE = ("ana", "ben", "lea", "cem", "dee")
RESOLVED = {
    "note": "mended",
    "confirmed": ["The customer was told that it is resolved"],
}


def live_through(opened: Opened, random: Random) -> None:
    """Open incidents at random instants, take each, resolve it some hours later."""
    slack, settle = opened.live.slack, opened.live.settle
    instants = sorted(random.random() * DAYS for _ in range(INCIDENTS))
    for number, days in enumerate(instants, start=1):
        travel(opened, BEGINS + timedelta(days=days))
        said = f"{random.choice(CUSTOMERS)}: fault {number}"
        severity = random.choice("1223344")
        reporter = slack.as_(random.choice(PEOPLE))
        reporter.command(f"/sev{severity}", said, channel="support")
        settle()
        owner = slack.as_(random.choice(PEOPLE))
        owner.press("Take it", card(opened, number))
        settle()
        travel(opened, opened.live.now + timedelta(hours=random.choice(HOURS)))
        owner.press("Resolve", card(opened, number))
        owner.wait_for_view()
        owner.submit(RESOLVED)
        settle()
        owner.close()
    travel(opened, BEGINS + timedelta(days=DAYS))


def travel(opened: Opened, to: datetime) -> None:
    """Go to an instant, unless that lies behind."""
    if to > opened.live.now:
        opened.stage.course.go(to)
        assert opened.stage.course.arrive(), "a journey takes less than a minute"


def card(opened: Opened, number: int) -> Message:
    """Return the card of an incident."""
    cards = opened.live.slack.channel("incidents")
    return next(one for one in reversed(cards) if f"INC-{number} " in one.text)


def main() -> None:
    """Play it and print what it took."""
    tried = tried_policy.Policies(None)
    with in_browser.opened(tried, port=0, story=None) as opened:
        opened.live.start_over(BEGINS)
        began = perf_counter()
        live_through(opened, Random(7))  # The same month each time.
        took = perf_counter() - began
        with opened.live.record() as tx:
            found = records.incidents_since(tx, opened.live.now - timedelta(days=60))
        sent = opened.live.slack.calls("chat.postMessage")
        statuses = Counter(one.status.value for one in found)
    print(f"{DAYS} days, {len(found)} incidents ({dict(statuses)}),")  # noqa: T201
    print(f"{len(sent)} messages in {took:.1f} s")  # noqa: T201


if __name__ == "__main__":
    main()
