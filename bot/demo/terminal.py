"""`sevbot demo --once`: a story of a team of five on a local Slack, on a terminal.

The bot is the real one over Socket Mode. Its clock jumps from one instant at which
something is due to the next, and every message is printed as its reader sees it.
"""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, assert_never

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.demo.acting import Cast
from bot.demo.live import settle_in
from bot.demo.stories import (
    TWO_DAYS,
    At,
    FillsIn,
    HandsOff,
    Presses,
    SlackIs,
    Story,
    Types,
)
from bot.demo.trial import Trial
from bot.demo.tried_policy import shipped
from bot.emulator.faults import Condition
from bot.emulator.records import Change, Message, View
from bot.policy.policies import Policy

_PAUSE_S = 0.2
_INDENT = 11
_CATCHES_UP_WITHIN_S = 30


class Demo(Trial):
    """A trial that prints what happens, with the local time of the team before it."""

    def __init__(
        self,
        folder: Path,
        policy: Policy,
        story: Story,
        console: Console,
        pause: Callable[[], None],
    ) -> None:
        self._zone = policy.team_hours.zone
        self._story = story
        super().__init__(folder, lambda: policy, self._instant(story.begins))
        self._cast = Cast(self.slack)
        self._console = console
        self._pause = pause
        self._seen: list[Message] = []
        self._shown_at: datetime | None = None
        self.slack.on_change(self._noticed)

    def populate(self) -> None:
        """Let in the people and create the channels that the policy names."""
        settle_in(self.slack, self.policy())

    def settle(self) -> None:
        """Do what is due now, and print what came of it."""
        super().settle()
        seen, self._seen = self._seen, []
        for message in seen:
            self._print_message(message)

    def play(self) -> None:
        """Tell the story from its first step to its last."""
        for step in self._story.steps:
            match step:
                case At():
                    self._at(step)
                case Types():
                    self._types(step)
                case Presses():
                    self._say(_who(step.who, "presses"), f"[{step.button}]", "cyan")
                    self._cast.presses(step)
                case FillsIn():
                    self._fills_in(step)
                case HandsOff():
                    said = f"[More] [Hand off] {step.to}"
                    self._say(_who(step.who, "presses"), said, "cyan")
                    self._cast.hands_off(step, lambda: None)
                case SlackIs():
                    self._slack_is(step)
                case _:
                    assert_never(step)
            self.settle()

    def _at(self, step: At) -> None:
        self.travel(self._instant(step.when))
        self._console.print()
        self._console.print(Text(step.caption, style="bold"))
        self._pause()

    def _types(self, step: Types) -> None:
        self._say(_who(step.who, "types"), step.text, "bold cyan")
        answer = self._cast.types(step)
        if answer.private is not None:
            said = self.slack.notice(answer.private, step.who)
            said = said.removeprefix("Only you see this: ")
            self._say(_who(step.who, "alone sees"), said, "magenta")

    def _fills_in(self, step: FillsIn) -> None:
        self._say(_who(step.who, "presses"), f"[{step.button}]", "cyan")
        self._cast.opens(step)
        written = [text for text in step.entries.values() if isinstance(text, str)]
        self._say("and writes", " · ".join(written), "cyan")
        answer = self._cast.submits(step)
        if answer.view is not None:
            self._say(_who(step.who, "alone sees"), self._form(answer.view), "magenta")

    def _slack_is(self, step: SlackIs) -> None:
        """Change Slack; once it is well again, wait until the bot has caught up."""
        self._cast.changes_slack(step)
        if step.condition is not Condition.WELL:
            self._say("Slack", "nobody can reach it", "red")
            return
        self._say("Slack", "is well again", "red")
        self.slack.wait_for_socket(timeout=_CATCHES_UP_WITHIN_S)
        until = time.monotonic() + _CATCHES_UP_WITHIN_S
        while self.waiting() and time.monotonic() < until:
            self.settle()
            time.sleep(_PAUSE_S)

    def _instant(self, when: str) -> datetime:
        return datetime.fromisoformat(when).replace(tzinfo=self._zone)

    def _noticed(self, change: Change, thing: Any) -> None:
        if change is Change.POSTED and isinstance(thing, Message):
            self._seen.append(thing)

    def _print_message(self, message: Message) -> None:
        """Print a message as it was when it arrived: on a phone, or in a channel."""
        channel = self.slack.workspace.channels[message.channel]
        if channel.is_im:
            people = self.slack.workspace.people
            who = next(people[m].name for m in channel.members if not people[m].is_bot)
            text = self.slack.notice(message, who)
            self._say(f"{who.capitalize()}'s phone", text, "yellow")
            return
        where = f"#{channel.name}" + (", in the thread" if message.thread_ts else "")
        is_whole = message.thread_ts is None and channel.name != "support"
        read = self.slack.text if is_whole else self.slack.notice
        self._say(where, read(message, "ana").replace("*", ""), "green")

    def _form(self, view: View) -> str:
        shown = Message("", "", "", "", tuple(view.blocks))
        return self.slack.text(shown, view.person).replace("*", "")

    def _say(self, who: str, text: str, style: str) -> None:
        """Print who does, sees or is sent what, below the time."""
        now = self.now.astimezone(self._zone)
        stamp = "" if now == self._shown_at else self._stamp(now)
        self._shown_at = now
        width = _INDENT + 7 * self._story.is_long
        table = Table.grid(Column(width=width), Column(ratio=1))
        table.add_row(
            Text(stamp, style="dim"), Text.assemble((f"{who}: ", style), text)
        )
        self._console.print(table)
        self._pause()

    def _stamp(self, now: datetime) -> str:
        return f"{now:%a %d %b %H:%M}" if self._story.is_long else f"{now:%a %H:%M}"


def _who(name: str, does: str) -> str:
    return f"{name.capitalize()} {does}"


def run(
    policy: Policy | None = None,
    story: Story = TWO_DAYS,
    *,
    is_paced: bool = True,
    console: Console | None = None,
) -> None:
    """Play a story on a terminal, the first in about twenty seconds if it is paced."""
    pause = (lambda: time.sleep(_PAUSE_S)) if is_paced else (lambda: None)
    with TemporaryDirectory() as folder:
        console = console or Console(highlight=False)
        demo = Demo(Path(folder), policy or shipped(), story, console, pause)
        demo.start()
        try:
            demo.play()
        finally:
            demo.stop()
