"""Act on the press of a button, and answer the person.

The answer is a private message, a form, or nothing if the card shows what happened.
"""

import logging
from collections.abc import Callable
from functools import partial

from bot.delivery.outbox import Outbox
from bot.errors import StorageError
from bot.inbound.customer_updates import CustomerUpdates
from bot.inbound.failures import answered
from bot.inbound.questions import Questions
from bot.inbound.triages import Triages
from bot.inbound.voices import voice_to
from bot.incidents.deadlines import owed_now
from bot.incidents.incidents import Incident
from bot.incidents.refusals import Refusal, SentAgain
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack import actions, whose
from bot.slack.blocks import Element, Message, View
from bot.slack.forms import (
    change,
    cover,
    customer,
    hand_off,
    more,
    opening,
    resolving,
    update,
    voiding,
    why,
)
from bot.slack.forms.policy_inputs import TOLD
from bot.slack.messages import answers, one_incident, opened, same_thing, yours
from bot.slack.messages.notice import notice
from bot.slack.payloads import Press, Search
from bot.slack.phrases import Voice, name_of
from bot.triage.context import Context
from bot.triage.covers import Covers
from bot.triage.inbox import Act
from bot.triage.people import People
from bot.triage.results import Result
from bot.triage.use_cases import Triage

logger = logging.getLogger(__name__)

Answer = Message | View | None


