"""The vocabulary of the story tests: people act, time passes, phones show things."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import Bot
from bot.delivery.pacing import UNPACED, Pace
from bot.emulator.api.refusals import Json
from bot.emulator.people.exchanges import Answer, Sent
from bot.emulator.records import Message, Person, View
from bot.inbound.health import Pulse
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.running.scheduler import TICK_EVERY_S
from tests import postgres
from tests.paths import ROOT
from tests.replicas import Pair, pair
from tests.trial import Trial

PACIFIC = ZoneInfo("America/Los_Angeles")
# The day by which the policies of the stories are read.
TODAY = date(2026, 11, 20)
# `SEVBOT_TEST_TRANSPORT=http` tells the same stories over signed HTTP, and
# `SEVBOT_TEST_ENGINE=postgres` with the record there; `SEVBOT_TEST_REPLICAS=2` lets two
# bots share it.
IS_HTTP = os.environ.get("SEVBOT_TEST_TRANSPORT") == "http"
IS_POSTGRES = os.environ.get("SEVBOT_TEST_ENGINE") == "postgres"
REPLICAS = int(os.environ.get("SEVBOT_TEST_REPLICAS", "1"))


def pacific(text: str) -> datetime:
    """Return `2026-11-24 09:00` as an instant in the team's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


