"""A burst of messages to a few conversations, beside the least time that Slack allows.

    uv run --group dev python -m tests.benchmarks.burst

The real senders, on the system clock, over HTTP to a local Slack in a process of its
own. The pages are queued last. At first one message a second in a conversation is the
only limit, as the limit is published; then the workspace's budget of posts counts, too,
as the bot keeps it.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.clock import system_clock
from bot.delivery.links import Links
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pace
from bot.delivery.rendering import Renderer
from bot.emulator.driver import LocalSlack
from bot.running.senders import Senders
from bot.slack.client import Slack
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context
from tests.benchmarks.figures import WIDTH, conditions, synced, table
from tests.benchmarks.seeding import WORKSPACE
from tests.factories import shipped_policy
from tests.remote_slack import slack_process

CONVERSATIONS = 20
MESSAGES = 500
PAGES = 100  # Of them; an equal share in each conversation.
PACES = {
    "one a second in a conversation": Pace(post_every=timedelta(0)),
    "... and the workspace's budget": Pace(),
}
_GIVES_UP_AFTER_S = 300
_LOOKS_EVERY_S = 0.05


def new_messages(channels: Sequence[str]) -> list[NewMessage]:
    """Return the messages, whose texts name their kind; the pages come last."""
    made = []
    for number in range(MESSAGES):
        is_page = number >= MESSAGES - PAGES
        new = NewMessage(
            key=f"burst/{number}",
            kind=MessageKind.BACKUP,
            priority=Priority.NUDGE,
            conversation=channels[number % len(channels)],
            refs={"trouble": "backup", "reason": "a page" if is_page else "a nudge"},
        )
        made.append(replace(new, priority=Priority.PAGE) if is_page else new)
    return made


def least(pace: Pace) -> float:
    """Return the fewest seconds until the last message may go."""
    one_by_one = (MESSAGES // CONVERSATIONS - 1) * pace.conversation
    at_once = 1 + pace.burst // pace.post_every if pace.post_every else MESSAGES
    budgeted = max(0, MESSAGES - at_once) * pace.post_every
    return max(one_by_one, budgeted).total_seconds()


def drained(slack: LocalSlack, pace: Pace, folder: Path) -> tuple[float, int]:
    """Return how long it takes from the first post to the last, and pages too late.

    A page is too late if something that is none was posted there before it.
    """
    names = [f"room-{number}" for number in range(CONVERSATIONS)]
    channels = [slack.add_channel(name).id for name in names]
    with closing(SqliteDatabase(folder / "sevbot.db", slack.team_id)) as database:
        with database.transaction() as tx:
            for new in new_messages(channels):
                outbox_messages.queue(
                    tx, new, now=system_clock(), system_now=system_clock()
                )
        renderer = Renderer(shipped_policy, system_clock, Links(lambda: slack.url))
        context = Context(
            database, shipped_policy, system_clock, system_clock, WORKSPACE
        )
        slack_client = Slack(slack.bot_token, slack.api_url)
        outbox = Outbox(context, slack_client, renderer, pace)
        senders = Senders(outbox)
        senders.start()
        try:
            posted = wait_for_all(slack, names)
        finally:
            senders.stop()
    stamps = [float(ts) for room in posted for ts, _ in room]
    assert len(stamps) == MESSAGES
    late = sum(overtaken(["a page" in text for _, text in room]) for room in posted)
    return max(stamps) - min(stamps), late


def wait_for_all(
    slack: LocalSlack, names: Sequence[str]
) -> list[list[tuple[str, str]]]:
    """Wait until all are posted, and return when and what, by conversation."""
    until = time.monotonic() + _GIVES_UP_AFTER_S
    while len(slack.all_messages()) < MESSAGES:
        if time.monotonic() > until:
            raise SystemExit("the burst did not drain")
        time.sleep(_LOOKS_EVERY_S * 10)
    rooms = [slack.channel(name) for name in names]
    return [[(one.ts, one.text) for one in room] for room in rooms]


def overtaken(are_pages: Sequence[bool]) -> int:
    """Count the pages that were posted after something less urgent."""
    first = are_pages.index(False)
    return sum(are_pages[first:])


def main() -> None:
    title = f"A burst of {MESSAGES} messages to {CONVERSATIONS} conversations"
    made = table(title, "limit", "least s", "drained s", "over", "late pages")
    for name, pace in PACES.items():
        with slack_process() as slack, TemporaryDirectory() as folder:
            took, late = drained(slack, pace, Path(folder))
        bound = least(pace)
        over = f"{took / bound - 1:+.1%}"
        made.add_row(name, f"{bound:.1f}", f"{took:.1f}", over, f"{late} of {PAGES}")
    console = Console(width=WIDTH)
    console.print(made)
    with TemporaryDirectory() as folder:
        console.print(f"One page synced takes {synced(Path(folder)).p50 * 1e3:.2f} ms.")
    console.print(conditions())


if __name__ == "__main__":
    main()
