"""Look after the record."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import record
from bot.cli.policies import read
from bot.cli.printing import numbered, print_counts, say
from bot.clock import system_clock
from bot.errors import BotError, PolicyError, SlackError, StorageError, UserError
from bot.policy.names import folded
from bot.policy.parsing.notation import nearest, quoted
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import read_stored
from bot.policy.policies import Policy
from bot.settings import Settings, clock_of, read_settings, text_of
from bot.store import opening
from bot.store.database import Database
from bot.store.maintenance import backups, checking, copying, erasing, restoring
from bot.store.maintenance.erasing import Doomed

_TOO_OLD = timedelta(days=2)
_WHAT_GOES = (
    "Title, link, customer, what was told, reasons and notes go, for good. Numbers, "
    "times, severities, plans and people stay, and so does what stands in Slack."
)

_NOT_KNOWN = (
    "It is not known whether the copy is there: the server of TO did not say so. Once "
    "it answers, run this again: it copies, or says that incidents are there already."
)


def backup(
    to: Annotated[
        Path | None,
        typer.Argument(
            metavar="TO",
            help="A folder, or a file that is not there yet. Default: SEVBOT_BACKUPS, "
            "or else where the record lies.",
        ),
    ] = None,
) -> None:
    """Copy the record to a file, and check the copy. The bot may run meanwhile."""
    settings = read_settings()
    source = _record(settings, "pg_dump backs it up")
    to = to or settings.backups or source.parent
    if to.is_dir():
        to /= backups.name_of(system_clock())
    elif not to.suffix:  # Rather a missing folder than a file of that name.
        raise BotError(f"There is no folder {to}.")
    made = backups.write(source, to)
    say(
        f"Wrote {made.file}: {_size(made.size)}, {_incidents(made.incidents)}. It was "
        "read back: whole, no reference broken, and this version opens it."
    )


def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="A backup, or another record. Default: DATABASE_URL."),
    ] = None,
) -> None:
    """Say whether a record is whole and consistent. This changes nothing in it."""
    settings = read_settings()
    if file is None and opening.is_postgres(settings.database_url):
        _check_server(settings.database_url)
        return
    path = file or opening.sqlite_path(settings.database_url)
    if not path.exists():
        raise BotError(f"There is no {path}.")
    try:
        incidents = checking.must_be_whole(path)
    except BotError as error:
        raise BotError(f"{path}: {error}.") from error
    say(f"{path} is whole: {_incidents(incidents)}, no reference is broken.")
    policy = _last_policy(f"sqlite:///{path}")
    found = checking.faults_of(path, policy)
    if found is None:
        say("An older sevbot wrote it, so nothing else was looked at.")
    aged = _age_of_backups(settings.backups) if file is None else []
    _tell([*(found or []), *aged], is_checked=found is not None)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    replaces: Annotated[
        bool,
        typer.Option("--replace", help="Also if the record there is good."),
    ] = False,
) -> None:
    """Put a backup in the place of the record. Stop the bot first.

    The old record is moved aside, not deleted. When the bot starts on the backup, it
    looks in Slack before it posts anything that may already be there.
    """
    to = _record(read_settings(), "pg_restore puts it back")
    aside = restoring.restore(file, to, system_clock(), replaces=replaces)
    say(f"{to} is {file} now.")
    if aside is not None:
        say(f"What was there is {aside}.")
    say("Start the bot: it first looks what stands in Slack already.")


def new(
    *,
    after: Annotated[
        int | None,
        typer.Option(
            help="Numbers go on after this one. Default: the highest card in Slack."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Begin a new record on purpose, where the bot says that one was lost.

    It needs the bot's token. What an older record held is not in the new one.
    """
    # Imported here, since no other of these commands asks Slack.
    from bot.delivery import first_start  # noqa: PLC0415
    from bot.slack.client import Slack  # noqa: PLC0415

    settings, now = read_settings("SLACK_BOT_TOKEN"), system_clock()
    channel = read(None, now.date()).channels.incidents
    slack = Slack(text_of(settings.slack_bot_token), settings.slack_api_url)
    try:
        workspace = slack.identity().team
        if after is None:
            after = first_start.highest_card(slack, channel, now)
    except SlackError as error:
        raise BotError(
            f"Slack cannot be read ({error.code}). If it shows cards, --after N gives "
            "the highest number on them."
        ) from error
    url = settings.database_url
    aside = None
    if not opening.is_postgres(url):
        aside = restoring.make_room(opening.sqlite_path(url), now)
    with closing(opening.opened(url, workspace)) as database:
        with database.reading() as tx:
            if tx.one("last_number") is not None:
                raise BotError("The record has incidents in it. Move it away first.")
        say(f"The first incident of the new record will be INC-{after + 1}.")
        if not yes:
            typer.confirm("Begin it?", abort=True)
        with database.transaction() as tx:
            first_start.begin(tx, now, after)
    if aside is not None:
        say(f"What was there is {aside}.")
    say("Begun. Start the bot.")


