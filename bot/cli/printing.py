"""What the commands print."""

import sys
from collections.abc import Collection, Mapping, Sequence

from bot.logs import visible

_MOST_NAMED = 10


def say(text: str, *, err: bool = False) -> None:
    """Print a text. Whatever stands in a file or in Slack may be in it."""
    said = visible(text, keeps="\n\t")
    print(said, file=sys.stderr if err else sys.stdout, flush=True)


def print_counts(counts: Mapping[str, int]) -> None:
    """Print how many rows each table has."""
    width = max(len(f"{rows}") for rows in counts.values())
    for table, rows in counts.items():
        say(f"{rows:>{width}} {table}")


def aligned(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """Return the lines of a table; the columns `right` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def numbered(numbers: Sequence[int]) -> str:
    """Return the names of the first incidents, and how many more there are."""
    names = ", ".join(f"INC-{number}" for number in numbers[:_MOST_NAMED])
    more = len(numbers) - _MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names
