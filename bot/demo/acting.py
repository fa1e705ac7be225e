"""Acting out the steps of a story in the local Slack, as its people would."""

from collections.abc import Callable
from typing import Any

from bot.demo.stories import FillsIn, HandsOff, On, Presses, SlackIs, Types
from bot.emulator.driver import LocalSlack
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message, View


class Cast:
    """The people of a story. What is not there to be acted upon raises LookupError."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    def types(self, act: Types) -> Answer:
        """Type a command in #support."""
        command, _, rest = act.text.partition(" ")
        answer = self._slack.as_(act.who).command(command, rest, channel="support")
        return _done(answer)

    def presses(self, act: Presses) -> None:
        """Press a button."""
        message = self.message(act.who, act.on)
        _done(self._slack.as_(act.who).press(act.button, message))

    def opens(self, act: FillsIn) -> View:
        """Press a button and wait for the form that it opens."""
        self.puts_away(act.who)
        person = self._slack.as_(act.who)
        _done(person.press(act.button, self.message(act.who, act.on)))
        return person.wait_for_view()

    def submits(self, act: FillsIn) -> Answer:
        """Fill in the form and send it off."""
        return _done(self._slack.as_(act.who).submit(act.entries))

    def puts_away(self, who: str) -> None:
        """Close what a form answered with, if it answered with anything."""
        person = self._slack.as_(who)
        if person.view() is not None:
            person.close()

    def hands_off(self, act: HandsOff, pause: Callable[[], None]) -> None:
        """Offer an incident to somebody else; `pause` is called with the form open."""
        self.puts_away(act.who)
        person = self._slack.as_(act.who)
        _done(person.press("More", self.message(act.who, act.on)))
        person.wait_for_view("More")
        _done(person.press("Hand off"))
        person.wait_for_view("Hand off")
        pause()
        _done(person.submit(to=act.to))
        self.puts_away(act.who)

    def changes_slack(self, act: SlackIs) -> None:
        """Make Slack be otherwise."""
        self._slack.condition = act.condition

    def message(self, who: str, on: On) -> Message:
        """Return the message that a step is about."""
        if on.is_card:
            found = [
                one
                for one in self._slack.channel("incidents")
                if f"{on.incident} " in one.text
            ]
            return _last(found[:1], f"no card of {on.incident}")
        found = [one for one in self._slack.dm(who) if on.incident in one.text]
        return _last(
            [one for one in found if one.blocks], f"no {on.incident} for {who}"
        )


def _last(found: list[Message], missing: str) -> Message:
    if not found:
        raise LookupError(f"there is {missing}")
    return found[-1]


def _done(answer: Answer) -> Answer:
    if not answer.ok:
        said: Any = answer.error or dict(answer.errors)
        raise LookupError(f"Slack answered: {said}")
    return answer
