"""Read policies.yaml, and the customers' file that it may name, into a Policy."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.business_time.hours import BusinessHours
from bot.errors import PolicyError, UnopenedError
from bot.policy.on_call import Role
from bot.policy.parsing import building, files, notation, yaml_lines
from bot.policy.parsing.customer_files import (
    Row,
    checked_customers,
    clashes,
    rows_of_csv,
    rows_of_plans,
    rows_of_yaml,
    untypable_names,
)
from bot.policy.parsing.fields import Context, HolidaySource
from bot.policy.parsing.models import PolicyFile, severities_to
from bot.policy.parsing.old_keys import renamed
from bot.policy.parsing.problems import Problem, found_by, key_of
from bot.policy.parsing.yaml_lines import Document, Tree, YamlError
from bot.policy.parsing.yaml_lines import Path as TreePath
from bot.policy.policies import Policy
from bot.policy.targets import BareHours, EveryDay, Interpretations

DEFAULT_NAME = "policies.yaml"
FileReader = Callable[[str], str]
_Choice = TypeVar("_Choice", bound=StrEnum)

_YEARS_BACK, _YEARS_AHEAD = 5, 10


def load(path: Path, *, holidays: HolidaySource, today: date) -> Policy:
    """Read a policies file, and the customers' file beside it if it names one.

    Raises PolicyError with everything that is wrong.
    """
    return read(
        read_text(path),
        name=path.name,
        holidays=holidays,
        today=today,
        read_file=lambda name: read_text(path.parent / name),
    )


def load_or_default(
    path: Path | None, *, holidays: HolidaySource, today: date
) -> Policy:
    """Read the file at `path`; without one, `policies.yaml` or else the default.

    Raises PolicyError with everything that is wrong.
    """
    if is_default_used(path):
        text = default_text()
        return read(text, name=DEFAULT_NAME, holidays=holidays, today=today)
    return load(path or Path(DEFAULT_NAME), holidays=holidays, today=today)


def is_default_used(path: Path | None) -> bool:
    """Return whether there is no file, so that the bot's default policy applies."""
    return path is None and not Path(DEFAULT_NAME).exists()


def _no_file(name: str) -> str:
    raise PolicyError((f"{name} cannot be read: there is no folder to look in",))


def read(  # noqa: PLR0913  # Where each part of a policy comes from.
    text: str,
    *,
    name: str,
    holidays: HolidaySource,
    today: date,
    read_file: FileReader = _no_file,
    is_stored: bool = False,
) -> Policy:
    """Read the text of a policies file.

    `name` is what problems call the file, `read_file` returns the text of a file
    beside it. Holidays are expanded for some years around `today`. A text that
    `is_stored` was accepted before, and may use keys that have other names by now.

    Raises PolicyError with everything that is wrong.
    """
    document, old_keys = renamed(_document(text, name))
    context = _context(document.tree, holidays, _years(document.tree, today))
    file, problems = _entries(document, name, context)
    if not is_stored:
        problems += _renamings(document, name, old_keys)
    listed = _customers_file(document, name, read_file)
    customers, more = checked_customers(listed.rows, context)
    # A stored text was accepted by the rules of its day.
    if not (is_stored and listed.rows):
        problems += listed.problems
    problems += more
    if not is_stored:
        rows = [*rows_of_yaml(document, name), *listed.rows]
        problems += untypable_names(rows)
        problems += clashes(rows, _own_channels(document.tree))
        problems += clashes(rows_of_plans(document, name), {})
    if file is None or problems:
        raise _refusal(problems, name)
    calendars = building.calendars(file, context)
    policy = building.policy(
        file,
        version=_version(text, listed.texts, calendars),
        calendars=calendars,
        customers=customers,
        texts={name: text, **listed.texts},
    )
    _refuse_unreachable(policy, document, name, today)
    return policy


def files_beside(text: str) -> list[str]:
    """Return the names of the files that a text names; none if it is not YAML."""
    try:
        file = _named_file(yaml_lines.read(text))
    except YamlError:
        return []
    return [file] if file is not None else []


