"""The use cases: what a person does to an incident, each in one transaction.

An event, the deadlines that it moves and the messages that it causes are committed
together. An act that is not allowed raises Refusal with the reason; so does an act that
lost a race against another person's.

Locks are taken in one order: first the keys in the inbox, then the incident's row. An
act locks one incident, or two by ascending number, as a change of policy locks them
all; the tick skips locked ones. So two transactions cannot deadlock over incidents.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.incidents import acts, joining, nudges, recipients
from bot.incidents.acts import Report, Update
from bot.incidents.consequences import Consequences, consequences
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.events import Event, EventKind, VoidReason
from bot.incidents.incidents import Incident
from bot.incidents.receipts import Receipt
from bot.incidents.recipients import Because, Recipient
from bot.incidents.refusals import (
    NothingToSnooze,
    PastDue,
    Refusal,
)
from bot.incidents.work_list import Line, like, work_list
from bot.policy.severities import Severity
from bot.store.database import Row, Transaction
from bot.store.tables import outbox_messages, receipts, records, suggestions
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.store.tables.suggestions import Decision
from bot.triage import daily_lists, happenings, leavers, same_things
from bot.triage.accounts import Rings
from bot.triage.context import Context
from bot.triage.inbox import Act, claim, remember, shared_key, typed_just_now
from bot.triage.results import Result, look, must_exist, said, with_recipients

_Make = Callable[[Incident, str, datetime], Event]
# With what reads the earlier events.
_MakeInView = Callable[[Incident, str, datetime, Callable[[], list[Event]]], Event]
_MakeTwo = Callable[[Incident, Incident, str, datetime], tuple[Event, Event]]


class Triage:
    """The use cases of one workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def open(self, act: Act, report: Report) -> Result:
        """Record an incident and all that follows from it.

        A redelivery of the same act returns the incident that it opened, and so does
        the same text again within half a minute, or a message that was triaged.
        """
        # Claiming the text's key, too, makes a second command with the same text wait
        # for the first one even if both arrive at the same moment.
        keys = [act.key, *shared_key(act, report)]
        with self._context.database.transaction() as tx:
            known = claim(tx, self._context, *keys)()
            if known[act.key]["answer"]:
                return self._answered_before(tx, json.loads(known[act.key]["answer"]))
            if (slip := self._opened_before(tx, report, known[keys[-1]])) is not None:
                # Do not touch the text's key: half a minute counts from the opening,
                # not from the last slip, so that a repeat on purpose works soon.
                keys = keys[:1]
                result = replace(look(tx, self._context, slip)(), is_same_again=True)
            else:
                result = self._opened(tx, act, report)
            remember(tx, self._context, keys, result.incident.number, **said(result))
            return result

    def recorded(self, key: str) -> int | None:
        """Return the incident that the act with this key changed, if recorded."""
        with self._context.database.reading() as tx:
            found = tx.ask("inbox_answer", key=key)
        return next(
            (int(json.loads(row["answer"])["incident"]) for row in found()), None
        )

    def look(self, number: int) -> Result:
        """Return an incident as it is now."""
        with self._context.database.reading() as tx:
            result = look(tx, self._context, number)
        return result()

    def look_open(self, number: int) -> Result:
        """Return an open incident. Raises Refusal if it is closed already."""
        result = self.look(number)
        acts.must_be_open(result.incident)
        return result

    def listed(self, zone: ZoneInfo) -> list[Line]:
        """Return every open incident, what needs somebody first.

        Due is what is due before the next morning in `zone`.
        """
        policy, now = self._context.policy(), self._context.clock()
        with self._context.database.reading() as tx:
            cases = daily_lists.load_cases(tx, now)
        until = daily_lists.next_morning(policy.day_in(zone), now)
        return work_list(policy, cases, now=now, until=until)

    def history(self, number: int) -> list[Event]:
        """Return what happened to an incident, oldest first."""
        with self._context.database.reading() as tx:
            return records.events(tx, number)

    def receipts(self, number: int) -> list[Receipt]:
        """Return what became of an incident's reminders, oldest first."""
        with self._context.database.reading() as tx:
            return receipts.of_incident(tx, number)

    def foreseen(self, by: str, report: Report) -> Result:
        """Return what opening an incident would lead to, without opening it."""
        with self._context.database.reading() as tx:
            rings = Rings(tx, self._context.policy(), owner=by)
            found = self._new(0, by, report)[0]
            return with_recipients(
                self._context, rings, found.incident, found.deadlines
            )

    def foreseen_change(
        self, by: str, number: int, severity: Severity, plan: str
    ) -> tuple[Result, Result]:
        """Return an open incident as it is, and as a change would leave it."""
        policy, now = self._context.policy(), self._context.clock()
        with self._context.database.reading() as tx:
            before = look(tx, self._context, number)()
            acts.must_be_open(before.incident)
            try:
                event = acts.changed(
                    before.incident, by, now, severity=severity, plan=plan, reason=""
                )
            except Refusal:
                return before, before
            found = consequences(policy, before.incident, event, before.deadlines, now)
            known = {one.id: one for one in (*before.deadlines, *found.deadlines)}
            rings = Rings(tx, policy, incident=number)
            owed = tuple(known.values())
            return before, with_recipients(self._context, rings, found.incident, owed)

    def take(self, act: Act, number: int, *, from_owner: str | None) -> Result:
        """Make the actor the owner, unless that changed since the button was shown."""

        def event(incident: Incident, by: str, now: datetime) -> Event:
            policy = self._context.policy()
            held_for = recipients.rotation_of(policy, incident, by, now)
            return acts.taken(incident, by, now, from_owner, held_for)

        return self._act(act, number, event)

    def keep(self, act: Act, number: int) -> Result:
        """Let the owner keep an incident that they hold for a rotation."""
        return self._act(act, number, acts.kept)

    def check_in(self, act: Act, number: int) -> Result:
        """Note that the owner is still working on it."""
        return self._act(act, number, acts.checked_in)

    def update(self, act: Act, number: int, update: Update) -> Result:
        """Note what we told the customer; the first update is the first response."""
        return self._act(act, number, partial(acts.updated, update=update))

    def resume(self, act: Act, number: int) -> Result:
        """Note that the customer answered; a paused update is owed again."""
        return self._act(act, number, acts.resumed)

    def change(
        self,
        act: Act,
        number: int,
        *,
        severity: Severity | None = None,
        plan: str | None = None,
        reason: str,
    ) -> Result:
        """Change severity or plan; recompute open deadlines from their own start."""
        event = partial(acts.changed, severity=severity, plan=plan, reason=reason)
        return self._act(act, number, event)

    def set_customer(self, act: Act, number: int, name: str) -> Result:
        """Set the customer; the plan becomes that customer's."""
        event = partial(acts.customer_set, name=name, policy=self._context.policy())
        return self._act(act, number, event)

    def offer(self, act: Act, number: int, to: str) -> Result:
        """Offer the incident to somebody; the owner keeps it until they accept."""
        return self._act(act, number, partial(acts.offered, to=to))

    def answer_offer(self, act: Act, number: int, *, accepts: bool) -> Result:
        """Accept or decline an incident that was offered to the actor."""
        event = partial(acts.offer_answered, accepts=accepts)
        return self._act(act, number, event)

    def resolve(
        self, act: Act, number: int, note: str, at: datetime | None = None
    ) -> Result:
        """Resolve an incident; the customer was told, so its open deadlines end."""
        return self._act(act, number, partial(acts.resolved, note=note, at=at))

    def reopen(self, act: Act, number: int) -> Result:
        """Open a closed incident again; the policy says what it owes from now on."""
        with self._context.database.transaction() as tx:
            incident = records.incident(tx, number)
            if incident is not None and incident.owner is not None:
                # They may have left while it was closed.
                leavers.mark(tx, incident.owner, self._context.clock())
            other = same_things.joined(tx, incident, self._context.clock())
        if other is not None:
            older, reports = other
            apart = partial(joining.told_apart, reports=reports)
            return self._act_on_two(act, number, older, apart)
        return self._act(act, number, acts.reopened)

    def same_thing(self, act: Act, number: int, older: int) -> Result:
        """Void an incident as the same thing as an older one, which goes on."""
        return self._act_on_two(act, number, older, joining.same_thing)

    def void(self, act: Act, number: int, reason: VoidReason) -> Result:
        """Void an incident, a mistake or a drill, so that no statistic counts it."""
        return self._act(act, number, partial(acts.voided, reason=reason))

    def snooze(
        self, act: Act, number: int, kind: Kind, count: int, choice: str
    ) -> datetime:
        """Snooze one reminder, and return until when. The cadence does not change."""
        with self._context.database.transaction() as tx:
            now, policy = self._context.clock(), self._context.policy()
            claimed, found = claim(tx, self._context, act.key), records.lock(tx, number)
            owed = records.deadlines(tx, number)
            incident = must_exist(found(), number)
            acts.must_be_open(incident)
            deadline = _still_owed(owed, kind, count)
            if claimed()[act.key]["answer"] and deadline.snoozed_until is not None:
                return deadline.snoozed_until
            choices = nudges.snooze_choices(policy, incident, deadline, now)
            if choice not in choices:
                raise Refusal(PastDue(deadline.due_at))
            until = choices[choice]
            remember(tx, self._context, [act.key], number)
            details = {"deadline": deadline.id, "until": until.isoformat()}
            event = Event(EventKind.SNOOZED, now, now, act.by, details)
            happenings.happens(self._context, tx, incident, event)
            return until

    def answer_written(self, person: str) -> None:
        """Queue the answer to what a person wrote without a command.

        It comes once an hour: often enough for somebody who believes that they reported
        an outage, and not at every line.
        """
        now = self._context.clock()
        new = NewMessage(
            key=f"commands/{now:%Y-%m-%dT%H}/{person}",
            kind=MessageKind.COMMANDS,
            priority=Priority.NUDGE,
            person=person,
        )
        with self._context.database.transaction() as tx:
            outbox_messages.queue(
                tx, new, now=now, system_now=self._context.system_clock()
            )

    def _opened(self, tx: Transaction, act: Act, report: Report) -> Result:
        now = self._context.clock()
        rings = Rings(tx, self._context.policy(), owner=act.by)
        theirs = records.ask_open_incidents_of_customer(tx, report.customer or "")
        number = records.next_number(tx)
        found, event = self._new(number, act.by, report)
        records.insert_incident(tx, found.incident)
        records.add_event(tx, number, event)
        records.save_deadlines(tx, found.deadlines)
        happenings.announce(self._context, tx, found, event)
        if report.about:
            chosen = Decision(
                report.about, report.suggested, report.severity, act.by, now, number
            )
            suggestions.decide(tx, chosen)
        if report.owner not in (None, act.by):
            details = {"to": str(report.owner)}
            offer = Event(EventKind.HAND_OFF_OFFERED, now, now, act.by, details)
            happenings.happens(self._context, tx, found.incident, offer)
            result = look(tx, self._context, number)()
        else:
            result = with_recipients(
                self._context, rings, found.incident, found.deadlines
            )
        return replace(result, like=like(report.title, theirs()))

    def _new(self, number: int, by: str, report: Report) -> tuple[Consequences, Event]:
        """Return a new incident and what follows from it, and the event."""
        now, policy = self._context.clock(), self._context.policy()
        incident = acts.begun(
            self._context.workspace, number, by, now, report=report, policy=policy
        )
        event = Event(EventKind.OPENED, now, now, by)
        return consequences(policy, incident, event, (), now), event

    def _act(self, act: Act, number: int, make: _Make) -> Result:
        """Record one event, unless this act was recorded before."""
        return self.act_in_view(act, number, lambda *given: make(*given[:3]))

    def act_in_view(self, act: Act, number: int, make: _MakeInView) -> Result:
        """Record one event in view of the earlier ones, unless it was before."""
        with self._context.database.transaction() as tx:
            claimed, found = claim(tx, self._context, act.key), records.lock(tx, number)
            if claimed()[act.key]["answer"]:
                return replace(look(tx, self._context, number)(), is_repeat=True)
            incident = must_exist(found(), number)
            earlier = partial(records.events, tx, number)
            event = make(incident, act.by, self._context.clock(), earlier)
            remember(tx, self._context, [act.key], number)
            happenings.happens(self._context, tx, incident, event)
            result = look(tx, self._context, number)
        return result()

    def _act_on_two(self, act: Act, number: int, other: int, make: _MakeTwo) -> Result:
        """Record an event each on two incidents, as `_act` does on one."""
        with self._context.database.transaction() as tx:
            claimed = claim(tx, self._context, act.key)
            found = {one: records.lock(tx, one) for one in sorted((number, other))}
            if claimed()[act.key]["answer"]:
                return replace(look(tx, self._context, number)(), is_repeat=True)
            one, two = (must_exist(found[at](), at) for at in (number, other))
            events = make(one, two, act.by, self._context.clock())
            remember(tx, self._context, [act.key], number)
            for incident, event in zip((one, two), events, strict=True):
                happenings.happens(self._context, tx, incident, event)
            result = look(tx, self._context, number)
        return result()

    def _answered_before(self, tx: Transaction, answer: dict[str, Any]) -> Result:
        """Return what the first delivery returned, even if others were paged since."""
        result = look(tx, self._context, answer["incident"])()
        told = [Recipient(who, Because(why)) for who, why in answer["told"]]
        following = None
        if answer["following"] is not None:
            who, why, at = answer["following"]
            following = Recipient(who, Because(why)), datetime.fromisoformat(at)
        return replace(
            result,
            told=tuple(told),
            following=following,
            is_repeat=True,
            is_same_again=answer["is_same_again"],
        )

    def _opened_before(self, tx: Transaction, report: Report, row: Row) -> int | None:
        """Return the incident that the same message, or a slip, has opened."""
        if not report.about:
            return typed_just_now(self._context, row)
        return same_things.opened_from(tx, report.about)


def _still_owed(owed: tuple[Deadline, ...], kind: Kind, count: int) -> Deadline:
    for deadline in owed:
        if deadline.is_open and (deadline.kind, deadline.count) == (kind, count):
            return deadline
    raise Refusal(NothingToSnooze())
