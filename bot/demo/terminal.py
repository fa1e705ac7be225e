"""`sevbot demo --once`: a story of a team of five, printed on a terminal.

The bot is the real one, connected to a local Slack over Socket Mode. Its clock jumps
to the next instant at which something is due, and each message is printed as its
reader sees it.
"""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.demo.conductor import Audience, Conductor
from bot.demo.live import Live
from bot.demo.stories import TWO_DAYS, Story
from bot.demo.story_steps import Act, At, FillsIn, SlackIs, Types, Writes, words
from bot.demo.time_travel import Course
from bot.demo.tried_policy import shipped
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Change, Message, View
from bot.policy.policies import Policy

_PAUSE_S = 0.2
_INDENT = 11
_STYLES = {Types: "bold cyan", Writes: "bold cyan", SlackIs: "red"}


class Demo(Live, Audience):
    """A demo that prints what happens, each line with the team's local time."""

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
        super().__init__(folder, lambda: policy, story.begins_at(self._zone))
        self._console = console
        self._pause = pause
        self._seen: list[Message] = []
        self._shown_at: datetime | None = None
        self.slack.on_change(self._noticed)

    def settle(self) -> None:
        """Do what is due now, and print the messages that were sent."""
        super().settle()
        seen, self._seen = self._seen, []
        for message in seen:
            self._print_message(message)

    def play(self) -> None:
        course = Course(self, lambda: None)
        course.start()
        conductor = Conductor(self, course.travel, self)
        try:
            for head, acts in self._story.chapters():
                conductor.arrive(head)
                conductor.perform(acts)
        finally:
            course.stop()

    def begin(self, head: At) -> None:
        self._console.print()
        self._console.print(Text(head.caption, style="bold"))
        self._pause()

    def announce(self, act: Act) -> None:
        self._say(*words(act), _STYLES.get(type(act), "cyan"))
        entries = act.entries.values() if isinstance(act, FillsIn) else ()
        if written := [text for text in entries if isinstance(text, str)]:
            self._say("and writes", " · ".join(written), "cyan")

    def answered(self, who: str, answer: Answer) -> None:
        """Print what only that person sees."""
        if answer.private is not None:
            said = self.slack.notice(answer.private, who)
            self._say(_who(who, "alone sees"), said, "magenta")
        if answer.view is not None:
            self._say(_who(who, "alone sees"), self._form(answer.view), "magenta")

    def _noticed(self, change: Change, thing: Any) -> None:
        is_message = change is Change.POSTED and isinstance(thing, Message)
        if is_message and thing.user == self.slack.workspace.bot.id:
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
        """Print who does or sees what, with the time where it has changed."""
        now = self.now.astimezone(self._zone)
        stamp = "" if now == self._shown_at else self._stamp(now)
        self._shown_at = now
        width = _INDENT + 7 * self._story.is_long
        table = Table.grid(Column(width=width), Column(ratio=1, overflow="fold"))
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
