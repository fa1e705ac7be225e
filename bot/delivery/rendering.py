"""Render a message of the outbox: load what it refers to, then turn it into blocks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.clock import Clock
from bot.delivery import due_reminders, notices
from bot.delivery.attempts import Rendered
from bot.delivery.dead_letters import is_lost, missed_by
from bot.delivery.descriptions import described
from bot.delivery.due_reminders import explained_by, last_word
from bot.delivery.links import Links
from bot.incidents import digest as digests
from bot.incidents import recipients
from bot.incidents.deadlines import owed_now
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.policy.digests import WhenNothing
from bot.policy.policies import Policy
from bot.slack.blocks import without_buttons
from bot.slack.messages import (
    card,
    cover,
    days_rest,
    digest,
    failures,
    lost_message,
    morning_list,
    note,
    offer,
    on_call,
    reminder,
    review,
    shift,
)
from bot.slack.messages import leavers as leavers_message
from bot.slack.messages.work_lines import MOST_LINES
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from bot.store.database import Transaction
from bot.store.tables import covers, items, outbox_messages, records
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage
from bot.triage import daily_lists, happenings, leavers, people, reviews
from bot.triage.people import person


@dataclass(frozen=True, slots=True)
class Renderer:
    _policy: Callable[[], Policy]
    _clock: Clock
    _addresses: Links

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
                policy, now, links = self._policy(), self._clock(), self._addresses
                return due_reminders.rendered(tx, message, policy, now, links)
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
            case MessageKind.NEXT_SHIFT:
                return self._next_shift(tx, message)
            case MessageKind.NOBODY_ON_CALL:
                return self._nobody_on_call(tx, message)
            case MessageKind.LEAVERS:
                return self._leavers(tx, message)
            case MessageKind.REMINDER_FAILS:
                return self._reminders_fail(tx, message)
            case MessageKind.CARD_NOT_POSTED:
                return self._report(tx, message)
            case MessageKind.NOT_DELIVERED | MessageKind.OUTCOME_UNKNOWN:
                return self._report(tx, message)
            case MessageKind.MORNING:
                return self._morning(tx, message)
            case MessageKind.DAYS_REST:
                return self._days_rest(tx, message)
            case MessageKind.DIGEST:
                return self._digest(tx, message)
            case MessageKind.REVIEW:
                return self._review(tx, message)
            case MessageKind.ON_CALL_AHEAD | MessageKind.FEED | MessageKind.BACKUP:
                return self._notice(message)
            case MessageKind.POLICY_ACCEPTED | MessageKind.POLICY_REFUSED:
                return self._notice(message)
            case MessageKind.POLICY_DIFFERS | MessageKind.LOST_INCIDENTS:
                return self._notice(message)
            case MessageKind.NEW_RECORD | MessageKind.CHANNEL_LOST:
                return self._notice(message)
            case MessageKind.NO_OUTCOME | MessageKind.USER_GROUP | MessageKind.COMMANDS:
                return self._notice(message)
            case MessageKind.RING | MessageKind.RING_OVER:
                raise AssertionError("these do not go to Slack")
            case MessageKind.EDIT:  # The message that it would edit is gone.
                return None
            case _:
                assert_never(message.kind)

    def _card(self, tx: Transaction, message: OutboxMessage) -> Rendered:
        incident = _incident(tx, message)
        owed = records.deadlines(tx, incident.number)
        because, policy, now = explained_by(tx, incident), self._policy(), self._clock()
        said = card.message(incident, owed, policy, now, because=because)
        return Rendered(said, is_live=True)

    def _note(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        incident, event = _incident(tx, message), _event(tx, message)
        if _is_told_anew(tx, message, incident):
            return _replaced(incident.number)
        owed = records.deadlines(tx, incident.number)
        moved = [deadline for deadline in owed if deadline.is_open and deadline.changed]
        url, is_asked = None, False
        if message.person is not None:
            url = self._addresses.one(tx, incident.number)
            told = items.told_before(tx, message.key)
            is_asked = any(item.kind.is_internal for item, _ in told)
        said = note.message(
            incident,
            event,
            self._voice(tx, message),
            moved=moved,
            url=url,
            owed=owed_now(owed),
            is_asked=is_asked,
        )
        # Whose it is may change, even where there are no buttons.
        is_live = incident.is_open and message.person is not None
        return Rendered(said, is_live=is_live)

    def _offer(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a hand-off request; once answered or withdrawn it says so."""
        incident, event = _incident(tx, message), _event(tx, message)
        reader = self._reader(tx, message)
        is_offered = incident.offered_to == reader.id
        if not is_offered or happenings.open_offer(tx, incident) != event:
            is_theirs = incident.is_open and incident.owner == reader.id
            if message.ts is None and not (message.folded_into and is_theirs):
                return None
            # Of two offers to them only the newer one is open.
            if is_offered or _is_told_anew(tx, message, incident):
                return _replaced(incident.number)
        said = offer.message(
            incident,
            event.by,
            self._voice(tx, message),
            owed=owed_now(records.deadlines(tx, incident.number)),
            last_word=last_word(tx, incident),
            url=self._addresses.one(tx, incident.number),
        )
        return Rendered(said, is_live=incident.is_open)

    def _offer_answered(
        self, tx: Transaction, message: OutboxMessage
    ) -> Rendered | None:
        """Tell how an offer ended, unless the person has left meanwhile."""
        incident, event = _incident(tx, message), _event(tx, message)
        if people.has_left(tx, self._reader(tx, message).id):
            return None
        if _is_told_anew(tx, message, incident):
            return _replaced(incident.number)
        told = items.told_before(tx, message.key)
        said = offer.answered(
            incident,
            event,
            self._voice(tx, message),
            owed=owed_now(records.deadlines(tx, incident.number)),
            url=self._addresses.one(tx, incident.number),
            is_asked=any(item.kind.is_internal for item, _ in told),
        )
        # Whose it is may change, even where there are no buttons.
        return Rendered(said, is_live=incident.is_open)

    def _cover(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render a request for a cover, or how one ended."""
        asked = covers.of_request(tx, message.refs["request"])
        voice, now = self._voice(tx, message), self._clock()
        if message.kind is MessageKind.COVER_ANSWERED:
            return Rendered(cover.answered(asked, voice))
        is_theirs = any(
            voice.is_to(one.accepted_by) and now < one.ends_at for one in asked
        )
        is_shown = message.ts is not None or (message.folded_into and is_theirs)
        if not is_shown and not any(one.is_open(now) for one in asked):
            return None
        # One that was accepted can be withdrawn, and then says so.
        is_live = any(one.withdrawn_at is None and now < one.ends_at for one in asked)
        return Rendered(cover.message(asked, voice), is_live=is_live)

    def _shift(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render what a change of shift moved; `None` if nothing of it still holds."""
        refs, policy, now = message.refs, self._policy(), self._clock()
        numbers = map(int, refs["numbers"].split())
        found = [one for one in (records.incident(tx, each) for each in numbers) if one]
        links = self._links(tx, found)
        if message.kind is MessageKind.SHIFT_OVER:
            return Rendered(shift.went_off(found, refs["rotation"], policy, links))
        whose = refs.get("owner") or message.person
        theirs = [one for one in found if one.is_open and one.owner == whose]
        if not theirs:
            return None
        if message.kind is MessageKind.SHIFT_HELD:
            return Rendered(shift.nobody_on(theirs, refs, policy, now, links))
        handed = [
            shift.Handed(
                one,
                owed_now(records.deadlines(tx, one.number)),
                last_word(tx, one),
                links.get(one.number),
            )
            for one in theirs
        ]
        voice = self._voice(tx, message)
        return Rendered(shift.came_on(handed, refs["rotation"], voice))

    def _nobody_on_call(
        self, tx: Transaction, message: OutboxMessage
    ) -> Rendered | None:
        incident = _incident(tx, message)
        if not incident.is_open or incident.owner is not None:
            return None
        url = self._addresses.one(tx, incident.number)
        return Rendered(on_call.nobody(incident, self._policy(), url))

    def _next_shift(self, tx: Transaction, message: OutboxMessage) -> Rendered:
        return Rendered(on_call.next_shift(message.refs, self._voice(tx, message)))

    def _reminders_fail(self, tx: Transaction, message: OutboxMessage) -> Rendered:
        incident, policy = _incident(tx, message), self._policy()
        return Rendered(failures.reminders(incident, policy))

    def _notice(self, message: OutboxMessage) -> Rendered:
        worded = notices.WORDED[message.kind]
        return Rendered(worded(message.refs, Voice(self._policy(), self._clock())))

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
        return Rendered(leavers_message.message(orphans, told, policy, links))

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
                _incident(tx, about), about.place, self._policy(), error, key
            )
        elif message.kind is MessageKind.OUTCOME_UNKNOWN:
            said = lost_message.unconfirmed(what, about.place, key)
        else:
            said = lost_message.dead(what, about.place, error, key, instead=instead)
        return Rendered(said, is_live=is_live)

    def _morning(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        until, policy = datetime.fromisoformat(message.refs["until"]), self._policy()
        now = min(self._clock(), until)
        # Delayed until the next morning list is due.
        if now == until and message.ts is None:
            return None
        reader = self._reader(tx, message)
        whose = (*missed_by(message), reader.id)[0]
        held = items.within(tx, message.key)
        found = daily_lists.morning_of(
            tx, policy, whose, held, now=now, until=until, sent_at=message.sent_at
        )
        if not found and message.ts is None:
            return None
        links = self._links(tx, (line.incident for line in found[:MOST_LINES]))
        voice = Voice(policy, now, reader)
        said = morning_list.message(found, voice, message.sent_at or now, links)
        said = morning_list.in_place_of(said, whose, reader)
        is_live = bool(found) and now < until
        return Rendered(said if is_live else without_buttons(said), is_live)

    def _days_rest(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        """Render what came after a person's messages of the day, as far as it holds."""
        reader, policy, now = self._reader(tx, message), self._policy(), self._clock()
        folded = outbox_messages.folded(tx, message.key)
        links = self._addresses
        said_of = {
            one.id: self._rendered(tx, one)
            for one in folded
            if one.kind is not MessageKind.REMINDER
        }
        # What has nothing to say any more stands for nothing else.
        told = [one for one in folded if said_of.get(one.id, one) is not None]
        due, rest = due_reminders.folded(tx, message, told, policy, now, links)
        every = (due, *(said_of[one.id] for one in rest))
        found = [one for one in every if one is not None]
        if not found and message.ts is None:
            return None
        day = message.queued_at.astimezone(reader.zone).date()
        is_today = now.astimezone(reader.zone).date() == day
        is_live = is_today or any(one.is_live for one in found)
        said = [one.message for one in found]
        return Rendered(days_rest.message(said, reader, message.queued_at), is_live)

    def _digest(self, tx: Transaction, message: OutboxMessage) -> Rendered | None:
        since, at, until = (
            datetime.fromisoformat(message.refs[name])
            for name in ("since", "at", "until")
        )
        policy, now = self._policy(), min(self._clock(), until)
        of = policy.digest(message.refs.get("digest", ""))
        if of is None:
            return None
        cases = daily_lists.load_cases(tx, since)
        cases = [one for one in cases if one.incident.opened_at <= now]
        ended = records.fallen(tx, since, at)
        told = digests.digest(
            policy, of, cases, ended, since=since, at=at, now=now, until=until
        )
        if of == policy.leads_digest:
            told = replace(told, gaps=people.gaps(tx, policy, now))
        may_stay_away = of.when_nothing is WhenNothing.LEAVE_OUT
        if told.is_empty and may_stay_away and message.ts is None:
            return None
        said = digest.message(told, policy, message.sent_at)
        is_live = now < until
        return Rendered(said if is_live else without_buttons(said), is_live)

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
        said = review.message(told, earlier, policy, links)
        return Rendered(said) if said else None

    def _links(self, tx: Transaction, incidents: Iterable[Incident]) -> dict[int, str]:
        return self._addresses.of(tx, (incident.number for incident in incidents))

    def _voice(self, tx: Transaction, message: OutboxMessage) -> Voice:
        reader = self._reader(tx, message) if message.person is not None else None
        return Voice(self._policy(), self._clock(), reader)

    def _reader(self, tx: Transaction, message: OutboxMessage) -> Person:
        assert message.person is not None, "this kind goes to a person"
        return person(tx, self._policy(), message.person)


def _incident(tx: Transaction, message: OutboxMessage) -> Incident:
    assert message.incident is not None, "this kind is about an incident"
    incident = records.incident(tx, message.incident)
    assert incident is not None, "a message's incident is recorded"
    return incident


def _event(tx: Transaction, message: OutboxMessage) -> Event:
    event = records.event(tx, int(message.refs["event"]))
    assert event is not None, "a message's event is recorded"
    return event


def _replaced(*numbers: int) -> Rendered:
    """Return what is to be deleted; what it says stays only under people's replies."""
    return Rendered(reminder.with_replies(numbers), is_replaced=True)


def _is_told_anew(tx: Transaction, message: OutboxMessage, incident: Incident) -> bool:
    """Return whether a newer message to the same person is about the incident."""
    is_posted = message.person is not None and message.ts is not None
    return is_posted and incident.number in items.replaced(tx, message.key)