class Presses:
    """The buttons by their action ids."""

    def __init__(  # noqa: PLR0913  # What a press may touch.
        self,
        context: Context,
        triage: Triage,
        people: People,
        outbox: Outbox,
        questions: Questions,
        triages: Triages,
        updates: CustomerUpdates,
        covers: Covers,
    ) -> None:
        self._context = context
        self._triage = triage
        self._people = people
        self._outbox = outbox
        self._questions = questions
        self._triages = triages
        self._covers = covers
        self._handlers: dict[str, Callable[[Press], Answer]] = {
            actions.TAKE: self._take,
            actions.TAKE_IN_LIST: self._take_in_list,
            actions.STILL_ON_IT: self._still_on_it,
            actions.RESUME: self._resume,
            actions.REOPEN: partial(self._did, triage.reopen, "is open again"),
            actions.SAME_THING: self._same_thing,
            actions.ACCEPT: partial(self._answer_offer, accepts=True),
            actions.DECLINE: partial(self._answer_offer, accepts=False),
            actions.SNOOZE: self._snooze,
            actions.IS_CUSTOMER: self._is_customer,
            actions.WHOSE: self._is_customer,
            actions.SEND_AGAIN: self._send_again,
            actions.PREVIOUS: self._page,
            actions.NEXT: self._page,
            actions.UPDATE_OF: updates.chosen,
            actions.TAKE_BACK: updates.taken_back,
            actions.WHY: self._why,
            actions.FIRST_RESPONSE: partial(self._told_form, update.view),
            actions.LOG_UPDATE: partial(self._told_form, update.view),
            actions.RESOLVE: partial(self._told_form, resolving.view),
            actions.MORE: self._more,
            actions.CHANGE: self._change_form,
            actions.CORRECT_CUSTOMER: partial(self._form, customer.view),
            actions.HAND_OFF: partial(self._form, hand_off.view),
            actions.VOID: partial(self._form, voiding.view),
            **dict.fromkeys(actions.OPEN_AS.values(), triages.open),
            actions.NOT_AN_INCIDENT: triages.decline,
            actions.OPEN_IN_FORM: triages.form_of,
            actions.KEEP: partial(
                self._did, triage.keep, "stays yours after your shift"
            ),
            actions.ASK_FOR_COVER: lambda _: cover.view(),
            actions.ACCEPT_COVER: self._accept_cover,
            actions.WITHDRAW_COVER: self._withdraw_cover,
            actions.MONTH: lambda press: self._questions.month(press.by),
            **dict.fromkeys(TOLD, self._foresee),
        }

    def answer(self, press: Press) -> Answer:
        """Do what a press asks for; ignore one with an unknown action id.

        A message from an older version may still show such a button.
        """
        handler = self._handlers.get(press.action)
        return handler(press) if handler else None

    def found(self, search: Search) -> list[Element]:
        """Return what a menu offers for what somebody typed into it."""
        is_ours = search.action == actions.WHOSE
        return whose.options(search, self._context.policy()) if is_ours else []

    def _take(self, press: Press) -> Answer:
        number, owner, page, wanted = actions.read_taking(press.value)
        result = self._triage.take(_act(press), number, from_owner=owner)
        if press.is_private and press.action == actions.TAKE_IN_LIST:
            again = partial(self._questions.answer, wanted, press.by, page, number)
            return answered(number, again)
        return self._shown(press, result, "is yours now")

    def _resume(self, press: Press) -> Answer:
        number, _, page, wanted = actions.read_taking(press.value)
        result = self._triage.resume(_act(press), number)
        if "|" in press.value:  # In a list of `/incident`.
            again = partial(self._questions.answer, wanted, press.by, page)
            return answered(number, again)
        return self._shown(press, result, "does not wait for the customer any more")

    def _take_in_list(self, press: Press) -> Answer:
        """Take it, and show in the list whose it is now, even if somebody else's."""
        is_shown = False
        try:
            answer = self._take(press)
        finally:
            is_shown = self._renew_list(press.key_of_message)
        return None if is_shown else answer

    def _renew_list(self, key: str | None) -> bool:
        """Return whether a list will show to who pressed in it what follows.

        That it cannot be edited says nothing of what they did.
        """
        try:
            return key is not None and self._outbox.renew_list(key)
        except StorageError as error:
            logger.warning("a list is not edited", extra={"reason": error.reason})
            return False

    def _still_on_it(self, press: Press) -> Answer:
        self._triage.check_in(_act(press), actions.read_incident(press.value))
        return None

    def _did(
        self, act: Callable[[Act, int], Result], what: str, press: Press
    ) -> Answer:
        result = act(_act(press), actions.read_incident(press.value))
        return self._shown(press, result, what)

    def _same_thing(self, press: Press) -> Answer:
        number, older = actions.read_same(press.value)
        result = self._triage.same_thing(_act(press), number, older)

        def answer() -> Message:
            goes_on = self._triage.look(older)
            return same_thing.message(result.incident, goes_on, self._voice(press))

        return answered(number, answer)

    def _shown(self, press: Press, result: Result, what: str) -> Answer:
        """Answer with what happened, unless the message itself will show it.

        The card and reminders get edited; a form, a list and a private message do not.
        """
        if press.view_id is not None:
            return answers.sentence(f"{result.incident.name} {what}.")
        if not press.is_private and press.action != actions.TAKE_IN_LIST:
            return None
        number = result.incident.number

        def answer() -> Message:
            history = self._triage.history(number)
            return one_incident.message(result, history, self._voice(press))

        return answered(number, answer)

    def _voice(self, press: Press) -> Voice:
        return voice_to(self._context, self._people, press.by)

    def _answer_offer(self, press: Press, *, accepts: bool) -> Answer:
        number = actions.read_incident(press.value)
        self._triage.answer_offer(_act(press), number, accepts=accepts)
        return None

    def _accept_cover(self, press: Press) -> Answer:
        self._covers.accept(_act(press), press.value)
        return None

    def _withdraw_cover(self, press: Press) -> Answer:
        self._covers.withdraw(_act(press), press.value)
        return answered(None, lambda: self._questions.on_call(press.by))

    def _snooze(self, press: Press) -> Answer:
        snoozing = actions.read_snooze(press.value)
        until = self._triage.snooze(_act(press), *snoozing)
        number, *_ = snoozing

        def answer() -> Message:
            result = self._triage.look(number)
            incident, owed = result.incident, owed_now(result.deadlines)
            return notice(*(
                f"{name_of(incident, voice.policy)}: {voice.at(until, 'next reminder')}"
                f"{voice.far(until)}. {yours.owes(incident, owed, voice)}"
                for voice in self._voice(press).both()
            ))  # fmt: skip

        return answered(number, answer)

    def _is_customer(self, press: Press) -> Answer:
        chosen = actions.read_customer(press.value)
        result = self._triage.set_customer(_act(press), *chosen)

        def answer() -> Message:
            voice = self._voice(press)
            if press.is_private:
                return opened.message(result, voice)
            said = customer.receipt(result.incident, result.deadlines, voice)
            return answers.sentence(said)

        return answered(result.incident.number, answer)

    def _send_again(self, press: Press) -> Answer:
        if not self._outbox.send_again(press.value):
            raise Refusal(SentAgain())
        return answers.sentence("It is being sent again.")

    def _page(self, press: Press) -> Answer:
        page, wanted = actions.read_page(press.value)
        return self._questions.answer(wanted, press.by, page)

    def _why(self, press: Press) -> Answer:
        result = self._triage.look(actions.read_incident(press.value))
        return why.view(result.incident, result.deadlines, self._voice(press))

    def _told_form(
        self, view: Callable[[Incident, Voice], View], press: Press
    ) -> Answer:
        """Open a form that says what the customer heard last."""
        return view(self._open(press).incident, self._voice(press))

    def _more(self, press: Press) -> Answer:
        result = self._triage.look(actions.read_incident(press.value))
        return more.view(result.incident, self._context.policy())

    def _change_form(self, press: Press) -> Answer:
        result = self._open(press)
        one, plan = result.incident, result.incident.plan
        return self._change_foreseen(press, one.number, one.severity, plan)

    def _change_foreseen(
        self, press: Press, number: int, severity: Severity, plan: str
    ) -> View:
        before, after = self._triage.foreseen_change(press.by, number, severity, plan)
        _, voice = self._voice(press).both()
        said = change.foreseen(before, after, voice)
        return change.view(before.incident, voice.policy, said)

    def _foresee(self, press: Press) -> Answer:
        """Show in a form what the choice that was just made leads to."""
        form = press.form
        if form is not None and form.form == change.ID:
            return self._change_foreseen(press, *change.so_far(form))
        if form is None or form.form != opening.ID:
            return None
        entry = opening.so_far(form, self._context.policy(), self._context.clock())
        return self._triages.form(press.by, entry)

    def _form(self, view: Callable[[Incident, Policy], View], press: Press) -> Answer:
        return view(self._open(press).incident, self._context.policy())

    def _open(self, press: Press) -> Result:
        """Return the incident that a form is about, which must be open."""
        return self._triage.look_open(actions.read_incident(press.value))


def _act(press: Press) -> Act:
    return Act(press.by, press.key)
