"""Check each payload from Slack, act on it, and answer in private.

An acknowledged command is a stored command: `ack` comes after the commit and carries
the answer. Slack expects it within three seconds and otherwise shows an error, so calls
to the Web API (to open a form, say) come after it.
Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from slack_bolt import App, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from bot.errors import SlackError, StorageError, UserError
from bot.inbound import failures
from bot.inbound.commands import Commands
from bot.inbound.customer_updates import CustomerUpdates
from bot.inbound.intake_channels import IntakeChannels
from bot.inbound.presses import Presses
from bot.inbound.replies import Replies, private
from bot.inbound.submissions import Forms
from bot.inbound.triages import Triages
from bot.incidents.refusals import Refusal
from bot.slack import actions, events, payloads
from bot.slack.blocks import Message, View
from bot.slack.events import Mention
from bot.slack.forms import receipts
from bot.slack.forms.inputs import FieldErrors
from bot.slack.linking import named
from bot.slack.marked import escape
from bot.slack.messages import answers
from bot.slack.payloads import (
    Command,
    Payload,
    PayloadError,
    Press,
    Shortcut,
    Submission,
)
from bot.triage.people import People
from bot.triage.use_cases import Triage

logger = logging.getLogger(__name__)

_ANYTHING = re.compile(r".*")
_AGAIN = (actions.TRY_AGAIN, actions.OPEN_ANOTHER)
# A second attempt that starts later would not finish within Slack's three seconds.
_ONCE_MORE_WITHIN_S = 0.8

Ack = Callable[..., BoltResponse]
T = TypeVar("T")
M = TypeVar("M", Message, Message | None)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer to a press; it may replace the private message with the button."""

    answer: Message | View | None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Listeners:
    """Bolt's listeners. `wake` is called after what may have queued messages."""

    _commands: Commands
    _presses: Presses
    _forms: Forms
    _shortcuts: Mapping[str, Callable[[Shortcut], Message]]
    _triages: Triages
    _updates: CustomerUpdates
    intake: IntakeChannels
    _people: People
    _replies: Replies
    _triage: Triage
    _wake: Callable[[], None]

    def register(self, app: App) -> None:
        """Listen to everything that Slack may send, and so acknowledge all of it."""
        app.command(_ANYTHING)(self._on_command)
        app.action(_ANYTHING)(self._on_press)
        app.view(_ANYTHING)(self._on_submission)
        app.view_closed(_ANYTHING)(_acknowledge)
        app.options(_ANYTHING)(self._on_search)
        for name in self._shortcuts:
            app.message_shortcut(name)(self._on_shortcut)
        app.shortcut(_ANYTHING)(_acknowledge)
        app.event("user_change")(self._on_person)
        app.event("team_join")(self._on_person)
        app.event("message")(self._on_message)
        app.event("app_mention")(self._on_mention)
        app.event("reaction_added")(self._on_reaction)
        app.event("reaction_removed")(self._on_reaction)
        app.event(_ANYTHING)(_notice)
        app.error(self._on_failure)

    def _on_command(self, ack: Ack, body: Payload) -> None:
        command = payloads.command(body)
        answer = self._answer_command(command)
        if isinstance(answer, Message):
            # What was just opened has no card yet: only another one can be linked.
            opens = command.severity is not None
            is_linked = not opens or len(named(answer)) > 1
            ack(**private(self._replies.linked(answer) if is_linked else answer))
        else:
            ack()
            self._replies.later(partial(self._replies.open_form, command, answer))
        self._wake()

    def _answer_command(self, command: Command) -> Message | View:
        try:
            self._people.admit(command.by, command.team)
            return _surely(partial(self._commands.answer, command))
        except (UserError, Refusal) as error:
            said = failures.said_of(error)
            if command.is_question or command.is_about_on_call:
                return answers.sentence(said)
            return answers.user_error(said, f"{command.name} {command.text}")
        except (StorageError, SlackError) as error:
            why, is_in_doubt = failures.not_recorded(error)
        if is_in_doubt and not command.is_question:
            return failures.in_doubt(command, why)
        return answers.not_recorded(why, command.name, command.text)

    def _on_press(self, ack: Ack, body: Payload) -> None:
        press = payloads.press(body)
        said = self._answer_press(press)
        ack()
        self._wake()
        if isinstance(said.answer, Message):
            self._replies.answer_later(press, said.answer, replaces=said.replaces)
        elif said.answer is not None:
            self._replies.later(partial(self._replies.show, press, said.answer))

    def _on_shortcut(self, ack: Ack, body: Payload) -> None:
        shortcut = payloads.shortcut(body)
        act = self._shortcuts[shortcut.shortcut]
        answer = self._asked(shortcut, partial(act, shortcut))
        ack()
        where = shortcut.channel, shortcut.by, answer, shortcut.thread
        tell = partial(self._replies.whisper, *where, shortcut.response_url)
        self._replies.later(tell)
        self._wake()

    def _on_mention(self, body: Payload) -> None:
        """Answer in private who mentions the bot in a channel."""
        mention = events.mention(body)
        if mention is None:
            return

        def answer() -> None:
            said = self._asked(mention, partial(self._triages.mention, mention))
            if said is not None:
                self._replies.whisper(mention.channel, mention.by, said, mention.thread)

        self._replies.later(answer)

    def _asked(self, by: Shortcut | Mention, answer: Callable[[], M]) -> Message | M:
        try:
            self._people.admit(by.by, by.team)
            return _surely(answer)
        except (UserError, Refusal) as error:
            return answers.sentence(failures.said_of(error))
        except (StorageError, SlackError) as error:
            why, in_doubt = failures.not_recorded(error)
        return answers.sentence(failures.shortcut_failed(why, in_doubt=in_doubt))

    def _on_search(self, ack: Ack, body: Payload) -> None:
        """Offer what a menu finds; nothing to people who may not use the bot."""
        search = payloads.search(body)
        try:
            self._people.admit(search.by, search.team)
            ack(options=self._presses.found(search))
        except (Refusal, StorageError, SlackError):
            ack(options=[])

    def _answer_press(self, press: Press) -> _Said:
        try:
            self._people.admit(press.by, press.team)
            if press.action in _AGAIN:
                return _Said(self._again(press), replaces=True)
            answer = _surely(partial(self._presses.answer, press))
            is_over = press.is_private or press.action in actions.DECISIONS
            return _Said(answer, replaces=is_over)
        except (UserError, Refusal) as error:
            return _Said(answers.sentence(failures.said_of(error)))
        except (StorageError, SlackError) as error:
            why, is_in_doubt = failures.not_recorded(error)
        if is_in_doubt:
            return _Said(answers.sentence(failures.press_in_doubt(why)))
        return _Said(answers.sentence(f"NOT recorded ({escape(why)}). Press it again."))

    def _again(self, press: Press) -> Message | View:
        """Repeat a command from the button under its failure."""
        retry = actions.read_retry(press.value)
        return self._answer_command(
            Command(
                name=retry.command,
                text=retry.text,
                by=press.by,
                team=press.team,
                channel=press.channel,
                trigger=retry.trigger or press.key,
                response_url=press.response_url or "",
                is_meant=press.action == actions.OPEN_ANOTHER,
            )
        )

    def _on_submission(self, ack: Ack, body: Payload) -> None:
        form = payloads.submission(body)
        try:
            self._people.admit(form.by, form.team)
            answer = _surely(partial(self._forms.answer, form))
        except FieldErrors as error:
            ack(response_action="errors", errors=dict(error.errors))
        except (UserError, Refusal) as error:
            ack(response_action="update", view=failures.refused_form(form, error))
        except (StorageError, SlackError) as error:
            why, is_in_doubt = failures.not_recorded(error)
            ack(**failures.kept_open(form, why, is_known=not is_in_doubt))
        else:
            self._close(ack, form, answer)
        self._wake()

    def _close(self, ack: Ack, form: Submission, answer: Message) -> None:
        """Close a form that worked, and answer where it was opened from."""
        url = form.answer_to
        if url is None:
            ack(
                response_action="update",
                view=receipts.view(self._replies.linked(answer)),
            )
            return
        ack()
        self._replies.later(partial(self._replies.tell, url, answer))

    def _on_person(self, body: Payload) -> None:
        """Note at once that a person joined, left, moved or became a guest."""
        self._people.note(*events.change_of_person(body))

    def _on_message(self, body: Payload) -> None:
        """Answer what somebody wrote to the bot: it reads commands alone."""
        posted = events.posted(body)
        if posted is not None:
            self.intake.take_in(posted)
        written = events.written(body)
        if written is None:
            return
        by, team = written
        try:
            self._people.admit(by, team)
        except (Refusal, SlackError):
            logger.info("nobody to answer wrote to the bot", extra={"by": by})
            return
        self._triage.answer_written(by)
        self._wake()

    def _on_reaction(self, body: Payload) -> None:
        """Log the message on which somebody put the policy's emoji, or take it back."""
        reaction = events.reaction(body)
        if reaction is not None:
            self._updates.take_in(reaction)
            self._wake()

    def _on_failure(
        self, error: Exception, body: Payload, response: BoltResponse | None
    ) -> BoltResponse | None:
        """Answer when a listener failed, so that the person sees more than a timeout.

        Without `response` the payload has been acknowledged, and must not be again.
        """
        if isinstance(error, BoltUnhandledRequestError):
            return failures.unhandled(body)
        if isinstance(error, PayloadError):
            logger.warning("a payload cannot be read", extra={"error": str(error)})
        else:
            logger.error("a listener failed", exc_info=error)
        if response is None:
            return None
        try:
            return self._failed(body)
        except (PayloadError, TypeError, AttributeError, ValueError):
            # Too malformed to tell who sent it, so it is not from Slack.
            return BoltResponse(status=400, body="")

    def _failed(self, body: Payload) -> BoltResponse:
        """Tell the person that it failed, and whether it was recorded."""
        if "command" in body:
            answer = self._command_failed(payloads.command(body))
            return BoltResponse(status=200, body=private(answer))
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=self._form_failed(body))
        if body.get("type") == "block_actions":
            self._press_failed(payloads.press(body))
        if body.get("type") == "message_action":
            url = payloads.shortcut(body).response_url
            answer = answers.sentence(failures.shortcut_failed(failures.OURS))
            self._replies.later(partial(self._replies.tell, url, answer))
        return BoltResponse(status=200, body="")

    def _command_failed(self, command: Command) -> Message:
        try:
            number = self._triage.recorded(command.key)
        except StorageError as error:
            return failures.in_doubt(command, error.reason)
        if number is None:
            return answers.not_recorded(failures.OURS, command.name, command.text)
        return answers.sentence(failures.recorded_after_all(number))

    def _form_failed(self, body: Payload) -> dict[str, Any]:
        form = payloads.submission(body)
        try:
            number = self._triage.recorded(form.key)
        except StorageError as error:
            return failures.kept_open(form, error.reason, is_known=False)
        if number is None:
            return failures.kept_open(form, failures.OURS)
        view = receipts.view(answers.sentence(failures.recorded_after_all(number)))
        return {"response_action": "update", "view": view}

    def _press_failed(self, press: Press) -> None:
        sentence = f"NOT recorded ({failures.OURS})."
        try:
            number = self._triage.recorded(press.key)
        except StorageError as error:
            sentence = failures.press_in_doubt(error.reason)
        else:
            if number is not None:
                sentence = failures.recorded_after_all(number)
        self._replies.answer_later(press, answers.sentence(sentence))


def _surely(answer: Callable[[], T]) -> T:
    """Act, and once more if the connection was lost during the COMMIT.

    That is safe: the inbound key makes the second act find what the first one recorded,
    if it did.
    """
    began = monotonic()
    try:
        return answer()
    except StorageError as error:
        if not error.in_doubt or monotonic() - began > _ONCE_MORE_WITHIN_S:
            raise
        mark = error
    try:
        return answer()
    except StorageError as error:
        raise mark from error


def _acknowledge(ack: Ack) -> None:
    ack()


def _notice(event: Mapping[str, Any]) -> None:
    """Acknowledge an event that we do not use; otherwise Slack would send it again."""
    logger.debug("event", extra={"type": event.get("type")})
