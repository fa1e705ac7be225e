"""What the bot does all the time, by how much is open and how much waits.

    uv run --group dev python -m tests.benchmarks.tick

Its tick while nothing is due, the search for what is due, the digest of what is open,
and the look into an outbox where everything is held back. Each on a SQLite file, synced
at every commit. The sizes alternate, so that a busy computer affects each alike.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.delivery.links import Links
from bot.delivery.rendering import Renderer
from bot.store.tables import (
    leases,
    outbox_messages,
    rate_limits,
    records,
    unaddressed,
)
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from tests.benchmarks.figures import SPREAD, WIDTH, conditions, seconds, spread, table
from tests.benchmarks.seeding import OPENED_AT, Desk, backlog, desk
from tests.factories import shipped_policy

OPEN = (1_000, 100_000, 1_000_000)
IN_A_DIGEST = (1_000, 10_000)
WAITING = (100, 10_000, 100_000)
DUE = 100
CONVERSATIONS = 20
TIMES = 1000
SOON, DAY = timedelta(minutes=1), timedelta(days=1)

Action = Callable[[Desk], object]


def incidents(count: int, folder: Path, stack: ExitStack) -> Desk:
    """Return a record with so many open incidents, `DUE` of them due together."""
    one = stack.enter_context(desk(folder, incidents=count, due=DUE))
    one.reminders.tick()  # The first one notes that it is the first.
    return one


def messages(count: int, folder: Path, stack: ExitStack) -> Desk:
    """Return a record with so many messages that may go."""
    one = stack.enter_context(desk(folder, incidents=1))
    backlog(one, count, CONVERSATIONS)
    return one


def messages_held_back(count: int, folder: Path, stack: ExitStack) -> Desk:
    """Return a record with that many messages, all held back."""
    one = messages(count, folder, stack)
    with one.database.transaction() as tx:
        for conversation in range(CONVERSATIONS):
            rate_limits.limit_conversation(tx, f"D{conversation:06}", one.clock(), SOON)
    return one


def tick(one: Desk) -> None:
    one.reminders.tick()


def find_due(one: Desk) -> None:
    """Find what is due as the tick does."""
    with one.database.transaction() as tx:
        assert len(records.due_deadlines(tx, OPENED_AT, one.due_at, DUE)) == DUE


def next_at(one: Desk) -> None:
    one.reminders.next_at()


def render_digest(one: Desk) -> None:
    """Render the leads' digest of all that is open, as the sender does."""
    now = one.clock()
    instants = {"since": now - DAY, "at": now, "until": now + DAY}
    refs = {name: at.isoformat() for name, at in instants.items()}
    new = NewMessage(
        "digest/1", MessageKind.DIGEST, Priority.DIGEST, "C0LEADS", refs=refs
    )
    links = Links(lambda: "https://acme.slack.com/")
    render = Renderer(shipped_policy, one.clock, links)
    with one.database.transaction() as tx:
        outbox_messages.queue(tx, new, now=now, system_now=now)
        message = outbox_messages.find(tx, new.key)
        assert message is not None
        assert render(tx, message) is not None


def claim(one: Desk) -> None:
    """Lease the next message that may go."""
    now = one.clock()
    with one.database.transaction() as tx:
        leases.claim(
            tx,
            system_now=now,
            lease_until=now + SOON,
            page_lease_until=now + SOON,
            burst_until=now + SOON,
            token="mine",
        )


def unopened(one: Desk) -> None:
    """Ask whose conversation must be opened first."""
    with one.database.transaction() as tx:
        unaddressed.people(tx, one.clock())


def add_rows(  # The sizes of one record, and what is done to each of them.
    made: Table,
    sizes: Sequence[int],
    build: Callable[[int, Path, ExitStack], Desk],
    actions: Mapping[str, tuple[Action, int]],
) -> None:
    """Measure what each action costs by size; the ratio is to the smallest."""
    with ExitStack() as stack:
        desks = []
        for size in sizes:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            desks.append(build(size, folder, stack))
        for what, (action, times) in actions.items():
            taken: list[list[float]] = [[] for _ in desks]
            for _ in range(times):
                for spans, one in zip(taken, desks, strict=True):
                    spans.append(seconds(lambda: action(one)))  # noqa: B023
            least = spread(taken[0]).p50
            for size, spans in zip(sizes, taken, strict=True):
                found = spread(spans)
                ratio = f"{found.p50 / least:.2f}"
                made.add_row(what, f"{size:,}", *found.cells(), ratio)


def main() -> None:
    console = Console(width=WIDTH)
    made = table("By how much is open", "what", "open", *SPREAD, "ratio")
    of_incidents = {
        "a tick, nothing due": (tick, TIMES),
        "when the next is due": (next_at, TIMES),
        f"find {DUE} that are due": (find_due, TIMES),
    }
    add_rows(made, OPEN, incidents, of_incidents)
    console.print(made)
    made = table("The daily digest", "what", "open", *SPREAD, "ratio")
    add_rows(made, IN_A_DIGEST, incidents, {"render it": (render_digest, 20)})
    console.print(made)
    made = table("By how much waits", "what", "messages", *SPREAD, "ratio")
    add_rows(
        made, WAITING, messages, {"lease the next message": (claim, WAITING[0] // 2)}
    )
    of_held_back = {
        "none of them may go": (claim, TIMES),
        "who is not written to yet": (unopened, TIMES),
    }
    add_rows(made, WAITING, messages_held_back, of_held_back)
    console.print(made)
    console.print(conditions())


if __name__ == "__main__":
    main()
