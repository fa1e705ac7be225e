"""Where a crash run happens: the local Slack, the record, the two clocks, the policy.

The bots' system clock runs `SCALE` times as fast as the real one, so that leases,
settle times, backoff, pace and late lookups all shrink together. Only the deadline of a
call follows another clock, the monotonic one; it is divided by the same number. So the
order deadline < settle < lease still holds, and so do Slack's delays, which are in the
bots' seconds, too.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import clock
from bot.clock import TrialClock
from bot.demo.trial import TEAM
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.settings import Settings
from tests import postgres

SCALE = 20
BEGINS = datetime(2026, 11, 24, 17, tzinfo=UTC)
_SHIPPED = Path(__file__).parents[2] / "policies.yaml"

# So late that a request may land after its message was looked up.
LONGEST_DELAY = timedelta(seconds=30)
_RATES = {
    "chat.postMessage": {
        Fault.RATE_LIMITED: 0.02,
        Fault.FAIL_BEFORE: 0.04,
        Fault.FAIL_AFTER: 0.05,
        Fault.DROP_BEFORE: 0.04,
        Fault.DROP_AFTER: 0.05,
        Fault.LANDS_LATE: 0.04,
        Fault.SLOW_BEFORE: 0.03,
        Fault.SLOW_AFTER: 0.03,
    },
    "chat.update": {
        Fault.RATE_LIMITED: 0.02,
        Fault.FAIL_AFTER: 0.05,
        Fault.DROP_BEFORE: 0.05,
        Fault.LANDS_LATE: 0.05,
    },
    "chat.delete": {Fault.FAIL_BEFORE: 0.1, Fault.DROP_AFTER: 0.1},
    "conversations.history": {Fault.RATE_LIMITED: 0.02, Fault.FAIL_BEFORE: 0.08},
    "conversations.replies": {Fault.RATE_LIMITED: 0.02, Fault.DROP_BEFORE: 0.08},
    "conversations.open": {Fault.FAIL_BEFORE: 0.1, Fault.DROP_AFTER: 0.1},
    "users.info": {Fault.FAIL_BEFORE: 0.05, Fault.SLOW_AFTER: 0.1},
}


# Two of them at one minute; the times are UTC, and a round begins at 17:00.
_DIGESTS = """digest:
  - {at: "17:01"}
  - {at: "17:01", channel: C0SUPPORT, plans: [premium]}
  - {at: "17:03", customers: [Acme]}
