"""`sevbot doctor`: what is wrong with an installation, and how to fix it."""

from collections.abc import Iterator
from pathlib import Path

from bot.clock import Clock
from bot.doctor import host, workspace
from bot.doctor.findings import Finding
from bot.settings import Settings
from bot.store.maintenance.disks import MOUNTS


def examine(
    settings: Settings,
    system_clock: Clock,
    *,
    is_http: bool = False,
    mounts: Path = MOUNTS,
) -> Iterator[Finding]:
    """Check everything that the bot needs, and change nothing."""
    policy, findings = host.of_policy(settings, system_clock().date())
    yield from findings
    yield from host.of_rings(settings, policy)
    yield from host.of_record(settings.database_url, mounts)
    yield from host.of_backups(settings)
    yield from host.of_running(settings, is_http=is_http)
    yield from workspace.examined(settings, policy, system_clock, is_http=is_http)