def erase(
    *,
    customer: Annotated[
        str | None, typer.Option(help="All closed incidents of a customer.")
    ] = None,
    incident: Annotated[
        int | None, typer.Option(help="A closed incident, by its number.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what people typed about closed incidents; what statistics count stays."""
    settings = read_settings()
    if (customer is None) == (incident is None):
        raise UserError("Write --customer NAME or --incident N.")
    now = clock_of(settings)()
    with record.opened() as database:
        doomed = _doomed(database, customer, incident)
        say(f"{numbered(doomed.closed)}: {_WHAT_GOES}")
        if not yes:
            typer.confirm("Erase that?", abort=True)
        with database.transaction() as tx:
            erased = erasing.erase_all(tx, doomed, now)
        is_gone = database.empty_log()
    say(f"Erased the texts of {_incidents(len(erased))}.")
    for said in _left(settings, doomed, is_gone=is_gone):
        say(said)


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A URL, as DATABASE_URL is one.")
    ],
    to: Annotated[str, typer.Argument(metavar="TO", help="Another one.")],
) -> None:
    """Copy a whole record to another place: to a file, or to PostgreSQL.

    Stop the bot first, and start it on the copy: what it writes to the old record
    afterwards is not in the new one. TO must have no incidents. The exit status is 3
    if the server of TO does not say whether it kept the copy.
    """
    # Imported here, since no other of these commands shows progress.
    from bot.cli.progress import bars  # noqa: PLC0415

    if source == to:
        raise BotError("FROM and TO are the same record.")
    if not opening.is_postgres(source) and not opening.sqlite_path(source).exists():
        raise BotError(f"There is no {opening.sqlite_path(source)}.")
    try:
        with (
            closing(opening.opened(source, "")) as read,
            closing(opening.opened(to, "")) as write,
            bars() as tell,
        ):
            copied = copying.copy(read, write, tell)
    except StorageError as error:
        if not error.in_doubt:
            raise
        say(f"sevbot: {_NOT_KNOWN}", err=True)
        raise typer.Exit(3) from error
    print_counts(copied)
    say("All of it is there, counted on both sides. Set DATABASE_URL to TO.")


def _record(settings: Settings, server: str) -> Path:
    """Return the record's file. Raises BotError with the tool to use for a server."""
    if opening.is_postgres(settings.database_url):
        raise BotError(f"The record is in PostgreSQL: {server}.")
    return opening.sqlite_path(settings.database_url)


def _check_server(url: str) -> None:
    policy = _last_policy(url)
    with opening.postgres().reading(url) as tx:
        found = checking.faults(tx.each, policy)
    _tell(found)


def _tell(found: Sequence[str], *, is_checked: bool = True) -> None:
    for one in found:
        say(one, err=True)
    if found:
        raise typer.Exit(1)
    if is_checked:
        say("Numbers, promises, reminders and messages hold together.")


def _last_policy(url: str) -> Policy | None:
    """Return the policy that was last in force; `None` if it cannot be read."""
    stored, today = opening.last_policy(url), system_clock().date()
    try:
        return read_stored(stored, public_holidays, today) if stored else None
    except PolicyError:
        return None


def _age_of_backups(folder: Path | None) -> list[str]:
    """Print the age of the newest backup, or return it as a fault if it is too old."""
    if folder is None:
        say("SEVBOT_BACKUPS is not set: nothing backs it up by itself.")
        return []
    found = backups.newest_good(folder)
    if found is None:
        return [f"There is no good backup in {folder}."]
    at, newest = found
    said = f"The newest good backup is {_age(system_clock() - at)} old: {newest.file}"
    if system_clock() - at > _TOO_OLD:
        return [said]
    say(said)
    return []


def _doomed(database: Database, customer: str | None, number: int | None) -> Doomed:
    """Return what will be erased. Raises UserError if nothing can be."""
    with database.transaction() as tx:
        if number is not None:
            found = erasing.of_number(tx, number)
            wrong = f"There is no INC-{number}."
        else:
            known = erasing.customers(tx)
            names = [it for it in known if folded(it) == folded(f"{customer}")]
            found = erasing.of_customer(tx, names) if names else None
            near = nearest(f"{customer}", known)
            meant = f" Did you mean {near}?" if near else ""
            wrong = f"No incident is of {quoted(customer)}.{meant}"
    if found is None:
        raise UserError(wrong)
    if not found.closed:
        are, them = ("are", "them") if len(found.open) > 1 else ("is", "it")
        raise UserError(f"{numbered(found.open)} {are} open; close {them} first.")
    return found


def _left(settings: Settings, doomed: Doomed, *, is_gone: bool) -> list[str]:
    """Return where the erased texts can still be read."""
    left = []
    if doomed.open:
        left.append(
            f"{numbered(doomed.open)}: open, so all of it stays. Close it, then run "
            "this again."
        )
    if not is_gone:
        left.append(
            "Somebody was reading, so the log beside the record still holds them; run "
            "this again."
        )
    if not opening.is_postgres(settings.database_url):
        left.append("Backups that were made before still hold them, until they go.")
    texts = opening.last_policy(settings.database_url) or {}
    name = doomed.customer
    if name is not None and any(folded(name) in folded(it) for it in texts.values()):
        left.append(f"The policy's file names {name}, and so the record keeps that.")
    return left


def _incidents(count: int) -> str:
    return f"{count:,} incident{'s' * (count != 1)}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.0f} kB"


def _age(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
