"""Answer people in private once Slack has its acknowledgement, best effort.

Private messages are not in the history, so they cannot be reconciled.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from bot.errors import SlackError
from bot.inbound import failures
from bot.slack.blocks import Message, View
from bot.slack.client import Slack
from bot.slack.forms import receipts
from bot.slack.forms.inputs import answering
from bot.slack.forms.policy_inputs import TOLD
from bot.slack.messages import answers
from bot.slack.payloads import Command, Press

logger = logging.getLogger(__name__)

# Half of the threads; the others open forms.
_MOST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers. `linked` links the incidents that an answer names.

    Slack waits for the listener, so calls to Slack after an acknowledgement run in
    `executor`.
    """

    _slack: Slack
    linked: Callable[[Message], Message]
    _executor: Executor
    _answering: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(_MOST_ANSWERS)
    )

    def later(self, call: Callable[[], None]) -> None:
        self._executor.submit(_noting_failures, call)

    def open_form(self, command: Command, view: View) -> None:
        try:
            form = answering(view, command.response_url)
            self._slack.open_view(command.trigger, form)
        except SlackError as error:
            logger.warning("no form was opened", extra={"error": error.code})
            line = (
                f"type it in one line: `{command.typed_name} customer: what is wrong`."
            )
            sentence = f"{failures.not_opened(error, line)} Nothing was recorded."
            self.tell(command.response_url, answers.sentence(sentence))

    def answer_later(
        self, press: Press, message: Message, *, replaces: bool = False
    ) -> None:
        """Answer a press once Slack has its acknowledgement.

        If Slack takes its time, answers are left out rather than forms kept waiting.
        """
        if not self._answering.acquire(blocking=False):
            _not_delivered("too many at once")
            return

        def answer() -> None:
            try:
                self._tell_presser(press, message, replaces=replaces)
            finally:
                self._answering.release()

        self.later(answer)

    def _tell_presser(
        self, press: Press, message: Message, *, replaces: bool = False
    ) -> None:
        """Answer a press in private or, if it was made in a form, in that form."""
        if press.action in TOLD:
            return  # The form stays; what is wrong is said when it is sent.
        if press.view_id is not None:
            self.show(press, receipts.view(self.linked(message)))
        elif press.response_url is not None:
            self.tell(press.response_url, message, replaces=replaces)

    def show(self, press: Press, view: View) -> None:
        """Open a form, or replace the one with the button."""
        view = answering(view, press.response_url)
        try:
            if press.view_id is not None and press.action in TOLD:
                self._slack.update_view(press.view_id, view)
            elif press.view_id is not None:
                self._slack.replace_view(press.view_id, press.trigger, view)
            else:
                self._slack.open_view(press.trigger, view)
        except SlackError as error:
            logger.warning("no form was shown", extra={"error": error.code})
            if press.response_url is not None and press.action not in TOLD:
                sentence = failures.not_opened(error, "press again.")
                self.tell(press.response_url, answers.sentence(sentence))

    def whisper(
        self,
        channel: str,
        person: str,
        message: Message,
        thread: str | None,
        url: str | None = None,
    ) -> None:
        """Answer in private below the message that somebody acted on.

        A response URL answers where the bot is not, but never in a thread.
        Source: https://github.com/slackapi/bolt-js/issues/963
        """
        if url is None or thread is not None:
            try:
                self._slack.whisper(channel, person, self.linked(message), thread)
            except SlackError as error:
                if url is None:
                    _not_delivered(error.code)
            else:
                return
        if url is not None:
            self.tell(url, message)

    def tell(self, url: str, message: Message, *, replaces: bool = False) -> None:
        try:
            answer = private(self.linked(message))
            self._slack.answer(url, {**answer, "replace_original": replaces})
        except SlackError as error:
            _not_delivered(error.code)


def _not_delivered(error: str) -> None:
    logger.warning("an answer was not delivered", extra={"error": error})


def _noting_failures(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:  # Nobody waits for the result; the next one must go on.
        logger.exception("an answer failed")


def private(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
    if message.blocks:
        said["blocks"] = list(message.blocks)
    return said
