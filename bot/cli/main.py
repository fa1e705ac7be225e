"""The commands of `sevbot`: thin, each says what it did or in one line why not."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn, assert_never

import typer
from rich.console import Console
from rich.table import Table

from bot.cli import connect, db, db_copy, due_times, run
from bot.clock import Clock, TrialClock, system_clock
from bot.errors import BotError, PolicyError, UserError
from bot.policy import contradictions, tables
from bot.policy.parsing import policy_file
from bot.policy.parsing.json_schema import policy_schema
from bot.policy.parsing.notation import nearest, quoted
from bot.policy.parsing.policy_file import DEFAULT_NAME
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy, Severity, folded
from bot.settings import Settings, read_settings

# The root of the errors in how a command was typed; typer has no public name for it.
_UsageError: Any = typer.BadParameter.__mro__[1]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Keeps the support plan's promises in business time, in Slack.",
)
policy_app = typer.Typer(rich_markup_mode=None, help="Show or begin policies.yaml.")
app.add_typer(policy_app, name="policy")
db_app = typer.Typer(rich_markup_mode=None, help="Look after the record.")


def _tell_version(*, is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"sevbot {version('sevbot')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda asked: _tell_version(is_asked=asked),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    pass


app.add_typer(db_app, name="db")
db_app.command()(db.backup)
db_app.command()(db.check)
db_app.command()(db.restore)
db_app.command()(db.erase)
db_app.command()(db_copy.copy)
app.command()(run.run)
app.command()(run.demo)
app.command()(connect.manifest)
app.command()(connect.doctor)


class Format(StrEnum):
    """How tables are printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a failure is told on stderr and by the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = typer.main.get_command(app)
    try:
        status = command(given or ["--help"], "sevbot", standalone_mode=False)
    except PolicyError as error:
        _fail("\n".join(error.problems))
    except BotError as error:
        _fail(f"sevbot: {error}")
    except _UsageError as error:
        _fail(f"sevbot: {error.format_message()}", status=2)
    except typer.Abort:
        _fail("sevbot: stopped", status=130)
    sys.exit(status if isinstance(status, int) else 0)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Default: as SEVBOT_POLICIES says.")
    ] = None,
) -> None:
    """Say everything that is wrong with a policies file.

    Warnings are no errors: they say where a calendar turns promises around, and when.
    """
    settings = read_settings()
    now = _clock(settings)()
    policy = _policy(file, now.date())
    what = next(iter(policy.texts))
    if policy_file.is_default_used(file or settings.policies):
        what = "The one that comes with sevbot"
    typer.echo(f"{what} is good: {_counted(policy)}.")
    for warning in contradictions.warnings(policy, now):
        typer.echo(f"warning: {warning}")


@policy_app.command("show")
def show_policy(
    form: Annotated[Format, typer.Option("--format", help="How to print them.")] = (
        Format.TABLE
    ),
) -> None:
    """Print both tables in the wording of a published support plan."""
    policy = _policy(None, _clock(read_settings())().date())
    match form:
        case Format.TABLE:
            Console(highlight=False).print(*_tables(policy), sep="\n")
        case Format.MARKDOWN:
            typer.echo(tables.as_markdown(policy))
        case Format.JSON:
            typer.echo(tables.as_json(policy))
        case _:
            assert_never(form)


@policy_app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of policies.yaml, for an editor."""
    typer.echo(json.dumps(policy_schema(), indent=2, ensure_ascii=False))


@policy_app.command("init")
def begin_policy(
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
    typer.echo(f"Wrote {file}. Edit it, then run: sevbot check {file}")


@app.command()
def due(  # noqa: PLR0913  # Each is an option of the command.
    severity: Annotated[
        str, typer.Argument(metavar="SEVERITY", help="sev1, sev2, sev3 or sev4.")
    ],
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A plan's name in policies.yaml.")
    ],
    at: Annotated[
        str | None,
        typer.Option(
            help="When the customer reported, as 2026-11-20T16:50-08:00; without an "
            "offset in the calendar's zone. Default: now."
        ),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(help="Count in this calendar of the policy.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Count in this customer's calendar.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for other programs.")
    ] = False,
) -> None:
    """Say when the first response and the next update are due, and why."""
    reported = due_times.instant(at) if at else _clock(read_settings())()
    policy = _policy(None, reported.date())
    case = _severity(severity), _plan(policy, plan)
    name = _calendar(policy, *case, calendar, customer)
    if reported.tzinfo is None:
        zone = policy.calendars[name].zone.key
        said = f"{at} is read in {zone}, the zone of the calendar {name}."
        typer.echo(said, err=as_json)
    answer = due_times.answer(policy, *case, name, reported)
    if as_json:
        typer.echo(due_times.as_json(answer))
    else:
        due_times.show(answer, policy, Console(highlight=False))


def _fail(message: str, status: int = 1) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(status)


def _clock(settings: Settings) -> Clock:
    return TrialClock(settings.clock) if settings.clock else system_clock


def _policy(file: Path | None, today: date) -> Policy:
    """Read a file, or the one that the settings name; say so where it is neither."""
    path = file or read_settings().policies
    if policy_file.is_default_used(path):
        said = (
            f"There is no {DEFAULT_NAME} here: the one that comes with sevbot counts."
        )
        typer.echo(said, err=True)
    return policy_file.load_or_default(path, holidays=public_holidays, today=today)


def _counted(policy: Policy) -> str:
    counts = {
        "plan": len(policy.plans),
        "calendar": len(policy.calendars),
        "customer": len(policy.customers),
    }
    return ", ".join(
        f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items()
    )


def _severity(written: str) -> Severity:
    for severity in Severity:
        if folded(written) in (severity, str(severity.number)):
            return severity
    raise _unknown("severity", written, list(Severity))


def _plan(policy: Policy, written: str) -> str:
    for plan in policy.plans:
        if folded(written) in (plan.id, folded(plan.name)):
            return plan.id
    raise _unknown("plan", written, [plan.id for plan in policy.plans])


def _calendar(
    policy: Policy,
    severity: Severity,
    plan: str,
    calendar: str | None,
    customer: str | None,
) -> str:
    if calendar and customer:
        raise UserError("Write --calendar or --customer, not both.")
    if customer and policy.find_customer(customer) is None:
        raise _unknown("customer", customer, [one.name for one in policy.customers])
    if calendar is None:
        return policy.calendar_name(severity, plan, customer)
    if calendar not in policy.calendars:
        raise _unknown("calendar", calendar, list(policy.calendars))
    return calendar


def _unknown(kind: str, written: str, names: Sequence[str]) -> UserError:
    said = f"{quoted(written)} is no {kind}."
    if near := nearest(written, names):
        return UserError(f"{said} Did you mean {near}?")
    if not names:
        return UserError(f"{said} The policy has none.")
    return UserError(f"{said} Try one of: {', '.join(names[:10])}.")


def _tables(policy: Policy) -> Iterator[Table]:
    """Yield both tables of a policy for a terminal."""
    for key, title in tables.TITLES.items():
        table = Table("Severity", title=title, title_justify="left")
        for plan in policy.plans:
            table.add_column(plan.name)
        for row in tables.rows(policy, key):
            table.add_row(*row)
        yield table
