"""A local Slack and a bot that runs by itself, for people at the page.

The team gets the ids that a policy names, so that any policy can be tried.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock

from bot.clock import TrialClock
from bot.demo.bot_process import BotProcess, Word
from bot.demo.trial import TEAM, settings_of, waiting
from bot.doctor.manifest import manifest
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Condition
from bot.emulator.workspace import default_id
from bot.incidents import recipients
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.rotations import Holders
from bot.store.database import Transaction
from bot.store.engines import sqlite
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.tables import covers
from bot.triage.tick import next_at

_CONNECTS_WITHIN_S = 10
_SHOWN = {"telephone_receiver": "📞"}


class State(StrEnum):
    """The bot's state, in the words of the page."""

    DEAD = "dead"
    STARTING = "starting"
    RUNNING = "running"


class Live:
    """A local Slack with the team in it, and a bot in a process of its own.

    While Slack is well, `settle` waits until the bot has sent what it can, and time
    stands still until then. Otherwise the bot only queues what is due, and sends it
    when it can. `changed` is called when the bot's state has changed.
    """

    def __init__(
        self, folder: Path, policy: Callable[[], Policy], at: datetime
    ) -> None:
        self.policy = policy
        self.clock = TrialClock(folder / "clock.json")
        self.clock.travel(at)
        self.slack = LocalSlack(clock=self.clock)
        self._folder = folder
        self._file = folder / "sevbot.db"
        self.changed: Callable[[], None] = lambda: None
        self._bot: BotProcess | None = None
        self._starting = Lock()
        self._reading = Lock()
        settle_in(self.slack, policy())
        offered = manifest()["features"]
        for one in offered["slash_commands"]:
            hint = one.get("usage_hint", "")
            self.slack.add_command(one["command"], hint, one["description"])
        for one in offered["shortcuts"]:
            self.slack.add_shortcut(one["callback_id"], one["name"])
        if (emoji := policy().update_emoji) is not None:
            self.slack.add_emoji(emoji, _SHOWN.get(emoji, f":{emoji}:"))

    @property
    def now(self) -> datetime:
        """The clock of obligations."""
        return self.clock()

    @property
    def state(self) -> State:
        bot = self._bot
        if bot is None or not bot.is_alive:
            return State.DEAD
        return State.RUNNING if bot.is_ready else State.STARTING

    @property
    def pid(self) -> int | None:
        return self._bot.pid if self._bot else None

    def start(self) -> None:
        self.slack.__enter__()
        self._new_record()
        self.take_policy()
        self.start_bot()

    def stop(self) -> None:
        self.kill_bot()
        self.slack.__exit__(None, None, None)

    def take_policy(self) -> None:
        """Write the policy in force to the file that the bot watches."""
        texts = self.policy().texts
        # The file of customers may lie some folders up.
        folder = self._folder.joinpath(*["policy"] * max(n.count("..") for n in texts))
        for name, text in texts.items():
            if not Path(name).is_absolute():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
        self._policies = folder / next(iter(texts))

    def start_bot(self) -> None:
        """Start a bot on the record as it is, even if Slack is down."""
        with self._starting:
            if self.state is not State.DEAD:
                return
            settings = settings_of(
                self.slack,
                database_url=f"sqlite:///{self._file}",
                policies=self._policies,
                clock=self._folder / "clock.json",
                backups=None,  # Whatever the environment says of the team's own bot.
            )
            self._bot = BotProcess(settings)
            self.changed()
            if not self._bot.await_ready():
                return
        self.changed()
        if self.slack.condition is Condition.WELL:
            with suppress(AssertionError):  # The page shows that no socket is open.
                self.slack.wait_for_socket(timeout=_CONNECTS_WITHIN_S)
        self.settle()

    def kill_bot(self) -> None:
        """Kill the bot at once; what it has not sent stays queued."""
        if self._bot is not None and self._bot.is_alive:
            self._bot.kill()
            self.slack.wait_until(lambda: not self.slack.health()["sockets"])

    def start_over(self, at: datetime) -> None:
        """Forget everything and go to an instant, which may lie in the past."""
        self.kill_bot()
        self._new_record()
        self.slack.condition = Condition.WELL
        self.clock.travel(at)
        self.slack.clear()
        self.start_bot()

    @contextmanager
    def record(self) -> Iterator[Transaction]:
        """Read the record, whether the bot runs or not."""
        with self._reading, sqlite.reading(self._file, self.slack.team_id) as tx:
            yield tx

    def waiting(self) -> int:
        with self.record() as tx:
            return waiting(tx)

    def settle(self) -> None:
        """Have the bot queue what is due now, and send it if Slack is well."""
        if self._bot is not None and self.state is State.RUNNING:
            is_well = self.slack.condition is Condition.WELL
            self._bot.ask(Word.SETTLE if is_well else Word.FIRE)

    def next_at(self) -> datetime | None:
        """Return when something is due next; `None` if the bot is not running."""
        if self.state is not State.RUNNING:
            return None
        with self.record() as tx:
            policy = covers.on(tx, self.policy(), self.now)
            return next_at(tx, policy, self.now)

    def _new_record(self) -> None:
        with self._reading:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            SqliteDatabase(self._file, self.slack.team_id).close()


def settle_in(slack: LocalSlack, policy: Policy) -> None:
    """Add the people and channels that are missing.

    Ana is the first of the policy's primaries, Ben of its backups, Lea of its leads.
    """
    known = slack.workspace
    on_call = {role: _first(holders) for role, holders in policy.on_call.team.items()}
    names = {Role.PRIMARY: "ana", Role.BACKUP: "ben", Role.LEAD: "lea"}
    roles = {names[role]: person_id for role, person_id in on_call.items()}
    for name, zone in TEAM.items():
        person_id = roles.get(name) or default_id("U", name)
        if name != "ana" and person_id == on_call[Role.PRIMARY]:
            person_id = default_id("U", name)  # One person in two roles.
        if person_id not in known.people:
            is_taken = any(one.name == name for one in known.people.values())
            fresh = _fresh(name, person_id) if is_taken else name
            slack.add_person(fresh, tz=zone, id=person_id)
    for person_id in policy.on_call.everybody():
        if person_id not in known.people:
            slack.add_person(person_id.lower(), id=person_id)
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


def roles_of(policy: Policy, now: datetime) -> dict[str, str]:
    """Return the roles of the people on call now, in words, by id."""
    words = {
        Role.PRIMARY: "primary on call",
        Role.BACKUP: "backup on call",
        Role.LEAD: "lead",
    }
    # The first role of somebody who has several.
    named = reversed([*recipients.on_call(policy, now).named()])
    return {who: words[role] for role, who in named}


def _first(holders: Holders) -> str:
    """Return the first of these people, and of the members of these rotations."""
    first = holders[0]
    return first if isinstance(first, str) else next(filter(None, first.members))


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
