"""`sevbot doctor`: what is wrong with an installation, and how to mend it."""

from collections.abc import Iterator
from pathlib import Path

from bot import doctor_files, doctor_slack
from bot.clock import Clock
from bot.doctor_findings import Finding
from bot.settings import Settings
from bot.store.disks import MOUNTS


def examine(
    settings: Settings, machine: Clock, *, is_http: bool = False, mounts: Path = MOUNTS
) -> Iterator[Finding]:
    """Look at everything that the bot will need, and change nothing."""
    policy, findings = doctor_files.of_policy(settings, machine().date())
    yield from findings
    yield from doctor_files.of_record(settings.database_url, mounts)
    yield from doctor_files.of_backups(settings)
    yield from doctor_slack.examined(settings, policy, machine, is_http=is_http)
