"""A trial whose bot runs by itself, for people at the page: it can be killed, too.

The team is mapped onto the ids that a policy names, so that any policy can be tried.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event, RLock, Thread

from bot.emulator import LocalSlack
from bot.emulator.faults import Condition
from bot.emulator.workspace import default_id
from bot.errors import BotError
from bot.policies import Policy
from bot.store.database import Transaction
from bot.store.sqlite import SqliteDatabase
from bot.trial import TEAM, Trial

logger = logging.getLogger(__name__)

COMMANDS = (
    (
        "/sev1",
        "customer: what is wrong",
        "The service is lost: pages whoever is on call",
    ),
    ("/sev2", "customer: what is wrong", "A core function is broken for many"),
    ("/sev3", "customer: what is wrong", "One component does not do as it should"),
    ("/sev4", "customer: question or wish", "A question, or a wish"),
    ("/incident", "[number]", "What is yours and what is due next, or one incident"),
)
_LOOK_EVERY_S = 0.4


class Live(Trial):
    """A trial with a heart: what is due and may go goes out without being asked.

    While Slack is well, `settle` sends in the caller's thread, so that time stands
    still until all is sent. Otherwise it only fires: sending is left to the heart, and
    time goes on without it.
    """

    def __init__(
        self, folder: Path, policy: Callable[[], Policy], at: datetime
    ) -> None:
        super().__init__(folder, policy, at)
        self.is_running = False
        self._sending = RLock()
        self._reading = RLock()
        self._stopping = Event()
        self._woken = Event()
        self._heart = Thread(target=self._beat, name="demo-heart", daemon=True)

    def populate(self) -> None:
        """Let in the people and create the channels that the policy names."""
        settle_in(self.slack, self.policy())
        for command, hint, about in COMMANDS:
            self.slack.add_command(command, hint, about)

    def start(self) -> None:
        """Start Slack, the bot and its heart."""
        super().start()
        self._heart.start()

    def stop(self) -> None:
        """Stop all of them."""
        self._stopping.set()
        self._woken.set()
        self._heart.join(timeout=15)
        self.kill_bot()
        self.slack.__exit__(None, None, None)

    def start_bot(self) -> None:
        """Start a bot on the database as it stands, whatever Slack is like."""
        if self.is_running:
            return
        self.bot = self.built(self._woken.set)
        with suppress(BotError):  # The bot knows people from before.
            self.bot.housekeeping()
        self.bot.ear.start()
        self.is_running = True
        if self.slack.condition is Condition.WELL:
            self.slack.wait_for_socket(timeout=10)
        self.settle()

    def kill_bot(self) -> None:
        """End the bot between two calls to Slack; what it has not sent stays queued."""
        with self._sending, self._reading:
            if self.is_running:
                self.is_running = False
                self.bot.close()
                self.slack.wait_until(lambda: not self.slack.health()["sockets"])

    def begin_anew(self, at: datetime) -> None:
        """Forget all that happened, and go to an instant, be it in the past."""
        self.kill_bot()
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"sevbot.db{suffix}").unlink(missing_ok=True)
        self.slack.condition = Condition.WELL
        self.clock.travel(at)
        self.slack.clear()
        self.start_bot()

    @contextmanager
    def record(self) -> Iterator[Transaction]:
        """Read the record, the bot's own while it runs.

        A second connection would compete with the bot's for the file.
        """
        with self._reading:
            if self.is_running:
                with self.bot.database.transaction() as tx:
                    yield tx
                return
            file = SqliteDatabase(self.folder / "sevbot.db", self.slack.team_id)
            try:
                with file.transaction() as tx:
                    yield tx
            finally:
                file.close()

    def settle(self) -> None:
        """Fire what is due now; send it too, if Slack is well."""
        if not self.is_running:
            return
        self.bot.reminders.tick()
        if self.slack.condition is Condition.WELL:
            self._send()
        else:
            self._woken.set()

    def next_at(self) -> datetime | None:
        """Return when the bot has something to do next; `None` if it was killed."""
        return self.bot.reminders.next_at() if self.is_running else None

    def _send(self) -> None:
        with self._sending:
            if self.is_running:
                self.bot.outbox.drain()

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(_LOOK_EVERY_S)
            self._woken.clear()
            try:
                if self.is_running:
                    self.bot.reminders.tick()
                self._send()
            except Exception:  # A demo that goes on beats one that stops.
                if self.is_running:
                    logger.exception("a beat failed")


def settle_in(slack: LocalSlack, policy: Policy) -> None:
    """Let in whoever of the team is missing, and create the missing channels.

    Ana is the policy's primary, Ben its backup and Lea its lead.
    """
    known = slack.workspace
    roles = {
        "ana": policy.on_call.primary,
        "ben": policy.on_call.backup,
        "lea": policy.on_call.lead,
    }
    for name, zone in TEAM.items():
        person_id = roles.get(name) or default_id("U", name)
        if name != "ana" and person_id == policy.on_call.primary:
            person_id = default_id("U", name)  # One person in two roles.
        if person_id not in known.people:
            is_taken = any(one.name == name for one in known.people.values())
            fresh = _fresh(name, person_id) if is_taken else name
            slack.add_person(fresh, tz=zone, id=person_id)
    ids = {
        "incidents": policy.channels.incidents,
        "leads": policy.channels.digest,
        "support": policy.channels.fallback,
    }
    for name, channel_id in ids.items():
        _add_channel(slack, name, channel_id)
    if not any(one.name == "support" for one in known.channels.values()):
        slack.add_channel("support", members=_people(slack))
    for customer in policy.customers:
        if customer.channel:
            _add_channel(slack, customer.name, customer.channel, bot=False)


def roles_of(policy: Policy) -> dict[str, str]:
    """Return what each person on call is, in words, by id."""
    on_call = policy.on_call
    told = {on_call.lead: "lead", on_call.backup: "backup on call"}
    told[on_call.primary] = "primary on call"
    return {who: words for who, words in told.items() if who is not None}


def _add_channel(slack: LocalSlack, name: str, id: str, *, bot: bool = True) -> None:
    channels = slack.workspace.channels
    if id in channels:
        return
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "customer"
    if any(one.name == slug for one in channels.values()):
        slug = _fresh(slug, id)
    slack.add_channel(slug, members=_people(slack), bot=bot, id=id)


def _people(slack: LocalSlack) -> list[str]:
    return [one.id for one in slack.workspace.people.values() if not one.is_bot]


def _fresh(name: str, id: str) -> str:
    return f"{name}-{id.lower()}"
