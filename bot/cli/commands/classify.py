"""`sevbot classify`: which severities the messages in a file may have."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.classification import figures
from bot.classification.suggestions import Suggestion, suggest
from bot.classification.weights import LABELS, Label
from bot.cli import record, triage_report
from bot.cli.policies import now, read
from bot.cli.printing import say
from bot.errors import UserError
from bot.policy.parsing.notation import quoted
from bot.store.tables import suggestions
from bot.store.tables.suggestions import Decision

_NAMED = {str(label or "none"): label for label in LABELS}
_SHAPE = 'Write a JSON list such as [{"id": "a", "text": "The console is down."}].'
_LARGEST = 20_000_000


def classify(
    file: Annotated[
        Path | None,
        typer.Argument(help='A JSON list of {"id", "text"}.', show_default=False),
    ] = None,
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Say which suggestions in Slack misled.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for other programs.")
    ] = False,
) -> None:
    """Say which severity each message in a file may have, and by which of its words.

    One is named where that is sure, else two, best first; "none" is not an incident.
    The policy's examples count. Where "severity" (and "or") stands beside a text, it
    also says how many were right. `--report` needs no file: it reads the record.
    """
    if report:
        say(triage_report.as_text(_decided(), _zone()))
        return
    if file is None:
        raise UserError("Name a file, or write --report.")
    messages = _messages(file)
    examples = read(None, now().date()).examples
    found = [suggest(one["text"], examples) for one in messages]
    if as_json:
        rows = zip(messages, found, strict=True)
        say(json.dumps([_row(one["id"], each) for one, each in rows], indent=1))
    else:
        for one, each in zip(messages, found, strict=True):
            say(_as_text(one["id"], each))
    judged = [
        figures.Judged([one.severity for one in each.candidates], right)
        for one, each in zip(messages, found, strict=True)
        if (right := _right(one))
    ]
    if judged:
        say(figures.as_text(figures.figures(judged)), err=as_json)


def _decided() -> list[tuple[Decision, str]]:
    with record.reading() as tx:
        return suggestions.decided(tx)


def _zone() -> ZoneInfo:
    return read(None, now().date()).team_hours.zone


def _messages(file: Path) -> list[dict[str, Any]]:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    if len(content) > _LARGEST:
        raise UserError(f"{file} has more than 20 MB. Split it into smaller files.")
    if not content.strip():
        raise UserError(f"{file} is empty. {_SHAPE}")
    try:
        rows = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(
            f"{file} is not UTF-8. Save it in that encoding. {_SHAPE}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is not JSON: {error}. {_SHAPE}") from error
    if not isinstance(rows, list):
        raise UserError(f"{file} holds no list. {_SHAPE}")
    places: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if problem := _problem(row):
            raise UserError(f"{file}: entry {number} {problem}. {_SHAPE}")
        first = places.setdefault(str(row["id"]), number)
        if first != number:
            raise UserError(
                f"{file}: entries {first} and {number} have the same id, "
                f"{quoted(str(row['id']))}. Give each message its own."
            )
    return rows


def _problem(row: object) -> str | None:
    if not isinstance(row, dict):
        return "is not an object"
    if row.get("id") in (None, ""):
        return 'has no "id"'
    if not isinstance(row["id"], str | int) or isinstance(row["id"], bool):
        return 'has an "id" that is neither a text nor a whole number'
    if row.get("text") is None:
        return 'has no "text"'
    if not isinstance(row["text"], str):
        return 'has a "text" that is not in quotes'
    for key in ("severity", "or"):
        label = row.get(key)
        if label is not None and str(label) not in _NAMED:
            named = ", ".join(_NAMED)
            return f'has {quoted(str(label))} as "{key}", which is not one of {named}'
    return None


def _right(row: dict[str, Any]) -> Sequence[Label]:
    labels = (row.get("severity"), row.get("or"))
    return [_NAMED[label] for label in labels if label] if labels[0] else []


def _row(id: object, found: Suggestion) -> dict[str, object]:
    reasons = {
        str(one.severity or "none"): list(one.reasons) for one in found.candidates
    }
    return {
        "id": id,
        "candidates": list(reasons),
        "sure": found.is_sure,
        "reasons": reasons,
    }


def _as_text(id: object, found: Suggestion) -> str:
    names = [
        one.severity.label if one.severity else "not an incident"
        for one in found.candidates
    ]
    lines = [
        f"  {name}: {' · '.join(one.reasons)}"
        for name, one in zip(names, found.candidates, strict=True)
        if one.reasons
    ]
    return "\n".join((f"{id}: {' or '.join(names)}", *lines))
