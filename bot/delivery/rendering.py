"""Render a message of the outbox: load what it refers to, then turn it into blocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.clock import Clock
from bot.delivery.attempts import Rendered
from bot.delivery.dead_letters import is_lost, missed_by
from bot.delivery.links import Links
from bot.incidents import digest as digests
from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.incidents import Event, Incident, explained, updates
from bot.incidents.reach import Why
from bot.incidents.work_list import Group
from bot.policy.policies import Policy
from bot.slack.messages import (
    card,
    command_help,
    cover,
    digest,
    failures,
    lost_incidents,
    lost_message,
    morning_list,
    note,
    offer,
    on_call,
    policy_notice,
    reminder,
    review,
    shift,
)
from bot.slack.messages import leavers as leavers_message
from bot.slack.messages.reminder_item import Item as ReminderItem
from bot.slack.messages.work_lines import MOST_LINES
from bot.slack.readers import Person
from bot.store.database import Transaction
from bot.store.tables import covers, items, outbox_messages, records
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage
from bot.triage import daily_lists, leavers, people, reviews
from bot.triage.people import Rings, person


class Renderer:
    """Renders messages. `site` is the workspace's address, ending in a slash."""

    def __init__(
        self, policy: Callable[[], Policy], clock: Clock, site: Callable[[], str]
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._addresses = Links(site)

    def __call__(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a message as of now; `None` if it has nothing to say any more."""
        found = self._rendered(tx, message)
        if found is None:
            return None
        return replace(found, message=self._addresses.put(tx, found.message))

    def _rendered(  # noqa: C901, PLR0912  # A branch a kind.
        self, tx: Transaction, message: OutboxMessage
    ) -> Rendered | None:
        match message.kind:
            case MessageKind.CARD:
                return self._card(tx, message)
            case MessageKind.REMINDER:
                return self._reminder(tx, message)
            case MessageKind.NOTE:
                return self._note(tx, message)
            case MessageKind.OFFER:
                return self._offer(tx, message)
            case MessageKind.OFFER_ANSWERED:
                return self._offer_answered(tx, message)
            case MessageKind.COVER | MessageKind.COVER_ANSWERED:
                return self._cover(tx, message)
            case MessageKind.SHIFT | MessageKind.SHIFT_OVER | MessageKind.SHIFT_HELD:
                return self._shift(tx, message)
            case MessageKind.NOBODY_ON_CALL:
                incident = _incident(tx, message)
                if not incident.is_open or incident.owner is not None:
                    return None
                url = self.link(tx, incident.number)
                said = on_call.nobody(incident, self._policy(), url)
                return Rendered(said, is_live=False)
            case MessageKind.ON_CALL_AHEAD:
                said = on_call.ahead(message.refs, self._policy(), self._clock())
                return Rendered(said, is_live=False)
            case MessageKind.POLICY_ACCEPTED | MessageKind.POLICY_REFUSED:
                return self._policy_notice(message)
            case MessageKind.POLICY_DIFFERS:
                said = policy_notice.differs(
                    message.refs, self._policy(), self._clock()
                )
                return Rendered(said, is_live=False)
            case MessageKind.BACKUP:
                said = failures.backup(message.refs["reason"])
                return Rendered(said, is_live=False)
            case MessageKind.LOST_INCIDENTS | MessageKind.NEW_RECORD:
                return self._lost_incidents(message)
            case MessageKind.LEAVERS:
                return self._leavers(tx, message)
            case MessageKind.CHANNEL_LOST:
                return self._channel_lost(message)
            case MessageKind.REMINDER_FAILS:
                said = failures.reminders(_incident(tx, message))
                return Rendered(said, is_live=False)
            case MessageKind.NO_OUTCOME:
                said = failures.without_outcome(message.refs["incidents"].split())
                return Rendered(said, is_live=False)
            case (
                MessageKind.CARD_NOT_POSTED
                | MessageKind.NOT_DELIVERED
                | MessageKind.OUTCOME_UNKNOWN
            ):
                return self._report(tx, message)
            case MessageKind.MORNING:
                return self._morning(tx, message)
            case MessageKind.DIGEST:
                return self._digest(tx, message)
            case MessageKind.REVIEW:
                return self._review(tx, message)
            case MessageKind.COMMANDS:
                return Rendered(command_help.no_command(), is_live=False)
            case MessageKind.RING | MessageKind.RING_OVER:
                raise AssertionError("these do not go to Slack")
            case MessageKind.EDIT:  # The message that it would edit is gone.
                return None
            case _:
                assert_never(message.kind)

    def _card(self, tx: Transaction, message: OutboxMessage) -> Rendered:
        incident = _incident(tx, message)
        owed = records.deadlines(tx, incident.number)
        because, policy, now = _explained(tx, incident), self._policy(), self._clock()
        said = card.message(incident, owed, policy, now, because=because)
        return Rendered(said, is_live=True)

    def _reminder(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a reminder; before it is sent, answered reminders drop out.

        It stands for older ones about the same incidents, which are deleted once it was
        sent, and drops those incidents of which a newer one tells.
        """
        policy, now = self._policy(), self._clock()
        reader = person(tx, policy, message.person) if message.person else None
        replaced = items.replaced(tx, message.key)
        own = [(item, message.sent_at) for item in items.within(tx, message.key)]
        told = [*own, *items.told_before(tx, message.key)]
        rings = Rings(tx, policy)
        found = [
            self._item(tx, message, one, told_at, rings)
            for one, told_at in told
            if one.incident not in replaced
        ]
        if replaced and not found and message.ts is not None:
            numbers = sorted({one.incident for one, _ in own})
            kept = reminder.with_replies(numbers)
            return Rendered(kept, is_live=False, is_replaced=True)
        live = [item for item in found if item.is_live_for(reader)]
        if message.ts is None and all(item.told_at is not None for item in live):
            return None
        shown = live if message.ts is None else found
        said = reminder.message(
            _one_each(shown, reader), reader, policy, now, down=_down(message)
        )
        has_buttons = live or any(item.is_useful_for(reader) for item in found)
        return Rendered(said, is_live=bool(has_buttons)) if said else None

    def _item(
        self,
        tx: Transaction,
        message: OutboxMessage,
        item: Item,
        told_at: datetime | None,
        rings: Rings,
    ) -> ReminderItem:
        incident = records.incident(tx, item.incident)
        assert incident is not None, "a reminder belongs to an incident"
        owed, now = records.deadlines(tx, item.incident), self._clock()
        deadline = _of(owed, item)
        is_page = item.kind.is_internal
        would_be_missed = False
        if message.person is not None:
            ring = rings.of(incident, owed)
            would_be_missed = ring(message.person, told_at or now).why is Why.MISSED
        following = None
        # What an older message said may have passed when this one was sent.
        sent_at = message.sent_at or now
        if item.next_person and item.next_at and item.next_at > sent_at:
            following = (item.next_person, item.next_at)
        return ReminderItem(
            incident=incident,
            deadline=deadline,
            kind=item.step,
            because=item.because,
            owed=owed_now(owed),
            next=following,
            told_at=told_at,
            release=_explained(tx, incident) if is_page else None,
            would_be_missed=would_be_missed,
            url=self.link(tx, item.incident),
            last_word=_last_word(tx, incident),
        )

    def _note(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        incident, event = _incident(tx, message), _event(tx, message)
        moved = [
            deadline
            for deadline in records.deadlines(tx, incident.number)
            if deadline.is_open and deadline.changed
        ]
        reader, url = None, None
        if message.person is not None:
            reader, url = self._reader(tx, message), self.link(tx, incident.number)
        said = note.message(
            incident,
            event,
            self._policy(),
            self._clock(),
            moved=moved,
            reader=reader,
            url=url,
        )
        return Rendered(said, is_live=False)

    def _offer(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a hand-off request; once answered or withdrawn it says so."""
        incident, event = _incident(tx, message), _event(tx, message)
        reader = self._reader(tx, message)
        is_live = incident.is_open and reader.id in (
            incident.offered_to,
            incident.owner,
        )
        if message.ts is None and incident.offered_to != reader.id:
            return None
        said = offer.message(
            incident,
            event.by,
            reader,
            owed=owed_now(records.deadlines(tx, incident.number)),
            policy=self._policy(),
            now=self._clock(),
            last_word=_last_word(tx, incident),
            url=self.link(tx, incident.number),
        )
        return Rendered(said, is_live=is_live)

    def _offer_answered(
        self, tx: Transaction, message: OutboxMessage
    ) -> Rendered | None:
        """Tell how an offer ended, unless the person has left meanwhile."""
        incident, event = _incident(tx, message), _event(tx, message)
        reader = self._reader(tx, message)
        if people.has_left(tx, reader.id):
            return None
        return Rendered(offer.answered(incident, event, reader), is_live=False)

    def _cover(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a request for a cover, or how one ended."""
        asked = covers.of_request(tx, message.refs["request"])
        reader, policy, now = self._reader(tx, message), self._policy(), self._clock()
        if message.kind is MessageKind.COVER_ANSWERED:
            said = cover.answered(asked, policy, reader, now)
            return Rendered(said, is_live=False)
        is_live = any(one.is_open(now) for one in asked)
        if message.ts is None and not is_live:
            return None
        return Rendered(cover.message(asked, policy, reader, now), is_live=is_live)

    def _shift(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render what a change of shift moved; `None` if nothing of it still holds."""
        refs, policy, now = message.refs, self._policy(), self._clock()
        numbers = map(int, refs["numbers"].split())
        found = [one for one in (records.incident(tx, each) for each in numbers) if one]
        links = self._links(tx, found)
        if message.kind is MessageKind.SHIFT_OVER:
            said = shift.went_off(found, refs["rotation"], links)
            return Rendered(said, is_live=False)
        whose = refs.get("owner") or message.person
        theirs = [one for one in found if one.is_open and one.owner == whose]
        if not theirs:
            return None
        if message.kind is MessageKind.SHIFT_HELD:
            said = shift.nobody_on(theirs, refs, policy, now, links)
            return Rendered(said, is_live=False)
        handed = [
            shift.Handed(
                one,
                owed_now(records.deadlines(tx, one.number)),
                _last_word(tx, one),
                links.get(one.number),
            )
            for one in theirs
        ]
        reader = self._reader(tx, message)
        said = shift.came_on(handed, refs["rotation"], policy, reader, now)
        return Rendered(said, is_live=False)

    def _policy_notice(self, message: OutboxMessage) -> Rendered:
        is_accepted = message.kind is MessageKind.POLICY_ACCEPTED
        told = policy_notice.accepted if is_accepted else policy_notice.refused
        said = told(message.refs, self._policy(), self._clock())
        return Rendered(said, is_live=False)

    def _lost_incidents(self, message: OutboxMessage) -> Rendered:
        if message.kind is MessageKind.NEW_RECORD:
            said = lost_incidents.unread(message.refs["error"], self._policy())
        else:
            said = lost_incidents.message(message.refs, self._policy(), self._clock())
        return Rendered(said, is_live=False)

    def _leavers(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render what leavers owned; `None` if all of it was taken meanwhile."""
        since = datetime.fromisoformat(message.refs["since"])
        orphans = leavers.orphans(tx, message.refs["who"].split(), since)
        if not orphans:
            return None
        policy, now = self._policy(), self._clock()
        silent = [gap.person for gap in people.gaps(tx, policy, now)]
        told = next(iter(recipients.stand_ins(policy, silent, now)), None)
        links = self._links(tx, (incident for incident, _ in orphans))
        return Rendered(leavers_message.message(orphans, told, links), is_live=False)

    def _channel_lost(self, message: OutboxMessage) -> Rendered:
        channel, policy = message.refs["channel"], self._policy()
        fallback, leads = policy.channels.fallback, policy.channels.leads
        reports_to = leads if channel == fallback else fallback
        if channel in (fallback, leads):
            reports_to = recipients.lead(policy, self._clock()) or reports_to
        said = lost_message.channel(channel, message.refs["error"], reports_to)
        return Rendered(said, is_live=False)

    def _report(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a report on a lost message, with a button that sends it again."""
        about = outbox_messages.find(tx, message.refs["about"])
        if about is None:
            return None
        instead = message.refs.get("instead", "")
        is_live = is_lost(about, message) and not instead
        key, error = about.key if is_live else None, message.refs["error"]
        what = described(about.kind, about.incident)
        if message.kind is MessageKind.CARD_NOT_POSTED:
            said = lost_message.card_not_posted(
                _incident(tx, about), about.place, error, key
            )
        elif message.kind is MessageKind.OUTCOME_UNKNOWN:
            said = lost_message.unconfirmed(what, about.place, key)
        else:
            said = lost_message.dead(what, about.place, error, key, instead=instead)
        return Rendered(said, is_live=is_live)

    def _morning(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        now, policy = self._clock(), self._policy()
        until = datetime.fromisoformat(message.refs["until"])
        if until <= now:  # Delayed until the next morning list is due.
            return None
        reader = self._reader(tx, message)
        whose = (*missed_by(message), reader.id)[0]
        held = items.within(tx, message.key)
        found = daily_lists.morning_of(tx, policy, whose, held, now=now, until=until)
        if not found:
            return None
        links = self._links(tx, (line.incident for line in found[:MOST_LINES]))
        said = morning_list.message(found, reader, policy, now, links)
        said = morning_list.in_place_of(said, whose, reader)
        return Rendered(said, is_live=False)

    def _digest(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        since, at, until = (
            datetime.fromisoformat(message.refs[name])
            for name in ("since", "at", "until")
        )
        policy, now = self._policy(), self._clock()
        cases = daily_lists.load_cases(tx, since)
        ended = records.fallen(tx, since, at)
        told = digests.digest(
            policy, cases, ended, since=since, at=at, now=now, until=until
        )
        told = replace(told, gaps=people.gaps(tx, policy, now))
        named = [one.incident for one in told.lines if one.group is not Group.LATER]
        named += [*told.opened, *told.resolved, *told.came_and_went]
        named += [one.incident for one in told.fallen]
        links = self._links(tx, named)
        zone = policy.team_hours.zone
        return Rendered(digest.message(told, policy, zone, links), is_live=False)

    def _review(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        policy, now = self._policy(), self._clock()
        policy_of = reviews.policies(tx, policy, now.date())
        before, since, until = (
            datetime.fromisoformat(message.refs[name])
            for name in ("before", "since", "until")
        )
        told, earlier = (
            reviews.reviewed(tx, policy, policy_of, span, now)
            for span in ((since, until), (before, since))
        )
        named = [miss.story.incident for miss in told.worst]
        links = self._links(tx, [*named, *(one.incident for one in told.corrections)])
        said = review.message(told, earlier, policy.team_hours.zone, links)
        return Rendered(said, is_live=False) if said else None

    def _links(self, tx: Transaction, incidents: Iterable[Incident]) -> dict[int, str]:
        return self._addresses.of(tx, (incident.number for incident in incidents))

    def link(self, tx: Transaction, number: int) -> str | None:
        """Return the address of an incident's card, if it was posted."""
        return self._addresses.of(tx, [number]).get(number)

    def _reader(self, tx: Transaction, message: OutboxMessage) -> Person:
        assert message.person is not None, "this kind goes to a person"
        return person(tx, self._policy(), message.person)


def described(  # noqa: C901, PLR0912  # A branch a kind.
    kind: MessageKind, incident: int | None
) -> str:
    """Return what a message of the outbox is, in words."""
    name = None if incident is None else f"INC-{incident}"
    match kind:
        case MessageKind.CARD:
            return f"the card of {name}"
        case MessageKind.REMINDER if name is None:
            return "a message with several reminders"
        case MessageKind.REMINDER:
            return f"a reminder about {name}"
        case MessageKind.NOTE:
            return f"a note about {name}"
        case MessageKind.MORNING:
            return "the morning list"
        case MessageKind.DIGEST:
            return "the daily digest"
        case MessageKind.REVIEW:
            return "the weekly review"
        case MessageKind.COMMANDS:
            return "an answer to what somebody wrote to the bot"
        case MessageKind.OFFER:
            return f"the hand-off request for {name}"
        case MessageKind.COVER:
            return "the request for a cover"
        case MessageKind.SHIFT:
            return "what came with a shift"
        case (
            MessageKind.OFFER_ANSWERED
            | MessageKind.COVER_ANSWERED
            | MessageKind.SHIFT_OVER
            | MessageKind.SHIFT_HELD
            | MessageKind.ON_CALL_AHEAD
            | MessageKind.NOBODY_ON_CALL
            | MessageKind.POLICY_ACCEPTED
            | MessageKind.POLICY_REFUSED
            | MessageKind.POLICY_DIFFERS
            | MessageKind.BACKUP
            | MessageKind.LOST_INCIDENTS
            | MessageKind.LEAVERS
            | MessageKind.NEW_RECORD
            | MessageKind.CHANNEL_LOST
            | MessageKind.REMINDER_FAILS
            | MessageKind.NO_OUTCOME
            | MessageKind.CARD_NOT_POSTED
            | MessageKind.NOT_DELIVERED
            | MessageKind.OUTCOME_UNKNOWN
        ):
            return f"a notice about {name}" if name else "a notice"
        case MessageKind.RING | MessageKind.RING_OVER:
            return f"the alarm about {name}, or its end"
        case MessageKind.EDIT:
            return f"a change of {name}" if name else "a message"
        case _:
            assert_never(kind)


def _incident(tx: Transaction, message: OutboxMessage) -> Incident:
    assert message.incident is not None, "this kind is about an incident"
    incident = records.incident(tx, message.incident)
    assert incident is not None, "a message's incident is recorded"
    return incident


def _event(tx: Transaction, message: OutboxMessage) -> Event:
    event = records.event(tx, int(message.refs["event"]))
    assert event is not None, "a message's event is recorded"
    return event


def _explained(tx: Transaction, incident: Incident) -> Event | None:
    """Return why an incident is void or nobody's, where its state does not say it."""
    if incident.is_open and incident.owner is not None:
        return None
    return explained(incident, records.events(tx, incident.number))


def _one_each(
    items: Sequence[ReminderItem], reader: Person | None
) -> list[ReminderItem]:
    """Return one entry for each incident: a page says what a reminder would.

    Of what is settled it is what ended last.
    """

    def rank(item: ReminderItem) -> tuple[int, bool, float, bool]:
        urgency = 1 + item.is_page if item.is_live_for(reader) else 0
        ended_at = item.deadline.closed_at
        ended = ended_at.timestamp() if ended_at else 0
        return urgency, ended_at is None, ended, not item.is_page

    found: dict[int, ReminderItem] = {}
    for item in sorted(items, key=rank, reverse=True):
        found.setdefault(item.incident.number, item)
    return list(found.values())


def _last_word(tx: Transaction, incident: Incident) -> str:
    """Return what the customer was told last; empty if nothing."""
    if incident.responded_at is None:
        return ""
    events = updates(records.events(tx, incident.number))
    return events[-1].details.get("told", "") if events else ""


def _of(owed: tuple[Deadline, ...], item: Item) -> Deadline:
    for deadline in owed:
        if (deadline.kind, deadline.count) == (item.kind, item.count):
            return deadline
    raise AssertionError("a reminder belongs to a deadline")


def _down(message: OutboxMessage) -> tuple[datetime, datetime] | None:
    if "down_from" not in message.refs:
        return None
    begin, end = message.refs["down_from"], message.refs["down_to"]
    return datetime.fromisoformat(begin), datetime.fromisoformat(end)
