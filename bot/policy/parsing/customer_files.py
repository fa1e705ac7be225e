"""Read customers from a CSV file, and find names that two of them share."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from bot.policy.names import as_shown, folded, untypable
from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import Context
from bot.policy.parsing.models import CustomerEntry
from bot.policy.parsing.problems import Problem, found_by, key_of
from bot.policy.parsing.yaml_lines import Document, Tree
from bot.policy.policies import Customer

COLUMNS = ("name", "aliases", "plan", "calendar", "channel", "zone")
_CURLY = re.compile(r"^[“”„«»]|^['\u2018`].*['\u2019`]$")


@dataclass(frozen=True, slots=True)
class Row:
    """A customer as written, not checked yet. `key` is where it is in its file."""

    file: str
    line: int | None
    key: str
    name: str
    fields: Tree

    def described(self) -> str:
        """Return its name and where it is, which identifies the row."""
        return f"{self.name} ({self.file} line {self.line})"

    def problem(self, key: str, sentence: str) -> Problem:
        """Return what is wrong with one of its fields."""
        where = ".".join(filter(None, (self.key, key)))
        return Problem(self.file, self.line, where, sentence)

    def names(self) -> Iterator[str]:
        """Yield its name and aliases; blank ones are reported elsewhere."""
        return filter(folded, (self.name, *self.strings("aliases")))

    def strings(self, field: str) -> tuple[str, ...]:
        """Return the strings of a field, one or a list; other values are left out."""
        value = self.fields.get(field) if isinstance(self.fields, dict) else None
        items = value if isinstance(value, list) else [value]
        return tuple(item for item in items if isinstance(item, str))


def rows_of_plans(document: Document, file: str) -> list[Row]:
    """Return the support plans: people type a plan's id, or its name as an alias."""
    rows = _rows(document, file, "plans")
    return [replace(row, fields={"aliases": row.fields}) for row in rows]


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of a CSV file, and how it is written from its first line on."""

    line: int
    cells: Sequence[str]
    written: str


class _CsvError(Exception):
    """The text is not CSV from a line on."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def rows_of_yaml(document: Document, file: str) -> list[Row]:
    """Return the customers of a policies file, whatever they hold."""
    return _rows(document, file, "customers")