def read_text(path: Path) -> str:
    """Return the text of a file. Raises PolicyError saying why it cannot be read."""
    try:
        content = read_bytes(path)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, content[: error.start]) from error
    # UTF-16 without a mark passes for UTF-8 in which every other character is 0.
    before, zero, _ = content.partition(b"\0")
    if zero:
        raise _not_utf8(path, before)
    return text.lstrip("\ufeff")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises PolicyError if there is no such file, and UnopenedError if there may be one.
    """
    try:
        return files.content(path)
    except IsADirectoryError as error:
        raise PolicyError((f"{path} is a folder; name a file",)) from error
    except FileNotFoundError as error:
        raise PolicyError((f"{path} does not exist",)) from error
    except OSError as error:
        kind = PolicyError if error.errno in files.WRONG else UnopenedError
        raise kind((f"{path} cannot be read: {error.strerror}",)) from error


def _not_utf8(path: Path, before: bytes) -> PolicyError:
    sentence = "this is not UTF-8; save the file in that encoding"
    line = before.count(b"\n") + 1
    return PolicyError((str(Problem(path.name, line, "", sentence)),))


def default_text() -> str:
    """Return the policies file that comes with the bot.

    An installed package contains it; in the repository it is beside the package.
    """
    packaged = resources.files("bot") / DEFAULT_NAME
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return read_text(Path(__file__).parents[3] / DEFAULT_NAME)


def _document(text: str, name: str) -> Document:
    try:
        document = yaml_lines.read(text)
    except YamlError as error:
        found = (
            Problem(name, fault.line, key_of(fault.path), fault.sentence)
            for fault in error.faults
        )
        raise _refusal(found, name) from error
    if document.tree is None:
        raise PolicyError(
            (f"{name} is empty; `sevbot policy init` writes a whole one",)
        )
    if not isinstance(document.tree, dict):
        raise PolicyError((f"{name} holds no settings; it begins with `plans:`",))
    return document


def _context(tree: Tree, holidays: HolidaySource, years: range) -> Context:
    calendars = _mapping(tree, "calendars")
    return Context(
        plans=list(_mapping(tree, "plans")),
        severities=severities_to(_mapping(tree, "severities")),
        calendars=list(calendars),
        unions=[name for name in calendars if "union" in _mapping(calendars, name)],
        rotations=list(_mapping(tree, "rotations")),
        roles=[role for role in Role if role is Role.FALLBACK or role in _roles(tree)],
        holidays=holidays,
        years=years,
        interpretations=_interpretations(tree),
    )


def _years(tree: Tree, today: date) -> range:
    """Return the years whose holidays count: business days may turn from long ago."""
    first, rotations = today.year - _YEARS_BACK, _mapping(tree, "rotations")
    for name in rotations:
        with suppress(ValueError):
            starts = notation.first_day(_mapping(rotations, name).get("starts"))
            first = min(first, starts.year)
    return range(first, today.year + _YEARS_AHEAD + 1)


def _roles(tree: Tree) -> set[str]:
    """Return the roles for which `on_call` names somebody, for some cases at least."""
    on_call = _mapping(tree, "on_call")
    own = [
        _mapping(on_call, key, name)
        for key in ("plans", "severities")
        for name in _mapping(on_call, key)
    ]
    return {role for named in (on_call, *own) for role in named if named[role]}


def _interpretations(tree: Tree) -> Interpretations:
    """Return those by which the words of targets are read."""
    written = _mapping(tree, "interpretations")
    return Interpretations(
        hours=_choice(written.get("hours"), BareHours.DAY_AND_NIGHT),
        every_day=_choice(written.get("every_day"), EveryDay.BUSINESS_DAYS),
    )


def _choice(value: Tree, default: _Choice) -> _Choice:
    """Return a choice. Another value is a problem of its own, reported elsewhere."""
    try:
        return type(default)(str(value))
    except ValueError:
        return default


def _mapping(tree: Tree, *path: str) -> dict[str, Tree]:
    """Return the mapping at a path; an empty one if there is something else."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def _entries(
    document: Document, name: str, context: Context
) -> tuple[PolicyFile | None, list[Problem]]:
    try:
        return PolicyFile.model_validate(document.tree, context=context), []
    except ValidationError as error:
        return None, [
            Problem(name, document.line_of(path), key_of(path), sentence)
            for path, sentence in found_by(error, PolicyFile)
        ]


def _renamings(
    document: Document, name: str, old_keys: Mapping[TreePath, str]
) -> Iterator[Problem]:
    for path, old in old_keys.items():
        key = key_of((*path[:-1], old))
        sentence = f"is called `{path[-1]}` now; rename it"
        yield Problem(name, document.line_of(path), key, sentence)


@dataclass(frozen=True, slots=True)
class _CustomersFile:
    """The customers' file: its rows, its text by file name, and its problems."""

    rows: Sequence[Row] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


def _customers_file(
    document: Document, name: str, read_file: FileReader
) -> _CustomersFile:
    file = _named_file(document)
    if file is None:
        return _CustomersFile()
    try:
        text = read_file(file)
    except PolicyError as error:
        key = "customers_file"
        line = document.line_of((key,))
        problems = [Problem(name, line, key, one) for one in error.problems]
        return _CustomersFile(problems=problems)
    rows, problems = rows_of_csv(text, file)
    return _CustomersFile(rows, {file: text}, problems)


def _named_file(document: Document) -> str | None:
    file = _mapping(document.tree).get("customers_file")
    return file if isinstance(file, str) else None


def _own_channels(tree: Tree) -> dict[str, str]:
    return {
        channel: f"channels.{purpose}"
        for purpose, channel in _mapping(tree, "channels").items()
        if isinstance(channel, str)
    }


def _version(
    text: str, texts: Mapping[str, str], calendars: Mapping[str, BusinessHours]
) -> str:
    """Return a short hash of everything that a due instant can depend on."""
    dates = {
        name: [
            sorted((day.isoformat(), title) for day, title in part.holidays.items())
            for part in hours.parts
        ]
        for name, hours in calendars.items()
    }
    whole = json.dumps([text, texts, dates], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:8]


def _refuse_unreachable(
    policy: Policy, document: Document, name: str, today: date
) -> None:
    start = datetime.combine(today, time(), UTC)
    problems = [
        Problem(name, document.line_of(path), key_of(path), sentence)
        for path, sentence in building.unreachable(policy, start)
    ]
    if problems:
        raise _refusal(problems, name)


def _refusal(problems: Iterable[Problem], name: str) -> PolicyError:
    """Return problems ordered by line, those of the file `name` first."""
    ordered = sorted(problems, key=lambda one: (one.file != name, one.line or 0))
    discreet = tuple(one.discreet(name) for one in ordered)
    return PolicyError(tuple(map(str, ordered)), discreet)
