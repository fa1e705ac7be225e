"""What `sevbot doctor` sees on this machine: the policy's file and the record's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from bot.doctor_findings import Finding, ok, wrong
from bot.errors import PolicyError
from bot.policies import Policy
from bot.policy_files import is_default_used, load_or_default
from bot.public_holidays import public_holidays
from bot.settings import Settings
from bot.store.disks import disk_of


def of_policy(settings: Settings, today: date) -> tuple[Policy | None, list[Finding]]:
    """Read the policy, and say what is wrong with its file."""
    try:
        policy = load_or_default(
            settings.policies, holidays=public_holidays, today=today
        )
    except PolicyError as error:
        mend = "`sevbot check` says the same; `sevbot policy init` writes a whole file."
        return None, [wrong(problem, mend) for problem in error.problems]
    if is_default_used(settings.policies):
        mend = "Run `sevbot policy init`, then put your channels and people in."
        return policy, [wrong("There is no policies.yaml: the example counts.", mend)]
    return policy, [ok(f"The policy is whole (version {policy.version}).")]


def of_database(path: Path, mounts: Path) -> Iterator[Finding]:
    """Look at the file of the record and the disk below it."""
    disk = disk_of(path, mounts)
    if disk.is_network:
        yield wrong(
            f"{path} lies on a network disk ({disk.kind}), where SQLite gets damaged.",
            "Set DATABASE_URL to a file on a disk of this machine.",
        )
    if disk.fleeting is not None:
        yield wrong(
            f"{path} lies on {disk.fleeting} ({disk.kind}): a deploy loses every "
            "incident.",
            "Mount a disk that stays, and set DATABASE_URL to a file on it.",
        )
    if not path.parent.is_dir():
        yield wrong(f"The folder {path.parent} does not exist.", "Create it.")
        return
    yield _opened(path)


def _opened(path: Path) -> Finding:
    is_new = not path.exists()
    try:
        with closing(sqlite3.connect(path, timeout=2)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE doctor (id INTEGER)")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return wrong(
            f"{path} cannot be used: {error}.",
            "See who owns the file and its folder, and whether the disk is full; a "
            "damaged one is replaced by the last backup.",
        )
    finally:
        if is_new:
            path.unlink(missing_ok=True)
    if found != "ok":
        return wrong(f"{path} is damaged: {found}.", "Restore the last backup.")
    said = "can be created" if is_new else "is whole and can be written"
    return ok(f"The record {path} {said}.")