def rows_of_csv(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """Return the customers in a CSV file, and what is wrong with its format."""
    problems = [Problem(file, line, "", said) for line, said in words.unprintable(text)]
    try:
        header, *rows = [*_records(text)] or [_Record(1, (), "")]
    except _CsvError as error:
        return [], [*problems, Problem(file, error.line, "", str(error))]
    columns = [cell.casefold() for cell in header.cells]
    for key, said in _header_faults(columns, header.cells):
        problems.append(Problem(file, header.line, key, said))
    if "name" not in columns:
        return [], problems
    for row in (header, *rows):
        for key, said in _row_faults(columns, row):
            problems.append(Problem(file, row.line, key, said))
    return [_row(file, columns, row) for row in rows], problems


def checked_customers(
    rows: Iterable[Row], context: Context
) -> tuple[list[Customer], list[Problem]]:
    """Return the customers with valid rows, and what is wrong with the others."""
    customers: list[Customer] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            entry = CustomerEntry.model_validate(row.fields, context=context)
        except ValidationError as error:
            for path, sentence in found_by(error, CustomerEntry):
                problems.append(row.problem(key_of(path), sentence))
        else:
            customers.append(entry.customer(row.name))
    return customers, problems


def clashes(rows: Iterable[Row], taken: Mapping[str, str]) -> Iterator[Problem]:
    """Yield names, aliases and channels that stand for more than one thing.

    `taken` maps the bot's own channels to what they are for.
    """
    names: dict[str, Row] = {}
    channels = dict(taken)
    for row in rows:
        for name in row.names():
            owner = names.setdefault(folded(name), row)
            if owner is not row:
                sentence = f"{words.quoted(name)} already names {owner.described()}"
                yield row.problem("", f"{sentence}; write a name that is free")
        for channel in row.strings("channel"):
            owner_of = channels.setdefault(channel, row.described())
            if owner_of != row.described():
                sentence = f"{words.quoted(channel)} already belongs to {owner_of}"
                yield row.problem("channel", f"{sentence}; write another, or none")


def untypable_names(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield names and aliases that nobody could type in a command."""
    for row in rows:
        for name in row.names():
            if why := untypable(name):
                sentence = f"{words.quoted(name)} cannot be typed: {why}"
                yield row.problem("", f"{sentence}; write another name")


def _rows(document: Document, file: str, section: str) -> list[Row]:
    tree = document.tree
    entries = tree.get(section) if isinstance(tree, dict) else None
    if not isinstance(entries, dict):
        return []
    return [
        Row(file, document.line_of(path), key_of(path), name, fields)
        for name, fields in entries.items()
        for path in [(section, name)]
    ]


def _records(text: str) -> Iterator[_Record]:
    """Yield the rows that are not blank, their cells without spaces around them.

    Raises _CsvError where a quote is not closed, or is closed before its cell ends.
    """
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True, skipinitialspace=True)
    while True:
        first = reader.line_num
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise _CsvError(first + 1, f"this is not CSV: {error}") from error
        if any(cells):
            written = "".join(lines[first : reader.line_num])
            yield _Record(first + 1, cells, written)


def _header_faults(
    columns: Sequence[str], written: Sequence[str]
) -> Iterator[tuple[str, str]]:
    allowed = f"write {words.all_of(COLUMNS)} as the first line"
    if len(written) == 1 and (other := re.search(r"[;\t|]", written[0])):
        sentence = f"{words.quoted(other[0])} is between the columns; write commas"
        yield "", sentence
        return
    if "name" not in columns:
        yield "name", f"this column is missing; {allowed}"
    for number, column in enumerate(columns):
        if column and column in columns[:number]:
            is_known = column in COLUMNS
            what = "this column" if is_known else words.quoted(column)
            sentence = f"{what} stands here twice; keep one of them"
            yield column * is_known, sentence
        elif column and column not in COLUMNS:
            near = words.did_you_mean(column, COLUMNS)
            sentence = f"{words.quoted(written[number])} is no column; {allowed}{near}"
            yield "", sentence


def _row_faults(columns: Sequence[str], row: _Record) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the form of a row: its key, and a sentence."""
    for cell in row.cells:
        if "\n" in cell or "\r" in cell:
            sentence = f"{words.quoted(cell)} goes over several lines"
            yield "", f"{sentence}; close its quote on the first"
        elif _CURLY.search(cell):
            yield "", f'{words.quoted(cell)} is in other quotes than "; write those'
    cells = dict(zip(columns, row.cells, strict=False))
    if not folded(cells["name"]):
        yield "name", "nothing is written here; write the customer's name"
    if missing := [*filter(None, columns[len(row.cells) :])]:
        sentence = f"this row ends before {words.all_of(missing)}"
        yield "", f"{sentence}; write a comma for each empty cell"
    named = {number for number, column in enumerate(columns) if column}
    if beyond := [
        cell for number, cell in enumerate(row.cells) if cell and number not in named
    ]:
        sentence = f"{words.quoted(beyond)} is beyond the last column"
        yield "", f"{sentence}; put what holds a comma in quotes"
    # A quote inside quotes is written twice; any other one belongs to nothing.
    if "".join(row.cells).count('"') > row.written.count('""'):
        sentence = 'a quote stands inside a cell; put the cell in quotes, and write ""'
        yield "", f"{sentence} for the one inside"


def _row(file: str, columns: Sequence[str], row: _Record) -> Row:
    """Make an empty cell `None` and the aliases a list, as in policies.yaml."""
    cells = dict(zip(columns, row.cells, strict=False))
    texts = {column: cells.get(column, "") for column in COLUMNS}
    aliases: list[Tree] = [
        part.strip()
        for part in as_shown(texts.pop("aliases")).split(";")
        if part.strip()
    ]
    name = as_shown(texts.pop("name")).strip()
    empty_is_none = {column: text or None for column, text in texts.items()}
    return Row(file, row.line, "", name, {"aliases": aliases, **empty_is_none})
