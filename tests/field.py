"""What cases from outside the project are written with, under names that stay.

A case that was found in use is written down with these alone, so that it can be tried
on any later version, wherever the code has moved.
"""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import WEEKDAYS, Schedule
from bot.errors import PolicyError, UserError
from bot.incidents.deadlines import Deadline, after_pause
from bot.policy import contradictions, wording
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack.blocks import span
from bot.slack.command_text import Form, Help, OpenRequest, parse_command
from bot.slack.cutting import cut
from bot.store.database import Database
from bot.store.tables import records
from tests.changing import Changing
from tests.paths import ROOT
from tests.processes import free_port, sevbot, team_slack
from tests.story import TODAY, story

__all__ = [
    "ROOT",
    "WEEKDAYS",
    "BusinessHours",
    "Form",
    "OpenRequest",
    "PolicyError",
    "Schedule",
    "Severity",
    "UserError",
    "after_pause",
    "changing",
    "cut",
    "free_port",
    "open_deadlines",
    "parse",
    "read_policy",
    "sevbot",
    "span",
    "story",
    "team_slack",
    "warnings",
    "wording",
]

_NOW = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)


def read_policy(
    text: str, csv: str | bytes | None = None, today: date = TODAY
) -> Policy:
    """Read the text of a `policies.yaml`, with a `customers.csv` beside it if given.

    Raises PolicyError, whose `problems` say what is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policies.yaml"
        file.write_text(text, encoding="utf-8")
        if csv is not None:
            content = csv if isinstance(csv, bytes) else csv.encode()
            (file.parent / "customers.csv").write_bytes(content)
        return policy_file.load(file, holidays=public_holidays, today=today)


def parse(
    typed: str, policy: Policy, channel: str = "C0SUPPORT", now: datetime = _NOW
) -> OpenRequest | Form | Help:
    """Read what somebody in Los Angeles typed after `/sev2`; nobody else is known.

    Raises UserError with the sentence that they would be shown.
    """
    return parse_command(
        typed,
        policy=policy,
        channel=channel,
        typist_zone=ZoneInfo("America/Los_Angeles"),
        now=now,
        people=lambda _name: None,
    )


def warnings(policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return what `sevbot check` warns of at an instant, a sentence each."""
    return contradictions.warnings(policy, now)


def open_deadlines(database: Database, number: int) -> tuple[Deadline, ...]:
    """Return the deadlines of an incident that are not closed, oldest first."""
    with database.reading() as tx:
        return tuple(one for one in records.deadlines(tx, number) if one.is_open)


def changing(folder: Path) -> Changing:
    """Return a story whose policy is a file in a folder; as a context it runs."""
    return Changing(folder)
