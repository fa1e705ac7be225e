"""Behind the demo's page: the panel's state, time travel, stories, killing the bot."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.demo import panel, stories
from bot.demo.live import Live, roles_of, settle_in
from bot.demo.stories import STORIES, TWO_DAYS, Story
from bot.demo.telling import Telling
from bot.demo.time_travel import Course
from bot.demo.trial import waiting
from bot.demo.tried_policy import Policies
from bot.emulator.page.backstage import Impossible
from bot.store.tables import covers


class Stage:
    """What the panel shows, and what its buttons do."""

    def __init__(self, live: Live, policies: Policies, beat: float) -> None:
        self._live = live
        self._policies = policies
        self._beat = beat
        self.stir: Callable[[], None] = lambda: None
        self.course = Course(live, self._stir)
        live.changed = self._stir
        self._telling: Telling | None = None
        self._acts: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "forward": self._forward,
            "to": lambda given: self._go(datetime.fromisoformat(given["at"])),
            "opening": lambda _: self._to_opening(),
            "reminder": lambda _: self._to_reminder(),
            "play": lambda given: self._play(int(given["speed"])),
            "pause": lambda _: self._pause(),
            "kill": lambda _: live.kill_bot(),
            "start": lambda _: live.start_bot(),
            "story": lambda given: self._tell(str(given["story"])),
            "step": lambda _: self._story().step(),
            "autoplay": lambda _: self._story().toggle(),
            "leave": lambda _: self._leave(),
            "over": lambda _: self._over(),
            "reload": lambda _: self._reload(),
        }

    def start(self) -> None:
        self.course.start()

    def stop(self) -> None:
        self._leave()
        self.course.stop()

    def listen(self, within: float = 90.0) -> None:
        """Wait until the story stops by itself."""
        if self._telling:
            self._telling.wait(within)

    def state(self) -> dict[str, Any]:
        policy, now = self._policies(), self._live.now
        with self._live.record() as tx:
            policy = covers.on(tx, policy, now)
            ahead, sent, unsent = (
                panel.ahead(tx, policy, now),
                panel.sent(tx, policy, now),
                waiting(tx),
            )
        speed, goal = self.course.speed, self.course.goal
        return {
            "ahead": [panel.shown(one) for one in ahead],
            "sent": sent,
            "waiting": unsent,
            "clock": {
                "now": now.isoformat(),
                "zone": policy.team_hours.zone.key,
                "speed": speed,
                "to": goal.isoformat() if goal else None,
            },
            "app": {"state": self._live.state.value},
            "roles": roles_of(policy, now),
            "stories": [
                {"id": one.id, "title": one.title, "about": one.about}
                for one in STORIES
            ],
            "story": self._telling.state() if self._telling else None,
            "policy": {
                "name": self._policies.name,
                "problems": self._policies.problems,
                "notice": "The last policy that was good counts meanwhile.",
            },
        }

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """Do what a button asks for; raises Impossible with a reason."""
        work = self._acts.get(act)
        if work is None:
            raise Impossible(f"Nobody here can {act}.")
        work(arguments)
        self.stir()

    def _stir(self) -> None:
        self.stir()

    def _forward(self, given: Mapping[str, Any]) -> None:
        self._go(self._live.now + timedelta(minutes=float(given["minutes"])))

    def _go(self, to: datetime) -> None:
        if to.tzinfo is None:
            raise Impossible("That instant names no time zone.")
        self._must_be_free()
        self.course.go(to)

    def _play(self, speed: int) -> None:
        self._must_be_free()
        self.course.play(speed)

    def _pause(self) -> None:
        if self._telling:
            self._telling.hold()
        self.course.pause()

    def _to_opening(self) -> None:
        opening = self._policies().team_hours.next_opening(self._live.now)
        if opening is None:
            raise Impossible("The team never closes, so it has no opening.")
        self._go(opening)

    def _to_reminder(self) -> None:
        policy, now = self._policies(), self._live.now
        with self._live.record() as tx:
            at = panel.next_message_at(tx, policy, now)
        if at is None:
            raise Impossible("The bot has nothing to say in the days ahead.")
        self._go(at)

    def _must_be_free(self) -> None:
        if self._telling and self._telling.is_busy:
            raise Impossible("The story is moving time just now.")

    def _tell(self, id: str) -> None:
        try:
            story = stories.find(id)
        except LookupError as error:
            raise Impossible(f"{error}.") from error
        self._leave()
        self._start_over(story)
        self._telling = Telling(story, self._live, self.course, self._stir, self._beat)

    def _leave(self) -> None:
        if self._telling:
            self._telling.leave()
        self._telling = None

    def _over(self) -> None:
        if self._telling:
            self._tell(self._telling.story.id)
        else:
            self._start_over(TWO_DAYS)

    def _start_over(self, story: Story) -> None:
        self.course.pause()
        self._live.start_over(story.begins_at(self._policies().team_hours.zone))

    def _story(self) -> Telling:
        if self._telling is None:
            raise Impossible("No story plays.")
        return self._telling

    def _reload(self) -> None:
        self._policies.read_again()
        self._live.take_policy()
        settle_in(self._live.slack, self._policies())
        self._live.slack.tell_all()
