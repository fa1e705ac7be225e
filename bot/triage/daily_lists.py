"""The daily lists: each person's morning list, and the digests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.business_time.hours import BusinessHours
from bot.clock import CLOCKS_DIFFER_BY
from bot.incidents import recipients, work_list
from bot.incidents.deadlines import Kind
from bot.incidents.incidents import Incident
from bot.incidents.receipts import Reason
from bot.incidents.recipients import Because
from bot.incidents.work_list import Case, Group, Line
from bot.policy.digests import DailyDigest
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import items, marks, outbox_messages, receipts, records
from bot.store.tables.items import Item
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import accounts, people

_DAY = timedelta(days=1)


def due(
    tx: Transaction,
    policy: Policy,
    now: datetime,
    reminded: Mapping[str, Sequence[Item]],
) -> Iterator[NewMessage]:
    """Yield the lists that are due and not yet written, and mark them as written.

    A person gets no morning list if it says nothing that they are `reminded` of now.
    A bot that starts late still writes the lists of the day that it finds, but not
    those of earlier days.
    """
    noted = marks.noted(tx)
    marks.note(tx, Mark.MORNING, now)
    yield from _mornings(tx, policy, noted.get(Mark.MORNING), now, reminded)
    for digest, at, since in _due(noted, policy, now):
        is_leads = digest == policy.leads_digest
        if is_leads:
            yield from _audit(tx, policy, at, now)
        yield _digest(tx, policy, digest, at, since, now)
        if is_leads and work_list.begins_week(policy.team_hours, now):
            yield _review(tx, policy, at, now)
    _note_digests(tx, noted, policy, now)


def are_due(noted: Mapping[str, datetime], policy: Policy, now: datetime) -> bool:
    """Return whether a digest is due and not yet written, or is new."""
    is_new = {marks.of_digest(one.name) for one in policy.digests} - noted.keys()
    return bool(is_new) or any(_due(noted, policy, now))


def next_at(tx: Transaction, policy: Policy, now: datetime) -> datetime:
    """Return when the next list is due, after `now`."""
    readers, until = _readers(tx, policy, now), items.held_until(tx)
    again = (
        at
        for person, day in readers
        for at in _openings(day, now, until.get(person, ()))
        if at > now
    )
    mornings = (next_morning(day, now) for _, day in readers)
    digests = (_following(policy, one, now) for one in policy.digests)
    return min((*digests, *mornings, *again))


def next_morning(day: BusinessHours, now: datetime) -> datetime:
    """Return when a person gets their next list: when their working day begins."""
    begins = day.pieces_on(day.business_day(now))[0].opens
    return begins if begins > now else day.opening_after_day_of(now)


def load_cases(tx: Transaction, since: datetime) -> list[Case]:
    """Return open incidents with their open deadlines, and those closed since."""
    owed = records.open_deadlines(tx)
    found = records.incidents_since(tx, since)
    return [Case(one, owed.get(one.number, ())) for one in found]


def cases(tx: Transaction, found: Iterable[Incident]) -> list[Case]:
    """Return these incidents, each with its open deadlines."""
    asked = [(one, records.ask_deadlines(tx, one.number)) for one in found]
    return [
        Case(incident, tuple(one for one in owed() if one.is_open))
        for incident, owed in asked
    ]


def digest_at(policy: Policy, digest: DailyDigest, day: date) -> datetime | None:
    """Return when a business day's digest is due; `None` on other days."""
    if not policy.team_hours.pieces_on(day):
        return None
    return policy.digest_on(day, digest)


def _mornings(
    tx: Transaction,
    policy: Policy,
    since: datetime | None,
    now: datetime,
    reminded: Mapping[str, Sequence[Item]],
) -> Iterator[NewMessage]:
    """Yield the lists of those whose day began after `since` and is not over.

    What was held in quiet hours within a day comes as they end, or would have ended if
    they had not been changed. In a shift outside of the day nothing else comes.
    """
    held_until, rings = items.held_until(tx), accounts.Rings(tx, policy)
    for person, day in _readers(tx, policy, now):
        today, is_day = day.business_day(now), day.is_open(now)
        openings = [*held_until.get(person, ())]
        if is_day:
            openings = _openings(day, now, openings)
        begun = max((at for at in openings if at <= now), default=None)
        if begun is None or not (is_day or rings.by_day(person, now).is_now):
            continue
        if since is not None and begun <= since:
            continue
        held, key = _released(tx, person, now), f"morning/{today:%Y-%m-%d}/{person}"
        if not is_day or begun > openings[0]:
            # The day's own list waited for what was held, which was answered since.
            waited = is_day and begun in held_until.get(person, ())
            if not held and (not waited or outbox_messages.find(tx, key)):
                continue
            if held:
                key += f"/{begun:%H%M}" if is_day else f"/{begun:%d%H%M}"
        until = next_morning(day, now)
        found = morning_of(tx, policy, person, held, now=now, until=until)
        is_said = _says_nothing_more(found, reminded.get(person, ()))
        for item in held:
            if is_said:
                receipts.dropped(tx, item, person, Reason.SAID)
            else:
                receipts.released(tx, item, person)
        if not is_said:
            yield NewMessage(
                key=_key(tx, key, begun, now),
                kind=MessageKind.MORNING,
                priority=Priority.NUDGE,
                person=person,
                refs={"until": until.isoformat()},
                items=held,
            )


