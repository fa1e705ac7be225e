"""A whole bot on a local Slack with a clock that jumps.

It is the real bot, over Socket Mode or signed HTTP, but nothing runs by itself:
`settle` does what is due now, and `travel` stops at each instant at which something is
due.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from bot import app, clock
from bot.clock import Clock, TrialClock
from bot.delivery.pacing import UNPACED, Pace
from bot.demo.trial import TEAM, settings_of, waiting
from bot.emulator.driver import LocalSlack
from bot.inbound.signed_http import SignedHttp
from bot.policy.policies import Policy
from bot.running import workspaces


class Trial:
    """A team of five, their channels, and the bot among them.

    The clock's file is in `folder`, and so is the record, unless `database_url` names
    another. The policy must use the ids of the local Slack: `U0ANA` for ana, `C0LEADS`
    for #leads. Nothing is backed up unless `backups` is set; the environment's setting
    does not count.
    """

    backups: Path | None = None

    def __init__(
        self,
        folder: Path,
        policy: Callable[[], Policy],
        at: datetime,
        *,
        system_clock: Clock = clock.system_clock,
        pace: Pace = UNPACED,
        is_http: bool = False,
        database_url: str | None = None,
    ) -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'sevbot.db'}"
        self.is_http = is_http
        self.policy = policy
        self.system_clock = system_clock
        self.settings: dict[str, Any] = {}
        self.pace = pace
        self.clock = TrialClock(folder / "clock.json")
        self.clock.travel(at)
        self.slack = LocalSlack(clock=self.clock)
        self.populate()

    def populate(self) -> None:
        for name, zone in TEAM.items():
            self.slack.add_person(name, tz=zone)
        for channel in ("incidents", "leads", "support"):
            self.slack.add_channel(channel, members=TEAM)

    @property
    def now(self) -> datetime:
        """The clock of obligations."""
        return self.clock()

    def start(self) -> None:
        """Start Slack, then the bot."""
        self.slack.__enter__()
        self.start_bot()

    def stop(self) -> None:
        """Stop the bot, then Slack."""
        self.bot.close()
        self.slack.__exit__(None, None, None)

    def start_bot(self) -> None:
        """Start a bot on the existing database, as after a deploy."""
        self.bot = self.built()
        self.bot.housekeeping()
        self.bot.people.read_page()
        self.bot.recovery.begin()
        self.bot.transport.start()
        if isinstance(self.bot.transport, SignedHttp):
            self.slack.request_url = self.bot.transport.url
        else:
            self.slack.wait_for_socket()
        self.settle()

    def built(self, wake: Callable[[], None] = lambda: None) -> app.Bot:
        """Return a bot that is wired but not started."""
        settings = settings_of(
            self.slack,
            database_url=self.database_url,
            backups=self.backups,
            port=0,
            **self.settings,
        )
        identity = workspaces.identify(settings, Event())
        assert identity is not None, "the local Slack knows who the bot is"
        return app.build(
            settings,
            self.policy,
            identity,
            clock=self.clock,
            system_clock=self.system_clock,
            pace=self.pace,
            wake=wake,
            is_http=self.is_http,
        )

    def settle(self) -> None:
        """Queue what is due now and send all that can be sent."""
        self.bot.settle()

    def waiting(self) -> int:
        with self.bot.database.transaction() as tx:
            return waiting(tx)

    def advance(self, **span: float) -> None:
        """Let time pass, stopping at each instant at which something is due."""
        self.travel(self.now + timedelta(**span))

    def travel(self, to: datetime) -> None:
        """Go to an instant, stopping at each earlier one at which something is due."""
        while (at := self.bot.reminders.next_at()) <= to:
            self.clock.travel(max(at, self.now))
            self.settle()
        self.clock.travel(max(to, self.now))
        self.settle()
