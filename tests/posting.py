"""An outbox with a small fake Slack that a test controls."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.delivery.attempts import Rendered
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pace
from bot.errors import Fate, SlackError
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.slack.error_codes import fate_of
from bot.slack.standing import Standing
from bot.store.database import Transaction
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import (
    MessageKind,
    NewMessage,
    OutboxMessage,
    Priority,
    State,
)
from bot.triage.context import Context
from tests.factories import shipped_policy

NOT_DONE = SlackError("ConnectionRefusedError", Fate.NOT_DONE)
UNKNOWN = SlackError("TimeoutError", Fate.UNKNOWN)


def refused(code: str, method: str = "chat.postMessage") -> SlackError:
    return SlackError(code, fate_of(method, code))


def limited(seconds: int) -> SlackError:
    wait = timedelta(seconds=seconds)
    return SlackError("ratelimited", Fate.NOT_DONE, retry_after=wait)


class FakeSlack(Slack):
    """Keeps each post, and the text and ts of each edit.

    The next calls fail with `failures`, in order.

    `meanwhile` runs during a post, `while_editing` during an edit, and `while_looking`
    after a lookup has read. The messages in `answered` have a reply. `calls` are the
    posts and lookups in order.
    """

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.threads: dict[str, str | None] = {}
        self.edits: list[str] = []
        self.edited: list[str] = []
        self.failures: dict[str, list[SlackError | None]] = {}
        self.calls: list[str] = []
        self.tries = 0
        self.looks = 0
        self.answered: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None
        self.while_editing: Callable[[], object] = lambda: None
        self.while_looking: Callable[[], object] = lambda: None

    def post(
        self,
        channel: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> str:
        self.tries += 1
        self.calls.append(f"post {key}")
        self._fail("post")
        self.meanwhile()
        return self.stand(key, thread_ts)

    def stand(self, key: str, thread_ts: str | None = None) -> str:
        """Show a message, and return its ts."""
        self.posted.append(key)
        ts = f"{len(self.posted)}.0"
        self.threads[ts] = thread_ts
        return ts

    def standing(
        self,
        channel: str,
        *,
        oldest: datetime,
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> Iterator[Standing]:
        self.looks += 1
        self.calls.append(f"look in {channel}")
        self._fail("look")
        seen = [
            Standing(key, ts, replies=int(ts in self.answered))
            for position, key in enumerate(self.posted, start=1)
            if self.threads[ts := f"{position}.0"] == thread_ts
        ]
        self.while_looking()
        yield from seen

    def has_replies(self, channel: str, ts: str) -> bool:
        self._fail("look")
        return ts in self.answered

    def delete(self, channel: str, ts: str) -> None:
        self._fail("delete")
        self.posted[int(float(ts)) - 1] = "deleted"

    def update(
        self,
        channel: str,
        ts: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
    ) -> None:
        self.while_editing()
        self._fail("update")
        self.edits.append(message.text)
        self.edited.append(ts)

    def open_conversation(self, person: str) -> str:
        self._fail("open")
        return f"D{person[1:]}"

    def _fail(self, call: str) -> None:
        failures = self.failures.get(call)
        if failures and (failure := failures.pop(0)) is not None:
            raise failure


class Post:
    """An outbox with a clock for both kinds of time, and messages that say `says`.

    Messages that say "" have nothing left to say.
    """

    def __init__(self, database: SqliteDatabase, pace: Pace) -> None:
        self.now = datetime(2026, 11, 24, 18, tzinfo=UTC)
        self.says = "hello"
        self.while_rendering: Callable[[], object] = lambda: None
        self.database = database
        self.slack = FakeSlack()
        self.pace = pace
        self.outbox = self.replica()

    def replica(self) -> Outbox:
        """Return another outbox on the same record."""
        context = Context(
            self.database, shipped_policy, lambda: self.now, lambda: self.now, "T1"
        )
        return Outbox(context, self.slack, self._render, self.pace)

    def queue(
        self, key: str, kind: MessageKind = MessageKind.NOTE, **more: object
    ) -> None:
        """Queue a message; by default to #incidents, as urgent as a note."""
        given = {"priority": Priority.CARD, "conversation": "C0INCIDENTS", **more}
        new = NewMessage(key=key, kind=kind, **given)  # type: ignore[arg-type]
        with self.database.transaction() as tx:
            outbox_messages.queue(tx, new, now=self.now, system_now=self.now)

    def refresh(self, key: str) -> None:
        """Ask for an edit of a message."""
        with self.database.transaction() as tx:
            outbox_messages.refresh_one(tx, key, now=self.now, system_now=self.now)

    def wait(self, **span: float) -> None:
        """Let time pass, and send what is due."""
        self.pass_by(**span)
        self.outbox.drain()

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def state(self, key: str) -> State:
        with self.database.transaction() as tx:
            message = outbox_messages.find(tx, key)
        assert message is not None
        return message.state

    def _render(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        self.while_rendering()
        if not self.says:
            return None
        return Rendered(Message(self.says), is_live=message.kind is MessageKind.CARD)
