"""The conductor of a story: time passes, people act, and an audience is shown it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event
from time import monotonic
from typing import assert_never

from bot.demo.live import Live
from bot.demo.story_steps import (
    Act,
    At,
    FillsIn,
    Marks,
    On,
    Place,
    Presses,
    SlackIs,
    Triages,
    Types,
    Writes,
)
from bot.emulator.faults import Condition
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message
from bot.slack.actions import TRIAGE_MESSAGE

_FORM_BEATS = 1.5
_CATCHES_UP_WITHIN_S = 30
_LOOK_EVERY_S = 0.1


class Audience:
    """What shows a story to people: a terminal, or the page."""

    def begin(self, head: At) -> None:
        """Show that the time of a chapter has come."""

    def announce(self, act: Act) -> None:
        """Show an act that is about to happen."""

    def answered(self, who: str, answer: Answer) -> None:
        """Show what the bot answered in private."""


class Conductor:
    """Plays the chapters of a story in a local Slack.

    `travel` lets time pass until an instant. `beat` is how many seconds people get to
    see one thing before the next.
    """

    def __init__(
        self,
        live: Live,
        travel: Callable[[datetime], None],
        audience: Audience,
        beat: float = 0,
    ) -> None:
        self._live = live
        self._slack = live.slack
        self._travel = travel
        self._audience = audience
        self._beat = beat
        self._stopped = Event()

    def stop(self) -> None:
        """Stop before the next act."""
        self._stopped.set()

    def pause(self, beats: float = 1) -> bool:
        """Give people time to look; `False` if the story was stopped."""
        return not self._stopped.wait(beats * self._beat)

    def arrive(self, head: At) -> None:
        self._travel(head.instant(self._live.policy().team_hours.zone))
        self._audience.begin(head)

    def pressed_next(self, act: Act) -> tuple[Message, str] | None:
        """Return the message and the button that an act presses first, if it does."""
        if isinstance(act, Presses | FillsIn):
            return self._message(act.who, act.on), act.button
        return None

    def perform(self, acts: Sequence[Act]) -> None:
        """Let people act.

        Raises LookupError if a message is missing or Slack refuses an act.
        """
        for act in acts:
            self._audience.announce(act)
            if not self.pause():
                return
            self._perform(act)
            self._live.settle()

    def _perform(self, act: Act) -> None:
        match act:
            case Types(who, text):
                command, _, rest = text.partition(" ")
                person = self._slack.as_(who)
                answer = _done(person.command(command, rest, channel="support"))
                self._audience.answered(who, answer)
            case Writes(who, text, under):
                thread = self._message(who, under).ts if under else None
                self._slack.as_(who).say(text, "support", thread=thread)
            case Marks(who, on):
                self._mark(who, on)
            case Triages(who, on):
                message, person = self._message(who, on), self._slack.as_(who)
                answer = person.shortcut(TRIAGE_MESSAGE, message, wait_private=True)
                self._audience.answered(who, _done(answer))
            case Presses(who, button, on):
                self._press(who, button, on)
            case FillsIn():
                self._open(act)
                self._audience.answered(act.who, self._submit(act))
            case SlackIs(condition):
                self._slack.condition = condition
                if condition is Condition.WELL:
                    self._catch_up()
            case _:
                assert_never(act)

    def _mark(self, who: str, on: On) -> None:
        """Put the policy's emoji on a message, and wait for the private answer."""
        emoji, before = self._live.policy().update_emoji, self._slack.private(who)
        if emoji is None:
            raise LookupError("the policy names no emoji that logs an update")
        self._slack.as_(who).react(emoji, self._message(who, on))
        said = self._slack.wait_until(lambda: self._slack.private(who)[len(before) :])
        self._audience.answered(who, Answer(ok=True, private=said[-1]))

    def _press(self, who: str, button: str, on: On) -> None:
        message, is_answered = self._message(who, on), on.place is Place.PRIVATE
        person = self._slack.as_(who)
        answer = _done(person.press(button, message, wait_private=is_answered))
        if is_answered:
            self._audience.answered(who, answer)

    def _open(self, act: FillsIn) -> None:
        """Press a button and wait for its form, instead of one that is still open."""
        self._close(act.who)
        person = self._slack.as_(act.who)
        _done(person.press(act.button, self._message(act.who, act.on)))
        person.wait_for_view()
        if act.inside:
            _done(person.press(act.inside))
            person.wait_for_view(act.inside)

    def _submit(self, act: FillsIn) -> Answer:
        """Submit a form; people get to see both it and what it answers."""
        zone = self._live.policy().team_hours.zone
        entries = {
            name: given.replace(tzinfo=zone) if isinstance(given, datetime) else given
            for name, given in act.entries.items()
        }
        self.pause(_FORM_BEATS)
        answer = _done(self._slack.as_(act.who).submit(entries))
        self.pause(_FORM_BEATS)
        self._close(act.who)
        return answer

    def _close(self, who: str) -> None:
        person = self._slack.as_(who)
        if person.view() is not None:
            person.close()

    def _catch_up(self) -> None:
        """Wait until the bot is connected again and its outbox is empty."""
        self._slack.wait_for_socket(timeout=_CATCHES_UP_WITHIN_S)
        until = monotonic() + _CATCHES_UP_WITHIN_S
        while self._live.waiting() and monotonic() < until:
            self._live.settle()
            if self._stopped.wait(_LOOK_EVERY_S):
                return

    def _message(self, who: str, on: On) -> Message:
        """Return the message that a step is about."""
        match on.place:
            case Place.DM:
                there = [one for one in self._slack.dm(who) if one.blocks]
            case Place.CARD:
                there = self._slack.channel(on.channel)
            case Place.SUPPORT:
                top = self._slack.channel(on.channel)
                there = [one for above in top for one in (above, *above.thread)]
            case Place.PRIVATE:
                there = self._slack.private(who)
            case _:
                assert_never(on.place)
        for message in reversed(there):
            if on.words in message.text:
                return message
        raise LookupError(f"nothing for {who} says {on.words!r}")


def _done(answer: Answer) -> Answer:
    if not answer.ok:
        raise LookupError(f"Slack answered: {answer.error or dict(answer.errors)}")
    return answer
