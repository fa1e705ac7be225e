"""Named queries from the `.sql` files, prepared for an engine.

Parameters get numbers, so that psycopg has nothing to parse. A query that inserts one
row can be widened to many. In queries.sql a line that begins with FOR UPDATE is kept
only for an engine that locks rows, and INSTANT stands for the engine's own type.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import count, islice
from typing import Any, NamedTuple

# Rows per INSERT, bounded so that one statement stays within the timeout. It also keeps
# the number of parameters below SQLite's limit: https://www.sqlite.org/limits.html
AT_ONCE = 100
_LOCK = re.compile(r"^ *FOR UPDATE.*\n", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
_COLUMNS = re.compile(r"@(\w+\.|:)?(\w+)")
# Not a cast (`::text`) and not a colon inside of a string ('edit:').
_PARAMETER = re.compile(r"(?<![\w:']):(\w+)")
_ANSWER = re.compile(r"\nRETURNING [^;]*(?=;)")
# The row of a VALUES: on one line, or up to a parenthesis at the start of a line.
_ONE_ROW = re.compile(r"(?<=VALUES )\((?:.*\)(?=;?\n)|(?s:\n.*?\n)\))")


class Dialect(NamedTuple):
    """How an engine marks parameters ($1, ?1), locks rows and stores instants."""

    mark: str
    locks_rows: bool
    instant: str


class Statement(NamedTuple):
    """The text for an engine, and the names of its parameters in order."""

    text: str
    names: tuple[str, ...]


class Block(NamedTuple):
    """A statement for several rows, with its values in the order of their numbers."""

    text: str
    values: list[Any]


class _ForRows(NamedTuple):
    """A statement for several rows: shared parameters first, then each row's own."""

    text: str
    shared: tuple[str, ...]
    own: tuple[str, ...]


@cache
def queries() -> Mapping[str, str]:
    """Return the SQL of every query by its name, before it is fitted to an engine."""
    parts = named("queries.sql")

    def columns(found: re.Match[str]) -> str:
        every = _COLUMNS.sub(columns, parts[found[2]]).split(",")
        return ", ".join(f"{found[1] or ''}{one.strip()}" for one in every)

    return {
        name: _COLUMNS.sub(columns, text)
        for name, text in parts.items()
        if not name.endswith("_columns")
    }


@cache
def named(file: str) -> Mapping[str, str]:
    """Return the statements of one of our `.sql` files by name, in order."""
    text = files("bot.store").joinpath(file).read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def statement(query: str, dialect: Dialect, *, is_silent: bool = False) -> Statement:
    """Return a named query; a silent one has no RETURNING, which costs less."""
    return numbered(_words(query, dialect, is_silent=is_silent), dialect)


@cache
def numbered(sql: str, dialect: Dialect) -> Statement:
    names = tuple(_names(sql))
    numbers = dict(zip(names, count(1), strict=False))
    return Statement(_numbered(sql, numbers, dialect), names)


def blocks(
    query: str,
    rows: Iterable[Mapping[str, Any]],
    same: Mapping[str, Any],
    dialect: Dialect,
    *,
    is_silent: bool = False,
) -> Iterator[Block]:
    """Yield statements that insert many rows as a named query inserts one.

    `same` holds the values that all rows share: one parameter each, however many rows.
    Raises KeyError if a parameter outside of the row is missing in it.
    """
    every, common = iter(rows), frozenset(same)
    while some := list(islice(every, AT_ONCE)):
        asked = _for_rows(query, len(some), common, dialect, is_silent=is_silent)
        shared = [same[name] for name in asked.shared]
        yield Block(
            asked.text, shared + [row[name] for row in some for name in asked.own]
        )


@cache
def _for_rows(
    query: str, rows: int, common: frozenset[str], dialect: Dialect, *, is_silent: bool
) -> _ForRows:
    text = _words(query, dialect, is_silent=is_silent)
    found = _ONE_ROW.search(text)
    assert found is not None, "it inserts one row"
    shared = tuple(name for name in _names(text) if name in common)
    own = tuple(name for name in _names(found[0]) if name not in common)
    numbers = dict(zip(shared, count(1), strict=False))
    before, after = (
        _numbered(part, numbers, dialect)
        for part in (text[: found.start()], text[found.end() :])
    )
    every = []
    for row in range(rows):
        first = 1 + len(shared) + row * len(own)
        numbers |= dict(zip(own, count(first), strict=False))
        every.append(_numbered(found[0], numbers, dialect))
    return _ForRows(before + ",\n".join(every) + after, shared, own)


def _names(text: str) -> Iterable[str]:
    return dict.fromkeys(_PARAMETER.findall(text))


def _numbered(text: str, numbers: Mapping[str, int], dialect: Dialect) -> str:
    return _PARAMETER.sub(lambda found: f"{dialect.mark}{numbers[found[1]]}", text)


def _words(query: str, dialect: Dialect, *, is_silent: bool) -> str:
    text = _COMMENT.sub("", queries()[query])
    text = text.replace("INSTANT", dialect.instant)
    if not dialect.locks_rows:
        text = _LOCK.sub("", text)
    return _ANSWER.sub("", text) if is_silent else text
