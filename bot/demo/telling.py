"""Telling a story at the page: a chapter at a time, or all of it."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Any, assert_never

from bot.demo.acting import Cast
from bot.demo.live import Live
from bot.demo.stories import Act, At, FillsIn, HandsOff, Presses, SlackIs, Story, Types
from bot.demo.time_travel import Course
from bot.emulator.faults import Condition
from bot.emulator.page.backstage import Impossible

logger = logging.getLogger(__name__)

BEAT_S = 0.9
_BEATS_BETWEEN_CHAPTERS = 4
_CATCHES_UP_WITHIN_S = 30
_LOOK_EVERY_S = 0.1


class Telling:
    """A story that is being told; its state is what the page's strip shows.

    `beat` is how many seconds people are given to see one thing before the next.
    """

    def __init__(
        self,
        story: Story,
        live: Live,
        course: Course,
        told: Callable[[], None],
        beat: float,
    ) -> None:
        self.story = story
        self.is_busy = False
        self._chapters = list(story.chapters())
        self._live = live
        self._course = course
        self._told = told
        self._beat = beat
        self._cast = Cast(live.slack)
        self._step = 0
        self._caption = story.about
        self._doing: list[str] = []
        self._trouble = ""
        self._at: tuple[str, str] | None = None
        self._plays = False
        self._left = Event()
        self._thread: Thread | None = None

    def state(self) -> dict[str, Any]:
        """Return what the strip shows."""
        who, where = self._at or (None, None)
        return {
            "id": self.story.id,
            "title": self.story.title,
            "caption": self._caption,
            "doing": list(self._doing),
            "step": self._step,
            "of": len(self._chapters),
            "who": who,
            "where": where,
            "playing": self._plays,
            "busy": self.is_busy,
            "over": self._step == len(self._chapters) and not self.is_busy,
            "trouble": self._trouble,
        }

    def step(self) -> None:
        """Tell the next chapter, in a thread of its own."""
        if self.is_busy:
            raise Impossible("The story is still at its last step.")
        if self._step < len(self._chapters):
            self.is_busy = True
            self._thread = Thread(target=self._run, name="demo-story", daemon=True)
            self._thread.start()

    def toggle(self) -> None:
        """Tell all of it from here, or stop after this chapter."""
        self._plays = not self._plays
        if self._plays and not self.is_busy:
            self.step()

    def hold(self) -> None:
        """Stop after this chapter."""
        self._plays = False

    def wait(self, within: float) -> None:
        """Wait until what is being told is told."""
        if self._thread:
            self._thread.join(within)

    def leave(self) -> None:
        """Stop where it is."""
        self._left.set()
        self._course.pause()
        if self._thread:
            self._thread.join(timeout=20)

    def _run(self) -> None:
        try:
            self._tell_chapter()
            while self._plays and self._step < len(self._chapters):
                if (
                    self._left.wait(_BEATS_BETWEEN_CHAPTERS * self._beat)
                    or not self._plays
                ):
                    break
                self._tell_chapter()
        except (LookupError, AssertionError) as error:
            self._trouble = f"The story cannot go on: {error}."
        except Exception:
            logger.exception("a story failed")
            self._trouble = "The story cannot go on; the log says why."
        finally:
            self.is_busy = False
            self._plays = False
            self._told()

    def _tell_chapter(self) -> None:
        head, acts = self._chapters[self._step]
        self._told()
        self._travel(head)
        self._step += 1
        self._caption, self._doing = head.caption, [_words(act) for act in acts]
        self._at = self._place(head, acts)
        self._told()
        for act in acts:
            if self._left.wait(self._beat):
                return
            self._at = self._place(head, (act,)) or self._at
            self._told()
            self._perform(act)
            self._live.settle()

    def _travel(self, head: At) -> None:
        zone = self._live.policy().team_hours.zone
        at = datetime.fromisoformat(head.when).replace(tzinfo=zone)
        if at > self._live.now:
            self._course.go(at)
            self._course.arrive()

    def _perform(self, act: Act) -> None:
        match act:
            case Types():
                self._cast.types(act)
            case Presses():
                self._cast.presses(act)
            case FillsIn():
                self._cast.opens(act)
                self._linger()
                self._cast.submits(act)
                self._linger()
                self._cast.puts_away(act.who)
            case HandsOff():
                self._cast.hands_off(act, self._linger)
            case SlackIs():
                self._cast.changes_slack(act)
                if act.condition is Condition.WELL:
                    self._catch_up()
            case _:
                assert_never(act)

    def _catch_up(self) -> None:
        """Wait until the bot hears again and its outbox is empty."""
        self._live.slack.wait_for_socket(timeout=_CATCHES_UP_WITHIN_S)
        until = monotonic() + _CATCHES_UP_WITHIN_S
        while self._live.waiting() and monotonic() < until:
            if self._left.wait(_LOOK_EVERY_S):
                return

    def _linger(self) -> None:
        """Leave a form on the screen for a moment, so that it is seen."""
        self._left.wait(1.5 * self._beat)

    def _place(self, head: At, acts: tuple[Act, ...]) -> tuple[str, str] | None:
        """Return whose screen shows it best, and which conversation there."""
        if acts and not isinstance(acts[0], SlackIs):
            who = acts[0].who
            where = "support" if isinstance(acts[0], Types) else self._where(acts[0])
        elif head.see is not None:
            who, where = head.see
        else:
            return None
        workspace = self._live.slack.workspace
        channel = "dm" if where == "dm" else workspace.find_channel(where).id
        return workspace.find_person(who).id, channel

    def _where(self, act: Presses | FillsIn | HandsOff) -> str:
        return "incidents" if act.on.is_card else "dm"


def _words(act: Act) -> str:
    match act:
        case Types():
            return f"{act.who.capitalize()} types {act.text}"
        case Presses():
            return f"{act.who.capitalize()} presses [{act.button}]"
        case FillsIn():
            return f"{act.who.capitalize()} presses [{act.button}] and fills it in"
        case HandsOff():
            return f"{act.who.capitalize()} offers it to {act.to.capitalize()}"
        case SlackIs():
            is_well = act.condition is Condition.WELL
            return "Slack is well again" if is_well else "Slack goes down"
        case _:
            assert_never(act)
