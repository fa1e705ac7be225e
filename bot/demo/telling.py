"""A story on the page, played a step at a time or to its end.

Before somebody presses a button in a message that has just come, the story halts: there
is time to read it, and the page outlines the button.
"""

import logging
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

from bot.demo.conductor import Audience, Conductor
from bot.demo.live import Live
from bot.demo.stories import Story
from bot.demo.story_steps import (
    Act,
    At,
    FillsIn,
    Presses,
    SlackIs,
    Types,
    Writes,
    words,
)
from bot.demo.time_travel import Course
from bot.emulator.page.backstage import Impossible

logger = logging.getLogger(__name__)

BEAT_S = 0.9
_BEATS_BETWEEN_STEPS = 4


class Telling(Audience):
    """A story that plays on the page; its state is what the strip there shows.

    `changed` is called when the state changes. `beat` is how many seconds people get to
    see one thing before the next.
    """

    def __init__(
        self,
        story: Story,
        live: Live,
        course: Course,
        changed: Callable[[], None],
        beat: float,
    ) -> None:
        self.story = story
        self.is_busy = False
        self._steps = [
            step for chapter in story.chapters() for step in _steps(*chapter)
        ]
        self._workspace = live.slack.workspace
        self._course = course
        self._conductor = Conductor(live, course.travel, self, beat)
        self._changed = changed
        self._step = 0
        self._caption = story.about
        self._doing: list[str] = []
        self._trouble = ""
        self._screen: tuple[str, str] | None = None
        self._outlined: dict[str, str] | None = None
        self._plays = False
        self._thread: Thread | None = None

    def state(self) -> dict[str, Any]:
        who, where = self._screen or (None, None)
        return {
            "id": self.story.id,
            "title": self.story.title,
            "caption": self._caption,
            "doing": self._doing,
            "step": self._step,
            "of": len(self._steps),
            "outlined": self._outlined,
            "who": who,
            "where": where,
            "playing": self._plays,
            "busy": self.is_busy,
            "over": self._step == len(self._steps) and not self.is_busy,
            "trouble": self._trouble,
        }

    def step(self) -> None:
        """Play the next step, in a thread of its own."""
        if self.is_busy:
            raise Impossible("The story is still at its last step.")
        if self._step < len(self._steps):
            self.is_busy = True
            self._thread = Thread(target=self._run, name="demo-story", daemon=True)
            self._thread.start()

    def toggle(self) -> None:
        """Play the rest of the story, or stop after this step."""
        self._plays = not self._plays
        if self._plays and not self.is_busy:
            self.step()

    def hold(self) -> None:
        self._plays = False

    def wait(self, within: float) -> None:
        """Wait until the story stops, at the end of a step or of all."""
        if self._thread:
            self._thread.join(within)

    def leave(self) -> None:
        """Stop before the next act."""
        self._conductor.stop()
        self._course.pause()
        if self._thread:
            self._thread.join(timeout=20)

    def begin(self, head: At) -> None:
        """Show the caption of a chapter, and what people will do in it."""
        acts = self._acts_from(self._step)
        self._caption, self._doing = head.caption, [_doing(act) for act in acts]
        self._screen = self._ids((acts and _best_screen(acts[0])) or head.see)
        self._changed()

    def announce(self, act: Act) -> None:
        """Show the screen of the person who acts, and outline what they will press."""
        self._screen = self._ids(_best_screen(act)) or self._screen
        self._outline(act)
        self._changed()

    def _outline(self, act: Act) -> None:
        pressed = self._conductor.pressed_next(act)
        self._outlined = None
        if pressed is not None:
            message, button = pressed
            self._outlined = {"ts": message.ts, "button": button}

    def _acts_from(self, step: int) -> list[Act]:
        """Return the acts of a chapter whose time comes at a step."""
        _, acts = self._steps[step]
        following = self._steps[step + 1 : step + 2]
        is_halt = not acts and following and following[0][0] is None
        return following[0][1] if is_halt else acts

    def _run(self) -> None:
        try:
            self._play_step()
            while self._goes_on():
                self._play_step()
        except (LookupError, AssertionError) as error:
            self._trouble = f"The story cannot go on: {error}."
        except Exception:
            logger.exception("a story failed")
            self._trouble = "The story cannot go on; the log says why."
        finally:
            self.is_busy = False
            self._plays = False
            self._changed()

    def _goes_on(self) -> bool:
        """Wait between steps; `False` if the next one must not begin."""
        is_left = self._plays and self._step < len(self._steps)
        return is_left and self._conductor.pause(_BEATS_BETWEEN_STEPS) and self._plays

    def _play_step(self) -> None:
        self._changed()
        head, acts = self._steps[self._step]
        if head is not None:
            self._conductor.arrive(head)
        if acts:
            self._conductor.perform(acts)
            self._outlined = None
        elif coming := self._acts_from(self._step):
            self._outline(coming[0])
        self._step += 1

    def _ids(self, screen: tuple[str, str] | None) -> tuple[str, str] | None:
        if screen is None:
            return None
        who, where = screen
        channel = where if where == "dm" else self._workspace.find_channel(where).id
        return self._workspace.find_person(who).id, channel


def _steps(head: At, acts: list[Act]) -> Iterator[tuple[At | None, list[Act]]]:
    """Yield a chapter as one step, or as two if it begins with a button."""
    if acts and isinstance(acts[0], Presses | FillsIn):
        yield head, []
        yield None, acts
    else:
        yield head, acts


def _best_screen(act: Act) -> tuple[str, str] | None:
    """Return whose screen shows an act best, and which conversation there."""
    if isinstance(act, SlackIs):
        return None
    return act.who, "support" if isinstance(act, Types | Writes) else act.on.channel


def _doing(act: Act) -> str:
    is_form = isinstance(act, FillsIn)
    return " ".join(words(act)) + (" and fills it in" if is_form else "")
