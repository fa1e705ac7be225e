"""Log the message that was the customer's update, by a shortcut or an emoji on it."""

import logging
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from bot.errors import Fate, SlackError, StorageError, UserError
from bot.inbound import failures
from bot.inbound.replies import Replies
from bot.inbound.voices import voice_to
from bot.incidents.refusals import Refusal
from bot.slack import actions, events, triage_text
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.slack.events import Reaction
from bot.slack.messages import answers, message_update
from bot.slack.payloads import Payload, Press, Shortcut
from bot.slack.reasons import reason
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.message_updates import MessageUpdates, Written
from bot.triage.people import People
from bot.triage.results import Result

logger = logging.getLogger(__name__)

# What people write; every other subtype is a line of Slack's own.
# Source: https://docs.slack.dev/reference/events/message
_WRITTEN = (None, "file_share", "thread_broadcast", "me_message")
# A customer is named at the beginning of a message, if at all.
_LONGEST_READ = 4000
_GONE = "That message was deleted, so nothing was logged."
_OWN = "I wrote that myself. An update is what a person told the customer."
_APP = "An app wrote that. An update is what a person told the customer."
_ELSEWHERE = "Somebody of another company wrote that, so it is no update of ours."
_SLACKS = "Nobody wrote that: it is a line of Slack's own."
_NONE_OPEN = "No incident is open, so there is none to log an update for."
_KEEPS = "keeps the update: somebody else's emoji is still on the message."
_BY_BUTTON = "You can take it back within a minute."
_TAKE_BACK = "Take the emoji off within a minute to take it back."


