"""`sevbot reminders`: what became of each reminder that was due."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli import due_times, record
from bot.cli.policies import now, read
from bot.cli.printing import aligned, say
from bot.errors import UserError
from bot.incidents.receipts import Receipt
from bot.store.tables import receipts, records

_HEAD = ("DUE", "REMINDER", "TO", "OUTCOME", "WHY")


def reminders(
    *,
    incident: Annotated[int, typer.Option(help="An incident, by its number.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for other programs.")
    ] = False,
) -> None:
    """Say of each reminder that was due whether it was sent, and why if not."""
    with record.reading() as tx:
        if records.incident(tx, incident) is None:
            raise UserError(f"There is no INC-{incident}.")
        found = receipts.of_incident(tx, incident)
        named = record.names(tx)
    if as_json:
        say(json.dumps([_fields(one) for one in found], indent=2))
        return
    if not found:
        say(f"No reminder of INC-{incident} was due so far.")
        return
    zone = read(None, now().date()).team_hours.zone
    say(f"INC-{incident}, times in {zone.key}")
    rows = [_HEAD, *(_row(one, zone, named) for one in found)]
    say("\n".join(aligned(rows)))


def _fields(receipt: Receipt) -> dict[str, object]:
    return {
        "deadline": f"{receipt.kind} {receipt.count}",
        "reminder": receipt.step,
        "due_at": due_times.utc(receipt.due_at),
        "to": receipt.place or None,
        "outcome": receipt.outcome,
        "at": due_times.utc(receipt.at),
        "replaced_at": due_times.utc(receipt.replaced_at),
        "why": receipt.why or None,
        "instead": receipt.instead or None,
    }


def _row(
    receipt: Receipt, zone: ZoneInfo, name: Callable[[str], str]
) -> tuple[str, ...]:
    def local(at: datetime | None) -> str:
        return due_times.local(at, zone, "") if at else ""

    outcome = f"{receipt.words} {local(receipt.at)}".rstrip()
    why = receipt.why
    if receipt.replaced_at is not None:
        why = f"a newer message replaced it {local(receipt.replaced_at)}"
    if receipt.instead:
        why += f"; {name(receipt.instead)} got it instead"
    return (
        local(receipt.due_at),
        receipt.about,
        name(receipt.place) or "-",
        outcome,
        why,
    )
