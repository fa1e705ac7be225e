"""The policy and the time that a command uses."""

from datetime import date, datetime
from pathlib import Path

from bot.cli.printing import say
from bot.clock import TrialClock, system_clock
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.settings import read_settings


def now() -> datetime:
    """Return now by the clock of obligations: a trial's, or else the system clock."""
    clock = read_settings().clock
    return TrialClock(clock)() if clock else system_clock()


def say_if_later(policy: Policy, at: datetime) -> None:
    """Say on stderr from when a policy counts, if that is after an instant."""
    begin = policy.effective_from
    if begin is not None and begin > at:
        day = begin.astimezone(policy.team_hours.zone)
        say(f"This file counts from {day:%a %d %b %Y} on.", err=True)


def read(file: Path | None, today: date) -> Policy:
    """Read a file, or the settings' one, or else ours, which is said on stderr."""
    path = file or read_settings().policies
    if policy_file.is_default_used(path):
        said = (
            f"There is no {policy_file.DEFAULT_NAME} here: the one that comes with "
            "sevbot counts."
        )
        say(said, err=True)
    return policy_file.load_or_default(path, holidays=public_holidays, today=today)