@dataclass(frozen=True, slots=True)
class CustomerUpdates:
    """Finds out which incident a message is the update of, and has it logged."""

    _context: Context
    _updates: MessageUpdates
    _people: People
    _slack: Slack
    _replies: Replies

    def of_shortcut(self, shortcut: Shortcut) -> Message:
        """Log the message on which the shortcut was chosen, or ask for its incident."""
        try:
            self._slack.message(shortcut.channel, shortcut.ts, is_quick=True)
        except SlackError as error:
            # Slack sent the message along. Whether it still stands is known only where
            # the bot is, and has the scope.
            if error.fate is Fate.GONE:
                raise UserError(_GONE) from error
        written = self._written(shortcut.channel, shortcut.message)
        found = self._incident(written)
        if isinstance(found, Message):
            return found
        result = self._updates.log(Act(shortcut.by, shortcut.key), found, written)
        undo = _value(found, written)
        return self._receipt(shortcut.by, result, written.author, _BY_BUTTON, undo)

    def chosen(self, press: Press) -> Message:
        """Log a message for the incident that somebody chose."""
        choice = actions.read_update(press.value)
        written = self._placed(choice.channel, choice.ts, choice.thread, choice.author)
        result = self._updates.log(Act(press.by, press.key), choice.number, written)
        return self._receipt(press.by, result, choice.author, _BY_BUTTON, press.value)

    def taken_back(self, press: Press) -> Message:
        """Take an update back that was logged by a shortcut or a choice."""
        choice, now = actions.read_update(press.value), self._context.clock()
        undone = self._updates.take_back(
            Act(press.by, press.key), choice.number, choice.channel, choice.ts, now
        )
        return self._receipt(press.by, undone)

    def take_in(self, reaction: Reaction) -> None:
        """Log a message on the policy's emoji, or take it back; others mean nothing."""
        if reaction.emoji != self._context.policy().update_emoji:
            return
        try:
            self._people.admit(reaction.by, None)
        except (Refusal, SlackError):
            logger.info("nobody to answer put the emoji", extra={"by": reaction.by})
            return
        thread, answer = None, None
        try:
            message = self._slack.message(reaction.channel, reaction.ts)
            thread = _thread_of(message)
            answer = self._act_on(reaction, message)
        except (UserError, Refusal) as error:
            answer = answers.sentence(failures.said_of(error))
        except StorageError as error:
            why, in_doubt = failures.not_recorded(error)
            answer = answers.sentence(failures.emoji_failed(why, in_doubt=in_doubt))
        except SlackError as error:
            is_gone = error.fate is Fate.GONE
            why = _GONE if is_gone else failures.emoji_failed(reason(error.code))
            answer = answers.sentence(why)
        if answer is not None:
            thread = None if thread == reaction.ts else thread
            self._replies.whisper(reaction.channel, reaction.by, answer, thread)

    def _act_on(self, reaction: Reaction, message: Payload) -> Message | None:
        """Do what an emoji asks for; return nothing if that was done already."""
        act = Act(reaction.by, reaction.key)
        marked_by = _marked_by(message, reaction)
        if (reaction.by in marked_by) != reaction.is_added:
            return None  # It was changed again, of which another event tells.
        if not reaction.is_added:
            return self._take_back(act, reaction, is_marked=bool(marked_by))
        written = self._written(reaction.channel, message)
        found = self._incident(written)
        if isinstance(found, Message):
            return found
        result = self._updates.log(act, found, written)
        if result.is_repeat:
            return None
        return self._receipt(reaction.by, result, written.author, _TAKE_BACK)

    def _take_back(
        self, act: Act, reaction: Reaction, *, is_marked: bool
    ) -> Message | None:
        """Take an update back, unless others have marked it; `None` if not theirs."""
        channel, ts = reaction.channel, reaction.ts
        logged = self._updates.logged_by(act.by, channel, ts)
        if logged is None:
            return None
        if is_marked:
            raise UserError(f"{logged.name} {_KEEPS}")
        undone = self._updates.take_back(act, logged.number, channel, ts, reaction.at)
        return self._receipt(act.by, undone)

    def _incident(self, written: Written) -> int | Message:
        """Return the number of a message's incident, or the question which it is."""
        found, is_sure = self._updates.candidates(written)
        if not found:
            raise UserError(_NONE_OPEN)
        if not is_sure:
            return message_update.which(
                {one: _value(one.number, written) for one in found}
            )
        return found[0].number

    def _written(self, channel: str, message: Payload) -> Written:
        """Return a message that one of our people wrote. Raises UserError for others.

        Source: business-time.md: a bot or an auto-reply stops no clock.
        """
        author, home = message.get("user"), self._people.home()
        if message.get("bot_id") or message.get("subtype") == "bot_message":
            raise UserError(_OWN if author == home.user else _APP)
        if message.get("subtype") == "tombstone":
            raise UserError(_GONE)
        if message.get("subtype") not in _WRITTEN or not author:
            raise UserError(_SLACKS)
        team = message.get("user_team") or message.get("team")
        if not self._people.is_ours(author, team):
            raise UserError(_ELSEWHERE)
        ts = message["ts"]
        written = self._placed(channel, ts, _thread_of(message) or ts, author)
        policy, text = (
            self._context.policy(),
            str(message.get("text") or "")[:_LONGEST_READ],
        )
        theirs = policy.customer_of_channel(channel)
        customer = theirs.name if theirs else triage_text.named_in(text, policy)
        return replace(written, customer=customer)

    def _placed(self, channel: str, ts: str, thread: str, author: str) -> Written:
        link = triage_text.permalink(self._people.home().url, channel, ts, thread)
        return Written(channel, ts, thread, author, events.instant(ts), link)

    def _receipt(
        self, by: str, result: Result, author: str = "", hint: str = "", undo: str = ""
    ) -> Message:
        """Return what the person who acted is told; without an author, taken back."""

        def answer() -> Message:
            voice = voice_to(self._context, self._people, by)
            about = result.incident, result.deadlines
            return message_update.receipt(
                *about, voice, author=author, hint=hint, undo=undo
            )

        return failures.answered(result.incident.number, answer)


def _value(number: int, written: Written) -> str:
    return actions.value(
        number, written.channel, written.ts, written.thread, written.author
    )


def _marked_by(message: Payload, reaction: Reaction) -> set[str]:
    """Return the people whose emoji of that name is on the message now."""
    return {
        person
        for one in message.get("reactions") or ()
        if one["name"].partition("::")[0] == reaction.emoji
        for person in one["users"]
    }


def _thread_of(message: Payload) -> str | None:
    """Return the stamp of the parent; the link has it where the message has not."""
    query = parse_qs(urlsplit(str(message.get("permalink") or "")).query)
    named = message.get("thread_ts") or next(iter(query.get("thread_ts", ())), None)
    return None if named is None else str(named)
