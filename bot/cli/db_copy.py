"""`sevbot db copy`: a team moves to another record."""

from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from bot.errors import BotError
from bot.store import opening
from bot.store.maintenance import copying


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A URL, as DATABASE_URL is one.")
    ],
    to: Annotated[str, typer.Argument(metavar="TO", help="Another one.")],
) -> None:
    """Copy a whole record to another place: to a file, or to PostgreSQL.

    Stop the bot first, and start it on the copy: what it writes to the old record
    afterwards is not in the new one. TO must have no incidents.
    """
    if source == to:
        raise BotError("FROM and TO are the same record.")
    if not opening.is_postgres(source) and not opening.sqlite_path(source).exists():
        raise BotError(f"There is no {opening.sqlite_path(source)}.")
    with (
        closing(opening.opened(source, "")) as read,
        closing(opening.opened(to, "")) as write,
        Progress(console=Console(stderr=True)) as progress,
    ):
        copied = copying.copy(read, write, _Bar(progress))
    width = max(len(f"{one.rows}") for one in copied)
    for one in copied:
        typer.echo(f"{one.rows:>{width}} {one.table}")
    typer.echo("All of it is there, counted on both sides. Set DATABASE_URL to TO.")


class _Bar:
    """Shows how far each table is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def __call__(self, table: str, done: int, total: int) -> None:
        if table not in self._bars:
            self._bars[table] = self._progress.add_task(table, total=total)
        self._progress.update(self._bars[table], completed=done)
