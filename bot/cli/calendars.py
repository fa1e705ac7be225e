"""The calendars from elsewhere that a policy names, read for one command."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.cli.due_times import local
from bot.policy.feeds import Understood
from bot.policy.policies import Policy
from bot.policy.rotations import Feed
from bot.settings import read_settings


def read(
    policy: Policy, now: datetime, file: Path | None = None
) -> Iterator[tuple[Feed, Understood | str]]:
    """Yield each unread calendar with what it says, or with why it cannot be read."""
    unread = [one for one in policy.on_call.feeds if one.stretches is None]
    if not unread:
        return
    # Imported here, since most policies name none.
    from bot.feeds import reading  # noqa: PLC0415

    sources = reading.sources_of(read_settings(), file)
    for feed in unread:
        try:
            yield feed, reading.read(feed, sources, now)
        except reading.FeedError as error:
            yield feed, f"{error}."


def said(feed: Feed, found: Understood, policy: Policy) -> Iterator[str]:
    """Yield what was understood of a calendar, then what was not."""
    zone, key = policy.team_hours.zone, f"rotations.{feed.name}"
    last = max(until for _, until, _ in found.stretches)
    count = len(found.stretches)
    stretches = f"{count} stretch{'es' * (count != 1)}"
    yield f"{key}: {stretches}, until {local(last, zone)} ({zone.key})"
    if found.several:
        several = f"{found.several} of its events name several people"
        yield f"{key}: {several}; the first of them counts"
    if found.unknown:
        names = ", ".join(found.unknown)
        yield f"{key}.names: these names are nobody's, so nobody is on then: {names}"
