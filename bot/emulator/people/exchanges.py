"""Send people's acts to the app, and carry out what it answers."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.emulator.api.blocks_rules import check_view
from bot.emulator.api.deliveries import Deliveries
from bot.emulator.api.elements_rules import SUGGESTIONS
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.api.response_urls import ResponseUrls
from bot.emulator.api.sockets import Ack, Outcome
from bot.emulator.people.interactions import envelope
from bot.emulator.people.screens import Screens
from bot.emulator.records import Message, View
from bot.emulator.workspace import Workspace

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "invalid_command_response"
VIEW_NOT_UNDERSTOOD = "view_submission_failed"
OPTIONS_NOT_UNDERSTOOD = "invalid_options_response"


@dataclass(frozen=True, slots=True)
class Sent:
    """A payload that went to the app: enough to deliver it again.

    `key` is that of its response URL, `view_id` that of the form it came from.
    """

    kind: str
    payload: Json
    key: str | None = None
    view_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person sees after an act.

    `error` is Slack's word when the app did not answer (`dispatch_failed`,
    `operation_timeout`), or `cancelled` or `incomplete` if nothing was sent.
    `private` is the answer that only this person sees, `errors` the sentences under
    the inputs of a form by block id, `view` the form that stays on the screen.
    `options` are what a menu that searches offers.
    `repeats` are the answers to further deliveries of the same payload.
    """

    ok: bool
    error: str | None = None
    private: Message | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    view: View | None = None
    sent: Sent | None = None
    options: tuple[Json, ...] = ()
    repeats: tuple["Answer", ...] = ()


class Exchanges:
    """Delivers payloads to the app; an ack must come within `ack_within` s."""

    def __init__(
        self,
        workspace: Workspace,
        screens: Screens,
        deliveries: Deliveries,
        response_urls: ResponseUrls,
        ack_within: float,
    ) -> None:
        self._workspace = workspace
        self._screens = screens
        self._deliveries = deliveries
        self._response_urls = response_urls
        self._ack_within = ack_within

    def deliver(self, sent: Sent, *, times: int = 1, retry: int = 0) -> Answer:
        """Send a payload `times` over at once and wait until each is answered."""
        envelopes = [
            envelope(sent.kind, sent.payload, retry=retry) for _ in range(times)
        ]
        took = [self._deliveries.send(each) for each in envelopes]
        answers = [
            self._answer(sent, self._ack(str(each["envelope_id"]), taken=taken))
            for each, taken in zip(envelopes, took, strict=True)
        ]
        return replace(answers[0], repeats=tuple(answers[1:]))

    def wait_private(self, answer: Answer, within: float) -> Answer:
        """Wait for the first private answer by response URL, if none came yet."""
        key = answer.sent.key if answer.sent else None
        if answer.private or key is None:
            return answer
        said = self._response_urls.said
        with self._workspace.changed:
            if not self._workspace.changed.wait_for(lambda: said.get(key), within):
                raise AssertionError(f"no private answer came within {within} s")
            return replace(answer, private=said[key][0])

    def _ack(self, envelope_id: str, *, taken: bool) -> Ack:
        if not taken:
            return Ack(Outcome.NO_SOCKET)
        return self._deliveries.wait(envelope_id, self._ack_within)

    def _answer(self, sent: Sent, ack: Ack) -> Answer:
        if ack.outcome is not Outcome.ACKED:
            return Answer(ok=False, error=ack.outcome.value, sent=sent)
        if sent.kind == "slash_commands" and sent.key:
            return self._command_answer(sent, sent.key, ack.payload)
        if sent.payload.get("type") == "view_submission":
            return self._form_answer(sent, ack.payload)
        if sent.payload.get("type") == "block_suggestion":
            return _offer(sent, ack.payload or {})
        return Answer(ok=True, sent=sent)

    def _command_answer(self, sent: Sent, key: str, payload: Json | None) -> Answer:
        try:
            message = self._response_urls.answer(key, payload or {})
        except Refused:
            logger.exception("answer to a command refused")
            return Answer(ok=False, error=NOT_UNDERSTOOD, sent=sent)
        return Answer(ok=True, private=message, sent=sent)

    def _form_answer(self, sent: Sent, payload: Json | None) -> Answer:
        with self._workspace.changed:
            try:
                view = self._screens.find(sent.view_id)
            except Refused:
                return Answer(ok=True, sent=sent)  # Closed by an earlier delivery.
            try:
                errors = self._follow(view, payload or {})
            except Refused:
                logger.exception("answer to a form refused")
                return Answer(ok=False, error=VIEW_NOT_UNDERSTOOD, sent=sent)
            shown = self._screens.shown(view.person)
            return Answer(ok=not errors, errors=errors, view=shown, sent=sent)

    def _follow(self, view: View, payload: Json) -> Mapping[str, str]:
        """Carry out a `response_action`; return the errors it puts under inputs."""
        match payload.get("response_action"):
            case None:
                self._screens.close(view.person)
            case "update":
                check_view(payload["view"])
                self._screens.update(view, payload["view"])
            case "errors":
                return self._put_errors(view, payload.get("errors") or {})
            case other:
                raise Refused("invalid_arguments", (f"response_action {other!r}",))
        return {}

    def _put_errors(self, view: View, errors: Mapping[str, str]) -> Mapping[str, str]:
        inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
        if not errors or not inputs.issuperset(errors):
            raise Refused("invalid_arguments", ("errors must name input blocks",))
        self._screens.keep(replace(view, errors=errors))
        return errors


def _offer(sent: Sent, payload: Json) -> Answer:
    """Return the options of an answer; Slack shows none if one of them is wrong."""
    problems = list(SUGGESTIONS(payload, ""))
    if problems:
        logger.error("options of a menu refused: %s", problems[0])
        return Answer(ok=False, error=OPTIONS_NOT_UNDERSTOOD, sent=sent)
    return Answer(ok=True, options=tuple(payload["options"]), sent=sent)
