"""What `sevbot doctor` checks on the host: policy, record, backups, a running bot."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.doctor.findings import Finding, note, ok, wrong
from bot.errors import PolicyError, StorageError
from bot.policy.parsing.policy_file import is_default_used, load_or_default
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.settings import Settings
from bot.store import opening
from bot.store.maintenance.disks import disk_of

# How often `/sev1` waits for a record on a server before Slack has its answer. Slack
# waits three seconds, and the way to the bot and its locks need their share.
TRIPS_OF_A_COMMAND = 5
_SPENT_ON_THE_WAY = timedelta(seconds=1)
_ANSWERS_WITHIN_S = 5
# Where a bot that listens on every address can be reached from this host.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def of_policy(settings: Settings, today: date) -> tuple[Policy | None, list[Finding]]:
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


def of_rings(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    steps = policy.escalation.steps if policy else ()
    for name in sorted({one.ring for one in steps if one.ring} - settings.rings.keys()):
        key = f"SEVBOT_RING_{name.upper()}_KEY"
        yield wrong(
            f"escalation.steps: ring: {name} will make no noise.",
            f"Set {key}, an integration key of PagerDuty or of a webhook.",
        )


def of_record(url: str, mounts: Path) -> Iterator[Finding]:
    if opening.is_postgres(url):
        yield from _tried(url)
    else:
        yield from _of_file(opening.sqlite_path(url), mounts)


def of_backups(settings: Settings) -> Iterator[Finding]:
    folder = settings.backups
    if opening.is_postgres(settings.database_url):
        if folder is not None:
            yield note(
                "SEVBOT_BACKUPS is for a record in a file; it does nothing here.",
                "Back the server up by its own means.",
            )
    elif folder is None:
        yield note(
            "Nothing backs the record up by itself.",
            "Set SEVBOT_BACKUPS to a folder, best on another disk.",
        )
    elif not folder.is_dir():
        mend = "Create it, or mount what it lies on."
        yield wrong(f"The folder for backups, {folder}, does not exist.", mend)
    elif not os.access(folder, os.W_OK):
        mend = "Let the bot's user write there."
        yield wrong(f"Backups cannot be written into {folder}.", mend)
    else:
        yield ok(f"Backups go into {folder}.")


def of_running(settings: Settings, *, is_http: bool) -> Iterator[Finding]:
    """Ask the bot that runs here how it is, if there is one and it has a port."""
    if not (is_http or settings.is_port_set):
        return
    host = _HERE.get(settings.host, settings.host)
    asking = HTTPConnection(host, settings.port, timeout=_ANSWERS_WITHIN_S)
    try:
        with closing(asking):
            asking.request("GET", "/healthz")
            told = json.load(asking.getresponse())
            reasons, notes = told["reasons"], told["notes"]
    except (OSError, HTTPException, ValueError, TypeError, LookupError):
        return  # None runs here, or somebody else has the port.
    for reason in reasons:
        yield wrong(f"The bot that runs here says: {reason}.", "Its log says more.")
    for other in notes:
        yield note(f"The bot that runs here says: {other}.")
    if not reasons:
        yield ok("The bot that runs here is well.")


def of_distance(trip: timedelta) -> Finding:
    """Judge how long a question to the server takes, there and back."""
    spent = TRIPS_OF_A_COMMAND * trip
    took = f"{trip / timedelta(milliseconds=1):.0f} ms"
    if spent < _SPENT_ON_THE_WAY:
        return ok(f"The record answers within {took}.")
    return wrong(
        f"The record answers after {took}. A command asks it {TRIPS_OF_A_COMMAND} "
        f"times: that is {spent.total_seconds():.1f} s of the 3 s after which Slack "
        "shows an error.",
        "Run sevbot and its server close to each other, best in the same region.",
    )


def _tried(url: str) -> Iterator[Finding]:
    try:
        version, trip = opening.postgres().tried(url)
    except StorageError as error:
        yield wrong(
            f"The record cannot be used: {error.reason}.",
            "See that the server runs, that DATABASE_URL is right, and that its user "
            "may create tables.",
        )
    else:
        yield ok(f"The record in PostgreSQL {version} can be written.")
        yield of_distance(trip)


def _of_file(path: Path, mounts: Path) -> Iterator[Finding]:
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
    if path.exists() and path.stat().st_mode & 0o077:
        yield note(
            f"Other users of this machine can read {path}.", f"chmod 600 {path}*"
        )
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
            "See who owns the file and its folder, and whether the disk is full; "
            "`sevbot db restore FILE` puts the last backup in the place of a "
            "damaged one.",
        )
    finally:
        if is_new:
            path.unlink(missing_ok=True)
    if found != "ok":
        mend = "`sevbot db restore FILE` puts the last backup in its place."
        return wrong(f"{path} is damaged: {found}.", mend)
    said = "can be created" if is_new else "is whole and can be written"
    return ok(f"The record {path} {said}.")
