"""Backups of a SQLite file: made while the bot runs, and kept by age.

A backup is made with VACUUM INTO rather than with SQLite's backup API. Both copy the
database as of one instant and block no writer. But the backup API starts over whenever
another process writes, and it copies free pages, which may still hold erased texts.
Sources: https://www.sqlite.org/lang_vacuum.html, https://www.sqlite.org/backup.html
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import BotError, StorageError
from bot.store.files import PART, part_of, put, telling
from bot.store.maintenance import checking

STAMP = "%Y-%m-%dT%H%M%SZ"

_DAYS, _WEEKS = 7, 4
_NAME = re.compile(r"sevbot-(\d{4}-\d{2}-\d{2}T\d{6}Z)(-daily)?\.db")
_LEFT_OVER_AFTER = timedelta(hours=1)
_LOOKED_AT = 200_000_000  # Bytes, about half a second.


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read from its first to its last page and is intact."""

    file: Path
    size: int
    incidents: int


def name_of(at: datetime, *, is_daily: bool = False) -> str:
    """Return the file name of a backup. Only daily ones are deleted by age."""
    return f"sevbot-{at.astimezone(UTC):{STAMP}}{'-daily' * is_daily}.db"


def made_at(file: Path) -> datetime | None:
    """Return when a backup was made, by its name; `None` for any other file."""
    found = _NAME.fullmatch(file.name)
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None


def write(record: Path, to: Path) -> Backup:
    """Copy a database in use to a new file, whole or not at all. Raises BotError."""
    if not record.exists():
        raise BotError(f"There is no {record}.")
    if not to.parent.is_dir():
        raise BotError(f"There is no folder {to.parent}.")
    if to.exists():
        raise BotError(f"{to} exists and was left as it is.")
    with telling(f"The backup {to} was not written"), part_of(to) as part:
        copy(record, part)
        incidents = checking.must_be_whole(part)
        size = part.stat().st_size
        put(part, to)
    return Backup(to, size, incidents)


def copy(record: Path, to: Path) -> None:
    """Copy a database, as of one instant, into an empty file."""
    with checking.reading(record) as connection:
        connection.execute("VACUUM INTO ?", [str(to)])


def listed(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the backups in a folder, newest first. Raises BotError."""
    with telling(f"The backups in {folder} cannot be listed"):
        found = [(at, file) for file in folder.iterdir() if (at := made_at(file))]
    return sorted(found, reverse=True)


def newest_good(folder: Path) -> tuple[datetime, Backup] | None:
    """Return the newest backup that is intact, and when it was made."""
    for at, file in listed(folder):
        with suppress(StorageError):
            incidents = checking.must_be_whole(file)
            return at, Backup(file, file.stat().st_size, incidents)
    return None


def throw_away_old(folder: Path, now: datetime) -> list[Path]:
    """Delete daily backups that are too old, and what killed processes left behind."""
    daily = {at: file for at, file in listed(folder) if "-daily" in file.name}
    keep = kept(daily)
    old = [file for at, file in daily.items() if at not in keep]
    with telling(f"The old backups in {folder} cannot be deleted"):
        left_over = [
            file
            for file in folder.glob(f".sevbot-*{PART}")
            if now.timestamp() - file.stat().st_mtime > _LEFT_OVER_AFTER.total_seconds()
        ]
        for file in [*old, *left_over]:
            file.unlink(missing_ok=True)
    return old


def kept(made: Iterable[datetime]) -> set[datetime]:
    """Return which backups to keep: the last of each of 7 days and of each of 4 weeks.

    Days and weeks without a backup do not count. So while backups fail none is deleted.
    """
    days: dict[object, datetime] = {}
    weeks: dict[object, datetime] = {}
    for at in sorted(made, reverse=True):
        days.setdefault(at.date(), at)
        weeks.setdefault(at.isocalendar()[:2], at)
    return {*list(days.values())[:_DAYS], *list(weeks.values())[:_WEEKS]}


def must_look_sound(record: Path, folder: Path | None) -> None:
    """Raise BotError for a database that is damaged or lost, naming the way out.

    A missing file is lost, and not a first start, if there is a good backup of it, or
    its write-ahead log, which SQLite would delete.
    """
    if not record.exists() or not record.stat().st_size:
        _must_be_a_beginning(record, folder)
        return
    try:
        checking.must_look_whole(record, _LOOKED_AT)
    except StorageError as error:
        raise BotError(f"{record}: {error.reason}. {_way_out(folder)}") from error


def _must_be_a_beginning(record: Path, folder: Path | None) -> None:
    log = record.with_name(f"{record.name}-wal")
    is_log = log.exists() and log.stat().st_size > 0
    try:
        is_backed_up = folder is not None and newest_good(folder) is not None
    except BotError:  # The daily backup says that its folder cannot be read.
        is_backed_up = False
    if not is_log and not is_backed_up:
        return
    is_there = record.exists()
    what = f"{record} is empty" if is_there else f"There is no {record}"
    beside = f", but {log} holds what was written last" if is_log else ""
    raise BotError(
        f"{what}{beside}. Was a disk not mounted? {_way_out(folder)}. To begin a new "
        "record on purpose: sevbot db new"
    )


def _way_out(folder: Path | None) -> str:
    if folder is None:
        return (
            "SEVBOT_BACKUPS names no folder with backups; `sevbot db restore FILE` "
            "takes one from anywhere"
        )
    try:
        found = newest_good(folder)
    except BotError as error:
        return str(error)
    if found is None:
        return f"There is no good backup in {folder}"
    at, backup = found
    return (
        f"The newest good backup is of {at:%Y-%m-%d %H:%M} UTC; to take it: sevbot db "
        f"restore {backup.file}"
    )
