"""Show policies.yaml, compare it with its published page, or write a first one."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer
from rich.console import Console
from rich.table import Table

from bot.cli import pages
from bot.cli.policies import now, read, say_if_later
from bot.cli.printing import say
from bot.errors import UserError
from bot.policy import changes, differences, tables
from bot.policy.differences import Verdict
from bot.policy.parsing import policy_file
from bot.policy.parsing.json_schema import policy_schema
from bot.policy.parsing.policy_file import DEFAULT_NAME
from bot.policy.policies import Policy


class Format(StrEnum):
    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def show(
    form: Annotated[Format, typer.Option("--format", help="How to print them.")] = (
        Format.TABLE
    ),
) -> None:
    """Print the tables in the wording of a published support plan."""
    policy = _of_file()
    match form:
        case Format.TABLE:
            Console(highlight=False).print(*_tables(policy), sep="\n")
        case Format.MARKDOWN:
            say(tables.as_markdown(policy))
        case Format.JSON:
            say(tables.as_json(policy))
        case _:
            assert_never(form)


def check(
    page: Annotated[Path, typer.Argument(help="HTML, Markdown, or text with tabs.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Compare the policy with the page on which it is published, cell by cell.

    The exit status is 1 unless all cells are the same.
    """
    policy = _of_file()
    found = differences.found(policy, policy_file.read_text(page))
    if as_json:
        # Other programs know these two tables.
        found = [one for one in found if one.place.table in tables.TITLES]
        say(differences.as_json(found))
    else:
        say("\n".join(differences.as_text(found, policy, page.name)))
    return int(any(one.verdict is not Verdict.SAME for one in found))


def simulate(
    new: Annotated[Path, typer.Argument(help="The policy to try.")],
    *,
    since: Annotated[str, typer.Option(help="How far back: 90d.")] = "90d",
    url: Annotated[
        str | None, typer.Option("--db", help="The record; as DATABASE_URL.")
    ] = None,
    kind: Annotated[
        pages.Format, typer.Option("--format", help="Markdown, HTML or CSV.")
    ] = pages.Format.MARKDOWN,
    to: Annotated[
        Path | None, typer.Option("--output", help="Write to this file.")
    ] = None,
) -> None:
    """Say what another policy would have changed in the last months.

    It lives through what was recorded twice, under the policy in force and under the
    new one: targets missed, reminders and pages a person, customers who would notice.
    """
    # Imported here: the other commands need no record.
    from bot.cli import simulating  # noqa: PLC0415

    pages.publish(simulating.page(new, since, url), kind, to)


def diff(
    old: Annotated[Path, typer.Argument(help="The policies file as it was.")],
    new: Annotated[Path, typer.Argument(help="The policies file as it shall be.")],
) -> None:
    """Say what a new policy changes, and what it would move in the record.

    Without a record it says the change alone.
    """
    # Showing a policy needs no record: importing it would take longer than that.
    from bot.cli import policy_effects  # noqa: PLC0415

    at = now()
    before, after = (read(one, at.date()) for one in (old, new))
    cases = policy_effects.open_cases()
    found, table = list(changes.cells(before, after)), ""
    others = list(changes.settings(before, after))
    for one in found:
        if one.table != table:
            table = one.table
            say(tables.title(table).partition(":")[0])
        effect = f": {policy_effects.of(one, after, cases, at)}" if cases else ""
        say(f"{one}{effect}")
    for other in others:
        say(other)
    if not found and not others:
        say("Both say the same.")
    elif cases is None:
        say("There is no record, so nobody can say what would move.")
    else:
        say(f"In all: {policy_effects.total(after, cases, at)}.")
        if gone := policy_effects.without_terms(after, cases):
            say(f"It will not be loaded: it has no terms for {', '.join(gone)}.")


def schema() -> None:
    """Print the JSON Schema of policies.yaml, for an editor."""
    say(json.dumps(policy_schema(), indent=2, ensure_ascii=False))


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path(
        DEFAULT_NAME
    ),
) -> None:
    """Write the policies file that comes with the bot. Never overwrites one."""
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(policy_file.default_text())
    except FileExistsError:
        raise UserError(f"{file} exists and was left as it is.") from None
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    say(f"Wrote {file}. Edit it, then run: sevbot check {file}")


def _of_file() -> Policy:
    """Return the policy of the file, and say so if it counts later."""
    at = now()
    policy = read(None, at.date())
    say_if_later(policy, at)
    return policy


def _tables(policy: Policy) -> Iterator[Table]:
    for key, title in tables.titles(policy).items():
        table = Table("Severity", title=title, title_justify="left")
        for plan in policy.plans:
            table.add_column(plan.name)
        for row in tables.rows(policy, key):
            table.add_row(*row)
        yield table
