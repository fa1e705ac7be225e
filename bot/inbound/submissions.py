"""Read a submitted form, act on it, and return its receipt."""

from collections.abc import Callable, Sequence

from bot.errors import UserError
from bot.inbound.failures import answered
from bot.inbound.voices import voice_to
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.refusals import Refusal, TooEarly
from bot.slack.blocks import Message
from bot.slack.forms import (
    change,
    cover,
    customer,
    hand_off,
    opening,
    resolving,
    update,
    voiding,
)
from bot.slack.forms.inputs import WHEN, FieldErrors
from bot.slack.messages import answers, opened, triaged
from bot.slack.payloads import Submission
from bot.slack.phrases import Voice
from bot.slack.refusals import worded
from bot.triage.context import Context
from bot.triage.covers import Covers, Wanted
from bot.triage.inbox import Act
from bot.triage.people import People
from bot.triage.results import Result
from bot.triage.use_cases import Triage

_Receipt = Callable[[Incident, Sequence[Deadline], Voice], str]


class Forms:
    """The forms by their callback ids."""

    def __init__(
        self,
        context: Context,
        triage: Triage,
        people: People,
        covers: Covers,
    ) -> None:
        self._context = context
        self._triage = triage
        self._people = people
        self._covers = covers
        self._handlers: dict[str, Callable[[Submission], Message | str]] = {
            opening.ID: self._open,
            update.ID: self._update,
            resolving.ID: self._resolve,
            change.ID: self._change,
            customer.ID: self._customer,
            hand_off.ID: self._hand_off,
            voiding.ID: self._void,
            cover.ID: self._cover,
        }

    def answer(self, form: Submission) -> Message:
        """Do what a form asks for. Raises FieldErrors for inputs to correct."""
        handler = self._handlers.get(form.form)
        if handler is None:
            raise UserError("This form is from an older version. Open it again.")
        try:
            answer = handler(form)
        except Refusal as refusal:
            if not isinstance(refusal.reason, TooEarly):
                raise
            said = worded(refusal.reason, self._voice(form).at)
            raise FieldErrors({WHEN: said}) from refusal
        return answers.sentence(answer) if isinstance(answer, str) else answer

    def _open(self, form: Submission) -> Message:
        policy, now = self._context.policy(), self._context.clock()
        entry = opening.read(form, policy, now)
        result = self._triage.open(_act(form), entry.report(now))

        def answer() -> Message:
            if result.is_same_again:
                return triaged.standing(result, self._voice(form))
            reading = entry.request.reading
            return opened.message(result, self._voice(form), reading, like=result.like)

        return answered(result.incident.number, answer)

    def _update(self, form: Submission) -> Message | str:
        logged = update.read(form, self._context.clock())
        result = self._triage.update(_act(form), *logged)
        return self._left(form, result, update.receipt)

    def _resolve(self, form: Submission) -> str:
        ended = resolving.read(form, self._context.clock())
        result = self._triage.resolve(_act(form), *ended)
        return resolving.receipt(result.incident)

    def _change(self, form: Submission) -> Message | str:
        entry = change.read(form, self._context.policy())
        result = self._triage.change(
            _act(form),
            entry.number,
            severity=entry.severity,
            plan=entry.plan,
            reason=entry.reason,
        )
        return self._left(form, result, change.receipt)

    def _customer(self, form: Submission) -> Message | str:
        whose = customer.read(form, self._context.policy())
        result = self._triage.set_customer(_act(form), *whose)
        return self._left(form, result, customer.receipt)

    def _hand_off(self, form: Submission) -> Message | str:
        number, to = hand_off.read(form)
        self._must_be_member(hand_off.TO, to)
        result = self._triage.offer(_act(form), number, to)

        def answer() -> str:
            return hand_off.receipt(result.incident, to, self._voice(form))

        return answered(number, answer)

    def _void(self, form: Submission) -> str:
        number, reason = voiding.read(form)
        result = self._triage.void(_act(form), number, reason)
        return voiding.receipt(result.incident, reason)

    def _cover(self, form: Submission) -> Message | str:
        now = self._context.clock()
        entry = cover.read(form, now)
        if entry.of is not None:
            self._must_be_member(cover.OF, entry.of)
        whom, since = entry.instead_of or form.by, entry.since or now
        wanted = Wanted(whom, since, entry.until, entry.of)
        voice = self._voice(form)
        try:
            asked = self._covers.ask(_act(form), wanted)
        except Refusal as refusal:
            said = worded(refusal.reason, voice.at)
            raise FieldErrors({cover.UNTIL: said}) from refusal
        return answered(None, lambda: cover.receipt(asked, voice))

    def _must_be_member(self, block_id: str, person: str) -> None:
        try:
            self._people.must_be_member(person)
        except Refusal as refusal:
            said = worded(refusal.reason)
            raise FieldErrors({block_id: said}) from refusal

    def _left(
        self, form: Submission, result: Result, receipt: _Receipt
    ) -> Message | str:
        """Return a receipt about an incident, as the act left it."""

        def answer() -> str:
            return receipt(result.incident, result.deadlines, self._voice(form))

        return answered(result.incident.number, answer)

    def _voice(self, form: Submission) -> Voice:
        return voice_to(self._context, self._people, form.by)


def _act(form: Submission) -> Act:
    return Act(form.by, form.key)
