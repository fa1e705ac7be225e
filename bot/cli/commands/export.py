"""`sevbot export`: the record as files for other programs."""

from datetime import UTC, datetime, time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import due_times, record
from bot.cli.printing import print_counts, say
from bot.cli.progress import bars
from bot.errors import BotError
from bot.policy.names import folded
from bot.policy.severities import Severity
from bot.store.maintenance import exporting

_WHEN = "As 2026-11-20 (UTC) or 2026-11-20T16:50-08:00."
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    SQLITE = "sqlite"


_TARGETS = {
    Format.CSV: exporting.csv_files,
    Format.JSONL: exporting.json_lines,
    Format.SQLITE: exporting.sqlite_file,
}


def export(  # noqa: PLR0913  # Each is an option of the command.
    to: Annotated[
        Path, typer.Argument(metavar="TO", help="A folder that is not there yet.")
    ],
    *,
    kind: Annotated[
        Format, typer.Option("--format", help="CSV, JSON lines, or one SQLite file.")
    ] = Format.CSV,
    since: Annotated[
        str | None, typer.Option(help=f"Opened then or later. {_WHEN}")
    ] = None,
    until: Annotated[str | None, typer.Option(help=f"Opened before. {_WHEN}")] = None,
    customer: Annotated[
        str | None, typer.Option(help="Only this customer's incidents.")
    ] = None,
    severity: Annotated[
        list[Severity] | None, typer.Option(help="Only these; repeat it for several.")
    ] = None,
) -> None:
    """Write incidents, and all that belongs to them, for other programs.

    The bot may run meanwhile. `sevbot manual export` says what each column holds. The
    files have customers' texts in them, and only their owner may read them.
    """
    wanted = exporting.Filter(
        since=_instant(since, _FIRST),
        until=_instant(until, _LAST),
        severities=frozenset(severity or Severity),
        is_of=lambda name: customer is None or folded(name or "") == folded(customer),
    )
    with record.opened() as database, _TARGETS[kind](to) as target, bars() as tell:
        told = partial(tell, "incidents")
        counts = exporting.export(database, wanted, target, told)
    print_counts(counts)
    say(f"Wrote {to}.")


def _instant(written: str | None, otherwise: datetime) -> datetime:
    if written is None:
        return otherwise
    if ":" not in written:
        return datetime.combine(due_times.day(written), time(), UTC)
    at = due_times.instant(written)
    if at.tzinfo is None:
        raise BotError(f"{written} has no offset, as -08:00 or Z.")
    return at
