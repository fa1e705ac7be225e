"""People who use the bot while it is killed again and again; they note what it said."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from bot.emulator.records import Message
from bot.trial import TEAM
from tests.crash.stage import Stage, random

_PAUSE_S = 0.02
_FORM_WITHIN_S = 0.5
_FORMS: dict[str, dict[str, Any]] = {
    "First response sent": {"told": "We are on it"},
    "Log update": {"told": "Still on it"},
    "Resolve": {"note": "Rolled back", "confirmed": ["yes"]},
}


def forked(stage: Stage, seed: int) -> int:
    """Let people act in a process of their own; return its id."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        _act(stage, seed, parent)
        status = 0
    finally:
        os._exit(status)


def stop(pid: int) -> None:
    """Let them finish what they do; raises AssertionError if they had fallen over."""
    os.kill(pid, signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    assert status == 0, "the people ended in good health"


@dataclass(slots=True)
class _People:
    stage: Stage
    random: Random
    note: Callable[[dict[str, Any]], None]
    opened: int = 0
    touched: list[int] = field(default_factory=list)

    def act(self) -> None:
        """Do one thing, of what people do most more often."""
        kinds = [self.open, self.press, self.fill_in, self.wait]
        (kind,) = self.random.choices(kinds, [5, 2, 3, 2])
        try:
            kind()
        except (LookupError, AssertionError):
            return  # The button is gone, or no form came: the bot was killed.

    def open(self) -> None:
        """Type a command; one that nobody answered is delivered once more."""
        self.opened += 1
        severity = self.random.choices([1, 2, 3, 4], [1, 5, 3, 1])[0]
        title = f"fault {self.opened:04}."
        at, who = self.stage.slack_clock(), self.random.choice(list(TEAM))
        times = self.random.choice([1, 1, 1, 2])
        told = {"do": "open", "title": title, "severity": severity, "times": times}
        told |= {"who": who, "at": at.isoformat()}
        actor = self.stage.slack.as_(who)
        answer = actor.command(
            f"/sev{severity}", f"acme: {title}", channel="support", times=times
        )
        answers = [answer, *answer.repeats]
        self.note(told | {"ok": any(one.ok and one.private for one in answers)})

    def press(self) -> None:
        """Take an incident, or take it over."""
        card = self._card()
        who = self.stage.slack.as_(self.random.choice(list(TEAM)))
        told = {"do": "press", "card": card.text}
        self.note(told | {"ok": False})
        button = self.random.choice(["Take it", "Take over"])
        self.note(told | {"ok": who.press(button, card).ok})

    def fill_in(self) -> None:
        """Answer the customer, tell them news, or resolve."""
        card = self._card()
        who = self.stage.slack.as_(self.random.choice(list(TEAM)))
        button = self.random.choice(list(_FORMS))
        told = {"do": button, "card": card.text}
        self.note(told | {"ok": False})
        if who.view() is not None:
            who.close()
        who.press(button, card)
        who.wait_for_view(timeout=_FORM_WITHIN_S)
        self.note(told | {"ok": who.submit(_FORMS[button]).ok})

    def wait(self) -> None:
        """Let time pass."""
        by = timedelta(minutes=self.random.choice([1, 5, 20, 45, 90]))
        self.stage.slack_clock.advance(by)

    def _card(self) -> Message:
        cards = self.stage.slack.channel("incidents")
        if not cards:
            raise LookupError("there is no card yet")
        # The first half is left alone, so that its reminders can be counted.
        return self.random.choice(cards[len(cards) // 2 :])


def _act(stage: Stage, seed: int, parent: int) -> None:
    over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: over.append(number))
    with stage.acts.open("a", encoding="utf-8") as file:
        people = _People(stage, random(seed, "people"), partial(_noted, file))
        while not over and os.getppid() == parent:
            people.act()
            time.sleep(_PAUSE_S)


def _noted(file: Any, told: dict[str, Any]) -> None:
    file.write(json.dumps(told) + "\n")
    file.flush()
