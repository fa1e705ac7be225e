"""What a form that was sent off does, and what its sender sees then: a receipt."""

from collections.abc import Callable

from bot.clock import Clock
from bot.errors import UserError
from bot.incidents.acts import Report, Update
from bot.incidents.deadlines import owed_now
from bot.incidents.refusals import Refusal, TooEarly
from bot.policy.policies import Policy
from bot.slack import actions
from bot.slack.blocks import View, local, mention
from bot.slack.forms import entries, views
from bot.slack.forms.inputs import WHEN, FieldErrors
from bot.slack.messages import answers
from bot.slack.payloads import Submission
from bot.slack.phrases import Times, customer_of, due_phrase, owed_as
from bot.slack.refusals import worded
from bot.triage.people import People
from bot.triage.use_cases import Act, Result, Triage


class Forms:
    """The forms by their callback ids."""

    def __init__(
        self,
        triage: Triage,
        people: People,
        policy: Callable[[], Policy],
        clock: Clock,
    ) -> None:
        self._triage = triage
        self._people = people
        self._policy = policy
        self._clock = clock
        self._handlers: dict[str, Callable[[Submission], View]] = {
            actions.OPEN_FORM: self._open,
            actions.UPDATE_FORM: self._update,
            actions.RESOLVE_FORM: self._resolve,
            actions.CHANGE_FORM: self._change,
            actions.CUSTOMER_FORM: self._customer,
            actions.HAND_OFF_FORM: self._hand_off,
            actions.VOID_FORM: self._void,
        }

    def answer(self, form: Submission) -> View:
        """Do what a form asks for. Raises FieldErrors for what must be corrected."""
        handler = self._handlers.get(form.form)
        if handler is None:
            raise UserError("This form is from an older version. Open it again.")
        try:
            return handler(form)
        except Refusal as refusal:
            if not isinstance(refusal.reason, TooEarly):
                raise
            reader, now = self._people.person(form.by), self._clock()
            said = worded(refusal.reason, lambda at: local(at, reader.zone, now))
            raise FieldErrors({WHEN: said}) from refusal

    def _open(self, form: Submission) -> View:
        policy, now = self._policy(), self._clock()
        entry = entries.read_open(form, policy, now)
        request = entry.request
        report = Report(
            severity=entry.severity,
            title=request.title,
            channel=entry.channel,
            customer=request.customer,
            plan=request.plan,
            owner=request.owner,
            reported_at=request.reported_at,
            link=request.link,
        )
        result = self._triage.open(_act(form), report)
        reader = self._people.person(form.by)
        return views.receipt(
            answers.opened(result, policy, reader, now, request.reading)
        )

    def _update(self, form: Submission) -> View:
        entry = entries.read_update(form, self._clock())
        update = Update(
            told=entry.told,
            following=entry.following,
            link=entry.link,
            at=entry.at,
            waits=entry.waits,
        )
        result = self._triage.update(_act(form), entry.number, update)
        said = f"Logged for {result.incident.name}. {_nothing_sent(result)}"
        return views.receipt(f"{said} {self._next(form, result)}".strip())

    def _resolve(self, form: Submission) -> View:
        entry = entries.read_resolve(form, self._clock())
        result = self._triage.resolve(_act(form), entry.number, entry.note, entry.at)
        return views.receipt(
            f"{result.incident.name} is resolved. Every reminder of it has ended. "
            f"{_nothing_sent(result)}"
        )

    def _change(self, form: Submission) -> View:
        entry = entries.read_change(form)
        result = self._triage.change(
            _act(form),
            entry.number,
            severity=entry.severity,
            plan=entry.plan,
            reason=entry.reason,
        )
        said = f"{result.incident.name} is changed. {self._next(form, result)}"
        return views.receipt(said.strip())

    def _customer(self, form: Submission) -> View:
        entry = entries.read_customer(form, self._policy())
        result = self._triage.set_customer(_act(form), entry.number, entry.customer)
        said = f"{result.incident.name} is {customer_of(result.incident)}'s now."
        return views.receipt(f"{said} {self._next(form, result)}".strip())

    def _hand_off(self, form: Submission) -> View:
        entry = entries.read_hand_off(form)
        try:
            self._people.must_be_member(entry.to)
        except Refusal as refusal:
            said = worded(refusal.reason)
            raise FieldErrors({entries.TO: said}) from refusal
        result = self._triage.offer(_act(form), entry.number, entry.to)
        keeper = result.incident.owner
        keeps = "It stays with nobody" if keeper is None else f"{mention(keeper)} keeps"
        keeps += "" if keeper is None else " it"
        return views.receipt(
            f"{mention(entry.to)} is asked. {keeps} until they accept."
        )

    def _void(self, form: Submission) -> View:
        entry = entries.read_void(form)
        result = self._triage.void(_act(form), entry.number, entry.reason)
        return views.receipt(
            f"{result.incident.name} is closed ({entry.reason}). It counts nowhere."
        )

    def _next(self, form: Submission, result: Result) -> str:
        """Say what is owed next, if anything is."""
        owed = owed_now(result.deadlines)
        if owed is None or owed.paused_at is not None:
            return ""
        reader, now = self._people.person(form.by), self._clock()
        times = Times(reader.zone, now)
        due = due_phrase(self._policy(), result.incident, owed, times)
        return f"Next {owed_as(owed)}: {due}."


def _nothing_sent(result: Result) -> str:
    if result.incident.customer is None:
        return "Nothing was sent to the customer."
    return f"Nothing was sent to {customer_of(result.incident)}."


def _act(form: Submission) -> Act:
    return Act(form.by, form.key)