class SystemClock:
    """The system clock, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 17, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Story(Trial):
    """A trial of the shipped policy, with the vocabulary of the story tests."""

    system_clock: SystemClock

    @property
    def machine(self) -> SystemClock:
        """The system clock, by the name that cases from outside know it by."""
        return self.system_clock

    def __init__(
        self,
        folder: Path,
        at: str,
        pace: Pace = UNPACED,
        *,
        is_http: bool = IS_HTTP,
        policy: Policy | None = None,
        is_postgres: bool = IS_POSTGRES,
        replicas: int = REPLICAS,
    ) -> None:
        self._policy = policy or shipped_policy()
        self.replicas = replicas
        super().__init__(
            folder,
            lambda: self._policy,
            pacific(at),
            system_clock=SystemClock(),
            pace=pace,
            is_http=is_http,
            database_url=postgres.record_of(folder) if is_postgres else None,
        )
        self.slack.add_channel("acme", members=["ana", "dee"], bot=False)
        self._seconds = 0.0
        self.slack.tiers.machine = self._seconds_passed
        self.slack.tiers.is_on = True

    def _seconds_passed(self) -> float:
        """Return seconds that pass with either clock and never go back."""
        both = self.clock().timestamp() + self.system_clock().timestamp()
        self._seconds = max(self._seconds, both)
        return self._seconds

    def built(self, wake: Callable[[], None] = lambda: None) -> Bot:
        """Return a bot at rest, or two that share a record and act as one."""
        if self.replicas == 1:
            return self._beside_the_scheduler(super().built(wake))
        return self._beside_the_scheduler(pair(super().built, is_http=self.is_http))

    def _beside_the_scheduler(self, bot: Bot) -> Bot:
        """Return a bot whose tick is never overdue: a story has no scheduler."""
        return replace(bot, pulse=Pulse(TICK_EVERY_S, lambda: 0))

    def use_policy(self, **changes: Any) -> None:
        """Change fields of the policy in force."""
        self._policy = replace(self._policy, **changes)

    def become(self, who: str, **fields: Any) -> None:
        """Change something about a person, and let Slack tell the bot."""
        self.slack.change_person(who, **fields)
        self.tell_of("user_change", who)

    def leave(self, who: str) -> None:
        """Let somebody leave the workspace."""
        self.become(who, deleted=True)

    def tell_of(self, event: str, who: str) -> None:
        """Send an event about a person, and wait until the bot has taken it in."""
        self.tell(event, self.slack.workspace.find_person(who))

    def tell(self, event: str, person: Person, *, team_id: str | None = None) -> None:
        """Send an event about a person as Slack describes them, likewise."""
        told = {"type": event, "user": person.as_json(self.now)}
        self.slack.send_event(told, team_id=team_id)
        self.take_in()

    def take_in(self) -> None:
        """Wait until the bot has taken in every event so far."""
        # Bolt acknowledges events first; all threads are free once it is taken in.
        self.idle()

    def idle(self) -> None:
        """Wait until the bot has done what it left for after an acknowledgement."""
        for bot in self.bot.both if isinstance(self.bot, Pair) else (self.bot,):
            threads = bot.executor._max_workers
            barrier = Barrier(threads)
            list(bot.executor.map(lambda _, meet=barrier: meet.wait(5), range(threads)))

    def ago(self, **span: float) -> datetime:
        """Return an instant that long ago."""
        return self.now - timedelta(**span)

    def command(self, who: str, text: str, channel: str = "support") -> Answer:
        """Type a command such as `/sev2 acme: push fails`, and let it take effect."""
        command, _, rest = text.partition(" ")
        answer = self.slack.as_(who).command(command, rest, channel=channel)
        self.settle()
        return answer

    def press(
        self, who: str, button: str, message: Message | None = None, **more: Any
    ) -> Answer:
        """Press a button of a message, and let it take effect."""
        answer = self.slack.as_(who).press(button, message, **more)
        self.settle()
        return answer

    def shortcut(self, who: str, message: Message, shortcut: str, **more: Any) -> str:
        """Choose a shortcut on a message, and return the private answer to it."""
        before = len(self.slack.private(who))
        self.slack.as_(who).shortcut(shortcut, message, **more)
        said = self.slack.wait_until(lambda: self.slack.private(who)[before:])
        self.settle()
        return self.read(said[0], who)

    def open_form(self, who: str, button: str, message: Message | None = None) -> View:
        """Press a button that opens or replaces a form."""
        actor = self.slack.as_(who)
        before = actor.view()
        self.press(who, button, message)

        def changed() -> View | None:
            view = actor.view()
            return view if view is not None and view != before else None

        view = self.slack.wait_until(changed)
        assert view is not None, "a form is on the screen"
        return view

    def more(self, who: str, button: str, number: int = 1) -> View:
        """Press a button behind More on an incident's card."""
        self.open_form(who, "More", self.card(number))
        return self.open_form(who, button)

    def submit(self, who: str, **entries: Any) -> Answer:
        """Fill in the form on somebody's screen and send it off."""
        self.slack.as_(who).wait_for_view()
        answer = self.slack.as_(who).submit(entries)
        self.settle()
        return answer

    def fill_in(
        self, who: str, button: str, message: Message | None = None, **entries: Any
    ) -> Answer:
        """Press a button that opens a form, fill that in and send it off."""
        self.open_form(who, button, message or self.card())
        return self.submit(who, **entries)

    def take(self, who: str, number: int = 1) -> Answer:
        """Take an incident, or take it over, by its card."""
        buttons = self.read(self.card(number)).splitlines()[-1]
        button = "Take it" if "[Take it]" in buttons else "Take over"
        return self.press(who, button, self.card(number))

    def asked(self, who: str, button: str, message: Message, **more: Any) -> str:
        """Press a button that is answered in private, and return the answer."""
        said = self.asked_now(who, button, message, **more)
        self.settle()
        return said

    def asked_now(self, who: str, button: str, message: Message, **more: Any) -> str:
        """Press a button as `asked` does, without settling afterwards."""
        actor = self.slack.as_(who)
        answer = actor.press(button, message, wait_private=True, **more)
        return self.read(answer.private, who)

    def deliver(self, kind: str, payload: Json) -> Answer:
        """Send the bot a payload of Slack's that no person's act produces."""
        person = self.slack.as_("dee").person
        common = self.slack._interactions._common(payload["type"], person)
        return self.slack._exchanges.deliver(Sent(kind, common | payload))

    def card(self, number: int = 1) -> Message:
        """Return an incident's card as it stands in the incidents channel."""
        for message in self.slack.channel("incidents"):
            if f"INC-{number} " in message.text:
                return message
        raise LookupError(f"there is no card of INC-{number}")

    def thread(self, number: int = 1) -> list[str]:
        """Return what stands in the thread of an incident's card."""
        return [self.read(one) for one in self.slack.thread(self.card(number))]

    def receipt(self, who: str) -> str:
        """Return the private answer to a form, which has closed."""
        assert self.slack.as_(who).view() is None, "the form has closed"
        said = self.slack.wait_until(lambda: self.slack.private(who))
        return self.read(said[-1], who)

    def form(self, who: str) -> str:
        """Return all that somebody reads in the form on their screen."""
        view = self.slack.as_(who).wait_for_view()
        blocks = tuple(view.blocks)
        return self.read(Message("", "", "", view.title, blocks), who)

    def buttons(self, message: Message) -> list[str]:
        """Return the buttons of a message, in order."""
        return re.findall(r"\[(.+?)\]", self.read(message).splitlines()[-1])

    def with_blocks(self, message: Message, *blocks: Json) -> Message:
        """Return a message as an older version of the bot would have written it."""
        return replace(message, blocks=blocks)

    def phone(self, who: str) -> list[str]:
        """Return what somebody's phone showed of the bot's messages, oldest first."""
        return [self.slack.notice(one, who) for one in self.slack.dm(who)]

    def heard(self, who: str) -> list[str]:
        """Return what came to somebody's phone, as it was first worded.

        Each begins with their local time, and ends with its first sentence.
        """
        person = self.slack.workspace.find_person(who)
        zone = person.zone
        return self._came(f"D{person.id[1:]}", None, zone)

    def heard_in(self, channel: str) -> list[str]:
        """Return what was posted in a channel, likewise, by the team's time."""
        return self._came(self.slack.workspace.find_channel(channel).id, None, PACIFIC)

    def heard_under(self, number: int = 1) -> list[str]:
        """Return what was posted under an incident's card, likewise."""
        card = self.card(number)
        return self._came(card.channel, card.ts, PACIFIC)

    def _came(self, channel: str, thread: str | None, zone: ZoneInfo) -> list[str]:
        came = []
        for call in self.slack.calls("chat.postMessage"):
            given = call.arguments
            place = given["channel"], given.get("thread_ts")
            if call.ok and place == (channel, thread):
                text = self.slack.notice(Message(channel, "", "", given["text"]), "ana")
                first = re.split(r"(?<=[.?]) ", text)[0]
                came.append(f"{call.at.astimezone(zone):%a %H:%M} {first}")
        return came

    def restart(self) -> None:
        """Stop the bot, and start another one on what it left."""
        self.bot.close()
        self.start_bot()

    def read(self, message: Message | None, who: str = "ana") -> str:
        """Return all that somebody reads in a message."""
        assert message is not None, "there is a message to read"
        return self.slack.text(message, who)


@contextmanager
def story(folder: Path, at: str, pace: Pace = UNPACED, **how: Any) -> Iterator[Story]:
    """Begin a story at a local time of the team, such as `2026-11-24 09:30`.

    It is told under the shipped policy, or under another: `policy=`.
    """
    told = Story(folder, at, pace, **how)
    told.start()
    try:
        yield told
    finally:
        told.stop()


@cache
def shipped_policy() -> Policy:
    """Return the policy that the package ships, as of the days of the stories."""
    text = (ROOT / "policies.yaml").read_text(encoding="utf-8")
    return policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=TODAY
    )
