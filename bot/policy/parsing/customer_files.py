"""Read customers from a CSV file, and find names that two of them share."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from bot.policy.names import folded
from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import Context
from bot.policy.parsing.models import CustomerEntry
from bot.policy.parsing.problems import Problem, found_by, key_of
from bot.policy.parsing.yaml_lines import Document, Tree
from bot.policy.policies import Customer

_Cells = Mapping[str | None, object]

COLUMNS = ("name", "aliases", "plan", "calendar", "channel")


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

    def strings(self, field: str) -> tuple[str, ...]:
        """Return the strings of a field, one or a list; other values are left out."""
        value = self.fields.get(field) if isinstance(self.fields, dict) else None
        items = value if isinstance(value, list) else [value]
        return tuple(item for item in items if isinstance(item, str))


def rows_of_plans(document: Document, file: str) -> list[Row]:
    """Return the support plans: people type a plan's id, or its name as an alias."""
    tree = document.tree
    plans = tree.get("plans") if isinstance(tree, dict) else None
    if not isinstance(plans, dict):
        return []
    return [
        Row(file, document.line_of(path), key_of(path), id_, {"aliases": name})
        for id_, name in plans.items()
        for path in [("plans", id_)]
    ]


def rows_of_yaml(document: Document, file: str) -> list[Row]:
    """Return the customers of a policies file, whatever they hold."""
    tree = document.tree
    customers = tree.get("customers") if isinstance(tree, dict) else None
    if not isinstance(customers, dict):
        return []
    return [
        Row(file, document.line_of(path), key_of(path), name, fields)
        for name, fields in customers.items()
        for path in [("customers", name)]
    ]


def rows_of_csv(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """Return the customers in a CSV file, and what is wrong with its format."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        problems = list(_header_problems(reader.fieldnames or (), file))
        if problems:
            return [], problems
        cells = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        line = reader.reader.line_num
        return [], [Problem(file, line, "", f"this is not CSV: {error}")]
    for line, row in cells:
        problems.extend(_row_problems(file, line, row))
    return [_row(file, line, row) for line, row in cells], problems


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

    Blank names are problems of their own, reported elsewhere. `taken` maps the bot's
    own channels to what they are for.
    """
    names: dict[str, Row] = {}
    channels = dict(taken)
    for row in rows:
        for name in filter(folded, (row.name, *row.strings("aliases"))):
            owner = names.setdefault(folded(name), row)
            if owner is not row:
                sentence = f"{words.quoted(name)} already names {owner.described()}"
                yield row.problem("", f"{sentence}; write a name that is free")
        for channel in row.strings("channel"):
            owner_of = channels.setdefault(channel, row.described())
            if owner_of != row.described():
                sentence = f"{words.quoted(channel)} already belongs to {owner_of}"
                yield row.problem("channel", f"{sentence}; write another, or none")


def _header_problems(columns: Iterable[str], file: str) -> Iterator[Problem]:
    allowed = f"write {words.all_of(COLUMNS)} as the first line"
    if "name" not in columns:
        yield Problem(file, 1, "name", f"this column is missing; {allowed}")
    for column in columns:
        if column not in COLUMNS:
            near = words.did_you_mean(column, COLUMNS)
            sentence = f"{words.quoted(column)} is no column; {allowed}{near}"
            yield Problem(file, 1, "", sentence)


def _row_problems(file: str, line: int, cells: _Cells) -> Iterator[Problem]:
    if not folded(str(cells["name"] or "")):
        sentence = "nothing is written here; write the customer's name"
        yield Problem(file, line, "name", sentence)
    if None in cells:
        sentence = f"{words.quoted(cells[None])} is beyond the last column"
        yield Problem(file, line, "", f"{sentence}; put what holds a comma in quotes")


def _row(file: str, line: int, cells: _Cells) -> Row:
    """Make an empty cell `None` and the aliases a list, as in policies.yaml."""
    texts = {column: str(cells.get(column) or "").strip() for column in COLUMNS}
    aliases: list[Tree] = [
        part.strip() for part in texts.pop("aliases").split(";") if part.strip()
    ]
    name = texts.pop("name")
    empty_is_none = {column: text or None for column, text in texts.items()}
    return Row(file, line, "", name, {"aliases": aliases, **empty_is_none})