"""
_UNFINISHED = ("queued", "sending", "unconfirmed")


class SystemClock:
    """The bots' system clock. A forked process keeps it as it was then."""

    def __init__(self) -> None:
        self._began = clock.system_clock()
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Return the bots' now in UTC, to the millisecond."""
        return self._began + (clock.system_clock() - self._began) * SCALE + self._ahead

    def advance(self, by: timedelta) -> None:
        """Jump ahead or back; running bots do not notice."""
        self._ahead += by


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as the record has it."""

    key: str
    kind: str
    state: str
    ts: str | None
    verify_at: object
    last_error: str | None
    deleted_at: object = None

    @property
    def is_under_way(self) -> bool:
        """Return whether a bot is sending it, or was when it died."""
        return self.state == "sending"

    @property
    def is_open(self) -> bool:
        """Return whether something is still to be done about it."""
        is_open = self.state in _UNFINISHED
        return is_open or self.verify_at is not None

    @property
    def is_unsent(self) -> bool:
        """Return whether people have not been told what it says."""
        return self.kind != "edit" and self.state in _UNFINISHED


_CUT = """
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """One round's record and clocks, beside a local Slack that outlives the round."""

    folder: Path
    slack: LocalSlack
    slack_clock: TrialClock
    tokens: Settings
    database_url: str
    system_clock: SystemClock = field(default_factory=SystemClock)

    @property
    def log(self) -> Path:
        return self.folder / "bots.log"

    @property
    def acts(self) -> Path:
        return self.folder / "acts.jsonl"

    @property
    def policies(self) -> Path:
        return self.folder / "policies.yaml"

    def set(self, seed: int) -> None:
        """Begin a round: Slack is empty, and fails by chance."""
        self.policies.write_text(policy_text(), encoding="utf-8")
        self.slack.clear()
        self.slack_clock.travel(BEGINS)
        for method, rates in _RATES.items():
            self.slack.faults.by_chance(
                method, rates, seed=seed, wait_for=LONGEST_DELAY / SCALE
            )

    @property
    def settings(self) -> Settings:
        """The settings of every bot."""
        return self.tokens.model_copy(
            update={"database_url": self.database_url, "policies": self.policies}
        )

    @property
    def is_shared(self) -> bool:
        """Return whether the record is in a server, which can close connections."""
        return self.database_url.startswith("postgres")

    def messages(self) -> list[OutboxMessage]:
        """Return the outbox as it is now, edits included."""
        columns = "key, kind, state, ts, verify_at, last_error, deleted_at"
        rows = self.say(f"SELECT {columns} FROM outbox ORDER BY id")
        return [OutboxMessage(*row) for row in rows]

    def is_due(self) -> bool:
        """Return whether a reminder is due that no tick has seen."""
        (row,) = self.say("SELECT MIN(next_nudge_at) FROM deadlines")
        at = datetime.fromisoformat(row[0]) if isinstance(row[0], str) else row[0]
        return at is not None and at <= self.slack_clock()

    def happened(self) -> list[str]:
        """Return the events in the record."""
        return [row[0] for row in self.say("SELECT details FROM events")]

    def remove(self, channel: str, ts: str) -> None:
        """Remove a message of the bot, as an administrator of the workspace does."""
        token = self.tokens.slack_bot_token
        assert token is not None
        client = WebClient(token.get_secret_value(), base_url=self.slack.api_url)
        with suppress(SlackApiError, OSError):
            client.chat_delete(channel=channel, ts=ts)

    def cut_connections(self) -> None:
        """Cut every connection to the server."""
        self.say(_CUT)

    def say(self, statement: str) -> Sequence[tuple[Any, ...]]:
        """Query the record behind the bots' backs."""
        if self.is_shared:
            return postgres.by_hand(self.database_url, statement)
        path = self.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, 10, isolation_level=None)) as file:
            return file.execute(statement).fetchall()

    def faults(self) -> Counter[str]:
        """Count, by kind, what went wrong in Slack in this round."""
        return Counter(one.fault.value for one in self.slack.calls() if one.fault)

    def told(self) -> list[dict[str, Any]]:
        """Return what people did in this round, and the outcomes."""
        lines = self.acts.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


def populate(slack: LocalSlack) -> Settings:
    """Let the team in, create its channels, and return what a bot needs to join."""
    for name in TEAM:
        slack.add_person(name, tz="UTC")
    for channel in ("incidents", "leads", "support"):
        slack.add_channel(channel, members=TEAM)
    return Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.api_url,
    )


@cache
def policy_text() -> str:
    """Return the shipped policy for a team that never closes: hours are hours.

    Whatever escalates wakes people, so that what was due does not depend on anybody's
    working day.
    """
    text, plans = (
        _SHIPPED.read_text(encoding="utf-8"),
        "premium, standard, self_service",
    )
    for old, new in (
        ("      mon-fri: 09:00-17:00\n", "      mon-sun: 00:00-24:00\n"),
        ("zone: America/Los_Angeles", "zone: UTC"),
        ("    holidays:\n      country: US\n", "    holidays: none\n"),
        ("wakes: [premium, standard]", f"wakes: {{sev1: [{plans}], sev2: [{plans}]}}"),
        ('digest:\n  at: "09:15"\n', _DIGESTS),
    ):
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


@cache
def policy() -> Policy:
    """Return that policy, read once for all bots."""
    today = date(2026, 11, 20)
    return policy_file.read(
        policy_text(), name="policies.yaml", holidays=public_holidays, today=today
    )


def random(seed: int, name: str) -> Random:
    """Return chance for one part of a round, the same in each replay."""
    return Random(f"{seed}/{name}")
