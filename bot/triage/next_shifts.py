"""Tell a person, once, that a changed plan alters when they are on call next.

Who is concerned by a cover hears of it from the cover itself. The table holds what each
person knows; it is compared once an hour, within their working day.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from bot.policy.on_call_ahead import next_shifts
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.accounts import Rings

_AHEAD = timedelta(days=60)
_BUSINESS_DAYS = 5

_Span = tuple[datetime, datetime]


def changed(tx: Transaction, policy: Policy, now: datetime) -> Iterator[NewMessage]:
    """Yield what people hear of shifts that begin soon, or would have begun."""
    known, rings = _known(tx), Rings(tx, policy)
    found = next_shifts(policy.on_call, now, now + _AHEAD)
    soon = policy.team_hours.add_days(now, _BUSINESS_DAYS)
    for key in sorted({*known, *found}):
        was, becomes = known.get(key), found.get(key)
        if was == becomes:
            continue
        begins = min(one[0] for one in (was, becomes) if one is not None)
        # The first look knows nothing to compare, and time passes by itself.
        is_news = bool(known) and now < begins <= soon
        if is_news and not rings.by_day(key[0], now).is_now:
            continue
        _note(tx, key, becomes)
        if is_news:
            yield _message(key, was, becomes, now)


def note(
    tx: Transaction, policy: Policy, now: datetime, whose: Collection[str]
) -> None:
    """Note what people know of their next shifts: a cover has just told them."""
    known, found = _known(tx), next_shifts(policy.on_call, now, now + _AHEAD)
    for key in sorted({*known, *found}):
        if known and key[0] in whose:
            _note(tx, key, found.get(key))


def _known(tx: Transaction) -> dict[tuple[str, str], _Span]:
    return {
        (row["person"], row["of_what"]): (row["begins_at"], row["ends_at"])
        for row in tx.all("next_shifts")
    }


def _note(tx: Transaction, key: tuple[str, str], becomes: _Span | None) -> None:
    person, of = key
    if becomes is None:
        tx.write("forget_next_shift", person=person, of_what=of)
    else:
        begins, ends = becomes
        values = {"person": person, "of_what": of, "begins_at": begins}
        tx.write("save_next_shift", **values, ends_at=ends)


def _message(
    key: tuple[str, str], was: _Span | None, becomes: _Span | None, now: datetime
) -> NewMessage:
    person, of = key
    spans = {"was": was, "becomes": becomes}
    refs = {
        name: "/".join(at.isoformat() for at in span) if span else ""
        for name, span in spans.items()
    }
    return NewMessage(
        # A shift may move there and back, so the instant is part of the key. That it is
        # told once follows from what the person is noted to know.
        key=f"next_shift/{of}/{person}/{now.isoformat()}",
        kind=MessageKind.NEXT_SHIFT,
        priority=Priority.NUDGE,
        person=person,
        refs={"of": of, **refs},
    )