def _released(tx: Transaction, person: str, now: datetime) -> list[Item]:
    """Return what was held for a person until now, and still concerns them."""
    still = []
    for item in items.release(tx, person, now):
        incident = records.incident(tx, item.incident)
        assert incident is not None, "a reminder belongs to an incident"
        if _is_still_held(tx, person, item, incident):
            still.append(item)
        else:
            reason = _why_not_held(tx, person, item, incident)
            receipts.dropped(tx, item, person, reason)
    return still


def _says_nothing_more(lines: Sequence[Line], reminders: Sequence[Item]) -> bool:
    """Return whether all that a list names is in a person's reminders."""
    said = {(item.incident, item.kind, item.count) for item in reminders}
    named = {item.incident for item in reminders}

    def is_said(line: Line) -> bool:
        number, owed = line.incident.number, line.owed
        if owed is not None and (line.is_late or line.is_due):
            return (number, owed.kind, owed.count) in said
        return number in named and line.group is not Group.QUIET

    return all(map(is_said, lines))


def morning_of(  # noqa: PLR0913  # What it holds, and for when.
    tx: Transaction,
    policy: Policy,
    person: str,
    held: Sequence[Item],
    *,
    now: datetime,
    until: datetime,
    sent_at: datetime | None = None,
) -> list[Line]:
    """Return what a person owes until their next day, and what nobody else has.

    A list that was `sent_at` an instant keeps what its reader took since.
    """
    is_on_call = person in recipients.all_of_unowned(policy, now)
    found = [
        one
        for one in records.open_incidents_of(tx, person, with_unowned=is_on_call)
        if one.owner or recipients.of_unowned(policy, one, now).id == person
    ]
    known, since = {one.number for one in found}, {}
    for item in reversed(held):
        incident = records.incident(tx, item.incident)
        assert incident is not None, "a reminder belongs to an incident"
        if item.held_at is None or not _is_still_held(tx, person, item, incident):
            continue
        since[item.incident] = item.held_at
        found += [] if item.incident in known else [incident]
        known.add(item.incident)
    day = policy.day_in(people.person(tx, policy, person).zone)
    lines = work_list.work_list(
        policy, cases(tx, found), now=now, until=until, held=since
    )
    return work_list.of_morning(lines, day, now, sent_at)


def _is_still_held(
    tx: Transaction, person: str, item: Item, incident: Incident
) -> bool:
    """Return whether what was held for a person still concerns them."""
    owed = records.deadlines(tx, item.incident)
    found = [one for one in owed if (one.kind, one.count) == (item.kind, item.count)]
    is_running = all(one.is_open and one.paused_at is None for one in found)
    return is_running and (
        item.because is not Because.OWNER or incident.owner == person
    )


def _openings(
    day: BusinessHours, now: datetime, held_until: Iterable[datetime]
) -> list[datetime]:
    """Return when a person's working day begins, then when a list may follow.

    It does as the day goes on after quiet hours, and when what is held is to come.
    """
    begins, *more = [piece.opens for piece in day.pieces_on(day.business_day(now))]
    return [begins, *more, *held_until]


def _why_not_held(
    tx: Transaction, person: str, item: Item, incident: Incident
) -> Reason:
    """Return why what was held for a person does not concern them any more."""
    owed = records.deadlines(tx, item.incident)
    found = [one for one in owed if (one.kind, one.count) == (item.kind, item.count)]
    is_over = any(not one.is_open for one in found)
    is_theirs = item.because is not Because.OWNER or incident.owner == person
    # What is owed to the customer goes on; a check-in ends with its owner's time.
    may_move = not is_over or item.kind is Kind.CHECK_IN
    if incident.is_open and may_move and not is_theirs:
        return Reason.MOVED
    return Reason.ANSWERED if is_over else Reason.PAUSED


def _readers(
    tx: Transaction, policy: Policy, now: datetime
) -> list[tuple[str, BusinessHours]]:
    """Return everybody who may get a list, with their working days."""
    found = dict[str, BusinessHours]()
    for on_call in recipients.all_of_unowned(policy, now) or {""}:
        rows = tx.all("readers_of_lists", person=on_call)
        found |= {
            row["person"]: policy.day_in(
                accounts.zone_of(row, policy), accounts.quiet_of(row)
            )
            for row in rows
        }
    found.pop("", None)
    return sorted(found.items(), key=lambda one: one[0])


