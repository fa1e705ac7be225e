"""`sevbot oncall --report`: hours on call and pages by person and kind of time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from bot.cli import record
from bot.cli.due_times import begin_of
from bot.cli.policies import now
from bot.cli.printing import aligned
from bot.incidents import fairness, recipients
from bot.incidents.fairness import Load, When
from bot.policy.policies import Policy
from bot.store.maintenance.exporting import csv_of
from bot.store.tables import covers, stories
from bot.triage import accounts, reviews

_DAY = timedelta(days=1)


def text(policy: Policy, days: tuple[date, date], *, as_csv: bool) -> str:
    """Return the table for these days of the team's zone, the last one included."""
    first, last = days
    since, until = begin_of(policy, first), begin_of(policy, last + _DAY)
    with record.reading() as tx:
        rows = {row["id"]: row for row in tx.all("people")}
        told = stories.told(tx, since, until)
        policy = reviews.counting(tx, policy, now())
        policy = covers.on(tx, policy, since)
    team = policy.day_in(policy.team_hours.zone)
    days_of = defaultdict(lambda: team)
    names = {}
    for who, row in rows.items():
        days_of[who] = policy.day_in(accounts.zone_of(row, policy))
        names[who] = row["name"]
    found = fairness.loads(
        days_of,
        recipients.on_call_between(policy, since, until),
        ((one.person, one.at) for one in told if one.is_page),
    )
    everybody = sorted(
        ((names.get(who) or who, load) for who, load in found.items()),
        key=lambda one: (-sum(one[1].hours.values(), timedelta(0)), one[0]),
    )
    if as_csv:
        return _csv(everybody)
    head = f"{first:%a %d %b %Y} to {last:%a %d %b %Y}: hours on call / pages"
    return "\n".join([head, *_table(everybody)])


def _table(everybody: Sequence[tuple[str, Load]]) -> list[str]:
    rows = [["", *(kind.value for kind in When), "in all"]]
    for name, load in everybody:
        cells = [_cell(load.hours.get(k), load.pages[k]) for k in When]
        whole = sum(load.hours.values(), timedelta(0))
        rows.append([name, *cells, _cell(whole, load.pages.total())])
    return aligned(rows, right=range(1, len(rows[0])))


def _cell(length: timedelta | None, pages: int) -> str:
    return f"{_hours(length)} / {pages}"


def _hours(length: timedelta | None) -> str:
    return f"{(length or timedelta(0)) / timedelta(hours=1):.1f}"


def _csv(everybody: Sequence[tuple[str, Load]]) -> str:
    hours, pages = ([f"{one}_{kind}" for kind in When] for one in ("hours", "pages"))
    rows = [
        (
            name,
            *(_hours(load.hours.get(k)) for k in When),
            *(load.pages[k] for k in When),
        )
        for name, load in everybody
    ]
    return csv_of([("person", *hours, *pages), *rows]).rstrip("\n")
