"""Look at each new message in the intake channels that the policy names.

Nobody is answered in the channel, and nothing is opened: whoever is on call hears in
private of what surely reads like an incident. It is a convenience, so it is sent once,
best effort, and not from the outbox, which would keep the text. Outside of their day
the message is read from Slack again when that begins.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import Fate, SlackError, StorageError, UserError
from bot.inbound.triages import Triages, reported
from bot.slack import triage_text
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.slack.events import Posted
from bot.slack.messages import triaged
from bot.slack.payloads import Payload
from bot.slack.triage_text import TriageText
from bot.triage import intake
from bot.triage.context import Context
from bot.triage.people import People
from bot.triage.triaging import Triaging

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(minutes=1)
_TRIED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class IntakeChannels:
    """Tells whoever is on call of messages that read like incidents."""

    _context: Context
    _triages: Triages
    _triaging: Triaging
    _people: People
    _slack: Slack
    _linked: Callable[[Message], Message]

    def read_held(self) -> timedelta:
        """Look again at what was held until now; return how long to wait."""
        for channel, ts, until in intake.held(self._context):
            try:
                message: Payload | None = self._slack.parent(channel, ts)
            except SlackError as error:
                message, is_tried = None, self._context.clock() - until < _TRIED_FOR
                if error.fate not in (Fate.REFUSED, Fate.GONE) and is_tried:
                    break  # All others would fail as well.
                extra = {"error": error.code}
                logger.warning("a held intake message cannot be read", extra=extra)
            if intake.take(self._context, channel, ts) and message is not None:
                posted = Posted(channel, message.get("user"), message)
                self.take_in(posted, was_held=True)
        return _LOOK_EVERY

    def take_in(self, posted: Posted, *, was_held: bool = False) -> None:
        """Look at a message, if it is in such a channel and not the bot's own."""
        policy = self._context.policy()
        if posted.channel not in policy.intake:
            return
        try:
            home = self._people.home()
            if posted.author == home.user:
                return
            text = triage_text.of_message(
                posted.message, posted.channel, home.url, policy, self._people.name_of
            )
            self._look(posted, text, was_held=was_held)
        except UserError:
            return  # There are no words in it.
        except (StorageError, SlackError) as error:
            why = str(error)
            logger.warning("an intake message was lost", extra={"error": why})

    def _look(self, posted: Posted, text: TriageText, *, was_held: bool) -> None:
        assert text.link is not None, "a message has a link"
        found = self._triaging.suggest(text.words)
        if not found.is_sure or found.candidates[0].severity is None:
            return
        if self._triaging.standing(text.link) or self._triaging.declined(text.link):
            return
        report = reported(text, self._context.clock())
        one = self._triaging.look("", text.words, report)[0]
        assert one.result is not None, "an incident leads to something"
        parts = {
            "by": posted.author or posted.message.get("bot_id"),
            "about": text.customer,
        }
        if was_held:
            del parts["by"]  # What one person wrote in a night is no burst.
        about = [f"{posted.channel}/{key}/{of}" for key, of in parts.items() if of]
        found_about, ts = about or [text.link], str(posted.message["ts"])
        who = intake.whom(
            self._context,
            one.result,
            found_about,
            posted.channel,
            ts,
            was_held=was_held,
        )
        if who is None:
            return
        suggested = self._triages.suggested(text, who, about=text.link)
        heard = triaged.heard(suggested, posted.author, posted.channel, text)
        conversation = self._slack.open_conversation(who)
        self._slack.post(conversation, self._linked(heard), key=f"intake/{text.link}")
        logger.info("an intake message was suggested", extra={"to": who})
