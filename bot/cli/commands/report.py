"""`sevbot report`: how a span of days was, or what one customer was owed in it."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import customer_page, due_times, pages, record, review_page
from bot.cli.pages import Format, Page
from bot.cli.policies import now, read
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import stories
from bot.triage import reviews

_DAY = timedelta(days=1)


def report(
    *,
    first: Annotated[
        str | None,
        typer.Option("--from", help="The first day, 2026-11-23. Default: last Monday."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="The last day. Default: a week.")
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(help="What this customer was owed, as a page to show them."),
    ] = None,
    kind: Annotated[
        Format, typer.Option("--format", help="Markdown, HTML or CSV.")
    ] = Format.MARKDOWN,
    to: Annotated[
        Path | None, typer.Option("--output", help="Write to this file.")
    ] = None,
) -> None:
    """Review a week of the record, or tell one customer's story.

    Days are those of the team's zone. The page for a customer has every target with
    how it was counted and what they were told, and nothing of how we work.
    """
    at = now()
    policy = read(None, at.date())
    with record.reading() as tx:
        policy = reviews.counting(tx, policy, at)
        days = due_times.day_range(first, last, policy, at)
        page = _page(tx, policy, customer, days, at)
    pages.publish(page, kind, to)


def _page(
    tx: Transaction,
    policy: Policy,
    customer: str | None,
    days: tuple[date, date],
    at: datetime,
) -> Page:
    first, last = days
    since, until = (due_times.begin_of(policy, one) for one in (first, last + _DAY))
    policy_of = reviews.policies(tx, policy, at.date())
    if customer is not None:
        found = stories.between(tx, since, until)
        return customer_page.page(
            found, customer, policy, policy_of, span=(since, until), now=at
        )
    earlier = due_times.begin_of(policy, first - (last + _DAY - first))
    return review_page.page(
        reviews.reviewed(tx, policy, policy_of, (since, until), at),
        reviews.reviewed(tx, policy, policy_of, (earlier, since), at),
        policy,
        record.names(tx),
    )