def _digest(  # noqa: PLR0913  # Of which digest, and its instants.
    tx: Transaction,
    policy: Policy,
    digest: DailyDigest,
    due_at: datetime,
    since: datetime,
    now: datetime,
) -> NewMessage:
    """Return the digest of all that happened since the last, even a late one."""
    day = f"{now.astimezone(policy.team_hours.zone):%Y-%m-%d}"
    until = _following(policy, digest, now)
    instants = {"since": since, "at": now, "until": until}
    return NewMessage(
        key=_key(tx, f"digest/{day}/{digest.name}", due_at, now),
        kind=MessageKind.DIGEST,
        priority=Priority.DIGEST,
        conversation=digest.channel,
        refs={
            **{name: instant.isoformat() for name, instant in instants.items()},
            "digest": digest.name,
        },
    )


def _audit(
    tx: Transaction, policy: Policy, due_at: datetime, now: datetime
) -> Iterator[NewMessage]:
    """Tell the leads, once, of reminders that were due and have no outcome."""
    rows = tx.all("without_receipt")
    numbers = {row["incident"] for row in rows}
    for row in rows:
        tx.write("receipts_told", **row)
    if numbers:
        day = now.astimezone(policy.team_hours.zone)
        yield NewMessage(
            key=_key(tx, f"no_outcome/{day:%Y-%m-%d}", due_at, now),
            kind=MessageKind.NO_OUTCOME,
            priority=Priority.NUDGE,
            conversation=policy.channels.leads,
            refs={"incidents": " ".join(map(str, sorted(numbers)))},
        )


def _review(
    tx: Transaction, policy: Policy, due_at: datetime, now: datetime
) -> NewMessage:
    """Return the review of the last week, Monday to Sunday of the team's zone."""
    today = now.astimezone(policy.team_hours.zone).date()
    monday = today - timedelta(days=today.weekday())
    weeks = {"before": 14, "since": 7, "until": 0}
    home = policy.team_hours.home
    return NewMessage(
        key=_key(tx, f"review/{monday:%Y-%m-%d}", due_at, now),
        kind=MessageKind.REVIEW,
        priority=Priority.DIGEST,
        conversation=policy.channels.leads,
        refs={
            name: home.instant(monday - timedelta(days=days), timedelta(0)).isoformat()
            for name, days in weeks.items()
        },
    )


def _key(tx: Transaction, key: str, at: datetime, now: datetime) -> str:
    """Return the key of a list that is due `at`; another one if it was sent before.

    A bot whose clock was ahead sent it then, which Slack's stamp shows or the instant
    at which it was queued.
    """
    while (sent := outbox_messages.find(tx, key)) is not None and (
        sent.queued_at > now + CLOCKS_DIFFER_BY
        or (sent.ts is not None and items.posted_at(sent.ts) < at)
    ):
        key += "/again"
    return key


def _due(
    noted: Mapping[str, datetime], policy: Policy, now: datetime
) -> Iterator[tuple[DailyDigest, datetime, datetime]]:
    """Yield the digests of today that are due and not yet written.

    With each comes when it was due, and since when it tells. One that the policy has
    only now begins at its next time; in a new record all of them are as old.
    """
    today = now.astimezone(policy.team_hours.zone).date()
    written = _last_written(noted, policy)
    for digest in policy.digests:
        at = digest_at(policy, digest, today)
        if at is None or at > now:
            continue
        since = written.get(marks.of_digest(digest.name), now if written else at - _DAY)
        if since < at:
            yield digest, at, since


def _last_written(noted: Mapping[str, datetime], policy: Policy) -> dict[str, datetime]:
    """Return when each digest was last written, by its mark.

    In older records the leads' has a mark without a name.
    """
    written = marks.digests(noted)
    if Mark.DIGEST in written:
        leads = marks.of_digest(policy.leads_digest.name)
        written.setdefault(leads, written.pop(Mark.DIGEST))
    return written


def _note_digests(
    tx: Transaction, noted: Mapping[str, datetime], policy: Policy, now: datetime
) -> None:
    """Note the digests that were written and those that are new, and drop old ones."""
    known = {marks.of_digest(one.name) for one in policy.digests}
    before = _last_written(noted, policy)
    for mark in known - noted.keys():
        marks.note(tx, mark, before.get(mark, now))
    for digest, *_ in _due(noted, policy, now):
        marks.note(tx, marks.of_digest(digest.name), now)
    for mark in marks.digests(noted).keys() - known:
        marks.forget_digest(tx, mark)


def _following(policy: Policy, digest: DailyDigest, after: datetime) -> datetime:
    """Return the first instant after `after` at which a digest is due."""
    day = after.astimezone(policy.team_hours.zone).date()
    while (instant := digest_at(policy, digest, day)) is None or instant <= after:
        day += _DAY
    return instant
